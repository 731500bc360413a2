"""The tool that measures mutants: its lot, its rounds, and what it tells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tools.mutation_score import Bench, Known, Trials, drawn, function_of, module_of, told, within
from tools.mutation_trial import first_failure

ROOT: Final = Path(__file__).resolve().parent.parent.parent
NAMES: Final = tuple(f"expressplatform.case.decide.x_due__mutmut_{number}" for number in range(100))
KNOWN: Final = Known(
    {
        "expressplatform.money.x_a": ["broad", "particular"],
        "expressplatform.money.x_b": ["broad", "near"],
        "expressplatform.scheme.x_c": ["broad", "other"],
    },
    {"broad": 1.0, "particular": 2.0, "near": 3.0, "other": 4.0},
)


def bench(*at_import: str) -> Bench:
    """Trials of which nothing is asked but which functions ran at import."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=-1, stdout=-1, text=True)
    process.communicate()
    warm = Trials(process, frozenset(at_import))
    return Bench(warm, warm, KNOWN, KNOWN.reach())


def found(how: str, failed: str = "") -> dict[str, str]:
    return {"how": how, "failed": failed, "said": "", "rounds": "1"}


class TestTheLot:
    """Every mutant has the same chance."""

    def test_the_same_seed_draws_the_same_mutants_whatever_the_order_they_come_in(self) -> None:
        assert drawn(NAMES, 10, 1) == drawn(reversed(NAMES), 10, 1)
        assert drawn(NAMES, 10, 1) != drawn(NAMES, 10, 2)

    def test_a_lot_holds_no_mutant_twice_and_at_most_all(self) -> None:
        assert sorted(drawn(NAMES, 1000, 1)) == sorted(NAMES)
        assert len(set(drawn(NAMES, 10, 1))) == 10

    def test_a_mutant_names_its_function_and_its_module(self) -> None:
        assert function_of(NAMES[0]) == "expressplatform.case.decide.x_due"
        assert module_of(NAMES[0]) == "case.decide"


class TestRounds:
    """The most particular tests first."""

    def test_a_test_that_runs_fewer_functions_comes_first(self) -> None:
        assert bench().tests("expressplatform.money.x_a__mutmut_1", 0) == ("particular", "broad")

    def test_what_ran_at_import_is_tried_once_more_with_the_tests_near_it(self) -> None:
        mutant = "expressplatform.money.x_a__mutmut_1"
        assert bench().tests(mutant, 2) == ()
        assert bench("expressplatform.money.x_a").tests(mutant, 2) == ("particular", "broad", "near", "other")

    def test_a_test_that_no_longer_fits_the_budget_is_left_out_and_a_quick_one_after_it_is_not(self) -> None:
        assert within(("particular", "near", "broad"), KNOWN, 4.0) == ("particular", "broad")
        assert within(("particular", "near", "broad"), KNOWN, 5.0) == ("particular", "near")


class TestTelling:
    """Honest numbers: what was not tried is not counted, nor what a false alarm killed."""

    def test_it_tells_the_share_its_interval_and_the_survivors(self) -> None:
        kept = {name: found("killed", "t") for name in NAMES[:8]}
        kept |= {NAMES[8]: found("timed_out"), NAMES[9]: found("survived")}
        said = told(NAMES, kept)
        assert said.startswith("9 of 10 mutants were noticed: 90.0%, 95 % interval 59.6% to 98.2%; 1 of them")
        assert "  case.decide: 9 of 10" in said
        assert said.endswith(f"Survivors (1), to be seen with `mutmut show NAME`:\n  {NAMES[9]}")

    def test_a_kill_by_a_test_that_fails_anyway_is_not_counted(self) -> None:
        kept = {NAMES[0]: found("killed", "flaky"), NAMES[1]: found("killed", "sound")}
        said = told(NAMES, kept, {"flaky"})
        assert said.startswith("1 of 1 mutants were noticed")
        assert "Not counted: flaky fails without a mutant too" in said

    def test_nothing_tried_is_no_score(self) -> None:
        assert told(NAMES, {}) == "No mutant was tried."


@pytest.mark.parametrize(
    ("output", "first"),
    [
        ("FAILED tests/a.py::test_b[1 - 2] - assert\n1 failed", "tests/a.py::test_b[1 - 2]"),
        ("FAILED tests/a.py::test_b[1] - assert", "tests/a.py::test_b[1]"),
        ("ERROR tests/a.py - ImportError", ""),
        ("3 passed", ""),
    ],
)
def test_the_first_test_that_failed_is_read_from_the_summary(output: str, first: str) -> None:
    assert first_failure(output, ("tests/a.py::test_b[1 - 2]", "tests/a.py::test_b[1]")) == first
