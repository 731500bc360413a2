"""Sealed files over all inputs: what was sealed opens whole and in order, and anything else does not open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expressplatform.chunks import CHUNK, LABEL, Opening, name_beside, name_of, open_file, seal_file
from expressplatform.errors import SealBroken
from expressplatform.sealing import OVERHEAD, SUITE, CaseKey, Context

KEY = CaseKey(b"k" * 32)
OTHER = CaseKey(b"o" * 32)
NAME = "0a" * 32
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7, 3 * CHUNK)
sizes = st.sampled_from(SIZES)


def content_of(size: int, first: int = 0) -> bytes:
    """Bytes that differ from chunk to chunk."""
    block = bytes(range(256))
    return (block[first:] + block * (size // 256 + 1))[:size]


def sealed(content: bytes, *, key: CaseKey = KEY, case: str = "c1", name: str = NAME) -> list[bytes]:
    return list(seal_file(key, case, name, [content]))


def opened(chunks: Iterable[bytes], *, key: CaseKey = KEY, case: str = "c1", name: str = NAME) -> bytes:
    return b"".join(open_file(key, case, name, chunks))


def broken(chunks: Iterable[bytes], *, key: CaseKey = KEY, case: str = "c1", name: str = NAME) -> str:
    """The code with which the chunks are refused."""
    with pytest.raises(SealBroken) as caught:
        opened(chunks, key=key, case=case, name=name)
    assert caught.value.case_id == case
    return caught.value.code


class TestWhatWasSealedOpens:
    """A file is sealed in chunks of 64 KiB under the case's key, streaming both ways."""

    @given(size=sizes, cuts=st.lists(st.integers(0, max(SIZES)), max_size=6))
    def test_however_the_content_was_handed_over(self, size: int, cuts: list[int]) -> None:
        content = content_of(size)
        borders = [0, *sorted(cuts), size]
        pieces = [content[start:end] for start, end in pairwise(borders)]
        chunks = list(seal_file(KEY, "c1", NAME, pieces))
        assert opened(chunks) == b"".join(pieces)
        assert [len(chunk) for chunk in chunks[:-1]] == [CHUNK + OVERHEAD] * (len(chunks) - 1)
        assert len(chunks) == max(1, -(-len(b"".join(pieces)) // CHUNK))

    def test_neither_way_holds_more_than_a_chunk_back(self) -> None:
        taken = 0

        def pieces() -> Iterator[bytes]:
            nonlocal taken
            for _ in range(40):
                taken += CHUNK
                yield bytes(CHUNK)

        given_back = 0
        for piece in open_file(KEY, "c1", NAME, seal_file(KEY, "c1", NAME, pieces())):
            given_back += len(piece)
            assert taken - given_back <= 3 * CHUNK
        assert given_back == 40 * CHUNK


class TestWhatWasDoneToChunksIsSeen:
    """Truncated, reordered, doubled, foreign chunks and trailing data are refused."""

    @given(size=sizes, data=st.data())
    def test_any_other_row_of_the_chunks_of_two_files_is_refused(self, size: int, data: st.DataObject) -> None:
        """Left out, moved, doubled, put in from elsewhere: no list opens but the one that was sealed."""
        right = sealed(content_of(size))
        others = [
            sealed(content_of(2 * CHUNK + 9, 7), name="0b" * 32),
            sealed(content_of(size, 3), case="c2"),
            sealed(content_of(size, 5), key=OTHER),
        ]
        pool = [*right, *(chunk for file in others for chunk in file)]
        row = data.draw(st.lists(st.sampled_from(pool), max_size=5) | st.permutations(right))
        assume(row != right)
        assert broken(row) in {"truncated", "trailing", "altered", "wrong_key"}

    @given(size=sizes, longer=sizes)
    def test_two_editions_of_one_file_cannot_be_spliced(self, size: int, longer: int) -> None:
        """Not even in the right places, as from a backup of before a file was replaced."""
        one, other = sealed(content_of(size)), sealed(content_of(longer, 9))
        for cut in range(1, len(one)):
            assert broken(one[:cut] + other[cut:]) == ("altered" if len(other) > cut else "truncated")

    @pytest.mark.parametrize("size", SIZES[1:])
    def test_each_harm_has_its_code(self, size: int) -> None:
        chunks = sealed(content_of(size))
        assert broken([]) == "truncated"
        assert broken([*chunks, chunks[-1]]) == "trailing"
        assert broken([*chunks, b""]) == "trailing"
        assert broken([chunks[0], *chunks]) == ("altered" if len(chunks) > 1 else "trailing")
        assert broken(chunks, name="0b" * 32) == "altered"
        assert broken(chunks, case="c2") == "altered"
        assert broken(chunks, key=OTHER) == "wrong_key"
        assert broken([*chunks[:-1], chunks[-1][:20]]) in ("truncated", "altered")
        assert broken([*chunks[:-1], b"\7" + chunks[-1][1:]]) == "unknown_suite"
        assert broken([*chunks[:-1], chunks[-1] + bytes(CHUNK + 1)]) == "altered"
        if len(chunks) > 1:
            assert broken(chunks[:-1]) == "truncated"
            assert broken(chunks[1:]) == "altered"
            assert broken(chunks[::-1]) in ("altered", "trailing")

    @given(size=sizes, data=st.data())
    @settings(max_examples=30)
    def test_a_changed_byte_is_seen_in_any_chunk(self, size: int, data: st.DataObject) -> None:
        chunks = sealed(content_of(size))
        which = data.draw(st.integers(0, len(chunks) - 1))
        chunk = bytearray(chunks[which])
        chunk[data.draw(st.integers(0, len(chunk) - 1))] ^= data.draw(st.integers(1, 255))
        chunks[which] = bytes(chunk)
        assert broken(chunks) in {"altered", "wrong_key", "unknown_suite"}

    @given(chunks=st.lists(st.binary(max_size=100), max_size=4))
    def test_bytes_that_nobody_sealed_do_not_open(self, chunks: list[bytes]) -> None:
        broken(chunks)

    def test_only_one_way_of_cutting_is_accepted(self) -> None:
        """Whoever has the key still cannot write one content in two ways."""

        def file(first: bytes, second: bytes) -> list[bytes]:
            one = KEY.seal(first, Context("c1", 0, NAME, 1, b"\0", LABEL))
            return [one, KEY.seal(second, Context("c1", 1, NAME, 1, b"\1" + one[-16:], LABEL))]

        assert broken(file(b"short", b"x")) == "altered"
        assert broken(file(bytes(CHUNK), b"")) == "altered"
        assert opened(file(bytes(CHUNK), b"x")) == bytes(CHUNK) + b"x"


def test_what_waits_for_chunks_in_its_own_way_opens_them_too() -> None:
    content, opening = content_of(2 * CHUNK + 5), Opening(KEY, "c1", NAME)
    found = b"".join(opening.take(chunk) for chunk in sealed(content)) + opening.end()
    assert found == content


class TestNames:
    """Names are keyed HMACs: equal content of one case meets, that of two cases never does."""

    @given(content=st.binary(max_size=300), other=st.binary(max_size=300), cut=st.integers(0, 300))
    def test_equal_content_meets_in_a_case_and_nowhere_else(self, content: bytes, other: bytes, cut: int) -> None:
        name = name_of(KEY, [content])
        assert name == name_of(KEY, [content[:cut], content[cut:]])
        assert len(name) == 64
        assert set(name) <= set("0123456789abcdef")
        assert name != name_of(OTHER, [content])
        assert (name == name_of(KEY, [other])) is (content == other)

    @given(content=st.binary(max_size=60))
    def test_what_stands_beside_a_file_has_a_name_of_its_own(self, content: bytes) -> None:
        name = name_of(KEY, [content])
        beside = {name, name_beside(KEY, name, "scan"), name_beside(KEY, name, "x"), name_beside(OTHER, name, "scan")}
        assert len(beside) == 4
        assert name_beside(KEY, name, "scan") == name_beside(KEY, name, "scan")

    def test_a_name_is_not_what_another_use_of_the_key_gives(self) -> None:
        assert name_of(KEY, [b"x"]) != KEY.address(b"x").hex()
        assert SUITE == 1
