"""The reference register of what must stay undone; its laws are those of `memory`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import final

from expressplatform.ports import RegisterEntry, noted


@final
class MemoryRegister:
    """Entries in memory. Thread-safe; the model for the registers that last."""

    __slots__ = ("_entries", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[RegisterEntry] = []

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        """Adds entries; the same entry twice does no harm. Raises what `Register.note` raises."""
        own = noted(entries)
        with self._lock:
            self._entries += own

    def entries(self) -> Sequence[RegisterEntry]:
        """Every entry in order."""
        with self._lock:
            return tuple(self._entries)

    def __repr__(self) -> str:
        return f"<MemoryRegister of {len(self._entries)}>"
