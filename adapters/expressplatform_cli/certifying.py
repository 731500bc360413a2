"""What `sandbox certify` shows: what is asked of a trader's system, how each item ended, and what to do next."""

from __future__ import annotations

import time
from typing import Final

import attrs
import click
from rich.text import Text

from expressplatform_cli.exits import Exit
from expressplatform_cli.output import console, grid, progress, say_json, words
from expressplatform_cli.sandbox_control import Control
from expressplatform_http.sandbox.acceptance import MARK, Outcome, Result, certify, scenes

_EVERY: Final = 0.2
_STYLES: Final = {Outcome.DONE: "green", Outcome.NOT_DONE: "yellow", Outcome.WRONG: "red"}


def listing(*, as_json: bool) -> None:
    """What is asked, item by item."""
    if as_json:
        say_json({"list": [{"items": one.items, "asked": one.wanted} for one in scenes()]})
        return
    rows = [[", ".join(words(item) for item in one.items), MARK.format(one.items[-1]), one.wanted] for one in scenes()]
    console().print(grid(("Item", "Mark in the complaint", "What is asked"), rows, wide="What is asked"))


def try_system(control: Control, *, wait: float, as_json: bool) -> None:
    """Tries the list, shows what was found, and ends the command: 0 where everything was done, 9 otherwise."""
    count = sum(len(one.items) for one in scenes())
    trader = control.state()["trader"]
    if not as_json:
        click.echo(f"Trying the system of {trader}: {count} items, {wait:g} seconds for each part.")
    done = 0
    with progress("Items", count) as show:

        def told(_: Result) -> None:
            nonlocal done
            done += 1
            show(done)

        found = certify(control, wait=wait, pause=lambda: time.sleep(_EVERY), clock=time.monotonic, told=told)
    good = sum(one.outcome is Outcome.DONE for one in found)
    if as_json:
        say_json({"trader": trader, "done": good, "of": len(found), "items": [attrs.asdict(one) for one in found]})
    else:
        _show(found, good)
    if good < len(found):
        raise click.exceptions.Exit(int(Exit.NOT_DONE))


def _show(found: tuple[Result, ...], good: int) -> None:
    rows: list[list[str | Text]] = []
    for one in found:
        said = Text(one.seen)
        if one.next:
            said.append(f"\n{one.next}")
        rows.append([Text(words(one.outcome), style=_STYLES[one.outcome]), words(one.item), said])
    out = console()
    out.print()
    out.print(grid(("", "Item", "What was seen"), rows, wide="What was seen"))
    out.print(f"\n{good} of {len(found)} done.")
    if good < len(found):
        out.print("Correct what is named above and try again: each run makes new cases.")
