"""The closed lists: every code that a case, a command, an event or a figure may carry.

What people read for each code stands in `wording`; what a code does stands in `lifecycle`, `eligibility`,
`deadlines` and `privacy`. Values are stored and sent, so a value is never changed; a new meaning is a new code.
Natures, redress and outcomes follow the published lists of the Hong Kong council and of the China Consumers'
Association, with the crosswalks that `docs/reference/codes.md` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """In what capacity somebody acts."""

    COMPLAINANT = "complainant"
    COUNCIL = "council"
    TRADER = "trader"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    CLOCK = "clock"


class Status(StrEnum):
    """Where a case stands. RECORDED, CLOSED and WITHDRAWN are ends; ERASED is what is left after one."""

    LODGED = "lodged"
    NEEDS_INFORMATION = "needs_information"
    ELIGIBLE = "eligible"
    OUTSIDE_SCHEME = "outside_scheme"
    UPLOADED = "uploaded"
    OBTAINED = "obtained"
    IN_CONCILIATION = "in_conciliation"
    RESOLUTION_REPORTED = "resolution_reported"
    RESOLVED = "resolved"
    REFERRED_BACK = "referred_back"
    FURTHER_HANDLING = "further_handling"
    RECORDED = "recorded"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


END: Final = frozenset({Status.RECORDED, Status.CLOSED, Status.WITHDRAWN})
OPEN: Final = frozenset(Status) - END - {Status.ERASED}


class Nature(StrEnum):
    """What went wrong."""

    LATE_DELIVERY = "late_delivery"
    NON_DELIVERY = "non_delivery"
    NOT_AS_DESCRIBED = "not_as_described"
    DEFECTIVE = "defective"
    COUNTERFEIT = "counterfeit"
    RETURN_REFUSED = "return_refused"
    PRICE = "price"
    CONTRACT = "contract"
    FALSE_PUBLICITY = "false_publicity"
    AFTER_SALES = "after_sales"
    SAFETY = "safety"
    MEASUREMENT = "measurement"
    DIGNITY = "dignity"
    SALES_PRACTICE = "sales_practice"
    SERVICE_QUALITY = "service_quality"
    SHOP_CLOSURE = "shop_closure"
    ACCOUNT = "account"
    OTHER = "other"


class Category(StrEnum):
    """What was bought."""

    APPLIANCES = "appliances"
    ELECTRONICS = "electronics"
    TELECOM = "telecom"
    CLOTHING = "clothing"
    COSMETICS = "cosmetics"
    FOOD = "food"
    HOME = "home"
    TOYS = "toys"
    HEALTH = "health"
    TRAVEL = "travel"
    TICKETS = "tickets"
    FINANCE = "finance"
    EDUCATION = "education"
    OTHER_GOODS = "other_goods"
    OTHER_SERVICES = "other_services"


class Redress(StrEnum):
    """What the complainant asks for, or a trader offers."""

    REFUND = "refund"
    RETURN_AND_REFUND = "return_and_refund"
    EXCHANGE = "exchange"
    REPAIR = "repair"
    RESEND = "resend"
    COMPLETE_DELIVERY = "complete_delivery"
    PRICE_DIFFERENCE = "price_difference"
    COMPENSATION = "compensation"
    PUNITIVE = "punitive"
    CANCEL_CONTRACT = "cancel_contract"
    APOLOGY = "apology"
    EXPLANATION = "explanation"
    CORRECT_DATA = "correct_data"
    OTHER = "other"


class Outcome(StrEnum):
    """How a case came out, in the words of whoever says so."""

    SETTLED_MONETARY = "settled_monetary"
    SETTLED_NON_MONETARY = "settled_non_monetary"
    PARTLY_SETTLED = "partly_settled"
    EXPLANATION_ONLY = "explanation_only"
    REFUSED = "refused"
    NO_RESPONSE = "no_response"
    NOT_REACHABLE = "not_reachable"
    WRONG_TRADER = "wrong_trader"
    NOT_SETTLED = "not_settled"


class Word(StrEnum):
    """What the complainant said of the outcome. SILENT: nothing by the end, though asked."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SILENT = "silent"


class RejectionRule(StrEnum):
    """On what ground a trader may send a case back; a scheme lists those that it admits."""

    NOT_OUR_CUSTOMER = "not_our_customer"
    NOT_OUR_SHOP = "not_our_shop"
    DUPLICATE = "duplicate"
    SETTLED_BEFORE = "settled_before"
    BEFORE_COURT = "before_court"
    OUTSIDE_CRITERIA = "outside_criteria"


class DeclineReason(StrEnum):
    """Why a council leaves a complaint outside the scheme."""

    CRITERIA_NOT_MET = "criteria_not_met"
    TRADER_NOT_PARTICIPANT = "trader_not_participant"
    NO_INFORMATION = "no_information"
    NO_CONSENT = "no_consent"
    ABUSIVE = "abusive"
    OTHER_BODY = "other_body"


class Duty(StrEnum):
    """A timed obligation: whose it is, what starts it and what follows stands in `deadlines.duties`."""

    ACKNOWLEDGE = "acknowledge"
    SCREEN = "screen"
    SUPPLY = "supply"
    UPLOAD = "upload"
    OBTAIN = "obtain"
    CONTACT = "contact"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    FOLLOW_UP = "follow_up"
    HANDLE = "handle"
    BREACH_WINDOW = "breach_window"
    RETAIN = "retain"


class Effect(StrEnum):
    """What a criterion that is not met does to the verdict."""

    BLOCK = "block"
    ASK = "ask"
    WARN = "warn"
    FLAG = "flag"
    OFFICER = "officer"


class Result(StrEnum):
    """How a criterion stands."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What an assessment comes to. OFFICER: a person decides, and says why."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    NEEDS_INFORMATION = "needs_information"
    OFFICER = "officer"


class Audience(StrEnum):
    """Who may be shown a field."""

    COMPLAINANT = "complainant"
    COUNCIL = "council"
    CCA = "cca"
    TRADER = "trader"
    AUTHORITY = "authority"
    PUBLIC = "public"


class Purpose(StrEnum):
    """What a particular may be used for. Anything else needs a fresh consent (PDPO, DPP3)."""

    HANDLING = "handling"
    DIRECTLY_RELATED = "directly_related"
    RIGHTS = "rights"
    RESEARCH = "research"
    LAW_ENFORCEMENT = "law_enforcement"


class Stage(StrEnum):
    """When, seen from a trader: before obtaining the details, while handling, after."""

    BEFORE = "before"
    HANDLING = "handling"
    AFTER = "after"


class Basis(StrEnum):
    """On what ground a disclosure stands."""

    SEPARATE_CONSENT = "separate_consent"
    DATA_SUBJECT_REQUEST = "data_subject_request"
    STATUTORY_DUTY = "statutory_duty"


class Instrument(StrEnum):
    """What binds the recipient abroad. The GBA contract only where both ends lie in its area."""

    COLLABORATION_AGREEMENT = "collaboration_agreement"
    PCPD_MODEL_CLAUSES = "pcpd_model_clauses"
    GBA_STANDARD_CONTRACT = "gba_standard_contract"
    CAC_STANDARD_CONTRACT = "cac_standard_contract"
    PLATFORM_TERMS = "platform_terms"


class Channel(StrEnum):
    """How people speak to each other."""

    WEB = "web"
    APP = "app"
    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    COUNTER = "counter"


class BoughtBy(StrEnum):
    """How the purchase was made."""

    WEB = "web"
    APP = "app"
    LIVE_STREAM = "live_stream"
    PHONE = "phone"
    SHOP = "shop"
    OTHER = "other"


class Market(StrEnum):
    """For which market the goods were meant."""

    HONG_KONG = "hong_kong"
    MAINLAND_ONLY = "mainland_only"
    CROSS_BORDER = "cross_border"
    OTHER = "other"


class Language(StrEnum):
    """The language and script for messages."""

    ENGLISH = "en"
    TRADITIONAL_CHINESE = "zh-Hant"
    SIMPLIFIED_CHINESE = "zh-Hans"
    PORTUGUESE = "pt"


class Buyer(StrEnum):
    """What kind of person complains."""

    PRIVATE = "private"
    BUSINESS = "business"


class Supplier(StrEnum):
    """Who sold."""

    BUSINESS = "business"
    INDIVIDUAL = "individual"
    GOVERNMENT = "government"


class Subject(StrEnum):
    """What kind of thing was sold."""

    GOODS = "goods"
    SERVICES = "services"
    DIGITAL = "digital"
    INVESTMENT = "investment"
    GAMBLING = "gambling"
    AUCTION = "auction"


class AgeBand(StrEnum):
    """All that a case needs to know of an age."""

    UNDER_14 = "under_14"
    FROM_14_TO_17 = "14_to_17"
    ADULT = "adult"


class Residence(StrEnum):
    """Where the complainant lives, as far as the rules ask."""

    HONG_KONG = "hong_kong"
    MACAO = "macao"
    MAINLAND = "mainland"
    OTHER = "other"


class Proceedings(StrEnum):
    """Whether somebody else has the matter, or had it."""

    NONE = "none"
    PENDING = "pending"
    DECIDED = "decided"
    SETTLED_AND_PERFORMED = "settled_and_performed"


class PriorOutcome(StrEnum):
    """What came of asking the trader first."""

    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    PARTIAL = "partial"
    PROMISE_BROKEN = "promise_broken"


class EvidenceKind(StrEnum):
    """What a document shows."""

    ORDER = "order"
    PAYMENT = "payment"
    DELIVERY = "delivery"
    CORRESPONDENCE = "correspondence"
    PHOTOGRAPH = "photograph"
    CONTRACT = "contract"
    EXPERT = "expert"
    REFUND_PROOF = "refund_proof"
    OTHER = "other"


class MediaType(StrEnum):
    """What kind of file it is."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"
    TEXT = "text/plain"


class StopReason(StrEnum):
    """Why a clock stands still (SAMR Order 20, Art 20: the time of testing does not count)."""

    TESTING = "testing"
    WAITING_FOR_COMPLAINANT = "waiting_for_complainant"
    WAITING_FOR_OTHER_BODY = "waiting_for_other_body"
    MANAGER_REVIEW = "manager_review"
    FORCE_MAJEURE = "force_majeure"


class ErasureReason(StrEnum):
    """Why a case is erased."""

    RETENTION_OVER = "retention_over"
    REQUEST = "request"
    PURPOSE_SPENT = "purpose_spent"


class KeptGround(StrEnum):
    """On what ground a trader keeps something after being told to delete."""

    NOTHING_KEPT = "nothing_kept"
    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIM = "legal_claim"


class EffectKind(StrEnum):
    """Work that follows a step, done by a worker afterwards."""

    ALERT_TRADER = "alert_trader"
    DESTROY_KEY = "destroy_key"


OWNER: Final[Mapping[Duty, Role]] = MappingProxyType(
    {
        Duty.ACKNOWLEDGE: Role.COUNCIL,
        Duty.SCREEN: Role.COUNCIL,
        Duty.SUPPLY: Role.COMPLAINANT,
        Duty.UPLOAD: Role.COUNCIL,
        Duty.OBTAIN: Role.TRADER,
        Duty.CONTACT: Role.TRADER,
        Duty.RESOLVE: Role.TRADER,
        Duty.CONFIRM: Role.COMPLAINANT,
        Duty.FOLLOW_UP: Role.COUNCIL,
        Duty.HANDLE: Role.COUNCIL,
        Duty.BREACH_WINDOW: Role.COMPLAINANT,
        Duty.RETAIN: Role.CLOCK,
    }
)
"""Whose each duty is."""
