"""What a contract must be able to do to a trading platform: the port of its simulator, and what a connector is made of.

Laws of this file: whoever brings a simulator keeps its own numbers, statuses and faults; the contract speaks only in
the words here, and looks at the platform from outside: at what arrived there, and at what its people see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import attrs

from expressplatform.money import Money
from expressplatform.ports import AsyncShelf, KeyStore, Shelf
from expressplatform.transport import Surroundings


class Moved(StrEnum):
    """Where a bill of the platform goes next."""

    REFUSED = "refused"
    """The shop refuses; the buyer may insist."""
    PAID = "paid"
    """It ends, and the money has gone back."""
    CLOSED = "closed"
    """It ends without money: withdrawn, or out of time."""


class Fault(StrEnum):
    """What goes wrong with one call."""

    LOST_REQUEST = "lost_request"
    """The line breaks before the platform has done anything."""
    LOST_REPLY = "lost_reply"
    """The platform does what it was asked, and the line breaks before its answer."""
    BUSY = "busy"
    """The platform says that it cannot now, in the way it says so of a fault that passes; nothing is done."""
    GARBAGE = "garbage"
    """The answer is no document of the platform's; what was asked is done."""


@attrs.frozen(repr=False)
class Seen:
    """A request as it arrived: which method of the platform, at which address, with which body and headers."""

    method: str
    address: str
    headers: str
    body: bytes

    def __repr__(self) -> str:
        return f"<Seen {self.method}>"


class ShopWorld(Protocol):
    """A platform with its shops. Every number in it is text; every instant knows its offset from UTC.

    Shops, orders and bills are made anew by each check, so that a world may serve many checks. Its clock stands still
    unless `pass_time` moves it.
    """

    def now(self) -> datetime:
        """The time that everybody goes by, but for `skew`."""

    def pass_time(self, by: timedelta) -> None:
        """Moves the time on."""

    def skew(self, by: timedelta) -> None:
        """From now on the platform's own clock is so far ahead of everybody's (nought: right again)."""

    def open_shop(self) -> str:
        """A new shop that has authorised nobody: the number of its account."""

    def shop_name(self, shop: str) -> str:
        """What it calls itself."""

    def answer_link(self, shop: str, link: str, *, yes: bool) -> str:
        """The shop's owner opens a link and says yes or no: the query of the address that the browser comes back to."""

    def revoke(self, shop: str) -> None:
        """The owner withdraws the authorisation, on the platform."""

    def order(self, shop: str, amount: Money) -> str:
        """Somebody buys something now, and pays so much: the order's number."""

    def bill(self, shop: str, order: str, amount: Money) -> str:
        """The buyer asks for so much back, now: the number of the refund or after-sales bill."""

    def move(self, bill: str, to: Moved) -> None:
        """Something happens to a bill, now."""

    def note(self, shop: str, order: str) -> str:
        """What the seller's people read at an order."""

    def write_note(self, shop: str, order: str, text: str) -> None:
        """The seller's people write at an order, in the place of what is there."""

    def ban(self, shop: str, seconds: int, *, after: int = 0) -> None:
        """After so many more calls for a shop the platform wants none for so many seconds, and says so if it can.

        It takes the place of a ban that has not come yet; of nought seconds, it is none.
        """

    def fault(self, kind: Fault, *, writing: bool = False, times: int = 1) -> None:
        """What goes wrong with the next calls that change something (``writing``), or with the next of any kind."""

    def meanwhile(self, happens: Callable[[], None] | None) -> None:
        """Called before each call is answered, while the platform is at rest (None: nothing any more)."""

    def seen(self) -> Sequence[Seen]:
        """What arrived so far, the earliest first."""

    def secrets(self) -> Sequence[str]:
        """Every token, code and application's secret that there ever was: they belong in no log, no address, no
        error and no store in clear."""

    def particulars(self) -> Sequence[str]:
        """Every name, number and word about buyers that the platform holds: no connector hands out any."""


@attrs.frozen(repr=False)
class Setting:
    """What a connector is to be made of; the client that carries its requests is for its maker to bring.

    ``around`` waits by moving the world's time. A connector that is awaited takes ``awaited_shelf``.
    """

    shelf: Shelf
    awaited_shelf: AsyncShelf
    keys: KeyStore
    owner: str
    around: Surroundings

    def __repr__(self) -> str:
        return "<Setting>"
