"""What happened: one frozen class per event, each holding the command that it answers.

An event says when (``at``, UTC), by whom (``by``), on what asking (``asked``), and what the step itself
established: numbers, findings, the timers that it started. Events are the record of a case: they are never
changed, `apply` needs nothing besides them, and what is personal in them stands in fields named
``particulars`` alone.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import Audience, Basis, Duty, Purpose, Result, Role, Verdict
from expressplatform.commands import (
    Accept,
    AcceptOffer,
    Acknowledge,
    AddEvidence,
    AddMessage,
    AddNote,
    AskInformation,
    AskTime,
    Assign,
    Close,
    Command,
    Confirm,
    ConfirmDeletion,
    ContradictPerformance,
    Correct,
    Decline,
    DeclineOffer,
    Disclose,
    Dispute,
    Erase,
    GiveConsent,
    GrantTime,
    Hold,
    Lapse,
    Lodge,
    MakeOffer,
    MissDeadline,
    Obtain,
    Recall,
    Record,
    Redact,
    Redirect,
    RefuseTime,
    Reject,
    ReleaseHold,
    Remind,
    Reopen,
    ReportAttempt,
    ReportBreach,
    ReportContact,
    ReportImpasse,
    ReportImpostor,
    ReportPerformance,
    ReportResolution,
    RequestInformation,
    Reschedule,
    ResumeClock,
    SetReference,
    SetResearchConsent,
    ShareEvidence,
    StopClock,
    SupplyInformation,
    TakeUp,
    Upload,
    Withdraw,
    WithdrawConsent,
)
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


@attrs.frozen
class Lodged(Event):
    """A complaint came in: under which number, at which council, judged by which edition of which scheme."""

    asked: Lodge
    case_id: str
    reference: str
    council: str
    scheme: str
    edition: str


@attrs.frozen
class Acknowledged(Event):
    """The complainant was told that the complaint has arrived."""

    asked: Acknowledge


@attrs.frozen
class InformationRequested(Event):
    """The complainant was asked for what is missing."""

    asked: RequestInformation


@attrs.frozen
class InformationSupplied(Event):
    """What was asked for is there; before the first acceptance this moves the filing date."""

    asked: SupplyInformation


@attrs.frozen
class Accepted(Event):
    """The case was taken into the scheme, on these findings."""

    asked: Accept
    verdict: Verdict
    findings: tuple[FindingCode, ...]


@attrs.frozen
class Declined(Event):
    """The case was left outside the scheme."""

    asked: Decline


@attrs.frozen
class Uploaded(Event):
    """The case was made available to the trader."""

    asked: Upload
    trader: str


@attrs.frozen
class Redirected(Event):
    """The case was turned to another participant."""

    asked: Redirect


@attrs.frozen
class TakenUp(Event):
    """The council handles the matter itself."""

    asked: TakeUp


@attrs.frozen
class Recorded(Event):
    """The case was kept for record."""

    asked: Record


@attrs.frozen
class Obtained(Event):
    """The trader read the details: what was disclosed, on what ground, until when it may be used."""

    asked: Obtain
    trader: str
    disclosure: DisclosureRecord


@attrs.frozen
class AttemptReported(Event):
    """The trader tried to reach the complainant."""

    asked: ReportAttempt


@attrs.frozen
class ContactReported(Event):
    """The trader has spoken with the complainant."""

    asked: ReportContact


@attrs.frozen
class InformationAsked(Event):
    """The trader asked for something."""

    asked: AskInformation


@attrs.frozen
class TimeAsked(Event):
    """The trader asked for more days."""

    asked: AskTime


@attrs.frozen
class TimeGranted(Event):
    """The trader got more days; ``timers`` holds the new end."""

    asked: GrantTime


@attrs.frozen
class TimeRefused(Event):
    """The trader got no more days."""

    asked: RefuseTime


@attrs.frozen
class OfferMade(Event):
    """The trader proposed a settlement; offers are numbered within a case."""

    asked: MakeOffer
    number: int


@attrs.frozen
class OfferAccepted(Event):
    """The complainant took the offer."""

    asked: AcceptOffer


@attrs.frozen
class OfferDeclined(Event):
    """The complainant did not take the offer."""

    asked: DeclineOffer


@attrs.frozen
class ResolutionReported(Event):
    """The trader uploaded its result: after how many counted days, and whether late."""

    asked: ReportResolution
    days_used: int
    late: bool


@attrs.frozen
class PerformanceReported(Event):
    """Promised relief has arrived."""

    asked: ReportPerformance


@attrs.frozen
class PerformanceContradicted(Event):
    """Relief said to have arrived has not."""

    asked: ContradictPerformance


@attrs.frozen
class ImpasseReported(Event):
    """The trader could not settle."""

    asked: ReportImpasse


@attrs.frozen
class Rejected(Event):
    """The trader sent the case back."""

    asked: Reject


@attrs.frozen
class Recalled(Event):
    """The council took the case back."""

    asked: Recall


@attrs.frozen
class Confirmed(Event):
    """The complainant says: resolved."""

    asked: Confirm


@attrs.frozen
class Disputed(Event):
    """The complainant says: not resolved."""

    asked: Dispute


@attrs.frozen
class BreachReported(Event):
    """What was agreed was not done."""

    asked: ReportBreach


@attrs.frozen
class Withdrawn(Event):
    """The complaint was taken back."""

    asked: Withdraw


@attrs.frozen
class ConsentGiven(Event):
    """Leave to send to one recipient was given."""

    asked: GiveConsent


@attrs.frozen
class ConsentWithdrawn(Event):
    """Leave to send to one recipient was taken back."""

    asked: WithdrawConsent


@attrs.frozen
class ResearchConsentSet(Event):
    """Leave for research and statistics was given or taken back."""

    asked: SetResearchConsent


@attrs.frozen
class Disclosed(Event):
    """Fields were handed to somebody other than the trader."""

    asked: Disclose
    disclosure: DisclosureRecord


@attrs.frozen
class EvidenceShared(Event):
    """One recipient may see certain documents."""

    asked: ShareEvidence


@attrs.frozen
class Redacted(Event):
    """A masked copy stands in for a document."""

    asked: Redact


@attrs.frozen
class Corrected(Event):
    """The particulars were corrected."""

    asked: Correct


@attrs.frozen
class DeletionConfirmed(Event):
    """A trader confirmed that it deleted what it obtained."""

    asked: ConfirmDeletion


@attrs.frozen
class Erased(Event):
    """The particulars can no longer be read."""

    asked: Erase


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
