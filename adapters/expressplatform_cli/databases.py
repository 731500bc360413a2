"""A store that is a PostgreSQL database: how a configuration names it, and how it is opened.

Laws of this module: an address may hold a password. It is never shown, and never taken from the command line, where
others on the same machine can read it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from expressplatform_cli.exits import ExtraMissing

if TYPE_CHECKING:
    from expressplatform_postgres.aio import AsyncPostgresStore
    from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
    from expressplatform_postgres.evidence import PostgresEvidence
    from expressplatform_postgres.migrating import Migrated
    from expressplatform_postgres.shelf import PostgresShelf
    from expressplatform_postgres.store import PostgresStore

_SCHEMES: Final = ("postgresql:", "postgres:")
_BROUGHT: Final = ("psycopg", "psycopg_pool")
"""What the extra brings."""


@attrs.frozen
class Database:
    """A database by its address."""

    dsn: str = attrs.field(repr=False)

    def __str__(self) -> str:
        return "the database"


@attrs.frozen
class Work:
    """How many effects are to be done and the oldest since when; how many are dead letters and the first since when.

    ``again`` counts those that were tried more than twice, ``latest`` is when the last of all is ready.
    """

    count: int
    since: datetime | None
    dead: int
    dead_since: datetime | None
    again: int
    latest: datetime | None


def is_address(text: str | Path) -> bool:
    """Whether a text that should name a store is the address of a database."""
    return str(text).startswith(_SCHEMES)


def open_store(database: Database) -> PostgresStore:
    """The store; raises StoreUnusable, with its codes, and ExtraMissing."""
    try:
        from expressplatform_postgres.store import PostgresStore
    except ImportError as error:
        raise _needed(error) from None
    return PostgresStore(database.dsn)


def open_shelf(database: Database) -> PostgresShelf:
    """The shelf in the same database; raises as `open_store`."""
    try:
        from expressplatform_postgres.shelf import PostgresShelf
    except ImportError as error:
        raise _needed(error) from None
    return PostgresShelf(database.dsn)


def open_async(database: Database) -> tuple[AsyncPostgresStore, AsyncPostgresShelf]:
    """Store and shelf for an event loop; raises as `open_store`."""
    try:
        from expressplatform_postgres.aio import AsyncPostgresStore
        from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
    except ImportError as error:
        raise _needed(error) from None
    return AsyncPostgresStore(database.dsn), AsyncPostgresShelf(database.dsn)


def open_evidence(database: Database) -> PostgresEvidence:
    """The documents in the same database; raises as `open_store`."""
    try:
        from expressplatform_postgres.evidence import PostgresEvidence
    except ImportError as error:
        raise _needed(error) from None
    return PostgresEvidence(database.dsn)


def migrated(database: Database, *, check: bool, dry_run: bool, to: int | None) -> Migrated:
    """What `expressplatform_postgres.migrating.migrate` did; raises as it does, and ExtraMissing."""
    try:
        from expressplatform_postgres.migrating import migrate
    except ImportError as error:
        raise _needed(error) from None
    return migrate(database.dsn, check=check, dry_run=dry_run, to=to)


def waiting(database: Database) -> Work:
    """What work there is."""
    from expressplatform_postgres.migrating import waiting_work

    found = waiting_work(database.dsn)
    return Work(found.count, found.since, found.dead, found.dead_since, found.again, found.latest)


def not_durable(database: Database) -> tuple[str, ...]:
    """The settings of the server under which acknowledged steps may be lost."""
    from expressplatform_postgres.migrating import what_may_be_lost

    return what_may_be_lost(database.dsn)


def _needed(error: ImportError) -> Exception:
    """The extra that is missing, or the fault itself. Where libpq is missing, psycopg's error names no module."""
    return ExtraMissing("postgres") if error.name is None or error.name.partition(".")[0] in _BROUGHT else error
