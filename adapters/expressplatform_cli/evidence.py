"""`evidence`: documents of a case are added, listed, fetched, shared, masked; what nobody named is swept away.

Laws of this module
- What a document is called is personal: it is taken from standard input or a question, never from the command line, and
  from the file's own name only where that is asked for.
- A document is written to a new file that only its owner reads; nothing is overwritten.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs
import click

from expressplatform import commands as c
from expressplatform.codes import EvidenceKind, Role
from expressplatform.complaint import Actor
from expressplatform.platform import Document, Platform
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.folders import write_private
from expressplatform_cli.options import F, answers, key_option, one_of, place_options, reason_option, staff_option
from expressplatform_cli.output import console, grid, say_json, words

_FILE: Final = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
_PIECE: Final = 1 << 16
STDIN: Final = Path("-")


@click.group()
def evidence() -> None:
    """Documents of a case: add, list, get, share, redact, sweep."""


def actor_options(function: F) -> F:
    """``--as``, ``--role`` and ``--organisation``: who acts (arguments ``staff``, ``role``, ``organisation``)."""
    roles = click.Choice([Role.COUNCIL.value, Role.TRADER.value, Role.COMPLAINANT.value])
    organisation = click.option("--organisation", metavar="ID", default="", help="The trader's id, with --role trader.")
    role = click.option("--role", type=roles, default="council", show_default=True, help="In what capacity.")
    return staff_option(role(organisation(function)))


def _case_of(platform: Platform, case: str, staff: str, role: str, organisation: str) -> tuple[str, Actor]:
    by = documents.actor_of(platform, staff, role, organisation, "")
    return documents.find_case(platform, case, by), by


@evidence.command("list")
@click.argument("case")
@actor_options
@answers
@place_options
def list_(place: Place, case: str, staff: str, role: str, organisation: str, as_json: bool) -> None:
    """The documents of CASE: what each is, whether a scan found it clean, with whom it was shared."""
    with closing(open_platform(place)) as platform:
        case_id, by = _case_of(platform, case, staff, role, organisation)
        found = platform.evidence_list(case_id, by=by)
    if as_json:
        say_json({"evidence": [attrs.asdict(one) for one in found]})
    elif not found:
        click.echo("There are no documents.")
    else:
        headings = ("Id", "What it shows", "Type", "Bytes", "State", "Shared with")
        console().print(grid(headings, [_row(one) for one in found], wide="Shared with", right=("Bytes",)))


def _row(one: Document) -> list[str]:
    state = "described only" if not one.held else words(one.scanned or "not scanned yet")
    if one.copy_of:
        state += f", masked copy of {one.copy_of}"
    size = "" if one.size is None else str(one.size)
    return [one.id, words(one.kind), one.media_type or "", size, state, ", ".join(one.shared)]


@evidence.command()
@click.argument("case")
@click.argument("file", type=_FILE)
@click.option("--kind", type=one_of(EvidenceKind), required=True, help="What it shows.")
@click.option("--name-from-file", is_flag=True, help="The document is called as the file is.")
@actor_options
@key_option
@answers
@place_options
def add(
    place: Place,
    case: str,
    file: Path,
    kind: str,
    name_from_file: bool,
    staff: str,
    role: str,
    organisation: str,
    key: str,
    as_json: bool,
) -> None:
    """Add FILE (- for standard input) to CASE: a JPEG, PNG or PDF file, or text in UTF-8.

    What the document is called is asked for or, where nobody can be asked, read from the first line of standard input.
    """
    content = _content(file)
    name = _name(file, from_file=name_from_file)
    with closing(open_platform(place, documents=True)) as platform:
        case_id, by = _case_of(platform, case, staff, role, organisation)
        after = platform.add_evidence(case_id, content, kind=EvidenceKind(kind), name=name, by=by, key=key)
    _say_added(after.file.evidence[-1].id, as_json)


def _content(file: Path) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read()
    return file.read_bytes()


def _name(file: Path, *, from_file: bool) -> str:
    if from_file:
        return "" if file == STDIN else file.name
    if sys.stdin.isatty():
        return str(click.prompt("What is it called (empty: nothing)", default="", show_default=False))
    return "" if file == STDIN else sys.stdin.readline().strip()


def _say_added(id: str, as_json: bool) -> None:
    if as_json:
        say_json({"id": id})
        return
    click.echo(
        f"Added as {id}. Nobody is handed it until a scan has found it clean: 'expressplatform work' has it done."
    )


@evidence.command()
@click.argument("case")
@click.argument("id")
@click.option("--output", type=_FILE, required=True, help="The file to be made, or - for standard output.")
@reason_option
@actor_options
@key_option
@answers
@place_options
def get(
    place: Place,
    case: str,
    id: str,
    output: Path,
    reason: str,
    staff: str,
    role: str,
    organisation: str,
    key: str,
    as_json: bool,
) -> None:
    """Fetch document ID of CASE: as it was handed in, with a --reason; for a trader, the copy that it may have.

    What it is called is told to nobody here: 'show CASE' tells it, with a reason.
    """
    if as_json and output == STDIN:
        raise click.UsageError(
            "Standard output takes the document or what is said of it: name a file, or leave --json out."
        )
    with closing(open_platform(place, documents=True)) as platform:
        case_id, by = _case_of(platform, case, staff, role, organisation)
        if by.role is Role.TRADER:
            copy = platform.obtain_evidence(case_id, id, by=by, key=key)
        else:
            copy = platform.read_evidence(case_id, id, by=by, reason=reason)
    if output == STDIN:
        sys.stdout.buffer.write(copy.content)
        return
    write_private(output, copy.content)
    if as_json:
        told = {"id": copy.id, "kind": copy.kind, "media_type": copy.media_type, "use_until": copy.use_until}
        say_json({**told, "bytes": len(copy.content)})


@evidence.command()
@click.argument("case")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--to", "recipient", metavar="ORGANISATION", required=True, help="Who may read them.")
@actor_options
@key_option
@answers
@place_options
def share(
    place: Place,
    case: str,
    ids: tuple[str, ...],
    recipient: str,
    staff: str,
    role: str,
    organisation: str,
    key: str,
    as_json: bool,
) -> None:
    """Let an organisation read documents of CASE, each for itself."""
    with closing(open_platform(place)) as platform:
        case_id, by = _case_of(platform, case, staff, role, organisation)
        platform.act(case_id, c.ShareEvidence(recipient, ids), by=by, key=key)
    if as_json:
        say_json({"shared": list(ids), "recipient": recipient})
    else:
        click.echo(f"Shared with {recipient}: {', '.join(ids)}.")


@evidence.command()
@click.argument("case")
@click.argument("id")
@click.argument("file", type=_FILE, required=False)
@actor_options
@key_option
@answers
@place_options
def redact(
    place: Place,
    case: str,
    id: str,
    file: Path | None,
    staff: str,
    role: str,
    organisation: str,
    key: str,
    as_json: bool,
) -> None:
    """Take FILE in as the masked copy of document ID of CASE; without one, a text is masked by rule."""
    content = None if file is None else _content(file)
    with closing(open_platform(place, documents=True)) as platform:
        case_id, by = _case_of(platform, case, staff, role, organisation)
        after = platform.redact(case_id, id, content, by=by, key=key)
    _say_added(after.file.evidence[-1].id, as_json)


@evidence.command()
@click.option("--days", type=click.IntRange(1), default=1, show_default=True, help="How long a file may wait.")
@answers
@place_options
def sweep(place: Place, days: int, as_json: bool) -> None:
    """Delete files that were stored and never added, and those of erased cases."""
    with closing(open_platform(place, documents=True)) as platform:
        swept = platform.sweep_evidence(timedelta(days=days))
    if as_json:
        say_json({"swept": swept})
    else:
        click.echo(f"Swept away: {swept}.")
