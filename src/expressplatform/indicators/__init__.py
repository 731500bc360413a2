"""Counts and rates over cases, each with its n and its denominator.

`marks` says what each figure counts, `measures` what a rate and a mean are, `tally` adds cases up in one pass,
`suppression` decides what may be published, `document` writes the figures down.
"""

from expressplatform.indicators.document import document
from expressplatform.indicators.marks import RATES, Mark, RateOf
from expressplatform.indicators.measures import Rate, Spread
from expressplatform.indicators.suppression import SMALLEST_CELL
from expressplatform.indicators.tally import Basis, Dimension, Figures, Frame, Group, Period, Relief, Tally, figures

__all__ = [
    "RATES",
    "SMALLEST_CELL",
    "Basis",
    "Dimension",
    "Figures",
    "Frame",
    "Group",
    "Mark",
    "Period",
    "Rate",
    "RateOf",
    "Relief",
    "Spread",
    "Tally",
    "document",
    "figures",
]
