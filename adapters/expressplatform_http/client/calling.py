"""One call of an operation: its request made from the table, signed at each attempt, answered or raised.

Laws of this file
- An operation is a row of `routes.ROUTES`; nothing else is asked. A write carries the caller's idempotency key, the
  same at every attempt; the signature, with its time and nonce, is made anew.
- Whatever comes back is a value of the row's class or an error of the one tree; a body, a header or an address goes
  into no error.
- One call has one deadline, attempts and waits together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import attrs

from expressplatform.errors import ExpressPlatformError, InvalidInput, ServerFailed, Unauthenticated
from expressplatform.fields import refuse
from expressplatform.transport import (
    AsyncTransport,
    Attempt,
    Call,
    HttpRequest,
    HttpResponse,
    RetryPolicy,
    Supply,
    Surroundings,
    Take,
    exchange,
)
from expressplatform.wire import write
from expressplatform_http.protocol.answers import Answers
from expressplatform_http.protocol.problems import read_problem
from expressplatform_http.protocol.queries import Nothing
from expressplatform_http.protocol.routes import BY_NAME, Content, Route, Who
from expressplatform_http.protocol.signatures import RequestSigner, prepare
from expressplatform_http.protocol.uploads import MEDIA_TYPE

__all__ = ["Caller", "Options", "Sent", "World"]

T = TypeVar("T")
_VERSION: Final = "1"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_LARGE_SKEW: Final = 30
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@attrs.frozen
class Options:
    """How calls are made: by which member of staff (an opaque id, never a name), within how many seconds in all.

    ``attempt_seconds`` bounds one attempt, ``policy`` says how often it is tried and how long the waits are,
    ``on_retry`` hears of each attempt that will be repeated. ``language`` (such as ``zh-Hant``) is that of sentences in
    answers.
    """

    person: str
    deadline: float = 30.0
    attempt_seconds: float = 10.0
    policy: RetryPolicy = RetryPolicy()
    on_retry: Callable[[Attempt], None] | None = None
    language: str = ""

    def call(self) -> Call:
        """The same for the transport. Everything may be sent twice: reads change nothing, writes carry a key."""
        return Call(self.deadline, self.attempt_seconds, may_repeat=True, policy=self.policy, on_retry=self.on_retry)


@attrs.frozen
class World:
    """What a call needs besides: the ``around`` of the transport, and a ``nonce`` that was never given before."""

    around: Surroundings
    nonce: Callable[[], str]


@attrs.frozen(repr=False)
class Sent:
    """What goes with one call: ``places`` fill the address, ``query`` and ``body`` are of the row's classes or bytes.

    A write needs ``key``; ``expected`` is the version that it was decided on; ``progress`` hears of bytes that went.
    ``digest`` is the Content-Digest of a body that is supplied in pieces, ``taker`` takes the answer in pieces.
    """

    places: Mapping[str, str] = _NOTHING
    query: attrs.AttrsInstance | None = None
    body: attrs.AttrsInstance | bytes | Supply | None = None
    digest: str = ""
    key: str = ""
    expected: int | None = None
    progress: Callable[[int], None] | None = None
    taker: Callable[[], Take] | None = None


class Caller:
    """Calls operations of one server for one organisation."""

    __slots__ = ("_answers", "_base", "_options", "_signer", "_transport", "_world")

    def __init__(
        self, base: str, transport: AsyncTransport, signer: RequestSigner, options: Options, world: World
    ) -> None:
        self._base = _checked_base(base)
        self._transport, self._signer, self._options, self._world = transport, signer, options, world
        self._answers = Answers()

    @property
    def options(self) -> Options:
        """How its calls are made."""
        return self._options

    def with_options(self, options: Options) -> Caller:
        """The same server, transport and keys with other options."""
        made = copy(self)
        made._options = options
        return made

    @property
    def around(self) -> Surroundings:
        """What its calls need of the world."""
        return self._world.around

    def now(self) -> datetime:
        """The instant by its clock."""
        return self._world.around.now()

    async def read(self, cls: type[T], name: str, sent: Sent = Sent()) -> T:
        """The answer of an operation as a value; raises an error of the tree for every other answer."""
        answer = await self.ask(name, sent)
        try:
            return self._answers.read(answer.body, cls)
        except InvalidInput:
            raise ServerFailed(answer.status, answer.header("request-id")[:100], "unreadable_answer") from None

    async def ask(self, name: str, sent: Sent = Sent()) -> HttpResponse:
        """The good answer of an operation, whole; raises an error of the tree for every other."""
        route = BY_NAME[name]
        if route.writes and not sent.key:
            raise refuse("$.key", "missing", "must be given: it makes the call safe to repeat")
        request = HttpRequest(
            route.method,
            self._base + _path(route, sent.places) + _query(sent.query),
            (*self._headers(route, sent.key, sent.expected), *_digest(sent)),
            _body(route, sent.body),
            progress=sent.progress,
            supply=sent.body if isinstance(sent.body, Supply) else None,
            taker=sent.taker,
        )

        def signed() -> HttpRequest:
            if route.who is Who.ANYBODY:
                return request
            made = prepare(request, key_id=self._signer.key_id, created=self.now(), nonce=self._world.nonce())
            return made.signed(self._signer.sign(made.base))

        answer = await exchange(signed, transport=self._transport, call=self._options.call(), around=self._world.around)
        if 200 <= answer.status < 300:
            return answer
        raise self._error(answer, sent.places)

    def _headers(self, route: Route, key: str, expected: int | None) -> list[tuple[str, str]]:
        headers = [("accept", "application/json"), ("expressplatform-version", _VERSION)]
        if route.who is not Who.ANYBODY:
            headers.append(("expressplatform-person", self._options.person))
        if self._options.language:
            headers.append(("accept-language", self._options.language))
        if route.body is not None:
            headers.append(("content-type", MEDIA_TYPE if route.body is Content.FILE else "application/json"))
        if route.writes:
            headers.append(("idempotency-key", key))
        if expected is not None:
            headers.append(("if-match", f'"{expected}"'))
        return headers

    def _error(self, answer: HttpResponse, places: Mapping[str, str]) -> ExpressPlatformError:
        error = read_problem(answer, case_id=places.get("case_id", ""))
        if isinstance(error, Unauthenticated):
            return Unauthenticated(skew=_skew(answer.header("date"), self.now()))
        return error


def _checked_base(written: str) -> str:
    """The address of a server, without a slash at its end; raises InvalidInput unless it is https, or this machine."""
    try:
        where = urlsplit(written)
        host, port = where.hostname, where.port
    except ValueError:
        host = port = where = None
    if where is None or not host or not written.isascii() or where.username or where.query or where.fragment:
        raise refuse("$.base", "value", "must be the https address of a server, without user, query and fragment")
    if where.scheme != "https" and not (where.scheme == "http" and host in _LOOPBACK):
        raise refuse("$.base", "value", "must begin with https, unless the server is on this machine")
    named = f"[{host}]" if ":" in host else host
    return f"{where.scheme}://{named}{'' if port is None else f':{port}'}{where.path.rstrip('/')}"


def _path(route: Route, places: Mapping[str, str]) -> str:
    for name in route.parameters:
        if not places[name] or places[name] in (".", ".."):
            raise refuse(f"$.{name}", "missing", "must be given")
    return re.sub(r"\{(\w+)\}", lambda found: quote(places[found[1]], safe=""), route.path)


def _query(query: attrs.AttrsInstance | None) -> str:
    """A query's fields that say something, in the order of their class."""
    if query is None:
        return ""
    pairs: list[tuple[str, str]] = []
    for one in attrs.fields(type(query)):
        value = getattr(query, one.name)
        if value is not None and value != one.default:
            pairs += [(one.name, _written(each)) for each in (value if isinstance(value, tuple) else (value,))]
    return f"?{urlencode(pairs, quote_via=quote, safe='')}" if pairs else ""


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value.value) if isinstance(value, Enum) else str(value)


def _digest(sent: Sent) -> tuple[tuple[str, str], ...]:
    return (("content-digest", sent.digest),) if sent.digest else ()


def _body(route: Route, body: attrs.AttrsInstance | bytes | Supply | None) -> bytes:
    if isinstance(body, bytes | Supply):
        return body if isinstance(body, bytes) else b""
    if body is None and route.body is Nothing:
        body = Nothing()
    return b"" if body is None else write(body, particulars=True)


def _skew(date_: str, now: datetime) -> int:
    """By how many seconds this clock is ahead of a server's, where that may be why a signature was refused."""
    try:
        ahead = round((now - parsedate_to_datetime(date_)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0
    return ahead if abs(ahead) > _LARGE_SKEW else 0
