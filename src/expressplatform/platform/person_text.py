"""The answer to somebody who asked about their own data, as plain text for people.

Laws of this file: it reads the document of `person_copy` and adds nothing to it; headings, fields and codes are in the
person's language, instants in the scheme's zone, and words as they were written. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform import codes as k
from expressplatform.money import Money
from expressplatform.platform.person_copy import Document
from expressplatform.privacy.rights import RightsRequest
from expressplatform.wording import heading, label, label_of_event, name_of

_HEAD: Final = ("opened_at", "answered_at")
_SECTIONS: Final = (
    "facts",
    "data",
    "earlier",
    "consents",
    "withdrawn",
    "events",
    "disclosures",
    "readings",
    "holdings",
    "deletions",
)
_SAID: Final = ("acting_for", "details", "text", "call_code")
_CODES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {
        "age": k.AgeBand,
        "audience": k.Audience,
        "basis": k.Basis,
        "bought_by": k.BoughtBy,
        "buyer": k.Buyer,
        "category": k.Category,
        "channel": k.Channel,
        "claimed_outcome": k.Outcome,
        "duty": k.Duty,
        "ground": k.KeptGround,
        "how": k.Reading,
        "instrument": k.Instrument,
        "intended_market": k.Market,
        "kind": k.EvidenceKind,
        "language": k.Language,
        "nature": k.Nature,
        "outcome": k.Outcome,
        "proceedings": k.Proceedings,
        "purpose": k.Purpose,
        "redress": k.Redress,
        "residence": k.Residence,
        "role": k.Role,
        "status": k.Status,
        "subject": k.Subject,
        "supplier": k.Supplier,
        "word": k.Word,
    }
)
"""What a value of a name is a code of, if it is one."""


def answer_text(document: Document, request: RightsRequest, language: str, zone: tzinfo) -> str:
    """The document of an answer as plain text, its headings in the person's language."""
    return "\n".join(_Page(language, zone).lines(document, request)) + "\n"


@attrs.frozen
class _Page:
    """In which language, and where a day begins."""

    language: str
    zone: tzinfo

    def lines(self, document: Document, request: RightsRequest) -> Iterator[str]:
        asked = document["request"]
        yield heading("title", self.language)
        yield ""
        yield f"{heading('number', self.language)}: {asked['id']}"
        yield f"{heading('kind', self.language)}: {label(request.kind, self.language)}"
        yield f"{heading('name', self.language)}: {asked['name']}"
        for name in _HEAD:
            yield f"{heading(name, self.language)}: {self.plain(asked[name])}"
        if not document["held"]:
            yield ""
            yield heading("nothing_held", self.language)
        for one, result in zip(document["results"], request.results, strict=True):
            yield ""
            yield f"{heading('case', self.language)} {one['reference']}: {label(result.result, self.language)}"
        for case in document["cases"]:
            yield from self.case(case)
        if request.withheld:
            yield from self.headed(heading("withheld", self.language))
            for what, left_out in zip(request.withheld, document["withheld"], strict=True):
                yield f"- {label(what, self.language)} ({left_out['article']})"

    def case(self, case: Document) -> Iterator[str]:
        yield from self.headed(f"{heading('case', self.language)} {case['facts']['reference']}", "=")
        for section in _SECTIONS:
            yield from self.headed(heading(section, self.language))
            found = case[section]
            if not found:
                yield heading("none", self.language)
            elif isinstance(found, dict):
                yield from (f"- {self.named(name, one)}" for name, one in found.items() if one is not None)
            elif section == "events":
                yield from map(self.event, found)
            else:
                yield from (f"- {self.all_of(one)}" for one in found)

    def headed(self, title: str, mark: str = "-") -> Iterator[str]:
        yield ""
        yield title
        yield mark * len(title) * (1 if title.isascii() else 2)

    def event(self, event: Document) -> str:
        """When, who as far as that names no person, what happened, and what was said."""
        who = " ".join((label(k.Role(event["role"]), self.language), event.get("organisation", ""))).strip()
        said = self.all_of({name: event[name] for name in _SAID if name in event})
        line = f"- {self.plain(event['at'])} {who}, {label_of_event(event['kind'], self.language)}"
        return f"{line}: {said}" if said else line

    def all_of(self, found: Mapping[str, Any]) -> str:
        """What a document holds, one after the other; what only groups others is not named."""
        return "; ".join(
            self.all_of(one) if isinstance(one, dict) and name == "details" else self.named(name, one)
            for name, one in found.items()
            if one is not None
        )

    def named(self, name: str, value: object) -> str:
        return f"{name_of(name, self.language)}: {self.told(name, value)}"

    def told(self, name: str, value: object) -> str:
        """A value under its name: codes, fields and truths in words, further lines set in."""
        if isinstance(value, dict):
            if value.keys() == {"currency", "minor_units"}:
                return str(Money(**value))
            return self.all_of(value)
        if isinstance(value, list):
            return ", ".join(self.told(name, one) for one in value)
        if isinstance(value, bool):
            return name_of("yes" if value else "no", self.language)
        if name in ("fields", "kept"):
            return name_of(str(value), self.language)
        code = _CODES.get(name.rpartition(".")[2])
        known = next((one for one in code if one.value == value), None) if code is not None else None
        return label(known, self.language) if known is not None else self.plain(value)

    def plain(self, value: object) -> str:
        """An instant as the zone has it; anything else as it stands."""
        text = str(value)
        if len(text) >= len("2026-01-01T00:00:00Z") and text[10:11] == "T":
            try:
                return f"{datetime.fromisoformat(text).astimezone(self.zone):%Y-%m-%d %H:%M}"
            except ValueError:
                pass
        return text.replace("\n", "\n    ")
