"""PDF documents for tests, made object by object: a canary in every place where a program may leave a note."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from tests.pictures import CANARY, METADATA, jpeg, profile


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def document(objects: Mapping[int, bytes], trailer: bytes = b"/Root 1 0 R", after: bytes = b"") -> bytes:
    """The objects by their numbers, with a table that finds them."""
    out, places = b"%PDF-1.7\n", dict[int, int]()
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table, last = len(out), max(objects)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1)
    for number in range(1, last + 1):
        out += b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f")
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (last + 1, trailer, table)
    return out + after


DRAWING = b"BT /P_1 12 Tf 20 60 Td (HK$129.00) Tj ET q 50 0 0 50 20 80 cm /Info Do Q /CS0 cs 0 0 1 sc 0 0 9 9 re f"
NOTE = b"(" + CANARY + b")"


def objects() -> dict[int, bytes]:
    """One page with a text, a picture and a filled field, and notes on everything."""
    photograph = jpeg(b"".join(METADATA.values()))
    notes = b"/Metadata 20 0 R /PieceInfo << /App << /Private " + NOTE + b" >> >> /LastModified " + NOTE
    notes += b" /PTEX.FileName " + NOTE + b" /PTEX.InfoDict << /Company " + NOTE + b" >> /ADBE_Note " + NOTE
    notes += b" /AAPL:Note " + NOTE + b" /XXNote " + NOTE
    notes += b" /Company " + NOTE + b" /Keepers [" + NOTE + b" 17 0 R]"  # texts have no place in what is drawn
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 20 0 R /Names << /EmbeddedFiles << /Names [(a) 21 0 R] >>"
        b" /JavaScript << /Names [(b) 23 0 R] >> >> /OpenAction 23 0 R /AcroForm << /Fields [8 0 R] /XFA 20 0 R >>"
        b" /Outlines 24 0 R /AF [21 0 R] >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 200 200] >>",
        3: b"<< /Type /Page /Parent 2 0 R /Contents [4 0 R 5 0 R] /Resources 6 0 R /Thumb 7 0 R /Annots [8 0 R 9 0 R"
        b" 14 0 R 15 0 R] /AA << /O 23 0 R >> /Tabs /S /StructParents 0 /VP [<< /Measure "
        + NOTE + b" >>] " + notes + b" >>",
        4: stream(b"/Filter /FlateDecode", zlib.compress(DRAWING)),
        5: stream(b"", b"0 0 200 1 re f"),
        # names that a document gives are anybody's, also where they read like a note's
        6: b"<< /Font << /P_1 10 0 R >> /XObject 16 0 R /ColorSpace << /CS0 [/ICCBased 12 0 R] >> >>",
        7: stream(b"/Subtype /Image /Filter /DCTDecode", photograph),
        8: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T " + NOTE + b" /V " + NOTE + b" /M " + NOTE
        + b" /Rect [10 10 90 30] /AP << /N 13 0 R >> /AA << /K 23 0 R >> >>",
        9: b"<< /Type /Annot /Subtype /FileAttachment /FS 21 0 R /Rect [0 0 9 9] /AP << /N 13 0 R >> >>",
        10: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica " + notes + b" >>",
        11: stream(b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
                   b" /Filter [/FlateDecode /DCTDecode] /DecodeParms [null << /ColorTransform 0 >>] " + notes,
                   zlib.compress(photograph)),
        12: stream(b"/N 3 /Metadata 20 0 R", profile()),
        13: stream(b"/Type /XObject /Subtype /Form /BBox [0 0 80 20] /PieceInfo << /A " + NOTE + b" >>",
                   b"0 0 80 20 re s"),
        14: b"<< /Type /Annot /Subtype /Text /F 2 /Contents " + NOTE + b" /Rect [0 0 9 9] /AP << /N 13 0 R >> >>",
        15: b"<< /Type /Annot /Subtype /Widget /T " + NOTE + b" /Rect [5 5 9 9] /AS /On /AP << /N << /On 13 0 R"
        b" /Off 7 0 R >> /D 7 0 R >> >>",
        16: b"<< /Info 11 0 R >>",
        17: NOTE,
        20: stream(b"/Type /Metadata /Subtype /XML", b"<x>" + CANARY + b"</x>"),
        21: b"<< /Type /Filespec /F " + NOTE + b" /EF << /F 22 0 R >> >>",
        22: stream(b"/Type /EmbeddedFile", CANARY),
        23: b"<< /S /JavaScript /JS " + NOTE + b" >>",
        24: b"<< /First 25 0 R /Last 25 0 R /Count 1 >>",
        25: b"<< /Title " + NOTE + b" /Parent 24 0 R >>",
        26: b"<< /Author " + NOTE + b" /CreationDate " + NOTE + b" >>",
    }  # fmt: skip


def paper(change: Mapping[int, bytes] | None = None, *, after: bytes = b"") -> bytes:
    """The document of `objects`, some of them changed, and something after its end."""
    trailer = b"/Root 1 0 R /Info 26 0 R /ID [<%s> <%s>]" % (CANARY.hex().encode(), CANARY.hex().encode())
    return document({**objects(), **(change or {})}, trailer, after)
