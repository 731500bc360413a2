"""The application: the table of routes, each row answered in the same order of steps.

Laws of this file: bounds, who asks, edition, key, query and document, in this order, then the handler; whatever goes
wrong on the way is a problem document and a line of the log. An address that is not in the table, and a case that is
not the caller's, are answered alike, to the byte. No traceback leaves this file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, cast, final

import attrs
import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from expressplatform.errors import ExpressPlatformError, NoSuchCase, OperatorMustAct, ServerFailed, Unauthenticated
from expressplatform.platform import AsyncPlatform, utc_now
from expressplatform.reading import Limits
from expressplatform.wire import write
from expressplatform_http.protocol.editions import EDITIONS, HEADER, Edition, edition_of
from expressplatform_http.protocol.problems import CONTENT_TYPE, Answer, problem, problem_of
from expressplatform_http.protocol.queries import Register
from expressplatform_http.protocol.routes import ROUTES, Content, Route, Who
from expressplatform_http.protocol.uploads import OVERHEAD
from expressplatform_http.server import (
    asking,
    connected,
    council,
    enrolling,
    everybody,
    gate,
    logs,
    people,
    shown,
    steps,
    trader,
)
from expressplatform_http.server.incoming import Answered, Incoming, flowing
from expressplatform_http.server.logs import log, place_of
from expressplatform_http.server.people import PlatformSessions
from expressplatform_http.server.service import (
    Asked,
    Handler,
    Replay,
    Reply,
    SendCode,
    Service,
    Sessions,
    Settings,
    Upload,
)
from expressplatform_http.server.table import Table
from expressplatform_http.server.uploading import let_pass, upload_of

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNSUITABLE: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        400: ("Two lengths", "Send Content-Length or Transfer-Encoding, never both."),
        405: ("Not open to this method", "The address exists; ask it by another method."),
        408: ("Too slow", "The request did not come whole in time."),
        415: ("Another media type", "Send the media type that the operation takes."),
    }
)


_OUTSIDE: Final[Mapping[int, str]] = MappingProxyType({400: "two_lengths", 405: "no_such_operation"})


async def register(asked: Asked) -> Reply:
    """Connects an organisation by the code of its invitation."""
    body = asked.body_as(Register)
    sealing = bytes.fromhex(body.sealing) if body.sealing is not None else None
    made = await asked.platform.register_organisation(
        body.code, signing=bytes.fromhex(body.signing), sealing=sealing, person=asked.by.person
    )
    return Reply(shown.organisation(made, await asked.platform.audit_key()))


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        **council.HANDLERS,
        **trader.HANDLERS,
        **connected.HANDLERS,
        **enrolling.HANDLERS,
        **everybody.HANDLERS,
        **people.HANDLERS,
        "public.register": register,
    }
)
"""Who answers what, by the name of a route; a step of a case that is not here is answered by `steps.step`."""


def handler_of(route: Route) -> Handler:
    """Who answers a row of the table."""
    found = HANDLERS.get(route.name)
    if found is not None:
        return found
    if route.command is None:
        raise KeyError(route.name)
    return steps.step if route.speaks_for is None else steps.taken_down


def create_app(
    platform: AsyncPlatform,
    *,
    now: Callable[[], datetime] = utc_now,
    settings: Settings = Settings(),  # noqa: B008  frozen
    sessions: Sessions | None = None,
    replay: Replay | None = None,
    send_code: SendCode | None = None,
    editions: Sequence[Edition] = EDITIONS,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """The platform as an ASGI application.

    ``now`` is the platform's own clock. ``sessions`` knows complainants (none: those that the platform keeps),
    ``replay`` sends a webhook again (none: no webhooks are sent), ``send_code`` has a complainant's code sent without
    keeping the event loop waiting (none: the platform's own way, for a messenger that does not block). ``more`` are
    routes beside the table, such as pages: they answer what the table does not.
    """
    service = Service(platform, now, settings, sessions or PlatformSessions(platform), replay, send_code, editions)
    table = Table()
    for route in ROUTES:
        if settings.metrics or route.name != "public.metrics":
            table.add(route.method, route.path, _Endpoint(service, route))
    app = _Application(service, table, more)
    app.state.service = service
    app.router.redirect_slashes = False
    return app


@final
class _Application(Starlette):
    """The table, and around it Starlette for everything else: lifespan, pages, what is not there.

    A row of the table answers whatever goes wrong with it by itself, so that it needs none of Starlette's fences. It
    is asked first, unless somebody has put middleware in front: then every request passes that. A request whose length
    is told twice is nobody's: a proxy in front may have seen another end of it (RFC 9112 section 6.1).
    """

    def __init__(self, service: Service, table: Table, more: Sequence[BaseRoute]) -> None:
        outside = _outside(service)
        super().__init__(routes=[*more, table], exception_handlers={HTTPException: outside, Exception: outside})
        self._table, self._outside = table, outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_two_lengths(scope):
            refused = self._outside(Request(scope), HTTPException(400, headers={"Connection": "close"}))
            await refused(scope, receive, send)
            return
        if scope["type"] == "http" and not self.user_middleware:
            row = self._table.row_of(scope)
            if row is not None:
                await row(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _has_two_lengths(scope: Scope) -> bool:
    names = [name for name, _ in scope["headers"]]
    return b"transfer-encoding" in names and b"content-length" in names


@attrs.define
class _Line:
    """What the log is told of one request."""

    request_id: str
    organisation: str = ""
    key_id: str = ""
    code: str = ""
    reason: str = ""


class _Endpoint:
    """One row of the table, answered."""

    def __init__(self, service: Service, route: Route) -> None:
        self._service, self._route, self._handler = service, route, handler_of(route)
        self._way_in = gate.way_in(route)
        most = service.settings.body
        self._limits = Limits(bytes=most)
        if route.body is Content.FILE:
            editions = (service.platform.scheme, *service.platform.earlier)
            most = max(one.largest_file for one in editions) + OVERHEAD
        self._most = most if route.body is not None else 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As an ASGI application, so that a failure is ours to answer."""
        response = await self._answer(Incoming(scope, receive, scope["path_params"]))
        await response(scope, receive, send)

    async def _answer(self, request: Incoming) -> Response:
        service, begun = self._service, self._service.ticks()
        line = _Line(_request_id(request.header("request-id")))
        try:
            response = await self._good(request, line)
        except ExpressPlatformError as error:
            response = _problem(_answer_to(error, line))
            if self._route.body is Content.FILE and response.status_code != 408:
                await let_pass(request, self._most, service.settings.body_seconds)
        except Exception as error:  # noqa: BLE001  the last fence: a text might quote what is personal
            line.reason = place_of(error)
            response = _problem(_answer_to(ServerFailed(500, line.request_id, "internal"), line))
        response.raw_headers.append((b"request-id", line.request_id.encode()))
        seconds = service.ticks() - begun
        service.metrics.answered(self._route.name, response.status_code, seconds)
        if line.code:
            service.metrics.count("problems", line.code)
        if logs.wanted():
            self._log(line, response.status_code, seconds)
        return response

    def _log(self, line: _Line, status: int, seconds: float) -> None:
        log(
            self._service.now(),
            request_id=line.request_id,
            route=self._route.name,
            status=status,
            ms=round(seconds * 1000, 1),
            organisation=line.organisation,
            key_id=line.key_id,
            code=line.code,
            reason=line.reason,
        )

    def _query(self, written: str) -> object:
        return None if not written and self._route.query is None else asking.query_of(self._route, written)

    def _waits(self, request: Incoming) -> bool:
        """Whether there is a body to wait for: a file comes later, and what nobody announces may be nothing."""
        if self._route.body is Content.FILE:
            return False
        return bool(self._most) or request.has("content-length") or request.has("transfer-encoding")

    async def _good(self, request: Incoming, line: _Line) -> Response:
        service, route = self._service, self._route
        body = b""
        if self._waits(request):
            body = await asking.body_of(request, self._most, service.settings.body_seconds)
        as_sent = asking.as_signed(request, service.settings.scheme, body)
        known = await self._way_in(service, route, request, as_sent)
        if known.signed is not None:
            line.organisation, line.key_id = known.by.organisation, known.signed.key_id
        edition = edition_of(request.header(HEADER), service.editions)
        asking.check_places(request.places)
        key = asking.key_of(request) if route.writes else ""
        query, expected = self._query(request.query), asking.expected_of(route, request)
        document = await self._document(request, body, edition)
        if route.who is Who.OWN_KEY:
            known = attrs.evolve(
                known, signed=await gate.by_own_key(service, request, as_sent, cast(Register, document))
            )
        asked = Asked(
            service=service,
            route=route,
            by=known.by,
            places=request.places,
            query=query,
            document=document,
            body=body,
            key=key,
            expected=expected,
            signed=known.signed,
        )
        try:
            return _response(route, await self._handler(asked), edition)
        finally:
            if isinstance(document, Upload):
                document.content.close()

    async def _document(self, request: Incoming, body: bytes, edition: Edition) -> object:
        """The body as a value; a file is read now that it is known who sends it."""
        route, said = self._route, request.header("content-type")
        if route.body is not Content.FILE:
            return asking.document_of(route, body, said, edition.raise_body.get(route.name), self._limits)
        asking.check_media_type(route, said)
        signed = route.who is Who.SIGNATURE
        return await upload_of(request, self._most, self._service.settings.body_seconds, signed=signed)


def _response(route: Route, reply: Reply, edition: Edition) -> Response:
    status = reply.status or route.status
    etag = [] if reply.version is None else [(b"etag", b'"%d"' % reply.version)]
    if reply.content is not None:
        more = [*etag, (b"content-disposition", b"attachment")]
        return Answered(reply.content, status, reply.media_type, more)
    if reply.flowing is not None:
        return flowing(reply.flowing, status, reply.media_type)
    body = _written(route, reply)
    lower = edition.lower_answer.get(route.name)
    if lower is not None:
        body = orjson.dumps(lower(orjson.loads(body)))
    return Answered(body, status, reply.media_type, etag)


def _written(route: Route, reply: Reply) -> bytes:
    if isinstance(reply.document, dict):
        option = (
            orjson.OPT_NON_STR_KEYS if route.answer is Content.OPEN else None
        )  # the library's own have codes as keys
        return orjson.dumps({"v": 1, **reply.document}, option=option)
    return write(cast(attrs.AttrsInstance, reply.document), particulars=reply.personal)


# --- what goes wrong ------------------------------------------------------------------------------------------


def _answer_to(error: ExpressPlatformError, line: _Line) -> Answer:
    line.code = error.code
    if isinstance(error, Unauthenticated):
        line.reason = error.reason
    if isinstance(error, OperatorMustAct):
        line.reason = type(error).__name__
    if isinstance(error, asking.Unsuitable):
        return unsuitable(error.status, error.code)
    return problem_of(error)


def unsuitable(status: int, code: str) -> Answer:
    """The problem document for a request of a kind that is not taken."""
    title, detail = _UNSUITABLE[status]
    return problem(status, code, title, detail)


def _problem(answer: Answer) -> Response:
    more = [(name.encode(), value.encode()) for name, value in answer.headers]
    return Answered(answer.body, answer.status, CONTENT_TYPE, more)


def _request_id(said: str) -> str:
    return said if _REQUEST_ID.fullmatch(said) else os.urandom(8).hex()


def _outside(service: Service) -> Callable[[Request, Exception], Response]:
    """What no row of the table answers: another address, another method, or a fault outside of them."""

    def answer(request: Request, error: Exception) -> Response:
        line = _Line(_request_id(request.headers.get("request-id", "")))
        if isinstance(error, HTTPException) and error.status_code in _OUTSIDE:
            line.code = _OUTSIDE[error.status_code]
            response = _problem(unsuitable(error.status_code, line.code))
            response.headers.update(error.headers or {})
        elif isinstance(error, HTTPException):
            response = _problem(_answer_to(NoSuchCase(""), line))
        else:
            line.reason = place_of(error)
            response = _problem(_answer_to(ServerFailed(500, line.request_id, "internal"), line))
        response.headers["request-id"] = line.request_id
        service.metrics.answered("outside", response.status_code, 0.0)
        log(
            service.now(), request_id=line.request_id, route="outside", status=response.status_code, code=line.code,
            reason=line.reason,
        )  # fmt: skip
        return response

    return answer
