"""The contracts of shelves, as tests: give them yours, and they say whether records are safe on it.

    class TestMyShelf(ShelfContract):
        def make_shelf(self) -> Shelf:
            return MyShelf(...)

Laws of this file: those of `contracts`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from expressplatform.ports import AsyncShelf, Shelf, ShelfRow, Sought
from expressplatform.testing.cancelling import cancelled, served, whole_or_none
from expressplatform.testing.doors import entered, given
from expressplatform.testing.guarantees import proves
from expressplatform.testing.lifting import lift, shelf_lift_of
from expressplatform.testing.shelves.checks import Keeping, Listing, MyShelf
from expressplatform.testing.shelves.edges import AtEdges
from expressplatform.testing.shelves.numbers import InNumber

_NO_REOPEN: Final = "what outlives the shelf is not known"
_NO_SECOND: Final = "what two connections do to each other is not known"


class ShelfContract(Keeping, Listing, InNumber, AtEdges):
    """The contract of `Shelf`. Give `make_shelf`, and whichever of the others your shelf can do.

    ``reopen`` unlocks the checks of what lasts, ``second_connection`` that of two connections.
    """

    def make_shelf(self) -> Shelf | AbstractContextManager[Shelf]:
        """A shelf, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, shelf: Shelf) -> Shelf | None:
        """Close the shelf and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, shelf: Shelf) -> Shelf | None:
        """Another shelf over the records of the first, which stays open; None where there is no such thing."""
        return None

    def opened(self) -> AbstractContextManager[Shelf]:
        """The shelf of `make_shelf`, closed when the check is over."""
        return entered(self.make_shelf())

    def reopened(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """The shelf of `reopen`, closed when the check is over."""
        return entered(given(self.reopen(shelf), "reopen", _NO_REOPEN))

    def beside(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """The shelf of `second_connection`, closed when the check is over."""
        return entered(given(self.second_connection(shelf), "second_connection", _NO_SECOND))


class AsyncShelfContract(Keeping, Listing, InNumber, AtEdges):
    """The contract of `AsyncShelf`: the same checks, each call awaited in one event loop beside the check.

    The optional methods are those of `ShelfContract`; they may be coroutine functions, which run in that loop.
    """

    def make_shelf(self) -> AsyncShelf:
        """A shelf; it is made in the check's thread and used in the event loop's. It need not be empty."""
        raise NotImplementedError

    def reopen(self, shelf: AsyncShelf) -> AsyncShelf | Awaitable[AsyncShelf | None] | None:
        """Close the shelf and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, shelf: AsyncShelf) -> AsyncShelf | Awaitable[AsyncShelf | None] | None:
        """Another shelf over the records of the first, which stays open; None where there is no such thing."""
        return None

    @contextmanager
    def opened(self) -> Iterator[Shelf]:
        """The shelf of `make_shelf`, behind a face that waits for its answers."""
        with lift() as loop, loop.shelf(self.make_shelf()) as shelf:
            yield shelf

    def reopened(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """The shelf of `reopen`, in the same event loop, closed when the check is over."""
        loop, behind = shelf_lift_of(shelf)
        return loop.shelf(given(loop.awaited(self.reopen(behind)), "reopen", _NO_REOPEN))

    def beside(self, shelf: Shelf) -> AbstractContextManager[Shelf]:
        """The shelf of `second_connection`, in the same event loop, closed when the check is over."""
        loop, behind = shelf_lift_of(shelf)
        return loop.shelf(given(loop.awaited(self.second_connection(behind)), "second_connection", _NO_SECOND))

    @proves("H19")
    def test_tasks_in_the_same_breath_have_one_winner_each(self) -> None:
        """Of twelve tasks of one event loop that put one record, one is told that it was first, and its is kept."""
        mine = MyShelf()
        with self.opened() as shelf:
            loop, behind = shelf_lift_of(shelf)
            for version in (1, 2, 3):
                rows = [mine.row(1, version, body=b"%d" % task) for task in range(12)]
                won = loop.wait(_all_at_once(behind, rows))
                assert sum(won) == 1
                assert shelf.get(mine.owner, mine.kind, rows[0].id) == rows[won.index(True)]

    @proves("H19")
    def test_tasks_in_the_same_breath_are_each_answered_what_they_asked(self) -> None:
        """Of those who read at once, by id, by label and by stretch, each gets its own answer and nobody else's."""
        mine = MyShelf()
        rows = [mine.row(number, labels=(f"l{number}",), year=f"{number}") for number in range(8)]
        with self.opened() as shelf:
            loop, behind = shelf_lift_of(shelf)
            shelf.put(rows)
            for row, answer in zip(rows, loop.wait(_read_at_once(behind, rows)), strict=True):
                assert answer == (row, (row,))

    @proves("H19")
    def test_what_is_cancelled_is_done_or_not_and_the_shelf_goes_on(self) -> None:
        """Sooner or later cancelled, a record is what it was or what it was to be."""
        mine = MyShelf()
        with self.opened() as shelf:
            loop, behind = shelf_lift_of(shelf)
            for ticks in range(10):
                old, new = mine.row(ticks), mine.row(ticks, 2, labels=("new",), body=b"new")
                shelf.put([old])
                loop.wait(cancelled(behind.put([new]), ticks))
                kept, found = None, list[ShelfRow]()
                while kept is None or kept != shelf.get(mine.owner, mine.kind, old.id):  # it may still be under way
                    kept = shelf.get(mine.owner, mine.kind, old.id)
                    assert kept in (old, new)
                    found = mine.all(shelf, Sought("new"))
                assert (found[-1:] == [new]) == (kept == new)
            assert list(shelf.put([mine.row(99)])) == [True]

    @proves("H19")
    def test_a_shelf_whose_first_call_is_cancelled_serves_the_next(self) -> None:
        """Whatever has to be opened first: sooner or later cancelled, it is opened for whoever comes next."""
        for ticks in range(10):
            mine = MyShelf()
            with self.opened() as shelf:
                loop, behind = shelf_lift_of(shelf)
                first, then = behind.get(mine.owner, mine.kind, "1"), behind.put([mine.row(1)])
                assert list(loop.wait(served(first, then, ticks))) == [True]

    @proves("H19")
    def test_a_call_of_several_that_is_cancelled_is_done_whole_or_not_at_all(self) -> None:
        """Of records that are put, or deleted, in one call all are there or none; the shelf goes on."""
        with self.opened() as shelf:
            loop, behind = shelf_lift_of(shelf)
            for ticks in range(8):
                mine = MyShelf()
                rows = [mine.row(number) for number in range(6)]
                loop.wait(cancelled(behind.put(rows), ticks))
                whole_or_none(lambda mine=mine: mine.all(shelf), rows)  # type: ignore[misc]
                shelf.put(rows)
                assert mine.all(shelf) == rows
                loop.wait(cancelled(behind.delete(mine.owner, mine.kind, [row.id for row in rows]), ticks))
                whole_or_none(lambda mine=mine: mine.all(shelf, Sought(label="a")), rows)  # type: ignore[misc]
                shelf.delete(mine.owner, mine.kind, [row.id for row in rows])
                assert mine.all(shelf) == []


async def _all_at_once(shelf: AsyncShelf, rows: Sequence[ShelfRow]) -> list[bool]:
    answers = await asyncio.gather(*(_put(shelf, row) for row in rows))
    return [won for (won,) in answers]


async def _read_at_once(
    shelf: AsyncShelf, rows: Sequence[ShelfRow]
) -> list[tuple[ShelfRow | None, tuple[ShelfRow, ...]]]:
    pages = await asyncio.gather(*(_listed(shelf, row) for row in rows))
    found = await asyncio.gather(*(_got(shelf, row) for row in rows))
    return list(zip(found, pages, strict=True))


async def _listed(shelf: AsyncShelf, row: ShelfRow) -> tuple[ShelfRow, ...]:
    return (await shelf.list(row.owner, row.kind, Sought(label=row.labels[0]), "", 9)).rows


async def _got(shelf: AsyncShelf, row: ShelfRow) -> ShelfRow | None:
    return await shelf.get(row.owner, row.kind, row.id)


async def _put(shelf: AsyncShelf, row: ShelfRow) -> Sequence[bool]:
    return await shelf.put([row])
