"""Connections that keep their prepared statements and do not wait for ever: the driver's, for either face.

Laws of this file
- A statement by itself that the server cannot carry out by its name any more is asked again with its text, and nobody
  hears of it.
- A server that says nothing for `Line.patience` is given up: the connection is closed, since an answer that comes late
  would be taken for that of the next question.
- Who is interrupted while it waits withdraws what it asked, and waits a little for the end of that, so that the
  connection is of use to the next.
- A connection on which the server only reads is closed: where it had been the one that writes, another one is now.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Any, Final, TypeVar, final

import attrs
import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap
from psycopg.generators import execute
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from expressplatform_postgres.asking import Asked, Row
from expressplatform_postgres.prepared import LOST, Prepared

T = TypeVar("T")

_WITHDRAWN: Final = 5.0
"""So many seconds a statement that nobody waits for any more is given to end."""


class Silent(psycopg.OperationalError):
    """The server has said nothing for too long."""


def heard(waiting: PQGen[T], patience: float) -> PQGen[T]:
    """What waits for the server, until it has been silent for so many seconds; whoever waits looks in now and then."""
    since = inf
    try:
        wish = next(waiting)
        while True:
            ready = yield wish
            if ready:
                since = inf
            elif since == inf:
                since = monotonic()
            elif monotonic() - since > patience:
                raise Silent("the server is silent")
            wish = waiting.send(ready)
    except StopIteration as end:
        answer: T = end.value
        return answer


def answers(server: PGconn, results: list[PGresult]) -> Iterator[None]:
    """Reads into ``results`` what the server answers to what was sent; at each turn something has to arrive first.

    What the driver's own `execute` does, whose generators take as long as the rest of a question. As there, an error
    that the server told before it hung up is worth more than that it did.
    """
    try:
        while True:
            while server.is_busy():
                yield
                server.consume_input()
            if (result := server.get_result()) is None:
                return
            results.append(result)
    except psycopg.DatabaseError:
        if all(result.status != ExecStatus.FATAL_ERROR for result in results):
            raise


@attrs.frozen
class _Adapted:
    """How values travel; a connection named here would never be let go."""

    adapters: AdaptersMap
    connection: None = None


class _Kept(psycopg.BaseConnection[Row]):
    """What either face keeps beside its connection."""

    since: float = 0.0
    """When it was taken from the pool."""
    patience: float = inf
    """So many seconds the server may be silent while it is waited for."""
    _prepares: Prepared | None = None
    _looks: Callable[[float], bool] | None = None

    def lies_idle(self) -> bool:
        """Whether nothing has arrived on a connection that nobody used: what has may be the server's farewell."""
        return not self.closed and not self._arrives(0)

    def _arrives(self, seconds: float) -> bool:
        """Whether something has arrived, or does within so many seconds."""
        if self._looks is None:
            self._looks = _looking(self.fileno())
        return self._looks(seconds)

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """The driver's; it gives up all statements of the connection (no name) after a rollback, and so ours too."""
        if name is None:
            self._prepares = None
        return super()._deallocate(name)

    def _statements(self) -> Prepared:
        if self._prepares is None:
            self._prepares = Prepared(self.pgconn, _Adapted(self.adapters))
        return self._prepares


def _looking(descriptor: int) -> Callable[[float], bool]:
    """What waits so many seconds for something to arrive, and tells whether it has."""
    if hasattr(select, "poll"):
        look = select.poll()
        look.register(descriptor, select.POLLIN)
        return lambda seconds: bool(look.poll(None if seconds == inf else seconds * 1000))
    return lambda seconds: bool(select.select([descriptor], [], [], None if seconds == inf else seconds)[0])


@final
class Line(_Kept, psycopg.Connection[Row]):
    """A connection; `ask` carries one statement over it, in a transaction of its own where none has begun."""

    def wait(self, gen: PQGen[T], *given: Any, **named: Any) -> T:
        """As the driver's, for so long as the server is `heard`."""
        try:
            return super().wait(heard(gen, self.patience), *given, **named)
        except Silent:
            self.pgconn.finish()
            raise

    def ask(self, asked: Asked) -> list[Row]:
        """The rows of a statement, asked once."""
        try:
            return self._asked(asked)
        except LOST:
            if not self._statements().lost(asked):
                raise
            return self._asked(asked)
        except errors.ReadOnlySqlTransaction:
            self.close()
            raise

    def _asked(self, asked: Asked) -> list[Row]:
        statements = self._statements()
        if statements.prepares(asked):
            statements.kept(asked, self._answers())
        statements.send(asked)
        return statements.rows(self._answers())

    def _answers(self) -> list[PGresult]:
        """What the server answers to what was sent."""
        server, results = self.pgconn, list[PGresult]()
        if server.flush():  # more than the socket takes at once
            return self.wait(execute(server))
        try:
            for _ in answers(server, results):
                if not self._arrives(self.patience):
                    server.finish()
                    raise Silent("the server is silent")
        except (KeyboardInterrupt, SystemExit):
            self._withdraw()
            raise
        return results

    def _withdraw(self) -> None:
        with suppress(psycopg.Error):
            self.cancel_safe(timeout=_WITHDRAWN)
            self.wait(heard(execute(self.pgconn), _WITHDRAWN))


@final
class AsyncLine(_Kept, psycopg.AsyncConnection[Row]):
    """`Line`, awaited."""

    async def wait(self, gen: PQGen[T], *given: Any, **named: Any) -> T:
        """As the driver's, for so long as the server is `heard`."""
        try:
            return await super().wait(heard(gen, self.patience), *given, **named)
        except Silent:
            self.pgconn.finish()
            raise

    async def ask(self, asked: Asked) -> list[Row]:
        """The rows of a statement, asked once."""
        try:
            return await self._asked(asked)
        except LOST:
            if not self._statements().lost(asked):
                raise
            return await self._asked(asked)
        except errors.ReadOnlySqlTransaction:
            await self.close()
            raise

    async def _asked(self, asked: Asked) -> list[Row]:
        statements = self._statements()
        if statements.prepares(asked):
            statements.kept(asked, await self._answers())
        statements.send(asked)
        return statements.rows(await self._answers())

    async def _answers(self) -> list[PGresult]:
        """What the server answers to what was sent."""
        server, results = self.pgconn, list[PGresult]()
        if server.flush():  # more than the socket takes at once
            return await self.wait(execute(server))
        try:
            for _ in answers(server, results):
                if not await self._arrival():
                    server.finish()
                    raise Silent("the server is silent")
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            await self._withdraw()
            raise
        return results

    async def _arrival(self) -> bool:
        """Whether something arrives before patience is at its end."""
        loop, descriptor = asyncio.get_running_loop(), self.fileno()
        told: asyncio.Future[bool] = loop.create_future()
        loop.add_reader(descriptor, _tell, told, True)
        late = None if self.patience == inf else loop.call_later(self.patience, _tell, told, False)
        try:
            return await told
        finally:
            loop.remove_reader(descriptor)
            if late is not None:
                late.cancel()

    async def _withdraw(self) -> None:
        with suppress(psycopg.Error):
            await self.cancel_safe(timeout=_WITHDRAWN)
            await self.wait(heard(execute(self.pgconn), _WITHDRAWN))


def _tell(told: asyncio.Future[bool], what: bool) -> None:
    if not told.done():
        told.set_result(what)
