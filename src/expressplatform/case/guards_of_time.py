"""Guards on time: whose duty runs, whether it is over, how far a clock may stand still.

Laws of this file: those of `guards`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from expressplatform import commands as c
from expressplatform.case.guards_of_admission import key_destroyed, not_on_hold
from expressplatform.case.step import Refusal, Step
from expressplatform.codes import Duty, ErasureReason, Role
from expressplatform.commands import Command
from expressplatform.deadlines.duties import stopped_days
from expressplatform.events import Timer


def _duty(command: Command) -> Duty | None:
    duty = getattr(command, "duty", None)
    return duty if isinstance(duty, Duty) else None


def _timer(step: Step) -> Timer | None:
    duty = _duty(step.command)
    return step.stands.timer(duty) if duty is not None else None


def duty_over(step: Step) -> Refusal | None:
    """The duty runs, and its time is over."""
    timer = _timer(step)
    if timer is None:
        return Refusal("no_such_duty", "", "That duty is not running on this case.")
    if timer.paused_until is not None:
        return Refusal("clock_stands_still", Role.COUNCIL, "The clock of that duty stands still.")
    if step.at < timer.due:
        return Refusal("not_due", timer.owner, "The time of that duty is not over.")
    return None


def reminded(step: Step) -> Refusal | None:
    """Silence counts only after a reminder."""
    timer = _timer(step)
    if timer is None or timer.remind_at is None:
        return None
    return Refusal("not_reminded", Role.CLOCK, "The complainant has not been reminded yet.")


def reminder_due(step: Step) -> Refusal | None:
    """A reminder is given once, when it is due."""
    timer = _timer(step)
    if timer is None or timer.remind_at is None:
        return Refusal("no_reminder", "", "No reminder is open for that duty.")
    if timer.paused_until is not None or step.at < timer.remind_at:
        return Refusal("not_due", Role.CLOCK, "The reminder is not due yet.")
    return None


def time_asked(step: Step) -> Refusal | None:
    """The trader has asked for time, and no more is granted than was asked for."""
    turn = step.stands.turn
    asked = turn.asked_days if turn is not None else None
    if asked is None:
        return Refusal("no_time_asked", Role.TRADER, "The trader has not asked for time.")
    if isinstance(step.command, c.GrantTime) and step.command.days > asked:
        return Refusal("more_than_asked", Role.COUNCIL, "That is more than the trader asked for.")
    return None


def within_cap(step: Step) -> Refusal | None:
    """All stops and grants of a duty together stay within the scheme's cap of days."""
    command = step.command
    timer = step.stands.timer(Duty.RESOLVE) if isinstance(command, c.GrantTime) else _timer(step)
    if timer is None:
        return Refusal("no_such_duty", "", "That duty is not running on this case.")
    used = timer.granted + stopped_days(timer, step.scheme)
    if isinstance(command, c.GrantTime):
        more = command.days
    else:
        stop: c.StopClock = command  # type: ignore[assignment]
        more = (step.scheme.day(stop.until) - step.scheme.day(step.at)).days
    if used + more <= step.scheme.stop_cap_days:
        return None
    return Refusal("over_the_cap", Role.COUNCIL, "The scheme does not let the clock stand still for so long.")


def future(step: Step) -> Refusal | None:
    """An expiry or the end of a stop lies ahead."""
    command = step.command
    ahead = command.expires if isinstance(command, c.MakeOffer) else getattr(command, "until", None)
    if isinstance(command, c.StopClock):
        timer = _timer(step)
        if timer is not None and timer.paused_until is not None:
            return Refusal("clock_stands_still", Role.COUNCIL, "The clock of that duty stands still already.")
    if isinstance(ahead, datetime) and ahead.astimezone(UTC) > step.at:
        return None
    return Refusal("in_the_past", step.by.role, "That instant is not in the future.")


def clock_stopped(step: Step) -> Refusal | None:
    """The clock of the duty stands still; by itself it runs again when the stop ends, by a council's word earlier."""
    timer = _timer(step)
    if timer is None or timer.paused_until is None:
        return Refusal("clock_runs", "", "The clock of that duty does not stand still.")
    if step.by.role is Role.CLOCK and step.at < timer.paused_until:
        return Refusal("not_due", Role.CLOCK, "The stop is not over.")
    return None


def retention_over(step: Step) -> Refusal | None:
    """By itself a case is erased when its time of keeping is over (PDPO DPP2(2), PIPL Art 19), unless it is on hold.

    Where its key is destroyed already, there is nothing left to keep or to hold.
    """
    if getattr(step.command, "reason", None) is ErasureReason.KEY_DESTROYED:
        return key_destroyed(step)
    if (held := not_on_hold(step)) is not None:
        return held
    timer = step.stands.timer(Duty.RETAIN)
    if timer is not None and timer.due <= step.at:
        return None
    return Refusal("not_due", Role.CLOCK, "The time of keeping is not over.")


def provisional(step: Step) -> Refusal | None:
    """Only an end that was computed before its year was announced is computed again."""
    timer = _timer(step)
    if timer is not None and timer.provisional:
        return None
    return Refusal("not_provisional", "", "The end of that duty is settled.")
