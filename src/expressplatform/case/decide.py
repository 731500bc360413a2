"""`decide`: the one door for every change. A command becomes an event, or it is refused.

Laws of this file: look the row up, ask its guards, make the event; nothing else. Absent means illegal. Time,
numbers and whatever was looked up are arguments. `due` says what the clock would ask for, from the timers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case.guards import GUARDS, Refusal, Step
from expressplatform.case.state import Case
from expressplatform.codes import (
    Audience,
    Basis,
    Duty,
    ErasureReason,
    Purpose,
    Role,
    Stage,
    Status,
    Verdict,
)
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.deadlines import duties
from expressplatform.deadlines.arithmetic import Stop, counted_days
from expressplatform.errors import InvalidInput, Problem, Refused
from expressplatform.events import DisclosureRecord, Event, FindingCode, Timer
from expressplatform.lifecycle import BY_COMMAND, Row, commands_for, roles_for
from expressplatform.privacy.consent import live
from expressplatform.privacy.disclosure import fields_for
from expressplatform.privacy.retention import use_until
from expressplatform.scheme import Known, Scheme

NOTHING_KNOWN: Final = Known()


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
    or a guard says no, and InvalidInput for a naive instant. Nothing changes here: see `apply`.
    """
    status = case.status if case is not None else None
    row = BY_COMMAND.get((status, type(command), by.role))
    if row is None:
        raise _no_row(case, command, by)
    if at.tzinfo is not UTC:
        at = _utc(at)
    if case is not None and at < case.at:
        raise Refused("at_goes_back", case.id, reason="That instant lies before the last thing that happened.")
    step = Step(case, command, by, at, scheme, known)
    for guard in row.guards:
        refusal = GUARDS[guard](step)
        if refusal is not None:
            raise _refused(case, by, refusal)
    timers = _timers(step, row)
    make = _MAKERS.get(row.command)
    return (make(step, row, timers) if make is not None else _plain(step, row, timers),)


def allowed(case: Case, by: Actor) -> tuple[type[Command], ...]:
    """The commands that this actor's role may send from here and that are not somebody else's to send."""
    return tuple(command for command in commands_for(case.status, by.role) if _is_theirs(case, command, by))


def _is_theirs(case: Case, command: type[Command], by: Actor) -> bool:
    if by.role is Role.COUNCIL or by.role is Role.COMPLAINANT:
        return by.organisation == case.file.council
    if by.role is Role.TRADER:
        if command is c.ConfirmDeletion:
            return any(h.organisation == by.organisation and h.must_delete_since for h in case.file.holdings)
        return case.turn is not None and case.turn.trader == by.organisation
    return True


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise InvalidInput((Problem("$.at", "instant", "must be a date and time with an offset from UTC"),))
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


# --- timers ----------------------------------------------------------------------------------------------------


def _timers(step: Step, row: Row) -> tuple[Timer, ...]:
    """The timers that a step starts or changes."""
    change = _CHANGES.get(row.command)
    if change is not None and row.target is row.source:
        return change(step)
    if row.target is row.source:
        return ()
    running = step.case.timers if step.case is not None else ()
    carried = {timer.duty for timer in running}
    if row.command is c.SupplyInformation or row.command is c.Redirect or row.command is c.Reopen:
        carried = set()
    if step.case is not None and step.case.file.acknowledged:
        carried = carried | {Duty.ACKNOWLEDGE}
    perform_by = _perform_by(step)
    started = (
        duties.start(duty, step.at, step.scheme, perform_by)
        for duty in duties.LIVE[row.target]
        if duty not in carried
    )
    return tuple(timer for timer in started if timer is not None)


def _perform_by(step: Step) -> date | None:
    """The day by which promised relief arrives: in this command, in the accepted offer, or as reported."""
    command = step.command
    if isinstance(command, c.ReportResolution):
        return command.perform_by
    turn = step.case.turn if step.case is not None else None
    if turn is None:
        return None
    if isinstance(command, c.AcceptOffer):
        return turn.offers[command.offer - 1].terms.perform_by
    return turn.perform_by


def _running(step: Step, duty: Duty) -> Timer:
    timer = step.stands.timer(duty)
    if timer is None:
        raise Refused("no_such_duty", step.stands.id, reason="That duty is not running on this case.")
    return timer


def _stopped(step: Step) -> tuple[Timer, ...]:
    command: c.StopClock = step.command  # type: ignore[assignment]
    return (duties.stop(_running(step, command.duty), step.at, command.until, step.scheme),)


def _resumed(step: Step) -> tuple[Timer, ...]:
    command: c.ResumeClock = step.command  # type: ignore[assignment]
    return (duties.resume(_running(step, command.duty), step.at, step.scheme),)


def _granted(step: Step) -> tuple[Timer, ...]:
    command: c.GrantTime = step.command  # type: ignore[assignment]
    return (duties.grant(_running(step, Duty.RESOLVE), command.days, step.scheme),)


def _reminded(step: Step) -> tuple[Timer, ...]:
    command: c.Remind = step.command  # type: ignore[assignment]
    return (duties.reminded(_running(step, command.duty), step.at, step.scheme),)


def _missed(step: Step) -> tuple[Timer, ...]:
    command: c.MissDeadline = step.command  # type: ignore[assignment]
    following = duties.start(command.duty, step.at, step.scheme)
    return () if following is None else (following,)


_CHANGES: Final[Mapping[type[Command], Callable[[Step], tuple[Timer, ...]]]] = MappingProxyType(
    {
        c.StopClock: _stopped,
        c.ResumeClock: _resumed,
        c.GrantTime: _granted,
        c.Remind: _reminded,
        c.MissDeadline: _missed,
        # Asked for again while it was asked for: the filing date moves, and with it the council's time.
        c.SupplyInformation: lambda step: _restarted(step),
    }
)


def _restarted(step: Step) -> tuple[Timer, ...]:
    done = {Duty.ACKNOWLEDGE} if step.stands.file.acknowledged else set()
    started = (
        duties.start(duty, step.at, step.scheme) for duty in duties.LIVE[Status.LODGED] if duty not in done
    )
    return tuple(timer for timer in started if timer is not None)


# --- events ----------------------------------------------------------------------------------------------------

Maker = Callable[[Step, Row, tuple[Timer, ...]], Event]


def _plain(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    """An event that holds nothing but the command it answers."""
    event: Callable[..., Event] = row.event
    return event(step.at, step.by, timers, step.command)


def _lodged(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.Lodge = step.command  # type: ignore[assignment]
    known, scheme = step.known, step.scheme
    council = step.by.organisation
    return e.Lodged(
        step.at, step.by, timers, command, known.case_id, known.reference, council, scheme.id, scheme.edition
    )


def _accepted(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.Accept = step.command  # type: ignore[assignment]
    judged = step.assessment
    findings = tuple(FindingCode(f.id, f.result) for f in judged.findings) if judged is not None else ()
    verdict = judged.verdict if judged is not None else Verdict.OFFICER
    return e.Accepted(step.at, step.by, timers, command, verdict, findings)


def _uploaded(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.Upload = step.command  # type: ignore[assignment]
    return e.Uploaded(step.at, step.by, timers, command, step.stands.trader)


def _offer_made(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.MakeOffer = step.command  # type: ignore[assignment]
    turn = step.stands.turn
    return e.OfferMade(step.at, step.by, timers, command, 1 + (len(turn.offers) if turn is not None else 0))


def _resolution_reported(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.ReportResolution = step.command  # type: ignore[assignment]
    case = step.stands
    used = 0
    timer = case.timer(Duty.RESOLVE) or (case.turn.resolve if case.turn is not None else None)
    if timer is not None:
        running = duties.explained(timer, step.scheme)
        stops = tuple(Stop(begin, until) for begin, until in timer.stops)
        used = counted_days(timer.started, step.at, running.term, stops)
    late = case.status in (Status.REFERRED_BACK, Status.FURTHER_HANDLING)
    return e.ResolutionReported(step.at, step.by, timers, command, used, late)


def _obtained(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    """Each reading by the trader is a disclosure of its own (PIPL Art 23; DESIGN: privacy is a type)."""
    command: c.Obtain = step.command  # type: ignore[assignment]
    case, scheme = step.stands, step.scheme
    given = live(case.file.consents, case.trader, step.at)
    resolve = case.timer(Duty.RESOLVE)
    record = DisclosureRecord(
        id=f"{case.id}.{case.version + 1}",
        audience=Audience.TRADER,
        recipient=case.trader,
        fields=fields_for(Audience.TRADER, Purpose.HANDLING, Stage.HANDLING),
        purpose=Purpose.HANDLING,
        basis=Basis.SEPARATE_CONSENT,
        article=scheme.article,
        notice=given.notice if given is not None else scheme.notice,
        use_until=use_until(resolve.due if resolve is not None else step.at, scheme),
    )
    return e.Obtained(step.at, step.by, timers, command, case.trader, record)


def _disclosed(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.Disclose = step.command  # type: ignore[assignment]
    case, scheme = step.stands, step.scheme
    given = live(case.file.consents, command.recipient, step.at)
    record = DisclosureRecord(
        id=f"{case.id}.{case.version + 1}",
        audience=command.audience,
        recipient=command.recipient,
        fields=command.fields,
        purpose=command.purpose,
        basis=command.basis,
        article=scheme.article,
        notice=given.notice if given is not None else scheme.notice,
        use_until=use_until(step.at, scheme),
    )
    return e.Disclosed(step.at, step.by, timers, command, record)


_MAKERS: Final[Mapping[type[Command], Maker]] = MappingProxyType(
    {
        c.Lodge: _lodged,
        c.Accept: _accepted,
        c.Upload: _uploaded,
        c.MakeOffer: _offer_made,
        c.ReportResolution: _resolution_reported,
        c.Obtain: _obtained,
        c.Disclose: _disclosed,
    }
)


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
    if timer.paused_until is not None and timer.paused_until <= now:
        return c.ResumeClock(timer.duty)
    if timer.remind_at is not None and timer.remind_at <= now:
        return c.Remind(timer.duty)
    if timer.due > now:
        return None
    if timer.duty is Duty.RETAIN:
        return None if case.file.on_hold else c.Erase(ErasureReason.RETENTION_OVER)
    if (case.status, c.Lapse, Role.CLOCK) in BY_COMMAND:
        return c.Lapse(timer.duty)
    if (case.status, c.MissDeadline, Role.CLOCK) in BY_COMMAND:
        return c.MissDeadline(timer.duty)
    return None


def next_due(case: Case) -> datetime | None:
    """When the clock next has something to ask of the case; None where nothing runs or a hold forbids."""
    running = (timer for timer in case.timers if not (timer.duty is Duty.RETAIN and case.file.on_hold))
    return min((duties.next_instant(timer) for timer in running), default=None)
