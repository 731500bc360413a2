"""Connectors to the small market that are wrong in exactly one thing each.

A docstring says in one sentence what is wrong, and `breaks` names the guarantees by which a tester knows it.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import attrs

from examples.connect_it import Market, Row, TestMarket, proof, read
from expressplatform.connectors import (
    Asked,
    Bill,
    BillPage,
    Connector,
    Found,
    Line,
    Note,
    Proof,
    Record,
    Terms,
    Tokens,
    Window,
)
from expressplatform.connectors.flow import Flow
from expressplatform.connectors.keeping import Kept
from expressplatform.connectors.line import USUAL, ShopLine
from expressplatform.connectors.noting import line_of
from expressplatform.errors import InvalidInput
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.platform.faces.lifted import LiftedShelf
from expressplatform.ports import (
    MOST_CHANGES,
    ChangePage,
    Connection,
    HandedOver,
    HandOver,
    Performance,
    Promise,
    PurchaseClaim,
    ShopConnector,
    Suggests,
    VerifiedPurchase,
)
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.testing.connectors.small_market import SmallMarket
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.transport import LiftedTransport, RetryPolicy


class Tried(TestMarket):
    """The worked connector, to be made faulty."""

    breaks: ClassVar[tuple[str, ...]] = ()
    schedules = 40
    Tongue: ClassVar[type[Market]] = Market
    Face: ClassVar[type[Connector]] = Connector
    Flows: ClassVar[type[Flow]] = Flow
    terms: ClassVar[Terms] = USUAL

    def make_connector(self, world: ShopWorld, setting: Setting) -> ShopConnector:
        assert isinstance(world, SmallMarket)
        made = self.Face(
            self.Tongue(), transport=world, shelf=setting.shelf, keys=setting.keys, owner=setting.owner,
            around=setting.around, terms=self.terms,
        )  # fmt: skip
        if self.Flows is not Flow:
            made._flow = self.Flows(
                made._flow.tongue, transport=LiftedTransport(world), shelf=LiftedShelf(setting.shelf),
                keys=setting.keys, owner=setting.owner, around=setting.around, terms=self.terms,
            )  # fmt: skip
        return made


# --- the platform's answers, read wrongly ---------------------------------------------------------------------


class AnyState(Tried):
    """Whoever sends a code is believed, whatever word comes with it."""

    breaks = ("C1",)

    class Tongue(Market):
        def code(self, query: str, state: str, /) -> Result[str]:
            return super().code(query, query.rpartition("state=")[2])


class EndsUntold(Tried):
    """When an authorisation ends is not kept."""

    breaks = ("C2",)

    class Tongue(Market):
        def _tokens(self, line: Line, found: Result[Row]) -> Result[Tokens]:
            tokens = super()._tokens(line, found)
            return Ok(attrs.evolve(tokens.value, ends_at=None)) if isinstance(tokens, Ok) else tokens


class AmountUntold(Tried):
    """Amounts are never compared."""

    breaks = ("C8", "C9")

    class Tongue(Market):
        async def order(self, line: Line, number: str, /) -> Result[Record | None]:
            found = await super().order(line, number)
            if isinstance(found, Ok) and found.value is not None:
                return Ok(attrs.evolve(found.value, amounts=()))
            return found


class AboutTheAmount(Tried):
    """An amount that is a cent off is taken for the same."""

    breaks = ("C9",)

    class Tongue(Market):
        async def order(self, line: Line, number: str, /) -> Result[Record | None]:
            found = await super().order(line, number)
            if isinstance(found, Ok) and found.value is not None:
                (amount,) = found.value.amounts
                more = tuple(Money("CNY", amount.minor_units + off) for off in (-1, 0, 1))
                return Ok(attrs.evolve(found.value, amounts=more))
            return found


class EveryOrderIsOurs(Tried):
    """An order that the shop does not have is found all the same."""

    breaks = ("C10",)

    class Tongue(Market):
        async def order(self, line: Line, number: str, /) -> Result[Record | None]:
            found = await super().order(line, number)
            return Ok(Record(number)) if found == Ok(None) else found


class LosesTheirs(Tried):
    """What the seller's people wrote is written over."""

    breaks = ("C12", "C14")

    class Tongue(Market):
        def with_line(self, note: Note, line: str, /) -> Note:
            return Note(line)


class TrimsTheirs(Tried):
    """What the seller's people wrote is tidied up."""

    breaks = ("C12",)

    class Tongue(Market):
        def with_line(self, note: Note, line: str, /) -> Note:
            return super().with_line(Note(" ".join(note.text.split())), line)


class NotesTheOrder(Tried):
    """The order's number is written into the note."""

    breaks = ("C13",)

    class Tongue(Market):
        async def write(self, line: Line, number: str, note: Note, /) -> Result[object]:
            return await super().write(line, number, Note(f"{note.text} ({number})"))


class MissingIsAFault(Tried):
    """An order that is not there is taken for a fault of the line."""

    breaks = ("C16",)

    class Tongue(Market):
        async def note(self, line: Line, number: str, /) -> Result[Note]:
            found = await super().note(line, number)
            return GatewayError("no_order") if isinstance(found, BusinessError) else found


class _Proofs(Market):
    found: ClassVar[dict[str, Found]] = {}

    async def proofs(self, line: Line, promise: Promise, /) -> Result[Sequence[Proof]]:
        asked = await self._ask(line, "refunds", number=promise.order_number)
        if not isinstance(asked, Ok):
            return asked
        rows = asked.value["rows"]
        return Ok([attrs.evolve(proof(row), found=self.found.get(row["state"], proof(row).found)) for row in rows])


class OpenIsPaid(Tried):
    """A bill that is open counts as paid."""

    breaks = ("C17",)

    class Tongue(_Proofs):
        found: ClassVar[dict[str, Found]] = {"open": Found.PAID}


class ClosedIsRefused(Tried):
    """A bill that was closed counts as refused."""

    breaks = ("C18",)

    class Tongue(_Proofs):
        found: ClassVar[dict[str, Found]] = {"closed": Found.REFUSED}


class ClosedIsPaid(Tried):
    """A bill that was closed counts as paid."""

    breaks = ("C18", "C36")

    class Tongue(_Proofs):
        found: ClassVar[dict[str, Found]] = {"closed": Found.PAID}


class EverythingCounts(Tried):
    """A payment from before the promise counts."""

    breaks = ("C19",)

    class Flows(Flow):
        async def performance(self, shop: str, promise: Promise) -> Result[Performance]:
            return await super().performance(shop, attrs.evolve(promise, since=None))


class TokenInTheAddress(Tried):
    """The token stands in the address."""

    breaks = ("C21",)

    class Tongue(Market):
        def _asked(self, now: datetime, token: str, do: str, **more: object) -> Asked[Row]:
            asked = super()._asked(now, token, do, **more)
            return attrs.evolve(asked, request=attrs.evolve(asked.request, url=f"{asked.request.url}?token={token}"))


class BanIsALoss(Tried):
    """A platform that asks for patience counts as one that was left."""

    breaks = ("C22", "C30")

    class Tongue(Market):
        def _asked(self, now: datetime, token: str, do: str, **more: object) -> Asked[Row]:
            def misread(status: int, body: bytes, at: datetime) -> Result[Row]:
                found = read(status, body, at)
                return Disconnected("busy") if isinstance(found, Throttled) else found

            return attrs.evolve(super()._asked(now, token, do, **more), read=misread)


class AnotherEachTime(Tried):
    """The same change counts as another one whenever it is read."""

    breaks = ("C23", "C36")

    class Tongue(Market):
        count = itertools.count()

        async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
            found = await super().bills(line, window, page)
            if not isinstance(found, Ok):
                return found
            rows = tuple(attrs.evolve(one, status=f"{one.status}{next(self.count)}") for one in found.value.bills)
            return Ok(attrs.evolve(found.value, bills=rows))


class FirstPageOnly(Tried):
    """Of a list the first page is read."""

    breaks = ("C24", "C25", "C31")

    class Tongue(Market):
        async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
            found = await super().bills(line, window, page)
            return Ok(attrs.evolve(found.value, last=1)) if isinstance(found, Ok) else found


class NobodyPaid(Tried):
    """That money went back is told as any change is."""

    breaks = ("C23", "C26", "C36")

    class Tongue(Market):
        async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
            found = await super().bills(line, window, page)
            if not isinstance(found, Ok):
                return found
            rows = tuple(attrs.evolve(one, suggests=Suggests.LOOK) for one in found.value.bills)
            return Ok(attrs.evolve(found.value, bills=rows))


class StateOfTheFirstSight(Tried):
    """How a bill stood when it was first seen is told for ever."""

    breaks = ("C26", "C23", "C36")

    class Tongue(Market):
        def __init__(self) -> None:
            self._first: dict[str, Bill] = {}

        async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
            found = await super().bills(line, window, page)
            if not isinstance(found, Ok):
                return found
            rows = tuple(
                attrs.evolve(one, suggests=self._first.setdefault(one.id, one).suggests) for one in found.value.bills
            )
            return Ok(attrs.evolve(found.value, bills=rows))


class RaisesOnNonsense(Tried):
    """What cannot be read is raised as an exception."""

    breaks = ("C33",)

    class Tongue(Market):
        def _asked(self, now: datetime, token: str, do: str, **more: object) -> Asked[Row]:
            def unguarded(status: int, body: bytes, at: datetime) -> Result[Row]:
                json.loads(body)
                return read(status, body, at)

            return attrs.evolve(super()._asked(now, token, do, **more), read=unguarded)


class StubbornClock(Tried):
    """That the clock is wrong is not heard."""

    breaks = ("C34",)

    class Tongue(Market):
        def skewed(self, result: Result[object], /) -> bool:
            return False


class NeverAsksTwice(Tried):
    """A read is not repeated."""

    breaks = ("C32",)
    terms = Terms(policy=RetryPolicy(attempts=1))


class RepeatsWrites(Tried):
    """A write is repeated as a read is."""

    breaks = ("C15",)
    terms = Terms(policy=RetryPolicy(attempts=9))

    class Tongue(Market):
        def _asked(self, now: datetime, token: str, do: str, **more: object) -> Asked[Row]:
            return attrs.evolve(super()._asked(now, token, do, **more), reads=True)


# --- what the connector makes of them -------------------------------------------------------------------------


class AsksAnyway(Tried):
    """A shop that is lost or parked is asked for all the same."""

    breaks = ("C2", "C3", "C4", "C5", "C30")

    class Flows(Flow):
        async def _asked(self, shop: str, work: Any) -> Result[Any]:
            kept = (await self._book.read(shop)).kept
            answer: Result[Any] = await work(self._line(kept))
            return answer if isinstance(answer, Ok) else await self._after(kept, answer)


class ForgetsTheLoss(Tried):
    """A shop that withdrew is asked for again and again."""

    breaks = ("C4",)

    class Flows(Flow):
        async def _after(self, kept: Kept, answer: Result[Any]) -> Result[Any]:
            return answer if isinstance(answer, Disconnected) else await super()._after(kept, answer)


class ParksNobody(Tried):
    """A ban is told and not kept to."""

    breaks = ("C30",)

    class Flows(Flow):
        async def _after(self, kept: Kept, answer: Result[Any]) -> Result[Any]:
            return answer if isinstance(answer, Throttled) else await super()._after(kept, answer)


class ParksEverybody(Tried):
    """A ban of one shop parks all."""

    breaks = ("C30",)

    class Flows(Flow):
        async def _asked(self, shop: str, work: Any) -> Result[Any]:
            parked = [one.parked_until for one in await self.connections() if one.parked_until is not None]
            return Throttled(max(parked)) if parked else await super()._asked(shop, work)


class KeepsAfterAll(Tried):
    """Disconnecting forgets nothing."""

    breaks = ("C5",)

    class Flows(Flow):
        async def disconnect(self, shop: str) -> Connection:
            return await self.connection(shop)


class KnowsByHeart(Tried):
    """What a connector was given no other has."""

    breaks = ("C6",)

    def make_connector(self, world: ShopWorld, setting: Setting) -> ShopConnector:
        shelf = MemoryShelf()
        return super().make_connector(world, attrs.evolve(setting, shelf=shelf))


class EverybodyRenews(Tried):
    """Whoever is asked to renew does, whether another does so or not."""

    breaks = ("C7",)

    class Flows(Flow):
        async def refresh(self, shop: str) -> Result[Connection]:
            kept = (await self._book.read(shop)).kept
            if not kept.access:
                return Disconnected(kept.reason)
            tokens = await self.tongue.renew(self._line(kept), kept.tokens())
            if not isinstance(tokens, Ok):
                return tokens
            now = self._clock.ours()
            return Ok((await self._book.change(shop, lambda found: found.under(tokens.value, now))).connection(now))


class _Handing(Flow):
    async def _handed_over(self, line: ShopLine, notice: HandOver) -> Result[HandedOver]:
        raise NotImplementedError


class WritesAgain(Tried):
    """A case that stands at its order is written there once more."""

    breaks = ("C11",)

    class Flows(_Handing):
        async def _handed_over(self, line: ShopLine, notice: HandOver) -> Result[HandedOver]:
            found = await self.tongue.note(line, notice.order_number)
            if not isinstance(found, Ok):
                return found
            longer = self.tongue.with_line(found.value, line_of(notice))
            done = await self.tongue.write(line, notice.order_number, longer)
            return Ok(HandedOver.WRITTEN) if isinstance(done, Ok) else done


class NeverLooksBack(Tried):
    """A write whose answer was lost is told as lost."""

    breaks = ("C14",)

    class Flows(_Handing):
        async def _handed_over(self, line: ShopLine, notice: HandOver) -> Result[HandedOver]:
            found = await self.tongue.note(line, notice.order_number)
            if not isinstance(found, Ok):
                return found
            if notice.reference in found.value.text:
                return Ok(HandedOver.WAS_THERE)
            longer = self.tongue.with_line(found.value, line_of(notice))
            done = await self.tongue.write(line, notice.order_number, longer)
            return Ok(HandedOver.WRITTEN) if isinstance(done, Ok) else done


class BelievesInWriting(Tried):
    """A write whose answer was lost is told as done."""

    breaks = ("C14", "C15")

    class Flows(_Handing):
        async def _handed_over(self, line: ShopLine, notice: HandOver) -> Result[HandedOver]:
            found = await self.tongue.note(line, notice.order_number)
            if not isinstance(found, Ok):
                return found
            if notice.reference in found.value.text:
                return Ok(HandedOver.WAS_THERE)
            longer = self.tongue.with_line(found.value, line_of(notice))
            await self.tongue.write(line, notice.order_number, longer)
            return Ok(HandedOver.WRITTEN)


class FirstPageFirst(Tried):
    """The pages of a list are read from the first to the last."""

    breaks = ("C25",)

    class Flows(Flow):
        async def _walked(self, line: ShopLine, window: Window, *, longer: bool) -> Result[list[Bill] | None]:
            found: list[Bill] = []
            for page in itertools.count(1):
                read = await self.tongue.bills(line, window, page)
                if not isinstance(read, Ok):
                    return read
                found += read.value.bills
                if page >= (read.value.last or 1):
                    break
            return Ok(found)


class HalfAList(Tried):
    """A list that is cut short by a ban is taken for whole."""

    breaks = ("C31",)

    class Flows(Flow):
        async def _walked(self, line: ShopLine, window: Window, *, longer: bool) -> Result[list[Bill] | None]:
            found: list[Bill] = []
            for page in itertools.count(1):
                read = await self.tongue.bills(line, window, page)
                if not isinstance(read, Ok):
                    return Ok(found) if found else read
                found += read.value.bills
                if page >= (read.value.last or 1):
                    break
            return Ok(found)


class OneDayBack(Tried):
    """What happened more than a day ago is never told."""

    breaks = ("C29",)

    class Flows(Flow):
        async def _window(self, line: ShopLine, place: datetime, now: datetime) -> Any:
            return await super()._window(line, max(place, now - timedelta(hours=20)), now)


class PagesWithoutLimit(Tried):
    """A page holds whatever there is."""

    breaks = ("C24",)

    class Face(Connector):
        def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
            return super().changes(shop, cursor, MOST_CHANGES)


class CursorByHeart(Tried):
    """A cursor means something to the connector that gave it, and to no other."""

    breaks = ("C27",)

    class Face(Connector):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._cursors = {"": ""}

        def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
            page = super().changes(shop, self._cursors.get(cursor, cursor), limit)
            if not isinstance(page, Ok):
                return page
            told = f"{cursor}.{len(self._cursors)}"
            self._cursors[told] = page.value.cursor
            return Ok(attrs.evolve(page.value, cursor=told))


class AnyCursor(Tried):
    """A cursor that is none is taken for the beginning."""

    breaks = ("C28",)

    class Face(Connector):
        def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
            try:
                return super().changes(shop, cursor, limit)
            except InvalidInput:
                return super().changes(shop, "", max(1, min(limit, MOST_CHANGES)))


class PrintsTheOrder(Tried):
    """What prints of a connector holds the order that was asked for last."""

    breaks = ("C20",)

    class Face(Connector):
        _last = ""

        def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
            self._last = claim.order_number
            return super().verify_purchase(shop, claim)

        def __repr__(self) -> str:
            return f"<Connector after {self._last}>"


class OneShopAtATime(Tried):
    """Of two threads that ask at once the one is answered for the other's shop."""

    breaks = ("C35",)

    class Face(Connector):
        _shop = ""

        def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
            self._shop = shop
            time.sleep(0.005)
            return super().verify_purchase(self._shop, claim)


class BeginsAnewAfterABan(Tried):
    """Who was banned reads on from the present."""

    breaks = ("C31", "C36")

    class Flows(Flow):
        async def changes(self, shop: str, cursor: str, limit: int) -> Result[ChangePage]:
            parked = (await self._book.read(shop)).kept.parked_until
            began = "" if parked is not None and parked <= self._clock.ours() else cursor
            if not began and cursor:
                await self._book.change(shop, lambda found: attrs.evolve(found, parked_until=None))
            return await super().changes(shop, began, limit)


class AllForgotten(Tried):
    """Whoever disconnects one shop disconnects all."""

    breaks = ("C5",)

    class Face(Connector):
        def disconnect(self, shop: str, /) -> Connection:
            for one in self.connections():
                super().disconnect(one.shop)
            return super().disconnect(shop)


class HalfAWord(Tried):
    """Of the word that makes an answer ours the beginning is enough."""

    breaks = ("C1",)

    class Tongue(Market):
        def code(self, query: str, state: str, /) -> Result[str]:
            return super().code(query.replace(state[:-1] + "&", state + "&").replace(state + "x", state), state)


class DaysOfUtc(Tried):
    """A day is that of UTC."""

    breaks = ("C8", "C9")

    class Tongue(Market):
        async def order(self, line: Line, number: str, /) -> Result[Record | None]:
            found = await self._ask(line, "order", number=number)
            record = await super().order(line, number)
            if not isinstance(found, Ok) or not isinstance(record, Ok) or record.value is None:
                return record
            placed = datetime.fromtimestamp(found.value["at"], UTC).date()
            return Ok(attrs.evolve(record.value, days=(placed,)))


class NoughtsDoNotCount(Tried):
    """Noughts before a number do not count."""

    breaks = ("C10", "C16")

    class Tongue(Market):
        async def order(self, line: Line, number: str, /) -> Result[Record | None]:
            return await super().order(line, number.lstrip("0"))


class WritesTwice(Tried):
    """Each note is written twice, to be sure."""

    breaks = ("C14", "C15")

    class Tongue(Market):
        async def write(self, line: Line, number: str, note: Note, /) -> Result[object]:
            await super().write(line, number, note)
            return await super().write(line, number, note)


class TrimmedNotes(Tried):
    """What the seller's people wrote loses the white space around it."""

    breaks = ("C12",)

    class Tongue(Market):
        def with_line(self, note: Note, line: str, /) -> Note:
            return super().with_line(Note(note.text.strip()), line)


class RenewsOnce(Tried):
    """The word for renewing stays the first."""

    breaks = ("C7",)

    class Tongue(Market):
        async def renew(self, line: Line, tokens: Tokens, /) -> Result[Tokens]:
            found = await super().renew(line, tokens)
            return Ok(attrs.evolve(found.value, renewal=tokens.renewal)) if isinstance(found, Ok) else found


class OpenIsNothing(Tried):
    """A bill that is open says nothing about money."""

    breaks = ("C17", "C18")

    class Tongue(Market):
        async def proofs(self, line: Line, promise: Promise, /) -> Result[Sequence[Proof]]:
            found = await super().proofs(line, promise)
            return Ok([one for one in found.value if one.found is not Found.OPEN]) if isinstance(found, Ok) else found


GOOD = (TestMarket, Tried)
FAULTY = tuple(one for one in list(vars().values()) if isinstance(one, type) and issubclass(one, Tried) and one.breaks)
