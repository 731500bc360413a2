"""A store that fails as stores do: before it has done something, after it, or by doing it too late.

    store = FaultyStore(MyStore(...), lambda method: Fault.LOSES_ANSWER if method == "append" else None)

Laws of this file: the store inside is never told to do anything but what was asked, and once; only when that happens,
and what the caller hears of it, is the script's. Whoever is told of a failure cannot know which of the three it was:
that is what a program over any store has to live with, and what the same key again is for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from expressplatform.errors import ExpressPlatformError, StoreUnusable
from expressplatform.ports import (
    Answer,
    CaseStore,
    Commit,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    StoredCase,
    Unplaced,
    Wanted,
)

T = TypeVar("T")

WRITING: Final = frozenset({"append", "claim", "done", "retry", "bury", "place", "adopt"})
"""The methods that change something; for the others all faults are one."""


class Fault(StrEnum):
    """What goes wrong with one call; the caller hears of a failure each time."""

    REFUSES = "refuses"
    """Nothing is done."""
    LOSES_ANSWER = "loses_answer"
    """It is done."""
    DELAYS = "delays"
    """It is done, but only after some calls more."""


def _failed() -> BaseException:
    return StoreUnusable("failed", "as the script says")


class FaultyStore:
    """A store over ``store`` whose calls fail as ``script`` says, by the method's name; None: this one does not.

    ``error`` makes what the caller is told (``StoreUnusable``; an exception that is no `Exception` plays the end of
    the process). What is delayed happens after ``late`` calls more, or in `settle`. Not for several threads.
    """

    def __init__(
        self,
        store: CaseStore,
        script: Callable[[str], Fault | None],
        *,
        error: Callable[[], BaseException] = _failed,
        late: int = 1,
    ) -> None:
        self._store = store
        self._script = script
        self._error = error
        self._late = late
        self._waiting: list[tuple[int, Callable[[], object]]] = []
        self._calls = 0

    def settle(self) -> None:
        """Whatever has been delayed happens now."""
        waiting, self._waiting = self._waiting, []
        for _, call in waiting:
            with suppress(ExpressPlatformError):  # nobody hears of it any more
                call()

    def _called(self, method: str, call: Callable[[], T]) -> T:
        self._calls += 1
        due = [one for one in self._waiting if one[0] < self._calls]
        self._waiting = [one for one in self._waiting if one[0] >= self._calls]
        for _, late in due:
            with suppress(ExpressPlatformError):
                late()
        fault = self._script(method)
        if fault is None:
            return call()
        if method in WRITING and fault is Fault.LOSES_ANSWER:
            call()
        elif method in WRITING and fault is Fault.DELAYS:
            self._waiting.append((self._calls + self._late, call))
        raise self._error()

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """See `CaseStore.append`."""
        return self._called("append", lambda: self._store.append(commits))

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """See `CaseStore.load`."""
        return self._called("load", lambda: self._store.load(case_id, organisation))

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """See `CaseStore.receipt`."""
        return self._called("receipt", lambda: self._store.receipt(case_id, key))

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """See `CaseStore.headers`."""
        return self._called("headers", lambda: self._store.headers(organisation, wanted, after, limit))

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """See `CaseStore.due`."""
        return self._called("due", lambda: self._store.due(now, limit))

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """See `CaseStore.scan`."""
        return self._called("scan", lambda: self._store.scan(organisation, after, limit))

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """See `CaseStore.find`."""
        return self._called("find", lambda: self._store.find(organisation, tokens))

    def quarters(self) -> Sequence[str]:
        """See `CaseStore.quarters`."""
        return self._called("quarters", self._store.quarters)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """See `CaseStore.claim`."""
        return self._called("claim", lambda: self._store.claim(now, limit, lease))

    def done(self, effect_ids: Sequence[str], /) -> None:
        """See `CaseStore.done`."""
        self._called("done", lambda: self._store.done(effect_ids))

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """See `CaseStore.retry`."""
        self._called("retry", lambda: self._store.retry(effect_id, at, attempts))

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """See `CaseStore.bury`."""
        self._called("bury", lambda: self._store.bury(effect_id, at, code))

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """See `CaseStore.dead`."""
        return self._called("dead", lambda: self._store.dead(organisation, after, limit))

    def ledger(self) -> LedgerSize:
        """See `CaseStore.ledger`."""
        return self._called("ledger", self._store.ledger)

    def unplaced(self, limit: int, /) -> Unplaced:
        """See `CaseStore.unplaced`."""
        return self._called("unplaced", lambda: self._store.unplaced(limit))

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """See `CaseStore.place`."""
        return self._called("place", lambda: self._store.place(start, leaves))

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """See `CaseStore.placed`."""
        return self._called("placed", lambda: self._store.placed(start, limit))

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """See `CaseStore.leaves`."""
        return self._called("leaves", lambda: self._store.leaves(start, end))

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """See `CaseStore.places`."""
        return self._called("places", lambda: self._store.places(case_id, organisation))

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """See `CaseStore.feed`."""
        return self._called("feed", lambda: self._store.feed(organisation, start, limit))

    def scheme(self) -> tuple[str, str] | None:
        """See `CaseStore.scheme`."""
        return self._called("scheme", self._store.scheme)

    def adopt(self, scheme: str, edition: str, /) -> None:
        """See `CaseStore.adopt`."""
        self._called("adopt", lambda: self._store.adopt(scheme, edition))

    def close(self) -> None:
        """Closes the store inside; this never fails."""
        self.settle()
        self._store.close()
