"""Small sealed records in one PostgreSQL database; what is asked stands in `shelf_talks`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

from expressplatform.ports import ShelfPage, ShelfRow, Sought
from expressplatform_postgres import shelf_talks
from expressplatform_postgres.connections import Connections


@final
class PostgresShelf(Connections):
    """Small records in the database at ``dsn``, mostly that of a `PostgresStore`; same arguments, same errors."""

    __slots__ = ()

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keep each record that follows the one that stands; durable when this returns. See `Shelf.put`."""
        return self._ask(shelf_talks.put(rows))

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""
        return self._ask(shelf_talks.get(owner, kind, id))

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""
        return self._ask(shelf_talks.listed(owner, kind, sought, after, limit))

    def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""
        return self._ask(shelf_talks.years(kind))

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Delete records; harmless when repeated."""
        self._ask(shelf_talks.delete(owner, kind, ids))

    def __repr__(self) -> str:
        return "<PostgresShelf>"
