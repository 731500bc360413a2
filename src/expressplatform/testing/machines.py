"""Random histories of a case, and what must hold after each step of any of them.

`CaseMachine` lodges a complaint, lets everybody send what their role may send, lets time pass with a clock
that is now punctual and now late, and keeps its own short account of the history, by which it judges the
case's. Run it as a test case: ``TestCase = CaseMachine.TestCase``. Whoever defines a scheme runs it on their
own: a subclass with another ``scheme`` and a ``complaint`` that the scheme admits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import DataObject, SearchStrategy

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import Case, allowed, apply, decide, due, next_due, replay
from expressplatform.codes import END, OPEN, OWNER, Duty, ErasureReason, Outcome, Role, Status, Word
from expressplatform.commands import Command
from expressplatform.complaint import ERASED, Actor, Complaint, clock_of
from expressplatform.deadlines.duties import LIVE
from expressplatform.errors import Refused
from expressplatform.events import Event
from expressplatform.indicators.marks import outcome_of
from expressplatform.lifecycle import BY_COMMAND, roles_for
from expressplatform.records import without_particulars
from expressplatform.scheme import Known, Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fitting import START, fitting, whole_complaint
from expressplatform.testing.strategies import commands as any_commands

_MOMENT: Final = timedelta.resolution
_ANYTHING: Final = any_commands()
_NOTHING_KNOWN: Final = Known()
_OPENED: Final = Known("case-1", "0123-4567-M")
_KEY_GONE: Final = c.Erase(ErasureReason.KEY_DESTROYED)
_LATER: Final = (e.ClockStopped, e.TimeGranted, e.Reminded, e.Rescheduled)
"""After these a party never has less time than it was told before."""
_GIVES_UP: Final = (c.Withdraw, c.WithdrawConsent, c.Decline, c.Erase, c.Record, c.Recall, c.Reject, c.Close)
AHEAD: Final[Mapping[Status, tuple[tuple[Role, type[Command]], ...]]] = MappingProxyType(
    {
        Status.LODGED: ((Role.COUNCIL, c.Accept),),
        Status.NEEDS_INFORMATION: ((Role.COMPLAINANT, c.SupplyInformation),),
        Status.ELIGIBLE: ((Role.COUNCIL, c.Upload),),
        Status.OUTSIDE_SCHEME: ((Role.COUNCIL, c.TakeUp),),
        Status.UPLOADED: ((Role.TRADER, c.Obtain),),
        Status.OBTAINED: ((Role.TRADER, c.ReportContact), (Role.TRADER, c.AskTime), (Role.COUNCIL, c.GrantTime)),
        Status.IN_CONCILIATION: (
            (Role.TRADER, c.MakeOffer),
            (Role.COMPLAINANT, c.AcceptOffer),
            (Role.TRADER, c.ReportResolution),
            (Role.TRADER, c.ReportImpasse),
        ),
        Status.RESOLUTION_REPORTED: ((Role.COMPLAINANT, c.Confirm), (Role.COMPLAINANT, c.Dispute)),
        Status.REFERRED_BACK: ((Role.COUNCIL, c.Upload), (Role.COUNCIL, c.Redirect), (Role.COUNCIL, c.TakeUp)),
        Status.FURTHER_HANDLING: ((Role.TRADER, c.ReportResolution), (Role.COUNCIL, c.Close)),
        Status.RECORDED: ((Role.COUNCIL, c.Reopen), (Role.COUNCIL, c.Erase)),
        Status.WITHDRAWN: ((Role.COUNCIL, c.Reopen), (Role.COUNCIL, c.Erase)),
        Status.CLOSED: ((Role.COUNCIL, c.Reopen), (Role.COUNCIL, c.Erase)),
    }
)
"""Which steps bring a case further, and by whom: without them most histories would be short."""

_SETTLED: Final = (Outcome.SETTLED_MONETARY, Outcome.SETTLED_NON_MONETARY, Outcome.PARTLY_SETTLED)

# --- the machine's own account of a history -----------------------------------------------------------------


@attrs.define
class Told:
    """What a history comes to, told by rules of its own and not by the folds of `case`."""

    filed: datetime
    accepted: bool = False
    uploaded: bool = False
    withdrawn: bool = False
    rested: bool = False
    claimed: bool = False
    word: Word | None = None
    perform_by: date | None = None
    offers: list[date | None] = attrs.field(factory=list)

    def hear(self, event: Event) -> None:
        """One event more."""
        match event:
            case e.InformationSupplied():
                self.filed = self.filed if self.accepted else event.at
            case e.Accepted():
                self.accepted = True
            case e.Uploaded():
                self.uploaded, self.perform_by, self.offers = True, None, []
            case e.Redirected():
                self.uploaded, self.claimed, self.word, self.perform_by = False, False, None, None
            case e.OfferMade():
                self.offers.append(event.asked.perform_by)
            case e.ResolutionReported():
                self.perform_by = event.asked.perform_by
                self.claimed = self.claimed or event.asked.outcome is not None
            case e.ImpasseReported():
                self.claimed = True
            case e.Withdrawn() | e.Reopened():
                self.withdrawn = isinstance(event, e.Withdrawn)
            case _:
                self._hear_complainant(event)

    def _hear_complainant(self, event: Event) -> None:
        match event:
            case e.OfferAccepted():
                self.perform_by = self.offers[event.asked.offer - 1]
                self.claimed, self.word = True, Word.CONFIRMED
            case e.Confirmed():
                self.word = Word.CONFIRMED
            case e.Closed() if event.asked.confirmed_by is Role.COMPLAINANT and event.asked.outcome in _SETTLED:
                self.word = Word.CONFIRMED
            case e.Disputed() | e.BreachReported():
                self.word = Word.DISPUTED
            case _:
                pass


# --- the machine --------------------------------------------------------------------------------------------


class CaseMachine(RuleBasedStateMachine):
    """Every history that `decide` admits leaves the case as its own rules say."""

    scheme: ClassVar[Scheme] = HK_CCA
    complaint: ClassVar[Complaint] = whole_complaint()
    start: ClassVar[datetime] = START

    case: Case
    bare: Case
    told: Told
    now: datetime
    events: tuple[Event, ...]

    @initialize(by=st.sampled_from((Role.COUNCIL, Role.COMPLAINANT)), ahead=st.integers(0, 12), data=st.data())
    def lodge(self, by: Role, ahead: int, data: DataObject) -> None:
        """The complaint comes in, through the council or by itself, and goes some steps ahead."""
        self.now = self.start
        clerk = Actor(by, "officer-1", self.scheme.council)
        self.events = decide(None, c.Lodge(self.complaint), by=clerk, at=self.now, scheme=self.scheme, known=_OPENED)
        self.case, self.bare = replay(self.events), replay(map(without_particulars, self.events))
        self.told = Told(self.now)
        for _ in range(ahead):
            self.go_ahead(data)

    def actor(self, role: Role) -> Actor:
        """Whoever acts in a role: for a trader, the one that the case is with."""
        turn = self.case.turn if role is Role.TRADER else None
        if role is Role.CLOCK:
            return clock_of(self.scheme.council)
        if role is Role.TRADER:
            return Actor(role, "agent-1", turn.trader if turn is not None else "nobody")
        return Actor(role, "officer-1" if role is Role.COUNCIL else "account-1", self.scheme.council)

    def send(self, command: Command, by: Actor, known: Known = _NOTHING_KNOWN) -> bool:
        """One step, taken or refused; a refusal changes nothing and is never one that `allowed` denies."""
        before, listed = self.case, allowed(self.case, by)
        events, refused = self.decided(command, by, self.now, known)
        if refused is not None:
            open_to_role = (before.status, type(command), by.role) in BY_COMMAND
            assert (refused.code in ("wrong_role", "wrong_status")) is not open_to_role
            assert refused.code != "event_out_of_turn"
            return False
        assert type(command) in listed
        for event in events:
            self.take(event)
        return True

    def decided(
        self, command: Command, by: Actor, at: datetime, known: Known = _NOTHING_KNOWN
    ) -> tuple[tuple[Event, ...], Refused | None]:
        """The events that a step becomes, or how it is refused."""
        try:
            return decide(self.case, command, by=by, at=at, scheme=self.scheme, known=known), None
        except Refused as refused:
            return (), refused

    def take(self, event: Event) -> None:
        """One event more, told to the case, to the case without particulars and to the machine's own account."""
        before = self.case
        self.case, self.bare = apply(before, event), apply(self.bare, without_particulars(event))
        self.events = (*self.events, event)
        self.told.hear(event)
        if self.case.status is not Status.ERASED:  # erasing ends nothing
            self.told.rested = self.case.status in END | {Status.RESOLVED}
        assert self.case.version == before.version + 1
        assert self.case.at == event.at >= before.at
        if isinstance(event, _LATER):
            for timer in event.timers:
                earlier = before.timer(timer.duty)
                assert earlier is not None
                assert timer.due >= earlier.due
        if isinstance(event, e.Lapsed) and self.case.status in (Status.RESOLVED, Status.CLOSED):
            promised = self.told.perform_by
            assert promised is None or self.scheme.day(event.at) > promised

    # --- steps ----------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def council_acts(self, data: DataObject) -> None:
        """The council sends what it may send from here, mostly with fields that fit."""
        self.act(data, Role.COUNCIL)

    @rule(data=st.data())
    def complainant_acts(self, data: DataObject) -> None:
        """The complainant does."""
        self.act(data, Role.COMPLAINANT)

    @rule(data=st.data())
    def trader_acts(self, data: DataObject) -> None:
        """The trader does."""
        self.act(data, Role.TRADER)

    def act(self, data: DataObject, role: Role) -> None:
        """One step of a role; what gives up or erases a case is rarely taken, so that histories are long."""
        by = self.actor(role)
        wanted = allowed(self.case, by)
        if data.draw(st.integers(0, 9)):
            wanted = tuple(one for one in wanted if one not in _GIVES_UP)
        if wanted:
            self.send(data.draw(st.sampled_from(wanted).flatmap(self.fitting), label="command"), by)

    @rule(data=st.data())
    def go_ahead(self, data: DataObject) -> None:
        """The step that brings the case further."""
        steps = AHEAD.get(self.case.status, ())
        if steps:
            role, kind = data.draw(st.sampled_from(steps))
            self.send(data.draw(self.fitting(kind), label="command"), self.actor(role))

    @rule(data=st.data(), role=st.sampled_from(Role))
    def act_at_random(self, data: DataObject, role: Role) -> None:
        """Somebody sends anything."""
        self.send(data.draw(_ANYTHING, label="command"), self.actor(role))

    def fitting(self, command: type[Command]) -> SearchStrategy[Command]:
        """Commands of a class that mostly fit the case."""
        return fitting(self.case, command, self.scheme)

    @rule(hours=st.integers(1, 90))
    def wait(self, hours: int) -> None:
        """Time passes, and the clock comes late."""
        self.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 15))
    def run_punctually(self, days: int) -> None:
        """Time passes, and whatever is due happens at its instant."""
        until = self.now + timedelta(days=days)
        while (instant := next_due(self.case)) is not None and instant <= until:
            self.now = max(self.now, instant)
            self.run_clock()
        self.now = until

    @rule()
    def be_kept_to_the_end(self) -> None:
        """The time of keeping an ended case passes."""
        if self.case.status in END:
            self.now = max(self.now, next_due(self.case) or self.now)
            self.run_clock()

    @rule()
    def run_clock(self) -> None:
        """The clock asks for all that is due: none of it is refused, and it comes to rest."""
        for _ in range(50):
            command = due(self.case, self.now)
            if command is None:
                return
            assert self.send(command, self.actor(Role.CLOCK)), type(command).__name__
        raise AssertionError("the clock does not come to rest")

    @rule()
    def announce_a_year(self) -> None:
        """Every provisional end is computed again; a settled one never is."""
        if self.case.status in OPEN:
            for timer in self.case.timers:
                taken = self.send(c.Reschedule(timer.duty), self.actor(Role.CLOCK))
                assert taken is timer.provisional

    @rule(rarely=st.integers(0, 9))
    def lose_the_key(self, rarely: int) -> None:
        """Where the key is destroyed the clock puts it on record, on hold or not; how the case came out stays."""
        if self.case.status is Status.ERASED or rarely:
            return
        before, clock = outcome_of(self.case), self.actor(Role.CLOCK)
        assert not self.send(_KEY_GONE, clock)
        assert self.send(_KEY_GONE, clock, Known(key_destroyed=True))
        assert (self.case.status, outcome_of(self.case)) == (Status.ERASED, before)

    @rule(back=st.integers(1, 10**6))
    def go_back(self, back: int) -> None:
        """Nothing happens before the last thing that happened."""
        for command in (c.SetResearchConsent(True), c.Lapse(Duty.RESOLVE)):
            for role in roles_for(self.case.status, type(command)):
                _, refused = self.decided(command, self.actor(role), self.case.at - back * _MOMENT)
                assert refused is not None
                assert refused.code == "at_goes_back"

    # --- what always holds ----------------------------------------------------------------------------------

    @invariant()
    def version_counts_events(self) -> None:
        """The version is the number of events."""
        assert self.case.version == len(self.events)

    @invariant()
    def facts_are_enough(self) -> None:
        """Without particulars the case is the same but for the particulars."""
        complaint, turn = attrs.evolve(self.case.complaint, particulars=ERASED), self.case.turn
        if turn is not None:
            messages = tuple(attrs.evolve(one, particulars=ERASED) for one in turn.messages)
            turn = attrs.evolve(turn, messages=messages)
        file = attrs.evolve(self.case.file, complaint=complaint)
        assert self.bare == attrs.evolve(self.case, file=file, turn=turn)

    @invariant()
    def open_cases_have_a_live_duty(self) -> None:
        """Somebody owes something while a case is open, and what no longer matters does not run."""
        running = {timer.duty: timer.owner for timer in self.case.timers}
        assert set(running) <= set(LIVE[self.case.status])
        assert all(OWNER[duty] is owner for duty, owner in running.items())
        if self.case.status in OPEN | END:
            assert LIVE[self.case.status][-1] in running

    @invariant()
    def the_clock_knows_when_to_come(self) -> None:
        """At the instant in the header the clock has something to ask, and not a moment before."""
        instant = next_due(self.case)
        if instant is not None:
            assert due(self.case, instant) is not None
            assert due(self.case, instant - _MOMENT) is None

    @invariant()
    def the_word_is_the_complainants(self) -> None:
        """The last word counts; silence is only where a case that was uploaded came to rest without one."""
        told, account = self.told, self.case.account
        silent = told.rested and told.uploaded and not told.withdrawn and told.word is None
        assert self.case.silent is silent
        assert self.case.word is (Word.SILENT if silent else told.word)
        assert (account.ended_at is not None) is told.rested

    @invariant()
    def a_bare_reply_claims_nothing(self) -> None:
        """A claim has somebody who claims, and a reply without an outcome is none."""
        assert (self.case.claimed_by is not None) is self.told.claimed

    @invariant()
    def the_case_stays_the_same_case(self) -> None:
        """Number, scheme and edition never change; the filing date moves only before the first acceptance."""
        assert (self.case.id, self.case.reference) == (_OPENED.case_id, _OPENED.reference)
        assert (self.case.scheme, self.case.edition) == (self.scheme.id, self.scheme.edition)
        assert self.case.file.filed_at == self.told.filed
        assert {one.id for one in self.complaint.evidence} <= {one.id for one in self.case.file.evidence}

    @invariant()
    def what_is_erased_is_gone(self) -> None:
        """An erased case holds no particular, and whoever held a copy was told to delete it."""
        if self.case.status is Status.ERASED:
            assert self.case.particulars is ERASED
        if self.case.status in END | {Status.ERASED}:
            assert all(one.must_delete_since is not None for one in self.case.file.holdings if one.held)

    def teardown(self) -> None:
        """The events, read again from the first, make the same case."""
        if hasattr(self, "case"):
            assert replay(self.events) == self.case
