"""What the complainant is told of each kind of event, or why of nothing.

Laws of this file: whatever moves the case, gives the complainant something to do, or is done in their name is told;
what they need not know today is not, and the reason stands here. That silence will count is said with the result and
once more before it does.
"""

from __future__ import annotations

from typing import Final

from expressplatform import events as e
from expressplatform.codes import Duty, Role, Status
from expressplatform.lifecycle import UNTIL_REPORTED, WITH_TRADER
from expressplatform.messages.entries import Entry, Silent, Tell

S = Status
_OTHERS: Final = (Role.TRADER, Role.COUNCIL)
_THEIRS: Final = "It is the complainant's own word, and nothing else follows from it."
_OFFICE: Final = "It is the council's own desk work; for the complainant nothing changes."
_SEEN: Final = "It is prepared for whoever may see the case; what was shown to whom they can ask at any time."

_UNTOLD_DAYS: Final = (Duty.ACKNOWLEDGE, Duty.OBTAIN, Duty.CONTACT)
_UNTOLD_DAY: Final = "It is not the day that letters name: they name the last day on which the status stands."

_TAKING_IN: Final = (
    Entry(e.Lodged, Tell("lodged")),
    Entry(
        e.Acknowledged,
        Silent("The receipt went out when the complaint was lodged, or waits in the officers' queue: this says so."),
    ),
    Entry(e.InformationRequested, Tell("information_requested", (S.NEEDS_INFORMATION,))),
    Entry(e.InformationSupplied, Tell("information_supplied")),
    Entry(e.Accepted, Tell("accepted")),
    Entry(e.Declined, Tell("declined")),
    Entry(e.Uploaded, Tell("uploaded", WITH_TRADER)),
    Entry(e.Redirected, Tell("redirected", (S.LODGED, S.ELIGIBLE))),
    Entry(e.TakenUp, Tell("taken_up")),
    Entry(e.Recorded, Tell("recorded")),
)
_TRADERS_TURN: Final = (
    Entry(
        e.Obtained,
        Silent("The letter on upload said who reads it and until when; each reading stands on record to be asked for."),
    ),
    Entry(e.AttemptReported, Tell("attempt_reported", (S.OBTAINED, S.IN_CONCILIATION))),
    Entry(e.ContactReported, Tell("contact_reported")),
    Entry(e.InformationAsked, Tell("information_asked", (S.OBTAINED, S.IN_CONCILIATION))),
    Entry(e.TimeAsked, Silent("Nothing changes until the council has answered; more time is told when it is given.")),
    Entry(e.TimeGranted, Tell("date_moved", WITH_TRADER)),
    Entry(e.TimeRefused, Silent("The day that the complainant was told stands.")),
    Entry(e.OfferMade, Tell("offer_made", (S.IN_CONCILIATION,))),
    Entry(e.OfferAccepted, Tell("offer_accepted")),
    Entry(e.OfferDeclined, Silent(_THEIRS)),
    Entry(e.ResolutionReported, Tell("resolution_reported", (S.RESOLUTION_REPORTED,))),
    Entry(e.PerformanceReported, Tell("performance_reported", (S.RESOLUTION_REPORTED, S.RESOLVED))),
    Entry(e.PerformanceContradicted, Tell("returned")),
    Entry(e.ImpasseReported, Tell("returned")),
    Entry(e.Rejected, Tell("returned")),
    Entry(e.Recalled, Tell("returned")),
)
_WORD: Final = (
    Entry(e.Confirmed, Tell("confirmed")),
    Entry(e.Disputed, Tell("disputed")),
    Entry(e.BreachReported, Tell("returned")),
    Entry(e.Withdrawn, Tell("withdrawn")),
    Entry(e.ImpostorReported, Tell("impostor_reported")),
)
_CLOCK: Final = (
    Entry(e.Lapsed, Tell("information_missing"), into=(S.RECORDED,)),
    Entry(e.Lapsed, Tell("returned"), into=(S.REFERRED_BACK,)),
    Entry(e.Lapsed, Tell("silence"), into=(S.RESOLVED,)),
    Entry(e.Lapsed, Tell("ended"), into=(S.CLOSED,)),
    Entry(e.Reminded, Tell("remind_supply", (S.NEEDS_INFORMATION,)), into=(S.NEEDS_INFORMATION,)),
    Entry(e.Reminded, Tell("remind_confirm", (S.RESOLUTION_REPORTED,)), into=(S.RESOLUTION_REPORTED,)),
    Entry(
        e.DeadlineMissed,
        Silent("The receipt went out by itself when the complaint was lodged; what is late is an officer's word."),
        duties=(Duty.ACKNOWLEDGE,),
    ),
    Entry(e.DeadlineMissed, Tell("deadline_missed")),
    Entry(e.Rescheduled, Silent(_UNTOLD_DAY), duties=_UNTOLD_DAYS),
    Entry(e.Rescheduled, Tell("date_moved")),
    Entry(e.ClockStopped, Silent(_UNTOLD_DAY), duties=_UNTOLD_DAYS),
    Entry(e.ClockStopped, Tell("date_moved", UNTIL_REPORTED)),
    Entry(e.ClockResumed, Silent(_UNTOLD_DAY), duties=_UNTOLD_DAYS),
    Entry(e.ClockResumed, Tell("date_moved", UNTIL_REPORTED)),
)
_RIGHTS: Final = (
    Entry(e.ConsentGiven, Silent("It is the complainant's own word; what follows from it, the upload, is told.")),
    Entry(e.ConsentWithdrawn, Tell("consent_withdrawn")),
    Entry(e.ResearchConsentSet, Silent(_THEIRS)),
    Entry(
        e.Disclosed,
        Silent(
            "They can ask at any time what was shown to whom (PDPO s.18; PIPL Art 45); an inquiry is not announced."
        ),
    ),
    Entry(e.EvidenceShared, Silent(_SEEN)),
    Entry(e.Redacted, Silent("A masked copy shows less than what they gave: nothing new is known to anybody.")),
    Entry(e.Corrected, Tell("corrected")),
    Entry(e.DeletionConfirmed, Silent("What recipients confirmed is told to whoever asks (PDPO s.18; PIPL Art 45).")),
    Entry(e.Erased, Silent("Nothing opens the case any more: nobody knows whom to write to (PDPO s.26; PIPL Art 47).")),
)
_DESK: Final = (
    Entry(e.Closed, Tell("closed")),
    Entry(e.Reopened, Tell("reopened")),
    Entry(e.ReferenceSet, Silent(_OFFICE)),
    Entry(e.MessageAdded, Tell("message_added"), by=_OTHERS),
    Entry(e.MessageAdded, Silent("They wrote it themselves.")),
    Entry(e.EvidenceAdded, Tell("evidence_added"), by=(Role.TRADER,)),
    Entry(e.EvidenceAdded, Silent("They gave it themselves, or an officer filed what they had sent.")),
    Entry(e.NoteAdded, Silent("Notes are the council's own.")),
    Entry(e.Assigned, Silent(_OFFICE)),
    Entry(e.Held, Silent("It keeps data longer for a reason that may be another's; whoever asks is told.")),
    Entry(e.HoldReleased, Silent("The day of erasure told at the end of the case holds again.")),
)

COMPLAINANTS: Final[tuple[Entry, ...]] = (*_TAKING_IN, *_TRADERS_TURN, *_WORD, *_CLOCK, *_RIGHTS, *_DESK)
"""The complainant's column."""
