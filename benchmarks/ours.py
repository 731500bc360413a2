"""Our side of an append: from events that have been made to what is on the disk.

Laws of this file: timed are writing each event's facts and particulars, sealing the particulars, the rows, the
commits, and `append` until it answers. Not timed are deciding (which has rows of its own) and the header, the effects
and the receipt, which are ready as values.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.measure import Work
from benchmarks.steps import Step, commit, in_batches, steps
from expressplatform.ports import Appended, CaseStore


class Ours:
    """One of our stores: so many events a commit, so many commits an append, so many threads that append."""

    def __init__(self, store: CaseStore, events: int, batch: int, threads: int = 1) -> None:
        self._store, self._events, self._batch, self._next = store, events, batch, 0
        self._hands = ThreadPoolExecutor(threads) if threads > 1 else None
        self._threads = threads

    def ready(self, operations: int) -> Work:
        """So many appends; see `racing.Ready`."""
        number = operations * self._batch
        batches = in_batches(steps(self._next, number, self._events), self._batch)
        self._next += number
        if self._hands is None:
            return lambda: self._carry(batches)
        hands, shares = self._hands, shared(batches, self._threads)
        return lambda: list(hands.map(self._carry, shares))

    def _carry(self, batches: Sequence[Sequence[Step]]) -> None:
        append = self._store.append
        for batch in batches:
            for answer in append([commit(step) for step in batch]):
                if type(answer) is not Appended:
                    raise LookupError("a step was not kept")

    def close(self) -> None:
        """Close the store."""
        if self._hands is not None:
            self._hands.shutdown()
        self._store.close()


def shared(batches: Sequence[Sequence[Step]], threads: int) -> list[list[Sequence[Step]]]:
    """Each thread's share: all steps of a case by one thread, in their order."""
    shares: list[list[Sequence[Step]]] = [[] for _ in range(threads)]
    places: dict[str, int] = {}
    for batch in batches:
        shares[places.setdefault(batch[0].case_id, len(places) % threads)].append(batch)
    return shares
