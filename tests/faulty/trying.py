"""Stores that count attempts wrongly, or do with dead letters what they should not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.memory.cases import _Work
from expressplatform.ports import EVERYONE, DeadRow, EffectRow
from tests.faulty.good import LastingStore, Store


class AttemptsNotCounted(Store):
    """A claim does not count."""

    breaks = ("S39",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            before = {effect_id: work.row for effect_id, work in self._work.items()}
            found = super().claim(now, limit, lease)
            self._work |= {row.id: _Work(now + lease, before[row.id]) for row in found}
            return [before[row.id] for row in found]


class CountOfTheLastClaim(Store):
    """A claim hands out how often the work was claimed before it."""

    breaks = ("S39",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return [attrs.evolve(row, attempts=row.attempts - 1) for row in super().claim(now, limit, lease)]


class RetryKeepsTheCount(Store):
    """A retry leaves the attempts as they were."""

    breaks = ("S39",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self._work.get(effect_id)
        super().retry(effect_id, at, work.row.attempts if work else attempts)


class DeadStillClaimed(Store):
    """A dead letter is claimed as before."""

    breaks = ("S40",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            self._work = {effect_id: attrs.evolve(work, code=None) for effect_id, work in self._work.items()}
            return super().claim(now, limit, lease)


class DeadForEver(Store):
    """A dead letter is not tried again, whoever asks for it."""

    breaks = ("S40",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self._work.get(effect_id)
        if work is None or work.code is None:
            super().retry(effect_id, at, attempts)


class BuriedIsDone(Store):
    """What is given up is forgotten."""

    breaks = ("S40", "S41")

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self.done([effect_id])


class DeadOfOthers(Store):
    """Whoever asks sees the dead letters of all."""

    breaks = ("S41", "S14")

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return super().dead(EVERYONE, after, limit)


class DeadInTheirTurn(Store):
    """Dead letters are listed in the order in which they died."""

    breaks = ("S41",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return sorted(super().dead(organisation, after, 10**9), key=lambda row: row.since)[:limit]


class DeadFromTheFirst(Store):
    """Dead letters are listed from the one that was named on."""

    breaks = ("S41",)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return [row for row in super().dead(organisation, "", 10**9) if row.effect.id >= after][:limit]


class FirstFailureStays(Store):
    """What is buried twice keeps the code and the instant of the first time."""

    breaks = ("S41",)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        work = self._work.get(effect_id)
        if work is None or work.code is None:
            super().bury(effect_id, at, code)


class AttemptsDoNotLast(LastingStore):
    """Attempts are counted anew when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> LastingStore:
        for one, work in self._work.items():
            self._work[one] = attrs.evolve(work, row=attrs.evolve(work.row, attempts=0))
        self.close()
        return type(self)(self)


class DeadDoNotLast(LastingStore):
    """A dead letter is alive when the store is opened again."""

    breaks = ("S34",)

    def reopen(self) -> LastingStore:
        self._work.update({one: attrs.evolve(work, code=None) for one, work in self._work.items()})
        self.close()
        return type(self)(self)


class DeadOnlyRisesAnew(Store):
    """A dead letter is retried only where its attempts are counted from nothing."""

    breaks = ("S40", "S39", "S41")

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self._work.get(effect_id)
        if work is None or work.code is None or not attempts:
            super().retry(effect_id, at, attempts)


class ShortCodes(Store):
    """The code of a dead letter has 32 characters."""

    breaks = ("S40", "S39", "S41")

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        super().bury(effect_id, at, code[:32])
