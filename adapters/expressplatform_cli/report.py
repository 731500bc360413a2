"""The report: what a store's cases come to, as one page that opens offline and prints.

Laws of this module
- One pass over the cases, from their facts: no key is asked for, so no particular can come into the page.
- Nothing is counted here that the library's indicators count; what is added is only where to find one of them (a
  trader in a month), and which case is worth looking at day by day.
- No rate without its n and its interval, no trader's word without the complainant's beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import attrs

from expressplatform.case import Case
from expressplatform.codes import Nature, Outcome, Role, Status, Word
from expressplatform.complaint import Actor
from expressplatform.indicators import RATES, Dimension, Figures, Mark, Tally
from expressplatform.indicators import Rate as Counted
from expressplatform.indicators.marks import OUTCOMES, marks_of
from expressplatform.lifecycle import ROWS
from expressplatform.platform import Platform, utc_now
from expressplatform.scheme import Scheme
from expressplatform.wording import label
from expressplatform_cli import drawing
from expressplatform_cli.drawing import Bar, Cell, Fact, Figure, Heading, Rate, Section
from expressplatform_cli.drawing_svg import Markup, esc, tag
from expressplatform_cli.report_case import day_by_day

_NAMESPACE: Final = ' xmlns="http://www.w3.org/2000/svg"'
MOST_TRADERS: Final = 30
LONGEST: Final = timedelta(days=80)
SAID: Final = (Word.CONFIRMED, Word.DISPUTED, Word.SILENT)
OUTCOME_NAMES: Final[Mapping[Mark, str]] = {
    Mark.RESOLVED: "Resolved, says the complainant",
    Mark.UNRESOLVED: "Not resolved, says the complainant",
    Mark.SILENT: "No word from the complainant",
    Mark.WITHDRAWN: "Withdrawn",
    Mark.DECLINED: "Never came to a trader",
    Mark.PENDING: "Still under way",
}


class Survey(Tally):
    """The library's tally, and beside it what the pictures need: it keeps counts, and the id of one case."""

    def __init__(self, *, as_at: datetime, scheme: Scheme) -> None:
        super().__init__(as_at=as_at, zone=scheme.zone, by=(Dimension.TRADER, Dimension.NATURE))
        self.scheme = scheme
        self.statuses: Counter[Status] = Counter()
        self.due: Counter[tuple[str, str]] = Counter()
        self.on_time: Counter[tuple[str, str]] = Counter()
        self.said: Counter[tuple[Outcome, Word]] = Counter()
        self.best = (0.0, "")

    def add(self, case: Case) -> None:
        """Counts one case."""
        super().add(case)
        self.statuses[case.status] += 1
        account, marks = case.account, marks_of(case, self.frame.as_at)
        if account.first_uploaded_at is not None and Mark.DUE in marks:
            cell = (case.trader, f"{self.scheme.day(account.first_uploaded_at):%Y-%m}")
            self.due[cell] += 1
            self.on_time[cell] += Mark.ON_TIME in marks
        if account.claimed is not None and case.word is not None:
            self.said[account.claimed, case.word] += 1
        self.best = max(self.best, (interest(case), case.id))


def interest(case: Case) -> float:
    """How much there is to see in a case day by day: clocks that stood still, holidays, offers, a proved promise."""
    turn, account = case.turn, case.account
    if turn is None or turn.resolve is None or account.answered_at is None or account.ended_at is None:
        return 0.0
    resolve = turn.resolve
    length = (resolve.due - resolve.started).days
    seen = 4.0 * bool(resolve.stops) + 0.2 * min(length, 30) + bool(turn.offers) + 2.0 * account.proved
    seen += 1.0 * (account.word is Word.CONFIRMED) + 0.5 * (case.file.verdict is not None)
    return seen if (account.answered_at - case.file.lodged_at) < LONGEST else 0.1


@attrs.frozen
class _Page:
    """What the sections are made from."""

    platform: Platform
    survey: Survey
    figures: Figures
    names: Mapping[str, str]

    def name(self, trader: str) -> str:
        """What people call a trader."""
        return self.names.get(trader, trader)


def write_report(
    path: Path,
    platform: Platform,
    *,
    title: str | Heading,
    lead: str = "",
    names: Mapping[str, str] | None = None,
    as_at: datetime | None = None,
) -> Figures:
    """Writes the report of everything in a store to ``path`` and gives the figures in it.

    ``lead`` is a sentence under the title, ``names`` what people call each trader (else the scheme's own names),
    ``as_at`` the instant at which the cases are read: now, unless given.
    """
    scheme = platform.scheme
    survey = Survey(as_at=as_at or utc_now(), scheme=scheme)
    council = Actor(Role.COUNCIL, "report", scheme.council)
    figures = platform.indicators(survey, by=council)
    known = {one.organisation: one.name for one in platform.participants()}
    page = _Page(platform, survey, figures, {**known, **(names or {})})
    heading = title if isinstance(title, Heading) else Heading(title)
    document = drawing.page(heading, _sections(page, council), lead=lead, footer=_footer(page))
    # A drawing within a page needs no namespace: without it there is no address in the file at all.
    path.write_text(document.replace(_NAMESPACE, ""), encoding="utf-8")
    return figures


def _sections(page: _Page, council: Actor) -> list[Section]:
    case_id = page.survey.best[1]
    one = (day_by_day(page.platform, case_id, council),) if case_id else ()
    words = (_words(page),) if page.survey.said else ()
    return [_short(page), _way(page), *one, _traders(page), _in_time(page), *words, _outcomes(page), _nature(page)]


def _footer(page: _Page) -> str:
    frame = page.figures.frame
    at = frame.as_at.astimezone(frame.zone)
    return (
        f"{page.figures.complaints:,} complaints, counted by the day on which they were lodged, as at "
        f"{at:%Y-%m-%d %H:%M} ({frame.zone}). Intervals are Wilson's, 95 %. Made from facts alone: no name, no contact "
        "and no free text was opened for it."
    )


# ---- the sections -------------------------------------------------------------------------------------------------


def _rate(figures: Figures, name: str) -> Counted:
    return figures.rate(next(one for one in RATES if one.name == name))


def _percent(rate: Counted) -> str:
    return "–" if rate.value is None else f"{rate.value * 100:.1f} %"


def _of(rate: Counted, what: str) -> str:
    if rate.wilson_low is None or rate.wilson_high is None:
        return f"of no {what}"
    between = f"{rate.wilson_low * 100:.1f} to {rate.wilson_high * 100:.1f} %"
    return f"{rate.numerator:,} of {rate.denominator:,} {what}; {between}"


def _short(page: _Page) -> Section:
    figures, count = page.figures, page.figures.count
    resolved, headline = _rate(figures, "resolved_of_evaluated"), _rate(figures, "resolved_or_silent_of_all")
    days, rating = figures.response_days, figures.rating
    facts = [
        Fact(f"{figures.complaints:,}", "complaints lodged", f"{count(Mark.UPLOADED):,} of them went to a trader"),
        Fact(_percent(resolved), "resolved, by the complainant's word", _of(resolved, "who spoke")),
        Fact(_percent(headline), "resolved, if silence counts as yes", _of(headline, "complaints")),
        Fact(
            _percent(_rate(figures, "on_time_of_due")), "answered in time", _of(_rate(figures, "on_time_of_due"), "due")
        ),
    ]
    if days.mean is not None:
        facts.append(Fact(f"{days.mean:.1f} days", "until the first answer", f"median {days.median:g}, n {days.n:,}"))
    if rating.mean is not None:
        facts.append(Fact(f"{rating.mean:.2f}", "mean rating, from 1 to 5", f"n {rating.n:,}"))
    facts += [
        Fact(
            f"{one.currency} {one.promised_minor_units / 100:,.0f}",
            "promised by traders",
            f"in {one.promised:,} cases; proved in {one.proved:,}: {one.currency} {one.proved_minor_units / 100:,.0f}",
        )
        for one in figures.relief
    ]
    text = (
        "Two headlines from the same cases: what complainants said themselves, and what comes out if everybody who "
        "said nothing is counted as content. The difference is why both stand here."
    )
    return Section(Heading("The figures in short", "數字一覽", "数字一览"), (text,), tuple(facts))


def _way(page: _Page) -> Section:
    counts = {status: page.survey.statuses[status] for status in Status}
    names = {status: label(status, "zh-Hant") for status in Status}
    figure = drawing.states(ROWS, counts, other_names=names)
    text = ("Where the cases stand now. Point at a box or an arrow to read what it means.",)
    return Section(Heading("The way of a case", "個案的流程", "投诉的流程"), text, figures=(figure,))


def _groups(page: _Page, by: Dimension) -> list[tuple[str, Figures]]:
    """The groups of a dimension, the largest first."""
    groups = [(group.key, group.figures) for group in page.figures.groups if group.by is by]
    return sorted(groups, key=lambda group: (-group[1].complaints, group[0]))


def _rates(page: _Page, name: str) -> list[Rate]:
    rates = []
    for trader, figures in _groups(page, Dimension.TRADER)[:MOST_TRADERS]:
        rate = _rate(figures, name)
        if figures.count(Mark.UPLOADED):
            ends = (rate.wilson_low or 0.0, rate.wilson_high or 0.0)
            rates.append(Rate(page.name(trader), rate.value, *ends, rate.denominator))
    return rates


def _traders(page: _Page) -> Section:
    pictures = []
    for name, title in (
        ("resolved_of_evaluated", "Resolved, of those where the complainant spoke"),
        ("resolved_or_silent_of_all", "Resolved or silent, of all complaints"),
    ):
        overall = _rate(page.figures, name).value
        said = f"{title}. The dot is the rate, the bar its 95 % interval, the broken line all traders together."
        pictures.append(drawing.intervals(_rates(page, name), title=title, description=said, overall=overall))
    text = ("Where intervals overlap, the order may be chance: rank traders by it, and you rank luck.",)
    return Section(Heading("Resolution by trader", "各商戶的解決率", "各企业的解决率"), text, figures=tuple(pictures))


def _in_time(page: _Page) -> Section:
    survey = page.survey
    months = sorted({month for _, month in survey.due})
    traders = [trader for trader, _ in _groups(page, Dimension.TRADER) if any(survey.due[trader, m] for m in months)]
    shown = traders[:MOST_TRADERS]
    cells = {
        (page.name(trader), month): Cell(survey.on_time[trader, month] / n, n)
        for trader in shown
        for month in months
        if (n := survey.due[trader, month])
    }
    names = [page.name(trader) for trader in shown]
    said = "The share answered within the term, by the month of the upload; n: how many were due."
    figure = drawing.heat_map(names, months, cells, title="Answered in time, by trader and month", description=said)
    return Section(Heading("Answered in time", "依時回覆", "按时答复"), figures=(figure,))


def _words(page: _Page) -> Section:
    said, header = page.survey.said, ("The trader claims", *(label(word, "en") for word in SAID), "In all")
    rows = []
    for outcome in Outcome:
        counts = [said[outcome, word] for word in SAID]
        if sum(counts):
            rows.append((label(outcome, "en"), *(f"{n:,}" for n in counts), f"{sum(counts):,}"))
    text = (
        "A result that a trader reports is a claim. It becomes an outcome by the complainant's word, or stays a claim "
        "about which the complainant, though asked and reminded, said nothing."
    )
    heading = Heading("What traders claim, and what complainants say", "商戶所報，投訴人所言", "企业所报，投诉人所言")
    caption = "What traders claimed, and what the complainants said of it by the end."
    return Section(heading, (text,), figures=(Figure(_plain_table(header, rows), caption, (), ()),))


def _plain_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    head = tag("tr", None, *(tag("th", {"scope": "col"}, esc(cell)) for cell in header))
    body = (tag("tr", None, *(tag("td", None, esc(cell)) for cell in row)) for row in rows)
    return tag("table", None, tag("thead", None, head), tag("tbody", None, *body))


def _outcomes(page: _Page) -> Section:
    count = page.figures.count
    data = [Bar(OUTCOME_NAMES[mark], count(mark)) for mark in OUTCOMES]
    figure = drawing.bars(data, title="What came of it", description="Each complaint counts once.")
    return Section(Heading("What came of it", "處理結果", "处理结果"), figures=(figure,))


def _nature(page: _Page) -> Section:
    data = [
        Bar(label(Nature(key), "en"), figures.complaints, f"{figures.complaints:,} ({part * 100:.1f} %)")
        for key, figures in _groups(page, Dimension.NATURE)
        if (part := figures.complaints / max(page.figures.complaints, 1)) > 0
    ]
    figure = drawing.bars(data, title="What went wrong", description="Complaints by their nature.")
    return Section(Heading("What went wrong", "投訴性質", "投诉性质"), figures=(figure,))
