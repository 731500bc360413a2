"""The contracts of case stores and shelves, as tests: give them yours, and they say whether it may be stood on.

    class TestMyStore(StoreContract):
        def make_store(self) -> CaseStore:
            return MyStore(...)

Laws of this file: pytest is not imported; every check is a method whose docstring is the promise it holds. No check
assumes an empty store: each works with case ids and organisations of its own, so a shared database will do. What a
store acknowledged is checked by a second route, never by the answer that acknowledged it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.ports import AsyncCaseStore, AsyncShelf, CaseStore, Commit, Shelf
from expressplatform.testing.lifting import lifted, lifted_shelf
from expressplatform.testing.shelf_checks import Keeping, Listing, MyShelf
from expressplatform.testing.store_checks import Appending, Finding
from expressplatform.testing.store_rows import MANY, NOON, Mine


class _Working:
    """Effects, the scheme, and what outlives the process."""

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def test_an_effect_is_claimed_once_for_each_lease(self) -> None:
        """Claimed work is nobody else's until the lease is over, and then comes back by itself, at that instant."""
        mine = Mine()
        now, lease = NOON + timedelta(hours=1), timedelta(seconds=30)
        effects = (mine.effect(1, 1), mine.effect(1, 1, "MESSAGE"))
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), effects=effects)])
            rows = [row for row in store.claim(now, MANY, lease) if row.case_id == mine.case(1)]
            assert sorted(rows, key=lambda row: row.id) == list(effects)
            assert mine.claimed(store, now) == []
            assert mine.claimed(store, now + lease - timedelta(microseconds=1)) == []
            assert sorted(mine.claimed(store, now + lease)) == [effect.id for effect in effects]

    def test_work_that_is_done_does_not_come_back(self) -> None:
        """Done is done, also when it is said twice or of what is not there."""
        mine = Mine()
        one, two = mine.effect(1, 1), mine.effect(1, 1, "MESSAGE")
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), effects=(one, two))])
            assert len(mine.claimed(store, NOON + timedelta(hours=1))) == 2
            store.done([one.id])
            store.done([one.id, f"unknown-{mine.mark}"])
            store.done([])
            assert mine.claimed(store, NOON + timedelta(hours=2)) == [two.id]

    def test_failed_work_may_be_claimed_from_the_instant_that_was_named(self) -> None:
        """A retry puts an effect off until its instant, sooner or later than the lease; one that is done stays done."""
        mine = Mine()
        now, at = NOON + timedelta(hours=1), NOON + timedelta(hours=5)
        effect = mine.effect(1, 1)
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), effects=(effect,))])
            assert mine.claimed(store, now) == [effect.id]
            store.retry(effect.id, at)
            assert mine.claimed(store, at - timedelta(microseconds=1)) == []
            assert mine.claimed(store, at) == [effect.id]
            store.done([effect.id])
            store.retry(effect.id, at)
            assert mine.claimed(store, at + timedelta(days=1)) == []

    def test_what_waited_longest_is_claimed_first(self) -> None:
        """Work is ready from its step's instant on, and is handed out in that order, no more than the limit."""
        mine = Mine()
        with self.opened() as store:
            for number in (3, 1, 2):
                step = mine.changed(number, changed_at=NOON + timedelta(minutes=number))
                store.append([attrs.evolve(step, effects=(mine.effect(number, 1),))])
            ids = {number: mine.effect(number, 1).id for number in (1, 2, 3)}
            assert mine.claimed(store, NOON + timedelta(minutes=1), timedelta(hours=1)) == [ids[1]]
            assert mine.claimed(store, NOON + timedelta(minutes=3)) == [ids[2], ids[3]]
            assert mine.claimed(store, NOON + timedelta(hours=2)) == [ids[2], ids[3], ids[1]]
            assert len(store.claim(NOON + timedelta(days=1), 1, timedelta(0))) == 1

    def test_two_workers_never_hold_the_same_effect(self) -> None:
        """Two threads that claim at once share the work out between them."""
        mine = Mine()
        now = NOON + timedelta(hours=1)
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(n), effects=(mine.effect(n, 1),)) for n in range(40)])

            def work(_: int) -> list[str]:
                rows = [row for _ in range(20) for row in store.claim(now, 3, timedelta(hours=1))]
                return [row.id for row in rows if row.case_id.startswith(mine.mark)]

            with ThreadPoolExecutor(2) as pool:
                claimed = [effect_id for part in pool.map(work, range(2)) for effect_id in part]
            claimed += mine.claimed(store, now)
        assert sorted(claimed) == [mine.effect(number, 1).id for number in range(40)]

    def test_a_store_belongs_to_one_scheme(self) -> None:
        """A scheme is adopted once, its editions follow each other, and another scheme is refused."""
        with self.opened() as store:
            scheme, edition = store.scheme() or (f"SCHEME_{uuid.uuid4().hex}", "1")
            store.adopt(scheme, f"{edition}+")
            assert store.scheme() == (scheme, f"{edition}+")
            store.adopt(scheme, edition)
            _raises(StoreUnusable, lambda: store.adopt(f"{scheme}_X", edition))
            assert store.scheme() == (scheme, edition)


class _CaseStoreChecks(Appending, Finding, _Working):
    """All checks; what follows says how a store comes to them."""


class StoreContract(_CaseStoreChecks):
    """The contract of `CaseStore`. Give `make_store`; where the store lasts, give `reopen` too."""

    def make_store(self) -> CaseStore | AbstractContextManager[CaseStore]:
        """A store, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: CaseStore) -> CaseStore | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    @contextmanager
    def opened(self) -> Iterator[CaseStore]:
        """The store of `make_store`, closed when the check is over."""
        made = self.make_store()
        with made if isinstance(made, AbstractContextManager) else closing(made) as store:
            yield store

    def test_what_was_acknowledged_is_there_after_reopening(self) -> None:
        """Rows, receipts, tokens, leases and the scheme outlive the store that wrote them."""
        mine = Mine()
        commit = _everything(mine)
        with self.opened() as store:
            _write_everything(store, mine)
            again = self.reopen(store)
            if again is not None:
                with closing(again):
                    _read_everything(again, mine, commit)


class AsyncStoreContract(_CaseStoreChecks):
    """The contract of `AsyncCaseStore`: the same checks, each call awaited in one event loop beside the check."""

    def make_store(self) -> AsyncCaseStore:
        """A store; it is made in the check's thread and used in the event loop's. It need not be empty."""
        raise NotImplementedError

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store of `make_store`, behind a face that waits for its answers."""
        return lifted(self.make_store())


class ShelfContract(Keeping, Listing):
    """The contract of `Shelf`. Give `make_shelf`; where the shelf lasts, give `reopen` too."""

    def make_shelf(self) -> Shelf | AbstractContextManager[Shelf]:
        """A shelf, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, shelf: Shelf) -> Shelf | None:
        """Close the shelf and open what it has kept; None where it keeps nothing."""
        return None

    @contextmanager
    def opened(self) -> Iterator[Shelf]:
        """The shelf of `make_shelf`, closed when the check is over."""
        made = self.make_shelf()
        with made if isinstance(made, AbstractContextManager) else closing(made) as shelf:
            yield shelf

    def test_what_was_acknowledged_is_there_after_reopening(self) -> None:
        """Records, also replaced ones, and deletions outlive the shelf that kept them."""
        mine = MyShelf()
        rows = [mine.row(number) for number in range(3)]
        with self.opened() as shelf:
            shelf.put([*rows, mine.row(1, 2, body=b"new")])
            shelf.delete(mine.owner, mine.kind, [rows[2].id])
            again = self.reopen(shelf)
            if again is not None:
                with closing(again):
                    assert mine.all(again) == [rows[0], mine.row(1, 2, body=b"new")]


class AsyncShelfContract(Keeping, Listing):
    """The contract of `AsyncShelf`: the same checks, each call awaited in one event loop beside the check."""

    def make_shelf(self) -> AsyncShelf:
        """A shelf; it is made in the check's thread and used in the event loop's. It need not be empty."""
        raise NotImplementedError

    def opened(self) -> AbstractContextManager[Shelf]:
        """The shelf of `make_shelf`, behind a face that waits for its answers."""
        return lifted_shelf(self.make_shelf())


def _everything(mine: Mine) -> Commit:
    return attrs.evolve(
        mine.commit(1, events=3, key="k"),
        effects=(mine.effect(1, 1), mine.effect(1, 2)),
        tokens=(mine.token("t"),),
    )


def _write_everything(store: CaseStore, mine: Mine) -> None:
    store.append([_everything(mine)])
    store.done([mine.effect(1, 1).id])
    assert mine.claimed(store, NOON + timedelta(hours=1), timedelta(hours=1)) == [mine.effect(1, 2).id]
    store.adopt(*(store.scheme() or ("SCHEME", "1")))


def _read_everything(store: CaseStore, mine: Mine, commit: Commit) -> None:
    kept = store.load(mine.case(1), mine.council)
    assert kept is not None
    assert (kept.header, kept.events) == (commit.header, commit.events)
    assert store.receipt(mine.case(1), "k") == commit.receipt
    assert list(store.find(mine.council, [mine.token("t").value])) == [mine.case(1)]
    assert mine.claimed(store, NOON + timedelta(hours=1, minutes=59)) == []
    assert mine.claimed(store, NOON + timedelta(hours=2)) == [mine.effect(1, 2).id]
    assert store.scheme() is not None


def _raises(expected: type[Exception], call: Callable[[], object]) -> None:
    try:
        call()
    except expected:
        return
    raise AssertionError(f"{expected.__name__} was not raised")
