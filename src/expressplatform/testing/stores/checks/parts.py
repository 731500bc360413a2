"""Steps with this and without that: all that a step may have, each three of its parts in every combination.

Laws of this file: those of `commits`. The parts are drawn by lot, and always alike: so many steps hold each three of
them in all eight ways, whichever a store looks at together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import attrs

from expressplatform.ports import (
    EVERYONE,
    Answer,
    Appended,
    CaseStore,
    Commit,
    Conflict,
    EffectRow,
    Replayed,
    StoredCase,
    StoredEvent,
    Wanted,
)
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.placing import sequence
from expressplatform.testing.stores.checks.rich import plain
from expressplatform.testing.stores.checks.trying import CODE, alike, dead, lists
from expressplatform.testing.stores.checks.work import DAY, Working
from expressplatform.testing.stores.rows import HOUR, MANY, Mine, apart, kept

_STEPS: Final = 80
_PARTS: Final = (
    "later", "key", "tokens", "drop", "effects", "events", "due", "trader", "former", "alarms", "owed", "provisional",
    "zone", "lodged",
)  # fmt: skip
_SIZES: Final = (1, 2, 1, 5, 3)
"""How many steps are in the calls, one after the other."""
_LATE: Final = timedelta(days=9)
_EAST: Final = timezone(timedelta(hours=8))


@attrs.frozen
class _Step:
    """A step of a case, the parts that it has, and the step before it, if it is not the first."""

    parts: frozenset[str]
    before: Commit | None
    commit: Commit

    def __str__(self) -> str:
        return ", ".join(sorted(self.parts))

    @property
    def events(self) -> tuple[StoredEvent, ...]:
        """The history of the case."""
        return tuple(event for one in self.steps for event in one.events)

    @property
    def parties(self) -> Sequence[str]:
        """Who sees the case."""
        header = self.commit.header
        return (header.council, *filter(None, (header.trader, *header.former)))

    @property
    def steps(self) -> Sequence[Commit]:
        """What was written of the case, in order."""
        return (self.before, self.commit) if self.before else (self.commit,)


class Parts(Working):
    """Steps in every combination of what they may have."""

    @proves("S3", "S4", "S5", "S12", "S15", "S16", "S18", "S19", "S20", "S21", "S22", "S23", "S24", "S41", "S45", "S47")
    @apart
    def test_whatever_a_step_has_beside_it_each_of_its_parts_is_kept(self) -> None:
        """A key, tokens, dropped ones, work, several events, traders and instants, in each three together or not: the
        step is there with all of it, and what stood before it stands unless it was dropped."""
        with self.at_work() as (store, mine):
            steps = _steps(mine)
            assert all(isinstance(one, Appended) for one in store.append([one.before for one in steps if one.before]))
            rest, turn = [one.commit for one in reversed(steps)], 0
            while rest:
                size = _SIZES[turn % len(_SIZES)]
                call, rest, turn = rest[:size], rest[size:], turn + 1
                assert list(store.append(call)) == [Appended(one.case_id, one.header.version) for one in call]
            self._stand(store, mine, steps)
            store.append([_at_rest(step) for step in steps])

    @proves("S6", "S11", "S5", "S12", "S21", "S22", "S24")
    @apart
    def test_whatever_a_step_has_beside_it_nothing_of_it_is_kept_a_second_time(self) -> None:
        """Said again, also on the version that stands by then, it is replayed where it has a key, and a conflict where
        it has none; nothing is changed by it."""
        with self.at_work() as (store, mine):
            steps = _steps(mine)[::2]
            store.append([one for step in reversed(steps) for one in step.steps])
            for step in steps:
                one, stands = step.commit, step.commit.header.version
                found: Answer = Conflict(one.case_id, one.expected, stands)
                for commit in (one, _later(one)) if one.receipt else (one,):
                    answer = Replayed(one.case_id, one.receipt) if one.receipt else found
                    assert list(store.append([commit])) == [answer], f"a step with {step}"
            self._stand(store, mine, steps)
            store.append([_at_rest(step) for step in steps])

    def _stand(self, store: CaseStore, mine: Mine, steps: Sequence[_Step]) -> None:
        """Everything that these steps brought is there, and nothing else."""
        for step in steps:
            self._is_kept(store, step)
        self._is_listed(store, mine, steps)
        self._is_found(store, mine, steps)
        self._is_to_be_done(store, mine, [row for one in steps for step in one.steps for row in step.effects])
        self._is_placed(store, mine, steps)

    def _is_kept(self, store: CaseStore, step: _Step) -> None:
        header, told = step.commit.header, f"of a step with {step}"
        for organisation in step.parties:
            found = kept(store, header.case_id, organisation)
            assert found == StoredCase(header, step.events), f"another case {told}"
            plain(found)
        for one in step.steps:
            if one.receipt is not None:
                assert store.receipt(header.case_id, one.receipt.key) == one.receipt, f"another receipt {told}"
        assert step.commit.receipt or store.receipt(header.case_id, "k") is None, f"a receipt {told}"

    def _is_listed(self, store: CaseStore, mine: Mine, steps: Sequence[_Step]) -> None:
        headers = [step.commit.header for step in steps]
        for party in (mine.council, mine.trader, f"a-{mine.mark}"):
            own = [step.commit.header for step in steps if party in step.parties]
            assert list(store.headers(party, Wanted(), "", MANY).headers) == own, f"another list for {party!r}"
            assert [case.header for case in store.scan(party, "", MANY)] == own, f"another scan for {party!r}"
            assert [case.header for case in store.scan(party, own[4].case_id, 3)] == own[5:8], f"a scan for {party!r}"
        assert [one for one in store.due(mine.noon + _LATE, MANY) if one.case_id.startswith(mine.mark)] == sorted(
            (one for one in headers if one.due_at is not None), key=lambda one: one.due_at or mine.noon
        )
        for wanted, part in (
            (Wanted(trader=mine.trader), "trader"),
            (Wanted(owed_before=mine.noon), "owed"),
            (Wanted(alarmed=True), "alarms"),
        ):
            found = mine.ids(store.headers(mine.council, wanted, "", MANY).headers)
            assert found == [step.commit.case_id for step in steps if part in step.parts], f"{part}: {found}"

    def _is_found(self, store: CaseStore, mine: Mine, steps: Sequence[_Step]) -> None:
        quarters = set(store.quarters())
        for step in steps:
            for one in step.steps:
                stands = one is step.commit or "drop" not in step.parts
                for token in one.tokens:
                    found = list(store.find(EVERYONE, [token.value]))
                    assert found == ([one.case_id] if stands else []), f"of a step with {step}"
                    assert (token.quarter in quarters) is stands, "another quarter stands"

    def _is_placed(self, store: CaseStore, mine: Mine, steps: Sequence[_Step]) -> None:
        sequence(store)
        of = {step.commit.case_id: step for step in steps}
        for step in steps[::4]:
            for organisation in step.parties:
                found = store.places(step.commit.case_id, organisation)
                assert tuple(row.event for row in found) == step.events, f"other places for {organisation!r}"
        for party in (mine.trader, f"a-{mine.mark}"):
            for row in store.feed(party, 0, MANY):
                shown = party in of[row.case_id].parties and not row.gone
                assert row.header == (of[row.case_id].commit.header if shown else None), f"of {of[row.case_id]}"
        assert list(store.feed("", 0, MANY)) == [], "nobody has a feed"

    def _is_to_be_done(self, store: CaseStore, mine: Mine, effects: Sequence[EffectRow]) -> None:
        lists(store, mine, mine.council, [])
        given_up = sorted(effects[::3], key=lambda one: one.id)
        for effect in given_up:
            store.bury(effect.id, mine.noon, CODE)
        rows = [dead(effect, 0, mine.noon) for effect in given_up]
        lists(store, mine, mine.council, rows)
        alike(store, mine, store.dead(mine.council, rows[2].effect.id, 4), rows[3:7])
        mine.claims(store, mine.noon + DAY, [effect for effect in effects if effect not in given_up])


def _steps(mine: Mine) -> list[_Step]:
    lot = random.Random(1)
    return [_step(mine, n, frozenset(part for part in _PARTS if lot.random() < 0.5)) for n in range(_STEPS)]


def _step(mine: Mine, number: int, parts: frozenset[str]) -> _Step:
    """The n-th step: on a case that has everything already, or the first of its case."""
    before = _with(mine, number, 0, frozenset(_PARTS), "old") if "later" in parts else None
    return _Step(parts, before, _with(mine, number, 1 if before else 0, parts, "k"))


def _with(mine: Mine, number: int, expected: int, parts: frozenset[str], key: str) -> Commit:
    """A step with these parts; those of which there are several are two."""
    commit = mine.commit(
        number, expected, events=1 + (key == "k" and "events" in parts), key=key if "key" in parts else ""
    )
    version = commit.header.version

    def at(since: timedelta) -> datetime:
        return (mine.noon + since).astimezone(_EAST if "zone" in parts else UTC)

    header = attrs.evolve(
        commit.header,
        status="LODGED" if "lodged" in parts else key,
        provisional="provisional" in parts, alarms=int("alarms" in parts),
        lodged_at=at(-DAY), changed_at=at(timedelta(0)), due_at=at((number + 1) * HOUR) if "due" in parts else None,
        trader=mine.trader if "trader" in parts else "", former=(f"a-{mine.mark}", "b") if "former" in parts else (),
        owed_since=at(-DAY) if "owed" in parts else None,
    )  # fmt: skip
    return attrs.evolve(
        commit,
        header=header,
        effects=tuple(mine.effect(number, version, kind) for kind in "AB") if "effects" in parts else (),
        tokens=tuple(mine.token(f"{key}{n}.{number}", f"{key}{number}") for n in "12") if "tokens" in parts else (),
        drop_tokens="drop" in parts,
    )


def _later(commit: Commit) -> Commit:
    """The same step as if it were the next one of its case."""
    version = commit.header.version
    more = len(commit.events)
    return attrs.evolve(
        commit,
        expected=version,
        header=attrs.evolve(commit.header, version=version + more, status="LOST", council="lost"),
        events=tuple(attrs.evolve(event, version=event.version + more) for event in commit.events),
        effects=tuple(attrs.evolve(row, id=f"{row.id}-lost", version=version + more) for row in commit.effects),
        receipt=commit.receipt and attrs.evolve(commit.receipt, version=version + more),
        tokens=tuple(attrs.evolve(token, value=token.value + b"-lost") for token in commit.tokens),
    )


def _at_rest(step: _Step) -> Commit:
    """A step after which the case waits for nothing."""
    header = step.commit.header
    version = header.version + 1
    event = attrs.evolve(step.commit.events[-1], version=version)
    return Commit(header.case_id, header.version, attrs.evolve(header, version=version, due_at=None), (event,))
