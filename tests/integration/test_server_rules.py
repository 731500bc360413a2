"""What holds of every request: who is let in, what is bounded, how answers are told, and what no log ever holds."""

from __future__ import annotations

import json
import logging
import re
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import attrs
import orjson
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, EvidenceKind, Role
from expressplatform.errors import LimitReached, StoreUnusable
from expressplatform.ports import Message
from expressplatform.schemes import HK_CCA
from expressplatform.sealing import new_encryption_pair, open_with
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform.wire import command_document
from expressplatform_http.protocol import streams
from expressplatform_http.protocol.editions import Edition
from expressplatform_http.protocol.signatures import sign
from expressplatform_http.protocol.streams import Expected, Incoming
from expressplatform_http.protocol.uploads import MEDIA_TYPE, Described, write_upload
from expressplatform_http.server import Worker
from expressplatform_http.server.limits import MOST, Buckets, caller_of
from expressplatform_http.server.logs import LOGGER
from expressplatform_http.server.metrics import Metrics
from tests.integration.test_isolation import _MARKED, MARK, WAYS, _walked, told
from tests.integration.test_server import good, lodged
from tests.pictures import jpeg
from tests.served import PEOPLE, PLENTY, Caller, Served, in_process, served, sqlite_place
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import complaint, say

LIST: Final = "/v1/trader/cases"


@pytest.fixture
def world() -> Iterator[Served]:
    """A platform in memory."""
    with in_process() as found:
        yield found


def _lodge(world: Served, key: str = "form-1", **more: Any) -> Any:
    body = command_document(c.Lodge(complaint()))
    body.pop("command")
    return world.callers["hkcc"].post("/v1/council/cases", body, key=key, **more)


# --- who is let in ------------------------------------------------------------------------------------------------


def _signed(caller: Caller, **more: Any) -> tuple[str, str, list[tuple[str, str]], bytes]:
    """A sound signed request: a step with a body."""
    body = more.pop("body", orjson.dumps({"v": 1, "reference": "T-1"}))
    pairs = (
        ("expressplatform-person", "agent-1"),
        ("content-type", "application/json"),
        ("idempotency-key", "k-1"),
    )
    path = f"/v1/trader/cases/{more.pop('case_id')}/set-reference"
    request = HttpRequest("POST", f"{caller.http.base_url}{path}", pairs, body)
    created = more.pop("created", caller.now())
    signed = sign(request, signer=more.pop("key", caller.key), created=created, nonce=secrets.token_hex(16))
    return "POST", signed.url, list(signed.headers), body


def _with(headers: list[tuple[str, str]], name: str, value: str | None) -> list[tuple[str, str]]:
    rest = [(own, was) for own, was in headers if own != name]
    return rest if value is None else [*rest, (name, value)]


class TestWhoIsLetIn:
    """A request is its sender's, whole, fresh and once; or it is nobody's."""

    def test_whatever_is_altered_is_refused_alike_and_changes_nothing(self, world: Served) -> None:
        """Method, path, query, each header, body, digest, time, nonce, key: one answer to the byte, no trace."""
        caller = world.callers["taobao"]
        case_id = _walked(world, list(WAYS)[5])
        before = world.platform.facts(case_id, by=OFFICER)
        method, url, headers, body = _signed(caller, case_id=case_id)
        told = dict(headers)
        stranger, old = SigningKey.generate(), world.clock.at - timedelta(seconds=301)
        ahead = world.clock.at + timedelta(seconds=400)
        tampered = {
            "method": ("PUT", url, headers, body),
            "query": (method, f"{url}?a=1", headers, body),
            "body": (method, url, headers, body.replace(b"T-1", b"T-2")),
            "no body": (method, url, headers, b""),
            "person": (method, url, _with(headers, "expressplatform-person", "agent-2"), body),
            "key": (method, url, _with(headers, "idempotency-key", "k-2"), body),
            "type": (method, url, _with(headers, "content-type", "text/plain"), body),
            "more": (method, url, [*headers, ("if-match", '"3"')], body),
            "less": (method, url, _with(headers, "idempotency-key", None), body),
            "digest": (method, url, _with(headers, "content-digest", "sha-256=:AAAA:"), body),
            "host": (method, url, [*headers, ("host", "elsewhere.test")], body),
            "signature": (method, url, _with(headers, "signature", told["signature"][:-6] + "AA==:"), body),
            "no signature": (method, url, _with(headers, "signature", None), body),
            "two": (method, url, [*headers, ("signature", told["signature"])], body),
            "input": (method, url, _with(headers, "signature-input", told["signature-input"] + ";a=1"), body),
            "garbage": (method, url, _with(headers, "signature-input", "\xe9" * 20), body),
            "oversized": (method, url, _with(headers, "signature-input", "a" * 5000), body),
            "stranger": _signed(caller, case_id=case_id, key=stranger),
            "old": _signed(caller, case_id=case_id, created=old),
            "ahead": _signed(caller, case_id=case_id, created=ahead),
            "sealing key": (method, url, _with(headers, "signature-input", told["signature-input"].replace(
                caller.key.key_id, caller.sealing.key_id)), body),
            "empty": (method, url, [], body),
        }  # fmt: skip
        answers = {}
        for name, (how, where, pairs, content) in tampered.items():
            answer = world.http.request(how, where, content=content, headers=pairs)
            if name != "method":
                answers[name] = (answer.status_code, answer.content)
        assert set(answers.values()) == {(401, answers["empty"][1])}, answers
        assert world.platform.facts(case_id, by=OFFICER) == before
        assert world.http.request(method, url, content=body, headers=headers).status_code == 200

    def test_the_same_request_comes_once(self, world: Served) -> None:
        """A replay is nobody's, though its signature is right; the client signs a retry anew under the same key."""
        caller, case_id = world.callers["taobao"], _walked(world, list(WAYS)[5])
        method, url, headers, body = _signed(caller, case_id=case_id)
        assert world.http.request(method, url, content=body, headers=headers).status_code == 200
        assert world.http.request(method, url, content=body, headers=headers).status_code == 401
        method, url, headers, body = _signed(caller, case_id=case_id)
        assert world.http.request(method, url, content=body, headers=headers).status_code == 200

    def test_a_key_is_changed_without_a_gap_and_ended_at_once(self, world: Served) -> None:
        """New beside old, then new alone."""
        caller = world.callers["taobao"]
        fresh = attrs.evolve(caller, key=SigningKey.generate())
        assert fresh.get(LIST).status_code == 401
        added = caller.post("/v1/trader/keys", {"v": 1, "use": "signing", "public": fresh.key.public.hex()})
        assert added.status_code == 201
        assert caller.get(LIST).status_code == fresh.get(LIST).status_code == 200
        assert fresh.post(f"/v1/trader/keys/{caller.key.key_id}/end", {"v": 1}).status_code == 200
        assert (caller.get(LIST).status_code, fresh.get(LIST).status_code) == (401, 200)

    def test_a_council_ends_a_traders_key(self, world: Served) -> None:
        """And sees its keys; the trader cannot do the same to the council."""
        council, trader = world.callers["hkcc"], world.callers["taobao"]
        listed = council.get("/v1/council/organisations/taobao/keys").json()["keys"]
        assert trader.key.key_id in {one["id"] for one in listed}
        path = f"/v1/council/organisations/taobao/keys/{trader.key.key_id}/end"
        assert trader.post(path, {"v": 1}).status_code == 404
        assert council.post(path, {"v": 1}).status_code == 200
        assert trader.get(LIST).status_code == 401

    def test_details_are_sealed_to_the_newest_key(self, world: Served) -> None:
        """Documents too: the envelope in front of the stream is opened by the new key alone."""
        caller, new = world.callers["taobao"], new_encryption_pair()
        case_id = _walked(world, list(WAYS)[4])
        council = world.callers["hkcc"]
        upload = write_upload(Described(EvidenceKind.PHOTOGRAPH, f"{MARK}.jpg"), jpeg())
        added = council.post(
            f"/v1/council/cases/{case_id}/evidence", body=upload, headers=(("content-type", MEDIA_TYPE),), key="up-1"
        )
        (evidence,) = added.json()["evidence"]
        assert evidence in {one.id for one in world.platform.evidence_list(case_id, by=OFFICER)}
        assert good(council.act(case_id, c.ShareEvidence("taobao", (evidence,))))
        world.platform.work()
        world.clock.wait(minutes=1)
        caller.post("/v1/trader/keys", {"v": 1, "use": "sealing", "public": new.public.hex()})
        sealed = caller.post(f"/v1/trader/cases/{case_id}/obtain", {"v": 1}).json()
        assert sealed["key_id"] == new.key_id
        answer = caller.post(f"/v1/trader/cases/{case_id}/evidence/{evidence}/obtain", {"v": 1})
        assert answer.headers["content-type"] == streams.MEDIA_TYPE
        key = bytes.fromhex(good(world.http.get("/v1/public/participants"))["council_key"])

        class Opener:
            def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
                return open_with(new.private, sealed, info)

        coming = Incoming(Expected(case_id, evidence, "taobao", [VerifyingKey(key)]), Opener())
        content = coming.feed(answer.content) + coming.end()
        assert content[:2] == b"\xff\xd8"
        reading = council.post(f"/v1/council/cases/{case_id}/evidence/{evidence}/reading", {"v": 1, "reason": "look"})
        assert (reading.headers["content-type"], reading.content) == ("image/jpeg", jpeg())

    def test_a_request_for_another_host_is_not_for_this_one(self) -> None:
        """What was signed for a server of another name is refused, though the key is good there and here."""
        with in_process(settings=attrs.evolve(PLENTY, hosts=("platform.test",))) as world:
            caller = world.callers["taobao"]
            assert caller.get(LIST).status_code == 200
            cast(Any, world.http).base_url = "http://elsewhere.test"
            assert caller.get(LIST).status_code == 401

    def test_an_unknown_session_opens_nothing(self, world: Served) -> None:
        """Nor does a signature where a session is asked for."""
        for header in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic x"}):
            answer = world.http.request("GET", f"/v1/complainant/cases/c{'0' * 31}", headers=header)
            assert answer.status_code == 401

    def test_who_acts_must_be_named_by_an_opaque_id(self, world: Served) -> None:
        """No name with a space, no e-mail address, and not nobody."""
        for person in ("", "A. Person", "a@example.org", "x" * 81):
            answer = attrs.evolve(world.callers["taobao"], person=person).get(LIST)
            assert answer.status_code == 422
            assert answer.json()["problems"][0]["path"] == "$header.expressplatform-person"

    @pytest.mark.parametrize(("takers", "status"), [((Role.COUNCIL, Role.COMPLAINANT), 201), ((Role.COUNCIL,), 409)])
    def test_people_lodge_themselves_where_the_scheme_says_so(self, takers: tuple[Role, ...], status: int) -> None:
        """Without a signature, under a key of their own; elsewhere a council lodges."""
        body = command_document(c.Lodge(complaint()))
        body.pop("command")
        headers = {"content-type": "application/json", "idempotency-key": "self-1"}
        with in_process(scheme=attrs.evolve(HK_CCA, lodged_by=frozenset(takers))) as world:
            answer = world.http.request("POST", "/v1/complainant/cases", content=orjson.dumps(body), headers=headers)
            assert answer.status_code == status


# --- bounds -------------------------------------------------------------------------------------------------------


class TestBounds:
    """Nothing is read, kept or answered without an end."""

    def test_a_body_is_bounded_before_it_is_read(self) -> None:
        """By what it says of itself, and by what comes."""
        with in_process(settings=attrs.evolve(PLENTY, body=20_000)) as world:
            answer = world.callers["hkcc"].post("/v1/council/cases", {"v": 1, "x": "y" * 30_000})
            assert answer.status_code == 413
            assert answer.json()["problems"][0]["kind"] == "too_large"
            lying = world.http.request(
                "POST", "/v1/council/cases", content=b"x" * 30_000, headers={"content-length": "10"}
            )
            assert lying.status_code == 413
            assert world.callers["taobao"].request("GET", LIST, {"v": 1}).status_code == 413

    def test_a_body_that_does_not_come_is_not_waited_for(self, tmp_path: Path) -> None:
        """Over a socket: so many seconds, then an answer."""
        quick = attrs.evolve(PLENTY, body_seconds=0.2)
        with served(sqlite_place(tmp_path), settings=quick) as world:
            host, port = world.base_url.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port)), timeout=10) as slow:
                head = f"POST /v1/public/register HTTP/1.1\r\nhost: {host}\r\ncontent-length: 50\r\n\r\n"
                slow.sendall(head.encode() + b"{")
                begun = time.monotonic()
                assert b" 408 " in slow.recv(4096)
                assert time.monotonic() - begun < 5

    def test_each_organisation_has_its_own_limit(self) -> None:
        """Who asks too often is told how long to wait; the others are not held up."""
        with in_process(settings=attrs.evolve(PLENTY, per_minute=60, burst=3)) as world:
            first, second = world.callers["taobao"], world.callers["jd"]
            statuses = [first.get(LIST).status_code for _ in range(5)]
            assert statuses == [200, 200, 200, 429, 429]
            answer = first.get(LIST)
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert second.get(LIST).status_code == 200

    def test_whoever_signs_nothing_has_a_limit_too(self) -> None:
        """By the address it comes from."""
        with in_process(settings=attrs.evolve(PLENTY, anybody_per_minute=10)) as world:
            statuses = {world.http.get("/v1/public/participants").status_code for _ in range(12)}
            assert statuses == {200, 429}

    def test_one_line_is_one_caller_however_many_addresses_it_has(self) -> None:
        """In IPv6 a line is given 2**64 of them; an IPv4 address written as IPv6 is itself."""
        assert caller_of("2001:4860::1") == caller_of("2001:4860::ffff:1:2:3") != caller_of("2001:4860:0:1::1")
        assert caller_of("fe80::1%eth0") == caller_of("fe80::2")
        assert caller_of("::ffff:192.0.2.1") == caller_of("192.0.2.1") != caller_of("::ffff:192.0.2.2")
        assert [caller_of(one) for one in ("", "unix", "192.0.2.1:80")] == ["", "unix", "192.0.2.1:80"]

    def test_a_bucket_fills_at_its_rate_and_no_further(self) -> None:
        """As many as it holds at once, then one for each span; many callers do not fill the memory."""
        bucket = Buckets(60, 3)
        for _ in range(3):
            bucket.take("a", 0.0)
        with pytest.raises(LimitReached) as caught:
            bucket.take("a", 0.0)
        assert caught.value.wait == 1
        bucket.take("a", 1.0)
        with pytest.raises(LimitReached):
            bucket.take("a", 1.5)
        bucket.take("a", 1000.0, weight=3)
        bucket.take("b", 1000.0, weight=100)
        with pytest.raises(LimitReached):
            bucket.take("b", 1000.0)
        for number in range(MOST + 10):
            bucket.take(str(number), 1000.0)
        assert len(bucket._held) == MOST


# --- answers ------------------------------------------------------------------------------------------------------


class TestAnswers:
    """How answers are told."""

    def test_the_same_key_gives_the_same_answer_and_another_step_under_it_none(self, world: Served) -> None:
        """One key names one request, for ever."""
        first = _lodge(world)
        assert first.status_code == 201
        assert _lodge(world).json() == first.json()
        case_id, council = first.json()["case_id"], world.callers["hkcc"]
        one = council.act(case_id, c.Assign("officer-3"), key="k")
        assert council.act(case_id, c.Assign("officer-3"), key="k").json() == one.json()
        other = council.act(case_id, c.Assign("officer-4"), key="k")
        assert (other.status_code, other.json()["code"]) == (422, "key_reused")

    def test_a_write_without_a_key_is_refused(self, world: Served) -> None:
        """And one whose key tells something, such as an address."""
        council = world.callers["hkcc"]
        for key in ("", "a@example.org", "x" * 101):
            answer = council.request(
                "POST", "/v1/council/keys", {"v": 1, "use": "signing", "public": "0" * 64}, key=key
            )
            assert answer.json()["problems"][0]["path"] == "$header.idempotency-key"

    def test_a_step_names_the_version_that_it_was_decided_on(self, world: Served) -> None:
        """`If-Match` with the ETag; if somebody wrote first, nothing happens and both versions are told."""
        case_id = lodged(world, "etag")
        council = world.callers["hkcc"]
        seen = council.get(f"/v1/council/cases/{case_id}")
        path, tag = f"/v1/council/cases/{case_id}/assign", seen.headers["etag"]
        assert council.post(path, {"v": 1, "officer": "o-1"}, headers=(("if-match", tag),)).status_code == 200
        late = council.post(path, {"v": 1, "officer": "o-2"}, headers=(("if-match", tag),))
        assert (late.status_code, late.json()["code"]) == (412, "stale_version")
        assert (late.json()["expected"], late.json()["found"]) == (1, 2)
        assert council.post(path, {"v": 1}, headers=(("if-match", "*"),)).status_code == 422

    def test_every_problem_is_told_by_its_path(self, world: Served) -> None:
        """All at once, and no value is quoted."""
        body = {"v": 1, "complaint": {"trader": {"organisation": MARK + "@x"}, "category": MARK, "surprise": MARK}}
        answer = world.callers["hkcc"].post("/v1/council/cases", body)
        paths = {one["path"] for one in answer.json()["problems"]}
        assert paths >= {"$.complaint.trader.organisation", "$.complaint.category", "$.complaint.nature"}
        assert MARK not in answer.text
        query = world.callers["taobao"].get(f"{LIST}?limit=0&status={MARK}&x=1&shop=a&shop=b&unread=maybe")
        told = {(one["path"], one["kind"]) for one in query.json()["problems"]}
        assert {path for path, _ in told} == {
            "$query", "$query.limit", "$query.status[0]", "$query.shop", "$query.unread"
        }  # fmt: skip
        assert MARK not in query.text

    def test_a_request_has_a_number_that_its_answer_repeats(self, world: Served) -> None:
        """One's own where it is shaped like one, otherwise a new one."""
        answer = world.http.request("GET", "/health", headers={"request-id": "mine-1"})
        assert answer.headers["request-id"] == "mine-1"
        for other in ("x" * 65, "a b", ""):
            answer = world.http.request("GET", "/health", headers={"request-id": other})
            assert answer.headers["request-id"] not in ("", other)
        assert world.http.get("/nowhere").headers["request-id"]

    def test_other_methods_media_types_and_addresses_are_told_apart(self, world: Served) -> None:
        """405 with what is allowed, 415, 404."""
        answer = world.http.request("DELETE", "/health")
        assert (answer.status_code, answer.json()["code"]) == (405, "no_such_operation")
        assert "GET" in answer.headers["allow"]
        council = world.callers["hkcc"]
        other = council.post("/v1/council/assessment", {"v": 1}, headers=(("content-type", "text/plain"),))
        assert other.status_code == 415
        for path in ("/", "/v1", "/v1/trader", "/v1/trader/cases/", "/v1/council/cases/x/y", "/%00"):
            assert world.http.request("GET", path).status_code in (401, 404)

    def test_nothing_is_kept_by_those_in_between(self, world: Served) -> None:
        """No answer may be stored, sniffed or framed."""
        for path in ("/health", "/nowhere", "/v1/trader/cases"):
            headers = world.http.get(path).headers
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"

    def test_whether_it_can_work_is_told_apart_from_whether_it_is_there(self, tmp_path: Path) -> None:
        """A store that does not answer: there, and not ready."""
        with in_process() as world:
            assert world.http.get("/ready").status_code == 200
            platform: Any = cast(Any, world.http)._app.state.service.platform

            async def closed(*_: object) -> None:
                raise StoreUnusable("closed", "the shelf has been closed")

            platform._flow.shelf.get = closed
            assert world.http.get("/health").status_code == 200
            assert world.http.get("/ready").status_code == 503
            assert world.callers["taobao"].get(LIST).status_code == 503

    def test_published_figures_are_counted_once_in_a_while(self, world: Served) -> None:
        """However often they are asked for; and small counts are left out."""
        first = world.http.get("/v1/public/indicators?year=2025").json()
        lodged(world, "later")
        assert world.http.get("/v1/public/indicators?year=2025").json() == first
        assert first["complaints"] is None
        assert world.http.get("/v1/public/indicators?by=nothing").status_code == 422
        mine = world.callers["hkcc"].get("/v1/council/indicators").json()
        assert mine["complaints"] == 1
        assert world.callers["taobao"].get("/v1/trader/indicators").json()["complaints"] == 0

    def test_two_editions_are_served_side_by_side(self) -> None:
        """A client of the one before asks and is answered in its own shape; a third edition is refused."""
        before = Edition(
            1,
            {"trader.set_reference": lambda body: {"v": 1, "reference": body["ticket"]}},
            {"trader.case": lambda answer: {**answer, "ticket": answer["their_reference"]}},
        )
        with in_process(editions=(Edition(2), before)) as world:
            case_id, caller = _walked(world, list(WAYS)[5]), world.callers["taobao"]
            old = attrs.evolve(caller, more={"expressplatform-version": "1"})
            path = f"/v1/trader/cases/{case_id}"
            assert good(old.post(f"{path}/set-reference", {"v": 1, "ticket": "T-9"}))
            assert good(old.get(path))["ticket"] == "T-9"
            assert "ticket" not in good(caller.get(path))
            assert old.post(f"{path}/set-reference", {"v": 1}).status_code == 422
            assert caller.post(f"{path}/set-reference", {"v": 1, "ticket": "T-9"}).status_code == 422
            other = attrs.evolve(caller, more={"expressplatform-version": "3"}).get(path)
            assert other.json()["problems"][0]["kind"] == "version"


# --- rights, queue, and the rest of a council's desk ---------------------------------------------------------------


class TestDesk:
    """What a council's officers do beside steps of cases."""

    def test_a_request_about_ones_own_data_is_taken_in_and_answered(self, world: Served) -> None:
        """By the council, and by the person themselves, whose name stands in no address."""
        case_id, council = lodged(world, "rights"), world.callers["hkcc"]
        asking = {"name": "A. Person", "contact": "a@example.org"}
        body = {"v": 1, "kind": "access", "channel": "post", "asking": asking}
        opened = good(council.post("/v1/council/rights-requests", body))
        assert opened["cases"] == [case_id]
        answered = good(
            council.post(
                f"/v1/council/rights-requests/{opened['id']}/answer", {"v": 1, "identity_checked": "document_seen"}
            )
        )
        assert "It broke." in answered["text"]
        own = world.complainant(case_id, "POST", f"/v1/complainant/cases/{case_id}/rights-requests", body)
        again = good(own)
        refused = good(
            council.post(
                f"/v1/council/rights-requests/{again['id']}/refusal",
                {"v": 1, "section": "pdpo_20_3_c", "reasons": "Asked twice before."},
            )
        )
        assert refused["status"] == "refused"
        assert len(good(council.get("/v1/council/rights-requests"))["requests"]) == 2
        assert len(good(council.get("/v1/council/rights-requests?open_only=true"))["requests"]) == 0
        assert len(good(council.get("/v1/council/refusals"))["refusals"]) == 1

    def test_nobody_learns_of_others_by_asking_about_their_data(self, world: Served) -> None:
        """Whoever names another is told as much as of somebody who never complained; an officer sees the rest."""
        mine, council = lodged(world, "mine"), world.callers["hkcc"]
        path, told = f"/v1/complainant/cases/{mine}/rights-requests", []
        for name in ("A. Person", "No Body"):
            asking = {"name": name, "contact": "a@example.org"}
            body = {"v": 1, "kind": "access", "channel": "web", "asking": asking}
            told.append(good(world.complainant(mine, "POST", path, body)))
        assert [one["cases"] for one in told] == [[], []]
        seen = good(council.get("/v1/council/rights-requests"))["requests"]
        assert sorted(one["cases"] for one in seen) == [[], [mine]]

    def test_no_complainant_is_told_what_the_councils_people_are_called(self, world: Served) -> None:
        """Neither who acted nor who approved it (PDPO s.20(2)(b)); officers read both."""
        mine, council = lodged(world, "mine"), world.callers["hkcc"]
        assert good(council.act(mine, c.Hold("officer-99", say())))
        why = {"v": 1, "reason": "to see"}
        seen = world.complainant(mine, "POST", f"/v1/complainant/cases/{mine}/reading", why)
        assert "held" in [one["kind"] for one in good(seen)["happened"]]
        assert "officer-" not in seen.text
        assert "officer-99" in council.post(f"/v1/council/cases/{mine}/reading", why).text

    def test_no_key_of_a_complainant_is_one_of_the_councils(self, world: Served) -> None:
        """Whoever guesses the keys that officers use takes none of them away, and neither does another complainant."""
        lodge = command_document(c.Lodge(complaint()))
        lodge.pop("command")
        headers = {"content-type": "application/json", "idempotency-key": "form-1"}
        answer = world.http.request("POST", "/v1/complainant/cases", content=orjson.dumps(lodge), headers=headers)
        assert answer.status_code == 201
        assert answer.json()["case_id"] != good(_lodge(world, "form-1"))["case_id"]
        asking = {"name": "A. Person", "contact": "a@example.org"}
        body = {"v": 1, "kind": "access", "channel": "web", "asking": asking}
        ids = {
            good(world.complainant(one, "POST", f"/v1/complainant/cases/{one}/rights-requests", body, "ask-1"))["id"]
            for one in (lodged(world, "mine"), lodged(world, "other"))
        }
        ids.add(good(world.callers["hkcc"].post("/v1/council/rights-requests", body, key="ask-1"))["id"])
        assert len(ids) == 3

    def test_what_waits_is_listed_and_ticked_off(self, world: Served) -> None:
        """An alarm waits until an officer has made a note."""
        case_id, council = _walked(world, list(WAYS)[5]), world.callers["hkcc"]
        assert good(world.says(case_id, c.ReportImpostor(Channel.PHONE, say())))
        (waits,) = good(council.get("/v1/council/queue"))["waits"]
        assert (waits["what"], waits["case_id"]) == ("impostor", case_id)
        assert good(council.act(case_id, c.AddNote(say())))
        assert good(council.get("/v1/council/queue"))["waits"] == []

    def test_the_complainants_word_is_taken_down_by_telephone(self, world: Served) -> None:
        """It stands as theirs, with who wrote it down and how it came; no council confirms by itself."""
        case_id, council = _walked(world, list(WAYS)[7]), world.callers["hkcc"]
        path = f"/v1/council/cases/{case_id}"
        assert council.post(f"{path}/confirm", {"v": 1, "rating": 4}).status_code == 404
        assert council.post(f"{path}/taken-down/pigeon/confirm", {"v": 1, "rating": 4}).status_code == 404
        assert good(council.post(f"{path}/taken-down/phone/confirm", {"v": 1, "rating": 4}))["status"] == "resolved"
        last = world.platform.facts(case_id, by=OFFICER).events[-1]
        assert last.by.acting_for is not None
        assert (last.by.role, last.by.person) == (Role.COMPLAINANT, "officer-1")
        assert (last.by.acting_for.channel, last.by.acting_for.own_word) == (Channel.PHONE, True)

    def test_a_complaint_is_judged_without_being_kept(self, world: Served) -> None:
        """And a case by the same criteria."""
        body = command_document(c.Lodge(complaint()))
        body.pop("command")
        council = world.callers["hkcc"]
        assert good(council.request("POST", "/v1/council/assessment", body))["verdict"] == "eligible"
        assert good(council.get("/v1/council/cases"))["cases"] == []
        case_id = lodged(world, "judged")
        found = good(council.get(f"/v1/council/cases/{case_id}/assessment"))
        assert (found["verdict"], len(found["findings"]) > 5) == ("eligible", True)

    def test_a_list_is_read_page_by_page(self, world: Served) -> None:
        """By cursors that are good for the list they are from, and for no other."""
        ids = sorted(lodged(world, f"page-{n}") for n in range(5))
        council, seen, after = world.callers["hkcc"], [], ""
        while True:
            page = good(council.get(f"/v1/council/cases?limit=2&after={after}"))
            seen += [one["case_id"] for one in page["cases"]]
            if not (after := page["after"]):
                break
            assert council.get(f"/v1/council/cases?limit=2&status=closed&after={after}").status_code == 422
            assert world.callers["macao"].get(f"/v1/council/cases?limit=2&after={after}").status_code == 422
        assert seen == ids

    def test_the_machine_the_statement_and_who_takes_part_are_public(self, world: Served) -> None:
        """Without any signature."""
        drawn = good(world.http.get("/v1/public/diagram"))
        assert drawn["mermaid"].startswith("stateDiagram-v2\n    [*] --> lodged: lodge\n")
        assert {"source": "uploaded", "command": "obtain", "by": "trader", "target": "obtained"} in drawn["rows"]
        assert good(world.http.get("/v1/public/privacy-statement"))["council"] == "hkcc"
        assert {one["organisation"] for one in good(world.http.get("/v1/public/participants"))["participants"]} >= {
            "taobao"
        }
        assert good(world.http.get("/v1/public/openapi.json"))["openapi"] == "3.1.0"

    def test_who_is_connected_is_for_councils_to_see(self, world: Served) -> None:
        """By id, role and name."""
        listed = good(world.callers["hkcc"].get("/v1/council/organisations"))["organisations"]
        assert {one["id"] for one in listed} == set(PEOPLE)


# --- what is written down -----------------------------------------------------------------------------------------


class TestTraces:
    """Logs, metrics, problems, cursors: codes and numbers, and never a word of anybody."""

    def test_no_word_of_a_person_stands_in_a_log_line_a_metric_or_a_problem(
        self, world: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Whatever is asked, sound or not, in whatever place: canaries everywhere, found nowhere."""
        caplog.set_level(logging.DEBUG)
        told: list[bytes] = []
        for status in WAYS:
            case_id = _walked(world, status)
            for caller in world.callers.values():
                paths = (
                    f"/v1/{caller.role}/cases/{case_id}",
                    f"/v1/{caller.role}/cases/{MARK}",
                    f"/v1/{caller.role}/cases?shop={MARK}@x&status={MARK}&{MARK}=1",
                    f"/{MARK}",
                )
                told += [caller.get(path).content for path in paths]
                for body in ({"v": 1, MARK: MARK}, {"v": 1, "particulars": {"text": MARK}}, MARK):
                    for step in ("add-message", "reject", "decline", "correct"):
                        path = f"/v1/{caller.role}/cases/{case_id}/{step}"
                        told.append(caller.post(path, body, key=f"k-{secrets.token_hex(4)}").content)
                told.append(caller.request("POST", f"/{MARK}", body=MARK.encode(), key=MARK).content)
        told += [world.http.get("/metrics").content, caplog.text.encode()]
        assert not [one for one in told for form in _MARKED if form.search(one)]
        lines = [record.getMessage() for record in caplog.records if record.name == LOGGER]
        assert len(lines) > 500
        known = {
            "at", "request_id", "route", "status", "ms", "organisation", "key_id", "code", "reason"
        }  # fmt: skip
        assert set().union(*(json.loads(line) for line in lines)) <= known

    def test_an_unexpected_fault_is_told_by_its_kind_and_place(
        self, world: Served, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not by its text, which may quote what somebody typed; the caller is told that it is not their fault."""
        caplog.set_level(logging.INFO, LOGGER)
        platform: Any = cast(Any, world.http)._app.state.service.platform

        async def broken(*_: object, **__: object) -> None:
            raise ValueError(MARK)

        platform.trader_cases = broken
        answer = world.callers["taobao"].get(LIST)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert MARK not in answer.text + caplog.text
        line = json.loads(caplog.records[-1].getMessage())
        assert line["reason"].startswith("ValueError at test_server_rules.py:")

    def test_what_was_asked_is_counted_by_name_and_status(self) -> None:
        """As Prometheus reads it."""
        metrics = Metrics()
        metrics.answered("trader.case", 200, 0.003)
        metrics.answered("trader.case", 200, 3.0)
        metrics.answered("trader.case", 404, 99.0)
        metrics.count("problems", "no_such_case")
        text = metrics.text()
        assert 'expressplatform_http_requests_total{route="trader.case",status="200"} 2' in text
        assert 'expressplatform_http_request_seconds_bucket{route="trader.case",le="0.005"} 1' in text
        assert 'expressplatform_http_request_seconds_bucket{route="trader.case",le="+Inf"} 3' in text
        assert 'expressplatform_http_request_seconds_count{route="trader.case"} 3' in text
        assert 'expressplatform_http_problems_total{code="no_such_case"} 1' in text

    def test_without_metrics_there_is_no_such_address(self) -> None:
        """Where the operator wants none."""
        with in_process(settings=attrs.evolve(PLENTY, metrics=False)) as world:
            assert world.http.get("/metrics").status_code == 404

    def test_endpoints_without_tls_are_refused_where_nobody_asked_for_a_sandbox(self, world: Served) -> None:
        """When they are registered, not only when they are called."""
        caller = world.callers["taobao"]
        body: Mapping[str, object] = {"v": 1, "url": "http://127.0.0.1:1/"}
        assert caller.post("/v1/trader/webhooks", body).status_code == 422
        with in_process(settings=attrs.evolve(PLENTY, loopback=True)) as sandbox:
            made = sandbox.callers["taobao"].post("/v1/trader/webhooks", body)
            assert made.status_code == 201
            assert made.json()["secrets"][0].startswith("whsec_")
            assert sandbox.callers["taobao"].get("/v1/trader/webhooks").json()["endpoints"][0]["secrets"] == []


class TestWorker:
    """Work goes on beside the server, whatever happens."""

    def test_it_ticks_places_and_works(self, world: Served) -> None:
        """One round does what time and steps left to do."""
        case_id = lodged(world, "worker")
        for number, command in enumerate((c.Accept(say()), UPLOAD)):
            world.platform.act(case_id, command, by=OFFICER, key=f"w{number}")
        worker = Worker(world.platform, every=0.01)
        assert worker.round() > 0
        assert [one.case_id for one in world.platform.trader_cases(by=TAOBAO).rows] == [case_id]
        world.clock.wait(days=60)
        worker.start()
        deadline = time.monotonic() + 10
        while world.platform.facts(case_id, by=OFFICER).case.status == "uploaded" and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.stop()
        assert world.platform.facts(case_id, by=OFFICER).case.status != "uploaded"

    def test_a_round_that_fails_does_not_end_it(self, world: Served, caplog: pytest.LogCaptureFixture) -> None:
        """It is told in the log by its kind, and the next round comes."""
        caplog.set_level(logging.INFO, LOGGER)
        failures: list[Exception] = [StoreUnusable("disk_full"), ValueError(MARK)]

        class Failing:
            def tick(self, limit: int) -> object:
                if failures:
                    raise failures.pop(0)
                return world.platform.tick(limit)

            def __getattr__(self, name: str) -> object:
                return getattr(world.platform, name)

        worker = Worker(cast(Any, Failing()), every=0.01)
        worker.start()
        deadline = time.monotonic() + 10
        while failures and time.monotonic() < deadline:
            time.sleep(0.01)
        worker.stop()
        codes = [json.loads(record.getMessage())["code"] for record in caplog.records if record.name == LOGGER]
        assert codes[:2] == ["disk_full", "unexpected"]
        assert MARK not in caplog.text


class Sent:
    """A messenger that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message, /) -> None:
        self.messages.append(message)


class TestComingIn:
    """A complainant comes in by a link and a code, to one case."""

    def test_a_link_and_its_code_open_one_case(self) -> None:
        """Until the session is ended; the link alone, or a wrong code, opens nothing."""
        with in_process(sessions=None, own_sessions=True) as world:
            case_id, other = lodged(world, "mine"), lodged(world, "other")
            sent = Sent()
            platform: Any = cast(Any, world.http)._app.state.service.platform
            platform._flow.messenger = sent
            link = world.platform.open_link(case_id, by=OFFICER)
            assert _posted(world, "/v1/complainant/codes", {"v": 1, "link": link}).status_code == 200
            world.http.get("/health")
            (message,) = sent.messages
            (code,) = re.findall(r"\b[0-9]{6}\b", message.text)
            wrong = "000000" if code != "000000" else "111111"
            refused = _posted(world, "/v1/complainant/sessions", {"v": 1, "link": link, "code": wrong})
            assert (refused.status_code, refused.json()["code"]) == (409, "not_admitted")
            token = good(_posted(world, "/v1/complainant/sessions", {"v": 1, "link": link, "code": code}))["token"]
            bearer = {"authorization": f"Bearer {token}"}
            own = world.http.request("GET", f"/v1/complainant/cases/{case_id}", headers=bearer)
            assert good(own)["status"] == "lodged"
            assert world.http.request("GET", f"/v1/complainant/cases/{other}", headers=bearer).status_code == 404
            good(_posted(world, "/v1/complainant/sessions/end", {"v": 1, "token": token}))
            again = world.http.request("GET", f"/v1/complainant/cases/{case_id}", headers=bearer)
            assert again.status_code == 401

    def test_whoever_asks_for_a_code_learns_nothing(self) -> None:
        """A link that leads nowhere is answered as one that leads somewhere."""
        with in_process(sessions=None, own_sessions=True) as world:
            link = world.platform.open_link(lodged(world, "mine"), by=OFFICER)
            answers = [
                _posted(world, "/v1/complainant/codes", {"v": 1, "link": one}) for one in (link, "x" * len(link))
            ]
            assert told(answers[0]) == told(answers[1])


def _posted(world: Served, path: str, document: object) -> Any:
    headers = {"content-type": "application/json"}
    return world.http.request("POST", path, content=orjson.dumps(document), headers=headers)
