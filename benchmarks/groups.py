"""Many at once: 64 clients that each wait for their own append, beside one.

Every client is a task of one event loop with cases of its own, appends one sealed step, awaits its answer, and goes on
to the next; what is counted is answers. Nothing is answered before it is on the disk. What many gain is that those who
wait meanwhile share one transaction, and so one wait for the disk; a client alone shares it with nobody.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Final, Protocol

import attrs

from benchmarks.measure import Effort, Row, Times, Work, row
from benchmarks.places import folder, server
from benchmarks.racing import FINER, raced
from benchmarks.steps import LIFE, Step, Unsealed, sealed, steps, written
from expressplatform.ports import Answer, Appended, Commit
from expressplatform_http.server.running import TURN
from expressplatform_sqlite.aio import AsyncSqliteStore

CLIENTS: Final = 64
SLOWEST: Final = 5.0
"""Milliseconds within which 99 of a hundred appends are to be answered."""
Made = tuple[Step, Sequence[Unsealed]]


class Store(Protocol):
    """The store, as far as it is used here."""

    def append(self, commits: Sequence[Commit], /) -> Awaitable[Sequence[Answer]]: ...
    def close(self) -> Awaitable[None]: ...


class Clients:
    """So many clients of one store, in an event loop of their own; ``waits`` are the seconds of appends, by round."""

    def __init__(self, make: Callable[[], Store], number: int) -> None:
        self._runner = asyncio.Runner()
        self._store = self._runner.run(_made(make))
        self._number, self._next = number, 0
        self.waits: list[list[float]] = []

    def ready(self, operations: int) -> Work:
        """So many lives of cases for each client; see `racing.Ready`. An operation is one life of each."""
        shares = []
        for _ in range(self._number):
            shares.append([(step, written(step)) for step in steps(self._next * LIFE, operations * LIFE, 1)])
            self._next += operations
        return lambda: self._runner.run(self._all(shares))

    async def _all(self, shares: Sequence[Sequence[Made]]) -> None:
        waits: list[float] = []
        await asyncio.gather(*(self._one(share, waits) for share in shares))
        self.waits.append(waits)

    async def _one(self, share: Sequence[Made], waits: list[float]) -> None:
        for step, events in share:
            begun = perf_counter()
            (answer,) = await self._store.append((sealed(step, events),))
            waits.append(perf_counter() - begun)
            if type(answer) is not Appended:
                raise LookupError("a step was not kept")

    def close(self) -> None:
        """Close the store and the loop."""
        self._runner.run(_closed(self._store))
        self._runner.close()


async def _made(make: Callable[[], Store]) -> Store:
    return make()


async def _closed(store: Store) -> None:
    await store.close()


def contest(what: str, make: Callable[[str], Store], goal: float, effort: Effort) -> Iterator[Row]:
    """Many beside one; and how long the slowest of a hundred waits."""
    alone, many = Clients(lambda: make("alone"), 1), Clients(lambda: make("many"), CLIENTS)
    try:
        times = raced({"one": alone.ready, "many": many.ready}, effort, each=LIFE)
    finally:
        alone.close()
        many.close()
    shared = [one / CLIENTS for one in times.by_name["many"]]
    times = Times({f"{CLIENTS} clients": shared, "1 client": times.by_name["one"]})
    name = f"an append to {what}, {CLIENTS} clients at once"
    yield row(name, times, ours=f"{CLIENTS} clients", theirs="1 client", goal=goal)
    late = [_late(waits) * 1e3 for waits in many.waits[-effort.rounds * FINER :]]
    ratios = sorted(SLOWEST / one for one in late)
    slow, beside = f"99 of 100 appends to {what}, {CLIENTS} clients", f"{SLOWEST:g} ms"
    least, middle, greatest = map(_short, (ratios[0], median(ratios), ratios[-1]))
    yield Row(slow, beside, _short(median(late)), SLOWEST, middle, least, greatest, 1.0, unit="ms")


def _late(waits: Sequence[float]) -> float:
    """What 99 of a hundred stay under."""
    return sorted(waits)[int(len(waits) * 0.99)]


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def rows(effort: Effort) -> Iterator[Row]:
    """Both databases."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)  # as our server does for its event loop
    try:
        yield from _rows(effort)
    finally:
        sys.setswitchinterval(before)


def _rows(effort: Effort) -> Iterator[Row]:
    effort = attrs.evolve(effort, seconds=2 * effort.seconds)
    with folder() as place:
        yield from contest("SQLite", lambda name: AsyncSqliteStore(place / name), 8.0, effort)
    with server() as of:
        if of is None:
            return
        from expressplatform_postgres.aio import AsyncPostgresStore

        yield from contest("PostgreSQL", lambda _: AsyncPostgresStore(of.database()), 12.0, effort)
