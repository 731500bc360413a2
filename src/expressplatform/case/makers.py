"""What a step establishes: the event that it becomes, and the timers that it starts or changes.

Laws of this file: a maker is asked only after every guard has agreed; it reads the step and makes values. Most
events hold nothing but the command they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case.state import Case
from expressplatform.case.step import Step
from expressplatform.codes import Audience, Duty, Purpose, Stage, Status, Verdict
from expressplatform.commands import Command
from expressplatform.complaint import ERASED
from expressplatform.deadlines import duties
from expressplatform.deadlines.arithmetic import Stop, counted_days
from expressplatform.events import DisclosureRecord, Event, FindingCode, Timer
from expressplatform.lifecycle import Row
from expressplatform.privacy.disclosure import Disclosure, disclose
from expressplatform.privacy.retention import use_until

_ACKNOWLEDGE: Final = Duty.ACKNOWLEDGE
_RESOLVE: Final = Duty.RESOLVE
# After these the council begins anew: what ran before does not count as begun.
_ANEW: Final = frozenset({c.SupplyInformation, c.Redirect, c.Reopen})


def event_of(step: Step, row: Row) -> Event:
    """The event that an admitted step becomes."""
    timers = _timers(step, row)
    make = _MAKERS.get(row.command)
    return make(step, row, timers) if make is not None else _plain(step, row, timers)


# --- timers ----------------------------------------------------------------------------------------------------


def _timers(step: Step, row: Row) -> tuple[Timer, ...]:
    """The timers that a step starts or changes."""
    if row.target is row.source:
        change = _CHANGES.get(row.command)
        return change(step) if change is not None else ()
    case, command = step.case, row.command
    begins = duties.LIVE[row.target]
    if case is not None:
        running = () if command in _ANEW else tuple(timer.duty for timer in case.timers)
        done = case.file.acknowledged
        begins = tuple(one for one in begins if one not in running and not (done and one is _ACKNOWLEDGE))
    if not begins:
        return ()
    perform_by = _perform_by(step)
    started = [duties.start(duty, step.at, step.scheme, perform_by) for duty in begins]
    return tuple([timer for timer in started if timer is not None])


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
    """The timer of a duty that runs, as a guard has found."""
    return next(timer for timer in step.stands.timers if timer.duty is duty)


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


def _rescheduled(step: Step) -> tuple[Timer, ...]:
    command: c.Reschedule = step.command  # type: ignore[assignment]
    return (duties.rescheduled(_running(step, command.duty), step.scheme),)


def _restarted(step: Step) -> tuple[Timer, ...]:
    """Told more before the council has judged: the filing date moves, and with it the council's time."""
    done = {Duty.ACKNOWLEDGE} if step.stands.file.acknowledged else set()
    started = (duties.start(duty, step.at, step.scheme) for duty in duties.LIVE[Status.LODGED] if duty not in done)
    return tuple(timer for timer in started if timer is not None)


_CHANGES: Final[Mapping[type[Command], Callable[[Step], tuple[Timer, ...]]]] = MappingProxyType(
    {
        c.StopClock: _stopped,
        c.ResumeClock: _resumed,
        c.GrantTime: _granted,
        c.Remind: _reminded,
        c.MissDeadline: _missed,
        c.Reschedule: _rescheduled,
        c.SupplyInformation: _restarted,
    }
)


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
    return e.Uploaded(step.at, step.by, timers, command, step.stands.trader, step.known.call_code)


def _offer_made(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.MakeOffer = step.command  # type: ignore[assignment]
    turn = step.stands.turn
    return e.OfferMade(step.at, step.by, timers, command, 1 + (len(turn.offers) if turn is not None else 0))


def _resolution_reported(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    command: c.ReportResolution = step.command  # type: ignore[assignment]
    case = step.stands
    used = 0
    timer = case.timer(_RESOLVE) or (case.turn.resolve if case.turn is not None else None)
    if timer is not None:
        stops = tuple(Stop(begin, until) for begin, until in timer.stops)
        used = counted_days(timer.started, step.at, duties.length_of(timer, step.scheme).term, stops)
    late = case.status in (Status.REFERRED_BACK, Status.FURTHER_HANDLING)
    return e.ResolutionReported(step.at, step.by, timers, command, used, late)


def _obtained(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    """Each reading by the trader is a disclosure of its own (PIPL Art 23): what it is shown is what is recorded."""
    command: c.Obtain = step.command  # type: ignore[assignment]
    case = step.stands
    resolve = case.timer(_RESOLVE)
    until = max(use_until(resolve.due if resolve is not None else step.at, step.scheme), step.at)
    shown = disclose(
        step.complaint,
        audience=Audience.TRADER,
        recipient=case.trader,
        purpose=Purpose.HANDLING,
        stage=Stage.HANDLING,
        consents=case.file.consents,
        scheme=step.scheme,
        at=step.at,
        use_until=until,
        fields=("evidence",) if command.evidence else None,
        code=case.turn.particulars if case.turn is not None else ERASED,
        messages=case.turn.messages if case.turn is not None else (),
        case_id=case.id,
    )
    return e.Obtained(step.at, step.by, timers, command, case.trader, _record(case, shown))


def _disclosed(step: Step, row: Row, timers: tuple[Timer, ...]) -> Event:
    """What the council hands over is recorded as the disclosure that it is (PIPL Art 23; PDPO s.58)."""
    command: c.Disclose = step.command  # type: ignore[assignment]
    case = step.stands
    shown = disclose(
        step.complaint,
        audience=command.audience,
        recipient=command.recipient,
        purpose=command.purpose,
        stage=Stage.HANDLING,
        consents=case.file.consents,
        scheme=step.scheme,
        at=step.at,
        use_until=use_until(step.at, step.scheme),
        basis=command.basis,
        fields=command.fields,
        code=case.turn.particulars if case.turn is not None else ERASED,
        case_id=case.id,
    )
    return e.Disclosed(step.at, step.by, timers, command, _record(case, shown))


def _record(case: Case, shown: Disclosure) -> DisclosureRecord:
    return DisclosureRecord(
        id=f"{case.id}.{case.version + 1}",
        audience=shown.audience,
        recipient=shown.recipient,
        fields=shown.fields,
        purpose=shown.purpose,
        basis=shown.basis,
        article=shown.article,
        notice=shown.notice,
        use_until=shown.use_until,
    )


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
