"""A clock that goes with the wall's, ahead of it by what somebody has pushed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import final

from expressplatform.platform import utc_now


@final
class PushedClock:
    """The time by which cases go in a sandbox; safe to share between threads, and never set back."""

    def __init__(self, ahead: timedelta = timedelta(), *, wall: Callable[[], datetime] = utc_now) -> None:
        self._ahead, self._wall = max(ahead, timedelta()), wall
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The instant, in UTC."""
        return self._wall() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """By how much it is ahead of the wall's clock."""
        with self._lock:
            return self._ahead

    def push(self, by: timedelta) -> None:
        """Ahead by so much more; ``by`` is not negative."""
        if by < timedelta():
            raise ValueError("time does not go back")
        with self._lock:
            self._ahead += by
