"""Columns of many rows, as arrays in PostgreSQL's binary form.

Laws of this file: the values of a column are all of the one type that its statement names, or None; anything else is an
error before it is sent (TypeError, ValueError or OverflowError), and is never guessed at. It knows no table.

A column is handed over whole: the driver's own lists look at each value for its type, which took most of the time that
many rows take.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_head: Final = struct.Struct("!iiIii").pack  # dimensions, whether there are nulls, type, length, first index
_length: Final = struct.Struct("!i").pack

Write = Callable[[Any], bytes]
"""A value in the server's binary form."""


class Column(list[Any]):
    """The values of one column."""

    __slots__ = ()


class Texts(Column):
    """Of type ``text``."""

    __slots__ = ()


class Integers(Column):
    """Of type ``integer``."""

    __slots__ = ()


class Blobs(Column):
    """Of type ``bytea``."""

    __slots__ = ()


class Instants(Column):
    """Of type ``timestamptz``, each aware."""

    __slots__ = ()


class Booleans(Column):
    """Of type ``boolean``."""

    __slots__ = ()


OF_TYPE: Final[Mapping[str, type[Column]]] = MappingProxyType(
    {"text": Texts, "integer": Integers, "bytea": Blobs, "timestamptz": Instants, "boolean": Booleans}
)
"""The column of each type that the statements name."""


def integer(value: int) -> bytes:
    """A whole number of four bytes; OverflowError where it has more."""
    try:
        return _length(value)
    except struct.error:
        raise OverflowError("a number is out of range") from None


def instant(value: datetime) -> bytes:
    """An instant; TypeError where it does not know its zone."""
    return ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


def boolean(value: bool) -> bytes:
    """A truth value; TypeError where it is something else."""
    if type(value) is not bool:
        raise TypeError("a truth value is expected")
    return b"\1" if value else b"\0"


WRITE: Final[Mapping[str, Write]] = MappingProxyType(
    {
        "text": str.encode,
        "bytea": bytes.__bytes__,  # bytes themselves, and nothing that could be made bytes
        "integer": integer,
        "bigint": lambda value: value.to_bytes(8, "big", signed=True),
        "timestamptz": instant,
        "boolean": boolean,
    }
)
"""How a value of each type is written."""
_NUMBER: Final[Mapping[str, int]] = MappingProxyType(
    {"text": 25, "integer": 23, "bytea": 17, "timestamptz": 1184, "boolean": 16}
)
"""The number of each type that arrays are made of."""


def array(kind: str, values: Sequence[object]) -> bytes:
    """The array of values of one type, each after its length; an empty one has no dimension."""
    if not values:
        return struct.pack("!iiI", 0, 0, _NUMBER[kind])
    write, nulls = WRITE[kind], None in values
    if nulls:
        written = [None if value is None else write(value) for value in values]
        lengths = [-1 if value is None else len(value) for value in written]
        parts = [value or b"" for value in written]
    else:
        parts = _integers(values) if write is integer else list(map(write, values))
        lengths = list(map(len, parts))
    laid = [b""] * (2 * len(parts))
    laid[::2] = map(_length, lengths)
    laid[1::2] = parts
    return _head(1, nulls, _NUMBER[kind], len(parts), 1) + b"".join(laid)


def _integers(values: Sequence[object]) -> list[bytes]:
    """As `integer`, without a call for each."""
    try:
        return list(map(_length, values))
    except struct.error:
        raise OverflowError("a number is out of range") from None


class _ColumnDumper(Dumper):
    """One array, as a value of the driver's."""

    format = Format.BINARY
    kind: ClassVar[str]

    def dump(self, obj: Sequence[object]) -> bytes:
        """The array."""
        return array(self.kind, obj)


class _TextsDumper(_ColumnDumper):
    oid, kind = 1009, "text"


class _IntegersDumper(_ColumnDumper):
    oid, kind = 1007, "integer"


class _BlobsDumper(_ColumnDumper):
    oid, kind = 1001, "bytea"


class _InstantsDumper(_ColumnDumper):
    oid, kind = 1185, "timestamptz"


class _BooleansDumper(_ColumnDumper):
    oid, kind = 1000, "boolean"


def teach(adapters: AdaptersMap) -> None:
    """Columns may be handed to statements whose connection uses these adapters."""
    adapters.register_dumper(Texts, _TextsDumper)
    adapters.register_dumper(Integers, _IntegersDumper)
    adapters.register_dumper(Blobs, _BlobsDumper)
    adapters.register_dumper(Instants, _InstantsDumper)
    adapters.register_dumper(Booleans, _BooleansDumper)
