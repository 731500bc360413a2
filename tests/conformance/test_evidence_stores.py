"""Every store of evidence keeps the contract: in memory, in a folder, in SQLite, in PostgreSQL, and awaited."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.memory import MemoryEvidence
from expressplatform.ports import AsyncEvidenceStore, EvidenceStore
from expressplatform.testing.contracts import AsyncEvidenceContract, EvidenceContract
from expressplatform.threads import ThreadedEvidence
from expressplatform_files.evidence import AsyncDirectoryEvidence, DirectoryEvidence
from expressplatform_postgres.aio_evidence import AsyncPostgresEvidence
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_sqlite.evidence import AsyncSqliteEvidence, SqliteEvidence
from tests.servers import bytes_in


class InAPlace:
    """A path that no other test has."""

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "evidence"

    path: Path

    def dump_bytes(self, store: object) -> list[bytes]:
        """The file of the store and what lies beside it, or all files of its folder."""
        here = [*self.path.parent.glob(f"{self.path.name}*"), *self.path.rglob("*")]
        return [one.read_bytes() for one in here if one.is_file()]


class TestMemoryEvidence(EvidenceContract):
    def make_store(self) -> MemoryEvidence:
        return MemoryEvidence()


class TestMemoryEvidenceAwaited(AsyncEvidenceContract):
    def make_store(self) -> ThreadedEvidence:
        return ThreadedEvidence(MemoryEvidence())


class TestDirectoryEvidence(InAPlace, EvidenceContract):
    def make_store(self) -> DirectoryEvidence:
        return DirectoryEvidence(self.path)

    def reopen(self, store: EvidenceStore) -> EvidenceStore:
        store.close()
        return DirectoryEvidence(self.path)

    def second_connection(self, store: EvidenceStore) -> EvidenceStore:
        return DirectoryEvidence(self.path)


class TestAsyncDirectoryEvidence(InAPlace, AsyncEvidenceContract):
    def make_store(self) -> AsyncDirectoryEvidence:
        return AsyncDirectoryEvidence(self.path)

    async def reopen(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        await store.close()
        return AsyncDirectoryEvidence(self.path)

    def second_connection(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        return AsyncDirectoryEvidence(self.path)


class TestSqliteEvidence(InAPlace, EvidenceContract):
    def make_store(self) -> SqliteEvidence:
        return SqliteEvidence(self.path)

    def reopen(self, store: EvidenceStore) -> EvidenceStore:
        store.close()
        return SqliteEvidence(self.path)

    def second_connection(self, store: EvidenceStore) -> EvidenceStore:
        return SqliteEvidence(self.path)


class TestSqliteEvidenceWithoutAFile(EvidenceContract):
    def make_store(self) -> SqliteEvidence:
        return SqliteEvidence(":memory:")


class TestAsyncSqliteEvidence(InAPlace, AsyncEvidenceContract):
    def make_store(self) -> AsyncSqliteEvidence:
        return AsyncSqliteEvidence(self.path)

    async def reopen(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        await store.close()
        return AsyncSqliteEvidence(self.path)

    def second_connection(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        return AsyncSqliteEvidence(self.path)


class InTheDatabase:
    """A database that tests share."""

    @pytest.fixture(autouse=True)
    def where(self, database: str) -> None:
        self.dsn = database

    dsn: str

    def dump_bytes(self, store: object) -> list[bytes]:
        """What the tables hold; rows that nobody sees any more stay in pages until the vacuum."""
        return bytes_in(self.dsn, ("files", "chunks"))


class TestPostgresEvidence(InTheDatabase, EvidenceContract):
    def make_store(self) -> PostgresEvidence:
        return PostgresEvidence(self.dsn)

    def reopen(self, store: EvidenceStore) -> EvidenceStore:
        store.close()
        return PostgresEvidence(self.dsn)

    def second_connection(self, store: EvidenceStore) -> EvidenceStore:
        return PostgresEvidence(self.dsn)


class TestAsyncPostgresEvidence(InTheDatabase, AsyncEvidenceContract):
    def make_store(self) -> AsyncPostgresEvidence:
        return AsyncPostgresEvidence(self.dsn)

    async def reopen(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        await store.close()
        return AsyncPostgresEvidence(self.dsn)

    def second_connection(self, store: AsyncEvidenceStore) -> AsyncEvidenceStore:
        return AsyncPostgresEvidence(self.dsn)
