"""Orders, and the memo that the seller's own people keep on them.

Laws of this file:

- Only what is compared is asked for: never a receiver's name, number or address, never the buyer's account.
- A memo is the seller's. What is there stays, letter for letter; ours is one more line, written once. Buyer and
  platform do not see it.

Source: API metadata of the methods 47, 49 and 54.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

import attrs

from expressplatform.fields import refuse, text, whole
from expressplatform.money import Money
from expressplatform_taobao.protocol.codes import RefundStatus, TradeStatus, shown
from expressplatform_taobao.protocol.values import Fields, Malformed, identifier
from expressplatform_taobao.signing import Value

FOR_VERIFYING: Final = ("tid", "title", "seller_nick", "status", "created", "payment")
"""What an order number, a shop, a date and an amount are compared with."""
FOR_REFUNDS: Final = ("tid", "status", "payment", "orders")
"""Where the refunds of an order are found."""
FOR_MEMO: Final = ("tid", "seller_memo", "seller_flag")
"""What must be read before a memo is written."""
LONGEST_MEMO: Final = 1000
"""Bytes. The encoding is not said; UTF-8 is counted, which is the longer one."""


@attrs.frozen
class Order:
    """One line of an order: its number, its state, and its latest refund, if any."""

    oid: str = attrs.field(repr=False)
    status: TradeStatus | str = attrs.field(repr=shown)
    payment: Money | None
    refund_id: str = attrs.field(repr=False)
    refund_status: RefundStatus | str = attrs.field(repr=shown)


@attrs.frozen
class Trade:
    """An order as the platform records it. What was not asked for is empty or None.

    ``title`` is the shop's name, ``payment`` what the buyer paid, in fen. ``seller_memo`` and ``seller_flag`` are
    the seller's own.
    """

    tid: str = attrs.field(repr=False)
    title: str = attrs.field(repr=False)
    seller_nick: str = attrs.field(repr=False)
    status: TradeStatus | str = attrs.field(repr=shown)
    created: datetime | None
    payment: Money | None
    orders: tuple[Order, ...]
    seller_memo: str = attrs.field(repr=False)
    seller_flag: int | None


def _order(row: Fields) -> Order:
    return Order(
        oid=row.text("oid"),
        status=row.one("status", TradeStatus),
        payment=row.yuan("payment"),
        refund_id=row.text("refund_id"),
        refund_status=row.one("refund_status", RefundStatus),
    )


def _trade(found: Fields) -> Trade:
    row = found.part("trade")
    if row is None:
        raise Malformed
    return Trade(
        tid=row.demand("tid"),
        title=row.text("title"),
        seller_nick=row.text("seller_nick"),
        status=row.one("status", TradeStatus),
        created=row.moment("created"),
        payment=row.yuan("payment"),
        orders=tuple(_order(one) for one in row.rows("orders", "order")),
        seller_memo=row.text("seller_memo"),
        seller_flag=row.count("seller_flag"),
    )


@attrs.frozen
class TradeGet:
    """An order's own data (47): enough to compare it with what somebody says they bought."""

    method: ClassVar[str] = "taobao.trade.get"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = True

    tid: str = attrs.field(validator=identifier(), repr=False)
    fields: tuple[str, ...] = FOR_VERIFYING

    def parameters(self) -> Mapping[str, Value]:
        """The order, and the fields that are asked for."""
        return {"tid": self.tid, "fields": ",".join(_allowed(self.fields))}

    def answer(self, found: Fields, now: datetime) -> Trade:
        """The order."""
        return _trade(found)


@attrs.frozen
class TradeFullInfoGet(TradeGet):
    """An order with what `TradeGet` has not (54): the refunds of its lines, and the flag beside its memo."""

    method: ClassVar[str] = "taobao.trade.fullinfo.get"

    fields: tuple[str, ...] = FOR_REFUNDS


_ALLOWED: Final = frozenset((*FOR_VERIFYING, *FOR_REFUNDS, *FOR_MEMO))


def _allowed(fields: tuple[str, ...]) -> tuple[str, ...]:
    if not fields or not _ALLOWED.issuperset(fields):
        raise refuse("$.fields", "value", "must be fields that are compared or written: " + ", ".join(sorted(_ALLOWED)))
    return fields


def with_note(memo: str, note: str) -> str | None:
    """The memo with one more line, or None where the line is there already: so a hand-over is written once.

    ``memo`` is what was read; it is kept letter for letter. ``note`` is one line without a particular: a case
    reference and what it means. Raises InvalidInput where it is not one line or no longer fits.
    """
    if not note.strip() or not note.isprintable():
        raise refuse("$.note", "text", "must be one line")
    if re.search(rf"(?<![A-Za-z0-9-]){re.escape(note)}(?![A-Za-z0-9-])", memo):
        return None
    joined = f"{memo}\n{note}" if memo else note
    _fits(joined)
    return joined


def _fits(memo: str) -> None:
    if len(memo.encode(errors="replace")) > LONGEST_MEMO:
        raise refuse("$.memo", "text", f"must have at most {LONGEST_MEMO} bytes in UTF-8")


@attrs.frozen
class MemoWritten:
    """The memo is written; ``modified`` is when the order changed by it."""

    tid: str = attrs.field(repr=False)
    modified: datetime | None


@attrs.frozen
class MemoUpdate:
    """Write the seller's memo on an order (49), in place of the one that is there: read it first, and keep it.

    The method adds where there is none. ``flag`` is the coloured flag that was read: without it the platform may set
    its default. Its way to empty a memo is never used.
    """

    method: ClassVar[str] = "taobao.trade.memo.update"
    reads: ClassVar[bool] = False
    session: ClassVar[bool] = True

    tid: str = attrs.field(validator=identifier(), repr=False)
    memo: str = attrs.field(validator=text(LONGEST_MEMO, shortest=1), repr=False)
    flag: int | None = attrs.field(default=None, validator=whole(0, 99, optional=True))

    def __attrs_post_init__(self) -> None:
        _fits(self.memo)

    def parameters(self) -> Mapping[str, Value]:
        """The order, the whole memo, and the flag if there is one."""
        given: dict[str, Value] = {"tid": self.tid, "memo": self.memo}
        return given if self.flag is None else {**given, "flag": self.flag}

    def answer(self, found: Fields, now: datetime) -> MemoWritten:
        """When it was written."""
        row = found.part("trade")
        if row is None:
            raise Malformed
        return MemoWritten(row.demand("tid"), row.moment("modified"))
