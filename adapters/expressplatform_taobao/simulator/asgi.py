"""The simulated platform as an ASGI application: addresses, forms, faults of the line.

Laws of this file: it answers whatever comes and logs nothing. One request is carried out at a time, under the world's
lock, in the order of arrival. A broken line is one at the socket: an answer that promises more than it sends.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs
import orjson

from expressplatform_taobao.simulator.answers import Document, Refusal, envelope, written
from expressplatform_taobao.simulator.checking import admit, form_of
from expressplatform_taobao.simulator.faults import Faults, Kind
from expressplatform_taobao.simulator.methods import METHODS, Asked
from expressplatform_taobao.simulator.sessions import Registered, Sessions
from expressplatform_taobao.simulator.world import World

__all__ = ["Arrived", "TaobaoSimulator", "demo"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

GATEWAY: Final = "/router/rest"
_LONGEST: Final = 8 * 1024 * 1024
_BROKEN: Final = (Kind.LOST_REQUEST, Kind.LOST_REPLY)
_BUSY: Final = (Refusal(15, "isp.top-remote-service-unavailable"), Refusal(10), Refusal(15, "isp.service-error"))
SIMULATED_APP: Final = Registered()
"""The application that a simulator knows unless it is told of another."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen(repr=False)
class Arrived:
    """A request as it arrived."""

    verb: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def parameters(self) -> dict[str, str]:
        """Those of the address and those of the form; files are left out, as they are from the signature."""
        pairs = _pairs(self.query.encode("ascii", "replace")) + self._form()
        found: dict[str, str] = {}
        for name, value in pairs:
            found.setdefault(name, value)
        return found

    def _form(self) -> list[tuple[str, str]]:
        kind = self.headers.get("content-type", "")
        if kind.startswith("multipart/form-data"):
            return _multipart(kind, self.body)
        return _pairs(self.body) if self.verb == "POST" and not kind.startswith("application/json") else []


def _pairs(text: bytes) -> list[tuple[str, str]]:
    """Names and values; what is not UTF-8 stays as it is, so that a signature over it is judged as it was made."""
    try:
        read = text.decode("ascii", "surrogateescape")
        return parse_qsl(read, keep_blank_values=True, errors="surrogateescape", max_num_fields=1000)
    except ValueError:
        return []


def _multipart(kind: str, body: bytes) -> list[tuple[str, str]]:
    head = f"Content-Type: {kind}\r\n\r\n".encode("latin-1", "replace")
    parsed: Message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: list[tuple[str, str]] = []
    for part in parsed.walk():
        name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and part.get_filename() is None:
            found.append((name, content.decode("utf-8", "surrogateescape")))
    return found


@attrs.frozen(repr=False)
class _Answer:
    status: int
    body: bytes
    kind: str = "text/html"
    location: str = ""


class TaobaoSimulator:
    """A platform for tests: an ASGI application with a `World`, `Sessions` and `Faults`.

    ``now`` is its clock, ``seed`` its luck, ``app`` the application that it knows. ``owner`` is the shop whose owner
    sits before the browser at the page of authorisation, ``consents`` whether they say yes. ``before`` is called with
    the name of every method before it is carried out: there a test lets the world move between two pages.
    """

    def __init__(
        self, *, now: Callable[[], datetime] = _utc_now, seed: int = 0, app: Registered = SIMULATED_APP
    ) -> None:
        luck = random.Random(seed)
        self._luck = luck
        self.world = World(now, random.Random(luck.random()))
        self.sessions = Sessions(self.world.now, random.Random(luck.random()))
        self.sessions.register(app)
        self.faults = Faults(self.world.now)
        self.app = app
        self.owner, self.consents = "", True
        self.before: Callable[[str], None] | None = None
        self.arrived: list[Arrived] = []
        """Every request, in the order of arrival."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            request = await _read(scope, receive)
            with self.world.lock:
                fault = self._fault(request)
                done = fault not in (Kind.LOST_REQUEST, Kind.BUSY, Kind.STATUS)
                answer = self._answer(request) if done else self._undone(request, fault)
            await self._send(send, _spoiled(answer, fault), broken=fault in _BROKEN)

    def _fault(self, request: Arrived) -> Kind | None:
        self.arrived.append(request)
        return self.faults.take(request.parameters().get("method", "")) if request.path == GATEWAY else None

    def _answer(self, request: Arrived) -> _Answer:
        if request.path == GATEWAY:
            return self._gateway(request)
        if request.path == "/authorize" and request.verb == "GET":
            return self._authorise(request.parameters())
        if request.path == "/token" and request.verb == "POST":
            return self._token(request.parameters())
        return _Answer(404, b"")

    def _undone(self, request: Arrived, fault: Kind | None) -> _Answer:
        if fault is Kind.BUSY:
            params = request.parameters()
            return self._written(params, self._luck.choice(_BUSY).document(self._request_id()))
        return _Answer(502, b"<html>502</html>")

    # --- the gateway ------------------------------------------------------------------------------------------

    def _gateway(self, request: Arrived) -> _Answer:
        params = request.parameters()
        try:
            if request.verb not in ("GET", "POST"):
                raise Refusal(9)
            who = admit(params, self.sessions, self.faults, METHODS, self.world.now())
            if self.before is not None:
                self.before(who.method)
            answer = METHODS[who.method](Asked(who, params, self.world, self.sessions))
            document = envelope(who.method, answer, self._request_id())
        except Refusal as refusal:
            document = refusal.document(self._request_id())
        return self._written(params, document)

    def _written(self, params: Mapping[str, str], document: Document) -> _Answer:
        simplified = params.get("simplify", "").lower() == "true"
        return _Answer(200, *written(document, form_of(params), simplified=simplified))

    def _request_id(self) -> str:
        return f"{self._luck.getrandbits(64):016x}"

    # --- the authorisation ------------------------------------------------------------------------------------

    def _authorise(self, query: Mapping[str, str]) -> _Answer:
        """Sends the browser back, with a code where the owner says yes."""
        back, app = query.get("redirect_uri", ""), self.sessions.app(query.get("client_id", ""))
        if query.get("response_type") != "code" or app is None or not _is_address(back):
            return _Answer(400, b"")
        if self.consents and self.owner in self.world.shops:
            told = {"code": self.sessions.allow(app.key, self.owner), "state": query.get("state", "")}
        else:
            told = {"error": "access_denied", "error_description": "authorize reject", "state": query.get("state", "")}
        return _Answer(302, b"", location=f"{back}?{urlencode(told)}")

    def _token(self, form: Mapping[str, str]) -> _Answer:
        """The plain way to exchange a code or to renew, which sends the application's secret along."""
        app = self.sessions.app(form.get("client_id", ""))
        found: Document | None = None
        if app is not None and form.get("client_secret") == app.secret:
            if form.get("grant_type") == "authorization_code":
                found = self.sessions.exchange(app.key, form.get("code", ""))
            elif form.get("grant_type") == "refresh_token" and app.renews:
                found = self.sessions.renew(app.key, form.get("refresh_token", ""))
        if found is None:
            return _Answer(400, orjson.dumps({"error": "invalid_grant"}), "application/json")
        return _Answer(200, orjson.dumps(found), "application/json")

    async def _send(self, send: Send, answer: _Answer, *, broken: bool) -> None:
        headers = [
            (b"content-type", answer.kind.encode()),
            (b"content-length", str(len(answer.body) + broken).encode()),
            (b"date", format_datetime(self.world.now().astimezone(UTC), usegmt=True).encode()),
        ]
        if answer.location:
            headers.append((b"location", answer.location.encode("ascii", "replace")))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if broken else answer.body})

    def __repr__(self) -> str:
        return f"<TaobaoSimulator {self.world!r}>"


def demo() -> TaobaoSimulator:
    """A simulator with a shop and a few orders, for ``uvicorn --factory``; its session is ``simulated-session``."""
    made = TaobaoSimulator()
    shop = made.world.open_shop()
    made.owner = shop.number
    for number in range(3):
        made.world.ask_back(made.world.place(shop.number, 1999 + number), 1999 + number)
    made.sessions.connect(made.app.key, shop.number, "simulated-session")
    return made


def _is_address(text: str) -> bool:
    try:
        where = urlsplit(text)
    except ValueError:
        return False
    return where.scheme in ("https", "http") and bool(where.netloc)


def _spoiled(answer: _Answer, fault: Kind | None) -> _Answer:
    """The answer after a fault of its text."""
    if fault is Kind.NO_JSON:
        return _Answer(200, b"<html>busy</html>")
    return attrs.evolve(answer, body=answer.body[: len(answer.body) // 2]) if fault is Kind.CUT_SHORT else answer


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read(scope: Scope, receive: Receive) -> Arrived:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > _LONGEST:
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = scope["query_string"].decode("ascii", "replace")
    return Arrived(scope["method"], _path(scope["path"]), query, headers, body)


def _path(target: str) -> str:
    """The path of a request, which old clients send with the whole address before it (RFC 9112 section 3.2.2)."""
    return urlsplit(target).path or "/" if target.lower().startswith(("http://", "https://")) else target
