"""How the kit reads copies of PDF documents, and what it finds packed in them."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.testing.strips import papers
from expressplatform.testing.strips.papers import PICTURE, SAMPLES, folded, packed, plain, stream, written
from expressplatform.testing.strips.reading import pages_of, unfolded

PAGE = {
    1: b"<< /Type /Catalog /Pages 2 0 R >>",
    2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents [4 0 R 5 0 R] >>",
    5: stream(b"", b" "),
}


WHOLE = [make().content for make in SAMPLES]
"""Some documents, the same as long as the tests run."""


def drawn(drawing: bytes) -> list[bytes]:
    """What a page shows that is drawn so."""
    return list(pages_of(written({**PAGE, 4: stream(b"", drawing)})))


class TestWhatAPageShows:
    @pytest.mark.parametrize(
        "drawing",
        [
            b"(HK$129) Tj",
            b"<484B24 313239> Tj",
            b"[(HK) -20 <24> (129)] TJ",
            b"(H\\113\\$12\\\n9) '",
            b'1 2 (HK$129) "',
            b"% (no) Tj\n/Span << /MCID 0 >> BDC (HK$129)Tj EMC",
        ],
    )
    def test_words_are_read_however_they_are_written(self, drawing: bytes) -> None:
        assert drawn(drawing) == [b"HK$129"]

    @given(words=st.binary(max_size=40))
    def test_any_bytes_can_be_words(self, words: bytes) -> None:
        escaped = b"".join(b"\\%03o" % one if one in b"()\\\r\n" else bytes((one,)) for one in words)
        assert drawn(b"(%s) Tj" % escaped) == drawn(b"<%s> Tj" % words.hex().encode()) == [words]

    def test_brackets_in_words_are_words(self) -> None:
        assert drawn(b"((a) (b(c))) Tj (\\)) Tj") == [b"(a) (b(c)) )"]

    @pytest.mark.parametrize("make", SAMPLES, ids=lambda make: str(make.__name__))
    def test_the_documents_of_the_kit_show_what_they_say_and_hold_what_they_hide(self, make: object) -> None:
        sample = make()  # type: ignore[operator]
        content = sample.content[: sample.content.rindex(b"%%EOF") + 5]
        assert [
            all(word in page for word in shown) for page, shown in zip(pages_of(content), sample.shown, strict=True)
        ]
        pieces = b"".join(unfolded(sample.content)).lower()
        for place, mark in sample.hidden.items():
            spelled = (mark, mark.decode().encode("utf-16-be").hex().encode(), mark.hex().encode())
            assert any(one in pieces for one in spelled), place

    def test_packed_objects_are_read(self) -> None:
        assert pages_of(packed({**PAGE, 4: folded(b"", b"(HK$129) Tj")})) == [b"HK$129"]

    def test_a_picture_is_a_picture(self) -> None:
        objects = {**PAGE, 3: PAGE[3][:-3] + b" /Resources << /XObject << /P 6 0 R >> >> >>"}
        content = written({**objects, 4: stream(b"", b"/P Do"), 6: stream(b"/Subtype /Image", b"")})
        assert pages_of(content) == [PICTURE]


class TestWhatIsNoCopy:
    @pytest.mark.parametrize(
        "change",
        [
            lambda copy: b"",
            lambda copy: copy[9:],
            lambda copy: copy[:-7],
            lambda copy: copy + b"more",
            lambda copy: copy.replace(b"%PDF-1.7\n", b"%PDF-1.7\n\n"),
            lambda copy: copy.replace(b"/Length", b"/Length 1 /Was"),
            lambda copy: copy.replace(b"[6 0 R 5 0 R]", b"[6 0 R 3 0 R]"),
            lambda copy: copy.replace(b"[6 0 R 5 0 R]", b"[6 0 R 1 0 R]"),
            lambda copy: copy.replace(b"/Flate", b"/Flati"),
        ],
    )
    def test_what_does_not_hold_together_is_told(self, change: object) -> None:
        with pytest.raises(AssertionError):
            pages_of(change(plain().content))  # type: ignore[operator]

    @given(data=st.data())
    def test_whatever_is_changed_in_one_it_is_read_or_told(self, data: st.DataObject) -> None:
        content = bytearray(data.draw(st.sampled_from(WHOLE)))
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        try:
            pages_of(bytes(content))
        except AssertionError:
            return

    def test_documents_without_end_are_read_or_told(self) -> None:
        for content in papers.endless().values():
            try:
                pages_of(content)
            except AssertionError:
                continue


class TestWhatIsPacked:
    @given(words=st.binary(min_size=1, max_size=40), around=st.binary(max_size=40), times=st.integers(0, 3))
    def test_it_is_found_wherever_it_begins_and_in_what_is_packed(
        self, words: bytes, around: bytes, times: int
    ) -> None:
        content = words
        for _ in range(times):
            content = around + zlib.compress(content) + around
        assert any(words in piece for piece in unfolded(content))

    def test_what_breaks_off_is_found_as_far_as_it_goes(self) -> None:
        content = zlib.compress(b"HK$129, paid in cash" * 200, 0)
        assert any(b"paid in cash" in piece for piece in list(unfolded(content[:-900]))[1:])

    @given(content=st.binary(max_size=200))
    def test_anything_can_be_looked_through(self, content: bytes) -> None:
        assert next(iter(unfolded(content))) == content
