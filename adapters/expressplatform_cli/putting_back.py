"""`restore` and `reapply`: what was put back does not bring back what was erased.

Laws of this module
- A place is made beside where it will be, put right, and only then moved there in one step: nobody is ever served
  from a backup as it was.
- Nothing is written over, and the backup itself is only read.
- Without the register nothing is restored, unless somebody says that there is none.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Final

import click

from expressplatform.errors import InvalidInput, Problem, StoreUnusable
from expressplatform.platform import Reapplied
from expressplatform.recovery import open_keys, read_private
from expressplatform_cli import manifests
from expressplatform_cli.backing_up import KEYS_FILE, STORE_FILE, keys_of
from expressplatform_cli.config import DEFAULT, REGISTER, Place, configuration, open_platform
from expressplatform_cli.databases import Database
from expressplatform_cli.folders import copy_private, must_be_new, whole_folder, write_private
from expressplatform_cli.manifests import Manifest
from expressplatform_cli.options import FILE, FOLDER, answers, place_if_any, place_options, staff_option
from expressplatform_cli.output import adding, progress, say_json
from expressplatform_sqlite import notes
from expressplatform_sqlite.keys import LocalKeyStore

_OF_THE_PLACE: Final = (KEYS_FILE, REGISTER, str(DEFAULT))
"""What a new place gets from elsewhere than from the data of a backup."""
_HARMLESS: Final = frozenset({"key_missing"})
"""What may stay undone: a case without a key can be shown to nobody."""
_OF_THE_STORE: Final = ("disk_full", "read_only", "locked", "unreachable", "failed")
"""What hinders a whole store and passes: the same line works then, and no older backup is needed."""


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option("--keys-from", metavar="DIR2", type=FOLDER, required=True, help="Where the keys' copy is.")
@click.option("--to", "to", metavar="PLACE", type=FOLDER, required=True, help="The new place; it must not be there.")
@click.option(
    "--register", metavar="FILE", type=FILE, help="The register [default: that of the place which you are in]."
)
@click.option("--without-register", is_flag=True, help="There is none: what was erased since the backup comes back.")
@click.option("--private-key", metavar="FILE|-", help="The recovery key's private half [default: asked for].")
@staff_option
@answers
@place_if_any
def restore(
    place: Place | None,
    directory: Path,
    keys_from: Path,
    to: Path,
    register: Path | None,
    without_register: bool,
    private_key: str | None,
    staff: str,
    as_json: bool,
) -> None:
    """Put a backup (DIR and DIR2) back as a new PLACE.

    Before anything can be served from it, the register is applied: what was erased since the backup is erased again,
    consents that were taken back are taken back again. Nothing is written over; the old place stays as it is.
    """
    must_be_new(to)
    known = _register(place, register, without_register=without_register)
    data, keys = _pair(directory, keys_from)
    with progress("Checking", data.size) as show:
        manifests.check(directory, data, adding(show))
    image = key_image(keys_from, keys, private_key)
    done = _put_back(directory, data, image, to, known, place, staff)
    if as_json:
        say_json({"place": str(to), "made_at": data.made_at, "cases": data.cases, **reapplied_document(done)})
        return
    click.echo(f"Restored {data.cases:,} case{'' if data.cases == 1 else 's'} to {to}, as at {data.made_at:%F %T} UTC.")
    tell_reapplied(done)
    click.echo("What happened after that is not in it; the newest checkpoint that somebody holds tells how much:")
    click.echo(f"  expressplatform verify --checkpoint FILE --config {to / DEFAULT}")
    click.echo(f"Next: expressplatform doctor --config {to / DEFAULT}")


def _register(place: Place | None, named: Path | None, *, without_register: bool) -> Path | None:
    """The register to apply; None where somebody says that there is none."""
    if without_register:
        if named is not None:
            raise click.UsageError("Give --register or --without-register, not both.")
        return None
    path = named if named is not None else (place.register if place is not None else None)
    if path is None:
        raise click.UsageError("Name the register with --register FILE, or say --without-register if there is none.")
    if not path.is_file():
        raise StoreUnusable("no_register", "the register is not there")
    return path.resolve()


def _pair(directory: Path, keys_from: Path) -> tuple[Manifest, Manifest]:
    data, keys = manifests.read(directory, manifests.STORE), manifests.read(keys_from, manifests.KEYS)
    if data.id != keys.id:
        raise StoreUnusable("not_one_backup", "the two directories belong to different backups")
    if {PurePosixPath(one.name).parts[:1] for one in data.files} & {(name,) for name in _OF_THE_PLACE}:
        raise InvalidInput((Problem("$.files", "value", f"must name none of {', '.join(_OF_THE_PLACE)}"),))
    return data, keys


def key_image(folder: Path, manifest: Manifest, private_key: str | None) -> bytes:
    """The key store that a copy holds: opened, where it was sealed. Raises StoreUnusable, InvalidInput."""
    copy = keys_of(folder, manifest)
    if not manifest.recovery:
        return copy
    if private_key is None:
        said = str(click.prompt(f"Private half of the recovery key {manifest.recovery}", hide_input=True, err=True))
    elif private_key == "-":
        said = sys.stdin.buffer.read().decode("utf-8", "replace")  # what is no text is no key, and told as such
    else:
        said = Path(private_key).read_text(encoding="utf-8", errors="replace")
    return open_keys(read_private(said), copy, manifest.id)


def _put_back(
    directory: Path, data: Manifest, image: bytes, to: Path, register: Path | None, like: Place | None, staff: str
) -> Reapplied:
    with whole_folder(to) as part:
        with progress("Copying", data.size) as show:
            more = adding(show)
            for one in data.files:
                copy_private(directory / one.name, part / one.name, more)
        write_private(part / KEYS_FILE, image)
        made = Place(part / STORE_FILE, part / KEYS_FILE, data.scheme, register=register or part / REGISTER)
        done = put_right(made, staff)
        if register is None:
            write_private(part / REGISTER, b"")
        named = register.as_posix() if register else REGISTER
        more_of = (like.scan, like.origin, like.letters) if like is not None else ()
        text = configuration(data.scheme, STORE_FILE, KEYS_FILE, named, *more_of)
        write_private(part / DEFAULT, text.encode())
    return done


def put_right(place: Place, staff: str) -> Reapplied:
    """Applies the register to copies and makes them a place that may be served; raises StoreUnusable where it cannot.

    The mark of a copy goes last, so that a run that was killed leaves nothing that could be served.
    """
    with (
        closing(open_platform(place, restoring=True)) as platform,
        progress("What was undone since") as show,
    ):
        done = platform.reapply(person=staff, progress=show)
    must_be_done(done)
    if not isinstance(place.store, Database):  # nobody else's copies are marked
        notes.note(place.store, notes.COPY, "")
    with closing(LocalKeyStore(place.keys, restoring=True)) as keys:
        keys.restored()
    return done


@click.command()
@staff_option
@answers
@place_options
def reapply(place: Place, staff: str, as_json: bool) -> None:
    """Undo again what the register holds, after files were put back by other means than 'restore'.

    For instance after the snapshot of a machine or a disk was put back: stop whatever serves the place, run this,
    start again. Harmless when repeated.
    """
    with closing(open_platform(place)) as platform, progress("What was undone") as show:
        done = platform.reapply(person=staff, progress=show)
    if as_json:
        say_json(reapplied_document(done))
    else:
        tell_reapplied(done)
    must_be_done(done)


def must_be_done(done: Reapplied) -> None:
    """Raises StoreUnusable where cases could not be put right: with the code of their store, else ``not_reapplied``."""
    if stuck := sorted([code for _, code in done.left if code not in _HARMLESS]):
        code = next((code for code in _OF_THE_STORE if code in stuck), "not_reapplied")
        cases = "1 case" if len(stuck) == 1 else f"{len(stuck):,} cases"
        raise StoreUnusable(code, f"{cases} could not be put right ({', '.join(dict.fromkeys(stuck))})")


def reapplied_document(done: Reapplied) -> dict[str, object]:
    """What was undone again, as a document."""
    left = [{"case": case_id, "code": code} for case_id, code in done.left]
    return {"erased_again": done.erased, "withdrawn_again": done.withdrawn, "left": left}


def tell_reapplied(done: Reapplied) -> None:
    """The same, for people."""
    click.echo(f"Erased again: {done.erased:,}. Consents taken back again: {done.withdrawn:,}.")
    for case_id, code in done.left:
        click.echo(f"Not done: {case_id} [{code}]", err=True)
