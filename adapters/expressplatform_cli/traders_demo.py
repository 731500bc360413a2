"""`demo --traders`: the whole way of three complaints, over real sockets, told as they go.

Laws of this module: the words on the terminal and the page, and nothing else; what it tells of the ends is read from
the council's store.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from expressplatform.schemes import HK_CCA
from expressplatform_cli import drawing
from expressplatform_cli.config import DEFAULT, configuration
from expressplatform_cli.drawing import Heading
from expressplatform_cli.exits import ExtraMissing
from expressplatform_cli.output import grid, program, when
from expressplatform_cli.report_case import day_by_day
from expressplatform_cli.simulation import SimulatedClock

if TYPE_CHECKING:  # what needs the extra for servers
    from expressplatform_cli.traders_story import End, Story, Told

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
"""A Tuesday morning in Hong Kong."""
PAGE: Final = "report.html"
TITLE: Final = Heading("Three complaints, the whole way", "三宗投訴的全程", "三件投诉的全程")
LEAD: Final = (
    "Every person, shop, order and deed on this page is invented. The server, the agents and what they speak are real; "
    "the two trading platforms are simulated."
)
_NAMESPACE: Final = ' xmlns="http://www.w3.org/2000/svg"'
_STEPS: Final = 8
_BROUGHT: Final = ("httpx", "starlette", "uvicorn")


def play_traders(place: Path, seed: int, out: Console, *, quiet: bool) -> dict[str, object]:
    """Plays the three complaints into a prepared directory, told on a console; what they came to, as a document."""
    try:
        import httpx

        from expressplatform_cli.traders_story import Story
        from expressplatform_cli.traders_world import world
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _BROUGHT:
            raise ExtraMissing("server") from None
        raise
    began = time.perf_counter()
    with (
        httpx.Client(trust_env=False) as http,
        _following(out, quiet=quiet) as follow,
        world(place, SimulatedClock(START), seed, http) as made,
    ):
        story = Story(made)
        for told in story.run():
            follow.told(told)
        ends = _ends(story, place)
    (place / DEFAULT).write_text(configuration(HK_CCA.id, "cases.db", "keys.db"), encoding="utf-8")
    seconds = time.perf_counter() - began
    if not quiet:
        _tell_ends(ends, place, seconds, out)
    return {"seconds": round(seconds, 1), "cases": [attrs.asdict(one) for one in ends]}


class _Telling:
    """What happened, in sentences, and a bar for what goes on between, where somebody watches."""

    def __init__(self, bar: Progress, *, quiet: bool) -> None:
        self._bar, self._quiet = bar, quiet
        self._task = bar.add_task("A server, two platforms and two agents start", total=_STEPS)

    def told(self, told: Told) -> None:
        """One step is over."""
        self._bar.update(self._task, advance=1, description=told.title)
        if not self._quiet:
            self._bar.console.print(f"\n{when(told.at, HK_CCA.zone)}  {told.title}", style="bold")
            for sentence in told.sentences:
                self._bar.console.print(f"  {sentence}", soft_wrap=True)


@contextmanager
def _following(out: Console, *, quiet: bool) -> Iterator[_Telling]:
    columns = (TextColumn("{task.description:<60}"), BarColumn(bar_width=None), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as bar:
        yield _Telling(bar, quiet=quiet)


def _ends(story: Story, place: Path) -> list[End]:
    """How the cases ended, by the council's store; each goes on the page, day by day."""
    from expressplatform_cli.traders_story import OFFICER, end_of

    sections = [day_by_day(story.world.platform, case_id, OFFICER) for case_id in story.cases]
    page = drawing.page(TITLE, sections, lead=LEAD)
    (place / PAGE).write_text(page.replace(_NAMESPACE, ""), encoding="utf-8")
    return [end_of(story.case(number)) for number in range(len(story.cases))]


def _tell_ends(ends: Sequence[End], place: Path, seconds: float, out: Console) -> None:
    heads = ("", "trader", "status", "trader claimed", "confirmed by", "money")
    out.print("\nHow they ended, by the council's own store:\n")
    out.print(grid(heads, [_row(one) for one in ends]))
    out.print(f"\n{seconds:.0f} seconds. Each case day by day: {place / PAGE}", soft_wrap=True)
    name, config = program(), f"--config {place / DEFAULT}"
    out.print(f"\nTry next:\n  {name} cases {config}", soft_wrap=True)
    reason = '--as officer-1 --reason "what came of it"'
    out.print(f"  {name} show {ends[-1].reference} {config} {reason}", soft_wrap=True)


def _row(one: End) -> tuple[str, ...]:
    money = "proved" if one.proved else "contradicted" if one.contradicted else "-"
    return (one.reference, one.trader, _word(one.status), _word(one.claimed), _word(one.confirmed_by), money)


def _word(code: str | None) -> str:
    return "-" if code is None else str(code).replace("_", " ")
