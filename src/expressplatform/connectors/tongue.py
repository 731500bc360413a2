"""What an adapter says for its platform: a `Tongue`, the types it deals in, and what it asks over.

Laws of this file: a tongue knows one platform's methods and no more. It keeps no token, waits for nobody, repeats
nothing and remembers nothing: the connector does, in the same way for every platform. What it reads it hands over as
it stands; comparing, judging and leaving out are the connector's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import attrs

from expressplatform.complaint import Veiled
from expressplatform.money import Money
from expressplatform.ports import Promise, Suggests
from expressplatform.shops import Result
from expressplatform.transport import HttpRequest

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False, str=False)
class Tokens(Veiled):
    """A shop's authorisation as the platform gave it. Never prints; sealed wherever it is kept.

    ``shop`` is the number of its account. ``renewable_from`` and ``renewable_until`` say when ``renewal`` may be used
    (None: any time, no end), ``writes_until`` when writing ends while reading goes on. What is not told is None.
    """

    shop: str
    access: str
    renewal: str = ""
    ends_at: datetime | None = None
    renewable_from: datetime | None = None
    renewable_until: datetime | None = None
    writes_until: datetime | None = None


@attrs.frozen(repr=False)
class Asked(Generic[T_co]):
    """One request, ready to send, and how its answer is read; ``reads``: it changes nothing and may be repeated."""

    request: HttpRequest
    read: Callable[[int, bytes, datetime], Result[T_co]]
    reads: bool

    def __repr__(self) -> str:
        return f"<Asked {'reading' if self.reads else 'writing'}>"


Make = Callable[[datetime, str], Asked[T]]
"""Makes a request from the present instant, by the platform's clock, and the shop's access token (empty: none)."""


class Line(Protocol):
    """What a tongue asks over: one shop's line to its platform."""

    @property
    def shop(self) -> str:
        """The number of the shop's account; empty while it is being connected."""

    def now(self) -> datetime:
        """The present instant by the platform's clock, as far as its difference from ours is known."""

    async def ask(self, make: Make[T], /) -> Result[T]:
        """The answer to a request, which is made anew at every attempt."""

    def holding(self, token: str, /) -> Line:
        """The same line under a token that is not kept yet."""


@attrs.frozen(repr=False, str=False)
class Record(Veiled):
    """An order as the platform holds it, for comparing: each field may have several values that are right."""

    order_number: str
    amounts: tuple[Money, ...] = ()
    days: tuple[date, ...] = ()
    shop_names: tuple[str, ...] = ()


@attrs.frozen(repr=False, str=False)
class Note(Veiled):
    """What the seller's people wrote at an order. ``beside`` is what must be written back with it: a coloured flag."""

    text: str
    beside: str = ""


@attrs.frozen(repr=False, str=False)
class Bill(Veiled):
    """A refund or an after-sales bill, as a list of changes shows it; ``status`` is the platform's own word."""

    id: str
    order_number: str
    suggests: Suggests
    status: str
    changed_at: datetime | None
    amount: Money | None = None


@attrs.frozen(repr=False, str=False)
class BillPage(Veiled):
    """A page of bills. ``last`` is the number of the last page, None where the platform does not tell: then ``more``
    says whether another follows.
    """

    bills: tuple[Bill, ...]
    last: int | None
    more: bool = False


@attrs.frozen
class Window:
    """Which changes are asked for: from ``since`` to ``until``, both included, of one of the tongue's ``feeds``."""

    feed: str
    since: datetime
    until: datetime


class Found(StrEnum):
    """What one record says about money. OPEN: it may still go back. REFUSED: the shop says no. NOTHING: neither."""

    PAID = "paid"
    OPEN = "open"
    REFUSED = "refused"
    NOTHING = "nothing"


@attrs.frozen(repr=False, str=False)
class Proof(Veiled):
    """One record about an order's money: what it says, on what it rests, and where told how much and when."""

    found: Found
    basis: str
    amount: Money | None = None
    at: datetime | None = None


class Tongue(Protocol):
    """A platform's methods, as a connector needs them. Nothing in it raises but InvalidInput, before anything is asked.

    Where a method of the port needs what the platform has not, the tongue answers `BusinessError` ``unsupported``.
    """

    @property
    def platform(self) -> str:
        """What the platform is called: a code, such as ``taobao``."""

    @property
    def feeds(self) -> Sequence[str]:
        """The names of its lists of changes, each asked for by itself."""

    @property
    def overlap(self) -> timedelta:
        """How long after a change its list may show it: so much is read twice."""

    def link(self, redirect_uri: str, state: str, /) -> str:
        """See `ShopConnector.authorise`."""

    def code(self, query: str, state: str, /) -> Result[str]:
        """The code in what a browser brought back; `GatewayError` ``other_state`` where it is not ours."""

    def exchange(self, line: Line, code: str, /) -> Awaitable[Result[Tokens]]:
        """Tokens for a code. The line has no token; ``line.holding`` has one, where the shop's number must be asked."""

    def renew(self, line: Line, tokens: Tokens, /) -> Awaitable[Result[Tokens]]:
        """New tokens for old."""

    def passing(self, result: Result[object], /) -> bool:
        """Whether a fault passes by itself, so that a read is worth repeating at once."""

    def skewed(self, result: Result[object], /) -> bool:
        """Whether the platform says that our clock is wrong."""

    def clock(self, now: datetime, /) -> Asked[datetime] | None:
        """How the platform's time is asked for; None where only the answer's ``Date`` tells it."""

    def order(self, line: Line, number: str, /) -> Awaitable[Result[Record | None]]:
        """An order, with nothing more asked for than what is compared; None where this shop has none of that number."""

    def note(self, line: Line, number: str, /) -> Awaitable[Result[Note]]:
        """What the seller's people wrote at an order; `BusinessError` where there is no such order."""

    def with_line(self, note: Note, line: str, /) -> Note:
        """Theirs, letter for letter, and one line more. Raises InvalidInput where it does not fit."""

    def write(self, line: Line, number: str, note: Note, /) -> Awaitable[Result[object]]:
        """Writes a whole note in the place of the one that was read."""

    def bills(self, line: Line, window: Window, page: int, /) -> Awaitable[Result[BillPage]]:
        """A page (from 1 on) of the bills that changed in a window."""

    def proofs(self, line: Line, promise: Promise, /) -> Awaitable[Result[Sequence[Proof]]]:
        """Every record about money that went back for an order, or did not."""
