"""Stores of a given size, filled in bulk: whole lives of cases, as many as make so many events.

Laws of this file: the rows are those of `steps`, in the order of their making, so that ids lie as they would; one
sealed part is used for all, since nobody opens them here. Nothing waits for the disk while a store is filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.raw_sqlite import transaction
from benchmarks.steps import LIFE, Step, in_batches, sealed, steps, written
from expressplatform.ports import CaseStore, Commit, Leaf, StoredEvent
from expressplatform_sqlite.schema import opened
from expressplatform_sqlite.store import SqliteStore

if TYPE_CHECKING:
    from tests.serving import Server

_COPIED: Final = {"former": "text[]"}
_PLACED: Final = 4096
"""Rows that are placed at once."""
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


def fill_sqlite(path: Path, events: int) -> None:
    """Make a store's file with so many events, and bring it to the disk."""
    SqliteStore(path).close()
    with closing(opened(str(path), 30.0)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -262144")
        for batch in commits(events):
            db.execute("BEGIN")
            for statement, rows in transaction(batch):
                db.executemany(statement, rows)
            db.execute("COMMIT")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def fill_postgres(of: Server, events: int) -> str:
    """Make a store's database with so many events; its address."""
    import psycopg

    from benchmarks.raw_postgres import tables

    dsn = of.database()
    with psycopg.connect(dsn, autocommit=True) as db, db.cursor() as cursor:
        for batch in commits(events):
            for table, columns, rows in tables(batch):
                with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
                    copy.set_types([_COPIED.get(name, kind) for name, kind in columns.items()])
                    for one in rows:
                        copy.write_row(one)
        db.execute("VACUUM ANALYZE")
        db.execute("CHECKPOINT")
    return dsn


def place_all(store: CaseStore) -> None:
    """Give every row its place in the ledger and in the traders' feeds, as the sequencer does."""
    while (waiting := store.unplaced(_PLACED)).events:
        leaves = [Leaf(one.case_id, one.version, bytes(32)) for one in waiting.events]
        if not store.place(waiting.start, leaves):
            raise LookupError("somebody else gives places")
