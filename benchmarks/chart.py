"""The picture of the results: each row that has a goal, against its goal.

Laws of this file: pure; the same results give the same bytes, and a test holds the picture to the kept results. The
axis is how far a ratio is from its goal, in doublings, so that a row that asks for 0.6 and one that asks for 60 stand
side by side. Who meets the goal is a dot, who does not a square: colour says nothing alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from expressplatform_cli.drawing_svg import Markup, fit, group, label, line, rect, svg, tag

_WIDTH: Final = 980.0
_LEFT: Final = 520.0
_RIGHT: Final = 880.0
_TOP: Final = 44.0
_STEP: Final = 20.0
_TICKS: Final = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
TITLE: Final = "How far each row is from its goal"
SAID: Final = (
    "For each row with a goal the median ratio as a share of the goal, and a bar from the least round to the greatest. "
    "A dot has met its goal, a square has not."
)

Kept = Mapping[str, Any]
"""A row as results.json holds it."""


def drawn(rows: Sequence[Kept]) -> str:
    """The picture of the rows that have a goal, in their order."""
    asked = [one for one in rows if one["goal"] is not None]
    bottom = _TOP + _STEP * len(asked)
    body = [*_axis(bottom), *(_row(one, _TOP + _STEP * (at + 0.5)) for at, one in enumerate(asked))]
    return svg(_WIDTH, bottom + 36, TITLE, SAID, body) + "\n"


def _axis(bottom: float) -> list[Markup]:
    parts = []
    for tick in _TICKS:
        at = _place(tick)
        parts.append(line((at, _TOP - 6), (at, bottom), "axis" if tick == 1.0 else "grid"))
        named = "goal" if tick == 1.0 else f"{tick:g}" if tick > 1 else f"1/{1 / tick:g}"
        parts.append(label((at, bottom + 18), named, "small soft num", anchor="middle"))
        parts.append(label((at, _TOP - 14), named, "small soft num", anchor="middle"))
    return parts


def _row(one: Kept, y: float) -> Markup:
    name = f"{one['name']}, beside {one['peer']}"
    low, at, high = (_place(one[key] / one["goal"]) for key in ("least", "ratio", "greatest"))
    style = "blue" if one["met"] else "orange"
    mark = (
        tag("circle", {"cx": at, "cy": y, "r": 5, "class": style})
        if one["met"]
        else rect(at - 4.5, y - 4.5, 9, 9, style)
    )
    said = f"{name}: {one['ratio']:g} ({one['least']:g} to {one['greatest']:g}), goal {one['goal']:g}"
    return group(
        said,
        label((_LEFT - 12, y + 4), fit(name, _LEFT - 20, 12), "small", anchor="end"),
        rect(low, y - 3, max(high - low, 1.0), 6, f"box-{style}", round_by=3),
        mark,
        label((_WIDTH - 8, y + 4), f"{one['ratio']:g} of {one['goal']:g}", "small num", anchor="end"),
    )


def _place(share: float) -> float:
    """Where a share of the goal stands; what is beyond the axis stands at its end."""
    first, last = math.log2(_TICKS[0]), math.log2(_TICKS[-1])
    at = min(max(math.log2(max(share, 1e-9)), first), last)
    return _LEFT + (_RIGHT - _LEFT) * (at - first) / (last - first)
