"""`decide`: the one door for every change. A command becomes an event, or it is refused.

Laws of this file: look the row up, ask its guards, make the event; nothing else. Absent means illegal. Time,
numbers and whatever was looked up are arguments. `due` says what the clock would ask for, from the timers alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from expressplatform import commands as c
from expressplatform.case.guards import GUARDS
from expressplatform.case.makers import event_of
from expressplatform.case.state import Case
from expressplatform.case.step import Refusal, Step
from expressplatform.codes import Duty, ErasureReason, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.deadlines import duties
from expressplatform.errors import Refused
from expressplatform.events import Event, Timer
from expressplatform.fields import refuse
from expressplatform.lifecycle import BY_COMMAND, Row, commands_for, roles_for
from expressplatform.privacy.deletion import owes
from expressplatform.scheme import NOTHING_KNOWN, Known, Scheme

_GOES_BACK: Final = Refusal("at_goes_back", "", "That instant lies before the last thing that happened.")


def decide(
    case: Case | None,
    command: Command,
    *,
    by: Actor,
    at: datetime,
    scheme: Scheme,
    known: Known = NOTHING_KNOWN,
) -> tuple[Event, ...]:
    """What happens when ``by`` sends ``command`` at the instant ``at``: the events, in order.

    ``case`` is None for a Lodge. ``at`` needs an offset from UTC and must not lie before the case's last event.
    ``scheme`` is the case's own; ``known`` is what the shell looked up. Raises Refused where the table has no row
    or a guard says no, and InvalidInput for a naive instant, or for days beyond the calendar. Nothing changes here:
    see `apply`.
    """
    status = case.status if case is not None else None
    row = BY_COMMAND.get((status, type(command), by.role))
    if row is None:
        raise _no_row(case, command, by)
    if at.tzinfo is not UTC:
        at = _utc(at)
    if case is not None and at < case.at:
        raise _refused(case, by, _GOES_BACK)
    try:
        return (_event(Step(case, command, by, at, scheme, known), row),)
    except OverflowError:
        raise refuse("$", "range", "must not reach beyond the calendar") from None


def _event(step: Step, row: Row) -> Event:
    for guard in row.guards:
        refusal = GUARDS[guard](step)
        if refusal is not None:
            raise _refused(step.case, step.by, refusal)
    return event_of(step, row)


def allowed(case: Case, by: Actor) -> tuple[type[Command], ...]:
    """The commands that this actor's role may send from here and that are not somebody else's to send."""
    return tuple(command for command in commands_for(case.status, by.role) if _is_theirs(case, command, by))


def _is_theirs(case: Case, command: type[Command], by: Actor) -> bool:
    if by.role is Role.COUNCIL or by.role is Role.COMPLAINANT:
        return by.organisation == case.file.council
    if by.role is Role.TRADER:
        if command is c.ConfirmDeletion:
            return owes(case.file.holdings, by.organisation)
        return case.turn is not None and case.turn.trader == by.organisation
    return True


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise refuse("$.at", "instant", "must be a date and time with an offset from UTC")
    return at.astimezone(UTC)


def _no_row(case: Case | None, command: Command, by: Actor) -> Refused:
    status = case.status if case is not None else None
    roles = roles_for(status, type(command))
    code = "wrong_role" if roles else "wrong_status"
    who = roles[0] if roles else ""
    may = tuple(one.__name__ for one in allowed(case, by)) if case is not None else ()
    where = f"from {status.value}" if status is not None else "for a case that does not exist yet"
    reason = f"{type(command).__name__} is not open to a {by.role} {where}."
    return Refused(code, case.id if case is not None else "", who, may, reason)


def _refused(case: Case | None, by: Actor, refusal: Refusal) -> Refused:
    may = tuple(one.__name__ for one in allowed(case, by)) if case is not None else ()
    return Refused(refusal.code, case.id if case is not None else "", refusal.who, may, refusal.reason)


# --- the clock -------------------------------------------------------------------------------------------------


def due(case: Case, now: datetime) -> Command | None:
    """What the clock should ask for next, or None: the earliest first. Ask again after applying it."""
    for instant, timer in sorted(((duties.next_instant(timer), timer) for timer in case.timers), key=_first):
        if instant > now:
            return None
        command = _asked_by_clock(case, timer, now)
        if command is not None:
            return command
    return None


def _first(pair: tuple[datetime, Any]) -> datetime:
    return pair[0]


def _asked_by_clock(case: Case, timer: Timer, now: datetime) -> Command | None:
    """What to ask about a timer whose next instant has come; None while a hold forbids it."""
    if timer.paused_until is not None and timer.paused_until <= now:
        return c.ResumeClock(timer.duty)
    if timer.remind_at is not None and timer.remind_at <= now:
        return c.Remind(timer.duty)
    if timer.duty is Duty.RETAIN:
        return None if case.file.on_hold else c.Erase(ErasureReason.RETENTION_OVER)
    if (case.status, c.Lapse, Role.CLOCK) in BY_COMMAND:
        return c.Lapse(timer.duty)
    return c.MissDeadline(timer.duty)


def next_due(case: Case) -> datetime | None:
    """When the clock next has something to ask of the case; None where nothing runs or a hold forbids."""
    running = (timer for timer in case.timers if not (timer.duty is Duty.RETAIN and case.file.on_hold))
    return min((duties.next_instant(timer) for timer in running), default=None)
