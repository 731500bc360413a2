"""Our side of an append: from what a step brings to what is on the disk.

Laws of this file: timed are sealing each event's particulars, the rows, the commits, and `append` until it answers;
beside a peer that writes its events itself also writing each event's facts and particulars. Not timed are deciding
(which has rows of its own) and the header, the effects and the receipt, which are ready as values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.measure import Work
from benchmarks.steps import Step, Unsealed, commit, in_batches, sealed, shared, steps, written
from expressplatform.ports import Appended, CaseStore, Commit

Made = tuple[Step, Sequence[Unsealed]]
"""A step, and its events as they are written, where that is not timed."""


class Ours:
    """One of our stores: so many events a commit, so many commits an append, so many threads that append.

    With ``whole`` the events are written within the time; ``first`` is the number of the first commit.
    """

    def __init__(
        self, store: CaseStore, events: int, batch: int, *, threads: int = 1, whole: bool = False, first: int = 0
    ) -> None:  # fmt: skip
        self._store, self._events, self._batch, self._next = store, events, batch, first
        self._hands = ThreadPoolExecutor(threads) if threads > 1 else None
        self._threads = threads
        self._commit: Callable[[Made], Commit] = _whole if whole else _sealed
        self._whole = whole

    def ready(self, operations: int) -> Work:
        """So many appends; see `racing.Ready`."""
        number = operations * self._batch
        made = [(step, () if self._whole else written(step)) for step in steps(self._next, number, self._events)]
        batches = in_batches(made, self._batch)
        self._next += number
        if self._hands is None:
            return lambda: self._carry(batches)
        hands, shares = self._hands, shared(batches, self._threads, lambda one: one[0].case_id)
        return lambda: list(hands.map(self._carry, shares))

    def _carry(self, batches: Sequence[Sequence[Made]]) -> None:
        append = self._store.append
        for batch in batches:
            for answer in append([self._commit(one) for one in batch]):
                if type(answer) is not Appended:
                    raise LookupError("a step was not kept")

    def close(self) -> None:
        """Close the store."""
        if self._hands is not None:
            self._hands.shutdown()
        self._store.close()


def _sealed(made: Made) -> Commit:
    return sealed(*made)


def _whole(made: Made) -> Commit:
    return commit(made[0])
