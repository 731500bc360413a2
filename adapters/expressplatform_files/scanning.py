"""A scanner that is a command: the file goes to its standard input, and its exit code is the answer.

Laws of this file: only the two codes that stand for an answer are one; anything else is a failure, and the file is
asked about again.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from typing import final

from expressplatform.errors import StoreUnusable
from expressplatform.ports import Scanned


@final
class CommandScan:
    """A `Scan` by a command, such as ``("clamdscan", "--no-summary", "-")``: 0 is clean, 1 is harmful.

    It may take ``seconds``. Raises StoreUnusable (``scan_failed``) where it cannot be run, takes longer, or ends with
    another code.
    """

    __slots__ = ("_command", "_seconds")

    def __init__(self, command: Sequence[str], *, seconds: float = 60.0) -> None:
        if not command or isinstance(command, str):
            raise ValueError("a command is a list: the program, then each of its arguments")
        self._command, self._seconds = tuple(command), seconds

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        """What the command found in the content."""
        try:
            done = subprocess.run(
                self._command, input=b"".join(content), capture_output=True, timeout=self._seconds, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            raise StoreUnusable("scan_failed", "the scanner did not run, or not to its end") from None
        if done.returncode not in (0, 1):
            raise StoreUnusable("scan_failed", "the scanner could not look into a file")
        return Scanned.HARMFUL if done.returncode else Scanned.CLEAN

    def __repr__(self) -> str:
        return "<CommandScan>"
