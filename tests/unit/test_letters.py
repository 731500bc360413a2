"""Letters in a folder: one file each, readable by any mail program, and nothing personal in a name or an error."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform import HK_CCA
from expressplatform.codes import Audience, Purpose, Stage
from expressplatform.complaint import Particulars
from expressplatform.errors import StoreUnusable, Unreachable
from expressplatform.ports import Message, Messenger
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform_files.letters import EmlFolder
from tests.whole_complaint import WHOLE

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LATER = datetime(2026, 4, 2, 4, tzinfo=UTC)


def reader(email: str, audience: Audience = Audience.COMPLAINANT) -> Disclosure:
    complaint = attrs.evolve(WHOLE, particulars=Particulars(name="陳大文", email=email, phone="+852 5555 0000"))
    return disclose(
        complaint,
        audience=audience,
        recipient="complainant" if audience is Audience.COMPLAINANT else complaint.trader.organisation,
        purpose=Purpose.HANDLING,
        stage=Stage.HANDLING,
        consents=complaint.consents,
        scheme=HK_CCA,
        at=NOON,
        use_until=LATER,
    )


def message(email: str = "taiman@example.org", **changes: str) -> Message:
    given_ = {
        "id": "case-1.3.notice",
        "language": "zh-Hant",
        "subject": "你的投訴",
        "text": "第一行\n第二行\n",
    } | changes
    return Message(reader=reader(email), **given_)


@pytest.fixture
def folder(tmp_path: Path) -> EmlFolder:
    return EmlFolder(tmp_path / "letters", sender="desk@council.example", now=lambda: NOON)


def letters(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "letters").iterdir())


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Unreachable) as caught:
        call()
    assert "taiman" not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.code


class TestALetter:
    def test_is_read_by_any_mail_program(self, folder: EmlFolder, tmp_path: Path) -> None:
        assert isinstance(folder, Messenger)
        folder.send(message())
        (place,) = letters(tmp_path)
        read = message_from_bytes(place.read_bytes(), policy=policy.default)
        assert (read["To"], read["From"]) == ("taiman@example.org", "desk@council.example")
        assert (read["Subject"], read["Content-Language"]) == ("你的投訴", "zh-Hant")
        assert read["Date"].datetime == NOON
        assert read["Message-ID"] == f"<{place.stem}@council.example>"
        assert read.get_content().splitlines() == ["第一行", "第二行"]
        assert not read.defects

    def test_lines_are_ascii_and_end_as_mail_does(self, folder: EmlFolder, tmp_path: Path) -> None:
        folder.send(message(text="字" * 5000))
        (place,) = letters(tmp_path)
        lines = place.read_bytes().split(b"\r\n")
        assert all(len(line) <= 78 and line.isascii() and b"\n" not in line for line in lines)

    def test_sent_again_is_the_same_file(self, folder: EmlFolder, tmp_path: Path) -> None:
        folder.send(message())
        before = letters(tmp_path)[0].stat()
        folder.send(message(text="other words under the same number"))
        (place,) = letters(tmp_path)
        assert (place.stat().st_ino, place.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        folder.send(message(id="case-1.4.notice"))
        assert len(letters(tmp_path)) == 2

    @given(
        words=st.lists(
            st.sampled_from(["=?utf-8?q?x=41?=", "=?x?b?=", "=?", "?=", "plain", "投訴", "=41"]), max_size=30
        )
    )
    def test_a_subject_is_read_as_it_was_written(
        self, tmp_path_factory: pytest.TempPathFactory, words: list[str]
    ) -> None:
        """Also where something in it looks like an encoded word."""
        path, subject = tmp_path_factory.mktemp("letters"), " ".join(words)
        EmlFolder(path, sender="a@b.example", now=lambda: NOON).send(message(subject=subject))
        (place,) = path.iterdir()
        assert message_from_bytes(place.read_bytes(), policy=policy.default)["Subject"] == subject

    def test_is_for_its_owner_alone_and_named_by_a_digest(self, folder: EmlFolder, tmp_path: Path) -> None:
        folder.send(message(id="../taiman@example.org"))
        (place,) = letters(tmp_path)
        assert set(place.stem) <= set("0123456789abcdef")
        if os.name != "nt":
            assert stat.S_IMODE(place.stat().st_mode) == 0o600
            assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700

    def test_an_address_in_any_script_is_written_to(self, folder: EmlFolder, tmp_path: Path) -> None:
        folder.send(message("大文@example.org"))
        (place,) = letters(tmp_path)
        assert message_from_bytes(place.read_bytes(), policy=policy.default)["To"] == "大文@example.org"

    @given(subject=st.text(max_size=60), text=st.text(max_size=60))
    def test_nothing_in_it_becomes_another_header(
        self, tmp_path_factory: pytest.TempPathFactory, subject: str, text: str
    ) -> None:
        path = tmp_path_factory.mktemp("letters")
        EmlFolder(path, sender="a@b.example", now=lambda: NOON).send(message(subject=subject, text=text))
        (place,) = path.iterdir()
        read = message_from_bytes(place.read_bytes(), policy=policy.default)
        assert len(read.keys()) == 10
        assert read["To"] == "taiman@example.org"


class TestWhoCannotBeWrittenTo:
    @pytest.mark.parametrize(
        "email",
        [
            "", "taiman", "taiman@", "@example.org", "taiman@example.org, b@example.org", "taiman@example.org\n",
            "taiman@example.org\r\nBcc: b@example.org", "<taiman@example.org>", "taiman @example.org", "a@b@c",
            "taiman@example.org;b@example.org", "taiman@example.org(x)", "taiman@[127.0.0.1]",
        ],
    )  # fmt: skip
    def test_a_reader_without_one_address_is_refused(self, folder: EmlFolder, tmp_path: Path, email: str) -> None:
        assert refused(lambda: folder.send(message(email))) == "unreachable"
        assert letters(tmp_path) == []

    def test_a_disclosure_to_anybody_else_is_no_letter(self, folder: EmlFolder) -> None:
        wrong = attrs.evolve(message(), reader=reader("taiman@example.org", Audience.TRADER))
        assert refused(lambda: folder.send(wrong)) == "unreachable"

    def test_a_sender_that_is_no_address_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="sender"):
            EmlFolder(tmp_path, sender="the desk")

    def test_a_folder_that_is_gone_says_so(self, folder: EmlFolder, tmp_path: Path) -> None:
        (tmp_path / "letters").rmdir()
        with pytest.raises(StoreUnusable) as caught:
            folder.send(message())
        assert caught.value.code == "read_only"
        assert "letters" not in str(caught.value)
