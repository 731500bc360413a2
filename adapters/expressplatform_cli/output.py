"""How answers are written: tables and sentences for people, documents for programs, progress on standard error.

Laws of this module
- Text that somebody typed is shown without its control characters: no case may move the reader's cursor.
- Colour only helps: nothing is told by it alone, and none is written where nobody looks.
- Progress goes to standard error, and only to a terminal.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from expressplatform.deadlines.arithmetic import ExplainedDay

_INDENT: Final = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z


def say_json(document: object) -> None:
    """Writes a document to standard output: instants in UTC, two spaces of indent."""
    click.echo(orjson.dumps(document, option=_INDENT).decode())


def console(*, stderr: bool = False) -> Console:
    """A console that takes text as it is: no markup, no emoji, no guessing at colours."""
    return Console(markup=False, emoji=False, highlight=False, stderr=stderr)


def program() -> str:
    """How this program is called from here: by its name where the shell finds it, else the way it was called."""
    called = Path(sys.argv[0])
    known = called.stem != "expressplatform" or shutil.which("expressplatform") is not None
    return "expressplatform" if known else str(called)


def plain(text: str) -> str:
    """Text without control and direction-changing characters; line breaks stay."""
    return "".join(char if char == "\n" or unicodedata.category(char) not in _MOVERS else "\ufffd" for char in text)


_MOVERS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def grid(
    headings: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    wide: str = "",
    right: Sequence[str] = (),
    bare: bool = False,
) -> Table:
    """A table without lines; the column ``wide`` may be folded, the others keep their words together.

    The columns named in ``right`` hold numbers; ``bare`` leaves the headings out.
    """
    shown = any(headings) and not bare
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=shown, padding=(0, 2, 0, 0))
    for heading in headings:
        whole = bool(wide) and heading != wide
        table.add_column(heading, overflow="fold", no_wrap=whole, justify="right" if heading in right else "left")
    for row in rows:
        table.add_row(*row)
    return table


def pairs(rows: Sequence[tuple[str, str | Text]]) -> Table:
    """Names and what stands for them, in two columns."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(f"  {name}", value)
    return table


def words(code: str) -> str:
    """A code as words: ``in_conciliation`` reads "In conciliation"."""
    said = code.replace("_", " ")
    return said[:1].upper() + said[1:]


# ---- time ---------------------------------------------------------------------------------------------------------


def when(instant: datetime | None, zone: tzinfo) -> str:
    """An instant in a zone, to the minute; a dash where there is none."""
    return "-" if instant is None else f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def last_day(due: datetime, zone: tzinfo) -> str:
    """The last local day of something that is due at an instant."""
    return f"{(due - timedelta.resolution).astimezone(zone):%a %Y-%m-%d}"


_CELLS: Final = {"weekend": "·", "stopped": "stop", "kept": "+"}


def weeks(days: Sequence[ExplainedDay]) -> Table:
    """A deadline as a calendar: a line for each week, the days that count numbered, the others marked."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column("  week of", no_wrap=True)
    for name in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        table.add_column(name, justify="right", min_width=4)
    first = days[0].date - timedelta(days=days[0].date.weekday())
    cells = {day.date: _cell(day) for day in days}
    while first <= days[-1].date:
        week = [cells.get(first + timedelta(days=at), Text("")) for at in range(7)]
        table.add_row(f"  {first}", *week)
        first += timedelta(days=7)
    return table


def _cell(day: ExplainedDay) -> Text:
    role = day.role.value
    if role == "day_zero":
        return Text("0", style="dim")
    if role == "holiday":
        return Text("off", style="yellow")
    if role in _CELLS:
        return Text(_CELLS[role], style="dim")
    return Text(f"{day.count}*" if role == "make_up" else str(day.count), style="bold")


def legend(days: Sequence[ExplainedDay]) -> list[str]:
    """What the marks of a calendar stand for, as far as they occur in it."""
    roles = {day.role.value for day in days}
    said = [f"{day.date}: off, {day.names.en}" for day in days if day.role.value == "holiday" and day.names]
    if "make_up" in roles:
        said.append("* a weekend day that is worked in exchange for a day off")
    if "stopped" in roles:
        said.append("stop: the clock stood still")
    if "kept" in roles:
        said.append("+ after the last counted day, kept because a later end was told")
    if any(day.provisional for day in days):
        said.append("provisional: a year is not announced yet, so the end may move")
    return said


def days_document(days: Sequence[ExplainedDay]) -> list[dict[str, object]]:
    """A deadline's days as a document."""
    return [
        {"date": day.date, "role": day.role, "count": day.count, "name": day.names.en if day.names else None}
        for day in days
    ]


# ---- progress -----------------------------------------------------------------------------------------------------


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while something long goes on; call what it gives with how much is done.

    Nothing is written where standard error is no terminal.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


def adding(show: Callable[[int], None]) -> Callable[[int], None]:
    """A listener that is told how much more, over one that is told how much in all."""
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        show(done)

    return more
