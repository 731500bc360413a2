"""Hypothesis strategies of valid values: every command and event, complaints, actors, amounts, documents.

A strategy follows the fields of its class and the constraints they carry, so that a new field or command needs
nothing here. Only a complaint is drawn by hand, since its dates, currencies and ids must agree with each other.
"""

from __future__ import annotations

import functools
import string
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Final, TypeVar

import attrs
import orjson
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from expressplatform.commands import Command
from expressplatform.complaint import (
    ERASED,
    Actor,
    Complaint,
    Consent,
    Erased,
    Evidence,
    KeyDates,
    Particulars,
    PriorContact,
    Purchase,
    Remark,
)
from expressplatform.enrolment import ChangeParticipant, Enrol
from expressplatform.events import Event
from expressplatform.fields import Constraint, constraint_of
from expressplatform.money import LARGEST, Money
from expressplatform.records import EVENTS
from expressplatform.scheme import Participant
from expressplatform.wire import COMMANDS, write_command

T = TypeVar("T")

CURRENCIES: Final = ("HKD", "CNY", "MOP", "BRL", "JPY", "KWD")
LONGEST: Final = 30
"""Texts are drawn no longer than this: what is longer only makes examples slow."""
_NAMING: Final = string.ascii_letters + string.digits
_ZONES: Final = (UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=3, minutes=30)))
_FREE: Final = Constraint(shortest=1)
_LAST: Final = date(2035, 1, 1)


# --- single values ------------------------------------------------------------------------------------------


def texts(shortest: int = 0, longest: int = LONGEST) -> SearchStrategy[str]:
    """Text in any script, as JSON and a database can hold it."""
    letters = st.characters(codec="utf-8", exclude_characters="\x00")
    return st.text(letters, min_size=shortest, max_size=max(shortest, min(longest, LONGEST)))


def identifiers(shortest: int = 1, longest: int = 80) -> SearchStrategy[str]:
    """Identifiers such as ``trader-17`` or ``a:b/c``; empty ones too where ``shortest`` is 0."""
    first = st.sampled_from(_NAMING)
    more = st.text(_NAMING + "._:/-", max_size=min(longest, 12) - 2).map(lambda inside: inside + "x")
    whole = st.builds(str.__add__, first, st.one_of(st.just(""), more))
    return whole if shortest else st.one_of(st.just(""), whole)


def entries() -> SearchStrategy[str]:
    """What stands in a list of identifiers: paths, field names, ids."""
    return st.text("".join(map(chr, range(0x21, 0x7F))), min_size=1, max_size=12)


def instants() -> SearchStrategy[datetime]:
    """Points in time that know their offset, in several zones."""
    return st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.sampled_from(_ZONES))  # noqa: DTZ001


def days(earliest: date | None = None) -> SearchStrategy[date]:
    """Local days, none before ``earliest``."""
    return st.dates(earliest or date(2020, 1, 1), _LAST)


def moneys(currency: str | None = None) -> SearchStrategy[Money]:
    """Amounts, of one currency or of any."""
    return st.builds(Money, st.just(currency) if currency else st.sampled_from(CURRENCIES), st.integers(0, LARGEST))


def actors() -> SearchStrategy[Actor]:
    """Whoever acts, in any role, for somebody else or not."""
    return values(Actor)


def particulars() -> SearchStrategy[Particulars]:
    """Particulars, some of them empty."""
    return values(Particulars)


def remarks() -> SearchStrategy[Remark]:
    """What somebody wrote on a case."""
    return values(Remark)


# --- whole values -------------------------------------------------------------------------------------------


def values(cls: type[T], **given: SearchStrategy[Any]) -> SearchStrategy[T]:
    """Valid values of one of our classes; a field that is ``given`` is drawn from there."""
    kind: Any = cls
    made: SearchStrategy[T] = st.builds(cls, **_parts(kind, given)) if given else _valid(kind)
    return made


@functools.cache
def _valid(cls: Any) -> SearchStrategy[Any]:
    """Made once for each class: what is shared need not be made ready again."""
    if issubclass(cls, Money):
        return moneys()
    return complaints() if issubclass(cls, Complaint) else st.builds(cls, **_parts(cls, {}))


def _parts(cls: Any, given: Mapping[str, SearchStrategy[Any]]) -> dict[str, SearchStrategy[Any]]:
    fields: Any = attrs.fields(attrs.resolve_types(cls))
    drawn = {one.name: _of(one.type, constraint_of(one) or _FREE) for one in fields if one.name not in given}
    return {**drawn, **given}


def complaints(*, personal: SearchStrategy[Particulars | Erased] | None = None) -> SearchStrategy[Complaint]:
    """Complaints whose parts agree: no date before the order's, one currency, no id twice."""
    by_hand = {
        "evidence": _once(values(Evidence), "id"),
        "consents": _once(values(Consent), "recipient"),
        "particulars": personal or st.one_of(st.just(ERASED), particulars()),
    }
    return st.builds(_agreeing, **_parts(Complaint, by_hand))


def _agreeing(
    *, purchase: Purchase, dates: KeyDates, prior_contact: PriorContact, claimed: Money | None, **others: Any
) -> Complaint:
    """Parts that were drawn apart, brought together: a strategy that was made anew for each draw would be slow."""
    first, paid = purchase.ordered_on, purchase.paid
    if first is not None:
        promised, delivered = _not_before(first, dates.promised_on), _not_before(first, dates.delivered_on)
        dates = attrs.evolve(dates, promised_on=promised, delivered_on=delivered)
        prior_contact = attrs.evolve(prior_contact, on=_not_before(first, prior_contact.on))
    if claimed is not None and paid is not None:
        claimed = attrs.evolve(claimed, currency=paid.currency)
    return Complaint(purchase=purchase, dates=dates, prior_contact=prior_contact, claimed=claimed, **others)


def _not_before(first: date, day: date | None) -> date | None:
    """Any day becomes one of those from the first on, and what is one already stays."""
    return None if day is None else first + (day - first) % (_LAST - first + timedelta(days=1))


def _once(of: SearchStrategy[Any], name: str) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=3, unique_by=lambda one: getattr(one, name)).map(tuple)


def commands(*only: type[Command]) -> SearchStrategy[Command]:
    """Commands of the classes named, or of all."""
    return st.one_of([values(cls) for cls in only or COMMANDS.values()])


def events(*only: type[Event]) -> SearchStrategy[Event]:
    """Events of the classes named, or of all; their parts are valid one by one, not as a history."""
    return st.one_of([values(cls) for cls in only or EVENTS.values()])


def participants(organisation: str | None = None) -> SearchStrategy[Participant]:
    """Rows of who takes part, of one organisation or of any: bounded on both sides, on one, or on none."""
    whose = st.just(organisation) if organisation else identifiers()
    return values(Participant, organisation=whose, name=texts(1), city=texts()).map(_in_order)


def _in_order(row: Participant) -> Participant:
    if row.member_from is None or row.member_until is None or row.member_from <= row.member_until:
        return row
    return attrs.evolve(row, member_from=row.member_until, member_until=row.member_from)


def enrolments(organisation: str | None = None) -> SearchStrategy[Enrol]:
    """What an officer may ask of a trader that is to take part."""
    whose = st.just(organisation) if organisation else identifiers()
    names = texts(1).filter(lambda name: bool(name.strip()))
    spans = st.tuples(days(), st.none() | st.integers(0, 2000))

    def enrol(organisation: str, name: str, span: tuple[date, int | None], city: str, platform: bool) -> Enrol:
        first, longer = span
        last = None if longer is None else first + timedelta(days=longer)
        return Enrol(organisation, name, first, last, city, platform)

    return st.builds(enrol, whose, names, spans, texts(), st.booleans())


def participant_changes() -> SearchStrategy[ChangeParticipant]:
    """What an officer may ask to be told otherwise of a participant: a name, a city, a kind, or several of these."""
    names = texts(1).filter(lambda name: bool(name.strip()))
    told = st.tuples(st.none() | names, st.none() | texts(), st.none() | st.booleans())
    return st.builds(
        lambda day, given: ChangeParticipant(day, *given), days(), told.filter(lambda given: given != (None,) * 3)
    )


def documents(*only: type[Command]) -> SearchStrategy[dict[str, Any]]:
    """Plain documents of commands, as JSON gives them: what a client sends."""
    return commands(*only).map(lambda one: typing.cast(dict[str, Any], orjson.loads(write_command(one))))


# --- from a type to a strategy ------------------------------------------------------------------------------


def _of(kind: Any, constraint: Constraint) -> SearchStrategy[Any]:
    if isinstance(kind, types.UnionType):
        return st.one_of([_of(one, constraint) for one in typing.get_args(kind)[::-1]])
    if typing.get_origin(kind) is Mapping:
        return st.dictionaries(entries(), entries(), max_size=3)
    if typing.get_origin(kind) is tuple:
        return _tuples(typing.get_args(kind), constraint)
    if kind is types.NoneType:
        return st.none()
    if kind is Erased:
        return st.just(ERASED)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    return values(kind) if attrs.has(kind) else _scalar(kind, constraint)


def _tuples(parts: tuple[Any, ...], constraint: Constraint) -> SearchStrategy[Any]:
    of = [entries() if one is str else _of(one, _FREE) for one in parts if one is not Ellipsis]
    if parts[-1] is not Ellipsis:
        return st.tuples(*of)
    shortest = 0 if constraint is _FREE else constraint.shortest
    return st.lists(of[0], min_size=shortest, max_size=shortest + 2).map(tuple)


def _scalar(kind: Any, constraint: Constraint) -> SearchStrategy[Any]:
    if kind is str:
        longest = constraint.longest or LONGEST
        text = identifiers if constraint.pattern or constraint is _FREE else texts
        return text(constraint.shortest, longest)
    if kind is int:
        return st.integers(constraint.least or 0, constraint.most or 10**6)
    simple: dict[Any, SearchStrategy[Any]] = {
        bool: st.booleans(),
        bytes: st.binary(max_size=LONGEST),
        datetime: instants(),
        date: days(),
    }
    return simple[kind]
