"""Write the page that shows who is told of what, and in which words: `docs/reference/messages.md`.

    python -m tools.make_messages_page

Everything on it is drawn from the table of `expressplatform.messages` and from `wording`; a test holds the page equal
to what would be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from expressplatform.codes import Audience, Role
from expressplatform.lifecycle import ROWS
from expressplatform.messages import ENTRIES, NEVER_TOLD, Alerted, Entry, Queued, Silent, Tell
from expressplatform.messages.entries import Answer
from expressplatform.wording import label, label_of_event
from expressplatform.wording.letter_bodies import BODIES, NO_RESULT, WHY
from expressplatform.wording.letters import ANSWER, NEXT, SUBJECTS
from expressplatform.wording.messages import BODIES as OTHER_BODIES
from expressplatform.wording.messages import SUBJECTS as OTHER_SUBJECTS
from expressplatform.wording.scripts import SCRIPTS, Texts

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "messages.md"
_NAMES: Final = ("English", "繁體中文", "简体中文")
_HEAD: Final = """# Messages: who is told of what

<!-- Written by tools/make_messages_page.py; never edited by hand. -->

Every kind of event, and for each audience what is sent of it or why nothing is. `expressplatform.messages.ENTRIES` is
this table; a test holds it complete over the events of the lifecycle. How to send the letters:
{doc}`../how-to/tell-complainants-by-e-mail`.

A letter to a complainant is written when it goes out, from the case as it stands then, in the complainant's language:
its body, what happens next in the status that the case has, how to answer, the scheme's title. It is written once for
a step, and not at all where a newer step of the same occasion has its own, or where what it asks for can no longer be
done. It names the case, the trader and a day, and on upload the code that callers must say; nothing else of the person.
Each letter is a disclosure to the complainant, and stands in the access log before it goes out. Whoever is spoken to by
telephone, post or at the counter, whoever has no address that can be written to, and whoever a letter bounces from
waits in the officers' queue.
"""


def page() -> str:
    """The page; the same table gives the same text."""
    parts = (*_table(), *_never(), *_letters(), *_next(), *_others(), *_modules())
    return "\n".join((_HEAD, *parts)).rstrip("\n") + "\n"


def _table() -> Iterator[str]:
    yield from (
        "## The table",
        "",
        "| event | the complainant | the trader | the council |",
        "|---|---|---|---|",
    )
    for event in dict.fromkeys(row.event for row in ROWS):
        cells = [
            " ".join(_said(one) for one in ENTRIES[audience] if one.event is event)
            for audience in (Audience.COMPLAINANT, Audience.TRADER, Audience.COUNCIL)
        ]
        yield f"| {event.__name__}: {label_of_event(event.__name__, 'en')} | {' | '.join(cells)} |"
    yield ""


def _said(entry: Entry) -> str:
    """One entry: when it holds, and what is sent."""
    when = [
        *(f"of {_role(one)}" for one in entry.by),
        *(f"into `{one.name}`" for one in entry.into),
        *(f"about {label(one, 'en').lower()}" for one in entry.duties),
    ]
    return (f"({', '.join(when)}) " if when else "") + _sent(entry.answer)


def _role(role: Role) -> str:
    return f"the {role.value}"


def _sent(answer: Answer) -> str:
    match answer:
        case Tell(occasion, while_in):
            until = f", while it is in {', '.join(f'`{one.name}`' for one in while_in)}" if while_in else ""
            return f"**letter** [{occasion}](#letter-{occasion.replace('_', '-')}){until}"
        case Alerted(effect):
            return f"**{label(effect, 'en').lower()}**"
        case Queued(what):
            return f"**queue**: {label(what, 'en').lower()}"
        case Silent(because):
            return f"silent: {because}"


def _never() -> Iterator[str]:
    yield from ("Whoever is told of no step at all:", "", "| audience | |", "|---|---|")
    yield from (f"| {label(audience, 'en')} | silent: {silent.because} |" for audience, silent in NEVER_TOLD.items())
    yield ""


def _letters() -> Iterator[str]:
    yield from (
        "## The letters",
        "",
        "In braces stand open places: `{reference}` of the case, `{trader}` as people call it, `{due}` the last local",
        "day, `{code}` what callers must say first, `{missing}` and `{reasons}` lists of one line each, `{why}` one of",
        "the sentences below, `{outcome}` the word for the result, `{recipient}` whose consent was taken back,",
        "`{duty}` what is late.",
        "",
    )
    for occasion, subject in SUBJECTS.items():
        yield from _letter(occasion, subject, BODIES[occasion])


def _letter(occasion: str, subject: Texts, body: Texts) -> Iterator[str]:
    yield from (f"(letter-{occasion.replace('_', '-')})=", f"### {occasion}", "")
    for language, name, head, text in zip(SCRIPTS, _NAMES, subject, body, strict=True):
        yield from (f"**{name}** (`{language}`): {_shown(head)}", "", *_quoted(text), "")


def _quoted(text: str) -> Iterable[str]:
    return (f"> {_shown(line)}\\" if line else ">" for line in text.split("\n"))


def _shown(text: str) -> str:
    """Text as it is, in a page where braces and stars mean nothing."""
    return text.replace("*", r"\*").replace("<", r"\<")


def _next() -> Iterator[str]:
    yield from ("## What happens next", "", "By the status that the case has when the letter is written.", "")
    yield from _rows("status", {f"`{name.upper()}`": texts for name, texts in NEXT.items()})
    yield from ("How to answer.", "", *_rows("", ANSWER))
    yield from ("Why it came back, or why a date moved.", "", *_rows("event", {**WHY, "no result": NO_RESULT}))


def _rows(first: str, table: Mapping[str, Texts]) -> Iterator[str]:
    yield from (f"| {first} | {' | '.join(_NAMES)} |", "|---|---|---|---|")
    for name, texts in table.items():
        cells = " | ".join(_shown(text).replace("\n", " ") for text in texts)
        yield f"| {name} | {cells} |"
    yield ""


def _others() -> Iterator[str]:
    yield from ("## Beside the letters about steps", "")
    yield from ("The second factor, and the message to those affected by a breach.", "")
    for occasion, subject in OTHER_SUBJECTS.items():
        yield from _letter(occasion, subject, OTHER_BODIES[occasion])


def _modules() -> Iterator[str]:
    yield from ("## In Python", "")
    yield from _module("expressplatform.messages")
    yield from ("## By e-mail", "")
    yield from _module("expressplatform_smtp")


def _module(name: str) -> Iterator[str]:
    yield from ("```{eval-rst}", f".. automodule:: {name}", "   :members:", "```", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
