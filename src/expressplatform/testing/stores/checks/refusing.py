"""What no store takes: instants without a zone, texts that are none, commits that are no step.

Laws of this file: those of `commits`. What is refused is refused in the same way by every store (see
`ports.given`), so that a fault of the caller's is the same fault wherever its cases live.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from itertools import product
from typing import Any

import attrs

from expressplatform.errors import StoreUnusable
from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit, Header, Leaf, Wanted
from expressplatform.testing.doors import ODD, racing, turned_away
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import WRITTEN
from expressplatform.testing.stores.checks.work import Working
from expressplatform.testing.stores.rows import HOUR, MANY, Mine, apart, kept

Spoil = Callable[[Commit, str], Commit]


def _spoils() -> list[Spoil]:
    """Ways to put a text into a commit: every place where it has one."""

    def in_header(name: str, one: Commit, odd: str) -> Commit:
        header: dict[str, Any] = {name: odd}
        return attrs.evolve(one, header=attrs.evolve(one.header, **header))

    def in_row(of: str, name: str, one: Commit, odd: str) -> Commit:
        first, *others = getattr(one, of)
        rows: dict[str, Any] = {of: (*others, attrs.evolve(first, **{name: odd}))}
        return attrs.evolve(one, **rows)

    def in_case(one: Commit, odd: str) -> Commit:
        events = tuple(attrs.evolve(event, case_id=odd) for event in one.events)
        bare = attrs.evolve(in_header("case_id", one, odd), events=events, effects=(), receipt=None)
        return attrs.evolve(bare, case_id=odd)

    rows = {"events": ("kind",), "effects": ("id", "kind", "recipient"), "tokens": ("quarter",)}
    return [
        *(partial(in_header, name) for name in (*WRITTEN, "council")),
        *(partial(in_row, of, name) for of, names in rows.items() for name in names),
        lambda one, odd: attrs.evolve(one, header=attrs.evolve(one.header, former=("a", odd))),
        lambda one, odd: attrs.evolve(one, receipt=one.receipt and attrs.evolve(one.receipt, key=odd)),
        in_case,
    ]


class _Nowhere(tzinfo):
    """A zone that does not tell how far from UTC it is."""

    def utcoffset(self, at: datetime | None) -> None:
        return None

    def dst(self, at: datetime | None) -> None:
        return None

    def tzname(self, at: datetime | None) -> str:
        return "nowhere"


class Refusing(Working):
    """What is refused, in every store alike."""

    @proves("S51", "S31")
    @apart
    def test_an_instant_without_a_zone_is_refused(self) -> None:
        """Whoever hands one in hears TypeError, whatever is asked and whatever is there, and nothing is changed."""
        for zone in (None, _Nowhere()):
            with self.at_work() as (store, mine):
                self._without_a_zone(store, mine, mine.noon.replace(tzinfo=zone))

    def _without_a_zone(self, store: CaseStore, mine: Mine, naive: datetime) -> None:
        step = mine.working(1, mine.noon)
        (effect,) = step.effects
        store.append([step])
        spoilt = (
            mine.changed(2, lodged_at=naive), mine.changed(2, changed_at=naive),
            mine.changed(2, due_at=naive), mine.changed(2, owed_since=naive),
        )  # fmt: skip
        calls: list[Callable[[], object]] = [
            *(partial(store.append, [mine.commit(3), one]) for one in spoilt),
            *(
                partial(store.headers, organisation, wanted, "", 1)
                for organisation in (mine.council, mine.trader)
                for wanted in (Wanted(due_before=naive), Wanted(owed_before=naive))
            ),
            *(partial(store.due, naive, limit) for limit in (0, 1)),
            partial(store.claim, naive, 0, HOUR),
            *(partial(store.retry, one, naive, 0) for one in (effect.id, f"no-{mine.mark}")),
            *(partial(store.bury, one, naive, "c") for one in (effect.id, f"no-{mine.mark}")),
        ]
        for call in calls:
            turned_away(TypeError, mine.mark, call)
        assert store.load(mine.case(2), EVERYONE) is store.load(mine.case(3), EVERYONE) is None
        assert list(store.dead(mine.council, "", MANY)) == []
        mine.claims(store, mine.noon, [effect])

    @proves("S52", "S50", "S12")
    def test_a_commit_of_several_cases_or_steps_is_refused(self) -> None:
        """Each row is of its commit's case, the receipt of its last event: else ValueError, and nothing is kept."""
        mine = Mine.apart()
        whole = mine.commit(1, events=2, key=f"k-{mine.mark}")
        receipt = whole.receipt
        assert receipt is not None
        (first, *others), effect = whole.events, mine.effect(1, 2)
        whole = attrs.evolve(whole, effects=(effect,))
        spoilt = [
            attrs.evolve(whole, events=(), effects=(), header=attrs.evolve(whole.header, version=0)),
            attrs.evolve(whole, header=attrs.evolve(whole.header, case_id=mine.case(4))),
            attrs.evolve(whole, events=(attrs.evolve(first, case_id=mine.case(4)), *others)),
            attrs.evolve(whole, effects=(effect, attrs.evolve(effect, id=f"{effect.id}+", case_id=mine.case(4)))),
            *(
                attrs.evolve(whole, receipt=attrs.evolve(receipt, **other))
                for other in ({"version": 1}, {"version": 3}, {"version": 0}, {"case_id": mine.case(2)})
            ),
        ]
        with self.opened() as store:
            for commit in spoilt:
                call = partial(store.append, [mine.commit(2), commit, mine.commit(3)])
                turned_away(ValueError, mine.mark, call)
                for number in (1, 2, 3, 4):
                    assert store.load(mine.case(number), EVERYONE) is None, "a part of the call was kept"
                    assert store.receipt(mine.case(number), receipt.key) is None
            assert list(store.append([attrs.evolve(whole, effects=())])) == [Appended(mine.case(1), 2)]
            turned_away(ValueError, mine.mark, partial(store.append, spoilt[:1]))

    @proves("S54", "S50", "S2", "S4")
    def test_a_commit_that_leaves_a_gap_is_refused(self) -> None:
        """Events follow each other from the version that the commit builds on to the header's: else ValueError."""
        with self.opened() as store:
            mine = Mine.apart()
            store.append([mine.commit(1, events=2)])
            for number, expected in ((1, 2), (2, 0)):
                whole = mine.commit(number, expected, events=3)
                first, second, third = whole.events
                ways = [(first, third), (first, third, second), (second, third), (first, second), (first, first, third),
                        (first, second, third, attrs.evolve(third, version=expected + 4)), ()]  # fmt: skip
                versions = [expected + n for n in (0, 1, 2, 4)]
                spoilt = [
                    *(attrs.evolve(whole, events=events) for events in ways),
                    *(attrs.evolve(whole, header=attrs.evolve(whole.header, version=one)) for one in versions),
                    *(attrs.evolve(whole, expected=expected + by) for by in (-2, -1, 1, 2)),
                ]
                for commit in spoilt:
                    turned_away(ValueError, mine.mark, partial(store.append, [mine.commit(3), commit, mine.commit(4)]))
            assert [event.version for event in kept(store, mine.case(1)).events] == [1, 2]
            assert [store.load(mine.case(number), EVERYONE) for number in (2, 3, 4)] == [None] * 3

    @proves("S55", "S50", "S5")
    @apart
    def test_an_effect_of_another_step_is_refused(self) -> None:
        """Each effect is of an event of its commit, and there once: else ValueError, and nothing is left to be done."""
        with self.at_work() as (store, mine):
            store.append([mine.commit(1, events=2)])
            for number, expected in ((1, 2), (2, 0)):
                whole, right = mine.commit(number, expected, events=2), mine.effect(number, expected + 1)
                wrong = [attrs.evolve(right, version=version) for version in (expected - 1, expected, expected + 3)]
                for effects in (*((right, attrs.evolve(one, id=f"{one.id}+")) for one in wrong), (right, right),
                                (right, attrs.evolve(right, kind="TELL", version=expected + 2))):  # fmt: skip
                    commit = attrs.evolve(whole, effects=effects)
                    turned_away(ValueError, mine.mark, partial(store.append, [mine.commit(3), commit]))
                bare = attrs.evolve(mine.commit(number, expected, events=0), effects=(right,))
                turned_away(ValueError, mine.mark, partial(store.append, [bare, mine.commit(4)]))
            assert [event.version for event in kept(store, mine.case(1)).events] == [1, 2]
            assert [store.load(mine.case(number), EVERYONE) for number in (2, 3, 4)] == [None] * 3
            mine.claims(store, mine.noon + HOUR, [])

    @proves("S53", "S50", "S10", "S5")
    @apart
    def test_a_text_that_is_none_is_refused_wherever_it_stands(self) -> None:
        """A nought or half of a pair, in any text of a commit, is a ValueError; its call leaves nothing behind."""
        with self.at_work() as (store, mine):
            for number, (spoil, nought) in enumerate(product(_spoils(), (True, False))):
                odd = ODD[0 if nought else 1 + number // 2 % 2]
                whole = attrs.evolve(
                    mine.commit(number, events=2, key="k"),
                    effects=(mine.effect(number, 2), mine.effect(number, 2, "ZZ")),
                    tokens=(mine.token(f"t{number}", f"q{number}"), mine.token(f"u{number}", f"q{number}")),
                )
                commit = spoil(whole, f"a{mine.mark}{odd}z")
                turned_away(ValueError, mine.mark, partial(store.append, [mine.commit(200 + number), commit]))
                self._nothing_of(store, mine, number)
                assert list(store.append([mine.commit(100 + number)])) == [Appended(mine.case(100 + number), 1)]
            mine.claims(store, mine.noon + HOUR, [])

    def _nothing_of(self, store: CaseStore, mine: Mine, number: int) -> None:
        assert store.load(mine.case(number), EVERYONE) is None, "a part of a commit was kept"
        assert store.load(mine.case(200 + number), EVERYONE) is None, "a part of a call was kept"
        assert store.receipt(mine.case(number), "k") is None, "a receipt of a commit that was refused was kept"
        assert list(store.find(EVERYONE, [mine.token(f"t{number}").value])) == [], "a token was kept"
        assert mine.token("", f"q{number}").quarter not in store.quarters()
        assert store.headers(mine.council, Wanted(reference=mine.header(number, 1).reference), "", MANY).headers == ()

    @proves("S53")
    @apart
    def test_nothing_is_asked_by_a_text_that_is_none(self) -> None:
        """A nought or half of a pair in a question, a cursor or a name is a ValueError, and nothing is changed."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon)
            (effect,) = step.effects
            store.append([step])
            before = store.scheme()
            for odd in ODD:
                for call in _questions(store, mine, effect.id, f"a{mine.mark}{odd}z"):
                    turned_away(ValueError, mine.mark, call)
            assert store.scheme() == before, "a scheme was adopted"
            assert list(store.dead(mine.council, "", MANY)) == []
            mine.claims(store, mine.noon, [effect])

    @proves("S53", "S52", "S7", "S33")
    def test_who_hands_in_what_is_refused_takes_nobody_along(self) -> None:
        """Of those who commit at once some bring what is none: the others are answered, each for itself, and kept."""
        mine = Mine.apart()

        def life(store: CaseStore, number: int) -> list[Header]:
            found = []
            for expected in range(6):
                store.append([mine.commit(number, expected)])
                case = store.load(mine.case(number), EVERYONE)
                assert case is not None
                found.append(case.header)
            return found

        def spoils(store: CaseStore, number: int) -> list[Header]:
            text = mine.changed(number, nature=f"{mine.mark}{ODD[number % 2]}")
            receipt = attrs.evolve(mine.commit(number, key="k"), events=())
            for odd in (text, receipt) * 6:
                turned_away(ValueError, mine.mark, partial(store.append, [odd]))
            return []

        with self.opened() as store:
            found = racing(*(partial(life if n < 3 else spoils, store, n) for n in range(6)))
            assert found == [[mine.header(n, v) for v in range(1, 7)] if n < 3 else [] for n in range(6)]
            assert [store.load(mine.case(n), EVERYONE) for n in (3, 4, 5)] == [None] * 3


def _questions(store: CaseStore, mine: Mine, effect_id: str, odd: str) -> list[Callable[[], object]]:
    """Everything that is asked by a text, once for each text."""
    council, case_id = mine.council, mine.case(1)
    return [
        partial(store.load, odd, council), partial(store.load, case_id, odd),
        partial(store.receipt, odd, "k"), partial(store.receipt, case_id, odd),
        partial(store.headers, odd, Wanted(), "", 1), partial(store.headers, council, Wanted(), odd, 1),
        *(
            partial(store.headers, council, wanted, "", 1)
            for wanted in (
                Wanted(status=("LODGED", odd)), Wanted(trader=odd), Wanted(assignee=odd), Wanted(reference=odd),
            )
        ),
        partial(store.scan, odd, "", 1), partial(store.scan, council, odd, 1),
        partial(store.find, odd, [mine.token("t").value]),
        partial(store.done, [effect_id, odd]),
        partial(store.retry, odd, mine.noon + HOUR, 0),
        partial(store.bury, odd, mine.noon, "c"), partial(store.bury, effect_id, mine.noon, odd),
        partial(store.dead, odd, "", 1), partial(store.dead, council, odd, 1),
        partial(store.place, 0, [Leaf(odd, 1, bytes(32))]),
        partial(store.places, odd, council), partial(store.places, case_id, odd),
        partial(store.feed, odd, 0, 1),
        partial(_adopted, store, odd, "1"), partial(_adopted, store, "", odd),
    ]  # fmt: skip


def _adopted(store: CaseStore, scheme: str, edition: str) -> None:
    """Another scheme than the one that stands may be refused for that."""
    try:
        store.adopt(scheme or (store.scheme() or ("S", ""))[0], edition)
    except StoreUnusable as error:
        raise ValueError(error.code) from None
