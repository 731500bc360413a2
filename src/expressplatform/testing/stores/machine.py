"""Random histories of a case store beside the reference store.

`StoreMachine` appends, asks, claims, opens again and comes by a second door, and holds each answer to what the
reference store would have said:

    class MyMachine(StoreMachine):
        def make_store(self) -> CaseStore:
            return MyStore(...)

    TestMyStore = MyMachine.TestCase

Laws of this file: no example assumes an empty store; each has ids and an era of its own. Every call is one call of the
port, so that a history can be written down and run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from itertools import product
from typing import Any, ClassVar, Final, final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from hypothesis.strategies import DataObject

from expressplatform.ports import EVERYONE, CaseStore, Commit, Page, Unplaced, Wanted
from expressplatform.testing.doors import entered
from expressplatform.testing.guarantees import GUARANTEES
from expressplatform.testing.stores.history import REOPEN, SECOND, Call
from expressplatform.testing.stores.model import LEDGER, NUMBERS, Model
from expressplatform.testing.stores.model_ledger import FromEnd, Next
from expressplatform.testing.stores.rows import MANY, Mine, Taken

_NUMBERS: Final = st.integers(1, 4)
_MINUTES: Final = st.integers(0, 4) | st.sampled_from((1 - 1e-6 / 60, 1 + 1e-6 / 60, 1 + 1 / 60, 1.5, 3000))
"""Minutes of an example's era: whole ones, and what lies a microsecond, a second or some days beside them."""
_NAMES: Final = st.sampled_from(("", "alpha", "beta", "al"))
_ORGANISATIONS: Final = st.sampled_from(("council", "council", "alpha", "al", "beta", EVERYONE, ""))
_TRADERS: Final = ("alpha", "beta")
_MOVES: Final = st.lists(
    st.tuples(st.sampled_from(("alpha", "", "alpha", "beta")), st.sampled_from((True, True, False))),
    min_size=3,
    max_size=6,
)
"""To which trader a case goes, step by step, and whether the step is placed before the next."""
_TOKENS: Final = st.sampled_from((("1", "q1"), ("2", "q1"), ("3", "q2")))
_KINDS: Final = st.lists(st.sampled_from(("X", "Y", "XX", "x", "X ")), unique=True, max_size=3)
_LIMITS: Final = st.sampled_from((1, 2, 3, MANY, 0))
_KEYS: Final = st.sampled_from(("", "", "k", "l", "K", "k "))
_LEASES: Final = st.integers(0, 3) | st.sampled_from((1 / 60, 1e-6 / 60, 1 + 1e-6 / 60, 2900))
_ATTEMPTS: Final = st.integers(0, 3) | st.sampled_from((254, 255, 65_535, 2**31 - 10_000))
_CODES: Final = st.sampled_from(("no_route", "OSError", "", "\u00e9 e\u0301"))

Made = CaseStore | AbstractContextManager[CaseStore]
"""What makers give: a store, or a context manager that gives one."""


class StoreMachine(RuleBasedStateMachine):
    """Whatever is asked in whatever order, the answers are those of the reference store.

    ``calls`` holds what was asked in the example that ran last.
    """

    calls: ClassVar[list[Call]] = []

    def __init_subclass__(cls) -> None:
        cls.calls = []

    def make_store(self) -> Made:
        """A store, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, store: CaseStore) -> Made | None:
        """Close the store and open what it has kept; None where it keeps nothing."""
        return None

    def second_connection(self, store: CaseStore) -> Made | None:
        """Another store over the rows of the first, which stays open; None where there is no such thing."""
        return None

    @final
    @initialize()
    def begin(self) -> None:
        """The store is opened, and its older work taken out of the way."""
        self.stack = ExitStack()
        self.mine = Mine.apart()
        self.model = Model(self.mine.mark)
        self.spoiled = self.sequenced = False
        self.versions: dict[int, int] = {}
        self.doors = [self.stack.enter_context(entered(self.make_store()))]
        self.calls.clear()
        if (other := self.second_connection(self.doors[0])) is not None:
            self.calls.append(Call(0, SECOND))
            self.doors.append(self.stack.enter_context(entered(other)))
        self.mine.clear(self.doors[0])

    def ask(self, door: int, name: str, *given: Any) -> Any:
        """One call, its answer held to the model's."""
        door %= len(self.doors)
        store = self.doors[door]
        self.calls.append(Call(door, name, given))
        answer = self._claimed(store, *given) if name == "claim" else getattr(store, name)(*given)
        found = self.model.judge(name, given, answer)
        if found is None:
            return answer
        if found.missing and self._overtaken(name, store):
            return answer
        raise Unlike(name, found.expected, found.got, tuple(self.calls))

    def _overtaken(self, name: str, store: CaseStore) -> bool:
        """Whether others took work of this example away, or placed its rows: then that is judged no more."""
        if name in LEDGER:
            self.sequenced = self.model.ledger.overtaken(store)
            return self.sequenced
        try:
            self.mine.unless_taken(store)
        except Taken:
            self.spoiled = True
        return self.spoiled

    def _claimed(self, store: CaseStore, now: datetime, limit: int, lease: timedelta) -> Any:
        return self.mine.effects(store, now, lease, limit)

    # --- what is drawn ------------------------------------------------------------------------------------------

    def at(self, minutes: float) -> datetime:
        """An instant of the example's era."""
        return self.mine.noon + timedelta(minutes=minutes)

    def name(self, short: str) -> str:
        """An organisation of the example's own."""
        if short == "council":
            return self.mine.council
        return f"{short}-{self.mine.mark}" if short not in ("", EVERYONE) else short

    def commit(self, data: DataObject) -> Commit:
        """A step of one of four cases, mostly on the version that stands."""
        number = data.draw(_NUMBERS)
        stands = self.versions.get(number, 0)
        expected = data.draw(st.sampled_from((stands, stands, stands, max(0, stands - 1), stands + 1, 0)))
        key = data.draw(_KEYS)
        commit = self.mine.commit(number, expected, events=data.draw(st.integers(1, 2)), key=key)
        version = commit.header.version
        effects = tuple(self.mine.effect(number, version, kind) for kind in data.draw(_KINDS))
        tokens = tuple(self.mine.token(*one) for one in data.draw(st.lists(_TOKENS, max_size=2, unique=True)))
        self.versions[number] = version if expected == stands else stands
        header = self._header(data, commit)
        drop = data.draw(st.integers(0, 4)) == 0
        return attrs.evolve(commit, header=header, effects=effects, tokens=tokens, drop_tokens=drop)

    def _header(self, data: DataObject, commit: Commit) -> Any:
        due, owed = (data.draw(st.none() | _MINUTES) for _ in range(2))
        former = data.draw(st.lists(_NAMES.filter(bool), max_size=2, unique=True))
        return attrs.evolve(
            commit.header,
            status=data.draw(st.sampled_from(("LODGED", "CLOSED"))),
            trader=self.name(data.draw(_NAMES)),
            former=tuple(map(self.name, former)),
            assignee=data.draw(_NAMES),
            reference=f"{data.draw(st.sampled_from('RrS'))}-{self.mine.mark}",
            duty=data.draw(st.sampled_from(("ACCEPT", ""))),
            provisional=data.draw(st.booleans()),
            changed_at=self.at(data.draw(_MINUTES)),
            due_at=None if due is None else self.at(due),
            owed_since=None if owed is None else self.at(owed),
            alarms=data.draw(st.sampled_from((0, 0, 1))),
        )

    def wanted(self, data: DataObject) -> Wanted:
        """Which cases a list should hold."""
        due, owed = (data.draw(st.none() | st.none() | _MINUTES) for _ in range(2))
        return Wanted(
            status=data.draw(st.sampled_from(((), (), ("LODGED",), ("LODGED", "CLOSED"), ("OTHER",)))),
            trader=self.name(data.draw(st.sampled_from(("", "", "alpha", "al")))),
            assignee=data.draw(st.sampled_from(("", "", "alpha"))),
            reference=data.draw(st.sampled_from(("", "", "", f"R-{self.mine.mark}"))),
            due_before=None if due is None else self.at(due),
            owed_before=None if owed is None else self.at(owed),
            alarmed=data.draw(st.sampled_from((False, False, True))),
        )

    # --- steps --------------------------------------------------------------------------------------------------

    @rule(door=st.integers(0, 1), data=st.data(), size=st.sampled_from((1, 1, 1, 2, 3)), places=st.booleans())
    def append(self, door: int, data: DataObject, size: int, places: bool) -> None:
        """Some commits in one call, which are placed at once, or wait."""
        self._append(door, [self.commit(data) for _ in range(size)])
        if places and not self.sequenced:
            self.place(door, MANY, False)

    def _append(self, door: int, commits: Sequence[Commit]) -> None:
        if self.spoiled:
            return
        self.ask(door, "append", commits)
        for number in {int(commit.case_id[-4:]) for commit in commits}:
            case = self.ask(door + 1, "load", self.mine.case(number), EVERYONE)
            self.versions[number] = case.header.version if case else 0

    @rule(door=st.integers(0, 1), number=_NUMBERS, organisation=_ORGANISATIONS, key=_KEYS)
    def load(self, door: int, number: int, organisation: str, key: str) -> None:
        """One case and one receipt."""
        self.ask(door, "load", self.mine.case(number), self.name(organisation))
        self.ask(door, "receipt", self.mine.case(number), key)

    @rule(door=st.integers(0, 1), organisation=_ORGANISATIONS, limit=_LIMITS, data=st.data())
    def page_through(self, door: int, organisation: str, limit: int, data: DataObject) -> None:
        """A list, page by page."""
        wanted, after = self.wanted(data), ""
        for _ in range(9):
            page: Page = self.ask(
                door, "headers", self.name(organisation), wanted, after, MANY if organisation == EVERYONE else limit
            )
            after = page.after
            if not after:
                break

    @rule(door=st.integers(0, 1), minutes=_MINUTES)
    def due(self, door: int, minutes: float) -> None:
        """What is due."""
        self.ask(door, "due", self.at(minutes), MANY)

    @rule(door=st.integers(0, 1), organisation=_ORGANISATIONS, number=st.integers(0, 4), limit=_LIMITS)
    def scan(self, door: int, organisation: str, number: int, limit: int) -> None:
        """Whole cases after one."""
        self.ask(door, "scan", self.name(organisation), self.mine.case(number), limit)

    @rule(door=st.integers(0, 1), organisation=_ORGANISATIONS, names=st.lists(_TOKENS, max_size=2))
    def find(self, door: int, organisation: str, names: list[tuple[str, str]]) -> None:
        """What carries a token, and which quarters stand."""
        self.ask(door, "find", self.name(organisation), [self.mine.token(*one).value for one in names])
        self.ask(door, "quarters")

    @rule(door=st.integers(0, 1), minutes=_MINUTES, limit=_LIMITS, lease=_LEASES)
    def claim(self, door: int, minutes: float, limit: int, lease: float) -> None:
        """Work is claimed for some minutes."""
        if not self.spoiled:
            self.ask(door, "claim", self.at(minutes), limit, timedelta(minutes=lease))

    @rule(door=st.integers(0, 1), data=st.data())
    def done(self, door: int, data: DataObject) -> None:
        """Some work is done, some that never was."""
        known = sorted({*self.mine.made, "nothing"})
        self.ask(door, "done", data.draw(st.lists(st.sampled_from(known), max_size=3)))

    @rule(door=st.integers(0, 1), data=st.data(), minutes=_MINUTES, attempts=_ATTEMPTS)
    def retry(self, door: int, data: DataObject, minutes: float, attempts: int) -> None:
        """Some work failed, or is to be tried again."""
        known = sorted({*self.mine.made, "nothing"})
        self.ask(door, "retry", data.draw(st.sampled_from(known)), self.at(minutes), attempts)

    @rule(door=st.integers(0, 1), data=st.data(), minutes=_MINUTES, code=_CODES)
    def bury(self, door: int, data: DataObject, minutes: float, code: str) -> None:
        """Some work is given up."""
        known = sorted({*self.mine.made, "nothing"})
        self.ask(door, "bury", data.draw(st.sampled_from(known)), self.at(minutes), code)

    @rule(door=st.integers(0, 1), data=st.data(), organisation=_ORGANISATIONS, limit=_LIMITS)
    def dead(self, door: int, data: DataObject, organisation: str, limit: int) -> None:
        """What was given up, after an effect."""
        if self.spoiled:
            return
        after = data.draw(st.sampled_from(("", *sorted(self.mine.made))))
        self.ask(door, "dead", self.name(organisation), after, MANY if organisation == EVERYONE else limit)

    @precondition(lambda self: not self.sequenced)
    @rule(door=st.integers(0, 1), limit=_LIMITS, again=st.booleans())
    def place(self, door: int, limit: int, again: bool) -> None:
        """Rows get their places, by whoever comes first; once more, they get none."""
        found: Unplaced = self.ask(door, "unplaced", limit)
        leaves = Next(found.events, limit)
        for one in (leaves, list(leaves))[: 1 + again]:
            if not self.sequenced:
                self.ask(door + 1, "place", FromEnd(self.ask(door, "ledger").placed), one)

    @precondition(lambda self: not self.sequenced)
    @rule(door=st.integers(0, 1), back=st.integers(0, 9), size=st.integers(0, 9))
    def placed(self, door: int, back: int, size: int) -> None:
        """What stands before the ledger's end, and the hashes of it."""
        end = self.ask(door, "ledger").placed
        self.ask(door, "placed", FromEnd(end, back), size)
        self.ask(door, "leaves", FromEnd(end, back), FromEnd(end, back // 2))

    @precondition(lambda self: not self.sequenced)
    @rule(door=st.integers(0, 1), number=_NUMBERS, organisation=_ORGANISATIONS)
    def places(self, door: int, number: int, organisation: str) -> None:
        """The places of a case."""
        self.ask(door, "places", self.mine.case(number), self.name(organisation))

    @precondition(lambda self: not self.sequenced)
    @rule(door=st.integers(0, 1), organisation=_ORGANISATIONS, start=st.integers(0, 3), limit=_LIMITS)
    def feed(self, door: int, organisation: str, start: int, limit: int) -> None:
        """What a trader is told, from a place on."""
        self.ask(door, "feed", self.name(organisation), start, limit)

    @rule(door=st.integers(0, 1), number=_NUMBERS, steps=_MOVES)
    def move(self, door: int, number: int, steps: list[tuple[str, bool]]) -> None:
        """A case goes from trader to trader; some of its steps are placed before the next, and all are told."""
        for trader, places in steps:
            stands = self.versions.get(number, 0)
            self._append(door, [self.mine.changed(number, stands, trader=self.name(trader))])
            if places and not self.sequenced:
                self.place(door, MANY, False)
        for trader, start in product(_TRADERS, (0, 2)):
            if not self.sequenced:
                self.feed(door, trader, start, MANY)

    @precondition(lambda self: len(self.doors) == 1)
    @rule()
    def open_again(self) -> None:
        """The store is closed and opened again, where it lasts."""
        again = self.reopen(self.doors[0])
        if again is not None:
            self.calls.append(Call(0, REOPEN))
            self.doors[0] = self.stack.enter_context(entered(again))

    def teardown(self) -> None:
        """What is left to be done is done, so that it is in nobody's way."""
        if hasattr(self, "stack"):
            with self.stack:
                if not self.spoiled and self.doors:
                    self.doors[0].done(self.mine.made)


class Unlike(AssertionError):
    """An answer that the reference store would not have given."""

    def __init__(self, name: str, expected: object, got: object, calls: tuple[Call, ...]) -> None:
        self.numbers, self.calls = NUMBERS[name], calls
        said = "; ".join(f"{number}: {GUARANTEES[number]}" for number in self.numbers)
        self.seen = f"{name} answered {got!r}, not {expected!r}"
        super().__init__(f"{self.seen} ({said})")
