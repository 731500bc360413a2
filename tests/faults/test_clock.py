"""Clocks that jump, and a year that is announced late: no duty early, none skipped, none twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, Duty, StopReason
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Remark
from expressplatform.errors import Refused
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform
from expressplatform.ports import EVERYONE, Wanted
from expressplatform.scheme import DutyTerm, Scheme, ServiceLevel
from expressplatform.schemes import HK_CCA
from expressplatform.workdays import MAINLAND, Names, WorkingCalendar
from tests.faults.looking import look_at
from tests.faults.seeds import enough, seeds, telling
from tests.faults.world import World
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import Clock, complaint, live, platform_of

ACCEPTED: Final = ((c.Acknowledge(), OFFICER), (c.Accept(Remark("Looked at by hand.")), OFFICER))


# ---- jumps --------------------------------------------------------------------------------------------------------


def _jumps(runs: range) -> None:
    for seed in runs:
        with telling(seed):
            world = World(seed, jumps=True)
            world.run()
            assert world.look() == []
            assert world.ask_again() == []
            assert world.unfinished() == []


def test_a_clock_that_jumps_a_day_or_a_year_either_way_breaks_nothing() -> None:
    """Beside everything else that fails: no event goes back, no duty early, skipped or twice, nobody refused for it."""
    _jumps(seeds(12))


@pytest.mark.prove
def test_nor_in_five_hundred_months() -> None:
    _jumps(seeds(500))


def test_after_a_jump_back_time_stands_still_for_a_case_until_it_has_caught_up() -> None:
    """What was done by a clock a day ahead stays; the clock asks for nothing twice, and people can go on."""
    clock = Clock()
    platform = platform_of(clock)
    case = live(platform, clock, [])
    right = clock.at
    clock.wait(days=30)
    assert platform.tick().steps == 2  # neither acknowledged nor judged in time
    missed = platform.facts(case.id, by=OFFICER).case
    clock.at = right
    assert platform.tick().steps == 0
    case = platform.act(case.id, c.Acknowledge(), by=OFFICER, key="now")
    assert case.at == missed.at
    clock.at = right + timedelta(days=30)
    assert platform.tick().steps == 0


# ---- a year that is announced late --------------------------------------------------------------------------------

DECEMBER: Final = datetime(2026, 12, 14, 1, tzinfo=UTC)
NEW_YEAR: Final = MAINLAND.announce(
    2027,
    holidays=dict.fromkeys((date(2027, 1, day) for day in (1, 4, 5)), Names("A day off", "假日", "假日")),
    make_up=(date(2027, 1, 9), date(2027, 1, 10)),
    edition="2027",
)


def _with(calendar: WorkingCalendar) -> Scheme:
    def newer(term: DutyTerm) -> DutyTerm:
        fits = term.term.calendar.id == calendar.id
        return attrs.evolve(term, term=attrs.evolve(term.term, calendar=calendar)) if fits else term

    def renewed(level: ServiceLevel) -> ServiceLevel:
        return attrs.evolve(level, terms=tuple(map(newer, level.terms)))

    return attrs.evolve(HK_CCA, service_levels=tuple(map(renewed, HK_CCA.service_levels)))


class _YearEnd:
    """Some cases from the middle of December to the middle of January, on two machines of which one is behind."""

    def __init__(self, seed: int) -> None:
        self.chance, self.clock, self.store, self.keys = Random(seed), Clock(DECEMBER), MemoryStore(), MemoryKeyStore()
        self.old, self.new = self._platform(HK_CCA), self._platform(_with(NEW_YEAR))
        self.arrives = datetime(2026, 12, 20, tzinfo=UTC) + timedelta(days=self.chance.uniform(0, 21))
        self.ids: list[str] = []

    def _platform(self, scheme: Scheme) -> Platform:
        return platform_of(self.clock, self.store, self.keys, scheme=scheme)

    @property
    def platform(self) -> Platform:
        """Whichever machine it is; the one that knows the new year only after that has been announced."""
        return self.chance.choice((self.old, self.new)) if self.clock.at >= self.arrives else self.old

    def run(self) -> None:
        """Every few hours somebody does something, or the clock looks, or the new year is told."""
        while self.clock.at < datetime(2027, 1, 15, tzinfo=UTC):
            self.clock.wait(hours=self.chance.uniform(1, 30))
            if len(self.ids) < 6 and self.clock.at < datetime(2027, 1, 4, tzinfo=UTC):
                self._upload()
            if self.ids:
                self._act(self.chance.choice(self.ids))
            if self.chance.random() < 0.6:
                self.platform.tick()
            if self.clock.at >= self.arrives and self.chance.random() < 0.3:
                assert self.new.reschedule().failed == ()
        assert self.new.reschedule().failed == ()
        while self.new.tick().steps:
            pass

    def _upload(self) -> None:
        key = f"form-{len(self.ids)}"
        case_id = self.platform.lodge(complaint(), by=OFFICER, key=key).id
        for command, by in (*ACCEPTED, (UPLOAD, OFFICER)):
            self.platform.act(case_id, command, by=by, key=type(command).__name__)
        self.ids.append(case_id)

    def _act(self, case_id: str) -> None:
        until = self.clock.at + timedelta(days=self.chance.randint(1, 6))
        step: tuple[Command, Actor] = self.chance.choice(
            (
                (c.Obtain(), TAOBAO),
                (c.ReportContact(Channel.PHONE), TAOBAO),
                (c.StopClock(Duty.RESOLVE, StopReason.TESTING, until), OFFICER),
                (c.ResumeClock(Duty.RESOLVE), OFFICER),
                (c.AskTime(3), TAOBAO),
                (c.GrantTime(2), OFFICER),
            )
        )
        try:
            self.platform.act(case_id, step[0], by=step[1], key=f"{self.clock.at}")
        except Refused:
            return


def _year_ends(runs: range) -> int:
    """Many turns of the year: how many ends were moved by the announcement."""
    moved = 0
    for seed in runs:
        with telling(seed):
            turn = _YearEnd(seed)
            turn.run()
            cases = turn.store.scan(EVERYONE, "", 100)
            assert [one for stored in cases for one in look_at(stored)] == []
            assert all(one.header.due_at is None or one.header.due_at > turn.clock.at for one in cases)
            assert not any(
                header.provisional and header.due_at is not None and header.due_at.year == 2027
                for header in turn.store.headers(EVERYONE, Wanted(), "", 100).headers
            )
            moved += sum(row.kind == "rescheduled" for stored in cases for row in stored.events)
    return moved


def test_a_new_year_that_is_announced_late_costs_nobody_a_day_and_skips_nothing() -> None:
    """From 20 December to 10 January, before or after the first ends fall due; one of two machines is behind."""
    runs = seeds(40)
    assert enough(runs, _year_ends(runs), 10)


@pytest.mark.prove
def test_nor_in_two_thousand_turns_of_the_year() -> None:
    _year_ends(seeds(2_000))
