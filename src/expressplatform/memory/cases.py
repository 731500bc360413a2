"""The reference store of cases; its laws are those of `memory`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Self

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.memory.places import Places
from expressplatform.ports import (
    EVERYONE,
    Answer,
    Appended,
    Commit,
    Conflict,
    DeadRow,
    EffectRow,
    FeedRow,
    Header,
    Leaf,
    LedgerSize,
    Page,
    Placed,
    Receipt,
    Replayed,
    StoredCase,
    Token,
    Unplaced,
    Wanted,
    aware,
    check_texts,
    checked,
)


@attrs.frozen
class _Work:
    """An effect and when it may be claimed; what waited longest comes first. A dead one has a code, and the instant
    since when it is dead."""

    ready_at: datetime
    row: EffectRow
    code: str | None = None

    def turn(self) -> tuple[datetime, str, int, str]:
        return (self.ready_at, self.row.case_id, self.row.version, self.row.id)


class MemoryStore:
    """Cases in memory. Thread-safe; the model for the case stores that last."""

    __slots__ = ("_cases", "_closed", "_lock", "_places", "_receipts", "_scheme", "_tokens", "_work")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cases: dict[str, StoredCase] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}
        self._tokens: dict[str, dict[bytes, Token]] = {}
        self._work: dict[str, _Work] = {}
        self._places = Places()
        self._scheme: tuple[str, str] | None = None
        self._closed = False

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        """Store each commit whole or not at all, in order; see `CaseStore.append`."""
        with self._open():
            return [self._append(commit) for commit in [_in_utc(commit) for commit in checked(commits)]]

    def _append(self, commit: Commit) -> Answer:
        case_id = commit.case_id
        standing = commit.receipt and self._receipts.get((case_id, commit.receipt.key))
        if standing:
            return Replayed(case_id, standing)
        case = self._cases.get(case_id)
        found = case.header.version if case else 0
        if found != commit.expected:
            return Conflict(case_id, commit.expected, found)
        self._cases[case_id] = StoredCase(commit.header, (case.events if case else ()) + commit.events)
        self._places.commit(commit.events)
        self._keep_beside(commit)
        return Appended(case_id, commit.header.version)

    def _keep_beside(self, commit: Commit) -> None:
        """What stands beside a case's rows: effects, receipt, tokens."""
        self._work |= {row.id: _Work(commit.header.changed_at, row) for row in commit.effects}
        if commit.receipt:
            self._receipts[commit.case_id, commit.receipt.key] = commit.receipt
        if commit.drop_tokens:
            self._tokens.pop(commit.case_id, None)
        if commit.tokens:
            standing = self._tokens.get(commit.case_id, {})
            self._tokens[commit.case_id] = {token.value: token for token in commit.tokens} | standing

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        """A case with its events in order; None where there is none for that organisation."""
        with self._open(case_id, organisation):
            case = self._cases.get(case_id)
            return case if case and _sees(organisation, case.header) else None

    def receipt(self, case_id: str, key: str, /) -> Receipt | None:
        """The receipt of a key on a case."""
        with self._open(case_id, key):
            return self._receipts.get((case_id, key))

    def headers(self, organisation: str, wanted: Wanted, after: str, limit: int, /) -> Page:
        """Headers by case id, from a cursor on."""
        with self._open(*wanted.status, wanted.trader, wanted.assignee, wanted.reference):
            for at in filter(None, (wanted.due_before, wanted.owed_before)):
                aware(at)
            found = [case.header for case in self._visible(organisation, after) if _is_wanted(case.header, wanted)]
        shown = tuple(found[:limit])
        return Page(shown, shown[-1].case_id if shown and len(found) > limit else "")

    def due(self, now: datetime, limit: int, /) -> Sequence[Header]:
        """Headers whose ``due_at`` is ``now`` or earlier, the earliest first."""
        now = aware(now)
        found = [
            (case.header.due_at, case.header.case_id, case.header)
            for case in self._visible(EVERYONE, "")
            if case.header.due_at is not None and case.header.due_at <= now
        ]
        return [header for _, _, header in sorted(found, key=lambda row: row[:2])[:limit]]

    def scan(self, organisation: str, after: str, limit: int, /) -> Sequence[StoredCase]:
        """Whole cases by case id, after a case id."""
        return self._visible(organisation, after)[:limit]

    def find(self, organisation: str, tokens: Sequence[bytes], /) -> Sequence[str]:
        """The ids of cases that carry one of these tokens, in order."""
        asked = set(tokens)
        with self._open():
            return [
                case.header.case_id
                for case in self._visible(organisation, "")
                if asked & self._tokens.get(case.header.case_id, {}).keys()
            ]

    def quarters(self) -> Sequence[str]:
        """The quarters whose secrets still stand behind a token, in order."""
        with self._open():
            return sorted({token.quarter for kept in self._tokens.values() for token in kept.values()})

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        """Effects that nobody works on, what waited longest first, leased until ``now + lease``."""
        with self._open():
            now = _utc(now)  # in another zone a clock that is put back would be in the way of the lease
            waiting = [w for w in self._work.values() if w.code is None and w.ready_at <= now]
            ready = [attrs.evolve(w.row, attempts=w.row.attempts + 1) for w in sorted(waiting, key=_Work.turn)[:limit]]
            self._work |= {row.id: _Work(now + lease, row) for row in ready}
            return ready

    def done(self, effect_ids: Sequence[str], /) -> None:
        """The effects have been carried out; harmless when repeated."""
        with self._open(*effect_ids):
            for effect_id in effect_ids:
                self._work.pop(effect_id, None)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        """The effect may be claimed again from ``at`` on, a dead letter too; nothing where it is done."""
        with self._open(effect_id):
            at = _utc(at)
            if effect_id in self._work:
                self._work[effect_id] = _Work(at, attrs.evolve(self._work[effect_id].row, attempts=attempts))

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        """The effect is a dead letter from now on; nothing where it is done."""
        with self._open(effect_id, code):
            at = _utc(at)
            if effect_id in self._work:
                self._work[effect_id] = _Work(at, self._work[effect_id].row, code)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        """Dead letters of the cases that the organisation may see, by effect id, after an effect id."""
        with self._open(after):
            seen = {case.header.case_id for case in self._visible(organisation, "")}
            dead = [
                DeadRow(work.row, work.ready_at, work.code)
                for work in self._work.values()
                if work.code is not None and work.row.id > after and work.row.case_id in seen
            ]
            return sorted(dead, key=lambda one: one.effect.id)[:limit]

    def ledger(self) -> LedgerSize:
        """How many rows have a place in the ledger, and how many wait for one."""
        with self._open():
            return self._places.size()

    def unplaced(self, limit: int, /) -> Unplaced:
        """The next rows that have no place, in the order of their commits."""
        with self._open():
            return self._places.unplaced(self._cases, limit)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        """Gives the rows of an `unplaced` their places, all at once or none; False where somebody else was first."""
        with self._open(*(leaf.case_id for leaf in leaves)):
            return self._places.place(self._cases, start, leaves)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        """Rows in the order of their places, from a place on."""
        with self._open():
            return self._places.placed(self._cases, start, limit)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        """The leaf hashes of the places from ``start`` to before ``end``."""
        with self._open():
            return self._places.hashes[start:end]

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        """The placed rows of a case by version; none where there is no such case for that organisation."""
        with self._open():
            case = self.load(case_id, organisation)
            return self._places.of_case(case) if case else []

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        """A trader's feed in the order of its places, from a place on."""
        with self._open(organisation):
            return self._places.feed(self._cases, organisation, start, limit)

    def scheme(self) -> tuple[str, str] | None:
        """The scheme that the store belongs to (id, edition); None while it belongs to none."""
        with self._open():
            return self._scheme

    def adopt(self, scheme: str, edition: str, /) -> None:
        """The store belongs to this scheme, of this edition, from now on."""
        with self._open(scheme, edition):
            if self._scheme and self._scheme[0] != scheme:
                raise StoreUnusable("other_scheme", "the store belongs to another scheme")
            self._scheme = (scheme, edition)

    def close(self) -> None:
        """Any later call raises ``StoreUnusable`` with the code ``closed``."""
        with self._lock:
            self._closed = True

    def _visible(self, organisation: str, after: str) -> list[StoredCase]:
        with self._open(organisation, after):
            return [
                self._cases[case_id]
                for case_id in sorted(self._cases)
                if case_id > after and _sees(organisation, self._cases[case_id].header)
            ]

    def _open(self, *texts: str) -> threading.RLock:
        """The lock, for whoever hands in these texts."""
        if self._closed:
            raise StoreUnusable("closed", "the store has been closed")
        check_texts(texts)
        return self._lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self._cases)}>"


def _utc(at: datetime) -> datetime:
    return aware(at).astimezone(UTC)


def _in_utc(commit: Commit) -> Commit:
    """The commit with the instants of its header as they are to come back."""
    header = commit.header
    told = (header.lodged_at, header.changed_at, header.due_at, header.owed_since)
    if all(at is None or at.tzinfo is UTC for at in told):
        return commit
    header = attrs.evolve(
        header,
        lodged_at=_utc(header.lodged_at),
        changed_at=_utc(header.changed_at),
        due_at=header.due_at and _utc(header.due_at),
        owed_since=header.owed_since and _utc(header.owed_since),
    )
    return attrs.evolve(commit, header=header)


def _sees(organisation: str, header: Header) -> bool:
    """Nobody is not an organisation: a case without a trader is not for whoever gives no name."""
    return organisation != "" and organisation in (EVERYONE, header.council, header.trader, *header.former)


def _is_wanted(header: Header, wanted: Wanted) -> bool:
    due, owed = wanted.due_before, wanted.owed_before
    return (
        (not wanted.status or header.status in wanted.status)
        and wanted.trader in ("", header.trader)
        and wanted.assignee in ("", header.assignee)
        and wanted.reference in ("", header.reference)
        and (due is None or (header.due_at is not None and header.due_at < due))
        and (owed is None or (header.owed_since is not None and header.owed_since < owed))
        and (not wanted.alarmed or header.alarms > 0)
    )
