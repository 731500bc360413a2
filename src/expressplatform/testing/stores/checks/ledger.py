"""The edges of the ledger and of the feeds: many rows, strange hashes, calls that place nothing.

Laws of this file: those of `placing`. A hash that no sequencer but this check's computes tells which rows it
placed itself, whoever else does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from expressplatform.errors import StoreUnusable
from expressplatform.ledger import leaf_of
from expressplatform.ports import EVERYONE, CaseStore, Leaf, StoredEvent
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.placing import leaves_of, places, sequence, told
from expressplatform.testing.stores.checks.questions import MOST
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, Mine, kept

_HASHES: Final = (
    b"\0" * 32,
    b"\xff" * 32,
    b" " * 32,
    b"\r\n" * 16,
    bytes(range(32)),
    bytes(range(31, -1, -1)),
    b"0123456789abcdef" * 2,
    b"\\x00" * 8,
    "é".encode() * 16,
    b"A" * 31 + b"\0",
)
_FAR: Final = 10**9
"""A place that no ledger of a test reaches."""


class Ledger(Doors):
    """Places and feeds where they are easily got wrong."""

    @proves("S43", "S44", "S45")
    def test_many_rows_wait_and_are_placed_at_once(self) -> None:
        """Hundreds of rows, most of them of one case, are handed out, placed, counted and shown to the last."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1, events=300), *(mine.commit(number) for number in range(2, 22))])
            assert any(self._whole(store) for _ in range(MOST)), "what waits is not handed out whole, or not counted"
            sequence(store, MANY)
            (case, *others) = places(store, mine, *range(1, 22)).values()
            assert [len(case), *map(len, others)] == [300, *[1] * 20]
            first, last = min(case), max(case)
            rows, hashes = store.placed(first, last - first + 1), store.leaves(first, last + 1)
            assert [row.place for row in rows] == list(range(first, last + 1)), "rows are missing"
            assert list(hashes) == [row.hash for row in rows], "hashes are missing"
            shown = store.places(mine.case(1), mine.council)
            assert [row.event.version for row in shown] == list(range(1, 301))

    def _whole(self, store: CaseStore) -> bool:
        """Whether as many rows were handed out as are said to wait. Others may write meanwhile: then never mind."""
        before, found, after = store.ledger(), store.unplaced(MANY), store.ledger()
        return before == after and (before.placed, before.waiting) == (found.start, len(found.events))

    @proves("S43", "S44", "S42")
    def test_what_waits_is_counted_and_handed_out_behind_what_has_places(self) -> None:
        """As many rows as are asked for and wait, one or all, from where the ledger ends; once they are placed, each
        of them has a place."""
        mine = Mine.apart()
        with self.opened() as store:
            for turn, limit in enumerate((2, 1, 3, MANY, 1)):
                store.append([mine.commit(number, turn) for number in range(3)])
                assert any(self._handed_out(store, limit) for _ in range(MOST)), f"not {limit} of what waits"
                found = store.unplaced(limit)
                if store.place(found.start, leaves_of(found.events)):
                    own = {event for event in found.events if event.case_id.startswith(mine.mark)}
                    placed = {row.event for n in range(3) for row in store.places(mine.case(n), EVERYONE)}
                    assert own <= placed, "a row was placed and has no place"
                    assert store.ledger().placed >= found.start + len(found.events), "the ledger ends before its rows"

    def _handed_out(self, store: CaseStore, limit: int) -> bool:
        """Whether it is so many of those that are said to wait. Others may write meanwhile: then never mind."""
        before, found, after = store.ledger(), store.unplaced(limit), store.ledger()
        there = (before.placed, min(limit, before.waiting))
        return before == after and there == (found.start, len(found.events))

    @proves("S45")
    def test_a_hash_is_kept_to_its_last_byte(self) -> None:
        """A hash is thirty-two bytes of any kind, and comes back by every question as the one that was handed in."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, strange in enumerate(_HASHES):
                store.append([mine.commit(number)])
                for _ in range(MOST):
                    found = store.unplaced(MANY)
                    if store.place(found.start, self._leaves(found.events, mine, strange)):
                        break
                (row,) = store.places(mine.case(number), EVERYONE)
                assert row.hash in (strange, leaf_of(row.event)), "the hash is another one"
                assert bytes(store.leaves(row.place, row.place + 1)[0]) == row.hash
                assert store.placed(row.place, 1)[0] == row

    def _leaves(self, events: Sequence[StoredEvent], mine: Mine, strange: bytes) -> list[Leaf]:
        """What a sequencer hands in, with another hash for this check's own rows."""
        own = mine.mark
        return [
            Leaf(leaf.case_id, leaf.version, strange if leaf.case_id.startswith(own) else leaf.hash)
            for leaf in leaves_of(events)
        ]

    @proves("S44", "S42")
    def test_what_cannot_all_be_placed_is_not_placed_at_all(self) -> None:
        """A row that is not there, has a place already, or is named twice keeps its whole call from being placed."""
        mine = Mine.apart()
        strange = b"\1" * 32
        spoils: tuple[Callable[[list[Leaf]], list[Leaf]], ...] = (
            lambda own: [*own, Leaf(mine.case(99), 1, strange)],
            lambda own: [*own[:1], Leaf(mine.case(1), 99, strange), *own[1:]],
            lambda own: [*own[:1], Leaf(mine.case(0), 1, strange), *own[1:]],
            lambda own: [Leaf(mine.case(99), 1, strange), *own],
            lambda own: [*own, *own[-1:]],
            lambda own: [*own[:1], *own],
        )
        with self.opened() as store:
            store.append([mine.commit(0)])
            sequence(store)
            store.append([mine.commit(1, events=2), mine.commit(2)])
            for spoil in spoils:
                found = store.unplaced(MANY)
                with suppress(StoreUnusable):
                    done = store.place(found.start, spoil(self._leaves(found.events, mine, strange)))
                    assert not (done and found.events), "a call was placed that cannot be"
                for number in (0, 1, 2):
                    rows = store.places(mine.case(number), EVERYONE)
                    assert all(row.hash != strange for row in rows), "a part of a call was placed"
            sequence(store)
            assert [len(own) for own in places(store, mine, 0, 1, 2).values()] == [1, 2, 1]

    @proves("S44")
    def test_nothing_is_placed_where_the_ledger_ends(self) -> None:
        """No rows can be placed as well: the answer tells whether the ledger ends there."""
        with self.opened() as store:
            assert any(store.place(store.unplaced(0).start, []) for _ in range(MOST)), "the ledger does end there"

    @proves("S45", "S46")
    def test_behind_the_end_there_is_nothing(self) -> None:
        """Whoever asks for more than there is gets what there is, and behind the end nothing."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(1, trader=mine.trader)])
            sequence(store)
            ((place,),) = places(store, mine, 1).values()
            (row,) = store.places(mine.case(1), EVERYONE)
            assert store.placed(place, MANY)[0] == row
            assert store.leaves(place, place + _FAR)[0] == row.hash
            assert [one.version for one in store.feed(mine.trader, 0, MANY)] == [1]
            assert not list(store.placed(_FAR, 5))
            assert not list(store.leaves(_FAR, _FAR + 5))
            assert list(store.feed(mine.trader, 1, 5)) == list(store.feed(mine.trader, _FAR, 5)) == []
            assert list(store.unplaced(0).events) == []

    @proves("S46", "S47")
    def test_who_is_told_is_decided_when_a_row_is_placed(self) -> None:
        """Whom a step named that was over before it was placed is not told of it; who is named then is told of all."""
        mine = Mine.apart()
        early, late = f"early-{mine.mark}", f"late-{mine.mark}"
        with self.opened() as store:
            for number in range(MOST):
                first = mine.changed(number, trader=early)
                store.append([first, mine.changed(number, 1, trader=late)])
                sequence(store)
                case_id = mine.case(number)
                found = [[row for row in told(store, one) if row[0] == case_id] for one in (early, late)]
                if found == [[], [(case_id, 1, False), (case_id, 2, False)]]:
                    return
                # Another sequencer may have come in between.
                assert found == [[(case_id, 1, False), (case_id, 2, True)], [(case_id, 2, False)]], found
        raise AssertionError("a trader was told that no header named when the rows were placed")

    @proves("S47", "S46")
    def test_however_many_rows_are_placed_at_once_a_case_leaves_once(self) -> None:
        """Who is named no longer is told so with the first of the rows that are placed then, and no other."""
        mine = Mine.apart()
        who, former = mine.trader, f"former-{mine.mark}"
        with self.opened() as store:
            for number in range(3):
                store.append([mine.changed(number, trader=who, former=(former,))])
                sequence(store)
                store.append([mine.changed(number, expected) for expected in (1, 2)])
                store.append([mine.changed(number, 3, former=("other",))])
                sequence(store, MANY)
                case_id = mine.case(number)
                found = [[row for row in told(store, one) if row[0] == case_id] for one in (who, former)]
                # Another sequencer may have placed a row by itself: then it was the first as well.
                assert found == [[(case_id, 1, False), (case_id, 2, True)]] * 2, found

    @proves("S46")
    def test_who_is_named_twice_is_told_once(self) -> None:
        """A trader that is a former one as well has each row once, and is told once that the case has left it."""
        mine = Mine.apart()
        with self.opened() as store:
            for expected, (trader, former) in enumerate(
                ((mine.trader, (mine.trader,)), (mine.trader, (mine.trader, mine.trader)), ("", ()))
            ):
                store.append([mine.changed(1, expected, trader=trader, former=former)])
                sequence(store)
            case_id = mine.case(1)
            assert told(store, mine.trader) == [(case_id, 1, False), (case_id, 2, False), (case_id, 3, True)]
            assert kept(store, case_id).header.trader == ""
