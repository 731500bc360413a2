"""Traders are told by webhooks that something waits: the platform's `TraderGateway`, over Standard Webhooks.

Laws of this file: what is sent is a number and a date. The address is judged anew at each attempt. Every attempt stands
in the log of deliveries; an endpoint that has been told is not told again, while one that failed is, by the platform's
own schedule. An endpoint that cannot be reached, or asks to be left alone, is left alone for a while by everything that
waits for it, so that it holds up nobody else. One that says that it is gone is told no more. It blocks: it is for a
worker, not an event loop.
"""

from __future__ import annotations

import secrets as luck
import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, final

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import HeldBack, Refused, ServerFailed, TransportFailed
from expressplatform.platform import Delivery, Endpoint, Platform, utc_now
from expressplatform.ports import Alert, TraderGateway
from expressplatform_http.protocol.webhooks import Secret, Webhook, sign, write
from expressplatform_http.server.addresses import Forbidden, Resolve, resolve, target_of
from expressplatform_http.server.posting import post

_GATEWAY: Final = "gateway"
"""Who asks the platform on behalf of an organisation."""
_GONE: Final = 410
REST: Final = timedelta(seconds=30)
"""For how long an endpoint that could not be reached is left alone."""


@final
class WebhookGateways(Mapping[str, TraderGateway]):
    """A gateway for every organisation: to be given to a `Platform` as its gateways, and bound to it afterwards.

    ``loopback`` allows endpoints on this machine without TLS: for a sandbox. ``context`` says whom to trust over TLS.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = utc_now,
        loopback: bool = False,
        resolve: Resolve = resolve,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._now, self._loopback, self._resolve, self._context = now, loopback, resolve, context
        self._platform: Platform | None = None
        self._resting: dict[str, datetime] = {}

    def bind(self, platform: Platform) -> None:
        """Says which platform keeps the endpoints: the one that these gateways were given to."""
        self._platform = platform

    def __getitem__(self, organisation: str) -> TraderGateway:
        return _Gateway(self, organisation)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def tell(self, alert: Alert) -> None:
        """Tells every endpoint of an organisation that has not been told; raises the first failure."""
        failures = []
        message = f"msg_{sha256(alert.id.encode()).hexdigest()[:32]}"
        webhook = Webhook(message, alert.at or self._now(), alert.case_id, alert.reference, alert.due_at)
        for endpoint in self._bound.endpoints_of(alert.organisation):
            if endpoint.disabled_at is not None or self._was_told(endpoint, message):
                continue
            try:
                self._attempt(endpoint, webhook)
            except (HeldBack, ServerFailed, TransportFailed) as failure:
                failures.append(failure)
        if failures:
            raise failures[0]

    def send_again(self, delivery: Delivery) -> Delivery:
        """Sends a webhook once more to the same endpoint, told before or not; the attempt that this made."""
        by = Actor(Role.TRADER, _GATEWAY, delivery.organisation)
        endpoints = {one.id: one for one in self._bound.endpoints(by=by) if one.disabled_at is None}
        if delivery.endpoint not in endpoints:
            raise Refused("no_such_endpoint", "", Role.TRADER, (), "That endpoint has been removed.")
        webhook = Webhook(
            delivery.message, delivery.at, delivery.case_id, delivery.reference, delivery.due_at, delivery.kind
        )
        return self._sent(endpoints[delivery.endpoint], webhook)[0]

    def _attempt(self, endpoint: Endpoint, webhook: Webhook) -> None:
        self._resting = {one: until for one, until in self._resting.items() if until > self._now()}
        if endpoint.id in self._resting:
            raise HeldBack(self._resting[endpoint.id])
        delivery, wait = self._sent(endpoint, webhook)
        if delivery.outcome == "delivered":
            return
        if not delivery.status or wait:  # a name that takes long to lead nowhere, too
            self._resting[endpoint.id] = self._now() + max(REST, timedelta(seconds=wait))
        if delivery.status == _GONE:
            self._bound.remove_endpoint(endpoint.id, by=Actor(Role.TRADER, _GATEWAY, endpoint.organisation))
            return
        if wait:
            raise HeldBack(self._now() + timedelta(seconds=wait))
        if delivery.status:
            raise ServerFailed(delivery.status, "", "endpoint_refused")
        raise TransportFailed(delivery.outcome)

    def _sent(self, endpoint: Endpoint, webhook: Webhook) -> tuple[Delivery, int]:
        """One attempt, on record; and for how long the endpoint asks to be left alone."""
        now, status, wait = self._now(), 0, 0
        body = write(webhook)
        try:
            target = target_of(endpoint.url, loopback=self._loopback, resolve=self._resolve)
            headers = sign(webhook.id, body, secrets=[Secret.of(one) for one in endpoint.secrets], at=now)
            posted = post(target, body, headers, context=self._context)
            status, wait = posted.status, posted.wait
            outcome = "delivered" if 200 <= status < 300 else "refused"
        except Forbidden:
            outcome = "forbidden"
        except TransportFailed:
            outcome = "unreachable"
        number = _told(endpoint, webhook.id) if outcome == "delivered" else luck.token_hex(16)
        delivery = Delivery(
            number, endpoint.id, endpoint.organisation, webhook.id, webhook.type, webhook.case_id, webhook.reference,
            webhook.due_at, now, outcome, status,
        )  # fmt: skip
        self._bound.note_delivery(delivery)
        return delivery, wait

    def _was_told(self, endpoint: Endpoint, message: str) -> bool:
        by = Actor(Role.TRADER, _GATEWAY, endpoint.organisation)
        try:
            return self._bound.delivery(_told(endpoint, message), by=by).outcome == "delivered"
        except Refused:
            return False

    @property
    def _bound(self) -> Platform:
        if self._platform is None:
            raise RuntimeError("bind the gateways to their platform first")
        return self._platform


@attrs.frozen
class _Gateway:
    """What the platform is handed for one organisation."""

    gateways: WebhookGateways
    organisation: str

    def alert(self, alert: Alert, /) -> None:
        self.gateways.tell(attrs.evolve(alert, organisation=self.organisation))


def _told(endpoint: Endpoint, message: str) -> str:
    """The number of the delivery that reached an endpoint: one for each message."""
    return "d" + sha256(f"{endpoint.id}|{message}".encode()).hexdigest()[:31]
