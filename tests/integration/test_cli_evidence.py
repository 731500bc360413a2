"""`expressplatform evidence` on real files: a document from its adding to its erasure."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from expressplatform.media import strip_jpeg
from expressplatform_cli.commands import group
from expressplatform_cli.exits import Exit
from tests.integration.test_cli import ASSESSMENT, OFFICER, TRADER, UPLOAD
from tests.pictures import CANARY, METADATA, jpeg
from tests.typed import Typed

PHOTO = jpeg(b"".join(METADATA.values()))
NAME = "Wq7Z receipt.jpg"


class Desk(Typed):
    """A place with a configuration that names a scan."""

    def __init__(self, folder: Path, answer: int = 0) -> None:
        assert CliRunner().invoke(group, ["init", str(folder)]).exit_code == 0
        self.folder, self.config = folder, folder / "expressplatform.toml"
        self.where = ("--config", str(self.config))
        command = json.dumps([sys.executable, "-c", f"import sys; sys.stdin.buffer.read(); sys.exit({answer})"])
        self.config.write_text(f"{self.config.read_text()}scan = {command}\n")
        self.ok("impact-assessment", "add", "-", *OFFICER, given=ASSESSMENT)
        filled = self.ok("lodge", "--template")
        self.case = json.loads(self.ok("lodge", "-", *OFFICER, "--json", given=filled))["reference"]
        self.photo = folder.parent / NAME
        self.photo.write_bytes(PHOTO)

    def add(self, file: str = "", kind: str = "photograph", given: str | bytes = NAME) -> str:
        added = self.ok(
            "evidence", "add", self.case, file or str(self.photo), "--kind", kind, *OFFICER, "--json", given=given
        )
        return str(json.loads(added)["id"])

    def listed(self, *who: str) -> Any:
        return json.loads(self.ok("evidence", "list", self.case, *(who or OFFICER), "--json"))["evidence"]

    def with_taobao(self) -> None:
        self.ok("act", self.case, "accept", *OFFICER)
        self.ok("act", self.case, "upload", UPLOAD, *OFFICER)
        self.ok("act", self.case, "obtain", *TRADER)


def test_a_document_from_its_adding_to_the_trader(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    added = desk.add()
    assert "not scanned yet" in desk.ok("evidence", "list", desk.case, *OFFICER).lower()
    assert desk.run("evidence", "get", desk.case, added, "--output", "-", "--reason", "r", *OFFICER).exit_code == 5
    desk.ok("work")
    assert "Clean" in desk.ok("evidence", "list", desk.case, *OFFICER)
    desk.with_taobao()
    assert desk.listed(*TRADER) == []
    desk.ok("evidence", "share", desk.case, added, "--to", "taobao", *OFFICER)
    output = tmp_path / "copy.jpg"
    desk.ok("evidence", "get", desk.case, added, "--output", str(output), *TRADER)
    assert output.read_bytes() == strip_jpeg(PHOTO)
    again = ("evidence", "get", desk.case, added, *TRADER, "--json", "--output")
    told = json.loads(desk.ok(*again, str(tmp_path / "again.jpg")))
    assert (told["id"], told["media_type"], told["bytes"]) == (added, "image/jpeg", len(strip_jpeg(PHOTO)))
    assert desk.run(*again, "-").exit_code == Exit.USAGE
    if os.name != "nt":
        assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert "evidence" in desk.ok("disclosures", *OFFICER, "--to", "taobao")


def test_an_officer_reads_it_as_it_was_handed_in_with_a_reason(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    added = desk.add()
    desk.ok("work")
    get = ("evidence", "get", desk.case, added, *OFFICER)
    assert desk.run(*get, "--output", "-").exit_code == Exit.REFUSED
    result = desk.run(*get, "--output", "-", "--reason", "to compare")
    assert result.stdout_bytes == PHOTO
    place = tmp_path / "there.jpg"
    place.write_bytes(b"mine")
    assert desk.run(*get, "--output", str(place), "--reason", "r").exit_code == Exit.STORE
    assert place.read_bytes() == b"mine"
    assert "evidence" in desk.ok("access-log", *OFFICER)


def test_an_access_copy_brings_the_documents_that_may_be_handed_out(tmp_path: Path) -> None:
    """What the person gave comes back to the person as it was given (PDPO s.18); what no scan saw is told of."""
    desk = Desk(tmp_path / "place")
    added = desk.add()
    person = "\n".join(
        json.loads(desk.ok("show", desk.case, *OFFICER, "--reason", "r", "--json"))["particulars"][one]
        for one in ("name", "email")
    )
    asked = ("access-request", "open", "--channel", "post", *OFFICER, "--json")
    answer = ("--identity", "called_back", *OFFICER, "--json", "--into")
    first = json.loads(desk.ok(*asked, given=person))
    early = json.loads(desk.ok("access-request", "answer", first["id"], *answer, str(tmp_path / "early")))
    assert early["files"]["papers"] == []
    assert [one.partition("/")[2] for one in early["files"]["not_written"]] == [added]
    desk.ok("work")
    second = json.loads(desk.ok(*asked, "--key", "again", given=person))
    done = json.loads(desk.ok("access-request", "answer", second["id"], *answer, str(tmp_path / "answers")))
    (path,) = done["files"]["papers"]
    assert Path(path).read_bytes() == PHOTO
    assert Path(path).name == f"{second['id']}-{second['cases'][0]}-{added}.jpg"
    assert done["files"]["not_written"] == []


def test_names_are_read_from_where_nobody_looks_over_a_shoulder(tmp_path: Path) -> None:
    """Not from the command line; and not shown again."""
    desk = Desk(tmp_path / "place")
    desk.add(given="a name of my own\n")
    desk.ok("evidence", "add", desk.case, str(desk.photo), "--kind", "order", "--name-from-file", *OFFICER)
    desk.ok("evidence", "add", desk.case, "-", "--kind", "order", *OFFICER, given=b"some words")
    names = [
        line
        for line in desk.ok("show", desk.case, *OFFICER, "--reason", "r").splitlines()
        if "own" in line or "Wq7Z" in line
    ]
    assert len(names) == 2
    listed = desk.ok("evidence", "list", desk.case, *OFFICER)
    assert "own" not in listed
    assert "Wq7Z" not in listed
    files = b"".join(one.read_bytes() for one in desk.folder.iterdir())
    assert CANARY not in files
    assert b"a name of my own" not in files


def test_a_text_of_a_payment_is_masked_by_rule(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    added = desk.add("-", "payment", given=b"card 4111 1111 1111 1111")
    masked = json.loads(desk.ok("evidence", "redact", desk.case, added, *OFFICER, "--json"))["id"]
    photo = desk.add(kind="payment")
    copied = json.loads(desk.ok("evidence", "redact", desk.case, photo, "-", *OFFICER, "--json", given=jpeg()))["id"]
    desk.ok("work")
    text = desk.ok("evidence", "get", desk.case, masked, "--output", "-", "--reason", "r", *OFFICER)
    assert text == "card •••• •••• •••• 1111"
    copies = {one["id"]: one["copy_of"] for one in desk.listed() if one["copy_of"]}
    assert copies == {masked: added, copied: photo}
    assert f"masked copy of {added}" in " ".join(desk.ok("evidence", "list", desk.case, *OFFICER).split())


@pytest.mark.parametrize(("answer", "state"), [(1, "harmful"), (2, "none")])
def test_what_a_scan_finds_harmful_or_cannot_read_is_handed_to_nobody(tmp_path: Path, answer: int, state: str) -> None:
    desk = Desk(tmp_path / "place", answer)
    added = desk.add()
    worked = desk.run("work")
    assert ("scan_failed" in worked.output) is (answer == 2)
    assert [str(one["scanned"]).lower() for one in desk.listed() if one["held"]] == [state]
    got = desk.run("evidence", "get", desk.case, added, "--output", "-", "--reason", "r", *OFFICER)
    assert got.exit_code == Exit.REFUSED


def test_what_is_no_document_is_told_without_its_words(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    desk.photo.write_bytes(b"\x00" + CANARY)
    result = desk.run("evidence", "add", desk.case, str(desk.photo), "--kind", "order", *OFFICER)
    assert result.exit_code == Exit.INPUT
    assert CANARY.decode() not in result.output
    assert "Wq7Z" not in desk.run("evidence", "add", desk.case, "Wq7Z.jpg", "--kind", "order", *OFFICER).output


def test_sweeping_says_how_many(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    assert desk.ok("evidence", "sweep").strip() == "Swept away: 0."
    assert json.loads(desk.ok("evidence", "sweep", "--json")) == {"swept": 0}
    assert (desk.folder / "evidence.db").is_file()


def test_a_place_without_documents_has_no_file_for_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "place")
    assert desk.ok("evidence", "list", desk.case, *OFFICER)
    desk.ok("work")
    assert not (desk.folder / "evidence.db").exists()
    desk.config.write_text(f'{desk.config.read_text()}evidence = "elsewhere.db"\n')
    desk.add()
    assert (desk.folder / "elsewhere.db").is_file()


@pytest.mark.parametrize("scan", ['"clamdscan -"', "[]", "[1]"])
def test_a_scan_that_is_no_command_is_told_so(tmp_path: Path, scan: str) -> None:
    desk = Desk(tmp_path / "place")
    lines = [line for line in desk.config.read_text().splitlines() if not line.startswith("scan")]
    desk.config.write_text("\n".join([*lines, f"scan = {scan}"]))
    result = desk.run("cases")
    assert result.exit_code == Exit.INPUT
    assert "$.scan" in result.output
