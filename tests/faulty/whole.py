"""Stores that are wrong as a whole: their scheme, their end, their threads."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from expressplatform.errors import StoreUnusable
from expressplatform.ports import Answer, Commit, StoredCase
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
