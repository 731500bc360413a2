"""Cases of many processes in one PostgreSQL database.

Laws of this module
- What has been acknowledged is committed on the server, and as durable as the server's ``synchronous_commit`` makes it.
- Threads that append at the same time share one transaction (`together`); rows that cannot be kept are the error of
  the caller who brought them, and of no other.
- What is asked stands in `case_talks`, once for this face and for the awaited one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import final

from expressplatform.ports import (
    Answer,
    Commit,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    StoredCase,
    Unplaced,
    Wanted,
)
from expressplatform.together import Outcome, Together
from expressplatform_postgres import case_talks, ledger_talks
from expressplatform_postgres.connecting import NO_SETTINGS, Settings, lanes_of
from expressplatform_postgres.connections import Connections


@final
class PostgresStore(Connections):
    """Cases in the database at ``dsn``, which `migrate` has prepared.

    ``settings`` are further parameters of the connection by their libpq names, such as ``sslmode``. Safe from several
    threads, and from any number of processes and machines. Every method may raise ``StoreUnusable``, with the code
    ``unreachable``, ``locked``, ``disk_full``, ``read_only``, ``corrupt``, ``closed`` or ``failed``; where an append
    ends with ``unreachable``, or with ``disk_full`` while the server stops for want of room for its log, it may have
    been kept, and its key tells. Making one also raises ``older_schema``, ``newer_schema`` or ``not_ours``.
    """

    __slots__ = ("_together",)

    def __init__(
        self, dsn: str, *, settings: Settings = NO_SETTINGS, busy_seconds: float = 30.0, connections: int = 10
    ) -> None:
        super().__init__(dsn, settings=settings, busy_seconds=busy_seconds, connections=connections)
        self._together = Together(self._append_all, lanes=lanes_of(connections))

    # ---- writing ----------------------------------------------------------------------------------------------------

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Store each commit whole or not at all, in order; durable when this returns. See `CaseStore.append`."""
        self._must_be_open()
        return self._together.append(tuple(commits))

    def _append_all(self, groups: Sequence[Sequence[Commit]]) -> Sequence[Outcome[Answer]]:
        return self._ask(case_talks.append_all(groups))

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, what waited longest first, leased until ``now + lease``."""
        return self._ask(case_talks.claim(now, limit, lease))

    def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; harmless when repeated."""
        self._ask(case_talks.done(effect_ids))

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from ``at`` on, a dead letter too; nothing where it is done."""
        self._ask(case_talks.retry(effect_id, at, attempts))

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is a dead letter from now on; nothing where it is done."""
        self._ask(case_talks.bury(effect_id, at, code))

    def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme, of this edition, from now on; ``other_scheme`` where to another."""
        self._ask(case_talks.adopt(scheme, edition))

    # ---- reading ----------------------------------------------------------------------------------------------------

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""
        return self._ask(case_talks.load(case_id, organisation))

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""
        return self._ask(case_talks.receipt(case_id, key))

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on."""
        return self._ask(case_talks.headers(organisation, wanted, after, limit))

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
        return self._ask(case_talks.due(now, limit))

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id."""
        return self._ask(case_talks.scan(organisation, after, limit))

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, in order."""
        return self._ask(case_talks.find(organisation, tokens))

    def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token, in order."""
        return self._ask(case_talks.quarters())

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
        return self._ask(case_talks.dead(organisation, after, limit))

    def ledger(self) -> LedgerSize:
        """How many committed rows have a place in the ledger, and how many wait for one."""
        return self._ask(ledger_talks.ledger())

    def unplaced(self, limit: int, /) -> Unplaced:
        """The next committed rows that have no place."""
        return self._ask(ledger_talks.unplaced(limit))

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, all at once or none; False where somebody else was first."""
        return self._ask(ledger_talks.place(start, leaves))

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on."""
        return self._ask(ledger_talks.placed(start, limit))

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``."""
        return self._ask(ledger_talks.leaves(start, end))

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""
        return self._ask(ledger_talks.places(case_id, organisation))

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on."""
        return self._ask(ledger_talks.feed(organisation, start, limit))

    def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""
        return self._ask(case_talks.scheme())

    def __repr__(self) -> str:
        return "<PostgresStore>"
