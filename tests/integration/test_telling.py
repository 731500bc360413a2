"""Letters on their way: written when they go out, once each, on record, and an officer's where nobody is reached."""

from __future__ import annotations

import asyncio
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Attention, Channel, Language, Reading, Role
from expressplatform.complaint import Actor
from expressplatform.errors import HeldBack, NoSuchCase, Refused, Unreachable
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Platform, Waits, Worked
from expressplatform.platform.faces.lifted import Lifted
from expressplatform.ports import EffectRow, Message, Sought
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fakes import ScriptedMessenger
from expressplatform.threads import ThreadedMessenger
from tests.walking import OFFICER, OPERATOR, PERSON, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, ELSEWHERE, SECOND, WHO, Clock, complaint, live, seeded, short_life

LINK: Final = "https://council.example/case#"


class Desk:
    """A platform with a messenger, and what it sent."""

    def __init__(self, messenger: ScriptedMessenger | None = None, **more: object) -> None:
        self.clock, self.shelf, self.store = Clock(), MemoryShelf(), MemoryStore()
        self.keys = MemoryKeyStore()
        self.post = messenger or ScriptedMessenger()
        self.platform = Platform(
            scheme=HK_CCA,
            store=self.store,
            keys=self.keys,
            shelf=self.shelf,
            now=self.clock,
            draw=seeded,
            messenger=self.post,
            **{"link": LINK, **more},  # type: ignore[arg-type]
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)

    def lodge(self, channel: Channel = Channel.EMAIL, language: Language = Language.ENGLISH) -> str:
        """The id of a new case of somebody who is spoken to in that way."""
        whole = complaint()
        person = attrs.evolve(whole.complainant, channel=channel, language=language)
        key = f"form-{self.clock.at}"
        return self.platform.lodge(attrs.evolve(whole, complainant=person), by=OFFICER, key=key).id

    def act(self, case_id: str, command: c.Command, by: Actor = OFFICER) -> None:
        """One more step, an hour later."""
        self.clock.wait(hours=1)
        self.platform.act(case_id, command, by=by, key=f"k-{self.clock.at}")

    def queue(self) -> list[Waits]:
        """What waits for an officer because nobody could be told."""
        return [one for one in self.platform.queue(by=OFFICER) if one.what is Attention.UNTOLD]

    def ids(self) -> list[str]:
        """The ids of what was sent."""
        return [one.id for one in self.post.sent]


class TestWriting:
    def test_a_letter_says_what_comes_next_as_the_case_stands_when_it_goes_out(self) -> None:
        """Not as it stood when the step was taken."""
        desk = Desk()
        case_id = desk.lodge()
        desk.act(case_id, c.Accept())
        desk.platform.work()
        lodged, accepted = desk.post.sent
        assert "Your complaint has arrived" in lodged.text
        assert "we upload your complaint to Taobao" in lodged.text
        assert (lodged.id, accepted.id) == (f"{case_id}.1.tell", f"{case_id}.2.tell")

    def test_what_is_over_by_then_is_not_told(self) -> None:
        """The case came back before the letter on its upload was written."""
        desk = Desk()
        case_id = desk.lodge()
        desk.act(case_id, c.Accept())
        desk.act(case_id, UPLOAD)
        desk.act(case_id, c.Recall())
        desk.platform.work()
        assert desk.ids() == [f"{case_id}.{version}.tell" for version in (1, 2, 4)]

    def test_each_letter_is_on_record_before_it_goes_and_once_though_it_is_tried_again(self) -> None:
        """By the clock, with the fields that it shows; the code of callers only where it is in it."""
        desk = Desk(ScriptedMessenger(faults=[OSError("no route")]))
        case_id = desk.lodge()
        assert desk.platform.work().failed == ((f"{case_id}.1.tell", "OSError"),)
        (entry,) = desk.platform.access_log(by=OFFICER)
        assert (entry.how, entry.cases, entry.reason, entry.by.role) == (
            Reading.MESSAGE,
            (case_id,),
            "lodged",
            Role.CLOCK,
        )
        assert "call_code" not in entry.fields
        desk.clock.wait(minutes=2)
        assert desk.platform.work() == Worked(1)
        assert desk.platform.access_log(by=OFFICER) == (entry,)
        desk.act(case_id, c.Accept())
        desk.act(case_id, UPLOAD)
        desk.platform.work()
        assert [("call_code" in one.fields) for one in desk.platform.access_log(by=OFFICER)] == [False, False, True]

    def test_whoever_reads_no_messages_is_told_by_an_officer_and_nothing_is_opened(self) -> None:
        """A telephone number is no mailbox; what each call is about stands in the queue."""
        desk = Desk()
        case_id = desk.lodge(Channel.PHONE)
        desk.act(case_id, c.Accept())
        desk.keys.destroy(case_id)
        desk.platform._flow.ring.forget(case_id)
        assert desk.platform.work().failed == ()
        assert [(one.case_id, one.occasion) for one in desk.queue()] == [(case_id, "lodged"), (case_id, "accepted")]
        assert desk.platform.access_log(by=OFFICER) == ()
        assert desk.ids() == []

    def test_whoever_the_messenger_has_no_way_to_is_an_officers(self) -> None:
        desk = Desk(ScriptedMessenger(gone=[WHO.email]))
        case_id = desk.lodge()
        assert desk.platform.work() == Worked(1)
        assert [one.id for one in desk.queue()] == [f"{case_id}.1.tell"]

    def test_a_messenger_that_waits_is_asked_again(self) -> None:
        """Held back is no attempt."""
        desk = Desk(ScriptedMessenger(faults=[HeldBack()] * 30))
        desk.lodge()
        for _ in range(30):
            assert [code for _, code in desk.platform.work().failed] == ["held_back"]
            desk.clock.wait(minutes=1)
        assert desk.platform.work() == Worked(1)

    def test_without_a_messenger_nothing_is_written_and_nothing_waits(self) -> None:
        """The council tells its people by means of its own."""
        desk = Desk()
        desk.platform._flow.messenger = None
        desk.lodge()
        assert desk.platform.work() == Worked(1)
        assert desk.queue() == []

    def test_an_effect_of_earlier_days_is_told_under_its_own_id(self) -> None:
        """A store that waits with what was left before there were letters for other steps."""
        desk = Desk()
        case_id = desk.lodge()
        for command in (c.Accept(), UPLOAD):
            desk.act(case_id, command)
        stored = desk.store.load(case_id, OFFICER.organisation)
        assert stored is not None
        old = EffectRow(f"{case_id}.3.tell_upload", case_id, 3, "tell_upload", "")
        for coroutine in (desk.platform._flow.deliver(old),):
            with pytest.raises(StopIteration):
                coroutine.send(None)
        assert desk.ids() == [old.id]
        assert "is now with Taobao" in desk.post.sent[0].text

    def test_a_step_that_is_told_to_nobody_leaves_nothing_to_be_sent(self) -> None:
        """Even if an effect says so."""
        desk = Desk()
        case_id = desk.lodge()
        desk.act(case_id, c.Acknowledge())
        with pytest.raises(StopIteration):
            desk.platform._flow.deliver(EffectRow("x", case_id, 2, "tell", "")).send(None)
        assert desk.ids() == []

    def test_a_date_that_runs_no_more_is_not_told(self) -> None:
        """Nothing leaves where the letter would have nothing to say."""
        desk = Desk()
        case_id = live(desk.platform, desk.clock, short_life()[:3]).id
        desk.act(case_id, c.ReportContact(Channel.PHONE), TAOBAO)
        desk.act(case_id, c.AskTime(5), TAOBAO)
        desk.act(case_id, c.GrantTime(3))
        desk.platform.work()
        assert "A date that we told you has changed" in desk.post.sent[-1].text

    def test_an_erased_case_is_written_to_by_nobody(self) -> None:
        """The letter that waited is let go."""
        desk = Desk()
        case_id = live(desk.platform, desk.clock, short_life()).id
        desk.platform.erase(case_id, by=OFFICER, approved_by=SECOND)
        assert desk.platform.work().failed == ()
        assert desk.ids() == []

    def test_without_pages_of_its_own_the_council_says_how_to_answer(self) -> None:
        desk = Desk(link="")
        desk.lodge()
        desk.platform.work()
        assert "http" not in desk.post.sent[0].text
        assert "write to us or call us" in desk.post.sent[0].text


class TestBounces:
    def test_a_letter_that_came_back_waits_for_an_officer_once(self) -> None:
        """With what it was about, until somebody has told the complainant."""
        desk = Desk()
        case_id = desk.lodge()
        desk.platform.work()
        (id,) = desk.ids()
        for by in (OFFICER, attrs.evolve(OPERATOR, organisation=OFFICER.organisation)):
            desk.platform.bounced(id, by=by)
        assert [(one.id, one.case_id, one.occasion) for one in desk.queue()] == [(id, case_id, "lodged")]
        desk.platform.told(id, by=OFFICER)
        assert desk.queue() == []

    def test_a_message_about_a_breach_waits_with_that_breach(self) -> None:
        """Those affected have not been told while somebody has not (PIPL Art 57)."""
        desk = Desk()
        case_id = desk.lodge()
        breach = "b" + "0" * 31
        desk.platform.bounced(f"{breach}.{case_id}", by=OFFICER)
        assert [one.occasion for one in desk.queue()] == ["breach"]
        (row,) = desk.shelf.list(OFFICER.organisation, "untold", Sought(f"breach:{breach}"), "", 9).rows
        assert row.id == f"{breach}.{case_id}"

    def test_a_code_that_came_back_is_of_no_step(self) -> None:
        """Somebody has to speak with them all the same."""
        desk = Desk()
        case_id = desk.lodge()
        desk.platform.bounced(f"{case_id}.0.code-00ff", by=OFFICER)
        assert [one.occasion for one in desk.queue()] == [""]

    @pytest.mark.parametrize(
        "id", ["", "x", "c.1.tell", "1.2.3", f"c{'0' * 31}", f"c{'g' * 31}.1.tell", f"c{'0' * 31}.x.tell",
               f"c{'0' * 31}.1.", f"b{'0' * 31}.x", f"c{'0' * 31}.99999999999.tell", f"c{'0' * 31}.²⁵.tell"]
    )  # fmt: skip
    def test_what_is_no_messages_id_is_nobodys_case(self, id: str) -> None:
        with pytest.raises(NoSuchCase):
            Desk().platform.bounced(id, by=OFFICER)

    def test_it_is_for_whoever_may_see_the_case(self) -> None:
        desk = Desk()
        case_id = desk.lodge()
        with pytest.raises(NoSuchCase):
            desk.platform.bounced(f"{case_id}.1.tell", by=ELSEWHERE)
        for by in (PERSON, TAOBAO):
            with pytest.raises(Refused, match="wrong_role"):
                desk.platform.bounced(f"{case_id}.1.tell", by=by)


class Slow:
    """A messenger that is awaited."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message, /) -> None:
        await asyncio.sleep(0)
        self.sent.append(message)


class TestAwaited:
    def _lodged(self, messenger: object) -> Worked:
        clock = Clock()

        async def run() -> Worked:
            platform = AsyncPlatform(
                scheme=HK_CCA,
                store=Lifted(MemoryStore()),
                keys=MemoryKeyStore(),
                now=clock,
                draw=seeded,
                messenger=messenger,  # type: ignore[arg-type]
            )
            await platform.lodge(complaint(), by=OFFICER, key="form-1")
            return await platform.work()

        return asyncio.run(run())

    def test_a_messenger_may_be_awaited(self) -> None:
        """No event loop waits for a letter."""
        slow = Slow()
        assert self._lodged(slow) == Worked(1)
        assert len(slow.sent) == 1

    def test_one_that_blocks_is_carried_by_threads(self) -> None:
        """Same promises, same errors, and it prints nothing."""
        inner = ScriptedMessenger()
        threaded = ThreadedMessenger(inner)
        assert self._lodged(threaded) == Worked(1)
        assert len(inner.sent) == 1
        gone = ThreadedMessenger(ScriptedMessenger(gone=[WHO.email]))
        assert self._lodged(gone) == Worked(1)
        with pytest.raises(Unreachable):
            asyncio.run(gone.send(inner.sent[0]))
        assert repr(threaded) == "<ThreadedMessenger>"
        threaded.close()
        gone.close()
