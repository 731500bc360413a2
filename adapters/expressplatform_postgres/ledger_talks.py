"""What is asked about the ledger and the feeds, written once for both faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from expressplatform.ports import FeedRow, Leaf, LedgerSize, Placed, StoredEvent, Unplaced
from expressplatform_postgres import ledger_sql
from expressplatform_postgres.asking import Row, Talk, once
from expressplatform_postgres.rows import header_of

_MOST: Final = 2**63 - 1


def ledger() -> Talk[LedgerSize]:
    """How many committed rows have a place, and how many wait for one."""
    ((placed, waiting),) = yield from once(ledger_sql.SIZE)
    return LedgerSize(placed, waiting)


def unplaced(limit: int) -> Talk[Unplaced]:
    """The next rows that have no place: by case and version, in which no version comes before an earlier one."""
    rows = yield from once(ledger_sql.UNPLACED, limit=limit)
    return Unplaced(rows[0][0], tuple(StoredEvent(*row[1:]) for row in rows if row[1] is not None))


def place(start: int, leaves: Sequence[Leaf]) -> Talk[bool]:
    """Gives rows their places, all at once or none."""
    rows = yield from once(
        ledger_sql.PLACE,
        start=start,
        case_id=[leaf.case_id for leaf in leaves],
        version=[leaf.version for leaf in leaves],
        hash=[leaf.hash for leaf in leaves],
    )
    return bool(rows[0][0])


def placed(start: int, limit: int) -> Talk[list[Placed]]:
    """Rows in the order of their places."""
    return [_placed(row) for row in (yield from once(ledger_sql.PLACED, start=start, end=min(start + limit, _MOST)))]


def leaves(start: int, end: int) -> Talk[list[bytes]]:
    """The leaf hashes of a stretch of places."""
    return [hash_ for (hash_,) in (yield from once(ledger_sql.LEAVES, start=start, end=end))]


def places(case_id: str, organisation: str) -> Talk[list[Placed]]:
    """The placed rows of a case by version."""
    return [_placed(row) for row in (yield from once(ledger_sql.PLACES, case_id=case_id, org=organisation))]


def feed(organisation: str, start: int, limit: int) -> Talk[list[FeedRow]]:
    """A trader's feed, each row with the header that stands now, where the trader may see it."""
    rows = yield from once(ledger_sql.FEED, org=organisation, start=start, limit=limit)
    return [_fed_row(row) for row in rows]


def _fed_row(row: Row) -> FeedRow:
    place, case_id, version, gone, *header = row
    return FeedRow(place, case_id, version, bool(gone), None if header[0] is None else header_of(tuple(header)))


def _placed(row: Row) -> Placed:
    return Placed(row[0], row[1], StoredEvent(*row[2:]))
