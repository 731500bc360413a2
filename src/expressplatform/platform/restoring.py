"""After a copy was put back: what was undone since it was made is undone again, before anybody is served.

Laws of this file: what the register, the key store and the store itself say is gone stays gone, whichever of them was
put back, and the register holds all of it from then on. Steps go through `decide` like everybody's; doing it again
changes nothing. One case that fails does not stop the others, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case
from expressplatform.codes import ErasureReason, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, clock_of
from expressplatform.errors import ExpressPlatformError
from expressplatform.platform import rows
from expressplatform.platform.requests import Reapplied
from expressplatform.platform.running import Running
from expressplatform.ports import EVERYONE, RegisterEntry, StoredCase, Undone, Wanted

_ERASE: Final = c.Erase(ErasureReason.KEY_DESTROYED)


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
        erased, taken_back, left = 0, 0, []
        for done, case_id in enumerate(dict.fromkeys((*gone, *withdrawn)), 1):
            try:
                if case_id in gone:
                    if case_id not in destroyed:
                        self.ring.forget(case_id)
                        self.keys.destroy(case_id)
                    erased += await self._erase_again(case_id)
                else:
                    taken_back += await self._withdraw_again(case_id, withdrawn[case_id], person)
            except ExpressPlatformError as error:
                left.append((case_id, error.code))
            if progress is not None:
                progress(done)
        return Reapplied(erased, taken_back, tuple(left))

    async def _gone(self, entries: Sequence[RegisterEntry], destroyed: Iterable[str]) -> dict[str, None]:
        """The cases that are erased, by whichever says so: the register, the key store, the store."""
        gone = dict.fromkeys(entry.case_id for entry in entries if entry.what is Undone.ERASED)
        gone |= dict.fromkeys(sorted(destroyed))
        after, wanted = "", Wanted((Status.ERASED.value,))
        while True:
            page = await self.store.headers(EVERYONE, wanted, after, 500)
            gone |= dict.fromkeys(header.case_id for header in page.headers)
            if not page.after:
                return gone
            after = page.after

    def _register_again(self, gone: Iterable[str], entries: Sequence[RegisterEntry]) -> None:
        """A register that was lost, or is younger than what is gone, holds all of it from now on."""
        known = {entry.case_id for entry in entries if entry.what is Undone.ERASED}
        now = self.now()
        if missing := [RegisterEntry(Undone.ERASED, one, now) for one in gone if one not in known]:
            self.register.note(missing)

    async def _erase_again(self, case_id: str) -> int:
        """A case without a key is on record as erased: how many steps that took."""
        stored = await self.store.load(case_id, EVERYONE)
        if stored is None or stored.header.status == Status.ERASED:
            return 0
        case = rows.fold(stored)
        return await self._taken(case, [(_ERASE, clock_of(case.file.council))])

    async def _withdraw_again(self, case_id: str, entries: Sequence[RegisterEntry], person: str) -> int:
        stored = await self.store.load(case_id, EVERYONE)
        if stored is None:
            return 0
        case = rows.fold(stored)
        by = Actor(Role.COUNCIL, person, case.file.council)
        return await self._taken(case, [(command, by) for command in _standing(stored, case, entries)])

    async def _taken(self, case: Case, steps: Sequence[tuple[Command, Actor]]) -> int:
        commits = []
        for command, by in steps:
            case, commit = self._stepped(case, command, by, self.now())
            commits.append(commit)
        return await self._append_all(commits)


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
