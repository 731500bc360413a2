"""`Platform` and `AsyncPlatform` are one flow with two faces: the same methods, the same answers over every store."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from expressplatform.case import Case
from expressplatform.complaint import Actor
from expressplatform.errors import ExpressPlatformError, KeyReused, NoSuchCase, StaleVersion
from expressplatform.events import Event
from expressplatform.indicators import Tally
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import AsyncPlatform, Platform, Request
from expressplatform.platform.aside import InThreads
from expressplatform.ports import CaseStore
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.schemes import HK_CCA
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.store import SqliteStore
from tests.walking import EXAMPLES, OFFICER, TAOBAO
from tests.whole_life import ASSESSED, SECOND, Clock, complaint, live, long_life, platform_of, seeded, short_life, tally

STRANGER: Final = Actor(TAOBAO.role, "agent-7", "amazon")
VALUES: Final = {"scheme", "earlier"}
"""What a platform has, and nobody is asked for."""


def _methods(cls: type) -> dict[str, Any]:
    named = {name for name in dir(cls) if not name.startswith("_")} | {"__init__"}
    return {name: inspect.getattr_static(cls, name) for name in named}


def _signature(method: Callable[..., object]) -> list[tuple[str, object, object, str]]:
    signature = inspect.signature(method)
    shown = [
        (one.name, one.kind, one.default, str(one.annotation).removeprefix("Async").replace(" | AsyncMessenger", ""))
        for one in signature.parameters.values()
    ]
    return [*shown, ("return", None, None, str(signature.return_annotation))]


def test_both_platforms_have_the_same_methods() -> None:
    """What one can do, the other can."""
    assert set(_methods(Platform)) == set(_methods(AsyncPlatform))


@pytest.mark.parametrize("name", sorted(set(_methods(Platform)) - VALUES))
def test_both_platforms_take_the_same_arguments(name: str) -> None:
    """Names, kinds, defaults, types and answers of each method are equal, and so is what it says of itself."""
    one, other = _methods(Platform)[name], _methods(AsyncPlatform)[name]
    assert _signature(one) == _signature(other)
    assert one.__doc__ == other.__doc__


@pytest.mark.parametrize("name", sorted(set(_methods(Platform)) - VALUES - {"__init__", "ledger_key", "edition_of"}))
def test_every_method_that_asks_the_store_is_awaited(name: str) -> None:
    """An asynchronous caller is never kept waiting by a store."""
    assert inspect.iscoroutinefunction(_methods(AsyncPlatform)[name])
    assert not inspect.iscoroutinefunction(_methods(Platform)[name])


Told = tuple[list[Case], list[tuple[Event, ...]], Disclosure | None]


def _lives(store: CaseStore) -> Told:
    clock = Clock()
    platform = platform_of(clock, store)
    platform.open()
    first = live(platform, clock, long_life())
    clock = Clock()
    platform = platform_of(clock, store, platform._flow.keys)
    second = live(platform, clock, short_life()[:3], "form-2")
    shown = platform.obtain(second.id, by=TAOBAO, key="again")
    ids = (first.id, second.id)
    cases = [platform.case(one, by=OFFICER, reason="compare") for one in ids]
    events = [platform.history(one, by=OFFICER, reason="compare") for one in ids]
    platform.close()
    return cases, events, shown


async def _lives_awaited(store: AsyncSqliteStore) -> Told:
    keys, ids = MemoryKeyStore(), []
    platform = AsyncPlatform(scheme=HK_CCA, store=store, keys=keys)
    for key, steps in (("form-1", long_life()), ("form-2", short_life()[:3])):
        clock = Clock()
        platform = AsyncPlatform(scheme=HK_CCA, store=store, keys=keys, now=clock, draw=seeded)
        await platform.open()
        await platform.record_impact_assessment(ASSESSED, by=OFFICER)
        case = await platform.lodge(complaint(), by=OFFICER, key=key)
        for number, (command, by) in enumerate(steps, 1):
            clock.wait(hours=1)
            case = await platform.act(case.id, command, by=by, key=f"key-{number}")
        ids.append(case.id)
    shown = await platform.obtain(ids[1], by=TAOBAO, key="again")
    cases = [await platform.case(one, by=OFFICER, reason="compare") for one in ids]
    events = [await platform.history(one, by=OFFICER, reason="compare") for one in ids]
    await platform.close()
    return cases, events, shown


def test_whole_lives_come_out_the_same_over_every_store(tmp_path: Path) -> None:
    """Two cases, opened: in memory, in a file and awaited, with the same clock and the same draws."""
    in_memory = _lives(MemoryStore())
    assert _lives(SqliteStore(tmp_path / "sync.db")) == in_memory
    assert asyncio.run(_lives_awaited(AsyncSqliteStore(tmp_path / "async.db"))) == in_memory


def test_a_file_written_by_one_is_read_by_the_other(tmp_path: Path) -> None:
    """The faces share one file."""
    clock, keys = Clock(), MemoryKeyStore()
    with closing(platform_of(clock, SqliteStore(tmp_path / "cases.db"), keys)) as one:
        case = live(one, clock, long_life())

    async def read() -> Case:
        platform = AsyncPlatform(scheme=HK_CCA, store=AsyncSqliteStore(tmp_path / "cases.db"), keys=keys, now=clock)
        found = (await platform.facts(case.id, by=OFFICER)).case
        assert (await platform.cases(by=OFFICER)).headers[0].case_id == case.id
        assert (await platform.indicators(tally(clock), by=OFFICER)).complaints == 1
        await platform.close()
        return found

    assert asyncio.run(read()) == case


class _Watched(Tally):
    """Figures that note in which thread they are counted."""

    def __init__(self, seen: list[int], clock: Clock) -> None:
        super().__init__(as_at=clock.at, zone=HK_CCA.zone)
        self._seen = seen

    def add(self, case: Case) -> None:
        self._seen.append(threading.get_ident())
        super().add(case)


def test_figures_are_counted_where_they_keep_no_caller_waiting(tmp_path: Path) -> None:
    """Cases are folded and counted away from the event loop; for whoever awaits nothing, where they are asked for."""
    clock, keys = Clock(), MemoryKeyStore()
    seen: list[int] = []
    here = threading.get_ident()
    with closing(platform_of(clock, SqliteStore(tmp_path / "cases.db"), keys)) as platform:
        live(platform, clock, short_life())
        assert platform.indicators(_Watched(seen, clock), by=OFFICER).complaints == 1
    assert seen == [here]

    async def counted() -> int:
        aio = AsyncPlatform(scheme=HK_CCA, store=AsyncSqliteStore(tmp_path / "cases.db"), keys=keys, now=clock)
        found = await aio.indicators(_Watched(seen, clock), by=OFFICER)
        await aio.close()
        return found.complaints

    assert asyncio.run(counted()) == 1
    assert seen[0] == here != seen[1]


def test_awaited_refusals_are_those_of_the_other_face(tmp_path: Path) -> None:
    """Refusals, batches, the clock, the work and erasure answer alike."""

    async def awaited() -> list[object]:
        clock = Clock()
        platform = AsyncPlatform(
            scheme=HK_CCA,
            store=AsyncSqliteStore(tmp_path / "cases.db"),
            keys=MemoryKeyStore(),
            now=clock,
            draw=seeded,
        )
        await platform.record_impact_assessment(ASSESSED, by=OFFICER)
        case = await platform.lodge(complaint(), by=OFFICER, key="form-1")
        told: list[object] = [case.status, (await platform.assess(case.id, by=OFFICER)).verdict]
        told.append((await platform.assess_unlodged(complaint())).verdict)
        told.append(await platform.allowed(case.id, by=OFFICER))
        for number, (command, by) in enumerate(short_life(), 1):
            clock.wait(hours=1)
            request = Request(command, by, f"key-{number}", case.id, expected=number)
            told += await platform.submit([request, request])
        note = EXAMPLES[type(long_life()[1][0])]
        for stale in (1, 99):
            with pytest.raises(StaleVersion) as caught:
                await platform.act(case.id, note, by=OFFICER, key="n", expected=stale)
            told.append(caught.value)
        with pytest.raises(KeyReused):
            await platform.act(case.id, note, by=OFFICER, key="key-4")
        with pytest.raises(NoSuchCase):
            await platform.facts(case.id, by=STRANGER)
        told.append(await platform.erase(case.id, by=OFFICER, approved_by=SECOND))
        clock.wait(days=1)
        told += [await platform.tick(), await platform.work(), await platform.reschedule()]
        told.append(await platform.advance([case.id], clock.at))
        await platform.close()
        with pytest.raises(ExpressPlatformError):
            await platform.facts(case.id, by=OFFICER)
        return told

    def called() -> list[object]:
        clock = Clock()
        platform = platform_of(clock)
        case = platform.lodge(complaint(), by=OFFICER, key="form-1")
        told: list[object] = [case.status, platform.assess(case.id, by=OFFICER).verdict]
        told.append(platform.assess_unlodged(complaint()).verdict)
        told.append(platform.allowed(case.id, by=OFFICER))
        for number, (command, by) in enumerate(short_life(), 1):
            clock.wait(hours=1)
            request = Request(command, by, f"key-{number}", case.id, expected=number)
            told += platform.submit([request, request])
        note = EXAMPLES[type(long_life()[1][0])]
        for stale in (1, 99):
            with pytest.raises(StaleVersion) as caught:
                platform.act(case.id, note, by=OFFICER, key="n", expected=stale)
            told.append(caught.value)
        told.append(platform.erase(case.id, by=OFFICER, approved_by=SECOND))
        clock.wait(days=1)
        told += [platform.tick(), platform.work(), platform.reschedule()]
        told.append(platform.advance([case.id], clock.at))
        return told

    # Errors are compared by what they say: as exceptions, two of them are never equal.
    assert repr(asyncio.run(awaited())) == repr(called())


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Notes sent at the same time, none naming a version, all stand in the end; the same key stands once."""

    async def awaited() -> tuple[int, set[str]]:
        clock = Clock()
        platform = AsyncPlatform(
            scheme=HK_CCA, store=AsyncSqliteStore(tmp_path / "cases.db"), keys=MemoryKeyStore(), now=clock, draw=seeded
        )
        lodged = await asyncio.gather(*(platform.lodge(complaint(), by=OFFICER, key="form-1") for _ in range(4)))
        case_id = lodged[0].id
        note = long_life()[1][0]
        sent = [platform.act(case_id, note, by=OFFICER, key=f"note-{number % 5}") for number in range(10)]
        await asyncio.gather(*sent)
        case = (await platform.facts(case_id, by=OFFICER)).case
        await platform.close()
        return case.version, {one.id for one in lodged}

    version, ids = asyncio.run(awaited())
    assert version == 1 + 5
    assert len(ids) == 1


def test_whoever_is_cancelled_keeps_the_room_of_a_document_until_it_is_let_go() -> None:
    """So no more documents than two are held whole in memory, however often callers go away."""
    aside, go_on, held, most = InThreads(2), threading.Event(), list[None](), list[int]()

    def hold() -> None:
        held.append(None)
        most.append(len(held))
        assert go_on.wait(10)
        held.pop()

    async def main() -> None:
        for _ in range(6):
            calling = asyncio.ensure_future(aside.whole(hold))
            await asyncio.sleep(0.02)
            calling.cancel()
            await asyncio.wait([calling])
        go_on.set()
        await aside.whole(hold)

    asyncio.run(main())
    assert max(most) == 2
