"""Requests that were altered on their way, over real sockets: one answer for all of them, and nothing is written."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import attrs
import pytest

from expressplatform.codes import Status
from expressplatform.signing import SigningKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.signatures import SIGNED_HEADERS, sign
from expressplatform_http.testing import FakePlatform

NONCE = "q1w2e3r4t5y6u7i8o9p0{:02d}"


@attrs.define
class World:
    """A platform, a case that waits on it, and a rightly signed request to obtain it."""

    platform: FakePlatform
    case_id: str
    nonces: int = 0

    def good(self) -> HttpRequest:
        """A request that would be taken, with a nonce of its own."""
        self.nonces += 1
        headers = (
            ("content-type", "application/json"),
            ("idempotency-key", f"key-{self.nonces}"),
            ("if-match", f'"{self.version()}"'),
            ("expressplatform-version", "1"),
            ("expressplatform-person", "desk-1"),
            ("accept-language", "en"),
        )
        url = f"{self.platform.base}/v1/trader/cases/{self.case_id}/obtain"
        return sign(
            HttpRequest("POST", url, headers, b'{"v": 1}'),
            signer=self.platform.keys().signing,
            created=self.platform.clock(),
            nonce=NONCE.format(self.nonces),
        )

    def version(self) -> int:
        """Where the case stands."""
        return self.platform.platform.facts(self.case_id, by=self.platform._officer).case.version

    def status(self) -> str:
        return self.platform.platform.facts(self.case_id, by=self.platform._officer).case.status

    def sent(self, request: HttpRequest) -> tuple[int, bytes]:
        """The answer to a request that is sent as it is, whatever stands in it."""
        where = urlsplit(request.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        try:
            connection.putrequest(request.method, where.path + (f"?{where.query}" if where.query else ""))
            for name, value in request.headers:
                connection.putheader(name, value.encode("utf-8"))
            connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with FakePlatform() as platform:
        yield World(platform, platform.new_complaint())


def altered(request: HttpRequest, name: str, value: str | None) -> HttpRequest:
    kept = tuple(pair for pair in request.headers if pair[0].lower() != name)
    return attrs.evolve(request, headers=kept if value is None else (*kept, (name, value)))


def edited(request: HttpRequest, name: str, old: str, new: str) -> HttpRequest:
    value = request.header(name)
    assert old in value
    return altered(request, name, value.replace(old, new))


def tampered(world: World) -> Iterator[tuple[str, HttpRequest]]:
    """Every part of a signed request, altered alone."""
    good = world.good
    yield "body", attrs.evolve(good(), body=b'{"v": 1 }')
    yield "no body", attrs.evolve(good(), body=b"")
    yield "query", attrs.evolve(good(), url=good().url + "?x=1")
    for name in SIGNED_HEADERS:
        request = good()
        yield f"another {name}", altered(request, name, request.header(name)[:-1] + "x")
        yield f"no {name}", altered(good(), name, None)
        yield f"{name} twice", good().with_headers((name, request.header(name)))
        yield f"{name}, oversized", altered(good(), name, "x" * 20_000)
        yield f"{name}, not ASCII", altered(good(), name, "\u4e2d\u6587")
    for name in ("signature", "signature-input"):
        yield f"no {name}", altered(good(), name, None)
        yield f"{name}, oversized", altered(good(), name, "x" * 20_000)
        yield f"{name}, not ASCII", altered(good(), name, "\u4e2d\u6587")
        yield f"another {name}", altered(good(), name, good().header(name))
    yield "created", edited(good(), "signature-input", "created=1", "created=2")
    yield "expires", edited(good(), "signature-input", "expires=1", "expires=2")
    yield "nonce", edited(good(), "signature-input", 'nonce="q1', 'nonce="q2')
    yield "key id", edited(good(), "signature-input", world.platform.keys().key_id, "0" * 16)
    other = world.platform.keys("jd").key_id
    yield "another's key id", edited(good(), "signature-input", world.platform.keys().key_id, other)
    yield "algorithm", edited(good(), "signature-input", "ed25519", "ed25518")
    yield "tag", edited(good(), "signature-input", 'tag="expressplatform"', 'tag="expressplatforn"')
    yield "an unknown key", stranger(world)


def stranger(world: World) -> HttpRequest:
    """A request that is right in everything but that nobody knows its key."""
    good = world.good()
    bare = tuple(pair for pair in good.headers if not pair[0].startswith("signature"))
    return sign(
        attrs.evolve(good, headers=bare), signer=SigningKey.generate(), created=world.platform.clock(), nonce="n" * 22
    )


def test_whatever_is_altered_the_answer_is_the_same_and_nothing_is_written(world: World) -> None:
    before, answers = world.version(), dict[str, tuple[int, bytes]]()
    for what, request in tampered(world):
        answers[what] = world.sent(request)
    assert {status for status, _ in answers.values()} == {401}, {
        what: status for what, (status, _) in answers.items() if status != 401
    }
    assert len({body for _, body in answers.values()}) == 1
    assert (world.version(), world.status()) == (before, Status.UPLOADED)


def test_another_method_or_path_finds_nothing_and_writes_nothing(world: World) -> None:
    before, request = world.version(), world.good()
    assert world.sent(attrs.evolve(request, method="PUT"))[0] in (401, 404, 405)
    other = attrs.evolve(request, url=request.url.replace("/obtain", "/report-impasse"))
    assert world.sent(other)[0] == 401
    assert world.version() == before


@pytest.mark.parametrize("moved", [timedelta(seconds=301), timedelta(seconds=-61)])
def test_a_request_of_another_time_is_refused(world: World, moved: timedelta) -> None:
    before, request = world.version(), world.good()
    world.platform.clock.at += moved
    try:
        assert world.sent(request)[0] == 401
    finally:
        world.platform.clock.at -= moved
    assert world.version() == before


def test_the_same_request_is_taken_once() -> None:
    """Not even whoever repeats a request to the byte is answered twice; a new signature under the same key is."""
    with FakePlatform() as platform:
        world = World(platform, platform.new_complaint())
        request = world.good()
        assert world.sent(request)[0] == 200
        version = world.version()
        refused = world.sent(request)
        assert (refused[0], json.loads(refused[1])["code"]) == (401, "not_authenticated")
        assert world.version() == version == 4
        bare = tuple(pair for pair in request.headers if not pair[0].startswith("signature"))
        again = sign(
            attrs.evolve(request, headers=bare),
            signer=platform.keys().signing,
            created=platform.clock(),
            nonce="m" * 22,
        )
        assert world.sent(again)[0] == 200
        assert world.version() == version


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /v1/trader/cases HTTP/1.1\r\nHost: a\r\nSignature: \xff\xfe\r\nSignature-Input: \xff\r\n\r\n",
        b"GET /v1/trader/cases HTTP/1.1\r\nSignature: sig1=:AA==:\r\n\r\n",
        b"GET /v1/trader/cases?\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/trader/obtain HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_bytes_that_are_no_request_break_nothing(world: World, raw: bytes) -> None:
    """Answered by a refusal or by the end of the connection; the server goes on."""
    where = urlsplit(world.platform.base)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=20) as sent:
        sent.sendall(raw)
        sent.shutdown(socket.SHUT_WR)
        answer = sent.recv(65_536)
    assert not answer or answer.split(b" ")[1][:1] == b"4"
    assert world.status() == Status.UPLOADED
