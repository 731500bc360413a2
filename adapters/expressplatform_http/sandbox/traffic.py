"""What passed between the trader's system and the sandbox, and what is to be lost on its way back."""

from __future__ import annotations

import threading
from collections import deque
from typing import Final, final

from expressplatform_http.sandbox.deeds import Asked

_SEEN: Final = 10_000


@final
class Traffic:
    """What the trader's system has asked, and how many of its next writes will hear no answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[Asked] = deque(maxlen=_SEEN)
        self._count = 0
        self._losing = 0

    def lose(self, count: int) -> int:
        """So many writes more will hear no answer; how many that are now."""
        with self._lock:
            self._losing += count
            return self._losing

    def losing(self) -> int:
        """How many writes will hear no answer."""
        with self._lock:
            return self._losing

    def takes_one(self, method: str) -> bool:
        """Whether the answer to this request is to be lost."""
        with self._lock:
            if method != "POST" or not self._losing:
                return False
            self._losing -= 1
            return True

    def note(self, method: str, path: str, status: int, *, lost: bool) -> None:
        """A request has been answered."""
        with self._lock:
            self._count += 1
            self._seen.append(Asked(self._count, method, path, status, lost))

    def since(self, number: int) -> tuple[Asked, ...]:
        """The requests after a number."""
        with self._lock:
            return tuple(one for one in self._seen if one.number > number)
