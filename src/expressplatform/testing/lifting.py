"""An asynchronous store, shelf or messenger behind a synchronous face, so that one set of checks serves both.

Laws of this file: one event loop, in a thread of its own, for the whole life of the store. Callers from several
threads meet in it as they would in a server.
"""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncGenerator, Awaitable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import TypeVar

from expressplatform.ports import (
    Answer,
    AsyncCaseStore,
    AsyncEvidenceStore,
    AsyncMessenger,
    AsyncShelf,
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
    Message,
    Messenger,
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

T = TypeVar("T")


@contextmanager
def lifted(store: AsyncCaseStore) -> Iterator[CaseStore]:
    """The store, each call waiting for its answer; closed at the end, and its event loop with it."""
    with _event_loop() as loop:
        face = _Lifted(store, loop)
        try:
            yield face
        finally:
            face.close()


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="lifted store", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _waited(loop: asyncio.AbstractEventLoop, answer: Awaitable[T]) -> T:
    async def awaited() -> T:
        return await answer

    return asyncio.run_coroutine_threadsafe(awaited(), loop).result()


class _LiftedEvidence:
    """The methods of `EvidenceStore`, each handed to the event loop."""

    def __init__(self, store: AsyncEvidenceStore, loop: asyncio.AbstractEventLoop) -> None:
        self._store = store
        self._loop = loop

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        _waited(self._loop, self._store.put(case_id, name, chunks, now))

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        chunks = self._store.get(case_id, name)
        try:
            while (chunk := _waited(self._loop, anext(chunks, None))) is not None:
                yield chunk
        finally:
            if isinstance(chunks, AsyncGenerator) and self._loop.is_running():
                _waited(self._loop, chunks.aclose())  # as a loop does for whoever stops half way

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        return _waited(self._loop, self._store.list(case_id, after, limit))

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        _waited(self._loop, self._store.delete(case_id, names))

    def close(self) -> None:
        _waited(self._loop, self._store.close())


class _LiftedShelf:
    """The methods of `Shelf`, each handed to the event loop."""

    def __init__(self, shelf: AsyncShelf, loop: asyncio.AbstractEventLoop) -> None:
        self._shelf = shelf
        self._loop = loop

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        return _waited(self._loop, self._shelf.put(rows))

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        return _waited(self._loop, self._shelf.get(owner, kind, id))

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        return _waited(self._loop, self._shelf.list(owner, kind, sought, after, limit))

    def years(self, kind: str, /) -> Sequence[str]:
        return _waited(self._loop, self._shelf.years(kind))

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        _waited(self._loop, self._shelf.delete(owner, kind, ids))

    def close(self) -> None:
        _waited(self._loop, self._shelf.close())


class _LiftedMessenger:
    """The method of `Messenger`, handed to the event loop."""

    def __init__(self, messenger: AsyncMessenger, loop: asyncio.AbstractEventLoop) -> None:
        self._messenger = messenger
        self._loop = loop

    def send(self, message: Message, /) -> None:
        _waited(self._loop, self._messenger.send(message))

    def __repr__(self) -> str:
        return repr(self._messenger)

    def __str__(self) -> str:
        return str(self._messenger)


class _Lifted:
    """The methods of `CaseStore`, each handed to the event loop."""

    def __init__(self, store: AsyncCaseStore, loop: asyncio.AbstractEventLoop) -> None:
        self._store = store
        self._loop = loop

    def _wait(self, answer: Awaitable[T]) -> T:
        return _waited(self._loop, answer)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return self._wait(self._store.append(commits))

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return self._wait(self._store.load(case_id, organisation))

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        return self._wait(self._store.receipt(case_id, key))

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return self._wait(self._store.headers(organisation, wanted, after, limit))

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return self._wait(self._store.due(now, limit))

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return self._wait(self._store.scan(organisation, after, limit))

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return self._wait(self._store.find(organisation, tokens))

    def quarters(self) -> Sequence[str]:
        return self._wait(self._store.quarters())

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return self._wait(self._store.claim(now, limit, lease))

    def done(self, effect_ids: Sequence[str], /) -> None:
        self._wait(self._store.done(effect_ids))

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._wait(self._store.retry(effect_id, at, attempts))

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self._wait(self._store.bury(effect_id, at, code))

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return self._wait(self._store.dead(organisation, after, limit))

    def ledger(self) -> LedgerSize:
        return self._wait(self._store.ledger())

    def unplaced(self, limit: int, /) -> Unplaced:
        return self._wait(self._store.unplaced(limit))

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return self._wait(self._store.place(start, leaves))

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return self._wait(self._store.placed(start, limit))

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return self._wait(self._store.leaves(start, end))

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return self._wait(self._store.places(case_id, organisation))

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        return self._wait(self._store.feed(organisation, start, limit))

    def scheme(self) -> tuple[str, str] | None:
        return self._wait(self._store.scheme())

    def adopt(self, scheme: str, edition: str, /) -> None:
        self._wait(self._store.adopt(scheme, edition))

    def close(self) -> None:
        self._wait(self._store.close())


Made = AsyncCaseStore | AbstractContextManager[AsyncCaseStore] | AbstractAsyncContextManager[AsyncCaseStore]
"""What may make an asynchronous store to be tested: a store, or a context manager, awaited or not, that gives one."""


class Lift:
    """An event loop in a thread of its own, and faces for the stores that live in it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    @contextmanager
    def face(self, made: Made) -> Iterator[CaseStore]:
        """A store, each call waiting for its answer; closed at the end."""
        # A store may be a context manager too, and is then its own.
        with self._entered(made) as (store, is_given):
            face = _Lifted(store, self._loop)
            with nullcontext(face) if is_given else closing(face):
                yield face

    @contextmanager
    def evidence(self, store: AsyncEvidenceStore) -> Iterator[EvidenceStore]:
        """A store of evidence, each call waiting for its answer; closed at the end."""
        with closing(_LiftedEvidence(store, self._loop)) as face:
            yield face

    @contextmanager
    def shelf(self, shelf: AsyncShelf) -> Iterator[Shelf]:
        """A shelf, each call waiting for its answer; closed at the end."""
        with closing(_LiftedShelf(shelf, self._loop)) as face:
            yield face

    @contextmanager
    def messenger(
        self,
        made: AsyncMessenger | AbstractContextManager[AsyncMessenger] | AbstractAsyncContextManager[AsyncMessenger],
    ) -> Iterator[Messenger]:
        """A messenger, each sending waited for; what gave it is left at the end."""
        with self._entered(made) as (messenger, _):
            yield _LiftedMessenger(messenger, self._loop)

    @contextmanager
    def _entered(
        self, made: T | AbstractContextManager[T] | AbstractAsyncContextManager[T]
    ) -> Iterator[tuple[T, bool]]:
        """What was made, entered where it is to be entered, in the loop or outside; and whether it was."""
        if isinstance(made, AbstractAsyncContextManager):
            given = _waited(self._loop, made.__aenter__())
            try:
                yield given, True
            finally:
                _waited(self._loop, made.__aexit__(None, None, None))
        elif isinstance(made, AbstractContextManager):
            with made as given:
                yield given, True
        else:
            yield made, False

    def awaited(self, made: Awaitable[T] | T) -> T:
        """What was made; where it is awaited first, in the loop."""
        return _waited(self._loop, made) if inspect.isawaitable(made) else made

    def wait(self, answer: Awaitable[T]) -> T:
        """The answer, when it comes."""
        return _waited(self._loop, answer)


@contextmanager
def lift() -> Iterator[Lift]:
    """An event loop for as long as a check takes."""
    with _event_loop() as loop:
        yield Lift(loop)


def lift_of(face: CaseStore) -> tuple[Lift, AsyncCaseStore]:
    """The event loop of a face, and the asynchronous store that it stands for."""
    assert isinstance(face, _Lifted)
    return Lift(face._loop), face._store


def evidence_lift_of(face: EvidenceStore) -> tuple[Lift, AsyncEvidenceStore]:
    """The same of a store of evidence."""
    assert isinstance(face, _LiftedEvidence)
    return Lift(face._loop), face._store


def shelf_lift_of(face: Shelf) -> tuple[Lift, AsyncShelf]:
    """The same of a shelf."""
    assert isinstance(face, _LiftedShelf)
    return Lift(face._loop), face._shelf


def messenger_lift_of(face: Messenger) -> tuple[Lift, AsyncMessenger]:
    """The same of a messenger."""
    assert isinstance(face, _LiftedMessenger)
    return Lift(face._loop), face._messenger
