"""What a file of evidence is, told from its bytes, and the copy of it that tells nothing but its content.

Laws of this package
- Bytes in, bytes out; no name, no declared type and no library for images is believed or used.
- Every parser is total and bounded: it reads a file once, from its beginning to its end, and whatever is not exactly
  what it should be is InvalidInput, with a path and a kind, and never another error.
- A stripped copy is lossless: the compressed image is the same, byte for byte. What is kept is what a decoder needs, by
  a list of what may stay, so that what nobody has thought of is left out. Stripping twice is stripping once.
- What stands after the end of a picture is no part of it. (Phones put films and second pictures there, editors leave
  what was cut away, and a second file may hide there.)

PIPL Art 6 and PDPO DPP3: a trader needs to see a picture of the goods, and not where it was taken, with what, and when.
"""

from __future__ import annotations

from expressplatform.codes import MediaType
from expressplatform.fields import refuse
from expressplatform.media.jpeg import strip_jpeg
from expressplatform.media.parts import PATH
from expressplatform.media.png import strip_png
from expressplatform.media.text import check_length, masked_text, read_text

__all__ = [
    "begins_as",
    "check_length",
    "masked_text",
    "media_type",
    "read_text",
    "strip_image",
    "strip_jpeg",
    "strip_png",
]


def media_type(content: bytes) -> MediaType:
    """What a file is: a JPEG or PNG picture, a PDF document, or text in UTF-8; pictures and text are read whole.

    Raises InvalidInput: ``$.content`` of kind ``media_type`` for any other file, ``damaged`` for a picture that does
    not hold together, ``text`` for characters that no text has.
    """
    kind = begins_as(content)
    if kind is MediaType.TEXT:
        read_text(content)
    elif kind is not MediaType.PDF:
        strip_image(content, kind)
    return kind


def begins_as(head: bytes) -> MediaType:
    """What a file claims to be by its first bytes (8 are enough): text, where it begins as nothing else does."""
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    return MediaType.PDF if head.startswith(b"%PDF-") else MediaType.TEXT


def strip_image(content: bytes, kind: MediaType) -> bytes:
    """A picture without place, device, author, time, comment, thumbnail or anything after its end.

    ``kind`` is JPEG or PNG. Raises InvalidInput for what is not such a picture.
    """
    if kind is MediaType.JPEG:
        return strip_jpeg(content)
    if kind is MediaType.PNG:
        return strip_png(content)
    raise refuse(PATH, "media_type", "must be a JPEG or PNG picture")
