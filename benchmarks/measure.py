"""Timing: contestants take turns in shuffled rounds, and each round gives one ratio.

Laws of this file: what is counted is the CPU time of this process, so that a busy neighbour costs nobody; the
number is the median over the rounds, the spread its least and greatest; a round is long enough for a timer's
grain not to matter. It knows no library, ours or another.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from time import process_time
from typing import Any

import attrs

Work = Callable[[], object]
"""Does the work once; what it returns is thrown away."""


@attrs.frozen
class Effort:
    """How many rounds, and how many seconds of CPU each contestant has in a round."""

    rounds: int = 11
    seconds: float = 0.2


@attrs.frozen
class Contest:
    """Who takes turns: one piece of work by name, each worth so many operations (``each``), in ``unit``."""

    work: Mapping[str, Work]
    each: int = 1
    unit: str = "µs"


@attrs.frozen
class Times:
    """What a contest measured: by name, the microseconds of one operation in each round."""

    by_name: Mapping[str, Sequence[float]]

    def of(self, name: str) -> float:
        """The median of one contestant, in microseconds."""
        return median(self.by_name[name])

    def ratios(self, ours: str, theirs: str) -> list[float]:
        """How many times longer theirs took than ours, round by round."""
        return [other / own for own, other in zip(self.by_name[ours], self.by_name[theirs], strict=True)]

    def fastest(self, names: Sequence[str]) -> str:
        """Who took least, by the median."""
        return min(names, key=self.of)


def held(contest: Contest, effort: Effort) -> Times:
    """The contest, held: everybody once in each round, in an order drawn anew."""
    often = {name: _calls(work, effort.seconds) for name, work in contest.work.items()}
    found: dict[str, list[float]] = {name: [] for name in contest.work}
    order = list(contest.work)
    draw = random.Random(20250603)
    for _ in range(effort.rounds):
        draw.shuffle(order)
        for name in order:
            taken = _timed(contest.work[name], often[name])
            found[name].append(taken / often[name] / contest.each * 1e6)
    return Times(found)


def _timed(work: Work, calls: int) -> float:
    gc.collect()
    start = process_time()
    for _ in range(calls):
        work()
    return process_time() - start


def _calls(work: Work, seconds: float) -> int:
    """How many calls fill a round; finding out warms the work up."""
    calls = 1
    while (taken := _timed(work, calls)) < seconds / 8:
        calls *= 2
    return max(1, round(calls * seconds / taken))


@attrs.frozen
class Row:
    """One line of the results: our time and theirs in ``unit``, the median ratio (above 1: we are faster).

    ``least`` and ``greatest`` are the spread of the ratio over the rounds. ``goal`` is None where there is none,
    ``others`` the times of those beside it, ``note`` what should be known.
    """

    name: str
    peer: str
    ours: float
    theirs: float
    ratio: float
    least: float
    greatest: float
    goal: float | None
    unit: str = "µs"
    others: Mapping[str, float] = attrs.field(factory=dict)
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.ratio >= self.goal

    def document(self) -> dict[str, Any]:
        """The row as results.json holds it."""
        return {**attrs.asdict(self), "met": self.met}


def row(
    name: str,
    times: Times,
    *,
    ours: str,
    theirs: str,
    goal: float | None = None,
    others: Sequence[str] = (),
    note: str = "",
) -> Row:
    """One line from a contest; times are rounded to what they are worth."""
    ratios = times.ratios(ours, theirs)
    return Row(
        name,
        theirs,
        _digits(times.of(ours)),
        _digits(times.of(theirs)),
        _digits(median(ratios)),
        _digits(min(ratios)),
        _digits(max(ratios)),
        goal,
        others={other: _digits(times.of(other)) for other in others},
        note=note,
    )


def _digits(value: float) -> float:
    """Three digits that count."""
    return float(f"{value:.3g}")


Suite = Callable[[Effort], Iterator[Row]]
"""Holds its contests and gives their rows."""
