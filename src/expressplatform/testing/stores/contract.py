"""The contract of a case store, as tests: give it a store, and it says whether the platform may stand on it.

    class TestMyStore(StoreContract):
        def make_store(self) -> CaseStore:
            return MyStore(...)

Laws of this file: those of `contracts`.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import ClassVar, Final, cast

import attrs
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import HypothesisDeprecationWarning
from hypothesis.stateful import run_state_machine_as_test

from expressplatform.ports import Appended, AsyncCaseStore, CaseStore, StoredCase
from expressplatform.testing.cancelling import served
from expressplatform.testing.doors import Dump, entered, given, joined
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.lifting import Lift, Made, lift, lift_of
from expressplatform.testing.stores.checks import cancelling
from expressplatform.testing.stores.checks.combining import Combining
from expressplatform.testing.stores.checks.commits import Committing
from expressplatform.testing.stores.checks.edges import Alike, Asked
from expressplatform.testing.stores.checks.finding import Finding
from expressplatform.testing.stores.checks.handing import Handing
from expressplatform.testing.stores.checks.keeping import Keeping
from expressplatform.testing.stores.checks.knowing import Knowing
from expressplatform.testing.stores.checks.lasting import Connected, Lasting, Sealed
from expressplatform.testing.stores.checks.leasing import Leasing
from expressplatform.testing.stores.checks.ledger import Ledger
from expressplatform.testing.stores.checks.likeness import Likeness
from expressplatform.testing.stores.checks.many import Many
from expressplatform.testing.stores.checks.meeting import Meeting
from expressplatform.testing.stores.checks.parts import Parts
from expressplatform.testing.stores.checks.placing import Feeding, PlacesLast, Placing, sequence
from expressplatform.testing.stores.checks.questions import Listing, Seeing
from expressplatform.testing.stores.checks.refusing import Refusing
from expressplatform.testing.stores.checks.rich import Rich
from expressplatform.testing.stores.checks.wholly import Wholly
from expressplatform.testing.stores.checks.work import DAY, Standing
from expressplatform.testing.stores.machine import StoreMachine, Unlike
from expressplatform.testing.stores.rows import MANY, Mine, apart
from expressplatform.testing.stores.shortening import SHORTENING, shortest, told

_NO_REOPEN: Final = "what outlives the store is not known"
_NO_SECOND: Final = "what two connections do to each other is not known"


class CaseStoreChecks(
    Keeping, Committing, Knowing, Parts, Seeing, Listing, Finding, Combining, Likeness, Alike, Asked, Handing, Refusing,
    Rich, Many, Leasing, Standing, Meeting, Placing, Feeding, Ledger, Lasting, PlacesLast, Connected, Wholly, Sealed,
):  # fmt: skip
    """All checks of a case store, by whichever door they come to it."""

    histories: ClassVar[int] = 15
    """How many random histories `test_random_histories_are_answered_as_the_reference_store_answers` tries."""

    @proves("S37")
    def test_random_histories_are_answered_as_the_reference_store_answers(self) -> None:
        """Whatever is asked in whatever order, the answers are those of the reference store."""
        try:
            walk(self, self.histories)
        except Unlike as error:
            found = shortest(self, error.calls, SHORTENING)
            if found is not None:
                where = f"{type(self).__module__}:{type(self).__qualname__}"
                error.add_note(told(where, found, awaited=isinstance(self, AsyncStoreContract)))
            raise


def walk(checks: CaseStoreChecks, histories: int, start: int | None = None) -> None:
    """Random histories of the store under test, from a seed on; raises Unlike, with what was asked.

    None is made shorter by Hypothesis, which would take minutes where a store is slow: see `shortening`.
    """
    machine = machine_over(checks)
    with warnings.catch_warnings():
        # A store's own threads may ask `random`, which Hypothesis lays to the strategies that are drawn meanwhile.
        warnings.filterwarnings("ignore", "Do not use the `random` module", HypothesisDeprecationWarning)
        _run(machine, histories, start)


def _run(machine: type[StoreMachine], histories: int, start: int | None) -> None:
    run_state_machine_as_test(
        machine if start is None else seed(start)(machine),
        settings=settings(
            max_examples=histories,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def machine_over(checks: CaseStoreChecks) -> type[StoreMachine]:
    """The machine that comes to a store by the doors of its checks."""

    class Machine(StoreMachine):
        """Random histories of the store under test."""

        def make_store(self) -> AbstractContextManager[CaseStore]:
            return checks.opened()

        def second_connection(self, store: CaseStore) -> AbstractContextManager[CaseStore] | None:
            return _unless_not_run(checks.beside, store)

        def reopen(self, store: CaseStore) -> AbstractContextManager[CaseStore] | None:
            return _unless_not_run(checks.reopened, store)

    return Machine


def _unless_not_run(
    door: Callable[[CaseStore], AbstractContextManager[CaseStore]], store: CaseStore
) -> AbstractContextManager[CaseStore] | None:
    with suppress(NotRun):
        return door(store)
    return None


class StoreContract(CaseStoreChecks):
    """The contract of `CaseStore`. Give `make_store`, and whichever of the others your store can do.

    ``reopen`` unlocks the checks of what lasts, ``second_connection`` those of two connections, ``dump_bytes`` the one
    that looks for particulars. What is not given is reported as not run.
    """

    def make_store(self) -> CaseStore | AbstractContextManager[CaseStore]:
        """A store, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: CaseStore) -> CaseStore | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, store: CaseStore) -> CaseStore | None:
        """Another store over the rows of the first, which stays open; None where there is no such thing."""
        return None

    def dump_bytes(self, store: CaseStore) -> Dump:
        """All bytes that the store keeps (its files, or a dump of its database); None where they cannot be had."""
        return None

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store of `make_store`, closed when the check is over."""
        return entered(self.make_store())

    def reopened(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """The store of `reopen`, closed when the check is over."""
        return entered(given(self.reopen(store), "reopen", _NO_REOPEN))

    def beside(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """The store of `second_connection`, closed when the check is over."""
        return entered(given(self.second_connection(store), "second_connection", _NO_SECOND))

    def dumped(self, store: CaseStore) -> bytes:
        """The bytes of `dump_bytes`."""
        return joined(self.dump_bytes(store))


class AsyncStoreContract(CaseStoreChecks):
    """The contract of `AsyncCaseStore`: the same checks, each call awaited in one event loop beside the check.

    The optional methods are those of `StoreContract`; all of them, and ``make_store``, may be coroutine functions,
    which run in that loop.
    """

    def make_store(self) -> Made | Awaitable[Made]:
        """A store, or a context manager (awaited or not) that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: AsyncCaseStore) -> AsyncCaseStore | Awaitable[AsyncCaseStore | None] | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, store: AsyncCaseStore) -> AsyncCaseStore | Awaitable[AsyncCaseStore | None] | None:
        """Another store over the rows of the first, which stays open; None where there is no such thing."""
        return None

    def dump_bytes(self, store: AsyncCaseStore) -> Dump | Awaitable[Dump]:
        """All bytes that the store keeps, in one piece or several; None where they cannot be had."""
        return None

    @contextmanager
    def opened(self) -> Iterator[CaseStore]:
        """The store of `make_store`, behind a face that waits for its answers."""
        with lift() as loop, loop.face(cast(Made, loop.awaited(self.make_store()))) as store:
            yield store

    def reopened(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """The store of `reopen`, in the same event loop, closed when the check is over."""
        loop, behind = lift_of(store)
        return loop.face(given(loop.awaited(self.reopen(behind)), "reopen", _NO_REOPEN))

    def beside(self, store: CaseStore) -> AbstractContextManager[CaseStore]:
        """The store of `second_connection`, in the same event loop, closed when the check is over."""
        loop, behind = lift_of(store)
        return loop.face(given(loop.awaited(self.second_connection(behind)), "second_connection", _NO_SECOND))

    def dumped(self, store: CaseStore) -> bytes:
        """The bytes of `dump_bytes`."""
        loop, behind = lift_of(store)
        return joined(loop.awaited(self.dump_bytes(behind)))

    @proves("S38", "S5")
    @apart
    def test_a_cancelled_call_is_done_whole_or_not_at_all(self) -> None:
        """A commit whose caller is cancelled is there with all that it has, or not at all, and the store goes on."""
        self._cancelled(cancelling.commits)

    @proves("S38")
    @apart
    def test_work_of_a_cancelled_call_is_not_lost(self) -> None:
        """What a cancelled call claimed, put off, gave up or did is still there, or done, and never half of it."""
        self._cancelled(cancelling.works)

    @proves("S38", "S44")
    def test_placing_that_is_cancelled_is_done_whole_or_not_at_all(self) -> None:
        """All rows of the call have places or none has, and whoever comes next can place."""
        self._cancelled(cancelling.places)

    def _cancelled(self, check: Callable[[Lift, CaseStore, AsyncCaseStore, int], None]) -> None:
        with self.opened() as face:
            loop, store = lift_of(face)
            for pauses in cancelling.pauses_of(loop, store):
                check(loop, face, store, pauses)

    @proves("S38", "S13")
    def test_a_question_that_is_cancelled_disturbs_nobody(self) -> None:
        """However often questions are cancelled, and when: those that follow are answered, each for itself."""
        with self.opened() as face:
            loop, store = lift_of(face)
            cancelling.questions(loop, store, cancelling.pauses_of(loop, store))

    @proves("S38")
    def test_a_store_whose_first_call_is_cancelled_serves_the_next(self) -> None:
        """Whatever has to be opened first: sooner or later cancelled, it is opened for whoever comes next."""
        with self.opened() as face:
            every = cancelling.pauses_of(*lift_of(face))
        for pauses in every:
            mine = Mine()
            with self.opened() as face:
                loop, store = lift_of(face)
                first, then = store.load(mine.case(1), mine.council), store.append([mine.commit(1)])
                assert list(loop.wait(served(first, then, pauses))) == [Appended(mine.case(1), 1)]

    @proves("S33", "S13", "S14")
    def test_tasks_that_ask_at_once_are_answered_each_for_itself(self) -> None:
        """Every question of many organisations under way at once, some for one case: each is given its own answer."""
        mines = [Mine.apart() for _ in range(6)]
        with self.opened() as face:
            loop, store = lift_of(face)
            for mine in mines:
                step = attrs.evolve(mine.changed(1, trader=mine.trader), tokens=(mine.token("t"),))
                face.append([attrs.evolve(step, receipt=mine.commit(1, key="k").receipt)])
            sequence(face)
            loop.wait(cancelling.at_once(store, mines))

    @proves("S13", "S33")
    def test_what_a_task_has_written_it_sees_whoever_asks_meanwhile(self) -> None:
        """While others ask for a case again and again, who writes it and asks too is shown what it has written."""
        with self.opened() as face:
            loop, store = lift_of(face)
            loop.wait(cancelling.own_words(store, Mine.apart()))

    @proves("S38", "S33", "S7")
    def test_who_is_cancelled_takes_nobody_along(self) -> None:
        """Of those who commit at once some are cancelled: the others are answered, each for itself, and kept."""
        with self.opened() as face:
            loop, store = lift_of(face)
            for pauses in cancelling.pauses_of(loop, store):
                loop.wait(cancelling.beside_others(store, Mine.apart(), pauses))

    @proves("S28", "S29", "S33")
    @apart
    def test_what_one_task_did_stays_done_whatever_others_say_meanwhile(self) -> None:
        """Done, put off and given up by tasks at once, begun in whatever order: in the end it is done."""
        mine = Mine.apart()
        with self.opened() as face:
            loop, store = lift_of(face)
            mine.clear(face)
            loop.wait(cancelling.done_beside(store, mine))
            assert list(face.dead(mine.council, "", MANY)) == [], "what was done is a dead letter"
            mine.claims(face, mine.noon + DAY, [])

    @proves("S33", "S9")
    def test_tasks_of_one_loop_do_not_disturb_each_other(self) -> None:
        """Many calls under way at once in one event loop are answered each for itself."""
        mine = Mine.apart()
        with self.opened() as face:
            loop, store = lift_of(face)
            loop.wait(_crowded(store, mine))


async def _crowded(store: AsyncCaseStore, mine: Mine) -> None:
    async def life(number: int) -> StoredCase | None:
        for expected in range(3):
            answers = await store.append([mine.commit(number, expected)])
            assert list(answers) == [Appended(mine.case(number), expected + 1)], "somebody else's answer"
        return await store.load(mine.case(number), mine.council)

    cases = await asyncio.gather(*map(life, range(30)))
    assert [case and (case.header.case_id, len(case.events)) for case in cases] == [
        (mine.case(number), 3) for number in range(30)
    ]
