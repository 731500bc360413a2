"""How refunds and orders of the simulated platform move: from which status to which.

Source: the enumerations of the methods 47, 52 and 53, and how their documentation tells the stages of a refund.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform_taobao.protocol.codes import RefundStatus, TradeStatus

REFUND: Final[Mapping[RefundStatus, tuple[RefundStatus, ...]]] = MappingProxyType(
    {
        RefundStatus.WAIT_SELLER_AGREE: (
            RefundStatus.WAIT_BUYER_RETURN_GOODS,
            RefundStatus.SELLER_REFUSE_BUYER,
            RefundStatus.SUCCESS,
            RefundStatus.CLOSED,
        ),
        RefundStatus.WAIT_BUYER_RETURN_GOODS: (RefundStatus.WAIT_SELLER_CONFIRM_GOODS, RefundStatus.CLOSED),
        RefundStatus.WAIT_SELLER_CONFIRM_GOODS: (
            RefundStatus.SUCCESS,
            RefundStatus.SELLER_REFUSE_BUYER,
            RefundStatus.CLOSED,
        ),
        RefundStatus.SELLER_REFUSE_BUYER: (
            RefundStatus.WAIT_SELLER_AGREE,
            RefundStatus.SUCCESS,
            RefundStatus.CLOSED,
        ),
        RefundStatus.SUCCESS: (),
        RefundStatus.CLOSED: (),
    }
)
"""The next statuses of a refund of money. SELLER_REFUSE_BUYER ends by the buyer's next step or the platform's word."""

TRADE: Final[Mapping[TradeStatus, tuple[TradeStatus, ...]]] = MappingProxyType(
    {
        TradeStatus.WAIT_BUYER_PAY: (TradeStatus.WAIT_SELLER_SEND_GOODS, TradeStatus.TRADE_CLOSED_BY_TAOBAO),
        TradeStatus.WAIT_SELLER_SEND_GOODS: (TradeStatus.WAIT_BUYER_CONFIRM_GOODS, TradeStatus.TRADE_CLOSED),
        TradeStatus.WAIT_BUYER_CONFIRM_GOODS: (TradeStatus.TRADE_FINISHED, TradeStatus.TRADE_CLOSED),
        TradeStatus.TRADE_FINISHED: (),
        TradeStatus.TRADE_CLOSED: (),
        TradeStatus.TRADE_CLOSED_BY_TAOBAO: (),
    }
)
"""The next statuses of an order."""
