"""Every shelf keeps the contract of a shelf."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.memory import MemoryShelf, cursor_of, split_cursor
from expressplatform.ports import AsyncShelf, Shelf, ShelfRow
from expressplatform.testing.contracts import AsyncShelfContract, ShelfContract
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

    def second_connection(self, shelf: Shelf) -> Shelf:
        return SqliteShelf(self.path)


class TestAsyncSqliteShelf(_InAFile, AsyncShelfContract):
    def make_shelf(self) -> AsyncSqliteShelf:
        return AsyncSqliteShelf(self.path)

    async def reopen(self, shelf: AsyncShelf) -> AsyncShelf:
        await shelf.close()
        return AsyncSqliteShelf(self.path)

    def second_connection(self, shelf: AsyncShelf) -> AsyncShelf:
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

    def second_connection(self, shelf: Shelf) -> Shelf:
        return PostgresShelf(self.dsn)


class TestAsyncPostgresShelf(_InTheDatabase, AsyncShelfContract):
    def make_shelf(self) -> AsyncPostgresShelf:
        return AsyncPostgresShelf(self.dsn)

    async def reopen(self, shelf: AsyncShelf) -> AsyncShelf:
        await shelf.close()
        return AsyncPostgresShelf(self.dsn)

    def second_connection(self, shelf: AsyncShelf) -> AsyncShelf:
        return AsyncPostgresShelf(self.dsn)


@given(st.text("a|\\p\n"), st.text("a|\\p\n", min_size=1))
def test_a_cursor_tells_place_and_id_whatever_signs_they_have(place: str, id: str) -> None:
    assert split_cursor(cursor_of(ShelfRow("o", "k", id, 1, place, (), "", b""))) == (place, id)


@given(st.text())
def test_what_is_no_cursor_is_still_read(after: str) -> None:
    """A cursor comes from outside: whatever it is, it stands somewhere."""
    place, id = split_cursor(after)
    assert len(place) + len(id) <= len(after)
