"""Breaches: opened and counted, described, closed; and what can be asked about them.

Laws of this file: only the council's own people act; its auditors may read. A breach is found from facts alone, a
person by tokens; what must be opened to count people stands in the access log first. Those affected are kept as lists
of case ids, nobody's name or contact anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Final

import attrs

from expressplatform.codes import BreachOf, Reading, Role, Status
from expressplatform.complaint import Actor
from expressplatform.errors import KeyReused, Refused
from expressplatform.platform import rows
from expressplatform.platform.affected import Count, concerned
from expressplatform.platform.breach_requests import (
    BREACH_ID,
    BreachRequest,
    judged_breach,
    judged_past,
    judged_words,
)
from expressplatform.platform.inquiring import Inquiring, check_watcher
from expressplatform.platform.keeping import AFFECTED, BREACH, OPEN_PLACE, Affected, New, Standing, place_of
from expressplatform.platform.requests import numbered
from expressplatform.ports import StoredCase
from expressplatform.privacy.breach_report import report
from expressplatform.privacy.breaches import Breach, authority_told, closed, described, opened

BATCH: Final = 500
_OPENED: Final = ("particulars",)

Progress = Callable[[int], None] | None


class Breaching(Inquiring):
    """What deals with breaches."""

    async def open_breach(self, request: BreachRequest, *, by: Actor, key: str, progress: Progress) -> Breach:
        """A breach is put on record: whom it concerns is counted, and its clocks run (PIPL Art 57)."""
        now = self.now()
        judged_breach(request, by, key, now)
        council_only(by)
        breach_id = rows.derive_breach_id(by.organisation, key)
        standing = await self.kept(BREACH, breach_id, by.organisation)
        if standing is None:
            breach = await self._count_breach(self._new_breach(request, breach_id, by, now), request, by, progress)
            if await self._put_breach(breach, by, follows=0):
                return breach
            await self._forget_affected(breach, by)
            standing = await self.standing_breach(breach_id, by)
        await self._same_breach(standing.value, request, by)
        return standing.value

    def _new_breach(self, request: BreachRequest, breach_id: str, by: Actor, now: datetime) -> Breach:
        return opened(
            request.what,
            id=breach_id,
            about=request.about,
            since=request.since,
            until=request.until,
            noticed_at=request.noticed_at or now,
            cause=request.cause,
            harm=request.harm,
            measures=request.measures,
            by=by.person,
            at=now,
            scheme=self.scheme,
        )

    async def _same_breach(self, breach: Breach, request: BreachRequest, by: Actor) -> None:
        """One key opens one breach for ever."""
        asked = (request.what, request.about, request.since, request.until)
        same = asked == (breach.what, breach.about, breach.since, breach.until)
        if same and request.what is BreachOf.SUBJECT:
            known = {case_id async for one in self.affected_people(breach, by) for case_id in one}
            found = {*await self.searched(request.name, request.contact, by, "breach")}
            same = not known or not found or not known.isdisjoint(found)
        if not same:
            raise KeyReused("")

    # ---- whom it concerns -------------------------------------------------------------------------------------------

    async def _count_breach(self, breach: Breach, request: BreachRequest, by: Actor, progress: Progress) -> Breach:
        count, seen = Count(breach, self.ring), 0
        async for stretch in self._breach_candidates(request, by):
            found = [one for stored in stretch if (one := concerned(breach, stored)) is not None]
            await self.log_opening(Reading.BREACH, breach, [one.stored for one in found], by)
            for one in found:
                count.add(one)
            seen += len(stretch)
            if progress is not None:
                progress(seen)
        breach = attrs.evolve(breach, scope=count.scope(), batch=secrets.token_hex(8))
        await self._list_affected(breach, count.people(), by)
        return breach

    async def _breach_candidates(self, request: BreachRequest, by: Actor) -> AsyncIterator[Sequence[StoredCase]]:
        """The cases that a breach may concern, a stretch at a time: one, one person's, or all."""
        if request.what is BreachOf.SUBJECT:
            found = await self.searched(request.name, request.contact, by, "breach")
            yield [await self._stored(one, by.organisation) for one in found]
            return
        if request.what is BreachOf.KEY and request.about:
            yield [await self._stored(numbered(request.about), by.organisation)]
            return
        async for stretch in self._stretches(by.organisation, BATCH):
            yield stretch

    async def log_opening(self, how: Reading, breach: Breach, stored: Sequence[StoredCase], by: Actor) -> None:
        """Notes the reading, before anything is opened (PDPO DPP4; PIPL Art 51)."""
        cases = [one.header.case_id for one in stored if one.header.status != Status.ERASED]
        if cases:
            await self.log(by, how, cases, _OPENED, f"breach {breach.id}")

    async def _list_affected(self, breach: Breach, people: Sequence[tuple[str, ...]], by: Actor) -> None:
        place, labels = place_of(breach.opened_at), (_list_label(breach),)
        stretches = {first: Affected(tuple(people[first : first + BATCH])) for first in range(0, len(people), BATCH)}
        new = [New(f"{breach.batch}.{first:09}", one, place, labels) for first, one in stretches.items()]
        await self.keep_new(AFFECTED, by.organisation, new)

    async def affected_people(self, breach: Breach, by: Actor) -> AsyncIterator[tuple[str, ...]]:
        """Those whom it concerns: for each person the ids of their cases."""
        async for standing in self.shelved(AFFECTED, by.organisation, label=_list_label(breach)):
            for person in standing.value.people:
                yield person

    async def _forget_affected(self, breach: Breach, by: Actor) -> None:
        """Somebody opened it first, under the same key: this count was in vain."""
        found = [one.id async for one in self.shelved(AFFECTED, by.organisation, label=_list_label(breach))]
        await self.shelf.delete(by.organisation, AFFECTED.name, found)

    # ---- its other steps, and what can be asked ---------------------------------------------------------------------

    async def describe_breach(
        self, breach_id: str, *, cause: str = "", harm: str = "", measures: str = "", by: Actor
    ) -> Breach:
        """More is said of a breach (PIPL Art 57(1), (2))."""
        council_only(by)
        judged_words(cause=cause, harm=harm, measures=measures)
        return await self.move_breach(
            breach_id, by, lambda one: described(one, cause=cause, harm=harm, measures=measures)
        )

    async def told_authority(self, breach_id: str, *, at: datetime | None = None, by: Actor) -> Breach:
        """An authority was told of a breach (PIPL Art 57)."""
        council_only(by)
        now = self.now()
        judged_past(at or now, now, "$.at")
        return await self.move_breach(breach_id, by, lambda one: authority_told(one, at or now, by.person))

    async def close_breach(self, breach_id: str, *, reason: str = "", by: Actor) -> Breach:
        """A breach is closed: all are told, or there is a reason (PIPL Art 57)."""
        council_only(by)
        judged_words(reason=reason)
        return await self.move_breach(breach_id, by, lambda one: closed(one, self.now(), by.person, reason))

    async def breaches(self, *, by: Actor, open_only: bool = False) -> tuple[Breach, ...]:
        """The breaches on record: those that are closed in order of closing, then those that are open."""
        check_watcher(by)
        since = OPEN_PLACE if open_only else ""
        return tuple([one.value async for one in self.shelved(BREACH, by.organisation, since=since)])

    async def breach_report(self, breach_id: str, *, by: Actor) -> dict[str, object]:
        """What the commissioner's form and PIPL Art 57 ask for, filled in."""
        check_watcher(by)
        return report((await self.standing_breach(breach_id, by)).value, scheme=self.scheme)

    # ---- on the shelf -----------------------------------------------------------------------------------------------

    async def move_breach(self, breach_id: str, by: Actor, step: Callable[[Breach], Breach]) -> Breach:
        """A breach after a step, taken on whatever stands when it is stored."""
        while True:
            standing = await self.standing_breach(breach_id, by)
            after = step(standing.value)
            if await self._put_breach(after, by, follows=standing.version):
                return after

    async def _put_breach(self, breach: Breach, by: Actor, *, follows: int) -> bool:
        place = f"{OPEN_PLACE}{place_of(breach.noticed_at)}" if breach.closed_at is None else place_of(breach.closed_at)
        return await self.keep(BREACH, breach.id, breach, owner=by.organisation, place=place, follows=follows)

    async def standing_breach(self, breach_id: str, by: Actor) -> Standing[Breach]:
        """A breach as it stands; raises Refused (``no_such_breach``)."""
        known = type(breach_id) is str and BREACH_ID.fullmatch(breach_id)
        standing = await self.kept(BREACH, breach_id, by.organisation) if known else None
        if standing is None:
            raise Refused("no_such_breach", "", "", (), "There is no breach of that number.")
        return standing


def council_only(by: Actor) -> None:
    """Raises Refused for whoever is not of a council."""
    if by.role is not Role.COUNCIL:
        raise Refused("wrong_role", "", Role.COUNCIL, (), "Breaches are for the council's officers.")


def breach_label(breach: Breach) -> str:
    """The label of what belongs to a breach."""
    return f"breach:{breach.id}"


def _list_label(breach: Breach) -> str:
    return f"affected:{breach.batch}"
