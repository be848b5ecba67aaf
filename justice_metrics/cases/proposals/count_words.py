"""What the columns of tables of counts are usually called, in Spanish and English.

Phrases are written as in :mod:`justice_metrics.cases.proposals.words`; the narrow ones stand first.
"""

from __future__ import annotations

from typing import Final

YEARS: Final = ("n year!", "ano!", "year!", "gestion!", "anio!", "n ano!", "fil year", "ano", "year", "gestion", "anio")
PARTS: Final = (
    ("month", ("n month!", "mes!", "month!", "mes.", "meses.", "month")),
    ("quarter", ("trimestr", "quarter", "trim.")),
    ("half_year", ("semestr", "half year")),
)
OFFICES: Final = (
    *("juzgad", "tribunal", "court", "fiscalia", "oficin", "office", "comisar", "defensor", "sala.", "agencia"),
    *("police station", "station", "unidad", "despach"),
)
INDICATORS: Final = ("indicador", "indicator", "variable", "concept", "rubro", "estadistic", "measure", "medida!")
CODES: Final = ("cve.", "clave", "cod.", "codig", "code", "id.", "id!", "fips", "lat.", "lon.", "zip", "nro!", "n!")
GENERIC: Final = (
    *("total", "cantid", "number", "numer", "count", "casos.", "cases.", "victim", "denunc", "valor", "value"),
    *("imputad", "acusad", "personas", "persons", "delitos.", "offences", "hechos."),
)
TOTALS: Final = frozenset(("total", "totales", "total general", "grand total", "nacional", "total nacional"))

QUANTITIES: Final = (
    ("pending_inactive_start", ("pendient inactiv inici", "inactiv pending start")),
    ("pending_start", ("pendient inici", "pendient anterior", "saldo inicial", "saldo anterior", "pending start",
                       "pending begin", "pendient gestion anterior", "gestion anterior")),
    ("old_pending", ("pendient mas", "pending longer", "pending more", "pending older")),
    ("pending_end", ("pendient final", "pendient fin", "pendient cierr", "saldo final", "pending end", "pendient",
                     "pending")),
    ("reopened_resolved", ("reabiert resuelt", "reopened resolved")),
    ("reopened", ("reabiert", "reapertur", "reopen")),
    ("reactivated", ("reactiv",)),
    ("transferred_in", ("recibid", "transferred in", "received from")),
    ("transferred_out", ("remitid", "transferred out", "sent to")),
    ("resolved_on_time", ("resuelt plazo", "resuelt dentro", "resuelt termin", "resolved on time", "resolved within",
                          "on time")),
    ("resolved", ("resuelt", "resoluc", "conclu", "terminad", "egresad", "resolved", "disposed", "decided", "closed")),
    ("new", ("ingres", "nuev", "new.", "new!", "registered")),
    ("incoming", ("incoming", "entrad")),
    ("judges", ("juec", "jueces", "judge")),
    ("staff", ("personal!", "funcionari", "staff")),
    ("population", ("poblac", "population", "habitant")),
    ("conviction", ("sentenc conden", "conden", "convict")),
    ("acquittal", ("sentenc absol", "absol", "acquit")),
    ("charge", ("imputac",)),
    ("prosecution", ("acusacion",)),
    ("trial", ("juicio", "trial")),
    ("verdict", ("sentenc", "verdict", "judgment")),
    ("rejection", ("rechaz", "reject")),
    ("dismissal", ("sobresei", "dismiss")),
    ("withdrawal", ("desist", "withdraw")),
    ("alternative_exit", ("salid altern", "conciliac")),
    ("extinction", ("extinc",)),
    ("complaint", ("denuncias", "complaint")),
)  # fmt: skip

# Names of keys that tables of counts have besides those of case files.
KEYS: Final = (("state", ("entidad federat", "nombre estado", "estado!", "state name", "state!", "entidad")),)

UNITS_COUNTED: Final = (
    ("victim", ("victim",)),
    ("accused", ("imputad", "acusad", "sindicad", "accused", "defendant")),
    ("complaint", ("denunc", "complaint")),
    ("offence", ("delitos.", "hechos.", "offence", "offense", "crimes")),
)

# Marks that stand in place of a number.
COUNT_CODES: Final = (
    *(("*", "suppressed"), ("**", "suppressed"), ("<5", "suppressed"), ("<10", "suppressed"), ("c", "suppressed")),
    *(("pend.", "pending"), ("pendiente", "pending"), ("pending", "pending"), ("-", "zero"), ("–", "zero")),
    *(("(p)", "under_review"), ("..", "not_available"), ("...", "not_available")),
)
