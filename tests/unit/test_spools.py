"""What passes through whole: it comes out as it went in, and lies nowhere to be read."""

from __future__ import annotations

import gc
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import SealBroken
from expressplatform.spools import PIECE, SMALL, Spool

MARK = b"order 1-17 of A. Person"


class TestSpool:
    @given(st.lists(st.binary(max_size=300) | st.integers(1, 3).map(lambda n: bytes(n * PIECE - 1)), max_size=6))
    def test_it_comes_out_as_it_went_in_as_often_as_anybody_wants(self, pieces: list[bytes]) -> None:
        """Its size, beginning and digest are those of the whole, and no piece is larger than one should be."""
        from hashlib import sha256

        whole = b"".join(pieces)
        with Spool(pieces) as spool:
            assert spool.whole() == whole == b"".join(spool)
            assert (spool.size, spool.head, spool.sha256) == (len(whole), whole[:16], sha256(whole).digest())
            assert all(0 < len(piece) <= PIECE for piece in spool)

    def test_two_may_read_at_once(self) -> None:
        content = bytes(range(256)) * 2048
        with Spool([content]) as spool:
            first, second = iter(spool), iter(spool)
            taken = [(next(first), next(second)) for _ in range(8)]
            assert b"".join(one for one, _ in taken) == b"".join(other for _, other in taken) == content

    def test_a_small_one_stays_in_memory_and_a_large_one_does_not(self) -> None:
        with Spool([bytes(SMALL // 2)]) as small, Spool([bytes(2 * SMALL)]) as large:
            assert (_file(small)._rolled, _file(large)._rolled) == (False, True)

    def test_what_lies_in_the_file_tells_nothing(self) -> None:
        with Spool([MARK * 200_000]) as spool:
            file = _file(spool)
            file.seek(0)
            assert MARK not in file.read()
            assert MARK.decode() not in repr(spool)

    def test_what_was_changed_there_is_not_read(self) -> None:
        with Spool([bytes(2 * SMALL)]) as spool:
            file = _file(spool)
            file.seek(100)
            file.write(b"x")
            with pytest.raises(SealBroken):
                spool.whole()

    @pytest.mark.parametrize("size", [10, 2 * PIECE + 10], ids=["small", "large"])
    def test_who_reads_what_was_let_go_hears_of_it(self, size: int) -> None:
        """It is no shorter file, to whoever begins to read it or is about to read its end."""
        spool = Spool([bytes(size)])
        reading = iter(spool)
        for _ in range(size // PIECE):
            next(reading)
        spool.close()
        for late in (reading, iter(spool)):
            with pytest.raises(ValueError, match="closed"):
                next(late)

    def test_it_is_gone_with_whoever_held_it(self) -> None:
        """Closed, or let go of: no file stays open."""
        spool = Spool([bytes(2 * SMALL)])
        file = _file(spool)
        spool.close()
        spool.close()
        assert file.closed
        dropped = Spool([bytes(2 * SMALL)])
        file = _file(dropped)
        del dropped
        gc.collect()
        assert file.closed


def _file(spool: Spool) -> Any:
    return cast(Any, spool._file)
