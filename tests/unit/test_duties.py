"""Duties as values: starting, stopping, granting, reminding, computing again; and the types of a scheme."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest

from expressplatform.case.step import Step
from expressplatform.citations import HKCC_2019, HKCC_FORM, article
from expressplatform.codes import Duty, Effect, Result, Role, Status
from expressplatform.commands import Lodge
from expressplatform.deadlines import duties
from expressplatform.errors import StoreUnusable
from expressplatform.events import Timer
from expressplatform.scheme import Criterion, DutyTerm, Finding, Known, Participant, Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.workdays import MAINLAND, MAKE_UP_DAY
from tests.walking import NUMBERS, OFFICER, START, Walk
from tests.whole_complaint import WHOLE

DAY = timedelta(days=1)
BARE = attrs.evolve(HK_CCA, service_levels=())


def started(duty: Duty, at: datetime = START) -> Timer:
    timer = duties.start(duty, at, HK_CCA)
    assert timer is not None
    return timer


def edited(term: DutyTerm) -> Scheme:
    """The scheme with one length more, after all others."""
    level = attrs.evolve(HK_CCA.service_levels[0], id="later", terms=(term,))
    return attrs.evolve(HK_CCA, service_levels=(*HK_CCA.service_levels, level))


class TestTimers:
    """A timer is a value; changing one makes another, which never ends before a party was told."""

    def test_the_owner_is_whoever_owes_the_duty(self) -> None:
        assert started(Duty.RESOLVE).owner is Role.TRADER
        assert started(Duty.CONFIRM).owner is Role.COMPLAINANT

    def test_a_duty_whose_length_is_gone_says_so(self) -> None:
        timer = started(Duty.RESOLVE)
        for change in (duties.explained, duties.rescheduled, duties.length_of):
            with pytest.raises(StoreUnusable, match="resolve") as caught:
                change(timer, BARE)
            assert caught.value.code == "scheme_incomplete"

    def test_an_explanation_ends_with_the_timer(self) -> None:
        timer = started(Duty.RESOLVE)
        assert duties.explained(timer, HK_CCA).due == timer.due
        kept = attrs.evolve(timer, due=timer.due + DAY)
        assert duties.explained(kept, HK_CCA).due == kept.due
        assert duties.explained(duties.grant(timer, 2, HK_CCA), HK_CCA).term.days == 9

    def test_stopped_days_count_once_where_stops_overlap(self) -> None:
        timer = duties.stop(started(Duty.RESOLVE), START, START + 3 * DAY, HK_CCA)
        twice = duties.stop(timer, START + DAY, START + 4 * DAY, HK_CCA)
        assert duties.stopped_days(twice, HK_CCA) == 4

    def test_a_reminder_lies_within_the_time_of_its_duty(self) -> None:
        found = HK_CCA.duty_term(Duty.CONFIRM, HK_CCA.day(START))
        assert found is not None
        short = edited(attrs.evolve(found, term=attrs.evolve(found.term, days=2), remind_before=9))
        timer = duties.start(Duty.CONFIRM, START, short)
        assert timer is not None
        assert timer.remind_at == timer.started
        again = duties.stop(timer, START, START + 30 * DAY, short)
        assert again.remind_at is not None
        assert again.remind_at > timer.due

    def test_it_starts_in_utc_whatever_the_zone_of_the_instant_and_of_the_machine(self) -> None:
        for at in (START, START.astimezone(HK_CCA.zone)):
            timer = started(Duty.RESOLVE, at)
            assert timer.started == START
            assert timer.started.tzinfo is UTC

    def test_a_reminder_counts_the_days_of_the_duty_s_own_zone(self) -> None:
        """West of Greenwich the last day is over when UTC has long begun the next."""
        found = HK_CCA.duty_term(Duty.CONFIRM, HK_CCA.day(START))
        assert found is not None
        west = timezone(-timedelta(hours=3))
        term = attrs.evolve(found.term, days=9, zone=west)
        timer = duties.start(Duty.CONFIRM, START, edited(attrs.evolve(found, term=term, remind_before=2)))
        assert timer is not None
        assert timer.remind_at is not None
        last = (timer.due - timedelta.resolution).astimezone(west).date()
        assert timer.remind_at.astimezone(west).date() == term.calendar.add(last, -2)

    def test_reminding_a_duty_without_reminders_moves_nothing(self) -> None:
        timer = started(Duty.RESOLVE)
        assert duties.reminded(timer, START, HK_CCA) == timer

    def test_a_newer_calendar_gives_time_and_takes_none(self) -> None:
        at = datetime.combine(date(MAINLAND.announced_through + 1, 3, 1), START.timetz())
        timer = started(Duty.RESOLVE, at)
        assert timer.provisional
        year = MAINLAND.announced_through + 1
        rest = {date(year, 3, day): MAKE_UP_DAY for day in range(3, 10)}
        off = MAINLAND.announce(year, holidays=rest, edition="new")
        on = MAINLAND.announce(
            year,
            holidays={},
            make_up=[date(year, 3, day) for day in range(1, 15) if date(year, 3, day).weekday() > 4],
            edition="new",
        )
        found = HK_CCA.duty_term(Duty.RESOLVE, HK_CCA.day(at))
        assert found is not None
        longer = duties.rescheduled(timer, edited(attrs.evolve(found, term=attrs.evolve(found.term, calendar=off))))
        assert (longer.due > timer.due, longer.provisional) == (True, False)
        same = duties.rescheduled(timer, edited(attrs.evolve(found, term=attrs.evolve(found.term, calendar=on))))
        assert (same.due, same.provisional) == (timer.due, False)

    def test_the_next_instant_is_the_earliest_of_its_three(self) -> None:
        timer = started(Duty.CONFIRM)
        assert duties.next_instant(timer) == timer.remind_at
        assert duties.next_instant(attrs.evolve(timer, remind_at=None)) == timer.due
        assert duties.next_instant(attrs.evolve(timer, paused_until=START)) == START


class TestSchemes:
    """Rules are dated, and looked up as at a day."""

    CRITERION = Criterion(
        "X1", lambda _: Result.MET, Effect.BLOCK, HKCC_2019, "Not so.", valid_from=date(2025, 1, 1),
        valid_until=date(2025, 12, 31),
    )  # fmt: skip

    def test_a_criterion_holds_on_its_days_both_bounds_included(self) -> None:
        scheme = attrs.evolve(HK_CCA, criteria=(self.CRITERION,))
        assert scheme.criteria_on(date(2025, 1, 1)) == scheme.criteria_on(date(2025, 12, 31)) == (self.CRITERION,)
        assert scheme.criteria_on(date(2024, 12, 31)) == scheme.criteria_on(date(2026, 1, 1)) == ()

    def test_without_bounds_it_always_holds(self) -> None:
        assert attrs.evolve(self.CRITERION, valid_from=None, valid_until=None).in_force(date(1999, 1, 1))
        assert HK_CCA.criteria_on(date(1999, 1, 1)) is HK_CCA.criteria

    def test_a_finding_tells_what_is_wrong_or_not_known(self) -> None:
        assert self.CRITERION.if_met.sentence == "Met."
        assert self.CRITERION.if_unmet.sentence == "Not so."
        assert self.CRITERION.if_unknown.sentence == "Not known yet: Not so."
        told = attrs.evolve(self.CRITERION, unknown="Say so.")
        assert (told.if_unknown.sentence, told.if_unknown.id, told.if_unknown.citation) == ("Say so.", "X1", HKCC_2019)
        assert Finding(told, Result.MET).effect is Effect.BLOCK

    def test_the_stores_participants_come_on_top_of_the_schemes(self) -> None:
        day = date(2025, 6, 3)
        gone = Participant("taobao", "Taobao", None, date(2025, 1, 1))
        again = Participant("taobao", "Taobao", date(2025, 6, 1))
        scheme = attrs.evolve(HK_CCA, participants=(gone, again))
        assert scheme.participant("taobao", day, Known()) is again
        assert scheme.participant("jd", day, Known(participants=(gone, Participant("jd", "JD")))) is not None
        assert scheme.participant("jd", day, Known()) is None
        assert scheme.participant("taobao", date(2025, 3, 1), Known(participants=(gone,))) is None

    def test_a_citation_tells_text_article_and_edition(self) -> None:
        assert str(article(HKCC_FORM, "note 3")) == f"{HKCC_FORM.text}, note 3"
        assert HKCC_2019.edition in str(HKCC_2019)


class TestSteps:
    """A step knows its case; only a lodging has none."""

    def test_a_guard_that_needs_a_case_finds_none_at_lodging(self) -> None:
        step = Step(None, Lodge(WHOLE), OFFICER, START, HK_CCA, NUMBERS)
        with pytest.raises(LookupError):
            _ = step.stands

    def test_criteria_see_the_evidence_and_consents_of_today(self) -> None:
        walk = Walk()
        walk.case = attrs.evolve(walk.case, file=attrs.evolve(walk.case.file, evidence=(), consents=()))
        complaint = Step(walk.case, Lodge(WHOLE), OFFICER, START, HK_CCA, NUMBERS).complaint
        assert (complaint.evidence, complaint.consents) == ((), ())

    def test_an_open_case_is_open(self) -> None:
        assert Walk().case.is_open
        assert Walk().status is Status.LODGED
