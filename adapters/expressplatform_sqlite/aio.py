"""The embedded store for asynchronous callers.

Laws of this module
- SQLite is never called in the event loop's thread: one thread writes, a few read.
- What is appended while the writer is busy goes into its next transaction together (`together_aio`), and each caller
  is answered for itself when that transaction is on the disk. Where many come at once, two transactions are filled by
  turns.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self, final

from expressplatform.ports import (
    Answer,
    Commit,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    StoredCase,
    Unplaced,
    Wanted,
    checked,
)
from expressplatform.together import Outcome
from expressplatform.together_aio import AsyncTogether
from expressplatform_sqlite.faults import closed
from expressplatform_sqlite.hands import Hands
from expressplatform_sqlite.store import SqliteStore

_MANY = 16
"""Callers at once from which on half of them are written while the others are answered, seal and come back. Fewer than
that come back sooner than the disk has written."""


@final
class AsyncSqliteStore:
    """`SqliteStore` with methods that are awaited: the same file, the same promises, the same errors.

    Opened where it is made, which blocks for as long as opening a file takes. All calls come from one event loop at
    a time. ``readers`` is how many questions may be answered at once.
    """

    __slots__ = ("_closing", "_readers", "_store", "_together", "_writer")

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, readers: int = 4) -> None:
        self._store = SqliteStore(path, busy_seconds=busy_seconds)
        self._writer = Hands(1, "store writer")
        self._readers = Hands(readers, "store reader")
        self._together = AsyncTogether(self._append_all, lanes=2, least=_MANY)
        self._closing: asyncio.Task[None] | None = None

    # ---- writing ----------------------------------------------------------------------------------------------------

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Store each commit whole or not at all, in order; durable when this returns. See `CaseStore.append`."""
        if self._closing is not None:
            raise closed()
        return await self._together.append(checked(commits))

    async def _append_all(self, groups: Sequence[Sequence[Commit]]) -> Sequence[Outcome[Answer]]:
        return await self._writer.carry(self._store.append_all, groups)

    async def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, what waited longest first, leased until ``now + lease``."""
        return await self._writer.carry(self._store.claim, now, limit, lease)

    async def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; harmless when repeated."""
        await self._writer.carry(self._store.done, effect_ids)

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from ``at`` on, a dead letter too; nothing where it is done."""
        await self._writer.carry(self._store.retry, effect_id, at, attempts)

    async def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is a dead letter from now on; nothing where it is done."""
        await self._writer.carry(self._store.bury, effect_id, at, code)

    async def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme, of this edition, from now on; ``other_scheme`` where to another."""
        await self._writer.carry(self._store.adopt, scheme, edition)

    # ---- reading ----------------------------------------------------------------------------------------------------

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""
        return await self._readers.carry(self._store.load, case_id, organisation)

    async def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""
        return await self._readers.carry(self._store.receipt, case_id, key)

    async def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on."""
        return await self._readers.carry(self._store.headers, organisation, wanted, after, limit)

    async def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
        return await self._readers.carry(self._store.due, now, limit)

    async def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id."""
        return await self._readers.carry(self._store.scan, organisation, after, limit)

    async def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
        return await self._readers.carry(self._store.dead, organisation, after, limit)

    async def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, in order."""
        return await self._readers.carry(self._store.find, organisation, tokens)

    async def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token, in order."""
        return await self._readers.carry(self._store.quarters)

    async def ledger(self) -> LedgerSize:
        """How many committed rows have a place in the ledger, and how many wait for one."""
        return await self._readers.carry(self._store.ledger)

    async def unplaced(self, limit: int, /) -> Unplaced:
        """The next committed rows that have no place."""
        return await self._readers.carry(self._store.unplaced, limit)

    async def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, all at once or none; False where somebody else was first."""
        return await self._writer.carry(self._store.place, start, leaves)

    async def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on."""
        return await self._readers.carry(self._store.placed, start, limit)

    async def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``."""
        return await self._readers.carry(self._store.leaves, start, end)

    async def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""
        return await self._readers.carry(self._store.places, case_id, organisation)

    async def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on."""
        return await self._readers.carry(self._store.feed, organisation, start, limit)

    async def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""
        return await self._readers.carry(self._store.scheme)

    # ---- threads ----------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Write what waits, then close the file; any later call raises ``StoreUnusable`` with the code ``closed``."""
        if self._closing is None or self._closing.cancelled():  # a task of its own: its caller may be cancelled, not it
            self._closing = asyncio.create_task(self._end())
        await asyncio.shield(self._closing)

    async def _end(self) -> None:
        await self._together.finished()
        await self._writer.carry(self._store.close)
        self._writer.let_go()
        self._readers.let_go()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return "<AsyncSqliteStore>"
