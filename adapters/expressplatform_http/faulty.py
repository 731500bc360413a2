"""An application whose next answers are lost or replaced: what lies between two systems, scripted, for tests."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any, final

import attrs

__all__ = ["Fault", "Faulty"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@attrs.frozen
class Fault:
    """What becomes of one request: an answer of ``status`` in place of the real one.

    ``done``: the platform did what was asked, and its answer was lost; otherwise it never heard of it. ``wait`` is
    after how many seconds the answer asks to come again.
    """

    status: int = 503
    done: bool = False
    wait: int | None = None


@final
class Faulty:
    """An application whose next answers are replaced, one for each fault of the script.

    Before each request the sequencer runs (``settle``): what was done has its place in the feeds when it is asked for.
    """

    def __init__(self, app: Application, now: Callable[[], datetime], settle: Callable[[], object]) -> None:
        self._app, self._now, self._settle = app, now, settle
        self._script: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, faults: Iterable[Fault]) -> None:
        """Puts more of them at the end of the script."""
        with self._lock:
            self._script += faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._lock:
            self._settle()
            fault = self._script.pop(0) if self._script and scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, self._dated(send))
            return
        if fault.done:
            await self._app(scope, receive, _unheard)
        wait = [] if fault.wait is None else [(b"retry-after", str(fault.wait).encode())]
        headers = [(b"content-length", b"0"), *wait]
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _dated(self, send: Send) -> Send:
        """Answers say the time that the clock shows, as a server's do."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._now(), usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        return dated


async def _unheard(_: Message) -> None:
    """Where an answer goes that is lost."""
