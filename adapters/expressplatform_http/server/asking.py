"""A request as it comes in: its bytes within bounds, its headers, its query and its document, judged.

Laws of this file: bounds come before parsing, and what is wrong is told by path, all of it at once, and never quoted.
Paths begin with ``$`` for the body, ``$query`` and ``$header`` for the rest.
"""

from __future__ import annotations

import asyncio
import re
import types
import typing
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import attrs
import orjson
from starlette.requests import ClientDisconnect

from expressplatform.errors import ExpressPlatformError, InvalidInput, NoSuchCase, Problem
from expressplatform.fields import refuse
from expressplatform.reading import Limits, parse
from expressplatform.transport import HttpRequest
from expressplatform.wire import read
from expressplatform_http.protocol import uploads
from expressplatform_http.protocol.editions import Step
from expressplatform_http.protocol.openapi import ETAG, KEY, PLACES
from expressplatform_http.protocol.queries import Nothing
from expressplatform_http.protocol.routes import Content, Route
from expressplatform_http.server.holders import PERSON
from expressplatform_http.server.incoming import Incoming

T = TypeVar("T")
JSON: Final = "application/json"
_ETAG: Final = re.compile(ETAG)
_MOST_PARAMETERS: Final = 50


@attrs.frozen(str=False)
class Unsuitable(ExpressPlatformError):
    """The request is of a kind that this operation does not take: ``status`` and a code say which."""

    status: int
    code: str

    def __str__(self) -> str:
        return self.code


async def body_of(request: Incoming, most: int, seconds: float) -> bytes:
    """The whole body; raises InvalidInput (``too_large``), Unsuitable (408) for one that does not come."""
    said = request.header("content-length", "0")
    if said.isdecimal() and int(said[:12]) > most:
        raise too_large(most)
    pieces, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > most:
                    raise too_large(most)
                pieces.append(piece)
    except (TimeoutError, ClientDisconnect):
        raise Unsuitable(408, "too_slow") from None
    return b"".join(pieces)


def check_media_type(route: Route, media_type: str) -> None:
    """Raises Unsuitable (415) for a body of another media type than the operation takes."""
    bare = media_type.partition(";")[0].strip().lower()
    if bare != (uploads.MEDIA_TYPE if route.body is Content.FILE else JSON):
        raise Unsuitable(415, "media_type")


def too_large(most: int) -> InvalidInput:
    """A body of more bytes than are taken."""
    return refuse("$", "too_large", f"must have at most {most} bytes")


def as_signed(request: Incoming, scheme: str, body: bytes) -> HttpRequest:
    """The request as its sender signed it: the address as it was written, every header in its order."""
    url = f"{scheme}://{request.header('host')}{request.path}"
    if request.query:
        url += f"?{request.query}"
    return HttpRequest(request.method, url, request.headers, body)


# --- headers --------------------------------------------------------------------------------------------------


def once(request: Incoming, name: str) -> str:
    """A header that must be there once; raises InvalidInput."""
    found = request.every(name)
    if len(found) != 1:
        raise refuse(f"$header.{name}", "missing", "must be given once")
    return found[0]


def key_of(request: Incoming) -> str:
    """The idempotency key."""
    key = once(request, "idempotency-key")
    if message := KEY.complaint(key):
        raise refuse("$header.idempotency-key", "text", message)
    return key


def person_of(request: Incoming) -> str:
    """Who acts for an organisation: an opaque staff id, which becomes part of an `Actor` and is judged there."""
    return once(request, PERSON)


def check_places(places: Mapping[str, str]) -> None:
    """Raises NoSuchCase where something in the address is not shaped as it must be: then it is not there."""
    for name, value in places.items():
        if PLACES[name].complaint(value) is not None:
            raise NoSuchCase("")


def expected_of(route: Route, request: Incoming) -> int | None:
    """The version that a step was decided on; None where nobody says. Raises InvalidInput where it has no version."""
    if not request.has("if-match"):
        return None
    if not route.versioned:
        raise refuse("$header.if-match", "unknown_field", "must not be given: nothing here is held to a version")
    found = _ETAG.fullmatch(request.header("if-match"))
    if found is None:
        raise refuse("$header.if-match", "version", 'must be an ETag such as "3"')
    return int(found[1])


# --- queries --------------------------------------------------------------------------------------------------


def query_of(route: Route, written: str) -> object:
    """The query as a value of the route's class; raises InvalidInput with everything wrong with it."""
    try:
        pairs = parse_qsl(written, keep_blank_values=True, strict_parsing=bool(written), errors="strict",
                          max_num_fields=_MOST_PARAMETERS)  # fmt: skip
    except ValueError:
        raise refuse("$query", "query", "must be pairs of names and values in UTF-8") from None
    if route.query is None:
        if pairs:
            raise refuse("$query", "unknown_field", "has a parameter that is not known here")
        return None
    document, found = _gathered(route.query, pairs)
    try:
        value: object = read(orjson.dumps({"v": 1, **document}), route.query)
    except InvalidInput as error:
        told = (attrs.evolve(one, path="$query" + one.path.removeprefix("$")) for one in error.problems)
        raise InvalidInput((*found, *told)) from None
    except (TypeError, ValueError):  # text that JSON cannot hold, such as a lone surrogate
        raise refuse("$query", "text", "must be text in UTF-8") from None
    if found:
        raise InvalidInput(tuple(found))
    return value


def _gathered(cls: Any, pairs: list[tuple[str, str]]) -> tuple[dict[str, object], list[Problem]]:
    attrs.resolve_types(cls)
    kinds = {one.name: one.type for one in attrs.fields(cls)}
    document: dict[str, object] = {}
    found: list[Problem] = []
    for name, text in pairs:
        kind = _solid(kinds.get(name))
        if kind is None:
            found.append(Problem("$query", "unknown_field", "has a parameter that is not known here"))
        elif typing.get_origin(kind) is tuple:
            held = document.setdefault(name, [])
            assert isinstance(held, list)
            held.append(text)
        elif name in document:
            found.append(Problem(f"$query.{name}", "duplicate", "must not occur twice"))
        else:
            document[name] = _read(kind, text)
    return document, list(dict.fromkeys(found))


def _solid(kind: Any) -> Any:
    if isinstance(kind, types.UnionType):
        return next(one for one in typing.get_args(kind) if one is not types.NoneType)
    return kind


def _read(kind: Any, text: str) -> object:
    """A parameter as JSON would write it; what does not read stays text, and is found wrong by its type."""
    if kind is int and re.fullmatch(r"-?(?:0|[1-9][0-9]{0,15})", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind is bool else text


# --- documents ------------------------------------------------------------------------------------------------


def document_of(route: Route, body: bytes, media_type: str, step: Step | None, limits: Limits) -> object:
    """The body as a value of the route's class. Raises InvalidInput, Unsuitable (415)."""
    if route.body is None:
        if body:
            raise refuse("$", "unknown_field", "must be empty")
        return None
    check_media_type(route, media_type)
    if not isinstance(route.body, type):
        return None
    if step is not None:
        body = _raised(body, step, limits)
    if route.body is Nothing and not body:
        return Nothing()
    return read(body, route.body, limits=limits)


def _raised(body: bytes, step: Step, limits: Limits) -> bytes:
    """A request of the edition before, in today's shape."""
    document = parse(body, limits)
    if not isinstance(document, Mapping):
        raise refuse("$", "type", "must be an object")
    try:
        return orjson.dumps(step(dict(document)))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise refuse("$", "value", "must be a document of the edition that it names") from None
