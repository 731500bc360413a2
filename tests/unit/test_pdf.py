"""Copies of PDF documents: the pages are there, and nothing that anybody left beside them."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import StreamObject

from expressplatform.errors import InvalidInput
from expressplatform.media import strip_jpeg
from expressplatform.ports import Strip
from expressplatform_files import pdf
from expressplatform_files.pdf import PdfStrip, plain_pdf
from tests.papers import DRAWING, NOTE, document, objects, paper, stream
from tests.pictures import CANARY, METADATA, TRAILER, jpeg

LONG = stream(b"/Filter /FlateDecode", zlib.compress(bytes(40_000_000)))
"""A drawing that is forty thousand times as long as it looks."""


def unpacked(content: bytes) -> bytes:
    """A document and all that is packed in it."""
    reader = PdfReader(io.BytesIO(content))
    found = [content]
    for number in range(1, 40):
        one = reader.get_object(number)
        if isinstance(one, StreamObject):
            found.append(one.get_data())
    return b"\n".join(found)


def refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        plain_pdf(content)
    assert [problem.kind for problem in caught.value.problems] == ["no_copy"]
    assert caught.value.__cause__ is None


class TestTheCopy:
    def test_no_note_is_left_in_it(self) -> None:
        given_ = unpacked(paper(after=TRAILER))
        assert given_.count(CANARY) > 20
        kept = unpacked(plain_pdf(paper(after=TRAILER)))
        for part in (CANARY, CANARY.hex().encode(), CANARY[:4], b"APPL", b"PK", b"JavaScript", b"Metadata", b"pypdf"):
            assert part not in kept

    def test_what_a_page_draws_is_the_same(self) -> None:
        (page,) = PdfReader(io.BytesIO(plain_pdf(paper()))).pages
        assert page.get_contents().get_data().split() == (DRAWING + b"\n0 0 200 1 re f").split()  # type: ignore[union-attr]
        assert page.mediabox.width == 200
        assert "HK$129.00" in page.extract_text()
        picture = page["/Resources"]["/XObject"]["/Info"]  # type: ignore[index]
        assert picture.get_data() == strip_jpeg(jpeg(b"".join(METADATA.values())))
        assert picture["/DecodeParms"] == {"/ColorTransform": 0}
        assert page["/Resources"]["/Font"]["/P_1"]["/BaseFont"] == "/Helvetica"  # type: ignore[index]

    def test_texts_that_are_drawn_with_stay(self) -> None:
        colours = b"[/Indexed /DeviceRGB 1 <000000ffffff>]", b"[/I /DeviceRGB 1 18 0 R]"
        font = b"<< /Type /Font /CIDSystemInfo << /Registry (Adobe) /Ordering 19 0 R /Supplement 0 >> >>"
        for colour in colours:
            resources = b"<< /Font << /P_1 10 0 R >> /XObject 16 0 R /ColorSpace << /CS0 %s >> >>" % colour
            copy = plain_pdf(paper({6: resources, 10: font, 18: b"<000000ffffff>", 19: b"(Japan1)"}))
            (page,) = PdfReader(io.BytesIO(copy)).pages
            used: Any = page["/Resources"]
            assert used["/ColorSpace"]["/CS0"][3].original_bytes == bytes(3) + b"\xff" * 3
            info = used["/Font"]["/P_1"]["/CIDSystemInfo"]
            assert (info["/Registry"], info["/Ordering"]) == ("Adobe", "Japan1")

    def test_a_filled_field_is_a_picture_where_it_stood(self) -> None:
        (page,) = PdfReader(io.BytesIO(plain_pdf(paper()))).pages
        stamps = [one.get_object() for one in page["/Annots"]]  # type: ignore[attr-defined]
        assert [stamp["/Rect"] for stamp in stamps] == [[10, 10, 90, 30], [5, 5, 9, 9]]
        assert {stamp["/Subtype"] for stamp in stamps} == {"/Stamp"}
        assert {stamp["/AP"]["/N"].get_data() for stamp in stamps} == {b"0 0 80 20 re s"}

    def test_copying_twice_is_copying_once(self) -> None:
        once = plain_pdf(paper())
        assert plain_pdf(once) == once == plain_pdf(paper(after=TRAILER))

    def test_what_is_hidden_behind_packed_data_is_not_in_it(self) -> None:
        hidden = stream(b"/Filter /FlateDecode", zlib.compress(DRAWING) + CANARY)
        assert plain_pdf(paper({4: hidden})) == plain_pdf(paper())

    def test_earlier_editions_of_the_file_are_not_in_it(self) -> None:
        """A document that was changed by appending still holds what it was before."""
        before = paper({5: stream(b"", CANARY)})
        now = b"5 0 obj\n" + stream(b"", b"0 0 1 1 re f") + b"\nendobj\n"
        table = len(before) + len(now)
        start = before.rindex(b"startxref\n") + len(b"startxref\n")
        prev = before[start : before.index(b"\n", start)]
        after = b"xref\n5 1\n%010d 00000 n \ntrailer\n<< /Size 27 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
        changed = before + now + after % (len(before), prev, table)
        assert CANARY not in unpacked(plain_pdf(changed))

    def test_a_profile_that_cannot_be_read_gives_way_to_plain_colours(self) -> None:
        copy = plain_pdf(paper({12: stream(b"/N 3", CANARY)}))
        (page,) = PdfReader(io.BytesIO(copy)).pages
        assert page["/Resources"]["/ColorSpace"]["/CS0"] == "/DeviceRGB"  # type: ignore[index]

    def test_layers_that_are_all_shown_are_one_with_the_page(self) -> None:
        shown = objects()[1][:-2] + b" /OCProperties << /OCGs [] /D << /BaseState /ON >> >> >>"
        assert plain_pdf(paper({1: shown})) == plain_pdf(paper())


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "change",
        [
            {1: objects()[1][:-2] + b" /OCProperties << /OCGs [] /D << /OFF [6 0 R] >> >> >>"},
            {1: objects()[1][:-2] + b" /OCProperties << /OCGs [] /D << /BaseState /OFF >> >> >>"},
            {1: objects()[1][:-2] + b" /OCProperties << /OCGs [] >> >>"},
            {11: stream(b"/Subtype /Image /Filter /JPXDecode", CANARY)},
            {11: stream(b"/Subtype /Image /Filter /DCTDecode", CANARY)},
            {11: stream(b"/Subtype /Image /Filter /DCTDecode", jpeg()[:-9])},
            {11: stream(b"/Subtype /Image /F " + NOTE, b"")},
            {5: stream(b"", b"BI /W 8 /H 8 /F /DCT ID " + CANARY + b" EI")},
            {5: stream(b"/Filter /FlateDecode", zlib.compress(DRAWING)[:9] + CANARY)},
            {12: stream(b"/N 7", CANARY)},
            {2: objects()[2].replace(b"[3 0 R]", b"[3 0 R 99 0 R]")},
            {3: objects()[3].replace(b"[4 0 R 5 0 R]", b"99 0 R")},
            {3: objects()[3].replace(b"[4 0 R 5 0 R]", b"[4 0 R 99 0 R]")},
            {3: b"<< /Type /Page /Annots [8 0 R] >>", 8: b"<< /AP << /N 13 0 R >> >>"},
        ],
    )
    def test_what_cannot_be_copied_so(self, change: dict[int, bytes]) -> None:
        refused(paper(change))

    @pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", TRAILER, jpeg()])
    def test_what_is_no_document(self, content: bytes) -> None:
        refused(content)

    def test_documents_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf, "MOST_OBJECTS", 5)
        refused(paper())
        monkeypatch.setattr(pdf, "MOST_PAGES", 0)
        refused(paper())

    def test_an_encrypted_document(self) -> None:
        locked = b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >>"
        refused(document(objects(), locked % (b"o" * 32, b"u" * 32)))

    @given(data=st.data())
    def test_whatever_is_changed_in_one_it_is_copied_or_refused(self, data: st.DataObject) -> None:
        content = bytearray(paper())
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        try:
            copy = plain_pdf(bytes(content))
        except InvalidInput:
            return
        assert plain_pdf(copy) == copy


class TestInAProcessOfItsOwn:
    def test_the_copy_comes_back(self) -> None:
        strip = PdfStrip()
        assert isinstance(strip, Strip)
        assert strip.strip(paper({5: LONG}), "application/pdf") == plain_pdf(paper({5: LONG}))

    @pytest.mark.parametrize(
        ("strip", "content", "kind"),
        [
            (PdfStrip(), paper()[:99], "application/pdf"),
            (PdfStrip(), paper(), "image/jpeg"),
            (PdfStrip(seconds=0.01), paper(), "application/pdf"),
            (PdfStrip(memory=64 * 1024 * 1024), paper({5: LONG}), "application/pdf"),
        ],
        ids=["no document", "another type", "no time", "no memory"],
    )
    def test_anything_else_is_refused(self, strip: PdfStrip, content: bytes, kind: str) -> None:
        with pytest.raises(InvalidInput):
            strip.strip(content, kind)
