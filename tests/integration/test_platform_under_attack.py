"""Ways around the rules that the platform must not offer: each was tried, each is shut."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Status
from expressplatform.complaint import ERASED, Particulars, Remark
from expressplatform.errors import InvalidInput, Refused
from expressplatform.events import MessageAdded, NoteAdded
from expressplatform.memory import MemoryStore
from expressplatform.platform import Platform
from expressplatform.references import ALPHABET, read_reference, reference
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, PERSON, TAOBAO, UPLOAD
from tests.whole_life import SECOND, WHO, Clock, complaint, platform_of


def uploaded(platform: Platform, who: Particulars = WHO) -> Case:
    """A case that waits for its trader."""
    case = platform.lodge(complaint(who), by=OFFICER, key="form-1")
    platform.act(case.id, c.Accept(), by=OFFICER, key="accept")
    return platform.act(case.id, UPLOAD, by=OFFICER, key="upload")


def test_a_trader_obtains_and_is_shown_no_facts() -> None:
    """Facts are more than the table shows a trader (flags, age, proceedings): it is sent to Obtain."""
    platform = platform_of(Clock())
    case = uploaded(platform)
    with pytest.raises(Refused) as caught:
        platform.facts(case.id, by=TAOBAO)
    assert (caught.value.code, caught.value.allowed) == ("not_a_reader", ("Obtain",))


def test_a_note_is_for_the_council_alone() -> None:
    """A complainant who reads the history finds that there is a note, and not what it says."""
    platform = platform_of(Clock())
    case = platform.lodge(complaint(), by=OFFICER, key="form-1")
    platform.act(case.id, c.AddNote(Remark("for us")), by=OFFICER, key="note")
    platform.act(case.id, c.AddMessage(Remark("for you")), by=OFFICER, key="message")
    for by, note in ((OFFICER, Remark("for us")), (PERSON, ERASED)):
        _, noted, message = platform.history(case.id, by=by, reason="look")
        assert isinstance(noted, NoteAdded)
        assert noted.asked.particulars == note
        assert isinstance(message, MessageAdded)
        assert message.asked.particulars == Remark("for you")


@pytest.mark.parametrize("blank", ["", " ", "\u3000\t"])
def test_no_token_is_made_over_a_contact_alone(blank: str) -> None:
    """A name of spaces is no name: a token over the contact alone could be tried against a list of numbers."""
    store = MemoryStore()
    platform = platform_of(Clock(), store)
    who = Particulars(name=blank, email="a@example.org", phone="91234567", order_number=blank)
    platform.lodge(complaint(who), by=OFFICER, key="form-1")
    assert store.quarters() == []


def test_a_reading_repeated_shows_what_was_recorded() -> None:
    """The same Obtain again shows no field that its event does not name, though the person has told more since."""
    platform = platform_of(Clock())
    case = uploaded(
        platform, Particulars(name=WHO.name, email=WHO.email, order_number=WHO.order_number, statement=WHO.statement)
    )
    first = platform.obtain(case.id, by=TAOBAO, key="obtain")
    platform.act(case.id, c.Correct(WHO), by=PERSON, key="more")
    assert platform.obtain(case.id, by=TAOBAO, key="obtain").fields == first.fields
    assert "particulars.request" in platform.obtain(case.id, by=TAOBAO, key="obtain again").fields


def test_no_token_is_left_in_the_files_after_an_erasure(tmp_path: Path) -> None:
    """Once the work of an erasure is done, the bytes of the case's tokens are in no file, log included."""
    data = tmp_path / "data.db"
    platform = platform_of(Clock(), SqliteStore(data), LocalKeyStore(tmp_path / "keys.db"))
    case = uploaded(platform)
    with sqlite3.connect(data) as db:
        tokens = [value for (value,) in db.execute("SELECT value FROM tokens")]
    db.close()
    assert len(tokens) == 2
    platform.act(case.id, c.Withdraw(), by=PERSON, key="withdraw")
    platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    assert platform.work().failed == ()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [token for token in tokens if token in kept]
    platform.close()


def test_nothing_happens_in_the_future() -> None:
    """A step dated ahead of the clock is refused, so that nobody can hold a case up until then."""
    clock = Clock()
    platform = platform_of(clock)
    case = uploaded(platform)
    with pytest.raises(InvalidInput) as caught:
        platform.act(case.id, c.Obtain(), by=TAOBAO, key="obtain", at=clock.at + timedelta(seconds=1))
    assert [(one.path, one.kind) for one in caught.value.problems] == [("$.at", "instant")]


def test_a_clock_a_little_behind_refuses_nobody() -> None:
    """A step sent by way of a server whose clock is behind happens at the last instant of the case."""
    clock = Clock()
    platform = platform_of(clock)
    case = uploaded(platform)
    clock.wait(hours=-1)
    assert platform.act(case.id, c.Obtain(), by=TAOBAO, key="obtain").at == case.at


def test_nobody_uses_up_the_keys_of_another() -> None:
    """A key that a trader or complainant has used still stands open to the council, for erasing too."""
    platform = platform_of(Clock())
    case = uploaded(platform)
    platform.act(case.id, c.Obtain(), by=TAOBAO, key="next")
    platform.act(case.id, c.AddMessage(Remark("a")), by=PERSON, key=f"erase:{case.id}")
    assert platform.act(case.id, c.AddNote(Remark("b")), by=OFFICER, key="next").version == case.version + 3
    platform.act(case.id, c.Withdraw(), by=PERSON, key="next")
    assert platform.erase(case.id, by=OFFICER, approved_by=SECOND).status is Status.ERASED


def test_a_list_does_not_repeat_what_it_was_asked() -> None:
    """A status that is none is a problem with a path, and is not quoted."""
    with pytest.raises(InvalidInput) as caught:
        platform_of(Clock()).cases(by=OFFICER, status=["Chan Tai Man"])  # type: ignore[list-item]
    assert caught.value.problems[0].path == "$.status"
    assert "Chan" not in str(caught.value)


def test_every_single_wrong_character_of_a_reference_is_found() -> None:
    """Each place, each other character: none reads as another case's reference."""
    for drawn in (bytes(8), bytes(range(8)), bytes([31] * 8), bytes([7, 30, 1, 16, 16, 0, 31, 9])):
        right = reference(drawn).replace("-", "")
        for place, there in enumerate(right):
            for other in set(ALPHABET) - {there}:
                with pytest.raises(InvalidInput):
                    read_reference(right[:place] + other + right[place + 1 :])
