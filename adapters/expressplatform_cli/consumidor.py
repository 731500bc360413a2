"""Reads the open data of consumidor.gov.br into typed rows.

Laws of this module
- It knows files, columns and cells; it knows nothing of schemes, cases or commands.
- A row is either whole and free of contradiction, or every fault in it is reported by line, column and
  reason. A fault never stops the file, and a reason never quotes what stood in the cell.
- It never holds more than a handful of lines, however large the file.
- What real files do is not a fault: a complaint marked resolved though nobody answered it, a reply counted in
  fewer days than passed (a stopped clock), an evaluation without a mark, a row that equals another one.

Source: the service's monthly open data (columns in their published order), domain brief sections 3.1 and 9.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeVar

from attrs import frozen

from expressplatform_cli.consumidor_file import ROW, Layout, Record, UnknownLayout, Unreadable, fold, records

__all__ = ["ROW", "HistoryRow", "UnknownLayout", "Unreadable", "Verdict", "count_lines", "digest", "read"]

T = TypeVar("T")
Verdict = Literal["resolved", "unresolved", "silent"]

_YES_NO: Final = {"s": True, "sim": True, "n": False, "nao": False}
_EVALUATED: Final = {"finalizada avaliada": True, "finalizada nao avaliada": False}
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ILLEGIBLE: Final = re.compile("[\x00\ud800-\udfff]")
_NUMBER: Final = re.compile(r"[0-9]{1,4}")


@frozen(kw_only=True)
class HistoryRow:
    """One finalised complaint as published: no name, no narrative. Dates are calendar days in Brasilia.

    `line` is where the record starts, counted from 1. `response_days` are the days the service *counted* (its clock can
    be stopped), None where none is given. `rating` is 1 to 5, or None. `verdict` is the consumer's own word.
    """

    line: int
    region: str
    uf: str
    city: str
    sex: str
    age_band: str
    opened: date
    responded: date | None
    closed: date
    response_days: int | None
    trader: str
    segment: str
    area: str
    subject: str
    problem_group: str
    problem: str
    how_bought: str
    contacted_trader: bool
    answered: bool
    status: str
    verdict: Verdict
    rating: int | None


def read(source: Path | str | BinaryIO) -> Iterator[HistoryRow | Unreadable]:
    """Yield every row of `source` in file order, or what is wrong with it. A binary file is read, not closed.

    Raises `UnknownLayout` at the first step when the file has neither layout, and `OSError` as `open` does.
    """
    if isinstance(source, (str, Path)):
        with open(source, "rb") as file:
            yield from _read(file)
    else:
        yield from _read(source)


def _read(file: BinaryIO) -> Iterator[HistoryRow | Unreadable]:
    layout, found = records(file)
    for record in found:
        yield from [record] if isinstance(record, Unreadable) else _row(record, layout)


def digest(path: Path | str) -> str:
    """SHA-256 of the file's bytes, in hexadecimal: with a line number it names a row for ever."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def count_lines(path: Path | str) -> int:
    """Lines in the file, header and a last line without its end included: the length of a progress bar."""
    lines, last = 0, b"\n"
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    return lines + (last != b"\n")


# ---- cells ----------------------------------------------------------------------------------------


@frozen
class _FaultError(Exception):
    reason: str


class _Cells:
    """The cells of one record by column name, and the faults found in them so far."""

    def __init__(self, line: int, cells: dict[str, str]) -> None:
        self.line = line
        self._cells = cells
        self.faults: dict[str, str] = {}

    def fault(self, column: str, reason: str) -> None:
        self.faults.setdefault(column, reason)

    def text(self, column: str) -> str:
        return self._cells[column]

    def get(self, column: str, parse: Callable[[str], T]) -> T | None:
        """The parsed cell; None where it has a fault, old or new."""
        if column in self.faults:
            return None
        try:
            return parse(self._cells[column])
        except _FaultError as fault:
            self.fault(column, fault.reason)
            return None

    def optional(self, column: str, parse: Callable[[str], T]) -> T | None:
        return self.get(column, parse) if self._cells[column] else None


def _row(record: Record, layout: Layout) -> Iterable[HistoryRow | Unreadable]:
    line, cells, columns = record.line, record.cells, layout.columns
    if len(cells) != len(columns):
        return [Unreadable(line, ROW, f"The row has {len(cells)} columns where {len(columns)} are expected.")]
    row = _Cells(line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)})
    if _ILLEGIBLE.search("".join(cells)):
        for name in columns:
            row.get(name, _legible)
    parsed = _parse(row)
    if parsed is not None:
        return [parsed]
    return [Unreadable(line, name, row.faults[name]) for name in columns if name in row.faults]


def _parse(row: _Cells) -> HistoryRow | None:
    """The typed row, or None with every fault noted in `row`."""
    opened, closed = row.get("date_opened", _date), row.get("date_closed", _date)
    responded, days = row.optional("date_responded", _date), row.optional("response_days", _count)
    trader, answered = row.get("trader", _filled), row.get("responded", _yes_no)
    contacted, rating = row.get("contacted_trader", _yes_no), row.optional("consumer_rating", _rating)
    evaluated, verdict = row.get("status", _evaluated), row.get("consumer_evaluation", _verdict)
    _check_reply(row, answered, days)
    _check_dates(row, opened, responded, closed, days)
    _check_evaluation(row, evaluated, verdict, rating)
    if row.faults or opened is None or closed is None or trader is None or answered is None:
        return None
    if contacted is None or verdict is None:  # a None without a fault cannot be: this tells the type checker
        return None
    text = row.text
    return HistoryRow(
        line=row.line, region=text("region"), uf=text("uf"), city=text("city"), sex=text("sex"),
        age_band=text("age_band"), opened=opened, responded=responded, closed=closed, response_days=days,
        trader=trader, segment=text("market_segment"), area=text("area"), subject=text("subject"),
        problem_group=text("problem_group"), problem=text("problem"), how_bought=text("how_bought"),
        contacted_trader=contacted, answered=answered, status=text("status"), verdict=verdict, rating=rating,
    )  # fmt: skip


def _legible(cell: str) -> str:
    if "\x00" in cell:
        raise _FaultError("The cell holds a NUL character.")
    if _ILLEGIBLE.search(cell):
        raise _FaultError("The cell holds a byte that the file's encoding does not have.")
    return cell


def _filled(cell: str) -> str:
    if not cell:
        raise _FaultError("The cell is empty.")
    return cell


def _date(cell: str) -> date:
    _filled(cell)
    if iso := _ISO.fullmatch(cell):
        year, month, day = iso.groups()
    elif day_first := _DAY_FIRST.fullmatch(cell):
        day, month, year = day_first.groups()
    else:
        raise _FaultError("The cell is not a date written as year-month-day or day/month/year.")
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise _FaultError("The date does not exist in the calendar.") from None
    if not 2000 <= found.year <= 2100:
        raise _FaultError("The date lies outside the years 2000 to 2100.")
    return found


def _count(cell: str) -> int:
    if not _NUMBER.fullmatch(cell):
        raise _FaultError("The cell is not a whole number of days.")
    return int(cell)


def _rating(cell: str) -> int:
    if not _NUMBER.fullmatch(cell) or not 1 <= int(cell) <= 5:
        raise _FaultError("The rating is not a whole number from 1 to 5.")
    return int(cell)


def _yes_no(cell: str) -> bool:
    if (word := fold(cell)) not in _YES_NO:
        raise _FaultError("The cell is neither S nor N.")
    return _YES_NO[word]


def _evaluated(cell: str) -> bool:
    if (word := fold(cell)) not in _EVALUATED:
        raise _FaultError("The status is not that of a finalised complaint, evaluated or not.")
    return _EVALUATED[word]


def _verdict(cell: str) -> Verdict:
    match fold(cell):
        case "resolvida":
            return "resolved"
        case "nao resolvida":
            return "unresolved"
        case "nao avaliada" | "":
            return "silent"
    raise _FaultError("The evaluation is none of resolved, not resolved and not evaluated.")


# ---- contradictions -------------------------------------------------------------------------------


def _check_reply(row: _Cells, answered: bool | None, days: int | None) -> None:
    replied = bool(row.text("date_responded"))
    if answered is True and not replied:
        row.fault("date_responded", "The complaint is marked answered and has no date of reply.")
    if answered is False and replied:
        row.fault("date_responded", "The complaint is marked unanswered and has a date of reply.")
    if answered is False and days is not None:
        row.fault("response_days", "The complaint is marked unanswered and has counted response days.")


def _check_dates(
    row: _Cells, opened: date | None, responded: date | None, closed: date | None, days: int | None
) -> None:
    if opened and responded and responded < opened:
        row.fault("date_responded", "The reply lies before the opening.")
    if opened and closed and closed < opened:
        row.fault("date_closed", "The closing lies before the opening.")
    elif responded and closed and closed < responded:
        row.fault("date_closed", "The closing lies before the reply.")
    if opened and responded and days is not None and opened <= responded and days > (responded - opened).days:
        row.fault("response_days", "More response days are counted than passed between opening and reply.")


def _check_evaluation(row: _Cells, evaluated: bool | None, verdict: Verdict | None, rating: int | None) -> None:
    if evaluated is True and verdict == "silent":
        row.fault("consumer_evaluation", "The status says evaluated and the evaluation is missing.")
    if evaluated is False and verdict in ("resolved", "unresolved"):
        row.fault("consumer_evaluation", "The status says not evaluated and there is an evaluation.")
    if verdict == "silent" and rating is not None:
        row.fault("consumer_rating", "There is a rating without an evaluation.")
