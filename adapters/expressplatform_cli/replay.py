"""`expressplatform replay`: a file of open data carried through the whole lifecycle, at its own dates.

Laws of this file: options, progress and words only. What a row means is in `histories`, how histories are stored
together in `replaying`, what was counted in the library's indicators. A row that cannot be read is told by line,
column and reason, and never stops the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.indicators import Tally, document
from expressplatform.platform import Platform, utc_now
from expressplatform.ports import Draw
from expressplatform.schemes import CONSUMIDOR_BR
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.consumidor import HistoryRow, count_lines, digest, read
from expressplatform_cli.databases import Database
from expressplatform_cli.histories import Teller, participant_of
from expressplatform_cli.options import FILE, answers, place_options
from expressplatform_cli.output import console, progress, say_json
from expressplatform_cli.replaying import Played, play

SHOWN: Final = 20
"""How many faults are told one by one on the terminal; the JSON answer holds them all."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--report", type=FILE, help="Write a report of the figures, one HTML file.")
@answers
@place_options
def replay(place: Place, file: Path, report: Path | None, as_json: bool) -> None:
    """Carry a FILE of consumidor.gov.br open data through the lifecycle, under the scheme consumidor-br.

    FILE has the published columns: UTF-8 with a header, or the official raw layout (";", no header, cp1252).
    People are made up; dates, firms and outcomes are the file's. A run that was cut off goes on where it stopped.
    The files of --store and --keys are made where there are none.
    """
    name = digest(file)
    firms = sorted({row.trader for row in read(file) if isinstance(row, HistoryRow)})
    platform = open_platform(
        place,
        scheme=CONSUMIDOR_BR,
        draw=_seeded(name),
        participants=[participant_of(firm) for firm in firms],
    )
    try:
        with progress("Complaints", count_lines(file)) as follow:
            teller = Teller(name, CONSUMIDOR_BR)
            played = play(read(file), platform, teller, lambda so_far: follow(so_far.rows))
        figures = _figures(platform)
        if report is not None:
            _write_report(report, platform)
    finally:
        platform.close()
    answer = {**_document(played), "indicators": figures}
    if as_json:
        say_json(answer)
    else:
        _tell(played, figures, place, report)


def _seeded(name: str) -> Draw:
    """References that follow from the file, so that a run which starts again draws the same."""

    def draw(purpose: str, case_id: str, version: int, /) -> bytes:
        return sha256(f"{name}:{purpose}:{case_id}:{version}".encode()).digest()

    return draw


def _figures(platform: Platform) -> Mapping[str, object]:
    """The figures over everything that the store holds, read back from it."""
    council = Actor(Role.COUNCIL, "replay", platform.scheme.council)
    return document(platform.indicators(Tally(as_at=utc_now(), zone=platform.scheme.zone), by=council))


def _write_report(path: Path, platform: Platform) -> None:
    from expressplatform_cli.report import write_report

    write_report(path, platform, title="Consumidor.gov.br")


def _document(played: Played) -> dict[str, object]:
    return {
        "v": 1,
        "rows": played.rows,
        "played": played.played,
        "steps": played.steps,
        "unreadable": [{"line": one.line, "column": one.column, "reason": one.reason} for one in played.unreadable],
        "refused": [{"line": one.line, "code": one.code} for one in played.refused],
    }


def _tell(played: Played, figures: Mapping[str, object], place: Place, report: Path | None) -> None:
    out = console()
    out.print(f"{played.played:,} of {played.rows:,} complaints carried through in {played.steps:,} steps.")
    faults = [f"line {one.line}, {one.column}: {one.reason}" for one in played.unreadable]
    faults += [f"line {one.line}: refused [{one.code}]" for one in played.refused]
    if faults:
        out.print(f"\nLeft out ({len(faults):,} reasons):")
        for fault in faults[:SHOWN]:
            out.print(f"  {fault}")
        if len(faults) > SHOWN:
            out.print(f"  ... and {len(faults) - SHOWN:,} more: --json lists them all.")
    out.print()
    for key in ("complaints", "answered", "evaluated", "resolved", "unresolved", "silent", "mean_rating"):
        out.print(f"  {key:<28} {figures[key]}")
    for key in ("resolved_of_evaluated", "resolved_or_silent_of_all"):
        out.print(f"  {key:<28} {figures[key]}")
    if not isinstance(place.store, Database):
        files = f"--store {place.store} --keys {place.keys}"
        out.print(f"\nExplore: expressplatform indicators {files} --by trader", soft_wrap=True)
    if report is not None:
        out.print(f"Report:  {report}", soft_wrap=True)
