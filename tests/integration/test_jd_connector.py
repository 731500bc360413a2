"""The connector of JD over real sockets: what is JD's own, beside the contract of connectors."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

import attrs
import httpx
import httpx2
import pytest

from expressplatform.errors import TransportFailed
from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.ports import (
    Authorised,
    Compared,
    HandedOver,
    HandOver,
    Paid,
    Promise,
    Purchase,
    PurchaseClaim,
    Suggestion,
    Suggests,
)
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Throttled
from expressplatform.testing.connectors.stage import good
from expressplatform.testing.connectors.world import Moved
from expressplatform.transport import (
    AsyncHttpxTransport,
    HttpRequest,
    HttpResponse,
    HttpxTransport,
    Surroundings,
)
from expressplatform_jd.connector import AsyncJdConnector, JdConnector, Staff
from expressplatform_jd.protocol import App
from expressplatform_jd.simulator import ROUGH, Fault, Kind, Manners, Registered
from tests.jd_world import APP, JdWorld, Socket, jd_socket

STATE: Final = "a-word-of-32-letters-for-one-use"
BACK: Final = "https://trader.example/back"
PAID: Final = Money("CNY", 8900)


@pytest.fixture(scope="module")
def socket() -> Iterator[Socket]:
    with jd_socket() as made:
        yield made


@attrs.define
class Shop:
    """A world, a connector, one connected shop in it."""

    world: JdWorld
    connector: JdConnector
    number: str
    cursor: str = ""

    def order(self, amount: Money = PAID) -> str:
        return self.world.order(self.number, amount)

    def later(self, **by: float) -> None:
        self.world.pass_time(timedelta(**by))

    def asked(self, after: int = 0) -> list[str]:
        return self.world.simulator.calls[after:]

    def changes(self) -> list[Suggestion]:
        page = good(self.connector.changes(self.number, self.cursor, 500))
        self.cursor = page.cursor
        assert not page.more
        return list(page.suggestions)

    def told(self) -> list[tuple[str, Suggests]]:
        return [(one.bill, one.suggests) for one in self.changes()]

    def paid(self, order: str, amount: Money = PAID, **since: Any) -> tuple[Paid, str, Money | None]:
        found = good(self.connector.performance(self.number, Promise(order, amount, **since)))
        return found.paid, found.basis, found.amount


def surroundings(world: JdWorld) -> Surroundings:
    async def wait(seconds: float) -> None:
        world.pass_time(timedelta(seconds=seconds))

    return Surroundings(pause=wait, luck=lambda: 0.5, now=world.now)


@contextmanager
def shop_of(world: JdWorld, **how: Any) -> Iterator[Shop]:
    with httpx.Client(trust_env=False) as client:
        made = JdConnector(
            APP,
            transport=HttpxTransport(client),
            shelf=MemoryShelf(),
            keys=MemoryKeyStore(),
            owner="trader",
            endpoints=world.endpoints,
            around=surroundings(world),
            **how,
        )
        number = world.open_shop()
        link = made.authorise(BACK, STATE)
        assert good(made.connect(world.answer_link(number, link, yes=True), STATE)).shop == number
        yield Shop(world, made, number)


@pytest.fixture
def shop(socket: Socket) -> Iterator[Shop]:
    """By the SP-API first."""
    with shop_of(socket.put()) as made:
        yield made


@pytest.fixture
def outside(socket: Socket) -> Iterator[Shop]:
    """By routerjson, because the SP-API is closed."""
    with shop_of(socket.put(manners=Manners(cloud_only=True), services=True)) as made:
        yield made


class TestVerifying:
    def test_an_order_is_asked_for_six_fields_and_the_shop_for_its_name(self, shop: Shop) -> None:
        order, before = shop.order(), len(shop.asked())
        claim = PurchaseClaim(order, PAID, date(2030, 5, 6), shop.world.shop_name(shop.number))
        found = good(shop.connector.verify_purchase(shop.number, claim))
        assert (found.purchase, found.shop_name) == (Purchase.MATCHED, Compared.MATCHED)
        assert shop.asked(before) == ["jingdong.pop.order.get", "GET /sp-seller/v0/venderinfo"]
        form = parse_qs(shop.world.seen()[-2].body.decode())
        assert form["360buy_param_json"][0].split('"optional_fields":"')[1].split('"')[0] == (
            "modified,orderId,orderPayment,orderStartTime,orderState,venderId"
        )

    def test_a_day_is_a_day_of_gmt_8(self, shop: Shop) -> None:
        shop.world.pass_time(timedelta(hours=9))  # 00:08:09 on the seventh in Beijing, the sixth in UTC
        order = shop.order()
        found = good(shop.connector.verify_purchase(shop.number, PurchaseClaim(order, None, date(2030, 5, 7))))
        assert found.day is Compared.MATCHED

    def test_the_older_gateway_tells_the_shop_where_the_newer_does_not(self, shop: Shop) -> None:
        shop.world.simulator.faults.ask(Fault(Kind.STATUS, "GET /sp-seller", times=9, code="503"))
        claim = PurchaseClaim(shop.order(), shop_name=shop.world.shop_name(shop.number))
        assert good(shop.connector.verify_purchase(shop.number, claim)).shop_name is Compared.MATCHED
        assert shop.asked()[-1] == "jingdong.vender.shop.query"

    @pytest.mark.parametrize("number", ["0", "007", "1" * 20, "JD-1", "１２３"])
    def test_what_is_no_number_of_jds_is_not_found_without_asking(self, shop: Shop, number: str) -> None:
        before = len(shop.asked())
        if number.isascii():
            claim = PurchaseClaim(number)
            assert good(shop.connector.verify_purchase(shop.number, claim)).purchase is Purchase.NOT_FOUND
        assert shop.asked(before) == []

    def test_a_refusal_that_is_no_finding_stays_one(self, shop: Shop) -> None:
        """Only the codes of an unknown order mean that it is not there."""
        shop.world.simulator.faults.ask(Fault(Kind.VERDICT, "jingdong.pop.order.get", code="10100055"))
        found = shop.connector.verify_purchase(shop.number, PurchaseClaim(shop.order()))
        assert found == BusinessError("10100055", "")

    def test_a_method_that_is_not_granted_is_told_and_the_shop_stays(self, shop: Shop) -> None:
        shop.world.simulator.sessions.register(Registered(APP.key, APP.secret, ("GET ",)))
        assert shop.connector.verify_purchase(shop.number, PurchaseClaim("1")) == GatewayError("24")
        assert shop.connector.connection(shop.number).usable


class TestHandingOver:
    def test_the_colour_of_the_shops_remark_stays(self, shop: Shop) -> None:
        order = shop.order()
        shop.world.simulator.world.write_remark(order, "theirs", 4)
        good(shop.connector.hand_over(shop.number, HandOver(order, "0123-0001-M")))
        found = shop.world.simulator.world.orders[order]
        assert (found.flag, found.writes) == (4, 2)
        assert (found.remark or "").startswith("theirs\n")

    def test_a_full_remark_is_left_as_it_is(self, shop: Shop) -> None:
        order = shop.order()
        shop.world.write_note(shop.number, order, "滿" * 490)
        assert shop.connector.hand_over(shop.number, HandOver(order, "0123-0001-M")) == BusinessError("note_full", "")
        assert shop.world.note(shop.number, order) == "滿" * 490

    @pytest.mark.parametrize("theirs", ["a\x00b", "cut \ud83d emoji"])
    def test_a_remark_that_could_not_be_written_back_letter_for_letter_is_left(self, shop: Shop, theirs: str) -> None:
        order = shop.order()
        shop.world.write_note(shop.number, order, theirs)
        assert shop.connector.hand_over(shop.number, HandOver(order, "0123-0001-M")) == BusinessError("note_full", "")
        assert shop.world.note(shop.number, order) == theirs

    def test_where_the_remark_is_full_a_bill_may_take_the_line_once(self, socket: Socket) -> None:
        """Where its owner said that notes show in a bill's log; the remark stays as it is."""
        with shop_of(socket.put(), bill_notes=True) as shop:
            order = shop.order()
            shop.world.write_note(shop.number, order, "滿" * 490)
            notice = HandOver(order, "0123-0001-M")
            assert shop.connector.hand_over(shop.number, notice) == BusinessError("note_full", "")
            shop.world.bill(shop.number, order, PAID)
            shop.later(minutes=1)
            shop.world.bill(shop.number, order, PAID)
            shop.world.simulator.faults.ask(Fault(Kind.LOST_REPLY, "POST "))
            answers = [good(shop.connector.hand_over(shop.number, notice)) for _ in range(3)]
            assert answers == [HandedOver.WRITTEN, HandedOver.WAS_THERE, HandedOver.WAS_THERE]
            logs = [[line.text.count("0123-0001-M") for line in one.log] for one in shop.world.simulator.world.sales]
            assert logs == [[], [1]]
            assert shop.world.note(shop.number, order) == "滿" * 490

    def test_a_nearly_full_remark_takes_the_line_while_it_fits(self, socket: Socket) -> None:
        with shop_of(socket.put(), bill_notes=True) as shop:
            order = shop.order()
            shop.world.bill(shop.number, order, PAID)
            shop.world.write_note(shop.number, order, "滿" * 400)
            assert good(shop.connector.hand_over(shop.number, HandOver(order, "0123-0001-M"))) is HandedOver.WRITTEN
            assert shop.world.note(shop.number, order).startswith("滿" * 400 + "\n")
            assert shop.world.simulator.world.orders[order].flag == 3
            assert shop.world.simulator.world.sales[0].log == []

    def test_a_remark_that_cannot_be_read_is_never_overwritten(self, shop: Shop) -> None:
        order = shop.order()
        shop.world.write_note(shop.number, order, "theirs")
        read = "jingdong.order.venderRemark.queryByOrderId"
        for kind, code in ((Kind.CUT_SHORT, ""), (Kind.VERDICT, "9"), (Kind.WITHIN, "9"), (Kind.NO_JSON, "")):
            shop.world.simulator.faults.ask(Fault(kind, read, times=4, code=code))
            answer = shop.connector.hand_over(shop.number, HandOver(order, "0123-0001-M"))
            assert isinstance(answer, GatewayError | BusinessError), kind
            shop.world.simulator.faults.forget()
        assert shop.world.note(shop.number, order) == "theirs"


class TestChanging:
    def test_a_bill_that_is_paid_before_it_is_done_suggests_money(self, shop: Shop) -> None:
        shop.changes()
        bill = shop.world.bill(shop.number, shop.order(), PAID)
        shop.later(seconds=1)
        assert shop.told() == [(bill, Suggests.LOOK)]
        shop.world.simulator.world.pay_back(bill)
        shop.later(seconds=2)
        assert shop.told() == [(bill, Suggests.MONEY_BACK)]

    def test_a_dispute_before_jd_is_told(self, shop: Shop) -> None:
        shop.changes()
        bill = shop.world.bill(shop.number, shop.order(), PAID)
        shop.world.simulator.world.dispute(bill)
        shop.later(seconds=1)
        assert shop.told() == [(bill, Suggests.STEPPED_IN)]

    def test_the_second_way_tells_what_the_shop_closed_and_what_was_paid(self, outside: Shop) -> None:
        outside.changes()
        refused, ended, paid, done = (outside.world.bill(outside.number, outside.order(), PAID) for _ in range(4))
        world = outside.world.simulator.world
        numbers = {one.service_id: one.bill_id for one in world.sales}
        world.move_sale(numbers[refused], "10004")
        outside.world.move(ended, Moved.CLOSED)
        outside.world.move(paid, Moved.PAID)
        for status in ("10041", "10010"):
            world.move_sale(numbers[done], status)
        outside.later(seconds=1)
        assert dict(outside.told()) == {
            refused: Suggests.REFUSAL,
            ended: Suggests.ENDED,
            paid: Suggests.MONEY_BACK,
            done: Suggests.ENDED,
        }

    def test_a_refund_before_dispatch_is_told_when_made_and_when_decided(self, shop: Shop) -> None:
        shop.changes()
        world, order = shop.world.simulator.world, shop.order()
        made = [world.apply_for_refund(order, 8900).application_id for _ in range(4)]
        shop.later(seconds=1)
        assert sorted(shop.told()) == [(one, Suggests.LOOK) for one in made]
        shop.later(minutes=1)
        for one, ways in zip(made, (("1", "3"), ("2",), ("11",), ("1",)), strict=True):
            for way in ways:
                world.move_application(one, way)
        shop.later(seconds=1)
        assert dict(shop.told()) == {
            made[0]: Suggests.MONEY_BACK,
            made[1]: Suggests.REFUSAL,
            made[2]: Suggests.ENDED,
            made[3]: Suggests.LOOK,
        }
        shop.later(minutes=1)
        assert shop.told() == []

    def test_the_amount_of_a_refund_before_dispatch_is_told_in_fen(self, shop: Shop) -> None:
        shop.changes()
        shop.world.simulator.world.apply_for_refund(shop.order(), 1234)
        shop.later(seconds=1)
        assert [one.amount for one in shop.changes()] == [Money("CNY", 1234)]

    def test_a_long_list_is_read_in_shorter_stretches(self, shop: Shop) -> None:
        """More than eight pages of one day: the window is halved until it fits, and all are told once."""
        shop.changes()
        order, bills = shop.order(), []
        for _ in range(450):
            shop.later(seconds=3)
            bills.append(shop.world.bill(shop.number, order, PAID))
        shop.later(seconds=1)
        found: list[str] = []
        for _ in range(20):
            page = good(shop.connector.changes(shop.number, shop.cursor, 500))
            found += [one.bill for one in page.suggestions]
            shop.cursor = page.cursor
            if not page.more:
                break
        assert found == bills

    def test_a_way_that_closes_between_two_pages_loses_nothing(self, socket: Socket) -> None:
        """The whole list is read again by the other way: its bills are never of both."""
        world = socket.put()
        with shop_of(world) as shop:
            shop.changes()
            order = shop.order()
            for _ in range(120):
                shop.world.bill(shop.number, order, PAID)
            services = [one.service_id for one in world.simulator.world.sales]
            shop.later(seconds=1)
            count = 0

            def flap() -> None:
                nonlocal count
                count += 1
                world.simulator.manners = Manners(cloud_only=count >= 3)

            world.meanwhile(flap)
            found = shop.changes()
            assert shop.asked().count("GET /sp-aftercare/v0/afs-orders") > 2
            assert sorted(one.bill for one in found) == sorted(services)

    def test_a_ban_without_a_length_parks_the_shop_for_a_minute(self, shop: Shop) -> None:
        shop.world.ban(shop.number, 30)
        assert shop.connector.changes(shop.number, "", 10) == Throttled(None)
        until = shop.connector.connection(shop.number).parked_until
        assert until == shop.world.now() + timedelta(seconds=60)
        before = len(shop.asked())
        assert shop.connector.changes(shop.number, "", 10) == Throttled(until)
        assert shop.asked(before) == []


class TestProving:
    """Only four records are proofs, and each counts once."""

    def test_a_finished_bill_is_no_payment(self, shop: Shop) -> None:
        order = shop.order()
        bill = shop.world.bill(shop.number, order, PAID)
        assert shop.paid(order) == (Paid.UNKNOWN, "still_open", None)
        for status in ("10041", "10010"):
            shop.world.simulator.world.move_sale(bill, status)
        assert shop.paid(order) == (Paid.UNKNOWN, "bill_finished", None)
        shop.world.simulator.world.pay_back(bill)
        assert shop.paid(order) == (Paid.PAID, "sp_refund_status", PAID)

    def test_a_finished_bill_is_no_payment_by_the_second_way(self, outside: Shop) -> None:
        order = outside.order()
        outside.world.bill(outside.number, order, PAID)
        bill = outside.world.simulator.world.sales[0].bill_id
        for status in ("10041", "10010"):
            outside.world.simulator.world.move_sale(bill, status)
        assert outside.paid(order) == (Paid.UNKNOWN, "still_open", None)
        outside.world.simulator.world.pay_back(bill)
        assert outside.paid(order) == (Paid.PAID, "service_and_refund", PAID)

    def test_a_refund_before_dispatch_is_paid_when_finance_approved_it(self, shop: Shop) -> None:
        order, world = shop.order(), shop.world.simulator.world
        made = world.apply_for_refund(order, 8900).application_id
        assert shop.paid(order) == (Paid.UNKNOWN, "still_open", None)
        world.move_application(made, "1")
        assert shop.paid(order) == (Paid.UNKNOWN, "still_open", None)
        world.move_application(made, "3")
        assert shop.paid(order) == (Paid.PAID, "refund_application", PAID)

    def test_a_refusal_by_the_shop_contradicts_and_one_by_finance_does_not(self, shop: Shop) -> None:
        world = shop.world.simulator.world
        for ways, expected in (
            (("2",), (Paid.NOT_PAID, "application_refused", None)),
            (("1", "4"), (Paid.UNKNOWN, "application_ended", None)),
            (("11",), (Paid.UNKNOWN, "application_ended", None)),
            (("9",), (Paid.UNKNOWN, "still_open", None)),
        ):
            order = shop.order()
            made = world.apply_for_refund(order, 8900).application_id
            for way in ways:
                world.move_application(made, way)
            assert shop.paid(order) == expected, ways

    @pytest.mark.parametrize("way", ["sp", "router"])
    def test_what_was_paid_in_parts_is_added_and_each_part_counts_once(self, socket: Socket, way: str) -> None:
        manners = attrs.evolve(ROUGH, cloud_only=way == "router")
        with shop_of(socket.put(manners=manners)) as shop:
            order, world = shop.order(), shop.world.simulator.world
            for amount in (3000, 5900):
                world.pay_back(world.ask_after_sale(order, estimate=amount).bill_id)
            assert shop.paid(order)[::2] == (Paid.PAID, PAID)
            assert shop.paid(order, Money("CNY", 8901))[::2] == (Paid.NOT_PAID, PAID)

    def test_a_payment_without_an_instant_is_dated_by_the_other_gateway(self, shop: Shop) -> None:
        """The SP-API does not tell when: routerjson does, and where it does not answer nothing is claimed."""
        order, world = shop.order(), shop.world.simulator.world
        since = shop.world.now()
        shop.later(minutes=1)
        world.pay_back(world.ask_after_sale(order).bill_id)
        assert shop.paid(order, since=since)[0] is Paid.PAID
        shop.world.simulator.faults.ask(Fault(Kind.WITHIN, "jingdong.asc.serviceAndRefund", code="24"))
        assert shop.paid(order, since=since) == (Paid.UNKNOWN, "no_instant", None)
        shop.later(minutes=1)
        assert shop.paid(order, since=shop.world.now()) == (Paid.UNKNOWN, "sp_refund_status", None)

    def test_half_an_answer_is_none(self, shop: Shop) -> None:
        """Where one of the records cannot be read, nothing is said of the money."""
        order, world = shop.order(), shop.world.simulator.world
        world.pay_back(world.ask_after_sale(order).bill_id)
        shop.world.simulator.faults.ask(Fault(Kind.VERDICT, "jingdong.pop.afs", code="7"))
        found = shop.connector.performance(shop.number, Promise(order, PAID))
        assert isinstance(found, BusinessError)


class TestConnecting:
    def test_renewal_is_not_asked_for_before_jd_gives_it(self, shop: Shop) -> None:
        before = len(shop.world.seen())
        assert shop.connector.refresh(shop.number) == BusinessError("too_early", "")
        assert len(shop.world.seen()) == before
        assert shop.connector.connection(shop.number).state is Authorised.CONNECTED

    def test_a_renewal_whose_answer_is_lost_leaves_a_shop_that_is_seen_to_be_lost(self, shop: Shop) -> None:
        """The old pair ended with it: the next question shows the shop as disconnected, and says why."""
        shop.later(days=364, hours=1)
        shop.world.simulator.faults.ask(Fault(Kind.LOST_REPLY, "GET /oauth2/refresh_token"))
        assert isinstance(shop.connector.refresh(shop.number), GatewayError)
        assert isinstance(shop.connector.verify_purchase(shop.number, PurchaseClaim("1")), Disconnected)
        found = shop.connector.connection(shop.number)
        assert (found.state, found.reason) == (Authorised.DISCONNECTED, "19")

    def test_a_changed_password_is_noticed_by_both_gateways(self, socket: Socket) -> None:
        for outside in (False, True):
            with shop_of(socket.put(), outside=outside) as shop:
                shop.world.revoke(shop.number)
                assert isinstance(shop.connector.changes(shop.number, "", 10), Disconnected)
                assert shop.connector.connection(shop.number).reason == ("19" if outside else "http_401")

    @pytest.mark.parametrize(
        "query", ["", "?", "code=x", "code=x&state=" + "b" * 32, "%", "x" * 9000, "code=\0&state=é"]
    )
    def test_what_is_no_answer_to_our_link_connects_nobody(self, shop: Shop, query: str) -> None:
        assert isinstance(shop.connector.connect(query, STATE), GatewayError)

    @pytest.mark.parametrize("code", ["", "a b", "é", "x" * 2000])
    def test_a_code_that_is_none_is_not_sent(self, shop: Shop, code: str) -> None:
        before = len(shop.world.seen())
        found = shop.connector.connect(f"code={code}&state={STATE}", STATE)
        assert isinstance(found, BusinessError)
        assert len(shop.world.seen()) == before

    def test_jds_staff_account_is_the_shops_to_choose(self, socket: Socket) -> None:
        world = socket.put()
        with shop_of(world, staff=Staff("agent-7", "agent"), outside=True) as shop:
            good(shop.connector.changes(shop.number, "", 10))
            bodies = [seen.body.decode() for seen in world.seen() if seen.body]
        assert any("agent-7" in body for body in bodies)
        assert "agent-7" not in repr(Staff("agent-7"))


class TestSecretsInAnAddress:
    """JD takes the app's secret, codes and renewal tokens in a query: it goes to the socket and nowhere else."""

    @contextmanager
    def listening(self, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
        names = ("", "httpx", "httpx2", "httpcore", "httpcore2", "asyncio", "expressplatform")
        before = {name: logging.getLogger(name).level for name in names}
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            yield lambda: "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)
        finally:
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)

    def hidden(self, world: JdWorld, query: str) -> list[str]:
        return [*world.secrets(), parse_qs(query)["code"][0]]

    @pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
    def test_no_log_of_any_library_holds_one(
        self, socket: Socket, caplog: pytest.LogCaptureFixture, library: Any
    ) -> None:
        world = socket.put()
        with self.listening(caplog) as heard, library.Client(trust_env=False) as client:
            made = JdConnector(
                APP,
                transport=HttpxTransport(client),
                shelf=MemoryShelf(),
                keys=MemoryKeyStore(),
                owner="trader",
                endpoints=world.endpoints,
                around=surroundings(world),
            )
            query, number = self.went(world, made.authorise(BACK, STATE))
            good(made.connect(query, STATE))
            world.pass_time(timedelta(days=364, hours=1))
            good(made.refresh(number))
            logs = heard()
        assert "/oauth2/access_token" in logs, "the library logs no address any more: this test proves nothing"
        assert "/oauth2/refresh_token" in logs
        assert [word for word in self.hidden(world, query) if word in logs] == []
        assert [seen.address.count("app_secret=simulated-secret") for seen in world.seen()] == [1, 0, 1]

    @pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
    def test_nor_where_it_is_awaited(self, socket: Socket, caplog: pytest.LogCaptureFixture, library: Any) -> None:
        world = socket.put()

        async def connect() -> str:
            async with library.AsyncClient(trust_env=False) as client:
                made = AsyncJdConnector(
                    APP,
                    transport=AsyncHttpxTransport(client),
                    shelf=LiftedShelf(MemoryShelf()),
                    keys=MemoryKeyStore(),
                    owner="trader",
                    endpoints=world.endpoints,
                    around=surroundings(world),
                )
                query, _ = self.went(world, made.authorise(BACK, STATE))
                good(await made.connect(query, STATE))
                return query

        with self.listening(caplog) as heard:
            query = asyncio.run(connect())
            logs = heard()
        assert "/oauth2/access_token" in logs
        assert [word for word in self.hidden(world, query) if word in logs] == []

    def went(self, world: JdWorld, link: str) -> tuple[str, str]:
        number = world.open_shop()
        return world.answer_link(number, link, yes=True), number

    @pytest.mark.parametrize("kind", [Kind.LOST_REPLY, Kind.STATUS, Kind.NO_JSON, Kind.CUT_SHORT])
    def test_no_error_holds_one(self, shop: Shop, caplog: pytest.LogCaptureFixture, kind: Kind) -> None:
        with self.listening(caplog) as heard:
            number = shop.world.open_shop()
            query = shop.world.answer_link(number, shop.connector.authorise(BACK, STATE), yes=True)
            shop.world.simulator.faults.ask(Fault(kind, "GET /oauth2", code="502"))
            answer = shop.connector.connect(query, STATE)
            assert isinstance(answer, GatewayError)
            logs = heard() + repr(answer)
        assert [word for word in self.hidden(shop.world, query) if word in logs] == []

    def test_a_transport_keeps_it_out_of_its_errors(self) -> None:
        with httpx.Client(trust_env=False) as client:
            request = HttpRequest("GET", "http://127.0.0.1:9/x?a=1", secret_query="s=secret")
            with pytest.raises(TransportFailed) as caught:
                HttpxTransport(client).send(request, 2.0)
        told = "".join(traceback.format_exception(caught.value)) + repr(request)
        assert "secret" not in told.replace("secret_query", "")
        assert request.target == b"/x?a=1&s=secret"
        assert HttpRequest("GET", "http://h", secret_query="s=1").target == b"/?s=1"
        assert HttpRequest("GET", "http://h/p").target == b"/p"


class TestFaces:
    def test_the_two_faces_have_the_same_methods_and_arguments(self) -> None:
        for name in ("__init__", *[name for name in vars(JdConnector.__mro__[1]) if not name.startswith("_")]):
            sync, awaited = (inspect.signature(getattr(one, name)) for one in (JdConnector, AsyncJdConnector))
            assert list(sync.parameters) == list(awaited.parameters), name

    def test_a_connector_prints_its_platform(self, shop: Shop) -> None:
        assert repr(shop.connector) == "<JdConnector jd>"


class _Mangling:
    """A transport that hands on, and spoils what comes back by chance."""

    def __init__(self, transport: HttpxTransport, luck: random.Random) -> None:
        self._transport, self._luck, self.spoil = transport, luck, False

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        answer = self._transport.send(request, seconds)
        return mangled(answer, self._luck) if self.spoil and self._luck.random() < 0.4 else answer


def mangled(answer: HttpResponse, luck: random.Random) -> HttpResponse:
    """An answer with something wrong in it."""
    body = bytearray(answer.body)
    kind = luck.randrange(6)
    if kind == 0:
        return attrs.evolve(answer, status=luck.choice([100, 204, 302, 400, 401, 403, 404, 418, 429, 500, 599, 999]))
    if kind == 1:
        del body[luck.randrange(len(body) + 1) :]
    elif kind == 2:
        for _ in range(luck.randint(1, 4)):
            body[luck.randrange(len(body))] = luck.randrange(256)
    elif kind == 3:
        body[luck.randrange(len(body)) : 0] = luck.choice(
            [b"{", b"[", b'"', b"null", b"1e999", b"\xff\xfe", b"\\ud800"]
        )
    elif kind == 4:
        swapped = bytes(body).replace(
            luck.choice([b"true", b'"0"', b":", b"1", b"null"]), luck.choice([b"[]", b"{}", b"0"])
        )
        return attrs.evolve(answer, body=swapped)
    else:
        return attrs.evolve(answer, body=luck.randbytes(luck.randrange(40)))
    return attrs.evolve(answer, body=bytes(body))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_back_is_an_answer_and_no_exception(socket: Socket, seed: int) -> None:
    """Replies cut, turned, swapped: every question has one of the five outcomes, and the next good reply is read."""
    spoilt(socket, seed, rounds=15)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 116))
def test_whatever_comes_back_for_a_long_time(socket: Socket, seed: int) -> None:
    """The same, at length."""
    spoilt(socket, seed, rounds=60)


def spoilt(socket: Socket, seed: int, rounds: int) -> None:
    luck = random.Random(seed)
    world = socket.put(manners=attrs.evolve(ROUGH, cloud_only=seed % 2 == 1), seed=seed)
    with httpx.Client(trust_env=False) as client:
        transport = _Mangling(HttpxTransport(client), luck)
        made = JdConnector(
            App(APP.key, APP.secret),
            transport=transport,
            shelf=MemoryShelf(),
            keys=MemoryKeyStore(),
            owner="trader",
            endpoints=world.endpoints,
            around=surroundings(world),
        )
        number = world.open_shop()
        order = world.order(number, PAID)
        bill = world.bill(number, order, PAID)
        world.simulator.world.apply_for_refund(order, 1)
        world.move(bill, Moved.PAID)
        for turn in range(rounds):
            transport.spoil = False
            if not made.connection(number).usable:
                good(made.connect(world.answer_link(number, made.authorise(BACK, STATE), yes=True), STATE))
            transport.spoil = True
            made.connect(world.answer_link(number, made.authorise(BACK, STATE), yes=True), STATE)
            answers = [
                made.verify_purchase(number, PurchaseClaim(order, PAID)),
                made.hand_over(number, HandOver(order, f"0123-{turn % 3:04d}-M")),
                made.changes(number, "", 50),
                made.performance(number, Promise(order, PAID)),
                made.refresh(number),
            ]
            assert {type(answer) for answer in answers} <= {Ok, Throttled, Disconnected, BusinessError, GatewayError}
            world.pass_time(timedelta(minutes=2))
        transport.spoil = False
        if not made.connection(number).usable:
            good(made.connect(world.answer_link(number, made.authorise(BACK, STATE), yes=True), STATE))
        assert good(made.hand_over(number, HandOver(order, "0123-0000-M"))) in HandedOver
        assert world.note(number, order).count("0123-0000-M") == 1
