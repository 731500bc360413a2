"""What traders ask beside steps of cases: their list, the details, what they owe, their webhooks.

Laws of this file: a particular leaves in an envelope or not at all. Whoever has no key to seal to is told so before
anything is disclosed. One case of several that is refused does not keep the others back.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs
import orjson

from expressplatform.errors import ExpressPlatformError, InvalidInput, OperatorMustAct, Problem, Refused
from expressplatform.fields import refuse
from expressplatform.platform import Delivery, TraderCase
from expressplatform.sealing import new_key
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol import streams
from expressplatform_http.protocol.cursors import read_cursor, write_cursor
from expressplatform_http.protocol.details import Recipient, Sealed, seal_details, sealed_document
from expressplatform_http.protocol.problems import problem_of
from expressplatform_http.server import council, shown, steps
from expressplatform_http.server.addresses import Forbidden, check_written
from expressplatform_http.server.service import Asked, Flowing, Handler, Reply


async def cases(asked: Asked) -> Reply:
    """The cases that wait for the trader."""
    wanted = asked.query_as(q.TraderQuery)
    scope = ("trader.cases", asked.by.organisation, *council.filters(wanted))
    page = await asked.platform.trader_cases(
        by=asked.by,
        status=wanted.status,
        due_before=wanted.due_before,
        changed_since=wanted.changed_since,
        shop=wanted.shop,
        unread=wanted.unread,
        after=read_cursor(wanted.after, *scope, path="$query.after"),
        limit=wanted.limit,
    )
    rows, after = [shown.trader_row(one) for one in page.rows], write_cursor(page.after, *scope)
    return Reply({"cases": rows, "gone": page.gone, "after": after, "more": page.more})


async def case(asked: Asked) -> Reply:
    """Where a case stands."""
    row = await asked.platform.trader_case(asked.case_id, by=asked.by)
    return Reply(shown.trader_row(row), version=row.version or None)


async def duties(asked: Asked) -> Reply:
    """What the trader owes, the most urgent first."""
    found: dict[str, TraderCase] = {}
    after, more = "", True
    while more:
        page = await asked.platform.trader_cases(by=asked.by, after=after, limit=500)
        found |= {one.case_id: one for one in page.rows}
        after, more = page.after, page.more
    owed = [one for one in found.values() if one.delete_by is not None or one.read_again_by is not None]
    owed.sort(key=lambda one: min(at for at in (one.delete_by, one.read_again_by) if at is not None))
    told = (o.OwedShown(one.case_id, one.reference, one.delete_by, one.read_again_by) for one in owed)
    return Reply(o.OwedList(tuple(told)))


# --- details --------------------------------------------------------------------------------------------------


async def obtain(asked: Asked) -> Reply:
    """The details of a case, sealed to the trader's newest key."""
    to = await _recipient(asked)
    sealed, version = await _sealed(asked, asked.case_id, to)
    await steps.keep_signed(asked, asked.case_id)
    return Reply(sealed_document(sealed), version=version)


async def obtain_several(asked: Asked) -> Reply:
    """The details of several cases, each on its own."""
    ids = asked.body_as(q.ObtainSeveral).cases
    if len(set(ids)) < len(ids):
        raise InvalidInput((Problem("$.cases", "duplicate", "must not name a case twice"),))
    to = await _recipient(asked)
    asked.service.organisations.take(asked.by.organisation, asked.service.ticks(), len(ids))
    found = [await _one(asked, one, to) for one in ids]
    return Reply({"v": 1, "cases": found})


async def _one(asked: Asked, case_id: str, to: Recipient) -> dict[str, object]:
    try:
        sealed, _ = await _sealed(asked, case_id, to)
    except OperatorMustAct:
        raise
    except ExpressPlatformError as error:
        return {"case_id": case_id, "sealed": None, "problem": orjson.loads(problem_of(error).body)}
    return {"case_id": case_id, "sealed": sealed_document(sealed), "problem": None}


async def _sealed(asked: Asked, case_id: str, to: Recipient) -> tuple[Sealed, int]:
    over = await asked.platform.obtain_details(case_id, by=asked.by, key=asked.key, expected=asked.expected)
    signer = await asked.platform.disclosure_key()
    sealed = seal_details(over.disclosure, case_id=case_id, disclosure_id=over.disclosure_id, to=to, signer=signer)
    return sealed, over.version


async def _recipient(asked: Asked) -> Recipient:
    key = await asked.platform.sealing_key(asked.by.organisation)
    if key is None:
        why = "Register a key for sealing first: details are sealed to it."
        raise Refused("no_sealing_key", "", asked.by.role, (), why)
    return Recipient(asked.by.organisation, bytes.fromhex(key.public))


async def obtain_evidence(asked: Asked) -> Reply:
    """A document that was shared, sealed to the trader's newest key."""
    to = await _recipient(asked)
    copy = await asked.platform.obtain_evidence_file(
        asked.case_id, asked.places["evidence_id"], by=asked.by, key=asked.key, expected=asked.expected
    )
    signer, content = await asked.platform.disclosure_key(), copy.content
    out = streams.seal_stream(
        copy, size=content.size, case_id=asked.case_id, disclosure_id=copy.disclosure_id, to=to, signer=signer,
        key=new_key(),
    )  # fmt: skip
    return Reply(flowing=Flowing(out.chunks(content), out.size, content), media_type=streams.MEDIA_TYPE)


# --- webhooks -------------------------------------------------------------------------------------------------


async def endpoints(asked: Asked) -> Reply:
    """Where the trader is told."""
    found = await asked.platform.endpoints(by=asked.by)
    return Reply(o.EndpointsShown(tuple(shown.endpoint(one) for one in found)))


async def add_endpoint(asked: Asked) -> Reply:
    """One more endpoint; its secret is shown now, and while it has not been changed, to whoever adds it again."""
    url = asked.body_as(q.NewEndpoint).url
    try:
        check_written(url, loopback=asked.service.settings.loopback)
    except Forbidden:
        raise refuse("$.url", "address", "must be https:// and a public host, without a user or a fragment") from None
    made = await asked.platform.add_endpoint(url, by=asked.by)
    return Reply(shown.endpoint(made, secrets=True))


async def rotate_endpoint(asked: Asked) -> Reply:
    """A new secret beside the old one."""
    made = await asked.platform.rotate_secret(asked.places["id"], by=asked.by)
    return Reply(shown.endpoint(attrs.evolve(made, secrets=made.secrets[:1]), secrets=True))


async def remove_endpoint(asked: Asked) -> Reply:
    """No more is sent there."""
    return Reply(shown.endpoint(await asked.platform.remove_endpoint(asked.places["id"], by=asked.by)))


async def deliveries(asked: Asked) -> Reply:
    """What became of webhooks."""
    found = await asked.platform.deliveries(by=asked.by)
    return Reply(o.DeliveriesShown(tuple(_delivery(one) for one in found)))


async def replay_delivery(asked: Asked) -> Reply:
    """Sends a webhook again."""
    delivery = await asked.platform.delivery(asked.places["id"], by=asked.by)
    if asked.service.replay is None:
        raise Refused("no_webhooks", "", "operator", (), "This server sends no webhooks.")
    return Reply(_delivery(await asked.service.replay(delivery)))


def _delivery(one: Delivery) -> o.DeliveryShown:
    return o.DeliveryShown(
        one.id, one.endpoint, one.message, one.kind, one.case_id, one.at, one.outcome, one.status
    )  # fmt: skip


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "trader.cases": cases,
        "trader.case": case,
        "trader.obtain": obtain,
        "trader.obtain_several": obtain_several,
        "trader.evidence": steps.evidence,
        "trader.upload_evidence": steps.upload_evidence,
        "trader.obtain_evidence": obtain_evidence,
        "trader.duties": duties,
        "trader.indicators": council.indicators,
        "trader.endpoints": endpoints,
        "trader.add_endpoint": add_endpoint,
        "trader.rotate_endpoint": rotate_endpoint,
        "trader.remove_endpoint": remove_endpoint,
        "trader.deliveries": deliveries,
        "trader.replay_delivery": replay_delivery,
    }
)
