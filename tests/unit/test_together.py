"""Callers that share transactions: in how many lanes, and what becomes of those who are interrupted."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import types
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import pytest

from expressplatform.errors import StoreUnusable
from expressplatform.ports import Answer, Commit
from expressplatform.testing.stores.rows import Mine
from expressplatform.together import Outcome, Together
from expressplatform.together_aio import AsyncTogether


class _Interrupted(BaseException):
    """What a signal's handler raises, in the middle of whatever runs."""


class TestLanes:
    """So many transactions at a time as there are lanes; who comes when all are taken goes together with the others."""

    def test_who_comes_while_a_lane_is_free_writes_at_once_and_who_comes_after_is_taken_along(self) -> None:
        mine = Mine()
        written: list[int] = []
        begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            written.append(len(groups))
            begun.release()
            assert go_on.acquire(timeout=10)
            return [[] for _ in groups]

        together = Together(write, lanes=2)
        with ThreadPoolExecutor(5) as pool:
            first = [pool.submit(together.append, [mine.commit(number)]) for number in range(2)]
            assert begun.acquire(timeout=10)
            assert begun.acquire(timeout=10)
            others = [pool.submit(together.append, [mine.commit(number)]) for number in range(2, 5)]
            while len(together._waiting.tickets) < 3:
                threading.Event().wait(0.001)
            go_on.release()
            assert begun.acquire(timeout=10)
            go_on.release(2)
            assert [one.result(10) for one in first + others] == [[]] * 5
        assert written == [1, 1, 3]

    def test_tasks_do_as_threads_do(self) -> None:
        mine = Mine()
        written: list[int] = []

        async def main() -> None:
            begun, go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)

            async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
                written.append(len(groups))
                begun.release()
                await go_on.acquire()
                return [[] for _ in groups]

            async def appended(number: int) -> None:
                assert await together.append([mine.commit(number)]) == []

            together = AsyncTogether(write, lanes=2)
            async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
                for number in range(2):
                    tasks.create_task(appended(number))
                    await begun.acquire()
                for number in range(2, 5):
                    tasks.create_task(appended(number))
                    await asyncio.sleep(0)
                go_on.release()
                await begun.acquire()
                go_on.release()
                go_on.release()
                await together.finished()

        asyncio.run(main())
        assert written == [1, 1, 3]

    def test_a_lane_beside_others_is_taken_by_so_many_at_least(self) -> None:
        """Fewer than that wait for the lane that is at work; those who come to be so many do not."""
        mine = Mine()
        written: list[int] = []

        async def main() -> None:
            go_on = asyncio.Event()

            async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
                written.append(len(groups))
                await go_on.wait()
                return [[] for _ in groups]

            together = AsyncTogether(write, lanes=2, least=3)
            async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
                for number in range(6):
                    tasks.create_task(together.append([mine.commit(number)]))
                    for _ in range(3):
                        await asyncio.sleep(0)
                    assert written == [1] if number < 3 else [1, 3]
                go_on.set()

        asyncio.run(main())
        assert written == [1, 3, 2]

    @pytest.mark.parametrize(
        ("lanes", "least", "callers", "written"),
        [
            (1, 1, 5, [5]),
            (2, 1, 5, [3, 2]),
            (3, 1, 5, [2, 2, 1]),
            (4, 1, 2, [1, 1]),
            (2, 3, 5, [5]),
            (2, 3, 6, [3, 3]),
            (3, 2, 5, [3, 2]),
        ],
    )
    def test_tasks_that_come_at_once_are_shared_out_among_the_lanes(
        self, lanes: int, least: int, callers: int, written: list[int]
    ) -> None:
        """Evenly, for so many at least, all at the same time, and each is answered; whoever waits for the end waits for
        all of them."""
        mine = Mine()
        groups_of: list[int] = []

        async def main() -> None:
            all_begun = asyncio.Event()

            async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
                groups_of.append(len(groups))
                if len(groups_of) == len(written):
                    all_begun.set()
                await all_begun.wait()
                return [[] for _ in groups]

            together = AsyncTogether(write, lanes=lanes, least=least)
            async with asyncio.timeout(10):
                answers = [asyncio.ensure_future(together.append([mine.commit(number)])) for number in range(callers)]
                await asyncio.sleep(0)
                await together.finished()
                assert groups_of == written
                assert await asyncio.gather(*answers) == [[]] * callers

        asyncio.run(main())

    def test_where_tasks_begin_at_once_there_are_no_more_lanes(self) -> None:
        """An event loop may be told to run each new task up to where it first waits."""
        at_once, most = 0, 0

        async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.001)
            at_once -= 1
            return [[] for _ in groups]

        async def main() -> None:
            together = AsyncTogether(write, lanes=4)

            async def caller() -> None:
                for _ in range(3):
                    await together.append([])

            callers = asyncio.gather(*(caller() for _ in range(100)))
            asyncio.get_running_loop().set_task_factory(_begun_at_once)
            async with asyncio.timeout(10):
                await callers

        asyncio.run(main())
        assert most == 4

    @pytest.mark.parametrize("waiting", [0, 3])
    def test_an_event_loop_that_is_closed_takes_no_lane_with_it(self, waiting: int) -> None:
        """Whoever comes in another one is written, though nobody has ended what was under way or waited."""
        mine = Mine()
        goes_on: list[bool] = []

        async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            if not goes_on:
                await asyncio.Event().wait()
            return [[] for _ in groups]

        together = AsyncTogether(write, lanes=2, least=2)

        async def abandoned(first: int, many: int) -> list[asyncio.Task[Sequence[Answer]]]:
            callers = [asyncio.create_task(together.append([mine.commit(first + number)])) for number in range(many)]
            for _ in range(3):
                await asyncio.sleep(0)
            return callers

        async def later() -> None:
            async with asyncio.timeout(10):
                assert await asyncio.gather(*(together.append([]) for _ in range(5))) == [[]] * 5
                await together.finished()

        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)  # it would tell of tasks that nobody awaits any more
        left = [loop.run_until_complete(abandoned(*several)) for several in ((0, 2), (2, 2), (4, waiting))]
        loop.close()
        goes_on.append(True)
        asyncio.run(later())
        assert not any(caller.done() for callers in left for caller in callers)
        del left
        gc.collect()

    def test_who_is_interrupted_gives_the_lane_back(self) -> None:
        """However often that happens, as many as there are lanes write at a time afterwards, and not one more."""
        fails, at_once = threading.Event(), [0, 0]
        met = threading.Barrier(2)

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            if fails.is_set():
                raise _Interrupted
            at_once[0] += 1
            at_once[1] = max(at_once)
            met.wait(10)
            at_once[0] -= 1
            return [[] for _ in groups]

        together = Together(write, lanes=2)
        fails.set()
        for _ in range(5):
            with pytest.raises(_Interrupted):
                together.append([])
        fails.clear()
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(together.append, []) for _ in range(2)]
            assert [one.result(10) for one in both] == [[], []]
        assert at_once[1] == 2
        assert together._free == 2

    def test_who_is_interrupted_in_company_opens_no_lane_for_the_others(self) -> None:
        """They queue up again and go together, and still no more write at a time than there are lanes."""
        written: list[int] = []
        begun, go_on = threading.Semaphore(0), threading.Semaphore(0)

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            written.append(len(groups))
            begun.release()
            assert go_on.acquire(timeout=10)
            if len(written) == 2:
                raise _Interrupted
            return [[] for _ in groups]

        together = Together(write)

        def appended() -> list[str]:
            try:
                return list(map(str, together.append([])))
            except _Interrupted:
                return ["interrupted"]

        with ThreadPoolExecutor(6) as pool:
            callers = [pool.submit(appended)]
            assert begun.acquire(timeout=10)
            callers += [pool.submit(appended) for _ in range(5)]
            while len(together._waiting.tickets) < 5:
                threading.Event().wait(0.001)
            for _ in range(2):
                go_on.release()
                assert begun.acquire(timeout=10)
            go_on.release(6)
            assert sorted(one.result(10) for one in callers) == [[]] * 5 + [["interrupted"]]
        assert written[:2] == [1, 5]
        assert sum(written[2:]) == 4
        assert together._free == 1


def _begun_at_once(loop: asyncio.AbstractEventLoop, coroutine: Any, **_: object) -> asyncio.Task[Any]:
    """What `asyncio.eager_task_factory` does, which Python 3.11 has not."""
    waits_for = []
    with suppress(StopIteration):
        waits_for.append(coroutine.send(None))

    @types.coroutine
    def rest() -> Generator[Any, Any, None]:
        if waits_for:
            yield waits_for[0]
            yield from coroutine

    return asyncio.Task(rest(), loop=loop)


class TestInterruption:
    def test_who_is_interrupted_while_writing_holds_up_nobody(self) -> None:
        """The others write for themselves, and so does whoever comes later."""
        started, go_on = threading.Event(), threading.Event()

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            if not started.is_set():
                started.set()
                go_on.wait(10)
                raise _Interrupted
            return [[] for _ in groups]

        together = Together(write)

        def interrupted() -> None:
            with pytest.raises(_Interrupted):
                together.append([])

        with ThreadPoolExecutor(5) as pool:
            first = pool.submit(interrupted)
            assert started.wait(10)
            others = [pool.submit(together.append, []) for _ in range(4)]
            go_on.set()
            assert [other.result(10) for other in others] == [[]] * 4
            first.result(10)
        assert together.append([]) == []

    def test_who_is_interrupted_while_waiting_is_not_written_later(self) -> None:
        mine = Mine()
        written: list[Commit] = []
        started, go_on = threading.Event(), threading.Event()

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            started.set()
            go_on.wait(10)
            written.extend(commit for group in groups for commit in group)
            return [[] for _ in groups]

        def handler(_signal: int, _frame: object) -> None:
            raise _Interrupted

        together = Together(write)
        before = signal.signal(signal.SIGALRM, handler)
        try:
            with ThreadPoolExecutor(1) as pool:
                first = pool.submit(together.append, [mine.commit(1)])
                assert started.wait(10)
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                with pytest.raises(_Interrupted):
                    together.append([mine.commit(2)])
                go_on.set()
                assert first.result(10) == []
        finally:
            signal.signal(signal.SIGALRM, before)
        assert together.append([mine.commit(3)]) == []
        assert written == [mine.commit(1), mine.commit(3)]


class TestWhoWaitsForNobody:
    """An interruption can strike whoever hands a lane on, or wakes others: they look up by themselves."""

    def test_a_lane_that_was_lost_comes_back(self) -> None:
        together = Together(_answered, patience=0.05)
        together._free = 0  # whoever had it was interrupted before handing it on
        with ThreadPoolExecutor(3) as pool:
            assert [one.result(10) for one in [pool.submit(together.append, []) for _ in range(3)]] == [[]] * 3
        assert together._free == 1

    @pytest.mark.parametrize("known", [False, True])
    def test_who_was_taken_along_by_somebody_interrupted_is_answered(
        self, monkeypatch: pytest.MonkeyPatch, known: bool
    ) -> None:
        """Also where it is not woken: with the outcome where there is one, and written again where there is none."""
        written: list[int] = []
        begun, go_on = threading.Semaphore(0), threading.Semaphore(0)
        hand_on = Together._hand_on

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            written.append(len(groups))
            begun.release()
            assert go_on.acquire(timeout=10)
            if len(written) == 2 and not known:
                raise _Interrupted
            return [[] for _ in groups]

        def struck(together: Together[Commit, Answer]) -> None:
            hand_on(together)
            if len(written) == 2:
                raise _Interrupted

        monkeypatch.setattr(Together, "_hand_on", struck)
        together = Together(write, patience=0.05)
        with ThreadPoolExecutor(4) as pool:
            callers = [pool.submit(together.append, [])]
            assert begun.acquire(timeout=10)
            callers += [pool.submit(together.append, []) for _ in range(3)]
            while len(together._waiting.tickets) < 3:
                threading.Event().wait(0.001)
            go_on.release()
            assert begun.acquire(timeout=10)
            go_on.release(6)
            assert sorted(str(one.exception(10) or one.result()) for one in callers) == ["", "[]", "[]", "[]"]
        assert written[:2] == [1, 3]
        assert (sum(written[2:]) == 0) is known

    def test_a_lane_too_many_is_gone_when_nobody_waits(self) -> None:
        """Where whoever writes is only slow, one that waits for long writes beside it."""
        begun, go_on = threading.Event(), threading.Event()

        def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
            if not begun.is_set():
                begun.set()
                assert go_on.wait(10)
            return [[] for _ in groups]

        together = Together(write, patience=0.05)
        with ThreadPoolExecutor(2) as pool:
            slow = pool.submit(together.append, [])
            assert begun.wait(10)
            assert pool.submit(together.append, []).result(10) == []
            go_on.set()
            assert slow.result(10) == []
        assert together._free == 1

    def test_a_thread_that_is_interrupted_all_the_time_stops_no_other(self) -> None:
        """KeyboardInterrupt thousands of times a minute, wherever it strikes: afterwards everybody writes on."""
        done = subprocess.run((sys.executable, "-c", _STORM), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        interrupted, *written = map(int, done.stdout.split())
        assert interrupted > 100, "it was hardly ever interrupted"
        assert min(written) > 0, "somebody waits for ever"


def _answered(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
    return [[] for _ in groups]


_STORM: Final = """
import random, signal, threading, time
from expressplatform.together import Together

armed, storming = False, True

def strike(*_):
    global armed
    if storming:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0001, 0.002))
    if armed:
        armed = False
        raise KeyboardInterrupt

def write(groups):
    time.sleep(0.0002)
    return [[] for _ in groups]

def work(number):
    while True:
        together.append([])
        written[number] += 1

together, written, interrupted = Together(write, patience=0.2), [0, 0, 0], 0
for number in range(3):
    threading.Thread(target=work, args=(number,), daemon=True).start()
signal.signal(signal.SIGALRM, strike)
signal.setitimer(signal.ITIMER_REAL, 0.001)
end = time.monotonic() + 1.5
while time.monotonic() < end:
    try:
        armed = True
        together.append([])
        armed = False
    except KeyboardInterrupt:
        interrupted += 1
storming = False  # a signal that has come and is not handled yet sets no other
signal.setitimer(signal.ITIMER_REAL, 0)
before, end = list(written), time.monotonic() + 10
while time.monotonic() < end and not all(now > then for now, then in zip(written, before)):
    time.sleep(0.01)
print(interrupted, *(now - then for now, then in zip(written, before)))
"""
"""Three threads write while the first is interrupted; tells how often it was, and what each wrote afterwards."""


class TestFailure:
    def test_a_write_that_fails_is_the_error_of_those_whom_it_took_along(self) -> None:
        """None of them is cancelled, and who came while it was under way is written afterwards."""
        written: list[int] = []

        async def main() -> list[object]:
            begun, go_on = asyncio.Event(), asyncio.Event()

            async def write(groups: Sequence[Sequence[Commit]]) -> list[Outcome[Answer]]:
                written.append(len(groups))
                if len(written) == 1:
                    begun.set()
                    await go_on.wait()
                    raise StoreUnusable("unreachable")
                return [[] for _ in groups]

            together = AsyncTogether(write)
            callers = [asyncio.create_task(together.append([])) for _ in range(2)]
            await begun.wait()
            callers.append(asyncio.create_task(together.append([])))
            await asyncio.sleep(0)
            go_on.set()
            async with asyncio.timeout(10):
                return list(await asyncio.gather(*callers, return_exceptions=True))

        first, second, later = asyncio.run(main())
        assert isinstance(first, StoreUnusable)
        assert isinstance(second, StoreUnusable)
        assert later == []
        assert written == [2, 1]
