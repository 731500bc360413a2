"""What PostgreSQL and its driver call a failure, and what the library calls it: said once, for every statement.

Laws of this file: neither the server's nor the driver's message travels, because it may quote a value or an address.
Only the name of the condition does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import psycopg_pool
from psycopg import errors

from expressplatform.errors import StoreUnusable

_CODES: Final = (  # https://www.postgresql.org/docs/current/errcodes-appendix.html; the longer ones first
    ("42501", "read_only"),  # the role may not do this
    ("25006", "read_only"),
    ("25P03", "unreachable"),  # a limit of time ended the connection, and this one too
    ("25P04", "unreachable"),
    ("53100", "disk_full"),
    ("53300", "unreachable"),  # too many connections
    ("55P03", "locked"),
    ("40001", "locked"),
    ("40P01", "locked"),
    ("57P", "unreachable"),  # it is being stopped, started or recovered
    ("08", "unreachable"),
    ("28", "unreachable"),  # it does not let us in
    ("3D000", "unreachable"),
    ("XX001", "corrupt"),
    ("XX002", "corrupt"),
    ("42", "corrupt"),  # the statements are constant: a table or a column is missing
)
_LOST: Final = "the database does not answer, or does not let us in"
RETRIED: Final = (errors.SerializationFailure, errors.DeadlockDetected)
"""What is answered by asking again: the server undid the transaction because of another one."""
MALFORMED: Final = (psycopg.DataError, psycopg.IntegrityError, TypeError, ValueError, OverflowError, AttributeError)
"""What is wrong with the rows of one caller, and with those of no other."""


def told(error: psycopg.Error | UnicodeEncodeError) -> Exception:
    """What whoever asked hears: ValueError for a text that cannot be told to the database, StoreUnusable otherwise."""
    if isinstance(error, UnicodeEncodeError | errors.CharacterNotInRepertoire):
        return ValueError("a text must be Unicode without U+0000")
    return unusable(error)


def unusable(error: psycopg.Error) -> StoreUnusable:
    """The library's error for psycopg's: a stable code and the condition's name, without a message.

    The codes: ``unreachable``, ``locked`` (somebody held a row for too long, or kept winning), ``disk_full``,
    ``read_only`` (this server or this role may not write), ``corrupt`` (tables or pages are not as they should be),
    ``closed``, ``failed`` (anything else).
    """
    if isinstance(error, psycopg_pool.PoolClosed):
        return closed()
    if isinstance(error, psycopg_pool.PoolTimeout):
        return StoreUnusable("unreachable", "no connection was free in time, or the database does not answer")
    state = error.sqlstate
    if state is None:
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return StoreUnusable("unreachable", _LOST) if lost else _failed(error)
    code = next((code for prefix, code in _CODES if state.startswith(prefix)), None)
    return StoreUnusable(code, f"the database answers {type(error).__name__}") if code else _failed(error)


def _failed(error: psycopg.Error) -> StoreUnusable:
    return StoreUnusable("failed", f"the database answers {type(error).__name__}")


def closed() -> StoreUnusable:
    """What a closed store answers to everything."""
    return StoreUnusable("closed", "the store has been closed")


def forked() -> StoreUnusable:
    """What a store answers in a process that was forked off from the one that opened it."""
    return StoreUnusable("failed", "the store was opened before this process was forked off: open one in each process")


@contextmanager
def translated() -> Iterator[None]:
    """Within it, every failure of the database or its driver is `StoreUnusable`."""
    try:
        yield
    except psycopg.Error as error:
        raise unusable(error) from None
