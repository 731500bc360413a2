"""The connector of JD shops: how the questions of the port are put to JD's two gateways.

Laws of this file

- What is asked for is what `protocol` allows: no addressee, no buyer, no word of anybody.
- The SP-API first where what is published of it suffices, routerjson where it does not; and where the SP-API is closed
  to callers outside JD's cloud (`CLOSED`), routerjson's older methods answer the same question, all of it.
- The remark of an order is the shop's: read, one line more, written back with its flag. JD has no write that fails
  where somebody was faster, so the two follow each other at once and nothing stands between (see `noting`).
- Whose token it is, JD says and not the caller: a shop's number is what the new token itself answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import attrs

from expressplatform.connectors import (
    AWAITED,
    BLOCKING,
    Asked,
    AsyncConnector,
    BillPage,
    Connector,
    Line,
    Note,
    Proof,
    Record,
    Terms,
    Tokens,
    Window,
)
from expressplatform.connectors.line import USUAL
from expressplatform.errors import InvalidInput
from expressplatform.ports import AsyncShelf, KeyStore, Promise, Shelf
from expressplatform.shops import BusinessError, GatewayError, Ok, Result
from expressplatform.transport import AsyncTransport, HttpRequest, Surroundings, Transport
from expressplatform_jd.changes import AFTER_SALES, FEEDS, MALFORMED, after_sales, applications
from expressplatform_jd.noting import read_note, with_line, write_note
from expressplatform_jd.proofs import proofs_of
from expressplatform_jd.protocol import (
    CHINA,
    JD,
    UNKNOWN_ORDER,
    App,
    Caller,
    Code,
    Endpoints,
    ExchangeCode,
    GetOrder,
    GetShop,
    Grant,
    Order,
    QueryShop,
    Renew,
    Request,
    Shop,
    authorise_link,
    prepare,
    prepare_oauth,
    read_callback,
)
from expressplatform_jd.protocol.calls import Operator, is_id

__all__ = ["CLOCK_WRONG", "AsyncJdConnector", "Jd", "JdConnector", "Staff"]

T = TypeVar("T")

PLATFORM: Final = "jd"
OVERLAP: Final = timedelta(minutes=10)
"""How late a change may show in the lists; JD names no time."""
CLOCK_WRONG: Final = frozenset({GatewayError("8"), GatewayError("99904030003")})
"""A timestamp more than six minutes from JD's time: routerjson's code, and the SP-API's (assumed)."""
_PASSING: Final = frozenset({"http_500", "http_502", "http_503", "http_504", "unreadable"})
_LONGEST_QUERY: Final = 8192


@attrs.frozen
class Staff:
    """The account and the name under which the shop lets the agent call after-sales methods of routerjson.

    JD writes both into the shop's own log.
    """

    pin: str = attrs.field(default="expressplatform", repr=False)
    nick: str = attrs.field(default="expressplatform", repr=False)


@attrs.frozen
class Jd:
    """JD in the words of the connectors: a `Tongue`.

    ``endpoints`` are JD's, or those of a stand-in on this machine. ``outside``: this program runs outside JD's cloud
    and the after-sales calls of the SP-API are known to be closed to it, so that they are not tried. ``bill_notes``:
    it was seen that notes show in a bill's log, so that a hand-over may stand there where the remark is full.
    """

    app: App
    staff: Staff = Staff()
    endpoints: Endpoints = JD
    outside: bool = False
    bill_notes: bool = False

    @property
    def platform(self) -> str:
        """``jd``."""
        return PLATFORM

    @property
    def feeds(self) -> Sequence[str]:
        """After-sales bills, refunds before dispatch as they are asked for, and as they are decided."""
        return FEEDS

    @property
    def overlap(self) -> timedelta:
        """Ten minutes."""
        return OVERLAP

    # --- the authorisation ------------------------------------------------------------------------------------

    def link(self, redirect_uri: str, state: str, /) -> str:
        """JD's own page."""
        return authorise_link(self.app.key, redirect_uri, state, self.endpoints)

    def code(self, query: str, state: str, /) -> Result[str]:
        """The code that came back."""
        if len(query) > _LONGEST_QUERY:
            return GatewayError("malformed")
        found = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
        try:
            code = read_callback(found, state)
        except InvalidInput:
            return GatewayError("other_state")
        return Ok(code.value.value) if isinstance(code, Ok) else code

    async def exchange(self, line: Line, code: str, /) -> Result[Tokens]:
        """Tokens for a code; then the tokens are asked whose they are."""
        grant = await line.ask(partial(self._granted, ExchangeCode(Code(code))))
        if not isinstance(grant, Ok):
            return grant
        tokens, at = grant.value
        shop = await self._shop(line.holding(tokens.access_token))
        if not isinstance(shop, Ok):
            return shop
        return Ok(_tokens(tokens, at, shop.value.vender_id)) if is_id(shop.value.vender_id) else MALFORMED

    async def renew(self, line: Line, tokens: Tokens, /) -> Result[Tokens]:
        """A new pair, in the last day of the old one: JD counts how often it is asked."""
        if not tokens.renewal:
            return BusinessError("not_renewable", "")
        grant = await line.ask(partial(self._granted, Renew(tokens.renewal)))
        return Ok(_tokens(*grant.value, tokens.shop)) if isinstance(grant, Ok) else grant

    # --- faults and the clock ---------------------------------------------------------------------------------

    def passing(self, result: Result[object], /) -> bool:
        """What a gateway says while it is busy or being restarted; JD has no code for it."""
        return isinstance(result, GatewayError) and result.code in _PASSING

    def skewed(self, result: Result[object], /) -> bool:
        """See `CLOCK_WRONG`."""
        return result in CLOCK_WRONG

    def clock(self, now: datetime, /) -> Asked[datetime] | None:
        """No method of JD's that is known to us tells the time: the ``Date`` of its answer does."""
        return None

    # --- orders and their remark ------------------------------------------------------------------------------

    async def order(self, line: Line, number: str, /) -> Result[Record | None]:
        """``jingdong.pop.order.get`` with six fields, and the shop's name."""
        if not is_id(number):
            return Ok(None)
        found = await self._ask(line, GetOrder(number))
        if _no_such_order(found):
            return Ok(None)
        if not isinstance(found, Ok):
            return found
        order = found.value
        if order is None or order.vender_id not in ("", line.shop):
            return Ok(None)
        shop = await self._shop(line)
        return Ok(_record(order, shop.value)) if isinstance(shop, Ok) else shop

    async def note(self, line: Line, number: str, /) -> Result[Note]:
        """See `noting`."""
        if not is_id(number):
            return BusinessError("no_such_order", "")
        return await read_note(self._asking(line), number, on_bills=self.bill_notes and not self.outside)

    def with_line(self, note: Note, line: str, /) -> Note:
        """One line more, within the remark's length."""
        return with_line(note, line)

    async def write(self, line: Line, number: str, note: Note, /) -> Result[object]:
        """See `noting`."""
        return await write_note(self._asking(line), number, note)

    # --- refunds ----------------------------------------------------------------------------------------------

    async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
        """See `changes`."""
        if window.feed == AFTER_SALES:
            operator = Operator(line.shop, self.staff.pin, self.staff.nick)
            return await after_sales(self._asking(line), operator, window, page, outside=self.outside)
        return await applications(self._asking(line), window, page)

    async def proofs(self, line: Line, promise: Promise, /) -> Result[Sequence[Proof]]:
        """See `proofs`."""
        if not is_id(promise.order_number):
            return BusinessError("no_such_order", "")
        return await proofs_of(self._asking(line), promise, outside=self.outside)

    # --- asking -----------------------------------------------------------------------------------------------

    def _asking(self, line: Line) -> _Asking:
        return _Asking(self, line)

    async def _shop(self, line: Line) -> Result[Shop]:
        """Whose token it is: by the SP-API, else by routerjson."""
        found = await self._ask(line, GetShop())
        return await self._ask(line, QueryShop()) if isinstance(found, GatewayError | BusinessError) else found

    async def _ask(self, line: Line, request: Request[T]) -> Result[T]:
        return await line.ask(partial(self._asked, request))

    def _asked(self, request: Request[T], now: datetime, token: str) -> Asked[T]:
        out = prepare(request.call(), Caller(self.app, token), now, self.endpoints)
        sent = HttpRequest(out.verb, out.address(), tuple(out.headers.items()), out.body or b"")
        return Asked(sent, lambda status, body, _: request.read(status, body), request.reads)

    def _granted(self, request: ExchangeCode | Renew, _: datetime, __: str) -> Asked[tuple[Grant, datetime]]:
        """A request of the OAuth endpoints: its query, with the secret in it, goes apart from the address."""
        out = prepare_oauth(request.call(), self.app, self.endpoints)
        query = urlencode(out.query, quote_via=quote)
        sent = HttpRequest(out.verb, out.url, tuple(out.headers.items()), secret_query=query)

        def read(status: int, body: bytes, at: datetime) -> Result[tuple[Grant, datetime]]:
            found = request.read(status, body)
            return Ok((found.value, at)) if isinstance(found, Ok) else found

        return Asked(sent, read, reads=False)


@attrs.frozen(repr=False)
class _Asking:
    """One shop's line, for requests of `protocol`: what `changes` and `proofs` ask over."""

    tongue: Jd
    line: Line

    async def ask(self, request: Request[T]) -> Result[T]:
        return await self.tongue._ask(self.line, request)


def _tokens(grant: Grant, received_at: datetime, shop: str) -> Tokens:
    ends = grant.ends_at(received_at)
    begins = grant.renewable_from(received_at)
    return Tokens(shop, grant.access_token, grant.refresh_token, ends, begins, ends)


def _no_such_order(result: Result[object]) -> bool:
    return isinstance(result, BusinessError) and result.code in UNKNOWN_ORDER


def _record(order: Order, shop: Shop) -> Record:
    return Record(
        order.order_id,
        amounts=() if order.paid is None else (order.paid,),
        days=() if order.ordered_at is None else (order.ordered_at.astimezone(CHINA).date(),),
        shop_names=(shop.name,) if shop.name else (),
    )


class JdConnector(Connector):
    """A `ShopConnector` for JD: see `expressplatform.connectors.Connector`, and `Jd` for the rest."""

    def __init__(
        self,
        app: App,
        *,
        transport: Transport,
        shelf: Shelf,
        keys: KeyStore,
        owner: str,
        staff: Staff = Staff(),
        endpoints: Endpoints = JD,
        outside: bool = False,
        bill_notes: bool = False,
        around: Surroundings = BLOCKING,
        terms: Terms = USUAL,
    ) -> None:
        tongue = Jd(app, staff, endpoints, outside, bill_notes)
        super().__init__(tongue, transport=transport, shelf=shelf, keys=keys, owner=owner, around=around, terms=terms)


class AsyncJdConnector(AsyncConnector):
    """An `AsyncShopConnector` for JD: see `expressplatform.connectors.AsyncConnector`, and `Jd` for the rest."""

    def __init__(
        self,
        app: App,
        *,
        transport: AsyncTransport,
        shelf: AsyncShelf,
        keys: KeyStore,
        owner: str,
        staff: Staff = Staff(),
        endpoints: Endpoints = JD,
        outside: bool = False,
        bill_notes: bool = False,
        around: Surroundings = AWAITED,
        terms: Terms = USUAL,
    ) -> None:
        tongue = Jd(app, staff, endpoints, outside, bill_notes)
        super().__init__(tongue, transport=transport, shelf=shelf, keys=keys, owner=owner, around=around, terms=terms)
