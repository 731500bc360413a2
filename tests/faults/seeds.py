"""Which random runs are made: the same ones each time, others where the environment says so.

``FAULT_SEED`` is the first seed (1 unless it is set), ``FAULT_RUNS`` how many runs are made from there on. A run that
fails names its seed, so that ``FAULT_SEED=n FAULT_RUNS=1`` repeats it alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def seeds(runs: int, *, beyond: int = 0) -> range:
    """The seeds of so many runs, ``beyond`` those of a neighbour; the environment may name another first one."""
    first = int(os.environ.get("FAULT_SEED", 1 + beyond))
    return range(first, first + int(os.environ.get("FAULT_RUNS", runs)))


def enough(runs: range, found: int, least: int) -> bool:
    """Whether many runs found what they should have; a few may find nothing."""
    return len(runs) < 10 or found >= least


@contextmanager
def telling(seed: int) -> Iterator[None]:
    """Whatever goes wrong within says by which seed it did."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"FAULT_SEED={seed} FAULT_RUNS=1 repeats this run")
        raise
