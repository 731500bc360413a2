"""Connections that keep their prepared statements and do not wait for ever: the driver's, for either face.

Laws of this file
- A statement by itself that the server cannot carry out by its name any more is asked again with its text, and nobody
  hears of it.
- A server that says nothing for `Line.patience` is given up: the connection is closed, since an answer that comes late
  would be taken for that of the next question.
- A connection on which the server only reads is closed: where it had been the one that writes, another one is now.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, TypeVar, final

import attrs
import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap
from psycopg.generators import execute

from expressplatform_postgres.asking import Asked, Row
from expressplatform_postgres.prepared import LOST, Prepared

T = TypeVar("T")


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
    _arrived: Callable[[], bool] | None = None

    def lies_idle(self) -> bool:
        """Whether nothing has arrived on a connection that nobody used: what has may be the server's farewell."""
        if self.closed:
            return False
        if self._arrived is None:
            self._arrived = _looking(self.fileno())
        return not self._arrived()

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        """The driver's; it gives up all statements of the connection (no name) after a rollback, and so ours too."""
        if name is None:
            self._prepares = None
        return super()._deallocate(name)

    def _statements(self) -> Prepared:
        if self._prepares is None:
            self._prepares = Prepared(self.pgconn, _Adapted(self.adapters))
        return self._prepares


def _looking(descriptor: int) -> Callable[[], bool]:
    """What tells whether something has arrived."""
    if hasattr(select, "poll"):
        look = select.poll()
        look.register(descriptor, select.POLLIN)
        return lambda: bool(look.poll(0))
    return lambda: bool(select.select([descriptor], [], [], 0)[0])  # pragma: no cover


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
        statements, server = self._statements(), self.pgconn
        if statements.prepares(asked):
            statements.kept(asked, self.wait(execute(server)))
        statements.send(asked)
        return statements.rows(self.wait(execute(server)))


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
        statements, server = self._statements(), self.pgconn
        if statements.prepares(asked):
            statements.kept(asked, await self.wait(execute(server)))
        statements.send(asked)
        return statements.rows(await self.wait(execute(server)))
