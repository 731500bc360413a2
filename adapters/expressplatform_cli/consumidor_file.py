"""Cuts an open-data file of consumidor.gov.br into records: lines, layout, cells as text.

Laws of this module
- It tells the layout from the first lines alone; after that no line may stop the file.
- A byte that the encoding does not have travels on in its cell as a lone surrogate, so that the fault is
  reported where it stands and not as the end of the file.
- It never holds more than the first lines and a record's few, however large the file.
"""

import csv
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO, Final

import attrs
from attrs import field, frozen

from expressplatform.errors import InvalidInput, Problem

COLUMNS: Final = (
    "region", "uf", "city", "sex", "age_band", "year_opened", "month_opened", "date_opened", "date_responded",
    "date_closed", "response_days", "trader", "market_segment", "area", "subject", "problem_group", "problem",
    "how_bought", "contacted_trader", "responded", "status", "consumer_evaluation", "consumer_rating",
)  # fmt: skip
"""The columns both layouts share, in the published order; ours has `source_file` before them."""

_PORTUGUESE: Final = (
    "regiao", "uf", "cidade", "sexo", "faixa etaria", "ano abertura", "mes abertura", "data abertura",
    "data resposta", "data finalizacao", "tempo resposta", "nome fantasia", "segmento de mercado", "area",
    "assunto", "grupo problema", "problema", "como comprou contratou", "procurou empresa", "respondida",
    "situacao", "avaliacao reclamacao", "nota do consumidor",
)  # fmt: skip

ROW: Final = "row"
"""The column an `Unreadable` names when the fault lies in the row and not in one cell."""

_LONGEST: Final = 65_536  # bytes of one line; a row of these files has a few hundred
_SAMPLE: Final = 200  # lines looked at to tell the layout
_RECORD_LINES: Final = 8  # lines one quoted record may spread over


@attrs.frozen(str=False)
class UnknownLayout(InvalidInput):
    """The file has neither layout of the open data; its one problem says what was missed."""

    code: str = "unknown_layout"

    def __str__(self) -> str:
        return f"not an open-data file of consumidor.gov.br: {self.problems[0].message}"


@frozen
class Record:
    """The cells of one record, and the line it starts on, counted from 1."""

    line: int
    cells: tuple[str, ...]


@frozen
class Unreadable:
    """One fault: the line its record starts on, the column (or `ROW`), and why, without quoting the value."""

    line: int
    column: str
    reason: str


@frozen
class Layout:
    """How the cells of this file are parted, encoded and named."""

    delimiter: str
    encoding: str
    columns: tuple[str, ...] = field(repr=False)


# ---- lines ----------------------------------------------------------------------------------------


class _Lines:
    """Physical lines with a look ahead. A line past the longest allowed comes as None, its rest skipped."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ahead: deque[bytes | None] = deque()
        self.number = 0

    def peek(self, count: int) -> list[bytes | None]:
        while len(self._ahead) < count and (line := self._pull()) != b"":
            self._ahead.append(line)
        return list(islice(self._ahead, count))

    def skip(self, count: int = 1) -> None:
        for _ in range(count):
            self._ahead.popleft()
        self.number += count

    def _pull(self) -> bytes | None:
        line = self._file.readline(_LONGEST)
        if len(line) < _LONGEST or line.endswith(b"\n"):
            return line
        while (rest := self._file.readline(_LONGEST)) and not rest.endswith(b"\n"):
            pass
        return None


def records(file: BinaryIO) -> tuple[Layout, Iterator[Record | Unreadable]]:
    """The file's layout, and its records in order without the header and blank lines. The file is not closed.

    Raises `UnknownLayout` when no line of the first few hundred has the columns.
    """
    lines = _Lines(file)
    layout = _layout([line for line in lines.peek(_SAMPLE) if line is not None])
    return layout, _records(lines, layout)


def _records(lines: _Lines, layout: Layout) -> Iterator[Record | Unreadable]:
    first = True
    while ahead := lines.peek(1):
        if ahead[0] is not None and not _mark_free(ahead[0], lines.number + 1).strip():
            lines.skip()
            continue
        found = _record(lines, layout)
        if not (first and isinstance(found, Record) and _is_header(found.cells, layout)):
            yield found
        first = False


def _record(lines: _Lines, layout: Layout) -> Record | Unreadable:
    """The cells of the next record; a record that cannot be cut into cells costs its first line only."""
    number = lines.number + 1
    ahead = lines.peek(1)
    if ahead[0] is None:
        lines.skip()
        return Unreadable(number, ROW, f"The line is longer than {_LONGEST} bytes.")
    cells, used = _cut([_text(ahead[0], number, layout)], layout)
    if cells is None and used > 1:  # a quote is still open at the end of the line: does it close in time?
        more = [line for line in lines.peek(_RECORD_LINES) if line is not None]
        cells, used = _cut([_text(line, number + i, layout) for i, line in enumerate(more)], layout)
        if cells is not None and len(cells) != len(layout.columns):
            cells = None
    if cells is None:
        lines.skip()
        return Unreadable(number, ROW, "The line has a stray quotation mark or line break and cannot be cut.")
    lines.skip(used)
    return Record(number, tuple(cells))


def _cut(texts: Sequence[str], layout: Layout) -> tuple[list[str] | None, int]:
    """Cells of the first record in `texts` and the lines it took; no cells where it does not end there."""
    reader = csv.reader([*texts, ""], delimiter=layout.delimiter)
    try:
        cells = next(reader)
    except csv.Error:
        return None, 1
    return (None if reader.line_num > len(texts) else cells), reader.line_num


def _text(line: bytes, number: int, layout: Layout) -> str:
    # surrogateescape keeps an undecodable byte visible in its own cell, where it is reported
    return _mark_free(line, number).rstrip(b"\r\n").decode(layout.encoding, "surrogateescape") + "\n"


def _mark_free(line: bytes, number: int) -> bytes:
    return line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


# ---- layout ---------------------------------------------------------------------------------------


def _layout(head: Sequence[bytes]) -> Layout:
    """Tell the layout by the lines that fit: commas or semicolons, with `source_file` before or without."""
    lines = [_mark_free(line, number) for number, line in enumerate(head, start=1)]
    if not any(line.strip() for line in lines):
        raise _unknown("it has no row within its first lines.")
    delimiter, width = _shape(lines)
    columns = COLUMNS if width == len(COLUMNS) else ("source_file", *COLUMNS)
    layout = Layout(delimiter, _encoding(lines, delimiter, lines[0] != head[0]), columns)
    _check_order(next(cells for line in lines if (cells := _sample_cells(line, delimiter))), layout)
    return layout


def _unknown(reason: str) -> UnknownLayout:
    return UnknownLayout((Problem("$", "layout", reason),))


def _shape(lines: Iterable[bytes]) -> tuple[str, int]:
    fits = Counter(
        (delimiter, len(cells))
        for line in lines
        for delimiter in ",;"
        if len(cells := _sample_cells(line, delimiter)) in (len(COLUMNS), len(COLUMNS) + 1)
    )
    if not fits:
        raise _unknown("no line has 24 columns between commas or 23 between semicolons.")
    return fits.most_common(1)[0][0]


def _sample_cells(line: bytes, delimiter: str) -> list[str]:
    if not line.strip():
        return []
    return _cut([line.decode("latin-1").rstrip("\r\n")], Layout(delimiter, "latin-1", ()))[0] or []


def _encoding(lines: Iterable[bytes], delimiter: str, marked: bool) -> str:
    """UTF-8 or cp1252, by the lines that are not plain ASCII; where they do not tell, by the delimiter."""
    if marked:
        return "utf-8"
    votes = sum(1 if _is_utf8(line) else -1 for line in lines if not line.isascii())
    return "utf-8" if votes > 0 or (votes == 0 and delimiter == ",") else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_order(first: Sequence[str], layout: Layout) -> None:
    """A header that names our columns in another order would be read wrongly: refuse it."""
    names = [fold(cell.encode("latin-1").decode(layout.encoding, "replace")) for cell in first]
    known = {name: at for header in (COLUMNS, _PORTUGUESE) for at, name in enumerate(header)}
    shift = len(layout.columns) - len(COLUMNS)
    named = [(known[name] + shift, at) for at, name in enumerate(names) if name in known]
    if len(named) > len(COLUMNS) // 2 and any(wanted != at for wanted, at in named):
        raise _unknown("its header names the columns in another order.")


def _is_header(cells: Sequence[str], layout: Layout) -> bool:
    at = layout.columns.index("region")
    return len(cells) == len(layout.columns) and fold(cells[at]) in (COLUMNS[0], _PORTUGUESE[0])


def fold(text: str) -> str:
    """Lower case, without accents, single spaces: how words of the files are compared."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
