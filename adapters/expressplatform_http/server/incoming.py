"""One request as a server hands it over (ASGI), and the answer as it is handed back.

Laws of this file: headers are read once and their text never changed; which of two equal headers counts is the first,
and whoever needs one alone asks for all of them. What every answer says is written once. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, final

from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from expressplatform_http.server.service import Flowing

_ALWAYS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)


def path_of(scope: Scope) -> str:
    """The path of an address as it was sent."""
    raw: bytes = scope["raw_path"]
    return raw.partition(b"?")[0].decode("latin-1")


@final
class Incoming:
    """A request: ``headers`` in their order, what stands in the open parts of its address (``places``), its query.

    Names of headers are in lower case, as servers hand them over.
    """

    __slots__ = ("_first", "_more", "_receive", "headers", "method", "path", "peer", "places", "query")

    def __init__(self, scope: Scope, receive: Receive, places: Mapping[str, str] | None = None) -> None:
        self.method: str = scope["method"]
        self.path = path_of(scope)
        self.query: str = scope["query_string"].decode("latin-1")
        self.headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]])
        self.peer: str = client[0] if (client := scope.get("client")) else ""
        self.places: Mapping[str, str] = {} if places is None else places
        self._more = True
        self._first: dict[str, str] = dict(self.headers[::-1])
        self._receive = receive

    def header(self, name: str, otherwise: str = "") -> str:
        """A header's value, the first where there are several."""
        return self._first.get(name, otherwise)

    def has(self, name: str) -> bool:
        """Whether a header stands there, empty or not."""
        return name in self._first

    def every(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for own, value in self.headers if own == name]

    async def stream(self) -> AsyncIterator[bytes]:
        """The body as it arrives, from where it was left; raises ClientDisconnect where whoever asks has gone."""
        while self._more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            self._more = message.get("more_body", False)
            if piece := message.get("body", b""):
                yield piece


@final
class Answered(Response):
    """An answer whose headers are bytes already: those that every answer has, then its own. Text is in UTF-8."""

    def __init__(self, body: bytes, status: int, media_type: str, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
        if media_type.startswith("text/") and "charset=" not in media_type:
            media_type += "; charset=utf-8"
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            *_ALWAYS,
            *more,
            (b"content-length", str(len(body)).encode()),
            (b"content-type", media_type.encode("latin-1")),
        ]


@final
class _Flow(StreamingResponse):
    """An answer in pieces, each made in a thread; what they are made of is let go at the end, however it ends."""

    def __init__(self, answer: Flowing, status: int, media_type: str) -> None:
        super().__init__(answer.pieces, status, media_type=media_type)
        self._content = answer.content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._content:
            await super().__call__(scope, receive, send)


def flowing(answer: Flowing, status: int, media_type: str) -> Response:
    """An answer in pieces; its length is said, so that whoever is cut off knows."""
    made = _Flow(answer, status, media_type)
    made.raw_headers += [
        *_ALWAYS,
        (b"content-disposition", b"attachment"),
        (b"content-length", str(answer.size).encode()),
        *([(b"content-digest", answer.digest.encode())] if answer.digest else []),
    ]
    return made
