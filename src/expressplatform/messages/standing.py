"""Whether what a letter would say still stands: asked when it is written, from the case's events as they are then.

Laws of this file: nothing is told that is over. A letter about an earlier step is not written where a newer step of the
same occasion has its own, nor in a status in which what it asks for can no longer be done.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from expressplatform.case import Case, apply, replay
from expressplatform.codes import Audience, Status
from expressplatform.events import Event
from expressplatform.messages.entries import Tell
from expressplatform.messages.table import answer_for


@attrs.frozen
class Happened:
    """One step of a case, from its facts: the version that it led to, the event, and what stood afterwards.

    ``into`` is the status, ``trader`` the organisation complained of.
    """

    version: int
    event: Event
    into: Status
    trader: str

    @property
    def told(self) -> Tell | None:
        """The letter that the table has for it; None: the complainant is told nothing."""
        answer = answer_for(self.event, self.into, Audience.COMPLAINANT)
        return answer if isinstance(answer, Tell) else None


def happenings(events: Iterable[Event]) -> tuple[Happened, ...]:
    """A case's steps, from its events in their order; facts are enough."""
    return told_over(events)[0]


def told_over(events: Iterable[Event]) -> tuple[tuple[Happened, ...], Case]:
    """The same, and the case that they come to. Raises Refused for events that no rows would make."""
    found: list[Happened] = []
    case: Case | None = None
    for event in events:
        case = apply(case, event)
        found.append(Happened(case.version, event, case.status, case.trader))
    return tuple(found), case if case is not None else replay(())


def stands(told: Tell, version: int, steps: Iterable[Happened], now: Status) -> bool:
    """Whether the letter about the step to a version is still worth writing, where the case now has that status."""
    if now is Status.ERASED or (told.while_in and now not in told.while_in):
        return False
    later = (one for one in steps if one.version > version)
    return not any(one.told is not None and one.told.occasion == told.occasion for one in later)
