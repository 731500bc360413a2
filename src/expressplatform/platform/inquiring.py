"""What those who watch over privacy ask: who was given what, who read what, and what waits for an officer.

Laws of this file: only the council's own people and auditors ask; nothing personal of a complainant is opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform.codes import Attention, Reading, Role
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.events import Disclosed, DisclosureRecord, Obtained
from expressplatform.platform import rows
from expressplatform.platform.keeping import ACCESS, BREACH, OPEN_PLACE, UNTOLD, place_of
from expressplatform.platform.requests import numbered
from expressplatform.platform.showing import Showing
from expressplatform.ports import Header, StoredCase, Wanted
from expressplatform.privacy.breaches import overdue_tellings
from expressplatform.privacy.deletion import overdue
from expressplatform.privacy.log import Access
from expressplatform.privacy.table import CONTACTS, NAME

WATCHERS: Final = frozenset({Role.COUNCIL, Role.AUDITOR})
"""Who may ask what was disclosed and who read what."""
SOUGHT: Final = (*NAME, *CONTACTS[:3])
"""What a search by person compares, as tokens."""
_DISCLOSURES: Final = frozenset({"obtained", "disclosed"})
_BATCH: Final = 500


@attrs.frozen
class Given:
    """One disclosure as it stands in a case's record: of which case, when, by whom, and what."""

    case_id: str
    reference: str
    at: datetime
    by: Actor
    record: DisclosureRecord


@attrs.frozen
class Waits:
    """Something that waits for an officer: what, in which case, about which organisation, since when.

    ``id`` is what `Platform.told` takes for a message that reached nobody, and the breach of which somebody is still to
    be told; empty for the rest. All but messages go by themselves: a note by an officer answers an alarm, a confirmed
    deletion is overdue no more, and neither is a telling that was done. ``occasion`` is what a message that reached
    nobody was about, as `messages` names it.
    """

    what: Attention
    case_id: str
    reference: str
    organisation: str
    since: datetime
    id: str = ""
    occasion: str = ""


class Inquiring(Showing):
    """What answers those who watch."""

    async def access_log(
        self,
        *,
        by: Actor,
        case_id: str = "",
        staff: str = "",
        name: str = "",
        contact: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Access, ...]:
        """Who read what, in order of time (PDPO DPP4; PIPL Art 51)."""
        check_watcher(by)
        labels = [f"case:{numbered(case_id)}"] if case_id else [f"by:{staff}" if staff else ""]
        if name or contact:
            found_of = await self.searched(name, contact, by, "who read what of this person", (*NAME, *CONTACTS))
            labels = [f"case:{one}" for one in found_of]
        first, last = (place_of(at) if at is not None else "" for at in (since, until))
        found = {
            (one.place, one.id): one.value
            for label in labels
            async for one in self.shelved(ACCESS, by.organisation, label=label, since=first, until=last)
            if staff in ("", one.value.by.person) and (not case_id or case_id in one.value.cases)
        }
        return tuple(found[key] for key in sorted(found))

    async def searched(
        self, name: str, contact: str, by: Actor, reason: str, fields: Sequence[str] = SOUGHT
    ) -> tuple[str, ...]:
        """The ids of a person's cases: nothing is opened to find them; the search is on record."""
        cases = await self.cases_of(name, contact, by.organisation)
        await self.log(by, Reading.SEARCH, cases, fields, reason)
        return cases

    async def disclosures(
        self,
        *,
        by: Actor,
        to: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Given, ...]:
        """What was disclosed, from facts alone (PIPL Arts 23, 55; PDPO DPP3), in order of time: no seal is opened."""
        check_watcher(by)
        found: list[Given] = []
        seen = 0
        async for stored in self.all_stored(by.organisation, _BATCH):
            found += [
                one
                for one in _given(stored)
                if to in ("", one.record.recipient)
                and (since is None or since <= one.at)
                and (until is None or one.at < until)
            ]
            seen += 1
            if progress is not None and seen % _BATCH == 0:
                progress(seen)
        return tuple(sorted(found, key=lambda one: (one.at, one.record.id)))

    # ---- what waits -------------------------------------------------------------------------------------------------

    async def queue(self, *, by: Actor) -> tuple[Waits, ...]:
        """What waits for an officer of a council, the longest first (PIPL Art 47 for deletions that are overdue)."""
        _check_officer(by)
        found = [
            *[one async for one in self._alarms(by.organisation)],
            *[one async for one in self._overdue(by.organisation)],
            *[one async for one in self._tellings(by.organisation)],
        ]
        async for untold in self.shelved(UNTOLD, by.organisation):
            note = untold.value
            of = note.case_id, note.reference, note.trader
            found.append(Waits(Attention.UNTOLD, *of, note.since, untold.id, note.occasion))
        return tuple(sorted(found, key=lambda one: (one.since, one.case_id, one.organisation)))

    async def _alarms(self, council: str) -> AsyncIterator[Waits]:
        async for header in self._headers(council, Wanted(alarmed=True)):
            stored = await self._stored(header.case_id, council)
            reports = [rows.fact_of(row).at for row in stored.events if row.kind == "impostor_reported"]
            yield _waits(Attention.IMPOSTOR, header, header.trader, reports[-header.alarms])

    async def _overdue(self, council: str) -> AsyncIterator[Waits]:
        now = self.now()
        days = min(one.delete_days for one in self.editions.values())
        wanted = Wanted(owed_before=now - timedelta(days=days) + timedelta.resolution)
        async for header in self._headers(council, wanted):
            case = rows.fold(await self._stored(header.case_id, council))
            for one in overdue(case.file.holdings, now, self.edition_of(case).delete_days):
                yield _waits(Attention.DELETION_OVERDUE, header, one.organisation, one.owed_since or now)

    async def _tellings(self, council: str) -> AsyncIterator[Waits]:
        """PIPL Art 57: an authority, or those affected, that should have been told of a breach by now."""
        now = self.now()
        async for standing in self.shelved(BREACH, council, since=OPEN_PLACE):
            for telling in overdue_tellings(standing.value, now):
                yield Waits(Attention.BREACH_OVERDUE, "", "", standing.value.about, telling.due, standing.id)

    async def told(self, id: str, *, by: Actor) -> None:
        """An officer has told the complainant by other means: it waits no more."""
        _check_officer(by)
        await self.shelf.delete(by.organisation, UNTOLD.name, (id,))


def _given(stored: StoredCase) -> list[Given]:
    found = []
    for row in stored.events:
        if row.kind in _DISCLOSURES:
            event = rows.fact_of(row)
            if isinstance(event, Obtained | Disclosed):
                header = stored.header
                found.append(Given(header.case_id, header.reference, event.at, event.by, event.disclosure))
    return found


def _waits(what: Attention, header: Header, organisation: str, since: datetime) -> Waits:
    return Waits(what, header.case_id, header.reference, organisation, since)


def check_watcher(by: Actor) -> None:
    """Raises Refused for whoever does not watch over privacy."""
    if by.role not in WATCHERS:
        raise Refused("not_a_watcher", "", Role.COUNCIL, (), "This role does not ask who was shown what.")


def _check_officer(by: Actor) -> None:
    if by.role is not Role.COUNCIL:
        raise Refused("wrong_role", "", Role.COUNCIL, (), "The queue is for the council's officers.")
