"""Real PostgreSQL servers for the tests, each a direct child of the test process (`serving`).

A kind that is not there is told as skipped, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serving import KINDS, Server, bytes_in, found, serving

__all__ = ["KINDS", "Server", "binaries", "bytes_in", "database", "postgres", "running"]


def binaries(kind: str) -> Path:
    """Where the programs of a kind of server are; skips where they are not."""
    programs = found(kind)
    if programs is None:
        pytest.skip(f"PostgreSQL {kind} is not installed on this machine")
    return programs


@contextmanager
def running(kind: str, *options: str) -> Iterator[Server]:
    """A server of a kind with a new data directory, both gone at the end."""
    with serving(binaries(kind), *options) as server:
        yield server


@pytest.fixture(scope="session", params=[KINDS[0], pytest.param(KINDS[1], marks=pytest.mark.prove)])
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each kind, one for all tests of a worker; they make databases of their own.

    Every day the tests run on the first kind alone. It does not wait for the disk: no power is cut here.
    """
    with running(request.param, "fsync=off") as server:
        yield server


@pytest.fixture(scope="session")
def database(postgres: Server) -> str:
    """One database that tests share: each works with cases of its own."""
    return postgres.database()
