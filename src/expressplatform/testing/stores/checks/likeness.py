"""Cases and organisations that are hard to tell apart, by every question.

Laws of this file: those of `commits`. What looks alike: a beginning of the other, in other letters, with a blank
at its end, composed otherwise, with a character that stands for others somewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit, StoredCase, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.placing import placed, sequence, told
from expressplatform.testing.stores.checks.trying import CODE, alike, dead, lists
from expressplatform.testing.stores.checks.work import Working
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart, kept

ALIKE: Final = (
    "a", "A", "aa", "a ", " a", "a  ", "a%", "a_", "_", "*", "a\n", "\u00e9", "e\u0301", "\ufeffa", "0", "00", "0.0",
    "a\u200b", "\uff21", "\U0001d400", "🛒", "🛒\ufe0f", "\u00df", "ss", "a/b", "/", "a:b|c",
)  # fmt: skip
"""Ends of names that look alike."""


class Likeness(Working):
    """Names that look alike are different ones."""

    @proves("S1", "S2", "S6", "S12", "S14", "S21", "S43", "S45")
    def test_cases_whose_ids_look_alike_are_different_ones(self) -> None:
        """Each has its own header, events, receipt, tokens and places, and a step of one is no step of another."""
        mine = Mine.apart()
        steps = [_named(mine, end) for end in ALIKE]
        with self.opened() as store:
            for step in steps:
                there = store.load(step.case_id, EVERYONE) or store.receipt(step.case_id, "k")
                assert there is None, f"{step.case_id!r} is found before it is lodged: another case is taken for it"
                assert list(store.append([step])) == [Appended(step.case_id, 1)], f"{step.case_id!r} was there"
            sequence(store)
            for step in steps:
                assert kept(store, step.case_id) == StoredCase(step.header, step.events)
                assert step.receipt is not None
                assert store.receipt(step.case_id, step.receipt.key) == step.receipt
                assert [row.event for row in placed(store, step.case_id)] == list(step.events)
                assert list(store.find(mine.council, [step.tokens[0].value])) == [step.case_id]
            ids = sorted(step.case_id for step in steps)
            assert mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers) == ids

    @proves("S22", "S23", "S21")
    def test_tokens_of_cases_that_look_alike_are_dropped_one_by_one(self) -> None:
        """Whichever case drops its tokens, those of all others stand, and their quarters too."""
        mine = Mine.apart()
        steps = [_named(mine, end) for end in ALIKE]
        with self.opened() as store:
            store.append(steps)
            stand = {step.case_id: step.tokens[0] for step in steps}
            for step in steps:
                store.append([_named(mine, step.case_id[len(mine.mark) + 1 :], 1)])
                gone = stand.pop(step.case_id)
                found = list(store.find(EVERYONE, [gone.value, *(token.value for token in stand.values())]))
                assert found == sorted(stand), f"after the tokens of {step.case_id!r} were dropped"
                quarters = {one for one in store.quarters() if one.startswith(mine.mark)}
                assert quarters == {token.quarter for token in stand.values()}, "other quarters stand"

    @proves("S1", "S14", "S15", "S41", "S46", "S47")
    @apart
    def test_organisations_whose_names_look_alike_are_different_ones(self) -> None:
        """Each is shown its own by every question, in its list, its feed and its dead letters, and nothing else."""
        with self.at_work() as (store, mine):
            names = [f"{mine.mark}-{end}" for end in ALIKE]
            steps = [mine.working(n, mine.noon) for n in range(2 * len(names))]
            for n, name in enumerate(names * 2):
                header = steps[n].header
                header = attrs.evolve(header, trader=name) if n < len(names) else attrs.evolve(header, council=name)
                steps[n] = attrs.evolve(steps[n], header=header, tokens=(mine.token("t"),))
            store.append(steps)
            sequence(store)
            mine.tried(store, mine.noon, HOUR, *(1 for _ in steps))
            for step in steps:
                store.bury(step.effects[0].id, mine.noon, CODE)
            for n, name in enumerate(names):
                self._shown(store, mine, name, [steps[n], steps[n + len(names)]])
                assert told(store, name) == [(mine.case(n), 1, False)], f"the feed of {name!r}"

    def _shown(self, store: CaseStore, mine: Mine, name: str, own: Sequence[Commit]) -> None:
        ids = [step.case_id for step in own]
        assert mine.ids(store.headers(name, Wanted(), "", MANY).headers) == ids, f"headers for {name!r}"
        assert [case.header for case in store.scan(name, "", MANY)] == [step.header for step in own]
        assert list(store.find(name, [mine.token("t").value])) == ids, f"find for {name!r}"
        lists(store, mine, name, [dead(step.effects[0], 1, mine.noon) for step in own])
        for step in own:
            assert store.load(step.case_id, name) == StoredCase(step.header, step.events), f"load for {name!r}"
            assert [row.event for row in store.places(step.case_id, name)] == list(step.events)

    @proves("S1", "S14", "S15", "S41", "S46", "S47")
    @apart
    def test_traders_of_one_case_that_look_alike_see_it_each_for_itself(self) -> None:
        """All of them former traders of one case: each is shown it by every question, and told once that it is gone."""
        with self.at_work() as (store, mine):
            names = tuple(f"{mine.mark}-{end}" for end in ALIKE)
            step = mine.working(1, mine.noon)
            step = attrs.evolve(step, header=attrs.evolve(step.header, former=names), tokens=(mine.token("t"),))
            store.append([step])
            sequence(store)
            mine.tried(store, mine.noon, HOUR, 1)
            store.bury(step.effects[0].id, mine.noon, CODE)
            for name in names:
                self._shown(store, mine, name, [step])
                assert [row.header for row in store.feed(name, 0, MANY)] == [step.header], f"the feed of {name!r}"
            for expected, former in enumerate((names, ()), 1):
                store.append([mine.changed(1, expected, former=former)])
                sequence(store)
            for name in names:
                wanted = [(mine.case(1), 1, False), (mine.case(1), 2, False), (mine.case(1), 3, True)]
                assert told(store, name) == wanted, f"the feed of {name!r}"

    @proves("S28", "S40", "S41")
    @apart
    def test_work_whose_ids_look_alike_is_given_up_and_done_one_by_one(self) -> None:
        """Dead letters are listed by the code points of their ids; whichever is done, all others are claimed again."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, *ALIKE)
            store.append([step])
            left = list(step.effects)
            mine.claims(store, mine.noon - TICK, [])
            for effect in left:
                store.bury(effect.id, mine.noon, CODE)
            rows = [dead(effect, 0, mine.noon) for effect in sorted(left, key=lambda one: one.id)]
            lists(store, mine, mine.council, rows)
            for begin in range(0, len(rows), 5):
                after = rows[begin - 1].effect.id if begin else ""
                alike(store, mine, store.dead(mine.council, after, 5), rows[begin : begin + 5])
            for effect in left:
                store.retry(effect.id, mine.noon, 0)
            for turn in range(4):
                mine.claims(store, mine.noon + turn * HOUR, left, HOUR)
                store.done([one.id for one in left[::3]])
                del left[::3]
            mine.claims(store, mine.noon + 4 * HOUR, left)


def _named(mine: Mine, end: str, expected: int = 0) -> Commit:
    """A step of a case whose id ends so; the first has a receipt and a token, the second drops the tokens."""
    case_id = f"{mine.mark}-{end}"
    step = mine.commit(1, expected, key="" if expected else "k")
    token = attrs.evolve(mine.token(f"t{end}"), quarter=f"{mine.mark}-{end}")
    return attrs.evolve(
        step,
        case_id=case_id,
        header=attrs.evolve(step.header, case_id=case_id),
        events=tuple(attrs.evolve(event, case_id=case_id, facts=end.encode()) for event in step.events),
        receipt=step.receipt and attrs.evolve(step.receipt, case_id=case_id, digest=end.encode()),
        tokens=() if expected else (token,),
        drop_tokens=bool(expected),
    )
