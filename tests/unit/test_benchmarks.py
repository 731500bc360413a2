"""The benchmarks' harness is held to what it says; no time is judged here, and no peer is needed."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import groups, growth, loading, page, rules, seeding, steps, stores, ways
from benchmarks.chart import drawn
from benchmarks.measure import Contest, Effort, Row, Times, held, row
from benchmarks.racing import FINER, raced
from expressplatform.codes import Status
from expressplatform.eligibility import HK_CRITERIA, assess
from expressplatform.platform.rows import opened
from expressplatform.ports import Leaf
from expressplatform.schemes import HK_CCA
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.schema import connect
from expressplatform_sqlite.store import SqliteStore
from tests.whole_complaint import FILED

MOMENT = Effort(rounds=3, seconds=0.0005)
RESULTS: Mapping[str, Any] = json.loads(page.RESULTS.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def little_to_collect() -> Iterator[None]:
    """A turn begins with a collection, which need not go through what all the other tests have loaded."""
    gc.freeze()
    yield
    gc.unfreeze()


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


class TestARace:
    """On the wall everybody gets as many operations made ready as a turn takes, and new ones each time."""

    def test_what_is_ready_is_carried_out_and_a_round_is_timed_for_each(self) -> None:
        made: list[int] = []

        def counting(operations: int) -> Callable[[], object]:
            made.append(operations)
            return lambda: [sum(range(1000)) for _ in range(operations)]

        times = raced({"one": counting, "other": counting}, Effort(rounds=1, seconds=0.0005), each=4)
        assert {len(found) for found in times.by_name.values()} == {FINER}
        assert len(made) > 2 * FINER
        assert min(made) >= 1


class TestWhatIsStored:
    """Both sides of an append have stored the same before either is timed, and stores are what they are said to be."""

    def test_both_sides_store_the_same_rows(self, tmp_path: Path) -> None:
        stores.check_sqlite(tmp_path)

    def test_sides_that_store_something_else_are_not_timed(self) -> None:
        with pytest.raises(LookupError):
            stores._same({"cases": [1]}, {"cases": [2]})
        with pytest.raises(LookupError):
            stores._same({"cases": []}, {"cases": []})

    def test_steps_are_lives_of_eight_in_which_an_upload_leaves_two_effects(self) -> None:
        whole, single = steps.steps(0, 2, steps.LIFE), steps.steps(0, 2 * steps.LIFE, 1)
        assert [len(one.events) for one in whole] == [8, 8]
        assert sum(len(one.effects) for one in single) == sum(len(one.effects) for one in whole) == 4
        assert [one.expected for one in single] == [*range(8), *range(8)]
        assert [one.header.version for one in single[:8]] == list(range(1, 9))

    def test_what_is_sealed_opens_to_what_was_said(self) -> None:
        (step,) = steps.steps(0, 1, 1)
        (stored,) = steps.commit(step).events
        assert steps.SAID.encode() not in stored.sealed
        event: Any = opened(stored, steps.KEY)
        assert event.asked.particulars.text == steps.SAID

    def test_threads_share_cases_and_never_steps_of_one(self) -> None:
        batches = steps.in_batches(steps.steps(0, 24, 1), 1)
        shares = steps.shared(batches, 2, lambda one: one.case_id)
        names = [{batch[0].case_id for batch in share} for share in shares]
        assert [len(share) for share in shares] == [16, 8]
        assert not names[0] & names[1]

    def test_a_store_is_filled_to_its_size_with_every_row_in_its_feed(self, tmp_path: Path) -> None:
        seeding.fill_sqlite(tmp_path / "grown", 800)
        with SqliteStore(tmp_path / "grown") as store:
            growth.check(store, 800)
            with pytest.raises(LookupError):
                growth.check(store, 808)

    def test_places_are_those_that_the_sequencer_would_give(self, tmp_path: Path) -> None:
        seeding.fill_sqlite(tmp_path / "filled", 80)
        with SqliteStore(tmp_path / "placed") as store:
            for commits in seeding.commits(80):
                store.append(commits)
            waiting = store.unplaced(100)
            leaves = [Leaf(one.case_id, one.version, seeding.HASH) for one in waiting.events]
            assert store.place(waiting.start, leaves)
        found = []
        for name in ("filled", "placed"):
            with closing(connect(str(tmp_path / name), 1.0)) as db:
                tables = ("ledger", "feed", "shown", "events")
                found.append([db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables])
        assert found[0] == found[1]

    def test_a_case_that_is_loaded_is_the_one_that_was_lodged(self, tmp_path: Path) -> None:
        with SqliteStore(tmp_path / "cases") as store:
            loading.fill(store)
            loading.check(store)

    def test_every_client_of_many_has_its_answer(self, tmp_path: Path) -> None:
        clients = groups.Clients(lambda: AsyncSqliteStore(tmp_path / "many"), 5)
        try:
            clients.ready(2)()
        finally:
            clients.close()
        assert [len(waits) for waits in clients.waits] == [5 * 2 * steps.LIFE]


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

    def test_the_picture_is_in_step_with_the_results(self) -> None:
        assert page.PICTURE.read_text(encoding="utf-8") == drawn(RESULTS["rows"])

    def test_the_picture_shows_each_row_that_has_a_goal_and_is_well_formed(self) -> None:
        asked = [one for one in RESULTS["rows"] if one["goal"] is not None]
        picture = ElementTree.fromstring(drawn(RESULTS["rows"]))
        assert len(picture.findall("{http://www.w3.org/2000/svg}g")) == len(asked) > 4

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
        (kept,) = page.document({"days": [one]}, MOMENT)["rows"]
        assert (kept["met"], kept["goal"], kept["unit"], kept["suite"]) == (False, 1.0, "µs", "days")

    def test_a_suite_that_is_held_again_takes_the_place_of_its_rows_and_of_no_others(self) -> None:
        old, new = (Row(name, "a peer", 2.0, 1.0, 0.5, 0.4, 0.6, 1.0) for name in ("old", "new"))
        kept = page.document({"days": [old], "ways": [old]}, MOMENT)
        joined = page.joined(kept, page.document({"days": [new]}, MOMENT), ("ways", "days"))
        assert [(one["suite"], one["name"]) for one in joined["rows"]] == [("ways", "old"), ("days", "new")]
