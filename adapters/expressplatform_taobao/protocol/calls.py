"""A request made ready to send, and its reply read back.

Laws of this file:

- Everything travels in the body of a POST: an address holds no session, no order number, no word of anybody.
- A call that is listed in `NEVER_CALLED` is not made, whoever writes the request for it.
- An application's secret never leaves: it signs. It is sent over TLS or to this machine only.
- A request says whether it only reads; only such a one may be repeated without asking what became of the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final, Protocol, TypeVar
from urllib.parse import urlencode

import attrs

from expressplatform.fields import refuse
from expressplatform.shops import GatewayError, Ok, Result
from expressplatform_taobao.protocol.envelope import MALFORMED, envelope
from expressplatform_taobao.protocol.values import Fields, Malformed, stamp
from expressplatform_taobao.signing import Value, encode, sign

__all__ = ["GATEWAY", "NEVER_CALLED", "App", "Call", "Request", "call", "parse"]

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")

GATEWAY: Final = "https://gw.api.taobao.com/router/rest"
"""The platform's production gateway (article 101617)."""

_CLEAR: Final = "shows an addressee in clear: an order is compared, never read out"
_MOUTH: Final = "puts somebody's words into the seller's mouth"
_BUYER: Final = "speaks for a buyer, whose complaint comes from the buyer alone"
_MONEY: Final = "decides about money or goods, which the seller does in person"
NEVER_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "taobao.top.oaid.": _CLEAR,
        "taobao.top.secret.": _CLEAR,
        "taobao.refund.message.add": _MOUTH,
        "taobao.openmall.": _BUYER,
        "taobao.refunds.apply.get": _BUYER,
        "taobao.rp.": _MONEY,
        "taobao.refund.refuse": _MONEY,
        "taobao.refund.negotiatereturn": _MONEY,
    }
)
"""How the names of the methods begin that are never called, each with the reason."""

_FORM: Final = "application/x-www-form-urlencoded;charset=utf-8"
_SAFE: Final = re.compile(r"https://[A-Za-z0-9.:-]+/[A-Za-z0-9/._-]*|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/[a-z/]*")


@attrs.frozen
class App:
    """An application that the platform knows: its key, and the secret that signs, which never prints."""

    key: str
    secret: str = attrs.field(repr=False)


class Request(Protocol[T_co]):
    """What the gateway may be asked. ``T`` is what the answer is read as.

    ``method`` is the platform's name for it, ``reads`` says that it changes nothing, ``session`` that it needs a
    shop's authorisation.
    """

    method: ClassVar[str]
    reads: ClassVar[bool]
    session: ClassVar[bool]

    def parameters(self) -> Mapping[str, Value]:
        """The method's own parameters. One that is not wanted is absent."""
        ...

    def answer(self, found: Fields, now: datetime) -> T_co:
        """What a successful answer, received at ``now``, says. Raises Malformed where it lacks what it must have."""
        ...


@attrs.frozen
class Call:
    """A request that is ready: POST ``body`` with ``headers`` to ``url``. ``parameters`` are what the body encodes.

    Neither ever prints: both hold the session.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)


def call(
    request: Request[object],
    app: App,
    *,
    at: datetime,
    session: str = "",
    sign_method: str = "hmac-sha256",
    gateway: str = GATEWAY,
) -> Call:
    """Make a request ready to send.

    ``at`` is the present instant; the platform bears ten minutes of difference. ``session`` is the shop's access
    token, sent only where the method needs it. ``sign_method`` as in `signing.sign`. ``gateway`` is another address of
    the platform, or a stand-in on this machine.

    Raises InvalidInput for a session that is missing, a parameter without a single spelling, a method that is never
    called or an address that is neither TLS nor this machine.
    """
    if any(request.method.startswith(name) for name in NEVER_CALLED):
        raise refuse("$.method", "never_called", "must not be a method that is never called")
    if not _SAFE.fullmatch(gateway):
        raise refuse("$.gateway", "address", "must be an https address without a query, or one of this machine")
    if request.session and not session:
        raise refuse("$.session", "missing", "must be given: the method needs a shop's authorisation")
    text = encode({**request.parameters(), **_system(request, app, at, sign_method, session)})
    text["sign"] = sign(text, app.secret, sign_method)
    headers = MappingProxyType({"Content-Type": _FORM, "Accept-Encoding": "gzip"})
    return Call(request.method, gateway, headers, MappingProxyType(text), urlencode(text).encode())


def _system(request: Request[object], app: App, at: datetime, sign_method: str, session: str) -> Mapping[str, Value]:
    """The parameters that every method has (article 101617)."""
    system: dict[str, Value] = {
        "method": request.method,
        "app_key": app.key,
        "timestamp": stamp(at),
        "format": "json",
        "v": "2.0",
        "sign_method": sign_method,
    }
    return {**system, "session": session} if request.session else system


def parse(request: Request[T], status: int, body: bytes, *, now: datetime) -> Result[T]:
    """What the reply to a request comes to. No status and no bytes make it raise.

    ``status`` is HTTP's, ``body`` the decompressed bytes, ``now`` the instant of the reply, which must know
    its offset from UTC (or InvalidInput is raised).
    """
    found = envelope(status, body, method=request.method, now=now)
    if not isinstance(found, Ok):
        return found
    try:
        return Ok(request.answer(found.value, now))
    except Malformed:
        return GatewayError(MALFORMED)
