"""What a shelf must do with many records, odd names, and those who ask at once.

Laws of this file: those of `commits`. Kinds, owners and ids are each check's own.
"""

from __future__ import annotations

import contextlib
import functools
import os
import random
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from threading import Barrier
from typing import Final

import attrs

from expressplatform.memory import MemoryShelf
from expressplatform.ports import EVERYONE, Shelf, ShelfRow, Sought
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled
from expressplatform.testing.shelves.checks import MANY, MyShelf, ShelfDoors
from expressplatform.testing.stores.rows import EVERY_BYTE

ALIKE: Final = (
    "ab", "AB", "ab ", " ab", "ab-", "a-b", "a_b", "axb", "a%b", "a%", "abc", "a", "a\u00e9", "ae\u0301", "a\u00df",
    "ass", "\uff41b", "a'b", 'a"b', "a\\b", "a/b", "a,b", "a b", "a:b", "\u4e19", "\U0001f6d2", "\uff5e", "1", "01",
    "1.0", "10", "9", "ab\t", "z" * 190, "z" * 190 + "1", "z" * 190 + "2",
)  # fmt: skip
"""Words that somebody might take for each other."""
_TURNS: Final = 3
_STEPS: Final = 120
_SHOWN: Final = 10
_ROUNDS: Final = 25


class InNumber(ShelfDoors):
    """Many records, names that look alike, those who ask at once, and what lasts."""

    @proves("H1")
    def test_a_body_of_any_length_and_sign_comes_back(self) -> None:
        """Some megabytes; bytes that look like white space or an end; none where there were some before."""
        mine = MyShelf()
        bodies = [os.urandom(4_200_000), b" \t\r\n", b"x\0", b"\0x", EVERY_BYTE * 300, b"{}", b"\x1a", b"x" * 8001, b""]
        with self.opened() as shelf:
            rows = [mine.row(number, body=body) for number, body in enumerate(bodies)]
            shelf.put(rows)
            assert mine.all(shelf) == rows
            later = [mine.row(number, 2, body=body) for number, body in enumerate(reversed(bodies))]
            assert list(shelf.put(later)) == [True] * len(rows)
            assert [shelf.get(mine.owner, mine.kind, row.id) for row in later] == later

    @proves("H1", "H2")
    def test_versions_and_labels_may_be_many(self) -> None:
        """Three hundred versions; many labels, one of them twice: each is there, and finds its record once."""
        mine = MyShelf()
        labels = (*(f"label-{number}" for number in range(130)), "label-3")
        with self.opened() as shelf:
            versions = [mine.row(1, version) for version in range(1, 301)]
            assert list(shelf.put(versions)) == [True] * 300
            last = mine.row(1, 301, labels=labels, year="A year")
            assert list(shelf.put([last])) == [True]
            assert shelf.get(mine.owner, mine.kind, last.id) == last
            wrong = [attrs.evolve(last, version=version) for version in (0, 1, 2, 45, 46, 256, 300, 301, 303, 557, 558)]
            assert list(shelf.put(wrong)) == [False] * len(wrong), "a version that does not follow was taken"
            for label in labels:
                assert mine.all(shelf, Sought(label=label)) == [last]
            assert list(shelf.years(mine.kind)) == ["A year"]

    @proves("H6", "H11")
    def test_words_that_look_alike_are_others(self) -> None:
        """As id, kind, owner and label: large and small letters, spaces, accents and signs that a query knows."""
        mine = MyShelf()
        ids = [ShelfRow(mine.owner, mine.kind, f"{mine.mark}{one}", 1, one, (one,), one, one.encode()) for one in ALIKE]
        kinds = [ShelfRow(mine.owner, f"{mine.kind}{one}", mine.mark, 1, one, (), one, b"k") for one in ALIKE]
        owners = [
            ShelfRow(f"{mine.owner}{one}", mine.kind, f"o-{mine.mark}-{number}", 1, one, (), "2026", b"o")
            for number, one in enumerate(ALIKE)
        ]
        with self.opened() as shelf:
            for rows in (ids, kinds, owners):
                assert list(shelf.put(rows)) == [True] * len(rows), "one was taken for another"
            for row in (*ids, *kinds, *owners):
                assert shelf.get(row.owner, row.kind, row.id) == row
                assert shelf.get(row.owner, row.kind, f"{row.id}?") is None
            for row in ids:
                assert list(shelf.list(mine.owner, mine.kind, Sought(label=row.labels[0]), "", MANY).rows) == [row]
            for row in kinds:
                assert list(shelf.list(mine.owner, row.kind, Sought(), "", MANY).rows) == [row]
                assert list(shelf.years(row.kind)) == [row.year], "years of another kind are told"
            for row in owners:
                assert list(shelf.list(row.owner, mine.kind, Sought(), "", MANY).rows) == [row]
            self._deleted(shelf, mine, ids)

    @proves("H6")
    def test_where_a_kind_ends_its_id_does_not_begin(self) -> None:
        """Kind and id are two words, whatever sign somebody might put between them."""
        mine = MyShelf()
        with self.opened() as shelf:
            for sign in ("", "-", ":", "/", "|", ",", ".", " ", "_", "#"):
                one = ShelfRow(mine.owner, f"{mine.kind}{sign}a", f"b{sign}{mine.mark}", 1, "p", (), "2026", b"one")
                other = ShelfRow(mine.owner, mine.kind, f"a{sign}b{sign}{mine.mark}", 1, "p", (), "2026", b"other")
                assert list(shelf.put([one, other])) == [True, True], f"with {sign!r} between them"
                for row in (one, other):
                    assert shelf.get(mine.owner, row.kind, row.id) == row
                shelf.delete(mine.owner, one.kind, [one.id])
                assert shelf.get(mine.owner, mine.kind, other.id) == other

    def _deleted(self, shelf: Shelf, mine: MyShelf, rows: list[ShelfRow]) -> None:
        """Deletes every second record; the others stay, and so do their years."""
        left = list(rows)
        for gone in rows[::2]:
            shelf.delete(gone.owner, gone.kind, [gone.id])
            left.remove(gone)
            in_order = sorted(left, key=lambda row: (row.place, row.id))
            assert list(shelf.list(mine.owner, mine.kind, Sought(), "", MANY).rows) == in_order, f"{gone.place!r} went"
        assert list(shelf.years(mine.kind)) == sorted({row.year for row in left} | {"2026"})

    @proves("H3", "H7", "H12")
    def test_many_records_are_kept_listed_and_deleted_in_one_call(self) -> None:
        """Over a thousand, each of them; a page is as long as its limit, as far as there are records."""
        mine = MyShelf()
        rows = [mine.row(number, place=f"{number:05}", year=f"{number % 15:02}") for number in range(1200)]
        with self.opened() as shelf:
            assert list(shelf.put(rows)) == [True] * len(rows)
            assert mine.all(shelf) == rows
            assert mine.paged(shelf, 400) == rows
            assert list(shelf.years(mine.kind)) == [f"{number:02}" for number in range(15)]
            ids = [row.id for row in rows]
            shelf.delete(mine.owner, mine.kind, [f"x{mine.mark}", *ids[1:600], f"y{mine.mark}", *ids[600:]])
            assert mine.all(shelf) == rows[:1]
            assert list(shelf.years(mine.kind)) == ["00"]

    @proves("H8")
    def test_what_is_sought_is_found_before_the_limit(self) -> None:
        """One record among many that are not sought is on the first page, however short that is."""
        mine = MyShelf()
        rows = [mine.row(number, labels=("few",) if number % 30 == 29 else ("many",)) for number in range(90)]
        wanted = rows[29::30]
        with self.opened() as shelf:
            shelf.put(rows)
            assert list(shelf.list(mine.owner, mine.kind, Sought(label="few"), "", 2).rows) == wanted[:2]
            assert mine.paged(shelf, 1, Sought(label="few")) == wanted
            since = Sought("many", rows[60].place)
            assert list(shelf.list(mine.owner, mine.kind, since, "", 1).rows) == [rows[60]]

    @proves("H8")
    def test_places_are_compared_to_the_last_character(self) -> None:
        """Instants to the microsecond, in whatever form they are written; nothing is read out of a place."""
        mine = MyShelf()
        places = (
            "2031-02-03T04:05:06.000001Z",
            "2031-02-03T04:05:06.000002Z",
            "2031-02-03T04:05:06+08:00",
            "1999",
            "x ",
        )
        rows = [mine.row(number, place=place) for number, place in enumerate(sorted(places))]
        with self.opened() as shelf:
            shelf.put(rows)
            for number, row in enumerate(rows):
                for label in ("", "a"):
                    assert mine.all(shelf, Sought(label, since=row.place)) == rows[number:]
                    assert mine.all(shelf, Sought(label, until=row.place)) == (rows[:number] if row.place else rows)

    @proves("H9")
    def test_a_cursor_outlives_the_record_that_it_names(self) -> None:
        """What is deleted or put meanwhile, and whoever reads another list, makes nothing be skipped or told twice."""
        mine = MyShelf()
        places = ("a", "a ", "a-", "a-1", "a|", "a|b", "b", "b", "b!", "b}")
        rows = sorted((mine.row(n, place=place) for n, place in enumerate(places)), key=lambda row: (row.place, row.id))
        with self.opened() as shelf:
            shelf.put(rows)
            for sought in (Sought(), Sought(label="a")):
                assert mine.paged(shelf, 1, sought) == mine.paged(shelf, 3, sought) == rows
                one = shelf.list(mine.owner, mine.kind, sought, "", 2)
                other = shelf.list(EVERYONE, mine.kind, sought, "", 5)
                assert list(shelf.list(mine.owner, mine.kind, sought, one.after, 3).rows) == rows[2:5]
                assert list(shelf.list(EVERYONE, mine.kind, sought, other.after, 3).rows) == rows[5:8]
            page = shelf.list(mine.owner, mine.kind, Sought(), "", 4)
            shelf.delete(mine.owner, mine.kind, [rows[3].id, rows[0].id, rows[6].id])
            shelf.put([mine.row(77, place="A")])
            left = rows[4:6] + rows[7:]
            assert list(shelf.list(mine.owner, mine.kind, Sought(), page.after, 90).rows) == left

    @proves("H10")
    def test_label_place_and_year_are_those_of_the_version_that_stands(self) -> None:
        """A record that has moved is found where it stands now, and at no former place; so is one that began again."""
        mine = MyShelf()
        first, moved = (
            mine.row(1, place="b", labels=("x", "y"), year="2025"),
            mine.row(1, 2, place="d", labels=("y", "x")),
        )
        others = [mine.row(2, place="a", labels=("x",)), mine.row(3, place="c", labels=("x",))]
        with self.opened() as shelf:
            shelf.put([first, *others, moved])
            for label in ("", "x"):
                assert mine.all(shelf, Sought(label)) == [*others, moved]
                assert mine.all(shelf, Sought(label, since="b", until="c")) == []
                assert mine.all(shelf, Sought(label, since="d")) == [moved]
            assert list(shelf.years(mine.kind)) == ["2026"]
            shelf.delete(mine.owner, mine.kind, [first.id])
            again = mine.row(1, place="e", labels=("y",))
            shelf.put([again])
            assert (mine.all(shelf, Sought("x")), mine.all(shelf, Sought("y"))) == (others, [again])

    @proves("H17")
    def test_what_is_kept_stays_whatever_its_place_and_year_say(self) -> None:
        """No clock takes a record away: those of long ago and of times to come are there until they are deleted."""
        mine = MyShelf()
        years = ("0001", "1970", "1999", "2001", "2024", "2999", "")
        rows = [mine.row(number, place=f"{year}-01-01T00:00:00Z", year=year) for number, year in enumerate(years)]
        with self.opened() as shelf:
            shelf.put(rows)
            assert [shelf.get(mine.owner, mine.kind, row.id) for row in rows] == rows
            assert mine.all(shelf) == mine.all(shelf, Sought("a")) == sorted(rows, key=lambda row: row.place)
            assert list(shelf.years(mine.kind)) == sorted(years)

    @proves("H4")
    def test_of_threads_in_the_same_breath_one_wins(self) -> None:
        """However three threads interleave, each version has one winner, the first one too, and what stands is its."""
        mine = MyShelf()
        together = Barrier(3)
        with self.opened() as shelf:

            def put(name: str) -> list[bool]:
                won: list[bool] = []
                for version in range(1, _ROUNDS + 1):
                    together.wait(60)
                    won += shelf.put([mine.row(1, version, labels=(name,))])
                    won += shelf.put([mine.row(100 + version, labels=(name,))])
                return won

            names = ("one", "two", "three")
            won = jostled(*(functools.partial(put, name) for name in names), together=together)
            assert [sum(turn) for turn in zip(*won, strict=True)] == [1] * (2 * _ROUNDS), "not one winner each"
            for version in range(1, _ROUNDS + 1):
                kept = shelf.get(mine.owner, mine.kind, mine.row(100 + version).id)
                winner = names[[turn[2 * version - 1] for turn in won].index(True)]
                assert kept is not None
                assert kept.labels == (winner,), "what stands is not the winner's"

    @proves("H14")
    def test_whatever_was_said_last_is_kept(self) -> None:
        """A record, its next version and its deletion each outlive the shelf that was closed right after it."""
        mine = MyShelf()
        with ExitStack() as stack:
            shelf = stack.enter_context(self.reopened(stack.enter_context(self.opened())))
            for row in (mine.row(1), mine.row(1, 2, labels=("c",), year="2027", body=b"new")):
                assert list(shelf.put([row])) == [True]
                shelf = stack.enter_context(self.reopened(shelf))
                assert mine.all(shelf) == mine.all(shelf, Sought(row.labels[0])) == [row]
            shelf.delete(mine.owner, mine.kind, [mine.row(1).id])
            shelf = stack.enter_context(self.reopened(shelf))
            assert mine.all(shelf) == mine.all(shelf, Sought("c")) == []
            assert list(shelf.years(mine.kind)) == []
            assert list(shelf.put([mine.row(1)])) == [True]

    @proves("H4", "H15")
    def test_two_connections_are_one_shelf(self) -> None:
        """What one keeps, replaces and deletes the other reads at once; of two that race through both one wins."""
        mine = MyShelf()
        with self.opened() as shelf, self.beside(shelf) as other:
            assert other.get(mine.owner, mine.kind, mine.row(1).id) is None
            assert mine.all(other) == []
            assert list(other.years(mine.kind)) == []
            for row in (mine.row(1), mine.row(1, 2, body=b"new", year="2027")):
                assert list(shelf.put([row])) == [True]
                assert list(other.years(mine.kind)) == [row.year]
                assert mine.all(other) == mine.all(other, Sought(label="a")) == [row]
                assert other.get(mine.owner, mine.kind, row.id) == row
                assert list(other.put([row])) == [False]
            shelf.delete(mine.owner, mine.kind, [mine.row(1).id])
            assert list(other.years(mine.kind)) == []
            assert mine.all(other) == mine.all(other, Sought(label="a")) == []
            assert other.get(mine.owner, mine.kind, mine.row(1).id) is None
            together = Barrier(2)

            def put(on: Shelf, name: str) -> int:
                won = 0
                for version in range(1, 16):
                    together.wait(60)
                    won += sum(on.put([mine.row(2, version, labels=(name,))]))
                return won

            won = jostled(lambda: put(shelf, "one"), lambda: put(other, "two"), together=together)
            assert sum(won) == 15

    @proves("H18")
    def test_whatever_is_asked_in_whatever_order_is_answered_as_the_reference_shelf_answers(self) -> None:
        """Calls at random, over two connections and after reopening where there are such."""
        for _ in range(_TURNS):
            seed = random.SystemRandom().randrange(10**9)
            walk = _Walk(random.Random(seed))
            with self.opened() as shelf, ExitStack() as stack:
                try:
                    walk.take(self._doors(shelf, stack))
                except Exception as error:
                    raise AssertionError(f"{type(error).__name__}: {error} after {'; '.join(walk.asked)}") from error

    def _doors(self, shelf: Shelf, stack: ExitStack) -> Callable[[bool], list[Shelf]]:
        """The open shelves; the last of them reopened first, if that is said and can be done."""
        doors = [shelf]
        with contextlib.suppress(NotRun):
            doors.append(stack.enter_context(self.beside(shelf)))

        def ways(reopen: bool) -> list[Shelf]:
            if reopen:
                with contextlib.suppress(NotRun):
                    doors[-1] = stack.enter_context(self.reopened(doors[-1]))
            return doors

        return ways


class _Walk:
    """A walk at random beside the reference shelf."""

    def __init__(self, luck: random.Random) -> None:
        self._luck, self._model, self._mine = luck, MemoryShelf(), MyShelf()
        self._ids = [f"{self._mine.mark}{one}" for one in luck.sample(ALIKE, 8)]
        self._owners = [f"{self._mine.owner}{one}" for one in ("", "a")]
        self._words = luck.sample(ALIKE, 6)
        self.asked: deque[str] = deque(maxlen=_SHOWN)

    def take(self, doors: Callable[[bool], list[Shelf]]) -> None:
        """So many steps, each through one of the doors."""
        for number in range(_STEPS):
            ways = doors(number % 40 == 39)
            at = self._luck.randrange(len(ways))
            step = self._luck.choice((self._put, self._put, self._put, self._get, self._list, self._list, self._delete))
            self.asked.append(f"{step.__name__[1:]} at {at}")
            step(ways[at])

    def _row(self) -> ShelfRow:
        luck, mine = self._luck, self._mine
        id_, owner = luck.choice(self._ids), luck.choice((self._owners[0], *self._owners))
        standing = self._model.get(EVERYONE, mine.kind, id_)
        version = (standing.version if standing else 0) + luck.choice((1, 1, 1, 1, 0, 2))
        if standing is not None and luck.random() < 0.8:
            owner = standing.owner
        labels = tuple(luck.choices(self._words, k=luck.randint(0, 4)))
        place, year = luck.choice(self._words), luck.choice(("2025", "2026", "2027"))
        return ShelfRow(owner, mine.kind, id_, version, place, labels, year, luck.randbytes(luck.choice((0, 5, 300))))

    def _put(self, shelf: Shelf) -> None:
        rows = [self._row() for _ in range(self._luck.randint(1, 3))]
        self.asked.append(str([(row.id[32:], row.version, row.place, row.labels, row.owner[-1:]) for row in rows]))
        assert list(shelf.put(rows)) == list(self._model.put(rows)), "other answers"

    def _get(self, shelf: Shelf) -> None:
        owner, id_ = self._luck.choice((*self._owners, EVERYONE, "")), self._luck.choice(self._ids)
        assert shelf.get(owner, self._mine.kind, id_) == self._model.get(owner, self._mine.kind, id_), "another record"
        assert list(shelf.years(self._mine.kind)) == list(self._model.years(self._mine.kind)), "other years"

    def _list(self, shelf: Shelf) -> None:
        luck, kind, owner = self._luck, self._mine.kind, self._luck.choice((*self._owners, EVERYONE))
        label, since, until = (luck.choice(("", "", *self._words)) for _ in range(3))
        sought, limit, afters = Sought(label, since, until), luck.choice((1, 2, 3, MANY)), ("", "")
        self.asked.append(f"{owner[-1:]} {sought} {limit}")
        for _ in range(luck.randint(1, 3)):
            told = shelf.list(owner, kind, sought, afters[0], limit)
            wanted = self._model.list(owner, kind, sought, afters[1], limit)
            assert list(told.rows) == list(wanted.rows), "another list"
            afters = told.after, wanted.after
            if not all(afters):
                assert not afters[1], "it ends where there is more"
                break

    def _delete(self, shelf: Shelf) -> None:
        owner = self._luck.choice((*self._owners, EVERYONE))
        ids = self._luck.sample(self._ids, self._luck.randint(0, 2))
        self.asked.append(f"{owner[-1:]} {[one[32:] for one in ids]}")
        shelf.delete(owner, self._mine.kind, ids)
        self._model.delete(owner, self._mine.kind, ids)
