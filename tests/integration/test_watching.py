"""What was disclosed, what waits for an officer, and the code that callers must say."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.codes import Attention, Channel, KeptGround, Language, Role
from expressplatform.complaint import Actor, CallCode, Particulars
from expressplatform.errors import Refused, Unreachable
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform, Worked
from expressplatform.ports import Alert, Message
from expressplatform.schemes import HK_CCA
from tests.walking import JD, OFFICER, PERSON, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, WHO, Clock, complaint, live, long_life, say, seeded, short_life

OBTAINED: Final = short_life()[:3]


class Outbox:
    """Keeps what it is to send; ``broken`` is raised instead."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.broken: Exception | None = None

    def send(self, message: Message, /) -> None:
        if self.broken is not None:
            raise self.broken
        self.sent.append(message)


class Inbox:
    """Keeps alerts."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    def alert(self, alert: Alert, /) -> None:
        self.alerts.append(alert)


class Desk:
    """A platform with a messenger, a gateway to each of two traders, and a clock."""

    def __init__(self) -> None:
        self.clock, self.outbox, self.taobao, self.jd = Clock(), Outbox(), Inbox(), Inbox()
        self.platform = Platform(
            scheme=HK_CCA,
            store=MemoryStore(),
            keys=MemoryKeyStore(),
            shelf=MemoryShelf(),
            now=self.clock,
            draw=seeded,
            gateways={"taobao": self.taobao, "jd": self.jd},
            messenger=self.outbox,
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)

    def live(self, steps: list[tuple[c.Command, Actor]], key: str = "form-1", who: Particulars = WHO) -> str:
        """The id of a case after these steps."""
        return live(self.platform, self.clock, steps, key, who).id

    def act(self, case_id: str, command: c.Command, by: Actor) -> None:
        """One more step, an hour later."""
        self.clock.wait(hours=1)
        self.platform.act(case_id, command, by=by, key=f"k-{self.clock.at}")

    def told_of_upload(self, case_id: str) -> list[Message]:
        """The letters about uploads of a case, the earliest first."""
        events = self.platform.facts(case_id, by=OFFICER).events
        versions = [version for version, event in enumerate(events, start=1) if isinstance(event, e.Uploaded)]
        return [one for one in self.outbox.sent if one.id in {f"{case_id}.{version}.tell" for version in versions}]

    def code(self, case_id: str) -> str:
        """The code of a case's turn."""
        turn = self.platform.case(case_id, by=OFFICER, reason="test").turn
        assert turn is not None
        assert isinstance(turn.particulars, CallCode)
        return turn.particulars.digits


class TestDisclosures:
    """Who received which fields of which case, when, for what purpose, on what basis (PIPL Arts 23, 55)."""

    def test_every_reading_by_a_trader_and_every_hand_over_is_there_in_order(self) -> None:
        desk = Desk()
        desk.live(long_life())
        found = desk.platform.disclosures(by=OFFICER)
        assert [one.record.recipient for one in found] == ["taobao", "jd", "cca"]
        assert [one.at for one in found] == sorted(one.at for one in found)
        (jd,) = desk.platform.disclosures(by=OFFICER, to="jd")
        assert (jd.by, jd.record.purpose.value, jd.record.basis.value) == (JD, "handling", "separate_consent")
        assert {"particulars.name", "call_code"} <= set(jd.record.fields)
        assert desk.platform.disclosures(by=OFFICER, since=jd.at, until=jd.at + timedelta(hours=1)) == (jd,)
        assert jd not in desk.platform.disclosures(by=OFFICER, until=jd.at)

    def test_it_is_for_watchers_and_for_their_own_council(self) -> None:
        desk = Desk()
        desk.live(OBTAINED)
        for by in (PERSON, TAOBAO):
            with pytest.raises(Refused, match="not_a_watcher"):
                desk.platform.disclosures(by=by)
        assert desk.platform.disclosures(by=Actor(Role.AUDITOR, "auditor-1", "hkcc"))
        assert desk.platform.disclosures(by=Actor(Role.AUDITOR, "auditor-1", "macao")) == ()


class TestCode:
    """Whoever calls in the trader's name must say the code that came with the upload."""

    def test_trader_and_complainant_are_given_the_same_code(self) -> None:
        desk = Desk()
        case_id = desk.live(OBTAINED[:2])
        desk.platform.work()
        shown = desk.platform.obtain(case_id, by=TAOBAO, key="o")
        (message,) = desk.told_of_upload(case_id)
        assert shown.values["call_code"] == desk.code(case_id)
        assert f": {desk.code(case_id)}\n" in message.text
        assert message.reader.values["particulars.email"] == WHO.email
        assert len(desk.code(case_id)) == 6

    def test_each_upload_has_a_new_code_and_the_old_message_is_not_sent_late(self) -> None:
        desk = Desk()
        case_id = desk.live(OBTAINED[:2])
        first = desk.code(case_id)
        desk.act(case_id, c.Recall(), OFFICER)
        desk.act(case_id, UPLOAD, OFFICER)
        assert desk.code(case_id) != first
        desk.platform.work()
        (message,) = desk.told_of_upload(case_id)
        assert first not in message.text
        assert desk.code(case_id) in message.text

    def test_the_code_is_in_no_alert_no_answer_no_header_and_no_repr(self) -> None:
        desk = Desk()
        case_id = desk.live(OBTAINED[:2])
        desk.platform.work()
        code = desk.code(case_id)
        answers = [
            desk.platform.act(case_id, c.Obtain(), by=TAOBAO, key="o"),
            desk.platform.facts(case_id, by=OFFICER),
            desk.platform.cases(by=OFFICER),
            desk.taobao.alerts,
            desk.platform.queue(by=OFFICER),
            desk.platform.disclosures(by=OFFICER),
        ]
        for one in answers:
            assert code.encode() not in pickle.dumps(one), type(one)
        opened = desk.platform.read(case_id, by=OFFICER, reason="look")
        assert code not in f"{opened!r} {opened} {opened.case.turn!r} {desk.outbox.sent!r}"

    def test_an_erased_case_has_no_code(self) -> None:
        desk = Desk()
        case_id = desk.live(short_life())
        desk.platform.erase(case_id, by=OFFICER, approved_by=Actor(Role.COUNCIL, "officer-2", "hkcc"))
        turn = desk.platform.case(case_id, by=OFFICER, reason="look").turn
        assert turn is not None
        assert not isinstance(turn.particulars, CallCode)

    @pytest.mark.parametrize("language", list(Language))
    def test_the_message_is_in_the_complainants_language(self, language: Language) -> None:
        desk = Desk()
        told = complaint()
        told = attrs.evolve(told, complainant=attrs.evolve(told.complainant, language=language))
        case = desk.platform.lodge(told, by=OFFICER, key="form-1")
        for command in (c.Accept(), UPLOAD):
            desk.act(case.id, command, OFFICER)
        desk.platform.work()
        (message,) = desk.told_of_upload(case.id)
        assert message.language == language
        assert case.reference in message.subject
        assert "Taobao" in message.subject
        assert ("識別碼" in message.text) is (language is Language.TRADITIONAL_CHINESE)
        assert WHO.name not in message.text + message.subject

    def test_a_message_that_fails_comes_back_and_is_sent_under_the_same_id(self) -> None:
        desk = Desk()
        desk.live(OBTAINED[:2])
        desk.outbox.broken = OSError("no route")
        failed = [effect_id for effect_id, _ in desk.platform.work().failed]
        desk.outbox.broken = None
        desk.clock.wait(minutes=1)
        assert desk.platform.work() == Worked(3)
        assert sorted(message.id for message in desk.outbox.sent) == sorted(failed)


class TestQueue:
    """What waits for an officer beside the deadlines of cases."""

    def test_a_report_of_an_impostor_waits_until_an_officer_makes_a_note(self) -> None:
        desk = Desk()
        case_id = desk.live(OBTAINED)
        desk.act(case_id, c.ReportImpostor(Channel.PHONE, say()), PERSON)
        reported = desk.clock.at
        desk.act(case_id, c.ReportImpostor(Channel.PHONE, say()), PERSON)
        (waits,) = desk.platform.queue(by=OFFICER)
        assert (waits.what, waits.case_id, waits.organisation, waits.since) == (
            Attention.IMPOSTOR,
            case_id,
            "taobao",
            reported,
        )
        desk.act(case_id, c.AddNote(say()), OFFICER)
        assert desk.platform.queue(by=OFFICER) == ()

    def test_a_deletion_waits_once_its_days_are_over_and_until_it_is_confirmed(self) -> None:
        desk = Desk()
        case_id = desk.live(short_life()[:4])
        told = desk.clock.at
        desk.clock.at = told + timedelta(days=HK_CCA.delete_days) - timedelta.resolution
        assert desk.platform.queue(by=OFFICER) == ()
        desk.clock.at = told + timedelta(days=HK_CCA.delete_days)
        (waits,) = desk.platform.queue(by=OFFICER)
        assert (waits.what, waits.organisation, waits.since) == (Attention.DELETION_OVERDUE, "taobao", told)
        desk.act(case_id, c.ConfirmDeletion(KeptGround.NOTHING_KEPT), TAOBAO)
        assert desk.platform.queue(by=OFFICER) == ()

    def test_whoever_owes_a_deletion_is_alerted_with_the_day(self) -> None:
        desk = Desk()
        desk.live(short_life()[:4])
        desk.platform.work()
        (alert,) = desk.taobao.alerts
        assert alert.due_at == desk.clock.at + timedelta(days=HK_CCA.delete_days)

    def test_a_correction_asks_the_handling_trader_to_read_again_and_a_former_one_to_delete(self) -> None:
        """What is corrected is corrected wherever it was sent (PDPO DPP2(1); PIPL Art 46)."""
        desk = Desk()
        case_id = desk.live(OBTAINED)
        desk.act(case_id, c.Correct(WHO), PERSON)
        desk.platform.work()
        assert len(desk.taobao.alerts) == 1
        file = desk.platform.facts(case_id, by=OFFICER).case.file
        assert [one.must_renew_since for one in file.holdings] == [desk.clock.at]
        desk.act(case_id, c.Obtain(), TAOBAO)
        assert not any(one.owed for one in desk.platform.facts(case_id, by=OFFICER).case.file.holdings)
        desk.act(case_id, c.ReportImpasse(), TAOBAO)
        desk.act(case_id, c.Correct(WHO), OFFICER)
        (holding,) = desk.platform.facts(case_id, by=OFFICER).case.file.holdings
        assert holding.must_delete_since == desk.clock.at

    def test_a_complainant_who_reads_no_messages_is_told_by_an_officer(self) -> None:
        desk = Desk()
        desk.outbox.broken = Unreachable()
        case_id = desk.live(OBTAINED[:2])
        assert desk.platform.work().failed == ()
        found = desk.platform.queue(by=OFFICER)
        assert [one.occasion for one in found] == ["lodged", "accepted", "uploaded"]
        for waits in found[1:]:
            desk.platform.told(waits.id, by=OFFICER)
        (waits,) = desk.platform.queue(by=OFFICER)
        assert (waits.what, waits.case_id) == (Attention.UNTOLD, case_id)
        with pytest.raises(Refused, match="wrong_role"):
            desk.platform.told(waits.id, by=TAOBAO)
        desk.platform.told(waits.id, by=Actor(Role.COUNCIL, "officer-9", "macao"))
        assert desk.platform.queue(by=OFFICER) == (waits,)
        desk.platform.told(waits.id, by=OFFICER)
        assert desk.platform.queue(by=OFFICER) == ()

    def test_the_queue_is_for_the_councils_officers(self) -> None:
        desk = Desk()
        for by in (PERSON, TAOBAO):
            with pytest.raises(Refused, match="wrong_role"):
                desk.platform.queue(by=by)
