"""Connections that keep their prepared statements: the driver's, for either face."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import final

import attrs
import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import AdaptersMap
from psycopg.generators import execute

from expressplatform_postgres.asking import Asked, Row
from expressplatform_postgres.prepared import Prepared


@attrs.frozen
class _Adapted:
    """How values travel; a connection named here would never be let go."""

    adapters: AdaptersMap
    connection: None = None


class _Kept(psycopg.BaseConnection[Row]):
    """What either face keeps beside its connection."""

    since: float = 0.0
    """When it was taken from the pool."""
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

    def ask(self, asked: Asked) -> list[Row]:
        """The rows of a statement, asked once."""
        statements, server = self._statements(), self.pgconn
        if statements.prepares(asked):
            statements.kept(asked, self.wait(execute(server)))
        statements.send(asked)
        return statements.rows(self.wait(execute(server)))


@final
class AsyncLine(_Kept, psycopg.AsyncConnection[Row]):
    """`Line`, awaited."""

    async def ask(self, asked: Asked) -> list[Row]:
        """The rows of a statement, asked once."""
        statements, server = self._statements(), self.pgconn
        if statements.prepares(asked):
            statements.kept(asked, await self.wait(execute(server)))
        statements.send(asked)
        return statements.rows(await self.wait(execute(server)))
