"""Tasks that share transactions, whatever comes between: others, cancellations, writes that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import StoreUnusable
from expressplatform.together import Outcome
from expressplatform.together_aio import AsyncTogether

Turn = tuple[str, int]
"""What happens next, and to how many, or to which."""

_WHAT = ("come", "come", "cancel", "cancel", "written", "refused", "unreachable", "pause")
_TURNS = st.lists(st.tuples(st.sampled_from(_WHAT), st.integers(0, 20)), max_size=60)


@attrs.define
class _World:
    """Callers who bring their own numbers, and writes that end when they are told to."""

    lanes: int
    least: int
    callers: list[asyncio.Task[Sequence[int]]] = attrs.field(factory=list)
    cancelled: set[int] = attrs.field(factory=set)
    under_way: list[tuple[list[int], asyncio.Future[str]]] = attrs.field(factory=list)
    written: list[int] = attrs.field(factory=list)
    ends: dict[int, str] = attrs.field(factory=dict)
    together: AsyncTogether[int, int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.together = AsyncTogether(self.write, lanes=self.lanes, least=self.least)

    async def write(self, groups: Sequence[Sequence[int]]) -> list[Outcome[int]]:
        """As a store does: the numbers negated, an error for each second caller, or one for all."""
        whose = [numbers[0] for numbers in groups]
        told = asyncio.get_running_loop().create_future()
        self.under_way.append((whose, told))
        assert len(self.under_way) <= self.lanes, "more write at once than there are lanes"
        end = await told
        self.ends |= {number: end if end != "refused" or number % 2 else "written" for number in whose}
        if end == "unreachable":
            raise StoreUnusable("unreachable")
        self.written += [number for number in whose if self.ends[number] == "written"]
        return [[-number] if self.ends[number] == "written" else StoreUnusable(str(number)) for number in whose]

    def take(self, turn: Turn) -> None:
        """One turn of the schedule."""
        what, number = turn
        if what == "come":
            come = range(len(self.callers), len(self.callers) + number)
            self.callers += [asyncio.create_task(self.together.append([one])) for one in come]
        elif what == "cancel" and self.callers:
            which = max(0, len(self.callers) - 1 - number)
            if self.callers[which].cancel():
                self.cancelled.add(which)
        elif self.under_way and what in ("written", "refused", "unreachable"):
            _, told = self.under_way.pop(number % len(self.under_way))
            told.set_result(what)

    async def end(self) -> None:
        """Every write that is under way, or begins now, succeeds."""
        for _ in range(5 * (len(self.callers) + 1)):
            while self.under_way:
                self.take(("written", 0))
            await asyncio.sleep(0)
        assert all(caller.done() for caller in self.callers), "somebody waits for ever"


class TestAnySchedule:
    """Each caller is told what became of its own, and whoever is cancelled takes nothing with it."""

    @given(_TURNS, st.integers(1, 3), st.sampled_from((1, 2, 16)))
    def test_each_who_is_not_cancelled_gets_its_own_answer_and_no_lane_is_lost(
        self, turns: list[Turn], lanes: int, least: int
    ) -> None:
        """Items are written once at most, in the order of their coming within a write; a write's failure is told to
        those whom it took along; afterwards every lane is free, and whoever comes then is written at once."""

        async def main() -> None:
            world = _World(lanes, least)
            async with asyncio.timeout(5):
                for turn in turns:
                    world.take(turn)
                    for _ in range(turn[1] % 4):
                        await asyncio.sleep(0)
                await world.end()
                await world.together.finished()
            _hold(world)
            world.callers.append(asyncio.create_task(world.together.append([len(world.callers)])))
            async with asyncio.timeout(5):
                await world.end()
            assert list(await world.callers[-1]) == [1 - len(world.callers)]

        asyncio.run(main())


def _hold(world: _World) -> None:
    assert len(world.written) == len(set(world.written)), "something was written twice"
    assert world.together._free() == world.lanes, "a lane was lost"
    for number, caller in enumerate(world.callers):
        if caller.cancelled():
            assert number in world.cancelled, "somebody was cancelled whom nobody cancelled"
        elif (error := caller.exception()) is not None:
            own = {"refused": str(number), "unreachable": "unreachable"}
            assert isinstance(error, StoreUnusable)
            assert error.code == own[world.ends[number]], "another's error"
        else:
            assert caller.result() == [-number], "another's answer"
            assert world.ends[number] == "written"
