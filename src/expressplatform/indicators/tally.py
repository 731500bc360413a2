"""One pass over cases: each is added once, and is not kept.

Laws of this file: the order of the cases changes nothing. A case counts once, for the trader it is with or was with
last. Whether it falls into the period is asked of one date, the *basis*, in one zone, and both are part of the
figures. What a case counts for is `marks`; here it is only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

import attrs

from expressplatform.case import Case
from expressplatform.fields import instant, refuse
from expressplatform.indicators.marks import Mark, RateOf, marks_of
from expressplatform.indicators.measures import Rate, Spread
from expressplatform.money import Money
from expressplatform.scheme import DELETE_DAYS


class Basis(StrEnum):
    """The date that puts a case into a period: when it was lodged, first uploaded to its trader, or came to rest."""

    LODGED = "lodged"
    UPLOADED = "uploaded"
    ENDED = "ended"


class Dimension(StrEnum):
    """What figures are given apart by. PERIOD: by the month, quarter or year of the basis date."""

    TRADER = "trader"
    CATEGORY = "category"
    NATURE = "nature"
    PERIOD = "period"


class Period(StrEnum):
    """How long the periods are."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def _dimensions(given: Iterable[str]) -> tuple[Dimension, ...]:
    try:
        return tuple(dict.fromkeys(Dimension(name) for name in given))
    except ValueError:
        wanted = ", ".join(Dimension)
        raise refuse("$.by", "value", f"must be names among {wanted}") from None


def _not_before(frame: Frame, _: attrs.Attribute[date | None], until: date | None) -> None:
    if frame.since is not None and until is not None and until < frame.since:
        raise refuse("$.until", "date_order", "must not be before the first day")


@attrs.frozen(kw_only=True)
class Frame:
    """What the figures are about, and what they never go without.

    ``as_at`` is the instant at which the cases were read (it knows its offset from UTC). ``since`` and ``until`` are
    the first and the last day of the basis date, both included, local to ``zone``; None: no bound. ``delete_days`` says
    when a deletion that a recipient owes is overdue.
    """

    as_at: datetime = attrs.field(validator=instant())
    zone: tzinfo
    basis: Basis = attrs.field(default=Basis.LODGED, converter=Basis)
    since: date | None = None
    until: date | None = attrs.field(default=None, validator=_not_before)
    by: tuple[Dimension, ...] = attrs.field(default=(), converter=_dimensions)
    period: Period = attrs.field(default=Period.MONTH, converter=Period)
    delete_days: int = DELETE_DAYS

    def day(self, case: Case) -> date | None:
        """The local day that puts a case into a period; None where it has none yet, or lies outside the bounds."""
        at = _BASES[self.basis](case)
        if at is None:
            return None
        day = at.astimezone(self.zone).date()
        early = self.since is not None and day < self.since
        late = self.until is not None and day > self.until
        return None if early or late else day

    def key(self, dimension: Dimension, case: Case, day: date) -> str:
        """In which group of a dimension a case counts."""
        if dimension is Dimension.TRADER:
            return case.trader
        if dimension is Dimension.CATEGORY:
            return case.complaint.category.value
        if dimension is Dimension.NATURE:
            return case.complaint.nature.value
        return _PERIODS[self.period](day)


_BASES: Final[Mapping[Basis, Callable[[Case], datetime | None]]] = MappingProxyType(
    {
        Basis.LODGED: lambda case: case.file.lodged_at,
        Basis.UPLOADED: lambda case: case.account.first_uploaded_at,
        Basis.ENDED: lambda case: case.account.ended_at,
    }
)
_PERIODS: Final[Mapping[Period, Callable[[date], str]]] = MappingProxyType(
    {
        Period.MONTH: lambda day: f"{day.year:04d}-{day.month:02d}",
        Period.QUARTER: lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
        Period.YEAR: lambda day: f"{day.year:04d}",
    }
)


@attrs.frozen
class Relief:
    """Money in one currency, in its minor units: what was promised in how many cases, and what of it was proved."""

    currency: str
    promised: int
    promised_minor_units: int
    proved: int
    proved_minor_units: int


@attrs.frozen
class Figures:
    """Counts, rates and means over the cases of a `Frame`. ``counts`` are in the order of `Mark`: see `count`.

    ``rating`` sums up the complainants' marks (1 to 5), ``response_days`` the counted days of the first answers.
    """

    frame: Frame
    counts: tuple[int, ...]
    rating: Spread
    response_days: Spread
    relief: tuple[Relief, ...]
    groups: tuple[Group, ...] = ()

    def count(self, mark: Mark) -> int:
        """How many complaints bear a mark."""
        return self.counts[_PLACES[mark]]

    def rate(self, rate: RateOf) -> Rate:
        """One of `RATES`, with its interval."""
        return Rate.of(sum(map(self.count, rate.numerator)), self.count(rate.denominator))

    @property
    def complaints(self) -> int:
        """All complaints of the frame: the n of the figures."""
        return self.count(Mark.COMPLAINTS)


@attrs.frozen
class Group:
    """The figures of one value (``key``) of one dimension."""

    by: Dimension
    key: str
    figures: Figures


_PLACES: Final[Mapping[Mark, int]] = MappingProxyType({mark: place for place, mark in enumerate(Mark)})


@attrs.frozen
class _Seen:
    """What one case adds."""

    marks: tuple[Mark, ...]
    rating: int | None
    days: int | None
    promised: Money | None
    proved: bool

    @classmethod
    def of(cls, case: Case, frame: Frame) -> Self:
        account, marks = case.account, marks_of(case, frame.as_at, frame.delete_days)
        rating = account.rating if Mark.RATED in marks else None
        days = account.days_used if Mark.TIMED in marks else None
        return cls(marks, rating, days, account.promised, account.proved)


@attrs.define
class _Counts:
    """Counts under way: their size depends on how many codes and days there are, not on how many cases."""

    marks: Counter[Mark] = attrs.field(factory=Counter)
    ratings: Counter[int] = attrs.field(factory=Counter)
    days: Counter[int] = attrs.field(factory=Counter)
    relief: dict[str, Relief] = attrs.field(factory=dict)

    def add(self, seen: _Seen) -> None:
        for mark in seen.marks:
            self.marks[mark] += 1
        if seen.rating is not None:
            self.ratings[seen.rating] += 1
        if seen.days is not None:
            self.days[seen.days] += 1
        if seen.promised is not None:
            self._promised(seen.promised, seen.proved)

    def _promised(self, amount: Money, proved: bool) -> None:
        units, so_far = amount.minor_units, self.relief.get(amount.currency, Relief(amount.currency, 0, 0, 0, 0))
        self.relief[amount.currency] = Relief(
            amount.currency,
            so_far.promised + 1,
            so_far.promised_minor_units + units,
            so_far.proved + proved,
            so_far.proved_minor_units + units * proved,
        )

    def figures(self, frame: Frame, groups: tuple[Group, ...] = ()) -> Figures:
        return Figures(
            frame,
            tuple(self.marks[mark] for mark in Mark),
            Spread.of(self.ratings),
            Spread.of(self.days),
            tuple(self.relief[currency] for currency in sorted(self.relief)),
            groups,
        )


class Tally:
    """Adds cases up, one at a time; memory does not grow with their number.

    Arguments are those of `Frame`. A case whose basis date is missing or out of bounds is not counted. Raises
    InvalidInput where ``as_at`` has no offset, ``until`` is before ``since`` or ``by`` names no dimension.
    """

    def __init__(
        self,
        *,
        as_at: datetime,
        zone: tzinfo,
        basis: Basis = Basis.LODGED,
        since: date | None = None,
        until: date | None = None,
        by: Iterable[str] = (),
        period: Period = Period.MONTH,
        delete_days: int = DELETE_DAYS,
    ) -> None:
        self.frame = Frame(
            as_at=as_at,
            zone=zone,
            basis=basis,
            since=since,
            until=until,
            by=by,
            period=period,
            delete_days=delete_days,
        )
        self._all = _Counts()
        self._groups: dict[tuple[Dimension, str], _Counts] = {}

    def add(self, case: Case) -> None:
        """Counts a case. It may be erased: only facts are read."""
        day = self.frame.day(case)
        if day is None:
            return
        seen = _Seen.of(case, self.frame)
        self._all.add(seen)
        for dimension in self.frame.by:
            key = (dimension, self.frame.key(dimension, case, day))
            self._groups.setdefault(key, _Counts()).add(seen)

    def figures(self) -> Figures:
        """The figures of what was added so far: groups in the order of the dimensions asked for, then by key."""
        order = self.frame.by.index
        keys = sorted(self._groups, key=lambda pair: (order(pair[0]), pair[1]))
        groups = tuple(Group(by, key, self._groups[by, key].figures(self.frame)) for by, key in keys)
        return self._all.figures(self.frame, groups)


def figures(
    cases: Iterable[Case],
    *,
    as_at: datetime,
    zone: tzinfo,
    basis: Basis = Basis.LODGED,
    since: date | None = None,
    until: date | None = None,
    by: Iterable[str] = (),
    period: Period = Period.MONTH,
) -> Figures:
    """The figures of cases, read once, in any order. Arguments and errors as `Tally`."""
    tally = Tally(as_at=as_at, zone=zone, basis=basis, since=since, until=until, by=by, period=period)
    for case in cases:
        tally.add(case)
    return tally.figures()
