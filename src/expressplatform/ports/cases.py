"""Where cases live: the rows of a case store, and what is asked of it.

Laws of this file: a store never sees a particular. Every query carries the organisation that asks: what is not its to
see does not exist for it, and the empty name sees nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import attrs

EVERYONE: Final = "*"
"""The asking organisation of the platform itself: the clock, the figures over all cases, an operator's checks."""


@attrs.frozen
class StoredEvent:
    """One event as it is stored: facts in clear, particulars sealed (empty where the event has none)."""

    case_id: str
    version: int
    kind: str
    schema: int
    facts: bytes
    sealed: bytes


@attrs.frozen
class Header:
    """Where a case stands, in clear and queryable: always what its events replay to.

    ``council`` and ``trader`` may see the case (the trader once it has been uploaded), and so may ``former``
    traders that still owe something. ``due_at`` is when the clock next has something to do. ``owed_since`` is since
    when a recipient has owed the deletion or renewal of what it obtained, the longest first; ``alarms`` counts reports
    of impostors that no officer has looked into.
    """

    case_id: str
    version: int
    status: str
    council: str
    trader: str
    former: tuple[str, ...]
    assignee: str
    reference: str
    scheme: str
    edition: str
    nature: str
    category: str
    lodged_at: datetime
    changed_at: datetime
    due_at: datetime | None
    duty: str
    provisional: bool
    owed_since: datetime | None = None
    alarms: int = 0


@attrs.frozen
class EffectRow:
    """Work that a step leaves behind: a reference, never content.

    The id derives from case, version and kind, so that no other step leaves an effect of that id: a store may rely on
    it.

    ``attempts`` says how often it has been claimed, the claim that hands it out included; 0 in a commit.
    """

    id: str
    case_id: str
    version: int
    kind: str
    recipient: str
    attempts: int = 0


@attrs.frozen
class DeadRow:
    """Work that was given up: the effect, since when, and the code of what failed last. Nothing personal."""

    effect: EffectRow
    since: datetime
    code: str


@attrs.frozen
class Receipt:
    """That a command was carried out: its key, a keyed digest of it, the version it led to. No answer is stored.

    Its version is that of the last event of its commit, whose case it names; a commit without events has none.
    """

    case_id: str
    key: str
    digest: bytes
    version: int


@attrs.frozen
class Token:
    """A keyed digest by which a case is found again; ``quarter`` names the secret it was made with."""

    value: bytes
    quarter: str


@attrs.frozen
class Commit:
    """One case's step: whole or absent. ``expected`` is the version that it builds on, 0 for a new case.

    Header, events, effects and receipt are of that case. The events lead one by one from ``expected`` to the header's
    version; each effect is of one of them, and there once. ``drop_tokens`` deletes the case's tokens in the same step
    (erasure).
    """

    case_id: str
    expected: int
    header: Header
    events: tuple[StoredEvent, ...]
    effects: tuple[EffectRow, ...] = ()
    receipt: Receipt | None = None
    tokens: tuple[Token, ...] = ()
    drop_tokens: bool = False


@attrs.frozen
class Appended:
    """The commit is durable."""

    case_id: str
    version: int


@attrs.frozen
class Conflict:
    """Somebody wrote first: the case stands at ``found``. Nothing of the commit was kept."""

    case_id: str
    expected: int
    found: int


@attrs.frozen
class Replayed:
    """The receipt's key was there already: nothing was written again; ``receipt`` is the one that stands."""

    case_id: str
    receipt: Receipt


Answer = Appended | Conflict | Replayed


@attrs.frozen
class StoredCase:
    """A case as it is stored: header and events in their order."""

    header: Header
    events: tuple[StoredEvent, ...]


@attrs.frozen
class Wanted:
    """Which cases a list should hold; empty means: any.

    ``due_before`` and ``owed_before`` are instants, for `Header.due_at` and `Header.owed_since`; ``alarmed`` asks for
    cases with alarms.
    """

    status: tuple[str, ...] = ()
    trader: str = ""
    assignee: str = ""
    reference: str = ""
    due_before: datetime | None = None
    owed_before: datetime | None = None
    alarmed: bool = False


@attrs.frozen
class Page:
    """A stretch of a list, and the cursor that continues it; an empty cursor: there is no more, and only then."""

    headers: tuple[Header, ...]
    after: str


@attrs.frozen
class Leaf:
    """What the ledger keeps of a row: which it is, and its leaf hash of 32 bytes, which is the caller's to compute."""

    case_id: str
    version: int
    hash: bytes


@attrs.frozen
class Unplaced:
    """The next rows without a place, as they will stand in the ledger, and the place that the first of them is to have.

    Each case's versions ascend, and none is left out between a case's last placed row and the first that is here.
    """

    start: int
    events: tuple[StoredEvent, ...]


@attrs.frozen
class Placed:
    """A row, its place in the ledger (the first row has place 0), and the leaf hash that it was placed with."""

    place: int
    hash: bytes
    event: StoredEvent


@attrs.frozen
class LedgerSize:
    """How many rows have a place, and how many wait for one."""

    placed: int
    waiting: int


@attrs.frozen
class FeedRow:
    """That a case moved, as one trader is told: the feed's own place (from 0 on, without a gap), case and version.

    ``gone``: the trader may not see the case any more. ``header`` is the one that stands now; None where the case
    is gone, by this row or since.
    """

    place: int
    case_id: str
    version: int
    gone: bool
    header: Header | None


class CaseStore(Protocol):
    """Where cases live. Safe to share between threads; nothing acknowledged is ever lost.

    Every method raises TypeError for an instant that does not know its zone, and ValueError for a text that is not
    Unicode or holds U+0000 (see `given`).
    """

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Stores each commit whole or not at all, in order; a conflict in one does not undo its neighbours.

        A commit whose receipt is there already is answered with Replayed, before versions are compared. Raises
        ValueError for a commit of several cases, and for a receipt that is not of its last event. Where it raises for
        what was handed in, nothing of this call is kept, and what others bring at the same time is.
        """

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on; cases lodged meanwhile may or may not appear, none appears twice."""

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` has come, the earliest first."""

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id: for figures and checks."""

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, each once, in order."""

    def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token."""

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, now leased: they come back by themselves when the lease is over.

        An effect is ready from its header's ``changed_at`` on; what became ready first is claimed first. Each claim
        counts as an attempt, so that work which ends its worker is counted too.
        """

    def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; those that are not there are passed over."""

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from an instant on, with so many attempts behind it, a dead letter too.

        Nothing happens where it is done, or was never there.
        """

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is given up, as a dead letter since an instant: it is claimed no more until it is retried.

        Nothing happens where it is done, or was never there.
        """

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""

    def ledger(self) -> LedgerSize:
        """How many committed rows have a place in the ledger, and how many wait for one."""

    def unplaced(self, limit: int, /) -> Unplaced:
        """The next committed rows that have no place; a row that is committed meanwhile is placed later."""

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, from ``start`` on and in that order, all at once or none.

        False where the ledger does not end at ``start`` any more: somebody else was first, and nothing was placed. So
        it is where one of the rows is not there, has a place already or is named twice; StoreUnusable does as well.
        In the same step the rows enter the feed of each trader that the case's header names (``trader`` and
        ``former``), and one last row, gone, enters the feed of each that had rows of the case and is not named any
        more. A place never changes.
        """

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on; what is missing from the store is left out."""

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``, as far as there are any."""

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on; EVERYONE and nobody have none."""

    def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""

    def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme from now on; raises StoreUnusable where it belongs to another.

        Another edition of the same scheme takes the place of the one that stood.
        """

    def close(self) -> None:
        """Lets go of files and connections."""


class AsyncCaseStore(Protocol):
    """`CaseStore` for asynchronous callers: the same methods, awaited."""

    def append(self, commits: Sequence[Commit], /) -> Awaitable[Sequence[Answer]]: ...
    def load(self, case_id: str, organisation: str, /) -> Awaitable[StoredCase | None]: ...
    def receipt(self, case_id: str, key: str, /) -> Awaitable[Receipt | None]: ...
    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Awaitable[Page]: ...
    def due(self, now: datetime, limit: int, /) -> Awaitable[Sequence[Header]]: ...
    def scan(self, organisation: str, after: str, limit: int, /) -> Awaitable[Sequence[StoredCase]]: ...
    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Awaitable[Sequence[str]]: ...
    def quarters(self) -> Awaitable[Sequence[str]]: ...
    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Awaitable[Sequence[EffectRow]]: ...
    def done(self, effect_ids: Sequence[str], /) -> Awaitable[None]: ...
    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> Awaitable[None]: ...
    def bury(self, effect_id: str, at: datetime, code: str, /) -> Awaitable[None]: ...
    def dead(self, organisation: str, after: str, limit: int, /) -> Awaitable[Sequence[DeadRow]]: ...
    def ledger(self) -> Awaitable[LedgerSize]: ...
    def unplaced(self, limit: int, /) -> Awaitable[Unplaced]: ...
    def place(self, start: int, leaves: Sequence[Leaf], /) -> Awaitable[bool]: ...
    def placed(self, start: int, limit: int, /) -> Awaitable[Sequence[Placed]]: ...
    def leaves(self, start: int, end: int, /) -> Awaitable[Sequence[bytes]]: ...
    def places(self, case_id: str, organisation: str, /) -> Awaitable[Sequence[Placed]]: ...
    def feed(self, organisation: str, start: int, limit: int, /) -> Awaitable[Sequence[FeedRow]]: ...
    def scheme(self) -> Awaitable[tuple[str, str] | None]: ...
    def adopt(self, scheme: str, edition: str, /) -> Awaitable[None]: ...
    def close(self) -> Awaitable[None]: ...
