"""Good stores to make faulty ones of: in memory, and in memory that outlives the store.

A faulty store differs from one of these in exactly one thing. Its docstring says in one sentence what is wrong with it,
and `breaks` names the guarantees by which a tester should understand that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

import attrs

from expressplatform.memory.cases import MemoryStore, _Work
from expressplatform.ports import CaseStore, EffectRow, Page, Wanted


class Store(MemoryStore):
    """The reference store, to be made faulty."""

    breaks: ClassVar[tuple[str, ...]] = ()

    def _ready(self, now: datetime) -> list[_Work]:
        """What may be claimed."""
        return [work for work in self._work.values() if work.code is None and work.ready_at <= now]

    def _leased(self, ready: Iterable[_Work], until: datetime) -> list[EffectRow]:
        """Work as it is handed out, leased until an instant."""
        rows = [attrs.evolve(work.row, attempts=work.row.attempts + 1) for work in ready]
        self._work |= {row.id: _Work(until, row) for row in rows}
        return rows


class LastingStore(Store):
    """A store in memory whose rows are there for whoever opens them again, or opens them twice."""

    def __init__(self, rows: LastingStore | None = None) -> None:
        self._book: dict[str, tuple[str, str] | None] = rows._book if rows else {}
        super().__init__()
        if rows is not None:
            self._lock, self._cases, self._receipts = rows._lock, rows._cases, rows._receipts
            self._tokens, self._work, self._places = rows._tokens, rows._work, rows._places

    @property
    def _scheme(self) -> tuple[str, str] | None:
        return self._book.get("scheme")

    @_scheme.setter
    def _scheme(self, scheme: tuple[str, str] | None) -> None:
        self._book.setdefault("scheme", scheme)
        if scheme is not None:
            self._book["scheme"] = scheme

    def reopen(self) -> CaseStore:
        """What opens on the rows after this store was closed."""
        self.close()
        return type(self)(self)

    def second_connection(self) -> CaseStore:
        """Another connection to the rows."""
        return type(self)(self)


class GoesOnFromNone(Store):
    """Nothing is wrong: a page of none leads on from where it was asked for, since there is more."""

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        page = super().headers(organisation, wanted, after, max(limit, 1))
        return page if limit else Page((), after or "-")


GOOD = (Store, LastingStore)
