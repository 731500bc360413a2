"""More than any answer should be cut off at: hundreds of versions, a thousand cases.

Laws of this file: those of `commits`. One call writes what one check looks at, so that many rows cost little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import attrs

from expressplatform.ports import Appended, CaseStore, Commit, Conflict, Header, Receipt, Replayed, StoredEvent, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.placing import placed, sequence, told
from expressplatform.testing.stores.checks.questions import MOST
from expressplatform.testing.stores.checks.trying import CODE, alike, dead
from expressplatform.testing.stores.checks.work import Working
from expressplatform.testing.stores.rows import MANY, TICK, Mine, apart

_CASES: Final = 1_100
_VERSIONS: Final = 1_050
_LETTERS: Final = 260


class Many(Working):
    """Many rows of each kind."""

    @proves("S7", "S12", "S16", "S17", "S20", "S21", "S42", "S43", "S45", "S46", "S48")
    def test_more_than_a_thousand_cases_are_one_list(self) -> None:
        """Lodged in one call, they are all answered, and each question about all of them is answered with them all."""
        mine = Mine.apart()
        commits = _lodged(mine)
        ids = [commit.case_id for commit in commits]
        with self.opened() as store:
            assert list(store.append(commits)) == [Appended(case_id, 1) for case_id in ids]
            page = store.headers(mine.council, Wanted(), "", MANY)
            assert (mine.ids(page.headers), page.after) == (ids, "")
            page = store.headers(mine.council, Wanted(), "", 1_050)
            assert mine.ids(page.headers) == ids[:1_050]
            assert mine.ids(store.headers(mine.council, Wanted(), page.after, MANY).headers) == ids[1_050:]
            assert mine.cases(store.scan(mine.council, "", MANY)) == ids
            assert list(store.find(mine.council, [mine.token("t").value])) == ids
            assert mine.ids(store.due(mine.noon, MANY)) == ids
            for commit in commits[:3] + commits[-3:]:
                assert commit.receipt is not None
                assert store.receipt(commit.case_id, commit.receipt.key) == commit.receipt
            self._known_to_all(store, mine, ids)
            assert all(isinstance(one, Appended) for one in store.append(_at_rest(mine, ids)))

    def _known_to_all(self, store: CaseStore, mine: Mine, ids: Sequence[str]) -> None:
        """All rows wait, are placed and shown, and the trader is told of each."""
        assert any(_whole(store) for _ in range(MOST)), "what waits is not handed out whole, or not counted"
        sequence(store, MANY)
        assert sorted(case_id for case_id, _, _ in told(store, mine.trader)) == ids
        rows = {row.event.case_id: row.place for row in store.placed(0, MANY)}
        assert set(ids) <= rows.keys(), "placed rows are missing"
        least, most = (part(rows[case_id] for case_id in ids) for part in (min, max))
        assert len(store.leaves(least, most + 1)) == most + 1 - least, "hashes are missing"

    @proves("S2", "S6", "S11", "S12", "S21", "S24", "S45", "S46")
    @apart
    def test_a_case_of_a_thousand_versions_is_a_case_like_any_other(self) -> None:
        """Its version is told by every question, its first key is known, and its work is handed out."""
        with self.at_work() as (store, mine):
            first = mine.commit(1, key="first")
            tokens = tuple(mine.token(f"t{n}") for n in range(_LETTERS))
            long = attrs.evolve(mine.commit(1, 1, events=_VERSIONS), tokens=tokens)
            last = attrs.evolve(mine.commit(1, _VERSIONS + 1, key="last"), effects=(mine.effect(1, _VERSIONS + 2),))
            last = attrs.evolve(last, header=attrs.evolve(last.header, changed_at=mine.noon, trader=mine.trader))
            for step in (first, long, last):
                assert list(store.append([step])) == [Appended(mine.case(1), step.header.version)]
            assert first.receipt is not None
            assert last.receipt is not None
            assert list(store.append([first])) == [Replayed(mine.case(1), first.receipt)]
            assert list(store.append([long])) == [Conflict(mine.case(1), 1, _VERSIONS + 2)]
            assert store.receipt(mine.case(1), "last") == last.receipt
            assert all(
                list(store.find(mine.council, [one.value])) == [mine.case(1)] for one in tokens[:2] + tokens[-2:]
            )
            mine.claims(store, mine.noon, last.effects)
            sequence(store, MANY)
            assert [row.event.version for row in placed(store, mine.case(1))] == [*range(1, _VERSIONS + 3)]
            assert (mine.case(1), _VERSIONS + 2, False) in told(store, mine.trader)

    @proves("S6", "S9")
    def test_the_tenth_version_is_newer_than_the_ninth(self) -> None:
        """Versions are numbers: a step on one that is over conflicts, however many digits the newer one has."""
        mine = Mine.apart()
        with self.opened() as store:
            store.append([mine.commit(1, events=9)])
            for stands in (9, 10, 99, 100):
                store.append([mine.commit(1, stands - 1)] if stands in (10, 100) else [])
                for expected in {9, 2, stands - 1, stands + 1} - {stands}:
                    assert list(store.append([mine.commit(1, expected)])) == [Conflict(mine.case(1), expected, stands)]
                if stands == 10:
                    store.append([mine.commit(1, 10, events=89)])

    @proves("S41")
    @apart
    def test_hundreds_of_dead_letters_are_one_list(self) -> None:
        """All of them are listed to whoever asks for so many, and what follows any of them."""
        with self.at_work() as (store, mine):
            step = mine.working(1, mine.noon, *(f"K{n:03}" for n in range(_LETTERS)))
            store.append([step])
            mine.tried(store, mine.noon, TICK, *(1 for _ in step.effects))
            for effect in step.effects:
                store.bury(effect.id, mine.noon, CODE)
            rows = [dead(effect, 1, mine.noon) for effect in step.effects]
            alike(store, mine, store.dead(mine.council, "", MANY), rows)
            alike(store, mine, store.dead(mine.council, rows[2].effect.id, MANY), rows[3:])


def _lodged(mine: Mine) -> list[Commit]:
    """A first step of each case, all due at one instant, of one trader and with one token."""
    tokens = (mine.token("t"),)
    header = attrs.evolve(mine.header(0, 1), trader=mine.trader, due_at=mine.noon)
    return [
        attrs.evolve(one, receipt=Receipt(one.case_id, "k", b"d", 1), tokens=tokens)
        for one in _alike(header, mine.commit(0).events[0], [mine.case(number) for number in range(_CASES)])
    ]


def _at_rest(mine: Mine, ids: Sequence[str]) -> list[Commit]:
    """A second step of each case, which waits for nothing."""
    return _alike(attrs.evolve(mine.header(0, 2), due_at=None), mine.commit(0, 1).events[0], ids)


def _alike(header: Header, event: StoredEvent, ids: Sequence[str]) -> list[Commit]:
    """The same step of many cases, which costs little to make."""
    expected = event.version - 1
    return [
        Commit(one, expected, attrs.evolve(header, case_id=one), (attrs.evolve(event, case_id=one),)) for one in ids
    ]


def _whole(store: CaseStore) -> bool:
    """Whether as many rows were handed out as are said to wait. Others may write meanwhile: then never mind."""
    before, found, after = store.ledger(), store.unplaced(MANY), store.ledger()
    return before == after and (before.placed, before.waiting) == (found.start, len(found.events))
