"""Rows for the checks of a store: ids that no other check has, and commits made of them.

Checks of one store may run beside each other, and nobody empties it for them. Each has ids of its own and an era of its
own. Only work cannot be kept apart: whoever claims takes whatever is ready. So whoever took another check's work says
so in the store, and a check that misses work looks whether somebody said so before it blames the store.
"""

from __future__ import annotations

import functools
import re
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import attrs

from expressplatform.ports import (
    EVERYONE,
    CaseStore,
    Commit,
    EffectRow,
    Header,
    Receipt,
    StoredCase,
    StoredEvent,
    Token,
)
from expressplatform.testing.guarantees import NotRun

F = TypeVar("F", bound=Callable[..., Any])

NOON: Final = datetime(2026, 3, 2, 4, 0, 0, 123_457, tzinfo=UTC)
MANY: Final = 1_000_000
EVERY_BYTE: Final = bytes(range(256))
TICK: Final = timedelta.resolution
HOUR: Final = timedelta(hours=1)
_EARLIEST: Final = datetime(2040, 1, 1, tzinfo=UTC)
_SPAN: Final = timedelta(days=365 * 200) // TICK
_LONG_AGO: Final = datetime(1980, 1, 1, tzinfo=UTC)
_LONG: Final = timedelta(days=365 * 20) // TICK
_OURS: Final = re.compile(r"([0-9a-f]{32}).+", re.DOTALL)
"""A case of a check: its mark, and whatever tells its cases apart."""
_TRIES: Final = 12
_PAUSES: Final = (0.0, 0.02, 0.1, 0.3)
"""Seconds before each look for the word of whoever may have taken work and was about to say so."""


class Taken(Exception):
    """Another run took this check's work away, and said so: nothing can be told about the store."""


@attrs.frozen
class Mine:
    """Ids that no other test has, and rows made of them, around an instant ``noon``."""

    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)
    noon: datetime = NOON
    made: list[str] = attrs.field(factory=list, eq=False, repr=False)

    @classmethod
    def apart(cls) -> Mine:
        """Ids of its own in an era of its own, between the years 2040 and 2240."""
        return cls(noon=_EARLIEST + uuid.uuid4().int % _SPAN * TICK)

    @classmethod
    def long_ago(cls) -> Mine:
        """Ids of its own before the eras of all others, from 1980 to 2000: what is due by then is hardly another's.

        For whoever asks often what is due, on rows that many runs have left behind.
        """
        return cls(noon=_LONG_AGO + uuid.uuid4().int % _LONG * TICK)

    @property
    def council(self) -> str:
        """A council of this test's own."""
        return f"council-{self.mark}"

    @property
    def trader(self) -> str:
        """A trader of this test's own."""
        return f"trader-{self.mark}"

    def case(self, number: int) -> str:
        """The id of this test's n-th case; ids sort as their numbers do."""
        return f"{self.mark}-{number:04}"

    def token(self, name: str, quarter: str = "2026Q1") -> Token:
        """A token of this test's own, of a quarter of its own."""
        return Token(f"{name}-{self.mark}".encode(), f"{quarter}-{self.mark}")

    def header(self, number: int, version: int, **fields: Any) -> Header:
        """A header with every field filled but the trader, former traders and what is owed, or with these fields."""
        filled: dict[str, Any] = {
            "case_id": self.case(number),
            "version": version,
            "status": "LODGED",
            "council": self.council,
            "trader": "",
            "former": (),
            "assignee": "officer 7",
            "reference": f"EP-{self.mark}-{number}",
            "scheme": "HK_CCA",
            "edition": "2025",
            "nature": "QUALITY",
            "category": "電器",
            "lodged_at": self.noon,
            "changed_at": self.noon + timedelta(minutes=version),
            "due_at": self.noon + timedelta(days=7),
            "duty": "ACCEPT",
            "provisional": True,
        }
        return Header(**{**filled, **fields})

    def effect(self, number: int, version: int, kind: str = "ALERT") -> EffectRow:
        """An effect of one step of one case."""
        case_id = self.case(number)
        effect = EffectRow(f"{case_id}/{version}/{kind}", case_id, version, kind, self.trader)
        self.made.append(effect.id)
        return effect

    def commit(
        self, number: int, expected: int = 0, *, events: int = 1, key: str = "", header: Header | None = None
    ) -> Commit:
        """A step of one case, with a receipt where a key is given, and the header of `header` where none is."""
        case_id, version = self.case(number), expected + events
        return Commit(
            case_id=case_id,
            expected=expected,
            header=header or self.header(number, version),
            events=tuple(
                StoredEvent(
                    case_id, v, f"KIND_{v}", 1, EVERY_BYTE + bytes([v % 256]), bytes([v % 256]) * ((v - 1) % 256)
                )
                for v in range(expected + 1, version + 1)
            ),
            receipt=Receipt(case_id, key, EVERY_BYTE[:32], version) if key else None,
        )

    def changed(self, number: int, expected: int = 0, **fields: object) -> Commit:
        """A step after which the header says something else."""
        return self.commit(number, expected, header=self.header(number, expected + 1, **fields))

    def working(self, number: int, at: datetime, *kinds: str) -> Commit:
        """A first step at an instant, which leaves effects of some kinds to be done."""
        commit = self.changed(number, changed_at=at)
        return attrs.evolve(commit, effects=tuple(self.effect(number, 1, kind) for kind in kinds or ("ALERT",)))

    def ids(self, headers: Sequence[Header]) -> list[str]:
        """Those of the ids that are this test's, in their order."""
        return [header.case_id for header in headers if header.case_id.startswith(self.mark)]

    def cases(self, found: Sequence[StoredCase]) -> list[str]:
        """Those of the cases that are this test's, in their order."""
        return self.ids([case.header for case in found])

    # --- work ---------------------------------------------------------------------------------------------------

    def effects(
        self, store: CaseStore, now: datetime, lease: timedelta = timedelta(minutes=1), limit: int = MANY
    ) -> list[EffectRow]:
        """This test's effects among those that can be claimed now. Whose else was taken is said in the store."""
        return [row for row in self.taken(store, now, lease, limit) if row.case_id.startswith(self.mark)]

    def taken(self, store: CaseStore, now: datetime, lease: timedelta, limit: int) -> list[EffectRow]:
        """Whatever can be claimed now. What is not this test's is said in the store."""
        rows = list(store.claim(now, limit, lease))
        others = {found[1] for row in rows if (found := _OURS.fullmatch(row.case_id)) and found[1] != self.mark}
        for mark in sorted(others):
            case_id = f"taken-{mark}-{uuid.uuid4().hex[:8]}"
            header = attrs.evolve(Mine().header(0, 1), case_id=case_id, council="", due_at=None)
            event = StoredEvent(case_id, 1, "TAKEN", 1, b"", b"")
            store.append([Commit(case_id, 0, header, (event,), tokens=(_taken(mark),))])
        return rows

    def claimed(self, store: CaseStore, now: datetime, lease: timedelta = timedelta(minutes=1)) -> list[str]:
        """The ids of this test's effects that can be claimed now."""
        return [row.id for row in self.effects(store, now, lease)]

    def claims(self, store: CaseStore, now: datetime, wanted: Iterable[EffectRow], lease: timedelta = HOUR) -> None:
        """These effects can be claimed now, in whatever order, however often before, and no other of this test."""
        found = [attrs.evolve(row, attempts=0) for row in self.effects(store, now, lease)]
        expected = list(wanted)
        if len(found) < len(expected):
            self.unless_taken(store)
        assert sorted(found, key=_id) == sorted(expected, key=_id), (
            f"claimed {[row.id for row in found]}, not {[row.id for row in expected]}"
        )

    def tried(self, store: CaseStore, now: datetime, lease: timedelta, *wanted: int) -> None:
        """What can be claimed now has been claimed so often, with this time, in the order of the ids."""
        found = [row.attempts for row in sorted(self.effects(store, now, lease), key=_id)]
        if len(found) < len(wanted):
            self.unless_taken(store)
        assert found == list(wanted), f"the attempts are {found}, not {list(wanted)}"

    def unless_taken(self, store: CaseStore) -> None:
        """Raises Taken where another run said that it took some of this test's work."""
        slow = 1.0
        for pause in _PAUSES:
            time.sleep(pause * slow)
            began = time.monotonic()
            if store.find(EVERYONE, [_taken(self.mark).value]):
                raise Taken
            # Where answers take their time, so does the other run's word.
            slow = max(slow, min((time.monotonic() - began) / 0.002, 10.0))

    def clear(self, store: CaseStore) -> None:
        """Takes what others have left to be done before this test's era, so that it is not in the way."""
        self.effects(store, self.noon - HOUR, timedelta(days=3650))


def kept(store: CaseStore, case_id: str, organisation: str = EVERYONE) -> StoredCase:
    """A case that must be there."""
    found = store.load(case_id, organisation)
    assert found is not None, "the case is not there"
    return found


def _taken(mark: str) -> Token:
    return Token(f"taken-{mark}".encode(), "taken")


def _id(row: EffectRow) -> str:
    return row.id


def apart(check: F) -> F:
    """A check of work is run again where another run took its work away, and not judged where that goes on."""

    @functools.wraps(check)
    def tried(*given: object) -> None:
        for _ in range(_TRIES):
            try:
                check(*given)
                return
            except Taken:
                time.sleep(uuid.uuid4().int % 100 / 1000)
        raise NotRun("other runs on the same rows took the work away each time")

    return tried  # type: ignore[return-value]
