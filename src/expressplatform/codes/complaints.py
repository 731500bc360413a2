"""What a complaint is about, and what the rules need to know of it."""

from __future__ import annotations

from enum import StrEnum


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
