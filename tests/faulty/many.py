"""Stores that answer rightly until there is much of something: hundreds of rows, a tenth version, a full byte."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from expressplatform.ports import (
    Answer,
    Commit,
    Conflict,
    DeadRow,
    FeedRow,
    Header,
    Placed,
    Unplaced,
)
from tests.faulty.good import Store


class TenthIsOlder(Store):
    """Versions are compared as they are written: the ninth is newer than the tenth."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        found = case.header.version if case else 0
        if commit.expected < found and str(commit.expected) > str(found):
            commit = attrs.evolve(commit, expected=found)
        return super()._append(commit)


class ConflictInAByte(Store):
    """A conflict tells the version found in eight bits."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        return attrs.evolve(answer, found=answer.found % 256) if isinstance(answer, Conflict) else answer


class WorkOfAByte(Store):
    """Work names the version that left it in eight bits."""

    breaks = ("S24",)

    def _keep_beside(self, commit: Commit) -> None:
        effects = tuple(attrs.evolve(one, version=one.version % 256) for one in commit.effects)
        super()._keep_beside(attrs.evolve(commit, effects=effects))


class FeedOfAByte(Store):
    """A feed tells versions in eight bits."""

    breaks = ("S46",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, start, limit)
        return [attrs.evolve(row, version=row.version % 256) for row in rows]


class FeedByTheHundred(Store):
    """No more than a hundred rows of a feed are told at once."""

    breaks = ("S46",)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        return super().feed(organisation, start, min(limit, 100))


class DeadByTheHundred(Store):
    """No more than a hundred dead letters are listed at once."""

    breaks = ("S41",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return super().dead(organisation, after, min(limit, 100))


class DueByTheFiveHundred(Store):
    """No more than five hundred cases are due at once."""

    breaks = ("S20",)

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now, min(limit, 500))


class WaitingByTheFiveHundred(Store):
    """No more than five hundred rows are handed out to be placed."""

    breaks = ("S43",)

    def unplaced(self, limit: int, /) -> Unplaced:
        return super().unplaced(min(limit, 500))


class PlacedByTheThousand(Store):
    """No more than a thousand rows are told by their places at once."""

    breaks = ("S45",)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return super().placed(start, min(limit, 1_000))


class HashesByTheThousand(Store):
    """No more than a thousand hashes are told at once."""

    breaks = ("S45",)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return super().leaves(start, min(end, start + 1_000))


class PlacesByTheThousand(Store):
    """No more than a thousand rows of a case are shown with their places."""

    breaks = ("S45",)

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return super().places(case_id, organisation)[:1_000]


class ThousandReceipts(Store):
    """The newest thousand receipts of all cases are kept."""

    breaks = ("S12",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        while len(self._receipts) > 1_000:
            del self._receipts[next(iter(self._receipts))]


class FiftyTokens(Store):
    """A case keeps its newest fifty tokens."""

    breaks = ("S21",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        own = self._tokens.get(commit.case_id, {})
        while len(own) > 50:
            del own[next(iter(own))]
