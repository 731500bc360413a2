"""`tick`, `work`, `dead-letters`: what time asks for, what steps left to be done, and what was given up.

Laws of this module: nothing personal is shown. Any number of these may run at once, and whenever they like.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final

import attrs
import click

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.platform import DeadLetter, Platform
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.exits import Exit
from expressplatform_cli.options import answers, place_options, staff_option
from expressplatform_cli.output import console, grid, progress, say_json, when
from expressplatform_cli.stopping import stopping

_CONFLICT: Final = "stale_version"
_until_quiet = click.option("--until-quiet", is_flag=True, help="Go on until there is nothing more to do.")
Failed = tuple[tuple[str, str], ...]


@attrs.frozen
class _Round:
    """What one round did, or several: steps of the clock, pieces of work, rows placed in the ledger, checkpoints handed
    out; and what the last could not do."""

    steps: int = 0
    done: int = 0
    placed: int = 0
    sent: int = 0
    failed: Failed = ()

    def then(self, later: _Round) -> _Round:
        placed, sent = self.placed + later.placed, self.sent + later.sent
        return _Round(self.steps + later.steps, self.done + later.done, placed, sent, later.failed)

    def beside(self, other: _Round) -> _Round:
        """Two parts of one round: what either could not do."""
        return attrs.evolve(self.then(other), failed=(*self.failed, *other.failed))


@click.command()
@_until_quiet
@answers
@place_options
def tick(place: Place, until_quiet: bool, as_json: bool) -> None:
    """Take the steps that time asks for: reminders, lapses, missed deadlines, erasures at the end of retention."""
    with closing(open_platform(place)) as platform:
        told = _rounds("Steps of the clock", lambda: _ticked(platform), lambda: until_quiet)
    _tell({"steps": told.steps}, told.failed, None, as_json)


@click.command()
@_until_quiet
@answers
@place_options
def work(place: Place, until_quiet: bool, as_json: bool) -> None:
    """Take the steps that time asks for, carry out what steps left to be done, and give new rows their places.

    The first run of a day signs what the ledger came to and, where the configuration names a folder, writes it there
    for every organisation.

    Run it every few minutes; many may run at once. Ctrl-C or SIGTERM: what has been begun is ended, for at most 15
    seconds, the rest is left to the next run, and a second one ends it at once. What fails is tried again by a later
    run, ever later, and what was given up is listed until `dead-letters` has it tried anew. The command line has no way
    to a trader: an alert counts as carried out, and the trader finds the case by asking. Alerts are sent by a program
    that gives its Platform gateways. Complainants are written to where the configuration names a way for letters.
    """
    opened = open_platform(place, writes=True)
    with stopping() as stop, closing(opened) as platform:
        told = _rounds("Work", lambda: _round(platform, stop.is_set), lambda: until_quiet and not stop.is_set())
        dead = platform.dead_letters(by=_operator(platform))
    counts = {"steps": told.steps, "done": told.done, "placed": told.placed, "checkpoints": told.sent}
    _tell(counts, told.failed, dead, as_json)


def _round(platform: Platform, stopped: Callable[[], bool]) -> _Round:
    return _ticked(platform).beside(_worked(platform, stopped)).beside(_sequenced(platform))


def _ticked(platform: Platform) -> _Round:
    ticked = platform.tick()
    return _Round(steps=ticked.steps, failed=ticked.failed)


def _worked(platform: Platform, stopped: Callable[[], bool]) -> _Round:
    worked = platform.work(stopped=stopped)
    return _Round(done=worked.done, failed=(*worked.failed, *worked.dead))


def _sequenced(platform: Platform) -> _Round:
    done = platform.sequence()
    return _Round(placed=done.placed, sent=done.sent, failed=done.failed)


def _operator(platform: Platform) -> Actor:
    return Actor(Role.OPERATOR, "operator", platform.scheme.council)


def _rounds(title: str, once: Callable[[], _Round], again: Callable[[], bool]) -> _Round:
    """One round, or as many as it takes until a round does nothing."""
    with progress(title) as show:
        more = told = once()
        while again() and (more.steps or more.done or more.placed):
            show(told.steps + told.done + told.placed)
            more = once()
            told = told.then(more)
    return told


def _tell(counts: dict[str, int], failed: Failed, dead: Sequence[DeadLetter] | None, as_json: bool) -> None:
    if as_json:
        given_up = {} if dead is None else {"dead": [attrs.asdict(one) for one in dead]}
        say_json({**counts, "failed": [{"id": one, "code": code} for one, code in failed], **given_up})
    else:
        _say(counts, failed, dead or ())
    if failed:
        raise click.exceptions.Exit(Exit.CONFLICT if all(code == _CONFLICT for _, code in failed) else Exit.STORE)


def _say(counts: dict[str, int], failed: Failed, dead: Sequence[DeadLetter]) -> None:
    steps, done = counts["steps"], counts.get("done")
    placed = f", {done} done, {counts['placed']} placed in the ledger" if done is not None else ""
    click.echo(f"{steps} step{'' if steps == 1 else 's'} taken{placed}.")
    if counts.get("checkpoints"):
        click.echo(f"The day's checkpoint was written for {counts['checkpoints']} organisations: hand it on.")
    for one, code in failed:
        click.echo(f"Not done: {one} [{code}]", err=True)
    if failed:
        click.echo("Run it again; if it stays, 'expressplatform doctor' says more.", err=True)
    for letter in dead:
        click.echo(f"Given up after {letter.attempts} attempts: {letter.id} [{letter.code}]", err=True)
    if dead:
        click.echo("See to the cause, then 'expressplatform dead-letters --replay ID --as STAFF'.", err=True)


# ---- what was given up --------------------------------------------------------------------------------------------


@click.command("dead-letters")
@staff_option
@click.option("--replay", metavar="ID", default="", help="Have this one tried again, its attempts counted anew.")
@answers
@place_options
def dead_letters(place: Place, staff: str, replay: str, as_json: bool) -> None:
    """What was tried so often that it was given up; --replay ID has it tried again by whoever does the work."""
    with closing(open_platform(place)) as platform:
        by, zone = documents.staff_actor(platform, staff), platform.scheme.zone
        if replay and not platform.replay_dead_letter(replay, by=by):
            raise click.UsageError("There is no dead letter of that id: 'dead-letters' lists them.")
        found = platform.dead_letters(by=by)
    if as_json:
        say_json({"dead": [attrs.asdict(one) for one in found]})
    elif not found:
        click.echo("Nothing has been given up.")
    else:
        rows = [[when(one.since, zone), one.id, one.recipient or "-", str(one.attempts), one.code] for one in found]
        console().print(grid(("Since", "Id", "For", "Attempts", "What failed last"), rows, wide="Id"))
