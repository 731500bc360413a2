"""Privacy: what a particular may be used for, who may be shown it, on whose leave, where to, and how long.

Laws of this package: pure; it is given the complaint, the consents and the scheme, never a case. `disclose`
is the only maker of a `Disclosure`, and nothing but a `Disclosure` carries a particular out of the core.
"""

from expressplatform.privacy.consent import informed, live, missing_for_upload
from expressplatform.privacy.deletion import (
    Holding,
    Holdings,
    confirmed,
    corrected_at,
    obtained,
    overdue,
    owed_since,
    owes,
    told_to_delete,
)
from expressplatform.privacy.disclosure import Disclosure, disclose, one_contact
from expressplatform.privacy.fields import FieldEntry, entries, must_give
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.masking import mask_numbers
from expressplatform.privacy.purposes import REGISTER, PurposeEntry, covers, needs_fresh_consent
from expressplatform.privacy.retention import KEPT, Kept, use_until
from expressplatform.privacy.rights import (
    GROUNDS,
    RIGHTS,
    WITHHELD_FROM_COPIES,
    CaseResult,
    Correction,
    Refusal,
    RefusalGround,
    Requester,
    RightsRequest,
    RightsRow,
    is_overdue,
    rights_due,
)
from expressplatform.privacy.table import TABLE, WITHHELD, Condition, DisclosureRow, Withheld, fields_for
from expressplatform.privacy.transfer import (
    GBA_CITIES,
    TransferWarning,
    gba_contract_applies,
    transfer_problem,
    transfer_warnings,
)

__all__ = [
    "GBA_CITIES",
    "GROUNDS",
    "KEPT",
    "REGISTER",
    "RIGHTS",
    "TABLE",
    "WITHHELD",
    "WITHHELD_FROM_COPIES",
    "CaseResult",
    "Condition",
    "Correction",
    "Disclosure",
    "DisclosureRow",
    "FieldEntry",
    "Holding",
    "Holdings",
    "ImpactAssessment",
    "Kept",
    "PurposeEntry",
    "Refusal",
    "RefusalGround",
    "Requester",
    "RightsRequest",
    "RightsRow",
    "TransferWarning",
    "Withheld",
    "confirmed",
    "corrected_at",
    "covers",
    "disclose",
    "entries",
    "fields_for",
    "gba_contract_applies",
    "informed",
    "is_overdue",
    "live",
    "mask_numbers",
    "missing_for_upload",
    "must_give",
    "needs_fresh_consent",
    "obtained",
    "one_contact",
    "overdue",
    "owed_since",
    "owes",
    "rights_due",
    "told_to_delete",
    "transfer_problem",
    "transfer_warnings",
    "use_until",
]
