"""The checks of a connector: everything at once, in schedules drawn from seeds.

Laws of this file: those of `contracts`. A failure names the seed of its schedule, by which it is run again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import ClassVar

import attrs

from expressplatform.money import Money
from expressplatform.ports import HandedOver, Paid, Promise, Suggestion
from expressplatform.shops import Disconnected, GatewayError, Ok, Throttled
from expressplatform.testing.connectors.changes import MEANS, told_of
from expressplatform.testing.connectors.checks import Tried
from expressplatform.testing.connectors.stage import BACK, Stage, claim, good, notice
from expressplatform.testing.connectors.world import Fault, Moved
from expressplatform.testing.guarantees import proves


@attrs.define
class _Run:
    """One schedule: what was made, what was told, what was believed."""

    stage: Stage
    luck: random.Random
    shop: str
    cursor: str = ""
    bills: list[tuple[str, str, Money]] = attrs.Factory(list)
    ends: dict[str, Moved] = attrs.Factory(dict)
    told: list[Suggestion] = attrs.Factory(list)
    noted: list[str] = attrs.Factory(list)


class Scheduled(Tried):
    """Everything at once, drawn from a seed."""

    schedules: ClassVar[int] = 12
    """How many schedules are run."""
    first_seed: ClassVar[int] = 1
    """Where they begin."""

    @proves("C36")
    def test_schedules_of_faults_end_as_if_there_had_been_none(self) -> None:
        """After bans, broken lines, revocations and deaths in any order, every change was told once and noted once."""
        with self.staged() as stage:
            for number in range(self.first_seed, self.first_seed + self.schedules):
                try:
                    self._schedule(stage, number)
                except Exception as error:
                    error.add_note(f"the schedule's seed is {number}")
                    raise

    def _schedule(self, stage: Stage, number: int) -> None:
        luck = random.Random(number)
        run = _Run(stage, luck, stage.connected())
        run.cursor = stage.changes(run.shop, "")[1]
        for _ in range(luck.randint(8, 20)):
            luck.choice(_STEPS)(run)
        for kind in Fault:
            stage.world.fault(kind, times=0)
            stage.world.fault(kind, times=0, writing=True)
        stage.later(minutes=30)
        if not stage.connector.connection(run.shop).usable:
            stage.connect(run.shop)
        stage.world.ban(run.shop, 0)
        _read_on(run)
        self._judge(run)

    def _judge(self, run: _Run) -> None:
        stage, ids = run.stage, [one.id for one in run.told]
        assert len(ids) == len(set(ids)), "a change was told twice"
        assert {one.bill for one in run.told} == {bill for _, bill, _ in run.bills}, "a bill was never told of"
        for order, bill, amount in run.bills:
            if bill in run.ends:
                assert told_of(run.told, bill)[-1] in MEANS[run.ends[bill]], "an end was not told"
            proved = good(stage.connector.performance(run.shop, Promise(order, amount)))
            assert (proved.paid is Paid.PAID) == (run.ends.get(bill) is Moved.PAID), "money is not where it was said"
        for order in run.noted:
            assert good(stage.connector.hand_over(run.shop, notice(order))) in HandedOver
            assert stage.world.note(run.shop, order).count("0123-0001-M") == 1
            assert stage.world.note(run.shop, order).startswith("theirs")


def _new_bill(run: _Run) -> None:
    amount = Money("CNY", run.luck.randint(1, 99999))
    order = run.stage.world.order(run.shop, amount)
    run.stage.world.write_note(run.shop, order, "theirs")
    run.bills.append((order, run.stage.world.bill(run.shop, order, amount), amount))


def _move(run: _Run) -> None:
    still = [bill for _, bill, _ in run.bills if bill not in run.ends]
    if still:
        bill, to = run.luck.choice(still), run.luck.choice([Moved.PAID, Moved.CLOSED])
        run.stage.later(seconds=1)
        run.stage.world.move(bill, to)
        run.ends[bill] = to


def _read(run: _Run) -> None:
    """Reads a page; now and then dies before keeping the cursor."""
    page = run.stage.connector.changes(run.shop, run.cursor, run.luck.choice([1, 3, 50]))
    if isinstance(page, Ok) and run.luck.random() > 0.2:
        run.told += page.value.suggestions
        run.cursor = page.value.cursor


def _read_on(run: _Run) -> None:
    found, run.cursor = run.stage.changes(run.shop, run.cursor, 20)
    run.told += found


def _note(run: _Run) -> None:
    if run.bills:
        order = run.luck.choice(run.bills)[0]
        run.stage.connector.hand_over(run.shop, notice(order))
        run.noted.append(order)


def _fault(run: _Run) -> None:
    kind, times = run.luck.choice(list(Fault)), run.luck.randint(1, 6)
    run.stage.world.fault(kind, writing=run.luck.random() < 0.5, times=times)


def _ban(run: _Run) -> None:
    run.stage.world.ban(run.shop, run.luck.choice([1, 30, 600]), after=run.luck.randint(0, 3))


def _wait(run: _Run) -> None:
    run.stage.later(seconds=run.luck.choice([1, 60, 700, 90_000]))


def _revoke(run: _Run) -> None:
    run.stage.world.revoke(run.shop)
    answer = run.stage.connector.verify_purchase(run.shop, claim("1"))
    assert isinstance(answer, Disconnected | Throttled | GatewayError), answer
    for _ in range(20):
        query_state = f"{run.luck.getrandbits(128):032x}"
        link = run.stage.connector.authorise(BACK, query_state)
        query = run.stage.world.answer_link(run.shop, link, yes=True)
        if isinstance(run.stage.connector.connect(query, query_state), Ok):
            return
        run.stage.later(seconds=120)
    raise AssertionError("the shop cannot be connected again")


_STEPS: Sequence[Callable[[_Run], None]] = (
    _new_bill, _new_bill, _move, _move, _read, _read, _read, _note, _note, _fault, _ban, _wait, _wait, _revoke,
)  # fmt: skip
