"""A store of evidence and a messenger that block, for callers that must not.

Laws of this file: neither is called in the event loop's thread. Who is cancelled leaves a thread to end what it has
begun; only then is what was read from let go. It is a module of its own, which nothing else of the library imports, so
that whoever needs no event loop imports none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Self, TypeVar

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EvidenceStore, Filed, Message, Messenger

T = TypeVar("T")


class ThreadedEvidence:
    """Any store of evidence with methods that are awaited: same files, same promises, same errors.

    ``threads`` is how many files are read at once, and how many other calls are carried out beside; whoever comes then
    waits for their turn. A reader has its turn until its last chunk, and has threads that no other takes: files that
    were read in any number at once would hold as many connections, and no thread would be left for those who hold one.
    All calls come from one event loop at a time. What is handed to `put` is iterated in one of the threads.
    """

    __slots__ = ("_closed", "_others", "_readers", "_store", "_threads", "_turns")

    def __init__(self, store: EvidenceStore, *, threads: int = 4) -> None:
        self._store, self._threads = store, threads
        self._readers = ThreadPoolExecutor(threads, "evidence-read")
        self._others = ThreadPoolExecutor(threads, "evidence")
        self._turns: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None
        self._closed = False

    async def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; see `EvidenceStore.put`."""
        await self._run(lambda: self._store.put(case_id, name, chunks, now))

    async def get(self, case_id: str, name: str, /) -> AsyncIterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        async with self._turn():
            chunks = self._chunks(case_id, name)
            step = self._begun(self._readers, lambda: next(chunks, None))
            try:
                while (chunk := await asyncio.wrap_future(step)) is not None:
                    yield chunk
                    step = self._begun(self._readers, lambda: next(chunks, None))
            finally:  # a reader that stops half-way holds no file open, once no thread is in it any more
                step.add_done_callback(lambda _: chunks.close())

    def _chunks(self, case_id: str, name: str) -> Generator[bytes, None, None]:
        yield from self._store.get(case_id, name)

    async def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        return await self._run(lambda: self._store.list(case_id, after, limit))

    async def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        await self._run(lambda: self._store.delete(case_id, names))

    async def close(self) -> None:
        """Closes the store after what is under way; any later call raises ``StoreUnusable`` (``closed``)."""
        if self._closed:
            return
        await self._run(self._store.close)
        self._closed = True
        for pool in (self._readers, self._others):
            pool.shutdown(wait=False)

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._begun(self._others, call))

    def _turn(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        if self._turns is None or self._turns[0] is not loop:
            self._turns = loop, asyncio.Semaphore(self._threads)
        return self._turns[1]

    def _begun(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> Future[T]:
        if self._closed:
            raise StoreUnusable("closed", "the store has been closed")
        return pool.submit(call)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class ThreadedMessenger:
    """Any messenger with a method that is awaited: same promises, same errors. ``threads`` send at once."""

    __slots__ = ("_messenger", "_pool")

    def __init__(self, messenger: Messenger, *, threads: int = 4) -> None:
        self._messenger = messenger
        self._pool = ThreadPoolExecutor(threads, "messenger")

    async def send(self, message: Message, /) -> None:
        """Sends the message; see `Messenger.send`."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._messenger.send, message)

    def close(self) -> None:
        """Ends the threads after what is under way."""
        self._pool.shutdown()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
