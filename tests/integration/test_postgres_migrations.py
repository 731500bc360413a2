"""How a database comes to its tables: under a lock, whole or not at all, and never by opening a store."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import attrs
import psycopg
import pytest

from expressplatform.errors import InvalidInput, StoreUnusable
from expressplatform.ports import EVERYONE, Appended
from expressplatform.testing.shelves.checks import MyShelf
from expressplatform.testing.stores.rows import NOON, Mine
from expressplatform_postgres import migrating
from expressplatform_postgres.aio import AsyncPostgresStore
from expressplatform_postgres.aio_evidence import AsyncPostgresEvidence
from expressplatform_postgres.aio_shelf import AsyncPostgresShelf
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.migrating import COMMAND, migrate, migrations
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_postgres.store import PostgresStore
from tests.servers import Server

LAST = len(migrations())
_CATALOGUE = """SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public'
    UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"""


@pytest.fixture
def empty(postgres: Server) -> str:
    return postgres.empty_database()


def refused(call: Callable[[], object]) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught:
        call()
    return caught.value


def said(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as db:
        cursor = db.execute(query.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "make",
    [
        PostgresStore,
        PostgresShelf,
        PostgresEvidence,
        AsyncPostgresStore,
        AsyncPostgresShelf,
        AsyncPostgresEvidence,
    ],
)
def test_a_store_refuses_other_tables_and_names_the_command(make: Callable[[str], object], empty: str) -> None:
    """Tables that are missing, older or newer: nothing is read, nothing is changed, and the code says which."""
    error = refused(lambda: make(empty))
    assert error.code == "older_schema"
    assert COMMAND in error.detail
    assert said(empty, _CATALOGUE) == []
    migrate(empty, to=1)
    assert refused(lambda: make(empty)).code == "older_schema"
    migrate(empty)
    said(empty, f"UPDATE expressplatform_schema SET version = {LAST + 1}")
    assert refused(lambda: make(empty)).code == "newer_schema"
    assert refused(lambda: migrate(empty)).code == "newer_schema"


@pytest.mark.parametrize("released", range(LAST))
def test_a_database_of_every_release_comes_to_the_same_tables(released: int, postgres: Server, empty: str) -> None:
    """From nothing and from each migration on, step by step or at once; and then a store stands on them."""
    if released:
        assert migrate(empty, to=released).reached == released
    done = migrate(empty)
    assert (done.found, done.reached, [step.number for step in done.steps]) == (
        released, LAST, [*range(released + 1, LAST + 1)],
    )  # fmt: skip
    assert said(empty, _CATALOGUE) == said(postgres.database(), _CATALOGUE)
    mine, records = Mine(), MyShelf()
    with PostgresStore(empty) as store, PostgresShelf(empty) as shelf, PostgresEvidence(empty) as evidence:
        assert list(store.append([mine.commit(1)])) == [Appended(mine.case(1), 1)]
        assert list(shelf.put([records.row(1)])) == [True]
        evidence.put(mine.case(1), "0", [b"x"], NOON)
        assert list(evidence.get(mine.case(1), "0")) == [b"x"]


def test_what_stood_in_the_tables_stands_there_afterwards(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later migration finds the rows of the earlier ones."""
    known = migrations()
    migrate(empty)
    mine = Mine()
    with PostgresStore(empty) as store:
        store.append([mine.commit(1, events=3, key="k")])
    more = migrating.Migration(LAST + 1, "more", "CREATE TABLE more (a integer)")
    monkeypatch.setattr(migrating, "migrations", lambda: (*known, more))
    assert migrate(empty).steps == (more,)
    with PostgresStore(empty) as store:
        kept = store.load(mine.case(1), EVERYONE)
    assert kept is not None
    assert kept.events == mine.commit(1, events=3).events


def test_migrating_again_does_nothing(empty: str) -> None:
    migrate(empty)
    before = said(empty, _CATALOGUE)
    assert migrate(empty) == migrating.Migrated(LAST, LAST, ())
    assert said(empty, _CATALOGUE) == before


def test_a_check_says_whether_a_store_would_open_and_changes_nothing(empty: str) -> None:
    assert refused(lambda: migrate(empty, check=True)).code == "older_schema"
    assert said(empty, _CATALOGUE) == []
    migrate(empty)
    assert migrate(empty, check=True).steps == ()


def test_a_dry_run_shows_the_steps_and_changes_nothing(empty: str) -> None:
    assert migrate(empty, dry_run=True).steps == migrations()
    assert said(empty, _CATALOGUE) == []
    migrate(empty, to=1)
    assert migrate(empty, dry_run=True).steps == migrations()[1:]
    assert migrate(empty, dry_run=True, to=1).steps == ()


@pytest.mark.parametrize("to", [0, -1, LAST + 1])
def test_a_migration_that_is_not_there_is_bad_input(to: int, empty: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        migrate(empty, to=to)
    assert caught.value.problems[0].path == "$.to"


def test_there_is_no_way_back(empty: str) -> None:
    migrate(empty)
    with pytest.raises(InvalidInput):
        migrate(empty, to=1)


def test_those_that_migrate_at_once_take_each_step_once(empty: str) -> None:
    """Six processes that start together all come back with the tables of this release."""
    together = Barrier(6)

    def start(_: int) -> list[int]:
        together.wait(30)
        return [step.number for step in migrate(empty).steps]

    with ThreadPoolExecutor(6) as pool:
        taken = [number for steps in pool.map(start, range(6)) for number in steps]
    assert sorted(taken) == [*range(1, LAST + 1)]
    PostgresStore(empty).close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What its first statements did is undone with it, and the steps before it stay; then it can be tried again."""
    known = migrations()
    broken = attrs.evolve(known[1], sql="CREATE TABLE half (a integer); INSERT INTO nowhere VALUES (1)")
    monkeypatch.setattr(migrating, "migrations", lambda: (known[0], broken))
    assert refused(lambda: migrate(empty)).code == "corrupt"
    assert said(empty, "SELECT to_regclass('half')") == [(None,)]
    assert said(empty, "SELECT version FROM expressplatform_schema") == [(1,)]
    monkeypatch.undo()
    assert migrate(empty).steps == known[1:]


@pytest.mark.parametrize("table", ["cases", "events", "shelf", "tokens", "files", "chunks"])
def test_tables_of_another_program_are_refused_and_left_alone(table: str, empty: str) -> None:
    said(empty, f"CREATE TABLE {table} (theirs integer)")
    before = said(empty, _CATALOGUE)
    for call in (lambda: migrate(empty), lambda: migrate(empty, check=True), lambda: PostgresStore(empty)):
        assert refused(call).code == "not_ours"
    assert said(empty, _CATALOGUE) == before


def test_a_database_that_does_not_keep_utf_8_is_refused(postgres: Server) -> None:
    """Names are in every script; a database of one alphabet would fail with the first case of another."""
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS western")
        db.execute("CREATE DATABASE western ENCODING 'LATIN1' TEMPLATE template0")
    assert refused(lambda: migrate(postgres.dsn("western"))).code == "not_ours"


def test_tables_live_where_the_address_says(empty: str) -> None:
    """A schema of PostgreSQL that the search path names holds everything, beside whatever else is there."""
    said(empty, "CREATE SCHEMA lane")
    dsn = f"{empty}&options=-c%20search_path%3Dlane"
    migrate(dsn)
    mine = Mine()
    with PostgresStore(dsn) as store:
        store.append([mine.commit(1)])
    assert said(empty, "SELECT case_id FROM lane.cases") == [(mine.case(1),)]
    assert said(empty, "SELECT to_regclass('public.cases')") == [(None,)]


def test_where_nothing_is_to_be_done_the_rights_of_every_day_are_enough(empty: str) -> None:
    """A role that may not make tables is refused as long as some are missing, and told that nothing is to do after."""
    role = Mine().mark
    daily = empty.replace("postgres@", f"{role}@")
    said(empty, f'CREATE ROLE "{role}" LOGIN')
    assert refused(lambda: migrate(daily)).code == "read_only"
    migrate(empty)
    said(empty, f'GRANT SELECT ON expressplatform_schema TO "{role}"')
    assert migrate(daily).steps == ()


def test_a_migration_takes_as_long_as_it_takes(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However short the limits of the role's every day are."""
    known = migrations()
    slow = attrs.evolve(known[1], sql=f"{known[1].sql}; SELECT pg_sleep(0.5)")
    monkeypatch.setattr(migrating, "migrations", lambda: (known[0], slow))
    assert migrate(empty, settings={"options": "-c statement_timeout=300"}).reached == 2


def test_every_migration_is_numbered_without_a_gap() -> None:
    assert [step.number for step in migrations()] == [*range(1, LAST + 1)]
