"""Who takes part, over HTTP: officers enter it with a version in hand, everybody sees the merged list."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import httpx
import pytest

from expressplatform import commands as c
from expressplatform.codes import Status
from expressplatform.enrolment import ChangeParticipant, Enrol, EntryKind, LetLeave
from expressplatform.errors import KeyReused, Refused, StaleVersion
from expressplatform.schemes import HK_CCA
from expressplatform.transport import AsyncHttpxTransport, HttpxTransport
from expressplatform_http.client import new_key
from expressplatform_http.protocol import openapi
from expressplatform_http.protocol.routes import BY_NAME, ROUTES
from expressplatform_http.testing import FakePlatform
from tests.integration.test_participants import TODAY, TOYS, about
from tests.served import Served, in_process
from tests.walking import OFFICER, START

LIST: Final = "/v1/council/participants"
DAY: Final = timedelta(days=1)
ENROLLED: Final = {
    "v": 1, "organisation": "toys", "name": "Toys 玩具", "member_from": f"{TODAY}", "city": "Shenzhen",
    "platform": False,
}  # fmt: skip
OURS: Final = [route for route in ROUTES if route.path.startswith(LIST)]


@pytest.fixture
def world() -> Iterator[Served]:
    """A platform in memory."""
    with in_process() as found:
        yield found


def good(answer: httpx.Response) -> dict[str, Any]:
    """The document of a good answer."""
    assert answer.status_code < 300, answer.text
    found: dict[str, Any] = answer.json()
    return found


def public(world: Served) -> list[dict[str, Any]]:
    """What anybody is shown of one trader."""
    listed = good(world.http.get("/v1/public/participants"))["participants"]
    return [one for one in listed if one["organisation"] == "toys"]


class TestOverTheWire:
    def test_a_trader_is_enrolled_changed_and_let_go_and_each_answer_has_the_version(self, world: Served) -> None:
        council = world.callers["hkcc"]
        made = council.post(LIST, ENROLLED)
        assert (made.status_code, made.headers["etag"]) == (201, '"1"')
        changed = council.post(
            f"{LIST}/toys/change", {"v": 1, "from_day": f"{TODAY + DAY}", "city": "Guangzhou"},
            headers=(("if-match", made.headers["etag"]),),
        )  # fmt: skip
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        left = council.post(f"{LIST}/toys/leave", {"v": 1, "last_day": f"{TODAY + 2 * DAY}"})
        assert left.headers["etag"] == '"3"'
        one = council.get(f"{LIST}/toys")
        assert (one.json(), one.headers["etag"]) == (left.json(), '"3"')
        told = good(one)
        assert [(row["city"], row["member_from"], row["member_until"]) for row in told["rows"]] == [
            ("Shenzhen", f"{TODAY}", f"{TODAY}"), ("Guangzhou", f"{TODAY + DAY}", f"{TODAY + 2 * DAY}"),
        ]  # fmt: skip
        assert [(one["kind"], one["by"]) for one in told["entries"]] == [
            ("enrolled", "officer-1"), ("changed", "officer-1"), ("left", "officer-1"),
        ]  # fmt: skip

    def test_everybody_sees_the_merged_list_and_nobody_who_entered_it(self, world: Served) -> None:
        before = good(world.http.get("/v1/public/participants"))["participants"]
        assert [one["organisation"] for one in before] == [one.organisation for one in HK_CCA.participants]
        good(world.callers["hkcc"].post(LIST, ENROLLED))
        after = world.http.get("/v1/public/participants")
        assert good(after)["participants"][:-1] == before
        assert public(world) == [
            {
                "organisation": "toys", "name": "Toys 玩具", "member_from": f"{TODAY}", "member_until": None,
                "platform": False, "city": "Shenzhen",
            }
        ]  # fmt: skip
        assert "officer-1" not in after.text

    def test_officers_see_everybody_with_versions(self, world: Served) -> None:
        council = world.callers["hkcc"]
        good(council.post(LIST, ENROLLED))
        listed = good(council.get(LIST))["participants"]
        assert {one["organisation"]: one["version"] for one in listed} == {
            **{one.organisation: 0 for one in HK_CCA.participants}, "toys": 1,
        }  # fmt: skip
        assert good(world.callers["macao"].get(LIST))["participants"] == listed

    def test_the_same_key_enters_once(self, world: Served) -> None:
        council = world.callers["hkcc"]
        first = council.post(LIST, ENROLLED, key="k")
        assert council.post(LIST, ENROLLED, key="k").content == first.content
        other = council.post(LIST, {**ENROLLED, "name": "Another"}, key="k")
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")
        assert council.request("POST", LIST, ENROLLED).json()["problems"][0]["path"] == "$header.idempotency-key"

    def test_whoever_decided_on_another_version_is_told_both(self, world: Served) -> None:
        council = world.callers["hkcc"]
        good(council.post(LIST, ENROLLED, headers=(("if-match", '"0"'),)))
        late = council.post(f"{LIST}/toys/leave", {"v": 1, "last_day": f"{TODAY}"}, headers=(("if-match", '"0"'),))
        told = late.json()
        assert (late.status_code, told["code"], told["expected"], told["found"]) == (412, "stale_version", 0, 1)
        assert "case" not in told["title"] + told["detail"]

    def test_every_problem_is_told_by_its_path(self, world: Served) -> None:
        wrong = {"v": 1, "organisation": "no id", "name": "", "member_from": "soon", "surprise": 1}
        answer = world.callers["hkcc"].post(LIST, wrong)
        assert answer.status_code == 422
        assert {one["path"] for one in answer.json()["problems"]} == {
            "$", "$.organisation", "$.name", "$.member_from",
        }  # fmt: skip

    @pytest.mark.parametrize("route", OURS, ids=lambda route: route.name)
    def test_to_a_trader_and_to_a_stranger_nothing_of_it_is_there(self, world: Served, route: Any) -> None:
        """As for any address of another role; whoever signs nothing is not let in."""
        path = route.path.replace("{organisation}", "taobao")
        body = None if route.body is None else {"v": 1}
        found = world.callers["taobao"].request(route.method, path, body, key="k" if route.writes else "")
        assert (found.status_code, found.json()["code"]) == (404, "no_such_case")
        assert world.http.request(route.method, path).status_code == 401

    def test_another_council_enters_nothing(self, world: Served) -> None:
        answer = world.callers["macao"].post(LIST, ENROLLED)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_the_schemes_council")
        assert public(world) == []

    def test_an_organisation_that_never_took_part_is_told_so(self, world: Served) -> None:
        for answer in (
            world.callers["hkcc"].get(f"{LIST}/toys"),
            world.callers["hkcc"].post(f"{LIST}/toys/leave", {"v": 1, "last_day": f"{TODAY}"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "no_such_participant")

    def test_a_complainant_reads_the_traders_name(self, world: Served) -> None:
        good(world.callers["hkcc"].post(LIST, ENROLLED))
        case = world.platform.lodge(about("toys"), by=OFFICER, key="form")
        told = world.complainant(case.id, "GET", f"/v1/complainant/cases/{case.id}").json()
        assert told["trader"] == "Toys 玩具"

    def test_a_complaint_about_it_is_judged_and_accepted_from_then_on(self, world: Served) -> None:
        """What came in over HTTP holds at once for the platform beside it."""
        council = world.callers["hkcc"]
        case = world.platform.lodge(about("toys"), by=OFFICER, key="form")
        assert good(council.get(f"/v1/council/cases/{case.id}/assessment"))["verdict"] == "ineligible"
        good(council.post(LIST, ENROLLED))
        assert good(council.get(f"/v1/council/cases/{case.id}/assessment"))["verdict"] == "eligible"
        assert world.platform.act(case.id, c.Accept(), by=OFFICER, key="a").status is Status.ELIGIBLE


class TestTheDocument:
    """What OpenAPI says of these operations."""

    @pytest.mark.parametrize("name", ["enrol", "change_participant", "let_leave"])
    def test_a_write_takes_a_key_and_a_version_and_may_be_told_of_another(self, name: str) -> None:
        route = BY_NAME[f"council.{name}"]
        said = openapi.document((route,))["paths"][route.path]["post"]
        headers = {one["name"]: one["required"] for one in said["parameters"] if one["in"] == "header"}
        assert headers == {"Idempotency-Key": True, "If-Match": False, "Expressplatform-Person": True}
        assert {"409", "412", "413", "415", "422"} <= set(said["responses"])

    def test_no_other_operation_than_steps_of_cases_and_these_takes_a_version(self) -> None:
        assert {route.name for route in ROUTES if route.follows} == {
            "council.enrol", "council.change_participant", "council.let_leave",
        }  # fmt: skip


class TestClients:
    """The library's own words, over a real socket."""

    def test_an_officer_enrols_changes_and_lets_go(self) -> None:
        first = date(2026, 1, 1)
        with FakePlatform() as platform, httpx.Client(trust_env=False) as client:
            council = platform.council(HttpxTransport(client))
            asked, key = Enrol("toys", "Toys 玩具", first, city="Shenzhen"), new_key()
            made = council.enrol(asked, key=key, expected=0)
            assert council.enrol(asked, key=key, expected=0) == made
            with pytest.raises(KeyReused):
                council.enrol(Enrol("toys", "Another", first), key=key)
            with pytest.raises(StaleVersion) as caught:
                council.let_leave("toys", LetLeave(first), key=new_key(), expected=0)
            assert (caught.value.expected, caught.value.found) == (0, 1)
            with pytest.raises(Refused) as refused:
                council.participation("nobody")
            assert refused.value.code == "no_such_participant"
            moved = council.change_participant("toys", ChangeParticipant(first, name="Toys"), key=new_key(), expected=1)
            left = council.let_leave("toys", LetLeave(first + DAY), key=new_key(), expected=moved.version)
            assert [one.kind for one in left.entries] == [EntryKind.ENROLLED, EntryKind.CHANGED, EntryKind.LEFT]
            assert [(one.name, one.member_until) for one in left.rows] == [("Toys", first + DAY)]
            assert council.participation("toys") == left == council.participations()[-1]
            shown = platform.trader(HttpxTransport(client)).participants().participants
            assert [one for one in shown if one.organisation == "toys"] == list(left.rows)

    def test_the_same_awaited(self) -> None:
        first = date(2026, 1, 1)

        async def day(platform: FakePlatform) -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                council = platform.async_council(AsyncHttpxTransport(client))
                made = await council.enrol(Enrol("toys", "Toys", first), key=new_key(), expected=0)
                changed = await council.change_participant(
                    "toys", ChangeParticipant(first, city="Shenzhen"), key=new_key(), expected=made.version
                )
                left = await council.let_leave("toys", LetLeave(first), key=new_key(), expected=changed.version)
                assert left.version == 3
                assert await council.participation("toys") == left
                assert (await council.participations())[-1] == left

        with FakePlatform() as platform:
            asyncio.run(day(platform))


def test_what_is_enrolled_is_the_same_over_the_wire_as_in_python(world: Served) -> None:
    """The document of a request is that of the class."""
    good(world.callers["hkcc"].post(LIST, ENROLLED))
    (entry,) = world.platform.participation("toys", by=OFFICER).entries
    assert (entry.name, entry.since, entry.until, entry.city, entry.platform, entry.at) == (
        TOYS.name, TOYS.member_from, None, TOYS.city, TOYS.platform, START,
    )  # fmt: skip
