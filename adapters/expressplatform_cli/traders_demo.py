"""`demo --traders`: the whole way of three complaints, over real sockets, told as they go.

Laws of this module: the words on the terminal and the page, and nothing else; what it tells of the ends is read from
the council's store.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from expressplatform.schemes import HK_CCA
from expressplatform_cli import drawing
from expressplatform_cli.config import DEFAULT, configuration
from expressplatform_cli.drawing import Heading
from expressplatform_cli.exits import ExtraMissing
from expressplatform_cli.output import grid, when
from expressplatform_cli.report_case import day_by_day
from expressplatform_cli.simulation import SimulatedClock

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
"""A Tuesday morning in Hong Kong."""
PAGE: Final = "report.html"
TITLE: Final = Heading("Three complaints, the whole way", "三宗投訴的全程", "三件投诉的全程")
LEAD: Final = (
    "Every person, shop, order and deed on this page is invented. The server, the agents and what they speak are real; "
    "the two trading platforms are simulated."
)
_NAMESPACE: Final = ' xmlns="http://www.w3.org/2000/svg"'
_BROUGHT: Final = ("httpx", "starlette", "uvicorn")


def play_traders(place: Path, seed: int, out: Console, *, quiet: bool) -> dict[str, object]:
    """Plays the three complaints into a prepared directory, told on a console; what they came to, as a document."""
    try:
        import httpx

        from expressplatform_cli.traders_story import OFFICER, STEPS, Story, end_of
        from expressplatform_cli.traders_world import world
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _BROUGHT:
            raise ExtraMissing("server") from None
        raise
    began = time.perf_counter()
    columns = (TextColumn("{task.description:<60}"), BarColumn(bar_width=None), TimeElapsedColumn())
    with (
        httpx.Client() as http,
        Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as bar,
    ):
        task = bar.add_task("The server, two platforms and two agents start", total=STEPS)
        with world(place, SimulatedClock(START), seed, http) as made:
            story = Story(made)
            for told in story.run():
                bar.update(task, advance=1, description=told.title)
                if not quiet:
                    bar.console.print(f"\n{when(told.at, HK_CCA.zone)}  {told.title}", style="bold")
                    for sentence in told.sentences:
                        bar.console.print(f"  {sentence}", soft_wrap=True)
            ends = [end_of(story.case(number)) for number in range(len(story.cases))]
            sections = [day_by_day(made.platform, case_id, OFFICER) for case_id in story.cases]
    page = drawing.page(TITLE, sections, lead=LEAD)
    (place / PAGE).write_text(page.replace(_NAMESPACE, ""), encoding="utf-8")
    (place / DEFAULT).write_text(configuration(HK_CCA.id, "cases.db", "keys.db"), encoding="utf-8")
    if not quiet:
        heads = ("", "trader", "status", "trader claimed", "confirmed by", "money")
        rows = [
            (one.reference, one.trader, _word(one.status), _word(one.claimed), _word(one.confirmed_by),
             _word(one.outcome), "proved" if one.proved else "contradicted" if one.contradicted else "-")
            for one in ends
        ]  # fmt: skip
        out.print("\nHow they ended, by the council's own store:\n")
        out.print(grid(heads, rows))
        out.print(f"\n{time.perf_counter() - began:.0f} seconds. Each case day by day: {place / PAGE}", soft_wrap=True)
        out.print(f"\nTry next:\n  expressplatform cases --config {place / DEFAULT}", soft_wrap=True)
        for end in ends[2:]:
            reason = '--as officer-1 --reason "what came of it"'
            out.print(f"  expressplatform show {end.reference} --config {place / DEFAULT} {reason}", soft_wrap=True)
    seconds = round(time.perf_counter() - began, 1)
    return {"seconds": seconds, "cases": [attrs.asdict(one) for one in ends]}


def _word(code: str | None) -> str:
    return "-" if code is None else str(code).replace("_", " ")
