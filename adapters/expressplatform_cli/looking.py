"""`cases` and `show`: where cases stand, and one case from its beginning.

Laws of this module: a list holds no particular. One case shows them only to a named officer with a reason, and
then only what its own council may read; ``--facts`` shows none and asks nobody's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

import attrs
import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from expressplatform.case import Case, allowed
from expressplatform.codes import Role, Status
from expressplatform.complaint import Actor, EvidenceName, Particulars, Remark
from expressplatform.deadlines import Deadline, duties, explain
from expressplatform.events import Event, Timer
from expressplatform.money import Money
from expressplatform.platform import Opened, Platform
from expressplatform.ports import Header
from expressplatform.records import particulars_of
from expressplatform.scheme import Known, Scheme
from expressplatform.wording import label, label_of_event, next_step
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import DAY, answers, one_of, place_options, reason_option
from expressplatform_cli.output import (
    console,
    days_document,
    grid,
    last_day,
    legend,
    pairs,
    plain,
    say_json,
    weeks,
    when,
    words,
)

EXPLAINED: Final = 120
"""A deadline of more days than this is told by its end alone."""
_ROOMY: Final = 110


# ---- cases --------------------------------------------------------------------------------------------------------


@click.command()
@click.option("--status", multiple=True, type=one_of(Status), help="May be repeated.")
@click.option("--trader", metavar="ID", default="", help="The trader that has the case.")
@click.option("--assignee", metavar="STAFF", default="", help="The officer who has the case.")
@click.option("--due-before", type=DAY, help="Something is due before this local day.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many at most.")
@click.option("--after", metavar="CURSOR", default="", help="Go on after the end of an earlier list.")
@answers
@place_options
def cases(
    place: Place,
    status: Sequence[str],
    trader: str,
    assignee: str,
    due_before: datetime | None,
    limit: int,
    after: str,
    as_json: bool,
) -> None:
    """List where cases stand. Nothing personal is in the list."""
    with closing(open_platform(place)) as platform:
        zone = platform.scheme.zone
        page = platform.cases(
            by=documents.staff_actor(platform),
            status=[Status(one) for one in status],
            trader=trader,
            assignee=assignee,
            due_before=due_before.replace(tzinfo=zone) if due_before else None,
            after=after,
            limit=limit,
        )
    if as_json:
        say_json({"cases": [attrs.asdict(header) for header in page.headers], "after": page.after or None})
        return
    out = console()
    if not page.headers:
        narrowed = any((status, trader, assignee, due_before, after))
        nothing_yet = "There is no case yet. Next: expressplatform lodge --template"
        out.print("No case answers to that." if narrowed else nothing_yet)
        return
    out.print(_case_table(page.headers, zone, roomy=out.width >= _ROOMY))
    more = f"; go on with --after {page.after}" if page.after else ""
    out.print(f"\n{len(page.headers)} case{'' if len(page.headers) == 1 else 's'}{more}")


def _case_table(headers: Sequence[Header], zone: tzinfo, *, roomy: bool) -> Table:
    """The list; where there is little room, what a case is about and when it came in are left out."""
    headings = ["Reference", "Status", "Trader", "Due", *(["Nature", "Lodged"] if roomy else []), "Assigned"]
    rows: list[list[str | Text]] = []
    for header in headers:
        about = [words(header.nature), f"{header.lodged_at.astimezone(zone):%Y-%m-%d}"] if roomy else []
        left = [header.reference, words(header.status), header.trader or "-"]
        rows.append([*left, _due(header, zone), *about, header.assignee or "-"])
    return grid(headings, rows, wide="Assigned")


def _due(header: Header, zone: tzinfo) -> Text:
    if header.due_at is None:
        return Text("-")
    late = header.due_at <= datetime.now(UTC)
    day = (header.due_at - timedelta.resolution).astimezone(zone).date()
    told = f"{day} {header.duty.replace('_', ' ')}{' (provisional)' if header.provisional else ''}"
    return Text(told + (", late" if late else ""), style="red" if late else "")


# ---- show ---------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("case")
@click.option("--as", "staff", metavar="STAFF", help="Who reads: a staff id, not a name.")
@reason_option
@click.option("--facts", is_flag=True, help="Facts alone: nothing personal, so neither --as nor --reason.")
@answers
@place_options
def show(place: Place, case: str, staff: str | None, reason: str, facts: bool, as_json: bool) -> None:
    """Show CASE, by its id or its reference: what happened, what is due and why then, what may be done.

    The complainant's particulars are shown to a named officer of the case's council, with a reason.
    """
    if not facts and (not staff or not reason.strip()):
        raise click.UsageError("Say who reads (--as STAFF) and why (--reason TEXT), or take --facts.")
    with closing(open_platform(place)) as platform:
        by = documents.staff_actor(platform, staff or "command-line")
        opened = _read(platform, documents.find_case(platform, case, by), by, "" if facts else reason)
        scheme = documents.with_everybody(platform.edition_of(opened.case), platform)
    if as_json:
        say_json(show_document(opened, scheme))
    else:
        show_case(opened, scheme, console())


def _read(platform: Platform, case_id: str, by: Actor, reason: str) -> Opened:
    if not reason:
        return platform.facts(case_id, by=by)
    return platform.read(case_id, by=by, reason=reason)


def show_document(opened: Opened, scheme: Scheme) -> dict[str, Any]:
    """A case, its events, its deadlines and who may do what; with particulars where they were opened."""
    case = opened.case
    return {
        **documents.case_document(case),
        "particulars": documents.particulars_document(case.particulars),
        "events": [documents.event_document(event) for event in opened.events],
        "deadlines": [_deadline_document(timer, case, scheme) for timer in case.timers],
        "allowed": {actor.role.value: _may(case, actor) for actor in actors(case)},
    }


def _explained(timer: Timer, case: Case, scheme: Scheme) -> Deadline | None:
    """The deadline behind a timer; None where the edition of the case is not here, for no other explains it."""
    own = (case.scheme, case.edition) == (scheme.id, scheme.edition)
    return duties.explained(timer, scheme) if own else None


def _deadline_document(timer: Timer, case: Case, scheme: Scheme) -> dict[str, Any]:
    running = _explained(timer, case, scheme)
    zone = scheme.zone if running is None else running.term.zone
    short = running is not None and (running.due - running.started).days <= EXPLAINED
    return {
        "duty": timer.duty,
        "owner": timer.owner,
        "started": timer.started,
        "due": timer.due,
        "last_day": (timer.due - timedelta.resolution).astimezone(zone).date(),
        "days": running.term.days if running is not None else None,
        "calendar": running.term.calendar.id if running is not None else None,
        "provisional": timer.provisional,
        "explained": days_document(explain(running)) if running is not None and short else None,
    }


def actors(case: Case) -> tuple[Actor, ...]:
    """Somebody in each role that has a hand in a case."""
    council = case.file.council
    both = (Actor(Role.COUNCIL, "council", council), Actor(Role.COMPLAINANT, "complainant", council))
    return (*both, Actor(Role.TRADER, "trader", case.trader))


def _may(case: Case, by: Actor) -> list[str]:
    return [command.__name__ for command in allowed(case, by)]


def show_case(opened: Opened, scheme: Scheme, out: Console) -> None:
    """A case on the terminal, part by part."""
    case = opened.case
    _head(case, scheme, out)
    if isinstance(case.particulars, Particulars):
        _heading("Particulars", out)
        out.print(pairs(_particulars(case.particulars)))
    _heading(f"What happened (times of {scheme.zone})", out)
    out.print(grid(("When", "Who", "What"), [_event_row(event, scheme.zone) for event in opened.events], wide="What"))
    if case.timers:
        _heading("Deadlines", out)
        for timer in case.timers:
            _deadline(timer, case, scheme, out)
    _heading("Allowed now", out)
    out.print(pairs([(actor.role.value, ", ".join(_may(case, actor)) or "-") for actor in actors(case)]))


def _heading(text: str, out: Console) -> None:
    out.print(Text(f"\n{text}", style="bold underline"))


def _head(case: Case, scheme: Scheme, out: Console) -> None:
    out.print(Text.assemble((case.reference, "bold"), "  ", (label(case.status, "en"), "bold cyan")))
    if case.timers:
        last = case.timers[-1]
        running = _explained(last, case, scheme)
        zone = scheme.zone if running is None else running.term.zone
        out.print(next_step(case.status, "en").format(who=_whose(case, scheme), due=last_day(last.due, zone)))
    file, complaint, account = case.file, case.complaint, case.account
    said = case.word
    rows = [
        ("case", f"{case.id}, version {case.version}"),
        ("scheme", f"{case.scheme} {case.edition}"),
        ("trader", trader_name(case.trader, scheme, scheme.day(file.filed_at))),
        ("about", f"{label(complaint.nature, 'en')}; {label(complaint.category, 'en')}"),
        ("paid", str(complaint.purchase.paid or "-")),
        ("filed on", f"{scheme.day(file.filed_at)}"),
        ("assigned to", file.assignee or "-"),
        ("trader claims", label(account.claimed, "en") if account.claimed else "-"),
        ("complainant", label(said, "en") if said else "-"),
    ]
    out.print(pairs(rows))
    if file.on_hold:
        out.print("On hold: the case may not be erased.")


def _whose(case: Case, scheme: Scheme) -> str:
    """The council or the trader whose turn it is, as people call it."""
    of_trader = (
        Status.UPLOADED,
        Status.OBTAINED,
        Status.IN_CONCILIATION,
        Status.RESOLUTION_REPORTED,
        Status.RESOLVED,
    )
    return trader_name(case.trader, scheme, None) if case.status in of_trader else f"the council ({case.file.council})"


def trader_name(organisation: str, scheme: Scheme, on: date | None) -> str:
    """What people call a trader: its name in the scheme, or its id."""
    listed = scheme.listed(organisation)
    called = scheme.called(organisation, on, Known()) if on else (listed[-1].name if listed else None)
    return f"{called} ({organisation})" if called else organisation


def _particulars(given: Particulars) -> list[tuple[str, str | Text]]:
    rows: list[tuple[str, str | Text]] = []
    for name in documents.PERSONAL_FIELDS:
        value = getattr(given, name)
        if isinstance(value, str) and value:
            rows.append((name.replace("_", " "), plain(value)))
        elif isinstance(value, tuple) and value:
            rows.append((name.replace("_", " "), "; ".join(f"{one.id}: {plain(one.name)}" for one in value)))
    return rows


def _event_row(event: Event, zone: tzinfo) -> list[str | Text]:
    by = event.by
    who = by.role.value if by.role is Role.CLOCK else f"{by.role.value} {by.person}"
    if by.acting_for is not None:
        who += f" ({words(by.acting_for.channel.value).lower()})"
    told = Text(label_of_event(type(event).__name__, "en"))
    if details := "; ".join(_details(event)):
        told.append(f": {details}", style="dim")
    written = particulars_of(event)
    if isinstance(written, Remark):
        told.append(f"\n“{plain(written.text)}”", style="italic")
    elif isinstance(written, EvidenceName):
        told.append(f"\n{plain(written.name)}", style="italic")
    return [when(event.at, zone), who, told]


def _details(event: Event) -> Iterator[str]:
    """The codes, numbers, amounts and days that were given with a step, in words."""
    asked: Any = getattr(event, "asked", None)
    for field in attrs.fields(type(asked)) if attrs.has(type(asked)) else ():
        value = getattr(asked, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, StrEnum):
                yield label(one, "en")
            elif isinstance(one, Money):
                yield str(one)
            elif (isinstance(one, int) and not isinstance(one, bool)) or isinstance(one, date):
                yield f"{field.name.replace('_', ' ')} {one}"


def _deadline(timer: Timer, case: Case, scheme: Scheme, out: Console) -> None:
    """One deadline: whose, until when, and the calendar behind it."""
    running = _explained(timer, case, scheme)
    zone = scheme.zone if running is None else running.term.zone
    owner = "" if timer.owner is Role.CLOCK else f" ({timer.owner.value})"
    sure = ", provisional" if timer.provisional else ""
    out.print(Text.assemble((label(timer.duty, "en"), "bold"), f"{owner}: by {last_day(timer.due, zone)}{sure}"))
    out.print(Text(f"  {_counted(timer, running, zone)}", style="dim"))
    if timer.paused_until is not None:
        out.print(f"  The clock stands still until {when(timer.paused_until, zone)}.")
    if running is not None and (running.due - running.started).days <= EXPLAINED:
        days = explain(running)
        out.print(weeks(days))
        for line in legend(days):
            out.print(f"  {line}")


def _counted(timer: Timer, running: Deadline | None, zone: tzinfo) -> str:
    """How a deadline was counted, as far as the edition that says so is here."""
    since = f"after {when(timer.started, zone)} {zone}"
    if running is None:
        return f"Days {since}; how many, and which, says an edition that is not installed here."
    return f"{running.term.days} days ({running.term.calendar.title.en}) {since}"
