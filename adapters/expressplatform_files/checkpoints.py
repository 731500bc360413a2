"""Checkpoints as files: each organisation has a folder, and in it one file for each that it is handed.

Laws of this file
- A file is the signed note, to the byte, as whoever checks it needs it; one that is there already stays as it is.
- Another log's note of the same day (its first line tells the log) has a file beside it, and takes nobody's place.
- What is carried further (mail, a download, a printed page) is for whoever runs the platform: a checkpoint protects
  rows from the moment in which somebody else holds it, and no sooner.
"""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Final, final

from expressplatform.errors import Refused
from expressplatform_files.whole import make_folder, translated, written

SUFFIX: Final = ".checkpoint"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


@final
class CheckpointFolder:
    """A `Witness` that writes under the folder at ``path``, made with the first file (mode 0700, files 0600)."""

    __slots__ = ("_folder",)

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._folder = Path(os.path.abspath(path))

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        """Writes the note into the organisation's folder, under the last part of its id; durable when this returns.

        Where another log's note has that name, a digest of the id's first part is added to it.

        Raises Refused (``no_folder``) where organisation or id cannot be the name of a file, StoreUnusable where the
        folder cannot be written.
        """
        log, _, name = id.rpartition("/")
        if not (_NAME.fullmatch(organisation) and _NAME.fullmatch(name)):
            raise Refused("no_folder", "", "operator", (), "The name of the organisation cannot be that of a folder.")
        place = self._folder / organisation / f"{name}{SUFFIX}"
        with translated():
            if place.exists() and not _same(place.read_bytes(), note, log):
                place = place.with_name(f"{name}-{sha256(log.encode()).hexdigest()[:16]}{SUFFIX}")
            if not place.exists():
                make_folder(self._folder)
                with written(self._folder, place) as file:
                    file.write(note)

    def __repr__(self) -> str:
        return "<CheckpointFolder>"


def _same(there: bytes, note: bytes, log: str) -> bool:
    """Whether a file holds the note, or another of its log, which its first line tells (C2SP tlog-checkpoint)."""
    return there == note or there.partition(b"\n")[0] == log.encode()
