"""Breaches: what was lost or seen by others, whom it concerns, and who must be told of it until when.

Laws of this file: only the rows of `BREACHES` move a breach; absent means illegal. Each telling is due so many hours
after the breach was noticed, whoever is late: overdue follows from that and an instant, no event says so. Whom a breach
concerns is counted from what was stored and what was really given out, never from what might have been. A record names
organisations, codes and numbers, and nobody. Pure: instants come in as arguments.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import attrs

from expressplatform.codes import (
    BreachOf,
    BreachStatus,
    BreachStep,
    KeptGround,
    Language,
    Role,
)
from expressplatform.complaint import ERASED, Complaint
from expressplatform.errors import Refused
from expressplatform.events import DeletionConfirmed, Disclosed, Event, Obtained
from expressplatform.fields import code, instant, refuse, text
from expressplatform.privacy import table as t
from expressplatform.scheme import Scheme

LONGEST: Final = 8000
"""How many characters the words on a breach may have, each."""

# --- the table --------------------------------------------------------------------------------------------------


@attrs.frozen
class BreachRow:
    """One legal step: ``source`` is None for the first; ``reason`` says that it must be given with a reason."""

    step: BreachStep
    source: BreachStatus | None
    target: BreachStatus
    reason: bool = False


_S: Final = BreachStatus

BREACHES: Final[tuple[BreachRow, ...]] = (
    BreachRow(BreachStep.OPEN_BREACH, None, _S.OPEN),
    *(BreachRow(BreachStep.DESCRIBE, one, one) for one in BreachStatus if one is not _S.CLOSED),
    BreachRow(BreachStep.TELL_AUTHORITY, _S.OPEN, _S.AUTHORITY_TOLD),
    BreachRow(BreachStep.TELL_AUTHORITY, _S.PERSONS_TOLD, _S.ALL_TOLD),
    BreachRow(BreachStep.TELL_PERSONS, _S.OPEN, _S.PERSONS_TOLD),
    BreachRow(BreachStep.TELL_PERSONS, _S.AUTHORITY_TOLD, _S.ALL_TOLD),
    BreachRow(BreachStep.CLOSE_BREACH, _S.ALL_TOLD, _S.CLOSED),
    # Whoever closes it earlier says why: those affected need not be told where harm is effectively avoided (Art 57).
    *(BreachRow(BreachStep.CLOSE_BREACH, one, _S.CLOSED, reason=True) for one in (_S.OPEN, _S.AUTHORITY_TOLD)),
    # No statute in force obliges to tell the commissioner, and it may be that no other authority is competent.
    BreachRow(BreachStep.CLOSE_BREACH, _S.PERSONS_TOLD, _S.CLOSED, reason=True),
)
"""Every step that there is (PIPL Art 57)."""

_ROWS: Final[Mapping[tuple[BreachStatus | None, BreachStep], BreachRow]] = MappingProxyType(
    {(row.source, row.step): row for row in BREACHES}
)


def breach_steps(source: BreachStatus | None) -> tuple[BreachStep, ...]:
    """The steps that a breach may take from where it stands (PIPL Art 57); none: it is closed."""
    return tuple(row.step for row in BREACHES if row.source is source)


def stepped(source: BreachStatus | None, step: BreachStep, reason: str = "") -> BreachStatus:
    """Where a step leads (PIPL Art 57).

    Raises Refused: ``wrong_status`` where the table has no row, ``reason_missing`` where its row asks for a reason.
    """
    row = _ROWS.get((source, step))
    may = tuple(one.value for one in breach_steps(source))
    if row is None:
        where = "that does not exist yet" if source is None else f"that is {source.value}"
        raise Refused("wrong_status", "", Role.COUNCIL, may, f"The step {step.value} is not open to a breach {where}.")
    if row.reason and not reason.strip():
        said = "Not everybody who must be told has been: to close it all the same needs a reason."
        raise Refused("reason_missing", "", Role.COUNCIL, may, said)
    return row.target


# --- whom it concerns -------------------------------------------------------------------------------------------


def in_order(fields: Iterable[str]) -> tuple[str, ...]:
    """Fields in the order of the disclosure table, each once."""
    held = set(fields)
    return tuple(one for one in t.EVERY_FIELD if one in held)


def held_by(organisation: str, events: Iterable[Event], since: datetime, until: datetime) -> tuple[str, ...]:
    """The fields of a case that an organisation had at some time from ``since`` to ``until`` (not included).

    Exactly those that were recorded when it was given them (PIPL Arts 23, 55), also long before: a copy is there until
    its deletion is confirmed, with nothing kept (PIPL Art 47). Empty: the case does not concern it.
    """
    held: set[str] = set()
    for event in events:
        if isinstance(event, Obtained | Disclosed):
            given = event.disclosure
            held.update(given.fields if given.recipient == organisation and event.at < until else ())
        elif event.at < since and _deleted(event, organisation):
            held.clear()
    return in_order(held)


def _deleted(event: Event, organisation: str) -> bool:
    """Whether an organisation confirmed that nothing is left at it (PIPL Art 47)."""
    if not isinstance(event, DeletionConfirmed) or event.asked.ground is not KeptGround.NOTHING_KEPT:
        return False
    return event.by.organisation == organisation


def stood(lodged_at: datetime, erased_at: datetime | None, since: datetime, until: datetime) -> bool:
    """Whether a case was there, and not erased, at some time from ``since`` to ``until`` (not included)."""
    return lodged_at < until and (erased_at is None or erased_at >= since)


def carried(complaint: Complaint, known: AbstractSet[str] = frozenset()) -> tuple[str, ...]:
    """The fields of a complaint that hold something (PIPL Art 57(1)): of an erased one, those of its facts.

    Those that are ``known`` already are not looked at.
    """
    fields = t.FACTS if complaint.particulars is ERASED else t.EVERY_FIELD
    return tuple(one for one in fields if one not in known and _value_of(complaint, one) not in _NOTHING)


def _value_of(complaint: Complaint, field: str) -> object:
    """The value at a path; None where something on the way is not there, and for what is no part of a complaint."""
    try:
        return _GETTERS[field](complaint)
    except AttributeError:
        return None


_NOTHING: Final = (None, "", ())
_GETTERS: Final[Mapping[str, Callable[[Complaint], object]]] = MappingProxyType(
    {field: operator.attrgetter(field) for field in t.EVERY_FIELD}
)


@attrs.frozen
class Scope:
    """Whom and what a breach concerns.

    ``cases`` counts all, ``erased`` those of them that nothing opens any more, ``unreadable`` those whose key is lost
    or whose seal does not open; ``people`` are distinct by name and first contact, over the cases that open.
    ``languages`` counts people by the language of their messages, ``traders`` cases by the organisation that has them
    now. ``fields`` are paths as the disclosure table names them, ``kinds``
    kinds of data as a privacy notice names them (`fields.KINDS`).
    """

    cases: int = 0
    people: int = 0
    erased: int = 0
    unreadable: int = 0
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    languages: tuple[tuple[Language, int], ...] = ()
    traders: tuple[tuple[str, int], ...] = ()


# --- the record -------------------------------------------------------------------------------------------------


@attrs.frozen
class Telling:
    """A telling that is owed: until when (UTC), and when and by whom it was done. An instant in UTC each."""

    due: datetime
    done_at: datetime | None = None
    done_by: str = ""

    def overdue(self, now: datetime) -> bool:
        """Whether its time is over and it was not done (PIPL Art 57)."""
        return self.done_at is None and self.due <= now

    def done(self, at: datetime, by: str) -> Telling:
        """The same, done."""
        return attrs.evolve(self, done_at=at, done_by=by)


@attrs.frozen
class Breach:
    """The record of a breach (PIPL Art 57).

    ``about`` is the organisation whose copy or key it was, or the case whose key; else empty. The data lay open from
    ``since`` to ``until`` (not included). ``authority`` and ``persons`` are the two tellings. Staff are named by their
    ids. ``cause``, ``harm``, ``measures`` and ``reason`` (why it was closed early) are words, and say nothing of a
    person: the report holds them, and those affected read ``measures`` as it was written. ``batch`` names the list of
    those affected. Raises InvalidInput for a span that ends before it begins.
    """

    id: str
    what: BreachOf
    about: str = attrs.field(validator=code(empty=True))
    since: datetime = attrs.field(validator=instant())
    until: datetime = attrs.field(validator=instant())
    noticed_at: datetime = attrs.field(validator=instant())
    opened_by: str
    opened_at: datetime
    authority: Telling
    persons: Telling
    scope: Scope = Scope()
    status: BreachStatus = BreachStatus.OPEN
    cause: str = attrs.field(default="", repr=False, validator=text(LONGEST))
    harm: str = attrs.field(default="", repr=False, validator=text(LONGEST))
    measures: str = attrs.field(default="", repr=False, validator=text(LONGEST))
    reason: str = attrs.field(default="", repr=False, validator=text(LONGEST))
    closed_at: datetime | None = None
    closed_by: str = ""
    batch: str = ""

    def __attrs_post_init__(self) -> None:
        if self.until <= self.since:
            raise refuse("$.until", "date_order", "must be after the beginning of the span")

    @property
    def open(self) -> bool:
        """Whether something may still happen to it."""
        return self.status is not BreachStatus.CLOSED


def opened(
    what: BreachOf,
    *,
    id: str,
    about: str,
    since: datetime,
    until: datetime,
    noticed_at: datetime,
    cause: str,
    harm: str,
    measures: str,
    by: str,
    at: datetime,
    scheme: Scheme,
) -> Breach:
    """A breach as it is opened at an instant, before anybody is counted (PIPL Art 57).

    Its clocks run from ``noticed_at``, so many hours as the scheme says.
    """
    return Breach(
        id=id,
        what=what,
        about=about,
        since=since,
        until=until,
        noticed_at=noticed_at,
        opened_by=by,
        opened_at=at,
        authority=Telling(noticed_at + timedelta(hours=scheme.breach_authority_hours)),
        persons=Telling(noticed_at + timedelta(hours=scheme.breach_persons_hours)),
        status=stepped(None, BreachStep.OPEN_BREACH),
        cause=cause,
        harm=harm,
        measures=measures,
    )


def described(breach: Breach, *, cause: str = "", harm: str = "", measures: str = "") -> Breach:
    """The breach with more said of it (PIPL Art 57(1), (2)); what is empty stays as it was. Raises Refused."""
    return attrs.evolve(
        breach,
        status=stepped(breach.status, BreachStep.DESCRIBE),
        cause=cause or breach.cause,
        harm=harm or breach.harm,
        measures=measures or breach.measures,
    )


def authority_told(breach: Breach, at: datetime, by: str) -> Breach:
    """The breach after an authority was told of it (PIPL Art 57). Raises Refused."""
    status = stepped(breach.status, BreachStep.TELL_AUTHORITY)
    return attrs.evolve(breach, status=status, authority=breach.authority.done(at, by))


def persons_told(breach: Breach, at: datetime, by: str) -> Breach:
    """The breach after the last of those affected was told of it (PIPL Art 57). Raises Refused."""
    status = stepped(breach.status, BreachStep.TELL_PERSONS)
    return attrs.evolve(breach, status=status, persons=breach.persons.done(at, by))


def ready_to_tell(breach: Breach) -> None:
    """Raises Refused unless those affected may be told: of an open breach, and what was done (PIPL Art 57(2))."""
    stepped(breach.status, BreachStep.TELL_PERSONS)
    if not breach.measures.strip():
        said = "Say first what was done about it: those affected are told."
        raise Refused("measures_missing", "", Role.COUNCIL, (BreachStep.DESCRIBE.value,), said)


def closed(breach: Breach, at: datetime, by: str, reason: str = "") -> Breach:
    """The breach closed: all are told, or there is a reason (PIPL Art 57: harm effectively avoided). Raises Refused."""
    status = stepped(breach.status, BreachStep.CLOSE_BREACH, reason)
    return attrs.evolve(breach, status=status, closed_at=at, closed_by=by, reason=reason)


def overdue_tellings(breach: Breach, now: datetime) -> tuple[Telling, ...]:
    """The tellings of an open breach whose time is over (PIPL Art 57)."""
    return tuple(one for one in (breach.authority, breach.persons) if breach.open and one.overdue(now))
