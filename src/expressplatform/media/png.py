"""PNG without what programs write beside the picture.

Laws of this file: those of the package. Kept are the chunks without which a decoder sees another picture, as they are;
made anew are the colour profile (`colour`), the way up and the shape of a pixel. Everything else goes: text, time, Exif
with place and device, further pictures of an animation, chunks that nobody knows, and what follows the end.

W3C PNG (Third Edition, 2025), clauses 5 (datastream) and 11 (chunks).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.media.colour import LONGEST, plain_profile
from expressplatform.media.parts import damaged, deflated, orientation, orientation_only

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CRITICAL: Final = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND"))
# clause 11.3: colour space and transparency; how long each may be (of transparency: by the kind of colour)
_COLOURS: Final = MappingProxyType({b"cHRM": 32, b"gAMA": 4, b"sBIT": 4, b"sRGB": 1, b"cICP": 4})
_TRANSPARENCY: Final = MappingProxyType({0: 2, 2: 6, 3: 256})
_ANCILLARY: Final = 0x20  # clause 5.4: the fifth bit of the first letter


@attrs.define
class _Found:
    """What one reading of the file has come to."""

    kind: int
    beside: set[bytes] = attrs.Factory(set)
    colours: dict[bytes, bytes] = attrs.Factory(dict)
    palette: bytes = b""
    transparency: bytes = b""
    data: list[bytes] = attrs.Factory(list)


def strip_png(content: bytes) -> bytes:
    """The picture alone, its compressed data unchanged; raises InvalidInput (``damaged``) for what is no whole PNG."""
    chunks = _chunks(content)
    head = next(chunks, (b"", b""))
    if head[0] != b"IHDR" or len(head[1]) != 13:
        raise damaged()
    found = _Found(head[1][9])
    for name, payload in chunks:
        if name in _CRITICAL:
            _part(found, name, payload)
        elif not name[0] & _ANCILLARY:  # it must be understood, and is not
            raise damaged()
        elif not found.data and name not in found.beside:  # the first of each kind counts, and no other is unpacked
            found.beside.add(name)
            _beside(found, name, payload)
    kept = [(b"IHDR", head[1]), *found.colours.items()]
    kept += [(b"PLTE", found.palette)] if found.palette else []
    kept += [(b"tRNS", found.transparency)] if found.transparency else []
    kept += [(b"IDAT", deflated(b"".join(found.data))), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(name, payload) for name, payload in kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk before the end of the picture: its name and what is in it."""
    if content[:8] != _SIGNATURE:
        raise damaged()
    at = 8
    while True:
        size = int.from_bytes(content[at : at + 4], "big")
        name, payload = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        at += 12 + size
        if at > len(content) or zlib.crc32(payload, zlib.crc32(name)).to_bytes(4, "big") != content[at - 4 : at]:
            raise damaged()
        if name == b"IEND" and not size:
            return
        if not name.isalpha():
            raise damaged()
        yield name, payload


def _part(found: _Found, name: bytes, payload: bytes) -> None:
    """A chunk of the picture itself (clauses 11.2.1 to 11.2.3)."""
    if name == b"IDAT":
        found.data.append(payload)
    elif name == b"PLTE" and not found.palette and not found.data and 0 < len(payload) <= 768 and not len(payload) % 3:
        found.palette = payload
    else:
        raise damaged()


def _beside(found: _Found, name: bytes, payload: bytes) -> None:
    """What decoding needs of what stands beside the picture; the rest is not kept."""
    if name == b"tRNS" and len(payload) <= _TRANSPARENCY.get(found.kind, 0):
        found.transparency = payload
    kept: bytes | None = None
    if len(payload) <= _COLOURS.get(name, -1):
        kept = payload
    elif name == b"iCCP":
        kept = _profile(payload)
    elif name == b"eXIf" and (turned := orientation(payload)) != 1:
        kept = orientation_only(turned)
    elif name == b"pHYs" and len(payload) == 9 and payload[:4] != payload[4:8]:
        kept = payload[:8] + b"\0"  # clause 11.3.4.3: the shape of a pixel, without the resolution
    if kept is not None:
        found.colours[name] = kept


def _profile(payload: bytes) -> bytes | None:
    """The colour profile without its origin (clause 11.3.2.3: a name, a zero, the method, and the profile deflated)."""
    inflate = zlib.decompressobj()
    try:
        profile = inflate.decompress(payload.partition(b"\0")[2][1:], LONGEST)
    except zlib.error:
        return None
    plain = plain_profile(profile) if inflate.eof else None
    return None if plain is None else b"colour\0\0" + zlib.compress(plain, 9)


def _chunk(name: bytes, payload: bytes) -> bytes:
    crc = zlib.crc32(payload, zlib.crc32(name))
    return len(payload).to_bytes(4, "big") + name + payload + crc.to_bytes(4, "big")
