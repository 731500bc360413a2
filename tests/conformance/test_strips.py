"""Strips keep their contract: the one of PDF documents, and one of another kind whose user says what it takes.

A copy of a PDF document is made by `plain_pdf`, and `PdfStrip` has it made in a process of its own, which takes most of
a second to begin. So every day what a copy holds is asked of the one, what its process adds of the other; `make prove`
asks all of it of both.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence

import pytest

from expressplatform.fields import refuse
from expressplatform.ports import Strip
from expressplatform.testing.contracts import StripContract
from expressplatform.testing.doors import checks_of
from expressplatform.testing.guarantees import NotRun
from expressplatform.testing.strips.papers import Sample
from expressplatform_files.pdf import PdfStrip, plain_pdf

PDF = "application/pdf"


class PlainStrip:
    """Has copies of PDF documents made in this process."""

    def strip(self, content: bytes, media_type: str, /) -> bytes:
        if media_type != PDF:
            raise refuse("$.content", "no_copy", "must be a PDF document")
        return plain_pdf(content)


class TestPlainPdf(StripContract):
    def make_strip(self) -> PlainStrip:
        return PlainStrip()


class InAProcess(StripContract):
    def make_strip(self) -> PdfStrip:
        return PdfStrip()


@pytest.mark.prove
class TestPdfStrip(InAProcess):
    """All of it."""


@pytest.mark.parametrize(
    "check",
    [
        InAProcess.test_nothing_hidden_is_left_in_a_copy,
        InAProcess.test_nothing_tells_a_word_of_a_document,
        InAProcess.test_threads_share_a_strip,
        InAProcess.test_what_is_made_to_take_for_ever_ends,
    ],
    ids=lambda check: str(check.__name__),
)
def test_a_process_for_each_document_keeps_the_contract(check: Callable[[StripContract], None]) -> None:
    """Copies come out of it whole and clean, each to whom it belongs, and nothing else does; none takes for ever."""
    check(InAProcess())


NOTE = "text/x-note"


class NoteStrip:
    """Takes notes with a head that ends at an empty line, and leaves the head out."""

    def strip(self, content: bytes, media_type: str, /) -> bytes:
        _, empty, body = content.partition(b"\n\n")
        if media_type != NOTE or not empty or not body.endswith(b"\n.\n"):
            raise refuse("$.content", "no_copy", "must be a note with an empty head")
        return b"note\n\n" + body


class TestNoteStrip(StripContract):
    def make_strip(self) -> NoteStrip:
        return NoteStrip()

    def samples(self, strip: Strip) -> Iterable[Sample]:
        for _ in range(2):
            author, words = uuid.uuid4().hex.encode(), uuid.uuid4().hex.encode()
            yield Sample(b"note\nby %s\n\n%s\n.\n" % (author, words), {"author": author}, ((words,),), NOTE)

    def pages(self, copy: bytes) -> Sequence[bytes]:
        return [copy.partition(b"\n\n")[2]]


class Untold(StripContract):
    """Nobody says what it takes."""

    def make_strip(self) -> NoteStrip:
        return NoteStrip()


class Without(TestNoteStrip):
    """Nobody says what its copies show."""

    __test__ = False
    pages = StripContract.pages


def not_run(contract: StripContract) -> dict[str, str]:
    """The checks that are not run, and why."""
    reasons = {}
    for name, check in checks_of(contract):
        try:
            check()
        except NotRun as reason:
            reasons[name] = str(reason)
    return reasons


def test_a_strip_of_which_nothing_is_known_passes_nothing() -> None:
    """Each of its checks says what is not given."""
    reasons = not_run(Untold())
    assert set(reasons) == {name for name, _ in checks_of(Untold())}
    assert {reason.partition(" is not given")[0] for reason in reasons.values()} == {"samples"}


def test_samples_that_give_nothing_are_no_documents() -> None:
    class Empty(Untold):
        def samples(self, strip: Strip) -> Iterable[Sample]:
            return ()

    assert len(not_run(Empty())) == len(checks_of(Empty()))


def test_a_copy_that_nobody_reads_is_looked_through_all_the_same() -> None:
    reasons = not_run(Without())
    assert set(reasons) == {"test_a_copy_shows_the_same_pages", "test_what_is_made_to_take_for_ever_ends"}


def test_a_document_of_its_own_that_a_strip_refuses_is_a_failure() -> None:
    """It is not taken for one of a kind that the strip does not know."""

    class Refused(TestNoteStrip):
        def samples(self, strip: Strip) -> Iterable[Sample]:
            yield Sample(b"no note", {}, (), NOTE)

    with pytest.raises(AssertionError, match="is refused of which a copy can be made"):
        Refused().test_a_copy_shows_the_same_pages()
