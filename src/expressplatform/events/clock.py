"""The clock: what happened."""

from __future__ import annotations

import attrs

from expressplatform.commands import Lapse, MissDeadline, Remind, Reschedule, ResumeClock, StopClock
from expressplatform.events.root import Event


@attrs.frozen
class Lapsed(Event):
    """The time of a duty was over, and the case moved on. Of a complainant's confirmation: silence."""

    asked: Lapse


@attrs.frozen
class Reminded(Event):
    """The one who owes a duty was told once more."""

    asked: Remind


@attrs.frozen
class DeadlineMissed(Event):
    """A duty was not done in time; ``timers`` holds its next end."""

    asked: MissDeadline


@attrs.frozen
class Rescheduled(Event):
    """A provisional end was computed again; ``timers`` holds the new one."""

    asked: Reschedule


@attrs.frozen
class ClockStopped(Event):
    """The time of a duty stands still; ``timers`` holds the new end."""

    asked: StopClock


@attrs.frozen
class ClockResumed(Event):
    """The time of a duty runs again; ``timers`` holds the new end."""

    asked: ResumeClock
