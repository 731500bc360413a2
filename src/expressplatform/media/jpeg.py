"""JPEG without what cameras and programs write beside the picture.

Laws of this file: those of the package. Kept are tables, frames and scans as they are; made anew are the marks of JFIF
and Adobe, by which colours are told, the colour profile (`colour`) and the way up. Everything else goes: Exif with
place and device, XMP, IPTC, comments, thumbnails, second pictures, and what follows the end.

ITU-T T.81 (ISO/IEC 10918-1) Annex B: markers, their segments and lengths. T.871: JFIF. T.872, 6.5.3: Adobe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import attrs

from expressplatform.media.colour import LONGEST, plain_profile
from expressplatform.media.parts import damaged, orientation, orientation_only

_SOI, _EOI, _SOS, _DHT, _DAC, _DQT, _DNL, _DRI = 0xD8, 0xD9, 0xDA, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {_DHT, 0xC8, _DAC})
_APP: Final = range(0xE0, 0xF0)
_COM: Final = 0xFE
_RESTARTS: Final = frozenset(range(0xD0, 0xD8))
_LONGEST_PROFILE_PART: Final = 65519
_PROFILE: Final = b"ICC_PROFILE\0"
_EXIF: Final = b"Exif\0\0"


@attrs.define
class _Found:
    """What one reading of the file has come to."""

    jfif: bytes = b""
    adobe: bytes = b""
    turned: int = 0
    profile: dict[int, bytes] = attrs.Factory(dict)
    picture: list[bytes] = attrs.Factory(list)
    frames: int = 0
    scans: int = 0


def strip_jpeg(content: bytes) -> bytes:
    """The picture alone, its compressed data unchanged; raises InvalidInput (``damaged``) for what is no whole JPEG."""
    found = _Found()
    for marker, payload, scan in _segments(content):
        if marker in _APP:
            _application(found, marker, payload)
        elif marker != _COM:
            _part(found, marker, payload, scan)
    if found.frames != 1 or not found.scans:
        raise damaged()
    head = [b"\xff\xd8", found.jfif]
    if found.turned > 1:
        head.append(_segment(0xE1, _EXIF + orientation_only(found.turned)))
    return b"".join([*head, *_profile_segments(found.profile), found.adobe, *found.picture, b"\xff\xd9"])


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each segment to the end of the picture: marker, payload, and of a scan the coded data that follows it."""
    if content[:2] != b"\xff\xd8":
        raise damaged()
    at = 2
    while True:
        marker, at = _marker(content, at)
        if marker == _EOI:
            return
        size = int.from_bytes(content[at : at + 2], "big")
        if size < 2 or at + size > len(content):
            raise damaged()
        payload = content[at + 2 : at + size]
        at += size
        end = _end_of_scan(content, at) if marker == _SOS else at
        yield marker, payload, content[at:end]
        at = end


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """The marker at a place, and where it ends; any number of fill bytes may stand before it (B.1.1.2)."""
    if content[at : at + 1] != b"\xff":
        raise damaged()
    while content[at : at + 1] == b"\xff":
        at += 1
    if at == len(content):
        raise damaged()
    return content[at], at + 1


def _end_of_scan(content: bytes, at: int) -> int:
    """Where coded data ends: at a marker that is no restart (B.1.1.5: data has a zero after each FF)."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 == len(content):
            raise damaged()
        following = content[at + 1]
        if following and following not in _RESTARTS:
            return at
        at += 2


def _part(found: _Found, marker: int, payload: bytes, scan: bytes) -> None:
    """A part of the picture itself: kept where it is exactly as long as it says (B.2)."""
    if not _fits(marker, payload) or (marker == _SOS and not found.frames):
        raise damaged()
    found.frames += marker in _FRAMES
    found.scans += marker == _SOS
    found.picture += (_segment(marker, payload), scan)


def _fits(marker: int, payload: bytes) -> bool:
    """Whether a segment holds what its marker says, and no byte more."""
    size = len(payload)
    if marker in _FRAMES:
        return size >= 6 and size == 6 + 3 * payload[5]
    if marker == _SOS:
        return size >= 1 and size == 4 + 2 * payload[0]
    if marker == _DQT:
        return _tables(payload, lambda at: 129 if payload[at] >> 4 else 65)
    if marker == _DHT:
        return _tables(payload, lambda at: 17 + sum(payload[at + 1 : at + 17]))
    if marker == _DAC:
        return size > 0 and size % 2 == 0
    return marker in (_DRI, _DNL) and size == 2


def _tables(payload: bytes, length: Callable[[int], int]) -> bool:
    """Whether a payload is one table after the other, to its very end."""
    at = 0
    while at < len(payload):
        at += length(at)
    return at == len(payload) > 0


def _application(found: _Found, marker: int, payload: bytes) -> None:
    """What an application wrote: what decoding needs of it is told anew, the rest is not kept."""
    if marker == 0xE0 and payload.startswith(b"JFIF\0") and len(payload) >= 12:
        found.jfif = _segment(0xE0, b"JFIF\0\1\2" + _aspect(payload[7:12]) + b"\0\0")
    elif marker == 0xE1 and payload.startswith(_EXIF) and not found.turned:
        found.turned = orientation(payload[len(_EXIF) :])
    elif marker == 0xE2 and payload.startswith(_PROFILE) and len(payload) > len(_PROFILE) + 2:
        found.profile[payload[len(_PROFILE)]] = payload[len(_PROFILE) + 2 :]
    elif marker == 0xEE and payload.startswith(b"Adobe") and len(payload) >= 12:
        found.adobe = _segment(0xEE, b"Adobe\0\x64" + bytes(4) + payload[11:12])


def _aspect(density: bytes) -> bytes:
    """The shape of a pixel, without the resolution: no unit, and 1:1 unless the two densities differ (T.871, 10.1)."""
    across, down = density[1:3], density[3:5]
    return b"\0" + (b"\0\1\0\1" if across == down else across + down)


def _profile_segments(parts: dict[int, bytes]) -> Iterator[bytes]:
    """The colour profile without its origin, cut as ICC.1:2022, B.4 has it."""
    whole = b"".join(parts[place] for place in sorted(parts))
    plain = plain_profile(whole) if len(whole) <= LONGEST else None
    if plain is None:
        return
    step = _LONGEST_PROFILE_PART
    pieces = [plain[start : start + step] for start in range(0, len(plain), step)]
    for number, piece in enumerate(pieces, 1):
        yield _segment(0xE2, _PROFILE + bytes((number, len(pieces))) + piece)


def _segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload
