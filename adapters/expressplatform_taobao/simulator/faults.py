"""What goes wrong with the simulated platform on request: bans, broken lines, nonsense, services that are down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from expressplatform_taobao.simulator.answers import Refusal

WRITES: Final = frozenset({"taobao.trade.memo.add", "taobao.trade.memo.update", "taobao.tmc.user.permit"})
"""The methods that change something and may be lost."""


class Kind(StrEnum):
    """What goes wrong with a call."""

    LOST_REQUEST = "lost_request"
    """The line breaks before anything is done."""
    LOST_REPLY = "lost_reply"
    """It is done, and the line breaks before the answer."""
    BUSY = "busy"
    """The platform's own service fails; nothing is done."""
    NO_JSON = "no_json"
    """It is done, and a page of some proxy comes back."""
    CUT_SHORT = "cut_short"
    """It is done, and half of the answer comes back."""
    STATUS = "status"
    """Nothing is done; HTTP says 502."""


class Faults:
    """Faults that wait for their calls, and bans that stand. Safe to share between threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: dict[tuple[Kind, bool], int] = {}
        self._bans: dict[str, tuple[int, int, datetime | None]] = {}

    def set(self, kind: Kind, *, writing: bool = False, times: int = 1) -> None:
        """So many of the next calls go wrong: of those that change something, or of all. Nought: no more."""
        with self._lock:
            self._waiting[kind, writing] = times

    def take(self, method: str) -> Kind | None:
        """What goes wrong with a call; None where nothing does."""
        with self._lock:
            for (kind, writing), times in self._waiting.items():
                if times > 0 and (not writing or method in WRITES):
                    self._waiting[kind, writing] = times - 1
                    return kind
        return None

    def ban(self, session: str, seconds: int, *, after: int = 0) -> None:
        """After so many more calls under a session (or of an application, by its key) there is a ban."""
        with self._lock:
            self._bans[session] = (seconds, after, None)

    def check(self, session: str) -> None:
        """Refuses a call during a ban, with the seconds that are left."""
        with self._lock:
            if session not in self._bans:
                return
            seconds, after, until = self._bans[session]
            if after > 0:
                self._bans[session] = (seconds, after - 1, None)
                return
            now = self._now()
            until = until or now + timedelta(seconds=seconds)
            if now >= until:
                del self._bans[session]
                return
            self._bans[session] = (seconds, 0, until)
            left = max(1, round((until - now).total_seconds()))
        raise Refusal(7, _LIMITED, f"This ban will last for {left} more seconds")


_LIMITED: Final = "accesscontrol.limited-by-app-api-access-count"
