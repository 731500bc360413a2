"""`access-request` and `impact-assessment`: what people ask about their own data, and why transfers are in order.

Laws of this module: a name, a contact, a correction and the reasons of a refusal are read from a prompt or standard
input, never from the command line. Copies go into files that nobody else on the machine may read, whose names tell
nobody's name; nothing of them is written to the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click
import orjson

from expressplatform import wire
from expressplatform.codes import Channel, IdentityProof, MediaType, RefusalSection, Right, RightsResult
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.platform import Platform, RightsAnswer, utc_now
from expressplatform.platform.requests import CORRECTABLE
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.rights import GROUNDS, Refusal, RightsRequest, is_overdue
from expressplatform.wording import label
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.folders import put_private
from expressplatform_cli.options import FOLDER, answers, key_option, one_of, place_options, staff_option
from expressplatform_cli.output import console, grid, last_day, plain, say_json, when

SUFFIXES: Final = MappingProxyType(
    {MediaType.JPEG: ".jpg", MediaType.PNG: ".png", MediaType.PDF: ".pdf", MediaType.TEXT: ".txt"}
)


@click.group(name="access-request")
def access_request() -> None:
    """What people ask about their own data: a copy, a correction, its erasure, an end of its use."""


# ---- open ---------------------------------------------------------------------------------------------------------


@access_request.command("open")
@click.option("--kind", type=one_of(Right), default=Right.ACCESS.value, show_default=True, help="What is asked for.")
@click.option("--channel", type=one_of(Channel), required=True, help="How the request came in.")
@click.option("--recipient", "recipients", metavar="ID", multiple=True, help="Objection: to whose use; repeatable.")
@click.option(
    "--correct",
    "fields",
    type=click.Choice(CORRECTABLE),
    multiple=True,
    help="Correction: a field; what should stand there is asked for. Repeatable.",
)
@staff_option
@key_option
@answers
@place_options
def open_(
    place: Place,
    kind: str,
    channel: str,
    recipients: Sequence[str],
    fields: Sequence[str],
    staff: str,
    key: str,
    as_json: bool,
) -> None:
    """Take in a request, and find the person's cases by name and contact. No case is opened for that.

    Name, contact and then each field to be corrected are asked for; where standard input is no terminal, each is a
    line of it, in this order.
    """
    name, contact, *values = documents.ask(
        ("Name", "Contact (e-mail, telephone or address)", *(f"New {one}" for one in fields))
    )
    with closing(open_platform(place)) as platform:
        request = platform.open_request(
            Right(kind),
            name=name,
            contact=contact,
            channel=Channel(channel),
            by=documents.staff_actor(platform, staff),
            key=key,
            recipients=tuple(recipients),
            corrections=dict(zip(fields, values, strict=True)),
        )
        zone = platform.scheme.zone
    if as_json:
        say_json(_request_document(request))
        return
    found = len(request.cases)
    click.echo(f"Request {request.id} is open: {found} case{'' if found == 1 else 's'} of that person.")
    click.echo(f"Answer or refuse it by {last_day(request.due, zone)}.")


# ---- answer -------------------------------------------------------------------------------------------------------


@access_request.command("answer")
@click.argument("request")
@click.option("--identity", type=one_of(IdentityProof), required=True, help="How you made sure who asks.")
@click.option(
    "--into",
    metavar="DIR",
    type=FOLDER,
    required=True,
    help="Where the answer is written: one file for readers, one for machines.",
)
@staff_option
@click.option("--key", metavar="KEY", help="What makes this safe to repeat [default: one for each REQUEST].")
@answers
@place_options
def answer(place: Place, request: str, identity: str, into: Path, staff: str, key: str | None, as_json: bool) -> None:
    """Answer REQUEST by doing what it asks, and write the answer into a directory.

    An access copy is recorded on each case before it is written, and the documents of the cases are written beside it.
    Read it all before you send it: a name that somebody typed into a message stands there as typed. Where writing went
    wrong, run it again: a request that is answered is not answered anew, its answer is written once more.
    """
    key = key or f"cli-{sha256(request.encode()).hexdigest()[:24]}"
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    with closing(open_platform(place)) as platform:
        by = documents.staff_actor(platform, staff)
        done = platform.answer_request(request, identity_checked=IdentityProof(identity), by=by, key=key)
        papers, missing = _papers(platform, done, by, into)
    files: dict[str, Any] = {
        "text": _written(into / f"{done.request.id}.txt", plain(done.text).encode()),
        "document": _written(into / f"{done.request.id}.json", orjson.dumps(done.document, option=orjson.OPT_INDENT_2)),
        "papers": papers,
        "not_written": missing,
    }
    if as_json:
        say_json({**_request_document(done.request), "files": files})
        return
    _tell_answer(done, files)


def _papers(platform: Platform, done: RightsAnswer, by: Actor, into: Path) -> tuple[list[str], list[str]]:
    """The documents of the cases that were copied, as files; and those that nobody may be handed, by case and id."""
    written, missing = [], []
    for case_id in (one.case for one in done.request.results if one.result is RightsResult.COPIED):
        for document in platform.evidence_list(case_id, by=by):
            if not document.held:
                continue
            try:
                copy = platform.read_evidence(case_id, document.id, by=by, reason=f"rights request {done.request.id}")
            except Refused:  # not scanned, or found harmful
                missing.append(f"{case_id}/{document.id}")
                continue
            name = f"{done.request.id}-{case_id}-{document.id}{SUFFIXES[copy.media_type]}"
            written.append(_written(into / name, copy.content))
    return written, missing


def _written(path: Path, data: bytes) -> str:
    """Writes a file that only its owner may read, in the place of an earlier one; its path."""
    put_private(path, data)
    return str(path)


def _tell_answer(done: RightsAnswer, files: dict[str, Any]) -> None:
    request = done.request
    click.echo(f"Request {request.id} is answered." + ("" if request.cases else " No data are held."))
    for one in request.results:
        click.echo(f"  {one.case}: {label(one.result, 'en')}")
    for left_out in request.withheld:
        click.echo(f"Left out: {label(left_out, 'en')}")
    click.echo(f"Written: {files['text']} and {files['document']}")
    for path in files["papers"]:
        click.echo(f"Written: {path}")
    for one in files["not_written"]:
        click.echo(f"Not written, because no scan found it harmless: {one}")
    if any(one.result is RightsResult.MAY_BE_ERASED for one in request.results):
        click.echo("To erase: expressplatform erase CASE --as STAFF --approved-by ANOTHER")


# ---- refuse -------------------------------------------------------------------------------------------------------


@access_request.command("refuse")
@click.argument("request")
@click.option(
    "--section", type=one_of(RefusalSection), required=True, help="On what section; 'list --sections' tells them."
)
@staff_option
@answers
@place_options
def refuse(place: Place, request: str, section: str, staff: str, as_json: bool) -> None:
    """Refuse REQUEST on a section, with reasons in words: asked for, or from standard input. It enters the log."""
    reasons = click.prompt("Reasons", err=True) if sys.stdin.isatty() else documents.read_text("-").strip()
    with closing(open_platform(place)) as platform:
        done = platform.refuse_request(
            request,
            section=RefusalSection(section),
            reasons=reasons,
            by=documents.staff_actor(platform, staff),
        )
    if as_json:
        say_json(_request_document(done))
        return
    click.echo(f"Request {done.id} is refused ({GROUNDS[RefusalSection(section)].citation.article}).")
    click.echo("Tell the person in writing, with the reasons.")


# ---- list ---------------------------------------------------------------------------------------------------------


@access_request.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only what is still open.")
@click.option("--overdue", is_flag=True, help="Only what is open though its time is over.")
@click.option("--refusals", is_flag=True, help="The log of refusals instead, with their reasons.")
@click.option("--sections", is_flag=True, help="The sections on which a request may be refused.")
@answers
@place_options
def list_(place: Place, open_only: bool, overdue: bool, refusals: bool, sections: bool, as_json: bool) -> None:
    """List where requests stand. Nobody's name is in the list."""
    if sections:
        _tell_sections(as_json=as_json)
        return
    with closing(open_platform(place)) as platform:
        by, zone = documents.staff_actor(platform), platform.scheme.zone
        if refusals:
            _tell_refusals(platform.refusals(by=by), platform, as_json=as_json)
            return
        found = platform.requests(by=by, open_only=open_only, overdue=overdue)
    if as_json:
        say_json({"requests": [_request_document(one) for one in found]})
        return
    if not found:
        click.echo("No request answers to that.")
        return
    now = utc_now()
    rows = [
        [
            one.id,
            label(one.kind, "en"),
            label(one.status, "en") + (", late" if is_overdue(one, now) else ""),
            last_day(one.due, zone),
            str(len(one.cases)),
        ]
        for one in found
    ]
    console().print(grid(("Request", "Kind", "Status", "Due", "Cases"), rows, wide="Kind", right=("Cases",)))


def _tell_refusals(found: Sequence[Refusal], platform: Platform, *, as_json: bool) -> None:
    if as_json:
        say_json({"refusals": [_refusal_document(one) for one in found]})
        return
    for one in found:
        click.echo(f"{when(one.at, platform.scheme.zone)}  {one.request}  {label(one.kind, 'en')}  {one.by}")
        click.echo(f"  {label(one.section, 'en')}\n  {plain(one.reasons)}")
    if not found:
        click.echo("Nothing was refused.")


def _tell_sections(*, as_json: bool) -> None:
    found = [
        {
            "section": one.section.value,
            "kinds": sorted(kind.value for kind in one.kinds),
            "citation": str(one.citation),
            "verified": one.citation.verified,
        }
        for one in GROUNDS.values()
    ]
    if as_json:
        say_json({"sections": found})
        return
    rows = [[one.section.value, ", ".join(sorted(one.kinds)), label(one.section, "en")] for one in GROUNDS.values()]
    console().print(grid(("Section", "For", "What it says"), rows, wide="What it says"))


def _request_document(request: RightsRequest) -> dict[str, Any]:
    """A request without who asked, and without the reasons of a refusal."""
    return {
        "id": request.id,
        "kind": request.kind,
        "status": request.status,
        "channel": request.channel,
        "opened_at": request.opened_at,
        "opened_by": request.opened_by,
        "due": request.due,
        "cases": list(request.cases),
        "recipients": list(request.recipients),
        "identity": request.identity,
        "ended_at": request.ended_at,
        "ended_by": request.ended_by or None,
        "section": request.section,
        "results": [{"case": one.case, "result": one.result} for one in request.results],
        "withheld": list(request.withheld),
    }


def _refusal_document(entry: Refusal) -> dict[str, Any]:
    return {
        "request": entry.request,
        "kind": entry.kind,
        "section": entry.section,
        "citation": str(GROUNDS[entry.section].citation),
        "reasons": entry.reasons,
        "at": entry.at,
        "by": entry.by,
    }


# ---- impact assessments -------------------------------------------------------------------------------------------


@click.group(name="impact-assessment")
def impact_assessment() -> None:
    """Impact assessments: why transfers to a recipient under an instrument are in order, before the first."""


@impact_assessment.command("add")
@click.argument("file", metavar="FILE|-")
@staff_option
@answers
@place_options
def add(place: Place, file: str, staff: str, as_json: bool) -> None:
    """Put the impact assessment in FILE on record. The same one again changes nothing, another of its id is refused.

    A JSON object: v (1), id, recipient (an organisation's id, or *), instrument, made_on, valid_until, lawful, effect,
    measures, approved_by.
    """
    assessment = wire.read(documents.read_bytes(file), ImpactAssessment)
    with closing(open_platform(place)) as platform:
        platform.record_impact_assessment(assessment, by=documents.staff_actor(platform, staff))
    if as_json:
        say_json(documents.facts_of(assessment))
        return
    click.echo(f"On record: {assessment.id}, valid until {assessment.valid_until}. Uploads name it by this id.")


@impact_assessment.command("list")
@answers
@place_options
def assessments(place: Place, as_json: bool) -> None:
    """List the impact assessments on record, in the order of their ends."""
    with closing(open_platform(place)) as platform:
        found = platform.impact_assessments(by=documents.staff_actor(platform))
    if as_json:
        say_json({"impact_assessments": [documents.facts_of(one) for one in found]})
        return
    if not found:
        click.echo("None is on record: nothing can be uploaded.")
        return
    rows = [[one.id, one.recipient, one.instrument.value, str(one.made_on), str(one.valid_until)] for one in found]
    console().print(grid(("Id", "Recipient", "Instrument", "Made on", "Valid until"), rows))
