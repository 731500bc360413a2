"""How an agent watches promised money: what the shop's record proves is said on the case, and nothing else.

Laws of this file

- Arrived: ReportPerformance with evidence, at once. Not arrived, though the day promised has passed and a record says
  so: ContradictPerformance with evidence. Everything else sends nothing; a person is told once.
- A refusal on the platform counts only where it came after the promise; less money than promised counts from the
  upload on.
- What will be said is written down before it is sent: whoever goes on after a kill says the same, under the same keys.
- It is said as the trader, under the id of its own staff: the client's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.codes import EvidenceKind, Status
from expressplatform.connectors import command_of, evidence_of
from expressplatform.connectors.judging import SHORT
from expressplatform.errors import InvalidInput, KeyReused, NoSuchCase, Refused
from expressplatform.fields import refuse
from expressplatform.ports import Paid, Performance, Promise
from expressplatform.shops import Disconnected, Ok, Result
from expressplatform_agent.base import GMT8, Base, key, mark_of
from expressplatform_agent.books import AWAITS, Held
from expressplatform_agent.desk import CaseRow, Claimed, known
from expressplatform_agent.values import About, CaseNote, Filing, Round

_AWAITED: Final = (Status.RESOLUTION_REPORTED, Status.RESOLVED)
_NEEDED: Final[Mapping[Paid, tuple[str, ...]]] = MappingProxyType(
    {
        Paid.PAID: ("add_evidence", "report_performance"),
        Paid.NOT_PAID: ("add_evidence", "contradict_performance"),
    }
)


def _awaited(row: CaseRow) -> Claimed | None:
    """The claim of a case by which money is still awaited."""
    claim = row.claim if row.status in _AWAITED else None
    if claim is None or claim.promised is None or claim.proved or claim.contradicted:
        return None
    return claim


class Watching(Base):
    """The part of the flow that watches promises."""

    async def await_money(self, row: CaseRow) -> None:
        """Notes of a case whether money is awaited."""
        held = await self.books.case(row.case_id)
        awaits = _awaited(row) is not None and bool(held.value.order)
        if held.version and (awaits or held.value.filing is None):
            await self.books.keep_case(held, attrs.evolve(held.value, awaits=awaits))

    async def watch(self, stopped: Callable[[], bool]) -> Round:
        """Looks for the money of every case that awaits some, where it is time."""
        done = Round()
        for note in [one async for one in self.books.cases(AWAITS)]:
            if stopped():
                break
            if note.filing is not None or note.ask_at is None or note.ask_at <= self.now():
                done += await self.or_later(self._watch(note.case_id))
        return done

    async def _watch(self, case_id: str) -> Round:
        held = await self.books.case(case_id)
        if held.value.filing is not None:
            return await self._file(held, held.value.filing)
        row = await self.desk.case(case_id)
        claim = _awaited(row)
        if claim is None:
            await self.books.keep_case(held, attrs.evolve(held.value, awaits=False))
            return Round()
        found = await self._performance(held.value, row, claim)
        if not isinstance(found, Ok):
            return Round(later=1)
        return await self._judged(held, row, claim, found.value)

    async def _performance(self, note: CaseNote, row: CaseRow, claim: Claimed) -> Result[Performance]:
        if claim.promised is None:
            raise refuse("$.claim", "missing", "must say how much was promised")
        connector = self.connectors.get(note.platform)
        if connector is None:
            return Disconnected("no_connector")
        found = await connector.performance(note.shop, Promise(note.order, claim.promised, row.uploaded_at))
        if isinstance(found, Ok) and found.value.paid is Paid.NOT_PAID and found.value.basis != SHORT:
            return await connector.performance(note.shop, Promise(note.order, claim.promised, row.since))
        return found

    async def _judged(self, held: Held[CaseNote], row: CaseRow, claim: Claimed, found: Performance) -> Round:
        note, now = held.value, self.now()
        told = claim.perform_by or (row.since.astimezone(GMT8).date() if row.since is not None else None)
        over = told is not None and now.astimezone(GMT8).date() > told
        later = attrs.evolve(note, ask_at=now + self.terms.ask_every)
        if found.paid is Paid.UNKNOWN or (found.paid is Paid.NOT_PAID and not over):
            if over:
                await self.tell(About.UNPROVED, note.case_id, mark_of(row.since), row=row, detail=found.basis)
            await self.books.keep_case(held, later)
            return Round()
        if not known(_NEEDED[found.paid], row.allowed):
            await self.tell(About.TOO_LATE, note.case_id, mark_of(row.since), row=row, detail=found.paid)
            await self.books.keep_case(held, attrs.evolve(later, awaits=False))
            return Round()
        content = evidence_of(note.platform, found).decode()
        filing = Filing(key(note.case_id, mark_of(row.since), "money"), found.paid is Paid.PAID, content, found.amount)
        held = await self.books.keep_case(held, attrs.evolve(note, filing=filing))
        return await self._file(held, filing)

    async def _file(self, held: Held[CaseNote], filing: Filing) -> Round:
        """Says on the case what was written down; repeated, it is said once."""
        note = held.value
        paid = Paid.PAID if filing.paid else Paid.NOT_PAID
        try:
            added = await self.desk.upload_evidence(
                note.case_id,
                filing.content.encode(),
                kind=EvidenceKind.REFUND_PROOF,
                name="performance.txt",
                key=f"{filing.key}.evidence",
            )
            command = command_of(Performance(paid, "filed", self.now(), filing.amount), added.evidence[-1])
            if command is not None:
                await self.desk.act(note.case_id, command, key=f"{filing.key}.said")
            about, detail = (About.REPORTED if filing.paid else About.CONTRADICTED), ""
        except (Refused, NoSuchCase, KeyReused, InvalidInput) as error:
            about, detail = About.REFUSED, error.code
        await self.tell(about, filing.key, row=note, platform=note.platform, shop=note.shop, detail=detail)
        await self.books.keep_case(held, attrs.evolve(note, filing=None, awaits=False, ask_at=None))
        return Round(reported=int(about is About.REPORTED), contradicted=int(about is About.CONTRADICTED))
