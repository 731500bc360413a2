"""PDF documents without what tells of author, time, device and place, and without what is not a page.

Laws of this file
- A copy is made anew from the pages: what is not reached from what a page draws is not in it. So there are no document
  information, no attachments, no programs, no forms, no bookmarks, no earlier editions of the file, nothing after it.
- Of each page its size and turn, its drawing and what the drawing uses are kept, less every entry by which notes may
  hang on them, less those whose names programs have made up, and less every text but those of fonts and of tables of
  colours; what stands on top of a page (a stamp, a filled field) is kept as a picture. Pictures in JPEG lose what
  `media` takes from pictures, colour profiles what `media.colour` takes.
- What cannot be copied so is refused: encrypted files, files that have lost a page or the drawing of one, pages with
  hidden layers, pictures in JPEG 2000, pictures in JPEG inside a drawing. What a page draws, and remarks inside its
  drawing instructions, are its content.
- Whatever is handed in, the answer is a copy or InvalidInput, in bounded time and memory: `PdfStrip` reads documents in
  a process of their own.

ISO 32000-1:2008, 7.7.3 (pages), 8.9 (images), 8.6.5.5 (ICCBased), 12.5 (annotations), 14.3 to 14.5 and 14.7 (notes).
"""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final, final

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from expressplatform.errors import InvalidInput
from expressplatform.fields import refuse
from expressplatform.media import strip_jpeg
from expressplatform.media.colour import plain_profile
from expressplatform.media.parts import PATH, deflated

MOST_OBJECTS: Final = 100_000
MOST_PAGES: Final = 2_000
REFUSED: Final = 3
"""The exit code of a process that could make no copy."""

# 7.7.3.3: what a page is drawn from, and nothing that hangs on it
_PAGE: Final = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group")
_NOTES: Final = frozenset(
    (
        *(
            "/Metadata",
            "/PieceInfo",
            "/LastModified",
            "/Thumb",
            "/AF",
            "/EF",
            "/A",
            "/AA",
            "/JS",
            "/OPI",
            "/ID",
            "/Ref",
        ),
        *("/Alternates", "/Measure", "/PtData", "/VP", "/LGIDict", "/Private", "/OC", "/Properties", "/Annots"),
        *("/StructParent", "/StructParents", "/Parent", "/P", "/Popup", "/RichMediaContent", "/Info", "/Names"),
        *("/Author", "/Creator", "/Producer", "/Title", "/Subject", "/Keywords", "/CreationDate", "/ModDate"),
    )
)
# Annex E: names of the second and third class, such as a program gives to its user's paths (``/PTEX.FileName``)
_MADE_UP: Final = re.compile(r"/(?:XX|[^.:_]*[.:_])")
# 9.7.3, 9.8: the texts that a font has; else only the table of an Indexed colour space is one (8.6.6.3)
_TEXTS: Final = frozenset(("/Registry", "/Ordering", "/CharSet", "/FontFamily", "/Panose"))
_INDEXED: Final = ("/Indexed", "/I")
_NAMED: Final = frozenset(
    ("/Font", "/XObject", "/ColorSpace", "/ExtGState", "/Pattern", "/Shading", "/CharProcs", "/Colorants")
)
_OF_A_STREAM: Final = frozenset(
    ("/Length", "/F", "/FFilter", "/FDecodeParms", "/DL")
)  # 7.3.8.2: and what lies elsewhere
_NO_PICTURE: Final = frozenset(
    ("/Popup", "/Link", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D")
)
_INVISIBLE: Final = 1 << 1 | 1 << 5  # 12.5.3: hidden, or not shown on a screen
_BY_COMPONENTS: Final = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}


class _Unfit(Exception):
    """The document has something of which no copy can be made."""


def plain_pdf(content: bytes) -> bytes:
    """The pages alone, as a new document; the same for the same pages.

    Raises InvalidInput (``$.content``, ``no_copy``) for what is no PDF document, or none that can be copied so. Reading
    may take long: `PdfStrip` sets bounds.
    """
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted or len(reader.pages) > MOST_PAGES or _hides_layers(reader) or _lacks_pages(reader):
            raise _Unfit
        return _Copy(reader).written()
    except Exception:  # noqa: BLE001  a reader of foreign documents may raise anything; there is then no copy
        raise _no_copy() from None


def _no_copy() -> InvalidInput:
    message = "must be a PDF document that can be copied without attachments, hidden layers and notes of its author"
    return refuse(PATH, "no_copy", message)


def _hides_layers(reader: PdfReader) -> bool:
    """Whether a layer is not shown (8.11.4): in a copy without layers it would be seen."""
    layers = _resolved(_resolved(reader.trailer["/Root"]).get("/OCProperties"))
    if not isinstance(layers, DictionaryObject):
        return False
    shown = _resolved(layers.get("/D"))
    return not isinstance(shown, DictionaryObject) or "/OFF" in shown or shown.get("/BaseState", "/ON") != "/ON"


def _lacks_pages(reader: PdfReader) -> bool:
    """Whether a page, or the drawing of one, is told of and not there: the document is damaged, and part of it lost."""
    nodes, seen = [reader.trailer["/Root"]["/Pages"]], 0  # type: ignore[index]
    while nodes:
        node, seen = _resolved(nodes.pop()), seen + 1
        if not isinstance(node, DictionaryObject) or seen > MOST_OBJECTS:
            return True
        nodes += _resolved(node.get("/Kids")) or ()
        drawings = _resolved(node.get("/Contents", ArrayObject()))
        if not all(isinstance(_resolved(one), StreamObject) for one in _listed(drawings)):
            return True
    return False


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


class _Copy:
    """A new document in the making: its objects in order, and for each object of the old one its number."""

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self._objects: list[PdfObject] = [NullObject(), NullObject()]
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, IndirectObject]] = []
        self._profiles: dict[tuple[int, int] | None, PdfObject] = {}

    def written(self) -> bytes:
        """The document as bytes."""
        kids = ArrayObject(self._page(page) for page in self._reader.pages)
        self._objects[0] = _dictionary({"/Type": NameObject("/Catalog"), "/Pages": self._to(2)})
        count = NumberObject(len(kids))
        self._objects[1] = _dictionary({"/Type": NameObject("/Pages"), "/Kids": kids, "/Count": count})
        while self._waiting:
            number, old = self._waiting.pop(0)
            self._objects[number - 1] = self._of(_resolved(old))
        return self._bytes()

    def _bytes(self) -> bytes:
        out, places = io.BytesIO(), list[int]()
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        for number, one in enumerate(self._objects, 1):
            places.append(out.tell())
            out.write(b"%d 0 obj\n" % number)
            one.write_to_stream(out)
            out.write(b"\nendobj\n")
        table = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
        out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table))
        return out.getvalue()

    def _to(self, number: int) -> IndirectObject:
        return IndirectObject(number, 0, self._reader)

    def _new(self, made: PdfObject) -> IndirectObject:
        if len(self._objects) >= MOST_OBJECTS:
            raise _Unfit
        self._objects.append(made)
        return self._to(len(self._objects))

    def _page(self, page: DictionaryObject) -> IndirectObject:
        place = self._new(NullObject())
        made: dict[str, PdfObject] = {"/Type": NameObject("/Page"), "/Parent": self._to(2)}
        made |= {name: self._of(page.get(name)) for name in _PAGE if name in page}
        if stamps := ArrayObject(self._stamps(_resolved(page.get("/Annots")))):
            made["/Annots"] = stamps
        self._objects[place.idnum - 1] = _dictionary(made)
        return place

    def _stamps(self, annotations: Any) -> Iterator[IndirectObject]:
        """What stands on a page as a picture: where it is and how it looks, not what it is or who put it there."""
        for one in annotations if isinstance(annotations, ArrayObject) else ():
            annotation = _resolved(one)
            look = _look(annotation)
            if look is not None:
                made = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Stamp"), "/F": NumberObject(4)}
                made |= {"/Rect": self._of(annotation["/Rect"]), "/AP": _dictionary({"/N": self._of(look)})}
                yield self._new(_dictionary(made))

    def _of(self, old: Any) -> PdfObject:
        """The copy of a value; another object is copied when its turn comes, so that no chain of them is too long."""
        if isinstance(old, IndirectObject):
            named = old.idnum, old.generation
            if named not in self._numbers:
                self._numbers[named] = self._new(NullObject()).idnum
                self._waiting.append((self._numbers[named], old))
            return self._to(self._numbers[named])
        if isinstance(old, StreamObject):
            return self._stream(old)
        if isinstance(old, DictionaryObject):
            return self._entries(old, _NOTES)
        if isinstance(old, ArrayObject):
            return self._array(old)
        return old if isinstance(old, PdfObject) and not _is_text(old) else NullObject()

    def _array(self, old: ArrayObject) -> PdfObject:
        first = _resolved(old[0]) if old else None
        if first == "/ICCBased" and len(old) == 2:
            return self._colours(old[1])
        if first in _INDEXED and len(old) == 4:
            return ArrayObject((*map(self._of, old[:3]), self._with_text(old[3])))
        return ArrayObject(self._of(one) for one in old)

    def _with_text(self, old: Any) -> PdfObject:
        """The copy of what may be a text."""
        value = _resolved(old)
        return value if _is_text(value) else self._of(old)

    def _entries(self, old: DictionaryObject, without: frozenset[str]) -> DictionaryObject:
        """The entries of a dictionary but for some; where its names are anybody's (7.8.3), all of them."""
        made: dict[str, PdfObject] = {}
        for name, value in old.items():
            if name in _NAMED and _is_named(inner := _resolved(value)):
                made[name] = _dictionary({one: self._of(named) for one, named in inner.items()})
            elif name not in without and not _MADE_UP.match(name):
                made[name] = self._with_text(value) if name in _TEXTS else self._of(value)
        return _dictionary(made)

    def _stream(self, old: StreamObject) -> StreamObject:
        filters = _filters(old)
        if "/JPXDecode" in filters or "/Crypt" in filters or "/F" in old:
            raise _Unfit
        made = EncodedStreamObject()
        if "/DCTDecode" in filters or "/DCT" in filters:
            made._data = strip_jpeg(old.get_data())
            made.update(self._entries(old, _NOTES | _OF_A_STREAM | {"/Filter", "/DecodeParms"}))
            made[NameObject("/Filter")] = NameObject("/DCTDecode")
            if parms := _resolved(_last(old.get("/DecodeParms"))):
                made[NameObject("/DecodeParms")] = self._of(parms)
            return made
        if old.get("/Subtype") != "/Image" and b"/DCT" in old.get_data():  # 8.9.7: a picture inside a drawing
            raise _Unfit
        made._data = deflated(old._data) if filters[0] in ("/FlateDecode", "/Fl") else old._data
        made.update(self._entries(old, _NOTES | _OF_A_STREAM))
        return made

    def _colours(self, old: PdfObject) -> PdfObject:
        """A colour space by a profile: by the profile without its origin, or by the number of its components."""
        named = (old.idnum, old.generation) if isinstance(old, IndirectObject) else None
        if named in self._profiles:
            return self._profiles[named]
        made = self._space(_resolved(old))
        if named is not None:
            self._profiles[named] = made
        return made

    def _space(self, stream: StreamObject) -> PdfObject:
        plain = plain_profile(stream.get_data())
        components = int(_resolved(stream["/N"]))
        if plain is None:
            return NameObject(_BY_COMPONENTS[components])
        made = EncodedStreamObject()
        made._data = plain
        made[NameObject("/N")] = NumberObject(components)
        return ArrayObject((NameObject("/ICCBased"), self._new(made)))


def _is_text(value: Any) -> bool:
    return isinstance(value, TextStringObject | ByteStringObject)


def _is_named(value: Any) -> bool:
    """Whether it is a list of things by names that the document has given them, and not a shading itself."""
    plain = isinstance(value, DictionaryObject) and not isinstance(value, StreamObject)
    return plain and "/ShadingType" not in value


def _look(annotation: Any) -> Any:
    """The drawing that an annotation shows; None where it shows none."""
    if not isinstance(annotation, DictionaryObject) or annotation.get("/Subtype") in _NO_PICTURE:
        return None
    if int(_resolved(annotation.get("/F", 0))) & _INVISIBLE:
        return None
    looks = _resolved(annotation.get("/AP"))
    look = looks.get("/N") if isinstance(looks, DictionaryObject) else None
    states = _resolved(look)
    if isinstance(states, DictionaryObject) and not isinstance(states, StreamObject):
        look = states.get(_resolved(annotation.get("/AS")))
    return look if isinstance(_resolved(look), StreamObject) else None


def _filters(stream: StreamObject) -> list[str]:
    return [str(_resolved(one)) for one in _listed(_resolved(stream.get("/Filter")))]


def _listed(value: Any) -> Any:
    return value if isinstance(value, ArrayObject) else [value]


def _last(parms: Any) -> Any:
    several = _resolved(parms)
    return several[-1] if isinstance(several, ArrayObject) and several else several


def _dictionary(entries: dict[str, PdfObject]) -> DictionaryObject:
    return DictionaryObject({NameObject(name): value for name, value in entries.items()})


@final
class PdfStrip:
    """The `Strip` for PDF documents: each is read in a process of its own, which may take ``seconds`` and ``memory``.

    ``memory`` is in bytes, and is held to where the system can (not on Windows). Other types are refused.
    """

    __slots__ = ("_memory", "_seconds")

    def __init__(self, *, seconds: float = 30.0, memory: int = 1024 * 1024 * 1024) -> None:
        self._seconds, self._memory = seconds, memory

    def strip(self, content: bytes, media_type: str, /) -> bytes:
        """The pages alone; raises InvalidInput (``no_copy``) where no such copy can be made within the bounds."""
        if media_type != "application/pdf":
            raise _no_copy()
        command = (sys.executable, "-P", "-m", "expressplatform_files.pdf", str(self._seconds), str(self._memory))
        paths = os.pathsep.join(path for path in sys.path if path)
        try:
            done = subprocess.run(
                command,
                input=content,
                capture_output=True,
                timeout=self._seconds,
                env={**os.environ, "PYTHONPATH": paths},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _no_copy() from None
        if done.returncode or not done.stdout:
            raise _no_copy()
        return done.stdout


def _limit(seconds: float, memory: int) -> None:
    """Holds this process to its bounds, where the system can."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main(seconds: str, memory: str) -> int:
    """A document from standard input, its copy to standard output; the exit code is REFUSED where there is none."""
    logging.disable()
    _limit(float(seconds), int(memory))
    try:
        copy = plain_pdf(sys.stdin.buffer.read())
    except InvalidInput:
        return REFUSED
    sys.stdout.buffer.write(copy)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
