"""Taobao's protocol by examples: what each reply comes to, what each request asks for, what is never done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs
import pytest

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_taobao.protocol import (
    FOR_MEMO,
    LONGEST_BAN,
    NEVER_CALLED,
    App,
    DisputeType,
    Fields,
    Grant,
    MemoUpdate,
    MessagesConfirm,
    MessagesConsume,
    Refund,
    RefundGet,
    RefundsReceiveGet,
    TimeGet,
    TokenCreate,
    TradeFullInfoGet,
    TradeGet,
    TradeStatus,
    authorise_link,
    call,
    envelope,
    may_retry,
    parse,
    read_callback,
    with_note,
)
from expressplatform_taobao.protocol.envelope import LARGEST
from expressplatform_taobao.protocol.values import moment
from expressplatform_taobao.signing import METHODS, Value, encode, sign

NOW: Final = datetime(2024, 2, 29, 4, 0, tzinfo=UTC)
APP: Final = App("12345678", "helloworld")


def body(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def error(code: object, sub_code: str = "", **more: str) -> Result[object]:
    found = {"error_response": {"code": code, "sub_code": sub_code, **more}}
    return parse(TradeGet("1"), 200, body(found), now=NOW)


class TestAnErrorComesWithStatus200:
    """The codes are the platform's; what they come to is ours."""

    @pytest.mark.parametrize("code", [4, 5, 6, 7, 8, "7"])
    def test_a_limit_asks_for_patience(self, code: object) -> None:
        assert error(code) == Throttled(None)

    @pytest.mark.parametrize("code", [7, 15, 40])
    def test_a_ban_tells_until_when_under_whatever_code(self, code: int) -> None:
        said = "This ban will last for 31062 more seconds"
        found = error(code, "accesscontrol.limited-by-dynamic-access-count", sub_msg=said)
        assert found == Throttled(NOW + timedelta(seconds=31062))

    @pytest.mark.parametrize(("said", "seconds"), [("ban will last for 0 more seconds", 0), ("last for 1 second", 1)])
    def test_the_length_of_a_ban_is_read_from_the_sentence(self, said: str, seconds: int) -> None:
        assert error(7, sub_msg=said) == Throttled(NOW + timedelta(seconds=seconds))
        assert error(7, msg=said) == Throttled(NOW + timedelta(seconds=seconds))

    def test_a_ban_without_end_is_asked_about_again(self) -> None:
        assert error(7, sub_msg=f"last for {'9' * 5000} more seconds") == Throttled(NOW + LONGEST_BAN)

    @pytest.mark.parametrize(("code", "reason"), [(26, "missing_session"), (27, "invalid_session")])
    def test_a_session_that_is_gone_disconnects_the_shop(self, code: int, reason: str) -> None:
        assert error(code, "isv.whatever") == Disconnected(reason)

    @pytest.mark.parametrize("code", [3, *range(9, 14), *range(21, 26), *range(28, 35), 40, 41, 42, 43])
    def test_the_gateways_own_refusals_are_no_business(self, code: int) -> None:
        assert error(code, "isv.invalid-parameter") == GatewayError(str(code))

    @pytest.mark.parametrize(
        ("code", "sub_code", "result"),
        [
            (15, "isv.trade-not-exist", BusinessError("15", "isv.trade-not-exist")),
            (15, "FAIL_BIZ", BusinessError("15", "FAIL_BIZ")),
            (50, "isv.refund-not-found", BusinessError("50", "isv.refund-not-found")),
            (15, "isp.remote-service-timeout", GatewayError("isp.remote-service-timeout")),
            (15, "", GatewayError("15")),
            (999, "", GatewayError("999")),
            (999, "other", GatewayError("999")),
            (0, "", GatewayError("unreadable")),
            ("", "other", GatewayError("other")),
            ({}, "", GatewayError("unreadable")),
        ],
    )
    def test_a_service_that_says_no_is_told_from_one_that_fails(
        self, code: object, sub_code: str, result: Result[object]
    ) -> None:
        assert error(code, sub_code) == result

    def test_an_answer_with_a_code_in_it_is_an_error_too(self) -> None:
        found = {"trade_get_response": {"code": "15", "sub_code": "isv.x", "trade": {"tid": 1}}}
        assert parse(TradeGet("1"), 200, body(found), now=NOW) == BusinessError("15", "isv.x")

        found = {"trade_get_response": {"code": "0", "sub_code": "isv.x", "trade": {"tid": 1}}}
        assert parse(TradeGet("1"), 200, body(found), now=NOW) == BusinessError("0", "isv.x")

    @pytest.mark.parametrize("code", [0, "0", ""])
    def test_an_answer_with_the_code_of_success_is_none(self, code: object) -> None:
        found = {"trade_get_response": {"code": code, "sub_code": "", "trade": {"tid": 1}}}
        assert isinstance(parse(TradeGet("1"), 200, body(found), now=NOW), Ok)

    @pytest.mark.parametrize("code", ["10", "isp.service-error", "http_503"])
    def test_what_passes_by_itself_may_be_read_again(self, code: str) -> None:
        assert may_retry(GatewayError(code))

    @pytest.mark.parametrize(
        "result",
        [GatewayError("25"), GatewayError("unreadable"), GatewayError("http_404"), BusinessError("15", "isv.x"),
         Disconnected("invalid_session"), Throttled(None), Ok(1)],
    )  # fmt: skip
    def test_what_does_not_is_not(self, result: Result[object]) -> None:
        assert not may_retry(result)


class TestAReplyThatIsNone:
    """The body is asked first, the status where it says nothing."""

    @pytest.mark.parametrize(
        ("status", "data", "result"),
        [
            (200, b"", GatewayError("unreadable")),
            (200, b"<error_response><code>27</code></error_response>", GatewayError("unreadable")),
            (200, b"[]", GatewayError("unreadable")),
            (200, b"\xff\xfe", GatewayError("unreadable")),
            (200, b'{"error_response": null}', GatewayError("unreadable")),
            (200, b'{"trade_get_response": null}', GatewayError("malformed")),
            (200, b'{"trade_get_response": {}}', GatewayError("malformed")),
            (200, b'{"trade_get_response": {"trade": {"status": "X"}}}', GatewayError("malformed")),
            (200, b'{"trade_get_response": {"trade": {"tid": 1, "orders": ["x"]}}}', GatewayError("malformed")),
            (200, b'{"refund_get_response": {"refund": {"refund_id": 1}}}', GatewayError("other_method")),
            (200, b" " * (LARGEST + 1), GatewayError("too_large")),
            (502, b"<html>", GatewayError("http_502")),
            (302, b"{}", GatewayError("http_302")),
            (500, b'{"trade_get_response": {"trade": {"tid": 1}}}', GatewayError("http_500")),
            (429, b"", Throttled(None)),
            (400, b'{"error_response": {"code": 27}}', Disconnected("invalid_session")),
        ],
        ids=range(16),
    )  # fmt: skip
    def test_it_has_its_code(self, status: int, data: bytes, result: Result[object]) -> None:
        assert parse(TradeGet("1"), status, data, now=NOW) == result

    def test_a_byte_order_mark_and_raw_control_characters_are_let_pass(self) -> None:
        found = '\ufeff{"trade_get_response":{"trade":{"tid":1,"seller_memo":"a\tb\nc\x01"}}}'.encode()
        result = parse(TradeGet("1"), 200, found, now=NOW)
        assert isinstance(result, Ok)
        assert result.value.seller_memo == "a\tb\nc\x01"

    def test_other_prefixes_stay_in_the_wrapper(self) -> None:
        found = envelope(200, b'{"tmall_x_get_response": {"a": "1"}}', method="tmall.x.get", now=NOW)
        assert isinstance(found, Ok)
        assert found.value.text("a") == "1"
        assert isinstance(envelope(200, b'{"tmall_x_get_response": {}}', now=NOW), Ok)

    def test_the_instant_of_a_reply_must_know_its_zone(self) -> None:
        with pytest.raises(InvalidInput):
            parse(TimeGet(), 200, b"{}", now=NOW.replace(tzinfo=None))

    def test_a_page_without_a_list_is_empty(self) -> None:
        found = body({"refunds_receive_get_response": {"has_next": "false", "request_id": "1"}})
        result = parse(RefundsReceiveGet(NOW, NOW, use_has_next=True), 200, found, now=NOW)
        assert isinstance(result, Ok)
        assert (result.value.refunds, result.value.has_next, result.value.total) == ((), False, None)

    def test_messages_whose_content_is_not_json_still_tell_their_topic(self) -> None:
        rows = [{"id": 1, "topic": "taobao_top_AuthCancel", "user_id": 5, "content": "<xml/>"}]
        result = parse(MessagesConsume(), 200, body({"messages": {"tmc_message": rows}}), now=NOW)
        assert isinstance(result, Ok)
        (message,) = result.value
        assert (message.topic, message.shop_id, message.refund_id) == ("taobao_top_AuthCancel", "5", "")


@pytest.mark.parametrize(
    "text", ["2024-02-30 00:00:00", "2024-02-29 24:00:00", "1999-12-31 00:00:00", "2024-02-29T00:00:00"]
)
def test_a_time_that_is_not_on_the_calendar_is_none(text: str) -> None:
    assert moment(text) is None


class TestMoneyWentBack:
    """Only where a refund of money succeeded, with its amount in yuan."""

    def refund(self, **fields: object) -> Refund:
        row = {"refund_id": 1, "status": "SUCCESS", "refund_fee": "19.99", "dispute_type": "REFUND", **fields}
        result = parse(RefundGet("1"), 200, body({"refund_get_response": {"refund": row}}), now=NOW)
        assert isinstance(result, Ok)
        return result.value

    @pytest.mark.parametrize("kind", ["REFUND", "REFUND_AND_RETURN", ""])
    def test_a_success_with_its_amount(self, kind: str) -> None:
        assert self.refund(dispute_type=kind).paid == Money("CNY", 1999)

    def test_an_amount_may_come_as_a_number(self) -> None:
        assert self.refund(refund_fee=19.95).paid == Money("CNY", 1995)

    @pytest.mark.parametrize(
        "fields",
        [{"status": "CLOSED"}, {"status": "WAIT_SELLER_AGREE"}, {"status": ""}, {"status": "success"},
         {"refund_fee": "0.00"}, {"refund_fee": "1999"}, {"refund_fee": 1999}, {"refund_fee": "19.999"},
         {"refund_fee": "-19.99"}, {"refund_fee": None}, {"dispute_type": "TMALL_EXCHANGE"}, {"dispute_type": "NEW"}],
        ids=str,
    )  # fmt: skip
    def test_anything_less_proves_nothing(self, fields: dict[str, object]) -> None:
        assert self.refund(**fields).paid is None


class TestARequestAsksForNoMoreThanItNeeds:
    """Field by field."""

    def test_no_field_tells_who_the_buyer_is_or_what_anybody_wrote(self) -> None:
        asked = ",".join(
            str(one.parameters()["fields"])
            for one in (TradeGet("1"), TradeFullInfoGet("1"), RefundGet("1"), RefundsReceiveGet(NOW, NOW))
        )
        assert not {"buyer", "receiver", "reason", "desc", "oaid", "memo"} & set(asked.replace("_", ",").split(","))

    def test_fields_beyond_the_list_cannot_be_asked_for(self) -> None:
        for fields in (("tid", "receiver_name"), ("buyer_open_uid",), ()):
            with pytest.raises(InvalidInput):
                call(TradeGet("1", fields), APP, at=NOW, session="s")

    def test_a_memo_is_read_with_its_flag_and_written_with_it(self) -> None:
        read = TradeFullInfoGet("1", FOR_MEMO)
        found = body({"trade_fullinfo_get_response": {"trade": {"tid": 1, "seller_memo": "theirs", "seller_flag": 3}}})
        trade = parse(read, 200, found, now=NOW)
        assert isinstance(trade, Ok)
        memo = with_note(trade.value.seller_memo, "Case 0123-4567-M")
        assert memo == "theirs\nCase 0123-4567-M"
        write = MemoUpdate("1", memo, trade.value.seller_flag)
        assert write.parameters() == {"tid": "1", "memo": memo, "flag": 3}
        answer = body({"trade_memo_update_response": {"trade": {"tid": 1, "modified": "2024-02-29 12:00:00"}}})
        written = parse(write, 200, answer, now=NOW)
        assert isinstance(written, Ok)
        assert written.value.modified == NOW
        assert parse(write, 200, b"{}", now=NOW) == GatewayError("malformed")

    def test_without_a_flag_none_is_sent(self) -> None:
        assert "flag" not in MemoUpdate("1", "memo").parameters()

    def test_a_memo_has_a_thousand_bytes(self) -> None:
        assert with_note("字" * 330, "Case 1-2") is not None
        for wrong in (lambda: with_note("字" * 331, "Case 1-2"), lambda: MemoUpdate("1", "字" * 334)):
            with pytest.raises(InvalidInput, match="1000 bytes"):
                wrong()

    def test_a_longer_reference_is_another_line(self) -> None:
        assert with_note("Case 12", "Case 1") == "Case 12\nCase 1"
        assert with_note("XCase 1", "Case 1") == "XCase 1\nCase 1"
        assert with_note("說明：Case 1。", "Case 1") is None

    def test_a_window_goes_forward_and_is_written_in_gmt_8(self) -> None:
        asked = RefundsReceiveGet(NOW - timedelta(minutes=10), NOW, page=2, use_has_next=True, status="SUCCESS")
        sent = encode(asked.parameters())
        assert (sent["start_modified"], sent["end_modified"]) == ("2024-02-29 11:50:00", "2024-02-29 12:00:00")
        assert (sent["page_no"], sent["page_size"], sent["use_has_next"]) == ("2", "100", "true")
        assert sent["status"] == "SUCCESS"
        with pytest.raises(InvalidInput):
            RefundsReceiveGet(NOW, NOW - timedelta(seconds=1))

    @pytest.mark.parametrize("tid", ["", "1 ", "x", "１", "9" * 21, "-1"])
    def test_an_identifier_is_digits(self, tid: str) -> None:
        for wrong in (lambda: TradeGet(tid), lambda: RefundGet(tid), lambda: MessagesConfirm((tid,))):
            with pytest.raises(InvalidInput):
                wrong()


@attrs.frozen
class Forbidden:
    """What nobody should write: a request for any method."""

    method: ClassVar[str] = "taobao.top.oaid.decrypt"
    reads: ClassVar[bool] = True
    session: ClassVar[bool] = False

    def parameters(self) -> Mapping[str, Value]:
        return {}

    def answer(self, found: Fields, now: datetime) -> str:
        return found.text("name")


class TestWhatIsNeverDone:
    """The list is kept whoever writes the request."""

    @pytest.mark.parametrize("method", NEVER_CALLED)
    def test_a_method_that_is_never_called_is_refused(self, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Forbidden, "method", method)
        with pytest.raises(InvalidInput, match="never called"):
            call(Forbidden(), APP, at=NOW)

    @pytest.mark.parametrize(
        "gateway",
        ["http://gw.api.taobao.com/router/rest", "https://gw.api.taobao.com/router/rest?x=1", "https://u:p@host/",
         "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", ""],
    )  # fmt: skip
    def test_nothing_is_sent_in_clear_or_with_a_query(self, gateway: str) -> None:
        with pytest.raises(InvalidInput):
            call(TimeGet(), APP, at=NOW, gateway=gateway)

    @pytest.mark.parametrize("gateway", ["http://127.0.0.1:8123/router/rest", "https://api.taobao.com/router/rest"])
    def test_a_stand_in_on_this_machine_and_other_gateways_may_be_used(self, gateway: str) -> None:
        assert call(TimeGet(), APP, at=NOW, gateway=gateway).url == gateway

    def test_a_method_that_needs_a_shop_is_not_sent_without_one(self) -> None:
        with pytest.raises(InvalidInput, match="authorisation"):
            call(TradeGet("1"), APP, at=NOW)

    def test_a_session_goes_only_where_it_is_needed(self) -> None:
        assert "session" not in call(TimeGet(), APP, at=NOW, session="s").parameters

    def test_the_clock_must_know_its_zone(self) -> None:
        with pytest.raises(InvalidInput):
            call(TimeGet(), APP, at=NOW.replace(tzinfo=None))


class TestSigning:
    """The parts that no recorded vector touches."""

    def test_the_example_of_the_documentation_holds(self) -> None:
        signed = sign({"method": "taobao.time.get", "v": "2.0"}, "helloworld", "md5")
        assert f"'{signed}'" in (sign.__doc__ or "")

    def test_hmac_sha256_is_what_is_used_where_nothing_is_said(self) -> None:
        assert sign({"a": "b"}, "k") == sign({"a": "b"}, "k", "hmac-sha256")
        assert call(TimeGet(), APP, at=NOW).parameters["sign_method"] == "hmac-sha256"

    def test_a_non_breaking_space_is_sent_as_it_is(self) -> None:
        """No signer leaves it out: Java does not call it white space."""
        assert encode({"memo": "\u00a0"}) == {"memo": "\u00a0"}

    @pytest.mark.parametrize("value", [None, 1.5, b"x", [1], {"a": 1}, 2**63, "\ud800", "", " "], ids=repr)
    def test_a_value_without_one_spelling_is_refused_by_name(self, value: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            encode({"good": "1", "memo": value})
        assert [problem.path for problem in caught.value.problems] == ["$.memo"]

    @pytest.mark.parametrize("name", ["", " ", "\ud800"])
    def test_a_name_must_be_one(self, name: str) -> None:
        with pytest.raises(InvalidInput):
            encode({name: "1"})

    @pytest.mark.parametrize("secret", ["", "\ud800"])
    def test_there_is_no_signature_without_a_secret(self, secret: str) -> None:
        for method in METHODS:
            with pytest.raises(InvalidInput):
                sign({"a": "b"}, secret, method)

    @pytest.mark.parametrize("method", ["MD5", "sha1", ""])
    def test_there_are_three_methods(self, method: str) -> None:
        with pytest.raises(InvalidInput):
            sign({"a": "b"}, "k", method)


STATE: Final = "0123456789abcdefghij_-"


class TestConnectingAShop:
    """The way to the platform and back."""

    def test_the_link_holds_the_key_the_way_back_and_the_word(self) -> None:
        link = urlsplit(authorise_link("12345678", "https://trader.example.com/back", STATE))
        assert (link.scheme, link.netloc, link.path) == ("https", "oauth.taobao.com", "/authorize")
        assert parse_qs(link.query) == {
            "response_type": ["code"],
            "client_id": ["12345678"],
            "redirect_uri": ["https://trader.example.com/back"],
            "state": [STATE],
            "view": ["web"],
        }

    @pytest.mark.parametrize("state", ["", "short", "x" * 129, "with space and more"])
    def test_a_word_that_can_be_guessed_is_refused(self, state: str) -> None:
        with pytest.raises(InvalidInput):
            authorise_link("1", "https://trader.example.com/back", state)

    @pytest.mark.parametrize(
        "uri", ["http://trader.example.com/", "https://a/?x=1", "https://u@a/", "javascript:x", ""]
    )
    def test_the_way_back_is_tls_and_plain(self, uri: str) -> None:
        with pytest.raises(InvalidInput):
            authorise_link("1", uri, STATE)

    @pytest.mark.parametrize(
        ("query", "result"),
        [
            ({"code": "abc", "state": STATE}, Ok(Grant("abc"))),
            ({"code": "abc", "state": "another word entirely"}, GatewayError("other_state")),
            ({"code": "abc"}, GatewayError("other_state")),
            ({"state": STATE}, GatewayError("malformed")),
            ({"state": STATE, "error": "access_denied"}, Disconnected("denied")),
            ({str(n): "x" for n in range(40)}, GatewayError("malformed")),
        ],
    )
    def test_what_comes_back_is_a_code_a_no_or_somebody_elses(
        self, query: dict[str, str], result: Result[Grant]
    ) -> None:
        assert read_callback(urlencode(query), STATE) == result

    def test_a_code_never_prints(self) -> None:
        assert "abc" not in repr(read_callback(f"code=abc&state={STATE}", STATE))

    @pytest.mark.parametrize("found", [{}, {"token_result": "no json"}, {"token_result": "{}"}, {"token_result": 5}])
    def test_a_token_without_a_token_is_none(self, found: object) -> None:
        assert parse(TokenCreate("c"), 200, body(found), now=NOW) == GatewayError("malformed")

    def test_a_lifetime_beyond_the_calendar_is_not_said(self) -> None:
        found = {"token_result": {"access_token": "t", "expires_in": 10**12 - 1, "w2_expires_in": -5}}
        result = parse(TokenCreate("c"), 200, body(found), now=NOW)
        assert isinstance(result, Ok)
        assert (result.value.expires_at, result.value.w2_until, result.value.shop_id) == (None, None, "")

    def test_a_clock_that_says_nothing_is_malformed(self) -> None:
        assert parse(TimeGet(), 200, body({"time": "soon"}), now=NOW) == GatewayError("malformed")


def test_an_enumeration_prints_what_it_knows_and_equals_its_text() -> None:
    found = body({"trade": {"tid": 1, "status": "TRADE_CLOSED", "orders": [{"status": "9123 4567"}, {}]}})
    result = parse(TradeGet("1"), 200, found, now=NOW)
    assert isinstance(result, Ok)
    assert result.value.status == "TRADE_CLOSED"
    assert result.value.status is TradeStatus.TRADE_CLOSED
    shown = repr(result)
    assert "TRADE_CLOSED" in shown
    assert "<unknown>" in shown
    assert "<none>" in shown
    assert "9123" not in shown
    assert DisputeType.REFUND == "REFUND"
