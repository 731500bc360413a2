"""The inserts that our store on PostgreSQL comes to, by psycopg alone: nothing is asked, nothing is sealed.

Laws of this file: the tables and indexes are ours, made by our migrations; every transaction is one statement without
BEGIN or COMMIT, prepared, its values in binary form, which was the quickest way that was found. Many commits are handed
over as one array for each column.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from operator import attrgetter
from typing import Any, Final

import psycopg

from benchmarks.measure import Work
from benchmarks.steps import commit, in_batches, shared, steps
from expressplatform.ports import Commit
from expressplatform_postgres.rows import commit_row, listed
from expressplatform_postgres.sql import EFFECTS, EVENTS, HEADER

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[object]]
"""SQL and its values."""

_EFFECT: Final = {**EFFECTS, "ready_at": "timestamptz"}
_FORMER: Final = list(HEADER).index("former")
_UNPLACED: Final = {"case_id": "text", "version": "integer"}
"""What waits for a place in the ledger."""
_RECEIPT: Final = {"case_id": "text", "key": "text", "digest": "bytea", "version": "integer"}
_TABLES: Final = {
    "cases": ", ".join(HEADER),
    "events": "case_id, version, kind, schema, facts, length(sealed)",
    "unplaced": "case_id, version",
    "receipts": ", ".join(_RECEIPT),
    "effects": ", ".join(_EFFECT),
}


class RawPostgres:
    """A connection for each thread, and statements: so many events a commit, so many commits a transaction."""

    def __init__(self, dsn: str, events: int, batch: int, threads: int = 1) -> None:
        self._connections = [psycopg.connect(dsn, autocommit=True) for _ in range(threads)]
        self._hands = ThreadPoolExecutor(threads)
        self._events, self._batch, self._next = events, batch, 0

    def ready(self, operations: int) -> Work:
        """So many transactions; see `racing.Ready`."""
        number = operations * self._batch
        made = in_batches([commit(step) for step in steps(self._next, number, self._events)], self._batch)
        self._next += number
        shares = [
            [statement(one) for one in share] for share in shared(made, len(self._connections), attrgetter("case_id"))
        ]
        if len(shares) == 1:
            return lambda: _carry(self._connections[0], shares[0])
        return lambda: list(self._hands.map(_carry, self._connections, shares))

    def stored(self) -> dict[str, list[Row]]:
        """Every row, of what is sealed its length."""
        return stored(self._connections[0])

    def close(self) -> None:
        """Close the connections."""
        self._hands.shutdown()
        for connection in self._connections:
            connection.close()


def _carry(connection: psycopg.Connection[Any], statements: Sequence[Statement]) -> None:
    with connection.cursor(binary=True) as cursor:
        for sql, values in statements:
            cursor.execute(sql, values, prepare=True)


def statement(commits: Sequence[Commit]) -> Statement:
    """The statement of one transaction: a commit's rows each by themselves, those of many as arrays."""
    (_, columns, headers), *beside = tables(commits)
    values: list[object] = []
    if commits[0].expected:
        parts = [_next(headers[0], commits[0].expected, values)]
    else:
        parts = [_insert("cases", columns, [_as_text(row) for row in headers], values)]
    parts += [_insert(table, columns, rows, values) for table, columns, rows in beside if rows]
    named = ", ".join(f"t{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return f"WITH {named} {parts[-1]}", values


def tables(commits: Sequence[Commit]) -> list[tuple[str, dict[str, str], list[Row]]]:
    """The rows of some commits, table by table, with the types of the columns."""
    return [
        ("cases", dict(HEADER), [_header(one) for one in commits]),
        ("events", dict(EVENTS), [_event(event) for one in commits for event in one.events]),
        ("unplaced", _UNPLACED, [(event.case_id, event.version) for one in commits for event in one.events]),
        ("receipts", _RECEIPT, [_receipt(one) for one in commits if one.receipt]),
        ("effects", _EFFECT, [_effect(one, effect) for one in commits for effect in one.effects]),
    ]


def _header(of: Commit) -> Row:
    row = list(commit_row(of)[: len(HEADER)])
    row[_FORMER] = list(of.header.former)
    return tuple(row)


def _as_text(row: Row) -> Row:
    """Many lists in one array of text: each as the text of a list."""
    return (*row[:_FORMER], listed(row[_FORMER]), *row[_FORMER + 1 :])


def _next(header: Row, expected: int, values: list[object]) -> str:
    names = [name for name in HEADER if name != "case_id"]
    header = _as_text(header)
    values += [*header[1:], header[0], expected]
    given = ", ".join(f"%b::{HEADER[name]}{'::text[]' if name == 'former' else ''}" for name in names)
    return f"UPDATE cases SET ({', '.join(names)}) = ROW ({given}) WHERE case_id = %b::text AND version = %b::integer"


def _insert(table: str, columns: dict[str, str], rows: Sequence[Row], values: list[object]) -> str:
    """One row or a few as VALUES; many as one array for each column."""
    names = ", ".join(columns)
    if len(rows) <= 8:
        for row in rows:
            values += row
        given = ", ".join(f"%b::{kind}{'::text[]' if name == 'former' else ''}" for name, kind in columns.items())
        return f"INSERT INTO {table} ({names}) VALUES {', '.join([f'({given})'] * len(rows))}"
    values += [list(column) for column in zip(*rows, strict=True)]
    unnested = ", ".join(f"unnest(%b::{kind}[]) AS {name}" for name, kind in columns.items())
    taken = ", ".join(f"u.{name}{'::text[]' if name == 'former' else ''}" for name in columns)
    return f"INSERT INTO {table} ({names}) SELECT {taken} FROM (SELECT {unnested}) u"


def _event(event: Any) -> Row:
    return (event.case_id, event.version, event.kind, event.schema, event.facts, event.sealed)


def _effect(of: Commit, row: Any) -> Row:
    return (row.case_id, row.version, row.id, row.kind, row.recipient, row.attempts, of.header.changed_at)


def _receipt(of: Commit) -> Row:
    if of.receipt is None:
        raise LookupError("the commit has no receipt")
    return (of.receipt.case_id, of.receipt.key, of.receipt.digest, of.receipt.version)


def stored(db: psycopg.Connection[Any]) -> dict[str, list[Row]]:
    """Every row of a store's database, of what is sealed its length."""
    return {
        table: sorted(db.execute(f"SELECT {names} FROM {table}").fetchall(), key=repr)
        for table, names in _TABLES.items()
    }
