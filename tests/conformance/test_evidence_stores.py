"""Every store of evidence keeps the contract: in memory, in a folder, in SQLite, in PostgreSQL, and awaited."""

from __future__ import annotations

from pathlib import Path

import pytest

from expressplatform.memory_evidence import MemoryEvidence
from expressplatform.ports import EvidenceStore
from expressplatform.testing.evidence_contract import AsyncEvidenceContract, EvidenceContract
from expressplatform.threads import ThreadedEvidence
from expressplatform_files.evidence import AsyncDirectoryEvidence, DirectoryEvidence
from expressplatform_postgres.aio_evidence import AsyncPostgresEvidence
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_sqlite.evidence import AsyncSqliteEvidence, SqliteEvidence


class InAPlace:
    """A path that no other test has."""

    @pytest.fixture(autouse=True)
    def place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "evidence"


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


class TestAsyncDirectoryEvidence(InAPlace, AsyncEvidenceContract):
    def make_store(self) -> AsyncDirectoryEvidence:
        return AsyncDirectoryEvidence(self.path)


class TestSqliteEvidence(InAPlace, EvidenceContract):
    def make_store(self) -> SqliteEvidence:
        return SqliteEvidence(self.path)

    def reopen(self, store: EvidenceStore) -> EvidenceStore:
        store.close()
        return SqliteEvidence(self.path)


class TestSqliteEvidenceWithoutAFile(EvidenceContract):
    def make_store(self) -> SqliteEvidence:
        return SqliteEvidence(":memory:")


class TestAsyncSqliteEvidence(InAPlace, AsyncEvidenceContract):
    def make_store(self) -> AsyncSqliteEvidence:
        return AsyncSqliteEvidence(self.path)


class InTheDatabase:
    """A database that tests share."""

    @pytest.fixture(autouse=True)
    def where(self, database: str) -> None:
        self.dsn = database

    dsn: str


class TestPostgresEvidence(InTheDatabase, EvidenceContract):
    def make_store(self) -> PostgresEvidence:
        return PostgresEvidence(self.dsn)

    def reopen(self, store: EvidenceStore) -> EvidenceStore:
        store.close()
        return PostgresEvidence(self.dsn)


class TestAsyncPostgresEvidence(InTheDatabase, AsyncEvidenceContract):
    def make_store(self) -> AsyncPostgresEvidence:
        return AsyncPostgresEvidence(self.dsn)
