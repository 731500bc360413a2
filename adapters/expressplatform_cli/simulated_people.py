"""The people and the complaints of a simulated year: all of them invented, and plainly so.

Laws of this module
- Nobody is real. A name is a fruit, a household thing and a number; an address is in the domain ``.invalid``, which
  no one can own (RFC 2606); a telephone number begins with zeros.
- Everything is drawn from the seed and the complaint's number, never from the clock or from another complaint, so
  that the same seed gives the same year in whatever order it is played.
- A figure that was published names its source beside it; any other is a guess of this project and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final, TypeVar

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
    Subject,
    Supplier,
)
from expressplatform.complaint import (
    Complainant,
    Complaint,
    Consent,
    Evidence,
    EvidenceName,
    Flags,
    KeyDates,
    NoticeShown,
    Particulars,
    PriorContact,
    Purchase,
    Shop,
    TraderRef,
)
from expressplatform.money import Money
from expressplatform.scheme import Scheme

T = TypeVar("T")

# Consumer Council, year-end release for 2022: of 10,686 complaints about online shopping 3,922 (36.7 %) were over
# late or missing deliveries, the largest group. How they divide in two, and how the rest divide, is a guess.
NATURES: Final[Mapping[Nature, float]] = {
    Nature.NON_DELIVERY: 22.0,
    Nature.LATE_DELIVERY: 14.7,
    Nature.PRICE: 13.0,
    Nature.CONTRACT: 12.0,
    Nature.DEFECTIVE: 9.0,
    Nature.RETURN_REFUSED: 6.0,
    Nature.SERVICE_QUALITY: 6.0,
    Nature.SALES_PRACTICE: 5.0,
    Nature.NOT_AS_DESCRIBED: 4.0,
    Nature.COUNTERFEIT: 3.0,
    Nature.FALSE_PUBLICITY: 2.0,
    Nature.AFTER_SALES: 2.0,
    Nature.SHOP_CLOSURE: 0.5,
    Nature.SAFETY: 0.5,
    Nature.ACCOUNT: 0.3,
}
# Consumer Council, year-end release for 2023: HK$43m in 12,696 complaints, HK$3,387 each (for 2022: HK$36m in 10,686,
# HK$3,369). That small amounts are many and large ones few, and how much so, is a guess.
MEAN_HKD: Final = 3387.0
SPREAD: Final = 1.25
# Guesses, all that follow: the published texts say nothing on these.
CATEGORIES: Final[Mapping[Category, float]] = {
    Category.CLOTHING: 19.0,
    Category.ELECTRONICS: 18.0,
    Category.HOME: 13.0,
    Category.COSMETICS: 9.0,
    Category.TOYS: 9.0,
    Category.APPLIANCES: 8.0,
    Category.FOOD: 6.0,
    Category.HEALTH: 5.0,
    Category.TICKETS: 5.0,
    Category.OTHER_GOODS: 5.0,
    Category.TELECOM: 3.0,
}
TRADERS: Final[Mapping[str, float]] = {"taobao": 60.0, "jd": 40.0}
OUTSIDERS: Final = ("somewhere-else", "another-shop", "corner-market")
ASKED_FOR: Final[Mapping[Nature, Sequence[Redress]]] = {
    Nature.NON_DELIVERY: (Redress.REFUND, Redress.RESEND),
    Nature.LATE_DELIVERY: (Redress.COMPLETE_DELIVERY, Redress.REFUND),
    Nature.PRICE: (Redress.PRICE_DIFFERENCE, Redress.REFUND),
    Nature.CONTRACT: (Redress.CANCEL_CONTRACT, Redress.REFUND),
    Nature.DEFECTIVE: (Redress.EXCHANGE, Redress.RETURN_AND_REFUND, Redress.REPAIR),
    Nature.AFTER_SALES: (Redress.REPAIR, Redress.EXCHANGE),
    Nature.NOT_AS_DESCRIBED: (Redress.RETURN_AND_REFUND, Redress.EXCHANGE),
    Nature.COUNTERFEIT: (Redress.RETURN_AND_REFUND, Redress.COMPENSATION),
    Nature.ACCOUNT: (Redress.CORRECT_DATA,),
}
HAPPENED: Final[Mapping[Nature, str]] = {
    Nature.NON_DELIVERY: "The parcel never came; the courier's page still says that it is on its way.",
    Nature.LATE_DELIVERY: "Delivery was promised within a week. More than a month has passed.",
    Nature.DEFECTIVE: "It worked for one evening. Since then it only hums.",
    Nature.NOT_AS_DESCRIBED: "The page showed a blue one of steel. A grey one of plastic came.",
}
_USUAL: Final = "What was bought and what came of it are not the same thing at all."
FRUIT: Final = ("Apricot", "Bilberry", "Clementine", "Damson", "Elderberry", "Fig", "Guava", "Kumquat", "Lychee",
                "Mango", "Nectarine", "Papaya", "Quince", "Rambutan", "Tangerine", "Walnut")  # fmt: skip
THING: Final = ("Teapot", "Lantern", "Bookend", "Doorbell", "Umbrella", "Cushion", "Saucepan", "Candlestick", "Ladder",
                "Inkwell", "Thimble", "Hammock", "Kettle", "Mirror", "Notebook", "Pillow")  # fmt: skip


class Flaw(StrEnum):
    """What keeps a complaint from being taken at once."""

    NONE = "none"
    OUTSIDER = "outsider"
    LACKS_PROOF = "lacks_proof"
    LACKS_CONSENT = "lacks_consent"
    LACKS_SELLER = "lacks_seller"
    BUSINESS = "business"
    PRIVATE_SALE = "private_sale"
    ELSEWHERE = "elsewhere"
    TOO_OLD = "too_old"
    INJURY = "injury"
    NEEDS_TEST = "needs_test"
    DUPLICATE = "duplicate"


FLAWS: Final[Mapping[Flaw, float]] = {
    Flaw.NONE: 80.0,
    Flaw.OUTSIDER: 4.5,
    Flaw.LACKS_PROOF: 4.0,
    Flaw.LACKS_CONSENT: 2.5,
    Flaw.LACKS_SELLER: 2.0,
    Flaw.BUSINESS: 1.5,
    Flaw.PRIVATE_SALE: 1.0,
    Flaw.ELSEWHERE: 1.0,
    Flaw.TOO_OLD: 0.5,
    Flaw.INJURY: 0.8,
    Flaw.NEEDS_TEST: 1.7,
    Flaw.DUPLICATE: 0.5,
}


def pick(chance: Random, weights: Mapping[T, float]) -> T:
    """One of them, each as often as its weight says."""
    return chance.choices(tuple(weights), tuple(weights.values()))[0]


@attrs.frozen
class Told:
    """A complaint as it comes in, and as it would be with nothing left out."""

    complaint: Complaint
    whole: Complaint
    flaw: Flaw


def tell(seed: int, number: int, at: datetime, scheme: Scheme) -> Told:
    """The complaint of a number, lodged at ``at``; the same for the same seed and number."""
    chance = Random(f"complaint {seed} {number}")
    flaw = pick(chance, FLAWS)
    order = number - 1 if flaw is Flaw.DUPLICATE and number > 1 else number
    trader = trader_of(seed, order)
    nature = pick(chance, NATURES)
    today = scheme.day(at)
    ordered = today - timedelta(days=chance.randint(12, 70))
    paid = _amount(chance, scheme)
    complaint = Complaint(
        trader=TraderRef(trader, Shop(trader, f"shop-{chance.randint(1, 400)}")),
        category=pick(chance, CATEGORIES),
        nature=nature,
        purchase=_purchase(chance, ordered, paid),
        dates=KeyDates(known_on=ordered + timedelta(days=chance.randint(4, 11))),
        redress=(chance.choice(ASKED_FOR.get(nature, (Redress.REFUND, Redress.COMPENSATION))),),
        claimed=paid,
        prior_contact=PriorContact(True, ordered + timedelta(days=11), chance.choice(tuple(PriorOutcome))),
        proceedings=Proceedings.NONE,
        flags=Flags(injury=False, crime=False, testing_needed=False, suspected_abuse=False),
        complainant=(person := _complainant(chance)),
        evidence=(Evidence("e1", EvidenceKind.ORDER, MediaType.PDF, chance.randint(20_000, 900_000)),),
        consents=tuple(consent_to(one, at, scheme) for one in (trader, *scheme.recipients)),
        research_consent=chance.random() < 0.4,
        notice_shown=NoticeShown(scheme.notice, person.language, at - timedelta(minutes=10), Channel.WEB),
        particulars=invent(number, order, nature),
    )
    return Told(_flawed(complaint, flaw, chance, today), complaint, flaw)


def trader_of(seed: int, number: int) -> str:
    """Whom the complaint of a number is against, if against a participant."""
    return pick(Random(f"trader {seed} {number}"), TRADERS)


def consent_to(recipient: str, at: datetime, scheme: Scheme) -> Consent:
    """Leave to send a case to one recipient, under the notice in use."""
    return Consent(recipient, Purpose.HANDLING, scheme.notice, at, Channel.WEB)


def invent(number: int, order: int, nature: Nature, statement: str = "") -> Particulars:
    """Somebody who does not exist, and says what is usual for a complaint of that nature, or ``statement``."""
    chance = Random(f"person {number}")
    fruit, thing = chance.choice(FRUIT), chance.choice(THING)
    return Particulars(
        name=f"{fruit} {thing} {number:05d}",
        email=f"{fruit}.{thing}.{number:05d}@people.invalid".lower(),
        phone=f"+852 0000 {number:05d}",
        address=f"Flat {number:05d}, {thing} House, {fruit} Road, Nowhere",
        order_number=f"MADE-UP-{order:05d}",
        statement=statement or HAPPENED.get(nature, _USUAL),
        request="Please put this right.",
        evidence_names=(EvidenceName("e1", f"order-of-{fruit}-{thing}-{number:05d}.pdf".lower()),),
    )


def _amount(chance: Random, scheme: Scheme) -> Money:
    """An amount around the published mean: log-normal, in whole dollars."""
    drawn = chance.lognormvariate(math.log(MEAN_HKD) - SPREAD**2 / 2, SPREAD)
    return Money(scheme.currency, 100 * max(20, round(drawn)))


def _purchase(chance: Random, ordered: date, paid: Money) -> Purchase:
    return Purchase(
        ordered_on=ordered,
        paid=paid,
        bought_by=pick(chance, {BoughtBy.APP: 7.0, BoughtBy.WEB: 2.0, BoughtBy.LIVE_STREAM: 1.0}),
        subject=Subject.GOODS,
        supplier=Supplier.BUSINESS,
        intended_market=pick(chance, {Market.CROSS_BORDER: 8.0, Market.MAINLAND_ONLY: 2.0}),
        forwarder_used=chance.random() < 0.25,
    )


def _complainant(chance: Random) -> Complainant:
    languages = {Language.TRADITIONAL_CHINESE: 8.0, Language.ENGLISH: 1.5, Language.SIMPLIFIED_CHINESE: 0.5}
    return Complainant(
        buyer=Buyer.PRIVATE,
        age=AgeBand.ADULT,
        residence=pick(chance, {Residence.HONG_KONG: 97.0, Residence.MAINLAND: 3.0}),
        language=pick(chance, languages),
        channel=pick(chance, {Channel.EMAIL: 6.0, Channel.PHONE: 3.0, Channel.WEB: 1.0}),
    )


def _flawed(whole: Complaint, flaw: Flaw, chance: Random, today: date) -> Complaint:
    """The complaint with its flaw."""
    change = attrs.evolve
    match flaw:
        case Flaw.OUTSIDER:
            other = chance.choice(OUTSIDERS)
            recipients = tuple(one for one in whole.consents if one.recipient != whole.trader.organisation)
            return change(whole, trader=TraderRef(other, Shop(other, "shop-1")), consents=recipients)
        case Flaw.LACKS_PROOF:
            given = whole.particulars
            bare = change(given, order_number="", evidence_names=()) if isinstance(given, Particulars) else given
            return change(whole, evidence=(), particulars=bare)
        case Flaw.LACKS_CONSENT:
            return change(whole, consents=whole.consents[1:])
        case Flaw.LACKS_SELLER:
            return change(whole, purchase=change(whole.purchase, supplier=None))
        case Flaw.BUSINESS:
            return change(whole, complainant=change(whole.complainant, buyer=Buyer.BUSINESS))
        case Flaw.PRIVATE_SALE:
            return change(whole, purchase=change(whole.purchase, supplier=Supplier.INDIVIDUAL))
        case Flaw.ELSEWHERE:
            return change(whole, proceedings=Proceedings.PENDING)
        case Flaw.TOO_OLD:
            long_ago = today - timedelta(days=1200)
            dates, purchase = KeyDates(known_on=long_ago), change(whole.purchase, ordered_on=long_ago)
            return change(whole, dates=dates, purchase=purchase, prior_contact=PriorContact(True, long_ago))
        case Flaw.INJURY:
            return change(whole, flags=change(whole.flags, injury=True))
        case Flaw.NEEDS_TEST:
            return change(whole, flags=change(whole.flags, testing_needed=True))
        case _:
            return whole
