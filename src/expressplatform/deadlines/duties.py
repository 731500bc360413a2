"""The duties: which are live in a status, when each starts, and how a running one changes.

Laws of this file: every open status has at least one live duty with an owner (`codes.OWNER`); how long a duty
runs is the scheme's to say, what happens when it is over is the lifecycle's. A duty that the scheme gives no
length to is not started; `SOLE` names those that a scheme must give one, since nothing else keeps their status
alive. A timer is a value: changing one makes another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.codes import OWNER, Duty, Status
from expressplatform.deadlines.arithmetic import Deadline, Stop, deadline, end_of
from expressplatform.errors import StoreUnusable
from expressplatform.events import Timer
from expressplatform.scheme import DutyTerm, Scheme

LIVE: Final[Mapping[Status, tuple[Duty, ...]]] = MappingProxyType(
    {
        Status.LODGED: (Duty.ACKNOWLEDGE, Duty.SCREEN),
        Status.NEEDS_INFORMATION: (Duty.SUPPLY,),
        Status.ELIGIBLE: (Duty.UPLOAD,),
        Status.OUTSIDE_SCHEME: (Duty.FOLLOW_UP,),
        Status.UPLOADED: (Duty.OBTAIN, Duty.RESOLVE),
        Status.OBTAINED: (Duty.CONTACT, Duty.RESOLVE),
        Status.IN_CONCILIATION: (Duty.RESOLVE,),
        Status.RESOLUTION_REPORTED: (Duty.CONFIRM,),
        Status.RESOLVED: (Duty.BREACH_WINDOW,),
        Status.REFERRED_BACK: (Duty.FOLLOW_UP,),
        Status.FURTHER_HANDLING: (Duty.HANDLE,),
        Status.RECORDED: (Duty.RETAIN,),
        Status.CLOSED: (Duty.RETAIN,),
        Status.WITHDRAWN: (Duty.RETAIN,),
        Status.ERASED: (),
    }
)
"""Which duties run in a status; the last one keeps it alive."""

SOLE: Final = frozenset(duties[-1] for duties in LIVE.values() if duties)

AFTER_PERFORMANCE: Final = frozenset({Duty.CONFIRM, Duty.BREACH_WINDOW})
"""Windows that open at the later of the step and the day on which promised relief is due."""


def start(duty: Duty, at: datetime, scheme: Scheme, perform_by: date | None = None) -> Timer | None:
    """The timer of a duty that starts with a step at ``at``; None where the scheme gives it no length.

    ``perform_by`` is the local day by which promised relief arrives: windows in `AFTER_PERFORMANCE` open then,
    if that is later. Raises StoreUnusable for a scheme without a length for a duty that its status lives by, or whose
    complainants would lose their word by silence without a reminder.
    """
    begins = _begins(at, scheme, perform_by) if perform_by and duty in AFTER_PERFORMANCE else at
    found = scheme.duty_term(duty, scheme.day(begins))
    if found is None:
        if duty in SOLE:
            raise StoreUnusable("scheme_incomplete", f"the scheme gives no length for the duty {duty}")
        return None
    if duty is Duty.CONFIRM and found.remind_before is None:
        raise StoreUnusable("scheme_incomplete", "silence would count without a reminder: give confirm one")
    due, provisional = end_of(begins, found.term)
    started = begins if begins.tzinfo is UTC else begins.astimezone(UTC)
    return Timer(duty, OWNER[duty], started, due, provisional, _reminder(started, due, found))


def _begins(at: datetime, scheme: Scheme, perform_by: date) -> datetime:
    return max(at, datetime.combine(perform_by, time(), scheme.zone).astimezone(UTC))


def _reminder(started: datetime, due: datetime, found: DutyTerm) -> datetime | None:
    """When the reminder is due: so many of the duty's days before its end, never before its start."""
    if found.remind_before is None:
        return None
    return max(started, _days_before(due, found.remind_before, found))


def _days_before(due: datetime, days: int, found: DutyTerm) -> datetime:
    last = (due - timedelta.resolution).astimezone(found.term.zone).date()
    day = found.term.calendar.add(last, -days)
    return datetime.combine(day, time(), found.term.zone).astimezone(UTC)


def explained(timer: Timer, scheme: Scheme) -> Deadline:
    """The deadline behind a timer, to be explained day by day."""
    running = _running(timer, length_of(timer, scheme), timer.stops)
    return attrs.evolve(running, due=max(running.due, timer.due))


def length_of(timer: Timer, scheme: Scheme) -> DutyTerm:
    """The length by which a timer runs: that of the day on which it started.

    Raises StoreUnusable where the scheme gives none any more.
    """
    length = scheme.duty_term(timer.duty, scheme.day(timer.started))
    if length is None:
        raise StoreUnusable("scheme_incomplete", f"the scheme gives no length for the duty {timer.duty}")
    return length


def _running(timer: Timer, found: DutyTerm, stops: tuple[tuple[datetime, datetime], ...]) -> Deadline:
    term = attrs.evolve(found.term, days=found.term.days + timer.granted) if timer.granted else found.term
    return deadline(timer.started, term, tuple(Stop(begin, until) for begin, until in stops))


def _again(timer: Timer, scheme: Scheme, stops: tuple[tuple[datetime, datetime], ...]) -> Timer:
    found = length_of(timer, scheme)
    running = _running(timer, found, stops)
    remind_at = _reminder(running.started, running.due, found) if timer.remind_at else None
    return attrs.evolve(timer, due=running.due, provisional=running.provisional, remind_at=remind_at, stops=stops)


def _no_earlier(timer: Timer, due: datetime) -> Timer:
    """The timer, ending no earlier than a party was told."""
    return timer if timer.due >= due else attrs.evolve(timer, due=due)


def stop(timer: Timer, at: datetime, until: datetime, scheme: Scheme) -> Timer:
    """The timer standing still from ``at`` until ``until``; it never ends earlier for it, nor before that day does."""
    stopped = _again(timer, scheme, (*timer.stops, (at.astimezone(UTC), until.astimezone(UTC))))
    stopped = _no_earlier(stopped, max(timer.due, _end_of_day(timer, until, scheme)))
    return attrs.evolve(stopped, paused_until=until.astimezone(UTC))


def resume(timer: Timer, at: datetime, scheme: Scheme) -> Timer:
    """The timer running again from ``at``: what was left of the stop counts again.

    Whoever was stopped on the last day has the rest of the day of ``at``. Whoever was reminded before the stop keeps,
    as far as the end told then reaches, the days that a reminder gives.
    """
    begin, until = timer.stops[-1]
    ended = min(until, at.astimezone(UTC))
    running = _again(timer, scheme, (*timer.stops[:-1], (begin, ended)))
    running = _no_earlier(running, min(timer.due, _end_of_day(timer, ended, scheme)))
    if timer.remind_at is None:
        running = _no_earlier(running, min(timer.due, _helped(timer, at, scheme)))
    return attrs.evolve(running, paused_until=None)


def _end_of_day(timer: Timer, at: datetime, scheme: Scheme) -> datetime:
    """The end of the duty's day that an instant lies in."""
    return deadline(at, attrs.evolve(length_of(timer, scheme).term, days=0)).due


def grant(timer: Timer, days: int, scheme: Scheme) -> Timer:
    """The timer with so many days more."""
    longer = _again(attrs.evolve(timer, granted=timer.granted + days), scheme, timer.stops)
    return _no_earlier(longer, timer.due)


def _helped(timer: Timer, at: datetime, scheme: Scheme) -> datetime:
    """Until when a reminder given at ``at`` still helps: the instant itself where the duty has no reminder."""
    found = length_of(timer, scheme)
    if found.remind_before is None:
        return at
    return deadline(at, attrs.evolve(found.term, days=found.remind_before)).due


def reminded(timer: Timer, at: datetime, scheme: Scheme) -> Timer:
    """The timer after its reminder: a reminder that comes late moves the end, so that it still helps."""
    return _no_earlier(attrs.evolve(timer, remind_at=None), _helped(timer, at, scheme))


def rescheduled(timer: Timer, scheme: Scheme) -> Timer:
    """The timer computed again with the calendars of today; never earlier than what a party was told."""
    return _no_earlier(_again(timer, scheme, timer.stops), timer.due)


def stopped_days(timer: Timer, scheme: Scheme) -> int:
    """How many local dates the stops of a timer have taken out of the count, overlaps once."""
    taken: set[int] = set()
    for begin, until in timer.stops:
        taken.update(range(scheme.day(begin).toordinal() + 1, scheme.day(until).toordinal() + 1))
    return len(taken)


def next_instant(timer: Timer) -> datetime:
    """When the clock has something to do about a timer: while it stands still, nothing until the stop is over."""
    if timer.paused_until is not None:
        return timer.paused_until
    return timer.due if timer.remind_at is None else min(timer.due, timer.remind_at)
