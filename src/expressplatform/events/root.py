"""What every event is, and what events are made of."""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import Audience, Basis, Duty, Purpose, Result, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor


@attrs.frozen
class Timer:
    """A duty that runs: whose, since when, until when (UTC), and what stopped it.

    ``provisional`` says that the end lies in a year whose working days are not announced yet; ``remind_at`` is
    when a reminder is due, None where there is none or it has been given. ``paused_until`` is set while
    the clock stands still, ``granted`` counts days added on request, ``stops`` are spans that do not count.
    """

    duty: Duty
    owner: Role
    started: datetime
    due: datetime
    provisional: bool = False
    remind_at: datetime | None = None
    paused_until: datetime | None = None
    granted: int = 0
    stops: tuple[tuple[datetime, datetime], ...] = ()


@attrs.frozen
class FindingCode:
    """How one criterion stood when the case was judged."""

    criterion: str
    result: Result


@attrs.frozen
class DisclosureRecord:
    """Who was given which fields, for what, on what ground (article named), under which notice, until when."""

    id: str
    audience: Audience
    recipient: str
    fields: tuple[str, ...]
    purpose: Purpose
    basis: Basis
    article: str
    notice: str
    use_until: datetime


@attrs.frozen
class Event:
    """The root of all events: when, by whom, the timers that the step started or changed, on what asking."""

    at: datetime
    by: Actor
    timers: tuple[Timer, ...]
    asked: Command
