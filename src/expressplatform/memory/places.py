"""What the store in memory keeps of places: the rows in the order of their commits, their places, and the feeds.

Laws of this file: those of `memory`. A row waits in the order in which it was committed, so that the ledger is that
order; what has a place is never touched again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import final

import attrs

from expressplatform.ports import (
    EVERYONE,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Placed,
    StoredCase,
    StoredEvent,
    Unplaced,
)

Named = tuple[str, int]
"""A row by its case and version."""


@final
@attrs.define
class Places:
    """Rows in the order of their commits, of which the first have places; feeds by trader; who is shown a case."""

    rows: list[Named] = attrs.Factory(list)
    hashes: list[bytes] = attrs.Factory(list)
    feeds: dict[str, list[FeedRow]] = attrs.Factory(dict)
    shown: dict[str, set[str]] = attrs.Factory(dict)

    def commit(self, events: Iterable[StoredEvent]) -> None:
        """Rows were committed."""
        self.rows += [(event.case_id, event.version) for event in events]

    def size(self) -> LedgerSize:
        """How many rows have a place, and how many wait."""
        return LedgerSize(len(self.hashes), len(self.rows) - len(self.hashes))

    def unplaced(self, cases: Mapping[str, StoredCase], limit: int) -> Unplaced:
        """The rows that wait longest."""
        start = len(self.hashes)
        return Unplaced(start, tuple(_event(cases, named) for named in self.rows[start : start + limit]))

    def place(self, cases: Mapping[str, StoredCase], start: int, leaves: Sequence[Leaf]) -> bool:
        """Gives rows their places, if the ledger ends at ``start`` and these are the rows that come next."""
        named = [(leaf.case_id, leaf.version) for leaf in leaves]
        if start != len(self.hashes) or named != self.rows[start : start + len(leaves)]:
            return False
        for leaf in leaves:
            self.hashes.append(leaf.hash)
            self._feed(leaf, cases[leaf.case_id].header)
        return True

    def _feed(self, leaf: Leaf, header: Header) -> None:
        """The row enters the feeds of those whom the header names, and a last one those of whom it no longer does."""
        named = {header.trader, *header.former} - {""}
        for organisation in sorted(named | self.shown.get(leaf.case_id, set())):
            feed = self.feeds.setdefault(organisation, [])
            feed.append(FeedRow(len(feed), leaf.case_id, leaf.version, organisation not in named, None))
        self.shown[leaf.case_id] = named

    def placed(self, cases: Mapping[str, StoredCase], start: int, limit: int) -> list[Placed]:
        """Rows in the order of their places."""
        end = min(start + limit, len(self.hashes))
        return [Placed(at, self.hashes[at], _event(cases, self.rows[at])) for at in range(start, end)]

    def of_case(self, case: StoredCase) -> list[Placed]:
        """The placed rows of a case by version."""
        rows = enumerate(zip(self.hashes, self.rows, strict=False))
        own = [(at, hash_, version) for at, (hash_, (of, version)) in rows if of == case.header.case_id]
        return [Placed(at, hash_, case.events[version - 1]) for at, hash_, version in own]

    def feed(self, cases: Mapping[str, StoredCase], organisation: str, start: int, limit: int) -> list[FeedRow]:
        """A trader's feed, each row with the header that stands now, where the trader may see it."""
        if organisation == EVERYONE:
            return []
        rows = self.feeds.get(organisation, [])[start : start + limit]
        return [attrs.evolve(row, header=_shown(cases[row.case_id].header, organisation, row)) for row in rows]


def _event(cases: Mapping[str, StoredCase], named: Named) -> StoredEvent:
    case_id, version = named
    return cases[case_id].events[version - 1]


def _shown(header: Header, organisation: str, row: FeedRow) -> Header | None:
    named = organisation in {header.trader, *header.former}
    return header if named and not row.gone else None
