"""The application served by uvicorn, with logs that hold nothing personal.

Laws of this file: uvicorn's own line for each request would hold its address, so it is off; ours takes its place. A
platform is made inside the event loop that uses it, and closed when the server ends.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Final, TextIO

import uvicorn
from starlette.applications import Starlette

from expressplatform_http.server.logs import LOGGER

GRACE: Final = 10
"""Seconds that requests under way have to end when the server is stopped."""
TURN: Final = 0.0005
"""Seconds after which a busy thread lets another one run. A store on files is asked in threads, and asks for the
interpreter several times in each question; with Python's own 0.005 it would wait as often behind a busy event loop."""


def server_of(app: Starlette, *, host: str, port: int, proxied: bool = False, **tls: str | None) -> uvicorn.Server:
    """A server for an application; ``proxied`` believes what a proxy on this machine says of the caller's address.

    ``tls`` is ``ssl_certfile`` and ``ssl_keyfile``.
    """
    return uvicorn.Server(
        uvicorn.Config(
            app,
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
    """Has our lines written to a stream, one JSON object each, and uvicorn's warnings without their tracebacks."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger(LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
