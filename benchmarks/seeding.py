"""Stores of a given size, filled in bulk: whole lives of cases, as many as make so many events.

Laws of this file: the rows are those of `steps`, in the order of their making, so that ids lie as they would; one
sealed part is used for all, since nobody opens them here, and one leaf hash. Each row has its place in the ledger and
in its trader's feed, written as the sequencer would; a test holds the two together. Nothing waits for the disk while a
store is filled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.raw_sqlite import Numbers
from benchmarks.steps import LIFE, Step, in_batches, sealed, steps, written
from expressplatform.ports import Commit, StoredEvent
from expressplatform_sqlite.rows import Row
from expressplatform_sqlite.schema import opened
from expressplatform_sqlite.store import SqliteStore

if TYPE_CHECKING:
    from tests.serving import Server

_COPIED: Final = {"former": "text[]"}
TRADER: Final = "taobao"
HASH: Final = bytes(32)
_PLACES: Final = (
    ("ledger", (("place", "bigint"), ("case_id", "text"), ("version", "integer"), ("hash", "bytea"))),
    (
        "feed",
        (("organisation", "text"), ("place", "bigint"), ("case_id", "text"), ("version", "integer"), ("gone", "bool")),
    ),
    ("shown", (("case_id", "text"), ("organisation", "text"))),
)
"""The tables of the sequencer, with the types of their columns."""
_BATCH: Final = 1024
"""Cases of a transaction."""


@lru_cache(1)
def _events() -> tuple[StoredEvent, ...]:
    (step,) = steps(0, 1, LIFE)
    return sealed(step, written(step)).events


def commits(events: int) -> Iterator[list[Commit]]:
    """The commits of so many events, some at a time: each a whole life."""
    for numbers in in_batches(range(events // LIFE), _BATCH):
        yield [_commit(step) for step in steps(numbers[0], len(numbers), LIFE)]


def _commit(step: Step) -> Commit:
    rows = tuple(
        StoredEvent(step.case_id, one.version, one.kind, one.schema, one.facts, one.sealed) for one in _events()
    )
    return Commit(step.case_id, 0, step.header, rows, step.effects, step.receipt)


def placed(batch: Sequence[Commit], start: int) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows of the ledger (place, case, version, hash), of the trader's feed, and of whom a case is shown to."""
    events = [event for commit in batch for event in commit.events]
    ledger: list[Row] = [(at, one.case_id, one.version, HASH) for at, one in enumerate(events, start)]
    feed: list[Row] = [(TRADER, at, case, version, False) for at, case, version, _ in ledger]
    return ledger, feed, [(commit.case_id, TRADER) for commit in batch]


def fill_sqlite(path: Path, events: int) -> None:
    """Make a store's file with so many events, each with its place, and bring it to the disk."""
    SqliteStore(path).close()
    with closing(opened(str(path), 30.0)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -262144")
        start, numbers = 0, Numbers()
        for batch in commits(events):
            db.execute("BEGIN")
            for statement, rows in numbers.transaction(batch):
                db.executemany(statement, rows)
            ledger, feed, shown = placed(batch, start)  # rows are numbered from 1 on, places from 0
            db.executemany("INSERT INTO ledger (place, row, hash) VALUES (?, ?, ?)", _numbered(ledger))
            db.executemany(
                "INSERT INTO feed (organisation, place, case_id, version, gone) VALUES (?, ?, ?, ?, ?)", feed
            )
            db.executemany("INSERT INTO shown (case_id, organisation) VALUES (?, ?)", shown)
            db.execute("COMMIT")
            start += len(ledger)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _numbered(ledger: Sequence[Row]) -> list[Row]:
    return [(place, place + 1, hash_) for place, _, _, hash_ in ledger]


def fill_postgres(of: Server, events: int) -> str:
    """Make a store's database with so many events, each with its place; its address."""
    import psycopg

    from benchmarks.raw_postgres import tables

    dsn, start = of.database(), 0
    with psycopg.connect(dsn, autocommit=True) as db, db.cursor() as cursor:
        for batch in commits(events):
            ledger, feed, shown = placed(batch, start)
            start += len(ledger)
            beside = [
                (table, dict(columns), rows)
                for (table, columns), rows in zip(_PLACES, (ledger, feed, shown), strict=True)
            ]
            for table, columns, rows in [*tables(batch), *beside]:
                if table == "unplaced":
                    continue
                with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types([_COPIED.get(name, kind) for name, kind in columns.items()])
                    for one in rows:
                        copy.write_row(one)
        db.execute("UPDATE ledger_end SET place = %s", (start,))
        db.execute("VACUUM ANALYZE")
        db.execute("CHECKPOINT")
    return dsn
