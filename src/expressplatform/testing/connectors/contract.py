"""The contracts of connectors to trading platforms, as tests: give them a simulated platform, and a connector to it.

    class TestMyConnector(ConnectorContract):
        def make_world(self) -> ShopWorld:
            return MyWorld(...)

        def make_connector(self, world: ShopWorld, setting: Setting) -> ShopConnector:
            return MyConnector(..., shelf=setting.shelf, keys=setting.keys, owner=setting.owner, around=setting.around)

Laws of this file: those of `contracts`. A check makes shops, orders and bills of its own, so one world may serve many.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager, nullcontext

from expressplatform.ports import AsyncShopConnector, ShopConnector
from expressplatform.testing.connectors.changes import Changing, Suffering
from expressplatform.testing.connectors.checks import Connecting, Handing, Proving, Secretive, Verifying
from expressplatform.testing.connectors.further import Further
from expressplatform.testing.connectors.schedules import Scheduled
from expressplatform.testing.connectors.stage import LiftedConnector, Stage, entered_connector, staged
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.testing.lifting import Lift, lift


class ConnectorChecks(Connecting, Verifying, Handing, Proving, Secretive, Changing, Suffering, Further, Scheduled):
    """All checks of a connector, by whichever door they come to it."""

    def make_world(self) -> ShopWorld | AbstractContextManager[ShopWorld]:
        """A platform, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    @contextmanager
    def _world(self) -> Iterator[ShopWorld]:
        made = self.make_world()
        with made if isinstance(made, AbstractContextManager) else nullcontext(made) as world:
            yield world


class ConnectorContract(ConnectorChecks):
    """The contract of `ShopConnector`. Give `make_world` and `make_connector`."""

    def make_connector(
        self, world: ShopWorld, setting: Setting
    ) -> ShopConnector | AbstractContextManager[ShopConnector]:
        """A connector to a world, or a context manager that gives one; made again it must know what the shelf knows."""
        raise NotImplementedError

    @contextmanager
    def staged(self) -> Iterator[Stage]:
        """A world with a connector in it."""
        with self._world() as world, staged(world, self._made) as stage:
            yield stage

    def _made(self, world: ShopWorld, setting: Setting) -> AbstractContextManager[ShopConnector]:
        return entered_connector(self.make_connector(world, setting))


class AsyncConnectorContract(ConnectorChecks):
    """The contract of `AsyncShopConnector`: the same checks, each call awaited in one event loop beside the check."""

    def make_connector(
        self, world: ShopWorld, setting: Setting
    ) -> AsyncShopConnector | AbstractAsyncContextManager[AsyncShopConnector]:
        """A connector to a world, or a context manager (entered in the event loop) that gives one."""
        raise NotImplementedError

    @contextmanager
    def staged(self) -> Iterator[Stage]:
        """A world with a connector in it, behind a face that waits for its answers."""
        with lift() as loop, self._world() as world:

            def made(world: ShopWorld, setting: Setting) -> AbstractContextManager[ShopConnector]:
                return self._lifted(loop, world, setting)

            with staged(world, made) as stage:
                yield stage

    @contextmanager
    def _lifted(self, loop: Lift, world: ShopWorld, setting: Setting) -> Iterator[ShopConnector]:
        made = self.make_connector(world, setting)
        if isinstance(made, AbstractAsyncContextManager):
            connector = loop.wait(made.__aenter__())
            try:
                yield LiftedConnector(connector, loop)
            finally:
                loop.wait(made.__aexit__(None, None, None))
        else:
            face = LiftedConnector(made, loop)
            try:
                yield face
            finally:
                face.close()
