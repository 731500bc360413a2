"""What the readers of pictures share: how damage is told, and the one thing of a camera's notes that is kept.

Laws of this file: those of the package. Offsets found in a file are believed only after they were held against its
length.
"""

from __future__ import annotations

import zlib
from typing import Final

from expressplatform.errors import InvalidInput
from expressplatform.fields import refuse

PATH: Final = "$.content"
_STEP: Final = 1024 * 1024
LARGEST: Final = 512 * 1024 * 1024
"""Bytes of what is packed in a file beyond which it is refused: whoever opened it would need that much memory."""
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ENTRY: Final = 12


def damaged() -> InvalidInput:
    """The file begins as a picture and does not hold together as one."""
    return refuse(PATH, "damaged", "must be a whole picture: this one is cut off or damaged")


def deflated(data: bytes) -> bytes:
    """Packed data (RFC 1950) without what stands after its end; it is unpacked once, in steps, and thrown away.

    Raises InvalidInput (``damaged``) where it has no end, or unpacks to more than `LARGEST`.
    """
    inflate, rest, size = zlib.decompressobj(), data, 0
    try:
        while not inflate.eof:
            step = len(inflate.decompress(rest, _STEP))
            size, rest = size + step, inflate.unconsumed_tail
            if (not step and not rest and not inflate.eof) or size > LARGEST:
                raise damaged()
    except zlib.error:
        raise damaged() from None
    return data[: len(data) - len(inflate.unused_data)]


def orientation(tiff: bytes) -> int:
    """Which way up the picture is, from Exif data (the TIFF inside it): 2 to 8; 1 where it does not say.

    CIPA DC-008 (Exif 2.32), 4.6.4: tag 0112.H in the first directory, one SHORT.
    """
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(bytes(tiff[:4]))
    if order is None:
        return 1
    little = order == "little"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if little else "big")

    start = number(4, 4)
    count = number(start, 2)
    for index in range(min(count, max(0, len(tiff) - start - 2) // _ENTRY)):
        at = start + 2 + index * _ENTRY
        if number(at, 2) == _ORIENTATION and number(at + 2, 2) == _SHORT and number(at + 4, 4) == 1:
            found = number(at + 8, 2)
            return found if 2 <= found <= 8 else 1
    return 1


def orientation_only(turned: int) -> bytes:
    """Exif data (the TIFF) that says which way up, and nothing else."""
    head = b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big")
    entry = _ORIENTATION.to_bytes(2, "big") + _SHORT.to_bytes(2, "big") + (1).to_bytes(4, "big")
    return head + entry + turned.to_bytes(2, "big") + bytes(2) + bytes(4)
