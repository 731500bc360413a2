"""`queue`, `disclosures`, `access-log`, `audit-bundle`, `audit-check`: what those who watch over privacy ask.

Laws of this module: nothing personal is opened or shown. A bundle is checked without any store or key store.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

import attrs
import click
from rich.text import Text

from expressplatform import signed_files
from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.platform import Given, Platform, Waits
from expressplatform.privacy.log import Access
from expressplatform.signing import VerifyingKey
from expressplatform.wording import label
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.folders import must_be_new, whole_folder, write_private
from expressplatform_cli.options import DAY, FOLDER, F, answers, auditor_option, place_options, staff_option
from expressplatform_cli.output import console, grid, plain, progress, say_json, when, words

_LARGEST: Final = 1 << 30


def span_options(function: F) -> F:
    """``--from`` and ``--until``: local days, both included (arguments ``since`` and ``until``)."""
    until = click.option("--until", type=DAY, help="Last local day.")
    since = click.option("--from", "since", type=DAY, help="First local day.")
    return since(until(function))


def instants(since: datetime | None, until: datetime | None, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The first instant of the first day, and the first one after the last day."""
    first = since.replace(tzinfo=zone) if since else None
    return first, (until + timedelta(days=1)).replace(tzinfo=zone) if until else None


def watcher(platform: Platform, staff: str, *, auditor: bool) -> Actor:
    """Who asks: an officer of the council, or its auditor."""
    return Actor(Role.AUDITOR if auditor else Role.COUNCIL, staff, platform.scheme.council)


# ---- queue --------------------------------------------------------------------------------------------------------


@click.command()
@staff_option
@click.option("--told", metavar="ID", default="", help="The complainant has been told by other means: take it off.")
@answers
@place_options
def queue(place: Place, staff: str, told: str, as_json: bool) -> None:
    """What waits for an officer beside the deadlines of cases: impostors, overdue deletions, people not told."""
    with closing(open_platform(place)) as platform:
        by, zone = documents.staff_actor(platform, staff), platform.scheme.zone
        if told:
            platform.told(told, by=by)
        found = platform.queue(by=by)
    if as_json:
        say_json({"queue": [attrs.asdict(one) for one in found]})
    elif not found:
        click.echo("Nothing waits.")
    else:
        rows = [_waiting(one, zone) for one in found]
        console().print(grid(("Since", "What", "Case", "Organisation", "Id"), rows, wide="What"))


def _waiting(one: Waits, zone: tzinfo) -> list[str | Text]:
    what = f"{label(one.what, 'en')}{f' ({one.occasion})' if one.occasion else ''}"
    return [when(one.since, zone), what, one.reference, one.organisation or "-", one.id or "-"]


# ---- disclosures --------------------------------------------------------------------------------------------------


@click.command()
@click.option("--to", "recipient", metavar="ORG", default="", help="One recipient's id [default: all].")
@span_options
@staff_option
@auditor_option
@answers
@place_options
def disclosures(
    place: Place,
    recipient: str,
    since: datetime | None,
    until: datetime | None,
    staff: str,
    auditor: bool,
    as_json: bool,
) -> None:
    """Who received which fields of which case, when, for what purpose, on what basis. No value is shown."""
    with closing(open_platform(place)) as platform, progress("Cases looked at") as show:
        zone = platform.scheme.zone
        first, last = instants(since, until, zone)
        by = watcher(platform, staff, auditor=auditor)
        found = platform.disclosures(by=by, to=recipient, since=first, until=last, progress=show)
    if as_json:
        say_json({"disclosures": [_given_document(one) for one in found]})
        return
    out = console()
    for one in found:
        record = one.record
        out.print(
            Text.assemble(
                (f"{when(one.at, zone)}  {one.reference}  to {record.recipient}", "bold"),
                f"\n  for {label(record.purpose, 'en')}; {label(record.basis, 'en')} ({record.article}); "
                f"notice {record.notice}; to be used until {record.use_until.astimezone(zone):%Y-%m-%d}\n  ",
                (", ".join(record.fields), "dim"),
            )
        )
    click.echo(f"{len(found):,} disclosure{'' if len(found) == 1 else 's'}.")


def _given_document(one: Given) -> dict[str, object]:
    return {
        "case": one.case_id,
        "reference": one.reference,
        "at": one.at,
        "by": {"role": one.by.role, "person": one.by.person, "organisation": one.by.organisation},
        **attrs.asdict(one.record),
    }


# ---- access log ---------------------------------------------------------------------------------------------------


@click.command("access-log")
@click.option("--case", "case", metavar="CASE", default="", help="Readings of one case, by its id or reference.")
@click.option("--by", "reader", metavar="STAFF", default="", help="Readings by one member of staff.")
@click.option("--subject", is_flag=True, help="Readings of one person's cases: name and contact are asked for.")
@span_options
@staff_option
@auditor_option
@answers
@place_options
def access_log(
    place: Place,
    case: str,
    reader: str,
    subject: bool,
    since: datetime | None,
    until: datetime | None,
    staff: str,
    auditor: bool,
    as_json: bool,
) -> None:
    """Who read what is personal, which fields, why and when. Reading the log shows nothing of what was read."""
    name, contact = documents.ask(("Name", "E-mail, telephone or address")) if subject else ("", "")
    with closing(open_platform(place)) as platform:
        zone = platform.scheme.zone
        first, last = instants(since, until, zone)
        by = watcher(platform, staff, auditor=auditor)
        case_id = documents.find_case(platform, case, by) if case else ""
        found = platform.access_log(
            by=by, case_id=case_id, staff=reader, name=name, contact=contact, since=first, until=last
        )
    if as_json:
        say_json({"readings": [_access_document(one) for one in found]})
    elif not found:
        click.echo("Nobody has read anything.")
    else:
        out = console()
        for one in found:
            out.print(_reading(one, zone))


def _access_document(one: Access) -> dict[str, object]:
    by = {"role": one.by.role, "person": one.by.person, "organisation": one.by.organisation}
    return {**attrs.asdict(one), "by": by}


def _reading(one: Access, zone: tzinfo) -> Text:
    cases = f"case {one.cases[0]}" if len(one.cases) == 1 else f"{len(one.cases)} cases"
    head = f"{when(one.at, zone)}  {one.by.role} {one.by.person}: {label(one.how, 'en').lower()}, {cases}"
    return Text.assemble((head, "bold"), f"\n  {plain(one.reason)}  ", (", ".join(one.fields), "dim"))


# ---- audit bundle -------------------------------------------------------------------------------------------------


@click.command("audit-bundle")
@click.argument("directory", metavar="DIR", type=FOLDER)
@click.option("--from", "since", type=DAY, required=True, help="First local day.")
@click.option("--until", type=DAY, required=True, help="Last local day.")
@staff_option
@auditor_option
@answers
@place_options
def audit_bundle(
    place: Place, directory: Path, since: datetime, until: datetime, staff: str, auditor: bool, as_json: bool
) -> None:
    """Write what a commissioner takes away into the new directory DIR: files, and a manifest signed by the council."""
    must_be_new(directory)
    with closing(open_platform(place)) as platform, progress("Cases looked at") as show:
        first, last = instants(since, until, platform.scheme.zone)
        by = watcher(platform, staff, auditor=auditor)
        if first is None or last is None:  # both are required
            raise click.UsageError("Give --from and --until.")
        files = platform.audit_bundle(by=by, since=first, until=last, progress=show)
        key = platform.audit_key().hex()
    with whole_folder(directory) as made:
        for name, content in files.items():
            write_private(made / name, content)
    if as_json:
        say_json({"directory": str(directory), "files": sorted(files), "public_key": key})
        return
    for name in sorted(files):
        lines = len(files[name].splitlines())
        click.echo(f"  {name}: {lines:,} line{'' if lines == 1 else 's'}" if name.endswith(".jsonl") else f"  {name}")
    click.echo(f"Signed with the key {key}\nTell that key to whoever checks, by another way. They run:")
    click.echo(f"  expressplatform audit-check {directory} --key {key}")


@click.command("audit-check")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.option("--key", metavar="HEX", required=True, help="The council's public key, as it told you by another way.")
@answers
def audit_check(directory: Path, key: str, as_json: bool) -> None:
    """Check that the bundle in DIR is whole and as the council signed it. Needs no store, no keys and no network."""
    try:
        verifying = VerifyingKey(bytes.fromhex(key))
    except ValueError:
        raise click.UsageError("--key must be 64 hexadecimal digits.") from None
    manifest = signed_files.checked(_contents(directory), verifying.verify)
    said = {name: value for name, value in manifest.said.items() if name != "format"}
    if as_json:
        say_json({"whole": True, "files": manifest.files, **said})
        return
    click.echo(f"Whole, and as signed: {len(manifest.files)} files.")
    for name, value in said.items():
        click.echo(f"  {words(name)}: {value}")


def _contents(directory: Path) -> dict[str, bytes]:
    paths: Sequence[Path] = sorted(path for path in directory.iterdir() if path.is_file())
    if sum(path.stat().st_size for path in paths) > _LARGEST:
        raise click.UsageError("The files are too large for a bundle.")
    return {path.name: path.read_bytes() for path in paths}
