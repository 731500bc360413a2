"""Synchronous ports as asynchronous ones that never suspend."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta

from expressplatform.ports import (
    Answer,
    CaseStore,
    Commit,
    DeadRow,
    EffectRow,
    EvidenceStore,
    FeedRow,
    Filed,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    Shelf,
    ShelfPage,
    ShelfRow,
    Sought,
    StoredCase,
    Unplaced,
    Wanted,
)


class Lifted:
    """A synchronous store as an asynchronous one that never suspends."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return self._store.append(commits)

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return self._store.load(case_id, organisation)

    async def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        return self._store.receipt(case_id, key)

    async def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return self._store.headers(organisation, wanted, after, limit)

    async def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return self._store.due(now, limit)

    async def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return self._store.scan(organisation, after, limit)

    async def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return self._store.find(organisation, tokens)

    async def quarters(self) -> Sequence[str]:
        return self._store.quarters()

    async def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return self._store.claim(now, limit, lease)

    async def done(self, effect_ids: Sequence[str], /) -> None:
        self._store.done(effect_ids)

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._store.retry(effect_id, at, attempts)

    async def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self._store.bury(effect_id, at, code)

    async def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return self._store.dead(organisation, after, limit)

    async def ledger(self) -> LedgerSize:
        return self._store.ledger()

    async def unplaced(self, limit: int, /) -> Unplaced:
        return self._store.unplaced(limit)

    async def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return self._store.place(start, leaves)

    async def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return self._store.placed(start, limit)

    async def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return self._store.leaves(start, end)

    async def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return self._store.places(case_id, organisation)

    async def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        return self._store.feed(organisation, start, limit)

    async def scheme(self) -> tuple[str, str] | None:
        return self._store.scheme()

    async def adopt(self, scheme: str, edition: str, /) -> None:
        self._store.adopt(scheme, edition)

    async def close(self) -> None:
        self._store.close()


class LiftedEvidence:
    """A synchronous store of evidence as an asynchronous one that never suspends."""

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        self._store.put(case_id, name, chunks, now)

    async def get(self, case_id: str, name: str, /) -> AsyncIterator[bytes]:
        for chunk in self._store.get(case_id, name):
            yield chunk

    async def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return self._store.list(case_id, after, limit)

    async def delete(self, case_id: str, names: Sequence[str], /) -> None:
        self._store.delete(case_id, names)

    async def close(self) -> None:
        self._store.close()


class LiftedShelf:
    """A synchronous shelf as an asynchronous one that never suspends."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        return self._shelf.put(rows)

    async def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        return self._shelf.get(owner, kind, id)

    async def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        return self._shelf.list(owner, kind, sought, after, limit)

    async def years(self, kind: str, /) -> Sequence[str]:
        return self._shelf.years(kind)

    async def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        self._shelf.delete(owner, kind, ids)

    async def close(self) -> None:
        self._shelf.close()
