"""The application served by uvicorn, with logs that hold nothing personal.

Laws of this file: uvicorn's own line for each request would hold its address, so it is off; ours takes its place. A
platform is made inside the event loop that uses it, and closed when the server ends.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TextIO, final

import h11
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from expressplatform_http.server.logs import LOGGER, line, place_of

GRACE: Final = 10
"""Seconds that requests under way have to end when the server is stopped."""
TURN: Final = 0.0005
"""Seconds after which a busy thread lets another one run. A store on files is asked in threads, and asks for the
interpreter several times in each question; with Python's own 0.005 it would wait as often behind a busy event loop."""


HEAD_SECONDS: Final = 30.0
"""Within this the head of a request must be here, from its first byte or from the beginning of the connection."""


@final
class _Patient(H11Protocol):
    """uvicorn's own, but for whoever does not end what they have begun to say: uvicorn would wait for ever."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:  # the head is whole: bodies have bounds of their own
            self._unwatch()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def server_of(app: Starlette, *, host: str, port: int, proxied: bool = False, **tls: str | None) -> uvicorn.Server:
    """A server for an application; ``proxied`` believes what a proxy on this machine says of the caller's address.

    ``tls`` is ``ssl_certfile`` and ``ssl_keyfile``.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=_Patient,
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            proxy_headers=proxied,
            timeout_graceful_shutdown=GRACE,
            timeout_keep_alive=30,
            h11_max_incomplete_event_size=65_536,
            ssl_certfile=tls.get("ssl_certfile"),
            ssl_keyfile=tls.get("ssl_keyfile"),
        )
    )


async def serve(server: uvicorn.Server, close: Callable[[], Awaitable[None]]) -> None:
    """Serves until the server is told to stop, then closes what it stood on. It has the process to itself."""
    sys.setswitchinterval(min(sys.getswitchinterval(), TURN))
    try:
        await server.serve()
    finally:
        await close()


def log_to(stream: TextIO | None = None) -> None:
    """Has our lines written to a stream, one JSON object each, and uvicorn's warnings in their shape."""
    for name, level, form in (
        (LOGGER, logging.INFO, logging.Formatter("%(message)s")),
        ("uvicorn.error", logging.WARNING, _Warned()),
    ):
        handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
        handler.setFormatter(form)
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


@final
class _Warned(logging.Formatter):
    """What uvicorn warns of, without what fills its sentences, and without tracebacks: an error may quote a value."""

    def format(self, record: logging.LogRecord) -> str:
        """One of our lines."""
        error = record.exc_info[1] if record.exc_info else None
        reason = str(record.msg) if error is None else place_of(error)
        return line(datetime.fromtimestamp(record.created, UTC), route="server", code="warning", reason=reason)
