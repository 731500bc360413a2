"""Work that would keep others waiting, and where it is done: at once, or away from the event loop.

Laws of this file: it knows no case and no key. Nothing is imported before it is needed, so that whoever has no event
loop imports none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar, final

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
AT_ONCE_WHOLE: Final = 2
"""How many documents are held whole in memory at the same time, unless somebody says otherwise."""


class Aside(Protocol):
    """Where work is done that blocks."""

    def wait(self, work: Callable[[], T], /) -> Awaitable[T]:
        """What waits for a disk or a lock, or takes long: the key store, the folding of many cases."""

    def whole(self, work: Callable[[], T], /) -> Awaitable[T]:
        """What needs a whole document in memory: looking through a picture, taking notes out of a document."""


@final
class AtOnce:
    """Does everything where it is called: for those who do not await."""

    async def wait(self, work: Callable[[], T], /) -> T:
        """What the work comes to."""
        return work()

    async def whole(self, work: Callable[[], T], /) -> T:
        """What the work comes to."""
        return work()


@final
class InThreads:
    """Does it in threads: of the running event loop's own pool, and for whole documents in ``most`` of its own."""

    def __init__(self, most: int = AT_ONCE_WHOLE) -> None:
        self._most = most
        self._room: ThreadPoolExecutor | None = None

    async def wait(self, work: Callable[[], T], /) -> T:
        """What the work comes to."""
        import asyncio

        return await asyncio.to_thread(work)

    async def whole(self, work: Callable[[], T], /) -> T:
        """What the work comes to, once there is room for it: whoever is cancelled leaves none before its work ends."""
        import asyncio
        from concurrent.futures import ThreadPoolExecutor

        if self._room is None:
            self._room = ThreadPoolExecutor(self._most, "documents")
        return await asyncio.get_running_loop().run_in_executor(self._room, work)
