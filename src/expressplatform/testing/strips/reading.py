"""Copies of PDF documents read as far as the checks need it: what each page shows, and every byte that is packed.

Laws of this file
- It believes no copy: whatever does not hold together is an AssertionError that says what.
- A page shows the words of its drawing, of what the drawing uses, and of what stands on top of it, each in the order in
  which it is drawn; and that there is a picture. Words are bytes as the document has them: a strip that writes them in
  another alphabet, or draws them, says itself what its pages show.
- What is packed is looked for wherever it may begin, whatever a document says about itself.

ISO 32000-1:2008, 7.2 to 7.5 (syntax), 7.5.7 (object streams), 7.7.3 (pages), 8.10 and 9.4.3 (what draws), 12.5.5.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

_SPACE: Final = re.compile(rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*")
_TOKEN: Final = re.compile(
    rb"(?P<ref>\d+\s+\d+\s+R(?![\w]))|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))|/(?P<name>[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<open><<|\[)|(?P<close>>>|\])|<(?P<hex>[0-9A-Fa-f\s]*)>|(?P<text>\()|(?P<word>[A-Za-z0-9*'\"]+)"
)
_ESCAPED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_PART: Final = re.compile(rb"[()]|\\(?:(?P<code>[0-7]{1,3})|(?P<line>\r\n|[\r\n])|(?P<one>.))", re.DOTALL)
_HEAD: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj(?!\w)")
_STREAM: Final = re.compile(rb"\s*stream(?:\r\n|\n|\r)")
_ROW: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf])\s*")
_DEEPEST: Final = 12
_MOST: Final = 1 << 24
"""Bytes that one packed piece is unpacked to, at most."""


@attrs.frozen
class Ref:
    """Another object, by its number."""

    number: int


@attrs.frozen
class Word:
    """An operator, or ``true``, ``false`` and ``null``."""

    said: bytes


@attrs.frozen
class Stream:
    """A dictionary with data behind it, as it lies in the document."""

    entries: Mapping[str, Any]
    data: bytes


_END: Final = Word(b"")


def unfolded(copy: bytes) -> Iterator[bytes]:
    """The copy, then what is packed in it (RFC 1950), and what is packed in that."""
    waiting = [(copy, 0)]
    while waiting:
        piece, depth = waiting.pop()
        yield piece
        if depth < 3:
            waiting += [(inner, depth + 1) for inner in _unpacked(piece)]


def _unpacked(piece: bytes) -> Iterator[bytes]:
    """What may be packed somewhere in a piece: wherever two bytes stand with which packed data may begin."""
    for found in re.finditer(rb"(?=[\x08\x18\x28\x38\x48\x58\x68\x78](.))", piece, re.DOTALL):
        at = found.start()
        if (piece[at] * 256 + piece[at + 1]) % 31 == 0:
            inflate = zlib.decompressobj()
            inner = b""
            try:
                for begin in range(at, len(piece), 4096):
                    inner += inflate.decompress(piece[begin : begin + 4096], _MOST - len(inner))
                    if inflate.eof or len(inner) >= _MOST:
                        break
            except zlib.error:
                pass  # what came before it broke off is looked at all the same
            if inner:
                yield inner


def pages_of(copy: bytes) -> Sequence[bytes]:
    """What each page of a PDF document shows, in the order of its pages. Raises AssertionError where it is none."""
    try:
        document = _read(copy)
        return [b" ".join(_Shown(document).page(*leaf)) for leaf in document.leaves()]
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, zlib.error) as error:
        raise AssertionError(f"the copy is no PDF document that could be read: {type(error).__name__}") from error


# --- objects -------------------------------------------------------------------------------------------------------


@attrs.frozen
class _Document:
    objects: Mapping[int, Any]
    trailer: Mapping[str, Any]

    def of(self, value: Any) -> Any:
        """A value, or what stands under the number that it is."""
        for _ in range(_DEEPEST):
            if not isinstance(value, Ref):
                return value
            value = self.objects.get(value.number)
        raise ValueError("an object leads to itself")

    def leaves(self) -> Iterator[tuple[Mapping[str, Any], Any]]:
        """Each page in order, with the resources that it has by itself or from above."""
        yield from self._below(self.of(self.of(self.trailer["/Root"])["/Pages"]), None, _DEEPEST)

    def _below(self, node: Any, resources: Any, deep: int) -> Iterator[tuple[Mapping[str, Any], Any]]:
        assert deep, "the tree of pages has no end"
        resources = node.get("/Resources", resources)
        if "/Kids" not in node:
            assert node.get("/Type") == "/Page", "something in the tree of pages is no page"
            yield node, resources
        for kid in self.of(node.get("/Kids", [])):
            yield from self._below(self.of(kid), resources, deep - 1)

    def data(self, stream: Stream) -> bytes:
        """What a stream holds, unpacked."""
        filters = self.of(stream.entries.get("/Filter", []))
        data = stream.data
        for one in filters if isinstance(filters, list) else [filters]:
            assert self.of(one) in ("/FlateDecode", "/Fl"), (
                "a drawing is packed in a way that is not read here: give pages"
            )
            data = zlib.decompressobj().decompress(data, _MOST)
        return data


def _read(copy: bytes) -> _Document:
    assert copy.startswith(b"%PDF-"), "the copy does not begin as a PDF document"
    objects: dict[int, Any] = {}
    at = 0
    while found := _HEAD.search(copy, at):
        one, at = _value(copy, found.end())
        if (begins := _STREAM.match(copy, at)) and isinstance(one, dict):
            one, at = _streamed(copy, one, begins.end())
        objects[int(found[1])] = one
    _check_table(copy, objects)
    packed = [one for one in objects.values() if isinstance(one, Stream) and one.entries.get("/Type") == "/ObjStm"]
    document = _Document(objects, _trailer(copy, objects))
    for stream in packed:
        for number, one in _inside(document, stream):
            objects.setdefault(number, one)
    return document


def _streamed(copy: bytes, entries: Mapping[str, Any], begin: int) -> tuple[Stream, int]:
    """The data of a stream: as long as it says, or up to where it ends by its word."""
    length = entries.get("/Length")
    end = begin + int(length) if isinstance(length, float) else copy.index(b"endstream", begin)
    assert copy[end : end + 20].lstrip().startswith(b"endstream"), "a stream is not as long as it says"
    return Stream(entries, copy[begin:end]), end


def _inside(document: _Document, stream: Stream) -> Iterator[tuple[int, Any]]:
    """The objects of an object stream (7.5.7) by their numbers."""
    data, first = document.data(stream), int(document.of(stream.entries["/First"]))
    numbers = [int(one) for one in data[:first].split()][: 2 * int(document.of(stream.entries["/N"]))]
    for number, at in zip(numbers[::2], numbers[1::2], strict=True):
        yield number, _value(data, first + at)[0]


def _check_table(copy: bytes, objects: Mapping[int, Any]) -> None:
    """The copy says where its table lies (7.5.5), and the table where the objects are: nobody must guess."""
    told = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*\Z", copy)
    assert told, "the copy does not end as a PDF document"
    at = int(told[1])
    if not copy.startswith(b"xref", at):
        found = _HEAD.match(copy, at)
        stands = found and objects.get(int(found[1]))
        assert isinstance(stands, Stream), "the copy's table is not where it says"
        return
    end = copy.index(b"trailer", at)
    for part in re.finditer(rb"(\d+) (\d+)\s+((?:\d{10} \d{5} [nf]\s*)*)", copy[at:end]):
        rows = _ROW.findall(part[3])
        assert len(rows) == int(part[2]), "the copy's table is not as long as it says"
        for number, (place, _, kind) in enumerate(rows, int(part[1])):
            head = _HEAD.match(copy, int(place)) if kind == b"n" else None
            assert kind == b"f" or (head and int(head[1]) == number), "an object is not where the copy's table says"


def _trailer(copy: bytes, objects: Mapping[int, Any]) -> Mapping[str, Any]:
    if (at := copy.rfind(b"trailer")) >= 0:
        found: Mapping[str, Any] = _value(copy, at + len(b"trailer"))[0]
        return found
    tables = [one for one in objects.values() if isinstance(one, Stream) and one.entries.get("/Type") == "/XRef"]
    assert tables, "the copy has no table"
    return tables[-1].entries


# --- values --------------------------------------------------------------------------------------------------------


def _value(data: bytes, at: int) -> tuple[Any, int]:
    """The value at a place, and where it ends; `_END` for what closes a list or ends the data."""
    space = _SPACE.match(data, at)
    begin = space.end() if space else at
    token = _TOKEN.match(data, begin)
    if token is None:
        assert begin >= len(data), "the copy holds what is no value"
        return _END, begin
    end = token.end()
    match token.lastgroup:
        case "ref":
            return Ref(int(token["ref"].split()[0])), end
        case "number":
            return float(token["number"]), end
        case "name":
            return "/" + re.sub(rb"#([0-9A-Fa-f]{2})", _by_code, token["name"]).decode("latin-1"), end
        case "hex":
            digits = b"".join(token["hex"].split())
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()), end
        case "text":
            return _text(data, end)
        case "open":
            return _several(data, end, token["open"])
        case "word":
            return Word(token["word"]), end
    return _END, end


def _by_code(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def _several(data: bytes, at: int, opened: bytes) -> tuple[Any, int]:
    """A list or a dictionary."""
    values: list[Any] = []
    one, at = _value(data, at)
    while one is not _END:
        values.append(one)
        one, at = _value(data, at)
    return (values if opened == b"[" else dict(zip(values[::2], values[1::2], strict=True))), at


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    """A text in round brackets, which may hold others (7.3.4.2)."""
    made, open_ones, begin = b"", 1, at
    while open_ones:
        part = _PART.search(data, begin)
        if part is None:
            raise ValueError("a text has no end")
        made += data[begin : part.start()]
        begin = part.end()
        if part[0] in b"()":
            open_ones += 1 if part[0] == b"(" else -1
            made += part[0] if open_ones else b""
        elif part["code"]:
            made += bytes((int(part["code"], 8) & 255,))
        elif part["one"]:
            made += _ESCAPED.get(part["one"], part["one"])
    return made, begin


# --- what pages show -----------------------------------------------------------------------------------------------


@attrs.frozen
class _Shown:
    """What a page shows, in the order in which it is drawn."""

    document: _Document

    def page(self, page: Mapping[str, Any], resources: Any) -> Iterator[bytes]:
        of = self.document.of
        contents = of(page.get("/Contents", []))
        drawing = b"\n".join(
            self.document.data(of(one)) for one in (contents if isinstance(contents, list) else [contents])
        )
        yield from self._drawn(drawing, of(resources) or {}, _DEEPEST)
        for one in of(page.get("/Annots", [])):
            looks = of(of(one).get("/AP", {}))
            look = of(looks.get("/N"))
            if isinstance(look, Stream):
                yield from self._used(look, {}, _DEEPEST)

    def _used(self, look: Stream, resources: Any, deep: int) -> Iterator[bytes]:
        """What a drawing is that stands by itself: a picture, or another drawing."""
        assert deep, "a drawing draws itself"
        if look.entries.get("/Subtype") == "/Image":
            yield b"[picture]"
            return
        own = self.document.of(look.entries.get("/Resources", resources))
        yield from self._drawn(self.document.data(look), own, deep - 1)

    def _drawn(self, drawing: bytes, resources: Any, deep: int) -> Iterator[bytes]:
        at, given = 0, list[Any]()
        while at < len(drawing):
            one, at = _value(drawing, at)
            if not isinstance(one, Word):
                given.append(one)
                continue
            if one.said in (b"Tj", b"'", b'"', b"TJ"):
                texts = given[-1] if isinstance(given[-1], list) else given[-1:]
                yield b"".join(text for text in texts if isinstance(text, bytes))
            elif one.said == b"Do":
                named = self.document.of(self.document.of(resources["/XObject"])[given[-1]])
                yield from self._used(named, resources, deep)
            given.clear()
