"""The statuses through which JD's orders, service bills and refunds move, and from which to which.

Laws of this file: the numbers and words are JD's; which may follow which is what its pages tell of the process, and is
not checked against the platform. Of the SP-API's numbers two are known (100 done, 20 refunded); the others here are
assumed and mean nothing to a connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Moves = Mapping[str, tuple[str, ...]]

ORDER: Final[Moves] = MappingProxyType(
    {
        "NOT_PAY": ("WAIT_SELLER_STOCK_OUT", "TRADE_CANCELED"),
        "WAIT_SELLER_STOCK_OUT": ("WAIT_GOODS_RECEIVE_CONFIRM", "LOCKED", "PAUSE", "TRADE_CANCELED"),
        "LOCKED": ("WAIT_SELLER_STOCK_OUT", "TRADE_CANCELED"),
        "PAUSE": ("WAIT_SELLER_STOCK_OUT", "TRADE_CANCELED"),
        "WAIT_GOODS_RECEIVE_CONFIRM": ("FINISHED_L", "DELIVERY_RETURN"),
        "DELIVERY_RETURN": ("TRADE_CANCELED",),
        "FINISHED_L": (),
        "TRADE_CANCELED": (),
    }
)
"""``orderState``."""

SERVICE: Final[Moves] = MappingProxyType(
    {
        "10000": ("10001", "10011"),
        "10001": ("10002", "10004", "10005", "10011", "10041"),
        "10002": ("10012", "10011"),
        "10012": ("10001",),
        "10005": ("10006", "10007"),
        "10006": ("10007", "10009"),
        "10007": ("10009", "10041"),
        "10009": ("10010",),
        "10041": ("10010",),
        "10004": (),
        "10010": (),
        "10011": (),
    }
)
"""``serviceStatus`` of an after-sales bill."""
SERVICE_NAMES: Final = MappingProxyType(
    {
        "10000": "待取件審核",
        "10001": "待審核",
        "10002": "待客戶反饋",
        "10004": "審核關閉",
        "10005": "待收貨",
        "10006": "待處理",
        "10007": "待處理",
        "10009": "待客戶確認",
        "10010": "完成",
        "10011": "取消",
        "10012": "客戶已反饋",
        "10041": "提交退款申請",
    }
)

APPLICATION: Final[Moves] = MappingProxyType(
    {
        "0": ("1", "2", "5", "9", "11"),
        "1": ("3", "4"),
        "5": ("3", "4"),
        "4": ("1",),
        "2": (),
        "3": (),
        "9": (),
        "11": (),
    }
)
"""``status`` of a refund before dispatch."""

REFUND: Final[Moves] = MappingProxyType({"10": ("20",), "20": ()})
"""``refundStatus`` of the SP-API: 20 is refunded, 10 assumed for what is not yet."""

MAIN_OF_SERVICE: Final = MappingProxyType({"10010": "100", "10004": "100", "10011": "100"})
"""``mainStatus`` of the SP-API for a finished service bill; 20 (assumed) for the others."""


class IllegalMove(Exception):
    """A record cannot go from where it is to where somebody wants it."""


def moved(table: Moves, source: str, target: str) -> str:
    """The target, where the table allows it. Raises IllegalMove."""
    if target not in table.get(source, ()):
        raise IllegalMove(f"{source} is not followed by {target}")
    return target
