"""Refunds by routerjson: before dispatch, and after-sales refunds where the SP-API does not answer.

Laws of this file: buyer, account and reason are not read. Each method's unit of money stands where it is read.

Gateway: routerjson. The SP-API has no method for a refund before dispatch, and its after-sales calls may be closed to
callers outside JD's cloud.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

import attrs

from expressplatform.fields import instant as instant_field
from expressplatform.fields import whole as between
from expressplatform.money import Money
from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import ID, RouterCall
from expressplatform_jd.protocol.clock import civil, instant
from expressplatform_jd.protocol.pages import MOST, NUMBER, SIZE, Page, page_of
from expressplatform_jd.protocol.payments import Basis, Payment
from expressplatform_jd.protocol.replies import Family, read_router
from expressplatform_jd.protocol.values import (
    Thing,
    Unreadable,
    first,
    identifier,
    required,
    shown,
    text,
    thing,
    within,
    yuan,
    yuan_if_shown,
)
from expressplatform_jd.protocol.values import fen as fen_of

APPROVED_BY_FINANCE: Final = "3"
"""``refundapply`` status 3: JD's finance approved, the refund is done."""
PAID: Final = "13"
"""``serviceAndRefund`` status of a refund that succeeded (14 failed; from a reading of JD's page, not checked)."""

APPLICATIONS: Final = Family(("queryResult",), good=frozenset({"0", "200", "00000"}), says=False)
PAGES: Final = Family(("pageResult",), good=frozenset({"0", "00000"}))
ACTUAL: Final = Family(("result",), good=frozenset({"200"}))


@attrs.frozen
class Application:
    """A refund that was asked for before dispatch. ``status`` is JD's number; ``sum`` is ``applyRefundSum``: fen."""

    application_id: str = attrs.field(repr=False)
    order_id: str = attrs.field(repr=False)
    status: str = attrs.field(repr=shown)
    sum: Money | None = attrs.field(repr=False)
    checked_at: datetime | None
    applied_at: datetime | None = None

    @property
    def payment(self) -> Payment | None:
        """That it was paid: status 3 and no other."""
        if self.status != APPROVED_BY_FINANCE:
            return None
        return Payment(Basis.REFUND_APPLICATION, self.order_id, self.application_id, self.sum, self.checked_at)


@attrs.frozen
class ListApplications:
    """``jingdong.pop.afs.soa.refundapply.queryPageList``: the refunds asked for on an order before dispatch."""

    order_id: str = attrs.field(repr=False, validator=ID)
    page: int = attrs.field(default=1, validator=NUMBER)
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Here the order's number goes as text, as documented."""
        business = {"orderId": self.order_id, "pageIndex": self.page, "pageSize": self.size}
        return RouterCall("jingdong.pop.afs.soa.refundapply.queryPageList", business)

    def read(self, status: int, body: bytes) -> Result[Page[Application]]:
        """A page; a row of another order makes it no answer, since the filter was not kept."""
        return read_router(status, body, APPLICATIONS, self._page)

    def _page(self, found: Thing) -> Page[Application]:
        names = ("totalCount", "pageIndex", "pageSize")
        page = page_of(found.get("result"), found, names, (self.page, self.size), _application)
        if any(one.order_id != self.order_id for one in page.items):
            raise Unreadable
        return page


class Moment(StrEnum):
    """By which of its two instants a refund before dispatch is looked for."""

    APPLIED = "applyTime"
    CHECKED = "checkTime"


@attrs.frozen
class ListChangedApplications:
    """``jingdong.pop.afs.soa.refundapply.queryPageList``: those asked for, or decided, in a window of time.

    The method has no time of change: who looks for both moments sees each application when it is made and whenever
    somebody decides about it.
    """

    since: datetime = attrs.field(validator=instant_field())
    until: datetime = attrs.field(validator=instant_field())
    by: Moment = Moment.CHECKED
    page: int = attrs.field(default=1, validator=between(1, 100))
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """Times are civil, GMT+8; ``pageIndex`` ends at 100."""
        business = {
            f"{self.by.value}Start": civil(self.since),
            f"{self.by.value}End": civil(self.until),
            "pageIndex": self.page,
            "pageSize": self.size,
        }
        return RouterCall("jingdong.pop.afs.soa.refundapply.queryPageList", business)

    def read(self, status: int, body: bytes) -> Result[Page[Application]]:
        """A page; a row without its numbers makes the whole unreadable."""
        names = ("totalCount", "pageIndex", "pageSize")
        return read_router(
            status,
            body,
            APPLICATIONS,
            lambda found: page_of(found.get("result"), found, names, (self.page, self.size), _application),
        )


@attrs.frozen
class Refund:
    """An after-sales refund. ``amount`` is ``refoundAmount``, whose unit JD writes nowhere: yuan where a decimal point
    shows it, else None. ``completed_at`` in GMT+8. ``status`` is JD's number."""

    refund_id: str = attrs.field(repr=False)
    service_id: str = attrs.field(repr=False)
    order_id: str = attrs.field(repr=False)
    status: str = attrs.field(repr=shown)
    amount: Money | None = attrs.field(repr=False)
    completed_at: datetime | None

    @property
    def payment(self) -> Payment | None:
        """That it was paid: a time of completion, an amount above nothing, and no status that says otherwise."""
        if self.completed_at is None or not (self.amount and self.amount.minor_units) or self.status not in ("", PAID):
            return None
        return Payment(Basis.SERVICE_AND_REFUND, self.order_id, self.service_id, self.amount, self.completed_at)


@attrs.frozen
class ListRefunds:
    """``jingdong.asc.serviceAndRefund.view``: the after-sales refunds of an order."""

    order_id: str = attrs.field(repr=False, validator=ID)
    page: int = attrs.field(default=1, validator=NUMBER)
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """By order; its windows (at most 7 days of application) are not used."""
        business = {"orderId": int(self.order_id), "pageNumber": self.page, "pageSize": self.size}
        return RouterCall("jingdong.asc.serviceAndRefund.view", business)

    def read(self, status: int, body: bytes) -> Result[Page[Refund]]:
        """A page; a row of another order makes it no answer."""
        return read_router(status, body, PAGES, self._page)

    def _page(self, found: Thing) -> Page[Refund]:
        names = ("totalCount", "pageNumber", "pageSize")
        page = page_of(found.get("data"), found, names, (self.page, self.size), _refund)
        if any(one.order_id != self.order_id for one in page.items):
            raise Unreadable
        return page


@attrs.frozen
class GetActualRefund:
    """``jingdong.b2c.shop.aftersales.refund.get``: what was actually paid back on one service bill, in yuan."""

    service_id: str = attrs.field(repr=False, validator=ID)
    reads: ClassVar[bool] = True

    def call(self) -> RouterCall:
        """By the number of the service bill."""
        return RouterCall("jingdong.b2c.shop.aftersales.refund.get", {"afsServiceId": int(self.service_id)})

    def read(self, status: int, body: bytes) -> Result[Payment | None]:
        """The payment; Ok(None) where there is only an estimate, or nothing yet. Both at once are no answer."""
        return read_router(status, body, ACTUAL, self._payment)

    def _payment(self, found: Thing) -> Payment | None:
        row = thing(found.get("data")) or {}
        actual, estimate = (thing(row.get(name)) for name in ("afsActualRefundDetail", "afsEstimateRefundDetail"))
        if actual and estimate:
            raise Unreadable
        if not actual:
            return None
        amount = yuan(actual.get("actualRefundAmount"))
        if amount is None:
            raise Unreadable
        return Payment(Basis.ACTUAL_REFUND, required(row.get("orderId")), self.service_id, amount, None)


def _application(row: Thing) -> Application:
    return Application(
        required(first(row, ("id", "raId"))),
        required(row.get("orderId")),
        text(row.get("status")),
        fen_of(row.get("applyRefundSum")),
        instant(text(row.get("checkTime"))),
        instant(text(row.get("applyTime"))),
    )


def _refund(row: Thing) -> Refund:
    bill = within(row, "sameOrderServiceBill")
    return Refund(
        identifier(row.get("afsRefundId")),
        required(bill.get("serviceId")),
        required(bill.get("orderId")),
        text(row.get("status")),
        yuan_if_shown(row.get("refoundAmount")),
        instant(text(row.get("completeTime"))),
    )
