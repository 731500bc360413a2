"""The sequencer: rows that were committed get their places, and once a day what they come to is signed and sent out.

Laws of this file: a place is given once, by the store, in one step with its neighbours; many may run this at once, and
who comes second places nothing. A day's checkpoint is signed when no row waits any more, once for everybody: the shelf
takes one of a day. Each organisation is sent the newest, once, again and again until that works; what it missed before
is covered by that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform.errors import ExpressPlatformError, HeldBack, LedgerBroken, SealBroken
from expressplatform.ledger import EMPTY, Checkpoint, Frontier, claimed_checkpoint, leaf_of, write_checkpoint
from expressplatform.platform.auditing import Auditing
from expressplatform.platform.keeping import Kind, Standing, place_of
from expressplatform.platform.requests import Sequenced
from expressplatform.ports import Leaf, Sought, shelf_rows

LEASE: Final = timedelta(minutes=5)
"""For how long whoever sends a checkpoint to an organisation keeps others from doing the same."""
RETRY: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=6)
"""How long a sending that failed waits: twice as long each time, and no longer than this."""
STRETCH: Final = 4096
"""So many leaf hashes are read at once."""
_AGAIN: Final = 5
_LOOK_BACK: Final = timedelta(days=7)


@attrs.frozen
class SignedCheckpoint:
    """A checkpoint as it was signed: the note, of how many rows, and the frontier (hexadecimal) to go on from."""

    note: str
    size: int
    frontier: str
    at: datetime


@attrs.frozen
class Witnessed:
    """Of which day an organisation was last sent a checkpoint, and when to try the next; how often that has failed."""

    day: str
    failed: int
    not_before: datetime


CHECKPOINT: Final = Kind("checkpoint", SignedCheckpoint, None)
"""Checkpoints, by the day: kept for ever. They say nothing about anybody."""
WITNESSED: Final = Kind("witnessed", Witnessed, None)
"""What each organisation was sent last."""


class Sequencing(Auditing):
    """What gives rows their places, signs and sends."""

    async def sequence(self, limit: int) -> Sequenced:
        """Places at most ``limit`` rows; signs the day's checkpoint where all have a place, and sends it."""
        await self.adopt()
        placed = await self._place(limit)
        today = self.scheme.day(self.now()).isoformat()
        standing = await self._readable(today)
        signed = ""
        if standing is None and placed < limit:
            standing = await self._sign(today)
            signed = today if standing is not None else ""
        sent, failed = (0, ()) if standing is None else await self._send(standing)
        return Sequenced(placed, signed, sent, failed)

    async def _place(self, limit: int) -> int:
        for _ in range(_AGAIN):
            found = await self.store.unplaced(limit)
            leaves = [Leaf(event.case_id, event.version, leaf_of(event)) for event in found.events]
            if not leaves or await self.store.place(found.start, leaves):
                return len(leaves)
        return 0

    # --- signing --------------------------------------------------------------------------------------------------

    async def _sign(self, day: str) -> Standing[SignedCheckpoint] | None:
        """The day's checkpoint; None where there are no rows yet, or somebody else has just signed."""
        size, now = (await self.store.ledger()).placed, self.now()
        if size == 0:
            return None
        frontier = await self._frontier(await self.last_checkpoint(), size)
        note = self.signed(Checkpoint(self.origin, size, frontier.root()))
        value = SignedCheckpoint(note.decode(), size, frontier.save().hex(), now)
        owner, place = self.scheme.council, place_of(now)
        if not await self.keep(CHECKPOINT, day, value, owner=owner, place=place):
            return None
        return Standing(day, 1, owner, place, (), value)

    def signed(self, checkpoint: Checkpoint) -> bytes:
        """A checkpoint as a note that this platform signed."""
        key = self.signing_key()
        return write_checkpoint(checkpoint, public=key.public, sign=key.sign)

    async def _frontier(self, last: Standing[SignedCheckpoint] | None, size: int) -> Frontier:
        """The frontier over so many rows, from the last checkpoint on; raises LedgerBroken where that is no more."""
        frontier = EMPTY
        if last is not None:
            frontier, claimed = Frontier.resume(bytes.fromhex(last.value.frontier)), last.value.note.encode()
            if frontier.root() != claimed_checkpoint(claimed).root:
                raise LedgerBroken("root_differs", last.value.size)
            if size < frontier.size:
                raise LedgerBroken("rows_missing", size)
        while frontier.size < size:
            leaves = await self.store.leaves(frontier.size, min(size, frontier.size + STRETCH))
            if not leaves:
                raise LedgerBroken("rows_missing", frontier.size)
            frontier = frontier.extend(leaves)
        return frontier

    async def last_checkpoint(self) -> Standing[SignedCheckpoint] | None:
        """The newest checkpoint that was kept and can be read; None where there is none."""
        for since in (place_of(self.now() - _LOOK_BACK), ""):
            found = [one async for one in self.checkpoints(since) if one is not None]
            if found:
                return found[-1]
        return None

    async def checkpoints(self, since: str = "") -> AsyncIterator[Standing[SignedCheckpoint] | None]:
        """Every checkpoint that was kept, the oldest first, from a place on; None for one that opens no more."""
        async for row in shelf_rows(self.shelf, self.scheme.council, CHECKPOINT.name, Sought(since=since)):
            try:
                found = self._standing(CHECKPOINT, row)
            except SealBroken:
                yield None
            else:
                yield found

    async def _readable(self, day: str) -> Standing[SignedCheckpoint] | None:
        try:
            return await self.kept(CHECKPOINT, day, self.scheme.council)
        except SealBroken:
            return None

    # --- sending --------------------------------------------------------------------------------------------------

    async def _send(self, signed: Standing[SignedCheckpoint]) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Sends a checkpoint to whoever has not been sent it: to how many, and who could not be reached."""
        if self.witness is None:
            return 0, ()
        told = await self._sent_last()
        sent, failed = 0, []
        for organisation in await self.witnesses():
            taken = await self._take(organisation, told.get(organisation), signed.id)
            if taken is None:
                continue
            code = await self._deliver(organisation, taken, signed)
            if code:
                failed.append((organisation, code))
            sent += not code
        return sent, tuple(failed)

    async def _sent_last(self) -> dict[str, Standing[Witnessed]]:
        """What each organisation was sent last; one whose record opens no more is sent the newest again."""
        found: dict[str, Standing[Witnessed]] = {}
        async for row in shelf_rows(self.shelf, self.scheme.council, WITNESSED.name, Sought()):
            try:
                found[row.id] = self._standing(WITNESSED, row)
            except SealBroken:
                never = Witnessed("", 0, self.now())
                found[row.id] = Standing(row.id, row.version, row.owner, row.place, row.labels, never)
        return found

    async def witnesses(self) -> tuple[str, ...]:
        """Who is sent a checkpoint: the council, and every trader that takes part today."""
        day = self.scheme.day(self.now())
        members = {one.organisation for one in await self.participants() if one.member_on(day)}
        return tuple(sorted({self.scheme.council, *members}))

    async def _take(
        self, organisation: str, told: Standing[Witnessed] | None, day: str
    ) -> tuple[int, Witnessed] | None:
        """The sending as its turn: which version it follows, and what stands; None where it is not to be done now."""
        now = self.now()
        before, follows = (Witnessed("", 0, now), 0) if told is None else (told.value, told.version)
        if before.day >= day or before.not_before > now:
            return None
        taken = attrs.evolve(before, not_before=now + LEASE)
        return (follows + 1, before) if await self._note(organisation, taken, follows) else None

    async def _deliver(
        self, organisation: str, taken: tuple[int, Witnessed], signed: Standing[SignedCheckpoint]
    ) -> str:
        """Sends it; empty where that worked, and otherwise a code."""
        follows, before = taken
        assert self.witness is not None
        try:
            self.witness.checkpoint(organisation, f"{self.origin}/{signed.id}", signed.value.note.encode())
        except Exception as error:  # noqa: BLE001  a witness may raise anything; the sending must come back
            wait = min(RETRY * (1 << min(before.failed, 16)), LONGEST)
            again = (error.until if isinstance(error, HeldBack) else None) or self.now() + wait
            failed = before.failed + (not isinstance(error, HeldBack))
            await self._note(organisation, Witnessed(before.day, failed, again), follows)
            return error.code if isinstance(error, ExpressPlatformError) else type(error).__name__
        await self._note(organisation, Witnessed(signed.id, 0, self.now()), follows)
        return ""

    async def _note(self, organisation: str, value: Witnessed, follows: int) -> bool:
        owner = self.scheme.council
        return await self.keep(WITNESSED, organisation, value, owner=owner, place=organisation, follows=follows)
