"""Those affected by a breach are told: one message a person, in their language.

Laws of this file: everybody affected is told once, nobody else ever. Who was told stands on the shelf by case, so that
the batch may be sent again after whatever stopped it; whoever no message reaches waits for an officer. A message says
what happened, to which kinds of data, and what to do: nothing of the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Reading, Role, Status
from expressplatform.complaint import Actor
from expressplatform.errors import ExpressPlatformError, Refused, StoreUnusable
from expressplatform.platform import rows
from expressplatform.platform.affected import GONE
from expressplatform.platform.breaching import Breaching, Progress, breach_label, council_only
from expressplatform.platform.delivering import Delivering
from expressplatform.platform.keeping import BREACH_TOLD, UNTOLD, BreachTold, New, place_of
from expressplatform.ports import Sought, StoredCase, shelf_rows
from expressplatform.privacy.breaches import Breach, persons_told, ready_to_tell
from expressplatform.wording.breaches import ASK, HAPPENED, SELF_HELP
from expressplatform.wording.privacy import KINDS
from expressplatform.wording.scripts import read

STRETCH: Final = 50
"""After how many messages it is noted who was told. Where a process dies, as many may go out again, under their ids."""
_OCCASION: Final = "breach"


@attrs.frozen
class Told:
    """What one round of telling those affected by a breach came to, counted in people.

    ``sent`` were written to now, ``earlier`` had been dealt with before, ``untold`` stand in the officer's queue now,
    ``gone`` have no case left that opens. ``failed`` are cases whose message is to be tried again, with codes.
    ``done``: nobody is left, in the queue neither.
    """

    sent: int = 0
    earlier: int = 0
    untold: int = 0
    gone: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    done: bool = False


class BreachTelling(Delivering, Breaching):
    """What tells those affected."""

    async def breach_messages(self, breach_id: str, *, by: Actor, progress: Progress) -> Told:
        """Writes to those affected, each once, in their language (PIPL Art 57)."""
        council_only(by)
        breach = (await self.standing_breach(breach_id, by)).value
        people = [person async for person in self.affected_people(breach, by)]
        if breach.persons.done_at is not None:
            return Told(earlier=len(people), done=True)
        ready_to_tell(breach)
        if self.messenger is None:
            raise Refused("no_messenger", "", Role.OPERATOR, (), "There is no way to write to people here.")
        if len(people) != breach.scope.people:
            raise StoreUnusable("list_incomplete", "the list of those whom a breach concerns is not whole")
        told = await self._tell_affected(breach, people, by, progress)
        if told.done:
            await self.move_breach(breach_id, by, lambda one: persons_told(one, self.now(), by.person))
        return told

    async def _tell_affected(
        self, breach: Breach, people: Sequence[Sequence[str]], by: Actor, progress: Progress
    ) -> Told:
        known = await self._told_of_breach(breach, by)
        waiting = [person for person in people if known.isdisjoint(person)]
        told = Told(earlier=len(people) - len(waiting))
        for first in range(0, len(waiting), STRETCH):
            stretch = [await self._openable_case(person, by) for person in waiting[first : first + STRETCH]]
            told = await self._tell_stretch(breach, [one for one in stretch if one is not None], by, told)
            told = attrs.evolve(told, gone=told.gone + stretch.count(None))
            if progress is not None:
                progress(told.earlier + min(first + STRETCH, len(waiting)))
        queue = await self.shelf.list(by.organisation, UNTOLD.name, Sought(breach_label(breach)), "", 1)
        return attrs.evolve(told, done=not told.failed and not queue.rows)

    async def _tell_stretch(self, breach: Breach, stretch: Sequence[StoredCase], by: Actor, told: Told) -> Told:
        """Some people: the reading is noted first, who was told last, whatever stops it in between."""
        await self.log_opening(Reading.MESSAGE, breach, stretch, by)
        notes: list[BreachTold] = []
        try:
            for stored in stretch:
                try:
                    notes.append(await self._tell_of_breach(breach, stored))
                except Exception as error:  # noqa: BLE001  a messenger may raise anything; the message is tried again
                    code = error.code if isinstance(error, ExpressPlatformError) else type(error).__name__
                    told = attrs.evolve(told, failed=(*told.failed, (stored.header.case_id, code)))
        finally:
            new = [New(_name(breach, one.case_id), one, place_of(one.at), _labels(breach, one)) for one in notes]
            await self.keep_new(BREACH_TOLD, by.organisation, new)
        sent = sum(one.sent for one in notes)
        return attrs.evolve(told, sent=told.sent + sent, untold=told.untold + len(notes) - sent)

    async def _told_of_breach(self, breach: Breach, by: Actor) -> set[str]:
        """The cases under which somebody was told; their records stay sealed."""
        notes = shelf_rows(self.shelf, by.organisation, BREACH_TOLD.name, Sought(breach_label(breach)))
        return {row.id.removeprefix(f"{breach.id}.") async for row in notes}

    async def _openable_case(self, person: Sequence[str], by: Actor) -> StoredCase | None:
        """The last of a person's cases that still opens; None: there is none."""
        for case_id in person:
            stored = await self._stored(case_id, by.organisation)
            if stored.header.status == Status.ERASED:
                continue
            try:
                self.ring.get(case_id)
            except GONE:
                continue
            return stored
        return None

    async def _tell_of_breach(self, breach: Breach, stored: StoredCase) -> BreachTold:
        """Writes to the complainant of one case; raises whatever keeps it from being done."""
        case = rows.fold_opened(stored, self.ring)[0]
        places = self._breach_places(breach, case)
        sent = await self.write(_name(breach, case.id), case, _OCCASION, (breach_label(breach),), **places)
        return BreachTold(case.id, self.now(), sent)

    def _breach_places(self, breach: Breach, case: Case) -> dict[str, str]:
        """What a message about a breach says besides the number of a case: nothing of the person."""
        language, scheme = case.complaint.complainant.language, self.edition_of(case)
        notice = scheme.notice_of(scheme.notice)
        return {
            "what": read(HAPPENED[breach.what.value], language),
            "since": f"{scheme.day(breach.since)}",
            "until": f"{scheme.day(breach.until - timedelta.resolution)}",
            "kinds": "\n".join(f"- {read(KINDS[one], language)}" for one in breach.scope.kinds),
            "measures": breach.measures,
            "help": read(SELF_HELP, language),
            "contact": read(ASK if notice is None else notice.contact, language),
        }


def _name(breach: Breach, case_id: str) -> str:
    """The id of a message, and of the note that it was sent: the same whenever it is sent again."""
    return f"{breach.id}.{case_id}"


def _labels(breach: Breach, note: BreachTold) -> tuple[str, ...]:
    return breach_label(breach), f"case:{note.case_id}"
