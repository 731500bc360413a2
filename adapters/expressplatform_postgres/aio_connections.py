"""`connections` for callers that await: the same laws, the same talks.

One law more: a caller that is cancelled gives its connection back, wherever it stands, and leaves nothing half open.
The pool loses a connection that is handed to or by somebody who is cancelled meanwhile, and one whose opening or
closing is cancelled lives on with nobody to close it: each of these is done by a task of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from os import getpid
from time import monotonic
from typing import Any, Self, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool

from expressplatform.errors import StoreUnusable
from expressplatform_postgres.asking import Asked, Row, Talk
from expressplatform_postgres.at_hand import AtHand
from expressplatform_postgres.connecting import (
    DICE,
    DURABLE,
    NO_SETTINGS,
    PAUSES,
    Settings,
    parameters,
    patience_of,
    waits_for_disk,
)
from expressplatform_postgres.faults import MALFORMED, RETRIED, closed, forked, told, translated
from expressplatform_postgres.lines import AsyncLine
from expressplatform_postgres.migrating import must_be_current

T = TypeVar("T")
_Pool = AsyncConnectionPool[AsyncLine]


class AsyncConnections:
    """`Connections` with methods that are awaited.

    The database is looked at where the store is made, which blocks for as long as one connection takes; the
    connections that serve it are opened by the first call. All calls come from one event loop.
    """

    __slots__ = (
        "_aside", "_at_hand", "_closed", "_closing", "_connections", "_given", "_loop", "_opening", "_owner", "_pool",
        "_wait",
    )  # fmt: skip

    def __init__(
        self, dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0, connections: int = 10
    ) -> None:
        self._given = parameters(dsn, settings, busy_seconds)
        self._wait, self._connections = busy_seconds, connections
        self._opening: asyncio.Task[_Pool] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._aside = set[asyncio.Task[Any]]()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pool: _Pool | None = None
        self._at_hand: AtHand[AsyncLine] = AtHand()
        self._closed = False
        self._owner = getpid()
        with translated():
            must_be_current(self._given, patience_of(busy_seconds))

    async def close(self) -> None:
        """Close the connections; any later call raises ``StoreUnusable`` with the code ``closed``."""
        if getpid() != self._owner:
            self._closed = True
            return
        if self._closing is None:
            self._closing = self._begun(self._end())
        while self._aside:
            await asyncio.wait(self._aside)
        await self._closing

    async def _end(self) -> None:
        self._closed = True
        if self._opening is not None and self._opening.cancel():
            await asyncio.wait([self._opening])
        if self._pool is not None:
            self._at_hand.end()
            await self._let_go(self._pool)
            await self._pool.close()

    async def _opened(self) -> _Pool:
        if self._closed:
            raise closed()
        if getpid() != self._owner:
            raise forked()
        loop = asyncio.get_running_loop()
        if self._loop not in (None, loop):
            raise StoreUnusable("failed", "the store is in use by another event loop")
        if self._pool is not None:
            return self._pool
        if self._opening is None or self._opening.done():
            self._loop = loop
            self._opening = self._begun(self._open())
        return await asyncio.shield(self._opening)

    async def _open(self) -> _Pool:
        pool: _Pool = AsyncConnectionPool(
            connection_class=AsyncLine,
            kwargs=self._given,
            min_size=1,
            max_size=self._connections,
            timeout=self._wait,
            reconnect_timeout=self._wait,
            num_workers=1,
            configure=_readying(patience_of(self._wait), durable=waits_for_disk(self._given)),
            open=False,
        )
        try:
            await pool.open(wait=True, timeout=self._wait)
        except asyncio.CancelledError:  # by `close`
            await pool.close(timeout=0)
            raise closed() from None
        self._pool = pool
        return pool

    def _begun(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task that goes on when its caller is cancelled; whoever closes the store waits for it."""
        task = asyncio.get_running_loop().create_task(what)
        self._aside.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[Any]) -> None:
        """What became of a task whose caller was cancelled is nobody's to hear."""
        self._aside.discard(task)
        if not task.cancelled():
            task.exception()

    async def _ask(self, talk: Talk[T]) -> T:
        """The answer of a talk."""
        try:
            pool = await self._opened()
            asked = next(talk)
            while True:
                try:
                    rows = await self._exchange(pool, asked)
                except (psycopg.Error, *MALFORMED) as error:
                    asked = talk.throw(error)
                else:
                    asked = talk.send(rows)
        except StopIteration as end:
            answer: T = end.value
            return answer
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise told(error) from None

    async def _exchange(self, pool: _Pool, asked: Asked) -> list[list[Row]]:
        for pause in PAUSES:
            try:
                return await self._once(pool, asked)
            except RETRIED:
                await asyncio.sleep(DICE.uniform(0, pause))
        return await self._once(pool, asked)

    async def _once(self, pool: _Pool, asked: Asked) -> list[list[Row]]:
        connection = await self._taken(pool)
        try:
            if len(asked.rounds) == 1:
                return [await connection.ask(asked)]
            async with connection.transaction():
                return await _carried(connection, asked)
        finally:
            await self._give_back(pool, connection)

    async def _ask_together(self, talk: Talk[T], kind: str) -> T:
        """The answer of a talk, all that it asks in one transaction; ``kind`` as in `_together_in`."""
        async with self._together_in(kind) as ask:
            try:
                asked = next(talk)
                while True:
                    asked = talk.send(await ask(asked))
            except StopIteration as end:
                answer: T = end.value
                return answer

    @asynccontextmanager
    async def _together_in(self, kind: str) -> AsyncIterator[Callable[[Asked], Awaitable[list[list[Row]]]]]:
        """What asks things that belong together, as that of `Connections`."""
        with translated():
            pool = await self._opened()
            async with self._connection(pool) as connection, connection.transaction():
                await connection.execute(kind.encode())
                yield lambda asked: _carried(connection, asked)

    @asynccontextmanager
    async def _connection(self, pool: _Pool) -> AsyncIterator[AsyncLine]:
        connection = await self._taken(pool)
        try:
            yield connection
        finally:
            await self._give_back(pool, connection)

    async def _taken(self, pool: _Pool) -> AsyncLine:
        """A connection of one's own that stands, as far as can be seen from here; the pool replaces the others."""
        connection = await self._one_at_hand(pool)
        if connection is not None:
            return connection
        with self._at_hand.asked():
            return await self._one_at_hand(pool) or await self._one_of(pool)

    async def _one_at_hand(self, pool: _Pool) -> AsyncLine | None:
        while (connection := self._at_hand.take()) is not None:
            if await self._stands(pool, connection):
                return connection
        return None

    async def _one_of(self, pool: _Pool) -> AsyncLine:
        for _ in range(pool.max_size):
            connection = await self._got(pool)
            if await self._stands(pool, connection):
                break
        else:
            connection = await self._got(pool)
        connection.since = monotonic()
        return connection

    async def _got(self, pool: _Pool) -> AsyncLine:
        """A connection from the pool; what it gives to a caller that was cancelled meanwhile goes back."""
        getting = self._begun(pool.getconn())
        try:
            return await asyncio.shield(getting)
        except asyncio.CancelledError:
            self._begun(_returned(pool, getting))
            raise

    async def _stands(self, pool: _Pool, connection: AsyncLine) -> bool:
        """Whether a connection is fit for use; back in the pool, which replaces it, where it is not."""
        if connection.lies_idle():
            return True
        try:
            await AsyncConnectionPool.check_connection(connection)
        except psycopg.Error:
            await connection.close()
            await self._put(pool, connection)
            return False
        except BaseException:
            await self._put(pool, connection)
            raise
        return True

    async def _give_back(self, pool: _Pool, connection: AsyncLine) -> None:
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            await self._put(pool, connection)
            return
        self._at_hand.put(connection)
        await self._let_go(pool)

    async def _let_go(self, pool: _Pool) -> None:
        while (connection := self._at_hand.leave()) is not None:
            await self._put(pool, connection)

    async def _put(self, pool: _Pool, connection: AsyncLine) -> None:
        """Back to the pool, also where the caller is cancelled now."""
        await asyncio.shield(self._begun(pool.putconn(connection)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.close()


def _readying(patience: float, *, durable: bool) -> Callable[[AsyncLine], Awaitable[None]]:
    """What makes a new connection as the store needs it."""

    async def ready(connection: AsyncLine) -> None:
        connection.patience = patience
        if durable:
            await connection.execute(DURABLE)

    return ready


async def _carried(connection: AsyncLine, asked: Asked) -> list[list[Row]]:
    if len(asked.rounds) == 1:
        return [await connection.ask(asked)]
    async with connection.cursor(binary=True) as cursor:
        await cursor.executemany(asked.sql, asked.rounds, returning=True)
        results = [await cursor.fetchall()]
        while cursor.nextset():
            results.append(await cursor.fetchall())
        return results


async def _returned(pool: _Pool, getting: Awaitable[AsyncLine]) -> None:
    with suppress(psycopg.Error):
        await pool.putconn(await getting)
