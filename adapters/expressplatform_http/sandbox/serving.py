"""The sandbox on a socket: the platform's own application, watched, with the sandbox's addresses beside it.

Laws of this file
- It listens on loopback. What pushes the sandbox on is answered to programs on this machine alone: a page in a browser,
  which names its origin, and a name that merely points here are turned away.
- Signatures go by the wall's clock, cases by the pushed one: a trader's own system has no other clock than the wall's.
- A reply that is lost is lost as on a network: the request was done, and the connection is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any, Final, final

import attrs
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from expressplatform.platform import AsyncPlatform, Delivery, MemberKey, utc_now
from expressplatform_http.sandbox.clock import PushedClock
from expressplatform_http.sandbox.routes import control
from expressplatform_http.sandbox.traffic import Traffic
from expressplatform_http.sandbox.world import World
from expressplatform_http.server import Settings, WebhookGateways, create_app
from expressplatform_http.server.running import server_of

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""The hosts on which a sandbox may listen."""
_SETTINGS: Final = Settings(
    scheme="http", per_minute=1_000_000, burst=1_000_000, anybody_per_minute=1_000_000, loopback=True
)
_OURS: Final = "/sandbox"
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@final
class WallSigned(AsyncPlatform):
    """A platform whose cases go by a pushed clock, while keys and nonces are told by the wall's.

    ``clock`` is given to it after it was made, by `by`.
    """

    _pushed: PushedClock

    def by(self, clock: PushedClock) -> WallSigned:
        """The same platform, knowing the pushed clock that it was made with."""
        self._pushed = clock
        return self

    async def member_key(self, id: str) -> MemberKey | None:
        """A key, its instants as the wall's clock has them."""
        held, ahead = await super().member_key(id), self._pushed.ahead
        if held is None:
            return None
        ends = held.ends_at - ahead if held.ends_at is not None else None
        return attrs.evolve(held, registered_at=held.registered_at - ahead, ends_at=ends)

    async def remember(self, key_id: str, nonce: str, until: datetime) -> bool:
        """Whether a nonce is new; it is kept for as long as the signature lives by the wall's clock."""
        return await super().remember(key_id, nonce, until + self._pushed.ahead)


@final
class _Watched:
    """The application, with the trader's requests noted and replies lost where somebody asked for it."""

    def __init__(self, app: Starlette, traffic: Traffic, lines: MutableMapping[tuple[str, int], asyncio.Transport]):
        self._app, self._traffic, self._lines = app, traffic, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/trader/"):
            await self._app(scope, receive, send)
            return
        method, path, status = scope["method"], scope["path"], 500
        lost = self._traffic.takes_one(method)

        async def heard(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if not lost:
                await send(message)

        await self._app(scope, receive, heard)
        self._traffic.note(method, path, status, lost=lost)
        if lost:
            self._lines[scope["client"]].abort()
            while (await receive())["type"] != "http.disconnect":
                pass


@attrs.frozen
class Served:
    """A sandbox that is ready to listen: what happens in it, what was asked of it, and its server."""

    world: World
    traffic: Traffic
    server: uvicorn.Server


def sandbox_app(
    platform: AsyncPlatform, world: World, gateways: WebhookGateways, *, host: str = "127.0.0.1", port: int = 0
) -> Served:
    """The sandbox's server over a platform that was made in the event loop that will run it.

    ``host`` must be one of `LOOPBACK` (ValueError). ``port`` 0: one that is free.
    """
    if host not in LOOPBACK:
        raise ValueError("a sandbox listens on this machine alone")

    async def replay(delivery: Delivery) -> Delivery:
        return await asyncio.to_thread(gateways.send_again, delivery)

    traffic = Traffic()
    app = create_app(platform, now=utc_now, settings=_SETTINGS, replay=replay, more=control(world, traffic))
    lines: dict[tuple[str, int], asyncio.Transport] = {}
    server = server_of(_Watched(app, traffic, lines), host=host, port=port)
    server.config.http = _keeping(lines)
    return Served(world, traffic, server)


def _keeping(lines: MutableMapping[tuple[str, int], asyncio.Transport]) -> type[asyncio.Protocol]:
    """A protocol that remembers the connection of each caller, so that it can be cut."""

    class Kept(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                lines[self.client] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            if self.client is not None:
                lines.pop(self.client, None)
            super().connection_lost(exc)

    return Kept
