"""What reaches people and other systems: alerts to traders, messages, the scan of files; and where luck comes from.

Laws of this file: a gateway is told a number and a date and no particular at all; a messenger is given its reader's
address in a disclosure and nowhere else. Delivery may repeat: every sending has an id that stays the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from expressplatform.complaint import Veiled
from expressplatform.privacy.disclosure import Disclosure


@attrs.frozen
class Alert:
    """All that a trader is told unasked: that a case waits, and until when. Details come by Obtain.

    ``at`` is when the case came to where it stands now, where that is known.
    """

    id: str
    case_id: str
    organisation: str
    reference: str
    due_at: datetime | None
    at: datetime | None = None


@runtime_checkable
class TraderGateway(Protocol):
    """How a trader learns that something waits for it. Delivery may repeat; receivers drop what they know."""

    def alert(self, alert: Alert, /) -> None:
        """Tells the trader; raises on failure, and the alert will be sent again (HeldBack: without being counted)."""


class Draw(Protocol):
    """Where references and codes come from. Keys and nonces never do: those are the operating system's."""

    def __call__(self, purpose: str, case_id: str, version: int, /) -> bytes:
        """At least 16 bytes, the same ones for the same arguments only where that is wanted (a simulation)."""


@attrs.frozen(repr=False, str=False)
class Message(Veiled):
    """What the council writes to a complainant. Never prints.

    ``id`` stays the same when it is sent again, ``language`` is a code of `Language`, ``subject`` and ``text`` are
    plain text. ``reader`` is a disclosure to the complainant: a messenger finds there how the person is reached.
    """

    id: str
    reader: Disclosure
    language: str
    subject: str
    text: str


@runtime_checkable
class Messenger(Protocol):
    """How a complainant is written to. Delivery may repeat."""

    def send(self, message: Message, /) -> None:
        """Sends the message; raises Unreachable for a person whom it has no way to, anything else to be asked again.

        HeldBack is asked again without being counted as an attempt.
        """


@runtime_checkable
class Witness(Protocol):
    """Who hands an organisation, once a day, what the ledger came to: what somebody outside holds cannot be undone.

    Delivery may repeat; the same id is the same note.
    """

    def checkpoint(self, organisation: str, id: str, note: bytes, /) -> None:
        """Hands over a signed checkpoint (a C2SP note); raises on failure, and it will be asked again.

        HeldBack is asked again at the instant that it names.
        """


class AsyncMessenger(Protocol):
    """`Messenger` for asynchronous callers: the same method, awaited."""

    def send(self, message: Message, /) -> Awaitable[None]: ...


class Scanned(StrEnum):
    """What a scan of a file found. UNKNOWN: the scanner could not tell; the file is not handed out."""

    CLEAN = "clean"
    HARMFUL = "harmful"
    UNKNOWN = "unknown"


@runtime_checkable
class Scan(Protocol):
    """Looks into a file for what would harm whoever opens it."""

    def scan(self, content: Iterable[bytes], media_type: str, /) -> Scanned:
        """What was found in the content, handed over in pieces; raises on failure, and it will be asked again."""


@runtime_checkable
class Strip(Protocol):
    """Makes the copy of a document that tells nothing but its content, for kinds that the library cannot read."""

    def strip(self, content: bytes, media_type: str, /) -> bytes:
        """The same pages without author, times, place, devices, attachments and programs.

        Raises InvalidInput where no such copy can be made; the document is then handed to no trader.
        """
