"""From the library's values to documents of the wire: plain copying, nothing decided.

Laws of this file: what a trader is shown is what `TraderCase` holds and no more; what staff of a council are called is
nobody else's to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.case import Case, allowed
from expressplatform.codes import Category, Duty, Nature, Role, Status
from expressplatform.complaint import Actor, CallCode
from expressplatform.events import Event, Timer
from expressplatform.platform import Document, Endpoint, MemberKey, Opened, Organisation, TraderCase
from expressplatform.platform.person_copy import STAFF_FIELDS
from expressplatform.ports import Header
from expressplatform.privacy.rights import RightsRequest
from expressplatform.records import KINDS
from expressplatform.scheme import Assessment
from expressplatform.wire import COMMANDS, NAMES, command_document, complaint_document, document_as
from expressplatform_http.protocol import council_documents as d
from expressplatform_http.protocol import documents as o

_BY_CLASS: Final[Mapping[str, str]] = MappingProxyType({one.__name__: name for name, one in COMMANDS.items()})
_INTERNAL: Final = frozenset({"note_added", "assigned"})
"""What happened on the council's side alone: no complainant is shown it."""


def names_of(commands: Sequence[str]) -> tuple[str, ...]:
    """Commands as documents call them."""
    return tuple(map(_BY_CLASS.__getitem__, commands))


def may(case: Case, by: Actor) -> tuple[str, ...]:
    """The commands that somebody may send now."""
    return tuple(NAMES[one] for one in allowed(case, by))


def duty(timer: Timer) -> o.DutyShown:
    """A duty that runs."""
    return o.DutyShown(timer.duty, timer.owner, timer.due, timer.provisional, timer.paused_until)


def duties_for(case: Case, by: Actor) -> tuple[o.DutyShown, ...]:
    """The duties that somebody is told of: a trader, while it holds the case, its own and the answer to it."""
    if by.role is Role.TRADER and (case.turn is None or case.turn.trader != by.organisation):
        return ()
    hidden = {Role.COUNCIL, Role.CLOCK} if by.role is Role.TRADER else {Role.CLOCK}
    return tuple(duty(one) for one in case.timers if one.owner not in hidden or by.role is Role.COUNCIL)


def acted(case: Case, by: Actor, evidence: tuple[str, ...] = ()) -> o.Acted:
    """Where a case stands after a step."""
    return o.Acted(
        case.id, case.reference, case.status, case.version, duties_for(case, by), may(case, by), evidence
    )  # fmt: skip


def council_row(header: Header) -> d.CouncilRow:
    """A line of a council's list."""
    return d.CouncilRow(
        case_id=header.case_id,
        reference=header.reference,
        status=Status(header.status),
        version=header.version,
        trader=header.trader,
        assignee=header.assignee,
        nature=Nature(header.nature),
        category=Category(header.category),
        lodged_at=header.lodged_at,
        changed_at=header.changed_at,
        due_at=header.due_at,
        duty=Duty(header.duty) if header.duty else None,
        provisional=header.provisional,
        alarms=header.alarms,
    )


def offers(case: Case) -> tuple[o.OfferShown, ...]:
    """The offers of the trader at work, as facts."""
    if case.turn is None:
        return ()
    return tuple(
        o.OfferShown(one.number, one.open, one.terms.redress, one.terms.amount, one.terms.perform_by, one.terms.expires)
        for one in case.turn.offers
    )


def council_case(case: Case, by: Actor) -> d.CouncilCase:
    """A case as facts."""
    complaint, file, account = case.complaint, case.file, case.account
    return d.CouncilCase(
        case_id=case.id,
        reference=case.reference,
        status=case.status,
        version=case.version,
        since=case.since,
        scheme=case.scheme,
        edition=case.edition,
        trader=case.trader,
        assignee=file.assignee if by.role is Role.COUNCIL else "",
        lodged_at=file.lodged_at,
        filed_at=file.filed_at,
        nature=complaint.nature,
        category=complaint.category,
        redress=complaint.redress,
        claim=complaint.claimed,
        verdict=file.verdict,
        duties=duties_for(case, by),
        allowed=may(case, by),
        offers=offers(case),
        references=tuple(d.OwnReference(whose, number) for whose, number in file.references),
        consents=tuple(one.recipient for one in file.consents),
        on_hold=file.on_hold,
        claimed=account.claimed,
        claimed_by=account.claimed_by,
        outcome=account.outcome,
        confirmed_by=account.confirmed_by,
        word=case.word,
        late=account.late,
        referred_back=account.referred_back,
    )


def reading(opened: Opened, by: Actor) -> d.CaseReading:
    """A case with everything that is personal in it, for the council or the complainant."""
    case = opened.case
    code = case.turn.particulars if case.turn is not None else None
    steps = tuple(
        happened(version, event, by)
        for version, event in enumerate(opened.events, 1)
        if by.role is Role.COUNCIL or KINDS[type(event)] not in _INTERNAL
    )
    held = attrs.evolve(case.complaint, evidence=case.file.evidence, consents=case.file.consents)
    return d.CaseReading(
        council_case(case, by),
        complaint_document(held),
        code.digits if isinstance(code, CallCode) else None,
        steps,
    )


def happened(version: int, event: Event, by: Actor) -> d.Happened:
    """One step. To a complainant the council's and the trader's people have no ids (PDPO s.20(2)(b))."""
    own = by.role is Role.COUNCIL or event.by.role is Role.COMPLAINANT
    asked = command_document(event.asked)
    if by.role is not Role.COUNCIL:
        asked = {name: said for name, said in asked.items() if name not in STAFF_FIELDS}
    return d.Happened(
        version=version,
        kind=KINDS[type(event)],
        at=event.at,
        role=event.by.role,
        person=event.by.person if own else "",
        organisation=event.by.organisation,
        asked=asked,
    )


def assessment(found: Assessment) -> d.AssessmentShown:
    """Findings and verdict."""
    return d.AssessmentShown(
        found.on,
        found.verdict,
        tuple(
            d.FindingShown(
                one.id, one.result, one.effect, one.sentence, f"{one.citation.text} {one.citation.article}".strip(),
                one.citation.address,
            )
            for one in found.findings
        ),
        found.ask_for,
    )  # fmt: skip


def document(one: Document) -> o.DocumentShown:
    """A document, described."""
    return o.DocumentShown(
        one.id, one.kind, one.media_type, one.size, one.held, one.scanned, one.copy_of, one.shared
    )  # fmt: skip


def trader_row(row: TraderCase) -> dict[str, object]:
    """A case as its trader sees it: the document of a `TraderRow`, whose fields the row has."""
    made = document_as(o.TraderRow, row)
    made["allowed"] = names_of(row.allowed)
    return made


def complainant_case(case: Case, by: Actor, trader: str) -> o.ComplainantCase:
    """Where a case stands for the person whose it is."""
    return o.ComplainantCase(
        case_id=case.id,
        reference=case.reference,
        status=case.status,
        version=case.version,
        since=case.since,
        trader=trader,
        duties=duties_for(case, by),
        allowed=may(case, by),
        offers=offers(case),
        claimed=case.account.claimed,
        outcome=case.account.outcome,
        word=case.word,
        consents=tuple(one.recipient for one in case.file.consents),
        research_consent=case.file.research_consent,
    )


def request(one: RightsRequest) -> d.RequestShown:
    """A request about one's own data, without who asked."""
    return d.RequestShown(
        one.id, one.kind, one.status, one.channel, one.opened_at, one.due, one.cases, one.recipients, one.identity,
        one.ended_at, one.section,
    )  # fmt: skip


def organisation(one: Organisation, council_key: bytes) -> o.OrganisationShown:
    """An organisation that is connected."""
    return o.OrganisationShown(one.id, one.role, one.name, one.registered_at, council_key.hex())


def key(one: MemberKey) -> o.KeyShown:
    """A public key; who registered or ended it is its organisation's own affair."""
    return o.KeyShown(one.id, one.organisation, one.use, one.public, one.registered_at, one.ends_at)


def endpoint(one: Endpoint, *, secrets: bool = False) -> o.EndpointShown:
    """An endpoint, with its secrets where they are to be shown."""
    return o.EndpointShown(one.id, one.url, one.created_at, one.disabled_at, one.secrets if secrets else ())
