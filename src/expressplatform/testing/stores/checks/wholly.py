"""Everything that can be asked about some cases, before and after: the store opened again, or by another connection.

Laws of this file: those of `commits`. Rows are as full as they can be, so that whatever is lost is missed.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, CaseStore, Commit, Wanted
from expressplatform.testing.doors import refused
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.keeping import TEXTS
from expressplatform.testing.stores.checks.placing import leaves_of, sequence
from expressplatform.testing.stores.checks.trying import CODE, LONG_CODE, dead, lists
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart

_CASES: Final = range(1, 5)
_TRIES: Final = 8


def full(mine: Mine, number: int, expected: int = 0) -> Commit:
    """A step with everything that a step can have, each case another."""
    text = TEXTS[number % len(TEXTS)]
    step = mine.changed(
        number, expected, status=f"S{number}", trader=mine.trader, former=(f"a-{mine.mark}", f"{text}-{mine.mark}"),
        assignee=text, reference=f"{text} {number}", nature=f"n{text}", category=f"c{text}", duty=f"d{text}",
        lodged_at=mine.noon - number * TICK, due_at=mine.noon + number * TICK, provisional=number % 2 == 0,
        owed_since=mine.noon - timedelta(days=number, microseconds=1), alarms=number * 1000, edition=f"e{text}",
    )  # fmt: skip
    key = mine.commit(number, expected, key=f"k{expected}{text}").receipt
    tokens = (mine.token("shared"), mine.token(f"t{number}{expected}", f"q{number}"))
    effects = tuple(mine.effect(number, expected + 1, kind) for kind in ("A", "B", text))
    return attrs.evolve(step, receipt=key, tokens=tokens, effects=effects)


def everything(store: CaseStore, mine: Mine) -> dict[str, object]:
    """All that a store says of the cases of a check, by the question. What others have is left out."""
    parties = (mine.council, mine.trader, f"a-{mine.mark}", EVERYONE)
    cases = [mine.case(number) for number in _CASES]
    late = mine.noon + timedelta(days=1)
    lists = (
        Wanted(),
        Wanted(due_before=late),
        Wanted(owed_before=late),
        Wanted(alarmed=True),
        Wanted(status=("S1", "S3")),
    )
    rows = {case_id: list(store.places(case_id, EVERYONE)) for case_id in cases}
    spots = [row.place for own in rows.values() for row in own]
    keys = [(mine.case(n), f"k{expected}{TEXTS[n % len(TEXTS)]}") for n in _CASES for expected in range(3)]
    return {
        "load": [store.load(case_id, one) for case_id in cases for one in parties],
        "receipt": [store.receipt(case_id, key) for case_id, key in keys],
        "headers": [store.headers(mine.council, wanted, "", MANY).headers for wanted in lists],
        "headers of a former trader": store.headers(f"a-{mine.mark}", Wanted(), "", MANY).headers,
        "due": [one for one in store.due(late, MANY) if one.case_id in cases],
        "scan": list(store.scan(mine.trader, "", MANY)),
        "find": [list(store.find(mine.council, [mine.token(name).value])) for name in ("shared", "t10", "t20", "t31")],
        "quarters": sorted(one for one in store.quarters() if mine.mark in one),
        "dead": list(store.dead(mine.council, "", MANY)),
        "places": rows,
        "placed": [list(store.placed(spot, 1)) for spot in spots],
        "leaves": [list(store.leaves(spot, spot + 1)) for spot in spots],
        "feed": [list(store.feed(one, 0, MANY)) for one in (mine.trader, f"a-{mine.mark}", mine.council)],
    }


def alike(before: dict[str, object], after: dict[str, object]) -> None:
    """Each question is answered as it was."""
    different = [name for name, answer in before.items() if after[name] != answer]
    assert not different, f"another answer than before: {', '.join(different)}"


def both_alike(store: CaseStore, other: CaseStore, mine: Mine) -> None:
    """Two connections answer every question alike. Another run may place rows in between: then they are asked again."""
    for _ in range(_TRIES):
        first, second = everything(store, mine), everything(other, mine)
        if first == second:
            return
        if everything(store, mine) == first:
            alike(first, second)


class Wholly(Doors):
    """Nothing is lost by opening the store again, nor remembered that another connection changed."""

    @proves("S34", "S1", "S3", "S12", "S41", "S45", "S47")
    @apart
    def test_every_question_is_answered_as_before_reopening(self) -> None:
        """Each field of full rows, dropped tokens, dead letters, places and feeds are as they were."""
        mine = Mine.apart()
        with self.opened() as store:
            mine.clear(store)
            store.append([full(mine, number) for number in _CASES])
            sequence(store)
            gone = attrs.evolve(full(mine, 2, 1), drop_tokens=True, tokens=(mine.token("t20"),))
            left = full(mine, 3, 1)
            left = attrs.evolve(left, header=attrs.evolve(left.header, trader="", former=(), due_at=None))
            store.append([full(mine, 1, 1), gone, left])
            sequence(store)
            for turn, kind in enumerate(("A", "B")):
                store.bury(mine.effect(4, 1, kind).id, mine.noon + turn * TICK, (CODE, LONG_CODE)[turn])
            store.done([mine.effect(1, 1, "B").id])
            before = everything(store, mine)
            with self.reopened(store) as again:
                alike(before, everything(again, mine))
                again.done(mine.made)

    @proves("S34", "S28", "S29", "S39", "S40")
    @apart
    def test_the_last_call_outlives_the_store(self) -> None:
        """Whatever was done last before the store was closed stands, and not only what something else came after."""
        for last in (_claims, _is_done, _is_retried, _is_buried, _is_placed, _commits):
            mine = Mine.apart()
            with self.opened() as store:
                mine.clear(store)
                store.append([mine.working(1, mine.noon, "A", "B")])
                mine.tried(store, mine.noon, HOUR, 1, 1)
                check = last(store, mine)
                with self.reopened(store) as again:
                    check(again)
                    again.done(mine.made)

    @proves("S34", "S30")
    def test_the_edition_that_was_adopted_last_outlives_the_store(self) -> None:
        """Opened again, a store belongs to the scheme and edition that stood, and no other scheme is let in."""
        assert any(self._stays(self.reopened) for _ in range(_TRIES)), "another edition stands than was adopted"

    @proves("S35", "S30")
    def test_what_one_connection_adopts_the_other_belongs_to(self) -> None:
        """At once, also where the other had asked before; and a second scheme is refused by both."""
        assert any(self._stays(self.beside) for _ in range(_TRIES)), "another edition stands than was adopted"

    def _stays(self, door: Callable[[CaseStore], AbstractContextManager[CaseStore]]) -> bool:
        """Whether what was adopted stood behind the door. Another run may adopt an edition of its own in between."""
        later = f"kit-{uuid.uuid4().hex}"
        with ExitStack() as stack:
            store = stack.enter_context(self.opened())
            ahead = stack.enter_context(door(store)) if door == self.beside else None
            scheme, edition = (ahead or store).scheme() or ("HK_CCA", "1")
            store.adopt(scheme, edition)
            if ahead is not None:  # what is asked now is not to be remembered
                ahead.scheme()
            store.adopt(scheme, later)
            behind = ahead or stack.enter_context(door(store))
            stood = [behind.scheme()]
            refused("other_scheme", lambda: behind.adopt(f"{scheme}_X", edition))
            stood.append(behind.scheme())
            behind.adopt(scheme, edition)
            stood.append(behind.scheme())
            assert {one and one[0] for one in stood} == {scheme}, "the scheme is another one"
            return stood == [(scheme, later), (scheme, later), (scheme, edition)]

    @proves("S35", "S13")
    @apart
    def test_whatever_one_connection_does_the_other_answers_alike(self) -> None:
        """After each step both answer every question alike, whoever took it; one is closed, and the other goes on."""
        mine = Mine.apart()
        with self.opened() as store:
            with self.beside(store) as other:
                both_alike(store, other, mine)
                for turn, step in enumerate(self._steps(mine)):
                    step((store, other)[turn % 2])
                    both_alike(store, other, mine)
            both_alike(store, store, mine)
            store.done(mine.made)

    def _steps(self, mine: Mine) -> list[Callable[[CaseStore], object]]:
        """What is done to the cases, by one connection and by the other, each of these by both in turn."""
        a, b = (mine.effect(1, 1, kind) for kind in "AB")
        dropped = attrs.evolve(full(mine, 2, 1), drop_tokens=True, tokens=())
        gone = attrs.evolve(full(mine, 1, 1), header=attrs.evolve(full(mine, 1, 1).header, trader="", due_at=None))
        return [
            lambda store: store.append([full(mine, number) for number in _CASES]),
            sequence,
            lambda store: store.bury(a.id, mine.noon, CODE),
            lambda store: store.bury(b.id, mine.noon, LONG_CODE),
            lambda store: store.append([dropped, gone]),
            sequence,
            lambda store: store.retry(a.id, mine.noon + HOUR, 1),
            lambda store: store.done([b.id]),
            sequence,
            lambda store: store.append([full(mine, 3, 1)]),
            lambda store: store.append([full(mine, 1, 2)]),
            sequence,
            sequence,
        ]

    @proves("S35", "S44")
    def test_both_of_two_connections_can_place(self) -> None:
        """In turn each places what waits, where the ledger ends by then."""
        mine = Mine.apart()
        with self.opened() as store, self.beside(store) as other:
            for expected in range(4):
                store.append([mine.commit(1, expected)])
                turn = (store, other)[expected % 2]
                assert any(_places(turn) for _ in range(_TRIES * _TRIES)), "rows that wait cannot be placed"
                assert len(store.places(mine.case(1), EVERYONE)) == expected + 1


def _places(store: CaseStore) -> bool:
    """Whether what waited was placed, or nothing waits. Another sequencer may have come first."""
    found = store.unplaced(MANY)
    return not found.events or store.place(found.start, leaves_of(found.events))


Check = Callable[[CaseStore], object]
"""What must hold of the store that was opened again."""


def _claims(store: CaseStore, mine: Mine) -> Check:
    mine.tried(store, mine.noon + HOUR, 2 * HOUR, 2, 2)

    def check(again: CaseStore) -> None:
        mine.claims(again, mine.noon + 3 * HOUR - TICK, [])
        mine.tried(again, mine.noon + 3 * HOUR, HOUR, 3, 3)

    return check


def _is_done(store: CaseStore, mine: Mine) -> Check:
    store.done([mine.effect(1, 1, "A").id])
    return lambda again: mine.claims(again, mine.noon + HOUR, [mine.effect(1, 1, "B")])


def _is_retried(store: CaseStore, mine: Mine) -> Check:
    store.retry(mine.effect(1, 1, "A").id, mine.noon + TICK, 8)
    return lambda again: mine.tried(again, mine.noon + TICK, HOUR, 9)


def _is_buried(store: CaseStore, mine: Mine) -> Check:
    effect = mine.effect(1, 1, "A")
    store.bury(effect.id, mine.noon, CODE)
    return lambda again: lists(again, mine, mine.council, [dead(effect, 1, mine.noon)])


def _is_placed(store: CaseStore, mine: Mine) -> Check:
    sequence(store)
    before = list(store.places(mine.case(1), EVERYONE))

    def check(again: CaseStore) -> None:
        assert list(again.places(mine.case(1), EVERYONE)) == before

    return check


def _commits(store: CaseStore, mine: Mine) -> Check:
    step = full(mine, 1, 1)
    store.append([step])

    def check(again: CaseStore) -> None:
        found = again.load(mine.case(1), mine.council)
        assert found is not None
        assert (found.header, found.events[-1]) == (step.header, step.events[-1])
        assert step.receipt is not None
        assert again.receipt(mine.case(1), step.receipt.key) == step.receipt
        assert all(list(again.find(mine.council, [token.value])) == [mine.case(1)] for token in step.tokens)

    return check
