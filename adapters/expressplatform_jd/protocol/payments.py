"""That money was paid back: what counts as proof, and what does not.

Laws of this file: there are four proofs, each read from one method, and nothing else is one: not a finished bill, not
an approval by the shop, not an estimate. A proof without an amount proves that something was paid, not how much.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import attrs

from expressplatform.money import Money


class Basis(Enum):
    """What a proof rests on."""

    SP_REFUND_STATUS = "sp_refund_status"
    """SP-API: ``refundStatus`` 20 of an after-sales bill."""
    REFUND_APPLICATION = "refund_application"
    """``refundapply``: status 3, which JD's documentation calls approved by its finance, the refund done. The amount
    is the one applied for. A later reading doubts that approval and arrival are the same: see the reference page."""
    SERVICE_AND_REFUND = "service_and_refund"
    """``serviceAndRefund``: a time of completion and an amount."""
    ACTUAL_REFUND = "actual_refund"
    """``b2c.shop.aftersales.refund``: an actual refund, which is never shown beside an estimate."""


@attrs.frozen
class Payment:
    """Money of an order that JD paid back. ``paid_at`` is in GMT+8, None where the method does not tell.

    ``amount`` counts every kind of means (balance, gift card, beans, coupon): it is not cash on an account.
    """

    basis: Basis
    order_id: str = attrs.field(repr=False)
    bill_id: str = attrs.field(repr=False)
    amount: Money | None = attrs.field(repr=False)
    paid_at: datetime | None
