"""The complaint and its parts: frozen, checked once, and split in two.

Laws of this file: everything here is what people say when they complain, or who says it. It knows codes and
money, not statuses, rules or deadlines. A class marked `personal` holds particulars: it never prints, and it
stands only in a field named ``particulars``, typed ``X | Erased``. Whatever else stands here is a fact: codes,
dates, amounts, nothing that tells who the complainant is. Facts stay readable for ever; particulars are sealed,
and after erasure `ERASED` stands in their place.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Final, TypeVar, dataclass_transform

import attrs

from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    Category,
    Channel,
    EvidenceKind,
    Language,
    Market,
    MediaType,
    Nature,
    PriorOutcome,
    Proceedings,
    Purpose,
    Redress,
    Residence,
    Role,
    Subject,
    Supplier,
)
from expressplatform.errors import InvalidInput, Problem
from expressplatform.fields import code, instant, several, text, whole
from expressplatform.money import Money

T = TypeVar("T")


class Erased(Enum):
    """The type of `ERASED`: no particulars here, because they are sealed away, were never given, or are gone."""

    ERASED = "erased"

    def __repr__(self) -> str:
        return "ERASED"

    def __str__(self) -> str:
        return "ERASED"


ERASED: Final = Erased.ERASED


class Veiled:
    """Something that never prints what it holds."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(•••)"

    def __str__(self) -> str:
        return f"{type(self).__name__}(•••)"


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def personal(cls: type[T]) -> type[T]:
    """Marks a class of particulars: frozen, never printed, sealed wherever it is stored."""
    return attrs.frozen(cls, repr=False, str=False)


def is_personal(cls: object) -> bool:
    """Whether a class was marked `personal`."""
    return isinstance(cls, type) and issubclass(cls, Veiled)


@attrs.frozen
class ActingFor:
    """Somebody speaks for another: for whom, and how the word was taken (a confirmation by telephone says so).

    ``own_word``: the other spoke, and whoever acts wrote it down. Otherwise the actor speaks in the other's stead,
    and needs an authority on the case.
    """

    whom: Role
    channel: Channel
    own_word: bool = False


@attrs.frozen
class Actor:
    """Who acts: a role, an opaque staff or account id, and the organisation (for a complainant: their council).

    ``person`` is never a name. ``acting_for`` is set when somebody speaks for another.
    """

    role: Role
    person: str = attrs.field(validator=code())
    organisation: str = attrs.field(validator=code())
    acting_for: ActingFor | None = None


CLOCK_PERSON: Final = "clock"

MOST_EVIDENCE: Final = 50
"""How many documents a case describes at most; how many of them are held as files, a `Scheme` says."""
LARGEST_EVIDENCE: Final = 1024 * 1024 * 1024
"""Bytes of the largest document there can be; a `Scheme` asks for less."""
USUAL_EVIDENCE: Final = 10 * 1024 * 1024
"""Bytes of the largest document where a `Scheme` does not say otherwise."""
MOST_CONSENTS: Final = 10
"""To how many recipients a case may be sent at most."""


def clock_of(organisation: str) -> Actor:
    """The clock as it acts for an organisation: it only says that time has passed."""
    return Actor(Role.CLOCK, CLOCK_PERSON, organisation)


@attrs.frozen
class Shop:
    """A shop on a platform: the platform's id of it. What a shop calls itself belongs to the particulars."""

    platform: str = attrs.field(validator=code())
    shop_id: str = attrs.field(default="", validator=code(empty=True))


@attrs.frozen
class TraderRef:
    """The trader complained of: the scheme's id of the organisation, and the shop on it where there is one."""

    organisation: str = attrs.field(validator=code())
    shop: Shop | None = None


@attrs.frozen
class Purchase:
    """What was bought: day of the order (local to the scheme), amount paid, how, from whom, for which market."""

    ordered_on: date | None = None
    paid: Money | None = None
    bought_by: BoughtBy | None = None
    subject: Subject | None = None
    supplier: Supplier | None = None
    intended_market: Market | None = None
    forwarder_used: bool | None = None


@attrs.frozen
class KeyDates:
    """The days that a claim turns on (local to the scheme): promised, delivered, trouble known, warranty's end."""

    promised_on: date | None = None
    delivered_on: date | None = None
    known_on: date | None = None
    warranty_until: date | None = None


@attrs.frozen
class PriorContact:
    """Whether the trader was asked first (Council complaint form), when, and what came of it."""

    contacted: bool | None = None
    on: date | None = None
    outcome: PriorOutcome | None = None


@attrs.frozen
class Flags:
    """What takes a case out of the ordinary: None where nobody has said."""

    injury: bool | None = None
    crime: bool | None = None
    testing_needed: bool | None = None
    suspected_abuse: bool | None = None


@attrs.frozen
class Evidence:
    """A document: an id within the case, what it shows, what kind of file, its size in bytes.

    ``file`` is its name in the store of evidence, a digest that only the case's key makes; empty where the document is
    described and not held.
    """

    id: str = attrs.field(validator=code(40))
    kind: EvidenceKind
    media_type: MediaType | None = None
    size: int | None = attrs.field(default=None, validator=whole(0, LARGEST_EVIDENCE, optional=True))
    file: str = attrs.field(default="", validator=code(64, empty=True))


@attrs.frozen
class Authority:
    """What a representative may do (SAMR Order 20, Art 10): the scope, and until which day.

    The matter is told in words, and so stands among the particulars (``authority_matter``).
    """

    may_settle: bool = False
    until: date | None = None


@attrs.frozen
class Consent:
    """Leave to send particulars to one recipient, never to several at once (PIPL Art 23; PDPO DPP3).

    ``recipient`` is an organisation's id, ``notice`` the version of the privacy notice that was shown,
    ``given_at`` when, ``channel`` how.
    """

    recipient: str = attrs.field(validator=code())
    purpose: Purpose
    notice: str = attrs.field(validator=code(40))
    given_at: datetime = attrs.field(validator=instant())
    channel: Channel


@attrs.frozen
class NoticeShown:
    """That the privacy notice was shown before anything was asked (PDPO DPP1(3); PIPL Art 17).

    ``version`` is the notice's, ``language`` the one it was read in, ``at`` when, ``channel`` how: on the page, on
    paper, or read out.
    """

    version: str = attrs.field(validator=code(40))
    language: Language
    at: datetime = attrs.field(validator=instant())
    channel: Channel


@attrs.frozen
class Complainant:
    """What the rules need to know of the person: no name, no contact."""

    buyer: Buyer | None = None
    age: AgeBand | None = None
    residence: Residence | None = None
    language: Language = Language.ENGLISH
    channel: Channel = Channel.EMAIL
    guardian_acts: bool | None = None
    represented: bool = False
    authority: Authority | None = None


@personal
class EvidenceName(Veiled):
    """What a document is called by the person who gave it."""

    id: str = attrs.field(validator=code(40))
    name: str = attrs.field(validator=text(200))


@personal
class Remark(Veiled):
    """Free text that somebody wrote on a case."""

    text: str = attrs.field(validator=text(8000, shortest=1))


MOST_SAID: Final = 20
"""How many of the latest messages to a trader stand in the details that it is shown."""


@attrs.frozen
class Said:
    """A message to the trader that has the case: the how-manieth in its turn, when, by whom; the words, or `ERASED`."""

    number: int
    at: datetime
    by: Role
    particulars: Remark | Erased


@personal
class CallCode(Veiled):
    """The short code that whoever calls in the trader's name must say first; new with each upload."""

    digits: str = attrs.field(validator=text(20, shortest=4))


@personal
class Particulars(Veiled):
    """Who complains and what they told, in their own words. Never prints."""

    name: str = attrs.field(default="", validator=text(200))
    email: str = attrs.field(default="", validator=text(254))
    phone: str = attrs.field(default="", validator=text(40))
    address: str = attrs.field(default="", validator=text(500))
    representative_name: str = attrs.field(default="", validator=text(200))
    representative_contact: str = attrs.field(default="", validator=text(254))
    authority_matter: str = attrs.field(default="", validator=text(200))
    order_number: str = attrs.field(default="", validator=text(80))
    shop_page: str = attrs.field(default="", validator=text(2000))
    trader_contact: str = attrs.field(default="", validator=text(500))
    statement: str = attrs.field(default="", validator=text(8000))
    request: str = attrs.field(default="", validator=text(2000))
    prior_contact: str = attrs.field(default="", validator=text(2000))
    other_proceedings: str = attrs.field(default="", validator=text(2000))
    evidence_names: tuple[EvidenceName, ...] = attrs.field(default=(), validator=several(50))

    @property
    def contact(self) -> str:
        """The first means of reaching the person that is more than space, or empty."""
        return next((one for one in (self.email, self.phone, self.address) if one.strip()), "")


@attrs.frozen(kw_only=True)
class Complaint:
    """A complaint about an online purchase: facts, and the particulars apart.

    Dates are local to the scheme's zone; amounts are in minor units. A field left None means that nobody has said: an
    assessment may then ask. Raises InvalidInput naming every contradiction between the dates and amounts given.
    """

    trader: TraderRef
    category: Category
    nature: Nature
    purchase: Purchase = Purchase()
    dates: KeyDates = KeyDates()
    redress: tuple[Redress, ...] = attrs.field(default=(), validator=several(10))
    claimed: Money | None = None
    prior_contact: PriorContact = PriorContact()
    proceedings: Proceedings | None = None
    flags: Flags = Flags()
    complainant: Complainant = Complainant()
    evidence: tuple[Evidence, ...] = attrs.field(default=(), validator=several(MOST_EVIDENCE))
    consents: tuple[Consent, ...] = attrs.field(default=(), validator=several(MOST_CONSENTS))
    research_consent: bool = False
    notice_shown: NoticeShown | None = None
    council_reference: str = attrs.field(default="", validator=code(40, empty=True))
    particulars: Particulars | Erased = ERASED

    def __attrs_post_init__(self) -> None:
        if problems := tuple(contradictions(self)):
            raise InvalidInput(problems)


def contradictions(complaint: Complaint) -> list[Problem]:
    """What cannot be true together in a complaint, as problems by path."""
    return [*_dates_out_of_order(complaint), *_money_in_two_currencies(complaint), *_twice(complaint)]


def _dates_out_of_order(complaint: Complaint) -> list[Problem]:
    ordered = complaint.purchase.ordered_on
    if ordered is None:
        return []
    later = (
        ("$.dates.promised_on", complaint.dates.promised_on),
        ("$.dates.delivered_on", complaint.dates.delivered_on),
        ("$.prior_contact.on", complaint.prior_contact.on),
    )
    message = "must not be before the day of the order"
    return [Problem(path, "date_order", message) for path, day in later if day is not None and day < ordered]


def _money_in_two_currencies(complaint: Complaint) -> list[Problem]:
    paid, claimed = complaint.purchase.paid, complaint.claimed
    if paid is None or claimed is None or paid.currency == claimed.currency:
        return []
    message = "must be in the currency of the purchase"
    return [Problem("$.claimed.currency", "currency_mismatch", message)]


def _twice(complaint: Complaint) -> list[Problem]:
    found: list[Problem] = []
    for path, kind, keys in (
        ("$.evidence", "id", [item.id for item in complaint.evidence]),
        ("$.consents", "recipient", [item.recipient for item in complaint.consents]),
    ):
        for index, key in enumerate(keys):
            if key in keys[:index]:
                found.append(Problem(f"{path}[{index}].{kind}", "duplicate", "must not occur twice"))
    return found
