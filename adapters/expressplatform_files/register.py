"""The register of what must stay undone, as a text file: one line for each entry.

    erased <case id> <instant>
    withdrawn <case id> <recipient> <instant>
    research-withdrawn <case id> <instant>

Laws of this module
- The file is only ever appended to, and synced before `note` returns.
- A line that was cut off by a crash was never acknowledged: it is passed over, and the next line begins anew.
- The file is its owner's alone. It holds ids, codes and instants; a line that holds anything else is no entry.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, final

from expressplatform.errors import StoreUnusable
from expressplatform.ports import ENTRY_ID, RegisterEntry, Undone, noted
from expressplatform_files.whole import NO_ROOM

_AT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_LINE: Final = re.compile(
    rf"(?:(?P<what>erased|research-withdrawn) (?P<case>{ENTRY_ID})"
    rf"|withdrawn (?P<from>{ENTRY_ID}) (?P<whom>{ENTRY_ID})) (?P<at>{_AT})"
)


@final
class FileRegister:
    """The entries in the file at ``path``, which is made (mode 0600) with the first entry.

    Safe from several threads and processes. Both methods raise ``StoreUnusable`` where the file cannot be read or
    written: ``disk_full`` where there is no room, else ``register``.
    """

    __slots__ = ("_lock", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(os.path.abspath(path))
        self._lock = threading.Lock()

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        """Adds entries; on the disk when this returns. Raises ValueError for what is no id or code."""
        lines = "".join(f"{_line(entry)}\n" for entry in noted(entries)).encode("ascii")
        with self._lock, _translated():
            made = not self._path.exists()
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                _write(file, (b"\n" if _cut_off(file) else b"") + lines)
                os.fsync(file)
            finally:
                os.close(file)
            if made:
                _sync_folder(self._path.parent)

    def entries(self) -> tuple[RegisterEntry, ...]:
        """Every entry in order; none where there is no file. What is no entry is passed over; see `strange`."""
        return tuple([entry for entry in map(_entry, self._lines()) if entry is not None])

    def strange(self) -> int:
        """How many lines are no entries: cut off by a crash, or written by somebody else."""
        return sum(_entry(line) is None for line in self._lines())

    def _lines(self) -> list[str]:
        with _translated():
            try:
                text = self._path.read_bytes().decode("ascii", "replace")
            except FileNotFoundError:
                return []
        return [line for line in text.split("\n") if line]

    def __repr__(self) -> str:
        return "<FileRegister>"


def _line(entry: RegisterEntry) -> str:
    recipient = f" {entry.recipient}" if entry.what is Undone.WITHDRAWN else ""
    at = entry.at.isoformat(timespec="microseconds").removesuffix("+00:00")
    return f"{entry.what.value} {entry.case_id}{recipient} {at}Z"


def _entry(line: str) -> RegisterEntry | None:
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found["at"])
    except ValueError:
        return None
    if found["what"]:
        return RegisterEntry(Undone(found["what"]), found["case"], at)
    return RegisterEntry(Undone.WITHDRAWN, found["from"], at, found["whom"])


def _cut_off(file: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(file).st_size
    if not size:
        return False
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1) != b"\n"


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _sync_folder(folder: Path) -> None:
    """Makes durable that the file is there. Systems that cannot open a folder do that by themselves."""
    with suppress(PermissionError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "disk_full" if error.errno in NO_ROOM else "register"
        raise StoreUnusable(code, f"the register: {os.strerror(error.errno or 0)}") from None
