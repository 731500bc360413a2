"""The digest of a body that comes in pieces (RFC 9530): made as it passes, compared at its end.

Laws of this file: what stands in a header is believed once its signature holds, and the body once it comes to the same.
Only SHA-256, written as `signatures.content_digest` writes it.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import final


def written(sha256_: bytes) -> str:
    """A SHA-256 as a Content-Digest header has it."""
    return f"sha-256=:{b64encode(sha256_).decode()}:"


@final
class RunningDigest:
    """The digest of what has passed so far."""

    __slots__ = ("_sha256",)

    def __init__(self) -> None:
        self._sha256 = sha256()

    def update(self, piece: bytes) -> None:
        """One more piece."""
        self._sha256.update(piece)

    def written(self) -> str:
        """As the header has it."""
        return written(self._sha256.digest())

    def agrees(self, said: str) -> bool:
        """Whether a header says the same; how far it does is not to be told from the time that this takes."""
        return compare_digest(said.encode("utf-8", "replace"), self.written().encode())
