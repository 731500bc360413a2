"""A file on its way in: what describes it, then the file, in one body that one digest covers.

Laws of this file: what somebody calls a file is personal, so it stands in the body and never in an address or header.
The body is four bytes of length, big endian, a JSON object of that length, and the content. Any other body is refused
as InvalidInput. It is read as it comes: of the content no more is held than came at once.
"""

from __future__ import annotations

from typing import Final, TypeVar, final

import attrs

from expressplatform.codes import EvidenceKind
from expressplatform.errors import InvalidInput
from expressplatform.fields import refuse, text
from expressplatform.reading import Limits
from expressplatform.wire import read, write

__all__ = ["MEDIA_TYPE", "Described", "Masked", "Unwrapping", "head_of", "write_upload"]

T = TypeVar("T", bound=attrs.AttrsInstance)

MEDIA_TYPE: Final = "application/vnd.expressplatform.file"
"""The Content-Type of such a body."""
LONGEST_HEAD: Final = 4096
OVERHEAD: Final = LONGEST_HEAD + 4
"""Bytes by which such a body may be longer than the file in it."""
_LENGTH: Final = 4
_LIMITS: Final = Limits(bytes=LONGEST_HEAD, depth=4)


@attrs.frozen(repr=False)
class Described:
    """What a document shows, and what its giver calls it (empty: nothing)."""

    kind: EvidenceKind
    name: str = attrs.field(default="", validator=text(200))


@attrs.frozen
class Masked:
    """A masked copy needs no description; an empty content asks for one to be made by rule, of a text."""


def head_of(described: Described | Masked) -> bytes:
    """What stands before the content."""
    head = write(described)
    return len(head).to_bytes(_LENGTH, "big") + head


def write_upload(described: Described | Masked, content: bytes) -> bytes:
    """The whole body of an upload, for one that is small."""
    return head_of(described) + content


@final
class Unwrapping:
    """Parts the head from the content of a body, in pieces of any size."""

    __slots__ = ("_head", "_wanted")

    def __init__(self) -> None:
        self._head, self._wanted = b"", _LENGTH

    def feed(self, piece: bytes) -> bytes:
        """What of a piece is content; raises InvalidInput as soon as the body can be none."""
        if len(self._head) < self._wanted:
            self._head, piece = self._head + piece[: (need := self._wanted - len(self._head))], piece[need:]
            if self._wanted == _LENGTH and len(self._head) == _LENGTH:
                length = int.from_bytes(self._head, "big")
                if not 2 <= length <= LONGEST_HEAD:
                    raise _no_length()
                self._wanted += length
                return self.feed(piece)
        return piece

    def described(self, cls: type[T]) -> T:
        """What describes the file, at the end of the body; raises InvalidInput."""
        if self._wanted == _LENGTH or len(self._head) < self._wanted:
            raise _no_length()
        return read(self._head[_LENGTH:], cls, limits=_LIMITS)


def _no_length() -> InvalidInput:
    return refuse("$", "length", "must begin with the length of what describes the file, in four bytes")
