"""A consistent copy of a file that others read and write meanwhile, and what may be asked of a file as a whole.

Laws of this file: a copy shows one moment, whatever is written while it is made, and nobody waits for it. It needs no
log beside it. A copy of a store of cases is marked, and not served until it has been put back (`SqliteStore`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from expressplatform_sqlite import notes
from expressplatform_sqlite.faults import translated
from expressplatform_sqlite.schema import connect, reader

_PAGES: Final = 512
_BUSY: Final = 30.0


def copy_file(
    source: Path, target: Path, *, mark: str = "", progress: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Copies the SQLite file of a store; ``target`` must not be there, and is made for its owner alone.

    ``mark`` is noted in the copy of a store of cases: the id of the backup. ``progress`` hears of pages done and of
    all. Raises StoreUnusable with the codes of `SqliteStore`.
    """
    with translated():
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(reader(str(source), _BUSY)) as db, closing(connect(str(target), _BUSY)) as copy:
            db.execute("BEGIN")  # one moment: within it the copy never has to begin anew
            db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            db.backup(copy, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total), sleep=0.01)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("PRAGMA synchronous = FULL")
            if mark:
                notes.write(copy, notes.COPY, mark)


def kinds_in(path: Path) -> list[str]:
    """The kinds of small records that a store's file holds."""
    with translated(), closing(reader(str(path), _BUSY)) as db:
        return [kind for (kind,) in db.execute("SELECT DISTINCT kind FROM shelf ORDER BY kind")]


def cases_in(path: Path) -> int:
    """How many cases a store's file holds; nothing in it or beside it changes."""
    with translated(), closing(reader(str(path), _BUSY)) as db:
        return int(db.execute("SELECT count(*) FROM cases").fetchone()[0])
