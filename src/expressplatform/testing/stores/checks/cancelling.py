"""Calls of an awaited store that are cancelled under way.

Laws of this file: those of `commits`. What is cancelled may be done a moment later all the same, by a thread that
nobody waits for; so whoever finds the half of something looks again before the store is blamed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from itertools import permutations
from typing import Final, TypeVar

import attrs

from expressplatform.ports import EVERYONE, Appended, AsyncCaseStore, CaseStore, Replayed, StoredCase, Wanted
from expressplatform.testing.lifting import Lift
from expressplatform.testing.stores.checks.placing import leaves_of, sequence
from expressplatform.testing.stores.checks.work import DAY
from expressplatform.testing.stores.rows import HOUR, MANY, Mine

_FIRST: Final = 9
_LATER: Final = 6
_PATIENCE: Final = 20_000
_LOOKS: Final = 8
_SECONDS: Final = 10.0
_CROWD: Final = 12
_WORDS: Final = 40
T = TypeVar("T")
Ask = Callable[[AsyncCaseStore, Mine], Coroutine[object, object, object]]
"""A question about the cases of a check."""


def pauses_of(loop: Lift, store: AsyncCaseStore) -> list[int]:
    """After how many turns of the event loop a call is to be cancelled: each of the first, and some up to its end.

    How many turns calls take is counted once: a store that waits for a thread or a server takes many.
    """
    step, unknown = Mine.apart().commit(1, key="k"), [f"unknown-{n}" for n in range(4)]
    calls = (store.append([step]), store.done(unknown), store.bury(unknown[0], step.header.changed_at, "no_route"))
    turns = max(loop.wait(_turns(call)) for call in calls)
    later = {_FIRST + (turns - _FIRST) * part // _LATER for part in range(1, _LATER)} if turns > _FIRST else set()
    return sorted({*range(_FIRST), *later})


async def _turns(call: Awaitable[object]) -> int:
    task = asyncio.ensure_future(call)
    turns = 0
    while not task.done() and turns < _PATIENCE:
        turns += 1
        await asyncio.sleep(0)
    await task
    return turns


async def cancelled(call: Awaitable[T], pauses: int) -> T | None:
    """The call, begun and cancelled; its answer, where it has one all the same."""
    task = asyncio.ensure_future(call)
    for _ in range(pauses):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return None if task.cancelled() or task.exception() else task.result()


def commits(loop: Lift, face: CaseStore, store: AsyncCaseStore, pauses: int) -> None:
    """A commit that was cancelled and is said again is there with all that it has."""
    mine = Mine.apart()
    whole = attrs.evolve(
        mine.commit(1, events=2, key="k"),
        effects=tuple(mine.effect(1, 2, kind) for kind in "AB"),
        tokens=(mine.token("t"), mine.token("u", "q")),
    )
    mine.clear(face)
    said = loop.wait(cancelled(store.append([whole]), pauses))
    assert said is None or list(said) == [Appended(mine.case(1), 2)], f"who was cancelled is answered {said}"
    (answer,) = face.append([whole])
    assert said is None or isinstance(answer, Replayed), "what was acknowledged was not kept"
    assert isinstance(answer, Appended | Replayed), answer
    assert face.load(mine.case(1), EVERYONE) == StoredCase(whole.header, whole.events)
    assert face.receipt(mine.case(1), "k") == whole.receipt
    for token in whole.tokens:
        assert list(face.find(EVERYONE, [token.value])) == [mine.case(1)], "a token of a commit is not there"
    mine.claims(face, mine.noon + DAY, whole.effects)
    face.done(mine.made)
    several = [mine.commit(number) for number in range(2, 7)]
    loop.wait(cancelled(store.append(several), pauses))
    _settled(lambda: len(face.headers(mine.council, Wanted(), "", MANY).headers) in (1, 1 + len(several)))


def works(loop: Lift, face: CaseStore, store: AsyncCaseStore, pauses: int) -> None:
    """Work that a cancelled call claimed, put off, gave up or did is not lost, nor half of it done."""
    mine = Mine.apart()
    mine.clear(face)
    step = mine.working(1, mine.noon, *"ABCDEF")
    ids = [one.id for one in step.effects]
    face.append([step])
    loop.wait(cancelled(store.claim(mine.noon, 1, HOUR), pauses))
    loop.wait(cancelled(store.retry(ids[0], mine.noon + HOUR, 1), pauses))
    loop.wait(cancelled(store.bury(ids[1], mine.noon, "no_route"), pauses))
    _settled(lambda: _brought_back(face, ids[:2], mine))
    loop.wait(cancelled(store.done(ids[2:]), pauses))
    _settled(lambda: _none_or_all(face, mine, ids[2:]))
    face.done(mine.made)


def _brought_back(face: CaseStore, ids: Sequence[str], mine: Mine) -> bool:
    """Whether effects that are put off now can all be claimed. Others took them away where they said so."""
    for one in ids:
        face.retry(one, mine.noon, 0)
    if {*ids} <= {*mine.claimed(face, mine.noon, HOUR)}:
        return True
    mine.unless_taken(face)
    return False


def _none_or_all(face: CaseStore, mine: Mine, ids: Sequence[str]) -> bool:
    for one in ids:
        face.bury(one, mine.noon, "left")
    left = [one for one in face.dead(mine.council, "", MANY) if one.effect.id in ids]
    return len(left) in (0, len(ids))


def places(loop: Lift, face: CaseStore, store: AsyncCaseStore, pauses: int) -> None:
    """Rows whose placing was cancelled have all their places or none, and can be placed."""
    mine = Mine.apart()
    face.append([mine.commit(1, events=5)])
    found = face.unplaced(MANY)
    loop.wait(cancelled(store.place(found.start, leaves_of(found.events)), pauses))
    _settled(lambda: len(face.places(mine.case(1), EVERYONE)) in (0, 5))
    sequence(face)
    assert len(face.places(mine.case(1), EVERYONE)) == 5, "rows whose placing was cancelled cannot be placed"


def _settled(holds: Callable[[], bool]) -> None:
    for look in range(_LOOKS):
        if holds():
            return
        time.sleep(0.01 * 2**look)
    raise AssertionError("half of a call that was cancelled was done")


async def beside_others(store: AsyncCaseStore, mine: Mine, pauses: int) -> None:
    """Of calls that are under way at once some are cancelled; each of the others has its own answer, and is kept."""
    commits = [mine.commit(number) for number in range(8)]
    tasks = [asyncio.ensure_future(store.append([commit])) for commit in commits]
    for _ in range(pauses):
        await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()
    await asyncio.wait(tasks)
    errors = {number: task.exception() for number, task in enumerate(tasks) if not task.cancelled()}
    for number, (task, commit) in enumerate(zip(tasks, commits, strict=True)):
        if number % 3 == 0:
            continue
        assert errors.get(number, "cancelled") is None, (
            f"a neighbour of what was cancelled failed: {errors.get(number)!r}"
        )
        assert list(task.result()) == [Appended(commit.case_id, 1)], "somebody else's answer"
        assert await store.load(commit.case_id, mine.council) == StoredCase(commit.header, commit.events)


def questions(loop: Lift, store: AsyncCaseStore, pauses: Sequence[int]) -> None:
    """After each kind of question was cancelled, at any of its turns, all are answered, each with its own answer."""
    mine = Mine.apart()
    mine_too = Mine.apart()
    loop.wait(
        store.append([attrs.evolve(one.commit(1, key="k"), tokens=(one.token("t"),)) for one in (mine, mine_too)])
    )
    wanted, beside = (loop.wait(asked(store, one)) for one in (mine_too, mine))
    for kind in range(len(wanted)):
        for turn in pauses:
            found = loop.wait(_many_cancelled(store, mine, ASKED[kind], turn))
            assert found == beside[kind], "who asked the same as somebody who was cancelled is answered otherwise"
        try:
            found = loop.wait(asyncio.wait_for(asked(store, mine_too), _SECONDS))
        except TimeoutError:
            raise AssertionError("after a question was cancelled no other is answered") from None
        assert found == wanted, "after a question was cancelled another was answered otherwise"


async def _many_cancelled(store: AsyncCaseStore, mine: Mine, ask: Ask, pauses: int) -> object:
    """More of one question than a store has connections, begun and cancelled together; what one is told who is not."""
    many = [asyncio.ensure_future(cancelled(ask(store, mine), pauses)) for _ in range(_CROWD)]
    staying = asyncio.ensure_future(ask(store, mine))
    await asyncio.wait([*many, staying], timeout=_SECONDS)
    assert staying.done(), "beside questions that are cancelled no other is answered"
    assert not staying.cancelled(), "who asked the same as somebody who was cancelled is cancelled too"
    return staying.result()


async def asked(store: AsyncCaseStore, mine: Mine) -> list[object]:
    """What a check's own cases answer to each question, one after the other."""
    return [await ask(store, mine) for ask in ASKED]


async def at_once(store: AsyncCaseStore, mines: Sequence[Mine]) -> None:
    """All questions of several organisations at once: each is answered for itself."""
    wanted = [await asked(store, mine) for mine in mines]
    for ask in range(len(ASKED)):
        found = await asyncio.gather(*(ASKED[ask](store, mine) for mine in mines))
        assert list(found) == [one[ask] for one in wanted], "somebody else's answer"
    found_all = await asyncio.gather(*(asked(store, mine) for mine in mines))
    assert list(found_all) == wanted, "somebody else's answer"
    own, *others = mines
    for kind in (store.load, store.places):
        told = await asyncio.gather(*(kind(own.case(1), one.council) for one in (own, *others, own)))
        first, *strangers, last = told
        assert first == last, "of two who ask the same one is told something else"
        assert first, "whose the case is is told that there is none"
        assert not any(strangers), "a case is shown to whom it is nothing, for others ask for it at the same time"


async def own_words(store: AsyncCaseStore, mine: Mine) -> None:
    """Whoever has written sees it at once, however many have been asking for the same since before."""
    await store.append([mine.commit(1)])
    over = asyncio.Event()

    async def asking() -> None:
        while not over.is_set():
            await store.load(mine.case(1), mine.council)
            await asyncio.sleep(0)

    others = [asyncio.ensure_future(asking()) for _ in range(3)]
    try:
        for version in range(1, _WORDS):
            for _ in range(version % 7):  # so that it comes at any turn of those who ask
                await asyncio.sleep(0)
            await store.append([mine.commit(1, version)])
            case = await store.load(mine.case(1), mine.council)
            assert case is not None
            assert case.header.version == version + 1, "who has just written is shown what stood before"
    finally:
        over.set()
        await asyncio.wait(others)


async def done_beside(store: AsyncCaseStore, mine: Mine) -> None:
    """Each of some effects is done, put off and given up at once, begun in every order."""
    step = mine.working(1, mine.noon, *"ABCDEF")
    await store.append([step])
    for effect, order in zip(step.effects, permutations(range(3)), strict=True):
        calls: Sequence[Callable[[], Awaitable[None]]] = (
            partial(store.done, [effect.id]),
            partial(store.retry, effect.id, mine.noon, 1),
            partial(store.bury, effect.id, mine.noon, "no_route"),
        )
        await asyncio.gather(*(calls[turn]() for turn in order))


async def _loaded(store: AsyncCaseStore, mine: Mine) -> object:
    return await store.load(mine.case(1), mine.council)


async def _receipt(store: AsyncCaseStore, mine: Mine) -> object:
    return await store.receipt(mine.case(1), "k")


async def _listed(store: AsyncCaseStore, mine: Mine) -> object:
    return (await store.headers(mine.council, Wanted(), "", MANY)).headers


async def _scanned(store: AsyncCaseStore, mine: Mine) -> object:
    return list(await store.scan(mine.council, "", MANY))


async def _found(store: AsyncCaseStore, mine: Mine) -> object:
    return list(await store.find(mine.council, [mine.token("t").value]))


async def _placed(store: AsyncCaseStore, mine: Mine) -> object:
    return [row.event for row in await store.places(mine.case(1), mine.council)]


async def _fed(store: AsyncCaseStore, mine: Mine) -> object:
    return [row.case_id for row in await store.feed(mine.trader, 0, MANY)]


async def _dead(store: AsyncCaseStore, mine: Mine) -> object:
    return list(await store.dead(mine.council, "", MANY))


ASKED: Final[tuple[Ask, ...]] = (_loaded, _receipt, _listed, _scanned, _found, _placed, _fed, _dead)
"""Questions about a check's own first case, whose answers nobody else changes."""
