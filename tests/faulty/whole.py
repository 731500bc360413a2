"""Stores that are wrong as a whole: their scheme, their end, their threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.memory.cases import _Work
from expressplatform.ports import Answer, Appended, Commit, Receipt, StoredCase, checked
from tests.faulty.good import Store

# --- the store as a whole ---------------------------------------------------------------------------------------------


class AnyScheme(Store):
    """Another scheme takes the place of the one that stood."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        self._scheme = (scheme, edition)


class OneEdition(Store):
    """The first edition stays."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        super().adopt(scheme, self._scheme[1] if self._scheme else edition)


class RefusesWithAnotherError(Store):
    """Another scheme is refused with an error of Python's."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        if self._scheme and self._scheme[0] != scheme:
            raise ValueError("another scheme")
        super().adopt(scheme, edition)


class RefusesAfterwards(Store):
    """Another scheme is refused and adopted all the same."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        before, self._scheme = self._scheme, (scheme, edition)
        if before and before[0] != scheme:
            raise StoreUnusable("other_scheme")


class SchemeInAnyLetters(Store):
    """A scheme is known in large and small letters alike."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        known = self._scheme and self._scheme[0].lower() == scheme.lower()
        super().adopt(self._scheme[0] if known and self._scheme else scheme, edition)


class OpenAfterClose(Store):
    """A store that was closed answers as before."""

    breaks = ("S32",)

    def close(self) -> None:
        self.quarters()


class ClosesWithAnotherError(Store):
    """A store that was closed raises an error of Python's."""

    breaks = ("S32",)

    def _open(self, *texts: str) -> threading.RLock:
        if self._closed:
            raise ValueError("closed")
        return super()._open(*texts)


class ClosesWithAnotherCode(Store):
    """A store that was closed says that it failed."""

    breaks = ("S32",)

    def _open(self, *texts: str) -> threading.RLock:
        if self._closed:
            raise StoreUnusable("failed")
        return super()._open(*texts)


class EmptyAfterClose(Store):
    """A store that was closed finds no case and says nothing."""

    breaks = ("S32",)

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        return None if self._closed else super().load(case_id, organisation)


class ClosesOnce(Store):
    """Closing twice is an error."""

    breaks = ("S32",)

    def close(self) -> None:
        with self._open():
            super().close()


class OfOneThread(Store):
    """Whoever comes from another thread than the one that made the store is refused."""

    breaks = ("S33", "S9")

    def __init__(self) -> None:
        super().__init__()
        self._thread: int | None = None

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._thread = self._thread or threading.get_ident()
        if self._thread != threading.get_ident():
            raise RuntimeError("another thread")
        return super().append(commits)


class HalfWhenStruck(Store):
    """Work is written where the rows stand already, so that what strikes while an instant is read leaves it out."""

    breaks = ("S10", "S5")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        own = checked(commits)
        answers = super().append([attrs.evolve(one, effects=()) for one in own])
        for commit, answer in zip(own, answers, strict=True):
            if isinstance(answer, Appended):
                ready_at = commit.header.changed_at.astimezone(UTC)
                self._work |= {row.id: _Work(ready_at, row) for row in commit.effects}
        return answers


class RememberedByThreads(Store):
    """A thread other than the maker's remembers which receipts were not there."""

    breaks = ("S13",)

    def __init__(self) -> None:
        super().__init__()
        self._maker, self._absent = threading.get_ident(), threading.local()

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        absent: set[tuple[str, str]] = self._absent.__dict__.setdefault("keys", set())
        if (case_id, key) in absent:
            return None
        found = super().receipt(case_id, key)
        if found is None and threading.get_ident() != self._maker:
            absent.add((case_id, key))
        return found


class ThreadsShareAnAnswer(Store):
    """Threads that load a case while it is read already are given what is read."""

    breaks = ("S13",)

    def __init__(self) -> None:
        super().__init__()
        self._gate, self._reading = threading.Lock(), dict[tuple[str, str], Future[StoredCase | None]]()

    def _asked(self, case_id: str, organisation: str) -> tuple[str, str]:
        return case_id, organisation

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        asked, own = self._asked(case_id, organisation), Future[StoredCase | None]()
        with self._gate:
            reading = self._reading.setdefault(asked, own)
        if reading is not own:
            return reading.result()
        try:
            found = super().load(case_id, organisation)
            time.sleep(0.0005)
            own.set_result(found)
        except Exception as error:  # noqa: BLE001 - it is told to each of them
            own.set_exception(error)
        with self._gate:
            del self._reading[asked]
        return own.result()


class ThreadsShareAnAnswerForAll(ThreadsShareAnAnswer):
    """Threads that load a case at once are shown it as whoever came first is."""

    breaks = ("S14",)

    def _asked(self, case_id: str, organisation: str) -> tuple[str, str]:
        return case_id, ""
