"""Whether what many writers were told could have been told to one after the other, case by case.

A case is a counter: an append moves it from a version to a later one, everything else finds where it stands. The
history of one case is linearizable if its calls can be put in one line such that

- each lies between the instant it was made and the instant it was answered;
- the appends come in order of version, each on the version that the one before it led to;
- whoever was told a version stands between the append that led there and the next one.

For a counter that is easily decided. Give each call its *rank*: twice the version that an append led to, twice the
version that was found and one more for anything else. The line exists exactly if no call was answered before another
one was made that has a lower rank; for then the calls, sorted by rank and by when they were made, are such a line.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from expressplatform.ports import EVERYONE, Appended, CaseStore, Commit, Conflict, Replayed

NEVER: Final = 1 << 63
"""When a call was answered whose answer never came."""


@attrs.frozen
class Call:
    """What was asked of a case and what was answered, in nanoseconds of one clock that never goes back.

    ``key`` and ``expected`` are those of a commit that was to be appended, empty and 0 for a reading. ``told`` is
    ``appended``, ``conflict``, ``replayed``, ``read``, or ``unknown`` where no answer came. ``version`` is the one that
    the answer names; ``mark`` a commit's own, by which it is known again in the events.
    """

    case_id: str
    asked_at: int
    answered_at: int
    told: str
    version: int
    key: str = ""
    expected: int = 0
    mark: bytes = b""


class Recorder:
    """Asks a store and notes what it answered. One for each writer; the clock is the system's monotonic one."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store
        self.calls: list[Call] = []

    def append(self, commit: Commit) -> Call:
        """Appends one commit with a receipt; the events' facts are its mark. An error is an answer that never came."""
        assert commit.receipt is not None
        key, asked_at = commit.receipt.key, time.monotonic_ns()
        try:
            (answer,) = self._store.append([commit])
        except Exception:
            self._note(commit, asked_at, NEVER, "unknown", 0, key)
            raise
        answered_at = time.monotonic_ns()
        match answer:
            case Appended(_, version):
                return self._note(commit, asked_at, answered_at, "appended", version, key)
            case Conflict(_, _, found):
                return self._note(commit, asked_at, answered_at, "conflict", found, key)
            case Replayed(_, receipt):
                return self._note(commit, asked_at, answered_at, "replayed", receipt.version, key)

    def read(self, case_id: str) -> int:
        """Where a case stands."""
        asked_at = time.monotonic_ns()
        case = self._store.load(case_id, EVERYONE)
        version = case.header.version if case is not None else 0
        self.calls.append(Call(case_id, asked_at, time.monotonic_ns(), "read", version))
        return version

    def _note(self, commit: Commit, asked_at: int, answered_at: int, told: str, version: int, key: str) -> Call:
        call = Call(commit.case_id, asked_at, answered_at, told, version, key, commit.expected, commit.events[-1].facts)
        self.calls.append(call)
        return call


def violations(calls: Iterable[Call], store: CaseStore) -> list[str]:
    """What cannot have been, as sentences; none where every case's history is linearizable and the store's rows are it.

    ``store`` is the one that was asked, when all is quiet: its events say what became of calls without an answer.
    """
    by_case: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_case[call.case_id].append(call)
    return [f"{case_id}: {said}" for case_id, own in by_case.items() for said in _case(own, case_id, store)]


def _case(calls: Sequence[Call], case_id: str, store: CaseStore) -> list[str]:
    stored = store.load(case_id, EVERYONE)
    rows = stored.events if stored is not None else ()
    standing = stored.header.version if stored is not None else 0
    if [row.version for row in rows] != list(range(1, standing + 1)):
        return ["its versions have a gap"]
    marks = {row.facts: row.version for row in rows}
    won = [_settled(call, marks) for call in calls if call.told in ("appended", "unknown") and call.mark in marks]
    lost = [f"an acknowledged append to {one.version} is not there" for one in calls if _missing(one, marks)]
    others = [call for call in calls if call.told in ("conflict", "read")]
    return [*lost, *_chain(won, standing), *_order([*won, *others]), *_receipts(calls, won)]


def _settled(call: Call, marks: dict[bytes, int]) -> Call:
    return attrs.evolve(call, told="appended", version=marks[call.mark])


def _missing(call: Call, marks: dict[bytes, int]) -> bool:
    return call.told == "appended" and marks.get(call.mark) != call.version


def _chain(won: Sequence[Call], standing: int) -> list[str]:
    """Each append on the version that the one before it led to; one winner each."""
    at = 0
    for call in sorted(won, key=lambda one: one.version):
        if call.expected != at:
            return [f"an append on {call.expected} was taken where the case stood at {at}"]
        at = call.version
    return [] if at == standing else [f"it stands at {standing}, and the appends led to {at}"]


def _rank(call: Call) -> int:
    return 2 * call.version if call.told == "appended" else 2 * call.version + 1


def _order(calls: Sequence[Call]) -> list[str]:
    """No call that was over before another began has a higher rank than it."""
    said = []
    over = sorted(calls, key=lambda one: one.answered_at)
    highest, at = -1, 0
    for call in sorted(calls, key=lambda one: one.asked_at):
        while at < len(over) and over[at].answered_at < call.asked_at:
            highest, at = max(highest, _rank(over[at])), at + 1
        if _rank(call) < highest:
            said.append(f"{call.told} {call.version} came after somebody had been told {highest // 2}")
    return said


def _receipts(calls: Sequence[Call], won: Sequence[Call]) -> list[str]:
    """A key is carried out once, and from then on every answer to it says so."""
    said = []
    winners: dict[str, Call] = {}
    for call in won:
        if call.key in winners:
            said.append(f"the key {call.key} was carried out twice")
        winners[call.key] = call
    for call in calls:
        winner = winners.get(call.key) if call.key else None
        if call.told == "replayed" and (winner is None or call.version != winner.version):
            said.append(f"the key {call.key} was answered with a receipt that nobody has")
        elif call.told == "replayed" and winner is not None and call.answered_at < winner.asked_at:
            said.append(f"the key {call.key} had a receipt before it was asked for")
        elif call.told == "conflict" and winner is not None and winner.answered_at < call.asked_at:
            said.append(f"the receipt of the key {call.key} was forgotten")
    return said
