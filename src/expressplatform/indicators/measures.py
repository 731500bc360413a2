"""What a rate is and what a mean is: never without their n.

Laws of this file: arithmetic only; it knows no case. Nothing counted is None, never nought. A histogram of whole
numbers is all that a mean or a median needs, so memory does not grow with the number of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Final

import attrs

_Z: Final = 1.959963984540054
"""The standard normal's 97.5 % point: 95 % between its two sides."""


@attrs.frozen
class Rate:
    """A share: how many (``numerator``) of how many (``denominator``), with the ends of its 95 % interval.

    ``wilson_low`` and ``wilson_high`` are from 0 to 1; both are None where nothing was counted.
    """

    numerator: int
    denominator: int
    wilson_low: float | None
    wilson_high: float | None

    @property
    def value(self) -> float | None:
        """The share, from 0 to 1; None where nothing was counted."""
        return self.numerator / self.denominator if self.denominator else None

    @classmethod
    def of(cls, numerator: int, denominator: int) -> Rate:
        """A rate with its Wilson score interval; ``0 <= numerator <= denominator``.

        With p = numerator/n and z = 1.96, the ends are (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n).
        Unlike the textbook p ± z·√(p(1-p)/n) it stays within 0 and 1 and holds for few cases and for shares near
        the ends (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, 209-212; L. D. Brown, T. T. Cai and A. DasGupta,
        Statistical Science 16, 2001, 101-133).
        """
        if not denominator:
            return cls(numerator, denominator, None, None)
        share, spread = numerator / denominator, _Z * _Z / denominator
        middle = (share + spread / 2) / (1 + spread)
        half = _Z / (1 + spread) * sqrt(share * (1 - share) / denominator + spread / denominator / 4)
        # Rounding must not push an end past the share itself where it is 0 or 1.
        return cls(numerator, denominator, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


@attrs.frozen
class Spread:
    """Whole numbers summed up: how many (``n``), mean, median, and the 90th percentile by nearest rank.

    Each is None where there are none. The median of an even n is the middle of the two in the middle.
    """

    n: int
    mean: float | None
    median: float | None
    p90: int | None

    @classmethod
    def of(cls, histogram: Mapping[int, int]) -> Spread:
        """The summary of a histogram: value to how often."""
        n = sum(histogram.values())
        if not n:
            return cls(0, None, None, None)
        mean = sum(value * times for value, times in histogram.items()) / n
        median = (_at_rank(histogram, (n + 1) // 2) + _at_rank(histogram, n // 2 + 1)) / 2
        return cls(n, mean, median, _at_rank(histogram, (9 * n + 9) // 10))


def _at_rank(histogram: Mapping[int, int], rank: int) -> int:
    """The value at a rank, counted from 1, which is at most n."""
    values = iter(sorted(histogram))
    value = next(values)
    seen = histogram[value]
    while seen < rank:
        value = next(values)
        seen += histogram[value]
    return value
