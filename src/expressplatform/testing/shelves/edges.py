"""What a shelf must do at its edges: words that a query or a cursor would spoil, calls that are refused in part, and
what follows them.

Laws of this file: those of `commits`. Kinds, owners and ids are each check's own.
"""

from __future__ import annotations

import contextlib
import itertools
import uuid
from contextlib import ExitStack
from typing import Any, Final

import attrs

from expressplatform.ports import EVERYONE, Shelf, ShelfRow, Sought
from expressplatform.testing.doors import ODD, raised
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.shelves.checks import MANY, MyShelf, ShelfDoors
from expressplatform.testing.shelves.numbers import ALIKE

SIGNS: Final = (
    "*", "a*", "*b", "a?", "?b", "[ab]b", "a.b", "a.*", "^a", "a|b", "|", "a;b", "a\x1fb", "\x1f", "a\nb", "\n", "a\n",
    "a\tb", "\ta", ":", "a:", "::", "/", "//", "a//b", "./a", "../a", "a/../b", ",",
    '"', '","', ", ", "'", "\\", "\\x1f", "[",
    "{", "{}", "%", "_", "%a%", "a%20b", "a+b", "a__b", "\u00a0a", "\ufeffa", "\x7f", "\u2028", "\uffff", "\U0010ffff",
    "~", "!", "0", "null", "None", "-1", "+1", "1e0", "\u0661", " ", "  ",
)  # fmt: skip
"""Signs that a pattern, a path, a cursor, a list in one text or a query would take for something else."""

_LONG: Final = 900


class AtEdges(ShelfDoors):
    """Odd words wherever they stand, calls that are refused in part, cursors that are handed on."""

    @proves("H6")
    def test_words_are_told_apart_at_both_ends(self) -> None:
        """Whatever sign an id, a kind or an owner begins or ends with, and where all of it is a number."""
        mine = MyShelf()
        number = uuid.uuid4().int % 10**14 + 10**14
        words = [f"{one}{mine.mark}" for one in (*ALIKE, *SIGNS)] + [f"{mine.mark}{one}" for one in SIGNS]
        words += [f"{number}", f"0{number}", f"{number}.0", f"+{number}", f" {number}", f"{number} ", f"{number}e0"]
        ids = [attrs.evolve(mine.row(0, labels=()), id=one, body=one.encode()) for one in words]
        kinds = [attrs.evolve(mine.row(1, labels=()), kind=one, body=one.encode()) for one in words]
        owners = [
            attrs.evolve(mine.row(at, labels=()), kind=f"o{mine.kind}", owner=one) for at, one in enumerate(words)
        ]
        with self.opened() as shelf:
            for rows in (ids, kinds, owners):
                assert list(shelf.put(rows)) == [True] * len(rows), "one was taken for another"
                assert [shelf.get(row.owner, row.kind, row.id) for row in rows] == rows
            for row in (*kinds, *owners):
                assert list(shelf.list(row.owner, row.kind, Sought(), "", MANY).rows) == [row]
            shelf.delete(mine.owner, mine.kind, [row.id for row in ids[::2]])
            for row in (*kinds[::4], *owners[::4]):
                shelf.delete(row.owner, row.kind, [row.id])
            for rows, every in ((ids, 2), (kinds, 4), (owners, 4)):
                left = [row for at, row in enumerate(rows) if at % every]
                assert [shelf.get(row.owner, row.kind, row.id) for row in left] == left, "one went too"
                assert {shelf.get(row.owner, row.kind, row.id) for row in rows[::every]} == {None}

    @proves("H1", "H6", "H8")
    def test_a_label_of_any_sign_finds_what_carries_it(self) -> None:
        """Alone or among others, first or last: each label finds its own records and no other, and comes back."""
        mine = MyShelf()
        words = list(dict.fromkeys((*SIGNS, *ALIKE)))
        rows = [
            mine.row(at, labels=(words[at - 1], one, f"{one}{words[at - 1]}"), place="p")
            for at, one in enumerate(words)
        ]
        rows.append(mine.row(len(words), labels=("", "x y z"), place="p"))
        with self.opened() as shelf:
            shelf.put(rows)
            assert mine.all(shelf) == rows
            for one in words:
                assert mine.all(shelf, Sought(label=one)) == [row for row in rows if one in row.labels], repr(one)

    @proves("H1", "H6", "H7")
    def test_words_may_be_long(self) -> None:
        """Of each record one word has nearly a thousand bytes, and differs from another record's in its last."""
        mine = MyShelf()
        words = [f"{mine.mark}{'w' * _LONG}{end}" for end in "ab"]
        fields: list[dict[str, Any]] = [{name: one} for name in ("place", "id", "year") for one in words]
        fields += [{"labels": (one,)} for one in words]
        others = [{name: one} for name in ("owner", "kind") for one in words]
        rows = [attrs.evolve(mine.row(number), **one) for number, one in enumerate([*fields, *others])]
        own = sorted(rows[: len(fields)], key=lambda row: (row.place, row.id))
        with self.opened() as shelf:
            assert list(shelf.put(rows)) == [True] * len(rows), "one was taken for another"
            assert [shelf.get(row.owner, row.kind, row.id) for row in rows] == rows
            assert mine.paged(shelf, 1, owner=mine.owner) == own
            for word in words:
                since, labelled = (mine.all(shelf, one, mine.owner) for one in (Sought(since=word), Sought(label=word)))
                assert since == [row for row in own if row.place >= word]
                assert labelled == [row for row in own if word in row.labels]
            for row in rows[len(fields) :]:
                assert list(shelf.list(row.owner, row.kind, Sought(), "", MANY).rows) == [row]
            assert list(shelf.years(mine.kind)) == sorted({row.year for row in rows if row.kind == mine.kind})

    @proves("H7", "H9")
    def test_a_cursor_goes_on_whatever_signs_place_and_id_have(self) -> None:
        """One record a page and more, in the order of code points, by label or without."""
        mine = MyShelf()
        words = list(dict.fromkeys(("", *SIGNS, *ALIKE)))
        rows = [attrs.evolve(mine.row(at, place=one), id=f"{mine.mark}-{at}") for at, one in enumerate(words)]
        rows += [attrs.evolve(mine.row(0, place="p"), id=f"{one}{mine.mark}") for one in words[1:]]
        rows += [attrs.evolve(mine.row(0, place="p"), id=f"{mine.mark}{one}") for one in words[1:]]
        rows = sorted({row.id: row for row in rows}.values(), key=lambda row: (row.place, row.id))
        with self.opened() as shelf:
            shelf.put(rows)
            assert mine.all(shelf) == rows, "not in the order of place and id"
            for sought in (Sought(), Sought(label="b")):
                assert self._walked(shelf, mine, sought, 5, len(rows)) == rows
            assert self._walked(shelf, mine, Sought(label="a"), 1, len(rows)) == rows

    def _walked(self, shelf: Shelf, mine: MyShelf, sought: Sought, limit: int, most: int) -> list[ShelfRow]:
        """A list to its end, page by page."""
        found: list[ShelfRow] = []
        after = ""
        for _ in range(most + 2):
            page = shelf.list(mine.owner, mine.kind, sought, after, limit)
            found, after = [*found, *page.rows], page.after
            if not after:
                return found
        raise AssertionError("the list does not end")

    @proves("H8")
    def test_a_stretch_begins_and_ends_at_any_sign(self) -> None:
        """Since a place, it included, and until it, not: by code points, and never as a language sorts."""
        mine = MyShelf()
        words = sorted({*SIGNS, *ALIKE, "A", "B", "b", "\u00e9", "\uff5e", "\U0001f6d2"})
        rows = [mine.row(at, place=one) for at, one in enumerate(words)]
        with self.opened() as shelf:
            shelf.put(rows)
            for at, one in enumerate(words):
                label = "a" if at % 2 else ""
                assert mine.all(shelf, Sought(label, since=one)) == rows[at:], f"since {one!r}"
                assert mine.all(shelf, Sought(label, until=one)) == rows[:at], f"until {one!r}"

    @proves("H8", "H7", "H9", "H5", "H10")
    def test_whatever_is_sought_together_is_one_list_page_by_page(self) -> None:
        """Label, beginning and end in every combination, asked by each owner and by all: among records of another kind
        at the same places, of one version and of two, each that is sought comes once."""
        mine = MyShelf()
        stranger, kinds = f"other-{mine.mark}", (mine.kind, f"other-{mine.mark}")
        places = itertools.product(kinds, (mine.owner, stranger), ("p1", "p2", "p3", "p4"), ((), ("x",)), (1, 2))
        rows = [
            mine.row(number, version, owner=owner, kind=kind, place=place, labels=(*labels, "all"))
            for number, (kind, owner, place, labels, version) in enumerate(places)
        ]
        first = [
            attrs.evolve(row, version=1, labels=("x",), place="p2") if row.version == 2 else row
            for row in reversed(rows)
        ]
        own = sorted((row for row in rows if row.kind == mine.kind), key=lambda row: (row.place, row.id))
        with self.opened() as shelf:
            assert all(shelf.put(first))
            assert all(shelf.put([row for row in rows if row.version == 2]))
            for label, since, until in itertools.product(("", "x", "all"), ("", "p2"), ("", "p4")):
                found = [
                    row
                    for row in own
                    if (label in row.labels or not label) and row.place >= since and (row.place < until or not until)
                ]
                for owner in (mine.owner, stranger, EVERYONE):
                    wanted = [row for row in found if owner in (EVERYONE, row.owner)]
                    for limit in (2, 3, MANY):
                        listed = mine.paged(shelf, limit, Sought(label, since, until), owner)
                        assert listed == wanted, f"in pages of {limit}, of {label!r} from {since!r} to {until!r}"

    @proves("H9", "H14", "H15")
    def test_a_cursor_is_nobodys_own(self) -> None:
        """Another connection goes on from it, and so does the shelf once it is opened again, as often as it is used."""
        mine = MyShelf()
        rows = [mine.row(number) for number in range(9)]
        with ExitStack() as stack:
            shelf = stack.enter_context(self.opened())
            shelf.put(rows)
            for sought in (Sought(), Sought(label="a")):
                after = shelf.list(mine.owner, mine.kind, sought, "", 3).after
                for _ in range(2):
                    assert list(shelf.list(mine.owner, mine.kind, sought, after, 3).rows) == rows[3:6]
                untold = 2
                with contextlib.suppress(NotRun), self.beside(shelf) as other:
                    untold -= 1
                    assert list(other.list(mine.owner, mine.kind, sought, after, 3).rows) == rows[3:6]
                with contextlib.suppress(NotRun):
                    shelf = stack.enter_context(self.reopened(shelf))
                    untold -= 1
                    assert list(shelf.list(mine.owner, mine.kind, sought, after, 3).rows) == rows[3:6]
                if untold == 2:
                    raise NotRun("neither reopen nor second_connection is given: whose a cursor is is not known")

    @proves("H2", "H3")
    def test_each_record_of_a_large_call_is_judged(self) -> None:
        """Wherever it stands among hundreds: by version, by owner, and beside what the same call did before it."""
        mine = MyShelf()
        stranger = f"other-{mine.mark}"
        rows = [mine.row(number) for number in range(700)]
        with self.opened() as shelf:
            shelf.put(rows[:350])
            later = [attrs.evolve(row, version=2, body=b"2") for row in rows]
            wrong = [
                attrs.evolve(row, version=3) if at % 2 else attrs.evolve(row, owner=stranger)
                for at, row in enumerate(later)
            ]
            call = [row for three in zip(wrong[:350], later[:350], wrong[:350], strict=True) for row in three]
            call += [row for two in zip(rows[350:], wrong[350:], strict=True) for row in two]
            # the third is the version that follows by then where the first was one too far
            wanted = [one for at in range(350) for one in (False, True, at % 2 == 1)] + [True, False] * 350
            assert list(shelf.put(call)) == wanted
            stand = [attrs.evolve(row, version=3) if at % 2 else row for at, row in enumerate(later[:350])]
            assert mine.all(shelf) == stand + rows[350:]
            assert mine.all(shelf, owner=stranger) == []

    @proves("H2", "H12")
    def test_what_begins_again_may_be_anothers(self) -> None:
        """A record that was deleted leaves its id to whoever comes first, of its kind and of others."""
        mine = MyShelf()
        other = attrs.evolve(mine.row(1), owner=f"other-{mine.mark}", labels=("x",), year="2027")
        with self.opened() as shelf:
            shelf.put([mine.row(1), mine.row(1, 2)])
            assert list(shelf.put([other, attrs.evolve(other, version=3)])) == [False, False]
            shelf.delete(mine.owner, mine.kind, [other.id, other.id])
            assert list(shelf.put([other, mine.row(1), mine.row(1, 2)])) == [True, False, False]
            assert (
                mine.all(shelf) == mine.all(shelf, Sought(label="x")) == mine.all(shelf, owner=other.owner) == [other]
            )
            assert (mine.all(shelf, Sought(label="a")), list(shelf.years(mine.kind))) == ([], ["2027"])
            assert shelf.get(mine.owner, mine.kind, other.id) is None

    @proves("H5", "H12")
    def test_of_a_call_only_what_is_ones_own_is_deleted(self) -> None:
        """Whatever else it names, first, last or between: a stranger's records stay and one's own go."""
        mine = MyShelf()
        stranger = f"other-{mine.mark}"
        rows = [mine.row(number, owner=stranger if number % 2 else mine.owner) for number in range(12)]
        with self.opened() as shelf:
            for order in (rows, rows[::-1]):
                shelf.put(rows)
                shelf.delete(mine.owner, mine.kind, [row.id for row in order])
                assert mine.all(shelf) == rows[1::2], "not what was one's own, or more than that"
                shelf.delete(EVERYONE, mine.kind, [row.id for row in order])
                assert mine.all(shelf) == []

    @proves("H2", "H10")
    def test_each_part_of_a_record_is_replaced_by_itself(self) -> None:
        """Another year, place, body or order of labels alone is another version, to whoever asks in whatever way."""
        mine = MyShelf()
        row = mine.row(1, labels=("a", "b", "a"))
        changes: tuple[dict[str, object], ...] = (
            {"year": "2027"},
            {"place": "2029"},
            {"labels": ("b", "a", "a")},
            {"labels": ("a", "b")},
            {"labels": ()},
            {"body": b""},
            {"body": b"\0"},
            {},
        )
        with self.opened() as shelf:
            shelf.put([row])
            for change in changes:
                row = attrs.evolve(row, version=row.version + 1, **change)  # type: ignore[arg-type]
                assert list(shelf.put([row])) == [True]
                assert shelf.get(mine.owner, mine.kind, row.id) == row
                assert mine.all(shelf) == [row]
                assert list(shelf.years(mine.kind)) == [row.year]

    @proves("H11")
    def test_years_are_told_anew_each_time(self) -> None:
        """What is handed out is the reader's own, and a year goes with its last record and not with its first."""
        mine = MyShelf()
        with self.opened() as shelf:
            shelf.put([mine.row(1), mine.row(2), mine.row(3, year="2027")])
            told = shelf.years(mine.kind)
            if isinstance(told, list):
                told.clear()
            assert list(shelf.years(mine.kind)) == ["2026", "2027"]
            shelf.delete(mine.owner, mine.kind, [mine.row(1).id])
            assert list(shelf.years(mine.kind)) == ["2026", "2027"]
            shelf.delete(mine.owner, mine.kind, [mine.row(2).id])
            assert list(shelf.years(mine.kind)) == ["2027"]

    @proves("H3", "H14")
    def test_what_was_kept_beside_a_refusal_lasts(self) -> None:
        """Before and after a record that was refused, after a call that was none, and over a thousand in one call."""
        mine = MyShelf()
        many = [mine.row(number) for number in range(100, 1300)]
        with ExitStack() as stack:
            shelf = stack.enter_context(self.opened())
            assert list(shelf.put([mine.row(1), mine.row(2, 5), mine.row(3)])) == [True, False, True]
            shelf = stack.enter_context(self.reopened(shelf))
            assert mine.all(shelf) == [mine.row(1), mine.row(3)]
            raised(ValueError, lambda: shelf.put([mine.row(4), mine.row(5, year=ODD[0])]))
            assert list(shelf.put([mine.row(6)])) == [True]
            raised(ValueError, lambda: shelf.get(mine.owner, mine.kind, ODD[1]))
            shelf.delete(mine.owner, mine.kind, [mine.row(1).id])
            shelf = stack.enter_context(self.reopened(shelf))
            assert mine.all(shelf) == [mine.row(3), mine.row(6)]
            assert all(shelf.put(many))
            shelf = stack.enter_context(self.reopened(shelf))
            assert mine.all(shelf, Sought(label="b")) == [mine.row(3), mine.row(6), *many]
