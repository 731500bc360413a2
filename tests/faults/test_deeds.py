"""The looks at what a store kept see what is missing: each of these stores has lost something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import attrs
import pytest

from expressplatform.memory import MemoryStore
from expressplatform.ports import Answer, Appended, Commit
from expressplatform.testing.stores.rows import Mine
from tests.faults.deeds import Said, act, verify, versions

CASES = range(4)
MINE = Mine("deeds")


class Forgetful(MemoryStore):
    """Keeps of each commit what ``keeps`` leaves of it, and acknowledges the whole."""

    def __init__(self, keeps: Callable[[Commit], Commit | None]) -> None:
        super().__init__()
        self._keeps = keeps

    def _append(self, commit: Commit) -> Answer:
        if (kept := self._keeps(commit)) is not None:
            super()._append(kept)
        return Appended(commit.case_id, commit.header.version)

    def done(self, effect_ids: Sequence[str], /) -> None:
        if self._keeps is not _all:
            super().done(effect_ids)


def _all(commit: Commit) -> Commit | None:
    return commit


def _lived(store: MemoryStore, calls: int = 60) -> Said:
    said, heads, chance = Said(), dict.fromkeys(CASES, 0), Random(7)
    for _ in range(calls):
        act(store, MINE, heads, chance, lambda word: said.hear(*word))
    return said


def _torn(commit: Commit) -> Commit:
    return attrs.evolve(commit, events=commit.events[1:] or commit.events)


@pytest.mark.parametrize(
    ("keeps", "sentence"),
    [
        (lambda one: one if one.header.version < 9 else None, "an acknowledged commit is lost"),
        (_torn, "a step is not whole"),
        (lambda one: attrs.evolve(one, effects=()), "an event without its effects"),
        (lambda one: attrs.evolve(one, receipt=None), "a receipt is lost"),
        (lambda one: attrs.evolve(one, header=attrs.evolve(one.header, duty="")), "the header is not the last step's"),
        (lambda one: attrs.evolve(one, tokens=()), "a token is lost"),
        (_all, "work that was done comes back"),
    ],
    ids=["commit", "event", "effects", "receipt", "header", "token", "done"],
)
def test_what_a_store_has_lost_is_seen(keeps: Callable[[Commit], Commit | None], sentence: str) -> None:
    store = Forgetful(keeps)
    said = _lived(store)
    with pytest.raises(AssertionError, match=sentence):
        verify(store, MINE, CASES, said)


def test_a_store_that_lost_nothing_is_told_so() -> None:
    """The same life, and the reference store."""
    store = MemoryStore()
    said = _lived(store)
    verify(store, MINE, CASES, said)
    assert versions(store, MINE, CASES) == said.versions
