"""The report: pictures of plain data, and one page that holds them.

Laws of this module
- Pure functions: no clock, no files, no figures computed here.
- A page opens offline and prints: style inside, no script, nothing fetched, and a policy that says so.
- English stands first; a heading repeats itself in Traditional and Simplified Chinese where people read.
- Every picture is followed by the table of its data. Every string is escaped; only `Markup` is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from expressplatform.codes import Status
from expressplatform_cli.drawing_charts import Bar, Cell, Figure, Rate, bars, heat_map, intervals
from expressplatform_cli.drawing_states import Transition, dot, mermaid, state_diagram
from expressplatform_cli.drawing_svg import DARK, FONTS, LIGHT, Markup, esc, tag
from expressplatform_cli.drawing_timeline import Deadline, Mark, timeline

__all__ = [
    "Bar",
    "Cell",
    "Deadline",
    "Fact",
    "Figure",
    "Heading",
    "Mark",
    "Rate",
    "Section",
    "Transition",
    "bars",
    "dot",
    "heat_map",
    "intervals",
    "mermaid",
    "page",
    "state_diagram",
    "states",
    "timeline",
]


@frozen
class Heading:
    """A heading in English and, where given, in Traditional and Simplified Chinese."""

    english: str
    traditional: str = ""
    simplified: str = ""


@frozen
class Fact:
    """One figure in words: how it is written, what it is, and the small print (n, denominator)."""

    value: str
    label: str
    note: str = ""


@frozen
class Section:
    """A part of the page: a heading, paragraphs, figures in words, pictures; each may be absent."""

    heading: Heading
    text: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()


def states(
    rows: Iterable[Transition],
    counts: Mapping[Status, int] | Mapping[str, int],
    *,
    other_names: Mapping[Status, str] | Mapping[str, str] | None = None,
) -> Figure:
    """`state_diagram` with its counts as a table."""
    said = "Each box is a status with the cases in it; each arrow is a command that leads from one to another."
    picture = state_diagram(rows, counts, other_names=other_names)
    table = tuple((str(getattr(s, "value", s)).replace("_", " "), f"{n:,}") for s, n in counts.items())
    return Figure(picture, said, ("Status", "Cases"), table)


def page(title: Heading, sections: Sequence[Section], *, lead: str = "", footer: str = "") -> str:
    """One self-contained HTML document."""
    head = (
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'),
        Markup('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '),
        Markup('style-src \'unsafe-inline\'"><meta name="color-scheme" content="light dark">'),
        tag("title", None, esc(title.english)),
        tag("style", None, Markup(_STYLE)),
    )
    body = (
        tag("header", None, _heading("h1", title), *_paragraphs((lead,), "lead")),
        *(_contents(sections) if len(sections) > 3 else ()),
        tag("main", None, *(_section(at, section) for at, section in enumerate(sections, start=1)), Markup("")),
        *((tag("footer", None, *_paragraphs((footer,))),) if footer else ()),
    )
    document = tag("html", {"lang": "en"}, tag("head", None, *head), tag("body", None, *body))
    return f"<!DOCTYPE html>\n{document}\n"


def _contents(sections: Sequence[Section]) -> tuple[Markup, ...]:
    links = (
        tag("a", {"href": f"#part-{at}"}, esc(section.heading.english)) for at, section in enumerate(sections, start=1)
    )
    return (tag("nav", {"aria-label": "Contents"}, *links),)


def _section(at: int, section: Section) -> Markup:
    facts = (tag("dl", {"class": "facts"}, *map(_fact, section.facts)),) if section.facts else ()
    return tag(
        "section",
        {"id": f"part-{at}"},
        _heading("h2", section.heading),
        *_paragraphs(section.text),
        *facts,
        *map(_figure, section.figures),
    )


def _heading(level: str, heading: Heading) -> Markup:
    others = [
        tag("span", {"lang": language, "class": "other"}, esc(text))
        for language, text in (("zh-Hant", heading.traditional), ("zh-Hans", heading.simplified))
        if text
    ]
    return tag(level, None, esc(heading.english), *others)


def _paragraphs(texts: Iterable[str], style: str = "") -> tuple[Markup, ...]:
    return tuple(tag("p", {"class": style} if style else None, esc(text)) for text in texts if text)


def _fact(fact: Fact) -> Markup:
    note = (tag("dd", {"class": "note"}, esc(fact.note)),) if fact.note else ()
    return tag("div", None, tag("dt", None, esc(fact.label)), tag("dd", None, esc(fact.value)), *note)


def _figure(figure: Figure) -> Markup:
    caption = tag("figcaption", None, esc(figure.caption))
    scroll = tag("div", {"class": "picture", "tabindex": "0"}, figure.picture)
    return tag("figure", None, scroll, caption, *_table(figure))


def _table(figure: Figure) -> tuple[Markup, ...]:
    if not figure.rows:
        return ()
    header = tag("tr", None, *(tag("th", {"scope": "col"}, esc(cell)) for cell in figure.header))
    rows = (tag("tr", None, *(tag("td", None, esc(cell)) for cell in row), Markup("")) for row in figure.rows)
    table = tag("table", None, tag("thead", None, header), tag("tbody", None, *rows))
    wrapped = tag("div", {"class": "picture", "tabindex": "0"}, table)
    return (tag("details", None, tag("summary", None, esc("The data as a table")), wrapped),)


_STYLE: Final = (
    f":root{{{LIGHT}}}@media (prefers-color-scheme:dark){{:root{{{DARK}}}}}"
    f"@media print{{:root{{{LIGHT}}}}}"
    "*{box-sizing:border-box}body{margin:0 auto;padding:2.5rem 1.5rem 4rem;max-width:76rem;"
    f"color:var(--ink);background:var(--paper);font:16px/1.55 {FONTS}}}"
    "header{border-bottom:3px solid var(--blue);margin-bottom:1rem}"
    "h1{font-size:1.9rem;line-height:1.25;margin:0 0 .4rem}"
    "h2{font-size:1.3rem;line-height:1.3;margin:0 0 .6rem}"
    ".other{font-weight:400;color:var(--soft);font-size:.72em;margin-left:.9em;white-space:nowrap}"
    "p{max-width:46rem;margin:.4rem 0 .8rem}.lead{font-size:1.08rem;color:var(--soft)}"
    "nav{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0 0 1rem;font-size:.92rem}a{color:var(--blue)}"
    "section{margin:2.6rem 0 0}figure{margin:1rem 0 0}.picture{overflow-x:auto}.picture svg{min-width:44rem}"
    "figcaption{color:var(--soft);font-size:.88rem;margin:.5rem 0}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.8rem;margin:1rem 0}"
    ".facts div{background:var(--panel);border:1px solid var(--faint);border-radius:.6rem;padding:.8rem 1rem;"
    "display:flex;flex-direction:column}"
    "dt{font-size:.88rem;line-height:1.35;order:1}"
    "dd{margin:0;font-size:1.65rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}"
    "dd.note{font-size:.8rem;font-weight:400;line-height:1.4;color:var(--soft);order:2}"
    "details{font-size:.9rem}summary{cursor:pointer;color:var(--blue)}"
    "table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;padding:.25rem .9rem .25rem 0;vertical-align:top}"
    "tr{border-bottom:1px solid var(--faint)}"
    "th{color:var(--soft);font-weight:600}"
    "footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--soft);font-size:.88rem}"
    "@media print{body{padding:0;max-width:none;font-size:11pt}nav{display:none}"
    "figure,.facts div{break-inside:avoid}h2{break-after:avoid}a{color:inherit;text-decoration:none}"
    ".picture{overflow:visible}.picture svg{min-width:0;max-height:145mm}}"
    "@page{size:A4 landscape;margin:12mm}"
)
