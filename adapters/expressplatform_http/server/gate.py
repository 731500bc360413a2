"""Who is let in: by a signature of a key that is good now, by a session, or anybody where the table says so.

Laws of this file: nothing of a request is believed, and nothing is written, before its signature holds; its nonce is
remembered before anything is done. Whoever asks under another role than its own finds nothing there, as a stranger
does. What was wrong with a signature is told to the log alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import NoSuchCase, Unauthenticated
from expressplatform.platform import KeyUse, MemberKey
from expressplatform.signing import VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.queries import Register
from expressplatform_http.protocol.routes import Content, Route, Who
from expressplatform_http.protocol.signatures import KnownKey, Reason, Signed, claim, verify
from expressplatform_http.server import asking
from expressplatform_http.server.holders import Holder
from expressplatform_http.server.incoming import Incoming
from expressplatform_http.server.limits import caller_of
from expressplatform_http.server.service import Service

NOBODY = "anybody"
"""The person of requests that nobody signs."""
_MOST_KEYS: Final = 1000
"""How many keys are remembered."""


@attrs.frozen
class Known:
    """Who asks, and the proof where there is one."""

    by: Actor
    signed: Signed | None = None


WayIn = Callable[[Service, Route, Incoming, HttpRequest], Awaitable[Known]]
"""Who sent a request: raises Unauthenticated, NoSuchCase, LimitReached, InvalidInput (no staff id)."""


def way_in(route: Route) -> WayIn:
    """How those who ask a row of the table are let in."""
    if route.who is Who.SIGNATURE:
        return _by_signature
    return _by_session if route.who is Who.SESSION else _anybody


async def _anybody(service: Service, route: Route, request: Incoming, as_sent: HttpRequest) -> Known:
    _limit_anybody(service, request)
    return Known(Actor(route.role or Role.OPERATOR, NOBODY, service.platform.scheme.council))


async def _by_signature(service: Service, route: Route, request: Incoming, as_sent: HttpRequest) -> Known:
    _check_host(service, request)
    claimed = claim(as_sent, body_follows=route.body is Content.FILE)
    held = await service.platform.member_key(claimed.key_id)
    holder = _holder(service, held) if held is not None and held.use is KeyUse.SIGNING else None
    signed = verify(claimed, holder and holder.key, at=service.now())
    assert holder is not None
    service.organisations.take(holder.held.organisation, service.ticks())
    by = holder.acting(asking.person_of(request))
    if not await service.platform.remember(signed.key_id, signed.nonce, signed.remember_until):
        raise Unauthenticated(Reason.REPLAYED)
    if by.role is not route.role:
        raise NoSuchCase("")
    return Known(by, signed)


def _holder(service: Service, held: MemberKey) -> Holder:
    """Who holds a key that stands on the shelf; made anew when what stands there has changed."""
    found = service.holders.get(held.id)
    if found is None or found.held is not held:
        if len(service.holders) >= _MOST_KEYS:
            service.holders.clear()
        found = service.holders[held.id] = Holder(held)
    return found


async def by_own_key(service: Service, request: Incoming, as_sent: HttpRequest, brought: Register) -> Signed:
    """The proof that whoever registers a key holds it."""
    _check_host(service, request)
    public = VerifyingKey(bytes.fromhex(brought.signing))
    signed = verify(claim(as_sent), KnownKey(public), at=service.now())
    if not await service.platform.remember(signed.key_id, signed.nonce, signed.remember_until):
        raise Unauthenticated(Reason.REPLAYED)
    return signed


async def _by_session(service: Service, route: Route, request: Incoming, as_sent: HttpRequest) -> Known:
    _limit_anybody(service, request)
    scheme, _, token = request.header("authorization").partition(" ")
    if service.sessions is None or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(Reason.UNSIGNED)
    return Known(await service.sessions.complainant(token, request.places.get("case_id", "")))


def _limit_anybody(service: Service, request: Incoming) -> None:
    service.anybody.take(caller_of(request.peer), service.ticks())


def _check_host(service: Service, request: Incoming) -> None:
    """A request that was signed for another server is not for this one."""
    hosts = service.settings.hosts
    if hosts and request.header("host").lower() not in hosts:
        raise Unauthenticated(Reason.COVERED)
