"""Refunds: what has changed, and whether the money went back.

Laws of this file:

- Read only. Whether a refund is granted is the seller's word, given on the platform, never through here.
- What a buyer wrote, and who the buyer is, is not asked for.
- Money went back where a refund of money ended in SUCCESS with its amount. Anything less proves nothing, and CLOSED
  does not prove the contrary.

Source: API metadata of the methods 52 and 53. ``cs_status`` and ``modified`` are in the answers' description, but
not all in the list of fields that may be asked for; they are asked for and missed without harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

import attrs

from expressplatform.fields import code, instant, refuse, whole
from expressplatform.money import Money
from expressplatform_taobao.protocol.codes import (
    MONEY_BACK,
    DisputeType,
    Phase,
    RefundStatus,
    StaffStatus,
    TradeStatus,
    shown,
)
from expressplatform_taobao.protocol.values import Fields, Malformed, identifier, stamp
from expressplatform_taobao.signing import Value

LARGEST_PAGE: Final = 100
_FIELDS: Final = (
    "refund_id", "tid", "oid", "status", "order_status", "refund_phase", "refund_fee", "dispute_type",
    "created", "modified",
)  # fmt: skip


@attrs.frozen
class Refund:
    """A refund as the platform records it.

    ``fee`` is what goes back to the buyer, in fen; ``staff`` whether the platform's people have stepped in.
    """

    refund_id: str = attrs.field(repr=False)
    tid: str = attrs.field(repr=False)
    oid: str = attrs.field(repr=False)
    status: RefundStatus | str = attrs.field(repr=shown)
    order_status: TradeStatus | str = attrs.field(repr=shown)
    phase: Phase | str = attrs.field(repr=shown)
    kind: DisputeType | str = attrs.field(repr=shown)
    staff: StaffStatus | str = attrs.field(repr=shown)
    fee: Money | None
    created: datetime | None
    modified: datetime | None

    @property
    def paid(self) -> Money | None:
        """What has gone back to the buyer; None where the platform's record does not prove it."""
        money = self.status == RefundStatus.SUCCESS and (not self.kind or self.kind in MONEY_BACK)
        return self.fee if money and self.fee and self.fee.minor_units else None


def _refund(row: Fields) -> Refund:
    return Refund(
        refund_id=row.demand("refund_id"),
        tid=row.text("tid"),
        oid=row.text("oid"),
        status=row.one("status", RefundStatus),
        order_status=row.one("order_status", TradeStatus),
        phase=row.one("refund_phase", Phase),
        kind=row.one("dispute_type", DisputeType),
        staff=row.one("cs_status", StaffStatus),
        fee=row.yuan("refund_fee"),
        created=row.moment("created"),
        modified=row.moment("modified"),
    )


@attrs.frozen
class RefundGet:
    """One refund (53)."""

    method: ClassVar[str] = "taobao.refund.get"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = True

    refund_id: str = attrs.field(validator=identifier(), repr=False)

    def parameters(self) -> Mapping[str, Value]:
        """The refund, and the fields that are asked for."""
        return {"refund_id": self.refund_id, "fields": ",".join((*_FIELDS, "cs_status"))}

    def answer(self, found: Fields, now: datetime) -> Refund:
        """The refund."""
        row = found.part("refund")
        if row is None:
            raise Malformed
        return _refund(row)


@attrs.frozen
class RefundPage:
    """A page of refunds. Of ``total`` and ``has_next`` the platform sends one, as it was asked."""

    refunds: tuple[Refund, ...]
    total: int | None
    has_next: bool | None


@attrs.frozen
class RefundsReceiveGet:
    """The refunds of the shop that were changed from ``since`` to ``until`` (52): what is polled.

    Rows move to other pages while they change. So the pages are walked from the last to the first, or with
    ``use_has_next``, which counts nothing and is the more reliable by the platform's own word. ``status`` narrows to
    one status.
    """

    method: ClassVar[str] = "taobao.refunds.receive.get"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = True

    since: datetime = attrs.field(validator=instant())
    until: datetime = attrs.field(validator=instant())
    page: int = attrs.field(default=1, validator=whole(1, 10**6))
    page_size: int = attrs.field(default=LARGEST_PAGE, validator=whole(1, LARGEST_PAGE))
    use_has_next: bool = False
    status: str = attrs.field(default="", validator=code(empty=True))

    def __attrs_post_init__(self) -> None:
        if self.until < self.since:
            raise refuse("$.until", "order", "must not be before the beginning")

    def parameters(self) -> Mapping[str, Value]:
        """The window in GMT+8, to the second, the page, and the fields that are asked for."""
        given: dict[str, Value] = {
            "fields": ",".join(_FIELDS),
            "start_modified": stamp(self.since),
            "end_modified": stamp(self.until),
            "page_no": self.page,
            "page_size": self.page_size,
            "use_has_next": self.use_has_next,
        }
        return {**given, "status": self.status} if self.status else given

    def answer(self, found: Fields, now: datetime) -> RefundPage:
        """The page; one without a list is empty."""
        rows = found.rows("refunds", "refund")
        return RefundPage(tuple(_refund(row) for row in rows), found.count("total_results"), found.flag("has_next"))
