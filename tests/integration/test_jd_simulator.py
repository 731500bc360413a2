"""The simulated JD over real sockets: asked by the protocol, and by requests as other clients build them."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs
import httpx
import pytest

from expressplatform.errors import TransportFailed
from expressplatform.money import Money
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.transport import HttpRequest, HttpxTransport
from expressplatform_jd.protocol import (
    AddNote,
    App,
    Basis,
    Caller,
    Code,
    Endpoints,
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
    ListEntries,
    ListRefunds,
    ListServices,
    Operator,
    QueryShop,
    Renew,
    Request,
    RouterCall,
    SaveTrack,
    SetRemark,
    Shop,
    SpCall,
    authorise_link,
    prepare,
    prepare_oauth,
    read_callback,
)
from expressplatform_jd.protocol.calls import Outgoing
from expressplatform_jd.simulator import (
    ROUGH,
    Endpoint,
    Fault,
    IllegalMove,
    JdSimulator,
    Kind,
    Limit,
    Manners,
    Registered,
    demo,
)
from tests.asgi_server import served
from tests.shared import shared_json

T = TypeVar("T")
START: Final = datetime(2024, 2, 29, 4, 0, tzinfo=UTC)
ORDER: Final = "300000000001"
VENDER: Final = "10086"
APP: Final = App("simulated-app", "simulated-secret")
OPERATOR: Final = Operator(VENDER, "agent", "agent")
STATE: Final = "0123456789abcdef"


@attrs.define
class Clock:
    """A time that moves when somebody moves it."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **parts: float) -> datetime:
        self.at += timedelta(**parts)
        return self.at


@attrs.define
class Asking:
    """A simulator behind a socket, and a client that asks it with the protocol."""

    simulator: JdSimulator
    clock: Clock
    client: httpx.Client
    base: str
    caller: Caller

    @property
    def endpoints(self) -> Endpoints:
        where = Endpoint(self.base)
        return Endpoints(where.sp, where.router, where.oauth)

    def send(self, out: Outgoing) -> httpx.Response:
        return self.client.request(out.verb, out.address(), headers=dict(out.headers), content=out.body)

    def ask(self, request: Request[T], caller: Caller | None = None, at: datetime | None = None) -> Result[T]:
        out = prepare(request.call(), caller or self.caller, at or self.clock.at, self.endpoints)
        answer = self.send(out)
        return request.read(answer.status_code, answer.content)

    def good(self, request: Request[T]) -> T:
        result = self.ask(request)
        assert isinstance(result, Ok), result
        return result.value

    def posted(self, fields: dict[str, str], **how: Any) -> Any:
        answer = self.client.post(f"{self.base}/routerjson", **(how or {"data": fields}))
        assert answer.status_code == 200
        return answer.json()


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[list[JdSimulator], str, httpx.Client]]:
    """One socket for all, behind which each test puts a simulator of its own."""
    behind: list[JdSimulator] = [demo()]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await behind[0](scope, receive, send)

    with served(application) as base, httpx.Client(trust_env=False, follow_redirects=False) as client:
        yield behind, base, client


@pytest.fixture
def jd(line: tuple[list[JdSimulator], str, httpx.Client]) -> Asking:
    behind, base, client = line
    clock = Clock()
    made = behind[0] = JdSimulator(now=clock)
    made.world.open_shop(VENDER, "20086", "示範旗艦店")
    made.world.open_shop("10010", "20010", "另一家店")
    made.world.place_order(VENDER, ORDER, 8900, state="WAIT_GOODS_RECEIVE_CONFIRM")
    token = made.sessions.connect(VENDER)
    return Asking(made, clock, client, base, Caller(APP, token))


def error_code(body: Any) -> str:
    return str(body["error_response"]["code"])


class TestWhatItTells:
    """Every request of the protocol is answered, over a socket, with what the world holds."""

    def test_the_shop_by_both_gateways(self, jd: Asking) -> None:
        assert jd.ask(GetShop()) == jd.ask(QueryShop()) == Ok(Shop(VENDER, "20086", "示範旗艦店"))

    def test_an_order_and_only_the_fields_asked_for(self, jd: Asking) -> None:
        order = jd.good(GetOrder(ORDER))
        assert order is not None
        assert (order.paid, order.state, order.vender_id) == (
            Money("CNY", 8900),
            "WAIT_GOODS_RECEIVE_CONFIRM",
            VENDER,
        )
        assert order.ordered_at == START
        out = prepare(GetOrder(ORDER).call(), jd.caller, jd.clock.at, jd.endpoints)
        assert "ciphertext" not in jd.send(out).text
        asked = RouterCall("jingdong.pop.order.get", {"order_id": int(ORDER), "optional_fields": "consigneeInfo"})
        assert "ciphertext" in jd.send(prepare(asked, jd.caller, jd.clock.at, jd.endpoints)).text

    def test_an_order_of_another_shop_is_not_there(self, jd: Asking) -> None:
        jd.simulator.world.place_order("10010", "300000000009", 100)
        for number in ("300000000009", "42"):
            assert jd.ask(GetOrder(number)) == BusinessError("10100001", "")

    def test_a_remark_is_replaced_by_what_is_written(self, jd: Asking) -> None:
        assert jd.good(GetRemark(ORDER)).text == ""
        assert jd.ask(SetRemark(ORDER, "first", 3)) == Ok(None)
        assert (jd.good(GetRemark(ORDER)).text, jd.good(GetRemark(ORDER)).flag) == ("first", 3)
        assert jd.ask(SetRemark("42", "x")) == BusinessError("10100001", "")

    def test_a_bill_by_both_gateways_until_it_is_paid(self, jd: Asking) -> None:
        sale = jd.simulator.world.ask_after_sale(ORDER)
        bill = jd.good(GetBill(sale.bill_id))
        assert bill is not None
        assert (bill.order_id, bill.service_ids, bill.payment) == (ORDER, (sale.service_id,), None)
        service = jd.good(GetService(OPERATOR, sale.service_id, ORDER))
        assert service is not None
        assert service.status == "10001"
        for status in ("10005", "10007", "10009", "10010"):
            jd.simulator.world.move_sale(sale.bill_id, status)
        done = jd.good(GetBill(sale.bill_id))
        assert done is not None
        assert (done.status, done.payment) == ("100", None)
        assert jd.good(GetActualRefund(sale.service_id)) is None
        assert [one.payment for one in jd.good(ListRefunds(ORDER)).items] == [None]
        jd.simulator.world.pay_back(sale.bill_id, 5000)
        paid = jd.good(GetBill(sale.bill_id))
        assert paid is not None
        found = [paid.payment, jd.good(GetActualRefund(sale.service_id)), jd.good(ListRefunds(ORDER)).items[0].payment]
        assert [one and (one.basis, one.amount) for one in found] == [
            (basis, Money("CNY", 5000))
            for basis in (Basis.SP_REFUND_STATUS, Basis.ACTUAL_REFUND, Basis.SERVICE_AND_REFUND)
        ]

    def test_a_refund_before_dispatch_through_its_statuses(self, jd: Asking) -> None:
        made = jd.simulator.world.apply_for_refund(ORDER, 8900)
        seen = []
        for status in ("1", "3"):
            seen.append(jd.good(ListApplications(ORDER)).items[0].payment)
            jd.simulator.world.move_application(made.application_id, status)
        assert seen == [None, None]
        payment = jd.good(ListApplications(ORDER)).items[0].payment
        assert payment is not None
        assert payment.amount == Money("CNY", 8900)
        with pytest.raises(IllegalMove):
            jd.simulator.world.move_application(made.application_id, "0")

    def test_what_changed_in_a_window_by_both_gateways(self, jd: Asking) -> None:
        world = jd.simulator.world
        sales = []
        for _ in range(7):
            jd.clock.forward(minutes=1)
            sales.append(world.ask_after_sale(ORDER))
        since, until = START + timedelta(minutes=3), START + timedelta(minutes=6)
        expected = [one.bill_id for one in reversed(sales[2:6])]
        page = jd.good(ListBills(since, until, size=3))
        assert ([one.bill_id for one in page.items], page.total, page.last) == (expected[:3], 4, 2)
        rest = jd.good(ListBills(since, until, page=2, size=3))
        assert [one.bill_id for one in rest.items] == expected[3:]
        services = jd.good(ListServices(OPERATOR, since, until))
        assert [one.service_id for one in services.items] == [one.service_id for one in reversed(sales[2:6])]
        assert {one.bill_id for one in jd.good(ListBills(order_id=ORDER)).items} == {one.bill_id for one in sales}

    def test_a_note_stands_in_the_log(self, jd: Asking) -> None:
        sale = jd.simulator.world.ask_after_sale(ORDER)
        assert jd.ask(AddNote(sale.bill_id, "投訴", "EX-1")) == Ok(None)
        assert jd.ask(SaveTrack(OPERATOR, sale.service_id, "EX-2")) == Ok(None)
        assert {one.text for one in jd.good(ListEntries(sale.bill_id)).items} == {"EX-1", "EX-2"}
        tracks = RouterCall("jingdong.asc.track.list", {**OPERATOR.parameters(), "serviceId": int(sale.service_id)})
        told = jd.send(prepare(tracks, jd.caller, jd.clock.at, jd.endpoints)).json()
        rows = told["jingdong_asc_track_list_responce"]["result"]["data"]
        assert [row["operateRemark"] for row in rows] == ["EX-1", "EX-2"]

    def test_a_bill_that_is_not_there(self, jd: Asking) -> None:
        for missing in (GetBill("9"), AddNote("9", "t", "n"), ListEntries("9"), SaveTrack(OPERATOR, "9", "n")):
            assert jd.ask(missing) == BusinessError("40001", "")
        assert jd.ask(GetService(OPERATOR, "9", ORDER)) == Ok(None)
        assert jd.ask(ListServices(Operator("10010", "a", "a"), START, START)) == BusinessError("40003", "")

    def test_everything_is_said_alike_in_rough_manners(self, jd: Asking) -> None:
        sale = jd.simulator.world.ask_after_sale(ORDER)
        requests: list[Request[Any]] = [
            GetShop(),
            QueryShop(),
            GetOrder(ORDER),
            GetRemark(ORDER),
            GetBill(sale.bill_id),
            GetService(OPERATOR, sale.service_id, ORDER),
            ListRefunds(ORDER),
            ListApplications(ORDER),
            ListEntries(sale.bill_id),
            GetActualRefund(sale.service_id),
        ]
        plain = [jd.ask(request) for request in requests]
        jd.simulator.manners = ROUGH
        for _ in range(8):
            assert [jd.ask(request) for request in requests] == plain

    def test_rows_may_come_twice_and_in_no_order(self, jd: Asking) -> None:
        made = {jd.simulator.world.ask_after_sale(ORDER).bill_id for _ in range(9)}
        jd.simulator.manners = Manners(twice=0.5, shuffled=1.0)
        rows = [one.bill_id for one in jd.good(ListBills(order_id=ORDER)).items]
        assert len(rows) > len(made)
        assert set(rows) == made


class TestWhoMayAsk:
    """Signature, time, app, token, permission, limit: each refused as JD refuses it, by both gateways."""

    @pytest.mark.parametrize(("minutes", "refused"), [(-7, True), (-5, False), (5, False), (7, True)])
    def test_a_clock_may_be_six_minutes_off(self, jd: Asking, minutes: int, refused: bool) -> None:
        at = jd.clock.at + timedelta(minutes=minutes)
        assert isinstance(jd.ask(QueryShop(), at=at), GatewayError) is refused
        assert isinstance(jd.ask(GetShop(), at=at), GatewayError) is refused

    def test_another_secret_signs_wrongly(self, jd: Asking) -> None:
        caller = Caller(App(APP.key, "other"), jd.caller.token)
        assert jd.ask(QueryShop(), caller) == GatewayError("12")
        assert jd.ask(GetShop(), caller) == GatewayError("99904030002")

    def test_an_app_that_nobody_registered(self, jd: Asking) -> None:
        caller = Caller(App("other", "other"), jd.caller.token)
        assert jd.ask(QueryShop(), caller) == GatewayError("21")
        assert jd.ask(GetShop(), caller) == GatewayError("99904030001")

    def test_a_token_that_is_nobodys_or_was_revoked(self, jd: Asking) -> None:
        other = Caller(APP, "nobodys")
        assert (jd.ask(QueryShop(), other), jd.ask(GetShop(), other)) == (Disconnected("19"), Disconnected("http_401"))
        jd.simulator.sessions.revoke(VENDER)
        assert isinstance(jd.ask(QueryShop()), Disconnected)

    def test_a_token_of_another_app(self, jd: Asking) -> None:
        jd.simulator.sessions.register(Registered("second", "secret"))
        assert jd.ask(QueryShop(), Caller(App("second", "secret"), jd.caller.token)) == Disconnected("19")

    def test_a_token_ends(self, jd: Asking) -> None:
        jd.clock.forward(days=366)
        assert jd.ask(QueryShop()) == Disconnected("19")

    def test_a_method_that_the_app_may_not_call(self, jd: Asking) -> None:
        jd.simulator.sessions.register(Registered(APP.key, APP.secret, ("jingdong.pop.",)))
        assert jd.ask(QueryShop()) == GatewayError("24")
        assert jd.ask(GetShop()) == GatewayError("99904030004")
        assert isinstance(jd.ask(GetOrder(ORDER)), Ok)

    def test_too_many_calls_are_banned_for_a_while(self, jd: Asking) -> None:
        jd.simulator.sessions.limit = Limit(2)
        assert isinstance(jd.ask(QueryShop()), Ok)
        assert isinstance(jd.ask(GetShop()), Ok)
        assert (jd.ask(QueryShop()), jd.ask(GetShop())) == (Throttled(None), Throttled(None))
        jd.clock.forward(minutes=2)
        assert isinstance(jd.ask(QueryShop()), Ok)

    def test_after_sales_may_be_closed_to_callers_outside_jds_cloud(self, jd: Asking) -> None:
        jd.simulator.manners = Manners(cloud_only=True)
        assert jd.ask(ListBills(order_id=ORDER)) == GatewayError("99904030005")
        assert isinstance(jd.ask(GetShop()), Ok)
        assert isinstance(jd.ask(ListServices(OPERATOR, START, START)), Ok)

    def test_a_path_and_a_method_that_are_none(self, jd: Asking) -> None:
        assert jd.ask(_Raw(SpCall("GET", "/sp-none/v0/x"))) == GatewayError("99904040001")
        assert jd.ask(_Raw(RouterCall("jingdong.none"))) == GatewayError("15")

    @pytest.mark.parametrize(
        ("business", "code"),
        [({}, "41"), ({"order_id": "x", "optional_fields": "orderId"}, "41"), ({"order_id": 1}, "41")],
    )
    def test_an_argument_that_is_missing_or_none(self, jd: Asking, business: dict[str, object], code: str) -> None:
        assert jd.ask(_Raw(RouterCall("jingdong.pop.order.get", business))) == GatewayError(code)


@attrs.frozen
class _Raw:
    """A call of a test's own."""

    made: SpCall | RouterCall
    reads: ClassVar[bool] = True

    def call(self) -> SpCall | RouterCall:
        return self.made

    def read(self, status: int, body: bytes) -> Result[None]:
        request: Any = GetShop() if isinstance(self.made, SpCall) else QueryShop()
        found: Result[None] = request.read(status, body)
        return found


def signed(params: dict[str, str], secret: str = APP.secret) -> dict[str, str]:
    """Parameters with the signature, made here a second time."""
    joined = secret + "".join(name + params[name] for name in sorted(params)) + secret
    return params | {"sign": hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest().upper()}


class TestOtherClients:
    """Requests as published clients build them are taken where JD takes them."""

    def params(self, jd: Asking, **more: str) -> dict[str, str]:
        base = {
            "method": "jingdong.pop.order.get",
            "app_key": APP.key,
            "access_token": jd.caller.token,
            "timestamp": "2024-02-29 12:00:00",
            "v": "2.0",
            "360buy_param_json": json.dumps({"order_id": ORDER, "optional_fields": "orderId, venderId"}),
        }
        return {name: value for name, value in (base | more).items() if value != "-"}

    def order_of(self, body: Any) -> object:
        return body["jingdong_pop_order_get_responce"]["orderDetailInfo"].get("orderInfo")

    @pytest.mark.parametrize(
        "stamp", ["2024-02-29 12:00:00", "2024-02-29 12:00:00.683+0800", "2024-02-29 04:00:00+0000"]
    )
    def test_a_timestamp_with_and_without_offset(self, jd: Asking, stamp: str) -> None:
        told = jd.posted(signed(self.params(jd, timestamp=stamp)))
        assert self.order_of(told) == {"orderId": ORDER, "venderId": VENDER}

    def test_parameters_in_the_query_the_form_or_both(self, jd: Asking) -> None:
        params = signed(self.params(jd))
        system = {name: value for name, value in params.items() if name != "360buy_param_json"}
        business = {"360buy_param_json": params["360buy_param_json"]}
        told = [
            jd.posted(params),
            jd.posted({}, params=params),
            jd.posted({}, params=system, data=business),
            jd.client.get(f"{jd.base}/routerjson", params=params).json(),
        ]
        assert all(self.order_of(one) for one in told)

    def test_an_address_in_the_request_line(self, jd: Asking) -> None:
        """The generated Python clients write ``POST http://host/routerjson?...``, with no body and no form."""
        where = urlsplit(jd.base)
        line = f"http://{where.hostname}/routerjson?{urlencode(signed(self.params(jd)))}"
        connection = HTTPConnection(str(where.hostname), where.port or 80, timeout=5)
        try:
            connection.request("POST", line)
            told = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert self.order_of(told)

    @pytest.mark.parametrize("empty", ["", "  ", "\u3000"])
    def test_an_empty_value_signed_or_left_out_of_the_signature(self, jd: Asking, empty: str) -> None:
        """The generated clients sign it, the official Java one does not: JD answers to both."""
        both = signed(self.params(jd, format=empty))
        left_out = signed(self.params(jd)) | {"format": empty}
        assert both["sign"] != left_out["sign"]
        assert self.order_of(jd.posted(both))
        assert self.order_of(jd.posted(left_out))

    def test_a_signature_is_upper_case(self, jd: Asking) -> None:
        params = signed(self.params(jd))
        assert error_code(jd.posted(params | {"sign": params["sign"].lower()})) == "12"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"method": "-"}, "14"),
            ({"method": "jingdong.none"}, "15"),
            ({"app_key": "-"}, "20"),
            ({"app_key": "x"}, "21"),
            ({"timestamp": "-"}, "7"),
            ({"timestamp": "29/02/2024"}, "8"),
            ({"timestamp": "2024-02-31 12:00:00"}, "8"),
            ({"v": "-"}, "4"),
            ({"v": "1.0"}, "5"),
            ({"access_token": "-"}, "18"),
            ({"access_token": "x"}, "19"),
            ({"360buy_param_json": "[]"}, "41"),
            ({"360buy_param_json": "{"}, "41"),
            ({"sign_method": "sha1"}, "12"),
        ],
    )
    def test_what_is_missing_or_wrong_is_told_by_its_code(self, jd: Asking, change: dict[str, str], code: str) -> None:
        assert error_code(jd.posted(signed(self.params(jd, **change)))) == code

    def test_without_a_signature(self, jd: Asking) -> None:
        assert error_code(jd.posted(self.params(jd))) == "11"

    def test_a_changed_value_breaks_the_signature(self, jd: Asking) -> None:
        params = signed(self.params(jd))
        assert error_code(jd.posted(params | {"360buy_param_json": "{}"})) == "12"

    def test_a_body_of_another_kind_is_no_form(self, jd: Asking) -> None:
        params = signed(self.params(jd))
        assert error_code(jd.posted({}, json=params)) == "14"

    def test_header_names_of_the_sp_api_in_any_case(self, jd: Asking) -> None:
        out = prepare(GetShop().call(), jd.caller, jd.clock.at, jd.endpoints)
        headers = {name.lower(): value for name, value in out.headers.items()} | {"X-JOS-Sdk-Version": "php-v4"}
        told = jd.client.get(out.address(), headers=headers).json()
        assert told["success"] is True

    def test_a_changed_path_query_or_body_breaks_an_sp_signature(self, jd: Asking) -> None:
        sale = jd.simulator.world.ask_after_sale(ORDER)
        read = prepare(GetBill(sale.bill_id).call(), jd.caller, jd.clock.at, jd.endpoints)
        note = prepare(AddNote(sale.bill_id, "t", "n").call(), jd.caller, jd.clock.at, jd.endpoints)
        assert note.body is not None
        changed = [
            attrs.evolve(read, url=read.url.replace(sale.bill_id, "1002")),
            attrs.evolve(read, query={"scopeSet": "customerInfo"}),
            attrs.evolve(note, body=note.body.replace(b'"n"', b'"m"')),
        ]
        assert [jd.send(one).json()["errorList"][0]["code"] for one in changed] == ["99904030002"] * 3
        assert [one.text for one in sale.log] == []


VECTORS: Final[list[dict[str, Any]]] = shared_json("vectors", "jd_sign.json")


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: str(one["name"]))
def test_the_recorded_signatures_of_other_clients_are_accepted(jd: Asking, one: dict[str, Any]) -> None:
    """Each vector, posted as a form by an app that is registered with its secret, at its own time."""
    params: dict[str, str] = one["params"]
    jd.simulator.sessions.register(Registered(params["app_key"], one["secret"]))
    if "access_token" in params:
        jd.simulator.sessions.connect(VENDER, params["app_key"], params["access_token"])
    stamp = params["timestamp"]
    jd.clock.at = datetime.strptime(stamp[:19] + "+0800", "%Y-%m-%d %H:%M:%S%z")
    known = jd.posted(params | {"sign": one["expected"]})
    refused = known.get("error_response", {}).get("code")
    method = params["method"]
    assert refused in ({"15"} if method in ("m", "jingdong.areas.province.get") else {None, "41"})
    wrong = jd.posted(params | {"sign": "0" * 32})
    assert wrong["error_response"]["code"] == ("15" if refused == "15" else "12")


class TestFaults:
    """What goes wrong on request, and what the protocol makes of it."""

    def test_a_lost_request_was_not_done_and_a_lost_reply_was(self, jd: Asking) -> None:
        transport = HttpxTransport(jd.client)
        writes = {}
        for kind in (Kind.LOST_REQUEST, Kind.LOST_REPLY):
            jd.simulator.faults.ask(Fault(kind, "jingdong.pop.order.modifyVenderRemark"))
            out = prepare(SetRemark(ORDER, kind.value).call(), jd.caller, jd.clock.at, jd.endpoints)
            request = HttpRequest(out.verb, out.address(), tuple(out.headers.items()), out.body or b"")
            with pytest.raises(TransportFailed) as caught:
                transport.send(request, 5.0)
            assert caught.value.maybe_done
            writes[kind] = jd.simulator.world.orders[ORDER].remark
        assert writes == {Kind.LOST_REQUEST: None, Kind.LOST_REPLY: "lost_reply"}

    @pytest.mark.parametrize(
        ("fault", "router", "sp"),
        [
            (Fault(Kind.CUT_SHORT), GatewayError("unreadable"), GatewayError("unreadable")),
            (Fault(Kind.NO_JSON), GatewayError("unreadable"), GatewayError("unreadable")),
            (Fault(Kind.STATUS, code="503"), GatewayError("http_503"), GatewayError("http_503")),
            (Fault(Kind.STATUS, code="429"), Throttled(None), Throttled(None)),
            (Fault(Kind.GATEWAY, code="2"), Throttled(None), Throttled(None)),
            (Fault(Kind.GATEWAY, code="19"), Disconnected("19"), Disconnected("19")),
            (Fault(Kind.WITHIN, code="24"), GatewayError("24"), BusinessError("24", "")),
            (Fault(Kind.VERDICT, code="77"), BusinessError("77", ""), BusinessError("77", "")),
            (Fault(Kind.SUCCESS_VALUE, code="77"), BusinessError("77", ""), BusinessError("77", "")),
        ],
    )
    def test_every_layer_of_refusal(self, jd: Asking, fault: Fault, router: Result[Any], sp: Result[Any]) -> None:
        sale = jd.simulator.world.ask_after_sale(ORDER)
        for request, expected in ((GetService(OPERATOR, sale.service_id, ORDER), router), (GetBill(sale.bill_id), sp)):
            jd.simulator.faults.ask(fault)
            assert jd.ask(request) == expected
            assert jd.simulator.faults.waiting == ()
            assert isinstance(jd.ask(request), Ok)

    def test_a_fault_waits_for_its_call(self, jd: Asking) -> None:
        jd.simulator.faults.ask(Fault(Kind.NO_JSON, "jingdong.pop.order.get", skip=1, times=2))
        outcomes = [
            isinstance(jd.ask(one), Ok) for one in (QueryShop(), GetOrder(ORDER), GetOrder(ORDER), GetOrder(ORDER))
        ]
        assert outcomes == [True, True, False, False]
        assert isinstance(jd.ask(GetOrder(ORDER)), Ok)

    def test_a_slow_reply_comes_after_its_caller_has_gone(self, jd: Asking) -> None:
        jd.simulator.faults.ask(Fault(Kind.SLOW, seconds=0.3))
        with pytest.raises(httpx.ReadTimeout):
            jd.client.get(f"{jd.base}/rest/sp-seller/v0/venderinfo", timeout=0.05)

    def test_the_world_moves_between_two_pages(self, jd: Asking) -> None:
        def move(_: str) -> None:
            jd.simulator.world.ask_after_sale(ORDER)

        jd.simulator.before = move
        assert [len(jd.good(ListBills(order_id=ORDER)).items) for _ in range(3)] == [1, 2, 3]


class TestConnecting:
    """The way of a shop's owner: link, login page, code, tokens, renewal."""

    def code(self, jd: Asking, owner: str = VENDER) -> Result[Code]:
        jd.simulator.sessions.owner = owner
        link = authorise_link(APP.key, "http://127.0.0.1/back", STATE, jd.endpoints)
        answer = jd.client.get(link)
        assert answer.status_code == 302
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return read_callback({name: values[0] for name, values in query.items()}, STATE)

    def ask(self, jd: Asking, request: ExchangeCode | Renew, app: App = APP) -> Result[Grant]:
        answer = jd.send(prepare_oauth(request.call(), app, jd.endpoints))
        return request.read(answer.status_code, answer.content)

    def test_a_code_becomes_a_token_once(self, jd: Asking) -> None:
        code = self.code(jd)
        assert isinstance(code, Ok)
        grant = self.ask(jd, ExchangeCode(code.value))
        assert isinstance(grant, Ok)
        assert grant.value.ends_at(jd.clock.at) == START + timedelta(days=365)
        assert isinstance(jd.ask(GetShop(), Caller(APP, grant.value.access_token)), Ok)
        assert self.ask(jd, ExchangeCode(code.value)) == BusinessError("102", "")

    def test_an_owner_who_says_no(self, jd: Asking) -> None:
        assert self.code(jd, "") == BusinessError("access_denied", "")

    def test_a_code_is_good_for_ten_minutes_and_for_its_app_with_its_secret(self, jd: Asking) -> None:
        code = self.code(jd)
        assert isinstance(code, Ok)
        assert self.ask(jd, ExchangeCode(code.value), App(APP.key, "other")) == BusinessError("100", "")
        jd.clock.forward(minutes=11)
        assert self.ask(jd, ExchangeCode(code.value)) == BusinessError("102", "")

    def test_a_token_is_renewed_in_its_last_day_only_and_the_old_pair_ends(self, jd: Asking) -> None:
        code = self.code(jd)
        assert isinstance(code, Ok)
        first = self.ask(jd, ExchangeCode(code.value))
        assert isinstance(first, Ok)
        assert self.ask(jd, Renew(first.value.refresh_token)) == BusinessError("103", "")
        jd.clock.forward(days=364.5)
        second = self.ask(jd, Renew(first.value.refresh_token))
        assert isinstance(second, Ok)
        assert second.value.access_token != first.value.access_token
        assert self.ask(jd, Renew(first.value.refresh_token)) == BusinessError("104", "")
        assert jd.ask(QueryShop(), Caller(APP, first.value.access_token)) == Disconnected("19")
        assert isinstance(jd.ask(QueryShop(), Caller(APP, second.value.access_token)), Ok)

    def test_renewals_are_counted(self, jd: Asking) -> None:
        jd.simulator.sessions.lifetime = timedelta(hours=24)
        jd.simulator.sessions.renewals_a_month = 1
        code = self.code(jd)
        assert isinstance(code, Ok)
        grant = self.ask(jd, ExchangeCode(code.value))
        assert isinstance(grant, Ok)
        again = self.ask(jd, Renew(grant.value.refresh_token))
        assert isinstance(again, Ok)
        assert self.ask(jd, Renew(again.value.refresh_token)) == BusinessError("105", "")

    @pytest.mark.parametrize("path", ["/oauth2/to_login", "/oauth2/none", "/", "/rest", "/oauth2/to_login?app_key=x"])
    def test_what_is_no_request_has_a_status(self, jd: Asking, path: str) -> None:
        assert jd.client.get(f"{jd.base}{path}").status_code in (400, 404)
        assert jd.client.post(f"{jd.base}{path}").status_code in (404, 405)


class TestTheWorld:
    def test_a_world_that_lives_moves_legally_for_a_long_time(self) -> None:
        clock = Clock()
        simulator = JdSimulator(now=clock)
        simulator.world.open_shop(VENDER, "1", "x")
        assert simulator.world.happen(random.Random(0)) == ""
        simulator.world.place_order(VENDER, ORDER, 100)
        luck = random.Random(1)
        seen = set()
        for _ in range(400):
            clock.forward(seconds=7)
            simulator.world.happen(luck)
            seen |= {sale.status for sale in simulator.world.sales}
        assert {"10001", "10004", "10010", "10011", "10041"} <= seen
        assert {sale.refund_status for sale in simulator.world.sales} == {"10", "20"}

    def test_an_order_moves_through_its_states(self) -> None:
        world = demo().world
        order = world.place_order(VENDER, "7", 100)
        for state in ("WAIT_SELLER_STOCK_OUT", "WAIT_GOODS_RECEIVE_CONFIRM", "FINISHED_L"):
            world.move_order("7", state)
        assert order.state == "FINISHED_L"
        with pytest.raises(IllegalMove):
            world.move_order("7", "NOT_PAY")

    def test_nothing_prints_a_token_or_a_secret(self) -> None:
        simulator = demo()
        shown = f"{simulator!r} {simulator.sessions!r} {simulator.world!r} {Registered()!r}"
        assert "simulated-secret" not in shown
        assert "simulated-token" not in shown

    def test_nothing_is_logged(self, jd: Asking, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            jd.simulator.faults.ask(Fault(Kind.LOST_REPLY))
            with pytest.raises(httpx.RemoteProtocolError):
                jd.ask(QueryShop())
            jd.ask(QueryShop())
        ours = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore", "uvicorn"))]
        assert ours == []
