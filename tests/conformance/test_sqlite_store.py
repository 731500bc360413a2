"""The embedded store keeps the contract: in a file, in one that tests share, without one, and awaited."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.ports import CaseStore
from expressplatform.testing.contracts import AsyncStoreContract, StoreContract
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.store import SqliteStore


class TestSqliteStore(StoreContract):
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "cases.db"

    def make_store(self) -> SqliteStore:
        return SqliteStore(self.path)

    def reopen(self, store: CaseStore) -> CaseStore:
        store.close()
        return SqliteStore(self.path)


class TestSqliteStoreThatTestsShare(StoreContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> None:
        cls.path = tmp_path_factory.mktemp("shared") / "cases.db"

    path: Path

    def make_store(self) -> SqliteStore:
        return SqliteStore(self.path)


class TestSqliteStoreWithoutAFile(StoreContract):
    def make_store(self) -> SqliteStore:
        return SqliteStore(":memory:")


class TestAsyncSqliteStore(AsyncStoreContract):
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "cases.db"

    def make_store(self) -> AsyncSqliteStore:
        return AsyncSqliteStore(self.path)


class TestAsyncSqliteStoreWithoutAFile(AsyncStoreContract):
    def make_store(self) -> AsyncSqliteStore:
        return AsyncSqliteStore(":memory:")
