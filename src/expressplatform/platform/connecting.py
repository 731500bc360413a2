"""Who is let in: invitations, keys and nonces.

Laws of this file: an operator invites, whoever holds the code registers once, an organisation changes its own keys and
ends them at once. A public key belongs to one organisation for ever. Whoever is not known, was ended or came too late
is answered alike. Every question is asked of the shelf anew: what was ended is ended for every process.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import Refused, SealBroken, SignatureInvalid
from expressplatform.fields import refuse
from expressplatform.platform.keeping import NONCE, Keeping, Kind, place_of
from expressplatform.platform.membership import (
    CONNECTED,
    INVITATION_DAYS,
    Invitation,
    Invited,
    KeyUse,
    MemberKey,
    Organisation,
)
from expressplatform.ports import EVERYONE, ShelfRow, Sought, shelf_rows
from expressplatform.references import ALPHABET
from expressplatform.sealing import check_public_key
from expressplatform.signing import VerifyingKey, key_id

ORGANISATION: Final = Kind("organisation", Organisation, None)
"""Who is connected."""
MEMBER_KEY: Final = Kind("member_key", MemberKey, None)
"""Public keys, those that were ended too: what they signed must stay checkable."""
INVITATION: Final = Kind("invitation", Invitation, None)
"""Invitations, by the digest of their code."""
_PLATFORM: Final = "platform"
"""Whose the records are that belong to no organisation yet: ids of organisations are checked against it."""
_CODE_LENGTH: Final = 20
_MOST_KNOWN: Final = 1000
_MAY_INVITE: Final = frozenset({Role.OPERATOR})
_MAY_LOOK: Final = frozenset({Role.OPERATOR, Role.COUNCIL, Role.AUDITOR})


class Connecting(Keeping):
    """What lets organisations in."""

    async def invite(
        self, organisation: str, *, role: Role, name: str, by: Actor, days: int = INVITATION_DAYS
    ) -> Invited:
        """An invitation and its code."""
        _check(by, _MAY_INVITE, "Only the operator invites.")
        _judged_invitation(organisation, role, days)
        drawn = secrets.token_bytes(_CODE_LENGTH)
        code = "-".join(_in_fives("".join(ALPHABET[byte % 32] for byte in drawn)))
        now = self.now()
        invitation = Invitation(organisation, role, name, now, by.person, now + timedelta(days=days))
        await self.keep(INVITATION, _code_id(code), invitation, owner=_PLATFORM, place=place_of(now))
        return Invited(invitation, code)

    async def register_organisation(
        self, code: str, *, signing: bytes, sealing: bytes | None = None, person: str
    ) -> Organisation:
        """The organisation that an invitation speaks of, connected with its first keys."""
        keys = [(KeyUse.SIGNING, signing), *([(KeyUse.SEALING, sealing)] if sealing is not None else [])]
        for use, public in keys:
            _check_usable(use, public)
        now = self.now()
        standing = await self.kept(INVITATION, _code_id(code), EVERYONE)
        ids = tuple(key_id(public) for _, public in keys)
        if standing is None or (standing.value.used_for not in ((), ids)) or now >= standing.value.expires_at:
            raise _not_invited()
        invitation = standing.value
        if invitation.role is Role.TRADER and sealing is None:
            raise refuse("$.sealing", "missing", "must be given: details are sealed to it")
        await self._check_free(ids, invitation.organisation)
        used = attrs.evolve(invitation, used_at=now, used_for=ids)
        if not invitation.used_for and not await self.keep(
            INVITATION, standing.id, used, owner=_PLATFORM, place=standing.place, follows=standing.version
        ):
            raise _not_invited()
        made = Organisation(invitation.organisation, invitation.role, invitation.name, now)
        await self.keep(ORGANISATION, made.id, made, owner=made.id, place=place_of(now))
        for use, public in keys:
            await self._put_key(made.id, made.role, use, public, person)
        found = await self.kept(ORGANISATION, made.id, made.id)
        return made if found is None else found.value

    async def organisations(self, *, by: Actor) -> tuple[Organisation, ...]:
        """Everybody who is connected, in order of registration."""
        _check(by, _MAY_LOOK, "Who is connected is for the operator and councils to see.")
        return tuple([one.value async for one in self.shelved(ORGANISATION, EVERYONE)])

    # --- keys ------------------------------------------------------------------------------------------------------

    async def add_key(self, use: KeyUse, public: bytes, *, by: Actor) -> MemberKey:
        """One more key of the organisation that asks."""
        _check(by, frozenset(CONNECTED), "An organisation registers its own keys.")
        _check_usable(use, public)
        await self._check_free((key_id(public),), by.organisation)
        return await self._put_key(by.organisation, by.role, use, public, by.person)

    async def end_key(self, id: str, *, by: Actor, at: datetime | None = None) -> MemberKey:
        """A key is good no more, from now or from an instant on."""
        owner = by.organisation if by.role is Role.TRADER else EVERYONE
        while True:
            standing = await self.kept(MEMBER_KEY, id, owner)
            if standing is None or not _may_end(standing.value, by):
                raise Refused("no_such_key", "", "", (), "There is no key of that id.")
            now = self.now()
            until = max(now, at) if at is not None else now
            held = standing.value
            if held.ends_at is not None and held.ends_at <= until:
                return held
            ended = attrs.evolve(held, ends_at=until, ended_by=by.person)
            if await self.keep(
                MEMBER_KEY, id, ended, owner=standing.owner, place=standing.place, follows=standing.version
            ):
                return ended

    async def member_keys(self, organisation: str = "", *, by: Actor) -> tuple[MemberKey, ...]:
        """The keys of an organisation, those that were ended too; a trader sees its own."""
        whose = by.organisation if by.role is Role.TRADER else organisation or by.organisation
        if by.role is not Role.TRADER:
            _check(by, _MAY_LOOK, "Keys of others are for the operator and councils to see.")
        return tuple([one.value async for one in self.shelved(MEMBER_KEY, whose)])

    async def member_key(self, id: str) -> MemberKey | None:
        """A key by its id, whoever asks: it is public. None: there is none."""
        row = await self.shelf.get(EVERYONE, MEMBER_KEY.name, id)
        return None if row is None else self._member_key(row)

    def _member_key(self, row: ShelfRow) -> MemberKey:
        """What stands is read anew each time; what stood before is not opened again."""
        held = self.known_keys.get(row.id)
        if held is None or held[0] != row.body:
            if len(self.known_keys) >= _MOST_KNOWN:
                self.known_keys.clear()
            held = self.known_keys[row.id] = row.body, self._standing(MEMBER_KEY, row).value
        return held[1]

    async def sealing_key(self, organisation: str) -> MemberKey | None:
        """The key that details for an organisation are sealed to: the newest that is good now."""
        now, newest = self.now(), None
        async for row in shelf_rows(self.shelf, organisation, MEMBER_KEY.name, Sought()):
            key = self._member_key(row)
            if key.use is KeyUse.SEALING and key.good_at(now):
                newest = key
        return newest

    async def _check_free(self, ids: Sequence[str], organisation: str) -> None:
        for id_ in ids:
            held = await self.member_key(id_)
            if held is not None and (held.organisation != organisation or held.ends_at is not None):
                raise Refused("key_taken", "", "", (), "That key was registered before: make a new one.")

    async def _put_key(self, organisation: str, role: Role, use: KeyUse, public: bytes, person: str) -> MemberKey:
        now = self.now()
        made = MemberKey(key_id(public), organisation, role, use, public.hex(), now, person)
        await self.keep(MEMBER_KEY, made.id, made, owner=organisation, place=place_of(now), labels=(f"use:{use}",))
        return await self.member_key(made.id) or made

    # --- nonces ----------------------------------------------------------------------------------------------------

    async def remember(self, key_id: str, nonce: str, until: datetime) -> bool:
        """Whether a signed request is seen for the first time; it is remembered until its signature is over.

        There is nothing to seal: a digest and an instant say all.
        """
        id_ = sha256(f"{key_id}|{nonce}".encode()).hexdigest()[:32]
        row = ShelfRow(_PLATFORM, NONCE.name, id_, 1, place_of(until), (), str(self.now().year), b"")
        (kept,) = await self.shelf.put((row,))
        return kept


def _check(by: Actor, roles: frozenset[Role], why: str) -> None:
    if by.role not in roles:
        raise Refused("wrong_role", "", min(roles), (), why)


def _may_end(key: MemberKey, by: Actor) -> bool:
    """Everybody their own; a council those of traders, the operator all."""
    own, traders = key.organisation == by.organisation, by.role is Role.COUNCIL and key.role is Role.TRADER
    return by.role is Role.OPERATOR or traders or (own and by.role in CONNECTED)


def _judged_invitation(organisation: str, role: Role, days: int) -> None:
    if organisation in (_PLATFORM, EVERYONE):
        raise refuse("$.organisation", "value", "must be an organisation's own id")
    if role not in CONNECTED:
        raise refuse("$.role", "code", "must be one of: " + ", ".join(CONNECTED))
    if not 1 <= days <= 90:
        raise refuse("$.days", "range", "must be from 1 to 90")


def _check_usable(use: KeyUse, public: bytes) -> None:
    """Raises InvalidInput unless the bytes are a public key for that use."""
    try:
        VerifyingKey(public) if use is KeyUse.SIGNING else check_public_key(public)
    except (SignatureInvalid, SealBroken):
        raise refuse(f"$.{use}", "key", "must be a public key of 32 bytes") from None


def _code_id(code: str) -> str:
    """What an invitation is found by: the code has a hundred bits, so that its digest tells nothing of it."""
    plain = "".join(code.split()).replace("-", "").upper()
    return sha256(b"expressplatform invitation 1|" + plain.encode("utf-8", "replace")).hexdigest()


def _in_fives(text: str) -> list[str]:
    return [text[at : at + 5] for at in range(0, len(text), 5)]


def _not_invited() -> Refused:
    why = "That invitation is not known, was used, or is over: ask the operator for another."
    return Refused("not_invited", "", Role.OPERATOR, (), why)
