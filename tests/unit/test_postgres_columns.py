"""Columns as arrays in PostgreSQL's binary form: the driver's own loader reads back what was written."""

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

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
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
        ],
    )
    def test_what_is_of_another_type_or_out_of_range_is_refused_before_it_is_sent(
        self, kind: str, value: object
    ) -> None:
        with pytest.raises(MALFORMED):
            written(kind, [value])
