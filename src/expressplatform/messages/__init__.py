"""Who is told of what happens in a case, and in which words: a table event x audience, and the letters behind it.

Laws of this package: every kind of event has an answer for every audience, either what is sent or why nothing is. What
is sent is said from the case as it stands when it is written, in its reader's language. A letter names the case, the
trader, a day, and on upload the code of its callers: nothing else of the person (PDPO DPP3; PIPL Art 6).
"""

from expressplatform.messages.letters import Letter, letter_of, named_in
from expressplatform.messages.standing import Happened, happenings, stands, told_over
from expressplatform.messages.table import (
    ENTRIES,
    NEVER_TOLD,
    Alerted,
    Entry,
    Queued,
    Silent,
    Tell,
    answer_for,
    answer_to,
)

__all__ = [
    "ENTRIES",
    "NEVER_TOLD",
    "Alerted",
    "Entry",
    "Happened",
    "Letter",
    "Queued",
    "Silent",
    "Tell",
    "answer_for",
    "answer_to",
    "happenings",
    "letter_of",
    "named_in",
    "stands",
    "told_over",
]
