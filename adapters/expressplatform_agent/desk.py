"""The trader's side of the council's platform, as an agent needs it: a part of `TraderClient`, by its shape.

Laws of this file: it names no client, so that any of the same shape will do. What a client answers is read through
these shapes alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from expressplatform.codes import EvidenceKind, Status
from expressplatform.commands import Command
from expressplatform.money import Money

T_co = TypeVar("T_co", covariant=True)


class Claimed(Protocol):
    """What the trader said of the outcome."""

    @property
    def promised(self) -> Money | None: ...
    @property
    def perform_by(self) -> date | None: ...
    @property
    def proved(self) -> bool: ...
    @property
    def contradicted(self) -> bool: ...


class CaseRow(Protocol):
    """Where a case stands for its trader: facts alone."""

    @property
    def case_id(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def status(self) -> Status | None: ...
    @property
    def uploaded_at(self) -> datetime | None: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def allowed(self) -> tuple[str, ...]: ...
    @property
    def delete_by(self) -> datetime | None: ...
    @property
    def read_again_by(self) -> datetime | None: ...
    @property
    def claim(self) -> Claimed | None: ...


class Details(Protocol):
    """What is compared of the details of a case."""

    @property
    def shop(self) -> tuple[str, str]: ...
    @property
    def order_number(self) -> str: ...
    @property
    def paid(self) -> Money | None: ...
    @property
    def ordered_on(self) -> date | None: ...


class Added(Protocol):
    """Where a case stands after a step; for whoever added a document its id comes last."""

    @property
    def evidence(self) -> tuple[str, ...]: ...


class CaseRows(Protocol[T_co]):
    """A list that can be gone on with: `Rows`."""

    @property
    def after(self) -> str: ...
    @property
    def gone(self) -> tuple[str, ...]: ...
    def __iter__(self) -> Iterator[T_co]: ...


class AsyncCaseRows(Protocol[T_co]):
    """`CaseRows` for asynchronous callers."""

    @property
    def after(self) -> str: ...
    @property
    def gone(self) -> tuple[str, ...]: ...
    def __aiter__(self) -> AsyncIterator[T_co]: ...


class Desk(Protocol):
    """What an agent asks of the council's platform, as the trader: a part of `TraderClient`."""

    def cases(self, *, after: str = "", limit: int = 100) -> CaseRows[CaseRow]: ...
    def case(self, case_id: str) -> CaseRow: ...
    def obtain(self, case_id: str, *, key: str) -> Details: ...
    def upload_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str = "", key: str
    ) -> Added: ...
    def act(self, case_id: str, command: Command, *, key: str) -> object: ...


class AsyncDesk(Protocol):
    """`Desk` for asynchronous callers: a part of `AsyncTraderClient`."""

    def cases(self, *, after: str = "", limit: int = 100) -> AsyncCaseRows[CaseRow]: ...
    def case(self, case_id: str) -> Awaitable[CaseRow]: ...
    def obtain(self, case_id: str, *, key: str) -> Awaitable[Details]: ...
    def upload_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str = "", key: str
    ) -> Awaitable[Added]: ...
    def act(self, case_id: str, command: Command, *, key: str) -> Awaitable[object]: ...


class LiftedRows:
    """A list as one that is awaited and never suspends."""

    def __init__(self, rows: CaseRows[CaseRow]) -> None:
        self._rows = rows

    @property
    def after(self) -> str:
        return self._rows.after

    @property
    def gone(self) -> tuple[str, ...]:
        return self._rows.gone

    async def __aiter__(self) -> AsyncIterator[CaseRow]:
        for row in self._rows:
            yield row


class LiftedDesk:
    """A desk as one that is awaited and never suspends."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def cases(self, *, after: str = "", limit: int = 100) -> LiftedRows:
        return LiftedRows(self._desk.cases(after=after, limit=limit))

    async def case(self, case_id: str) -> CaseRow:
        return self._desk.case(case_id)

    async def obtain(self, case_id: str, *, key: str) -> Details:
        return self._desk.obtain(case_id, key=key)

    async def upload_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str = "", key: str
    ) -> Added:
        return self._desk.upload_evidence(case_id, content, kind=kind, name=name, key=key)

    async def act(self, case_id: str, command: Command, *, key: str) -> object:
        return self._desk.act(case_id, command, key=key)


def known(names: Sequence[str], allowed: Sequence[str]) -> bool:
    """Whether every one of these commands may be sent now."""
    return set(names) <= set(allowed)
