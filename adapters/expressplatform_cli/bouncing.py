"""`bounces`: letters that came back, taken down from the reports of mail servers.

Laws of this module: of a mail nothing is shown or kept but the ids that it names. What cannot be read, is no report, or
names no case of this place is counted and passed over: whatever comes in by mail may be anything.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from expressplatform.errors import NoSuchCase
from expressplatform_cli import documents
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import answers, place_options, staff_option
from expressplatform_cli.output import say_json
from expressplatform_smtp import bounced
from expressplatform_smtp.bounces import LARGEST

_STANDARD_INPUT: Final = Path("-")


@click.command()
@click.argument("mails", type=click.Path(path_type=Path, allow_dash=True), nargs=-1, required=True)
@staff_option
@answers
@place_options
def bounces(place: Place, mails: tuple[Path, ...], staff: str, as_json: bool) -> None:
    """Take down letters that came back: each MAIL is a file, or - for standard input, as a mail server reports.

    Whoever a letter did not reach stands in the queue until somebody has told them by other means. A mail program hands
    this command what comes to the address that letters are sent from.
    """
    named = [bounced(_read(one)) for one in mails]
    taken, unknown = 0, 0
    with closing(open_platform(place)) as platform:
        by = documents.staff_actor(platform, staff)
        for id in dict.fromkeys(id for ids in named for id in ids):
            try:
                platform.bounced(id, by=by)
                taken += 1
            except NoSuchCase:
                unknown += 1
    others = sum(not ids for ids in named)
    if as_json:
        say_json({"taken_down": taken, "not_ours": unknown, "no_report": others})
        return
    click.echo(f"{taken} taken down: 'expressplatform queue' lists whom to tell by other means.")
    if unknown or others:
        click.echo(f"{unknown} of no case here, {others} no report of a letter that failed.")


def _read(mail: Path) -> bytes:
    """The bytes of a mail, no more of them than are ever read."""
    if mail == _STANDARD_INPUT:
        return sys.stdin.buffer.read(LARGEST + 1)
    try:
        with mail.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        raise click.UsageError("One of the mails cannot be read: check its path.") from None
