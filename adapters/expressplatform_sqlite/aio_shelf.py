"""The embedded shelf for asynchronous callers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Self, final

from expressplatform.ports import ShelfPage, ShelfRow, Sought, recorded
from expressplatform.together import Outcome
from expressplatform.together_aio import AsyncTogether
from expressplatform_sqlite.faults import closed
from expressplatform_sqlite.hands import Hands
from expressplatform_sqlite.shelf import SqliteShelf


@final
class AsyncSqliteShelf:
    """`SqliteShelf` with methods that are awaited: the same file, the same promises, the same errors."""

    __slots__ = ("_closing", "_hands", "_shelf", "_together")

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, threads: int = 4) -> None:
        self._shelf = SqliteShelf(path, busy_seconds=busy_seconds)
        self._hands = Hands(threads, "shelf")
        self._together = AsyncTogether(self._put_all)
        self._closing: asyncio.Task[None] | None = None

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keep each record that follows the one that stands; durable when this returns. See `Shelf.put`."""
        if self._closing is not None:
            raise closed()
        return await self._together.append(recorded(rows))

    async def _put_all(self, groups: Sequence[Sequence[ShelfRow]]) -> Sequence[Outcome[bool]]:
        return await self._hands.carry(self._shelf.put_all, groups)

    async def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""
        return await self._hands.carry(self._shelf.get, owner, kind, id)

    async def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""
        return await self._hands.carry(self._shelf.list, owner, kind, sought, after, limit)

    async def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""
        return await self._hands.carry(self._shelf.years, kind)

    async def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Delete records; harmless when repeated."""
        await self._hands.carry(self._shelf.delete, owner, kind, ids)

    async def close(self) -> None:
        """Write what waits, then close the file; any later call raises ``StoreUnusable`` with the code ``closed``."""
        if self._closing is None or self._closing.cancelled():  # a task of its own: its caller may be cancelled, not it
            self._closing = asyncio.create_task(self._end())
        await asyncio.shield(self._closing)

    async def _end(self) -> None:
        await self._together.finished()
        await self._hands.carry(self._shelf.close)
        self._hands.let_go()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return "<AsyncSqliteShelf>"
