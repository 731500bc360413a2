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
    """Why a case is erased. KEY_DESTROYED: nothing opens it any more, and only the clock says so."""

    RETENTION_OVER = "retention_over"
    REQUEST = "request"
    PURPOSE_SPENT = "purpose_spent"
    KEY_DESTROYED = "key_destroyed"


class KeptGround(StrEnum):
    """On what ground a trader keeps something after being told to delete."""

    NOTHING_KEPT = "nothing_kept"
    LEGAL_DUTY = "legal_duty"
    LEGAL_CLAIM = "legal_claim"


class Right(StrEnum):
    """What a person asks about their own data: a copy, a correction, an end of keeping it, an end of using it."""

    ACCESS = "access"
    CORRECTION = "correction"
    ERASURE = "erasure"
    OBJECTION = "objection"


class RightsStep(StrEnum):
    """What moves such a request."""

    REQUEST_RIGHT = "request_right"
    ANSWER = "answer"
    REFUSE = "refuse"


class RightsStatus(StrEnum):
    """Where such a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    REFUSED = "refused"


class IdentityProof(StrEnum):
    """How an officer made sure who asks. No number and no copy of a document is kept."""

    DOCUMENT_SEEN = "document_seen"
    CALLED_BACK = "called_back"
    MESSAGE_ANSWERED = "message_answered"
    QUESTIONS_ANSWERED = "questions_answered"
    ACCOUNT = "account"


class RefusalSection(StrEnum):
    """On what section such a request is refused."""

    PDPO_20_1_A = "pdpo_20_1_a"
    PDPO_20_1_B = "pdpo_20_1_b"
    PDPO_20_1_C = "pdpo_20_1_c"
    PDPO_20_3_A = "pdpo_20_3_a"
    PDPO_20_3_B = "pdpo_20_3_b"
    PDPO_20_3_C = "pdpo_20_3_c"
    PDPO_20_3_D = "pdpo_20_3_d"
    PDPO_58 = "pdpo_58"
    PDPO_24_1 = "pdpo_24_1"
    PDPO_24_3_A = "pdpo_24_3_a"
    PDPO_24_3_B = "pdpo_24_3_b"
    PDPO_24_3_C = "pdpo_24_3_c"
    PDPO_24_3_D = "pdpo_24_3_d"
    PDPO_24_3_E = "pdpo_24_3_e"
    PDPO_26_1_A = "pdpo_26_1_a"
    PDPO_26_1_B = "pdpo_26_1_b"
    PIPL_47 = "pipl_47"
    PIPL_44 = "pipl_44"
    PIPL_50 = "pipl_50"


class Withholding(StrEnum):
    """What is left out of a copy, because it tells who somebody else is."""

    REPRESENTATIVE = "representative"
    STAFF = "staff"


class RightsResult(StrEnum):
    """What an answer came to in one case."""

    COPIED = "copied"
    FACTS_ONLY = "facts_only"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    MAY_BE_ERASED = "may_be_erased"
    NOT_ENDED = "not_ended"
    ON_HOLD = "on_hold"
    ERASED = "erased"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"
