"""Reading cases: with a reason, for whom it is to see; or their facts alone.

Laws of this file: particulars are opened for the readers that `rows` names, each reading stands in the access log
before anything is shown, and no case is changed by reading.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

import attrs

from expressplatform.case import allowed
from expressplatform.codes import Reading, Role
from expressplatform.complaint import Actor, Complaint
from expressplatform.eligibility import assess
from expressplatform.errors import Refused, StoreUnusable
from expressplatform.events import NoteAdded
from expressplatform.indicators import Figures, Tally
from expressplatform.platform import rows
from expressplatform.platform.enrolling import Enrolling
from expressplatform.platform.keeping import ACCESS, place_of
from expressplatform.platform.requests import Opened, judged_list
from expressplatform.ports import Page, StoredCase, Wanted
from expressplatform.privacy.log import Access
from expressplatform.records import without_particulars
from expressplatform.scheme import Assessment

WHOLE: Final = ("particulars", "call_code", "remarks")
"""What a reading of a whole case shows."""
_COUNTED: Final = 500
"""How many cases are folded for figures in one go."""


class Showing(Enrolling):
    """What shows a case."""

    async def read(self, case_id: str, *, by: Actor, reason: str) -> Opened:
        """A case with its particulars and every remark, for whoever may read it, with a reason.

        An officer's note is for the council alone: for a complainant it stays sealed.
        """
        stored = await self._stored(case_id, by.organisation)
        check_reader(case_id, by)
        if not reason.strip():
            raise Refused("reason_missing", case_id, by.role, (), "Reading particulars needs a reason.")
        await self.log(by, Reading.CASE, (case_id,), WHOLE, reason)
        case, events = rows.fold_opened(stored, self.ring, everything=True)
        if by.role is not Role.COUNCIL:
            events = tuple(without_particulars(one) if isinstance(one, NoteAdded) else one for one in events)
        return Opened(case, events)

    async def log(self, by: Actor, how: Reading, cases: Sequence[str], fields: Sequence[str], reason: str) -> None:
        """Notes a reading, before anything is shown (PDPO DPP4; PIPL Art 51); durable when this returns."""
        now = self.now()
        entry = Access(by, how, tuple(cases), tuple(fields), reason, now)
        labels = [f"by:{by.person}", *(f"case:{one}" for one in cases)]
        owner = by.organisation
        if not await self.keep(ACCESS, secrets.token_hex(16), entry, owner=owner, place=place_of(now), labels=labels):
            raise StoreUnusable("not_logged", "the reading could not be put on record")

    async def facts(self, case_id: str, *, by: Actor) -> Opened:
        """A case and its events from their facts alone: no particular is opened.

        Not for a trader: facts are more than the disclosure table shows it.
        """
        stored = await self._stored(case_id, by.organisation)
        if by.role is Role.TRADER:  # PIPL Art 6
            check_reader(case_id, by)
        return Opened(rows.fold(stored), tuple(rows.fact_of(row) for row in stored.events))

    async def page(self, *, by: Actor, wanted: Wanted, after: str, limit: int) -> Page:
        """Where cases stand: headers, without any particular; a trader's page may be short.

        It holds nothing of other traders, staff and what is owed: a trader that asks for these finds nothing.
        """
        judged_list(limit, trader=wanted.trader, assignee=wanted.assignee, reference=wanted.reference, after=after)
        page = await self.store.headers(by.organisation, wanted, after, limit)
        if by.role is not Role.TRADER:
            return page
        shown = (rows.shown_to(header, by.organisation) for header in page.headers)
        hidden = wanted.assignee or wanted.owed_before or wanted.alarmed or wanted.trader not in ("", by.organisation)
        return Page(tuple(one for one in shown if not hidden and rows.still_wanted(one, wanted)), page.after)

    async def assess(self, case_id: str, *, by: Actor) -> Assessment:
        """Every finding about a case as at its filing date, and the verdict; it rests on particulars too."""
        stored = await self._stored(case_id, by.organisation)
        check_reader(case_id, by)
        case = rows.fold_opened(stored, self.ring)[0]
        complaint = attrs.evolve(case.complaint, consents=case.file.consents, evidence=case.file.evidence)
        found = await self._duplicates(case, await self.store.quarters())
        known = attrs.evolve(await self.told_of(case.trader), duplicates=found)
        scheme = self._scheme_of(case)
        return assess(complaint, scheme=scheme, on=scheme.day(case.file.filed_at), known=known)

    async def assess_unlodged(self, complaint: Complaint) -> Assessment:
        """What an assessment would come to if the complaint were lodged now; nothing is stored."""
        known = await self.told_of(complaint.trader.organisation)
        return assess(complaint, scheme=self.scheme, on=self.scheme.day(self.now()), known=known)

    async def allowed(self, case_id: str, *, by: Actor) -> tuple[str, ...]:
        """The names of the commands that this actor may send now."""
        stored = await self._stored(case_id, by.organisation)
        return tuple(command.__name__ for command in allowed(rows.fold(stored), by))

    async def all_stored(self, organisation: str, batch: int) -> AsyncIterator[StoredCase]:
        """Every case of an organisation as it is stored, by case id."""
        async for stretch in self._stretches(organisation, batch):
            for stored in stretch:
                yield stored

    async def _stretches(self, organisation: str, batch: int) -> AsyncIterator[Sequence[StoredCase]]:
        after = ""
        while True:
            stretch = await self.store.scan(organisation, after, batch)
            yield stretch
            if len(stretch) < batch:
                return
            after = stretch[-1].header.case_id

    async def indicators(self, tally: Tally, *, by: Actor, progress: Callable[[int], None] | None = None) -> Figures:
        """Adds every case of an organisation to a tally, from its facts: no key is needed."""
        counted = 0
        async for stretch in self._stretches(by.organisation, _COUNTED):
            await self.aside.wait(partial(_add, tally, stretch))
            counted += len(stretch)
            if progress is not None and len(stretch) == _COUNTED:
                progress(counted)
        return tally.figures()


def _add(tally: Tally, stretch: Sequence[StoredCase]) -> None:
    for stored in stretch:
        tally.add(rows.fold(stored))


def check_reader(case_id: str, by: Actor) -> None:
    if by.role not in rows.READERS:
        may = ("Obtain",) if by.role is Role.TRADER else ()
        raise Refused("not_a_reader", case_id, Role.COUNCIL, may, "This role does not read particulars here.")
