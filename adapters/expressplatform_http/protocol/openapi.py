"""The table of routes as an OpenAPI 3.1 document, made of the classes and of the constraints that their fields carry.

Laws of this file: nothing is said of a field here that its class does not say; a constraint that a validator asks is in
the schema, and none besides. Every answer that the server can give stands at its operation. Equal tables give equal
documents, to the byte.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import attrs

from expressplatform.codes import Channel
from expressplatform.complaint import Erased
from expressplatform.fields import CODE, Constraint, constraint_of
from expressplatform.money import LARGEST, Money
from expressplatform.reading import ENTRY
from expressplatform_http.protocol import streams, uploads
from expressplatform_http.protocol.problems import CONTENT_TYPE
from expressplatform_http.protocol.routes import ROUTES, Carried, Content, Route, Who

__all__ = ["ETAG", "KEY", "PERSON", "PLACES", "document", "every_schema", "schema_of"]

Schema = dict[str, Any]
KEY: Final = Constraint(
    shortest=1, longest=100, pattern=CODE, wanted="must be an identifier of letters, digits and . _ : / -"
)
"""What an idempotency key may be: it is stored in clear, so that no e-mail address is one."""
PERSON: Final = Constraint(
    shortest=1, longest=80, pattern=CODE, wanted="must be an identifier of letters, digits and . _ : / -"
)
"""What the id of a member of staff may be: never a name."""
_CURRENCY: Final = Constraint(pattern="[A-Z]{3}", shortest=3, longest=3)
_UNITS: Final = Constraint(least=0, most=LARGEST)
ETAG: Final = '"(0|[1-9][0-9]{0,8})"'
"""How a version is written, in ETag and If-Match."""
PLACES: Final[Mapping[str, Constraint]] = types.MappingProxyType(
    {
        "case_id": Constraint(shortest=32, longest=32, pattern="c[0-9a-f]{31}"),
        "channel": Constraint(shortest=1, longest=20, pattern="|".join(Channel)),
        "evidence_id": Constraint(shortest=1, longest=40, pattern=CODE),
        "id": Constraint(shortest=1, longest=200, pattern="[!-.0-~]+"),
        "key_id": Constraint(shortest=16, longest=16, pattern="[0-9a-f]{16}"),
        "organisation": Constraint(shortest=1, longest=80, pattern=CODE),
    }
)
"""What may stand in an address, by name: anything else is not there."""
_PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "What was wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "who_must_act": {"type": "string"},
        "retryable": {"type": "boolean"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("path", "kind", "message")},
                "required": ["path", "kind", "message"],
            },
        },
        "allowed": {"type": "array", "items": {"type": "string"}},
        "expected": {"type": "integer"},
        "found": {"type": "integer"},
    },
    "required": ["type", "title", "status", "detail", "code", "who_must_act", "retryable"],
}
_TITLES: Final = types.MappingProxyType(
    {
        401: "Whoever asks is not known, or the signature is not right.",
        404: "It is not there, or not the caller's to see: both answers are the same.",
        408: "The request did not come in time.",
        409: "A rule says no.",
        410: "The case has been erased.",
        412: "Somebody else was first: the case, or the participant, is at another version.",
        413: "The request is too large.",
        415: "The request is of another media type.",
        422: "The request is not right: every problem by its path.",
        429: "Too many requests: wait as long as Retry-After says.",
        500: "The server has a fault.",
        503: "The server cannot do this now: ask again.",
    }
)


class _Schemas:
    """Schemas of classes, each once, by name."""

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {"Problem": _PROBLEM}
        self._of: dict[str, type] = {}

    def of(self, kind: Any, constraint: Constraint | None = None) -> Schema:
        """The schema of a type; where it is a scalar or a tuple, with a constraint."""
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
            return self._union(kind, constraint)
        if typing.get_origin(kind) is tuple:
            return self._tuple(typing.get_args(kind), constraint)
        if isinstance(kind, type) and (attrs.has(kind) or issubclass(kind, Enum)):
            return self._named(kind)
        if kind is datetime:
            return {"type": "string", "format": "date-time"}
        if kind is date:
            return {"type": "string", "format": "date"}
        if kind is bool:
            return {"type": "boolean"}
        if kind is int:
            return {"type": "integer", **_numbers(constraint)}
        if kind is str:
            return {"type": "string", **_text(constraint)}
        return {"type": "object"}

    def _union(self, kind: Any, constraint: Constraint | None) -> Schema:
        members = [one for one in typing.get_args(kind) if one not in (types.NoneType, Erased)]
        return {"anyOf": [*(self.of(one, constraint) for one in members), {"type": "null"}]}

    def _tuple(self, parts: tuple[Any, ...], constraint: Constraint | None) -> Schema:
        if parts[-1] is not Ellipsis:
            each = [self.of(part, ENTRY if part is str else None) for part in parts]
            return {"type": "array", "prefixItems": each, "minItems": len(each), "maxItems": len(each)}
        least = {"minItems": constraint.shortest} if constraint and constraint.shortest else {}
        most = {"maxItems": constraint.longest} if constraint and constraint.longest is not None else {}
        return {"type": "array", "items": self.of(parts[0], ENTRY if parts[0] is str else None), **least, **most}

    def _named(self, cls: type) -> Schema:
        name = cls.__name__
        if self._of.setdefault(name, cls) is not cls:
            name = f"{name}2"
            if self._of.setdefault(name, cls) is not cls:
                raise TypeError(f"three classes are called {cls.__name__}")
        if name not in self.named:
            self.named[name] = {}  # a class that holds itself finds its name
            self.named[name] = _enum(cls) if issubclass(cls, Enum) else self.fields(cls)
        return {"$ref": f"#/components/schemas/{name}"}

    def fields(self, cls: Any, *, asked: bool = True) -> Schema:
        """The object that a class is read from."""
        attrs.resolve_types(cls)
        properties, required = {}, []
        for one in attrs.fields(cls):
            properties[one.name] = self.of(one.type, _constraint(cls, one))
            if one.default is attrs.NOTHING:
                required.append(one.name)
        said: Schema = {"type": "object", "description": _said(cls), "properties": properties}
        if required:
            said["required"] = required
        return said


def _constraint(cls: type, field: attrs.Attribute[Any]) -> Constraint | None:
    if cls is Money:
        return _CURRENCY if field.name == "currency" else _UNITS
    found = constraint_of(field)
    if found is None and field.validator is not None:  # one that lets None pass besides
        found = getattr(getattr(field.validator, "validator", None), "constraint", None)
    return found


def _enum(cls: type[Enum]) -> Schema:
    return {"type": "string", "description": _said(cls), "enum": [one.value for one in cls]}


def _said(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split())


def _text(constraint: Constraint | None) -> Schema:
    if constraint is None:
        return {}
    said: Schema = {"minLength": constraint.shortest} if constraint.shortest else {}
    if constraint.longest is not None:
        said["maxLength"] = constraint.longest
    if constraint.pattern:
        said["pattern"] = f"^(?:{constraint.pattern})$" if constraint.shortest else f"^(?:{constraint.pattern})?$"
    return said


def _numbers(constraint: Constraint | None) -> Schema:
    bounds = () if constraint is None else (("minimum", constraint.least), ("maximum", constraint.most))
    return {name: bound for name, bound in bounds if bound is not None}


# --- operations -----------------------------------------------------------------------------------------------


def _enveloped(schemas: _Schemas, cls: type) -> Schema:
    """The document of a class: its fields beside the version."""
    inside = schemas.fields(cls)
    properties = {"v": {"type": "integer", "const": 1}, **inside["properties"]}
    return {**inside, "properties": properties, "required": ["v", *inside.get("required", [])]}


def _asked(schemas: _Schemas, route: Route) -> Schema | None:
    if route.body is Content.FILE:
        return {"required": True, "content": {uploads.MEDIA_TYPE: {}}}
    if not isinstance(route.body, type):
        return None
    schema = {**_enveloped(schemas, route.body), "additionalProperties": False}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answered(schemas: _Schemas, route: Route, carried: Carried) -> Mapping[str, Schema]:
    if isinstance(carried, type):
        return {"application/json": {"schema": _enveloped(schemas, carried)}}
    if carried is Content.FILE:
        return {kind: {} for kind in ("image/jpeg", "image/png", "application/pdf", "text/plain")}
    kind = {Content.STREAM: streams.MEDIA_TYPE, Content.TEXT: "text/plain"}.get(Content(carried or Content.OPEN))
    return {kind: {}} if kind else {"application/json": {"schema": {"type": "object"}}}


def _parameters(schemas: _Schemas, route: Route) -> list[Schema]:
    found = [
        {
            "name": name, "in": "path", "required": True, "schema": {"type": "string", **_text(PLACES[name])},
        }
        for name in route.parameters
    ]  # fmt: skip
    if route.query is not None:
        asked = schemas.fields(route.query)
        for name, schema in asked["properties"].items():
            found.append({"name": name, "in": "query", "required": False, "schema": _said_once(schema)})
    if route.writes:
        found.append(_header("Idempotency-Key", KEY, "Makes the request safe to repeat: one key, one request."))
    if route.versioned:
        pattern = Constraint(pattern=ETAG, shortest=1)
        found.append(_header("If-Match", pattern, "The version that was decided on, as ETag gave it.", needed=False))
    if route.who is Who.SIGNATURE:
        found.append(_header("Expressplatform-Person", PERSON, "Who acts: an opaque staff id, never a name."))
    return found


def _said_once(schema: Schema) -> Schema:
    """A query cannot say null: the type beside it."""
    options = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    return options[0] if len(options) == 1 else schema


def _header(name: str, constraint: Constraint, said: str, *, needed: bool = True) -> Schema:
    schema = {"type": "string", **_text(constraint)}
    return {"name": name, "in": "header", "required": needed, "description": said, "schema": schema}


def statuses(route: Route) -> tuple[int, ...]:
    """Every status with which an operation answers that is no good answer."""
    found = {422, 429, 500, 503}
    if route.who is not Who.ANYBODY:
        found.add(401)
    if route.parameters or route.role is not None:
        found.add(404)
    if route.body is not None:
        found |= {413, 415}
    if route.writes:
        found.add(409)
    if route.role is not None:
        found |= {409}
    if "case_id" in route.parameters:
        found |= {410, 412}
    if route.versioned:
        found.add(412)
    return tuple(sorted(found))


def _operation(schemas: _Schemas, route: Route) -> Schema:
    good: Schema = {"description": "Done.", "content": dict(_answered(schemas, route, route.answer))}
    answers = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses(route)}
    said: Schema = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": _parameters(schemas, route),
        "responses": {str(route.status): good, **answers},
    }
    if route.name == "public.ready":
        said["responses"]["503"] = {**good, "description": "Not now."}
    if (body := _asked(schemas, route)) is not None:
        said["requestBody"] = body
    if route.who is not Who.ANYBODY:
        said["security"] = [{route.who.value: []}]
    return said


def document(routes: tuple[Route, ...] = ROUTES, *, title: str = "Expressplatform", version: str = "1") -> Schema:
    """The whole document."""
    schemas = _Schemas()
    paths: dict[str, Schema] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(schemas, route)
    problem = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    problems = {f"Problem{status}": {"description": said, "content": problem} for status, said in _TITLES.items()}
    signed = {"type": "http", "scheme": "signature", "description": "HTTP Message Signatures (RFC 9421), Ed25519."}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "tags": [{"name": name} for name in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.named.items())),
            "responses": problems,
            "securitySchemes": {
                Who.SIGNATURE.value: signed,
                Who.OWN_KEY.value: signed,
                Who.SESSION.value: {"type": "http", "scheme": "bearer"},
            },
        },
    }


def schema_of(cls: type) -> Schema:
    """The schema of one class, with what it needs beside it."""
    schemas = _Schemas()
    return {**_enveloped(schemas, cls), "components": {"schemas": schemas.named}}


def every_schema(routes: tuple[Route, ...] = ROUTES) -> Mapping[str, Schema]:
    """The schemas of every class that is sent or answered, by name, with what they need."""
    schemas = _Schemas()
    for route in routes:
        for carried in (route.body, route.answer, route.query):
            if isinstance(carried, type):
                schemas.of(carried)
    return schemas.named
