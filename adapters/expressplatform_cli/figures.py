"""`indicators` and `diagram`: counts and rates over the stored cases, and the lifecycle drawn from its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any, Final

import click
from rich.console import Console
from rich.text import Text

from expressplatform import indicators as i
from expressplatform.lifecycle import ROWS
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.drawing_states import dot, mermaid, state_diagram
from expressplatform_cli.options import DAY, answers, one_of, place_options
from expressplatform_cli.output import console, grid, pairs, progress, say_json, words

_RATES: Final = tuple(rate.name for rate in i.RATES)
_MAIN: Final = ("complaints", "answered", "evaluated", "resolved", "unresolved", "silent")


@click.command()
@click.option("--by", multiple=True, type=one_of(i.Dimension), help="May be repeated.")
@click.option("--since", type=DAY, help="First local day of the period.")
@click.option("--until", type=DAY, help="Last local day of the period.")
@click.option(
    "--basis",
    type=one_of(i.Basis),
    default=i.Basis.LODGED.value,
    show_default=True,
    help="Which date puts a case into the period.",
)
@click.option(
    "--period",
    type=one_of(i.Period),
    default=i.Period.MONTH.value,
    show_default=True,
    help="How long the periods of --by period are.",
)
@click.option("--public", is_flag=True, help="What may be published: small cells are left out.")
@answers
@place_options
def indicators(
    place: Place,
    by: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    basis: str,
    period: str,
    public: bool,
    as_json: bool,
) -> None:
    """Counts and rates over the stored cases, each with its n.

    They are computed from facts alone, so an erased case counts as before.
    """
    with closing(open_platform(place)) as platform:
        tally = i.Tally(
            as_at=datetime.now(UTC),
            zone=platform.scheme.zone,
            basis=i.Basis(basis),
            since=_day(since),
            until=_day(until),
            by=tuple(i.Dimension(one) for one in by),
            period=i.Period(period),
        )
        with progress("Cases counted") as show:
            figures = platform.indicators(tally, by=documents.staff_actor(platform), progress=show)
    document = i.document(figures, public=public)
    if as_json:
        say_json(document)
    else:
        show_figures(document, console())


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def show_figures(document: Mapping[str, Any], out: Console) -> None:
    """The figures on the terminal: counts, rates with their intervals, and one table for each grouping."""
    bounds = " to ".join(str(document[end] or "…") for end in ("since", "until"))
    span = "" if bounds == "… to …" else f", {bounds}"
    out.print(f"By the date {document['basis']}{span}, as at {document['as_at'][:16]} UTC, days of {document['zone']}")
    _titled("Counts", out)
    counts = [(mark.value, document[mark.value]) for mark in i.Mark if mark.value in document]
    shown = [(words(name), _number(value)) for name, value in counts if value or name in _MAIN]
    out.print(grid(("", ""), [[f"  {name}", Text(value, justify="right")] for name, value in shown]))
    _titled("Rates and means", out)
    rating, days = document["mean_rating"], document["response_days"]
    told = f"mean {days['mean']}, median {days['median']}, nine of ten within {document['nine_of_ten_within_days']}"
    rows = [(words(name), _share(document, name)) for name in _RATES if name in document]
    rows.append(("Mean rating", "-" if rating is None else f"{rating} of 5 (n {document['n']['mean_rating']:,})"))
    rows.append(("Response days", "-" if days["mean"] is None else f"{told} (n {document['n']['response_days']:,})"))
    out.print(pairs(rows))
    if document["groups"]:
        out.print("\nBelow: n complaints; evaluated, and of these resolved, or not; Rate: resolved of evaluated.")
    for dimension in dict.fromkeys(group["by"] for group in document["groups"]):
        _titled(f"By {dimension}", out)
        _show_groups([group for group in document["groups"] if group["by"] == dimension], out)
    if document.get("suppressed"):
        out.print(f"\n- stands for a count that may not be published (fewer than {document['smallest_cell']} cases).")


def _titled(text: str, out: Console) -> None:
    out.print(Text(f"\n{text}", style="bold underline"))


def _show_groups(groups: Sequence[Mapping[str, Any]], out: Console) -> None:
    heading = words(groups[0]["by"])
    rows: list[list[str | Text]] = [
        [f"  {group['key']}", *(_number(group.get(name)) for name in _MAIN), _percent(group["resolved_of_evaluated"])]
        for group in groups
    ]
    headings = (f"  {heading}", "n", "Answered", "Eval.", "Resolved", "Not", "Silent", "Rate")
    out.print(grid(headings, rows, wide=headings[0], right=headings[1:]))


def _number(value: object) -> str:
    return "-" if value is None else f"{value:,}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _share(document: Mapping[str, Any], name: str) -> str:
    """A rate with its interval and what it is of."""
    found = document["intervals"].get(name)
    if document[name] is None or not found:
        return "-"
    between = f"95 %: {found['low'] * 100:.1f} to {found['high'] * 100:.1f}"
    return f"{document[name]:.1%}  ({found['numerator']:,} of {found['denominator']:,}; {between})"


# ---- diagram ------------------------------------------------------------------------------------------------------


@click.command()
@click.option("--format", "form", type=click.Choice(["mermaid", "dot", "svg"]), default="mermaid", show_default=True)
@answers
def diagram(form: str, as_json: bool) -> None:
    """Draw the lifecycle from its rows, on standard output."""
    drawn = str(state_diagram(ROWS, {})) + "\n" if form == "svg" else mermaid(ROWS) if form == "mermaid" else dot(ROWS)
    if as_json:
        say_json({"format": form, "diagram": drawn})
    else:
        click.echo(drawn, nl=False)
