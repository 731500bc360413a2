"""A trading platform in a few lines, in memory: the world of the worked example, and of connectors that are to fail.

Laws of this file: it is as simple as a platform can be that has everything a connector must bear: tokens, bans, pages
that move, clocks, lost lines. It is its own `Transport`; what it is asked is one JSON object in the body of a POST.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import attrs

from expressplatform.errors import TransportFailed
from expressplatform.money import Money
from expressplatform.testing.connectors.world import Fault, Moved, Seen
from expressplatform.transport import HttpRequest, HttpResponse

ADDRESS: Final = "https://market.example/api"
"""Where it is asked."""
SECRET: Final = "a-secret-of-the-small-market"  # noqa: S105 - invented
_SKEW: Final = timedelta(minutes=5)
_LIFE: Final = timedelta(days=90)
_PAGE: Final = 7
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.define(repr=False)
class _Order:
    shop: str
    fen: int
    at: datetime
    note: str = ""


@attrs.define(repr=False)
class _Bill:
    number: str
    shop: str
    order: str
    fen: int
    changed: datetime
    state: str = "open"


@attrs.define
class _Ban:
    seconds: int
    after: int
    until: datetime | None = None


class _No(Exception):
    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.document = {"no": code, **more}


class SmallMarket:
    """A `ShopWorld` and, for connectors to it, a `Transport`.

    It is asked ``{"do": ..., "secret": ..., "token": ..., "at": seconds since 1970, ...}`` and answers ``{"ok": ...}``
    or ``{"no": code}``, where ``wait`` says for how many seconds it wants to be left alone. What it does: ``tokens``
    (code), ``renew`` (renewal), ``order`` (number), ``write`` (number, note), ``bills`` (since, until, page),
    ``refunds`` (number).
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._now, self._ahead = datetime(2031, 2, 3, 4, 0, tzinfo=UTC), timedelta(0)
        self._shops: list[str] = []
        self._orders: dict[str, _Order] = {}
        self._bills: dict[str, _Bill] = {}
        self._codes: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, str, datetime]] = {}
        self._secrets: list[str] = [SECRET]
        self._bans: dict[str, _Ban] = {}
        self._faults: dict[tuple[Fault, bool], int] = {}
        self._meanwhile: Callable[[], None] | None = None
        self._seen: list[Seen] = []

    # --- as a transport ---------------------------------------------------------------------------------------

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """Answers a request; raises TransportFailed where a fault was asked for."""
        with self._lock:
            asked: dict[str, Any] = json.loads(request.body)
            self._seen.append(Seen(asked["do"], request.url, repr(request.headers), request.body))
            fault = self._fault(asked["do"])
            if fault is Fault.LOST_REQUEST:
                raise TransportFailed("broken")
            answer = {"no": "busy"} if fault is Fault.BUSY else self._answered(asked)
            if fault is Fault.LOST_REPLY:
                raise TransportFailed("broken")
            body = b"<html>" if fault is Fault.GARBAGE else json.dumps(answer).encode()
            return HttpResponse(200, (("Date", format_datetime(self._theirs(), usegmt=True)),), body)

    def _fault(self, do: str) -> Fault | None:
        for (kind, writing), times in self._faults.items():
            if times > 0 and (not writing or do == "write"):
                self._faults[kind, writing] = times - 1
                return kind
        return None

    def _answered(self, asked: Mapping[str, Any]) -> dict[str, object]:
        try:
            if asked.get("secret") != SECRET:
                raise _No("who")
            if abs(asked["at"] - self._theirs().timestamp()) > _SKEW.total_seconds():
                raise _No("clock")
            if asked["do"] == "tokens":
                return {"ok": self._given(self._code(asked["code"]))}
            if asked["do"] == "renew":
                return {"ok": self._renewed(asked["renewal"])}
            shop = self._shop(asked.get("token", ""))
            if self._meanwhile is not None:
                self._meanwhile()
            return {"ok": getattr(self, f"_do_{asked['do']}")(shop, asked)}
        except _No as no:
            return no.document

    def _shop(self, token: str) -> str:
        shop, _, ends = self._tokens.get(token, ("", "", self._theirs()))
        if ends <= self._theirs():
            raise _No("token")
        if (ban := self._bans.get(shop)) is not None:
            if ban.after > 0:
                ban.after -= 1
                return shop
            ban.until = ban.until or self._theirs() + timedelta(seconds=ban.seconds)
            if ban.until > self._theirs():
                raise _No("wait", wait=max(1, round((ban.until - self._theirs()).total_seconds())))
            del self._bans[shop]
        return shop

    def _code(self, code: str) -> str:
        if code not in self._codes:
            raise _No("code")
        return self._codes.pop(code)

    def _renewed(self, renewal: str) -> dict[str, object]:
        for token, (shop, own, _) in list(self._tokens.items()):
            if own == renewal:
                del self._tokens[token]
                return self._given(shop)
        raise _No("renewal")

    def _given(self, shop: str) -> dict[str, object]:
        token, renewal, ends = secrets.token_hex(16), secrets.token_hex(16), self._theirs() + _LIFE
        self._tokens[token] = (shop, renewal, ends)
        self._secrets += [token, renewal]
        return {"shop": shop, "token": token, "renewal": renewal, "seconds": int(_LIFE.total_seconds())}

    def _own(self, shop: str, asked: Mapping[str, Any]) -> _Order:
        order = self._orders.get(asked["number"])
        if order is None or order.shop != shop:
            raise _No("no_order")
        return order

    def _do_order(self, shop: str, asked: Mapping[str, Any]) -> dict[str, object]:
        order = self._own(shop, asked)
        return {
            "number": asked["number"],
            "fen": order.fen,
            "at": int(order.at.timestamp()),
            "shop": self.shop_name(shop),
            "note": order.note,
        }

    def _do_write(self, shop: str, asked: Mapping[str, Any]) -> dict[str, object]:
        self._own(shop, asked).note = asked["note"]
        return {}

    def _do_bills(self, shop: str, asked: Mapping[str, Any]) -> dict[str, object]:
        found = [one for one in self._bills.values() if one.shop == shop]
        found = [one for one in found if asked["since"] <= one.changed.timestamp() <= asked["until"]]
        found.sort(key=lambda one: (one.changed, one.number), reverse=True)
        first = (asked["page"] - 1) * _PAGE
        rows = [_row(one) for one in found[first : first + _PAGE]]
        return {"rows": rows, "pages": max(1, -(-len(found) // _PAGE))}

    def _do_refunds(self, shop: str, asked: Mapping[str, Any]) -> dict[str, object]:
        self._own(shop, asked)
        return {"rows": [_row(one) for one in self._bills.values() if one.order == asked["number"]]}

    # --- as a world -------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The time that everybody goes by."""
        with self._lock:
            return self._now

    def _theirs(self) -> datetime:
        return (self._now + self._ahead).replace(microsecond=0)

    def pass_time(self, by: timedelta) -> None:
        """Moves the time on."""
        with self._lock:
            self._now += by

    def skew(self, by: timedelta) -> None:
        """From now on the market's own clock is so far ahead."""
        self._ahead = by

    def open_shop(self) -> str:
        """A new shop."""
        with self._lock:
            self._shops.append(str(7_000_001 + len(self._shops)))
            return self._shops[-1]

    def shop_name(self, shop: str) -> str:
        """What it calls itself."""
        return f"Stall {shop}"

    def answer_link(self, shop: str, link: str, *, yes: bool) -> str:
        """The shop's owner opens a link and says yes or no."""
        (state,) = parse_qs(urlsplit(link).query)["state"]
        if not yes:
            return urlencode({"error": "denied", "state": state})
        code = secrets.token_hex(16)
        self._codes[code] = shop
        self._secrets.append(code)
        return urlencode({"code": code, "state": state})

    def revoke(self, shop: str) -> None:
        """The owner withdraws."""
        with self._lock:
            self._tokens = {token: found for token, found in self._tokens.items() if found[0] != shop}

    def order(self, shop: str, amount: Money) -> str:
        """Somebody buys something now."""
        with self._lock:
            number = str(500_000_001 + len(self._orders))
            self._orders[number] = _Order(shop, amount.minor_units, self._theirs())
            return number

    def bill(self, shop: str, order: str, amount: Money) -> str:
        """The buyer asks for so much back."""
        with self._lock:
            number = str(90_001 + len(self._bills))
            self._bills[number] = _Bill(number, shop, order, amount.minor_units, self._theirs())
            return number

    def move(self, bill: str, to: Moved) -> None:
        """Something happens to a bill, now."""
        with self._lock:
            self._bills[bill].state, self._bills[bill].changed = to.value, self._theirs()

    def note(self, shop: str, order: str) -> str:
        """What the seller's people read at an order."""
        return self._orders[order].note

    def write_note(self, shop: str, order: str, text: str) -> None:
        """The seller's people write at an order."""
        self._orders[order].note = text

    def ban(self, shop: str, seconds: int, *, after: int = 0) -> None:
        """After so many more calls none is wanted for so many seconds; nought seconds: there is no ban."""
        with self._lock:
            self._bans[shop] = _Ban(seconds, after)

    def fault(self, kind: Fault, *, writing: bool = False, times: int = 1) -> None:
        """What goes wrong with the next calls."""
        self._faults[kind, writing] = times

    def meanwhile(self, happens: Callable[[], None] | None) -> None:
        """Called before each call is answered."""
        self._meanwhile = happens

    def seen(self) -> Sequence[Seen]:
        """What arrived so far."""
        with self._lock:
            return tuple(self._seen)

    def secrets(self) -> Sequence[str]:
        """Every token, code and secret."""
        return tuple(self._secrets)

    def particulars(self) -> Sequence[str]:
        """It holds nothing about buyers."""
        return ()

    def __repr__(self) -> str:
        return "<SmallMarket>"


def _row(bill: _Bill) -> dict[str, object]:
    return {
        "number": bill.number,
        "order": bill.order,
        "state": bill.state,
        "fen": bill.fen,
        "changed": int((bill.changed - _EPOCH).total_seconds()),
    }
