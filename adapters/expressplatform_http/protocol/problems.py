"""Errors over the wire: problem documents (RFC 9457) out of the one tree, and the tree out of them again.

Laws of this file
- A document says: ``type`` (``urn:expressplatform:problem:`` and the code), ``title``, ``status``, ``detail``, the
  stable ``code``, ``who_must_act`` and ``retryable``; where it has them also ``problems`` (each with path, kind,
  message), ``allowed``, and ``expected`` and ``found`` of a version. Never a case's number, nor a value that was sent.
- What is not there and what is not the caller's to see have one document, to the byte; so has everything that is
  wrong with a signature.
- What has gone wrong inside a server is ``unavailable`` or ``internal``, whatever it was.
- Whoever reads takes any status with any body, and always gives an error of the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import attrs
import orjson

from expressplatform.errors import (
    ExpressPlatformError,
    HeldBack,
    InvalidInput,
    KeyDestroyed,
    KeyReused,
    LimitReached,
    NoSuchCase,
    OperatorMustAct,
    Problem,
    Refused,
    ServerFailed,
    StaleVersion,
    Unauthenticated,
    Unreachable,
)
from expressplatform.reading import Limits, parse
from expressplatform.records import snake
from expressplatform.transport import HttpResponse

CONTENT_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:expressplatform:problem:"

STATUSES: Final[Sequence[tuple[type[ExpressPlatformError], int, str]]] = (
    (InvalidInput, 422, "The document is not right"),
    (Refused, 409, "A rule says no"),
    (NoSuchCase, 404, "Not found"),
    (StaleVersion, 412, "It has changed"),
    (KeyReused, 422, "The idempotency key has carried another request"),
    (Unauthenticated, 401, "Not recognised"),
    (LimitReached, 429, "Too many requests"),
    (Unreachable, 409, "The complainant cannot be reached in this way"),
    (HeldBack, 503, "Not now"),
    (KeyDestroyed, 410, "The case has been erased"),
    (OperatorMustAct, 503, "The platform needs attention"),
    (ServerFailed, 500, "The server could not answer"),
)
"""Each kind of error with its status and title; the first that fits."""

_LIMITS: Final = Limits(bytes=1_048_576, depth=8)
_SENTENCES: Final = {
    KeyDestroyed: "The case has been erased: what was personal in it no longer exists.",
    OperatorMustAct: "Whoever runs the platform must see to it; ask again later under the same key.",
    ServerFailed: "Ask again later under the same key.",
}
_TOO_LARGE: Final = frozenset({"too_large"})


@attrs.frozen
class Answer:
    """How an error is answered: status, the bytes of the document, headers beside its type."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def problem(status: int, code: str, title: str, detail: str, **more: object) -> Answer:
    """A problem document for what no error of the tree says: an unknown method, another media type.

    ``more`` takes the place of, or comes after, ``who_must_act`` (``caller``) and ``retryable`` (false).
    """
    said = {"type": f"{TYPE}{code}", "title": title, "status": status, "detail": detail, "code": code}
    return Answer(status, orjson.dumps({**said, "who_must_act": "caller", "retryable": False, **more}))


def problem_of(error: ExpressPlatformError) -> Answer:
    """The problem document of any error of the tree."""
    base, status, title = _kind(error)
    code, detail = error.code, str(error)
    if base in _SENTENCES:
        code = {KeyDestroyed: "key_destroyed", OperatorMustAct: "unavailable"}.get(base, "internal")
        detail = _SENTENCES[base]
    headers: tuple[tuple[str, str], ...] = ()
    more: dict[str, object] = {}
    if isinstance(error, InvalidInput):
        if any(one.kind in _TOO_LARGE for one in error.problems):
            status = 413
        detail = "Correct what is named in problems."
        more["problems"] = [attrs.asdict(one) for one in error.problems]
    elif isinstance(error, Refused):
        detail = error.reason or "A rule says no."
        more["allowed"] = [snake(one) for one in error.allowed]
    elif isinstance(error, StaleVersion):
        more |= {"expected": error.expected, "found": error.found}
    elif isinstance(error, LimitReached):
        headers = (("retry-after", str(error.wait)),)
    elif isinstance(error, Unauthenticated):
        detail = "The request is not known to be yours: check its key, its signature and your clock."
        headers = (("www-authenticate", "Signature"),)
    more = {"who_must_act": error.who_must_act, "retryable": error.retryable or status == 503, **more}
    return attrs.evolve(problem(status, code, title, detail, **more), headers=headers)


def _kind(error: ExpressPlatformError) -> tuple[type[ExpressPlatformError], int, str]:
    return next((row for row in STATUSES if isinstance(error, row[0])), STATUSES[-1])


# --- reading ------------------------------------------------------------------------------------------------


def read_problem_document(document: Mapping[str, object], *, case_id: str = "") -> ExpressPlatformError:
    """The error of a problem document that stands inside an answer; any object gives one."""
    status = document.get("status")
    whole = HttpResponse(status if type(status) is int else 500, (), orjson.dumps(dict(document)))
    return read_problem(whole, case_id=case_id)


def read_problem(answer: HttpResponse, *, case_id: str = "") -> ExpressPlatformError:
    """The error that an answer (of a status from 300 on, or one that cannot be read) stands for.

    ``case_id`` is the case that the request was about. An answer of another server on the way, such as a proxy's, is a
    ServerFailed, or whatever its status alone says. Whatever a newer platform says besides is let go.
    """
    document = _document(answer.body)
    code = _text(document.get("code")) or _CODES.get(answer.status, "")
    status, request = answer.status, answer.header("request-id")[:100]
    if status == 401:
        return Unauthenticated()
    if status == 404:
        return NoSuchCase(case_id)
    if status == 410:
        return KeyDestroyed(case_id)
    if status == 412:
        return StaleVersion(case_id, _number(document.get("expected")), _number(document.get("found")))
    if status == 429:
        return LimitReached(_wait(answer))
    if code == "key_reused":
        return KeyReused(case_id)
    if status in (400, 413, 422):
        return InvalidInput(_problems(document, status))
    if 400 <= status < 500 and code:
        return _refused(document, code, case_id)
    return ServerFailed(status, request, code or "server_failed")


_CODES: Final[Mapping[int, str]] = {403: "forbidden", 405: "no_such_operation", 415: "media_type"}


def _refused(document: Mapping[str, Any], code: str, case_id: str) -> Refused:
    allowed = document.get("allowed")
    names = tuple(one for one in allowed if isinstance(one, str)) if isinstance(allowed, list) else ()
    return Refused(code, case_id, _text(document.get("who_must_act")), names, _text(document.get("detail")))


def _problems(document: Mapping[str, Any], status: int) -> tuple[Problem, ...]:
    listed = document.get("problems")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    read = tuple(Problem(*(_text(one.get(name)) for name in ("path", "kind", "message"))) for one in found)
    kind = "too_large" if status == 413 else "unreadable"
    return read or (Problem("$", kind, "was not taken, and the answer does not say why"),)


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = parse(body, _LIMITS)
    except InvalidInput:
        return {}
    return cast(Mapping[str, Any], document) if isinstance(document, dict) else {}


def _text(value: object) -> str:
    return value[:2000] if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if type(value) is int else 0


def _wait(answer: HttpResponse) -> int:
    value = answer.header("retry-after").strip()
    return int(value[:9]) if value.isascii() and value.isdigit() else 0
