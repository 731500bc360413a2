"""What traders are alerted of, and what enters the council's queue; and why of most events neither hears anything.

Laws of this file: an alert says a number and a date and no more; whatever else a trader should know it finds in its
feed of cases. An officer's list shows each case with its status and the day by which something must be done: the queue
is for what no such day stands behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from expressplatform import events as e
from expressplatform.codes import Attention, EffectKind, Status
from expressplatform.events import Event
from expressplatform.messages.entries import Alerted, Answer, Entry, Queued, Silent

_BEFORE: Final = Silent("No trader has the case yet.")
_OWN: Final = Silent("The trader did it itself.")
_FEED: Final = Silent("Its feed of cases shows it, with the day that stands; nothing new is owed.")
_NOT_ITS: Final = Silent("It is no matter of a trader's.")
_LISTED: Final = Silent("The officer's list shows the case, where it stands and until when.")
_OFFICERS: Final = Silent("An officer did it.")
_BY_ITSELF: Final = Silent("Nothing is to be done by anybody.")
_NOTED: Final = Silent("It stands on the case for whoever has it.")
_DUTY: Final = Alerted(EffectKind.ALERT_DUTY)


def _all(events: Iterable[type[Event]], answer: Answer) -> tuple[Entry, ...]:
    return tuple(Entry(event, answer) for event in events)


TRADERS: Final[tuple[Entry, ...]] = (
    *_all(
        (
            e.Lodged, e.Acknowledged, e.InformationRequested, e.InformationSupplied, e.Accepted, e.Declined,
            e.ConsentGiven,
        ),
        _BEFORE,
    ),
    Entry(e.Uploaded, Alerted(EffectKind.ALERT_TRADER)),
    # Whoever obtained the details and has no use for them any more must delete them, or read what was corrected.
    *_all((e.Redirected, e.Rejected, e.Recalled, e.Withdrawn, e.ConsentWithdrawn, e.Corrected), _DUTY),
    *_all((e.Recorded, e.Closed, e.Erased), _DUTY),
    Entry(e.Lapsed, _DUTY, into=(Status.CLOSED,)),
    Entry(e.Lapsed, _FEED),
    *_all(
        (
            e.Obtained, e.AttemptReported, e.ContactReported, e.InformationAsked, e.TimeAsked, e.OfferMade,
            e.ResolutionReported, e.ImpasseReported, e.DeletionConfirmed,
        ),
        _OWN,
    ),
    *_all(
        (
            e.TimeGranted, e.TimeRefused, e.OfferAccepted, e.OfferDeclined, e.PerformanceReported,
            e.PerformanceContradicted, e.Confirmed, e.Disputed, e.BreachReported, e.Reminded, e.DeadlineMissed,
            e.Rescheduled, e.ClockStopped, e.ClockResumed, e.EvidenceShared, e.Redacted, e.EvidenceAdded,
            e.MessageAdded, e.ReferenceSet, e.Reopened, e.TakenUp, e.ImpostorReported,
        ),
        _FEED,
    ),
    *_all((e.ResearchConsentSet, e.Disclosed, e.NoteAdded, e.Assigned, e.Held, e.HoldReleased), _NOT_ITS),
)  # fmt: skip
"""The traders' column."""

COUNCILS: Final[tuple[Entry, ...]] = (
    # An alarm has no day behind it: it waits in the queue until an officer has written down what was found.
    Entry(e.ImpostorReported, Queued(Attention.IMPOSTOR)),
    *_all(
        (
            e.Lodged, e.InformationSupplied, e.TimeAsked, e.InformationAsked, e.OfferMade, e.ResolutionReported,
            e.ImpasseReported, e.Rejected, e.PerformanceReported, e.PerformanceContradicted, e.Confirmed, e.Disputed,
            e.BreachReported, e.Lapsed, e.DeadlineMissed, e.ConsentGiven, e.ConsentWithdrawn, e.Withdrawn,
        ),
        _LISTED,
    ),
    *_all(
        (
            e.Acknowledged, e.InformationRequested, e.Accepted, e.Declined, e.Uploaded, e.Redirected, e.TakenUp,
            e.Recorded, e.Recalled, e.TimeGranted, e.TimeRefused, e.ClockStopped, e.Closed, e.Reopened, e.NoteAdded,
            e.Assigned, e.Held, e.HoldReleased, e.Disclosed,
        ),
        _OFFICERS,
    ),
    *_all(
        (
            e.Obtained, e.AttemptReported, e.ContactReported, e.OfferAccepted, e.OfferDeclined, e.MessageAdded,
            e.EvidenceAdded, e.EvidenceShared, e.Redacted, e.ReferenceSet, e.Corrected, e.ResearchConsentSet,
            e.DeletionConfirmed,
        ),
        _NOTED,
    ),
    *_all((e.Reminded, e.Rescheduled, e.ClockResumed, e.Erased), _BY_ITSELF),
)  # fmt: skip
"""The council's column. Beside it, a letter that reaches nobody waits in the queue, and so does a deletion overdue."""
