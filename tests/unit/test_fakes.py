"""The fakes do what they were told to, and the platform takes their faults as it takes real ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expressplatform.codes import Status
from expressplatform.commands import Accept, Obtain
from expressplatform.errors import StoreUnusable, Unreachable
from expressplatform.memory import MemoryStore
from expressplatform.platform import Platform
from expressplatform.schemes import HK_CCA
from expressplatform.testing.fakes import (
    GIVES_UP,
    NEVER_ANSWERS,
    SETTLES,
    ScriptedClock,
    ScriptedKeys,
    ScriptedMessenger,
    ScriptedTrader,
    contact_of,
)
from expressplatform.testing.fitting import START
from tests.walking import OFFICER, UPLOAD
from tests.whole_life import ASSESSED, complaint

DOWN = ConnectionError("the line is down")


def desk(
    trader: ScriptedTrader, *, keys: ScriptedKeys | None = None, messenger: ScriptedMessenger | None = None
) -> tuple[Platform, ScriptedClock]:
    """A platform with one trader."""
    clock = ScriptedClock()
    platform = Platform(
        scheme=HK_CCA,
        store=MemoryStore(),
        keys=keys if keys is not None else ScriptedKeys(),
        now=clock,
        gateways={trader.actor.organisation: trader},
        messenger=messenger,
    )
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    return platform, clock


def uploaded(platform: Platform, clock: ScriptedClock) -> str:
    """A case with the trader."""
    case = platform.lodge(complaint(), by=OFFICER, key="form 1")
    for number, command in enumerate((Accept(), UPLOAD)):
        clock.wait(hours=1)
        platform.act(case.id, command, by=OFFICER, key=f"k{number}")
    return case.id


class TestTheTrader:
    def test_it_goes_through_its_plan_with_each_case_that_it_hears_of(self) -> None:
        trader = ScriptedTrader(plan=SETTLES)
        platform, clock = desk(trader)
        case_id = uploaded(platform, clock)
        assert trader.answer(platform) == 0
        platform.work(limit=10)
        assert [alert.case_id for alert in trader.alerts] == [case_id]
        for _ in SETTLES:
            clock.wait(hours=1)
            assert trader.answer(platform) == 1
        assert trader.answer(platform) == 0
        assert platform.facts(case_id, by=OFFICER).case.status is Status.RESOLUTION_REPORTED
        assert trader.refused == []

    @pytest.mark.parametrize(("plan", "status"), [(GIVES_UP, Status.REFERRED_BACK), (NEVER_ANSWERS, Status.UPLOADED)])
    def test_it_gives_up_or_stays_silent(self, plan: tuple[Obtain, ...], status: Status) -> None:
        trader = ScriptedTrader(plan=plan)
        platform, clock = desk(trader)
        case_id = uploaded(platform, clock)
        platform.work(limit=10)
        for _ in range(4):
            clock.wait(hours=1)
            trader.answer(platform)
        assert platform.facts(case_id, by=OFFICER).case.status is status

    def test_an_alert_that_fails_comes_again_and_counts_once(self) -> None:
        trader = ScriptedTrader(faults=[DOWN, None])
        platform, clock = desk(trader)
        case_id = uploaded(platform, clock)
        assert len(platform.work(limit=10).failed) == 1
        assert trader.alerts == []
        clock.wait(minutes=5)
        assert platform.work(limit=10).failed == ()
        for alert in list(trader.alerts):
            trader.alert(alert)
        assert [alert.case_id for alert in trader.alerts] == [case_id]

    def test_what_is_refused_is_remembered_and_ends_the_plan(self) -> None:
        trader = ScriptedTrader(plan=SETTLES[1:])
        platform, clock = desk(trader)
        case_id = uploaded(platform, clock)
        platform.work(limit=10)
        assert trader.answer(platform) == 0
        assert trader.refused == [(case_id, "ReportContact", "wrong_status")]
        assert trader.waiting() == []


class TestTheMessenger:
    def test_it_keeps_each_message_once(self) -> None:
        trader, messenger = ScriptedTrader(), ScriptedMessenger(faults=[DOWN])
        platform, clock = desk(trader, messenger=messenger)
        uploaded(platform, clock)
        assert len(platform.work(limit=10).failed) == 1
        clock.wait(minutes=5)
        platform.work(limit=10)
        sent = list(messenger.sent)
        message = sent[-1]
        messenger.send(message)
        assert messenger.sent == sent
        assert contact_of(message) == "a@example.org"

    def test_who_has_gone_away_is_unreachable(self) -> None:
        trader, messenger = ScriptedTrader(), ScriptedMessenger()
        platform, clock = desk(trader, messenger=messenger)
        uploaded(platform, clock)
        platform.work(limit=10)
        gone = ScriptedMessenger(gone=["a@example.org"])
        with pytest.raises(Unreachable):
            gone.send(messenger.sent[0])
        assert gone.sent == []


class TestTheKeys:
    def test_they_fail_by_script_and_then_work(self) -> None:
        keys = ScriptedKeys(faults=[StoreUnusable("locked")])
        with pytest.raises(StoreUnusable, match="locked"):
            keys.create(["a"])
        keys.create(["a"])
        assert len(keys.get("a")) == 32
        assert keys.asked == ["create", "create", "get"]

    def test_a_case_is_lodged_whole_or_not_at_all_while_they_fail(self) -> None:
        keys = ScriptedKeys(faults=[None, StoreUnusable("failed"), StoreUnusable("failed")])
        platform, _ = desk(ScriptedTrader(), keys=keys)
        lodged = None
        for _ in range(5):
            try:
                lodged = platform.lodge(complaint(), by=OFFICER, key="form 1")
            except StoreUnusable:
                assert platform.cases(by=OFFICER).headers == ()
        assert lodged is not None
        assert [header.case_id for header in platform.cases(by=OFFICER).headers] == [lodged.id]


class TestTheClock:
    def test_it_stands_until_it_is_set_and_remembers_what_it_showed(self) -> None:
        clock = ScriptedClock()
        assert clock() == clock() == START
        assert clock.wait(days=1) == clock() == START + timedelta(days=1)
        assert clock.readings == [START, START, START + timedelta(days=1)]

    def test_each_reading_takes_a_step_of_its_script_also_back(self) -> None:
        clock = ScriptedClock(START, [timedelta(hours=2), timedelta(hours=-1)])
        assert [clock() - START for _ in range(3)] == [timedelta(hours=2), timedelta(hours=1), timedelta(hours=1)]

    def test_a_duty_that_is_over_by_the_clock_lapses(self) -> None:
        platform, clock = desk(ScriptedTrader(plan=NEVER_ANSWERS))
        case_id = uploaded(platform, clock)
        clock.wait(days=60)
        while platform.tick().steps:
            pass
        assert platform.facts(case_id, by=OFFICER).case.status is Status.REFERRED_BACK
