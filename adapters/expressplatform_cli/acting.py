"""`act`, `erase`: what people change in cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Final

import attrs
import click

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Channel, ErasureReason, Role
from expressplatform.commands import Command
from expressplatform.complaint import Actor
from expressplatform.errors import HeldBack
from expressplatform.platform import Platform
from expressplatform.ports import Alert, TraderGateway
from expressplatform.privacy.disclosure import Disclosure
from expressplatform.scheme import Scheme
from expressplatform.wording import label
from expressplatform_cli import documents
from expressplatform_cli.config import NO_PLACE, Place, open_platform
from expressplatform_cli.exits import Exit
from expressplatform_cli.options import (
    answers,
    key_option,
    one_of,
    place_if_any,
    place_options,
    reason_option,
    staff_option,
)
from expressplatform_cli.output import console, grid, pairs, plain, say_json
from expressplatform_cli.taking_in import duty_lines
from expressplatform_sqlite.keys import LocalKeyStore

ROLES: Final = (Role.COUNCIL.value, Role.TRADER.value, Role.COMPLAINANT.value)


# ---- act ----------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("case")
@click.argument("command")
@click.argument("body", metavar="[JSON|-]", required=False)
@click.option("--file", "file", metavar="FILE|-", help="The command's fields, from a file or standard input.")
@click.option("--fields", is_flag=True, help="Only list the fields that COMMAND takes.")
@click.option("--as", "staff", metavar="STAFF", default="", help="Who acts: a staff id, not a name.")
@click.option("--role", type=click.Choice(ROLES), default="council", show_default=True, help="In what capacity.")
@click.option("--organisation", metavar="ID", default="", help="The trader's id, with --role trader.")
@click.option(
    "--representative",
    type=one_of(Channel),
    help="A representative speaks for the complainant, by this channel; needs the authority on the case.",
)
@click.option(
    "--taken-by",
    type=one_of(Channel),
    help="The complainant's own word, taken by this channel and written down by STAFF.",
)
@click.option("--expected", metavar="N", type=click.IntRange(1), help="Only where the case is at this version.")
@key_option
@reason_option
@answers
@place_if_any
def act(
    place: Place | None,
    case: str,
    command: str,
    body: str | None,
    file: str | None,
    fields: bool,
    staff: str,
    role: str,
    organisation: str,
    representative: str | None,
    taken_by: str | None,
    expected: int | None,
    key: str,
    reason: str,
    as_json: bool,
) -> None:
    """Send COMMAND to CASE, with its fields as a JSON object.

    COMMAND is a name such as ReportContact or report_contact. Fields that hold words about a person
    ("particulars", "complaint") are taken from a file or standard input only.

    Examples: act CASE accept --as officer-1
    / act CASE upload '{"instrument": "pcpd_model_clauses", "impact_assessment": "ia-7"}' --as officer-1
    / act CASE obtain --as agent-3 --role trader --organisation taobao
    """
    name = documents.command_name(command)
    if fields:
        show_fields(name, as_json=as_json)
        return
    if place is None or not staff:
        raise click.UsageError("Say who acts with --as STAFF." if place else NO_PLACE)
    asked = documents.read_body(name, body, file)
    if isinstance(asked, c.Lodge):
        raise click.UsageError("A complaint comes in with 'expressplatform lodge'.")
    with closing(open_platform(place)) as platform:
        channel, own_word = taken_by or representative or "", taken_by is not None
        by = documents.actor_of(platform, staff, role, organisation, channel, own_word=own_word)
        case_id = documents.find_case(platform, case, by)
        after, shown = _sent(platform, case_id, asked, by, key, expected)
        may = platform.allowed(case_id, by=by)
        scheme = platform.edition_of(after)
    if as_json:
        disclosed = {"disclosure": disclosure_document(shown, whole=bool(reason.strip()))} if shown else {}
        say_json({**documents.case_document(after), "allowed": list(may), **disclosed})
        return
    show_step(after, may, scheme)
    if shown is not None:
        show_disclosure(shown, whole=bool(reason.strip()), scheme=scheme)


def show_fields(name: str, *, as_json: bool) -> None:
    """The fields of a command: what each is, and whether it must be given."""
    found = documents.fields_of(name)
    if as_json:
        say_json({"command": name, "fields": [attrs.asdict(one) for one in found]})
        return
    if not found:
        click.echo(f"{name} takes no fields.")
        return
    rows = [[one.name, "must be given" if one.required else "may be left out", one.kind] for one in found]
    console().print(grid(("Field", "", "What it is"), rows, wide="What it is"))


def _sent(
    platform: Platform, case_id: str, asked: Command, by: Actor, key: str, expected: int | None
) -> tuple[Case, Disclosure | None]:
    """The case after the command, and what a trader that obtained it was given."""
    after = platform.act(case_id, asked, by=by, key=key, expected=expected)
    if not isinstance(asked, c.Obtain) or asked.evidence:  # documents are fetched by 'evidence get'
        return after, None
    # The same key again: the reading is on record once, and this is what was read.
    return after, platform.obtain(case_id, by=by, key=key)


def show_step(case: Case, may: Sequence[str], scheme: Scheme) -> None:
    """Where a case stands after a step, what is due, and what its actor may do next."""
    out = console()
    out.print(f"{case.reference} is now: {label(case.status, 'en')}  (case {case.id}, version {case.version})")
    for line in duty_lines(case, scheme):
        out.print(line)
    if may:
        out.print(f"Allowed now: {', '.join(may)}")


def disclosure_document(shown: Disclosure, *, whole: bool) -> dict[str, object]:
    """What a trader was given: the names of the fields, and with ``whole`` what stands in them."""
    document: dict[str, object] = {
        "recipient": shown.recipient,
        "purpose": shown.purpose,
        "article": shown.article,
        "use_until": shown.use_until,
        "fields": list(shown.fields),
    }
    return {**document, "values": dict(shown.values)} if whole else document


def show_disclosure(shown: Disclosure, *, whole: bool, scheme: Scheme) -> None:
    """The same, for people."""
    out = console()
    until = shown.use_until.astimezone(scheme.zone)
    out.print(f"\nDisclosed to {shown.recipient} ({shown.article}), to be used until {until:%Y-%m-%d}:")
    if whole:
        out.print(pairs([(field, plain(_told(shown.values[field]))) for field in shown.fields]))
    else:
        out.print("  " + ", ".join(shown.fields))
        out.print("What stands in these fields is shown with --reason TEXT.")


def _told(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_told(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_told(one)}" for name, one in value.items() if one is not None)
    return str(value)


# ---- erase --------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("case")
@staff_option
@click.option("--approved-by", "approver", metavar="STAFF", required=True, help="A second officer, another person.")
@click.option(
    "--reason",
    "why",
    type=one_of(ErasureReason),
    default=ErasureReason.REQUEST.value,
    show_default=True,
    help="On what ground.",
)
@answers
@place_options
def erase(place: Place, case: str, staff: str, approver: str, why: str, as_json: bool) -> None:
    """Make what is personal in an ended CASE unreadable for ever. Two persons of one council.

    Its key is destroyed at once. Facts, dates and outcome stay, and no figure changes. Ends with 8 as long as the key
    is still there, because another process has that work in hand: run it again.
    """
    with closing(open_platform(place, gateways=_Later())) as platform:
        by, second = documents.staff_actor(platform, staff), documents.staff_actor(platform, approver)
        case_id = documents.find_case(platform, case, by)
        after = platform.erase(case_id, by=by, approved_by=second, reason=ErasureReason(why))
        gone = _key_destroyed(platform, after, place)
    if as_json:
        say_json({**documents.case_document(after), "key_destroyed": gone})
    elif gone:
        click.echo(f"{after.reference} is erased: nothing opens what was personal in it. Its facts stay.")
    else:
        click.echo(f"{after.reference} is erased, but its key is still there.")
        click.echo(
            "Run 'expressplatform work' to destroy it; a process that ended in its midst keeps it from others for "
            "five minutes. Then run this again, to see it gone.",
            err=True,
        )
    if not gone:
        raise click.exceptions.Exit(Exit.STORE)


def _key_destroyed(platform: Platform, case: Case, place: Place) -> bool:
    """Works until nothing is left that can be done, alerts being put back; whether the case's key is gone by then."""
    while (worked := platform.work()).done or worked.failed:
        pass
    with closing(LocalKeyStore(place.keys)) as keys:
        return case.id in keys.destroyed()


class _NoWay:
    """A gateway that reaches nobody: what it is given comes back to the queue, for whoever can send it."""

    def alert(self, alert: Alert, /) -> None:
        raise HeldBack


class _Later(Mapping[str, TraderGateway]):
    """`_NoWay` for every trader."""

    def __getitem__(self, organisation: str) -> TraderGateway:
        return _NoWay()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
