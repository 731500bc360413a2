"""Whatever comes back from JD, and whatever is put to its stand-in: an answer, never an exception."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput
from expressplatform.memory import MemoryKeyStore, MemoryShelf
from expressplatform.money import Money
from expressplatform.ports import HandOver, Promise, PurchaseClaim
from expressplatform.shops import Ok
from expressplatform.transport import HttpRequest, Surroundings
from expressplatform_jd.connector import JdConnector
from expressplatform_jd.protocol import App, Caller, Endpoints, RouterCall, SpCall, prepare
from expressplatform_jd.simulator import PLAIN, ROUGH, Endpoint, JdSimulator
from expressplatform_jd.simulator.router_methods import METHODS
from expressplatform_jd.simulator.sp import METHODS as SP_METHODS
from tests.in_process import InProcess
from tests.shop_clock import ShopClock
from tests.spoiling import ODD, OUTCOMES, Spoiling, changed

WHERE: Final = Endpoint("http://127.0.0.1")
ENDPOINTS: Final = Endpoints(WHERE.sp, WHERE.router, WHERE.oauth)
APP: Final = App("simulated-app", "simulated-secret")
VENDER: Final = "10086"
ORDER: Final = "300000000001"
STATE: Final = "s" * 20


def stage(
    clock: ShopClock, *, cloud_only: bool, rough: bool, outside: bool
) -> tuple[JdSimulator, JdConnector, Spoiling]:
    """A simulator with bills of every kind, and a connector to it."""

    async def pause(seconds: float) -> None:
        return None

    manners = attrs.evolve(ROUGH if rough else PLAIN, cloud_only=cloud_only)
    simulator = JdSimulator(now=clock.theirs, manners=manners)
    world = simulator.world
    world.open_shop(VENDER, "20086", "示範旗艦店")
    world.place_order(VENDER, ORDER, 8900, state="FINISHED_L")
    world.write_remark(ORDER, "theirs", 1)
    paid, done, _ = (world.ask_after_sale(ORDER, estimate=4000) for _ in range(3))
    world.pay_back(paid.bill_id)
    for sale in (paid, done):
        for status in ("10041", "10010"):
            world.move_sale(sale.bill_id, status)
    for way in ("1", "2"):
        world.move_application(world.apply_for_refund(ORDER, 900).application_id, way)
    transport = Spoiling(InProcess(simulator))
    made = JdConnector(
        APP, transport=transport, shelf=MemoryShelf(), keys=MemoryKeyStore(), owner="jd", endpoints=ENDPOINTS,
        outside=outside, bill_notes=True, around=Surroundings(pause=pause, now=clock.now, luck=lambda: 0.0),
    )  # fmt: skip
    return simulator, made, transport


def code(simulator: JdSimulator) -> str:
    """What the browser brings back once the owner said yes."""
    simulator.sessions.owner = VENDER
    said = simulator.sessions.login({"app_key": APP.key, "redirect_uri": "https://x"})
    return f"{said}&state={STATE}"


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(ODD, st.integers(0, 2**32), st.booleans(), st.booleans(), st.booleans())
def test_an_answer_with_one_thing_changed_in_it_is_an_outcome(
    odd: Any, seed: int, cloud_only: bool, rough: bool, outside: bool
) -> None:
    """Any leaf, list or object of any answer may be anything: the connector answers, and goes on afterwards."""
    clock, luck = ShopClock(), random.Random(seed)
    simulator, connector, transport = stage(clock, cloud_only=cloud_only, rough=rough, outside=outside)
    often = luck.choice([0.15, 0.5, 1.0])

    def spoil(body: bytes) -> tuple[int, bytes]:
        if luck.random() > often:
            return 200, body
        if luck.random() < 0.85:
            return 200, json.dumps(changed(json.loads(body), odd, luck)).encode("utf-8", "replace")
        return luck.choice([200, 200, 404, 429, 500]), body[: luck.randrange(len(body) + 1)]

    assert isinstance(connector.connect(code(simulator), STATE), Ok)
    transport.spoil = spoil
    simulator.world.write_remark(ORDER, "滿" * luck.choice([3, 490]), 1)
    promise = Promise(ORDER, Money("CNY", 4000), luck.choice([None, clock.now() - timedelta(days=1)]))
    answers = [
        connector.verify_purchase(VENDER, PurchaseClaim(ORDER, Money("CNY", 8900), None, "示範旗艦店")),
        connector.performance(VENDER, promise),
        connector.changes(VENDER, "", 10),
        connector.hand_over(VENDER, HandOver(ORDER, "0123-4567-M")),
        connector.connect(code(simulator), STATE),
        connector.refresh(VENDER),
        connector.performance(VENDER, promise),
    ]
    assert all(isinstance(answer, OUTCOMES) for answer in answers), answers
    transport.spoil = None
    assert isinstance(connector.connection(VENDER).usable, bool)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_browser_brings_back_is_an_outcome(query: str, state: str) -> None:
    _, connector, _ = stage(ShopClock(), cloud_only=False, rough=False, outside=False)
    assert isinstance(connector.connect(query, state), OUTCOMES)
    assert isinstance(connector.connect(f"code={query}&state=s", "s"), OUTCOMES)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,40}", fullmatch=True))
def test_whatever_stands_for_an_order_is_an_outcome_or_an_invalid_question(number: str) -> None:
    simulator, connector, _ = stage(ShopClock(), cloud_only=False, rough=False, outside=False)
    assert isinstance(connector.connect(code(simulator), STATE), Ok)
    try:
        claim, notice = PurchaseClaim(number), HandOver(number, "0123-4567-M")
    except InvalidInput:
        return
    assert isinstance(connector.verify_purchase(VENDER, claim), OUTCOMES)
    assert isinstance(connector.hand_over(VENDER, notice), OUTCOMES)
    assert isinstance(connector.performance(VENDER, Promise(number, Money("CNY", 1))), OUTCOMES)


PATHS: Final = (
    "/routerjson",
    "/oauth2/to_login",
    "/oauth2/access_token",
    "/oauth2/refresh_token",
    "/rest/x",
    "/",
    "/rest",
)
NAMES: Final = (
    "method", "app_key", "access_token", "timestamp", "v", "sign", "sign_method", "360buy_param_json", "code", "state",
    "redirect_uri", "response_type", "grant_type", "app_secret", "refresh_token",
)  # fmt: skip


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.sampled_from(PATHS) | st.sampled_from([f"/rest{name.split()[1]}" for name in SP_METHODS]),
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), st.text(max_size=20), max_size=8),
    st.binary(max_size=80),
    st.sampled_from(["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"]),
)
def test_whatever_is_put_to_the_simulator_is_answered(
    verb: str, path: str, query: dict[str, str], body: bytes, kind: str
) -> None:
    clean = {name.encode("utf-8", "replace"): one.encode("utf-8", "replace") for name, one in query.items()}
    request = HttpRequest(verb, f"http://x{path}?{urlencode(clean)}", (("Content-Type", kind),), body)
    assert InProcess(JdSimulator()).send(request, 1).status in (200, 302, 400, 401, 403, 404, 405)


BUSINESS: Final = (
    "order_id", "orderId", "optional_fields", "order_state", "start_date", "end_date", "page", "page_size", "dateType",
    "remark", "flag", "buId", "operatePin", "operateNick", "serviceId", "operateRemark", "updateTimeBegin",
    "updateTimeEnd", "pageNumber", "pageSize", "afsServiceId", "pageIndex", "applyTimeStart", "applyTimeEnd",
    "checkTimeStart", "checkTimeEnd",
)  # fmt: skip
WORTH: Final = [ORDER, VENDER, 1234567890, "2024-02-29 12:00:00", "1", 1, 50, "a", "FINISHED_L"]


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(METHODS)),
    st.dictionaries(st.sampled_from(BUSINESS), ODD | st.sampled_from(WORTH), max_size=10),
    st.booleans(),
)
def test_whatever_a_signed_call_of_routerjson_asks_is_answered(
    method: str, business: dict[str, object], rough: bool
) -> None:
    """Past the checks of the gateway, too: nothing that is asked for breaks a method."""
    clock = ShopClock()
    simulator, _, transport = stage(clock, cloud_only=False, rough=rough, outside=False)
    token = simulator.sessions.connect(VENDER)
    clean = json.loads(json.dumps(business).encode("utf-8", "replace").decode().replace("\\ud800", "?"))
    out = prepare(RouterCall(method, clean), Caller(APP, token), clock.now(), ENDPOINTS)
    answer = transport.send(HttpRequest(out.verb, out.address(), tuple(out.headers.items()), out.body or b""), 1)
    assert answer.status == 200
    assert json.loads(answer.body).get("error_response", {}).get("code") in (None, "41")


QUERY: Final = (
    "updateStartTime",
    "updateEndTime",
    "orderId",
    "mainStatus",
    "refundStatus",
    "page",
    "pageSize",
    "scopeSet",
)


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(SP_METHODS)),
    st.dictionaries(st.sampled_from(QUERY), st.text(max_size=20) | st.sampled_from(["1", "1709179200000", ORDER])),
    st.sampled_from(["1001", "9", "x", "１"]),
    ODD,
)
def test_whatever_a_signed_call_of_the_sp_api_asks_is_answered(
    name: str, query: dict[str, str], bill: str, odd: Any
) -> None:
    clock = ShopClock()
    simulator, _, transport = stage(clock, cloud_only=False, rough=False, outside=False)
    verb, template = name.split()
    asked = {key: clean for key, one in query.items() if (clean := one.encode("utf-8", "replace").decode()).strip()}
    paths = {"afsOrderId": bill} if "{" in template else {}
    body = json.dumps({"afsOrderNoteDTO": odd}) if verb == "POST" else None
    out = prepare(
        SpCall(verb, template, paths, asked, body),
        Caller(APP, simulator.sessions.connect(VENDER)),
        clock.now(),
        ENDPOINTS,
    )
    answer = transport.send(HttpRequest(out.verb, out.address(), tuple(out.headers.items()), out.body or b""), 1)
    assert answer.status in (200, 400)
    assert b"9990" not in answer.body
