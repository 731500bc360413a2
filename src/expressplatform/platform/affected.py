"""Whom a breach concerns: what is read off a stored case, and the count.

Laws of this file: whether a case is concerned is told from its facts alone; only those that are concerned are opened,
and no further than the complaint. What was opened stays here: a count holds ids, codes and numbers when it is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from expressplatform.codes import BreachOf, Language, Status
from expressplatform.complaint import Complaint, Particulars
from expressplatform.errors import KeyDestroyed, KeyMissing, SealBroken
from expressplatform.events import Corrected, Event, InformationSupplied, Lodged
from expressplatform.platform import rows
from expressplatform.ports import StoredCase, StoredEvent
from expressplatform.privacy.breaches import Breach, Scope, carried, held_by, in_order, stood
from expressplatform.privacy.fields import KINDS, kinds_of
from expressplatform.sealing import KeyRing, normalised

_GIVING: Final = frozenset({"obtained", "disclosed", "deletion_confirmed"})
_TELLING: Final = frozenset({"lodged", "information_supplied", "corrected"})
_DOCUMENTS: Final = frozenset({"evidence_added", "redacted"})
_ELSEWHERE: Final = _TELLING | {"uploaded"}
GONE: Final = (KeyMissing, KeyDestroyed, SealBroken)
"""How a case says that nothing opens it."""


@attrs.frozen
class Concerned:
    """A case that a breach concerns, and which fields, as far as its facts tell."""

    stored: StoredCase
    fields: tuple[str, ...]


def concerned(breach: Breach, stored: StoredCase) -> Concerned | None:
    """Whether a breach concerns a case, from facts alone (PIPL Art 57); None: it does not."""
    if breach.what is BreachOf.TRADER:
        given = (rows.fact_of(row) for row in stored.events if row.kind in _GIVING)
        fields = held_by(breach.about, given, breach.since, breach.until)
        return Concerned(stored, fields) if fields else None
    there = stood(stored.header.lodged_at, _erased_at(stored), breach.since, breach.until)
    return Concerned(stored, ()) if there else None


def _erased_at(stored: StoredCase) -> datetime | None:
    if stored.header.status != Status.ERASED:
        return None
    return next(rows.fact_of(row).at for row in reversed(stored.events) if row.kind == "erased")


def _before(stored: StoredCase, until: datetime) -> tuple[StoredEvent, ...]:
    """The events before an instant. Most cases have not moved since: then no event is read for it."""
    if stored.header.changed_at < until:
        return stored.events
    return tuple(row for row in stored.events if rows.fact_of(row).at < until)


def _complaint(events: Sequence[Event]) -> Complaint:
    """The complaint as last supplied, with its particulars as last corrected."""
    found: Complaint | None = None
    for event in events:
        if isinstance(event, Lodged | InformationSupplied):
            found = event.asked.complaint
        elif isinstance(event, Corrected) and found is not None:
            found = attrs.evolve(found, particulars=event.asked.particulars)
    if found is None:
        raise LookupError("a case begins with a complaint")
    return found


class Count:
    """Counts those whom a breach concerns, case by case, in any order."""

    def __init__(self, breach: Breach, ring: KeyRing) -> None:
        self._breach, self._ring = breach, ring
        self._people: dict[tuple[str, str], list[tuple[datetime, str, Language]]] = {}
        self._fields: set[str] = set()
        self._kinds: set[str] = set()
        self._traders: Counter[str] = Counter()
        self._cases = self._erased = self._unreadable = 0

    def add(self, case: Concerned) -> None:
        """One case that the breach concerns; it is opened where it still can be."""
        header = case.stored.header
        self._cases += 1
        if header.trader:
            self._traders[header.trader] += 1
        told = self._opened(case.stored)
        self._fields.update(case.fields or self._stored_fields(case.stored, told))

    def _opened(self, stored: StoredCase) -> Sequence[Event]:
        """What the complainant told, opened where that can be: whose it is has been noted then."""
        telling = [row for row in stored.events if row.kind in _TELLING]
        if stored.header.status == Status.ERASED:
            self._erased += 1
            return [rows.fact_of(row) for row in telling]
        try:
            key = self._ring.get(stored.header.case_id)
            told = [rows.opened(row, key) for row in telling]
        except GONE:
            self._unreadable += 1
            return [rows.fact_of(row) for row in telling]
        self._person(stored, _complaint(told))
        return told

    def _person(self, stored: StoredCase, complaint: Complaint) -> None:
        """Distinct by name and first contact, both normalised; who gave neither is a person of their own."""
        given, header = complaint.particulars, stored.header
        name, contact = (given.name, given.contact) if isinstance(given, Particulars) else ("", "")
        who = normalised(name), normalised(contact)
        if self._breach.what is BreachOf.SUBJECT:
            who = ("", "")
        elif not all(who):
            who = ("", header.case_id)
        told = (header.lodged_at, header.case_id, complaint.complainant.language)
        self._people.setdefault(who, []).append(told)

    def _stored_fields(self, stored: StoredCase, told: Sequence[Event]) -> tuple[str, ...]:
        """What was there of a case: the fields of its complaint that held something, and what was written beside."""
        until = self._breach.until
        for row in _before(stored, until):
            if row.kind in _DOCUMENTS:
                self._kinds.add("documents")
            elif row.sealed and row.kind not in _ELSEWHERE:
                self._kinds.add("account")  # what was said on the case
        return carried(_complaint([one for one in told if one.at < until]), self._fields)

    def people(self) -> list[tuple[str, ...]]:
        """For each person the ids of their cases, the last lodged first."""
        found = [tuple(case_id for _, case_id, _ in sorted(one, reverse=True)) for one in self._people.values()]
        return sorted(found)

    def scope(self) -> Scope:
        """What it came to."""
        languages = Counter(max(one)[2] for one in self._people.values())
        kinds = self._kinds | kinds_of((*self._fields,))
        return Scope(
            cases=self._cases,
            people=len(self._people),
            erased=self._erased,
            unreadable=self._unreadable,
            fields=in_order(self._fields),
            kinds=tuple(one for one in KINDS if one in kinds),
            languages=tuple((one, languages[one]) for one in Language if one in languages),
            traders=tuple(sorted(self._traders.items())),
        )
