"""One round of an agent's work, written once for callers that wait and callers that await.

Laws of this file

- The list's cursor is noted once a row is dealt with, or is on the books as unfinished: a kill repeats, and loses none.
- Whoever says stop is asked between two cases, two pages, two shops: what has been begun of one is ended.
- What passes by itself (a ban, a line that is down) leaves a case unfinished and keeps no other case waiting. What does
  not (keys that are refused, books that cannot be read) ends the round.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs

from expressplatform.errors import NoSuchCase
from expressplatform_agent.books import AWAITS, TODO, Held
from expressplatform_agent.desk import AsyncCaseRows, CaseRow
from expressplatform_agent.taking import Taking
from expressplatform_agent.values import Line, Place, Round, Standing
from expressplatform_agent.watching import Watching

_FEED = "feed"


class Flow(Taking, Watching):
    """The whole of it."""

    async def round(self, stopped: Callable[[], bool]) -> Round:
        """See `Agent.round`."""
        await self.look_after_shops(stopped)
        done = await self.read_changes(stopped)
        done += await self._unfinished(stopped)
        done += await self._follow(stopped)
        return done + await self.watch(stopped)

    async def _follow(self, stopped: Callable[[], bool]) -> Round:
        held, done = await self.books.place(_FEED), Round()
        if stopped():
            return done
        rows = self.desk.cases(after=held.value.cursor)
        async for row in rows:
            if rows.after != held.value.cursor:
                held = await self._up_to(rows, held)
            if stopped():
                return done
            done += await self.or_later(self._one(row))
        await self._up_to(rows, held)
        return done

    async def _up_to(self, rows: AsyncCaseRows[CaseRow], held: Held[Place]) -> Held[Place]:
        """Notes how far the list was dealt with, once what is the trader's no more is forgotten."""
        for case_id in rows.gone:
            await self.books.forget(case_id)
        return await self.books.keep_place(_FEED, held, Place(rows.after))

    async def _unfinished(self, stopped: Callable[[], bool]) -> Round:
        done = Round()
        for note in [one async for one in self.books.cases(TODO)]:
            if stopped():
                break
            done += await self.or_later(self._again(note.case_id))
        return done

    async def _again(self, case_id: str) -> Round:
        try:
            row = await self.desk.case(case_id)
        except NoSuchCase:
            await self.books.forget(case_id)
            return Round()
        done = await self._one(row)
        held = await self.books.case(case_id)
        if held.version and held.value.todo and not done.later:  # it has gone on without us
            await self.books.keep_case(held, attrs.evolve(held.value, todo=False))
        return done

    async def _one(self, row: CaseRow) -> Round:
        done = await self.take_in(row)
        if not done.later and row.delete_by is None:
            await self.await_money(row)
        return done

    async def standing(self) -> Standing:
        """See `Agent.standing`."""
        known, unfinished, awaiting = [await self._count(label) for label in ("", TODO, AWAITS)]
        return Standing(await self.connections(), known, unfinished, awaiting, len(await self.lines()))

    async def _count(self, label: str) -> int:
        return len([one async for one in self.books.cases(label)])

    async def lines(self) -> tuple[Line, ...]:
        """See `Agent.lines`."""
        return tuple([one async for one in self.books.lines()])

    async def done(self, line_id: str) -> bool:
        """See `Agent.done`."""
        return await self.books.done(line_id)
