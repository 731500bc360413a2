"""The inserts that our store on SQLite comes to, by sqlite3 alone: nothing is asked, nothing is sealed.

Laws of this file: the tables and indexes are ours, made by our store; the settings of the connection are those of our
store's. The rows are ready, as tuples; each table is written by one statement, `executemany` where there are several.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from benchmarks.measure import Work
from benchmarks.steps import commit, in_batches, steps
from expressplatform.ports import Commit
from expressplatform_sqlite.rows import EVENT, HEADER, Row, event_row, header_row, micros, receipt_row
from expressplatform_sqlite.schema import opened
from expressplatform_sqlite.store import SqliteStore

_NAMES: Final = HEADER.split(", ")
NEW: Final = f"INSERT INTO cases ({HEADER}) VALUES ({', '.join('?' * len(_NAMES))})"
NEXT: Final = f"UPDATE cases SET {', '.join(f'{name} = ?' for name in _NAMES[1:])} WHERE case_id = ? AND version = ?"
PUT_EVENT: Final = f"INSERT INTO events ({EVENT}) VALUES (?, ?, ?, ?, ?, ?)"
PUT_RECEIPT: Final = "INSERT INTO receipts (case_id, key, digest, version) VALUES (?, ?, ?, ?)"
PUT_EFFECT: Final = "INSERT INTO effects (case_id, version, id, kind, recipient, ready_at) VALUES (?, ?, ?, ?, ?, ?)"
_effect: Final = attrgetter("case_id", "version", "id", "kind", "recipient")
_TABLES: Final = {
    "cases": HEADER,
    "events": "case_id, version, kind, schema, facts, length(sealed)",
    "receipts": "case_id, key, digest, version",
    "effects": "case_id, version, id, kind, recipient, ready_at, attempts",
}

Transaction = Sequence[tuple[str, Sequence[Row]]]
"""The statements of one transaction, each with its rows."""


class RawSqlite:
    """A file of our tables, and statements upon it: so many events a commit, so many commits a transaction."""

    def __init__(self, path: Path, events: int, batch: int) -> None:
        SqliteStore(path).close()
        self._db = opened(str(path), 30.0)
        self._events, self._batch, self._next = events, batch, 0

    def ready(self, operations: int) -> Work:
        """So many transactions; see `racing.Ready`."""
        number = operations * self._batch
        made = [commit(step) for step in steps(self._next, number, self._events)]
        self._next += number
        transactions = [transaction(batch) for batch in in_batches(made, self._batch)]
        return lambda: self._carry(transactions)

    def _carry(self, transactions: Sequence[Transaction]) -> None:
        execute = self._db.execute
        for transaction in transactions:
            execute("BEGIN IMMEDIATE")
            for statement, rows in transaction:
                if len(rows) == 1:
                    execute(statement, rows[0])
                else:
                    self._db.executemany(statement, rows)
            execute("COMMIT")

    def stored(self) -> dict[str, list[Row]]:
        """Every row, of what is sealed its length."""
        return stored(self._db)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def transaction(commits: Sequence[Commit]) -> Transaction:
    """The rows of some commits, table by table; commits of one transaction are all of new cases, or one of an old."""
    headers = [header_row(one.header) for one in commits]
    expected = commits[0].expected
    made = [
        (PUT_EVENT, [event_row(event) for one in commits for event in one.events]),
        (NEXT, [(*row[1:], row[0], expected) for row in headers]) if expected else (NEW, headers),
        (PUT_RECEIPT, [receipt_row(one.receipt) for one in commits if one.receipt]),
        (PUT_EFFECT, [(*_effect(effect), micros(one.header.changed_at)) for one in commits for effect in one.effects]),
    ]
    return [(statement, rows) for statement, rows in made if rows]


def stored(db: sqlite3.Connection) -> dict[str, list[Row]]:
    """Every row of a store's file, of what is sealed its length."""
    return {
        table: db.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2").fetchall() for table, names in _TABLES.items()
    }
