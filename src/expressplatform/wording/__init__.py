"""What people read for each code, command, event and status, in three scripts.

Laws of this package: it holds texts and nothing else. It knows no code, command or event, only their names, so
that a list and what people read for it change apart; tests hold the two complete against each other. Values are
never written here by a program, and a text is never compared with: programs read codes. Every text stands in
English, in Traditional Chinese as used in Hong Kong and in Simplified Chinese as used on the Mainland, which
differ in words, not in characters alone (上載 and 移转, 商戶 and 企业). No text holds a particular; a
sentence leaves its places open, the same in all scripts.

How far the Chinese is sure: terms that councils, associations or statutes use themselves are set in bold in
`docs/reference/codes.md`. All others are proposals of this project, to be checked by a native reader before
people rely on them; a scheme's own texts and notices go before any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from expressplatform.wording import letter_bodies, letters, messages
from expressplatform.wording.breaches import BREACHES
from expressplatform.wording.cases import CASES
from expressplatform.wording.circumstances import CIRCUMSTANCES
from expressplatform.wording.notes import AT_ORDER, AT_ORDER_UNDATED
from expressplatform.wording.privacy import FIELDS
from expressplatform.wording.rights import HEADINGS, NAMES, REQUESTS
from expressplatform.wording.scripts import SCRIPTS, Table, Texts, read
from expressplatform.wording.steps import COMMANDS, EVENTS, NEXT_STEPS

__all__ = ["BODIES", "COMMANDS", "EVENTS", "FIELDS", "HEADINGS", "LABELS", "NAMES", "NEXT_STEPS", "SCRIPTS", "SUBJECTS"]
__all__ += [
    "heading",
    "label",
    "label_of_command",
    "label_of_event",
    "label_of_field",
    "letter",
    "name_of",
    "next_step",
    "note_at_order",
]

SUBJECTS: Final[Table] = MappingProxyType({**letters.SUBJECTS, **messages.SUBJECTS})
"""By occasion: the subject of what is written to a complainant."""
BODIES: Final[Table] = MappingProxyType({**letter_bodies.BODIES, **messages.BODIES})
"""By occasion: the text of what is written to a complainant; that of a letter about a step is its body alone."""
LABELS: Final[Mapping[str, Table]] = MappingProxyType({**CASES, **CIRCUMSTANCES, **REQUESTS, **BREACHES})
"""For each list of codes, by the name of its class: the texts of each value."""


def label(code: StrEnum, language: str) -> str:
    """What people read for a code of `codes`, in a language (``en``, ``zh-Hant``, ``zh-Hans``; ``pt`` reads English).

    Raises LookupError for a code of another module, and for any other language.
    """
    return read(_found(LABELS.get(type(code).__name__, {}), code.value), language)


def label_of_command(name: str, language: str) -> str:
    """What a command asks for, as a button or a menu says it; ``name`` is that of its class, such as ``Lodge``.

    Raises LookupError for a name that is no command's, and for a language that nobody reads here.
    """
    return read(_found(COMMANDS, name), language)


def label_of_event(name: str, language: str) -> str:
    """What happened, as a line of a timeline says it; ``name`` is that of its class, such as ``Lodged``.

    Raises LookupError for a name that is no event's, and for a language that nobody reads here.
    """
    return read(_found(EVENTS, name), language)


def label_of_field(path: str, language: str) -> str:
    """What people read for a field of a complaint; ``path`` is dotted, such as ``particulars.name``.

    Raises LookupError for a path that is no field's, and for a language that nobody reads here.
    """
    return read(_found(FIELDS, path), language)


def next_step(status: StrEnum, language: str) -> str:
    """What comes next in a status: a sentence with open places, to be filled by `str.format`.

    ``{who}`` is the display name of the council or trader whose turn it is, never that of a private person;
    ``{due}`` is the last local day of the duty that keeps the status alive (the last one that `deadlines` lists
    for it), already written for the reader. A place is in the sentence of every script or of none. Raises
    LookupError for anything but a status, and for a language that nobody reads here.
    """
    own = NEXT_STEPS if type(status).__name__ == "Status" else {}
    return read(_found(own, status.value), language)


def heading(name: str, language: str) -> str:
    """A heading of the answer to somebody who asked about their own data, by its name.

    Raises LookupError for a name that is no heading's, and for a language that nobody reads here.
    """
    return read(_found(HEADINGS, name), language)


def name_of(part: str, language: str) -> str:
    """What people read for a part of such an answer: of a field of a complaint its label, else its own name.

    A part that nobody has named is told as it stands in the document. Raises LookupError for a language that nobody
    reads here.
    """
    texts = FIELDS.get(part) or NAMES.get(part)
    return read(texts, language) if texts is not None else part


def letter(occasion: str, language: str) -> tuple[str, str]:
    """Subject and text of what is written to a complainant on an occasion, with open places: see `messages`.

    Raises LookupError for an occasion that has no text, and for a language that nobody reads here.
    """
    return read(_found(SUBJECTS, occasion), language), read(_found(BODIES, occasion), language)


def note_at_order(reference: str, due: str, language: str) -> str:
    """The line that the seller's people find at an order, about a case; ``due`` is an ISO date, empty for none.

    Raises LookupError for a language that nobody reads here.
    """
    return read(AT_ORDER if due else AT_ORDER_UNDATED, language).format(reference=reference, due=due)


def _found(table: Table, name: str) -> Texts:
    texts = table.get(name)
    if texts is None:
        raise LookupError("no wording under this name")
    return texts
