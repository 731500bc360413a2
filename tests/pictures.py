"""Pictures for tests, made byte by byte: a canary in every place where a program may write beside the picture."""

from __future__ import annotations

import struct
import zlib
from typing import Final

CANARY: Final = b"Wq7ZkT2vLx9RbN4c"
TRAILER: Final = b"PK\x03\x04" + CANARY

QUANTISATION: Final = b"\x00" + bytes([1]) * 64
ONE_CODE: Final = bytes([1]) + bytes(15) + b"\x00"
"""A table of one code, of one bit, which means nothing: no difference, no more coefficients."""
FRAME: Final = struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\x00"
SCAN: Final = b"\x01\x01\x00\x00\x3f\x00"
CODED: Final = b"\x3f"
"""One grey block of 8 by 8: two codes of one bit, filled up with ones."""


def segment(marker: int, payload: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(payload) + 2).to_bytes(2, "big") + payload


def tables() -> bytes:
    """What a decoder needs before the frame."""
    return segment(0xDB, QUANTISATION) + segment(0xC4, b"\x00" + ONE_CODE) + segment(0xC4, b"\x10" + ONE_CODE)


def picture(coded: bytes = CODED) -> bytes:
    """Tables, frame and scan of a JPEG."""
    return tables() + segment(0xC0, FRAME) + segment(0xDA, SCAN) + coded


def jpeg(before: bytes = b"", *, coded: bytes = CODED, after: bytes = b"") -> bytes:
    """A picture with something before it, and something after its end."""
    return b"\xff\xd8" + before + picture(coded) + b"\xff\xd9" + after


def exif(turned: int | None = 6, *, order: str = ">") -> bytes:
    """Exif as a telephone writes it: a maker, the way up where it is given, a place, and a thumbnail."""
    entries = [struct.pack(order + "HHI", 0x010F, 2, len(CANARY)) + struct.pack(order + "I", 200)]
    if turned is not None:
        entries.append(struct.pack(order + "HHIHH", 0x0112, 3, 1, turned, 0))
    entries.append(struct.pack(order + "HHII", 0x8825, 4, 1, 240))
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "IH", 8, len(entries))
    directory = head + b"".join(entries) + bytes(4)
    return directory.ljust(200, b"\0") + CANARY.ljust(40, b"\0") + CANARY * 3


def profile(version: int = 2, *, more: bytes = CANARY) -> bytes:
    """A colour profile with a maker, a serial number and a name in it."""
    tags = {
        b"desc": b"desc" + bytes(4) + CANARY,
        b"dmnd": b"desc" + bytes(4) + CANARY,
        b"vcgt": b"vcgt" + bytes(4) + CANARY,
        b"rXYZ": b"XYZ " + bytes(4) + struct.pack(">3i", 1, 2, 3),
        b"rTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233),
        b"gTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233),
        b"bTRC": b"text" + bytes(4) + CANARY,  # not what its name says
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    body += more
    head = struct.pack(">I4s", start + len(body), b"APPL") + bytes((version, 0x40, 0, 0)) + b"mntrRGB XYZ "
    head += CANARY[:12] + b"acsp" + b"APPL" + CANARY[:4] * 7 + CANARY + CANARY[:12]
    return head.ljust(128, b"\0") + table + body


def icc(whole: bytes, cuts: int = 2) -> bytes:
    """A colour profile in the segments of a JPEG."""
    step = -(-len(whole) // cuts)
    pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
    head = b"ICC_PROFILE\0"
    return b"".join(segment(0xE2, head + bytes((n, len(pieces))) + one) for n, one in enumerate(pieces, 1))


METADATA: Final[dict[str, bytes]] = {
    "jfif": segment(0xE0, b"JFIF\0\x01\x02\x01\x00\x48\x00\x48\x02\x02" + CANARY[:12]),
    "jfxx": segment(0xE0, b"JFXX\0\x10" + CANARY),
    "exif": segment(0xE1, b"Exif\0\0" + exif()),
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + CANARY + b"</x>"),
    "profile": icc(profile()),
    "mpf": segment(0xE2, b"MPF\0" + CANARY),
    "iptc": segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04" + CANARY),
    "adobe": segment(0xEE, b"Adobe\0\x64" + CANARY[:4] + b"\x01" + CANARY),
    "app15": segment(0xEF, CANARY),
    "comment": segment(0xFE, CANARY),
}
"""Segments of a JPEG by what writes them, a canary in each."""


def chunk(name: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


PIXELS: Final = zlib.compress(b"\x00\x10\x20\x30" * 2)
HEAD: Final = struct.pack(">IIBBBBB", 3, 2, 8, 0, 0, 0, 0)
END: Final = chunk(b"IEND", b"")
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def png(before: bytes = b"", *, head: bytes = HEAD, data: bytes | None = None, after: bytes = b"") -> bytes:
    """A grey picture of 3 by 2 with something before it, and something after its end."""
    return SIGNATURE + chunk(b"IHDR", head) + before + (data or chunk(b"IDAT", PIXELS)) + END + after


TEXTS: Final[dict[str, bytes]] = {
    "text": chunk(b"tEXt", b"Author\0" + CANARY),
    "packed": chunk(b"zTXt", b"Comment\0\0" + zlib.compress(CANARY)),
    "words": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + CANARY),
    "time": chunk(b"tIME", CANARY[:7]),
    "exif": chunk(b"eXIf", exif()),
    "profile": chunk(b"iCCP", CANARY + b"\0\0" + zlib.compress(profile(4))),
    "shape": chunk(b"pHYs", struct.pack(">IIB", 3000, 2000, 1)),
    "size": chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
    "animation": chunk(b"acTL", CANARY[:8]),
    "unknown": chunk(b"caNv", CANARY),
    "gamma": chunk(b"gAMA", struct.pack(">I", 45455)),
    "transparency": chunk(b"tRNS", b"\x00\x10"),
}
"""Chunks of a PNG by what they are for, a canary in each that tells anything."""
