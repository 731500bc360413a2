"""How long a recipient may use what it was given, and what of a case stays when it is erased.

Laws of this file: lengths are the scheme's, in calendar days of its zone; the day of the start never counts, and a
term ends with its last day, at the local midnight after it: at that instant it is over. All answers are UTC. When an
ended case is erased is a duty's to say, as every other deadline (`deadlines.duties`).
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

import attrs

from expressplatform.citations import PDPO_DPP2, PDPO_S27, PIPL_55, PROJECT, Citation, article
from expressplatform.scheme import Scheme

_MOMENT: Final = timedelta.resolution


@attrs.frozen
class Kept:
    """What stays after erasure: what it is, why, where that stands, and the years it must stay (None: no bound)."""

    what: str
    reason: str
    citation: Citation
    years: int | None = None


KEPT: Final[tuple[Kept, ...]] = (
    Kept(
        "facts",
        "Codes, dates, amounts, status and outcome name nobody, and the figures rest on them.",
        PDPO_DPP2,
    ),
    Kept(
        "disclosures",
        "Who was given which fields, for what, on what ground, until when: the record, without values.",
        PIPL_55,
        years=3,
    ),
    Kept("access", "Who read what, and why: the record, without what was read.", PIPL_55, years=3),
    Kept("breaches", "What was lost, whom it concerned and who was told, by case; from its closing.", PIPL_55, years=3),
    Kept("refusals", "The log of refused requests, open to inspection.", PDPO_S27, years=4),
    Kept(
        "requests",
        "What a person asked about their own data, and how that was answered; counted from the answer.",
        article(PROJECT, "requests, three years"),
        years=3,
    ),
    Kept("impact_assessments", "Why transfers were in order; counted from the end of each.", PIPL_55, years=3),
)
"""What erasing a case leaves. Everything else of it is sealed under a key that is destroyed."""


def use_until(due: datetime, scheme: Scheme) -> datetime:
    """Until when a trader may use what it obtained: the shortest time its handling needs (PIPL Art 19; PDPO DPP2(2)).

    ``due`` is the aware instant at which its deadline ends (already over then); ``use_days`` follow.
    """
    last = scheme.day(due - _MOMENT) + timedelta(days=scheme.use_days)
    return datetime.combine(last + timedelta(days=1), time(), scheme.zone).astimezone(UTC)
