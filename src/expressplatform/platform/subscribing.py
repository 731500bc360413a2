"""Where organisations want to be told that something waits, and what came of telling them.

Laws of this file: an endpoint is its organisation's own, and is never shown with its secrets but once, when they are
made. Whether an address may be called is not judged here: whoever calls it does, each time. The log of deliveries holds
numbers, codes and instants, and is kept a year.
"""

from __future__ import annotations

import base64
import secrets
from hashlib import sha256
from typing import Final

import attrs

from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.fields import refuse
from expressplatform.platform.connecting import Connecting
from expressplatform.platform.keeping import DELIVERY, Kind, Standing, place_of
from expressplatform.platform.membership import CONNECTED, Delivery, Endpoint

ENDPOINT: Final = Kind("endpoint", Endpoint, None)
"""Endpoints of webhooks."""
MOST_ENDPOINTS: Final = 5
_MOST_SECRETS: Final = 2
_SHOWN: Final = 200
_PREFIX: Final = "whsec_"


class Subscribing(Connecting):
    """What keeps endpoints and the log of deliveries."""

    async def add_endpoint(self, url: str, *, by: Actor) -> Endpoint:
        """An endpoint, with its first secret; the same address again is the same endpoint, as it stands."""
        _own(by)
        if not url.isascii() or any(char <= " " for char in url):
            raise refuse("$.url", "address", "must be an absolute address in ASCII without spaces")
        id_ = "w" + sha256(f"{by.organisation}|{url}".encode()).hexdigest()[:31]
        standing = await self.kept(ENDPOINT, id_, by.organisation)
        if standing is not None and standing.value.disabled_at is None:
            return standing.value
        if len([one for one in await self.endpoints(by=by) if one.disabled_at is None]) >= MOST_ENDPOINTS:
            raise Refused("too_many", "", by.role, (), f"There are {MOST_ENDPOINTS} endpoints: remove one first.")
        made = Endpoint(id_, by.organisation, url, (_new_secret(),), self.now())
        return await self._put_endpoint(made, standing)

    async def rotate_secret(self, id: str, *, by: Actor) -> Endpoint:
        """One more secret, the newest first; the oldest goes where there are two already."""
        standing = await self._endpoint(id, by)
        kept = (_new_secret(), *standing.value.secrets)[:_MOST_SECRETS]
        return await self._put_endpoint(attrs.evolve(standing.value, secrets=kept), standing)

    async def remove_endpoint(self, id: str, *, by: Actor) -> Endpoint:
        """The endpoint is told nothing any more."""
        standing = await self._endpoint(id, by)
        if standing.value.disabled_at is not None:
            return standing.value
        return await self._put_endpoint(attrs.evolve(standing.value, disabled_at=self.now()), standing)

    async def endpoints(self, *, by: Actor) -> tuple[Endpoint, ...]:
        """The endpoints of the asker's organisation, in order of time."""
        _own(by)
        return await self.endpoints_of(by.organisation)

    async def endpoints_of(self, organisation: str) -> tuple[Endpoint, ...]:
        """The endpoints of an organisation: for whoever sends."""
        return tuple([one.value async for one in self.shelved(ENDPOINT, organisation)])

    async def note_delivery(self, delivery: Delivery) -> None:
        """Puts an attempt on record."""
        labels = (f"endpoint:{delivery.endpoint}",)
        place = place_of(delivery.at)
        await self.keep(DELIVERY, delivery.id, delivery, owner=delivery.organisation, place=place, labels=labels)

    async def deliveries(self, *, by: Actor) -> tuple[Delivery, ...]:
        """The latest attempts to tell the asker's organisation something, the last first."""
        _own(by)
        found = [one.value async for one in self.shelved(DELIVERY, by.organisation)]
        return tuple(reversed(found[-_SHOWN:]))

    async def delivery(self, id: str, *, by: Actor) -> Delivery:
        """One attempt, to be made again."""
        _own(by)
        standing = await self.kept(DELIVERY, id, by.organisation)
        if standing is None:
            raise Refused("no_such_delivery", "", by.role, (), "There is no delivery of that id.")
        return standing.value

    async def _endpoint(self, id: str, by: Actor) -> Standing[Endpoint]:
        _own(by)
        standing = await self.kept(ENDPOINT, id, by.organisation)
        if standing is None:
            raise Refused("no_such_endpoint", "", by.role, (), "There is no endpoint of that id.")
        return standing

    async def _put_endpoint(self, endpoint: Endpoint, standing: Standing[Endpoint] | None) -> Endpoint:
        follows = 0 if standing is None else standing.version
        place = place_of(endpoint.created_at)
        kept = await self.keep(
            ENDPOINT, endpoint.id, endpoint, owner=endpoint.organisation, place=place, follows=follows
        )
        if not kept:
            raise Refused("changed_meanwhile", "", "", (), "Somebody else changed that endpoint just now: ask again.")
        return endpoint


def _own(by: Actor) -> None:
    if by.role not in CONNECTED:
        raise Refused("wrong_role", "", "", (), "An organisation sees to its own endpoints.")


def _new_secret() -> str:
    """A secret as Standard Webhooks writes it: 32 bytes in base64 behind a prefix."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
