"""What must hold of any case, however it came about: looked for in its rows, by rules of their own.

Laws of this file: it asks neither `due` nor `allowed`, and it believes no header. A finding is a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expressplatform import events as e
from expressplatform.case import Case, apply
from expressplatform.codes import END, OPEN, Audience, Role
from expressplatform.errors import Refused
from expressplatform.events import Event, Timer
from expressplatform.lifecycle import BY_EVENT
from expressplatform.platform.rows import fact_of, header_of
from expressplatform.ports import StoredCase

_LATER = (e.ClockStopped, e.TimeGranted, e.Reminded, e.Rescheduled)
_BY_CLOCK = (e.Lapsed, e.DeadlineMissed, e.Reminded, e.ClockResumed)


def look_at(stored: StoredCase) -> list[str]:
    """Everything that is wrong with a case: illegal, out of order, early, twice, or disclosed without consent."""
    events = [fact_of(row) for row in stored.events]
    try:
        case, said = _walked(events)
    except Refused as refused:
        return [f"{stored.header.case_id}: its events are not a history [{refused.code}]"]
    if [row.version for row in stored.events] != list(range(1, len(events) + 1)):
        said.append("its versions have a gap")
    if header_of(case) != stored.header:
        said.append("its header is not what its events replay to")
    return [f"{stored.header.case_id}: {one}" for one in (*said, *_disclosed(events), *_nobodys(case))]


def _walked(events: Iterable[Event]) -> tuple[Case, list[str]]:
    """The case, and what was wrong on the way."""
    case: Case | None = None
    said, fired = [], set[tuple[type[Event], object, object]]()
    for event in events:
        if case is not None:
            if (case.status, type(event)) not in BY_EVENT:
                said.append(f"{type(event).__name__} is illegal in {case.status}")
            if event.at < case.at:
                said.append(f"{type(event).__name__} goes back in time")
            said += _no_earlier(case, event)
            if event.by.role is Role.CLOCK and isinstance(event, _BY_CLOCK):
                said += _clock_kept(case, event, fired)
        case = apply(case, event)
    if case is None:
        raise Refused("no_events", "")
    return case, said


def _no_earlier(case: Case, event: Event) -> Iterator[str]:
    """A stop, a grant, a reminder and a newly announced year never take time away from anybody."""
    for timer in event.timers if isinstance(event, _LATER) else ():
        earlier = case.timer(timer.duty)
        if earlier is not None and timer.due < earlier.due:
            yield f"{type(event).__name__} brings {timer.duty} forward"


def _clock_kept(case: Case, event: Event, fired: set[tuple[type[Event], object, object]]) -> Iterator[str]:
    """No duty early, none twice: each instant of a timer is answered once, not before it has come."""
    duty = event.asked.duty  # type: ignore[attr-defined]
    timer: Timer | None = case.timer(duty)
    if timer is None:
        yield f"{type(event).__name__} of {duty}, which does not run"
        return
    instant = timer.due
    if isinstance(event, e.Reminded):
        instant = timer.remind_at or timer.due
    elif isinstance(event, e.ClockResumed):
        instant = timer.paused_until or timer.due
    if event.at < instant:
        yield f"{type(event).__name__} of {duty} is early"
    key = (type(event), duty, (timer.started, instant))
    if key in fired:
        yield f"{type(event).__name__} of {duty} happened twice"
    fired.add(key)


def _disclosed(events: Iterable[Event]) -> Iterator[str]:
    """A trader is shown something only while the complainant's consent to it stands (PIPL Art 23)."""
    live = set[str]()
    for event in events:
        match event:
            case e.Lodged() | e.InformationSupplied():
                live |= {consent.recipient for consent in event.asked.complaint.consents}
            case e.ConsentGiven():
                live.add(event.asked.consent.recipient)
            case e.ConsentWithdrawn():
                live.discard(event.asked.recipient)
            case e.Uploaded() if event.trader not in live:
                yield f"uploaded to {event.trader} without consent"
            case e.Obtained() | e.Disclosed():
                record = event.disclosure
                if record.audience is Audience.TRADER and record.recipient not in live:
                    yield f"disclosed to {record.recipient} without consent"
            case _:
                pass


def _nobodys(case: Case) -> Iterator[str]:
    """While a case is open somebody owes something, and time will ask for it."""
    if case.status in OPEN and not case.timers:
        yield "it is open and nobody owes anything"


def at_rest(stored: StoredCase) -> bool:
    """Whether a case has come to an end, or is owned with a duty that lies ahead."""
    status = stored.header.status
    return status in {one.value for one in END} or stored.header.due_at is not None or status == "erased"
