"""The pieces that every picture is made of: escaping, tags, text that fits, arrows, hatching, the style.

Laws of this module
- Pure: text in, text out. No clock, no files, no randomness; the same data gives the same bytes.
- Every string that did not come from this package passes `esc`; markup that is safe has the type `Markup`.
- A picture stands alone: its style is inside it, it has no ids (two may share a page), it fetches nothing.
- Colour never carries a meaning alone. The palette follows that of Okabe and Ito, which everyone can tell
  apart.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NewType

Markup = NewType("Markup", str)
Point = tuple[float, float]
Value = str | float | int

FONTS: Final = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang HK', 'PingFang SC', "
    "'Microsoft JhengHei', 'Microsoft YaHei', 'Noto Sans CJK TC', 'Noto Sans CJK SC', sans-serif"
)
LIGHT: Final = (
    "--paper:#ffffff;--panel:#f6f7f9;--ink:#1c2530;--soft:#56616e;--line:#c9d0d8;--faint:#e6eaee;"
    "--blue:#0072b2;--green:#00795a;--orange:#c24e00;--amber:#8a6100;--pale-blue:#e3f0f8;"
    "--pale-green:#e0f3ec;--pale-orange:#fcebdf;--pale-amber:#fbf1d8"
)
DARK: Final = (
    "--paper:#12171d;--panel:#1a2129;--ink:#e8edf2;--soft:#a3afbb;--line:#465260;--faint:#29323c;"
    "--blue:#56b4e9;--green:#3fc79a;--orange:#f08a4b;--amber:#e6b422;--pale-blue:#17303f;"
    "--pale-green:#143329;--pale-orange:#3b2618;--pale-amber:#352c12"
)
STYLE: Final = (
    f".ep{{{LIGHT};font-family:{FONTS};font-size:13px;max-width:100%;height:auto;display:block}}"
    f"@media (prefers-color-scheme:dark){{.ep{{{DARK}}}}}"
    f"@media print{{.ep{{{LIGHT}}}}}"
    ".ep *{-webkit-print-color-adjust:exact;print-color-adjust:exact}"
    ".ep text{fill:var(--ink)}.ep .soft{fill:var(--soft)}.ep .small{font-size:11px}.ep .tiny{font-size:10px}"
    ".ep .strong{font-weight:600}.ep .num{font-variant-numeric:tabular-nums}"
    ".ep .paper{fill:var(--paper)}.ep .panel{fill:var(--panel)}"
    ".ep .grid{stroke:var(--faint);stroke-width:1;fill:none}"
    ".ep .axis{stroke:var(--line);stroke-width:1;fill:none}"
    ".ep .hatch{stroke:var(--soft);stroke-width:1;fill:none;opacity:.65}"
    + "".join(
        f".ep .{c}{{fill:var(--{c})}}.ep .l-{c}{{stroke:var(--{c});fill:none}}"
        f".ep .box-{c}{{fill:var(--pale-{c});stroke:var(--{c})}}"
        for c in ("blue", "green", "orange", "amber")
    )
    + ".ep .l-soft{stroke:var(--soft);fill:none}.ep .box-soft{fill:var(--panel);stroke:var(--line)}"
    ".ep .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}"
)

# XML 1.0 section 2.2: what a document may hold at all
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\r": "&#13;"})


def esc(text: str) -> Markup:
    """`text` as it may stand in an element or a quoted attribute; what XML cannot hold becomes U+FFFD."""
    return Markup(_FORBIDDEN.sub("\ufffd", text).translate(_ESCAPES))


def number(value: float) -> str:
    """A coordinate with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def tag(name: str, attributes: Mapping[str, Value] | None = None, *children: Markup) -> Markup:
    """One element. Attribute values are escaped here; children must be markup already."""
    shown = "".join(f' {key}="{_value(value)}"' for key, value in (attributes or {}).items())
    return Markup(f"<{name}{shown}>{''.join(children)}</{name}>" if children else f"<{name}{shown}/>")


def _value(value: Value) -> str:
    return esc(value) if isinstance(value, str) else number(value)


def svg(width: float, height: float, title: str, description: str, body: Iterable[Markup]) -> Markup:
    """A picture that stands alone, named and described for those who do not see it."""
    attributes: dict[str, Value] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "class": "ep",
        "viewBox": f"0 0 {number(width)} {number(height)}",
        "width": width,
        "height": height,
        "role": "img",
    }
    head = (tag("title", None, esc(title)), tag("desc", None, esc(description)))
    ground = rect(0, 0, width, height, "paper")
    return tag("svg", attributes, *head, tag("style", None, Markup(STYLE)), ground, *body)


def rect(x: float, y: float, width: float, height: float, style: str, *, round_by: float = 0) -> Markup:
    shape: dict[str, Value] = {"x": x, "y": y, "width": width, "height": height, "class": style}
    return tag("rect", {**shape, "rx": round_by} if round_by else shape)


def line(start: Point, end: Point, style: str) -> Markup:
    return tag("line", {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1], "class": style})


def label(at: Point, text: str, style: str = "", *, anchor: str = "start") -> Markup:
    return tag("text", {"x": at[0], "y": at[1], "class": style, "text-anchor": anchor}, esc(text))


def group(tooltip: str, *children: Markup) -> Markup:
    """Elements that share a tooltip."""
    return tag("g", None, tag("title", None, esc(tooltip)), *children)


def hatch(x: float, y: float, width: float, height: float, step: float = 6) -> Markup:
    """Diagonal lines over a rectangle, cut at its edges without a clip path (which would need an id)."""
    parts, offset = [], step
    while offset < width + height:
        start = (x + min(offset, width), y + max(0.0, offset - width))
        end = (x + max(0.0, offset - height), y + min(offset, height))
        parts.append(f"M{number(start[0])} {number(start[1])}L{number(end[0])} {number(end[1])}")
        offset += step
    return tag("path", {"d": "".join(parts), "class": "hatch"})


def arrow(points: Sequence[Point], style: str, fill: str, *, width: float = 1.4, dash: str = "") -> Markup:
    """A line through `points` with rounded corners and a head at its end."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 0.01)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    back = (x1 - 7 * dx, y1 - 7 * dy)
    corners = ((x1, y1), (back[0] - 4 * dy, back[1] + 4 * dx), (back[0] + 4 * dy, back[1] - 4 * dx))
    head = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
    shape: dict[str, Value] = {"d": _rounded((*points[:-1], back)), "class": style, "stroke-width": width}
    return Markup(
        tag("path", {**shape, "stroke-dasharray": dash} if dash else shape)
        + tag("polygon", {"points": head, "class": fill})
    )


def _rounded(points: Sequence[Point], radius: float = 7) -> str:
    parts = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        (ax, ay), (bx, by) = _towards((x, y), before, radius), _towards((x, y), after, radius)
        parts.append(f"L{number(ax)} {number(ay)}Q{number(x)} {number(y)} {number(bx)} {number(by)}")
    return "".join(parts) + f"L{number(points[-1][0])} {number(points[-1][1])}"


def _towards(start: Point, end: Point, by: float) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx * dx + dy * dy) ** 0.5, 0.01)
    share = min(by, length / 2) / length
    return start[0] + dx * share, start[1] + dy * share


def text_width(text: str, size: float = 13) -> float:
    """About how wide the text is drawn: a Chinese character is as wide as high, a Latin one about half."""
    return sum(_advance(c) for c in text) * size


def _advance(c: str) -> float:
    if unicodedata.combining(c):
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.0
    return 0.66 if c.isupper() or c in "mw%@" else 0.3 if c in " .,:;'|iljt" else 0.56


def fit(text: str, width: float, size: float = 13) -> str:
    """`text`, cut with an ellipsis where it would be wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept, used = "", 0.8 * size
    for c in text:
        used += _advance(c) * size
        if used > width:
            break
        kept += c
    return kept.rstrip() + "…"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"
