"""What a privacy notice is made of: types, and the page that people are shown.

Laws of this file
- A notice is a value with a version. What was shown once stays as it was: another text is another version.
- Its *terms* are codes: purposes, methods, kinds of data, classes of transferees. Two notices are compared by them
  alone, never by their texts, so that better words leave a consent good and another use of the data does not (PIPL
  Art 14). A code never changes its meaning; what changes gets a new code.
- Every part stands in three scripts. Nothing here knows a scheme, a complaint or the disclosure table; tests hold the
  notices of the schemes to those.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import attrs

from expressplatform.citations import Citation
from expressplatform.codes import Audience, Purpose
from expressplatform.fields import code
from expressplatform.wording import label, label_of_field
from expressplatform.wording.privacy import HEADINGS, KINDS, PURPOSES
from expressplatform.wording.scripts import Texts, read

_COMMA: Final[Texts] = ("; ", "；", "；")
_STOP: Final[Texts] = (". ", "。", "。")
_COLON: Final[Texts] = (": ", "：", "：")


@attrs.frozen
class Method:
    """One way in which the data are handled: its code, and the sentence that people read."""

    code: str
    texts: Texts = attrs.field(eq=False)


@attrs.frozen
class Transferee:
    """One class of persons who may be given data (PDPO DPP1(3)(b); PIPL Arts 23, 39).

    ``code`` names the class or, where it is one organisation, that; ``audience`` is how the disclosure table knows it;
    ``contact`` says how to reach it, ``purposes`` and ``kinds`` (of `wording.privacy.KINDS`) what it is given.
    """

    code: str
    audience: Audience
    purposes: tuple[Purpose, ...] = attrs.field(eq=frozenset)
    kinds: tuple[str, ...] = attrs.field(eq=frozenset)
    texts: Texts = attrs.field(eq=False)
    contact: Texts = attrs.field(eq=False)


@attrs.frozen
class Terms:
    """What a consent rests on: if any of it changes, a fresh one is needed (PIPL Art 14). Order is of no account."""

    purposes: tuple[Purpose, ...] = attrs.field(eq=frozenset)
    methods: tuple[Method, ...] = attrs.field(eq=frozenset)
    kinds: tuple[str, ...] = attrs.field(eq=frozenset)
    transferees: tuple[Transferee, ...] = attrs.field(eq=frozenset)


@attrs.frozen
class RightTold:
    """A right of the person as the notice tells it, and the calendar days within which it is answered, if law says."""

    code: str
    texts: Texts
    citation: Citation
    days: int | None = None


@attrs.frozen(kw_only=True)
class Notice:
    """One version of a privacy notice, valid from a local day of its scheme.

    ``handler`` is who handles the data, ``seat`` the city where it has its seat (in English, as `Participant.city`),
    ``contact`` whom to ask. ``must`` holds what has to be given, by paths into a complaint: of each group one is
    enough; all else is voluntary (PDPO DPP1(3)(a)). ``consent`` and ``retention`` are sentences.
    """

    version: str = attrs.field(validator=code(40))
    valid_from: date
    handler: Texts
    seat: str
    terms: Terms
    must: tuple[tuple[str, ...], ...]
    consent: Texts
    retention: Texts
    rights: tuple[RightTold, ...]
    contact: Texts

    def text(self, language: str) -> str:
        """The notice as it is shown, in a language (``en``, ``zh-Hant``, ``zh-Hans``; ``pt`` reads English).

        What PDPO DPP1(3) and PIPL Arts 17, 23 and 39 ask for, each under its heading; plain lines, the first of them
        the title with the version. Raises LookupError for any other language.
        """
        title = f"{_say('title', language)} {self.version}"
        valid = f"{_say('valid_from', language)}{read(_COLON, language)}{self.valid_from}"
        sections = (
            ("handler", (read(self.handler, language),)),
            ("purposes", (read(PURPOSES[one], language) for one in self.terms.purposes)),
            ("methods", (read(one.texts, language) for one in self.terms.methods)),
            ("kinds", (read(KINDS[one], language) for one in self.terms.kinds)),
            ("must", (*(_any_of(one, language) for one in self.must), _say("may", language))),
            ("transferees", (_transferee(one, language) for one in self.terms.transferees)),
            ("consent", (read(self.consent, language),)),
            ("retention", (read(self.retention, language),)),
            ("rights", (_right(one, language) for one in self.rights)),
            ("contact", (read(self.contact, language),)),
        )
        return "\n".join((title, valid, *(_section(name, lines, language) for name, lines in sections)))


def _say(heading: str, language: str) -> str:
    return read(HEADINGS[heading], language)


def _section(heading: str, lines: Iterable[str], language: str) -> str:
    return "\n".join(("", _say(heading, language), *(f"- {line}" for line in lines)))


def _any_of(fields: tuple[str, ...], language: str) -> str:
    labels = read(_COMMA, language).join(label_of_field(one, language) for one in fields)
    return labels if len(fields) == 1 else f"{_say('one_of', language)}{read(_COLON, language)}{labels}"


def _transferee(one: Transferee, language: str) -> str:
    comma, colon, stop = (read(texts, language) for texts in (_COMMA, _COLON, _STOP))
    told = (
        ("for", comma.join(label(purpose, language) for purpose in one.purposes)),
        ("what", comma.join(read(KINDS[kind], language) for kind in one.kinds)),
        ("reach", read(one.contact, language)),
    )
    rest = stop.join(f"{_say(name, language)}{colon}{said}" for name, said in told)
    return f"{read(one.texts, language)}{stop}{rest}{stop.rstrip()}"


def _right(one: RightTold, language: str) -> str:
    said = read(one.texts, language)
    return said if one.days is None else f"{said} {_say('days', language)}{read(_COLON, language)}{one.days}"
