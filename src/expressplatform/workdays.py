"""Working days: which dates count in a place, and the nth of them after a date.

Laws of this module
- A calendar answers for every date. Where its table ends it goes on with the plain working week, and says so
  by ``provisional``: a year that nobody has announced never stops anybody, and never passes for certain.
- A year is certain only after the authority of the place has announced it (the State Council's yearly notice
  for the Mainland, the gazetted list for Hong Kong). A weekend day worked for a day off is a working day.
- It knows dates, not instants: zones and hours are `deadlines.arithmetic`'s. It knows no scheme and no duty.
- The tables are those of `expressplatform.calendars`; nothing is read, fetched or remembered at run time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import attrs

from expressplatform.calendars import hong_kong, macao, mainland
from expressplatform.errors import InvalidInput, Problem


class Names(NamedTuple):
    """What something is called, in English, Traditional and Simplified Chinese."""

    en: str
    zh_hk: str
    zh_cn: str


MAKE_UP_DAY: Final = Names("Make-up working day", "調休上班日", "调休上班日")


class DayKind(StrEnum):
    """Why a date counts or does not."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    """A Saturday or Sunday that is worked in exchange for a day off."""

    @property
    def works(self) -> bool:
        """Whether offices are open on such a day."""
        return self is DayKind.WORKING or self is DayKind.MAKE_UP


class Day(NamedTuple):
    """One date in a calendar: its kind, the names it has (if any), and whether its year is announced."""

    kind: DayKind
    names: Names | None
    announced: bool


def _count(ordinal: int, week: int) -> int:
    """How many days of the plain week (Monday first, ``week`` of them worked) there are up to an ordinal."""
    weeks, rest = divmod(ordinal, 7)  # ordinal 1 is a Monday
    return weeks * week + min(rest, week)


def _nth(count: int, week: int) -> int:
    """The ordinal of the ``count``-th working day of the plain week: the inverse of `_count`."""
    weeks, rest = divmod(count - 1, week)
    return weeks * 7 + rest + 1


@attrs.frozen(repr=False)
class WorkingCalendar:
    """The days that count in one place.

    ``id`` names it in stored documents, ``title`` to people; ``week`` is how many days of a week are worked,
    Monday first (5, or 7 for calendar days). ``first`` and ``last`` are the first and last year of the table,
    ``announced_through`` the last one that is certain. ``source`` and ``edition`` say where the table comes
    from and when it was made. ``closed`` are weekdays off and ``make_up`` weekend days worked, by ordinal.

    Two calendars are equal when their id and edition are.
    """

    id: str
    edition: str
    title: Names = attrs.field(eq=False)
    week: int = attrs.field(eq=False)
    first: int = attrs.field(eq=False)
    last: int = attrs.field(eq=False)
    announced_through: int = attrs.field(eq=False)
    source: str = attrs.field(eq=False)
    closed: Mapping[int, Names] = attrs.field(eq=False)
    make_up: Mapping[int, Names] = attrs.field(eq=False)
    _working: Sequence[int] = attrs.field(init=False, eq=False)
    _from: int = attrs.field(init=False, eq=False)
    _to: int = attrs.field(init=False, eq=False)
    _before: int = attrs.field(init=False, eq=False)
    _skew: int = attrs.field(init=False, eq=False)
    """What the count of a date after the table is off by, against the plain week."""
    _sure_from: int = attrs.field(init=False, eq=False)
    _sure_to: int = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        start, end = date(self.first, 1, 1).toordinal(), date(self.last, 12, 31).toordinal()
        days = set(range(start, end + 1)).difference(self.closed)
        for rest in range(self.week, 7):
            days.difference_update(range(start + (rest + 1 - start) % 7, end + 1, 7))
        working = tuple(sorted(days.union(self.make_up)))
        before = _count(start - 1, self.week)
        put = object.__setattr__
        put(self, "_working", working)
        put(self, "_from", start)
        put(self, "_to", end)
        put(self, "_before", before)
        put(self, "_skew", before + len(working) - _count(end, self.week))
        put(self, "_sure_from", 1 if self.week == 7 else start)
        put(self, "_sure_to", date(self.announced_through, 12, 31).toordinal())

    def __repr__(self) -> str:
        return f"WorkingCalendar(id={self.id!r}, edition={self.edition!r})"

    def is_working_day(self, day: date) -> bool:
        """Whether offices of the place are open on a date."""
        ordinal = day.toordinal()
        return self._index(ordinal) != self._index(ordinal - 1)

    def add(self, day: date, n: int) -> date:
        """The nth working day after a date; for a negative n, the nth before it; for 0, the date itself.

        The date need not be a working day. Raises OverflowError or ValueError outside the years 1-9999.
        """
        if n == 0:
            return day
        return date.fromordinal(self.add_ordinal(day.toordinal(), n))

    def add_ordinal(self, ordinal: int, n: int) -> int:
        """`add` for a date given by its proleptic Gregorian ordinal, n not 0."""
        count = self._index(ordinal) + n if n > 0 else self._index(ordinal - 1) + 1 + n
        place = count - self._before
        if place <= 0:
            return _nth(count, self.week)
        if place <= len(self._working):
            return self._working[place - 1]
        return _nth(count - self._skew, self.week)

    def between(self, after: date, until: date) -> int:
        """How many working days lie after one date, up to and including another; negative when earlier."""
        return self._index(until.toordinal()) - self._index(after.toordinal())

    def between_ordinals(self, after: int, until: int) -> int:
        """`between` for two dates given by their ordinals."""
        return self._index(until) - self._index(after)

    def day_kind(self, day: date) -> Day:
        """What a date is here: its kind, the names it has, and whether that is sure."""
        ordinal = day.toordinal()
        announced = not self.provisional(day)
        if ordinal in self.make_up:
            return Day(DayKind.MAKE_UP, self.make_up[ordinal], announced)
        if ordinal in self.closed:
            return Day(DayKind.HOLIDAY, self.closed[ordinal], announced)
        return Day(DayKind.WORKING if (ordinal - 1) % 7 < self.week else DayKind.WEEKEND, None, announced)

    def provisional(self, day: date) -> bool:
        """Whether a count that reaches this date may still change, since nobody has announced its year.

        Years before the table are as uncertain as those after it. Calendar days are always certain.
        """
        ordinal = day.toordinal()
        return not self.certain(ordinal, ordinal)

    def certain(self, first: int, last: int) -> bool:
        """Whether every year between two dates, given by their ordinals, is settled for good."""
        return self._sure_from <= first and last <= self._sure_to

    def announce(
        self,
        year: int,
        *,
        holidays: Mapping[date, Names],
        make_up: Iterable[date] = (),
        edition: str,
    ) -> WorkingCalendar:
        """The same calendar with one more year settled, for whoever cannot wait for a release.

        ``year`` is the one after ``announced_through``. ``holidays`` are its days off (those on a weekend
        change nothing), ``make_up`` its worked weekends; both replace what was computed for it. ``edition``
        tells the new calendar from the old one. Raises InvalidInput when the year is another one, a date lies
        outside it, or a make-up day is not on a weekend.
        """
        worked = {day.toordinal(): MAKE_UP_DAY for day in make_up}
        closed = {day.toordinal(): names for day, names in holidays.items() if day.weekday() < self.week}
        problems = []
        if year != self.announced_through + 1:
            problems.append(Problem("$.year", "order", f"must be {self.announced_through + 1}"))
        if any(date.fromordinal(day).year != year for day in closed.keys() | worked.keys()):
            problems.append(Problem("$.holidays", "range", "every day must lie in the year that is announced"))
        if any((day - 1) % 7 < self.week for day in worked):
            problems.append(Problem("$.make_up", "range", "a make-up day is a day of the weekend"))
        if problems:
            raise InvalidInput(tuple(problems))
        others = {day: names for day, names in self.closed.items() if date.fromordinal(day).year != year}
        return attrs.evolve(
            self,
            edition=edition,
            last=max(self.last, year),
            announced_through=year,
            closed={**others, **closed},
            make_up={**self.make_up, **worked},
        )

    def _index(self, ordinal: int) -> int:
        """How many working days there are up to and including an ordinal, counted from the year 1."""
        if ordinal < self._from:
            return _count(ordinal, self.week)
        if ordinal <= self._to:
            return self._before + bisect_right(self._working, ordinal)
        return self._skew + _count(ordinal, self.week)


def _ordinals(rows: Mapping[int, str]) -> Iterable[tuple[int, str]]:
    """Each entry of a table, ``month-day`` with what may follow ``=``, with the ordinal of its date."""
    for year, row in rows.items():
        for entry in row.split():
            day, _, number = entry.partition("=")
            yield date.fromisoformat(f"{year}-{day}").toordinal(), number


def _closed(rows: Mapping[int, str], names: Sequence[tuple[str, str, str]]) -> Mapping[int, Names]:
    known = [Names(*each) for each in names]
    return {day: known[int(number)] for day, number in _ordinals(rows)}


HONG_KONG: Final = WorkingCalendar(
    id="hong_kong",
    title=Names("Hong Kong working days", "香港工作日", "香港工作日"),
    week=5,
    first=min(hong_kong.HOLIDAYS),
    last=max(hong_kong.HOLIDAYS),
    announced_through=hong_kong.ANNOUNCED_THROUGH,
    source=hong_kong.SOURCE,
    edition=hong_kong.EDITION,
    closed=_closed(hong_kong.HOLIDAYS, hong_kong.NAMES),
    make_up={},
)
"""Monday to Friday without the general holidays (General Holidays Ordinance, Cap. 149)."""

MAINLAND: Final = WorkingCalendar(
    id="mainland",
    title=Names("Mainland working days", "內地工作日", "内地工作日"),
    week=5,
    first=min(mainland.HOLIDAYS),
    last=max(mainland.HOLIDAYS),
    announced_through=mainland.ANNOUNCED_THROUGH,
    source=mainland.SOURCE,
    edition=mainland.EDITION,
    closed=_closed(mainland.HOLIDAYS, mainland.NAMES),
    make_up={day: MAKE_UP_DAY for day, _ in _ordinals(mainland.MAKE_UP)},
)
"""Monday to Friday and the make-up days, without the holidays of the State Council's yearly notice."""

MACAO: Final = WorkingCalendar(
    id="macao",
    title=Names("Macao working days", "澳門工作日", "澳门工作日"),
    week=5,
    first=min(macao.HOLIDAYS),
    last=max(macao.HOLIDAYS),
    announced_through=macao.ANNOUNCED_THROUGH,
    source=macao.SOURCE,
    edition=macao.EDITION,
    closed=_closed(macao.HOLIDAYS, macao.NAMES),
    make_up={},
)
"""Monday to Friday without public holidays and compensatory days off (Executive Order 60/2000)."""

CALENDAR_DAYS: Final = WorkingCalendar(
    id="calendar_days",
    title=Names("Calendar days", "曆日", "日历日"),
    week=7,
    first=1,
    last=1,
    announced_through=9999,
    source="",
    edition="",
    closed={},
    make_up={},
)
"""Every day counts, everywhere and always."""
