"""`participants`: who takes part, as what, from which day until which; who entered it.

Laws of this module: what is entered goes through the platform, under a key that makes it safe to repeat. Days are local
days of the scheme. Nothing here is about a person but the staff ids of those who entered it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Final, TypeVar

import attrs
import click
import orjson

from expressplatform import wire
from expressplatform.enrolment import ChangeParticipant, Enrol, Entry, EntryKind, LetLeave, Participation
from expressplatform.platform import Platform, utc_now
from expressplatform.scheme import Participant
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import DAY, F, answers, key_option, place_options, staff_option
from expressplatform_cli.output import console, grid, plain, say_json, when

T = TypeVar("T")
_KINDS: Final = {EntryKind.ENROLLED: "takes part", EntryKind.CHANGED: "changed", EntryKind.LEFT: "takes no part"}
_FEW: Final = "Enrol one with 'expressplatform participants enrol ID --called NAME --as STAFF'."


def _safe(function: F) -> F:
    """``--key`` and ``--expected``: nothing twice, and nothing on top of what one has not seen."""
    return key_option(
        click.option("--expected", metavar="N", type=click.IntRange(0), help="Only at this version.")(function)
    )


@click.group()
def participants() -> None:
    """The traders that take part: those that the scheme names, and those that officers enrol on top."""


@participants.command("list")
@click.option("--on", metavar="DAY", type=DAY, help="Those who take part on this day alone.")
@click.option("--entries", is_flag=True, help="What was entered, when and by whom.")
@answers
@place_options
def list_(place: Place, on: datetime | None, entries: bool, as_json: bool) -> None:
    """Everybody who takes part, did or will, a line for each stretch of days."""
    with closing(open_platform(place)) as platform:
        found = platform.participations(by=documents.staff_actor(platform))
        zone = platform.scheme.zone
    if on is not None:
        found = tuple(one for one in found if any(row.member_on(on.date()) for row in one.rows))
    rows = [(one, row) for one in found for row in one.rows if on is None or row.member_on(on.date())]
    if as_json:
        say_json({"participants": [_document(one) for one in found]})
    elif not rows:
        click.echo(f"Nobody takes part{' on that day' if on is not None else ''}. {_FEW}")
    elif entries:
        lines = [
            [one.organisation, when(entry.at, zone), entry.by, _KINDS[entry.kind], *_span(entry.since, entry.until)]
            for one in found
            for entry in one.entries
        ]
        console().print(grid(("Id", "Entered", "By", "What", "From", "Until"), lines, wide="What"))
    else:
        table = [[row.organisation, plain(row.name), *_bounds(row), _kind(row), str(one.version)] for one, row in rows]
        console().print(grid(("Id", "Called", "From", "Until", "Kind", "Version"), table, wide="Called"))


@participants.command()
@click.argument("organisation")
@click.option("--called", metavar="NAME", required=True, help="What people call the trader, in whatever scripts.")
@click.option("--from", "first", metavar="DAY", type=DAY, help="Its first day [default: today].")
@click.option("--until", "last", metavar="DAY", type=DAY, help="Its last day [default: until it leaves].")
@click.option("--city", metavar="CITY", default="", help="Where it is registered, in English.")
@click.option("--sells-itself", is_flag=True, help="No shops trade on it: it sells by itself.")
@_safe
@staff_option
@answers
@place_options
def enrol(
    place: Place,
    organisation: str,
    called: str,
    first: datetime | None,
    last: datetime | None,
    city: str,
    sells_itself: bool,
    key: str,
    expected: int | None,
    staff: str,
    as_json: bool,
) -> None:
    """Have ORGANISATION (its id in the scheme) take part, from a day on.

    Complaints about it that are filed from that day on can be accepted and uploaded to it. To let it connect over HTTP,
    invite it besides: 'expressplatform organisations invite'.
    """
    with closing(open_platform(place)) as platform:
        until = last.date() if last is not None else None
        told = {"organisation": organisation, "name": called, "city": city, "platform": not sells_itself}
        asked = _read({**told, "member_from": _day(first, platform), "member_until": until}, Enrol)
        by = documents.staff_actor(platform, staff)
        found = platform.enrol(asked, by=by, key=key, expected=expected)
    _told(found, as_json=as_json)


@participants.command()
@click.argument("organisation")
@click.option("--from", "first", metavar="DAY", type=DAY, help="The first day on which it is so [default: today].")
@click.option("--called", metavar="NAME", help="What people call it.")
@click.option("--city", metavar="CITY", help="Where it is registered, in English.")
@click.option("--platform/--sells-itself", "is_platform", default=None, help="Whether shops trade on it.")
@_safe
@staff_option
@answers
@place_options
def change(
    place: Place,
    organisation: str,
    first: datetime | None,
    called: str | None,
    city: str | None,
    is_platform: bool | None,
    key: str,
    expected: int | None,
    staff: str,
    as_json: bool,
) -> None:
    """Change what is told of ORGANISATION, from a day on. Days before it stay as they were told.

    From the first day of a line of 'participants list', this puts right what was entered wrongly.
    """
    if (called, city, is_platform) == (None, None, None):
        raise click.UsageError("Say what changes: --called, --city, --platform or --sells-itself.")
    with closing(open_platform(place)) as platform:
        told = {"from_day": _day(first, platform), "name": called, "city": city, "platform": is_platform}
        asked = _read(told, ChangeParticipant)
        found = platform.change_participant(
            organisation, asked, by=documents.staff_actor(platform, staff), key=key,
            expected=expected,
        )  # fmt: skip
    _told(found, as_json=as_json)


@participants.command()
@click.argument("organisation")
@click.option("--last-day", metavar="DAY", type=DAY, required=True, help="The last day on which it takes part.")
@_safe
@staff_option
@answers
@place_options
def leave(
    place: Place,
    organisation: str,
    last_day: datetime,
    key: str,
    expected: int | None,
    staff: str,
    as_json: bool,
) -> None:
    """Let ORGANISATION leave with a day. Nothing of it is deleted, and cases that it holds go on.

    A complaint that was filed until that day can still be accepted; nothing is uploaded to it afterwards.
    """
    with closing(open_platform(place)) as platform:
        found = platform.let_leave(
            organisation, _read({"last_day": last_day.date()}, LetLeave), by=documents.staff_actor(platform, staff),
            key=key, expected=expected,
        )  # fmt: skip
    _told(found, as_json=as_json)


def _read(told: Mapping[str, object], cls: type[T]) -> T:
    """What was typed as what it is for; raises InvalidInput with every problem."""
    return wire.read(orjson.dumps({"v": 1, **told}), cls)


def _day(given: datetime | None, platform: Platform) -> date:
    return given.date() if given is not None else platform.scheme.day(utc_now())


def _told(found: Participation, *, as_json: bool) -> None:
    """How an organisation takes part now."""
    if as_json:
        say_json(_document(found))
        return
    for row in found.rows:
        first, last = _bounds(row)
        until = f" until {last}" if row.member_until is not None else ""
        since = f" from {first}" if row.member_from is not None else ""
        city = f", {plain(row.city)}" if row.city else ""
        click.echo(f"{row.organisation} takes part as {plain(row.name)} ({_kind(row)}{city}){since}{until}.")
    click.echo(f"Version {found.version}.")


def _document(found: Participation) -> dict[str, object]:
    """A participation for ``--json``; the keys of what was entered are for whoever sent it."""
    entries = [_entry(one) for one in found.entries]
    rows = [attrs.asdict(row) for row in found.rows]
    return {"organisation": found.organisation, "version": found.version, "rows": rows, "entries": entries}


def _entry(one: Entry) -> dict[str, object]:
    return {name: value for name, value in attrs.asdict(one).items() if name != "key"}


def _bounds(row: Participant) -> Sequence[str]:
    return _span(row.member_from, row.member_until)


def _span(first: date | None, last: date | None) -> Sequence[str]:
    return [str(day) if day is not None else "-" for day in (first, last)]


def _kind(row: Participant) -> str:
    return "platform" if row.platform else "sells itself"
