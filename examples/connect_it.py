"""A connector to another platform: all that one writes for it, tried against the contract that every connector keeps.

Run it: ``python examples/connect_it.py``, or ``pytest examples/connect_it.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode

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
    Tokens,
    Window,
)
from expressplatform.errors import InvalidInput, Problem
from expressplatform.money import Money
from expressplatform.ports import Promise, ShopConnector, Suggests
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform.testing.connectors.small_market import ADDRESS, SECRET, SmallMarket
from expressplatform.testing.connectors.world import Setting, ShopWorld
from expressplatform.testing.contracts import ConnectorContract
from expressplatform.transport import HttpRequest

CHINA = timezone(timedelta(hours=8))
SUGGESTS = {"paid": Suggests.MONEY_BACK, "closed": Suggests.ENDED, "refused": Suggests.REFUSAL}
FOUND = {"paid": Found.PAID, "open": Found.OPEN, "refused": Found.REFUSED}
Row = Mapping[str, Any]


def read(status: int, body: bytes, now: datetime) -> Result[Row]:
    """What an answer of this platform comes to."""
    try:
        answer = json.loads(body)
    except ValueError:
        return GatewayError("unreadable")
    if "ok" in answer:
        return Ok(answer["ok"])
    code = str(answer.get("no", "unreadable"))
    if code == "wait":
        return Throttled(now + timedelta(seconds=answer["wait"]))
    if code == "token":
        return Disconnected("invalid_token")
    return BusinessError(code, "") if code in ("no_order", "code", "renewal") else GatewayError(code)


class Market:
    """The platform's methods, as a connector needs them."""

    platform = "market"
    feeds = ("bills",)
    overlap = timedelta(minutes=5)

    def _asked(self, now: datetime, token: str, do: str, **more: object) -> Asked[Row]:
        document = {"do": do, "secret": SECRET, "token": token, "at": now.timestamp(), **more}
        request = HttpRequest("POST", ADDRESS, (("Content-Type", "application/json"),), json.dumps(document).encode())
        return Asked(request, read, reads=do not in ("write", "tokens", "renew"))

    async def _ask(self, line: Line, do: str, **more: object) -> Result[Row]:
        return await line.ask(lambda now, token: self._asked(now, token, do, **more))

    def link(self, redirect_uri: str, state: str, /) -> str:
        if len(state) < 16:
            raise InvalidInput((Problem("$.state", "value", "must have at least 16 characters"),))
        return "https://market.example/yes?" + urlencode({"back": redirect_uri, "state": state})

    def code(self, query: str, state: str, /) -> Result[str]:
        found = {name: values[0] for name, values in parse_qs(query).items()}
        if found.get("state") != state:
            return GatewayError("other_state")
        return Ok(found["code"]) if "code" in found else Disconnected("denied")

    async def exchange(self, line: Line, code: str, /) -> Result[Tokens]:
        return self._tokens(line, await self._ask(line, "tokens", code=code))

    async def renew(self, line: Line, tokens: Tokens, /) -> Result[Tokens]:
        return self._tokens(line, await self._ask(line, "renew", renewal=tokens.renewal))

    def _tokens(self, line: Line, found: Result[Row]) -> Result[Tokens]:
        if not isinstance(found, Ok):
            return found
        row = found.value
        return Ok(Tokens(row["shop"], row["token"], row["renewal"], line.now() + timedelta(seconds=row["seconds"])))

    def passing(self, result: Result[object], /) -> bool:
        return result == GatewayError("busy")

    def skewed(self, result: Result[object], /) -> bool:
        return result == GatewayError("clock")

    def clock(self, now: datetime, /) -> None:
        """It has no method that tells the time: the answer's Date will do."""

    async def order(self, line: Line, number: str, /) -> Result[Record | None]:
        found = await self._ask(line, "order", number=number)
        if not isinstance(found, Ok):
            return Ok(None) if found == BusinessError("no_order", "") else found
        row = found.value
        placed = datetime.fromtimestamp(row["at"], CHINA).date()
        return Ok(Record(row["number"], (Money("CNY", row["fen"]),), (placed,), (row["shop"],)))

    async def note(self, line: Line, number: str, /) -> Result[Note]:
        found = await self._ask(line, "order", number=number)
        return Ok(Note(found.value["note"])) if isinstance(found, Ok) else found

    def with_line(self, note: Note, line: str, /) -> Note:
        return Note(f"{note.text}\n{line}" if note.text else line)

    async def write(self, line: Line, number: str, note: Note, /) -> Result[object]:
        return await self._ask(line, "write", number=number, note=note.text)

    async def bills(self, line: Line, window: Window, page: int, /) -> Result[BillPage]:
        since, until = window.since.timestamp(), window.until.timestamp()
        found = await self._ask(line, "bills", since=since, until=until, page=page)
        return (
            Ok(BillPage(tuple(map(bill, found.value["rows"])), found.value["pages"]))
            if isinstance(found, Ok)
            else found
        )

    async def proofs(self, line: Line, promise: Promise, /) -> Result[Sequence[Proof]]:
        found = await self._ask(line, "refunds", number=promise.order_number)
        return Ok([proof(row) for row in found.value["rows"]]) if isinstance(found, Ok) else found


def bill(row: Row) -> Bill:
    """A bill in a list."""
    suggests = SUGGESTS.get(row["state"], Suggests.LOOK)
    changed = datetime.fromtimestamp(row["changed"], UTC)
    return Bill(row["number"], row["order"], suggests, row["state"], changed, Money("CNY", row["fen"]))


def proof(row: Row) -> Proof:
    """What a bill says about money."""
    found = FOUND.get(row["state"], Found.NOTHING)
    return Proof(found, row["state"], Money("CNY", row["fen"]), datetime.fromtimestamp(row["changed"], UTC))


class TestMarket(ConnectorContract):
    """The contract, over this connector."""

    def make_world(self) -> ShopWorld:
        return SmallMarket()

    def make_connector(self, world: ShopWorld, setting: Setting) -> ShopConnector:
        assert isinstance(world, SmallMarket)
        return Connector(
            Market(),
            transport=world,
            shelf=setting.shelf,
            keys=setting.keys,
            owner=setting.owner,
            around=setting.around,
        )


if __name__ == "__main__":
    from expressplatform.testing.doors import checks_of

    for name, check in checks_of(TestMarket()):
        check()
        print("kept:", name.removeprefix("test_").replace("_", " "))
