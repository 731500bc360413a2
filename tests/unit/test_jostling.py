"""Threads that meet: what each returns, and what becomes of those that wait for one that has failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Final

import pytest

from expressplatform.testing.jostling import jostled, side_by_side

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
