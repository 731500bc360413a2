"""Requests carried by a client of httpx, or of httpx2, that the caller owns.

Laws of this file
- Neither library is imported: the client is handed in, and its exceptions are those of the module that it is from.
  The two do not mix (their classes are no kin), and no signature here names a class of either.
- The client's owner closes it. Its proxy, certificates, pool and event hooks are its own; its default timeout,
  redirects and cookies are not used: each attempt has the seconds that it is given.
- The body is read in pieces, so that an answer that never ends, or is too long, ends.
- What an event loop carries is never cancelled in the middle of the library, whose pool would count that connection as
  in use for ever: it has a task of its own, and whoever is cancelled ends its seconds.
"""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

from expressplatform.errors import TransportFailed
from expressplatform.transport.messages import HttpRequest, HttpResponse, Take

LONGEST: Final = 64 * 1024 * 1024
"""The longest body that is read, in bytes, unless another limit is given."""
_PIECE: Final = 64 * 1024
"""Bytes of a body that are handed over at once where somebody hears of the progress."""
_NEVER_SENT: Final = ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError")
"""The library's errors after which the server cannot have seen the request."""


class _Pairs(Protocol):
    def multi_items(self) -> list[tuple[str, str]]: ...


class _Answer(Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> _Pairs: ...


class _SyncAnswer(_Answer, Protocol):
    def iter_bytes(self) -> Iterator[bytes]: ...


class _AsyncAnswer(_Answer, Protocol):
    def aiter_bytes(self) -> AsyncIterator[bytes]: ...


Content = TypeVar("Content", contravariant=True)
Answer = TypeVar("Answer", covariant=True)


class _Streams(Protocol[Content, Answer]):
    """What is asked of a client of httpx or httpx2."""

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: Content,
        headers: Sequence[tuple[str, str]],
        follow_redirects: bool,
        extensions: dict[str, object],
    ) -> Answer: ...


_Client = _Streams[bytes | Iterable[bytes], AbstractContextManager[_SyncAnswer]]
_AsyncClient = _Streams[bytes | AsyncIterable[bytes], AbstractAsyncContextManager[_AsyncAnswer]]


class _Running:
    """What is left of an attempt's seconds, whenever somebody asks.

    The libraries look up a timeout once, and hand it on at each of the readings and writings that a head, or a body,
    may take: whoever sends a byte at a time would have all of the seconds anew for each. A socket asks for a whole
    number, and has up to a second more for it; an event loop adds what is left to its clock.
    """

    __slots__ = ("_left",)

    def __init__(self, left: Callable[[], float]) -> None:
        self._left = left

    def __float__(self) -> float:
        return max(self._left(), 0.0)

    def __index__(self) -> int:
        if (left := self._left()) <= 0:
            raise TimeoutError
        return math.ceil(left)

    def __radd__(self, now: float) -> float:
        return now + float(self)


class _Left(dict[str, float]):
    """The timeouts of one attempt: whichever is asked for, what is left of its seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        left = max(seconds, 0.001)
        super().__init__(connect=left, read=left, write=left, pool=left)
        self._until, self._clock = clock() + seconds, clock

    def left(self) -> float:
        """The seconds that are left; raises TransportFailed where there are none."""
        left = self._until - self._clock()
        if left <= 0:
            raise TransportFailed("timeout")
        return left

    def end(self) -> None:
        """There are none left: it ends at its next step."""
        self._until = self._clock()

    def get(self, key: str, default: object = None, /) -> Any:
        """What is left now, which the library asks for at each of its steps; of those that go on, what will be left."""
        if key in ("read", "write"):
            return _Running(lambda: self._until - self._clock())
        return max(self._until - self._clock(), 0.001)


class _Body:
    """The pieces of an answer, counted."""

    __slots__ = ("_left", "_longest", "_pieces", "_size", "_take")

    def __init__(self, left: _Left, longest: int, taker: Callable[[], Take] | None) -> None:
        self._left, self._longest = left, longest
        self._pieces: list[bytes] = []
        self._size = 0
        self._take = taker() if taker is not None else None

    def add(self, piece: bytes) -> None:
        self._left.left()
        if self._take is not None:
            self._take(piece)
            return
        self._size += len(piece)
        if self._size > self._longest:
            raise TransportFailed("too_long")
        self._pieces.append(piece)

    def of(self, answer: _Answer) -> HttpResponse:
        headers = tuple((name.lower(), value) for name, value in answer.headers.multi_items())
        return HttpResponse(answer.status_code, headers, b"".join(self._pieces))


def _extensions(request: HttpRequest, left: _Left) -> dict[str, object]:
    """What only the connection is told: the seconds, and a query with secrets in it, which is logged nowhere."""
    return {"timeout": left, "target": request.target} if request.secret_query else {"timeout": left}


def _errors(client: object) -> Mapping[str, type[Exception]]:
    """The errors of the library that a client is from, by name; that of a class derived from its client, too."""
    for kind in type(client).__mro__:
        home = sys.modules.get(kind.__module__.partition(".")[0])
        found = getattr(home, "HTTPError", None)
        if isinstance(found, type) and hasattr(home, "ConnectError"):
            names = (*_NEVER_SENT, "TimeoutException", "HTTPError", "InvalidURL", "StreamError")
            return {name: getattr(home, name) for name in names}
    raise TypeError("the client must be one of httpx or httpx2")


def _failed(error: Exception, errors: Mapping[str, type[Exception]]) -> TransportFailed:
    """What a library's error comes to; its text may hold an address and goes nowhere."""
    unsent = isinstance(error, (*(errors[name] for name in _NEVER_SENT), errors["InvalidURL"]))
    if isinstance(error, errors["TimeoutException"]):
        return TransportFailed("timeout", maybe_done=not unsent)
    return TransportFailed("no_connection" if unsent else "broken", maybe_done=not unsent)


def _caught(errors: Mapping[str, type[Exception]]) -> tuple[type[Exception], ...]:
    return errors["HTTPError"], errors["InvalidURL"], errors["StreamError"]


def _is_cut(request: HttpRequest) -> bool:
    """Whether the body goes out piece by piece."""
    return request.supply is not None or request.progress is not None


def _headers(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """A body in pieces says its length itself: it is known, and a server may want it before the body."""
    size = len(request.body) if request.supply is None else request.supply.size
    return (*request.headers, ("content-length", str(size))) if _is_cut(request) else request.headers


def _pieces(request: HttpRequest, left: _Left) -> Iterator[bytes]:
    """The body, piece by piece, each told once the one before it was taken, and none when the seconds are over."""
    sent = 0
    for piece in _cut(request.body) if request.supply is None else request.supply.pieces():
        yield piece
        left.left()
        sent += len(piece)
        if request.progress is not None:
            request.progress(sent)


def _cut(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]


async def _async_pieces(request: HttpRequest, left: _Left) -> AsyncIterator[bytes]:
    for piece in _pieces(request, left):
        yield piece


class HttpxTransport:
    """A `Transport` over a client of httpx or httpx2, which stays its owner's; ``longest`` bounds a body in memory."""

    __slots__ = ("_client", "_clock", "_errors", "_longest")

    def __init__(self, client: _Client, *, longest: int = LONGEST, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._longest, self._clock = client, longest, clock
        self._errors = _errors(client)

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """The answer; raises TransportFailed (``no_connection``, ``timeout``, ``broken``, ``too_long``)."""
        left = _Left(seconds, self._clock)
        try:
            with self._client.stream(
                request.method,
                request.url,
                content=_pieces(request, left) if _is_cut(request) else request.body,
                headers=_headers(request),
                follow_redirects=False,
                extensions=_extensions(request, left),
            ) as answer:
                body = _Body(left, self._longest, request.taker if 200 <= answer.status_code < 300 else None)
                for piece in answer.iter_bytes():
                    body.add(piece)
                return body.of(answer)
        except _caught(self._errors) as error:
            raise _failed(error, self._errors) from None

    def __repr__(self) -> str:
        return "<HttpxTransport>"


class AsyncHttpxTransport:
    """An `AsyncTransport` over an asynchronous client of httpx or httpx2, in an event loop of asyncio."""

    __slots__ = ("_client", "_clock", "_errors", "_longest", "_under_way")

    def __init__(
        self, client: _AsyncClient, *, longest: int = LONGEST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._longest, self._clock = client, longest, clock
        self._errors = _errors(client)
        self._under_way = set[asyncio.Task[HttpResponse]]()

    async def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """The answer; raises TransportFailed (``no_connection``, ``timeout``, ``broken``, ``too_long``)."""
        left = _Left(seconds, self._clock)
        sending = asyncio.get_running_loop().create_task(self._sent(request, left))
        self._under_way.add(sending)
        sending.add_done_callback(self._over)
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            left.end()
            raise

    def _over(self, sending: asyncio.Task[HttpResponse]) -> None:
        """What became of a request whose caller was cancelled is nobody's to hear."""
        self._under_way.discard(sending)
        if not sending.cancelled():
            sending.exception()

    async def _sent(self, request: HttpRequest, left: _Left) -> HttpResponse:
        try:
            async with self._client.stream(
                request.method,
                request.url,
                content=_async_pieces(request, left) if _is_cut(request) else request.body,
                headers=_headers(request),
                follow_redirects=False,
                extensions=_extensions(request, left),
            ) as answer:
                body = _Body(left, self._longest, request.taker if 200 <= answer.status_code < 300 else None)
                async for piece in answer.aiter_bytes():
                    body.add(piece)
                return body.of(answer)
        except _caught(self._errors) as error:
            raise _failed(error, self._errors) from None

    def __repr__(self) -> str:
        return "<AsyncHttpxTransport>"
