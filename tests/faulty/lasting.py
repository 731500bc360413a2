"""Stores whose rows do not last, or of which two connections do not agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

from expressplatform.memory.cases import _Work
from expressplatform.ports import Answer, Appended, CaseStore, Commit, Conflict, EffectRow, Header, StoredCase
from tests.faulty.good import LastingStore


class NotDurable(LastingStore):
    """What was written last is lost when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        if self._cases:
            self._cases.popitem()
        return super().reopen()


class LastStepLost(LastingStore):
    """The last step of each case is lost when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        for case_id, case in self._cases.items():
            self._cases[case_id] = StoredCase(case.header, case.events[:-1])
        return super().reopen()


class ReceiptsDoNotLast(LastingStore):
    """Receipts are lost when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        self._receipts.clear()
        return super().reopen()


class TokensDoNotLast(LastingStore):
    """Tokens are lost when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        self._tokens.clear()
        return super().reopen()


class WorkDoesNotLast(LastingStore):
    """Work is lost when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        self._work.clear()
        return super().reopen()


class LeasesDoNotLast(LastingStore):
    """Whatever is leased or put off is ready when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        for work in self._ready(datetime.max.replace(tzinfo=UTC)):
            self.retry(work.row.id, datetime(1970, 1, 1, tzinfo=UTC), work.row.attempts)
        return super().reopen()


class SchemeDoesNotLast(LastingStore):
    """The scheme is forgotten when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> CaseStore:
        self._book.clear()
        return super().reopen()


class DueDoesNotLast(LastingStore):
    """No case is due after the store was opened again."""

    breaks = ("S34",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._first = rows is None

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return super().due(now, limit) if self._first else []


class StaleConnection(LastingStore):
    """A connection remembers the cases that it loaded, whatever the other writes."""

    breaks = ("S35", "S13")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._loaded: dict[tuple[str, str], StoredCase | None] = {}

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._loaded.clear()
        return super().append(commits)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return self._loaded.setdefault((case_id, organisation), super().load(case_id, organisation))


class LeasesOfOneConnection(LastingStore):
    """What one connection leased is ready for the other."""

    breaks = ("S35", "S26")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._until: dict[str, datetime] = {}

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            ready = [work for work in self._ready(now) if self._until.get(work.row.id, now) <= now]
            before = {work.row.id: work.ready_at for work in ready}
            rows = self._leased(sorted(ready, key=lambda work: work.turn())[:limit], now)
            self._work |= {row.id: _Work(before[row.id], row) for row in rows}
            self._until |= {row.id: now + lease for row in rows}
            return rows


class VersionsOfOneConnection(LastingStore):
    """A connection compares versions with what it wrote itself."""

    breaks = ("S35", "S9")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._known: dict[str, StoredCase] = {}

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            for commit in commits:
                if commit.case_id in self._known:
                    self._cases[commit.case_id] = self._known[commit.case_id]
            answers = super().append(commits)
            self._known |= {
                commit.case_id: self._cases[commit.case_id] for commit in commits if commit.case_id in self._cases
            }
            return answers


class ReceiptsOfOneConnection(LastingStore):
    """A key that came through the other connection is not known."""

    breaks = ("S35",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._receipts = {}


class ClosesForBoth(LastingStore):
    """Who closes one connection empties the rows of the other."""

    breaks = ("S35", "S34")

    def close(self) -> None:
        super().close()
        self._cases.clear()


class ConflictsFromMemory(LastingStore):
    """A conflict is told the version that the same connection wrote last."""

    breaks = ("S6", "S35")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._wrote: dict[str, int] = {}

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Appended):
            self._wrote[answer.case_id] = answer.version
        if isinstance(answer, Conflict):
            return attrs.evolve(answer, found=self._wrote.get(answer.case_id, answer.found))
        return answer
