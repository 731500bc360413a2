"""Figures as pictures: rates with their intervals, a heat map of shares, plain bars.

Laws of this module
- It draws numbers that somebody else computed; it computes none of them. A share is between 0 and 1.
- No rate without its n. A share of None (suppressed, or nothing counted) is hatched, never drawn as nought.
- Each picture comes with the table of its data: `Figure`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from expressplatform_cli.drawing_svg import (
    Markup,
    Value,
    esc,
    fit,
    group,
    hatch,
    label,
    line,
    percent,
    rect,
    svg,
    tag,
    text_width,
)


@frozen
class Figure:
    """A picture, what it shows in a sentence, and its data: a header and rows of text."""

    picture: Markup = field(repr=False)
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class Rate:
    """A share (0 to 1) of n with the ends of its interval; `share` None: suppressed or nothing counted."""

    label: str
    share: float | None
    low: float
    high: float
    n: int


@frozen
class Cell:
    """One cell of a heat map: the share (0 to 1) and of how many."""

    share: float | None
    n: int


@frozen
class Bar:
    """One bar: a value that is not negative, and how it is written (else the number itself)."""

    label: str
    value: float
    shown: str = ""

    @property
    def text(self) -> str:
        return self.shown or (f"{self.value:,.0f}" if self.value == int(self.value) else f"{self.value:,.2f}")


_WIDTH: Final = 960.0
_LEFT: Final = 230.0  # room for the labels of the rows
_TOP: Final = 34.0
_STEP: Final = 30.0


# ---- rates with intervals -------------------------------------------------------------------------


def intervals(rates: Sequence[Rate], *, title: str, description: str = "", overall: float | None = None) -> Figure:
    """A dot and an interval for each rate, highest first, those without a share last; `overall` is a line."""
    ordered = sorted(rates, key=lambda r: (r.share is None, -(r.share or 0.0), -r.n, r.label))
    height = _TOP + _STEP * len(ordered) + 34
    right = _WIDTH - 190
    body = [*_share_axis(right, height - 26), *_overall(overall, right, height - 26)]
    body += [_rate(rate, _TOP + _STEP * (at + 0.5), right) for at, rate in enumerate(ordered)]
    rows = tuple((r.label, _share(r.share), *_ends(r), f"{r.n:,}") for r in ordered)
    said = description or "A dot for each rate, a bar for its interval, n: of how many. Hatched where none is shown."
    return Figure(svg(_WIDTH, height, title, said, body), said, ("", "Rate", "Interval from", "to", "n"), rows)


def _share_axis(right: float, bottom: float) -> list[Markup]:
    parts = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = _LEFT + (right - _LEFT) * tick
        parts.append(line((x, _TOP - 6), (x, bottom), "grid"))
        parts.append(label((x, bottom + 18), percent(tick), "small soft num", anchor="middle"))
    return parts


def _overall(share: float | None, right: float, bottom: float) -> list[Markup]:
    if share is None:
        return []
    x = _LEFT + (right - _LEFT) * _clamp(share)
    mark = tag(
        "line",
        {"x1": x, "y1": _TOP - 6, "x2": x, "y2": bottom, "class": "l-orange", "stroke-dasharray": "5 4"},
    )
    return [mark, label((x, _TOP - 12), f"all {percent(share)}", "small orange num", anchor="middle")]


def _rate(rate: Rate, y: float, right: float) -> Markup:
    name = label((_LEFT - 14, y + 4), fit(rate.label, _LEFT - 24), anchor="end")
    count = label((_WIDTH - 12, y + 4), f"n {rate.n:,}", "small soft num", anchor="end")
    if rate.share is None:
        gap = hatch(_LEFT, y - 6, right - _LEFT, 12)
        return group(f"{rate.label}: no rate is shown, n {rate.n:,}", name, gap, count)
    low, at, high = (_LEFT + (right - _LEFT) * _clamp(share) for share in (rate.low, rate.share, rate.high))
    bar = rect(low, y - 4, max(high - low, 1), 8, "box-blue", round_by=4)
    dot = tag("circle", {"cx": at, "cy": y, "r": 5.5, "class": "blue"})
    value = label((right + 22, y + 4), percent(rate.share), "strong num")
    told = f"{rate.label}: {percent(rate.share)}, interval {' to '.join(_ends(rate))}, n {rate.n:,}"
    return group(told, name, bar, dot, value, count)


def _ends(rate: Rate) -> tuple[str, str]:
    return ("–", "–") if rate.share is None else (_share(rate.low), _share(rate.high))


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def _clamp(share: float) -> float:
    return min(max(share, 0.0), 1.0)


# ---- heat map -------------------------------------------------------------------------------------


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], Cell],
    *,
    title: str,
    description: str = "",
) -> Figure:
    """A cell for each row and column: its share in colour and figures, and n; absent cells are hatched."""
    wide = min(120.0, max(58.0, (_WIDTH - _LEFT - 12) / max(len(columns), 1)))
    width = max(_WIDTH, _LEFT + wide * len(columns) + 12)
    top, high = 40.0, 42.0
    body = [
        label((_LEFT + wide * (at + 0.5), top - 12), fit(name, wide - 4, 11), "small soft num", anchor="middle")
        for at, name in enumerate(columns)
    ]
    for down, row in enumerate(rows):
        y = top + high * down
        body.append(label((_LEFT - 14, y + high / 2 + 4), fit(row, _LEFT - 24), anchor="end"))
        body += [
            _heat(f"{row}, {column}", cells.get((row, column)), _LEFT + wide * at, y, wide, high)
            for at, column in enumerate(columns)
        ]
    bottom = top + high * len(rows)
    said = (
        description or "The share, from orange (low) to blue (high), and n: of how many. Hatched where none is shown."
    )
    picture = svg(width, bottom + 56, title, said, [*body, *_scale(bottom + 16)])
    return Figure(picture, said, ("", *columns), tuple((r, *_cells(r, columns, cells)) for r in rows))


def _heat(name: str, cell: Cell | None, x: float, y: float, wide: float, high: float) -> Markup:
    frame = (x + 1.5, y + 1.5, wide - 3, high - 3)
    if cell is None or cell.share is None:
        count = f"n {cell.n:,}" if cell is not None and cell.n else ""
        words = label((x + wide / 2, y + high / 2 + 4), count, "tiny halo num", anchor="middle")
        return group(f"{name}: none shown {count}", rect(*frame, "panel"), hatch(*frame), words)
    fill, ink = _shade(cell.share)
    colour: dict[str, Value] = {"x": frame[0], "y": frame[1], "width": frame[2], "height": frame[3], "rx": 4}
    shown = [tag("rect", {**colour, "style": f"fill:{fill}"})]
    for text, down, size in ((percent(cell.share), -2, "strong num"), (f"n {cell.n:,}", 12, "tiny num")):
        place: dict[str, Value] = {"x": x + wide / 2, "y": y + high / 2 + down, "class": size}
        shown.append(tag("text", {**place, "text-anchor": "middle", "style": f"fill:{ink}"}, esc(text)))
    return group(f"{name}: {percent(cell.share)} of {cell.n:,}", *shown)


# From orange over a pale middle to blue: told apart with every kind of colour sight, and in grey by its text.
_RAMP: Final = ((0.0, (188, 82, 18)), (0.5, (238, 176, 121)), (0.75, (243, 236, 221)), (0.9, (126, 178, 214)),
                (1.0, (0, 94, 152)))  # fmt: skip


def _shade(share: float) -> tuple[str, str]:
    """Fill and ink for a share; the ink is the one that stands out."""
    share = _clamp(share)
    (a, low), (b, high) = next((p, q) for p, q in pairwise(_RAMP) if share <= q[0])
    part = (share - a) / (b - a)
    red, green, blue = (round(x + (y - x) * part) for x, y in zip(low, high, strict=True))
    light = 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)
    return f"#{red:02x}{green:02x}{blue:02x}", "#000000" if light > 0.179 else "#ffffff"


def _linear(part: int) -> float:
    """A colour's part from 0 to 255 as light: WCAG 2.1, relative luminance."""
    return part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4


def _scale(y: float) -> list[Markup]:
    parts = [label((_LEFT - 14, y + 11), "share", "small soft", anchor="end")]
    for at in range(11):
        fill, ink = _shade(at / 10)
        box: dict[str, Value] = {"x": _LEFT + 1.5 + 46 * at, "y": y, "width": 46, "height": 16}
        words: dict[str, Value] = {"x": _LEFT + 24.5 + 46 * at, "y": y + 12, "class": "tiny num"}
        parts.append(tag("rect", {**box, "style": f"fill:{fill}"}))
        parts.append(tag("text", {**words, "text-anchor": "middle", "style": f"fill:{ink}"}, esc(percent(at / 10))))
    return parts


def _cells(row: str, columns: Iterable[str], cells: Mapping[tuple[str, str], Cell]) -> tuple[str, ...]:
    found = (cells.get((row, column)) for column in columns)
    return tuple("–" if cell is None else f"{_share(cell.share)} of {cell.n:,}" for cell in found)


# ---- bars -----------------------------------------------------------------------------------------


def bars(data: Sequence[Bar], *, title: str, description: str = "", unit: str = "") -> Figure:
    """Bars in the given order, from nought, each with its value written at its end."""
    most = max((bar.value for bar in data), default=0.0) or 1.0
    room = _WIDTH - _LEFT - 20 - max((text_width(bar.text, 13) for bar in data), default=0.0) * 1.1
    height = 14 + 28.0 * len(data)
    body = [line((_LEFT, 4), (_LEFT, height - 4), "axis")]
    for at, bar in enumerate(data):
        y, length = 10 + 28.0 * at, max(room, 60.0) * max(bar.value, 0.0) / most
        body.append(
            group(
                f"{bar.label}: {bar.text}",
                label((_LEFT - 14, y + 14), fit(bar.label, _LEFT - 24), anchor="end"),
                rect(_LEFT + 1, y, max(length, 1.5), 19, "blue", round_by=3),
                label((_LEFT + length + 10, y + 14), bar.text, "num"),
            )
        )
    said = description or "One bar for each, from nought."
    rows = tuple((bar.label, bar.text) for bar in data)
    return Figure(svg(_WIDTH, height, title, said, body), said, ("", unit or "Count"), rows)
