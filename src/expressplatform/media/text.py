"""Text as evidence: UTF-8 and nothing that only a program reads.

Laws of this file: those of the package. What masks numbers is handed in, because rules about privacy stand above.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from expressplatform.fields import refuse
from expressplatform.media.parts import PATH

LONGEST: Final = 1024 * 1024
"""Bytes of the longest text: looking through one for numbers may take seconds a mebibyte."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def read_text(content: bytes) -> str:
    """The text in a file, without the mark that some programs put before it.

    Raises InvalidInput of kind ``media_type`` where it is not UTF-8, or nothing at all, ``text`` where it holds
    control characters other than tabs and ends of lines and pages, and ``too_long`` above 1 MiB.
    """
    check_length(len(content))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise refuse(PATH, "media_type", "must be a JPEG or PNG picture, a PDF document or text in UTF-8")
    if _CONTROLS.search(text):
        raise refuse(PATH, "text", "must not contain control characters")
    return text


def check_length(size: int) -> None:
    """Raises InvalidInput (``too_long``) for so many bytes as no text may have."""
    if size > LONGEST:
        raise refuse(PATH, "too_long", "must have at most 1 MiB as text: a longer one belongs into a PDF document")


def masked_text(content: bytes, mask: Callable[[str], str]) -> bytes:
    """The file, ``mask`` (as `privacy.masking.mask_numbers`) over its text; raises InvalidInput as `read_text` does."""
    return mask(read_text(content)).encode()
