"""The connector of JD is held to its contract, over real sockets: both ways, called and awaited."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar

import httpx
import httpx2
import pytest

from expressplatform.ports import AsyncShopConnector, ShopConnector
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.testing.contracts import AsyncConnectorContract, ConnectorContract
from expressplatform.transport import AsyncHttpxTransport, HttpxTransport
from expressplatform_jd.connector import AsyncJdConnector, JdConnector
from expressplatform_jd.simulator import PLAIN, ROUGH, Manners
from tests.jd_world import APP, JdWorld, Socket, jd_socket


@pytest.fixture(scope="module")
def socket() -> Iterator[Socket]:
    with jd_socket() as made:
        yield made


class _Behind:
    """Puts a world behind the module's socket for each check."""

    manners: ClassVar[Manners] = PLAIN
    services: ClassVar[bool] = False
    outside: ClassVar[bool] = False
    socket: Socket

    @pytest.fixture(autouse=True)
    def _socket(self, socket: Socket) -> None:
        self.socket = socket

    def make_world(self) -> ShopWorld:
        return self.socket.put(manners=self.manners, services=self.services)

    def settings(self, world: ShopWorld, setting: Setting) -> dict[str, Any]:
        assert isinstance(world, JdWorld)
        return {
            "keys": setting.keys,
            "owner": setting.owner,
            "around": setting.around,
            "endpoints": world.endpoints,
            "outside": self.outside,
        }


class TestJdConnector(_Behind, ConnectorContract):
    """Called, with httpx, by the SP-API first."""

    @contextmanager
    def make_connector(self, world: ShopWorld, setting: Setting) -> Iterator[ShopConnector]:
        with httpx.Client(trust_env=False) as client:
            transport = HttpxTransport(client)
            yield JdConnector(APP, transport=transport, shelf=setting.shelf, **self.settings(world, setting))


class TestAsyncJdConnector(_Behind, AsyncConnectorContract):
    """Awaited, with httpx2, by the SP-API first, in rough manners."""

    manners = ROUGH

    @asynccontextmanager
    async def make_connector(self, world: ShopWorld, setting: Setting) -> AsyncIterator[AsyncShopConnector]:
        async with httpx2.AsyncClient(trust_env=False) as client:
            transport = AsyncHttpxTransport(client)
            yield AsyncJdConnector(
                APP, transport=transport, shelf=setting.awaited_shelf, **self.settings(world, setting)
            )


class TestJdConnectorOutside(TestJdConnector):
    """Called, where after-sales calls of the SP-API are closed, and the connector finds out."""

    manners = Manners(cloud_only=True, lone=0.5, text_true=0.5, twice=0.2, shuffled=0.5)
    services = True


class TestJdConnectorKnownOutside(TestJdConnectorOutside):
    """Called, where the connector was told so and never tries."""

    outside = True
    schedules = 4


@pytest.mark.prove
class TestHundredsOfSchedules(TestJdConnector):
    """Hundreds of schedules, in rough manners."""

    manners = ROUGH
    schedules = 300
    first_seed = 1_000


@pytest.mark.prove
class TestHundredsOfSchedulesOutside(TestJdConnectorOutside):
    """Hundreds of schedules, by the second way."""

    schedules = 300
    first_seed = 2_000
