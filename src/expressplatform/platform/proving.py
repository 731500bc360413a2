"""What the ledger answers: whether every row is as it was signed, bundles that prove rows, and what traders are told.

Laws of this file: rows are judged as the store gives them, sealed, and nothing is opened. A bundle is checked here as
its reader will check it, before anybody is handed it. A trader learns of rows that are its own or were addressed to it,
and of no other organisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from typing import Final, TypeVar

from expressplatform import ledger
from expressplatform.case import Case, apply
from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import LedgerBroken, Refused, StoreUnusable
from expressplatform.fields import refuse
from expressplatform.ledger import Checkpoint, Frontier, Tree
from expressplatform.platform import rows
from expressplatform.platform.requests import Feed, Moved, Verified, judged_list
from expressplatform.platform.sequencing import STRETCH, Sequencing
from expressplatform.ports import LedgerSize, Placed, StoredCase
from expressplatform.signing import VerifyingKey

T = TypeVar("T")

_BATCH: Final = 500
_CURSOR: Final = "f"
_MOST: Final = 2**62
_SEES_ALL: Final = frozenset({Role.COUNCIL, Role.COMPLAINANT, Role.AUDITOR})
"""Whose bundle holds every row of a case; a trader's holds those that it may know."""
TOLD_TO_TRADER: Final = frozenset(
    {
        "uploaded", "time_granted", "time_refused", "offer_accepted", "offer_declined", "recalled", "lapsed",
        "clock_stopped", "clock_resumed",
    }
)  # fmt: skip
"""The kinds of row, beside its own, that a trader may prove of the time in which it had the case."""


class _Missing(Exception):
    """Leaf hashes that have not been read yet, by the number of their stretch."""

    def __init__(self, stretch: int) -> None:
        self.stretch = stretch


class _Leaves:
    """Leaf hashes as a tree asks for them: those that have been read, and for the rest `_Missing`."""

    def __init__(self, kept: MutableMapping[tuple[int, int], bytes]) -> None:
        self.read: dict[int, Sequence[bytes]] = {}
        self.tree = Tree(self._between, kept)

    def _between(self, start: int, end: int) -> Iterable[bytes]:
        stretch = start // STRETCH
        if stretch not in self.read:
            raise _Missing(stretch)
        first = stretch * STRETCH
        return self.read[stretch][start - first : end - first]


class Proving(Sequencing):
    """What is proven, and to whom."""

    async def proven(self, ask: Callable[[Tree], T]) -> T:
        """What a tree over the store's leaf hashes answers. It is asked again as often as hashes must be read."""
        leaves = _Leaves(self.kept_nodes)
        while True:
            try:
                return ask(leaves.tree)
            except _Missing as missing:
                first = missing.stretch * STRETCH
                leaves.read[missing.stretch] = await self.store.leaves(first, first + STRETCH)

    # --- verifying ------------------------------------------------------------------------------------------------

    async def verify(
        self, exported: Sequence[bytes], public: bytes | None, progress: Callable[[int], None] | None
    ) -> Verified:
        """Holds every row against every checkpoint that was kept here and those that are handed in."""
        size = await self.store.ledger()
        standing = [one async for one in self.checkpoints()]
        kept = [self.read_note(one.value.note.encode()) for one in standing if one is not None]
        brought = [self.read_note(note, public) for note in exported]
        held = _Held(sorted((*kept, *brought), key=lambda one: one.size))
        while stretch := await self.store.placed(held.frontier.size, _BATCH):
            held.add(stretch)
            if progress is not None:
                progress(held.frontier.size)
        held.ends(size.placed)
        return Verified(held.frontier.size, size.waiting, len(kept), len(brought), len(standing) - len(kept))

    def read_note(self, note: bytes, public: bytes | None = None) -> Checkpoint:
        """A checkpoint that this platform signed, or whoever has that key; raises what `read_checkpoint` raises."""
        key = self.signing_key().verifying_key if public is None else VerifyingKey(public)
        return ledger.read_checkpoint(note, origin=self.origin, public=key.public, verify=key.verify)

    # --- bundles --------------------------------------------------------------------------------------------------

    async def ledger_bundle(self, case_id: str, by: Actor, earlier: bytes | None) -> bytes:
        """Rows of a case that its reader may know, with their proofs, under a checkpoint that covers them all."""
        stored = await self._stored(case_id, by.organisation)
        placed = await self.store.places(case_id, by.organisation)
        if by.role not in _SEES_ALL and by.role is not Role.TRADER:
            raise Refused("wrong_role", case_id, Role.COUNCIL, (), "This role proves no rows of a case.")
        may = _provable(stored, by)
        if not (shown := [(one.place, one.event) for one in placed if one.event.version in may]):
            raise Refused("not_placed", case_id, Role.OPERATOR, (), "No row has a place yet: 'work' gives it one.")
        checkpoint, before = await self._covering(max(place for place, _ in shown) + 1)
        if earlier is not None:
            self.read_note(earlier)
        made = await self.proven(
            lambda tree: ledger.make_bundle(
                shown, tree=tree, checkpoint=checkpoint, public=self.signing_key().public, earlier=earlier or before
            )
        )
        key = self.signing_key()
        ledger.verify_bundle(made, origin=self.origin, public=key.public, verify=key.verifying_key.verify)
        return ledger.write_bundle(made)

    async def _covering(self, size: int) -> tuple[bytes, bytes | None]:
        """A checkpoint over at least so many rows, and the one that was kept last where that is another."""
        last = await self.last_checkpoint()
        if last is not None and last.value.size >= size:
            return last.value.note.encode(), None
        whole = (await self.store.ledger()).placed
        root = await self.proven(lambda tree: tree.root(whole))
        fresh = self.signed(Checkpoint(self.origin, whole, root))
        return fresh, None if last is None else last.value.note.encode()

    async def ledger_size(self) -> LedgerSize:
        """How many rows have a place, and how many wait for one."""
        return await self.store.ledger()

    async def checkpoint(self) -> bytes | None:
        """The note of the newest checkpoint that was kept; None where there is none."""
        last = await self.last_checkpoint()
        return None if last is None else last.value.note.encode()

    async def inclusion_proof(self, place: int, size: int) -> tuple[bytes, ...]:
        """Shows that a row stands at a place among the first ``size``."""
        await self._within(size)
        return await self.proven(lambda tree: tree.inclusion_proof(place, size))

    async def consistency_proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """Shows that the first ``size`` rows begin with the first ``old``."""
        await self._within(size)
        return await self.proven(lambda tree: tree.consistency_proof(old, size))

    async def _within(self, size: int) -> None:
        if size > (placed := (await self.store.ledger()).placed):
            raise refuse("$.size", "range", f"must be at most {placed}: so many rows have a place")

    # --- feeds ----------------------------------------------------------------------------------------------------

    async def feed(self, by: Actor, after: str, limit: int) -> Feed:
        """What moved for a trader, after a cursor."""
        judged_list(limit, after=after)
        if by.role is not Role.TRADER:
            raise Refused("wrong_role", "", Role.TRADER, (), "A feed is a trader's; the council lists its cases.")
        start = _place_of(after)
        found = await self.store.feed(by.organisation, start, limit)
        moved = tuple(
            Moved(
                row.case_id, row.version, row.header is None, row.header and rows.shown_to(row.header, by.organisation)
            )
            for row in found
        )
        return Feed(moved, f"{_CURSOR}{start + len(found)}")


class _Held:
    """Rows held against checkpoints, one stretch after the other."""

    def __init__(self, checkpoints: Sequence[Checkpoint]) -> None:
        self.frontier: Frontier = ledger.EMPTY
        self._left = list(checkpoints)
        self._good = 0
        self._pass()

    def add(self, stretch: Sequence[Placed]) -> None:
        """Rows that follow; raises LedgerBroken where one is missing, is another, or a checkpoint does not match."""
        for row in stretch:
            at = self.frontier.size
            if row.place != at:
                raise LedgerBroken("row_missing", at, at)
            if (leaf := _leaf_or_none(row)) != row.hash or leaf is None:
                raise LedgerBroken("row_differs", at, at)
            self.frontier = self.frontier.extend((leaf,))
            self._pass()

    def _pass(self) -> None:
        while self._left and self._left[0].size == self.frontier.size:
            checkpoint = self._left.pop(0)
            if checkpoint.root != self.frontier.root():
                raise LedgerBroken("root_differs", checkpoint.size, self._good)
            self._good = checkpoint.size

    def ends(self, placed: int) -> None:
        """No more rows follow, of so many that the store says it has placed."""
        wanted = max(placed, self._left[-1].size if self._left else 0)
        if self.frontier.size < wanted:
            raise LedgerBroken("rows_missing", self.frontier.size, self._good)


def _leaf_or_none(row: Placed) -> bytes | None:
    """The hash of a row as it is now; None for one that is no row any more."""
    try:
        return ledger.leaf_of(row.event)
    except StoreUnusable:
        return None


def _place_of(cursor: str) -> int:
    digits = cursor.removeprefix(_CURSOR)
    if cursor and not (cursor != digits and digits.isascii() and digits.isdigit() and int(digits) < _MOST):
        raise refuse("$.after", "cursor", "must be the cursor of an earlier answer, or empty")
    return int(digits or "0")


def _provable(stored: StoredCase, by: Actor) -> frozenset[int]:
    """The versions of a case that somebody may be shown; a trader those that are its own or were addressed to it."""
    if by.role in _SEES_ALL:
        return frozenset(row.version for row in stored.events)
    case: Case | None = None
    found: list[int] = []
    for row in stored.events:
        event, before = rows.fact_of(row), case
        case = apply(case, event)
        own = event.by.role is Role.TRADER and event.by.organisation == by.organisation
        if own or (row.kind in TOLD_TO_TRADER and by.organisation in (_holder(before), _holder(case))):
            found.append(row.version)
    return frozenset(found)


def _holder(case: Case | None) -> str:
    """The trader that has a case, if one has."""
    return case.turn.trader if case is not None and case.turn is not None else ""
