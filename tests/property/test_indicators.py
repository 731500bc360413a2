"""What holds of figures, whatever the cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from fractions import Fraction
from typing import Final

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from expressplatform.case import Account, Case
from expressplatform.codes import Category, Nature, Outcome, Role, Status, Word
from expressplatform.indicators import RATES, Basis, Dimension, Figures, Mark, Rate, Spread, Tally, document, figures
from expressplatform.indicators.marks import OUTCOMES
from expressplatform.indicators.suppression import PUBLISHED, SPLITS, visible
from expressplatform.indicators.tally import Frame, Group
from expressplatform.money import Money
from tests.figures import ANSWERED, AS_AT, ENDED, LODGED, UPLOADED, case, erased, resolve_by

BY: Final = tuple(Dimension)
CELL: Final = 10

accounts = st.builds(
    Account,
    first_uploaded_at=st.sampled_from([None, UPLOADED]),
    answered_at=st.sampled_from([None, ANSWERED]),
    days_used=st.none() | st.integers(0, 30),
    late=st.booleans(),
    claimed_by=st.sampled_from([None, Role.TRADER]),
    claimed=st.none() | st.sampled_from(Outcome),
    word=st.sampled_from([None, Word.CONFIRMED, Word.DISPUTED]),
    rating=st.none() | st.integers(1, 5),
    offer_accepted=st.booleans(),
    promised=st.none() | st.builds(Money, st.sampled_from(["HKD", "CNY"]), st.integers(0, 999)),
    proved=st.booleans(),
    contradicted=st.booleans(),
    outcome=st.none() | st.sampled_from(Outcome),
    referred_back=st.integers(0, 2),
    withdrawn=st.booleans(),
    ended_at=st.sampled_from([None, ENDED]),
)
cases_of = st.builds(
    case,
    accounts,
    status=st.sampled_from([status for status in Status if status is not Status.ERASED]),
    lodged_at=st.integers(0, 400).map(lambda days: LODGED - timedelta(days=days)),
    trader=st.sampled_from(["a", "b", "c"]),
    category=st.sampled_from(Category),
    nature=st.sampled_from(Nature),
    resolve=st.none() | st.sampled_from([resolve_by(ENDED), resolve_by(AS_AT + timedelta(1))]),
)
ended_cases = st.builds(
    lambda one: attrs.evolve(one, status=Status.CLOSED, account=attrs.evolve(one.account, ended_at=ENDED)), cases_of
)


def counted(cases: Iterable[Case], basis: Basis = Basis.LODGED) -> Figures:
    return figures(cases, as_at=AS_AT, zone=UTC, basis=basis, by=BY)


class TestCounting:
    """Figures count outcomes: each case once, in any order, erased or not."""

    @given(st.lists(cases_of, max_size=12).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
    def test_the_order_changes_nothing(self, both: tuple[list[Case], list[Case]]) -> None:
        first, second = both
        tally = Tally(as_at=AS_AT, zone=UTC, by=BY)
        for one in second:
            tally.add(one)
        assert tally.figures() == counted(first)

    @given(st.lists(ended_cases, max_size=12), st.sampled_from(Basis), st.data())
    def test_erasing_cases_changes_no_figure(self, some: list[Case], basis: Basis, data: st.DataObject) -> None:
        after = [erased(one) if data.draw(st.booleans()) else one for one in some]
        assert counted(after, basis) == counted(some, basis)
        assert document(counted(after, basis)) == document(counted(some, basis))

    @given(st.lists(cases_of, max_size=12), st.sampled_from(Basis))
    def test_the_groups_of_a_dimension_sum_to_the_total(self, some: list[Case], basis: Basis) -> None:
        found = counted(some, basis)
        for dimension in BY:
            parts = [group.figures for group in found.groups if group.by is dimension]
            assert [sum(column) for column in zip(*(part.counts for part in parts), strict=True)] == (
                list(found.counts) if parts else []
            )
            assert sum(part.rating.n for part in parts) == found.rating.n
            assert sum(one.promised_minor_units for part in parts for one in part.relief) == sum(
                one.promised_minor_units for one in found.relief
            )

    @given(st.lists(cases_of, max_size=12))
    def test_every_case_has_one_outcome_and_every_part_is_within_its_whole(self, some: list[Case]) -> None:
        found = counted(some)
        assert sum(map(found.count, OUTCOMES)) == found.complaints == len(some)
        assert found.count(Mark.EVALUATED) == found.count(Mark.RESOLVED) + found.count(Mark.UNRESOLVED)
        assert (found.rating.n, found.response_days.n) == (found.count(Mark.RATED), found.count(Mark.TIMED))
        for rate in RATES:
            assert 0 <= found.rate(rate).numerator <= found.rate(rate).denominator
        for split in SPLITS:
            assert min(split.values(found)) >= 0


class TestMeasures:
    """A rate lies within its interval, and more cases make it narrower."""

    @given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(2, 50))
    def test_the_interval_holds_the_rate_and_shrinks_with_n(self, share: tuple[int, int], times: int) -> None:
        few, many = Rate.of(*share), Rate.of(share[0] * times, share[1] * times)
        for rate in (few, many):
            assert rate.value is not None
            assert rate.wilson_low is not None
            assert rate.wilson_high is not None
            assert 0 <= rate.wilson_low <= rate.value <= rate.wilson_high <= 1
        assert _width(many) < _width(few)

    @given(st.dictionaries(st.integers(0, 60), st.integers(1, 9), min_size=1))
    def test_a_histogram_sums_up_as_the_list_of_its_values_would(self, histogram: dict[int, int]) -> None:
        values = sorted(value for value, times in histogram.items() for _ in range(times))
        n, found = len(values), Spread.of(histogram)
        middle = values[(n - 1) // 2] + values[n // 2]
        assert (found.n, found.median) == (n, middle / 2)
        assert found.mean == sum(values) / n
        assert found.p90 is not None
        assert sum(value <= found.p90 for value in values) >= 0.9 * n > sum(value < found.p90 for value in values)


def _width(rate: Rate) -> float:
    return (rate.wilson_high or 0.0) - (rate.wilson_low or 0.0)


# --- the public view, attacked ---------------------------------------------------------------------------------

counts = st.sampled_from([0, 0, 0, 1, 2, 5, 9, 10, 11, 14, 30, 200])


@st.composite
def tables(draw: st.DrawFn) -> Figures:
    """Figures with one or two dimensions of up to four groups, from joint counts of every leaf of the tree."""
    by = (Dimension.TRADER, Dimension.NATURE)[: draw(st.integers(1, 2))]
    first, *more = [draw(st.integers(1, 4)) for _ in by]
    cells = [[_leaves(draw) for _ in range(more[0] if more else 1)] for _ in range(first)]
    groups = [(Dimension.TRADER, row) for row in cells]
    if more:
        groups += [(Dimension.NATURE, list(column)) for column in zip(*cells, strict=True)]
    frame = Frame(as_at=AS_AT, zone=UTC, by=by)
    parts = tuple(Group(dim, f"{at}", _figures(frame, several)) for at, (dim, several) in enumerate(groups))
    return attrs.evolve(_figures(frame, [leaf for row in cells for leaf in row]), groups=parts)


def _leaves(draw: st.DrawFn) -> dict[Mark, int]:
    """Counts of one cell: built up from the leaves, so that every split has a rest that is not negative."""
    found: dict[Mark, int] = {}
    for split in reversed(SPLITS):
        known = sum(found.setdefault(part, draw(counts)) for part in split.parts)
        found[split.parent] = max(found.get(split.parent, 0), known + draw(counts))
    return found


def _figures(frame: Frame, several: list[dict[Mark, int]]) -> Figures:
    totals = {mark: sum(one.get(mark, 0) for one in several) for mark in Mark}
    return Figures(frame, tuple(totals.values()), Spread.of({3: 20}), Spread.of({7: 20}), ())


Unknown = tuple[int, str]
Row = dict[Unknown, Fraction]


class Attacker:
    """Knows what is shown and how marks and groups add up, and solves for the rest."""

    def __init__(self, found: Figures) -> None:
        shown = visible(found, CELL)
        self.documents = [found, *(group.figures for group in found.groups)]
        self.shown = [shown.total, *shown.groups]
        self.rows = [row for row in (*self._splits(), *self._sums(found)) if row]
        self.solved = _reduced(self.rows)
        # Hidden counts that add up to nought are nought each: known, and taken out, until there are no more.
        while noughts := {cell for row in (*self.rows, *self.solved) for cell in row if self._adds_up_to_nought(row)}:
            kept = ({cell: sign for cell, sign in row.items() if cell not in noughts} for row in self.rows)
            self.rows = [row for row in kept if row]
            self.solved = _reduced(self.rows)

    def _adds_up_to_nought(self, row: Row) -> bool:
        return min(row.values()) > 0 and not any(map(self.value, row))

    def value(self, cell: Unknown) -> int:
        place, name = cell
        if name.startswith("rest:"):
            return SPLITS[int(name.removeprefix("rest:"))].values(self.documents[place])[-1]
        return self.documents[place].count(Mark(name))

    def _unknown(self, cells: Iterable[tuple[Unknown, int]]) -> Row:
        return {
            cell: Fraction(sign)
            for cell, sign in cells
            if cell[1].startswith("rest:") or Mark(cell[1]) not in self.shown[cell[0]]
        }

    def _splits(self) -> Iterable[Row]:
        for place in range(len(self.documents)):
            for at, split in enumerate(SPLITS):
                parts = [*(part.value for part in split.parts), f"rest:{at}"]
                yield self._unknown([((place, split.parent.value), -1), *(((place, part), 1) for part in parts)])

    def _sums(self, found: Figures) -> Iterable[Row]:
        names = [*(mark.value for mark in PUBLISHED), *(f"rest:{at}" for at in range(len(SPLITS)))]
        for dimension in found.frame.by:
            places = [place for place, group in enumerate(found.groups, 1) if group.by is dimension]
            for name in names:
                yield self._unknown([((0, name), -1), *(((place, name), 1) for place in places)])

    def determined(self) -> list[Unknown]:
        """The cells that have one value only, by linear algebra over the fractions."""
        return [next(iter(row)) for row in self.solved if len(row) == 1]

    def merged(self) -> list[int]:
        """What is left of each sum after subtracting what is shown, where all that is hidden adds up."""
        return [sum(map(self.value, row)) for row in self.rows if all(sign > 0 for sign in row.values())]


def _reduced(rows: list[Row]) -> list[Row]:
    """The reduced row echelon form of sparse rows."""
    pivots: dict[Unknown, Row] = {}
    for row in rows:
        rest = dict(row)
        for cell in list(row):
            if cell in pivots and cell in rest:
                _subtract(rest, pivots[cell], rest[cell])
        if not rest:
            continue
        pivot = min(rest)
        rest = {cell: factor / rest[pivot] for cell, factor in rest.items()}
        for other in pivots.values():
            if pivot in other:
                _subtract(other, rest, other[pivot])
        pivots[pivot] = rest
    return list(pivots.values())


def _subtract(row: Row, other: Row, times: Fraction) -> None:
    for cell, factor in other.items():
        row[cell] = row.get(cell, Fraction(0)) - times * factor
        if not row[cell]:
            del row[cell]


def _plain(found: object) -> Iterable[object]:
    if isinstance(found, dict):
        for key, value in found.items():
            if key not in ("smallest_cell", "response_days", "nine_of_ten_within_days", "low", "high"):
                yield from _plain(value)
    elif isinstance(found, list):
        for value in found:
            yield from _plain(value)
    else:
        yield found


class TestPublic:
    """No small count is published, and none can be found by subtraction."""

    @given(tables())
    def test_no_count_below_the_cell_size_is_shown(self, found: Figures) -> None:
        public = document(found, public=True, smallest_cell=CELL)
        numbers = [value for value in _plain(public) if type(value) is int]
        assert all(number >= CELL for number in numbers)

    @given(tables())
    def test_no_small_count_follows_from_what_is_shown(self, found: Figures) -> None:
        attacker = Attacker(found)
        assert not [cell for cell in attacker.determined() if 0 < attacker.value(cell) < CELL]

    @given(tables())
    def test_what_is_hidden_is_not_small_together(self, found: Figures) -> None:
        assert not [count for count in Attacker(found).merged() if 0 < count < CELL]

    @given(tables())
    def test_a_rate_or_a_mean_is_shown_only_with_its_n(self, found: Figures) -> None:
        public = document(found, public=True, smallest_cell=CELL)
        groups = public["groups"]
        assert isinstance(groups, list)
        for one in (public, *groups):
            assert (one["mean_rating"] is None) is (one["rated"] is None) is (one["n"]["mean_rating"] is None)
            assert (one["response_days"]["mean"] is None) is (one["timed"] is None)
            for rate in RATES:
                marks = (*rate.numerator, rate.denominator)
                if set(marks) <= set(PUBLISHED):
                    assert (one[rate.name] is None) is any(one[mark.value] is None for mark in marks)

    @given(st.lists(cases_of, min_size=1, max_size=60), st.integers(1, 12))
    @example([case()] * 25, 10)
    def test_counted_cases_are_published_as_safely(self, some: list[Case], cell: int) -> None:
        public = document(counted(some), public=True, smallest_cell=cell)
        assert all(number >= cell for number in _plain(public) if type(number) is int)
