"""Whatever is asked of them, the stores that last answer as the reference store does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import attrs
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressplatform.memory import MemoryStore
from expressplatform.ports import EVERYONE, CaseStore, Commit, Token, Wanted
from expressplatform.testing.store_rows import NOON, Mine
from expressplatform_postgres.store import PostgresStore
from expressplatform_sqlite.store import SqliteStore
from tests.servers import Server

MINE = Mine("m")
NAMES = st.sampled_from(["", "alpha", "beta", "al"])
INSTANTS = st.sampled_from([NOON + timedelta(minutes=minute) for minute in range(4)])
TOKENS = st.sampled_from([Token(b"1", "q1"), Token(b"2", "q1"), Token(b"3", "q2")])


@st.composite
def commits(draw: st.DrawFn) -> Commit:
    """A step of one of three cases, whose version may or may not be the one that stands."""
    number, expected = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    commit = MINE.commit(
        number, expected, events=draw(st.integers(1, 2)), key=draw(st.sampled_from(["", "", "k", "l"]))
    )
    header = attrs.evolve(
        commit.header,
        status=draw(st.sampled_from(["LODGED", "CLOSED"])),
        trader=draw(NAMES),
        former=tuple(draw(st.lists(NAMES.filter(bool), max_size=2))),
        assignee=draw(NAMES),
        changed_at=draw(INSTANTS),
        due_at=draw(st.none() | INSTANTS),
        owed_since=draw(st.none() | INSTANTS),
        alarms=draw(st.integers(0, 1)),
    )
    return attrs.evolve(
        commit,
        header=header,
        effects=tuple(MINE.effect(number, expected + 1, kind) for kind in draw(st.sets(st.sampled_from("XY")))),
        tokens=tuple(draw(st.lists(TOKENS, max_size=2))),
        drop_tokens=draw(st.booleans()),
    )


def _answers(store: CaseStore, calls: Sequence[Sequence[Commit]], wanted: Wanted) -> list[object]:
    """All that the store says while the calls are made and afterwards."""
    said: list[object] = []
    for call in calls:
        said.append(list(store.append(call)))
        said.append(list(store.claim(NOON + timedelta(minutes=1), 2, timedelta(minutes=1))))
    for organisation in (EVERYONE, MINE.council, "alpha", "al", ""):
        said.append(list(store.scan(organisation, "", 9)))
        said.append(store.headers(organisation, wanted, "", 2))
        said.append(store.headers(organisation, wanted, MINE.case(1), 1))
        said.append(list(store.find(organisation, [b"1", b"3"])))
    said += [list(store.due(NOON + timedelta(minutes=at), 9)) for at in range(4)]
    said += [store.receipt(MINE.case(number), "k") for number in range(4)]
    said.append(list(store.claim(NOON + timedelta(minutes=2), 9, timedelta(0))))
    said.append(list(store.quarters()))
    return said


CALLS = st.lists(st.lists(commits(), max_size=5), max_size=5)
WANTED = st.builds(
    Wanted,
    status=st.sampled_from([(), ("LODGED",), ("LODGED", "CLOSED"), ("OTHER",)]),
    trader=NAMES,
    assignee=NAMES,
    due_before=st.none() | INSTANTS,
    owed_before=st.none() | INSTANTS,
    alarmed=st.booleans(),
)


@given(CALLS, WANTED)
def test_the_embedded_store_answers_as_the_reference_store_does(calls: list[list[Commit]], wanted: Wanted) -> None:
    with MemoryStore() as model, SqliteStore(":memory:") as store:
        assert _answers(store, calls, wanted) == _answers(model, calls, wanted)


@pytest.fixture(scope="module")
def emptied(postgres: Server) -> str:
    """A database that each example empties; here nothing has to survive a crash."""
    return f"{postgres.database()}&options=-c%20synchronous_commit%3Doff"


_EMPTY = "TRUNCATE cases, events, effects, receipts, tokens"


@settings(max_examples=max(12, settings().max_examples // 10))
@given(CALLS, WANTED)
def test_the_store_on_postgresql_answers_as_the_reference_store_does(
    emptied: str, calls: list[list[Commit]], wanted: Wanted
) -> None:
    with psycopg.connect(emptied, autocommit=True) as db:
        db.execute(_EMPTY)
    with MemoryStore() as model, PostgresStore(emptied) as store:
        assert _answers(store, calls, wanted) == _answers(model, calls, wanted)
