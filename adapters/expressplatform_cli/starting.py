"""`init`: a new place, with a configuration, keys and an empty store; `schemes`: whose it may be."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click

from expressplatform.errors import StoreUnusable
from expressplatform_cli.config import DEFAULT, REGISTER, Place, configuration, open_platform
from expressplatform_cli.options import FILE, FOLDER, answers
from expressplatform_cli.output import console, grid, say_json
from expressplatform_cli.schemes import OWN, brought_by, editions_of, names, one_that_is_there

STORE: Final = "cases.db"
KEYS: Final = "keys.db"


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option(
    "--scheme", metavar="ID", default=OWN[0], show_default=True, callback=one_that_is_there,
    help=f"Whose rules: {', '.join(OWN)}, or those of a scheme that is installed beside them.",
)  # fmt: skip
@click.option("--recovery-key", metavar="FILE|HEX", help="Seal copies of the keys to this recovery key (public half).")
@click.option(
    "--register", metavar="FILE", type=FILE,
    help="Where erasures are registered, best on another volume [default: register.txt in DIR].",
)  # fmt: skip
@answers
def init(directory: Path, scheme: str, recovery_key: str | None, register: Path | None, as_json: bool) -> None:
    """Make a new place in DIR: a configuration, keys, and an empty store that belongs to a scheme.

    Refuses a directory that holds anything.
    """
    from expressplatform_cli.folders import new_place, put_private, write_private
    from expressplatform_cli.keeping_keys import public_half
    from expressplatform_sqlite.keys import LocalKeyStore

    newest = editions_of(scheme)[-1]
    public = public_half(recovery_key) if recovery_key is not None else None
    place = Place(directory / STORE, directory / KEYS, scheme, register=(register or directory / REGISTER).absolute())
    named = REGISTER if register is None else place.register.as_posix()
    with new_place(directory, STORE, KEYS, REGISTER, DEFAULT.name):
        open_platform(place, scheme=newest).close()
        if public is not None:
            with closing(LocalKeyStore(place.keys)) as keys:
                keys.name_recovery_key(public)
        if not place.register.exists():
            write_private(place.register, b"")
        # Last, so that a place with a configuration is a whole one.
        put_private(directory / DEFAULT, configuration(scheme, STORE, KEYS, named).encode())
    steps = _next_steps(directory, enrols=not newest.participants)
    if as_json:
        files = {"config": str(directory / DEFAULT), "store": str(place.store), "keys": str(place.keys)}
        files["register"] = str(place.register)
        say_json({"scheme": scheme, **files, "next": steps})
        return
    click.echo(f"Made {directory / DEFAULT}, an empty store ({STORE}) of the scheme {scheme}, and its keys ({KEYS}).")
    click.echo(f"Back {KEYS} up apart from {STORE}: without it no case can be opened, and with it every case.")
    click.echo("\nNext:")
    for step in steps:
        click.echo(f"  {step}")


@click.command()
@answers
def schemes(as_json: bool) -> None:
    """List the schemes that a place may belong to: the library's, and those that are installed beside them.

    One that cannot be used stands in the list with what is wrong with it.
    """
    found = [_listed(name) for name in names()]
    if as_json:
        say_json({"schemes": found})
        return
    rows = [
        [one["id"], one.get("broken") or one["title"]["en"], ", ".join(one.get("editions", ())) or "-", one["from"]]
        for one in found
    ]
    console().print(grid(("Id", "Scheme", "Editions", "Comes with"), rows, wide="Scheme"))


def _listed(name: str) -> dict[str, Any]:
    """A scheme as the list tells it."""
    try:
        all_of = editions_of(name)
    except StoreUnusable as error:
        return {"id": name, "broken": error.detail, "from": brought_by(name)}
    newest, editions = all_of[-1], [one.edition for one in all_of]
    return {
        "id": name, "title": dict(newest.title), "editions": editions, "council": newest.council,
        "from": brought_by(name),
    }  # fmt: skip


def _next_steps(directory: Path, *, enrols: bool) -> list[str]:
    """What to do in a new place; where the scheme names nobody, somebody must take part first."""
    steps = [
        *(["expressplatform participants enrol a-trader --called 'A Trader' --as officer-1"] if enrols else []),
        "expressplatform lodge --template > complaint.json",
        "expressplatform assess --file complaint.json",
        "expressplatform lodge complaint.json --as officer-1",
    ]
    if directory.resolve() != Path.cwd():
        steps[0] = f"cd {directory} && {steps[0]}"
    return steps
