"""Timing what waits for a disk: the clock on the wall, since a process that waits works nothing.

Laws of this file: entrants take turns in shuffled rounds, as in `measure`, and each round gives one ratio. What an
operation needs is made ready beforehand and not timed, so that a store is handed something new each time. A store
grows with its entrant's turns; both sides of a row have as many. A busy neighbour does cost here: so turns are short
and rounds many, which lets both sides of a round meet the same weather; the median counts, and a wide spread tells
of it.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Final

from benchmarks.measure import Effort, Times, Work

Ready = Callable[[int], Work]
"""Makes so many operations ready, and gives what carries out all of them, once: only that is timed."""


_MOST: Final = 1 << 20
"""Operations of a turn; work that takes less time than that would need is not worth a clock on the wall."""
FINER: Final = 4
"""A wall-clock race has so many times the rounds of an effort, each so many times shorter."""


def raced(entrants: Mapping[str, Ready], effort: Effort, *, each: int = 1) -> Times:
    """Everybody once in each round, in an order drawn anew; microseconds of one of ``each`` parts of an operation."""
    often = {name: _often(ready, effort.seconds / FINER) for name, ready in entrants.items()}
    found: dict[str, list[float]] = {name: [] for name in entrants}
    order = list(entrants)
    draw = random.Random(20250603)
    for _ in range(effort.rounds * FINER):
        draw.shuffle(order)
        for name in order:
            found[name].append(_timed(entrants[name], often[name]) / often[name] / each * 1e6)
    return Times(found)


def _timed(ready: Ready, operations: int) -> float:
    work = ready(operations)
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


def _often(ready: Ready, seconds: float) -> int:
    """How many operations fill a round; finding out warms the store up."""
    operations = 1
    while (taken := _timed(ready, operations)) < seconds / 4 and operations < _MOST:
        operations *= 2
    return max(1, round(operations * seconds / taken))
