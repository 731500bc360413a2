"""After-sales bills by the SP-API: what changed, whether money was paid back, and a note for the shop's own people.

Laws of this file: of a bill only its numbers, statuses, dates and amounts are read; customer, addressee, pictures and
descriptions are not. A bill that is done is no payment. Amounts of the SP-API are yuan.

Numbers of statuses are JD's and kept as text; the two whose meaning is known are constants of this file.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

import attrs

from expressplatform.fields import instant as instant_field
from expressplatform.fields import refuse
from expressplatform.money import Money
from expressplatform.shops import Result
from expressplatform_jd.protocol.calls import ID, ID_OR_NONE, SpCall, words
from expressplatform_jd.protocol.clock import instant, millis
from expressplatform_jd.protocol.pages import MOST, NUMBER, SIZE, Page, page_of
from expressplatform_jd.protocol.payments import Basis, Payment
from expressplatform_jd.protocol.replies import read_sp
from expressplatform_jd.protocol.values import (
    Json,
    Thing,
    Unreadable,
    compact,
    identifier,
    required,
    shown,
    text,
    thing,
    within,
    yes_or_no,
    yuan,
)

DONE: Final = "100"
"""``mainStatus`` of a bill that is finished, which says nothing about money."""
REFUNDED: Final = "20"
"""``refundStatus`` of money that was paid back."""

_PATH: Final = "/sp-aftercare/v0/afs-orders"
_PAGE: Final = ("totalItems", "currentPage", "pageSize")


@attrs.frozen
class Bill:
    """An after-sales bill. ``status`` and ``refund_status`` are JD's numbers, ``status_text`` its words for the first.

    ``service_ids`` are the bills of routerjson that belong to it. ``disputed``: JD's flag for a dispute before it;
    ``upgrade`` its status; empty and None where JD does not tell.
    """

    bill_id: str = attrs.field(repr=False)
    order_id: str = attrs.field(repr=False)
    vender_id: str
    status: str = attrs.field(repr=shown)
    status_text: str = attrs.field(repr=False)
    refund_status: str = attrs.field(repr=shown)
    refunded: Money | None = attrs.field(repr=False)
    modified_at: datetime | None
    service_ids: tuple[str, ...] = attrs.field(repr=False)
    disputed: bool | None
    upgrade: str = attrs.field(repr=shown)

    @property
    def key(self) -> tuple[str, datetime | None]:
        """What makes one change of a bill one: repeats of a poll have the same."""
        return self.bill_id, self.modified_at

    @property
    def payment(self) -> Payment | None:
        """That money was paid back, by ``refundStatus``; None where this bill proves none, finished or not."""
        if self.refund_status != REFUNDED:
            return None
        return Payment(Basis.SP_REFUND_STATUS, self.order_id, self.bill_id, self.refunded, None)


@attrs.frozen
class ListBills:
    """``GET /sp-aftercare/v0/afs-orders``: the bills of an order, or those that changed in a window.

    ``since`` and ``until`` stand together; overlap the windows of a poll by ten minutes and drop what was seen. With
    ``refund_status`` only those that stand in it: whether a row tells its own is written nowhere.
    """

    since: datetime | None = attrs.field(default=None, validator=instant_field(optional=True))
    until: datetime | None = attrs.field(default=None, validator=instant_field(optional=True))
    order_id: str = attrs.field(default="", repr=False, validator=ID_OR_NONE)
    refund_status: str = attrs.field(default="", validator=ID_OR_NONE)
    page: int = attrs.field(default=1, validator=NUMBER)
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def __attrs_post_init__(self) -> None:
        if (self.since is None) != (self.until is None):
            raise refuse("$.until", "value", "a window has a beginning and an end")
        if self.since and self.until and self.since >= self.until:
            raise refuse("$.until", "value", "a window ends after it begins")
        if self.since is None and not self.order_id:
            raise refuse("$.since", "missing", "must be a window or an order")

    def call(self) -> SpCall:
        """Times are milliseconds."""
        query = {"page": str(self.page), "pageSize": str(self.size)}
        if self.since and self.until:
            query |= {"updateStartTime": millis(self.since), "updateEndTime": millis(self.until)}
        if self.order_id:
            query["orderId"] = self.order_id
        if self.refund_status:
            query["refundStatus"] = self.refund_status
        return SpCall("GET", _PATH, query=query)

    def read(self, status: int, body: bytes) -> Result[Page[Bill]]:
        """A page; a row without its numbers makes the whole unreadable, so that no change is lost in silence."""
        return read_sp(status, body, self._page)

    def _page(self, data: Json, told: Thing) -> Page[Bill]:
        found = page_of(data, told, _PAGE, (self.page, self.size), _bill)
        if self.order_id and any(one.order_id != self.order_id for one in found.items):
            raise Unreadable
        return found


@attrs.frozen
class GetBill:
    """``GET /sp-aftercare/v0/afs-orders/{afsOrderId}`` with ``scopeSet=refundInfo``: one bill and its refund."""

    bill_id: str = attrs.field(repr=False, validator=ID)
    reads: ClassVar[bool] = True

    def call(self) -> SpCall:
        """Of the scopes only ``refundInfo`` is asked for."""
        return SpCall("GET", f"{_PATH}/{{afsOrderId}}", {"afsOrderId": self.bill_id}, {"scopeSet": "refundInfo"})

    def read(self, status: int, body: bytes) -> Result[Bill | None]:
        """The bill; Ok(None) where JD says yes and shows none; another bill than asked is no answer."""
        return read_sp(status, body, self._bill)

    def _bill(self, data: Json, _: Thing) -> Bill | None:
        row = thing(data)
        if row is None:
            return None
        found = _bill(row)
        if found.bill_id != self.bill_id:
            raise Unreadable
        return found


@attrs.frozen
class Entry:
    """A line of a bill's log, as far as a note is looked for in it."""

    text: str = attrs.field(repr=False)
    at: datetime | None


@attrs.frozen
class ListEntries:
    """``GET .../afs-orders/{afsOrderId}/logs``. That a note shows there is likely and documented nowhere."""

    bill_id: str = attrs.field(repr=False, validator=ID)
    page: int = attrs.field(default=1, validator=NUMBER)
    size: int = attrs.field(default=MOST, validator=SIZE)
    reads: ClassVar[bool] = True

    def call(self) -> SpCall:
        """Pages from 1."""
        query = {"page": str(self.page), "pageSize": str(self.size)}
        return SpCall("GET", f"{_PATH}/{{afsOrderId}}/logs", {"afsOrderId": self.bill_id}, query)

    def read(self, status: int, body: bytes) -> Result[Page[Entry]]:
        """``operateRemark`` and ``operateTime``; who wrote it is not read."""
        return read_sp(status, body, lambda data, told: page_of(data, told, _PAGE, (self.page, self.size), _entry))


@attrs.frozen
class AddNote:
    """``POST .../afs-orders/{afsOrderId}/notes``: a note for the shop's own people.

    ``reverseType`` and ``remarkLevel`` are not sent: their meaning is unknown. JD takes no key that would make a
    repeat harmless.
    """

    bill_id: str = attrs.field(repr=False, validator=ID)
    title: str = attrs.field(repr=False, validator=words(50))
    note: str = attrs.field(repr=False, validator=words(500))
    reads: ClassVar[bool] = False

    def call(self) -> SpCall:
        """One JSON text, signed as it is sent."""
        body = compact({"afsOrderNoteDTO": {"title": self.title, "trackContext": self.note}})
        return SpCall("POST", f"{_PATH}/{{afsOrderId}}/notes", {"afsOrderId": self.bill_id}, body=body)

    def read(self, status: int, body: bytes) -> Result[None]:
        """Nothing but that it was done; the echo is not read."""
        return read_sp(status, body, lambda _, __: None)


def _bill(row: Thing) -> Bill:
    status = within(row, "afsOrderStatusInfo")
    refund = within(row, "refundInfo")
    flags = within(row, "afsOrderFlagInfo")
    base = within(row, "afsOrderBaseInfo")
    return Bill(
        required(row.get("afsOrderId")),
        _order_of(row),
        identifier(base.get("buId")),
        text(status.get("mainStatus")),
        text(status.get("mainStatusDesc")),
        text(refund.get("refundStatus")),
        _refunded(refund),
        instant(text(base.get("modifiedTime"))),
        _service_ids(within(row, "relationInfo").get("serviceIdList")),
        yes_or_no(flags.get("jdDisputeFlag")),
        text(within(row, "upgradeInfo").get("upgradeStatus")),
    )


def _order_of(row: Thing) -> str:
    """The one order that a bill names, in up to three places. Raises Unreadable for none and for two."""
    named = (row, within(row, "orderInfo"), within(row, "relationInfo"))
    found = {one for place in named if (one := identifier(place.get("orderId")))}
    if len(found) != 1:
        raise Unreadable
    return found.pop()


def _refunded(refund: Thing) -> Money | None:
    """What was paid back, in yuan, told in up to two places; None where they differ: an estimate is never taken."""
    told = (refund.get("actualRefundAmount"), within(refund, "actualRefundDetail").get("actualRefundAmount"))
    found = {yuan(one) for one in told if one is not None}
    return found.pop() if len(found) == 1 else None


def _service_ids(value: Json) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else [value]
    return tuple(found for row in rows if (found := identifier(row)))


def _entry(row: Thing) -> Entry:
    return Entry(text(row.get("operateRemark")), instant(text(row.get("operateTime"))))
