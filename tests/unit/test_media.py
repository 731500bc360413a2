"""Files of evidence: what they are, told from their bytes, and what a stripped copy keeps."""

from __future__ import annotations

import struct
import zlib
from time import process_time

import pytest

from expressplatform.codes import MediaType
from expressplatform.errors import InvalidInput
from expressplatform.media import masked_text, media_type, parts, read_text, strip_image, strip_jpeg, strip_png, text
from expressplatform.media.colour import LONGEST, MOST_TAGS, plain_profile
from expressplatform.media.parts import orientation, orientation_only
from tests.pictures import (
    CANARY,
    CODED,
    END,
    FRAME,
    HEAD,
    METADATA,
    PIXELS,
    QUANTISATION,
    SCAN,
    SIGNATURE,
    TEXTS,
    TRAILER,
    chunk,
    exif,
    icc,
    jpeg,
    picture,
    profile,
    segment,
    tables,
)
from tests.pictures import png as made_png


def refused(content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        media_type(content)
    (problem,) = caught.value.problems
    assert problem.path == "$.content"
    assert caught.value.__cause__ is None
    return problem.kind


class TestWhatAFileIs:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (jpeg(), MediaType.JPEG),
            (made_png(), MediaType.PNG),
            (b"%PDF-1.7\n...", MediaType.PDF),
            ("小票\tHK$129\r\n".encode(), MediaType.TEXT),
            (b"\xef\xbb\xbfwith a mark before it", MediaType.TEXT),
        ],
    )
    def test_it_is_told_from_its_bytes(self, content: bytes, kind: MediaType) -> None:
        assert media_type(content) is kind

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"", "media_type"),
            (b"\xef\xbb\xbf", "media_type"),
            (b"GIF89a\x01\x00", "text"),
            (b"MZ\x90\x00\x03", "media_type"),
            (b"PK\x03\x04", "text"),
            ("utf-16 is not UTF-8".encode("utf-16"), "media_type"),
            (b"a\x00b", "text"),
            ("\x85".encode(), "text"),
            (b" \xff\xd8\xff", "media_type"),
            (b"\xff\xd8\xff", "damaged"),
            (b"\x89PNG\r\n\x1a\n", "damaged"),
        ],
    )
    def test_anything_else_is_refused(self, content: bytes, kind: str) -> None:
        assert refused(content) == kind

    def test_a_picture_is_refused_as_a_document(self) -> None:
        assert strip_image(jpeg(), MediaType.JPEG) == jpeg()
        assert strip_image(made_png(), MediaType.PNG) == made_png()
        with pytest.raises(InvalidInput):
            strip_image(b"%PDF-1.7", MediaType.PDF)


class TestText:
    def test_numbers_are_masked_by_what_is_handed_in(self) -> None:
        assert masked_text("\ufeffcard 41".encode(), lambda text: text.replace("41", "••")) == "card ••".encode()

    def test_a_text_without_end_is_refused(self) -> None:
        assert media_type(b"x" * text.LONGEST) is MediaType.TEXT
        assert refused(b"x" * (text.LONGEST + 1)) == "too_long"

    def test_what_is_no_text_is_refused(self) -> None:
        assert read_text("\t\r\n\f 文".encode()) == "\t\r\n\f 文"
        with pytest.raises(InvalidInput):
            masked_text(b"\x1b[31m", str)


class TestJpeg:
    @pytest.mark.parametrize("name", list(METADATA))
    def test_nothing_is_left_of_what_a_program_wrote(self, name: str) -> None:
        kept = strip_jpeg(jpeg(METADATA[name], after=TRAILER))
        for part in (CANARY, CANARY[:4], b"APPL", b"PK"):
            assert part not in kept
        assert kept.endswith(picture() + b"\xff\xd9")

    def test_all_at_once_before_and_between_scans(self) -> None:
        everything = b"".join(METADATA.values())
        two_scans = CODED + everything + segment(0xDA, SCAN) + CODED
        kept = strip_jpeg(jpeg(everything, coded=two_scans, after=jpeg(everything)))
        assert CANARY[:4] not in kept
        assert kept.endswith(picture() + segment(0xDA, SCAN) + CODED + b"\xff\xd9")

    def test_what_decoding_needs_is_told_anew(self) -> None:
        kept = strip_jpeg(jpeg(METADATA["adobe"] + METADATA["exif"] + METADATA["jfif"]))
        assert kept.startswith(
            b"\xff\xd8"
            + segment(0xE0, b"JFIF\0\x01\x02\x00\x00\x01\x00\x01\x00\x00")
            + segment(0xE1, b"Exif\0\0" + orientation_only(6))
            + segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
        )

    def test_pixels_that_are_not_square_stay_so(self) -> None:
        wide = segment(0xE0, b"JFIF\0\x01\x02\x01\x00\x48\x00\x90\x00\x00")
        assert b"JFIF\0\x01\x02\x00\x00\x48\x00\x90\x00\x00" in strip_jpeg(jpeg(wide))

    def test_the_first_word_on_the_way_up_counts(self) -> None:
        both = segment(0xE1, b"Exif\0\0" + exif(None)) + METADATA["exif"]
        assert b"Exif" not in strip_jpeg(jpeg(both))
        assert b"Exif" in strip_jpeg(jpeg(METADATA["exif"] + segment(0xE1, b"Exif\0\0" + exif(3))))

    def test_the_colour_profile_stays_in_as_many_parts_as_it_needs(self) -> None:
        curve = b"curv" + bytes(4) + struct.pack(">I", 40_000) + bytes(80_000)
        whole = profile(4)[:128] + struct.pack(">I", 1) + b"kTRC" + struct.pack(">II", 144, len(curve)) + curve
        kept = strip_jpeg(jpeg(icc(whole, 3)))
        assert kept.count(b"ICC_PROFILE\0") == 2
        assert b"ICC_PROFILE\0\x01\x02" in kept
        assert curve[-9_000:] in kept

    def test_a_profile_that_cannot_be_read_is_left_out(self) -> None:
        assert strip_jpeg(jpeg(icc(b"x" * 200))) == jpeg()
        assert strip_jpeg(jpeg(segment(0xE2, b"ICC_PROFILE\0\x01"))) == jpeg()
        assert strip_jpeg(jpeg(icc(profile() + bytes(LONGEST), 80))) == jpeg()

    def test_restarts_zeros_and_fill_bytes_are_data(self) -> None:
        coded = b"\xff\x00\x12\xff\xd0\x34\xff\xd7"
        filled = jpeg(coded=coded + b"\xff\xff").replace(b"\xff\xda", b"\xff\xff\xff\xda")
        assert strip_jpeg(filled) == jpeg(coded=coded)

    @pytest.mark.parametrize(
        "inside",
        [
            b"",
            b"\x00" + picture(),
            segment(0xDA, SCAN) + CODED,  # no frame yet
            tables() + segment(0xC0, FRAME),  # no scan
            segment(0xC0, FRAME) + picture(),  # two frames
            segment(0xC0, FRAME + CANARY) + segment(0xDA, SCAN) + CODED,
            segment(0xC0, b"\x08") + segment(0xDA, SCAN) + CODED,
            segment(0xC0, FRAME) + segment(0xDA, SCAN + CANARY) + CODED,
            segment(0xC0, FRAME) + segment(0xDA, b"") + CODED,
            segment(0xDB, QUANTISATION + CANARY) + picture(),
            segment(0xDB, b"") + picture(),
            segment(0xC4, b"\x00" + bytes([9]) * 16 + CANARY) + picture(),
            segment(0xCC, b"\x00") + picture(),
            segment(0xDD, b"\x00\x01\x02") + picture(),
            segment(0x02, CANARY) + picture(),
            segment(0xF0, CANARY) + picture(),
            b"\xff\xd8" + picture(),
            b"\xff\xd0" + picture(),
            b"\xff\xe0\x00\x01" + picture(),
            b"\xff\xe0\xff\xff" + picture(),
        ],
    )
    def test_what_is_not_exactly_what_it_says_is_refused(self, inside: bytes) -> None:
        assert refused(b"\xff\xd8" + inside + b"\xff\xd9") in ("damaged", "media_type")
        with pytest.raises(InvalidInput):
            strip_jpeg(b"\xff\xd8" + inside + b"\xff\xd9")

    def test_a_long_table_and_arithmetic_coding_are_kept(self) -> None:
        more = segment(0xDB, b"\x11" + bytes(128)) + segment(0xCC, b"\x00\x10") + segment(0xDD, b"\x00\x01")
        assert strip_jpeg(jpeg(more)) == jpeg(more)

    def test_a_picture_that_is_cut_off_anywhere_is_refused(self) -> None:
        whole = jpeg(METADATA["exif"])
        for length in range(len(whole)):
            with pytest.raises(InvalidInput):
                strip_jpeg(whole[:length])


class TestPng:
    @pytest.mark.parametrize("name", list(TEXTS))
    def test_nothing_is_left_of_what_a_program_wrote(self, name: str) -> None:
        kept = strip_png(made_png(TEXTS[name], after=TRAILER))
        unpacked = kept + b"".join(_inflated(kept))
        for part in (CANARY, CANARY[:4], b"APPL", b"PK"):
            assert part not in unpacked
        assert kept.endswith(chunk(b"IDAT", PIXELS) + END)

    def test_what_decoding_needs_stays_and_in_its_place(self) -> None:
        colours = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"sBIT", b"\x08\x08\x08")
        palette, clear = chunk(b"PLTE", b"\x01\x02\x03" * 4), chunk(b"tRNS", b"\x00\xff")
        head = HEAD[:9] + b"\x03" + HEAD[10:]
        given = made_png(TEXTS["text"] + colours + TEXTS["exif"] + palette + clear + TEXTS["time"], head=head)
        turned = chunk(b"eXIf", orientation_only(6))
        assert strip_png(given) == made_png(colours + turned + palette + clear, head=head)

    def test_only_the_first_of_each_kind_counts(self) -> None:
        twice = TEXTS["gamma"] + chunk(b"gAMA", bytes(4)) + TEXTS["transparency"] + chunk(b"tRNS", b"\x00\x11")
        assert strip_png(made_png(twice)) == made_png(TEXTS["gamma"] + TEXTS["transparency"])
        upright, turned = chunk(b"eXIf", exif(1)), chunk(b"eXIf", exif(6))
        assert strip_png(made_png(upright + turned)) == made_png()
        assert strip_png(made_png(chunk(b"iCCP", CANARY) + TEXTS["profile"])) == made_png()

    def test_only_one_profile_is_unpacked(self) -> None:
        """Each may unpack to a thousand times its size: a file of many kept a processor busy for minutes."""
        large = chunk(b"iCCP", b"name\0\0" + zlib.compress(profile() + bytes(LONGEST - len(profile())), 9))
        begun = process_time()
        strip_png(made_png(large * 600))
        assert process_time() - begun < 1

    def test_pixels_that_are_not_square_stay_so_without_their_size(self) -> None:
        assert chunk(b"pHYs", struct.pack(">IIB", 3000, 2000, 0)) in strip_png(made_png(TEXTS["shape"]))
        assert strip_png(made_png(TEXTS["size"])) == made_png()

    @pytest.mark.parametrize(
        "wrong",
        [
            b"\0" + zlib.compress(profile()),
            b"name\0\0" + zlib.compress(profile())[:-9],
            b"name\0\0" + zlib.compress(bytes(LONGEST + 1)),
            b"name\0\0" + zlib.compress(b"x"),
            CANARY,
        ],
    )
    def test_a_profile_that_cannot_be_read_is_left_out(self, wrong: bytes) -> None:
        assert strip_png(made_png(chunk(b"iCCP", wrong))) == made_png()

    def test_an_upright_picture_says_nothing_of_its_way_up(self) -> None:
        assert strip_png(made_png(chunk(b"eXIf", exif(1)))) == made_png()

    def test_what_is_cut_up_is_one_and_what_follows_its_data_goes(self) -> None:
        parts = chunk(b"IDAT", PIXELS[:5]) + TEXTS["gamma"] + chunk(b"IDAT", PIXELS[5:] + CANARY) + TEXTS["text"]
        assert strip_png(made_png(data=parts)) == made_png()

    @pytest.mark.parametrize(
        "content",
        [
            SIGNATURE + END,
            SIGNATURE + chunk(b"IHDR", HEAD[:-1]) + chunk(b"IDAT", PIXELS) + END,
            SIGNATURE + chunk(b"IDAT", PIXELS) + END,
            made_png(data=TEXTS["gamma"]),
            made_png(chunk(b"IHDR", HEAD)),
            made_png(chunk(b"CgBI", CANARY)),
            made_png(chunk(b"1234", CANARY)),
            made_png(chunk(b"IEND", CANARY)),
            made_png(chunk(b"PLTE", b"")),
            made_png(chunk(b"PLTE", b"\x01\x02")),
            made_png(chunk(b"PLTE", bytes(771))),
            made_png(chunk(b"PLTE", bytes(3)) * 2),
            made_png(data=chunk(b"IDAT", PIXELS) + chunk(b"PLTE", bytes(3))),
            made_png(data=chunk(b"IDAT", PIXELS[:-5])),
            made_png(data=chunk(b"IDAT", b"no such data")),
            made_png()[:-1] + b"\x00",
        ],
    )
    def test_what_is_not_exactly_what_it_says_is_refused(self, content: bytes) -> None:
        assert refused(content) == "damaged"

    def test_a_picture_that_is_cut_off_anywhere_is_refused(self) -> None:
        whole = made_png(TEXTS["exif"])
        for length in range(len(whole)):
            with pytest.raises(InvalidInput):
                strip_png(whole[:length])

    def test_a_small_file_that_becomes_a_huge_picture_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts, "LARGEST", 3_000_000)
        assert strip_png(made_png(data=chunk(b"IDAT", zlib.compress(bytes(3_000_000)))))
        assert refused(made_png(data=chunk(b"IDAT", zlib.compress(bytes(3_000_001))))) == "damaged"


def _inflated(content: bytes) -> list[bytes]:
    """What is packed in any part of a file."""
    found = []
    for at in range(len(content)):
        try:
            found.append(zlib.decompressobj().decompress(content[at:], 100_000))
        except zlib.error:
            continue
    return found


class TestColourProfiles:
    @pytest.mark.parametrize("version", [2, 4])
    def test_what_computes_colours_stays_and_nothing_else(self, version: int) -> None:
        plain = plain_profile(profile(version))
        assert plain is not None
        assert int.from_bytes(plain[:4], "big") == len(plain)
        names = [plain[132 + 12 * n :][:4] for n in range(int.from_bytes(plain[128:132], "big"))]
        assert names == [b"cprt", b"desc", b"gTRC", b"rTRC", b"rXYZ"]
        assert plain.count(b"curv") == 1  # two names, one data
        assert CANARY[:4] not in plain
        assert plain_profile(plain) == plain

    @pytest.mark.parametrize(
        "whole",
        [
            b"",
            profile()[:131],
            profile()[:36] + b"nope" + profile()[40:],
            profile()[:12] + b"link" + profile()[16:],
            profile()[:128] + (MOST_TAGS + 1).to_bytes(4, "big") + bytes(5000),
            profile()[:128] + (90).to_bytes(4, "big") + bytes(90),
            profile()[:128] + bytes(4),
            profile()[:132] + b"rXYZ" + (127).to_bytes(4, "big") + (8).to_bytes(4, "big") + bytes(200),
            profile()[:132] + b"rXYZ" + (200).to_bytes(4, "big") + (2**31).to_bytes(4, "big") + bytes(200),
            profile() + bytes(LONGEST),
        ],
    )
    def test_what_does_not_hold_together_is_left_out(self, whole: bytes) -> None:
        assert plain_profile(whole) is None

    @pytest.mark.parametrize(("left", "stays"), [(0, False), (124, False), (128, True), (132, True)])
    def test_one_that_is_too_long_with_the_texts_it_must_have_is_left_out_at_once(self, left: int, stays: bool) -> None:
        data = b"curv" + bytes(LONGEST - 148 - left)
        plain = plain_profile(profile()[:128] + struct.pack(">I4sII", 1, b"rTRC", 144, len(data)) + data)
        assert (plain is not None) is stays
        assert plain is None or plain_profile(plain) == plain

    def test_overlapping_tags_do_not_make_a_profile_grow(self) -> None:
        size = LONGEST // 2
        data = b"curv" + bytes(size)
        names = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
        table = struct.pack(">I", len(names))
        for place, name in enumerate(names):
            table += name + struct.pack(">II", 132 + 48, size - 4 * place)
        assert plain_profile(profile()[:128] + table + data) is None


class TestTheWayUp:
    @pytest.mark.parametrize("order", ["<", ">"])
    @pytest.mark.parametrize(("turned", "kept"), [(1, 1), (2, 2), (8, 8), (0, 1), (9, 1), (None, 1)])
    def test_it_is_read_in_either_order_of_bytes(self, order: str, turned: int | None, kept: int) -> None:
        assert orientation(exif(turned, order=order)) == kept

    def test_it_comes_back_from_what_is_written(self) -> None:
        for turned in range(2, 9):
            assert orientation(orientation_only(turned)) == turned

    @pytest.mark.parametrize(
        "tiff",
        [
            b"",
            b"MM\0*",
            b"XX\0*" + bytes(40),
            b"MM\0*\xff\xff\xff\xff\xff\xff",
            b"MM\0*" + struct.pack(">IH", 8, 0xFFFF) + bytes(30),
            b"MM\0*" + struct.pack(">IHHHI", 8, 1, 0x0112, 3, 2) + b"\0\6\0\0",
            b"MM\0*" + struct.pack(">IHHHI", 8, 1, 0x0112, 4, 1) + b"\0\6\0\0",
        ],
    )
    def test_nonsense_says_nothing(self, tiff: bytes) -> None:
        assert orientation(tiff) == 1
