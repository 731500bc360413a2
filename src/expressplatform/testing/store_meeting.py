"""Many at once in one case store; `contracts` hands these checks to stores.

Laws of this file: those of `store_checks`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable

import attrs

from expressplatform.ports import EVERYONE, Answer, Appended, CaseStore, Commit, Wanted
from expressplatform.testing.guarantees import proves
from expressplatform.testing.store_doors import Doors, racing
from expressplatform.testing.store_rows import MANY, Mine, kept


def _appending(store: CaseStore, step: Commit) -> Callable[[], Answer]:
    return lambda: store.append([step])[0]


class Meeting(Doors):
    """Many at once, in one process."""

    @proves("S9", "S33")
    def test_of_those_that_race_for_a_version_one_wins(self) -> None:
        """However threads meet, one commit stands and the others are told; the history has no gap and no fork."""
        with self.opened() as store:
            self._race([store] * 3)

    @proves("S9", "S35")
    def test_of_two_connections_that_race_for_a_version_one_wins(self) -> None:
        """Nor does it matter through which connection they come."""
        with self.opened() as store, self.beside(store) as other:
            self._race([store, other, store])

    def _race(self, doors: list[CaseStore]) -> None:
        mine = Mine.apart()
        for expected in range(25):
            steps = [mine.changed(1, expected, assignee=name) for name in "abc"]
            answers = racing(*map(_appending, doors, steps))
            won = [step for step, answer in zip(steps, answers, strict=True) if isinstance(answer, Appended)]
            assert len(won) == 1, f"{len(won)} of three commits won version {expected + 1}"
            assert kept(doors[0], mine.case(1)).header == won[0].header
        events = kept(doors[1], mine.case(1)).events
        assert [event.version for event in events] == list(range(1, 26))

    @proves("S9", "S33", "S13")
    def test_threads_do_not_disturb_each_other(self) -> None:
        """Each thread lodges, reads and lists cases of its own, and finds each as it left it."""
        mines = [Mine.apart() for _ in range(4)]

        def life(store: CaseStore, mine: Mine) -> bool:
            for number in range(6):
                for expected in range(3):
                    step = attrs.evolve(mine.commit(number, expected, key=f"k{expected}"), tokens=(mine.token("t"),))
                    assert isinstance(store.append([step])[0], Appended)
                    assert kept(store, mine.case(number), mine.council).header == step.header
                    assert store.receipt(mine.case(number), f"k{expected}") == step.receipt
                assert list(store.find(mine.council, [mine.token("t").value])) == [
                    mine.case(n) for n in range(number + 1)
                ]
            return len(store.headers(mine.council, Wanted(), "", MANY).headers) == 6

        with self.opened() as store:
            assert racing(*(functools.partial(life, store, mine) for mine in mines)) == [True] * 4

    @proves("S4", "S5", "S33")
    def test_a_reader_beside_a_writer_sees_whole_steps(self) -> None:
        """While steps are written, whoever loads or scans gets a header and exactly the events that led to it."""
        mine = Mine.apart()
        tokens = [mine.token(f"t{n}") for n in range(60)]

        over = threading.Event()

        def write() -> None:
            try:
                for n in range(60):
                    step = attrs.evolve(mine.commit(1, 2 * n, events=2, key=f"k{n}"), tokens=(tokens[n],))
                    store.append([step])
            finally:
                over.set()

        def read() -> None:
            seen = 0
            while not over.is_set():
                case = store.load(mine.case(1), EVERYONE)
                for one in (case, *store.scan(mine.council, "", MANY)):
                    if one is None:
                        continue
                    assert [event.version for event in one.events] == list(range(1, one.header.version + 1))
                    assert one.header.version >= seen or one is not case, "a case went back"
                if case is not None:
                    seen, last = case.header.version, case.header.version // 2 - 1
                    assert store.receipt(mine.case(1), f"k{last}") is not None, "a step without its receipt"
                    assert list(store.find(EVERYONE, [tokens[last].value])), "a step without its tokens"

        with self.opened() as store:
            racing(write, read, read)
