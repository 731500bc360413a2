"""After a copy was put back: what was undone since it was made is undone again, before anybody is served.

Laws of this file: what the register, the key store and the store itself say is gone stays gone, whichever of them was
put back, and the register holds all of it from then on. Steps go through `decide` like everybody's; doing it again
changes nothing. Cases are put right many at once, for each step waits for the disk; one that fails does not stop the
others, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import ErasureReason, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, clock_of
from expressplatform.errors import ExpressPlatformError, StaleVersion
from expressplatform.platform import rows
from expressplatform.platform.requests import Reapplied
from expressplatform.platform.running import Running
from expressplatform.ports import EVERYONE, Commit, Conflict, RegisterEntry, StoredCase, Undone, Wanted

_ERASE: Final = c.Erase(ErasureReason.KEY_DESTROYED)
_AT_ONCE: Final = 250
"""So many cases are put right in one step."""


class Restoring(Running):
    """What puts right a store or a key store that was put back."""

    async def reapply(self, *, person: str, progress: Callable[[int], None] | None = None) -> Reapplied:
        """Destroys again the keys of erased cases, puts their erasure on record, takes withdrawn consents back."""
        await self.adopt()
        entries = self.register.entries()
        destroyed = frozenset(self.keys.destroyed())
        gone = await self._gone(entries, destroyed)
        self._register_again(gone, entries)
        withdrawn = _by_case(entry for entry in entries if entry.what is not Undone.ERASED)
        left = dict[str, str]()
        for some in _batches([one for one in gone if one not in destroyed]):
            left |= self._destroy_again(some)
        erased = taken_back = seen = 0
        for some in _batches(dict.fromkeys((*gone, *withdrawn))):
            commits: dict[str, list[Commit]] = {}
            for case_id in some:
                seen += 1
                try:
                    commits[case_id] = await self._undoing(case_id, gone, withdrawn.get(case_id, ()), person)
                except ExpressPlatformError as error:
                    left.setdefault(case_id, error.code)
                if progress is not None:
                    progress(seen)
            left |= await self._kept(commits)
            taken = {case_id: len(own) for case_id, own in commits.items() if case_id not in left}
            erased += sum(steps for case_id, steps in taken.items() if case_id in gone)
            taken_back += sum(steps for case_id, steps in taken.items() if case_id not in gone)
        return Reapplied(erased, taken_back, tuple(left.items()))

    async def _gone(self, entries: Sequence[RegisterEntry], destroyed: Iterable[str]) -> dict[str, None]:
        """The cases that are erased, by whichever says so: the register, the key store, the store."""
        gone = dict.fromkeys(entry.case_id for entry in entries if entry.what is Undone.ERASED)
        gone |= dict.fromkeys(sorted(destroyed))
        async for header in self._headers(EVERYONE, Wanted((Status.ERASED.value,))):
            gone[header.case_id] = None
        return gone

    def _register_again(self, gone: Iterable[str], entries: Sequence[RegisterEntry]) -> None:
        """A register that was lost, or is younger than what is gone, holds all of it from now on."""
        known = {entry.case_id for entry in entries if entry.what is Undone.ERASED}
        now = self.now()
        if missing := [RegisterEntry(Undone.ERASED, one, now) for one in gone if one not in known]:
            self.register.note(missing)

    def _destroy_again(self, case_ids: Sequence[str]) -> dict[str, str]:
        """Destroys keys that were put back; those that could not be, with the code of what was wrong."""
        try:
            for case_id in case_ids:
                self.ring.forget(case_id)
            self.keys.destroy(*case_ids)
        except ExpressPlatformError as error:
            if len(case_ids) == 1:
                return {case_ids[0]: error.code}
            return {one: code for each in case_ids for one, code in self._destroy_again([each]).items()}
        return {}

    async def _undoing(
        self, case_id: str, gone: Collection[str], entries: Sequence[RegisterEntry], person: str
    ) -> list[Commit]:
        """The steps that undo again what was undone of a case: its erasure put on record, or consents taken back."""
        stored = await self.store.load(case_id, EVERYONE)
        if stored is None or (case_id in gone and stored.header.status == Status.ERASED):
            return []
        case = rows.fold(stored)
        if case_id in gone:
            return self._steps(case, [(_ERASE, clock_of(case.file.council))])
        by = Actor(Role.COUNCIL, person, case.file.council)
        return self._steps(case, [(command, by) for command in _standing(stored, case, entries)])

    def _steps(self, case: Case, steps: Sequence[tuple[Command, Actor]]) -> list[Commit]:
        commits = []
        for command, by in steps:
            case, commit = self._stepped(case, command, by, self.now())
            commits.append(commit)
        return commits

    async def _kept(self, commits: Mapping[str, Sequence[Commit]]) -> dict[str, str]:
        """Appends the steps of many cases; those whose steps were not kept, with the code of what was wrong."""
        try:
            answers = await self.store.append([commit for own in commits.values() for commit in own])
        except ExpressPlatformError as error:
            if len(commits) == 1:
                return dict.fromkeys(commits, error.code)
            return {one: code for each, own in commits.items() for one, code in (await self._kept({each: own})).items()}
        lost = (one for one in answers if isinstance(one, Conflict))
        return {one.case_id: StaleVersion(one.case_id, one.expected, one.found).code for one in lost}


def _batches(case_ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(case_ids)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _by_case(entries: Iterator[RegisterEntry]) -> dict[str, list[RegisterEntry]]:
    found: dict[str, list[RegisterEntry]] = {}
    for entry in entries:
        found.setdefault(entry.case_id, []).append(entry)
    return found


def _standing(stored: StoredCase, case: Case, entries: Sequence[RegisterEntry]) -> Iterator[Command]:
    """What takes back the consents that stand, though they had been taken back: not those that were given since."""
    for consent in case.file.consents:
        told = [entry for entry in entries if entry.recipient == consent.recipient]
        if any(entry.at >= consent.given_at for entry in told):
            yield c.WithdrawConsent(consent.recipient)
    refused = [entry.at for entry in entries if entry.what is Undone.RESEARCH_WITHDRAWN]
    if case.file.research_consent and refused and max(refused) >= _research_given(stored):
        yield c.SetResearchConsent(False)


def _research_given(stored: StoredCase) -> datetime:
    """When the research consent that stands was given: at lodging, or by the last step that said so."""
    events = [rows.fact_of(row) for row in stored.events]
    return max(one.at for one in events if isinstance(one, e.Lodged | e.ResearchConsentSet))
