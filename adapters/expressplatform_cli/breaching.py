"""`breach`: a breach is opened and counted, told to those affected and to an authority, reported, closed.

Laws of this module: a person's name and contact come from a prompt or standard input, words from a file or a prompt;
nothing personal is shown. What is counted and sent is the platform's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final

import attrs
import click

from expressplatform.codes import BreachOf
from expressplatform.errors import InvalidInput, Problem
from expressplatform.platform import Told
from expressplatform.privacy.breaches import Breach, Telling
from expressplatform.wording import label
from expressplatform.wording.privacy import KINDS
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import (
    DAY,
    FOLDER,
    F,
    answers,
    auditor_option,
    key_option,
    one_of,
    place_options,
    staff_option,
)
from expressplatform_cli.outbox import Outbox
from expressplatform_cli.output import console, grid, pairs, plain, progress, say_json, when
from expressplatform_cli.watching import instants, watcher

_MOMENT: Final = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"])
_SOURCE: Final = "FILE|-"


def _words_option(name: str, help: str) -> Callable[[F], F]:
    return click.option(f"--{name}", metavar=_SOURCE, default="", help=help)


def _words(source: str, prompt: str = "") -> str:
    """Words from a file, from standard input, or typed where they are asked for; empty where nobody asks."""
    if not source:
        return str(click.prompt(prompt, default="", show_default=False, err=True)) if prompt else ""
    try:
        return documents.read_bytes(source).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise InvalidInput((Problem("$", "text", "must be text in UTF-8"),)) from None


@click.group()
def breach() -> None:
    """Data lost, or seen by others: whom it concerns, who must be told until when, and what was done."""


# ---- open ---------------------------------------------------------------------------------------------------------


@breach.command("open")
@click.option("--what", type=one_of(BreachOf), required=True, help="What was lost or seen.")
@click.option("--about", metavar="ID", default="", help="The organisation (trader), or the case (key).")
@click.option("--from", "since", type=DAY, required=True, help="First local day on which the data lay open.")
@click.option("--until", type=DAY, required=True, help="Last local day.")
@click.option(
    "--noticed", type=_MOMENT, help="When it was noticed, local time [default: now]. The clocks run from then."
)
@_words_option("cause", "How it happened [default: asked for]. Nothing about a person.")
@_words_option("harm", "What may follow.")
@_words_option("measures", "What was done about it: those affected read it as it stands.")
@key_option
@staff_option
@answers
@place_options
def open_breach(
    place: Place,
    what: str,
    about: str,
    since: datetime,
    until: datetime,
    noticed: datetime | None,
    cause: str,
    harm: str,
    measures: str,
    key: str,
    staff: str,
    as_json: bool,
) -> None:
    """Put a breach on record: count cases, people, kinds of data and languages, and start its clocks.

    With --what subject the person's name and contact are asked for, or read from standard input, a line each.
    """
    name = contact = ""
    if what == BreachOf.SUBJECT:
        name, contact = (str(click.prompt(said, err=True)) for said in ("Name", "E-mail, telephone or address"))
    told = _words(cause, "Cause (nothing about a person)"), _words(harm), _words(measures)
    with closing(open_platform(place)) as platform, progress("Cases looked at") as show:
        zone, by = platform.scheme.zone, documents.staff_actor(platform, staff)
        first, last = instants(since, until, zone)
        if first is None or last is None:  # both are required
            raise click.UsageError("Give --from and --until.")
        if what == BreachOf.KEY and about:
            about = documents.find_case(platform, about, by)
        made = platform.open_breach(
            BreachOf(what),
            about=about,
            name=name,
            contact=contact,
            since=first,
            until=last,
            noticed_at=noticed.replace(tzinfo=zone) if noticed else None,
            cause=told[0],
            harm=told[1],
            measures=told[2],
            by=by,
            key=key,
            progress=show,
        )
    _say(made, zone, as_json)


# ---- list, describe, report ---------------------------------------------------------------------------------------


@breach.command("list")
@click.option("--open", "open_only", is_flag=True, help="Leave out what is closed.")
@staff_option
@auditor_option
@answers
@place_options
def list_breaches(place: Place, open_only: bool, staff: str, auditor: bool, as_json: bool) -> None:
    """List the breaches on record."""
    with closing(open_platform(place)) as platform:
        zone = platform.scheme.zone
        found = platform.breaches(by=watcher(platform, staff, auditor=auditor), open_only=open_only)
    if as_json:
        say_json({"breaches": [breach_document(one) for one in found]})
    elif not found:
        click.echo("No breach is on record.")
    else:
        rows = [_row(one, zone) for one in found]
        console().print(grid(("Noticed", "What", "About", "People", "Status", "Id"), rows, wide="What"))


def _row(one: Breach, zone: tzinfo) -> list[str]:
    said = label(one.status, "en")
    return [when(one.noticed_at, zone), label(one.what, "en"), one.about or "-", f"{one.scope.people:,}", said, one.id]


@breach.command("describe")
@click.argument("breach_id", metavar="ID")
@_words_option("cause", "How it happened. Nothing about a person.")
@_words_option("harm", "What may follow.")
@_words_option("measures", "What was done about it: those affected read it as it stands.")
@staff_option
@answers
@place_options
def describe_breach(
    place: Place, breach_id: str, cause: str, harm: str, measures: str, staff: str, as_json: bool
) -> None:
    """Say more of the breach ID; what is left out stays as it was."""
    told = _words(cause), _words(harm), _words(measures)
    with closing(open_platform(place)) as platform:
        by, zone = documents.staff_actor(platform, staff), platform.scheme.zone
        made = platform.describe_breach(breach_id, cause=told[0], harm=told[1], measures=told[2], by=by)
    _say(made, zone, as_json)


@breach.command("report")
@click.argument("breach_id", metavar="ID")
@staff_option
@auditor_option
@answers
@place_options
def report_breach(place: Place, breach_id: str, staff: str, auditor: bool, as_json: bool) -> None:
    """What the privacy commissioner's form and PIPL Art 57 ask for, filled in from the record of the breach ID."""
    with closing(open_platform(place)) as platform:
        document = platform.breach_report(breach_id, by=watcher(platform, staff, auditor=auditor))
    if as_json:
        say_json(document)
        return
    headings: Any = document["headings"]
    for one in headings:
        click.secho(" / ".join(one["heading"].values()), bold=True)
        for line in _lines(one["value"]):
            click.echo(f"  {plain(line)}")


def _lines(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{name}: {said}" for name, one in value.items() for said in _lines(one)] or ["-"]
    if isinstance(value, list):
        return [", ".join(str(one) for one in value) or "-"]
    return ["-" if value in (None, "") else str(value)]


# ---- tell, close --------------------------------------------------------------------------------------------------


@breach.command("tell")
@click.argument("breach_id", metavar="ID")
@click.option("--authority", is_flag=True, help="Note that the authority was told, instead of writing to people.")
@click.option("--at", type=_MOMENT, help="When the authority was told, local time [default: now].")
@click.option("--outbox", type=FOLDER, help="Write the messages into this folder, as .eml files.")
@staff_option
@answers
@place_options
def tell_breach(
    place: Place,
    breach_id: str,
    authority: bool,
    at: datetime | None,
    outbox: Path | None,
    staff: str,
    as_json: bool,
) -> None:
    """Write to those affected by the breach ID, each once, in their language; or note that the authority was told.

    Run it again after whatever stopped it: nobody is written to twice. Whoever no message reaches stands in the
    queue; when the queue is empty, run it once more, and those affected have been told.
    """
    writes = outbox is not None or (place.letters is not None and not authority)
    if authority == writes:
        raise click.UsageError("Give --outbox DIR to write to those affected, or --authority: one of the two.")
    messenger = Outbox(outbox) if outbox is not None else None
    opened = closing(open_platform(place, messenger=messenger, writes=not authority))
    with opened as platform, progress("People told") as show:
        by, zone = documents.staff_actor(platform, staff), platform.scheme.zone
        if authority:
            made = platform.told_authority(breach_id, at=at.replace(tzinfo=zone) if at else None, by=by)
            told = None
        else:
            told = platform.breach_messages(breach_id, by=by, progress=show)
            made = next(one for one in platform.breaches(by=by) if one.id == breach_id)
    if told is None:
        _say(made, zone, as_json)
    elif as_json:
        say_json(attrs.asdict(told))
    else:
        _say_told(told)


def _say_told(told: Told) -> None:
    click.echo(f"{told.sent:,} written to now, {told.earlier:,} dealt with before.")
    if told.untold:
        click.echo(f"{told.untold:,} cannot be written to: 'expressplatform queue' lists them.")
    if told.gone:
        click.echo(f"{told.gone:,} have no case left that opens.")
    for case_id, code in told.failed:
        click.echo(f"Not sent: {case_id} [{code}]. Run it again.", err=True)
    click.echo("Those affected have been told." if told.done else "Not all have been told yet.")


@breach.command("close")
@click.argument("breach_id", metavar="ID")
@_words_option(
    "reason", "Why not everybody was told (PIPL Art 57: harm is effectively avoided). Nothing about a person."
)
@staff_option
@answers
@place_options
def close_breach(place: Place, breach_id: str, reason: str, staff: str, as_json: bool) -> None:
    """Close the breach ID: all have been told, or there is a reason."""
    why = _words(reason)
    with closing(open_platform(place)) as platform:
        zone = platform.scheme.zone
        made = platform.close_breach(breach_id, reason=why, by=documents.staff_actor(platform, staff))
    _say(made, zone, as_json)


# ---- out ----------------------------------------------------------------------------------------------------------


def breach_document(one: Breach) -> dict[str, object]:
    """A breach as a document: nobody is named in it."""
    document = attrs.asdict(one, filter=lambda field, _: field.name != "batch")
    languages = {language.value: count for language, count in one.scope.languages}
    return {**document, "scope": {**document["scope"], "languages": languages, "traders": dict(one.scope.traders)}}


def _say(one: Breach, zone: tzinfo, as_json: bool) -> None:
    if as_json:
        say_json(breach_document(one))
        return
    scope, out = one.scope, console()
    languages = ", ".join(f"{label(language, 'en')} {count:,}" for language, count in scope.languages)
    out.print(f"{one.id}: {label(one.what, 'en')}. {label(one.status, 'en')}.")
    rows = [
        ("people", f"{scope.people:,}"),
        ("cases", f"{scope.cases:,}, of them {scope.erased:,} erased and {scope.unreadable:,} that do not open"),
        ("kinds of data", "; ".join(KINDS[kind][0] for kind in scope.kinds) or "-"),
        ("languages", languages or "-"),
        ("traders", ", ".join(f"{trader} {count:,}" for trader, count in scope.traders) or "-"),
        ("authority", _telling(one.authority, zone)),
        ("those affected", _telling(one.persons, zone)),
    ]
    out.print(pairs(rows))


def _telling(telling: Telling, zone: tzinfo) -> str:
    if telling.done_at is not None:
        return f"told {when(telling.done_at, zone)}"
    return f"to be told by {when(telling.due, zone)}"
