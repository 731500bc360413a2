"""The server over a socket, asked by whoever writes their own HTTP: one spelling, one length, and nobody waits."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from io import StringIO

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from expressplatform.transport import HttpRequest, HttpxTransport
from expressplatform_http.client import TraderClient, new_key
from expressplatform_http.protocol.signatures import sign
from expressplatform_http.server import running
from expressplatform_http.server.running import log_to, server_of
from expressplatform_http.testing import FakePlatform

_BOUND = 5.0


@pytest.fixture(scope="module")
def council() -> Iterator[FakePlatform]:
    """One server for the tests of this file, which change nothing that another one sees."""
    with FakePlatform() as running_one:
        yield running_one


@pytest.fixture
def trader(council: FakePlatform) -> Iterator[TraderClient]:
    """Somebody whose requests are signed."""
    with httpx.Client() as http:
        yield council.trader(HttpxTransport(http))


def _line(base: str) -> socket.socket:
    host, _, port = base.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=_BOUND)


def _all(line: socket.socket) -> bytes:
    found = b""
    while piece := line.recv(65_536):
        found += piece
    return found


def _asked(council: FakePlatform, written: bytes) -> bytes:
    """What comes back until the server hangs up."""
    with _line(council.base) as line:
        line.sendall(written)
        return _all(line)


def _signed(council: FakePlatform, path: str, body: bytes = b"", if_match: str = "") -> tuple[int, bytes]:
    """What a trader is answered, who signs what it sends: a write where there is a body. The path goes as it is."""
    said = {"expressplatform-person": "desk-1", "expressplatform-version": "1"}
    if body:
        said |= {"content-type": "application/json", "idempotency-key": new_key()}
        said |= {"if-match": if_match} if if_match else {}
    plain = HttpRequest("POST" if body else "GET", f"{council.base}{path}", tuple(said.items()), body)
    request = sign(plain, signer=council.keys().signing, created=council.clock(), nonce=new_key())
    lines = [f"{request.method} {path} HTTP/1.1", f"host: {council.base.removeprefix('http://')}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    answer = _asked(council, "\r\n".join((*lines, f"content-length: {len(body)}", "", "")).encode() + body)
    return int(answer.split(b" ")[1]), answer.partition(b"\r\n\r\n")[2]


def _get(council: FakePlatform, path: str) -> bytes:
    return _asked(council, f"GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n".encode()).split(b" ")[1]


class TestTheAddress:
    """A row of the table is spelled in one way, so that what a proxy keeps inside stays inside."""

    def test_what_a_row_writes_is_not_there_in_another_spelling(self, council: FakePlatform) -> None:
        """No percent sign stands for a letter or a slash of it, and no dot leads elsewhere."""
        assert _get(council, "/metrics") == b"200"
        for path in (
            "/%6detrics",
            "/m%65trics",
            "/metrics%2f",
            "//metrics",
            "/./metrics",
            "/x/../metrics",
            "/metrics/",
        ):
            assert _get(council, path) == b"404", path
        for path in ("/v1/public%2Fdiagram", "/v1/%70ublic/diagram", "/v1%2Fpublic%2Fdiagram"):
            assert _get(council, path) == b"404", path

    def test_what_a_row_leaves_open_is_decoded(self, council: FakePlatform) -> None:
        """A number with every character escaped is the same number; half an escape, or what is no text, is none."""
        case_id = council.new_complaint()
        escaped = "".join(f"%{ord(one):02x}" for one in case_id)
        status, body = _signed(council, f"/v1/trader/cases/{escaped}")
        assert (status, orjson.loads(body)["case_id"]) == (200, case_id)
        for wrong in (f"{case_id}%00", f"{case_id}%0a", f"{case_id}%", "%ff%fe", "%2e%2e", f"{case_id}%2fobtain"):
            assert _signed(council, f"/v1/trader/cases/{wrong}")[0] == 404, wrong


class TestTheLength:
    """A request has one end, whoever looks (RFC 9112 section 6.1)."""

    @pytest.mark.parametrize("path", ["/v1/complainant/codes", "/health", "/nowhere"])
    def test_a_length_told_twice_is_refused_and_nothing_after_it_is_read(
        self, council: FakePlatform, path: str
    ) -> None:
        """Whichever of the two a proxy went by, what follows is nobody's request."""
        smuggled = b"GET /health HTTP/1.1\r\nhost: here\r\n\r\n"
        head = f"POST {path} HTTP/1.1\r\nhost: here\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        answer = _asked(council, head + b"0\r\n\r\n" + smuggled)
        assert answer.count(b"HTTP/1.1 ") == 1
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "two_lengths"


class TestTheVersion:
    """Whoever says which version they decided on is held to it, or told that nothing here is."""

    def test_a_reading_of_another_version_is_refused_before_anything_is_disclosed(
        self, council: FakePlatform, trader: TraderClient
    ) -> None:
        """It is not done as if nobody had said a version; of several cases at once there is none to say."""
        case_id = council.new_complaint()
        path, before = f"/v1/trader/cases/{case_id}/obtain", trader.case(case_id).version
        assert _signed(council, path, b'{"v":1}', '"1"')[0] == 412
        status, said = _signed(council, "/v1/trader/obtain", orjson.dumps({"v": 1, "cases": [case_id]}), '"1"')
        assert (status, orjson.loads(said)["problems"][0]["path"]) == (422, "$header.if-match")
        assert trader.case(case_id).version == before
        assert _signed(council, path, b'{"v":1}', f'"{before}"')[0] == 200
        document = council.share_evidence(case_id, b"The label says 2 kg.")
        before = trader.case(case_id).version
        assert _signed(council, f"/v1/trader/cases/{case_id}/evidence/{document}/obtain", b'{"v":1}', '"1"')[0] == 412
        assert trader.case(case_id).version == before

    def test_a_version_is_written_in_one_way(self, council: FakePlatform) -> None:
        """No zeros before it, no weak one, no list, no star."""
        path = f"/v1/trader/cases/{council.new_complaint()}/reject"
        for written in ('"03"', 'W/"3"', "*", '"3", "4"', '"-1"', "3"):
            assert _signed(council, path, b'{"v":1,"rule":"not_our_shop"}', written)[0] == 422, written


def test_an_endpoint_that_can_never_be_told_is_refused_when_it_is_named(council: FakePlatform) -> None:
    """Not only at the first webhook: what is no public host, or names a user, is wrong wherever its name leads."""
    for host in ("10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]", "user@trader.example", "user:word@trader.example"):
        body = orjson.dumps({"v": 1, "url": f"https://{host}/hook"})
        status, said = _signed(council, "/v1/trader/webhooks", body)
        assert (status, orjson.loads(said)["problems"][0]["path"]) == (422, "$.url"), host


class TestTime:
    """Nobody keeps a connection by not ending what they say."""

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(running, "HEAD_SECONDS", 0.4)

    @pytest.mark.parametrize("said", [b"", b"GET /health HTTP/1.1\r\n", b"GET /health HTTP/1.1\r\nhost: x\r\n\r\nGET"])
    def test_a_head_that_does_not_end_is_hung_up_on(self, council: FakePlatform, said: bytes) -> None:
        """However it trickles, and whether or not a request came before it; what was asked whole is answered."""
        begun = time.monotonic()
        with _line(council.base) as line:
            line.sendall(said)
            trickle = threading.Event()

            def slowly() -> None:
                while not trickle.wait(0.1):
                    try:
                        line.sendall(b"x: y\r\n" if said else b"")
                    except OSError:
                        return

            thread = threading.Thread(target=slowly)
            thread.start()
            try:
                answer = _read_to_the_end(line)
            finally:
                trickle.set()
                thread.join()
        assert time.monotonic() - begun < _BOUND
        assert answer.count(b"HTTP/1.1 200") == (1 if b"\r\n\r\n" in said else 0)

    def test_a_body_may_take_longer_than_a_head(self, council: FakePlatform) -> None:
        """A head that is whole is not hung up on; bodies have bounds of their own."""
        head = b"POST /v1/complainant/codes HTTP/1.1\r\nhost: here\r\nconnection: close\r\n"
        with _line(council.base) as line:
            line.sendall(head + b"content-type: application/json\r\ncontent-length: 22\r\n\r\n")
            time.sleep(0.8)
            line.sendall(b'{"v":1,"link":"nowhere"}'[:22])
            assert _all(line).startswith(b"HTTP/1.1 4")


def _read_to_the_end(line: socket.socket) -> bytes:
    found = b""
    try:
        while piece := line.recv(65_536):
            found += piece
    except ConnectionResetError:  # something was still on its way when the server hung up
        pass
    return found


def test_what_goes_wrong_outside_of_the_table_leaves_no_text_of_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    """uvicorn would write the traceback, and with it whatever the error quotes: only its kind and place are written."""

    async def fails(request: Request) -> Response:
        raise RuntimeError("Chan Siu Man lives at 7 Nathan Road")

    stream = StringIO()
    log_to(stream)
    server = server_of(Starlette(routes=[Route("/", fails)]), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        end = time.monotonic() + _BOUND
        while not server.started and time.monotonic() < end:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 500
        with socket.create_connection(("127.0.0.1", port), timeout=_BOUND) as line:
            line.sendall(b"nonsense\r\n\r\n")
            assert _all(line).startswith(b"HTTP/1.1 400")
    finally:
        server.should_exit = True
        thread.join(_BOUND)
    written = stream.getvalue() + "".join(capfd.readouterr())
    assert "Nathan Road" not in written
    lines = [orjson.loads(one) for one in written.splitlines()]
    assert any("RuntimeError at" in one.get("reason", "") for one in lines)
    assert any("Invalid HTTP request" in one["reason"] for one in lines)
