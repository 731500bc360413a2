"""What is asked beside commands: the queries of lists, and the bodies of requests that are no command.

Laws of this file: values alone, with the constraint of each field beside it; the server reads by them, the OpenAPI
document tells them. No query holds anything about a person: queries stand in addresses, and addresses in logs.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import attrs

from expressplatform.codes import Channel, IdentityProof, RefusalSection, Right, Status
from expressplatform.complaint import Complaint, Veiled, personal
from expressplatform.fields import CODE, Checked, Constraint, code, instant, several, text, whole
from expressplatform.platform import KeyUse
from expressplatform.privacy.rights import Correction

MOST_AT_ONCE: Final = 100
"""Of how many cases the details are obtained in one request."""
PUBLIC_KEY: Final = Checked(
    Constraint(shortest=64, longest=64, pattern=r"[0-9a-f]{64}", wanted="must be 32 bytes in small hexadecimal"),
    (str,),
    "must be text",
)
_CURSOR: Final = Checked(
    Constraint(longest=400, pattern=r"[A-Za-z0-9_-]+", wanted="must be a cursor that an earlier answer gave"),
    (str,),
    "must be text",
)
_ADDRESS: Final = Checked(
    Constraint(shortest=1, longest=500, pattern=r"https?://[!-~]+", wanted="must be an absolute address in ASCII"),
    (str,),
    "must be text",
)
_INVITATION: Final = Checked(
    Constraint(shortest=1, longest=60, pattern=r"[0-9A-Za-z -]+", wanted="must be the code of an invitation"),
    (str,),
    "must be text",
)
_LINK: Final = Checked(
    Constraint(shortest=1, longest=200, pattern=r"[A-Za-z0-9_-]+", wanted="must be what stands in a link"),
    (str,),
    "must be text",
)
_DIGITS: Final = Checked(
    Constraint(shortest=6, longest=6, pattern=r"[0-9]{6}", wanted="must be six digits"), (str,), "must be text"
)
_SPLIT: Final = Checked(
    Constraint(longest=80, pattern=CODE, wanted="must be a dimension, such as trader"), (str,), "must be text"
)


# --- lists ----------------------------------------------------------------------------------------------------


@attrs.frozen
class CouncilQuery:
    """Which cases a council's list should hold; what is left out does not matter. ``due_before`` is an instant."""

    after: str = attrs.field(default="", validator=_CURSOR)
    limit: int = attrs.field(default=100, validator=whole(1, 1000))
    status: tuple[Status, ...] = ()
    trader: str = attrs.field(default="", validator=code(empty=True))
    assignee: str = attrs.field(default="", validator=code(empty=True))
    reference: str = attrs.field(default="", validator=code(40, empty=True))
    due_before: datetime | None = attrs.field(default=None, validator=instant(optional=True))


@attrs.frozen
class TraderQuery:
    """Which cases a trader's list should hold; what is left out does not matter.

    ``changed_since`` and ``due_before`` are instants, ``shop`` a shop's id, ``unread`` whether something has happened
    since the trader last acted.
    """

    after: str = attrs.field(default="", validator=_CURSOR)
    limit: int = attrs.field(default=100, validator=whole(1, 1000))
    status: tuple[Status, ...] = ()
    changed_since: datetime | None = attrs.field(default=None, validator=instant(optional=True))
    due_before: datetime | None = attrs.field(default=None, validator=instant(optional=True))
    shop: str = attrs.field(default="", validator=code(empty=True))
    unread: bool | None = None


@attrs.frozen
class FiguresQuery:
    """Which figures: lodged from one local day to another (both included), split ``by`` a dimension."""

    since: date | None = None
    until: date | None = None
    by: str = attrs.field(default="", validator=_SPLIT)


@attrs.frozen
class PublishedQuery:
    """Which published figures: of the cases lodged in one year, or of all; split ``by`` a dimension.

    Whole years and nothing else: two spans that differ by a day would tell what a small count hides.
    """

    year: int | None = attrs.field(default=None, validator=whole(2000, 2100, optional=True))
    by: str = attrs.field(default="", validator=_SPLIT)


@attrs.frozen
class RequestsQuery:
    """Which requests about one's own data: all, those that are open, or those that are overdue."""

    open_only: bool = False
    overdue: bool = False


# --- bodies ---------------------------------------------------------------------------------------------------


@attrs.frozen(repr=False)
class Why:
    """Why somebody reads what is personal: it stands in the log of who read what."""

    reason: str = attrs.field(validator=text(500, shortest=1))


@attrs.frozen
class Judge:
    """A complaint to be judged by the scheme's criteria; nothing is kept of it."""

    complaint: Complaint


@attrs.frozen
class ObtainSeveral:
    """The cases whose details are to be obtained, each by its number."""

    cases: tuple[str, ...] = attrs.field(validator=several(MOST_AT_ONCE, shortest=1))


@attrs.frozen
class NewKey:
    """A public key that an organisation registers: for what, and its 32 bytes in hexadecimal."""

    use: KeyUse
    public: str = attrs.field(validator=PUBLIC_KEY)


@attrs.frozen
class EndKey:
    """When a key ends: now where nothing is said."""

    at: datetime | None = attrs.field(default=None, validator=instant(optional=True))


@attrs.frozen(repr=False)
class Register:
    """An organisation's first keys, with the code of its invitation.

    The request is signed by the very key that it brings. A trader brings a key for ``sealing`` (X25519) as well.
    """

    code: str = attrs.field(validator=_INVITATION)
    signing: str = attrs.field(validator=PUBLIC_KEY)
    sealing: str | None = attrs.field(default=None, validator=attrs.validators.optional(PUBLIC_KEY))


@attrs.frozen(repr=False)
class AskCode:
    """The link that a complainant was sent: a code is sent to them for it."""

    link: str = attrs.field(validator=_LINK)


@attrs.frozen(repr=False)
class SignIn:
    """The link, and the code that was sent for it."""

    link: str = attrs.field(validator=_LINK)
    code: str = attrs.field(validator=_DIGITS)


@attrs.frozen(repr=False)
class SignOut:
    """The token of the session that ends."""

    token: str = attrs.field(validator=_LINK)


@attrs.frozen
class NewEndpoint:
    """Where an organisation wants to be told that something waits: an https address that anybody can reach."""

    url: str = attrs.field(validator=_ADDRESS)


@attrs.frozen
class Nothing:
    """A request that says all by its address."""


@personal
class Asking(Veiled):
    """Who asks, by name and one contact as they stand in a complaint, and what should stand where."""

    name: str = attrs.field(validator=text(200, shortest=1))
    contact: str = attrs.field(validator=text(500, shortest=1))
    corrections: tuple[Correction, ...] = attrs.field(default=(), validator=several(10))


@attrs.frozen
class OpenRequest:
    """What a person asks about their own data, taken in over a channel (PDPO ss.18-24; PIPL Arts 44-47)."""

    kind: Right
    channel: Channel
    asking: Asking
    recipients: tuple[str, ...] = attrs.field(default=(), validator=several(20))


@attrs.frozen
class AnswerRequest:
    """How it was made sure who asks."""

    identity_checked: IdentityProof


@attrs.frozen(repr=False)
class RefuseRequest:
    """On which section a request is refused, and why, in words."""

    section: RefusalSection
    reasons: str = attrs.field(validator=text(8000, shortest=1))
