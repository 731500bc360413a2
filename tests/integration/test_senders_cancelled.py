"""Letters and webhooks of callers who are cancelled, over real sockets: each goes once or not at all; none hangs."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from random import Random
from typing import Any

import attrs
import pytest

from expressplatform.errors import Unreachable
from expressplatform.threads import ThreadedMessenger
from tests.integration.test_smtp import CASE, message, messenger
from tests.integration.test_webhooks import Desk, desk, receiving
from tests.mail import Post, serving
from tests.walking import TAOBAO

__all__ = ["desk"]
SECONDS = 20.0
SEEDS = range(2)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before, until = threading.active_count(), time.monotonic() + SECONDS
    yield
    while threading.active_count() > before:
        assert time.monotonic() < until
        time.sleep(0.01)


async def _cancelled(call: Coroutine[Any, Any, object], luck: Random) -> BaseException | None:
    """A call that is cancelled soon, once or twice: how it ended."""
    task = asyncio.ensure_future(call)
    await asyncio.sleep(luck.choice((0, luck.uniform(0, 0.03))))
    for _ in range(luck.randint(1, 2)):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])
    return None if task.cancelled() else task.exception()


def _run(life: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A life in an event loop of its own, which hears of nothing that nobody else heard of."""
    unheard: list[object] = []

    async def heard() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
        await life()
        gc.collect()

    asyncio.run(heard())
    gc.collect()
    assert not unheard


@pytest.mark.parametrize("refused", [False, True], ids=["taken", "refused"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_letter_whose_sender_is_cancelled_goes_once_or_not_at_all(seed: int, refused: bool) -> None:
    """Whoever comes next is served, and what a thread has begun is over when the messenger is closed."""
    post, luck = Post(), Random(seed)

    async def life() -> None:
        if refused:
            post.replies["RCPT"] = "550 5.1.1 unknown"
        for number in range(10, 70, 3):
            letters = [attrs.evolve(message(), id=f"{CASE}.{number + one}.tell") for one in range(3)]
            ends = await asyncio.gather(*(_cancelled(threaded.send(one), luck) for one in letters))
            assert all(end is None or (refused and isinstance(end, Unreachable)) for end in ends)
        async with asyncio.timeout(SECONDS):
            post.replies.clear()
            await threaded.send(message())

    with serving(post) as port:
        with closing(ThreadedMessenger(messenger(port), threads=2)) as threaded:
            _run(life)
        ids = [letter["Message-ID"] for _, letter in post.taken]
    assert len(ids) == len(set(ids))
    assert f"<{message().id}@council.example>" in ids


@pytest.mark.parametrize("seed", SEEDS)
def test_webhooks_whose_senders_are_cancelled_stand_on_record_all_the_same(desk: Desk, seed: int) -> None:
    """Each goes on to its end in its thread: one that was refused is told as such, and the next is sent."""
    luck = Random(seed)
    with receiving(204, 500, 500, 500, 204) as receiver:
        desk.platform.add_endpoint(receiver.url, by=TAOBAO)
        desk.upload()
        desk.platform.work()
        (first,) = desk.platform.deliveries(by=TAOBAO)

        async def life() -> None:
            for _ in range(20):
                again = [asyncio.to_thread(desk.gateways.send_again, first) for _ in range(3)]
                assert await asyncio.gather(*(_cancelled(one, luck) for one in again)) == [None] * 3
            async with asyncio.timeout(SECONDS):
                assert (await asyncio.to_thread(desk.gateways.send_again, first)).outcome == "delivered"

        _run(life)
    assert sorted(desk.outcomes()) == [("delivered", 204), *[("refused", 500)] * 3]
    assert len({body for _, body in receiver.got}) == 1
