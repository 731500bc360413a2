"""Webhooks that are held back for a while, so that they can be let go in another order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, final

import attrs

from expressplatform.complaint import Actor
from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import Delivery, Platform
from expressplatform.ports import Alert, TraderGateway
from expressplatform_http.server import WebhookGateways

LONGEST: Final = 60.0
"""Seconds for which webhooks are held at most."""


@final
class HeldGateways(Mapping[str, TraderGateway]):
    """Gateways over those that send webhooks; while they hold, an alert waits here instead of going out.

    ``longest`` is for how many seconds they hold at most: whoever asked for it may be gone. ``ticks`` counts seconds.
    """

    def __init__(
        self, sending: WebhookGateways, *, longest: float = LONGEST, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._sending, self._longest, self._ticks = sending, longest, ticks
        self._lock = threading.Lock()
        self._held: list[Alert] | None = None
        self._until = 0.0

    def __getitem__(self, organisation: str) -> TraderGateway:
        return _Held(self, organisation)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def hold(self) -> None:
        """From now on alerts wait."""
        with self._lock:
            self._held = self._held if self._held is not None else []
            self._until = self._ticks() + self._longest

    def lapse(self) -> None:
        """Lets go of what has waited for too long."""
        with self._lock:
            over = self._held is not None and self._ticks() >= self._until
        if over:
            self.release()

    def release(self, first: Sequence[Alert] = ()) -> None:
        """Lets go of what waits, and holds no more; about the cases of ``first`` before others, in that order.

        An alert of ``first`` goes out itself where none about its case waits: whoever fetched the case meanwhile has
        nothing to be told any more. What an endpoint did not take stands in the log of deliveries.
        """
        with self._lock:
            waiting, self._held = self._held or [], None
        held = {alert.case_id: alert for alert in waiting}
        early = [held.get(one.case_id, one) for one in first]
        for alert in (*early, *(one for one in waiting if one not in early)):
            self._tell(alert)

    def take(self, alert: Alert) -> None:
        """Keeps an alert or sends it."""
        with self._lock:
            if self._held is not None:
                self._held.append(alert)
                return
        self._sending.tell(alert)

    def _tell(self, alert: Alert) -> None:
        try:
            self._sending.tell(alert)
        except ExpressPlatformError:
            return  # it is in the log of deliveries

    def again(self, platform: Platform, by: Actor, case_id: str) -> tuple[Delivery, ...]:
        """Sends what has reached somebody about a case once more, under its id."""
        told = [one for one in platform.deliveries(by=by) if one.case_id == case_id and one.outcome == "delivered"]
        return tuple(self._sending.send_again(one) for one in told)


@attrs.frozen
class _Held:
    """What the platform is handed for one organisation."""

    gateways: HeldGateways
    organisation: str

    def alert(self, alert: Alert, /) -> None:
        self.gateways.take(attrs.evolve(alert, organisation=self.organisation))
