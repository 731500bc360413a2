"""The benchmarks' harness is held to what it says; nothing is timed here, and no peer is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks import page, rules, ways
from benchmarks.measure import Contest, Effort, Row, Times, held, row
from expressplatform.codes import Status
from expressplatform.eligibility import HK_CRITERIA, assess
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import FILED

MOMENT = Effort(rounds=3, seconds=0.0005)
RESULTS: Mapping[str, Any] = json.loads(page.RESULTS.read_text(encoding="utf-8"))


class TestAContest:
    """Everybody has a turn in each round, and a ratio belongs to one round."""

    def test_each_has_as_many_times_as_there_are_rounds(self) -> None:
        times = held(Contest({"one": int, "other": str}), MOMENT)
        assert {name: len(found) for name, found in times.by_name.items()} == {"one": 3, "other": 3}

    def test_the_ratio_is_the_median_of_the_rounds_and_its_spread_their_ends(self) -> None:
        times = Times({"ours": [1.0, 2.0, 4.0], "theirs": [3.0, 2.0, 8.0]})
        made = row("a row", times, ours="ours", theirs="theirs", goal=2.0)
        assert (made.ratio, made.least, made.greatest) == (2.0, 1.0, 3.0)
        assert (made.ours, made.theirs, made.met) == (2.0, 3.0, True)

    def test_a_row_without_a_goal_neither_meets_nor_misses_one(self) -> None:
        times = Times({"ours": [1.0], "theirs": [1.0]})
        assert row("a row", times, ours="ours", theirs="theirs").met is None

    def test_the_fastest_is_the_one_with_the_least_median(self) -> None:
        assert Times({"one": [3.0, 1.0, 3.0], "other": [2.0, 2.0, 9.0]}).fastest(["one", "other"]) == "other"


class TestTheWork:
    """Both sides of a row do the same work."""

    def test_our_eight_steps_lead_from_eligible_to_closed(self) -> None:
        before = ways.walked(None, ways.TAKEN_IN)
        assert before.status is Status.ELIGIBLE
        assert ways.walked(before, ways.WAY).status is Status.CLOSED

    def test_a_peer_takes_as_many_steps_as_we_do(self) -> None:
        assert len(ways.MOVES) == len(ways.WAY) == 8

    def test_the_engines_are_given_every_criterion_of_the_scheme(self) -> None:
        assert [name for name, *_ in rules.CRITERIA] == [one.id for one in HK_CRITERIA]

    @pytest.mark.parametrize("complaint", rules.SPOILT)
    def test_the_criteria_as_data_judge_as_ours_do(self, complaint: Any) -> None:
        facts = rules.plain(rules.facts_of(complaint))
        ours = [str(one.result.value) for one in assess(complaint, scheme=HK_CCA, on=FILED).findings]
        assert [_code(facts, *tests) for _, *tests in rules.CRITERIA] == ours


def _code(facts: Mapping[str, Any], unmet: Any, unknown: Any) -> str:
    if _holds(unmet, facts):
        return rules.NOT_MET
    return rules.UNKNOWN if unknown is not None and _holds(unknown, facts) else rules.MET


def _holds(test: Any, facts: Mapping[str, Any]) -> Any:
    if not isinstance(test, tuple):
        return test
    operator, *operands = test
    if operator == "fact":
        return facts[operands[0]]
    found = [_holds(one, facts) for one in operands]
    if operator in ("and", "or"):
        return (all if operator == "and" else any)(found)
    left, right = found
    return {"==": left == right, "!=": left != right, "<": operator == "<" and left < right}[operator]


class TestWhatIsKept:
    """The page's table is that of the kept results, which hold every row that has a goal."""

    def test_the_page_is_in_step_with_the_results(self) -> None:
        text = page.PAGE.read_text(encoding="utf-8")
        assert page.written(text, dict(RESULTS)) == text

    def test_each_row_has_a_name_two_times_and_a_ratio(self) -> None:
        for one in RESULTS["rows"]:
            assert {"name", "ours", "theirs", "ratio", "goal", "least", "greatest"} <= one.keys()
            assert one["least"] <= one["ratio"] <= one["greatest"]

    def test_the_goals_that_were_set_have_their_rows(self) -> None:
        goals = {(one["peer"], one["goal"]) for one in RESULTS["rows"]}
        assert {("transitions", 5.0), ("python-statemachine", 60.0), ("sismic", 35.0), ("pydantic", 1.0)} <= goals
        assert 1.3 in {goal for _, goal in goals}

    def test_of_the_machine_only_cores_and_python_are_told(self) -> None:
        assert RESULTS["machine"].keys() == {"cores", "python"}

    def test_a_document_of_rows_says_whether_their_goals_are_met(self) -> None:
        one = Row("a row", "a peer", 2.0, 1.0, 0.5, 0.4, 0.6, 1.0)
        (kept,) = page.document([one], MOMENT)["rows"]
        assert (kept["met"], kept["goal"], kept["unit"]) == (False, 1.0, "µs")
