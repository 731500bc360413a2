"""Where a connector is tried: a world, a shelf, and connectors that come and go over both.

Laws of this file: a connector that is made again knows what the shelf knows, as after a process was killed. Time is the
world's; waiting moves it.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, datetime, timedelta, timezone
from typing import Final, TypeVar

import attrs

from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.ports import (
    EVERYONE,
    AsyncShopConnector,
    ChangePage,
    Connection,
    HandedOver,
    HandOver,
    Performance,
    Promise,
    PurchaseClaim,
    ShopConnector,
    Sought,
    Suggestion,
    VerifiedPurchase,
)
from expressplatform.shops import Ok, Result
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.testing.lifting import Lift
from expressplatform.transport import Surroundings

T = TypeVar("T")

BACK: Final = "https://trader.example/back"
"""Where the browser comes back to."""
GMT8: Final = timezone(timedelta(hours=8))
MONEY: Final = Money("CNY", 19900)


def good(result: Result[T]) -> T:
    """The value of an answer that must be Ok."""
    assert isinstance(result, Ok), f"the answer is {result!r}, not Ok"
    return result.value


@attrs.frozen
class Stage:
    """A world, a connector in it, and whatever makes another over the same shelf."""

    world: ShopWorld
    connector: ShopConnector
    shelf: MemoryShelf
    again: Callable[[], AbstractContextManager[ShopConnector]]

    def unconnected(self) -> tuple[str, str]:
        """A new shop, and the word by which the answer to its link is known."""
        return self.world.open_shop(), uuid.uuid4().hex

    def connected(self, connector: ShopConnector | None = None) -> str:
        """A new shop whose owner has said yes."""
        shop, _ = self.unconnected()
        self.connect(shop, connector)
        return shop

    def connect(self, shop: str, connector: ShopConnector | None = None) -> Connection:
        """The shop's owner says yes, and the connector takes the answer."""
        by, state = connector or self.connector, uuid.uuid4().hex
        query = self.world.answer_link(shop, by.authorise(BACK, state), yes=True)
        connection = good(by.connect(query, state))
        assert connection.shop == shop, "the shop is not known by the number of its account"
        return connection

    def ordered(self, shop: str, amount: Money = MONEY) -> str:
        """A new order of a shop."""
        return self.world.order(shop, amount)

    def today(self) -> date:
        """The day on which an order is placed now."""
        return self.world.now().astimezone(GMT8).date()

    def later(self, **by: float) -> datetime:
        """What time it is once so much has passed."""
        self.world.pass_time(timedelta(**by))
        return self.world.now()

    def changes(self, shop: str, cursor: str, limit: int = 100, *, most: int = 60) -> tuple[list[Suggestion], str]:
        """Every change from a cursor on until there is no more, and the cursor after them."""
        found: list[Suggestion] = []
        for _ in range(most):
            page = good(self.connector.changes(shop, cursor, limit))
            assert len(page.suggestions) <= limit, "a page of changes is longer than its limit"
            found += page.suggestions
            cursor = page.cursor
            if not page.more:
                return found, cursor
        raise AssertionError("the changes do not come to an end")

    def kept(self) -> bytes:
        """All bytes of the shelf."""
        kinds = {row.kind for row in self.shelf._rows.values()}
        pages = [self.shelf.list(EVERYONE, kind, Sought(), "", 10_000) for kind in kinds]
        return b"\0".join(repr(attrs.astuple(row)).encode() + row.body for page in pages for row in page.rows)


def claim(order: str, amount: Money | None = MONEY, day: date | None = None, shop_name: str = "") -> PurchaseClaim:
    """What somebody says they bought."""
    return PurchaseClaim(order, amount, day, shop_name)


def notice(order: str, number: int = 1) -> HandOver:
    """A hand-over of a case."""
    return HandOver(order, f"0123-{number:04d}-M", date(2031, 2, 28))


@contextmanager
def staged(
    world: ShopWorld, made: Callable[[ShopWorld, Setting], AbstractContextManager[ShopConnector]]
) -> Iterator[Stage]:
    """A stage over a world, with a connector on it."""
    shelf, keys = MemoryShelf(), MemoryKeyStore()

    async def wait(seconds: float) -> None:
        world.pass_time(timedelta(seconds=seconds))

    around = Surroundings(pause=wait, luck=lambda: 0.5, now=world.now)
    setting = Setting(shelf, LiftedShelf(shelf), keys, f"kit{uuid.uuid4().hex[:12]}", around)
    with made(world, setting) as connector:
        yield Stage(world, connector, shelf, lambda: made(world, setting))


@contextmanager
def entered_connector(
    made: ShopConnector | AbstractContextManager[ShopConnector],
) -> Iterator[ShopConnector]:
    """What a maker gave: a context manager is entered, anything else closed at the end."""
    with made if isinstance(made, AbstractContextManager) else closing(made) as connector:
        yield connector


class LiftedConnector:
    """An awaited connector behind a face that is called, each call run in the event loop of a `Lift`."""

    def __init__(self, connector: AsyncShopConnector, lift: Lift) -> None:
        self._connector, self._lift = connector, lift

    def authorise(self, redirect_uri: str, state: str, /) -> str:
        return self._connector.authorise(redirect_uri, state)

    def connect(self, query: str, state: str, /) -> Result[Connection]:
        return self._wait(self._connector.connect(query, state))

    def connection(self, shop: str, /) -> Connection:
        return self._wait(self._connector.connection(shop))

    def connections(self) -> Sequence[Connection]:
        return self._wait(self._connector.connections())

    def refresh(self, shop: str, /) -> Result[Connection]:
        return self._wait(self._connector.refresh(shop))

    def disconnect(self, shop: str, /) -> Connection:
        return self._wait(self._connector.disconnect(shop))

    def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
        return self._wait(self._connector.verify_purchase(shop, claim))

    def hand_over(self, shop: str, notice: HandOver, /) -> Result[HandedOver]:
        return self._wait(self._connector.hand_over(shop, notice))

    def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
        return self._wait(self._connector.changes(shop, cursor, limit))

    def performance(self, shop: str, promise: Promise, /) -> Result[Performance]:
        return self._wait(self._connector.performance(shop, promise))

    def close(self) -> None:
        self._wait(self._connector.close())

    def _wait(self, answer: Awaitable[T]) -> T:
        return self._lift.wait(answer)

    def __repr__(self) -> str:
        return repr(self._connector)
