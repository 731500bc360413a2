"""One POST to an address that was judged: no redirect followed, no answer trusted, an end to everything.

Laws of this file: the connection goes to `Target.address` and to no other; over TLS the host proves its name by the
machine's own trust store. Of the answer only its status and Retry-After are read. The whole of it has one deadline.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from typing import Final

import attrs

from expressplatform.errors import TransportFailed
from expressplatform_http.server.addresses import Target

SECONDS: Final = 15.0
"""How long one attempt may take in all."""


@attrs.frozen
class Posted:
    """What an endpoint answered: its status, and how many seconds it asks to be left alone (0: none)."""

    status: int
    wait: int = 0


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name says now."""

    def __init__(self, target: Target, seconds: float, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._context = target, context
        self._until = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left; raises TimeoutError where there are none."""
        if (left := self._until - time.monotonic()) <= 0:
            raise TimeoutError
        return left

    def connect(self) -> None:
        """Connects to the address that was judged; the name is what the certificate must be for."""
        plain = socket.create_connection((self._target.address, self._target.port), self.left())
        if self._context is None:
            self.sock = plain
            return
        try:
            plain.settimeout(self.left())
            self.sock = self._context.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def post(
    target: Target,
    body: bytes,
    headers: Sequence[tuple[str, str]],
    *,
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
) -> Posted:
    """Sends a body once; raises TransportFailed, which says nothing of the address.

    ``context`` says whom to trust over TLS; None: the machine's own store.
    """
    trust = (context or ssl.create_default_context()) if target.scheme == "https" else None
    connection = _Pinned(target, seconds, trust)
    watch: threading.Timer | None = None
    try:
        connection.connect()
        watch = threading.Timer(connection.left(), _cut, (connection.sock,))
        watch.daemon = True
        watch.start()
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in (("host", target.authority), *headers, ("content-length", str(len(body)))):
            connection.putheader(name, value)
        connection.putheader("connection", "close")
        connection.endheaders(body)
        answer = connection.getresponse()
        return Posted(answer.status, _wait(answer.getheader("retry-after") or ""))
    except TimeoutError:
        raise TransportFailed("timeout") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise TransportFailed("broken") from None
    finally:
        if watch is not None:
            watch.cancel()
        connection.close()


def _cut(line: socket.socket) -> None:
    """Ends a connection whose time is over, whatever it is doing."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _wait(written: str) -> int:
    return min(int(written), 3600) if written.isascii() and written.isdigit() and len(written) < 10 else 0
