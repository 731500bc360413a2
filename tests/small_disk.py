"""A disk of its own, small enough to be filled; only root can make one, and not everywhere."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of so many bytes (with ``k`` or ``m``) at a new folder; skips where none can be mounted."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("no disk can be mounted here: root is needed, outside a container or with its leave")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(disk: Path, options: str) -> None:
    """The same disk with other options: another size, or read-only."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True, capture_output=True)
