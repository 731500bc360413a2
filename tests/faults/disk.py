"""A disk whose power can be cut and which can be full: what the stores write goes to it through SQLite itself.

Laws of this file
- The statements are the adapter's own. `Disk.connected` puts `connect` below in the place of `sqlite3.connect`, so the
  stores run unchanged, over APSW, which alone lets a file system be written in Python.
- What was written and not synced lies in a cache that the power keeps alive. `Disk.after_the_cut` is what a machine
  finds that starts again: what was synced, and of the rest nothing, a beginning, or any part, down to single sectors.
- A file is there after a cut once it has been synced. A deletion is durable when SQLite asks for that, else it may be
  undone. Nothing that was synced is ever lost: such a disk is broken, and no program can help.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final, Self
from unittest.mock import patch

import apsw
import attrs

SECTOR: Final = 512
_NEVER: Final = 1 << 60


class PowerCut(BaseException):
    """The machine is off: whoever was writing will never hear how it went."""


@attrs.define
class _Content:
    """One file: what the disk holds of it, and what has been written since it was last synced."""

    durable: bytearray = attrs.field(factory=bytearray)
    pending: list[tuple[int, bytes | None]] = attrs.field(factory=list)
    there: bool = False

    def sync(self) -> None:
        for change in self.pending:
            self._take(*change)
        self.pending, self.there = [], True

    def _take(self, offset: int, data: bytes | None) -> None:
        """A write at an offset, or (without data) a truncation to it."""
        if data is None:
            del self.durable[offset:]
            return
        if len(self.durable) < offset:
            self.durable.extend(bytes(offset - len(self.durable)))
        self.durable[offset : offset + len(data)] = data

    def survives(self, chance: Random) -> None:
        """Of what was not synced, some is on the disk all the same: nothing, a beginning, or here and there a part."""
        how = chance.choice(("nothing", "beginning", "parts"))
        kept = {"nothing": 0, "beginning": chance.randint(0, len(self.pending)), "parts": len(self.pending)}[how]
        for offset, data in self.pending[:kept]:
            if how == "parts" and data is not None:
                for at in range(0, len(data), SECTOR):
                    if chance.random() < 0.5:
                        self._take(offset + at, data[at : at + SECTOR])
            elif how == "beginning" or chance.random() < 0.5:
                self._take(offset, data)
        self.there = self.there or (kept > 0 and chance.random() < 0.5)
        self.pending = []


class Disk:
    """A disk in which SQLite files lie. ``cut_at`` is the change (write, truncation, sync, deletion) at which it ends.

    ``fails`` is asked at each change: with which result code of SQLite (``SQLITE_FULL``) it fails, None for not at all.
    """

    def __init__(
        self, chance: Random, cut_at: int = _NEVER, fails: Callable[[str, int], str | None] = lambda what, count: None
    ) -> None:
        self._chance, self._cut_at, self._fails = chance, cut_at, fails
        self._name = f"disk-{id(self)}"
        self._vfs = _FileSystem(self._name, self)
        self._files: dict[str, _Content] = {}
        self._open: list[Connection] = []
        self.changes = 0
        self.off = False

    @contextmanager
    def connected(self, synchronous: str = "FULL", pragmas: str = "") -> Iterator[Self]:
        """Within it, `sqlite3.connect` connects to files on this disk; afterwards they are left as after a crash."""

        def connect(path: str, timeout: float = 5.0, uri: bool = False, **_: object) -> Connection:
            self._open.append(made := Connection(path, timeout, self._name, synchronous, self, uri=uri))
            if pragmas:
                made.execute(pragmas)
            return made

        with patch.object(sqlite3, "connect", connect):
            try:
                yield self
            finally:
                self.off = True
                for connection in self._open:
                    connection.abandon()
                self._vfs.unregister()

    def file(self, name: str) -> _Content:
        """A file by its name; one that is there already, but was not written here, is durable as it is."""
        if name not in self._files:
            there = os.path.exists(name)
            self._files[name] = _Content(bytearray(Path(name).read_bytes() if there else b""), there=there)
        return self._files[name]

    def takes(self, what: str) -> bool:
        """Counts one change: whether the disk has power for it; raises where it fails."""
        self.changes += 1
        if not self.off and (code := self._fails(what, self.changes)) is not None:
            raise apsw.exception_for(getattr(apsw, code))
        powered, self.off = not self.off, self.off or self.changes >= self._cut_at
        return powered and not (self.off and what == "sync")  # a sync that the cut meets has not been answered

    def remove(self, name: str, *, durable: bool) -> None:
        """A file is deleted."""
        file = self.file(name)
        if durable:
            del self._files[name]
        else:
            file.pending = [(0, None)]

    def after_the_cut(self, folder: Path) -> Path:
        """What is found when the power is back, in a folder of its own."""
        folder.mkdir()
        for name, file in self._files.items():
            file.survives(self._chance)
            if file.there:
                (folder / Path(name).name).write_bytes(file.durable)
        return folder


class _FileSystem(apsw.VFS):
    """The system's own, but that every change goes by the disk."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if name is None:
            return apsw.VFSFile("", None, flags)
        path = name if isinstance(name, str) else name.filename()
        file = self._disk.file(path)
        return _File(name, flags, file, self._disk)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        if self._disk.takes("delete"):
            self._disk.remove(filename, durable=syncdir and not self._disk.off)
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    """A file whose changes are noted: the real one is what the living see."""

    def __init__(self, name: str | apsw.URIFilename, flags: list[int], file: _Content, disk: Disk) -> None:
        super().__init__("", name, flags)
        self._file, self._disk = file, disk

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._disk.takes("write"):
            self._file.pending.append((offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        if self._disk.takes("truncate"):
            self._file.pending.append((newsize, None))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._disk.takes("sync"):
            self._file.sync()


class Cursor:
    """As much of `sqlite3.Cursor` as the stores use."""

    def __init__(self, rows: Iterator[tuple[Any, ...]], db: apsw.Connection) -> None:
        self._rows, self.rowcount, self.lastrowid = rows, db.changes(), db.last_insert_rowid()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while (row := self.fetchone()) is not None:
            yield row

    def fetchone(self) -> tuple[Any, ...] | None:
        with _translated():
            return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        with _translated():
            return list(self._rows)


class Connection:
    """As much of `sqlite3.Connection` as the stores use, over APSW; ``synchronous`` is what FULL comes to."""

    def __init__(self, path: str, timeout: float, vfs: str, synchronous: str, disk: Disk, *, uri: bool) -> None:
        self._synchronous, self._disk = synchronous, disk
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_URI if uri else apsw.SQLITE_OPEN_CREATE)
        with _translated():
            self._db = apsw.Connection(path, flags, vfs)
            self._db.set_busy_timeout(int(timeout * 1000))

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def execute(self, statement: str, values: Sequence[object] | dict[str, object] = ()) -> Cursor:
        asked = statement.replace("synchronous = FULL", f"synchronous = {self._synchronous}")
        with self._alive(), _translated():
            rows = self._db.execute(asked, values)
            return Cursor(rows, self._db)

    def executemany(self, statement: str, values: Sequence[Sequence[object]]) -> Cursor:
        with self._alive(), _translated():
            rows = self._db.executemany(statement, values)
            return Cursor(rows, self._db)

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Whoever works when the power goes does not live to see an answer."""
        try:
            yield
        finally:
            if self._disk.off:
                raise PowerCut

    def close(self) -> None:
        if not self._disk.off:
            with _translated():
                self._db.close()

    def abandon(self) -> None:
        """Let go of the files without a word to the disk."""
        try:
            self._db.close(force=True)
        except apsw.Error:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._db.in_transaction and not self._disk.off:
            self.execute("ROLLBACK" if kind is not None else "COMMIT")


@contextmanager
def _translated() -> Iterator[None]:
    """APSW's errors as those of `sqlite3`."""
    try:
        yield
    except apsw.ConnectionClosedError:
        raise sqlite3.ProgrammingError("closed") from None
    except apsw.Error as error:
        kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
        raised = kind("")
        code = getattr(error, "extendedresult", 0) or getattr(error, "result", 1)
        names = (apsw.mapping_extended_result_codes, apsw.mapping_result_codes)
        raised.sqlite_errorname = next(
            (str(one[code]) for one in names if code in one), str(apsw.mapping_result_codes.get(code & 255, ""))
        )
        raise raised from None
