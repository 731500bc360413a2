"""What every operation is handed: the platform, the settings, who asks and what was asked; and how it replies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeVar

import attrs

from expressplatform.complaint import Actor
from expressplatform.platform import AsyncPlatform, Delivery
from expressplatform.spools import Spool
from expressplatform_http.protocol.editions import EDITIONS, Edition
from expressplatform_http.protocol.routes import Route
from expressplatform_http.protocol.signatures import Signed
from expressplatform_http.protocol.uploads import Unwrapping
from expressplatform_http.server.holders import Holder
from expressplatform_http.server.limits import Buckets
from expressplatform_http.server.metrics import Metrics

T = TypeVar("T")
D = TypeVar("D", bound=attrs.AttrsInstance)


class Sessions(Protocol):
    """Who knows the sessions of complainants: each is for one case."""

    def complainant(self, token: str, case_id: str, /) -> Awaitable[Actor]:
        """The person whose session this is; raises Unauthenticated for any other token or case."""


Replay = Callable[[Delivery], Awaitable[Delivery]]
"""Sends a webhook again, and answers with the attempt that this made."""


SendCode = Callable[[str], Awaitable[None]]
"""Has a code sent to whoever a link is for."""


@attrs.frozen
class Settings:
    """How the server behaves.

    ``hosts`` are the names (with a port where it is not the usual one) under which it is asked: a request that was
    signed for another one is not for it; empty: any. ``scheme`` is what callers use, whatever a proxy in front does.
    ``body`` is the most bytes of a request without a file, ``body_seconds`` how long it may take to arrive.
    ``per_minute`` and ``burst`` limit each organisation, ``anybody_per_minute`` each address that signs nothing.
    ``figures_seconds`` is how long published figures are shown before they are counted anew. ``loopback`` takes
    endpoints of webhooks on this machine, without TLS: for a sandbox.
    """

    hosts: tuple[str, ...] = ()
    scheme: str = "https"
    body: int = 262_144
    body_seconds: float = 30.0
    per_minute: int = 600
    burst: int = 200
    anybody_per_minute: int = 120
    figures_seconds: float = 600.0
    metrics: bool = True
    loopback: bool = False


@attrs.define
class Service:
    """One application's parts."""

    platform: AsyncPlatform
    now: Callable[[], datetime]
    settings: Settings
    sessions: Sessions | None = None
    replay: Replay | None = None
    send_code: SendCode | None = None
    editions: Sequence[Edition] = EDITIONS
    ticks: Callable[[], float] = time.monotonic
    metrics: Metrics = attrs.Factory(Metrics)
    figures: dict[str, tuple[float, object]] = attrs.Factory(dict)
    made: dict[str, object] = attrs.Factory(dict)
    holders: dict[str, Holder] = attrs.Factory(dict)
    under_way: set[asyncio.Task[None]] = attrs.Factory(set)
    organisations: Buckets = attrs.field()
    anybody: Buckets = attrs.field()

    @organisations.default
    def _organisations(self) -> Buckets:
        return Buckets(self.settings.per_minute, self.settings.burst)

    @anybody.default
    def _anybody(self) -> Buckets:
        return Buckets(self.settings.anybody_per_minute, self.settings.anybody_per_minute)


@attrs.frozen(repr=False)
class Upload:
    """A file that came in whole, its digest right: what stands before it, and its ``content``."""

    head: Unwrapping
    content: Spool


@attrs.frozen(repr=False)
class Asked:
    """One request, read and known to be from ``by``. It never prints: it may hold what is personal.

    ``document`` is the body as a value of the route's class or, where it is a file, an `Upload`; ``query`` is that of
    the address, ``places`` what stands in the address by name. ``signed`` is the proof of who sent it, None where
    nobody signed.
    """

    service: Service
    route: Route
    by: Actor
    places: Mapping[str, str] = MappingProxyType({})
    query: object = None
    document: object = None
    body: bytes = b""
    key: str = ""
    expected: int | None = None
    signed: Signed | None = None

    @property
    def platform(self) -> AsyncPlatform:
        """The platform that decides."""
        return self.service.platform

    @property
    def case_id(self) -> str:
        """The case that the address names."""
        return self.places["case_id"]

    def body_as(self, cls: type[T]) -> T:
        """The body as what the route says that it is."""
        assert isinstance(self.document, cls)
        return self.document

    def upload_as(self, cls: type[D]) -> tuple[D, Spool]:
        """What describes the file that came, and its content."""
        assert isinstance(self.document, Upload)
        return self.document.head.described(cls), self.document.content

    def query_as(self, cls: type[T]) -> T:
        """The query as what the route says that it is."""
        assert isinstance(self.query, cls)
        return self.query


@attrs.frozen(repr=False)
class Flowing:
    """An answer that goes out in pieces: they, how many bytes they come to, and what is let go at the end.

    ``digest`` becomes the Content-Digest, where it is known.
    """

    pieces: Iterable[bytes]
    size: int
    content: Spool
    digest: str = ""


@attrs.frozen(repr=False)
class Reply:
    """What an operation answers: a document (a value of a class, or plain), or bytes of a media type, whole or not.

    ``personal``: the document may hold particulars. ``version`` becomes the ETag.
    """

    document: object = None
    content: bytes | None = None
    flowing: Flowing | None = None
    media_type: str = "application/json"
    status: int = 0
    version: int | None = None
    personal: bool = False


Handler = Callable[[Asked], Awaitable[Reply]]
