"""What stands in lists among a trader's details: documents, what they are called, messages.

Laws of this file: those of `received`, which reads them.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import EvidenceKind, MediaType, Role
from expressplatform.complaint import Veiled


@attrs.frozen
class Shown:
    """A document that is on the case, by its id: what it shows, what kind of file, bytes; None where nobody said."""

    id: str
    kind: EvidenceKind | str
    media_type: MediaType | str | None
    size: int | None


@attrs.frozen(repr=False, str=False)
class Written(Veiled):
    """A message to the trader: the how-manieth, when, by whom (a role), and what it says; cards' numbers are masked."""

    number: int
    at: datetime
    by: Role | str
    text: str


@attrs.frozen(repr=False, str=False)
class Named(Veiled):
    """What a document is called by whoever gave it."""

    id: str
    name: str
