"""Callers of connectors who are cancelled anywhere, over real sockets: nothing is lost, held or done twice."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import attrs
import httpx
import pytest

from expressplatform.connectors import AsyncConnector, Terms
from expressplatform.memory import MemoryKeyStore
from expressplatform.money import Money
from expressplatform.ports import Authorised, HandOver, Promise, PurchaseClaim
from expressplatform.shops import Ok
from expressplatform.testing.connectors.world import ShopWorld
from expressplatform.transport import AsyncHttpxTransport, Surroundings
from expressplatform_jd.connector import AsyncJdConnector
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_taobao.connector import AsyncTaobaoConnector
from tests.jd_world import APP, JdWorld, jd_socket
from tests.taobao_world import TaobaoWorld, taobao_world

STATE: Final = "an-unguessable-word"
BACK: Final = "https://agent.example/back"
PAID: Final = Money("CNY", 19900)
SECONDS: Final = 20.0
TERMS: Final = Terms(deadline=SECONDS, attempt_seconds=SECONDS / 2)
MOMENT: Final = timedelta(minutes=2)
BEFORE: Final = timedelta(hours=12)
ROUNDS: Final = 60


@contextmanager
def _jd() -> Iterator[ShopWorld]:
    with jd_socket() as socket:
        yield socket.put()


@attrs.frozen
class Shop:
    """A connected shop, and who asks it."""

    world: ShopWorld
    connector: AsyncConnector
    number: str
    luck: Random

    @property
    def calls(self) -> list[Callable[[], Coroutine[Any, Any, object]]]:
        """Each question, over an order with a bill of its own."""
        order = self.world.order(self.number, PAID)
        self.world.bill(self.number, order, PAID)
        asked = self.connector
        return [
            partial(asked.verify_purchase, self.number, PurchaseClaim(order, PAID)),
            partial(asked.hand_over, self.number, HandOver(order, "R-1")),
            partial(asked.changes, self.number, "", 10),
            partial(asked.performance, self.number, Promise(order, PAID)),
            partial(asked.refresh, self.number),
            asked.connections,
        ]

    async def cancelled(self, call: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """One call, cancelled anywhere, once or twice."""
        task = asyncio.ensure_future(call())
        for _ in range(self.luck.randint(0, 20)):
            await asyncio.sleep(0)
        await asyncio.sleep(self.luck.choice((0, self.luck.uniform(0, 0.02))))
        for _ in range(self.luck.randint(1, 2)):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait([task])

    async def handed_over(self) -> None:
        """A note that is given up and given again stands there once."""
        order = self.world.order(self.number, PAID)
        notice = HandOver(order, f"R{self.luck.randint(10, 99)}-X")
        for _ in range(self.luck.randint(1, 3)):
            await self.cancelled(partial(self.connector.hand_over, self.number, notice))
        assert isinstance(await self.connector.hand_over(self.number, notice), Ok)
        await _quiet()
        assert self.world.note(self.number, order).count(notice.reference) == 1


async def _quiet() -> None:
    """What was given up has ended."""
    async with asyncio.timeout(SECONDS):
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.005)


def _made(world: ShopWorld, transport: AsyncHttpxTransport, shelf: AsyncSqliteShelf) -> AsyncConnector:
    around = Surroundings(pause=asyncio.sleep, now=world.now)
    common: Any = {
        "transport": transport, "shelf": shelf, "keys": MemoryKeyStore(), "owner": "trader", "around": around,
        "terms": TERMS,
    }  # fmt: skip
    if isinstance(world, TaobaoWorld):
        return AsyncTaobaoConnector(world.simulator.app.as_known(), gateway=world.gateway, **common)
    assert isinstance(world, JdWorld)
    return AsyncJdConnector(APP, endpoints=world.endpoints, **common)


async def _until_renewable(made: AsyncConnector, shop: str, world: ShopWorld) -> timedelta:
    """How long it is until the tokens of a shop may be renewed: JD wants that shortly before their end."""
    ends_at = (await made.connection(shop)).ends_at
    assert ends_at is not None
    return max(ends_at - BEFORE - world.now(), MOMENT)


async def _life(world: ShopWorld, path: Path, luck: Random) -> list[object]:
    """Calls that are cancelled, and between them such as are not; what nobody heard of."""
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    limits = httpx.Limits(max_connections=2)
    async with httpx.AsyncClient(trust_env=False, limits=limits) as client, AsyncSqliteShelf(path) as shelf:
        made = _made(world, AsyncHttpxTransport(client), shelf)
        number = world.open_shop()
        shop = Shop(world, made, number, luck)
        query = world.answer_link(number, made.authorise(BACK, STATE), yes=True)
        assert isinstance(await made.connect(query, STATE), Ok)
        for _ in range(ROUNDS):
            world.pass_time(await _until_renewable(made, number, world))
            await asyncio.gather(*(shop.cancelled(luck.choice(shop.calls)) for _ in range(luck.randint(1, 3))))
            await made.close()
            async with asyncio.timeout(SECONDS):
                await shop.handed_over()
                assert isinstance(await luck.choice(shop.calls[:4])(), Ok)
        world.pass_time(await _until_renewable(made, number, world))
        assert isinstance(await made.refresh(number), Ok)
        assert (await made.connection(number)).state is Authorised.CONNECTED
        await made.close()
        await _quiet()
    gc.collect()
    return unheard


@pytest.mark.parametrize("world_of", [taobao_world, _jd], ids=["taobao", "jd"])
@pytest.mark.parametrize("seed", range(2))
def test_callers_who_are_cancelled_leave_a_shop_that_can_be_asked(
    world_of: Callable[[], AbstractContextManager[ShopWorld]], seed: int, tmp_path: Path
) -> None:
    """Over two connections: whoever comes next is answered, tokens stay, and what is told twice stands once."""
    with world_of() as world:
        assert asyncio.run(_life(world, tmp_path / "shelf.db", Random(seed))) == []
