"""What is handed to a store and what it hands out.

Laws of this file: those of `commits`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit
from expressplatform.testing.guarantees import proves
from expressplatform.testing.stores.checks.placing import leaves_of, sequence
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import HOUR, MANY, Mine, apart


class Handing(Doors):
    """Sequences in and out."""

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
                lambda: store.due(mine.noon, MANY),
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
                before = _own(mine, self._counted(ask()))
                assert before, "there was something to be told"
                self._spoiled(ask())
                after = _own(mine, ask())
                # Hashes are everybody's: those of others may come in addition.
                assert before <= after, "an answer was changed by whoever had the last"
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


def _own(mine: Mine, answer: Sequence[Any]) -> set[str]:
    """What an answer says of this check, whatever others do meanwhile; of a hash nobody knows whose it is."""
    return {repr(one) for one in answer if isinstance(one, bytes) or mine.mark in repr(one)}


class _Plain(Sequence[Any]):
    """A sequence and nothing else."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]
