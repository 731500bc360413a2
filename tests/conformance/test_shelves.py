"""Every shelf keeps the contract of a shelf."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.memory import MemoryShelf
from expressplatform.ports import Shelf
from expressplatform.testing.shelf_contract import AsyncShelfContract, ShelfContract
from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.shelf import SqliteShelf


class TestMemoryShelf(ShelfContract):
    def make_shelf(self) -> MemoryShelf:
        return MemoryShelf()


class _InAFile:
    @pytest.fixture(autouse=True)
    def file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "cases.db"

    path: Path


class TestSqliteShelf(_InAFile, ShelfContract):
    def make_shelf(self) -> SqliteShelf:
        return SqliteShelf(self.path)

    def reopen(self, shelf: Shelf) -> Shelf:
        shelf.close()
        return SqliteShelf(self.path)


class TestAsyncSqliteShelf(_InAFile, AsyncShelfContract):
    def make_shelf(self) -> AsyncSqliteShelf:
        return AsyncSqliteShelf(self.path)


class _InTheDatabase:
    @pytest.fixture(autouse=True)
    def where(self, database: str) -> None:
        self.dsn = database

    dsn: str


class TestPostgresShelf(_InTheDatabase, ShelfContract):
    def make_shelf(self) -> PostgresShelf:
        return PostgresShelf(self.dsn)

    def reopen(self, shelf: Shelf) -> Shelf:
        shelf.close()
        return PostgresShelf(self.dsn)


class TestAsyncPostgresShelf(_InTheDatabase, AsyncShelfContract):
    def make_shelf(self) -> AsyncPostgresShelf:
        return AsyncPostgresShelf(self.dsn)
