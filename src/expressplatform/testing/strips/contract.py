"""The contract of a strip, as tests: give it yours, and it says whether its copies may go to a trader.

    class TestMyStrip(StripContract):
        def make_strip(self) -> Strip:
            return MyStrip(...)

Laws of this file: those of `contracts`. What a strip is given are PDF documents of the kit's own, or those that its
user knows; a mark is looked for as it is, as UTF-16, in hexadecimal digits, and in all that is packed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from expressplatform.errors import InvalidInput
from expressplatform.media import begins_as
from expressplatform.ports import Strip
from expressplatform.testing.doors import racing, raised
from expressplatform.testing.guarantees import NotRun, proves
from expressplatform.testing.jostling import jostled, listening, told_by
from expressplatform.testing.strips import papers
from expressplatform.testing.strips.papers import PDF, Sample
from expressplatform.testing.strips.reading import pages_of, unfolded

PATIENCE: Final = 60.0
"""Seconds that a strip may take over a small document, where its user says nothing else."""
_OTHERS: Final = ("image/jpeg", "text/plain", "application/octet-stream", "application/pdfx", "")
_TEMPORARY: Final = ("TMPDIR", "TEMP", "TMP")
_NO_SAMPLES: Final = "samples is not given, and the strip takes no PDF document: what its copies hold is not known"


class StripContract:
    """The contract of `Strip`. Give `make_strip`; the others where your strip knows other documents than PDF.

    ``samples`` brings documents of its own, ``unfold`` what is packed in a copy, ``pages`` what a copy shows, and
    ``patience`` says how long it may take over a small document.
    """

    def make_strip(self) -> Strip:
        """A strip."""
        raise NotImplementedError

    def samples(self, strip: Strip) -> Iterable[Sample]:
        """Documents with something hidden in them, other ones each time; the kit's own are PDF documents."""
        return [make() for make in papers.SAMPLES]

    def unfold(self, copy: bytes) -> Iterable[bytes]:
        """A copy, and what is packed in it, in pieces: whatever unpacks by RFC 1950, wherever it begins."""
        return unfolded(copy)

    def pages(self, copy: bytes) -> Sequence[bytes]:
        """What each page of a copy shows: its words, and ``[picture]`` for a picture. Those of PDF are known.

        AssertionError for what is no readable document.
        """
        if not copy.startswith(b"%PDF-"):
            raise NotRun("pages is not given: what the copy of another document than PDF shows is not known")
        return pages_of(copy)

    def patience(self, strip: Strip) -> float:
        """Seconds that the strip may take over a small document."""
        return PATIENCE

    def _known(self, strip: Strip) -> list[Sample]:
        found = list(self.samples(strip))
        if not found:
            raise NotRun("samples gives no document: what the strip's copies hold is not known")
        return found

    def _copied(self, strip: Strip, sample: Sample) -> bytes:
        """The copy of a document. NotRun where the strip takes no such kind, and nobody says what it takes."""
        try:
            copy = strip.strip(sample.content, sample.media_type)
        except InvalidInput as refused:
            if type(self).samples is StripContract.samples and not _takes_pdf(self.make_strip()):
                raise NotRun(_NO_SAMPLES) from None
            raise AssertionError("a document is refused of which a copy can be made") from refused
        assert isinstance(copy, bytes), f"the copy is no bytes but {type(copy).__name__}"
        return copy

    def _clean(self, strip: Strip, sample: Sample) -> bytes:
        """The copy of a document, looked through for what must not be in it."""
        return self._looked_through(self._copied(strip, sample), sample)

    def _looked_through(self, copy: object, sample: Sample) -> bytes:
        assert isinstance(copy, bytes), f"the copy is no bytes but {type(copy).__name__}"
        left = [place for place, mark in sample.hidden.items() if self._found((mark,), copy)]
        assert not left, f"left in the copy: {', '.join(left)}"
        return copy

    def _found(self, marks: Iterable[bytes], copy: bytes) -> bool:
        """Whether one of some marks is in a copy, or in what is packed in it, in whichever spelling."""
        spelled = [one for mark in marks for one in _spelled(mark)]
        return any(one in look for piece in self.unfold(copy) for look in _looks(piece) for one in spelled)

    def _shows(self, copy: bytes, sample: Sample) -> None:
        """The copy shows the pages of a document, each with all that it showed, and no other."""
        pages = self.pages(copy)
        assert len(pages) == len(sample.shown), f"the copy has {len(pages)} pages, and not {len(sample.shown)}"
        for number, (page, shown) in enumerate(zip(pages, sample.shown, strict=True), 1):
            for at, words in enumerate(shown, 1):
                assert words in page, f"page {number} of the copy does not show what it showed ({at} of {len(shown)})"

    def _whole(self, copy: bytes, sample: Sample) -> None:
        """The same, where it is known what copies show."""
        with contextlib.suppress(NotRun):
            self._shows(copy, sample)

    @proves("P1")
    def test_a_copy_shows_the_same_pages(self) -> None:
        """Of every document the copy is one of the same kind: the same pages in order, with words, stamps, pictures."""
        strip = self.make_strip()
        for sample in self._known(strip):
            copy = self._copied(strip, sample)
            assert begins_as(copy) is begins_as(sample.content), "the copy is no document of that kind"
            self._shows(copy, sample)

    @proves("P2", "P3")
    def test_nothing_hidden_is_left_in_a_copy(self) -> None:
        """Whatever programs, cameras and people left beside the pages is gone, packed or not, wherever it stood."""
        strip = self.make_strip()
        for sample in self._known(strip):
            self._clean(strip, sample)

    @proves("P4")
    def test_a_document_can_be_copied_again_and_so_can_a_copy(self) -> None:
        """The second copy of a document, and the copy of a copy, show as much and tell as little as the first."""
        strip = self.make_strip()
        known = self._known(strip)[:2]
        copies = [self._clean(strip, sample) for sample in known]
        again = [*known[:1], *(attrs.evolve(one, content=copy) for one, copy in zip(known, copies, strict=True))]
        for sample in again:
            self._whole(self._clean(strip, sample), sample)

    @proves("P5", "P7")
    def test_what_cannot_be_copied_is_refused(self) -> None:
        """What is empty, locked, or another thing than it is said to be is InvalidInput, which says where and what."""
        strip = self.make_strip()
        sample = self._known(strip)[0]
        self._clean(strip, sample)
        for other in _others(sample):
            _refused(strip, attrs.evolve(sample, media_type=other), f"a document as {other!r}")
        _refused(strip, attrs.evolve(sample, content=b""), "nothing")
        for what, unfit in papers.unfit().items() if sample.media_type == PDF else ():
            _refused(strip, unfit, what)

    @proves("P6", "P7")
    def test_what_is_damaged_is_refused_or_whole_and_the_next_is_copied(self) -> None:
        """A document that has lost something is never copied without it in silence; the next is copied as ever."""
        strip = self.make_strip()
        sample = self._known(strip)[0]
        half = attrs.evolve(sample, content=sample.content[: len(sample.content) // 2])
        for what, one in {"its second half": half, **(papers.damaged() if sample.media_type == PDF else {})}.items():
            answer = _answer(partial(strip.strip, one.content, one.media_type))
            if isinstance(answer, InvalidInput):
                assert not _quoted(told_by(answer), one), f"a document that has lost {what} is quoted"
                continue
            try:
                self._whole(self._looked_through(answer, one), one)
            except AssertionError as error:
                raise AssertionError(f"a document that has lost {what}: {error}") from error
        _refused(strip, attrs.evolve(sample, content=b""), "nothing")
        self._whole(self._clean(strip, sample), sample)

    @proves("P7")
    def test_nothing_tells_a_word_of_a_document(self) -> None:
        """Neither what a strip prints, logs, raises and is called, nor a file that it leaves where files are left."""
        strip = self.make_strip()
        sample = self._known(strip)[0]
        wrong = [attrs.evolve(sample, media_type=other) for other in _others(sample)[:2]]
        wrong.append(attrs.evolve(sample, content=b" ".join((b"%PDF-1.7\n", *sample.words))))
        with _left_files(sample) as left, listening() as heard:
            self._copied(strip, sample)
            said = [_refused(strip, one, "what is no such document") for one in wrong]
            said += [repr(strip), str(strip)]
        assert not _quoted("\n".join((*said, heard.said)), sample), "it tells what is in a document"
        assert not left, "it leaves a file behind"

    @proves("P8")
    def test_threads_share_a_strip(self) -> None:
        """Whoever asks at once is given the copy of their own document, and nothing of another's."""
        strip = self.make_strip()
        for run, several in ((racing, 4), (jostled, 2)):
            samples = [*self._known(strip), *self._known(strip)][:several]
            jobs: list[Callable[[], bytes]] = [partial(self._clean, strip, sample) for sample in samples]
            for copy, sample in zip(run(*jobs), samples, strict=True):
                others = [word for other in samples if other is not sample for word in other.words]
                assert not self._found(others, copy), "a copy holds something of another document"
                self._whole(copy, sample)

    @proves("P9")
    def test_what_is_made_to_take_for_ever_ends(self) -> None:
        """Pages in a circle, lists within lists, whatever is small and without end: a copy or a refusal, in time."""
        strip = self.make_strip()
        sample = self._known(strip)[0]
        if sample.media_type != PDF:
            raise NotRun("the strip takes no PDF document: what it does about one without end is not known")
        for what, content in papers.endless().items():
            answer = _in_time(partial(strip.strip, content, PDF), self.patience(strip), what)
            assert isinstance(answer, bytes | InvalidInput), f"{what}: {type(answer).__name__}, and no copy or refusal"
        self._clean(strip, sample)


def _takes_pdf(strip: Strip) -> bool:
    """Whether the strip copies a PDF document that has nothing beside its pages."""
    try:
        strip.strip(papers.plain().content, PDF)
    except InvalidInput:
        return False
    return True


def _others(sample: Sample) -> list[str]:
    """Kinds that a document is not of."""
    return [kind for kind in _OTHERS if kind != sample.media_type]


def _spelled(mark: bytes) -> Iterator[bytes]:
    """How a mark may stand somewhere: as it is, in UTF-16, or either by its hexadecimal digits."""
    text = mark.decode("latin-1")
    for one in (mark, text.encode("utf-16-be"), text.encode("utf-16-le")):
        yield one.lower()
        yield one.hex().encode()


def _looks(piece: bytes) -> tuple[bytes, bytes]:
    """A piece in small letters, as it is and without what may stand between digits."""
    small = piece.lower()
    return small, b"".join(small.split())


def _refused(strip: Strip, sample: Sample, what: str) -> str:
    """All that the refusal of a document tells: at a path, of a kind, and without a word of it."""
    try:
        error = raised(InvalidInput, lambda: strip.strip(sample.content, sample.media_type))
    except AssertionError as wrong:
        raise AssertionError(f"{what}: {wrong}") from wrong
    assert error.problems, f"{what}: a refusal without a problem"
    for one in error.problems:
        assert one.path.startswith("$"), f"{what}: a problem without a path"
        assert one.kind, f"{what}: a problem without a kind"
        assert one.message, f"{what}: a problem without a sentence"
    told = told_by(error)
    assert not _quoted(told, sample), f"{what}: it tells what is in a document"
    return told


def _quoted(told: str, sample: Sample) -> list[bytes]:
    """The words of a document that are told."""
    return [word for word in sample.words if word.decode("latin-1") in told]


@contextmanager
def _left_files(sample: Sample) -> Iterator[list[str]]:
    """What is left among temporary files, and what speaks of a document where the process is; told at the end."""
    left: list[str] = []
    here = Path.cwd()
    before, folder = set(os.listdir(here)), tempfile.tempdir
    told = {name: os.environ.get(name) for name in _TEMPORARY}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        tempfile.tempdir = place
        os.environ.update(dict.fromkeys(_TEMPORARY, place))
        try:
            yield left
        finally:
            tempfile.tempdir = folder
            for name, value in told.items():
                os.environ.pop(name)
                os.environ.update({} if value is None else {name: value})
        left += os.listdir(place)
    new = [here / name for name in set(os.listdir(here)) - before if (here / name).is_file()]
    left += [one.name for one in new if any(word in one.read_bytes() for word in (sample.content, *sample.words))]


def _answer(job: Callable[[], object]) -> object:
    """What a job returns, or its refusal."""
    try:
        return job()
    except InvalidInput as refused:
        return refused


def _in_time(job: Callable[[], object], seconds: float, what: str) -> object:
    """What a job returns or raises; it is left alone where it does not come back in time."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(job())
        except Exception as error:  # noqa: BLE001 - it is the answer
            answers.append(error)

    thread = threading.Thread(target=run, name="strip", daemon=True)
    thread.start()
    thread.join(seconds)
    assert answers, f"{what}: no answer within {seconds:g} seconds"
    return answers[0]
