"""What columns and labels of case files are usually called, in Spanish and English, and what they mean.

A phrase is a row of word beginnings: "fech denunc" finds "Fecha de denuncia"; a full stop asks for the whole word,
an exclamation mark for the whole name.
Small words (de, la, of, the) do not count. The first phrase list that fits wins, so the narrow ones stand first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ..conversions.text import normalise

_SMALL_WORDS: Final = frozenset(
    "de del la el los las al a en y o of the in at for to un una su con por by from with an or".split(" ")
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-ZÁÉÍÓÚÑ])")
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


class Meaning(NamedTuple):
    """What a phrase stands for.

    Attributes
    ----------
    states : tuple of str
        Ids or roles, the best first; the first one that the procedure knows is taken.
    outcome_class : str or None
        Class of an outcome to fall back on.
    sure : bool
        Whether the words leave no doubt.
    """

    states: tuple[str, ...]
    outcome_class: str | None = None
    sure: bool = True


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a column name or label that carry its meaning.

    Examples
    --------
    >>> words_of("Fecha de la Denuncia"), words_of("fechaDenuncia"), words_of("date_of_decision")
    (('fecha', 'denuncia'), ('fecha', 'denuncia'), ('date', 'decision'))
    """
    plain = _NO_WORD.sub(" ", normalise(_CAMEL.sub(" ", name)))
    return tuple(word for word in plain.split() if word not in _SMALL_WORDS)


def says(words: tuple[str, ...], phrase: str) -> bool:
    """Return whether words hold a phrase.

    Examples
    --------
    >>> says(("fecha", "apertura", "juicio"), "apertur juic"), says(("idioma",), "id.")
    (True, False)
    """
    if phrase.endswith("!"):
        return " ".join(words) == phrase[:-1]
    stems = phrase.split()
    return any(
        all(_begins(word, stem) for word, stem in zip(words[start:], stems, strict=False))
        for start in range(len(words) - len(stems) + 1)
    )


def _begins(word: str, stem: str) -> bool:
    return word == stem[:-1] if stem.endswith(".") else word.startswith(stem)


ID_WORDS: Final = (
    *("numer caso", "num caso", "nro caso", "no. caso", "n. caso", "nr caso", "codig caso", "cod caso", "id. caso"),
    *(
        "case id",
        "case num",
        "case no.",
        "case nr",
        "case ref",
        "case!",
        "caso!",
        "cud.",
        "ianus",
        "nurej",
        "expedient",
    ),
    *("exp.", "mp001", "cuadern", "file num", "file no", "docket", "cino", "folio", "registro num", "nro. registro"),
    *("participant id", "victim id", "id. victim", "uuid", "id."),
)

DATE_WORDS: Final = ("fech", "date", "dt.", "dia.", "day.", "f.", "timestamp", "desde.", "hasta.")
NOTIFIED_WORDS: Final = ("notific", "notif", "notice", "served")

STAGE_DATES: Final[tuple[tuple[tuple[str, ...], Meaning], ...]] = (
    (("nacim", "birth", "nacid", "dob."), Meaning(())),
    (("hecho.", "hechos.", "fact", "incident", "inciden", "ocurr", "comision"), Meaning(())),
    (("extracc", "extract", "revision", "review", "corte.", "reporte", "codific", "carga", "actualiz"), Meaning(())),
    (("registro proces", "recorded"), Meaning(("recorded",), sure=False)),
    (
        ("inici investig", "inform inici", "investig prelim", "prelim", "investigation"),
        Meaning(("preliminary", "investigation")),
    ),
    (("orden aprehens", "warrant"), Meaning(("arrest_warrant",))),
    (("aprehens", "arrest", "detenc", "detain"), Meaning(("arrested",), sure=False)),
    (("primer declar", "first statement"), Meaning(("first_statement",))),
    (("auto procesam", "procesamient"), Meaning(("processing_order", "charge"))),
    (("imputac", "imput", "charged", "charge", "indict", "initiation"), Meaning(("charged", "charge"))),
    (("acusac", "accusation", "requerimiento conclus", "acto conclus"), Meaning(("accusation", "prosecution"))),
    (("etapa intermed", "audienc intermed"), Meaning(("intermediate_hearing",))),
    (("abreviad", "abbreviat"), Meaning(("abbreviated",))),
    (
        ("apertur juic", "auto apertur", "radicat", "preparac juic", "open trial", "trial open"),
        Meaning(("trial_preparation", "trial_opening")),
    ),
    (("arraign", "first hear", "first court", "primer audienc"), Meaning(("first_court", "prosecution"), sure=False)),
    (("committ", "committal"), Meaning(("committed",))),
    (("ejecutor", "firme", "final verdict", "final sentence", "final judg"), Meaning(("final_verdict",))),
    (("ejecuc sentenc", "ejecuc pena", "execution"), Meaning(("execution",))),
    (("apelac", "auto vista", "appeal"), Meaning(("appeal", "special_appeal"))),
    (("casac", "auto suprem", "cassation"), Meaning(("cassation",))),
    (("juic", "debate", "trial"), Meaning(("trial",))),
    (("sentenc", "verdict", "judg", "fallo.", "veredict"), Meaning(("verdict",))),
    (("rechaz", "desestim"), Meaning(("rejected",), "rejection")),
    (("sobresei",), Meaning(("dismissed",), "dismissal")),
    (("denunc", "querell", "complaint", "report", "receiv", "regist", "regis.", "filing", "filed", "ingres", "intake"),
     Meaning(("complaint",))),
)  # fmt: skip

OUTCOME_DATES: Final = (
    *("conclus", "cierr", "closed", "clos", "decision", "dispos", "resoluc", "terminac", "termin", "salid", "outcome"),
    *("egreso", "finaliz"),
)

OUTCOME_WORDS: Final = (
    *(
        "forma conclus",
        "forma termin",
        "conclus",
        "tipo resoluc",
        "outcome",
        "disposition",
        "dispos",
        "resultad",
        "result",
    ),
    *("tipo salid", "salid", "resoluc", "estado caso", "estado proces", "estado causa", "situac", "estad.", "estado."),
    *("status", "fallo.", "verdict", "decision"),
)

EVENT_WORDS: Final = (
    "activ",
    "event",
    "evento",
    "estado.",
    "etapa",
    "stage",
    "state.",
    "actuac",
    "status",
    "movimient",
)
ORDER_WORDS: Final = ("event no", "seq", "secuenc", "orden.", "order.", "nro. evento", "num evento")

ATTRIBUTES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("sex", ("sexo", "sex.", "gener", "gender", "vic sexo")),
    ("age_at_fact", ("edad", "age.", "vic edad")),
    ("indigenous", ("indigen", "autoident", "pueblo", "etni", "ethnic", "grupet")),
    ("language", ("idioma", "lengua", "language")),
    ("disability", ("discapac", "disab")),
    ("area", ("area.", "urban", "rural", "zona.")),
    ("relationship", ("vincul", "parentes", "relacion", "relation", "kinship")),
    ("complaint_source", ("fuent", "quien reporta", "quien denunc", "denunciante", "complaint source", "source")),
    ("offence", ("delit", "tipo penal", "calificac", "offen", "crime", "offence")),
    ("court", ("juzgad", "tribunal", "court.", "court name", "sala.")),
    ("department", ("departam", "depto", "dpto", "state name", "provinc", "region", "department")),
    ("municipality", ("municip", "ciudad", "city", "district name", "town", "localidad")),
)

LABELS: Final[tuple[tuple[tuple[str, ...], Meaning], ...]] = (
    (
        ("tramit", "curso.", "pendient", "abiert", "activ", "pending", "open.", "ongoing", "await", "vigent",
         "sin resol", "sin conclu"),
        Meaning(("pending",)),
    ),
    (("absolut ejecut", "absol firme", "absoluc ejecut", "absoluc firme", "final acquit"),
     Meaning(("final_acquittal",), "acquittal")),
    (("no culpab", "not guilty", "absol", "acquit"), Meaning(("acquitted",), "acquittal")),
    (("condenat ejecut", "condena ejecut", "condenat firme", "condena firme", "final convict"),
     Meaning(("final_conviction",), "conviction")),
    (("condenat", "condena", "convict", "guilty", "culpab", "abreviad"), Meaning(("convicted",), "conviction")),
    (
        ("rechaz", "reject", "desestim", "declin prosec", "declined", "refus", "unfounded"),
        Meaning(("rejected", "declined"), "rejection"),
    ),
    (("falta merit",), Meaning(("insufficient_merit",), "dismissal")),
    (("clausur provis",), Meaning(("provisional_closure",), "dismissal")),
    (("sobresei", "dismiss", "discharg", "quash", "nolle", "discontin"), Meaning(("dismissed",), "dismissal")),
    (
        ("desist", "withdr", "abandon", "retir denunc", "retir querell"),
        Meaning(("withdrawn", "victim_withdrew"), "withdrawal"),
    ),
    (("salid altern", "conciliac", "diver", "plea"), Meaning(("alternative_exit", "diverted"), "alternative_exit")),
    (("criter oportun", "oportun"), Meaning(("alternative_exit", "opportunity"), "alternative_exit")),
    (("suspens condic",), Meaning(("alternative_exit", "conditional_suspension"), "alternative_exit")),
    (("extin prepar", "extin accion etapa prepar", "extin etapa prepar", "vencim etapa prepar"),
     Meaning(("extinguished_preparatory", "extinguished"), "extinction")),
    (("duracion max", "extin max", "durac maxim"), Meaning(("extinguished_maximum", "extinguished"), "extinction")),
    (("prescri",), Meaning(("prescribed",), "extinction")),
    (("extin", "abate"), Meaning(("extinguished", "extinguished_maximum"), "extinction", sure=False)),
    (("archiv", "untraced"), Meaning(("archived", "closed_no_suspect"), "other", sure=False)),
    (("declinat", "transfer", "remitid", "inhibit", "incompet", "traslad"), Meaning(("transferred",), "transfer")),
    (("rebeld", "default", "abscond", "profug"), Meaning(("default", "absconded"), sure=False)),
    (("mistrial", "hung jury", "juic nul"), Meaning(("mistrial", "pending"), sure=False)),
    (("apertur juic", "auto apertur", "radicat"), Meaning(("trial_preparation", "trial_opening"), sure=False)),
    (("apelac", "appeal"), Meaning(("appeal", "special_appeal"), sure=False)),
    (("casac", "cassation"), Meaning(("cassation",), sure=False)),
    (("ejecuc sentenc", "ejecuc pena"), Meaning(("execution",), sure=False)),
    (("imputac", "imputad", "charged"), Meaning(("charged", "processing_order"), sure=False)),
    (("auto procesam", "procesamient"), Meaning(("processing_order", "charged"), sure=False)),
    (("acusac", "acusad"), Meaning(("accusation", "first_court"), sure=False)),
    (("juic", "debate", "trial"), Meaning(("trial",), sure=False)),
    (("prelim", "investig"), Meaning(("preliminary", "investigation"), sure=False)),
    (("denunc", "querell", "complaint", "reported"), Meaning(("complaint", "report"), sure=False)),
)  # fmt: skip

# Labels that are words of the law: they may be printed even where few cases have them.
STANDARD_LABELS: Final[tuple[str, ...]] = (
    *("Rechazo de denuncia", "Rechazo de querella", "Rechazo", "Desestimación", "Sobreseimiento", "Falta de mérito"),
    *("Clausura provisional", "Salida alternativa", "Criterio de oportunidad", "Suspensión condicional del proceso"),
    *("Conciliación", "Desistimiento", "Abandono de querella", "Extinción de la acción penal", "Prescripción"),
    *("Extinción de la acción (etapa preparatoria)", "Extinción de la acción (duración máxima)", "Extinción"),
    *(
        "Sentencia condenatoria",
        "Sentencia absolutoria",
        "Sentencia condenatoria ejecutoriada",
        "Condena",
        "Absolución",
    ),
    *("Sentencia absolutoria ejecutoriada", "Procedimiento abreviado", "Archivo de obrados", "Archivo", "Rebeldía"),
    *("Declinatoria de competencia", "En trámite", "En curso", "Pendiente", "En investigación", "En juicio"),
    *("Convicted", "Acquitted", "Dismissed", "Withdrawn", "Discharged", "Quashed", "Transferred", "Abated", "Pending"),
    *("Guilty", "Not guilty", "Untraced", "Rejected", "Diverted", "Discontinued", "Archived", "Nolle prosequi"),
    *("Verdict guilty", "Verdict not guilty", "Plea of guilty", "Finding of guilty", "Finding of not guilty"),
    *("Charge rejected", "Case dismissed", "Mistrial declared"),
)

MISSING_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("S/D", "Sin dato", "Sin datos", "S/I", "Sin información", "N/D", "ND", "No consta"), "not_available"
        ),
        **dict.fromkeys(
            ("No registra", "No registrado", "No especifica", "No especificado", "-", "--", "?"), "not_available"
        ),
        **dict.fromkeys(("Unknown", "Not recorded", "Not available", "NULL", "None", "NaN"), "not_available"),
        **dict.fromkeys(("N/A", "NA", "N/C", "No aplica", "No corresponde", "Not applicable"), "not_applicable"),
        **dict.fromkeys(("En revisión", "Por verificar", "Under review"), "under_review"),
    }
)

LANGUAGE_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "es": ("fecha", "caso", "delito", "juzgado", "edad", "sexo", "departamento", "forma", "estado", "municipio"),
        "en": ("date", "case", "offence", "offense", "court", "age", "gender", "state", "event", "outcome", "id"),
    }
)

# Words that only one country's files use.
PROCEDURE_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "bolivia": ("ianus", "nurej", "cud", "imputac", "ejecutor", "juzgad", "dna.", "slim", "sepdavi"),
        "guatemala": ("mp001", "debate", "auto procesam", "procesamient", "intermed", "clausur", "dpi"),
        "common_law": ("court", "charge", "trial", "arrest", "convict", "dispos", "offen", "prosecut", "decision"),
    }
)
PLACES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "bolivia": frozenset(
            ("la paz", "cochabamba", "santa cruz", "oruro", "potosi", "chuquisaca", "tarija", "beni", "pando")
        ),
        "guatemala": frozenset(
            ("guatemala", "quetzaltenango", "alta verapaz", "huehuetenango", "escuintla", "peten", "quiche", "izabal",
             "jutiapa", "chiquimula", "solola", "zacapa")
        ),
    }
)  # fmt: skip


def meaning_of_label(label: str) -> Meaning | None:
    """Return what an outcome label probably means; None when its words are not known.

    Examples
    --------
    >>> meaning_of_label("SENTENCIA ABSOLUTORIA").states, meaning_of_label("Not guilty").states
    (('acquitted',), ('acquitted',))
    """
    words = words_of(label)
    return next((meaning for phrases, meaning in LABELS if any(says(words, one) for one in phrases)), None)
