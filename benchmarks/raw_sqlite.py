"""The inserts that our store on SQLite comes to, by sqlite3 alone: nothing is asked, nothing is sealed.

Laws of this file: the tables and indexes are ours, made by our store; the settings of the connection are those of our
store's. The rows are ready, as tuples, numbered already; each table is written by one statement, `executemany` where
there are several.
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
from expressplatform_sqlite.rows import EVENT, HEADER, Row, event_row, header_row, micros
from expressplatform_sqlite.schema import opened
from expressplatform_sqlite.store import SqliteStore

_NAMES: Final = HEADER.split(", ")
NEW: Final = f"INSERT INTO cases (number, {HEADER}) VALUES ({', '.join('?' * (len(_NAMES) + 1))})"
NEXT: Final = f"UPDATE cases SET {', '.join(f'{name} = ?' for name in _NAMES[1:])} WHERE case_id = ? AND version = ?"
PUT_EVENT: Final = f"INSERT INTO events (row, {EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?)"
PUT_STEP: Final = "INSERT INTO steps (number, version, row) VALUES (?, ?, ?)"
PUT_KEYED: Final = "INSERT INTO steps (number, version, row, key, digest) VALUES (?, ?, ?, ?, ?)"
PUT_EFFECT: Final = "INSERT INTO effects (case_id, version, id, kind, recipient, ready_at) VALUES (?, ?, ?, ?, ?, ?)"
_effect: Final = attrgetter("case_id", "version", "id", "kind", "recipient")
_TABLES: Final = {
    "cases": HEADER,
    "events": "case_id, version, kind, schema, facts, length(sealed)",
    "steps": "number, version, row, key, digest",
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
        self._numbers = Numbers()

    def ready(self, operations: int) -> Work:
        """So many transactions; see `racing.Ready`."""
        number = operations * self._batch
        made = [commit(step) for step in steps(self._next, number, self._events)]
        self._next += number
        transactions = [self._numbers.transaction(batch) for batch in in_batches(made, self._batch)]
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


class Numbers:
    """Numbers cases and events in the order of their arrival, as the tables do."""

    def __init__(self) -> None:
        self._cases: dict[str, int] = {}
        self._rows = 0

    def transaction(self, commits: Sequence[Commit]) -> Transaction:
        """The rows of some commits, table by table; commits of one transaction are all of new cases, or one of an old.

        The last step of a commit carries its receipt.
        """
        headers = [(self._number(one.case_id), *header_row(one.header)) for one in commits]
        events: list[Row] = []
        steps: list[Row] = []
        keyed: list[Row] = []
        for one in commits:
            for event in one.events:
                self._rows += 1
                events.append((self._rows, *event_row(event)))
                steps.append((self._number(one.case_id), event.version, self._rows))
            if one.receipt:
                keyed.append((*steps.pop(), one.receipt.key, bytearray(one.receipt.digest)))
        expected = commits[0].expected
        made = [
            (NEXT, [(*row[2:], row[1], expected) for row in headers]) if expected else (NEW, headers),
            (PUT_EVENT, events),
            (PUT_STEP, steps),
            (PUT_KEYED, keyed),
            (PUT_EFFECT, [(*_effect(one), micros(of.header.changed_at)) for of in commits for one in of.effects]),
        ]
        return [(statement, rows) for statement, rows in made if rows]

    def _number(self, case_id: str) -> int:
        return self._cases.setdefault(case_id, len(self._cases) + 1)


def stored(db: sqlite3.Connection) -> dict[str, list[Row]]:
    """Every row of a store's file, of what is sealed its length."""
    return {
        table: db.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2").fetchall() for table, names in _TABLES.items()
    }
