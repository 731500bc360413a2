"""The tables of the store, how they came to be, and how a database is brought to those of this release.

Laws of this file
- A migration is a numbered file in ``migrations`` and is never edited once it has been released: a change is one more
  file. There is no way back but a backup.
- Each migration is one transaction, under a lock on the row that counts them: two that migrate at once do so one after
  the other, and what fails half-way leaves the database as it was.
- Nothing but `migrate` changes a table. A store refuses a database whose tables are not those of its release, and names
  the command.
- Tables that another program made are left alone.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from importlib import resources
from typing import Any, Final

import attrs
import psycopg
from psycopg import errors

from expressplatform.errors import InvalidInput, Problem, StoreUnusable
from expressplatform_postgres.asking import Row
from expressplatform_postgres.connecting import NO_SETTINGS, Settings, parameters, patience_of
from expressplatform_postgres.faults import translated
from expressplatform_postgres.lines import Line
from expressplatform_postgres.sql import WAITING

COMMAND: Final = "expressplatform migrate"
"""The command that brings a database to the tables of this release."""

TABLES: Final = (
    "cases",
    "events",
    "effects",
    "receipts",
    "tokens",
    "adopted",
    "shelf",
    "files",
    "chunks",
    "unplaced",
    "ledger",
    "ledger_end",
    "shown",
    "feed",
)
"""What the migrations make."""

_IS_THERE: Final = "SELECT to_regclass(%s::text) IS NOT NULL"
_COUNTED: Final = "SELECT version FROM expressplatform_schema WHERE one = 1"
_COUNT: Final = """CREATE TABLE IF NOT EXISTS expressplatform_schema (
    one smallint NOT NULL PRIMARY KEY CHECK (one = 1), version integer NOT NULL)"""
_BEGIN: Final = "INSERT INTO expressplatform_schema (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING"
_REACHED: Final = "UPDATE expressplatform_schema SET version = %s WHERE one = 1"
_UNHURRIED: Final = """SELECT set_config(name, '0', false) FROM pg_settings
    WHERE name IN ('statement_timeout', 'transaction_timeout')"""
"""A migration takes as long as it takes, however short the role's everyday limits are."""
_NOT_DURABLE: Final = """SELECT name::text FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name"""
_AT_ONCE: Final = (errors.UniqueViolation, errors.DuplicateTable, errors.DuplicateObject)


@attrs.frozen
class Migration:
    """One step of the tables: its number, its name, and its SQL."""

    number: int
    name: str
    sql: str = attrs.field(repr=False)


@attrs.frozen
class Migrated:
    """Where the tables stood and stand, and the steps between: taken, or, where nothing was to be changed, to take."""

    found: int
    reached: int
    steps: tuple[Migration, ...]


def migrations() -> tuple[Migration, ...]:
    """Every migration of this release, in order."""
    folder = resources.files("expressplatform_postgres") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(
        Migration(int(file.name[:4]), file.name[5:].removesuffix(".sql"), file.read_text("utf-8")) for file in files
    )


def migrate(
    dsn: str,
    *,
    check: bool = False,
    dry_run: bool = False,
    to: int | None = None,
    settings: Settings = NO_SETTINGS,
    busy_seconds: float = 30.0,
) -> Migrated:
    """Bring the database at ``dsn`` to the tables of this release, or to those of its migration number ``to``.

    With ``check`` nothing is changed, and StoreUnusable is raised where a store of this release would not open; with
    ``dry_run`` nothing is changed, and the answer holds the steps that would be taken. Other arguments are those of the
    stores. The role must own the tables; everyday work needs less.

    Raises StoreUnusable, with the codes of the stores or ``older_schema``, ``newer_schema``, ``not_ours``;
    InvalidInput where ``to`` is no migration of this release or lies behind.
    """
    known = migrations()
    goal = len(known) if to is None else to
    if not 0 < goal <= len(known):
        raise InvalidInput((Problem("$.to", "range", f"must be a migration from 1 to {len(known)}"),))
    given = parameters(dsn, settings, busy_seconds)
    if check:
        with translated():
            must_be_current(given, patience_of(busy_seconds))
        return Migrated(len(known), len(known), ())
    with translated(), psycopg.connect(**given) as db:
        found = _standing(db)
        if found > len(known):
            raise _other(found, len(known))
        if goal < found:
            raise InvalidInput((Problem("$.to", "range", "there is no way back: put back a backup"),))
        steps = known[found:goal]
        if dry_run:
            return Migrated(found, found, steps)
        if steps:  # where there are none, the rights of every day are enough
            db.execute(_UNHURRIED)
            _make_ready(db)
        return Migrated(found, goal, tuple(step for step in steps if _take(db, step)))


@attrs.frozen
class Waiting:
    """How many effects are to be done, and since when the oldest is ready; how many are given up, the first since when.

    ``again`` counts those that were claimed more than twice, ``latest`` is when the last of them is ready.
    """

    count: int = 0
    since: datetime | None = None
    dead: int = 0
    dead_since: datetime | None = None
    again: int = 0
    latest: datetime | None = None


def waiting_work(dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0) -> Waiting:
    """How many effects are to be carried out, leased ones too, and how many were given up."""
    with translated(), psycopg.connect(**parameters(dsn, settings, busy_seconds)) as db:
        row = db.execute(WAITING, binary=True).fetchone()
    return Waiting(*row) if row else Waiting()


def what_may_be_lost(dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0) -> tuple[str, ...]:
    """The settings of the server, as this role has them, under which acknowledged steps are lost when power fails."""
    with translated(), psycopg.connect(**parameters(dsn, settings, busy_seconds)) as db:
        return tuple(name for (name,) in db.execute(_NOT_DURABLE).fetchall())


def must_be_current(given: dict[str, Any], patience: float) -> None:
    """Raises StoreUnusable unless the database has the tables of this release; ``given`` as `psycopg.connect` takes.

    The server may be silent for ``patience`` seconds.
    """
    with Line.connect(**given) as db:
        db.patience = patience
        found, known = _standing(db), len(migrations())
    if found != known:
        raise _other(found, known)


def _other(found: int, known: int) -> StoreUnusable:
    if found > known:
        return StoreUnusable("newer_schema", f"the database has schema {found}; this release reads {known}")
    return StoreUnusable(
        "older_schema", f"the database has schema {found}, this release needs {known}: run '{COMMAND}'"
    )


def _standing(db: psycopg.Connection[Row]) -> int:
    """How many migrations the database has; raises StoreUnusable for tables that are not ours."""
    taken = any(_one(db, _IS_THERE, table) for table in TABLES)  # looked at first: what counts is made before them
    if _one(db, _IS_THERE, "expressplatform_schema") and (counted := db.execute(_COUNTED).fetchone()):
        return int(counted[0])
    if taken:
        raise StoreUnusable("not_ours", "the database holds tables of another program under the same names")
    if _one(db, "SELECT current_setting(%s) = 'UTF8'", "server_encoding"):
        return 0
    raise StoreUnusable("not_ours", "the database must keep its text as UTF-8")


def _one(db: psycopg.Connection[Row], query: str, value: str) -> object:
    row = db.execute(query, (value,)).fetchone()
    return row and row[0]


def _make_ready(db: psycopg.Connection[Row]) -> None:
    """The row that counts, which is the lock of every migration."""
    with suppress(*_AT_ONCE):  # somebody else makes it at this moment, and PostgreSQL does not wait there
        db.execute(_COUNT)
    db.execute(_BEGIN)


def _take(db: psycopg.Connection[Row], step: Migration) -> bool:
    """One step, unless somebody else has taken it meanwhile."""
    with db.transaction():
        counted = db.execute(f"{_COUNTED} FOR UPDATE").fetchone()
        if counted is None or counted[0] >= step.number:
            return False
        db.execute(step.sql)
        db.execute(_REACHED, (step.number,))
    return True
