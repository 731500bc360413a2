"""Tasks that append at the same time share transactions: `together` for callers that await.

Laws of this file
- Nobody waits for company: what comes while a lane is free is written at once, what comes while all are taken goes into
  the next transaction together.
- What comes at once is shared out among the lanes that are free. So they take turns: while one's transaction is with
  the server, the callers of another are answered and come back.
- A caller that is cancelled leaves nothing half done: its commits are written whole, or, where the event loop ends
  before their turn has come, not at all. Only it does not hear which.
- A write that fails as a whole is the error of all whom it took along, and of nobody who came later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import final

from expressplatform.ports import Answer, Commit
from expressplatform.together import Outcome

_Waiting = tuple[Sequence[Commit], "asyncio.Future[Sequence[Answer]]"]


@final
class AsyncTogether:
    """Calls ``write`` with the commits of all who wait; it answers each caller in turn. One event loop at a time.

    With several ``lanes`` so many calls of it are awaited at once.
    """

    __slots__ = ("_carrying", "_lanes", "_waiting", "_write")

    def __init__(
        self, write: Callable[[Sequence[Sequence[Commit]]], Awaitable[Sequence[Outcome]]], *, lanes: int = 1
    ) -> None:
        self._write = write
        self._lanes = lanes
        self._waiting: list[_Waiting] = []
        self._carrying: list[asyncio.Task[None]] = []

    async def append(self, commits: Sequence[Commit]) -> Sequence[Answer]:
        """The answers to these commits, or the error that is theirs."""
        answers: asyncio.Future[Sequence[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((commits, answers))
        free = self._free()
        if free == self._lanes or (free and len(self._waiting) == 1):  # whoever comes after is taken along
            self._carrying.append(asyncio.create_task(self._carry()))
        return await answers

    async def finished(self) -> None:
        """What waits has been written."""
        while self._free() < self._lanes:
            await asyncio.wait(self._carrying)

    def _free(self) -> int:
        """How many lanes are free."""
        self._carrying = [lane for lane in self._carrying if not lane.done()]
        return self._lanes - len(self._carrying)

    async def _carry(self) -> None:
        """Write a share of what waits, and then of what has come to wait meanwhile."""
        while self._waiting:
            batch = self._share()
            try:
                outcomes = await self._written([commits for commits, _ in batch])
                for (_, answers), outcome in zip(batch, outcomes, strict=True):
                    _settle(answers, outcome)
            finally:
                for _, answers in batch:
                    answers.cancel()  # where it has no outcome: the event loop is ending

    def _share(self) -> list[_Waiting]:
        """As much of what waits as is this lane's; a free one goes on with the rest."""
        others = self._free()
        share = -(-len(self._waiting) // (others + 1))
        batch, self._waiting = self._waiting[:share], self._waiting[share:]
        if self._waiting:
            self._carrying.append(asyncio.create_task(self._carry()))
        return batch

    async def _written(self, groups: Sequence[Sequence[Commit]]) -> Sequence[Outcome]:
        try:
            return await self._write(groups)
        except Exception as error:
            return [error] * len(groups)


def _settle(answers: asyncio.Future[Sequence[Answer]], outcome: Outcome) -> None:
    """Tell the caller, unless it has gone."""
    if answers.done():
        return
    if isinstance(outcome, Exception):
        answers.set_exception(outcome)
    else:
        answers.set_result(outcome)
