"""A file of evidence as sealed chunks: what a store of evidence keeps, and what opens it again.

Laws of this file
- It reads and writes pieces and never holds a whole file; no store, case or consent is known here.
- Each chunk is bound to its case, to the name of its file, to its place in it, to the chunk before it, and to whether
  it is the last. So one that is missing, moved, doubled or of another file or case does not open, not even one of an
  earlier edition of the same file; nothing can be cut off or put after.
- A name is a digest that only the case's key makes: equal content of one case meets in one name, that of two cases
  never does, and once the key is destroyed no known document can be told by a name any more.

One file, of n bytes, is ``max(1, ceil(n / 65536))`` chunks. Chunk i is a blob of `sealing` (suite 1) over 64 KiB of the
content (the last one: over what is left; over nothing only in an empty file), sealed in the `Context` of the case, with
``version`` i from 0, ``kind`` the name, ``schema`` 1, ``label`` "evidence", and as ``facts`` one byte (1 for the last,
0 for the others) and the last 16 bytes of the chunk before (of the first: nothing). It does what STREAM does (Hoang,
Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, final

from expressplatform.errors import SealBroken
from expressplatform.sealing import OVERHEAD, CaseKey, Context

CHUNK: Final = 64 * 1024
"""Bytes of content in every chunk but the last."""
EDITION: Final = 1
"""How files are cut into chunks; bound into each."""
LABEL: Final = "evidence"

_TAG: Final = 16
_NAME: Final = b"expressplatform evidence name 1"
_BESIDE: Final = b"expressplatform evidence note 1"


def name_of(key: CaseKey, content: Iterable[bytes]) -> str:
    """The name under which a store keeps this content for this case: 64 hexadecimal digits.

    The HMAC, under the case's key for addresses, of the SHA-256 of the content, behind a label of this use.
    """
    digest = sha256()
    for piece in content:
        digest.update(piece)
    return name_of_digest(key, digest.digest())


def name_of_digest(key: CaseKey, digest: bytes) -> str:
    """The same name, of content whose SHA-256 is known already."""
    return key.address(_NAME + digest).hex()


def name_beside(key: CaseKey, name: str, label: str) -> str:
    """The name of what is kept about a file (``label`` says what: a scan's answer), beside it."""
    return key.address(b"|".join((_BESIDE, label.encode(), name.encode()))).hex()


def seal_file(key: CaseKey, case_id: str, name: str, content: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed chunks of a file, in their order; the content may come in pieces of any size."""
    place, before = 0, b""
    held = bytearray()
    for piece in content:
        held += piece
        full = max(0, len(held) - 1) // CHUNK  # what fills a chunk exactly may be the last
        for start in range(0, full * CHUNK, CHUNK):
            chunk = key.seal(bytes(held[start : start + CHUNK]), _context(case_id, name, place, b"\x00" + before))
            yield chunk
            place, before = place + 1, chunk[-_TAG:]
        del held[: full * CHUNK]
    yield key.seal(bytes(held), _context(case_id, name, place, b"\x01" + before))


def open_file(key: CaseKey, case_id: str, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a file, in pieces; it is whole, and proven, only once the iterator has come to its end.

    Raises SealBroken as `Opening` does.
    """
    opening = Opening(key, case_id, name)
    for chunk in chunks:
        yield opening.take(chunk)
    yield opening.end()


@final
class Opening:
    """Opens a file chunk by chunk, for callers that wait for chunks in their own way.

    One chunk is held back, because only the end of the file tells which one is the last. Raises SealBroken with the
    code ``truncated`` (the end of the file is missing), ``trailing`` (something stands after it), ``altered`` (a chunk
    was changed or moved, or is of another file), ``wrong_key`` (it was sealed under another case's key) or
    ``unknown_suite``.
    """

    __slots__ = ("_before", "_case_id", "_held", "_key", "_name", "_place")

    def __init__(self, key: CaseKey, case_id: str, name: str) -> None:
        self._key, self._case_id, self._name = key, case_id, name
        self._held: bytes | None = None
        self._place, self._before = 0, b""

    def take(self, chunk: bytes) -> bytes:
        """The content of the chunk before this one (of the first: nothing)."""
        held, self._held = self._held, chunk
        if held is None:
            return b""
        content = self._opened(held, last=False)
        if len(content) != CHUNK:
            raise SealBroken("altered", self._case_id)
        self._place, self._before = self._place + 1, held[-_TAG:]
        return content

    def end(self) -> bytes:
        """The content of the last chunk."""
        if self._held is None:
            raise SealBroken("truncated", self._case_id)
        content = self._opened(self._held, last=True)
        if self._place and not content:
            raise SealBroken("altered", self._case_id)
        return content

    def _opened(self, chunk: bytes, *, last: bool) -> bytes:
        if len(chunk) > CHUNK + OVERHEAD:
            raise SealBroken("altered", self._case_id)
        try:
            return self._key.open(chunk, self._context(last=last))
        except SealBroken as broken:
            if broken.code == "altered" and self._opens(chunk, last=not last):
                raise SealBroken("truncated" if last else "trailing", self._case_id) from None
            raise

    def _opens(self, chunk: bytes, *, last: bool) -> bool:
        try:
            self._key.open(chunk, self._context(last=last))
        except SealBroken:
            return False
        return True

    def _context(self, *, last: bool) -> Context:
        return _context(self._case_id, self._name, self._place, (b"\x01" if last else b"\x00") + self._before)


def _context(case_id: str, name: str, place: int, facts: bytes) -> Context:
    return Context(case_id, place, name, EDITION, facts, LABEL)
