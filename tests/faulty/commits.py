"""Stores that do not keep commits as they should: half of them, or others than they say."""

from __future__ import annotations

import time
from collections.abc import Sequence

import attrs

from expressplatform.ports import Answer, Appended, Commit, Conflict, StoredCase
from tests.faulty.good import Store


class LostUpdate(Store):
    """A commit on an older version is taken, as if it had seen the newest."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        if case and 0 < commit.expected < case.header.version:
            commit = attrs.evolve(commit, expected=case.header.version)
        return super()._append(commit)


class SecondFirstStep(Store):
    """A case is lodged a second time over the first."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        if commit.expected == 0 and (
            commit.receipt is None or (commit.case_id, commit.receipt.key) not in self._receipts
        ):
            self._cases.pop(commit.case_id, None)
        return super()._append(commit)


class VersionGap(Store):
    """A commit on a version that is not there yet is taken."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        if case and commit.expected > case.header.version:
            commit = attrs.evolve(commit, expected=case.header.version)
        return super()._append(commit)


class AheadOfNothing(Store):
    """The first commit of a case is taken whatever version it expects."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        return super()._append(commit if commit.case_id in self._cases else attrs.evolve(commit, expected=0))


class ConflictTellsNothing(Store):
    """A conflict names the version that was expected as the one that was found."""

    breaks = ("S6",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        return attrs.evolve(answer, found=answer.expected) if isinstance(answer, Conflict) else answer


class AnswersTheExpected(Store):
    """Appended names the version after the expected one, however many events came."""

    breaks = ("S5", "S1", "S7", "S8", "S37")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        return attrs.evolve(answer, version=commit.expected + 1) if isinstance(answer, Appended) else answer


class TornCommit(Store):
    """Of a commit of several events the last is lost."""

    breaks = ("S5", "S2")

    def _append(self, commit: Commit) -> Answer:
        return super()._append(attrs.evolve(commit, events=commit.events[:2]))


class EventWithoutItsEffect(Store):
    """Of several effects of a step the last is lost."""

    breaks = ("S5",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, effects=commit.effects[:2]))


class StepWithoutItsReceipt(Store):
    """A step of several events leaves no receipt."""

    breaks = ("S5", "S12")

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, receipt=commit.receipt if len(commit.events) == 1 else None))


class StepWithoutItsTokens(Store):
    """Of several tokens of a step one is kept."""

    breaks = ("S5", "S21")

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, tokens=commit.tokens[:1]))


class _Leaks(Store):
    """Keeps something of a commit that conflicts."""

    def _leak(self, commit: Commit) -> None:
        """What stays."""

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Conflict):
            self._leak(commit)
        return answer


class EffectWithoutItsEvent(_Leaks):
    """The effects of a commit that conflicts are left to be done."""

    breaks = ("S6", "S5")

    def _leak(self, commit: Commit) -> None:
        self._keep_beside(attrs.evolve(commit, receipt=None, tokens=(), drop_tokens=False))


class ReceiptOfALoser(_Leaks):
    """The receipt of a commit that conflicts stays."""

    breaks = ("S6", "S5")

    def _leak(self, commit: Commit) -> None:
        self._keep_beside(attrs.evolve(commit, effects=(), tokens=(), drop_tokens=False))


class TokensOfALoser(_Leaks):
    """The tokens of a commit that conflicts stay."""

    breaks = ("S6", "S5")

    def _leak(self, commit: Commit) -> None:
        self._keep_beside(attrs.evolve(commit, effects=(), receipt=None, drop_tokens=False))


class DropOfALoser(_Leaks):
    """A commit that conflicts takes the case's tokens away all the same."""

    breaks = ("S6", "S5")

    def _leak(self, commit: Commit) -> None:
        self._keep_beside(attrs.evolve(commit, effects=(), receipt=None, tokens=()))


class HeaderOfALoser(_Leaks):
    """The header of a commit that conflicts replaces the one that stood."""

    breaks = ("S6", "S5")

    def _leak(self, commit: Commit) -> None:
        case = self._cases.get(commit.case_id)
        if case:
            self._cases[commit.case_id] = attrs.evolve(
                case, header=attrs.evolve(commit.header, version=case.header.version)
            )


class RolledBackByRemoving(Store):
    """A conflict is undone by taking the case's last event away, which was another's."""

    breaks = ("S6", "S5")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        case = self._cases.get(commit.case_id)
        if isinstance(answer, Conflict) and case and len(case.events) > 1:
            self._cases[commit.case_id] = StoredCase(case.header, case.events[:-1])
        return answer


class ConflictUndoesItsNeighbours(Store):
    """Where one commit of a call conflicts, none of the call is kept, whatever is answered."""

    breaks = ("S7",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            before = dict(self._cases)
            answers = super().append(commits)
            if any(isinstance(answer, Conflict) for answer in answers):
                self._cases.clear()
                self._cases.update(before)
            return answers


class ConflictEndsTheCall(Store):
    """After a conflict the rest of the call is not tried."""

    breaks = ("S7",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            answers: list[Answer] = []
            for commit in commits:
                answers.append(self._append(commit))
                if isinstance(answers[-1], Conflict):
                    break
            return answers


class AnswersInOtherOrder(Store):
    """Answers come in the order of the case ids."""

    breaks = ("S7",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return sorted(super().append(commits), key=lambda answer: answer.case_id)


class OneAnswerACase(Store):
    """Two commits of one case in one call get one answer."""

    breaks = ("S7", "S8")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        return list({answer.case_id: answer for answer in super().append(commits)}.values())


class LongCallCut(Store):
    """Of a long call the first hundred commits are kept, and all are acknowledged."""

    breaks = ("S7",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        rest = [Appended(commit.case_id, commit.header.version) for commit in commits[100:]]
        return [*super().append(commits[:100]), *rest]


class NoCallForNothing(Store):
    """A call without commits is an error."""

    breaks = ("S7",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        if not commits:
            raise ValueError("no commits")
        return super().append(commits)


class BlindToItsOwnCall(Store):
    """Commits of one call are judged by what stood before the call."""

    breaks = ("S8",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            stood = {commit.case_id: self._cases.get(commit.case_id) for commit in commits}
            answers: list[Answer] = []
            for commit in commits:
                case = stood[commit.case_id]
                found = case.header.version if case else 0
                known = commit.receipt and (commit.case_id, commit.receipt.key) in self._receipts
                if found != commit.expected and not known:
                    answers.append(Conflict(commit.case_id, commit.expected, found))
                else:
                    answers.append(super()._append(commit))
            return answers


class HalfACallStays(Store):
    """Where a call breaks off, the case of its first commit has a header and no events."""

    breaks = ("S10",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        try:
            return super().append(commits)
        except Exception:
            torn = commits[0].case_id
            self._cases[torn] = attrs.evolve(self._cases[torn], events=())
            raise


class StuckAfterFailure(Store):
    """After a call that broke off the store refuses every other."""

    breaks = ("S10",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        try:
            return super().append(commits)
        except Exception:
            self.close()
            raise


class UnlockedCheck(Store):
    """The version is compared before the lock is taken, and what happened in between is overwritten."""

    breaks = ("S9",)

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        known = {commit.case_id: self._cases.get(commit.case_id) for commit in commits}
        time.sleep(0)
        with self._open():
            for commit in commits:
                case = known[commit.case_id]
                if case and len(commits) == 1 and case.header.version == commit.expected:
                    self._cases[commit.case_id] = case
            return super().append(commits)


class EventsAfterHeaders(Store):
    """A header is there for others to see before its events are."""

    breaks = ("S4", "S5")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Appended):
            whole = self._cases[commit.case_id]
            self._cases[commit.case_id] = attrs.evolve(whole, events=whole.events[: -len(commit.events)])
            self._lock.release()
            time.sleep(0.0005)
            self._lock.acquire()
            self._cases[commit.case_id] = whole
        return answer
