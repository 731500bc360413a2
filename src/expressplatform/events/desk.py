"""Around the case: what happened."""

from __future__ import annotations

import attrs

from expressplatform.commands import (
    AddEvidence,
    AddMessage,
    AddNote,
    Assign,
    Close,
    Hold,
    ReleaseHold,
    Reopen,
    ReportImpostor,
    SetReference,
)
from expressplatform.events.root import Event


@attrs.frozen
class Closed(Event):
    """The council ended its own handling, or the time for objections to a settlement passed."""

    asked: Close


@attrs.frozen
class Reopened(Event):
    """New facts brought the case back."""

    asked: Reopen


@attrs.frozen
class ReferenceSet(Event):
    """A party noted its own number for the case."""

    asked: SetReference


@attrs.frozen
class MessageAdded(Event):
    """A message was added."""

    asked: AddMessage


@attrs.frozen
class EvidenceAdded(Event):
    """A document was described."""

    asked: AddEvidence


@attrs.frozen
class NoteAdded(Event):
    """An officer made a note."""

    asked: AddNote


@attrs.frozen
class Assigned(Event):
    """An officer has the case."""

    asked: Assign


@attrs.frozen
class Held(Event):
    """The case may not be erased."""

    asked: Hold


@attrs.frozen
class HoldReleased(Event):
    """The case may be erased again."""

    asked: ReleaseHold


@attrs.frozen
class ImpostorReported(Event):
    """Somebody called in the trader's name."""

    asked: ReportImpostor
