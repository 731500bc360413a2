"""The cursor of changes: read as it was given, and in no other spelling."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.connectors.cursor import Cursor, read_cursor
from expressplatform.errors import InvalidInput

START: Final = datetime(2024, 2, 29, 4, 0, tzinfo=UTC)
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/\n é"
CURSORS: Final = st.builds(
    lambda seconds, seen: Cursor(
        START + timedelta(seconds=seconds), tuple((START + timedelta(seconds=at), digest) for at, digest in seen)
    ),
    st.integers(-(10**6), 10**9),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=8, max_size=8)), max_size=4),
)


def digest(content: bytes) -> bytes:
    return hashlib.sha256(b"key" + content).digest()


class TestCursors:
    """What was given is read; what was not, is refused."""

    @given(CURSORS)
    def test_a_cursor_comes_back_as_it_was(self, cursor: Cursor) -> None:
        assert read_cursor(cursor.text(digest), digest) == cursor

    @given(CURSORS, st.data())
    def test_a_text_with_one_letter_changed_is_no_cursor(self, cursor: Cursor, data: st.DataObject) -> None:
        text = cursor.text(digest)
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.sampled_from(LETTERS).filter(lambda one: one != text[place]))
        with pytest.raises(InvalidInput):
            read_cursor(text[:place] + letter + text[place + 1 :], digest)

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_no_change_of_a_last_letter_makes_a_second_spelling(self, count: int) -> None:
        """The last letters carry bits that say nothing: two spellings of one cursor would be two cursors."""
        text = Cursor(START, tuple((START, bytes([at] * 8)) for at in range(count))).text(digest)
        for place in range(len(text) - 4, len(text)):
            for letter in set(LETTERS) - {text[place]}:
                with pytest.raises(InvalidInput):
                    read_cursor(text[:place] + letter + text[place + 1 :], digest)
