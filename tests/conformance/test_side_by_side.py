"""Runs go side by side on the same rows: whoever takes another's work says so, and the store is not blamed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from expressplatform.memory import MemoryStore
from expressplatform.ports import Commit, Header, Unplaced
from expressplatform.testing.contracts import StoreContract
from expressplatform.testing.guarantees import NotRun
from expressplatform.testing.stores.checks.placing import leaves_of
from expressplatform.testing.stores.contract import walk
from expressplatform.testing.stores.rows import HOUR, MANY, NOON, Mine, Taken, apart
from tests.faulty.lists import OffsetCursor

EARLY, LATE = NOON, NOON + timedelta(days=9)


def called(step: Commit, case_id: str) -> Commit:
    """A step with work, of a case of another name."""
    return attrs.evolve(
        step,
        case_id=case_id,
        header=attrs.evolve(step.header, case_id=case_id),
        events=tuple(attrs.evolve(event, case_id=case_id) for event in step.events),
        effects=tuple(attrs.evolve(effect, case_id=case_id) for effect in step.effects),
    )


class TestWorkThatWasTaken:
    @pytest.mark.parametrize("end", ["-0001", "-a", "-A\n", "f" * 900])
    def test_it_is_said_by_whoever_took_it_and_excused_whatever_its_case_is_called(self, end: str) -> None:
        early, late = Mine(noon=EARLY), Mine(noon=LATE)
        with MemoryStore() as store:
            step = called(early.working(1, EARLY), early.mark + end)
            store.append([step])
            assert late.effects(store, LATE) == []
            with pytest.raises(Taken):
                early.claims(store, EARLY, step.effects)

    def test_work_that_is_missing_for_no_reason_is_a_failure(self) -> None:
        early = Mine(noon=EARLY)
        with MemoryStore() as store:
            step = early.working(1, EARLY)
            store.append([step])
            store.done([step.effects[0].id])
            with pytest.raises(AssertionError):
                early.claims(store, EARLY, step.effects)

    def test_work_that_comes_twice_is_a_failure_whatever_was_taken(self) -> None:
        early, late = Mine(noon=EARLY), Mine(noon=LATE)
        with MemoryStore() as store:
            step = early.working(1, EARLY)
            store.append([step])
            late.effects(store, LATE)
            store.retry(step.effects[0].id, EARLY, 1)
            with pytest.raises(AssertionError):
                early.claims(store, EARLY, [])

    def test_a_check_begins_again_and_is_not_run_where_that_goes_on(self) -> None:
        tries: list[int] = []

        @apart
        def check() -> None:
            tries.append(1)
            if len(tries) < 3:
                raise Taken

        check()
        assert len(tries) == 3

        @apart
        def unlucky() -> None:
            raise Taken

        with pytest.raises(NotRun, match="other runs"):
            unlucky()

    def test_older_work_is_taken_out_of_the_way(self) -> None:
        early, late = Mine(noon=EARLY), Mine(noon=LATE)
        with MemoryStore() as store:
            store.append([early.working(1, EARLY)])
            late.clear(store)
            assert store.claim(LATE, 1, HOUR) == []


class Crowded(StoreContract):
    """Rows that were there before and come all the time do not disturb a check."""

    histories = 5

    def __init__(self) -> None:
        self.store = MemoryStore()

    def make_store(self) -> MemoryStore:
        strangers = Mine()
        self.store.append([strangers.working(number, strangers.noon) for number in range(5)])
        return _Shared(self.store)


class _Shared(MemoryStore):
    """A connection to a store in memory that goes on when it is closed."""

    def __init__(self, rows: MemoryStore) -> None:
        super().__init__()
        self._lock, self._cases, self._receipts = rows._lock, rows._cases, rows._receipts
        self._tokens, self._work, self._places = rows._tokens, rows._work, rows._places


def test_no_check_assumes_an_empty_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """All checks, one after the other, on rows that nobody clears away."""
    # Among thousands of rows a question is long, and a thread would be held up for long in the midst of it.
    monkeypatch.setattr("expressplatform.testing.jostling._MOST", 100)
    crowded, not_run = Crowded(), list[str]()
    for name in dir(crowded):
        if name.startswith("test_"):
            try:
                getattr(crowded, name)()
            except NotRun as reason:
                not_run.append(str(reason))
    assert all("is not given" in reason for reason in not_run), not_run


class _Telling(MemoryStore):
    """Notes how much it told of what is due."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[int] = []

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        found = super().due(now, limit)
        self.told.append(len(found))
        return found


def test_who_asks_often_what_is_due_is_not_told_all_that_others_left() -> None:
    """Hundreds of questions about one case are answered with that case alone, whenever others live."""
    store = _Telling()
    store.append([Mine().commit(1), *(Mine.apart().commit(1) for _ in range(9))])

    class Asking(StoreContract):
        def make_store(self) -> MemoryStore:
            return store

    Asking().test_a_case_is_due_as_its_last_step_says()
    assert len(store.told) > 100
    assert set(store.told) == {0, 1}


def test_a_fault_is_found_among_strangers_rows_too() -> None:
    """OffsetCursor counts rows; strangers' rows are not the council's, and do not hide it."""

    class Faulty(StoreContract):
        def make_store(self) -> OffsetCursor:
            store = OffsetCursor()
            store.append([Mine().commit(1)])
            return store

    with pytest.raises(AssertionError):
        Faulty().test_a_cursor_neither_skips_nor_repeats()


class Overtaken(StoreContract):
    """Somebody else sequences the store all the time, and places whatever waits."""

    def make_store(self) -> MemoryStore:
        return _Sequenced()


class _Sequenced(MemoryStore):
    def unplaced(self, limit: int, /) -> Unplaced:
        with self._open():
            found = super().unplaced(MANY)
            self.place(found.start, leaves_of(found.events))
            return super().unplaced(limit)


def test_rows_that_others_have_placed_are_excused() -> None:
    """Nobody knows when that was, and so what a trader was told: the rest of the history is judged all the same."""
    walk(Overtaken(), 30, start=1)


MAKER = """
from expressplatform_sqlite.store import SqliteStore

def make_store():
    return SqliteStore("shared.db")

def reopen(store):
    store.close()
    return SqliteStore("shared.db")

def second_connection(store):
    return SqliteStore("shared.db")
"""


@pytest.mark.prove
def test_three_runs_at_once_on_one_file_all_pass(tmp_path: Path) -> None:
    (tmp_path / "my_store.py").write_text(MAKER, "utf-8")
    command = (sys.executable, "-m", "expressplatform.testing", "check", "my_store:make_store", "--budget", "10")
    runs = [
        subprocess.Popen(
            (*command, "--seed", str(seed)), cwd=tmp_path, env=os.environ, stdout=subprocess.PIPE, text=True
        )
        for seed in (1, 2, 3)
    ]
    told = [run.communicate(timeout=300)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], "\n".join(told)
