"""`migrate`: the tables of a store in PostgreSQL, brought to those of this release."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.databases import Database, migrated, open_store
from expressplatform_cli.options import answers, place_options
from expressplatform_cli.output import say_json
from expressplatform_cli.schemes import editions_of

if TYPE_CHECKING:
    from expressplatform_postgres.migrating import Migrated


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; end with 8 unless the tables are this release's.")
@click.option("--dry-run", is_flag=True, help="Change nothing; print the statements that would be carried out.")
@click.option("--to", metavar="N", type=click.IntRange(1), help="Stop after migration N [default: the last].")
@answers
@place_options
def migrate(place: Place, check: bool, dry_run: bool, to: int | None, as_json: bool) -> None:
    """Bring the tables of a store in PostgreSQL to those of this release.

    A new store then belongs to the scheme that the configuration names, and its keys are made. Back the database up
    first: there is no way back but that. Several at once do no harm.
    """
    if not isinstance(place.store, Database):
        raise click.UsageError("A store in a file is brought up to date when it is opened; migrate is for PostgreSQL.")
    if check + dry_run + (to is not None) > 1:
        raise click.UsageError("Give one of --check, --dry-run and --to.")
    done = migrated(place.store, check=check, dry_run=dry_run, to=to)
    changes = not (check or dry_run)
    adopted = _adopted(place, place.store) if changes and to is None else None
    if as_json:
        steps = [{"number": step.number, "name": step.name} for step in done.steps]
        say_json({"found": done.found, "reached": done.reached, "steps": steps, "scheme": adopted})
        return
    _tell(done, dry_run=dry_run)
    if changes and to is None:
        named = "The store belongs to no scheme: add a line 'scheme' to the configuration and run this again."
        click.echo(f"The store belongs to the scheme {adopted}." if adopted else named)


def _adopted(place: Place, database: Database) -> str | None:
    """The scheme of the store, from now on that of the configuration where there was none."""
    with closing(open_store(database)) as store:
        standing = store.scheme()
    if standing is not None:
        return standing[0]
    if place.scheme is None:
        return None
    open_platform(place, scheme=editions_of(place.scheme)[-1]).close()
    return place.scheme


def _tell(done: Migrated, *, dry_run: bool) -> None:
    if dry_run:
        for step in done.steps:
            click.echo(f"-- {step.number}: {step.name}\n{step.sql}")
    taken = ", ".join(f"{step.number} ({step.name})" for step in done.steps)
    if not done.steps:
        click.echo(f"The tables are those of migration {done.reached}; there is nothing to do.")
    elif dry_run:
        click.echo(f"-- Would take the database from {done.found} by {taken}. Nothing was changed.")
    else:
        click.echo(f"Took the database from {done.found} to {done.reached}: {taken}.")
