"""What has changed in a shop on JD: after-sales bills, and refunds before dispatch.

Laws of this file

- A list is walked to its end by one way. After-sales bills have two, whose bills have different numbers: so a window is
  read whole, by the way that its first page was read by, and handed over as one page. Only a window that is too long to
  be walked at once is handed over page by page.
- Pages are walked from the last to the first: what changes meanwhile leaves the window, and moves the rest forward.
- A status is a suggestion for a person. No status here is taken for a payment.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final, Protocol, TypeVar

import attrs

from expressplatform.connectors import Bill, BillPage, Window
from expressplatform.ports import Suggests
from expressplatform.shops import Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_jd.protocol import (
    Application,
    GetActualRefund,
    ListBills,
    ListChangedApplications,
    ListServices,
    Moment,
    Operator,
    Page,
    Request,
    Service,
)
from expressplatform_jd.protocol.bills import DONE, REFUNDED
from expressplatform_jd.protocol.bills import Bill as SpBill
from expressplatform_jd.protocol.calls import is_id
from expressplatform_jd.protocol.services import COMPLETE

T = TypeVar("T")

AFTER_SALES: Final = "after_sales"
APPLIED: Final = "refunds_applied"
CHECKED: Final = "refunds_checked"
FEEDS: Final = (AFTER_SALES, APPLIED, CHECKED)
"""After-sales bills by their time of change; refunds before dispatch by the two instants that they have."""
CLOSED: Final = GatewayError("99904030005")
"""The SP-API is closed to a caller outside JD's cloud."""
MALFORMED: Final = GatewayError("malformed")
"""JD named something by what is no number of its own: it cannot be asked for."""
MOST_PAGES: Final = 100
"""No list is walked further: routerjson's ends there."""
TOO_MANY: Final = GatewayError("too_many_pages")
"""A list has more pages than are walked, in a window that cannot be made shorter."""
AT_ONCE: Final = 8
"""A window of more pages is not walked at once: it is made shorter where it can be."""
CLOSED_AT_REVIEW: Final = "10004"
"""``serviceStatus`` of a bill that the shop closed when it reviewed what the customer asked for."""
FINISHED: Final = frozenset({COMPLETE, "10011"})
"""``serviceStatus`` of a bill that is complete or cancelled; money is another matter."""
MONEY_SAID: Final = frozenset({"3", "9"})
"""``status`` of a refund before dispatch of which JD's list says: refunded (3), or closed by force and refunded (9)."""
REFUSED: Final = "2"
"""``status`` of one that the shop refused."""
WITHDRAWN: Final = "11"
"""``status`` of one that the customer took back."""


class Asking(Protocol):
    """One shop's line."""

    async def ask(self, request: Request[T]) -> Result[T]:
        """The answer to a request."""


async def after_sales(
    asking: Asking, operator: Operator, window: Window, page: int, *, outside: bool
) -> Result[BillPage]:
    """After-sales bills that changed: by the SP-API, or where that is closed by ``jingdong.asc.sync.list``."""
    if not outside:
        found = await _sp(asking, window, page)
        if found != CLOSED:
            return found

    def services(number: int) -> Request[Page[Service]]:
        return ListServices(operator, window.since, window.until, page=number)

    read = await _walk(asking, services, page)
    if not isinstance(read, Ok):
        return read
    paid = await _paid(asking, {one.service_id for one in read.value.items if one.status == COMPLETE})
    if not isinstance(paid, Ok):
        return paid
    return _told(read, page, lambda service: _service(service, service.service_id in paid.value))


async def _sp(asking: Asking, window: Window, page: int) -> Result[BillPage]:
    """The SP-API's bills; those that were paid back are asked for a second time, since a row may not tell it."""

    def bills(number: int) -> Request[Page[SpBill]]:
        return ListBills(window.since, window.until, page=number)

    read = await _walk(asking, bills, page)
    if not isinstance(read, Ok):
        return read
    refunded = await _refunded(asking, window) if read.value.items else Ok(frozenset())
    if not isinstance(refunded, Ok):
        return refunded
    return _told(read, page, lambda bill: _bill(bill, bill.key in refunded.value))


async def _refunded(asking: Asking, window: Window) -> Result[frozenset[object]]:
    """Which bills of a window were paid back, by their keys."""

    def bills(number: int) -> Request[Page[SpBill]]:
        return ListBills(window.since, window.until, refund_status=REFUNDED, page=number)

    read = await _walk(asking, bills, 1, at_once=MOST_PAGES)
    if not isinstance(read, Ok):
        return read
    whole = read.value.last is not None and read.value.last <= MOST_PAGES
    return Ok(frozenset(bill.key for bill in read.value.items)) if whole else TOO_MANY


async def _paid(asking: Asking, service_ids: AbstractSet[str]) -> Result[frozenset[str]]:
    """Which complete service bills were paid back; one of which JD does not tell, was not, for all that is known."""
    found: list[str] = []
    if not all(map(is_id, service_ids)):
        return MALFORMED
    for service_id in sorted(service_ids):
        payment = await asking.ask(GetActualRefund(service_id))
        if isinstance(payment, Throttled | Disconnected):
            return payment
        if isinstance(payment, Ok) and payment.value is not None:
            found.append(service_id)
    return Ok(frozenset(found))


async def applications(asking: Asking, window: Window, page: int) -> Result[BillPage]:
    """Refunds before dispatch: routerjson, the SP-API has none.

    One that was decided is told by the moment of its decision and not by that of its making too.
    """
    by = Moment.APPLIED if window.feed == APPLIED else Moment.CHECKED

    def made(number: int) -> Request[Page[Application]]:
        return ListChangedApplications(window.since, window.until, by, page=number)

    read = await _walk(asking, made, page)
    if not isinstance(read, Ok):
        return read
    if by is Moment.APPLIED:
        undecided = tuple(one for one in read.value.items if one.checked_at is None)
        read = Ok(attrs.evolve(read.value, items=undecided))
    return _told(read, page, lambda one: _application(one, by))


async def _walk(
    asking: Asking, request: Callable[[int], Request[Page[T]]], page: int, at_once: int = AT_ONCE
) -> Result[Page[T]]:
    """All rows of a list where its first page is asked for and it is not too long; else the page that is asked for."""
    if page > MOST_PAGES:
        return TOO_MANY
    first = await asking.ask(request(page))
    if page > 1 or not isinstance(first, Ok):
        return first
    if first.value.last is None:
        return await _onward(asking, request, first.value)
    if first.value.last == 1 or first.value.last > at_once:
        return first
    rows: list[T] = []
    for number in range(first.value.last, 0, -1):
        read = await asking.ask(request(number))
        if not isinstance(read, Ok):
            return read
        rows += read.value.items
    return Ok(Page(tuple(rows), 1, len(rows) or 1, len(rows), None))


async def _onward(asking: Asking, request: Callable[[int], Request[Page[T]]], first: Page[T]) -> Result[Page[T]]:
    """All rows of a list of which JD does not tell how long it is: until a page is not full."""
    rows, page = list(first.items), first
    for number in range(2, MOST_PAGES + 1):
        full = page.more if page.more is not None else len(page.items) >= page.size
        if not (page.items and full):
            return Ok(Page(tuple(rows), 1, len(rows) or 1, len(rows), None))
        read = await asking.ask(request(number))
        if not isinstance(read, Ok):
            return read
        page = read.value
        rows += page.items
    return TOO_MANY


def _told(read: Ok[Page[T]], page: int, make: Callable[[T], Bill]) -> Result[BillPage]:
    bills = tuple(make(one) for one in read.value.items)
    return Ok(BillPage(bills, max(read.value.last or 1, page)))


# --- what a status suggests ---------------------------------------------------------------------------------


def _bill(bill: SpBill, refunded: bool) -> Bill:
    amount = bill.refunded if refunded else None
    return Bill(bill.bill_id, bill.order_id, _of_bill(bill, refunded), bill.status, bill.modified_at, amount)


def _of_bill(bill: SpBill, refunded: bool) -> Suggests:
    if refunded or bill.refund_status == REFUNDED:
        return Suggests.MONEY_BACK
    if bill.disputed:
        return Suggests.STEPPED_IN
    return Suggests.ENDED if bill.status == DONE else Suggests.LOOK


def _service(service: Service, paid: bool) -> Bill:
    suggests = Suggests.MONEY_BACK if paid else _of_service(service.status)
    return Bill(service.service_id, service.order_id, suggests, service.status, service.updated_at, None)


def _of_service(status: str) -> Suggests:
    if status == CLOSED_AT_REVIEW:
        return Suggests.REFUSAL
    return Suggests.ENDED if status in FINISHED else Suggests.LOOK


def _application(one: Application, by: Moment) -> Bill:
    at = one.applied_at if by is Moment.APPLIED else one.checked_at
    return Bill(one.application_id, one.order_id, _of_application(one.status), one.status, at, one.sum)


def _of_application(status: str) -> Suggests:
    if status in MONEY_SAID:
        return Suggests.MONEY_BACK
    if status == REFUSED:
        return Suggests.REFUSAL
    return Suggests.ENDED if status == WITHDRAWN else Suggests.LOOK
