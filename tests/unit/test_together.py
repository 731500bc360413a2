"""Threads that share a transaction, and one of them is interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from expressplatform.ports import Commit
from expressplatform.testing.store_rows import Mine
from expressplatform.together import Outcome, Together


class _Interrupted(BaseException):
    """What a signal's handler raises, in the middle of whatever runs."""


class TestInterruption:
    def test_who_is_interrupted_while_writing_holds_up_nobody(self) -> None:
        """The others write for themselves, and so does whoever comes later."""
        started, go_on = threading.Event(), threading.Event()

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome]:
            if not started.is_set():
                started.set()
                go_on.wait(10)
                raise _Interrupted
            return [[] for _ in groups]

        together = Together(write)

        def interrupted() -> None:
            with pytest.raises(_Interrupted):
                together.append([])

        with ThreadPoolExecutor(5) as pool:
            first = pool.submit(interrupted)
            assert started.wait(10)
            others = [pool.submit(together.append, []) for _ in range(4)]
            go_on.set()
            assert [other.result(10) for other in others] == [[]] * 4
            first.result(10)
        assert together.append([]) == []

    def test_who_is_interrupted_while_waiting_is_not_written_later(self) -> None:
        mine = Mine()
        written: list[Commit] = []
        started, go_on = threading.Event(), threading.Event()

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome]:
            started.set()
            go_on.wait(10)
            written.extend(commit for group in groups for commit in group)
            return [[] for _ in groups]

        def handler(_signal: int, _frame: object) -> None:
            raise _Interrupted

        together = Together(write)
        before = signal.signal(signal.SIGALRM, handler)
        try:
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(together.append, [mine.commit(1)])
                assert started.wait(10)
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                with pytest.raises(_Interrupted):
                    together.append([mine.commit(2)])
                go_on.set()
                assert first.result(10) == []
        finally:
            signal.signal(signal.SIGALRM, before)
        assert together.append([mine.commit(3)]) == []
        assert written == [mine.commit(1), mine.commit(3)]
