"""The table: for every kind of event and every audience, what is sent, or why nothing is.

Laws of this file: types and their plain questions, and the three columns put together. `complainants` holds what the
complainant is told, `others` what traders are alerted of and what enters the council's queue. An entry holds for an
event, where it says so only by certain roles, into certain statuses or of certain duties; the first that fits answers.
Silence has a reason that can be read out to whoever complains of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.codes import Audience, Duty, Role, Status
from expressplatform.complaint import Actor
from expressplatform.events import Event
from expressplatform.messages.complainants import COMPLAINANTS
from expressplatform.messages.entries import Alerted, Answer, Entry, Queued, Silent, Tell
from expressplatform.messages.others import COUNCILS, TRADERS

__all__ = [
    "ENTRIES",
    "NEVER_TOLD",
    "Alerted",
    "Answer",
    "Entry",
    "Queued",
    "Silent",
    "Tell",
    "answer_for",
    "answer_to",
    "speaker",
]

ENTRIES: Final[Mapping[Audience, tuple[Entry, ...]]] = MappingProxyType(
    {Audience.COMPLAINANT: COMPLAINANTS, Audience.TRADER: TRADERS, Audience.COUNCIL: COUNCILS}
)
"""By audience: its entries, in the order in which they are asked."""

NEVER_TOLD: Final[Mapping[Audience, Silent]] = MappingProxyType(
    {
        Audience.CCA: Silent("The association is shown a case by a disclosure that an officer makes, never by a step."),
        Audience.AUTHORITY: Silent(
            "An authority is shown what it asked for, by a disclosure; steps are not its matter."
        ),
        Audience.PUBLIC: Silent("Nothing of a single case is public; figures are, from several."),
    }
)
"""Who is told of no step at all, and why."""

_BY_EVENT: Final[Mapping[tuple[Audience, type[Event]], tuple[Entry, ...]]] = MappingProxyType(
    {
        (audience, event): tuple(one for one in entries if one.event is event)
        for audience, entries in ENTRIES.items()
        for event in {one.event for one in entries}
    }
)


def answer_for(event: Event, into: Status, audience: Audience) -> Answer:
    """What an audience is sent of an event that left its case in a status, or why nothing is."""
    return answer_to(type(event), speaker(event.by), into, getattr(event.asked, "duty", None), audience)


def answer_to(event: type[Event], by: Role, into: Status, duty: Duty | None, audience: Audience) -> Answer:
    """The same for a kind of event: whose word it is, into which status it led, about which duty (None: none).

    Raises LookupError for what the table does not know: a test holds that the lifecycle has no such event.
    """
    if audience in NEVER_TOLD:
        return NEVER_TOLD[audience]
    for entry in _BY_EVENT.get((audience, event), ()):
        if entry.fits(by, into, duty):
            return entry.answer
    raise LookupError(f"nobody said what {audience} is told of {event.__name__}")


def speaker(by: Actor) -> Role:
    """Whose word an event is: whoever acted, or the one whose own word they wrote down."""
    acting = by.acting_for
    return acting.whom if acting is not None and acting.own_word else by.role
