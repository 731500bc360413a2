"""What happens by itself, beside the server: the clock's steps, places for rows, and the work that steps left.

Laws of this file: it runs in a thread of its own over a platform of its own, because gateways, scans and messengers
block; the event loop that answers people never waits for it. Several may run at once, in as many processes. A failure
is told in the log by its kind, and the next round comes all the same.
"""

from __future__ import annotations

import threading
from typing import Final, final

from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import Platform, utc_now
from expressplatform_http.server.logs import log, place_of

EVERY: Final = 2.0
"""Seconds between two rounds, where the one before found nothing to do."""
_AT_ONCE: Final = 100


@final
class Worker:
    """A thread that ticks and works until it is stopped."""

    def __init__(self, platform: Platform, *, every: float = EVERY) -> None:
        self._platform, self._every = platform, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="expressplatform-worker", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Begins nothing more, and waits at most so long for what is under way; the platform stays open."""
        self._stop.set()
        if self.under_way:
            self._thread.join(seconds)

    @property
    def under_way(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    def round(self) -> int:
        """One round: how many steps were taken and effects carried out."""
        done = self._platform.tick(_AT_ONCE).steps
        done += self._platform.sequence().placed
        worked = self._platform.work(_AT_ONCE, stopped=self._stop.is_set)
        for _, code in worked.dead:
            log(utc_now(), route="worker", code="dead_letter", reason=code)
        return done + worked.done

    def _run(self) -> None:
        while not self._stop.is_set():
            done = 0
            try:
                done = self.round()
            except ExpressPlatformError as error:
                log(utc_now(), route="worker", code=error.code)
            except Exception as error:  # noqa: BLE001  whatever it is, the next round must come
                log(utc_now(), route="worker", code="unexpected", reason=place_of(error))
            if not done:
                self._stop.wait(self._every)
