"""The shelf: small sealed records that belong to no case's history.

Laws of this file: a shelf sees names, places and labels, and a sealed body; none of the clear parts is a particular.
A record is replaced as a whole, by whoever names the version that follows. Every query carries the organisation that
asks; `EVERYONE` sees all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Final, Protocol

import attrs

_PAGE: Final = 500


@attrs.frozen
class ShelfRow:
    """One record: whose it is, its kind and id, and what it is found by.

    ``place`` orders the records of a kind (mostly an instant, as text that sorts), ``labels`` are codes by which it is
    found: ids of cases, staff and organisations. ``year`` names the secret under which ``body`` is sealed. ``version``
    is 1 for a new record.
    """

    owner: str
    kind: str
    id: str
    version: int
    place: str
    labels: tuple[str, ...]
    year: str
    body: bytes


@attrs.frozen
class Sought:
    """Which records of a kind a list should hold: with a label, and from one place (included) to another (not).

    Empty means: any.
    """

    label: str = ""
    since: str = ""
    until: str = ""


@attrs.frozen
class ShelfPage:
    """A stretch of a list, in the order of place and id, and the cursor that continues it; empty: there is no more."""

    rows: tuple[ShelfRow, ...]
    after: str


class Shelf(Protocol):
    """Where small records live. Safe to share between threads; nothing acknowledged is ever lost."""

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keeps each record that follows the one that stands (version 1 where none does); False: somebody was first.

        Durable when it returns; one that is refused does not undo its neighbours.
        """

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""

    def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Deletes records; harmless when repeated."""

    def close(self) -> None:
        """Lets go of files and connections."""


class AsyncShelf(Protocol):
    """`Shelf` for asynchronous callers: the same methods, awaited."""

    def put(self, rows: Sequence[ShelfRow], /) -> Awaitable[Sequence[bool]]: ...
    def get(self, owner: str, kind: str, id: str, /) -> Awaitable[ShelfRow | None]: ...
    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> Awaitable[ShelfPage]: ...
    def years(self, kind: str, /) -> Awaitable[Sequence[str]]: ...
    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> Awaitable[None]: ...
    def close(self) -> Awaitable[None]: ...


async def shelf_rows(shelf: AsyncShelf, owner: str, kind: str, sought: Sought) -> AsyncIterator[ShelfRow]:
    """Every record that a list holds, asked for page by page."""
    after, more = "", True
    while more:
        page = await shelf.list(owner, kind, sought, after, _PAGE)
        for row in page.rows:
            yield row
        after, more = page.after, bool(page.after)
