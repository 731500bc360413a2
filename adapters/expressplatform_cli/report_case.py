"""One case day by day: what happened, and each deadline with the days that counted.

Laws of this module: it reads a case's facts, never its particulars; a day is one of the scheme's zone; which days
count is the deadline's own explanation, and is not worked out again here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from expressplatform import events as e
from expressplatform.case import Case, apply
from expressplatform.codes import Duty, Role
from expressplatform.complaint import Actor
from expressplatform.deadlines.arithmetic import DayRole, explain
from expressplatform.deadlines.arithmetic import Deadline as Counted
from expressplatform.deadlines.duties import explained
from expressplatform.events import Event, Timer
from expressplatform.platform import Platform
from expressplatform.scheme import Scheme
from expressplatform.wording import label, label_of_event
from expressplatform_cli import drawing
from expressplatform_cli.drawing import Deadline, Heading, Mark, Section

SHOWN: Final = (Duty.ACKNOWLEDGE, Duty.SCREEN, Duty.SUPPLY, Duty.UPLOAD, Duty.RESOLVE, Duty.CONFIRM)
_NOT_COUNTED: Final = {
    DayRole.WEEKEND: "weekend",
    DayRole.HOLIDAY: "holiday",
    DayRole.STOPPED: "the clock stood still",
    DayRole.KEPT: "a later end had been told",
}
_LANES: Final = {Role.COMPLAINANT, Role.COUNCIL, Role.TRADER, Role.CLOCK}


@attrs.define
class _Run:
    """A duty's time: the timer as it last stood, and the day on which the duty was done."""

    timer: Timer
    ended: date | None = None


def day_by_day(platform: Platform, case_id: str, by: Actor) -> Section:
    """The section about one case; ``by`` is the council's."""
    opened = platform.facts(case_id, by=by)
    case, scheme = opened.case, platform.edition_of(opened.case)
    marks = [
        Mark(event.by.role.value, scheme.day(event.at), _told(event))
        for event in opened.events
        if _is_shown(event, case)
    ]
    deadlines = [_deadline(run, scheme) for run in _runs(opened.events, scheme)]
    nature, category = (label(code, "en").lower() for code in (case.complaint.nature, case.complaint.category))
    text = (
        f"Case {case.reference}: {nature}; {category}. Each deadline below the lanes counts days of its own: working "
        "days of the council's place or of the trader's, where holidays differ, or calendar days. Hatched days do not "
        "count; a pointer on one says why."
    )
    title = f"Case {case.reference}, day by day"
    heading = Heading("One case, day by day", "逐日看一宗個案", "逐日看一件投诉")
    return Section(heading, (text,), figures=(drawing.timeline(marks, deadlines, title=title),))


def _is_shown(event: Event, case: Case) -> bool:
    """Without what comes long after the answer: the closing, and who deleted what."""
    answered = case.account.answered_at
    late = answered is not None and event.at > answered + timedelta(days=18)
    return event.by.role in _LANES and not late and not isinstance(event, e.EvidenceAdded)


def _told(event: Event) -> str:
    """What happened, in a few words, with its outcome or amount."""
    said = label_of_event(type(event).__name__, "en")
    asked = getattr(event, "asked", None)
    outcome, amount = getattr(asked, "outcome", None), getattr(asked, "amount", None)
    more = [label(outcome, "en").lower()] if outcome is not None else []
    more += [str(amount)] if amount is not None else []
    reason = getattr(asked, "reason", None)
    more += [label(reason, "en").lower()] if isinstance(event, e.ClockStopped) and reason is not None else []
    return f"{said}: {', '.join(more)}" if more else said


def _runs(events: Sequence[Event], scheme: Scheme) -> Iterator[_Run]:
    """Every time that a duty ran, in the order of their starts."""
    case: Case | None = None
    running: dict[Duty, _Run] = {}
    for event in events:
        case = apply(case, event)
        live: dict[Duty, Timer] = {timer.duty: timer for timer in case.timers if timer.duty in SHOWN}
        for duty in [duty for duty, run in running.items() if _is_over(run, live.get(duty))]:
            run = running.pop(duty)
            run.ended = None if event.by.role is Role.CLOCK else scheme.day(event.at)
            yield run
        for duty, timer in live.items():
            running.setdefault(duty, _Run(timer)).timer = timer
    yield from running.values()


def _is_over(run: _Run, timer: Timer | None) -> bool:
    return timer is None or timer.started != run.timer.started


def _deadline(run: _Run, scheme: Scheme) -> Deadline:
    counted = explained(run.timer, scheme)
    return drawn(f"{run.timer.duty.value.capitalize()}: {counted.term.days} days", counted, run.ended)


def drawn(name: str, counted: Counted, ended: date | None = None) -> Deadline:
    """A deadline as a line of days: which count, and of the others why not; ``ended`` is when it was met."""
    days = explain(counted)
    off = {day.date: day.names.en if day.names else _NOT_COUNTED[day.role] for day in days if day.role in _NOT_COUNTED}
    off |= {day.date: _NOT_COUNTED[day.role] for day in days if day.role is DayRole.STOPPED}
    return Deadline(name, days[0].date, days[-1].date, off, ended, counted.provisional)
