"""The embedded shelf: small records in the file of the cases.

Laws of this module: what has been acknowledged is on the disk. A record is replaced in one statement, and only by the
version that follows; what is deleted leaves the file and its log. Those who put at the same time share a transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from typing import Final, final

from expressplatform.memory import cursor_of, split_cursor
from expressplatform.ports import EVERYONE, ShelfPage, ShelfRow, Sought, recorded
from expressplatform.together import Outcome, Together
from expressplatform_sqlite.connections import Connections
from expressplatform_sqlite.rows import Row, corrupt, words

_ROW: Final = "owner, kind, id, version, place, labels, year, body"
_SEES: Final = f"(:owner = '{EVERYONE}' OR owner = :owner) AND :owner <> ''"
_NEW: Final = f"INSERT OR IGNORE INTO shelf ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_NEXT: Final = """UPDATE shelf SET version = ?, place = ?, labels = ?, year = ?, body = ?
    WHERE owner = ? AND kind = ? AND id = ? AND version = ?"""
_GET: Final = f"SELECT {_ROW} FROM shelf WHERE kind = :kind AND id = :id AND {_SEES}"
_UNLABEL: Final = "DELETE FROM labels WHERE kind = ? AND id = ? AND place = ? AND label = ?"
_LABEL: Final = "INSERT OR IGNORE INTO labels (kind, label, place, id) VALUES (?, ?, ?, ?)"
_WHERE: Final = f"""{{0}}.kind = :kind AND ({{0}}.place, {{0}}.id) > (:place, :id) AND {{0}}.place >= :since
    AND (:until = '' OR {{0}}.place < :until) AND {_SEES}"""
_LIST: Final = f"SELECT {_ROW} FROM shelf WHERE {_WHERE.format('shelf')} ORDER BY place, id LIMIT :limit"
_LABELLED: Final = f"""SELECT {", ".join(f"shelf.{name}" for name in _ROW.split(", "))}
    FROM labels JOIN shelf ON shelf.kind = labels.kind AND shelf.id = labels.id
    WHERE labels.label = :label AND {_WHERE.format("labels")} ORDER BY labels.place, labels.id LIMIT :limit"""
_YEARS: Final = "SELECT DISTINCT year FROM shelf WHERE kind = ? ORDER BY year"
_DELETE: Final = "DELETE FROM shelf WHERE kind = ? AND id = ?"

_TYPES: Final = (str, str, str, int, str, str, str, bytes)


@final
class SqliteShelf(Connections):
    """Small records in the file at ``path``, the same file as a `SqliteStore`'s or one of its own.

    Made (mode 0600) when it is not there. Safe from several threads and processes. Every method may raise
    ``StoreUnusable`` with the codes of `SqliteStore`.
    """

    __slots__ = ("_together",)

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0) -> None:
        super().__init__(path, busy_seconds=busy_seconds)
        self._together = Together(self.put_all)

    def put(self, rows: Sequence[ShelfRow], /) -> Sequence[bool]:
        """Keep each record that follows the one that stands; durable when this returns. See `Shelf.put`."""
        return self._together.append(recorded(rows))

    def put_all(self, groups: Sequence[Sequence[ShelfRow]], /) -> Sequence[Outcome[bool]]:
        """Several callers' records in one transaction: for each what `put` answers, or the error that is its own."""
        return self._in_one(groups, _kept)

    def get(self, owner: str, kind: str, id: str, /) -> ShelfRow | None:
        """A record; None where there is none for that organisation."""
        with self._reading(owner, kind, id) as db:
            row = db.execute(_GET, {"owner": owner, "kind": kind, "id": id}).fetchone()
        return None if row is None else _row_of(row)

    def list(self, owner: str, kind: str, sought: Sought, after: str, limit: int, /) -> ShelfPage:
        """Records of a kind by place and id, from a cursor on."""
        place, id_ = split_cursor(after)
        values = {
            "owner": owner, "kind": kind, "label": sought.label, "since": sought.since, "until": sought.until,
            "place": place, "id": id_, "limit": limit + 1,
        }  # fmt: skip
        with self._reading(owner, kind, sought.label, sought.since, sought.until, after) as db:
            rows = db.execute(_LABELLED if sought.label else _LIST, values).fetchall()
        shown = tuple(_row_of(row) for row in rows[:limit])
        return ShelfPage(shown, cursor_of(shown[-1]) if shown and len(rows) > limit else "")

    def years(self, kind: str, /) -> Sequence[str]:
        """The years whose secrets still stand behind a record of a kind, in order."""
        with self._reading(kind) as db:
            years = [year for (year,) in db.execute(_YEARS, (kind,))]
        if not all(isinstance(year, str) for year in years):
            raise corrupt()
        return years

    def delete(self, owner: str, kind: str, ids: Sequence[str], /) -> None:
        """Delete records; harmless when repeated."""
        with self._writing(owner, kind, *ids) as db:
            for id_ in ids:
                row = db.execute(_GET, {"owner": owner, "kind": kind, "id": id_}).fetchone()
                if row is not None:
                    _unlabel(db, _row_of(row))
                    db.execute(_DELETE, (kind, id_))
        if ids:
            self._empty_log()

    def __repr__(self) -> str:
        return "<SqliteShelf>"


def _kept(db: sqlite3.Connection, groups: Sequence[Sequence[ShelfRow]]) -> Sequence[Sequence[bool]]:
    db.execute("BEGIN IMMEDIATE")
    kept = [[_put(db, row) for row in rows] for rows in groups]
    db.execute("COMMIT")
    return kept


def _put(db: sqlite3.Connection, row: ShelfRow) -> bool:
    values = (row.owner, row.kind, row.id, row.version, row.place, json.dumps(row.labels), row.year, row.body)
    if row.version == 1:
        kept = db.execute(_NEW, values).rowcount == 1
    else:
        old = db.execute(_GET, {"owner": row.owner, "kind": row.kind, "id": row.id}).fetchone()
        kept = db.execute(_NEXT, (*values[3:], *values[:3], row.version - 1)).rowcount == 1
        if kept and old is not None:
            _unlabel(db, _row_of(old))
    if kept:
        db.executemany(_LABEL, [(row.kind, label, row.place, row.id) for label in row.labels])
    return kept


def _unlabel(db: sqlite3.Connection, row: ShelfRow) -> None:
    db.executemany(_UNLABEL, [(row.kind, row.id, row.place, label) for label in row.labels])


def _row_of(row: Row) -> ShelfRow:
    if (*map(type, row),) != _TYPES:
        raise corrupt()
    owner, kind, id_, version, place, labels, year, body = row
    return ShelfRow(owner, kind, id_, version, place, words(labels), year, body)
