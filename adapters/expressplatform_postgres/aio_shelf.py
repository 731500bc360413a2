"""Small sealed records in one PostgreSQL database, for asynchronous callers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from expressplatform.ports import ShelfPage, ShelfRow, Sought
from expressplatform_postgres import shelf_talks
from expressplatform_postgres.aio_connections import AsyncConnections


@final
class AsyncPostgresShelf(AsyncConnections):
    """`PostgresShelf` with methods that are awaited: the same database, the same promises, the same errors."""

    __slots__ = ()

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keep each record that follows the one that stands; durable when this returns. See `Shelf.put`."""
        return await self._ask(shelf_talks.put(rows))

    async def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""
        return await self._ask(shelf_talks.get(owner, kind, id))

    async def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""
        return await self._ask(shelf_talks.listed(owner, kind, sought, after, limit))

    async def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""
        return await self._ask(shelf_talks.years(kind))

    async def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Delete records; harmless when repeated."""
        await self._ask(shelf_talks.delete(owner, kind, ids))

    def __repr__(self) -> str:
        return "<AsyncPostgresShelf>"
