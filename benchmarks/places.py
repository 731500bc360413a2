"""Where the contestants write: a directory for files, and a server of PostgreSQL as durable as it is by default.

Laws of this file: what is made is gone at the end. A server waits for the disk at each commit (fsync and
synchronous_commit stand at on). Where the server's programs or a peer are not installed, there is nothing, and the
suites leave their rows out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.serving import Server

PEER: Final = "eventsourcing"


def has_peer() -> bool:
    """Whether the peer that stores events is installed."""
    return find_spec(PEER) is not None


@contextmanager
def folder() -> Iterator[Path]:
    """A directory on the disk."""
    made = Path(tempfile.mkdtemp(prefix="ep-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def server() -> Iterator[Server | None]:
    """A server with a new data directory; None where none is installed."""
    if find_spec("psycopg_pool") is None:
        yield None
        return
    from tests.serving import KINDS, found, serving

    programs = found(KINDS[0]) or found(KINDS[1])
    if programs is None:
        yield None
        return
    with serving(programs, "shared_buffers=256MB", "max_wal_size=4GB") as one:
        must_be_durable(one)
        yield one


def must_be_durable(of: Server) -> None:
    """Raises LookupError where the server does not wait for the disk."""
    import psycopg

    with psycopg.connect(of.dsn("postgres")) as db:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            if db.execute("SELECT current_setting(%s)", (setting,)).fetchone() != ("on",):
                raise LookupError(f"{setting} is off")
