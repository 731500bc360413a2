"""The criteria of admission, one plain function each.

Laws of this file
- A criterion reads the question and answers MET, NOT_MET or UNKNOWN. It does not know what follows from its
  answer (that is the catalogue's), nor any other criterion.
- It looks at facts first. Where particulars are sealed, gone or were never given it answers UNKNOWN, and it
  looks only at whether something was said, never at what.
- UNKNOWN means that nobody has said. Adding information settles an UNKNOWN; it never makes one: whatever a
  criterion knew, it still knows with more to read, unless the new fact contradicts the old.
- Days are those of the question, the official filing date: no clock is read.

The stipulated criteria of the Express Platform are not published. These follow the published texts that are
cited line by line; a scheme takes those that it wants, and may bring its own.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    EvidenceKind,
    Nature,
    Proceedings,
    Purpose,
    Residence,
    Result,
    Subject,
    Supplier,
)
from expressplatform.complaint import ERASED
from expressplatform.scheme import Question

MET: Final = Result.MET
NOT_MET: Final = Result.NOT_MET
UNKNOWN: Final = Result.UNKNOWN

_ONLINE: Final = frozenset({BoughtBy.WEB, BoughtBy.APP, BoughtBy.LIVE_STREAM})
_LEFT_OUT: Final = frozenset({Subject.INVESTMENT, Subject.GAMBLING, Subject.AUCTION})
_PROOFS: Final = frozenset({EvidenceKind.ORDER, EvidenceKind.PAYMENT, EvidenceKind.CONTRACT})
_ON_WARRANTY: Final = (Nature.DEFECTIVE, Nature.AFTER_SALES)
# Members read on every question, bound once: before Python 3.12 an enum looks its members up slowly.
_ADULT: Final = AgeBand.ADULT
_PRIVATE: Final = Buyer.PRIVATE
_DECIDED: Final = Proceedings.DECIDED
_PENDING: Final = Proceedings.PENDING
_SETTLED_AND_PERFORMED: Final = Proceedings.SETTLED_AND_PERFORMED
_HANDLING: Final = Purpose.HANDLING
_MAINLAND: Final = Residence.MAINLAND
_GOVERNMENT: Final = Supplier.GOVERNMENT
_INDIVIDUAL: Final = Supplier.INDIVIDUAL


# --- who, and about what ------------------------------------------------------------------------------------


def respondent_takes_part(question: Question) -> Result:
    """The trader is a participant on the filing date (Consumer Council 2019, steps 2 and 3)."""
    return NOT_MET if question.participant is None else MET


def bought_online(question: Question) -> Result:
    """The dispute arises from goods or services bought online (Consumer Council 2019; CCA 2016)."""
    bought_by = question.complaint.purchase.bought_by
    if bought_by is None:
        return UNKNOWN
    return MET if bought_by in _ONLINE else NOT_MET


def bought_for_private_use(question: Question) -> Result:
    """The complainant is an individual buying for private use (Council's scope; SAMR Order 20, Art 15(3))."""
    buyer = question.complaint.complainant.buyer
    if buyer is None:
        return UNKNOWN
    return MET if buyer is _PRIVATE else NOT_MET


def sold_by_a_business(question: Question) -> Result:
    """It is not a private sale between individuals (Council's scope)."""
    supplier = question.complaint.purchase.supplier
    if supplier is None:
        return UNKNOWN
    return MET if supplier is not _INDIVIDUAL else NOT_MET


def subject_is_covered(question: Question) -> Result:
    """No supply by Government, no investment performance, no gambling, no auction (Council's scope)."""
    purchase = question.complaint.purchase
    if purchase.supplier is _GOVERNMENT or purchase.subject in _LEFT_OUT:
        return NOT_MET
    if purchase.supplier is None or purchase.subject is None:
        return UNKNOWN
    return MET


def trader_is_identified(question: Question) -> Result:
    """The seller can be found: by its own name, its shop, its contact or the order (SAMR Order 20, Art 9(2)).

    A participant that is no platform sells by itself. On a platform the shop's id or page, the seller's contact, or an
    order number tells which seller it is (Consumer Rights Law, Art 44: the platform knows it by them).
    """
    participant, shop = question.participant, question.complaint.trader.shop
    if participant is not None and not participant.platform:
        return MET
    if shop is not None and shop.shop_id:
        return MET
    particulars = question.complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    told = (particulars.shop_page, particulars.trader_contact, particulars.order_number)
    return MET if any(one.strip() for one in told) else NOT_MET


# --- what the complaint must hold ---------------------------------------------------------------------------


def complainant_is_named(question: Question) -> Result:
    """Name and a contact are given: an anonymous complaint is not taken (SAMR Order 20, Art 9(1))."""
    particulars = question.complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    return MET if particulars.name.strip() and particulars.contact else NOT_MET


def facts_and_request_are_stated(question: Question) -> Result:
    """The facts and a specific request are stated, in words or by a code (SAMR Order 20, Art 9(3))."""
    complaint = question.complaint
    particulars = complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    return MET if particulars.statement.strip() and (complaint.redress or particulars.request.strip()) else NOT_MET


def facts_are_stated(question: Question) -> Result:
    """What happened is told in words (consumidor.gov.br: the complaint's text is obligatory)."""
    particulars = question.complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    return MET if particulars.statement.strip() else NOT_MET


def purchase_is_evidenced(question: Question) -> Result:
    """An order number, or a document of order, payment or contract is given (Council's complaint form)."""
    complaint = question.complaint
    for evidence in complaint.evidence:
        if evidence.kind in _PROOFS:
            return MET
    particulars = complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    return MET if particulars.order_number.strip() else NOT_MET


def trader_was_asked_first(question: Question) -> Result:
    """The trader was asked first (Council's complaint form advises it; it is no condition)."""
    contacted = question.complaint.prior_contact.contacted
    if contacted is None:
        return UNKNOWN
    return MET if contacted else NOT_MET


# --- what stands in the way ---------------------------------------------------------------------------------


def nobody_else_has_it(question: Question) -> Result:
    """No court, arbitration, agency or association has it or has decided it (SAMR Order 20, Art 15(2))."""
    proceedings = question.complaint.proceedings
    if proceedings is None:
        return UNKNOWN
    return MET if proceedings is not _PENDING and proceedings is not _DECIDED else NOT_MET


def not_settled_before(question: Question) -> Result:
    """It is not settled and performed already (associations' list); if facts are new, a person says."""
    proceedings = question.complaint.proceedings
    if proceedings is None:
        return UNKNOWN
    return MET if proceedings is not _SETTLED_AND_PERFORMED else NOT_MET


def within_time(question: Question) -> Result:
    """The scheme's years since the trouble was known are not over (SAMR Order 20, Art 15(4): three years).

    Where nobody says when it was known, an order within those years settles it: trouble comes after the order.
    """
    complaint, on, years = question.complaint, question.on, question.scheme.limit_years
    known_on = complaint.dates.known_on
    if known_on is not None:
        return MET if _within(known_on, on, years) else NOT_MET
    ordered_on = complaint.purchase.ordered_on
    return MET if ordered_on is not None and _within(ordered_on, on, years) else UNKNOWN


def _within(since: date, on: date, years: int) -> bool:
    """Whether ``on`` is at most so many years after ``since``: the anniversary still belongs to them."""
    passed = on.year - since.year
    if passed != years:
        return passed < years
    return (on.month, on.day) <= (since.month, since.day)


def within_warranty(question: Question) -> Result:
    """A claim on quality or after-sales came up before the stated warranty or shelf life ended (associations' list).

    A claim rests on a warranty only where somebody stated its last day.
    """
    complaint = question.complaint
    until = complaint.dates.warranty_until
    if until is None or complaint.nature not in _ON_WARRANTY:
        return MET
    return MET if (complaint.dates.known_on or question.on) <= until else NOT_MET


def less_controversial(question: Question) -> Result:
    """No injury, no crime, no test needed, no amount above the ceiling (Council 2019: less controversial cases).

    The published text sets no figures: the ceilings are the scheme's.
    """
    complaint, ceilings = question.complaint, question.scheme.ceilings
    flags = complaint.flags
    injury, crime, test = flags.injury, flags.crime, flags.testing_needed
    if injury or crime or test:
        return NOT_MET
    if ceilings:
        amount = complaint.claimed or complaint.purchase.paid  # what is in dispute
        ceiling = ceilings.get(amount.currency) if amount is not None else None
        if amount is None or ceiling is None:
            return UNKNOWN
        if amount.minor_units > ceiling:
            # A claim may be for less than was paid: until there is one, nobody has said what is in dispute.
            return NOT_MET if complaint.claimed is not None else UNKNOWN
    return UNKNOWN if injury is None or crime is None or test is None else MET


# --- leave to act -------------------------------------------------------------------------------------------


def consents_to_each_recipient(question: Question) -> Result:
    """Consent stands to send it to this trader and to each recipient of the scheme, under today's terms.

    One consent a recipient, for handling, never bundled (PIPL Art 23, 39); the notice shown is named (PDPO,
    DPP1(3) and DPP3), and told the terms of the one in use (PIPL Art 14). Whether a consent still lives on the day of
    the upload is for the upload to judge.
    """
    complaint, scheme = question.complaint, question.scheme
    trader, others = complaint.trader.organisation, scheme.recipients
    wanting = len(others) + (trader not in others)
    for consent in complaint.consents:  # no two of them for one recipient: the complaint sees to it
        recipient = consent.recipient
        if recipient == trader or recipient in others:
            if consent.purpose is not _HANDLING or not scheme.informed_by(consent.notice):
                return NOT_MET
            wanting -= 1
    return UNKNOWN if wanting else MET


def notice_was_shown_first(question: Question) -> Result:
    """A privacy notice of the scheme was shown before the first field (PDPO DPP1(3); PIPL Art 17).

    Shown later than a consent was given, it came too late; of the fields themselves nobody writes down the hour.
    """
    complaint = question.complaint
    shown = complaint.notice_shown
    if shown is None:
        return UNKNOWN
    if not question.scheme.has_notice(shown.version):
        return NOT_MET
    for consent in complaint.consents:
        if consent.given_at < shown.at:
            return NOT_MET
    return MET


def adult_or_guardian_acts(question: Question) -> Result:
    """The complainant is an adult, or a guardian acts (Council's privacy policy: 18; PIPL Art 31: 14)."""
    complainant = question.complaint.complainant
    if complainant.age is _ADULT or complainant.guardian_acts:
        return MET
    return UNKNOWN if complainant.age is None or complainant.guardian_acts is None else NOT_MET


def agent_has_authority(question: Question) -> Result:
    """An agent's authority names matter, scope and term, and has not run out (SAMR Order 20, Art 10)."""
    complainant = question.complaint.complainant
    if not complainant.represented:
        return MET
    authority = complainant.authority
    if authority is None or authority.until is None:
        return UNKNOWN
    if authority.until < question.on:
        return NOT_MET
    particulars = question.complaint.particulars
    if particulars is ERASED:
        return UNKNOWN
    return MET if particulars.authority_matter.strip() else NOT_MET


# --- what a person must look at -----------------------------------------------------------------------------


def not_a_duplicate(question: Question) -> Result:
    """No other open case is over the same order (SAMR Order 20, Art 13: the first to receive handles)."""
    return NOT_MET if question.known.duplicates else MET


def not_abusive(question: Question) -> Result:
    """Nobody has said that it is abusive or extortionate (SAMR Order 121); only a person ever says so."""
    return NOT_MET if question.complaint.flags.suspected_abuse else MET


def counts_for_hong_kong(question: Question) -> Result:
    """It counts in Hong Kong's figures: those of Mainland consumers against Mainland platforms do not (Council 2022).

    Every participant is a Mainland platform, wherever it is registered besides.
    """
    residence = question.complaint.complainant.residence
    if residence is None:
        return UNKNOWN
    return MET if residence is not _MAINLAND else NOT_MET
