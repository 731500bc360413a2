"""Calls that are cancelled, sooner or later, and what must be seen of them afterwards.

Laws of this file: it knows no contract. A call that goes on in a thread after its caller gave it up is waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from expressplatform.ports import AsyncEvidenceStore
from expressplatform.testing.stores.rows import NOON

T = TypeVar("T")
_PATIENCE: Final = 3.0
_LOOK: Final = 0.005
_SECONDS: Final = 10.0


async def cancelled(call: Awaitable[object], ticks: int) -> None:
    """Begins a call, and gives it up after so many turns of the loop; whatever else it raises comes out."""
    task = asyncio.ensure_future(call)
    for _ in range(ticks):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def served(first: Awaitable[object], then: Awaitable[T], ticks: int) -> T:
    """What the second call of something new answers, where its first was given up after so many turns of the loop."""
    await cancelled(first, ticks)
    try:
        return await asyncio.wait_for(then, _SECONDS)
    except TimeoutError:
        raise AssertionError("after a first call that was cancelled the next is not answered") from None


async def put_at(store: AsyncEvidenceStore, case: str, name: str, chunks: Sequence[bytes]) -> None:
    """Keeps a file."""
    await store.put(case, name, iter(chunks), NOON)


def whole_or_none(look: Callable[[], Sequence[T]], whole: Sequence[T]) -> None:
    """Raises AssertionError unless there is all of it or nothing, soon and from then on."""
    until = time.monotonic() + _PATIENCE
    while list(look()) not in ([], list(whole)):
        if time.monotonic() > until:
            raise AssertionError("a part of what was cancelled is done")
        time.sleep(_LOOK)
