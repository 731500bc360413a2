"""Registers with one fault each."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, timedelta
from typing import ClassVar

import attrs

from expressplatform.ports import RegisterEntry, Undone, noted


class Lines:
    """A good register in memory, whose entries are there for whoever opens them again, or opens them twice."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def __init__(self, before: Lines | None = None) -> None:
        self.lines: list[RegisterEntry | None] = before.lines if before else []
        self.lock: AbstractContextManager[bool] = before.lock if before else threading.Lock()

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        return noted(entries)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        own = self._judged(entries)
        with self.lock:
            self.lines += own

    def entries(self) -> Sequence[RegisterEntry]:
        with self.lock:
            return tuple(one for one in self.lines if one is not None)

    def __repr__(self) -> str:
        return "<Lines>"

    def reopen(self) -> Lines:
        return type(self)(self)

    def second_connection(self) -> Lines:
        return type(self)(self)

    def tear(self, lost: int) -> bool:
        self.lines[-1] = None
        return True


class ToTheMillisecond(Lines):
    """An instant loses its microseconds."""

    breaks = ("R1",)

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        own = super()._judged(entries)
        return [attrs.evolve(one, at=one.at.replace(microsecond=one.at.microsecond // 1000 * 1000)) for one in own]


class NoRecipient(Lines):
    """Whose consent was taken back is not kept."""

    breaks = ("R1",)

    def entries(self) -> Sequence[RegisterEntry]:
        return [attrs.evolve(one, recipient="") for one in super().entries()]


class LatestFirst(Lines):
    """The latest entry is told first."""

    breaks = ("R2",)

    def entries(self) -> Sequence[RegisterEntry]:
        return super().entries()[::-1]


class ByInstant(Lines):
    """Entries are told in the order of their instants."""

    breaks = ("R2",)

    def entries(self) -> Sequence[RegisterEntry]:
        return sorted(super().entries(), key=lambda one: one.at)


class AThousand(Lines):
    """A thousand entries are told, the oldest are let go."""

    breaks = ("R2",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        super().note(entries)
        del self.lines[:-1000]


class ItsOwnList(Lines):
    """Whoever is told the entries is given the register's own list."""

    breaks = ("R2",)

    def entries(self) -> Sequence[RegisterEntry]:
        return self.lines  # type: ignore[return-value]


class OnceACase(Lines):
    """Of a case there is one entry of each kind."""

    breaks = ("R3",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        known = {(one.what, one.case_id) for one in self.entries()}
        super().note([one for one in self._judged(entries) if (one.what, one.case_id) not in known])


class TwiceIsAnError(Lines):
    """To note an entry again is an error."""

    breaks = ("R3",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        if set(self._judged(entries)) & set(self.entries()):
            raise LookupError("known")
        super().note(entries)


class SmallLetters(Lines):
    """Ids that differ in their capitals are one."""

    breaks = ("R1", "R3")

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        return [attrs.evolve(one, case_id=one.case_id.lower()) for one in super()._judged(entries)]


class AnyText(Lines):
    """What is no id is noted too."""

    breaks = ("R4",)

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        return [attrs.evolve(one, at=one.at.astimezone(UTC)) for one in entries]


class OneByOne(Lines):
    """What comes before what is no entry is noted."""

    breaks = ("R4",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        for entry in entries:
            super().note([entry])


class AnyRecipient(Lines):
    """A recipient is passed over where there is none to be named."""

    breaks = ("R4",)

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        withdrawn = Undone.WITHDRAWN
        return super()._judged([one if one.what is withdrawn else attrs.evolve(one, recipient="") for one in entries])


class LastLineLost(Lines):
    """The entry that was noted last is lost when the register is opened again."""

    breaks = ("R5",)

    def reopen(self) -> Lines:
        del self.lines[-1:]
        return super().reopen()


class LostSinceARefusal(Lines):
    """What is noted after something was refused does not last."""

    breaks = ("R5",)
    upto: int | None = None

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        try:
            super().note(entries)
        except ValueError:
            self.upto = len(self.lines)
            raise

    def reopen(self) -> Lines:
        del self.lines[self.upto :]
        return super().reopen()


class OwnCopy(Lines):
    """A second register tells what was there when it was opened."""

    breaks = ("R6",)

    def second_connection(self) -> Lines:
        other = type(self)()
        other.lines = list(self.lines)
        return other


class ReadThenWritten(Lines):
    """All lines are read, and written again with the new ones; nothing keeps others out."""

    breaks = ("R7",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        whole = [*self.lines, *self._judged(entries)]
        time.sleep(0.001)
        self.lines[:] = whole


class FollowsACut(Lines):
    """What is noted after a crash is joined to the line that was cut off, and lost with it."""

    breaks = ("R8",)

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        own = self._judged(entries)
        with self.lock:
            joined = bool(self.lines) and self.lines[-1] is None
            self.lines += [None if joined and not at else one for at, one in enumerate(own)]


class CutIsAnother(Lines):
    """What was cut off is read as far as it goes: an entry of another instant."""

    breaks = ("R8",)
    cut: RegisterEntry | None = None

    def tear(self, lost: int) -> bool:
        last = self.lines[-1]
        assert last is not None
        self.lines[-1] = attrs.evolve(last, at=last.at - timedelta(microseconds=last.at.microsecond))
        return True


class TellsCases(Lines):
    """A register prints the cases that are on it."""

    breaks = ("R9",)

    def __repr__(self) -> str:
        return f"<{[one.case_id for one in self.entries()]}>"


class QuotesTheWrong(Lines):
    """An error quotes what is no id."""

    breaks = ("R9", "R4")

    def _judged(self, entries: Sequence[RegisterEntry]) -> Sequence[RegisterEntry]:
        try:
            return super()._judged(entries)
        except ValueError:
            raise ValueError(f"no id among {[one.case_id for one in entries]}") from None


GOOD = (Lines,)
FAULTY = tuple(one for one in list(vars().values()) if isinstance(one, type) and issubclass(one, Lines) and one.breaks)
