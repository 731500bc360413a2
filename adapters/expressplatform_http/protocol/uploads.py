"""A file on its way in: what describes it, then the file, in one body that one digest covers.

Laws of this file: what somebody calls a file is personal, so it stands in the body and never in an address or header.
The body is four bytes of length, big endian, a JSON object of that length, and the content: the same order as that of a
packed envelope. Any other body is refused as InvalidInput.
"""

from __future__ import annotations

from typing import Final, TypeVar

import attrs

from expressplatform.codes import EvidenceKind
from expressplatform.fields import refuse, text
from expressplatform.reading import Limits
from expressplatform.wire import read, write

__all__ = ["MEDIA_TYPE", "Described", "Masked", "read_upload", "write_upload"]

T = TypeVar("T", bound=attrs.AttrsInstance)

MEDIA_TYPE: Final = "application/vnd.expressplatform.file"
"""The Content-Type of such a body."""
LONGEST_HEAD: Final = 4096
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


def write_upload(described: Described | Masked, content: bytes) -> bytes:
    """The body of an upload."""
    head = write(described)
    return len(head).to_bytes(_LENGTH, "big") + head + content


def read_upload(body: bytes, cls: type[T]) -> tuple[T, bytes]:
    """What describes a file, and its content; raises InvalidInput for any other body."""
    length = int.from_bytes(body[:_LENGTH], "big")
    end = _LENGTH + length
    if not 2 <= length <= LONGEST_HEAD or end > len(body):
        raise refuse("$", "length", "must begin with the length of what describes the file, in four bytes")
    return read(body[_LENGTH:end], cls, limits=_LIMITS), body[end:]
