"""What traders, complainants and everybody are answered: one class a document, in the words of the library.

Laws of this file: values alone. What a trader is answered holds no particular: details travel sealed (`details`). What
is personal stands only in the answers that say so, for the roles that may read it. Whoever reads tolerates fields that
are not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import attrs

from expressplatform.codes import (
    Duty,
    EvidenceKind,
    MediaType,
    Outcome,
    Redress,
    Role,
    Status,
    Word,
)
from expressplatform.money import Money
from expressplatform.platform import KeyUse
from expressplatform.ports import Scanned
from expressplatform_http.protocol.answers import Answer

Plain = Mapping[str, object]
"""A document whose fields are told in the library's reference, such as that of figures."""


@attrs.frozen
class DutyShown(Answer):
    """A duty that runs: which, whose, until when. ``provisional``: its end may still move."""

    duty: Duty
    owner: Role
    due_at: datetime
    provisional: bool
    paused_until: datetime | None


@attrs.frozen
class Acted(Answer):
    """Where a case stands after a step: facts alone. ``allowed`` are the commands that the same actor may send now.

    ``evidence`` are the ids of its documents, for whoever added one; empty for a trader.
    """

    case_id: str
    reference: str
    status: Status
    version: int
    duties: tuple[DutyShown, ...]
    allowed: tuple[str, ...]
    evidence: tuple[str, ...] = ()


@attrs.frozen
class OfferShown(Answer):
    """A proposed settlement as facts: its number, what, how much, by when, until when it can be taken."""

    number: int
    open: bool
    redress: tuple[Redress, ...]
    amount: Money | None
    perform_by: date | None
    expires: datetime


@attrs.frozen
class DocumentShown(Answer):
    """A document of a case, without anything personal. ``scanned`` is what a scan found; null: none has looked yet."""

    id: str
    kind: EvidenceKind
    media_type: MediaType | None
    size: int | None
    held: bool
    scanned: Scanned | None
    copy_of: str
    shared: tuple[str, ...]


@attrs.frozen
class DocumentsShown(Answer):
    """The documents of a case; for a trader, those that were shared with it."""

    documents: tuple[DocumentShown, ...]


# --- for traders ----------------------------------------------------------------------------------------------


@attrs.frozen
class TermsShown(Answer):
    """An offer that the trader made: its number, whether it stands, until when."""

    number: int
    open: bool
    expires: datetime


@attrs.frozen
class ClaimShown(Answer):
    """What the trader itself said of the outcome; see `expressplatform.platform.Claim`."""

    outcome: Outcome | None
    promised: Money | None
    perform_by: date | None
    proved: bool
    contradicted: bool


@attrs.frozen
class TraderRow(Answer):
    """Where a case stands for the trader; see `expressplatform.platform.TraderCase`."""

    case_id: str
    reference: str
    status: Status | None
    version: int
    changed_at: datetime
    shop: str
    uploaded_at: datetime | None
    duty: Duty | None
    due_at: datetime | None
    working_days_left: int | None
    allowed: tuple[str, ...]
    unread: bool
    their_reference: str
    days_asked: int | None
    offers: tuple[TermsShown, ...]
    delete_by: datetime | None
    read_again_by: datetime | None
    since: datetime | None = None
    claim: ClaimShown | None = None


@attrs.frozen
class TraderList(Answer):
    """A stretch of a trader's list, in the order in which cases moved.

    ``after`` goes on from here, now or later; ``more``: there is more now. ``gone`` are cases that are the trader's no
    more: whatever it still has of them is to be deleted. A page may be short, or empty, and lead on.
    """

    cases: tuple[TraderRow, ...]
    gone: tuple[str, ...]
    after: str
    more: bool


@attrs.frozen
class SealedShown(Answer):
    """An envelope and what stands beside it in clear: see `expressplatform_http.protocol.details`."""

    case_id: str
    recipient: str
    key_id: str
    disclosure_id: str
    purpose: str
    council_key: str
    schema: int
    envelope: str


@attrs.frozen
class ObtainedOne(Answer):
    """What came of obtaining one case: its envelope, or the problem document of what refused it."""

    case_id: str
    sealed: SealedShown | None
    problem: Plain | None


@attrs.frozen
class ObtainedSeveral(Answer):
    """What came of obtaining several cases, in the order in which they were asked for."""

    cases: tuple[ObtainedOne, ...]


@attrs.frozen
class OwedShown(Answer):
    """What a trader owes about a case: a deletion to be confirmed, or a correction to be read, until when."""

    case_id: str
    reference: str
    delete_by: datetime | None
    read_again_by: datetime | None


@attrs.frozen
class OwedList(Answer):
    """What a trader owes, the most urgent first."""

    duties: tuple[OwedShown, ...]


@attrs.frozen
class EndpointShown(Answer):
    """An endpoint of webhooks. ``secrets`` are shown when one was made, and never again: empty otherwise."""

    id: str
    url: str
    created_at: datetime
    disabled_at: datetime | None
    secrets: tuple[str, ...]


@attrs.frozen
class EndpointsShown(Answer):
    """The endpoints of an organisation."""

    endpoints: tuple[EndpointShown, ...]


@attrs.frozen
class DeliveryShown(Answer):
    """An attempt to tell an endpoint something, and what came of it."""

    id: str
    endpoint: str
    message: str
    kind: str
    case_id: str
    at: datetime
    outcome: str
    status: int


@attrs.frozen
class DeliveriesShown(Answer):
    """The latest attempts, the last first."""

    deliveries: tuple[DeliveryShown, ...]


# --- for complainants -----------------------------------------------------------------------------------------


@attrs.frozen
class ComplainantCase(Answer):
    """Where a case stands for the person whose it is: no particular. ``trader`` is what people call it."""

    case_id: str
    reference: str
    status: Status
    version: int
    since: datetime
    trader: str
    duties: tuple[DutyShown, ...]
    allowed: tuple[str, ...]
    offers: tuple[OfferShown, ...]
    claimed: Outcome | None
    outcome: Outcome | None
    word: Word | None
    consents: tuple[str, ...]
    research_consent: bool


@attrs.frozen(repr=False)
class SessionShown(Answer):
    """A session for one case: its token goes with each request, as a bearer's, until it ends."""

    token: str
    case_id: str
    until: datetime


# --- for all who are connected, and for everybody -------------------------------------------------------------


@attrs.frozen
class OrganisationShown(Answer):
    """An organisation that is connected. ``council_key`` is the public key by which the council signs details."""

    id: str
    role: Role
    name: str
    registered_at: datetime
    council_key: str


@attrs.frozen
class OrganisationsShown(Answer):
    """Who is connected, in order of registration."""

    organisations: tuple[OrganisationShown, ...]


@attrs.frozen
class KeyShown(Answer):
    """A public key of an organisation; ``ends_at`` in the past: it is good no more."""

    id: str
    organisation: str
    use: KeyUse
    public: str
    registered_at: datetime
    ends_at: datetime | None


@attrs.frozen
class KeysShown(Answer):
    """The keys of an organisation, ended ones too, in order of registration."""

    keys: tuple[KeyShown, ...]


@attrs.frozen
class ParticipantShown(Answer):
    """A trader that takes part, from one day to another (null: no bound). One that came back has several of these."""

    organisation: str
    name: str
    member_from: date | None
    member_until: date | None
    platform: bool
    city: str = ""


@attrs.frozen
class ParticipantsShown(Answer):
    """The traders that take part."""

    scheme: str
    edition: str
    council_key: str
    participants: tuple[ParticipantShown, ...]


@attrs.frozen
class RowShown(Answer):
    """One row of the lifecycle: from which status, on which command, by whom, to which."""

    source: Status | None
    command: str
    by: Role
    target: Status


@attrs.frozen
class DiagramShown(Answer):
    """The machine by which cases move: its rows, and the same as a drawing in Mermaid's notation."""

    rows: tuple[RowShown, ...]
    mermaid: str


@attrs.frozen
class HealthShown(Answer):
    """Whether what was asked for is so, or was done."""

    status: str
