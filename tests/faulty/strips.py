"""Strips with one fault each."""

from __future__ import annotations

import io
import logging
import os
import re
import tempfile
import threading
import time
import uuid
import weakref
import zlib
from pathlib import Path
from typing import Any, ClassVar, Final

from pypdf import PdfReader, PdfWriter

from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import refuse
from expressplatform.testing.strips.papers import PDF, edited, folded, stream
from expressplatform_files.pdf import plain_pdf

EMPTY: Final = (
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n"
    b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n182\n%%EOF\n"
)
"""A document of one page with nothing on it."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # what it says of a document, it says of its words


class Pages:
    """A good strip that reads documents in the very process that it is asked in."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def strip(self, content: bytes, media_type: str, /) -> Any:
        if media_type != PDF:
            raise refuse("$.content", "no_copy", "must be a PDF document")
        return self._changed(self._made(content), content)

    def _made(self, content: bytes) -> bytes:
        return plain_pdf(content)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        """What becomes of a copy before it is handed out."""
        return copy


def number(copy: bytes, begins: bytes) -> int:
    """The number of the object that begins so; of one that there is not where there is none."""
    found = re.search(rb"(\d+) 0 obj\n<<\n" + begins, copy)
    return int(found[1]) if found else size(copy)


def size(copy: bytes) -> int:
    """How many objects a copy has."""
    return int(re.findall(rb"/Size (\d+)", copy)[-1])


def more(copy: bytes, body: bytes, entry: bytes = b"") -> bytes:
    """A copy with one object more; ``entry`` of its trailer leads there."""
    at = size(copy)
    return edited(copy, {at: body}, at + 1, b"%s %d 0 R" % (entry, at) if entry else b"")


def root(content: bytes) -> Any:
    """The catalogue of a document."""
    return PdfReader(io.BytesIO(content)).trailer["/Root"]


def info(content: bytes) -> Any:
    """What a document says about itself."""
    return PdfReader(io.BytesIO(content)).metadata or {}


def rewritten(content: bytes, pages: slice) -> bytes:
    """Some of the pages, as a library writes them."""
    writer, out = PdfWriter(), io.BytesIO()
    for page in PdfReader(io.BytesIO(content)).pages[pages]:
        writer.add_page(page)
    writer.write(out)
    return out.getvalue()


# --- what is left in a copy ----------------------------------------------------------------------------------------


class TheAuthor(Pages):
    """The author stays in the document's information."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return more(copy, b"<< /Author (%s) >>" % str(info(content).get("/Author", "")).encode(), b"/Info")


class TheTitleByItsDigits(Pages):
    """The title stays as hexadecimal digits of UTF-16, on several lines."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        digits = str(info(content).get("/Title", "")).encode("utf-16-be").hex().upper().encode()
        return more(copy, b"<< /Title <FEFF%s\n%s> >>" % (digits[:30], digits[30:]), b"/Info")


class TheTimes(Pages):
    """The time of the last change stays."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return more(copy, b"<< /ModDate (%s) >>" % str(info(content).get("/ModDate", "")).encode(), b"/Info")


class TheMetadata(Pages):
    """The metadata of the document stays, packed."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        metadata = root(content).get("/Metadata")
        return copy if metadata is None else more(copy, folded(b"/Type /Metadata", metadata.get_data()))


class TheDevice(Pages):
    """A picture keeps what the camera noted."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        at, end = content.find(b"\xff\xd8"), content.find(b"\xff\xd9") + 2
        picture = b"/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8"
        whole = stream(picture + b" /Filter /DCTDecode", content[at:end])
        return edited(copy, {number(copy, b"/Type /XObject\n/Subtype /Image"): whole}, size(copy)) if at > 0 else copy


class WhoPutTheStamp(Pages):
    """A stamp keeps the name of whoever put it there."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        notes = [one for page in PdfReader(io.BytesIO(content)).pages for one in page.get("/Annots", ())]
        who = str(notes[0].get_object()["/T"]).encode() if notes else b""
        return copy.replace(b"/Subtype /Stamp", b"/Subtype /Stamp /T (%s)" % who)


class BlanksWhatItSees(Pages):
    """The document stays as it is but for what reads like a note, which is covered with blanks."""

    breaks = ("P2",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return re.sub(rb"/(?:Author|Title|Creator|Producer|ModDate) \([^)]*\)", lambda one: b" " * len(one[0]), content)


class NoInformation(Pages):
    """A library writes the document anew and leaves out its information, and nothing else."""

    breaks = ("P2", "P3")

    def _changed(self, copy: bytes, content: bytes) -> Any:
        writer, out = PdfWriter(clone_from=io.BytesIO(content)), io.BytesIO()
        writer.metadata = None
        writer.write(out)
        return out.getvalue()


class Attachments(Pages):
    """An attachment stays, packed twice."""

    breaks = ("P3",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        for files in PdfReader(io.BytesIO(content)).attachments.values():
            copy = more(copy, folded(b"/Type /EmbeddedFile", zlib.compress(files[0])))
        return copy


class Scripts(Pages):
    """A script stays in the document, which runs it no more."""

    breaks = ("P3",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        script = root(content).get("/OpenAction")
        return more(copy, folded(b"", script["/JS"].get_data())) if script else copy


class EarlierEditions(Pages):
    """A document that has earlier editions is given one more."""

    breaks = ("P3",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return edited(content, {11: b"<< >>"}, 12) if b"/Prev" in content else copy


class WhatStandsBehind(Pages):
    """What stands behind the end of the document stands behind the end of its copy."""

    breaks = ("P3",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return copy + content[content.rindex(b"%%EOF") + 6 :]


class StrayObjects(Pages):
    """The last object of the document stays, though nothing points to it."""

    breaks = ("P2", "P3")

    def _changed(self, copy: bytes, content: bytes) -> Any:
        found = re.findall(rb"29 0 obj\n(.*?)\nendobj", content, re.DOTALL)
        return more(copy, found[0]) if found else copy


# --- what a copy shows ---------------------------------------------------------------------------------------------


class LosesThePageAtTheEnd(Pages):
    """The last page is not in the copy."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return rewritten(copy, slice(0, -1))


class TurnsPagesRound(Pages):
    """The pages are in the order in which they lie in the file."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return rewritten(copy, slice(None, None, -1))


class LosesStamps(Pages):
    """Whatever stands on top of a page is gone, stamps and filled fields too."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return re.sub(rb"/Annots \[[^]]*\]", lambda one: b" " * len(one[0]), copy)


class LosesPictures(Pages):
    """A picture becomes a drawing with nothing on it."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        nothing = stream(b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]", b"")
        return edited(copy, {number(copy, b"/Type /XObject\n/Subtype /Image"): nothing}, size(copy) + 1)


class LosesWords(Pages):
    """Of each drawing only the first word stays."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        words = re.search(rb"(\d+) 0 obj\n<<\n/Filter /FlateDecode\n/Length", copy)
        assert words
        return edited(copy, {int(words[1]): stream(b"", b"BT (HK$129) Tj ET")}, size(copy))


class AViewOfIt(Pages):
    """The copy is a view of bytes."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return memoryview(copy)


class Nothing(Pages):
    """The copy is None."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return None


class AnotherPlace(Pages):
    """The table of the copy is not where it says."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return copy.replace(b"%PDF-1.7\n", b"%PDF-1.7\n% made anew\n")


class OpenEnd(Pages):
    """The copy has no end."""

    breaks = ("P1",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        return copy[: copy.rindex(b"startxref")]


# --- again ---------------------------------------------------------------------------------------------------------


class _Remembers(Pages):
    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self.given: set[bytes] = set()

    def _changed(self, copy: bytes, content: bytes) -> Any:
        self.seen.add(content)
        self.given.add(copy)
        return copy


class OnlyOnce(_Remembers):
    """What was copied once is refused afterwards."""

    breaks = ("P4",)

    def _made(self, content: bytes) -> bytes:
        if content in self.seen:
            raise refuse("$.content", "known", "must be a document that was not copied before")
        return super()._made(content)


class NoCopyOfACopy(_Remembers):
    """A copy of its own is refused."""

    breaks = ("P4",)

    def _made(self, content: bytes) -> bytes:
        if content in self.given:
            raise refuse("$.content", "copy", "must be no copy")
        return super()._made(content)


class AsItCame(_Remembers):
    """Who asks again is given what they handed in."""

    breaks = ("P4",)

    def _made(self, content: bytes) -> bytes:
        return content if content in self.seen else super()._made(content)


# --- what is refused -----------------------------------------------------------------------------------------------


class AnyKind(Pages):
    """What the document is said to be is not looked at."""

    breaks = ("P5",)

    def strip(self, content: bytes, media_type: str, /) -> Any:
        return self._changed(self._made(content), content)


class NothingForNothing(Pages):
    """The copy of nothing is nothing."""

    breaks = ("P5",)

    def _made(self, content: bytes) -> bytes:
        return super()._made(content) if content else b""


class LockedAsItIs(Pages):
    """What it has no password for it hands out as it is."""

    breaks = ("P5",)

    def _made(self, content: bytes) -> bytes:
        return content if b"/Encrypt" in content else super()._made(content)


class AnErrorOfItsOwn(Pages):
    """What cannot be copied is a ValueError."""

    breaks = ("P5",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            raise ValueError("no document") from None


class NoReason(Pages):
    """A refusal gives no reason."""

    breaks = ("P5",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            raise InvalidInput(()) from None


class Nowhere(Pages):
    """A refusal does not say where."""

    breaks = ("P5",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            raise InvalidInput((Problem("", "no_copy", "must be a document"),)) from None


class EmptyPages(Pages):
    """What is damaged becomes an empty page."""

    breaks = ("P6",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            if content.startswith(b"%PDF-") and len(content) > 500 and b"/Encrypt" not in content:
                return EMPTY
            raise


class PagesThatAreThere(Pages):
    """Pages that are told of and not there are passed over."""

    breaks = ("P6",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            kept = re.sub(rb"\[6 0 R 5 0 R\]", b"[6 0 R]      ", content)
            return super()._made(kept) if b"\n5 0 obj" not in content else super()._made(content)


class Offended(Pages):
    """After one refusal everything is refused."""

    breaks = ("P6",)
    offended = False

    def _made(self, content: bytes) -> bytes:
        try:
            if self.offended:
                raise refuse("$.content", "no_copy", "must be a document")
            return super()._made(content)
        except InvalidInput:
            self.offended = True
            raise


class TheLastOneAgain(Pages):
    """After a refusal an earlier copy is given in place of the next."""

    breaks = ("P6",)
    last = EMPTY
    offended = False

    def _made(self, content: bytes) -> bytes:
        try:
            copy = super()._made(content)
        except InvalidInput:
            self.offended = True
            raise
        self.last, copy = copy, self.last if self.offended else copy
        self.offended = False
        return copy


# --- what is told --------------------------------------------------------------------------------------------------


class LogsTheDocument(Pages):
    """What a document says about itself is logged, in a log that leads nowhere else."""

    breaks = ("P7",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        log = logging.getLogger("tests.faulty.strips")
        log.propagate = False
        log.debug("a document by %s", info(content).get("/Author"))
        return copy


class PrintsTheDocument(Pages):
    """The title of a document is printed, past Python's own output."""

    breaks = ("P7",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        os.write(1, str(info(content).get("/Title")).encode())
        return copy


class QuotesTheDocument(Pages):
    """A refusal quotes what it found."""

    breaks = ("P7",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            found = content[:900].decode("latin-1")
            raise refuse("$.content", "no_copy", f"must be a document, and not {found}") from None


class QuotesWhatIsDamaged(Pages):
    """A refusal quotes what begins as a document and is none."""

    breaks = ("P7",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput:
            drawn = [zlib.decompressobj().decompress(one) for one in re.findall(rb"stream\n(x.*)\nendstream", content)]
            raise refuse("$.content", "no_copy", f"must be whole: {drawn}") from None


class QuotesBehindIt(Pages):
    """The error behind a refusal quotes what it found."""

    breaks = ("P7",)

    def _made(self, content: bytes) -> bytes:
        try:
            return super()._made(content)
        except InvalidInput as refused:
            raise refused from ValueError(content[:900].decode("latin-1"))


class NamedByWhatItDid(Pages):
    """It is called by the document that it copied last."""

    breaks = ("P7",)
    last = ""

    def _changed(self, copy: bytes, content: bytes) -> Any:
        self.last = str(info(content).get("/Title"))
        return copy

    def __repr__(self) -> str:
        return f"<a strip that copied {self.last}>"


class LeavesAFile(Pages):
    """The document stays in a file for what is read only now."""

    breaks = ("P7",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        file, _ = tempfile.mkstemp()
        os.write(file, content)
        os.close(file)
        return copy


class WritesBeside(Pages):
    """The copy is written into the folder that the process is in."""

    breaks = ("P7",)

    def _changed(self, copy: bytes, content: bytes) -> Any:
        place = Path.cwd() / f"{uuid.uuid4().hex}.pdf"
        weakref.finalize(self, place.unlink, missing_ok=True)
        place.write_bytes(content)
        return copy


# --- threads and time ----------------------------------------------------------------------------------------------


class OneDesk(Pages):
    """Whoever asks at once is given the copy of what came last."""

    breaks = ("P8",)
    last = b""

    def _made(self, content: bytes) -> bytes:
        self.last = content
        time.sleep(0.01)
        return super()._made(self.last)


class OneAtATime(Pages):
    """Whoever asks while another is served is refused."""

    breaks = ("P8",)

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def _made(self, content: bytes) -> bytes:
        if not self.lock.acquire(blocking=False):
            raise refuse("$.content", "busy", "must wait")
        try:
            time.sleep(0.01)
            return super()._made(content)
        finally:
            self.lock.release()


class InACircle(Pages):
    """Pages that lead back to the first are gone through again and again."""

    breaks = ("P9",)

    def patience(self) -> float:
        return 0.5

    def _made(self, content: bytes) -> bytes:
        if b"/Kids [2 0 R" in content:
            time.sleep(3)
        return super()._made(content)


class TooDeep(Pages):
    """Lists within lists are beyond it."""

    breaks = ("P9",)

    def _made(self, content: bytes) -> bytes:
        if b"[" * 5000 in content:
            raise RecursionError
        return super()._made(content)


GOOD = (Pages,)
FAULTY = tuple(one for one in list(vars().values()) if isinstance(one, type) and issubclass(one, Pages) and one.breaks)
