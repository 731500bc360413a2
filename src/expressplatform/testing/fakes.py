"""What stands in, in tests, for those outside: a scanner with answers given beforehand.

Laws of this file: a fake says what it was told to say, and remembers what it was asked. None belongs into a running
desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import final

from expressplatform.ports import Scanned


@final
class ScriptedScan:
    """A `Scan` that gives the answers it was given, in their order, and after them the last again and again.

    An answer that is an exception is raised. ``asked`` holds, for each call, the media type, the number of bytes and
    their SHA-256 in hexadecimal digits.
    """

    def __init__(self, answers: Sequence[Scanned | Exception] = (Scanned.CLEAN,)) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int, str]] = []

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        """The next answer."""
        whole = b"".join(content)
        self.asked.append((media_type, len(whole), sha256(whole).hexdigest()))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer
