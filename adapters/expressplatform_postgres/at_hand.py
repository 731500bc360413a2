"""Connections at hand: taken from the pool, and kept for whoever asks next.

Laws of this file
- Nobody waits in vain: whoever asks the pool says so first and then looks here once more, and what is put here while
  somebody waits goes back to the pool at once.
- None stays for long: after a minute it goes back, so that the pool may replace the old and close the idle ones.

Taking a connection from the pool and giving it back costs as much as all that is said over it on this side.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final, Generic, TypeVar

from expressplatform_postgres.lines import AsyncLine, Line

L = TypeVar("L", Line, AsyncLine)

LONG: Final = 60.0
"""Seconds after which a connection goes back to the pool, when it is next given back."""


class AtHand(Generic[L]):
    """The connections of one store that nobody uses just now; safe from several threads without a lock."""

    __slots__ = ("_asking", "_ending", "_lines")

    def __init__(self) -> None:
        self._lines: list[L] = []
        self._asking: list[None] = []
        self._ending = False

    def take(self) -> L | None:
        """The one that was used last; None where there is none."""
        try:
            return self._lines.pop()
        except IndexError:
            return None

    def put(self, line: L) -> None:
        """This one is free; what has to `leave` is to be asked next."""
        self._lines.append(line)

    def leave(self) -> L | None:
        """One that has to go back to the pool: somebody waits there, it is an old one, or all are to go."""
        try:
            if self._asking or self._ending or self._lines[0].since < monotonic() - LONG:
                return self._lines.pop(0)
        except IndexError:
            pass
        return None

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Within it somebody asks the pool."""
        self._asking.append(None)
        try:
            yield
        finally:
            self._asking.pop()

    def end(self) -> None:
        """From now on all go back."""
        self._ending = True
