"""Whatever comes back from the platform, and whatever comes in at its stand-in: an answer, never an exception."""

from __future__ import annotations

import json
import random
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput
from expressplatform.memory import MemoryKeyStore
from expressplatform.memory.shelf import MemoryShelf
from expressplatform.money import Money
from expressplatform.ports import HandOver, Promise, PurchaseClaim
from expressplatform.shops import GatewayError, Ok
from expressplatform.transport import HttpRequest, Surroundings
from expressplatform_taobao.connector import TaobaoConnector
from expressplatform_taobao.protocol.values import stamp
from expressplatform_taobao.simulator import TaobaoSimulator
from expressplatform_taobao.simulator.checking import signature
from expressplatform_taobao.simulator.methods import METHODS
from tests.in_process import InProcess
from tests.shop_clock import ShopClock
from tests.spoiling import ODD, OUTCOMES, Spoiling, changed

GATEWAY = "http://127.0.0.1/router/rest"


def _stage(simulator: TaobaoSimulator, clock: ShopClock, transport: Any) -> tuple[TaobaoConnector, str, str]:
    async def pause(seconds: float) -> None:
        return None

    shop = simulator.world.open_shop().number
    trade = simulator.world.place(shop, 1999, 2999)
    trade.memo = "theirs"
    for line in range(2):
        simulator.world.ask_back(trade, 1999, line=line)
    simulator.owner = shop
    made = TaobaoConnector(
        simulator.app.as_known(), transport=transport, shelf=MemoryShelf(), keys=MemoryKeyStore(), owner="taobao",
        gateway=GATEWAY, around=Surroundings(pause=pause, now=clock.now, luck=lambda: 0.0),
    )  # fmt: skip
    return made, shop, trade.number


def _code(simulator: TaobaoSimulator, shop: str) -> str:
    return urlencode({"code": simulator.sessions.allow(simulator.app.key, shop), "state": "s" * 20})


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.data(), ODD, st.integers(0, 2**32))
def test_an_answer_with_one_thing_changed_in_it_is_an_outcome(data: st.DataObject, odd: Any, seed: int) -> None:
    """Any leaf, list or object of any answer may be anything: the connector answers, and goes on afterwards."""
    clock, luck = ShopClock(), random.Random(seed)
    simulator = TaobaoSimulator(now=clock.theirs)

    def spoil(body: bytes) -> tuple[int, bytes]:
        kind = luck.random()
        if kind < 0.7:
            return 200, json.dumps(changed(json.loads(body), odd, luck)).encode("utf-8", "replace")
        return luck.choice([200, 200, 404, 429, 500]), body[: luck.randrange(len(body) + 1)]

    transport = Spoiling(InProcess(simulator))
    connector, shop, order = _stage(simulator, clock, transport)
    assert isinstance(connector.connect(_code(simulator, shop), "s" * 20), Ok)
    transport.spoil = spoil
    answers = [
        connector.verify_purchase(shop, PurchaseClaim(order, Money("CNY", 4998), None, "示範店鋪")),
        connector.performance(shop, Promise(order, Money("CNY", 1999))),
        connector.changes(shop, "", 10),
        connector.hand_over(shop, HandOver(order, "0123-4567-M")),
        connector.connect(_code(simulator, shop), "s" * 20),
        connector.refresh(shop),
        connector.verify_purchase(shop, PurchaseClaim(order)),
    ]
    assert all(isinstance(answer, OUTCOMES) for answer in answers), answers
    trade = simulator.world.trade(shop, order)
    assert trade is not None
    transport.spoil = None
    assert isinstance(connector.connection(shop).usable, bool)
    assert connector.connections()


@pytest.mark.parametrize("total", [10**6, 10**9])
def test_a_count_that_no_shop_has_is_not_walked(total: int) -> None:
    """A list says how long it is; where that is absurd the connector says so, and asks no page after the other."""
    clock = ShopClock()
    simulator = TaobaoSimulator(now=clock.theirs)
    transport = Spoiling(InProcess(simulator))
    connector, shop, _ = _stage(simulator, clock, transport)
    assert isinstance(connector.connect(_code(simulator, shop), "s" * 20), Ok)
    transport.spoil = lambda body: (200, re.sub(rb'"total_results":[0-9]+', b'"total_results":%d' % total, body))
    assert connector.changes(shop, "", 10) == GatewayError("too_many_pages")


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_browser_brings_back_is_an_outcome(query: str, state: str) -> None:
    simulator = TaobaoSimulator(now=ShopClock().theirs)
    connector, _, _ = _stage(simulator, ShopClock(), InProcess(simulator))
    assert isinstance(connector.connect(query, state), OUTCOMES)
    assert isinstance(connector.connect(f"code={query}&state=s", "s"), OUTCOMES)


@given(st.text(max_size=40))
def test_whatever_stands_for_an_order_is_an_outcome_or_an_invalid_question(number: str) -> None:
    clock = ShopClock()
    simulator = TaobaoSimulator(now=clock.theirs)
    connector, shop, _ = _stage(simulator, clock, InProcess(simulator))
    connector.connect(_code(simulator, shop), "s" * 20)
    try:
        claim, notice = PurchaseClaim(number), HandOver(number, "0123-4567-M")
    except InvalidInput:
        return
    assert isinstance(connector.verify_purchase(shop, claim), OUTCOMES)
    assert isinstance(connector.hand_over(shop, notice), OUTCOMES)


PARAMETERS = (
    "method", "app_key", "session", "timestamp", "format", "v", "sign_method", "sign", "simplify", "fields", "tid",
    "memo", "flag", "reset", "refund_id", "start_modified", "end_modified", "page_no", "page_size", "use_has_next",
    "status", "code", "refresh_token",
)  # fmt: skip


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(["/router/rest", "/authorize", "/token", "/", "/x"]),
    st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=5), st.text(max_size=20), max_size=8),
    st.binary(max_size=80),
    st.sampled_from(["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"]),
)
def test_whatever_is_put_to_the_simulator_is_answered(
    verb: str, path: str, query: dict[str, str], body: bytes, kind: str
) -> None:
    clean = {name.encode("utf-8", "replace"): one.encode("utf-8", "replace") for name, one in query.items()}
    request = HttpRequest(verb, f"http://x{path}?{urlencode(clean)}", (("Content-Type", kind),), body)
    answer = InProcess(TaobaoSimulator()).send(request, 1)
    assert answer.status in (200, 302, 400, 404)


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(PARAMETERS[9:]), st.text(max_size=20) | st.integers(0, 10**6).map(str)), st.data()
)
def test_whatever_a_signed_call_asks_is_answered(params: dict[str, str], data: st.DataObject) -> None:
    """Past the checks of the gateway, too: nothing that is asked for breaks a method."""
    clock = ShopClock()
    simulator = TaobaoSimulator(now=clock.theirs)
    shop = simulator.world.open_shop().number
    simulator.world.ask_back(simulator.world.place(shop, 1), 1)
    simulator.sessions.connect(simulator.app.key, shop, "session")
    given_text = {name: one.encode("utf-8", "replace").decode() for name, one in params.items()}
    system = {
        "method": data.draw(st.sampled_from(sorted(METHODS))), "app_key": simulator.app.key, "session": "session",
        "timestamp": stamp(clock.now()), "v": "2.0", "sign_method": "md5",
        "format": data.draw(st.sampled_from(["json", "xml"])),
        "simplify": data.draw(st.sampled_from(["true", "false"])),
    }  # fmt: skip
    full = {**given_text, **system}
    full["sign"] = signature(full, simulator.app.secret, "md5")
    kind = (("Content-Type", "application/x-www-form-urlencoded"),)
    answer = InProcess(simulator).send(HttpRequest("POST", GATEWAY, kind, urlencode(full).encode()), 1)
    assert answer.status == 200
    assert b"Invalid signature" not in answer.body
