"""Keys of commands: known to their case alone, in one call and in the next.

Laws of this file: those of `commits`. Whatever stands beside a key in its call must not matter: a store that writes
first and judges afterwards judges only where something is in its way.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from expressplatform.ports import EVERYONE, Answer, Appended, CaseStore, Commit, Conflict, Replayed, StoredCase
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.work import DAY, Working
from expressplatform.testing.stores.rows import Mine, apart, kept


class Knowing(Working):
    """Keys that are brought again."""

    @proves("S8", "S11", "S5")
    @apart
    def test_a_key_is_known_to_the_commits_that_follow_it_in_its_call(self) -> None:
        """Nothing of a later one is kept that brings it again: on a new case and an old one, alone and with others."""
        with self.at_work() as (store, mine):
            store.append([_keyed(mine, number, 0, "") for number in (4, 5, 6)])
            for number, stands in ((1, 0), (4, 1)):
                self._brought_again(store, mine, number, stands, [])
            for number, stands in ((2, 0), (5, 1)):
                self._brought_again(store, mine, number, stands, [mine.commit(10 + number), mine.commit(20 + number)])
            for number, stands in ((3, 0), (6, 1)):
                first = _keyed(mine, number, stands, "k")
                assert list(store.append([first, first])) == [_appended(first), _replayed(first)]
                assert kept(store, mine.case(number)).events[stands:] == first.events
            mine.claims(store, mine.noon + DAY, [])

    def _brought_again(self, store: CaseStore, mine: Mine, number: int, stands: int, others: Sequence[Commit]) -> None:
        first, again = _keyed(mine, number, stands, "k"), _keyed(mine, number, stands + 1, "k")
        again = attrs.evolve(
            again,
            header=attrs.evolve(again.header, status="LOST", changed_at=mine.noon),
            effects=(mine.effect(number, stands + 2, "LOST"),),
            tokens=(mine.token(f"lost{number}"),),
        )
        calls = [first, *others, again]
        answers: list[Answer] = [_appended(first), *map(_appended, others), _replayed(first)]
        assert list(store.append(calls)) == answers, "a key that an earlier commit of its call brought"
        case = kept(store, mine.case(number))
        assert StoredCase(case.header, case.events[stands:]) == StoredCase(first.header, first.events)
        assert store.receipt(mine.case(number), "k") == first.receipt
        assert list(store.find(EVERYONE, [mine.token(f"lost{number}").value])) == []

    @proves("S12", "S11", "S6", "S7")
    def test_who_brings_a_key_again_is_told_of_its_own_case(self) -> None:
        """Where other cases know it too, at other versions: each is replayed with its own receipt, alone and beside
        others, and a case that does not know it conflicts."""
        mine = Mine.apart()
        steps = [_keyed(mine, number, 0, "k", events=number) for number in (3, 1, 2)]
        strange = [mine.commit(7, 9, key="k"), mine.commit(8, 3, key="k")]
        lost = [Conflict(mine.case(7), 9, 0), Conflict(mine.case(8), 3, 1)]
        with self.opened() as store:
            store.append([*steps, mine.commit(8)])
            for one, answer in (*zip(steps, map(_replayed, steps), strict=True), *zip(strange, lost, strict=True)):
                assert list(store.append([one])) == [answer]
            assert list(store.append([*strange, *steps, strange[1]])) == [*lost, *map(_replayed, steps), lost[1]]
            for case_id in (mine.case(7), mine.case(8)):
                assert store.receipt(case_id, "k") is None, "a key is known to a case that never had it"
            fresh = [mine.commit(7, key="k"), mine.commit(8, 1, key="k")]
            assert list(store.append([strange[0], *fresh])) == [lost[0], *map(_appended, fresh)]
            assert [store.receipt(one.case_id, "k") for one in (*fresh, *steps)] == [
                one.receipt for one in (*fresh, *steps)
            ]


def _keyed(mine: Mine, number: int, expected: int, key: str, *, events: int = 1) -> Commit:
    """A step whose receipt, if it has one, has a digest that no other step's has."""
    step = mine.commit(number, expected, events=events, key=key)
    digest = f"{number}.{expected}".encode()
    return attrs.evolve(step, receipt=step.receipt and attrs.evolve(step.receipt, digest=digest))


def _appended(commit: Commit) -> Answer:
    return Appended(commit.case_id, commit.header.version)


def _replayed(commit: Commit) -> Answer:
    assert commit.receipt is not None
    return Replayed(commit.case_id, commit.receipt)
