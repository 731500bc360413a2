"""Eight steps of a case: `decide`, the event, `apply`; beside three state machines that take the same way.

The way of HK_CCA from ELIGIBLE to CLOSED: Upload, Obtain, ReportContact, MakeOffer, DeclineOffer, ReportResolution,
Confirm, Lapse. Lodge and Accept are left out: Accept is a whole assessment, which is measured by itself. Ours asks
every guard of the rows (17 in all), computes the six deadlines that start, writes the disclosure record of Obtain
and makes an event and a new frozen case in each step. A peer asks one role check and one guard a step, and
changes a status; its last step leads back to the first status, so that nothing needs to be made anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs

from benchmarks.measure import Contest, Effort, Row, Work, held, row
from expressplatform import commands as c
from expressplatform.case import Case, apply, decide
from expressplatform.codes import Channel, Duty, Instrument, Outcome, Redress, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, clock_of
from expressplatform.money import Money
from expressplatform.scheme import Known
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import WHOLE

START: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
NUMBERS: Final = Known(case_id="case-1", reference="0123-4567-M")
OFFICER: Final = Actor(Role.COUNCIL, "officer-1", "hkcc")
PERSON: Final = Actor(Role.COMPLAINANT, "account-1", "hkcc")
TRADER: Final = Actor(Role.TRADER, "agent-1", "taobao")

Asked = tuple[Command, Actor, datetime]
"""A command, who sends it, when."""


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


REFUND: Final = Money("HKD", 129900)
TAKEN_IN: Final[tuple[Asked, ...]] = (
    (c.Lodge(WHOLE), OFFICER, _day(0)),
    (c.Acknowledge(), OFFICER, _day(0.2)),
    (c.Accept(), OFFICER, _day(1)),
)
WAY: Final[tuple[Asked, ...]] = (
    (c.Upload(Instrument.COLLABORATION_AGREEMENT, "pia-2025-1"), OFFICER, _day(1.1)),
    (c.Obtain(), TRADER, _day(2)),
    (c.ReportContact(Channel.PHONE), TRADER, _day(2.2)),
    (c.MakeOffer((Redress.REFUND,), _day(20), amount=REFUND, perform_by=date(2025, 6, 30)), TRADER, _day(3)),
    (c.DeclineOffer(1), PERSON, _day(4)),
    (c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), REFUND), TRADER, _day(5)),
    (c.Confirm(5), PERSON, _day(6)),
    (c.Lapse(Duty.BREACH_WINDOW), clock_of("hkcc"), _day(60)),
)
NEGOTIATION: Final = slice(2, 5)
"""The steps that start no deadline and disclose nothing: what is left is the machine itself."""


def walked(case: Case | None, way: tuple[Asked, ...]) -> Case:
    """The case after these steps."""
    for command, by, at in way:
        for event in decide(case, command, by=by, at=at, scheme=HK_CCA, known=NUMBERS):
            case = apply(case, event)
    if case is None:
        raise LookupError("a way has steps")
    return case


def _ours(before: Case, way: tuple[Asked, ...], end: Status) -> Work:
    def walk() -> None:
        case = before
        for command, by, at in way:
            (event,) = decide(case, command, by=by, at=at, scheme=HK_CCA, known=NUMBERS)
            case = apply(case, event)
        if case.status is not end:
            raise LookupError("the way ends elsewhere")

    return walk


# --- the peers ---------------------------------------------------------------------------------------------------


@attrs.frozen
class Move:
    """A step of a peer: its name, from, to (None: it stays), who may take it, and which guard is asked."""

    name: str
    source: str
    target: str | None
    by: str
    guard: str


MOVES: Final = (
    Move("upload", "eligible", "uploaded", "by_council", "agreed"),
    Move("obtain", "uploaded", "obtained", "by_trader", "agreed"),
    Move("contact", "obtained", "conciliation", "by_trader", "held"),
    Move("offer", "conciliation", None, "by_trader", "ahead"),
    Move("decline", "conciliation", None, "by_complainant", "standing"),
    Move("report", "conciliation", "reported", "by_trader", "held"),
    Move("confirm", "reported", "resolved", "by_complainant", "own"),
    Move("lapse", "resolved", "eligible", "by_clock", "over"),
)
STATES: Final = tuple(dict.fromkeys(move.source for move in MOVES))
CALLS: Final = tuple((move.name, by, at) for move, (_, by, at) in zip(MOVES, WAY, strict=True))


class Facts:
    """What the peers' checks look at; each is as short as a check can be."""

    trader = "taobao"
    council = "hkcc"
    agreed_at = START
    expires = WAY[3][0].expires if isinstance(WAY[3][0], c.MakeOffer) else START
    due = _day(50)
    open_offer = True

    def by_council(self, by: Actor, at: datetime) -> bool:
        return by.role is _COUNCIL

    def by_trader(self, by: Actor, at: datetime) -> bool:
        return by.role is _TRADER

    def by_complainant(self, by: Actor, at: datetime) -> bool:
        return by.role is _COMPLAINANT

    def by_clock(self, by: Actor, at: datetime) -> bool:
        return by.role is _CLOCK

    def agreed(self, by: Actor, at: datetime) -> bool:
        return self.agreed_at <= at

    def held(self, by: Actor, at: datetime) -> bool:
        return by.organisation == self.trader

    def own(self, by: Actor, at: datetime) -> bool:
        return by.organisation == self.council

    def ahead(self, by: Actor, at: datetime) -> bool:
        return self.expires > at

    def standing(self, by: Actor, at: datetime) -> bool:
        return self.open_offer

    def over(self, by: Actor, at: datetime) -> bool:
        return self.due <= at


_COUNCIL, _TRADER, _COMPLAINANT, _CLOCK = Role.COUNCIL, Role.TRADER, Role.COMPLAINANT, Role.CLOCK


def _transitions(steps: slice, start: str, end: str) -> Work:
    from transitions import Machine

    model: Any = Facts()
    machine = Machine(model=None, states=list(STATES), initial=start, auto_transitions=False)
    for move in MOVES:
        machine.add_transition(move.name, move.source, move.target, conditions=[move.by, move.guard])
    machine.add_model(model)
    calls = [(getattr(model, name), by, at) for name, by, at in CALLS[steps]]
    if calls[0][0](clock_of("hkcc"), START) or model.state != start:
        raise LookupError("a peer lets the wrong role pass")

    def walk() -> None:
        model.state = start
        for trigger, by, at in calls:
            trigger(by, at)
        if model.state != end:
            raise LookupError("the way ends elsewhere")

    return walk


def _python_statemachine() -> Work:
    from statemachine import State, StateMachine

    states = {name: State(initial=name == "eligible") for name in STATES}
    body: dict[str, Any] = dict(states)
    for move in MOVES:
        source, target = states[move.source], states[move.target or move.source]
        body[move.name] = source.to(target, cond=[move.by, move.guard], internal=move.target is None)
    model = Facts()
    machine: Any = type("Way", (StateMachine,), body)(model)
    calls = [(getattr(machine, name), by, at) for name, by, at in CALLS]

    def walk() -> None:
        for trigger, by, at in calls:
            trigger(by=by, at=at)
        if machine.current_state_value != "eligible":
            raise LookupError("the way ends elsewhere")

    return walk


def _sismic() -> Work:
    from sismic.interpreter import Interpreter
    from sismic.model import BasicState, CompoundState, Statechart, Transition

    chart = Statechart("way")
    chart.add_state(CompoundState("root", initial="eligible"), None)
    for name in STATES:
        chart.add_state(BasicState(name), "root")
    for move in MOVES:
        guard = f"facts.{move.by}(event.by, event.at) and facts.{move.guard}(event.by, event.at)"
        chart.add_transition(Transition(move.source, move.target, event=move.name, guard=guard))
    machine = Interpreter(chart, initial_context={"facts": Facts()})
    machine.execute_once()

    def walk() -> None:
        for name, by, at in CALLS:
            machine.queue(name, by=by, at=at)
            machine.execute_once()
        if "eligible" not in machine.configuration:
            raise LookupError("the way ends elsewhere")

    return walk


# --- the rows ----------------------------------------------------------------------------------------------------

_NOTE: Final = "Ours also computes deadlines, writes a disclosure record, makes events and frozen cases."


def whole_way() -> Contest:
    """Ours and the three."""
    work = {
        "ours": _ours(walked(None, TAKEN_IN), WAY, Status.CLOSED),
        "transitions": _transitions(slice(None), "eligible", "eligible"),
        "python-statemachine": _python_statemachine(),
        "sismic": _sismic(),
    }
    return Contest(work, each=len(WAY))


def negotiation() -> Contest:
    """Three steps that start no deadline and disclose nothing."""
    before = walked(walked(None, TAKEN_IN), WAY[:2])
    work = {
        "ours": _ours(before, WAY[NEGOTIATION], Status.IN_CONCILIATION),
        "transitions": _transitions(NEGOTIATION, "obtained", "conciliation"),
    }
    return Contest(work, each=3)


def rows(effort: Effort) -> Iterator[Row]:
    """The three peers, and what is left of the first row without deadlines and disclosure."""
    times = held(whole_way(), effort)
    for peer, goal in (("transitions", 5.0), ("python-statemachine", 60.0), ("sismic", 35.0)):
        yield row("a step of a case, all eight", times, ours="ours", theirs=peer, goal=goal, note=_NOTE)
    note = "ReportContact, MakeOffer, DeclineOffer."
    name = "a step that starts no deadline and discloses nothing"
    yield row(name, held(negotiation(), effort), ours="ours", theirs="transitions", note=note)
