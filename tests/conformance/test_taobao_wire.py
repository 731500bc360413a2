"""Taobao's wire as others have recorded it: signatures by the SDKs, the inputs on which they differ, reply bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import pytest

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_taobao.protocol import (
    GMT8,
    NEVER_CALLED,
    Fields,
    Message,
    MessagesConfirm,
    MessagesConsume,
    Order,
    Phase,
    Refund,
    RefundGet,
    RefundPage,
    RefundsReceiveGet,
    RefundStatus,
    Request,
    StaffStatus,
    TimeGet,
    Token,
    TokenCreate,
    Topic,
    Trade,
    TradeFullInfoGet,
    TradeGet,
    TradeStatus,
    envelope,
    parse,
)
from expressplatform_taobao.protocol.codes import DisputeType
from expressplatform_taobao.signing import encode, sign
from tests.shared import shared, shared_json

VECTORS: Final[list[dict[str, Any]]] = shared_json("vectors", "taobao_sign.json")
DISAGREEMENTS: Final[list[dict[str, Any]]] = [
    one for one in shared_json("vectors", "disagreements.json") if one["platform"] == "taobao"
]
BODIES: Final[list[str]] = [
    one["file"] for one in shared_json("samples", "INDEX.json") if one["file"].startswith("top_")
]


def case(one: Mapping[str, Any]) -> str:
    return f"{one['name']}-{one['sign_method']}"


# --- signatures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=case)
def test_every_vector_reproduces(vector: dict[str, Any]) -> None:
    assert "REFERENCE ONLY" not in vector["note"], "a vector without an oracle is to be left out by name"
    assert sign(vector["params"], vector["secret"], vector["sign_method"]) == vector["expected"]


REFUSED: Final = None
DECIDED: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {
        "empty_value": ("buyer_nick", REFUSED),
        "whitespace_only_value": ("memo", REFUSED),
        "fullwidth_space_only_value": ("memo", REFUSED),
        "native_bool": ("use_has_next", "true"),
        "native_float": ("price", REFUSED),
        "native_int": ("num", "10"),
        "native_list": ("ids", REFUSED),
        "value_starting_with_at": ("memo", "@商家 請回覆"),
    }
)
# Whose reading of the native values is ours, where SDKs differ.
OURS: Final = ("mcp-cn-commerce==0.1.6 (taobao)", "taobaopy==6.0.1")


@pytest.mark.parametrize("one", DISAGREEMENTS, ids=case)
def test_an_input_on_which_sdks_differ_is_never_sent_or_has_one_spelling(one: dict[str, Any]) -> None:
    name, text = DECIDED[one["name"]]
    if text is REFUSED:
        for refusing in (encode, lambda params: sign(params, one["secret"], one["sign_method"])):
            with pytest.raises(InvalidInput) as caught:
                refusing(one["params"])
            assert [problem.path for problem in caught.value.problems] == [f"$.{name}"]
        return
    assert encode(one["params"])[name] == text
    signed = sign(one["params"], one["secret"], one["sign_method"])
    assert signed == sign(encode(one["params"]), one["secret"], one["sign_method"])
    told = {sdk: result for sdk, result in one["results"].items() if not result.startswith("Java API")}
    ours = [told[sdk] for sdk in OURS if sdk in told] or list(told.values())
    assert all(signed == result for result in ours)


def test_every_input_on_which_sdks_differ_has_been_decided() -> None:
    assert {one["name"] for one in DISAGREEMENTS} == set(DECIDED)


# --- replies ------------------------------------------------------------------------------------------------

NOW: Final = datetime(2024, 2, 29, 4, 0, 30, tzinfo=UTC)
TID, OID, REFUND = "2231958349999999999", "2231958349999999998", "987654321098765432"
YUAN: Final = Money("CNY", 1999)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=GMT8)


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


MODIFIED: Final = at("2024-02-29 12:00:00")
WAITING: Final = TradeStatus.WAIT_BUYER_CONFIRM_GOODS
ORDER: Final = Order(OID, WAITING, YUAN, REFUND, RefundStatus.WAIT_SELLER_AGREE)
TRADE: Final = Trade(
    TID, "示範店鋪", "示範店鋪", WAITING, at("2024-02-20 10:00:00"), YUAN, (ORDER,), seller_memo="", seller_flag=None
)  # fmt: skip


def refund(order_status: str, kind: str) -> Refund:
    return Refund(
        REFUND, TID, OID, RefundStatus.SELLER_REFUSE_BUYER, order_status, Phase.ONSALE, kind, StaffStatus.NEEDED,
        YUAN, at("2024-02-28 09:00:00"), MODIFIED,
    )  # fmt: skip


def token(refresh_tail: tuple[datetime | None, ...]) -> Token:
    return Token("6100e23example", "6101c23example", "123456789", "", days(90), days(90), *refresh_tail)


HINT: Final = Message("9007199254740993", Topic.REFUND_CREATED, "123456789", MODIFIED, REFUND, TID)
ASKED: Final = RefundsReceiveGet(since=NOW - timedelta(hours=1), until=NOW)
READ: Final[Mapping[str, tuple[Request[Any], Result[Any]]]] = MappingProxyType(
    {
        "top_trade_fullinfo_get.json": (TradeFullInfoGet(TID), Ok(TRADE)),
        "top_trade_get.json": (TradeGet(TID), Ok(TRADE)),
        "top_refund_get.json": (RefundGet(REFUND), Ok(refund(WAITING, DisputeType.REFUND_AND_RETURN))),
        "top_refunds_receive_get.json": (ASKED, Ok(RefundPage((refund("", ""),), total=1, has_next=None))),
        "top_time_get.json": (TimeGet(), Ok(MODIFIED)),
        "top_auth_token_create.json": (
            TokenCreate("code"), Ok(token((days(90), days(3), days(90), NOW + timedelta(seconds=1800)))),
        ),
        "top_oauth_token_http.json": (TokenCreate("code"), Ok(token((None, None, None, None)))),
        "top_tmc_messages_consume.json": (MessagesConsume(), Ok((HINT,))),
        "top_tmc_messages_confirm.json": (MessagesConfirm((HINT.id,)), Ok(True)),
        "top_error_rate_limit.json": (TradeGet(TID), Throttled(NOW + timedelta(seconds=1))),
        "top_error_invalid_session.json": (TradeGet(TID), Disconnected("invalid_session")),
        "top_error_invalid_signature.json": (TradeGet(TID), GatewayError("25")),
        "top_error_missing_args.json": (RefundGet(REFUND), GatewayError("40")),
        "top_error_business_isv.json": (TradeGet(TID), BusinessError("15", "isv.trade-not-exist")),
    }
)  # fmt: skip
# No request of ours brings these replies: of the method's name, why it is not called.
UNASKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "top_oaid_decrypt.json": "taobao.top.oaid.decrypt",
        "top_openmall_refund_create.json": "taobao.openmall.refund.create",
        "top_refund_message_add.json": "taobao.refund.message.add",
        "top_refund_messages_get.json": "taobao.refund.messages.get",
        "top_refund_refusereason_get.json": "taobao.refund.refusereason.get",
        "top_rp_refunds_agree.json": "taobao.rp.refunds.agree",
    }
)


@pytest.mark.parametrize("name", READ)
def test_a_body_is_read_as_the_typed_result_that_it_is(name: str) -> None:
    request, result = READ[name]
    assert parse(request, 200, shared("samples", name).read_bytes(), now=NOW) == result


@pytest.mark.parametrize("name", UNASKED)
def test_a_reply_that_nobody_asked_for_opens_and_says_nothing(name: str) -> None:
    """Its envelope is understood; no type of ours takes what is in it, and nothing prints it."""
    body = shared("samples", name).read_bytes()
    opened = envelope(200, body, method=UNASKED[name], now=NOW)
    assert isinstance(opened, Ok)
    assert isinstance(opened.value, Fields)
    assert repr(opened) == "Ok(value=Fields())"
    assert parse(TradeGet(TID), 200, body, now=NOW) == GatewayError("other_method")


def test_what_is_not_asked_is_listed_as_never_called_or_reads_what_no_purpose_needs() -> None:
    listed = {name for name in UNASKED.values() if any(name.startswith(one) for one in NEVER_CALLED)}
    assert set(UNASKED.values()) - listed == {"taobao.refund.messages.get"}


def test_every_body_that_was_recorded_is_tried() -> None:
    assert set(BODIES) == set(READ) | set(UNASKED)


@pytest.mark.parametrize(
    "name", ["top_trade_get.json", "top_refunds_receive_get.json", "top_tmc_messages_consume.json"]
)
def test_a_simplified_body_reads_as_the_same(name: str) -> None:
    """`simplify` takes away the outer key and the inner keys of lists."""
    request, result = READ[name]
    (answer,) = json.loads(shared("samples", name).read_bytes()).values()
    plain = json.dumps(simplified(answer)).encode()
    assert parse(request, 200, plain, now=NOW) == result


def simplified(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(next(iter(value.values())), list):
            return simplified(next(iter(value.values())))
        return {name: simplified(one) for name, one in value.items()}
    return [simplified(one) for one in value] if isinstance(value, list) else value
