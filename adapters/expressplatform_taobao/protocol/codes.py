"""The platform's enumerations, open at the end: a value that is not known is kept as the text it came in.

A value that is known is a member, which equals its text; so what was read goes back as it came. Only members are ever
printed. Source: the platform's API metadata (methods 47, 52 to 54) and its message topics.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

E = TypeVar("E", bound=StrEnum)


def known(kind: type[E], text: str) -> E | str:
    """The member of that text or, where there is none, the text itself."""
    try:
        return kind(text)
    except ValueError:
        return text


def shown(value: object) -> str:
    """How a value of an enumeration prints: a member by its name, other text never."""
    if isinstance(value, StrEnum):
        return value.name
    return "<unknown>" if value else "<none>"


class TradeStatus(StrEnum):
    """Where an order stands."""

    TRADE_NO_CREATE_PAY = "TRADE_NO_CREATE_PAY"
    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    SELLER_CONSIGNED_PART = "SELLER_CONSIGNED_PART"
    WAIT_SELLER_SEND_GOODS = "WAIT_SELLER_SEND_GOODS"
    WAIT_BUYER_CONFIRM_GOODS = "WAIT_BUYER_CONFIRM_GOODS"
    TRADE_BUYER_SIGNED = "TRADE_BUYER_SIGNED"
    TRADE_FINISHED = "TRADE_FINISHED"
    TRADE_CLOSED = "TRADE_CLOSED"
    TRADE_CLOSED_BY_TAOBAO = "TRADE_CLOSED_BY_TAOBAO"
    PAY_PENDING = "PAY_PENDING"
    WAIT_PRE_AUTH_CONFIRM = "WAIT_PRE_AUTH_CONFIRM"


class RefundStatus(StrEnum):
    """Where a refund stands. SUCCESS and CLOSED are its ends.

    CLOSED is not "refused": a refund that was withdrawn, ran out of time or was converted is CLOSED too.
    """

    WAIT_SELLER_AGREE = "WAIT_SELLER_AGREE"
    WAIT_BUYER_RETURN_GOODS = "WAIT_BUYER_RETURN_GOODS"
    WAIT_SELLER_CONFIRM_GOODS = "WAIT_SELLER_CONFIRM_GOODS"
    SELLER_REFUSE_BUYER = "SELLER_REFUSE_BUYER"
    WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS = "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS"
    EXCHANGE_TRANSFORM_TO_REFUND = "EXCHANGE_TRANSFORM_TO_REFUND"
    WAIT_SELLER_CONSIGN_GOODS = "WAIT_SELLER_CONSIGN_GOODS"
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"


class StaffStatus(StrEnum):
    """Whether the platform's own staff have stepped in (``cs_status``)."""

    NOT_NEEDED = "1"
    NEEDED = "2"
    INTERVENED = "3"
    FIRST_REVIEW_DONE = "4"
    SECOND_REVIEW_FAILED = "5"
    DONE = "6"
    REVOKED = "7"
    FOR_BUYER = "8"
    FOR_SELLER = "9"
    EVIDENCE = "10"
    APPEAL_OPEN = "11"


class Phase(StrEnum):
    """Whether a refund was asked for before or after the order was finished."""

    ONSALE = "onsale"
    AFTERSALE = "aftersale"


class DisputeType(StrEnum):
    """What the buyer asks for."""

    REFUND = "REFUND"
    REFUND_AND_RETURN = "REFUND_AND_RETURN"
    TMALL_EXCHANGE = "TMALL_EXCHANGE"
    TAOBAO_EXCHANGE = "TAOBAO_EXCHANGE"
    REPAIR = "REPAIR"
    RESHIPPING = "RESHIPPING"
    OTHERS = "OTHERS"


MONEY_BACK: Final = frozenset({DisputeType.REFUND, DisputeType.REFUND_AND_RETURN})
"""What ends, if it succeeds, with money that goes back to the buyer."""


class Topic(StrEnum):
    """What a message of the platform is about. A message is a hint to read again, never a fact by itself."""

    AUTH_CANCEL = "taobao_top_AuthCancel"
    REFUND_CREATED = "taobao_refund_RefundCreated"
    REFUND_AGREED = "taobao_refund_RefundSellerAgreeAgreement"
    REFUND_REFUSED = "taobao_refund_RefundSellerRefuseAgreement"
    REFUND_MODIFIED = "taobao_refund_RefundBuyerModifyAgreement"
    REFUND_RETURNED = "taobao_refund_RefundBuyerReturnGoods"
    REFUND_MESSAGE = "taobao_refund_RefundCreateMessage"
    REFUND_CLOSED = "taobao_refund_RefundClosed"
    REFUND_SUCCESS = "taobao_refund_RefundSuccess"
    STAFF_ASKED = "taobao_refund_TaobaoInterApplied"
    STAFF_INTERVENED = "taobao_refund_TaobaoIntervened"
