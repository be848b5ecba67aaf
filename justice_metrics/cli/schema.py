"""justice-metrics schema: JSON schemas of the settings files, for editors that complete and check TOML."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import typer

from ..base.errors import SettingsError, suggestion
from ..base.language import tr
from .options import Options
from .shell import Shell


def _mapping() -> dict[str, Any]:
    from ..cases.mappings.mapping import mapping_schema

    return mapping_schema()


def _counts() -> dict[str, Any]:
    from ..cases.counts.mapping import counts_schema

    return counts_schema()


def _procedure() -> dict[str, Any]:
    from ..cases.procedure_file import ProcedureFile

    return ProcedureFile.model_json_schema()


def _checklist() -> dict[str, Any]:
    from ..cases.checklist_file import ChecklistFile

    return ChecklistFile.model_json_schema()


def _plan() -> dict[str, Any]:
    from ..cases.corrections.plan import plan_schema

    return plan_schema()


def _study() -> dict[str, Any]:
    from ..study.plan import study_schema

    return study_schema()


def _linkage() -> dict[str, Any]:
    from ..cases.linkage.plan import LinkagePlan

    return LinkagePlan.model_json_schema()


def _policy() -> dict[str, Any]:
    from ..disclosure.policy import policy_schema

    return policy_schema()


def _passport() -> dict[str, Any]:
    from ..publish.passport import passport_schema

    return passport_schema()


def _observatory() -> dict[str, Any]:
    from ..study.observatory.file import observatory_schema

    return observatory_schema()


def _help() -> dict[str, Any]:
    from ..study.observatory.help_file import help_schema

    return help_schema()


def _survey() -> dict[str, Any]:
    from ..cases.surveys.mapping import survey_schema

    return survey_schema()


SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = MappingProxyType(
    {
        "mapping": _mapping,
        "counts": _counts,
        "procedure": _procedure,
        "checklist": _checklist,
        "study": _study,
        "plan": _plan,
        "policy": _policy,
        "passport": _passport,
        "linkage": _linkage,
        "survey": _survey,
        "observatory": _observatory,
        "help": _help,
    }
)


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Write the JSON schema of a settings file, with which an editor completes and checks it: mapping (case "
                "files), counts (tables of counts), procedure, checklist (of practice), study, plan (corrections), "
                "policy (disclosure), passport (of a release), linkage, survey (of officials and users), observatory "
                "(a public site), help (its help page).\n\n"
                "Example: justice-metrics schema mapping > mapping.schema.json"
            )
        )
    )
    def schema(
        file: str = typer.Argument(
            ...,
            metavar="|".join(SCHEMAS),
            show_default=False,
            help=words(tr("Which settings file.")),
        ),
        language: str | None = options.language(),
    ) -> None:
        with Shell(words.language, language=language or words.asked):
            if file not in SCHEMAS:
                raise SettingsError(
                    tr("There is no settings file called '{name}'.", name=file), suggestion(file, tuple(SCHEMAS))
                )
            made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SCHEMAS[file]()}
            typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
