"""Values and columns in PostgreSQL's binary form: the driver's own loader reads back what was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("psycopg", reason="psycopg is not installed")

from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format

from expressplatform_postgres.columns import OF_TYPE
from expressplatform_postgres.faults import MALFORMED
from expressplatform_postgres.prepared import statement
from expressplatform_postgres.rows import adapters

INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "bytea": st.binary(),
    "timestamptz": INSTANTS,
    "boolean": st.booleans(),
}
COLUMNS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | VALUES[kind], max_size=6))
)


SCALARS: dict[str, tuple[int, st.SearchStrategy[Any]]] = {
    "text": (25, VALUES["text"]),
    "integer": (23, VALUES["integer"]),
    "bigint": (20, st.integers(-(2**63), 2**63 - 1)),
    "bytea": (17, VALUES["bytea"]),
    "timestamptz": (1184, INSTANTS),
    "boolean": (16, VALUES["boolean"]),
    "text[]": (1009, st.lists(st.none() | VALUES["text"], max_size=6)),
    "integer[]": (1007, st.lists(VALUES["integer"], max_size=6)),
    "bytea[]": (1001, st.lists(VALUES["bytea"], max_size=6)),
}
REFUSED = [
    ("integer", 2**31),
    ("integer", -(2**31) - 1),
    ("integer", "1"),
    ("text", 1),
    ("text", b"a"),
    ("text", "\ud800"),
    ("bytea", "a"),
    ("bytea", 1),
    ("timestamptz", datetime(2025, 1, 1)),  # noqa: DTZ001 - it is refused
    ("timestamptz", "2025-01-01"),
    ("boolean", "yes"),
]


def written(kind: str, values: Sequence[object]) -> tuple[int, bytes]:
    """The type's number and the bytes of a column."""
    transformer = Transformer(type("Context", (), {"adapters": adapters(), "connection": None})())
    column = OF_TYPE[kind](values)
    dumper = transformer.get_dumper(column, PyFormat.BINARY)
    return dumper.oid, bytes(dumper.dump(column) or b"")


class TestAColumn:
    """A column goes to the server whole, and holds what was put into it."""

    @given(COLUMNS)
    def test_the_driver_reads_back_what_was_written(self, column: tuple[str, list[object]]) -> None:
        kind, values = column
        number, data = written(kind, values)
        transformer = Transformer(type("Context", (), {"adapters": adapters(), "connection": None})())
        assert transformer.get_loader(number, Format.BINARY).load(data) == values

    @pytest.mark.parametrize(("kind", "value"), REFUSED)
    def test_what_is_of_another_type_or_out_of_range_is_refused_before_it_is_sent(
        self, kind: str, value: object
    ) -> None:
        with pytest.raises(MALFORMED):
            written(kind, [value])


class TestAValue:
    """A value of a statement is written as the type that the statement gives it, whatever it looks like."""

    @given(st.sampled_from(sorted(SCALARS)).flatmap(lambda kind: st.tuples(st.just(kind), SCALARS[kind][1])))
    def test_the_driver_reads_back_what_was_written(self, value: tuple[str, Any]) -> None:
        kind, given_ = value
        (data,) = statement(f"SELECT %(x)b::{kind}").written({"x": given_})
        assert data is not None
        transformer = Transformer(type("Context", (), {"adapters": adapters(), "connection": None})())
        assert transformer.get_loader(SCALARS[kind][0], Format.BINARY).load(data) == given_

    @pytest.mark.parametrize(("kind", "value"), [*REFUSED, ("bigint", 2**63), ("bigint", "1"), ("text[]", [1])])
    def test_what_is_of_another_type_or_out_of_range_is_refused_before_it_is_sent(
        self, kind: str, value: object
    ) -> None:
        with pytest.raises(MALFORMED):
            statement(f"SELECT %(x)b::{kind}").written({"x": value})

    def test_a_name_is_one_parameter_however_often_it_occurs(self) -> None:
        """Numbered as they occur, and their values found by name, or in an order of names and their values in it."""
        one = statement("SELECT %(b)b::text, %(a)b::integer, %(b)b::text::text[], %(c)b::text[]")
        assert one.text == b"SELECT $1::text, $2::integer, $1::text::text[], $3::text[]"
        assert one.written({"a": 1, "b": None, "c": [], "d": "is not asked for"})[:2] == [None, b"\0\0\0\1"]
        in_order = statement("SELECT %(b)b::text, %(a)b::integer", ["a", "not for it", "b"])
        assert in_order.text == b"SELECT $1::text, $2::integer"
        assert in_order.written([1, 2, "x"]) == [b"x", b"\0\0\0\1"]
