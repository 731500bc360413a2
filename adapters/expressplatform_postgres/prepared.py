"""One statement over one connection: prepared once, its values written by us, its rows read by the driver.

Laws of this file
- A parameter says its type where it stands (``%(name)b::type``), and its value is written as that type; anything else
  is an error before it is sent (TypeError, ValueError, OverflowError or AttributeError), and is never guessed at.
- It waits for nothing by itself: what is handed out is a generator of the driver's kind, which either face carries.

The driver's cursors look at each value for its type, rewrite the statement and keep what they were asked, which takes
longer than all the rest of a question on this side of the connection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import attrs
from psycopg import errors, generators
from psycopg.abc import AdaptContext, PQGen
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from expressplatform_postgres.asking import Row, Values
from expressplatform_postgres.columns import array, boolean, instant, integer

Write = Callable[[Any], bytes]
"""A value in the server's binary form."""

MOST: Final = 100
"""So many statements stay prepared on a connection; one that comes later is sent with its text each time."""
_PARAMETER: Final = re.compile(r"%\((\w+)\)b::(\w+(?:\[\])?)")
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


def _blob(value: bytes) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("bytes are expected")
    return value


_WRITE: Final[Mapping[str, Write]] = MappingProxyType(
    {
        "text": str.encode,
        "bytea": _blob,
        "integer": integer,
        "bigint": lambda value: value.to_bytes(8, "big", signed=True),
        "timestamptz": instant,
        "boolean": boolean,
    }
)


@attrs.frozen
class Statement:
    """A statement with numbered parameters: of each its name, and how its value is written."""

    text: bytes
    parameters: Sequence[tuple[str, Write]]
    formats: Sequence[Format]

    def written(self, values: Values) -> list[bytes | None]:
        """Its values, in the order of their numbers."""
        return [
            None if (value := values[name]) is None else write(value) for name, write in self.parameters
        ]  # fmt: skip


@lru_cache(512)
def statement(sql: str) -> Statement:
    """What a statement of ours is to the server; a name stands for one parameter, however often it occurs."""
    kinds: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        name, kind = found.groups()
        kinds.setdefault(name, kind)
        return f"${list(kinds).index(name) + 1}::{kind}"

    text = _PARAMETER.sub(numbered, sql)
    written = tuple((name, _writes(kind)) for name, kind in kinds.items())
    return Statement(text.encode(), written, (Format.BINARY,) * len(written))


def _writes(kind: str) -> Write:
    if kind.endswith("[]"):
        element = kind.removesuffix("[]")
        return lambda values: array(element, values)
    return _WRITE[kind]


class Prepared:
    """The statements that one connection has prepared."""

    __slots__ = ("_connection", "_names", "_rows")

    def __init__(self, connection: PGconn, context: AdaptContext) -> None:
        self._connection = connection
        self._names: dict[str, bytes] = {}
        self._rows = Transformer(context)

    def asked(self, sql: str, values: Values) -> PQGen[list[Row]]:
        """Ask a statement; its rows. Raises `psycopg.Error` for what the server answers instead."""
        one = statement(sql)
        written = one.written(values)
        name = self._names.get(sql)
        if name is None and len(self._names) < MOST:
            name = yield from self._prepare(sql, one)
        if name is None:
            self._connection.send_query_params(one.text, written, None, one.formats, Format.BINARY)
        else:
            self._connection.send_query_prepared(name, written, one.formats, Format.BINARY)
        result = yield from self._answer()
        if not result.nfields:
            return []
        self._rows.set_pgresult(result)
        return self._rows.load_rows(0, result.ntuples, tuple)

    def _prepare(self, sql: str, one: Statement) -> PQGen[bytes]:
        name = f"expressplatform_{len(self._names)}".encode()
        self._connection.send_prepare(name, one.text)
        yield from self._answer()
        self._names[sql] = name
        return name

    def _answer(self) -> PQGen[PGresult]:
        result: PGresult
        (result,) = yield from generators.execute(self._connection)
        if result.status not in _GOOD:
            raise errors.error_from_result(result)
        return result
