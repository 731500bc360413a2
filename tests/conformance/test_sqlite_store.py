"""The embedded store keeps the contract: in a file, in one that tests share, without one, and awaited."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.ports import AsyncCaseStore, CaseStore
from expressplatform.testing.contracts import AsyncStoreContract, StoreContract
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.store import SqliteStore


def bytes_in(folder: Path) -> list[bytes]:
    """All that the files of a folder hold."""
    return [path.read_bytes() for path in folder.iterdir()]


class InAFile:
    """A file that no other test has."""

    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "cases.db"


class TestSqliteStore(InAFile, StoreContract):
    def make_store(self) -> SqliteStore:
        return SqliteStore(self.path)

    def reopen(self, store: CaseStore) -> CaseStore:
        store.close()
        return SqliteStore(self.path)

    def second_connection(self, store: CaseStore) -> CaseStore:
        return SqliteStore(self.path)

    def dump_bytes(self, store: CaseStore) -> list[bytes]:
        return bytes_in(self.path.parent)


class TestSqliteStoreThatTestsShare(StoreContract):
    path: Path

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> None:
        cls.path = tmp_path_factory.mktemp("shared") / "cases.db"

    def make_store(self) -> SqliteStore:
        return SqliteStore(self.path)


class TestSqliteStoreWithoutAFile(StoreContract):
    def make_store(self) -> SqliteStore:
        return SqliteStore(":memory:")


class TestAsyncSqliteStore(InAFile, AsyncStoreContract):
    def make_store(self) -> AsyncSqliteStore:
        return AsyncSqliteStore(self.path)

    async def reopen(self, store: AsyncCaseStore) -> AsyncCaseStore:
        await store.close()
        return AsyncSqliteStore(self.path)

    def second_connection(self, store: AsyncCaseStore) -> AsyncCaseStore:
        return AsyncSqliteStore(self.path)

    def dump_bytes(self, store: AsyncCaseStore) -> list[bytes]:
        return bytes_in(self.path.parent)


class TestAsyncSqliteStoreWithoutAFile(AsyncStoreContract):
    def make_store(self) -> AsyncSqliteStore:
        return AsyncSqliteStore(":memory:")
