"""The clock: what may be asked for."""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import Duty, StopReason
from expressplatform.commands.root import Command
from expressplatform.fields import instant


@attrs.frozen
class Lapse(Command):
    """The time of a duty is over, and the case moves on without it."""

    duty: Duty


@attrs.frozen
class Remind(Command):
    """The one who owes a duty is told once more before its time is over."""

    duty: Duty


@attrs.frozen
class MissDeadline(Command):
    """The time of a duty is over; the case waits on, the miss stands on record, and the duty starts again."""

    duty: Duty


@attrs.frozen
class Reschedule(Command):
    """A year has been announced: the provisional end of a duty is computed again, never earlier than was told."""

    duty: Duty


@attrs.frozen
class StopClock(Command):
    """The time of a duty stands still until an instant, within the scheme's cap."""

    duty: Duty
    reason: StopReason
    until: datetime = attrs.field(validator=instant())


@attrs.frozen
class ResumeClock(Command):
    """The time of a duty runs again."""

    duty: Duty
