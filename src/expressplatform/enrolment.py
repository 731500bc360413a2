"""Who takes part, as what, from which day until which: enrolled, changed and let go by entries that are only added.

Laws of this file
- An entry speaks of days, from one to another (both included; None: no bound on that side): on each of them an
  organisation takes part under a name, or takes no part.
- Entries lie on top of the rows that a scheme brings as code, and the later on top of the earlier: on each day the last
  entry that speaks of it holds, and the scheme's row on a day of which none speaks.
- Nothing is taken away. A case is judged as at its filing date, so that what was so on a day stays so after a change
  or a leaving, which speak of later days.
- Who takes part on a day is not enrolled for it; who takes no part on a day is not changed from it, and does not leave
  with it. So whoever was ever enrolled took part for a day at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs

from expressplatform.codes import Role
from expressplatform.errors import InvalidInput, Problem, Refused
from expressplatform.fields import Checked, Constraint, code, instant, several, text
from expressplatform.scheme import Participant

MOST_ENTRIES: Final = 500
"""How many entries there are at most about one organisation."""
FIRST_DAY: Final = date(1990, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""No participation is told of days before the first or after the last of these."""
_NAME: Final = Constraint(shortest=1, longest=200)
_CITY: Final = Constraint(longest=100)
_DAY: Final = timedelta(days=1)
_LOWEST: Final = date.min.toordinal()
_HIGHEST: Final = date.max.toordinal()


# --- what is asked --------------------------------------------------------------------------------------------


def _given(shape: Constraint) -> Checked:
    """A text that may be left out."""
    return Checked(shape, (str,), "must be text", optional=True)


def _day_problems(**days: date | None) -> list[Problem]:
    bounds = f"must be from {FIRST_DAY} to {LAST_DAY}"
    return [
        Problem(f"$.{name}", "range", bounds)
        for name, day in days.items()
        if day is not None and not FIRST_DAY <= day <= LAST_DAY
    ]


def _none_of(found: Sequence[Problem]) -> None:
    if found:
        raise InvalidInput(tuple(found))


@attrs.frozen
class Enrol:
    """A trader takes part, from one local day of the scheme until another (both included; None: until it leaves).

    ``organisation`` is its id, ``name`` what people call it, in whatever scripts they do; ``city`` where it is
    registered, in English (the GBA standard contract asks); ``platform`` whether shops trade on it. Raises InvalidInput
    for days out of bounds, or in the wrong order.
    """

    organisation: str = attrs.field(validator=code())
    name: str = attrs.field(validator=text(200, shortest=1))
    member_from: date
    member_until: date | None = None
    city: str = attrs.field(default="", validator=text(100))
    platform: bool = True

    def __attrs_post_init__(self) -> None:
        found = _day_problems(member_from=self.member_from, member_until=self.member_until)
        if self.member_until is not None and self.member_until < self.member_from:
            found.append(Problem("$.member_until", "date_order", "must not be before the day from which it takes part"))
        if not self.name.strip():
            found.append(Problem("$.name", "text", "must not be blank"))
        _none_of(found)


@attrs.frozen
class ChangeParticipant:
    """What is told of a participant is otherwise from a day on; what is None stays as it is.

    It holds for the days that the row of that day speaks of: until what is told changes again, or the participant
    leaves. From the row's first day it puts right what was told wrongly. Raises InvalidInput where nothing changes.
    """

    from_day: date
    name: str | None = attrs.field(default=None, validator=_given(_NAME))
    city: str | None = attrs.field(default=None, validator=_given(_CITY))
    platform: bool | None = None

    def __attrs_post_init__(self) -> None:
        found = _day_problems(from_day=self.from_day)
        if self.name is not None and not self.name.strip():
            found.append(Problem("$.name", "text", "must not be blank"))
        if (self.name, self.city, self.platform) == (None, None, None):
            found.append(Problem("$", "missing", "must change something: name, city or platform"))
        _none_of(found)


@attrs.frozen
class LetLeave:
    """A participant takes no part after a day, unless it is enrolled again; cases that it holds go on."""

    last_day: date

    def __attrs_post_init__(self) -> None:
        _none_of(_day_problems(last_day=self.last_day))


Asked = Enrol | ChangeParticipant | LetLeave
"""What an officer may ask."""


# --- what is kept ---------------------------------------------------------------------------------------------


class EntryKind(StrEnum):
    """What an entry tells of an organisation: that it takes part, takes part otherwise, or takes part no more."""

    ENROLLED = "enrolled"
    CHANGED = "changed"
    LEFT = "left"


@attrs.frozen
class Entry:
    """What was entered about an organisation: of which days (None: no bound), and what is so on them.

    Where it LEFT, name and city are empty. ``by`` is a staff id; ``key`` the idempotency key under which it was asked.
    """

    kind: EntryKind
    since: date | None
    until: date | None
    name: str
    city: str
    platform: bool
    at: datetime = attrs.field(validator=instant())
    by: str = attrs.field(validator=code())
    key: str = attrs.field(validator=text(300))


@attrs.frozen
class Enrolment:
    """Everything that was entered about an organisation, in order."""

    organisation: str = attrs.field(validator=code())
    entries: tuple[Entry, ...] = attrs.field(validator=several(MOST_ENTRIES))


@attrs.frozen
class Participation:
    """How an organisation takes part: its ``rows`` in order of time, no two for one day, and what they come of.

    ``version`` counts the entries: 0 where it takes part by the scheme's own list alone.
    """

    organisation: str
    version: int
    rows: tuple[Participant, ...]
    entries: tuple[Entry, ...]


# --- rows -----------------------------------------------------------------------------------------------------

_Told = tuple[str, str, bool]
_Span = tuple[int, int, _Told | None]
"""From one day to another, as ordinals: name, city and platform, or that it takes no part."""


def rows_of(organisation: str, below: Iterable[Participant], entries: Iterable[Entry]) -> tuple[Participant, ...]:
    """An organisation's rows in order of time, no two for one day: entries on top of the rows ``below``.

    Where two of those below speak of one day, the first of them holds, as in a scheme. Days that follow each other and
    of which the same is told are one row.
    """
    spans: list[_Span] = []
    for row in reversed([one for one in below if one.organisation == organisation]):
        told = row.name, row.city, row.platform
        _lay(spans, (_first(row.member_from), _last(row.member_until), told))
    for entry in entries:
        member = None if entry.kind is EntryKind.LEFT else (entry.name, entry.city, entry.platform)
        _lay(spans, (_first(entry.since), _last(entry.until), member))
    return tuple(_row(organisation, span) for span in _joined(spans))


def _first(day: date | None) -> int:
    return _LOWEST if day is None else day.toordinal()


def _last(day: date | None) -> int:
    return _HIGHEST if day is None else day.toordinal()


def _lay(spans: list[_Span], top: _Span) -> None:
    """Lays a span on top: what it covers of the others is gone."""
    first, last, told = top
    if first > last:
        return
    left = [(since, min(until, first - 1), what) for since, until, what in spans if since < first]
    right = [(max(since, last + 1), until, what) for since, until, what in spans if until > last]
    spans[:] = [*left, *right, *([top] if told is not None else [])]


def _joined(spans: list[_Span]) -> list[_Span]:
    """The spans in order, neighbours of which the same is told as one."""
    found: list[_Span] = []
    for since, until, told in sorted(spans, key=lambda span: span[0]):
        if found and found[-1][1] + 1 == since and found[-1][2] == told:
            found[-1] = found[-1][0], until, told
        else:
            found.append((since, until, told))
    return found


def _row(organisation: str, span: _Span) -> Participant:
    since, until, told = span
    assert told is not None
    name, city, platform = told
    first = None if since == _LOWEST else date.fromordinal(since)
    last = None if until == _HIGHEST else date.fromordinal(until)
    return Participant(organisation, name, first, last, city, platform)


# --- entries --------------------------------------------------------------------------------------------------


def entry_of(rows: Sequence[Participant], asked: Asked, *, at: datetime, by: str, key: str) -> Entry | None:
    """The entry that a request comes to, given an organisation's rows; None where all is so already.

    Raises Refused: ``takes_part`` (on a day for which it is to be enrolled), ``takes_no_part`` (on the day named).
    """
    if isinstance(asked, Enrol):
        return _enrolled(rows, asked, at, by, key)
    if isinstance(asked, ChangeParticipant):
        return _changed(rows, asked, at, by, key)
    row = _row_on(rows, asked.last_day)
    if row is rows[-1] and row.member_until == asked.last_day:
        return None
    return Entry(EntryKind.LEFT, asked.last_day + _DAY, None, "", "", False, at, by, key)


def _enrolled(rows: Sequence[Participant], asked: Enrol, at: datetime, by: str, key: str) -> Entry:
    first, last = asked.member_from.toordinal(), _last(asked.member_until)
    if any(_first(row.member_from) <= last and first <= _last(row.member_until) for row in rows):
        reason = "It takes part on some of these days already: change what is told of it, or name other days."
        raise Refused("takes_part", "", Role.COUNCIL, (), reason)
    return Entry(
        EntryKind.ENROLLED, asked.member_from, asked.member_until, asked.name, asked.city, asked.platform, at, by, key
    )


def _changed(rows: Sequence[Participant], asked: ChangeParticipant, at: datetime, by: str, key: str) -> Entry | None:
    row = _row_on(rows, asked.from_day)
    told = (
        row.name if asked.name is None else asked.name,
        row.city if asked.city is None else asked.city,
        row.platform if asked.platform is None else asked.platform,
    )
    if told == (row.name, row.city, row.platform):
        return None
    return Entry(EntryKind.CHANGED, asked.from_day, row.member_until, *told, at, by, key)


def _row_on(rows: Sequence[Participant], day: date) -> Participant:
    found = next((row for row in rows if row.member_on(day)), None)
    if found is None:
        raise Refused("takes_no_part", "", Role.COUNCIL, (), "It takes no part on that day: name one on which it does.")
    return found


def check_room(entries: Sequence[Entry]) -> None:
    """Raises Refused (``too_many_entries``) where no more is entered about an organisation."""
    if len(entries) >= MOST_ENTRIES:
        raise Refused("too_many_entries", "", Role.OPERATOR, (), f"There are {MOST_ENTRIES} entries about it already.")


def same_asked(entry: Entry, asked: Asked) -> bool:
    """Whether an entry is what a request came to: then the request has come again."""
    if isinstance(asked, LetLeave):
        return entry.kind is EntryKind.LEFT and entry.since == asked.last_day + _DAY
    if isinstance(asked, ChangeParticipant):
        pairs = ((asked.name, entry.name), (asked.city, entry.city), (asked.platform, entry.platform))
        same = all(wanted is None or wanted == found for wanted, found in pairs)
        return entry.kind is EntryKind.CHANGED and entry.since == asked.from_day and same
    told = asked.member_from, asked.member_until, asked.name, asked.city, asked.platform
    found = entry.since, entry.until, entry.name, entry.city, entry.platform
    return entry.kind is EntryKind.ENROLLED and told == found
