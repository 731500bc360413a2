"""How the database is reached: the parameters of a connection.

Laws of this file: what an operator wrote into the address stands; only what is missing is added. An address may hold a
password and is never shown.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from expressplatform.errors import StoreUnusable
from expressplatform_postgres.rows import adapters

Settings = Mapping[str, str | int]
"""Parameters of a connection by their libpq names, such as ``sslmode`` and ``sslrootcert``."""

PAUSES: Final = tuple(0.002 * 2**attempt for attempt in range(8))
"""Seconds to wait, at most, before a transaction that the server undid is asked again."""
DICE: Final = random.SystemRandom()
"""The system's: the state of `random` belongs to the program that uses the store."""
NO_SETTINGS: Final[Settings] = {}
_ALIVE: Final = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 3}
"""Whoever carries an idle connection sees it used, and a machine that is gone is noticed within a minute and a half."""
DURABLE: Final = """SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'"""
"""A commit waits for the server's disk; what asks for more than that stands."""


def parameters(dsn: str, settings: Settings, busy_seconds: float) -> dict[str, Any]:
    """The arguments of `psycopg.connect`: the address, what goes over it, and how the store needs its connections.

    Raises StoreUnusable (``unreachable``) for an address that cannot be read.
    """
    try:
        given = conninfo_to_dict(dsn, **settings)
    except psycopg.Error:
        raise StoreUnusable("unreachable", "the address of the database cannot be read") from None
    given.setdefault("fallback_application_name", "expressplatform")
    given.setdefault("connect_timeout", str(max(2, int(busy_seconds))))
    waits = f"-c lock_timeout={int(busy_seconds * 1000)}"
    given["client_encoding"] = "UTF8"  # which values are written in
    given["options"] = f"{waits} {given.get('options') or os.environ.get('PGOPTIONS', '')}".rstrip()
    return {**_ALIVE, **given, "autocommit": True, "prepare_threshold": None, "context": adapters()}


def waits_for_disk(given: Mapping[str, Any]) -> bool:
    """Whether a commit is to wait for the server's disk whatever the role says: unless the address speaks of it."""
    return "synchronous_commit" not in given["options"]


def patience_of(busy_seconds: float) -> float:
    """Seconds that a server may be silent: longer than it takes to say that somebody held a row for too long."""
    return 2 * busy_seconds + 5


def lanes_of(connections: int) -> int:
    """How many threads may append at the same time over so many connections: one is left for those who read."""
    return max(1, connections - 1)


def awaited_lanes_of(connections: int) -> int:
    """The same for tasks of one event loop, which gain nothing by more than two: what waits goes in larger groups."""
    return min(2, lanes_of(connections))
