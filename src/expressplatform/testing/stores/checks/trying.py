"""Attempts, and the dead letters that come of too many.

Laws of this file: those of `commits`. How many attempts are too many is the platform's to say, not a store's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, CaseStore, DeadRow, EffectRow
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.work import DAY, Working
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart

CODE: Final = "no_route"
"""Why work is given up in these checks."""
LONG_CODE: Final = "UnexpectedAnswerOfTheGateway.of_the_kind_that_nobody_foresaw-0123456789" * 2
"""The same as somebody's exception might put it."""


class Trying(Working):
    """Effects: claimed, done, put off, counted, given up."""

    @proves("S39")
    @apart
    def test_each_claim_counts_as_an_attempt(self) -> None:
        """Attempts are counted by claims, those whose worker was never heard of again too; a retry says how many."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, "A", "B")
            a, b = step.effects
            store.append([step])
            mine.tried(store, mine.noon, HOUR, 1, 1)
            mine.tried(store, mine.noon + HOUR, HOUR, 2, 2)
            store.retry(a.id, mine.noon + HOUR, 7)
            mine.tried(store, mine.noon + HOUR, HOUR, 8)
            mine.tried(store, mine.noon + 2 * HOUR, HOUR, 9, 3)
            store.retry(b.id, mine.noon + 2 * HOUR, 0)
            mine.tried(store, mine.noon + 2 * HOUR, HOUR, 1)

    @proves("S40")
    @apart
    def test_a_dead_letter_is_claimed_no_more_until_it_is_retried(self) -> None:
        """What was given up waits until somebody has it tried again; its neighbours go on, and done stays done."""
        with self.at_work() as (store, mine):
            now = mine.noon + HOUR
            step = mine.working(1, mine.noon, "A", "B", "C")
            a, b, c = step.effects
            store.append([step])
            store.bury(a.id, now, CODE)
            mine.claims(store, now, [b, c])
            store.bury(b.id, now, CODE)
            store.bury(f"unknown-{mine.mark}", now, CODE)
            mine.claims(store, now + DAY, [c])
            store.done([a.id, c.id])
            store.bury(c.id, now, CODE)
            lists(store, mine, mine.council, [dead(b, 1, now)])
            store.retry(b.id, now + 2 * DAY, 0)
            lists(store, mine, mine.council, [])
            mine.claims(store, now + 2 * DAY - TICK, [])
            mine.claims(store, now + 2 * DAY, [b])
            store.retry(a.id, now, 0)
            mine.claims(store, now + 9 * DAY, [b])

    @proves("S40", "S39", "S41")
    @apart
    def test_a_dead_letter_may_be_retried_with_attempts_behind_it(self) -> None:
        """What was given up is alive again from the instant named on, with as many attempts as are named."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon)
            (effect,) = step.effects
            store.append([step])
            mine.tried(store, mine.noon, HOUR, 1)
            store.bury(effect.id, mine.noon, LONG_CODE)
            lists(store, mine, mine.council, [dead(effect, 1, mine.noon, LONG_CODE)])
            store.retry(effect.id, mine.noon + HOUR, 5)
            lists(store, mine, mine.council, [])
            mine.tried(store, mine.noon + HOUR, HOUR, 6)

    @proves("S41")
    @apart
    def test_dead_letters_are_listed_as_they_were_buried(self) -> None:
        """In the order of their ids whoever died first, after an id, at most the limit, with the last code."""
        with self.at_work() as (store, mine):
            store.append([mine.working(number, mine.noon, "訊") for number in (3, 1, 2, 4)])
            effects = [mine.effect(number, 1, "訊") for number in (1, 2, 3, 4)]
            mine.tried(store, mine.noon, HOUR, 1, 1, 1, 1)
            for effect in reversed(effects[:3]):
                store.bury(effect.id, mine.noon + TICK, "OSError")
            store.bury(effects[0].id, mine.noon + DAY, CODE)
            rows = [dead(effect, 1, mine.noon + TICK, "OSError") for effect in effects[:3]]
            rows[0] = dead(effects[0], 1, mine.noon + DAY)
            lists(store, mine, mine.council, rows)
            alike(store, mine, store.dead(mine.council, "", 2), rows[:2])
            alike(store, mine, store.dead(mine.council, effects[0].id, 1), rows[1:2])
            assert list(store.dead(mine.council, effects[2].id, MANY)) == []
            assert list(store.dead(mine.council, "", 0)) == []

    @proves("S41", "S14", "S15")
    @apart
    def test_a_dead_letter_is_seen_by_whom_its_case_is_seen(self) -> None:
        """Council, trader and former traders, as the header stands now, and everyone; nobody else, nor nobody."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon)
            store.append([step])
            mine.tried(store, mine.noon, HOUR, 1)
            store.bury(step.effects[0].id, mine.noon, CODE)
            rows = [dead(step.effects[0], 1, mine.noon)]
            other = f"former-{mine.mark}"
            for organisation, seen in (
                (mine.council, rows),
                (EVERYONE, rows),
                (mine.trader, []),
                (other, []),
                ("", []),
            ):
                lists(store, mine, organisation, seen)
            store.append([mine.changed(1, 1, trader=mine.trader, former=(other,))])
            for organisation in (mine.council, EVERYONE, mine.trader, other):
                lists(store, mine, organisation, rows)
            for organisation in ("", mine.trader[:-1], f"{other}x", f"stranger-{mine.mark}"):
                lists(store, mine, organisation, [])


def dead(effect: EffectRow, attempts: int, since: datetime, code: str = CODE) -> DeadRow:
    """A dead letter as it is listed."""
    return DeadRow(attrs.evolve(effect, attempts=attempts), since, code)


def lists(store: CaseStore, mine: Mine, organisation: str, wanted: Iterable[DeadRow]) -> None:
    """These dead letters of this test are shown to an organisation, in this order, and no other."""
    found = [row for row in store.dead(organisation, "", MANY) if row.effect.case_id.startswith(mine.mark)]
    alike(store, mine, found, list(wanted))


def alike(store: CaseStore, mine: Mine, found: Sequence[DeadRow], wanted: list[DeadRow]) -> None:
    """Dead letters are these. Where only their attempts are others, somebody may have claimed them meanwhile."""
    if list(found) != wanted and list(map(_uncounted, found)) == list(map(_uncounted, wanted)):
        mine.unless_taken(store)
    assert list(found) == wanted, f"the dead letters are {found}, not {wanted}"


def _uncounted(row: DeadRow) -> DeadRow:
    return attrs.evolve(row, effect=attrs.evolve(row.effect, attempts=0))
