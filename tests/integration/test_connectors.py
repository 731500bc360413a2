"""What connectors share, over a small market: tokens in a file, renewals that die, and each code that is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from examples.connect_it import Market, Row
from expressplatform.connectors import AsyncConnector, Connector, Line, Note, Terms, Tokens
from expressplatform.errors import InvalidInput, Problem, TransportFailed
from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.ports import Authorised, HandedOver, HandOver, PurchaseClaim, Shelf
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.testing.checking import UnknownTargetError, contract_of
from expressplatform.testing.connectors.small_market import SmallMarket
from expressplatform.transport import HttpRequest, HttpResponse, Surroundings
from expressplatform_sqlite.shelf import SqliteShelf

STATE = "an-unguessable-word"
PAID = Money("CNY", 100)


class Killed(BaseException):
    """The process ends here."""


class Desk:
    """A market, a shelf and keys, and connectors over them."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.market, self.keys = SmallMarket(), MemoryKeyStore()
        self.shelf = shelf if shelf is not None else MemoryShelf()
        self.waited: list[float] = []

    def connector(self, tongue: Market | None = None, transport: Any = None, **more: Any) -> Connector:
        async def pause(seconds: float) -> None:
            self.waited.append(seconds)
            self.market.pass_time(timedelta(seconds=seconds))

        around = Surroundings(pause=pause, now=self.market.now, luck=lambda: 0.5)
        return Connector(
            tongue or Market(), transport=transport or self.market, shelf=self.shelf, keys=self.keys, owner="market",
            around=around, **more,
        )  # fmt: skip

    def connected(self, by: Connector) -> str:
        shop = self.market.open_shop()
        query = self.market.answer_link(shop, by.authorise("https://agent.example/back", STATE), yes=True)
        assert isinstance(by.connect(query, STATE), Ok)
        self.market.pass_time(timedelta(minutes=2))
        return shop


class _Then:
    """A transport that does something with an answer to what is asked in a word."""

    def __init__(self, market: SmallMarket, word: bytes, does: Callable[[], object]) -> None:
        self.market, self.word, self.does = market, word, does

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        answer = self.market.send(request, seconds)
        if self.word in request.body:
            self.does()
        return answer


def _raise(error: BaseException) -> Callable[[], object]:
    def raising() -> object:
        raise error

    return raising


def test_tokens_stand_in_no_file_in_clear(tmp_path: Path) -> None:
    with closing(SqliteShelf(tmp_path / "shelf.db")) as shelf:
        desk = Desk(shelf)
        connector = desk.connector()
        shop = desk.connected(connector)
        assert isinstance(connector.refresh(shop), Ok)
        kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert not [one for one in desk.market.secrets() if one.encode() in kept]
        assert shop.encode() not in kept
    with closing(SqliteShelf(tmp_path / "shelf.db")) as again:
        desk.shelf = again
        assert desk.connector().connection(shop).state is Authorised.CONNECTED


def test_who_is_killed_while_renewing_holds_nobody_up_for_longer_than_a_minute() -> None:
    desk = Desk()
    shop = desk.connected(desk.connector())
    dying = desk.connector(transport=_Then(desk.market, b'"renew"', _raise(Killed())))
    with pytest.raises(Killed):
        dying.refresh(shop)
    asked = len(desk.market.seen())
    assert isinstance(desk.connector().refresh(shop), Ok)
    assert len(desk.market.seen()) == asked, "somebody else renews already, for all that is known"
    desk.market.pass_time(timedelta(seconds=61))
    assert desk.connector().refresh(shop) == BusinessError("renewal", ""), "the old pair went with who was killed"


@attrs.frozen
class _Awaited:
    """The market, asked by somebody who waits for the question to go and for the answer to come."""

    market: SmallMarket

    async def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        for _ in range(3):
            await asyncio.sleep(0)
        answer = self.market.send(request, seconds)
        for _ in range(3):
            await asyncio.sleep(0)
        return answer


@pytest.mark.parametrize("turns", range(10))
def test_who_is_cancelled_loses_no_tokens_that_were_given_out(turns: int) -> None:
    """Neither those of a shop that is being connected nor those that take the place of others: they come once."""
    desk = Desk()

    async def cancelled(connector: AsyncConnector, asked: Coroutine[Any, Any, object]) -> None:
        calling = asyncio.ensure_future(asked)
        for _ in range(turns):
            await asyncio.sleep(0)
        calling.cancel()
        await asyncio.wait([calling])
        await connector.close()

    async def life() -> str:
        around = Surroundings(pause=asyncio.sleep, now=desk.market.now)
        made = AsyncConnector(
            Market(), transport=_Awaited(desk.market), shelf=LiftedShelf(desk.shelf), keys=desk.keys, owner="market",
            around=around,
        )  # fmt: skip
        shop = desk.market.open_shop()
        query = desk.market.answer_link(shop, made.authorise("https://agent.example/back", STATE), yes=True)
        await cancelled(made, made.connect(query, STATE))
        if turns:  # before that, nothing was asked
            assert (await made.connection(shop)).state is Authorised.CONNECTED
            desk.market.pass_time(timedelta(minutes=2))
            await cancelled(made, made.refresh(shop))
        return shop

    shop = asyncio.run(life())
    if turns:
        order = desk.market.order(shop, PAID)
        assert isinstance(desk.connector().verify_purchase(shop, PurchaseClaim(order)), Ok)
        desk.market.pass_time(timedelta(minutes=2))
        assert isinstance(desk.connector().refresh(shop), Ok)


def test_a_renewal_whose_answer_was_lost_leaves_what_is_kept_and_lets_others_try() -> None:
    desk = Desk()
    shop = desk.connected(desk.connector())
    lost = desk.connector(transport=_Then(desk.market, b'"renew"', _raise(TransportFailed("broken"))))
    assert lost.refresh(shop) == GatewayError("broken")
    asked = len(desk.market.seen())
    assert isinstance(desk.connector().refresh(shop), BusinessError)
    assert len(desk.market.seen()) == asked + 1
    assert desk.connector().verify_purchase(shop, PurchaseClaim("1")) == Disconnected("invalid_token")


def test_a_loss_that_was_seen_under_old_tokens_does_not_take_the_new_ones() -> None:
    """Somebody renews while another asks under the old pair: the shop stays connected."""
    desk = Desk()
    shop = desk.connected(desk.connector())

    def renewed() -> None:
        transport.word = b"nothing any more"
        assert isinstance(desk.connector().refresh(shop), Ok)

    class Before(_Then):
        def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
            if self.word in request.body:
                self.does()
            return self.market.send(request, seconds)

    transport = Before(desk.market, b'"order"', renewed)
    asking = desk.connector(transport=transport)
    assert isinstance(asking.verify_purchase(shop, PurchaseClaim("1")), Disconnected)
    assert asking.connection(shop).usable
    assert isinstance(asking.verify_purchase(shop, PurchaseClaim("1")), Ok)


@pytest.mark.parametrize("owner_ends_it", [False, True])
def test_tokens_that_are_on_their_way_are_kept_though_the_old_ones_are_seen_to_be_gone(owner_ends_it: bool) -> None:
    """Somebody asks under the old pair when the platform has given out the new one, which comes once.

    What the owner of the shop ends meanwhile stays at its end.
    """
    desk = Desk()
    shop = desk.connected(desk.connector())

    def asked() -> None:
        if owner_ends_it:
            desk.connector().disconnect(shop)
        else:
            assert isinstance(desk.connector().verify_purchase(shop, PurchaseClaim("1")), Disconnected)

    desk.connector(transport=_Then(desk.market, b'"renew"', asked)).refresh(shop)
    assert desk.connector().connection(shop).usable is not owner_ends_it
    assert isinstance(desk.connector().verify_purchase(shop, PurchaseClaim("1")), Disconnected if owner_ends_it else Ok)


def test_a_short_ban_is_waited_for_and_a_long_one_is_not() -> None:
    desk = Desk()
    connector = desk.connector()
    shop = desk.connected(connector)
    desk.market.ban(shop, 2)
    assert isinstance(connector.verify_purchase(shop, PurchaseClaim("1")), Ok)
    assert desk.waited == [2.0]
    desk.market.ban(shop, 3)
    assert isinstance(connector.verify_purchase(shop, PurchaseClaim("1")), Throttled)
    assert desk.waited == [2.0]


class _Told(Market):
    """A market whose tokens are told in another way."""

    def __init__(self, **more: Any) -> None:
        self.more = more

    def _tokens(self, line: Line, found: Result[Row]) -> Result[Tokens]:
        tokens = super()._tokens(line, found)
        told = {name: by(line.now()) if callable(by) else by for name, by in self.more.items()}
        return Ok(attrs.evolve(tokens.value, **told)) if isinstance(tokens, Ok) else tokens


def _in(**by: float) -> Callable[[datetime], datetime]:
    return lambda now: now + timedelta(**by)


def test_a_renewal_that_comes_too_early_or_too_late_is_not_asked_for() -> None:
    desk = Desk()
    early = desk.connector(_Told(renewable_from=_in(days=30)))
    shop = desk.connected(early)
    asked = len(desk.market.seen())
    assert early.refresh(shop) == BusinessError("too_early", "")
    late = desk.connector(_Told(renewable_until=_in(minutes=1)))
    other = desk.connected(late)
    assert late.refresh(other) == Disconnected("session_ended")
    assert len(desk.market.seen()) == asked + 1


def test_tokens_that_may_be_renewed_after_their_end_are() -> None:
    desk = Desk()
    connector = desk.connector(_Told(ends_at=_in(minutes=1)))
    shop = desk.connected(connector)
    assert connector.connection(shop).state is Authorised.ENDED
    assert isinstance(connector.refresh(shop), Ok)
    assert connector.connection(shop).usable


def test_tokens_of_another_shop_are_not_kept() -> None:
    desk = Desk()
    shop = desk.connected(desk.connector())
    assert desk.connector(_Told(shop="999")).refresh(shop) == GatewayError("other_shop")
    assert [one.shop for one in desk.connector().connections()] == [shop]


def test_a_shop_that_may_only_read_still_reads() -> None:
    desk = Desk()
    connector = desk.connector(_Told(writes_until=_in(minutes=1)))
    shop = desk.connected(connector)
    order = desk.market.order(shop, PAID)
    assert connector.hand_over(shop, HandOver(order, "0123-4567-M")) == Disconnected("writing_ended")
    assert connector.connection(shop).usable
    assert isinstance(connector.verify_purchase(shop, PurchaseClaim(order)), Ok)


def test_a_note_that_is_full_stays_as_it_is() -> None:
    class Full(Market):
        def with_line(self, note: Note, line: str, /) -> Note:
            raise InvalidInput((Problem("$.note", "text", "is full"),))

    desk = Desk()
    connector = desk.connector(Full())
    shop = desk.connected(connector)
    order = desk.market.order(shop, PAID)
    assert connector.hand_over(shop, HandOver(order, "0123-4567-M")) == BusinessError("note_full", "")
    assert desk.market.note(shop, order) == ""


def test_a_note_that_somebody_takes_away_at_once_is_not_told_as_standing() -> None:
    """Written twice without an answer, and gone each time: nobody is told that it stands."""
    desk = Desk()
    shop = desk.connected(desk.connector())
    order = desk.market.order(shop, PAID)

    def wiped() -> None:
        desk.market.write_note(shop, order, "")
        raise TransportFailed("broken")

    connector = desk.connector(transport=_Then(desk.market, b'"write"', wiped))
    assert connector.hand_over(shop, HandOver(order, "0123-4567-M")) == GatewayError("broken")
    assert desk.connector().hand_over(shop, HandOver(order, "0123-4567-M")) == Ok(HandedOver.WRITTEN)


def test_one_question_has_one_deadline() -> None:
    """Whatever is tried within it: a market that is down for good is given up in time."""
    desk = Desk()
    shop = desk.connected(desk.connector())
    clock = [0.0]

    class Down:
        def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
            clock[0] += seconds
            raise TransportFailed("timeout")

    async def pause(seconds: float) -> None:
        clock[0] += seconds

    around = Surroundings(pause=pause, clock=lambda: clock[0], now=desk.market.now, luck=lambda: 1.0)
    connector = Connector(
        Market(), transport=Down(), shelf=desk.shelf, keys=desk.keys, owner="market", around=around,
        terms=Terms(deadline=20, attempt_seconds=8),
    )  # fmt: skip
    assert connector.verify_purchase(shop, PurchaseClaim("1")) == GatewayError("timeout")
    assert clock[0] <= 20.0


def test_the_kit_wants_a_subclass_where_a_maker_alone_is_not_enough() -> None:
    with pytest.raises(UnknownTargetError, match="name a subclass of ConnectorContract"):
        contract_of("expressplatform.testing.connectors.small_market:SmallMarket")


def test_owners_and_platforms_do_not_see_each_others_shops() -> None:
    desk = Desk()
    shop = desk.connected(desk.connector())
    other = Connector(Market(), transport=desk.market, shelf=desk.shelf, keys=desk.keys, owner="somebody")
    assert other.connections() == ()
    assert not other.connection(shop).usable
