"""What entries of the table are made of: an event, when the entry holds, and what is sent. Types only."""

from __future__ import annotations

import attrs

from expressplatform.codes import Attention, Duty, EffectKind, Role, Status
from expressplatform.events import Event


@attrs.frozen
class Tell:
    """A letter: on which occasion, as `wording` names it.

    It is written while the case is in one of the statuses ``while_in`` (empty: in any but ERASED, in which nobody can
    be written to), and only of the newest event of its occasion.
    """

    occasion: str
    while_in: tuple[Status, ...] = ()


@attrs.frozen
class Alerted:
    """An alert to a trader, number and date alone: by which effect. `ALERT_DUTY` goes to whoever comes to owe by it."""

    effect: EffectKind


@attrs.frozen
class Queued:
    """An entry in the officers' queue."""

    what: Attention


@attrs.frozen
class Silent:
    """Nothing is sent, because of this."""

    because: str


Answer = Tell | Alerted | Queued | Silent


@attrs.frozen
class Entry:
    """What one audience is sent of one kind of event.

    ``by``, ``into`` and ``duties`` narrow it to events that are the word of certain roles, that leave the case in
    certain statuses, and whose command is about certain duties; empty: to any.
    """

    event: type[Event]
    answer: Answer
    by: tuple[Role, ...] = ()
    into: tuple[Status, ...] = ()
    duties: tuple[Duty, ...] = ()

    def fits(self, by: Role, into: Status, duty: Duty | None) -> bool:
        """Whether it holds for an event by somebody, into a status, about a duty (None: about none)."""
        return (
            (not self.by or by in self.by)
            and (not self.into or into in self.into)
            and (not self.duties or duty in self.duties)
        )
