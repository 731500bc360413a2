"""How complaints are judged and how cases come out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


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


SETTLED: Final = frozenset({Outcome.SETTLED_MONETARY, Outcome.SETTLED_NON_MONETARY, Outcome.PARTLY_SETTLED})
"""The outcomes in which the complainant got something of what was asked."""


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
