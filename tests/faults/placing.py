"""A sequencer as a process of its own, to be killed: ``python -m tests.faults.placing FILE|ADDRESS``; and who looks.

Laws of this file: it says the places that it has given before it goes on, so that whatever has been read from it was
promised. What a row's hash is follows from the row, so that whoever looks later knows every byte that should be there.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from expressplatform.ledger import leaf_of
from expressplatform.ports import EVERYONE, CaseStore
from expressplatform.testing.stores.checks.placing import leaves_of
from expressplatform.testing.stores.rows import MANY


def place_some(store: CaseStore, limit: int, say: Callable[[int, str], None]) -> int:
    """Gives some rows their places, and says each with its hash; how many."""
    found = store.unplaced(limit)
    leaves = leaves_of(found.events)
    if not store.place(found.start, leaves):
        return 0
    for place, leaf in enumerate(leaves, found.start):
        say(place, leaf.hash.hex())
    return len(leaves)


def drain(store: CaseStore) -> None:
    """Everything that waits gets its place."""
    while store.unplaced(1).events:
        place_some(store, 500, lambda place, hash_: None)


def look(store: CaseStore, promised: Mapping[int, str]) -> int:
    """Every row has one place, the promised ones theirs; how many there are. Then everything that waits is placed."""
    drain(store)
    rows = store.placed(0, MANY)
    assert [row.place for row in rows] == list(range(len(rows))), "a place is empty, or was given twice"
    assert [row.hash for row in rows] == [leaf_of(row.event) for row in rows], "a hash is not the one of its row"
    for place, hash_ in promised.items():
        assert rows[place].hash.hex() == hash_, "a place has changed"
    cases = store.scan(EVERYONE, "", MANY)
    there = Counter((event.case_id, event.version) for case in cases for event in case.events)
    given = Counter((row.event.case_id, row.event.version) for row in rows)
    assert given == there, "a row was skipped, or placed twice"
    last: dict[str, int] = {}
    for row in rows:
        assert row.event.version == last.get(row.event.case_id, 0) + 1, "a case's versions are out of order"
        last[row.event.case_id] = row.event.version
    _look_at_feeds(store, {case.header.trader for case in cases} - {""})
    return len(rows)


def _look_at_feeds(store: CaseStore, traders: set[str]) -> None:
    for trader in traders:
        feed = store.feed(trader, 0, MANY)
        assert [row.place for row in feed] == list(range(len(feed))), "a feed has a gap"
        for case_id in {row.case_id for row in feed}:
            versions = [row.version for row in feed if row.case_id == case_id]
            assert all(one < other for one, other in pairwise(versions)), "a feed tells a later version first"


def opened(address: str) -> CaseStore:
    """The store in a file or in a database."""
    if address.startswith("/"):
        from expressplatform_sqlite.store import SqliteStore

        return SqliteStore(Path(address))
    from expressplatform_postgres.store import PostgresStore

    return PostgresStore(address)


def main(address: str) -> None:
    """Places for ever."""

    def say(place: int, hash_: str) -> None:
        sys.stdout.write(f"{place} {hash_}\n")

    with closing(opened(address)) as store:
        while True:
            place_some(store, 7, say)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
