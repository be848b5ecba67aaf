"""Whether the tables of an answer declare what the disclosure gate must know; every measure is tested with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from justice_metrics.base.cells import Box, Count
from justice_metrics.base.language import tells_of_cases
from justice_metrics.base.quantities import SUPPRESSED
from justice_metrics.base.result import Protected, Result
from justice_metrics.base.table import Column, Table
from justice_metrics.disclosure.formulas import FORMULAS, computed
from justice_metrics.disclosure.guarded import label_tells

# Kinds that say nothing of cases.
_SILENT = frozenset({"stratum", "key", "text", "setting"})
# Kinds that the gate rounds by itself, once their inputs are large enough; "coefficient" in model tables only.
_GUARDED = frozenset({"quantile", "mean"})
# More boxes than this are compared in part: a test must stay quick.
_MOST_BOXES = 700


def check_declared(result: Result) -> None:
    """Fail where a table of ``result`` leaves the gate without what it needs.

    A numeric column of a counts table has ``cell``, ``of`` or kind "setting"; each formula gives the raw column back;
    the same set of units has the same number wherever it is counted; a set within another is no larger, and levels of
    one dimension share no unit; what is computed names columns that are there; definitions hold no number of cases;
    and the published answer says its sentences also where every cell is hidden.
    """
    assert not tells_of_cases(result.heading), f"the heading tells a number of cases: {result.heading}"
    for name, table in result.tables.items():
        if table.guard in {"counts", "model", "words"}:
            _check_words(name, table)
        if table.guard == "counts":
            _check_columns(name, table)
            _check_formulas(name, table)
            _check_rows(name, table)
        elif table.guard == "model":
            assert table.cells, f"{name}: a model table names the cells behind it (Table(cells=...))"
        elif table.guard == "words":
            said = [one.name for one in table.columns if one.kind not in _SILENT]
            assert not said, f"{name}: a table of words with numbers: {said}"
    if any(table.guard == "curve" for table in result.tables.values()):
        assert result.base_counts().curves, "a curve table, but base_counts() gives no curves"
    base = result.base_counts()
    if base.weighted:
        # sums of weights stay inside; the units behind them are other numbers of the same boxes
        of_units = {(name, column) for name, table in result.tables.items() for column in table.in_units}
        told = [one.place[0] in {"", "provenance"} or one.place[:2] in of_units for one in base.counts]
        check_boxes([one for one, units in zip(base.counts, told, strict=True) if not units])
        check_boxes([one for one, units in zip(base.counts, told, strict=True) if units])
    else:
        check_boxes(base.counts)
    for words in (
        result.definition.answers,
        result.definition.numerator,
        result.definition.denominator,
        result.definition.pending,
        result.definition.method,
    ):
        assert not tells_of_cases(words), (
            f"the definition tells a number of cases, or a setting without Setting: {words}"
        )
    _check_hidden(result)


def _check_words(name: str, table: Table) -> None:
    told = [one.name for one in table.columns if tells_of_cases(one.meaning)]
    assert not told, f"{name}: the headings of {told} hold a number; wrap settings in Setting"
    for column, words in table.labels.items():
        told = [which for which, one in words.items() if label_tells(which, one)]
        assert not told, f"{name}: labels of {column} hold a number: {told[:3]}"


def _check_columns(name: str, table: Table) -> None:
    there = {one.name for one in table.columns}
    for column in table.columns:
        where = f"{name}.{column.name}"
        if column.kind in _SILENT:
            assert column.cell is None, f"{where}: a {column.kind} counts no units"
            continue
        assert column.cell is not None or column.of is not None, f"{where}: neither cell, of nor kind 'setting'"
        assert column.cell is None or column.of is None, f"{where}: counted or computed, not both"
        if column.cell is not None:
            used = {*column.cell.keys, *column.cell.sets, *column.cell.flags}
            assert used <= there, f"{where}: no columns {used - there}"
        if column.of is not None:
            missing = set(column.of.inputs) - there
            assert not missing, f"{where}: no columns {missing}"
            assert column.of.inputs, f"{where}: computed from nothing"
            assert not column.of.formula or column.of.formula in FORMULAS, f"{where}: no formula {column.of.formula}"
            assert column.kind not in _GUARDED or not column.of.formula, f"{where}: a {column.kind} has no formula"


def groups_of(table: Table, column: Column) -> np.ndarray:
    """Return which rows belong together for what is computed."""
    n = len(table)
    if column.of is None or column.of.rows == "own":
        return np.arange(n)
    if column.of.rows == "table":
        return np.zeros(n, np.int64)
    strata = [table[one.name].tolist() for one in table.columns if one.role == "stratum"]
    keys = list(zip(*strata, strict=True)) if strata else [()] * n
    order = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return np.array([order[key] for key in keys], np.int64)


def _check_formulas(name: str, table: Table) -> None:
    for column in table.columns:
        if column.of is None or not column.of.formula:
            continue
        raw = np.asarray(table[column.name], np.float64)
        inputs = [np.asarray(table[one], np.float64) for one in column.of.inputs]
        again = computed(column.of.formula, inputs, level=column.of.level, groups=groups_of(table, column))
        there = ~np.isnan(raw)
        np.testing.assert_allclose(
            again[there], raw[there], rtol=1e-12, atol=1e-12, err_msg=f"{name}.{column.name}: {column.of.formula}"
        )


def _check_rows(name: str, table: Table) -> None:
    """Without ``sparse``, every stratum lists the same rows: else a row that is not there says that nothing was."""
    strata = [table[one.name].tolist() for one in table.columns if one.role == "stratum"]
    keys = [table[one.name].tolist() for one in table.columns if one.role == "key" and one.of is None]
    rows = list(zip(*strata, *keys, strict=True)) if strata or keys else [()] * len(table)
    assert len(set(rows)) == len(rows), f"{name}: two rows with the same strata and keys"
    if not strata or not keys or table.sparse:
        return
    listed: dict[tuple[object, ...], set[tuple[object, ...]]] = {}
    for row in rows:
        listed.setdefault(row[: len(strata)], set()).add(row[len(strata) :])
    # one row for each group, whose keys only describe it, leaves nothing out
    if all(len(one) == 1 for one in listed.values()):
        return
    assert len({frozenset(one) for one in listed.values()}) == 1, (
        f"{name}: rows are missing in some groups: sparse=True"
    )


def check_boxes(counts: Iterable[Count]) -> None:
    """Fail where boxes and numbers contradict each other: the same units, units among others, levels apart."""
    values: dict[tuple[Box, bool], tuple[float, tuple[str, str, int]]] = {}
    for one in counts:
        value, place = values.setdefault((one.box, one.events), (one.value, one.place))
        assert np.isclose(value, one.value, rtol=1e-9, atol=1e-9), (
            f"{place} and {one.place} are the same units ({dict(one.box)}), but count {value} and {one.value}"
        )
    units = {box: (value, place) for (box, events), (value, place) in values.items() if not events}
    chosen = list(units)[:_MOST_BOXES]
    dimensions = {box: dict(box) for box in chosen}
    for inner in chosen:
        for outer in chosen:
            if inner is not outer and _within(dimensions[inner], dimensions[outer]):
                assert units[inner][0] <= units[outer][0] + 1e-9, (
                    f"{units[inner][1]} ({dimensions[inner]}) is among {units[outer][1]} ({dimensions[outer]}), "
                    f"but {units[inner][0]} > {units[outer][0]}"
                )
    _check_parts(chosen, units)


def _within(inner: Mapping[str, frozenset[str]], outer: Mapping[str, frozenset[str]]) -> bool:
    return all(name in inner and inner[name] <= levels for name, levels in outer.items())


def _check_parts(boxes: list[Box], units: Mapping[Box, tuple[float, tuple[str, str, int]]]) -> None:
    """Fail where single levels of one dimension count more than all units together: then they are no partition."""
    parts: dict[tuple[Box, str], list[Box]] = {}
    for box in boxes:
        for name, levels in box:
            if len(levels) == 1:
                parts.setdefault((box - {(name, levels)}, name), []).append(box)
    for (rest, name), members in parts.items():
        if rest in units:
            total = sum(units[one][0] for one in members)
            assert total <= units[rest][0] + 1e-9, (
                f"the levels of {name!r} count {total}, all of {dict(rest)} are {units[rest][0]}: "
                f"no partition; see {[units[one][1] for one in members[:4]]}"
            )


def hidden(table: Table) -> Table:
    """Return a table as if the gate had hidden every number in it."""
    values = {
        one.name: table[one.name] if one.kind in _SILENT else np.full(len(table), np.nan) for one in table.columns
    }
    return Table(
        table.columns,
        values,
        labels=table.labels,
        title=table.title,
        statuses={one.name: [SUPPRESSED] * len(table) for one in table.columns if one.kind not in _SILENT},
        guard=table.guard,
    )


def _check_hidden(result: Result) -> None:
    """The sentences of an answer of which every number is hidden are said without an error and without a number."""
    tables = {name: hidden(table) for name, table in result.tables.items() if table.guard == "counts"}
    if "main" not in tables:
        return
    published = result.rebuild(Protected(tables=tables, provenance=result.provenance))
    for one in published.findings():
        assert "nan" not in one.text().lower().split(), one.text()
