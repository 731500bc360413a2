"""Sealing over all inputs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from expressplatform.errors import SealBroken
from expressplatform.sealing import (
    OVERHEAD,
    CaseKey,
    Context,
    new_key,
    normalised,
    token,
    unwrap_key,
    wrap_key,
)

KEY = CaseKey(b"k" * 32)
SECRET = b"s" * 32

contexts = st.builds(
    Context,
    case_id=st.text(st.characters(codec="utf-8"), max_size=12),
    version=st.integers(0, 2**64 - 1),
    kind=st.text(st.characters(codec="utf-8"), max_size=12),
    schema=st.integers(0, 2**32 - 1),
    facts=st.binary(max_size=40),
    label=st.text(st.characters(codec="utf-8"), max_size=12),
)
texts = st.text(st.characters(exclude_categories=()), max_size=20)


class TestASealedBlobOpensWhereItStandsAndNowhereElse:
    """Associated data = length-prefixed label, suite, case, event version, kind, schema, facts."""

    @given(plaintext=st.binary(max_size=200), place=contexts)
    def test_in_its_place_it_opens_to_what_was_sealed(self, plaintext: bytes, place: Context) -> None:
        blob = KEY.seal(plaintext, place)
        assert len(blob) == len(plaintext) + OVERHEAD
        assert KEY.open(blob, place) == plaintext

    @given(one=contexts, other=contexts)
    def test_in_any_other_place_it_does_not_open(self, one: Context, other: Context) -> None:
        assume(one != other)
        assert one.associated_data != other.associated_data
        with pytest.raises(SealBroken):
            KEY.open(KEY.seal(b"x", one), other)

    @given(blob=st.binary(max_size=200), place=contexts)
    def test_bytes_that_nobody_sealed_are_a_broken_seal(self, blob: bytes, place: Context) -> None:
        with pytest.raises(SealBroken):
            KEY.open(blob, place)

    @given(plaintext=st.binary(max_size=60), place=contexts, data=st.data())
    def test_a_blob_with_any_one_byte_changed_does_not_open(
        self, plaintext: bytes, place: Context, data: st.DataObject
    ) -> None:
        blob = bytearray(KEY.seal(plaintext, place))
        blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
        with pytest.raises(SealBroken):
            KEY.open(bytes(blob), place)


class TestAWrappedKeyUnwrapsForItsCaseOnly:
    """Data keys are wrapped with the case id bound."""

    @given(one=st.text(st.characters(codec="utf-8")), other=st.text(st.characters(codec="utf-8")))
    def test_another_case_id_does_not_unwrap_it(self, one: str, other: str) -> None:
        kek, key = new_key(), new_key()
        wrapped = wrap_key(kek, key, one)
        assert unwrap_key(kek, wrapped, one) == key
        assume(one != other)
        with pytest.raises(SealBroken):
            unwrap_key(kek, wrapped, other)


class TestTokensFindEqualPartsAgain:
    """Tokens are HMACs over length-prefixed, normalised parts, under a key of the quarter."""

    @given(text=texts)
    def test_normalising_twice_changes_nothing(self, text: str) -> None:
        assert normalised(normalised(text)) == normalised(text)

    @given(words=st.lists(st.text("abcßÉéｆ消費者０1", min_size=1), min_size=1, max_size=4))
    def test_width_case_composition_and_white_space_make_no_difference(self, words: list[str]) -> None:
        plain = token(SECRET, "person", " ".join(words))
        for other in (
            "\u3000".join(words).upper(),
            " \t ".join(words) + "\n",
            unicodedata.normalize("NFD", " ".join(words)),
            unicodedata.normalize("NFKC", " ".join(words)),
        ):
            assert token(SECRET, "person", other) == plain

    @given(one=st.lists(texts, max_size=4), other=st.lists(texts, max_size=4))
    @settings(max_examples=200)
    def test_other_parts_or_the_same_cut_elsewhere_give_another_token(self, one: list[str], other: list[str]) -> None:
        same = [normalised(part) for part in one] == [normalised(part) for part in other]
        assert (token(SECRET, *one) == token(SECRET, *other)) is same

    @given(parts=st.lists(texts, max_size=3))
    def test_another_quarters_key_gives_another_token(self, parts: list[str]) -> None:
        assert token(SECRET, *parts) != token(b"t" * 32, *parts)
