"""Figures as a document of plain numbers, for people's programs.

Laws of this file: nothing is computed here but roundings. A value that does not exist (nothing counted, or not to be
published) is None; it is never nought. The key of a figure is the name of its mark or rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expressplatform.indicators.marks import RATES, Mark
from expressplatform.indicators.suppression import PUBLISHED, SMALLEST_CELL, visible
from expressplatform.indicators.tally import Figures, Relief

Plain = dict[str, object]


def document(figures: Figures, *, public: bool = False, smallest_cell: int = SMALLEST_CELL) -> Plain:
    """The figures as a JSON object: counts, rates (4 decimals) and means (3 decimals) at the top, their intervals and
    n under ``intervals`` and ``n``, the same for each group under ``groups``.

    A public document holds the marks of `PUBLISHED` only, each None where a count below ``smallest_cell`` could be
    found; ``suppressed`` says whether any is.
    """
    frame = figures.frame
    head: Plain = {
        "basis": frame.basis.value,
        "zone": str(frame.zone),
        "as_at": frame.as_at.isoformat(),
        "since": frame.since.isoformat() if frame.since else None,
        "until": frame.until.isoformat() if frame.until else None,
        "public": public,
    }
    if not public:
        everything = frozenset(Mark)
        groups = [
            {"by": group.by.value, "key": group.key, **_body(group.figures, everything)} for group in figures.groups
        ]
        return {**head, **_body(figures, everything), "groups": groups}
    may = visible(figures, smallest_cell)
    pairs = zip(figures.groups, may.groups, strict=True)
    groups = [{"by": group.by.value, "key": group.key, **_public(group.figures, shown)} for group, shown in pairs]
    return {**head, "smallest_cell": smallest_cell, **_public(figures, may.total), "groups": groups}


def _body(figures: Figures, shown: frozenset[Mark]) -> Plain:
    counts = {mark.value: figures.count(mark) for mark in Mark}
    return {**counts, **_measures(figures, shown, Mark), "relief": [_relief(one) for one in figures.relief]}


def _public(figures: Figures, shown: frozenset[Mark]) -> Plain:
    counts = {mark.value: figures.count(mark) if mark in shown else None for mark in PUBLISHED}
    return {**counts, **_measures(figures, shown, PUBLISHED), "suppressed": not shown.issuperset(PUBLISHED)}


def _measures(figures: Figures, shown: frozenset[Mark], offered: Iterable[Mark]) -> Plain:
    rating = figures.rating if Mark.RATED in shown else None
    days = figures.response_days if Mark.TIMED in shown else None
    rates, intervals = _rates(figures, shown, frozenset(offered))
    return {
        "mean_rating": _rounded(rating.mean, 3) if rating else None,
        "response_days": {
            "mean": _rounded(days.mean, 3) if days else None,
            "median": _whole(days.median) if days else None,
        },
        "nine_of_ten_within_days": days.p90 if days else None,
        **rates,
        "intervals": intervals,
        "n": {"mean_rating": rating.n if rating else None, "response_days": days.n if days else None},
    }


def _rates(figures: Figures, shown: frozenset[Mark], offered: frozenset[Mark]) -> tuple[Plain, Plain]:
    values: Plain = {}
    intervals: Plain = {}
    for rate in RATES:
        marks = {*rate.numerator, rate.denominator}
        if not marks <= offered:
            continue
        if not marks <= shown:
            values[rate.name] = intervals[rate.name] = None
            continue
        found = figures.rate(rate)
        values[rate.name] = _rounded(found.value, 4)
        intervals[rate.name] = {
            "numerator": found.numerator,
            "denominator": found.denominator,
            "low": _rounded(found.wilson_low, 4),
            "high": _rounded(found.wilson_high, 4),
        }
    return values, intervals


def _relief(relief: Relief) -> Mapping[str, object]:
    return {
        "currency": relief.currency,
        "promised": relief.promised,
        "promised_minor_units": relief.promised_minor_units,
        "proved": relief.proved,
        "proved_minor_units": relief.proved_minor_units,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _whole(value: float | None) -> float | None:
    """A median without its decimals where it has none: 7, but 6.5."""
    return int(value) if value is not None and value.is_integer() else value
