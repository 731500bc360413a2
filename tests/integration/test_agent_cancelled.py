"""An awaited agent whose rounds are cancelled anywhere: the next goes on, and nothing is done twice."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from expressplatform.codes import Status
from expressplatform.errors import HeldBack
from expressplatform.events import EvidenceAdded, Obtained, PerformanceReported
from expressplatform.memory import MemoryKeyStore
from expressplatform.shops import Ok
from expressplatform.transport import AsyncHttpxTransport
from expressplatform_agent import AsyncAgent
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_taobao.connector import AsyncTaobaoConnector
from expressplatform_taobao.simulator.records import TradeRecord
from tests.trader_side import BACK, OFFICER, STATE, Side, trader_side

CASES: Final = 3
CANCELLED: Final = 8
SECONDS: Final = 30.0


async def _cancelled(agent: AsyncAgent, luck: Random) -> None:
    """A round that is given up somewhere."""
    task = asyncio.ensure_future(agent.round())
    await asyncio.sleep(luck.uniform(0, 0.06))
    for _ in range(luck.randint(1, 2)):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    if not task.cancelled() and (failed := task.exception()) is not None:
        assert isinstance(failed, HeldBack), failed  # what the round before still wrote


async def _whole(agent: AsyncAgent) -> None:
    """Rounds until one does all that waits."""
    async with asyncio.timeout(SECONDS):
        while (await agent.round()).later:
            pass


async def _agent(side: Side, http: httpx.AsyncClient, shelf: AsyncSqliteShelf) -> AsyncAgent:
    transport, keys = AsyncHttpxTransport(http), MemoryKeyStore()
    connector = AsyncTaobaoConnector(
        side.taobao.app.as_known(), transport=transport, shelf=shelf, keys=keys, owner="taobao",
        gateway=f"{side.top}/router/rest", around=side.council.around(),
    )  # fmt: skip
    link = f"{side.top}/authorize?{urlsplit(connector.authorise(BACK, STATE)).query}"
    back = (await http.get(link, follow_redirects=False)).headers["location"]
    assert isinstance(await connector.connect(urlsplit(back).query, STATE), Ok)
    desk = side.council.async_trader(transport, "taobao")
    return AsyncAgent(desk, {"taobao": connector}, shelf=shelf, keys=keys, owner="taobao", now=side.clock)


async def _life(side: Side, path: Path, luck: Random) -> list[object]:
    """Cases from their upload until their money is known; what nobody heard of."""
    unheard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=2)) as http, AsyncSqliteShelf(path) as shelf:
        agent = await _agent(side, http, shelf)
        orders = [side.buy(next(iter(side.taobao.world.shops))) for _ in range(CASES)]
        cases = [side.complain(order.number) for order in orders]
        for _ in range(CANCELLED):
            await _cancelled(agent, luck)
        await _whole(agent)
        side.clock.wait(hours=1)
        for case_id, order in zip(cases, orders, strict=True):
            side.promise(case_id)
            side.taobao.world.agree(side.refund(order))
        side.clock.wait(hours=2)
        for _ in range(CANCELLED):
            await _cancelled(agent, luck)
        await _whole(agent)
        _are_done_once(side, cases, orders)
    gc.collect()
    return unheard


def _are_done_once(side: Side, cases: Sequence[str], orders: Sequence[TradeRecord]) -> None:
    for case_id, order in zip(cases, orders, strict=True):
        case = side.case(case_id)
        assert (case.status, case.account.proved) == (Status.RESOLUTION_REPORTED, True)
        assert (order.memo or "").count(case.reference) == 1
        events = side.council.platform.history(case_id, by=OFFICER, reason="a test")
        for kind in (Obtained, EvidenceAdded, PerformanceReported):
            assert sum(isinstance(one, kind) for one in events) == 1, kind


@pytest.mark.parametrize("seed", range(2))
def test_a_round_that_is_cancelled_anywhere_is_gone_on_with(seed: int, tmp_path: Path) -> None:
    """Though what it had asked is still on its way when the next one begins."""
    with trader_side() as side:
        assert asyncio.run(_life(side, tmp_path / "shelf.db", Random(seed))) == []
