"""The reference key store; its laws are those of `memory`."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Self, final

from expressplatform.errors import KeyDestroyed, KeyMissing, StoreUnusable
from expressplatform.ports import check_texts


@final
class MemoryKeyStore:
    """Data keys of cases and named secrets. Thread-safe; the model for the key stores that last."""

    __slots__ = ("_closed", "_destroyed", "_keys", "_lock", "_secrets")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._keys: dict[str, bytes] = {}
        self._destroyed: set[str] = set()
        self._secrets: dict[str, bytes] = {}
        self._closed = False

    def create(self, case_ids: Sequence[str]) -> None:
        """Make the data keys that are not there yet: all, or with ``KeyDestroyed`` none."""
        with self._open(*case_ids):
            for case_id in case_ids:
                if case_id in self._destroyed:
                    raise KeyDestroyed(case_id)
            for case_id in case_ids:
                self._keys.setdefault(case_id, os.urandom(32))

    def get(self, case_id: str) -> bytes:
        """The case's 32-byte data key; raises ``KeyMissing`` or ``KeyDestroyed``."""
        with self._open(case_id):
            key = self._keys.get(case_id)
            if key is not None:
                return key
            raise KeyDestroyed(case_id) if case_id in self._destroyed else KeyMissing(case_id)

    def destroy(self, *case_ids: str) -> None:
        """Destroy the keys of cases for ever; harmless when repeated, final even for an unknown case."""
        with self._open(*case_ids):
            for case_id in case_ids:
                self._keys.pop(case_id, None)
                self._destroyed.add(case_id)

    def secret(self, name: str) -> bytes:
        """The named 32-byte secret, made when it is not there."""
        with self._open(name):
            return self._secrets.setdefault(name, os.urandom(32))

    def forget(self, name: str) -> None:
        """Destroy a named secret; the next :meth:`secret` of that name is another one."""
        with self._open(name):
            self._secrets.pop(name, None)

    def destroyed(self) -> tuple[str, ...]:
        """The ids of all cases whose key was destroyed, in order."""
        with self._open():
            return tuple(sorted(self._destroyed))

    def close(self) -> None:
        """Drop everything; any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._closed = True
            self._keys.clear()
            self._secrets.clear()

    def _open(self, *texts: str) -> threading.RLock:
        """The lock, for whoever hands in these texts."""
        if self._closed:
            raise StoreUnusable("closed", "the key store has been closed")
        check_texts(texts)
        return self._lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MemoryKeyStore of {len(self._keys)}>"
