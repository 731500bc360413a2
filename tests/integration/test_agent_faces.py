"""The two faces of the agent, and what neither of them ever lets out."""

from __future__ import annotations

import asyncio
import inspect
import logging
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from expressplatform.codes import Status
from expressplatform.errors import Unauthenticated
from expressplatform.memory import MemoryKeyStore, MemoryShelf
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.shops import Ok
from expressplatform.signing import SigningKey
from expressplatform.transport import AsyncHttpxTransport, HttpxTransport
from expressplatform_agent import Agent, AsyncAgent, AsyncDesk, Desk
from expressplatform_agent.books import Books
from expressplatform_http.client import AsyncTraderClient, MemoryKeys, Options, TraderClient
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_taobao.connector import AsyncTaobaoConnector
from tests.trader_side import BACK, PAID, STATE, Side, trader_side

PERSON = ("A. Person", "person-1@example.org", "It broke.", "Refund.")


def _methods(cls: type) -> dict[str, list[str]]:
    own = {name: one for name, one in vars(cls).items() if not name.startswith("_") and callable(one)}
    return {name: list(inspect.signature(one).parameters) for name, one in own.items()}


def test_both_faces_have_the_same_methods_and_take_the_same() -> None:
    assert _methods(Agent) == _methods(AsyncAgent)
    assert list(inspect.signature(Agent).parameters) == list(inspect.signature(AsyncAgent).parameters)
    assert _methods(Desk) == _methods(AsyncDesk)
    for name, parameters in _methods(Desk).items():
        for client in (TraderClient, AsyncTraderClient):
            assert set(parameters) <= set(inspect.signature(getattr(client, name)).parameters)


def test_the_awaited_agent_does_the_same() -> None:
    async def life(side: Side) -> tuple[int, ...]:
        async with httpx.AsyncClient(verify=ssl.create_default_context()) as http:
            transport = AsyncHttpxTransport(http)
            shelf, keys = LiftedShelf(MemoryShelf()), MemoryKeyStore()
            connector = AsyncTaobaoConnector(
                side.taobao.app.as_known(), transport=transport, shelf=shelf, keys=keys, owner="taobao",
                gateway=f"{side.top}/router/rest", around=side.council.around(),
            )  # fmt: skip
            link = f"{side.top}/authorize?{urlsplit(connector.authorise(BACK, STATE)).query}"
            back = (await http.get(link, follow_redirects=False)).headers["location"]
            assert isinstance(await connector.connect(urlsplit(back).query, STATE), Ok)
            desk = side.council.async_trader(transport, "taobao")
            agent = AsyncAgent(
                desk, {"taobao": connector}, shelf=shelf, keys=keys, owner="taobao", now=side.clock
            )  # fmt: skip
            order = side.buy(next(iter(side.taobao.world.shops)))
            case_id = side.complain(order.number)
            taken = (await agent.round()).taken_in
            side.clock.wait(hours=1)
            side.promise(case_id)
            side.clock.wait(hours=1)
            side.taobao.world.agree(side.refund(order))
            side.clock.wait(hours=1)
            reported = (await agent.round()).reported
            lines = await agent.lines()
            assert await agent.done(lines[0].id)
            standing = await agent.standing()
            assert side.case(case_id).account.proved
            return taken, reported, len(lines), standing.lines, standing.cases, standing.awaiting

    with trader_side() as side:
        assert asyncio.run(life(side)) == (1, 1, 3, 2, 1, 0)


def test_nothing_personal_and_no_secret_is_logged_shown_or_kept_in_clear(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    shelf = SqliteShelf(tmp_path / "agent.db")
    with trader_side(shelf) as side:
        caplog.clear()  # the owner's browser, in which the shop was connected, is none of the agent's
        order = side.buy(next(iter(side.taobao.world.shops)))
        case_id = side.complain(order.number)
        agent = side.agent()
        agent.round()
        side.clock.wait(hours=1)
        side.promise(case_id)
        side.taobao.world.refuse(side.refund(order))
        side.clock.wait(hours=1)
        agent.round()
        held = asyncio.run(Books(LiftedShelf(shelf), side.keys, "taobao", side.clock).case(case_id))
        assert held.value.order == order.number
        shown = [repr(agent), str(agent), repr(held), repr(held.value), str(held.value), repr(agent.standing())]
        shown += [f"{one!r} {one}" for one in agent.lines()]
        side.clock.wait(days=2)
        agent.round()
        shown += [_refused(side)]
        urls = [one.query for one in side.taobao.arrived if one.path != "/authorize"]
        logged = "\n".join(f"{one.getMessage()} {one.args!r} {one.exc_text}" for one in caplog.records)
        secret = [*side.taobao.sessions.secrets, *side.jd.sessions.given(), side.taobao.app.secret, *PERSON]
        secret += [order.number, order.memo, order.receiver, order.mobile, order.address, order.buyer]
        assert len(secret) > 10
        assert side.case(case_id).status is Status.REFERRED_BACK
    shelf.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for one in filter(None, secret):
        assert one not in "\n".join(shown)
        assert one not in logged
        assert one not in "\n".join(urls)
        assert one.encode() not in kept
    assert str(PAID.minor_units).encode() not in kept
    assert case_id in logged  # what is logged was looked at


def _refused(side: Side) -> str:
    """What an agent with a key that nobody knows raises."""
    stranger = TraderClient(
        side.council.base, HttpxTransport(side.http), keys=MemoryKeys(SigningKey.generate()),
        trust=side.council.trust(), options=Options("desk-1"), around=side.council.around(),
    )  # fmt: skip
    agent = Agent(
        stranger, side.connectors, shelf=MemoryShelf(), keys=MemoryKeyStore(), owner="taobao", now=side.clock
    )  # fmt: skip
    with pytest.raises(Unauthenticated) as raised:
        agent.round()
    return f"{raised.value!r} {raised.value}"
