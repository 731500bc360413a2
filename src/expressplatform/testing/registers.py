"""The contract of a register, as tests: give it yours, and it says whether what was undone is safe on it.

    class TestMyRegister(RegisterContract):
        def make_register(self) -> Register:
            return MyRegister(...)

Laws of this file: those of `contracts`. Ids are each check's own, and entries of others are left out of account.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any, Final

import attrs

from expressplatform.ports import Register, RegisterEntry, Undone
from expressplatform.testing.doors import ODD, given, racing, raised, turned_away
from expressplatform.testing.guarantees import proves
from expressplatform.testing.jostling import jostled, listening, told_by

_AT: Final = datetime(2031, 2, 3, 23, 30, 1, 1, tzinfo=UTC)
_NO_REOPEN: Final = "what outlives the register is not known"
_NO_SECOND: Final = "what two registers over the same entries do is not known"
_ALIKE: Final = (
    "c1", "C1", "c1.", "c1-", "c-1", "c.1", "c_1", "c1:2", "c1/2", "c/1", "1", "01", "1.0", "1e0", "-", "..", "c" * 79,
    "c" * 80, "erased", "withdrawn", "c1/../c1",
)  # fmt: skip
"""Ids, as far as registers take them, that somebody might take for each other or for something else."""
_NONE: Final = (
    "", " ", "c 1", "c1 ", " c1", "c1\n", "c1\nerased", "c1\r", "c1\t", "c" * 81, "A. Person", "a@b", "é", "c\u0661",
    "%", "*", "c1,2", "c1;2", '"c1"', "c1\\", "c1|2", "\u200bc1",
)  # fmt: skip
"""What is no id and no code."""
_LOST: Final = (1, 2, 5, 11, 16)
"""So many bytes are cut off, never more than an entry must have: each holds an id of 32 that was drawn by lot."""


@attrs.frozen
class _Mine:
    """Entries that no other check has."""

    mark: str = attrs.field(factory=lambda: uuid.uuid4().hex)

    def entry(self, number: int, what: Undone = Undone.ERASED, **other: Any) -> RegisterEntry:
        """The n-th entry; one of a consent names its recipient."""
        recipient = "taobao" if what is Undone.WITHDRAWN else ""
        return attrs.evolve(RegisterEntry(what, f"{self.mark}-{number}", _AT, recipient), **other)

    def told(self, register: Register) -> list[RegisterEntry]:
        """This check's entries as the register tells them, one that was noted again where it stands first."""
        entries = register.entries()
        assert isinstance(entries, Sequence), "entries are no sequence"
        return list(dict.fromkeys(one for one in entries if self.mark in f"{one.case_id} {one.recipient}"))


class RegisterContract:
    """The contract of `Register`. Give `make_register`, and whichever of the others yours can do.

    ``reopen`` unlocks the checks of what lasts, ``second_connection`` those of two registers, ``tear`` the one of a
    crash in the midst of writing.
    """

    def make_register(self) -> Register | AbstractContextManager[Register]:
        """A register, or a context manager that gives one; it need not be empty."""
        raise NotImplementedError

    def reopen(self, register: Register) -> Register | None:
        """What opens on the entries of a register that nobody uses any more; None where it keeps nothing."""
        return None

    def second_connection(self, register: Register) -> Register | None:
        """Another register over the entries of the first, which goes on; None where there is no such thing."""
        return None

    def tear(self, register: Register, lost: int) -> bool | None:
        """Cuts off the last bytes that were written, as a crash may: True; None where nothing can be cut off."""
        return None

    def opened(self) -> AbstractContextManager[Register]:
        """The register of `make_register`, closed when the check is over, if it can be closed."""
        return _held(self.make_register())

    def _reopened(self, register: Register) -> AbstractContextManager[Register]:
        return _held(given(self.reopen(register), "reopen", _NO_REOPEN))

    def _beside(self, register: Register) -> AbstractContextManager[Register]:
        return _held(given(self.second_connection(register), "second_connection", _NO_SECOND))

    @proves("R1", "R2")
    def test_entries_come_back_whole_and_in_order(self) -> None:
        """Of each kind, noted one by one, several at once and none at all; nothing is noted that was not said."""
        mine = _Mine()
        entries = [mine.entry(9 - number, what) for number, what in enumerate((*Undone, *Undone, *Undone))]
        with self.opened() as register:
            assert mine.told(register) == []
            register.note(entries[:1])
            register.note(())
            register.note(entries[1:5])
            for entry in entries[5:]:
                register.note([entry])
            assert mine.told(register) == mine.told(register) == entries

    @proves("R1")
    def test_an_instant_is_the_one_that_was_given(self) -> None:
        """In UTC, to the microsecond, in whatever zone it was written and however far away it is."""
        mine = _Mine()
        zones = (UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30)))
        instants: tuple[datetime, ...] = (
            _AT,
            _AT.replace(microsecond=0),
            _AT.replace(microsecond=999_999),
            _AT.replace(year=1999),
        )
        instants += (_AT.replace(year=2999, microsecond=123_457), datetime(2032, 2, 29, 0, 0, tzinfo=UTC))
        with self.opened() as register:
            for number, at in enumerate(instants):
                register.note([mine.entry(number, at=at.astimezone(zones[number % 3]))])
            told = [entry.at for entry in mine.told(register)]
            assert told == list(instants)
            assert {at.utcoffset() for at in told} == {timedelta(0)}

    @proves("R1", "R3")
    def test_ids_that_look_alike_are_others(self) -> None:
        """As case and as recipient: large and small letters, signs, numbers, eighty letters; no other is told."""
        mine = _Mine()
        short = mine.mark[:6]
        pairs = [(f"{one[:74]}{short}", "taobao") for one in _ALIKE] + [
            (f"{short}{one[:74]}", "taobao") for one in _ALIKE
        ]
        pairs += [(mine.entry(1).case_id, one) for one in _ALIKE]
        entries = [RegisterEntry(Undone.WITHDRAWN, case, _AT, recipient) for case, recipient in dict.fromkeys(pairs)]
        entries += [RegisterEntry(Undone.ERASED, case, _AT) for case, _ in pairs]
        entries = list(dict.fromkeys(entries))
        with self.opened() as register:
            register.note(entries)
            assert [one for one in dict.fromkeys(register.entries()) if short in one.case_id] == entries

    @proves("R2", "R3")
    def test_an_entry_again_is_harmless_and_what_differs_is_another(self) -> None:
        """The same one stands where it stood; another instant, recipient or kind of the same case is one more."""
        mine = _Mine()
        one = mine.entry(1, Undone.WITHDRAWN)
        others = [
            attrs.evolve(one, at=one.at + timedelta(microseconds=1)),
            attrs.evolve(one, at=one.at - timedelta(days=9)),
            attrs.evolve(one, recipient="jd"),
            mine.entry(1),
            mine.entry(1, Undone.RESEARCH_WITHDRAWN),
        ]
        with self.opened() as register:
            register.note([one, one])
            for entry in others:
                register.note([entry, one])
                register.note([entry])
            assert mine.told(register) == [one, *others]

    @proves("R2")
    def test_many_entries_are_noted_in_one_call_and_in_many(self) -> None:
        """Over a thousand, all of them told, and what is handed in and out is nobody else's."""
        mine = _Mine()
        entries = [mine.entry(number, tuple(Undone)[number % 3]) for number in range(1400)]
        handed = entries[:1300]
        with self.opened() as register:
            register.note(handed)
            handed.clear()
            for at in range(1300, 1400, 4):
                register.note(entries[at : at + 4])
            assert mine.told(register) == entries
            told = register.entries()
            if isinstance(told, list):
                told.clear()
            assert mine.told(register) == entries, "what was handed out is the register's own"

    @proves("R4")
    def test_what_is_no_entry_is_refused_and_its_call_notes_nothing(self) -> None:
        """An instant without a zone, what is no id, a recipient where there is none: no other of the call is noted."""
        mine = _Mine()
        mark = mine.mark[:12]
        withdrawn = partial(mine.entry, 1, Undone.WITHDRAWN)
        wrong = [mine.entry(1, case_id=f"{mark}{one}" if len(one) > 1 else one) for one in _NONE]
        wrong += [mine.entry(1, case_id=f"{one}{mark}") for one in (" ", "\n", *ODD)]
        wrong += [withdrawn(recipient=one) for one in (*_NONE, *(f"a{odd}" for odd in ODD))]
        wrong += [mine.entry(1, recipient="taobao"), mine.entry(1, Undone.RESEARCH_WITHDRAWN, recipient="taobao")]
        with self.opened() as register:
            before = len(register.entries())
            register.note([mine.entry(0)])
            calls: list[tuple[type[Exception], RegisterEntry]] = [(ValueError, one) for one in wrong]
            calls += [(TypeError, mine.entry(2, what, at=_AT.replace(tzinfo=None))) for what in Undone]
            for expected, entry in calls:
                turned_away(expected, mark, partial(register.note, [mine.entry(3), entry, mine.entry(4)]))
            turned_away(ValueError, mark, partial(register.note, [*map(mine.entry, range(10, 700)), wrong[1]]))
            assert mine.told(register) == [mine.entry(0)]
            register.note([mine.entry(5)])
            assert mine.told(register) == [mine.entry(0), mine.entry(5)]
            assert before + 2 <= len(register.entries())

    @proves("R5")
    def test_whatever_was_noted_last_is_kept(self) -> None:
        """Each of several, many at once, and what was noted after something was refused, outlive the register."""
        mine = _Mine()
        entries = [mine.entry(number, tuple(Undone)[number % 3]) for number in range(600)]
        with self.opened() as register:
            again = register
            for upto in (1, 2, 3):
                again.note(entries[upto - 1 : upto])
                again = given(self.reopen(again), "reopen", _NO_REOPEN)
                assert mine.told(again) == entries[:upto]
            raised(ValueError, lambda: again.note([mine.entry(9), mine.entry(9, case_id="")]))
            again.note(entries[3:])
            again.note(entries[:1])
            with self._reopened(again) as last:
                assert mine.told(last) == entries

    @proves("R6", "R7")
    def test_two_over_the_same_entries_are_one_register(self) -> None:
        """What one notes the other tells at once, in the same order; of what both note at once nothing is lost."""
        mine = _Mine()
        with self.opened() as register, self._beside(register) as other:
            assert mine.told(other) == []
            doors = (register, other)
            for number in range(6):
                doors[number % 2].note([mine.entry(number)])
                assert mine.told(register) == mine.told(other) == [mine.entry(one) for one in range(number + 1)]
            self._crowded(_Mine(), register, other)

    @proves("R7")
    def test_threads_share_a_register(self) -> None:
        """Of what several threads note at once nothing is lost or mixed up; each thread's entries are in its order."""
        with self.opened() as register:
            self._crowded(_Mine(), register, register)

    def _crowded(self, mine: _Mine, one: Register, other: Register) -> None:
        """Notes from four threads, through two doors, and looks for all of it."""
        own = [[mine.entry(100 * who + number, tuple(Undone)[who % 3]) for number in range(36)] for who in range(4)]

        def work(register: Register, entries: Sequence[RegisterEntry]) -> None:
            for at in range(0, len(entries), 3):
                register.note(entries[at : at + 3])
                assert set(entries[: at + 3]) <= set(register.entries()), "what was noted is not told"

        for run, which in ((racing, slice(0, 24)), (jostled, slice(24, 36))):
            doors = (one, other, one, other)
            run(*(partial(work, door, entries[which]) for door, entries in zip(doors, own, strict=True)))
        told = mine.told(other)
        assert len(told) == sum(map(len, own))
        for entries in own:
            wanted = set(entries)
            assert [entry for entry in told if entry in wanted] == entries, "not in the order in which they were noted"

    @proves("R8")
    def test_what_was_cut_off_costs_nothing_but_itself(self) -> None:
        """Whatever stood before stands, what was cut off is there whole or not at all, and what follows is there."""
        mine = _Mine()
        stands = [mine.entry(number, tuple(Undone)[number % 3]) for number in range(4)]
        with self.opened() as register:
            register.note(stands)
            for number, lost in enumerate((*_LOST, *_LOST), 10):
                last = mine.entry(0, tuple(Undone)[number % 2], case_id=f"{mine.mark}-{number}-{uuid.uuid4().hex}")
                register.note([last])
                given(self.tear(register, lost), "tear", "what a crash leaves is not known")
                told = mine.told(register)
                assert told in (stands, [*stands, last]), f"where {lost} bytes were cut off"
                stands = [*told, mine.entry(number)]
                register.note(stands[-1:])
                assert mine.told(register) == stands, f"after {lost} bytes were cut off"

    @proves("R9")
    def test_nothing_tells_a_case(self) -> None:
        """Neither what a register prints and logs nor what it raises, nor the errors behind that."""
        mine = _Mine()
        with self.opened() as register:
            with listening() as heard:
                register.note([mine.entry(1), mine.entry(2, Undone.WITHDRAWN)])
                register.entries()
                said = [told_by(raised(ValueError, lambda: register.note([mine.entry(1, case_id=f"{mine.mark} 1")])))]
                said.append(
                    told_by(raised(TypeError, lambda: register.note([mine.entry(1, at=_AT.replace(tzinfo=None))])))
                )
                said += [repr(register), str(register)]
            assert not [text for text in (*said, heard.said) if mine.mark in text], "it tells a case"


@contextmanager
def _held(made: Register | AbstractContextManager[Register]) -> Iterator[Register]:
    """A register; what can be closed is closed at the end."""
    if isinstance(made, AbstractContextManager):
        with made as register:
            yield register
        return
    try:
        yield made
    finally:
        close: Callable[[], object] = getattr(made, "close", lambda: None)
        close()
