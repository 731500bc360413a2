"""A walk at random through a store of evidence beside the reference store, and the files that such checks make.

Laws of this file: those of `contracts`. Cases are each check's own.
"""

from __future__ import annotations

import random
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta, timezone
from typing import Final

import attrs

from expressplatform.errors import EvidenceMissing, ExpressPlatformError
from expressplatform.memory import MemoryEvidence
from expressplatform.ports import EvidenceStore
from expressplatform.testing.doors import raised
from expressplatform.testing.stores.rows import MANY, NOON

ALIKE: Final = ("a", "a-b", "a1", "ab", "abc", "a-1", "a0", "b", "b-a", "1", "01", "z" * 69, "z" * 68 + "y")
"""Parts of names that somebody might take for each other; together with a case's they have a hundred signs."""
_STEPS: Final = 90
_SHOWN: Final = 10


@attrs.frozen
class MyFiles:
    """Ids of cases that no other check has."""

    mark: str = attrs.field(factory=lambda: f"c{uuid.uuid4().hex[:27]}")

    def case(self, number: int) -> str:
        """The id of the n-th case of this check; ids sort as their numbers do."""
        return f"{self.mark}-{number:03}"

    def listed(self, store: EvidenceStore, limit: int = MANY) -> list[tuple[str, str]]:
        """Cases and names of this check's files, read off the list of all, page by page."""
        found: list[tuple[str, str]] = []
        after = f"{self.mark}/"
        while page := list(store.list("", after, limit)):
            assert len(page) <= limit, "a page is longer than its limit"
            places = [(one.case_id, one.name) for one in page]
            case, _, name = after.partition("/")
            assert places[0] > (case, name), "a page begins before its cursor"
            assert places == sorted(set(places)), "a page is not in order, or holds a file twice"
            found += [one for one in places if one[0].startswith(self.mark)]
            if not places[-1][0].startswith(self.mark):
                break
            after = "/".join(places[-1])
        return found


class FileDoors:
    """The ways to the store of evidence under test; contracts fill them in."""

    def opened(self) -> AbstractContextManager[EvidenceStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def reopened(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """What opens on the same files after the store was closed; raises NotRun."""
        raise NotImplementedError

    def beside(self, store: EvidenceStore) -> AbstractContextManager[EvidenceStore]:
        """A second connection to the files of a store that stays open; raises NotRun."""
        raise NotImplementedError


class BrokenError(Exception):
    """What the chunks of a check raise."""


def raising(error: BaseException, first: Sequence[bytes] = (b"half",)) -> Iterator[bytes]:
    yield from first
    raise error


class Walk:
    """A walk at random beside the reference store."""

    def __init__(self, luck: random.Random) -> None:
        self._luck, self._model, self._mine = luck, MemoryEvidence(), MyFiles()
        self._cases = [f"{self._mine.mark}-{one}" for one in luck.sample(ALIKE, 4)]
        self._names = luck.sample(ALIKE, 6)
        self.asked: deque[str] = deque(maxlen=_SHOWN)

    def take(self, doors: Callable[[bool], list[EvidenceStore]]) -> None:
        """So many steps, each through one of the doors."""
        for number in range(_STEPS):
            ways = doors(number % 30 == 29)
            at = self._luck.randrange(len(ways))
            step = self._luck.choice((self._put, self._put, self._put, self._get, self._list, self._list, self._delete))
            case = self._luck.choice(self._cases)
            names = self._luck.sample(self._names, self._luck.randint(0, 3))
            self.asked.append(f"{step.__name__[1:]} {case[29:]} {names} at {at}")
            step(ways[at], case, names or [self._luck.choice(self._names)])

    def _put(self, store: EvidenceStore, case: str, names: list[str]) -> None:
        number = self._luck.choice((0, 1, 2, 5, 11))
        chunks = [self._luck.randbytes(self._luck.choice((0, 1, 7, 300))) for _ in range(number)]
        at = NOON + timedelta(microseconds=self._luck.randrange(10**12))
        if self._luck.random() < 0.2:
            raised(BrokenError, lambda: store.put(case, names[0], raising(BrokenError(), chunks), at))
            return
        store.put(case, names[0], chunks, at.astimezone(timezone(timedelta(hours=self._luck.randint(-9, 9)))))
        self._model.put(case, names[0], chunks, at)

    def _get(self, store: EvidenceStore, case: str, names: list[str]) -> None:
        try:
            wanted = list(self._model.get(case, names[0]))
        except EvidenceMissing:
            assert raised(EvidenceMissing, lambda: list(store.get(case, names[0]))).case_id == case
            return
        assert list(store.get(case, names[0])) == wanted, "another file"

    def _list(self, store: EvidenceStore, case: str, names: list[str]) -> None:
        of = self._luck.choice(("", case))
        after = self._luck.choice((f"{self._mine.mark}/", f"{case}/{names[0]}", f"{self._luck.choice(self._cases)}/"))
        limit = self._luck.choice((1, 2, 3, MANY))
        told = [one for one in store.list(of, after, limit) if one.case_id.startswith(self._mine.mark)]
        assert told == list(self._model.list(of, after, limit)), "another list"

    def _delete(self, store: EvidenceStore, case: str, names: list[str]) -> None:
        names = names[: self._luck.randint(0, 2)]
        store.delete(case, names)
        self._model.delete(case, names)


def calls_of(store: EvidenceStore, case: str, name: str) -> tuple[Callable[[], object], ...]:
    """Every call that names a case and a file."""
    names: Sequence[str] = (name,)
    return (
        lambda: store.put(case, name, (b"x",), NOON),
        lambda: list(store.get(case, name)),
        lambda: store.delete(case, names),
    )


def error_of(expected: type[Exception], call: Callable[[], object]) -> ExpressPlatformError | None:
    """The error of a type that the call raises, where it is one of ours."""
    try:
        call()
    except expected as error:
        return error if isinstance(error, ExpressPlatformError) else None
    raise AssertionError(f"{expected.__name__} was not raised")
