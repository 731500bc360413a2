"""`expressplatform demo`: a simulated year of the Council, told as it happens, with a report.

Laws of this file: options, the place, the words on the terminal. What people do is in the `simulated_*` modules, how a
year goes by in `simulation`, what is counted in the library's indicators, the page in `report`. Everything shown is
read back from the store. A directory that is not an earlier demo is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as of_day
from pathlib import Path
from typing import Final

import attrs
import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor
from expressplatform.indicators import RATES, Dimension, Figures, Mark, document
from expressplatform.platform import Platform
from expressplatform.schemes import HK_CCA
from expressplatform_cli.config import DEFAULT, EVIDENCE, Place, configuration, open_platform
from expressplatform_cli.drawing import Heading
from expressplatform_cli.options import FOLDER, answers
from expressplatform_cli.output import console, grid, program, say_json
from expressplatform_cli.report import write_report
from expressplatform_cli.simulated_traders import MANNERS, Mailbox
from expressplatform_cli.simulation import Month, Plan, SimulatedClock, Simulation, seeded_draw
from expressplatform_cli.traders_demo import play_traders

STORE: Final = "cases.db"
KEYS: Final = "keys.db"
REPORT: Final = "report.html"
MARK: Final = ".expressplatform-demo"
"""The file that says: this directory was made by a demo, and may be replaced by one."""
_BOOKS: Final = tuple(f"{trader}-agent{end}.db" for trader in ("taobao", "jd") for end in ("", "-keys"))
"""The traders' own files, where their agents are part of it."""
_OURS: Final = frozenset({STORE, KEYS, REPORT, MARK, EVIDENCE, str(DEFAULT), *_BOOKS})
_BESIDE: Final = ("-wal", "-shm", "-journal")

TITLE: Final = Heading(
    "A simulated year on the Express Platform", "消費維權直通車：模擬的一年", "消费维权直通车：模拟的一年"
)
LEAD: Final = (
    "Every complaint, person and deed in this report is invented. The amounts, the largest group of natures and the "
    "share that is settled follow figures that were published; how the two traders behave is made up, and says "
    "nothing of the firms whose names they bear."
)
_ON_TIME: Final = next(rate for rate in RATES if rate.name == "on_time_of_due")
_RESOLVED: Final = next(rate for rate in RATES if rate.name == "resolved_of_evaluated")
_COLUMNS: Final = (
    ("lodged", Status.LODGED),
    ("uploaded", Status.UPLOADED),
    ("reported", Status.RESOLUTION_REPORTED),
    ("resolved", Status.RESOLVED),
    ("sent back", Status.REFERRED_BACK),
    ("closed", Status.CLOSED),
    ("recorded", Status.RECORDED),
)


@attrs.frozen
class Done:
    """What a demo came to."""

    figures: Figures
    reference: str
    steps: int
    alerts: int
    seconds: float


@click.command()
@click.argument("directory", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--complaints", type=click.IntRange(1, 100_000), default=5000, show_default=True, help="How many.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same year.")
@click.option("--year", type=click.IntRange(2020, 2025), default=2025, show_default=True, help="Which year.")
@click.option("--traders", is_flag=True, help="Three complaints the whole way, with servers, shops and agents.")
@answers
def demo(directory: Path | None, complaints: int, seed: int, year: int, traders: bool, as_json: bool) -> None:
    """Play a simulated year of the Hong Kong council, with two traders, into DIR [default: expressplatform-demo].

    Everything in it is invented. DIR holds the store, the keys, a configuration and report.html, and can be explored
    with the other commands. An earlier demo in DIR is replaced; any other directory that holds something is refused.

    With --traders: three complaints over real sockets, with simulated shops of Taobao and JD and the traders' agents.
    """
    place = directory or Path("expressplatform-demo")
    prepare(place)
    if traders:
        document = play_traders(place, seed, console(stderr=as_json), quiet=as_json)
        if as_json:
            say_json({"v": 1, "directory": str(place), "report": str(place / REPORT), **document})
        return
    plan = Plan(complaints, seed, year)
    out = console(stderr=as_json)
    if not as_json:
        out.print(f"A simulated year of the Council: {complaints:,} complaints of {year}, seed {seed}.\n")
    done = play(place, plan, out, quiet=as_json)
    if as_json:
        say_json({"v": 1, "directory": str(place), "report": str(place / REPORT), **_document(done)})
    else:
        _tell(out, done, place)


# ---- the place ----------------------------------------------------------------------------------------------------


def prepare(place: Path) -> None:
    """Makes the directory, or empties it of an earlier demo; raises UsageError for anything else that is there."""
    there = {entry.name for entry in place.iterdir()} if place.is_dir() else set()
    if there and MARK not in there:
        raise click.UsageError("That directory holds something that is not a demo. Name a new one, or an empty one.")
    if not there <= _files():
        raise click.UsageError("That directory holds more than a demo. Name a new one, or take the other files away.")
    for name in there - {MARK}:
        (place / name).unlink()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    (place / MARK).write_text("Made by 'expressplatform demo', which may replace everything here.\n", encoding="utf-8")


def _files() -> frozenset[str]:
    return _OURS | {name + end for name in (STORE, KEYS, EVIDENCE, *_BOOKS) for end in _BESIDE}


def play(place: Path, plan: Plan, out: Console, *, quiet: bool = False) -> Done:
    """Plays a year into a prepared directory, told on a console, and writes its report."""
    began = time.perf_counter()
    clock, mailbox = SimulatedClock(datetime(plan.year, 1, 1, tzinfo=UTC)), Mailbox()
    platform = _opened(place, plan, clock, mailbox)
    try:
        simulation = Simulation(platform, clock, plan)
        with _following(out, plan, quiet=quiet) as follow:
            for month in simulation.run(follow.steps):
                follow.month(month)
        year_end = datetime.combine(date(plan.year + 1, 1, 1), of_day(), platform.scheme.zone) - timedelta(seconds=1)
        names = {one.organisation: f"{one.name} (simulated)" for one in HK_CCA.participants}
        figures = write_report(place / REPORT, platform, title=TITLE, lead=LEAD, names=names, as_at=year_end)
        reference = _one_to_look_at(platform)
    finally:
        platform.close()
    (place / DEFAULT).write_text(configuration(HK_CCA.id, STORE, KEYS), encoding="utf-8")
    return Done(figures, reference, simulation.steps, mailbox.alerts.total(), time.perf_counter() - began)


def _opened(place: Path, plan: Plan, clock: SimulatedClock, mailbox: Mailbox) -> Platform:
    where = Place(place / STORE, place / KEYS, HK_CCA.id)
    gateways = dict.fromkeys(MANNERS, mailbox)
    return open_platform(where, now=clock, draw=seeded_draw(plan.seed), scheme=HK_CCA, gateways=gateways)


def _officer(platform: Platform) -> Actor:
    return Actor(Role.COUNCIL, "officer-1", platform.scheme.council)


def _one_to_look_at(platform: Platform) -> str:
    """The reference of a case that somebody works on."""
    wanted = (Status.IN_CONCILIATION, Status.RESOLUTION_REPORTED, Status.REFERRED_BACK, *Status)
    for status in wanted:
        found = platform.cases(by=_officer(platform), status=(status,), limit=1).headers
        if found:
            return found[0].reference
    return ""


# ---- told on the terminal -----------------------------------------------------------------------------------------


class _Telling:
    """A line for each month as it ends, and a bar for what goes on between, where somebody watches."""

    def __init__(self, bar: Progress, year: int, *, quiet: bool) -> None:
        self._bar, self._quiet = bar, quiet
        self._task = bar.add_task(str(year), total=12)
        if not quiet:
            bar.console.print(_line("", [name for name, _ in _COLUMNS], "open"), style="bold")

    def steps(self, month: date, steps: int) -> None:
        """So many steps so far, in this month."""
        self._bar.update(self._task, completed=month.month - 1, description=f"{month:%B %Y}: {steps:,} steps")

    def month(self, month: Month) -> None:
        """A month has passed."""
        if not self._quiet:
            counts = [f"{month.entered.get(status, 0):,}" for _, status in _COLUMNS]
            self._bar.console.print(_line(f"{month.first:%B}", counts, f"{month.open_at_end:,}"))


def _line(name: str, cells: list[str], last: str) -> str:
    return f"{name:<9}" + "".join(f"{cell:>9}" for cell in cells) + f"{last:>6}"


@contextmanager
def _following(out: Console, plan: Plan, *, quiet: bool) -> Iterator[_Telling]:
    columns = (TextColumn("{task.description:<30}"), BarColumn(bar_width=None), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as bar:
        yield _Telling(bar, plan.year, quiet=quiet)


def _document(done: Done) -> Mapping[str, object]:
    return {
        "steps": done.steps,
        "alerts": done.alerts,
        "seconds": round(done.seconds, 1),
        "reference": done.reference,
        "indicators": document(done.figures),
    }


def _tell(out: Console, done: Done, place: Path) -> None:
    rows = [
        _summary(group.key, group.figures)
        for group in done.figures.groups
        if group.by is Dimension.TRADER and group.key in MANNERS
    ]
    heads = ("", "uploaded", "in time", "resolved*", "unresolved", "silent", "open")
    out.print()
    out.print(grid(heads, [*rows, _summary("all", done.figures)], right=heads[1:]))
    out.print("* of those where the complainant spoke, with its 95 % interval. The traders are simulated.")
    out.print(f"\n{done.steps:,} steps and {done.alerts:,} alerts in {done.seconds:.0f} seconds.")
    out.print(f"\nThe report: {place / REPORT}", soft_wrap=True)
    out.print(f"The data:   {place}  (store, keys, configuration)", soft_wrap=True)
    config = f"--config {place / DEFAULT}"
    out.print("\nTry next:")
    for command in (
        f"cases {config} --status in_conciliation",
        f'show {done.reference} {config} --as officer-1 --reason "call back"',
        f"indicators {config} --by trader",
        "diagram --format mermaid",
    ):
        out.print(f"  {program()} {command}", soft_wrap=True)


def _summary(trader: str, figures: Figures) -> tuple[str, ...]:
    on_time, resolved = figures.rate(_ON_TIME), figures.rate(_RESOLVED)
    count = figures.count
    return (
        trader,
        f"{count(Mark.UPLOADED):,}",
        _percent(on_time.value),
        f"{_percent(resolved.value)} ({_percent(resolved.wilson_low)} to {_percent(resolved.wilson_high)})",
        *(f"{count(mark):,}" for mark in (Mark.UNRESOLVED, Mark.SILENT, Mark.PENDING)),
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.0f} %"
