"""Callers that are cancelled in the middle of an append: what every awaited store must survive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from expressplatform.ports import Appended, AsyncCaseStore, StoredCase
from expressplatform.testing.store_rows import Mine


async def cancel_every_other(store: AsyncCaseStore, mine: Mine) -> None:
    """Sixty appends of three events, each second cancelled at some moment; the others are answered."""
    tasks = [asyncio.ensure_future(store.append([mine.commit(n, events=3, key="k")])) for n in range(60)]
    for turn, task in enumerate(tasks):
        await asyncio.sleep(0.0002 if turn % 7 == 0 else 0)
        if turn % 2:
            task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(done[n] == [Appended(mine.case(n), 3)] for n in range(0, 60, 2))


def check_whole(cases: Sequence[StoredCase]) -> None:
    """What is there of them has all of its three events."""
    assert len(cases) >= 30
    assert all(len(case.events) == case.header.version == 3 for case in cases)
