"""What officers are answered about who takes part: the rows, what they come of, and the version.

Laws of this file: values alone, in the words of `expressplatform.enrolment`. Who entered what stands here, and nowhere
that anybody may ask.
"""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.enrolment import EntryKind
from expressplatform_http.protocol.answers import Answer
from expressplatform_http.protocol.documents import ParticipantShown


@attrs.frozen
class EntryShown(Answer):
    """What was entered about an organisation: of which days (null: no bound), what is so on them, when and by whom.

    Where it left, name and city are empty. ``by`` is a staff id.
    """

    kind: EntryKind
    since: date | None
    until: date | None
    name: str
    city: str
    platform: bool
    at: datetime
    by: str


@attrs.frozen
class ParticipationShown(Answer):
    """How an organisation takes part: its rows in order of time, and everything that was entered, in order.

    ``version`` counts the entries, and is the ETag: 0 where it takes part by the scheme's own list alone.
    """

    organisation: str
    version: int
    rows: tuple[ParticipantShown, ...]
    entries: tuple[EntryShown, ...]


@attrs.frozen
class ParticipationsShown(Answer):
    """Everybody who takes part, did or will: the scheme's own list first, then in order of enrolment."""

    participants: tuple[ParticipationShown, ...]
