"""Steps of cases: every row of the lifecycle that the table of routes offers, by one function.

Laws of this file: a step goes through the platform under the idempotency key that came with it. What a trader says is
kept as it signed it, before it is answered.
"""

from __future__ import annotations

from expressplatform.case import Case
from expressplatform.codes import Channel, EvidenceKind, Role
from expressplatform.commands import Command, Lodge
from expressplatform.complaint import ActingFor, Actor
from expressplatform.platform import DocumentFile
from expressplatform_http.protocol import digests
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol.queries import Why
from expressplatform_http.protocol.uploads import Described, Masked
from expressplatform_http.server import shown
from expressplatform_http.server.service import Asked, Flowing, Reply


async def step(asked: Asked) -> Reply:
    """Any command of the table."""
    command = asked.body_as(Command)
    case = await asked.platform.act(asked.case_id, command, by=asked.by, key=asked.key, expected=asked.expected)
    await keep_signed(asked, case.id)
    return acted(asked, case)


async def taken_down(asked: Asked) -> Reply:
    """The complainant's own word, as an officer wrote it down."""
    said = ActingFor(Role.COMPLAINANT, Channel(asked.places["channel"]), own_word=True)
    by = Actor(Role.COMPLAINANT, asked.by.person, asked.by.organisation, said)
    command = asked.body_as(Command)
    case = await asked.platform.act(asked.case_id, command, by=by, key=asked.key, expected=asked.expected)
    return acted(asked, case)


async def lodge(asked: Asked) -> Reply:
    """A complaint comes in."""
    case = await asked.platform.lodge(asked.body_as(Lodge).complaint, by=asked.by, key=asked.key)
    return acted(asked, case)


def acted(asked: Asked, case: Case, evidence: tuple[str, ...] = ()) -> Reply:
    """What any step is answered with."""
    return Reply(shown.acted(case, asked.by, evidence), version=case.version)


async def keep_signed(asked: Asked, case_id: str) -> None:
    """What a trader said stays beside the step that it led to, with its signature."""
    if asked.by.role is Role.TRADER and asked.signed is not None:
        await asked.platform.keep_signed(
            case_id,
            by=asked.by,
            key=asked.key,
            key_id=asked.signed.key_id,
            base=asked.signed.base.decode("ascii"),
            signature=asked.signed.signature.hex(),
            body=asked.body,
        )


# --- documents ------------------------------------------------------------------------------------------------


async def evidence(asked: Asked) -> Reply:
    """The documents of a case, described."""
    found = await asked.platform.evidence_list(asked.case_id, by=asked.by)
    return Reply(o.DocumentsShown(tuple(shown.document(one) for one in found)))


async def upload_evidence(asked: Asked) -> Reply:
    """Takes a document in."""
    described, content = asked.upload_as(Described)
    kind: EvidenceKind = described.kind
    case = await asked.platform.add_evidence(
        asked.case_id, content, kind=kind, name=described.name, by=asked.by, key=asked.key
    )
    return acted(asked, case, (await asked.platform.evidence_added(asked.case_id, by=asked.by, key=asked.key),))


async def mask_evidence(asked: Asked) -> Reply:
    """A masked copy that stands in for a document."""
    _, content = asked.upload_as(Masked)
    case = await asked.platform.redact(
        asked.case_id, asked.places["evidence_id"], content if content.size else None, by=asked.by, key=asked.key
    )
    return acted(asked, case, (await asked.platform.evidence_added(asked.case_id, by=asked.by, key=asked.key),))


async def read_evidence(asked: Asked) -> Reply:
    """A document as it was handed in."""
    copy = await asked.platform.read_evidence_file(
        asked.case_id, asked.places["evidence_id"], by=asked.by, reason=asked.body_as(Why).reason
    )
    return file(copy)


def file(copy: DocumentFile) -> Reply:
    """A document as bytes, piece by piece."""
    content = copy.content
    flowing = Flowing(content, content.size, content, digests.written(content.sha256))
    return Reply(flowing=flowing, media_type=copy.media_type.value)


async def reading(asked: Asked) -> Reply:
    """A case with everything that is personal in it."""
    opened = await asked.platform.read(asked.case_id, by=asked.by, reason=asked.body_as(Why).reason)
    return Reply(shown.reading(opened, asked.by), version=opened.case.version, personal=True)
