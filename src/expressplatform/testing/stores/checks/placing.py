"""Places in the ledger and in the feeds of traders.

Laws of this file: those of `commits`. The ledger is the whole store's: a check places whatever waits, as any
sequencer would, and judges its own rows among those of others.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from expressplatform.ledger import leaf_of
from expressplatform.ports import EVERYONE, CaseStore, FeedRow, Leaf, Placed, StoredEvent, Unplaced
from expressplatform.testing.doors import racing
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, Mine, kept

_ROUNDS: Final = 100_000
"""More rounds than this a sequencer does not need, however crowded the store is."""
_RACES: Final = 2
_STANDING: Final = 100
"""So often the ledger may be as long as it was, though somebody placed rows: then it does not grow at all."""


def leaves_of(events: Sequence[StoredEvent]) -> list[Leaf]:
    """What the ledger keeps of rows."""
    return [Leaf(event.case_id, event.version, leaf_of(event)) for event in events]


def sequence(store: CaseStore, limit: int = 500) -> None:
    """Gives every row that waits its place, whoever else does the same."""
    before, standing = -1, 0
    for _ in range(_ROUNDS):
        found = store.unplaced(limit)
        if not found.events:
            return
        assert len(found.events) <= limit, f"{len(found.events)} rows were handed out, not {limit} at most"
        before, standing = found.start, standing + 1 if found.start == before else 0
        assert standing < _STANDING, "rows that were placed are handed out again, and the ledger does not grow"
        store.place(found.start, leaves_of(found.events))
    raise AssertionError("there is no end of rows without a place")


def places(store: CaseStore, mine: Mine, *numbers: int) -> dict[str, list[int]]:
    """The places of cases, each held to its rows, their versions and their hashes."""
    return {mine.case(number): [row.place for row in placed(store, mine.case(number))] for number in numbers}


def placed(store: CaseStore, case_id: str) -> Sequence[Placed]:
    """The rows of a case with their places: all of them, by version, as they were stored."""
    rows, events = store.places(case_id, EVERYONE), kept(store, case_id).events
    assert tuple(row.event for row in rows) == events, "the placed rows are not the case's rows"
    assert [row.hash for row in rows] == [leaf_of(event) for event in events], "a hash is not the one of its row"
    assert all(one.place < other.place for one, other in pairwise(rows)), "a later version has an earlier place"
    return rows


def told(store: CaseStore, organisation: str) -> list[tuple[str, int, bool]]:
    """A feed without its headers: case, version, gone; its places run from 0 on."""
    rows = store.feed(organisation, 0, MANY)
    assert [row.place for row in rows] == list(range(len(rows))), "a feed has a gap, or a place twice"
    return [(row.case_id, row.version, row.gone) for row in rows]


class Placing(Doors):
    """Places: given once, in order, to every row."""

    @proves("S42", "S43", "S45")
    def test_every_row_has_a_place_and_no_place_is_empty(self) -> None:
        """Rows of several cases are placed in the order of their versions, with their own hashes, without a gap."""
        mine = Mine.apart()
        with self.opened() as store:
            for expected in (0, 2, 4):
                store.append([mine.commit(number, expected, events=2) for number in (1, 2, 3)])
                sequence(store, 4)
            taken = sorted(place for own in places(store, mine, 1, 2, 3).values() for place in own)
            assert len({*taken}) == 18, "two rows have one place"
            first, end = taken[0], taken[-1] + 1
            rows = store.placed(first, end - first)
            assert [row.place for row in rows] == list(range(first, end)), "places are missing between them"
            assert list(store.leaves(first, end)) == [row.hash for row in rows]
            assert store.ledger().placed >= end
            for size in (1, 2, 5):
                stretches = [(at, min(size, end - at)) for at in range(first, end, size)]
                assert [row for at, most in stretches for row in store.placed(at, most)] == list(rows)
                assert [one for at, most in stretches for one in store.leaves(at, at + most)] == [
                    row.hash for row in rows
                ]
            assert list(store.placed(end - 1, 1)) == list(rows[-1:])
            assert list(store.leaves(first + 1, first + 3)) == [row.hash for row in rows[1:3]]
            assert list(store.placed(first, 0)) == []
            assert list(store.leaves(end, end)) == []

    @proves("S43", "S44")
    def test_rows_wait_until_they_are_placed(self) -> None:
        """What is committed waits, each case's versions in their order, and what is committed meanwhile waits too."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(2, events=3), mine.commit(1)])
            before = store.unplaced(MANY)
            self._waits(before, mine, {1: [1], 2: [1, 2, 3]})
            store.append([mine.commit(1, 1), mine.commit(2, 3)])
            store.place(before.start, leaves_of(before.events))
            self._waits(store.unplaced(MANY), mine, {1: [1, 2], 2: [1, 2, 3, 4]})
            sequence(store)
            self._waits(store.unplaced(MANY), mine, {})
            assert [len(own) for own in places(store, mine, 1, 2).values()] == [2, 4]

    def _waits(self, found: Unplaced, mine: Mine, committed: dict[int, list[int]]) -> None:
        """Of each case of this check the last versions wait; other sequencers may have placed those before, or all."""
        own = [event for event in found.events if event.case_id.startswith(mine.mark)]
        for number, versions in committed.items():
            waits = [event.version for event in own if event.case_id == mine.case(number)]
            assert waits == versions[len(versions) - len(waits) :], f"these versions of case {number} wait: {waits}"
        assert {event.case_id for event in own} <= set(map(mine.case, committed)), "rows of no case wait"

    @proves("S44", "S42")
    def test_what_is_placed_twice_is_placed_once(self) -> None:
        """The same rows again, or from another place on, are not placed, and change no place that was given."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1, events=2), mine.commit(2)])
            found = store.unplaced(MANY)
            rows = leaves_of(found.events)
            assert not store.place(found.start + 1, rows), "rows were placed behind a gap"
            store.place(found.start, rows)
            sequence(store)
            before = places(store, mine, 1, 2)
            for start in (found.start, store.ledger().placed):
                assert not store.place(start, rows), "rows that have places were placed again"
            store.append([mine.commit(1, 2)])
            later = store.unplaced(MANY)
            assert not store.place(later.start - 1, leaves_of(later.events)), "a place was given twice"
            sequence(store)
            after = places(store, mine, 1, 2)
            assert {case_id: own[: len(before[case_id])] for case_id, own in after.items()} == before

    @proves("S43", "S44", "S42", "S46")
    def test_none_is_skipped_while_others_commit_and_place(self) -> None:
        """Three who commit and two who place at once: every row has one place, each case's versions in their order,
        and whoever looks meanwhile finds no row placed that its trader is not told of."""
        with self.opened() as store:
            for _ in range(_RACES):
                self._raced(store, Mine.apart())

    def _raced(self, store: CaseStore, mine: Mine) -> None:
        def commits(number: int) -> None:
            for expected in range(6):
                store.append([mine.changed(number, expected, trader=mine.trader)])

        over = threading.Event()
        jobs: list[Callable[[], None]] = [partial(commits, number) for number in (1, 2, 3)]
        jobs += [partial(_until, over, partial(_some, store)), partial(_some, store)]
        racing(*jobs, partial(_placed_and_told, store, mine, over))
        sequence(store)
        found = places(store, mine, 1, 2, 3)
        assert [len(own) for own in found.values()] == [6] * 3, "a row has no place"
        assert len({place for own in found.values() for place in own}) == 18, "two rows have one place"
        self._one_of_each(told(store, mine.trader), mine)

    def _one_of_each(self, rows: list[tuple[str, int, bool]], mine: Mine) -> None:
        assert sorted(rows) == [(mine.case(n), v, False) for n in (1, 2, 3) for v in range(1, 7)]
        for number in (1, 2, 3):
            versions = [version for case_id, version, _ in rows if case_id == mine.case(number)]
            assert versions == sorted(versions), "a feed tells a later version first"

    @proves("S45", "S14")
    def test_places_of_a_case_are_shown_to_whom_the_case_is_shown(self) -> None:
        """Rows with their places are for those who see the case; for others, and of no case, there are none."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(1, trader=mine.trader)])
            assert list(store.places(mine.case(1), EVERYONE)) in ([], list(placed_or_none(store, mine)))
            sequence(store)
            for organisation in (mine.council, mine.trader, EVERYONE):
                assert [row.event.version for row in store.places(mine.case(1), organisation)] == [1]
            for organisation in ("", mine.trader[:-1], f"stranger-{mine.mark}"):
                assert list(store.places(mine.case(1), organisation)) == []
            assert list(store.places(mine.case(2), EVERYONE)) == []


def placed_or_none(store: CaseStore, mine: Mine) -> Sequence[Placed]:
    """The first case's rows, if another sequencer has placed them."""
    return placed(store, mine.case(1)) if store.places(mine.case(1), EVERYONE) else ()


def _until(over: threading.Event, job: Callable[[], None]) -> None:
    """The job; others see when it is over."""
    try:
        job()
    finally:
        over.set()


def _placed_and_told(store: CaseStore, mine: Mine, over: threading.Event) -> None:
    """Looks, until somebody has done, which rows of three cases have places, and whether the trader is told of each."""
    cases = itertools.cycle(mine.case(number) for number in (1, 2, 3))
    while not over.is_set():
        case_id = next(cases)
        rows = {(case_id, row.event.version) for row in store.places(case_id, EVERYONE)}
        fed = {(case_id, version) for case_id, version, _ in told(store, mine.trader)}
        assert rows <= fed, "rows have places before their trader is told of them"


def _some(store: CaseStore) -> None:
    """Places for a while, a few rows each time."""
    for _ in range(10):
        found = store.unplaced(4)
        store.place(found.start, leaves_of(found.events))


class Feeding(Doors):
    """Feeds: what moved, for each trader that a case's header names."""

    @proves("S46", "S47")
    def test_a_trader_is_told_what_moves_and_when_a_case_has_left_it(self) -> None:
        """From the step that names it on, as former trader too, until one last row; again when it is named again."""
        mine = Mine.apart()
        case_id, other = mine.case(1), f"other-{mine.mark}"
        steps: list[tuple[str, tuple[str, ...]]] = [
            ("", ()), (mine.trader, ()), (mine.trader, ()), ("", (mine.trader,)), ("", ()), ("", ()),
            (mine.trader, ()), (other, (mine.trader,)), (other, ()), ("", ()), ("", ()),
        ]  # fmt: skip
        with self.opened() as store:
            for expected, (trader, former) in enumerate(steps):
                step = mine.changed(1, expected, trader=trader, former=former)
                store.append([step])
                sequence(store)
                for one in (mine.trader, other):
                    named = one in (trader, *former)
                    for row in store.feed(one, 0, MANY):
                        wanted = step.header if named and not row.gone else None
                        assert row.header == wanted, f"version {row.version} is shown with another header"
            assert told(store, mine.trader) == [
                *((case_id, version, False) for version in (2, 3, 4)), (case_id, 5, True),
                *((case_id, version, False) for version in (7, 8)), (case_id, 9, True),
            ]  # fmt: skip
            assert told(store, other) == [(case_id, 8, False), (case_id, 9, False), (case_id, 10, True)]

    @proves("S46", "S14")
    def test_a_feed_is_its_traders_alone(self) -> None:
        """Each trader is told of its own cases; council, strangers, everyone and nobody are told nothing."""
        mine = Mine.apart()
        traders = [f"{mine.trader}-{n}" for n in range(3)]
        with self.opened() as store:
            store.append([mine.changed(n, trader=traders[n], former=(traders[2],)) for n in (0, 1)])
            store.append([mine.commit(3)])
            sequence(store)
            assert [told(store, one) for one in traders[:2]] == [[(mine.case(n), 1, False)] for n in (0, 1)]
            assert sorted(told(store, traders[2])) == [(mine.case(n), 1, False) for n in (0, 1)]
            for organisation in (mine.council, mine.trader, traders[0][:-1], f"stranger-{mine.mark}", "", EVERYONE):
                assert list(store.feed(organisation, 0, MANY)) == []

    @proves("S46")
    def test_a_feed_is_read_from_place_to_place(self) -> None:
        """From any place on, at most the limit, in the order of the ledger; a feed that has no more is empty."""
        mine = Mine.apart()
        with self.opened() as store:
            for expected in range(4):
                store.append([mine.changed(n, expected, trader=mine.trader) for n in (1, 2, 3)])
                if expected % 2:
                    sequence(store, 5)
            whole = list(store.feed(mine.trader, 0, MANY))
            assert len(told(store, mine.trader)) == 12
            order = {row.event: row.place for n in (1, 2, 3) for row in placed(store, mine.case(n))}
            spots = [order[kept(store, row.case_id).events[row.version - 1]] for row in whole]
            assert spots == sorted(spots), "a feed is not in the order of the ledger"
            found: list[FeedRow] = []
            while stretch := store.feed(mine.trader, len(found), 5):
                assert len(stretch) <= 5
                found += stretch
            assert found == whole
            assert list(store.feed(mine.trader, 7, 1)) == whole[7:8]
            assert list(store.feed(mine.trader, 0, 0)) == list(store.feed(mine.trader, 12, 9)) == []

    @proves("S47", "S14")
    def test_a_feed_shows_the_header_that_stands(self) -> None:
        """Each row comes with the header as it is now; with none where the trader may not see the case any more."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(n, trader=mine.trader) for n in (1, 2)])
            sequence(store)
            now = mine.changed(1, 1, trader=mine.trader, status="LATER")
            store.append([now, mine.changed(2, 1, trader="")])
            rows = {row.case_id: row for row in store.feed(mine.trader, 0, 2)}
            assert rows[mine.case(1)].header == now.header, "the header is not the one that stands"
            assert rows[mine.case(2)].header is None, "a case is shown that is not the trader's any more"
            sequence(store)
            gone = [row for row in store.feed(mine.trader, 0, MANY) if row.gone]
            assert [(row.case_id, row.version, row.header) for row in gone] == [(mine.case(2), 2, None)]


class PlacesLast(Doors):
    """Places and feeds after the store was opened again, and by another connection."""

    @proves("S34", "S42")
    def test_places_and_feeds_outlive_the_store(self) -> None:
        """Opened again, every place, hash and feed is the same, what waited waits, and placing goes on behind."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(n, trader=mine.trader) for n in (1, 2)])
            sequence(store)
            store.append([mine.changed(1, 1, trader=""), mine.changed(2, 1, trader=mine.trader)])
            before, feed = [list(store.places(mine.case(n), EVERYONE)) for n in (1, 2)], told(store, mine.trader)
            with self.reopened(store) as again:
                found = [list(again.places(mine.case(n), EVERYONE)) for n in (1, 2)]
                assert [own[: len(was)] for own, was in zip(found, before, strict=True)] == before
                assert told(again, mine.trader)[: len(feed)] == feed
                sequence(again)
                assert [len(own) for own in places(again, mine, 1, 2).values()] == [2, 2]
                assert sorted(told(again, mine.trader)[2:]) == [(mine.case(1), 2, True), (mine.case(2), 2, False)]
                assert [own[0] for own in places(again, mine, 1, 2).values()] == [own[0].place for own in before]

    @proves("S35", "S44")
    def test_two_connections_have_one_ledger(self) -> None:
        """What one placed has its place in the other, and both at once place each row once."""
        mine = Mine.apart()
        with self.opened() as store, self.beside(store) as other:
            store.append([mine.changed(1, trader=mine.trader)])
            found = other.unplaced(MANY)
            store.place(found.start, leaves_of(found.events))
            assert not other.place(found.start, leaves_of(found.events)), "both placed the same rows"
            sequence(other)
            for expected in range(1, 9):
                store.append([mine.changed(1, expected, trader=mine.trader)])
                racing(partial(_some_few, store), partial(_some_few, other))
            sequence(store)
            assert places(store, mine, 1) == places(other, mine, 1)
            assert told(store, mine.trader) == told(other, mine.trader)
            assert [version for _, version, _ in told(store, mine.trader)] == list(range(1, 10))


def _some_few(store: CaseStore) -> None:
    for _ in range(2):
        found = store.unplaced(3)
        store.place(found.start, leaves_of(found.events))
