"""What a process does to a store until it is ended, what it was promised, and whether the store kept that.

Laws of this file: what a commit holds follows from its case and the version it builds on, so that whoever looks later
knows every byte that should be there. Only answers are promises; what was asked and not answered may or may not be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from random import Random
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit
from expressplatform.testing.stores.rows import MANY, NOON, Mine

FAR: Final = NOON + timedelta(days=9999)
LEASE: Final = timedelta(minutes=1)
Word = tuple[str, int, str]
"""What a process says: what it asked or was answered, with a number or an effect's id."""


def commit_at(mine: Mine, number: int, expected: int) -> Commit:
    """The one commit that follows a version of a case."""
    chance = Random(f"{mine.mark} {number} {expected}")
    commit = mine.commit(number, expected, events=chance.randint(1, 3), key=f"key-{expected}")
    kinds = [kind for kind in ("ALERT", "MESSAGE") if chance.random() < 0.6]
    effects = tuple(mine.effect(number, commit.header.version, kind) for kind in kinds)
    tokens = (mine.token(f"t-{number}"),) if expected == 0 else ()
    return attrs.evolve(commit, effects=effects, tokens=tokens)


@attrs.define
class Said:
    """What was promised: versions that cases have at least, and effects that are done; and which ones may be."""

    versions: dict[int, int] = attrs.field(factory=dict)
    begun: set[str] = attrs.field(factory=set)
    done: set[str] = attrs.field(factory=set)
    count: int = 0

    def hear(self, what: str, number: int, text: str) -> None:
        """One word more."""
        if what == "appended":
            self.versions[number] = int(text)
            self.count += 1
        elif what == "begun":
            self.begun.add(text)
        else:
            self.done.add(text)


def versions(store: CaseStore, mine: Mine, numbers: Iterable[int]) -> dict[int, int]:
    """Where cases stand."""
    found = {number: store.load(mine.case(number), EVERYONE) for number in numbers}
    return {number: case.header.version if case is not None else 0 for number, case in found.items()}


def act(store: CaseStore, mine: Mine, heads: dict[int, int], chance: Random, say: Callable[[Word], None]) -> None:
    """One call, or two: mostly appends to some cases at once, now and then work that is claimed and ended."""
    if chance.random() < 0.8:
        numbers = chance.sample(sorted(heads), chance.randint(1, min(4, len(heads))))
        commits = [commit_at(mine, number, heads[number]) for number in numbers]
        for number, answer in zip(numbers, store.append(commits), strict=True):
            assert isinstance(answer, Appended)
            heads[number] = answer.version
            say(("appended", number, str(answer.version)))
        return
    for effect in store.claim(FAR, chance.randint(1, 3), LEASE):
        how = chance.random()
        if how < 0.5:
            say(("begun", 0, effect.id))
            store.done([effect.id])
            say(("done", 0, effect.id))
        elif how < 0.75:
            store.retry(effect.id, FAR, effect.attempts)
        else:
            store.bury(effect.id, FAR, "no_route")


def verify(store: CaseStore, mine: Mine, numbers: Iterable[int], said: Said) -> None:
    """Nothing acknowledged is lost; every commit is whole or absent; what was done does not come back."""
    waiting = {row.id for row in store.claim(FAR + 2 * LEASE, MANY, timedelta(0))}
    waiting |= {row.effect.id for row in store.dead(EVERYONE, "", MANY)}
    for number in numbers:
        waiting -= _whole(store, mine, number, said, waiting)
    assert not waiting, "work that belongs to no step"


def _whole(store: CaseStore, mine: Mine, number: int, said: Said, waiting: set[str]) -> set[str]:
    """One case, commit after commit; the ids of its effects."""
    case = store.load(mine.case(number), EVERYONE)
    version = case.header.version if case is not None else 0
    assert version >= said.versions.get(number, 0), "an acknowledged commit is lost"
    at, effects = 0, set[str]()
    while case is not None and at < version:
        commit = commit_at(mine, number, at)
        at = commit.header.version
        assert case.events[commit.expected : at] == commit.events, "a step is not whole"
        assert commit.receipt is not None
        assert store.receipt(commit.case_id, commit.receipt.key) == commit.receipt, "a receipt is lost"
        if at == version:
            assert (case.header, len(case.events)) == (commit.header, version), "the header is not the last step's"
        effects |= {effect.id for effect in commit.effects}
    found = list(store.find(EVERYONE, [mine.token(f"t-{number}").value]))
    assert found == ([mine.case(number)] if case is not None else []), "a token is lost"
    there = effects & waiting
    assert not there & said.done, "work that was done comes back"
    assert effects - there <= said.begun, "an event without its effects"
    return effects
