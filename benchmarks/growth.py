"""A store that has grown: appends, loads, feeds and what is due, at 100,000 and 1,000,000 events beside 10,000.

``python -m benchmarks.growth EVENTS`` holds a store on SQLite of so many events beside one of 10,000 and keeps nothing:
``make prove`` asks for ten million: leave it eight gigabytes of disk and ten minutes.
Laws of this file: both stores hold whole lives of eight events, filled in the same way; who is asked for a case asks
for another each time, in an order drawn beforehand. Loads and questions come first, since appends make stores grow.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Final

import attrs

from benchmarks.measure import Effort, Row, Work, row
from benchmarks.ours import Ours
from benchmarks.places import folder, server
from benchmarks.racing import Ready, raced
from benchmarks.seeding import fill_postgres, fill_sqlite
from benchmarks.steps import LIFE, START, case_id
from expressplatform.ports import CaseStore
from expressplatform_sqlite.store import SqliteStore

SMALL: Final = 10_000
SIZES: Final = (100_000, 1_000_000)
GOAL: Final = 0.8
QUICK: Final = 800
"""Events where only a moment is asked for."""
PAGE: Final = 100
NOW: Final = START + timedelta(days=30)

Grown = Mapping[int, CaseStore]
"""Stores by their number of events."""


def loading(store: CaseStore, events: int) -> Ready:
    """Cases, each with its events."""
    draw = random.Random(events)

    def ready(operations: int) -> Work:
        asked = [case_id(draw.randrange(events // LIFE)) for _ in range(operations)]
        return lambda: [store.load(one, "hkcc") for one in asked]

    return ready


def asking_what_is_due(store: CaseStore, events: int) -> Ready:
    """The first hundred that the clock has something to do on."""
    return lambda operations: lambda: [store.due(NOW, PAGE) for _ in range(operations)]


def reading_the_feed(store: CaseStore, events: int) -> Ready:
    """Pages of the trader's feed, each with the headers that stand now."""
    draw = random.Random(events)

    def ready(operations: int) -> Work:
        asked = [draw.randrange(events - PAGE) for _ in range(operations)]
        return lambda: [store.feed("taobao", one, PAGE) for one in asked]

    return ready


def appending(store: CaseStore, events: int) -> Ready:
    """Steps of new cases, one event a commit, durable."""
    return Ours(store, 1, 1, first=events).ready


DEEDS: Final[Sequence[tuple[str, Callable[[CaseStore, int], Ready], int]]] = (
    ("a load from", loading, 1),
    ("what is due, the first 100, from", asking_what_is_due, PAGE),
    ("100 rows of a feed from", reading_the_feed, PAGE),
    ("an append to", appending, 1),
)
"""What is done to a store, and how many parts it has."""


def held(what: str, stores: Grown, effort: Effort) -> Iterator[Row]:
    """Each deed on each size beside the smallest."""
    small, *others = sorted(stores)
    for events, store in stores.items():
        check(store, events)
    for name, deed, each in DEEDS:
        times = raced({_size(events): deed(store, events) for events, store in stores.items()}, effort, each=each)
        for events in others:
            yield row(f"{name} {what}, {_size(events)}", times, ours=_size(events), theirs=_size(small), goal=GOAL)


def _size(events: int) -> str:
    return f"{events:,} events"


def check(store: CaseStore, events: int) -> None:
    """Raises LookupError unless the store holds what it should, from the first case to the last."""
    for number in (0, events // LIFE - 1):
        found = store.load(case_id(number), "hkcc")
        if found is None or len(found.events) != LIFE:
            raise LookupError("the store does not hold its cases")
    due = store.due(NOW, PAGE)
    if len(due) != min(PAGE, events // LIFE) or [one.due_at for one in due] != sorted(one.due_at or NOW for one in due):
        raise LookupError("the store does not say what is due first")
    size = store.ledger()
    if (size.placed, size.waiting) != (events, 0):
        raise LookupError("the ledger does not hold every row")
    if [one.place for one in store.feed("taobao", events - PAGE, PAGE)] != list(range(events - PAGE, events)):
        raise LookupError("the feed does not hold every row")


def _sizes(effort: Effort) -> tuple[int, ...]:
    return (SMALL, *SIZES) if effort.seconds > 0.05 else (QUICK, 2 * QUICK)


def in_sqlite(sizes: Sequence[int], effort: Effort) -> Iterator[Row]:
    """Files."""
    with folder() as place:
        stores: dict[int, CaseStore] = {}
        try:
            for events in sizes:
                fill_sqlite(place / str(events), events)
                stores[events] = SqliteStore(place / str(events))
            yield from held("SQLite", stores, effort)
        finally:
            for store in stores.values():
                store.close()


def in_postgres(sizes: Sequence[int], effort: Effort) -> Iterator[Row]:
    """Databases of one server."""
    with server() as of:
        if of is None:
            return
        from expressplatform_postgres.store import PostgresStore

        stores: dict[int, CaseStore] = {}
        try:
            for events in sizes:
                stores[events] = PostgresStore(fill_postgres(of, events))
            yield from held("PostgreSQL", stores, effort)
        finally:
            for store in stores.values():
                store.close()


def rows(effort: Effort) -> Iterator[Row]:
    """Both databases."""
    yield from in_sqlite(_sizes(effort), effort)
    yield from in_postgres(_sizes(effort), effort)


def main(arguments: Sequence[str]) -> int:
    """One large store beside a small one; 0 whatever comes of it."""
    events, begun = int(arguments[0]), perf_counter()
    for one in in_sqlite((SMALL, events), attrs.evolve(Effort(), rounds=7)):
        print(f"{one.name}: {one.ratio:g} of the rate at {SMALL:,} ({one.least:g} to {one.greatest:g})", flush=True)
    print(f"{perf_counter() - begun:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
