"""What the simulated platform holds: shops, orders with their lines, refunds, each as it stands now.

Laws of this file: names, numbers and words of buyers are invented, and stand where the platform's own would: to show
that no connector asks for them.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform_taobao.protocol.codes import RefundStatus, StaffStatus, TradeStatus


@attrs.define(repr=False)
class ShopRecord:
    """A shop: the number of its seller's account, and its names."""

    number: str
    title: str
    nick: str


@attrs.define(repr=False)
class RefundRecord:
    """A refund. Amounts are in fen; ``staff`` is the platform's own people's part in it."""

    number: str
    shop: str
    trade: str
    line: str
    fee: int
    created: datetime
    modified: datetime
    status: RefundStatus | str = RefundStatus.WAIT_SELLER_AGREE
    kind: str = "REFUND"
    phase: str = "onsale"
    staff: StaffStatus = StaffStatus.NOT_NEEDED
    reason: str = "商品與描述不符"
    words: str = "尺碼不對，請退款"


@attrs.define(repr=False)
class LineRecord:
    """One line of an order, with its latest refund, if any."""

    number: str
    title: str
    payment: int
    refund: RefundRecord | None = None


@attrs.define(repr=False)
class TradeRecord:
    """An order, with the masked addressee that the platform shows beside it."""

    number: str
    shop: str
    payment: int
    created: datetime
    modified: datetime
    lines: list[LineRecord]
    status: TradeStatus | str = TradeStatus.WAIT_BUYER_CONFIRM_GOODS
    memo: str = ""
    flag: int = 0
    receiver: str = "陳*"
    mobile: str = "*******0917"
    address: str = "示**號三樓"
    buyer: str = "AAHd0917simulated"
