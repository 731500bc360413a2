"""`privacy`: the privacy statement, and the notice that is shown before the first field.

Laws of this module: nothing is told here that the library does not tell. It reads the scheme of a place, or that of the
Council where there is none; no case is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from textwrap import fill
from typing import Final

import click

from expressplatform.privacy.fields import FieldEntry
from expressplatform.privacy.statement import NoticeTold, Shown, Statement, document, statement
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.wording import FIELDS, label, label_of_field
from expressplatform.wording.scripts import COLUMN
from expressplatform_cli.config import Place, open_platform
from expressplatform_cli.options import answers, place_if_any
from expressplatform_cli.output import say_json, words


@click.command()
@click.option("--notice", "language", type=click.Choice([*COLUMN]), help="Print the notice to be shown, in a language.")
@answers
@place_if_any
def privacy(place: Place | None, language: str | None, as_json: bool) -> None:
    """The privacy statement, as a page or a document; --notice LANGUAGE prints the notice to be shown.

    Of the scheme of this place; without a place, of hk-cca. Portuguese reads English.
    """
    scheme: Scheme = HK_CCA
    if place is not None:
        with closing(open_platform(place)) as platform:
            scheme = platform.scheme
    if language is not None:
        _say_notice(scheme, language, as_json)
        return
    made = statement(scheme, on=datetime.now(scheme.zone).date())
    if as_json:
        say_json(document(made))
    else:
        click.echo("\n".join(page(made)), nl=False)


def _say_notice(scheme: Scheme, language: str, as_json: bool) -> None:
    notice = scheme.notice_of(scheme.notice)
    if notice is None:
        raise click.UsageError("The scheme brings no text of its privacy notice.")
    text = notice.text(language)
    if as_json:
        say_json({"version": notice.version, "valid_from": notice.valid_from, "language": language, "text": text})
    else:
        click.echo(text)


# ---- the page -----------------------------------------------------------------------------------------------------

Rows = list[tuple[str, str]]
"""Names, and what is said of each, line by line."""
_WIDTH: Final = 100


def page(made: Statement) -> Iterator[str]:
    """The statement for people, in English: its lines."""
    for title, rows in _sections(made):
        yield title
        for name, said in rows:
            first, *more = said.splitlines() or ("",)
            yield fill(f"{name}: {first}", _WIDTH, initial_indent="  ", subsequent_indent="    ")
            yield from (fill(line, _WIDTH, initial_indent="    ", subsequent_indent="    ") for line in more)
        yield ""


def _sections(made: Statement) -> Iterator[tuple[str, Rows]]:
    """The parts of the page in their order."""
    handled = [("Scheme", f"{made.title['en']} ({made.scheme}, edition {made.edition})"), ("As at", str(made.as_at))]
    if made.handler is not None and made.contact is not None:
        handled += [("Who", made.handler[0]), ("Whom to ask", made.contact[0])]
    yield "Who handles the data", handled
    yield "What for", [(label(one.purpose, "en"), f"{one.sentence}\n{one.citation}") for one in made.purposes]
    yield "Which fields", list(_fields(made))
    yield "Who may be shown what", [(label(one.audience, "en"), _shown(one)) for one in made.audiences]
    kept = [(words(one.what), f"{one.days} ({words(one.calendar).lower()})") for one in made.lengths]
    kept += [(f"Stays: {one.what}", f"{one.reason}{_years(one.years)}\n{one.citation}") for one in made.kept]
    yield "How long", kept
    warned = [(one.label[0], "\n".join(held.sentence for held in one.warnings)) for one in made.instruments]
    yield "What may bind a recipient abroad", warned
    yield "Rights", [(words(one.code), f"{one.texts[0]}{_days(one.days)}\n{one.citation}") for one in made.rights]
    yield "Notices", [(one.version, f"from {one.valid_from}, {_holding(one)}") for one in made.notices]
    yield "What is not enforced", [(words(one.matter), f"{one.reason}\n{one.citation}") for one in made.not_enforced]


def _fields(made: Statement) -> Iterator[tuple[str, str]]:
    """The fields that stand alike, together: whether they must be given, what follows if not, and which they are."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in made.fields:
        alike.setdefault((_standing(one), one.consequence[0]), []).append(_labelled(one))
    for (standing, consequence), labels in sorted(alike.items()):
        yield standing, f"{consequence}\n{'; '.join(labels)}"


def _standing(one: FieldEntry) -> str:
    if not one.asked:
        return "Not asked"
    return "Obligatory" if one.obligatory else "Voluntary"


def _labelled(one: FieldEntry) -> str:
    others = " and ".join(" or ".join(label_of_field(other, "en") for other in group) for group in one.instead)
    return f"{one.label[0]} (or {others})" if others else one.label[0]


def _shown(one: Shown) -> str:
    stages = "; ".join(label(stage, "en").lower() for stage in one.stages)
    held = f" ({words(one.condition.value).lower()})" if one.condition else ""
    every = len(one.fields) == len(FIELDS)
    fields = "every field" if every else "; ".join(label_of_field(field, "en") for field in one.fields)
    return f"{label(one.purpose, 'en')}, {stages}{held}\n{fields}\n{one.citation}"


def _years(years: int | None) -> str:
    return "" if years is None else f" At least {years} years."


def _days(days: int | None) -> str:
    return "" if days is None else f" Answered in {days} days."


def _holding(one: NoticeTold) -> str:
    used = "in use" if one.in_use else "not in use"
    return f"{used}; {'consents under it hold' if one.consents_hold else 'a fresh consent is needed'}"
