"""JD's protocol under whatever comes: no reply raises, no repr tells, no address carries what it should not."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput
from expressplatform.money import LARGEST, Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_jd.protocol import (
    AddNote,
    App,
    Caller,
    Code,
    ExchangeCode,
    GetActualRefund,
    GetBill,
    GetOrder,
    GetRemark,
    GetService,
    GetShop,
    ListApplications,
    ListBills,
    ListChangedApplications,
    ListEntries,
    ListRefunds,
    ListServices,
    Operator,
    QueryShop,
    Renew,
    SaveTrack,
    SetRemark,
    prepare,
    prepare_oauth,
)
from expressplatform_jd.protocol.clock import civil, instant, millis, stamp
from expressplatform_jd.protocol.values import compact, fen, parse, yuan
from expressplatform_jd.signing import SIGNED_HEADERS, sign, sign_sp
from tests.paths import places, put

RESULTS: Final = (Ok, Throttled, Disconnected, BusinessError, GatewayError)
SINCE: Final = datetime(2024, 2, 29, tzinfo=UTC)
OPERATOR: Final = Operator("10086", "agent", "agent")
REQUESTS: Final[tuple[Any, ...]] = (
    GetOrder("7"),
    GetRemark("7"),
    SetRemark("7", "r"),
    ListBills(order_id="7"),
    ListBills(SINCE, SINCE + timedelta(hours=1)),
    GetBill("7"),
    ListEntries("7"),
    AddNote("7", "t", "n"),
    ListApplications("7"),
    ListChangedApplications(SINCE, SINCE),
    ListRefunds("7"),
    GetActualRefund("7"),
    ListServices(OPERATOR, SINCE, SINCE),
    GetService(OPERATOR, "7", "7"),
    SaveTrack(OPERATOR, "7", "n"),
    GetShop(),
    QueryShop(),
    ExchangeCode(Code("c")),
    Renew("r"),
)
"""One of every request that there is."""

# Every name that a reader asks for, with values that make it go on, so that arbitrary documents get deep.
NAMES: Final = (
    "error_response", "x_responce", "code", "success", "data", "errorList", "paginationData", "Response", "result",
    "pageResult", "queryResult", "orderDetailInfo", "apiResult", "orderInfo", "orderId", "venderId", "vender_id",
    "venderRemarkQueryResult", "api_jos_result", "vender_remark", "remark", "flag", "modifyvenderremark_result",
    "afsOrderId", "refundInfo", "refundStatus", "actualRefundAmount", "actualRefundDetail", "afsOrderBaseInfo",
    "modifiedTime", "relationInfo", "serviceIdList", "afsOrderFlagInfo", "jdDisputeFlag", "totalItems", "totalCount",
    "currentPage", "pageSize", "hasNextPage", "id", "status", "applyRefundSum", "checkTime", "sameOrderServiceBill",
    "serviceId", "refoundAmount", "completeTime", "afsActualRefundDetail", "afsEstimateRefundDetail", "updateDate",
    "shop_jos_result", "shopBaseInfo", "access_token", "expires_in", "time", "numberCode", "errorCode",
)  # fmt: skip
LEAVES: Final = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "0", "7", 7, 13, 20, "00000", "200", "true", "89.00", "2024-02-29 12:00:00", 1709179200000])
    | st.sampled_from(["{}", "[]", "{", '{"success": true}', "[{}]", "\ud800", "\x00"])
)
DOCUMENTS: Final = st.recursive(
    LEAVES,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inside, max_size=8)
        | inside.map(json.dumps)
    ),
    max_leaves=12,
)


def shapes() -> list[dict[str, Any]]:
    """The good replies of every method, told once: each request finds its own in one document."""
    yes = {"success": True, "code": "0"}
    row = {"orderId": 7, "afsOrderId": 7, "serviceId": 7, "venderId": 7, "vender_id": 7, "id": 7}
    actual = {"orderId": 7, "afsActualRefundDetail": {"actualRefundAmount": "1.00"}}
    refund = {"sameOrderServiceBill": row, "completeTime": "2024-02-29 12:00:00", "refoundAmount": "1.00"}
    inside = {
        "code": "0",
        "orderDetailInfo": {"apiResult": yes, "orderInfo": row},
        "venderRemarkQueryResult": {"api_jos_result": yes, "vender_remark": {"remark": "r", "flag": 1}},
        "modifyvenderremark_result": yes,
        "queryResult": {**yes, "totalCount": 1, "result": [row]},
        "result": {"success": True, "data": row},
        "shop_jos_result": row,
    }
    return [
        {"x_responce": {**inside, "pageResult": {**yes, "totalCount": 1, "data": [row]}}},
        {"x_responce": {**inside, "pageResult": {**yes, "totalCount": 1, "data": [refund]}}},
        {"x_responce": {"result": {"success": "true", "errorCode": 200, "data": actual}}},
        {"success": True, "data": row, "paginationData": {"totalItems": 1}},
        {"success": True, "data": [row], "paginationData": {"totalItems": 1}},
        {"access_token": "a", "expires_in": 9},
    ]


PLACES: Final = [(shape, path) for shape in shapes() for path in places(shape)]


class TestWhateverComes:
    """A status and bytes are a result, always."""

    @given(body=st.binary(max_size=200), status=st.integers())
    def test_arbitrary_bytes(self, body: bytes, status: int) -> None:
        assert all(isinstance(one.read(status, body), RESULTS) for one in REQUESTS)

    @given(document=DOCUMENTS, status=st.sampled_from([200, 200, 200, 404]))
    def test_arbitrary_documents(self, document: object, status: int) -> None:
        body = json.dumps(document).encode("utf-8", "surrogatepass")
        assert all(isinstance(one.read(status, body), RESULTS) for one in REQUESTS)

    @given(place=st.sampled_from(PLACES), value=DOCUMENTS)
    def test_a_good_reply_with_anything_in_one_place(
        self, place: tuple[dict[str, Any], tuple[Any, ...]], value: object
    ) -> None:
        body = json.dumps(put(*place, value)).encode("utf-8", "surrogatepass")
        assert all(isinstance(one.read(200, body), RESULTS) for one in REQUESTS)

    @given(shape=st.sampled_from(shapes()), cut=st.integers(0, 2000))
    def test_a_reply_cut_short_is_never_good(self, shape: object, cut: int) -> None:
        body = json.dumps(shape).encode()
        short = body[: cut % len(body)]
        assert not [one for one in REQUESTS if isinstance(one.read(200, short), Ok)]

    @pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
    def test_the_good_replies_are_good(self, request_: Any) -> None:
        """Without this, the three above might never get past the first layer."""
        bodies = [json.dumps(shape).encode() for shape in shapes()]
        assert [body for body in bodies if isinstance(request_.read(200, body), Ok)]


# --- nothing tells --------------------------------------------------------------------------------------------

CANARIES: Final = st.text(string.ascii_letters, min_size=12, max_size=12).map(lambda text: f"王{text} {text[:3]}")
TOKENS: Final = st.text(string.ascii_letters, min_size=16, max_size=16)
NUMBERS: Final = st.text("123456789", min_size=15, max_size=19)


class TestNothingTells:
    """No token, secret, nick, address, number or message stands in a repr, an error or an address."""

    @given(place=st.sampled_from(PLACES), canary=CANARIES)
    def test_a_text_of_a_reply_is_in_no_repr(self, place: tuple[dict[str, Any], tuple[Any, ...]], canary: str) -> None:
        body = json.dumps(put(*place, canary), ensure_ascii=False).encode()
        for one in REQUESTS:
            result = one.read(200, body)
            assert canary not in repr(result)
            assert canary not in str(result)

    @given(document=DOCUMENTS, key=st.sampled_from(NAMES), canary=TOKENS)
    def test_a_token_of_a_reply_is_in_no_repr(self, document: object, key: str, canary: str) -> None:
        body = json.dumps({"access_token": canary, "refresh_token": canary, "expires_in": 9, key: canary}).encode()
        told = {"code", "numberCode", "errorCode"}  # codes are for operators
        results: list[Result[Any]] = [one.read(200, body) for one in REQUESTS]
        assert key in told or not [one for one in results if canary in repr(one)]

    @given(number=NUMBERS, words=CANARIES, token=TOKENS, secret=TOKENS)
    def test_a_request_prints_nothing_and_its_address_holds_numbers_only(
        self, number: str, words: str, token: str, secret: str
    ) -> None:
        operator = Operator("10086", words, words)
        caller = Caller(App("key", secret), token)
        for one in (
            GetOrder(number),
            SetRemark(number, words),
            ListBills(order_id=number),
            AddNote(number, words, words),
            GetService(operator, number, number),
            SaveTrack(operator, number, words),
            ListServices(operator, SINCE, SINCE),
        ):
            call = one.call()
            sent = prepare(call, caller, SINCE)
            printed = f"{one!r} {call!r} {sent!r} {caller!r}"
            assert not [canary for canary in (number, words, token, secret) if canary in printed]
            assert not [canary for canary in (words, token, secret) if canary in sent.address()]
        for other in (ExchangeCode(Code(token)), Renew(token)):
            printed = f"{other!r} {other.call()!r} {prepare_oauth(other.call(), caller.app)!r}"
            assert token not in printed
            assert secret not in printed

    @given(value=CANARIES)
    def test_a_refusal_names_the_place_and_not_the_value(self, value: str) -> None:
        makers: tuple[Callable[[], object], ...] = (
            lambda: GetOrder(value),
            lambda: Caller(App("key", "secret"), value),
            lambda: ListBills(order_id=value),
            lambda: AddNote("7", value * 60, "n"),
            lambda: sign({"a": value + "\ud800"}, "s"),
        )
        for make in makers:
            with pytest.raises(InvalidInput) as refusal:
                make()
            assert value not in f"{refusal.value!r} {refusal.value}"


# --- signing ---------------------------------------------------------------------------------------------------

VALUES: Final = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map(lambda text: f"x{text}")
PARAMS: Final = st.dictionaries(
    st.text(string.ascii_letters + "0123456789_-", min_size=1, max_size=8), VALUES, max_size=6
)


class TestSigning:
    """MD5 of the secret, every name with its value in the order of the names, and the secret again; upper case."""

    @given(params=PARAMS, secret=VALUES)
    def test_the_signature_is_that_of_the_joined_text(self, params: Mapping[str, str], secret: str) -> None:
        joined = "".join(name + value for name, value in sorted(params.items()) if name != "sign")
        wrapped = (secret + joined + secret).encode()
        assert sign(params, secret) == md5(wrapped, usedforsecurity=False).hexdigest().upper()

    @given(params=PARAMS, secret=VALUES, junk=VALUES)
    def test_neither_order_nor_an_old_signature_counts(self, params: dict[str, str], secret: str, junk: str) -> None:
        backwards = {**dict(reversed(params.items())), "sign": junk}
        assert sign(backwards, secret) == sign({**params, "sign": secret}, secret)

    @given(params=PARAMS, secret=VALUES, change=VALUES)
    def test_a_changed_value_changes_the_signature(self, params: dict[str, str], secret: str, change: str) -> None:
        for name in params.keys() - {"sign"}:
            assert sign({**params, name: params[name] + change}, secret) != sign(params, secret)

    @given(params=PARAMS, body=VALUES, secret=VALUES, token=TOKENS)
    def test_the_sp_signature_is_over_headers_path_query_and_body(
        self, params: dict[str, str], body: str, secret: str, token: str
    ) -> None:
        headers = dict.fromkeys(SIGNED_HEADERS, token)
        free = {name: value for name, value in params.items() if name not in {"sign", "body"}}
        together = sign({**headers, **free, "body": body}, secret)
        assert sign_sp(headers, free, {}, body, secret) == together == sign_sp(headers, {}, free, body, secret)
        lower = {name.lower(): value for name, value in headers.items()}
        assert sign_sp({**lower, "x-jos-request-identity": "vender"}, {}, free, body, secret) == together


# --- values ----------------------------------------------------------------------------------------------------

ZONES: Final = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS: Final = st.datetimes(datetime(2002, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001


class TestValues:
    @given(at=INSTANTS)
    def test_an_instant_means_the_same_in_every_form_and_from_every_zone(self, at: datetime) -> None:
        whole = at.replace(microsecond=0)
        assert instant(millis(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)
        assert instant(civil(at)) == whole
        assert stamp(at) == f"{civil(at)}.{at.microsecond // 1000:03d}+0800"
        assert civil(at) == civil(at.astimezone(UTC))

    @given(units=st.integers(0, LARGEST - 1))
    def test_money_loses_nothing(self, units: int) -> None:
        money = Money("CNY", units)
        assert yuan(f"{units // 100}.{units % 100:02d}") == fen(str(units)) == money

    @given(document=st.dictionaries(st.text(max_size=4), st.text(max_size=4) | st.integers(0, 2**63) | st.none()))
    def test_a_document_is_one_text_whatever_the_order_of_its_names(self, document: dict[str, object]) -> None:
        text = compact(document)
        assert text == compact(dict(reversed(document.items())))
        kept = {name: value for name, value in document.items() if value is not None}
        assert json.loads(text) == kept

    @given(number=st.integers(0, 2**70))
    def test_an_id_keeps_every_digit(self, number: int) -> None:
        assert parse(json.dumps([number]).encode()) == [str(number)]
