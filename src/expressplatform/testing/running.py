"""A contract run without a test runner: what passed, what failed and how to see it again, what was not run and why.

Laws of this file: nothing is skipped in silence, and a check that never comes back has failed. What a faulty store does
to a check ends with that check.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final

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

PATIENCE: Final = 120.0
"""Seconds after which a check that has not come back is taken for one that never will."""
_HISTORIES: Final = "test_random_histories_are_answered_as_the_reference_store_answers"
_TRIES: Final = 3
_SHOWN: Final = 40
_LONG: Final = 900


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
    """What came of a contract. ``seconds`` is how long all of it took."""

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

    @property
    def exit_code(self) -> int:
        """0: all that could be run passed; 1: something failed; 2: nothing was run."""
        if self.failed:
            return 1
        return 0 if self.passed else 2


class Run:
    """One run of a contract: `report` runs every check and tells what came of it.

    ``checks`` is what `checking.contract_of` gives; ``budget`` is how many seconds random histories may take, ``start``
    the seed that they begin with.
    """

    def __init__(self, checks: Any, budget: float = 10.0, start: int = 0, patience: float = PATIENCE) -> None:
        self._checks, self._budget, self._seed, self._patience = checks, budget, start, patience
        self._target, self._awaited = checks.target, checks.awaited
        self._histories = 0
        self._stuck = False
        self._failed: list[Found] = []

    def report(self) -> Report:
        """Every check, run."""
        began = time.monotonic()
        passed: list[str] = []
        not_run: dict[str, str] = {}
        # The random histories come last: what a check finds is easier to read.
        for name, check in sorted(checks_of(self._checks), key=lambda one: one[0] == _HISTORIES):
            try:
                self._in_time(self._random if name == _HISTORIES else check)
            except NotRun as reason:
                not_run[name] = str(reason)
            except Exception as error:  # noqa: BLE001 - whatever a faulty store raises fails the check
                self._failed.append(self._found(name, check, error))
            else:
                passed.append(name)
        checks = self._checks
        capabilities = {name: name in checks.helpers for name in KINDS[checks.kind].helpers}
        return Report(
            checks.target, checks.kind, checks.awaited, self._seed, capabilities, tuple(passed), tuple(self._failed),
            not_run, self._histories, time.monotonic() - began, self._stuck,
        )  # fmt: skip

    def _in_time(self, check: Callable[[], object]) -> None:
        """The check in a thread of its own, which is left alone when it does not come back."""
        raised: list[BaseException] = []

        def run() -> None:
            try:
                check()
            except BaseException as error:  # noqa: BLE001 - it is raised again below, in the thread that waits
                raised.append(error)

        thread = threading.Thread(target=run, name="check", daemon=True)
        thread.start()
        thread.join(self._patience + (self._budget if check == self._random else 0))
        if thread.is_alive():
            self._stuck = True
            raise TimeoutError(f"it did not come back within {self._patience:g} seconds")
        if raised:
            raise raised[0]

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
        for attempt in range(_TRIES):
            try:
                walk(self._checks, size, self._seed + self._histories)
            except Flaky:
                # It went wrong once and not again: another run beside this one, or a store that is unsteady.
                if attempt == _TRIES - 1:
                    raise
                self._histories += 1
            else:
                self._histories += size
                return

    # --- what went wrong ----------------------------------------------------------------------------------------

    def _found(self, name: str, check: object, error: Exception) -> Found:
        cited = (*proved_by(check), *(error.numbers if isinstance(error, Unlike) else ()))
        calls = error.calls if isinstance(error, Unlike) else tuple(self._checks.calls)
        found = None if isinstance(error, TimeoutError) else self._shortest(calls)
        program = told(self._target, found, awaited=self._awaited) if found is not None else self._by_name(name)
        numbers = fitting(cited, found.name) if found is not None else cited
        begin = self._seed + (self._histories if name == _HISTORIES else 0)
        return Found(name, numbers, sentence(check), _said(error), program, begin)

    def _shortest(self, calls: tuple[Call, ...]) -> Wrong | None:
        """The shortest history of a case store that is answered wrongly, beginning with these calls."""
        if not isinstance(self._checks, CaseStoreChecks) or not calls:
            return None
        return shortest(self._checks, calls, SHORTENING / (1 + len(self._failed)))

    def _by_name(self, name: str) -> str:
        """The check by its name, and what it had asked: for what does not go wrong when asked again one by one."""
        writer = Writer(mark_of(self._checks.calls))
        asked = [f"# {writer.line(call)}" for call in self._checks.calls[-_SHOWN:] if call.name != "close"]
        kind = f", {self._checks.kind!r}" if self._checks.kind != "store" else ""
        lines = [
            "from expressplatform.testing.checking import contract_of",
            "",
            f"contract_of({self._checks.target!r}{kind}).{name}()",
            *(["", "# It asked, in the end:", *asked] if asked else []),
        ]
        return "\n".join(lines) + "\n"


def _said(error: Exception) -> str:
    """What an error says; an assertion that says nothing says what it asserts."""
    if str(error):
        text = f"{type(error).__name__}: {error}"
        return text if len(text) <= _LONG else f"{text[: _LONG // 2]} ... {text[-_LONG // 2 :]}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__}: {frames[-1].line}" if frames else type(error).__name__
