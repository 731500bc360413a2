"""How a request comes in and an answer goes out, without a socket: the way that requests of the table take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import attrs
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import AsyncPlatform, Claim, Terms, TraderCase
from expressplatform.platform.faces.lifted import Lifted, LiftedShelf
from expressplatform.privacy.statement import document, statement
from expressplatform.schemes import HK_CCA
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import openapi
from expressplatform_http.server import create_app
from expressplatform_http.server.incoming import Answered, Incoming
from expressplatform_http.server.metrics import Metrics
from tests.served import Direct

NOW: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
SCOPE: Final[dict[str, Any]] = {
    "type": "http", "method": "GET", "path": "/a b", "raw_path": b"/a%20b?c=d", "query_string": b"c=d",
    "headers": [(b"host", b"one.test"), (b"x-twice", b"first"), (b"x-twice", b"\xe9"), (b"x-empty", b"")],
    "client": ("192.0.2.1", 7),
}  # fmt: skip


def application(*, now: Callable[[], datetime] = lambda: NOW, more: tuple[Route, ...] = ()) -> Starlette:
    """The server over a platform in memory."""
    platform = AsyncPlatform(
        scheme=HK_CCA, store=Lifted(MemoryStore()), shelf=LiftedShelf(MemoryShelf()), keys=MemoryKeyStore(), now=now
    )
    return create_app(platform, now=now, more=more)


def asked(app: Starlette, path: str, method: str = "GET") -> Any:
    """What a request without a signature is answered."""
    direct = Direct(app)
    try:
        return direct.request(method, f"{direct.base_url}{path}")
    finally:
        direct.close()


def incoming(*messages: dict[str, Any], scope: dict[str, Any] = SCOPE) -> Incoming:
    """A request whose body arrives in these pieces."""
    waiting = list(messages)

    async def receive() -> Any:
        return waiting.pop(0)

    return Incoming(scope, receive, {"case_id": "c"})


async def _whole(request: Incoming) -> list[bytes]:
    return [piece async for piece in request.stream()]


class TestARequest:
    """What a server hands over is read once, and told as it was written."""

    def test_the_address_is_told_as_it_was_written_without_its_query(self) -> None:
        request = incoming()
        assert (request.method, request.path, request.query) == ("GET", "/a%20b", "c=d")
        assert (request.peer, request.places) == ("192.0.2.1", {"case_id": "c"})

    def test_of_two_equal_headers_the_first_counts_and_both_are_there(self) -> None:
        request = incoming()
        assert request.header("x-twice") == "first"
        assert request.every("x-twice") == ["first", "\xe9"]
        assert request.headers == (("host", "one.test"), ("x-twice", "first"), ("x-twice", "\xe9"), ("x-empty", ""))

    def test_an_empty_header_is_there_and_an_absent_one_is_not(self) -> None:
        request = incoming()
        assert request.has("x-empty")
        assert request.header("x-empty", "otherwise") == ""
        assert not request.has("x-none")
        assert (request.header("x-none"), request.header("x-none", "otherwise")) == ("", "otherwise")

    def test_a_caller_whose_address_the_server_does_not_tell_has_none(self) -> None:
        assert incoming(scope={**SCOPE, "client": None}).peer == ""
        assert incoming(scope={name: value for name, value in SCOPE.items() if name != "client"}).peer == ""

    def test_a_body_comes_in_its_pieces_to_the_last(self) -> None:
        request = incoming(
            {"type": "http.request", "body": b"one", "more_body": True},
            {"type": "http.request", "body": b"", "more_body": True},
            {"type": "http.request", "body": b"two"},
            {"type": "http.request", "body": b"never asked for"},
        )
        assert asyncio.run(_whole(request)) == [b"one", b"two"]
        assert asyncio.run(_whole(incoming({"type": "http.request"}))) == []

    def test_a_caller_that_goes_half_way_is_no_end_of_the_body(self) -> None:
        request = incoming({"type": "http.request", "body": b"one", "more_body": True}, {"type": "http.disconnect"})
        with pytest.raises(ClientDisconnect):
            asyncio.run(_whole(request))


class TestAnAnswer:
    """Every answer has the same headers in front, the length of its body, and its own."""

    def test_headers_of_an_answer(self) -> None:
        made = Answered("é".encode(), 200, "text/plain", [(b"etag", b'"3"')])
        assert dict(made.raw_headers) == {
            b"cache-control": b"no-store",
            b"x-content-type-options": b"nosniff",
            b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
            b"referrer-policy": b"no-referrer",
            b"etag": b'"3"',
            b"content-length": b"2",
            b"content-type": b"text/plain; charset=utf-8",
        }

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("application/json", b"application/json"),
            ("text/plain; version=0.0.4; charset=utf-8", b"text/plain; version=0.0.4; charset=utf-8"),
        ],
    )
    def test_text_alone_is_told_its_encoding_and_once(self, said: str, told: bytes) -> None:
        assert dict(Answered(b"", 200, said).raw_headers)[b"content-type"] == told


class _Noting:
    """Middleware that notes what passes."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], seen: list[str]) -> None:
        self._app, self._seen = app, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._seen.append(scope["path"])
        await self._app(scope, receive, send)


async def _page(request: Request) -> Response:
    return Response(b"a page")


async def _broken(request: Request) -> Response:
    raise RuntimeError("A. Person, 1 Some Street")


class TestTheTableGoesFirst:
    """A row of the table is answered without any layer around it; everything else is answered as before."""

    def test_middleware_that_somebody_puts_in_front_sees_requests_of_the_table(self) -> None:
        app, seen = application(), list[str]()
        plain = asked(application(), "/health")
        app.add_middleware(cast(Any, _Noting), seen=seen)
        answer = asked(app, "/health")
        assert seen == ["/health"]
        assert (answer.status_code, answer.content) == (plain.status_code, plain.content) == (200, plain.content)

    def test_a_page_beside_the_table_is_there_and_takes_no_row_away(self) -> None:
        app = application(more=(Route("/page", _page), Route("/health", _page)))
        assert asked(app, "/page").content == b"a page"
        assert asked(app, "/health").json() == {"v": 1, "status": "ok"}

    def test_what_is_in_neither_is_not_there_and_another_method_is_told_which(self) -> None:
        assert asked(application(), "/v1/public/nothing").status_code == 404
        other = asked(application(), "/health", "DELETE")
        assert (other.status_code, other.headers["allow"]) == (405, "GET")

    def test_a_page_that_breaks_tells_nothing(self) -> None:
        app, sent = application(more=(Route("/page", _broken),)), list[Any]()

        async def receive() -> Any:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        with pytest.raises(RuntimeError):  # Starlette hands it on to the server when it has been answered
            asyncio.run(app({**SCOPE, "path": "/page", "raw_path": b"/page"}, receive, send))
        assert sent[0]["status"] == 500
        assert b"Person" not in sent[1]["body"]


class TestWhatIsMadeOnce:
    """What is long in the making and the same for everybody is made once, and is never out of date."""

    def test_the_description_is_the_table_each_time(self) -> None:
        app = application()
        once, again = asked(app, "/v1/public/openapi.json").content, asked(app, "/v1/public/openapi.json").content
        assert once == again == orjson.dumps(openapi.document())

    def test_the_privacy_statement_is_that_of_the_day(self) -> None:
        moment = [NOW]
        app = application(now=lambda: moment[0])
        for days in (0, 0, 1, 400, 20, 21, 22, 23, 24, 25, 26, 27, 0):
            moment[0] = NOW + timedelta(days=days)
            wanted = document(statement(HK_CCA, on=HK_CCA.day(moment[0])))
            found = asked(app, "/v1/public/privacy-statement").json()
            assert {name: found[name] for name in wanted} == orjson.loads(orjson.dumps(wanted))


def test_what_a_trader_is_shown_has_every_field_of_its_document() -> None:
    """A row is written straight from what was read: so each field of the document must be there by its name."""
    for shown, read in ((o.TraderRow, TraderCase), (o.TermsShown, Terms), (o.ClaimShown, Claim)):
        assert {one.name for one in attrs.fields(cast(Any, shown))} <= {one.name for one in attrs.fields(read)}


def test_counters_are_told_by_operation_and_status() -> None:
    """What was asked, how it ended and how long it took, in the text that Prometheus reads."""
    counted = Metrics()
    counted.answered("trader.case", 200, 0.02)
    counted.answered("trader.case", 404, 0.25)
    counted.answered("trader.case", 200, 20.0)
    counted.answered("public.health", 200, 0.0)
    counted.count("problems", "no_such_case")
    lines = counted.text().splitlines()
    name = "expressplatform_http_request"
    for line in (
        f'{name}s_total{{route="trader.case",status="200"}} 2',
        f'{name}s_total{{route="trader.case",status="404"}} 1',
        f'{name}s_total{{route="public.health",status="200"}} 1',
        f'{name}_seconds_bucket{{route="trader.case",le="0.01"}} 0',
        f'{name}_seconds_bucket{{route="trader.case",le="0.025"}} 1',
        f'{name}_seconds_bucket{{route="trader.case",le="0.25"}} 2',
        f'{name}_seconds_bucket{{route="trader.case",le="+Inf"}} 3',
        f'{name}_seconds_sum{{route="trader.case"}} 20.270000',
        f'{name}_seconds_count{{route="trader.case"}} 3',
        'expressplatform_http_problems_total{code="no_such_case"} 1',
    ):
        assert line in lines
