"""Documents on their way: read piece by piece from where they lie, and set aside piece by piece until they are proven.

Laws of this file
- No document is whole in memory unless its caller asks for that.
- What is received is handed out once the answer has come to its end and every part of it was right; of a broken one
  nobody is shown a byte. Until then it lies sealed, under a key that nobody keeps (`spools`).
- What is sent is read anew at every attempt, and is the same each time, or is not sent.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self, cast, final

import attrs

from expressplatform.codes import EvidenceKind, MediaType
from expressplatform.complaint import LARGEST_EVIDENCE, Veiled
from expressplatform.errors import InvalidInput, SealBroken, ServerFailed
from expressplatform.fields import refuse
from expressplatform.spools import Spool
from expressplatform.transport import HttpResponse, Supply, Take
from expressplatform_http.protocol.details import Opener
from expressplatform_http.protocol.digests import RunningDigest, written
from expressplatform_http.protocol.received import known
from expressplatform_http.protocol.streams import Expected, Incoming

__all__ = [
    "Content",
    "ReceivedDocument",
    "ReceivedFile",
    "Receiving",
    "digested",
    "obtained",
    "read_plainly",
    "supply_of",
]

Content = bytes | os.PathLike[str] | BinaryIO
"""A document to be handed in: its bytes, where it lies, or a file that can be read from where it stands, repeatedly."""

_PIECE: Final = 64 * 1024
_REST: Final = 16
"""After so many pieces others get their turn."""


@attrs.frozen(repr=False, str=False)
class ReceivedDocument(Veiled):
    """A document as the trader was handed it: the whole ``content``, and until when it may be used. Never prints."""

    case_id: str
    id: str
    kind: EvidenceKind | str
    media_type: MediaType | str
    content: bytes
    use_until: datetime


@attrs.frozen(repr=False, str=False, eq=False)
class ReceivedFile(Veiled):
    """A document that arrived whole and is proven to be what was asked for. Iterate over it, or save it; then close it.

    ``size`` is in bytes. ``kind`` and ``use_until`` are of what a trader is handed, None for what a council reads. It
    never prints. Each iterator gives the content from its beginning, in pieces.
    """

    case_id: str
    id: str
    kind: EvidenceKind | str | None
    media_type: MediaType | str
    size: int
    use_until: datetime | None
    _content: Spool

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._content)

    def save(self, to: os.PathLike[str] | BinaryIO) -> None:
        """Writes the content to a file that is open, or to a place, where it stands whole or not at all (mode 0600)."""
        if not isinstance(to, os.PathLike):
            for piece in self:
                to.write(piece)
            return
        place = Path(to)
        draft = place.with_name(f".{place.name}.{os.urandom(8).hex()}")
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                self.save(cast(BinaryIO, file))
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)

    def whole(self) -> bytes:
        """All of it at once."""
        return self._content.whole()

    def close(self) -> None:
        """Lets go of the content; harmless when repeated."""
        self._content.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


# --- sending ----------------------------------------------------------------------------------------------------


def supply_of(head: bytes, content: os.PathLike[str] | BinaryIO) -> Supply:
    """What supplies the body of an upload; raises InvalidInput (``$.content``) for a file that cannot be read again."""
    start, size = 0, 0
    with _opened(content, None) as file:
        try:
            start = file.tell()
            size = file.seek(0, os.SEEK_END) - start
            file.seek(start)
        except (OSError, ValueError, AttributeError):
            raise refuse("$.content", "value", "must be a file that can be read again from where it stands") from None

    def pieces() -> Iterator[bytes]:
        yield head
        left = size
        with _opened(content, start) as file:
            while left > 0:
                piece = file.read(min(left, _PIECE))
                if not piece:
                    raise refuse("$.content", "value", "must stay as it is until it has been handed in")
                left -= len(piece)
                yield piece

    return Supply(len(head) + size, pieces)


@contextmanager
def _opened(content: os.PathLike[str] | BinaryIO, at: int | None) -> Iterator[BinaryIO]:
    """The file, opened where it lies, or set to where it stood."""
    if isinstance(content, os.PathLike):
        with open(content, "rb") as file:
            yield file
        return
    if at is not None:
        content.seek(at)
    yield content


async def digested(supply: Supply, pause: Callable[[float], Awaitable[None]]) -> str:
    """The Content-Digest of a supply, read once; others get their turn now and then."""
    digest = RunningDigest()
    for number, piece in enumerate(supply.pieces(), 1):
        digest.update(piece)
        if number % _REST == 0:
            await pause(0)
    return digest.written()


# --- receiving --------------------------------------------------------------------------------------------------


class _Opens(Protocol):
    """What proves the pieces of an answer."""

    def feed(self, data: bytes, /) -> bytes: ...
    def end(self) -> bytes: ...


@final
class _Plain:
    """An answer that comes as it is; its digest is compared at the end."""

    def feed(self, data: bytes, /) -> bytes:
        return data

    def end(self) -> bytes:
        return b""


@final
class Receiving:
    """One answer that is set aside as it comes, begun anew at every attempt."""

    __slots__ = ("_case_id", "_made", "_opening", "_spool")

    def __init__(self, case_id: str, made: Callable[[], _Opens]) -> None:
        self._case_id, self._made = case_id, made
        self._spool: Spool | None = None
        self._opening: _Opens = _Plain()

    def begin(self) -> Take:
        """What takes the pieces of an attempt; those of the one before are let go."""
        self.drop()
        opening, spool = self._made(), Spool()
        self._opening, self._spool = opening, spool

        def take(piece: bytes) -> None:
            if spool.size + len(piece) > LARGEST_EVIDENCE:
                raise SealBroken("trailing", self._case_id)
            spool.write(opening.feed(piece))

        return take

    def end(self, answer: HttpResponse) -> tuple[_Opens, Spool]:
        """What was set aside, once it is proven; where the transport knows no takers, the answer has it."""
        if self._spool is None:
            self.begin()(answer.body)
        assert self._spool is not None
        self._spool.write(self._opening.end())
        return self._opening, self._spool

    def drop(self) -> None:
        """Lets go of what has come so far."""
        if self._spool is not None:
            self._spool.close()
        self._spool = None


Ask = Callable[[Callable[[], Take]], Awaitable[HttpResponse]]
"""Asks for a document, handing over what takes the answer."""


async def obtained(ask: Ask, expected: Expected, opener: Opener) -> ReceivedFile:
    """A document sealed to a trader; raises SignatureInvalid, SealBroken, and ServerFailed for what is none at all."""
    receiving = Receiving(expected.case_id, lambda: Incoming(expected, opener))
    with _let_go(receiving):
        opening, spool = await _proven(receiving, ask)
        shown = cast(Incoming, opening).shown
        assert shown is not None
        return ReceivedFile(
            expected.case_id, expected.evidence_id, shown.kind, shown.media_type, shown.size, shown.use_until, spool
        )


async def read_plainly(ask: Ask, case_id: str, evidence_id: str) -> ReceivedFile:
    """A document as a council reads it; raises SealBroken (``altered``) where it is not what its digest says."""
    receiving = Receiving(case_id, _Plain)
    answers: list[HttpResponse] = []

    async def noted(taker: Callable[[], Take]) -> HttpResponse:
        answers.append(await ask(taker))
        return answers[-1]

    with _let_go(receiving):
        _, spool = await _proven(receiving, noted)
        if answers[-1].header("content-digest") != written(spool.sha256):
            raise SealBroken("altered", case_id)
        media = known(MediaType, answers[-1].header("content-type").partition(";")[0].strip().lower())
        return ReceivedFile(case_id, evidence_id, None, media, spool.size, None, spool)


async def _proven(receiving: Receiving, ask: Ask) -> tuple[_Opens, Spool]:
    answer = HttpResponse(0)
    try:
        answer = await ask(receiving.begin)
        return receiving.end(answer)
    except InvalidInput:
        raise ServerFailed(answer.status or 200, answer.header("request-id")[:100], "unreadable_answer") from None


@contextmanager
def _let_go(receiving: Receiving) -> Iterator[None]:
    """Whatever is raised, what has come so far is let go."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            receiving.drop()
        raise
