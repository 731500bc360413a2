"""The ledger on the command line: places and checkpoints come with the work, and what does not hold is shown."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner, Result

from examples.verify_bundle import main as verified
from expressplatform import ledger
from expressplatform.errors import LedgerBroken
from expressplatform.ports import StoredEvent
from expressplatform.signing import SigningKey
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from expressplatform_cli.ledgering import drawn

STAFF = ("--as", "officer-1")


@attrs.frozen
class Place:
    """A place made by `init`, with some cases."""

    folder: Path

    def run(self, *asked: object) -> Result:
        return CliRunner().invoke(group, [*map(str, asked), "--config", str(self.folder / "expressplatform.toml")])

    def ok(self, *asked: object) -> str:
        result = self.run(*asked)
        assert result.exit_code == 0, result.output
        return result.stdout

    def lodge(self, count: int, begin: int = 0) -> None:
        for number in range(begin, begin + count):
            path = self.folder / "complaint.json"
            path.write_text(self.ok("lodge", "--template").replace("EX-0000-0001", f"A-{number}"))
            self.ok("lodge", path, *STAFF, "--key", f"form-{number}")

    def cases(self) -> list[str]:
        return [one["case_id"] for one in json.loads(self.ok("cases", "--json"))["cases"]]

    def tamper(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.folder / "cases.db")) as db, db:
            for statement in statements:
                db.execute(statement)

    def handed_out(self) -> Path:
        (found,) = (self.folder / "checkpoints" / "jd").iterdir()
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "place")
    assert CliRunner().invoke(group, ["init", str(made.folder)]).exit_code == 0
    made.lodge(3)
    return made


def said(result: Result) -> str:
    return " ".join(result.stderr.split())


def test_work_gives_places_and_writes_the_days_checkpoint_for_every_organisation(place: Place) -> None:
    """`verify` then holds every row against it, and against the copy that somebody else has."""
    assert "3 rows have no place" in " ".join(place.ok("doctor").split())
    told = json.loads(place.ok("work", "--json"))
    assert (told["placed"], told["failed"]) == (3, [])
    assert told["checkpoints"] == len(list((place.folder / "checkpoints").iterdir())) > 10
    assert json.loads(place.ok("work", "--json"))["placed"] == 0
    assert "3 rows, under 1 checkpoint kept here and 1 handed in" in place.ok(
        "verify", "--checkpoint", place.handed_out()
    )
    place.lodge(1, 3)
    assert "1 row without a place yet" in place.ok("verify")
    told = json.loads(place.ok("verify", "--json"))
    assert (told["holds"], told["rows"], told["waiting"], told["kept"]) == (True, 3, 1, 1)
    assert "Every row has its place" in " ".join(Place(place.folder).ok("work") and place.ok("doctor").split())


def test_doctor_tells_how_old_the_last_checkpoint_is_and_whether_anybody_is_handed_one(place: Place) -> None:
    place.ok("work")
    assert "The last checkpoint was signed at" in " ".join(place.ok("doctor").split())
    config = place.folder / "expressplatform.toml"
    config.write_text(config.read_text().replace('checkpoints = "checkpoints"', "# "))
    assert "No checkpoint leaves the house" in " ".join(place.ok("doctor").split())
    place.tamper("DELETE FROM shelf WHERE kind = 'checkpoint'")
    assert "No checkpoint of the ledger has been signed" in " ".join(place.ok("doctor").split())


def test_a_bundle_is_checked_by_whoever_has_the_example_and_the_key(place: Place, tmp_path: Path) -> None:
    """And by nothing else: the place is not asked, and the day's checkpoint is in it."""
    place.ok("work")
    case = place.cases()[0]
    out, note = tmp_path / "bundle.json", tmp_path / "note"
    told = json.loads(place.ok("ledger-bundle", case, "--out", out, *STAFF, "--json"))
    assert json.loads(place.ok("checkpoint", "--out", note, "--json"))["public_key"] == told["public_key"]
    assert note.read_bytes() == place.handed_out().read_bytes()
    assert verified([str(out), told["public_key"], told["origin"], str(note)]) == "proven: 1 rows of 3"
    assert place.run("ledger-bundle", case, "--out", out, *STAFF).exit_code == Exit.USAGE
    text = place.ok("ledger-bundle", case, "--out", tmp_path / "two.json", "--checkpoint", note, *STAFF)
    assert f"verify_bundle.py {tmp_path / 'two.json'} {told['public_key']} {told['origin']}" in text
    stranger = ("--as", "agent", "--role", "trader", "--organisation", "jd")
    assert place.run("ledger-bundle", case, "--out", tmp_path / "no.json", *stranger).exit_code == Exit.NO_CASE
    assert place.ok("checkpoint").startswith(note.read_text().rstrip())


def test_before_the_first_checkpoint_there_is_none(place: Place, tmp_path: Path) -> None:
    assert place.run("checkpoint").exit_code == Exit.USAGE
    assert place.run("ledger-bundle", place.cases()[0], "--out", tmp_path / "b", *STAFF).exit_code == Exit.REFUSED


ALTERED = "UPDATE events SET facts = facts || ' ' WHERE row = 2"
FORGET = "DELETE FROM shelf WHERE kind = 'checkpoint'"


@pytest.mark.parametrize(
    ("statements", "code", "sentence"),
    [
        ([ALTERED], "row_differs", "The row at place 1 is not the one that was placed there"),
        (["DELETE FROM events WHERE row = 2"], "row_missing", "The row at place 1 is not in the store any more"),
        (["DELETE FROM ledger WHERE place = 2", FORGET], "rows_missing", "There are 2 rows where a checkpoint"),
        (
            ["UPDATE ledger SET place = -1 WHERE place = 0", "UPDATE ledger SET place = 0 WHERE place = 2",
             "UPDATE ledger SET place = 2 WHERE place = -1"],
            "root_differs",
            "put in another's place between 0 and 2",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_named_and_what_to_do_about_it(
    place: Place, statements: Sequence[str], code: str, sentence: str
) -> None:
    """With the exit code of a store that cannot be used, for people and for programs."""
    place.ok("work")
    place.tamper(*statements)
    result = place.run("verify", "--checkpoint", place.handed_out())
    assert result.exit_code == Exit.STORE
    assert sentence in said(result)
    assert code in said(result)
    assert "keep a copy of the store as it is" in said(result)
    assert result.stderr.startswith("place ")
    document: dict[str, Any] = json.loads(place.run("verify", "--json", "--checkpoint", place.handed_out()).stderr)[
        "error"
    ]
    assert (document["code"], document["exit"]) == (code, Exit.STORE)
    assert {"place", "since"} <= document.keys()


def test_a_checkpoint_of_another_key_or_ledger_is_not_ours(place: Place, tmp_path: Path) -> None:
    """Also where the key store was exchanged: the published key says so."""
    place.ok("work")
    theirs, note = SigningKey.generate(), tmp_path / "note"
    row = ledger.leaf_of(StoredEvent("c-1", 1, "x", 1, b"", b""))
    made = ledger.Checkpoint("hkcc/ledger", 1, ledger.EMPTY.extend([row]).root())
    note.write_bytes(ledger.write_checkpoint(made, public=theirs.public, sign=theirs.sign))
    result = place.run("verify", "--checkpoint", note)
    assert (result.exit_code, "not signed by this platform" in said(result)) == (Exit.STORE, True)
    coded = b64encode(theirs.public).decode()
    assert place.run("verify", "--checkpoint", place.handed_out(), "--key", coded).exit_code == Exit.STORE
    assert "[root_differs]" in place.run("verify", "--checkpoint", note, "--key", coded).stderr
    for wrong in ("", "AAAA", "x"):
        assert place.run("verify", "--key", wrong).exit_code == Exit.USAGE
    note.write_bytes(b"no note")
    assert place.run("verify", "--checkpoint", note).exit_code == Exit.INPUT
    note.write_bytes(b"\n" * 200_000)
    assert place.run("verify", "--checkpoint", note).exit_code == Exit.INPUT


def test_a_restored_backup_holds_and_the_newest_checkpoint_shows_what_it_lacks(place: Place, tmp_path: Path) -> None:
    """The ledger comes along with its places; work goes on behind them."""
    place.ok("work")
    place.ok("backup", tmp_path / "b")
    place.lodge(2, 3)
    place.ok("work")
    note = tmp_path / "later"
    place.tamper(FORGET)
    place.ok("work")
    place.ok("checkpoint", "--out", note)
    new = Place(tmp_path / "new")
    asked = ["restore", str(tmp_path / "b"), "--keys-from", str(tmp_path / "b-keys"), "--to", str(new.folder), *STAFF]
    assert CliRunner().invoke(group, [*asked, "--without-register"]).exit_code == 0
    assert "3 rows, under 1 checkpoint" in new.ok("verify")
    result = new.run("verify", "--checkpoint", note)
    assert "There are 3 rows where a checkpoint" in said(result)
    assert "this is what it lacks" in said(result)
    new.lodge(1, 9)
    assert json.loads(new.ok("work", "--json"))["placed"] == 1
    assert "4 rows" in new.ok("verify")


def test_the_line_of_rows_shows_where() -> None:
    """What is as signed, what is wrong, what nobody can tell."""
    exact = drawn(LedgerBroken("row_differs", 700, 700), 1_203)
    assert exact[0].split() == ["place", "0", "700", "701"]
    assert exact[1].split() == ["─" * 11, "x" * 11, "·" * 11]
    assert exact[2].split("  ")[-1].strip() in ("", "not known")
    stretch = drawn(LedgerBroken("root_differs", 1_000, 700), 1_203)
    assert stretch[0].split() == ["place", "0", "700", "1,000"]
    missing = drawn(LedgerBroken("rows_missing", 900, 700), 900)
    assert missing[0].split() == ["place", "0", "700", "900"]
    assert missing[2].split() == ["as", "signed", "not", "known", "missing"]
    assert drawn(LedgerBroken("row_missing", 0, 0), 1)[2].split() == ["missing"]
