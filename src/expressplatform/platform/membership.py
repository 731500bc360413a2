"""Who is connected: organisations, their keys, invitations, nonces, endpoints of webhooks and what reached them.

Laws of this file: values alone, as they stand on the shelf. No private key of anybody else's is held here; the secret
of a webhook is, because both sides need it, and it never prints. Nothing here is about a complainant.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from expressplatform.codes import Role
from expressplatform.complaint import Veiled
from expressplatform.fields import code, instant, several, text, whole

INVITATION_DAYS: Final = 14
"""How long an invitation is good for, where nobody says otherwise."""
CONNECTED: Final = (Role.COUNCIL, Role.TRADER)
"""The roles in which an organisation may be connected."""


class KeyUse(StrEnum):
    """What a public key is for: signing requests (Ed25519), or having details sealed to it (X25519)."""

    SIGNING = "signing"
    SEALING = "sealing"


@attrs.frozen
class Organisation:
    """An organisation that is connected: its id, in which role, what people call it, since when."""

    id: str = attrs.field(validator=code())
    role: Role
    name: str = attrs.field(validator=text(200, shortest=1))
    registered_at: datetime = attrs.field(validator=instant())


@attrs.frozen
class MemberKey:
    """A public key of an organisation. ``id`` is its key id, ``public`` its 32 bytes in hexadecimal.

    It is good from ``registered_at`` until ``ends_at`` (None: until it is ended). ``registered_by`` and ``ended_by``
    are opaque staff ids.
    """

    id: str = attrs.field(validator=code())
    organisation: str = attrs.field(validator=code())
    role: Role
    use: KeyUse
    public: str = attrs.field(validator=code(64))
    registered_at: datetime = attrs.field(validator=instant())
    registered_by: str = attrs.field(default="", validator=code(empty=True))
    ends_at: datetime | None = attrs.field(default=None, validator=instant(optional=True))
    ended_by: str = attrs.field(default="", validator=code(empty=True))

    def good_at(self, now: datetime) -> bool:
        """Whether it may be used at an instant."""
        return self.ends_at is None or now < self.ends_at


@attrs.frozen
class Invitation:
    """Leave to connect, given by an operator to one organisation; the code that goes with it is not kept.

    ``used_for`` are the ids of the keys that were registered by it; empty while nobody has used it.
    """

    organisation: str = attrs.field(validator=code())
    role: Role
    name: str = attrs.field(validator=text(200, shortest=1))
    issued_at: datetime = attrs.field(validator=instant())
    issued_by: str = attrs.field(validator=code())
    expires_at: datetime = attrs.field(validator=instant())
    used_at: datetime | None = attrs.field(default=None, validator=instant(optional=True))
    used_for: tuple[str, ...] = attrs.field(default=(), validator=several(2))


@attrs.frozen(repr=False, str=False)
class Invited(Veiled):
    """An invitation with its code, which is told this once. Never prints."""

    invitation: Invitation
    code: str


@attrs.frozen
class Nonce:
    """That a signed request was seen: under which key, until when it must be remembered."""

    key_id: str
    until: datetime


@attrs.frozen(repr=False, str=False)
class Endpoint(Veiled):
    """Where an organisation wants to be told that something waits. Never prints: ``secrets`` sign what is sent.

    ``id`` derives from the organisation and the address. The first of the ``secrets`` is the newest; while there are
    several, each signs, so that the receiver changes over in its own time. ``disabled_at``: it is not used any more.
    """

    id: str = attrs.field(validator=code())
    organisation: str = attrs.field(validator=code())
    url: str = attrs.field(validator=text(500, shortest=1))
    secrets: tuple[str, ...] = attrs.field(validator=several(3, shortest=1))
    created_at: datetime = attrs.field(validator=instant())
    disabled_at: datetime | None = attrs.field(default=None, validator=instant(optional=True))


@attrs.frozen
class Delivery:
    """One attempt to tell an organisation something: to which endpoint, which message, when, and what came of it.

    ``outcome`` is a code: ``delivered``, ``refused`` (any other answer than 2xx), ``unreachable``, ``forbidden`` (an
    address that is not to be called); ``status`` what the endpoint answered, 0 where it did not. ``case_id`` and
    ``due_at`` are what the message said, so that it can be sent again.
    """

    id: str
    endpoint: str
    organisation: str
    message: str
    kind: str
    case_id: str
    reference: str
    due_at: datetime | None
    at: datetime
    outcome: str
    status: int = attrs.field(default=0, validator=whole(0, 999))


@attrs.frozen
class Signed:
    """A request as an organisation signed it: ``base`` is what the ``signature`` covers, ``key_id`` by which key.

    ``case_id`` and ``version`` name the step that it led to. ``body`` is the request's body, sealed under the case's
    key and in hexadecimal: it goes when the case is erased, and with it the record.
    """

    case_id: str
    version: int
    organisation: str
    person: str
    key_id: str
    base: str
    signature: str
    body: str
    at: datetime


@attrs.frozen(repr=False, str=False)
class Statement(Veiled):
    """A signed request opened: its record, and the body that the signature's digest is of. Never prints."""

    signed: Signed
    body: bytes
