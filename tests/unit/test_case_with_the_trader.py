"""The trader's turn: reading, offers, more time, stopped clocks, results in time and late."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import due, next_due
from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    Duty,
    EvidenceKind,
    Outcome,
    Purpose,
    RejectionRule,
    Role,
    Stage,
    Status,
    StopReason,
)
from expressplatform.complaint import ERASED, Evidence, Remark
from expressplatform.privacy.disclosure import fields_for
from expressplatform.privacy.retention import use_until
from expressplatform.schemes import HK_CCA
from tests.walking import CLOCK, EXAMPLES, JD, OFFER, PERSON, RESOLUTION, SAID, TAOBAO, UPLOAD, Walk, consent_to

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def stop(walk: Walk, days: int, duty: Duty = Duty.RESOLVE) -> c.StopClock:
    return c.StopClock(duty, StopReason.TESTING, walk.at + HOUR + days * DAY)


class TestObtaining:
    """Each reading by the trader is a disclosure that names recipient, fields, purpose, ground and end of use."""

    def test_the_record_says_what_was_shown_and_until_when(self) -> None:
        walk = Walk().obtained()
        event = walk.events[-1]
        assert isinstance(event, e.Obtained)
        record = event.disclosure
        assert (record.audience, record.recipient) == (Audience.TRADER, "taobao")
        assert (record.purpose, record.basis) == (Purpose.HANDLING, Basis.SEPARATE_CONSENT)
        assert set(record.fields) <= set(fields_for(Audience.TRADER, Purpose.HANDLING, Stage.HANDLING))
        assert "particulars.email" in record.fields
        assert "particulars.phone" not in record.fields
        assert record.notice == HK_CCA.notice
        assert record.use_until == use_until(walk.due(Duty.RESOLVE), HK_CCA)

    def test_each_reading_has_a_record_of_its_own(self) -> None:
        walk = Walk().obtained().do(c.Obtain(), by=TAOBAO)
        assert walk.status is Status.OBTAINED
        assert walk.case.file.disclosures == 2
        records = [event.disclosure.id for event in walk.events if isinstance(event, e.Obtained)]
        assert len(set(records)) == 2
        assert len(walk.case.file.holdings) == 1

    def test_the_first_reading_is_when_it_was_obtained(self) -> None:
        walk = Walk().obtained()
        first = walk.at
        walk.do(c.Obtain(), by=TAOBAO)
        assert walk.case.turn is not None
        assert walk.case.turn.obtained_at == first
        assert walk.case.file.holdings[0].obtained_at == first

    def test_without_a_live_consent_nothing_is_read(self) -> None:
        walk = Walk().uploaded()
        walk.case = attrs.evolve(walk.case, file=attrs.evolve(walk.case.file, consents=(consent_to("cca"),)))
        assert walk.refused(c.Obtain(), by=TAOBAO).code == "no_consent"

    def test_a_document_is_read_after_the_details_and_by_the_trader_it_was_shared_with(self) -> None:
        """PIPL Art 6: no more than is needed, one by one."""
        walk = Walk().uploaded().do(c.ShareEvidence("jd", ("order-1",)))
        document = c.Obtain(("order-1",))
        assert walk.refused(document, by=TAOBAO).code == "details_first"
        walk.do(c.Obtain(), by=TAOBAO)
        assert walk.refused(document, by=TAOBAO).code == "not_shared"
        walk.do(c.ShareEvidence("taobao", ("order-1",))).do(document, by=TAOBAO)
        assert walk.refused(c.Obtain(("order-1", "order-2")), by=TAOBAO).code == "not_shared"

    def test_without_the_particulars_nothing_is_shown(self) -> None:
        walk = Walk().uploaded()
        complaint = attrs.evolve(walk.case.complaint, particulars=ERASED)
        walk.case = attrs.evolve(walk.case, file=attrs.evolve(walk.case.file, complaint=complaint))
        with pytest.raises(Exception, match="erased"):
            walk.do(c.Obtain(), by=TAOBAO)

    def test_after_the_result_it_may_still_be_read(self) -> None:
        walk = Walk().reported().do(c.Obtain(), by=TAOBAO)
        event = walk.events[-1]
        assert isinstance(event, e.Obtained)
        assert event.disclosure.use_until == use_until(walk.at, HK_CCA)


class TestHandingOver:
    """What the council hands to others is recorded too, and the table says what it may be."""

    def test_it_stands_on_record(self) -> None:
        walk = Walk().do(EXAMPLES[c.Disclose])
        event = walk.events[-1]
        assert isinstance(event, e.Disclosed)
        assert event.disclosure.recipient == "cca"
        assert set(event.disclosure.fields) <= {"category", "claimed"}
        assert walk.case.file.disclosures == 1

    @pytest.mark.parametrize("audience", [Audience.TRADER, Audience.PUBLIC, Audience.COUNCIL])
    def test_traders_obtain_and_the_public_gets_nothing(self, audience: Audience) -> None:
        command = attrs.evolve(EXAMPLES[c.Disclose], audience=audience)  # type: ignore[call-arg]
        assert Walk().refused(command).code == "wrong_audience"

    def test_a_field_that_the_table_does_not_open_is_withheld(self) -> None:
        command = attrs.evolve(EXAMPLES[c.Disclose], fields=("particulars.name",))  # type: ignore[call-arg]
        assert Walk().refused(command).code == "field_withheld"


class TestContact:
    """The trader tries, reaches the complainant, and asks for what is missing."""

    def test_attempts_are_counted_and_move_nothing(self) -> None:
        walk = Walk().obtained().do(c.ReportAttempt(Channel.PHONE), c.ReportAttempt(Channel.APP), by=TAOBAO)
        assert walk.case.turn is not None
        assert walk.case.turn.attempts == 2
        assert walk.status is Status.OBTAINED

    def test_contact_ends_that_duty_and_the_time_for_the_result_runs_on(self) -> None:
        walk = Walk().obtained()
        told = walk.due(Duty.RESOLVE)
        walk.do(c.ReportContact(Channel.PHONE, code_given=True), by=TAOBAO)
        assert [timer.duty for timer in walk.case.timers] == [Duty.RESOLVE]
        assert walk.due(Duty.RESOLVE) == told
        assert walk.case.turn is not None
        assert walk.case.turn.contacted_at == walk.at

    @pytest.mark.parametrize("command", [c.AskInformation(ERASED), c.AskInformation(Remark(" "))])
    def test_a_question_needs_its_words(self, command: c.AskInformation) -> None:
        assert Walk().obtained().refused(command, by=TAOBAO).code == "text_missing"

    def test_a_trader_that_does_nothing_loses_the_case(self) -> None:
        walk = Walk().uploaded().until_over()
        assert walk.status is Status.REFERRED_BACK
        assert walk.events[-1].by == CLOCK
        assert walk.case.claimed_by is None
        assert walk.case.file.holdings == ()

    def test_a_lapse_names_a_duty_that_runs_and_is_over(self) -> None:
        walk = Walk().obtained()
        assert walk.refused(c.Lapse(Duty.OBTAIN), by=CLOCK).code == "no_such_duty"
        assert walk.refused(c.Lapse(Duty.CONTACT), by=CLOCK).code == "not_due"

    def test_a_deadline_is_over_at_its_instant_and_not_a_moment_before(self) -> None:
        walk = Walk().obtained()
        over = walk.due(Duty.RESOLVE)
        assert (
            walk.refused(c.Lapse(Duty.RESOLVE), by=CLOCK, after=over - walk.at - timedelta.resolution).code == "not_due"
        )
        assert walk.do(c.Lapse(Duty.RESOLVE), by=CLOCK, after=over - walk.at).status is Status.REFERRED_BACK


class TestOffers:
    """An offer stands until it expires, is answered once, or gives way to the next."""

    def walk(self) -> Walk:
        return Walk().conciliating().do(OFFER, by=TAOBAO)

    def test_an_accepted_offer_resolves_the_case_with_what_it_promised(self) -> None:
        walk = self.walk().do(c.AcceptOffer(1), by=PERSON)
        account = walk.case.account
        assert walk.status is Status.RESOLVED
        assert (account.promised, account.offer_accepted) == (OFFER.amount, True)
        assert (walk.case.claimed_by, walk.case.confirmed_by) == (Role.TRADER, Role.COMPLAINANT)

    def test_an_expired_offer_is_not_accepted(self) -> None:
        walk = Walk().conciliating()
        walk.do(attrs.evolve(OFFER, expires=walk.at + 3 * HOUR), by=TAOBAO)
        refused = walk.refused(c.AcceptOffer(1), by=PERSON, after=2 * HOUR)
        assert (refused.code, refused.who_must_act) == ("offer_expired", "trader")
        assert walk.do(c.AcceptOffer(1), by=PERSON, after=2 * HOUR - timedelta.resolution).status is Status.RESOLVED

    def test_an_offer_expires_in_the_future(self) -> None:
        walk = Walk().conciliating()
        assert walk.refused(attrs.evolve(OFFER, expires=walk.at), by=TAOBAO).code == "in_the_past"

    def test_an_answered_offer_no_longer_stands(self) -> None:
        walk = self.walk().do(c.DeclineOffer(1, SAID), by=PERSON)
        assert walk.refused(c.DeclineOffer(1), by=PERSON).code == "no_such_offer"
        assert walk.refused(c.AcceptOffer(1), by=PERSON).code == "no_such_offer"

    def test_a_new_offer_takes_the_place_of_the_one_before(self) -> None:
        walk = self.walk().do(OFFER, by=TAOBAO)
        assert walk.refused(c.AcceptOffer(1), by=PERSON).code == "no_such_offer"
        assert walk.do(c.AcceptOffer(2), by=PERSON).status is Status.RESOLVED

    def test_an_offer_that_was_never_made_is_not_accepted(self) -> None:
        assert self.walk().refused(c.AcceptOffer(2), by=PERSON).code == "no_such_offer"

    def test_offers_are_the_turns_own(self) -> None:
        walk = self.walk().do(c.Recall(), UPLOAD).do(c.Obtain(), c.ReportContact(Channel.APP), by=TAOBAO)
        assert walk.refused(c.AcceptOffer(1), by=PERSON).code == "no_such_offer"

    def test_what_was_written_beside_an_offer_is_not_kept_outside_the_file(self) -> None:
        turn = self.walk().case.turn
        assert turn is not None
        assert turn.offers[0].terms == attrs.evolve(OFFER, particulars=ERASED)


class TestMoreTime:
    """More time is asked for before it is granted, and never beyond what was asked or the scheme's cap."""

    def test_granted_days_come_on_top(self) -> None:
        walk = Walk().obtained()
        told = walk.due(Duty.RESOLVE)
        walk.do(c.AskTime(5), by=TAOBAO).do(c.GrantTime(3))
        assert walk.due(Duty.RESOLVE) > told
        assert walk.case.turn is not None
        assert walk.case.turn.resolve == walk.case.timer(Duty.RESOLVE)

    def test_nothing_is_granted_that_was_not_asked_for(self) -> None:
        walk = Walk().obtained()
        assert walk.refused(c.GrantTime(1)).code == "no_time_asked"
        walk.do(c.AskTime(5), by=TAOBAO)
        assert walk.refused(c.GrantTime(6)).code == "more_than_asked"

    def test_a_request_is_answered_once(self) -> None:
        walk = Walk().obtained().do(c.AskTime(5), by=TAOBAO).do(c.RefuseTime())
        assert walk.refused(c.GrantTime(5)).code == "no_time_asked"
        assert walk.refused(c.RefuseTime()).code == "no_time_asked"

    def test_stops_and_grants_together_stay_within_the_cap(self) -> None:
        walk = Walk().obtained().do(c.AskTime(31), by=TAOBAO)
        assert walk.refused(c.GrantTime(31)).code == "over_the_cap"
        walk.do(c.GrantTime(20))
        assert walk.refused(stop(walk, 11)).code == "over_the_cap"
        assert walk.do(stop(walk, 10)).case.version == 7


class TestStoppedClock:
    """A clock stands still for a reason, within the cap, until its instant or an earlier word of the council."""

    def test_the_days_of_a_stop_do_not_count(self) -> None:
        walk = Walk().obtained()
        told = walk.due(Duty.RESOLVE)
        walk.do(stop(walk, 7))
        assert walk.due(Duty.RESOLVE) >= told + 7 * DAY

    def test_it_runs_again_by_itself_when_the_stop_is_over(self) -> None:
        walk = Walk().obtained()
        command = stop(walk, 7)
        walk.do(command)
        told = walk.due(Duty.RESOLVE)
        assert next_due(walk.case) == command.until or walk.due(Duty.CONTACT) < command.until
        walk.do(c.ReportContact(Channel.PHONE), by=TAOBAO)
        assert next_due(walk.case) == command.until
        assert due(walk.case, command.until) == c.ResumeClock(Duty.RESOLVE)
        assert walk.refused(c.ResumeClock(Duty.RESOLVE), by=CLOCK).code == "not_due"
        walk.until(command.until)
        assert isinstance(walk.events[-1], e.ClockResumed)
        assert walk.due(Duty.RESOLVE) == told

    def test_the_council_lets_it_run_earlier_and_what_is_left_of_the_stop_counts_again(self) -> None:
        walk = Walk().obtained()
        walk.do(stop(walk, 14))
        told = walk.due(Duty.RESOLVE)
        walk.do(c.ResumeClock(Duty.RESOLVE), after=2 * DAY)
        assert walk.due(Duty.RESOLVE) < told
        assert walk.refused(c.ResumeClock(Duty.RESOLVE)).code == "clock_runs"

    def test_a_clock_that_stands_still_is_not_stopped_again(self) -> None:
        walk = Walk().obtained()
        walk.do(stop(walk, 3))
        assert walk.refused(stop(walk, 3)).code == "clock_stands_still"

    def test_a_stop_ends_in_the_future_and_within_the_cap(self) -> None:
        walk = Walk().obtained()
        assert walk.refused(stop(walk, 0)).code == "in_the_past"
        assert walk.refused(stop(walk, 31)).code == "over_the_cap"

    def test_only_a_duty_that_runs_is_stopped(self) -> None:
        walk = Walk().conciliating()
        assert walk.refused(stop(walk, 3, Duty.CONTACT)).code == "no_such_duty"

    def test_stopping_never_takes_time_from_somebody_who_was_reminded_late(self) -> None:
        walk = Walk().reported()
        walk.at = walk.due(Duty.CONFIRM) + 5 * DAY
        walk.do(c.Remind(Duty.CONFIRM), by=CLOCK)
        told = walk.due(Duty.CONFIRM)
        walk.do(stop(walk, 1, Duty.CONFIRM))
        assert walk.due(Duty.CONFIRM) >= told
        walk.do(c.ResumeClock(Duty.CONFIRM))
        assert walk.due(Duty.CONFIRM) >= told


class TestResults:
    """The trader's result is its word; a bare reply claims nothing; a late one comes from who held the case."""

    def test_a_result_says_how_many_counted_days_it_took(self) -> None:
        walk = Walk().conciliating().do(RESOLUTION, by=TAOBAO, after=2 * DAY)
        event = walk.events[-1]
        assert isinstance(event, e.ResolutionReported)
        assert (event.days_used, event.late) == (2, False)
        assert (walk.case.account.days_used, walk.case.account.answered_at) == (2, walk.at)

    def test_stopped_days_are_not_counted(self) -> None:
        walk = Walk().conciliating()
        walk.do(c.StopClock(Duty.RESOLVE, StopReason.TESTING, walk.at + 2 * DAY)).do(
            RESOLUTION, by=TAOBAO, after=3 * DAY
        )
        assert walk.case.account.days_used == 1

    def test_a_turn_without_a_known_start_counts_no_days(self) -> None:
        walk = Walk().referred_back()
        assert walk.case.turn is not None
        walk.case = attrs.evolve(walk.case, turn=attrs.evolve(walk.case.turn, resolve=None))
        event = walk.do(RESOLUTION, by=TAOBAO, after=3 * DAY).events[-1]
        assert isinstance(event, e.ResolutionReported)
        assert event.days_used == 0

    def test_a_bare_reply_claims_nothing(self) -> None:
        walk = Walk().reported(c.ReportResolution(particulars=SAID))
        assert (walk.case.claimed_by, walk.case.account.claimed) == (None, None)
        assert walk.case.account.answered_at == walk.at

    def test_a_claim_is_the_traders(self) -> None:
        account = Walk().reported().case.account
        assert (account.claimed_by, account.claimed) == (Role.TRADER, Outcome.SETTLED_MONETARY)
        assert account.confirmed_by is None

    def test_evidence_it_names_must_be_on_the_case(self) -> None:
        walk = Walk().conciliating()
        named = attrs.evolve(RESOLUTION, evidence=("refund-1",))
        assert walk.refused(named, by=TAOBAO).code == "no_such_evidence"
        walk.do(c.AddEvidence(Evidence("refund-1", EvidenceKind.REFUND_PROOF)), by=TAOBAO)
        again = c.AddEvidence(Evidence("refund-1", EvidenceKind.OTHER))
        assert walk.refused(again, by=TAOBAO).code == "evidence_exists"
        assert walk.do(named, by=TAOBAO).status is Status.RESOLUTION_REPORTED

    @pytest.mark.parametrize("taken_up", [False, True])
    def test_a_late_result_comes_from_the_trader_that_held_the_case(self, taken_up: bool) -> None:
        walk = Walk().obtained().until_over()
        walk.do(*(c.TakeUp(),) if taken_up else ())
        assert walk.refused(RESOLUTION, by=JD).code == "not_your_case"
        walk.do(RESOLUTION, by=TAOBAO)
        event = walk.events[-1]
        assert isinstance(event, e.ResolutionReported)
        assert event.late
        assert event.days_used > 7
        assert walk.case.account.late

    def test_a_trader_that_never_read_the_case_reports_no_late_result(self) -> None:
        assert Walk().uploaded().until_over().refused(RESOLUTION, by=TAOBAO).code == "not_your_case"

    def test_the_first_answer_is_the_one_that_is_timed(self) -> None:
        walk = Walk().reported().do(c.Dispute(), by=PERSON)
        first = walk.case.account
        walk.do(attrs.evolve(RESOLUTION, outcome=None), by=TAOBAO, after=9 * DAY)
        account = walk.case.account
        assert (account.answered_at, account.days_used, account.late) == (first.answered_at, first.days_used, False)
        assert account.claimed is Outcome.SETTLED_MONETARY

    def test_an_impasse_is_an_answer_and_a_claim(self) -> None:
        account = Walk().referred_back().case.account
        assert account.answered_at is not None
        assert (account.claimed_by, account.claimed) == (Role.TRADER, Outcome.NOT_SETTLED)

    def test_an_impasse_after_an_answer_leaves_the_first_instant(self) -> None:
        walk = Walk().reported()
        first = walk.at
        walk.do(c.Recall(), UPLOAD).do(c.Obtain(), c.ReportImpasse(), by=TAOBAO)
        assert walk.case.account.answered_at == first

    def test_a_rejection_is_on_a_ground_that_the_scheme_admits(self) -> None:
        scheme = attrs.evolve(HK_CCA, rejection_rules=frozenset({RejectionRule.DUPLICATE}))
        walk = Walk(scheme=scheme).uploaded()
        assert walk.refused(c.Reject(RejectionRule.NOT_OUR_CUSTOMER), by=TAOBAO).code == "rule_not_admitted"
        assert walk.do(c.Reject(RejectionRule.DUPLICATE), by=TAOBAO).status is Status.REFERRED_BACK


class TestAroundTheCase:
    """What is noted beside the case moves nothing."""

    def test_evidence_is_shared_with_one_recipient_and_masked_by_a_copy(self) -> None:
        walk = Walk().do(EXAMPLES[c.ShareEvidence], EXAMPLES[c.ShareEvidence], EXAMPLES[c.Redact])
        assert walk.case.file.shared == (("taobao", "order-1"),)
        assert [one.id for one in walk.case.file.evidence] == ["order-1", "order-1-masked"]
        assert walk.refused(EXAMPLES[c.Redact]).code == "evidence_exists"
        assert walk.refused(c.ShareEvidence("taobao", ("nothing",))).code == "no_such_evidence"

    def test_a_document_is_no_masked_copy_of_itself(self) -> None:
        """A copy in which nothing is masked is the same file."""
        walk = Walk().do(c.AddEvidence(Evidence("photo-1", EvidenceKind.PHOTOGRAPH, file="f1")))
        same = c.Redact("photo-1", Evidence("photo-1-masked", EvidenceKind.PHOTOGRAPH, file="f1"))
        assert walk.refused(same).code == "not_masked"
        walk.do(attrs.evolve(same, copy=attrs.evolve(same.copy, file="f2")))
        assert [one.id for one in walk.case.file.evidence][-1] == "photo-1-masked"

    def test_each_side_keeps_its_own_number(self) -> None:
        walk = Walk().obtained().do(c.SetReference("F-1")).do(c.SetReference("T-9"), by=TAOBAO)
        assert walk.case.file.references == (("hkcc", "F-1"), ("taobao", "T-9"))

    def test_an_officer_has_the_case(self) -> None:
        assert Walk().do(c.Assign("officer-3")).case.file.assignee == "officer-3"

    def test_impostors_are_counted(self) -> None:
        assert Walk().obtained().do(c.ReportImpostor(Channel.PHONE), by=PERSON).case.file.impostors == 1

    def test_particulars_are_corrected_whole(self) -> None:
        command = EXAMPLES[c.Correct]
        assert isinstance(command, c.Correct)
        walk = Walk().do(command, by=PERSON)
        assert walk.case.particulars == command.particulars
        assert walk.refused(c.Correct(ERASED)).code == "particulars_missing"
