"""JD's wire as others have recorded it: signatures by the SDKs, the inputs on which they differ, reply bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import md5
from types import MappingProxyType
from typing import Any, Final

import pytest

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_jd.protocol import (
    CHINA,
    AddNote,
    App,
    Bill,
    Caller,
    Code,
    ExchangeCode,
    GetBill,
    GetOrder,
    GetService,
    GetShop,
    Grant,
    ListServices,
    Operator,
    Order,
    Page,
    QueryShop,
    SaveTrack,
    Service,
    Shop,
    SpCall,
    prepare,
)
from expressplatform_jd.protocol.calls import Request
from expressplatform_jd.protocol.replies import read_router
from expressplatform_jd.protocol.services import ONE
from expressplatform_jd.signing import sign, sign_sp
from tests.shared import shared, shared_json

ROUTER: Final[list[dict[str, Any]]] = shared_json("vectors", "jd_sign.json")
SP: Final[list[dict[str, Any]]] = shared_json("vectors", "jd_sp_sign.json")
DISAGREEMENTS: Final[list[dict[str, Any]]] = [
    one for one in shared_json("vectors", "disagreements.json") if one["platform"] == "jd"
]
BODIES: Final[list[str]] = [
    one["file"] for one in shared_json("samples", "INDEX.json") if one["file"].startswith("jd_")
]

OPERATOR: Final = Operator("10086", "agent", "agent")
MORNING: Final = datetime(2024, 2, 29, 8, 0, tzinfo=CHINA)
NOON: Final = datetime(2024, 2, 29, 12, 0, tzinfo=CHINA)
MIDNIGHT: Final = datetime(2024, 3, 1, 0, 0, tzinfo=CHINA)
ORDER: Final = "300000000001"
SERVICE: Final = "1234567890"


def name(one: Mapping[str, Any]) -> str:
    return str(one["name"])


def parted(params: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The headers, path parameters and query of a vector that holds them together."""
    headers = {key: value for key, value in params.items() if key.startswith("X-JOS-")}
    in_path = {key: value for key, value in params.items() if key == "afsOrderId"}
    rest = {key: value for key, value in params.items() if key not in (*headers, *in_path, "body")}
    return headers, in_path, rest


# --- signatures ---------------------------------------------------------------------------------------------


def reference_only(one: Mapping[str, Any]) -> bool:
    return "REFERENCE ONLY" in one["oracle"]


@pytest.mark.parametrize("one", [one for one in ROUTER if not reference_only(one)], ids=name)
def test_a_routerjson_signature_is_the_one_that_the_sdks_make(one: dict[str, Any]) -> None:
    assert sign(one["params"], one["secret"]) == one["expected"]


def test_the_vectors_left_out_are_those_of_methods_that_are_never_used() -> None:
    assert {one["sign_method"] for one in ROUTER if reference_only(one)} == {"hmacmd5", "hmacsha256"}
    assert all(one["sign_method"] == "md5" for one in ROUTER if not reference_only(one))


@pytest.mark.parametrize("one", SP, ids=name)
def test_an_sp_signature_is_the_recorded_one(one: dict[str, Any]) -> None:
    params = one["params"]
    assert sign_sp(*parted(params), params.get("body"), one["secret"]) == one["expected"]


def test_the_requests_that_are_built_carry_the_recorded_sp_signatures() -> None:
    """The app, token, secret and instant of the vectors, through `prepare`: path, query and body are signed."""
    caller = Caller(App("offline-app", "offline-secret"), "offline-token")
    at = datetime.fromtimestamp(1_700_000_000, CHINA)
    expected = {one["name"]: one["expected"] for one in SP}
    note = prepare(AddNote("1001", "投訴", "消費者投訴：商品與描述不符").call(), caller, at)
    assert note.headers["X-JOS-Sign"] == expected["note_post_body"]
    path = "/sp-aftercare/v0/afs-orders/{afsOrderId}"
    detail = SpCall("GET", path, {"afsOrderId": "1001"}, {"scopeSet": "refundInfo,skuExtInfo"})
    assert prepare(detail, caller, at).headers["X-JOS-Sign"] == expected["detail"]


@pytest.mark.parametrize("one", DISAGREEMENTS, ids=name)
def test_what_the_sdks_sign_differently_is_refused_or_signed_as_decided(one: dict[str, Any]) -> None:
    """Nothing and only space are never sent; a value is text before it is signed; ``@`` is a letter like others."""
    if one["name"] == "value_starting_with_at":
        official = next(result for sdk, result in one["results"].items() if "official Java" in sdk)
        assert sign(one["params"], one["secret"]) == official
        return
    assert one["name"] in {"empty_value", "empty_access_token", "whitespace_only_value", "native_bool"}
    with pytest.raises(InvalidInput) as refusal:
        sign(one["params"], one["secret"])
    assert len(refusal.value.problems) == 1


def test_a_request_carries_none_of_the_values_that_are_refused() -> None:
    """No system parameter is empty, and without business parameters there is ``{}``."""
    caller = Caller(App("k", "s"), "t")
    sent = prepare(QueryShop().call(), caller, NOON)
    joined = (
        "360buy_param_json{}access_tokentapp_keykmethodjingdong.vender.shop.query"
        "timestamp2024-02-29 12:00:00.000+0800v2.0"
    )
    signature = md5(f"s{joined}s".encode(), usedforsecurity=False).hexdigest().upper()
    assert sent.body == (
        b"method=jingdong.vender.shop.query&app_key=k&access_token=t&timestamp=2024-02-29+12%3A00%3A00.000%2B0800"
        b"&v=2.0&360buy_param_json=%7B%7D&sign=" + signature.encode()
    )


# --- bodies -------------------------------------------------------------------------------------------------

SHOP: Final = Ok(Shop("10086", "20086", "示範旗艦店"))
EXPECTED: Final[Mapping[str, tuple[Request[Any] | ExchangeCode, Result[Any]]]] = MappingProxyType(
    {
        "jd_pop_order_get.json": (
            GetOrder(ORDER),
            Ok(
                Order(
                    ORDER,
                    "10086",
                    "WAIT_GOODS_RECEIVE_CONFIRM",
                    Money("CNY", 8900),
                    datetime(2024, 2, 20, 10, 0, tzinfo=CHINA),
                    NOON,
                )
            ),
        ),
        "jd_pop_order_get_not_found.json": (GetOrder(ORDER), BusinessError("10100001", "")),
        "jd_vender_shop_query.json": (QueryShop(), SHOP),
        "jd_seller_vender_info_get.json": (QueryShop(), SHOP),
        "jd_asc_query_view.json": (
            GetService(OPERATOR, SERVICE, ORDER),
            Ok(Service(SERVICE, ORDER, "10001", "待審核", "10", NOON)),
        ),
        "jd_asc_query_list.json": (
            ListServices(OPERATOR, MORNING, NOON),
            Ok(Page((Service(SERVICE, ORDER, "10001", "待審核", "10", NOON),), 1, 50, 1, None)),
        ),
        "jd_asc_sync_list.json": (
            ListServices(OPERATOR, MORNING, NOON),
            Ok(Page((Service(SERVICE, ORDER, "10010", "", "", NOON + timedelta(days=1)),), 1, 50, 1, None)),
        ),
        "jd_asc_track_save.json": (SaveTrack(OPERATOR, SERVICE, "n"), Ok(None)),
        "jd_error_gateway_token.json": (QueryShop(), Disconnected("19")),
        "jd_error_gateway_sign.json": (QueryShop(), GatewayError("12")),
        "jd_error_gateway_limit.json": (QueryShop(), Throttled(None)),
        "jd_oauth_access_token.json": (
            ExchangeCode(Code("c")),
            Ok(Grant("exampleat", "examplert", timedelta(seconds=86399), NOON, "oexample", "")),
        ),
        "jd_sp_get_afs_order.json": (
            GetBill("1001"),
            Ok(Bill("1001", ORDER, "", "20", "處理中", "10", None, None, (SERVICE,), None, "")),
        ),
        "jd_sp_post_note.json": (AddNote("1001", "t", "n"), Ok(None)),
        "jd_sp_error.json": (GetBill("1001"), GatewayError("99904030005")),
    }
)
NOT_CALLED: Final = ("jd_pop_order_search.json", "jd_asc_JdIntervene.json")
"""Methods that no connector needs: a search over orders, and the seller's own way to call JD in."""


def body(file: str) -> bytes:
    return shared("samples", file).read_bytes()


@pytest.mark.parametrize("file", EXPECTED)
def test_a_recorded_body_is_read_as_the_result_that_it_is(file: str) -> None:
    request, expected = EXPECTED[file]
    assert request.read(200, body(file)) == expected


def test_every_recorded_body_is_read_somewhere_here() -> None:
    assert set(BODIES) == {*EXPECTED, *NOT_CALLED}


def test_the_reply_of_a_call_for_jds_intervention_says_yes_as_its_family_does() -> None:
    assert read_router(200, body("jd_asc_JdIntervene.json"), ONE, lambda _: "yes") == Ok("yes")


def test_a_page_of_orders_is_no_single_order() -> None:
    """The search is never called; were its reply to come for another method, it would be no answer."""
    assert GetOrder(ORDER).read(200, body("jd_pop_order_search.json")) == GatewayError("unreadable")


@pytest.mark.parametrize("file", [file for file in EXPECTED if "_responce" in body(file).decode()])
@pytest.mark.parametrize("spelling", ["response", "anything"])
def test_a_body_is_read_alike_under_another_first_key(file: str, spelling: str) -> None:
    """The name is misspelt on the wire, and JD's own reader takes the first key whatever it is."""
    request, expected = EXPECTED[file]
    renamed = {f"x_{spelling}": inside for inside in json.loads(body(file)).values()}
    assert request.read(200, json.dumps(renamed).encode()) == expected


@pytest.mark.parametrize("file", [file for file in EXPECTED if file.startswith("jd_sp")])
def test_an_sp_body_is_read_alike_in_its_wrapper(file: str) -> None:
    request, expected = EXPECTED[file]
    wrapped = {"Response": json.loads(body(file))}
    assert request.read(200, json.dumps(wrapped).encode()) == expected


def test_the_sp_gateways_refusal_is_one_under_any_status() -> None:
    for status in (200, 400, 403, 500):
        assert GetShop().read(status, body("jd_sp_error.json")) == GatewayError("99904030005")
