"""A trader's side for tests: the council's real server, simulated Taobao and JD, and agents between them.

Everything is behind sockets of this machine and lives by one clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import attrs
import httpx

from expressplatform import codes
from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Role
from expressplatform.complaint import Actor, Particulars, Shop, TraderRef
from expressplatform.memory import MemoryKeyStore, MemoryShelf
from expressplatform.money import Money
from expressplatform.ports import KeyStore, Shelf, ShelfPage, ShelfRow, ShopConnector, Sought
from expressplatform.schemes import HK_CCA
from expressplatform.shops import Ok
from expressplatform.transport import HttpRequest, HttpResponse, HttpxTransport, Transport
from expressplatform_agent import Agent
from expressplatform_http.client import TraderClient
from expressplatform_http.testing import START, FakeClock, FakePlatform, made_up_complaint
from expressplatform_jd.connector import JdConnector
from expressplatform_jd.protocol import App as JdApp
from expressplatform_jd.protocol import Endpoints
from expressplatform_jd.simulator import Endpoint, JdSimulator
from expressplatform_taobao.connector import TaobaoConnector
from expressplatform_taobao.simulator import TaobaoSimulator
from expressplatform_taobao.simulator.records import RefundRecord, TradeRecord
from tests.asgi_server import served

T = TypeVar("T")
STATE = "an-unguessable-word"
NAME, STATEMENT = "A. Person", "It broke on the second day."
BACK = "https://agent.example/back"
OFFICER = Actor(Role.COUNCIL, "officer-1", HK_CCA.council)
PAID = Money("CNY", 19900)
JD_VENDER = "10086"


class Killed(BaseException):
    """The process ends here."""


@attrs.define
class Trap:
    """Ends the process at one of the points where the agent meets the world: before it or after it."""

    at: int = -1
    after: bool = False
    passed: int = 0

    def arm(self, at: int, *, after: bool) -> None:
        """From now on, at the point of that number."""
        self.at, self.after, self.passed = at, after, 0

    def through(self, step: Callable[[], T]) -> T:
        """One point."""
        number, self.passed = self.passed, self.passed + 1
        if number == self.at and not self.after:
            raise Killed
        done = step()
        if number == self.at:
            raise Killed
        return done


class Trapped:
    """A transport with points."""

    def __init__(self, transport: Transport, trap: Trap) -> None:
        self._transport, self._trap = transport, trap

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        return self._trap.through(lambda: self._transport.send(request, seconds))


class TrappedShelf:
    """A shelf with points where it is written to."""

    def __init__(self, trap: Trap) -> None:
        self._shelf, self._trap = MemoryShelf(), trap

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        return self._trap.through(lambda: self._shelf.put(rows))

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        return self._shelf.get(owner, kind, id)

    def years(self, kind: str, /) -> Sequence[str]:
        return self._shelf.years(kind)

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self._trap.through(lambda: self._shelf.delete(owner, kind, ids))

    def close(self) -> None:
        self._shelf.close()

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        return self._shelf.list(owner, kind, sought, after, limit)


@attrs.define
class Side:
    """The council, both platforms, one trader's connectors and its books."""

    council: FakePlatform
    taobao: TaobaoSimulator
    jd: JdSimulator
    connectors: Mapping[str, ShopConnector]
    http: httpx.Client
    shelf: Shelf
    keys: KeyStore
    trap: Trap
    top: str
    lodged: int = 0

    @property
    def clock(self) -> FakeClock:
        """Everybody's clock."""
        return self.council.clock

    def client(self, trader: str) -> TraderClient:
        """A trader's client."""
        return self.council.trader(Trapped(HttpxTransport(self.http), self.trap), trader)

    def agent(self, trader: str = "taobao") -> Agent:
        """An agent of a trader: a new process, over the same books."""
        own = {trader: self.connectors[trader]}
        return Agent(self.client(trader), own, shelf=self.shelf, keys=self.keys, owner=trader, now=self.clock)

    def buy(self, shop: str, amount: Money = PAID) -> TradeRecord:
        """An order at a shop of Taobao."""
        return self.taobao.world.place(shop, amount.minor_units)

    def complain(
        self, order: str, *, trader: str = "taobao", shop: str = "", amount: Money = PAID, at: str = ""
    ) -> str:
        """A complaint over an order of today comes in, and is uploaded: the number of its case."""
        self.lodged += 1
        made = made_up_complaint(HK_CCA, trader, self.clock(), number=self.lodged)
        purchase = attrs.evolve(made.purchase, paid=amount, ordered_on=HK_CCA.day(self.clock()))
        complaint = attrs.evolve(
            made,
            trader=TraderRef(trader, Shop(at or trader, shop) if shop else None),
            purchase=purchase,
            particulars=Particulars(
                name=NAME,
                email=f"person-{self.lodged}@example.org",
                order_number=order,
                statement=STATEMENT,
                request="Give it back.",
            ),
        )
        case = self.council.platform.lodge(complaint, by=OFFICER, key=f"form-{self.lodged}")
        self.council.act(case.id, c.Accept(), role=Role.COUNCIL)
        self.council.act(case.id, c.Upload(codes.Instrument.COLLABORATION_AGREEMENT, "pia-1"), role=Role.COUNCIL)
        return case.id

    def promise(self, case_id: str, *, trader: str = "taobao", amount: Money = PAID, days: int | None = None) -> None:
        """The trader's people speak with the complainant, and report a refund: done, or within so many days."""
        desk = self.client(trader)
        desk.act(case_id, c.ReportContact(codes.Channel.PHONE, code_given=True), key=f"{case_id}-call")
        by = None if days is None else HK_CCA.day(self.clock()) + timedelta(days=days)
        result = c.ReportResolution(codes.Outcome.SETTLED_MONETARY, (codes.Redress.REFUND,), amount, by)
        desk.act(case_id, result, key=f"{case_id}-end")

    def refund(self, trade: TradeRecord, amount: Money = PAID) -> RefundRecord:
        """The buyer asks for money back on the platform."""
        return self.taobao.world.ask_back(trade, amount.minor_units)

    def case(self, case_id: str) -> Case:
        """The case as the council's store holds it."""
        return self.council.platform.case(case_id, by=OFFICER, reason="a test")


@contextmanager
def trader_side(shelf: Shelf | None = None, keys: KeyStore | None = None, *, start: datetime = START) -> Iterator[Side]:
    """The whole of it, with a Taobao shop and a JD shop connected."""
    with ExitStack() as stack:
        council = stack.enter_context(FakePlatform(start=start))
        taobao, jd = TaobaoSimulator(now=council.clock), JdSimulator(now=council.clock)
        top = stack.enter_context(served(taobao))
        there = Endpoint(stack.enter_context(served(jd)))
        http = stack.enter_context(httpx.Client())
        trap = Trap()
        shelf, keys = shelf or TrappedShelf(trap), keys or MemoryKeyStore()
        transport = Trapped(HttpxTransport(http), trap)
        connectors: dict[str, ShopConnector] = {
            "taobao": TaobaoConnector(
                taobao.app.as_known(), transport=transport, shelf=shelf, keys=keys, owner="taobao",
                gateway=f"{top}/router/rest", around=council.around(),
            ),
            "jd": JdConnector(
                JdApp("simulated-app", "simulated-secret"), transport=transport, shelf=shelf, keys=keys, owner="jd",
                endpoints=Endpoints(there.sp, there.router, there.oauth), around=council.around(),
            ),
        }  # fmt: skip
        side = Side(council, taobao, jd, connectors, http, shelf, keys, trap, top)
        connect_taobao(side, taobao.world.open_shop().number, top)
        jd.world.open_shop(JD_VENDER, "20086", "示範旗艦店")
        connect_jd(side)
        yield side


def connect_taobao(side: Side, shop: str, base: str) -> None:
    """The owner of a Taobao shop says yes."""
    side.taobao.owner = shop
    connector = side.connectors["taobao"]
    link = connector.authorise(BACK, STATE)
    answer = side.http.get(f"{base}/authorize?{urlsplit(link).query}", follow_redirects=False)
    assert isinstance(connector.connect(urlsplit(answer.headers["location"]).query, STATE), Ok)


def connect_jd(side: Side) -> None:
    """The owner of the JD shop says yes."""
    side.jd.sessions.owner = JD_VENDER
    connector = side.connectors["jd"]
    back = side.http.get(connector.authorise(BACK, STATE), follow_redirects=False).headers["location"]
    assert isinstance(connector.connect(urlsplit(back).query, STATE), Ok)
