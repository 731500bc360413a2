"""The receivers of webhooks that the examples show, against whoever finds their address."""

from __future__ import annotations

import importlib.util
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from expressplatform_http.client import Secret

ROOT = Path(__file__).resolve().parents[2]
_BOUND = 5.0


def _example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain() -> ThreadingHTTPServer:
    example: Any = _example("receive_webhooks")
    server = example.Server(example.Receiver([Secret(b"told once, when it was made")], lambda: datetime.now(UTC)))
    assert isinstance(server, ThreadingHTTPServer)
    return server


def _desk() -> ThreadingHTTPServer:
    example: Any = _example("sandbox_desk")
    server = example.Receiver(example.Desk(None))  # no webhook is good: nothing is asked of a platform
    assert isinstance(server, ThreadingHTTPServer)
    return server


@contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("make", [_plain, _desk])
def test_a_length_that_is_none_is_answered_and_never_waited_for(make: Any) -> None:
    """Below nothing, no number, a digit that is none, longer than a number may be, not there: 400, at once."""
    with _running(make()) as port:
        for length in (b"-1", b"five", b"\xb2", b"9" * 5_000, None):
            said = b"" if length is None else b"Content-Length: " + length + b"\r\n"
            with socket.create_connection(("127.0.0.1", port), timeout=_BOUND) as line:
                line.sendall(b"POST /express HTTP/1.0\r\n" + said + b"\r\nhello")
                assert line.recv(64).split(b" ")[1:2] == [b"400"], length and length[:9]
