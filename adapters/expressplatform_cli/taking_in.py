"""`assess` and `lodge`: a complaint is judged, and comes in."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import click
from rich.console import Console
from rich.text import Text

from expressplatform.case import Case
from expressplatform.codes import Result, Role
from expressplatform.deadlines import duties
from expressplatform.scheme import Assessment, Finding, Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.wording import label
from expressplatform_cli import documents
from expressplatform_cli.config import NO_PLACE, Place, open_platform
from expressplatform_cli.options import answers, key_option, place_if_any, place_options
from expressplatform_cli.output import console, grid, last_day, say_json, words
from expressplatform_cli.template import template as the_template

_LOOKS = {Result.MET: ("met", "green"), Result.NOT_MET: ("not met", "red"), Result.UNKNOWN: ("unknown", "yellow")}


# ---- assess -------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("case", required=False)
@click.option("--file", "file", metavar="FILE|-", help="A complaint that has not been lodged.")
@click.option("--all", "everything", is_flag=True, help="List the criteria that are met, too.")
@answers
@place_options
def assess(place: Place, case: str | None, file: str | None, everything: bool, as_json: bool) -> None:
    """Judge a stored CASE, or a complaint in a file, by every criterion of the scheme.

    Nothing is stored, and nothing personal is shown.
    """
    if (case is None) == (file is None):
        raise click.UsageError("Name a case, or a complaint with --file: one of the two.")
    with closing(open_platform(place)) as platform:
        by = documents.staff_actor(platform)
        if file is not None:
            found = platform.assess_unlodged(documents.read_complaint(file))
        else:
            found = platform.assess(documents.find_case(platform, case or "", by), by=by)
    if as_json:
        say_json(assessment_document(found))
    else:
        show_assessment(found, everything, console())


def assessment_document(found: Assessment) -> dict[str, object]:
    """An assessment as a document: the verdict, every finding, what to ask for."""
    return {
        "verdict": found.verdict,
        "on": found.on,
        "findings": [_finding_document(finding) for finding in found.findings],
        "ask_for": list(found.ask_for),
    }


def _finding_document(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "result": finding.result,
        "effect": finding.effect,
        "sentence": finding.sentence,
        "citation": documents.facts_of(finding.citation),
    }


def show_assessment(found: Assessment, everything: bool, out: Console) -> None:
    """The verdict, and the findings behind it."""
    out.print(Text.assemble("Verdict: ", (label(found.verdict, "en"), "bold"), f", as at {found.on}"))
    listed = found.findings if everything else found.against
    rows = [_finding_row(finding) for finding in listed]
    if rows:
        out.print()
        out.print(grid(("Criterion", "Result", "Effect", "What was found"), rows, wide="What was found"))
    met = len(found.findings) - len(found.against)
    if not everything:
        out.print(f"\n{met} of {len(found.findings)} criteria are met; --all lists them.")
    if found.ask_for:
        out.print("Ask for: " + ", ".join(found.ask_for))


def _finding_row(finding: Finding) -> list[str | Text]:
    look, colour = _LOOKS[finding.result]
    said = Text.assemble(finding.sentence, "\n", (str(finding.citation), "dim"))
    return [finding.id, Text(look, style=colour), finding.effect.value, said]


# ---- lodge --------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("file", metavar="FILE|-", required=False)
@click.option("--template", is_flag=True, help="Print a commented example and end.")
@click.option("--as", "staff", metavar="STAFF", help="Who lodges: a staff id, not a name.")
@click.option("--role", type=click.Choice(["council", "complainant"]), default="council", show_default=True)
@key_option
@answers
@place_if_any
def lodge(
    place: Place | None,
    file: str | None,
    template: bool,
    staff: str | None,
    role: str,
    key: str,
    as_json: bool,
) -> None:
    """Lodge the complaint in FILE, or on standard input for -.

    A line that begins with // is a note and is not read.
    """
    if template:
        _print_template(place, as_json)
        return
    if place is None or file is None or not staff:
        raise click.UsageError(_lacking(place, file))
    complaint = documents.read_complaint(file)
    with closing(open_platform(place)) as platform:
        by = documents.actor_of(platform, staff, role, "", "")
        case = platform.lodge(complaint, by=by, key=key)
        scheme = platform.edition_of(case)
    if as_json:
        say_json(documents.case_document(case))
        return
    out = console()
    out.print(Text.assemble("Lodged as ", (case.reference, "bold"), f"  (case {case.id}, version {case.version})"))
    for line in duty_lines(case, scheme):
        out.print(line)
    out.print(f"Next: expressplatform assess {case.reference}")


def _lacking(place: Place | None, file: str | None) -> str:
    if file is None:
        return "Name a file, - for standard input, or --template for an example to fill in."
    if place is None:
        return NO_PLACE
    return "Say who lodges with --as STAFF."


def _print_template(place: Place | None, as_json: bool) -> None:
    scheme: Scheme = HK_CCA
    now = datetime.now(scheme.zone)
    if place is not None:
        with closing(open_platform(place)) as platform:
            scheme = documents.with_everybody(platform.scheme, platform)
    text = the_template(scheme, now.astimezone(scheme.zone).date())
    click.echo(documents.without_notes(text.encode()).decode().lstrip() if as_json else text, nl=False)


def duty_lines(case: Case, scheme: Scheme) -> list[str]:
    """A sentence for each duty that runs: whose, and until which day."""
    lines = []
    for timer in case.timers:
        zone = duties.explained(timer, scheme).term.zone
        sure = " (provisional)" if timer.provisional else ""
        owner = "" if timer.owner is Role.CLOCK else f"{timer.owner.value}, "
        lines.append(f"Due: {words(timer.duty.value).lower()} ({owner}by the end of {last_day(timer.due, zone)}){sure}")
    return lines
