"""The reference store of evidence; its laws are those of `memory`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Self, final

from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.ports import Filed, aware, check_place, check_texts


@final
class MemoryEvidence:
    """Sealed files in memory. Thread-safe; the model for the stores that last."""

    __slots__ = ("_closed", "_files", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[tuple[str, str], tuple[Filed, tuple[bytes, ...]]] = {}
        self._closed = False

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file; the same name again takes the place of the first."""
        check_place(case_id, name)
        at = aware(now).astimezone(UTC)
        kept = tuple(chunks)
        filed = Filed(case_id, name, sum(map(len, kept)), at)
        with self._open():
            self._files[case_id, name] = filed, kept

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        check_place(case_id, name)
        with self._open():
            found = self._files.get((case_id, name))
        if found is None:
            raise EvidenceMissing(case_id)
        return iter(found[1])

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        if case_id:
            check_place(case_id)
        check_texts((after,))
        case, _, name = after.partition("/")
        with self._open():
            return [
                self._files[place][0]
                for place in sorted(self._files)
                if place > (case, name) and case_id in ("", place[0])
            ][:limit]

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        check_place(case_id, *names)
        with self._open():
            for name in names:
                self._files.pop((case_id, name), None)

    def close(self) -> None:
        """Any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._closed = True

    def _open(self) -> threading.Lock:
        if self._closed:
            raise StoreUnusable("closed", "the store has been closed")
        return self._lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MemoryEvidence of {len(self._files)}>"
