"""The server over sockets, and peers that do not keep to what is usual: they cost nobody else anything for long."""

from __future__ import annotations

import asyncio
import gc
import json
import secrets
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any
from weakref import WeakSet

import orjson
import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from expressplatform.codes import EvidenceKind
from expressplatform.errors import TransportFailed
from expressplatform.spools import Spool
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.signatures import sign
from expressplatform_http.server import running
from expressplatform_http.server.addresses import Target
from expressplatform_http.server.posting import post
from expressplatform_http.server.running import TAKE_SECONDS, log_to, server_of
from tests.mail import trust
from tests.served import Served, served, sqlite_place
from tests.walking import OFFICER
from tests.whole_life import complaint

_BOUND = 10.0
_ASKED = b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"
_LARGE = b"%PDF-1.7\n" + secrets.token_bytes(8 * 1024 * 1024)
"""More than the machine keeps for whoever is to take it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A platform on a socket that waits half a second for whoever does not take what they asked for."""
    with served(sqlite_place(tmp_path_factory.mktemp("served")), take_seconds=0.5) as one:
        yield one


@pytest.fixture(scope="module")
def reading(world: Served) -> str:
    """Where the council reads a large document."""
    case = world.platform.lodge(complaint(), by=OFFICER, key="large")
    case = world.platform.add_evidence(
        case.id, _LARGE, kind=EvidenceKind.PHOTOGRAPH, name="large.pdf", by=OFFICER, key="document"
    )
    world.platform.work()
    return f"/v1/council/cases/{case.id}/evidence/{case.file.evidence[-1].id}/reading"


@pytest.fixture
def spools(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeakSet[Spool]]:
    """All that are made; what is let go is let go by somebody, and does not wait for a collection."""
    made, init = WeakSet[Spool](), Spool.__init__

    def noted(self: Spool, *content: Iterable[bytes]) -> None:
        made.add(self)
        init(self, *content)

    monkeypatch.setattr(Spool, "__init__", noted)
    gc.disable()
    yield made
    gc.enable()


def _line(world: Served) -> socket.socket:
    line = socket.socket()
    line.settimeout(_BOUND)
    line.connect(("127.0.0.1", int(world.base_url.rpartition(":")[2])))
    return line


def _asked(world: Served, path: str) -> bytes:
    """A signed request of the council's, as it goes over a line."""
    caller, body = world.callers["hkcc"], orjson.dumps({"v": 1, "reason": "a call"})
    said = (
        ("expressplatform-person", caller.person), ("content-type", "application/json"),
        ("idempotency-key", secrets.token_hex(8)),
    )  # fmt: skip
    plain = HttpRequest("POST", world.base_url + path, said, body)
    signed = sign(plain, signer=caller.key, created=world.clock(), nonce=secrets.token_hex(16))
    lines = [f"POST {path} HTTP/1.1", f"host: {world.base_url.partition('//')[2]}", f"content-length: {len(body)}"]
    return "\r\n".join((*lines, *(f"{name}: {value}" for name, value in signed.headers), "", "")).encode() + body


def _held(spools: Iterable[Spool]) -> int:
    """How many documents on their way through are held."""
    return sum(not one._file.closed for one in spools)


async def _answering(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(bytes(50_000))(scope, receive, send)


@contextmanager
def _running(app: ASGIApp, take_seconds: float = TAKE_SECONDS, most: int | None = None) -> Iterator[uvicorn.Server]:
    """A server for an application, in a thread."""
    server = server_of(app, host="127.0.0.1", port=0, take_seconds=take_seconds, most=most)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        _until(lambda: server.started)
        yield server
    finally:
        server.should_exit = True
        thread.join(_BOUND)
    assert not thread.is_alive()


@contextmanager
def _asking(server: uvicorn.Server, said: bytes = _ASKED) -> Iterator[socket.socket]:
    with socket.create_connection(server.servers[0].sockets[0].getsockname(), timeout=_BOUND) as line:
        line.sendall(said)
        yield line


def _is_refused(line: socket.socket) -> bool:
    """Whether one byte more is more than the other end takes."""
    try:
        line.sendall(b"x")
    except ConnectionError:
        return True
    return False


def _all(line: socket.socket) -> bytes:
    """What is said until the other end hangs up."""
    found = b""
    with suppress(ConnectionResetError):
        while piece := line.recv(65_536):
            found += piece
    return found


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _BOUND
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


class TestWhoTakesNothing:
    """An answer that is not taken is not kept for ever."""

    def test_whoever_takes_nothing_of_an_answer_is_hung_up_on(
        self, world: Served, reading: str, spools: WeakSet[Spool]
    ) -> None:
        """Others are answered meanwhile; the document is let go, and the log says so without a name."""
        stream, others = StringIO(), 0
        log_to(stream)
        lines = [_line(world) for _ in range(5)]
        for line in lines:
            line.sendall(_asked(world, reading))
        _until(lambda: _held(spools) == 5)
        while _held(spools):
            assert world.http.get("/health").status_code == 200
            others += 1
        for line in lines:
            assert len(_all(line)) < len(_LARGE)
            line.close()
        assert others
        told = [json.loads(one) for one in stream.getvalue().splitlines()]
        assert [set(one) for one in told if one.get("code") == "not_taken"] == [{"at", "route", "code"}] * 5

    def test_whoever_takes_an_answer_slowly_is_given_it_whole(self, world: Served, reading: str) -> None:
        """It takes longer than the bound, which is for those who take nothing."""
        found, begun = bytearray(), time.monotonic()
        with _line(world) as line:
            line.sendall(_asked(world, reading))
            while piece := len(found) < len(_LARGE) and line.recv(64 * 1024):
                found += piece
                time.sleep(0.01)
        assert time.monotonic() - begun > 1.0
        assert found.endswith(_LARGE[-1000:])

    @pytest.mark.parametrize("read", [0, 1000])
    def test_what_somebody_asked_for_who_has_gone_is_let_go_at_once(
        self, world: Served, reading: str, spools: WeakSet[Spool], read: int
    ) -> None:
        """Whether or not they took some of it, and with nobody collecting what is left lying."""
        for _ in range(5):
            line = _line(world)
            line.sendall(_asked(world, reading))
            if read:
                assert line.recv(read)
            _reset(line)
        _until(lambda: not _held(spools))

    def test_a_small_answer_that_nobody_takes_is_kept_no_longer(self) -> None:
        """Though the server was through with it: it fitted between the two."""
        with _running(_answering, take_seconds=0.3) as server:
            here = server.servers[0].sockets[0]
            here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            with socket.socket() as line:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                line.settimeout(_BOUND)
                line.connect(here.getsockname())
                line.sendall(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
                _until(lambda: server.server_state.total_requests == 1)
                assert server.server_state.connections
                _until(lambda: not server.server_state.connections)


def test_more_connections_than_there_is_room_for_cost_the_silent_ones() -> None:
    """Those that have been silent for the longest; whoever asks is let in, and whoever is answered is not cut off."""
    begun, end = threading.Event(), threading.Event()
    asked_once = _ASKED.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            begun.set()
            await asyncio.to_thread(end.wait, _BOUND)
        await _answering(scope, receive, send)

    with (
        _running(slowly, most=4) as server,
        _asking(server, asked_once.replace(b" / ", b" /slow ")) as busy,
        ExitStack() as stack,
    ):
        assert begun.wait(_BOUND)
        silent = [stack.enter_context(_asking(server, b"")) for _ in range(40)]
        with _asking(server, asked_once) as line:
            assert len(_all(line)) > 50_000
        for one in silent[:36]:
            assert not _all(one)
        assert len(server.server_state.connections) <= 4
        end.set()
        assert len(_all(busy)) > 50_000


class TestWhoDoesNotEnd:
    """What has been answered is over."""

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "HEAD_SECONDS", 0.4)

    @pytest.mark.parametrize(
        "head",
        [
            b"POST /v1/complainant/codes HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n",
            b"POST /nowhere HTTP/1.1\r\ncontent-length: 900000\r\n",
        ],
    )
    def test_the_rest_of_a_request_that_was_answered_is_not_waited_for_for_ever(
        self, world: Served, head: bytes
    ) -> None:
        """However it trickles in."""
        with _line(world) as line:
            line.sendall(head + b"host: here\r\n\r\n")
            assert line.recv(65_536).startswith(b"HTTP/1.1 4")
            _until(lambda: _is_refused(line))

    def test_a_connection_goes_on_after_a_request_that_was_answered_early(self, world: Served) -> None:
        """Where the rest of it comes in time."""
        with _line(world) as line:
            line.sendall(b"POST /nowhere HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\n")
            found = b""
            while not found.endswith(b"}"):
                found += line.recv(65_536)
            assert found.startswith(b"HTTP/1.1 404")
            time.sleep(0.1)
            line.sendall(b"0123456789GET /health HTTP/1.1\r\nhost: here\r\n\r\n")
            assert line.recv(65_536).startswith(b"HTTP/1.1 200")


class TestStopping:
    """A server that is told to stop ends what can be ended, and cuts the rest off."""

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "GRACE", 0.5)
        monkeypatch.setattr(running, "SOON", 0.3)

    def test_what_is_under_way_is_answered(self) -> None:
        """And nobody else is let in."""
        begun, end = threading.Event(), threading.Event()

        async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
            begun.set()
            await asyncio.to_thread(end.wait, _BOUND)
            await _answering(scope, receive, send)

        with _running(slowly) as server, _asking(server) as line:
            assert begun.wait(_BOUND)
            server.should_exit = True
            _until(lambda: not server.servers[0].sockets)
            end.set()
            assert len(_all(line)) > 50_000

    @pytest.mark.parametrize("stubborn", [False, True])
    def test_what_does_not_end_is_cut_off_in_one_line(self, stubborn: bool) -> None:
        """Whether it waits for its caller or for something else: no error is told of what was meant."""
        stream = StringIO()
        log_to(stream)
        begun = threading.Event()

        async def never(scope: Scope, receive: Receive, send: Send) -> None:
            begun.set()
            await receive()
            while stubborn or (await receive())["type"] != "http.disconnect":
                await asyncio.sleep(0.01)

        with _running(never) as server, _asking(server) as line:
            assert begun.wait(_BOUND)
            server.should_exit = True
            assert _all(line) == b""
        (told,) = [json.loads(one) for one in stream.getvalue().splitlines()]
        assert (told["route"], told["code"], told["requests"]) == ("server", "cut_off", 1)

    @pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: here\r\n\r\n"])
    def test_whoever_asks_for_nothing_does_not_hold_it_up(self, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        """A connection on which nothing is under way is closed at once, and nothing is told of it."""
        monkeypatch.setattr(running, "GRACE", _BOUND)
        stream = StringIO()
        log_to(stream)
        with _running(_answering) as server, _asking(server, said) as line:
            _until(lambda: len(server.server_state.connections) == 1)
            if said.endswith(b"\r\n\r\n"):
                _until(lambda: server.server_state.total_requests == 1)
            begun = time.monotonic()
            server.should_exit = True
            _all(line)
        assert time.monotonic() - begun < _BOUND / 2
        assert not stream.getvalue()


class TestWhoIsTold:
    """An endpoint of a trader's keeps the worker for no longer than the seconds of one attempt."""

    @pytest.mark.parametrize("drop", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x"])
    @pytest.mark.parametrize("late", [False, True])
    def test_an_attempt_has_one_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drop: bytes, late: bool
    ) -> None:
        """Wherever the endpoint is slow: to let in, to prove who it is, and to answer."""
        connect = socket.create_connection

        def slowly(*asked: Any, **more: Any) -> socket.socket:
            time.sleep(0.6 * late)
            return connect(*asked, **more)

        monkeypatch.setattr(socket, "create_connection", slowly)
        trusted = trust(tmp_path)
        with _dripping(trusted.server, 0.6 * late, drop) as port:
            target = Target("https", "127.0.0.1", port, "/", "127.0.0.1")
            begun = time.monotonic()
            with pytest.raises(TransportFailed):
                post(target, b"{}", (), seconds=1.0, context=trusted.client)
        assert time.monotonic() - begun < 2.5


@contextmanager
def _dripping(context: ssl.SSLContext, seconds: float, drop: bytes) -> Iterator[int]:
    """An endpoint that takes its time before it proves who it is, and then answers without an end."""
    over = threading.Event()

    def speak(listening: socket.socket) -> None:
        line, _ = listening.accept()
        time.sleep(seconds)
        with suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
            while not over.wait(0.02):
                safe.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=speak, args=(listening,))
        thread.start()
        end = threading.Timer(5, over.set)
        end.start()
        yield listening.getsockname()[1]
        end.cancel()
        over.set()
        thread.join()
