"""Tasks that write at the same time share transactions: `together` for callers that await.

Laws of this file
- Nobody waits for company: what comes while a lane is free is written at once, what comes while all are taken goes into
  the next transaction together.
- What comes at once is shared out among the lanes that are free. So they take turns: while one's transaction is with
  the server, the callers of another are answered and come back. Where lanes wait for one disk, a lane beside others is
  worth it for many alone: for ``least`` callers or more.
- A caller that is cancelled leaves nothing half done: its items are written whole, or, where the event loop ends
  before their turn has come, not at all. Only it does not hear which. A loop that is closed with work under way takes
  no lane with it.
- A write that fails as a whole is the error of all whom it took along, and of nobody who came later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, final

from expressplatform.together import Item, Outcome, Told

_Waiting = tuple[Sequence[Item], "asyncio.Future[Sequence[Told]]"]


@final
class AsyncTogether(Generic[Item, Told]):
    """Calls ``write`` with the items of all who wait; it answers each caller in turn. One event loop at a time.

    With several ``lanes`` so many calls of it are awaited at once, each of them beside another for ``least`` callers
    or more.
    """

    __slots__ = ("_called", "_carrying", "_lanes", "_least", "_waiting", "_write")

    def __init__(
        self,
        write: Callable[[Sequence[Sequence[Item]]], Awaitable[Sequence[Outcome[Told]]]],
        *,
        lanes: int = 1,
        least: int = 1,
    ) -> None:
        self._write = write
        self._lanes, self._least = lanes, least
        self._waiting: list[_Waiting[Item, Told]] = []
        self._called: asyncio.Task[None] | None = None
        self._carrying: list[asyncio.Task[None]] = []

    async def append(self, items: Sequence[Item]) -> Sequence[Told]:
        """The answers to these items, or the error that is theirs."""
        answers: asyncio.Future[Sequence[Told]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, answers))
        called = self._called is not None and _goes_on(self._called)
        free = 0 if called else self._free()  # one that has been called takes along whoever comes meanwhile
        if free == self._lanes or (free and len(self._waiting) >= self._least):
            self._call()
        return await answers

    async def finished(self) -> None:
        """What waits has been written."""
        while self._free() < self._lanes:
            await asyncio.wait(self._carrying)

    def _free(self) -> int:
        """How many lanes are free."""
        self._carrying = [lane for lane in self._carrying if _goes_on(lane)]
        return self._lanes - len(self._carrying)

    def _call(self) -> None:
        """Have one more lane carry; not yet, whatever the event loop's way with tasks: it has to be counted first."""
        self._called = asyncio.Task(self._carry())
        self._carrying.append(self._called)

    async def _carry(self) -> None:
        """Write a share of what waits, and then of what has come to wait meanwhile."""
        while self._waiting:
            batch = self._share()
            try:
                outcomes = await self._written([items for items, _ in batch])
                for (_, answers), outcome in zip(batch, outcomes, strict=True):
                    _settle(answers, outcome)
            except BaseException:  # the event loop is ending, or is closed
                for _, answers in batch:
                    with suppress(RuntimeError):
                        answers.cancel()
                raise

    def _share(self) -> list[_Waiting[Item, Told]]:
        """As much of what waits as is this lane's; a free one goes on with the rest."""
        shares = max(1, min(self._free() + 1, len(self._waiting) // self._least))
        share = -(-len(self._waiting) // shares)
        batch, self._waiting = self._waiting[:share], self._waiting[share:]
        self._called = None
        if self._waiting:
            self._call()
        return batch

    async def _written(self, groups: Sequence[Sequence[Item]]) -> Sequence[Outcome[Told]]:
        try:
            return await self._write(groups)
        except Exception as error:  # noqa: BLE001 - it is told to each of them
            return [error] * len(groups)


def _settle(answers: asyncio.Future[Sequence[Told]], outcome: Outcome[Told]) -> None:
    """Tell the caller, unless it has gone, or its event loop has been closed."""
    if answers.done():
        return
    try:
        if isinstance(outcome, Exception):
            answers.set_exception(outcome)
        else:
            answers.set_result(outcome)
    except RuntimeError:
        pass


def _goes_on(lane: asyncio.Task[None]) -> bool:
    return not (lane.done() or lane.get_loop().is_closed())
