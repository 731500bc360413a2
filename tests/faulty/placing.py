"""Stores that give places wrongly, or tell traders what they should not, or not what they should."""

from __future__ import annotations

import time
from collections.abc import Sequence

import attrs

from expressplatform.ports import EVERYONE, CaseStore, FeedRow, Header, Leaf, Placed, Unplaced
from tests.faulty.good import LastingStore, Store


class PlaceSkipped(Store):
    """After the first rows of a call a place is left empty."""

    breaks = ("S42",)

    def _at(self, place: int) -> int:
        return place + (place > 2)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        rows = super().placed(0, 10**9)
        moved = [attrs.evolve(row, place=self._at(row.place)) for row in rows]
        return [row for row in moved if start <= row.place < start + limit]

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return [attrs.evolve(row, place=self._at(row.place)) for row in super().places(case_id, organisation)]


class PlaceTwice(Store):
    """What is brought with a place that was given is placed there again."""

    breaks = ("S42", "S44")

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            end = len(self._places.hashes)
            if start < end:
                start = end
            return super().place(start, leaves) or bool(leaves)


class PlacedAgain(Store):
    """Rows that have places are placed again, wherever the ledger ends."""

    breaks = ("S42", "S44")

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            named = [(leaf.case_id, leaf.version) for leaf in leaves]
            rows, end = self._places.rows, len(self._places.hashes)
            if named and set(named) <= {*rows[:end]}:
                rows[end:end] = named
                self._places.hashes += [leaf.hash for leaf in leaves]
                return True
            return super().place(start, leaves)


class BehindAGap(Store):
    """Rows are placed from wherever the caller says the ledger ends."""

    breaks = ("S44",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            return super().place(len(self._places.hashes), leaves)


class NewestFirst(Store):
    """What was committed last is placed first."""

    breaks = ("S43",)

    def unplaced(self, limit: int, /) -> Unplaced:
        with self._open():
            end = len(self._places.hashes)
            self._places.rows[end:] = sorted(self._places.rows[end:], key=lambda row: (row[0], -row[1]))
            return super().unplaced(limit)


class OneIsForgotten(Store):
    """Of the rows that are placed in one call the last is never placed."""

    breaks = ("S43",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            done = super().place(start, leaves)
            if done and len(leaves) > 1:
                self._places.hashes.pop()
                self._places.rows.pop(len(self._places.hashes))
            return done


class SkipsWhatCommitsMeanwhile(Store):
    """What is committed between the question and the placing has no place, and does not wait for one."""

    breaks = ("S43",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            done = super().place(start, leaves)
            if done:
                del self._places.rows[len(self._places.hashes) :]
            return done


class HalfPlaced(Store):
    """Of rows that are not to be placed those are that could be."""

    breaks = ("S44",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return super().place(start, leaves) or any(super(HalfPlaced, self).place(start - 1, [one]) for one in leaves)


class HashNotTheRows(Store):
    """The hash of a row is that of its neighbour."""

    breaks = ("S45",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        hashes = [leaf.hash for leaf in leaves]
        turned = [attrs.evolve(leaf, hash=one) for leaf, one in zip(leaves, hashes[1:] + hashes[:1], strict=True)]
        return super().place(start, turned)


class PlacedWithoutSeals(Store):
    """Placed rows come without their sealed parts."""

    breaks = ("S45",)

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        rows = super().places(case_id, organisation)
        return [attrs.evolve(row, event=attrs.evolve(row.event, sealed=b"")) for row in rows]


class PlacesOfOthers(Store):
    """Whoever asks is shown the places of any case."""

    breaks = ("S45", "S14")

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return super().places(case_id, "*")


class ReassignedWhenOpened(LastingStore):
    """When the store is opened again, places are given anew, in another order."""

    breaks = ("S34", "S42")

    def reopen(self) -> CaseStore:
        places = self._places
        end = len(places.hashes)
        places.rows[:end], places.hashes[:] = places.rows[:end][::-1], places.hashes[::-1]
        return super().reopen()


class EachItsOwnLedger(LastingStore):
    """Each connection counts places of its own."""

    breaks = ("S35",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        if rows is not None:
            self._places = attrs.evolve(rows._places, hashes=[], feeds={}, shown={})


class FeedOfOthers(Store):
    """A feed shows what moved for anybody whose name begins alike."""

    breaks = ("S46", "S14")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        with self._open():
            alike = [one for one in self._places.feeds if organisation and one.startswith(organisation)]
            return [row for one in alike for row in super(FeedOfOthers, self).feed(one, start, limit)][:limit]


class FeedRowLost(Store):
    """Of two rows of a case that are placed in one call one is told."""

    breaks = ("S46",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            before = {organisation: len(feed) for organisation, feed in self._places.feeds.items()}
            done = super().place(start, leaves)
            for organisation, feed in self._places.feeds.items():
                fresh = feed[before.get(organisation, 0) :]
                last = {row.case_id: row for row in fresh}
                feed[before.get(organisation, 0) :] = last.values()
            return done


class FeedOutOfOrder(Store):
    """A feed tells the latest version of a case first."""

    breaks = ("S46", "S43")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = sorted(super().feed(organisation, 0, 10**9), key=lambda row: (row.case_id, -row.version))
        return [attrs.evolve(row, place=at) for at, row in enumerate(rows)][start : start + limit]


class FeedWithoutFormer(Store):
    """Only the trader that has a case is told."""

    breaks = ("S46", "S47")

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            kept = dict(self._cases)
            for case_id, case in kept.items():
                self._cases[case_id] = attrs.evolve(case, header=attrs.evolve(case.header, former=()))
            try:
                return super().place(start, leaves)
            finally:
                self._cases.update(kept)


class GoneInSilence(Store):
    """A trader is not told that a case has left it."""

    breaks = ("S47",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            done = super().place(start, leaves)
            for feed in self._places.feeds.values():
                feed[:] = [row for row in feed if not row.gone]
            return done


class GoneEachTime(Store):
    """Whoever was ever shown a case is told at each step that it is gone."""

    breaks = ("S47",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            ever = {case_id: set(shown) for case_id, shown in self._places.shown.items()}
            done = super().place(start, leaves)
            for case_id, shown in ever.items():
                self._places.shown.setdefault(case_id, set()).update(shown)
            return done


class HeaderOfThen(Store):
    """A feed shows the header as it stood when it was first asked for."""

    breaks = ("S47",)

    def __init__(self) -> None:
        super().__init__()
        self._then: dict[str, Header] = {}

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            for leaf in leaves:
                self._then.setdefault(leaf.case_id, self._cases[leaf.case_id].header)
            return super().place(start, leaves)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [attrs.evolve(row, header=row.header and self._then[row.case_id]) for row in rows]


class HeaderOfWhatIsGone(Store):
    """A feed shows the header also of a case that the trader may not see any more."""

    breaks = ("S47", "S14")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [attrs.evolve(row, header=self._cases[row.case_id].header) for row in rows]


class ToldAWhileLater(Store):
    """Rows have their places, and a moment later their trader is told of them."""

    breaks = ("S46",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._lock:
            feeds = {one: list(rows) for one, rows in self._places.feeds.items()}
            placed = super().place(start, leaves)
            later, self._places.feeds = self._places.feeds, feeds
        time.sleep(0.002)
        with self._lock:
            for organisation, rows in later.items():
                standing = self._places.feeds.setdefault(organisation, [])
                standing += rows[len(standing) :]
        return placed


class GoneIsTakenBack(Store):
    """A trader to whom a case has come back is not told any more that it had left."""

    breaks = ("S47", "S46")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [attrs.evolve(row, gone=row.gone and not self._named(organisation, row.case_id)) for row in rows]

    def _named(self, organisation: str, case_id: str) -> bool:
        header = self._cases[case_id].header
        return organisation in (header.trader, *header.former)


class HeaderOfALaterVisit(Store):
    """A row that tells that a case has left is shown with the header once the case has come back."""

    breaks = ("S47",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        headers = {row.case_id: self._cases[row.case_id].header for row in rows}
        named = {one for one, header in headers.items() if organisation in (header.trader, *header.former)}
        return [attrs.evolve(row, header=headers[row.case_id] if row.case_id in named else None) for row in rows]


class FewFromTheBeginning(Store):
    """Who asks for a few placed rows, from a place on, is given those that stand among the first few."""

    breaks = ("S45", "S42")

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return super().placed(start, max(limit - start, 0) if 1 < limit < 10 else limit)


class LastOfAStretchLost(Store):
    """A stretch of the ledger that does not begin with its first row lacks its last, where it has several."""

    breaks = ("S45", "S42")

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return super().placed(start, limit - (start > 0 and 1 < limit < 10))


class LastPlaceForTraders(Store):
    """Whoever is not the council is told the last place of a case alone."""

    breaks = ("S45", "S15")

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        rows = super().places(case_id, organisation)
        council = bool(rows) and self._cases[case_id].header.council == organisation
        return rows if council or organisation == EVERYONE else rows[-1:]


class RestingCasesAreTheTraders(Store):
    """A former trader is not shown the header of a case that waits for nothing."""

    breaks = ("S47",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        return [
            attrs.evolve(row, header=None)
            if row.header and row.header.due_at is None and row.header.trader != organisation
            else row
            for row in super().feed(organisation, start, limit)
        ]
