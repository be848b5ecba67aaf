"""Event logs in XES: one row per event, attributes of the trace beside it; nothing outside the file is looked at."""

from __future__ import annotations

import gzip
import itertools
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.proposals.propose import Proposal, propose_mapping
from justice_metrics.cases.readers.text_table import TextTable
from justice_metrics.cases.readers.xes import NUMBER, is_xes, read_xes, seconds_to_read

HEAD = '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">'


def log(body: str, folder: Path, *, name: str = "log.xes", head: str = HEAD) -> Path:
    path = folder / name
    data = f"{head}{body}</log>".encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def trace(case: str, *events: str) -> str:
    return f'<trace><string key="concept:name" value={quoteattr(case)}/>{"".join(events)}</trace>'


def event(name: str, when: str, more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value={quoteattr(name)}/><date key="time:timestamp" value="{when}"/>'
        f"{more}</event>"
    )


def cells(read: TextTable) -> list[dict[str, str | None]]:
    return read.table.to_pylist()  # type: ignore[no-any-return]


def refusal(path: Path) -> str:
    with pytest.raises(ReadError) as error:
        read_xes(path)
    assert error.value.remedy is not None
    return error.value.text()


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz", "LOG.XES"])
def test_one_row_per_event_in_the_order_of_the_log(tmp_path: Path, name: str) -> None:
    body = trace(
        "Ñ-1",
        event("Denuncia", "2018-04-30T23:30:00.000-04:00", '<int key="monto" value="35"/>'),
        event("Rechazo", "2018-05-02T00:00:00Z"),
    ) + trace("2", event("Denuncia & más", "2019-01-01"))
    read = read_xes(log(body, tmp_path, name=name))
    assert is_xes(name)
    assert read.columns == ("case:concept:name", NUMBER, "concept:name", "time:timestamp", "monto")
    assert [tuple(row.values()) for row in cells(read)] == [
        ("Ñ-1", "1", "Denuncia", "2018-04-30T23:30:00.000-04:00", "35"),
        ("Ñ-1", "2", "Rechazo", "2018-05-02T00:00:00Z", None),
        ("2", "1", "Denuncia & más", "2019-01-01", None),
    ]
    assert read.n_rows == 3
    assert read.notes == ()


def test_what_describes_the_log_is_no_data(tmp_path: Path) -> None:
    described = (
        '<extension name="Concept" prefix="concept" uri="x"/><classifier name="Activity" keys="concept:name"/>'
        '<global scope="trace"><string key="concept:name" value="name"/></global>'
        '<global scope="event"><string key="org:group" value="none"/></global>'
        '<string key="concept:name" value="the log"/>'
    )
    read = read_xes(log(described + trace("1", event("Denuncia", "2018-04-30")), tmp_path))
    assert read.columns == ("case:concept:name", NUMBER, "concept:name", "time:timestamp")
    assert cells(read)[0]["case:concept:name"] == "1"


def test_an_attribute_of_the_trace_that_stands_below_its_events(tmp_path: Path) -> None:
    body = f'<trace>{event("Denuncia", "2018-04-30")}<string key="concept:name" value="9"/></trace>'
    assert cells(read_xes(log(body, tmp_path)))[0]["case:concept:name"] == "9"


def test_nested_repeated_and_empty_are_counted(tmp_path: Path) -> None:
    nested = (
        '<string key="juzgado" value="3"><string key="sala" value="A"/></string>'
        '<list key="leyes"><values><string key="ley" value="348"/></values></list>'
        '<string key="juzgado" value="4"/><string key="vacío" value="  "/><string key="" value="x"/>'
    )
    read = read_xes(log(trace("1", event("Denuncia", "2018-04-30", nested)) + trace("2"), tmp_path))
    assert cells(read)[0]["juzgado"] == "3"
    assert "vacío" not in read.columns
    notes = [note.text() for note in read.notes]
    assert notes[0].startswith("3 attributes inside")
    assert notes[1].startswith("1 attribute stands twice")
    assert notes[2] == "1 trace holds no event."


def test_an_event_without_a_trace_has_no_case(tmp_path: Path) -> None:
    read = read_xes(log(trace("1", event("a", "2018-01-01")) + event("b", "2018-01-02"), tmp_path))
    assert [row["case:concept:name"] for row in cells(read)] == ["1", None]


def test_blocks_with_different_columns_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justice_metrics.cases.readers.xes._BLOCK", 2)
    events = [event(f"e{n}", "2018-01-01", f'<int key="k{n}" value="{n}"/>') for n in range(5)]
    read = read_xes(log(trace("1", *events[:3]) + trace("2", *events[3:]), tmp_path))
    assert [row["k4"] for row in cells(read)] == [None, None, None, None, "4"]
    assert [row["k0"] for row in cells(read)] == ["0", None, None, None, None]
    assert [row[NUMBER] for row in cells(read)] == ["1", "2", "3", "1", "2"]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE log [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE log [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE log SYSTEM "http://example.org/log.dtd">',
    ],
)
def test_entities_are_refused_before_they_are_looked_at(tmp_path: Path, doctype: str) -> None:
    head = f'<?xml version="1.0"?>{doctype}<log>'
    text = refusal(log(trace("&a;" if "ENTITY" in doctype else "1"), tmp_path, head=head))
    assert "declares entities" in text
    assert "etc" not in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"<log><trace>", "damaged"),
        (b"<log><trace></log>", "damaged"),
        (b"case;activity\n1;a\n", "damaged"),
        (b"<html><body/></html>", "no event log"),
        (b"<log></log>", "holds no event"),
        (b"<log><trace/></log>", "holds no event"),
        (b"<log>" + b"<a>" * 200, "damaged"),
        (gzip.compress(b"<log><trace>", mtime=0)[:-9], "damaged"),
        (b"\x1f\x8bnothing of the kind", "damaged"),
        (b'<log><trace><event><string key="a" value="\xff\xfe"/></event></trace></log>', "damaged"),
    ],
)
def test_refusals(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(content)
    assert said in refusal(path)


def test_an_archive_that_would_fill_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justice_metrics.cases.readers.xes._SMALL", 1 << 20)
    path = tmp_path / "log.xes.gz"
    with gzip.open(path, "wb") as made:
        made.write(b"<log>")
        made.writelines(itertools.repeat(b" " * (1 << 16), 100))
    assert "more memory" in refusal(path)


def test_too_many_different_attributes(tmp_path: Path) -> None:
    more = "".join(f'<int key="k{n}" value="1"/>' for n in range(501))
    assert "500 different attributes" in refusal(log(trace("1", event("a", "2018-01-01", more)), tmp_path))


@given(
    st.lists(
        st.lists(st.dictionaries(st.sampled_from("abc"), st.text("xy <&ñ", min_size=1), max_size=3), max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, traces: list[list[dict[str, str]]]) -> None:
    body = "".join(
        trace(
            f"c{place}",
            *[
                "<event>"
                + "".join(f"<string key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in one.items())
                + "</event>"
                for one in events
            ],
        )
        for place, events in enumerate(traces)
    )
    path = log(body, tmp_path_factory.mktemp("xes"))
    meant = [
        {"case:concept:name": f"c{place}", NUMBER: str(number)} | {k: v.strip() for k, v in one.items() if v.strip()}
        for place, events in enumerate(traces)
        for number, one in enumerate(events, start=1)
    ]
    if not meant:
        assert "holds no event" in refusal(path)
        return
    read = [{k: v for k, v in row.items() if v is not None} for row in cells(read_xes(path))]
    assert read == meant


def test_a_proposal_knows_its_columns(tmp_path: Path) -> None:
    body = "".join(
        trace(str(case), event("Denuncia", f"2018-01-{case:02}"), event("Rechazo", f"2018-03-{case:02}"))
        for case in range(1, 21)
    )
    proposal = propose_mapping(log(body, tmp_path))
    assert isinstance(proposal, Proposal)
    proposed = proposal.toml("en")
    for line in (
        'kind = "events"',
        'id = "case:concept:name"',
        'date = "time:timestamp"',
        'order = "event:number"',
        'column = "concept:name"',
        '"Rechazo" = "rejected"',
    ):
        assert line in proposed


def test_a_compressed_log_has_more_time(tmp_path: Path) -> None:
    plain, small = tmp_path / "log.xes", tmp_path / "log.xes.gz"
    for path in (plain, small):
        path.write_bytes(b" " * (1 << 20))
    assert 9 < seconds_to_read(plain) < 15
    assert 40 < seconds_to_read(small) < 60


def test_moments_by_utc_are_told(tmp_path: Path) -> None:
    """An evening in La Paz is the next day there."""
    body = trace("1", event("a", "2018-01-14T02:00:00Z"), event("b", "2018-01-14T02:00:00.000+00:00"))
    body += trace("2", event("a", "2018-01-14T00:00:00.000Z"), event("b", "2018-01-13T22:00:00-04:00"))
    read = read_xes(log(body, tmp_path))
    assert [note.text()[:9] for note in read.notes if "UTC" in note.text()] == ["2 moments"]
    assert read_xes(log(trace("1", event("a", "2018-01-14")), tmp_path)).notes == ()
