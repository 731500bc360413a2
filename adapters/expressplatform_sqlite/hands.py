"""Threads that carry the calls of an asynchronous face, so that SQLite never runs in the event loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar, final

from expressplatform_sqlite.faults import closed

P = ParamSpec("P")
T = TypeVar("T")


@final
class Hands:
    """So many threads of one name; ``carry`` has one of them make a call and awaits its answer."""

    __slots__ = ("_pool",)

    def __init__(self, number: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(number, name)

    async def carry(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the call answers; StoreUnusable (``closed``) after `let_go`."""
        try:
            answer = asyncio.get_running_loop().run_in_executor(self._pool, partial(call, *args, **kwargs))
        except RuntimeError:
            raise closed() from None
        return await answer

    def let_go(self) -> None:
        """No call is taken from now on; those under way are finished."""
        self._pool.shutdown(wait=False)
