"""Stores whose fault no check looks for: only a random history comes to it."""

from __future__ import annotations

from collections.abc import Sequence

from expressplatform.ports import Answer, Commit, FeedRow, Replayed
from tests.faulty.good import Store


class PlacesWithoutWhatIsGone(Store):
    """A feed is read on from a place that counts only what is there."""

    breaks = ("S46", "S47", "S37")

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        rows = super().feed(organisation, 0, 10**9)
        there = [at for at, row in enumerate(rows) if not row.gone]
        begin = start if start <= 0 else there[start - 1] + 1 if start <= len(there) else len(rows)
        return rows[begin : begin + limit]


class RowsOfAReplayWait(Store):
    """Where a key is known, the last row of its case waits for a place once more."""

    breaks = ("S43", "S44", "S37")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Replayed):
            row = (commit.case_id, self._cases[commit.case_id].header.version)
            if row in self._places.rows[: len(self._places.hashes)]:
                self._places.rows.append(row)
        return answer
