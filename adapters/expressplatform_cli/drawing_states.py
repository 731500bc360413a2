"""The lifecycle as a picture and as text, drawn from the rows and from nothing else.

Laws of this module
- What is drawn is what the rows say: every (source, target) of theirs is an arrow or a badge, none other.
- Where a status stands and how an arrow runs is chosen by hand for legibility; a row without a chosen way
  still gets a straight dashed arrow, so a new row can be ugly but never missing.
- Commands that leave a case where it is are in the tooltip of their box.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from attrs import frozen

from expressplatform.codes import Status
from expressplatform_cli.drawing_svg import Markup, Point, arrow, fit, group, label, line, rect, svg


class Transition(Protocol):
    """What a row of the lifecycle must have to be drawn; a row without a source begins a case."""

    @property
    def source(self) -> object: ...
    @property
    def command(self) -> object: ...
    @property
    def target(self) -> object: ...


@frozen
class _Box:
    x: float  # the middle
    y: float
    width: float
    colour: str

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2


@frozen
class _Way:
    """The points an arrow runs through, and where the names of its commands begin."""

    points: tuple[Point, ...]
    text: Point | None = None
    anchor: str = "start"


_HIGH: Final = 62.0
_SIZE: Final = (1350.0, 884.0)
_START: Final = ""
_A, _B, _C, _D, _E, _F = 80.0, 270.0, 480.0, 610.0, 720.0, 830.0  # the middles of the rows
_1, _2, _3, _4, _5, _6 = 160.0, 350.0, 540.0, 730.0, 920.0, 1110.0  # the middles of the columns
_BOXES: Final[Mapping[str, _Box]] = {
    "needs_information": _Box(_1, _A, 170, "amber"),
    "resolved": _Box(825, _A, 720, "green"),
    "lodged": _Box(_1, _B, 142, "blue"),
    "eligible": _Box(_2, _B, 142, "blue"),
    "uploaded": _Box(_3, _B, 142, "blue"),
    "obtained": _Box(_4, _B, 142, "blue"),
    "in_conciliation": _Box(_5, _B, 142, "blue"),
    "resolution_reported": _Box(_6, _B, 168, "blue"),
    "outside_scheme": _Box(255, _C, 330, "orange"),
    "referred_back": _Box(825, _C, 720, "orange"),
    "further_handling": _Box(825, _D, 330, "orange"),
    "recorded": _Box(255, _E, 330, "soft"),
    "withdrawn": _Box(_3, _E, 140, "soft"),
    "closed": _Box(825, _E, 330, "soft"),
    "erased": _Box(540, _F, 900, "soft"),
}
# Reached from nearly everywhere: a mark in the box, not ten arrows, wherever no way is chosen.
_BADGES: Final[Mapping[str, tuple[str, str]]] = {
    "withdrawn": ("w", "Withdraw leads to Withdrawn"),
    "erased": ("e", "Erase leads to Erased, if the key is gone"),
}
_UP, _DOWN = -_HIGH / 2, _HIGH / 2
_WAYS: Final[Mapping[tuple[str, str], _Way]] = {
    (_START, "lodged"): _Way(((4, _B), (89, _B)), (2, _B - 8)),
    ("lodged", "needs_information"): _Way(((100, _B + _UP), (100, _A + _DOWN)), (107, 160)),
    ("needs_information", "lodged"): _Way(((215, _A + _DOWN), (215, _B + _UP)), (222, 190)),
    ("needs_information", "outside_scheme"): _Way(((75, 72), (44, 72), (44, 472), (90, 472))),
    ("needs_information", "recorded"): _Way(((75, 88), (58, 88), (58, 728), (90, 728))),
    ("lodged", "eligible"): _Way(((231, _B), (279, _B)), (255, _B - 10), "middle"),
    ("lodged", "outside_scheme"): _Way(((150, _B + _DOWN), (150, _C + _UP)), (158, 400)),
    ("eligible", "outside_scheme"): _Way(((340, _B + _DOWN), (340, _C + _UP)), (348, 400)),
    ("eligible", "uploaded"): _Way(((421, _B), (469, _B)), (445, _B - 10), "middle"),
    ("uploaded", "obtained"): _Way(((611, _B), (659, _B)), (635, _B - 10), "middle"),
    ("obtained", "in_conciliation"): _Way(((801, _B), (849, _B)), (826, 232), "middle"),
    ("in_conciliation", "resolution_reported"): _Way(((991, _B), (1026, _B)), (988, 232), "middle"),
    ("obtained", "resolution_reported"):
        _Way(((770, _B + _UP), (770, 212), (1045, 212), (1045, _B + _UP)), (780, 206)),
    ("uploaded", "resolved"): _Way(((_3, _B + _UP), (_3, _A + _DOWN)), (_3 + 8, 142)),
    ("obtained", "resolved"): _Way(((_4, _B + _UP), (_4, _A + _DOWN)), (_4 + 8, 142)),
    ("in_conciliation", "resolved"): _Way(((_5, _B + _UP), (_5, _A + _DOWN)), (_5 + 8, 142)),
    ("resolution_reported", "resolved"): _Way(((1075, _B + _UP), (1075, _A + _DOWN)), (1067, 136), "end"),
    ("uploaded", "referred_back"): _Way(((_3 - 50, _B + _DOWN), (_3 - 50, _C + _UP)), (_3 - 42, 350)),
    ("obtained", "referred_back"): _Way(((_4 - 50, _B + _DOWN), (_4 - 50, _C + _UP)), (_4 - 42, 350)),
    ("in_conciliation", "referred_back"): _Way(((_5 - 50, _B + _DOWN), (_5 - 50, _C + _UP)), (_5 - 42, 350)),
    ("resolution_reported", "referred_back"):
        _Way(((_6 - 60, _B + _DOWN), (_6 - 60, _C + _UP)), (_6 - 52, 350)),
    ("referred_back", "uploaded"): _Way(((_3 + 60, _C + _UP), (_3 + 60, _B + _DOWN)), (_3 + 67, 432)),
    ("referred_back", "resolution_reported"):
        _Way(((_6 + 66, _C + _UP), (_6 + 66, _B + _DOWN)), (_6 + 60, 432), "end"),
    ("referred_back", "lodged"):
        _Way(((465, 468), (440, 468), (440, 326), (205, 326), (205, _B + _DOWN)), (216, 342)),
    ("resolved", "referred_back"):
        _Way(((1185, 90), (1226, 90), (1226, 472), (1185, 472)), (1220, 150), "end"),
    ("referred_back", "resolved"): _Way(((1185, 488), (1242, 488), (1242, 76), (1185, 76)), (1192, 503)),
    ("further_handling", "resolution_reported"):
        _Way(((990, 600), (1258, 600), (1258, _B), (1194, _B)), (1000, 594)),
    ("further_handling", "resolved"): _Way(((990, 620), (1274, 620), (1274, 62), (1185, 62)), (1000, 634)),
    ("resolved", "closed"):
        _Way(((1110, _A + _UP), (1110, 24), (1312, 24), (1312, _E), (990, _E)), (1302, _E - 8), "end"),
    ("referred_back", "further_handling"): _Way(((770, _C + _DOWN), (770, _D + _UP)), (778, 550)),
    ("outside_scheme", "further_handling"): _Way(((350, _C + _DOWN), (350, _D), (660, _D)), (560, _D - 8)),
    ("referred_back", "recorded"):
        _Way(((500, _C + _DOWN), (500, 655), (390, 655), (390, _E + _UP)), (508, 550)),
    ("outside_scheme", "recorded"): _Way(((255, _C + _DOWN), (255, _E + _UP)), (263, 575)),
    ("recorded", "lodged"): _Way(((90, 712), (72, 712), (72, 284), (89, 284))),
    ("withdrawn", "lodged"): _Way(((_3, _E + _UP), (_3, 672), (72, 672), (72, 284), (89, 284)), (548, 686)),
    ("further_handling", "closed"): _Way(((770, _D + _DOWN), (770, _E + _UP)), (778, 668)),
    ("closed", "further_handling"): _Way(((890, _E + _UP), (890, _D + _DOWN)), (898, 668)),
    ("recorded", "erased"): _Way(((255, _E + _DOWN), (255, _F + _UP)), (263, 778)),
    ("withdrawn", "erased"): _Way(((_3, _E + _DOWN), (_3, _F + _UP)), (_3 + 8, 778)),
    ("closed", "erased"): _Way(((825, _E + _DOWN), (825, _F + _UP)), (833, 778)),
}  # fmt: skip
_MAIN: Final = frozenset(
    (a, b)
    for a, b in (
        (_START, "lodged"), ("lodged", "eligible"), ("eligible", "uploaded"), ("uploaded", "obtained"),
        ("obtained", "in_conciliation"), ("in_conciliation", "resolution_reported"),
        ("resolution_reported", "resolved"), ("resolved", "closed"),
    )
)  # fmt: skip


def state_diagram(
    rows: Iterable[Transition],
    counts: Mapping[Status, int] | Mapping[str, int],
    *,
    other_names: Mapping[Status, str] | Mapping[str, str] | None = None,
    title: str = "The way of a case",
) -> Markup:
    """The lifecycle as SVG: a box for each status with its count, an arrow for each way between two.

    `counts` says how many cases stand in each status (absent: no number is shown); `other_names` gives a
    second line in the boxes, in another language. Both are keyed by the status or its stored value.
    """
    edges, stays = _merge(rows)
    known = {_name(status): count for status, count in counts.items()}
    second = {_name(status): text for status, text in (other_names or {}).items()}
    statuses = {end for edge in edges for end in edge if end} | stays.keys() | known.keys()
    boxes = _place(statuses)
    badged = [edge for edge in edges if edge[1] in _BADGES and edge not in _WAYS]
    drawn = [edge for edge in edges if edge not in badged]
    plain = [edge for edge in drawn if edge[0] in boxes | {_START: None} and edge[1] in boxes]
    lines = [_arrow(edge, edges[edge], boxes) for edge in sorted(plain, key=lambda e: e in _MAIN)]
    marks = {status: [b for b in _BADGES if (status, b) in badged] for status in boxes}
    shown = [_box(s, boxes[s], known.get(s), second.get(s, ""), stays.get(s, []), marks[s]) for s in boxes]
    height = max([_SIZE[1], *(box.y + _HIGH for box in boxes.values())])
    return svg(
        _SIZE[0],
        height,
        title,
        _describe(edges, known),
        [*lines, *shown, *_legend([b for b in _BADGES if any(edge[1] == b for edge in badged)])],
    )


def _merge(rows: Iterable[Transition]) -> tuple[dict[tuple[str, str], list[str]], dict[str, list[str]]]:
    """Commands by (source, target), and by status those that leave the case, each once, in row order."""
    edges: dict[tuple[str, str], list[str]] = {}
    stays: dict[str, list[str]] = {}
    for row in rows:
        source, target, command = _name(row.source), _name(row.target), _command(row.command)
        still = target in ("", source)
        found = stays.setdefault(source, []) if still else edges.setdefault((source, target), [])
        if command not in found:
            found.append(command)
    return edges, stays


def _name(status: object) -> str:
    return "" if status is None else str(getattr(status, "value", status)).lower()


def _command(command: object) -> str:
    return command.__name__ if isinstance(command, type) else str(getattr(command, "value", command))


def _place(statuses: Iterable[str]) -> dict[str, _Box]:
    """The chosen boxes, and one in a row of its own for every status nobody has placed."""
    known = set(statuses)
    boxes = {status: box for status, box in _BOXES.items() if status in known}
    for at, status in enumerate(sorted(known - _BOXES.keys() - {_START})):
        boxes[status] = _Box(160 + 190 * (at % 6), 930 + 80 * (at // 6), 150, "soft")
    return boxes


def _arrow(edge: tuple[str, str], commands: list[str], boxes: Mapping[str, _Box]) -> Markup:
    main = edge in _MAIN
    tooltip = f"{_words(edge[0]) or 'Start'} → {_words(edge[1])}: {', '.join(commands)}"
    style, fill = ("l-blue", "blue") if main else ("l-soft", "soft")
    if (way := _WAYS.get(edge)) is None:
        source = boxes.get(edge[0], _Box(24, _B, 0, "soft"))
        return group(tooltip, arrow(_straight(source, boxes[edge[1]]), style, fill, dash="5 4"))
    drawn = arrow(way.points, style, fill, width=2.6 if main else 1.3)
    return group(tooltip, drawn, *_texts(way, commands, main=main))


def _straight(source: _Box, target: _Box) -> tuple[Point, Point]:
    down = 1 if target.y > source.y else -1 if target.y < source.y else 0
    aside = 0 if down else (1 if target.x > source.x else -1)
    return (
        (source.x + aside * source.width / 2, source.y + down * _HIGH / 2),
        (target.x - aside * target.width / 2, target.y - down * _HIGH / 2),
    )


def _texts(way: _Way, commands: list[str], *, main: bool) -> list[Markup]:
    if way.text is None:
        return []
    x, y = way.text
    style = "tiny halo strong" if main else "tiny soft halo"
    return [label((x, y + 12 * at), name, style, anchor=way.anchor) for at, name in enumerate(commands)]


def _box(status: str, box: _Box, count: int | None, second: str, stays: list[str], badges: list[str]) -> Markup:
    lines = [f"{_words(status)}{'' if count is None else f': {count:,} cases'}"]
    lines += [f"From here {_BADGES[badge][1]}." for badge in badges]
    lines += [f"Leaves it here: {', '.join(stays)}."] if stays else []
    frame = rect(box.left, box.y + _UP, box.width, _HIGH, f"box-{box.colour}", round_by=9)
    return group("\n".join(lines), frame, *_inside(status, box, count, second), *_badge(box, badges))


def _inside(status: str, box: _Box, count: int | None, second: str) -> list[Markup]:
    """The name, its other languages, the count: the last two side by side where there is room."""
    amount = "" if count is None else f"{count:,}"
    apart = [second, amount] if box.width < 200 else [" · ".join(filter(None, (second, amount)))]
    below = [text for text in apart if text]
    top = box.y + (5, -4, -12)[len(below)]
    parts = [label((box.x, top), fit(_words(status), box.width - 10), "strong", anchor="middle")]
    for at, text in enumerate(below, start=1):
        style = "tiny num" if text == second else "small num"
        parts.append(label((box.x, top + 2 + 15 * at), fit(text, box.width - 8, 10), style, anchor="middle"))
    return parts


def _badge(box: _Box, badges: list[str]) -> list[Markup]:
    if not badges:
        return []
    marks = " ".join(_BADGES[badge][0] for badge in badges)
    return [label((box.right - 6, box.y + _DOWN - 7), marks, "tiny soft strong", anchor="end")]


def _legend(badges: list[str]) -> list[Markup]:
    x, y = 1030.0, 800.0
    parts = [line((x, y), (x + 30, y), "l-blue"), label((x + 38, y + 4), "the main way", "small soft")]
    parts += [
        line((x, y + 20), (x + 30, y + 20), "l-soft"),
        label((x + 38, y + 24), "every other way", "small soft"),
    ]
    for at, badge in enumerate(badges):
        mark, said = _BADGES[badge]
        parts += [
            label((x + 15, y + 44 + 20 * at), mark, "tiny soft strong", anchor="middle"),
            label((x + 38, y + 44 + 20 * at), said, "small soft"),
        ]
    return parts


def _words(status: str) -> str:
    return status.replace("_", " ").capitalize()


def _describe(edges: Mapping[tuple[str, str], list[str]], counts: Mapping[str, int]) -> str:
    stand = "; ".join(f"{_words(status)} {count}" for status, count in counts.items())
    return f"{len(edges)} ways between statuses, from lodging to an end." + (f" Cases: {stand}." if stand else "")


def mermaid(rows: Iterable[Transition]) -> str:
    """The lifecycle as a Mermaid state diagram."""
    edges, _ = _merge(rows)
    lines = [
        f"    {_identifier(a) if a else '[*]'} --> {_identifier(b)}: {', '.join(_plain(c) for c in commands)}"
        for (a, b), commands in edges.items()
    ]
    return "\n".join(["stateDiagram-v2", "    direction LR", *lines]) + "\n"


def dot(rows: Iterable[Transition]) -> str:
    """The lifecycle in the language of Graphviz."""
    edges, _ = _merge(rows)
    told = ((a, b, r"\n".join(map(_plain, commands))) for (a, b), commands in edges.items())
    lines = [f'    {_identifier(a) or "start"} -> {_identifier(b)} [label="{label}"];' for a, b, label in told]
    head = ["digraph lifecycle {", "    rankdir=LR;", "    node [shape=box, style=rounded];"]
    return "\n".join([*head, '    start [shape=point, label=""];', *lines, "}"]) + "\n"


def _identifier(status: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in status).upper()


def _plain(command: str) -> str:
    return "".join(c if c.isalnum() or c in " _-" else " " for c in command)
