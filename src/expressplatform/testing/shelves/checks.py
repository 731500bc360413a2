"""What a shelf must do with records and with questions.

Laws of this file: those of `commits`. Kinds, owners and ids are each check's own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from threading import Barrier
from typing import Any, Final

import attrs

from expressplatform.ports import EVERYONE, Shelf, ShelfRow, Sought
from expressplatform.testing.doors import ODD, refused, turned_away
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import side_by_side

_PAGES: Final = 60
_MOST: Final = 12
"""More pages than any list of these checks has."""
MANY: Final = 1_000_000
"""More records than there are."""
_ALL: Final = Sought()


@attrs.frozen
class MyShelf:
    """A kind, owners and ids that no other check has, and records made of them."""

    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    @property
    def kind(self) -> str:
        """A kind of this check's own."""
        return f"kind-{self.mark}"

    @property
    def owner(self) -> str:
        """An organisation of this check's own."""
        return f"owner-{self.mark}"

    def row(
        self,
        number: int,
        version: int = 1,
        *,
        owner: str = "",
        kind: str = "",
        place: str = "",
        labels: tuple[str, ...] = ("a", "b"),
        year: str = "2026",
        body: bytes = bytes(range(256)),
    ) -> ShelfRow:
        """The n-th record: places and ids sort as their numbers do."""
        id_, place = f"{self.mark}-{number:04}", place or f"2026-03-{number:04}"
        return ShelfRow(owner or self.owner, kind or self.kind, id_, version, place, labels, year, body)

    def all(self, shelf: Shelf, sought: Sought = _ALL, owner: str = EVERYONE) -> list[ShelfRow]:
        """Every record of this check's kind that is sought, in the shelf's order."""
        return self.paged(shelf, MANY, sought, owner)

    def paged(self, shelf: Shelf, limit: int, sought: Sought = _ALL, owner: str = EVERYONE) -> list[ShelfRow]:
        """The same, page by page."""
        found: list[ShelfRow] = []
        after = ""
        for _ in range(_PAGES):
            page = shelf.list(owner, self.kind, sought, after, limit)
            assert len(page.rows) <= limit, "a page is longer than its limit"
            assert {type(row.body) for row in page.rows} <= {bytes}, "what is listed has no bytes"
            found += page.rows
            after = page.after
            if not after:
                return found
        raise AssertionError("the list does not end")


class ShelfDoors:
    """The ways to the shelf under test; contracts fill them in."""

    def opened(self) -> AbstractContextManager[Shelf]:
        """The shelf under test, closed when the check is over."""
        raise NotImplementedError

    def reopened(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """What opens on the same records after the shelf was closed; raises NotRun."""
        raise NotImplementedError

    def beside(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """A second connection to the records of a shelf that stays open; raises NotRun."""
        raise NotImplementedError


class Keeping(ShelfDoors):
    """What becomes of records."""

    @proves("H1")
    def test_a_record_comes_back_byte_for_byte(self) -> None:
        """Every field comes back as it was given: bytes that are no text, labels in their order and in any script."""
        mine = MyShelf()
        rows = [
            mine.row(1, labels=("z", "a", '"b"', "x,y", "{}", "back\\slash", "丙", "")),
            mine.row(2, labels=(), body=b"", year=""),
        ]
        with self.opened() as shelf:
            assert list(shelf.put(rows)) == [True, True]
            for row in rows:
                kept = shelf.get(mine.owner, mine.kind, row.id)
                assert kept == row
                assert type(kept.body) is bytes
            assert mine.all(shelf) == rows

    @proves("H2", "H10")
    def test_a_record_is_replaced_by_the_version_that_follows(self) -> None:
        """Every field but owner, kind and id is what the next version says; no label of the former one finds it."""
        mine = MyShelf()
        after = mine.row(1, 2, place="2027", labels=("b", "c"), year="2027", body=b"after")
        with self.opened() as shelf:
            shelf.put([mine.row(1)])
            assert list(shelf.put([after])) == [True]
            assert shelf.get(mine.owner, mine.kind, after.id) == after
            found = {label: mine.all(shelf, Sought(label=label)) for label in "abc"}
            assert found == {"a": [], "b": [after], "c": [after]}
            assert list(shelf.years(mine.kind)) == ["2027"]

    @proves("H2")
    def test_what_does_not_follow_is_refused_and_changes_nothing(self) -> None:
        """A version that stands, was there, skips one or begins later, and another owner's, are each refused."""
        mine = MyShelf()
        stands = mine.row(1, 2, body=b"stands")
        with self.opened() as shelf:
            shelf.put([mine.row(1), stands])
            for version in (0, 1, 2, 4):
                assert list(shelf.put([mine.row(1, version, labels=("lost",), body=b"lost")])) == [False]
            assert list(shelf.put([mine.row(1, 3, owner=f"other-{mine.mark}")])) == [False]
            assert list(shelf.put([mine.row(2, 2), mine.row(3, 0)])) == [False, False]
            assert mine.all(shelf) == [stands]
            assert mine.all(shelf, Sought(label="lost")) == []

    @proves("H3")
    def test_a_refusal_does_not_undo_its_neighbours(self) -> None:
        """In one call, what comes before and after a refusal is kept; the answers are in the order of the records."""
        mine = MyShelf()
        with self.opened() as shelf:
            assert list(shelf.put([mine.row(3), mine.row(2, 5), mine.row(1)])) == [True, False, True]
            assert mine.all(shelf) == [mine.row(1), mine.row(3)]
            assert list(shelf.put([])) == []

    @proves("H3")
    def test_records_of_one_call_see_each_other(self) -> None:
        """In one call a record takes two versions, but no second first one."""
        mine = MyShelf()
        rows = [mine.row(1), mine.row(1, 2), mine.row(2), mine.row(1), mine.row(1, 3, body=b"third")]
        with self.opened() as shelf:
            assert list(shelf.put(rows)) == [True, True, True, False, True]
            assert mine.all(shelf) == [rows[4], rows[2]]

    @proves("H6", "H12")
    def test_an_id_belongs_to_its_kind(self) -> None:
        """One id in two kinds is two records, each with its own versions."""
        mine = MyShelf()
        one, other = mine.row(1), mine.row(1, kind=f"other-{mine.mark}")
        with self.opened() as shelf:
            assert list(shelf.put([one, other])) == [True, True]
            shelf.delete(mine.owner, mine.kind, [one.id])
            assert shelf.get(mine.owner, mine.kind, one.id) is None
            assert shelf.get(mine.owner, other.kind, one.id) == other

    @proves("H12")
    def test_what_is_deleted_is_gone_and_may_begin_again(self) -> None:
        """Nothing finds a deleted record; deleting it again is harmless; the same id begins with version 1."""
        mine = MyShelf()
        with self.opened() as shelf:
            shelf.put([mine.row(1), mine.row(2), mine.row(1, 2)])
            for _ in range(2):
                shelf.delete(mine.owner, mine.kind, [mine.row(1).id, f"unknown-{mine.mark}"])
            shelf.delete(mine.owner, mine.kind, [])
            assert mine.all(shelf) == mine.all(shelf, Sought(label="a")) == [mine.row(2)]
            again = mine.row(1, labels=("new",))
            assert list(shelf.put([mine.row(1, 3), again])) == [False, True]
            assert mine.all(shelf, Sought(label="a")) == [mine.row(2)]
            assert mine.all(shelf, Sought(label="new")) == [again]

    @proves("H4", "H16")
    def test_of_two_that_race_for_a_version_one_wins(self) -> None:
        """However two threads meet, one record stands and the other is told, also for the first version."""
        mine = MyShelf()
        together = Barrier(2)

        def put(name: str) -> int:
            won = 0
            for version in range(1, 21):
                together.wait(10)
                won += list(shelf.put([mine.row(1, version, labels=(name,))])) == [True]
            return won

        with self.opened() as shelf:
            assert sum(side_by_side(together, lambda: put("one"), lambda: put("two"))) == 20
            (kept,) = mine.all(shelf)
            assert kept.version == 20
            assert mine.all(shelf, Sought(label=kept.labels[0])) == [kept]
            other = "two" if kept.labels == ("one",) else "one"
            assert mine.all(shelf, Sought(label=other)) == []

    @proves("H13")
    def test_after_close_every_call_says_so(self) -> None:
        """Every call raises StoreUnusable with the code closed; closing again is harmless."""
        mine = MyShelf()
        with self.opened() as shelf:
            shelf.close()
            shelf.close()
            for call in (
                lambda: shelf.put([]),
                lambda: shelf.put([mine.row(1)]),
                lambda: shelf.get(mine.owner, mine.kind, "x"),
                lambda: shelf.list(mine.owner, mine.kind, _ALL, "", 1),
                lambda: shelf.years(mine.kind),
                lambda: shelf.delete(mine.owner, mine.kind, []),
            ):
                refused("closed", call)


class Listing(ShelfDoors):
    """Who sees what, and how lists are read."""

    @proves("H5")
    def test_what_is_not_an_organisations_does_not_exist_for_it(self) -> None:
        """A stranger and nobody neither read, list nor delete a record; its owner and the platform do."""
        mine = MyShelf()
        row = mine.row(1)
        with self.opened() as shelf:
            shelf.put([row])
            for stranger in (f"other-{mine.mark}", "", mine.owner[:-1], "%"):
                assert shelf.get(stranger, mine.kind, row.id) is None
                assert mine.all(shelf, owner=stranger) == mine.all(shelf, Sought(label="a"), stranger) == []
                shelf.delete(stranger, mine.kind, [row.id])
            for party in (mine.owner, EVERYONE):
                assert shelf.get(party, mine.kind, row.id) == row
                assert mine.all(shelf, owner=party) == mine.all(shelf, Sought(label="a"), party) == [row]
            shelf.delete(EVERYONE, mine.kind, [row.id])
            assert shelf.get(mine.owner, mine.kind, row.id) is None

    @proves("H7")
    def test_lists_are_in_the_order_of_place_and_id(self) -> None:
        """Places sort by code point, not by a language's rules, and ids decide between equal ones."""
        mine = MyShelf()
        places = ("B", "a", "A", "é", "丙", "a b", "a-b", "B")
        rows = [mine.row(number, place=place) for number, place in enumerate(places)]
        with self.opened() as shelf:
            shelf.put(rows)
            in_order = sorted(rows, key=lambda row: (row.place, row.id))
            assert mine.all(shelf) == in_order
            assert mine.all(shelf, Sought(label="b")) == in_order

    @proves("H8")
    def test_a_list_holds_what_is_sought(self) -> None:
        """From a place, included, to a place, not; with a label, whole and alone; all of them together."""
        mine = MyShelf()
        rows = [mine.row(n, place=f"p{n}", labels=("all", "odd" if n % 2 else "even")) for n in range(6)]
        with self.opened() as shelf:
            shelf.put(rows)
            for sought, numbers in (
                (Sought(), [0, 1, 2, 3, 4, 5]),
                (Sought(since="p2"), [2, 3, 4, 5]),
                (Sought(until="p2"), [0, 1]),
                (Sought(since="p1", until="p4"), [1, 2, 3]),
                (Sought(label="all"), [0, 1, 2, 3, 4, 5]),
                (Sought(label="odd", since="p2"), [3, 5]),
                (Sought(label="even", since="p1", until="p4"), [2]),
                (Sought(label="od"), []),
                (Sought(label="%"), []),
            ):
                assert mine.all(shelf, sought) == [rows[number] for number in numbers]

    @proves("H9")
    def test_a_cursor_neither_skips_nor_repeats(self) -> None:
        """Page after page gives every record once, also where places are equal and records are put meanwhile."""
        mine = MyShelf()
        rows = [mine.row(number, place=f"2026|{number // 4}") for number in range(0, 20, 2)]
        for sought in (Sought(), Sought(label="a")):
            seen: list[ShelfRow] = []
            after = ""
            with self.opened() as shelf:
                shelf.put(rows)
                for turn in range(_MOST):
                    page = shelf.list(mine.owner, mine.kind, sought, after, 3)
                    seen += page.rows
                    assert len(page.rows) <= 3
                    after = page.after
                    if not after:
                        break
                    shelf.put([mine.row(100 + turn, place="2025")])
                assert after == ""
                assert _ids(seen) == _ids(rows)
                shelf.delete(mine.owner, mine.kind, [row.id for row in mine.all(shelf)])

    @proves("H11")
    def test_the_years_of_a_kind_are_told_once_each(self) -> None:
        """A year is told as long as a record of the kind stands that names it, in order, and goes with the last."""
        mine = MyShelf()
        rows = [mine.row(number, year=year) for number, year in enumerate(("2027", "2025", "2027", "2026"))]
        with self.opened() as shelf:
            shelf.put([*rows, mine.row(9, kind=f"other-{mine.mark}", year="1999")])
            assert list(shelf.years(mine.kind)) == ["2025", "2026", "2027"]
            shelf.delete(mine.owner, mine.kind, [rows[0].id, rows[1].id])
            assert list(shelf.years(mine.kind)) == ["2026", "2027"]
            assert list(shelf.years(f"unknown-{mine.mark}")) == []

    @proves("H20")
    def test_a_text_that_is_none_is_refused_wherever_it_stands(self) -> None:
        """A nought or half of a pair, in a record or a question, is a ValueError; none of its call is kept."""
        mine = MyShelf()
        with self.opened() as shelf:
            shelf.put([mine.row(1)])
            for number, odd in enumerate(ODD):
                text = f"a{mine.mark}{odd}z"
                for field in ("owner", "kind", "id", "place", "year", "labels"):
                    odd_one: dict[str, Any] = {field: ("a", text) if field == "labels" else text}
                    spoilt = attrs.evolve(mine.row(9), **odd_one)
                    turned_away(ValueError, mine.mark, partial(shelf.put, [mine.row(2), spoilt]))
                for call in _asked_by(shelf, mine, text):
                    turned_away(ValueError, mine.mark, call)
                assert list(shelf.put([mine.row(3, 1 + number)])) == [True]
            assert mine.all(shelf) == [mine.row(1), mine.row(3, len(ODD))]


def _asked_by(shelf: Shelf, mine: MyShelf, text: str) -> list[Callable[[], object]]:
    """Everything that is asked by a text, once for each text."""
    owner, kind = mine.owner, mine.kind
    return [
        *(partial(shelf.get, *place) for place in ((text, kind, "1"), (owner, text, "1"), (owner, kind, text))),
        *(partial(shelf.list, *place, _ALL, "", 1) for place in ((text, kind), (owner, text))),
        *(partial(shelf.list, owner, kind, Sought(**{name: text}), "", 1) for name in ("label", "since", "until")),
        partial(shelf.list, owner, kind, _ALL, f"2026|{text}", 1),
        partial(shelf.years, text),
        *(partial(shelf.delete, *place, [mine.row(1).id, "1"]) for place in ((text, kind), (owner, text))),
        partial(shelf.delete, owner, kind, [mine.row(1).id, text]),
    ]


def _ids(rows: Sequence[ShelfRow]) -> list[str]:
    return [row.id for row in rows]
