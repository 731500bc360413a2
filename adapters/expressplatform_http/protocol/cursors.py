"""Where a list goes on: cursors, opaque to whoever holds them.

Laws of this file: a cursor names a place and nothing else, no particular and no secret; whose list it is, the signature
of the request says, never the cursor. It is bound to the list that it is from (whose, and with which filters), so that
one that was cut, mistyped or brought to another list is refused, and never quietly continues somewhere else. That is no
protection against whoever computes one: they would come to another place of their own list.

A cursor is base64url, without padding, of: 1 byte edition (1) | 8 bytes check | the place in UTF-8. The check is the
beginning of SHA-256 over the label ``expressplatform cursor 1``, the parts of the scope and the place, each after its
length in four bytes, big endian.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from hashlib import sha256
from typing import Final

from expressplatform.fields import refuse

_EDITION: Final = b"\x01"
_LABEL: Final = b"expressplatform cursor 1"
_CHECK: Final = 8
_WRITTEN: Final = re.compile(r"[A-Za-z0-9_-]{12,400}")


def write_cursor(place: str, *scope: str) -> str:
    """The cursor of a place in the list that ``scope`` describes (its name, whose it is, its filters); empty: the end.

    An empty place is that of no further page, and is written as an empty cursor.
    """
    if not place:
        return ""
    raw = _EDITION + _check(place, scope) + place.encode()
    return b64encode(raw, b"-_").decode().rstrip("=")


def read_cursor(written: str, *scope: str, path: str = "$.after") -> str:
    """The place that a cursor of the same list names; empty for an empty one, which means the beginning.

    Raises InvalidInput (kind ``cursor``) for anything else.
    """
    if not written:
        return ""
    try:
        raw = urlsafe_b64decode(written + "=" * (-len(written) % 4)) if _WRITTEN.fullmatch(written) else b""
        place = raw[1 + _CHECK :].decode()
    except ValueError:
        raw, place = b"", ""
    if not place or write_cursor(place, *scope) != written:
        raise refuse(path, "cursor", "must be a cursor that an earlier answer of the same list gave")
    return place


def _check(place: str, scope: tuple[str, ...]) -> bytes:
    hashed = sha256()
    for part in (_LABEL, *(one.encode() for one in scope), place.encode()):
        hashed.update(len(part).to_bytes(4, "big") + part)
    return hashed.digest()[:_CHECK]
