"""The simulated Taobao is strict where the platform is strict and tolerant where it is tolerant.

Requests are written here as third-party SDKs write them, by hand and over real sockets; nothing of the adapter signs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import attrs
import httpx
import pytest

from expressplatform.connectors import Terms
from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.ports import HandOver, Promise, PurchaseClaim
from expressplatform.shops import BusinessError, Disconnected, Ok
from expressplatform.testing.connectors.world import Moved
from expressplatform.transport import HttpxTransport, Surroundings
from expressplatform_taobao.connector import TaobaoConnector
from expressplatform_taobao.protocol import RefundStatus, TradeStatus
from expressplatform_taobao.simulator import Kind, Registered
from tests.taobao_world import TaobaoWorld, taobao_world

CHINA = timezone(timedelta(hours=8))
FIELDS = "tid,title,status,payment,created,orders"


@pytest.fixture(name="world", scope="module")
def _world() -> Iterator[TaobaoWorld]:
    with taobao_world() as world:
        yield world


@pytest.fixture(name="client", scope="module")
def _client() -> Iterator[httpx.Client]:
    with httpx.Client(verify=ssl.create_default_context()) as client:
        yield client


@attrs.define
class Shop:
    """A shop with an order and a refund, and how it is asked by hand."""

    world: TaobaoWorld
    client: httpx.Client
    shop: str
    order: str
    bill: str
    session: str

    def parameters(self, method: str = "taobao.trade.get", **more: str) -> dict[str, str]:
        system = {
            "method": method, "app_key": "12345678", "session": self.session, "format": "json", "v": "2.0",
            "timestamp": self.world.now().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"), "sign_method": "md5",
        }  # fmt: skip
        business = {"tid": self.order, "fields": FIELDS} if method.startswith("taobao.trade") else {}
        return {name: value for name, value in {**system, **business, **more}.items() if value != "-"}

    def posted(self, params: Mapping[str, str]) -> Any:
        return self.client.post(self.world.gateway, data=dict(params)).json()

    def asked(self, method: str = "taobao.trade.get", **more: str) -> Any:
        return self.posted(signed(self.parameters(method, **more)))


def signed(params: Mapping[str, str], secret: str = "helloworld") -> dict[str, str]:
    """With a signature, as the platform's page on it tells."""
    text = "".join(f"{name}{params[name]}" for name in sorted(params))
    way = params.get("sign_method", "md5")
    if way == "md5":
        sign = hashlib.md5(f"{secret}{text}{secret}".encode(), usedforsecurity=False).hexdigest()
    else:
        sign = hmac.new(secret.encode(), text.encode(), {"hmac": "md5"}.get(way, "sha256")).hexdigest()
    return {**params, "sign": sign.upper()}


@pytest.fixture(name="shop")
def _shop(world: TaobaoWorld, client: httpx.Client) -> Shop:
    shop = world.open_shop()
    order = world.order(shop, Money("CNY", 1999))
    session = f"6100simulated{shop}"
    world.simulator.sessions.connect("12345678", shop, session)
    return Shop(world, client, shop, order, world.bill(shop, order, Money("CNY", 1999)), session)


def code_of(answer: Any) -> int:
    """The platform's code in a refusal."""
    code: int = answer["error_response"]["code"]
    return code


class TestTolerance:
    """What SDKs send, the platform takes."""

    def test_system_parameters_in_the_query_and_business_parameters_in_the_form(self, shop: Shop) -> None:
        params = signed(shop.parameters())
        form = {name: params.pop(name) for name in ("tid", "fields")}
        found = shop.client.post(shop.world.gateway, params=params, data=form).json()
        assert found["trade_get_response"]["trade"]["payment"] == "19.99"

    def test_everything_in_the_form(self, shop: Shop) -> None:
        assert shop.asked()["trade_get_response"]["trade"]["tid"] == int(shop.order)

    def test_everything_in_the_query(self, shop: Shop) -> None:
        found = shop.client.get(shop.world.gateway, params=signed(shop.parameters())).json()
        assert found["trade_get_response"]["trade"]["status"] == "WAIT_BUYER_CONFIRM_GOODS"

    def test_a_whole_address_in_the_request_line_as_old_sdks_send_it(self, shop: Shop) -> None:
        target = f"{shop.world.gateway}?{urlencode(signed(shop.parameters()))}"
        found = shop.client.get(shop.world.gateway, extensions={"target": target.encode()}).json()
        assert found["trade_get_response"]["trade"]["tid"] == int(shop.order)

    def test_multipart_with_a_file_that_is_not_signed(self, shop: Shop) -> None:
        params = signed(shop.parameters("taobao.trade.memo.update", memo="備註", fields="-"))
        files: dict[str, Any] = {name: (None, value) for name, value in params.items()}
        files["image"] = ("x.png", b"\x89PNG", "image/png")
        found = shop.client.post(shop.world.gateway, files=files).json()
        assert found["trade_memo_update_response"]["trade"]["tid"] == int(shop.order)
        assert shop.world.note(shop.shop, shop.order) == "備註"

    @pytest.mark.parametrize("way", ["md5", "hmac", "hmac-sha256"])
    def test_each_way_of_signing(self, shop: Shop, way: str) -> None:
        assert "trade_get_response" in shop.asked(sign_method=way)

    def test_md5_where_no_way_is_named(self, shop: Shop) -> None:
        assert "trade_get_response" in shop.asked(sign_method="-")

    def test_epoch_milliseconds_as_generated_sdks_send_them(self, shop: Shop) -> None:
        millis = str(int(shop.world.now().timestamp() * 1000))
        assert "trade_get_response" in shop.asked(timestamp=millis)

    def test_empty_values_signed_or_left_out_of_the_signature(self, shop: Shop) -> None:
        empty = shop.parameters(partner_id="", target_app_key=" ")
        assert "trade_get_response" in shop.posted(signed(empty))
        without = {name: value for name, value in empty.items() if value.strip()}
        assert "trade_get_response" in shop.posted({**empty, **signed(without)})

    def test_han_characters_are_signed_as_utf_8(self, shop: Shop) -> None:
        assert "trade_memo_update_response" in shop.asked(
            "taobao.trade.memo.update", memo="客人說 Café ¥19", fields="-"
        )

    def test_a_difference_of_nine_minutes(self, shop: Shop) -> None:
        for minutes in (-9, 9):
            at = shop.world.now().astimezone(CHINA) + timedelta(minutes=minutes)
            assert "trade_get_response" in shop.asked(timestamp=at.strftime("%Y-%m-%d %H:%M:%S"))


class TestForms:
    """XML where nothing is asked for, JSON, and JSON without the wrappers."""

    def test_xml_is_what_comes_where_nothing_is_asked_for(self, shop: Shop) -> None:
        answer = shop.client.post(shop.world.gateway, data=signed(shop.parameters(format="-")))
        assert answer.headers["content-type"].startswith("text/xml")
        root = ET.fromstring(answer.content)
        assert root.tag == "trade_get_response"
        assert root.findtext("trade/tid") == shop.order
        orders = root.find("trade/orders")
        assert orders is not None
        assert orders.attrib == {"list": "true"}
        assert [one.findtext("payment") for one in orders.findall("order")] == ["19.99"]

    def test_refusals_come_in_the_same_form(self, shop: Shop) -> None:
        answer = shop.client.post(shop.world.gateway, data={**shop.parameters(format="xml"), "sign": "0"})
        root = ET.fromstring(answer.content)
        assert (root.tag, root.findtext("code"), answer.status_code) == ("error_response", "25", 200)

    def test_a_form_that_is_not_there_is_refused_in_xml(self, shop: Shop) -> None:
        answer = shop.client.post(shop.world.gateway, data=signed(shop.parameters(format="yaml")))
        assert ET.fromstring(answer.content).findtext("code") == "23"

    def test_simplified_json_has_no_wrappers_but_around_refusals(self, shop: Shop) -> None:
        found = shop.asked(simplify="true")
        assert found["trade"]["orders"][0]["refund_id"] == shop.bill
        assert code_of(shop.asked(simplify="true", session="other")) == 27

    def test_an_empty_page_has_no_list_at_all(self, shop: Shop) -> None:
        window = {"start_modified": "2020-01-01 00:00:00", "end_modified": "2020-01-02 00:00:00"}
        found = shop.asked("taobao.refunds.receive.get", fields="refund_id", **window)["refunds_receive_get_response"]
        assert "refunds" not in found
        assert found["total_results"] == 0


class TestStrictness:
    """What the platform refuses, each under its own code, all of them under HTTP 200."""

    @pytest.mark.parametrize(
        ("missing", "code"),
        [("method", 21), ("app_key", 28), ("session", 26), ("timestamp", 30), ("v", 32), ("fields", 40), ("tid", 40)],
    )
    def test_what_is_missing_has_its_code(self, shop: Shop, missing: str, code: int) -> None:
        assert code_of(shop.asked(**{missing: "-"})) == code

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("app_key", "87654321", 29), ("session", "6100other", 27), ("v", "1.0", 33),
            ("timestamp", "2031-02-03T12:00:00Z", 31), ("timestamp", "now", 31),
            ("timestamp", "2031-02-30 12:00:00", 31), ("sign_method", "sha256", 25),
            ("tid", "A1", 41), ("tid", "0", 15),
        ],
    )  # fmt: skip
    def test_what_is_wrong_has_its_code(self, shop: Shop, name: str, value: str, code: int) -> None:
        assert code_of(shop.asked(**{name: value})) == code

    def test_a_signature_in_lower_case_cut_short_or_of_other_parameters_is_refused(self, shop: Shop) -> None:
        params = signed(shop.parameters())
        for sign in (params["sign"].lower(), params["sign"][:-1], "0" * 32):
            assert code_of(shop.posted({**params, "sign": sign})) == 25
        assert code_of(shop.posted({**params, "more": "than was signed"})) == 25
        assert code_of(shop.posted(signed(shop.parameters(), secret="other"))) == 25
        assert code_of(shop.posted(shop.parameters())) == 24

    def test_parameters_joined_as_some_articles_say_are_refused(self, shop: Shop) -> None:
        params = shop.parameters()
        text = "&".join(f"{name}={params[name]}" for name in sorted(params))
        sign = hashlib.md5(f"helloworld{text}helloworld".encode(), usedforsecurity=False).hexdigest().upper()
        assert code_of(shop.posted({**params, "sign": sign})) == 25

    def test_a_difference_of_eleven_minutes_is_refused_and_the_time_is_told(self, shop: Shop) -> None:
        for minutes in (-11, 11):
            at = shop.world.now().astimezone(CHINA) + timedelta(minutes=minutes)
            text = at.strftime("%Y-%m-%d %H:%M:%S")
            assert code_of(shop.asked(timestamp=text)) == 31
            told = shop.asked("taobao.time.get", timestamp=text)["time_get_response"]["time"]
            assert datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA) == shop.world.now()
        utc = shop.world.now().strftime("%Y-%m-%d %H:%M:%S")
        assert code_of(shop.asked(timestamp=utc)) == 31

    @pytest.mark.parametrize(
        ("method", "code"),
        [
            ("taobao.refund.message.add", 11), ("taobao.rp.refunds.agree", 11), ("taobao.top.oaid.decrypt", 11),
            ("taobao.openmall.refund.create", 11), ("taobao.nothing.get", 22),
        ],
    )  # fmt: skip
    def test_what_is_not_granted_or_not_there_is_refused(self, shop: Shop, method: str, code: int) -> None:
        assert code_of(shop.asked(method)) == code

    def test_another_verb_is_refused(self, shop: Shop) -> None:
        found = shop.client.request("PUT", shop.world.gateway, params=signed(shop.parameters())).json()
        assert code_of(found) == 9

    def test_only_the_fields_that_were_asked_for_come(self, shop: Shop) -> None:
        found = shop.asked(fields="tid,payment,buyer_nick,unheard_of")["trade_get_response"]["trade"]
        assert set(found) == {"tid", "payment"}

    def test_a_memo_has_a_thousand_bytes_and_a_flag_six_colours(self, shop: Shop) -> None:
        for more in ({"memo": "滿" * 334}, {"memo": "x", "flag": "6"}):
            assert code_of(shop.asked("taobao.trade.memo.update", fields="-", **more)) == 41
        assert shop.world.note(shop.shop, shop.order) == ""

    def test_pages_are_bounded(self, shop: Shop) -> None:
        for more in ({"page_size": "101"}, {"page_no": "0"}, {"page_size": "x"}, {"use_has_next": "maybe"}):
            assert code_of(shop.asked("taobao.refunds.receive.get", fields="refund_id", **more)) == 41

    def test_another_shops_order_is_not_there(self, shop: Shop, world: TaobaoWorld) -> None:
        other = world.order(world.open_shop(), Money("CNY", 1))
        assert shop.asked(tid=other)["error_response"]["sub_code"] == "isv.trade-not-exist"

    def test_a_ban_counts_down_and_ends(self, shop: Shop) -> None:
        shop.world.ban(shop.shop, 90)
        told = shop.asked()["error_response"]
        assert (told["code"], told["sub_msg"]) == (7, "This ban will last for 90 more seconds")
        assert told["sub_code"].startswith("accesscontrol.limited-by-")
        shop.world.pass_time(timedelta(seconds=60))
        assert "last for 30 more" in shop.asked()["error_response"]["sub_msg"]
        shop.world.pass_time(timedelta(seconds=31))
        assert "trade_get_response" in shop.asked()


class TestAuthorisation:
    """Codes are good once, for ten minutes; tokens are renewed in pairs; the plain way gives the same."""

    def code(self, shop: Shop, redirect: str = "https://agent.example/back") -> str:
        shop.world.simulator.owner, shop.world.simulator.consents = shop.shop, True
        query = {
            "response_type": "code",
            "client_id": "12345678",
            "redirect_uri": redirect,
            "state": "s",
            "view": "web",
        }
        answer = shop.client.get(f"{shop.world.base}/authorize", params=query, follow_redirects=False)
        assert answer.status_code == 302
        return httpx.URL(answer.headers["location"]).params["code"]

    def plain(self, shop: Shop, **form: str) -> httpx.Response:
        known = {"client_id": "12345678", "client_secret": "helloworld"}
        return shop.client.post(f"{shop.world.base}/token", data={**known, **form})

    def test_a_code_is_exchanged_once_by_the_signed_method(self, shop: Shop) -> None:
        code = self.code(shop)
        found = shop.asked("taobao.top.auth.token.create", code=code, session="-")["top_auth_token_create_response"]
        token = json.loads(found["token_result"])
        assert token["taobao_user_id"] == shop.shop
        assert (token["expires_in"], token["w2_expires_in"]) == (7_776_000, 1_800)
        again = shop.asked("taobao.top.auth.token.create", code=code, session="-")
        assert again["error_response"]["sub_code"] == "isv.invalid-code"

    def test_a_code_is_exchanged_by_the_plain_way_and_renewed(self, shop: Shop) -> None:
        answer = self.plain(shop, grant_type="authorization_code", code=self.code(shop))
        token = answer.json()
        assert answer.status_code == 200
        renewed = self.plain(shop, grant_type="refresh_token", refresh_token=token["refresh_token"]).json()
        assert renewed["access_token"] != token["access_token"]
        assert code_of(shop.asked(session=token["access_token"])) == 27
        assert "trade_get_response" in shop.asked(session=renewed["access_token"])
        assert self.plain(shop, grant_type="refresh_token", refresh_token=token["refresh_token"]).status_code == 400
        wrong = self.plain(shop, grant_type="authorization_code", code=self.code(shop), client_secret="other")
        assert wrong.status_code == 400

    def test_a_code_is_good_for_ten_minutes(self, shop: Shop) -> None:
        code = self.code(shop)
        shop.world.pass_time(timedelta(minutes=10))
        assert code_of(shop.asked("taobao.top.auth.token.create", code=code, session="-")) == 15

    def test_an_application_that_may_not_renew_is_told_so(self, shop: Shop) -> None:
        sessions = shop.world.simulator.sessions
        sessions.register(Registered("777", "another", renews=False))
        params = shop.parameters("taobao.top.auth.token.refresh", app_key="777", refresh_token="x", session="-")
        told = shop.posted(signed(params, "another"))["error_response"]
        assert told["sub_code"] == "isv.refresh-token-not-allowed"


class TestLife:
    """Orders and refunds take the platform's own steps."""

    def test_a_refund_of_money_takes_the_platforms_steps(self, shop: Shop) -> None:
        world = shop.world.world
        trade = world.trade(shop.shop, shop.order)
        assert trade is not None
        refund = world.ask_back(trade, 1999, kind="REFUND_AND_RETURN")
        world.agree(refund)
        assert refund.status == RefundStatus.SUCCESS
        with pytest.raises(ValueError, match="no such step"):
            world.move(refund, RefundStatus.CLOSED)
        with pytest.raises(ValueError, match="no such step"):
            world.advance(trade, TradeStatus.WAIT_BUYER_PAY)
        world.advance(trade, TradeStatus.TRADE_FINISHED)
        assert shop.asked()["trade_get_response"]["trade"]["status"] == "TRADE_FINISHED"

    def test_what_happens_by_chance_happens_again_under_the_same_seed(self) -> None:
        def life() -> str:
            with taobao_world() as world:
                shop = world.open_shop()
                for _ in range(60):
                    world.world.happen(shop)
                    world.pass_time(timedelta(minutes=1))
                return repr(world.world)

        assert life() == life()

    def test_a_service_that_is_down_and_a_proxys_page(self, shop: Shop) -> None:
        faults = shop.world.simulator.faults
        faults.set(Kind.BUSY)
        assert code_of(shop.asked()) in (10, 15)
        faults.set(Kind.STATUS)
        assert shop.client.post(shop.world.gateway, data=signed(shop.parameters())).status_code == 502
        faults.set(Kind.CUT_SHORT)
        with pytest.raises(ValueError, match=r"."):
            shop.asked()
        faults.set(Kind.LOST_REPLY)
        with pytest.raises(httpx.RemoteProtocolError):
            shop.asked()


def _connector(world: TaobaoWorld, client: httpx.Client, **more: Any) -> TaobaoConnector:
    async def pause(seconds: float) -> None:
        world.pass_time(timedelta(seconds=seconds))

    return TaobaoConnector(
        world.simulator.app.as_known(), transport=HttpxTransport(client), shelf=MemoryShelf(), keys=MemoryKeyStore(),
        owner="taobao", gateway=world.gateway, around=Surroundings(pause=pause, now=world.now), terms=Terms(), **more,
    )  # fmt: skip


def test_no_log_of_anybody_holds_a_secret_or_an_order(
    world: TaobaoWorld, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Every logger at its most talkative, through a whole life of a shop."""
    caplog.set_level(logging.DEBUG)
    connector, shop = _connector(world, client), world.open_shop()
    state = "an-unguessable-word"
    query = world.answer_link(shop, connector.authorise("https://agent.example/back", state), yes=True)
    caplog.clear()  # the browser's own address holds the code, as the platform makes it
    assert isinstance(connector.connect(query, state), Ok)
    order = world.order(shop, Money("CNY", 1999))
    world.move(world.bill(shop, order, Money("CNY", 1999)), Moved.PAID)
    connector.verify_purchase(shop, PurchaseClaim(order, Money("CNY", 1999)))
    connector.hand_over(shop, HandOver(order, "0123-4567-M"))
    connector.changes(shop, "", 10)
    connector.performance(shop, Promise(order, Money("CNY", 1999)))
    assert isinstance(connector.refresh(shop), Ok)
    world.revoke(shop)
    assert isinstance(connector.verify_purchase(shop, PurchaseClaim(order)), Disconnected)
    assert caplog.text
    hidden = [*world.secrets(), *world.particulars(), order, world.shop_name(shop), "0123-4567-M"]
    assert not [word for word in hidden if word in caplog.text]


def test_only_what_is_compared_is_asked_for(world: TaobaoWorld, client: httpx.Client) -> None:
    """No addressee, no buyer, no word of anybody; and the session travels in bodies alone."""
    connector, shop = _connector(world, client), world.open_shop()
    query = world.answer_link(shop, connector.authorise("https://agent.example/back", "s" * 20), yes=True)
    connector.connect(query, "s" * 20)
    order = world.order(shop, Money("CNY", 1999))
    world.bill(shop, order, Money("CNY", 1999))
    before = len(world.simulator.arrived)
    connector.verify_purchase(shop, PurchaseClaim(order))
    connector.hand_over(shop, HandOver(order, "0123-4567-M"))
    connector.changes(shop, "", 10)
    connector.performance(shop, Promise(order, Money("CNY", 1999)))
    asked = {name for one in world.simulator.arrived[before:] for name in one.parameters().get("fields", "").split(",")}
    assert not asked & {"buyer_open_uid", "buyer_nick", "receiver_name", "receiver_mobile", "reason", "desc"}
    assert all(one.verb == "POST" and one.query == "" for one in world.simulator.arrived[before:])


def test_an_application_outside_the_service_market_connects_again(world: TaobaoWorld, client: httpx.Client) -> None:
    """Its renewal is refused as business, and the shop stays connected until its session ends."""
    world.simulator.sessions.register(attrs.evolve(world.simulator.app, renews=False))
    try:
        connector, shop = _connector(world, client), world.open_shop()
        query = world.answer_link(shop, connector.authorise("https://agent.example/back", "s" * 20), yes=True)
        connector.connect(query, "s" * 20)
        world.pass_time(timedelta(minutes=2))
        assert isinstance(connector.refresh(shop), BusinessError)
        assert connector.connection(shop).usable
    finally:
        world.simulator.sessions.register(world.simulator.app)
