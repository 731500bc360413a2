"""Files that are there whole or not at all, for their owner alone.

Laws of this file: a file is written beside its place under a name that nobody reads, synced, and moved into its place
in one step; then the folder is synced. A failure of the file system is `StoreUnusable` with a stable code, without the
path, which may hold what somebody typed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from expressplatform.errors import StoreUnusable

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says where a disk, a share of it, or a file may grow no more."""
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR})


@contextmanager
def translated() -> Iterator[None]:
    """Within it, every failure of the file system is `StoreUnusable`: ``disk_full``, ``read_only`` or ``failed``."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        code = "disk_full" if number in NO_ROOM else "read_only" if number in _DENIED else "failed"
        raise StoreUnusable(code, os.strerror(number)) from None


@contextmanager
def written(folder: Path, place: Path) -> Iterator[IO[bytes]]:
    """A file to be written; at the end it is at ``place``, durable. With an error it is nowhere.

    ``folder`` is where it is written first, on the same file system.
    """
    draft = folder / f"{secrets.token_hex(16)}.part"
    try:
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _moved(draft, place)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def _moved(draft: Path, place: Path) -> None:
    """Into its folder, which is made where it is not there; somebody may be taking the empty folder away just now."""
    while True:
        made = make_folder(place.parent)
        try:
            os.replace(draft, place)
        except FileNotFoundError:
            if place.parent.is_dir() and not draft.exists():
                raise
            continue
        sync_folder(place.parent)
        if made:
            sync_folder(place.parent.parent)
        return


def make_folder(folder: Path) -> bool:
    """Makes a folder for its owner alone; whether it was not there."""
    try:
        folder.mkdir(PRIVATE_FOLDER)
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):  # a link leads elsewhere
            raise StoreUnusable("not_ours", "something else stands where a folder should be") from None
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Makes durable what a folder lists. Systems that cannot open a folder do that by themselves."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
