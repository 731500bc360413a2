"""From a shop's record to the case: a promise is proved or contradicted by the trader's own word, with evidence."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import attrs
import httpx
import pytest

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import Channel, Outcome, Redress, Status
from expressplatform.connectors import file_performance, file_performance_awaited
from expressplatform.errors import Refused
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.memory.evidence import MemoryEvidence
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.platform import AsyncPlatform, Claim, Platform
from expressplatform.ports import Paid, Performance, Promise
from expressplatform.schemes import HK_CCA
from expressplatform.shops import Ok
from expressplatform.testing.connectors.world import Moved
from expressplatform.testing.fakes import ScriptedScan
from expressplatform.transport import HttpxTransport, Surroundings
from expressplatform_files.evidence import AsyncDirectoryEvidence
from expressplatform_sqlite.aio import AsyncSqliteStore
from expressplatform_sqlite.aio_shelf import AsyncSqliteShelf
from expressplatform_taobao.connector import TaobaoConnector
from tests.taobao_world import TaobaoWorld, taobao_world
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, Clock, complaint, seeded

PROMISED = Money("CNY", 19900)
RESULT = c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), PROMISED)
STATE = "an-unguessable-word"


@pytest.fixture(name="world", scope="module")
def _world() -> Iterator[TaobaoWorld]:
    with taobao_world() as world:
        yield world


@pytest.fixture(name="shop")
def _shop(world: TaobaoWorld) -> str:
    return world.open_shop()


@pytest.fixture(name="connector")
def _connector(world: TaobaoWorld, shop: str) -> Iterator[TaobaoConnector]:
    async def pause(seconds: float) -> None:
        raise AssertionError("nothing is waited for")

    with httpx.Client(verify=ssl.create_default_context()) as client:
        made = TaobaoConnector(
            world.simulator.app.as_known(),
            transport=HttpxTransport(client),
            shelf=MemoryShelf(),
            keys=MemoryKeyStore(),
            owner="taobao",
            gateway=world.gateway,
            around=Surroundings(pause=pause, now=world.now),
        )
        query = world.answer_link(shop, made.authorise("https://agent.example/back", STATE), yes=True)
        assert isinstance(made.connect(query, STATE), Ok)
        yield made


def _reported() -> tuple[Platform, str]:
    """A platform, and a case in it whose trader has reported that it paid."""
    clock = Clock()
    platform = Platform(
        scheme=HK_CCA, store=MemoryStore(), keys=MemoryKeyStore(), shelf=MemoryShelf(), evidence=MemoryEvidence(),
        scan=ScriptedScan(), now=clock, draw=seeded,
    )  # fmt: skip
    platform.record_impact_assessment(ASSESSED, by=OFFICER)
    case_id = platform.lodge(complaint(), by=OFFICER, key="form-1").id
    steps = (c.Accept(), UPLOAD, c.Obtain(), c.ReportContact(Channel.PHONE), RESULT)
    for number, command in enumerate(steps):
        clock.wait(hours=1)
        by = OFFICER if number < 2 else TAOBAO
        platform.act(case_id, command, by=by, key=f"k-{number}")
    return platform, case_id


def _asked(world: TaobaoWorld, connector: TaobaoConnector, shop: str, paid: int, to: Moved) -> Performance:
    order = world.order(shop, PROMISED)
    world.move(world.bill(shop, order, Money("CNY", paid)), to)
    answer = connector.performance(shop, Promise(order, PROMISED))
    assert isinstance(answer, Ok)
    return answer.value


def test_money_that_arrived_is_reported_with_evidence_under_the_traders_own_staff(
    world: TaobaoWorld, connector: TaobaoConnector, shop: str
) -> None:
    platform, case_id = _reported()
    performance = _asked(world, connector, shop, 19900, Moved.PAID)
    case = file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1")
    assert case is not None
    assert case.status is Status.RESOLUTION_REPORTED
    assert case.account.proved
    again = file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1")
    assert again is not None
    assert again.version == case.version
    assert len(again.file.evidence) == len(case.file.evidence)


def test_less_than_was_promised_contradicts_and_refers_the_case_back(
    world: TaobaoWorld, connector: TaobaoConnector, shop: str
) -> None:
    platform, case_id = _reported()
    performance = _asked(world, connector, shop, 100, Moved.PAID)
    assert performance.paid is Paid.NOT_PAID
    case = file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1")
    assert case is not None
    assert case.status is Status.REFERRED_BACK


def test_a_record_that_proves_nothing_leaves_the_case_alone(
    world: TaobaoWorld, connector: TaobaoConnector, shop: str
) -> None:
    platform, case_id = _reported()
    before = platform.case(case_id, by=OFFICER, reason="to compare").version
    performance = _asked(world, connector, shop, 19900, Moved.CLOSED)
    assert file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1") is None
    assert platform.case(case_id, by=OFFICER, reason="to compare").version == before


def test_a_case_that_asks_for_no_performance_refuses_it(
    world: TaobaoWorld, connector: TaobaoConnector, shop: str
) -> None:
    platform, case_id = _reported()
    platform.act(case_id, c.Recall(), by=OFFICER, key="recall")
    performance = _asked(world, connector, shop, 19900, Moved.PAID)
    with pytest.raises(Refused):
        file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1")


def test_an_awaited_desk_takes_the_same(tmp_path: Path) -> None:
    performance = Performance(Paid.PAID, "refund_success", Clock().at, PROMISED, Clock().at)

    async def life() -> Case:
        clock = Clock()
        platform = AsyncPlatform(
            scheme=HK_CCA, store=AsyncSqliteStore(tmp_path / "cases.db"), keys=MemoryKeyStore(),
            shelf=AsyncSqliteShelf(tmp_path / "cases.db"), evidence=AsyncDirectoryEvidence(tmp_path / "files"),
            scan=ScriptedScan(), now=clock, draw=seeded,
        )  # fmt: skip
        await platform.record_impact_assessment(ASSESSED, by=OFFICER)
        case_id = (await platform.lodge(complaint(), by=OFFICER, key="form-1")).id
        for number, command in enumerate((c.Accept(), UPLOAD, c.Obtain(), c.ReportContact(Channel.PHONE), RESULT)):
            clock.wait(hours=1)
            await platform.act(case_id, command, by=OFFICER if number < 2 else TAOBAO, key=f"k-{number}")
        later = attrs.evolve(performance, read_at=clock.at)
        case = await file_performance_awaited(platform, case_id, "taobao", later, by=TAOBAO, key="perf-1")
        await platform.close()
        assert case is not None
        return case

    assert asyncio.run(life()).account.proved


def test_a_trader_is_told_its_own_claim_back_and_what_evidence_has_said_of_it() -> None:
    platform, case_id = _reported()
    row = platform.trader_case(case_id, by=TAOBAO)
    assert row.claim == Claim(Outcome.SETTLED_MONETARY, PROMISED, None, proved=False, contradicted=False)
    assert row.since == row.changed_at
    performance = Performance(Paid.NOT_PAID, "seller_refused", Clock().at)
    file_performance(platform, case_id, "taobao", performance, by=TAOBAO, key="perf-1")
    back = platform.trader_case(case_id, by=TAOBAO)
    assert (back.status, back.claim) == (Status.REFERRED_BACK, None)
