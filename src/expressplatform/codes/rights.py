"""Who may be shown what, on what ground, and what is kept."""

from __future__ import annotations

from enum import StrEnum


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


class Reading(StrEnum):
    """In what way a person read particulars."""

    CASE = "case"
    SEARCH = "search"
    COPY = "copy"
    EVIDENCE = "evidence"
    MESSAGE = "message"
    BREACH = "breach"


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
