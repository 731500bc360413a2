"""Connecting a shop: the link that its owner opens, the code that comes back, the tokens, their renewal.

Laws of this file: a callback whose ``state`` is not ours is refused, whatever else it says. Tokens and codes never
print. JD documents these endpoints as GET with the app's secret in the query (`calls.prepare_oauth` marks it).

Source: JD open platform, guides 787 and 956. A token lives a year (a day in test); it can be renewed only in its last
24 hours, a limited number of times a month, never after its end; every renewal gives a new pair, to be stored in one
step by one refresher. A change of the shop's main password ends it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import attrs

from expressplatform.fields import Checked, Constraint, refuse
from expressplatform.shops import BusinessError, GatewayError, Ok, Result
from expressplatform_jd.protocol.calls import JD, Endpoints, OauthCall
from expressplatform_jd.protocol.clock import instant
from expressplatform_jd.protocol.replies import LIMITED, UNCONFIRMED, UNREADABLE, refused
from expressplatform_jd.protocol.values import Thing, Unreadable, first, parse, text, thing, whole

RENEWABLE: Final = timedelta(hours=24)
"""How long before its end a token can be renewed."""

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_OPAQUE: Final = Checked(
    Constraint(1, 1024, r"[!-~]+", wanted="must be printable ASCII without space"), (str,), "must be text"
)


@attrs.frozen
class Code:
    """What the owner's consent comes back as: good once, for minutes."""

    value: str = attrs.field(repr=False, validator=_OPAQUE)


@attrs.frozen
class Grant:
    """The tokens of a shop. ``issued_at`` is JD's word of when, in GMT+8, None where it does not tell.

    ``open_id`` and ``xid`` stand for the shop's owner; no nick is among them.
    """

    access_token: str = attrs.field(repr=False, validator=_OPAQUE)
    refresh_token: str = attrs.field(repr=False)
    lifetime: timedelta
    issued_at: datetime | None
    open_id: str = attrs.field(repr=False)
    xid: str = attrs.field(repr=False)

    def ends_at(self, received_at: datetime) -> datetime:
        """When the token ends; ``received_at`` counts where JD does not tell when it was issued."""
        return (self.issued_at or received_at) + self.lifetime

    def renewable_from(self, received_at: datetime) -> datetime:
        """From when on it can be renewed, until it ends."""
        return self.ends_at(received_at) - RENEWABLE


def authorise_link(app_key: str, redirect_uri: str, state: str, endpoints: Endpoints = JD) -> str:
    """The address that the shop's owner opens. ``state`` is an unguessable text, kept by the caller for one callback.

    Raises InvalidInput where ``redirect_uri`` is neither HTTPS nor on this machine, carries a fragment or a user, or
    where ``state`` has fewer than 16 characters.
    """
    if not _may_return(redirect_uri):
        raise refuse("$.redirect_uri", "value", "must be an HTTPS address without user and fragment")
    if len(state) < 16 or not state.isascii():
        raise refuse("$.state", "value", "must have at least 16 ASCII characters")
    query = {
        "app_key": app_key,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "state": state,
        "scope": "snsapi_base",
    }
    return f"{endpoints.oauth}/oauth2/to_login?{urlencode(query, quote_via=quote)}"


def read_callback(query: Mapping[str, str], state: str) -> Result[Code]:
    """What came back to ``redirect_uri``, its query decoded; ``state`` is the one that was sent.

    Raises InvalidInput where the callback's ``state`` is another: it is then nobody's answer to us.
    """
    if not hmac.compare_digest(_bytes(query.get("state", "")), _bytes(state)):
        raise refuse("$.state", "state", "is not the one that was sent")
    code = query.get("code", "")
    if not code or _OPAQUE.constraint.complaint(code):
        return BusinessError(query.get("error") or UNCONFIRMED, "")
    return Ok(Code(code))


@attrs.frozen
class ExchangeCode:
    """``/oauth2/access_token``: a code for tokens."""

    code: Code

    def call(self) -> OauthCall:
        """A code is spent by it, whatever the reply."""
        return OauthCall("/oauth2/access_token", {"grant_type": "authorization_code", "code": self.code.value})

    def read(self, status: int, body: bytes) -> Result[Grant]:
        """The tokens."""
        return _read(status, body)


@attrs.frozen
class Renew:
    """``/oauth2/refresh_token``: a new pair for an old one, which ends with it."""

    refresh_token: str = attrs.field(repr=False, validator=_OPAQUE)

    def call(self) -> OauthCall:
        """To be sent by one refresher at a time: the old pair is void once it was received."""
        return OauthCall("/oauth2/refresh_token", {"grant_type": "refresh_token", "refresh_token": self.refresh_token})

    def read(self, status: int, body: bytes) -> Result[Grant]:
        """The new tokens. A refusal may mean too early as well as too late, so it is a BusinessError with JD's code."""
        return _read(status, body)


def renewable(grant: Grant, received_at: datetime, at: datetime) -> bool:
    """Whether JD would take a renewal at the instant ``at``."""
    return grant.renewable_from(received_at) <= at < grant.ends_at(received_at)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _may_return(redirect_uri: str) -> bool:
    try:
        where = urlsplit(redirect_uri)
        host = where.hostname
    except ValueError:
        return False
    safe = where.scheme == "https" or (where.scheme == "http" and host in _LOOPBACK)
    return safe and bool(host) and not where.fragment and where.username is None


def _read(status: int, body: bytes) -> Result[Grant]:
    try:
        return _grant(thing(parse(body)) or {}, status)
    except Unreadable:
        return _by_status(status)


def _grant(found: Thing, status: int) -> Result[Grant]:
    code = first(found, ("code", "error"))
    if code in LIMITED or status == 429:
        return refused("2")
    if code not in ("", "0"):
        return BusinessError(code, "")
    token, lifetime = text(found.get("access_token")), whole(found.get("expires_in"))
    if not 200 <= status < 300 or lifetime is None or lifetime > 10**9 or _OPAQUE.constraint.complaint(token):
        return _by_status(status)
    return Ok(
        Grant(
            token,
            text(found.get("refresh_token")),
            timedelta(seconds=lifetime),
            instant(text(found.get("time"))),
            text(found.get("open_id")),
            text(found.get("xid")),
        )
    )


def _by_status(status: int) -> GatewayError:
    return UNREADABLE if 200 <= status < 300 else GatewayError(f"http_{status}")
