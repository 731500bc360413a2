"""Connections that keep their prepared statements: the driver's, for either face."""

from __future__ import annotations

from typing import final

import attrs
import psycopg
from psycopg.adapt import AdaptersMap

from expressplatform_postgres.asking import Row, Values
from expressplatform_postgres.prepared import Prepared


@attrs.frozen
class _Adapted:
    """How values travel; a connection named here would never be let go."""

    adapters: AdaptersMap
    connection: None = None


@final
class Line(psycopg.Connection[Row]):
    """A connection; `ask` carries one statement over it, in a transaction of its own where none has begun."""

    _questions: Prepared | None = None

    def ask(self, sql: str, values: Values) -> list[Row]:
        """The rows of a statement."""
        if self._questions is None:
            self._questions = Prepared(self.pgconn, _Adapted(self.adapters))
        return self.wait(self._questions.asked(sql, values))


@final
class AsyncLine(psycopg.AsyncConnection[Row]):
    """`Line`, awaited."""

    _questions: Prepared | None = None

    async def ask(self, sql: str, values: Values) -> list[Row]:
        """The rows of a statement."""
        if self._questions is None:
            self._questions = Prepared(self.pgconn, _Adapted(self.adapters))
        return await self.wait(self._questions.asked(sql, values))
