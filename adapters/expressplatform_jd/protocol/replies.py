"""Whether JD said yes: its envelopes and the four places in which it may say no, most of them under HTTP 200.

Laws of this file:

- A reply is good only where every layer says so: ``error_response``, the ``code`` within, the method's own mark of
  success (`Family`), and the code that this family means by success. What says neither yes nor no is no answer.
- Nothing raises for what JD sends. No message, detail or description is kept, codes only.
- Which codes mean which result are tables here, because JD's lists are incomplete and known from copies.

Sources: JD's own Java parser (any first key, an object for a list, ``""`` for nothing); the error table of JOS in two
copies; the models of the SP-API's PHP client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import attrs

from expressplatform.shops import BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_jd.protocol.values import Json, Thing, Unreadable, first, opened, parse, thing, things, true

T = TypeVar("T")
Refusal = Throttled | Disconnected | BusinessError | GatewayError

UNREADABLE: Final = GatewayError("unreadable")
"""The reply is not JSON, or not of the shape that its method has."""
UNCONFIRMED: Final = "unconfirmed"
"""The code of a reply that says neither yes nor no, or no without a code."""
LIMITED: Final = frozenset({"2"})
"""Codes of the gateway for too many calls. JD tells no length of the wait."""
NO_TOKEN: Final = frozenset({"18", "19"})
"""Codes of the gateway for an access token that is missing, over or revoked."""
SP_GATEWAY: Final = "9990"
"""How the codes begin that the SP-API's gateway gives, not a service (seen: 99904030005, not from JD's cloud)."""

_CODES: Final = ("code", "errorCode", "numberCode", "error_code", "result_code")


@attrs.frozen
class Family:
    """How one family of routerjson methods wraps its answer.

    ``container``: the names of the object inside the envelope. ``verdict``: the name of the object in it that says
    yes or no, empty where the container does. ``good``: the codes that mean yes, empty where codes say nothing.
    ``says``: a reply without a yes is none.
    """

    container: tuple[str, ...]
    verdict: str = ""
    good: frozenset[str] = frozenset()
    says: bool = True


def read_router(status: int, body: bytes, family: Family, make: Callable[[Thing], T]) -> Result[T]:
    """The reply of a routerjson method; ``make`` reads the family's container and may raise Unreadable."""
    try:
        refusal, inside = _envelope(status, body)
        if refusal is not None:
            return refusal
        found = next((one for name in family.container if (one := thing(inside.get(name))) is not None), None)
        if found is None:
            return UNREADABLE
        return _verdict(found, family) or Ok(make(found))
    except Unreadable:
        return _by_status(status) or UNREADABLE


def read_sp(status: int, body: bytes, make: Callable[[Json, Thing], T]) -> Result[T]:
    """The reply of an SP-API method; ``make`` is given ``data`` and ``paginationData`` and may raise Unreadable."""
    try:
        root = thing(parse(body)) or {}
        if (refused := _error_response(root)) is not None:
            return refused
        found = _unwrapped(root)
        errors = things(found.get("errorList"))
        if errors:
            return _by_status(status, refused_too=False) or _sp_refusal(first(errors[0], _CODES))
        if not 200 <= status < 300:
            return _by_status(status) or UNREADABLE
        if "success" not in found:
            return GatewayError(UNCONFIRMED)
        if not true(found["success"]):
            return BusinessError(UNCONFIRMED, "")
        return Ok(make(found.get("data"), thing(found.get("paginationData")) or {}))
    except Unreadable:
        return _by_status(status) or UNREADABLE


def refused(code: str) -> Refusal:
    """What a code of the gateway comes to: wait, connect the shop again, or stop and tell the operator."""
    if code in LIMITED:
        return Throttled(None)
    if code in NO_TOKEN:
        return Disconnected(code)
    return GatewayError(code or UNCONFIRMED)


def _envelope(status: int, body: bytes) -> tuple[Refusal | None, Thing]:
    """The object inside ``…_responce``, after the first two layers have been asked."""
    root = thing(parse(body)) or {}
    if (error := _error_response(root)) is not None:
        return error, {}
    inside = _inside(root)
    code = first(root if inside is None else inside, ("code",))
    if code not in ("", "0"):
        return refused(code), {}
    if not 200 <= status < 300 or inside is None:
        return _by_status(status) or UNREADABLE, {}
    return None, inside


def _error_response(root: Thing) -> Refusal | None:
    error = opened(root.get("error_response"))
    if error is None:
        return None
    return refused(first(error, _CODES) if isinstance(error, dict) else "")


def _inside(root: Thing) -> Thing | None:
    """The envelope's content: under the misspelt name, or whichever object comes first."""
    named = sorted(root, key=lambda name: not name.endswith(("_responce", "_response")))
    for name in named:
        found = opened(root[name]) if name != "error_response" else None
        if isinstance(found, dict):
            return found
    return None


def _verdict(found: Thing, family: Family) -> Refusal | None:
    """The third and fourth layer: None where the family says yes."""
    verdict = thing(found.get(family.verdict)) if family.verdict else found
    verdict = verdict or {}
    code = first(verdict, _CODES)
    said = opened(verdict.get("success"))
    if said is not None and not true(said):
        return BusinessError(code or UNCONFIRMED, "")
    if family.good and code and code not in family.good:
        return BusinessError(code, "")
    if family.says and said is None and not (family.good and code):
        return GatewayError(UNCONFIRMED)
    return None


def _unwrapped(root: Mapping[str, Json]) -> Thing:
    """The SP-API's answer, sometimes wrapped in ``Response``. Raises Unreadable where both levels answer."""
    wrapped = thing(root.get("Response"))
    if wrapped is None:
        return dict(root)
    if root.keys() & {"success", "data", "errorList"}:
        raise Unreadable
    return wrapped


def _sp_refusal(code: str) -> Refusal:
    if code in LIMITED or code in NO_TOKEN or code.startswith(SP_GATEWAY):
        return refused(code)
    return BusinessError(code or UNCONFIRMED, "")


def _by_status(status: int, *, refused_too: bool = True) -> Refusal | None:
    """What HTTP itself says; None for success. ``refused_too``: name every other failure as well."""
    if status == 429:  # RFC 6585, section 4
        return Throttled(None)
    if status == 401:  # RFC 9110, section 15.5.2: no valid credentials
        return Disconnected("http_401")
    if 200 <= status < 300 or not refused_too:
        return None
    return GatewayError(f"http_{status}" if 100 <= status <= 999 else "http")
