"""Stores whose indexes do not follow the steps of a case: what is due, what waits, who is told, which tokens stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.memory.cases import _Work
from expressplatform.ports import Answer, Appended, Commit, EffectRow, FeedRow, Header, Leaf
from tests.faulty.good import Store


class _Index(Store):
    """Keeps what is due beside the cases."""

    def __init__(self) -> None:
        super().__init__()
        self._due: dict[str, datetime] = {}

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return [one for one in super().due(now, limit) if self._due.get(one.case_id, one.due_at or now) <= now]

    def _moved(self, header: Header) -> None:
        if header.due_at is None:
            self._due.pop(header.case_id, None)
        else:
            self._due[header.case_id] = header.due_at


class NeverEarlier(_Index):
    """A case that is due earlier than it was is due when it was."""

    breaks = ("S20",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        at = commit.header.due_at
        if isinstance(answer, Appended) and (at is None or at > self._due.get(commit.case_id, at - timedelta(1))):
            self._moved(commit.header)
        return answer


class FirstStepOfACall(_Index):
    """Where a call holds two steps of a case, it is due when the first of them says."""

    breaks = ("S20", "S8")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        answers = super().append(commits)
        kept = [commit for commit, answer in zip(commits, answers, strict=True) if isinstance(answer, Appended)]
        for commit in reversed(kept):
            self._moved(commit.header)
        return answers


class WorkGoesWithTokens(Store):
    """Where a case drops its tokens, what it had left to be done is forgotten."""

    breaks = ("S28", "S22")

    def _keep_beside(self, commit: Commit) -> None:
        if commit.drop_tokens:
            for one in [one for one, work in self._work.items() if work.row.case_id == commit.case_id]:
                del self._work[one]
        super()._keep_beside(commit)


class LettersGoWithTokens(Store):
    """Where a case drops its tokens, its dead letters are forgotten."""

    breaks = ("S41", "S22")

    def _keep_beside(self, commit: Commit) -> None:
        own = [one for one, work in self._work.items() if work.row.case_id == commit.case_id and work.code is not None]
        for one in own if commit.drop_tokens else ():
            del self._work[one]
        super()._keep_beside(commit)


class StepsRaiseTheDead(Store):
    """A dead letter is alive when its case has taken two more steps."""

    breaks = ("S40", "S41")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        for one, work in list(self._work.items()):
            row = work.row
            if row.case_id == commit.case_id and work.code is not None and row.version < commit.header.version - 1:
                self._work[one] = _Work(work.ready_at, row)
        return answer


class BroughtBesideOthers(Store):
    """In a call of several cases a token that is dropped and brought again is dropped."""

    breaks = ("S22",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return super().append([self._without(one) if len(commits) > 1 else one for one in commits])

    def _without(self, commit: Commit) -> Commit:
        had = self._tokens.get(commit.case_id, {}) if commit.drop_tokens else {}
        return attrs.evolve(commit, tokens=tuple(one for one in commit.tokens if one.value not in had))


class QuarterOfThen(Store):
    """A token that is dropped and brought with another quarter has its old one."""

    breaks = ("S23", "S22")

    def _keep_beside(self, commit: Commit) -> None:
        had = dict(self._tokens.get(commit.case_id, {}))
        super()._keep_beside(commit)
        own = self._tokens.get(commit.case_id, {})
        own.update({value: token for value, token in had.items() if value in own})


class GoneForEachRow(Store):
    """Where several rows are placed at once, whom a case has left is told with each that it is gone."""

    breaks = ("S47",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        shown = {leaf.case_id: set(self._places.shown.get(leaf.case_id, ())) for leaf in leaves}
        done = super().place(start, leaves)
        again = [leaf for at, leaf in enumerate(leaves) if leaf.case_id in [one.case_id for one in leaves[:at]]]
        for leaf in again if done else ():
            for one in sorted(shown[leaf.case_id] - self._places.shown[leaf.case_id]):
                feed = self._places.feeds[one]
                feed.append(FeedRow(len(feed), leaf.case_id, leaf.version, True, None))
        return done


class ClaimedByCase(Store):
    """What is claimed at once is handed out in the order of its cases."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return sorted(super().claim(now, limit, lease), key=lambda row: (row.case_id, row.id))


class ReadyInOrderOfDigits(Store):
    """Work is claimed in the order in which its instants are written as numbers."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            ready = sorted(self._ready(now), key=lambda work: str(work.ready_at.timestamp()))
            return self._leased(ready[:limit], now + lease)
