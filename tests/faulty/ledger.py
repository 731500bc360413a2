"""Stores that are wrong about the ledger, about another connection, about what is last, or in a race."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.ledger import leaf_of
from expressplatform.memory.cases import _Work
from expressplatform.ports import (
    Answer,
    Appended,
    Commit,
    Conflict,
    DeadRow,
    EffectRow,
    FeedRow,
    Leaf,
    LedgerSize,
    Placed,
    StoredCase,
    Unplaced,
)
from tests.faulty.good import LastingStore, Store

# --- the ledger -------------------------------------------------------------------------------------------------------


class NothingRefused(Store):
    """No rows cannot be placed."""

    breaks = ("S44",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return bool(leaves) and super().place(start, leaves)


class PlacedUntilUnknown(Store):
    """What comes before a row that is not there is placed."""

    breaks = ("S44",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            if super().place(start, leaves):
                return True
            for size in range(len(leaves) - 1, 0, -1):
                if super().place(start, leaves[:size]):
                    break
            return False


class NamedTwicePlacedTwice(Store):
    """A row that is named twice in a call has two places."""

    breaks = ("S44", "S42")

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            rows = self._places.rows
            named = [(leaf.case_id, leaf.version) for leaf in leaves]
            if start == len(self._places.hashes) and len(set(named)) < len(named) and set(named) <= set(rows[start:]):
                rows[start:] = [*named, *(one for one in rows[start:] if one not in named)]
            return super().place(start, leaves)


class HashToItsLastNought(Store):
    """Noughts at the end of a hash are not kept."""

    breaks = ("S45",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        return super().place(start, [attrs.evolve(one, hash=one.hash.rstrip(b"\0")) for one in leaves])


class HashOfItsOwn(Store):
    """The hash of a row is computed anew where it is asked for."""

    breaks = ("S45",)

    def placed(self, start: int, limit: int, /) -> Sequence[Placed]:
        return [attrs.evolve(one, hash=leaf_of(one.event)) for one in super().placed(start, limit)]


class NothingBehindTheEnd(Store):
    """Who asks for more hashes than there are is refused."""

    breaks = ("S45",)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        if end > len(self._places.hashes):
            raise StoreUnusable("failed", "there is no such place")
        return super().leaves(start, end)


class HashesByTheHundred(Store):
    """No more than a hundred hashes are told at once."""

    breaks = ("S45", "S43")

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return super().leaves(start, min(end, start + 100))


class WaitingByTheHundred(Store):
    """No more than a hundred rows are said to wait."""

    breaks = ("S43", "S44")

    def unplaced(self, limit: int, /) -> Unplaced:
        return super().unplaced(min(limit, 100))


class OneLessThanAsked(Store):
    """Who asks for so many of the rows that wait is given one less."""

    breaks = ("S43", "S44")

    def unplaced(self, limit: int, /) -> Unplaced:
        return super().unplaced(max(limit - 1, 0))


class PlacedAndWaiting(Store):
    """Rows that have places are counted among those that wait as well."""

    breaks = ("S43", "S42")

    def ledger(self) -> LedgerSize:
        size = super().ledger()
        return LedgerSize(size.placed, size.placed + size.waiting)


class EndBehindItsEnd(Store):
    """Where something has a place, one more is said to have one."""

    breaks = ("S42", "S43")

    def ledger(self) -> LedgerSize:
        size = super().ledger()
        return LedgerSize(size.placed + bool(size.placed), size.waiting)


class FirstOfThemPlaced(Store):
    """Of the rows of a call the first is placed, and all are said to be."""

    breaks = ("S44", "S43")

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            named = [(leaf.case_id, leaf.version) for leaf in leaves]
            if named != self._places.rows[start : start + len(leaves)]:
                return False
            return super().place(start, leaves[:1])


class CommitsWait(Store):
    """Of a commit with several rows one is counted as waiting."""

    breaks = ("S43", "S44")

    def ledger(self) -> LedgerSize:
        with self._open():
            more = sum(len(case.events) > 1 for case in self._cases.values())
            size = super().ledger()
            return attrs.evolve(size, waiting=max(0, size.waiting - more))


class PlacesInTheOrderOfDigits(Store):
    """The places of a case come with its tenth version before its second."""

    breaks = ("S43", "S45")

    def places(self, case_id: str, organisation: str, /) -> Sequence[Placed]:
        return sorted(super().places(case_id, organisation), key=lambda row: str(row.event.version))


class ToldWhomTheStepNamed(Store):
    """Who is told of a row is whom its step named, not whom the header names when it is placed."""

    breaks = ("S46", "S47")

    def __init__(self) -> None:
        super().__init__()
        self._then: dict[tuple[str, int], StoredCase] = {}

    def _append(self, commit: Commit) -> Answer:
        answer = super()._append(commit)
        if isinstance(answer, Appended):
            self._then |= {(one.case_id, one.version): StoredCase(commit.header, ()) for one in commit.events}
        return answer

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            if not super().place(start, []) or self._named(leaves) != self._places.rows[start : start + len(leaves)]:
                return False
            for at, leaf in enumerate(leaves):
                self._places.place({leaf.case_id: self._then[leaf.case_id, leaf.version]}, start + at, [leaf])
            return True

    def _named(self, leaves: Sequence[Leaf]) -> list[tuple[str, int]]:
        return [(leaf.case_id, leaf.version) for leaf in leaves]


class ToldTwice(Store):
    """A trader that is a former one as well is told twice."""

    breaks = ("S46",)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            if not super().place(start, leaves):
                return False
            for leaf in leaves:
                header = self._cases[leaf.case_id].header
                if header.trader and header.trader in header.former:
                    feed = self._places.feeds[header.trader]
                    feed.append(FeedRow(len(feed), leaf.case_id, leaf.version, False, None))
            return True


class HashesAfterTheEnd(Store):
    """A closed store still tells hashes."""

    breaks = ("S32",)

    def leaves(self, start: int, end: int, /) -> Sequence[bytes]:
        return self._places.hashes[start:end]


class NothingDoneAfterTheEnd(Store):
    """A closed store has nothing against nothing being done."""

    breaks = ("S32",)

    def done(self, effect_ids: Sequence[str], /) -> None:
        if effect_ids:
            super().done(effect_ids)


class EditionOfTheRefused(Store):
    """Where another scheme is refused its edition is taken over."""

    breaks = ("S30",)

    def adopt(self, scheme: str, edition: str, /) -> None:
        with self._open():
            if self._scheme and self._scheme[0] != scheme:
                self._scheme = (self._scheme[0], edition)
            super().adopt(scheme, edition)


# --- another connection, and opened again -----------------------------------------------------------------------------


class OwedIsForgotten(LastingStore):
    """Opened again, nothing is owed and nothing alarms."""

    breaks = ("S34",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        for case_id, case in self._cases.items():
            self._cases[case_id] = attrs.evolve(case, header=attrs.evolve(case.header, owed_since=None, alarms=0))

    second_connection = None  # type: ignore[assignment]


class LastClaimForgotten(LastingStore):
    """A claim lasts when something else is written after it."""

    breaks = ("S34",)

    def __init__(self, rows: LastClaimForgotten | None = None) -> None:
        super().__init__(rows)
        self._before: dict[str, _Work] = {}
        if rows is not None:
            self._work.update(rows._before)

    def claim(self, now: datetime, limit: int, lease: timedelta, /) -> Sequence[EffectRow]:
        with self._open():
            before = dict(self._work)
            rows = super().claim(now, limit, lease)
            self._before = {row.id: before[row.id] for row in rows}
            return rows

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._before = {}
        return super().append(commits)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self._before = {}
        super().bury(effect_id, at, code)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._before = {}
        super().retry(effect_id, at, attempts)

    def done(self, effect_ids: Sequence[str], /) -> None:
        self._before = {}
        super().done(effect_ids)

    second_connection = None  # type: ignore[assignment]


class FirstEditionLasts(LastingStore):
    """Opened again, a store has the edition that it had adopted first."""

    breaks = ("S34", "S30")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        if rows is not None and "first" in self._book:
            self._book["scheme"] = self._book["first"]

    def adopt(self, scheme: str, edition: str, /) -> None:
        super().adopt(scheme, edition)
        self._book.setdefault("first", (scheme, edition))

    second_connection = None  # type: ignore[assignment]


class SchemeRemembered(LastingStore):
    """A connection remembers the scheme that it was told."""

    breaks = ("S35", "S30")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._known: tuple[str, str] | None = None

    def adopt(self, scheme: str, edition: str, /) -> None:
        super().adopt(scheme, edition)
        self._known = (scheme, edition)

    def scheme(self) -> tuple[str, str] | None:
        self._known = self._known or super().scheme()
        with self._open():
            return self._known


class FeedRemembered(LastingStore):
    """A connection remembers what it told of a feed until it writes itself."""

    breaks = ("S35",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._told: dict[tuple[str, int, int], Sequence[FeedRow]] = {}

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._told.clear()
        return super().append(commits)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        self._told.clear()
        return super().place(start, leaves)

    def feed(self, organisation: str, start: int, limit: int, /) -> Sequence[FeedRow]:
        asked = (organisation, start, limit)
        return list(self._told.setdefault(asked, super().feed(organisation, start, limit)))


class DeadLettersRemembered(LastingStore):
    """A connection remembers its list of dead letters until it writes itself."""

    breaks = ("S35",)

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._listed: dict[tuple[str, str, int], Sequence[DeadRow]] = {}

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        self._listed.clear()
        return super().append(commits)

    def bury(self, effect_id: str, at: datetime, code: str, /) -> None:
        self._listed.clear()
        super().bury(effect_id, at, code)

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        self._listed.clear()
        super().retry(effect_id, at, attempts)

    def done(self, effect_ids: Sequence[str], /) -> None:
        self._listed.clear()
        super().done(effect_ids)

    def dead(self, organisation: str, after: str, limit: int, /) -> Sequence[DeadRow]:
        asked = (organisation, after, limit)
        return list(self._listed.setdefault(asked, super().dead(organisation, after, limit)))


class EndRemembered(LastingStore):
    """A connection believes that the ledger ends where it saw it end itself."""

    breaks = ("S35", "S44")

    def __init__(self, rows: LastingStore | None = None) -> None:
        super().__init__(rows)
        self._end = len(self._places.hashes)

    def place(self, start: int, leaves: Sequence[Leaf], /) -> bool:
        with self._open():
            done = start == self._end and super().place(start, leaves)
            self._end += len(leaves) if done else 0
            return done


class OneEndsBoth(LastingStore):
    """Where one connection is closed the other does not load any more."""

    breaks = ("S35",)

    def close(self) -> None:
        super().close()
        self._book["closed"] = None

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        if "closed" in self._book:
            raise StoreUnusable("closed", "the store has been closed")
        return super().load(case_id, organisation)

    reopen = None  # type: ignore[assignment]


# --- races ------------------------------------------------------------------------------------------------------------


class KeyAskedBeforeTheLock(Store):
    """Whether a key is known is looked up before the lock is held, and not again."""

    breaks = ("S9", "S11")

    def append(self, commits: Sequence[Commit], /) -> Sequence[Answer]:
        with self._open():
            keys = [one.receipt and (one.case_id, one.receipt.key) for one in commits]
            known = any(key in self._receipts for key in keys if key)
        if known or len(commits) != 1:
            return super().append(commits)
        time.sleep(0.0005)
        with self._open():
            commit = commits[0]
            case = self._cases.get(commit.case_id)
            stands = case.header.version if case else 0
            if stands != commit.expected:
                return [Conflict(commit.case_id, commit.expected, stands)]
            return super().append(commits)


class LoadedInTwo(Store):
    """Header and events are read one after the other."""

    breaks = ("S4", "S33")

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        case = super().load(case_id, organisation)
        time.sleep(0.0002)
        return case and StoredCase(case.header, self._cases[case_id].events)


class PutOffWithoutTheLock(Store):
    """What is put off is read and written without the lock, and may have been done in between."""

    breaks = ("S28", "S29", "S33")

    def retry(self, effect_id: str, at: datetime, attempts: int, /) -> None:
        with self._open():
            work = self._work.get(effect_id)
        time.sleep(0.0005)
        if work is not None:
            self._work[effect_id] = _Work(at, attrs.evolve(work.row, attempts=attempts))
