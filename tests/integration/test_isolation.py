"""Nobody learns anything of a case that is not theirs: every operation, every organisation, every status.

To a stranger a case that exists is answered exactly as one that does not, to the byte; nobody is shown more than the
role and the stage allow; and no trader is shown anything personal outside an envelope.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import attrs
import httpx
import orjson
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, EvidenceKind, Outcome, Role, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, EvidenceName, Particulars, Remark
from expressplatform.errors import NoSuchCase
from expressplatform.platform import KeyUse
from expressplatform.wire import command_document
from expressplatform_http.protocol import documents as o
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.problems import problem_of
from expressplatform_http.protocol.routes import ROUTES, Content, Route, Who
from expressplatform_http.protocol.uploads import MEDIA_TYPE, Described, Masked, write_upload
from tests.pictures import jpeg
from tests.served import Caller, Served, in_process
from tests.walking import EXAMPLES, OFFICER, PERSON, RESOLUTION, TAOBAO, UPLOAD
from tests.whole_life import complaint, say

NOWHERE: Final = "c" + "0" * 31
NO_SUCH: Final = problem_of(NoSuchCase("")).body
MARK: Final = "Zq7Vx3"
WHO: Final = Particulars(
    name=f"{MARK} Name", email=f"{MARK}@example.org", phone=f"+852 {MARK}", address=f"{MARK} Street",
    order_number=f"{MARK}-17", statement=f"{MARK} broke.", request=f"{MARK} back.", trader_contact=f"{MARK} said",
    evidence_names=(EvidenceName("order-1", f"{MARK}.jpg"),),
)  # fmt: skip
"""A person every word of whom is marked."""
_BACK: Final[tuple[tuple[Command, Actor], ...]] = (
    (c.Accept(say()), OFFICER), (UPLOAD, OFFICER), (c.Obtain(), TAOBAO), (c.ReportContact(Channel.PHONE), TAOBAO),
)  # fmt: skip
_REFERRED: Final = (*_BACK, (c.ReportImpasse(particulars=Remark(f"{MARK} would not")), TAOBAO))
_FURTHER: Final = (*_REFERRED, (c.TakeUp(), OFFICER))
_WITHDRAWN: Final = (*_BACK, (c.Withdraw(), PERSON))
WAYS: Final[Mapping[Status, tuple[tuple[Command, Actor], ...]]] = {
    Status.LODGED: (),
    Status.NEEDS_INFORMATION: ((EXAMPLES[c.RequestInformation], OFFICER),),
    Status.ELIGIBLE: _BACK[:1],
    Status.OUTSIDE_SCHEME: ((EXAMPLES[c.Decline], OFFICER),),
    Status.UPLOADED: _BACK[:2],
    Status.OBTAINED: _BACK[:3],
    Status.IN_CONCILIATION: _BACK,
    Status.RESOLUTION_REPORTED: (*_BACK, (RESOLUTION, TAOBAO)),
    Status.RESOLVED: (*_BACK, (RESOLUTION, TAOBAO), (c.Confirm(5), PERSON)),
    Status.REFERRED_BACK: _REFERRED,
    Status.FURTHER_HANDLING: _FURTHER,
    Status.RECORDED: (*_REFERRED, (c.Record(Outcome.NOT_SETTLED), OFFICER)),
    Status.CLOSED: (*_FURTHER, (EXAMPLES[c.Close], OFFICER)),
    Status.WITHDRAWN: _WITHDRAWN,
    Status.ERASED: (*_WITHDRAWN, (EXAMPLES[c.Erase], OFFICER)),
}
"""A way to each status, after the Lodge."""
UPLOADED: Final = frozenset(status for status, way in WAYS.items() if (UPLOAD, OFFICER) in way)
"""The statuses of those cases that have reached a trader."""
OF_CASES: Final = [route for route in ROUTES if "case_id" in route.parameters]


@pytest.fixture(scope="module")
def world() -> Iterator[Served]:
    """One platform, with a case in each status."""
    with in_process() as found:
        yield found


@pytest.fixture(scope="module")
def cases(world: Served) -> Mapping[Status, str]:
    """A case in each status, by status."""
    found = {status: _walked(world, status) for status in Status}
    world.platform.sequence()
    return found


def _walked(world: Served, status: Status) -> str:
    who: Particulars = attrs.evolve(cast(Any, WHO), order_number=f"{MARK}-{status}")
    case = world.platform.lodge(complaint(who), by=OFFICER, key=f"form-{status}")
    world.platform.add_evidence(case.id, jpeg(), kind=EvidenceKind.PHOTOGRAPH, name=f"{MARK}.jpg", by=OFFICER, key="f")
    for number, (command, by) in enumerate(WAYS[status]):
        world.clock.wait(minutes=1)
        case = world.platform.act(case.id, command, by=by, key=f"k{number}")
    assert case.status is status
    return case.id


# --- one request of each operation ----------------------------------------------------------------------------


_BODIES: Final[Mapping[type, attrs.AttrsInstance]] = {
    q.Why: q.Why("a call"),
    q.Nothing: q.Nothing(),
}


def asking(route: Route) -> tuple[bytes, str]:
    """A sound body of a route, and its media type; empty for none."""
    if route.body is Content.FILE:
        head = Masked() if route.name.endswith("mask_evidence") else Described(EvidenceKind.PHOTOGRAPH, "x.jpg")
        return write_upload(head, jpeg()), MEDIA_TYPE
    if route.body is None:
        return b"", ""
    if route.command is not None and route.command is not c.Obtain:
        document = command_document(EXAMPLES[route.command])
        document.pop("command")
        return orjson.dumps(document), "application/json"
    if route.body is q.OpenRequest:
        asked = {"name": "A", "contact": "a@example.org"}
        return orjson.dumps({"v": 1, "kind": "access", "channel": "web", "asking": asked}), "application/json"
    value = _BODIES[cast(type, route.body)]
    return orjson.dumps({"v": 1, **attrs.asdict(value)}), "application/json"


def address(route: Route, case_id: str) -> str:
    """The address of a route, for a case."""
    return route.path.replace("{case_id}", case_id).replace("{evidence_id}", "order-1").replace("{channel}", "phone")


def sent(caller: Caller, route: Route, case_id: str) -> httpx.Response:
    """What an organisation is answered."""
    body, kind = asking(route)
    headers = (("content-type", kind),) if kind else ()
    key = secrets.token_hex(8) if route.writes else ""
    return caller.request(route.method, address(route, case_id), body=body, headers=headers, key=key)


def told(answer: httpx.Response) -> tuple[int, bytes, Mapping[str, str]]:
    """All that an answer tells: but for the number of the request."""
    return answer.status_code, answer.content, {k: v for k, v in answer.headers.items() if k != "request-id"}


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_to_a_stranger_no_case_exists(world: Served, cases: Mapping[Status, str], status: Status) -> None:
    """Another trader, another council: every operation answers as for a case that is not there."""
    case_id = cases[status]
    before = world.platform.facts(case_id, by=OFFICER)
    for route in OF_CASES:
        if route.who is not Who.SIGNATURE:
            continue
        for name in ("jd", "macao"):
            if world.callers[name].role is route.role:
                found = told(sent(world.callers[name], route, case_id))
                assert found == told(sent(world.callers[name], route, NOWHERE)), (route.name, name)
                assert found[:2] == (404, NO_SUCH), (route.name, name)
    assert world.platform.facts(case_id, by=OFFICER) == before


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_under_another_role_nobody_finds_anything(world: Served, cases: Mapping[Status, str], status: Status) -> None:
    """Those whose case it is, too, where they ask under a role that is not theirs."""
    for route in OF_CASES:
        if route.who is not Who.SIGNATURE:
            continue
        for caller in world.callers.values():
            if caller.role is not route.role:
                assert told(sent(caller, route, cases[status]))[:2] == (404, NO_SUCH), (route.name, caller.organisation)


@pytest.mark.parametrize("status", [one for one in Status if one not in UPLOADED], ids=str)
def test_before_the_upload_the_trader_is_a_stranger(world: Served, cases: Mapping[Status, str], status: Status) -> None:
    """The trader complained of learns nothing before the case is uploaded to it."""
    for route in OF_CASES:
        if route.role is Role.TRADER:
            assert told(sent(world.callers["taobao"], route, cases[status]))[:2] == (404, NO_SUCH), route.name


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_another_session_opens_no_case(world: Served, cases: Mapping[Status, str], status: Status) -> None:
    """A complainant's session is for one case: any other is answered as one that is not there."""
    own = cases[Status.CLOSED]
    for route in OF_CASES:
        if route.who is not Who.SESSION:
            continue
        body, kind = asking(route)
        headers = {"authorization": f"Bearer session-{own}", "content-type": kind, "idempotency-key": "k"}
        if cases[status] != own:
            there, nowhere = (
                told(world.http.request(route.method, address(route, one), content=body, headers=headers))
                for one in (cases[status], NOWHERE)
            )
            assert there == nowhere, route.name
            assert there[0] in (401, 404), route.name
        for caller in world.callers.values():
            assert told(sent(caller, route, cases[status]))[0] == 401, route.name


def test_lists_hold_ones_own_cases_alone(world: Served, cases: Mapping[Status, str]) -> None:
    """Strangers' lists are empty, and obtaining several says of each that it is not there."""
    assert world.callers["jd"].get("/v1/trader/cases").json()["cases"] == []
    assert world.callers["jd"].get("/v1/trader/duties").json()["duties"] == []
    assert world.callers["macao"].get("/v1/council/cases").json()["cases"] == []
    ids = [*cases.values(), NOWHERE]
    several = world.callers["jd"].post("/v1/trader/obtain", {"v": 1, "cases": ids}).json()["cases"]
    assert [(one["case_id"], one["sealed"], one["problem"]) for one in several] == [
        (one, None, orjson.loads(NO_SUCH)) for one in ids
    ]
    seen = {one["case_id"] for one in world.callers["taobao"].get("/v1/trader/cases").json()["cases"]}
    assert seen == {cases[status] for status in UPLOADED} - _settled(world, cases)


def _settled(world: Served, cases: Mapping[Status, str]) -> set[str]:
    """The cases that the trader neither has nor owes anything about."""
    return {one for one in cases.values() if world.callers["taobao"].get(f"/v1/trader/cases/{one}").status_code == 404}


# --- what those are shown whose case it is ---------------------------------------------------------------------


_MARKED: Final = [
    re.compile(form)
    for form in (
        MARK.encode(),
        MARK.encode().hex().encode(),
        MARK.lower().encode(),
        *(base64.b64encode(b"x" * ahead + MARK.encode() + b"y" * 3)[4:-4] for ahead in range(3)),
    )
    if len(form) > 4
]


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_a_trader_is_shown_nothing_personal_outside_an_envelope(status: Status) -> None:
    """Whatever it asks of its own case, in whatever status: no body, header or cursor holds a word of the person."""
    with in_process() as world:
        case_id, trader = _walked(world, status), world.callers["taobao"]
        for route in ROUTES:
            if route.role is Role.TRADER and {*route.parameters} <= {"case_id", "evidence_id"}:
                if route.body in (q.NewKey, q.ObtainSeveral, q.NewEndpoint):
                    continue
                answer = sent(trader, route, case_id)
                assert answer.status_code < 500, route.name
                everything = answer.content + repr(answer.headers.raw).encode()
                assert not [form for form in _MARKED if form.search(everything)], route.name


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_each_body_has_exactly_its_fields(world: Served, cases: Mapping[Status, str], status: Status) -> None:
    """A trader's row, a council's facts and a complainant's status hold the fields of their class, in every status."""
    case_id = cases[status]
    trader = world.callers["taobao"].get(f"/v1/trader/cases/{case_id}")
    if trader.status_code == 200:
        assert set(trader.json()) == {"v", *(one.name for one in attrs.fields(o.TraderRow))}
        assert {one["name"] for one in _nothing_else(trader.json())} == set()
    own = world.complainant(case_id, "GET", f"/v1/complainant/cases/{case_id}")
    assert set(own.json()) == {"v", *(one.name for one in attrs.fields(o.ComplainantCase))}
    for answer in (own, world.callers["hkcc"].get(f"/v1/council/cases/{case_id}")):
        assert not [form for form in _MARKED if form.search(answer.content)]


def _nothing_else(row: dict[str, Any]) -> list[dict[str, Any]]:
    """What a trader's row says of the council's people: nothing ever."""
    text = orjson.dumps(row).decode()
    return [{"name": one} for one in ("officer-", "account-", "hkcc", "jd") if one in text]


def test_a_complainant_is_not_told_who_the_officers_are(world: Served, cases: Mapping[Status, str]) -> None:
    """Their own words and the trader's are there; staff ids and the council's notes are not (PDPO s.20(2)(b))."""
    case_id = cases[Status.FURTHER_HANDLING]
    good = world.callers["hkcc"].act(case_id, c.AddNote(Remark("between ourselves")))
    assert good.status_code == 200
    path = f"/v1/complainant/cases/{case_id}/reading"
    answer = world.complainant(case_id, "POST", path, {"v": 1, "reason": "my own"})
    assert answer.status_code == 200
    text = answer.text
    assert MARK in text
    assert "officer-1" not in text
    assert "between ourselves" not in text
    assert "agent-1" not in text


def test_the_council_reads_only_with_a_reason_that_stands_in_the_log(
    world: Served, cases: Mapping[Status, str]
) -> None:
    """Who, which case, why: as everywhere."""
    case_id = cases[Status.OBTAINED]
    council = world.callers["hkcc"]
    path = f"/v1/council/cases/{case_id}/reading"
    assert council.post(path, {"v": 1, "reason": " "}).status_code == 409
    answer = council.post(path, {"v": 1, "reason": "a call back"})
    assert MARK in answer.text
    entry = world.platform.access_log(by=OFFICER, case_id=case_id)[-1]
    assert (entry.by.person, entry.reason) == ("officer-1", "a call back")


def test_a_trader_neither_sees_nor_touches_what_is_another_traders(world: Served) -> None:
    """Keys, endpoints and deliveries are each organisation's own."""
    first, second = world.callers["taobao"], world.callers["jd"]
    made = first.post("/v1/trader/webhooks", {"v": 1, "url": "https://trader.example/hook"}).json()
    assert second.get("/v1/trader/webhooks").json()["endpoints"] == []
    for path in (
        f"/v1/trader/webhooks/{made['id']}/rotate",
        f"/v1/trader/webhooks/{made['id']}/remove",
        f"/v1/trader/keys/{first.key.key_id}/end",
    ):
        answer = second.post(path, {"v": 1})
        assert answer.status_code == 409
        assert answer.json()["code"] in ("no_such_endpoint", "no_such_key")
    mine = {one["id"] for one in second.get("/v1/trader/keys").json()["keys"]}
    assert mine == {second.key.key_id, second.sealing.key_id}
    assert {one["use"] for one in first.get("/v1/trader/keys").json()["keys"]} == {use.value for use in KeyUse}
