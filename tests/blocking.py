"""Somebody else who holds a case in PostgreSQL, and who waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

WAITING = """SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""
"""The processes of the connections to a database that wait for somebody's lock."""


@contextmanager
def holding(dsn: str, case_id: str) -> Iterator[None]:
    """Somebody else holds the case's row."""
    with psycopg.connect(dsn) as other:
        other.execute("SELECT 1 FROM cases WHERE case_id = %s FOR UPDATE", (case_id,))
        yield
        other.rollback()


def until_blocked(dsn: str, number: int = 1) -> list[int]:
    """The processes of the connections to the database that wait for somebody's lock, once there are so many."""
    with psycopg.connect(dsn, autocommit=True) as db:
        while len(waiting := db.execute(WAITING).fetchall()) < number:
            threading.Event().wait(0.002)
    return [int(pid) for (pid,) in waiting]
