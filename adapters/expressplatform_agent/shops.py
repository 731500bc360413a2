"""An agent's shops: authorisations that end, and changes at the orders of cases.

Laws of this file

- A change reaches nobody but a person: it is a line, and no command follows from it.
- Changes at orders of which there is no case are dropped as they are read: they are none of the scheme's business.
- A shop that asked for patience, or is not connected, is asked nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.ports import AsyncShopConnector, Authorised, Connection, Suggestion, Suggests
from expressplatform.shops import Ok
from expressplatform_agent.base import GMT8, Base, mark_of
from expressplatform_agent.values import About, CaseNote, Line, Place, Round

_SAME: Final[Mapping[str, str]] = MappingProxyType({"tmall": "taobao"})
"""Platforms whose shops are reached through another's interface."""
_GONE: Final = (Authorised.DISCONNECTED, Authorised.ENDED)


class Shops(Base):
    """The part of the flow that looks after shops."""

    async def connections(self) -> tuple[Connection, ...]:
        """Every shop that was ever connected, as it stands."""
        found: list[Connection] = []
        for connector in self.connectors.values():
            found += await connector.connections()
        return tuple(found)

    async def look_after_shops(self, stopped: Callable[[], bool]) -> None:
        """Tells of authorisations that end or have ended, and has those renewed that can be."""
        for connection in await self.connections():
            if stopped():
                return
            where = (connection.platform, connection.shop)
            if connection.state in _GONE:
                today = f"{self.now().astimezone(GMT8):%Y-%m-%d}"
                await self.tell(
                    About.SHOP_GONE, *where, today, platform=where[0], shop=where[1], detail=connection.reason
                )
            elif connection.state is Authorised.ENDING:
                await self._renew(connection)

    async def _renew(self, connection: Connection) -> None:
        where, name = (connection.platform, connection.shop), f"renew:{connection.platform}:{connection.shop}"
        held = await self.books.place(name)
        now, renew_at = self.now(), held.value.renew_at
        if renew_at is None or now >= renew_at:
            again = Place(renew_at=now + self.terms.renew_every)
            await self.books.keep_place(name, held, again)
            renewed = await self.connectors[connection.platform].refresh(connection.shop)
            if isinstance(renewed, Ok) and renewed.value.state is Authorised.CONNECTED:
                return
        ends = connection.ends_at
        await self.tell(About.SHOP_ENDING, *where, mark_of(ends), platform=where[0], shop=where[1], ends_at=ends)

    async def read_changes(self, stopped: Callable[[], bool]) -> Round:
        """Reads what has changed at the orders of every shop that can be asked."""
        done = Round()
        for connection in await self.connections():
            if connection.usable and connection.parked_until is None:
                done += await self._changes_of(self.connectors[connection.platform], connection, stopped)
        return done

    async def _changes_of(
        self, connector: AsyncShopConnector, connection: Connection, stopped: Callable[[], bool]
    ) -> Round:
        name = f"changes:{connection.platform}:{connection.shop}"
        held, done = await self.books.place(name), Round()
        for _ in range(self.terms.pages):
            if stopped():
                break
            page = await connector.changes(connection.shop, held.value.cursor, self.terms.page)
            if not isinstance(page, Ok):
                return done + Round(later=1)
            for one in page.value.suggestions:
                done += await self._suggested(connection, one)
            held = await self.books.keep_place(name, held, Place(page.value.cursor))
            if not page.value.more:
                break
        return done

    async def _suggested(self, connection: Connection, one: Suggestion) -> Round:
        found = [note async for note in self.books.cases_of_order(connection.platform, one.order_number)]
        told = [await self._tell_change(note, one) for note in found if note.shop == connection.shop]
        return Round(changes=sum(told))

    async def _tell_change(self, note: CaseNote, one: Suggestion) -> bool:
        if one.suggests is Suggests.MONEY_BACK and note.awaits:
            held = await self.books.case(note.case_id)
            await self.books.keep_case(held, attrs.evolve(held.value, ask_at=None))  # look at once
        return await self.books.tell(
            Line(
                self.books.line_id(About.CHANGE, note.case_id, one.id),
                About.CHANGE,
                self.now(),
                case_id=note.case_id,
                reference=note.reference,
                platform=note.platform,
                shop=note.shop,
                suggests=one.suggests,
                status=one.status,
                bill=one.bill,
                amount=one.amount,
            )
        )


def shops_of(connections: Sequence[Connection], platform: str, shop: str) -> list[Connection]:
    """The connected shops that may have sold: the one that is named where it is connected, else all of the platform."""
    wanted = _SAME.get(platform, platform)
    usable = [one for one in connections if one.usable and wanted in ("", one.platform)]
    return [one for one in usable if one.shop == shop] or usable
