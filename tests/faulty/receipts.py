"""Stores that forget, mix up or repeat what was done under a key."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from expressplatform.ports import Answer, Commit, Conflict, Receipt, Replayed, checked
from tests.faulty.good import Store


class DuplicateAfterRetry(Store):
    """A known key is replayed, and its commit written again where the version fits."""

    breaks = ("S11",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Replayed):
            super()._append(attrs.evolve(commit, receipt=None))
        return answer


class EffectsAfterRetry(Store):
    """A known key is replayed, and its effects are left to be done once more."""

    breaks = ("S11", "S5")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Replayed):
            self._keep_beside(attrs.evolve(commit, receipt=None, tokens=(), drop_tokens=False))
        return answer


class VersionsBeforeKeys(Store):
    """A known key on a stale version is a conflict."""

    breaks = ("S11",)

    def _append(self, commit: Commit) -> Answer:
        case = self._cases.get(commit.case_id)
        found = case.header.version if case else 0
        return (
            super()._append(commit) if found == commit.expected else super()._append(attrs.evolve(commit, receipt=None))
        )


class NewReceiptForOld(Store):
    """A known key is answered with the receipt that came, not with the one that stands."""

    breaks = ("S11",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Replayed) and commit.receipt:
            return Replayed(answer.case_id, commit.receipt)
        return answer


class ReceiptOverwritten(Store):
    """A known key is answered rightly, and the receipt that came takes the place of the one that stood."""

    breaks = ("S11",)

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Replayed) and commit.receipt:
            self._receipts[commit.case_id, commit.receipt.key] = commit.receipt
        return answer


class ReceiptForgotten(Store):
    """The newest two hundred receipts are kept."""

    breaks = ("S12",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        while len(self._receipts) > 200:
            del self._receipts[next(iter(self._receipts))]


class ReceiptsGoWithTokens(Store):
    """Where tokens are dropped, the case's receipts are too."""

    breaks = ("S12",)

    def _keep_beside(self, commit: Commit) -> None:
        if commit.drop_tokens:
            for key in [key for key in self._receipts if key[0] == commit.case_id]:
                del self._receipts[key]
        super()._keep_beside(commit)


class OneReceiptACase(Store):
    """A case has one receipt, the latest."""

    breaks = ("S12",)

    def _keep_beside(self, commit: Commit) -> None:
        if commit.receipt:
            for key in [key for key in self._receipts if key[0] == commit.case_id]:
                del self._receipts[key]
        super()._keep_beside(commit)


class KeysOfAllCases(Store):
    """A key that was used on one case is known on every other."""

    breaks = ("S12",)

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        with self._open():
            return next((one for (_, known), one in self._receipts.items() if known == key), None)

    def _append(self, commit: Commit) -> Answer:
        standing = commit.receipt and self.receipt(commit.case_id, commit.receipt.key)
        return Replayed(commit.case_id, standing) if standing else super()._append(commit)


class KeysRunTogether(Store):
    """A key is kept behind its case's id, and nobody sees where the one ends and the other begins."""

    breaks = ("S12",)

    def __init__(self) -> None:
        super().__init__()
        self._together: dict[str, Receipt] = {}

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        if commit.receipt:
            self._together.setdefault(f"{commit.case_id}-{commit.receipt.key}", commit.receipt)

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        super().receipt(case_id, key)
        return self._together.get(f"{case_id}-{key}")


class KeysInAnyLetters(Store):
    """Keys are compared without regard to large and small letters."""

    breaks = ("S12",)

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        with self._open():
            return next((r for (c, k), r in self._receipts.items() if (c, k.lower()) == (case_id, key.lower())), None)


class DigestCut(Store):
    """The digest of a receipt is cut off after sixteen bytes."""

    breaks = ("S5", "S11", "S12", "S37")

    def _keep_beside(self, commit: Commit) -> None:
        receipt = commit.receipt and attrs.evolve(commit.receipt, digest=commit.receipt.digest[:16])
        super()._keep_beside(attrs.evolve(commit, receipt=receipt))


class KeysOfItsOwnCall(Store):
    """Where nothing of a call conflicts, a key that one of its commits brings is not known to those that follow."""

    breaks = ("S8", "S11")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            receipts = {(one.case_id, one.receipt.key): one.receipt for one in checked(commits)[::-1] if one.receipt}
            if receipts.keys() & self._receipts.keys() or not self._in_turn(commits):
                return super().append(commits)
            answers = super().append([attrs.evolve(one, receipt=None) for one in commits])
            self._receipts |= receipts
            return answers

    def _in_turn(self, commits: Sequence[Commit]) -> bool:
        stands = {one: case.header.version for one, case in self._cases.items()}
        for commit in commits:
            if commit.expected != stands.get(commit.case_id, 0):
                return False
            stands[commit.case_id] = commit.header.version
        return True


class ReplayedWithAnothers(Store):
    """Who brings a key again is told the version to which it led the first of the cases that know it."""

    breaks = ("S11", "S12")

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if not isinstance(answer, Replayed):
            return answer
        version = next(one.version for (_, key), one in self._receipts.items() if key == answer.receipt.key)
        return attrs.evolve(answer, receipt=attrs.evolve(answer.receipt, version=version))


class KnownBesideAConflict(Store):
    """In a call in which something conflicts, a key is known to all cases that one of them knows it from."""

    breaks = ("S12", "S7")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            answers = super().append(commits)
            known = {key: one for (_, key), one in self._receipts.items()}
            if all(not isinstance(one, Conflict) for one in answers):
                return answers
            return [
                Replayed(commit.case_id, known[commit.receipt.key])
                if isinstance(answer, Conflict) and commit.receipt and commit.receipt.key in known
                else answer
                for commit, answer in zip(commits, answers, strict=True)
            ]
