"""`breach` on the command line: from the question to the closing, with nothing personal on the way."""

from __future__ import annotations

import json
import stat
from email import message_from_bytes
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from click.testing import CliRunner

from expressplatform.codes import Audience, Purpose, Stage
from expressplatform.complaint import Particulars
from expressplatform.errors import Unreachable
from expressplatform.ports import Message
from expressplatform.privacy.disclosure import disclose
from expressplatform.schemes import HK_CCA
from expressplatform_cli.commands import group
from expressplatform_cli.outbox import Outbox
from tests.integration.test_cli import ASSESSMENT, CANARY, OFFICER, UPLOAD, Desk
from tests.walking import START
from tests.whole_complaint import WHOLE

SPAN: Final = ("--from", "2020-01-01", "--until", "2099-12-31")
EMAIL: Final = "person@example.com"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A new place with one case in it."""
    folder = tmp_path / "place"
    assert CliRunner().invoke(group, ["init", str(folder)]).exit_code == 0
    made = Desk(folder)
    made.ok("impact-assessment", "add", "-", *OFFICER, given=ASSESSMENT)
    made.lodge()
    return made


def _open(desk: Desk, *arguments: str, given: str = "A disk was lost.\n") -> dict[str, Any]:
    found: dict[str, Any] = desk.document("breach", "open", *SPAN, *OFFICER, *arguments, given=given)
    return found


def test_a_breach_is_opened_described_told_reported_and_closed(desk: Desk, tmp_path: Path) -> None:
    made = _open(desk, "--what", "backup")
    assert (made["status"], made["scope"]["cases"], made["scope"]["people"]) == ("open", 1, 1)
    assert made["cause"] == "A disk was lost."
    assert "batch" not in made
    (tmp_path / "measures.txt").write_text("The disk was sealed.", encoding="utf-8")
    words = ("--measures", str(tmp_path / "measures.txt"), "--harm", "-")
    said = desk.document("breach", "describe", made["id"], *words, *OFFICER, given="Fraud.\n")
    assert (said["measures"], said["harm"], said["cause"]) == ("The disk was sealed.", "Fraud.", "A disk was lost.")

    folder = tmp_path / "outbox"
    told = desk.document("breach", "tell", made["id"], "--outbox", str(folder), *OFFICER)
    assert (told["sent"], told["done"]) == (1, True)
    (path,) = folder.iterdir()
    message = message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
    assert "The disk was sealed." in message.get_content()
    assert CANARY not in message.get_content() + str(message["Subject"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = desk.ok("breach", "tell", made["id"], "--outbox", str(folder), *OFFICER)
    assert "1 dealt with before" in again

    noted = desk.document("breach", "tell", made["id"], "--authority", *OFFICER)
    assert noted["status"] == "all_told"
    report = desk.document("breach", "report", made["id"], *OFFICER)
    values = {one["id"]: one["value"] for one in report["headings"]}
    assert values["harm"] == "Fraud."
    page = desk.ok("breach", "report", made["id"], "--as", "auditor-1", "--auditor")
    assert "可能造成的損害" in page
    assert "Fraud." in page
    assert desk.document("breach", "close", made["id"], *OFFICER)["status"] == "closed"
    assert desk.document("breach", "list", "--open", *OFFICER) == {"breaches": []}
    listed = desk.ok("breach", "list", *OFFICER)
    assert made["id"] in listed
    everything = desk.ok("breach", "list", *OFFICER, "--json") + listed + page + json.dumps([report, noted, told])
    assert CANARY not in everything


def test_a_person_is_named_on_standard_input_and_nowhere_else(desk: Desk) -> None:
    made = _open(desk, "--what", "subject", given=f"{CANARY}\nchan.example@example.org\nSomebody looked.\n")
    found = _open(desk, "--what", "subject", "--key", "k", given=f"{CANARY}\n{_contact(desk)}\nSomebody looked.\n")
    assert found["scope"]["people"] == 1
    assert made["cause"] == "Somebody looked."
    assert CANARY not in json.dumps([made, found])


def _contact(desk: Desk) -> str:
    (case,) = desk.document("cases")["cases"]
    shown = desk.document("show", case["case_id"], *OFFICER, "--reason", "test")
    return str(shown["particulars"]["email"] or shown["particulars"]["phone"])


def test_a_case_s_key_is_named_by_reference_and_a_trader_by_its_id(desk: Desk) -> None:
    (case,) = desk.document("cases")["cases"]
    made = _open(desk, "--what", "key", "--about", case["reference"])
    assert made["about"] == case["case_id"]
    for command, more in (("accept", ()), ("upload", (UPLOAD,))):
        desk.ok("act", case["reference"], command, *more, *OFFICER)
    desk.ok("act", case["reference"], "Obtain", "--as", "a", "--role", "trader", "--organisation", "taobao")
    page = desk.ok("breach", "open", "--what", "trader", "--about", "taobao", *SPAN, *OFFICER, given="Stolen.\n")
    assert "taobao 1" in page
    assert "to be told by" in page


def test_whoever_cannot_be_written_to_is_told_of(desk: Desk, tmp_path: Path) -> None:
    filled = (
        desk.ok("lodge", "--template")
        .replace("EX-0000-0001", "EX-2")
        .replace('"channel": "email"', '"channel": "post"')
    )
    desk.ok("lodge", "-", *OFFICER, given=filled.replace("Example Person", "Somebody else"))
    made = _open(desk, "--what", "backup")
    desk.ok("breach", "describe", made["id"], "--measures", "-", *OFFICER, given="Sealed.")
    page = desk.ok("breach", "tell", made["id"], "--outbox", str(tmp_path / "outbox"), *OFFICER)
    assert "1 written to now" in page
    assert "1 cannot be written to" in page
    assert "Not all have been told yet." in page


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("breach", "open", "--what", "backup", *OFFICER), 2),
        (("breach", "open", "--what", "canary", *SPAN, *OFFICER), 2),
        (("breach", "tell", "b1", *OFFICER), 2),
        (("breach", "tell", "b1", "--authority", "--outbox", "x", *OFFICER), 2),
        (("breach", "report", "b1", *OFFICER), 5),
        (("breach", "close", "b1", *OFFICER), 5),
        (("breach", "open", "--what", "trader", *SPAN, *OFFICER), 4),
    ],
)
def test_what_is_wrong_is_told_by_its_exit_code_and_never_repeated(
    desk: Desk, arguments: tuple[str, ...], code: int
) -> None:
    result = desk.run(*arguments, given="Because.\n")
    assert result.exit_code == code, result.output
    assert "canary" not in result.output


def test_words_that_are_no_text_are_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"\xff\xfe")
    result = desk.run("breach", "open", "--what", "backup", *SPAN, *OFFICER, "--cause", str(tmp_path / "w"))
    assert result.exit_code == 4


class TestOutbox:
    """A message is a file: whole, private, under its own id; whoever has no address is not reached."""

    def _message(self, email: str, subject: str = "Reference 1") -> Message:
        complaint = attrs.evolve(WHOLE, particulars=Particulars(name="A", email=email))
        reader = disclose(
            complaint,
            audience=Audience.COMPLAINANT,
            recipient="complainant",
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=(),
            scheme=HK_CCA,
            at=START,
            use_until=START,
        )
        return Message("b1.c1", reader, "zh-Hant", subject, "你好\n")

    def test_a_message_is_a_file_that_mail_programs_read(self, tmp_path: Path) -> None:
        outbox = Outbox(tmp_path / "o")
        for _ in range(2):
            outbox.send(self._message(EMAIL))
        (path,) = (tmp_path / "o").iterdir()
        read = message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
        assert (path.name, read["To"], read["Subject"]) == ("b1.c1.eml", EMAIL, "Reference 1")
        assert read.get_content().strip() == "你好"
        assert EMAIL not in path.name

    @pytest.mark.parametrize(
        "email", ["", "nobody", "a@example.com\nBcc: b@example.com", "a@example.com, b@example.com"]
    )
    def test_an_address_that_is_none_reaches_nobody(self, tmp_path: Path, email: str) -> None:
        outbox = Outbox(tmp_path / "o")
        with pytest.raises(Unreachable):
            outbox.send(self._message(email))
        assert [*(tmp_path / "o").iterdir()] == []
