"""`FakePlatform` for a trader's tests: people answer, time passes, answers get lost; and the council's desk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import pytest

from expressplatform import commands as c
from expressplatform.codes import (
    Channel,
    IdentityProof,
    Instrument,
    Redress,
    RefusalSection,
    Right,
    RightsStatus,
    Role,
    Status,
)
from expressplatform.complaint import Remark
from expressplatform.errors import Refused, ServerFailed, Unauthenticated
from expressplatform.money import Money
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.transport import NO_RETRY, HttpxTransport
from expressplatform_http.client import CouncilClient, Options, TraderClient, new_key
from expressplatform_http.protocol import queries as q
from expressplatform_http.testing import START, FakePlatform, Fault


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    with FakePlatform() as running:
        yield running


@pytest.fixture(scope="module")
def transport() -> Iterator[HttpxTransport]:
    with httpx.Client(trust_env=False) as client:
        yield HttpxTransport(client)


@pytest.fixture
def trader(platform: FakePlatform, transport: HttpxTransport) -> TraderClient:
    return platform.trader(transport)


@pytest.fixture
def council(platform: FakePlatform, transport: HttpxTransport) -> CouncilClient:
    return platform.council(transport)


def in_conciliation(platform: FakePlatform, trader: TraderClient) -> str:
    case_id = platform.new_complaint()
    trader.obtain(case_id, key=new_key())
    trader.act(case_id, c.ReportContact(Channel.PHONE), key=new_key())
    return case_id


class TestPeople:
    def test_an_offer_is_taken(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = in_conciliation(platform, trader)
        offer = c.MakeOffer((Redress.REFUND,), platform.clock() + timedelta(days=5), Money("HKD", 25900))
        trader.act(case_id, offer, key=new_key())
        assert [one.open for one in trader.case(case_id).offers] == [True]
        platform.accept_offer(case_id)
        assert trader.case(case_id).status is Status.RESOLVED

    def test_or_it_is_not(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = in_conciliation(platform, trader)
        offer = c.MakeOffer((Redress.APOLOGY,), platform.clock() + timedelta(days=5))
        trader.act(case_id, offer, key=new_key())
        platform.decline_offer(case_id)
        row = trader.case(case_id)
        assert (row.status, row.unread) == (Status.IN_CONCILIATION, True)

    def test_a_result_is_disputed(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = in_conciliation(platform, trader)
        trader.act(case_id, c.ReportResolution(), key=new_key())
        platform.dispute(case_id, rating=1)
        assert trader.case(case_id).status is Status.REFERRED_BACK

    def test_whoever_says_nothing_is_reminded_and_taken_at_their_silence(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        case_id = in_conciliation(platform, trader)
        trader.act(case_id, c.ReportResolution(), key=new_key())
        platform.advance(days=60)
        assert trader.case(case_id).status in (Status.RESOLVED, Status.CLOSED)

    def test_a_trader_that_says_nothing_loses_the_case(self, platform: FakePlatform, council: CouncilClient) -> None:
        case_id = platform.new_complaint()
        platform.advance(days=60)
        assert council.case(case_id).status is Status.REFERRED_BACK

    def test_the_council_asks_and_gives_time(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = in_conciliation(platform, trader)
        before = trader.case(case_id).due_at
        trader.act(case_id, c.AskTime(3), key=new_key())
        assert trader.case(case_id).days_asked == 3
        platform.act(case_id, c.GrantTime(3), role=Role.COUNCIL)
        after = trader.case(case_id).due_at
        assert before is not None
        assert after is not None
        assert after > before


class TestTheWay:
    def test_faults_are_met_one_by_one_and_then_all_is_well(
        self, platform: FakePlatform, transport: HttpxTransport
    ) -> None:
        once = platform.trader(transport, options=Options("desk-1", policy=NO_RETRY))
        platform.fail(Fault(500), Fault(502))
        for status in (500, 502):
            with pytest.raises(ServerFailed) as caught:
                once.duties()
            assert caught.value.status == status
        assert once.duties() is not None

    def test_what_is_lost_was_done(self, platform: FakePlatform, transport: HttpxTransport) -> None:
        once = platform.trader(transport, options=Options("desk-1", policy=NO_RETRY))
        case_id = platform.new_complaint()
        platform.lose_reply()
        with pytest.raises(ServerFailed):
            once.obtain(case_id, key="k")
        assert once.case(case_id).status is Status.OBTAINED

    def test_two_run_side_by_side_and_leave_nothing(self, transport: HttpxTransport) -> None:
        before = threading.active_count()
        with FakePlatform(traders=("taobao",)) as one, FakePlatform(traders=("taobao",)) as other:
            assert one.base != other.base
            case_id = one.new_complaint()
            assert one.trader(transport).case(case_id).case_id == case_id
            assert list(other.trader(transport).cases()) == []
            with pytest.raises(Unauthenticated):  # whose keys are known here are not known there
                _astray(one, other, transport).duties()
        assert threading.active_count() == before


def _astray(one: FakePlatform, other: FakePlatform, transport: HttpxTransport) -> TraderClient:
    return TraderClient(
        other.base, transport, keys=one.keys(), trust=one.trust(), options=Options("desk-1"), around=other.around()
    )


class TestTheCouncilsDesk:
    def test_what_people_ask_about_their_own_data(self, platform: FakePlatform, council: CouncilClient) -> None:
        case_id = platform.new_complaint()
        email = str(dict(council.reading(case_id, reason="to ask").complaint["particulars"])["email"])  # type: ignore[call-overload]
        asking = q.OpenRequest(Right.ACCESS, Channel.POST, q.Asking("A. Person", email))
        key = new_key()
        opened = council.open_request(asking, key=key)
        assert council.open_request(asking, key=key).id == opened.id
        assert opened.cases == (case_id,)
        assert opened.id in {one.id for one in council.requests(open_only=True)}
        answered = council.answer_request(opened.id, identity_checked=IdentityProof.ACCOUNT, key=new_key())
        assert answered.request.status is RightsStatus.ANSWERED
        assert email in answered.text
        assert email not in repr(answered)
        other = council.open_request(asking, key=new_key())
        council.refuse_request(
            other.id, section=next(iter(RefusalSection)), reasons="Answered this very day.", key=new_key()
        )
        assert other.id in {one.request for one in council.refusals()}

    def test_an_impact_assessment_is_put_on_record(self, council: CouncilClient) -> None:
        made = ImpactAssessment(
            "pia-2", "jd", Instrument.COLLABORATION_AGREEMENT, date(2025, 5, 1), date(2027, 5, 1), "a", "b", "c",
            "officer-2",
        )  # fmt: skip
        assert council.record_impact_assessment(made, key=new_key()).id == "pia-2"
        assert "pia-2" in {one.id for one in council.impact_assessments()}

    def test_a_traders_key_is_shut_out_at_once(self, transport: HttpxTransport) -> None:
        with FakePlatform(traders=("jd",)) as platform:
            trader, council = platform.trader(transport, "jd"), platform.council(transport)
            assert trader.duties() == ()
            council.end_key_of("jd", platform.keys("jd").key_id, key=new_key())
            with pytest.raises(Unauthenticated):
                trader.duties()

    def test_a_step_that_is_not_open_is_refused_for_its_case(
        self, platform: FakePlatform, council: CouncilClient
    ) -> None:
        case_id = platform.new_complaint()
        council.act(case_id, c.AddNote(Remark("x")), key=new_key())
        with pytest.raises(Refused) as caught:
            council.act(case_id, c.GrantTime(3), key=new_key())
        assert caught.value.case_id == case_id


def test_the_clock_begins_where_it_is_told() -> None:
    assert FakePlatform(start=START + timedelta(days=1)).clock() == START + timedelta(days=1)
