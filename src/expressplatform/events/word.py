"""The complainant's word: what happened."""

from __future__ import annotations

import attrs

from expressplatform.commands import Confirm, Dispute, ReportBreach, Withdraw
from expressplatform.events.root import Event


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
