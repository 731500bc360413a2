"""Sealed files of evidence in one SQLite file, chunk by chunk.

Laws of this module
- A file is there whole or not at all: it is written in one transaction, and synced before it is acknowledged.
- A reader sees a file as it was when reading began; writers never wait for readers.
- What is deleted leaves no trace in the file nor, unless somebody reads just then, in its log.
- A migration is never edited once it has been released: a change is one more tuple at the end.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Final, final

from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.ports import Filed, check_place
from expressplatform.threads import ThreadedEvidence
from expressplatform_sqlite.connections import Connections
from expressplatform_sqlite.rows import corrupt, instant, micros
from expressplatform_sqlite.schema import MEMORY, Tables

TABLES: Final = Tables(
    0x45504556,  # "EPEV"
    (
        (
            """CREATE TABLE files (
                case_id TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, stored_at INTEGER NOT NULL,
                PRIMARY KEY (case_id, name)
            ) WITHOUT ROWID""",
            """CREATE TABLE chunks (
                case_id TEXT NOT NULL, name TEXT NOT NULL, place INTEGER NOT NULL, chunk BLOB NOT NULL,
                PRIMARY KEY (case_id, name, place)
            )""",
        ),
    ),
    frozenset({"files", "chunks"}),
)
"""The tables of a file of evidence."""

_FILE: Final = "INSERT OR REPLACE INTO files (case_id, name, size, stored_at) VALUES (?, ?, ?, ?)"
_CHUNK: Final = "INSERT INTO chunks (case_id, name, place, chunk) VALUES (?, ?, ?, ?)"
_DROP_FILE: Final = "DELETE FROM files WHERE case_id = ? AND name = ?"
_DROP_CHUNKS: Final = "DELETE FROM chunks WHERE case_id = ? AND name = ?"
_IS_THERE: Final = "SELECT 1 FROM files WHERE case_id = ? AND name = ?"
_CHUNKS: Final = "SELECT chunk FROM chunks WHERE case_id = ? AND name = ? ORDER BY place"
_LIST: Final = """SELECT case_id, name, size, stored_at FROM files
    WHERE ? = '' AND (case_id, name) > (?, ?) ORDER BY case_id, name LIMIT ?"""
_LIST_CASE: Final = """SELECT case_id, name, size, stored_at FROM files
    WHERE case_id = ? AND (case_id, name) > (?, ?) ORDER BY name LIMIT ?"""


@final
class SqliteEvidence(Connections):
    """Files of evidence in the SQLite file at ``path``, made (mode 0600) when it is not there.

    ``:memory:`` for one without a file. A file of its own, apart from the cases': it grows by megabytes. Safe from
    several threads, and from several processes. Every method may raise ``StoreUnusable`` with the codes of
    `SqliteStore`.
    """

    __slots__ = ()
    _tables: ClassVar[Tables] = TABLES

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first."""
        check_place(case_id, name)
        if self._path == MEMORY:  # the only connection is everybody's: whoever hands over may read from it
            chunks = tuple(chunks)
        theirs: list[Exception] = []
        try:
            with self._writing() as db:
                replaced = db.execute(_DROP_CHUNKS, (case_id, name)).rowcount
                size = 0
                for place, chunk in enumerate(_handed_over(chunks, theirs)):
                    db.execute(_CHUNK, (case_id, name, place, chunk))
                    size += len(chunk)
                db.execute(_FILE, (case_id, name, size, micros(now)))
        except StoreUnusable:
            if theirs:  # the line that the chunks came over is broken, not this file
                raise theirs[0] from None
            raise
        if replaced:
            self._empty_log()

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        check_place(case_id, name)
        if self._path == MEMORY:  # the only connection is everybody's: nothing may wait for its reader
            with self._reading() as db:
                chunks = [*_read(db, case_id, name)]
            yield from chunks
            return
        with self._reading() as db:
            db.execute("BEGIN")
            try:
                yield from _read(db, case_id, name)
            finally:
                db.execute("COMMIT")

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        if case_id:
            check_place(case_id)
        from_case, _, from_name = after.partition("/")
        with self._reading(after) as db:
            rows = db.execute(_LIST_CASE if case_id else _LIST, (case_id, from_case, from_name, limit)).fetchall()
        return [Filed(case, name, size, instant(stored_at)) for case, name, size, stored_at in rows]

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        check_place(case_id, *names)
        with self._writing() as db:
            for name in names:
                db.execute(_DROP_FILE, (case_id, name))
                db.execute(_DROP_CHUNKS, (case_id, name))
        if names:
            self._empty_log()

    def __repr__(self) -> str:
        return "<SqliteEvidence>"


@final
class AsyncSqliteEvidence(ThreadedEvidence):
    """`SqliteEvidence` with methods that are awaited: the same file, the same promises, the same errors."""

    __slots__ = ()

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, threads: int = 4) -> None:
        super().__init__(SqliteEvidence(path, busy_seconds=busy_seconds), threads=threads)


def _handed_over(chunks: Iterable[bytes], theirs: list[Exception]) -> Iterator[bytes]:
    """The chunks; ``theirs`` keeps the failure of whoever hands them over, should there be one."""
    try:
        yield from chunks
    except (OSError, sqlite3.Error) as error:
        theirs.append(error)
        raise


def _read(db: sqlite3.Connection, case_id: str, name: str) -> Iterator[bytes]:
    if db.execute(_IS_THERE, (case_id, name)).fetchone() is None:
        raise EvidenceMissing(case_id)
    for (chunk,) in db.execute(_CHUNKS, (case_id, name)):
        if not isinstance(chunk, bytes):
            raise corrupt()
        yield chunk
