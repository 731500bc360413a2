"""What a connector leaves at an order on a trading platform, for the seller's own people alone.

Open places are filled by `str.format`: ``{reference}`` of the case, ``{due}`` an ISO date. One line, no particular.
See the laws of the package.
"""

from __future__ import annotations

from typing import Final

from expressplatform.wording.scripts import Texts

AT_ORDER: Final[Texts] = (
    "[{reference}] A consumer's complaint about this order waits for you. Answer by {due}.",
    "【{reference}】此訂單有一宗消費者投訴待處理，請於 {due} 或之前回覆。",
    "【{reference}】此订单有一件消费者投诉待处理，请于 {due} 或之前答复。",
)
AT_ORDER_UNDATED: Final[Texts] = (
    "[{reference}] A consumer's complaint about this order waits for you.",
    "【{reference}】此訂單有一宗消費者投訴待處理。",
    "【{reference}】此订单有一件消费者投诉待处理。",
)
