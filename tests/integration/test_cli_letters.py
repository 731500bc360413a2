"""Letters on the command line: a configuration says where they go, `work` sends them, `bounces` hears of them."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from expressplatform.errors import InvalidInput, StoreUnusable
from expressplatform.wire import write_complaint
from expressplatform_cli.commands import group
from expressplatform_cli.config import read_configuration
from expressplatform_cli.exits import Exit
from expressplatform_cli.letters import Letters, Security
from tests.mail import Post, serving
from tests.whole_life import complaint

OFFICER: Final = ("--as", "officer-1")
SENDER: Final = 'sender = "no-reply@council.example"'
LINK: Final = "https://council.example/case#"


class Council:
    """A place with one complaint, and what its configuration says of letters."""

    def __init__(self, folder: Path, letters: str) -> None:
        self.folder = folder / "place"
        assert self.run("init", str(self.folder), place=False).exit_code == 0
        with (self.folder / "expressplatform.toml").open("a", encoding="utf-8") as file:
            file.write(letters)
        form = folder / "form.json"
        form.write_bytes(write_complaint(complaint()))
        lodged = self.run("lodge", str(form), *OFFICER, "--key", "form-1", "--json")
        assert lodged.exit_code == 0, lodged.output
        self.case_id: str = json.loads(lodged.stdout)["id"]

    def run(
        self, *words: str, place: bool = True, data: bytes | None = None, env: dict[str, str] | None = None
    ) -> Result:
        """One command."""
        where = ("--config", str(self.folder / "expressplatform.toml")) if place else ()
        return CliRunner().invoke(group, [*words, *where], input=data, env=env)

    def waiting(self) -> list[dict[str, object]]:
        """What waits for an officer."""
        found = self.document("queue", *OFFICER)["queue"]
        assert isinstance(found, list)
        return found

    def document(self, *words: str, data: bytes | None = None) -> dict[str, object]:
        """What a command answers as a document."""
        result = self.run(*words, "--json", data=data)
        assert result.exit_code == 0, result.output
        found = json.loads(result.stdout)
        assert isinstance(found, dict)
        return found


def report(id: str) -> bytes:
    """A report that a letter of that id reached nobody."""
    return (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\nStatus: 5.1.1\n\n"
        f"--B\nContent-Type: message/rfc822-headers\n\nMessage-ID: <{id}@council.example>\n\n--B--\n"
    ).encode()


def test_work_writes_letters_into_the_folder_that_a_configuration_names(tmp_path: Path) -> None:
    """One file for each; with the link that it names."""
    council = Council(tmp_path, f'\n[letters]\nfolder = "letters"\nlink = "{LINK}"\n')
    council.document("work")
    (letter,) = (council.folder / "letters").glob("*.eml")
    assert letter.name == f"{council.case_id}.1.tell.eml"
    read = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert LINK in read.get_content()


def test_work_sends_letters_to_the_mail_server_that_a_configuration_names(tmp_path: Path) -> None:
    """Once each; one that nobody takes waits in the queue, with what it was about."""
    post = Post()
    with serving(post) as port:
        named = f'server = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "no-reply@council.example"\n'
        council = Council(tmp_path, f"\n[letters]\n{named}")
        council.document("work")
        council.document("work")
        assert [to for to, _ in post.taken] == ["a@example.org"]
        post.replies["RCPT"] = "550 5.1.1 no such user"
        council.run("act", council.case_id, "Withdraw", *OFFICER)
        council.document("work")
    (waits,) = council.waiting()
    assert waits["occasion"] == "withdrawn"
    assert "(withdrawn)" in council.run("queue", *OFFICER, env={"COLUMNS": "200"}).stdout


def test_without_a_way_for_letters_nothing_is_written(tmp_path: Path) -> None:
    """The council tells its people by means of its own."""
    council = Council(tmp_path, "")
    assert council.document("work")["failed"] == []
    assert council.waiting() == []


def test_letters_that_came_back_are_taken_down(tmp_path: Path) -> None:
    """From files or from standard input; what is no report, or of no case here, is counted and passed over."""
    council = Council(tmp_path, "")
    mail = tmp_path / "report.eml"
    mail.write_bytes(report(f"{council.case_id}.1.tell"))
    for name, content in (("other.eml", report("c" + "0" * 31 + ".1.tell")), ("spam.eml", b"Subject: buy\n\nnow")):
        (tmp_path / name).write_bytes(content)
    mails = [str(tmp_path / name) for name in ("report.eml", "other.eml", "spam.eml")]
    assert council.document("bounces", *mails, *OFFICER) == {"taken_down": 1, "not_ours": 1, "no_report": 1}
    again = council.run("bounces", "-", *OFFICER, data=mail.read_bytes())
    assert again.stdout.startswith("1 taken down")
    (waits,) = council.waiting()
    assert (waits["id"], waits["occasion"]) == (f"{council.case_id}.1.tell", "lodged")
    told = council.run("bounces", mails[2], *OFFICER).stdout
    assert "1 no report of a letter that failed" in told
    missing = council.run("bounces", str(tmp_path / "none.eml"), *OFFICER)
    assert missing.exit_code == Exit.USAGE


@pytest.mark.parametrize(
    ("table", "paths"),
    [
        ('letters = "x"', ["$.letters"]),
        ("[letters]\nfolder = 3\nnonsense = 1", ["$.letters", "$.letters.folder"]),
        ('[letters]\nfolder = "x"\nserver = "y"', ["$.letters"]),
        ('[letters]\nserver = "y"', ["$.letters.sender"]),
        ('[letters]\nport = 25\nuser = "u"', ["$.letters.port", "$.letters.user"]),
        ('[letters]\nserver = "y"\nsender = "a@b.example"\nport = 0', ["$.letters.port"]),
        ('[letters]\nserver = "y"\nsender = "a@b.example"\nport = true', ["$.letters.port"]),
        ('[letters]\nserver = "y"\nsender = "a@b.example"\nsecurity = "maybe"', ["$.letters.security"]),
        ('[letters]\nserver = "y"\nsender = "a@b.example"\nuser = "u"', ["$.letters"]),
        ('[letters]\nserver = "y\\n"\nsender = "a@b.example"', ["$.letters.server"]),
    ],
)
def test_what_is_wrong_with_a_way_for_letters_is_told_by_path(tmp_path: Path, table: str, paths: list[str]) -> None:
    """Before anything is opened, and without quoting a value."""
    file = tmp_path / "expressplatform.toml"
    file.write_text(f'store = "a"\nkeys = "b"\n{table}\n', encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_configuration(file)
    assert [problem.path for problem in caught.value.problems] == paths


def test_a_way_that_cannot_be_used_is_told_to_whoever_writes(tmp_path: Path) -> None:
    """A password that is not there or no text, a sender that is no address, a server elsewhere in the clear."""
    (tmp_path / "latin").write_bytes("pässword".encode("latin-1"))
    for letters in (
        Letters(server="mail.example", sender="a@b.example", user="u", password_file=tmp_path / "none"),
        Letters(server="mail.example", sender="a@b.example", user="u", password_file=tmp_path / "latin"),
        Letters(server="mail.example", sender="nobody"),
        Letters(server="mail.example", sender="a@b.example", security=Security.NONE),
    ):
        with pytest.raises(StoreUnusable) as caught:
            letters.messenger()
        assert caught.value.code == "letters"
        assert "0xe4" not in str(caught.value)
        assert not isinstance(caught.value.__context__, UnicodeError)
    assert Letters(link=LINK).messenger() is None
    council = Council(
        tmp_path,
        '\n[letters]\nserver = "mail.example"\nsender = "a@b.example"\nuser = "u"\npassword_file = "none"\n',
    )
    assert council.run("cases").exit_code == 0
    told = council.run("work")
    assert told.exit_code == Exit.STORE
    assert "letters" in told.stderr


def test_a_password_is_read_from_its_file(tmp_path: Path) -> None:
    """Without the line break at its end."""
    (tmp_path / "password").write_text("secret\n", encoding="utf-8")
    for security in (Security.STARTTLS, Security.TLS):
        way = Letters(
            server="mail.example",
            sender="a@b.example",
            security=security,
            user="u",
            password_file=tmp_path / "password",
        ).messenger()
        assert repr(way) == "<SmtpMessenger>"


@pytest.mark.parametrize(
    "letters",
    [
        'folder = "out", link = "https://council.example/案#"',
        f'server = "mail.example", port = 2525, security = "tls", {SENDER}, user = "post", password_file = "secret"',
        f'server = "mail.example", {SENDER}',
    ],
    ids=["folder", "tls", "starttls"],
)
def test_a_restored_place_writes_to_people_as_the_old_one_did(tmp_path: Path, letters: str) -> None:
    """The same folder or server, under the same link: its password stays in the file where it was."""
    council = Council(tmp_path, f"\nletters = {{ {letters} }}\n")
    assert council.run("backup", str(tmp_path / "b")).exit_code == 0
    asked = ("restore", str(tmp_path / "b"), "--keys-from", str(tmp_path / "b-keys"), "--to", str(tmp_path / "new"))
    restored = council.run(*asked, "--without-register", *OFFICER)
    assert restored.exit_code == 0, restored.output
    old, new = (read_configuration(one / "expressplatform.toml") for one in (council.folder, tmp_path / "new"))
    assert new.letters is not None
    assert new.letters == old.letters
