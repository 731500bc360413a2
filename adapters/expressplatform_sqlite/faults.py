"""What SQLite calls a failure, and what the library calls it: said once, for every statement of either store.

Laws of this file: SQLite's own message never travels, because it may quote a value. Only its constant name does.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from expressplatform.errors import StoreUnusable

_CODES = (
    ("SQLITE_NOTADB", "corrupt"),
    ("SQLITE_CORRUPT", "corrupt"),
    ("SQLITE_ERROR", "corrupt"),  # the statements are constant: a table or a column is missing
    ("SQLITE_MISMATCH", "corrupt"),
    ("SQLITE_BUSY", "locked"),
    ("SQLITE_LOCKED", "locked"),
    ("SQLITE_FULL", "disk_full"),
    ("SQLITE_IOERR_WRITE", "disk_full"),  # a short write: quotas and some file systems answer so
    ("SQLITE_IOERR_SHMSIZE", "disk_full"),  # the index of the log cannot grow
    ("SQLITE_READONLY", "read_only"),
    ("SQLITE_CANTOPEN", "read_only"),
    ("SQLITE_PERM", "read_only"),
)
_CODE_OF = {**dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "disk_full"), errno.EIO: "failed"}


def unusable(error: sqlite3.Error) -> StoreUnusable:
    """The library's error for SQLite's: a stable code and SQLite's name of it, without its message.

    The codes: ``corrupt``, ``locked`` (somebody else held the file for too long), ``disk_full``,
    ``read_only`` (the file cannot be opened or written), ``closed``, ``failed`` (anything else).
    """
    if isinstance(error, sqlite3.ProgrammingError):  # statements are constant: it is closed, or a value is none
        return closed() if "closed" in str(error) else StoreUnusable("failed", "a value is of no type that is kept")
    name = str(getattr(error, "sqlite_errorname", "")) or type(error).__name__
    code = next((code for prefix, code in _CODES if name.startswith(prefix)), "failed")
    return StoreUnusable(code, f"the file answers {name}")


def closed() -> StoreUnusable:
    """What a closed store answers to everything."""
    return StoreUnusable("closed", "the store has been closed")


@contextmanager
def translated() -> Iterator[None]:
    """Within it, every failure of SQLite or of the file system is `StoreUnusable`."""
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(error) from None
    except OSError as error:
        raise StoreUnusable(_CODE_OF.get(error.errno or 0, "read_only"), os.strerror(error.errno or 0)) from None
