"""What JD's replies come to, layer by layer, and what is sent to JD."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Throttled
from expressplatform_jd.protocol import (
    CHINA,
    AddNote,
    App,
    Application,
    Basis,
    Bill,
    Caller,
    Code,
    Endpoints,
    Entry,
    ExchangeCode,
    GetActualRefund,
    GetBill,
    GetOrder,
    GetRemark,
    GetService,
    GetShop,
    Grant,
    ListApplications,
    ListBills,
    ListChangedApplications,
    ListEntries,
    ListRefunds,
    ListServices,
    Moment,
    Operator,
    Page,
    Payment,
    QueryShop,
    Refund,
    Remark,
    Renew,
    RouterCall,
    SaveTrack,
    SetRemark,
    Shop,
    SpCall,
    authorise_link,
    prepare,
    prepare_oauth,
    read_callback,
    renewable,
)
from expressplatform_jd.signing import sign, sign_sp

NOON: Final = datetime(2024, 2, 29, 12, 0, tzinfo=CHINA)
CALLER: Final = Caller(App("key", "secret"), "token")
OPERATOR: Final = Operator("10086", "pin", "nick")
UNREADABLE: Final = GatewayError("unreadable")
STATE: Final = "0123456789abcdef"
FEN: Final = Money("CNY", 1230)


def router(inside: object, **beside: object) -> bytes:
    """A reply of routerjson with code 0."""
    return json.dumps(
        {"jingdong_x_responce": {"code": "0", **(inside if isinstance(inside, dict) else {})}, **beside}
    ).encode()


def sp(data: object, **beside: object) -> bytes:
    """A reply of the SP-API that says yes."""
    return json.dumps({"success": True, "data": data, **beside}).encode()


ORDER_ROW: Final = {"orderId": 7, "venderId": 10086, "orderState": "FINISHED_L", "orderPayment": "89.00"}
YES: Final = {"success": True, "numberCode": 0}


def order(verdict: object = YES, row: object = ORDER_ROW) -> bytes:
    """A reply of `GetOrder` for order 7."""
    return router({"orderDetailInfo": {"apiResult": verdict, "orderInfo": row}})


def read_order(body: bytes, status: int = 200) -> Any:
    """The state of the order that was read, or the refusal."""
    result = GetOrder("7").read(status, body)
    return result.value.state if isinstance(result, Ok) and result.value else result


class TestTheFourLayersOfARefusal:
    """JD says no in four places, most of them under HTTP 200; one no is enough."""

    @pytest.mark.parametrize("status", [200, 500])
    @pytest.mark.parametrize(
        ("code", "result"),
        [
            ("2", Throttled(None)),
            (2, Throttled(None)),
            ("18", Disconnected("18")),
            ("19", Disconnected("19")),
            ("12", GatewayError("12")),
            ("24", GatewayError("24")),
            (None, GatewayError("unconfirmed")),
            ("請稍候再試", UNREADABLE),
        ],
    )
    def test_the_gateways_error_comes_before_all(self, status: int, code: object, result: object) -> None:
        body = json.dumps({**json.loads(order()), "error_response": {"code": code, "zh_desc": "x"}}).encode()
        assert read_order(body, status) == result

    def test_an_error_that_is_no_object_is_an_error(self) -> None:
        assert read_order(router({}, error_response="down")) == GatewayError("unconfirmed")

    def test_an_error_sent_as_a_json_text_is_opened(self) -> None:
        assert read_order(json.dumps({"error_response": '{"code": "19"}'}).encode()) == Disconnected("19")

    def test_an_empty_error_is_none(self) -> None:
        assert read_order(order()[:-1] + b', "error_response": ""}') == "FINISHED_L"

    @pytest.mark.parametrize(
        ("code", "result"), [("19", Disconnected("19")), (2, Throttled(None)), ("9", GatewayError("9"))]
    )
    def test_the_code_within_is_the_gateways_too(self, code: object, result: object) -> None:
        assert read_order(json.dumps({"x_responce": {"code": code}}).encode()) == result
        assert read_order(json.dumps({"code": code, "errorMessage": "x"}).encode()) == result

    @pytest.mark.parametrize("no", [False, "false", "TRUE", 1, "yes"])
    def test_a_method_that_does_not_say_yes_says_no(self, no: object) -> None:
        assert read_order(order({"success": no, "numberCode": 10100001})) == BusinessError("10100001", "")

    @pytest.mark.parametrize("verdict", [{}, None, "", {"numberCode": 0}, {"success": None}])
    def test_what_says_neither_yes_nor_no_is_no_answer(self, verdict: object) -> None:
        assert read_order(order(verdict)) == GatewayError("unconfirmed")

    @pytest.mark.parametrize("yes", [True, "true"])
    def test_yes_is_true_or_its_text(self, yes: object) -> None:
        assert read_order(order({"success": yes})) == "FINISHED_L"

    def test_a_familys_code_of_success_must_stand_beside_a_yes(self) -> None:
        """``00000`` for the after-sales lists, ``200`` for an actual refund."""
        listed = {"success": True, "totalCount": 0, "data": []}
        read = ListRefunds("7").read
        assert read(200, router({"pageResult": {**listed, "code": "00000"}})) == Ok(Page((), 1, 50, 0, None))
        assert read(200, router({"pageResult": {**listed, "code": "200"}})) == BusinessError("200", "")
        actual = GetActualRefund("5").read
        assert actual(200, router({"result": {"success": "true", "errorCode": "200"}})) == Ok(None)
        assert actual(200, router({"result": {"success": "true", "errorCode": "00000"}})) == BusinessError("00000", "")

    def test_a_good_code_is_a_yes_of_its_own(self) -> None:
        assert SaveTrack(OPERATOR, "5", "n").read(200, router({"result": {"code": "00000"}})) == Ok(None)

    def test_no_message_of_the_platform_travels(self) -> None:
        verdict = {"success": False, "numberCode": "wang xiaoming", "englishErrCode": "wang", "chineseErrCode": "王"}
        assert read_order(order(verdict)) == BusinessError("unreadable", "")


class TestWhatHttpSays:
    @pytest.mark.parametrize("read", [GetOrder("7").read, GetShop().read])
    @pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
    def test_a_status_speaks_where_the_body_does_not(self, read: Callable[[int, bytes], object], body: bytes) -> None:
        assert read(429, body) == Throttled(None)
        assert read(401, body) == Disconnected("http_401")
        assert read(503, body) == GatewayError("http_503")
        assert read(302, body) == GatewayError("http_302")
        assert read(7, body) == GatewayError("http")

    def test_a_good_body_under_a_bad_status_is_no_answer(self) -> None:
        assert read_order(order(), 502) == GatewayError("http_502")
        assert GetShop().read(502, sp({"venderId": 1})) == GatewayError("http_502")

    def test_an_error_list_is_read_under_any_status(self) -> None:
        body = json.dumps({"success": False, "errorList": [{"code": "41", "message": "x"}]}).encode()
        assert GetShop().read(200, body) == BusinessError("41", "")
        assert GetShop().read(404, body) == BusinessError("41", "")
        assert GetShop().read(401, body) == Disconnected("http_401")
        assert GetShop().read(429, body) == Throttled(None)


class TestTheSpEnvelope:
    def test_an_error_beside_success_is_an_error(self) -> None:
        assert GetShop().read(200, sp({"venderId": 1}, errorList=[{"code": 41}])) == BusinessError("41", "")
        assert GetShop().read(200, sp({"venderId": 1}, errorList={"code": ""})) == BusinessError("unconfirmed", "")

    def test_a_code_of_its_gateway_is_no_business(self) -> None:
        assert GetShop().read(403, sp(None, errorList=[{"code": "99904030005"}])) == GatewayError("99904030005")
        assert GetShop().read(200, sp(None, errorList=[{"code": "19"}])) == Disconnected("19")

    @pytest.mark.parametrize("said", [False, None, 1, "false"])
    def test_what_does_not_say_yes_says_no(self, said: object) -> None:
        assert GetShop().read(200, json.dumps({"success": said}).encode()) == BusinessError("unconfirmed", "")

    def test_silence_is_no_answer(self) -> None:
        assert GetShop().read(200, b'{"data": {"venderId": 1}}') == GatewayError("unconfirmed")

    def test_two_answers_in_one_are_none(self) -> None:
        assert GetShop().read(200, sp({"venderId": 1}, Response={"success": True})) == UNREADABLE

    def test_a_routerjson_error_may_come_as_well(self) -> None:
        assert GetShop().read(200, b'{"error_response": {"code": "19"}}') == Disconnected("19")

    @pytest.mark.parametrize("data", [None, {}, [], "x", 3, {"venderId": "a b"}])
    def test_a_shop_without_its_number_is_unreadable(self, data: object) -> None:
        assert GetShop().read(200, sp(data)) == UNREADABLE

    def test_a_shop_is_its_numbers_and_its_name(self) -> None:
        data = {"venderId": 10086, "shopBaseInfo": {"shopId": 2, "shopName": "店", "principal": "王"}}
        assert GetShop().read(200, sp(data)) == Ok(Shop("10086", "2", "店"))


class TestTolerance:
    """JD's own reader takes the first key, an object for a list, ``""`` for nothing; texts may hold anything."""

    def test_control_characters_stand_raw_in_texts(self) -> None:
        assert read_order(order(row={**ORDER_ROW, "orderState": "A\\B"}).replace(b"A\\\\B", b"A\t\nB")) == "A\t\nB"

    def test_a_byte_order_mark_and_broken_utf_8_are_read_over(self) -> None:
        assert read_order(b"\xef\xbb\xbf" + order().replace(b"FINISHED_L", b"FINISHED\xff")) == "FINISHED\ufffd"

    def test_a_lone_surrogate_is_replaced(self) -> None:
        assert read_order(order(row={**ORDER_ROW, "orderState": "\ud800"})) == "\ufffd"

    def test_a_structure_may_be_a_json_text_at_every_level(self) -> None:
        detail = json.dumps({"apiResult": json.dumps(YES), "orderInfo": json.dumps(ORDER_ROW)})
        envelope = json.dumps({"code": 0, "orderDetailInfo": detail})
        assert read_order(json.dumps({"x": envelope}).encode()) == "FINISHED_L"

    @pytest.mark.parametrize("row", ["", None])
    def test_an_order_that_is_not_there_is_told(self, row: object) -> None:
        assert GetOrder("7").read(200, order(row=row)) == Ok(None)

    def test_an_order_left_out_is_no_answer(self) -> None:
        assert read_order(router({"orderDetailInfo": {"apiResult": YES}})) == UNREADABLE

    def test_an_unknown_state_is_kept(self) -> None:
        assert read_order(order(row={**ORDER_ROW, "orderState": "NEW_STATE"})) == "NEW_STATE"

    @pytest.mark.parametrize("row", [{}, {**ORDER_ROW, "orderId": 8}, {**ORDER_ROW, "orderId": None}, [1], "[[]]"])
    def test_another_order_than_asked_is_no_answer(self, row: object) -> None:
        assert read_order(order(row=row)) == UNREADABLE

    @pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b"[" * 100_000, b"1" * 5000, b"NaN", b'{"a": "{"}'])
    def test_what_is_no_object_is_unreadable(self, body: bytes) -> None:
        assert read_order(body) == UNREADABLE
        assert GetShop().read(200, body) in (UNREADABLE, GatewayError("unconfirmed"))

    @pytest.mark.parametrize(
        ("sent", "fen"),
        [("89.00", 8900), (89, 8900), (89.5, 8950), ("0.01", 1), ("89.000", 8900), (" 89 ", 8900)],
    )
    def test_an_orders_payment_is_yuan(self, sent: object, fen: int) -> None:
        result = GetOrder("7").read(200, order(row={**ORDER_ROW, "orderPayment": sent}))
        assert isinstance(result, Ok)
        assert result.value
        assert result.value.paid == Money("CNY", fen)

    @pytest.mark.parametrize(
        "sent", ["-1", "1.005", "1e3", "", None, "NaN", True, "1,000.00", "¥1", "１", "9" * 14, {}]
    )
    def test_what_is_no_amount_is_unknown(self, sent: object) -> None:
        result = GetOrder("7").read(200, order(row={**ORDER_ROW, "orderPayment": sent}))
        assert isinstance(result, Ok)
        assert result.value
        assert result.value.paid is None


class TestInstants:
    @pytest.mark.parametrize(
        ("sent", "at"),
        [
            ("2024-02-29 12:00:00", NOON),
            (1709179200000, NOON),
            ("2024-02-30 12:00:00", None),
            ("2024-02-29", None),
            (1709179200, None),
            ("", None),
        ],
    )
    def test_an_instant_is_milliseconds_or_civil_time_of_china(self, sent: object, at: datetime | None) -> None:
        result = GetOrder("7").read(200, order(row={**ORDER_ROW, "modified": sent}))
        assert isinstance(result, Ok)
        assert result.value
        assert result.value.modified_at == at

    def test_an_instant_without_offset_is_never_sent(self) -> None:
        naive = datetime(2024, 2, 29)  # noqa: DTZ001
        for call in (GetShop().call(), QueryShop().call()):
            with pytest.raises(InvalidInput):
                prepare(call, CALLER, naive)
        with pytest.raises(InvalidInput):
            ListBills(naive, naive)
        with pytest.raises(InvalidInput):
            ListServices(OPERATOR, naive, naive)


def bill(**parts: object) -> dict[str, object]:
    """A bill of order 7, as the SP-API sends it."""
    return {"afsOrderId": 5, "orderId": 7, **parts}


def read_bill(**parts: object) -> Any:
    """The bill that was read, or the refusal."""
    result = GetBill("5").read(200, sp(bill(**parts)))
    return result.value if isinstance(result, Ok) else result


class TestBills:
    def test_a_bill_is_its_numbers_statuses_and_dates(self) -> None:
        found = read_bill(
            orderInfo={"orderId": "7"},
            relationInfo={"orderId": 7, "serviceIdList": [1, "2"], "srcOrderId": 9},
            afsOrderStatusInfo={"mainStatus": 100, "mainStatusDesc": "完成"},
            refundInfo={"refundStatus": 20, "actualRefundAmount": 12.3},
            afsOrderFlagInfo={"jdDisputeFlag": "true"},
            afsOrderBaseInfo={"buId": 10086, "modifiedTime": 1709179200000, "applyName": "王"},
            upgradeInfo={"upgradeStatus": 3},
        )
        assert found == Bill("5", "7", "10086", "100", "完成", "20", FEN, NOON, ("1", "2"), True, "3")
        assert found.key == ("5", NOON)

    @pytest.mark.parametrize(
        "parts",
        [{"orderId": None}, {"orderInfo": {"orderId": 8}}, {"afsOrderId": ""}, {"afsOrderId": 6}, {"refundInfo": [1]}],
    )
    def test_a_bill_of_no_or_two_orders_or_another_number_is_no_answer(self, parts: dict[str, object]) -> None:
        assert read_bill(**parts) == UNREADABLE

    def test_a_bill_that_is_not_there_is_none(self) -> None:
        assert GetBill("5").read(200, sp(None)) == Ok(None)

    def test_a_page_tells_how_many_there_are(self) -> None:
        told = {"totalItems": 101, "currentPage": 2, "pageSize": 50, "hasNextPage": True}
        result = ListBills(order_id="7").read(200, sp([bill()], paginationData=told))
        assert isinstance(result, Ok)
        assert (result.value.total, result.value.number, result.value.last, result.value.more) == (101, 2, 3, True)

    def test_one_row_may_stand_without_its_list(self) -> None:
        result = ListBills(order_id="7").read(200, sp(bill()))
        assert isinstance(result, Ok)
        assert (len(result.value.items), result.value.total, result.value.last) == (1, None, None)

    def test_an_empty_page_is_told_and_a_page_cut_short_is_no_answer(self) -> None:
        read = ListBills(order_id="7").read
        empty = read(200, sp(None, paginationData={"totalItems": 0}))
        assert empty == Ok(Page((), 1, 50, 0, None)) == read(200, sp([], paginationData={"totalItems": 0}))
        assert isinstance(empty, Ok)
        assert empty.value.last == 1
        assert read(200, sp(None)) == read(200, sp(None, paginationData={"totalItems": 3})) == UNREADABLE

    @pytest.mark.parametrize("rows", [[bill(), {}], [bill(), None], [bill(), 3], [bill(orderId=8)]])
    def test_a_row_that_cannot_be_read_or_is_of_another_order_spoils_the_page(self, rows: object) -> None:
        assert ListBills(order_id="7").read(200, sp(rows)) == UNREADABLE

    def test_the_log_is_its_lines(self) -> None:
        rows = [{"operateRemark": "line", "operateTime": 1709179200000, "operateName": "王"}]
        result = ListEntries("5").read(200, sp(rows, paginationData={"totalItems": 1}))
        assert result == Ok(Page((Entry("line", NOON),), 1, 50, 1, None))

    def test_a_window_has_two_ends_in_order_and_something_is_asked_for(self) -> None:
        for wrong in ((None, None), (NOON, None), (None, NOON), (NOON, NOON)):
            with pytest.raises(InvalidInput):
                ListBills(*wrong)


class TestPayments:
    """A finished bill is no payment: there are four proofs, and nothing else is one."""

    @pytest.mark.parametrize(
        "refund",
        [
            {},
            {"refundStatus": 10, "actualRefundAmount": "12.30"},
            {"refundStatus": 100, "estimateRefundDetail": {"maxRefundAmount": "12.30"}},
            {"actualRefundAmount": "12.30"},
        ],
    )
    def test_a_bill_that_is_done_proves_nothing_without_its_refund_status(self, refund: object) -> None:
        assert read_bill(afsOrderStatusInfo={"mainStatus": 100}, refundInfo=refund).payment is None

    @pytest.mark.parametrize(
        ("refund", "amount"),
        [
            ({"actualRefundAmount": "12.30"}, FEN),
            ({"actualRefundDetail": {"actualRefundAmount": 12.3}}, FEN),
            ({"actualRefundAmount": "12.30", "actualRefundDetail": {"actualRefundAmount": 12.3}}, FEN),
            ({"actualRefundAmount": "12.30", "actualRefundDetail": {"actualRefundAmount": 12.4}}, None),
            ({"actualRefundAmount": "12.30", "actualRefundDetail": {"actualRefundAmount": "?"}}, None),
            ({"estimateRefundDetail": {"maxRefundAmount": "12.30"}, "applyRefundAmount": "12.30"}, None),
        ],
    )
    def test_a_refund_status_of_20_is_a_payment_of_what_was_actually_paid(
        self, refund: dict[str, object], amount: Money | None
    ) -> None:
        found = read_bill(refundInfo={"refundStatus": 20, **refund}).payment
        assert found == Payment(Basis.SP_REFUND_STATUS, "7", "5", amount, None)

    @pytest.mark.parametrize("status", [*range(3), *range(4, 12), 16, 27, "", None])
    def test_an_application_is_paid_in_no_status_but_3(self, status: object) -> None:
        row = {"id": 9, "orderId": "7", "status": status, "applyRefundSum": 1230}
        result = ListApplications("7").read(200, router({"queryResult": {"totalCount": 1, "result": [row]}}))
        assert isinstance(result, Ok)
        assert result.value.items[0].payment is None

    def test_an_application_approved_by_finance_is_paid_in_fen(self) -> None:
        row = {"raId": 9, "orderId": "7", "status": 3, "applyRefundSum": "1230", "checkTime": "2024-02-29 12:00:00"}
        result = ListApplications("7").read(200, router({"queryResult": {"success": True, "result": row}}))
        assert result == Ok(Page((Application("9", "7", "3", FEN, NOON),), 1, 50, None, None))
        assert isinstance(result, Ok)
        assert result.value.items[0].payment == Payment(Basis.REFUND_APPLICATION, "7", "9", FEN, NOON)

    def test_applications_of_a_window_are_of_any_order_and_know_both_their_instants(self) -> None:
        rows = [
            {"id": 9, "orderId": "7", "status": 1, "applyTime": "2024-02-29 12:00:00", "checkTime": 1709179200000},
            {"id": 10, "orderId": "8", "status": 77, "applyTime": ""},
        ]
        read = ListChangedApplications(NOON, NOON).read
        result = read(200, router({"queryResult": {"totalCount": 2, "result": rows}}))
        first = Application("9", "7", "1", None, NOON, NOON)
        assert result == Ok(Page((first, Application("10", "8", "77", None, None)), 1, 50, 2, None))
        assert read(200, router({"queryResult": {"totalCount": 1, "result": [{"orderId": 7}]}})) == UNREADABLE

    @pytest.mark.parametrize("told", [{"code": 403}, {"success": False, "code": 403}])
    def test_a_refusal_never_becomes_an_empty_list(self, told: dict[str, object]) -> None:
        assert ListApplications("7").read(200, router({"queryResult": {"result": [], **told}})) == BusinessError(
            "403", ""
        )
        assert ListApplications("7").read(200, router({"queryResult": {}})) == UNREADABLE

    def test_rows_of_another_order_are_no_answer(self) -> None:
        row = {"id": 9, "orderId": "8", "status": 3}
        assert ListApplications("7").read(200, router({"queryResult": {"result": [row]}})) == UNREADABLE
        refund = {"sameOrderServiceBill": {"serviceId": 5, "orderId": 8}}
        assert ListRefunds("7").read(200, router({"pageResult": {"success": True, "data": [refund]}})) == UNREADABLE

    @pytest.mark.parametrize(
        ("change", "paid"),
        [
            ({}, True),
            ({"status": 13}, True),
            ({"status": 14}, False),
            ({"status": 99}, False),
            ({"completeTime": None}, False),
            ({"completeTime": "soon"}, False),
            ({"refoundAmount": None}, False),
            ({"refoundAmount": "0.00"}, False),
            ({"refoundAmount": 1230}, False),
        ],
    )
    def test_an_after_sales_refund_is_paid_with_a_time_and_an_amount(
        self, change: dict[str, object], paid: bool
    ) -> None:
        """A whole number may be yuan or fen, and JD does not say which."""
        row = {
            "afsRefundId": 3,
            "completeTime": "2024-02-29 12:00:00",
            "refoundAmount": "12.30",
            "sameOrderServiceBill": {"serviceId": 5, "orderId": 7},
            **change,
        }
        result = ListRefunds("7").read(200, router({"pageResult": {"success": True, "data": [row]}}))
        assert isinstance(result, Ok)
        found: Refund = result.value.items[0]
        assert found.payment == (Payment(Basis.SERVICE_AND_REFUND, "7", "5", FEN, NOON) if paid else None)

    def test_an_actual_refund_is_paid_in_yuan_and_an_estimate_is_not(self) -> None:
        def read(**data: object) -> object:
            inside = {"success": True, "errorCode": 200, "data": {"orderId": 7, **data}}
            return GetActualRefund("5").read(200, router({"result": inside}))

        actual, estimate = {"actualRefundAmount": "12.30"}, {"maxRefundAmount": "15.00"}
        assert read(afsActualRefundDetail=actual) == Ok(Payment(Basis.ACTUAL_REFUND, "7", "5", FEN, None))
        assert read(afsEstimateRefundDetail=estimate) == Ok(None) == read()
        assert read(afsActualRefundDetail=actual, afsEstimateRefundDetail=estimate) == UNREADABLE
        assert read(afsActualRefundDetail={"actualRefundAmount": "?"}) == UNREADABLE
        assert read(afsActualRefundDetail=actual, orderId=None) == UNREADABLE


class TestServices:
    def test_another_bill_than_asked_is_no_answer(self) -> None:
        row = {"serviceId": 5, "orderId": 7, "serviceStatus": 10010}
        body = router({"result": {"success": True, "data": row}})
        result = GetService(OPERATOR, "5", "7").read(200, body)
        assert isinstance(result, Ok)
        assert result.value
        assert result.value.key == ("5", None)
        assert GetService(OPERATOR, "5", "8").read(200, body) == UNREADABLE
        assert GetService(OPERATOR, "6", "7").read(200, body) == UNREADABLE

    def test_a_bill_that_is_not_there_is_none(self) -> None:
        assert GetService(OPERATOR, "5", "7").read(200, router({"result": {"success": True}})) == Ok(None)


def read_remark(row: object) -> object:
    """What `GetRemark` reads for order 7."""
    result = {"api_jos_result": {"success": True, "result_code": "10100000"}, "vender_remark": row}
    return GetRemark("7").read(200, router({"venderRemarkQueryResult": result}))


class TestRemarks:
    """JD keeps one remark an order and a write replaces it, so what the shop wrote is never lost."""

    def test_a_remark_is_read_as_it_was_written(self) -> None:
        assert read_remark({"remark": " 甲\n乙 ", "flag": "3", "order_id": 7}) == Ok(Remark(" 甲\n乙 ", 3))

    @pytest.mark.parametrize("row", ["", None, {}, {"remark": None}])
    def test_no_remark_is_told(self, row: object) -> None:
        assert read_remark(row) == Ok(Remark("", None))

    def test_a_remark_left_out_or_of_another_order_is_no_answer(self) -> None:
        assert read_remark({"flag": 1}) == read_remark({"remark": "x", "order_id": 8}) == UNREADABLE
        result = {"api_jos_result": {"success": True}}
        assert GetRemark("7").read(200, router({"venderRemarkQueryResult": result})) == UNREADABLE

    def test_a_line_is_added_below_theirs_and_found_again(self) -> None:
        theirs = Remark("甲\n乙", 1)
        ours = Remark(theirs.with_line("case HK-1"), 1)
        assert ours.text == "甲\n乙\ncase HK-1"
        assert ours.holds("case HK-1")
        assert not ours.holds("case HK-11")
        assert not theirs.holds("case HK-1")
        assert Remark("", None).with_line("case HK-1") == "case HK-1"

    def test_what_does_not_fit_is_refused_and_nothing_is_cut(self) -> None:
        with pytest.raises(InvalidInput):
            Remark("x" * 495, 1).with_line("case HK-1")

    def test_a_remark_is_written_with_its_flag(self) -> None:
        call = SetRemark("7", "r", 3).call()
        assert (call.method, call.business) == (
            "jingdong.pop.order.modifyVenderRemark",
            {"order_id": 7, "remark": "r", "flag": 3},
        )
        assert SetRemark("7", "r").read(200, router({"modifyvenderremark_result": {"success": "true"}})) == Ok(None)
        failed = {"success": False, "error_code": "10100039"}
        assert SetRemark("7", "r").read(200, router({"modifyvenderremark_result": failed})) == BusinessError(
            "10100039", ""
        )


class TestSending:
    def test_an_sp_call_is_signed_in_its_headers(self) -> None:
        call = ListBills(NOON, NOON + timedelta(hours=1), page=2).call()
        sent = prepare(call, CALLER, NOON, Endpoints(sp="https://sp.example"))
        assert (sent.verb, sent.body) == ("GET", None)
        address = urlsplit(sent.address())
        assert (address.netloc, address.path) == ("sp.example", "/sp-aftercare/v0/afs-orders")
        assert (
            dict(parse_qsl(address.query))
            == sent.query
            == {
                "updateStartTime": "1709179200000",
                "updateEndTime": "1709182800000",
                "page": "2",
                "pageSize": "50",
            }
        )
        assert sent.headers["X-JOS-Timestamp"] == "1709179200000"
        assert sent.headers["X-JOS-Sign"] == sign_sp(sent.headers, {}, sent.query, None, "secret")

    def test_an_sp_body_is_the_text_that_was_signed(self) -> None:
        sent = prepare(AddNote("5", "題", "文").call(), CALLER, NOON)
        assert sent.verb == "POST"
        assert sent.address() == "https://api-cn.jd.com/rest/sp-aftercare/v0/afs-orders/5/notes"
        assert sent.body == '{"afsOrderNoteDTO":{"title":"題","trackContext":"文"}}'.encode()
        body = sent.body.decode()
        assert sent.headers["X-JOS-Sign"] == sign_sp(sent.headers, {"afsOrderId": "5"}, {}, body, "secret")

    def test_a_routerjson_call_is_a_form_and_its_address_tells_nothing(self) -> None:
        sent = prepare(ListServices(OPERATOR, NOON.astimezone(UTC), NOON + timedelta(hours=1)).call(), CALLER, NOON)
        assert (sent.verb, sent.address()) == ("POST", "https://api.jd.com/routerjson")
        assert sent.body is not None
        form = dict(parse_qsl(sent.body.decode(), strict_parsing=True))
        assert form.pop("sign") == sign(form, "secret")
        assert form.pop("360buy_param_json") == (
            '{"buId":"10086","operateNick":"nick","operatePin":"pin","pageNumber":1,"pageSize":50,'
            '"updateTimeBegin":"2024-02-29 12:00:00","updateTimeEnd":"2024-02-29 13:00:00"}'
        )
        assert form == {
            "method": "jingdong.asc.sync.list",
            "app_key": "key",
            "access_token": "token",
            "timestamp": "2024-02-29 12:00:00.000+0800",
            "v": "2.0",
        }

    def test_an_order_is_asked_for_what_is_compared_and_no_more(self) -> None:
        assert GetOrder("7").call().business == {
            "order_id": 7,
            "optional_fields": "modified,orderId,orderPayment,orderStartTime,orderState,venderId",
        }

    @pytest.mark.parametrize("wrong", ["", "0", "07", "-7", "7a", "7/../8", "7?x=1", "9" * 20, "７"])
    def test_what_is_no_number_of_jds_is_never_sent(self, wrong: str) -> None:
        for make in (GetOrder, GetBill, GetRemark, ListApplications, ListRefunds, GetActualRefund, ListEntries):
            with pytest.raises(InvalidInput) as refusal:
                make(wrong)
            assert not wrong or wrong not in str(refusal.value)

    @pytest.mark.parametrize("wrong", ["", " ", "\u3000", "\x00a", "\ud800", "x" * 501])
    def test_a_text_is_not_blank_not_too_long_and_writable(self, wrong: str) -> None:
        for make in (
            lambda: AddNote("5", "t", wrong),
            lambda: SetRemark("7", wrong),
            lambda: SaveTrack(OPERATOR, "5", wrong),
        ):
            with pytest.raises(InvalidInput):
                make()

    @pytest.mark.parametrize("wrong", ["", "a b", "a\nb", "é"])
    def test_a_token_is_printable_ascii(self, wrong: str) -> None:
        with pytest.raises(InvalidInput):
            Caller(App("key", "secret"), wrong)
        with pytest.raises(InvalidInput):
            App("key", wrong)

    @pytest.mark.parametrize(
        ("request_", "name", "sent"),
        [
            (GetBill("5"), "GET /sp-aftercare/v0/afs-orders/{afsOrderId}", {"scopeSet": "refundInfo"}),
            (
                ListBills(order_id="7", size=9),
                "GET /sp-aftercare/v0/afs-orders",
                {"orderId": "7", "page": "1", "pageSize": "9"},
            ),
            (
                ListBills(NOON, NOON + timedelta(seconds=1), refund_status="20"),
                "GET /sp-aftercare/v0/afs-orders",
                {
                    "updateStartTime": "1709179200000",
                    "updateEndTime": "1709179201000",
                    "refundStatus": "20",
                    "page": "1",
                    "pageSize": "50",
                },
            ),
            (
                ListChangedApplications(NOON, NOON + timedelta(hours=1), Moment.CHECKED, 3),
                "jingdong.pop.afs.soa.refundapply.queryPageList",
                {
                    "checkTimeStart": "2024-02-29 12:00:00",
                    "checkTimeEnd": "2024-02-29 13:00:00",
                    "pageIndex": 3,
                    "pageSize": 50,
                },
            ),
            (ListEntries("5"), "GET /sp-aftercare/v0/afs-orders/{afsOrderId}/logs", {"page": "1", "pageSize": "50"}),
            (GetShop(), "GET /sp-seller/v0/venderinfo", {}),
            (QueryShop(), "jingdong.vender.shop.query", {}),
            (GetRemark("7"), "jingdong.order.venderRemark.queryByOrderId", {"order_id": 7}),
            (
                ListApplications("7"),
                "jingdong.pop.afs.soa.refundapply.queryPageList",
                {"orderId": "7", "pageIndex": 1, "pageSize": 50},
            ),
            (
                ListRefunds("7"),
                "jingdong.asc.serviceAndRefund.view",
                {"orderId": 7, "pageNumber": 1, "pageSize": 50},
            ),
            (GetActualRefund("5"), "jingdong.b2c.shop.aftersales.refund.get", {"afsServiceId": 5}),
            (
                GetService(OPERATOR, "5", "7"),
                "jingdong.asc.query.view",
                {"buId": "10086", "operatePin": "pin", "operateNick": "nick", "serviceId": 5, "orderId": 7},
            ),
            (
                SaveTrack(OPERATOR, "5", "n"),
                "jingdong.asc.track.save",
                {"buId": "10086", "operatePin": "pin", "operateNick": "nick", "serviceId": 5, "operateRemark": "n"},
            ),
        ],
    )
    def test_a_request_is_called_by_its_name_with_its_parameters(self, request_: Any, name: str, sent: object) -> None:
        call = request_.call()
        assert call.name == name
        assert (call.query if isinstance(call, SpCall) else call.business) == sent

    @pytest.mark.parametrize(
        "call",
        [
            RouterCall("jingdong.jos.master.key.get"),
            RouterCall("jingdong.asc.unsolved.message.reply"),
            RouterCall("jingdong.asc.process.JdIntervene"),
            RouterCall("jingdong.pop.afs.soa.refundapply.replyRefund"),
            SpCall("GET", "/open-security/v0/virtual-numbers/{virtualNumber}", {"virtualNumber": "1"}),
            SpCall("PATCH", "/sp-aftercare/v0/afs-orders/{afsOrderId}", {"afsOrderId": "1"}),
        ],
    )
    def test_what_decrypts_decides_or_speaks_for_the_seller_is_never_called(self, call: SpCall | RouterCall) -> None:
        with pytest.raises(InvalidInput) as refusal:
            prepare(call, CALLER, NOON)
        assert [problem.kind for problem in refusal.value.problems] == ["never_called"]

    @pytest.mark.parametrize("wrong", ["", "http://sp.example", "https://sp.example/", "ftp://x", "http://127.0.0.1.x"])
    def test_a_token_leaves_over_tls_or_to_this_machine(self, wrong: str) -> None:
        for field in ("sp", "router", "oauth"):
            Endpoints(**{field: "http://127.0.0.1:8080/rest"})
            with pytest.raises(InvalidInput):
                Endpoints(**{field: wrong})

    def test_what_may_be_repeated_says_so(self) -> None:
        assert [one for one in (AddNote, SetRemark, SaveTrack) if one.reads] == []
        assert GetOrder.reads
        assert ListBills.reads


class TestSigning:
    def test_two_places_never_share_a_name(self) -> None:
        with pytest.raises(InvalidInput):
            sign_sp({}, {"a": "1"}, {"a": "1"}, None, "s")
        with pytest.raises(InvalidInput):
            sign_sp({}, {}, {"body": "1"}, "{}x", "s")

    @pytest.mark.parametrize("body", [None, "", "{}"])
    def test_an_empty_body_is_not_signed(self, body: str | None) -> None:
        assert sign_sp({}, {}, {"a": "1"}, body, "s") == sign({"a": "1"}, "s")

    @pytest.mark.parametrize("value", ["", "  ", "\u3000", "\ud800", True, 1, 1.5, None, ["a"]])
    def test_a_value_of_two_spellings_is_refused_without_being_told(self, value: object) -> None:
        params: Any = {"a": "1", "b": value}
        makers: tuple[Callable[[], str], ...] = (
            lambda: sign(params, "s"),
            lambda: sign_sp({}, {}, params, None, "s"),
        )
        for make in makers:
            with pytest.raises(InvalidInput) as refusal:
                make()
            assert [problem.path for problem in refusal.value.problems] == ["$.b"]

    def test_an_app_signs_with_its_secret(self) -> None:
        with pytest.raises(InvalidInput):
            sign({"a": "1"}, "")


def grant(**parts: object) -> bytes:
    """A reply of the token endpoints."""
    return json.dumps({"access_token": "at", "refresh_token": "rt", "expires_in": 60, "code": 0, **parts}).encode()


class TestConnecting:
    def test_the_link_carries_the_state_and_no_secret(self) -> None:
        address = urlsplit(authorise_link("key", "https://shop.example/back?x=1", STATE))
        assert (address.scheme, address.netloc, address.path) == ("https", "open-oauth.jd.com", "/oauth2/to_login")
        assert parse_qs(address.query) == {
            "app_key": ["key"],
            "response_type": ["code"],
            "redirect_uri": ["https://shop.example/back?x=1"],
            "state": [STATE],
            "scope": ["snsapi_base"],
        }

    @pytest.mark.parametrize("back", ["http://127.0.0.1:9/back", "http://localhost/back", "http://[::1]/back"])
    def test_a_shop_may_come_back_to_this_machine_without_tls(self, back: str) -> None:
        assert authorise_link("key", back, STATE)

    @pytest.mark.parametrize(
        "back",
        [
            "",
            "x",
            "http://shop.example",
            "https://",
            "https://a@b.example",
            "https://b.example/#x",
            "https://[",
            "ftp://b",
        ],
    )
    def test_it_comes_back_nowhere_else(self, back: str) -> None:
        with pytest.raises(InvalidInput):
            authorise_link("key", back, STATE)

    @pytest.mark.parametrize("state", ["", "short", "é" * 16])
    def test_a_state_is_long_enough_not_to_be_guessed(self, state: str) -> None:
        with pytest.raises(InvalidInput):
            authorise_link("key", "https://shop.example", state)

    @pytest.mark.parametrize("query", [{}, {"code": "c"}, {"code": "c", "state": "other"}, {"state": "\ud800"}])
    def test_a_callback_with_another_state_is_nobodys(self, query: dict[str, str]) -> None:
        with pytest.raises(InvalidInput):
            read_callback(query, STATE)

    def test_a_callback_brings_a_code_or_a_refusal(self) -> None:
        assert read_callback({"code": "c", "state": STATE}, STATE) == Ok(Code("c"))
        assert read_callback({"error": "access_denied", "state": STATE}, STATE) == BusinessError("access_denied", "")
        assert read_callback({"code": "a b", "state": STATE}, STATE) == BusinessError("unconfirmed", "")

    @pytest.mark.parametrize(
        ("request_", "expected"),
        [
            (ExchangeCode(Code("c")), {"grant_type": "authorization_code", "code": "c"}),
            (Renew("rt"), {"grant_type": "refresh_token", "refresh_token": "rt"}),
        ],
    )
    def test_a_token_is_asked_for_as_documented_and_marked_as_secret(
        self, request_: ExchangeCode | Renew, expected: dict[str, str]
    ) -> None:
        sent = prepare_oauth(request_.call(), CALLER.app)
        assert (sent.verb, sent.secret_query, sent.body) == ("GET", True, None)
        assert sent.query == {"app_key": "key", "app_secret": "secret", **expected}

    def test_a_token_ends_as_long_after_its_issue_as_jd_says(self) -> None:
        result = Renew("rt").read(200, grant(time="1709179200000", expires_in=2 * 86400))
        assert isinstance(result, Ok)
        found: Grant = result.value
        assert found.ends_at(NOON + timedelta(days=9)) == NOON + timedelta(days=2)
        assert [renewable(found, NOON, NOON + timedelta(hours=hours)) for hours in (23, 24, 47, 48)] == [
            False,
            True,
            True,
            False,
        ]

    def test_without_a_time_of_issue_the_receipt_counts(self) -> None:
        result = Renew("rt").read(200, grant())
        assert isinstance(result, Ok)
        assert result.value.ends_at(NOON) == NOON + timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("status", "body", "result"),
        [
            (200, grant(code=40001), BusinessError("40001", "")),
            (400, b'{"error": "invalid_grant"}', BusinessError("invalid_grant", "")),
            (200, grant(code=2), Throttled(None)),
            (429, grant(), Throttled(None)),
            (500, b"", GatewayError("http_500")),
            (500, grant(), GatewayError("http_500")),
            (200, b"[]", UNREADABLE),
            (200, grant(access_token=""), UNREADABLE),
            (200, grant(expires_in="soon"), UNREADABLE),
            (200, grant(expires_in=10**12), UNREADABLE),
        ],
    )
    def test_a_refusal_of_tokens_is_told_apart(self, status: int, body: bytes, result: object) -> None:
        assert Renew("rt").read(status, body) == result
