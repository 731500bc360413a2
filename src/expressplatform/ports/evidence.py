"""Where files of evidence live: sealed above this port, named by digests that only the case's key makes.

Laws of this file: a store of evidence sees the id of a case, a name that tells nothing and sealed chunks. A file is
there whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, Protocol

import attrs

from expressplatform.errors import InvalidInput, Problem

_PLAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")


@attrs.frozen
class Filed:
    """One file that is there: of which case, under which name, how many bytes sealed, since when (UTC)."""

    case_id: str
    name: str
    size: int
    stored_at: datetime


def check_place(case_id: str, *names: str) -> None:
    """Raises InvalidInput unless case and names are what every store can keep: a to z, 0 to 9 and - inside.

    So no name leads out of a folder, and none is another one where large and small letters are the same.
    """
    places = (("$.case_id", case_id), *(("$.name", name) for name in names))
    wrong = [path for path, value in places if not _PLAIN.fullmatch(value)]
    if wrong:
        message = "must be small letters, digits and hyphens, at most 100"
        raise InvalidInput(tuple(Problem(path, "value", message) for path in dict.fromkeys(wrong)))


class EvidenceStore(Protocol):
    """Where sealed files live. Safe to share between threads; nothing acknowledged is ever lost."""

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first.

        Where the chunks raise, nothing is kept of them, and what stood there before stands. Raises InvalidInput for a
        case or name that `check_place` refuses.
        """

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order, cut as they were; raises EvidenceMissing where it is not there.

        What has begun to be read is read to its end as it was, also where the file is replaced or deleted meanwhile.
        """

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """At most ``limit`` files of a case, or of all where ``case_id`` is empty, by case and name.

        ``after`` is the cursor ``case_id/name`` of the last one seen; empty: from the beginning.
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
