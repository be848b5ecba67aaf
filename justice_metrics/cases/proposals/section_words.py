"""What tables that hang on the cases are usually called, and their columns, in Spanish and English.

Phrases are written as in :mod:`justice_metrics.cases.proposals.words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

ColumnKind: TypeAlias = Literal["date", "label", "text", "number"]
Phrases: TypeAlias = tuple[str, ...]


class SectionKey(NamedTuple):
    """One key of a section.

    Attributes
    ----------
    key : str
        As the mapping writes it.
    kind : {"date", "label", "text", "number"}
        What its column must look like.
    phrases : tuple of str
        What the column is called.
    """

    key: str
    kind: ColumnKind
    phrases: Phrases


class SectionWords(NamedTuple):
    """How a table of one section is recognised.

    Attributes
    ----------
    names : tuple of str
        What its file or sheet is called.
    keys : tuple of SectionKey
        The narrow ones first.
    needed : tuple of str
        Keys of which one must be found.
    """

    names: Phrases
    keys: tuple[SectionKey, ...]
    needed: tuple[str, ...]


_KIND: Final = SectionKey("kind", "text", ("tipo", "clas", "kind", "type", "medid", "measur", "ante quien", "ante."))
_DAY: Final = ("fech", "date", "dia.", "day.")

SECTIONS: Final[Mapping[str, SectionWords]] = MappingProxyType(
    {
        "support": SectionWords(
            ("apoy", "acompan", "apersonam", "patrocin", "support", "spell", "asistenc", "servic"),
            (
                SectionKey("recorded", "date", ("registr", "record", "carga.")),
                SectionKey(
                    "end", "date", ("hasta.", "fin.", "cese", "final", "until", "end.", "ended", "to!", "egres")
                ),
                SectionKey(
                    "start", "date", ("apersonam", "desde.", "inici", "start", "from!", "since", "ingres", *_DAY)
                ),
                SectionKey(
                    "actor",
                    "label",
                    ("actor", "tipo actor", "profes", "rol.", "role", "quien", "tipo", "servic", "cargo"),
                ),
                SectionKey("basis", "text", ("respald", "basis", "sustent", "actuac", "document")),
                SectionKey("institution", "text", ("instituc", "institut", "organiz", "entidad", "agency", "dna.")),
            ),
            ("actor",),
        ),
        "hearings": SectionWords(
            ("audienc", "hearing", "senalam"),
            (
                SectionKey("scheduled", "date", ("senal", "program", "schedul", "audienc", "hearing", *_DAY)),
                SectionKey("reason", "text", ("motiv", "reason", "caus")),
                SectionKey("status", "label", ("estad", "resultad", "status", "result", "outcome", "situac")),
                _KIND,
            ),
            ("scheduled", "status"),
        ),
        "measures": SectionWords(
            ("medid", "proteccion", "protection", "measure"),
            (
                SectionKey("breached", "date", ("incumpl", "breach", "violac", "quebrant")),
                SectionKey("end", "date", ("levant", "lift", "cese", "vencim", "fin.", "end.", "hasta.")),
                SectionKey("requested", "date", ("solicit", "request", "pedid")),
                SectionKey("ordered", "date", ("resoluc", "order", "orden.", "dispuest", "otorg", "impos", *_DAY)),
                _KIND,
            ),
            ("requested", "ordered"),
        ),
        "statements": SectionWords(
            ("declarac", "statement", "entrevist", "gesell"),
            (
                SectionKey("recorded", "label", ("grab", "record", "video", "camar gesell")),
                SectionKey("date", "date", ("declar", "statement", "entrevist", *_DAY)),
                SectionKey("kind", "text", ("declar ante", "declaro ante", *_KIND.phrases)),
            ),
            ("date",),
        ),
        "detention": SectionWords(
            ("detenc", "detention", "custod", "prision prevent"),
            (
                SectionKey(
                    "end", "date", ("hasta.", "detenc hasta", "fin.", "cese", "cesac", "libert", "end.", "releas")
                ),
                SectionKey("start", "date", ("desde.", "detenc desde", "inici", "start", "from!", *_DAY)),
            ),
            ("start",),
        ),
        "sentences": SectionWords(
            ("senten", "conden", "penas"),
            (
                SectionKey("enforced", "date", ("ejecuc", "enforc", "cumplim")),
                SectionKey("date", "date", ("sentenc", "conden", *_DAY)),
                SectionKey("status", "label", ("ejecuc", "enforc", "cumplim", "estad", "status")),
                SectionKey("years", "number", ("ano.", "anos.", "year")),
                SectionKey("months", "number", ("mes.", "meses", "month")),
                SectionKey("offence", "text", ("delit", "offen", "crime")),
            ),
            ("years", "months", "status"),
        ),
        "warrants": SectionWords(
            ("mandam", "warrant", "orden aprehens", "ordenes"),
            (
                SectionKey("executed", "date", ("ejecuc", "execut", "cumplim", "aprehens")),
                SectionKey("issued", "date", ("emision", "emitid", "issu", "libram", *_DAY)),
            ),
            ("issued",),
        ),
        "reparation": SectionWords(
            ("reparac", "reparat", "compens", "indemniz", "restit"),
            (
                SectionKey("paid", "date", ("pag", "paid", "payment")),
                SectionKey("ordered", "date", ("orden", "order", "dispuest", *_DAY)),
                SectionKey("paid_amount", "number", ("monto pag", "amount paid", "paid", "pagad")),
                SectionKey("ordered_amount", "number", ("monto orden", "amount order", "monto", "amount", "import")),
            ),
            ("ordered", "ordered_amount"),
        ),
    }
)

# What the texts of a section's labels stand for; the narrow phrases stand first.
_YES: Final = ("si!", "s!", "yes!", "y!", "true!", "1!", "verdader", "grabad", "recorded!")
_NO: Final = ("no!", "n!", "false!", "0!", "fals", "sin grab", "not record")
SECTION_LABELS: Final[Mapping[str, tuple[tuple[str, Phrases], ...]]] = MappingProxyType(
    {
        "support.actor": (
            ("lawyer", ("abogad", "lawyer", "attorney", "counsel", "legal", "jurid")),
            ("psychologist", ("psicol", "psychol")),
            ("social_worker", ("trabajad social", "trabaj social", "social work", "social")),
        ),
        "hearings.status": (
            ("suspended", ("suspen", "aplaz", "posterg", "adjourn", "postpon", "frustr", "no realiz",
                           "no instal", "not held")),
            ("held", ("realiz", "celebr", "instal", "llevad", "held", "done", "cumplid")),
            ("scheduled", ("senal", "program", "schedul", "pendient", "pending")),
        ),
        "statements.recorded": (("yes", _YES), ("no", _NO)),
        "sentences.status": (
            ("not_enforced", ("no ejec", "not enforc", "sin ejec", "pendient")),
            ("under_appeal", ("apel", "appeal", "recurs")),
            ("suspended", ("suspen",)),
            ("enforced", ("ejecut", "enforc", "cumpl", "served")),
        ),
        "reliance.status": (
            ("disengaged", ("no!", "n!", "0!", "false!", "desvinc", "abandon", "desist", "retir", "disengag",
                            "withdr", "left!")),
            ("engaged", ("si!", "s!", "1!", "yes!", "y!", "true!", "sigue", "activ", "particip", "engag", "still")),
        ),
    }
)  # fmt: skip

# Labels of sections that may be printed even where few rows have them.
SECTION_STANDARD: Final = frozenset(
    (
        *("si", "no", "yes", "true", "false", "realizada", "suspendida", "senalada", "held", "suspended", "scheduled"),
        *("ejecutada", "no ejecutada", "en apelacion", "enforced", "not enforced", "under appeal", "apelada"),
    )
)

# Dates in the table of the cases that belong to a section of their own.
DATES_OF_SECTIONS: Final[tuple[tuple[str, Phrases], ...]] = (
    ("reliance.left", ("desvincul", "ultim contact", "ultim particip", "last contact", "left proces",
                       "abandon proces")),
    ("detention.end", ("detenc hasta", "fin detenc", "cesac detenc", "detention end", "end detention",
                       "released custod")),
    ("detention.start", ("detenc desde", "inici detenc", "detenc prevent", "detention start", "start detention")),
    ("cases.sampling.entry", ("observ desde", "observad desde", "observed from", "observed since")),
    ("attributes.fact_day", ("hecho.", "hechos.", "incident beg", "incident start", "incident date", "date incident",
                             "offen date", "date offen", "ocurrenc", "comision")),
)  # fmt: skip
STATUS_OF_RELIANCE: Final = (
    "victim sigu",
    "sigu proces",
    "victim particip",
    "victim engag",
    "still engag",
    "continua proces",
)

# Columns of the sampling design, and of rows that stand for several cases.
DESIGN: Final[tuple[tuple[str, Phrases], ...]] = (
    ("cases.sampling.weight", ("ponder", "factor expans", "peso muestr", "peso!", "weight", "pesos!")),
    ("cases.sampling.stratum", ("estrat", "strat")),
    ("cases.sampling.cluster", ("conglomerad", "cluster", "upm!", "psu!")),
    ("cases.frequency", ("frecuenc", "freq", "num casos!", "n casos!")),
)

# Whose number an id is; the narrow words stand first.
UNITS: Final[tuple[tuple[str, Phrases], ...]] = (
    ("charge", ("charge", "cargo.", "delit id", "offence id", "offense id")),
    ("accused", ("participant", "accused", "defendant", "imputad", "acusad", "denunciad", "sindicad", "suspect")),
    ("victim", ("victim", "survivor")),
    ("complaint", ("denunc", "complaint", "report id", "report no")),
)
