"""Measure how many changes of the core's code the tests notice: `make mutants`.

    python -m tools.mutation_score [--sample N] [--seed S] [--only MODULE]... [--again]

mutmut (settings: `[tool.mutmut]` in pyproject.toml) writes every mutant into `mutants/` and records which test runs
which function. This draws N of them by lot, tries each in a fresh interpreter (`tools.mutation_trial`), and prints the
score with its 95 % interval, what it is for each module, and the survivors.

Laws: the lot is drawn from all mutants, those that run at import included, and from the seed alone. A mutant is tried
against the tests that run its function, the most particular first, then against those that run anything of its module,
each within a budget of processor time; what none of these notices survived. A kill counts only if the test that failed
passes without a mutant. Results are kept in `mutants/score.json`: a run that was stopped goes on where it was, and
`--again` tries its survivors anew after tests were added.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
from rich.progress import track

from expressplatform.indicators import Rate

ROOT: Final = Path(__file__).resolve().parent.parent
TREE: Final = ROOT / "mutants"
KEPT: Final = TREE / "score.json"
PLACES: Final = ("tests/unit", "tests/property")
SURVIVED: Final = {"how": "survived", "failed": "", "said": ""}
_FIRST: Final = 25
"""So many of the most particular tests make the first round: nearly every mutant that dies, dies of one of them."""
ROUNDS: Final = ("The most particular tests", "The other tests", "From the first import on")
AT_IMPORT: Final = 2
_ALLOWED: Final = 4
"""A trial may take so many times what its tests take without a mutant, and half a minute."""


@attrs.frozen
class Known:
    """What mutmut recorded: the tests that run a function, and how many seconds a test takes."""

    tests: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float]

    def time(self, tests: Iterable[str]) -> float:
        """How many seconds these tests take without a mutant."""
        return sum(self.seconds.get(test, 0.0) for test in tests)

    def near(self, function: str) -> set[str]:
        """The tests that run other functions near this one: of its module, or of what holds that if these are few."""
        near, found = function, set[str]()
        while len(found) < _FIRST and "." in near:
            near = near.rpartition(".")[0]
            found = {test for name, tests in self.tests.items() if name.startswith(f"{near}.") for test in tests}
        return found - set(self.tests.get(function, ()))

    def reach(self) -> Counter[str]:
        """How many functions each test runs: the fewer, the more particular it is."""
        return Counter(test for tests in self.tests.values() for test in tests)


def function_of(mutant: str) -> str:
    """The function that a mutant is of, by mutmut's name for it."""
    return mutant.rpartition("__mutmut_")[0]


def module_of(mutant: str) -> str:
    """The module that a mutant is in, without the package's name."""
    return mutant.rpartition(".")[0].partition(".")[2]


def drawn(mutants: Iterable[str], size: int, seed: int) -> tuple[str, ...]:
    """A lot of mutants, the same for the same seed, in an order that is by lot too."""
    names = sorted(mutants)
    return tuple(random.Random(seed).sample(names, min(size, len(names))))


def within(tests: Iterable[str], known: Known, budget: float) -> tuple[str, ...]:
    """The tests in their order that together stay within a budget of seconds; dear ones are left out on the way."""
    taken = []
    for test in tests:
        seconds = known.seconds.get(test, 0.0)
        if seconds <= budget:
            taken.append(test)
            budget -= seconds
    return tuple(taken)


def _answer(process: subprocess.Popen[str]) -> Any:
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise SystemExit("The process that tries mutants has ended. What it said stands above.")
    return json.loads(line)


@attrs.define
class Trials:
    """The process that tries mutants, one line in and one line out."""

    process: subprocess.Popen[str]
    at_import: frozenset[str]

    @classmethod
    def started(cls, *places: str) -> Trials:
        """Start it in mutmut's tree, that tree's sources before all others; the tests in ``places`` are imported."""
        paths = [TREE / "src", TREE / "adapters", TREE]
        settings = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "HYPOTHESIS_PROFILE": "mutants",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        command = [sys.executable, str(ROOT / "tools" / "mutation_trial.py"), *places]
        process = subprocess.Popen(command, cwd=TREE, env=settings, text=True, stdin=-1, stdout=-1)
        return cls(process, frozenset(_answer(process)))

    def trial(self, mutant: str, tests: Sequence[str], seconds: float) -> dict[str, str]:
        """One round of tests with one mutant in place."""
        limit = int(30 + _ALLOWED * seconds)
        asked = {"mutant": mutant, "tests": list(tests), "seconds": limit}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        found: dict[str, str] = _answer(self.process)
        if found["how"] == "broken":
            raise SystemExit(f"A trial broke down: {found['said']}")
        return found

    def close(self) -> None:
        """No more lines: it ends by itself."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process.wait(timeout=60)


@attrs.frozen
class Bench:
    """Two processes that try mutants: one that has imported everything, and one that has imported nothing.

    ``budget``: seconds that the tests of a round take without a mutant; what no longer fits is left out.
    """

    warm: Trials
    cold: Trials
    known: Known
    reach: Mapping[str, int]
    budget: float = 20.0

    def tests(self, mutant: str, turn: int) -> tuple[str, ...]:
        """The tests of a round: a function's most particular, its others; from the first import on if it ran there."""
        function = function_of(mutant)
        own = self.ordered(self.known.tests.get(function, ()))
        if turn < AT_IMPORT:
            return (own[:_FIRST], own[_FIRST:])[turn]
        if function not in self.warm.at_import:
            return ()
        return within((*own[:_FIRST], *self.ordered(self.known.near(function))[:_FIRST]), self.known, self.budget)

    def round(self, mutant: str, turn: int) -> dict[str, str]:
        """How a mutant ended in a round."""
        tests = self.tests(mutant, turn)
        trials = self.cold if turn == AT_IMPORT else self.warm
        return trials.trial(mutant, tests, self.known.time(tests)) if tests else SURVIVED

    def ordered(self, tests: Iterable[str]) -> tuple[str, ...]:
        """Tests, the most particular first and then the quickest, as far as the budget reaches."""
        known = self.known
        by_reach = sorted(tests, key=lambda test: (self.reach[test], known.seconds.get(test, 0.0), test))
        return within(by_reach, known, self.budget)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _mutants() -> list[str]:
    found = [name for path in sorted(TREE.rglob("*.meta")) for name in _json(path)["exit_code_by_key"]]
    if not found:
        raise SystemExit("mutmut wrote no mutants. Run `make mutants`, which has it write them first.")
    return found


def _known() -> Known:
    stats = _json(TREE / "mutmut-stats.json")
    return Known(stats["tests_by_mangled_function_name"], stats["duration_by_test"])


def _tried(mutants: Sequence[str], kept: dict[str, dict[str, str]], known: Known, budget: float) -> None:
    """Round after round, try what survived so far; each verdict is written down as soon as it is there."""
    bench = Bench(Trials.started(*PLACES), Trials.started(), known, known.reach(), budget)
    try:
        for turn, name in enumerate(ROUNDS):
            waiting = [one for one in mutants if one not in kept or kept[one]["rounds"] == str(turn)]
            for mutant in track([one for one in waiting if _open(kept, one)], name):
                kept[mutant] = {**bench.round(mutant, turn), "rounds": str(turn + 1)}
                KEPT.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    finally:
        bench.warm.close()
        bench.cold.close()


def _open(kept: Mapping[str, Mapping[str, str]], mutant: str) -> bool:
    return mutant not in kept or kept[mutant]["how"] == "survived"


def _false_alarms(kept: Mapping[str, Mapping[str, str]], known: Known) -> set[str]:
    """The tests that killed a mutant and fail without one too, here and now."""
    killers = sorted({one["failed"] for one in kept.values() if one["failed"]})
    trials, wrong = Trials.started(*PLACES), set[str]()
    try:
        while killers:
            found = trials.trial("", killers, known.time(killers))
            if found["how"] == "survived":
                break
            if found["failed"] not in killers:
                raise SystemExit(f"The tests do not run without a mutant either. {found['said']}")
            wrong.add(found["failed"])
            killers.remove(found["failed"])
    finally:
        trials.close()
    return wrong


def told(mutants: Sequence[str], kept: Mapping[str, Mapping[str, str]], wrong: Iterable[str] = ()) -> str:
    """What there is to say of the mutants that were tried: the score, each module's, and who survived."""
    alarms = set(wrong)
    tried = [one for one in mutants if one in kept and kept[one]["failed"] not in alarms]
    noticed = [one for one in tried if kept[one]["how"] != "survived"]
    late = sum(kept[one]["how"] == "timed_out" for one in tried)
    rate = Rate.of(len(noticed), len(tried))
    if rate.value is None or rate.wilson_low is None or rate.wilson_high is None:
        return "No mutant was tried."
    of, dead = Counter(map(module_of, tried)), Counter(map(module_of, noticed))
    score = f"{rate.value:.1%}, 95 % interval {rate.wilson_low:.1%} to {rate.wilson_high:.1%}"
    lines = [
        f"{len(noticed)} of {len(tried)} mutants were noticed: {score}; {late} of them by running out of time.",
        *(f"  {module}: {dead[module]} of {of[module]}" for module in sorted(of)),
        f"Survivors ({len(tried) - len(noticed)}), to be seen with `mutmut show NAME`:",
        *(f"  {one}" for one in tried if one not in set(noticed)),
        *(f"Not counted: {test} fails without a mutant too" for test in sorted(alarms)),
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, try, tell."""
    parser = argparse.ArgumentParser(description="How many mutants of the core do the tests notice?")
    parser.add_argument("--sample", type=int, default=500, help="how many mutants (500)")
    parser.add_argument("--seed", type=int, default=1, help="the lot (1)")
    parser.add_argument("--only", action="append", default=[], help="mutants whose module begins so; may be repeated")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds of tests that a mutant is worth (20)")
    parser.add_argument("--again", action="store_true", help="try the survivors of the last run anew")
    parser.add_argument("--tell", action="store_true", help="try nothing: tell what the last run found")
    asked = parser.parse_args(arguments)
    chosen = [one for one in _mutants() if not asked.only or module_of(one).startswith(tuple(asked.only))]
    mutants, known = drawn(chosen, asked.sample, asked.seed), _known()
    kept: dict[str, dict[str, str]] = _json(KEPT) if KEPT.exists() else {}
    if asked.again:
        kept = {name: one for name, one in kept.items() if one["how"] != "survived" or name not in mutants}
    if not asked.tell:
        _tried(mutants, kept, known, asked.budget)
    wrong = set() if asked.tell else _false_alarms({one: kept[one] for one in mutants if one in kept}, known)
    print(told(mutants, kept, wrong))


if __name__ == "__main__":
    main()
