"""Who sees what in a case store, and how lists are read.

Laws of this file: those of `commits`. A cursor is whatever a page gave, and nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Header, StoredCase, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import MANY, TICK, Mine, kept

MOST = 40
"""More pages than any list of these checks has: a cursor that goes in circles must end as well."""


def walked(
    store: CaseStore, organisation: str, wanted: Wanted, limit: int, between: Callable[[], object] = lambda: None
) -> list[Header]:
    """A list page by page, by its own cursors; something may happen between two pages."""
    found: list[Header] = []
    after = ""
    for _ in range(MOST):
        page = store.headers(organisation, wanted, after, limit)
        assert len(page.headers) <= limit, "a page holds more than the limit"
        found += page.headers
        if not page.after:
            return found
        assert page.after != after, "a cursor leads to itself"
        assert len(page.headers) == limit, "a page that is not the last is not full"
        after = page.after
        between()
    raise AssertionError("the list does not end")


class Seeing(Doors):
    """Which organisation sees a case."""

    @proves("S14")
    def test_what_is_not_an_organisations_to_see_does_not_exist_for_it(self) -> None:
        """No question shows a case to a stranger, to nobody, or to whoever has a part of a name or writes it apart."""
        mine = Mine.apart()
        bare = attrs.evolve(mine.commit(1), tokens=(mine.token("t"),))
        held = mine.changed(2, trader=mine.trader, former=("xx" + mine.mark, f'"{mine.mark}",甲', "a,b"))
        held = attrs.evolve(held, tokens=(mine.token("t"),))
        with self.opened() as store:
            store.append([bare, held])
            names = (mine.council, mine.trader, "xx" + mine.mark, f'"{mine.mark}",甲')
            parts = [part for name in names for part in (name[:-1], name[1:], name.upper(), name + " ", name + "\n")]
            for stranger in (Mine().council, "", "%", "[]", "_", "*%", " ", mine.mark, "a", "b", "former", *parts):
                self._sees(store, mine, stranger, [])
            self._sees(store, mine, mine.trader, [held.case_id])

    @proves("S15", "S14")
    def test_council_trader_and_former_traders_see_the_case_and_so_does_everyone(self) -> None:
        """Each of them is answered alike by every question, the first of the former traders and the last."""
        mine = Mine.apart()
        commit = mine.changed(1, trader=mine.trader, former=("x" + mine.mark, f'"{mine.mark},甲', "z%" + mine.mark))
        with self.opened() as store:
            store.append([attrs.evolve(commit, tokens=(mine.token("t"),)), mine.commit(2)])
            for party in (mine.trader, *commit.header.former):
                self._sees(store, mine, party, [mine.case(1)])
            store.append([attrs.evolve(mine.commit(2, 1), tokens=(mine.token("t"),))])
            for party in (mine.council, EVERYONE):
                self._sees(store, mine, party, [mine.case(1), mine.case(2)])

    @proves("S15", "S14", "S13")
    def test_who_sees_a_case_follows_its_header(self) -> None:
        """A trader sees the case from the step that names it to the step that names it no longer."""
        mine = Mine.apart()
        one, two = mine.trader, "two" + mine.mark
        steps = (("", ()), (one, ()), (two, (one,)), (two, ()), ("", (two,)), ("", ()))
        with self.opened() as store:
            for expected, (trader, former) in enumerate(steps):
                step = mine.changed(1, expected, trader=trader, former=former)
                store.append([attrs.evolve(step, tokens=(mine.token("t"),))])
                for party in (one, two):
                    self._sees(store, mine, party, [mine.case(1)] if party in (trader, *former) else [])

    def _sees(self, store: CaseStore, mine: Mine, party: str, cases: list[str]) -> None:
        """All that a party can ask shows these of the cases that carry the token t."""
        for case_id in (mine.case(1), mine.case(2)):
            assert (store.load(case_id, party) is not None) is (case_id in cases), f"load for {party!r}"
        narrow = Wanted(reference="") if party != EVERYONE else Wanted(assignee="officer 7")
        assert mine.ids(store.headers(party, narrow, "", MANY).headers) == cases, f"headers for {party!r}"
        for number in (1, 2):
            wanted = Wanted(reference=f"EP-{mine.mark}-{number}")
            found = mine.ids(store.headers(party, wanted, "", MANY).headers)
            assert found == [one for one in (mine.case(number),) if one in cases], f"headers for {party!r}"
        assert mine.cases(store.scan(party, "", MANY)) == cases, f"scan for {party!r}"
        assert mine.cases(store.scan(party, mine.mark, 2)) == cases, f"scan for {party!r}"
        assert list(store.find(party, [mine.token("t").value])) == cases, f"find for {party!r}"

    @proves("S13")
    def test_no_earlier_answer_is_remembered(self) -> None:
        """What was asked before a step is answered anew after it: absence is not remembered either, in no thread."""
        mine = Mine.apart()
        with self.opened() as store, ThreadPoolExecutor(1) as aside:
            for expected in range(4):
                step = mine.changed(1, expected, status=f"S{expected}", assignee=f"a{expected}", due_at=mine.noon)
                header = attrs.evolve(step.header, due_at=None if expected % 2 else mine.noon)
                token = mine.token(f"t{expected}", f"q{expected}")
                step = attrs.evolve(mine.commit(1, expected, key=f"k{expected}"), header=header, tokens=(token,))
                before = self._asked(store, mine, expected)
                assert aside.submit(self._asked, store, mine, expected).result() == before
                store.append([step])
                case = StoredCase(header, tuple(e for n in range(expected + 1) for e in mine.commit(1, n).events))
                listed = (header,)
                due = [header] if header.due_at else []
                after = (case, step.receipt, listed, due, [case], [mine.case(1)], True)
                assert self._asked(store, mine, expected) == after
                assert aside.submit(self._asked, store, mine, expected).result() == after, "asked in another thread"
                assert before != after

    def _asked(self, store: CaseStore, mine: Mine, number: int) -> tuple[object, ...]:
        token = mine.token(f"t{number}", f"q{number}")
        return (
            store.load(mine.case(1), mine.council),
            store.receipt(mine.case(1), f"k{number}"),
            store.headers(mine.council, Wanted(status=(f"S{number}",)), "", MANY).headers,
            [header for header in store.due(mine.noon, MANY) if header.case_id == mine.case(1)],
            list(store.scan(mine.council, "", MANY)),
            list(store.find(mine.council, [token.value])),
            token.quarter in store.quarters(),
        )


class Listing(Doors):
    """Lists, filters, cursors and scans."""

    @proves("S16", "S17", "S18", "S48")
    def test_a_cursor_neither_skips_nor_repeats(self) -> None:
        """Page after page gives every case once, by id, wherever cases are lodged meanwhile; the last page says so."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(number) for number in range(100, 120, 2)])
            new = iter([*range(90, 99), *range(101, 120, 2)])
            lodge = lambda: store.append([mine.commit(next(new)), mine.commit(130 - next(new))])  # noqa: E731
            seen = mine.ids(walked(store, mine.council, Wanted(), 3, lodge))
            everything = mine.ids(walked(store, mine.council, Wanted(), MANY))
            assert everything == sorted(set(everything))
            assert set(seen) <= set(everything)
            assert all(mine.ids(walked(store, mine.council, Wanted(), limit)) == everything for limit in (1, 2, 5))
            page = store.headers(mine.council, Wanted(), "", len(everything))
            assert (len(page.headers), page.after) == (len(everything), "")
        assert seen == sorted(set(seen))
        assert {mine.case(number) for number in range(100, 120, 2)} <= set(seen)

    @proves("S17", "S18")
    def test_what_leaves_a_list_takes_nothing_with_it(self) -> None:
        """Where cases that were seen leave a filtered list between pages, none that stays is skipped."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.changed(number, status="A" if number % 3 else "B") for number in range(18)])
            leaving = iter(number for number in range(18) if number % 3)
            leave = lambda: store.append([mine.changed(next(leaving), 1, status="B") for _ in range(2)])  # noqa: E731
            seen = mine.ids(walked(store, mine.council, Wanted(status=("A",)), 2, leave))
        assert seen == [mine.case(number) for number in range(18) if number % 3]

    @proves("S16", "S17", "S48")
    def test_pages_of_every_size_make_the_same_list(self) -> None:
        """Whoever asks, whatever the filter: pages of one, two or seven are the list that one page is."""
        mine = Mine.apart()
        with self.opened() as store:
            for n in range(12):
                party = mine.trader if n % 4 else ""
                store.append([mine.changed(n, status="AB"[n % 2], trader=party, assignee="x" * (n % 3))])
            for organisation in (mine.council, mine.trader):
                for wanted in (Wanted(), Wanted(status=("A",)), Wanted(assignee="x"), Wanted(trader=mine.trader)):
                    whole = walked(store, organisation, wanted, MANY)
                    assert whole
                    for limit in (1, 2, 7):
                        assert walked(store, organisation, wanted, limit) == whole

    @proves("S16")
    def test_ids_are_ordered_by_code_point(self) -> None:
        """No language's alphabet orders them: digits, large letters, small letters, and ten before two."""
        mine = Mine.apart()
        ends = ("10", "2", "B", "Z", "a", "a-", "aa", "ab", "b", "é")
        with self.opened() as store:
            for end in reversed(ends):
                commit = mine.commit(1)
                case_id = f"{mine.mark}-{end}"
                events = (attrs.evolve(commit.events[0], case_id=case_id),)
                header = attrs.evolve(commit.header, case_id=case_id)
                store.append([attrs.evolve(commit, case_id=case_id, header=header, events=events)])
            assert mine.ids(walked(store, mine.council, Wanted(), 3)) == [f"{mine.mark}-{end}" for end in ends]
            assert mine.cases(store.scan(mine.council, f"{mine.mark}-Z", 3)) == [
                f"{mine.mark}-{end}" for end in ("a", "a-", "aa")
            ]
            for end in ends:
                assert [one.case_id for one in kept(store, f"{mine.mark}-{end}").events] == [f"{mine.mark}-{end}"]

    @proves("S19", "S16", "S2")
    def test_a_scan_gives_whole_cases_from_a_case_id_on(self) -> None:
        """Stretch after stretch, each case comes once and with all its events, wherever cases are lodged meanwhile."""
        mine = Mine.apart()
        seen: list[str] = []
        with self.opened() as store:
            store.append([mine.commit(number, events=number + 1) for number in range(10, 24, 2)])
            for turn in range(MOST):
                stretch = store.scan(mine.council, seen[-1] if seen else "", 3)
                assert len(stretch) <= 3
                for case in stretch:
                    assert [event.version for event in case.events] == list(range(1, case.header.version + 1))
                    assert all(event.case_id == case.header.case_id for event in case.events)
                seen += mine.cases(stretch)
                if not stretch:
                    break
                store.append([mine.commit(turn), mine.commit(23 - 2 * turn)] if turn < 6 else [])
            assert list(store.scan(mine.council, seen[-1], MANY)) == []
            assert mine.cases(store.scan(mine.council, mine.case(11), 1)) == [mine.case(12)]
            assert mine.cases(store.scan(mine.council, mine.case(12), 1)) != [mine.case(12)]
        assert seen == sorted(set(seen))
        assert {mine.case(number) for number in range(10, 24, 2)} <= set(seen)

    @proves("S18")
    def test_a_list_holds_the_cases_that_are_wanted(self) -> None:
        """Every filter narrows the list, all of them together; ``due_before`` is before, not at."""
        mine = Mine.apart()
        named = mine.changed(2, status="UPLOADED", trader=mine.trader, assignee="me", due_at=mine.noon)
        with self.opened() as store:
            store.append([mine.commit(1), named, mine.changed(3, due_at=None)])
            self._lists(
                store,
                mine,
                (
                    (Wanted(), [1, 2, 3]),
                    (Wanted(status=("UPLOADED", "OBTAINED")), [2]),
                    (Wanted(status=("LODGED", "UPLOADED")), [1, 2, 3]),
                    (Wanted(status=("LODGE",)), []),
                    (Wanted(status=("lodged",)), []),
                    (Wanted(status=("LODGED,UPLOADED", "UPLOADED|LODGED", "'LODGED'", '"LODGED"')), []),
                    (Wanted(trader=mine.trader), [2]),
                    (Wanted(trader=mine.trader[:-1]), []),
                    (Wanted(assignee="me"), [2]),
                    (Wanted(assignee="m_"), []),
                    (Wanted(assignee="ME"), []),
                    (Wanted(reference=f"EP-{mine.mark}-3"), [3]),
                    (Wanted(reference=f"EP-{mine.mark}-"), []),
                    (Wanted(due_before=mine.noon), []),
                    (Wanted(due_before=mine.noon + TICK), [2]),
                    (Wanted(due_before=mine.noon + timedelta(days=7)), [2]),
                    (Wanted(due_before=mine.noon + timedelta(days=7) + TICK), [1, 2]),
                    (Wanted(status=("LODGED",), assignee="me"), []),
                    (Wanted(status=("UPLOADED",), trader=mine.trader, assignee="me"), [2]),
                    (Wanted(trader=mine.trader, assignee="you"), []),
                    (Wanted(due_before=mine.noon + timedelta(days=9), status=("UPLOADED",)), [2]),
                ),
            )

    @proves("S18")
    def test_what_is_owed_and_what_alarms_is_found(self) -> None:
        """``owed_before`` is before, not at, and asks for nothing that is not owed; ``alarmed`` is at least one."""
        mine = Mine.apart()
        rows = ((1, mine.noon, 0), (2, mine.noon + TICK, 1), (3, None, 300), (4, None, 0))
        ever = mine.noon + timedelta(days=9)
        with self.opened() as store:
            store.append([mine.changed(n, owed_since=owed, alarms=alarms) for n, owed, alarms in rows])
            self._lists(
                store,
                mine,
                (
                    (Wanted(owed_before=mine.noon), []),
                    (Wanted(owed_before=mine.noon + TICK), [1]),
                    (Wanted(owed_before=mine.noon + 2 * TICK), [1, 2]),
                    (Wanted(owed_before=ever), [1, 2]),
                    (Wanted(alarmed=True), [2, 3]),
                    (Wanted(alarmed=True, owed_before=ever), [2]),
                    (Wanted(alarmed=True, due_before=mine.noon), []),
                    (Wanted(owed_before=ever, due_before=ever, status=("LODGED",)), [1, 2]),
                ),
            )
            store.append([mine.changed(2, 1, owed_since=None, alarms=0)])
            self._lists(store, mine, ((Wanted(owed_before=ever), [1]), (Wanted(alarmed=True), [3])))

    def _lists(self, store: CaseStore, mine: Mine, rows: Iterable[tuple[Wanted, list[int]]]) -> None:
        for wanted, numbers in rows:
            expected = [mine.case(number) for number in numbers]
            assert mine.ids(walked(store, mine.council, wanted, MANY)) == expected, wanted
            assert mine.ids(walked(store, mine.council, wanted, 1)) == expected, wanted
