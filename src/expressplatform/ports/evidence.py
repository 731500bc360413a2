"""Where files of evidence live: sealed above this port, named by digests that only the case's key makes.

Laws of this file: a store of evidence sees the id of a case, a name that tells nothing and sealed chunks. A file is
there whole or not at all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

import attrs


@attrs.frozen
class Filed:
    """One file that is there: of which case, under which name, how many bytes sealed, since when (UTC)."""

    case_id: str
    name: str
    size: int
    stored_at: datetime


class EvidenceStore(Protocol):
    """Where sealed files live. Safe to share between threads; nothing acknowledged is ever lost."""

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first."""

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name.

        ``after`` is the cursor ``case_id/name`` of the last one seen.
        """

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""

    def close(self) -> None:
        """Lets go of files and connections."""


class AsyncEvidenceStore(Protocol):
    """`EvidenceStore` for asynchronous callers: the same methods, awaited; `get` is iterated asynchronously."""

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> Awaitable[None]: ...
    def get(self, case_id: str, name: str, /) -> AsyncIterator[bytes]: ...
    def list(self, case_id: str, after: str, limit: int, /) -> Awaitable[Sequence[Filed]]: ...
    def delete(self, case_id: str, names: Sequence[str], /) -> Awaitable[None]: ...
    def close(self) -> Awaitable[None]: ...
