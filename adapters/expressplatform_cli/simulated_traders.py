"""Two traders that behave: how quickly they act, what they settle, what they let lapse.

Laws of this module
- The names are those of participants of the scheme; the behaviour is invented for both, and says nothing of the firms.
- The whole is held to what was published: more than 60 % of the Express Platform's cases were settled (Consumer
  Council, 18 November 2019). What each trader does to get there is a guess, made so that the two differ.
- A trader knows of a case what its alert says, until it obtains the details.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Final

import attrs

from expressplatform.codes import Outcome, Role, Word
from expressplatform.complaint import Actor
from expressplatform.ports import Alert
from expressplatform_cli.simulated_people import pick

# The share of silence, and that a quarter of all answers come on the last day: measured on the 6,483 complaints of
# consumidor.gov.br, e-commerce, 2014 to 2015 (1,955 without the consumer's word; a quarter answered on day 10 of 10).
LAST_DAY: Final = 0.25
SILENT: Final = 0.30


@attrs.frozen
class Manner:
    """How a trader behaves: shares between 0 and 1, days in working days of the Mainland.

    Of the cases uploaded: ``ignores`` are never obtained, ``misdirected`` are no customers of this trader; of those
    obtained, ``forgets`` stay without a result; of those in conciliation, ``impasse`` fail, ``offers`` go by way of an
    offer, the rest by a reported result. ``pleases`` is how many of those who speak confirm it.
    """

    organisation: str
    desks: int
    ignores: float
    misdirected: float
    forgets: float
    impasse: float
    offers: float
    pleases: float
    obtains_in: Mapping[int, float]
    answers_in: Mapping[int, float]
    claims: Mapping[Outcome, float]

    def desk(self, chance: Random) -> Actor:
        """Somebody at one of its desks."""
        return Actor(Role.TRADER, f"{self.organisation}-desk-{chance.randint(1, self.desks)}", self.organisation)

    def answer_day(self, chance: Random) -> int:
        """On which working day after the upload the answer comes, the seventh being the last."""
        return 7 if chance.random() < LAST_DAY else pick(chance, self.answers_in)

    def word(self, chance: Random, claimed: Outcome) -> Word:
        """What the complainant will say to a result; an explanation pleases fewer."""
        if chance.random() < SILENT:
            return Word.SILENT
        pleases = self.pleases if claimed is not Outcome.EXPLANATION_ONLY else self.pleases / 2
        return Word.CONFIRMED if chance.random() < pleases else Word.DISPUTED


SWIFT: Final = Manner(
    organisation="taobao",
    desks=6,
    ignores=0.02,
    misdirected=0.02,
    forgets=0.03,
    impasse=0.09,
    offers=0.30,
    pleases=0.84,
    obtains_in={0: 4.0, 1: 5.0, 2: 1.0},
    answers_in={2: 2.0, 3: 3.0, 4: 3.0, 5: 2.0, 6: 1.0},
    claims={
        Outcome.SETTLED_MONETARY: 62.0,
        Outcome.SETTLED_NON_MONETARY: 22.0,
        Outcome.PARTLY_SETTLED: 10.0,
        Outcome.EXPLANATION_ONLY: 6.0,
    },
)
SLOW: Final = Manner(
    organisation="jd",
    desks=4,
    ignores=0.05,
    misdirected=0.04,
    forgets=0.08,
    impasse=0.16,
    offers=0.18,
    pleases=0.72,
    obtains_in={0: 1.0, 1: 4.0, 2: 3.0, 3: 2.0},
    answers_in={3: 1.0, 4: 2.0, 5: 3.0, 6: 4.0},
    claims={
        Outcome.SETTLED_MONETARY: 48.0,
        Outcome.SETTLED_NON_MONETARY: 24.0,
        Outcome.PARTLY_SETTLED: 12.0,
        Outcome.EXPLANATION_ONLY: 16.0,
    },
)
MANNERS: Final[Mapping[str, Manner]] = {one.organisation: one for one in (SWIFT, SLOW)}


class Mailbox:
    """Where the simulated traders are told that something waits: it counts, and keeps nothing."""

    def __init__(self) -> None:
        self.alerts: Counter[str] = Counter()

    def alert(self, alert: Alert, /) -> None:
        """One more case waits for a trader."""
        self.alerts[alert.organisation] += 1
