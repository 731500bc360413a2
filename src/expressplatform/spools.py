"""What passes through whole and is kept by nobody: in pieces, sealed under a key that goes with it.

Laws of this file
- However much is written, a few pieces of it are in memory: up to `SMALL` it stays there, sealed, and beyond it lies in
  a file without a name, which is gone with the process.
- What lies there is of no use to whoever finds it: the key is drawn anew for each spool and stands nowhere.
- It is read from its beginning, as often as anybody wants, and only as it was written: whoever still reads when it is
  let go hears of it.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from hashlib import sha256
from threading import Lock
from typing import Final, Self, final

from expressplatform.sealing import OVERHEAD, CaseKey, Context, new_key

PIECE: Final = 64 * 1024
"""Bytes of what is written in every piece but the last."""
SMALL: Final = 1024 * 1024
"""Bytes up to which nothing is written to a disk."""
_BLOB: Final = PIECE + OVERHEAD
_HEAD: Final = 16


@final
class Spool:
    """A file on its way through: written once, piece by piece, then read in pieces of 64 KiB.

    ``size`` and ``sha256`` are of what was written so far, ``head`` its first 16 bytes. One thread writes; several may
    read, each with an iterator of its own. It never prints what it holds. `close` lets go of it; so does whoever drops
    the last reference to it.
    """

    __slots__ = ("__weakref__", "_digest", "_file", "_held", "_key", "_lock", "_places", "head", "size")

    def __init__(self, content: Iterable[bytes] = ()) -> None:
        from tempfile import SpooledTemporaryFile  # it brings in much that nobody needs who has no documents

        self._file = SpooledTemporaryFile(SMALL)  # noqa: SIM115  closed by `close`
        weakref.finalize(self, self._file.close)
        self._key, self._lock = CaseKey(new_key()), Lock()
        self._digest, self._held, self._places = sha256(), bytearray(), 0
        self.size, self.head = 0, b""
        for piece in content:
            self.write(piece)

    @property
    def sha256(self) -> bytes:
        """The SHA-256 of what was written."""
        return self._digest.digest()

    def write(self, piece: bytes) -> None:
        """Puts a piece of any size after the others."""
        self._digest.update(piece)
        self.size += len(piece)
        if len(self.head) < _HEAD:
            self.head = (self.head + piece[:_HEAD])[:_HEAD]
        self._held += piece
        while len(self._held) >= PIECE:
            sealed = self._key.seal(bytes(self._held[:PIECE]), _at(self._places))
            with self._lock:
                self._file.seek(self._places * _BLOB)
                self._file.write(sealed)
            self._places += 1
            del self._held[:PIECE]

    def __iter__(self) -> Iterator[bytes]:
        for place in range(self._places):
            with self._lock:
                self._file.seek(place * _BLOB)
                sealed = self._file.read(_BLOB)
            yield self._key.open(sealed, _at(place))
        held = bytes(self._held)
        if self._file.closed:  # asked after that was copied: what has been let go is no shorter file
            raise ValueError("the spool has been closed")
        if held:
            yield held

    def whole(self) -> bytes:
        """Everything at once: for what cannot be done in pieces."""
        return b"".join(self)

    def close(self) -> None:
        """Lets go of what was written; harmless when repeated."""
        self._file.close()
        self._held.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Spool {self.size}>"


def _at(place: int) -> Context:
    return Context("", place, "spool", 1, b"", "spool")
