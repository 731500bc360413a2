"""What the file of the embedded store promises: whose it is, what survives, and how it fails."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import StoreUnusable
from expressplatform.ledger import leaf_of
from expressplatform.memory import MemoryStore
from expressplatform.ports import (
    EVERYONE,
    Appended,
    AsyncCaseStore,
    AsyncShelf,
    CaseStore,
    Commit,
    Conflict,
    Leaf,
    Receipt,
    Replayed,
    Shelf,
    ShelfRow,
    Sought,
    Token,
    Wanted,
)
from expressplatform.testing.stores.rows import MANY, NOON, Mine
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_sqlite.batch import Batch
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.schema import SCHEMA
from expressplatform_sqlite.shelf import SqliteShelf
from expressplatform_sqlite.single_steps import LONGEST
from expressplatform_sqlite.store import SqliteStore

YEAR: Final = timedelta(days=365)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(StoreUnusable) as caught:
        call()
    return caught.value.code


def changed(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    with db:
        for statement in statements:
            db.execute(statement)
    db.close()


def columns(path: Path) -> list[tuple[str, str]]:
    """Every column of the tables that hold cases and the shelf."""
    with closing(sqlite3.connect(path)) as db:
        query = "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
        return [(table, column) for table, column in db.execute(query) if table != "meta"]


def filled(path: Path, cases: int = 200) -> Mine:
    mine = Mine()
    with SqliteStore(path) as store:
        store.append([mine.commit(number, events=4, key="k") for number in range(cases)])
    return mine


def questions(store: SqliteStore, shelf: SqliteShelf, case_id: str) -> Iterator[Callable[[], object]]:
    """Everything that reads what others may have written into the file."""
    yield lambda: store.load(case_id, EVERYONE)
    yield lambda: store.receipt(case_id, "k")
    yield lambda: [one.status + one.trader + one.duty for one in store.headers(EVERYONE, Wanted(), "", MANY).headers]
    yield lambda: store.due(NOON + YEAR, MANY)
    yield lambda: store.scan(EVERYONE, "", MANY)
    yield lambda: store.place(0, [Leaf(one.case_id, one.version, leaf_of(one)) for one in store.unplaced(MANY).events])
    yield lambda: store.placed(0, MANY)
    yield lambda: store.places(case_id, EVERYONE)
    yield lambda: store.feed("trader", 0, MANY)
    yield lambda: store.claim(NOON + YEAR, MANY, YEAR)
    yield lambda: store.dead(EVERYONE, "", MANY)
    yield lambda: shelf.get("council", "kind", "id")
    yield lambda: [one.place + one.year for one in shelf.list("council", "kind", Sought(), "", MANY).rows]
    yield lambda: sorted(("", *shelf.years("kind")))


class TestWhoseFileItIs:
    def test_a_file_of_a_newer_release_is_refused_and_left_alone(self, path: Path) -> None:
        filled(path)
        changed(path, f"PRAGMA user_version = {SCHEMA + 1}")
        before = path.read_bytes()
        assert refused(lambda: SqliteStore(path)) == "newer_schema"
        assert path.read_bytes() == before

    @pytest.mark.parametrize("mark", ["user_version", "application_id"])
    def test_a_file_with_another_programs_mark_is_refused(self, path: Path, mark: str) -> None:
        changed(path, f"PRAGMA {mark} = 7")
        assert refused(lambda: SqliteStore(path)) == "not_ours"

    def test_a_file_with_tables_of_another_program_is_refused_and_left_alone(self, path: Path) -> None:
        changed(path, "CREATE TABLE theirs (a)")
        before = path.read_bytes()
        assert refused(lambda: SqliteStore(path)) == "not_ours"
        assert path.read_bytes() == before

    def test_a_key_store_is_not_a_case_store(self, path: Path) -> None:
        LocalKeyStore(path).close()
        assert refused(lambda: SqliteStore(path)) == "not_ours"

    def test_a_case_store_is_not_a_key_store(self, path: Path) -> None:
        filled(path)
        assert refused(lambda: LocalKeyStore(path)) == "not_ours"

    def test_a_file_that_is_no_database_is_refused_and_left_alone(self, path: Path) -> None:
        path.write_bytes(b"name: council\n" * 500)
        assert refused(lambda: SqliteStore(path)) == "corrupt"
        assert path.read_bytes() == b"name: council\n" * 500

    def test_a_file_that_lacks_a_table_is_refused(self, path: Path) -> None:
        filled(path)
        changed(path, "DROP TABLE steps")
        assert refused(lambda: SqliteStore(path)) == "corrupt"

    def test_a_truncated_file_is_refused_when_it_is_opened_or_read(self, path: Path) -> None:
        filled(path)
        os.truncate(path, 4096 * 4)

        def read() -> object:
            with SqliteStore(path) as store:
                return store.scan(EVERYONE, "", MANY)

        assert refused(read) == "corrupt"

    def test_pages_overwritten_with_garbage_are_reported_and_never_shown(self, path: Path) -> None:
        mine = filled(path)
        content = path.read_bytes()
        path.write_bytes(content[:8192] + os.urandom(len(content) - 8192))
        with SqliteStore(path) as store:
            assert refused(lambda: store.load(mine.case(7), EVERYONE)) == "corrupt"
            assert refused(lambda: store.append([mine.commit(7, 4)])) == "corrupt"

    @pytest.mark.parametrize("value", ["[", "", "[1]", b"\xff", 2**63 - 1, -(2**63), 1.5])
    def test_a_value_that_its_column_cannot_hold_is_answered_or_reported(self, path: Path, value: object) -> None:
        """SQLite takes any value in any column: whoever edited the file, the error is ours."""
        case_id = filled(path, 3).case(1)
        with SqliteShelf(path) as shelf:
            shelf.put([ShelfRow("council", "kind", "id", 1, "", ("label",), "2026", b"")])
        content = path.read_bytes()
        for table, column in columns(path):
            path.write_bytes(content)
            with closing(sqlite3.connect(path)) as db, db, suppress(sqlite3.IntegrityError):
                db.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
            with SqliteStore(path) as store, SqliteShelf(path) as shelf:
                for ask in questions(store, shelf, case_id):
                    with suppress(StoreUnusable):
                        ask()

    def test_a_folder_that_is_not_there_is_said_so_without_naming_it(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnusable) as caught:
            SqliteStore(tmp_path / "nowhere" / "cases.db")
        assert caught.value.code == "read_only"
        assert "nowhere" not in str(caught.value)

    def test_the_file_and_those_beside_it_are_their_owners_alone(self, path: Path) -> None:
        with SqliteStore(path) as store:
            store.append([Mine().commit(1)])
            beside = list(path.parent.iterdir())
            assert len(beside) == 3
            assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}

    def test_an_empty_file_becomes_a_store(self, path: Path) -> None:
        path.touch()
        filled(path)
        with SqliteStore(path) as store:
            assert len(store.headers(EVERYONE, Wanted(), "", MANY).headers) == 200

    def test_threads_that_open_a_new_file_at_once_all_get_a_store(self, path: Path) -> None:
        codes: list[str] = []

        def opening() -> None:
            try:
                SqliteStore(path).close()
            except StoreUnusable as error:
                codes.append(error.code)

        threads = [threading.Thread(target=opening) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert codes == []


class TestWhatSurvives:
    def test_a_log_that_was_never_folded_in_is_read(self, path: Path, tmp_path: Path) -> None:
        """A copy of file and -wal as a crash leaves them holds everything that was acknowledged."""
        mine = Mine()
        copy = tmp_path / "copy.db"
        with SqliteStore(path) as store:
            store.append([mine.commit(1, events=3)])
            for end in ("", "-wal"):
                shutil.copy(f"{path}{end}", f"{copy}{end}")
        assert Path(f"{copy}-wal").stat().st_size > 0
        with SqliteStore(copy) as store:
            kept = store.load(mine.case(1), EVERYONE)
        assert kept is not None
        assert len(kept.events) == 3

    def test_nothing_acknowledged_is_lost_when_the_process_is_killed(self, path: Path) -> None:
        """Ten times a writer is killed at some moment; every case that it had reported is there, whole."""
        for round_ in range(10):
            reported = _killed_writer(path, after=round_ * 7 + 3)
            with SqliteStore(path) as store:
                for case_id in reported:
                    kept = store.load(case_id, EVERYONE)
                    assert kept is not None
                    assert [event.version for event in kept.events] == [1, 2]
                    assert store.receipt(case_id, "k") is not None
                assert all(len(c.events) == c.header.version for c in store.scan(EVERYONE, "", MANY))
            assert _integrity(path) == "ok"


_WRITER = """
import sys
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.store import SqliteStore
store, mine = SqliteStore(sys.argv[1]), Mine()
for number in range(1_000_000):
    store.append([mine.commit(number, events=2, key="k")])
    print(mine.case(number), flush=True)
"""


def _killed_writer(path: Path, after: int) -> list[str]:
    """The case ids that a writing process had reported when it was killed, after so many of them."""
    command = [sys.executable, "-c", _WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        reported = [child.stdout.readline().strip() for _ in range(after)]
        child.send_signal(signal.SIGKILL)
        reported += [line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return reported


def _integrity(path: Path) -> str:
    db = sqlite3.connect(path)
    try:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        db.close()


class TestHowItFails:
    def test_a_file_that_another_process_holds_is_locked_and_then_works_again(self, path: Path) -> None:
        mine = filled(path)
        other = sqlite3.connect(path, isolation_level=None)
        with SqliteStore(path, busy_seconds=0.05) as store:
            other.execute("BEGIN IMMEDIATE")
            assert refused(lambda: store.append([mine.commit(900)])) == "locked"
            assert store.load(mine.case(1), EVERYONE) is not None
            other.execute("ROLLBACK")
            assert list(store.append([mine.commit(900)])) == [Appended(mine.case(900), 1)]
        other.close()

    def test_a_full_disk_refuses_what_does_not_fit_and_keeps_what_was_acknowledged(self, path: Path) -> None:
        """The limit on pages stands for the disk: the store says so, stays usable, and has lost nothing."""
        mine = Mine()
        with SqliteStore(path) as store:
            store._db.execute("PRAGMA max_page_count = 40")
            acknowledged: list[str] = []
            with pytest.raises(StoreUnusable) as caught:
                _append_until_refused(store, mine, acknowledged)
            assert caught.value.code == "disk_full"
            assert 0 < len(acknowledged) < 500
            assert mine.ids(store.headers(EVERYONE, Wanted(), "", MANY).headers) == acknowledged
            store._db.execute("PRAGMA max_page_count = 100000")
            assert isinstance(store.append([_heavy(mine.commit(900))])[0], Appended)
        assert _integrity(path) == "ok"

    def test_malformed_rows_are_the_error_of_whoever_brought_them(self, path: Path) -> None:
        """An append whose rows cannot be kept fails whole; one that shares its transaction does not."""
        mine = Mine()
        good, twice = mine.commit(1), attrs.evolve(mine.commit(2), events=mine.commit(2).events * 2)
        naive = mine.changed(3, lodged_at=NOON.replace(tzinfo=None))
        with SqliteStore(path) as store:
            outcomes = store.append_all([[mine.commit(5), twice], [good], [naive]])
            assert isinstance(outcomes[0], StoreUnusable)
            assert outcomes[0].code == "failed"
            assert outcomes[1] == [Appended(mine.case(1), 1)]
            assert isinstance(outcomes[2], TypeError)
            assert mine.ids(store.headers(EVERYONE, Wanted(), "", MANY).headers) == [mine.case(1)]

    def test_malformed_records_are_the_error_of_whoever_brought_them(self, path: Path) -> None:
        """A put whose records cannot be kept fails whole; one that shares its transaction does not."""
        nothing: Any = object()
        shapeless = attrs.evolve(_record(3), body=nothing)
        with SqliteShelf(path) as shelf:
            outcomes = shelf.put_all([[_record(1), shapeless], [_record(2)], [_record(2)]])
            assert isinstance(outcomes[0], StoreUnusable)
            assert outcomes[1:] == [[True], [False]]
            assert [row.id for row in shelf.list(EVERYONE, "nonce", Sought(), "", MANY).rows] == ["n2"]

    def test_a_closed_store_leaves_one_file(self, path: Path) -> None:
        mine = filled(path)
        with SqliteStore(path) as store:
            assert store.load(mine.case(1), EVERYONE) is not None
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_an_error_never_quotes_a_row(self, path: Path) -> None:
        mine = Mine()
        first, second = (attrs.evolve(mine.commit(n), effects=(mine.effect(n, 1),)) for n in (1, 2))
        taken = attrs.evolve(second.effects[0], id=first.effects[0].id)
        with SqliteStore(path) as store, pytest.raises(StoreUnusable) as caught:
            store.append([first, attrs.evolve(second, effects=(taken,))])
        assert mine.mark not in str(caught.value)
        assert caught.value.__cause__ is None


def _append_until_refused(store: SqliteStore, mine: Mine, acknowledged: list[str]) -> None:
    for number in range(500):
        store.append([_heavy(mine.commit(number))])
        acknowledged.append(mine.case(number))


@attrs.frozen
class _Wish:
    """What somebody wants to write: so much of a case, from where it stands or from elsewhere, under a key or none."""

    case: int
    more: int
    key: str
    knows: bool

    def commit(self, mine: Mine, stands: dict[int, int], usual: bool) -> Commit:
        """The step, after which others may be built on it; ``usual`` is one event, and no token dropped."""
        expected = stands[self.case] if self.knows else self.more
        events = 1 if usual else max(1, self.more)
        stands[self.case] = version = expected + events
        commit = mine.commit(self.case, expected, events=events, key=self.key)
        effects = tuple(
            mine.effect(self.case, version, kind) for kind in ("ALERT", '"\u2019\N{GRINNING FACE}')[: self.more]
        )
        marks = mine.token("phone"), Token(b"", "2026Q2"), mine.token("e-mail"), mine.token("phone")
        tokens = marks[: self.more + 1] if self.key else ()
        return attrs.evolve(commit, effects=effects, tokens=tokens, drop_tokens=self.more == 3 and not usual)


class TestManyAtOnce:
    def test_a_thousand_awaited_appends_share_few_transactions(self, path: Path) -> None:
        mine = Mine()

        async def main() -> int:
            async with AsyncSqliteStore(path) as store:
                statements: list[str] = []
                store._store._db.set_trace_callback(statements.append)
                written = await asyncio.gather(*(store.append([mine.commit(n)]) for n in range(1000)))
                assert [answers[0] for answers in written] == [Appended(mine.case(n), 1) for n in range(1000)]
                assert statements.count("COMMIT") < 20
                return len((await store.headers(EVERYONE, Wanted(), "", MANY)).headers)

        assert asyncio.run(main()) == 1000

    def test_a_thousand_awaited_records_share_few_transactions(self, path: Path) -> None:
        """Of those that are put twice at the same time one is kept, and its caller alone is told so."""

        async def main() -> int:
            async with AsyncSqliteShelf(path) as shelf:
                statements: list[str] = []
                shelf._shelf._db.set_trace_callback(statements.append)
                kept = await asyncio.gather(*(shelf.put([_record(n // 2)]) for n in range(1000)))
                assert [one for (one,) in kept] == [True, False] * 500
                assert statements.count("COMMIT") < 20
                return len((await shelf.list(EVERYONE, "nonce", Sought(), "", 1000)).rows)

        assert asyncio.run(main()) == 500

    def test_an_event_loop_that_ends_leaves_a_store_that_still_works(self, path: Path) -> None:
        mine = Mine()
        store = AsyncSqliteStore(path)

        async def abandoned() -> None:
            asyncio.create_task(store.append([mine.commit(1)]))  # noqa: RUF006 - abandoned on purpose
            await asyncio.sleep(0)

        async def later() -> object:
            try:
                return await store.append([mine.commit(2)])
            finally:
                await store.close()

        asyncio.run(abandoned())
        assert asyncio.run(later()) == [Appended(mine.case(2), 1)]

    @pytest.mark.parametrize("many", [1, 5, 64])
    def test_steps_of_one_event_are_written_by_one_statement(self, path: Path, many: int) -> None:
        """However many there are, and without a word before or after it: it is its own transaction."""
        mine = Mine()
        with SqliteStore(path) as store:
            statements: list[str] = []
            store._db.set_trace_callback(statements.append)
            store.append_all([[mine.working(number, NOON)] for number in range(many)])
            store._db.set_trace_callback(None)
            assert len(set(statements)) == 1  # it is told once more for each trigger
            assert len(store.headers(EVERYONE, Wanted(), "", MANY).headers) == many

    @pytest.mark.parametrize(("more", "by_one"), [(0, True), (1, False)])
    def test_a_statement_that_is_kept_ready_keeps_no_long_event(self, more: int, by_one: bool) -> None:
        """SQLite holds what it was given last until it is asked again: 64 documents would stay in memory for good."""
        commit = Mine().commit(1)
        (event,) = commit.events
        event = attrs.evolve(event, sealed=bytes(LONGEST - len(event.facts) + more))
        statements: list[str] = []
        with SqliteStore(":memory:") as store:
            store._db.set_trace_callback(statements.append)
            store.append([attrs.evolve(commit, events=(event,))])
            store._db.set_trace_callback(None)
            case = store.load(commit.case_id, EVERYONE)
        assert case is not None
        assert case.events == (event,)
        assert ("COMMIT" not in statements) is by_one

    def test_a_token_without_a_byte_is_one_like_others(self) -> None:
        """Also where it is all that a step leaves."""
        mine, empty = Mine(), Token(b"", "2026Q2")
        with SqliteStore(":memory:") as store:
            assert store.append([attrs.evolve(mine.commit(1), tokens=(empty,))]) == [Appended(mine.case(1), 1)]
            assert store.find(EVERYONE, [b""]) == [mine.case(1)]

    def test_a_key_without_a_letter_is_one_like_others(self) -> None:
        """Who brings it twice in one call is told so the second time."""
        mine = Mine()
        steps = [mine.commit(1, version) for version in range(2)]
        receipts = [Receipt(mine.case(1), "", b"digest", step.header.version) for step in steps]
        with SqliteStore(":memory:") as store:
            answers = store.append([attrs.evolve(step, receipt=one) for step, one in zip(steps, receipts, strict=True)])
        assert answers == [Appended(mine.case(1), 1), Replayed(mine.case(1), receipts[0])]

    @pytest.mark.parametrize("expected", [None, float("nan"), "", "0", -1])
    def test_what_is_no_version_is_acknowledged_to_nobody(self, expected: Any) -> None:
        """Beside others, and where nobody looked at it before."""
        mine = Mine()
        with SqliteStore(":memory:") as store:
            step = attrs.evolve(mine.commit(1), expected=expected)
            before, answers, after = store.append_all([[mine.commit(2)], [step], [mine.commit(3)]])
            assert isinstance(answers, list)
            assert isinstance(answers[0], Conflict)
            assert [before, after] == [[Appended(mine.case(2), 1)], [Appended(mine.case(3), 1)]]
            assert mine.ids(store.headers(EVERYONE, Wanted(), "", MANY).headers) == [mine.case(2), mine.case(3)]

    def test_a_value_that_no_column_keeps_does_not_say_that_the_store_is_closed(self) -> None:
        """It is the fault of whoever brought it, and others are written."""
        mine = Mine()
        wrong = mine.changed(1, alarms=Decimal(0))
        with SqliteStore(":memory:") as store:
            refused, written = store.append_all([[wrong], [mine.commit(2)]])
            assert isinstance(refused, StoreUnusable)
            assert refused.code == "failed"
            assert written == [Appended(mine.case(2), 1)]
        with pytest.raises(StoreUnusable) as raised:
            store.append([mine.commit(3)])
        assert raised.value.code == "closed"

    def test_who_writes_within_a_write_is_refused_and_what_is_under_way_is_kept(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As the handler of a signal may: it would write into a transaction that is another's, or end it."""
        mine, write = Mine(), Batch.write
        refused: list[str] = []

        def interrupted(batch: Batch) -> None:
            write(batch)
            with pytest.raises(StoreUnusable) as raised:
                store.done([])
            refused.append(raised.value.code)
            (answer,) = store.append_all([[mine.commit(3)]])
            assert isinstance(answer, StoreUnusable)
            refused.append(answer.code)

        with SqliteStore(":memory:") as store:
            store.append([mine.commit(1)])
            monkeypatch.setattr(Batch, "write", interrupted)
            answers = store.append([mine.commit(1), mine.commit(2)])
            assert answers == [Conflict(mine.case(1), 0, 1), Appended(mine.case(2), 1)]
            assert refused == ["locked"] * 2
            assert mine.ids(store.headers(EVERYONE, Wanted(), "", MANY).headers) == [mine.case(1), mine.case(2)]

    @given(
        st.lists(
            st.builds(_Wish, *[st.integers(0, 3)] * 2, st.sampled_from(("", "a", "b")), st.booleans()), max_size=70
        ),
        st.sampled_from((1, 3, 70)),
        st.booleans(),
    )
    def test_those_who_share_a_transaction_are_answered_as_if_each_came_alone(
        self, wishes: list[_Wish], together: int, usual: bool
    ) -> None:
        """Whatever they bring: steps of one event alone, or others among them, some built on what is not there."""
        mine, memory, stands = Mine(), MemoryStore(), dict.fromkeys(range(4), 0)
        with SqliteStore(":memory:") as store:
            while wishes:
                commits = [wish.commit(mine, stands, usual) for wish in wishes[:together]]
                del wishes[:together]
                answers = [memory.append([commit]) for commit in commits]
                assert store.append_all([[commit] for commit in commits]) == answers
                stands |= {n: len(case.events) for n in stands if (case := memory.load(mine.case(n), EVERYONE))}
            later = NOON + YEAR
            assert store.scan(EVERYONE, "", MANY) == memory.scan(EVERYONE, "", MANY)
            assert store.claim(later, MANY, YEAR) == memory.claim(later, MANY, YEAR)
            for token in (b"", *(mine.token(name).value for name in ("phone", "e-mail"))):
                assert store.find(EVERYONE, [token]) == memory.find(EVERYONE, [token])
            for number, key in itertools.product(stands, "ab"):
                assert store.receipt(mine.case(number), key) == memory.receipt(mine.case(number), key)


@pytest.mark.parametrize("kind", [AsyncSqliteStore, AsyncSqliteShelf])
@pytest.mark.parametrize("cancelled", [False, True])
def test_who_closes_again_finds_the_file_closed_and_all_written(
    path: Path, kind: type[AsyncSqliteStore | AsyncSqliteShelf], cancelled: bool
) -> None:
    """While another is closing it, and after that one was cancelled, wherever it stood."""

    async def main(mine: Mine, pauses: int) -> None:
        store = kind(path)
        writing: list[asyncio.Future[Any]]
        if isinstance(store, AsyncSqliteStore):
            writing = [asyncio.ensure_future(store.append([mine.commit(number)])) for number in range(9)]
        else:
            writing = [asyncio.ensure_future(store.put([_record(number)])) for number in range(9)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(store.close())
        for _ in range(pauses):
            await asyncio.sleep(0)
        if cancelled:
            closing.cancel()
        await store.close()
        assert all(one.done() and one.exception() is None for one in writing)
        assert not [one for one in Path("/proc/self/fd").iterdir() if str(path) in _target(one)]
        await asyncio.wait([closing])

    for pauses in range(1, 6):
        asyncio.run(main(Mine.apart(), pauses))


@pytest.mark.parametrize("kind", [AsyncSqliteStore, AsyncSqliteShelf])
def test_who_closes_after_an_event_loop_ended_in_the_midst_of_closing_closes_the_file(
    path: Path, kind: type[AsyncSqliteStore | AsyncSqliteShelf]
) -> None:
    """Wherever it stood: it is the loop that was cancelled, and not who closes now."""

    async def ends(store: AsyncSqliteStore | AsyncSqliteShelf, pauses: int) -> None:
        asyncio.create_task(store.close())  # noqa: RUF006 - abandoned on purpose
        for _ in range(pauses):
            await asyncio.sleep(0)

    for pauses in range(5):
        store = kind(path)
        asyncio.run(ends(store, pauses))
        asyncio.run(store.close())
        assert not [one for one in Path("/proc/self/fd").iterdir() if str(path) in _target(one)]


def _target(link: Path) -> str:
    """Where a link leads; the empty text where it is not there any more."""
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ""


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("sync", "aio", "port", "async_port"),
    [
        (SqliteStore, AsyncSqliteStore, CaseStore, AsyncCaseStore),
        (SqliteShelf, AsyncSqliteShelf, Shelf, AsyncShelf),
    ],
)
def test_both_faces_have_the_methods_of_their_ports_and_the_same_arguments(
    sync: type, aio: type, port: type, async_port: type
) -> None:
    assert _public(sync) - {"append_all", "put_all"} == _public(aio)
    assert _public(aio) == _public(port) == _public(async_port)
    for name in _public(aio):
        plain, awaited = getattr(sync, name), getattr(aio, name)
        assert inspect.signature(plain) == inspect.signature(awaited)
        assert inspect.iscoroutinefunction(awaited)


def _record(number: int) -> ShelfRow:
    return ShelfRow("hkcc", "nonce", f"n{number}", 1, "2025", (), "", b"body")


def _heavy(commit: Commit) -> Commit:
    (event,) = commit.events
    return attrs.evolve(commit, events=(attrs.evolve(event, sealed=bytes(2000)),))
