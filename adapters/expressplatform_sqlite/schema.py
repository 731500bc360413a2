"""The tables of the embedded store, how they came to be, and how a file is opened.

Laws of this file
- A migration is never edited once it has been released: a change is one more tuple at the end. The file's
  ``user_version`` counts those it has; a file that has more than this release knows is left alone.
- A file of another program, or without its own mark, is refused before a byte of it is changed.
- What every step touches lies in the order in which cases arrived. Ids of cases are digests, spread over any tree that
  is ordered by them; cases that are alive now were lodged lately, so that by ``number`` their rows share a few pages.
- Events are long and never change, so their table grows at its end. ``row`` is a column of its own, so that nothing
  numbers the events anew: it is the order of their commits.
- ``steps`` says of each case, version by version, which row holds its event, and under which key a command led there.
- What a step seldom touches is ordered by the case's id, and work by its own.
- No statement here knows what a row means: sealed parts, facts and codes are bytes and text to it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence

import attrs

from expressplatform.errors import StoreUnusable

MEMORY = ":memory:"
"""The path of a store that has no file."""

APPLICATION = 0x45504353
"""``EPCS`` in the file's header: tells a case store from any other SQLite file."""

_LOG_PAGES = 4000
"""How long the log grows before it is written back. A step touches about five pages; with SQLite's own 1,000 each page
is written back four times as often, while a writer waits."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE cases (
            number INTEGER PRIMARY KEY, case_id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, status TEXT NOT NULL,
            council TEXT NOT NULL, trader TEXT NOT NULL, former TEXT NOT NULL, assignee TEXT NOT NULL,
            reference TEXT NOT NULL, scheme TEXT NOT NULL, edition TEXT NOT NULL, nature TEXT NOT NULL,
            category TEXT NOT NULL, lodged_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, due_at INTEGER,
            duty TEXT NOT NULL, provisional INTEGER NOT NULL, owed_since INTEGER, alarms INTEGER NOT NULL
        )""",
        "CREATE INDEX cases_due ON cases (due_at, case_id) WHERE due_at IS NOT NULL",
        "CREATE INDEX cases_owed ON cases (owed_since) WHERE owed_since IS NOT NULL",
        "CREATE INDEX cases_alarmed ON cases (case_id) WHERE alarms > 0",
        """CREATE TABLE events (
            row INTEGER PRIMARY KEY, case_id TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
            schema INTEGER NOT NULL, facts BLOB NOT NULL, sealed BLOB NOT NULL
        )""",
        """CREATE TABLE steps (
            number INTEGER NOT NULL, version INTEGER NOT NULL, row INTEGER NOT NULL, key TEXT, digest BLOB,
            PRIMARY KEY (number, version)
        ) WITHOUT ROWID""",
        "CREATE TABLE ledger (place INTEGER PRIMARY KEY, row INTEGER NOT NULL UNIQUE, hash BLOB NOT NULL)",
        """CREATE TABLE feed (
            organisation TEXT NOT NULL, place INTEGER NOT NULL, case_id TEXT NOT NULL, version INTEGER NOT NULL,
            gone INTEGER NOT NULL, PRIMARY KEY (organisation, place)
        ) WITHOUT ROWID""",
        """CREATE TABLE shown (
            case_id TEXT NOT NULL, organisation TEXT NOT NULL, PRIMARY KEY (case_id, organisation)
        ) WITHOUT ROWID""",
        """CREATE TABLE effects (
            id TEXT NOT NULL PRIMARY KEY, case_id TEXT NOT NULL, version INTEGER NOT NULL, kind TEXT NOT NULL,
            recipient TEXT NOT NULL, ready_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0, dead_since INTEGER,
            failure TEXT NOT NULL DEFAULT ''
        ) WITHOUT ROWID""",
        "CREATE INDEX effects_ready ON effects (ready_at, case_id, version) WHERE ready_at IS NOT NULL",
        "CREATE INDEX effects_dead ON effects (id) WHERE dead_since IS NOT NULL",
        """CREATE TABLE tokens (
            case_id TEXT NOT NULL, value BLOB NOT NULL, quarter TEXT NOT NULL, PRIMARY KEY (case_id, value)
        ) WITHOUT ROWID""",
        "CREATE INDEX tokens_value ON tokens (value)",
        "CREATE INDEX tokens_quarter ON tokens (quarter)",
        """CREATE TABLE shelf (
            kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, version INTEGER NOT NULL, place TEXT NOT NULL,
            labels TEXT NOT NULL, year TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
        )""",
        "CREATE INDEX shelf_place ON shelf (kind, place, id)",
        "CREATE INDEX shelf_year ON shelf (kind, year)",
        """CREATE TABLE labels (
            kind TEXT NOT NULL, label TEXT NOT NULL, place TEXT NOT NULL, id TEXT NOT NULL,
            PRIMARY KEY (kind, label, place, id)
        ) WITHOUT ROWID""",
        "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
)
SCHEMA = len(MIGRATIONS)
"""The edition of the tables which this release reads and writes."""


@attrs.frozen
class Tables:
    """What a kind of file holds: the number that tells it from any other, its migrations and its tables."""

    application: int
    migrations: tuple[tuple[str, ...], ...]
    names: frozenset[str]


CASES = Tables(
    APPLICATION,
    MIGRATIONS,
    frozenset({"cases", "events", "steps", "ledger", "feed", "shown", "effects", "tokens", "shelf", "labels", "meta"}),
)


def connect(path: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection that begins no transaction by itself and may be handed from thread to thread."""
    return sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)


def opened(path: str, busy_seconds: float, tables: Tables = CASES, prepared: Sequence[str] = ()) -> sqlite3.Connection:
    """The writing connection: the file made or checked, brought to this release's tables, durable at commit.

    ``prepared`` are statements that it carries out at the end, for itself.
    """
    if path != MEMORY:
        _make_private(path)
    db = connect(path, busy_seconds)
    try:
        _refuse_foreign(db, tables)
        if path != MEMORY:
            # A rollback journal that a power cut brought back would empty the file and its log: the deletion is synced.
            db.execute("PRAGMA synchronous = EXTRA")
            _keep_log(db, busy_seconds)
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        db.execute("PRAGMA secure_delete = ON")  # what an erasure takes away leaves no trace in the file
        _migrate(db, tables)
        _refuse_incomplete(db, tables)
        for statement in prepared:
            db.execute(statement)
    except BaseException:
        db.close()
        raise
    return db


def reader(path: str, busy_seconds: float) -> sqlite3.Connection:
    """One more connection to a file that is open already; it cannot write."""
    db = connect(path, busy_seconds)
    db.execute("PRAGMA query_only = ON")
    return db


def _make_private(path: str) -> None:
    """Make the file so that only its owner reads it; SQLite gives the files beside it the same rights.

    One that may not be written is left alone: its log would come to be just as read-only, and stay so when it is not.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not may_be_written(path):
            raise StoreUnusable("read_only", "the file may not be written") from None


def may_be_written(path: str) -> bool:
    """Whether this process may write a file that is there."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _refuse_foreign(db: sqlite3.Connection, of: Tables) -> None:
    db.execute("BEGIN")  # one look: somebody else may be making the file at this moment
    schema, application = _number(db, "user_version"), _number(db, "application_id")
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    db.execute("COMMIT")
    if application != of.application and (schema or application or tables):
        raise StoreUnusable("not_ours", "the file belongs to another program")
    if schema > (known := len(of.migrations)):
        raise StoreUnusable("newer_schema", f"the store has schema {schema}; this release reads up to {known}")


def _keep_log(db: sqlite3.Connection, busy_seconds: float) -> None:
    """Turn write-ahead logging on. SQLite does not wait for other openers there, so this does."""
    until = time.monotonic() + busy_seconds
    while True:
        try:
            if db.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
                raise StoreUnusable("failed", "this file system cannot carry the store's log")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= until:
                raise
            time.sleep(0.005)


def _migrate(db: sqlite3.Connection, of: Tables) -> None:
    """All migrations that the file lacks, in one transaction: a crash leaves the file as it was."""
    if _number(db, "user_version") == len(of.migrations):
        return
    db.execute("BEGIN IMMEDIATE")
    for statements in of.migrations[_number(db, "user_version") :]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {of.application}")
    db.execute(f"PRAGMA user_version = {len(of.migrations)}")
    db.execute("COMMIT")


def _refuse_incomplete(db: sqlite3.Connection, of: Tables) -> None:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not there >= of.names:
        raise StoreUnusable("corrupt", "tables of the store are missing")


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
