"""Whether money of an order went back, by JD's own records.

Laws of this file

- There are four proofs (`Basis`), and nothing else is one: a finished bill is not, an approval is not.
- One bill is counted once, whichever records tell of it.
- A record that is no proof says what it says: open, refused by the shop, or nothing.

Codes of `Performance.basis` beside those of `expressplatform.connectors.judging` and of `Basis`: ``bill_finished``
(a bill is done, and no money is told), ``bill_open``, ``refund_failed``, ``application_open``, ``application_refused``
(by the shop), ``application_ended`` (rejected by JD's finance, or withdrawn).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import attrs

from expressplatform.connectors import Found, Proof
from expressplatform.money import Money
from expressplatform.ports import Promise
from expressplatform.shops import BusinessError, GatewayError, Ok, Result
from expressplatform_jd.changes import CLOSED, MALFORMED, REFUSED, WITHDRAWN, Asking
from expressplatform_jd.protocol import (
    Application,
    Bill,
    GetActualRefund,
    GetBill,
    ListApplications,
    ListBills,
    ListRefunds,
    Page,
    Payment,
    Refund,
    Request,
)
from expressplatform_jd.protocol.bills import DONE
from expressplatform_jd.protocol.calls import is_id

T = TypeVar("T")

FAILED: Final = "14"
"""``status`` of an after-sales refund that failed (from a reading of JD's page, not checked)."""
FINANCE_REFUSED: Final = "4"
"""``status`` of a refund before dispatch that JD's finance refused; the shop may send it there again."""
_MOST_PAGES: Final = 20


async def proofs_of(asking: Asking, promise: Promise, *, outside: bool) -> Result[Sequence[Proof]]:
    """Every record of an order's money: after-sales bills, and refunds before dispatch."""
    sales = CLOSED if outside else await _bills(asking, promise)
    if sales == CLOSED:
        sales = await _refunds(asking, promise.order_number)
    if not isinstance(sales, Ok):
        return sales
    asked = await _whole(asking, lambda page: ListApplications(promise.order_number, page))
    return Ok([*sales.value, *map(_of_application, asked.value)]) if isinstance(asked, Ok) else asked


async def _whole(asking: Asking, request: Callable[[int], Request[Page[T]]]) -> Result[Sequence[T]]:
    """Every row of an order's list."""
    rows: list[T] = []
    for number in range(1, _MOST_PAGES + 1):
        read = await asking.ask(request(number))
        if not isinstance(read, Ok):
            return read
        rows += read.value.items
        last, full = read.value.last, len(read.value.items) >= read.value.size
        if number >= last if last is not None else not (read.value.more or (read.value.more is None and full)):
            return Ok(rows)
    return GatewayError("too_many_pages")


# --- by the SP-API ------------------------------------------------------------------------------------------


async def _bills(asking: Asking, promise: Promise) -> Result[Sequence[Proof]]:
    listed = await _whole(asking, lambda page: ListBills(order_id=promise.order_number, page=page))
    if not isinstance(listed, Ok):
        return listed
    proofs: list[Proof] = []
    for number in dict.fromkeys(one.bill_id for one in listed.value):
        if not is_id(number):
            return MALFORMED
        found = await asking.ask(GetBill(number))
        if not isinstance(found, Ok):
            return found
        bill = found.value
        if bill is None or bill.order_id != promise.order_number:
            return MALFORMED
        proof = await _of_bill(asking, bill, promise)
        if not isinstance(proof, Ok):
            return proof
        proofs.append(proof.value)
    return Ok(proofs)


async def _of_bill(asking: Asking, bill: Bill, promise: Promise) -> Result[Proof]:
    """What a bill says; where it does not say how much or when, and that matters, its service bills are asked."""
    payment = bill.payment
    if payment is None:
        done = bill.status == DONE
        return Ok(Proof(Found.NOTHING, "bill_finished") if done else Proof(Found.OPEN, "bill_open"))
    proof = _paid(payment)
    if (proof.amount is not None and promise.since is None) or len(bill.service_ids) != 1:
        return Ok(proof)
    return await _completed(asking, proof, bill.order_id, bill.service_ids[0])


async def _completed(asking: Asking, proof: Proof, order_id: str, service_id: str) -> Result[Proof]:
    """A proof with the amount and the instant that routerjson has for its service bill, where it answers."""
    refunds = await _whole(asking, lambda page: ListRefunds(order_id, page))
    if isinstance(refunds, GatewayError | BusinessError):
        return Ok(proof)
    if not isinstance(refunds, Ok):
        return refunds
    mine = [one.payment for one in _each(refunds.value) if one.service_id == service_id and one.payment is not None]
    told = mine[0] if len(mine) == 1 else None
    if told is None:
        return Ok(proof)
    return Ok(attrs.evolve(proof, amount=proof.amount or told.amount, at=told.paid_at))


# --- by routerjson ------------------------------------------------------------------------------------------


async def _refunds(asking: Asking, order_id: str) -> Result[Sequence[Proof]]:
    """``jingdong.asc.serviceAndRefund.view``; where it leaves the amount in doubt, the actual refund is asked for."""
    found = await _whole(asking, lambda page: ListRefunds(order_id, page))
    if not isinstance(found, Ok):
        return found
    proofs: list[Proof] = []
    for service_id, refunds in _by_service(found.value).items():
        paid = [one.payment for one in refunds if one.payment is not None]
        if paid:
            proofs += [*map(_paid, paid), *([] if len(paid) == len(refunds) else [Proof(Found.OPEN, "bill_open")])]
            continue
        if not is_id(service_id):
            return MALFORMED
        actual = await asking.ask(GetActualRefund(service_id))
        if not isinstance(actual, Ok):
            return actual
        proofs.append(_of_refund(refunds[-1], actual.value))
    return Ok(proofs)


def _by_service(refunds: Sequence[Refund]) -> dict[str, list[Refund]]:
    """The refunds of each service bill: what was actually paid is told for the bill, not for each of them."""
    found: dict[str, list[Refund]] = {}
    for one in _each(refunds):
        found.setdefault(one.service_id, []).append(one)
    return found


def _each(refunds: Sequence[Refund]) -> list[Refund]:
    """Every refund once: rows move from page to page while the list is read."""
    return list({(one.service_id, one.refund_id): one for one in refunds}.values())


def _of_refund(refund: Refund, actual: Payment | None) -> Proof:
    if actual is not None and actual.order_id == refund.order_id:
        return Proof(Found.PAID, actual.basis.value, actual.amount, refund.completed_at)
    failed = refund.status == FAILED
    return Proof(Found.NOTHING, "refund_failed") if failed else Proof(Found.OPEN, "bill_open")


# --- before dispatch ----------------------------------------------------------------------------------------


def _of_application(one: Application) -> Proof:
    if one.payment is not None:
        return _paid(one.payment)
    if one.status == REFUSED:
        return Proof(Found.REFUSED, "application_refused", at=one.checked_at)
    if one.status in (FINANCE_REFUSED, WITHDRAWN):
        return Proof(Found.NOTHING, "application_ended", at=one.checked_at)
    return Proof(Found.OPEN, "application_open")


def _paid(payment: Payment) -> Proof:
    amount: Money | None = payment.amount
    return Proof(Found.PAID, payment.basis.value, amount, payment.paid_at)
