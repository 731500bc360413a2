"""The contract of a scan, as tests: give it yours, and it says whether the platform may believe its answers.

    class TestMyScan(ScanContract):
        def make_scan(self) -> Scan:
            return MyScan(...)

Laws of this file: those of `contracts`. What is harmful to a scan is what its user says; without a word of theirs it is
the file that every scanner is tried with, which harms nobody.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from expressplatform.ports import Scan, Scanned
from expressplatform.testing.doors import given, racing, raised
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import jostled, listening, told_by

TRIAL: Final = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
"""EICAR's file."""
_KINDS: Final = ("text/plain", "application/pdf", "image/jpeg", "application/octet-stream", "")
_PIECE: Final = 64 * 1024
_PART: Final = 12
"""So many signs of a document are telling."""
_TURN: Final = 0.2
"""Seconds that a piece waits for the other file's."""


class ScanContract:
    """The contract of `Scan`. Give `make_scan`; `harmful` says what it knows, `break_way` unlocks that of failures."""

    def make_scan(self) -> Scan:
        """A scan."""
        raise NotImplementedError

    def harmful(self, scan: Scan) -> bytes:
        """A file that the scan finds harmful; it must harm nobody who runs the checks."""
        return TRIAL

    def break_way(self, scan: Scan) -> bool | None:
        """Breaks the way to the scanner, or mends it: whether it is broken now; None where it cannot be."""
        return None

    @proves("D1")
    def test_what_is_harmless_is_clean(self) -> None:
        """A few words and some hundred kilobytes of them, in any pieces, also empty ones: each time CLEAN."""
        scan, words = self.make_scan(), f"HK$129, paid in cash {uuid.uuid4().hex}\n".encode()
        for content in (words, words * 5000):
            for pieces in _cuts(content):
                assert scan.scan(iter(pieces), "text/plain") is Scanned.CLEAN

    @proves("D2")
    def test_what_is_harmful_is_never_clean(self) -> None:
        """In one piece or byte by byte, whatever type it is said to be; and clean files before it change nothing."""
        scan = self.make_scan()
        harmful = self.harmful(scan)
        assert scan.scan([harmful], "text/plain") is Scanned.HARMFUL
        ways = [(kind, [harmful]) for kind in _KINDS[1:]] + [(_KINDS[0], pieces) for pieces in _cuts(harmful)]
        for kind, pieces in ways:
            assert scan.scan(iter(pieces), kind) in (Scanned.HARMFUL, Scanned.UNKNOWN), f"{kind}, {len(pieces)} pieces"
        for fine in (b"fine, and nothing else", b"x" * len(harmful), harmful[:1] * len(harmful)):
            assert scan.scan([fine], "text/plain") is Scanned.CLEAN, "what is fine was taken for what is not"
            assert scan.scan([harmful], "text/plain") is Scanned.HARMFUL, "once it was asked about something else"

    @proves("D3")
    def test_what_the_content_raises_comes_out(self) -> None:
        """Whoever hands over half a file hears of it, and gets no answer for the half; the next is scanned as ever."""
        scan = self.make_scan()
        for cut_off in (_CutOffError, _UnreadableError, EOFError):
            for whole in (b"fine", self.harmful(scan)):
                error = raised(Exception, partial(scan.scan, _broken(whole, cut_off), "text/plain"))
                assert not isinstance(error, StopIteration)
        assert scan.scan([b"fine"], "text/plain") is Scanned.CLEAN
        assert scan.scan([self.harmful(scan)], "text/plain") is Scanned.HARMFUL

    @proves("D3")
    def test_a_failure_on_the_way_is_raised_and_passes(self) -> None:
        """No answer is given while the scanner is away, neither the last one nor CLEAN; afterwards there is one."""
        scan = self.make_scan()
        assert scan.scan([b"fine"], "text/plain") is Scanned.CLEAN
        assert given(self.break_way(scan), "break_way", "what a failure does is not known")
        for content in (b"fine", self.harmful(scan), b"fine"):
            raised(Exception, lambda content=content: scan.scan([content], "text/plain"))  # type: ignore[misc]
        assert not self.break_way(scan)
        assert scan.scan([b"fine"], "text/plain") is Scanned.CLEAN
        assert scan.scan([self.harmful(scan)], "text/plain") is Scanned.HARMFUL

    @proves("D4")
    def test_nothing_tells_a_word_of_a_document(self) -> None:
        """Neither what a scan prints and logs nor what it raises."""
        scan, word = self.make_scan(), f"secret{uuid.uuid4().hex}"
        with listening() as heard:
            scan.scan([word.encode()], "text/plain")
            said = [told_by(raised(Exception, lambda: scan.scan(_broken(word.encode()), "text/plain")))]
            if self.break_way(scan):
                said.append(told_by(raised(Exception, lambda: scan.scan([word.encode()], "text/plain"))))
                self.break_way(scan)
            said += [repr(scan), str(scan)]
        told = "\n".join((*said, heard.said))
        assert not any(word[at : at + _PART] in told for at in range(len(word) - _PART)), (
            "it tells what is in a document"
        )

    @proves("D5")
    def test_threads_share_a_scan(self) -> None:
        """Whoever asks at once is told of their own file, and not of another's."""
        scan = self.make_scan()
        harmful = self.harmful(scan)

        def ask(whole: bytes, times: int) -> list[Scanned]:
            return [scan.scan(iter(_thirds(whole)), "text/plain") for _ in range(times)]

        wanted = [Scanned.CLEAN, Scanned.HARMFUL] * 2
        for run, times in ((racing, 5), (jostled, 1)):
            jobs: list[Callable[[], list[Scanned]]] = [partial(ask, one, times) for one in (b"fine", harmful) * 2]
            assert run(*jobs) == [[one] * times for one in wanted]
        for whole in (b"fine", harmful):
            handed = _met(b"fine", whole)
            found = racing(*(partial(scan.scan, pieces, "text/plain") for pieces in handed))
            assert found == [Scanned.CLEAN, Scanned.HARMFUL if whole == harmful else Scanned.CLEAN], (
                "two that were handed over piece by piece at once are told of each other's"
            )


def _thirds(whole: bytes) -> list[bytes]:
    third = len(whole) // 3
    return [whole[:third], whole[third : 2 * third], whole[2 * third :]]


def _met(*wholes: bytes) -> list[Iterator[bytes]]:
    """Files whose pieces are handed over in turn, as far as whoever reads them reads both at once."""
    together = threading.Barrier(len(wholes))

    def pieces(whole: bytes) -> Iterator[bytes]:
        for piece in _thirds(whole):
            yield piece
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(_TURN)

    return [pieces(whole) for whole in wholes]


def _cuts(whole: bytes) -> Iterator[Sequence[bytes]]:
    """A file in one piece, in several, in pieces of a usual size, and where it is short, byte by byte."""
    yield [b"", *_thirds(whole), b""]
    yield [whole[at : at + _PIECE] for at in range(0, len(whole), _PIECE)]
    if len(whole) < 500:
        yield [whole[at : at + 1] for at in range(len(whole))]
        yield [whole[:1], b"", whole[1:]]


class _CutOffError(Exception):
    """What the content of a check raises; it says nothing."""


class _UnreadableError(OSError):
    """What a file that cannot be read to its end raises; it says nothing."""


def _broken(whole: bytes, error: type[Exception] = _CutOffError) -> Iterator[bytes]:
    yield whole
    raise error
