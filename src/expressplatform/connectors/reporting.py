"""From what a platform's record says about promised money to the command that says so on the case. Pure but for asking.

Laws of this file

- It is the trader's word, sent under the id of one of its own people: never the clock's, never the council's.
- PAID is reported, NOT_PAID contradicts; UNKNOWN sends nothing, for a person to look at.
- What is put on the case as evidence says on what it rests and when it was read, and holds no number, name or word of
  the order.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Final, Protocol

from expressplatform.case import Case
from expressplatform.codes import EvidenceKind, Role
from expressplatform.commands import Command, ContradictPerformance, ReportPerformance
from expressplatform.complaint import Actor
from expressplatform.driving import run
from expressplatform.fields import refuse
from expressplatform.ports import Paid, Performance

_NAME: Final = "performance.txt"


class CaseDesk(Protocol):
    """Where a trader's commands go: the part of `Platform`, or of a trader's client, that is needed here."""

    def add_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str, by: Actor, key: str
    ) -> Case: ...

    def act(self, case_id: str, command: Command, *, by: Actor, key: str) -> Case: ...


class AsyncCaseDesk(Protocol):
    """`CaseDesk` for asynchronous callers."""

    def add_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str, by: Actor, key: str
    ) -> Awaitable[Case]: ...

    def act(self, case_id: str, command: Command, *, by: Actor, key: str) -> Awaitable[Case]: ...


def evidence_of(platform: str, performance: Performance) -> bytes:
    """The document that goes on the case: plain text, a line for each fact."""
    lines = [f"platform: {platform}", f"the record says: {performance.paid.value}", f"basis: {performance.basis}"]
    if performance.amount is not None:
        lines.append(f"amount: {performance.amount}")
    if performance.at is not None:
        lines.append(f"paid at: {_utc(performance.at)}")
    return "\n".join([*lines, f"read at: {_utc(performance.read_at)}", ""]).encode()


def command_of(performance: Performance, evidence: str) -> Command | None:
    """The command that says so on the case, by the id of the evidence there; None where there is nothing to say."""
    if performance.paid is Paid.PAID:
        return ReportPerformance((evidence,), performance.amount)
    return ContradictPerformance((evidence,)) if performance.paid is Paid.NOT_PAID else None


def file_performance(
    desk: CaseDesk, case_id: str, platform: str, performance: Performance, *, by: Actor, key: str
) -> Case | None:
    """Puts the evidence on the case and sends the command; None where the record says nothing that could be sent.

    ``by`` is the trader, under the id of one of its staff. The same ``key`` does it once, also after a failure in
    between. Raises InvalidInput for any other actor, and what the desk raises.
    """
    return run(_filed(_Lifted(desk), case_id, platform, performance, by, key))


async def file_performance_awaited(
    desk: AsyncCaseDesk, case_id: str, platform: str, performance: Performance, *, by: Actor, key: str
) -> Case | None:
    """`file_performance` for asynchronous callers."""
    return await _filed(desk, case_id, platform, performance, by, key)


async def _filed(
    desk: AsyncCaseDesk, case_id: str, platform: str, performance: Performance, by: Actor, key: str
) -> Case | None:
    if by.role is not Role.TRADER or by.acting_for is not None:
        raise refuse("$.by", "role", "must be the trader, under the id of one of its own people")
    if performance.paid is Paid.UNKNOWN:
        return None
    content = evidence_of(platform, performance)
    kind = EvidenceKind.REFUND_PROOF
    case = await desk.add_evidence(case_id, content, kind=kind, name=_NAME, by=by, key=f"{key}.evidence")
    added = [one.id for one in case.file.evidence if (one.kind, one.size) == (kind, len(content))]
    command = command_of(performance, added[-1])
    return case if command is None else await desk.act(case_id, command, by=by, key=key)


class _Lifted:
    """A desk that answers at once as one that is awaited."""

    def __init__(self, desk: CaseDesk) -> None:
        self._desk = desk

    async def add_evidence(
        self, case_id: str, content: bytes, *, kind: EvidenceKind, name: str, by: Actor, key: str
    ) -> Case:
        return self._desk.add_evidence(case_id, content, kind=kind, name=name, by=by, key=key)

    async def act(self, case_id: str, command: Command, *, by: Actor, key: str) -> Case:
        return self._desk.act(case_id, command, by=by, key=key)


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
