"""The application served by uvicorn, with logs that hold nothing personal.

Laws of this file: uvicorn's own line for each request would hold its address, so it is off; ours takes its place. A
platform is made inside the event loop that uses it, and closed when the server ends. Nobody keeps a connection, or the
server from ending, by not saying or not taking what is theirs to. Signals are the business of whoever owns the process.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final, TextIO, final

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from expressplatform_http.server.logs import LOGGER, line, log, place_of

GRACE: Final = 10.0
"""Seconds that requests under way have to end when the server is stopped."""
SOON: Final = 2.0
"""Seconds in which a request ends that is cut off then; what has not is cancelled."""
TURN: Final = 0.0005
"""Seconds after which a busy thread lets another one run. A store on files is asked in threads, and asks for the
interpreter several times in each question; with Python's own 0.005 it would wait as often behind a busy event loop."""
HEAD_SECONDS: Final = 30.0
"""Within this the head of a request must be here, from its first byte or from the beginning of the connection; and the
rest of a request, once it has been answered."""
TAKE_SECONDS: Final = 60.0
"""Within this a caller must take something of an answer that is on its way."""
_MANY: Final = 10_000


class _Patient(H11Protocol):
    """uvicorn's own, but for whoever does not end what they have begun to say, or does not take what they are told:
    uvicorn would wait for ever."""

    take_seconds: float = TAKE_SECONDS
    most: int = _MANY
    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if transport.get_extra_info("ssl_object") is None:  # TLS has bounds of its own for what is below its mark
            transport.set_write_buffer_limits(high=0)  # so that we hear of every byte that is not taken at once
        self._watch()
        if len(self.connections) > self.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.our_state is h11.DONE:
            self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unwatch()
        self._taken()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE and self.conn.our_state is not h11.DONE:
            self._unwatch()  # the head is whole: bodies have bounds of their own
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _unwatch(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _make_room(self) -> None:
        """Hangs up on whoever has been silent for the longest; where all are answered just now, on the newest."""
        silent = {one: one._late.when() for one in self.connections if isinstance(one, _Patient) and one._late}
        longest = min(silent, key=silent.__getitem__)
        self.connections.discard(longest)
        longest.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def _taken(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _look_again(self, left: int) -> None:
        self._stalled = self.loop.call_later(self.take_seconds, self._look, left)

    def _look(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < before:
            self._look_again(left)
        else:
            log(datetime.now(UTC), route="server", code="not_taken")
            self.transport.abort()


@final
class _Server(uvicorn.Server):
    """uvicorn's own, but for how it ends: whoever can end does, the rest is cut off, and one line says how many."""

    def __init__(self, config: uvicorn.Config, stopped: Callable[[], bool], stopping: Callable[[], object]) -> None:
        super().__init__(config)
        self._stopped, self._stopping = stopped, stopping

    async def on_tick(self, counter: int) -> bool:
        """Whether it is to end, which it looks for ten times a second."""
        return self._stopped() or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets nobody in any more, and waits for those who are."""
        self._stopping()
        for listening in self.servers:
            listening.close()
        for connection in self._connections():
            connection.shutdown()
        await self._ended(GRACE)
        if under_way := len(self.server_state.tasks):
            log(datetime.now(UTC), route="server", code="cut_off", requests=under_way)
        for connection in self._connections():
            connection.transport.abort()
        await self._ended(SOON)
        for task in self.server_state.tasks:
            task.cancel()
        await self._ended(SOON)

    def _connections(self) -> list[H11Protocol]:
        return [one for one in self.server_state.connections if isinstance(one, H11Protocol)]

    async def _ended(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until, state = loop.time() + seconds, self.server_state
        while (state.connections or state.tasks) and loop.time() < until:
            await asyncio.sleep(0.02)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield


@final
class _Quiet:
    """The application; a request that is cancelled when the server ends leaves no error in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(asyncio.CancelledError):
            await self._app(scope, receive, send)


def server_of(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    proxied: bool = False,
    take_seconds: float = TAKE_SECONDS,
    most: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
    stopping: Callable[[], object] = lambda: None,
    **tls: str | None,
) -> uvicorn.Server:
    """A server for an application; ``proxied`` believes what a proxy on this machine says of the caller's address.

    ``take_seconds`` is within how many seconds a caller must take something of an answer that is on its way, or is hung
    up on; ``most`` is how many connections there are at once (None: half the files that the process may open), beyond
    which whoever is silent for the longest is hung up on. ``stopped`` says whether the server is to end;
    ``stopping`` is called as soon as it does. ``tls``: ``ssl_certfile``, ``ssl_keyfile``.
    """

    class Patient(_Patient):
        pass

    Patient.take_seconds, Patient.most = take_seconds, most or _half_of_the_files()
    return _Server(
        uvicorn.Config(
            _Quiet(app),
            http=Patient,
            ws="none",
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            lifespan="off",
            server_header=False,
            proxy_headers=proxied,
            timeout_keep_alive=30,
            backlog=100,  # as many are let in at once, before any is counted
            h11_max_incomplete_event_size=65_536,
            ssl_certfile=tls.get("ssl_certfile"),
            ssl_keyfile=tls.get("ssl_keyfile"),
        ),
        stopped,
        stopping,
    )


def _half_of_the_files() -> int:
    """The other half is for what is asked of the store, and for documents on their way."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return _MANY
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MANY if soft == resource.RLIM_INFINITY else min(max(soft // 2, 1), _MANY)


async def serve(server: uvicorn.Server, close: Callable[[], Awaitable[None]]) -> None:
    """Serves until the server is told to stop, then closes what it stood on. It has the process to itself."""
    sys.setswitchinterval(min(sys.getswitchinterval(), TURN))
    try:
        await server.serve()
    finally:
        await close()


def log_to(stream: TextIO | None = None) -> None:
    """Has our lines written to a stream, one JSON object each, and in their shape what uvicorn and the pool of a
    database warn of."""
    for name, level, form in (
        (LOGGER, logging.INFO, logging.Formatter("%(message)s")),
        ("uvicorn.error", logging.WARNING, _Warned()),
        ("psycopg.pool", logging.WARNING, _Warned()),
    ):
        handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
        handler.setFormatter(form)
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


@final
class _Warned(logging.Formatter):
    """What others warn of, without what fills its sentences, and without tracebacks: an error may quote a value."""

    def format(self, record: logging.LogRecord) -> str:
        """One of our lines."""
        error = record.exc_info[1] if record.exc_info else None
        reason = str(record.msg) if error is None else place_of(error)
        return line(datetime.fromtimestamp(record.created, UTC), route="server", code="warning", reason=reason)
