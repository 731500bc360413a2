"""A colour profile without what it tells of the device it was made for.

Laws of this file: those of the package. Kept are the tags by which colours are computed, each only where its data is
of a kind that holds numbers; names, makers, models, dates, serial numbers and copyright are not. A profile that cannot
be read is left out: the picture stays, its colours a little off.

ICC.1:2022 (ISO 15076-1), clauses 7.2 (header), 7.3 (tag table) and 9 (tags); ICC.1:2001-04 for version 2.
"""

from __future__ import annotations

from typing import Final

LONGEST: Final = 4 * 1024 * 1024
"""Bytes beyond which a profile is left out."""
MOST_TAGS: Final = 100

_HEADER: Final = 128
_ENTRY: Final = 12
# clause 9.2: what turns device values into colours
_KEPT: Final = frozenset(
    (
        *(b"wtpt", b"bkpt", b"chad", b"cicp", b"lumi", b"gamt"),
        *(b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC"),
        *(b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2"),
        *(b"D2B0", b"D2B1", b"D2B2", b"D2B3", b"B2D0", b"B2D1", b"B2D2", b"B2D3"),
    )
)
# clause 10: kinds of data that hold numbers
_NUMBERS: Final = frozenset((b"XYZ ", b"curv", b"para", b"sf32", b"mft1", b"mft2", b"mAB ", b"mBA ", b"mpet", b"cicp"))
# clause 7.2: what sort of profile it is, between which colours; what a picture may have
_SORTS: Final = frozenset((b"mntr", b"scnr", b"prtr", b"spac"))
_DEVICE: Final = frozenset((b"RGB ", b"GRAY", b"CMYK"))
_COMMON: Final = frozenset((b"XYZ ", b"Lab "))
_D50: Final = bytes.fromhex("0000f6d6000100000000d32d")  # clause 7.2.16: the only one there is


def plain_profile(profile: bytes) -> bytes | None:
    """The profile with what computes colours and nothing else; None where it cannot be read."""
    tags = _tags(profile)
    if not tags:
        return None
    # clause 7.2, in its order; left at zero: software, date, platform, maker, model, creator, digest, what is reserved
    header = bytes(4) + profile[8:10] + bytes(2) + profile[12:24] + bytes(12) + b"acsp"
    header += bytes(27) + bytes((profile[67] & 3,)) + _D50
    return _written(header, {**tags, **_texts(profile[8])})


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The tags that are kept, by name; none where the table does not hold together."""
    if not _HEADER + 4 <= len(profile) <= LONGEST or profile[36:40] != b"acsp":
        return {}
    if profile[12:16] not in _SORTS or profile[16:20] not in _DEVICE or profile[20:24] not in _COMMON:
        return {}
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    if count > MOST_TAGS or len(profile) < _HEADER + 4 + count * _ENTRY:
        return {}
    found = {}
    for at in range(_HEADER + 4, _HEADER + 4 + count * _ENTRY, _ENTRY):
        name = profile[at : at + 4]
        start, size = (int.from_bytes(profile[at + part : at + part + 4], "big") for part in (4, 8))
        if start < _HEADER or start + size > len(profile):
            return {}
        data = profile[start : start + size]
        if name in _KEPT and data[:4] in _NUMBERS:
            found[name] = data
    return found


def _texts(version: int) -> dict[bytes, bytes]:
    """The texts that a profile must have (clause 8.2: description and copyright), saying nothing."""
    if version < 4:
        name = b"desc" + bytes(4) + (2).to_bytes(4, "big") + b"-\0" + bytes(4 + 4 + 2 + 1 + 67)
        return {b"desc": name, b"cprt": b"text" + bytes(4) + b"-\0"}
    numbers = (1, 12), (2, 28)  # one entry of 12 bytes; 2 bytes of text, from byte 28 on
    entry, place = (b"".join(number.to_bytes(4, "big") for number in pair) for pair in numbers)
    text = b"mluc" + bytes(4) + entry + b"enUS" + place + b"\0-"
    return {b"desc": text, b"cprt": text}


def _written(header: bytes, tags: dict[bytes, bytes]) -> bytes | None:
    """The profile; equal data stands in it once (clause 7.3.1), so that it is no longer than it was."""
    start = _HEADER + 4 + len(tags) * _ENTRY
    table, body, places = len(tags).to_bytes(4, "big"), bytearray(), dict[bytes, int]()
    for name, data in sorted(tags.items()):
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += name + places[data].to_bytes(4, "big") + len(data).to_bytes(4, "big")
        if start + len(body) > LONGEST:
            return None
    size = (start + len(body)).to_bytes(4, "big")
    return size + header.ljust(_HEADER - 4, b"\0") + table + body
