"""The store on PostgreSQL keeps the contract, on every kind of server that is here."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from hypothesis.stateful import run_state_machine_as_test

from expressplatform.ports import AsyncCaseStore, CaseStore
from expressplatform.testing.contracts import AsyncStoreContract, EvidenceContract, ShelfContract, StoreContract
from expressplatform.testing.stores.machine import StoreMachine
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_postgres.store import PostgresStore
from tests.servers import Server, bytes_in
from tests.walks import walking

_TABLES = ("cases", "events", "effects", "receipts", "tokens", "adopted", "ledger", "unplaced", "shown", "feed")


class _InADatabase:
    """One that the checks of a class share with each other: others' rows would be read again and again."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def where(cls, postgres: Server) -> None:
        cls.dsn = postgres.database()

    dsn: str


class TestPostgresStore(_InADatabase, StoreContract):
    histories = 5

    def make_store(self) -> PostgresStore:
        return PostgresStore(self.dsn)

    def reopen(self, store: CaseStore) -> CaseStore:
        store.close()
        return PostgresStore(self.dsn)

    def second_connection(self, store: CaseStore) -> CaseStore:
        return PostgresStore(self.dsn)

    def dump_bytes(self, store: CaseStore) -> list[bytes]:
        return bytes_in(self.dsn, _TABLES)


class TestAsyncPostgresStore(_InADatabase, AsyncStoreContract):
    histories = 5

    def make_store(self) -> AsyncPostgresStore:
        return AsyncPostgresStore(self.dsn)

    async def reopen(self, store: AsyncCaseStore) -> AsyncCaseStore:
        await store.close()
        return AsyncPostgresStore(self.dsn)

    def second_connection(self, store: AsyncCaseStore) -> AsyncCaseStore:
        return AsyncPostgresStore(self.dsn)

    def dump_bytes(self, store: AsyncCaseStore) -> list[bytes]:
        return bytes_in(self.dsn, _TABLES)


class OnPostgres(StoreMachine):
    """PostgreSQL with two connections."""

    dsn: str

    def make_store(self) -> CaseStore:
        return PostgresStore(self.dsn)

    def second_connection(self, store: CaseStore) -> CaseStore:
        return PostgresStore(self.dsn)


def test_the_store_walks_at_random_beside_the_reference_store(database: str) -> None:
    """Long under the profile ``prove``."""
    OnPostgres.dsn = database
    run_state_machine_as_test(
        OnPostgres,
        settings=walking(12),
    )


_GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "run-on-postgresql.md"


class _WithTheRightsOfEveryDay:
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


class TestPostgresStoreWithTheRightsOfEveryDay(_WithTheRightsOfEveryDay, StoreContract):
    histories = 2

    def make_store(self) -> PostgresStore:
        return PostgresStore(self.dsn)


class TestPostgresShelfWithTheRightsOfEveryDay(_WithTheRightsOfEveryDay, ShelfContract):
    def make_shelf(self) -> PostgresShelf:
        return PostgresShelf(self.dsn)


class TestPostgresEvidenceWithTheRightsOfEveryDay(_WithTheRightsOfEveryDay, EvidenceContract):
    def make_store(self) -> PostgresEvidence:
        return PostgresEvidence(self.dsn)
