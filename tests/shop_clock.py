"""A clock that the tests of connectors move by hand; the platform's own may be ahead of it or behind."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class ShopClock:
    """The time of a world. Safe to share between threads."""

    def __init__(self, start: datetime = datetime(2031, 2, 3, 4, 0, tzinfo=UTC)) -> None:
        self._lock = threading.Lock()
        self._now, self._skew = start, timedelta(0)

    def now(self) -> datetime:
        """Everybody's time."""
        with self._lock:
            return self._now

    def theirs(self) -> datetime:
        """The platform's time."""
        with self._lock:
            return self._now + self._skew

    def pass_time(self, by: timedelta) -> None:
        """Moves the time on."""
        with self._lock:
            self._now += by

    def skew(self, by: timedelta) -> None:
        """From now on the platform is so far ahead."""
        with self._lock:
            self._skew = by
