"""What the simulated JD keeps: shops, orders with the shop's remark, after-sales bills, refunds before dispatch.

Laws of this file: money is fen, instants are in GMT+8, ids are digits as text. A record is changed by `World` only.
Buyers have no data here but what JD would show anyway: ciphertext, so that a connector that asks for too much is seen.
"""

from __future__ import annotations

from datetime import datetime

import attrs


@attrs.define
class SimulatedShop:
    """A shop: orders carry its ``vender_id``."""

    vender_id: str
    shop_id: str
    name: str


@attrs.define
class ShopOrder:
    """An order. ``remark`` is the shop's own, None where there never was one; ``flag`` its colour."""

    order_id: str
    vender_id: str
    state: str
    paid: int
    ordered_at: datetime
    modified_at: datetime
    remark: str | None = None
    flag: int = 0
    writes: int = 0
    """How often its remark was written."""


@attrs.define
class Line:
    """A line in a bill's log."""

    text: str
    at: datetime
    title: str = ""


@attrs.define
class AfterSale:
    """A return or refund after dispatch, which routerjson shows as a service bill and the SP-API as a bill.

    ``expects`` is what the customer asked for; ``estimate`` what would be paid back, ``refunded`` what was.
    """

    bill_id: str
    service_id: str
    order_id: str
    vender_id: str
    expects: str
    status: str
    estimate: int
    applied_at: datetime
    modified_at: datetime
    refund_status: str = "10"
    refunded: int | None = None
    completed_at: datetime | None = None
    disputed: bool = False
    log: list[Line] = attrs.Factory(list)


@attrs.define
class RefundApplication:
    """A refund that was asked for before dispatch."""

    application_id: str
    order_id: str
    vender_id: str
    sum: int
    applied_at: datetime
    status: str = "0"
    checked_at: datetime | None = None
