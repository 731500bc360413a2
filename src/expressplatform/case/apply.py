"""`apply`: what an event does to a case. Nothing is asked and nothing refused but an event out of turn.

Laws of this file: an event changes status only as the rows say; whatever else it does is one small function
of `folds`, by the event's type. It needs facts only, so a case that was erased folds to the same status, outcome and
figures. No scheme, calendar or clock is consulted: timers come with the events.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from expressplatform import events as e
from expressplatform.case.copies import changed, frozen, new_account, new_case, new_file, opened
from expressplatform.case.folds import FOLDS
from expressplatform.case.state import Account, Case, File, Turn
from expressplatform.codes import END, Duty, Status
from expressplatform.deadlines.duties import LIVE
from expressplatform.errors import Refused
from expressplatform.events import Event, Timer
from expressplatform.lifecycle import BY_EVENT

AT_REST: Final = END | {Status.RESOLVED}
# Bound once: before Python 3.12 an enum looks its members up slowly.
_REFERRED_BACK: Final = Status.REFERRED_BACK
_ERASED: Final = Status.ERASED
_ACKNOWLEDGE: Final = Duty.ACKNOWLEDGE


_Stand = tuple[int, Status, datetime, datetime, tuple[Timer, ...], File, Turn | None, Account]
"""What of a case an event may change: version, status, since, at, timers, and the three parts."""


def replay(events: Iterable[Event]) -> Case:
    """The case that its events make, in their order: what `apply` gives, one after the other.

    Raises Refused for events that no rows would make.
    """
    case: Any = None
    for event in events:
        if case is None:
            case = opened(_lodged(event))
            file, turn, account = case.file, case.turn, case.account
        else:
            case.version, case.status, case.since, case.at, case.timers, file, turn, account = _after(case, event)
        # A part that was made anew is opened; one that was changed is open.
        case.file, case.turn, case.account = opened(file), opened(turn), opened(account)
    if case is None:
        raise Refused("no_events", "")
    return frozen(case)


def apply(case: Case | None, event: Event) -> Case:
    """The case after an event; ``case`` is None before the first. Raises Refused for an event out of turn."""
    if case is None:
        return _lodged(event)
    return new_case(case.id, case.scheme, case.edition, *_after(case, event))


def _after(case: Case, event: Event) -> _Stand:
    target = BY_EVENT.get((case.status, type(event)))
    if target is None:
        raise Refused("event_out_of_turn", case.id)
    fold = FOLDS.get(type(event))
    file, turn, account = fold(case, event) if fold is not None else (case.file, case.turn, case.account)
    since, at, timers = case.since, event.at, case.timers
    if target is not case.status:
        since = at
        timers = _carried(timers, event.timers, target)
        # Erasing ends nothing: how a case came out, and when, stays as it was.
        if target is not _ERASED and (target in AT_REST) is not (account.ended_at is not None):
            account = changed(account, ended_at=at if target in AT_REST else None)
        if target is _REFERRED_BACK:
            account = changed(account, referred_back=account.referred_back + 1)
    elif event.timers:
        timers = _carried(timers, event.timers, target)
    elif type(event) is e.Acknowledged:
        timers = tuple([timer for timer in timers if timer.duty is not _ACKNOWLEDGE])
    return case.version + 1, target, since, at, timers, file, turn, account


def _carried(old: tuple[Timer, ...], new: tuple[Timer, ...], target: Status) -> tuple[Timer, ...]:
    live = LIVE[target]
    running = [timer for timer in old if timer.duty in live]
    if not new:
        return tuple(running)
    started = [timer.duty for timer in new]
    return (*[timer for timer in running if timer.duty not in started], *new)


def _lodged(event: Event) -> Case:
    if not isinstance(event, e.Lodged):
        raise Refused("event_out_of_turn", "")
    complaint = event.asked.complaint
    file = new_file(
        event.council,
        event.reference,
        event.at,
        event.at,
        complaint,
        complaint.consents,
        complaint.evidence,
        complaint.research_consent,
        references=((event.council, complaint.council_reference),) if complaint.council_reference else (),
    )
    at, timers = event.at, event.timers
    account = new_account()
    return new_case(event.case_id, event.scheme, event.edition, 1, Status.LODGED, at, at, timers, file, None, account)
