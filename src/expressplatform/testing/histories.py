"""Strategies of whole things: histories of a case, schemes, clocks, and complaints that are nearly valid.

Laws of this file: what `strategies` draws field by field is valid by itself; here parts agree with each other, or
disagree in exactly one place that is named.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, TypeVar

import attrs
import orjson
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from expressplatform import commands as c
from expressplatform.case import Case, allowed, apply, decide, due, replay
from expressplatform.codes import Role
from expressplatform.complaint import Actor, Complaint, clock_of
from expressplatform.eligibility import assess
from expressplatform.enrolment import ChangeParticipant, Enrol
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.indicators import Figures, figures
from expressplatform.platform import Request
from expressplatform.privacy.breaches import Breach
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.scheme import (
    Assessment,
    Criterion,
    DutyTerm,
    Finding,
    ImpactAssessmentRef,
    Known,
    Participant,
    Scheme,
    ServiceLevel,
    Term,
)
from expressplatform.schemes import CONSUMIDOR_BR, HK_CCA
from expressplatform.schemes.levels import house_defaults
from expressplatform.testing.fakes import ScriptedClock
from expressplatform.testing.fitting import START, fitting, whole_complaint
from expressplatform.testing.machines import AHEAD
from expressplatform.testing.strategies import (
    complaints,
    days,
    enrolments,
    instants,
    participant_changes,
    participants,
    values,
)
from expressplatform.wire import write_complaint
from expressplatform.workdays import HONG_KONG, MACAO, MAINLAND

T = TypeVar("T")
_NUMBERS: Final = Known("case-1", "0123-4567-M")
_ACTING: Final = (Role.COUNCIL, Role.COMPLAINANT, Role.TRADER)


# --- histories --------------------------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn, scheme: Scheme = HK_CCA, *, most: int = 12) -> tuple[Event, ...]:
    """Histories of one case that `decide` admits: lodged, and then up to ``most`` steps by anybody, the clock too.

    ``scheme`` must admit `whole_complaint`. `replay` gives the case.
    """
    at, council = START, scheme.council
    lodge = c.Lodge(whole_complaint(scheme, at=at))
    clerk = Actor(Role.COUNCIL, "officer-1", council)
    events = decide(None, lodge, by=clerk, at=at, scheme=scheme, known=_NUMBERS)
    case = replay(events)
    for _ in range(draw(st.integers(0, most))):
        at += timedelta(hours=draw(st.integers(1, 200)))
        command, by = _step(draw, case, scheme, due(case, at))
        try:
            more = decide(case, command, by=by, at=at, scheme=scheme)
        except Refused:
            continue
        for event in more:
            case = apply(case, event)
        events = (*events, *more)
    return events


def _step(draw: st.DrawFn, case: Case, scheme: Scheme, asked: c.Command | None) -> tuple[c.Command, Actor]:
    """What somebody does: the clock first, where it has something to do; mostly what brings the case further."""
    if asked is not None:
        return asked, clock_of(scheme.council)
    ahead = AHEAD.get(case.status, ()) if draw(st.integers(0, 2)) else ()
    role, command = draw(st.sampled_from(ahead)) if ahead else (draw(st.sampled_from(_ACTING)), None)
    trader = case.turn.trader if case.turn is not None else case.trader
    names = {Role.COUNCIL: ("officer-1", scheme.council), Role.TRADER: ("agent-1", trader)}
    by = Actor(role, *names.get(role, ("account-1", scheme.council)))
    command = command or draw(st.sampled_from(allowed(case, by) or (c.AddMessage,)))
    return draw(fitting(case, command, scheme)), by


# --- schemes ----------------------------------------------------------------------------------------------------

_CALENDARS: Final = st.sampled_from((HONG_KONG, MACAO, MAINLAND))


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Schemes of a council of its own, with other traders, calendars and lengths; each admits `whole_complaint`."""
    retention = draw(st.integers(30, 3650))
    level = house_defaults(
        council=draw(_CALENDARS), trader=draw(_CALENDARS), zone=HK_CCA.zone, retention_days=retention
    )
    others = draw(st.lists(st.sampled_from(("jd", "pdd", "shop-9")), unique=True))
    return attrs.evolve(
        HK_CCA,
        id=draw(st.sampled_from(("lane", "council-2.lane", "x"))),
        edition=f"{draw(st.integers(2020, 2035))}.{draw(st.integers(1, 9))}",
        council=draw(st.sampled_from(("hkcc", "macao", "council-9"))),
        participants=(Participant("taobao", "Taobao"), *(Participant(one, one.upper()) for one in others)),
        service_levels=(level,),
        lodged_by=draw(st.sampled_from((frozenset({Role.COUNCIL}), frozenset({Role.COUNCIL, Role.COMPLAINANT})))),
        stop_cap_days=draw(st.integers(1, 60)),
        use_days=draw(st.integers(1, 90)),
        delete_days=draw(st.integers(1, 60)),
        rights_days=draw(st.integers(1, 60)),
    )


def service_levels() -> SearchStrategy[ServiceLevel]:
    """Sets of lengths, as whole schemes have them."""
    return schemes().map(lambda scheme: scheme.service_levels[0])


def assessments() -> SearchStrategy[Assessment]:
    """What criteria say of any complaint, complete or not."""
    return st.builds(lambda one, scheme: assess(one, scheme=scheme, on=START.date()), complaints(), schemes())


def tallies() -> SearchStrategy[Figures]:
    """Figures over a few cases, by status and trader."""

    def counted(told: list[tuple[Event, ...]]) -> Figures:
        at = max((events[-1].at for events in told), default=START)
        return figures(map(replay, told), as_at=at, zone=HK_CCA.zone, by=("trader",))

    return st.lists(histories(most=6), max_size=3).map(counted)


_WHOLE: Final[Mapping[type[object], Callable[[], SearchStrategy[Any]]]] = MappingProxyType(
    {
        Complaint: complaints,
        Scheme: schemes,
        Case: lambda: histories().map(replay),
        Criterion: lambda: st.sampled_from((*HK_CCA.criteria, *CONSUMIDOR_BR.criteria)),
        ServiceLevel: service_levels,
        DutyTerm: lambda: service_levels().flatmap(lambda level: st.sampled_from(level.terms)),
        Term: lambda: service_levels().flatmap(lambda level: st.sampled_from(level.terms)).map(lambda one: one.term),
        Assessment: assessments,
        Finding: lambda: assessments().flatmap(lambda one: st.sampled_from(one.findings)),
        Figures: tallies,
        Breach: lambda: instants().flatmap(_lain_open),
        Request: lambda: values(Request, on=st.none() | histories(most=4).map(replay)),
        Enrol: enrolments,
        ChangeParticipant: participant_changes,
        Participant: participants,
        ImpactAssessment: lambda: st.builds(_spanning, days(), st.integers(0, 900), values(ImpactAssessmentRef)),
    }
)
"""Classes whose parts must agree with each other."""


def _lain_open(since: datetime) -> SearchStrategy[Breach]:
    until = st.integers(1, 9999).map(lambda hours: since + timedelta(hours=hours))
    return values(Breach, since=st.just(since), until=until)


def _spanning(day: date, length: int, named: ImpactAssessmentRef) -> ImpactAssessment:
    return ImpactAssessment(
        id=named.id,
        recipient="taobao",
        instrument=named.instrument,
        made_on=day,
        valid_until=day + timedelta(days=length),
        lawful="The purpose is complaint handling.",
        effect="The trader learns who complains.",
        measures="Sealed for one recipient.",
        approved_by="officer-2",
    )


def any_of(cls: type[T]) -> SearchStrategy[T]:
    """Values of any public class: those whose parts must agree as they do, the others field by field."""
    whole = _WHOLE.get(cls)
    return typing.cast("SearchStrategy[T]", whole()) if whole is not None else values(cls)


# --- clocks -----------------------------------------------------------------------------------------------------

_STEPS: Final = st.one_of(
    st.just(timedelta(0)),
    st.just(timedelta.resolution),
    st.integers(1, 90).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 40).map(lambda days: timedelta(days=days)),
    st.just(timedelta(days=366)),
)


def clocks(*, back: bool = False) -> SearchStrategy[ScriptedClock]:
    """Clocks that stand, creep, run and jump; with ``back`` also a little back, as a machine's clock may."""
    steps = _STEPS | st.integers(1, 900).map(lambda seconds: timedelta(seconds=-seconds)) if back else _STEPS
    return st.lists(steps, max_size=60).map(lambda script: ScriptedClock(START, script))


# --- nearly valid -----------------------------------------------------------------------------------------------

Document = dict[str, Any]


@attrs.frozen
class Flawed:
    """A document of a complaint with one flaw, the path at which it is, and of which kind: see `Problem`."""

    document: Document
    path: str
    kind: str


def _put(path: str, value: object) -> Callable[[Document], None]:
    *way, last = path.removeprefix("$.").split(".")

    def change(document: Document) -> None:
        for name in way:
            document = document[name]
        document[last] = value

    return change


def _drop(name: str) -> Callable[[Document], None]:
    return lambda document: typing.cast(None, document.pop(name))


_FLAWS: Final[Mapping[tuple[str, str], tuple[Callable[[Document], None], ...]]] = MappingProxyType(
    {
        ("$.trader", "missing"): (_drop("trader"),),
        ("$.category", "missing"): (_drop("category"),),
        ("$.nature", "missing"): (_drop("nature"),),
        ("$", "unknown_field"): (_put("$.more", 1), _put("$.Trader", {})),
        ("$.purchase", "unknown_field"): (_put("$.purchase.orderedOn", "2025-01-01"),),
        ("$.category", "code"): (_put("$.category", "no_such"), _put("$.category", 7)),
        ("$.redress", "type"): (_put("$.redress", "refund"), _put("$.redress", {"0": "refund"})),
        ("$.research_consent", "type"): (_put("$.research_consent", "yes"), _put("$.research_consent", 1)),
        ("$.trader.organisation", "text"): (_put("$.trader.organisation", ""),),
        ("$.purchase.ordered_on", "date"): (_put("$.purchase.ordered_on", "2025-02-30"),),
        ("$.claimed.minor_units", "amount"): (_put("$.claimed", {"currency": "HKD", "minor_units": -1}),),
        ("$.claimed.minor_units", "type"): (
            _put("$.claimed", {"currency": "HKD", "minor_units": 1.5}),
            _put("$.claimed", {"currency": "HKD", "minor_units": "1"}),
            _put("$.claimed", {"currency": "HKD", "minor_units": True}),
        ),
        ("$.particulars.name", "text"): (_put("$.particulars", {"name": "x" * 201}),),
        ("$.particulars.statement", "text"): (_put("$.particulars", {"statement": "a\0b"}),),
    }
)


@st.composite
def nearly_valid_complaints(draw: st.DrawFn) -> Flawed:
    """Documents of complaints, valid but for one flaw: `read_complaint` must name its path and its kind."""
    document = typing.cast(Document, orjson.loads(write_complaint(draw(complaints()))))
    path, kind = draw(st.sampled_from(sorted(_FLAWS)))
    draw(st.sampled_from(_FLAWS[path, kind]))(document)
    return Flawed(document, path, kind)
