"""The shortest history that still goes wrong, found by leaving out what is not needed.

Laws of this file: a history goes wrong where an answer is not one that the reference store may give. Each try runs on
rows of its own, and none goes on after the time that was given.
"""

from __future__ import annotations

import datetime as datetime_module
import functools
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final

import attrs

from expressplatform import ports
from expressplatform.ports import CaseStore, Commit, LedgerSize, Page
from expressplatform.testing.stores.doors import Doors
from expressplatform.testing.stores.history import REOPEN, SECOND, Call, Writer, mark_of, program
from expressplatform.testing.stores.model import NUMBERS, Model
from expressplatform.testing.stores.model_ledger import Anew, Differs

SHORTENING: Final = 8.0
"""Seconds that are spent on making a history shorter, unless somebody says otherwise."""
_ASKED: Final = (*NUMBERS, REOPEN, SECOND)
_NAMES: Final = {name: getattr(ports, name) for name in ports.__all__}


@attrs.frozen
class Wrong:
    """A history whose last call was answered wrongly."""

    calls: tuple[Call, ...]
    found: Differs

    @property
    def name(self) -> str:
        """What was asked last."""
        return self.calls[-1].name


def wrong(checks: Doors, calls: Sequence[Call]) -> Wrong | None:
    """The calls up to the first that is answered wrongly, on rows of their own; None where all are answered rightly."""
    mark = uuid.uuid4().hex
    writer, model = Writer(mark_of(calls)), Model(mark)
    asked: list[Call] = []
    space: dict[str, Any] = {"m": mark, "datetime": datetime_module, "attrs": attrs, **_NAMES}
    with ExitStack() as opened:
        doors: dict[int, CaseStore] = {0: opened.enter_context(checks.opened())}
        for call in calls:
            if call.name in (REOPEN, SECOND):
                asked.append(call)
                door = checks.reopened if call.name == REOPEN else checks.beside
                doors[call.door if call.name == REOPEN else 1] = opened.enter_context(door(doors[call.door]))
                continue
            given = tuple(
                one.again(doors[call.door]) if isinstance(one, Anew) else eval(writer.value(one), space)  # noqa: S307
                for one in call.given
            )
            asked.append(attrs.evolve(call, given=given))
            found = model.judge(call.name, given, _outcome(doors[call.door], call.name, given))
            if found is not None:
                return Wrong(tuple(asked), found)
    return None


def _outcome(store: CaseStore, name: str, given: tuple[Any, ...]) -> Any:
    try:
        return getattr(store, name)(*given)
    except Exception as error:  # noqa: BLE001 - whatever a faulty store raises is what it answers
        return error


def shortest(checks: Doors, calls: Sequence[Call], seconds: float) -> Wrong | None:
    """The shortest history that was found in the time, beginning with these calls; None where they are in order."""
    until = time.monotonic() + seconds
    best = _tried(checks, [call for call in calls if call.name in _ASKED])
    if best is None:
        return None
    while time.monotonic() < until:
        for shorter in _shorter(best.calls):
            if time.monotonic() >= until:
                break
            found = _tried(checks, shorter)
            if found is not None and found.name == best.name:
                best = found
                break
        else:
            break
    return best


def _tried(checks: Doors, calls: Sequence[Call]) -> Wrong | None:
    try:
        return wrong(checks, calls)
    except Exception:  # noqa: BLE001 - a history that cannot be run says nothing
        return None


def _shorter(calls: tuple[Call, ...]) -> Iterator[tuple[Call, ...]]:
    """Histories with a stretch of the calls left out, long stretches first; then with poorer commits."""
    size = len(calls) // 2
    while size:
        for start in range(0, len(calls) - 1, size):
            yield (*calls[:start], *calls[start + size : -1], calls[-1])
        size //= 2
    for at, call in enumerate(calls):
        if call.name == "append":
            for poorer in _poorer(tuple(call.given[0])):
                yield (*calls[:at], attrs.evolve(call, given=(list(poorer),)), *calls[at + 1 :])


def _poorer(commits: tuple[Commit, ...]) -> Iterator[tuple[Commit, ...]]:
    for at, commit in enumerate(commits):
        if len(commits) > 1:
            yield (*commits[:at], *commits[at + 1 :])
        if any(event.facts or event.sealed for event in commit.events):
            plain = tuple(attrs.evolve(event, facts=b"", sealed=b"") for event in commit.events)
            yield (*commits[:at], attrs.evolve(commit, events=plain), *commits[at + 1 :])
        for name, nothing in (("effects", ()), ("tokens", ()), ("receipt", None), ("drop_tokens", False)):
            if getattr(commit, name) != nothing:
                bare: Any = attrs.evolve(commit, **{name: nothing})  # type: ignore[arg-type]
                yield (*commits[:at], bare, *commits[at + 1 :])


def told(target: str, found: Wrong, *, awaited: bool) -> str:
    """The history as a program that fails where the store does."""
    contract = awaited or any(call.name in (REOPEN, SECOND) for call in found.calls)
    return program(target, found.calls, functools.partial(_asserted, found.found), contract=contract)


def _asserted(found: Differs, writer: Writer, call: Call) -> Sequence[str]:
    """The last call, and what must hold of its answer."""
    asked = writer.line(call)
    if isinstance(found.got, Exception):
        return [f"{asked}  # raises {type(found.got).__name__}"]
    if isinstance(found.expected, Exception):
        writer.names.add("StoreUnusable")
        return [
            "try:",
            f"    {asked}",
            "except StoreUnusable:",
            "    pass",
            "else:",
            f"    raise AssertionError({_WAS!r})",
        ]
    return [f"got = {asked}", *_compared(found, writer, call)]


_WAS: Final = "StoreUnusable was to be raised"


def _compared(found: Differs, writer: Writer, call: Call) -> Sequence[str]:
    expected, got = found.expected, found.got
    if isinstance(expected, LedgerSize):  # others' rows count too
        return [f"assert got.placed >= {expected.placed} and got.waiting >= {expected.waiting}, got"]
    if call.name == "leaves":  # a hash does not tell whose it is
        return [f"assert {{row.hash for row in {writer.value(expected)}}} <= set(got), got"]
    if isinstance(expected, Page) and isinstance(got, Page):
        more = bool(expected.after)
        return [
            f"assert got.headers == {writer.value(expected.headers)}, got.headers",
            f"assert bool(got.after) is {more}, got.after",
        ]
    if not isinstance(expected, list | tuple) or not isinstance(got, list | tuple):
        return [f"assert got == {writer.value(expected)}, got"]
    # What others left in the same rows is not looked at.
    mine = "[one for one in got if m in repr(one)]" if call.name != "append" else "list(got)"
    if call.name in ("due", "claim") and sorted(map(repr, expected)) != sorted(map(repr, got)):
        return [f"assert sorted({mine}, key=repr) == {writer.value(sorted(expected, key=repr))}, got"]
    return [f"assert {mine} == {writer.value(list(expected))}, got"]
