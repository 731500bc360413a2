"""`keys`: what is in the key store, a new key-encryption key, keys from a copy, a recovery key.

Laws of this module
- No key is ever written to a terminal, and no private half is ever taken from the command line.
- Nothing is written over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import attrs
import click

from expressplatform.codes import Status
from expressplatform.errors import StoreUnusable
from expressplatform.platform.connecting import INVITATION, MEMBER_KEY, ORGANISATION
from expressplatform.platform.enrolling import PARTICIPANT
from expressplatform.platform.keeping import KINDS, SIGNED
from expressplatform.platform.sequencing import CHECKPOINT, WITNESSED
from expressplatform.platform.subscribing import ENDPOINT
from expressplatform.ports import EVERYONE, CaseStore, Sought, Wanted
from expressplatform.recovery import private_text, public_text, read_public, seal_keys
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import key_id
from expressplatform_cli import manifests
from expressplatform_cli.config import Place, case_shelf, case_store, must_be_there, open_platform
from expressplatform_cli.databases import Database
from expressplatform_cli.folders import sync, write_private
from expressplatform_cli.options import FILE, FOLDER, answers, place_options, staff_option
from expressplatform_cli.output import console, pairs, progress, say_json
from expressplatform_cli.putting_back import key_image, must_be_done, put_right, reapplied_document, tell_reapplied
from expressplatform_sqlite.copies import kinds_in
from expressplatform_sqlite.keys import LocalKeyStore

ON_THE_SHELF: Final = (
    *(kind.name for kind in KINDS),
    *(kind.name for kind in (INVITATION, MEMBER_KEY, ORGANISATION, ENDPOINT, PARTICIPANT, SIGNED)),
    *(kind.name for kind in (CHECKPOINT, WITNESSED)),
)
"""Every kind of small record; a test holds them to those of the platform."""
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


@click.group()
def keys() -> None:
    """List, rotate and recover keys; make a recovery key. No key is ever shown. Each takes --json."""


@keys.command("list")
@click.option("--ids", is_flag=True, help="Name the cases that have a key, and the secrets.")
@answers
@place_options
def list_keys(place: Place, ids: bool, as_json: bool) -> None:
    """How many keys there are, and how old the key is that wraps them."""
    must_be_there(place)
    with closing(LocalKeyStore(place.keys)) as store:
        about = store.about()
        cases, secrets = store.names() if ids else ((), ())
        gone = store.destroyed() if ids else ()
    recovery = key_id(about.recovery) if about.recovery is not None else None
    named = {"case_ids": cases, "secret_names": secrets, "destroyed_ids": gone} if ids else {}
    if as_json:
        counts = {name: getattr(about, name) for name in ("generation", "since", "cases", "destroyed", "secrets")}
        say_json({**counts, "recovery": recovery, **named})
        return
    rows = [
        ("cases with a key", f"{about.cases:,}"),
        ("destroyed", f"{about.destroyed:,}"),
        ("secrets", f"{about.secrets:,}"),
        ("wrapped by", f"key-encryption key {about.generation}, {_since(about.since)}"),
        (
            "copies are",
            f"sealed to the recovery key {recovery}" if recovery else "not sealed: no recovery key is named",
        ),
    ]
    console().print(pairs(rows))
    for title, names in named.items():
        click.echo("\n".join([f"{title}:", *(f"  {name}" for name in names)]))


def _since(since: object) -> str:
    return f"since {since:%F}" if since is not None else "of unknown age"


@keys.command()
@answers
@place_options
def rotate(place: Place, as_json: bool) -> None:
    """Wrap every key anew under a new key-encryption key, and destroy the old one. No case data is touched.

    Whoever has a copy of the key store from before still has the keys that were in it.
    """
    must_be_there(place)
    with closing(LocalKeyStore(place.keys)) as store, progress("Keys wrapped anew"):
        generation = store.rotate()
        wrapped = store.about()
    if as_json:
        say_json({"generation": generation, "cases": wrapped.cases, "secrets": wrapped.secrets})
        return
    click.echo(f"{wrapped.cases + wrapped.secrets:,} keys are wrapped by key-encryption key {generation} now.")


@keys.command("new-recovery-pair")
@click.option("--private", metavar="FILE", type=FILE, required=True, help="Where the private half goes.")
@click.option("--public", metavar="FILE", type=FILE, required=True, help="Where the public half goes.")
@answers
def new_recovery_pair(private: Path, public: Path, as_json: bool) -> None:
    """Make a recovery key: on a machine that is not this one's network, best of all.

    Copies of keys are sealed to the public half; only the private half opens them. Keep it offline, twice.
    """
    for path in (private, public):
        if path.exists():
            raise click.UsageError("A file is there already. Name new ones.")
    pair = new_encryption_pair()
    write_private(private, private_text(pair).encode())
    try:
        write_private(public, public_text(pair).encode())
    except BaseException:
        private.unlink()  # nothing can have been sealed to it
        raise
    if as_json:
        say_json({"key_id": pair.key_id, "public": pair.public.hex()})
        return
    click.echo(f"Made the recovery key {pair.key_id}. Take {private} offline; whoever has it can open every copy.")
    click.echo(f"Name it with: expressplatform keys use-recovery-key {public}")


@keys.command("use-recovery-key")
@click.argument("key", metavar="FILE|HEX")
@answers
@place_options
def use_recovery_key(place: Place, key: str, as_json: bool) -> None:
    """From now on seal copies of the keys to this recovery key (its public half)."""
    must_be_there(place)
    public = public_half(key)
    with closing(LocalKeyStore(place.keys)) as store:
        store.name_recovery_key(public)
    if as_json:
        say_json({"recovery": key_id(public)})
        return
    click.echo(f"Copies of the keys are sealed to the recovery key {key_id(public)} from now on. Take a backup now.")


def public_half(key: str) -> bytes:
    """The public half that the command line names: in hex, or in a file. Raises InvalidInput, StoreUnusable."""
    public = read_public(key if _HEX.fullmatch(key) else Path(key).read_text(encoding="utf-8", errors="replace"))
    seal_keys(public, b"", "")  # raises where nobody could seal to it
    return public


# ---- recover ------------------------------------------------------------------------------------------------------


@keys.command()
@click.argument("directory", metavar="DIR2", type=FOLDER)
@click.option("--private-key", metavar="FILE|-", help="The recovery key's private half [default: asked for].")
@staff_option
@answers
@place_options
def recover(place: Place, directory: Path, private_key: str | None, staff: str, as_json: bool) -> None:
    """Put the keys of a backup (DIR2) in the place of a key store that was lost.

    Keys of cases that were erased since are destroyed before anything is served. Cases that were lodged since have no
    key in any copy: what was personal in them is lost, and their facts stay; see 'keys give-up'.
    """
    if place.keys.exists():
        raise click.UsageError("There is a key store in this place. Move it away first; it is not written over.")
    _must_hold_a_store(place)
    manifest = manifests.read(directory, manifests.KEYS)
    image = key_image(directory, manifest, private_key)
    part = place.keys.with_name(f".{place.keys.name}.part")
    _clear(part)
    try:
        write_private(part, image)
        done = put_right(attrs.evolve(place, keys=part), staff)
        lost = _without_key(attrs.evolve(place, keys=part))
        _into_place(part, place.keys)
    finally:
        _clear(part)
    if as_json:
        say_json({"made_at": manifest.made_at, "without_key": lost, **reapplied_document(done)})
        return
    click.echo(f"The keys are back, as at {manifest.made_at:%F %T} UTC.")
    tell_reapplied(done)
    if lost:
        click.echo(f"Without a key, because they are younger than the copy: {len(lost):,}.")
        click.echo("\n".join(f"  {case_id}" for case_id in lost))
        click.echo("Look for a younger copy. If there is none: expressplatform keys give-up")


def _into_place(part: Path, path: Path) -> None:
    """Durable at its place, or not there: then the same line may be run again. Its journal, being over, goes first."""
    part.with_name(f"{part.name}-journal").unlink(missing_ok=True)
    os.replace(part, path)
    try:
        sync(path.parent)
    except BaseException:
        path.unlink()
        raise


def _clear(part: Path) -> None:
    """Takes away what is left of a file that was being made, its journal too: it would be played into the next one."""
    for name in (part.name, f"{part.name}-journal"):
        part.with_name(name).unlink(missing_ok=True)


@keys.command("give-up")
@click.option("--yes", is_flag=True, help="Do not ask.")
@staff_option
@answers
@place_options
def give_up(place: Place, yes: bool, staff: str, as_json: bool) -> None:
    """Erase the cases whose key is in no copy: nothing opens them, so nobody can act on them.

    For when keys are lost for good. Their facts stay, and no key is ever made for them again; a complaint that is
    still alive is lodged anew, under another --key. Small records, such as the log of who read what, go with the
    secrets that they were sealed under. Where the key store is not there at all, an empty one is made.
    """
    _must_hold_a_store(place)
    LocalKeyStore(place.keys).close()
    lost = _without_key(place)
    if lost and not yes:
        click.confirm(f"Erase {len(lost):,} cases that have no key, for ever?", abort=True, err=True)
    with closing(LocalKeyStore(place.keys)) as store:
        for case_id in lost:
            store.destroy(case_id)
    dropped = _drop_unreadable(place)
    with closing(open_platform(place)) as platform, progress("Cases without a key", len(lost)) as show:
        done = platform.reapply(person=staff, progress=show)
    if as_json:
        say_json({**reapplied_document(done), "records_dropped": dropped})
    else:
        tell_reapplied(done)
        if dropped:
            click.echo(f"Small records that nothing opens any more, taken away: {dropped:,}.")
    must_be_done(done)


def _drop_unreadable(place: Place) -> int:
    """Takes away what was sealed on the shelf under secrets that are not there: how many records."""
    dropped = 0
    with closing(case_shelf(place)) as shelf, closing(LocalKeyStore(place.keys)) as keys:
        there = set(keys.names()[1])
        for kind in _kinds_in(place):
            after = ""
            while True:
                page = shelf.list(EVERYONE, kind, Sought(), after, 500)
                gone = [row.id for row in page.rows if f"shelf:{kind}:{row.year}" not in there]
                shelf.delete(EVERYONE, kind, gone)
                dropped += len(gone)
                if not page.after:
                    break
                after = page.after
    return dropped


def _kinds_in(place: Place) -> Sequence[str]:
    return ON_THE_SHELF if isinstance(place.store, Database) else kinds_in(place.store)


def _must_hold_a_store(place: Place) -> None:
    if isinstance(place.store, Database):
        return  # opening one that is not there says so
    if not place.store.is_file() or not place.store.stat().st_size:
        raise StoreUnusable("missing", "the file that should hold the store is not there")


def _without_key(place: Place) -> list[str]:
    """The cases that are not erased and have no key."""
    with closing(case_store(place)) as store, closing(LocalKeyStore(place.keys)) as keys:
        there = {*keys.names()[0], *keys.destroyed()}
        return [case_id for case_id in _standing(store) if case_id not in there]


def _standing(store: CaseStore) -> Iterator[str]:
    after = ""
    while True:
        page = store.headers(EVERYONE, Wanted(), after, 1000)
        yield from (header.case_id for header in page.headers if header.status != Status.ERASED)
        if not page.after:
            return
        after = page.after
