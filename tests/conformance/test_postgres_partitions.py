"""Spread over partitions by case id, the tables serve as before, and what is asked about a case touches one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs
import psycopg
import pytest

from expressplatform.ports import Commit
from expressplatform.testing.contracts import StoreContract
from expressplatform.testing.store_rows import Mine
from expressplatform_postgres import case_talks, migrating
from expressplatform_postgres.asking import Asked
from expressplatform_postgres.store import PostgresStore
from tests.servers import Server

SPREAD = ("cases", "events", "effects", "receipts", "tokens")
PARTS = 4


def spread(sql: str) -> str:
    """The migration's tables, each in parts by the hash of the case id."""
    for table in SPREAD:
        parts = "".join(
            f"CREATE TABLE {table}_{n} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {n});\n"
            for n in range(PARTS)
        )
        sql, changed = re.subn(
            rf"(CREATE TABLE {table} \(.*?\n\));", rf"\1 PARTITION BY HASH (case_id);\n{parts}", sql, flags=re.DOTALL
        )
        assert changed == 1
    return sql


@pytest.fixture(scope="module")
def parts(postgres: Server) -> str:
    known = migrating.migrations()
    first = attrs.evolve(known[0], sql=spread(known[0].sql))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "migrations", lambda: (first, *known[1:]))
        dsn = postgres.empty_database()
        migrating.migrate(dsn)
    return dsn


@pytest.mark.prove
class TestPostgresStoreInPartitions(StoreContract):
    @pytest.fixture(autouse=True)
    def where(self, parts: str) -> None:
        self.dsn = parts

    dsn: str

    def make_store(self) -> PostgresStore:
        return PostgresStore(self.dsn)


def _asked(mine: Mine, number: int) -> Iterator[tuple[str, Asked]]:
    """Every statement about one case, with the tables that it must at least look into."""
    yield "cases events", next(case_talks.load(mine.case(number), mine.council))
    yield "receipts", next(case_talks.receipt(mine.case(number), "k"))
    for looked_into, commit in (
        ("", mine.commit(number + 100)),
        ("cases", mine.commit(number, 1)),
        ("cases receipts", _everything(mine, number)),
        ("cases receipts tokens", attrs.evolve(_everything(mine, number), drop_tokens=True)),
        ("cases tokens", attrs.evolve(mine.commit(number, 1), drop_tokens=True)),
        ("", _everything(mine, number, expected=0)),
    ):
        yield looked_into, next(case_talks.append_all([[commit]]))


def _everything(mine: Mine, number: int, expected: int = 1) -> Commit:
    return attrs.evolve(
        mine.commit(number, expected, events=2, key=f"from {expected}"),
        effects=(mine.effect(number, 2),),
        tokens=(mine.token("new"),),
    )


def test_each_statement_on_a_case_touches_one_partition(parts: str) -> None:
    """By what EXPLAIN says was carried out; a scan of all cases, looked at in the same way, touches each."""
    mine = Mine()
    numbers = range(40)  # so many that no part is left empty
    with PostgresStore(parts) as store:
        store.append([attrs.evolve(mine.commit(n, key="k"), tokens=(mine.token("t"),)) for n in numbers])
    everywhere = _touched(parts, next(case_talks.scan(mine.council, "", 100)))
    assert {part for _, part in everywhere} == {*range(PARTS)}
    homes = {number: _home(parts, mine, number) for number in numbers}
    assert len(set(homes.values())) == PARTS
    for number in numbers:
        for looked_into, asked in _asked(mine, number):
            touched = _touched(parts, asked)
            assert set(looked_into.split()) <= {table for table, _ in touched}
            assert {part for _, part in touched} <= {homes[number]}


def _home(dsn: str, mine: Mine, number: int) -> int:
    """The part in which a case lives."""
    with psycopg.connect(dsn) as db:
        row = db.execute(
            "SELECT tableoid::regclass::text FROM cases WHERE case_id = %s", (mine.case(number),)
        ).fetchone()
    assert row is not None
    return int(row[0].removeprefix("cases_"))


def _touched(dsn: str, asked: Asked) -> set[tuple[str, int]]:
    """Table and part of whatever the statement read or changed; it is undone."""
    with psycopg.connect(dsn) as db:
        explained = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.sql}", asked.rounds[0])
        (plan,) = explained.fetchone() or ({},)
        db.rollback()
    return set(_parts(plan[0]["Plan"]))


def _parts(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    if node["Actual Loops"]:
        named = re.fullmatch(r"([a-z]+)_(\d)", node.get("Relation Name", ""))
        if named:
            yield named[1], int(named[2])
        for target in node.get("Target Tables", ()):
            yield from _parts({"Actual Loops": 1, **target})
    for child in node.get("Plans", ()):
        yield from _parts(child)
