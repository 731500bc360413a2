"""A store that fails as its script says keeps the contract where the script says nothing, and fails just so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import attrs
import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.memory import MemoryStore
from expressplatform.ports import CaseStore, Wanted
from expressplatform.testing.contracts import StoreContract
from expressplatform.testing.faults import WRITING, Fault, FaultyStore
from expressplatform.testing.stores.rows import NOON, Mine

MINE = Mine()
COMMIT = attrs.evolve(MINE.commit(1, key="k"), effects=(MINE.effect(1, 1),))
EFFECT, LATER, LEASE = MINE.effect(1, 1).id, NOON + timedelta(hours=1), timedelta(minutes=1)
CALLS: dict[str, Callable[[CaseStore], object]] = {
    "append": lambda store: store.append([MINE.commit(2)]),
    "load": lambda store: store.load(MINE.case(1), MINE.council),
    "receipt": lambda store: store.receipt(MINE.case(1), "k"),
    "headers": lambda store: store.headers(MINE.council, Wanted(), "", 9),
    "due": lambda store: store.due(LATER, 9),
    "scan": lambda store: store.scan(MINE.council, "", 9),
    "find": lambda store: store.find(MINE.council, [b"t"]),
    "quarters": lambda store: store.quarters(),
    "claim": lambda store: store.claim(LATER, 9, LEASE),
    "done": lambda store: store.done([EFFECT]),
    "retry": lambda store: store.retry(EFFECT, LATER, 3),
    "bury": lambda store: store.bury(EFFECT, LATER, "code"),
    "dead": lambda store: store.dead(MINE.council, "", 9),
    "scheme": lambda store: store.scheme(),
    "adopt": lambda store: store.adopt("S", "1"),
}


class TestFaultyStoreWithoutFaults(StoreContract):
    def make_store(self) -> FaultyStore:
        return FaultyStore(MemoryStore(), lambda method: None)


def _state(store: MemoryStore) -> object:
    """Everything that the store has."""
    return store.scan("*", "", 9), dict(store._work), store.scheme()


@pytest.fixture
def inside() -> Iterator[MemoryStore]:
    """A store with one case and one piece of work."""
    with MemoryStore() as store:
        store.append([COMMIT])
        yield store


def _made(inside: MemoryStore, fault: Fault, method: str) -> tuple[FaultyStore, dict[str, int]]:
    left = {method: 1}

    def script(called: str) -> Fault | None:
        left[called] = left.get(called, 0) - 1
        return fault if left[called] >= 0 else None

    return FaultyStore(inside, script, late=2), left


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_told_and_what_it_says_happens_and_nothing_else(
    inside: MemoryStore, fault: Fault, method: str
) -> None:
    """Before, after or too late: once, by whatever name the script is asked for."""
    store, _ = _made(inside, fault, method)
    before = _state(inside)
    with pytest.raises(StoreUnusable, match="failed"):
        CALLS[method](store)
    assert (_state(inside) != before) is (fault is Fault.LOSES_ANSWER and method in WRITING)
    for _ in range(3):
        store.quarters()
    assert (_state(inside) != before) is (fault is not Fault.REFUSES and method in WRITING)
    if method != "quarters":
        CALLS[method](store)


def test_what_is_delayed_happens_after_so_many_calls_or_when_all_settles(inside: MemoryStore) -> None:
    store, _ = _made(inside, Fault.DELAYS, "done")
    with pytest.raises(StoreUnusable):
        store.done([EFFECT])
    store.quarters()
    store.quarters()
    assert inside._work
    store.quarters()
    assert not inside._work
    store, _ = _made(inside, Fault.DELAYS, "adopt")
    with pytest.raises(StoreUnusable):
        store.adopt("S", "1")
    assert inside.scheme() is None
    store.settle()
    assert inside.scheme() == ("S", "1")
    store.settle()


def test_a_delayed_call_that_fails_is_heard_by_nobody(inside: MemoryStore) -> None:
    """Whoever asked has gone; whoever comes next has nothing to do with it."""
    store, _ = _made(inside, Fault.DELAYS, "adopt")
    with pytest.raises(StoreUnusable):
        store.adopt("S", "1")
    inside.adopt("T", "1")
    assert [list(store.quarters()) for _ in range(4)] == [[]] * 4
    assert inside.scheme() == ("T", "1")


def test_the_end_of_the_process_can_be_played(inside: MemoryStore) -> None:
    store = FaultyStore(inside, lambda method: Fault.REFUSES, error=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        store.quarters()
    store.close()
    with pytest.raises(StoreUnusable, match="closed"):
        inside.quarters()
