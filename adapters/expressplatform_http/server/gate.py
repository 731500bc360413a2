"""Who is let in: by a signature of a key that is good now, by a session, or anybody where the table says so.

Laws of this file: nothing of a request is believed, and nothing is written, before its signature holds; its nonce is
remembered before anything is done. Whoever asks under another role than its own finds nothing there, as a stranger
does. What was wrong with a signature is told to the log alone.
"""

from __future__ import annotations

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import InvalidInput, NoSuchCase, Problem, Unauthenticated
from expressplatform.platform import KeyUse, MemberKey
from expressplatform.signing import VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.queries import Register
from expressplatform_http.protocol.routes import Route, Who
from expressplatform_http.protocol.signatures import KnownKey, Reason, Signed, claim, verify
from expressplatform_http.server import asking
from expressplatform_http.server.incoming import Incoming
from expressplatform_http.server.service import Service

NOBODY = "anybody"
"""The person of requests that nobody signs."""
_MOST_KEYS = 1000


@attrs.frozen
class Known:
    """Who asks, and the proof where there is one."""

    by: Actor
    signed: Signed | None = None


async def known(service: Service, route: Route, request: Incoming, as_sent: HttpRequest) -> Known:
    """Who sent a request; raises Unauthenticated, NoSuchCase, LimitReached, InvalidInput (no staff id)."""
    if route.who is Who.SIGNATURE:
        return await _by_signature(service, route, request, as_sent)
    _limit_anybody(service, request)
    if route.who is Who.SESSION:
        return Known(await _by_session(service, request))
    role = route.role or Role.OPERATOR
    return Known(Actor(role, NOBODY, service.platform.scheme.council))


async def _by_signature(service: Service, route: Route, request: Incoming, as_sent: HttpRequest) -> Known:
    _check_host(service, request)
    claimed = claim(as_sent)
    held = await service.platform.member_key(claimed.key_id)
    key = None
    if held is not None and held.use is KeyUse.SIGNING:
        key = KnownKey(_verifying(service, held.public), held.registered_at, held.ends_at)
    signed = verify(claimed, key, at=service.now())
    assert held is not None
    service.organisations.take(held.organisation, service.ticks())
    by = _acting(held, asking.person_of(request))
    if not await service.platform.remember(signed.key_id, signed.nonce, signed.remember_until):
        raise Unauthenticated(Reason.REPLAYED)
    if held.role is not route.role:
        raise NoSuchCase("")
    return Known(by, signed)


def _acting(held: MemberKey, person: str) -> Actor:
    """Whoever acts under a key; raises InvalidInput for what is no staff id. All else of it was judged before."""
    try:
        return Actor(held.role, person, held.organisation)
    except InvalidInput as error:
        path = f"$header.{asking.PERSON_HEADER}"
        raise InvalidInput(tuple(Problem(path, "text", one.message) for one in error.problems)) from None


def _verifying(service: Service, public: str) -> VerifyingKey:
    """A public key, made of its bytes once; whether it is good is asked each time."""
    found = service.verifying.get(public)
    if found is None:
        if len(service.verifying) >= _MOST_KEYS:
            service.verifying.clear()
        found = service.verifying[public] = VerifyingKey(bytes.fromhex(public))
    return found


async def by_own_key(service: Service, request: Incoming, as_sent: HttpRequest, brought: Register) -> Signed:
    """The proof that whoever registers a key holds it."""
    _check_host(service, request)
    public = VerifyingKey(bytes.fromhex(brought.signing))
    signed = verify(claim(as_sent), KnownKey(public), at=service.now())
    if not await service.platform.remember(signed.key_id, signed.nonce, signed.remember_until):
        raise Unauthenticated(Reason.REPLAYED)
    return signed


async def _by_session(service: Service, request: Incoming) -> Actor:
    scheme, _, token = request.header("authorization").partition(" ")
    if service.sessions is None or scheme.lower() != "bearer" or not token:
        raise Unauthenticated(Reason.UNSIGNED)
    return await service.sessions.complainant(token, request.places.get("case_id", ""))


def _limit_anybody(service: Service, request: Incoming) -> None:
    service.anybody.take(request.peer, service.ticks())


def _check_host(service: Service, request: Incoming) -> None:
    """A request that was signed for another server is not for this one."""
    hosts = service.settings.hosts
    if hosts and request.header("host").lower() not in hosts:
        raise Unauthenticated(Reason.COVERED)
