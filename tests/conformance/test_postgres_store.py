"""The store and the shelf on PostgreSQL keep the contract, on every kind of server that is here."""

from __future__ import annotations

import pytest

from expressplatform.ports import CaseStore
from expressplatform.testing.contracts import AsyncStoreContract, StoreContract
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.store import PostgresStore


class _InTheDatabase:
    @pytest.fixture(autouse=True)
    def where(self, database: str) -> None:
        self.dsn = database

    dsn: str


class TestPostgresStore(_InTheDatabase, StoreContract):
    def make_store(self) -> PostgresStore:
        return PostgresStore(self.dsn)

    def reopen(self, store: CaseStore) -> CaseStore:
        store.close()
        return PostgresStore(self.dsn)


class TestAsyncPostgresStore(_InTheDatabase, AsyncStoreContract):
    def make_store(self) -> AsyncPostgresStore:
        return AsyncPostgresStore(self.dsn)
