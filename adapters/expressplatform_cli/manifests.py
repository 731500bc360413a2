"""What a backup consists of: a manifest in each of its two folders, with the digest of every file.

Laws of this module
- A manifest holds ids, instants, sizes and digests, nothing personal and no key.
- Both halves of a backup carry one id. What a manifest does not list is not put back.
- A digest finds what a disk or a copy has altered. It does not find who meant to: keep backups where others cannot
  write.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final, cast

import attrs
import orjson

from expressplatform.errors import InvalidInput, Problem, StoreUnusable
from expressplatform.fields import code, several, whole
from expressplatform.fields import instant as aware
from expressplatform.reading import Limits, Reader, parse
from expressplatform.records import Records
from expressplatform_cli.folders import files_below, weighed, write_private

NAME: Final = "manifest.json"
VERSION: Final = 1
STORE: Final = "store"
KEYS: Final = "keys"
_LIMITS: Final = Limits(bytes=1 << 28)
_NO_BACKUP: Final = "that directory holds no backup"


@attrs.frozen
class Listed:
    """One file: its path in the folder, its bytes, its SHA-256 in hex."""

    name: str = attrs.field(validator=code(200))
    size: int = attrs.field(validator=whole(0, 1 << 60))
    sha256: str = attrs.field(validator=code(64))


@attrs.frozen
class Manifest:
    """One half of a backup: the data (``store``) or the key store (``keys``).

    ``schema`` is that of the half's main file; ``recovery`` names the recovery key that a copy of the keys is sealed
    to, empty where it lies in clear. ``cases`` is how many cases the store held.
    """

    v: int = attrs.field(validator=whole(1, VERSION))
    part: str = attrs.field(validator=code())
    id: str = attrs.field(validator=code())
    made_at: datetime = attrs.field(validator=aware())
    scheme: str = attrs.field(validator=code(empty=True))
    edition: str = attrs.field(validator=code(empty=True))
    schema: int = attrs.field(validator=whole(1, 1 << 20))
    cases: int = attrs.field(validator=whole(0, 1 << 40))
    recovery: str = attrs.field(validator=code(empty=True))
    files: tuple[Listed, ...] = attrs.field(validator=several(1 << 24))

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(one.size for one in self.files)


def listed(folder: Path, progress: Callable[[int], None] = lambda _: None) -> tuple[Listed, ...]:
    """Every file of a folder, weighed."""
    return tuple([Listed(name, *weighed(folder / name, progress)) for name in files_below(folder)])


def write(folder: Path, manifest: Manifest) -> None:
    """Puts the manifest into its folder."""
    document = Records().dump(Manifest)(manifest)
    write_private(folder / NAME, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read(folder: Path, part: str) -> Manifest:
    """The manifest of a folder that holds this half of a backup.

    Raises StoreUnusable (``no_backup``) where there is none, InvalidInput for what is no manifest, leads out of the
    folder or lists a file twice.
    """
    try:
        document = parse((folder / NAME).read_bytes(), _LIMITS)
    except (FileNotFoundError, NotADirectoryError):
        raise StoreUnusable("no_backup", _NO_BACKUP) from None
    if problems := Reader().problems(document, Manifest):
        raise InvalidInput(problems)
    manifest = cast(Manifest, Records().load(Manifest)(document))
    if manifest.part != part:
        raise StoreUnusable("no_backup", f"that directory holds the {manifest.part} of a backup, not the {part}")
    if any(_leads_out(one.name) for one in manifest.files):
        raise InvalidInput((Problem("$.files", "value", "must be paths that stay in the directory"),))
    if len({PurePosixPath(one.name) for one in manifest.files}) < len(manifest.files):
        raise InvalidInput((Problem("$.files", "value", "must list each file once"),))
    return manifest


def _leads_out(name: str) -> bool:
    return name.startswith("/") or ".." in name.split("/") or ":" in name


def check(folder: Path, manifest: Manifest, progress: Callable[[int], None] = lambda _: None) -> None:
    """Raises StoreUnusable (``backup_damaged``) where a file is missing or is not what the manifest says."""
    for one in manifest.files:
        try:
            found = weighed(folder / one.name, progress)
        except OSError:
            raise StoreUnusable("backup_damaged", "a file of the backup is missing or cannot be read") from None
        if found != (one.size, one.sha256):
            raise StoreUnusable("backup_damaged", "a file of the backup is not what its manifest says")
