"""The two faces of a connector: one that is called, one that is awaited.

Laws of this file: no decision is made here. The synchronous face drives the same flow with one `send`; a test holds the
two sets of methods equal.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from expressplatform.connectors.flow import Flow
from expressplatform.connectors.line import USUAL, Terms
from expressplatform.connectors.tongue import Tongue
from expressplatform.driving import run
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.ports import (
    AsyncShelf,
    ChangePage,
    Connection,
    HandedOver,
    HandOver,
    KeyStore,
    Performance,
    Promise,
    PurchaseClaim,
    Shelf,
    VerifiedPurchase,
)
from expressplatform.shops import Result
from expressplatform.transport import AsyncTransport, LiftedTransport, Surroundings, Transport


async def _pause(seconds: float) -> None:
    time.sleep(seconds)


BLOCKING: Final = Surroundings(pause=_pause)
"""The world as a synchronous connector finds it."""
AWAITED: Final = Surroundings(pause=asyncio.sleep)
"""The world as an asynchronous one does."""


class Connector:
    """A `ShopConnector` for the platform of a tongue.

    ``owner`` is the organisation whose shops these are; ``shelf`` keeps their tokens, sealed under secrets of ``keys``.
    Transport, shelf and keys stay their owner's. ``around`` says what waits, what time it is and what luck is.
    """

    def __init__(
        self,
        tongue: Tongue,
        *,
        transport: Transport,
        shelf: Shelf,
        keys: KeyStore,
        owner: str,
        around: Surroundings = BLOCKING,
        terms: Terms = USUAL,
    ) -> None:
        self._flow = Flow(
            tongue,
            transport=LiftedTransport(transport),
            shelf=LiftedShelf(shelf),
            keys=keys,
            owner=owner,
            around=around,
            terms=terms,
        )

    def authorise(self, redirect_uri: str, state: str, /) -> str:
        """See `ShopConnector.authorise`."""
        return self._flow.tongue.link(redirect_uri, state)

    def connect(self, query: str, state: str, /) -> Result[Connection]:
        """See `ShopConnector.connect`."""
        return run(self._flow.connect(query, state))

    def connection(self, shop: str, /) -> Connection:
        """See `ShopConnector.connection`."""
        return run(self._flow.connection(shop))

    def connections(self) -> Sequence[Connection]:
        """See `ShopConnector.connections`."""
        return run(self._flow.connections())

    def refresh(self, shop: str, /) -> Result[Connection]:
        """See `ShopConnector.refresh`."""
        return run(self._flow.refresh(shop))

    def disconnect(self, shop: str, /) -> Connection:
        """See `ShopConnector.disconnect`."""
        return run(self._flow.disconnect(shop))

    def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
        """See `ShopConnector.verify_purchase`."""
        return run(self._flow.verify_purchase(shop, claim))

    def hand_over(self, shop: str, notice: HandOver, /) -> Result[HandedOver]:
        """See `ShopConnector.hand_over`."""
        return run(self._flow.hand_over(shop, notice))

    def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
        """See `ShopConnector.changes`."""
        return run(self._flow.changes(shop, cursor, limit))

    def performance(self, shop: str, promise: Promise, /) -> Result[Performance]:
        """See `ShopConnector.performance`."""
        return run(self._flow.performance(shop, promise))

    def close(self) -> None:
        """Nothing of its own is open."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._flow.tongue.platform}>"


class AsyncConnector:
    """An `AsyncShopConnector` for the platform of a tongue; see `Connector`.

    Tokens that the platform gives out are kept, whoever is cancelled meanwhile: they are given once.
    """

    def __init__(
        self,
        tongue: Tongue,
        *,
        transport: AsyncTransport,
        shelf: AsyncShelf,
        keys: KeyStore,
        owner: str,
        around: Surroundings = AWAITED,
        terms: Terms = USUAL,
    ) -> None:
        self._flow = Flow(tongue, transport=transport, shelf=shelf, keys=keys, owner=owner, around=around, terms=terms)
        self._under_way = set[asyncio.Task[Result[Connection]]]()

    def authorise(self, redirect_uri: str, state: str, /) -> str:
        """See `ShopConnector.authorise`."""
        return self._flow.tongue.link(redirect_uri, state)

    async def connect(self, query: str, state: str, /) -> Result[Connection]:
        """See `ShopConnector.connect`."""
        return await self._to_its_end(self._flow.connect(query, state))

    async def connection(self, shop: str, /) -> Connection:
        """See `ShopConnector.connection`."""
        return await self._flow.connection(shop)

    async def connections(self) -> Sequence[Connection]:
        """See `ShopConnector.connections`."""
        return await self._flow.connections()

    async def refresh(self, shop: str, /) -> Result[Connection]:
        """See `ShopConnector.refresh`."""
        return await self._to_its_end(self._flow.refresh(shop))

    async def disconnect(self, shop: str, /) -> Connection:
        """See `ShopConnector.disconnect`."""
        return await self._flow.disconnect(shop)

    async def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
        """See `ShopConnector.verify_purchase`."""
        return await self._flow.verify_purchase(shop, claim)

    async def hand_over(self, shop: str, notice: HandOver, /) -> Result[HandedOver]:
        """See `ShopConnector.hand_over`."""
        return await self._flow.hand_over(shop, notice)

    async def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
        """See `ShopConnector.changes`."""
        return await self._flow.changes(shop, cursor, limit)

    async def performance(self, shop: str, promise: Promise, /) -> Result[Performance]:
        """See `ShopConnector.performance`."""
        return await self._flow.performance(shop, promise)

    async def close(self) -> None:
        """Nothing of its own is open; waits for tokens that are on their way for callers who were cancelled."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _to_its_end(self, asked: Coroutine[Any, Any, Result[Connection]]) -> Result[Connection]:
        task = asyncio.get_running_loop().create_task(asked)
        self._under_way.add(task)
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    def _over(self, task: asyncio.Task[Result[Connection]]) -> None:
        """What became of it is nobody's to hear where its caller was cancelled."""
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._flow.tongue.platform}>"
