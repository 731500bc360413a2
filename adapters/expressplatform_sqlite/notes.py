"""Notes about a file of cases, beside the scheme that it belongs to.

Laws of this file: a note is about the file, never about a case.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from expressplatform_sqlite.faults import translated
from expressplatform_sqlite.schema import connect, may_be_written

COPY: Final = "copy"
"""What a copy carries until it has been put back: the id of its backup."""
BACKED_UP: Final = "backed_up"
"""When the last backup was made (ISO 8601, UTC)."""

_READ: Final = "SELECT value FROM meta WHERE name = ?"
_WRITE: Final = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)"
_DROP: Final = "DELETE FROM meta WHERE name = ?"


def read(db: sqlite3.Connection, name: str) -> str:
    """What is noted under a name; empty where nothing is."""
    row = db.execute(_READ, (name,)).fetchone()
    return "" if row is None else str(row[0])


def write(db: sqlite3.Connection, name: str, value: str) -> None:
    """Notes something; empty takes the note away."""
    if value:
        db.execute(_WRITE, (name, value))
    else:
        db.execute(_DROP, (name,))


def noted(path: Path, name: str) -> str:
    """`read`, of the file at ``path``, which must be there. Raises StoreUnusable."""
    with translated(), closing(connect(str(path), 30.0)) as db:
        return read(db, name)


def peeked(path: str, query: str, *values: object) -> object:
    """The first value that a query gives on a file, which nothing is changed in; None where it gives none."""
    if not os.path.isfile(path):
        return None
    try:
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute(query, values).fetchone()
    except sqlite3.Error:  # what cannot be read is told by whoever opens it
        return None
    return None if row is None else row[0]


def is_copy(path: str) -> bool:
    """Whether a file of cases is a copy that has not been put back. Asked before the file is opened for use.

    One that may not be written is not looked into: looking leaves a log beside it, and whoever opens it is refused.
    """
    return may_be_written(path) and bool(peeked(path, _READ, COPY))


def note(path: Path, name: str, value: str) -> None:
    """`write`, to the file at ``path``, which must be there; durable when this returns. Raises StoreUnusable."""
    with translated(), closing(connect(str(path), 30.0)) as db:
        db.execute("PRAGMA synchronous = FULL")
        write(db, name, value)
