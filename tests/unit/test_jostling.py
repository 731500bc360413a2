"""Threads that meet: what each returns, and what becomes of those that wait for one that has failed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
import time
import warnings
from collections.abc import Callable
from functools import partial
from threading import Barrier, BrokenBarrierError, Thread
from typing import Final

import pytest

from expressplatform.testing.jostling import jostled, listening, side_by_side

WAIT: Final = 60.0
Meet = Callable[[Barrier, Callable[[], int], Callable[[], int]], list[int]]


def _jostled(together: Barrier, *jobs: Callable[[], int]) -> list[int]:
    return jostled(*jobs, together=together)


def _met(together: Barrier, number: int) -> int:
    """Meets the other five times."""
    for _ in range(5):
        together.wait(WAIT)
    return number


def _fails(together: Barrier) -> int:
    """Meets the other once, and then no more."""
    together.wait(WAIT)
    raise LookupError("turned away")


@pytest.mark.parametrize("meet", [side_by_side, _jostled])
class TestTwoThreads:
    def test_what_each_returns_comes_in_the_order_of_the_jobs(self, meet: Meet) -> None:
        together = Barrier(2)
        assert meet(together, partial(_met, together, 1), partial(_met, together, 2)) == [1, 2]

    @pytest.mark.parametrize("first", [True, False])
    def test_one_that_fails_lets_nobody_wait_and_says_what_it_failed_by(self, meet: Meet, first: bool) -> None:
        together, begun = Barrier(2), time.monotonic()
        jobs = [partial(_fails, together), partial(_met, together, 1)]
        with pytest.raises(LookupError, match="turned away"):
            meet(together, *(jobs if first else jobs[::-1]))
        assert time.monotonic() - begun < WAIT / 2

    def test_one_that_waits_for_nobody_is_told(self, meet: Meet) -> None:
        """A barrier that broke by itself is an error too."""
        together = Barrier(2)
        together.abort()
        with pytest.raises(BrokenBarrierError):
            meet(together, partial(_met, together, 1), partial(_met, together, 2))


class Count:
    """Counted by two threads, without a lock."""

    def __init__(self) -> None:
        self.number = 0

    def in_two_lines(self) -> None:
        """Another thread may count between the two."""
        number = self.number
        self.number = number + 1

    def in_one_line(self) -> None:
        """Another thread may count in the midst of it."""
        self.number = self.number + 1


def _loses(one: Callable[[Count], None]) -> bool:
    """Whether some of what two threads count is lost."""
    count = Count()

    def often() -> None:
        for _ in range(30):
            one(count)

    jostled(often, often)
    return count.number < 60


WITHIN_A_LINE: Final = pytest.mark.skipif(
    sys.version_info[:2] == (3, 12), reason="Python 3.12 cannot be asked to stop within a line: python/cpython#103615"
)

OUTLASTS: Final = """
    def much():
        number = 0
        for _ in range(12_000):
            number += 1
        return number

    print(jostled(much, much, much))
"""
"""Threads that run on after each has been held up as often as it may be; the others are held up still."""

HANDS_ON: Final = """
    import threading

    def one_by_one():
        yield 1
        yield 2

    def hands_on():
        numbers, told = one_by_one(), []
        told.append(next(numbers))
        other = threading.Thread(target=lambda: told.append(next(numbers)))
        other.start()
        other.join()
        return told

    for _ in range(2):
        print(jostled(hands_on, hands_on))
"""
"""A generator is begun by a thread that is held up, and goes on in one that is not."""


class TestBeingHeldUp:
    @pytest.mark.parametrize("one", [Count.in_two_lines, pytest.param(Count.in_one_line, marks=WITHIN_A_LINE)])
    def test_what_two_threads_do_without_a_lock_comes_apart(self, one: Callable[[Count], None]) -> None:
        assert any(_loses(one) for _ in range(20))

    @pytest.mark.parametrize(
        ("script", "told"),
        [(OUTLASTS, "[12000, 12000, 12000]\n"), (HANDS_ON, "[[1, 2], [1, 2]]\n" * 2)],
        ids=["often enough", "a generator"],
    )
    def test_an_interpreter_outlives_threads_that_are_held_up_no_more_beside_those_that_are(
        self, script: str, told: str
    ) -> None:
        """In a process of its own, which nothing else can spoil and which spoils nothing else."""
        whole = "from expressplatform.testing.jostling import jostled\n" + textwrap.dedent(script)
        run = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=WAIT, check=False)
        assert (run.returncode, run.stdout, run.stderr) == (0, told, "")


def _logs(log: logging.Logger, go: Barrier, word: str) -> None:
    """Logs a word once it may, and is there until it has been looked for."""
    go.wait(WAIT)
    log.error(word)
    go.wait(WAIT)


class TestListening:
    """What an adapter tells is heard, whichever way it goes; what others tell for themselves is not."""

    def test_a_log_that_leads_nowhere_else_is_heard(self) -> None:
        log = logging.getLogger("tests.unit.jostling")
        log.propagate = False
        with listening() as heard:
            log.debug("one %s", "word")
            try:
                raise LookupError("another")
            except LookupError:
                log.exception("failed")
        assert "one word" in heard.said
        assert "another" in heard.said

    def test_threads_that_begin_meanwhile_are_heard_and_those_that_were_there_are_not(self) -> None:
        log, go = logging.getLogger("tests.unit.jostling"), Barrier(2)
        before = Thread(target=_logs, args=(log, go, "before"))
        before.start()
        with listening() as heard:
            go.wait(WAIT)
            go.wait(WAIT)
            new = Thread(target=log.error, args=("meanwhile",))
            new.start()
            new.join()
        before.join()
        assert "meanwhile" in heard.said
        assert "before" not in heard.said

    def test_a_thread_that_is_named_is_heard(self) -> None:
        log, go = logging.getLogger("tests.unit.jostling"), Barrier(2)
        named = Thread(target=_logs, args=(log, go, "named"))
        named.start()
        assert named.ident is not None
        with listening(named.ident) as heard:
            go.wait(WAIT)
            go.wait(WAIT)
        named.join()
        assert "named" in heard.said

    @pytest.mark.parametrize(
        "tell",
        [
            lambda: print("a word"),
            lambda: print("a word", file=sys.stderr),
            lambda: os.write(1, b"a word\n"),
            lambda: os.write(2, b"a word\n"),
            lambda: warnings.warn("a word", stacklevel=1),
        ],
        ids=["print", "stderr", "output", "errors", "warning"],
    )
    def test_what_is_printed_or_warned_of_is_heard(self, tell: Callable[[], object]) -> None:
        with listening() as heard:
            tell()
        assert "a word" in heard.said

    def test_afterwards_everything_goes_where_it_went_before(self, capfd: pytest.CaptureFixture[str]) -> None:
        made, level = logging.getLogRecordFactory(), logging.getLogger().level
        with pytest.raises(LookupError), listening():
            raise LookupError
        os.write(2, b"afterwards\n")
        assert capfd.readouterr().err == "afterwards\n"
        assert (logging.getLogRecordFactory(), logging.getLogger().level) == (made, level)
