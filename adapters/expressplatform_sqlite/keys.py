"""The local key store: one SQLite file of wrapped keys, kept apart from the data.

Laws of this module
- No key stands in the file in clear but the one key-encryption key that wraps them all; it is there so that
  it can be rotated, not as a defence against whoever can read the file. Keep the file where the data is not.
- A key's bytes never move inside the file. Rows are only appended, no row is ever deleted, and a key is
  destroyed by overwriting it where it stands with zeros of the same length: SQLite then splits and merges no
  page that holds a key, so no stale copy stays in a page's free space. ``secure_delete`` covers the rest.
- The journal is truncated, and the truncation synced, before a commit returns: a destroyed key cannot come
  back from a journal after a power cut. What lies below the file (blocks a disk has freed or remapped,
  snapshots, backups) is beyond this module; whoever runs it keeps such copies short, or encrypts the volume.
- A destroyed id stays, for ever, as a tombstone; no key is made for it again.
- A copy carries a mark, and is not opened for use before what was destroyed since is destroyed in it too.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Self, final

import attrs

from expressplatform.errors import KeyDestroyed, KeyMissing, SealBroken, StoreUnusable
from expressplatform.ports import check_texts
from expressplatform.sealing import KEY_BYTES, WRAPPED_BYTES, new_key, unwrap_key, wrap_key
from expressplatform_sqlite.faults import translated, unusable
from expressplatform_sqlite.notes import peeked

SCHEMA = 2
"""The edition of the file's tables which this release reads and writes."""

_APPLICATION = 0x45504B53  # "EPKS": tells a key store from any other SQLite file
_CASE, _SECRET = "case", "secret"
_SHREDDED = bytes(WRAPPED_BYTES)
_LAST = (1 << 63) - 1  # the greatest number that SQLite holds

# A migration is never edited once it has been released: a change is one more tuple at the end.
_MIGRATIONS = (
    (
        "CREATE TABLE wrapping (generation INTEGER PRIMARY KEY, live INTEGER NOT NULL, kek BLOB NOT NULL)",
        """CREATE TABLE sealed (slot INTEGER PRIMARY KEY, label TEXT NOT NULL, name TEXT NOT NULL,
        live INTEGER NOT NULL, wrapped BLOB NOT NULL, UNIQUE (label, name))""",
    ),
    (
        "ALTER TABLE wrapping ADD COLUMN since INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE about (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    ),
)
# Exactly one key-encryption key is live at any time, so one statement reads a key and what opens it.
_READ = "SELECT s.live, wrapped, kek FROM sealed AS s, wrapping AS w WHERE w.live = 1 AND label = ? AND name = ?"
_KEK = "SELECT generation, kek FROM wrapping WHERE live = 1"
_SINCE = "SELECT generation, since FROM wrapping WHERE live = 1"
_COUNT = "SELECT label, live, count(*) FROM sealed GROUP BY label, live"
_LIVE = "SELECT name FROM sealed WHERE label = ? AND live ORDER BY name"
_ABOUT = "SELECT value FROM about WHERE name = ?"
_TELL = "INSERT OR REPLACE INTO about (name, value) VALUES (?, ?)"
_RECOVERY, _COPY = "recovery", "copy"
_DESTROYED = "SELECT name FROM sealed WHERE label = ? AND NOT live ORDER BY name"
_INSERT = "INSERT INTO sealed (label, name, live, wrapped) VALUES (?, ?, ?, ?)"
_OVERWRITE = "UPDATE sealed SET live = ?, wrapped = ? WHERE label = ? AND name = ?"


@attrs.frozen
class KeysAbout:
    """What may be told of a key store: no key.

    ``generation`` counts the key-encryption keys there have been; the live one is there ``since`` then (UTC; None: it
    is older than such notes). ``recovery`` is the public half that copies are sealed to; None: they lie in clear.
    """

    generation: int
    since: datetime | None
    cases: int
    destroyed: int
    secrets: int
    recovery: bytes | None


@final
class LocalKeyStore:
    """Data keys of cases and named secrets in the file at ``path``, made (mode 0600) when it is not there.

    Safe from several threads, and from several processes: a writer waits up to ``busy_seconds`` for another. Do not
    carry an open store across ``fork``. Every method may raise ``StoreUnusable``, with the code ``corrupt``,
    ``newer_schema``, ``not_ours`` (another program's file), ``not_restored`` (a copy; only ``restoring`` opens one),
    ``locked``, ``disk_full``, ``read_only``, ``closed`` or ``failed``.
    """

    __slots__ = ("_db", "_lock")

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, restoring: bool = False) -> None:
        self._lock = threading.Lock()
        if not restoring and peeked(os.path.abspath(path), _ABOUT, _COPY) is not None:
            raise StoreUnusable("not_restored", "the key store is a copy that has not been put back")
        with translated():
            self._db = _opened(os.path.abspath(path), busy_seconds)

    def create(self, case_ids: Sequence[str]) -> None:
        """Make the data keys not there yet, in one transaction: all, or with ``KeyDestroyed`` none."""
        with self._writing(*case_ids) as db:
            kek: bytes = db.execute(_KEK).fetchone()[1]
            for case_id in case_ids:
                row = db.execute(_READ, (_CASE, case_id)).fetchone()
                if row is None:
                    db.execute(_INSERT, (_CASE, case_id, 1, wrap_key(kek, new_key(), case_id, label=_CASE)))
                elif not row[0]:
                    raise KeyDestroyed(case_id)

    def get(self, case_id: str) -> bytes:
        """The case's 32-byte data key; raises ``KeyMissing`` or ``KeyDestroyed``."""
        row = self._row(_CASE, case_id)
        if row is None:
            raise KeyMissing(case_id)
        if not row[0]:
            raise KeyDestroyed(case_id)
        return _unwrapped(row, _CASE, case_id)

    def destroy(self, *case_ids: str) -> None:
        """Overwrite the keys of cases for ever, in one transaction; harmless when repeated, final for unknown ones."""
        with self._writing(*case_ids) as db:
            for case_id in case_ids:
                if not db.execute(_OVERWRITE, (0, _SHREDDED, _CASE, case_id)).rowcount:
                    db.execute(_INSERT, (_CASE, case_id, 0, _SHREDDED))

    def destroyed(self) -> tuple[str, ...]:
        """The ids of all cases whose key was destroyed, in order."""
        with self._lock, translated():
            rows = self._db.execute(_DESTROYED, (_CASE,))
            return tuple(name for (name,) in rows)

    def secret(self, name: str) -> bytes:
        """The named 32-byte secret, made when it is not there."""
        row = self._row(_SECRET, name)
        if row is None or not row[0]:
            row = self._new_secret(name)
        return _unwrapped(row, _SECRET, name)

    def _new_secret(self, name: str) -> tuple[int, bytes, bytes]:
        with self._writing() as db:
            row: tuple[int, bytes, bytes] | None = db.execute(_READ, (_SECRET, name)).fetchone()
            if row is not None and row[0]:  # another process was faster
                return row
            kek: bytes = db.execute(_KEK).fetchone()[1]
            wrapped = wrap_key(kek, new_key(), name, label=_SECRET)
            if row is None:
                db.execute(_INSERT, (_SECRET, name, 1, wrapped))
            else:
                db.execute(_OVERWRITE, (1, wrapped, _SECRET, name))
            return 1, wrapped, kek

    def forget(self, name: str) -> None:
        """Overwrite a named secret; the next :meth:`secret` of that name is another one."""
        row = self._row(_SECRET, name)
        if row is not None and row[0]:  # most that are asked for are gone, and nobody need wait to write for those
            with self._writing() as db:
                db.execute(_OVERWRITE, (0, _SHREDDED, _SECRET, name))

    def about(self) -> KeysAbout:
        """Counts, generation and recovery key; no key."""
        with self._lock, translated():
            generation, since = self._db.execute(_SINCE).fetchone()
            counts = {(label, bool(live)): number for label, live, number in self._db.execute(_COUNT)}
        return KeysAbout(
            generation=generation,
            since=_instant(since),
            cases=counts.get((_CASE, True), 0),
            destroyed=counts.get((_CASE, False), 0),
            secrets=counts.get((_SECRET, True), 0),
            recovery=self._about(_RECOVERY),
        )

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The ids of the cases that have a key, and the names of the secrets, each in order."""
        with self._lock, translated():
            cases, secrets = (self._db.execute(_LIVE, (label,)).fetchall() for label in (_CASE, _SECRET))
        return tuple(name for (name,) in cases), tuple(name for (name,) in secrets)

    def name_recovery_key(self, public: bytes) -> None:
        """From now on copies are sealed to the recovery key with this public half (32 bytes)."""
        if len(public) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        with self._writing() as db:
            db.execute(_TELL, (_RECOVERY, public))

    def copy(self, backup_id: str) -> bytes:
        """A copy of the whole file, marked as one of this backup. It never touches the disk here; seal it first."""
        with closing(sqlite3.connect(":memory:")) as copy, translated():
            with self._lock:
                self._db.backup(copy)
            with copy:
                copy.execute(_TELL, (_COPY, backup_id.encode()))
            return copy.serialize()

    def restored(self) -> None:
        """The copy has been put back: it is a key store like any other from now on."""
        with self._writing() as db:
            db.execute("DELETE FROM about WHERE name = ?", (_COPY,))

    def _about(self, name: str) -> bytes | None:
        with self._lock, translated():
            row = self._db.execute(_ABOUT, (name,)).fetchone()
        if row is not None and type(row[0]) is not bytes:
            raise StoreUnusable("corrupt", "the key store says of itself what it cannot")
        return None if row is None else bytes(row[0])

    def rotate(self) -> int:
        """Wrap every live key anew under a new key-encryption key, shred the old one; the new generation."""
        with self._writing() as db:
            generation, old = db.execute(_KEK).fetchone()
            if generation >= _LAST:
                raise StoreUnusable("corrupt", "the key store counts more key-encryption keys than there can have been")
            new = new_key()
            rows = db.execute("SELECT label, name, wrapped FROM sealed WHERE live").fetchall()
            for label, name, wrapped in rows:
                key = _unwrapped((1, wrapped, old), label, name)
                db.execute(_OVERWRITE, (1, wrap_key(new, key, name, label=label), label, name))
            db.execute("UPDATE wrapping SET live = 0, kek = ? WHERE live = 1", (bytes(KEY_BYTES),))
            values = (generation + 1, new, int(time.time()))
            db.execute("INSERT INTO wrapping (generation, live, kek, since) VALUES (?, 1, ?, ?)", values)
            return int(generation) + 1

    def close(self) -> None:
        """Close the file; any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._db.close()

    def _row(self, label: str, name: str) -> tuple[int, bytes, bytes] | None:
        check_texts((name,))
        try:
            with self._lock:
                row: tuple[int, bytes, bytes] | None = self._db.execute(_READ, (label, name)).fetchone()
                return row
        except sqlite3.Error as error:
            raise unusable(error) from None

    @contextmanager
    def _writing(self, *texts: str) -> Iterator[sqlite3.Connection]:
        """One transaction, alone among threads and processes: whole, or rolled back with the error."""
        check_texts(texts)
        with self._lock, translated(), self._db as db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<LocalKeyStore>"


def _unwrapped(row: tuple[int, bytes, bytes], label: str, name: str) -> bytes:
    try:
        return unwrap_key(row[2], row[1], name, label=label)
    except (SealBroken, TypeError, ValueError, AttributeError):  # SQLite takes any value in any column
        raise StoreUnusable("corrupt", "a key in the key store does not unwrap") from None


def _instant(since: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(since, UTC) if since else None
    except (TypeError, ValueError, OverflowError, OSError):
        raise StoreUnusable("corrupt", "the key store does not say since when its key is there") from None


def _is_key(row: tuple[int, object] | None) -> bool:
    return row is not None and isinstance(row[1], bytes) and len(row[1]) == KEY_BYTES


def _opened(path: str, busy_seconds: float) -> sqlite3.Connection:
    _make_private(path)
    db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA synchronous = FULL")
        with db:
            db.execute("BEGIN IMMEDIATE")
            _check_or_make(db)
        os.chmod(path, 0o600)  # only once it is known to be ours: another program's file keeps its rights
        db.execute("PRAGMA journal_mode = TRUNCATE")
    except BaseException:
        db.close()
        raise
    return db


def _make_private(path: str) -> None:
    """Make the file, for its owner alone. An existing file is not opened here: closing a second descriptor would
    drop the locks which this process holds on it through SQLite."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _check_or_make(db: sqlite3.Connection) -> None:
    schema, application = _number(db, "user_version"), _number(db, "application_id")
    if (schema, application) == (0, 0) and not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        _migrate(db, 0)
        values = (new_key(), int(time.time()))
        db.execute("INSERT INTO wrapping (generation, live, kek, since) VALUES (1, 1, ?, ?)", values)
        db.execute(f"PRAGMA application_id = {_APPLICATION}")
        return
    if application != _APPLICATION:
        raise StoreUnusable("not_ours", "the file is not a key store")
    if schema > SCHEMA:
        raise StoreUnusable("newer_schema", f"the key store has schema {schema}; this release reads {SCHEMA}")
    if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",) or not _is_key(db.execute(_KEK).fetchone()):
        raise StoreUnusable("corrupt", "the key store fails its integrity check")
    if schema < SCHEMA:
        _migrate(db, schema)


def _migrate(db: sqlite3.Connection, schema: int) -> None:
    for statements in _MIGRATIONS[schema:]:
        for statement in statements:
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {SCHEMA}")


def _number(db: sqlite3.Connection, pragma: str) -> int:
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
