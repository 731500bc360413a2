"""A wire between a store and its server that may go dead without a word."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from typing import Final, Self

from tests.servers import Server

_SOON: Final = 20.0


class Wire:
    """What lies between a store and its server, and may go dead without a word."""

    def __init__(self, server: Server) -> None:
        self.dead = threading.Event()
        self._over = threading.Event()
        self._target = str(server.folder / f".s.PGSQL.{server.port}")
        self._door = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._let_in)]
        self._threads[0].start()

    def of(self, dsn: str) -> str:
        """The address of a database over this wire."""
        name = dsn.split("@/")[1].split("?")[0]
        return f"postgresql://postgres@127.0.0.1:{self._door.getsockname()[1]}/{name}"

    def _let_in(self) -> None:
        while not self._over.is_set():
            if not select.select([self._door], [], [], 0.02)[0]:
                continue
            here = self._door.accept()[0]
            there = socket.socket(socket.AF_UNIX)
            there.connect(self._target)
            self._threads.append(threading.Thread(target=self._carry, args=(here, there)))
            self._threads[-1].start()

    def _carry(self, here: socket.socket, there: socket.socket) -> None:
        with here, there, suppress(OSError):
            while not self._over.is_set():
                for end in select.select([here, there], [], [], 0.02)[0]:
                    if self.dead.wait(0) or not (data := end.recv(65536)):
                        break
                    (there if end is here else here).sendall(data)
                else:
                    continue
                if not self.dead.is_set():
                    return
                self._over.wait(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(_SOON)
        self._door.close()
