"""The world of `demo --traders`: a council's server, simulated platforms, traders with their agents, on sockets.

Laws of this module: nothing but this machine is spoken to, on ports that the system picks. One clock goes for all. The
council's files are those that the other commands read; each trader's are its own, and the council's hold none of them.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import StoreUnusable
from expressplatform.platform import AsyncPlatform, Platform
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import new_encryption_pair
from expressplatform.shops import Ok
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.threads import ThreadedEvidence
from expressplatform.transport import HttpxTransport, Surroundings
from expressplatform_agent import Agent
from expressplatform_cli.config import EVIDENCE, Place, open_platform
from expressplatform_cli.simulation import SimulatedClock, seeded_draw
from expressplatform_http.client import MemoryKeys, Options, TraderClient, Trust
from expressplatform_http.server import Settings, create_app
from expressplatform_http.server.running import server_of
from expressplatform_jd.connector import JdConnector
from expressplatform_jd.protocol import App as JdApp
from expressplatform_jd.protocol import Endpoints
from expressplatform_jd.simulator import Endpoint, JdSimulator
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.evidence import SqliteEvidence
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_taobao.connector import TaobaoConnector
from expressplatform_taobao.simulator import TaobaoSimulator

if TYPE_CHECKING:
    import httpx

    from expressplatform.ports import ShopConnector

TRADERS: Final = ("taobao", "jd")
VENDER: Final = "10086"
_BACK: Final = "https://agent.example/back"
_STATE: Final = "a-word-of-one-use-for-the-demo"
_SETTINGS: Final = Settings(scheme="http", per_minute=1_000_000, burst=1_000_000, anybody_per_minute=1_000_000)
_LONGEST_START: Final = 20.0


@attrs.define
class Trader:
    """A trader's side: its client, its shop's connector, its agent."""

    client: TraderClient
    connector: ShopConnector
    agent: Agent


@attrs.define
class World:
    """Everybody, and the clock that goes for all of them."""

    platform: Platform
    clock: SimulatedClock
    taobao: TaobaoSimulator
    jd: JdSimulator
    traders: dict[str, Trader]
    shop: str

    def settle(self) -> None:
        """Whatever is due has happened, and every step has its place in the traders' lists."""
        while self.platform.tick().steps or self.platform.work().done:
            pass
        self.platform.sequence()


@contextmanager
def world(place: Path, clock: SimulatedClock, seed: int, http: httpx.Client) -> Iterator[World]:
    """The whole world, over files in a directory; it is gone afterwards, and the files stay."""
    with ExitStack() as stack:
        where = Place(place / "cases.db", place / "keys.db", HK_CCA.id)
        platform = stack.enter_context(
            closing(open_platform(where, now=clock, draw=seeded_draw(seed), scheme=HK_CCA, documents=True))
        )
        keys = {trader: MemoryKeys(SigningKey.generate(), (new_encryption_pair(),)) for trader in TRADERS}
        _admit(platform, keys)
        base = stack.enter_context(listening(lambda: _served(where, clock)))
        taobao, jd = TaobaoSimulator(now=clock, seed=seed), JdSimulator(now=clock, seed=seed)
        top = stack.enter_context(listening(lambda: nullcontext(taobao)))
        there = Endpoint(stack.enter_context(listening(lambda: nullcontext(jd))))
        shop = taobao.world.open_shop().number
        jd.world.open_shop(VENDER, "20086", "示範旗艦店")
        traders = {}
        for trader in TRADERS:
            shelf = stack.enter_context(closing(SqliteShelf(place / f"{trader}-agent.db")))
            own = stack.enter_context(closing(LocalKeyStore(place / f"{trader}-agent-keys.db")))
            transport, around = HttpxTransport(http), _around(clock)
            connector: ShopConnector
            if trader == "taobao":
                connector = TaobaoConnector(
                    taobao.app.as_known(), transport=transport, shelf=shelf, keys=own, owner=trader,
                    gateway=f"{top}/router/rest", around=around,
                )  # fmt: skip
            else:
                connector = JdConnector(
                    JdApp("simulated-app", "simulated-secret"), transport=transport, shelf=shelf, keys=own,
                    owner=trader, endpoints=Endpoints(there.sp, there.router, there.oauth), around=around,
                )  # fmt: skip
            client = TraderClient(
                base, transport, keys=keys[trader], options=Options("agent-1"), around=around,
                trust=Trust(trader, (VerifyingKey(platform.audit_key()),)),
            )  # fmt: skip
            agent = Agent(client, {trader: connector}, shelf=shelf, keys=own, owner=trader, now=clock)
            traders[trader] = Trader(client, connector, agent)
        made = World(platform, clock, taobao, jd, traders, shop)
        _connect_shops(made, top, http)
        yield made


@asynccontextmanager
async def _served(where: Place, clock: SimulatedClock) -> AsyncIterator[Any]:
    """The council's server, over a platform with connections of its own."""
    path = where.keys.with_name("cases.db")
    platform = AsyncPlatform(
        scheme=HK_CCA, store=AsyncSqliteStore(path), shelf=AsyncSqliteShelf(path), keys=LocalKeyStore(where.keys),
        evidence=ThreadedEvidence(SqliteEvidence(path.with_name(EVIDENCE))), now=clock,
    )  # fmt: skip
    try:
        yield create_app(platform, now=clock, settings=_SETTINGS)
    finally:
        await platform.close()


def _admit(platform: Platform, keys: dict[str, MemoryKeys]) -> None:
    """The traders are invited, and register their keys' public halves."""
    operator = Actor(Role.OPERATOR, "operator-1", "operator")
    for trader, own in keys.items():
        invited = platform.invite(trader, role=Role.TRADER, name=trader, by=operator)
        signing, (pair,) = own.signing.public, own.sealing
        platform.register_organisation(invited.code, signing=signing, sealing=pair.public, person="agent-1")


def _connect_shops(made: World, top: str, http: httpx.Client) -> None:
    """Each shop's owner opens the link in a browser, and says yes."""
    made.taobao.owner, made.jd.sessions.owner = made.shop, VENDER
    for trader, one in made.traders.items():
        link = one.connector.authorise(_BACK, _STATE)
        address = f"{top}/authorize?{urlsplit(link).query}" if trader == "taobao" else link
        back = urlsplit(http.get(address, follow_redirects=False).headers["location"]).query
        if not isinstance(one.connector.connect(back, _STATE), Ok):
            raise StoreUnusable("corrupt", "a simulated shop would not be connected")


def _around(clock: SimulatedClock) -> Surroundings:
    async def pause(seconds: float) -> None:
        time.sleep(min(seconds, 1.0))

    return Surroundings(pause=pause, now=clock)


@contextmanager
def listening(make: Callable[[], AbstractAsyncContextManager[Any]]) -> Iterator[str]:
    """The address at which an application answers, made and let go in the event loop that serves it."""
    # with the protocol named: only then does the event loop send answers without waiting for more
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        served: list[Any] = []

        async def serve() -> None:
            async with make() as application:
                server = server_of(application, host="127.0.0.1", port=0)
                server.config.date_header = False
                served.append(server)
                await server.serve(sockets=[sock])

        thread = threading.Thread(target=lambda: asyncio.run(serve()), name="demo", daemon=True)
        thread.start()
        until = time.monotonic() + _LONGEST_START
        while not (served and served[0].started):
            if not thread.is_alive() or time.monotonic() > until:
                raise StoreUnusable("unreachable", "a server on this machine did not start")
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            served[0].should_exit = True
            thread.join(_LONGEST_START)
