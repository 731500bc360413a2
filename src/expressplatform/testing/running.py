"""A contract run without a test runner: what passed, what failed and how to see it again, what was not run and why.

Laws of this file: nothing is skipped in silence, and a check that never comes back has failed. One that still asks is
slow and not wrong: it is waited for, and where there is no time for that it was not run. What a faulty store does to a
check ends with that check, be it that it tells the program to end.
"""

from __future__ import annotations

import math
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import attrs
from hypothesis.errors import Flaky

from expressplatform.testing.checking import KINDS
from expressplatform.testing.doors import checks_of, sentence
from expressplatform.testing.guarantees import CONTRACT_VERSION, NotRun, proved_by
from expressplatform.testing.stores.contract import CaseStoreChecks, walk
from expressplatform.testing.stores.history import Call, Writer, mark_of
from expressplatform.testing.stores.machine import Unlike
from expressplatform.testing.stores.model import fitting
from expressplatform.testing.stores.shortening import SHORTENING, Wrong, shortest, told

T = TypeVar("T")

PATIENCE: Final = 120.0
"""Seconds without a call after which a check is taken for one that never comes back."""
ENDLESS: Final = 50_000
"""Calls after its time by which a check is taken for one that goes round in a circle: no check needs as many."""
_HISTORIES: Final = "test_random_histories_are_answered_as_the_reference_store_answers"
_TRIES: Final = 3
_SHOWN: Final = 40
_LONG: Final = 900
_LINE: Final = 200
_GRACE: Final = 5.0
_BEAT: Final = 30.0


class EndedError(Exception):
    """A check was ended by what is no ordinary error, such as SystemExit."""


@attrs.frozen
class Found:
    """A check that failed: its name, the numbers that may be broken, its promise, what was seen, and a program.

    The program shows it again. Of the numbers that the check cites, those are left out which its last question cannot
    show to be broken.
    """

    check: str
    guarantees: tuple[str, ...]
    sentence: str
    error: str
    program: str
    seed: int


@attrs.frozen
class Report:
    """What came of a contract. ``seconds`` is how long all of it took; ``notes`` are what is odd about its methods.

    ``stuck``: a check never came back, and its thread is still there. ``stopped``: somebody stopped the run.
    ``cut``: its time was over before its end.
    """

    target: str
    contract: str
    awaited: bool
    seed: int
    capabilities: Mapping[str, bool]
    passed: tuple[str, ...]
    failed: tuple[Found, ...]
    not_run: Mapping[str, str]
    histories: int
    seconds: float
    stuck: bool = False
    version: str = CONTRACT_VERSION
    notes: tuple[str, ...] = ()
    stopped: bool = False
    cut: bool = False

    @property
    def exit_code(self) -> int:
        """0: all that could be run passed; 1: something failed; 2: nothing was run; 3: it was cut; 130: stopped."""
        if self.failed:
            return 1
        if self.stopped:
            return 130
        if self.cut:
            return 3
        return 0 if self.passed else 2


class Run:
    """One run of a contract: `report` runs every check and tells what came of it.

    ``checks`` is what `checking.contract_of` gives; ``budget`` is how many seconds random histories may take, ``start``
    the seed that they begin with. ``within`` is how many seconds all of it may take: what is not finished by then is
    not run. Of checks only those are run whose name holds ``only``. ``tell`` hears of each check as soon as it is over,
    and twice a minute of one that goes on: its name, the word (passed, FAILED, not run, running) with what is to be
    said of it, and its seconds. Ctrl-C ends the run, and so does `stop`, with a report of what was run until then.
    """

    def __init__(
        self,
        checks: Any,
        budget: float = 10.0,
        start: int = 0,
        patience: float = PATIENCE,
        *,
        within: float = math.inf,
        only: str = "",
        tell: Callable[[str, str, float], object] = lambda name, word, seconds: None,
    ) -> None:
        self._checks, self._budget, self._seed, self._patience = checks, budget, start, patience
        self._within, self._only, self._tell = within, only, tell
        self._target, self._awaited = checks.target, checks.awaited
        self._until = math.inf
        self._running = ""
        self._histories = 0
        self._stuck = self._stopped = self._cut = False
        self._passed: list[str] = []
        self._failed: list[Found] = []
        self._not_run: dict[str, str] = {}

    def report(self) -> Report:
        """Every check, run."""
        began = time.monotonic()
        self._until = began + self._within
        # The random histories come last: what a check finds is easier to read.
        for name, check in sorted(checks_of(self._checks), key=lambda one: one[0] == _HISTORIES):
            if self._only in name:
                begun = time.monotonic()
                word = self._outcome(name, check)
                self._tell(name, word, time.monotonic() - begun)
        checks = self._checks
        capabilities = {name: name in checks.helpers for name in KINDS[checks.kind].helpers}
        return Report(
            checks.target, checks.kind, checks.awaited, self._seed, capabilities, tuple(self._passed),
            tuple(self._failed), self._not_run, self._histories, time.monotonic() - began, self._stuck,
            notes=checks.notes, stopped=self._stopped, cut=self._cut,
        )  # fmt: skip

    def stop(self) -> None:
        """End the run: within a second the check that is under way is left, and no other is begun."""
        self._stopped = True

    def _outcome(self, name: str, check: Callable[[], object]) -> str:
        """What became of one check, in a word; it is kept for the report."""
        self._running = name
        try:
            if self._stopped:
                raise NotRun("the run was stopped before")
            self._in_time(self._random if name == _HISTORIES else check)
        except NotRun as reason:
            self._not_run[name] = str(reason)
            return f"not run: {reason}"
        except KeyboardInterrupt:
            self._stopped = True
            self._not_run[name] = "the run was stopped in the midst of it"
            return f"not run: {self._not_run[name]}"
        except Exception as error:  # noqa: BLE001 - whatever a faulty store raises fails the check
            self._failed.append(self._found(name, check, error))
            return "FAILED"
        self._passed.append(name)
        return "passed"

    def _in_time(self, check: Callable[[], T]) -> T:
        """What the check gives, in a thread of its own, which is left alone when it does not come back."""
        given: list[T] = []
        raised: list[BaseException] = []

        def run() -> None:
            try:
                self._checks.calls.begin()
                given.append(check())
            except BaseException as error:  # noqa: BLE001 - it is raised again below, in the thread that waits
                raised.append(error)

        self._still_time()
        thread = threading.Thread(target=run, name="check", daemon=True)
        thread.start()
        try:
            self._wait(thread, self._patience + (self._budget if check == self._random else 0))
        except (TimeoutError, NotRun, KeyboardInterrupt):
            self._checks.calls.leave()
            thread.join(min(_GRACE, self._patience))
            self._stuck = self._stuck or thread.is_alive()
            raise
        for error in raised:
            if isinstance(error, Exception):
                raise error
            raise EndedError(f"{type(error).__name__} ended it, as if the program were to end") from error
        return given[0]

    def _still_time(self) -> None:
        if time.monotonic() >= self._until:
            self._cut = True
            raise NotRun(f"the {self._within:g} seconds of the whole run were over")

    def _wait(self, thread: threading.Thread, patience: float) -> None:
        """Until the thread has ended, or is to be left: TimeoutError where it is stuck, NotRun where time is over.

        Silence is counted in steps and not by the clock: a machine that stood still for a while, and this thread with
        it, says nothing of the store.
        """
        calls = self._checks.calls
        begun = heard = time.monotonic()
        first = asked = calls.asked
        step, silent, late = min(patience / 20, 1.0), 0.0, 0
        while True:
            thread.join(max(0.0, min(step, self._until - time.monotonic())))
            if not thread.is_alive():
                return
            if self._stopped:
                raise KeyboardInterrupt
            now, before, asked = time.monotonic(), asked, calls.asked
            silent = 0.0 if asked > before else silent + step
            late += asked - before if now > begun + patience else 0
            if now > heard + _BEAT:
                heard = now
                self._tell(self._running, f"running: {asked - first} calls so far", now - begun)
            if silent > patience:
                raise TimeoutError(f"it did not come back within {patience:g} seconds")
            if late > ENDLESS:
                raise TimeoutError(f"it still asked after {patience:g} seconds and {ENDLESS} calls more")
            self._still_time()

    def _random(self) -> None:
        """Random histories for as long as the budget lasts, at least one round."""
        until, size = time.monotonic() + self._budget, 5
        while True:
            began = time.monotonic()
            self._round(size)
            left, taken = until - time.monotonic(), time.monotonic() - began
            if left <= 0:
                return
            size = min(200, max(5, int(size * left / max(taken, 0.001) / 2)))

    def _round(self, size: int) -> None:
        turn = self._checks.calls.turn
        for attempt in range(_TRIES):
            try:
                walk(self._checks, size, self._seed + self._histories)
            except Flaky:
                # It went wrong once and not again: another run beside this one, or a store that is unsteady.
                if attempt == _TRIES - 1 or turn != self._checks.calls.turn:
                    raise
                self._histories += 1
            else:
                self._histories += size
                return

    # --- what went wrong ----------------------------------------------------------------------------------------

    def _found(self, name: str, check: object, error: Exception) -> Found:
        cited = tuple(dict.fromkeys((*proved_by(check), *(error.numbers if isinstance(error, Unlike) else ()))))
        calls = error.calls if isinstance(error, Unlike) else tuple(self._checks.calls)
        found = None if isinstance(error, TimeoutError) else self._shortest(calls)
        program = told(self._target, found, awaited=self._awaited) if found is not None else self._by_name(name, calls)
        numbers = fitting(cited, found.name) if found is not None else cited
        begin = self._seed + (self._histories if name == _HISTORIES else 0)
        return Found(name, numbers, sentence(check), _said(error), program, begin)

    def _shortest(self, calls: tuple[Call, ...]) -> Wrong | None:
        """The shortest history of a case store that is answered wrongly, beginning with these calls."""
        if not isinstance(self._checks, CaseStoreChecks) or not calls:
            return None
        checks, seconds = self._checks, SHORTENING / (1 + len(self._failed))
        try:
            return self._in_time(lambda: shortest(checks, calls, seconds))
        except (KeyboardInterrupt, TimeoutError, NotRun, EndedError) as error:
            self._stopped = self._stopped or isinstance(error, KeyboardInterrupt)
            return None

    def _by_name(self, name: str, calls: tuple[Call, ...]) -> str:
        """The check by its name, and what it had asked: for what does not go wrong when asked again one by one."""
        writer = Writer(mark_of(calls))
        asked = [f"# {cut(writer.line(call), _LINE)}" for call in calls[-_SHOWN:] if call.name != "close"]
        lines = [
            *by_name(self._target, self._checks.kind, name),
            *(["", "# It asked, in the end:", *asked] if asked else []),
        ]
        return "\n".join(lines) + "\n"


def by_name(target: str, kind: str, check: str) -> tuple[str, ...]:
    """A check by its name, as a program in lines."""
    told_kind = f", {kind!r}" if kind != "store" else ""
    return (
        "from expressplatform.testing.checking import contract_of",
        "",
        f"contract_of({target!r}{told_kind}).{check}()",
    )


def cut(text: str, most: int) -> str:
    """A text of at most so many characters and three dots, its middle left out."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-most // 2 :]}"


def _said(error: Exception) -> str:
    """What an error says; an assertion that says nothing says what it asserts."""
    if isinstance(error, Unlike):  # its numbers are told with their sentences anyway
        return cut(f"Unlike: {error.seen}", _LONG)
    if str(error):
        return cut(f"{type(error).__name__}: {error}", _LONG)
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}: {frames[-1].line}" if frames else type(error).__name__
