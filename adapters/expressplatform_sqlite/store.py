"""The embedded store: cases in one SQLite file.

Laws of this module
- What has been acknowledged is on the disk: write-ahead log, synchronous at every commit.
- Threads that append at the same time share one transaction (`together`); rows that cannot be kept are the error of
  the caller who brought them, and of no other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final, final

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.ports import (
    EVERYONE,
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
    checked,
)
from expressplatform.together import Outcome, Together
from expressplatform_sqlite import notes, placing, single_steps
from expressplatform_sqlite.batch import written
from expressplatform_sqlite.connections import Connections
from expressplatform_sqlite.rows import (
    EFFECT,
    EVENT_OF,
    EVENTS_OF,
    HEADER,
    effects_of,
    events_of,
    header_of,
    instant,
    micros,
)
from expressplatform_sqlite.schema import MEMORY

_SEES: Final = f"""(:org = '{EVERYONE}' OR council = :org OR trader = :org
    OR (former <> '[]' AND EXISTS (SELECT 1 FROM json_each(former) WHERE value = :org))) AND :org <> ''"""
_LOAD: Final = f"SELECT {HEADER} FROM cases WHERE case_id = :case AND {_SEES}"
_EVENTS: Final = f"""SELECT {EVENT_OF} FROM {EVENTS_OF}
    WHERE cases.case_id = ? AND steps.version <= ? ORDER BY steps.version"""
_EVENTS_OF_MANY: Final = f"""SELECT {EVENT_OF} FROM {EVENTS_OF}
    WHERE cases.case_id IN (SELECT value FROM json_each(?)) ORDER BY cases.case_id, steps.version"""
_HEADERS: Final = f"SELECT {HEADER} FROM cases WHERE case_id > :after AND {_SEES}"
_DUE: Final = f"SELECT {HEADER} FROM cases WHERE due_at <= ? ORDER BY due_at, case_id LIMIT ?"
_RECEIPT: Final = """SELECT case_id, key, digest, steps.version FROM cases JOIN steps USING (number)
    WHERE case_id = ? AND key = ?"""
_FIND: Final = f"""SELECT DISTINCT case_id FROM tokens JOIN cases USING (case_id)
    WHERE value = :token AND {_SEES}"""
# One step of the index for each quarter, where DISTINCT would read every token.
_QUARTERS: Final = """WITH RECURSIVE one (quarter) AS (
    SELECT min(quarter) FROM tokens
    UNION ALL
    SELECT (SELECT min(quarter) FROM tokens WHERE quarter > one.quarter) FROM one WHERE one.quarter IS NOT NULL)
    SELECT quarter FROM one WHERE quarter IS NOT NULL"""
_READY: Final = f"""SELECT {EFFECT} FROM effects WHERE ready_at <= ?
    ORDER BY ready_at, case_id, version, id LIMIT ?"""
_LEASE: Final = "UPDATE effects SET ready_at = ?, attempts = ? WHERE id = ?"
_RETRY: Final = "UPDATE effects SET ready_at = ?, attempts = ?, dead_since = NULL, failure = '' WHERE id = ?"
_BURY: Final = "UPDATE effects SET ready_at = NULL, dead_since = ?, failure = ? WHERE id = ?"
_DEAD: Final = f"""SELECT {", ".join(f"effects.{name}" for name in EFFECT.split(", "))}, dead_since, failure
    FROM effects JOIN cases USING (case_id)
    WHERE dead_since IS NOT NULL AND id > :after AND {_SEES} ORDER BY id LIMIT :limit"""
_DONE: Final = "DELETE FROM effects WHERE id = ?"
_SCHEME: Final = (
    "SELECT (SELECT value FROM meta WHERE name = 'scheme'), (SELECT value FROM meta WHERE name = 'edition')"
)
_ADOPT: Final = "INSERT OR REPLACE INTO meta (name, value) VALUES ('scheme', ?), ('edition', ?)"


def _filtered(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """The query of `SqliteStore.headers`, and the values that its filters name."""
    named = {"trader": wanted.trader, "assignee": wanted.assignee, "reference": wanted.reference}
    clauses = [f"{name} = :{name}" for name, value in named.items() if value]
    values: dict[str, object] = {name: value for name, value in named.items() if value}
    if wanted.status:
        clauses.append("status IN (SELECT value FROM json_each(:status))")
        values["status"] = json.dumps(wanted.status)
    if wanted.due_before is not None:
        clauses.append("due_at < :due_before")
        values["due_before"] = micros(wanted.due_before)
    if wanted.owed_before is not None:
        clauses.append("owed_since < :owed_before")
        values["owed_before"] = micros(wanted.owed_before)
    if wanted.alarmed:
        clauses.append("alarms > 0")
    return " AND ".join([_HEADERS, *clauses]) + " ORDER BY case_id LIMIT :limit", values


@final
class SqliteStore(Connections):
    """Cases in the file at ``path``, made (mode 0600) when it is not there; ``:memory:`` for one without a file.

    Safe from several threads, and from several processes: a writer waits up to ``busy_seconds`` for another.
    Do not carry an open store across ``fork``. Every method may raise ``StoreUnusable``, with the code ``corrupt``,
    ``newer_schema``, ``not_ours`` (another program's file), ``locked``, ``disk_full``, ``read_only``, ``closed``
    or ``failed``; opening also ``not_restored``: the file is a copy (`copies`), which only ``restoring`` opens.
    """

    __slots__ = ("_together",)
    _prepared = single_steps.PREPARED

    def __init__(self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, restoring: bool = False) -> None:
        if not restoring and path != MEMORY and notes.is_copy(os.path.abspath(path)):
            raise StoreUnusable("not_restored", "the store is a copy that has not been put back")
        super().__init__(path, busy_seconds=busy_seconds)
        self._together = Together(self.append_all)

    # ---- writing ----------------------------------------------------------------------------------------------------

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Store each commit whole or not at all, in order; durable when this returns. See `CaseStore.append`."""
        return self._together.append(checked(commits))

    def append_all(self, groups: Sequence[Sequence[Commit]], /) -> Sequence[Outcome[Answer]]:
        """Several callers' appends in one transaction: for each its answers, or the error that is its own.

        Each group has been through `ports.checked`; nothing is judged again here.
        """
        return self._in_one(groups, written)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, what waited longest first, leased until ``now + lease``."""
        until = micros(now.astimezone(UTC) + lease)
        with self._writing() as db:
            ready = effects_of(db.execute(_READY, (micros(now), limit)).fetchall())
            effects = [attrs.evolve(effect, attempts=effect.attempts + 1) for effect in ready]
            db.executemany(_LEASE, [(until, effect.attempts, effect.id) for effect in effects])
        return effects

    def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; harmless when repeated."""
        with self._writing(*effect_ids) as db:
            db.executemany(_DONE, [(effect_id,) for effect_id in effect_ids])
        if effect_ids:
            self._empty_log()

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from ``at`` on, a dead letter too; nothing where it is done."""
        with self._writing(effect_id) as db:
            db.execute(_RETRY, (micros(at), attempts, effect_id))

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is a dead letter from now on; nothing where it is done."""
        with self._writing(effect_id, code) as db:
            db.execute(_BURY, (micros(at), code, effect_id))

    def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme, of this edition, from now on; ``other_scheme`` where to another."""
        with self._writing(scheme, edition) as db:
            (standing, _) = db.execute(_SCHEME).fetchone()
            if standing not in (None, scheme):
                raise StoreUnusable("other_scheme", "the store belongs to another scheme")
            db.execute(_ADOPT, (scheme, edition))

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, all at once or none; False where somebody else was first."""
        with self._writing(*(leaf.case_id for leaf in leaves)) as db:
            return placing.place(db, start, leaves)

    # ---- reading ----------------------------------------------------------------------------------------------------

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""
        with self._reading(case_id, organisation) as db:
            row = db.execute(_LOAD, {"case": case_id, "org": organisation}).fetchone()
            if row is None:
                return None
            header = header_of(row)  # events never change, so those up to its version are its own
            return StoredCase(header, events_of(db.execute(_EVENTS, (case_id, header.version))))

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""
        with self._reading(case_id, key) as db:
            row = db.execute(_RECEIPT, (case_id, key)).fetchone()
        return None if row is None else Receipt(*row)

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on."""
        query, values = _filtered(wanted)
        values |= {"org": organisation, "after": after, "limit": limit + 1}
        texts = (organisation, after, *wanted.status, wanted.trader, wanted.assignee, wanted.reference)
        with self._reading(*texts) as db:
            rows = db.execute(query, values).fetchall()
        shown = tuple(header_of(row) for row in rows[:limit])
        return Page(shown, shown[-1].case_id if shown and len(rows) > limit else "")

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
        with self._reading() as db:
            return [header_of(row) for row in db.execute(_DUE, (micros(now), limit))]

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id."""
        headers = self.headers(organisation, Wanted(), after, limit).headers
        asked = json.dumps([header.case_id for header in headers])
        with self._reading() as db:
            rows = events_of(db.execute(_EVENTS_OF_MANY, (asked,)))
        events = {case_id: tuple(own) for case_id, own in groupby(rows, attrgetter("case_id"))}
        # A case may have moved on between the two questions; its first `version` events are the header's.
        return [StoredCase(h, events.get(h.case_id, ())[: h.version]) for h in headers]

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
        values = {"org": organisation, "after": after, "limit": limit}
        with self._reading(organisation, after) as db:
            rows = db.execute(_DEAD, values).fetchall()
        return [DeadRow(EffectRow(*row[:-2]), instant(row[-2]), row[-1]) for row in rows]

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, in order."""
        with self._reading(organisation) as db:
            return sorted(
                {case_id for token in tokens for (case_id,) in db.execute(_FIND, {"token": token, "org": organisation})}
            )

    def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token, in order."""
        with self._reading() as db:
            return [quarter for (quarter,) in db.execute(_QUARTERS)]

    def ledger(self) -> LedgerSize:
        """How many committed rows have a place in the ledger, and how many wait for one."""
        with self._reading() as db:
            return placing.size(db)

    def unplaced(self, limit: int, /) -> Unplaced:
        """The next committed rows that have no place, in the order of their commits."""
        with self._reading() as db:
            return placing.unplaced(db, limit)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on."""
        with self._reading() as db:
            return placing.placed(db, start, limit)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``."""
        with self._reading() as db:
            return placing.leaves(db, start, end)

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""
        with self._reading(case_id, organisation) as db:
            seen = db.execute(_LOAD, {"case": case_id, "org": organisation}).fetchone()
            return placing.of_case(db, case_id) if seen else []

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on."""
        with self._reading(organisation) as db:
            return placing.feed(db, organisation, start, limit)

    def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""
        with self._reading() as db:
            scheme, edition = db.execute(_SCHEME).fetchone()
        return None if scheme is None else (scheme, edition)

    def __repr__(self) -> str:
        return "<SqliteStore>"
