"""An agent that is killed at any point: the next one goes on, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from expressplatform.codes import Status
from expressplatform.events import EvidenceAdded, Obtained, PerformanceContradicted, PerformanceReported
from expressplatform_agent import About
from tests.trader_side import OFFICER, Killed, Side, connect_taobao, trader_side

MOST = 400
"""More points than a life has."""


@pytest.fixture(name="side", scope="module")
def _side() -> Iterator[Side]:
    with trader_side() as side:
        yield side


def _rounds(side: Side) -> bool:
    """Rounds of one agent after the other, until one ends; whether one was killed."""
    killed = False
    for _ in range(5):
        try:
            side.agent().round()
        except Killed:
            killed = True
            side.clock.wait(minutes=1)  # whoever goes on does so later, and reads the shop's record anew
            continue
        return killed
    raise AssertionError("no round came to its end")


def _life(side: Side, at: int, *, after: bool, paid: bool) -> bool:
    """A case from its upload until its money is known, killed once on the way; False: it ended before that point."""
    shop = next(iter(side.taobao.world.shops))
    connect_taobao(side, shop, side.top)  # a renewal that is killed loses its tokens: that is another matter
    order = side.buy(shop)
    case_id = side.complain(order.number)
    known = {line.id for line in side.agent().lines()}
    side.trap.arm(at, after=after)
    killed = _rounds(side)
    reached = side.trap.passed
    side.trap.arm(-1, after=False)
    side.clock.wait(hours=1)
    side.promise(case_id)
    side.clock.wait(hours=1)
    refund = side.refund(order)
    (side.taobao.world.agree if paid else side.taobao.world.refuse)(refund)
    side.clock.wait(days=2)
    side.trap.arm(at if killed else at - reached, after=after)
    killed = _rounds(side) or killed
    side.trap.arm(-1, after=False)
    side.agent().round()
    _once(side, case_id, order.memo, paid=paid)
    told = [line.about for line in side.agent().lines() if line.id not in known and line.case_id == case_id]
    word = About.REPORTED if paid else About.CONTRADICTED
    assert sorted(told) == sorted([About.MATCHED, About.CHANGE, word])
    return killed


def _once(side: Side, case_id: str, memo: str, *, paid: bool) -> None:
    case = side.case(case_id)
    assert case.status is (Status.RESOLUTION_REPORTED if paid else Status.REFERRED_BACK)
    assert (case.account.proved, case.account.contradicted) == (paid, not paid)
    assert memo.count(case.reference) == 1
    events = side.council.platform.history(case_id, by=OFFICER, reason="a test")
    for kind in (Obtained, EvidenceAdded, PerformanceReported if paid else PerformanceContradicted):
        assert sum(isinstance(one, kind) for one in events) == 1, kind


def test_killed_after_any_of_its_steps_it_does_everything_once(side: Side) -> None:
    """The money arrives in one life and not in the next."""
    for at in count():
        if not _life(side, at, after=True, paid=at % 2 == 0):
            assert at > 20
            return
        assert at < MOST


@pytest.mark.prove
def test_killed_at_every_point_it_does_everything_once(side: Side) -> None:
    for after in (True, False):
        for paid in (True, False):
            for at in count():
                if not _life(side, at, after=after, paid=paid):
                    break
                assert at < MOST
