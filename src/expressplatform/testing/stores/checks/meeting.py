"""Many at once in one case store.

Laws of this file: those of `commits`.
"""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, Answer, Appended, CaseStore, Commit, Replayed, Wanted
from expressplatform.testing.doors import racing
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import jostled
from expressplatform.testing.stores.checks.placing import sequence
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.rows import HOUR, MANY, TICK, Mine, apart, kept

_OFTEN: Final = 8
_STEPS: Final = 40
_MOST_STEPS: Final = 400
_LOOKS: Final = 24
_CLAIMS: Final = 12
"""How many steps are written beside readers, at least and at most, how often these should have looked, and how often
work is claimed at most: each claim takes whatever others left to be done."""


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
                    assert list(store.append([step])) == [Appended(mine.case(number), expected + 1)]
                    assert kept(store, mine.case(number), mine.council).header == step.header
                    assert store.receipt(mine.case(number), f"k{expected}") == step.receipt
                assert list(store.find(mine.council, [mine.token("t").value])) == [
                    mine.case(n) for n in range(number + 1)
                ]
            return len(store.headers(mine.council, Wanted(), "", MANY).headers) == 6

        with self.opened() as store:
            assert racing(*(functools.partial(life, store, mine) for mine in mines)) == [True] * 4

    @proves("S33", "S13", "S14")
    def test_threads_that_ask_at_once_are_answered_each_for_itself(self) -> None:
        """Held up anywhere in the midst of it: whoever asks is given its own answer, and nobody else's; so are those
        who ask for one case, which is not everybody's to see."""
        mines = [Mine.apart() for _ in range(2)]
        with self.opened() as store:
            for mine in mines:
                step = attrs.evolve(mine.changed(1, trader=mine.trader), tokens=(mine.token("t"),))
                store.append([attrs.evolve(step, receipt=mine.commit(1, key="k").receipt), mine.commit(2)])
            sequence(store)
            seen = mines[0].case(1)
            of_one_case: Sequence[Callable[[CaseStore, Mine], object]] = (
                lambda store, mine: store.load(seen, mine.council),
                lambda store, mine: list(store.places(seen, mine.council)),
            )
            for ask in (*_QUESTIONS, *of_one_case):
                wanted = [ask(store, mine) for mine in mines]
                found = jostled(*(functools.partial(_often, ask, store, mine) for mine in mines))
                assert found == [[one] * _OFTEN for one in wanted], "somebody else's answer"

    @proves("S9", "S11", "S33")
    def test_of_those_that_bring_one_key_at_once_one_writes(self) -> None:
        """Three who retry one command at once: one is carried out, the others are told so with its receipt."""
        with self.opened() as store:
            self._retried([store] * 3)

    @proves("S9", "S11", "S35")
    def test_of_two_connections_that_bring_one_key_at_once_one_writes(self) -> None:
        """Nor does it matter through which connection they come."""
        with self.opened() as store, self.beside(store) as other:
            self._retried([store, other, store])

    def _retried(self, doors: list[CaseStore]) -> None:
        mine = Mine.apart()
        for expected in range(25):
            step = mine.commit(1, expected, key=f"k{expected}")
            assert step.receipt is not None
            answers = racing(*(_appending(door, step) for door in doors))
            wanted = {Appended(mine.case(1), expected + 1): 1, Replayed(mine.case(1), step.receipt): 2}
            assert Counter(answers) == wanted, f"of three with one key: {answers}"
        assert kept(doors[1], mine.case(1)).events == mine.commit(1, events=25).events

    @proves("S28", "S29", "S33")
    @apart
    def test_what_is_done_stays_done_whoever_speaks_of_it_meanwhile(self) -> None:
        """Done, put off, given up and claimed at once by four: in whatever order, in the end it is done."""
        mine = Mine.apart()
        ids = [mine.effect(number, 1).id for number in range(24)]
        with self.opened() as store:
            mine.clear(store)
            store.append([mine.working(number, mine.noon) for number in range(24)])
            for one in ids:
                racing(
                    functools.partial(store.retry, one, mine.noon, 1),
                    functools.partial(store.done, [one]),
                    functools.partial(store.bury, one, mine.noon, "no_route"),
                    functools.partial(mine.taken, store, mine.noon, TICK, 3),
                )
            assert [one for one in store.dead(mine.council, "", MANY) if one.effect.id in ids] == []
            mine.claims(store, mine.noon + HOUR, [])

    @proves("S4", "S5", "S33", "S13")
    @apart
    def test_a_reader_beside_a_writer_sees_whole_steps(self) -> None:
        """While steps are written, whoever looks finds exactly what led to a header, and what came of it; whoever
        writes finds what it has just written."""
        with self.opened() as store:
            _watch(store, store)

    @proves("S4", "S5", "S35")
    @apart
    def test_a_reader_of_another_connection_sees_whole_steps(self) -> None:
        """Nor does it matter through which connection somebody looks."""
        with self.opened() as store, self.beside(store) as other:
            _watch(store, other)


def _often(ask: Callable[[CaseStore, Mine], object], store: CaseStore, mine: Mine) -> list[object]:
    return [ask(store, mine) for _ in range(_OFTEN)]


_QUESTIONS: Final[Sequence[Callable[[CaseStore, Mine], object]]] = (
    lambda store, mine: store.headers(mine.council, Wanted(), "", 1).headers,
    lambda store, mine: mine.cases(store.scan(mine.council, "", MANY)),
    lambda store, mine: store.load(mine.case(1), mine.trader),
    lambda store, mine: store.receipt(mine.case(1), "k"),
    lambda store, mine: list(store.find(mine.council, [mine.token("t").value])),
    lambda store, mine: [row.event for row in store.places(mine.case(1), mine.council)],
    lambda store, mine: [row.case_id for row in store.feed(mine.trader, 0, MANY)],
    lambda store, mine: list(store.dead(mine.council, "", MANY)),
)
"""What a store answers about the cases of a check, whatever others do."""


def _watch(store: CaseStore, other: CaseStore) -> None:
    """One writes, through the one store; three look, through the other."""
    mine = Mine.apart()
    mine.clear(store)
    watched = _Watched(store, other, mine)
    watched.step(0)
    racing(watched.write, watched.read, watched.read, watched.work)
    store.done(mine.made)


class _Watched:
    """One case that is written while others look at it: two events a step, a key, a token and an effect."""

    def __init__(self, store: CaseStore, other: CaseStore, mine: Mine) -> None:
        self._store, self._other, self._mine = store, other, mine
        self._over = threading.Event()
        self._looks = [0]

    def step(self, n: int) -> None:
        """The n-th step."""
        mine = self._mine
        step = attrs.evolve(mine.commit(1, 2 * n, events=2, key=f"k{n}"), tokens=(mine.token(f"t{n}"),))
        header = attrs.evolve(step.header, changed_at=mine.noon)
        self._store.append([attrs.evolve(step, header=header, effects=(mine.effect(1, 2 * n + 2),))])

    def write(self) -> None:
        """Steps, until the case was looked at often enough."""
        try:
            for n in range(1, _MOST_STEPS):
                self.step(n)
                stands = kept(self._store, self._mine.case(1)).header.version
                assert stands == 2 * n + 2, "who has just written is shown what stood before"
                if n >= _STEPS and self._looks[0] >= _LOOKS:
                    break
        finally:
            self._over.set()

    def read(self) -> None:
        """Looks, until the writer has done: at the case, and at once at something else of its last step."""
        store, mine, seen = self._other, self._mine, 0
        while not self._over.is_set():
            case = kept(store, mine.case(1))
            version, last = case.header.version, case.header.version // 2 - 1
            if self._looks[0] % 2:
                assert store.receipt(mine.case(1), f"k{last}") is not None, "a step without its receipt"
            assert list(store.find(EVERYONE, [mine.token(f"t{last}").value])), "a step without its tokens"
            assert store.receipt(mine.case(1), f"k{last}") is not None, "a step without its receipt"
            for one in (case, *store.scan(mine.council, "", MANY)):
                assert [event.version for event in one.events] == list(range(1, one.header.version + 1))
            assert version >= seen, "a case went back"
            seen = version
            self._looks[0] += 1

    def work(self) -> None:
        """Claims, until the writer has done: what a step left behind is there with it."""
        store, mine, got, claims = self._other, self._mine, set[int](), 0
        while not self._over.is_set() and claims < _CLAIMS:
            version = kept(store, mine.case(1)).header.version
            if version in got:
                continue
            claims += 1
            got |= {row.version for row in mine.effects(store, mine.noon, 99 * HOUR)}
            if not got >= set(range(2, version + 1, 2)):
                mine.unless_taken(store)
                raise AssertionError("a step without its effects")
