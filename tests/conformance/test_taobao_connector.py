"""The connector of Taobao keeps the contract of connectors, over real sockets, called and awaited."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)

import httpx
import httpx2
import pytest

from expressplatform.connectors import Terms
from expressplatform.ports import AsyncShopConnector, ShopConnector
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.testing.contracts import AsyncConnectorContract, ConnectorContract
from expressplatform.transport import AsyncHttpxTransport, HttpxTransport
from expressplatform_taobao.connector import AsyncTaobaoConnector, TaobaoConnector
from tests.taobao_world import TaobaoWorld, taobao_world

TLS = ssl.create_default_context()
"""Made once: it takes longer than a check."""
TERMS = Terms(deadline=30, attempt_seconds=5)


@pytest.fixture(scope="module", name="world")
def _world() -> Iterator[TaobaoWorld]:
    with taobao_world() as world:
        yield world


class _OneWorld:
    """All checks of a class share one simulated platform."""

    @pytest.fixture(autouse=True)
    def _given(self, world: TaobaoWorld) -> None:
        self._world_given = world

    def make_world(self) -> AbstractContextManager[ShopWorld]:
        return nullcontext(self._world_given)


class TestTaobaoConnector(_OneWorld, ConnectorContract):
    schedules = 24

    @contextmanager
    def make_connector(self, world: ShopWorld, setting: Setting) -> Iterator[ShopConnector]:
        assert isinstance(world, TaobaoWorld)
        with httpx.Client(verify=TLS) as client:
            yield TaobaoConnector(
                world.simulator.app.as_known(),
                transport=HttpxTransport(client),
                shelf=setting.shelf,
                keys=setting.keys,
                owner=setting.owner,
                gateway=world.gateway,
                page_size=7,
                around=setting.around,
                terms=TERMS,
            )


class TestAsyncTaobaoConnector(_OneWorld, AsyncConnectorContract):
    def make_connector(self, world: ShopWorld, setting: Setting) -> AbstractAsyncContextManager[AsyncShopConnector]:
        assert isinstance(world, TaobaoWorld)
        return _awaited(world, setting)


@asynccontextmanager
async def _awaited(world: TaobaoWorld, setting: Setting) -> AsyncIterator[AsyncShopConnector]:
    async with httpx2.AsyncClient(verify=TLS) as client:
        yield AsyncTaobaoConnector(
            world.simulator.app.as_known(),
            transport=AsyncHttpxTransport(client),
            shelf=setting.awaited_shelf,
            keys=setting.keys,
            owner=setting.owner,
            gateway=world.gateway,
            sign_method="md5",
            page_size=7,
            around=setting.around,
            terms=TERMS,
        )


@pytest.mark.prove
def test_schedules_by_the_hundred_end_as_if_nothing_had_gone_wrong(world: TaobaoWorld) -> None:
    many = TestTaobaoConnector()
    many._world_given, many.schedules, many.first_seed = world, 300, 1000  # type: ignore[misc]
    many.test_schedules_of_faults_end_as_if_there_had_been_none()
