"""The addresses under /sandbox/: what pushes a running sandbox on, and what shows how it stands.

Laws of this file: each deed is a document in and a document out; what a rule says against it is the same problem
document as everywhere. The event loop never waits for a deed: it is done in a thread. Whoever asks from a web page, or
by a name that is not this machine's, is turned away before anything is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import attrs
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from expressplatform import wire
from expressplatform.case import Case
from expressplatform.errors import ExpressPlatformError, NoSuchCase
from expressplatform.events import Event
from expressplatform.fields import refuse
from expressplatform.records import event_row
from expressplatform_http.protocol.problems import CONTENT_TYPE, problem_of
from expressplatform_http.sandbox import deeds as d
from expressplatform_http.sandbox.world import DEEDS, World

if TYPE_CHECKING:
    from expressplatform_http.sandbox.serving import Traffic

T = TypeVar("T")
Document = Mapping[str, object]
_MOST: Final = 65_536
_SILENT: Final = "stay-silent"


def control(world: World, traffic: Traffic) -> Sequence[Route]:
    """The routes that push a world on."""
    asked: Mapping[str, Callable[[bytes], Document]] = MappingProxyType(
        {
            "new-complaint": lambda body: _complaints(world, wire.read(body, d.NewComplaint)),
            "advance": lambda body: _advanced(world, wire.read(body, d.Advance)),
            "does": lambda body: _done(world, wire.read(body, d.Does)),
            "lose-reply": lambda body: {"losing": traffic.lose(wire.read(body, d.LoseReply).count)},
            "webhook": lambda body: _webhook(world, wire.read(body, d.Webhook)),
            "hold": lambda body: _held(world, wire.read(body, d.Hold)),
            "shuffle": lambda body: _shuffled(world, wire.read(body, d.Shuffle)),
        }
    )
    shown: Mapping[str, Callable[[Request], Document]] = MappingProxyType(
        {
            "state": lambda request: _state(world, traffic),
            "asked": lambda request: _asked(traffic, request),
            "case": lambda request: _case(world, request.query_params.get("id", "")),
        }
    )

    async def ask(request: Request) -> Response:
        deed = asked.get(request.path_params["deed"])
        body = await _body(request)
        return await _answered(request, None if deed is None else lambda: deed(body))

    async def show(request: Request) -> Response:
        view = shown.get(request.path_params["view"])
        return await _answered(request, None if view is None else lambda: view(request))

    return (
        Route("/sandbox/{view}", show, methods=["GET"]),
        Route("/sandbox/{deed}", ask, methods=["POST"]),
    )


async def _body(request: Request) -> bytes:
    found = b""
    async for chunk in request.stream():
        found += chunk
        if len(found) > _MOST:
            break
    return found


async def _answered(request: Request, make: Callable[[], Document] | None) -> Response:
    try:
        if make is None or not _from_here(request):
            raise NoSuchCase("")
        document = await asyncio.to_thread(make)
    except ExpressPlatformError as error:
        answer = problem_of(error)
        return Response(answer.body, answer.status, dict(answer.headers), CONTENT_TYPE)
    return Response(orjson.dumps({"v": 1, **document}), media_type="application/json")


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks, and no page that a browser shows."""
    host = request.headers.get("host", "").rpartition(":")[0].strip("[]")
    return host in ("127.0.0.1", "::1", "localhost") and "origin" not in request.headers


# --- deeds ----------------------------------------------------------------------------------------------------


def _complaints(world: World, asked: d.NewComplaint) -> Document:
    made = world.new_complaints(asked.count, asked.nature, asked.ask)
    return {"cases": [_where(one) for one in made], "clock": world.clock()}


def _advanced(world: World, asked: d.Advance) -> Document:
    before = {one.case_id: one.status for one in world.cases()}
    clock = world.advance(timedelta(seconds=asked.seconds))
    moved = [one for one in world.cases() if before.get(one.case_id) != one.status]
    return {"clock": clock, "moved": [_header(one) for one in moved]}


def _done(world: World, asked: d.Does) -> Document:
    if asked.deed not in DEEDS and asked.deed != _SILENT:
        raise refuse("$.deed", "code", f"must be one of: {', '.join((*DEEDS, _SILENT))}")
    case_id = world.case_id(asked.case)
    case = world.silent(case_id) if asked.deed == _SILENT else world.does(asked.deed, case_id, asked.rating)
    return {"case": _where(case), "clock": world.clock()}


def _webhook(world: World, asked: d.Webhook) -> Document:
    made = world.webhook(asked.to)
    return {"id": made.id, "url": made.url, "secret": made.secrets[0]}


def _held(world: World, _: d.Hold) -> Document:
    world.gateways.hold()
    return {}


def _shuffled(world: World, asked: d.Shuffle) -> Document:
    told = world.shuffled(asked.first, asked.second)
    return {"attempts": [attrs.asdict(d.Attempt(one.case_id, one.message, one.outcome, one.status)) for one in told]}


# --- how it stands --------------------------------------------------------------------------------------------


def _state(world: World, traffic: Traffic) -> Document:
    return {
        "trader": world.trader,
        "scheme": world.platform.scheme.id,
        "clock": world.clock(),
        "ahead": int(world.clock.ahead.total_seconds()),
        "endpoints": world.endpoints(),
        "losing": traffic.losing(),
        "cases": [_header(one) for one in world.cases()],
    }


def _asked(traffic: Traffic, request: Request) -> Document:
    after = request.query_params.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 12:
        raise refuse("$.query.after", "number", "must be a whole number")
    return {"asked": [attrs.asdict(one) for one in traffic.since(int(after))]}


def _case(world: World, typed: str) -> Document:
    case_id = world.case_id(typed)
    return {"case": _where(world.case(case_id)), "events": [_event(one) for one in world.events(case_id)]}


def _where(case: Case) -> Document:
    due = min((one.due for one in case.timers), default=None)
    shown = d.CaseShown(case.id, case.reference, case.status.value, case.complaint.nature.value, due)
    return cast("Document", attrs.asdict(shown))


def _header(one: Any) -> Document:
    return cast("Document", attrs.asdict(d.CaseShown(one.case_id, one.reference, one.status, one.nature, one.due_at)))


def _event(event: Event) -> Document:
    kind, facts, _ = event_row(event)
    asked = orjson.loads(facts).get("asked", {})
    return cast(
        "Document",
        attrs.asdict(d.EventShown(kind, event.by.role.value, event.by.organisation, event.at, asked)),
    )
