"""The TOP interface without a network: typed requests to bytes, status and bytes to typed results.

`call` makes a request ready to send and `parse` reads its reply; every request of this package goes through both.
Pure throughout: the instant is an argument, nothing is stored, and no reply raises.
"""

from expressplatform_taobao.protocol.calls import GATEWAY, NEVER_CALLED, App, Call, Request, call, parse
from expressplatform_taobao.protocol.codes import DisputeType, Phase, RefundStatus, StaffStatus, Topic, TradeStatus
from expressplatform_taobao.protocol.connection import (
    AUTHORISE,
    Grant,
    Message,
    MessagesConfirm,
    MessagesConsume,
    TimeGet,
    Token,
    TokenCreate,
    TokenRefresh,
    UserPermit,
    authorise_link,
    read_callback,
)
from expressplatform_taobao.protocol.envelope import LONGEST_BAN, envelope, may_retry
from expressplatform_taobao.protocol.refunds import Refund, RefundGet, RefundPage, RefundsReceiveGet
from expressplatform_taobao.protocol.trades import (
    FOR_MEMO,
    FOR_REFUNDS,
    FOR_VERIFYING,
    MemoUpdate,
    MemoWritten,
    Order,
    Trade,
    TradeFullInfoGet,
    TradeGet,
    with_note,
)
from expressplatform_taobao.protocol.values import GMT8, Fields

__all__ = [
    "AUTHORISE",
    "FOR_MEMO",
    "FOR_REFUNDS",
    "FOR_VERIFYING",
    "GATEWAY",
    "GMT8",
    "LONGEST_BAN",
    "NEVER_CALLED",
    "App",
    "Call",
    "DisputeType",
    "Fields",
    "Grant",
    "MemoUpdate",
    "MemoWritten",
    "Message",
    "MessagesConfirm",
    "MessagesConsume",
    "Order",
    "Phase",
    "Refund",
    "RefundGet",
    "RefundPage",
    "RefundStatus",
    "RefundsReceiveGet",
    "Request",
    "StaffStatus",
    "TimeGet",
    "Token",
    "TokenCreate",
    "TokenRefresh",
    "Topic",
    "Trade",
    "TradeFullInfoGet",
    "TradeGet",
    "TradeStatus",
    "UserPermit",
    "authorise_link",
    "call",
    "envelope",
    "may_retry",
    "parse",
    "read_callback",
    "with_note",
]
