"""Every body holds exactly the fields that its role and stage may see: no fewer, so that it can be relied on, no more.

An answer in clear has the fields of the class that the table of routes names, down to its innermost part. What a trader
opens has the fields that the table of disclosures admits while it handles the case, as far as the complaint carries
them; before and after, there is nothing to open.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

import attrs
import httpx
import pytest

from expressplatform.codes import Audience, Channel, Purpose, Role, Stage, Status
from expressplatform.commands import Obtain
from expressplatform.complaint import Complaint
from expressplatform.lifecycle import ROWS
from expressplatform.privacy.table import CONTACTS, TABLE, Condition
from expressplatform_http.protocol.routes import Content, Who
from tests.integration.test_isolation import OF_CASES, WAYS, WHO, _walked, address, asking, sent
from tests.integration.test_server import opened
from tests.served import Served, in_process
from tests.walking import OFFICER
from tests.whole_complaint import put
from tests.whole_life import complaint

Found = tuple[str, str]
"""Where a document differs from its class, and how."""
HANDLING: Final = frozenset(row.source for row in ROWS if row.command is Obtain and row.source)
"""The statuses in which the lifecycle lets a trader obtain the details."""


def differing(value: object, kind: Any, path: str = "$") -> Iterator[Found]:
    """Where a plain value has other fields than a class, or than the classes that the class holds."""
    if attrs.has(typing.get_origin(kind) or kind):
        fields = {one.name: one.type for one in attrs.fields(attrs.resolve_types(kind))}
        if not isinstance(value, dict) or set(value) != set(fields):
            yield path, f"{sorted(value) if isinstance(value, dict) else type(value)} for {sorted(fields)}"
            return
        for name, inner in fields.items():
            yield from differing(value[name], inner, f"{path}.{name}")
    elif isinstance(kind, types.UnionType):
        if value is not None:
            yield from differing(value, next(one for one in typing.get_args(kind) if one is not type(None)), path)
    elif typing.get_origin(kind) is tuple:
        for number, one in enumerate(typing.cast("list[object]", value)):
            yield from differing(one, typing.get_args(kind)[0], f"{path}[{number}]")


def told(answer: httpx.Response) -> dict[str, Any]:
    """The document of an answer, without its edition."""
    document: dict[str, Any] = answer.json()
    assert document.pop("v") == 1
    return document


def asked_by_everybody(world: Served, case_id: str) -> Iterator[tuple[str, Any, httpx.Response]]:
    """Every operation on the case, by whoever's it is; reading first, so that what is read is still there."""
    callers = {Role.COUNCIL: world.callers["hkcc"], Role.TRADER: world.callers["taobao"]}
    for route in sorted(OF_CASES, key=lambda one: (one.command not in (None, Obtain), one.method != "GET")):
        if route.role in callers:
            yield route.name, route.answer, sent(callers[route.role], route, case_id)
        elif route.who is Who.SESSION:
            body, kind = asking(route)
            headers = {"authorization": f"Bearer session-{case_id}", "idempotency-key": route.name}
            headers |= {"content-type": kind} if kind else {}
            at = address(route, case_id)
            yield route.name, route.answer, world.http.request(route.method, at, content=body, headers=headers)


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_each_answer_has_the_fields_of_its_class_and_no_other(status: Status) -> None:
    """Whoever asks whatever of a case in whatever status: a good answer is its class, any other a problem."""
    good: set[str] = set()
    with in_process() as world:
        for name, kind, answer in asked_by_everybody(world, _walked(world, status)):
            if answer.status_code >= 400:
                assert {"type", "title", "status", "code"} <= set(answer.json()) <= PROBLEM, name
            elif not isinstance(kind, Content):
                assert list(differing(told(answer), kind)) == [], name
                good.add(name)
    assert {"council.case", "council.reading", "complainant.case", "complainant.evidence"} - good <= _GONE[status]
    assert ("trader.obtain" in good) is (status in HANDLING)


PROBLEM: Final = frozenset(
    {
        "type", "title", "status", "detail", "code", "who_must_act", "retryable", "problems", "allowed", "expected",
        "found", "more",
    }
)  # fmt: skip
"""The fields that a problem's document may have."""
_GONE: Final[Mapping[Status, frozenset[str]]] = {
    status: frozenset({"council.reading"} if status is Status.ERASED else ()) for status in Status
}
"""What nobody is answered any more."""


def carried(of: Complaint, field: str) -> bool:
    """Whether a complaint has something at a path."""
    if field == "call_code":
        return True
    try:
        return attrgetter(field)(of) not in (None, "", ())
    except AttributeError:
        return False


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE, Channel.POST], ids=str)
@pytest.mark.parametrize("status", sorted(HANDLING), ids=str)
def test_what_a_trader_opens_has_the_fields_of_the_table(status: Status, channel: Channel) -> None:
    """While it handles the case: what the table admits and the complaint carries, and of the means of reaching the
    person the one that they chose."""
    rows = [row for row in TABLE if (row.audience, row.purpose) == (Audience.TRADER, Purpose.HANDLING)]
    admitted = {row.field: row.condition for row in rows if Stage.HANDLING in row.stages}
    chosen = {Channel.EMAIL: "particulars.email", Channel.PHONE: "particulars.phone", Channel.POST: CONTACTS[2]}[
        channel
    ]
    held = put(complaint(WHO), "complainant.channel", channel)
    with in_process() as world:
        case_id = world.platform.lodge(held, by=OFFICER, key="form").id
        for number, (command, by) in enumerate(WAYS[status]):
            world.platform.act(case_id, command, by=by, key=f"k{number}")
        wanted = {
            field
            for field, condition in admitted.items()
            if carried(held, field) and (condition is None or (condition is Condition.ONE_CONTACT and field == chosen))
        }
        trader = world.callers["taobao"]
        details = opened(world, trader, told(trader.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1})))
        assert set(details.values) == wanted
        assert {field for field in wanted if field.startswith("particulars.")} > {chosen, "particulars.statement"}
