"""The log of who read what: one entry for each reading of particulars by a person.

Laws of this file: an entry says who, which case, which fields, in what way, why and when, and nothing that was read.
Why is somebody's own words, so an entry is sealed where it is kept.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from expressplatform.codes import Reading
from expressplatform.complaint import Actor


@attrs.frozen
class Access:
    """One reading of particulars (PDPO DPP4; PIPL Art 51): by whom, of which cases, which fields, why, when.

    ``cases`` are the ids of all that the reading showed; ``fields`` are paths as the disclosure table names them, a
    part of a complaint standing for all fields in it.
    """

    by: Actor
    how: Reading
    cases: tuple[str, ...]
    fields: tuple[str, ...]
    reason: str = attrs.field(repr=False)
    at: datetime
