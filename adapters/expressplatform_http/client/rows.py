"""Lists as iterators that can be left and gone on with, in another process too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, Generic, TypeVar

import attrs

from expressplatform.errors import ServerFailed

T = TypeVar("T")


@attrs.frozen
class Stretch(Generic[T]):
    """One page: its rows, where to go on from, whether there is any more now, and what is one's own no more."""

    rows: tuple[T, ...]
    after: str
    more: bool
    gone: tuple[str, ...] = ()

    def follows(self, after: str) -> Stretch[T]:
        """The same; raises ServerFailed where there is more and no way on from the cursor that it was asked by."""
        if self.more and self.after in ("", after):
            raise ServerFailed(200, "", "unreadable_answer")
        return self


class AsyncRows(Generic[T]):
    """Rows of a list, fetched page by page as they are asked for.

    ``after`` is the cursor to go on from, in another process too: it moves once every row of a page was taken, so that
    going on repeats some rows rather than miss one. A trader's cases stand in the order in which they moved, so that
    its cursor leads on for ever: from the end of the list it gives what has moved since.
    """

    __slots__ = ("_after", "_fetch", "_gone")

    def __init__(self, fetch: Callable[[str], Coroutine[Any, Any, Stretch[T]]], after: str) -> None:
        self._fetch, self._after = fetch, after
        self._gone: tuple[str, ...] = ()

    @property
    def after(self) -> str:
        """The cursor to go on from."""
        return self._after

    @property
    def gone(self) -> tuple[str, ...]:
        """The cases met so far that are one's own no more: what is still held of them is to be deleted."""
        return self._gone

    def fetch(self, after: str) -> Coroutine[Any, Any, Stretch[T]]:
        """The page after a cursor."""
        return self._fetch(after)

    async def __aiter__(self) -> AsyncIterator[T]:
        more = True
        while more:
            page = (await self._fetch(self._after)).follows(self._after)
            for row in page.rows:
                yield row
            self._after, more = page.after or self._after, page.more
            self._gone += page.gone


class Rows(Generic[T]):
    """`AsyncRows` for synchronous callers."""

    __slots__ = ("_after", "_fetch", "_gone")

    def __init__(self, fetch: Callable[[str], Stretch[T]], after: str) -> None:
        self._fetch, self._after = fetch, after
        self._gone: tuple[str, ...] = ()

    @property
    def after(self) -> str:
        """The cursor to go on from."""
        return self._after

    @property
    def gone(self) -> tuple[str, ...]:
        """The cases met so far that are one's own no more: what is still held of them is to be deleted."""
        return self._gone

    def __iter__(self) -> Iterator[T]:
        more = True
        while more:
            page = self._fetch(self._after).follows(self._after)
            yield from page.rows
            self._after, more = page.after or self._after, page.more
            self._gone += page.gone
