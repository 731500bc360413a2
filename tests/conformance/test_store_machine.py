"""Stores walk at random beside the reference store: long under the profile ``prove``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from expressplatform.ports import CaseStore
from expressplatform.testing.stores.machine import StoreMachine
from expressplatform_sqlite.store import SqliteStore
from tests.walks import walking


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


TestWithoutAFile = WithoutAFile.TestCase
TestWithoutAFile.settings = walking(3)
TestInAFile = InAFile.TestCase
TestInAFile.settings = walking(6)
TestOpenedTwice = OpenedTwice.TestCase
TestOpenedTwice.settings = walking(6)
