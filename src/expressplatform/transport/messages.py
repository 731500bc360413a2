"""A request and its answer as HTTP libraries of any make carry them, and the port of whoever does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import attrs


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The values of a header, joined by commas as RFC 9110 section 5.3 allows; empty where it is not there."""
    wanted = name.lower()
    return ", ".join(value for own, value in headers if own.lower() == wanted)


@attrs.frozen(repr=False)
class Supply:
    """A body in pieces: how many bytes they come to, and what gives them from the first on, anew at every attempt."""

    size: int
    pieces: Callable[[], Iterable[bytes]]


Take = Callable[[bytes], None]
"""Takes the next piece of an answer's body."""


@attrs.frozen(repr=False)
class HttpRequest:
    """One request: an absolute ``url`` in ASCII, header pairs in their order, the whole body or what supplies it.

    ``secret_query`` is the end of the address (encoded, without its question mark) where a server takes secrets there:
    apart from ``url``, because HTTP libraries log the address that they are given. Who carries a request sends
    `target` and gives no library the two in one.

    ``progress`` hears how many bytes of the body have been handed to the network so far, at every attempt anew.
    ``supply`` stands for a body that is not held as a whole; ``body`` is then empty. ``taker`` is asked, at every
    attempt that is answered with a status from 200 to 299, for what takes the pieces of that answer's body, which is
    then empty in the response; what it raises goes to whoever sends.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    secret_query: str = ""
    progress: Callable[[int], None] | None = attrs.field(default=None, eq=False)
    supply: Supply | None = attrs.field(default=None, eq=False)
    taker: Callable[[], Take] | None = attrs.field(default=None, eq=False)

    @property
    def target(self) -> bytes:
        """What the request line names (RFC 9112 section 3.2.1): path and query, with the secret one."""
        path = "/" + self.url.split("://", 1)[-1].partition("#")[0].partition("/")[2]
        query = "&" if "?" in path else "?"
        return (path + (query + self.secret_query if self.secret_query else "")).encode("ascii", "replace")

    def header(self, name: str) -> str:
        """A header's value, by its name in any case; empty where it is not there."""
        return _header(self.headers, name)

    def with_headers(self, *pairs: tuple[str, str]) -> HttpRequest:
        """The request with these headers after its own."""
        return attrs.evolve(self, headers=(*self.headers, *pairs))

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method}>"


@attrs.frozen(repr=False)
class HttpResponse:
    """One answer: its status, header pairs in their order, the whole body, decoded from any content coding."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """A header's value, by its name in any case; empty where it is not there."""
        return _header(self.headers, name)

    def __repr__(self) -> str:
        return f"<HttpResponse {self.status}>"


class Transport(Protocol):
    """Carries a request once. Redirects are not followed: they are answers like any other."""

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """The answer, of whatever status, within so many seconds; raises TransportFailed and nothing else."""


class AsyncTransport(Protocol):
    """`Transport` for asynchronous callers."""

    def send(self, request: HttpRequest, seconds: float, /) -> Awaitable[HttpResponse]: ...


class LiftedTransport:
    """A synchronous transport as an asynchronous one that never suspends."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """The answer of the transport beneath."""
        return self._transport.send(request, seconds)
