"""The contracts of shelves, as tests: give them yours, and they say whether records are safe on it.

    class TestMyShelf(ShelfContract):
        def make_shelf(self) -> Shelf:
            return MyShelf(...)

Laws of this file: those of `contracts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from expressplatform.ports import AsyncShelf, Shelf
from expressplatform.testing.lifting import lifted_shelf
from expressplatform.testing.shelf_checks import Keeping, Listing, MyShelf
from expressplatform.testing.store_doors import given


class ShelfContract(Keeping, Listing):
    """The contract of `Shelf`. Give `make_shelf`; where the shelf lasts, give `reopen` too."""

    def make_shelf(self) -> Shelf | AbstractContextManager[Shelf]:
        """A shelf, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, shelf: Shelf) -> Shelf | None:
        """Close the shelf and open what it has kept; None where it keeps nothing."""
        return None

    @contextmanager
    def opened(self) -> Iterator[Shelf]:
        """The shelf of `make_shelf`, closed when the check is over."""
        made = self.make_shelf()
        with made if isinstance(made, AbstractContextManager) else closing(made) as shelf:
            yield shelf

    def test_what_was_acknowledged_is_there_after_reopening(self) -> None:
        """Records, also replaced ones, and deletions outlive the shelf that kept them."""
        mine = MyShelf()
        rows = [mine.row(number) for number in range(3)]
        with self.opened() as shelf:
            shelf.put([*rows, mine.row(1, 2, body=b"new")])
            shelf.delete(mine.owner, mine.kind, [rows[2].id])
            with closing(given(self.reopen(shelf), "reopen", "what outlives the shelf is not known")) as again:
                assert mine.all(again) == [rows[0], mine.row(1, 2, body=b"new")]


class AsyncShelfContract(Keeping, Listing):
    """The contract of `AsyncShelf`: the same checks, each call awaited in one event loop beside the check."""

    def make_shelf(self) -> AsyncShelf:
        """A shelf; it is made in the check's thread and used in the event loop's. It need not be empty."""
        raise NotImplementedError

    def opened(self) -> AbstractContextManager[Shelf]:
        """The shelf of `make_shelf`, behind a face that waits for its answers."""
        return lifted_shelf(self.make_shelf())
