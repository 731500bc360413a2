"""The agent at a trader's desk: real server, real sockets, simulated shops; the council's store is what is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from expressplatform import commands as c
from expressplatform.codes import EvidenceKind, Role, Status, Word
from expressplatform.complaint import Particulars
from expressplatform.events import PerformanceReported
from expressplatform.money import Money
from expressplatform.ports import Authorised, Suggests
from expressplatform_agent import About, Agent, Line
from expressplatform_taobao.simulator import Registered
from tests.trader_side import JD_VENDER, OFFICER, PAID, Side, trader_side


@pytest.fixture(name="side")
def _side() -> Iterator[Side]:
    with trader_side() as side:
        yield side


def _shop(side: Side) -> str:
    return next(iter(side.taobao.world.shops))


def _abouts(lines: object) -> list[About]:
    assert isinstance(lines, tuple)
    return [one.about for one in lines if isinstance(one, Line)]


def test_a_case_is_obtained_compared_and_handed_to_the_sellers_people_and_no_more(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    agent = side.agent()
    done = agent.round()
    assert (done.taken_in, done.later) == (1, 0)
    case = side.case(case_id)
    assert case.status is Status.OBTAINED
    assert case.reference in (order.memo or "")
    assert _abouts(agent.lines()) == [About.MATCHED]
    version, memo = case.version, order.memo
    assert agent.round().taken_in == 0
    assert side.agent().round().taken_in == 0  # another process
    assert (side.case(case_id).version, order.memo) == (version, memo)


def test_a_purchase_that_does_not_agree_is_told_by_field_and_still_handed_over(side: Side) -> None:
    order = side.buy(_shop(side), Money("CNY", 100))
    side.complain(order.number)
    agent = side.agent()
    agent.round()
    (line,) = agent.lines()
    assert (line.about, line.detail) == (About.MISMATCH, "amount")
    assert order.memo


def test_an_order_of_no_connected_shop_and_one_without_a_number_are_for_a_person(side: Side) -> None:
    side.complain("123456")
    side.complain("see the picture")
    agent = side.agent()
    assert agent.round().taken_in == 2
    assert sorted(_abouts(agent.lines())) == [About.NOT_FOUND, About.UNREADABLE]


def test_where_no_shop_is_connected_nobody_is_asked_and_that_is_said(side: Side) -> None:
    side.connectors["taobao"].disconnect(_shop(side))
    case_id = side.complain(side.buy(_shop(side)).number)
    agent = side.agent()
    asked = len(side.taobao.arrived)
    agent.round()
    assert sorted(_abouts(agent.lines())) == [About.NO_SHOP, About.SHOP_GONE]
    assert len(side.taobao.arrived) == asked
    assert side.case(case_id).status is Status.OBTAINED
    (shop,) = agent.standing().shops
    assert shop.state is Authorised.DISCONNECTED


def test_money_that_arrived_is_said_on_the_case_with_evidence_under_the_agents_own_id(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    agent = side.agent()
    agent.round()
    side.clock.wait(hours=2)
    side.promise(case_id, days=7)
    assert agent.round().reported == 0
    assert agent.standing().awaiting == 1
    side.clock.wait(hours=2)
    refund = side.refund(order)
    side.taobao.world.agree(refund)
    side.clock.wait(hours=1)
    done = agent.round()
    assert (done.reported, done.contradicted) == (1, 0)
    case = side.case(case_id)
    assert case.account.proved
    assert case.claimed_by is Role.TRADER
    assert case.confirmed_by is None  # the trader's word is not the outcome
    assert case.status is Status.RESOLUTION_REPORTED
    proof = case.file.evidence[-1]
    assert proof.kind is EvidenceKind.REFUND_PROOF
    steps = side.council.platform.history(case_id, by=OFFICER, reason="a test")
    step = next(one for one in steps if isinstance(one, PerformanceReported))
    assert (step.by.role, step.by.person) == (Role.TRADER, "desk-1")
    version = case.version
    assert agent.round().reported == 0
    assert side.case(case_id).version == version
    side.council.confirm(case_id, rating=5)
    done_case = side.case(case_id)
    assert (done_case.status, done_case.word) == (Status.RESOLVED, Word.CONFIRMED)


def test_a_refund_said_to_be_paid_and_refused_on_the_platform_sends_the_case_back(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    agent = side.agent()
    agent.round()
    side.clock.wait(hours=2)
    side.promise(case_id)
    side.clock.wait(hours=1)
    side.taobao.world.refuse(side.refund(order))
    assert agent.round().contradicted == 0  # the day it was said is not over
    assert side.case(case_id).status is Status.RESOLUTION_REPORTED
    side.clock.wait(days=1)
    assert agent.round().contradicted == 1
    case = side.case(case_id)
    assert case.status is Status.REFERRED_BACK
    assert case.account.contradicted
    assert not case.account.proved
    assert About.CONTRADICTED in _abouts(agent.lines())


def test_a_refusal_from_before_the_promise_contradicts_nothing(side: Side) -> None:
    order = side.buy(_shop(side))
    side.taobao.world.refuse(side.refund(order))
    side.clock.wait(days=1)
    case_id = side.complain(order.number)
    agent = side.agent()
    agent.round()
    side.clock.wait(hours=2)
    side.promise(case_id)
    side.clock.wait(days=2)
    assert agent.round().contradicted == 0
    case = side.case(case_id)
    assert case.status is Status.RESOLUTION_REPORTED
    assert About.UNPROVED in _abouts(agent.lines())
    assert len(case.file.evidence) == 0


def test_less_than_was_promised_contradicts_only_once_the_day_is_over(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    agent = side.agent()
    agent.round()
    side.clock.wait(hours=2)
    refund = side.refund(order, Money("CNY", 100))
    side.taobao.world.agree(refund)
    side.clock.wait(hours=1)
    side.promise(case_id, days=3)
    agent.round()
    side.clock.wait(days=3)
    assert agent.round().contradicted == 0
    side.clock.wait(days=1)
    assert agent.round().contradicted == 1
    assert side.case(case_id).status is Status.REFERRED_BACK


def test_changes_at_the_orders_of_cases_are_suggestions_that_send_nothing(side: Side) -> None:
    order, other = side.buy(_shop(side)), side.buy(_shop(side))
    case_id = side.complain(order.number)
    agent = side.agent()
    agent.round()
    version = side.case(case_id).version
    side.clock.wait(hours=1)
    side.refund(other)
    side.taobao.world.refuse(side.refund(order))
    side.clock.wait(minutes=1)
    assert agent.round().changes == 1
    assert side.case(case_id).version == version
    (line,) = [one for one in agent.lines() if one.about is About.CHANGE]
    assert (line.suggests, line.case_id, line.amount) == (Suggests.REFUSAL, case_id, PAID)
    side.clock.wait(minutes=1)
    assert agent.round().changes == 0
    assert agent.done(line.id)
    assert not agent.done(line.id)
    assert agent.round().changes == 0
    assert About.CHANGE not in _abouts(agent.lines())


def _near_the_end(side: Side) -> None:
    """Thirteen days before the shop's session ends."""
    (shop,) = side.connectors["taobao"].connections()
    assert shop.ends_at is not None
    side.clock.at = shop.ends_at
    side.clock.wait(days=-13)


def test_a_session_that_ends_soon_and_cannot_be_renewed_is_told_of_once(side: Side) -> None:
    side.taobao.sessions.register(Registered(renews=False))
    agent = side.agent()
    agent.round()
    assert agent.lines() == ()
    _near_the_end(side)
    agent.round()
    side.clock.wait(days=1)
    agent.round()
    (shop,) = agent.standing().shops
    assert shop.state is Authorised.ENDING
    (line,) = agent.lines()
    assert (line.about, line.ends_at) == (About.SHOP_ENDING, shop.ends_at)


def test_a_session_that_ends_soon_is_renewed_where_that_is_open(side: Side) -> None:
    agent = side.agent()
    _near_the_end(side)
    agent.round()
    assert agent.standing().shops[0].state is Authorised.CONNECTED
    assert agent.lines() == ()


def test_a_shop_that_was_revoked_is_shown_and_its_cases_wait_for_a_person(side: Side) -> None:
    side.taobao.sessions.revoke(_shop(side))
    side.complain(side.buy(_shop(side)).number)
    agent = side.agent()
    agent.round()
    agent.round()
    assert sorted(_abouts(agent.lines())) == [About.NO_SHOP, About.SHOP_GONE]


def test_a_ban_parks_the_shop_and_the_case_goes_on_when_it_is_over(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    for access in side.taobao.sessions.of(_shop(side)):
        side.taobao.faults.ban(access, 600)
    agent = side.agent()
    done = agent.round()
    assert done.later
    asked = len(side.taobao.arrived)
    assert agent.standing().unfinished == 1
    assert agent.standing().shops[0].parked_until is not None
    assert agent.round().later
    assert len(side.taobao.arrived) == asked  # nothing is asked during a ban
    assert side.case(case_id).status is Status.OBTAINED
    side.clock.wait(minutes=11)
    assert agent.round().taken_in == 1
    assert side.case(case_id).reference in order.memo


def test_what_was_obtained_is_forgotten_with_the_consent_and_a_person_is_told_to_delete(side: Side) -> None:
    case_id = side.complain(side.buy(_shop(side)).number)
    agent = side.agent()
    agent.round()
    assert agent.standing().cases == 1
    side.council.withdraw_consent(case_id)
    agent.round()
    assert agent.standing().cases == 0
    assert _abouts(agent.lines()) == [About.DELETE]


def test_a_jd_shop_is_served_alike(side: Side) -> None:
    side.jd.world.place_order(JD_VENDER, "300000000001", 8900, state="FINISHED_L")
    amount = Money("CNY", 8900)
    case_id = side.complain("300000000001", trader="jd", amount=amount)
    agent = side.agent("jd")
    assert agent.round().taken_in == 1
    assert side.case(case_id).reference in (side.jd.world.orders["300000000001"].remark or "")
    side.clock.wait(hours=1)
    side.promise(case_id, trader="jd", amount=amount, days=5)
    side.clock.wait(hours=1)
    bill = side.jd.world.ask_after_sale("300000000001").bill_id
    for status in ("10041", "10010"):
        side.jd.world.move_sale(bill, status)
    side.clock.wait(hours=2)
    assert agent.round().reported == 0  # a finished bill is no payment
    side.jd.world.pay_back(bill)
    side.clock.wait(hours=2)
    assert agent.round().reported == 1
    assert side.case(case_id).account.proved


def test_a_case_withdrawn_before_it_was_taken_in_leaves_nothing_behind(side: Side) -> None:
    case_id = side.complain(side.buy(_shop(side)).number)
    side.council.act(case_id, c.Recall(), role=Role.COUNCIL)
    agent = side.agent()
    assert agent.round().taken_in == 0
    assert agent.standing().cases == 0
    assert side.taobao.world.shops


def test_what_was_corrected_is_read_again_and_compared_anew(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain("123456")
    agent = side.agent()
    agent.round()
    assert _abouts(agent.lines()) == [About.NOT_FOUND]
    given = side.case(case_id).particulars
    assert isinstance(given, Particulars)
    right = Particulars(
        name=given.name, email=given.email, order_number=order.number, statement=given.statement, request=given.request
    )
    side.clock.wait(hours=1)
    side.council.act(case_id, c.Correct(right), role=Role.COUNCIL)
    assert agent.round().taken_in == 1
    assert sorted(_abouts(agent.lines())) == [About.MATCHED, About.NOT_FOUND]
    assert side.case(case_id).reference in (order.memo or "")
    assert side.client("taobao").case(case_id).read_again_by is None
    version = side.case(case_id).version
    assert agent.round().taken_in == 0
    assert side.case(case_id).version == version


def test_a_shop_of_tmall_is_asked_by_the_connector_of_taobao(side: Side) -> None:
    order = side.buy(_shop(side))
    side.complain(order.number, shop=_shop(side), at="tmall")
    agent = side.agent()
    agent.round()
    assert _abouts(agent.lines()) == [About.MATCHED]


def test_money_that_is_promised_by_a_desk_without_the_connector_is_asked_for_later(side: Side) -> None:
    order = side.buy(_shop(side))
    case_id = side.complain(order.number)
    side.agent().round()
    side.clock.wait(hours=1)
    side.promise(case_id)
    bare = Agent(
        side.client("taobao"), {}, shelf=side.shelf, keys=side.keys, owner="taobao", now=side.clock
    )  # fmt: skip
    done = bare.round()
    assert (done.reported, done.later) == (0, 1)
