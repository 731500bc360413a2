"""Connections to one database, and a talk carried over one of them.

Laws of this module
- Each thing asked is a transaction of its own, unless several are said to belong together: it is whole, or as if it
  had not been.
- What the server undid because of another transaction is asked again, a bounded number of times.
- A connection that broke is thrown away and replaced. One that lay idle is looked at before it is used, so that a
  server that has been restarted costs nobody an error.
- A process that was forked off shares its parent's connections, and touches none of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import getpid
from typing import Self, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool

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
from expressplatform_postgres.lines import Line
from expressplatform_postgres.migrating import must_be_current

T = TypeVar("T")


class Connections:
    """What every store in the database at ``dsn`` stands on.

    ``dsn`` is a connection string or URI of PostgreSQL; ``settings`` are further parameters by their libpq names, TLS
    among them, and go before those in it. ``busy_seconds`` is how long a call waits for the database, for a free
    connection and for somebody else's lock; ``connections`` how many may be open at once, which are opened as they are
    needed: all but one of them may be appending. Safe from several threads, but not across ``fork``: a process that was
    forked off opens its own.
    """

    __slots__ = ("_at_hand", "_closed", "_owner", "_pool")

    def __init__(
        self, dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0, connections: int = 10
    ) -> None:
        given = parameters(dsn, settings, busy_seconds)
        patience = patience_of(busy_seconds)
        self._closed = False
        self._owner = getpid()
        self._at_hand: AtHand[Line] = AtHand()
        with translated():
            must_be_current(given, patience)
            self._pool: ConnectionPool[Line] = ConnectionPool(
                connection_class=Line,
                kwargs=given,
                min_size=1,
                max_size=connections,
                timeout=busy_seconds,
                reconnect_timeout=busy_seconds,
                num_workers=1,
                configure=_readying(patience, durable=waits_for_disk(given)),
                open=True,
            )
            self._pool.wait(busy_seconds)

    def close(self) -> None:
        """Close the connections; any later call raises ``StoreUnusable`` with the code ``closed``."""
        self._closed = True
        if getpid() == self._owner:
            self._at_hand.end()
            self._let_go()
            self._pool.close()

    def _must_be_open(self) -> None:
        if self._closed:
            raise closed()
        if getpid() != self._owner:
            raise forked()

    def _ask(self, talk: Talk[T]) -> T:
        """The answer of a talk."""
        self._must_be_open()
        try:
            asked = next(talk)
            while True:
                try:
                    rows = self._exchange(asked)
                except (psycopg.Error, *MALFORMED) as error:
                    asked = talk.throw(error)
                else:
                    asked = talk.send(rows)
        except StopIteration as end:
            answer: T = end.value
            return answer
        except (psycopg.Error, UnicodeEncodeError) as error:
            raise told(error) from None

    def _exchange(self, asked: Asked) -> list[list[Row]]:
        for pause in PAUSES:
            try:
                return self._once(asked)
            except RETRIED:
                time.sleep(DICE.uniform(0, pause))
        return self._once(asked)

    def _once(self, asked: Asked) -> list[list[Row]]:
        connection = self._taken()
        try:
            if len(asked.rounds) == 1:
                return [connection.ask(asked)]
            with connection.transaction():
                return _carried(connection, asked)
        finally:
            self._give_back(connection)

    def _ask_together(self, talk: Talk[T], kind: str) -> T:
        """The answer of a talk, all that it asks in one transaction; ``kind`` as in `_together_in`."""
        with self._together_in(kind) as ask:
            try:
                asked = next(talk)
                while True:
                    asked = talk.send(ask(asked))
            except StopIteration as end:
                answer: T = end.value
                return answer

    @contextmanager
    def _together_in(self, kind: str) -> Iterator[Callable[[Asked], list[list[Row]]]]:
        """What asks things that belong together: one transaction, which ``kind``, its first statement, isolates.

        Nothing in it is asked again, because what was handed over cannot be had a second time.
        """
        self._must_be_open()
        with translated(), self._connection() as connection, connection.transaction():
            connection.execute(kind.encode())
            yield lambda asked: _carried(connection, asked)

    @contextmanager
    def _connection(self) -> Iterator[Line]:
        connection = self._taken()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _taken(self) -> Line:
        """A connection of one's own that stands, as far as can be seen from here; the pool replaces the others."""
        connection = self._one_at_hand()
        if connection is not None:
            return connection
        with self._at_hand.asked():
            return self._one_at_hand() or self._one_of_the_pool()

    def _one_at_hand(self) -> Line | None:
        while (connection := self._at_hand.take()) is not None:
            if _stands(connection):
                return connection
            self._pool.putconn(connection)
        return None

    def _one_of_the_pool(self) -> Line:
        for _ in range(self._pool.max_size):
            connection = self._pool.getconn()
            if _stands(connection):
                break
            self._pool.putconn(connection)
        else:
            connection = self._pool.getconn()
        connection.since = time.monotonic()
        return connection

    def _give_back(self, connection: Line) -> None:
        if connection.pgconn.transaction_status != TransactionStatus.IDLE:
            self._pool.putconn(connection)
            return
        self._at_hand.put(connection)
        self._let_go()

    def _let_go(self) -> None:
        while (connection := self._at_hand.leave()) is not None:
            self._pool.putconn(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def _readying(patience: float, *, durable: bool) -> Callable[[Line], None]:
    """What makes a new connection as the store needs it."""

    def ready(connection: Line) -> None:
        connection.patience = patience
        if durable:
            connection.execute(DURABLE)

    return ready


def _carried(connection: Line, asked: Asked) -> list[list[Row]]:
    if len(asked.rounds) == 1:
        return [connection.ask(asked)]
    with connection.cursor(binary=True) as cursor:
        cursor.executemany(asked.sql, asked.rounds, returning=True)
        results = [cursor.fetchall()]
        while cursor.nextset():
            results.append(cursor.fetchall())
        return results


def _stands(connection: Line) -> bool:
    """Whether a connection is fit for use; closed where it is not."""
    if connection.lies_idle():
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        connection.close()
        return False
    return True
