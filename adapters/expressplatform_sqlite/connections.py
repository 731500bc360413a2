"""The connections to one file: one that writes, and as many that read as are reading.

Laws of this module
- One writer at a time, in this process by a lock and between processes by SQLite's; readers never wait for it.
- After a failure the file is as it was before the call, and may be used again.
- Who is interrupted while waiting for the lock may have got it just then; one that knows its owner (`RLock`) can be let
  go without knowing that.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import ClassVar, Self

from expressplatform.errors import StoreUnusable
from expressplatform.ports import check_texts
from expressplatform.together import Item, Outcome, Told
from expressplatform_sqlite.faults import closed, translated, unusable
from expressplatform_sqlite.schema import CASES, MEMORY, Tables, opened, reader


class Connections:
    """What every store over the file at ``path`` stands on; made (mode 0600) when it is not there.

    Safe from several threads, and from several processes: a writer waits up to ``busy_seconds`` for another, and is
    then refused (``locked``). Do not carry one across ``fork``.
    """

    __slots__ = ("_busy", "_closed", "_db", "_idle", "_lock", "_path", "_taken")
    _tables: ClassVar[Tables] = CASES
    _prepared: ClassVar[tuple[str, ...]] = ()

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0) -> None:
        self._path = MEMORY if path == MEMORY else os.path.abspath(path)
        self._busy = busy_seconds
        self._lock = threading.RLock()
        self._taken = False
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with translated():
            self._db = opened(self._path, busy_seconds, self._tables, self._prepared)

    def _empty_log(self) -> None:
        """What has been deleted leaves the write-ahead log too; where somebody reads just now, another time."""
        with self._lock, suppress(sqlite3.Error):
            self._db.execute("PRAGMA busy_timeout = 0")
            try:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {int(self._busy * 1000)}")

    def close(self) -> None:
        """Close the file; any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock, translated():
            self._closed = True
            self._let_go()
            self._db.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise closed()

    def _idle_reader(self) -> sqlite3.Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _let_go(self) -> None:
        while (idle := self._idle_reader()) is not None:
            idle.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One writer of this process at a time; raises StoreUnusable (``locked``) after the time that SQLite waits.

        Whoever writes within a write of its own is told the same at once: it would wait for itself.
        """
        mine = False
        try:
            if not self._lock.acquire(timeout=self._busy) or self._taken:
                raise StoreUnusable("locked", "somebody else of this process has been writing for too long")
            self._taken = mine = True
            yield
        finally:  # no call before the lock is let go: there an interruption could strike
            if mine:
                self._taken = False
            try:  # noqa: SIM105
                self._lock.release()
            except RuntimeError:
                pass  # this thread never had it

    @contextmanager
    def _writing(self, *texts: str) -> Iterator[sqlite3.Connection]:
        """One transaction for whoever hands in these texts: whole, or as if it had not been."""
        check_texts(texts)
        with self._turn(), translated():
            self._refuse_closed()
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            finally:
                self._undo()

    def _undo(self) -> None:
        """What has not been committed is gone; after some failures it is already."""
        if self._db.in_transaction:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")

    def _in_one(
        self,
        groups: Sequence[Sequence[Item]],
        write: Callable[[sqlite3.Connection, Sequence[Sequence[Item]]], Sequence[Sequence[Told]]],
    ) -> Sequence[Outcome[Told]]:
        """What several callers bring, in one transaction, which ``write`` begins and commits: for each its answers.

        Or the error that is its own: where one caller's rows are malformed, each has a transaction to itself.
        """
        try:
            with self._turn():
                self._refuse_closed()
                try:
                    return write(self._db, groups)
                finally:
                    self._undo()
        except sqlite3.OperationalError as error:
            return [unusable(error) for _ in groups]
        except StoreUnusable as error:
            return [StoreUnusable(error.code, error.detail) for _ in groups]
        except (sqlite3.Error, TypeError, ValueError, OverflowError, AttributeError) as error:
            if len(groups) > 1:
                return [self._in_one([group], write)[0] for group in groups]
            return [unusable(error) if isinstance(error, sqlite3.Error) else error]

    @contextmanager
    def _reading(self, *texts: str) -> Iterator[sqlite3.Connection]:
        """A connection of one's own for as long as it takes, for whoever hands in these texts.

        Without a file there is only the one.
        """
        self._refuse_closed()
        check_texts(texts)
        if self._path == MEMORY:
            with self._turn(), translated():
                yield self._db
            return
        with translated():
            db = self._idle_reader() or reader(self._path, self._busy)
            try:
                yield db
            finally:
                self._idle.append(db)
                if self._closed:
                    self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()
