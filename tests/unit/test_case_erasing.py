"""Holding, erasing, and the duty to delete that outlives the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import allowed, due, next_due, replay
from expressplatform.codes import END, OPEN, Duty, ErasureReason, KeptGround, RejectionRule, Role, Status
from expressplatform.complaint import ERASED
from expressplatform.indicators.marks import outcome_of
from expressplatform.records import without_particulars
from expressplatform.scheme import Known
from expressplatform.schemes import HK_CCA
from tests.walking import CLOCK, EXAMPLES, OFFER, OFFICER, PERSON, SAID, TAOBAO, UPLOAD, Walk, in_status

ERASE = EXAMPLES[c.Erase]
DELETED = c.ConfirmDeletion(KeptGround.LEGAL_DUTY, ("purchase.paid",))
ENDS = [Status.RECORDED, Status.CLOSED, Status.WITHDRAWN]


class TestErasing:
    """Kept no longer than needed: erased by two persons, or by the clock in time (PDPO DPP2(2), s.26; PIPL Art 19)."""

    def test_one_asks_and_another_approves(self) -> None:
        walk = in_status(Status.CLOSED)
        for approver in ("", OFFICER.person):
            refused = walk.refused(c.Erase(ErasureReason.REQUEST, approver))
            assert (refused.code, refused.who_must_act) == ("second_person_needed", "council")
        assert walk.do(ERASE).status is Status.ERASED

    @pytest.mark.parametrize("status", ENDS)
    def test_the_clock_erases_when_the_time_of_keeping_is_over_and_not_before(self, status: Status) -> None:
        walk = in_status(status)
        over = next_due(walk.case)
        last = HK_CCA.day(walk.at) + timedelta(days=2557)
        assert over == datetime.combine(last + timedelta(days=1), time(), HK_CCA.zone)
        command = c.Erase(ErasureReason.RETENTION_OVER)
        assert walk.refused(command, by=CLOCK).code == "not_due"
        assert due(walk.case, over) == command
        assert walk.until(over).status is Status.ERASED
        assert next_due(walk.case) is None

    def test_the_particulars_are_gone_and_the_outcome_stays(self) -> None:
        walk = Walk().reported().do(c.Confirm(5), by=PERSON).until_over()
        before = walk.case
        walk.do(ERASE)
        assert walk.case.particulars is ERASED
        assert walk.case.account == before.account
        assert not walk.case.is_open

    def test_it_replays_from_its_facts_to_the_same_case(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.AcceptOffer(1), by=PERSON).until_over()
        walk.do(c.AddNote(SAID), ERASE)
        assert replay(without_particulars(event) for event in walk.events) == walk.case

    def test_a_correction_whose_words_are_gone_replays_too(self) -> None:
        walk = Walk().do(EXAMPLES[c.Correct], by=PERSON)
        facts = replay(without_particulars(event) for event in walk.events)
        assert (facts.particulars, facts.version) == (ERASED, walk.case.version)


GONE = c.Erase(ErasureReason.KEY_DESTROYED)
LOST = Known(key_destroyed=True)


class TestTheKeyIsGone:
    """Where nothing opens a case any more, the clock puts that on record, wherever the case stands."""

    @pytest.mark.parametrize("status", sorted(OPEN | END))
    def test_the_clock_says_so_from_every_status_and_only_where_it_is_so(self, status: Status) -> None:
        walk = in_status(status)
        assert walk.refused(GONE, by=CLOCK).code == "key_there"
        before = walk.case
        walk.known = LOST
        walk.do(GONE, by=CLOCK)
        assert (walk.status, walk.case.timers, walk.case.particulars) == (Status.ERASED, (), ERASED)
        assert outcome_of(walk.case) is outcome_of(before)
        assert walk.case.account.ended_at == before.account.ended_at
        assert all(one.owed for one in walk.case.file.holdings)

    @pytest.mark.parametrize("status", sorted(OPEN | END))
    def test_it_replays_from_its_facts_to_the_same_case(self, status: Status) -> None:
        walk = in_status(status)
        walk.known = LOST
        walk.do(GONE, by=CLOCK)
        assert replay(without_particulars(event) for event in walk.events) == walk.case

    def test_no_other_ground_erases_an_open_case(self) -> None:
        walk = in_status(Status.LODGED)
        walk.known = LOST
        for reason in set(ErasureReason) - {ErasureReason.KEY_DESTROYED}:
            assert walk.refused(c.Erase(reason), by=CLOCK).code == "key_there"

    def test_a_hold_keeps_nothing_that_is_gone(self) -> None:
        walk = in_status(Status.RECORDED).do(EXAMPLES[c.Hold])
        walk.known = LOST
        assert walk.do(GONE, by=CLOCK).status is Status.ERASED

    def test_a_council_names_a_ground_of_its_own(self) -> None:
        walk = in_status(Status.RECORDED)
        walk.known = LOST
        assert walk.refused(c.Erase(ErasureReason.KEY_DESTROYED, "officer-2")).code == "wrong_ground"
        assert in_status(Status.LODGED).refused(ERASE).code == "wrong_role"


class TestHolding:
    """What a law or the public interest forbids to erase is held, and erased by nobody (PDPO s.26)."""

    def walk(self) -> Walk:
        return in_status(Status.RECORDED).do(EXAMPLES[c.Hold])

    def test_a_hold_has_a_reason_and_a_second_person(self) -> None:
        walk = in_status(Status.RECORDED)
        assert walk.refused(c.Hold(OFFICER.person, SAID)).code == "second_person_needed"
        assert walk.refused(c.Hold("officer-2")).code == "text_missing"

    def test_it_stops_both_the_council_and_the_clock(self) -> None:
        walk = self.walk()
        over = walk.due(Duty.RETAIN)
        assert walk.refused(ERASE).code == "on_hold"
        assert next_due(walk.case) is None
        assert due(walk.case, over) is None
        assert walk.refused(c.Erase(ErasureReason.RETENTION_OVER), by=CLOCK, after=over - walk.at).code == "on_hold"

    def test_released_it_is_erased_as_if_it_had_never_been_held(self) -> None:
        walk = self.walk()
        over = walk.due(Duty.RETAIN)
        walk.do(c.ReleaseHold())
        assert walk.refused(c.ReleaseHold()).code == "not_on_hold"
        assert next_due(walk.case) == over
        assert walk.do(ERASE).status is Status.ERASED


def rejected() -> Walk:
    return Walk().obtained().do(c.Reject(RejectionRule.NOT_OUR_CUSTOMER), by=TAOBAO)


def recalled() -> Walk:
    return Walk().obtained().do(c.Recall(SAID))


def consent_withdrawn() -> Walk:
    return Walk().obtained().do(c.WithdrawConsent("taobao"), by=PERSON)


def redirected() -> Walk:
    return Walk().referred_back().do(c.Redirect("jd"))


def recorded() -> Walk:
    return Walk().referred_back().do(c.Record())


def withdrawn() -> Walk:
    return Walk().obtained().do(c.Withdraw(), by=PERSON)


def closed_by_the_council() -> Walk:
    return in_status(Status.CLOSED)


def closed_by_the_clock() -> Walk:
    return in_status(Status.RESOLVED).until_over()


class TestDeleting:
    """Whoever obtained the details deletes them when their use has ended, and says so (PIPL Arts 21, 47)."""

    @pytest.mark.parametrize(
        "way",
        [
            rejected,
            recalled,
            consent_withdrawn,
            redirected,
            recorded,
            withdrawn,
            closed_by_the_council,
            closed_by_the_clock,
        ],
    )
    def test_the_end_of_use_starts_the_duty(self, way: Callable[[], Walk]) -> None:
        walk = way()
        (holding,) = walk.case.file.holdings
        assert (holding.organisation, holding.must_delete_since, holding.owed) == ("taobao", walk.at, True)
        assert c.ConfirmDeletion in allowed(walk.case, TAOBAO)
        walk.do(DELETED, by=TAOBAO)
        assert walk.case.file.holdings[0].confirmed_at == walk.at
        assert c.ConfirmDeletion not in allowed(walk.case, TAOBAO)
        assert walk.refused(DELETED, by=TAOBAO).code == "nothing_owed"

    def test_while_it_handles_the_case_a_trader_owes_none(self) -> None:
        assert Walk().conciliating().refused(DELETED, by=TAOBAO).code == "nothing_owed"

    def test_an_erased_case_still_hears_that_its_copy_is_gone(self) -> None:
        walk = in_status(Status.ERASED)
        assert allowed(walk.case, TAOBAO) == (c.ConfirmDeletion,)
        walk.do(DELETED, by=TAOBAO)
        assert (walk.status, isinstance(walk.events[-1], e.DeletionConfirmed)) == (Status.ERASED, True)
        assert allowed(walk.case, TAOBAO) == ()

    def test_erasing_tells_whoever_was_not_told_yet(self) -> None:
        walk = in_status(Status.RECORDED)
        walk.case = attrs.evolve(
            walk.case,
            file=attrs.evolve(
                walk.case.file,
                holdings=tuple(attrs.evolve(one, must_delete_since=None) for one in walk.case.file.holdings),
            ),
        )
        walk.do(ERASE)
        assert walk.case.file.holdings[0].must_delete_since == walk.at

    def test_the_first_telling_counts(self) -> None:
        walk = recalled()
        told = walk.at
        walk.do(c.Record())
        assert walk.case.file.holdings[0].must_delete_since == told

    def test_reading_again_with_consent_begins_anew(self) -> None:
        walk = recalled().do(UPLOAD).do(c.Obtain(), by=TAOBAO)
        assert not walk.case.file.holdings[0].owed

    def test_without_the_consent_to_any_recipient_the_case_comes_back_and_the_trader_deletes(self) -> None:
        walk = Walk().obtained().do(c.WithdrawConsent("cca"), by=PERSON)
        assert walk.status is Status.REFERRED_BACK
        assert walk.case.file.holdings[0].owed
        assert walk.refused(UPLOAD).code == "no_consent"

    def test_a_consent_can_still_be_taken_back_when_the_case_has_ended(self) -> None:
        walk = in_status(Status.RECORDED)
        before = walk.case
        walk.do(c.WithdrawConsent("cca"), by=PERSON)
        assert (walk.status, walk.case.timers) == (before.status, before.timers)
        assert "cca" not in {one.recipient for one in walk.case.file.consents}
        assert walk.refused(c.WithdrawConsent("cca"), by=PERSON).code == "no_consent"

    def test_only_a_trader_confirms(self) -> None:
        walk = recalled()
        assert walk.refused(DELETED).code == "wrong_role"
        assert walk.refused(DELETED, by=attrs.evolve(TAOBAO, role=Role.AUDITOR)).code == "wrong_role"
