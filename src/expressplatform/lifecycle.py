"""The lifecycle of a case: a table of rows, and nothing else moves a case.

Laws of this file: every change of status lives here, and no rule about schemes, privacy or deadlines does. A row
says from which status, on which command, by which role, an event comes to be, and to which status it leads. A
row names its guards; what a guard asks is in `case`. Absent means illegal. `decide` looks a row up by (source,
command, role), `apply` by (source, event); diagrams, permissions and tests read the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.codes import END, OPEN, Role, Status
from expressplatform.commands import Command
from expressplatform.events import Event


class Guard(StrEnum):
    """What must hold besides the row; `case` maps each name to one function."""

    SCHEME_TAKES_LODGERS = "scheme_takes_lodgers"
    PARTICULARS_GIVEN = "particulars_given"
    OWN_COUNCIL = "own_council"
    OWN_CASE = "own_case"
    AUTHORITY = "authority"
    HOLDS_CASE = "holds_case"
    HELD_CASE = "held_case"
    ELIGIBLE = "eligible"
    PARTICIPATION = "participation"
    CONSENT = "consent"
    TRANSFER = "transfer"
    ANOTHER_PARTICIPANT = "another_participant"
    DUTY_OVER = "duty_over"
    REMINDED = "reminded"
    PROVISIONAL = "provisional"
    REMINDER_DUE = "reminder_due"
    OFFER_STANDS = "offer_stands"
    OFFER_OPEN = "offer_open"
    RULE_ADMITTED = "rule_admitted"
    TIME_ASKED = "time_asked"
    WITHIN_CAP = "within_cap"
    CLOCK_STOPPED = "clock_stopped"
    EVIDENCE_KNOWN = "evidence_known"
    EVIDENCE_NEW = "evidence_new"
    EVIDENCE_SHARED = "evidence_shared"
    NO_WORD_YET = "no_word_yet"
    CONSENT_GIVEN = "consent_given"
    CURRENT_NOTICE = "current_notice"
    TEXT_GIVEN = "text_given"
    NOT_ON_HOLD = "not_on_hold"
    ON_HOLD = "on_hold"
    TWO_PERSONS = "two_persons"
    RETENTION_OVER = "retention_over"
    KEY_DESTROYED = "key_destroyed"
    OWN_GROUND = "own_ground"
    OWES_DELETION = "owes_deletion"
    AUDIENCE = "audience"
    FUTURE = "future"
    ROOM = "room"
    KNOWN_WORDS = "known_words"


@attrs.frozen
class Row:
    """One legal step. ``source`` is None for the first; ``target`` is where the case stands afterwards."""

    source: Status | None
    command: type[Command]
    by: Role
    event: type[Event]
    target: Status
    guards: tuple[Guard, ...] = ()


S = Status
G = Guard
COMPLAINANT: Final = (Role.COMPLAINANT,)
COUNCIL: Final = (Role.COUNCIL,)
TRADER: Final = (Role.TRADER,)
CLOCK: Final = (Role.CLOCK,)
EITHER: Final = (Role.COMPLAINANT, Role.COUNCIL)

# Where a trader has work to do; and until the complainant has answered its report.
WITH_TRADER: Final = (S.UPLOADED, S.OBTAINED, S.IN_CONCILIATION)
UNTIL_REPORTED: Final = (*WITH_TRADER, S.RESOLUTION_REPORTED)
READING: Final = (S.OBTAINED, S.IN_CONCILIATION, S.RESOLUTION_REPORTED)
ALL_OPEN: Final = tuple(status for status in S if status in OPEN)
ENDS: Final = tuple(status for status in S if status in END)
NOT_ERASED: Final = (*ALL_OPEN, *ENDS)
BEFORE_UPLOAD: Final = (S.LODGED, S.NEEDS_INFORMATION, S.ELIGIBLE)
WITH_COUNCIL: Final = (S.OUTSIDE_SCHEME, S.REFERRED_BACK, S.FURTHER_HANDLING)
OUTSIDE: Final = (S.OUTSIDE_SCHEME, S.FURTHER_HANDLING)

# Whose case it is: asked of every row of the role, so that no row can forget it.
_OWNERSHIP: Final[Mapping[Role, tuple[Guard, ...]]] = MappingProxyType(
    {
        Role.COMPLAINANT: (G.OWN_CASE, G.AUTHORITY),
        Role.COUNCIL: (G.OWN_COUNCIL,),
        Role.TRADER: (G.HOLDS_CASE,),
        Role.CLOCK: (),
        Role.OPERATOR: (),
        Role.AUDITOR: (),
    }
)
# Two trader's steps are for whoever held the case, not for whoever holds it.
_FORMER: Final = frozenset({G.HELD_CASE, G.OWES_DELETION})


def _rows(
    sources: Iterable[Status],
    command: type[Command],
    roles: Iterable[Role],
    event: type[Event],
    target: Status | None,
    *guards: Guard,
) -> tuple[Row, ...]:
    """One row for each source and role; a target of None means that the case stays where it is."""
    return tuple(
        Row(source, command, role, event, target or source, _guards(role, guards))
        for source in sources
        for role in roles
    )


def _guards(role: Role, guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    own = () if _FORMER & set(guards) else _OWNERSHIP[role]
    return (*own, *guards)


# What moves a case.
MOVES: Final[tuple[Row, ...]] = (
    Row(None, c.Lodge, Role.COUNCIL, e.Lodged, S.LODGED, (G.OWN_COUNCIL, G.PARTICULARS_GIVEN)),
    Row(None, c.Lodge, Role.COMPLAINANT, e.Lodged, S.LODGED, (G.SCHEME_TAKES_LODGERS, G.PARTICULARS_GIVEN)),
    *_rows((S.LODGED,), c.RequestInformation, COUNCIL, e.InformationRequested, S.NEEDS_INFORMATION, G.KNOWN_WORDS),
    *_rows(
        (S.LODGED, S.NEEDS_INFORMATION),
        c.SupplyInformation,
        EITHER,
        e.InformationSupplied,
        S.LODGED,
        G.PARTICULARS_GIVEN,
        G.ROOM,
    ),
    *_rows((S.NEEDS_INFORMATION,), c.Lapse, CLOCK, e.Lapsed, S.RECORDED, G.DUTY_OVER),
    *_rows((S.LODGED,), c.Accept, COUNCIL, e.Accepted, S.ELIGIBLE, G.ELIGIBLE),
    *_rows(BEFORE_UPLOAD, c.Decline, COUNCIL, e.Declined, S.OUTSIDE_SCHEME, G.KNOWN_WORDS),
    *_rows(
        (S.ELIGIBLE, S.REFERRED_BACK),
        c.Upload,
        COUNCIL,
        e.Uploaded,
        S.UPLOADED,
        G.PARTICIPATION,
        G.CONSENT,
        G.TRANSFER,
    ),
    *_rows((S.REFERRED_BACK,), c.Redirect, COUNCIL, e.Redirected, S.LODGED, G.ANOTHER_PARTICIPANT),
    *_rows((S.OUTSIDE_SCHEME, S.REFERRED_BACK), c.TakeUp, COUNCIL, e.TakenUp, S.FURTHER_HANDLING),
    *_rows((S.OUTSIDE_SCHEME, S.REFERRED_BACK), c.Record, COUNCIL, e.Recorded, S.RECORDED),
    *_rows((S.UPLOADED,), c.Obtain, TRADER, e.Obtained, S.OBTAINED, G.CONSENT, G.EVIDENCE_SHARED),
    *_rows((S.OBTAINED,), c.ReportContact, TRADER, e.ContactReported, S.IN_CONCILIATION),
    *_rows((S.IN_CONCILIATION,), c.AcceptOffer, COMPLAINANT, e.OfferAccepted, S.RESOLVED, G.OFFER_OPEN),
    *_rows(
        (S.OBTAINED, S.IN_CONCILIATION),
        c.ReportResolution,
        TRADER,
        e.ResolutionReported,
        S.RESOLUTION_REPORTED,
        G.EVIDENCE_KNOWN,
    ),
    *_rows(
        (S.REFERRED_BACK, S.FURTHER_HANDLING),
        c.ReportResolution,
        TRADER,
        e.ResolutionReported,
        S.RESOLUTION_REPORTED,
        G.HELD_CASE,
        G.EVIDENCE_KNOWN,
    ),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.ReportImpasse, TRADER, e.ImpasseReported, S.REFERRED_BACK),
    *_rows(WITH_TRADER, c.Reject, TRADER, e.Rejected, S.REFERRED_BACK, G.RULE_ADMITTED),
    *_rows(WITH_TRADER, c.Lapse, CLOCK, e.Lapsed, S.REFERRED_BACK, G.DUTY_OVER),
    *_rows(UNTIL_REPORTED, c.Recall, COUNCIL, e.Recalled, S.REFERRED_BACK),
    *_rows(
        (*UNTIL_REPORTED, S.REFERRED_BACK, S.FURTHER_HANDLING),
        c.Confirm,
        COMPLAINANT,
        e.Confirmed,
        S.RESOLVED,
    ),
    *_rows((S.RESOLUTION_REPORTED, S.RESOLVED), c.Dispute, COMPLAINANT, e.Disputed, S.REFERRED_BACK),
    *_rows((S.RESOLUTION_REPORTED,), c.Lapse, CLOCK, e.Lapsed, S.RESOLVED, G.DUTY_OVER, G.REMINDED),
    *_rows(
        (S.RESOLUTION_REPORTED, S.RESOLVED),
        c.ContradictPerformance,
        (Role.TRADER, Role.COUNCIL),
        e.PerformanceContradicted,
        S.REFERRED_BACK,
        G.EVIDENCE_KNOWN,
    ),
    *_rows((S.RESOLVED,), c.ReportBreach, COMPLAINANT, e.BreachReported, S.REFERRED_BACK),
    *_rows((S.RESOLVED,), c.Lapse, CLOCK, e.Lapsed, S.CLOSED, G.DUTY_OVER),
    *_rows((S.FURTHER_HANDLING,), c.Close, COUNCIL, e.Closed, S.CLOSED),
    *_rows(BEFORE_UPLOAD, c.WithdrawConsent, EITHER, e.ConsentWithdrawn, S.OUTSIDE_SCHEME, G.CONSENT_GIVEN),
    *_rows(UNTIL_REPORTED, c.WithdrawConsent, EITHER, e.ConsentWithdrawn, S.REFERRED_BACK, G.CONSENT_GIVEN),
    *_rows(
        tuple(status for status in ALL_OPEN if status is not S.RESOLVED),
        c.Withdraw,
        EITHER,
        e.Withdrawn,
        S.WITHDRAWN,
    ),
    *_rows((S.RECORDED, S.WITHDRAWN), c.Reopen, COUNCIL, e.Reopened, S.LODGED, G.TEXT_GIVEN),
    *_rows((S.CLOSED,), c.Reopen, COUNCIL, e.Reopened, S.FURTHER_HANDLING, G.TEXT_GIVEN),
    *_rows(ENDS, c.Erase, COUNCIL, e.Erased, S.ERASED, G.NOT_ON_HOLD, G.TWO_PERSONS, G.OWN_GROUND),
    *_rows(ENDS, c.Erase, CLOCK, e.Erased, S.ERASED, G.RETENTION_OVER),
    *_rows(ALL_OPEN, c.Erase, CLOCK, e.Erased, S.ERASED, G.KEY_DESTROYED),
)

# What leaves it where it is.
STAYS: Final[tuple[Row, ...]] = (
    *_rows((S.LODGED,), c.Acknowledge, COUNCIL, e.Acknowledged, None),
    *_rows(READING, c.Obtain, TRADER, e.Obtained, None, G.CONSENT, G.EVIDENCE_SHARED),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.ReportAttempt, TRADER, e.AttemptReported, None),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.AskInformation, TRADER, e.InformationAsked, None, G.TEXT_GIVEN),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.AskTime, TRADER, e.TimeAsked, None),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.GrantTime, COUNCIL, e.TimeGranted, None, G.TIME_ASKED, G.WITHIN_CAP),
    *_rows((S.OBTAINED, S.IN_CONCILIATION), c.RefuseTime, COUNCIL, e.TimeRefused, None, G.TIME_ASKED),
    *_rows((S.IN_CONCILIATION,), c.MakeOffer, TRADER, e.OfferMade, None, G.FUTURE),
    *_rows((S.IN_CONCILIATION,), c.DeclineOffer, COMPLAINANT, e.OfferDeclined, None, G.OFFER_STANDS),
    *_rows((S.REFERRED_BACK, S.FURTHER_HANDLING), c.Dispute, COMPLAINANT, e.Disputed, None, G.NO_WORD_YET),
    *_rows(
        (S.RESOLUTION_REPORTED, S.RESOLVED),
        c.ReportPerformance,
        (Role.TRADER, Role.COUNCIL),
        e.PerformanceReported,
        None,
        G.EVIDENCE_KNOWN,
    ),
    *_rows((*WITH_COUNCIL, S.RESOLVED, *ENDS), c.WithdrawConsent, EITHER, e.ConsentWithdrawn, None, G.CONSENT_GIVEN),
    *_rows((*BEFORE_UPLOAD, *WITH_COUNCIL), c.GiveConsent, EITHER, e.ConsentGiven, None, G.CURRENT_NOTICE, G.ROOM),
    *_rows(NOT_ERASED, c.SetResearchConsent, EITHER, e.ResearchConsentSet, None),
    *_rows(NOT_ERASED, c.Disclose, COUNCIL, e.Disclosed, None, G.AUDIENCE),
    *_rows((S.RESOLVED,), c.Confirm, COMPLAINANT, e.Confirmed, None, G.NO_WORD_YET),
    *_rows(ALL_OPEN, c.ShareEvidence, EITHER, e.EvidenceShared, None, G.EVIDENCE_KNOWN),
    *_rows(ALL_OPEN, c.Redact, EITHER, e.Redacted, None, G.EVIDENCE_KNOWN, G.EVIDENCE_NEW, G.ROOM),
    *_rows(ALL_OPEN, c.SetReference, COUNCIL, e.ReferenceSet, None),
    *_rows(READING, c.SetReference, TRADER, e.ReferenceSet, None),
    *_rows((S.NEEDS_INFORMATION, S.RESOLUTION_REPORTED), c.Remind, CLOCK, e.Reminded, None, G.REMINDER_DUE),
    *_rows(UNTIL_REPORTED, c.StopClock, COUNCIL, e.ClockStopped, None, G.FUTURE, G.WITHIN_CAP),
    *_rows(UNTIL_REPORTED, c.ResumeClock, (Role.COUNCIL, Role.CLOCK), e.ClockResumed, None, G.CLOCK_STOPPED),
    *_rows((S.LODGED, S.ELIGIBLE, *WITH_COUNCIL), c.MissDeadline, CLOCK, e.DeadlineMissed, None, G.DUTY_OVER),
    *_rows(ALL_OPEN, c.Reschedule, CLOCK, e.Rescheduled, None, G.PROVISIONAL),
    *_rows(ALL_OPEN, c.AddMessage, EITHER, e.MessageAdded, None, G.TEXT_GIVEN),
    *_rows(READING, c.AddMessage, TRADER, e.MessageAdded, None, G.TEXT_GIVEN),
    *_rows(ALL_OPEN, c.AddEvidence, EITHER, e.EvidenceAdded, None, G.EVIDENCE_NEW, G.ROOM),
    *_rows(READING, c.AddEvidence, TRADER, e.EvidenceAdded, None, G.EVIDENCE_NEW, G.ROOM),
    *_rows(ALL_OPEN, c.Assign, COUNCIL, e.Assigned, None),
    *_rows(
        (*UNTIL_REPORTED, S.RESOLVED, S.REFERRED_BACK, S.FURTHER_HANDLING),
        c.ReportImpostor,
        EITHER,
        e.ImpostorReported,
        None,
    ),
    *_rows(NOT_ERASED, c.Correct, EITHER, e.Corrected, None, G.PARTICULARS_GIVEN),
    *_rows(NOT_ERASED, c.AddNote, COUNCIL, e.NoteAdded, None, G.TEXT_GIVEN),
    *_rows(NOT_ERASED, c.Hold, COUNCIL, e.Held, None, G.TWO_PERSONS, G.TEXT_GIVEN),
    *_rows(NOT_ERASED, c.ReleaseHold, COUNCIL, e.HoldReleased, None, G.ON_HOLD),
    *_rows(tuple(S), c.ConfirmDeletion, TRADER, e.DeletionConfirmed, None, G.OWES_DELETION, G.KNOWN_WORDS),
)

ROWS: Final[tuple[Row, ...]] = (*MOVES, *STAYS)

BY_COMMAND: Final[Mapping[tuple[Status | None, type[Command], Role], Row]] = MappingProxyType(
    {(row.source, row.command, row.by): row for row in ROWS}
)
BY_EVENT: Final[Mapping[tuple[Status | None, type[Event]], Status]] = MappingProxyType(
    {(row.source, row.event): row.target for row in ROWS}
)


def roles_for(status: Status | None, command: type[Command]) -> tuple[Role, ...]:
    """Who may send a command from a status."""
    return tuple(role for role in Role if (status, command, role) in BY_COMMAND)


def commands_for(status: Status | None, role: Role) -> tuple[type[Command], ...]:
    """Which commands a role may send from a status, guards aside; in the order of the table."""
    return tuple(dict.fromkeys(row.command for row in ROWS if row.source is status and row.by is role))
