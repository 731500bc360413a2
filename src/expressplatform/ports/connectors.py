"""A connector: what a trader's own side asks of its shop on a trading platform, with the authorisation the shop gave.

Laws of this file

- A connector acts at the trader's side and after Obtain: the order number in its questions comes from the details that
  the trader obtained, and goes nowhere but to the platform of the shop that sold.
- It compares and never displays: what the platform holds about an order is answered as matched or not, field by field.
- It speaks for nobody: no method writes to a buyer, decides about money, or files anything.
- What it finds is evidence or a suggestion; a person, or the agent under a person's id, sends the command.
- Whatever holds an order number, a bill, an amount of somebody's order or a shop's account never prints.
- Every method that asks the platform answers with one of the five outcomes of `shops`; refusals are never raised.
  InvalidInput is raised for a question that has no sense, and nothing else is.

Sources: the two platforms' published interfaces, as the references of the adapters cite them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

import attrs

from expressplatform.codes import Language
from expressplatform.complaint import Veiled
from expressplatform.fields import code, instant, text
from expressplatform.money import Money
from expressplatform.shops import Result

WARN_BEFORE: Final = timedelta(days=14)
"""How long before an authorisation ends its shop is shown as about to end, so that its owner can renew it in time."""
MOST_CHANGES: Final = 500
"""No page of changes is longer."""


# --- is this the purchase? ----------------------------------------------------------------------------------


class Compared(StrEnum):
    """What came of one field of a claim. UNTOLD: the claim or the record does not say, or not in the same currency."""

    MATCHED = "matched"
    MISMATCH = "mismatch"
    UNTOLD = "untold"


class Purchase(StrEnum):
    """What came of a claim as a whole. NOT_FOUND means: not in this shop."""

    MATCHED = "matched"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"


@attrs.frozen(repr=False, str=False)
class PurchaseClaim(Veiled):
    """What a complainant says they bought: as the trader obtained it. Never prints.

    ``amount`` is what was paid for the order, ``day`` when it was placed, by the calendar of GMT+8, in which Hong Kong
    and the Mainland agree; ``shop_name`` what the shop called itself. What is not known is None or empty.
    """

    order_number: str = attrs.field(validator=code(40))
    amount: Money | None = None
    day: date | None = None
    shop_name: str = attrs.field(default="", validator=text(200))


@attrs.frozen
class VerifiedPurchase:
    """What the platform's record says to a claim: of each field whether it agrees, and nothing of what it holds."""

    found: bool
    order_number: Compared = Compared.UNTOLD
    amount: Compared = Compared.UNTOLD
    day: Compared = Compared.UNTOLD
    shop_name: Compared = Compared.UNTOLD

    @property
    def purchase(self) -> Purchase:
        """The three outcomes in one: a mismatch in one field is a mismatch."""
        if not self.found:
            return Purchase.NOT_FOUND
        fields = (self.order_number, self.amount, self.day, self.shop_name)
        return Purchase.MISMATCH if Compared.MISMATCH in fields else Purchase.MATCHED


# --- telling the seller's people ----------------------------------------------------------------------------


@attrs.frozen(repr=False, str=False)
class HandOver(Veiled):
    """What the seller's own people are to find at the order: that a case waits. Never prints.

    ``reference`` is the case's, ``due`` the last day for its answer. Nothing about anybody is among it; the text is the
    library's, in ``language``.
    """

    order_number: str = attrs.field(validator=code(40))
    reference: str = attrs.field(validator=code(40))
    due: date | None = None
    language: Language = Language.SIMPLIFIED_CHINESE


class HandedOver(StrEnum):
    """How a hand-over ended. Both mean that the seller's people can read it, and theirs is still there."""

    WRITTEN = "written"
    WAS_THERE = "was_there"


# --- what has changed ---------------------------------------------------------------------------------------


class Suggests(StrEnum):
    """What a person might want to do about a change. Never an outcome: the platform's word is not the complainant's."""

    LOOK = "look"
    """Something changed: a bill was opened, moved on, or stands in a status that is not known here."""
    REFUSAL = "refusal"
    """The shop has refused what the buyer asked for on the platform."""
    MONEY_BACK = "money_back"
    """The platform says that it ended with money: ask for the performance, which proves it or does not."""
    ENDED = "ended"
    """It ended without a word of money: withdrawn, out of time, converted, finished in another way."""
    STEPPED_IN = "stepped_in"
    """The platform's own staff have stepped in."""


@attrs.frozen(repr=False, str=False)
class Suggestion(Veiled):
    """One change of one refund or after-sales bill, as a person should look at it. Never prints.

    ``id`` is of bill and change: the same change has the same id whenever it is read. ``status`` is the platform's own
    word, kept whatever it is; ``amount`` what the bill is about, where it says.
    """

    id: str
    order_number: str
    bill: str
    suggests: Suggests
    status: str
    changed_at: datetime
    amount: Money | None = None


@attrs.frozen(repr=False, str=False)
class ChangePage(Veiled):
    """Changes, the earliest first, and the ``cursor`` that continues after them; ``more`` says to ask again at once.

    A cursor is text to be kept with the same care as the changes. It is kept once the changes are dealt with: who dies
    before reads them again.
    """

    suggestions: tuple[Suggestion, ...]
    cursor: str
    more: bool = False


# --- did the promised money arrive? -------------------------------------------------------------------------


@attrs.frozen(repr=False, str=False)
class Promise(Veiled):
    """Money that a trader said it would pay back for an order, or has paid back. Never prints.

    ``since``: a payment before this instant was for something else; None: every payment of the order counts.
    """

    order_number: str = attrs.field(validator=code(40))
    amount: Money
    since: datetime | None = attrs.field(default=None, validator=instant(optional=True))


class Paid(StrEnum):
    """Whether promised money arrived, by the platform's record.

    NOT_PAID needs a record that says so: a refund that was refused, or one of less. A bill that is finished, closed or
    absent proves nothing, for money goes other ways too: that is UNKNOWN.
    """

    PAID = "paid"
    NOT_PAID = "not_paid"
    UNKNOWN = "unknown"


@attrs.frozen(repr=False, str=False)
class Performance(Veiled):
    """What the record says to a promise. Never prints.

    ``amount`` is what went back by it, ``at`` when, where it says; ``basis`` is the code of what that rests on (the
    adapters' references list theirs), ``read_at`` when it was read.
    """

    paid: Paid
    basis: str = attrs.field(validator=code())
    read_at: datetime = attrs.field(validator=instant())
    amount: Money | None = None
    at: datetime | None = attrs.field(default=None, validator=instant(optional=True))


# --- the shop's authorisation -------------------------------------------------------------------------------


class Authorised(StrEnum):
    """How a shop's authorisation stands.

    ENDING: it ends within `WARN_BEFORE`. ENDED: its time is over. DISCONNECTED: it was withdrawn or refused, or there
    never was one; only the shop's owner can connect it again.
    """

    CONNECTED = "connected"
    ENDING = "ending"
    ENDED = "ended"
    DISCONNECTED = "disconnected"


@attrs.frozen
class Connection:
    """A shop's authorisation, without anything that could be used as one.

    ``shop`` is the number of its account on the platform; ``ends_at`` None where the platform does not tell. ``reason``
    is the code by which it was lost. ``parked_until``: the platform asked for patience, and nothing is asked before.
    """

    platform: str
    shop: str = attrs.field(repr=False, validator=code(40))
    state: Authorised
    ends_at: datetime | None = None
    reason: str = ""
    parked_until: datetime | None = None

    @property
    def usable(self) -> bool:
        """Whether the platform would be asked at all."""
        return self.state in (Authorised.CONNECTED, Authorised.ENDING)


@runtime_checkable
class ShopConnector(Protocol):
    """What a trader's side asks of its shops on one platform. Safe to share between threads.

    ``shop`` is always the number of the shop's account, as `connect` told it. Where a shop's authorisation is not there
    (any more) the answer is `Disconnected`, where the platform asked for patience `Throttled`, without asking it again.
    Only what reads is repeated; a write whose answer was lost is read back.
    """

    def authorise(self, redirect_uri: str, state: str, /) -> str:
        """The address that the shop's owner opens in a browser.

        ``state`` is an unguessable word of one use, at least 16 characters of the URL-safe alphabet, by which the
        answer is known again. Raises InvalidInput.
        """

    def connect(self, query: str, state: str, /) -> Result[Connection]:
        """Takes what the browser brought back (the address's query) and keeps the shop's tokens, sealed.

        ``state`` is the word that was sent along: with another the answer is `GatewayError` ``other_state``.
        """

    def connection(self, shop: str, /) -> Connection:
        """How a shop's authorisation stands, by what is kept; asks nobody."""

    def connections(self) -> Sequence[Connection]:
        """Every shop that was ever connected and not forgotten, in the order of their numbers; asks nobody."""

    def refresh(self, shop: str, /) -> Result[Connection]:
        """Has the tokens renewed, by one at a time, whoever asks at once; those who did not are told how it stands.

        `BusinessError` ``too_early`` where the platform renews only shortly before the end and that has not come, or
        has just been moved by somebody who was faster.
        """

    def disconnect(self, shop: str, /) -> Connection:
        """Forgets a shop's tokens, here. What the owner withdraws on the platform is noticed by itself."""

    def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Result[VerifiedPurchase]:
        """Whether an order of that number is this shop's, and which of the other fields agree with its record."""

    def hand_over(self, shop: str, notice: HandOver, /) -> Result[HandedOver]:
        """Has a note stand at the order that only the seller's people see; again and again, it stands there once.

        `BusinessError` where there is no such order.
        """

    def changes(self, shop: str, cursor: str, limit: int, /) -> Result[ChangePage]:
        """The next changes of the shop's refunds and after-sales bills, at most ``limit`` (1 to `MOST_CHANGES`).

        The empty cursor begins now, less the overlap; no change is left out, and none comes twice from cursor to
        cursor. Raises InvalidInput for a cursor that is none of this connector's.
        """

    def performance(self, shop: str, promise: Promise, /) -> Result[Performance]:
        """What the platform's record says about promised money."""

    def close(self) -> None:
        """Lets go of what the connector made itself; transport and shelf are their owner's."""


@runtime_checkable
class AsyncShopConnector(Protocol):
    """`ShopConnector` for asynchronous callers: the same methods, awaited, but for `authorise`, which asks nobody."""

    def authorise(self, redirect_uri: str, state: str, /) -> str: ...
    def connect(self, query: str, state: str, /) -> Awaitable[Result[Connection]]: ...
    def connection(self, shop: str, /) -> Awaitable[Connection]: ...
    def connections(self) -> Awaitable[Sequence[Connection]]: ...
    def refresh(self, shop: str, /) -> Awaitable[Result[Connection]]: ...
    def disconnect(self, shop: str, /) -> Awaitable[Connection]: ...
    def verify_purchase(self, shop: str, claim: PurchaseClaim, /) -> Awaitable[Result[VerifiedPurchase]]: ...
    def hand_over(self, shop: str, notice: HandOver, /) -> Awaitable[Result[HandedOver]]: ...
    def changes(self, shop: str, cursor: str, limit: int, /) -> Awaitable[Result[ChangePage]]: ...
    def performance(self, shop: str, promise: Promise, /) -> Awaitable[Result[Performance]]: ...
    def close(self) -> Awaitable[None]: ...
