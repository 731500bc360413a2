"""What `AsyncPlatform` does about those who are connected to it: `sync_network`, awaited."""

from __future__ import annotations

from datetime import datetime

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.platform.flow import Flow
from expressplatform.platform.membership import (
    INVITATION_DAYS,
    Delivery,
    Endpoint,
    Invited,
    KeyUse,
    MemberKey,
    Organisation,
)


class AsyncNetworkFace:
    """The part of the face that is about organisations; the platform gives it its flow."""

    _flow: Flow

    async def invite(
        self, organisation: str, *, role: Role, name: str, by: Actor, days: int = INVITATION_DAYS
    ) -> Invited:
        """Invites a council or a trader to connect: its code is told this once, and is good for ``days`` (1 to 90).

        For the operator alone: raises Refused (``wrong_role``), InvalidInput.
        """
        return await self._flow.invite(organisation, role=role, name=name, by=by, days=days)

    async def register_organisation(
        self, code: str, *, signing: bytes, sealing: bytes | None = None, person: str
    ) -> Organisation:
        """Connects the organisation that an invitation speaks of, with its first public keys (32 bytes each).

        ``signing`` is Ed25519, ``sealing`` X25519: a trader needs one, for details are sealed to it. ``person`` is an
        opaque staff id. The same code and keys again change nothing. Raises Refused (``not_invited`` for a code that is
        not known, was used or is over; ``key_taken``), InvalidInput for what is no such key.
        """
        return await self._flow.register_organisation(code, signing=signing, sealing=sealing, person=person)

    async def organisations(self, *, by: Actor) -> tuple[Organisation, ...]:
        """Everybody who is connected, in order of registration.

        For the operator, councils and auditors: raises Refused (``wrong_role``).
        """
        return await self._flow.organisations(by=by)

    async def add_key(self, use: KeyUse, public: bytes, *, by: Actor) -> MemberKey:
        """Registers one more public key of the asker's organisation; the older ones stay good until they are ended.

        Raises Refused (``wrong_role``, ``key_taken``), InvalidInput.
        """
        return await self._flow.add_key(use, public, by=by)

    async def end_key(self, id: str, *, by: Actor, at: datetime | None = None) -> MemberKey:
        """Ends a key at once, or at an instant to come; an end that was set is never put off.

        Everybody ends their own keys, a council those of traders, the operator anybody's. Raises Refused
        (``no_such_key``).
        """
        return await self._flow.end_key(id, by=by, at=at)

    async def member_keys(self, organisation: str = "", *, by: Actor) -> tuple[MemberKey, ...]:
        """The keys of an organisation (empty: the asker's own), ended ones too; a trader sees none but its own.

        Raises Refused (``wrong_role``).
        """
        return await self._flow.member_keys(organisation, by=by)

    async def member_key(self, id: str) -> MemberKey | None:
        """A public key by its id, whether good or ended; None where there is none. It is asked of the shelf anew."""
        return await self._flow.member_key(id)

    async def sealing_key(self, organisation: str) -> MemberKey | None:
        """The key that an organisation's details are sealed to, the newest that is good; None where it has none."""
        return await self._flow.sealing_key(organisation)

    async def remember(self, key_id: str, nonce: str, until: datetime) -> bool:
        """Notes that a signed request was seen; False: it was seen before. Durable, and for every process.

        ``until`` is when its signature is over; from then on it need not be remembered (see `work`).
        """
        return await self._flow.remember(key_id, nonce, until)

    async def add_endpoint(self, url: str, *, by: Actor) -> Endpoint:
        """Keeps an address at which the asker's organisation is told that something waits, with a secret for it.

        The same address again is the same endpoint. Raises Refused (``wrong_role``, ``too_many``), InvalidInput.
        """
        return await self._flow.add_endpoint(url, by=by)

    async def rotate_secret(self, id: str, *, by: Actor) -> Endpoint:
        """Gives an endpoint a new secret; what is sent is signed by it and by the one before, until the next time.

        Raises Refused (``wrong_role``, ``no_such_endpoint``, ``changed_meanwhile``).
        """
        return await self._flow.rotate_secret(id, by=by)

    async def remove_endpoint(self, id: str, *, by: Actor) -> Endpoint:
        """Tells an endpoint nothing any more; harmless repeated. Raises as `rotate_secret`."""
        return await self._flow.remove_endpoint(id, by=by)

    async def endpoints(self, *, by: Actor) -> tuple[Endpoint, ...]:
        """The endpoints of the asker's organisation, removed ones too. Raises Refused (``wrong_role``)."""
        return await self._flow.endpoints(by=by)

    async def endpoints_of(self, organisation: str) -> tuple[Endpoint, ...]:
        """The endpoints of an organisation with their secrets: for the gateway that sends, and nobody else."""
        return await self._flow.endpoints_of(organisation)

    async def note_delivery(self, delivery: Delivery) -> None:
        """Puts on record that an endpoint was called, and what came of it; kept a year."""
        await self._flow.note_delivery(delivery)

    async def deliveries(self, *, by: Actor) -> tuple[Delivery, ...]:
        """The last 200 attempts to tell the asker's organisation something, the latest first.

        Raises Refused (``wrong_role``).
        """
        return await self._flow.deliveries(by=by)

    async def delivery(self, id: str, *, by: Actor) -> Delivery:
        """One such attempt. Raises Refused (``wrong_role``, ``no_such_delivery``)."""
        return await self._flow.delivery(id, by=by)
