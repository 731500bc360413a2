"""`doctor`: whether store, keys, deadlines and calendars are as they should be, and what to do where they are not.

Laws of this module
- It changes nothing, shows nothing personal and claims no work.
- Each check answers in sentences: what was found, and what to do next. A *fault* ends with exit code 8; *advice* is
  for whoever runs the platform and ends with 0.
- A check that cannot be made is a fault itself; the others are made all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import attrs
import click
from rich.text import Text

from expressplatform.errors import ExpressPlatformError, StoreUnusable
from expressplatform.platform import Platform
from expressplatform.ports import CaseStore
from expressplatform.scheme import Scheme
from expressplatform.workdays import WorkingCalendar
from expressplatform_cli.config import Place, case_shelf, case_store, editions_named_by, must_be_there
from expressplatform_cli.databases import Database, Work, waiting
from expressplatform_cli.doctor_apart import Finding, Level, asked, durable, kept_apart, of_error
from expressplatform_cli.doctor_cases import WAITS, found_in_cases
from expressplatform_cli.doctor_ledger import ledger
from expressplatform_cli.exits import Exit
from expressplatform_cli.options import answers, place_options
from expressplatform_cli.output import console, grid, say_json
from expressplatform_sqlite.keys import LocalKeyStore
from expressplatform_sqlite.rows import instant

_WORK: Final = """SELECT count(ready_at), min(ready_at), count(dead_since), min(dead_since),
    coalesce(sum(ready_at IS NOT NULL AND attempts > 2), 0), max(ready_at) FROM effects"""
_PUT_BACK: Final = "Stop writing, keep a copy of the file, and put back the last good backup."
_NAMED: Final = 5
"""So many cases are named for each fault; the rest are counted."""


# ---- the command --------------------------------------------------------------------------------------------------


@click.command()
@click.option("--sample", metavar="N", type=click.IntRange(1), help="Look at N cases only [default: all].")
@click.option("--deep", is_flag=True, help="Open every seal, too; nothing of what is inside is shown.")
@answers
@place_options
def doctor(place: Place, sample: int | None, deep: bool, as_json: bool) -> None:
    """Check store, keys, deadlines, calendars, waiting work and ledger; say what to do. Changes nothing."""
    found = list(examined(place, datetime.now(UTC), sample, deep=deep))
    faults = [one for one in found if one.level is Level.FAULT]
    if as_json:
        say_json({"well": not faults, "findings": [attrs.asdict(one) for one in found]})
    else:
        _show(found)
    if faults:
        raise click.exceptions.Exit(Exit.STORE)


_LOOKS: Final = {Level.OK: ("ok", "green"), Level.ADVICE: ("advice", "yellow"), Level.FAULT: ("fault", "bold red")}


def _show(found: Iterable[Finding]) -> None:
    table = []
    for one in found:
        look, colour = _LOOKS[one.level]
        more = f" and {len(one.cases) - _NAMED} more" if len(one.cases) > _NAMED else ""
        named = f"\nCases: {', '.join(one.cases[:_NAMED])}{more}" if one.cases else ""
        table.append(
            [
                Text(look, style=colour),
                Text.assemble(
                    one.sentence, named, (f"\n{one.next}" if one.next and one.level is not Level.OK else "", "dim")
                ),
            ]
        )
    console().print(grid(("", "found"), table, wide="found", bare=True))


def examined(place: Place, now: datetime, sample: int | None, *, deep: bool) -> Iterator[Finding]:
    """Every finding about a place, as at an instant."""
    try:
        must_be_there(place)
        store, keys = case_store(place), LocalKeyStore(place.keys)
    except ExpressPlatformError as error:
        yield of_error("files", error)
        return
    with closing(store), closing(keys):
        yield from _files(place)
        try:
            editions = editions_named_by(store.scheme(), place)
        except ExpressPlatformError as error:
            editions = ()
            yield of_error("scheme", error)
        else:
            yield Finding(Level.OK, "scheme", _belongs(store, editions[-1]))
            yield from _calendars(editions, now)
            yield from _participants(place, editions[-1], store, keys, now)
        yield from found_in_cases(store, keys, now, sample, editions, deep=deep)
        yield from _overdue(store, now)
        yield from _work(place, now)
        yield from ledger(place, store, now)
        yield from kept_apart(place, store, keys, now)


def _belongs(store: CaseStore, newest: Scheme) -> str:
    """Whose the store is, and which edition its next complaint comes in under."""
    _, edition = store.scheme() or ("", "")
    moved = f"; the next command takes it to {newest.edition}" if edition != newest.edition else ""
    return f"The store belongs to {newest.id} {edition}{moved}."


# ---- participants -------------------------------------------------------------------------------------------------


def _participants(
    place: Place, scheme: Scheme, store: CaseStore, keys: LocalKeyStore, now: datetime
) -> Iterator[Finding]:
    """Whether anybody takes part today: where nobody does, no complaint can be accepted."""
    today = scheme.day(now)
    try:
        with closing(case_shelf(place)) as shelf:
            told = Platform(scheme=scheme, store=store, keys=keys, shelf=shelf).participants()
    except ExpressPlatformError as error:
        yield of_error("participants", error)
        return
    number = len({one.organisation for one in told if one.member_on(today)})
    if number:
        sentence = f"{number:,} trader{'s take' if number != 1 else ' takes'} part today."
        yield Finding(Level.OK, "participants", sentence)
    else:
        sentence = "Nobody takes part today: no complaint can be accepted."
        yield Finding(Level.ADVICE, "participants", sentence, "Enrol a trader: 'expressplatform participants enrol'.")


# ---- files --------------------------------------------------------------------------------------------------------


def _files(place: Place) -> Iterator[Finding]:
    yield Finding(Level.OK, "files", "Store and keys open; the store has the newest schema known here.")
    for name, path in (("store", place.store), ("key store", place.keys)):
        if isinstance(path, Database):
            continue
        if path.stat().st_mode & 0o077:
            sentence = f"Others on this machine may read the file of the {name}."
            yield Finding(Level.ADVICE, "files", sentence, "Take their rights away: chmod 600.")
    if isinstance(place.store, Database):  # its pages have a tool of their own: pg_amcheck
        yield from durable(place.store)
        return
    if (answer := asked(place.store, "PRAGMA quick_check(1)")) != ("ok",):
        sentence = f"The store's file fails its own check ({'unreadable' if answer is None else 'damaged'})."
        yield Finding(Level.FAULT, "files", sentence, _PUT_BACK)


# ---- calendars ----------------------------------------------------------------------------------------------------


def _calendars(editions: Sequence[Scheme], now: datetime) -> Iterator[Finding]:
    """Whether the years that deadlines reach into are announced."""
    today = editions[-1].day(now)
    year = today.year
    for calendar in _used(editions):
        name, last = calendar.title.en, calendar.announced_through
        if calendar.week == 7:
            continue
        if last < year:
            yield Finding(
                Level.FAULT,
                "calendars",
                f"{name}: the table ends with {last}, so every deadline of this year is provisional.",
                "Install the release that brings the year, then compute deadlines again (Platform.reschedule).",
            )
        elif last == year:
            yield Finding(
                Level.ADVICE if today.month >= 10 else Level.OK,
                "calendars",
                f"{name}: announced through {last}; deadlines that reach into {last + 1} are provisional.",
                "Once the year is announced, install its release and compute deadlines again (Platform.reschedule).",
            )
        else:
            yield Finding(Level.OK, "calendars", f"{name}: announced through {last}.")


def _used(editions: Sequence[Scheme]) -> tuple[WorkingCalendar, ...]:
    terms = (one.term for scheme in editions for level in scheme.service_levels for one in level.terms)
    return tuple({term.calendar.id: term.calendar for term in terms}.values())


# ---- time and work ------------------------------------------------------------------------------------------------


def _overdue(store: CaseStore, now: datetime) -> Iterator[Finding]:
    """What the clock should have done."""
    try:
        late = store.due(now, 1000)
    except StoreUnusable as error:
        yield of_error("clock", error)
        return
    if not late:
        yield Finding(Level.OK, "clock", "No step of the clock is waiting.")
        return
    oldest = min(header.due_at for header in late if header.due_at is not None)
    level = Level.FAULT if now - oldest > WAITS else Level.ADVICE
    count = f"{len(late):,}{' or more' if len(late) == 1000 else ''}"
    since = f"the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
    sentence = f"{count} case{'s' if len(late) != 1 else ''} waiting for a step of the clock, {since}."
    yield Finding(level, "clock", sentence, "Run 'expressplatform tick --until-quiet', and have it run regularly.")


def _work(place: Place, now: datetime) -> Iterator[Finding]:
    """What steps have left to be done."""
    if (found := _waiting(place)) is None:
        yield Finding(Level.FAULT, "work", "The list of waiting work cannot be read.", _PUT_BACK)
        return
    if found.dead and found.dead_since is not None:
        yield Finding(
            Level.FAULT,
            "work",
            f"{found.dead} given up after many attempts, the first at {found.dead_since:%Y-%m-%d %H:%M} UTC.",
            "See 'expressplatform dead-letters', see to the cause, then have them tried again with --replay.",
        )
    if found.again:
        sentence = f"{found.again} tried more than twice without success; they are tried again by themselves."
        yield Finding(Level.ADVICE, "work", sentence, "'expressplatform work' says what fails, and why.")
    if found.latest is not None and found.latest > now + WAITS:
        sentence = f"Some is put off until {found.latest:%Y-%m-%d}: a gateway asked for it, or a clock was ahead."
        yield Finding(Level.ADVICE, "work", sentence, "It is done then; what cannot wait has to be done by hand.")
    count, since = found.count, found.since
    if since is None:
        yield Finding(Level.OK, "work", "No work is waiting.")
        return
    level = Level.FAULT if now - since > WAITS else Level.ADVICE
    sentence = (
        f"{count} piece{'s' if count != 1 else ''} of work to be done, the oldest since {since:%Y-%m-%d %H:%M} UTC."
    )
    yield Finding(level, "work", sentence, "Run 'expressplatform work --until-quiet', or see to the worker.")


def _waiting(place: Place) -> Work | None:
    """What work there is; None where nobody can say."""
    if isinstance(place.store, Database):
        try:
            return waiting(place.store)
        except StoreUnusable:
            return None
    match asked(place.store, _WORK):
        case (int(count), oldest, int(dead), dead_since, int(again), latest):
            return Work(count, _instant(oldest), dead, _instant(dead_since), again, _instant(latest))
    return None


def _instant(value: object) -> datetime | None:
    return instant(value) if isinstance(value, int) else None
