"""Spread over partitions by case id, the tables serve as before, and what is asked about a case touches one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import attrs
import psycopg
import pytest

from expressplatform.ports import Commit, Sought
from expressplatform.testing.contracts import EvidenceContract, ShelfContract, StoreContract
from expressplatform.testing.evidence.contract import NAMES
from expressplatform.testing.shelves.checks import MyShelf
from expressplatform.testing.stores.rows import NOON, Mine
from expressplatform_postgres import case_talks, evidence_talks, migrating, shelf_talks
from expressplatform_postgres.asking import Asked
from expressplatform_postgres.evidence import PostgresEvidence
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_postgres.store import PostgresStore
from tests.servers import Server

SPREAD = ("cases", "events", "effects", "receipts", "tokens", "files", "chunks")
"""What belongs to a case. Records of the shelf belong to none, and are spread by their kind."""
PARTS = 4


def spread(sql: str) -> str:
    """The tables of a migration, each in parts: by the hash of the case id, those of the shelf by that of the kind."""
    for table in re.findall(r"CREATE TABLE (\w+)", sql):
        if table not in (*SPREAD, "shelf"):
            continue
        by = "kind" if table == "shelf" else "case_id"
        parts = "".join(
            f"CREATE TABLE {table}_{n} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {n});\n"
            for n in range(PARTS)
        )
        sql, changed = re.subn(
            rf"(CREATE TABLE {table} \(.*?\n\));", rf"\1 PARTITION BY HASH ({by});\n{parts}", sql, flags=re.DOTALL
        )
        assert changed == 1
    return sql


@pytest.fixture(scope="module")
def parts(postgres: Server) -> str:
    in_parts = tuple(attrs.evolve(one, sql=spread(one.sql)) for one in migrating.migrations())
    assert sum(one.sql.count("PARTITION BY HASH") for one in in_parts) == len(SPREAD) + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "migrations", lambda: in_parts)
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


@pytest.mark.prove
class TestPostgresEvidenceInPartitions(EvidenceContract):
    @pytest.fixture(autouse=True)
    def where(self, parts: str) -> None:
        self.dsn = parts

    dsn: str

    def make_store(self) -> PostgresEvidence:
        return PostgresEvidence(self.dsn)

    def second_connection(self, store: object) -> PostgresEvidence:
        return PostgresEvidence(self.dsn)


@pytest.mark.prove
class TestPostgresShelfInPartitions(ShelfContract):
    @pytest.fixture(autouse=True)
    def where(self, parts: str) -> None:
        self.dsn = parts

    dsn: str

    def make_shelf(self) -> PostgresShelf:
        return PostgresShelf(self.dsn)


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
    losing = case_talks.append_all([[_everything(mine, number)]])
    next(losing)
    yield "cases receipts", losing.send([[]])  # not kept: what stands in its way


def _asked_of_files(case_id: str) -> Iterator[tuple[str, Asked]]:
    """Every statement about the files of one case, with the tables that it must at least look into."""
    putting = evidence_talks.put(case_id, NAMES[1], [b"x", b"y"], NOON)
    asked = next(putting)
    for looked_into in ("", "chunks", "", "files"):
        yield looked_into, asked
        with suppress(StopIteration):
            asked = putting.send([[]])
    yield "files chunks", evidence_talks.piece_from(case_id, NAMES[0], 0)
    yield "files", next(evidence_talks.listed(case_id, "", 9))
    deleting = evidence_talks.delete(case_id, NAMES[:1])
    yield "files", next(deleting)
    yield "chunks", deleting.send([[(NAMES[0],)]])


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


def test_each_statement_on_the_files_of_a_case_touches_one_partition(parts: str) -> None:
    """The same of evidence; files and chunks of a case are where the case is."""
    mine = Mine()
    numbers = range(40)
    with PostgresEvidence(parts) as evidence, PostgresStore(parts) as store:
        store.append([mine.commit(n) for n in numbers])
        for number in numbers:
            evidence.put(mine.case(number), NAMES[0], [b"x"], NOON)
    everywhere = _touched(parts, next(evidence_talks.listed("", "", 100)))
    assert {part for _, part in everywhere} == {*range(PARTS)}
    for number in numbers:
        home = _home(parts, mine, number)
        for looked_into, asked in _asked_of_files(mine.case(number)):
            touched = _touched(parts, asked)
            assert set(looked_into.split()) <= {table for table, _ in touched}
            assert {part for _, part in touched} <= {home}


def test_each_question_to_a_kind_of_the_shelf_touches_one_partition(parts: str) -> None:
    """Records belong to no case; spread by their kind, those of one kind are read, listed and deleted in one place."""
    shelves = [MyShelf() for _ in range(12)]
    with PostgresShelf(parts) as shelf:
        for mine in shelves:
            shelf.put([mine.row(1)])
    found = set()
    for mine in shelves:
        owner, kind, id_ = mine.owner, mine.kind, mine.row(1).id
        homes = set()
        for asked in (
            next(shelf_talks.get(owner, kind, id_)),
            next(shelf_talks.listed(owner, kind, Sought(), "", 9)),
            next(shelf_talks.listed(owner, kind, Sought(label="x"), "", 9)),
            next(shelf_talks.years(kind)),
            next(shelf_talks.delete(owner, kind, [id_])),
        ):
            touched = {part for _, part in _touched(parts, asked)}
            assert len(touched) == 1
            homes |= touched
        assert len(homes) == 1
        found |= homes
    assert len(found) > 1


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
    (values,) = asked.rounds
    named = values if isinstance(values, Mapping) else dict(zip(asked.names, values, strict=True))
    with psycopg.connect(dsn) as db:
        explained = db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked.sql}", named)
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
