"""What is asked of a running sandbox, and what it answers: the documents of its own addresses under /sandbox/.

Laws of this file: values alone, each field with its constraint; read as every other document is. Nothing here is part
of the protocol that traders speak: it is for the commands that push a sandbox on.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import Nature
from expressplatform.fields import Checked, Constraint, code, text, whole

MOST_AT_ONCE = 1000
"""How many complaints come in at most at one word."""
LONGEST_PUSH = 400 * 86_400
"""Seconds by which the clock is pushed at most at one word."""


@attrs.frozen
class NewComplaint:
    """Complaints come in: over what (None: whatever comes), and what they ask of the trader's system."""

    nature: Nature | None = None
    count: int = attrs.field(default=1, validator=whole(1, MOST_AT_ONCE))
    ask: str = attrs.field(default="", validator=text(500))


@attrs.frozen
class Advance:
    """Time passes."""

    seconds: int = attrs.field(validator=whole(1, LONGEST_PUSH))


@attrs.frozen
class Does:
    """The complainant of a case does one of the deeds; or, by ``stay-silent``, nobody does anything."""

    deed: str = attrs.field(validator=code())
    case: str = attrs.field(validator=code())
    rating: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))


@attrs.frozen
class LoseReply:
    """The answers to the trader's next writes are lost."""

    count: int = attrs.field(default=1, validator=whole(1, 100))


@attrs.frozen
class Webhook:
    """The trader is told at an address on this machine."""

    to: str = attrs.field(
        validator=Checked(
            Constraint(shortest=1, longest=500, pattern=r"https?://[!-~]+", wanted="must be an absolute address"),
            (str,),
            "must be text",
        )
    )


@attrs.frozen
class Hold:
    """Webhooks wait until they are let go."""


@attrs.frozen
class Shuffle:
    """Two webhooks that wait go out: the first, the second, and the second once more."""

    first: str = attrs.field(validator=code())
    second: str = attrs.field(validator=code())


@attrs.frozen
class CaseShown:
    """Where a case stands."""

    case_id: str
    reference: str
    status: str
    nature: str
    due_at: datetime | None


@attrs.frozen
class EventShown:
    """Something that happened in a case: its kind, who did it (role and organisation), and its facts."""

    kind: str
    role: str
    organisation: str
    at: datetime
    asked: dict[str, object]


@attrs.frozen
class Attempt:
    """A webhook that was sent: about which case, what came of it, and the status that was answered."""

    case_id: str
    message: str
    outcome: str
    status: int


@attrs.frozen
class Asked:
    """A request of the trader's system: its number, method and path, what was answered, whether that was lost."""

    number: int
    method: str
    path: str
    status: int
    lost: bool = False
