"""Folders that are there whole or not at all, and files that are copied and weighed on the way.

Laws of this module
- A folder is filled beside its place, under a name that nobody reads, synced, and moved into its place in one step.
  What a run that was killed has left there is taken away by the next one.
- A file is whole or not there: what could not be written to its end, on a full disk for instance, is taken away.
- Everything is its owner's alone.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import click

_CHUNK: Final = 1 << 20


def must_be_new(folder: Path, what: str = "That directory") -> None:
    """Raises click.UsageError, which says ``what`` is there, unless nothing or an empty folder is."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise click.UsageError(f"{what} is there already. Name a new one, or an empty one.")


@contextmanager
def new_place(folder: Path, *names: str) -> Iterator[None]:
    """A folder, new or empty, to be filled where it is. With an error its files are gone again.

    ``names`` are the files it is given, in order: the last says that it is whole. Raises click.UsageError where it
    holds anything; what a run that was killed has left there, it names.
    """
    found = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    if found and _left_over(found, names):
        raise click.UsageError(
            f"A run that was stopped has left {', '.join(found)} in that directory. Delete these files, if nothing was "
            "kept in them since, and run it again; or name a new directory."
        )
    if found:
        raise click.UsageError("That directory is not empty. Name a new one, or an empty one.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        for one in folder.iterdir():
            if one.name == names[-1] or _is_begun(one.name, names):  # whatever else is there came from elsewhere
                one.unlink(missing_ok=True)
        raise


def _left_over(found: Sequence[str], names: Sequence[str]) -> bool:
    """Whether files are the beginning of a place: the first of its names, none foreign, and not the last."""
    return names[0] in found and all(_is_begun(name, names) for name in found)


def _is_begun(name: str, names: Sequence[str]) -> bool:
    """Whether it is a file before the last, one that SQLite keeps beside such a one, or a part of the last."""
    return name.startswith((*names[:-1], f".{names[-1]}.part"))


@contextmanager
def whole_folder(place: Path) -> Iterator[Path]:
    """A folder to be filled; at the end it is at ``place``, durable. With an error it is nowhere."""
    with whole_folders(place) as (part,):
        yield part


@contextmanager
def whole_folders(*places: Path) -> Iterator[list[Path]]:
    """The same for several that belong together: with an error none of them is anywhere.

    They are put in place in their order: after a kill, where the last is the others are, too.
    """
    parts = {place: place.with_name(f".{place.name}.part") for place in map(Path.absolute, places)}
    made = [*parts.values()]
    try:
        for part in parts.values():
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(0o700, parents=True)
        yield [*parts.values()]
        for part in parts.values():
            _sync_below(part)
        for place, part in parts.items():
            with suppress(FileNotFoundError):
                place.rmdir()  # an empty one: `must_be_new` has looked
            made.append(part.rename(place))
            sync(place.parent)
    except BaseException:
        for one in made:
            shutil.rmtree(one, ignore_errors=True)
        raise


def _sync_below(top: Path) -> None:
    for folder, _, names in os.walk(top, topdown=False):
        for name in names:
            sync(Path(folder, name))
        sync(Path(folder))


def sync(path: Path) -> None:
    """Makes a file, or what a folder lists, durable. Systems that cannot open a folder do that by themselves."""
    if os.name == "nt" and path.is_dir():
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_private(path: Path, data: bytes) -> None:
    """A new file for its owner alone, durable; FileExistsError where one is there. With an error it is nowhere."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def put_private(path: Path, data: bytes) -> None:
    """A file for its owner alone, durable, in the place of an earlier one. With an error the earlier one stays."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    write_private(part, data)
    try:
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(path.parent)


def text_of(path: Path) -> str | None:
    """The text of a file, None where it is none in UTF-8: a decoder's own error would hold what it could not read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return None if "\ufffd" in text else text


def copy_private(source: Path, target: Path, progress: Callable[[int], None] = lambda _: None) -> None:
    """Copies a file, for its owner alone; ``progress`` hears of the bytes of each piece."""
    target.parent.mkdir(0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, open(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while chunk := read.read(_CHUNK):
            file.write(chunk)
            progress(len(chunk))


def weighed(path: Path, progress: Callable[[int], None] = lambda _: None) -> tuple[int, str]:
    """Bytes and SHA-256 of a file; ``progress`` hears of the bytes of each piece."""
    size, digest = 0, sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            digest.update(chunk)
            progress(len(chunk))
    return size, digest.hexdigest()


def files_below(folder: Path) -> list[str]:
    """Every file below a folder, by its path in it with ``/``, in order."""
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
