"""The code that callers must say: six digits, drawn evenly, from bytes enough."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.references import LENGTH, call_code


@given(st.binary(min_size=LENGTH))
def test_a_code_has_six_digits_and_rests_on_the_first_bytes_alone(drawn: bytes) -> None:
    code = call_code(drawn)
    assert re.fullmatch(r"\d{6}", code)
    assert call_code(drawn[:LENGTH]) == code


def test_leading_noughts_stay() -> None:
    assert call_code(bytes(LENGTH)) == "000000"
    assert call_code((1_000_042).to_bytes(LENGTH, "big")) == "000042"


def test_too_few_bytes_make_no_code() -> None:
    with pytest.raises(ValueError, match="random bytes"):
        call_code(bytes(LENGTH - 1))
