"""The two faces of an agent: one that is called, one that is awaited.

Laws of this file: no decision is made here. The synchronous face drives the same flow with one `send`; a test holds the
two sets of methods equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from expressplatform.driving import run
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.platform.running import never
from expressplatform.ports import (
    AsyncShelf,
    AsyncShopConnector,
    ChangePage,
    Connection,
    HandedOver,
    HandOver,
    KeyStore,
    Performance,
    Promise,
    PurchaseClaim,
    Shelf,
    ShopConnector,
    VerifiedPurchase,
)
from expressplatform.shops import Result
from expressplatform_agent.base import USUAL, Terms
from expressplatform_agent.books import Books
from expressplatform_agent.desk import AsyncDesk, Desk, LiftedDesk
from expressplatform_agent.flow import Flow
from expressplatform_agent.values import Line, Round, Standing


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Agent:
    """What runs at a trader's side: its cases on one hand, its shops on the other, and people in between.

    ``desk`` is the trader's client (`TraderClient`), whose person is the staff id under which the agent acts;
    ``connectors`` are its shops', each by the name that it gives its platform (``taobao``, for Tmall too; ``jd``).
    ``owner`` is the trader's organisation; ``shelf`` keeps what the agent remembers, sealed under secrets of
    ``keys``. All of them stay their owner's, and none is the council's: no council holds a shop's token.
    """

    def __init__(
        self,
        desk: Desk,
        connectors: Mapping[str, ShopConnector],
        *,
        shelf: Shelf,
        keys: KeyStore,
        owner: str,
        terms: Terms = USUAL,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        lifted = {name: LiftedConnector(one) for name, one in connectors.items()}
        books = Books(LiftedShelf(shelf), keys, owner, now)
        self._flow = Flow(LiftedDesk(desk), lifted, books, terms, now)

    def round(self, *, stopped: Callable[[], bool] = never) -> Round:
        """Everything that waits, once: shops that end, changes, cases to take in, money that is awaited.

        Call it every few minutes, and when a webhook comes. It may be ended at any moment: the next one goes on, and
        nothing is done twice. ``stopped`` is asked between two cases: once it is true, what has not been begun is left
        to the next round. What passes by itself is left for later; raises whatever of the tree does not
        (Unauthenticated, StoreUnusable, KeyMissing, ...).
        """
        return run(self._flow.round(stopped))

    def standing(self) -> Standing:
        """How it stands: shops, those that are not connected any more too, and counts. Asks nobody."""
        return run(self._flow.standing())

    def lines(self) -> Sequence[Line]:
        """What waits for a person to read, the oldest first. Asks nobody."""
        return run(self._flow.lines())

    def done(self, line_id: str) -> bool:
        """A person has seen a line; False: there is none of that id that waits."""
        return run(self._flow.done(line_id))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class AsyncAgent:
    """`Agent` for asynchronous callers: over an awaited client, awaited connectors and an awaited shelf."""

    def __init__(
        self,
        desk: AsyncDesk,
        connectors: Mapping[str, AsyncShopConnector],
        *,
        shelf: AsyncShelf,
        keys: KeyStore,
        owner: str,
        terms: Terms = USUAL,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._flow = Flow(desk, dict(connectors), Books(shelf, keys, owner, now), terms, now)

    async def round(self, *, stopped: Callable[[], bool] = never) -> Round:
        """See `Agent.round`."""
        return await self._flow.round(stopped)

    async def standing(self) -> Standing:
        """See `Agent.standing`."""
        return await self._flow.standing()

    async def lines(self) -> Sequence[Line]:
        """See `Agent.lines`."""
        return await self._flow.lines()

    async def done(self, line_id: str) -> bool:
        """See `Agent.done`."""
        return await self._flow.done(line_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class LiftedConnector:
    """A synchronous connector as an asynchronous one that never suspends."""

    def __init__(self, connector: ShopConnector) -> None:
        self._connector = connector

    def authorise(self, redirect_uri: str, state: str, /) -> str:
        return self._connector.authorise(redirect_uri, state)

    async def connect(self, query: str, state: str, /) -> Result[Connection]:
        return self._connector.connect(query, state)

    async def connection(self, shop: str, /) -> Connection:
        return self._connector.connection(shop)

    async def connections(self) -> Sequence[Connection]:
        return self._connector.connections()

    async def refresh(self, shop: str, /) -> Result[Connection]:
        return self._connector.refresh(shop)

    async def disconnect(self, shop: str, /) -> Connection:
        return self._connector.disconnect(shop)

    async def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
        return self._connector.verify_purchase(shop, claim)

    async def hand_over(self, shop: str, notice: HandOver, /) -> Result[HandedOver]:
        return self._connector.hand_over(shop, notice)

    async def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
        return self._connector.changes(shop, cursor, limit)

    async def performance(self, shop: str, promise: Promise, /) -> Result[Performance]:
        return self._connector.performance(shop, promise)

    async def close(self) -> None:
        self._connector.close()
