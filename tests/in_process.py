"""An ASGI application as a transport, without a socket: for tests that ask it by the thousand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from expressplatform.driving import run
from expressplatform.errors import TransportFailed
from expressplatform.transport import HttpRequest, HttpResponse

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class InProcess:
    """A `Transport` to an application that never waits. An answer that is shorter than it promised is a broken line."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        """The application's answer."""
        path, _, query = request.target.partition(b"?")
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
        scope = {
            "type": "http",
            "method": request.method,
            "path": unquote(path.decode("ascii")),
            "query_string": query,
            "headers": headers,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        async def answered() -> None:
            await self._application(scope, receive, send)

        run(answered())
        start, body = sent[0], b"".join(one.get("body", b"") for one in sent[1:])
        found = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"])
        answer = HttpResponse(start["status"], found, body)
        if len(body) < int(answer.header("content-length") or 0):
            raise TransportFailed("broken")
        return answer
