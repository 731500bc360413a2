"""Stores that hand out work wrongly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs

from expressplatform.memory.cases import _Work
from expressplatform.ports import Commit, EffectRow
from tests.faulty.good import Store

MOMENT = timedelta.resolution


class LeaseGivenTwice(Store):
    """What is claimed may be claimed by the next one."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, timedelta(0))


class LeaseNeverExpires(Store):
    """What was claimed never comes back by itself."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, timedelta(days=36500))


class LeaseOfFiveMinutes(Store):
    """Every lease is of five minutes."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, timedelta(minutes=5))


class LeaseEndsLate(Store):
    """At the instant at which a lease is over it still holds."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, lease + MOMENT)


class LeaseToTheSecond(Store):
    """A lease ends with the second."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        found = super().claim(now, limit, lease)
        for row in found:
            self._work[row.id] = _Work((now + lease).replace(microsecond=0), row)
        return found


class LeaseFromTheStep(Store):
    """A lease counts from the instant at which the work became ready."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            before = {effect_id: work.ready_at for effect_id, work in self._work.items()}
            found = super().claim(now, limit, lease)
            for row in found:
                self._work[row.id] = _Work(before[row.id] + lease, row)
            return found


class OneLeaseOnly(Store):
    """What came back from a lease is handed out once more and then never again."""

    breaks = ("S25",)

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[str, int] = {}

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        found = [row for row in super().claim(now, limit, lease) if self._given.get(row.id, 0) < 2]
        for row in found:
            self._given[row.id] = self._given.get(row.id, 0) + 1
        return found


class ReadyAtOnce(Store):
    """Work is ready as soon as it is stored."""

    breaks = ("S24",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        self._work |= {row.id: _Work(datetime(1970, 1, 1, tzinfo=UTC), row) for row in commit.effects}


class ReadyWhenLodged(Store):
    """Work is ready from the instant at which its case was lodged."""

    breaks = ("S24",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        self._work |= {row.id: _Work(commit.header.lodged_at, row) for row in commit.effects}


class ReadyWhenDue(Store):
    """Work is ready when its case is due."""

    breaks = ("S24",)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        self._work |= {
            row.id: _Work(commit.header.due_at or work.ready_at, row)
            for row in commit.effects
            for work in [self._work[row.id]]
        }


class ReadyWithTheNewestStep(Store):
    """Work is ready when its case has come to rest: from the instant of the newest step on."""

    breaks = ("S24",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            late = {row.id for row in (work.row for work in self._work.values()) if self._rests(row.case_id) > now}
            kept, self._work = self._work, {one: work for one, work in self._work.items() if one not in late}
            found = super().claim(now, limit, lease)
            self._work = {**kept, **self._work}
            return found

    def _rests(self, case_id: str) -> datetime:
        return self._cases[case_id].header.changed_at


class ReadyLate(Store):
    """Work is ready a moment after its instant."""

    breaks = ("S24",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now - MOMENT, limit, lease + MOMENT)


class RecipientLost(Store):
    """Work comes without its recipient."""

    breaks = ("S24",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return [attrs.evolve(row, recipient="") for row in super().claim(now, limit, lease)]


class WorkOfTheNewestVersion(Store):
    """Work names the version of the case as it stands, not the one that left it."""

    breaks = ("S24", "S37", "S28")

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return [
            attrs.evolve(row, version=self._cases[row.case_id].header.version)
            for row in super().claim(now, limit, lease)
        ]


class NewestWorkFirst(Store):
    """What became ready last is handed out first."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            return self._leased(sorted(self._ready(now), key=_Work.turn)[::-1][:limit], now + lease)


class WorkByCase(Store):
    """Work is handed out in the order of the cases."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            return self._leased(sorted(self._ready(now), key=lambda work: work.row.id)[:limit], now + lease)


class ClaimsWithoutLimit(Store):
    """A claim ignores its limit."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, 10**9, lease)


class NoughtClaimsAll(Store):
    """A claim of nought is one of all."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit or 10**9, lease)


class LeasesMoreThanItGives(Store):
    """A claim leases all that is ready and gives out as many as were asked for."""

    breaks = ("S27",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, 10**9, lease)[:limit]


class DoneComesBack(Store):
    """What is done comes back when its lease is over."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        self.quarters()


class FirstIsDone(Store):
    """Of several that are done the first is taken away."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        super().done(effect_ids[:1])


class AllOfTheCaseIsDone(Store):
    """Where one effect of a step is done, all of that step are."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        steps = {effect_id.rpartition("/")[0] for effect_id in effect_ids}
        super().done([one for one in self._work if one.rpartition("/")[0] in steps])


class UnknownCannotBeDone(Store):
    """What is done twice is an error."""

    breaks = ("S28",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        for effect_id in effect_ids:
            del self._work[effect_id]


class DoneTakesTheNext(Store):
    """An effect that is done takes those of the case's later steps with it."""

    breaks = ("S28", "S24", "S5")

    def __init__(self) -> None:
        super().__init__()
        self._done: set[str] = set()

    def done(self, effect_ids: Sequence[str], /) -> None:
        self._done |= {effect_id.split("/")[0] for effect_id in effect_ids}
        super().done(effect_ids)

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(attrs.evolve(commit, effects=() if commit.case_id in self._done else commit.effects))


class RetryIgnored(Store):
    """A retry changes nothing."""

    breaks = ("S29",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self.quarters()


class RetryAtOnce(Store):
    """Work that failed may be claimed at once."""

    breaks = ("S29",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        super().retry(effect_id, datetime(1970, 1, 1, tzinfo=UTC), attempts)


class RetryOnlyLater(Store):
    """A retry puts work off, and never before the end of its lease."""

    breaks = ("S29",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self._work.get(effect_id)
        super().retry(effect_id, max(at, work.ready_at) if work else at, attempts)


class RetryRevives(Store):
    """Work that was done is there again after a retry."""

    breaks = ("S29",)

    def __init__(self) -> None:
        super().__init__()
        self._ever: dict[str, EffectRow] = {}

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        self._ever |= {row.id: row for row in commit.effects}

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        if effect_id in self._ever:
            self._work[effect_id] = _Work(at, attrs.evolve(self._ever[effect_id], attempts=attempts))


class UnknownCannotFail(Store):
    """A retry of what is not there is an error."""

    breaks = ("S29",)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._work[effect_id] = _Work(at, attrs.evolve(self._work[effect_id].row, attempts=attempts))


class ThreeTries(Store):
    """After two retries work is given up."""

    breaks = ("S29",)

    def __init__(self) -> None:
        super().__init__()
        self._tries: dict[str, int] = {}

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._tries[effect_id] = self._tries.get(effect_id, 0) + 1
        super().retry(effect_id, at, attempts)
        if self._tries[effect_id] > 1:
            self.done([effect_id])


class ClaimedByTwo(Store):
    """Who claims looks first and leases then, and another may look in between."""

    breaks = ("S26",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            ready = sorted(self._ready(now), key=_Work.turn)[:limit]
        time.sleep(0.0002)
        with self._open():
            return self._leased([work for work in ready if work.row.id in self._work], now + lease)


class ClaimsByTheClock(Store):
    """What is ready is judged by the machine's clock where that is ahead."""

    breaks = ("S31",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(max(now, datetime.now(UTC)), limit, lease)


class LeasesByTheClock(Store):
    """A lease ends by the machine's clock."""

    breaks = ("S31", "S25")

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        found = super().claim(now, limit, lease)
        self._work |= {row.id: _Work(datetime.now(UTC) + lease, row) for row in found}
        return found


class StepsByTheClock(Store):
    """Work is ready from the machine's instant of the append on."""

    breaks = ("S31", "S24")

    def _keep_beside(self, commit: Commit) -> None:
        super()._keep_beside(commit)
        self._work |= {row.id: _Work(datetime.now(UTC), row) for row in commit.effects}


class DoesFiveHundred(Store):
    """Of much that is done at once only the first five hundred are noted."""

    breaks = ("S28", "S24")

    def done(self, effect_ids: Sequence[str], /) -> None:
        super().done(list(effect_ids)[:500])


class OneIsNoAttempt(Store):
    """Who claims one at a time makes no attempts."""

    breaks = ("S39",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            rows = super().claim(now, limit, lease)
            if limit != 1:
                return rows
            for row in rows:
                self.retry(row.id, now + lease, row.attempts - 1)
            return [attrs.evolve(row, attempts=row.attempts - 1) for row in rows]


class DeadMakeRoom(Store):
    """Where work was given up, as much more is handed out as there is of it."""

    breaks = ("S27", "S40")

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            dead = sum(work.code is not None for work in self._work.values())
            return super().claim(now, limit + dead if limit else 0, lease)


class TwoAreLeasedForLess(Store):
    """Who claims two at a time has them for a second less than was asked for."""

    breaks = ("S25",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return super().claim(now, limit, lease - timedelta(seconds=limit == 2))


class NoLeaseNoAttempt(Store):
    """Work that is claimed without a lease was not attempted."""

    breaks = ("S39",)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            before = dict(self._work)
            rows = super().claim(now, limit, lease)
            if not lease:
                self._work = before
            return rows
