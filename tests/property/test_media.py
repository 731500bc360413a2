"""Whatever is handed in as a picture: it is refused, or it is stripped of all that is not the picture."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import MediaType
from expressplatform.errors import InvalidInput
from expressplatform.media import masked_text, media_type, strip_image, strip_jpeg, strip_png
from expressplatform.media.colour import plain_profile
from expressplatform.media.parts import orientation
from expressplatform.privacy.masking import mask_numbers
from tests.pictures import CANARY, HEAD, METADATA, TEXTS, chunk, exif, icc, jpeg, picture, png, profile, segment

coded = st.lists(st.sampled_from([b"\x00", b"\x3f", b"\xff\x00", b"\xff\xd3", b"\x80"]), min_size=1).map(b"".join)
written = st.lists(st.sampled_from(list(METADATA.values())) | st.binary(max_size=40).map(lambda x: segment(0xE1, x)))
noted = st.lists(st.sampled_from(list(TEXTS.values())) | st.binary(max_size=40).map(lambda x: chunk(b"teSt", x)))
tails = st.binary(max_size=60)


class TestStrippingIsLossless:
    """Place and device are taken out; the compressed picture is the same, byte for byte."""

    @given(coded=coded, before=written, between=written, after=tails)
    def test_of_a_jpeg(self, coded: bytes, before: list[bytes], between: list[bytes], after: bytes) -> None:
        given_ = jpeg(b"".join(before), coded=coded + b"".join(between), after=after)
        kept = strip_jpeg(given_)
        assert kept.endswith(picture(coded) + b"\xff\xd9")
        assert CANARY[:4] not in kept
        assert strip_jpeg(kept) == kept
        assert media_type(kept) is media_type(given_) is MediaType.JPEG

    @given(rows=st.binary(min_size=6, max_size=6), before=noted, between=noted, after=tails, cut=st.integers(1, 9))
    def test_of_a_png(self, rows: bytes, before: list[bytes], between: list[bytes], after: bytes, cut: int) -> None:
        packed = zlib.compress(b"\0" + rows[:3] + b"\0" + rows[3:])
        parts = [chunk(b"IDAT", packed[:cut]), *between, chunk(b"IDAT", packed[cut:])]
        kept = strip_png(png(b"".join(before), data=b"".join(parts), after=after))
        assert chunk(b"IDAT", packed) in kept
        assert CANARY[:4] not in kept
        assert strip_png(kept) == kept
        assert media_type(kept) is MediaType.PNG


class TestEveryParserIsTotal:
    """Hostile input is InvalidInput or a copy, never another error."""

    @given(whole=st.just(jpeg(b"".join(METADATA.values()))), data=st.data())
    def test_of_a_jpeg_in_which_bytes_were_changed(self, whole: bytes, data: st.DataObject) -> None:
        _tried(_mutated(whole, data))

    @given(data=st.data())
    def test_of_a_png_in_which_bytes_were_changed(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"pHYs", b"IDAT", b"xxXx"]))
        whole = {b"IHDR": HEAD, b"iCCP": TEXTS["profile"][8:-4], b"eXIf": exif()}.get(name, bytes(9))
        _tried(png(chunk(name, _mutated(whole, data))))
        _tried(_mutated(png(b"".join(TEXTS.values())), data))

    @given(
        content=st.binary(max_size=300), head=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"])
    )
    def test_of_anything(self, content: bytes, head: bytes) -> None:
        _tried(head + content)

    @given(data=st.data())
    def test_of_notes_and_profiles(self, data: st.DataObject) -> None:
        assert orientation(_mutated(exif(), data)) in range(1, 9)
        plain = plain_profile(_mutated(profile(), data))
        assert plain is None or plain_profile(plain) == plain
        kept = strip_jpeg(jpeg(icc(_mutated(profile(4), data))))
        assert strip_jpeg(kept) == kept


def _mutated(whole: bytes, data: st.DataObject) -> bytes:
    """The bytes with some of them changed, left out or put in."""
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content)))
        end = at + data.draw(st.integers(0, 6))
        content[at:end] = data.draw(st.binary(max_size=6))
    return bytes(content)


def _tried(content: bytes) -> None:
    try:
        kind = media_type(content)
    except InvalidInput:
        return
    if kind in (MediaType.JPEG, MediaType.PNG):
        kept = strip_image(content, kind)
        assert strip_image(kept, kind) == kept
        assert len(kept) <= len(content) + 400
    elif kind is MediaType.TEXT:
        masked = masked_text(content, mask_numbers)
        assert masked_text(masked, mask_numbers) == masked
