"""What a trader has before it once details are opened: typed, veiled, and tolerant of a newer platform.

Laws of this file
- A field that is known has its type: `judged` refuses a document in which one has another, by path, quoting nothing.
  One that is not known stays where it is, and so does a code that is not: it is then plain text in place of the enum.
- What was not shown is None or empty, never made up.
- Nothing here prints a value, and `use_until` goes with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar, cast

import attrs

from expressplatform.codes import (
    Category,
    Channel,
    EvidenceKind,
    Language,
    MediaType,
    Nature,
    PriorOutcome,
    Redress,
    Role,
    Subject,
)
from expressplatform.complaint import Veiled
from expressplatform.errors import InvalidInput, Problem
from expressplatform.money import Money
from expressplatform_http.protocol.received_parts import Named, Shown, Written

__all__ = ["READERS", "Named", "ReceivedDetails", "Shown", "Written", "instant", "judged", "known"]

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
Read = Callable[[object], object]


def known(kind: type[E], value: object) -> E | str:
    """A code as the enum's member, or as plain text where a newer platform has one more. Raises TypeError otherwise."""
    written = _text(value)
    return kind(written) if written in frozenset(kind) else written


def instant(value: object) -> datetime:
    """A written instant, in UTC. Raises TypeError or ValueError."""
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError("has no offset")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond the calendar in UTC") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("is no text")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("is neither true nor false")
    return value


def _day(value: object) -> date:
    return date.fromisoformat(_text(value))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("is no object")
    return value


def _money(value: object) -> Money:
    found = _mapping(value)
    return Money(_text(found["currency"]), cast(int, found["minor_units"]))


def _each(read: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    def every(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise TypeError("is no list")
        return tuple(read(one) for one in value)

    return every


def _code(kind: type[StrEnum]) -> Read:
    return lambda value: known(kind, value)


def _shown(value: object) -> Shown:
    found = _mapping(value)
    media, size = found.get("media_type"), found.get("size")
    if size is not None and type(size) is not int:
        raise TypeError("is no number")
    kind = known(EvidenceKind, found["kind"])
    return Shown(_text(found["id"]), kind, None if media is None else known(MediaType, media), size)


def _named(value: object) -> Named:
    found = _mapping(value)
    return Named(_text(found["id"]), _text(found["name"]))


def _written(value: object) -> Written:
    found = _mapping(value)
    number = found["number"]
    if type(number) is not int:
        raise TypeError("is no number")
    return Written(number, instant(found["at"]), known(Role, found["by"]), _text(found["text"]))


READERS: Final[Mapping[str, Read]] = MappingProxyType(
    {
        "nature": _code(Nature),
        "trader.organisation": _text,
        "trader.shop.platform": _text,
        "trader.shop.shop_id": _text,
        "category": _code(Category),
        "purchase.ordered_on": _day,
        "purchase.paid": _money,
        "purchase.subject": _code(Subject),
        "dates.promised_on": _day,
        "dates.delivered_on": _day,
        "dates.known_on": _day,
        "dates.warranty_until": _day,
        "redress": _each(_code(Redress)),
        "claimed": _money,
        "prior_contact.contacted": _truth,
        "prior_contact.on": _day,
        "prior_contact.outcome": _code(PriorOutcome),
        "evidence": _each(_shown),
        "complainant.language": _code(Language),
        "complainant.channel": _code(Channel),
        "complainant.represented": _truth,
        "complainant.authority.may_settle": _truth,
        "complainant.authority.until": _day,
        "particulars.name": _text,
        "particulars.email": _text,
        "particulars.phone": _text,
        "particulars.address": _text,
        "particulars.representative_name": _text,
        "particulars.representative_contact": _text,
        "particulars.authority_matter": _text,
        "particulars.order_number": _text,
        "particulars.shop_page": _text,
        "particulars.statement": _text,
        "particulars.request": _text,
        "particulars.evidence_names": _each(_named),
        "call_code": _text,
        "messages": _each(_written),
    }
)
"""How each field is read that a trader may be shown: a test holds it complete over the disclosure table."""


def judged(values: Mapping[str, object]) -> None:
    """Raises InvalidInput where a field that is known has not the type that it has here."""
    found = [Problem(f"$.values.{path}", "type", "is not of the kind that it must be") for path in _wrong(values)]
    if found:
        raise InvalidInput(tuple(found))


def _wrong(values: Mapping[str, object]) -> list[str]:
    return [path for path, read in READERS.items() if path in values and not _reads(read, values[path])]


def _reads(read: Read, value: object) -> bool:
    try:
        read(value)
    except (TypeError, ValueError, KeyError, InvalidInput):
        return False
    return True


@attrs.frozen(repr=False, str=False)
class ReceivedDetails(Veiled):
    """A complaint as the trader was shown it. Nothing of it may be used after ``use_until``; it never prints.

    ``values`` holds everything by its path, fields that are not known here included; the properties read it.
    ``purpose``, ``basis`` (codes) and ``article`` say for what and on what ground it was shown, ``notice`` under which
    version of the privacy notice. ``disclosure_id`` names this very reading: deletion is confirmed for the case.
    """

    case_id: str
    disclosure_id: str
    purpose: str
    basis: str
    article: str
    notice: str
    use_until: datetime
    values: Mapping[str, object] = attrs.field(hash=False)
    document: Mapping[str, object] = attrs.field(hash=False)
    """The whole document as it came, which can be written again without a loss."""

    def _of(self, path: str) -> object | None:
        return READERS[path](self.values[path]) if path in self.values else None

    def _text_of(self, path: str) -> str:
        return cast(str, self._of(path) or "")

    # what is claimed

    @property
    def nature(self) -> Nature | str | None:
        """What went wrong."""
        return cast("Nature | str | None", self._of("nature"))

    @property
    def category(self) -> Category | str | None:
        """What was bought."""
        return cast("Category | str | None", self._of("category"))

    @property
    def subject(self) -> Subject | str | None:
        """Goods or a service."""
        return cast("Subject | str | None", self._of("purchase.subject"))

    @property
    def shop(self) -> tuple[str, str]:
        """The platform's name and the shop's id on it; empty where there are none."""
        return self._text_of("trader.shop.platform"), self._text_of("trader.shop.shop_id")

    @property
    def organisation(self) -> str:
        """The trader complained of."""
        return self._text_of("trader.organisation")

    @property
    def ordered_on(self) -> date | None:
        """The day of the order."""
        return cast("date | None", self._of("purchase.ordered_on"))

    @property
    def promised_on(self) -> date | None:
        """The day by which delivery was promised."""
        return cast("date | None", self._of("dates.promised_on"))

    @property
    def delivered_on(self) -> date | None:
        """The day of delivery."""
        return cast("date | None", self._of("dates.delivered_on"))

    @property
    def known_on(self) -> date | None:
        """The day on which the trouble was known."""
        return cast("date | None", self._of("dates.known_on"))

    @property
    def warranty_until(self) -> date | None:
        """The last day of the warranty."""
        return cast("date | None", self._of("dates.warranty_until"))

    @property
    def paid(self) -> Money | None:
        """What was paid."""
        return cast("Money | None", self._of("purchase.paid"))

    @property
    def claimed(self) -> Money | None:
        """What is claimed."""
        return cast("Money | None", self._of("claimed"))

    @property
    def redress(self) -> tuple[Redress | str, ...]:
        """What is asked for."""
        return cast("tuple[Redress | str, ...]", self._of("redress") or ())

    @property
    def asked_before(self) -> bool | None:
        """Whether the trader was asked first."""
        return cast("bool | None", self._of("prior_contact.contacted"))

    @property
    def asked_before_on(self) -> date | None:
        """When it was."""
        return cast("date | None", self._of("prior_contact.on"))

    @property
    def asked_before_outcome(self) -> PriorOutcome | str | None:
        """What came of it."""
        return cast("PriorOutcome | str | None", self._of("prior_contact.outcome"))

    @property
    def evidence(self) -> tuple[Shown, ...]:
        """The documents on the case; those that were shared can be fetched."""
        return cast("tuple[Shown, ...]", self._of("evidence") or ())

    @property
    def evidence_names(self) -> tuple[Named, ...]:
        """What they are called."""
        return cast("tuple[Named, ...]", self._of("particulars.evidence_names") or ())

    # the person, and how to speak with them

    @property
    def language(self) -> Language | str | None:
        """The language to speak in."""
        return cast("Language | str | None", self._of("complainant.language"))

    @property
    def channel(self) -> Channel | str | None:
        """The way in which the person wishes to be reached."""
        return cast("Channel | str | None", self._of("complainant.channel"))

    @property
    def represented(self) -> bool:
        """Whether a representative acts."""
        return bool(self._of("complainant.represented"))

    @property
    def may_settle(self) -> bool | None:
        """Whether the representative may settle."""
        return cast("bool | None", self._of("complainant.authority.may_settle"))

    @property
    def authority_until(self) -> date | None:
        """The last day of the representative's authority."""
        return cast("date | None", self._of("complainant.authority.until"))

    @property
    def call_code(self) -> str:
        """What whoever calls must say first: the person is told to hang up on anybody who does not."""
        return self._text_of("call_code")

    @property
    def messages(self) -> tuple[Written, ...]:
        """What others wrote to the trader since it has the case, in order: the latest of it where that is much."""
        return cast("tuple[Written, ...]", self._of("messages") or ())

    @property
    def name(self) -> str:
        """Who complains."""
        return self._text_of("particulars.name")

    @property
    def email(self) -> str:
        """An e-mail address, where that is the way to reach the person."""
        return self._text_of("particulars.email")

    @property
    def phone(self) -> str:
        """A telephone number, where that is the way."""
        return self._text_of("particulars.phone")

    @property
    def address(self) -> str:
        """A postal address, where that is the way."""
        return self._text_of("particulars.address")

    @property
    def representative_name(self) -> str:
        """Who represents the person."""
        return self._text_of("particulars.representative_name")

    @property
    def representative_contact(self) -> str:
        """How to reach the representative."""
        return self._text_of("particulars.representative_contact")

    @property
    def authority_matter(self) -> str:
        """In what the representative may act."""
        return self._text_of("particulars.authority_matter")

    @property
    def order_number(self) -> str:
        """The number of the order in the trader's books."""
        return self._text_of("particulars.order_number")

    @property
    def shop_page(self) -> str:
        """The page on which it was bought."""
        return self._text_of("particulars.shop_page")

    @property
    def statement(self) -> str:
        """What happened, in the person's words; numbers of cards and accounts are masked."""
        return self._text_of("particulars.statement")

    @property
    def request(self) -> str:
        """What the person asks for, in their words."""
        return self._text_of("particulars.request")
