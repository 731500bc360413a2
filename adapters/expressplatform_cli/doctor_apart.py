"""What `doctor` says of what stands beside the cases: the register, keys, the shelf, documents, backups.

Laws of this module: those of `doctor`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import attrs

from expressplatform.codes import Status
from expressplatform.errors import ExpressPlatformError, StoreUnusable
from expressplatform.platform.keeping import KINDS
from expressplatform.ports import EVERYONE, CaseStore, Undone
from expressplatform.signing import key_id
from expressplatform_cli.config import Place
from expressplatform_cli.databases import Database, not_durable, open_evidence, open_shelf
from expressplatform_cli.options import message_of
from expressplatform_files.register import FileRegister
from expressplatform_sqlite import notes
from expressplatform_sqlite.keys import LocalKeyStore

ROTATE_AFTER: Final = timedelta(days=365)
"""A key-encryption key that is older than this should be replaced."""
BACKUP_AFTER: Final = timedelta(days=7)
"""A last backup that is older than this is too old."""
_SECRETS: Final = "SELECT DISTINCT 'shelf:' || kind || ':' || year FROM shelf"
_DOCUMENTS: Final = "SELECT count(*) FROM files"
_HELD: Final = "SELECT EXISTS (SELECT 1 FROM cases)"


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    ADVICE = "advice"
    FAULT = "fault"


@attrs.frozen
class Finding:
    """What one check found, what to do next, and the cases that it is about."""

    level: Level
    check: str
    sentence: str
    next: str = ""
    cases: tuple[str, ...] = ()


def of_error(check: str, error: ExpressPlatformError) -> Finding:
    """A check that could not be made, or found what is wrong: what the error says, and what to do."""
    said = message_of(error)
    return Finding(Level.FAULT, check, said.text, said.next)


def durable(database: Database) -> Iterator[Finding]:
    """Whether what the database acknowledges is on its disk."""
    try:
        off = not_durable(database)
    except StoreUnusable as error:
        yield Finding(Level.FAULT, "files", f"The settings of the database cannot be read: {error.detail}.")
        return
    for setting in off:
        sentence = f"The database has {setting} off: steps that were acknowledged may be lost when its power fails."
        yield Finding(Level.ADVICE, "files", sentence, f"Set {setting} on, for the server and for this role.")


def asked(path: Path, query: str) -> tuple[object, ...] | None:
    """The first row that a query gives on a file that is opened for reading only; None where it gives none."""
    try:
        with closing(_reading(path)) as db:
            row: tuple[object, ...] | None = db.execute(query).fetchone()
            return row
    except sqlite3.Error:
        return None


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def kept_apart(place: Place, store: CaseStore, keys: LocalKeyStore, now: datetime) -> Iterator[Finding]:
    """Every finding about what stands beside the cases, as at an instant."""
    checks = [
        ("register", _register(place, store, keys)),
        ("keys", _wrapping(keys, now)),
        ("shelf", _shelf(place, store, keys)),
        ("documents", _documents(place)),
    ]
    if not isinstance(place.store, Database):  # it is backed up with tools of its own
        checks.append(("backup", _backup(place.store, now)))
    for check, made in checks:
        try:
            yield from made
        except (StoreUnusable, sqlite3.Error) as error:
            told = error.detail if isinstance(error, StoreUnusable) else "the file cannot be read"
            yield Finding(Level.FAULT, check, f"This could not be checked: {told}.", "See to the file, and look again.")


# ---- the register -------------------------------------------------------------------------------------------------


def _register(place: Place, store: CaseStore, keys: LocalKeyStore) -> Iterator[Finding]:
    """Whether the register can be written, and says what keys and store say."""
    register, destroyed = FileRegister(place.register), set(keys.destroyed())
    entries, strange = register.entries(), register.strange()
    erased = {entry.case_id for entry in entries if entry.what is Undone.ERASED}
    if not _writable(place.register):
        sentence = "The register cannot be written: no key can be destroyed."
        yield Finding(Level.FAULT, "register", sentence, "Check the register's file, its directory and their rights.")
    elif place.register.exists() and place.register.stat().st_mode & 0o077:
        yield Finding(Level.ADVICE, "register", "Others on this machine may read the register.", "chmod 600.")
    if strange:
        sentence = f"{strange} line{'s' if strange != 1 else ''} of the register cannot be read."
        yield Finding(Level.ADVICE, "register", sentence, "One that a crash cut off does no harm; see what it is.")
    back = _standing(store, erased)
    if back:
        sentence = f"{len(back)}: The register says that the case was erased, and the store that it was not."
        yield Finding(
            Level.FAULT, "register", sentence, "An older store was put back: 'expressplatform reapply'.", back
        )
    if missing := destroyed - erased:
        sentence = f"{len(missing):,} destroyed keys are not on the register: a backup could bring them back."
        yield Finding(Level.FAULT, "register", sentence, "Was it replaced? 'expressplatform reapply' adds them.")
    if not (back or missing):
        yield Finding(Level.OK, "register", f"The register holds {len(entries):,} entries, and every destroyed key.")


def _writable(path: Path) -> bool:
    return os.access(path if path.exists() else path.parent, os.W_OK)


def _standing(store: CaseStore, erased: set[str]) -> tuple[str, ...]:
    """The cases of the register that are in the store, and not erased there."""
    found = ((one, store.load(one, EVERYONE)) for one in sorted(erased))
    return tuple(one for one, case in found if case is not None and case.header.status != Status.ERASED)


# ---- keys ---------------------------------------------------------------------------------------------------------


def _wrapping(keys: LocalKeyStore, now: datetime) -> Iterator[Finding]:
    """How old the key is that wraps the others, and whether copies are sealed."""
    about = keys.about()
    age = now - about.since if about.since is not None else None
    told = "of unknown age" if about.since is None else f"since {about.since:%F}"
    sentence = f"The keys are wrapped by key-encryption key {about.generation}, {told}."
    old = age is None or age > ROTATE_AFTER
    level = Level.ADVICE if old else Level.OK
    yield Finding(level, "keys", sentence, "Replace it once a year: 'expressplatform keys rotate'.")
    if about.recovery is not None:
        yield Finding(Level.OK, "keys", f"Copies of the keys are sealed to the recovery key {key_id(about.recovery)}.")
    else:
        yield Finding(Level.OK, "keys", "No recovery key is named: a copy of the keys holds them in clear.")


def _shelf(place: Place, store: CaseStore, keys: LocalKeyStore) -> Iterator[Finding]:
    """Whether the secrets are there that small records and tokens were made under."""
    there = set(keys.names()[1])
    missing = sorted({*_secrets(place), *(f"tokens:{quarter}" for quarter in store.quarters())} - there)
    if missing:
        sentence = f"Secrets are not in the key store, and nothing made under them can be read: {', '.join(missing)}."
        yield Finding(Level.FAULT, "shelf", sentence, "Check that store and keys belong together; put the keys back.")
    else:
        yield Finding(Level.OK, "shelf", "The secrets of the shelf and of the tokens are all there.")


def _secrets(place: Place) -> list[str]:
    """The secrets that small records were made under."""
    if isinstance(place.store, Database):
        with closing(open_shelf(place.store)) as shelf:
            return [f"shelf:{kind.name}:{year}" for kind in KINDS for year in shelf.years(kind.name)]
    with closing(_reading(place.store)) as db:
        return [name for (name,) in db.execute(_SECRETS)]


# ---- documents ----------------------------------------------------------------------------------------------------


def _documents(place: Place) -> Iterator[Finding]:
    """Whether documents can be read, and whether others may read their file."""
    where = place.documents
    if isinstance(where, Database):
        with closing(open_evidence(where)) as evidence:
            evidence.list("", "", 1)
        yield Finding(Level.OK, "documents", "Documents are kept in the database.")
        return
    if not where.is_file():
        yield Finding(Level.OK, "documents", "There is no file of documents: it is made with the first of them.")
        return
    if where.stat().st_mode & 0o077:
        sentence = "Others on this machine may read the file of documents."
        yield Finding(Level.ADVICE, "documents", sentence, "Take their rights away: chmod 600.")
    with closing(_reading(where)) as db:
        (count,) = db.execute(_DOCUMENTS).fetchone()
    yield Finding(Level.OK, "documents", f"The file of documents opens; it holds {count:,}.")


# ---- backups ------------------------------------------------------------------------------------------------------


def _backup(store: Path, now: datetime) -> Iterator[Finding]:
    """How long ago the last backup was made, as far as the store knows."""
    noted = notes.noted(store, notes.BACKED_UP)
    if not noted:
        held = asked(store, _HELD) == (1,)
        level = Level.ADVICE if held else Level.OK
        yield Finding(level, "backup", "No backup has been made.", "Make one: 'expressplatform backup DIR'.")
        return
    try:
        made = datetime.fromisoformat(noted).astimezone(UTC)
    except (ValueError, OverflowError):
        raise StoreUnusable("corrupt", "the store does not say when its last backup was made") from None
    level = Level.ADVICE if now - made > BACKUP_AFTER else Level.OK
    yield Finding(level, "backup", f"The last backup was made on {made:%F} at {made:%R} UTC.", "Make one more often.")
