"""The register of what must stay undone: which keys were destroyed, which consents were taken back.

Laws of this file: ids, codes and instants, nothing else, so that the register may be kept where particulars may not. It
stands outside the store and outside the key store, because it is read when one of them was put back from a copy. A
line is written before what it tells of is done; none is ever changed or taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import attrs

ENTRY_ID: Final = r"[A-Za-z0-9._:/-]{1,80}"
"""The pattern of an id in an entry: every id and code that the core makes or takes (`fields.code`), a plain word."""


class Undone(StrEnum):
    """What an entry tells of: a case whose key is destroyed, or a consent that was taken back."""

    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    RESEARCH_WITHDRAWN = "research-withdrawn"


@attrs.frozen
class RegisterEntry:
    """One line: what was undone, in which case, when (UTC); ``recipient`` is whose consent it was, for WITHDRAWN."""

    what: Undone
    case_id: str
    at: datetime
    recipient: str = ""


class Register(Protocol):
    """Where the entries stand. Safe to share between threads."""

    def note(self, entries: Sequence[RegisterEntry], /) -> None:
        """Adds entries; durable when it returns. The same entry twice does no harm.

        Raises TypeError for an instant that does not know its zone and ValueError for what is no id or code, as
        `given.noted` does for every register; none of the entries is added then.
        """

    def entries(self) -> Sequence[RegisterEntry]:
        """Every entry in the order in which they were noted; one that was noted again stands where it stood first."""
