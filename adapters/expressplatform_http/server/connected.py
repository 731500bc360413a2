"""What organisations ask about themselves: who is connected, and their keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from expressplatform.errors import Refused
from expressplatform.platform import MemberKey
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.server import shown
from expressplatform_http.server.service import Asked, Handler, Reply


async def organisations(asked: Asked) -> Reply:
    """Who is connected."""
    council_key = await asked.platform.audit_key()
    found = await asked.platform.organisations(by=asked.by)
    return Reply(o.OrganisationsShown(tuple(shown.organisation(one, council_key) for one in found)))


async def keys(asked: Asked) -> Reply:
    """The organisation's own keys."""
    return _keys_shown(await asked.platform.member_keys(by=asked.by))


async def keys_of(asked: Asked) -> Reply:
    """The keys of an organisation."""
    return _keys_shown(await asked.platform.member_keys(asked.places["organisation"], by=asked.by))


def _keys_shown(found: tuple[MemberKey, ...]) -> Reply:
    return Reply(o.KeysShown(tuple(shown.key(one) for one in found)))


async def add_key(asked: Asked) -> Reply:
    """One more key."""
    body = asked.body_as(q.NewKey)
    return Reply(shown.key(await asked.platform.add_key(body.use, bytes.fromhex(body.public), by=asked.by)))


async def end_key(asked: Asked) -> Reply:
    """Ends a key of one's own."""
    mine = await asked.platform.member_keys(by=asked.by)
    if asked.places["key_id"] not in {one.id for one in mine}:
        raise Refused("no_such_key", "", "", (), "There is no key of that id.")
    return await _ended(asked)


async def end_key_of(asked: Asked) -> Reply:
    """Ends somebody's key."""
    held = await asked.platform.member_key(asked.places["key_id"])
    if held is None or held.organisation != asked.places["organisation"]:
        raise Refused("no_such_key", "", "", (), "There is no key of that id.")
    return await _ended(asked)


async def _ended(asked: Asked) -> Reply:
    at = asked.body_as(q.EndKey).at
    return Reply(shown.key(await asked.platform.end_key(asked.places["key_id"], by=asked.by, at=at)))


HANDLERS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "council.organisations": organisations,
        "council.keys_of": keys_of,
        "council.end_key_of": end_key_of,
        **{
            f"{role}.{name}": handler
            for role in ("council", "trader")
            for name, handler in (("keys", keys), ("add_key", add_key), ("end_key", end_key))
        },
    }
)
