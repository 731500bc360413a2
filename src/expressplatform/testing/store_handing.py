"""What is handed to a store and what it hands out, and what it cannot keep; `contracts` hands these checks to stores.

Laws of this file: those of `store_checks`. A lone half of a pair is a text that most databases cannot hold, and a text
with a nought in it is one that some cannot: a store keeps either as it is, or refuses the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit, StoredCase, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.store_doors import Doors
from expressplatform.testing.store_placing import leaves_of, sequence
from expressplatform.testing.store_rows import HOUR, MANY, Mine, apart

_NUL, _HALF = "a\0z", "a\ud800z"


class Handing(Doors):
    """Sequences in and out, and commits that cannot be kept."""

    @proves("S49")
    @apart
    def test_any_sequence_may_be_handed_in(self) -> None:
        """Lists, tuples or what else can be indexed: each does, and is afterwards what it was."""
        mine = Mine.apart()
        with self.opened() as store:
            for number, make in enumerate((list, tuple, _Plain)):
                commits = make([mine.working(3 * number, mine.noon), mine.commit(3 * number + 1)])
                self._unharmed(commits, lambda given: self._appended(store, given))
                tokens = make([mine.token("t").value, b"x"])
                self._unharmed(tokens, lambda given: store.find(mine.council, given))
                self._unharmed(make([f"no-{mine.mark}", "nothing"]), store.done)
                found = store.unplaced(MANY)
                self._unharmed(make(leaves_of(found.events)), lambda given: store.place(found.start, given))  # noqa: B023
            store.done(mine.made)

    def _appended(self, store: CaseStore, commits: Sequence[Commit]) -> None:
        ids = [commit.case_id for commit in commits]
        assert list(store.append(commits)) == [Appended(case_id, 1) for case_id in ids]

    def _unharmed(self, given: Any, call: Callable[[Any], object]) -> None:
        before = list(given)
        call(given)
        assert list(given) == before, "what was handed in was changed"

    @proves("S49")
    @apart
    def test_what_is_handed_out_is_the_callers_own(self) -> None:
        """Each answer can be counted and indexed, and whatever becomes of it, the next answer is none the worse."""
        mine = Mine.apart()
        step = attrs.evolve(mine.working(1, mine.noon), tokens=(mine.token("t"),))
        header = attrs.evolve(step.header, trader=mine.trader, due_at=mine.noon)
        with self.opened() as store:
            mine.clear(store)
            answers = store.append([attrs.evolve(step, header=header), mine.commit(2)])
            self._spoiled(answers)
            sequence(store)
            store.bury(step.effects[0].id, mine.noon, "no_route")
            (place,) = [row.place for row in store.places(mine.case(1), EVERYONE)]
            questions: tuple[Callable[[], Sequence[Any]], ...] = (
                lambda: store.due(mine.noon, 1),
                lambda: store.scan(mine.council, "", MANY),
                lambda: store.find(mine.council, [mine.token("t").value]),
                store.quarters,
                lambda: store.dead(mine.council, "", MANY),
                lambda: store.placed(place, 1),
                lambda: store.leaves(place, place + 1),
                lambda: store.leaves(0, MANY),
                lambda: store.places(mine.case(1), mine.council),
                lambda: store.feed(mine.trader, 0, MANY),
            )
            for ask in questions:
                before = list(self._counted(ask()))
                assert before, "there was something to be told"
                self._spoiled(ask())
                after = list(ask())
                # What others write meanwhile may come in addition.
                assert set(map(repr, before)) <= set(map(repr, after)), "an answer was changed by whoever had the last"
            self._spoiled(store.claim(mine.noon, 0, HOUR))
            store.done(mine.made)
            store.append([mine.changed(1, 1, due_at=None)])

    def _counted(self, answer: Sequence[Any]) -> Sequence[Any]:
        assert isinstance(answer, Sequence), f"{type(answer).__name__} is no sequence"
        assert len(answer) == len(list(answer))
        return answer

    def _spoiled(self, answer: Sequence[Any]) -> None:
        self._counted(answer)
        if isinstance(answer, list):
            answer.append("not yours")
            del answer[0]

    @proves("S50", "S10", "S5")
    @apart
    def test_what_cannot_be_kept_is_refused_whole(self) -> None:
        """A commit with a text that no database holds is kept as it is, or nothing of it is, and the store goes on."""
        fields: tuple[Callable[[Commit, str], Commit], ...] = (
            lambda one, odd: attrs.evolve(one, header=attrs.evolve(one.header, nature=odd)),
            lambda one, odd: attrs.evolve(
                one, effects=(*one.effects, attrs.evolve(one.effects[0], id=one.case_id + odd))
            ),
            lambda one, odd: attrs.evolve(
                one, tokens=(*one.tokens, attrs.evolve(one.tokens[0], value=b"v", quarter=odd))
            ),
            lambda one, odd: attrs.evolve(one, receipt=one.receipt and attrs.evolve(one.receipt, key=odd)),
        )

        def in_a_row(one: Commit, odd: str) -> Commit:
            return attrs.evolve(one, events=(*one.events[:1], attrs.evolve(one.events[1], kind=odd)))

        # A row that is kept with what is no Unicode could have no place in the ledger, nor any row after it.
        tried = [(in_a_row, _NUL), *((spoil, odd) for spoil in fields for odd in (_NUL, _HALF))]
        mine = Mine.apart()
        with self.opened() as store:
            mine.clear(store)
            for number, (spoil, odd) in enumerate(tried):
                whole = attrs.evolve(
                    mine.commit(number, events=2, key="k"),
                    effects=(mine.effect(number, 2),),
                    tokens=(mine.token(f"t{number}", f"q{number}"),),
                )
                self._refused_or_kept(store, mine, spoil(whole, odd))
                assert list(store.append([mine.commit(50 + number)])) == [Appended(mine.case(50 + number), 1)]
            store.done(mine.made)

    def _refused_or_kept(self, store: CaseStore, mine: Mine, commit: Commit) -> None:
        case_id, (token, *_) = commit.case_id, commit.tokens
        try:
            store.append([commit])
        except Exception as error:  # noqa: BLE001 - whatever a store raises is what it refuses with
            for one in _chain(error):
                assert mine.mark not in str(one), f"{type(one).__name__} quotes what was handed in"
            assert store.load(case_id, EVERYONE) is None, "a part of a commit was kept"
            assert list(store.find(EVERYONE, [token.value])) == [], "a token of a commit that was refused was kept"
            assert store.receipt(case_id, "k") is None, "a receipt of a commit that was refused was kept"
            assert token.quarter not in store.quarters()
            mine.claims(store, commit.header.changed_at + HOUR, [])
            assert store.headers(mine.council, Wanted(reference=commit.header.reference), "", MANY).headers == ()
            return
        assert store.load(case_id, EVERYONE) == StoredCase(commit.header, commit.events), "not kept as it was given"
        assert commit.receipt is not None
        assert store.receipt(case_id, commit.receipt.key) == commit.receipt
        assert list(store.find(EVERYONE, [token.value])) == [case_id]
        assert {one.quarter for one in commit.tokens} <= set(store.quarters()), "not kept as it was given"
        mine.claims(store, commit.header.changed_at + HOUR, commit.effects, HOUR)
        store.done([one.id for one in commit.effects])


class _Plain(Sequence[Any]):
    """A sequence and nothing else."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that are printed with it."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
