"""The report's pictures: drawn from plain data, well formed whatever the words, each with its data."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import END, Status
from expressplatform.lifecycle import ROWS
from expressplatform_cli.drawing import (
    Bar,
    Cell,
    Deadline,
    Fact,
    Figure,
    Heading,
    Mark,
    Rate,
    Section,
    Transition,
    bars,
    dot,
    heat_map,
    intervals,
    mermaid,
    page,
    state_diagram,
    states,
    timeline,
)
from expressplatform_cli.drawing_svg import DARK, LIGHT, esc, fit, hatch, text_width

SVG = "{http://www.w3.org/2000/svg}"
VOID = frozenset({"meta"})
EVIL = "<script>&\"'</svg>"

words = st.text(max_size=30)
shares = st.none() | st.floats(0, 1)
counts = st.integers(0, 10**6)
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
rates = st.builds(Rate, words, shares, st.floats(0, 1), st.floats(0, 1), counts)
marks = st.builds(Mark, st.sampled_from(["council", "trader", "clock", "a stranger"]) | words, days, words)
deadlines = st.builds(
    Deadline, words, days, days, st.dictionaries(days, words, max_size=5), st.none() | days, st.booleans()
)
figures = st.one_of(
    st.builds(lambda data, title: intervals(data, title=title), st.lists(rates, max_size=6), words),
    st.builds(lambda data, title: bars(data, title=title),
              st.lists(st.builds(Bar, words, st.floats(0, 1e9), words), max_size=6), words),
    st.builds(lambda m, d, title: timeline(m, d, title=title),
              st.lists(marks, max_size=8), st.lists(deadlines, max_size=2), words),
    st.builds(
        lambda rows, columns, cell, title: heat_map(
            rows, columns, {(r, c): cell for r in rows[1:] for c in columns}, title=title
        ),
        st.lists(words, max_size=3), st.lists(words, max_size=3), st.builds(Cell, shares, counts), words,
    ),
)  # fmt: skip


class Row:
    """The least that can be drawn."""

    def __init__(self, source: str | None, command: str, target: str) -> None:
        self.source, self.command, self.target = source, command, target


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def tooltips(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter(f"{SVG}title")]


class Balance(HTMLParser):
    """Checks that every element is closed in its turn, and collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def balance(html: str) -> Balance:
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser


class TestAnyWords:
    """Every string is escaped; whatever stands in the data, a picture is well-formed XML."""

    @given(figures)
    def test_a_picture_is_well_formed(self, figure: Figure) -> None:
        root = ElementTree.fromstring(figure.picture)
        assert root.tag == f"{SVG}svg"
        assert root[0].tag == f"{SVG}title"
        assert root[1].tag == f"{SVG}desc"

    @given(figures, words, words)
    def test_a_page_closes_what_it_opens_and_runs_no_script(self, figure: Figure, heading: str, text: str) -> None:
        section = Section(Heading(heading, text, text), (text,), (Fact(text, text, text),), (figure,))
        found = balance(page(Heading(heading), [section] * 4, lead=text, footer=text))
        assert "script" not in found.tags
        assert not {name for name in found.attributes if name.startswith("on") or name == "src"}
        assert len(found.ids) == len(set(found.ids))

    @given(st.lists(st.builds(Row, st.none() | words, words, words), max_size=8), words)
    def test_any_rows_are_drawn(self, rows: list[Row], name: str) -> None:
        ElementTree.fromstring(state_diagram(rows, {row.target: 3 for row in rows}, other_names={"lodged": name}))
        assert mermaid(rows).count("\n") >= 2
        assert dot(rows).endswith("}\n")

    @given(words)
    def test_an_escaped_text_reads_as_it_was_but_for_what_xml_cannot_hold(self, text: str) -> None:
        read = ElementTree.fromstring(f'<a b="{esc(text)}">{esc(text)}</a>').text or ""
        assert read == re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)

    @pytest.mark.parametrize(
        "draw",
        [
            lambda: intervals([Rate(EVIL, 0.5, 0.4, 0.6, 9)], title=EVIL, description=EVIL).picture,
            lambda: bars([Bar(EVIL, 1, EVIL)], title=EVIL, description=EVIL).picture,
            lambda: heat_map([EVIL], [EVIL], {(EVIL, EVIL): Cell(0.5, 3)}, title=EVIL).picture,
            lambda: timeline([Mark(EVIL, date(2025, 1, 1), EVIL)], title=EVIL, lanes={EVIL: EVIL}).picture,
            lambda: state_diagram([Row(EVIL, EVIL, EVIL)], {EVIL: 1}, other_names={EVIL: EVIL}, title=EVIL),
            lambda: page(Heading(EVIL, EVIL, EVIL), [Section(
                Heading(EVIL), (EVIL,), (Fact(EVIL, EVIL, EVIL),), (bars([Bar(EVIL, 1)], title=EVIL),)
            )], lead=EVIL, footer=EVIL),
        ],
    )  # fmt: skip
    def test_markup_in_the_data_stays_text(self, draw: Callable[[], str]) -> None:
        assert "<script" not in draw()
        assert EVIL not in draw()

    @given(words, st.floats(0, 400), st.sampled_from([10.0, 13.0]))
    def test_a_fitted_text_fits_or_is_only_an_ellipsis(self, text: str, width: float, size: float) -> None:
        shown = fit(text, width, size)
        assert shown == "…" or text_width(shown, size) <= width + size


class TestStateDiagram:
    def test_every_way_of_the_lifecycle_is_drawn_by_hand_and_carries_its_commands(self) -> None:
        picture = state_diagram(ROWS, {})
        drawn = " ".join(tooltips(picture))
        for row in ROWS:
            assert row.command.__name__ in drawn
        assert "stroke-dasharray" not in picture
        moves = {(row.source, row.target) for row in ROWS if row.source is not row.target}
        arrows = [text for text in tooltips(picture) if " → " in text]
        marked = {(a, b) for a, b in moves if b is Status.WITHDRAWN or (b is Status.ERASED and a not in END)}
        assert len(arrows) == len(moves - marked)
        assert sum(text.count("From here") for text in tooltips(picture)) == len(marked)

    def test_every_status_is_a_box_and_shows_its_count(self) -> None:
        picture = state_diagram(ROWS, {status: 1000 + at for at, status in enumerate(Status)})
        shown = texts(picture)
        for at, status in enumerate(Status):
            assert status.value.replace("_", " ").capitalize() in shown
            assert f"{1000 + at:,}" in shown

    def test_the_longest_name_fits_its_box(self) -> None:
        assert max(text_width(one.value.replace("_", " ").capitalize()) for one in Status) < 168

    def test_a_way_that_nobody_has_placed_is_drawn_all_the_same(self) -> None:
        rows: list[Transition] = [Row("closed", "Rethink", "limbo"), Row("limbo", "Sleep", "limbo")]
        picture = state_diagram(rows, {})
        assert "stroke-dasharray" in picture
        assert "Closed → Limbo: Rethink" in tooltips(picture)
        assert "Limbo\nLeaves it here: Sleep." in tooltips(picture)

    def test_other_languages_stand_in_the_boxes(self) -> None:
        names = {Status.LODGED: "已提交", Status.RESOLVED: "已解決 · 已解决"}
        shown = texts(state_diagram(ROWS, {Status.LODGED: 7, Status.RESOLVED: 8}, other_names=names))
        assert {"已提交", "7", "已解決 · 已解决 · 8"} <= set(shown)

    def test_the_same_rows_as_mermaid_and_dot_name_each_way_once(self) -> None:
        ways = len({(row.source, row.target) for row in ROWS if row.source is not row.target})
        assert mermaid(ROWS).count("-->") == ways
        assert dot(ROWS).count("->") == ways
        assert "[*] --> LODGED: Lodge\n" in mermaid(ROWS)
        assert 'start -> LODGED [label="Lodge"];' in dot(ROWS)

    def test_its_table_lists_the_counts(self) -> None:
        assert states(ROWS, {Status.LODGED: 1200}).rows == (("lodged", "1,200"),)


OFF: Mapping[date, str] = {date(2025, 10, day): "National Day" for day in range(1, 9)} | {
    date(2025, 9, 27): "weekend",
    date(2025, 10, 12): "weekend",
}


class TestTimeline:
    def draw(self, **change: date | bool | None) -> Figure:
        start, due = date(2025, 9, 26), date(2025, 10, 13)
        ended, provisional = change.get("ended"), bool(change.get("provisional"))
        assert not isinstance(ended, bool)
        duty = Deadline("Report", start, due, OFF, ended, provisional)
        return timeline([Mark("trader", date(2025, 9, 29), "Called")], [duty], title="One case")

    def test_days_that_count_are_numbered_and_the_others_say_why_they_do_not(self) -> None:
        told = tooltips(self.draw().picture)
        assert "2025-09-28: day 1" in told  # a make-up Sunday
        assert "2025-10-01: not counted, National Day" in told
        assert "2025-10-13: day 7" in told
        assert "2025-10-14: day 8" not in told

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({}, ", not done"),
            ({"ended": date(2025, 10, 9)}, ", done 9 Oct"),
            ({"ended": date(2025, 10, 14)}, ", done 14 Oct, late"),
        ],
    )
    def test_it_says_when_the_duty_was_done(self, change: dict[str, date], said: str) -> None:
        figure = self.draw(**change)
        assert figure.rows[1] == ("2025-10-13", "Deadline", f"Report: from 2025-09-26{said}")

    def test_a_provisional_date_says_so(self) -> None:
        assert "due 13 Oct (provisional)" in self.draw(provisional=True).picture

    @given(st.lists(st.builds(Mark, st.just("trader"), days, words.filter(bool)), max_size=12))
    def test_no_two_marks_of_a_lane_lie_on_each_other(self, found: list[Mark]) -> None:
        root = ElementTree.fromstring(timeline(found, title="").picture)
        places = [(c.get("cx"), c.get("cy")) for c in root.iter(f"{SVG}circle")]
        assert len(places) == len(set(places)) == len(found)

    def test_a_span_of_a_century_is_drawn(self) -> None:
        ends = [Mark("clock", date(1926, 1, 1), "a"), Mark("clock", date(2026, 1, 1), "b")]
        assert len(texts(timeline(ends, title="").picture)) < 60


class TestFigures:
    def test_rates_stand_highest_first_and_those_without_a_share_last(self) -> None:
        data = [Rate("none", None, 0, 0, 2), Rate("low", 0.2, 0.1, 0.3, 50), Rate("high", 0.9, 0.8, 1.0, 50)]
        figure = intervals(data, title="", overall=0.5)
        assert [row[0] for row in figure.rows] == ["high", "low", "none"]
        assert figure.rows[2] == ("none", "–", "–", "–", "2")
        assert {"90 %", "20 %", "n 50", "n 2", "all 50 %"} <= set(texts(figure.picture))

    def test_a_cell_shows_its_share_and_n_and_none_is_never_nought(self) -> None:
        cells = {("a", "x"): Cell(0.975, 40), ("a", "y"): Cell(None, 3)}
        figure = heat_map(["a"], ["x", "y", "z"], cells, title="")
        shown = texts(figure.picture)
        assert {"98 %", "n 40", "n 3"} <= set(shown)
        assert figure.rows == (("a", "97.5 % of 40", "– of 3", "–"),)
        assert "a, z: none shown" in "".join(tooltips(figure.picture))

    @given(st.floats(0, 1))
    def test_the_ink_of_a_cell_stands_out_from_its_fill(self, share: float) -> None:
        picture = heat_map(["a"], ["b"], {("a", "b"): Cell(share, 9)}, title="").picture
        fills = re.findall(r"fill:(#[0-9a-f]{6})", picture)
        assert contrast(fills[0], fills[1]) >= 4.5

    def test_bars_keep_their_order_and_write_their_values(self) -> None:
        figure = bars([Bar("b", 1200), Bar("a", 2.5), Bar("c", 1, "HK$1")], title="", unit="HK$")
        assert figure.rows == (("b", "1,200"), ("a", "2.50"), ("c", "HK$1"))
        assert figure.header == ("", "HK$")

    @given(st.floats(1, 300), st.floats(1, 60))
    def test_hatching_stays_inside_its_rectangle(self, width: float, height: float) -> None:
        path = hatch(0, 0, width, height)
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path):
            assert -0.01 <= float(x) <= width + 0.01
            assert -0.01 <= float(y) <= height + 0.01


class TestPage:
    def test_it_fetches_nothing_and_each_picture_is_followed_by_its_table(self) -> None:
        html = page(Heading("A", "甲", "乙"), [Section(Heading("B"), figures=(bars([Bar("c", 1)], title="d"),))])
        assert "default-src 'none'" in html
        assert not re.search(r"(href|src)=\"(?!#)|url\(|@import", html)
        assert html.index("</svg>") < html.index("<details>") < html.index("<table>")
        assert '<span lang="zh-Hant" class="other">甲</span><span lang="zh-Hans" class="other">乙</span>' in html

    def test_the_same_data_gives_the_same_bytes(self) -> None:
        once, again = (page(Heading("A"), [Section(Heading("B"), figures=(states(ROWS, {}),))]) for _ in "ab")
        assert once == again


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, relative luminance and contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_inks_of_both_palettes_stand_out_from_their_paper() -> None:
    for palette in (LIGHT, DARK):
        colours = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", palette))
        for ink in ("ink", "soft", "blue", "green", "orange", "amber"):
            assert contrast(colours[ink], colours["paper"]) >= 4.5, ink
