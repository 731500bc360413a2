"""What is due in a case store, and what tokens find.

Laws of this file: those of `commits`.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import TEXTS
from expressplatform.testing.stores.checks.placing import sequence
from expressplatform.testing.stores.checks.questions import MOST
from expressplatform.testing.stores.checks.trying import CODE, dead, lists
from expressplatform.testing.stores.checks.work import Working
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart


class Finding(Working):
    """What is due, and what tokens find."""

    @proves("S18", "S21", "S28")
    def test_no_question_is_too_long(self) -> None:
        """Tens of thousands of tokens, statuses or effects in one call are looked at, the first and the last."""
        mine = Mine.apart()
        last = mine.token("t32999")
        with self.opened() as store:
            store.append([attrs.evolve(mine.changed(1, status="S32999"), tokens=(last,))])
            tokens = [f"t{number}-{mine.mark}".encode() for number in range(33_000)]
            assert tokens[-1] == last.value
            assert list(store.find(mine.council, tokens)) == [mine.case(1)]
            wanted = Wanted(status=tuple(f"S{number}" for number in range(33_000)))
            assert mine.ids(store.headers(mine.council, wanted, "", MANY).headers) == [mine.case(1)]
            store.done([f"{mine.mark}/{number}" for number in range(33_000)])

    @proves("S20")
    def test_a_case_is_due_at_the_instant_itself(self) -> None:
        """Due is what stands at now or before, the earliest first; a case that waits for nothing is never due."""
        mine = Mine.apart()
        dues = {1: mine.noon, 2: mine.noon + TICK, 3: mine.noon - timedelta(days=400), 4: None, 5: mine.noon}
        with self.opened() as store:
            store.append([mine.changed(number, due_at=due, status=f"S{number}") for number, due in dues.items()])
            for now, numbers in ((mine.noon - TICK, [3]), (mine.noon, [3, 1, 5]), (mine.noon + TICK, [3, 1, 5, 2])):
                self._due(store, mine, now, numbers)
            store.append([mine.changed(3, 1, due_at=None), mine.changed(1, 1, due_at=mine.noon + TICK)])
            self._due(store, mine, mine.noon, [5])
            store.append([mine.changed(4, 1, due_at=mine.noon - TICK)])
            self._due(store, mine, mine.noon, [4, 5])

    def _due(self, store: CaseStore, mine: Mine, now: datetime, numbers: list[int]) -> None:
        found = [header for header in store.due(now, MANY) if header.case_id in map(mine.case, range(9))]
        instants = [header.due_at for header in found if header.due_at is not None]
        assert instants == sorted(instants), "not the earliest first"
        assert sorted(mine.ids(found)) == sorted(mine.case(number) for number in numbers)

    @proves("S20")
    def test_no_more_is_due_than_the_limit_and_the_earliest_of_it(self) -> None:
        """A limit cuts the list and never hides what is earlier; none is asked for by nought."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(n, due_at=mine.noon + (1 - n) * TICK) for n in range(6)])
            assert all(any(self._cuts(store, mine.noon, limit) for _ in range(MOST)) for limit in (1, 2, 3, 6, 9))
            assert list(store.due(mine.noon, 0)) == []
            store.append([mine.changed(n, 1, due_at=None) for n in range(6)])

    def _cuts(self, store: CaseStore, now: datetime, limit: int) -> bool:
        """Whether what is cut is the beginning of the whole. Others may write meanwhile: then it was not to be seen."""
        before, cut, after = (list(store.due(now, most)) for most in (MANY, limit, MANY))
        assert len(cut) <= limit
        earliest = [one.due_at for one in before[:limit]]
        assert before != after or [one.due_at for one in cut] == earliest, "the limit hides what is earlier"
        return before == after

    @proves("S20", "S31")
    def test_an_instant_is_the_same_in_whatever_zone_it_is_asked(self) -> None:
        """Now, due_before and owed_before are compared as instants, not as they are written."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(1, due_at=mine.noon, owed_since=mine.noon)])
            for hours in (-11, -3.5, 0, 8, 14):
                zone = timezone(timedelta(hours=hours))
                at, late = (mine.noon - TICK).astimezone(zone), mine.noon.astimezone(zone)
                assert mine.ids(store.due(at, MANY)) == []
                assert mine.ids(store.due(late, MANY)) == [mine.case(1)]
                for asked, there in ((late, []), ((mine.noon + TICK).astimezone(zone), [mine.case(1)])):
                    for wanted in (Wanted(due_before=asked), Wanted(owed_before=asked)):
                        assert mine.ids(store.headers(mine.council, wanted, "", MANY).headers) == there

    @proves("S21", "S23")
    def test_a_token_finds_its_cases(self) -> None:
        """A token finds every case that carries it, once each; a token twice on one case stands once."""
        mine = Mine.apart()
        one, two = mine.token("one"), mine.token("two", "2026Q2")
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(number), tokens=(one,)) for number in (2, 1)])
            store.append([attrs.evolve(mine.commit(1, 1), tokens=(one, two))])
            store.append([mine.commit(1, 2)])
            assert list(store.find(EVERYONE, [one.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [two.value, one.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [two.value, b"unknown"])) == [mine.case(1)]
            assert list(store.find(EVERYONE, [one.value[:-1], one.value + b"\0", one.value.upper()])) == []
            assert list(store.find(EVERYONE, [one.value, one.value])) == [mine.case(1), mine.case(2)]
            store.append([attrs.evolve(mine.commit(2, 1), tokens=(two,))])
            assert list(store.find(EVERYONE, [one.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [two.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [])) == []
            late, early = mine.token("late"), mine.token("early")
            store.append([attrs.evolve(mine.commit(n), tokens=(one,)) for n, one in ((4, late), (3, early))])
            assert list(store.find(EVERYONE, [late.value, early.value])) == [mine.case(3), mine.case(4)]
            assert {one.quarter, two.quarter} <= set(store.quarters())
            assert len(set(store.quarters())) == len(store.quarters())

    @proves("S21")
    def test_tokens_are_bytes_of_any_kind(self) -> None:
        """A token of every byte, with noughts inside or at its end, finds its case and no other."""
        mine = Mine.apart()
        mark = mine.mark.encode()
        values = [b"\0" + mark, mark + b"\0", mark + b"\0\0", bytes(range(256)) + mark, b"\xff\xfe" + mark]
        values += [text.encode() + mark for text in TEXTS[:4]]
        with self.opened() as store:
            for number, value in enumerate(values):
                token = attrs.evolve(mine.token("t"), value=value)
                store.append([attrs.evolve(mine.commit(number), tokens=(token,))])
            for number, value in enumerate(values):
                assert list(store.find(mine.council, [value])) == [mine.case(number)]
            assert list(store.find(mine.council, values)) == [mine.case(number) for number in range(len(values))]

    @proves("S22", "S23", "S13")
    def test_dropped_tokens_find_nothing(self) -> None:
        """Dropping takes all tokens of that case and of no other; its quarter goes with the last; new ones stand."""
        mine = Mine.apart()
        shared, own, new = mine.token("shared"), mine.token("own", "2026Q2"), mine.token("new", "2026Q3")
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), tokens=(shared, own))])
            store.append([attrs.evolve(mine.commit(2), tokens=(shared,))])
            assert {shared.quarter, own.quarter} <= set(store.quarters())
            store.append([attrs.evolve(mine.commit(1, 1), drop_tokens=True, tokens=(new,))])
            assert list(store.find(EVERYONE, [shared.value, own.value])) == [mine.case(2)]
            assert list(store.find(EVERYONE, [own.value])) == []
            assert list(store.find(EVERYONE, [new.value])) == [mine.case(1)]
            assert own.quarter not in store.quarters()
            assert {shared.quarter, new.quarter} <= set(store.quarters())
            drop = attrs.evolve(mine.commit(3, 1), drop_tokens=True)
            store.append([attrs.evolve(mine.commit(3), tokens=(own, shared)), drop])
            assert list(store.find(EVERYONE, [own.value])) == []
            assert own.quarter not in store.quarters()
            store.append([attrs.evolve(mine.commit(1, 2), drop_tokens=True)])
            assert list(store.find(EVERYONE, [new.value, shared.value, own.value])) == [mine.case(2)]
            assert new.quarter not in store.quarters()
            store.append([attrs.evolve(mine.commit(2, 1), drop_tokens=True)])
            assert shared.quarter not in store.quarters()
            assert list(store.find(EVERYONE, [shared.value])) == []

    @proves("S22", "S23", "S21", "S7")
    def test_tokens_of_cases_of_one_call_are_dropped_and_brought_each_for_itself(self) -> None:
        """A step that drops and brings the same tokens, few or many, alone or beside others, leaves what it brings."""
        mine = Mine.apart()
        for turn, (cases, many) in enumerate(((1, 3), (1, 20), (3, 3), (3, 20))):
            numbers = range(10 * turn, 10 * turn + cases)
            before, after = (
                {n: tuple(mine.token(f"{n}.{i}", f"{quarter}{n}") for i in range(many)) for n in numbers}
                for quarter in ("old", "new")
            )
            with self.opened() as store:
                store.append(
                    [attrs.evolve(mine.commit(n), tokens=(*before[n], mine.token(f"gone{n}"))) for n in numbers]
                )
                drops = [attrs.evolve(mine.commit(n, 1), drop_tokens=True, tokens=after[n]) for n in numbers]
                store.append([mine.commit(9 + 10 * turn), *drops] if cases > 1 else drops)
                for n in numbers:
                    for token in after[n]:
                        assert list(store.find(mine.council, [token.value])) == [mine.case(n)], "a token is not there"
                    assert list(store.find(mine.council, [mine.token(f"gone{n}").value])) == []
                    assert after[n][0].quarter in store.quarters()
                    assert before[n][0].quarter not in store.quarters()

    @proves("S22", "S28", "S12", "S41")
    @apart
    def test_nothing_but_tokens_goes_with_tokens(self) -> None:
        """Where they are dropped, work stays to be done, leased or dead, and receipts and places stay."""
        with self.at_work() as (store, mine):
            step = attrs.evolve(mine.working(1, mine.noon, "A", "B", "C"), tokens=(mine.token("t"),))
            step = attrs.evolve(step, receipt=mine.commit(1, key="k").receipt)
            a, b, c = step.effects
            store.append([step])
            sequence(store)
            mine.claims(store, mine.noon, [a, b, c], HOUR)
            store.bury(a.id, mine.noon, CODE)
            store.retry(b.id, mine.noon + 2 * HOUR, 4)
            new = mine.effect(1, 2, "D")
            drop = mine.changed(1, 1, changed_at=mine.noon + HOUR)
            store.append([attrs.evolve(drop, drop_tokens=True, effects=(new,))])
            store.append([mine.commit(1, expected) for expected in (2, 3, 4)])
            lists(store, mine, mine.council, [dead(a, 1, mine.noon)])
            mine.claims(store, mine.noon + HOUR, [c, new], 9 * HOUR)
            mine.tried(store, mine.noon + 2 * HOUR, HOUR, 5)
            assert store.receipt(mine.case(1), "k") == step.receipt
            assert [row.event for row in store.places(mine.case(1), mine.council)][:1] == [step.events[0]]

    @proves("S20", "S8", "S13")
    def test_a_case_is_due_as_its_last_step_says(self) -> None:
        """Earlier than before, later, not at all or again; by steps of several calls, and of one."""
        mine = Mine.long_ago()
        dues = [
            mine.noon + hours * HOUR if hours is not None else None for hours in (5, 2, 1, 3, None, 4, 4, None, 0, 9, 5)
        ]
        with self.opened() as store:
            for size in (1, 2, 3, len(dues)):
                steps = [mine.changed(size, expected, due_at=due) for expected, due in enumerate(dues)]
                for begin in range(0, len(steps), size):
                    store.append(steps[begin : begin + size])
                    last = steps[min(begin + size, len(steps)) - 1].header
                    for hours in range(-1, 11):
                        at = mine.noon + hours * HOUR
                        found = [one for one in store.due(at, MANY) if one.case_id == mine.case(size)]
                        assert found == ([last] if last.due_at is not None and last.due_at <= at else [])
                store.append([mine.changed(size, len(dues), due_at=None)])

    @proves("S23")
    def test_every_quarter_is_listed(self) -> None:
        """Tokens of ten years stand beside each other, and each of their quarters is listed."""
        mine = Mine.apart()
        tokens = tuple(mine.token(f"t{n}", f"{2000 + n // 4}Q{n % 4 + 1}") for n in range(40))
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), tokens=tokens)])
            assert {one.quarter for one in tokens} <= set(store.quarters())
            store.append([attrs.evolve(mine.commit(1, 1), drop_tokens=True)])
            assert not {one.quarter for one in tokens} & set(store.quarters())
