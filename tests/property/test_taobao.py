"""What holds for every request to Taobao and for every reply, however broken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_taobao.protocol import (
    GATEWAY,
    App,
    Grant,
    MemoUpdate,
    MessagesConfirm,
    MessagesConsume,
    RefundGet,
    RefundsReceiveGet,
    Request,
    TimeGet,
    TokenCreate,
    TokenRefresh,
    TradeFullInfoGet,
    TradeGet,
    UserPermit,
    authorise_link,
    call,
    envelope,
    parse,
    read_callback,
    with_note,
)
from expressplatform_taobao.protocol.values import GMT8, Fields, document, moment, stamp, yuan
from expressplatform_taobao.signing import METHODS, Value, encode, sign

NOW: Final = datetime(2024, 2, 29, 4, 0, tzinfo=UTC)
APP: Final = App("12345678", "helloworld")
OUTCOMES: Final = (Ok, Throttled, Disconnected, BusinessError, GatewayError)
REQUESTS: Final[tuple[Request[object], ...]] = (
    TradeGet("1"),
    TradeFullInfoGet("1"),
    MemoUpdate("1", "memo", 3),
    RefundGet("1"),
    RefundsReceiveGet(NOW - timedelta(hours=1), NOW),
    TimeGet(),
    TokenCreate("code"),
    TokenRefresh("token"),
    UserPermit(),
    MessagesConsume(),
    MessagesConfirm(("1", "2")),
)
NAMES: Final = (
    "error_response", "code", "sub_code", "msg", "sub_msg", "trade", "tid", "title", "status", "payment", "orders",
    "order", "refund", "refunds", "refund_id", "refund_fee", "cs_status", "modified", "created", "seller_memo",
    "seller_flag", "time", "token_result", "access_token", "expires_in", "taobao_user_id", "messages", "tmc_message",
    "refresh_token", "sub_taobao_user_id", "seller_nick", "oid", "topic", "user_id", "order_status", "refund_status",
    "dispute_type", "refund_phase", "pub_time", "id", "content", "is_success", "has_next", "total_results",
    "trade_get_response", "refund_get_response", "refunds_receive_get_response", "trade_memo_update_response",
    "time_get_response",
    "top_auth_token_create_response", "tmc_messages_consume_response",
)  # fmt: skip
TEXTS: Final = st.sampled_from(
    (
        "", "0", "1", "7", "15", "26", "27", "isv.x", "isp.x", "accesscontrol.limited-by-app-access-count", "19.99",
        "1999", "true", "2024-02-29 12:00:00", "2999-99-99 99:99:99", "SUCCESS", "{}", '{"tid":1}', "[]", "\ud800",
        "陳\x00", "This ban will last for 31062 more seconds", "This ban will last for " + "9" * 400 + " more seconds",
    )
)  # fmt: skip
DOCUMENTS: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)
STATUSES: Final = st.sampled_from((200, 200, 200, 204, 302, 401, 429, 500, 503)) | st.integers()


class TestAReplyNeverRaises:
    """Whatever a server, or whoever sits between, sends: one of the five results, and a log line without a value."""

    @given(st.sampled_from(REQUESTS), STATUSES, st.binary(max_size=200))
    def test_bytes_of_any_kind(self, request: Request[object], status: int, body: bytes) -> None:
        assert isinstance(parse(request, status, body, now=NOW), OUTCOMES)

    @given(st.sampled_from(REQUESTS), STATUSES, DOCUMENTS)
    def test_documents_made_of_the_names_that_are_read(
        self, request: Request[object], status: int, found: object
    ) -> None:
        assert isinstance(parse(request, status, json.dumps(found).encode(), now=NOW), OUTCOMES)

    @given(st.sampled_from(REQUESTS), DOCUMENTS)
    def test_answers_in_the_wrapper_of_the_method(self, request: Request[object], found: object) -> None:
        body = json.dumps({wrapper(request): found}).encode()
        result = parse(request, 200, body, now=NOW)
        assert isinstance(result, OUTCOMES)
        assert isinstance(repr(result), str)

    @given(st.sampled_from(("[", '{"a":', "[{", '"', "1" * 5000, "-", "1e999999", "NaN")), st.integers(1, 20_000))
    def test_documents_that_nest_or_never_end(self, piece: str, times: int) -> None:
        assert isinstance(envelope(200, (piece * times).encode(), now=NOW), GatewayError)


def wrapper(request: Request[object]) -> str:
    return request.method.removeprefix("taobao.").replace(".", "_") + "_response"


CANARY: Final = "Qx7Lm2Zp9Tw4"
WORDS: Final = f"陳 {CANARY}"


class TestNothingPrintsAParticular:
    """No token, secret, name, address, number or message text in what a log may take."""

    @given(st.sampled_from(REQUESTS), st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans())
    def test_a_result_of_any_reply(self, request: Request[object], outer: str, inner: str, listed: bool) -> None:
        """The words stand under every name that is read, in an answer and in an error."""
        row: dict[str, Any] = {name: WORDS for name in NAMES if not name.endswith("response")}
        row |= {"id": 7, "tid": 7, "refund_id": 7}
        answer = {**row, "trade": {**row, "orders": {"order": [row]}}, "refund": row, "code": 0, "sub_code": ""}
        answer |= {"refunds": {"refund": [row]}, "messages": [{**row, "content": json.dumps(row)}]}
        answer |= {"token_result": row, outer: {inner: [WORDS] if listed else WORDS}}
        for found in ({wrapper(request): answer}, answer, {"error_response": row}, {wrapper(request): row}):
            result = parse(request, 200, json.dumps(found).encode(), now=NOW)
            assert isinstance(result, OUTCOMES)
            assert CANARY not in repr(result)

    @given(st.sampled_from(METHODS))
    def test_a_request_and_the_call_that_is_made_of_it(self, method: str) -> None:
        number = "7319283746501928"
        requests: tuple[Request[object], ...] = (
            TradeGet(number), TradeFullInfoGet(number), MemoUpdate(number, CANARY), RefundGet(number),
            TokenCreate(CANARY), TokenRefresh(CANARY), MessagesConfirm((number,)), UserPermit(),
        )  # fmt: skip
        for one in requests:
            made = call(one, App("12345678", CANARY), at=NOW, session=CANARY + "-session", sign_method=method)
            seen = f"{one!r}{made!r}{made.url}{made.headers}"
            assert CANARY not in seen
            assert number not in seen

    @given(st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: CANARY + text))
    def test_an_error(self, value: str) -> None:
        for wrong in (
            lambda: TradeGet(value),
            lambda: RefundGet(value),
            lambda: MessagesConfirm((value,)),
            lambda: TradeGet("1", (value,)).parameters(),
            lambda: MemoUpdate("1", value * 1001),
            lambda: with_note("", value + "\n"),
            lambda: with_note(value * 100, "note"),
            lambda: encode({"memo": "", f"{value} ": ""}),
            lambda: encode({"memo": [value]}),  # type: ignore[dict-item]
            lambda: sign({}, "s", value),
            lambda: authorise_link(value, value, value + " "),
            lambda: authorise_link(value, value, "s" * 16),
            lambda: call(TradeGet("1"), APP, at=NOW, session="s", gateway=value),
            lambda: RefundsReceiveGet(NOW, NOW, status=value + " "),
        ):
            with pytest.raises(InvalidInput) as caught:
                wrong()
            assert CANARY not in str(caught.value)


class TestASignature:
    """Signing values and signing the text that is sent are one."""

    params = st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_]{1,8}", fullmatch=True),
        st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(st.characters(codec="utf-8"), min_size=1).map("x".__add__),
        max_size=6,
    )

    @given(params, st.sampled_from(METHODS), st.randoms())
    def test_it_covers_the_text_in_any_order(self, params: dict[str, Value], method: str, random: Any) -> None:
        names = list(params)
        random.shuffle(names)
        shuffled = {name: params[name] for name in names}
        assert sign(shuffled, "key", method) == sign(encode(params), "key", method)

    @given(params, st.sampled_from(METHODS))
    def test_it_is_not_of_itself(self, params: dict[str, Value], method: str) -> None:
        params.pop("sign", None)
        assert sign({**params, "sign": "ABC"}, "key", method) == sign(params, "key", method)

    @given(params, st.sampled_from(METHODS))
    def test_it_is_hexadecimal_in_upper_case(self, params: dict[str, Value], method: str) -> None:
        made = sign(params, "key", method)
        assert len(made) == (64 if method == "hmac-sha256" else 32)
        assert set(made) <= set("0123456789ABCDEF")

    @given(st.text("\t\n\v\f\r\x1c\x1d\x1e\x1f \u1680\u2000\u2003\u2008\u200a\u2028\u2029\u205f\u3000"))
    def test_what_is_nothing_to_the_platforms_client_is_never_sent(self, blank: str) -> None:
        with pytest.raises(InvalidInput):
            encode({"memo": blank})

    @given(st.sampled_from(REQUESTS), st.sampled_from(METHODS))
    def test_the_body_carries_it_and_the_address_nothing(self, request: Request[object], method: str) -> None:
        made = call(request, APP, at=NOW, session="a-session", sign_method=method)
        sent = {name: values[0] for name, values in parse_qs(made.body.decode(), strict_parsing=True).items()}
        assert sent == dict(made.parameters)
        assert sent["sign"] == sign(made.parameters, APP.secret, method)
        assert made.url == GATEWAY
        assert not urlsplit(made.url).query
        assert ("session" in sent) is request.session


class TestValuesGoBackAsTheyCame:
    """What is not known is kept, and nothing is computed that may lose a digit."""

    @given(st.integers(0, 10**20 - 1))
    def test_an_identifier_keeps_every_digit(self, number: int) -> None:
        result = parse(RefundGet("1"), 200, json.dumps({"refund": {"refund_id": number}}).encode(), now=NOW)
        assert isinstance(result, Ok)
        assert result.value.refund_id == str(number)

    @given(st.text(min_size=1))
    def test_a_status_that_nobody_knows(self, status: str) -> None:
        document = {"refund": {"refund_id": "1", "status": status, "cs_status": 99}}
        result = parse(RefundGet("1"), 200, json.dumps(document).encode(), now=NOW)
        assert isinstance(result, Ok)
        assert (result.value.status, result.value.staff) == (status, "99")
        assert result.value.paid is None or status == "SUCCESS"

    @given(st.integers(0, 10**14 - 1))
    def test_an_amount_in_yuan(self, fen: int) -> None:
        assert yuan(f"{fen // 100}.{fen % 100:02d}") == Money("CNY", fen)
        assert yuan(str(fen)) is None

    @given(
        st.integers(0, 31_000_000_000_000_000).map(
            lambda us: datetime(2000, 1, 2, tzinfo=UTC) + timedelta(microseconds=us)
        )
    )
    def test_an_instant_in_gmt_8(self, at: datetime) -> None:
        found = moment(stamp(at))
        assert found == at.replace(microsecond=0)
        assert found is not None
        assert found.tzinfo is GMT8

    @given(st.text(max_size=12))
    def test_a_text_is_an_instant_or_nothing(self, text: str) -> None:
        assert moment(text) is None
        assert moment(f"2024-02-3{text}") is None

    @given(st.lists(st.dictionaries(st.sampled_from(("tid", "oid")), st.text(max_size=3), min_size=1), max_size=3))
    def test_a_list_in_each_of_its_shapes(self, rows: list[dict[str, str]]) -> None:
        shapes: list[object] = [{"order": rows}, rows, {"other": rows}]
        if len(rows) == 1:
            shapes += [{"order": rows[0]}, rows[0]]
        if not rows:
            shapes += [None, "", {}, {"order": None}, {"order": ""}]
        for shape in shapes:
            assert [read.text("oid") for read in Fields({"orders": shape}).rows("orders", "order")] == [
                row.get("oid", "") for row in rows
            ]

    @given(st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.booleans(), max_size=4))
    def test_raw_control_characters_are_let_pass(self, value: Mapping[str, object]) -> None:
        text = json.dumps(value, ensure_ascii=False).replace("\\n", "\n").replace("\\u0000", "\x00")
        assert document(text) is not None


class TestTheMemoIsTheSellers:
    """What is there stays; ours is one more line, written once."""

    memos = st.text(st.characters(codec="utf-8"), max_size=200)

    @given(memos)
    def test_theirs_is_kept_letter_for_letter(self, memo: str) -> None:
        written = with_note(memo, "Case 0123-4567-M")
        assert written is None or written in (f"{memo}\nCase 0123-4567-M", "Case 0123-4567-M")
        assert written is None or written.startswith(memo)

    @given(memos)
    def test_a_line_that_is_there_is_not_written_again(self, memo: str) -> None:
        written = with_note(memo, "Case 0123-4567-M")
        if written is not None:
            assert with_note(written, "Case 0123-4567-M") is None
            assert with_note(written.replace("\n", " "), "Case 0123-4567-M") is None


@given(st.text(), st.text(min_size=1))
def test_a_callback_never_raises_and_needs_the_word_that_was_sent(query: str, state: str) -> None:
    result: Result[Grant] = read_callback(query, state)
    assert isinstance(result, OUTCOMES)
    assert not isinstance(result, Ok) or state in parse_qs(query)["state"]


def test_the_outcomes_are_all_there_are() -> None:
    assert {getattr(one, "__origin__", one) for one in get_args(Result)} == set(OUTCOMES)
