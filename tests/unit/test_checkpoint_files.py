"""Checkpoints in folders: the note to the byte, once, for its owner alone, and nowhere but there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from expressplatform.errors import Refused, StoreUnusable
from expressplatform.ports import Witness
from expressplatform_files.checkpoints import CheckpointFolder

NOTE = "council.example/ledger\n1\nAAAA\n\n— x y\n".encode()


def test_each_organisation_has_a_folder_with_a_file_for_each_day(tmp_path: Path) -> None:
    """The file is the note; one that is there already stays as it is."""
    witness: Witness = CheckpointFolder(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    for organisation, day in (("taobao", "2026-03-02"), ("jd", "2026-03-02"), ("taobao", "2026-03-03")):
        witness.checkpoint(organisation, f"council.example/ledger/{day}", NOTE)
    witness.checkpoint("jd", "council.example/ledger/2026-03-02", b"another")
    found = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {
        f"out/{name}.checkpoint": NOTE for name in ("taobao/2026-03-02", "jd/2026-03-02", "taobao/2026-03-03")
    }
    for path in (tmp_path / "out").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_another_logs_note_of_the_same_day_stands_beside_the_first(tmp_path: Path) -> None:
    """A platform that is called otherwise since, or a second one: neither takes the other's place, however often."""
    witness = CheckpointFolder(tmp_path)
    other = NOTE.replace(b"council", b"another")
    for _ in range(2):
        witness.checkpoint("jd", "council.example/ledger/2026-03-02", NOTE)
        witness.checkpoint("jd", "another.example/ledger/2026-03-02", other)
    assert sorted(path.read_bytes() for path in (tmp_path / "jd").iterdir()) == [other, NOTE]


@pytest.mark.parametrize("organisation", ["..", "", ".", "a/b", "a\\b", "a\0", " a", "a" * 101, "-x", "x."])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, organisation: str) -> None:
    witness = CheckpointFolder(tmp_path / "out")
    for whose, id in ((organisation, "ledger/2026-03-02"), ("jd", f"ledger/{organisation.rpartition('/')[2]}")):
        if whose == "jd" and organisation == "a/b":
            continue
        with pytest.raises(Refused):
            witness.checkpoint(whose, id, NOTE)
    assert list(tmp_path.rglob("*.checkpoint")) == []


def test_a_folder_that_cannot_be_written_is_the_operators_to_see_to(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(StoreUnusable):
        CheckpointFolder(tmp_path / "out").checkpoint("jd", "ledger/2026-03-02", NOTE)
    assert repr(CheckpointFolder(tmp_path)) == "<CheckpointFolder>"
