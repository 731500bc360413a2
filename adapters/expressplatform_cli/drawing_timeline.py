"""One case's way through time: a lane for each party, and each deadline day by day.

Laws of this module
- A day is a calendar day in the zone of the scheme; whoever calls has turned instants into days already.
- It knows no calendar: which days do not count, and why, is given. A deadline's bar numbers the days that
  count and hatches those that do not, so that anyone can count along.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from attrs import frozen

from expressplatform_cli.drawing_charts import Figure
from expressplatform_cli.drawing_svg import (
    Markup,
    esc,
    fit,
    group,
    hatch,
    label,
    line,
    number,
    rect,
    svg,
    tag,
    text_width,
)


@frozen
class Mark:
    """Something that happened: in whose lane (a key of the lanes), on which day, in a few words."""

    lane: str
    at: date
    text: str


@frozen
class Deadline:
    """A duty's time: day 0 `start`, last day `due`, and the days that do not count, each with a reason.

    `ended` is the day on which the duty was done, None while it is not. `provisional`: reaches into a year
    whose holidays are not announced yet.
    """

    text: str
    start: date
    due: date
    days_off: Mapping[date, str]
    ended: date | None = None
    provisional: bool = False

    @property
    def late(self) -> bool:
        return self.ended is not None and self.ended > self.due


LANES: Final = {
    "complainant": "Complainant",
    "council": "Council",
    "trader": "Trader",
    "clock": "Clock",
}
_COLOURS: Final = {"complainant": "green", "council": "blue", "trader": "amber", "clock": "orange"}
_LEFT: Final = 200.0
_ROOM: Final = 1000.0
_LEVEL: Final = 20.0
_SAID: Final = (
    "What happened on which day; below, each deadline with the days that count, numbered, and the others, "
    "hatched. A dot is day 0, an upright line the end of the due day, a lozenge the day it was done."
)
_DAY: Final = timedelta(days=1)


@frozen
class _Scale:
    """Where a day stands: its left edge and its width in the picture."""

    first: date
    days: int

    @property
    def wide(self) -> float:
        return _ROOM / self.days

    def x(self, day: date) -> float:
        return _LEFT + (day - self.first).days * self.wide

    @property
    def right(self) -> float:
        return _LEFT + _ROOM


def timeline(
    marks: Sequence[Mark],
    deadlines: Sequence[Deadline] = (),
    *,
    title: str,
    description: str = "",
    lanes: Mapping[str, str] | None = None,
) -> Figure:
    """Lanes with what happened, then the deadlines. `lanes` names the lanes in the order to draw them."""
    names = {**(lanes or LANES)}
    names.update({mark.lane: mark.lane for mark in marks if mark.lane not in names})
    scale = _scale(marks, deadlines)
    body: list[Markup] = []
    top = 44.0
    for key, name in names.items():
        drawn, high = _lane(name, _COLOURS.get(key, "soft"), _of(key, marks), scale, top)
        body, top = [*body, *drawn], top + high
    for deadline in deadlines:
        body, top = [*body, *_bar(deadline, scale, top + 8)], top + 54
    said = description or _SAID
    picture = svg(_LEFT + _ROOM + 20, top + 24, title, said, [*_days(scale, top), *body])
    return Figure(picture, said, ("Day", "Who", "What"), _table(marks, deadlines, names))


def _of(key: str, marks: Iterable[Mark]) -> list[Mark]:
    return sorted((mark for mark in marks if mark.lane == key), key=lambda mark: mark.at)


def _scale(marks: Iterable[Mark], deadlines: Iterable[Deadline]) -> _Scale:
    days = [mark.at for mark in marks]
    days += [day for item in deadlines for day in (item.start, item.due, item.ended) if day is not None]
    if not days:
        return _Scale(date(2000, 1, 1), 1)
    return _Scale(min(days), max((max(days) - min(days)).days + 1, 7))


# ---- days -----------------------------------------------------------------------------------------


def _days(scale: _Scale, bottom: float) -> list[Markup]:
    """A line at every labelled day; as many as stand side by side."""
    gap = next(n for n in (1, 2, 7, 14, 28, 91, 182, 364, 10**7) if n * scale.wide >= 46)
    parts = []
    for at in range(0, scale.days, gap):
        day = scale.first + at * _DAY
        x = scale.x(day)
        parts.append(line((x, 34), (x, bottom), "grid"))
        if x + 40 <= scale.right + 16:
            parts.append(label((x + 3, 28), f"{day.day} {day:%b}", "small soft num"))
        if at == 0 or (day.year != (day - gap * _DAY).year and at):
            parts.append(label((x + 3, 13), str(day.year), "small strong num"))
    return parts


# ---- lanes ----------------------------------------------------------------------------------------


def _lane(name: str, colour: str, marks: Sequence[Mark], scale: _Scale, top: float) -> tuple[list[Markup], float]:
    """The lane and its height: a text that would run into the one before it goes a level down."""
    placed = _levels(marks, scale)
    levels = max((level for _, _, level in placed), default=0) + 1
    high = 22 + _LEVEL * levels
    parts = [
        line((10, top), (scale.right, top), "axis"),
        label((14, top + 25), fit(name, (_LEFT - 24) / 1.15), f"strong {colour}"),
    ]
    return [*parts, *(_mark(*item, colour, scale, top) for item in placed)], high


def _levels(marks: Sequence[Mark], scale: _Scale) -> list[tuple[Mark, float, int]]:
    free: list[float] = []  # by level: from where on it is free
    placed, seen = [], dict[date, int]()
    for mark in marks:
        x = scale.x(mark.at) + min(scale.wide / 2, 10) + 4 * seen.get(mark.at, 0)
        seen[mark.at] = seen.get(mark.at, 0) + 1
        start, width = _span(mark, x, scale)
        level = next((at for at, end in enumerate(free) if start >= end), len(free))
        free[level : level + 1] = [start + width + 14]
        placed.append((mark, x, level))
    return placed


def _span(mark: Mark, x: float, scale: _Scale) -> tuple[float, float]:
    """Where the mark with its text begins and how wide it is; near the right edge the text stands left."""
    width = min(text_width(mark.text, 12) * 1.12, 330.0) + 18
    return (x - 8, width) if x + width <= scale.right + 12 else (x - width + 8, width)


def _mark(mark: Mark, x: float, level: int, colour: str, scale: _Scale, top: float) -> Markup:
    y = top + 20 + _LEVEL * level
    turned = _span(mark, x, scale)[0] < x - 8
    return group(
        f"{mark.at.isoformat()}: {mark.text}",
        tag("circle", {"cx": x, "cy": y, "r": 5, "class": colour}),
        label(
            (x - 10 if turned else x + 10, y + 4),
            fit(mark.text, 330, 12),
            "small halo",
            anchor="end" if turned else "start",
        ),
    )


# ---- deadlines ------------------------------------------------------------------------------------


def _bar(deadline: Deadline, scale: _Scale, top: float) -> list[Markup]:
    span = max((deadline.due - deadline.start).days, 0)
    days = [deadline.start + at * _DAY for at in range(1, span + 1)]
    counted = {day: at for at, day in enumerate((d for d in days if d not in deadline.days_off), start=1)}
    name = label((14, top + 26), fit(deadline.text, (_LEFT - 34) / 1.15, 11), "small strong")
    drawn = [_day(day, counted.get(day), deadline, scale, top + 14) for day in days]
    return [name, *drawn, *_ends(deadline, scale, top)]


def _day(day: date, count: int | None, deadline: Deadline, scale: _Scale, y: float) -> Markup:
    x, wide = scale.x(day), scale.wide
    if count is None:
        told = f"{day.isoformat()}: not counted, {deadline.days_off[day]}"
        return group(told, rect(x, y, wide, 18, "panel"), hatch(x, y, wide, 18))
    shown = rect(x, y, wide, 18, "box-blue")
    told = f"{day.isoformat()}: day {count}"
    if wide < 15:
        return group(told, shown)
    return group(told, shown, label((x + wide / 2, y + 13), str(count), "tiny num", anchor="middle"))


def _ends(deadline: Deadline, scale: _Scale, top: float) -> list[Markup]:
    """Day 0 as a dot, the due day as an upright line, what lies past it, the day it was done as a lozenge."""
    x, end = scale.x(deadline.start) + scale.wide / 2, scale.x(deadline.due) + scale.wide
    due = f"due {deadline.due.day} {deadline.due:%b}" + (" (provisional)" if deadline.provisional else "")
    parts = [
        tag("circle", {"cx": x, "cy": top + 23, "r": 3.5, "class": "blue"}),
        line((end, top + 8), (end, top + 38), "l-orange"),
    ]
    done = _done(deadline)
    turned = end + text_width(due + done, 11) * 1.15 + 24 > scale.right
    place = (end - 6, top + 10) if turned else (end + 6, top + 10)
    text = (tag("tspan", {"class": "orange strong"}, esc(due)), tag("tspan", None, esc(done)))
    anchor = "end" if turned else "start"
    parts.append(tag("text", {"x": place[0], "y": place[1], "class": "small halo num", "text-anchor": anchor}, *text))
    if deadline.late and deadline.ended is not None:
        late = scale.x(deadline.ended) + scale.wide - end
        parts.append(rect(end, top + 19, late, 8, "orange"))
    if deadline.ended is not None:
        parts.append(_lozenge(scale.x(deadline.ended) + scale.wide / 2, top + 23, late=deadline.late))
    return parts


def _lozenge(x: float, y: float, *, late: bool) -> Markup:
    points = " ".join(f"{number(x + dx)},{number(y + dy)}" for dx, dy in ((0, -7), (7, 0), (0, 7), (-7, 0)))
    return tag("polygon", {"points": points, "class": "orange" if late else "green"})


def _done(deadline: Deadline) -> str:
    if deadline.ended is None:
        return ", not done"
    return f", done {deadline.ended.day} {deadline.ended:%b}" + (", late" if deadline.late else "")


def _table(
    marks: Iterable[Mark], deadlines: Iterable[Deadline], names: Mapping[str, str]
) -> tuple[tuple[str, ...], ...]:
    happened = [(mark.at.isoformat(), names[mark.lane], mark.text) for mark in sorted(marks, key=lambda m: m.at)]
    owed = [
        (item.due.isoformat(), "Deadline", f"{item.text}: from {item.start.isoformat()}{_done(item)}")
        for item in deadlines
    ]
    off = {day: why for item in deadlines for day, why in item.days_off.items() if item.start < day <= item.due}
    return (*happened, *owed, *((day.isoformat(), "Not counted", off[day]) for day in sorted(off)))
