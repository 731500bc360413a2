"""Columns of many rows, as arrays in PostgreSQL's binary form.

Laws of this file: the values of a column are all of the one type that its statement names, or None; anything else is an
error before it is sent (TypeError, ValueError or OverflowError), and is never guessed at. It knows no table.

A column is handed over whole: the driver's own lists look at each value for its type, which took most of the time that
many rows take.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, Final

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_head: Final = struct.Struct("!iiIii").pack  # dimensions, whether there are nulls, type, length, first index
_length: Final = struct.Struct("!i").pack
_integer: Final = struct.Struct("!ii").pack
_NULL: Final = _length(-1)
_EIGHT: Final = _length(8)
_BOOLEANS: Final = MappingProxyType({False: _length(1) + b"\0", True: _length(1) + b"\1"})


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


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _length(len(encoded)) + encoded


def _whole(value: int) -> bytes:
    try:
        return _integer(4, value)
    except struct.error:
        raise OverflowError("a number is out of range") from None


def _blob(value: bytes) -> bytes:
    return _length(len(value)) + value


def _instant(value: datetime) -> bytes:
    return _EIGHT + ((value - _EPOCH) // _MICROSECOND).to_bytes(8, "big", signed=True)


def _boolean(value: bool) -> bytes:
    if type(value) is not bool:
        raise TypeError("a truth value is expected")
    return _BOOLEANS[value]


class _ColumnDumper(Dumper):
    """One array: each value after its length."""

    format = Format.BINARY
    element: ClassVar[int]

    @staticmethod
    def written(value: Any) -> bytes:
        """A value after its length."""
        raise NotImplementedError

    def dump(self, obj: Sequence[object]) -> bytes:
        """The array; an empty one has no dimension."""
        written = self.written
        if None in obj:
            parts, nulls = [_NULL if value is None else written(value) for value in obj], 1
        else:
            parts, nulls = list(map(written, obj)), 0
        if not parts:
            return struct.pack("!iiI", 0, 0, self.element)
        return b"".join((_head(1, nulls, self.element, len(parts), 1), *parts))


class _TextsDumper(_ColumnDumper):
    oid, element = 1009, 25
    written = staticmethod(_text)


class _IntegersDumper(_ColumnDumper):
    oid, element = 1007, 23
    written = staticmethod(_whole)


class _BlobsDumper(_ColumnDumper):
    oid, element = 1001, 17
    written = staticmethod(_blob)


class _InstantsDumper(_ColumnDumper):
    oid, element = 1185, 1184
    written = staticmethod(_instant)


class _BooleansDumper(_ColumnDumper):
    oid, element = 1000, 16
    written = staticmethod(_boolean)


def teach(adapters: AdaptersMap) -> None:
    """Columns may be handed to statements whose connection uses these adapters."""
    adapters.register_dumper(Texts, _TextsDumper)
    adapters.register_dumper(Integers, _IntegersDumper)
    adapters.register_dumper(Blobs, _BlobsDumper)
    adapters.register_dumper(Instants, _InstantsDumper)
    adapters.register_dumper(Booleans, _BooleansDumper)
