"""The trader's turn: what happened."""

from __future__ import annotations

import attrs

from expressplatform.commands import (
    AcceptOffer,
    AskInformation,
    AskTime,
    ContradictPerformance,
    DeclineOffer,
    GrantTime,
    MakeOffer,
    Obtain,
    Recall,
    RefuseTime,
    Reject,
    ReportAttempt,
    ReportContact,
    ReportImpasse,
    ReportPerformance,
    ReportResolution,
)
from expressplatform.events.root import DisclosureRecord, Event


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
