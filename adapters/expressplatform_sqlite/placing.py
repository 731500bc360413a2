"""The ledger and the feeds of the embedded store: which rows have a place, and what traders are told of them.

Laws of this module
- There is one writer, so rows are numbered in the order of their commits: those above the last placed one wait, and an
  append has nothing to do for them.
- The file's write lock is the sequencer's lease: it is held from before the first question until after the last write,
  and goes with its transaction, however that ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from expressplatform.ports import EVERYONE, FeedRow, Leaf, LedgerSize, Placed, StoredEvent, Unplaced
from expressplatform_sqlite.rows import EVENT, EVENT_OF, EVENTS_OF, HEADER, Row, corrupt, events_of, header_of, words

_END: Final = "SELECT coalesce(max(place) + 1, 0), coalesce(max(row), 0) FROM ledger"
_SIZE: Final = """SELECT (SELECT coalesce(max(place) + 1, 0) FROM ledger),
    (SELECT count(*) FROM events WHERE row > (SELECT coalesce(max(row), 0) FROM ledger))"""
_NEXT: Final = f"SELECT {EVENT} FROM events WHERE row > ? ORDER BY row LIMIT ?"
_NAMES: Final = "SELECT row, case_id, version FROM events WHERE row > ? ORDER BY row LIMIT ?"
_PUT: Final = "INSERT INTO ledger (place, row, hash) VALUES (?, ?, ?)"
_PLACED: Final = f"""SELECT place, hash, {EVENT_OF} FROM ledger JOIN events USING (row)
    WHERE place >= ? ORDER BY place LIMIT ?"""
_OF_CASE: Final = f"""SELECT place, hash, {EVENT_OF} FROM {EVENTS_OF}
    JOIN ledger ON ledger.row = events.row WHERE cases.case_id = ? ORDER BY steps.version"""
_LEAVES: Final = "SELECT hash FROM ledger WHERE place >= ? AND place < ? ORDER BY place"
_NAMED: Final = "SELECT trader, former FROM cases WHERE case_id = ?"
_SHOWN: Final = "SELECT organisation FROM shown WHERE case_id = ?"
_SHOW: Final = "INSERT INTO shown (case_id, organisation) VALUES (?, ?)"
_HIDE: Final = "DELETE FROM shown WHERE case_id = ? AND organisation = ?"
_FEED_END: Final = "SELECT coalesce(max(place) + 1, 0) FROM feed WHERE organisation = ?"
_FEED: Final = "INSERT INTO feed (organisation, place, case_id, version, gone) VALUES (?, ?, ?, ?, ?)"
_HEADER_OF: Final = ", ".join(f"cases.{name}" for name in HEADER.split(", "))
_FED: Final = f"""SELECT feed.place, feed.case_id, feed.version, feed.gone, {_HEADER_OF}
    FROM feed LEFT JOIN cases ON cases.case_id = feed.case_id AND NOT feed.gone
        AND (cases.trader = :org OR EXISTS (SELECT 1 FROM json_each(cases.former) WHERE value = :org))
    WHERE organisation = :org AND place >= :start ORDER BY place LIMIT :limit"""


# ---- placing --------------------------------------------------------------------------------------------------------


def place(db: sqlite3.Connection, start: int, leaves: Sequence[Leaf]) -> bool:
    """Gives the rows that come next their places, within a transaction that writes; False unless these are they."""
    end, last = db.execute(_END).fetchone()
    waiting = db.execute(_NAMES, (last, len(leaves))).fetchall()
    if end != start or [row[1:] for row in waiting] != [(leaf.case_id, leaf.version) for leaf in leaves]:
        return False
    entries = zip(range(start, start + len(leaves)), waiting, leaves, strict=True)
    db.executemany(_PUT, [(at, row[0], leaf.hash) for at, row, leaf in entries])
    db.executemany(_FEED, list(_fed(db, leaves)))
    return True


def _fed(db: sqlite3.Connection, leaves: Sequence[Leaf]) -> Iterator[Row]:
    """The rows of the feeds; notes who is shown a case from now on, and who is not."""
    named: dict[str, set[str]] = {}
    shown: dict[str, set[str]] = {}
    ends: dict[str, int] = {}
    for leaf in leaves:
        case_id = leaf.case_id
        if case_id not in named:
            if (found := db.execute(_NAMED, (case_id,)).fetchone()) is None:
                raise corrupt()
            named[case_id] = {found[0], *words(found[1])} - {""}
            shown[case_id] = {organisation for (organisation,) in db.execute(_SHOWN, (case_id,))}
            db.executemany(_SHOW, [(case_id, one) for one in named[case_id] - shown[case_id]])
            db.executemany(_HIDE, [(case_id, one) for one in shown[case_id] - named[case_id]])
        for organisation in sorted(named[case_id] | shown[case_id]):
            if organisation not in ends:
                (ends[organisation],) = db.execute(_FEED_END, (organisation,)).fetchone()
            yield organisation, ends[organisation], case_id, leaf.version, organisation not in named[case_id]
            ends[organisation] += 1
        shown[case_id] = named[case_id]


# ---- reading --------------------------------------------------------------------------------------------------------


def size(db: sqlite3.Connection) -> LedgerSize:
    """How many rows have a place, and how many wait for one."""
    return LedgerSize(*db.execute(_SIZE).fetchone())


def unplaced(db: sqlite3.Connection, limit: int) -> Unplaced:
    """The rows that come next. Where somebody places between the two questions, `place` says so."""
    end, last = db.execute(_END).fetchone()
    return Unplaced(end, events_of(db.execute(_NEXT, (last, limit))))


def placed(db: sqlite3.Connection, start: int, limit: int) -> list[Placed]:
    """Rows in the order of their places."""
    return [_placed(row) for row in db.execute(_PLACED, (start, limit))]


def of_case(db: sqlite3.Connection, case_id: str) -> list[Placed]:
    """The placed rows of a case by version."""
    return [_placed(row) for row in db.execute(_OF_CASE, (case_id,))]


def leaves(db: sqlite3.Connection, start: int, end: int) -> list[bytes]:
    """The leaf hashes of a stretch of places."""
    return [hash_ for (hash_,) in db.execute(_LEAVES, (start, end))]


def feed(db: sqlite3.Connection, organisation: str, start: int, limit: int) -> list[FeedRow]:
    """A trader's feed, each row with the header that stands now, where the trader may see it."""
    if organisation == EVERYONE:
        return []
    rows = db.execute(_FED, {"org": organisation, "start": start, "limit": limit})
    return [_fed_row(row) for row in rows]


def _fed_row(row: Row) -> FeedRow:
    place, case_id, version, gone, *header = row
    return FeedRow(place, case_id, version, bool(gone), None if header[0] is None else header_of(tuple(header)))


def _placed(row: Row) -> Placed:
    return Placed(row[0], row[1], StoredEvent(*row[2:]))
