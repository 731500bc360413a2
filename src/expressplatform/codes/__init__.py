"""The closed lists: every code that a case, a command, an event or a figure may carry.

What people read for each code stands in `wording`; what a code does stands in `lifecycle`, `eligibility`,
`deadlines` and `privacy`. Values are stored and sent, so a value is never changed; a new meaning is a new code.
Natures, redress and outcomes follow the published lists of the Hong Kong council and of the China Consumers'
Association, with the crosswalks that `docs/reference/codes.md` names.
"""

from expressplatform.codes.complaints import (
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
    Redress,
    Residence,
    Subject,
    Supplier,
)
from expressplatform.codes.outcomes import SETTLED, DeclineReason, Effect, Outcome, RejectionRule, Result, Verdict, Word
from expressplatform.codes.rights import Audience, Basis, ErasureReason, Instrument, KeptGround, Purpose, Reading, Stage
from expressplatform.codes.roles import END, OPEN, OWNER, Attention, Duty, EffectKind, Role, Status, StopReason

__all__ = [
    "END",
    "OPEN",
    "OWNER",
    "SETTLED",
    "AgeBand",
    "Attention",
    "Audience",
    "Basis",
    "BoughtBy",
    "Buyer",
    "Category",
    "Channel",
    "DeclineReason",
    "Duty",
    "Effect",
    "EffectKind",
    "ErasureReason",
    "EvidenceKind",
    "Instrument",
    "KeptGround",
    "Language",
    "Market",
    "MediaType",
    "Nature",
    "Outcome",
    "PriorOutcome",
    "Proceedings",
    "Purpose",
    "Reading",
    "Redress",
    "RejectionRule",
    "Residence",
    "Result",
    "Role",
    "Stage",
    "Status",
    "StopReason",
    "Subject",
    "Supplier",
    "Verdict",
    "Word",
]
