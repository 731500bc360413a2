"""When a term ends, told in days that people can check with a finger on a calendar.

Laws of this module
- Day 0 is the local date of the start and never counts; the deadline ends with the last day that counts, at
  the local midnight after it. Days are those of the term's calendar in the term's zone, not in the machine's.
- A stop takes dates out of the count and does nothing else, so it can only postpone.
- A deadline that reaches into a year nobody has announced is computed and marked provisional, never refused;
  computed again, it never ends before the instant that a party was told.
- It explains itself with the same count that it was computed with.
- It knows no duty, status, scheme or clock: what starts, who owes, and what now is are handed in.

The published texts (the association's 7 working days of 2016, the Council's pledge) say neither whether day 0
counts nor at what hour a day closes: not counting it is the default assumed here, the hour is a term's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

import attrs

from expressplatform.fields import refuse
from expressplatform.scheme import Term
from expressplatform.workdays import DayKind, Names, WorkingCalendar

_MOMENT: Final = timedelta.resolution
_MIDNIGHT: Final = time()


@attrs.frozen
class Stop:
    """A span that does not count: the local dates after that of ``start``, up to and with that of ``until``.

    ``reason`` says why, to whoever reads the explanation; it never prints.
    """

    start: datetime
    until: datetime
    reason: str = attrs.field(default="", repr=False)


@attrs.frozen
class Deadline:
    """A term that runs from ``started`` until ``due``, both UTC; at ``due`` it is already too late.

    ``provisional``: the count reaches into a year whose days off nobody has announced, so ``due`` may move.
    """

    started: datetime
    due: datetime
    term: Term
    stops: tuple[Stop, ...]
    provisional: bool


class DayRole(StrEnum):
    """What one date did for a deadline."""

    DAY_ZERO = "day_zero"
    COUNTED = "counted"
    MAKE_UP = "make_up"
    """Counted too: a weekend day that is worked in exchange for a day off."""
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    STOPPED = "stopped"
    KEPT = "kept"
    """After the last counted day, because a party had been told a later end."""


_COUNTED: Final = frozenset({DayRole.COUNTED, DayRole.MAKE_UP})


@attrs.frozen
class ExplainedDay:
    """One local date of a deadline: its role, its names if it has any, and the days counted up to its end.

    ``provisional``: its year is not announced, so its role may still change. ``reason`` is that of the stop.
    """

    date: date
    role: DayRole
    count: int
    names: Names | None = None
    provisional: bool = False
    reason: str = attrs.field(default="", repr=False)


def deadline(start: datetime, term: Term, stops: Sequence[Stop] = ()) -> Deadline:
    """When a term that starts at an instant ends.

    ``start`` and the stops' bounds are aware instants in any zone. Raises InvalidInput for a naive instant, a
    negative length, or a stop that ends before it starts.
    """
    due, provisional = end_of(start, term, stops)
    return Deadline(start.astimezone(UTC), due, term, tuple(stops), provisional)


def end_of(start: datetime, term: Term, stops: Sequence[Stop] = ()) -> tuple[datetime, bool]:
    """When a term ends, as UTC, and whether that is provisional: what `deadline` says, without the rest.

    Raises InvalidInput as `deadline` does.
    """
    if term.days < 0:
        raise refuse("$.days", "range", "must not be negative")
    calendar, zero = term.calendar, _day_zero(start, term)
    if stops:
        last = _last(zero, term, _spans(stops, term.zone))
    else:
        last = calendar.add_ordinal(zero, term.days) if term.days else zero
    if last >= date.max.toordinal():
        raise OverflowError("the term ends beyond the calendar")
    return _end(last, term.zone), not calendar.certain(zero, last)


def extended(running: Deadline, days: int) -> Deadline:
    """The same deadline with so many days more (``days`` >= 0): its start and its stops are unchanged.

    The new end is never before the old one, also where the old one was kept later than its count.
    """
    if days < 0:
        raise refuse("$.days", "range", "must not be negative")
    longer = attrs.evolve(running.term, days=running.term.days + days)
    return _no_earlier(deadline(running.started, longer, running.stops), running.due)


def stopped(running: Deadline, stop: Stop) -> Deadline:
    """The same deadline with one stop more; it never ends earlier for it."""
    return _no_earlier(deadline(running.started, running.term, (*running.stops, stop)), running.due)


def reschedule(running: Deadline, told: datetime, calendar: WorkingCalendar) -> Deadline:
    """The deadline computed again with a newer edition of its calendar; it never ends before ``told``.

    ``told`` is the latest end that a party was told. Raises InvalidInput when it is naive, or when
    the calendar is that of another place.
    """
    if calendar.id != running.term.calendar.id:
        raise refuse("$.calendar", "mismatch", "must be a newer edition of the same calendar")
    renewed = attrs.evolve(running.term, calendar=calendar)
    return _no_earlier(deadline(running.started, renewed, running.stops), _aware(told).astimezone(UTC))


def days_left(running: Deadline, now: datetime) -> int:
    """The days that still count after the local date of ``now``, in the term's days: 0 on the last day.

    Negative once the deadline is over: -1 until the end of the next day that counts, then -2, and so on.
    Before the start it is what the whole term has.
    """
    term = running.term
    today, last = _local(now, term.zone), _last_date(running)
    if now >= running.due:
        return -max(1, term.calendar.between_ordinals(last, today))
    spans = _spans(running.stops, term.zone)
    return _used(max(today, _day_zero(running.started, term)), last, term, spans)


def counted_days(start: datetime, end: datetime, term: Term, stops: Sequence[Stop] = ()) -> int:
    """The days that somebody used between two instants: without day 0 and stopped dates, with the last day.

    0 when the end is not after day 0. Raises InvalidInput as `deadline` does.
    """
    zero, last = _day_zero(start, term), _local(end, term.zone)
    return _used(zero, last, term, _spans(stops, term.zone)) if last > zero else 0


def explain(running: Deadline) -> tuple[ExplainedDay, ...]:
    """One entry for each local date, from day 0 to the day with which the deadline ends."""
    return tuple(_explained(running))


def _explained(running: Deadline) -> Iterator[ExplainedDay]:
    term = running.term
    stops = [(*_span(stop, term.zone), stop.reason) for stop in running.stops]
    zero, count = _day_zero(running.started, term), 0
    for ordinal in range(zero, _last_date(running) + 1):
        day = date.fromordinal(ordinal)
        kind, names, announced = term.calendar.day_kind(day)
        reasons = [reason for start, until, reason in stops if start < ordinal <= until]
        role = DayRole.DAY_ZERO if ordinal == zero else _role(kind, bool(reasons), count < term.days)
        count += role in _COUNTED
        yield ExplainedDay(day, role, count, names, not announced, reasons[0] if reasons else "")


def _role(kind: DayKind, is_stopped: bool, wanted: bool) -> DayRole:
    """What a date after day 0 does, ``wanted`` while days of the term are still to be counted."""
    if is_stopped:
        return DayRole.STOPPED
    if not kind.works:
        return DayRole(kind.value)
    if not wanted:
        return DayRole.KEPT
    return DayRole.MAKE_UP if kind is DayKind.MAKE_UP else DayRole.COUNTED


def _aware(instant: datetime) -> datetime:
    """The instant itself, refused when it names no zone: the one place that decides this."""
    if instant.tzinfo is not UTC and instant.utcoffset() is None:
        raise refuse("$.at", "naive", "must name its time zone")
    return instant


def _local(instant: datetime, zone: tzinfo) -> int:
    """The ordinal of the local date of an instant."""
    return _aware(instant).astimezone(zone).toordinal()


def _day_zero(start: datetime, term: Term) -> int:
    """The ordinal of the date that the start belongs to: the next one at or after the cut-off hour."""
    zero = _local(start, term.zone)
    if term.cutoff is None:
        return zero
    closing = datetime.combine(date.fromordinal(zero), term.cutoff, term.zone)
    # Compared as instants: two times of one zone compare by the wall clock, which repeats an hour in autumn.
    return zero + (start.astimezone(UTC) >= closing.astimezone(UTC))


def _end(ordinal: int, zone: tzinfo) -> datetime:
    """The local midnight that ends a date, as UTC; where the clock jumps over it, the instant of the jump."""
    return datetime.combine(date.fromordinal(ordinal + 1), _MIDNIGHT, zone).astimezone(UTC)


def _last_date(running: Deadline) -> int:
    return _local(running.due - _MOMENT, running.term.zone)


def _no_earlier(computed: Deadline, floor: datetime) -> Deadline:
    return computed if computed.due >= floor else attrs.evolve(computed, due=floor)


def _spans(stops: Sequence[Stop], zone: tzinfo) -> Sequence[tuple[int, int]]:
    """The stops as (last date before, last date of) in order, those that touch or overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, until in sorted(_span(stop, zone) for stop in stops):
        if merged and start <= merged[-1][1]:
            start, until = merged[-1][0], max(until, merged.pop()[1])
        merged.append((start, until))
    return merged


def _span(stop: Stop, zone: tzinfo) -> tuple[int, int]:
    span = _local(stop.start, zone), _local(stop.until, zone)
    if stop.until < stop.start:
        raise refuse("$.until", "order", "a stop must not end before it starts")
    return span


def _last(zero: int, term: Term, spans: Sequence[tuple[int, int]]) -> int:
    """The ordinal of the date on which the term's last day is counted."""
    calendar, left, at = term.calendar, term.days, zero
    for start, until in spans:
        if until <= at:
            continue
        run = calendar.between_ordinals(at, start) if start > at else 0
        if run >= left:
            break
        left, at = left - run, until
    return calendar.add_ordinal(at, left) if left else zero


def _used(after: int, until: int, term: Term, spans: Sequence[tuple[int, int]]) -> int:
    """How many days count after one date, up to and including another."""
    between = term.calendar.between_ordinals
    within = ((max(start, after), min(stop, until)) for start, stop in spans)
    return between(after, until) - sum(between(start, stop) for start, stop in within if start < stop)
