"""The contract of a case store, as tests: give it a store, and it says whether the platform may stand on it.

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
from expressplatform.ports import EVERYONE, AsyncCaseStore, CaseStore, Commit, DeadRow
from expressplatform.testing.lifting import lifted
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
            assert sorted(rows, key=lambda row: row.id) == [attrs.evolve(effect, attempts=1) for effect in effects]
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
            store.retry(effect.id, at, 1)
            assert mine.claimed(store, at - timedelta(microseconds=1)) == []
            assert mine.claimed(store, at) == [effect.id]
            store.done([effect.id])
            store.retry(effect.id, at, 1)
            assert mine.claimed(store, at + timedelta(days=1)) == []

    def test_each_claim_counts_as_an_attempt(self) -> None:
        """Attempts are counted by claims, those whose worker was never heard of again too; a retry says how many."""
        mine = Mine()
        now, minute = NOON + timedelta(hours=1), timedelta(minutes=1)
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), effects=(mine.effect(1, 1),))])
            assert mine.attempts(store, now) == [1]
            assert mine.attempts(store, now + minute) == [2]
            store.retry(mine.effect(1, 1).id, now, 7)
            assert mine.attempts(store, now) == [8]
            store.retry(mine.effect(1, 1).id, now, 0)
            assert mine.attempts(store, now) == [1]

    def test_a_dead_letter_is_claimed_no_more_until_it_is_retried(self) -> None:
        """What was given up stands among the dead letters, seen by whom its case is seen, until done or retried."""
        mine = Mine()
        now, effects = NOON + timedelta(hours=1), [mine.effect(number, 1) for number in (1, 2, 3)]
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(n), effects=(effects[n - 1],)) for n in (1, 2, 3)])
            assert len(mine.claimed(store, now)) == 3
            for effect in reversed(effects):
                store.bury(effect.id, now, "no_route")
            store.bury(f"unknown-{mine.mark}", now, "no_route")
            assert mine.claimed(store, now + timedelta(days=999)) == []
            dead = [DeadRow(attrs.evolve(effect, attempts=1), now, "no_route") for effect in effects]
            assert list(store.dead(mine.council, "", MANY)) == dead
            assert list(store.dead(mine.council, effects[0].id, 1)) == dead[1:2]
            assert list(store.dead(mine.trader, "", MANY)) == list(store.dead("", "", MANY)) == []
            assert [row for row in store.dead(EVERYONE, "", MANY) if row.effect.case_id.startswith(mine.mark)] == dead
            store.done([effects[1].id])
            store.retry(effects[2].id, now, 0)
            assert list(store.dead(mine.council, "", MANY)) == dead[:1]
            assert mine.claimed(store, now) == [effects[2].id]

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
