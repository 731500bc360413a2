"""Whoever can write to the database cannot change a row at or below a checkpoint that somebody else keeps, unseen.

The edits are made in the file or the database itself, past the library, by somebody who knows its tables: also one who
computes hashes anew, takes away the checkpoints that are kept there, or signs anew. A failure names its seed.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest

from expressplatform import commands as c
from expressplatform import ledger
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import LedgerBroken, SignatureInvalid
from expressplatform.memory import MemoryKeyStore
from expressplatform.platform import Platform
from expressplatform.ports import CaseStore, Placed, Shelf, StoredEvent
from expressplatform.schemes import HK_CCA
from expressplatform.signing import SigningKey
from expressplatform_postgres.shelf import PostgresShelf
from expressplatform_postgres.store import PostgresStore
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.store import SqliteStore
from tests.serving import Server
from tests.walking import OFFICER, PERSON, UPLOAD
from tests.whole_life import ASSESSED, SECOND, Clock, complaint, say, seeded

Statement = tuple[str, Sequence[object]]
"""SQL with question marks, and its values."""
Edit = Callable[[random.Random, Sequence[Placed], int], list[Statement]]
"""What changes a ledger of rows at or below a checkpoint's size."""

DAYS: Final = 6
CASES: Final = 7


# ---- what is tampered with ------------------------------------------------------------------------------------------


@attrs.frozen
class Kept:
    """A ledger with its rows, and what left the house: by the number of rows, the notes of its days."""

    keys: MemoryKeyStore
    clock: Clock
    rows: tuple[Placed, ...]
    exported: dict[int, bytes]

    def platform(self, store: CaseStore, shelf: Shelf, keys: MemoryKeyStore | None = None) -> Platform:
        return Platform(scheme=HK_CCA, store=store, shelf=shelf, keys=keys or self.keys, now=self.clock, draw=seeded)


def lived(store: CaseStore, shelf: Shelf) -> Kept:
    """Some days of a council; each ends with a checkpoint, and some cases are erased."""
    kept = Kept(MemoryKeyStore(), Clock(), (), {})
    platform, notes = kept.platform(store, shelf), dict[int, bytes]()
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    for day in range(DAYS):
        for number in range(CASES):
            _case(platform, f"{day}-{number}", erased=number == day)
        while platform.work().done:
            pass
        while platform.sequence().placed:
            pass
        note = platform.checkpoint()
        assert note is not None
        notes[ledger.claimed_checkpoint(note).size] = note
        kept.clock.wait(days=1)
    return attrs.evolve(kept, rows=tuple(store.placed(0, 10**6)), exported=notes)


def _case(platform: Platform, name: str, *, erased: bool) -> None:
    who = Particulars(name="A. Person", email="a@example.org", order_number=name, statement="It broke.", request="Pay.")
    case = platform.lodge(complaint(who), by=OFFICER, key=name)
    steps: list[tuple[Any, Actor]] = [(c.AddNote(say()), OFFICER), (c.Accept(), OFFICER), (UPLOAD, OFFICER)]
    for number, (command, by) in enumerate([*steps, (c.Withdraw(say()), PERSON)][: 5 if erased else 3]):
        platform.act(case.id, command, by=by, key=str(number))
    if erased:
        platform.erase(case.id, by=OFFICER, approved_by=SECOND)


# ---- edits ----------------------------------------------------------------------------------------------------------


def _other(chance: random.Random, data: bytes) -> bytes:
    """Other bytes by one bit, which leaves text text; one byte where there is none."""
    if not data:
        return b"x"
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(4),)) + data[at + 1 :]


def _set(event: StoredEvent, **columns: object) -> Statement:
    names = ", ".join(f"{name} = ?" for name in columns)
    return f"UPDATE events SET {names} WHERE case_id = ? AND version = ?", (
        *columns.values(), event.case_id, event.version,
    )  # fmt: skip


def flip(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """One bit of one column; or another place in its case, or in another one, that no row has yet."""
    event = rows[chance.randrange(size)].event
    taken = {(row.event.case_id, row.event.version) for row in rows}
    other = _other(chance, event.case_id.encode()).decode()
    while (other, event.version) in taken:
        other = _other(chance, other.encode()).decode()
    changed: list[dict[str, object]] = [
        {"facts": _other(chance, event.facts)},
        {"sealed": _other(chance, event.sealed)},
        {"kind": _other(chance, event.kind.encode()).decode()},
        {"schema": event.schema ^ 1 << chance.randrange(20)},
        {"case_id": other},
        {"version": event.version + 100_000},
    ]
    return [_set(event, **chance.choice(changed))]


def forge(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """One row written anew, and its hash with it."""
    row = rows[chance.randrange(size)]
    facts = _other(chance, row.event.facts)
    anew = ledger.leaf_of(attrs.evolve(row.event, facts=facts))
    return [_set(row.event, facts=facts), ("UPDATE ledger SET hash = ? WHERE place = ?", (anew, row.place))]


def empty(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """A sealed part taken out of its row, as if erasing meant that; with its hash."""
    row = chance.choice([row for row in rows[:size] if row.event.sealed])
    anew = ledger.leaf_of(attrs.evolve(row.event, sealed=b""))
    return [_set(row.event, sealed=b""), ("UPDATE ledger SET hash = ? WHERE place = ?", (anew, row.place))]


def delete(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """A row gone: from the events, from the ledger, or from both."""
    row = rows[chance.randrange(size)]
    both: list[Statement] = [
        ("DELETE FROM ledger WHERE place = ?", (row.place,)),
        ("DELETE FROM events WHERE case_id = ? AND version = ?", (row.event.case_id, row.event.version)),
    ]
    return chance.choice([both, both[:1], both[1:]])


def close_up(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """A row gone, and those behind it moved up, so that no gap tells."""
    at = chance.randrange(size)
    statements: list[Statement] = [
        ("DELETE FROM ledger WHERE place = ?", (at,)),
        ("DELETE FROM events WHERE case_id = ? AND version = ?", (rows[at].event.case_id, rows[at].event.version)),
    ]
    move = "UPDATE ledger SET place = ? WHERE place = ?"
    moved: list[Statement] = [(move, (place - 1, place)) for place in range(at + 1, len(rows))]
    return [*statements, *moved, ("UPDATE ledger_end SET place = place - 1 WHERE one = ?", (1,))]


def swap(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """Two rows in each other's place."""
    one = chance.randrange(size)
    other = chance.choice([at for at in range(len(rows)) if at != one])
    moves = ((-1, one), (one, other), (other, -1))
    return [("UPDATE ledger SET place = ? WHERE place = ?", move) for move in moves]


def exchange(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """What two rows say, exchanged."""
    one = rows[chance.randrange(size)].event
    other = chance.choice([row.event for row in rows if row.event.facts != one.facts])
    return [
        _set(mine, facts=theirs.facts, sealed=theirs.sealed, kind=theirs.kind)
        for mine, theirs in ((one, other), (other, one))
    ]


def truncate(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """Everything from a row on gone, and the end moved there."""
    at = chance.randrange(size)
    gone = [
        ("DELETE FROM events WHERE case_id = ? AND version = ?", (row.event.case_id, row.event.version))
        for row in rows[at:]
    ]
    return [
        *gone,
        ("DELETE FROM ledger WHERE place >= ?", (at,)),
        ("UPDATE ledger_end SET place = ? WHERE one = 1", (at,)),
    ]


def rewrite(chance: random.Random, rows: Sequence[Placed], size: int) -> list[Statement]:
    """Everything from a row on written anew, with hashes that fit."""
    found: list[Statement] = []
    for row in rows[chance.randrange(size) :]:
        facts = row.event.facts[:-1] + b" " + row.event.facts[-1:]
        anew = ledger.leaf_of(attrs.evolve(row.event, facts=facts))
        found += [_set(row.event, facts=facts), ("UPDATE ledger SET hash = ? WHERE place = ?", (anew, row.place))]
    return found


EDITS: Final = (flip, forge, empty, delete, close_up, swap, exchange, truncate, rewrite)
FORGET: Final[Statement] = ("DELETE FROM shelf WHERE kind = ?", ("checkpoint",))
"""What whoever tampers does first, half of the time: nothing that is kept beside the rows speaks against them."""


def edited(seed: int, kept: Kept) -> tuple[list[Statement], bytes, str]:
    """What is done, the checkpoint that somebody else holds, and the name of it all."""
    chance, edit = random.Random(seed), EDITS[seed % len(EDITS)]
    size = chance.choice(list(kept.exported))
    forgets = [FORGET] if chance.random() < 0.5 else []
    return [*forgets, *edit(chance, kept.rows, size)], kept.exported[size], f"seed {seed}: {edit.__name__} below {size}"


def is_found(platform: Platform, note: bytes) -> bool:
    try:
        platform.verify([note])
    except LedgerBroken:
        return True
    return False


def does_not_help_to_sign_anew(kept: Kept, store: CaseStore, shelf: Shelf, note: bytes) -> bool:
    """Whoever tampered signs what there is now: with a key of their own nobody takes it, with ours it does not fit."""
    hashes = store.leaves(0, 10**6)
    now = ledger.Checkpoint("hkcc/ledger", len(hashes), ledger.EMPTY.extend(hashes).root())
    theirs = SigningKey.generate()
    platform = kept.platform(store, shelf)
    try:
        platform.verify([ledger.write_checkpoint(now, public=theirs.public, sign=theirs.sign)])
    except SignatureInvalid:
        return is_found(platform, note)
    return False


# ---- the embedded store ---------------------------------------------------------------------------------------------


@attrs.frozen
class File:
    """A file that is written anew for each edit."""

    path: Path
    content: bytes
    kept: Kept

    def tampered(self, statements: Sequence[Statement]) -> None:
        """The file as it was, with some statements carried out on it."""
        self.path.write_bytes(self.content)
        with closing(sqlite3.connect(self.path)) as db, db:
            for query, values in statements:
                if "ledger_end" not in query:  # the file needs none
                    db.execute(query, values)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> File:
    path = tmp_path_factory.mktemp("tampered") / "cases.db"
    with SqliteStore(path) as store, SqliteShelf(path) as shelf:
        kept = lived(store, shelf)
    return File(path, path.read_bytes(), kept)


def every_edit_of_the_file_is_found(file: File, seeds: range) -> None:
    for seed in seeds:
        statements, note, name = edited(seed, file.kept)
        file.tampered(statements)
        with SqliteStore(file.path) as store, SqliteShelf(file.path) as shelf:
            assert is_found(file.kept.platform(store, shelf), note), f"{name} was not found"
            if seed % 10 == 0:
                assert does_not_help_to_sign_anew(file.kept, store, shelf, note), f"{name}, signed anew, was not found"


def test_an_untouched_file_holds_under_every_checkpoint_though_cases_were_erased(file: File) -> None:
    file.tampered([])
    with SqliteStore(file.path) as store, SqliteShelf(file.path) as shelf:
        found = file.kept.platform(store, shelf).verify(list(file.kept.exported.values()))
        assert (found.rows, found.kept, found.exported) == (len(file.kept.rows), DAYS, DAYS)
    assert sum(row.event.kind == "erased" for row in file.kept.rows) == DAYS


def test_the_check_can_say_yes(file: File) -> None:
    """A row above the checkpoint that somebody holds is not its business, where nothing was kept here."""
    size = min(file.kept.exported)
    row = file.kept.rows[size]
    anew = ledger.leaf_of(attrs.evolve(row.event, facts=b"{}"))
    hash_ = ("UPDATE ledger SET hash = ? WHERE place = ?", (anew, row.place))
    file.tampered([FORGET, _set(row.event, facts=b"{}"), hash_])
    with SqliteStore(file.path) as store, SqliteShelf(file.path) as shelf:
        assert not is_found(file.kept.platform(store, shelf), file.kept.exported[size])
        assert is_found(file.kept.platform(store, shelf), file.kept.exported[max(file.kept.exported)])


def test_some_hundred_random_edits_of_the_file_are_all_found(file: File) -> None:
    every_edit_of_the_file_is_found(file, range(270))


@pytest.mark.prove
def test_ten_thousand_random_edits_of_the_file_are_all_found(file: File) -> None:
    every_edit_of_the_file_is_found(file, range(270, 10_270))


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------

TABLES: Final = ("events", "ledger", "ledger_end", "shelf")


@pytest.fixture
def in_database(postgres: Server) -> tuple[str, Kept]:
    database = postgres.database()
    with PostgresStore(database) as store, PostgresShelf(database) as shelf:
        kept = lived(store, shelf)
    with psycopg.connect(database, autocommit=True) as db:
        for table in TABLES:
            db.execute(f"CREATE TABLE {table}_kept AS TABLE {table}")
    return database, kept


def tampered(dsn: str, statements: Sequence[Statement]) -> None:
    """The tables as they were, with some statements carried out on them."""
    with psycopg.connect(dsn) as db:
        for table in TABLES:
            db.execute(f"TRUNCATE {table}")
            db.execute(f"INSERT INTO {table} SELECT * FROM {table}_kept")
        for query, values in statements:
            db.execute(query.replace("?", "%s"), values)


def every_edit_of_the_database_is_found(dsn: str, kept: Kept, seeds: range) -> None:
    with PostgresStore(dsn) as store, PostgresShelf(dsn) as shelf:
        platform = kept.platform(store, shelf)
        tampered(dsn, [])
        assert platform.verify(list(kept.exported.values())).rows == len(kept.rows)
        for seed in seeds:
            statements, note, name = edited(seed, kept)
            tampered(dsn, statements)
            assert is_found(platform, note), f"{name} was not found"
            assert does_not_help_to_sign_anew(kept, store, shelf, note), f"{name}, signed anew, was not found"


def test_random_edits_of_the_database_are_all_found(in_database: tuple[str, Kept]) -> None:
    every_edit_of_the_database_is_found(*in_database, range(27))


@pytest.mark.prove
def test_a_thousand_random_edits_of_the_database_are_all_found(in_database: tuple[str, Kept]) -> None:
    every_edit_of_the_database_is_found(*in_database, range(27, 1_027))
