"""What any store may answer about places and feeds, beside the reference store.

Laws of this file: those of `model`. Whoever sequences a store says in which order its rows stand, so the model's
rows take the places that a call gave them; the places of others' rows lie between them. Others who place rows of this
history where nobody can see when are told by `overtaken`: nothing can be judged from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self, final

import attrs

from expressplatform.memory.cases import MemoryStore
from expressplatform.ports import EVERYONE, CaseStore, FeedRow, Leaf, LedgerSize, Placed, StoredEvent, Unplaced
from expressplatform.testing.stores.checks.placing import leaves_of


@attrs.frozen
class Differs:
    """An answer that the contract does not allow: what was expected, what came, and whether others may be the cause."""

    expected: object
    got: object
    missing: bool = False


class Anew:
    """What is handed to a store and asked for anew when a history is run again: its ledger may end elsewhere then."""

    def again(self, store: CaseStore) -> Anew:
        """The same of another store."""
        raise NotImplementedError

    def told(self, door: str) -> str:
        """The same as Python."""
        raise NotImplementedError


class FromEnd(int, Anew):
    """A place so far before the ledger's end."""

    back: int

    def __new__(cls, end: int, back: int = 0) -> Self:
        """So many before the end, or the first."""
        one = super().__new__(cls, max(0, end - back))
        one.back = back
        return one

    def again(self, store: CaseStore) -> FromEnd:
        """The place as far before that store's end."""
        return FromEnd(store.ledger().placed, self.back)

    def told(self, door: str) -> str:
        """The end, less so many."""
        end = f"{door}.ledger().placed"
        return f"max(0, {end} - {self.back})" if self.back else end


class Next(list[Leaf], Anew):
    """The leaves of the rows that come next."""

    def __init__(self, events: Sequence[StoredEvent], limit: int) -> None:
        super().__init__(leaves_of(events))
        self.limit = limit

    def again(self, store: CaseStore) -> Next:
        """As many of that store."""
        return Next(store.unplaced(self.limit).events, self.limit)

    def told(self, door: str) -> str:
        """The leaves of what is asked for."""
        return f"leaves_of({door}.unplaced({self.limit}).events)"


@final
class LedgerModel:
    """The ledger and the feeds of the reference store, its rows at the places that the store under test gave them."""

    def __init__(self, mark: str, store: MemoryStore) -> None:
        self._mark, self._store = mark, store
        self._at: list[int] = []
        self._end = 0

    def overtaken(self, store: CaseStore) -> bool:
        """Whether rows that wait, as far as is known here, have places: somebody else has placed them."""
        return any(
            len(store.places(case_id, EVERYONE)) > len(self._store.places(case_id, EVERYONE))
            for case_id in {event.case_id for event in self._waiting()}
        )

    def _mine(self, case_id: str) -> bool:
        return case_id.startswith(self._mark)

    def _waiting(self) -> Sequence[StoredEvent]:
        return self._store.unplaced(len(self._store._places.rows)).events

    def _differs(self, same: bool, expected: object, got: object) -> Differs | None:
        return None if same else Differs(expected, got, missing=bool(self._waiting()))

    def ledger(self, given: Sequence[Any], got: LedgerSize) -> Differs | None:
        """No fewer rows than have places, and than wait, of this history."""
        least = LedgerSize(self._end, len(self._waiting()))
        self._end = max(self._end, got.placed)
        return self._differs(got.placed >= least.placed and got.waiting >= least.waiting, least, got)

    def unplaced(self, given: Sequence[Any], got: Unplaced) -> Differs | None:
        """Of each case the versions that come next, all of them where there is room."""
        (limit,) = given
        waiting = self._waiting()
        own = [event for event in got.events if self._mine(event.case_id)]
        whole = len(own) == len(waiting) or len(got.events) == limit
        same = got.start >= self._end and len(got.events) <= limit and whole and self._come_next(own)
        self._end = max(self._end, got.start)
        return self._differs(same, Unplaced(got.start, tuple(waiting[:limit])), got)

    def _come_next(self, own: Sequence[StoredEvent]) -> bool:
        """Whether these rows wait, and no earlier version of theirs."""
        waiting = self._waiting()
        cases = {event.case_id for event in own}
        return all(
            [one for one in waiting if one.case_id == case_id][: len(theirs)] == theirs
            for case_id in cases
            for theirs in [[event for event in own if event.case_id == case_id]]
        )

    def place(self, given: Sequence[Any], got: bool) -> Differs | None:
        """All of the rows, or none; none where they do not come next or the ledger does not end there."""
        start, leaves = given
        own = [leaf for leaf in leaves if self._mine(leaf.case_id)]
        rows = {(event.case_id, event.version): event for event in self._waiting()}
        found = [rows.get((leaf.case_id, leaf.version)) for leaf in own]
        known = [event for event in found if event is not None]
        may = len(known) == len(own) == len(set(known)) and start >= self._end and self._come_next(known)
        if not got:
            return self._differs(not (may and own) or start > self._end, True, got)
        if not may:
            return Differs(False, got)
        self._take(own)
        self._at += [start + at for at, leaf in enumerate(leaves) if self._mine(leaf.case_id)]
        self._end = start + len(leaves)
        return None

    def _take(self, own: Sequence[Leaf]) -> None:
        """The rows have places now, in this order."""
        places = self._store._places
        end, named = len(places.hashes), [(leaf.case_id, leaf.version) for leaf in own]
        places.rows[end:] = [*named, *(row for row in places.rows[end:] if row not in named)]
        self._store.place(end, own)

    def placed(self, given: Sequence[Any], got: Sequence[Placed]) -> Differs | None:
        """Each row of the stretch, those of others in between."""
        start, limit = given
        expected = [row for row in self._rows() if start <= row.place < start + limit]
        own = [row for row in got if self._mine(row.event.case_id)]
        run_on = [row.place for row in got] == list(range(start, start + len(got)))
        return self._differs(own == expected and run_on and len(got) <= limit, expected, got)

    def leaves(self, given: Sequence[Any], got: Sequence[bytes]) -> Differs | None:
        """The hash of each row of the stretch, at its place."""
        start, end = given
        expected = [row for row in self._rows() if start <= row.place < end]
        found = dict(enumerate(got, start))
        same = all(found.get(row.place) == row.hash for row in expected) and len(got) <= max(0, end - start)
        return self._differs(same, expected, got)

    def places(self, given: Sequence[Any], got: Sequence[Placed]) -> Differs | None:
        """The rows of a case that have places, for those who see the case."""
        expected = self._really(self._store.places(*given))
        return self._differs(list(got) == expected, expected, got)

    def feed(self, given: Sequence[Any], got: Sequence[FeedRow]) -> Differs | None:
        """What the trader was told, with the headers that stand."""
        expected = list(self._store.feed(*given))
        return self._differs(list(got) == expected, expected, got)

    def _rows(self) -> list[Placed]:
        return self._really(self._store.placed(0, len(self._at)))

    def _really(self, rows: Sequence[Placed]) -> list[Placed]:
        """Rows at the places that they have in the store under test."""
        return [attrs.evolve(row, place=self._at[row.place]) for row in rows]
