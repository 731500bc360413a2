"""What a council's officers are answered: one class a document, in the words of the library.

Laws of this file: values alone. What is personal stands in `CaseReading`, `StatementsShown` and `RequestAnswered`,
which are readings with a reason, and nowhere else; whatever may hold words of people never prints.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.codes import (
    Attention,
    Category,
    Channel,
    Duty,
    Effect,
    IdentityProof,
    Instrument,
    Nature,
    Outcome,
    Redress,
    RefusalSection,
    Result,
    Right,
    RightsStatus,
    Role,
    Status,
    Verdict,
    Word,
)
from expressplatform.complaint import Veiled
from expressplatform.money import Money
from expressplatform_http.protocol.answers import Answer
from expressplatform_http.protocol.documents import DutyShown, OfferShown, Plain


@attrs.frozen
class CouncilRow(Answer):
    """A case in a council's list."""

    case_id: str
    reference: str
    status: Status
    version: int
    trader: str
    assignee: str
    nature: Nature
    category: Category
    lodged_at: datetime
    changed_at: datetime
    due_at: datetime | None
    duty: Duty | None
    provisional: bool
    alarms: int


@attrs.frozen
class CouncilPage(Answer):
    """A stretch of a council's list; an empty ``after``: there is no more."""

    cases: tuple[CouncilRow, ...]
    after: str


@attrs.frozen
class OwnReference(Answer):
    """The number that an organisation has given a case in its own books."""

    organisation: str
    reference: str


@attrs.frozen
class CouncilCase(Answer):
    """A case as facts: no particular. ``claimed`` is the trader's word, ``outcome`` what came of it."""

    case_id: str
    reference: str
    status: Status
    version: int
    since: datetime
    scheme: str
    edition: str
    trader: str
    assignee: str
    lodged_at: datetime
    filed_at: datetime
    nature: Nature
    category: Category
    redress: tuple[Redress, ...]
    claim: Money | None
    verdict: Verdict | None
    duties: tuple[DutyShown, ...]
    allowed: tuple[str, ...]
    offers: tuple[OfferShown, ...]
    references: tuple[OwnReference, ...]
    consents: tuple[str, ...]
    on_hold: bool
    claimed: Outcome | None
    claimed_by: Role | None
    outcome: Outcome | None
    confirmed_by: Role | None
    word: Word | None
    late: bool
    referred_back: int


@attrs.frozen(repr=False)
class Happened(Answer, Veiled):
    """One step of a case: its version, what happened (a kind of event), when, by whom, and what was asked.

    ``asked`` is the command's document, its words included where the reader may read them.
    """

    version: int
    kind: str
    at: datetime
    role: Role
    person: str
    organisation: str
    asked: Plain


@attrs.frozen(repr=False)
class CaseReading(Answer, Veiled):
    """A case with everything that is personal in it: a reading, which stands in the log. ``case`` are its facts.

    ``complaint`` is the document of a complaint, its particulars null where the case has been erased.
    """

    case: CouncilCase
    complaint: Plain
    call_code: str | None
    happened: tuple[Happened, ...]

    @property
    def messages(self) -> tuple[Happened, ...]:
        """Of what happened, the messages: whose words they are says ``role``, the words stand in ``asked``."""
        return tuple(one for one in self.happened if one.kind == "message_added")


@attrs.frozen
class FindingShown(Answer):
    """How one criterion stands: what follows where it is not met, and the sentence for people, in English."""

    criterion: str
    result: Result
    effect: Effect
    sentence: str
    article: str
    address: str


@attrs.frozen
class AssessmentShown(Answer):
    """Every finding about a complaint, and the verdict. ``ask_for`` are paths into the complaint."""

    on: date
    verdict: Verdict
    findings: tuple[FindingShown, ...]
    ask_for: tuple[str, ...]


@attrs.frozen(repr=False)
class StatementShown(Answer, Veiled):
    """A request as its sender signed it. ``base`` is what the ``signature`` covers (RFC 9421), ``body`` its body."""

    version: int
    organisation: str
    person: str
    key_id: str
    base: str
    signature: str
    body: str
    at: datetime


@attrs.frozen(repr=False)
class StatementsShown(Answer, Veiled):
    """What was signed about a case, in the order of its steps."""

    statements: tuple[StatementShown, ...]


@attrs.frozen
class WaitsShown(Answer):
    """Something that waits for an officer."""

    what: Attention
    case_id: str
    reference: str
    organisation: str
    since: datetime
    id: str


@attrs.frozen
class QueueShown(Answer):
    """What waits for an officer beside the deadlines of cases, the longest first."""

    waits: tuple[WaitsShown, ...]


@attrs.frozen
class RequestShown(Answer):
    """Where a request about one's own data stands, without who asked.

    ``cases`` are those that were found for the name and contact: told to officers, and not to complainants.
    """

    id: str
    kind: Right
    status: RightsStatus
    channel: Channel
    opened_at: datetime
    due: datetime
    cases: tuple[str, ...]
    recipients: tuple[str, ...]
    identity: IdentityProof | None
    ended_at: datetime | None
    section: RefusalSection | None


@attrs.frozen
class RequestsShown(Answer):
    """Requests about one's own data."""

    requests: tuple[RequestShown, ...]


@attrs.frozen(repr=False)
class RequestAnswered(Answer, Veiled):
    """The answer to a request: where it stands, and what the person is handed, as a document and as text. Personal."""

    request: RequestShown
    document: Plain
    text: str


@attrs.frozen(repr=False)
class RefusalShown(Answer):
    """An entry of the log of refusals (PDPO s.27)."""

    request: str
    kind: Right
    section: RefusalSection
    reasons: str
    at: datetime
    by: str


@attrs.frozen(repr=False)
class RefusalsShown(Answer):
    """The log of refusals, in order of time."""

    refusals: tuple[RefusalShown, ...]


@attrs.frozen
class ImpactAssessmentShown(Answer):
    """An impact assessment on record (PIPL Art 56)."""

    id: str
    recipient: str
    instrument: Instrument
    made_on: date
    valid_until: date
    lawful: str
    effect: str
    measures: str
    approved_by: str


@attrs.frozen
class ImpactAssessmentsShown(Answer):
    """The impact assessments on record, in the order of their ends."""

    assessments: tuple[ImpactAssessmentShown, ...]
