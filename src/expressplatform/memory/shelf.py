"""The reference shelf of small records; its laws are those of `memory`."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import Final, final

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, ShelfPage, ShelfRow, Sought, check_texts, recorded

_MARKED: Final = re.compile(r"\\(.)", re.DOTALL)


def cursor_of(row: ShelfRow) -> str:
    """The cursor that continues a list after a record: its place and its id, whose own signs are marked."""
    marked = row.id.replace("\\", "\\\\").replace("|", "\\p")
    return f"{row.place}|{marked}"


def split_cursor(after: str) -> tuple[str, str]:
    """Place and id of the record that a cursor stands after; both empty for none."""
    place, _, marked = after.rpartition("|")
    return place, _MARKED.sub(lambda found: "|" if found[1] == "p" else found[1], marked)


@final
class MemoryShelf:
    """Small records in memory. Thread-safe; the model for the shelves that last."""

    __slots__ = ("_closed", "_lock", "_rows")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._rows: dict[tuple[str, str], ShelfRow] = {}
        self._closed = False

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keep each record that follows the one that stands; see `Shelf.put`."""
        with self._open():
            return [self._put(row) for row in recorded(rows)]

    def _put(self, row: ShelfRow) -> bool:
        standing = self._rows.get((row.kind, row.id))
        follows = row.version == (standing.version if standing else 0) + 1
        if not follows or (standing and standing.owner != row.owner):
            return False
        self._rows[row.kind, row.id] = row
        return True

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""
        with self._open(owner, kind, id):
            row = self._rows.get((kind, id))
            return row if row and _sees(owner, row) else None

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""
        begin = split_cursor(after)
        with self._open(owner, kind, sought.label, sought.since, sought.until, after):
            found = sorted(
                (row for row in self._rows.values() if row.kind == kind and _sees(owner, row) and _sought(row, sought)),
                key=lambda row: (row.place, row.id),
            )
        shown = [row for row in found if not after or (row.place, row.id) > begin]
        rows = tuple(shown[:limit])
        return ShelfPage(rows, cursor_of(rows[-1]) if rows and len(shown) > limit else "")

    def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""
        with self._open(kind):
            return sorted({row.year for row in self._rows.values() if row.kind == kind})

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Delete records; harmless when repeated."""
        with self._open(owner, kind, *ids):
            for id_ in ids:
                row = self._rows.get((kind, id_))
                if row and _sees(owner, row):
                    del self._rows[kind, id_]

    def close(self) -> None:
        """Any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._closed = True

    def _open(self, *texts: str) -> threading.RLock:
        """The lock, for whoever hands in these texts."""
        if self._closed:
            raise StoreUnusable("closed", "the shelf has been closed")
        check_texts(texts)
        return self._lock

    def __repr__(self) -> str:
        return f"<MemoryShelf of {len(self._rows)}>"


def _sees(owner: str, row: ShelfRow) -> bool:
    return bool(owner) and owner in (EVERYONE, row.owner)


def _sought(row: ShelfRow, sought: Sought) -> bool:
    return (
        (not sought.label or sought.label in row.labels)
        and row.place >= sought.since
        and (not sought.until or row.place < sought.until)
    )
