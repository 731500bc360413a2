"""What each figure counts, by example."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

from expressplatform.case import Account, Case
from expressplatform.codes import Nature, Outcome, Role, Status, Word
from expressplatform.errors import InvalidInput
from expressplatform.indicators import (
    RATES,
    Basis,
    Dimension,
    Mark,
    Period,
    Rate,
    Relief,
    Spread,
    Tally,
    document,
    figures,
)
from expressplatform.indicators.marks import OUTCOMES, marks_of
from expressplatform.money import Money
from expressplatform.privacy.deletion import Holding
from tests.figures import ANSWERED, AS_AT, ENDED, LODGED, UPLOADED, case, erased, heard, resolve_by

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
EARLY, LATER = AS_AT - timedelta(days=1), AS_AT + timedelta(days=1)
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "indicators.md"


def marks(one: Case) -> frozenset[Mark]:
    found = marks_of(one, AS_AT)
    assert len(found) == len(set(found))
    assert len(set(found) & set(OUTCOMES)) == 1
    return frozenset(found)


def many(*lots: tuple[int, Case]) -> list[Case]:
    return [one for times, one in lots for _ in range(times)]


class TestOutcome:
    """How a case came out is the complainant's word, not the trader's and not the status."""

    @pytest.mark.parametrize(
        ("account", "status", "outcome"),
        [
            (heard(Word.CONFIRMED), Status.CLOSED, Mark.RESOLVED),
            (heard(Word.DISPUTED), Status.RECORDED, Mark.UNRESOLVED),
            (heard(Word.DISPUTED), Status.CLOSED, Mark.UNRESOLVED),
            (heard(None), Status.RESOLVED, Mark.SILENT),
            (Account(UPLOADED, ended_at=ENDED), Status.RECORDED, Mark.SILENT),
            (Account(UPLOADED, offer_accepted=True), Status.RESOLVED, Mark.RESOLVED),
            (Account(UPLOADED, withdrawn=True, ended_at=ENDED), Status.WITHDRAWN, Mark.WITHDRAWN),
            (Account(ended_at=ENDED), Status.RECORDED, Mark.DECLINED),
            (Account(), Status.OUTSIDE_SCHEME, Mark.DECLINED),
            (Account(), Status.LODGED, Mark.PENDING),
            (Account(UPLOADED), Status.IN_CONCILIATION, Mark.PENDING),
            (Account(UPLOADED), Status.FURTHER_HANDLING, Mark.PENDING),
        ],
    )
    def test_each_case_comes_out_in_one_way(self, account: Account, status: Status, outcome: Mark) -> None:
        assert outcome in marks(case(account, status=status))

    def test_a_confirmed_promise_that_was_shown_to_be_broken_is_unresolved(self) -> None:
        broken = marks(case(attrs.evolve(heard(), contradicted=True)))
        assert broken >= {Mark.UNRESOLVED, Mark.CONTRADICTED, Mark.EVALUATED}

    def test_a_word_given_before_withdrawing_stands(self) -> None:
        account = attrs.evolve(heard(Word.DISPUTED), withdrawn=True)
        assert Mark.UNRESOLVED in marks(case(account, status=Status.WITHDRAWN))

    def test_a_rating_counts_only_with_a_word(self) -> None:
        assert Mark.RATED in marks(case(heard(rating=5)))
        assert Mark.RATED not in marks(case(heard(None, rating=5)))


class TestClaim:
    """The trader's word is counted apart from the complainant's."""

    @pytest.mark.parametrize(
        ("word", "mark"),
        [
            (Word.CONFIRMED, Mark.CLAIMED_CONFIRMED),
            (Word.DISPUTED, Mark.CLAIMED_DISPUTED),
            (None, Mark.CLAIMED_SILENT),
        ],
    )
    def test_a_claim_is_counted_by_what_the_complainant_said_of_it(self, word: Word | None, mark: Mark) -> None:
        account = attrs.evolve(heard(word), claimed_by=Role.TRADER, claimed=Outcome.SETTLED_MONETARY)
        assert marks(case(account)) >= {Mark.CLAIMED, mark}

    def test_a_claim_that_nobody_answered_yet_is_a_claim(self) -> None:
        account = Account(UPLOADED, ANSWERED, claimed_by=Role.TRADER, claimed=Outcome.PARTLY_SETTLED)
        assert marks(case(account, status=Status.RESOLUTION_REPORTED)) >= {Mark.CLAIMED, Mark.PENDING}

    def test_a_bare_reply_or_a_refusal_claims_nothing(self) -> None:
        refusal = attrs.evolve(heard(None), claimed_by=Role.TRADER, claimed=Outcome.REFUSED)
        assert Mark.CLAIMED not in marks(case(heard(None))) | marks(case(refusal))

    def test_promised_money_is_apart_from_proved_money_and_per_currency(self) -> None:
        promised = attrs.evolve(heard(), promised=Money("HKD", 500))
        proved = attrs.evolve(promised, proved=True)
        other = attrs.evolve(heard(), promised=Money("CNY", 70))
        found = figures([case(a) for a in (promised, proved, other)], as_at=AS_AT, zone=UTC)
        assert found.relief == (Relief("CNY", 1, 70, 0, 0), Relief("HKD", 2, 1000, 1, 500))
        assert (found.count(Mark.PROMISED), found.count(Mark.PROVED)) == (3, 1)
        assert document(found)["relief"] == [attrs.asdict(one) for one in found.relief]


class TestAnswer:
    """A case is due when it was answered, or when the trader's time ran out without an answer."""

    def test_an_answer_in_time_is_on_time_and_a_late_one_is_not(self) -> None:
        assert marks(case(heard())) >= {Mark.DUE, Mark.ANSWERED, Mark.ON_TIME, Mark.TIMED}
        late = marks(case(attrs.evolve(heard(), late=True, days_used=None)))
        assert {Mark.DUE, Mark.ANSWERED} <= late
        assert not {Mark.ON_TIME, Mark.TIMED} & late

    def test_silence_of_the_trader_is_due_once_its_time_is_over(self) -> None:
        assert Mark.DUE in marks(case(Account(UPLOADED), status=Status.UPLOADED, resolve=resolve_by(EARLY)))
        assert Mark.DUE not in marks(case(Account(UPLOADED), status=Status.UPLOADED, resolve=resolve_by(LATER)))

    def test_a_clock_that_stands_still_is_not_over(self) -> None:
        stopped = resolve_by(EARLY, paused_until=LATER)
        resumed = resolve_by(EARLY, paused_until=EARLY)
        assert Mark.DUE not in marks(case(Account(UPLOADED), status=Status.UPLOADED, resolve=stopped))
        assert Mark.DUE in marks(case(Account(UPLOADED), status=Status.UPLOADED, resolve=resumed))

    @pytest.mark.parametrize(
        "account",
        [
            Account(UPLOADED, withdrawn=True, ended_at=ENDED),
            Account(UPLOADED, outcome=Outcome.WRONG_TRADER, ended_at=ENDED),
        ],
    )
    def test_a_case_that_was_withdrawn_or_not_the_traders_was_not_due(self, account: Account) -> None:
        assert Mark.DUE not in marks(case(account, resolve=resolve_by(EARLY)))

    def test_without_a_trader_at_work_or_a_time_nothing_is_due(self) -> None:
        timeless = case(Account(UPLOADED), status=Status.UPLOADED, resolve=resolve_by(EARLY))
        assert timeless.turn is not None
        timeless = attrs.evolve(timeless, turn=attrs.evolve(timeless.turn, resolve=None))
        assert Mark.DUE not in marks(timeless) | marks(case())


class TestRest:
    """What else is counted."""

    def test_a_case_is_referred_back_once_it_came_back_from_the_trader_wherever_it_stands_now(self) -> None:
        back = case(attrs.evolve(heard(), referred_back=2), status=Status.RESOLVED)
        assert Mark.REFERRED_BACK in marks(back)
        assert Mark.REFERRED_BACK not in marks(case(heard()))
        assert figures([back], as_at=AS_AT, zone=UTC).count(Mark.REFERRED_BACK) == 1

    def test_a_case_was_uploaded_once_a_trader_could_have_read_it(self) -> None:
        assert Mark.UPLOADED in marks(case(Account(UPLOADED), status=Status.IN_CONCILIATION))
        assert Mark.UPLOADED not in marks(case(Account(), status=Status.LODGED))

    def test_missed_deadlines_impostors_and_deletions_owed_are_counted_by_case(self) -> None:
        one = case(heard())
        owing = (Holding("shop", UPLOADED), Holding("other", UPLOADED, must_delete_since=ENDED))
        one = attrs.evolve(one, file=attrs.evolve(one.file, missed=2, impostors=3, holdings=owing))
        assert marks(one) >= {Mark.MISSED_DEADLINES, Mark.IMPOSTORS, Mark.DELETIONS_OWED}
        of_deletions = ({*marks_of(one, ENDED + timedelta(days=days), 15)} for days in (14, 15))
        assert [Mark.DELETIONS_OVERDUE in found for found in of_deletions] == [False, True], "a recipient has its time"
        assert figures([one], as_at=AS_AT, zone=UTC).count(Mark.IMPOSTORS) == 1

    def test_an_erased_case_bears_the_same_marks(self) -> None:
        one = case(attrs.evolve(heard(), outcome=Outcome.SETTLED_MONETARY), resolve=resolve_by(EARLY))
        assert marks(erased(one)) == marks(one)


class TestFrame:
    """Which cases count is asked of one date, in one zone, and is part of the figures."""

    def test_the_day_of_a_case_is_its_day_in_the_zone(self) -> None:
        night = case(lodged_at=datetime(2025, 12, 31, 17, tzinfo=UTC))
        there = figures([night], as_at=AS_AT, zone=HONG_KONG, since=date(2026, 1, 1))
        assert there.complaints == 1
        assert figures([night], as_at=AS_AT, zone=UTC, since=date(2026, 1, 1)).complaints == 0

    def test_both_bounds_are_included(self) -> None:
        day = LODGED.date()
        for since, until, n in ((day, day, 1), (day + timedelta(1), None, 0), (None, day - timedelta(1), 0)):
            assert figures([case()], as_at=AS_AT, zone=UTC, since=since, until=until).complaints == n

    @pytest.mark.parametrize(("basis", "n"), [(Basis.LODGED, 3), (Basis.UPLOADED, 2), (Basis.ENDED, 1)])
    def test_a_case_without_the_basis_date_is_not_counted(self, basis: Basis, n: int) -> None:
        cases = [case(), case(Account(UPLOADED)), case(heard())]
        assert figures(cases, as_at=AS_AT, zone=UTC, basis=basis).complaints == n

    @pytest.mark.parametrize(
        ("period", "key"), [(Period.MONTH, "2025-03"), (Period.QUARTER, "2025-Q1"), (Period.YEAR, "2025")]
    )
    def test_periods_are_months_quarters_or_years_of_the_basis_date(self, period: Period, key: str) -> None:
        found = figures([case()], as_at=AS_AT, zone=UTC, by=("period",), period=period)
        assert [(group.by, group.key) for group in found.groups] == [(Dimension.PERIOD, key)]

    def test_groups_come_in_the_order_asked_for_and_then_by_key(self) -> None:
        cases = [case(trader="b"), case(trader="a", nature=Nature.COUNTERFEIT)]
        found = figures(cases, as_at=AS_AT, zone=UTC, by=("trader", "nature", "category", "trader"))
        assert [group.key for group in found.groups] == ["a", "b", "counterfeit", "defective", "toys"]

    def test_an_unknown_dimension_is_refused_without_quoting_it(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            Tally(as_at=AS_AT, zone=UTC, by=("canary",))
        assert "canary" not in str(caught.value)
        assert caught.value.problems[0].path == "$.by"

    def test_an_instant_without_an_offset_and_bounds_out_of_order_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="offset"):
            Tally(as_at=datetime(2026, 1, 1), zone=UTC)  # noqa: DTZ001
        with pytest.raises(InvalidInput, match="first day"):
            Tally(as_at=AS_AT, zone=UTC, since=date(2026, 1, 2), until=date(2026, 1, 1))

    def test_figures_can_be_sent_between_processes(self) -> None:
        found = figures([case(heard(rating=3))], as_at=AS_AT, zone=HONG_KONG, by=("trader",))
        assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301


class TestMeasures:
    """No rate and no mean without its n."""

    def test_the_interval_is_wilsons(self) -> None:
        # Brown, Cai and DasGupta's formula worked by hand for 8 of 10.
        rate = Rate.of(8, 10)
        assert rate.wilson_low == pytest.approx(0.4901625)
        assert rate.wilson_high == pytest.approx(0.9433178)

    def test_nothing_counted_is_nothing_and_not_nought(self) -> None:
        assert Rate.of(0, 0) == Rate(0, 0, None, None)
        assert Rate.of(0, 0).value is None
        assert Spread.of({}) == Spread(0, None, None, None)

    def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle(self) -> None:
        assert Spread.of({1: 2, 2: 1, 9: 1}) == Spread(4, 3.25, 1.5, 9)
        assert Spread.of(dict.fromkeys(range(1, 11), 1)).p90 == 9


class TestDocument:
    """Figures as plain numbers."""

    def test_the_two_headlines_of_the_same_cases_stand_beside_each_other(self) -> None:
        unanswered = case(Account(UPLOADED, ended_at=ENDED), resolve=resolve_by(EARLY))
        cases = many(
            (2268, case(heard(Word.CONFIRMED, rating=4, days=6))),
            (2260, case(heard(Word.DISPUTED, rating=1, days=7))),
            (1917, case(heard(None, days=7))),
            (38, unanswered),
        )
        found = document(figures(cases, as_at=AS_AT, zone=HONG_KONG))
        assert {key: found[key] for key in ("complaints", "answered", "evaluated", "resolved", "unresolved")} == {
            "complaints": 6483,
            "answered": 6445,
            "evaluated": 4528,
            "resolved": 2268,
            "unresolved": 2260,
        }
        assert (found["silent"], found["due"], found["pending"]) == (1955, 6483, 0)
        assert (found["resolved_of_evaluated"], found["resolved_or_silent_of_all"]) == (0.5009, 0.6514)
        assert found["mean_rating"] == 2.503
        assert found["response_days"] == {"mean": 6.648, "median": 7}
        assert found["nine_of_ten_within_days"] == 7
        assert found["n"] == {"mean_rating": 4528, "response_days": 6445}
        intervals = found["intervals"]
        assert isinstance(intervals, dict)
        assert intervals["resolved_of_evaluated"] == {
            "numerator": 2268,
            "denominator": 4528,
            "low": 0.4863,
            "high": 0.5154,
        }

    def test_it_says_what_it_is_about_and_is_json(self) -> None:
        found = document(
            figures([case()], as_at=AS_AT, zone=HONG_KONG, since=date(2025, 1, 1), until=date(2025, 12, 31))
        )
        assert json.loads(json.dumps(found)) == found
        assert {key: found[key] for key in ("basis", "zone", "as_at", "since", "until", "public")} == {
            "basis": "lodged",
            "zone": "Asia/Hong_Kong",
            "as_at": "2026-01-01T00:00:00+00:00",
            "since": "2025-01-01",
            "until": "2025-12-31",
            "public": False,
        }

    def test_what_does_not_exist_is_null(self) -> None:
        found = document(figures([], as_at=AS_AT, zone=UTC))
        assert found["complaints"] == 0
        assert found["mean_rating"] is None
        assert found["since"] is None
        assert found["response_days"] == {"mean": None, "median": None}
        assert all(found[rate.name] is None for rate in RATES)

    def test_a_median_between_two_days_keeps_its_half(self) -> None:
        found = document(figures([case(heard(days=1)), case(heard(days=2))], as_at=AS_AT, zone=UTC))
        assert found["response_days"] == {"mean": 1.5, "median": 1.5}

    def test_groups_are_the_same_document_with_their_key(self) -> None:
        found = document(figures([case(heard(), trader="a")], as_at=AS_AT, zone=UTC, by=("trader",)))
        alone = document(figures([case(heard(), trader="a")], as_at=AS_AT, zone=UTC))
        groups = found["groups"]
        assert isinstance(groups, list)
        assert (groups[0]["by"], groups[0]["key"]) == ("trader", "a")
        assert {key: alone[key] for key in groups[0] if key not in ("by", "key")} == {
            key: value for key, value in groups[0].items() if key not in ("by", "key")
        }

    def test_the_page_explains_every_figure(self) -> None:
        page = PAGE.read_text(encoding="utf-8")
        named = [mark.value for mark in Mark] + [rate.name for rate in RATES]
        assert [name for name in named if f"`{name}`" not in page] == []


class TestPublic:
    """Nothing small is published."""

    def test_a_small_group_takes_the_next_smallest_with_it(self) -> None:
        cases = many((5, case(trader="a")), (40, case(trader="b")), (30, case(trader="c")), (90, case(trader="d")))
        found = document(figures(cases, as_at=AS_AT, zone=UTC, by=("trader",)), public=True)
        groups = found["groups"]
        assert isinstance(groups, list)
        assert {group["key"]: group["complaints"] for group in groups} == {"a": None, "b": 40, "c": None, "d": 90}
        assert found["complaints"] == 165

    def test_a_small_part_of_a_group_hides_what_it_could_be_computed_from(self) -> None:
        good, bad = case(heard(), trader="a"), case(heard(Word.DISPUTED), trader="a")
        other = [attrs.evolve(one, file=case(trader="b").file) for one in (good, bad)]
        cases = many((50, good), (3, bad), (60, other[0]), (40, other[1]))
        found = document(figures(cases, as_at=AS_AT, zone=UTC, by=("trader",)), public=True)
        groups = found["groups"]
        assert isinstance(groups, list)
        assert (found["resolved"], found["unresolved"]) == (110, 43)
        for group in groups:
            assert (group["resolved"], group["unresolved"], group["resolved_of_evaluated"]) == (None, None, None)
            assert group["suppressed"] is True
        assert [group["evaluated"] for group in groups] == [53, 100]

    def test_a_small_part_of_the_total_is_merged_with_the_next(self) -> None:
        cases = many((50, case(heard())), (30, case(heard(None))), (4, case(Account())))
        found = document(figures(cases, as_at=AS_AT, zone=UTC), public=True)
        assert (found["complaints"], found["evaluated"], found["silent"]) == (84, 50, None)

    def test_a_part_as_large_as_may_be_shown_stands_alone_where_the_small_ones_hide_each_other(self) -> None:
        cases = many((10, case(heard())), (4, case(heard(None))), (7, case(Account())))
        found = document(figures(cases, as_at=AS_AT, zone=UTC), public=True)
        assert (found["complaints"], found["evaluated"], found["silent"]) == (21, 10, None)

    def test_a_small_total_shows_nothing(self) -> None:
        found = document(figures(many((9, case(heard(rating=1)))), as_at=AS_AT, zone=UTC, by=("trader",)), public=True)
        groups = found["groups"]
        assert isinstance(groups, list)
        for one in (found, *groups):
            assert one["complaints"] is None
            assert one["mean_rating"] is None
            assert one["response_days"] == {"mean": None, "median": None}
            assert one["n"] == {"mean_rating": None, "response_days": None}

    def test_figures_large_enough_are_shown_with_their_rates(self) -> None:
        lots = [(40, Word.CONFIRMED), (30, Word.DISPUTED), (20, None)]
        cases = many(*((times, case(heard(word, rating=2 if word else None))) for times, word in lots))
        found = document(figures(cases, as_at=AS_AT, zone=UTC), public=True)
        assert (found["resolved"], found["mean_rating"], found["resolved_of_evaluated"]) == (40, 2.0, 0.5714)
        assert "confirmed_of_claimed" not in found
        assert "relief" not in found
        assert found["smallest_cell"] == 10

    def test_groups_are_added_until_no_part_of_what_is_hidden_is_small(self) -> None:
        word, none, outside = heard(), heard(None), Account()
        a = many((3, case(word, trader="a")), (5, case(none, trader="a")), (20, case(outside, trader="a")))
        cases = [*a, *many((40, case(word, trader="b")), (41, case(none, trader="c")), (99, case(word, trader="d")))]
        found = document(figures(cases, as_at=AS_AT, zone=UTC, by=("trader",)), public=True)
        groups = found["groups"]
        assert isinstance(groups, list)
        assert [(group["evaluated"], group["silent"]) for group in groups] == [(None, None)] * 3 + [(99, None)]

    def test_parts_that_the_total_merges_are_not_small_together_in_a_group(self) -> None:
        word, none, outside = heard(), heard(None), Account()
        a = many((20, case(word, trader="a")), (4, case(none, trader="a")), (1, case(outside, trader="a")))
        cases = [*a, *many((30, case(word, trader="b")), (29, case(outside, trader="b")))]
        found = document(figures(cases, as_at=AS_AT, zone=UTC, by=("trader",)), public=True)
        groups = found["groups"]
        assert isinstance(groups, list)
        assert (found["evaluated"], found["silent"]) == (50, None)
        assert [group["evaluated"] for group in groups] == [None, None]
