"""ASGI applications behind a real socket of this machine, for as long as a test takes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

_READY: Final = 10.0


class _Server(uvicorn.Server):
    """One that says when it is ready to be asked."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The base address at which an application answers; uvicorn runs it in a thread and logs nothing."""
    # The protocol is named so that asyncio sends small answers at once (it sets TCP_NODELAY for TCP that says so).
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            application,
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            ws="none",
            timeout_graceful_shutdown=2,
        )
        server = _Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), name="asgi server")
        thread.start()
        try:
            assert server.ready.wait(_READY), "the server did not start"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
