"""The connector of Taobao and Tmall shops: how the questions of the port are put to the TOP interface.

Laws of this file

- What is asked for is what `protocol` allows: no addressee, no buyer, no word of anybody.
- The memo of an order is the seller's: read, one line more, written back with its flag. The platform has no write that
  fails where somebody was faster, so the two follow each other at once and nothing stands between.
- Money went back where a refund of money ended in SUCCESS with its amount; CLOSED proves nothing.

Codes of `Performance.basis` beside those of `expressplatform.connectors.judging`: ``refund_success``,
``seller_refused``, ``refund_closed``, ``refund_of_no_money`` (an exchange, a repair), ``refund_unknown`` (a status that
is not known here).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

import attrs

from expressplatform.connectors import (
    AWAITED,
    BLOCKING,
    Asked,
    AsyncConnector,
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
from expressplatform.connectors.line import USUAL
from expressplatform.fields import refuse
from expressplatform.ports import AsyncShelf, KeyStore, Promise, Shelf, Suggests
from expressplatform.shops import BusinessError, GatewayError, Ok, Result
from expressplatform.transport import AsyncTransport, HttpRequest, Surroundings, Transport
from expressplatform_taobao.protocol import (
    FOR_MEMO,
    FOR_REFUNDS,
    FOR_VERIFYING,
    GATEWAY,
    GMT8,
    App,
    MemoUpdate,
    Refund,
    RefundGet,
    RefundsReceiveGet,
    RefundStatus,
    Request,
    StaffStatus,
    TimeGet,
    Token,
    TokenCreate,
    TokenRefresh,
    Trade,
    TradeFullInfoGet,
    TradeGet,
    authorise_link,
    call,
    may_retry,
    parse,
    read_callback,
    with_note,
)
from expressplatform_taobao.protocol.codes import MONEY_BACK
from expressplatform_taobao.protocol.refunds import LARGEST_PAGE
from expressplatform_taobao.signing import encode

__all__ = ["NO_SUCH_ORDER", "AsyncTaobaoConnector", "Taobao", "TaobaoConnector"]

T = TypeVar("T")

PLATFORM: Final = "taobao"
OVERLAP: Final = timedelta(minutes=10)
"""How late a change may show in the list of refunds; the platform names no time."""
NO_SUCH_ORDER: Final = frozenset({"isv.trade-not-exist", "isv.trade-not-exist:tid"})
"""The sub-codes by which the platform says that the shop has no such order (replaceable: from samples only)."""
_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_OPAQUE: Final = re.compile(r"[!-~]{1,512}")
_CLOCK_WRONG: Final = GatewayError("31")
_STEPPED_IN: Final = frozenset(
    {StaffStatus.INTERVENED, StaffStatus.FIRST_REVIEW_DONE, StaffStatus.SECOND_REVIEW_FAILED, StaffStatus.EVIDENCE}
)


@attrs.frozen
class Taobao:
    """TOP in the words of the connectors: a `Tongue`.

    ``gateway`` is the platform's address or that of a stand-in on this machine, ``sign_method`` one of the three,
    ``page_size`` how many refunds a page of changes has.
    """

    app: App
    gateway: str = GATEWAY
    sign_method: str = "hmac-sha256"
    page_size: int = LARGEST_PAGE

    @property
    def platform(self) -> str:
        """``taobao``, for Tmall's shops too: the two share the interface."""
        return PLATFORM

    @property
    def feeds(self) -> Sequence[str]:
        """One list has every refund and after-sales bill."""
        return ("refunds",)

    @property
    def overlap(self) -> timedelta:
        """Ten minutes."""
        return OVERLAP

    # --- the authorisation ------------------------------------------------------------------------------------

    def link(self, redirect_uri: str, state: str, /) -> str:
        """The platform's own page."""
        return authorise_link(self.app.key, redirect_uri, state)

    def code(self, query: str, state: str, /) -> Result[str]:
        """The code that came back."""
        grant = read_callback(query, state)
        return Ok(grant.value.code) if isinstance(grant, Ok) else grant

    async def exchange(self, line: Line, code: str, /) -> Result[Tokens]:
        """By the signed method: the application's secret stays here."""
        if not _OPAQUE.fullmatch(code):
            return GatewayError("malformed")
        return _tokens(await self._ask(line, TokenCreate(code)), "")

    async def renew(self, line: Line, tokens: Tokens, /) -> Result[Tokens]:
        """Open to applications of the platform's service market; the others are refused, and connect again."""
        if not tokens.renewal:
            return BusinessError("not_renewable", "")
        return _tokens(await self._ask(line, TokenRefresh(tokens.renewal)), tokens.shop)

    # --- faults and the clock ---------------------------------------------------------------------------------

    def passing(self, result: Result[object], /) -> bool:
        """The platform's own passing faults."""
        return may_retry(result)

    def skewed(self, result: Result[object], /) -> bool:
        """Code 31: the timestamp is more than ten minutes from the platform's time."""
        return result == _CLOCK_WRONG

    def clock(self, now: datetime, /) -> Asked[datetime] | None:
        """``taobao.time.get``."""
        return self._asked(TimeGet(), now, "")

    # --- orders and their memo --------------------------------------------------------------------------------

    async def order(self, line: Line, number: str, /) -> Result[Record | None]:
        """``taobao.trade.get`` with six fields."""
        if not _NUMBER.fullmatch(number):
            return Ok(None)
        found = await self._ask(line, TradeGet(number, FOR_VERIFYING))
        if isinstance(found, Ok):
            return Ok(_record(found.value))
        return Ok(None) if _no_such_order(found) else found

    async def note(self, line: Line, number: str, /) -> Result[Note]:
        """``taobao.trade.fullinfo.get`` with the memo and its flag."""
        if not _NUMBER.fullmatch(number):
            return BusinessError("no_such_order", "")
        found = await self._ask(line, TradeFullInfoGet(number, FOR_MEMO))
        if not isinstance(found, Ok):
            return found
        flag = found.value.seller_flag
        return Ok(Note(found.value.seller_memo, "" if flag is None else str(flag)))

    def with_line(self, note: Note, line: str, /) -> Note:
        """One line more, within the memo's thousand bytes; what could not be written back as it is stays as it is."""
        longer = with_note(note.text, line)
        if longer is None:
            raise refuse("$.note", "text", "must not be there already")
        encode(_memo("1", longer, note.beside).parameters())
        return attrs.evolve(note, text=longer)

    async def write(self, line: Line, number: str, note: Note, /) -> Result[object]:
        """``taobao.trade.memo.update``."""
        return await self._ask(line, _memo(number, note.text, note.beside))

    # --- refunds ----------------------------------------------------------------------------------------------

    async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
        """``taobao.refunds.receive.get``, counted, so that its last page can be read first."""
        asked = RefundsReceiveGet(window.since, window.until, page, self.page_size)
        found = await self._ask(line, asked)
        if not isinstance(found, Ok):
            return found
        total = found.value.total
        last = None if total is None else max(1, -(-total // self.page_size))
        more = bool(found.value.has_next) if last is None else False
        return Ok(BillPage(tuple(map(_bill, found.value.refunds)), last, more))

    async def proofs(self, line: Line, promise: Promise, /) -> Result[Sequence[Proof]]:
        """The refunds of the order's lines, each read again: what a list says is not enough."""
        if not _NUMBER.fullmatch(promise.order_number):
            return BusinessError("no_such_order", "")
        trade = await self._ask(line, TradeFullInfoGet(promise.order_number, FOR_REFUNDS))
        if not isinstance(trade, Ok):
            return trade
        proofs: list[Proof] = []
        for number in dict.fromkeys(one.refund_id for one in trade.value.orders if _is_refund(one.refund_id)):
            refund = await self._ask(line, RefundGet(number))
            if not isinstance(refund, Ok):
                return refund
            if refund.value.tid not in ("", promise.order_number):
                return GatewayError("malformed")
            proofs.append(_proof(refund.value))
        return Ok(proofs)

    # --- asking -----------------------------------------------------------------------------------------------

    async def _ask(self, line: Line, request: Request[T]) -> Result[T]:
        return await line.ask(partial(self._asked, request))

    def _asked(self, request: Request[T], now: datetime, token: str) -> Asked[T]:
        made = call(request, self.app, at=now, session=token, sign_method=self.sign_method, gateway=self.gateway)
        http = HttpRequest("POST", made.url, tuple(made.headers.items()), made.body)
        return Asked(http, lambda status, body, at: parse(request, status, body, now=at), request.reads)


def _memo(number: str, memo: str, flag: str) -> MemoUpdate:
    return MemoUpdate(number, memo, int(flag) if flag else None)


def _tokens(found: Result[Token], shop: str) -> Result[Tokens]:
    if not isinstance(found, Ok):
        return found
    token = found.value
    number = token.shop_id or shop
    usable = _OPAQUE.fullmatch(token.access_token) and (
        not token.refresh_token or _OPAQUE.fullmatch(token.refresh_token)
    )
    if not usable or not _NUMBER.fullmatch(number):
        return GatewayError("malformed")
    # Which risk the memo's method counts as is not told: the later end of writing is believed.
    ends = [one for one in (token.w1_until, token.w2_until) if one is not None]
    return Ok(
        Tokens(
            number,
            token.access_token,
            token.refresh_token,
            ends_at=token.expires_at,
            renewable_until=token.refresh_until,
            writes_until=max(ends) if ends else None,
        )
    )


def _no_such_order(result: Result[object]) -> bool:
    return isinstance(result, BusinessError) and result.sub_code in NO_SUCH_ORDER


def _record(trade: Trade) -> Record:
    return Record(
        trade.tid,
        amounts=() if trade.payment is None else (trade.payment,),
        days=() if trade.created is None else (trade.created.astimezone(GMT8).date(),),
        shop_names=tuple(one for one in (trade.title, trade.seller_nick) if one),
    )


def _is_refund(number: str) -> bool:
    """Lines without a refund have none, or the number nought."""
    return bool(_NUMBER.fullmatch(number)) and bool(number.strip("0"))


def _bill(refund: Refund) -> Bill:
    return Bill(refund.refund_id, refund.tid, _suggests(refund), str(refund.status), refund.modified, refund.fee)


def _suggests(refund: Refund) -> Suggests:
    if refund.status == RefundStatus.SUCCESS:
        return Suggests.MONEY_BACK if not refund.kind or refund.kind in MONEY_BACK else Suggests.ENDED
    if refund.status == RefundStatus.CLOSED:
        return Suggests.ENDED
    if refund.staff in _STEPPED_IN:
        return Suggests.STEPPED_IN
    return Suggests.REFUSAL if refund.status == RefundStatus.SELLER_REFUSE_BUYER else Suggests.LOOK


def _proof(refund: Refund) -> Proof:
    """What one refund says about money; ``modified`` of a finished refund is when it was finished."""
    if refund.status == RefundStatus.SUCCESS:
        if refund.kind and refund.kind not in MONEY_BACK:
            return Proof(Found.NOTHING, "refund_of_no_money")
        return Proof(Found.PAID, "refund_success", refund.paid, refund.modified)
    if refund.status == RefundStatus.CLOSED:
        return Proof(Found.NOTHING, "refund_closed")
    if refund.status == RefundStatus.SELLER_REFUSE_BUYER:
        return Proof(Found.REFUSED, "seller_refused", at=refund.modified)
    return Proof(Found.OPEN if isinstance(refund.status, RefundStatus) else Found.NOTHING, "refund_unknown")


class TaobaoConnector(Connector):
    """A `ShopConnector` for Taobao and Tmall: see `expressplatform.connectors.Connector`, and `Taobao` for the rest."""

    def __init__(
        self,
        app: App,
        *,
        transport: Transport,
        shelf: Shelf,
        keys: KeyStore,
        owner: str,
        gateway: str = GATEWAY,
        sign_method: str = "hmac-sha256",
        page_size: int = LARGEST_PAGE,
        around: Surroundings = BLOCKING,
        terms: Terms = USUAL,
    ) -> None:
        tongue = Taobao(app, gateway, sign_method, page_size)
        super().__init__(tongue, transport=transport, shelf=shelf, keys=keys, owner=owner, around=around, terms=terms)


class AsyncTaobaoConnector(AsyncConnector):
    """An `AsyncShopConnector` for Taobao and Tmall: see `expressplatform.connectors.AsyncConnector`."""

    def __init__(
        self,
        app: App,
        *,
        transport: AsyncTransport,
        shelf: AsyncShelf,
        keys: KeyStore,
        owner: str,
        gateway: str = GATEWAY,
        sign_method: str = "hmac-sha256",
        page_size: int = LARGEST_PAGE,
        around: Surroundings = AWAITED,
        terms: Terms = USUAL,
    ) -> None:
        tongue = Taobao(app, gateway, sign_method, page_size)
        super().__init__(tongue, transport=transport, shelf=shelf, keys=keys, owner=owner, around=around, terms=terms)
