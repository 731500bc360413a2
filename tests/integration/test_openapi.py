"""The OpenAPI document holds against what the server does: Schemathesis makes the requests, whatever it may be."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
import requests
import schemathesis
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import validate
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from expressplatform.codes import EvidenceKind, Role
from expressplatform.errors import InvalidInput
from expressplatform.lifecycle import ROWS
from expressplatform.wire import NAMES
from expressplatform_http.protocol import openapi
from expressplatform_http.protocol.routes import BY_NAME, OVER_THE_WIRE, PREFIX, ROUTES, Route, Who
from expressplatform_http.protocol.uploads import MEDIA_TYPE, Described, Masked, write_upload
from expressplatform_http.server.app import HANDLERS, handler_of
from tests.integration.test_isolation import WAYS, _walked
from tests.pictures import jpeg
from tests.served import Caller, Served, in_process

DOCUMENT: Final = openapi.document()


def _unsigned(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what it says of signatures: they are made here, and never left out by the way."""
    paths = {
        path: {how: {k: v for k, v in said.items() if k != "security"} for how, said in operations.items()}
        for path, operations in document["paths"].items()
    }
    return {**document, "paths": paths}


SCHEMA: Final = schemathesis.openapi.from_dict(_unsigned(DOCUMENT))
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer(MEDIA_TYPE)
def _as_upload(context: Any, value: Any) -> bytes:
    """Whatever Schemathesis makes up for a file: framed rightly, or as it came."""
    written = repr(value).encode("utf-8", "replace")
    if len(written) % 3 == 0:
        return written
    head = Masked() if len(written) % 3 == 1 else Described(EvidenceKind.PHOTOGRAPH, "x")
    return write_upload(head, jpeg() if len(written) % 2 else written)


KNOWN: Final = "kaola"
"""An organisation that takes part, in the place of every second one that was made up."""
DAILY: Final = 5
LONG: Final = 260
"""So many examples of each operation, sound and unsound; most ask of five to seven cases. Some have no more to give."""
PARTS: Final = 4
"""The runs come in so many parts, side by side: whoever is alone with the whole of one keeps all others waiting."""


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Served, list[str]]]:
    """A platform in memory with a case in each status."""
    with in_process() as found:
        yield found, [_walked(found, status) for status in WAYS]


# --- the table --------------------------------------------------------------------------------------------------


def test_the_document_is_an_openapi_document() -> None:
    """By the published schema of OpenAPI 3.1."""
    validate(DOCUMENT)


def test_every_step_of_the_lifecycle_is_in_the_table() -> None:
    """Each row but the clock's, for each role that it names, and nothing that the lifecycle does not have."""
    wanted = {(row.by, row.command) for row in ROWS if row.by is not Role.CLOCK}
    listed = {(route.speaks_for or route.role, route.command) for route in ROUTES if route.command is not None}
    assert listed == wanted
    assert {role for role, _ in wanted} == set(OVER_THE_WIRE)


def test_a_step_stands_where_its_name_says() -> None:
    """`POST /v1/{role}/cases/{case_id}/{command-name}`, but for the Lodge, which makes the case."""
    for route in ROUTES:
        if route.command is None or route.speaks_for or route.command.__name__ in ("Lodge", "Obtain"):
            continue
        assert route.role is not None
        name = NAMES[route.command].replace("_", "-")
        assert (route.method, route.path) == ("POST", f"{PREFIX}/{route.role}/cases/{{case_id}}/{name}")


def test_names_and_addresses_are_each_once() -> None:
    """Two rows never answer to the same."""
    assert len(BY_NAME) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_row_has_somebody_who_answers_it_and_nobody_else_does() -> None:
    """A handler for each row, and no handler without one."""
    for route in ROUTES:
        assert callable(handler_of(route))
    assert set(HANDLERS) <= set(BY_NAME)


def test_every_row_that_may_change_something_needs_a_key() -> None:
    """All but reads, the judgement of a complaint that is not kept, and coming in, which nobody repeats by key."""
    without = {route.name for route in ROUTES if route.method != "GET" and not route.writes}
    coming_in = {f"complainant.{name}" for name in ("send_code", "sign_in", "sign_out")}
    assert without == {"council.judge", *coming_in}
    assert not [route.name for route in ROUTES if route.method == "GET" and route.writes]


def test_nothing_personal_can_stand_in_an_address() -> None:
    """No query has a field of free text: codes, numbers, instants and cursors alone."""
    for route in ROUTES:
        for parameter in openapi.document((route,))["paths"][route.path][route.method.lower()]["parameters"]:
            if parameter["in"] == "query":
                schema = parameter["schema"]
                free = schema.get("type") == "string" and not {"pattern", "format", "enum"} & set(schema)
                assert not free, (route.name, parameter["name"])


# --- what the server does ----------------------------------------------------------------------------------------


def _sent(world: Served, route: Route, case: Any, answer_to: str | None) -> Any:
    """Signs what Schemathesis made up, and sends it."""
    kwargs = case.as_transport_kwargs(base_url=f"{world.base_url}/")
    kwargs.pop("timeout", None)
    wanted = requests.Request(**{k: v for k, v in kwargs.items() if k in requests.Request().__dict__}).prepare()
    raw: Any = wanted.body or b""
    body = raw if isinstance(raw, bytes) else raw.encode()
    method = str(wanted.method)
    skipped = {"content-length", "host", "user-agent", "accept-encoding", "accept", "connection"}
    headers = [(name, _plain(value)) for name, value in wanted.headers.items() if name.lower() not in skipped]
    path = str(wanted.url).removeprefix(world.base_url)
    if route.who is Who.SESSION:
        headers.append(("authorization", f"Bearer session-{answer_to}"))
    if route.who in (Who.SESSION, Who.ANYBODY):
        return world.http.request(method, world.base_url + path, content=body, headers=headers)
    caller = next(one for one in world.callers.values() if one.role is (route.role or Role.TRADER))
    person = [value for name, value in headers if name.lower() == "expressplatform-person"]
    key = [value for name, value in headers if name.lower() == "idempotency-key"]
    others = [pair for pair in headers if pair[0].lower() not in ("expressplatform-person", "idempotency-key")]
    caller = evolve(caller, person=person[0] if person else "")
    try:
        return _signed(caller, method, path, body, others, key)
    except InvalidInput:  # what cannot be signed is sent as it is
        return world.http.request(method, world.base_url + path, content=body, headers=headers)


def _signed(caller: Caller, method: str, path: str, body: bytes, others: Any, key: list[str]) -> Any:
    return caller.request(
        method,
        path,
        body=body,
        headers=tuple(others),
        key=key[0] if key else "",
        nonce=secrets.token_hex(16),
    )


def _plain(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _held(world: Served, ids: list[str], route: Route, mode: GenerationMode, examples: int) -> int:
    """Requests of one operation, each answer held against the document; how many."""
    operation = SCHEMA[route.path][route.method.lower()]
    checks = [*CHECKS, negative_data_rejection] if mode is GenerationMode.NEGATIVE else CHECKS
    count = 0

    @given(
        case=operation.as_strategy(generation_mode=mode), others=st.lists(st.sampled_from(ids), min_size=4, max_size=6)
    )
    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,), derandomize=True,
    )  # fmt: skip
    def holds(case: Any, others: list[str]) -> None:
        nonlocal count
        named = (case.path_parameters or {}).get("case_id")
        if mode is GenerationMode.POSITIVE and count % 2 and "organisation" in (case.path_parameters or {}):
            case.path_parameters["organisation"] = KNOWN
        for one in (named, *(others if named is not None else ())):
            if named is not None:
                case.path_parameters["case_id"] = one
            count += 1
            case.validate_response(_sent(world, route, case, one), checks=checks)

    holds()
    return count


def _run(world: tuple[Served, list[str]], routes: Sequence[Route], examples: int) -> int:
    platform, ids = world
    total = 0
    for route in routes:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.POSITIVE or route.parameters or route.body or route.query:
                total += _held(platform, ids, route, mode, examples)
    return total


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_in_the_document(world: tuple[Served, list[str]], part: int) -> None:
    """Five thousand requests, sound and unsound, of every operation: no fault of the server, no answer that is not
    documented."""
    assert _run(world, ROUTES[part::PARTS], DAILY) >= 5_000 // PARTS


@pytest.mark.prove
@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_in_the_document_for_long(world: tuple[Served, list[str]], part: int) -> None:
    """The same, two hundred thousand times."""
    assert _run(world, ROUTES[part::PARTS], LONG) >= 200_000 // PARTS
