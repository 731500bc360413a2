"""Stores walk at random beside the reference store: long under the profile ``prove``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, settings

from expressplatform.ports import CaseStore
from expressplatform.testing.store_machine import StoreMachine
from expressplatform_sqlite.store import SqliteStore

_CURRENT = settings()


class WithoutAFile(StoreMachine):
    """SQLite in memory."""

    def make_store(self) -> CaseStore:
        return SqliteStore(":memory:")


class InAFile(StoreMachine):
    """SQLite in a file, which is opened twice or again."""

    path: Path

    @contextmanager
    def make_store(self) -> Iterator[CaseStore]:
        with tempfile.TemporaryDirectory() as place:
            self.path = Path(place) / "cases.db"
            with SqliteStore(self.path) as store:
                yield store

    def reopen(self, store: CaseStore) -> CaseStore:
        store.close()
        return SqliteStore(self.path)


class OpenedTwice(InAFile):
    """SQLite in a file with two connections."""

    def second_connection(self, store: CaseStore) -> CaseStore:
        return SqliteStore(self.path)


def _some(share: int) -> settings:
    return settings(
        max_examples=max(5, _CURRENT.max_examples // share),
        stateful_step_count=_CURRENT.stateful_step_count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


TestWithoutAFile = WithoutAFile.TestCase
TestWithoutAFile.settings = _some(3)
TestInAFile = InAFile.TestCase
TestInAFile.settings = _some(6)
TestOpenedTwice = OpenedTwice.TestCase
TestOpenedTwice.settings = _some(6)
