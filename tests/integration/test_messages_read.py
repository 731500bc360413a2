"""What is written on a case reaches whom it is for: a trader sealed and on record; the others by a reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, Role, Status
from expressplatform.complaint import ERASED, MOST_SAID, Remark
from expressplatform.errors import NoSuchCase, Refused
from expressplatform.events import Obtained
from expressplatform.transport import HttpxTransport
from expressplatform_http.client import CouncilClient, TraderClient, new_key
from expressplatform_http.testing import FakePlatform
from tests.served import Served, in_process
from tests.walking import OFFICER, PERSON, TAOBAO, UPLOAD
from tests.whole_life import complaint, say

CARD: Final = "4111 1111 1111 1111"
WORDS: Final = "Zq7Vx3 it has not come; I paid by 4111 1111 1111 1111."


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as running:
        yield running


@pytest.fixture
def trader(platform: FakePlatform) -> Iterator[TraderClient]:
    with httpx.Client(trust_env=False) as client:
        yield platform.trader(HttpxTransport(client))


@pytest.fixture
def council(platform: FakePlatform) -> Iterator[CouncilClient]:
    with httpx.Client(trust_env=False) as client:
        yield platform.council(HttpxTransport(client))


def write(platform: FakePlatform, case_id: str, text: str, role: Role = Role.COMPLAINANT) -> None:
    platform.advance(minutes=1)
    platform.act(case_id, c.AddMessage(Remark(text)), role=role)


class TestATrader:
    """It obtains again, and reads what was written to it since it has the case."""

    def test_it_reads_what_was_written_to_it(
        self, platform: FakePlatform, trader: TraderClient, council: CouncilClient
    ) -> None:
        """Sealed with the details; who wrote it is a role, and the number of a card is masked (PIPL Art 28)."""
        case_id = platform.new_complaint()
        assert trader.obtain(case_id, key=new_key()).messages == ()
        write(platform, case_id, WORDS)
        platform.advance(minutes=1)
        council.act(case_id, c.AddMessage(Remark("Please answer.")), key=new_key())
        platform.advance(minutes=1)
        details = trader.obtain(case_id, key=new_key())
        first, second = details.messages
        assert (first.number, first.by, second.number, second.by) == (1, Role.COMPLAINANT, 2, Role.COUNCIL)
        assert first.at < second.at <= platform.clock()
        assert first.text.startswith("Zq7Vx3 it has not come")
        assert CARD not in first.text
        assert second.text == "Please answer."
        assert "Zq7Vx3" not in f"{details!r} {first!r} {first}"

    def test_what_waits_is_told_by_the_list_and_no_word_of_it(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        """Unread from the message to the reading; its own words it knows."""
        case_id = platform.new_complaint()
        trader.obtain(case_id, key=new_key())
        assert not trader.case(case_id).unread
        write(platform, case_id, WORDS)
        row = trader.case(case_id)
        assert row.unread
        assert case_id in [one.case_id for one in trader.cases(unread=True)]
        assert "Zq7Vx3" not in repr(row)
        platform.advance(minutes=1)
        trader.obtain(case_id, key=new_key())
        assert not trader.case(case_id).unread
        platform.advance(minutes=1)
        trader.act(case_id, c.AddMessage(Remark("We look into it.")), key=new_key())
        platform.advance(minutes=1)
        assert [one.by for one in trader.obtain(case_id, key=new_key()).messages] == [Role.COMPLAINANT]

    def test_the_reading_is_a_disclosure_that_names_messages(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        case_id = platform.new_complaint()
        trader.obtain(case_id, key=new_key())
        write(platform, case_id, WORDS)
        platform.advance(minutes=1)
        trader.obtain(case_id, key=new_key())
        events = platform.platform.history(case_id, by=OFFICER, reason="test")
        shown = [one.disclosure.fields for one in events if isinstance(one, Obtained)]
        assert ["messages" in fields for fields in shown] == [False, True]

    def test_the_same_key_shows_what_that_reading_showed(self, platform: FakePlatform, trader: TraderClient) -> None:
        """What was written after it needs a reading of its own."""
        case_id, key = platform.new_complaint(), new_key()
        write(platform, case_id, "One.")
        platform.advance(minutes=1)
        assert len(trader.obtain(case_id, key=key).messages) == 1
        write(platform, case_id, "Two.")
        assert len(trader.obtain(case_id, key=key).messages) == 1
        platform.advance(minutes=1)
        assert len(trader.obtain(case_id, key=new_key()).messages) == 2

    def test_of_many_it_has_the_latest(self, platform: FakePlatform, trader: TraderClient) -> None:
        """Their numbers say that there were more."""
        case_id = platform.new_complaint()
        for number in range(MOST_SAID + 3):
            write(platform, case_id, f"No. {number + 1}")
        platform.advance(minutes=1)
        read = trader.obtain(case_id, key=new_key()).messages
        assert [one.number for one in read] == list(range(4, MOST_SAID + 4))
        assert all(one.text == f"No. {one.number}" for one in read)

    def test_the_longest_that_can_be_written_arrive(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        for _ in range(MOST_SAID):
            write(platform, case_id, "長" * 8000)
        platform.advance(minutes=1)
        assert sum(len(one.text) for one in trader.obtain(case_id, key=new_key()).messages) == MOST_SAID * 8000

    def test_another_trader_and_one_without_consent_read_nothing(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        case_id, other = platform.new_complaint(), platform.new_complaint(trader="jd")
        trader.obtain(case_id, key=new_key())
        write(platform, case_id, WORDS)
        write(platform, other, WORDS)
        with pytest.raises(NoSuchCase):
            trader.obtain(other, key=new_key())
        platform.withdraw_consent(case_id)
        with pytest.raises((Refused, NoSuchCase)):
            trader.obtain(case_id, key=new_key())


class TestTheOthers:
    """A council and a complainant read theirs by a reading of the case, which stands in the log."""

    def test_a_council_reads_them_all(
        self, platform: FakePlatform, trader: TraderClient, council: CouncilClient
    ) -> None:
        case_id = platform.new_complaint()
        trader.obtain(case_id, key=new_key())
        write(platform, case_id, WORDS)
        platform.advance(minutes=1)
        trader.act(case_id, c.AddMessage(Remark("We look into it.")), key=new_key())
        messages = council.reading(case_id, reason="a call").messages
        assert [(one.role, one.asked["particulars"]["text"]) for one in messages] == [  # type: ignore[index]
            (Role.COMPLAINANT, WORDS), (Role.TRADER, "We look into it."),
        ]  # fmt: skip
        assert platform.platform.access_log(by=OFFICER)[-1].reason == "a call"

    def test_a_complainant_reads_what_was_written_on_their_case_and_no_note(self) -> None:
        with in_process() as world:
            case_id = with_trader(world)
            for number, (command, by) in enumerate(
                (
                    (c.AddMessage(Remark("We look into it.")), TAOBAO),
                    (c.AddNote(Remark("Zq7Vx3 a note")), OFFICER),
                )
            ):
                world.clock.wait(minutes=1)
                world.platform.act(case_id, command, by=by, key=f"m{number}")
            path = f"/v1/complainant/cases/{case_id}/reading"
            answer = world.complainant(case_id, "POST", path, {"v": 1, "reason": "mine"})
            said = [one for one in answer.json()["happened"] if one["kind"] == "message_added"]
            assert [one["asked"]["particulars"]["text"] for one in said] == ["We look into it."]
            assert "Zq7Vx3" not in answer.text
            elsewhere = world.complainant("c" + "0" * 31, "POST", path, {"v": 1, "reason": "mine"})
            assert elsewhere.status_code in (401, 404)


class TestNothingElse:
    """The words of a message are in an envelope or in a reading, and nowhere else."""

    def test_no_answer_to_a_trader_holds_them(self) -> None:
        with in_process() as world:
            case_id = with_trader(world)
            world.clock.wait(minutes=1)
            world.platform.act(case_id, c.AddMessage(Remark(WORDS)), by=PERSON, key="m")
            world.platform.sequence()
            trader = world.callers["taobao"]
            answers = [
                trader.get("/v1/trader/cases"),
                trader.get(f"/v1/trader/cases/{case_id}"),
                trader.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1}),
                trader.act(case_id, c.ReportContact(Channel.PHONE)),
            ]
            assert all(one.status_code == 200 for one in answers)
            assert not [one for one in answers if "Zq7Vx3" in one.text]

    def test_no_case_that_a_step_answers_with_holds_them(self) -> None:
        """Nor what is written before a trader has the case, or after it has left it: that is for the council."""
        with in_process() as world:
            case = world.platform.lodge(complaint(), by=OFFICER, key="form-1")
            steps = (
                (c.AddMessage(Remark("before")), PERSON), (c.Accept(say()), OFFICER), (UPLOAD, OFFICER),
                (c.AddMessage(Remark(WORDS)), PERSON), (c.Obtain(), TAOBAO),
                (c.ReportContact(Channel.PHONE), TAOBAO), (c.ReportImpasse(), TAOBAO),
                (c.AddMessage(Remark("after")), PERSON),
            )  # fmt: skip
            for number, (command, by) in enumerate(steps):
                world.clock.wait(minutes=1)
                case = world.platform.act(case.id, command, by=by, key=f"k{number}")
            assert case.status is Status.REFERRED_BACK
            assert case.turn is not None
            assert [(one.number, one.by, one.particulars) for one in case.turn.messages] == [
                (1, Role.COMPLAINANT, ERASED)
            ]


def with_trader(world: Served) -> str:
    case = world.platform.lodge(complaint(), by=OFFICER, key="form-1")
    for number, (command, by) in enumerate(((c.Accept(say()), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO))):
        world.clock.wait(minutes=1)
        world.platform.act(case.id, command, by=by, key=f"k{number}")
    return case.id
