"""Stores that are awaited: a good one in memory, and faulty ones of its kind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from expressplatform.memory import MemoryStore
from expressplatform.ports import (
    Answer,
    Appended,
    Commit,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    StoredCase,
    Unplaced,
    Wanted,
    checked,
)


class AwaitedStore:
    """The reference store behind a lock of the event loop; a call that has begun is carried to its end."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.inner = MemoryStore()

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        await asyncio.sleep(0)
        answers = self.inner.append(commits)
        await asyncio.sleep(0)
        return answers

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return self.inner.load(case_id, organisation)

    async def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        return self.inner.receipt(case_id, key)

    async def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        return self.inner.headers(organisation, wanted, after, limit)

    async def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        return self.inner.due(now, limit)

    async def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        return self.inner.scan(organisation, after, limit)

    async def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        return self.inner.find(organisation, tokens)

    async def quarters(self) -> Sequence[str]:
        return self.inner.quarters()

    async def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        return self.inner.claim(now, limit, lease)

    async def done(self, effect_ids: Sequence[str], /) -> None:
        self.inner.done(effect_ids)

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self.inner.retry(effect_id, at, attempts)

    async def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self.inner.bury(effect_id, at, code)

    async def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        return self.inner.dead(organisation, after, limit)

    async def ledger(self) -> LedgerSize:
        return self.inner.ledger()

    async def unplaced(self, limit: int, /) -> Unplaced:
        return self.inner.unplaced(limit)

    async def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return self.inner.place(start, leaves)

    async def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return self.inner.placed(start, limit)

    async def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return self.inner.leaves(start, end)

    async def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return self.inner.places(case_id, organisation)

    async def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        return self.inner.feed(organisation, start, limit)

    async def scheme(self) -> tuple[str, str] | None:
        return self.inner.scheme()

    async def adopt(self, scheme: str, edition: str, /) -> None:
        self.inner.adopt(scheme, edition)

    async def close(self) -> None:
        self.inner.close()


class CancelledHalfWay(AwaitedStore):
    """Events are written one by one, and whoever is cancelled leaves the rest out."""

    breaks = ("S38",)

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        answers = self.inner.append(commits)
        whole = [self.inner._cases.get(commit.case_id) for commit in commits]
        for case, answer in zip(whole, answers, strict=True):
            if case and isinstance(answer, Appended):
                self.inner._cases[answer.case_id] = attrs.evolve(case, events=case.events[:-1])
                await asyncio.sleep(0)
                self.inner._cases[answer.case_id] = case
        return answers


class StuckWhenCancelled(AwaitedStore):
    """Whoever is cancelled takes the store's lock along."""

    breaks = ("S38",)

    def __init__(self) -> None:
        super().__init__()
        self._taken = False

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        for _ in range(50):
            if not self._taken:
                break
            await asyncio.sleep(0.001)
        else:
            raise TimeoutError
        self._taken = True
        await asyncio.sleep(0)
        answers = self.inner.append(commits)
        self._taken = False
        return answers


class TasksOverwrite(AwaitedStore):
    """A task looks which version stands, waits, and writes what it thinks."""

    breaks = ("S9", "S33")

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        before = dict(self.inner._cases)
        await asyncio.sleep(0)
        self.inner._cases.clear()
        self.inner._cases.update(before)
        return self.inner.append(commits)


class EffectsAfterAWhile(AwaitedStore):
    """Effects are written after the rest, and whoever is cancelled leaves them out."""

    breaks = ("S38", "S5")

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        answers = self.inner.append([attrs.evolve(commit, effects=()) for commit in commits])
        await asyncio.sleep(0)
        for commit, answer in zip(commits, answers, strict=True):
            if isinstance(answer, Appended):
                self.inner._keep_beside(attrs.evolve(commit, receipt=None, tokens=(), drop_tokens=False))
        return answers


class DoneOneByOne(AwaitedStore):
    """What is done is done one by one, and whoever is cancelled leaves the rest undone."""

    breaks = ("S38",)

    async def done(self, effect_ids: Sequence[str], /) -> None:
        for effect_id in effect_ids:
            self.inner.done([effect_id])
            await asyncio.sleep(0)
        self.inner.done(effect_ids)


class TakenOutToBePutOff(AwaitedStore):
    """What is put off is taken out and put in again, and whoever is cancelled in between has lost it."""

    breaks = ("S38",)

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self.inner._work.pop(effect_id, None)
        await asyncio.sleep(0)
        if work is not None:
            self.inner._work[effect_id] = work
        self.inner.retry(effect_id, at, attempts)


class PlacedOneByOne(AwaitedStore):
    """Rows are placed one by one, and whoever is cancelled leaves the rest without a place."""

    breaks = ("S38", "S44")

    async def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        for at, leaf in enumerate(leaves[:-1]):
            if not self.inner.place(start + at, [leaf]):
                return False
            await asyncio.sleep(0)
        return self.inner.place(start + max(len(leaves) - 1, 0), leaves[-1:])


class AnswersOfOthers(AwaitedStore):
    """Of those who commit at once each is given the answer of the one before."""

    breaks = ("S33", "S7", "S38")

    def __init__(self) -> None:
        super().__init__()
        self._last: Sequence[Answer] = ()
        self._under_way = 0

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._under_way += 1
        await asyncio.sleep(0)
        answers = self.inner.append(commits)
        alone = self._under_way == 1
        self._under_way -= 1
        mine, self._last = (answers if alone or not self._last else self._last), answers
        return mine


class SixQuestions(AwaitedStore):
    """Six questions may be under way, and one that is cancelled is under way for ever."""

    breaks = ("S38",)

    def __init__(self) -> None:
        super().__init__()
        self._free = asyncio.Semaphore(6)

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        await self._free.acquire()
        await asyncio.sleep(0)
        found = self.inner.load(case_id, organisation)
        self._free.release()
        return found


class OpenedByHalf(AwaitedStore):
    """Whoever asks first opens it, and where they are cancelled it is held for open and is not."""

    breaks = ("S38",)

    def __init__(self) -> None:
        super().__init__()
        self._begun = self._open = False

    async def _opened(self) -> None:
        if not self._begun:
            self._begun = True
            for _ in range(4):
                await asyncio.sleep(0)
            self._open = True
        while not self._open:
            await asyncio.sleep(0.01)

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        await self._opened()
        return await super().load(case_id, organisation)

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        await self._opened()
        return await super().append(commits)


class AnswerOfTheCancelled(AwaitedStore):
    """All questions go one way, and who asks after one that was cancelled reads its answer."""

    breaks = ("S38",)

    def __init__(self) -> None:
        super().__init__()
        self._way = asyncio.Lock()
        self._answers: list[Receipt | None] = []

    async def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        async with self._way:
            self._answers.append(self.inner.receipt(case_id, key))
            await asyncio.sleep(0)
            return self._answers.pop(0)


class AskedByOthers(AwaitedStore):
    """What is asked for stands in the store until it is answered, and another may take the place."""

    breaks = ("S33",)

    async def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        self._asking = organisation
        await asyncio.sleep(0)
        return self.inner.headers(self._asking, wanted, after, limit)


class BeginsAfterAWhile(AwaitedStore):
    """A step waits for its turn; tokens are written after the rest, and whoever is cancelled leaves them out."""

    breaks = ("S38", "S5")

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        bare = [attrs.evolve(one, tokens=()) for one in commits]
        self.inner.append([])
        for _ in range(12):
            await asyncio.sleep(0)
        answers = self.inner.append(bare)
        await asyncio.sleep(0)
        for commit, answer in zip(commits, answers, strict=True):
            if isinstance(answer, Appended) and commit.tokens:
                self.inner._tokens.setdefault(commit.case_id, {}).update({one.value: one for one in commit.tokens})
        return answers


class DoneAfterAWhile(AwaitedStore):
    """What is done waits for its turn and is done one by one, and whoever is cancelled leaves the rest undone."""

    breaks = ("S38",)

    async def done(self, effect_ids: Sequence[str], /) -> None:
        self.inner.done([])
        for _ in range(12):
            await asyncio.sleep(0)
        for one in effect_ids:
            self.inner.done([one])
            await asyncio.sleep(0)


class PutOffAsItWas(AwaitedStore):
    """What is put off is what it was when that was said, whatever another task did with it meanwhile."""

    breaks = ("S28", "S33")

    async def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        work = self.inner._work.get(effect_id)
        await asyncio.sleep(0)
        if work is not None:
            self.inner._work[effect_id] = work
        self.inner.retry(effect_id, at, attempts)


class HalfOfACall(AwaitedStore):
    """Commits of a call are kept one by one, and whoever is cancelled leaves the rest out."""

    breaks = ("S38",)

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        answers: list[Answer] = []
        for commit in checked(commits):
            answers += self.inner.append([commit])
            await asyncio.sleep(0)
        return answers


class NothingSaid(AwaitedStore):
    """Whoever is cancelled is answered as if there had been nothing to do."""

    breaks = ("S38",)

    async def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            return []
        return self.inner.append(commits)


class _OneAnswer(AwaitedStore):
    """Those who load a case while it is read already are given what is read."""

    def __init__(self) -> None:
        super().__init__()
        self._reading: dict[tuple[str, str], asyncio.Future[StoredCase | None]] = {}

    def _asked(self, case_id: str, organisation: str) -> tuple[str, str]:
        return case_id, organisation

    async def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        asked = self._asked(case_id, organisation)
        if asked not in self._reading:
            self._reading[asked] = asyncio.ensure_future(self._read(case_id, organisation))
        return await self._awaited(self._reading[asked])

    async def _awaited(self, reading: asyncio.Future[StoredCase | None]) -> StoredCase | None:
        return await asyncio.shield(reading)

    async def _read(self, case_id: str, organisation: str) -> StoredCase | None:
        try:
            found = self.inner.load(case_id, organisation)
            for _ in range(3):
                await asyncio.sleep(0)
            return found
        finally:
            self._reading.clear()


class OneAnswerForAll(_OneAnswer):
    """Those who load a case at once are shown it as whoever came first is."""

    breaks = ("S14",)

    def _asked(self, case_id: str, organisation: str) -> tuple[str, str]:
        return case_id, ""


class OneAnswerFromBefore(_OneAnswer):
    """Whoever loads a case that is being read is shown what stood when that began."""

    breaks = ("S13",)


class CancelledForAll(_OneAnswer):
    """Of those who load a case at once one that is cancelled takes the answer from all."""

    breaks = ("S38",)

    async def _awaited(self, reading: asyncio.Future[StoredCase | None]) -> StoredCase | None:
        return await reading


FAULTY = (
    CancelledHalfWay,
    StuckWhenCancelled,
    TasksOverwrite,
    EffectsAfterAWhile,
    DoneOneByOne,
    TakenOutToBePutOff,
    PlacedOneByOne,
    AnswersOfOthers,
    SixQuestions,
    OpenedByHalf,
    AnswerOfTheCancelled,
    AskedByOthers,
    BeginsAfterAWhile,
    DoneAfterAWhile,
    PutOffAsItWas,
    HalfOfACall,
    NothingSaid,
    OneAnswerForAll,
    OneAnswerFromBefore,
    CancelledForAll,
)
