"""Random histories through the platform: over two stores in step, with repetitions, strangers and late clocks."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from expressplatform import commands as c
from expressplatform.case import Case, next_due, replay
from expressplatform.codes import END, Channel, ErasureReason, Instrument, Outcome, Role, Status
from expressplatform.complaint import ERASED, Actor, Particulars, clock_of
from expressplatform.errors import ExpressPlatformError, KeyReused, NoSuchCase, StaleVersion
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform, Request
from expressplatform.platform.rows import header_of, receipt_key
from expressplatform.ports import EVERYONE, CaseStore, Wanted
from expressplatform.scheme import Term
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fitting import fitting
from expressplatform.workdays import CALENDAR_DAYS
from expressplatform_sqlite.store import SqliteStore
from tests.walking import OFFICER, PERSON
from tests.walks import walking
from tests.whole_life import ASSESSED, ELSEWHERE, SECOND, Clock, complaint, platform_of, seeded

STRANGERS = (ELSEWHERE, Actor(Role.TRADER, "agent-9", "amazon"), Actor(Role.COMPLAINANT, "account-9", "macao"))
SHY = (c.Withdraw, c.WithdrawConsent, c.Decline, c.Record, c.Erase, c.Recall, c.Reject)


def _told(answer: object) -> str:
    return repr(answer)


WEST = timezone(timedelta(hours=-7))
LATER = attrs.evolve(
    HK_CCA,
    edition="later",
    title={"en": "Another edition"},
    zone=WEST,
    participants=(),
    criteria=(),
    service_levels=tuple(
        attrs.evolve(level, terms=tuple(attrs.evolve(one, term=Term(1, CALENDAR_DAYS, WEST)) for one in level.terms))
        for level in HK_CCA.service_levels
    ),
    rejection_rules=frozenset(),
    notice="later",
    notices=(),
    stop_cap_days=1,
    use_days=1,
    most_files=1,
    delete_days=1,
)
"""An edition in which everything is another way: whoever judged a case by it would be found out."""


class PlatformMachine(RuleBasedStateMachine):
    """What a platform answers depends on what happened, not on its store, nor on how often it was asked."""

    @initialize()
    def start(self) -> None:
        """Two platforms over two stores, with one clock and the same draws, and one case in each."""
        self.clock = Clock()
        self.stores: list[CaseStore] = [MemoryStore(), SqliteStore(":memory:")]
        self.keys = [MemoryKeyStore() for _ in self.stores]
        self.platforms = [platform_of(self.clock, *pair) for pair in zip(self.stores, self.keys, strict=True)]
        self.sent: list[Request] = []
        self.count = 0
        for platform in self.platforms:
            self.case = platform.lodge(complaint(), by=OFFICER, key="form-1")
        self.take_their_places()
        for platform in self.platforms:
            platform.record_impact_assessment(attrs.evolve(ASSESSED, id="pia-1", instrument=HK_INSTRUMENT), by=OFFICER)

    def take_their_places(self) -> None:
        """What becomes of the platforms once the case is lodged."""

    def teardown(self) -> None:
        """Lets go of the files."""
        for platform in getattr(self, "platforms", ()):
            platform.close()

    def submit(self, *requests: Request) -> list[Case | ExpressPlatformError]:
        """The answer of both platforms, which is the same."""
        one, other = (platform.submit(requests) for platform in self.platforms)
        assert _told(one) == _told(other)
        for answer in one:
            if isinstance(answer, Case):
                self.case = answer
        return one

    def actor(self, role: Role) -> Actor:
        """Whoever acts in a role; the trader is the one that has the case."""
        turn = self.case.turn
        trader = Actor(Role.TRADER, "agent-1", turn.trader if turn is not None else "taobao")
        return {Role.COUNCIL: OFFICER, Role.COMPLAINANT: PERSON, Role.TRADER: trader}.get(role, clock_of("hkcc"))

    def request(self, data: Any, by: Actor) -> Request | None:
        """A command that mostly fits, under a new key."""
        names = self.platforms[0].allowed(self.case.id, by=by) if by.organisation in self.seers() else ()
        wanted = [getattr(c, name) for name in names]
        if data.draw(st.integers(0, 7)):
            wanted = [one for one in wanted if one not in SHY]
        if not wanted:
            return None
        command = data.draw(st.sampled_from(wanted).flatmap(lambda one: fitting(self.case, one, HK_CCA)))
        self.count += 1
        return Request(command, by, f"key-{self.count}", self.case.id)

    def seers(self) -> set[str]:
        """Who sees the case."""
        header = header_of(self.case)
        return {header.council, header.trader, *header.former}

    @rule(data=st.data(), role=st.sampled_from((Role.COUNCIL, Role.COUNCIL, Role.TRADER, Role.COMPLAINANT)))
    def act(self, data: Any, role: Role) -> None:
        """Somebody acts."""
        request = self.request(data, self.actor(role))
        if request is not None:
            self.submit(request)
            self.sent.append(request)

    @rule(steps=st.integers(1, 5), end=st.booleans())
    def go_ahead(self, steps: int, end: bool) -> None:
        """The short way forward, and to an end."""
        trader = self.actor(Role.TRADER)
        ahead = {
            Status.LODGED: (c.Accept(), OFFICER),
            Status.ELIGIBLE: (c.Upload(HK_INSTRUMENT, "pia-1"), OFFICER),
            Status.UPLOADED: (c.Obtain(), trader),
            Status.OBTAINED: (c.ReportContact(Channel.PHONE), trader),
            Status.IN_CONCILIATION: (c.ReportResolution(), trader),
            Status.RESOLUTION_REPORTED: (c.Confirm(4), PERSON),
            Status.REFERRED_BACK: (c.Record() if end else c.Upload(HK_INSTRUMENT, "pia-1"), OFFICER),
            Status.OUTSIDE_SCHEME: (c.TakeUp(), OFFICER),
            Status.FURTHER_HANDLING: (c.Close(Outcome.NOT_SETTLED), OFFICER),
        }
        for _ in range(steps):
            if self.case.status in ahead:
                command, by = ahead[self.case.status]
                self.count += 1
                request = Request(command, by, f"key-{self.count}", self.case.id)
                self.submit(request)
                self.sent.append(request)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: Any) -> None:
        """What was carried out before, one or several, is not carried out again."""
        again = data.draw(st.lists(st.sampled_from(self.sent), min_size=1, max_size=4))
        done = [one for one in again if self.stores[0].receipt(one.case_id, receipt_key(one.by, one.key))]
        before = self.case
        answers = self.submit(*done)
        assert all(answer == before for answer in answers)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def reuse(self, data: Any) -> None:
        """A key that has carried one command carries no other."""
        sent = data.draw(st.sampled_from(self.sent))
        other = c.SetReference("another-1") if sent.command != c.SetReference("another-1") else c.TakeUp()
        if (
            self.stores[0].receipt(sent.case_id, receipt_key(sent.by, sent.key))
            and self.case.status is not Status.ERASED
        ):
            (answer,) = self.submit(Request(other, sent.by, sent.key, sent.case_id))
            assert isinstance(answer, KeyReused)

    @rule(by=st.sampled_from(STRANGERS))
    def intrude(self, by: Actor) -> None:
        """A stranger finds nothing, whatever is sent."""
        (answer,) = self.submit(Request(c.SetReference("mine-1"), by, "intruder", self.case.id))
        assert isinstance(answer, NoSuchCase)

    @rule(version=st.integers(0, 60))
    def be_stale(self, version: int) -> None:
        """A version that does not stand is told, whatever else is wrong."""
        if version != self.case.version:
            (answer,) = self.submit(Request(c.Assign("officer-3"), OFFICER, "stale", self.case.id, expected=version))
            assert isinstance(answer, StaleVersion)

    @rule(data=st.data(), roles=st.lists(st.sampled_from((Role.COUNCIL, Role.TRADER, Role.COMPLAINANT)), max_size=5))
    def act_together(self, data: Any, roles: list[Role]) -> None:
        """Several steps in one batch, each decided on the one before."""
        requests = [one for role in roles if (one := self.request(data, self.actor(role))) is not None]
        self.submit(*requests)
        self.sent += requests

    @rule(hours=st.integers(1, 400))
    def wait(self, hours: int) -> None:
        """Time passes, and the clock is looked at."""
        self.clock.at += timedelta(hours=hours)
        self.tick()

    @rule(days=st.integers(1, 40))
    def advance(self, days: int) -> None:
        """Time passes, and whatever is due happens at its instant."""
        until = self.clock.wait(days=days)
        one, other = (platform.advance([self.case.id], until) for platform in self.platforms)
        assert one == other
        self.look()

    def tick(self) -> None:
        """Until nothing is due."""
        while True:
            one, other = (platform.tick() for platform in self.platforms)
            assert one == other
            assert not one.failed
            if not one.steps:
                break
        self.look()
        due = next_due(self.case)
        assert due is None or due > self.clock.at

    def look(self) -> None:
        """The case as it stands."""
        one, other = (platform.facts(self.case.id, by=OFFICER) for platform in self.platforms)
        assert one == other
        self.case = one.case

    @rule()
    def work(self) -> None:
        """What is left to be done is done."""
        one, other = (platform.work() for platform in self.platforms)
        assert one == other
        assert not one.failed

    @precondition(lambda self: self.case.status in END)
    @rule()
    def erase(self) -> None:
        """Two officers ask for erasure; only an ended case is erased."""
        erase = c.Erase(ErasureReason.REQUEST, SECOND.person)
        (answer,) = self.submit(Request(erase, OFFICER, f"erase:{self.case.version}", self.case.id))
        if not isinstance(answer, Case):
            assert answer.code == "on_hold"

    # --- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def headers_are_what_the_events_replay_to(self) -> None:
        """In both stores, which hold the same facts."""
        rows = [store.scan(EVERYONE, "", 10) for store in self.stores] if hasattr(self, "stores") else []
        for (stored,) in rows:
            assert stored.header == header_of(self.case)
        if rows:
            one, other = ([event.facts for event in stored.events] for (stored,) in rows)
            assert one == other

    @invariant()
    def answers_are_facts(self) -> None:
        """What a command answered is the case from its facts alone."""
        if hasattr(self, "stores"):
            assert self.case.particulars is ERASED
            facts = self.platforms[0].facts(self.case.id, by=OFFICER)
            assert replay(facts.events) == facts.case == self.case

    @invariant()
    def readings_open_until_erasure(self) -> None:
        """A council's officer reads the particulars with a reason while there are any."""
        if hasattr(self, "stores"):
            erased = self.case.status is Status.ERASED
            for platform in self.platforms:
                case = platform.case(self.case.id, by=OFFICER, reason="look")
                assert isinstance(case.particulars, Particulars) is not erased
                assert platform.cases(by=OFFICER).headers == (header_of(self.case),)
            assert self.stores[0].headers(EVERYONE, Wanted(), "", 10).headers


HK_INSTRUMENT = Instrument.COLLABORATION_AGREEMENT


class EditionsMachine(PlatformMachine):
    """A case goes its way by the edition that it was lodged under, whichever is the present one."""

    def take_their_places(self) -> None:
        """A later edition is the present one of the second platform, beside that of the case."""
        store, keys = self.stores[1], self.keys[1]
        later = Platform(scheme=LATER, earlier=(HK_CCA,), store=store, keys=keys, now=self.clock, draw=seeded)
        later.record_impact_assessment(ASSESSED, by=OFFICER)
        self.platforms[1] = later

    @invariant()
    def all_is_told_by_the_edition_of_the_case(self) -> None:
        """Its assessment, the days that its trader has left, and what is overdue."""
        if hasattr(self, "stores"):
            one, other = map(self.all_told, self.platforms)
            assert one == other
            assert self.platforms[1].edition_of(self.case) is HK_CCA

    def all_told(self, platform: Platform) -> list[str]:
        """What a platform tells of the case without a step."""
        said = [_told(platform.assess(self.case.id, by=OFFICER)), _told(platform.queue(by=OFFICER))]
        for trader in sorted(self.seers() - {""}):
            try:
                said.append(_told(platform.trader_case(self.case.id, by=Actor(Role.TRADER, "agent-1", trader))))
            except NoSuchCase:
                said.append(trader)
        return said


TestPlatform = PlatformMachine.TestCase
TestPlatform.settings = walking(6, least=8, longest=40)
TestEditions = EditionsMachine.TestCase
TestEditions.settings = walking(4, least=8, longest=40)
