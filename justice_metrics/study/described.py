"""What a study knows of its data before it reads them: the mappings that it names, and the words in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ..base.language import Label, Readable
from ..cases.canonical import procedure_of
from ..cases.counts.mapping import CountMapping, read_count_mapping, section_of_counts
from ..cases.mappings.mapping import CaseMapping, read_mapping
from ..cases.procedure import Procedure
from ..cases.readers.database_url import source_name
from ..cases.surveys.mapping import SurveyMapping, is_survey, read_survey_mapping

Subject: TypeAlias = Literal["cases", "counts", "survey", "procedure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Data that a mapping describes, not read yet.

    Attributes
    ----------
    mapping : CaseMapping, CountMapping or SurveyMapping
    procedure : Procedure, optional
        Of case files; a table of counts has none.
    attributes : tuple of str
        What can split the cases; the keys of a table of counts; the groups of a survey.
    numeric : tuple of str
        Those of them that are numbers.
    dates : tuple of str
        Attributes that are dates, and split nothing.
    actors : tuple of str
        Support actors that the mapping names; none where the file's own texts are the actors.
    supported : bool
        Whether there are support spells.
    own : tuple of (str, Readable)
        Names with the words that the files have for them: labels of actors, columns of attributes.
    """

    mapping: CaseMapping | CountMapping | SurveyMapping
    procedure: Procedure | None = None
    attributes: tuple[str, ...]
    numeric: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    supported: bool = False
    own: tuple[tuple[str, Readable], ...] = ()

    @property
    def kind(self) -> Subject:
        """Whether these are case files, a table of counts or a survey."""
        if isinstance(self.mapping, SurveyMapping):
            return "survey"
        return "counts" if isinstance(self.mapping, CountMapping) else "cases"

    @property
    def source(self) -> str:
        """Name of the mapping file."""
        return self.mapping.source

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the data files, without their folders."""
        return tuple(source_name(one) for one in self.named_files)

    @property
    def named_files(self) -> tuple[str, ...]:
        """The data files as the mapping names them."""
        return self.mapping.survey.file if isinstance(self.mapping, SurveyMapping) else self.mapping.data.file


def described(path: Path) -> Described:
    """Read a mapping of case files, of a table of counts or of a survey, and look up its procedure.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong.
    """
    if section_of_counts(path) is not None:
        return _of_counts(read_count_mapping(path))
    if is_survey(path):
        return _of_survey(read_survey_mapping(path))
    return _of_cases(read_mapping(path))


def _of_counts(mapping: CountMapping) -> Described:
    office = ("office",) if mapping.counts.office is not None else ()
    return Described(mapping=mapping, attributes=(*office, *mapping.counts.keys))


def _of_survey(mapping: SurveyMapping) -> Described:
    return Described(mapping=mapping, attributes=tuple(mapping.group_columns()))


def _of_cases(mapping: CaseMapping) -> Described:
    sampling, support = mapping.cases.sampling, mapping.support
    # what a sampling log tells is seen when it is read
    design = [one for one in ("cluster", "stratum") if getattr(sampling, one) is not None or sampling.log is not None]
    labels = support.actor.labels if support is not None else {}
    other = (support.actor.otherwise,) if support is not None and labels and support.actor.otherwise else ()
    return Described(
        mapping=mapping,
        procedure=procedure_of(mapping),
        attributes=(*(name for name, one in mapping.attributes.items() if one.type != "date"), "year", *design),
        dates=tuple(name for name, one in mapping.attributes.items() if one.type == "date"),
        numeric=tuple(
            name for name, one in mapping.attributes.items() if one.type in {"integer", "number"} and not one.bands
        ),
        actors=tuple(dict.fromkeys((*labels.values(), *other))),
        supported=support is not None,
        own=(
            *((name, Label(label)) for label, name in labels.items()),
            *((name, Label(one.column)) for name, one in mapping.attributes.items()),
        ),
    )
