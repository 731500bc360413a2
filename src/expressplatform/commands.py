"""What somebody asks for: one frozen class per command, in the order of the lifecycle.

A command says what is wanted, never who asks or when: `decide` takes those beside it. Text that somebody wrote
is a `Remark` in the field ``particulars``; everything else is a fact. No rule lives here: which command is legal
from which status for which role is in `lifecycle`, and what must hold besides is in `case`.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.codes import (
    Audience,
    Basis,
    Channel,
    DeclineReason,
    Duty,
    ErasureReason,
    Instrument,
    KeptGround,
    Outcome,
    Purpose,
    Redress,
    RejectionRule,
    StopReason,
)
from expressplatform.complaint import ERASED, Complaint, Consent, Erased, Evidence, Particulars, Remark
from expressplatform.fields import code, instant, several, whole
from expressplatform.money import Money


@attrs.frozen
class Command:
    """The root of all commands."""


# --- taking a complaint in -------------------------------------------------------------------------------------


@attrs.frozen
class Lodge(Command):
    """A complaint comes in. It must carry particulars."""

    complaint: Complaint


@attrs.frozen
class Acknowledge(Command):
    """The council tells the complainant that the complaint has arrived, and under which number."""


@attrs.frozen
class RequestInformation(Command):
    """The council asks the complainant for what is missing: ``paths`` into the complaint, and a text."""

    paths: tuple[str, ...] = attrs.field(validator=several(30, shortest=1))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class SupplyInformation(Command):
    """The complaint again, now with what was asked for; it replaces the earlier one whole."""

    complaint: Complaint


@attrs.frozen
class Accept(Command):
    """The council takes the case into the scheme. Where the verdict is OFFICER, the reason is obligatory."""

    particulars: Remark | Erased = ERASED


@attrs.frozen
class Decline(Command):
    """The council leaves the case outside the scheme, and says why."""

    reason: DeclineReason
    criteria: tuple[str, ...] = attrs.field(default=(), validator=several(30))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Upload(Command):
    """The council makes the case available to the trader, under an instrument and an impact assessment."""

    instrument: Instrument
    impact_assessment: str = attrs.field(validator=code(60))


@attrs.frozen
class Redirect(Command):
    """The council turns the case to another participant; number, filing date and evidence stay."""

    trader: str = attrs.field(validator=code())


@attrs.frozen
class TakeUp(Command):
    """The council handles the matter itself."""


@attrs.frozen
class Record(Command):
    """The council keeps the case for record; nothing more is done."""

    outcome: Outcome | None = None
    particulars: Remark | Erased = ERASED


# --- the trader's turn -----------------------------------------------------------------------------------------


@attrs.frozen
class Obtain(Command):
    """The trader reads the details. Each reading is a disclosure."""


@attrs.frozen
class ReportAttempt(Command):
    """The trader tried to reach the complainant and did not."""

    channel: Channel
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportContact(Command):
    """The trader has spoken with the complainant."""

    channel: Channel
    code_given: bool = False
    particulars: Remark | Erased = ERASED


@attrs.frozen
class AskInformation(Command):
    """The trader asks the complainant or the council for something."""

    particulars: Remark | Erased


@attrs.frozen
class AskTime(Command):
    """The trader asks for more days."""

    days: int = attrs.field(validator=whole(1, 60))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class GrantTime(Command):
    """The council gives the trader more days: at most those asked for, within the scheme's cap."""

    days: int = attrs.field(validator=whole(1, 60))


@attrs.frozen
class RefuseTime(Command):
    """The council gives no more time."""

    particulars: Remark | Erased = ERASED


@attrs.frozen
class MakeOffer(Command):
    """The trader proposes a settlement: what, how much, performed by which day, open until when."""

    redress: tuple[Redress, ...] = attrs.field(validator=several(10, shortest=1))
    expires: datetime = attrs.field(validator=instant())
    amount: Money | None = None
    perform_by: date | None = None
    particulars: Remark | Erased = ERASED


@attrs.frozen
class AcceptOffer(Command):
    """The complainant takes the offer that stands."""

    offer: int = attrs.field(validator=whole(1, 1000))


@attrs.frozen
class DeclineOffer(Command):
    """The complainant does not take the offer that stands."""

    offer: int = attrs.field(validator=whole(1, 1000))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportResolution(Command):
    """The trader uploads its result. ``outcome`` is its claim, or None for a bare reply that claims nothing.

    ``perform_by`` is the local day by which promised relief arrives, where it has not yet.
    """

    outcome: Outcome | None = None
    redress: tuple[Redress, ...] = attrs.field(default=(), validator=several(10))
    amount: Money | None = None
    perform_by: date | None = None
    evidence: tuple[str, ...] = attrs.field(default=(), validator=several(20))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportPerformance(Command):
    """Promised relief has arrived, with the evidence for it."""

    evidence: tuple[str, ...] = attrs.field(validator=several(20, shortest=1))
    amount: Money | None = None


@attrs.frozen
class ContradictPerformance(Command):
    """Relief that was said to have arrived has not, with the evidence for it."""

    evidence: tuple[str, ...] = attrs.field(validator=several(20, shortest=1))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportImpasse(Command):
    """The trader could not settle the matter with the complainant."""

    outcome: Outcome = Outcome.NOT_SETTLED
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Reject(Command):
    """The trader sends the case back, on one of the scheme's grounds."""

    rule: RejectionRule
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Recall(Command):
    """The council takes the case back from the trader."""

    particulars: Remark | Erased = ERASED


# --- the complainant's word ------------------------------------------------------------------------------------


@attrs.frozen
class Confirm(Command):
    """The complainant says that it is resolved; ``rating`` from 1 to 5 where one was given."""

    rating: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Dispute(Command):
    """The complainant says that it is not resolved; ``rating`` from 1 to 5 where one was given."""

    rating: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportBreach(Command):
    """The complainant says that what was agreed was not done."""

    particulars: Remark | Erased = ERASED


@attrs.frozen
class Withdraw(Command):
    """The complainant takes the complaint back."""

    particulars: Remark | Erased = ERASED


# --- consent, disclosure, rights -------------------------------------------------------------------------------


@attrs.frozen
class GiveConsent(Command):
    """Leave to send the case to one more recipient."""

    consent: Consent


@attrs.frozen
class WithdrawConsent(Command):
    """Leave to send the case to one recipient is taken back (PIPL Art 15; what came before stays lawful)."""

    recipient: str = attrs.field(validator=code())


@attrs.frozen
class SetResearchConsent(Command):
    """Whether the case may serve research and statistics: apart from dispatch, never a condition of it."""

    given: bool


@attrs.frozen
class Disclose(Command):
    """The council hands fields to somebody other than the trader: to whom, which, for what, on what ground."""

    audience: Audience
    recipient: str = attrs.field(validator=code())
    fields: tuple[str, ...] = attrs.field(validator=several(60, shortest=1))
    purpose: Purpose
    basis: Basis
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ShareEvidence(Command):
    """Which documents one recipient may see."""

    recipient: str = attrs.field(validator=code())
    evidence: tuple[str, ...] = attrs.field(validator=several(20, shortest=1))


@attrs.frozen
class Redact(Command):
    """A masked copy stands in for a document."""

    evidence: str = attrs.field(validator=code(40))
    copy: Evidence


@attrs.frozen
class Correct(Command):
    """The complainant's particulars, corrected: they replace the earlier ones whole (PDPO s.22; PIPL Art 46)."""

    particulars: Particulars | Erased


@attrs.frozen
class ConfirmDeletion(Command):
    """A trader says that it has deleted what it obtained: what it kept, and on what ground."""

    ground: KeptGround
    kept: tuple[str, ...] = attrs.field(default=(), validator=several(30))


@attrs.frozen
class Erase(Command):
    """What is personal in the case becomes unreadable for ever. By a council: a second person approves."""

    reason: ErasureReason
    approved_by: str = attrs.field(default="", validator=code(empty=True))


# --- the clock -------------------------------------------------------------------------------------------------


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


# --- around the case -------------------------------------------------------------------------------------------


@attrs.frozen
class Close(Command):
    """The council ends its own handling: with what outcome, and who confirmed it (nobody: empty)."""

    outcome: Outcome
    confirmed_by: str = attrs.field(default="", validator=code(empty=True))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Reopen(Command):
    """New facts bring an ended case back; the text says which."""

    particulars: Remark | Erased


@attrs.frozen
class SetReference(Command):
    """One's own file or ticket number for the case."""

    reference: str = attrs.field(validator=code(40))


@attrs.frozen
class AddMessage(Command):
    """A message on the case."""

    particulars: Remark | Erased


@attrs.frozen
class AddEvidence(Command):
    """A document is described; its name is a particular."""

    evidence: Evidence
    particulars: Remark | Erased = ERASED


@attrs.frozen
class AddNote(Command):
    """An officer's note, for the council alone."""

    particulars: Remark | Erased


@attrs.frozen
class Assign(Command):
    """Which officer has the case; empty: nobody."""

    officer: str = attrs.field(default="", validator=code(empty=True))


@attrs.frozen
class Hold(Command):
    """The case may not be erased: why, and who approved it."""

    approved_by: str = attrs.field(validator=code())
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReleaseHold(Command):
    """The case may be erased again."""


@attrs.frozen
class ReportImpostor(Command):
    """Somebody who is not the trader has called in its name."""

    channel: Channel
    particulars: Remark | Erased = ERASED
