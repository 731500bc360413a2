"""How long work is leased, in which order it comes, and which of those that look alike is meant.

Laws of this file: those of `commits`. Work is claimed through `Mine`, which says so where it took another's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform.ports import CaseStore, Commit, EffectRow
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import TEXTS
from expressplatform.testing.stores.checks.trying import CODE, Trying, alike, dead, lists
from expressplatform.testing.stores.checks.work import DAY
from expressplatform.testing.stores.rows import HOUR, TICK, Mine, apart

LEASES: Final = (
    TICK,
    timedelta(milliseconds=1),
    timedelta(milliseconds=999, microseconds=999),
    timedelta(seconds=1) + TICK,
    timedelta(minutes=5),
    DAY - TICK,
    DAY + TICK,
    40 * DAY,
)
"""Leases that are shorter than some clock can tell, and longer than some part of an instant can hold."""
_ROUNDS: Final = 3_000
"""More claims than this a check does not need, however much others left to be done."""
COUNTS: Final = (0, 1, 126, 127, 254, 255, 32_767, 65_535, 2**31 - 10_000)
"""Attempts at the edges of what numbers of few bytes hold; others may claim too, so that the last leaves them room."""


class Leasing(Trying):
    """Effects: leased exactly, in their exact order, and each for itself."""

    @proves("S25")
    @apart
    def test_a_lease_is_as_long_as_it_was_asked_for(self) -> None:
        """Of a microsecond or of forty days: it holds to its last microsecond, and not one longer."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon)
            store.append([step])
            now = mine.noon + HOUR
            for lease in LEASES:
                mine.claims(store, now, step.effects, lease)
                mine.claims(store, now + lease - TICK, [])
                now += lease
            mine.claims(store, now, step.effects)

    @proves("S25", "S27")
    @apart
    def test_nobody_elses_lease_is_touched(self) -> None:
        """Whoever claims, puts off, ends, gives up or commits beside them leaves the leases of others as they are."""
        with self.at_work() as (store, mine):
            held = mine.working(1, mine.noon, "A", "B")
            store.append([held, mine.working(2, mine.noon + HOUR, "A", "B", "C", "D")])
            a, b, c, d = (mine.effect(2, 1, kind) for kind in "ABCD")
            mine.claims(store, mine.noon, held.effects, 5 * HOUR)
            mine.claims(store, mine.noon + HOUR, [a, b, c, d], HOUR)
            store.retry(a.id, mine.noon + HOUR, 1)
            store.bury(b.id, mine.noon + HOUR, CODE)
            store.done([c.id])
            more = mine.effect(1, 2, "A")
            store.append([attrs.evolve(mine.changed(1, 1, changed_at=mine.noon + HOUR), effects=(more,))])
            mine.claims(store, mine.noon + HOUR, [a, more], 9 * HOUR)
            mine.claims(store, mine.noon + 2 * HOUR - TICK, [])
            mine.claims(store, mine.noon + 2 * HOUR, [d], 9 * HOUR)
            mine.claims(store, mine.noon + 5 * HOUR - TICK, [])
            mine.claims(store, mine.noon + 5 * HOUR, held.effects)

    @proves("S24", "S25", "S27", "S39", "S40")
    @apart
    def test_what_is_claimed_piece_by_piece_is_claimed_like_all_of_it(self) -> None:
        """One by one, by two and by three: as it was given, counted, leased to the last microsecond and no more than is
        asked for, whatever is among it that is leased, put off, given up or done."""
        with self.at_work() as (store, mine):
            effects = [mine.effect(number, 1) for number in range(9)]
            store.append([mine.working(number, mine.noon + number * TICK) for number in range(9)])
            mine.claims(store, mine.noon, effects[:1], 9 * DAY)
            store.bury(effects[2].id, mine.noon, CODE)
            store.retry(effects[4].id, mine.noon + 9 * DAY, 1)
            store.done([effects[6].id])
            left, now = [effects[number] for number in (1, 3, 5, 7, 8)], mine.noon + HOUR
            for attempts, limit in enumerate((1, 2, 3, 1), 1):
                found = self._piece_by_piece(store, mine, now, limit)
                wanted = [attrs.evolve(effect, attempts=attempts) for effect in left]
                if found != wanted:
                    mine.unless_taken(store)
                assert found == wanted, f"by {limit} was claimed {found}, not {wanted}"
                mine.claims(store, now + HOUR - TICK, [])
                now += HOUR
            for attempts in (5, 6, 7):
                mine.tried(store, now, timedelta(0), *(attempts for _ in left))

    def _piece_by_piece(self, store: CaseStore, mine: Mine, now: datetime, limit: int) -> list[EffectRow]:
        """What is ready, claimed for an hour by so many at a time, in the order of its cases; much of others may be."""
        found: list[EffectRow] = []
        for _ in range(_ROUNDS):
            rows = mine.taken(store, now, HOUR, limit)
            assert len(rows) <= limit, "more was claimed than the limit"
            if not rows:
                break
            found += [row for row in rows if row.case_id.startswith(mine.mark)]
        return sorted(found, key=lambda row: row.case_id)

    @proves("S27")
    @apart
    def test_a_microsecond_earlier_is_claimed_first(self) -> None:
        """Within one second, whatever its id: new, put off, or back from a lease, what was ready first comes first."""
        with self.at_work() as (store, mine):
            ids = [mine.effect(number, 1).id for number in range(6)]
            store.append([mine.working(number, mine.noon - number * TICK) for number in range(6)])
            for turn, effect_id in enumerate(reversed(ids)):
                self._in_order(store, mine, mine.noon + 2 * turn * TICK, HOUR, [effect_id], most=1)
            # The leases of 5, 4, 3, ... end at 0, 2, 4, ...; 4 and 1 are put off to 9 and 1, and new work comes to 3.
            back = mine.noon + HOUR
            store.retry(ids[4], back + 9 * TICK, 1)
            store.retry(ids[1], back + TICK, 1)
            store.append([mine.working(9, back + 3 * TICK)])
            wanted = [ids[5], ids[1], mine.effect(9, 1).id, ids[3], ids[2], ids[4], ids[0]]
            self._in_order(store, mine, back + HOUR, 9 * HOUR, wanted)

    @proves("S24", "S28", "S29", "S40")
    @apart
    def test_effects_that_look_alike_are_different_ones(self) -> None:
        """One id may begin with another, or differ in case, blanks, composition; a kind may have many recipients."""
        with self.at_work() as (store, mine):
            step = self._alike(mine)
            first, *others = step.effects
            store.append([step])
            mine.claims(store, mine.noon, step.effects, HOUR)
            store.done([first.id])
            mine.claims(store, mine.noon + HOUR, others, HOUR)
            for effect in others:
                self._alone(store, mine, effect, others)

    def _alike(self, mine: Mine) -> Commit:
        """A step whose effects are hard to tell apart. The first id is the beginning of all."""
        step = mine.working(1, mine.noon, "A", *(f"A{end}" for end in ("A", "a", " ", "%", "_", "\u00e9", "e\u0301")))
        same = [attrs.evolve(mine.effect(1, 1, f"SAME{n}"), kind="SAME", recipient=f"{n}") for n in range(3)]
        return attrs.evolve(step, effects=(*step.effects, *same))

    def _alone(self, store: CaseStore, mine: Mine, effect: EffectRow, others: list[EffectRow]) -> None:
        """What is given up, and put off, is this one, and no other that looks like it."""
        store.bury(effect.id, mine.noon + HOUR, CODE)
        lists(store, mine, mine.council, [dead(effect, 2, mine.noon + HOUR)])
        store.retry(effect.id, mine.noon + 2 * HOUR - TICK, 2)
        mine.claims(store, mine.noon + 2 * HOUR - TICK, [effect], TICK)
        assert effect in others
        store.retry(effect.id, mine.noon + 2 * HOUR, 2)

    @proves("S28")
    @apart
    def test_what_is_unknown_keeps_nothing_from_being_done(self) -> None:
        """In one call unknown work may stand before what is to be done, claimed or not, given up or put off."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, "A", "B", "C", "D", "E")
            a, b, c, d, e = step.effects
            store.append([step])
            mine.tried(store, mine.noon, HOUR, 1, 1, 1, 1, 1)
            store.bury(b.id, mine.noon, CODE)
            store.retry(c.id, mine.noon + 2 * HOUR, 1)
            store.done([f"unknown-{mine.mark}", a.id, "", b.id, a.id, c.id, e.id])
            lists(store, mine, mine.council, [])
            mine.claims(store, mine.noon + DAY, [d])
            store.append([mine.working(2, mine.noon)])
            store.done([mine.effect(2, 1).id])
            mine.claims(store, mine.noon + 2 * DAY, [d])

    @proves("S39")
    @apart
    def test_attempts_are_counted_at_the_edges_of_numbers(self) -> None:
        """As many attempts as a whole number of four bytes holds are remembered, and one is added by a claim."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon)
            effect = step.effects[0]
            store.append([step])
            for hours, attempts in enumerate(COUNTS):
                now = mine.noon + hours * HOUR
                if attempts % 2:
                    store.bury(effect.id, now, CODE)
                store.retry(effect.id, now, attempts)
                mine.tried(store, now, HOUR, attempts + 1)
            store.bury(effect.id, mine.noon, CODE)
            lists(store, mine, mine.council, [dead(effect, COUNTS[-1] + 1, mine.noon)])

    @proves("S40", "S41")
    @apart
    def test_a_dead_letter_keeps_its_code_whatever_that_is(self) -> None:
        """A code of any characters, none too, comes back as it was given, and what has it is dead."""
        with self.at_work() as (store, mine):
            codes = ("", *TEXTS)
            store.append([mine.working(number, mine.noon) for number in range(len(codes))])
            mine.tried(store, mine.noon, HOUR, *(1 for _ in codes))
            for number, code in enumerate(codes):
                store.bury(mine.effect(number, 1).id, mine.noon, code)
            rows = [dead(mine.effect(number, 1), 1, mine.noon, code) for number, code in enumerate(codes)]
            lists(store, mine, mine.council, rows)
            mine.claims(store, mine.noon + 2 * HOUR, [])

    @proves("S41", "S14")
    @apart
    def test_dead_letters_of_others_take_no_room_in_a_list(self) -> None:
        """The limit counts those that the organisation sees, and so does the list from page to page."""
        with self.at_work() as (store, mine):
            traders = [f"{mine.trader}-{n}" for n in range(2)]
            steps = [mine.working(number, mine.noon) for number in range(12)]
            steps = [
                attrs.evolve(
                    one, header=attrs.evolve(one.header, trader=traders[n % 5 == 4], former=(traders[n == 3],))
                )
                for n, one in enumerate(steps)
            ]
            store.append(steps)
            mine.tried(store, mine.noon, HOUR, *(1 for _ in steps))
            for number in range(12):
                store.bury(mine.effect(number, 1).id, mine.noon, CODE)
            rows = [dead(mine.effect(number, 1), 1, mine.noon) for number in (3, 4, 9)]
            for limit in (1, 2, 3):
                alike(store, mine, store.dead(traders[1], "", limit), rows[:limit])
            alike(store, mine, store.dead(traders[1], rows[0].effect.id, 1), rows[1:2])
