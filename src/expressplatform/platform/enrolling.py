"""Who takes part, for the flow: what the shelf says of an organisation on top of what stands in code.

Laws of this file
- One door: whatever asks who takes part asks here. The scheme's own list comes first, what the platform was given in
  code on top of it, and what was entered on the shelf on top of both; how rows lie on each other, `enrolment` says.
- An organisation is asked of the shelf anew each time, by its id and in one look-up, so that what one process entered
  holds for all from the next step on. What stands is opened once.
- It is asked for the steps alone that turn on it (`asked_about`).
- The officers of the scheme's council enter; what they do stands with their staff id, and nothing of it is deleted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Final

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.enrolment import (
    Asked,
    Enrol,
    Enrolment,
    Entry,
    Participation,
    check_room,
    entry_of,
    rows_of,
    same_asked,
)
from expressplatform.errors import KeyReused, Refused, StaleVersion
from expressplatform.fields import refuse
from expressplatform.platform import rows
from expressplatform.platform.keeping import Keeping, Kind, Standing, place_of
from expressplatform.platform.requests import judged_entry
from expressplatform.ports import ShelfRow, Sought, shelf_rows
from expressplatform.scheme import Known, Participant

PARTICIPANT: Final = Kind("participant", Enrolment, None)
"""What was entered about organisations, by their ids: kept for ever, for old cases are judged by it."""
MAY_LOOK: Final = frozenset({Role.COUNCIL, Role.OPERATOR, Role.AUDITOR})
"""Who sees what was entered by whom; who takes part is for everybody to see."""
_ROUNDS: Final = 8
_MOST_KNOWN: Final = 4096


def asked_about(command: Command, case: Case | None) -> str:
    """The organisation whose taking part a step turns on; empty: it turns on nobody's."""
    if isinstance(command, c.Redirect):
        return command.trader
    if isinstance(command, c.Disclose):
        return command.recipient
    return case.trader if case is not None and isinstance(command, c.Accept | c.Upload) else ""


class Enrolling(Keeping):
    """What knows who takes part, and lets officers enter it."""

    # --- who takes part --------------------------------------------------------------------------------------------

    async def told_of(self, *organisations: str) -> Known:
        """What the core must know of some organisations."""
        found: list[Participant] = []
        settled: list[str] = []
        for organisation in organisations:
            row = await self.shelf.get(self.scheme.council, PARTICIPANT.name, organisation)
            if row is None:
                found += self.given.get(organisation, ())
            else:
                found += self._opened(row).rows
                settled.append(organisation)
        return Known(participants=tuple(found), settled=tuple(settled))

    async def participants(self) -> tuple[Participant, ...]:
        """Everybody's rows: those that stand in code in their order, then the others in that of their enrolment."""
        return tuple([row async for one in self._everybody() for row in one.rows])

    async def participant(self, organisation: str, on: date | None) -> Participant | None:
        """An organisation as it takes part on a day; None of day: today."""
        day = self.scheme.day(self.now()) if on is None else on
        return self.scheme.participant(organisation, day, await self.told_of(organisation))

    async def called(self, organisation: str) -> str:
        """What people call an organisation, today or when it last took part; else its id."""
        known, day = await self.told_of(organisation), self.scheme.day(self.now())
        names = (one.called(organisation, day, known) for one in self.editions.values())
        return next((name for name in names if name is not None), organisation)

    async def participations(self, *, by: Actor) -> tuple[Participation, ...]:
        """The same as `participants`, with what was entered."""
        _check_looks(by)
        return tuple([one async for one in self._everybody()])

    async def participation(self, organisation: str, *, by: Actor) -> Participation:
        """How one organisation takes part, with what was entered."""
        _check_looks(by)
        row = await self.shelf.get(self.scheme.council, PARTICIPANT.name, organisation)
        found = self._folded(organisation, ()) if row is None else self._opened(row)
        if not found.rows:
            raise _unknown()
        return found

    async def _everybody(self) -> AsyncIterator[Participation]:
        standing = shelf_rows(self.shelf, self.scheme.council, PARTICIPANT.name, Sought())
        entered = {row.id: self._opened(row) async for row in standing}
        for organisation in dict.fromkeys((*(one.organisation for one in self.scheme.participants), *self.given)):
            yield entered.pop(organisation) if organisation in entered else self._folded(organisation, ())
        for one in entered.values():
            yield one

    def _opened(self, row: ShelfRow) -> Participation:
        """What a record comes to: what stands is read anew; what stood is opened once."""
        held = self.known_members.get(row.id)
        if held is None or held[0] != row.body:
            if len(self.known_members) >= _MOST_KNOWN:
                self.known_members.clear()
            entries = self._standing(PARTICIPANT, row).value.entries
            held = self.known_members[row.id] = row.body, self._folded(row.id, entries)
        return held[1]

    def _folded(self, organisation: str, entries: tuple[Entry, ...]) -> Participation:
        below = (*self.given.get(organisation, ()), *self.scheme.listed(organisation))
        return Participation(organisation, len(entries), rows_of(organisation, below, entries), entries)

    # --- entering --------------------------------------------------------------------------------------------------

    async def enter(
        self, organisation: str, asked: Asked, *, by: Actor, key: str, expected: int | None
    ) -> Participation:
        """Enters what an officer asks; the same key and request again change nothing."""
        judged_entry(organisation, asked, by, key, expected)
        self._check_enters(by)
        if organisation in (self.scheme.council, *self.scheme.recipients):
            raise refuse("$.organisation", "value", "must be a trader's: this one is of another kind in the scheme")
        for _ in range(_ROUNDS):
            standing = await self.kept(PARTICIPANT, organisation, self.scheme.council)
            found = self._folded(organisation, standing.value.entries if standing is not None else ())
            entry = self._entry(found, asked, by, key, expected)
            if entry is None:
                return found
            after = (*found.entries, entry)
            if await self._put_entries(organisation, after, standing):
                return self._folded(organisation, after)
        raise Refused("changed_meanwhile", "", by.role, (), "Others keep changing this participant: ask again.")

    async def _put_entries(
        self, organisation: str, entries: tuple[Entry, ...], standing: Standing[Enrolment] | None
    ) -> bool:
        return await self.keep(
            PARTICIPANT,
            organisation,
            Enrolment(organisation, entries),
            owner=self.scheme.council,
            place=place_of(entries[0].at),
            follows=standing.version if standing is not None else 0,
        )

    def _check_enters(self, by: Actor) -> None:
        if by.role is not Role.COUNCIL or by.organisation != self.scheme.council:
            reason = "Who takes part is for the officers of the scheme's council to enter."
            raise Refused("not_the_schemes_council", "", Role.COUNCIL, (), reason)

    def _entry(self, found: Participation, asked: Asked, by: Actor, key: str, expected: int | None) -> Entry | None:
        """The entry that a request comes to; None where it came to one before, or where all is so already."""
        named = rows.receipt_key(by, key)
        before = next((one for one in found.entries if one.key == named), None)
        if before is not None:
            if not same_asked(before, asked):
                raise KeyReused("")
            return None
        if expected is not None and expected != found.version:
            raise StaleVersion("", expected, found.version)
        if not found.rows and not isinstance(asked, Enrol):
            raise _unknown()
        entry = entry_of(found.rows, asked, at=self.now(), by=by.person, key=named)
        if entry is not None:
            check_room(found.entries)
        return entry


def _check_looks(by: Actor) -> None:
    if by.role not in MAY_LOOK:
        raise Refused("wrong_role", "", Role.COUNCIL, (), "Who entered what is for councils and the operator to see.")


def _unknown() -> Refused:
    return Refused("no_such_participant", "", Role.COUNCIL, (), "No participant has that id: enrol it first.")
