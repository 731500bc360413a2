"""The simulated JD as an ASGI application: paths, forms, faults on the line.

Laws of this file: it answers whatever comes and logs nothing. One request is carried out at a time, in the order of
arrival, under the world's lock. A broken line is one at the socket: the reply promises more than it sends.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs

from expressplatform_jd.simulator.faults import Fault, Faults, Kind
from expressplatform_jd.simulator.manners import PLAIN, Manners
from expressplatform_jd.simulator.router import RouterGateway
from expressplatform_jd.simulator.sessions import Registered, Sessions
from expressplatform_jd.simulator.sp import SpGateway, SpRequest, route
from expressplatform_jd.simulator.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LONGEST: Final = 4 * 1024 * 1024
_ABSOLUTE: Final = re.compile(r"https?://[^/]*", re.IGNORECASE)
_HALVES: Final = re.compile("[\ud800-\udfff]")
_BROKEN: Final = frozenset({Kind.LOST_REQUEST, Kind.LOST_REPLY})
_UNDONE: Final = frozenset({Kind.LOST_REQUEST, Kind.STATUS})
SIMULATED_APP: Final = Registered()
"""The app that a simulator knows unless it is told of another."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@attrs.frozen
class Endpoint:
    """Where the parts of a simulator listen, behind a base address such as ``http://127.0.0.1:8080``."""

    base: str

    @property
    def router(self) -> str:
        """routerjson."""
        return f"{self.base}/routerjson"

    @property
    def sp(self) -> str:
        """The SP-API."""
        return f"{self.base}/rest"

    @property
    def oauth(self) -> str:
        """The OAuth endpoints."""
        return self.base


@attrs.frozen
class _Asked:
    verb: str
    path: str
    query: Sequence[tuple[str, str]] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)

    def form(self) -> list[tuple[str, str]]:
        """The fields of a form; none where the body is none."""
        kind = self.headers.get("content-type", "application/x-www-form-urlencoded")
        if not kind.startswith("application/x-www-form-urlencoded"):
            return []
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)


@attrs.frozen
class _Answer:
    status: int
    body: bytes = attrs.field(repr=False)
    kind: str = "application/json;charset=utf-8"
    location: str = attrs.field(default="", repr=False)


class JdSimulator:
    """A JD for tests: an ASGI application with a `World`, `Sessions`, `Faults` and `Manners`.

    ``now`` is its clock, ``seed`` its luck. ``before`` is called with the name of every call before it is carried
    out: there a test lets the world move between two pages.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _utc_now,
        seed: int = 0,
        manners: Manners = PLAIN,
        app: Registered = SIMULATED_APP,
    ) -> None:
        self._luck = random.Random(seed)
        self.world = World(now)
        self.sessions = Sessions(self.world.now, random.Random(seed + 1))
        self.sessions.register(app)
        self.faults = Faults()
        self.manners = manners
        self.before: Callable[[str], None] | None = None
        self.calls: list[str] = []
        """The names of all calls that were carried out or refused, in their order."""
        self._router = RouterGateway(self.world, self.sessions, self._luck)
        self._sp = SpGateway(self.world, self.sessions, self._luck)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            asked = await _read(scope, receive)
            fault = self.faults.at(self._name(asked))
            if fault is not None and fault.kind is Kind.SLOW:
                await asyncio.sleep(fault.seconds)
            broken = fault is not None and fault.kind in _BROKEN
            if fault is not None and fault.kind in _UNDONE:
                answer = _undone(fault)
            else:
                with self.world.lock:
                    answer = _spoiled(self._answer(asked, fault), fault)
            await _send(send, answer, self.world.now(), broken=broken)

    def _name(self, asked: _Asked) -> str:
        if asked.path == "/routerjson":
            return dict([*asked.query, *asked.form()]).get("method", "")
        return route(asked.verb, asked.path.removeprefix("/rest"))[0]

    def _answer(self, asked: _Asked, fault: Fault | None) -> _Answer:
        name = self._name(asked)
        self.calls.append(name)
        if self.before is not None:
            self.before(name)
        if asked.path == "/routerjson":
            params = dict([*asked.query, *asked.form()])
            return _json(200, self._router.answer(params, self.manners, fault))
        if asked.path.startswith("/rest/"):
            path, body = asked.path.removeprefix("/rest"), asked.body.decode("utf-8", "replace")
            request = SpRequest(asked.verb, path, asked.headers, dict(asked.query), body)
            return _json(*self._sp.answer(request, self.manners, fault))
        return self._oauth(asked)

    def _oauth(self, asked: _Asked) -> _Answer:
        query = dict(asked.query)
        if asked.verb != "GET":
            return _Answer(405, b"", "text/html")
        if asked.path == "/oauth2/access_token":
            return _json(200, self.sessions.exchange(query))
        if asked.path == "/oauth2/refresh_token":
            return _json(200, self.sessions.renew(query))
        if asked.path == "/oauth2/to_login":
            return self._login(query)
        return _Answer(404, b"", "text/html")

    def _login(self, query: Mapping[str, str]) -> _Answer:
        back = query.get("redirect_uri", "")
        try:
            if query.get("response_type") != "code" or not urlsplit(back).netloc:
                return _Answer(400, b"", "text/html")
            said = f"{self.sessions.login(query)}&{urlencode({'state': query.get('state', '')})}"
        except (KeyError, ValueError):
            return _Answer(400, b"", "text/html")
        return _Answer(302, b"", "text/html", f"{back}{'&' if '?' in back else '?'}{said}")

    def __repr__(self) -> str:
        return f"<JdSimulator {self.world!r}>"


def demo() -> JdSimulator:
    """A simulator with one shop and a few orders, for ``uvicorn --factory``; its token is ``simulated-token``."""
    made = JdSimulator()
    shop = made.world.open_shop("10086", "20086", "示範旗艦店")
    for number in range(3):
        made.world.place_order(shop.vender_id, str(300000000001 + number), 8900 + number, state="FINISHED_L")
    made.world.ask_after_sale("300000000001")
    made.sessions.owner = shop.vender_id
    made.sessions.connect(shop.vender_id, token="simulated-token")
    return made


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _read(scope: Scope, receive: Receive) -> _Asked:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > _LONGEST:
            break
    query = parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return _Asked(scope["method"], _path(scope["path"]), query, headers, body)


def _path(target: str) -> str:
    """The path of a request, which old clients send with the whole address before it (RFC 9112 section 3.2.2)."""
    found = _ABSOLUTE.match(target)
    return target[found.end() :] or "/" if found else target


def _json(status: int, document: Mapping[str, object]) -> _Answer:
    """A document as JSON; half a character of UTF-16, which JD's texts may hold, as the escape that it is."""
    text = json.dumps(document, ensure_ascii=False)
    return _Answer(status, _HALVES.sub(lambda half: f"\\u{ord(half[0]):04x}", text).encode())


def _spoiled(answer: _Answer, fault: Fault | None) -> _Answer:
    """The answer after a fault of the line's text."""
    if fault is None:
        return answer
    if fault.kind is Kind.CUT_SHORT:
        return attrs.evolve(answer, body=answer.body[: len(answer.body) // 2])
    if fault.kind is Kind.NO_JSON:
        return _Answer(200, b"<html>busy</html>", "text/html")
    return answer


def _undone(fault: Fault) -> _Answer:
    return _Answer(int(fault.code), b"", "text/html") if fault.kind is Kind.STATUS else _Answer(200, b"{}")


async def _send(send: Send, answer: _Answer, at: datetime, *, broken: bool) -> None:
    headers = [
        (b"content-type", answer.kind.encode()),
        (b"content-length", str(len(answer.body) + broken).encode()),
        (b"date", format_datetime(at.astimezone(UTC), usegmt=True).encode()),
    ]
    if answer.location:
        headers.append((b"location", answer.location.encode("ascii", "replace")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if broken else answer.body})
