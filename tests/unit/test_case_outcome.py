"""How a case comes out: the complainant's word, silence, performance, breach, and ends that are opened again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import apply, decide, due, next_due, replay
from expressplatform.codes import DeclineReason, Duty, EvidenceKind, Outcome, Role, Status, StopReason, Word
from expressplatform.complaint import ERASED, Evidence
from expressplatform.errors import Refused, StoreUnusable
from expressplatform.schemes import HK_CCA
from tests.walking import (
    CLOCK,
    EXAMPLES,
    OFFER,
    OFFICER,
    PERSON,
    RESOLUTION,
    SAID,
    START,
    TAOBAO,
    UPLOAD,
    Walk,
    in_status,
)
from tests.whole_complaint import WHOLE, put

DAY = timedelta(days=1)
PROMISE = attrs.evolve(RESOLUTION, perform_by=date(2025, 9, 30))


class TestTheWord:
    """The trader's word is not the outcome: the complainant confirms, disputes, or is silent; the last word counts."""

    def test_a_confirmation_resolves_the_case_and_says_by_whom(self) -> None:
        walk = Walk().reported().do(c.Confirm(4), by=PERSON)
        assert (walk.status, walk.case.word) == (Status.RESOLVED, Word.CONFIRMED)
        assert (walk.case.claimed_by, walk.case.confirmed_by) == (Role.TRADER, Role.COMPLAINANT)
        assert walk.case.account.rating == 4

    def test_a_case_may_be_confirmed_without_any_claim(self) -> None:
        walk = Walk().uploaded().do(c.Confirm(), by=PERSON)
        assert (walk.case.word, walk.case.claimed_by) == (Word.CONFIRMED, None)

    @pytest.mark.parametrize("status", [Status.REFERRED_BACK, Status.FURTHER_HANDLING])
    def test_a_word_that_comes_late_counts_too(self, status: Status) -> None:
        walk = in_status(status)
        assert walk.case.word is None
        assert walk.do(c.Confirm(5), by=PERSON).status is Status.RESOLVED

    def test_a_resolved_case_is_confirmed_once(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.AcceptOffer(1), c.Confirm(5), by=PERSON)
        assert walk.status is Status.RESOLVED
        assert walk.refused(c.Confirm(1), by=PERSON).code == "said_already"
        assert walk.case.account.rating == 5

    def test_a_case_that_came_back_is_disputed_once(self) -> None:
        walk = Walk().referred_back().do(c.Dispute(1), by=PERSON)
        assert (walk.status, walk.case.word) == (Status.REFERRED_BACK, Word.DISPUTED)
        refused = walk.refused(c.Dispute(2), by=PERSON)
        assert (refused.code, refused.who_must_act) == ("said_already", "complainant")

    def test_a_rating_once_given_stays_where_no_other_is(self) -> None:
        walk = Walk().reported().do(c.Dispute(2), by=PERSON).do(c.Confirm(), by=PERSON)
        assert (walk.case.word, walk.case.account.rating) == (Word.CONFIRMED, 2)

    def test_a_dispute_takes_a_confirmation_back(self) -> None:
        walk = Walk().reported().do(c.Confirm(5), c.Dispute(1), by=PERSON)
        assert (walk.status, walk.case.word, walk.case.confirmed_by) == (Status.REFERRED_BACK, Word.DISPUTED, None)

    def test_an_offer_accepted_after_a_dispute_is_the_last_word(self) -> None:
        walk = Walk().reported().do(c.Dispute(1), by=PERSON).do(UPLOAD)
        walk.do(c.Obtain(), c.ReportContact(EXAMPLES[c.ReportContact].channel), OFFER, by=TAOBAO)  # type: ignore[attr-defined]
        walk.do(c.AcceptOffer(1), by=PERSON)
        assert walk.case.word is Word.CONFIRMED
        assert walk.do(c.Dispute(1), by=PERSON).case.word is Word.DISPUTED

    def test_a_breach_disputes_what_was_agreed(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.AcceptOffer(1), c.ReportBreach(SAID), by=PERSON)
        assert (walk.status, walk.case.word) == (Status.REFERRED_BACK, Word.DISPUTED)
        assert walk.case.account.contradicted

    def test_a_withdrawn_case_is_not_silent(self) -> None:
        walk = Walk().uploaded().do(c.Withdraw(), by=PERSON)
        assert (walk.case.word, walk.case.silent) == (None, False)

    def test_a_case_recorded_without_a_word_is_silent_whether_or_not_the_trader_answered(self) -> None:
        assert Walk().uploaded().until_over().do(c.Record()).case.word is Word.SILENT
        assert Walk().referred_back().do(c.Record()).case.word is Word.SILENT

    def test_a_case_that_never_reached_a_trader_is_not_silent(self) -> None:
        walk = Walk().do(c.Decline(DeclineReason.OTHER_BODY), c.Record(Outcome.NOT_SETTLED))
        assert walk.case.word is None
        assert walk.case.account.outcome is Outcome.NOT_SETTLED

    def test_an_accepted_offer_is_a_word_also_where_performance_is_contradicted(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.AcceptOffer(1), by=PERSON)
        walk.do(c.ContradictPerformance(("order-1",)), c.Record())
        assert (walk.case.silent, walk.case.word) == (False, Word.CONFIRMED)


class TestSilence:
    """Silence resolves a case only after a reminder, and never before promised relief is due."""

    def test_the_complainant_is_reminded_and_the_case_resolved_without_a_word(self) -> None:
        walk = Walk().reported().until_over()
        assert [type(event) for event in walk.events[-2:]] == [e.Reminded, e.Lapsed]
        assert (walk.status, walk.case.word) == (Status.RESOLVED, Word.SILENT)
        assert walk.case.account.lapsed_silent
        assert walk.case.confirmed_by is None

    def test_without_the_reminder_silence_does_not_count(self) -> None:
        walk = Walk().reported()
        walk.at = walk.due(Duty.CONFIRM)
        assert walk.refused(c.Lapse(Duty.CONFIRM), by=CLOCK).code == "not_reminded"

    def test_a_late_reminder_gives_its_days_all_the_same(self) -> None:
        walk = Walk().reported()
        over = walk.due(Duty.CONFIRM)
        walk.do(c.Remind(Duty.CONFIRM), by=CLOCK, after=over + 5 * DAY - walk.at)
        assert walk.due(Duty.CONFIRM) >= over + 8 * DAY
        assert walk.refused(c.Lapse(Duty.CONFIRM), by=CLOCK).code == "not_due"

    def test_a_reminder_is_given_once_when_it_is_due(self) -> None:
        walk = Walk().reported()
        assert walk.refused(c.Remind(Duty.CONFIRM), by=CLOCK).code == "not_due"
        instant = walk.next
        assert instant is not None
        walk.until(instant)
        assert walk.refused(c.Remind(Duty.CONFIRM), by=CLOCK).code == "no_reminder"
        assert walk.refused(c.Remind(Duty.RESOLVE), by=CLOCK).code == "no_reminder"

    def test_the_window_opens_when_promised_relief_is_due(self) -> None:
        walk = Walk().reported(PROMISE).until_over()
        assert HK_CCA.day(walk.at) == date(2025, 10, 15)

    def test_the_window_of_an_accepted_offer_opens_with_its_performance(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.AcceptOffer(1), by=PERSON).until_over()
        assert walk.status is Status.CLOSED
        assert HK_CCA.day(walk.at) == date(2025, 7, 31)

    def test_relief_promised_for_a_day_gone_by_changes_nothing(self) -> None:
        past = Walk().reported(attrs.evolve(RESOLUTION, perform_by=date(2025, 6, 1)))
        assert past.due(Duty.CONFIRM) == Walk().reported().due(Duty.CONFIRM)

    def test_a_confirmed_case_closes_when_its_window_is_over(self) -> None:
        walk = Walk().reported(PROMISE).do(c.Confirm(5), by=PERSON)
        rested = walk.at
        walk.until_over()
        assert (walk.status, walk.case.account.ended_at) == (Status.CLOSED, rested)
        assert HK_CCA.day(walk.at) > date(2025, 9, 30)

    def test_after_silence_the_complainant_may_still_speak(self) -> None:
        assert Walk().reported().until_over().do(c.Confirm(3), by=PERSON).case.word is Word.CONFIRMED
        walk = Walk().reported().until_over().do(c.Dispute(1), by=PERSON)
        assert (walk.status, walk.case.account.lapsed_silent) == (Status.REFERRED_BACK, False)

    def test_a_stopped_window_is_reminded_and_lapses_later(self) -> None:
        walk = Walk().reported()
        told = walk.due(Duty.CONFIRM)
        walk.do(c.StopClock(Duty.CONFIRM, StopReason.MANAGER_REVIEW, walk.at + 10 * DAY)).until_over()
        assert walk.status is Status.RESOLVED
        assert walk.at >= told + 9 * DAY


class TestPerformance:
    """Promised relief is apart from proved relief, and what was said to have arrived can be contradicted."""

    def test_a_proof_is_noted_and_moves_nothing(self) -> None:
        walk = Walk().reported(PROMISE).do(c.AddEvidence(Evidence("refund-1", EvidenceKind.REFUND_PROOF)), by=TAOBAO)
        walk.do(c.ReportPerformance(("refund-1",)), by=TAOBAO)
        assert (walk.status, walk.case.account.proved) == (Status.RESOLUTION_REPORTED, True)
        assert walk.case.account.promised == PROMISE.amount

    @pytest.mark.parametrize("by", [TAOBAO, OFFICER])
    def test_a_contradiction_brings_the_case_back(self, by: object) -> None:
        assert by in (TAOBAO, OFFICER)
        actor = TAOBAO if by is TAOBAO else OFFICER
        walk = Walk().reported(PROMISE).do(c.ReportPerformance(("order-1",)))
        walk.do(c.ContradictPerformance(("order-1",)), by=actor)
        account = walk.case.account
        assert (walk.status, account.proved, account.contradicted) == (Status.REFERRED_BACK, False, True)

    def test_it_needs_evidence_that_is_on_the_case(self) -> None:
        walk = Walk().reported()
        assert walk.refused(c.ReportPerformance(("nothing",))).code == "no_such_evidence"
        assert walk.refused(c.ContradictPerformance(("nothing",))).code == "no_such_evidence"


class TestEnds:
    """An end says how it came, tells whoever holds a copy to delete it, and can be opened again with new facts."""

    def test_the_councils_own_handling_ends_with_an_outcome_and_who_confirmed_it(self) -> None:
        walk = in_status(Status.FURTHER_HANDLING)
        confirmed = Walk().referred_back().do(c.TakeUp(), c.Close(Outcome.PARTLY_SETTLED, Role.COMPLAINANT)).case
        assert (confirmed.account.outcome, confirmed.confirmed_by) == (Outcome.PARTLY_SETTLED, Role.COMPLAINANT)
        assert confirmed.word is Word.CONFIRMED
        assert walk.do(c.Close(Outcome.REFUSED)).case.confirmed_by is None

    def test_the_council_misses_a_deadline_and_the_next_one_runs(self) -> None:
        walk = in_status(Status.FURTHER_HANDLING)
        told = walk.due(Duty.HANDLE)
        assert walk.refused(c.MissDeadline(Duty.HANDLE), by=CLOCK).code == "not_due"
        walk.until(told)
        assert (walk.status, walk.case.file.missed) == (Status.FURTHER_HANDLING, 1)
        assert walk.due(Duty.HANDLE) > told

    @pytest.mark.parametrize(
        ("status", "back"),
        [
            (Status.RECORDED, Status.LODGED),
            (Status.WITHDRAWN, Status.LODGED),
            (Status.CLOSED, Status.FURTHER_HANDLING),
        ],
    )
    def test_new_facts_open_it_again(self, status: Status, back: Status) -> None:
        walk = in_status(status)
        assert walk.refused(c.Reopen(ERASED)).code == "text_missing"
        walk.do(c.Reopen(SAID))
        assert (walk.status, walk.case.account.ended_at, walk.case.account.withdrawn) == (back, None, False)
        assert walk.case.account.outcome is None
        assert walk.case.timer(Duty.RETAIN) is None
        assert walk.case.file.filed_at == START

    def test_a_case_opened_again_goes_the_whole_way_again(self) -> None:
        walk = in_status(Status.RECORDED).do(c.Reopen(SAID)).reported()
        assert walk.status is Status.RESOLUTION_REPORTED


class TestProvisionalEnds:
    """An end that reaches into a year nobody has announced is computed again when it is, and never earlier."""

    def walk(self, scheme_year: int) -> Walk:
        walk = Walk()
        walk.at = datetime(scheme_year, 12, 27, 2, tzinfo=UTC)
        return walk.do(c.Accept())

    def test_a_settled_end_is_not_computed_again(self) -> None:
        walk = Walk()
        assert walk.refused(c.Reschedule(Duty.SCREEN), by=CLOCK).code == "not_provisional"
        assert walk.refused(c.Reschedule(Duty.RESOLVE), by=CLOCK).code == "not_provisional"

    def test_a_provisional_end_is_and_keeps_what_was_told(self) -> None:
        walk = self.walk(2060)
        before = walk.case.timer(Duty.UPLOAD)
        assert before is not None
        assert before.provisional
        walk.do(c.Reschedule(Duty.UPLOAD), by=CLOCK)
        after = walk.case.timer(Duty.UPLOAD)
        assert after is not None
        assert after.due >= before.due
        assert walk.status is Status.ELIGIBLE


class TestReplaying:
    """A case is what its events make it, and nothing else makes one."""

    def test_no_events_make_no_case(self) -> None:
        with pytest.raises(Refused, match="no_events"):
            replay(())

    def test_the_first_event_is_a_lodging(self) -> None:
        walk = Walk().do(c.Accept())
        with pytest.raises(Refused, match="event_out_of_turn"):
            replay(walk.events[1:])

    def test_an_event_that_no_row_would_make_is_refused(self) -> None:
        walk = Walk().do(c.Accept(), UPLOAD)
        with pytest.raises(Refused, match="event_out_of_turn") as caught:
            apply(walk.case, walk.events[1])
        assert caught.value.case_id == walk.case.id

    def test_its_version_counts_its_events_and_it_stands_where_it_is_since_the_one_that_moved_it(self) -> None:
        walk = Walk().do(c.Accept())
        moved = walk.at
        walk.do(c.AddNote(SAID))
        assert (walk.case.version, walk.case.since, walk.case.at) == (len(walk.events), moved, walk.at)

    def test_whoever_was_told_of_it_is_kept_once_and_every_telling_counts(self) -> None:
        walk = Walk().do(c.Accept()).do(EXAMPLES[c.Disclose], EXAMPLES[c.Disclose])
        assert (walk.case.file.told, walk.case.file.disclosures) == (("cca",), 2)

    def test_an_impostor_who_was_reported_is_counted_and_raises_an_alarm(self) -> None:
        walk = Walk().uploaded()
        before = walk.case.file
        walk.do(EXAMPLES[c.ReportImpostor], by=PERSON)
        after = walk.case.file
        assert (after.impostors, after.alarms) == (before.impostors + 1, before.alarms + 1)

    def test_of_several_offers_the_one_that_was_taken_says_by_when(self) -> None:
        later = attrs.evolve(OFFER, perform_by=START.date() + timedelta(days=60))
        one = Walk().conciliating().do(later, by=TAOBAO).do(c.AcceptOffer(1), by=PERSON)
        both = Walk().conciliating().do(OFFER, later, by=TAOBAO).do(c.AcceptOffer(2), by=PERSON)
        assert both.case.timers[0].due == one.case.timers[0].due

    def test_a_traders_event_without_a_traders_turn_is_refused(self) -> None:
        walk = Walk().referred_back()
        late = Walk().referred_back().do(RESOLUTION, by=TAOBAO).events[-1]
        with pytest.raises(Refused, match="event_out_of_turn") as caught:
            apply(attrs.evolve(walk.case, turn=None), late)
        assert caught.value.case_id == walk.case.id

    def test_a_hand_over_that_the_table_stops_is_told_like_any_refusal(self) -> None:
        gone = put(WHOLE, "consents", ())
        walk = Walk(gone)
        with pytest.raises(Refused, match="no_consent"):
            decide(walk.case, EXAMPLES[c.Disclose], by=OFFICER, at=walk.at, scheme=HK_CCA)


class TestIncompleteSchemes:
    """A scheme gives a length to every duty that keeps a status alive; the others may have none."""

    def test_one_that_keeps_a_status_alive_must_have_a_length(self) -> None:
        scheme = attrs.evolve(HK_CCA, service_levels=())
        with pytest.raises(StoreUnusable, match="screen"):
            Walk(scheme=scheme)

    def test_silence_never_counts_without_a_reminder(self) -> None:
        found = HK_CCA.duty_term(Duty.CONFIRM, HK_CCA.day(START))
        assert found is not None
        level = attrs.evolve(HK_CCA.service_levels[0], terms=(attrs.evolve(found, remind_before=None),))
        with pytest.raises(StoreUnusable, match="reminder"):
            Walk(scheme=attrs.evolve(HK_CCA, service_levels=(*HK_CCA.service_levels, level))).reported()

    def test_another_is_simply_not_started(self) -> None:
        levels = tuple(
            attrs.evolve(level, terms=tuple(term for term in level.terms if term.duty is not Duty.ACKNOWLEDGE))
            for level in HK_CCA.service_levels
        )
        walk = Walk(scheme=attrs.evolve(HK_CCA, service_levels=levels))
        assert [timer.duty for timer in walk.case.timers] == [Duty.SCREEN]
        assert due(walk.case, START) is None
        assert next_due(walk.case) == walk.due(Duty.SCREEN)
