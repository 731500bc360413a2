"""What the rooms of this package share: the suite, how long its parts are, and how parts are put side by side.

Laws of this file: nothing here holds a key; a length that is wrong is told by what it is, never by what it holds.
"""

from __future__ import annotations

import struct
from typing import Final

SUITE: Final = 1
"""HKDF-SHA256, AES-256-GCM; for a recipient HPKE X25519 / HKDF-SHA256 / AES-256-GCM and Ed25519."""
KEY_BYTES: Final = 32
NONCE: Final = 12
TAG: Final = 16
_length = struct.Struct(">I").pack


def checked(key: bytes) -> bytes:
    """A key of the right length; raises ValueError for another."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key


def why_not(blob: bytes, least: int, otherwise: str) -> str:
    """Why bytes that ought to be sealed do not open: too few, of another suite, or else as is said."""
    if len(blob) < least:
        return "truncated"
    return otherwise if blob[0] == SUITE else "unknown_suite"


def framed(*parts: bytes) -> bytes:
    """Each part after its length in four bytes: no two lists of parts give the same bytes."""
    return b"".join([_length(len(part)) + part for part in parts])
