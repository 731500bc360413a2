"""What is asked of the shelf, written once for both faces.

Laws of this file: a record is kept only where it follows the one that stands when it is written. Records of one id in
one call follow each other in rounds, and all rounds are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from expressplatform.memory import cursor_of, split_cursor
from expressplatform.ports import ShelfPage, ShelfRow, Sought, recorded
from expressplatform_postgres import sql
from expressplatform_postgres.asking import Asked, Talk, in_rounds, once
from expressplatform_postgres.rows import shelf_row_of, shelf_rows


def put(rows: Sequence[ShelfRow]) -> Talk[list[bool]]:
    """Keep each record that follows the one that stands."""
    rows, kept = recorded(rows), [False] * len(rows)
    if not rows:
        return kept
    rounds = in_rounds([(row.kind, row.id) for row in rows])
    results = yield Asked(sql.PUT, [shelf_rows([rows[place] for place in places]) for places in rounds])
    for places, result in zip(rounds, results, strict=True):
        there = set(result)
        for place in places:
            kept[place] = (rows[place].kind, rows[place].id) in there
    return kept


def get(owner: str, kind: str, id_: str) -> Talk[ShelfRow | None]:
    """A record."""
    rows = yield from once(sql.GET, owner=owner, kind=kind, id=id_)
    return shelf_row_of(rows[0]) if rows else None


def listed(owner: str, kind: str, sought: Sought, after: str, limit: int) -> Talk[ShelfPage]:
    """Records of a kind by place and id, from a cursor on."""
    place, id_ = split_cursor(after)
    rows = yield from once(
        sql.LABELLED if sought.label else sql.LIST,
        owner=owner, kind=kind, label=sought.label, since=sought.since, until=sought.until,
        place=place, id=id_, limit=limit + 1,
    )  # fmt: skip
    shown = tuple(shelf_row_of(row) for row in rows[:limit])
    return ShelfPage(shown, cursor_of(shown[-1]) if shown and len(rows) > limit else "")


def years(kind: str) -> Talk[list[str]]:
    """The years whose secrets still stand behind a record of a kind, in order."""
    return [year for (year,) in (yield from once(sql.YEARS, kind=kind))]


def delete(owner: str, kind: str, ids: Sequence[str]) -> Talk[None]:
    """Delete records."""
    yield from once(sql.DELETE, owner=owner, kind=kind, ids=list(ids))
