"""Working days obey the arithmetic of counting, in every calendar and beyond every table."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from expressplatform.workdays import CALENDAR_DAYS, HONG_KONG, MACAO, MAINLAND, WorkingCalendar

DAY = timedelta(days=1)

calendars = st.sampled_from([HONG_KONG, MAINLAND, MACAO, CALENDAR_DAYS])
dates = st.dates(date(2012, 1, 1), date(2031, 12, 31))
counts = st.integers(0, 400)


def walked(calendar: WorkingCalendar, day: date, n: int) -> date:
    """The nth working day after a date, found by asking every date in turn: the second route."""
    while n:
        day += DAY
        n -= calendar.day_kind(day).kind.works
    return day


class TestCounting:
    """The nth working day after a date is what walking day by day finds."""

    @given(calendars, dates, st.integers(0, 60))
    def test_adding_is_walking(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """Adding n days ends where walking over n working days ends."""
        assert calendar.add(day, n) == walked(calendar, day, n)

    @given(calendars, dates)
    def test_a_date_is_worked_as_its_kind_says(self, calendar: WorkingCalendar, day: date) -> None:
        """Whether a date is worked is the same by its kind and by the count."""
        assert calendar.is_working_day(day) is calendar.day_kind(day).kind.works

    @given(calendars, dates, counts, counts)
    def test_adding_is_additive(self, calendar: WorkingCalendar, day: date, a: int, b: int) -> None:
        """Adding a and then b days is adding their sum."""
        assert calendar.add(calendar.add(day, a), b) == calendar.add(day, a + b)

    @given(calendars, dates, counts)
    def test_between_inverts_adding(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """Between a date and the nth working day after it lie n working days."""
        assert calendar.between(day, calendar.add(day, n)) == n

    @given(calendars, dates, dates, dates)
    def test_between_adds_up(self, calendar: WorkingCalendar, a: date, b: date, c: date) -> None:
        """The way from a to c has as many working days as that from a to b and that from b to c."""
        assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)

    @given(calendars, dates, dates, counts)
    def test_adding_is_monotone_in_the_date(self, calendar: WorkingCalendar, a: date, b: date, n: int) -> None:
        """A later start never ends earlier."""
        first, second = sorted((a, b))
        assert calendar.add(first, n) <= calendar.add(second, n)

    @given(calendars, dates, st.integers(1, 400))
    def test_adding_ends_on_a_working_day(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """Adding at least one day ends on a working day that is later than the one before."""
        assert calendar.is_working_day(calendar.add(day, n))
        assert calendar.add(day, n) > calendar.add(day, n - 1)

    @given(calendars, dates, st.integers(1, 400))
    def test_going_back_undoes_going_forth(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """From a working day, n days forth and n days back is where it began."""
        worked = calendar.add(day, 1)
        assert calendar.add(calendar.add(worked, n), -n) == worked
        assert calendar.add(worked, -n) < worked

    @given(dates, st.integers(-400, 400))
    def test_calendar_days_are_plain_days(self, day: date, n: int) -> None:
        """In calendar days adding n days is adding n dates."""
        assert CALENDAR_DAYS.add(day, n) == day + n * DAY
