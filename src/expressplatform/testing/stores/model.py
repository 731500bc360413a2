"""What any store may answer: the reference store, asked the same and compared as far as the contract goes.

Laws of this file: where the contract leaves a choice (which of two effects that became ready at the same instant, the
cursor of a page), every choice is right, and the model goes on from the one that was made. Rows of others in the same
database are left out of sight.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.memory.cases import MemoryStore, _Work
from expressplatform.ports import DeadRow, EffectRow, Header, Page, StoredCase
from expressplatform.testing.stores.model_ledger import Differs, LedgerModel

NUMBERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "append": ("S6", "S7", "S8", "S11"),
        "load": ("S1", "S2", "S4", "S13", "S14", "S15"),
        "receipt": ("S12", "S13"),
        "headers": ("S13", "S14", "S15", "S16", "S17", "S18", "S48"),
        "due": ("S13", "S20"),
        "scan": ("S13", "S14", "S15", "S16", "S19"),
        "find": ("S13", "S14", "S21", "S22"),
        "quarters": ("S23",),
        "claim": ("S5", "S24", "S25", "S27", "S28", "S29", "S39", "S40"),
        "done": ("S28",),
        "retry": ("S29", "S40"),
        "bury": ("S40",),
        "dead": ("S13", "S14", "S15", "S39", "S40", "S41"),
        "ledger": ("S42", "S43"),
        "unplaced": ("S43", "S44"),
        "place": ("S42", "S43", "S44"),
        "placed": ("S42", "S45"),
        "leaves": ("S42", "S45"),
        "places": ("S13", "S14", "S15", "S42", "S45"),
        "feed": ("S13", "S14", "S46", "S47"),
        "scheme": ("S30",),
        "adopt": ("S30",),
    }
)
"""Of each question, the guarantees that a wrong answer may break."""
LEDGER: Final = ("ledger", "unplaced", "place", "placed", "leaves", "places", "feed")
"""What is asked about places and feeds."""
_AREAS: Final = (
    (("receipt",), ("S12",)),
    (("headers", "scan"), ("S16", "S17", "S18", "S19", "S48")),
    (("due",), ("S20",)),
    (("find", "quarters"), ("S21", "S22", "S23")),
    (
        ("claim", "done", "retry", "bury", "dead"),
        ("S24", "S25", "S26", "S27", "S28", "S29", "S39", "S40", "S41"),
    ),
    (LEDGER, ("S42", "S43", "S44", "S45", "S46", "S47")),
    (("scheme", "adopt"), ("S30",)),
)
"""What some questions alone can show to be broken."""


def fitting(numbers: Sequence[str], name: str) -> tuple[str, ...]:
    """Those of a check's guarantees that a wrong answer to this question may break; all where none of them fits."""
    elsewhere = {number for names, own in _AREAS if name not in names for number in own}
    return tuple(one for one in numbers if one not in elsewhere) or tuple(numbers)


class Model:
    """The reference store beside a store under test: `judge` each answer of that one."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._store = _Follows()
        self._cursors: dict[str, str] = {"": ""}
        self.ledger = LedgerModel(mark, self._store)

    def judge(self, name: str, given: Sequence[Any], answer: Any) -> Differs | None:
        """None where the answer is one that a store may give; the model then stands as that store does.

        An exception that was raised counts as an answer.
        """
        special = _SPECIAL.get(name)
        if special is None or isinstance(answer, Exception):
            return self._alike(name, given, answer)
        try:
            return special(self, given, answer)
        except (AttributeError, TypeError, KeyError):
            return Differs("an answer of the port's type", answer)

    def _alike(self, name: str, given: Sequence[Any], answer: Any) -> Differs | None:
        expected = self._expected(name, given)
        if isinstance(expected, Exception) or isinstance(answer, Exception):
            return None if _told(expected) == _told(answer) else Differs(expected, answer)
        if name == "scheme":  # which is the database's, and was there before
            return None if expected in (None, answer) else Differs(expected, answer)
        expected, got = (self._mine(one) if isinstance(one, list | tuple) else one for one in (expected, answer))
        return None if expected == got else Differs(expected, answer)

    def _expected(self, name: str, given: Sequence[Any]) -> Any:
        try:
            return getattr(self._store, name)(*given)
        except StoreUnusable as error:
            return error

    def _mine(self, answer: Sequence[Any]) -> list[Any]:
        """The answer without what belongs to others."""
        return [one for one in answer if self._is_mine(one)]

    def _is_mine(self, one: object) -> bool:
        if isinstance(one, str):
            return self._mark in one
        row = one.effect if isinstance(one, DeadRow) else one
        header = row.header if isinstance(row, StoredCase) else row
        case_id = getattr(header, "case_id", None)
        return not isinstance(case_id, str) or case_id.startswith(self._mark)

    def _headers(self, given: Sequence[Any], got: Page) -> Differs | None:
        organisation, wanted, after, limit = given
        shown = tuple(self._mine(got.headers))
        others = len(got.headers) - len(shown)
        expected = self._store.headers(organisation, wanted, self._cursors.get(after, after), max(limit - others, 0))
        # Whether a page of none has a cursor is nowhere said.
        ends = limit == 0 or others > 0 or bool(got.after) is bool(expected.after)
        if shown != expected.headers or type(got.headers) is not tuple or len(got.headers) > limit or not ends:
            return Differs(expected, got)
        if got.after and shown:
            self._cursors[got.after] = shown[-1].case_id
        return None

    def _due(self, given: Sequence[Any], answer: Sequence[Header]) -> Differs | None:
        now, limit = given
        got = self._mine(answer)
        everything = self._store.due(now, len(answer) + limit)
        expected = list(everything[: max(limit - len(answer) + len(got), 0)])
        # Of those that are due at one instant, any may come first, and any may be cut off.
        instants = [one.due_at for one in expected]
        if [one.due_at for one in got] == instants and all(one in everything for one in got):
            return None if len({one.case_id for one in got}) == len(got) else Differs(expected, answer)
        return Differs(expected, answer)

    def _scan(self, given: Sequence[Any], answer: Sequence[StoredCase]) -> Differs | None:
        organisation, after, limit = given
        got = self._mine(answer)
        expected = list(self._store.scan(organisation, after, max(limit - len(answer) + len(got), 0)))
        return None if got == expected else Differs(expected, answer)

    def _claim(self, given: Sequence[Any], answer: Sequence[EffectRow]) -> Differs | None:
        now, limit, lease = given
        got = self._mine(answer)
        limit = max(limit - len(answer) + len(got), 0)
        expected = self._store.ready(now)
        if len(got) >= min(limit, len(expected)) and self._store.may_claim(now, limit, got):
            self._store.lease(got, now + lease)
            return None
        # Where others took what was ready first, what follows it is handed out instead.
        return Differs(expected[:limit], answer, missing=all(one in expected for one in got))

    def _dead(self, given: Sequence[Any], answer: Sequence[DeadRow]) -> Differs | None:
        organisation, after, limit = given
        got = self._mine(answer)
        expected = list(self._store.dead(organisation, after, max(limit - len(answer) + len(got), 0)))
        # Others who took this work away counted an attempt, and said so.
        counted = list(map(_uncounted, got)) == list(map(_uncounted, expected))
        return None if got == expected else Differs(expected, answer, missing=counted)


def _of_ledger(name: str, model: Model, given: Sequence[Any], got: Any) -> Differs | None:
    judged: Callable[[Sequence[Any], Any], Differs | None] = getattr(model.ledger, name)
    return judged(given, got)


_SPECIAL: Final[Mapping[str, Callable[[Model, Sequence[Any], Any], Differs | None]]] = MappingProxyType(
    {
        "headers": Model._headers,
        "due": Model._due,
        "scan": Model._scan,
        "claim": Model._claim,
        "dead": Model._dead,
        **{name: functools.partial(_of_ledger, name) for name in LEDGER},
    }
)


class _Follows(MemoryStore):
    """The reference store, whose work is leased as the store under test leased it."""

    def ready(self, now: datetime) -> list[EffectRow]:
        """What may be claimed, in the order in which it became ready, with the attempt that the claim will be."""
        return [_claimed(work.row) for work in sorted(self._waiting(now), key=lambda work: work.turn())]

    def may_claim(self, now: datetime, limit: int, rows: Sequence[EffectRow]) -> bool:
        """Whether rows are what became ready first, in that order; those of one instant are equal."""
        instants = sorted(work.ready_at for work in self._waiting(now))[:limit]
        ids = [row.id for row in rows]
        known = all(row.id in self._work and _claimed(self._work[row.id].row) == row for row in rows)
        return len(set(ids)) == len(ids) and known and [self._work[one].ready_at for one in ids] == instants

    def lease(self, rows: Sequence[EffectRow], until: datetime) -> None:
        """The rows were claimed, and may be claimed again from an instant on."""
        for row in rows:
            self.retry(row.id, until, row.attempts)

    def _waiting(self, now: datetime) -> list[_Work]:
        return [work for work in self._work.values() if work.code is None and work.ready_at <= now]


def _claimed(row: EffectRow) -> EffectRow:
    return attrs.evolve(row, attempts=row.attempts + 1)


def _uncounted(dead: DeadRow) -> DeadRow:
    return attrs.evolve(dead, effect=attrs.evolve(dead.effect, attempts=0))


def _told(answer: object) -> object:
    """By what two errors are alike."""
    return (type(answer), answer.code) if isinstance(answer, StoreUnusable) else answer
