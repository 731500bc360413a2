"""Cases of many processes in one PostgreSQL database, for asynchronous callers; see `store` for its laws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from os import getpid
from typing import final

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
from expressplatform_postgres import case_talks, ledger_talks
from expressplatform_postgres.aio_connections import AsyncConnections
from expressplatform_postgres.connecting import NO_SETTINGS, Settings, awaited_lanes_of
from expressplatform_postgres.faults import closed, forked


@final
class AsyncPostgresStore(AsyncConnections):
    """`PostgresStore` with methods that are awaited: the same database, the same promises, the same errors.

    The database is looked at where the store is made, which blocks for as long as one connection takes. All calls come
    from one event loop.
    """

    __slots__ = ("_ending", "_together")

    def __init__(
        self, dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0, connections: int = 10
    ) -> None:
        super().__init__(dsn, settings=settings, busy_seconds=busy_seconds, connections=connections)
        self._together = AsyncTogether(self._append_all, lanes=awaited_lanes_of(connections))
        self._ending = False

    # ---- writing ----------------------------------------------------------------------------------------------------

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Store each commit whole or not at all, in order; durable when this returns. See `CaseStore.append`."""
        if self._ending:
            raise closed()
        if getpid() != self._owner:
            raise forked()
        return await self._together.append(checked(commits))

    async def _append_all(self, groups: Sequence[Sequence[Commit]]) -> Sequence[Outcome[Answer]]:
        return await self._ask(case_talks.append_all(groups))

    async def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, what waited longest first, leased until ``now + lease``."""
        return await self._ask(case_talks.claim(now, limit, lease))

    async def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; harmless when repeated."""
        await self._ask(case_talks.done(effect_ids))

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from ``at`` on, a dead letter too; nothing where it is done."""
        await self._ask(case_talks.retry(effect_id, at, attempts))

    async def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is a dead letter from now on; nothing where it is done."""
        await self._ask(case_talks.bury(effect_id, at, code))

    async def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme, of this edition, from now on; ``other_scheme`` where to another."""
        await self._ask(case_talks.adopt(scheme, edition))

    # ---- reading ----------------------------------------------------------------------------------------------------

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""
        return await self._ask(case_talks.load(case_id, organisation))

    async def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""
        return await self._ask(case_talks.receipt(case_id, key))

    async def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on."""
        return await self._ask(case_talks.headers(organisation, wanted, after, limit))

    async def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
        return await self._ask(case_talks.due(now, limit))

    async def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id."""
        return await self._ask(case_talks.scan(organisation, after, limit))

    async def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, in order."""
        return await self._ask(case_talks.find(organisation, tokens))

    async def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token, in order."""
        return await self._ask(case_talks.quarters())

    async def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
        return await self._ask(case_talks.dead(organisation, after, limit))

    async def ledger(self) -> LedgerSize:
        """How many committed rows have a place in the ledger, and how many wait for one."""
        return await self._ask(ledger_talks.ledger())

    async def unplaced(self, limit: int, /) -> Unplaced:
        """The next committed rows that have no place."""
        return await self._ask(ledger_talks.unplaced(limit))

    async def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, all at once or none; False where somebody else was first."""
        return await self._ask(ledger_talks.place(start, leaves))

    async def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on."""
        return await self._ask(ledger_talks.placed(start, limit))

    async def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``."""
        return await self._ask(ledger_talks.leaves(start, end))

    async def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""
        return await self._ask(ledger_talks.places(case_id, organisation))

    async def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on."""
        return await self._ask(ledger_talks.feed(organisation, start, limit))

    async def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""
        return await self._ask(case_talks.scheme())

    async def close(self) -> None:
        """Write what waits, then close the connections; any later call raises ``StoreUnusable`` (``closed``)."""
        self._ending = True
        await super().close()

    async def _end(self) -> None:
        await self._together.finished()
        await super()._end()

    def __repr__(self) -> str:
        return "<AsyncPostgresStore>"
