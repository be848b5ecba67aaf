"""The secure side: for its owner only, and known again after a crash."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.publish.secure_side import SecureSide, keyed_digest


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    side.keep_record("dossiers/001.json", {"count": 3})
    key = side.key()
    assert len(bytes.fromhex(key.decode())) == 32
    assert side.key() == key
    rights = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (side.folder, *side.folder.rglob("*"))}
    assert rights == {"secure": 0o700, "dossiers": 0o700, "001.json": 0o600, "key": 0o600}
    assert side.record("dossiers/001.json") == {"count": 3}


def test_the_register_grows(tmp_path: Path) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    assert side.entries() == []
    side.enter({"kind": "release", "number": 1})
    side.enter({"kind": "query", "number": 1})
    assert [one["kind"] for one in SecureSide.opened(tmp_path / "secure").entries()] == ["release", "query"]


@pytest.mark.parametrize("text", ["", "{}", '{"format": "other", "entries": []}', '{"format": 1'])
def test_a_register_that_was_changed_is_told(tmp_path: Path, text: str) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    (side.folder / "register.json").write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="register"):
        side.entries()


def test_what_a_killed_run_had_staged_is_gone_with_the_next(tmp_path: Path) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    with side.staged({"tables/a.csv": b"1"}) as folder:
        assert (folder / "manifest.json").exists()
        left = side.folder / ".staged-left"
        left.mkdir()
    assert not folder.exists()
    SecureSide.opened(tmp_path / "secure")
    assert not left.exists()


def test_a_folder_is_kept_whole_and_again(tmp_path: Path) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    side.keep_folder("queries/0001", {"a.txt": b"old", "b.txt": b"old"})
    kept = side.keep_folder("queries/0001", {"a.txt": b"new"})
    assert sorted(one.name for one in kept.iterdir()) == ["a.txt", "manifest.json"]


def test_another_key_is_told(tmp_path: Path) -> None:
    side = SecureSide.opened(tmp_path / "secure")
    side.ensure_same_key(b"one")
    side.ensure_same_key(b"one")
    with pytest.raises(OutputError, match="Use the key that was used then"):
        side.ensure_same_key(b"two")


@pytest.mark.parametrize("what", ["file", "open", "no parent"])
def test_a_place_that_cannot_be_one(tmp_path: Path, what: str) -> None:
    place = tmp_path / "secure"
    if what == "file":
        place.write_text("", encoding="utf-8")
    elif what == "open":
        place.mkdir(mode=0o755)
        place.chmod(0o755)
    else:
        place = tmp_path / "nowhere" / "secure"
    with pytest.raises(OutputError):
        SecureSide.opened(place)


def test_a_keyed_digest_depends_on_the_key_and_on_where_parts_end() -> None:
    assert keyed_digest(b"k", b"ab", b"c") == keyed_digest(b"k", b"ab", b"c")
    assert len({keyed_digest(*one) for one in ((b"k", b"ab", b"c"), (b"k", b"a", b"bc"), (b"j", b"ab", b"c"))}) == 3
