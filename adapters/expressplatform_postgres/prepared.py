"""One statement over one connection: prepared once, its values written by us, its rows read by the driver.

Laws of this file
- A parameter says its type where it stands (``%(name)b::type``), and its value is written as that type; anything else
  is an error before it is sent (TypeError, ValueError, OverflowError or AttributeError), and is never guessed at.
- It sends and reads, and waits for nothing: that is done by whoever holds the connection, in the way of its face.
- A name is made of the statement's text, so that it is the name of no other one, whoever prepared it: a pooler may hand
  each transaction to another connection of the server, and another release may have been there before.
- What the server has lost, or cannot use any more, goes with its text from then on.

The driver's cursors look at each value for its type, rewrite the statement and keep what they were asked, which takes
longer than all the rest of a question on this side of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

import attrs
from psycopg import errors
from psycopg.abc import AdaptContext
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from expressplatform_postgres.asking import Asked, Row, Values
from expressplatform_postgres.columns import WRITE, Write, array

MOST: Final = 100
"""So many statements stay prepared on a connection; one that comes later is sent with its text each time."""
LOST: Final = (errors.InvalidSqlStatementName, errors.FeatureNotSupported)
"""What the server answers, before it has done anything, where it does not have a prepared statement any more, or where
a table has become another one since."""
_PARAMETER: Final = re.compile(r"%\((\w+)\)b::(\w+(?:\[\])?)")
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


@attrs.frozen
class Statement:
    """A statement with numbered parameters: for each the name or the place of its value, and how that is written."""

    name: bytes
    text: bytes
    parameters: Sequence[tuple[Any, Write]]
    formats: list[Format]

    def written(self, values: Values) -> list[bytes | None]:
        """Its values, each in the server's form."""
        return [None if (value := values[at]) is None else write(value) for at, write in self.parameters]


def statement(sql: str, names: Sequence[str] = ()) -> Statement:
    """What a statement of ours is to the server; a name stands for one parameter, however often it occurs.

    Where ``names`` are given, its values come in their order, and some of them may not be for it.
    """
    kinds: dict[str, str] = dict(_PARAMETER.findall(sql))
    numbers = {name: number for number, name in enumerate(kinds, 1)}
    text = _PARAMETER.sub(lambda found: f"${numbers[found[1]]}::{found[2]}", sql)
    parameters = tuple((names.index(name) if names else name, _writes(kind)) for name, kind in kinds.items())
    encoded = text.encode()
    name = f"expressplatform_{sha256(encoded).hexdigest()[:32]}".encode()
    return Statement(name, encoded, parameters, [Format.BINARY] * len(parameters))


def _writes(kind: str) -> Write:
    if kind.endswith("[]"):
        element = kind.removesuffix("[]")
        return lambda values: array(element, values)
    return WRITE[kind]


class Prepared:
    """The statements that one connection has prepared; whoever holds the connection waits for its results."""

    __slots__ = ("_connection", "_kept", "_rows")

    def __init__(self, connection: PGconn, context: AdaptContext) -> None:
        self._connection = connection
        self._kept: dict[str, tuple[bytes, Statement]] = {}
        self._rows = Transformer(context)

    def prepares(self, asked: Asked) -> bool:
        """Whether this one has to be prepared first; it has been sent for that, and the result is to be `kept`.

        Within a transaction nothing is, because there an answer that the server has lost it undoes the whole.
        """
        if asked.sql in self._kept or len(self._kept) >= MOST or self._within():
            return False
        one = statement(asked.sql, asked.names)
        self._connection.send_prepare(one.name, one.text)
        return True

    def kept(self, asked: Asked, results: Sequence[PGresult]) -> None:
        """It has been prepared, if the server says so; raises `psycopg.Error` where it does not.

        Where it is there already, somebody was interrupted before, or a pooler's other client prepared the same.
        """
        with suppress(errors.DuplicatePreparedStatement):
            _good(results)
        one = statement(asked.sql, asked.names)
        self._kept[asked.sql] = one.name, one

    def lost(self, asked: Asked) -> bool:
        """Whether this one was sent by its name just now; from now on it goes with its text."""
        name, one = self._kept.get(asked.sql) or (b"", None)
        if not name or one is None or self._within():
            return False
        self._kept[asked.sql] = b"", one
        return True

    def _within(self) -> bool:
        return self._connection.transaction_status != TransactionStatus.IDLE

    def send(self, asked: Asked) -> None:
        """Sends the statement, with the only set of its values."""
        (values,) = asked.rounds
        name, one = self._kept.get(asked.sql) or (b"", None)
        if one is None:
            one = statement(asked.sql, asked.names)
        if name and not self._within():
            self._connection.send_query_prepared(name, one.written(values), one.formats, Format.BINARY)
        else:
            self._connection.send_query_params(one.text, one.written(values), None, one.formats, Format.BINARY)

    def rows(self, results: Sequence[PGresult]) -> list[Row]:
        """What the server answers; raises `psycopg.Error` where it is one."""
        result = _good(results)
        if not result.nfields:
            return [()] * result.ntuples
        self._rows.set_pgresult(result)
        return self._rows.load_rows(0, result.ntuples, tuple)


def _good(results: Sequence[PGresult]) -> PGresult:
    """The result; raises what the first that failed tells, and OperationalError where there is none."""
    for result in results:
        if result.status not in _GOOD:
            raise errors.error_from_result(result)
    if not results:
        raise errors.OperationalError("the server has not answered")
    return results[-1]
