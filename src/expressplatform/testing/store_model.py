"""What any store may answer: the reference store, asked the same and compared as far as the contract goes.

Laws of this file: where the contract leaves a choice (which of two effects that became ready at the same instant, the
cursor of a page), every choice is right, and the model goes on from the one that was made. Rows of others in the same
database are left out of sight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform.memory import MemoryStore
from expressplatform.ports import EffectRow, Header, Page, StoredCase

NUMBERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "append": ("S6", "S7", "S8", "S11"),
        "load": ("S1", "S2", "S4", "S13", "S14", "S15"),
        "receipt": ("S12", "S13"),
        "headers": ("S13", "S14", "S15", "S16", "S17", "S18"),
        "due": ("S13", "S20"),
        "scan": ("S13", "S14", "S15", "S16", "S19"),
        "find": ("S13", "S14", "S21", "S22"),
        "quarters": ("S23",),
        "claim": ("S5", "S24", "S25", "S27", "S28", "S29"),
        "done": ("S28",),
        "retry": ("S29",),
        "scheme": ("S30",),
        "adopt": ("S30",),
    }
)
"""Of each question, the guarantees that a wrong answer may break."""


@attrs.frozen
class Differs:
    """An answer that the contract does not allow: what was expected, what came, and whether work is only missing."""

    expected: object
    got: object
    missing: bool = False


class Model:
    """The reference store beside a store under test: `judge` each answer of that one."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._store = _Follows()
        self._cursors: dict[str, str] = {"": ""}

    def judge(self, name: str, given: Sequence[Any], answer: Any) -> Differs | None:
        """None where the answer is one that a store may give; the model then stands as that store does."""
        try:
            got = self._mine(answer)
        except (AttributeError, TypeError):
            return Differs("an answer of the port's type", answer)
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, given, got)
        expected = getattr(self._store, name)(*given)
        return None if _plain(expected) == _plain(got) else Differs(expected, answer)

    def _mine(self, answer: Any) -> Any:
        """The answer without what belongs to others."""
        if isinstance(answer, Page):
            return answer
        if not isinstance(answer, list | tuple):
            return answer
        return [one for one in answer if self._is_mine(one)]

    def _is_mine(self, one: object) -> bool:
        if isinstance(one, str):
            return self._mark in one
        header = one.header if isinstance(one, StoredCase) else one
        case_id = getattr(header, "case_id", None)
        return not isinstance(case_id, str) or case_id.startswith(self._mark)

    def _headers(self, given: Sequence[Any], got: Page) -> Differs | None:
        organisation, wanted, after, limit = given
        expected = self._store.headers(organisation, wanted, self._cursors.get(after, after), limit)
        shown = tuple(one for one in got.headers if self._is_mine(one))
        if shown != expected.headers or len(got.headers) > limit or bool(got.after) is not bool(expected.after):
            return Differs(expected, got)
        if got.after:
            self._cursors[got.after] = expected.after
        return None

    def _due(self, given: Sequence[Any], got: list[Header]) -> Differs | None:
        now, limit = given
        expected = list(self._store.due(now, limit))
        instants = [one.due_at for one in got]
        ordered = all(one is not None for one in instants) and instants == sorted(instants)  # type: ignore[type-var]
        if ordered and sorted(got, key=_case_id) == sorted(expected, key=_case_id):
            return None
        return Differs(expected, got)

    def _scan(self, given: Sequence[Any], got: list[StoredCase]) -> Differs | None:
        organisation, after, limit = given
        expected = list(self._store.scan(organisation, after, limit))
        return None if got == expected else Differs(expected, got)

    def _claim(self, given: Sequence[Any], got: list[EffectRow]) -> Differs | None:
        now, limit, lease = given
        expected = self._store.ready(now)
        missing = len(got) < min(limit, len(expected))
        if not missing and self._store.may_claim(now, limit, got):
            self._store.lease(got, now + lease)
            return None
        only = missing and all(one in expected for one in got)
        return Differs(expected[:limit], got, missing=only)


_SPECIAL: Final[Mapping[str, Callable[[Model, Sequence[Any], Any], Differs | None]]] = MappingProxyType(
    {"headers": Model._headers, "due": Model._due, "scan": Model._scan, "claim": Model._claim}
)


class _Follows(MemoryStore):
    """The reference store, whose work is leased as the store under test leased it."""

    def ready(self, now: datetime) -> list[EffectRow]:
        """What may be claimed, in the order in which it became ready."""
        waiting = sorted((work for work in self._work.values() if work.ready_at <= now), key=lambda work: work.turn())
        return [work.row for work in waiting]

    def may_claim(self, now: datetime, limit: int, rows: Sequence[EffectRow]) -> bool:
        """Whether rows are what became ready first, in that order; those of one instant are equal."""
        instants = sorted(work.ready_at for work in self._work.values() if work.ready_at <= now)[:limit]
        ids = [row.id for row in rows]
        known = all(row.id in self._work and self._work[row.id].row == row for row in rows)
        return len(set(ids)) == len(ids) and known and [self._work[one].ready_at for one in ids] == instants

    def lease(self, rows: Sequence[EffectRow], until: datetime) -> None:
        """The rows may be claimed again from an instant on."""
        for row in rows:
            self.retry(row.id, until)


def _plain(answer: object) -> object:
    return list(answer) if isinstance(answer, list | tuple) else answer


def _case_id(header: Header) -> str:
    return header.case_id
