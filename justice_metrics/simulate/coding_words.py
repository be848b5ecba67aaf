"""The words of the simulated register as levels of a coding sheet."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .attention import CHAMBER, CONTINUATION, HELD, PRECAUTIONARY, SCHEDULED, SUSPENDED, TRIAL
from .victims import OFFENCES

# What a coder answers where the file does not say; other words of a register that stand for it are not listed below.
NO_DATA: Final = "not_available"

_OFFENCES: Final = dict(zip(OFFENCES, ("rape_of_child", "sexual_abuse", "statutory_rape", "rape"), strict=True))

# table and question of the plan: word of the register = id of the level
LEVELS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "case.offence": _OFFENCES,
        "case.area": {"Rural": "rural", "Urbana": "urban"},
        "case.complaint_source": {
            "Familiar": "family",
            "Defensoría de la Niñez y Adolescencia": "child_protection",
            "Unidad educativa": "school",
            "Centro de salud": "health",
            "Policía": "police",
            "La propia víctima": "victim",
        },
        "case.sex": {"Femenino": "female", "Masculino": "male"},
        "case.indigenous": {
            "Ninguno": "none",
            "Aymara": "aymara",
            "Quechua": "quechua",
            "Guaraní": "guarani",
            "Otro": "other",
        },
        "case.language": {
            "Castellano": "spanish",
            "Aymara": "aymara",
            "Quechua": "quechua",
            "Guaraní": "guarani",
            "Otro": "other_language",
        },
        "case.disability": {"No": "no", "Sí": "yes"},
        "case.relationship": {
            "Padre": "father",
            "Padrastro": "stepfather",
            "Otro familiar": "other_relative",
            "Vecino o conocido": "neighbour",
            "Enamorado o ex enamorado": "partner",
            "Profesor": "teacher",
            "Desconocido": "stranger",
        },
        "case.reliance_status": {"si": "engaged", "no": "disengaged"},
        "support.actor": {
            "Abogado/a": "lawyer",
            "Psicólogo/a": "psychologist",
            "Trabajador/a social": "social_worker",
        },
        "support.basis": {
            "apersonamiento": "appearance",
            "memorial": "request",
            "audiencia": "hearing",
            "informe": "report",
        },
        "statements.kind": {
            "Policía": "police",
            "Fiscalía": "prosecutor",
            "Psicología forense": "forensic_psychologist",
            CHAMBER: "gesell",
        },
        "statements.recorded": {"si": "yes", "no": "no"},
        "hearings.kind": {PRECAUTIONARY: "precautionary", TRIAL: "trial", CONTINUATION: "trial"},
        "hearings.status": {HELD: "held", SUSPENDED: "suspended", SCHEDULED: "scheduled"},
        "hearings.reason": {
            "Inasistencia del acusado o su defensa": "accused",
            "Inasistencia de testigos o peritos": "witness",
            "Inasistencia del Ministerio Público": "prosecutor",
            "Falta de notificación": "notice",
            "Acusado no trasladado": "accused",
            "Causa del juzgado": "court",
        },
        "measures.kind": {
            "Prohibición de acercamiento": "no_approach",
            "Salida del agresor del domicilio": "leave_home",
            "Custodia policial": "escort",
        },
        "sentences.offence": _OFFENCES,
        "sentences.status": {
            "Ejecutada": "enforced",
            "Suspendida": "suspended",
            "No ejecutada": "not_enforced",
            "En apelación": "under_appeal",
        },
    }
)
