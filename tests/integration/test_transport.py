"""The transports over real sockets, with clients of both libraries, and the retries above them."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import attrs
import httpx
import httpx2
import pytest

from expressplatform.driving import run
from expressplatform.errors import TransportFailed
from expressplatform.transport import (
    NO_RETRY,
    AsyncHttpxTransport,
    Attempt,
    Call,
    HttpRequest,
    HttpResponse,
    HttpxTransport,
    LiftedTransport,
    RetryPolicy,
    Supply,
    Surroundings,
    exchange,
    retry_after,
)

SECONDS = 5.0


_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"transfer-encoding: chunked\r\n\r\n"
_DRIPS = {
    "/drip": (_OK + b"content-length: 1000\r\n\r\n", b"x"),
    "/patience": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "/head": (_OK, b"x"),
    "/chunk": (_CHUNKED + b"1000;", b"x"),
    "/trailers": (_CHUNKED + b"1\r\nx\r\n0\r\n", b"x: y\r\n"),
}
"""What answers begin with that never end, and what comes then, again and again."""


class _Handler(BaseHTTPRequestHandler):
    """Answers by path: echo, a redirect, a drip, a cut line, a long body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/echo":
            self._answer(207, body, ("X-Twice", "a"), ("X-Twice", "b"), ("X-Seen", self.headers.get("X-Sent", "")))
        elif self.path.startswith("/target"):
            self._answer(200, self.path.encode())
        elif self.path == "/away":
            self._answer(307, b"", ("Location", "/echo"))
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        elif self.path in _DRIPS:
            self._drip(*_DRIPS[self.path])
        elif self.path == "/silent":
            self.close_connection = True
            self.server.stop.wait(SECONDS)  # type: ignore[attr-defined]

    def _drip(self, head: bytes, drop: bytes) -> None:
        self.close_connection = True
        self.wfile.write(head)
        for _ in range(500):
            if self.server.stop.wait(0.02):  # type: ignore[attr-defined]
                return
            try:
                self.wfile.write(drop)
                self.wfile.flush()
            except OSError:
                return

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stop = threading.Event()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of a running server."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.stop.set()
        server.shutdown()
        thread.join()


Send = Callable[..., HttpResponse]


@contextmanager
def _sync(library: type[httpx.Client | httpx2.Client], longest: int) -> Iterator[Send]:
    with library(trust_env=False) as client:
        transport = HttpxTransport(client, longest=longest)
        yield transport.send


def _awaited(library: type[httpx.AsyncClient | httpx2.AsyncClient], longest: int) -> Send:
    def send(request: HttpRequest, seconds: float) -> HttpResponse:
        async def once() -> HttpResponse:
            async with library(trust_env=False) as client:
                return await AsyncHttpxTransport(client, longest=longest).send(request, seconds)

        return asyncio.run(once())

    return send


@pytest.fixture(params=["httpx", "httpx2", "httpx async", "httpx2 async"])
def send(request: pytest.FixtureRequest) -> Iterator[Send]:
    """How a request is sent, with each library in each way; at most 2,000 bytes come back."""
    library = httpx if request.param.startswith("httpx ") or request.param == "httpx" else httpx2
    if request.param.endswith("async"):
        yield _awaited(library.AsyncClient, 2_000)
    else:
        with _sync(library.Client, 2_000) as sent:
            yield sent


class TestOneAttempt:
    """A transport carries a request once and raises one error."""

    def test_headers_body_and_status_arrive_as_they_were_sent(self, send: Send, base: str) -> None:
        answer = send(HttpRequest("POST", f"{base}/echo", (("X-Sent", "yes"),), b"\x00body"), SECONDS)
        assert (answer.status, answer.body, answer.header("X-SEEN")) == (207, b"\x00body", "yes")
        assert answer.header("x-twice") == "a, b"
        assert answer.header("x-none") == ""
        assert HttpRequest("GET", "http://h/", (("A", "1"),)).header("a") == "1"

    def test_a_secret_query_reaches_the_server_and_no_log(
        self, send: Send, base: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            for library in ("httpx", "httpx2", "httpcore", "httpcore2"):
                caplog.set_level(logging.DEBUG, logger=library)
            answer = send(HttpRequest("POST", f"{base}/target?a=1", secret_query="s=hidden%20word"), SECONDS)
        assert answer.body == b"/target?a=1&s=hidden%20word"
        logs = "\n".join(f"{one.getMessage()} {one.args}" for one in caplog.records)
        assert "/target" in logs
        assert "hidden" not in logs

    def test_the_target_of_a_request_is_its_path_with_both_queries(self) -> None:
        assert HttpRequest("GET", "https://h").target == b"/"
        assert HttpRequest("GET", "https://h/a/b#part", secret_query="s=1").target == b"/a/b?s=1"
        assert HttpRequest("GET", "https://h/a?b=1", secret_query="s=1").target == b"/a?b=1&s=1"
        assert "s=1" not in repr(HttpRequest("GET", "https://h", secret_query="s=1"))

    def test_a_redirect_is_an_answer(self, send: Send, base: str) -> None:
        assert send(HttpRequest("POST", f"{base}/away"), SECONDS).status == 307

    def test_a_line_that_is_cut_may_have_carried_the_request(self, send: Send, base: str) -> None:
        with pytest.raises(TransportFailed) as caught:
            send(HttpRequest("POST", f"{base}/cut"), SECONDS)
        assert (caught.value.code, caught.value.maybe_done) == ("broken", True)

    def test_nobody_there_means_that_nothing_was_done(self, send: Send) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{taken.getsockname()[1]}/name-of-somebody"
            with pytest.raises(TransportFailed) as caught:
                send(HttpRequest("POST", address), SECONDS)
        assert (caught.value.code, caught.value.maybe_done) == ("no_connection", False)
        assert "name-of-somebody" not in f"{caught.value} {caught.value!r} {caught.value.__context__!s}"
        assert caught.value.__cause__ is None

    def test_an_address_that_is_none_was_never_sent(self, send: Send) -> None:
        with pytest.raises(TransportFailed) as caught:
            send(HttpRequest("POST", "http://[no"), SECONDS)
        assert (caught.value.code, caught.value.maybe_done) == ("no_connection", False)

    @pytest.mark.parametrize("path", ["/silent", *_DRIPS])
    def test_an_attempt_ends_with_its_seconds_however_the_server_delays(self, send: Send, base: str, path: str) -> None:
        """Silent, or with a little of the answer again and again, wherever in it that is."""
        began = time.monotonic()
        with pytest.raises(TransportFailed) as caught:
            send(HttpRequest("POST", f"{base}{path}"), 0.2)
        assert (caught.value.code, caught.value.maybe_done) == ("timeout", True)
        assert time.monotonic() - began < 2

    def test_an_answer_longer_than_allowed_is_not_read(self, send: Send, base: str) -> None:
        assert len(send(HttpRequest("POST", f"{base}/echo", (), b"x" * 2_000), SECONDS).body) == 2_000
        with pytest.raises(TransportFailed) as caught:
            send(HttpRequest("POST", f"{base}/echo", (), b"x" * 2_001), SECONDS)
        assert caught.value.code == "too_long"

    def test_a_body_goes_out_and_comes_in_piece_by_piece(self, send: Send, base: str) -> None:
        """Whole or supplied, its size is said beforehand; the answer is handed on, however long it is."""
        body, heard, taken = b"piece by piece " * 10_000, list[int](), list[bytes]()
        supply = Supply(len(body), lambda: (body[:100_000], body[100_000:]))
        whole = HttpRequest("POST", f"{base}/echo", (), body, progress=heard.append, taker=lambda: taken.append)
        supplied = attrs.evolve(whole, body=b"", supply=supply)
        for request, told in (
            (whole, [65_536, 131_072, 150_000]),
            (supplied, [100_000, 150_000]),
            (attrs.evolve(supplied, progress=None), []),
        ):
            heard.clear()
            taken.clear()
            assert (send(request, SECONDS).body, b"".join(taken)) == (b"", body)
            assert heard == told

    @pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
    def test_callers_that_are_cancelled_use_up_no_connection(self, library: Any, base: str) -> None:
        """Wherever they stand, the others are answered over the two that there are; and soon nothing goes on."""

        async def main() -> None:
            luck, asked = Random(3), HttpRequest("POST", f"{base}/echo", (), bytes(100_000))
            limits = library.Limits(max_connections=2)
            async with library.AsyncClient(trust_env=False, limits=limits) as client:
                transport = AsyncHttpxTransport(client)
                for _ in range(100):
                    calls = [asyncio.ensure_future(transport.send(asked, SECONDS)) for _ in range(4)]
                    for _ in range(luck.randint(0, 60)):
                        await asyncio.sleep(0)
                    for call in calls:
                        for _ in range(luck.randint(0, 2)):
                            call.cancel()
                            await asyncio.sleep(0)
                    ended, _ = await asyncio.wait(calls)
                    for call in ended:
                        assert call.cancelled() or call.result().body == asked.body
                until = time.monotonic() + 2 * SECONDS
                while len(asyncio.all_tasks()) > 1:
                    assert time.monotonic() < until
                    await asyncio.sleep(0.01)

        asyncio.run(main())

    def test_nothing_more_is_asked_of_a_caller_that_was_cancelled(self, base: str) -> None:
        """Neither a piece of what was to be sent nor a word of how far it came: what it came from may be closed."""
        asked, heard = list[int](), list[int]()

        async def main() -> None:
            sending: asyncio.Task[HttpResponse]

            def pieces() -> Iterator[bytes]:
                for number in range(1_000):
                    asked.append(number)
                    if number == 2:
                        sending.cancel()
                    yield bytes(1_000)

            async with httpx.AsyncClient(trust_env=False) as client:
                wanted = HttpRequest("POST", f"{base}/echo", supply=Supply(1_000_000, pieces), progress=heard.append)
                sending = asyncio.ensure_future(AsyncHttpxTransport(client).send(wanted, SECONDS))
                await asyncio.wait([sending])
                assert sending.cancelled()
                while len(asyncio.all_tasks()) > 1:
                    await asyncio.sleep(0.01)

        asyncio.run(main())
        assert len(asked) < 20
        assert len(heard) < 20

    def test_an_event_loop_that_ends_does_not_wait_for_what_was_given_up(self, base: str) -> None:
        """A request whose caller is gone ends with the loop, long before its seconds are over."""

        async def main() -> None:
            client = httpx.AsyncClient(trust_env=False)
            wanted = HttpRequest("POST", f"{base}/silent", (), b"")
            sending = asyncio.ensure_future(AsyncHttpxTransport(client).send(wanted, 20 * SECONDS))
            await asyncio.sleep(0.1)
            sending.cancel()
            await asyncio.wait([sending])

        begin = time.monotonic()
        asyncio.run(main())
        assert time.monotonic() - begin < SECONDS

    def test_what_is_no_success_is_not_handed_on(self, send: Send, base: str) -> None:
        request = HttpRequest("POST", f"{base}/away", taker=lambda: pytest.fail("somebody was asked"))
        assert send(request, SECONDS).status == 307

    def test_a_client_of_another_make_is_refused(self) -> None:
        with pytest.raises(TypeError):
            HttpxTransport(object())  # type: ignore[arg-type]

    def test_a_client_of_a_class_of_ones_own_is_welcome(self, base: str) -> None:
        class Own(httpx.Client):
            """A client with settings of its own."""

        with Own(trust_env=False) as client:
            assert HttpxTransport(client).send(HttpRequest("POST", f"{base}/echo"), SECONDS).status == 207

    def test_nothing_prints_what_is_sent(self) -> None:
        with httpx.Client() as client:
            sync = repr(HttpxTransport(client))
        shown = f"{HttpRequest('GET', 'http://h/secret', (('A', 'secret'),), b'secret')} {sync}"
        shown += f"{HttpResponse(200, (('A', 'secret'),), b'secret')} {AsyncHttpxTransport(httpx.AsyncClient())}"
        assert "secret" not in shown

    def test_headers_are_added_after_those_that_are_there(self) -> None:
        assert HttpRequest("GET", "/", (("a", "1"),)).with_headers(("b", "2")).headers == (("a", "1"), ("b", "2"))


# ---- retries ----------------------------------------------------------------------------------------------------

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@attrs.define
class World:
    """A clock that moves when somebody pauses or sends, and a server that answers by script."""

    script: list[HttpResponse | TransportFailed]
    takes: float = 0.0
    at: float = 0.0
    seen: list[HttpRequest] = attrs.Factory(list)
    granted: list[float] = attrs.Factory(list)
    told: list[Attempt] = attrs.Factory(list)

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        self.seen.append(request)
        self.granted.append(seconds)
        self.at += min(self.takes, seconds)
        answer = self.script.pop(0)
        if isinstance(answer, TransportFailed):
            raise answer
        return answer

    async def pause(self, seconds: float) -> None:
        self.at += seconds

    def call(self, call: Call, request: HttpRequest | Callable[[], HttpRequest] | None = None) -> HttpResponse:
        around = Surroundings(self.pause, clock=lambda: self.at, luck=lambda: 1.0, now=lambda: NOW)
        wanted = HttpRequest("GET", "https://h/") if request is None else request
        heard = attrs.evolve(call, on_retry=self.told.append)
        return run(exchange(wanted, transport=LiftedTransport(self), call=heard, around=around))


BUSY, FINE = HttpResponse(503), HttpResponse(200)
LOST, UNSENT = TransportFailed("broken"), TransportFailed("no_connection", maybe_done=False)
AGAIN = Call(may_repeat=True)


class TestRetries:
    """Only a request that may arrive twice is sent twice, and one call has one deadline."""

    def test_a_request_that_may_repeat_is_tried_until_it_is_answered(self) -> None:
        world = World([BUSY, LOST, UNSENT, FINE])
        assert world.call(AGAIN) == FINE
        assert [one.wait for one in world.told] == [0.5, 1.0, 2.0]
        assert [(one.number, one.status, one.code) for one in world.told][:2] == [(1, 503, ""), (2, 0, "broken")]

    def test_one_that_may_not_is_repeated_only_where_it_was_never_sent(self) -> None:
        assert World([UNSENT, FINE]).call(Call()) == FINE
        assert World([BUSY]).call(Call()) == BUSY
        with pytest.raises(TransportFailed):
            World([LOST]).call(Call())

    def test_after_the_last_attempt_its_answer_or_error_is_the_callers(self) -> None:
        assert World([BUSY, BUSY]).call(attrs.evolve(AGAIN, policy=RetryPolicy(attempts=2))) == BUSY
        with pytest.raises(TransportFailed) as caught:
            World([LOST]).call(attrs.evolve(AGAIN, policy=NO_RETRY))
        assert caught.value == LOST or caught.value.code == "broken"

    def test_a_refusal_is_not_repeated(self) -> None:
        assert World([HttpResponse(409)]).call(AGAIN).status == 409

    def test_one_call_has_one_deadline_with_its_waits(self) -> None:
        world = World([BUSY] * 9, takes=4.0)
        assert world.call(attrs.evolve(AGAIN, deadline=10.0, policy=RetryPolicy(attempts=9))) == BUSY
        assert world.at <= 10.0
        assert world.granted[0] == 10.0
        assert world.granted[-1] < 10.0

    def test_where_the_time_is_up_the_request_may_have_been_done(self) -> None:
        for script, maybe in (([], False), ([LOST], True)):
            world = World([*script], takes=3.0)
            call = attrs.evolve(AGAIN, deadline=0.0 if not script else 3.0)
            with pytest.raises(TransportFailed) as caught:
                world.call(call)
            assert caught.value.maybe_done is maybe

    def test_a_pause_that_oversleeps_ends_at_the_deadline(self) -> None:
        world = World([LOST])

        async def oversleep(seconds: float) -> None:
            world.at += 100.0

        around = Surroundings(oversleep, clock=lambda: world.at, luck=lambda: 0.0, now=lambda: NOW)
        flow = exchange(HttpRequest("GET", "https://h/"), transport=LiftedTransport(world), call=AGAIN, around=around)
        with pytest.raises(TransportFailed) as caught:
            run(flow)
        assert (caught.value.code, caught.value.maybe_done) == ("deadline", True)

    def test_the_request_is_made_anew_where_it_is_a_callable(self) -> None:
        made = iter(HttpRequest("GET", f"https://h/{n}") for n in range(9))
        world = World([BUSY, FINE])
        world.call(AGAIN, lambda: next(made))
        assert [one.url[-1] for one in world.seen] == ["0", "1"]

    def test_a_server_that_names_a_time_is_waited_for(self) -> None:
        date = format_datetime(NOW + timedelta(seconds=7), usegmt=True)
        for value in ("7", date):
            world = World([HttpResponse(429, (("Retry-After", value),)), FINE])
            world.call(AGAIN)
            assert [one.wait for one in world.told] == [7.0]

    def test_a_wait_past_the_deadline_is_not_begun(self) -> None:
        busy = HttpResponse(429, (("Retry-After", "31"),))
        world = World([busy])
        assert world.call(AGAIN) == busy
        assert world.at == 0.0

    def test_what_names_no_time_is_not_one(self) -> None:
        for value in ("", "soon", "-1", "٣", "Fri, 99 Xxx 2026 00:00:00 GMT"):
            assert retry_after(HttpResponse(429, (("Retry-After", value),)), NOW) is None
        past = format_datetime(NOW - timedelta(days=1), usegmt=True)
        assert retry_after(HttpResponse(429, (("Retry-After", past),)), NOW) == 0.0

    def test_waits_grow_to_their_longest_and_are_drawn_from_half_of_it(self) -> None:
        policy = RetryPolicy(first=1.0, longest=8.0)
        assert [policy.wait(n, 1.0) for n in (1, 2, 3, 4, 5, 5000)] == [1, 2, 4, 8, 8, 8]
        assert policy.wait(3, 0.0) == 2.0
