"""A connector's every answer, written once for both faces and every platform.

Laws of this file: those of the port. It decides when a shop is asked at all; `Line` how; the tongue what; `comparing`,
`judging`, `noting` and `cursor` what it comes to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import attrs

from expressplatform.connectors.comparing import compare
from expressplatform.connectors.cursor import Cursor, Digest, changes_of, handed_out, read_cursor, whole_second
from expressplatform.connectors.judging import judge
from expressplatform.connectors.keeping import ENDED, LEASE, NEVER_CONNECTED, Book, Kept
from expressplatform.connectors.line import Clock, ShopLine, Terms
from expressplatform.connectors.noting import line_of, stands
from expressplatform.connectors.tongue import Bill, Note, Tokens, Tongue, Window
from expressplatform.errors import InvalidInput
from expressplatform.fields import refuse
from expressplatform.ports import (
    MOST_CHANGES,
    AsyncShelf,
    Authorised,
    ChangePage,
    Connection,
    HandedOver,
    HandOver,
    KeyStore,
    Performance,
    Promise,
    PurchaseClaim,
    VerifiedPurchase,
)
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.transport import AsyncTransport, Surroundings

T = TypeVar("T")
U = TypeVar("U")

LONGEST_WINDOW: Final = timedelta(days=1)
"""No list is asked for changes of a longer time than this."""
_MOST_PAGES: Final = 8
"""A window whose list has more pages is made shorter first."""
_ABSURD: Final = 1_000
"""More pages than this in one second no shop has: the count is not believed."""
_SECOND: Final = timedelta(seconds=1)


class Flow:
    """The port's methods, as coroutines over asynchronous ports."""

    def __init__(
        self,
        tongue: Tongue,
        *,
        transport: AsyncTransport,
        shelf: AsyncShelf,
        keys: KeyStore,
        owner: str,
        around: Surroundings,
        terms: Terms,
    ) -> None:
        self.tongue, self._transport, self._around, self._terms = tongue, transport, around, terms
        self._clock = Clock(around.now)
        self._book = Book(shelf, keys, tongue.platform, owner, around.now)

    # --- the authorisation ------------------------------------------------------------------------------------

    async def connect(self, query: str, state: str) -> Result[Connection]:
        """See `ShopConnector.connect`."""
        code = self.tongue.code(query, state)
        if not isinstance(code, Ok):
            return code
        tokens = await self.tongue.exchange(self._line(), code.value)
        if not isinstance(tokens, Ok):
            return tokens
        kept = await self._book.change(tokens.value.shop, lambda found: found.under(tokens.value, self._clock.ours()))
        return Ok(kept.connection(self._clock.ours()))

    async def connection(self, shop: str) -> Connection:
        """See `ShopConnector.connection`."""
        return (await self._book.read(shop)).kept.connection(self._clock.ours())

    async def connections(self) -> Sequence[Connection]:
        """See `ShopConnector.connections`."""
        now = self._clock.ours()
        return tuple(kept.connection(now) for kept in await self._book.all())

    async def disconnect(self, shop: str) -> Connection:
        """See `ShopConnector.disconnect`."""
        kept = await self._book.change(shop, _ended)
        return kept.connection(self._clock.ours())

    async def refresh(self, shop: str) -> Result[Connection]:
        """See `ShopConnector.refresh`."""
        now = self._clock.ours()
        standing = await self._book.read(shop)
        if (held := _not_renewable(standing.kept, now)) is not None:
            return held
        leased = attrs.evolve(standing.kept, leased_until=now + LEASE)
        if _busy(standing.kept, now) or not await self._book.follow(standing, leased):
            return Ok(await self.connection(shop))
        tokens = await self.tongue.renew(self._line(standing.kept), standing.kept.tokens())
        if isinstance(tokens, Ok) and tokens.value.shop not in ("", shop):
            tokens = GatewayError("other_shop")
        kept = await self._book.change(shop, lambda found: _renewed(found, standing.kept, tokens, self._clock.ours()))
        return Ok(kept.connection(self._clock.ours())) if isinstance(tokens, Ok) else await self._after(kept, tokens)

    # --- what a shop is asked ---------------------------------------------------------------------------------

    async def verify_purchase(self, shop: str, claim: PurchaseClaim) -> Result[VerifiedPurchase]:
        """See `ShopConnector.verify_purchase`."""

        async def verified(line: ShopLine) -> Result[VerifiedPurchase]:
            record = await self.tongue.order(line, claim.order_number)
            if not isinstance(record, Ok):
                return record
            return Ok(VerifiedPurchase(found=False) if record.value is None else compare(claim, record.value))

        return await self._asked(shop, verified)

    async def hand_over(self, shop: str, notice: HandOver) -> Result[HandedOver]:
        """See `ShopConnector.hand_over`."""
        return await self._asked(shop, lambda line: self._handed_over(line, notice))

    async def _handed_over(self, line: ShopLine, notice: HandOver) -> Result[HandedOver]:
        """Reads, adds, writes; where nobody knows whether it was written, reads again, and at most one write more."""
        written: Result[object] = Ok(None)
        for attempt in range(3):
            found = await self.tongue.note(line, notice.order_number)
            if not isinstance(found, Ok):
                return found
            if stands(found.value.text, notice.reference):
                return Ok(HandedOver.WRITTEN if attempt else HandedOver.WAS_THERE)
            if attempt == 2:
                break
            longer = self._longer(found.value, line_of(notice))
            if longer is None:
                return BusinessError("note_full", "")
            written = await self.tongue.write(line, notice.order_number, longer)
            if isinstance(written, Ok):
                return Ok(HandedOver.WRITTEN)
            if not isinstance(written, GatewayError):
                return written
        return written if isinstance(written, GatewayError) else GatewayError("unconfirmed")

    def _longer(self, note: Note, line: str) -> Note | None:
        try:
            return self.tongue.with_line(note, line)
        except InvalidInput:
            return None

    async def performance(self, shop: str, promise: Promise) -> Result[Performance]:
        """See `ShopConnector.performance`."""

        async def judged(line: ShopLine) -> Result[Performance]:
            proofs = await self.tongue.proofs(line, promise)
            return Ok(judge(promise, proofs.value, self._clock.ours())) if isinstance(proofs, Ok) else proofs

        return await self._asked(shop, judged)

    async def changes(self, shop: str, cursor: str, limit: int) -> Result[ChangePage]:
        """See `ShopConnector.changes`."""
        if not 1 <= limit <= MOST_CHANGES:
            raise refuse("$.limit", "value", f"must be from 1 to {MOST_CHANGES}")
        digest = self._book.digest(shop)
        begun = read_cursor(cursor, digest) if cursor else None
        return await self._asked(shop, lambda line: self._changed(line, begun, limit, digest))

    async def _changed(self, line: ShopLine, begun: Cursor | None, limit: int, digest: Digest) -> Result[ChangePage]:
        now = whole_second(line.now())
        cursor = begun or Cursor(now)
        read = await self._window(line, cursor.place, now)
        if not isinstance(read, Ok):
            return read
        bills, until = read.value
        told, after, more = handed_out(cursor, changes_of(bills, until, digest), until, self.tongue.overlap, limit)
        page = tuple(one.suggestion() for one in told)
        return Ok(ChangePage(page, after.text(digest), more or after.place < now))

    async def _window(
        self, line: ShopLine, place: datetime, now: datetime
    ) -> Result[tuple[list[tuple[str, Bill]], datetime]]:
        """Every bill of a window that begins before a place, and where it ends; shorter where its lists are long."""
        since = place - self.tongue.overlap
        until = max(place, min(now, place + LONGEST_WINDOW))
        bills: list[tuple[str, Bill]] = []
        for feed in self.tongue.feeds:
            while True:
                # The overlap is read whole, however much it holds: what is beyond it is made no shorter than it.
                longer = until - place > max(self.tongue.overlap, _SECOND)
                read = await self._walked(line, Window(feed, since, until), longer=longer)
                if not isinstance(read, Ok):
                    return read
                if read.value is not None:
                    break
                until = whole_second(place + (until - place) / 2)
            bills += [(feed, bill) for bill in read.value]
        return Ok(([(feed, bill) for feed, bill in bills if _within(bill, until)], until))

    async def _walked(self, line: ShopLine, window: Window, *, longer: bool) -> Result[list[Bill] | None]:
        """The bills of a window, its last page first: what changes meanwhile leaves it, and moves the rest forward.

        None where there are too many pages and the window may be made shorter.
        """
        first = await self.tongue.bills(line, window, 1)
        if not isinstance(first, Ok):
            return first
        if first.value.last is None:
            return await self._onward(line, window, list(first.value.bills), more=first.value.more)
        if first.value.last > _MOST_PAGES and longer:
            return Ok(None)
        if first.value.last <= 1:
            return Ok(list(first.value.bills))
        if first.value.last > _ABSURD:
            return GatewayError("too_many_pages")
        found: list[Bill] = []
        for page in range(first.value.last, 0, -1):
            read = await self.tongue.bills(line, window, page)
            if not isinstance(read, Ok):
                return read
            found += read.value.bills
        return Ok(found)

    async def _onward(
        self, line: ShopLine, window: Window, found: list[Bill], *, more: bool
    ) -> Result[list[Bill] | None]:
        """The pages after the first, where nobody says how many there are; walked until none follows."""
        page = 1
        while more:
            page += 1
            read = await self.tongue.bills(line, window, page)
            if not isinstance(read, Ok):
                return read
            found += read.value.bills
            more = read.value.more and bool(read.value.bills)
        return Ok(found)

    # --- whether a shop is asked ------------------------------------------------------------------------------

    async def _asked(self, shop: str, work: Callable[[ShopLine], Awaitable[Result[T]]]) -> Result[T]:
        """What a shop's platform answers; without asking it where the shop is lost or parked."""
        kept = (await self._book.read(shop)).kept
        if (held := _held_up(kept, self._clock.ours())) is not None:
            return held
        answer = await work(self._line(kept))
        return answer if isinstance(answer, Ok | BusinessError | GatewayError) else await self._after(kept, answer)

    async def _after(self, kept: Kept, answer: Result[U]) -> Result[U]:
        """The answer, once what it means for the shop has been kept."""
        if isinstance(answer, Throttled):
            until = answer.until or self._clock.ours() + timedelta(seconds=self._terms.untold_ban)
            await self._book.change(kept.shop, lambda found: _parked(found, until))
        elif isinstance(answer, Disconnected) and answer.reason != "writing_ended":
            await self._book.change(kept.shop, lambda found: _lost(found, kept, answer.reason))
        return answer

    def _line(self, kept: Kept | None = None) -> ShopLine:
        line = ShopLine(self.tongue, self._transport, self._around, self._terms, self._clock)
        if kept is None:
            return line
        return attrs.evolve(line, shop=kept.shop, token=kept.access, writes_until=kept.writes_until)


def _within(bill: Bill, until: datetime) -> bool:
    return bill.changed_at is None or bill.changed_at <= until


def _held_up(kept: Kept, now: datetime) -> Disconnected | Throttled | None:
    """Why a shop is not asked; None where it may be."""
    connection = kept.connection(now)
    if connection.state is Authorised.ENDED:
        return Disconnected("session_ended")
    if not connection.usable:
        return Disconnected(kept.reason)
    return Throttled(connection.parked_until) if connection.parked_until is not None else None


def _not_renewable(kept: Kept, now: datetime) -> Disconnected | Throttled | BusinessError | None:
    """Why tokens are not renewed; None where they may be. Some may be after their end, some only shortly before it."""
    if not kept.access:
        return Disconnected(kept.reason)
    if kept.renewable_until is not None and kept.renewable_until <= now:
        return Disconnected("session_ended")
    if kept.parked_until is not None and kept.parked_until > now:
        return Throttled(kept.parked_until)
    early = kept.renewable_from is not None and now < kept.renewable_from
    return BusinessError("too_early", "") if early else None


def _busy(kept: Kept, now: datetime) -> bool:
    """Whether somebody renews just now, or has done so a moment ago: renewals are few, on some platforms."""
    if kept.given_at is not None and kept.given_at <= now < kept.given_at + LEASE:
        return True
    return kept.leased_until is not None and kept.leased_until > now


def _ended(found: Kept) -> Kept | None:
    """The record once its owner has ended it; a shop that was lost is ended, too."""
    return None if found.reason in (NEVER_CONNECTED, ENDED) else found.without(ENDED)


def _renewed(found: Kept, before: Kept, tokens: Result[Tokens], now: datetime) -> Kept | None:
    """The record after a renewal; what somebody else has put there meanwhile stays.

    New tokens stand also where the old ones were seen to be gone meanwhile: they are why. The owner's word ends both.
    """
    if isinstance(tokens, Ok) and (found.access == before.access or (not found.access and found.reason != ENDED)):
        return found.under(tokens.value, now)
    return attrs.evolve(found, leased_until=None) if found.access == before.access else None


def _parked(found: Kept, until: datetime) -> Kept | None:
    later = found.parked_until is None or found.parked_until < until
    return attrs.evolve(found, parked_until=until) if later else None


def _lost(found: Kept, before: Kept, reason: str) -> Kept | None:
    """The record without its tokens, unless there are others by now."""
    return found.without(reason) if found.access and found.access == before.access else None
