"""The arithmetic of deadlines: each class quotes a rule, each method is one consequence of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.deadlines.arithmetic import (
    DayRole,
    Deadline,
    Stop,
    counted_days,
    days_left,
    deadline,
    explain,
    extended,
    reschedule,
    stopped,
)
from expressplatform.errors import InvalidInput, Problem
from expressplatform.scheme import Term
from expressplatform.workdays import CALENDAR_DAYS, HONG_KONG, MACAO, MAINLAND, Names, WorkingCalendar

MOMENT = timedelta.resolution
EIGHT_AHEAD = timezone(timedelta(hours=8))
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
COUNTS = {DayRole.COUNTED, DayRole.MAKE_UP}

calendars = st.sampled_from([HONG_KONG, MAINLAND, MACAO, CALENDAR_DAYS])
zones = st.sampled_from([EIGHT_AHEAD, ZoneInfo("Asia/Hong_Kong"), SAO_PAULO, UTC])
instants = st.datetimes(datetime(2013, 6, 1), datetime(2029, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.integers(0, 90)
cutoffs = st.none() | st.sampled_from([time(12), time(17, 30), time(23, 30), time(0)])


@st.composite
def terms(draw: st.DrawFn) -> Term:
    """A term in any days, zone and hour."""
    return Term(draw(lengths), draw(calendars), draw(zones), draw(cutoffs))


@st.composite
def starts_with_stops(draw: st.DrawFn) -> tuple[datetime, list[Stop]]:
    """A start, and up to four stops near it that may overlap, touch or precede it."""
    start = draw(instants)
    hours = st.integers(-20 * 24, 120 * 24)
    bounds = draw(st.lists(st.tuples(hours, st.integers(0, 30 * 24)), max_size=4))
    return start, [
        Stop(start + timedelta(hours=begin), start + timedelta(hours=begin + length), "testing")
        for begin, length in bounds
    ]


def local_date(instant: datetime, term: Term) -> date:
    return instant.astimezone(term.zone).date()


def last_date(running: Deadline) -> date:
    return local_date(running.due - MOMENT, running.term)


def stopped_dates(stops: Sequence[Stop], term: Term) -> set[date]:
    """The dates that the stops take out, one by one: the second route."""
    taken = set()
    for stop in stops:
        day, until = local_date(stop.start, term), local_date(stop.until, term)
        while day < until:
            day += timedelta(days=1)
            taken.add(day)
    return taken


class TestTheDayIsWhole:
    """Day 0 is the local date of the start and never counts; the deadline ends with its last day."""

    @given(instants, terms())
    def test_the_end_is_the_first_instant_of_a_date(self, start: datetime, term: Term) -> None:
        """The end is where one local date stops and the next begins, also where the clock is changed."""
        due = deadline(start, term).due
        assert local_date(due - MOMENT, term) < local_date(due, term)
        assert due.tzinfo is UTC

    @given(instants, terms())
    def test_a_term_of_no_days_ends_with_day_zero(self, start: datetime, term: Term) -> None:
        """A term of no days ends with the day it starts on, and every term lasts at least that long."""
        none = deadline(start, attrs.evolve(term, days=0, cutoff=None))
        assert last_date(none) == local_date(start, term)
        assert start < none.due <= deadline(start, term).due

    @given(instants, instants, terms())
    def test_all_instants_of_a_day_have_one_end(self, start: datetime, other: datetime, term: Term) -> None:
        """Without a cut-off two starts on one local date end together; ends differ only if dates do."""
        term = attrs.evolve(term, cutoff=None)
        same = datetime.combine(local_date(start, term), time(12), term.zone)
        assert deadline(same, term).due == deadline(start, term).due
        if deadline(start, term).due != deadline(other, term).due:
            assert local_date(start, term) != local_date(other, term)

    def test_a_midnight_that_does_not_exist_is_the_instant_of_the_jump(self) -> None:
        """When Sao Paulo skips midnight the day ends at the jump; no day is assumed to have 24 hours."""
        term = Term(10, CALENDAR_DAYS, SAO_PAULO)
        jumped = deadline(datetime(2014, 10, 8, 15, tzinfo=UTC), term)
        assert jumped.due == datetime(2014, 10, 19, 3, tzinfo=UTC)
        repeated = deadline(datetime(2015, 2, 11, 15, tzinfo=UTC), term)
        assert repeated.due == datetime(2015, 2, 22, 3, tzinfo=UTC)

    def test_the_last_day_is_by_whose_days_they_are(self) -> None:
        """Seven working days after 26 September 2025 end on 13 October there and on 9 October here."""
        notice = datetime(2025, 9, 26, 7, tzinfo=UTC)
        ends = [last_date(deadline(notice, Term(7, calendar, EIGHT_AHEAD))) for calendar in (MAINLAND, HONG_KONG)]
        assert ends == [date(2025, 10, 13), date(2025, 10, 9)]

    def test_a_term_runs_over_the_new_year(self) -> None:
        """Over the turn of the year the holidays and make-up days of both years hold."""
        running = deadline(datetime(2025, 12, 29, 9, tzinfo=UTC), Term(4, MAINLAND, EIGHT_AHEAD))
        assert last_date(running) == date(2026, 1, 5)  # 30, 31, then Sunday the 4th (made up) and the 5th


class TestTheCutOff:
    """An instant at or after the cut-off hour counts as the next day's."""

    @given(instants, terms(), st.sampled_from([time(12), time(17, 30)]))
    def test_at_the_hour_the_next_day_begins(self, start: datetime, term: Term, hour: time) -> None:
        """A start at the hour ends as one on the next date does; a moment before, as one on its own date."""
        plain, cut = attrs.evolve(term, cutoff=None), attrs.evolve(term, cutoff=hour)
        closing = datetime.combine(local_date(start, term), hour, term.zone).astimezone(UTC)
        assert deadline(closing, cut).due == deadline(closing + timedelta(days=1), plain).due
        assert deadline(closing - MOMENT, cut).due == deadline(closing - MOMENT, plain).due

    @given(instants, terms())
    def test_with_a_cut_off_nothing_ends_earlier(self, start: datetime, term: Term) -> None:
        """A cut-off never shortens a term."""
        assert deadline(start, term).due >= deadline(start, attrs.evolve(term, cutoff=None)).due


class TestLongerIsLater:
    """A later start, a longer term or one more stop never ends a deadline earlier."""

    @given(instants, instants, terms())
    def test_monotone_in_the_start(self, a: datetime, b: datetime, term: Term) -> None:
        """A later start never ends earlier."""
        first, second = sorted((a, b))
        assert deadline(first, term).due <= deadline(second, term).due

    @given(starts_with_stops(), terms(), st.integers(1, 30))
    def test_monotone_in_the_length(self, given_: tuple[datetime, list[Stop]], term: Term, more: int) -> None:
        """A longer term ends later, stops or not."""
        start, stops = given_
        longer = attrs.evolve(term, days=term.days + more)
        assert deadline(start, term, stops).due < deadline(start, longer, stops).due

    @given(instants, terms(), st.integers(1, 40))
    def test_additive(self, start: datetime, term: Term, more: int) -> None:
        """A term followed by another, from its last day, is one term of both lengths."""
        term = attrs.evolve(term, cutoff=None)
        first = deadline(start, term)
        both = deadline(start, attrs.evolve(term, days=term.days + more))
        assert deadline(first.due - MOMENT, attrs.evolve(term, days=more)).due == both.due
        assert extended(first, more).due == both.due

    @given(starts_with_stops(), terms())
    def test_stops_only_postpone(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """Each further stop leaves the end where it is or moves it later."""
        start, stops = given_
        running = deadline(start, term)
        for stop in stops:
            following = stopped(running, stop)
            assert following.due >= running.due
            running = following
        assert running == deadline(start, term, stops)

    @given(starts_with_stops(), terms(), st.randoms())
    def test_order_and_repetition_of_stops_change_nothing(
        self, given_: tuple[datetime, list[Stop]], term: Term, random: Random
    ) -> None:
        """Stops that overlap, repeat or come in another order take out every date once."""
        start, stops = given_
        shuffled = [*stops, *stops]
        random.shuffle(shuffled)
        assert deadline(start, term, shuffled).due == deadline(start, term, stops).due


class TestStops:
    """The dates after that of a stop's start, up to and including that of its end, are not counted."""

    @given(instants, st.integers(1, 60), st.integers(0, 59), st.integers(0, 60), zones)
    def test_in_calendar_days_a_stop_costs_its_dates(
        self, start: datetime, days: int, after: int, length: int, zone: timezone
    ) -> None:
        """Where every day counts, a stop of N dates that begins within the term postpones it by N dates."""
        term = Term(days, CALENDAR_DAYS, zone)
        noon = datetime.combine(local_date(start, term), time(12), zone)
        begin = noon + timedelta(days=min(after, days - 1))
        stop = Stop(begin, begin + timedelta(days=length))
        plain, late = deadline(start, term), deadline(start, term, [stop])
        assert last_date(late) - last_date(plain) == timedelta(days=length)

    @given(starts_with_stops(), terms())
    def test_exactly_the_stopped_dates_are_left_out(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """The days counted are the working days after day 0 that no stop covers: the whole term."""
        start, stops = given_
        running = deadline(start, term, stops)
        day, counted = explain(running)[0].date, 0
        taken = stopped_dates(stops, term)
        while day < last_date(running):
            day += timedelta(days=1)
            counted += term.calendar.is_working_day(day) and day not in taken
        assert counted == term.days

    def test_a_stop_must_not_end_before_it_starts(self) -> None:
        """A stop that ends before it starts is refused."""
        start = datetime(2026, 3, 2, tzinfo=UTC)
        with pytest.raises(InvalidInput, match=r"\$\.until"):
            deadline(start, Term(7, HONG_KONG, EIGHT_AHEAD), [Stop(start, start - MOMENT)])

    def test_a_reason_never_prints(self) -> None:
        """Why somebody stopped a clock is for whoever reads the explanation, not for a log."""
        start = datetime(2026, 3, 2, tzinfo=UTC)
        stop = Stop(start, start + timedelta(days=3), "complainant in hospital")
        running = deadline(start, Term(7, HONG_KONG, EIGHT_AHEAD), [stop])
        days = explain(running)
        assert days[1].reason == "complainant in hospital"
        assert {day.reason for day in days if day.role is not DayRole.STOPPED} == {""}
        assert "hospital" not in repr((running, explain(running)))


class TestExplaining:
    """A deadline explains itself with the same count that it was computed with."""

    @given(starts_with_stops(), terms())
    def test_the_days_counted_are_the_term(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """As many days are counted as the term has, the last of them on the last date."""
        start, stops = given_
        running = deadline(start, term, stops)
        days = explain(running)
        assert sum(day.role in COUNTS for day in days) == days[-1].count == term.days
        assert days[0].role is DayRole.DAY_ZERO
        assert days[-1].date == last_date(running)
        assert days[-1].role in COUNTS or term.days == 0

    @given(starts_with_stops(), terms())
    def test_every_date_has_its_turn(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """The dates follow each other without a gap, and the count grows by one on each that counts."""
        start, stops = given_
        days = explain(deadline(start, term, stops))
        taken = stopped_dates(stops, term)
        for before, day in pairwise(days):
            assert day.date - before.date == timedelta(days=1)
            assert day.count - before.count == (day.role in COUNTS)
            assert (day.role is DayRole.STOPPED) is (day.date in taken)
        assert any(day.provisional for day in days) is deadline(start, term, stops).provisional

    def test_a_week_of_october_is_told_day_by_day(self) -> None:
        """The Mainland's national holiday with both of its make-up days, told day by day."""
        notice = datetime(2025, 9, 26, 7, tzinfo=UTC)
        told = explain(deadline(notice, Term(7, MAINLAND, EIGHT_AHEAD)))
        assert [(day.date.day, day.role.value, day.count) for day in told] == [
            (26, "day_zero", 0),
            (27, "weekend", 0),
            (28, "make_up", 1),
            (29, "counted", 2),
            (30, "counted", 3),
            (1, "holiday", 3),
            (2, "holiday", 3),
            (3, "holiday", 3),
            (4, "weekend", 3),
            (5, "weekend", 3),
            (6, "holiday", 3),
            (7, "holiday", 3),
            (8, "holiday", 3),
            (9, "counted", 4),
            (10, "counted", 5),
            (11, "make_up", 6),
            (12, "weekend", 6),
            (13, "counted", 7),
        ]
        assert told[5].names == Names("National Day", "國慶節", "国庆节")


class TestDaysLeft:
    """What is left is told in the term's own days: 0 on the last day, negative once it is over."""

    @given(starts_with_stops(), terms())
    def test_none_are_left_on_the_last_day(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """To the last moment of the last day 0 are left, and at the end -1."""
        running = deadline(given_[0], term, given_[1])
        assert days_left(running, running.due - MOMENT) == 0
        assert days_left(running, running.due) == -1

    @given(starts_with_stops(), terms(), st.integers(-100, 4000))
    def test_what_is_left_and_what_was_used_are_the_term(
        self, given_: tuple[datetime, list[Stop]], term: Term, hours: int
    ) -> None:
        """While the term runs, days left and days used add up to it; before it starts, all are left."""
        start, stops = given_
        running = deadline(start, term, stops)
        now = start + timedelta(hours=hours)
        if now < running.due:
            assert days_left(running, now) + counted_days(start, now, term, stops) == term.days
        else:
            assert days_left(running, now) < 0

    @given(instants, terms(), st.integers(1, 30))
    def test_days_over_are_counted_in_the_same_days(self, start: datetime, term: Term, n: int) -> None:
        """On the nth day that counts after the end, -n are left."""
        term = attrs.evolve(term, cutoff=None)
        running = deadline(start, term)
        late = deadline(start, attrs.evolve(term, days=term.days + n))
        assert days_left(running, late.due - MOMENT) == -n


class TestDaysUsed:
    """The days somebody used are those that counted between two instants."""

    @given(starts_with_stops(), terms())
    def test_to_the_end_the_whole_term_is_used(self, given_: tuple[datetime, list[Stop]], term: Term) -> None:
        """Whoever answers at the last moment has used the whole term."""
        start, stops = given_
        assert counted_days(start, deadline(start, term, stops).due - MOMENT, term, stops) == term.days

    @given(instants, instants, terms())
    def test_never_negative(self, start: datetime, end: datetime, term: Term) -> None:
        """An answer on day 0, or before it, has used nothing."""
        assert counted_days(start, end, term) >= 0
        assert counted_days(start, start, term) == 0


class TestNobodyIsToldEarlier:
    """A deadline that reaches into a year nobody announced is provisional; computed again, never earlier."""

    @staticmethod
    def announced(off: list[date], worked: list[date]) -> WorkingCalendar:
        name = Names("Announced", "公布", "公布")
        return MAINLAND.announce(2027, holidays=dict.fromkeys(off, name), make_up=worked, edition="2027")

    @given(instants, terms())
    def test_provisional_is_reaching_an_unannounced_year(self, start: datetime, term: Term) -> None:
        """A deadline is provisional exactly when its first or last date lies in an unsettled year."""
        running = deadline(start, term)
        days = explain(running)
        calendar = term.calendar
        assert running.provisional is (calendar.provisional(days[0].date) or calendar.provisional(days[-1].date))

    def test_the_turn_to_an_unannounced_year(self) -> None:
        """The Mainland's 2027 is not announced; Hong Kong's 2027 is; plain days need no notice."""
        start = datetime(2026, 12, 28, 9, tzinfo=UTC)
        found = [
            deadline(start, Term(n, calendar, EIGHT_AHEAD)).provisional
            for n, calendar in ((3, MAINLAND), (7, MAINLAND), (7, HONG_KONG), (7, CALENDAR_DAYS))
        ]
        assert found == [False, True, False, False]

    @given(
        st.integers(0, 60),
        st.integers(1, 60),
        st.lists(st.dates(date(2027, 1, 1), date(2027, 5, 31)), max_size=20),
        st.integers(0, 30),
    )
    def test_computed_again_never_before_what_was_told(
        self, begin: int, days: int, listed: list[date], later: int
    ) -> None:
        """Whatever is announced, the new end is the later of the newly computed one and the one told."""
        start = datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(days=begin)
        running = deadline(start, Term(days, MAINLAND, EIGHT_AHEAD))
        off = [day for day in listed if day.weekday() < 5]
        newer = self.announced(off, [day for day in listed if day.weekday() >= 5])
        told = running.due + timedelta(hours=later)
        again = reschedule(running, told, newer)
        fresh = deadline(start, attrs.evolve(running.term, calendar=newer))
        assert again.due == max(told, fresh.due)
        assert not again.provisional
        assert days_left(again, again.due - MOMENT) == 0
        assert explain(again)[-1].count == days

    def test_what_was_told_is_kept_and_shown_as_kept(self) -> None:
        """Where a make-up day would bring the end forward, the day that was told stays, shown as kept."""
        running = deadline(datetime(2026, 12, 30, 9, tzinfo=UTC), Term(3, MAINLAND, EIGHT_AHEAD))
        assert last_date(running) == date(2027, 1, 5)
        again = reschedule(running, running.due, self.announced([date(2027, 1, 1)], [date(2027, 1, 3)]))
        assert again.due == running.due
        assert [(day.date.day, day.role) for day in explain(again)[-3:]] == [
            (3, DayRole.MAKE_UP),
            (4, DayRole.COUNTED),
            (5, DayRole.KEPT),
        ]
        assert extended(again, 0).due == running.due

    def test_only_a_newer_edition_of_the_same_calendar(self) -> None:
        """A deadline in the Mainland's days is not computed again in Hong Kong's."""
        running = deadline(datetime(2026, 12, 30, 9, tzinfo=UTC), Term(3, MAINLAND, EIGHT_AHEAD))
        with pytest.raises(InvalidInput, match=r"\$\.calendar"):
            reschedule(running, running.due, HONG_KONG)


class TestWhatIsRefused:
    """An instant without a zone and a negative length are refused, by path, without the value."""

    NAIVE = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - that is the point
    START = datetime(2026, 3, 2, 9, tzinfo=UTC)
    TERM = Term(7, HONG_KONG, EIGHT_AHEAD)

    def test_naive_instants(self) -> None:
        """Every function refuses an instant that names no zone, wherever it is handed in."""
        running = deadline(self.START, self.TERM)
        for call in (
            lambda: deadline(self.NAIVE, self.TERM),
            lambda: deadline(self.START, self.TERM, [Stop(self.NAIVE, self.START)]),
            lambda: deadline(self.START, self.TERM, [Stop(self.START, self.NAIVE)]),
            lambda: days_left(running, self.NAIVE),
            lambda: counted_days(self.START, self.NAIVE, self.TERM),
            lambda: reschedule(running, self.NAIVE, HONG_KONG),
        ):
            with pytest.raises(InvalidInput) as caught:
                call()
            assert [problem.kind for problem in caught.value.problems] == ["naive"]
            assert "2026" not in str(caught.value)

    def test_negative_lengths(self) -> None:
        """A term has no negative length, and an extension takes nothing away."""
        with pytest.raises(InvalidInput):
            deadline(self.START, attrs.evolve(self.TERM, days=-1))
        with pytest.raises(InvalidInput) as caught:
            extended(deadline(self.START, self.TERM), -1)
        assert caught.value.problems == (Problem("$.days", "range", "must not be negative"),)
