"""Opened keys: few, in memory alone, for a minute at most, and gone on Erase."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol, final

import attrs

from expressplatform.sealing.cases import CaseKey

_LONGEST_LIFE: Final = 60.0
"""Seconds for which an opened key is kept at most."""


class KeySource(Protocol):
    """Where a ring fetches data keys: the part of a key store that it needs."""

    def get(self, case_id: str, /) -> bytes:
        """The case's 32-byte data key; raises ``KeyMissing`` or ``KeyDestroyed``."""


class SecretSource(Protocol):
    """Where named secrets are kept: the part of a key store that `Secrets` needs."""

    def secret(self, name: str, /) -> bytes:
        """The named 32-byte secret, made where it is not there."""


@final
@attrs.frozen
class Secrets:
    """Named secrets as a ring asks for keys."""

    keys: SecretSource

    def get(self, name: str, /) -> bytes:
        """The secret of 32 bytes, made where it is not there."""
        return self.keys.secret(name)


@final
class KeyRing:
    """The few keys in use, opened, each for ``seconds`` at most (a minute or less). Thread-safe.

    ``clock`` gives seconds that never run backwards. The least recently used key makes room. Call
    :meth:`forget` on Erase; a key that was being fetched meanwhile is then handed over but not kept.
    """

    __slots__ = ("_capacity", "_clock", "_forgotten", "_keys", "_lock", "_opened", "_seconds", "_sweep_at")

    def __init__(
        self,
        keys: KeySource,
        capacity: int = 1024,
        seconds: float = _LONGEST_LIFE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if capacity < 1 or not 0 < seconds <= _LONGEST_LIFE:
            raise ValueError("a key ring holds at least one key, each for a minute at most")
        self._keys, self._capacity, self._seconds, self._clock = keys, capacity, seconds, clock
        self._lock = threading.Lock()
        self._opened: OrderedDict[str, tuple[float, CaseKey]] = OrderedDict()
        self._forgotten = 0
        self._sweep_at = clock() + seconds

    def get(self, case_id: str) -> CaseKey:
        """The case's key, opened. Raises what the key source raises: ``KeyMissing``, ``KeyDestroyed``."""
        now = self._clock()
        with self._lock:
            found = self._opened.get(case_id)
            if found is not None and now < found[0]:
                self._opened.move_to_end(case_id)
                return found[1]
            forgotten = self._forgotten
        key = CaseKey(self._keys.get(case_id))
        self._keep(case_id, key, now, forgotten)
        return key

    def _keep(self, case_id: str, key: CaseKey, now: float, forgotten: int) -> None:
        with self._lock:
            if now >= self._sweep_at:
                self._drop_expired(now)
            if forgotten != self._forgotten:
                return
            self._opened[case_id] = (now + self._seconds, key)
            self._opened.move_to_end(case_id)
            if len(self._opened) > self._capacity:
                self._opened.popitem(last=False)

    def forget(self, case_id: str) -> None:
        """Drop the case's key, if it is here."""
        with self._lock:
            self._forgotten += 1
            self._opened.pop(case_id, None)

    def sweep(self) -> None:
        """Drop every key whose time is over: for a periodic job, as a ring at rest drops nothing itself."""
        with self._lock:
            self._drop_expired(self._clock())

    def _drop_expired(self, now: float) -> None:
        for case_id in [case_id for case_id, (until, _) in self._opened.items() if until <= now]:
            del self._opened[case_id]
        self._sweep_at = now + self._seconds / 4

    def __len__(self) -> int:
        return len(self._opened)
