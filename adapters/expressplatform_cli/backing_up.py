"""`backup`: a consistent copy of a running place, its keys apart from its data.

Laws of this module
- Whoever has one of the two folders has nothing to read: they never go to one place.
- The store is copied first: whatever it names, a key or a file of evidence, is there and is copied after it.
- The place goes on as it is; all that is written to it is when the backup was made, once both folders are in place.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs
import click

from expressplatform.errors import StoreUnusable
from expressplatform.ports import RegisterEntry, Undone
from expressplatform.recovery import seal_keys
from expressplatform.signing import key_id
from expressplatform_cli import manifests
from expressplatform_cli.config import EVIDENCE, Place, must_be_there
from expressplatform_cli.databases import Database
from expressplatform_cli.folders import files_below, must_be_new, whole_folders, write_private
from expressplatform_cli.manifests import Manifest
from expressplatform_cli.options import FOLDER, answers, place_options
from expressplatform_cli.output import adding, progress, say_json
from expressplatform_files.register import FileRegister
from expressplatform_sqlite import notes
from expressplatform_sqlite.copies import cases_in, copy_file
from expressplatform_sqlite.keys import SCHEMA as KEY_SCHEMA
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.schema import SCHEMA
from expressplatform_sqlite.store import SqliteStore

STORE_FILE: Final = "cases.db"
KEYS_FILE: Final = "keys.db"
SEALED_FILE: Final = "keys.sealed"


@click.command()
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option("--keys-to", metavar="DIR2", type=FOLDER, help="Where the keys' copy goes [default: DIR-keys].")
@answers
@place_options
def backup(place: Place, directory: Path, keys_to: Path | None, as_json: bool) -> None:
    """Copy the store, and what belongs to it, to DIR, and the key store to DIR2: both as at one moment.

    The place may be in use meanwhile. Where a recovery key is named, the copy of the keys is sealed to it. Keep the
    two directories apart, and those of the keys for a short time only: an erased case can be read as long as a copy
    of its key and a copy of its rows are left.
    """
    whole = Path(os.path.abspath(directory))
    apart = keys_to or whole.with_name(f"{whole.name}-keys")
    _must_be_apart(directory, apart)
    must_be_new(directory)
    must_be_new(apart, "The directory for the keys (DIR2)")
    data, keys = take(place, directory, apart, datetime.now(UTC))
    hindered = _noted(place, data.made_at)
    if as_json:
        both = {"store": str(directory), "keys": str(apart)}
        say_json({"id": data.id, "made_at": data.made_at, "cases": data.cases, **both, "recovery": keys.recovery})
    else:
        _tell(data, keys, directory, apart)
    if hindered:
        raise StoreUnusable(hindered, "the backup is whole; that it was made could not be noted in the store")


def _tell(data: Manifest, keys: Manifest, directory: Path, apart: Path) -> None:
    click.echo(
        f"Copied {data.cases:,} case{'' if data.cases == 1 else 's'} to {directory}, as at {data.made_at:%F %T} UTC."
    )
    if keys.recovery:
        click.echo(f"Copied the keys to {apart}, sealed to the recovery key {keys.recovery}.")
    else:
        click.echo(f"Copied the keys to {apart}, in clear: whoever has both directories can open every case.")


def _noted(place: Place, made_at: datetime) -> str:
    """Notes in the store when the backup was made; the code of what hindered it, empty where nothing did."""
    try:
        notes.note(place.file, notes.BACKED_UP, made_at.isoformat())
    except StoreUnusable as error:
        return error.code
    return ""


def _must_be_apart(directory: Path, keys_to: Path) -> None:
    one, other = directory.resolve(), keys_to.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise click.UsageError("The keys go to a directory apart from the store's, not into it or around it.")


def take(place: Place, directory: Path, keys_to: Path, now: datetime) -> tuple[Manifest, Manifest]:
    """Makes a backup; the manifests of its two halves. Raises StoreUnusable with the codes of the stores."""
    path = place.file
    must_be_there(place)
    backup_id = secrets.token_hex(16)
    with closing(SqliteStore(path)) as store, closing(LocalKeyStore(place.keys)) as keys:
        scheme, edition = store.scheme() or ("", "")
        _register_what_is_gone(place, keys, now)
        common = Manifest(
            v=manifests.VERSION, part=manifests.STORE, id=backup_id, made_at=now, scheme=scheme, edition=edition,
            schema=SCHEMA, cases=0, recovery="", files=(),
        )  # fmt: skip
        with whole_folders(keys_to, directory) as (apart, data):
            with _share("The store") as told:
                copy_file(path, data / STORE_FILE, mark=backup_id, progress=told)
            recovery = _copy_keys(keys, apart, backup_id)
            _copy_evidence(place.documents, data)
            cases = cases_in(data / STORE_FILE)
            first = _listed(attrs.evolve(common, cases=cases), data)
            second = attrs.evolve(common, part=manifests.KEYS, schema=KEY_SCHEMA, cases=cases, recovery=recovery)
            second = _listed(second, apart)
    return first, second


@contextmanager
def _share(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for work that tells how much of how much is done."""
    with progress(title, 100) as show:
        yield lambda done, total: show(100 * done // total if total else 100)


def _register_what_is_gone(place: Place, keys: LocalKeyStore, now: datetime) -> None:
    """Keys that were destroyed before there was a register stand on it from now on."""
    register = FileRegister(place.register)
    known = {entry.case_id for entry in register.entries() if entry.what is Undone.ERASED}
    if missing := [one for one in keys.destroyed() if one not in known]:
        register.note([RegisterEntry(Undone.ERASED, one, now) for one in missing])


def _copy_keys(keys: LocalKeyStore, folder: Path, backup_id: str) -> str:
    """The copy of the keys; the id of the recovery key that it is sealed to, empty where it is not."""
    public, copy = keys.about().recovery, keys.copy(backup_id)
    if public is None:
        write_private(folder / KEYS_FILE, copy)
        return ""
    write_private(folder / SEALED_FILE, seal_keys(public, copy, backup_id))
    return key_id(public)


def _copy_evidence(source: Path | Database, folder: Path) -> None:
    """The file of documents, sealed as they are; those deleted meanwhile belong to cases that are erased."""
    if isinstance(source, Path) and source.is_file():
        with _share("Documents") as told:
            copy_file(source, folder / EVIDENCE, progress=told)


def _listed(manifest: Manifest, folder: Path) -> Manifest:
    sizes = sum((folder / name).stat().st_size for name in files_below(folder))
    with progress("Weighing", sizes) as show:
        manifest = attrs.evolve(manifest, files=manifests.listed(folder, adding(show)))
    manifests.write(folder, manifest)
    return manifest


def keys_of(folder: Path, manifest: Manifest) -> bytes:
    """The file of a copy of keys, checked against its manifest. Raises StoreUnusable."""
    wanted = SEALED_FILE if manifest.recovery else KEYS_FILE
    if [one.name for one in manifest.files] != [wanted]:
        raise StoreUnusable("backup_damaged", "the copy of the keys is not what its manifest says")
    manifests.check(folder, manifest)
    return (folder / wanted).read_bytes()
