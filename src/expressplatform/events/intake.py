"""Taking a complaint in: what happened."""

from __future__ import annotations

import attrs

from expressplatform.codes import Verdict
from expressplatform.commands import (
    Accept,
    Acknowledge,
    Decline,
    Lodge,
    Record,
    Redirect,
    RequestInformation,
    SupplyInformation,
    TakeUp,
    Upload,
)
from expressplatform.complaint import ERASED, CallCode, Erased
from expressplatform.events.root import Event, FindingCode


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
    """The case was made available to the trader, under a new code that its callers must say."""

    asked: Upload
    trader: str
    particulars: CallCode | Erased = ERASED


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
