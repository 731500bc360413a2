"""Sixteen writers on eight cases: one winner each, no gap, and nobody was told what cannot have been."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from expressplatform.memory import MemoryStore
from expressplatform.ports import EVERYONE, CaseStore, StoredCase
from expressplatform.testing.lifting import lifted
from expressplatform.testing.stores.rows import Mine
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.store import SqliteStore
from tests.faults.writers import WRITERS, in_threads
from tests.linearizable import Call, Recorder, violations

ROOT = Path(__file__).parents[2]


def _checked(store: CaseStore, calls: int) -> None:
    told = in_threads(store, Mine(), calls)
    assert len(told) >= WRITERS * calls
    assert violations(told, store) == []
    assert {"appended", "conflict", "replayed", "read"} == {call.told for call in told}


@pytest.mark.parametrize("calls", [150, pytest.param(10_000, marks=pytest.mark.prove)])
def test_threads_on_the_reference_store(calls: int) -> None:
    with MemoryStore() as store:
        _checked(store, calls)


@pytest.mark.parametrize("calls", [60, pytest.param(2_000, marks=pytest.mark.prove)])
def test_threads_on_one_embedded_store(tmp_path: Path, calls: int) -> None:
    with SqliteStore(tmp_path / "cases.db") as store:
        _checked(store, calls)


@pytest.mark.parametrize("calls", [60, pytest.param(2_000, marks=pytest.mark.prove)])
def test_tasks_on_one_embedded_store_for_asynchronous_callers(tmp_path: Path, calls: int) -> None:
    with lifted(AsyncSqliteStore(tmp_path / "cases.db")) as store:
        _checked(store, calls)


@pytest.mark.parametrize("calls", [12, pytest.param(600, marks=pytest.mark.prove)])
def test_processes_on_one_file(tmp_path: Path, calls: int) -> None:
    command = [sys.executable, "-m", "tests.faults.writers", str(tmp_path / "cases.db")]
    asked = ["--writers", str(WRITERS), "--calls", str(calls)]
    ended = subprocess.run([*command, *asked], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    told, won = map(int, ended.stdout.split())
    assert told >= WRITERS * calls
    assert 8 <= won < told


# ---- the checker sees ---------------------------------------------------------------------------------------------


class TestTheCheckerItself:
    """A history that cannot have been is told from one that can."""

    @pytest.fixture
    def told(self) -> list[Call]:
        """A case that was appended to three times by one writer, each followed by a reading; one key was repeated."""
        self.store, self.mine = MemoryStore(), Mine()
        recorder = Recorder(self.store)
        for expected in range(3):
            recorder.append(self.mine.commit(1, expected, key=f"k-{expected}"))
            recorder.read(self.mine.case(1))
        recorder.append(self.mine.commit(1, 2, key="k-2"))
        recorder.append(self.mine.commit(1, 1, key="late"))
        return recorder.calls

    def test_one_writer_alone_is_in_order(self, told: list[Call]) -> None:
        assert violations(told, self.store) == []
        assert [call.told for call in told] == [*("appended", "read") * 3, "replayed", "conflict"]

    @pytest.mark.parametrize(
        ("place", "change", "sentence"),
        [
            (5, {"version": 2}, "read 2 came after somebody had been told 3"),
            (1, {"version": 2}, "came after somebody had been told 2"),
            (7, {"version": 2}, "conflict 2 came after"),
            (4, {"expected": 1}, "an append on 1 was taken where the case stood at 2"),
            (4, {"mark": b"other"}, "is not there"),
            (4, {"key": "k-1"}, "the key k-1 was carried out twice"),
            (6, {"version": 2}, "a receipt that nobody has"),
            (6, {"told": "conflict"}, "was forgotten"),
            (6, {"asked_at": 0, "answered_at": 1}, "had a receipt before it was asked for"),
        ],
        ids=str,
    )
    def test_a_history_that_cannot_have_been(
        self, told: list[Call], place: int, change: dict[str, int], sentence: str
    ) -> None:
        told[place] = attrs.evolve(told[place], **change)  # type: ignore[arg-type]
        assert any(sentence in said for said in violations(told, self.store))

    def test_a_call_without_an_answer_may_have_been_taken_or_not(self, told: list[Call]) -> None:
        """What the rows say became of it must still fit."""
        lost = attrs.evolve(told[4], told="unknown", version=0, answered_at=1 << 63)
        assert violations([*told[:4], lost, *told[5:]], self.store) == []
        never = attrs.evolve(lost, mark=b"never taken", key="other")
        assert violations([*told, never], self.store) == []

    def test_overlapping_calls_may_be_answered_either_way(self, told: list[Call]) -> None:
        early = attrs.evolve(told[5], version=2, asked_at=told[4].asked_at)
        assert violations([*told[:5], early, *told[6:]], self.store) == []

    @pytest.mark.parametrize("spoil", ["gap", "lead"])
    def test_rows_that_are_not_what_was_told(self, told: list[Call], spoil: str) -> None:
        """A row is missing, or there is one that nobody appended."""
        whole = self.store.load(self.mine.case(1), EVERYONE)
        assert whole is not None

        short = attrs.evolve(whole, events=whole.events[1:])

        class Spoilt(MemoryStore):
            def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
                return short

        if spoil == "lead":
            self.store.append([self.mine.commit(1, 3)])
        assert violations(told, Spoilt() if spoil == "gap" else self.store)
