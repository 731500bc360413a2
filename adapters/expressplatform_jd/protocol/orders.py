"""An order of the shop, as far as a purchase is compared with it.

Laws of this file: the call asks for the fields that are compared and no other, and what it says of a buyer is not
read. An order of another number than asked is no answer.

Gateway: routerjson. The SP-API's ``GET /sp-order/v0/orders/{orderId}`` carries the addressee unless its ``scopeSet``
leaves it out, and the names that ``scopeSet`` takes are published nowhere; ``optional_fields`` is a list of what we
get.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

import attrs

from expressplatform.money import Money
from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import ID, RouterCall
from expressplatform_jd.protocol.clock import instant
from expressplatform_jd.protocol.replies import Family, read_router
from expressplatform_jd.protocol.values import Thing, Unreadable, identifier, required, shown, text, thing, yuan

FIELDS: Final = "modified,orderId,orderPayment,orderStartTime,orderState,venderId"
"""What is asked for, and all that is."""
UNKNOWN_ORDER: Final = frozenset({"10100001", "10100002"})
"""Codes of a BusinessError for an order that is not there or not this shop's (from samples and third parties: not
checked against JD). Any other code is a failure, never a finding."""

FAMILY: Final = Family(("orderDetailInfo",), "apiResult")


@attrs.frozen
class Order:
    """What is compared. ``paid`` is ``orderPayment``, in yuan on the wire; instants are in GMT+8.

    ``state`` is JD's word (``FINISHED_L``, ``TRADE_CANCELED``, ...), one that we do not know included.
    """

    order_id: str = attrs.field(repr=False)
    vender_id: str
    state: str = attrs.field(repr=shown)
    paid: Money | None = attrs.field(repr=False)
    ordered_at: datetime | None = attrs.field(repr=False)
    modified_at: datetime | None


@attrs.frozen
class GetOrder:
    """``jingdong.pop.order.get``: one order of the shop; Ok(None) where JD says that there is none."""

    order_id: str = attrs.field(repr=False, validator=ID)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """The number goes as a number, as documented (int64)."""
        return RouterCall("jingdong.pop.order.get", {"order_id": int(self.order_id), "optional_fields": FIELDS})

    def read(self, status: int, body: bytes) -> Result[Order | None]:
        """A business failure carries ``apiResult.numberCode``: see `UNKNOWN_ORDER`."""
        return read_router(status, body, FAMILY, self._order)

    def _order(self, found: Thing) -> Order | None:
        if "orderInfo" not in found:  # an order that is not there is told, not left out
            raise Unreadable
        row = thing(found["orderInfo"])
        if row is None:
            return None
        if required(row.get("orderId")) != self.order_id:
            raise Unreadable
        return Order(
            self.order_id,
            identifier(row.get("venderId")),
            text(row.get("orderState")),
            yuan(row.get("orderPayment")),
            instant(text(row.get("orderStartTime"))),
            instant(text(row.get("modified"))),
        )
