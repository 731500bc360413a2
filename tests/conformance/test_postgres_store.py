"""The store and the shelf on PostgreSQL keep the contract, on every kind of server that is here."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from expressplatform.ports import CaseStore
from expressplatform.testing.contracts import AsyncStoreContract, StoreContract
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.store import PostgresStore
from tests.servers import Server


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


_GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "run-on-postgresql.md"


class TestPostgresStoreWithTheRightsOfEveryDay(StoreContract):
    """A role that has the rights which the guide names, and no others, does everything but migrate."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def granted(cls, postgres: Server) -> None:
        own = postgres.database()
        rights = re.search(r"```sql\n(.*?)```", _GUIDE.read_text("utf-8"), re.DOTALL)
        assert rights is not None
        with psycopg.connect(own, autocommit=True) as db:
            if db.execute("SELECT 1 FROM pg_roles WHERE rolname = 'council'").fetchone() is None:
                db.execute("CREATE ROLE council LOGIN")
            db.execute(rights[1].encode())
        cls.dsn = own.replace("postgres@", "council@")

    dsn: str

    def make_store(self) -> PostgresStore:
        return PostgresStore(self.dsn)
