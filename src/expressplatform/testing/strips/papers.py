"""Documents for strips: PDF documents made object by object, with a mark of its own wherever a program leaves a note.

Laws of this file
- Each document is another one: its marks and its words are drawn by lot, so that what is found of one comes from it.
- They are small, whole, and harm nobody: what is made to take for ever is little to read and unpacks to what a machine
  has room for.

ISO 32000-1:2008, 7.5 (the file and its later editions), 7.5.7 and 7.5.8 (packed objects), 14.3 to 14.5 (notes);
CIPA DC-008 (what a camera notes in a picture).
"""

from __future__ import annotations

import random
import struct
import uuid
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

PDF: Final = "application/pdf"
_MUCH: Final = 32 * 1024 * 1024


@attrs.frozen
class Sample:
    """A document and what must become of it: nothing of ``hidden`` is left in its copy, and all of ``shown`` is there.

    ``hidden`` holds what must go by the place where it stands, ``shown`` the words of each page in turn. Neither may be
    found in the other.
    """

    content: bytes
    hidden: Mapping[str, bytes]
    shown: tuple[tuple[bytes, ...], ...]
    media_type: str = PDF

    @property
    def words(self) -> tuple[bytes, ...]:
        """All that is told by nobody but the copy."""
        return (*self.hidden.values(), *(word for page in self.shown for word in page if word != PICTURE))


PICTURE: Final = b"[picture]"
"""What a page that has a picture shows, among its words."""


@attrs.frozen
class Marks:
    """Marks that no other document has, by the place where each was left."""

    left: dict[str, bytes] = attrs.field(factory=dict)

    def __call__(self, place: str) -> bytes:
        """A mark as a text in brackets."""
        return b"(%s)" % self.bare(place)

    def bare(self, place: str) -> bytes:
        """A mark as it is."""
        return self.left.setdefault(place, f"{place.split()[-1]}{uuid.uuid4().hex}".encode())

    def wide(self, place: str) -> bytes:
        """A mark as a text in UTF-16 (7.9.2.2)."""
        return b"<%s>" % ("\ufeff" + self.bare(place).decode()).encode("utf-16-be").hex().encode()

    def instant(self, place: str) -> bytes:
        """An instant as documents have it (7.9.4): 14 digits that are a mark."""
        luck = random.SystemRandom()
        digits = f"20{luck.randrange(10, 30)}{luck.randrange(1, 13):02}{luck.randrange(1, 29):02}"
        digits += f"{luck.randrange(24):02}{luck.randrange(60):02}{luck.randrange(60):02}"
        return b"(D:%s+08'00')" % self.left.setdefault(place, digits.encode())


# --- how documents are written -------------------------------------------------------------------------------------


def stream(entries: bytes, data: bytes) -> bytes:
    """An object with data behind it, as it is."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def folded(entries: bytes, data: bytes) -> bytes:
    """An object with data behind it, packed (RFC 1950)."""
    return stream(b"/Filter /FlateDecode " + entries, zlib.compress(data))


def written(objects: Mapping[int, bytes], trailer: bytes = b"", *, between: bytes = b"") -> bytes:
    """A document with a table that everybody can read (7.5.4). ``between`` stands where nothing points to."""
    out, places = b"%PDF-1.7\n", dict[int, int]()
    for number, body in objects.items():
        out += between
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [
        b"%010d 00000 n \n" % places[one] if one in places else b"0000000000 65535 f \n"
        for one in range(max(places) + 1)
    ]
    table = b"xref\n0 %d\n%s" % (len(rows), b"".join(rows))
    return (
        out
        + table
        + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(rows), trailer, len(out))
    )


def edited(before: bytes, objects: Mapping[int, bytes], size: int, trailer: bytes = b"") -> bytes:
    """A later edition of a document (7.5.6): what was before stands in it whole."""
    out, rows = before, b""
    for number, body in objects.items():
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    prev = before[before.rindex(b"startxref") :].split()[1]
    end = b"trailer\n<< /Size %d /Root 1 0 R /Prev %s %s >>\nstartxref\n%d\n%%%%EOF\n"
    return out + b"xref\n" + rows + end % (size, prev, trailer, len(out))


def packed(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A document whose objects lie packed in another one, and so does their table (7.5.7, 7.5.8)."""
    plain = {number: body for number, body in objects.items() if b"stream\n" not in body}
    first, last = max(objects) + 1, max(objects) + 2
    heads, bodies = b"", b""
    for number, body in plain.items():
        heads += b"%d %d " % (number, len(bodies))
        bodies += body + b"\n"
    group = folded(b"/Type /ObjStm /N %d /First %d" % (len(plain), len(heads)), heads + bodies)
    out, rows = b"%PDF-1.7\n", {0: (0, 0, 0), **{one: (2, first, at) for at, one in enumerate(plain)}}
    for number, body in {**objects, first: group}.items():
        if number not in plain:
            rows[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows[last] = (1, len(out), 0)
    table = b"".join(struct.pack(">BIH", *rows.get(number, (0, 0, 0))) for number in range(last + 1))
    body = folded(b"/Type /XRef /W [1 4 2] /Size %d /Root 1 0 R %s" % (last + 1, trailer), table)
    return out + b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (last, body, len(out))


def photograph(marks: Marks) -> bytes:
    """A grey square of 8 by 8 points as JPEG, with what a camera notes of itself, of the place and of the hour."""
    told = [
        (0x010F, marks.bare("maker of the device")),
        (0x0110, marks.bare("model of the device")),
        (0x0132, marks.instant("hour of the picture")[3:17]),
        (0x8298, marks.bare("owner of the picture")),
        (0x9286, marks.bare("place of the picture")),
    ]
    at, entries, values = 8 + 2 + 12 * len(told) + 4, b"", b""
    for tag, value in told:
        entries += struct.pack(">HHII", tag, 2, len(value) + 1, at + len(values))
        values += value + b"\0"
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, len(told)) + entries + bytes(4) + values
    code = bytes([1]) + bytes(16)  # a table of one code of one bit: no difference, nothing that follows
    parts = {
        0xE1: [exif],
        0xFE: [marks.bare("remark in the picture")],
        0xDB: [b"\0" + bytes([1]) * 64],
        0xC0: [struct.pack(">BHHB", 8, 8, 8, 1) + b"\x01\x11\0"],
        0xC4: [b"\0" + code, b"\x10" + code],
        0xDA: [b"\x01\x01\0\0\x3f\0"],
    }
    segments = [bytes((0xFF, kind, *divmod(len(one) + 2, 256))) + one for kind, all_ in parts.items() for one in all_]
    return b"\xff\xd8" + b"".join(segments) + b"\x3f\xff\xd9" + marks.bare("bytes behind the picture")


# --- documents -----------------------------------------------------------------------------------------------------


def _drawing(words: bytes, more: bytes = b"") -> bytes:
    return folded(b"", b"BT /F1 12 Tf 20 60 Td (%s) Tj ET %s" % (words, more))


def _pages(words: Sequence[bytes]) -> dict[int, bytes]:
    """A document of three pages, which stand neither in the order of their numbers nor all on one branch."""
    page = b"<< /Type /Page /Parent %d 0 R /Contents %d 0 R >>"
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 3 /MediaBox [0 0 200 200]"
        b" /Resources << /Font << /F1 10 0 R >> >> >>",
        3: b"<< /Type /Pages /Parent 2 0 R /Kids [6 0 R 5 0 R] /Count 2 >>",
        4: page % (2, 7),
        5: page % (3, 8),
        6: page % (3, 9),
        7: _drawing(words[2]),
        8: _drawing(words[1]),
        9: _drawing(words[0]),
        10: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }


def _words() -> tuple[bytes, ...]:
    return tuple(f"HK${price} of {uuid.uuid4().hex}".encode() for price in (129, 64, 7))


def plain() -> Sample:
    """Three pages of a few words, and nothing beside them."""
    words = _words()
    return Sample(written(_pages(words)), {}, tuple((word,) for word in words))


def _noted(marks: Marks) -> tuple[dict[int, bytes], tuple[tuple[bytes, ...], ...], bytes]:
    """Three pages with notes in every place that is known for them: objects, what they show, and the trailer."""
    words, stamped = _words(), f"stamped{uuid.uuid4().hex}".encode()
    stray = b" /Metadata 30 0 R /PieceInfo << /App << /LastModified %s /Private %s >> >>" % (
        marks.instant("time of a page's program"), marks("data of a page's program"),
    )  # fmt: skip
    resources = b"/Resources << /Font << /F1 10 0 R >> /XObject << /Im1 11 0 R >> >>"
    objects = _pages(words)
    objects[1] = (
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 20 0 R /OpenAction 23 0 R /Outlines 24 0 R /AF [21 0 R] /Names <<"
        b" /EmbeddedFiles << /Names [%s 21 0 R] >> /JavaScript << /Names [(run) 23 0 R] >> >> >>"
    ) % marks("list of attachments")
    objects[4] = objects[4][:-3] + b" /Annots [12 0 R 13 0 R] /Thumb 27 0 R /AA << /O 23 0 R >> >>"
    objects[5] = objects[5][:-3] + resources + stray + b" /LastModified %s >>" % marks.instant("time of a page")
    objects[8] = _drawing(words[1], b"q 50 0 0 50 20 80 cm /Im1 Do Q")
    objects |= {
        11: stream(
            b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
            b" /Filter /DCTDecode" + stray, photograph(marks),
        ),
        12: b"<< /Type /Annot /Subtype /Stamp /Rect [10 10 90 30] /F 4 /AP << /N 14 0 R >> /T %s /NM %s /M %s"
        b" /CreationDate %s /Popup 13 0 R >>" % (
            marks("author of a stamp"), marks("name of a stamp"), marks.instant("time of a stamp"),
            marks.instant("first time of a stamp"),
        ),
        13: b"<< /Type /Annot /Subtype /Popup /Parent 12 0 R /Rect [0 0 9 9] /F 2 /Contents %s >>"
        % marks("hidden remark"),
        14: folded(
            b"/Type /XObject /Subtype /Form /BBox [0 0 80 20] /Resources << /Font << /F1 10 0 R >> >>" + stray,
            b"BT /F1 9 Tf (%s) Tj ET" % stamped,
        ),
        20: stream(
            b"/Type /Metadata /Subtype /XML",
            b"<x:xmpmeta><dc:creator>%s</dc:creator><xmp:CreateDate>%s</xmp:CreateDate></x:xmpmeta>"
            % (marks.bare("author in the metadata"), marks.instant("time in the metadata")[3:17]),
        ),
        21: b"<< /Type /Filespec /F %s /UF %s /Desc %s /EF << /F 22 0 R >> >>" % (
            marks("name of an attachment"), marks.wide("second name of an attachment"), marks("words on an attachment"),
        ),
        22: folded(b"/Type /EmbeddedFile /Params << /ModDate %s >>" % marks.instant("time of an attachment"),
                   marks.bare("words of an attachment")),
        23: b"<< /S /JavaScript /JS 28 0 R >>",
        24: b"<< /Type /Outlines /First 25 0 R /Last 25 0 R /Count 1 >>",
        25: b"<< /Title %s /Parent 24 0 R /Dest [4 0 R /Fit] >>" % marks.wide("title of a bookmark"),
        26: b"<< /Title %s /Author %s /Subject %s /Keywords %s /Creator %s /Producer %s /CreationDate %s /ModDate %s"
        b" /Company %s >>" % (
            marks("title"), marks.wide("author"), marks("subject"), marks("keywords"), marks("program that wrote"),
            marks("producer"), marks.instant("time of making"), marks.instant("time of change"), marks("company"),
        ),
        27: folded(
            b"/Subtype /Image /Width 8 /Height 4 /ColorSpace /DeviceGray /BitsPerComponent 8",
            marks.bare("small picture of a page").ljust(32)[:32],
        ),
        28: folded(b"", b"app.alert('%s')" % marks.bare("script")),
        29: b"<< /Told %s >>" % marks("object that nothing points to"),
        30: folded(b"/Type /Metadata /Subtype /XML", b"<x>%s</x>" % marks.bare("author in the packed metadata")),
    }  # fmt: skip
    marks.left["small picture of a page"] = marks.left["small picture of a page"][:32]
    number = marks.bare("number of the document").hex().encode()
    shown = ((words[0],), (words[1], PICTURE), (words[2], stamped))
    return objects, shown, b"/Info 26 0 R /ID [<%s> <%s>]" % (number, number)


def noted() -> Sample:
    """Notes everywhere, in a document that everybody can read; some stand between its parts and behind its end."""
    marks = Marks()
    objects, shown, trailer = _noted(marks)
    # behind the end of what is packed in a drawing, there is room for anything
    inner = b"".join((zlib.compress(b"BT /F1 12 Tf (%s) Tj ET" % shown[0][0]), marks.bare("bytes behind a drawing")))
    objects[9] = stream(b"/Filter /FlateDecode", inner)
    content = written(objects, trailer, between=b"%% %s\n" % marks.bare("remark between the parts"))
    return Sample(content + marks.bare("bytes behind the end") + b"\n", marks.left, shown)


def noted_packed() -> Sample:
    """Notes everywhere, and every one of them packed together with the objects."""
    marks = Marks()
    objects, shown, trailer = _noted(marks)
    return Sample(packed(objects, trailer), marks.left, shown)


def revised() -> Sample:
    """A document that was changed twice by adding to it: what was taken out, and who wrote it, stand in it."""
    marks, words = Marks(), _words()
    first = _pages((marks.bare("words that were taken out"), words[1], words[2]))
    first[11] = b"<< /Author %s >>" % marks("first author")
    before = written(first, b"/Info 11 0 R")
    second = {
        9: _drawing(marks.bare("words that were taken out later")),
        11: b"<< /Author %s >>" % marks("second author"),
    }
    between = edited(before, second, 12, b"/Info 11 0 R")
    content = edited(between, {9: _drawing(words[0]), 11: b"<< >>"}, 12, b"/Info 11 0 R")
    return Sample(content, marks.left, tuple((word,) for word in words))


SAMPLES: Final[tuple[Callable[[], Sample], ...]] = (noted, noted_packed, revised)
"""What every copy is made of that is looked through."""


# --- what is no document, or none any more -------------------------------------------------------------------------


def unfit() -> dict[str, Sample]:
    """What no copy can be made of, by what is wrong with it, with the words that it holds."""
    whole = plain()
    locked = b"/ID [<00> <00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>"
    secret = uuid.uuid4().hex.encode() * 2
    contents = {
        "words": b" ".join(whole.words),
        "a beginning and an end": b"%PDF-1.7\n%%EOF\n",
        "a beginning": whole.content[:60],
        "a picture": photograph(Marks()),
        "a document under a password": written(_pages(whole.words), locked % (secret, secret)),
    }
    return {what: attrs.evolve(whole, content=content) for what, content in contents.items()}


def damaged() -> dict[str, Sample]:
    """Documents that have lost something, by what they have lost, beside all that they have shown."""
    whole = plain()
    text, words = whole.content, [page[0] for page in whole.shown]
    broken = zlib.compress(b"BT (%s) Tj ET" % words[0])
    drawing = {**_pages(words), 9: stream(b"/Filter /FlateDecode", broken[: len(broken) // 2])}
    without = {number: body for number, body in _pages(words).items() if number != 5}
    lost = {
        "its second half": text[: len(text) // 2],
        "its last quarter": text[: len(text) * 3 // 4],
        "its table": text[: text.index(b"xref\n")],
        "half of a drawing": written(drawing),
        "a page": written(without),
    }
    return {what: attrs.evolve(whole, content=content) for what, content in lost.items()}


def endless() -> dict[str, bytes]:
    """Small documents that are made to take for ever, by what is in them."""
    pages = _pages(_words())
    bomb = zlib.compress(zlib.compress(bytes(_MUCH), 9), 9)
    again = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
    echoes = {number: folded(again % (number + 1), b"/X Do " * 10) for number in range(20, 40)}
    echo = b"<< /Type /Page /Parent 3 0 R /Contents 9 0 R /Resources << /XObject << /X 20 0 R >> >> >>"
    loop = written(pages)
    table = loop[loop.rindex(b"startxref") :].split()[1]
    return {
        "pages in a circle": written({**pages, 3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 9 >>"}),
        "parents in a circle": written({**pages, 2: pages[2][:-3] + b" /Parent 3 0 R >>"}),
        "tables in a circle": written(pages, b"/Prev " + table),
        "a length that asks for itself": written({**pages, 9: b"<< /Length 9 0 R >>\nstream\nx\nendstream"}),
        "lists within lists": written({**pages, 10: b"[" * 100_000 + b"]" * 100_000}),
        "a drawing that unpacks to much": written({**pages, 9: stream(b"/Filter [/FlateDecode /FlateDecode]", bomb)}),
        "drawings that draw each other": written(
            {**pages, **echoes, 40: echoes[39], 6: echo, 9: folded(b"", b"/X Do " * 10)}
        ),
    }
