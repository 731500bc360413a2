"""Deliveries repeated, overtaken, late and cut short end as those in order do."""

from __future__ import annotations

import attrs
import pytest

from expressplatform.platform.delivering import Delivering
from expressplatform.ports import Alert
from tests.faults.schedules import Outcome, Schedule, standing
from tests.faults.seeds import seeds, telling


@attrs.frozen
class Order:
    """What everything comes to when each step's work is done at once and arrives once, and what of it still stands."""

    outcome: Outcome
    still: dict[str, set[str]]


@pytest.fixture(scope="module")
def in_order() -> Order:
    """The standard that every schedule is held to."""
    outcome = Schedule(None).run()
    return Order(outcome, standing(outcome))


def _same(outcome: Outcome, order: Order, *, prompt: bool) -> None:
    in_order = order.outcome
    assert outcome.wrong == []
    assert outcome.cases == in_order.cases
    assert outcome.gone == in_order.gone, "another key is destroyed"
    assert not outcome.left, "work was given up that should have been done"
    for whom, got in outcome.got.items():
        assert order.still[whom] <= got.keys(), "a receiver does not have what still stands"
        assert got.items() <= in_order.got[whom].items(), "a receiver has what it would not have in order"
        assert not prompt or got == in_order.got[whom], "where nothing happens meanwhile nothing is let go"


def _end_alike(runs: range, in_order: Order) -> int:
    """Many schedules; how many copies were sent in all."""
    copies = 0
    for seed in runs:
        with telling(seed):
            schedule = Schedule(seed)
            _same(outcome := schedule.run(), in_order, prompt=schedule.prompt)
            copies += outcome.copies
    return copies


def test_in_order_everybody_is_told_what_concerns_them(in_order: Order) -> None:
    """The standard that the schedules are held to is not empty."""
    got = {whom: len(ids) for whom, ids in in_order.outcome.got.items()}
    assert got == {"taobao": 8, "jd": 1, "complainants": 23}
    assert len(in_order.outcome.gone) == 1
    assert {whom: len(ids) for whom, ids in in_order.still.items()} == {"taobao": 4, "jd": 0, "complainants": 11}


@pytest.mark.parametrize("quarter", range(4))
def test_two_thousand_disorders_end_as_the_order(in_order: Order, quarter: int) -> None:
    """Workers killed, answers lost, copies up to three days late: the same told, the same destroyed, the same rows."""
    runs = seeds(500, beyond=quarter * 500)
    assert _end_alike(runs, in_order) > 20 * len(runs)


@pytest.mark.prove
def test_so_do_twenty_thousand(in_order: Order) -> None:
    _end_alike(seeds(20_000), in_order)


def test_a_platform_that_tells_whoever_it_once_meant_to_is_seen(
    in_order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a second look at the case, late alerts reach traders that no longer have it."""

    def tells(self: Delivering, effect, stored) -> None:  # type: ignore[no-untyped-def]
        alert = Alert(effect.id, stored.header.case_id, effect.recipient, stored.header.reference, None)
        self.gateways[effect.recipient].alert(alert)

    monkeypatch.setattr(Delivering, "_alert", tells)
    with pytest.raises(AssertionError, match="does not wait for it"):
        _end_alike(range(1, 20), in_order)
