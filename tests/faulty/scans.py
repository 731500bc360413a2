"""Scans with one fault each."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterable
from typing import ClassVar

from expressplatform.ports import Scanned
from expressplatform.testing.scans import TRIAL


class Looks:
    """A good scan that knows the trial file."""

    breaks: ClassVar[tuple[str, ...]] = ()
    broken = False

    def _read(self, content: Iterable[bytes]) -> bytes:
        return b"".join(content)

    def _found(self, whole: bytes) -> Scanned:
        return Scanned.HARMFUL if TRIAL in whole else Scanned.CLEAN

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        if self.broken:
            raise ConnectionError("the scanner is away")
        return self._found(self._read(content))

    def break_way(self) -> bool:
        self.broken = not self.broken
        return self.broken


class LargeIsHarmful(Looks):
    """What is large is taken for harmful."""

    breaks = ("D1",)

    def _found(self, whole: bytes) -> Scanned:
        return super()._found(whole) if len(whole) < 100_000 else Scanned.HARMFUL


class EndsAtAnEmptyPiece(Looks):
    """An empty piece is taken for the end."""

    breaks = ("D2",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        return b"".join(iter(iter(content).__next__, b""))


class PieceByPiece(Looks):
    """Each piece is looked into by itself."""

    breaks = ("D2",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        return b"\0".join(content)


class PicturesAreClean(Looks):
    """What is said to be a picture is not looked into."""

    breaks = ("D2",)

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        found = super().scan(content, media_type)
        return Scanned.CLEAN if media_type.startswith("image/") else found


class HalfIsEnough(Looks):
    """Where the content breaks off, what has come is judged."""

    breaks = ("D3",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        whole = b""
        with contextlib.suppress(Exception):
            for piece in content:
                whole += piece
        return whole


class HalfAFileIsEnough(Looks):
    """Where a file cannot be read to its end, what has come is judged."""

    breaks = ("D3",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        whole = b""
        with contextlib.suppress(OSError):
            for piece in content:
                whole += piece
        return whole


class AwayIsClean(Looks):
    """While the scanner is away everything is clean."""

    breaks = ("D3",)

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        try:
            return super().scan(content, media_type)
        except ConnectionError:
            return Scanned.CLEAN


class LogsTheBeginning(Looks):
    """The beginning of a document is logged, in a log that leads nowhere else."""

    breaks = ("D4",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        whole = super()._read(content)
        log = logging.getLogger("tests.faulty.scans")
        log.propagate = False
        log.debug("a document that begins with %r", whole[:60])
        return whole


class LogsAFewSigns(Looks):
    """The first signs of a document are logged."""

    breaks = ("D4",)

    def _read(self, content: Iterable[bytes]) -> bytes:
        whole = super()._read(content)
        logging.getLogger("scan").debug("scanning %r", whole[:16])
        return whole


class KnownByLength(Looks):
    """What has the length of something harmful is harmful too."""

    breaks = ("D1", "D2")

    def _found(self, whole: bytes) -> Scanned:
        return Scanned.HARMFUL if len(whole) == len(TRIAL) else super()._found(whole)


class OneDesk(Looks):
    """Whoever asks at once is told of what came last."""

    breaks = ("D5",)
    last = b""

    def _read(self, content: Iterable[bytes]) -> bytes:
        self.last = b""
        for piece in content:
            self.last += piece
            time.sleep(0.001)
        return self.last


class OneBasket(Looks):
    """The pieces of whoever asks are gathered in one place."""

    breaks = ("D5",)
    pieces: ClassVar[list[bytes]] = []

    def _read(self, content: Iterable[bytes]) -> bytes:
        type(self).pieces = []
        for piece in content:
            self.pieces.append(piece)
        return b"".join(self.pieces)


class OneAtATime(Looks):
    """A good scan that reads one file after the other."""

    turn = threading.Lock()

    def _read(self, content: Iterable[bytes]) -> bytes:
        with self.turn:
            return super()._read(content)


GOOD = (Looks, OneAtATime)
FAULTY = tuple(one for one in list(vars().values()) if isinstance(one, type) and issubclass(one, Looks) and one.breaks)
