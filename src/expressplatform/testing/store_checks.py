"""What a case store must do with commits and with questions; `contracts` hands these checks to stores.

Laws of this file: pytest is not imported; every check is a method whose docstring is the promise it holds. No check
assumes an empty store, and none believes the answer that acknowledged a row: it asks for the row by another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Barrier

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Conflict, Receipt, Replayed, StoredCase, Wanted
from expressplatform.testing.store_rows import MANY, NOON, Mine

MOST = 12
"""More pages than any list of these checks has: a cursor that goes in circles must end as well."""


class Appending:
    """What becomes of commits."""

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def test_a_case_comes_back_byte_for_byte(self) -> None:
        """Header and events come back as they were given, also bytes that are no text and an empty sealed part."""
        mine = Mine()
        commit = mine.commit(1, events=3)
        with self.opened() as store:
            assert list(store.append([commit])) == [Appended(mine.case(1), 3)]
            kept = store.load(mine.case(1), mine.council)
        assert kept is not None
        assert (kept.header, kept.events) == (commit.header, commit.events)
        assert all(type(event.facts) is type(event.sealed) is bytes for event in kept.events)

    def test_events_come_back_in_the_order_of_their_versions(self) -> None:
        """Twelve steps, some of several events, are one history in order of number."""
        mine = Mine()
        with self.opened() as store:
            for expected in range(0, 24, 2):
                store.append([mine.commit(1, expected, events=2)])
            kept = store.load(mine.case(1), mine.council)
        assert kept is not None
        assert [event.version for event in kept.events] == list(range(1, 25))

    def test_instants_come_back_in_utc_to_the_microsecond(self) -> None:
        """No instant is rounded, in no year; absence of one stays absence."""
        mine = Mine()
        odd = datetime(2086, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        with self.opened() as store:
            store.append([mine.changed(1, lodged_at=odd, changed_at=odd - timedelta(microseconds=1), due_at=None)])
            kept = store.load(mine.case(1), mine.council)
        assert kept is not None
        assert (kept.header.lodged_at, kept.header.due_at) == (odd, None)
        assert kept.header.changed_at == odd - timedelta(microseconds=1)
        assert kept.header.lodged_at.utcoffset() == timedelta(0)

    def test_the_header_is_replaced_by_each_step(self) -> None:
        """Every field of the header is what the last step said, and nothing of the former one is left."""
        mine = Mine()
        after = attrs.evolve(
            mine.changed(1, 1).header, status="UPLOADED", trader=mine.trader, former=("a", '"b"', "丙"),
            assignee="", reference="", nature="DELIVERY", category="", due_at=None, duty="", provisional=False,
        )  # fmt: skip
        with self.opened() as store:
            store.append([mine.commit(1)])
            store.append([attrs.evolve(mine.commit(1, 1), header=after)])
            kept = store.load(mine.case(1), mine.council)
            assert kept is not None
            assert kept.header == after
            assert store.headers(mine.council, Wanted(), "", MANY).headers == (after,)

    def test_a_stale_commit_is_told_where_the_case_stands(self) -> None:
        """A commit on another version, older or newer, conflicts and names the version found."""
        mine = Mine()
        with self.opened() as store:
            store.append([mine.commit(1, events=2)])
            for expected in (0, 1, 3):
                answers = store.append([mine.commit(1, expected)])
                assert list(answers) == [Conflict(mine.case(1), expected, 2)]
            assert list(store.append([mine.commit(2, 4)])) == [Conflict(mine.case(2), 4, 0)]

    def test_a_conflict_leaves_nothing_of_its_commit(self) -> None:
        """Neither header nor event, effect, receipt or token of a losing commit is kept; nothing of it is dropped."""
        mine = Mine()
        lost = attrs.evolve(
            mine.changed(1, 0, status="LOST"),
            effects=(mine.effect(1, 1),),
            receipt=Receipt(mine.case(1), "lost", b"d", 1),
            tokens=(mine.token("lost"),),
            drop_tokens=True,
        )
        won = attrs.evolve(mine.commit(1), tokens=(mine.token("won"),))
        with self.opened() as store:
            store.append([won])
            assert isinstance(store.append([lost])[0], Conflict)
            kept = store.load(mine.case(1), mine.council)
            assert kept is not None
            assert (kept.header, kept.events) == (won.header, won.events)
            assert mine.claimed(store, NOON + timedelta(days=1)) == []
            assert store.receipt(mine.case(1), "lost") is None
            assert list(store.find(EVERYONE, [mine.token("lost").value])) == []
            assert list(store.find(EVERYONE, [mine.token("won").value])) == [mine.case(1)]

    def test_a_conflict_does_not_undo_its_neighbours(self) -> None:
        """In one call, what comes before and after a conflict is kept; the answers are in the order of the commits."""
        mine = Mine()
        with self.opened() as store:
            answers = store.append([mine.commit(1), mine.commit(2, 5), mine.commit(3, key="k")])
            assert [type(answer) for answer in answers] == [Appended, Conflict, Appended]
            there = mine.ids(store.headers(mine.council, Wanted(), "", MANY).headers)
            assert there == [mine.case(1), mine.case(3)]

    def test_commits_of_one_call_see_each_other(self) -> None:
        """In one call a case takes two steps, but no second first one, and a key counts once."""
        mine = Mine()
        first, second = mine.commit(1, key="k"), mine.commit(1, 1)
        with self.opened() as store:
            answers = store.append([first, second, mine.commit(1), mine.commit(1, 2, key="k")])
            kept = store.load(mine.case(1), mine.council)
        assert first.receipt is not None
        assert list(answers) == [
            Appended(mine.case(1), 1), Appended(mine.case(1), 2), Conflict(mine.case(1), 0, 2),
            Replayed(mine.case(1), first.receipt),
        ]  # fmt: skip
        assert kept is not None
        assert kept.events == first.events + second.events

    def test_nothing_is_appended_for_no_commits(self) -> None:
        """No commits, no answers."""
        with self.opened() as store:
            assert list(store.append([])) == []

    def test_a_known_key_is_replayed_even_where_the_version_is_stale(self) -> None:
        """The receipt that stands is the answer, before versions are compared, and nothing is written again."""
        mine = Mine()
        first = mine.commit(1, key="form 1")
        again = attrs.evolve(mine.commit(1, key="form 1"), receipt=Receipt(mine.case(1), "form 1", b"another", 9))
        with self.opened() as store:
            store.append([first, mine.commit(1, 1)])
            answers = store.append([again, attrs.evolve(again, expected=2)])
            kept = store.load(mine.case(1), mine.council)
            assert first.receipt is not None
            assert list(answers) == [Replayed(mine.case(1), first.receipt)] * 2
            assert store.receipt(mine.case(1), "form 1") == first.receipt
        assert kept is not None
        assert kept.header.version == len(kept.events) == 2

    def test_a_key_belongs_to_its_case(self) -> None:
        """One key on two cases is two keys, and a key that was never used has no receipt."""
        mine = Mine()
        with self.opened() as store:
            answers = store.append([mine.commit(1, key="k"), mine.commit(2, key="k")])
            assert [type(answer) for answer in answers] == [Appended, Appended]
            assert store.receipt(mine.case(1), "other") is None
            assert store.receipt(mine.case(3), "k") is None

    def test_of_two_that_race_for_a_version_one_wins(self) -> None:
        """However two threads meet, one commit stands and the other is told; the history has no gap and no fork."""
        mine = Mine()
        together = Barrier(2)

        def step(name: str) -> int:
            won = 0
            for expected in range(20):
                together.wait(30)
                won += isinstance(store.append([mine.changed(1, expected, assignee=name)])[0], Appended)
            return won

        with self.opened() as store, ThreadPoolExecutor(2) as pool:
            assert sum(pool.map(step, ("one", "two"))) == 20
            kept = store.load(mine.case(1), mine.council)
        assert kept is not None
        assert [event.version for event in kept.events] == list(range(1, 21))


class Finding:
    """Who sees what, and how lists are read."""

    def opened(self) -> AbstractContextManager[CaseStore]:
        """The store under test, closed when the check is over."""
        raise NotImplementedError

    def test_what_is_not_an_organisations_to_see_does_not_exist_for_it(self) -> None:
        """No query shows a case to a stranger, to nobody, or to a trader that it has not been uploaded to."""
        mine = Mine()
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), tokens=(mine.token("t"),))])
            for stranger in (mine.trader, Mine().council, "", mine.council[:-1], "%", "[]"):
                assert store.load(mine.case(1), stranger) is None
                assert mine.ids(store.headers(stranger, Wanted(), "", MANY).headers) == []
                assert mine.ids([case.header for case in store.scan(stranger, "", MANY)]) == []
                assert list(store.find(stranger, [mine.token("t").value])) == []

    def test_council_trader_and_former_traders_see_the_case_and_so_does_everyone(self) -> None:
        """Each of them is answered alike by every query; a former trader whose name is part of another's is not."""
        mine = Mine()
        commit = mine.changed(1, trader=mine.trader, former=("x" + mine.mark, f'"{mine.mark},甲'))
        with self.opened() as store:
            store.append([attrs.evolve(commit, tokens=(mine.token("t"),))])
            for party in (mine.council, mine.trader, *commit.header.former, EVERYONE):
                assert store.load(mine.case(1), party) is not None
                assert mine.ids(store.headers(party, Wanted(), mine.mark, 1).headers) == [mine.case(1)]
                assert mine.ids([case.header for case in store.scan(party, mine.mark, 1)]) == [mine.case(1)]
                assert list(store.find(party, [mine.token("t").value])) == [mine.case(1)]
            assert store.load(mine.case(1), mine.mark) is None

    def test_a_cursor_neither_skips_nor_repeats(self) -> None:
        """Page after page gives every case once, by id, also where cases are lodged meanwhile; the last says so."""
        mine = Mine()
        seen: list[str] = []
        after = ""
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(0, 20, 2)])
            for _ in range(MOST):
                page = store.headers(mine.council, Wanted(), after, 3)
                seen += mine.ids(page.headers)
                assert len(page.headers) <= 3
                if not page.after:
                    break
                after = page.after
                store.append([mine.commit(len(seen) * 2 + 1)])
            assert store.headers(mine.council, Wanted(), seen[-2], 1).after == ""
        assert seen == sorted(set(seen))
        assert {mine.case(number) for number in range(0, 20, 2)} <= set(seen)

    def test_a_scan_gives_whole_cases_from_a_case_id_on(self) -> None:
        """Stretch after stretch, each case comes once and with all its events."""
        mine = Mine()
        seen: list[str] = []
        with self.opened() as store:
            store.append([mine.commit(number, events=number + 1) for number in range(7)])
            stretch: Sequence[StoredCase] = ()
            for _ in range(MOST):
                stretch = store.scan(mine.council, seen[-1] if seen else "", 3)
                assert len(stretch) <= 3
                assert all(case.header.version == len(case.events) for case in stretch)
                assert all(e.case_id == case.header.case_id for case in stretch for e in case.events)
                seen += mine.ids([case.header for case in stretch])
        assert not stretch
        assert seen == [mine.case(number) for number in range(7)]

    def test_a_list_holds_the_cases_that_are_wanted(self) -> None:
        """Every filter narrows the list, all of them together; ``due_before`` is before, not at."""
        mine = Mine()
        named = mine.changed(2, status="UPLOADED", trader=mine.trader, assignee="me", due_at=NOON)
        with self.opened() as store:
            store.append([mine.commit(1), named, mine.changed(3, due_at=None)])
            for wanted, numbers in (
                (Wanted(), [1, 2, 3]),
                (Wanted(status=("UPLOADED", "OBTAINED")), [2]),
                (Wanted(status=("LODGED", "UPLOADED")), [1, 2, 3]),
                (Wanted(trader=mine.trader), [2]),
                (Wanted(assignee="me"), [2]),
                (Wanted(reference=f"EP-{mine.mark}-3"), [3]),
                (Wanted(due_before=NOON), []),
                (Wanted(due_before=NOON + timedelta(microseconds=1)), [2]),
                (Wanted(status=("LODGED",), assignee="me"), []),
                (Wanted(status=("UPLOADED",), trader=mine.trader, assignee="me"), [2]),
            ):
                page = store.headers(mine.council, wanted, "", MANY)
                assert mine.ids(page.headers) == [mine.case(number) for number in numbers]

    def test_a_case_is_due_at_the_instant_itself(self) -> None:
        """Due is what stands at now or before, the earliest first; a case that waits for nothing is never due."""
        mine = Mine()
        tick = timedelta(microseconds=1)
        dues = {1: NOON, 2: NOON + tick, 3: NOON - timedelta(days=400), 4: None}
        with self.opened() as store:
            store.append([mine.changed(number, due_at=due) for number, due in dues.items()])
            assert mine.ids(store.due(NOON - tick, MANY)) == [mine.case(3)]
            assert mine.ids(store.due(NOON, MANY)) == [mine.case(3), mine.case(1)]
            assert mine.ids(store.due(NOON + tick, MANY)) == [mine.case(3), mine.case(1), mine.case(2)]
            assert len(store.due(NOON, 1)) == 1
            store.append([mine.changed(3, 1, due_at=None)])
            assert mine.ids(store.due(NOON, MANY)) == [mine.case(1)]

    def test_a_token_finds_its_cases(self) -> None:
        """A token finds every case that carries it, once each; a token twice on one case stands once."""
        mine = Mine()
        one, two = mine.token("one"), mine.token("two", "2026Q2")
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(number), tokens=(one,)) for number in (2, 1)])
            store.append([attrs.evolve(mine.commit(1, 1), tokens=(one, two))])
            assert list(store.find(EVERYONE, [one.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [two.value, one.value])) == [mine.case(1), mine.case(2)]
            assert list(store.find(EVERYONE, [two.value, b"unknown"])) == [mine.case(1)]
            assert list(store.find(EVERYONE, [])) == []
            assert {one.quarter, two.quarter} <= set(store.quarters())

    def test_dropped_tokens_find_nothing(self) -> None:
        """Dropping takes all tokens of that case and of no other; its quarter goes with the last; new ones stand."""
        mine = Mine()
        shared, own, new = mine.token("shared"), mine.token("own", "2026Q2"), mine.token("new", "2026Q3")
        with self.opened() as store:
            store.append([attrs.evolve(mine.commit(1), tokens=(shared, own))])
            store.append([attrs.evolve(mine.commit(2), tokens=(shared,))])
            store.append([attrs.evolve(mine.commit(1, 1), drop_tokens=True, tokens=(new,))])
            assert list(store.find(EVERYONE, [shared.value, own.value])) == [mine.case(2)]
            assert list(store.find(EVERYONE, [new.value])) == [mine.case(1)]
            assert own.quarter not in store.quarters()
            store.append(
                [
                    attrs.evolve(mine.commit(3), tokens=(own,)),
                    attrs.evolve(mine.commit(3, 1), drop_tokens=True),
                ]
            )
            assert list(store.find(EVERYONE, [own.value])) == []
