"""Checkpoints as files: each organisation has a folder, and in it one file for each that it is handed.

Laws of this file
- A file is the signed note, to the byte, as whoever checks it needs it; one that is there already stays as it is.
- What is carried further (mail, a download, a printed page) is for whoever runs the platform: a checkpoint protects
  rows from the moment in which somebody else holds it, and no sooner.
"""

from __future__ import annotations

import os
import re
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

        Raises Refused (``no_folder``) where organisation or id cannot be the name of a file, StoreUnusable where the
        folder cannot be written.
        """
        name = id.rpartition("/")[2]
        if not (_NAME.fullmatch(organisation) and _NAME.fullmatch(name)):
            raise Refused("no_folder", "", "operator", (), "The name of the organisation cannot be that of a folder.")
        place = self._folder / organisation / f"{name}{SUFFIX}"
        with translated():
            if not place.exists():
                make_folder(self._folder)
                with written(self._folder, place) as file:
                    file.write(note)

    def __repr__(self) -> str:
        return "<CheckpointFolder>"
