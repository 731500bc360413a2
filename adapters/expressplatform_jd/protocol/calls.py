"""From a typed request to the bytes that are sent: addresses, headers, parameters, signatures.

Laws of this file: pure. Tokens go into headers and bodies, never into an address; the one exception is JD's own, the
OAuth endpoints, which take the app's secret in a query (`Outgoing.secret_query` says so). Nothing here prints a token,
a secret, an order number or a text. A call that is listed in `NEVER_CALLED` is not made, whoever writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

import attrs

from expressplatform.fields import Checked, Constraint, refuse
from expressplatform.shops import Result
from expressplatform_jd.protocol.clock import millis, stamp
from expressplatform_jd.protocol.values import compact
from expressplatform_jd.signing import sign, sign_sp

T_co = TypeVar("T_co", covariant=True)

_TOKEN: Final = Checked(
    Constraint(1, 512, r"[!-~]+", wanted="must be printable ASCII without space"), (str,), "must be text"
)
_SAFE: Final = (
    r"(https://[A-Za-z0-9.:-]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?)(/[A-Za-z0-9/._-]*[A-Za-z0-9])?"
)
_ADDRESS: Final = Checked(
    Constraint(1, 200, _SAFE, wanted="must be an HTTPS address, or one on this machine"), (str,), "must be text"
)
_DIGITS: Final = r"[1-9][0-9]*"
_NUMBER: Final = "must be a number of JD's"

ID: Final = Checked(Constraint(1, 19, _DIGITS, wanted=_NUMBER), (str,), "must be text")
"""Holds a field to an id of JD's: digits, kept as text."""


def is_id(text: str) -> bool:
    """Whether a text is an id of JD's: one that can be asked for."""
    return ID.constraint.complaint(text) is None


ID_OR_NONE: Final = Checked(Constraint(0, 19, _DIGITS, wanted=_NUMBER), (str,), "must be text")
"""The same, or empty."""

_CLEAR: Final = "shows or changes an addressee or a buyer in clear: an order is compared, never read out"
_MOUTH: Final = "puts somebody's words into the seller's mouth"
_DECIDES: Final = "decides about money or goods or calls JD in, which the seller does in person"
NEVER_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "jingdong.jos.": _CLEAR,
        "GET /open-security/": _CLEAR,
        "POST /open-security/": _CLEAR,
        "PUT /open-security/": _CLEAR,
        "PATCH /open-security/": _CLEAR,
        "GET /sp-order/v0/order-oaid-addresses": _CLEAR,
        "PUT /sp-order/v0/orders/{orderId}/consignees": _CLEAR,
        "jingdong.asc.unsolved.message.": _MOUTH,
        "jingdong.asc.process.": _DECIDES,
        "jingdong.asc.audit.": _DECIDES,
        "jingdong.pop.afs.soa.refundapply.replyRefund": _DECIDES,
        "PATCH /sp-aftercare/": _DECIDES,
    }
)
"""How the names of the calls begin that are never made, each with the reason.

A name is a method of routerjson, or a verb and a path of the SP-API."""


def words(longest: int) -> Checked:
    """Holds a field to a text that people read: not blank, at most ``longest`` characters."""
    shape = Constraint(1, longest, r"(?s:.*\S.*)", wanted="must not be blank")
    return Checked(shape, (str,), "must be text")


@attrs.frozen
class App:
    """The application that is registered with JD: its key and its secret."""

    key: str = attrs.field(validator=_TOKEN)
    secret: str = attrs.field(repr=False, validator=_TOKEN)


@attrs.frozen
class Caller:
    """An app with the access token of one shop."""

    app: App
    token: str = attrs.field(repr=False, validator=_TOKEN)


@attrs.frozen
class Operator:
    """On whose behalf an after-sales call of routerjson is made: the vender's id, and the account and name that the
    shop gave the agent. JD writes the two into the shop's own log."""

    vender_id: str = attrs.field(validator=ID)
    pin: str = attrs.field(repr=False, validator=words(50))
    nick: str = attrs.field(repr=False, validator=words(50))

    def parameters(self) -> dict[str, object]:
        """As ``jingdong.asc.*`` takes them."""
        return {"buId": self.vender_id, "operatePin": self.pin, "operateNick": self.nick}


@attrs.frozen
class Endpoints:
    """Where JD listens; others in tests: over TLS or on this machine, without a slash at the end."""

    sp: str = attrs.field(default="https://api-cn.jd.com/rest", validator=_ADDRESS)
    router: str = attrs.field(default="https://api.jd.com/routerjson", validator=_ADDRESS)
    oauth: str = attrs.field(default="https://open-oauth.jd.com", validator=_ADDRESS)


JD: Final = Endpoints()
"""The public endpoints."""


@attrs.frozen
class SpCall:
    """A call to the SP-API before it is signed: ``template`` names the path's parameters, ``query`` is decoded."""

    verb: str
    template: str
    path: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: str | None = attrs.field(default=None, repr=False)

    @property
    def name(self) -> str:
        """As JD's documentation names it."""
        return f"{self.verb} {self.template}"


@attrs.frozen
class RouterCall:
    """A call to routerjson before it is signed: the method's name and its business parameters, None for not sent."""

    method: str
    business: Mapping[str, object] = attrs.field(factory=dict, repr=False)

    @property
    def name(self) -> str:
        """As JD's documentation names it."""
        return self.method


@attrs.frozen
class OauthCall:
    """A call to an OAuth endpoint: its path and what it takes besides the app's key and secret."""

    path: str
    query: Mapping[str, str] = attrs.field(repr=False)


class Request(Protocol[T_co]):
    """A typed request: how it is called, and how its reply is read. ``reads``: it changes nothing and may be repeated.

    Everything else is a write: JD takes no idempotency key, so that after a lost reply one reads back first.
    """

    reads: ClassVar[bool]

    def call(self) -> SpCall | RouterCall:
        """The call, not yet signed."""

    def read(self, status: int, body: bytes) -> Result[T_co]:
        """The reply as a result, whatever came: it never raises."""


@attrs.frozen
class Outgoing:
    """One HTTP request, ready to be sent; it prints its verb and nothing else.

    ``url`` carries no query; ``query`` is decoded. ``secret_query``: the query holds a secret, so that whoever sends
    it must not log the address.
    """

    verb: str
    url: str = attrs.field(repr=False)
    query: Mapping[str, str] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes | None = attrs.field(repr=False)
    secret_query: bool = False

    def address(self) -> str:
        """The whole address, its query percent-encoded."""
        return f"{self.url}?{urlencode(self.query, quote_via=quote)}" if self.query else self.url


def prepare(call: SpCall | RouterCall, caller: Caller, at: datetime, endpoints: Endpoints = JD) -> Outgoing:
    """The signed request, as of the instant ``at`` (JD refuses more than six minutes of skew).

    Raises InvalidInput for a call of `NEVER_CALLED`, where a value cannot be signed, or where ``at`` has no offset.
    """
    if reason := next((why for start, why in NEVER_CALLED.items() if call.name.startswith(start)), ""):
        raise refuse("$.method", "never_called", reason)
    if isinstance(call, RouterCall):
        return _router(call, caller, at, endpoints)
    return _sp(call, caller, at, endpoints)


def prepare_oauth(call: OauthCall, app: App, endpoints: Endpoints = JD) -> Outgoing:
    """The request to an OAuth endpoint: a GET with the app's secret in its query, as JD documents it and no other."""
    query = {"app_key": app.key, "app_secret": app.secret, **call.query}
    return Outgoing("GET", endpoints.oauth + call.path, query, {"Accept": "application/json"}, None, True)


def _sp(call: SpCall, caller: Caller, at: datetime, endpoints: Endpoints) -> Outgoing:
    signed = {
        "X-JOS-App-Key": caller.app.key,
        "X-JOS-Access-Token": caller.token,
        "X-JOS-Timestamp": millis(at),
    }
    signature = sign_sp(signed, call.path, call.query, call.body, caller.app.secret)
    headers = signed | {"X-JOS-Sign": signature, "X-JOS-Request-Identity": "vender", "Accept": "application/json"}
    if call.body is not None:
        headers["Content-Type"] = "application/json; charset=utf-8"
    url = endpoints.sp + call.template.format_map({name: quote(value, "") for name, value in call.path.items()})
    return Outgoing(call.verb, url, call.query, headers, call.body.encode("utf-8") if call.body else None)


def _router(call: RouterCall, caller: Caller, at: datetime, endpoints: Endpoints) -> Outgoing:
    params = {
        "method": call.method,
        "app_key": caller.app.key,
        "access_token": caller.token,
        "timestamp": stamp(at),
        "v": "2.0",
        "360buy_param_json": compact(call.business),
    }
    params["sign"] = sign(params, caller.app.secret)
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    }
    return Outgoing("POST", endpoints.router, {}, headers, urlencode(params).encode("ascii"))
