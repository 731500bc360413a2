"""What a council's officers ask beside steps of cases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.complaint import Actor
from expressplatform.indicators import Tally, document
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.rights import RightsRequest
from expressplatform_http.protocol import council_documents as d
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.cursors import read_cursor, write_cursor
from expressplatform_http.server import shown, steps
from expressplatform_http.server.service import Asked, Handler, Reply


async def cases(asked: Asked) -> Reply:
    """Where cases stand."""
    wanted = asked.query_as(q.CouncilQuery)
    scope = ("council.cases", asked.by.organisation, *filters(wanted))
    page = await asked.platform.cases(
        by=asked.by,
        status=wanted.status,
        trader=wanted.trader,
        assignee=wanted.assignee,
        reference=wanted.reference,
        due_before=wanted.due_before,
        after=read_cursor(wanted.after, *scope, path="$query.after"),
        limit=wanted.limit,
    )
    rows = tuple(shown.council_row(one) for one in page.headers)
    return Reply(d.CouncilPage(rows, write_cursor(page.after, *scope)))


def filters(query: attrs.AttrsInstance) -> tuple[str, ...]:
    """What a cursor is bound to beside whose list it is from."""
    values = attrs.asdict(query)
    return tuple(f"{name}={values[name]}" for name in sorted(values) if name not in ("after", "limit"))


async def case(asked: Asked) -> Reply:
    """A case as facts."""
    opened = await asked.platform.facts(asked.case_id, by=asked.by)
    return Reply(shown.council_case(opened.case, asked.by), version=opened.case.version)


async def assessment(asked: Asked) -> Reply:
    """How a case stands by every criterion."""
    return Reply(shown.assessment(await asked.platform.assess(asked.case_id, by=asked.by)))


async def judge(asked: Asked) -> Reply:
    """How a complaint would stand."""
    return Reply(shown.assessment(await asked.platform.assess_unlodged(asked.body_as(q.Judge).complaint)))


async def signed(asked: Asked) -> Reply:
    """What was signed about a case."""
    found = await asked.platform.statements(asked.case_id, by=asked.by, reason=asked.body_as(q.Why).reason)
    told = tuple(
        d.StatementShown(
            one.signed.version, one.signed.organisation, one.signed.person, one.signed.key_id, one.signed.base,
            one.signed.signature, one.body.decode("utf-8", "replace"), one.signed.at,
        )
        for one in found
    )  # fmt: skip
    return Reply(d.StatementsShown(told), personal=True)


async def queue(asked: Asked) -> Reply:
    """What waits for an officer."""
    found = await asked.platform.queue(by=asked.by)
    return Reply(
        d.QueueShown(
            tuple(
                d.WaitsShown(one.what, one.case_id, one.reference, one.organisation, one.since, one.id) for one in found
            )
        )
    )


async def told(asked: Asked) -> Reply:
    """Somebody has been told by other means."""
    await asked.platform.told(asked.places["id"], by=asked.by)
    return await queue(asked)


# --- rights ---------------------------------------------------------------------------------------------------


async def open_request(asked: Asked) -> Reply:
    """Takes a request in."""
    return Reply(shown.request(await opened_by(asked, asked.by)))


async def opened_by(asked: Asked, by: Actor) -> RightsRequest:
    """The same, by whoever takes it in."""
    body = asked.body_as(q.OpenRequest)
    return await asked.platform.open_request(
        body.kind,
        name=body.asking.name,
        contact=body.asking.contact,
        channel=body.channel,
        by=by,
        key=asked.key,
        recipients=body.recipients,
        corrections=MappingProxyType({one.field: one.value for one in body.asking.corrections}),
    )


async def requests(asked: Asked) -> Reply:
    """Where requests stand."""
    wanted = asked.query_as(q.RequestsQuery)
    found = await asked.platform.requests(by=asked.by, open_only=wanted.open_only, overdue=wanted.overdue)
    return Reply(d.RequestsShown(tuple(shown.request(one) for one in found)))


async def answer_request(asked: Asked) -> Reply:
    """Answers a request by doing what it asks."""
    answer = await asked.platform.answer_request(
        asked.places["id"], identity_checked=asked.body_as(q.AnswerRequest).identity_checked, by=asked.by,
        key=asked.key,
    )  # fmt: skip
    told = d.RequestAnswered(shown.request(answer.request), answer.document, answer.text)
    return Reply(told, personal=True)


async def refuse_request(asked: Asked) -> Reply:
    """Refuses a request."""
    body = asked.body_as(q.RefuseRequest)
    found = await asked.platform.refuse_request(
        asked.places["id"], section=body.section, reasons=body.reasons, by=asked.by
    )
    return Reply(shown.request(found))


async def refusals(asked: Asked) -> Reply:
    """The log of refusals."""
    found = await asked.platform.refusals(by=asked.by)
    told = (d.RefusalShown(one.request, one.kind, one.section, one.reasons, one.at, one.by) for one in found)
    return Reply(d.RefusalsShown(tuple(told)))


async def record_impact_assessment(asked: Asked) -> Reply:
    """Puts an impact assessment on record."""
    made = await asked.platform.record_impact_assessment(asked.body_as(ImpactAssessment), by=asked.by)
    return Reply(_assessment(made))


async def impact_assessments(asked: Asked) -> Reply:
    """The impact assessments on record."""
    found = await asked.platform.impact_assessments(by=asked.by)
    return Reply(d.ImpactAssessmentsShown(tuple(_assessment(one) for one in found)))


def _assessment(one: ImpactAssessment) -> d.ImpactAssessmentShown:
    return d.ImpactAssessmentShown(**attrs.asdict(one))


async def indicators(asked: Asked) -> Reply:
    """Counts and rates over the cases that the asker's organisation may see."""
    wanted = asked.query_as(q.FiguresQuery)
    tally = Tally(
        as_at=asked.service.now(),
        zone=asked.platform.scheme.zone,
        since=wanted.since,
        until=wanted.until,
        by=(wanted.by,) if wanted.by else (),
    )
    return Reply(document(await asked.platform.indicators(tally, by=asked.by)))


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "council.lodge": steps.lodge,
        "council.cases": cases,
        "council.case": case,
        "council.reading": steps.reading,
        "council.assessment": assessment,
        "council.judge": judge,
        "council.evidence": steps.evidence,
        "council.upload_evidence": steps.upload_evidence,
        "council.read_evidence": steps.read_evidence,
        "council.mask_evidence": steps.mask_evidence,
        "council.signed": signed,
        "council.queue": queue,
        "council.told": told,
        "council.open_request": open_request,
        "council.requests": requests,
        "council.answer_request": answer_request,
        "council.refuse_request": refuse_request,
        "council.refusals": refusals,
        "council.record_impact_assessment": record_impact_assessment,
        "council.impact_assessments": impact_assessments,
        "council.indicators": indicators,
    }
)
