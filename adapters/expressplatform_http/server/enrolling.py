"""Who takes part: officers of the scheme's council enter it, everybody may see it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.enrolment import ChangeParticipant, Enrol, LetLeave, Participation
from expressplatform.scheme import Participant
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import participants as p
from expressplatform_http.server.service import Asked, Handler, Reply


async def everybody(asked: Asked) -> Reply:
    """The traders that take part, for anybody."""
    scheme = asked.platform.scheme
    told = tuple(_row(one) for one in await asked.platform.participants())
    return Reply(o.ParticipantsShown(scheme.id, scheme.edition, (await asked.platform.audit_key()).hex(), told))


async def participants(asked: Asked) -> Reply:
    """The same for officers, with what was entered."""
    found = await asked.platform.participations(by=asked.by)
    return Reply(p.ParticipationsShown(tuple(_shown(one) for one in found)))


async def participant(asked: Asked) -> Reply:
    """How one organisation takes part."""
    return _answered(await asked.platform.participation(asked.places["organisation"], by=asked.by))


async def enrol(asked: Asked) -> Reply:
    """A trader takes part."""
    body = asked.body_as(Enrol)
    return _answered(await asked.platform.enrol(body, by=asked.by, key=asked.key, expected=asked.expected))


async def change(asked: Asked) -> Reply:
    """What is told of a participant is otherwise."""
    found = await asked.platform.change_participant(
        asked.places["organisation"], asked.body_as(ChangeParticipant), by=asked.by, key=asked.key,
        expected=asked.expected,
    )  # fmt: skip
    return _answered(found)


async def leave(asked: Asked) -> Reply:
    """A participant leaves."""
    found = await asked.platform.let_leave(
        asked.places["organisation"], asked.body_as(LetLeave), by=asked.by, key=asked.key, expected=asked.expected
    )
    return _answered(found)


def _answered(found: Participation) -> Reply:
    return Reply(_shown(found), version=found.version)


def _shown(found: Participation) -> p.ParticipationShown:
    entries = (
        p.EntryShown(one.kind, one.since, one.until, one.name, one.city, one.platform, one.at, one.by)
        for one in found.entries
    )
    rows = tuple(_row(one) for one in found.rows)
    return p.ParticipationShown(found.organisation, found.version, rows, tuple(entries))


def _row(one: Participant) -> o.ParticipantShown:
    return o.ParticipantShown(one.organisation, one.name, one.member_from, one.member_until, one.platform, one.city)


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "public.participants": everybody,
        "council.participants": participants,
        "council.participant": participant,
        "council.enrol": enrol,
        "council.change_participant": change,
        "council.let_leave": leave,
    }
)
