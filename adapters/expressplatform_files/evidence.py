"""Sealed files of evidence in a folder: one folder for each case, one file for each name.

Laws of this module
- A file is there whole or not at all, also after a power cut; it is synced before it is acknowledged.
- Names are checked before they reach the file system, so that none leads out of the folder.
- A file is read as it was when reading began: it is replaced by another file, never written into.
- Nothing here opens a seal. What was cut off or altered by others is found by whoever opens it; what is no file of
  this store any more is `StoreUnusable`, ``corrupt``.

Each file: ``EPEV`` | edition (1) | microseconds since 1970 (8) | bytes of all chunks (8) | then for each chunk its
length (4) and itself. Numbers begin with their highest byte.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final, Self, final

from expressplatform.errors import EvidenceMissing, StoreUnusable
from expressplatform.ports import Filed, check_place, check_texts
from expressplatform.threads import ThreadedEvidence
from expressplatform_files.whole import make_folder, sync_folder, translated, written

EDITION: Final = 1
"""The layout of folders and files which this release reads and writes."""

_MARK: Final = "expressplatform-evidence"
_DRAFTS: Final = ".drafts"
_ABANDONED: Final = 24 * 60 * 60.0
_HEAD: Final = struct.Struct(">4sBqQ")
_MAGIC: Final = b"EPEV"
_LENGTH: Final = struct.Struct(">I")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@final
class DirectoryEvidence:
    """Files of evidence in the folder at ``path``, made (mode 0700, files 0600) when it is not there.

    Safe from several threads and several processes. A folder that holds anything else is refused. Every method may
    raise ``StoreUnusable``, with the code ``not_ours``, ``newer_schema``, ``corrupt``, ``disk_full``, ``read_only``,
    ``closed`` or ``failed``.
    """

    __slots__ = ("_closed", "_drafts", "_lock", "_root")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._root = Path(os.path.abspath(path))
        self._drafts = self._root / _DRAFTS
        self._lock = threading.Lock()
        self._closed = False
        with translated():
            _opened(self._root, self._drafts)

    def put(self, case_id: str, name: str, chunks: Iterable[bytes], now: datetime, /) -> None:
        """Keeps a file, whole and durable when this returns; the same name again takes the place of the first."""
        check_place(case_id, name)
        self._check_open()
        micros = (now - _EPOCH) // timedelta(microseconds=1)
        theirs: list[OSError] = []
        try:
            with translated(), written(self._drafts, self._root / case_id / name) as file:
                file.write(_HEAD.pack(_MAGIC, EDITION, micros, 0))
                size = 0
                for chunk in _handed_over(chunks, theirs):
                    file.write(_LENGTH.pack(len(chunk)))
                    file.write(chunk)
                    size += len(chunk)
                file.seek(0)
                file.write(_HEAD.pack(_MAGIC, EDITION, micros, size))
        except StoreUnusable:
            if theirs:  # the line that the chunks came over is broken, not this folder
                raise theirs[0] from None
            raise

    def get(self, case_id: str, name: str, /) -> Iterator[bytes]:
        """The chunks of a file in their order; raises EvidenceMissing where it is not there."""
        check_place(case_id, name)
        self._check_open()
        with translated():
            try:
                file = (self._root / case_id / name).open("rb")
            except FileNotFoundError:
                raise EvidenceMissing(case_id) from None
        return _chunks(file)

    def list(self, case_id: str, after: str, limit: int, /) -> Sequence[Filed]:
        """Files of a case, or of all where ``case_id`` is empty, by case and name."""
        self._check_open()
        if case_id:
            check_place(case_id)
        check_texts((after,))
        from_case, _, from_name = after.partition("/")
        found: list[Filed] = []
        with translated():
            for case in [case_id] if case_id else _names(self._root):
                for name in _names(self._root / case) if case >= from_case else ():
                    if len(found) == limit:
                        return found
                    if (case, name) > (from_case, from_name) and (filed := self._filed(case, name)):
                        found.append(filed)
        return found[:limit]

    def _filed(self, case_id: str, name: str) -> Filed | None:
        try:
            with (self._root / case_id / name).open("rb") as file:
                since, size = _head(file)
        except FileNotFoundError:  # deleted since it was listed
            return None
        return Filed(case_id, name, size, since)

    def delete(self, case_id: str, names: Sequence[str], /) -> None:
        """Deletes files of a case; harmless when repeated."""
        check_place(case_id, *names)
        self._check_open()
        folder = self._root / case_id
        with translated():
            if not folder.is_dir():
                return
            for name in names:
                (folder / name).unlink(missing_ok=True)
            sync_folder(folder)
            with contextlib.suppress(OSError):  # it is not empty, or somebody was faster
                folder.rmdir()

    def close(self) -> None:
        """Any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnusable("closed", "the store has been closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<DirectoryEvidence>"


@final
class AsyncDirectoryEvidence(ThreadedEvidence):
    """`DirectoryEvidence` with methods that are awaited: the same files, the same promises, the same errors."""

    __slots__ = ()

    def __init__(self, path: str | os.PathLike[str], *, threads: int = 4) -> None:
        super().__init__(DirectoryEvidence(path), threads=threads)


def _opened(root: Path, drafts: Path) -> None:
    """The folder made or checked; what writers that ended long ago have left is taken away."""
    if not make_folder(root) and not (root / _MARK).exists() and any(root.iterdir()):
        raise StoreUnusable("not_ours", "the folder holds something else")
    mark = root / _MARK
    if not mark.exists():
        make_folder(drafts)
        with written(drafts, mark) as file:
            file.write(b"%d\n" % EDITION)
    _check_edition(mark)
    for draft in drafts.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if draft.stat().st_mtime < time.time() - _ABANDONED:
                draft.unlink()


def _check_edition(mark: Path) -> None:
    said = mark.read_bytes().strip()
    if not (said.isdigit() and len(said) < 10):
        raise StoreUnusable("not_ours", "the folder's mark is another program's")
    if int(said) > EDITION:
        raise StoreUnusable("newer_schema", f"the folder has layout {int(said)}; this release reads {EDITION}")


def _names(folder: Path) -> list[str]:
    """What stands in a folder, in order, but the mark and what is hidden; nothing where there is no such folder."""
    try:
        return sorted(name for name in os.listdir(folder) if name != _MARK and not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _head(file: IO[bytes]) -> tuple[datetime, int]:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size or head[:4] != _MAGIC:
        raise _no_beginning()
    _, edition, micros, size = _HEAD.unpack(head)
    if edition > EDITION:
        raise StoreUnusable("newer_schema", f"a file has layout {edition}; this release reads {EDITION}")
    try:
        return _EPOCH + timedelta(microseconds=micros), size
    except OverflowError:
        raise _no_beginning() from None


def _no_beginning() -> StoreUnusable:
    return StoreUnusable("corrupt", "a file of evidence does not begin as one")


def _handed_over(chunks: Iterable[bytes], theirs: list[OSError]) -> Iterator[bytes]:
    """The chunks; ``theirs`` keeps the failure of whoever hands them over, should there be one."""
    try:
        yield from chunks
    except OSError as error:
        theirs.append(error)
        raise


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file, translated():
        _, left = _head(file)
        while head := file.read(_LENGTH.size):
            wanted = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else left + 1
            chunk = b"" if wanted > left else file.read(wanted)
            if wanted > left or len(chunk) < wanted:
                raise StoreUnusable("corrupt", "a file of evidence has been cut off")
            left -= wanted
            yield chunk
        if left:
            raise StoreUnusable("corrupt", "a file of evidence has been cut off")
