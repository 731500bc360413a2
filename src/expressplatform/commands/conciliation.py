"""The trader's turn: what may be asked for."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.codes import Channel, Outcome, Redress, RejectionRule
from expressplatform.commands.root import Command
from expressplatform.complaint import ERASED, Erased, Remark
from expressplatform.fields import instant, several, whole
from expressplatform.money import Money


@attrs.frozen
class Obtain(Command):
    """The trader reads the details or, where some are named, documents that were shared with it.

    Each reading is a disclosure.
    """

    evidence: tuple[str, ...] = attrs.field(default=(), validator=several(20))


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
