"""The simulated JD as the contract of connectors wants a platform: behind a socket, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from expressplatform.money import Money
from expressplatform.testing.connectors.world import Fault, Moved, Seen
from expressplatform_jd.protocol import App, Endpoints
from expressplatform_jd.simulator import PLAIN, WRITES, Endpoint, JdSimulator, Kind, Manners
from expressplatform_jd.simulator import Fault as SimulatedFault
from tests.asgi_server import served
from tests.shop_clock import ShopClock

APP: Final = App("simulated-app", "simulated-secret")
START: Final = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
_KINDS: Final = {
    Fault.LOST_REQUEST: Kind.LOST_REQUEST,
    Fault.LOST_REPLY: Kind.LOST_REPLY,
    Fault.BUSY: Kind.STATUS,
    Fault.GARBAGE: Kind.NO_JSON,
}
_ONWARD: Final = {
    Moved.PAID: ("10005", "10007", "10009", "10010"),
    Moved.CLOSED: ("10011",),
    Moved.REFUSED: ("10002",),
}


class JdWorld:
    """A `ShopWorld` over a simulator at ``base``. ``services``: bills are known by their numbers of routerjson."""

    def __init__(self, base: str, *, manners: Manners = PLAIN, seed: int = 0, services: bool = False) -> None:
        self._clock = ShopClock(START)
        self.simulator = JdSimulator(now=self._clock.theirs, seed=seed, manners=manners)
        self.endpoints = Endpoints(Endpoint(base).sp, Endpoint(base).router, Endpoint(base).oauth)
        self._services, self._numbers = services, iter(range(1, 1_000_000))
        self._seen: list[Seen] = []
        self._bills: dict[str, str] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Notes what arrives and hands it to the simulator."""
        if scope["type"] != "http":
            await self.simulator(scope, receive, send)
            return
        message = await receive()
        query = scope["query_string"].decode("latin-1")
        headers = "\n".join(f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in scope["headers"])
        self._seen.append(Seen(scope["method"], f"{scope['path']}?{query}", headers, message.get("body", b"")))
        waiting = [message]

        async def again() -> Any:
            return waiting.pop() if waiting else await receive()

        await self.simulator(scope, again, send)

    # --- time -------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self._clock.now()

    def pass_time(self, by: timedelta) -> None:
        self._clock.pass_time(by)

    def skew(self, by: timedelta) -> None:
        self._clock.skew(by)

    # --- shops ------------------------------------------------------------------------------------------------

    def open_shop(self) -> str:
        number = next(self._numbers)
        return self.simulator.world.open_shop(str(10_000 + number), str(20_000 + number), f"示範店 {number}").vender_id

    def shop_name(self, shop: str) -> str:
        return self.simulator.world.shops[shop].name

    def answer_link(self, shop: str, link: str, *, yes: bool) -> str:
        query = dict(parse_qsl(urlsplit(link).query))
        with self.simulator.world.lock:
            self.simulator.sessions.owner = shop if yes else ""
            said = self.simulator.sessions.login(query)
        return f"{said}&{urlencode({'state': query['state']})}"

    def revoke(self, shop: str) -> None:
        self.simulator.sessions.revoke(shop)

    # --- what happens in them ---------------------------------------------------------------------------------

    def order(self, shop: str, amount: Money) -> str:
        number = str(300_000_000_000 + next(self._numbers))
        assert amount.currency == "CNY"
        self.simulator.world.place_order(shop, number, amount.minor_units, state="WAIT_GOODS_RECEIVE_CONFIRM")
        return number

    def bill(self, shop: str, order: str, amount: Money) -> str:
        assert self.simulator.world.orders[order].vender_id == shop
        made = self.simulator.world.ask_after_sale(order, estimate=amount.minor_units)
        number = made.service_id if self._services else made.bill_id
        self._bills[number] = made.bill_id
        return number

    def move(self, bill: str, to: Moved) -> None:
        world, number = self.simulator.world, self._bills[bill]
        with world.lock:
            sale = next(one for one in world.sales if one.bill_id == number)
            back = {"10002": ("10012", "10001"), "10012": ("10001",)}.get(sale.status, ())
            for status in (*back, *_ONWARD[to]):
                world.move_sale(number, status)
            if to is Moved.PAID:
                world.pay_back(number)

    def note(self, shop: str, order: str) -> str:
        found = self.simulator.world.order(shop, order)
        return (found.remark or "") if found else ""

    def write_note(self, shop: str, order: str, text: str) -> None:
        self.simulator.world.write_remark(order, text, 3)

    # --- what goes wrong --------------------------------------------------------------------------------------

    def ban(self, shop: str, seconds: int, *, after: int = 0) -> None:
        self.simulator.sessions.ban_shop(shop, seconds, after=after)

    def fault(self, kind: Fault, *, writing: bool = False, times: int = 1) -> None:
        method: str | tuple[str, ...] = WRITES if writing else ""
        self.simulator.faults.forget(_KINDS[kind])
        if times:
            self.simulator.faults.ask(SimulatedFault(_KINDS[kind], method, times=times, code="503"))

    def meanwhile(self, happens: Callable[[], None] | None) -> None:
        self.simulator.before = None if happens is None else lambda _: happens()

    # --- what can be looked at --------------------------------------------------------------------------------

    def seen(self) -> Sequence[Seen]:
        return tuple(self._seen)

    def secrets(self) -> Sequence[str]:
        return self.simulator.sessions.given()

    def particulars(self) -> Sequence[str]:
        return ("<ciphertext>", "<text of the customer>", "o*AAT_ciphertext")


class Socket:
    """One socket of this machine, behind which world after world can stand."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.world: JdWorld | None = None

    def put(self, **how: Any) -> JdWorld:
        """A new world, which answers from now on."""
        self.world = JdWorld(self.base, **how)
        return self.world


@contextmanager
def jd_socket() -> Iterator[Socket]:
    """A socket for as long as a module of tests takes."""
    behind: list[Socket] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        world = behind[0].world if behind else None
        await (world or JdSimulator())(scope, receive, send)

    with served(application) as base:
        behind.append(Socket(base))
        yield behind[0]
