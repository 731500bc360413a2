"""The clients over real sockets, against the real server: sync and async, over httpx and over httpx2."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import attrs
import httpx
import httpx2
import pytest

from expressplatform import commands as c
from expressplatform.codes import Channel, EvidenceKind, KeptGround, Nature, Outcome, Redress, Right, Role, Status
from expressplatform.complaint import Remark
from expressplatform.errors import (
    InvalidInput,
    KeyReused,
    LimitReached,
    NoSuchCase,
    Refused,
    SealBroken,
    ServerFailed,
    SignatureInvalid,
    StaleVersion,
    TransportFailed,
    Unauthenticated,
    WebhookInvalid,
)
from expressplatform.lifecycle import ROWS
from expressplatform.money import Money
from expressplatform.platform import KeyUse
from expressplatform.sealing import new_encryption_pair
from expressplatform.signing import SigningKey
from expressplatform.transport import (
    NO_RETRY,
    AsyncHttpxTransport,
    Attempt,
    HttpRequest,
    HttpResponse,
    HttpxTransport,
    RetryPolicy,
    Transport,
)
from expressplatform.wire import NAMES
from expressplatform_http.client import (
    AsyncCouncilClient,
    AsyncTraderClient,
    CouncilClient,
    MemoryKeys,
    Options,
    Secret,
    TraderClient,
    Trust,
    is_known,
    new_key,
)
from expressplatform_http.protocol import queries as q
from expressplatform_http.protocol.answers import write_answer
from expressplatform_http.protocol.routes import BY_NAME, ROUTES, Who
from expressplatform_http.testing import FakePlatform, Fault, made_up_complaint
from tests.walking import EXAMPLES
from tests.whole_life import ASSESSED

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "01" * 64 + "ffc0000b080001000101011100"
    "ffc4001400010000000000000000000000000000000affc40014100100000000000000000000000000000000"
    "ffda0008010100003f00d2cf20ffd9"
)


@pytest.fixture(scope="module")
def platform() -> Iterator[FakePlatform]:
    """One platform for all: each test has cases of its own."""
    with FakePlatform() as running:
        yield running


@pytest.fixture(params=[httpx.Client, httpx2.Client], ids=["httpx", "httpx2"])
def carried(request: pytest.FixtureRequest) -> Iterator[HttpxTransport]:
    """A transport over a client of each library."""
    with request.param(trust_env=False) as client:
        yield HttpxTransport(client)


@pytest.fixture
def trader(platform: FakePlatform, carried: HttpxTransport) -> TraderClient:
    return platform.trader(carried)


@pytest.fixture
def council(platform: FakePlatform, carried: HttpxTransport) -> CouncilClient:
    return platform.council(carried)


NUMBERS = itertools.count(10_000)
SAID = Remark("A word on it.")
RESOLVED = c.ReportResolution(Outcome.SETTLED_MONETARY, (Redress.REFUND,), Money("HKD", 25900), particulars=SAID)


class TestATradersDay:
    """Cases are seen, obtained, spoken of and settled, by the library's own words."""

    def test_from_the_list_to_the_end(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        row = trader.case(case_id)
        assert (row.status, row.unread) == (Status.UPLOADED, True)
        assert "obtain" in row.allowed
        details = trader.obtain(case_id, key=f"{case_id}-read")
        assert (details.name, details.order_number[:2]) == ("A. Person", "1-")
        assert details.paid == Money("HKD", 25900)
        assert len(details.call_code) >= 4
        acted = trader.act(case_id, c.ReportContact(Channel.PHONE), key=f"{case_id}-call", expected=row.version + 1)
        assert acted.status is Status.IN_CONCILIATION
        acted = trader.act(case_id, RESOLVED, key=f"{case_id}-result", expected=acted.version)
        assert acted.status is Status.RESOLUTION_REPORTED
        platform.confirm(case_id, rating=5)
        assert trader.case(case_id).status is Status.RESOLVED

    def test_several_are_obtained_at_once_and_one_that_is_refused_stops_none(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        mine, other, gone = platform.new_complaint(), platform.new_complaint(trader="jd"), platform.new_complaint()
        platform.withdraw_consent(gone)
        found = trader.obtain_several((mine, other, gone, "c" + "0" * 31), key=new_key())
        assert [one.case_id for one in found] == [mine, other, gone, "c" + "0" * 31]
        assert found[0].details is not None
        assert found[0].details.name == "A. Person"
        assert isinstance(found[1].error, NoSuchCase)
        assert isinstance(found[2].error, Refused | NoSuchCase)
        assert isinstance(found[3].error, NoSuchCase)

    def test_documents_go_both_ways(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        evidence_id = platform.share_evidence(case_id, b"The parcel was empty.\n")
        trader.obtain(case_id, key=new_key())
        assert [one.id for one in trader.evidence(case_id)] == [evidence_id]
        document = trader.obtain_evidence(case_id, evidence_id, key=new_key())
        assert document.content == b"The parcel was empty.\n"
        heard: list[tuple[int, int]] = []
        proof = b"Refunded in full. " * 10_000
        acted = trader.upload_evidence(
            case_id, proof, kind=EvidenceKind.REFUND_PROOF, name="proof.txt", key=new_key(),
            progress=lambda sent, whole: heard.append((sent, whole)),
        )  # fmt: skip
        assert acted.case_id == case_id
        assert len(heard) == 3
        assert heard == sorted(heard)
        assert heard[-1][0] == heard[-1][1] > len(proof)

    def test_what_is_owed_is_seen_and_confirmed(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        trader.obtain(case_id, key=new_key())
        assert case_id not in {one.case_id for one in trader.duties()}
        platform.withdraw_consent(case_id)
        assert case_id in {one.case_id for one in trader.duties()}
        trader.confirm_deletion(case_id, ground=KeptGround.NOTHING_KEPT, key=f"{case_id}-gone")
        assert case_id not in {one.case_id for one in trader.duties()}

    def test_a_list_is_left_and_gone_on_with(self, platform: FakePlatform, trader: TraderClient) -> None:
        made = {platform.new_complaint() for _ in range(5)}
        rows = trader.cases(limit=2)
        seen = []
        for row in rows:
            seen.append(row.case_id)
            if len(seen) == 3:
                break
        later = trader.cases(limit=2, after=rows.after)
        rest = [row.case_id for row in later]
        assert made <= {*seen, *rest}
        assert rest[0] == seen[2]  # the row that was being looked at comes again, none is missed
        assert list(trader.cases(after=later.after)) == []
        moved = platform.new_complaint()
        assert [row.case_id for row in trader.cases(after=later.after)] == [moved]

    def test_what_is_its_own_no_more_is_named(self, platform: FakePlatform, trader: TraderClient) -> None:
        rows, case_id = trader.cases(), platform.new_complaint()
        assert case_id in {row.case_id for row in rows}
        platform.act(case_id, c.Recall(), role=Role.COUNCIL)
        platform.act(case_id, c.Redirect("jd"), role=Role.COUNCIL)
        later = trader.cases(after=rows.after)
        assert case_id not in {row.case_id for row in later}
        assert later.gone == (case_id,)

    def test_filters_go_over_the_wire(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint(nature=Nature.NON_DELIVERY)
        now = platform.clock()
        found = trader.cases(
            status=(Status.UPLOADED, Status.OBTAINED), changed_since=now - timedelta(hours=1),
            due_before=now + timedelta(days=90), shop="shop-1", unread=True,
        )  # fmt: skip
        assert case_id in {row.case_id for row in found}
        assert case_id not in {row.case_id for row in trader.cases(status=(Status.RESOLVED,))}
        assert case_id not in {row.case_id for row in trader.cases(shop="another")}

    def test_a_webhook_is_taken_once_it_is_known_to_be_one(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id, secret = platform.new_complaint(), Secret(b"s" * 32)
        body, headers = platform.webhooks(secret)[-1]
        assert trader.verify_webhook(body, headers, platform.clock(), secrets=[secret]).case_id == case_id
        with pytest.raises(WebhookInvalid):
            trader.verify_webhook(body + b" ", headers, platform.clock(), secrets=[secret])


class TestACouncilsDay:
    def test_from_a_complaint_to_its_upload(self, platform: FakePlatform, council: CouncilClient) -> None:
        complaint = made_up_complaint(platform.platform.scheme, "taobao", platform.clock(), number=next(NUMBERS))
        assert council.judge(complaint).verdict == "eligible"
        key = new_key()
        lodged = council.lodge(complaint, key=key)
        assert council.lodge(complaint, key=key).case_id == lodged.case_id
        assert council.assessment(lodged.case_id).verdict == "eligible"
        council.act(lodged.case_id, c.Accept(), key=new_key(), expected=lodged.version)
        reading = council.reading(lodged.case_id, reason="a call")
        assert "A. Person" in str(dict(reading.complaint))
        assert "A. Person" not in repr(reading)
        assert council.case(lodged.case_id).status is Status.ELIGIBLE
        assert lodged.case_id in {row.case_id for row in council.cases(status=(Status.ELIGIBLE,))}

    def test_the_record_shows_who_said_it(
        self, platform: FakePlatform, trader: TraderClient, council: CouncilClient
    ) -> None:
        """A trader's result is kept as it signed it, and its signature holds over what was said."""
        case_id = platform.new_complaint()
        trader.obtain(case_id, key=new_key())
        trader.act(case_id, c.ReportContact(Channel.PHONE), key=new_key())
        trader.act(case_id, RESOLVED, key=new_key())
        kept = council.signed(case_id, reason="the complainant asks").statements[-1]
        assert kept.organisation == "taobao"
        assert kept.key_id == platform.keys().key_id
        assert "report-resolution" in kept.base
        platform.keys().signing.verifying_key.verify(kept.base.encode(), bytes.fromhex(kept.signature))

    def test_documents_are_read_with_a_reason(self, platform: FakePlatform, council: CouncilClient) -> None:
        case_id = platform.new_complaint()
        acted = council.upload_evidence(case_id, b"card 4111 1111 1111 1111\n", kind=EvidenceKind.OTHER, key=new_key())
        platform.platform.work()
        (document,) = council.evidence(case_id)
        assert acted.evidence == (document.id,)
        assert council.read_evidence(case_id, document.id, reason="a check").startswith(b"card 4111")
        council.mask_evidence(case_id, document.id, key=new_key())
        assert len(council.evidence(case_id)) == 2

    def test_who_is_connected_and_their_keys(self, council: CouncilClient) -> None:
        assert {one.id for one in council.organisations()} == {"hkcc", "taobao", "jd"}
        assert {one.use for one in council.keys_of("taobao")} == {KeyUse.SIGNING, KeyUse.SEALING}
        assert council.queue() == ()
        assert council.requests(open_only=True) == ()
        assert council.refusals() == ()
        assert len(council.impact_assessments()) == 1


class TestRefusals:
    """Errors are those of the library, and say who must act."""

    def test_what_is_not_yours_is_not_there(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint(trader="jd")
        for call in (
            lambda: trader.case(case_id),
            lambda: trader.obtain(case_id, key=new_key()),
            lambda: trader.act(case_id, c.ReportImpasse(), key=new_key()),
        ):
            with pytest.raises(NoSuchCase):
                call()

    def test_a_rule_that_says_no_names_what_is_open(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        with pytest.raises(Refused) as caught:
            trader.act(case_id, RESOLVED, key=new_key())
        assert set(caught.value.allowed) == set(trader.case(case_id).allowed) >= {"obtain"}
        assert not caught.value.retryable

    def test_a_version_that_is_past_is_refused(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id = platform.new_complaint()
        version = trader.case(case_id).version
        trader.obtain(case_id, key=new_key())
        with pytest.raises(StaleVersion) as caught:
            trader.act(case_id, c.ReportContact(Channel.PHONE), key=new_key(), expected=version)
        assert (caught.value.expected, caught.value.found) == (version, version + 1)

    def test_one_key_names_one_command(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id, key = platform.new_complaint(), new_key()
        trader.obtain(case_id, key=new_key())
        first = trader.act(case_id, c.ReportContact(Channel.PHONE), key=key)
        assert trader.act(case_id, c.ReportContact(Channel.PHONE), key=key).version == first.version
        with pytest.raises(KeyReused):
            trader.act(case_id, c.ReportContact(Channel.EMAIL), key=key)

    def test_what_is_wrong_is_named_by_path_before_it_is_sent_or_after(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        case_id = platform.new_complaint()
        with pytest.raises(InvalidInput):
            trader.act(case_id, c.ReportContact(Channel.PHONE), key="")
        with pytest.raises(InvalidInput) as caught:
            trader.act(case_id, c.Obtain(), key="a key with a space")
        assert caught.value.problems
        with pytest.raises(InvalidInput):
            trader.act(case_id, c.Accept(), key=new_key())
        with pytest.raises(InvalidInput):
            trader.case("")

    def test_a_key_that_is_not_registered_is_nobodys(self, platform: FakePlatform, carried: Transport) -> None:
        stranger = TraderClient(
            platform.base, carried, keys=MemoryKeys.generate(), trust=platform.trust(), options=Options("desk-1"),
            around=platform.around(),
        )  # fmt: skip
        with pytest.raises(Unauthenticated) as caught:
            stranger.duties()
        assert caught.value.skew == 0

    def test_a_clock_that_is_off_is_told_so(self, platform: FakePlatform, carried: Transport) -> None:
        ahead = attrs.evolve(platform.around(), now=lambda: platform.clock() + timedelta(minutes=10))
        client = TraderClient(
            platform.base, carried, keys=platform.keys(), trust=platform.trust(), options=Options("desk-1"),
            around=ahead,
        )  # fmt: skip
        with pytest.raises(Unauthenticated) as caught:
            client.duties()
        assert caught.value.skew != 0
        assert "clock is off" in str(caught.value)

    def test_details_of_a_council_that_is_not_trusted_are_not_opened(
        self, platform: FakePlatform, carried: Transport
    ) -> None:
        trust = Trust("taobao", (SigningKey.generate().verifying_key,))
        client = TraderClient(
            platform.base, carried, keys=platform.keys(), trust=trust, options=Options("desk-1"),
            around=platform.around(),
        )  # fmt: skip
        with pytest.raises(SignatureInvalid):
            client.obtain(platform.new_complaint(), key=new_key())

    def test_details_for_a_key_that_is_gone_are_not_opened(self, platform: FakePlatform, carried: Transport) -> None:
        keys = MemoryKeys(platform.keys().signing, (new_encryption_pair(),))
        client = TraderClient(
            platform.base, carried, keys=keys, trust=platform.trust(), options=Options("desk-1"),
            around=platform.around(),
        )  # fmt: skip
        with pytest.raises(SealBroken) as caught:
            client.obtain(platform.new_complaint(), key=new_key())
        assert caught.value.code == "unknown_key"

    @pytest.mark.parametrize(
        "base",
        ["", "council.example", "http://council.example", "https://user@council.example", "https://a?b", "https://ä.example",
         "https://[::1", "https://a#b", "ftp://a"],
    )  # fmt: skip
    def test_an_address_that_is_not_safe_is_refused(
        self, platform: FakePlatform, carried: Transport, base: str
    ) -> None:
        with pytest.raises(InvalidInput):
            CouncilClient(base, carried, signer=SigningKey.generate(), options=Options("officer-1"))


class TestRetries:
    """One key for all attempts, one deadline for the call, and the server's word on when to come again."""

    def test_a_reply_that_is_lost_is_asked_for_again_under_the_same_key(
        self, platform: FakePlatform, carried: Transport
    ) -> None:
        heard: list[Attempt] = []
        client = platform.trader(carried, options=Options("desk-1", on_retry=heard.append))
        case_id = platform.new_complaint()
        client.obtain(case_id, key=new_key())
        before = client.case(case_id).version
        platform.lose_reply(2)
        acted = client.act(case_id, c.ReportContact(Channel.PHONE), key=new_key())
        assert acted.version == before + 1
        assert [(one.number, one.status) for one in heard] == [(1, 502), (2, 502)]

    def test_a_server_that_says_when_is_waited_for(self, platform: FakePlatform, trader: TraderClient) -> None:
        before = platform.clock()
        platform.fail(Fault(429, wait=7), Fault(503, wait=2))
        trader.duties()
        assert platform.clock() - before == timedelta(seconds=9)

    def test_one_deadline_holds_for_all(self, platform: FakePlatform, trader: TraderClient) -> None:
        before = platform.clock()
        hurried = trader.with_options(attrs.evolve(trader.options, deadline=5.0))
        platform.fail(Fault(503, wait=4), Fault(503, wait=4))
        with pytest.raises(ServerFailed):
            hurried.duties()
        assert platform.clock() - before == timedelta(seconds=4)

    def test_nothing_is_tried_again_where_that_is_switched_off(
        self, platform: FakePlatform, trader: TraderClient
    ) -> None:
        once = trader.with_options(attrs.evolve(trader.options, policy=NO_RETRY))
        platform.fail(Fault(429, wait=3))
        with pytest.raises(LimitReached) as caught:
            once.duties()
        assert (caught.value.wait, caught.value.retryable) == (3, True)
        platform.fail(Fault(500))
        with pytest.raises(ServerFailed) as failed:
            once.duties()
        assert (failed.value.retryable, failed.value.who_must_act) == (True, "operator")

    def test_every_attempt_has_a_signature_of_its_own_and_the_same_key(
        self, platform: FakePlatform, carried: Transport
    ) -> None:
        seen: list[HttpRequest] = []

        class Watched:
            def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
                seen.append(request)
                return carried.send(request, seconds)

        client = platform.trader(Watched())
        case_id = platform.new_complaint()
        platform.fail(Fault(), Fault())
        client.obtain(case_id, key="one-key")
        assert len(seen) == 3
        assert {request.header("idempotency-key") for request in seen} == {"one-key"}
        assert len({request.header("signature-input") for request in seen}) == 3

    def test_a_key_holds_after_a_restart(self, platform: FakePlatform, carried: Transport) -> None:
        case_id, key = platform.new_complaint(), "ticket-17-contact"
        first = platform.trader(carried)
        first.obtain(case_id, key="ticket-17-read")
        done = first.act(case_id, c.ReportContact(Channel.PHONE), key=key)
        with httpx.Client(trust_env=False) as client:
            second = platform.trader(HttpxTransport(client))
            assert second.act(case_id, c.ReportContact(Channel.PHONE), key=key).version == done.version

    def test_nobody_there_is_told_as_nothing_done(self) -> None:
        with httpx.Client(trust_env=False) as client:
            nobody = CouncilClient(
                "http://127.0.0.1:9", HttpxTransport(client), signer=SigningKey.generate(),
                options=Options("officer-1", policy=RetryPolicy(attempts=2, first=0.01)),
            )  # fmt: skip
            with pytest.raises(TransportFailed) as caught:
                nobody.queue()
            assert not caught.value.maybe_done


class Answering:
    """A transport that answers whatever it was given."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status = body, status

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        return HttpResponse(self.status, (("request-id", "r-1"),), self.body)


def _answered(body: bytes, status: int = 200) -> TraderClient:
    trust = Trust("taobao", ())
    options = Options("desk-1", policy=NO_RETRY)
    return TraderClient(
        "https://council.example", Answering(body, status), keys=MemoryKeys.generate(), trust=trust, options=options
    )


class TestANewerServer:
    """What is not known yet is kept; what cannot be understood is an error that names the request."""

    def test_codes_and_fields_survive_a_round_trip(self, platform: FakePlatform, trader: TraderClient) -> None:
        import json

        case_id = platform.new_complaint()
        document = json.loads(write_answer(trader.case(case_id)))
        newer = {**document, "v": 2, "status": "teleported", "colour": {"of": ["the", "parcel"]}}
        row = _answered(json.dumps(newer).encode()).case(case_id)
        assert row.status == "teleported"
        assert (is_known(row.status), is_known(row.allowed)) == (False, False)
        assert row.beyond == {"colour": {"of": ["the", "parcel"]}}
        assert {**json.loads(write_answer(row)), "v": 2} == newer
        copy = pickle.loads(pickle.dumps(row))  # noqa: S301
        assert (copy, copy.beyond) == (row, row.beyond)

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"<html>", b'{"v":1}', b'{"duties":{}}', b'{"duties":[{"case_id":1}]}']
    )
    def test_an_answer_that_is_none_is_a_failure_of_the_server(self, body: bytes) -> None:
        with pytest.raises(ServerFailed) as caught:
            _answered(body).duties()
        assert (caught.value.code, caught.value.request) == ("unreadable_answer", "r-1")

    def test_a_document_that_is_none_is_one_too(self) -> None:
        with pytest.raises(ServerFailed):
            _answered(bytes(4)).obtain_evidence("c" + "0" * 31, "e1", key=new_key())

    def test_a_document_that_ends_before_it_began_is_cut(self) -> None:
        with pytest.raises(SealBroken) as caught:
            _answered(b"\x00\x00").obtain_evidence("c" + "0" * 31, "e1", key=new_key())
        assert caught.value.code == "truncated"

    def test_figures_that_are_none_are_one_too(self) -> None:
        with pytest.raises(ServerFailed):
            _answered(b"[]").indicators()


class TestKeys:
    def test_keys_change_without_a_gap(self, platform: FakePlatform, carried: Transport) -> None:
        """A new key beside the old one, then the old one ended: at no moment is the trader locked out."""
        old = platform.trader(carried, "jd")
        new = MemoryKeys(SigningKey.generate(), (new_encryption_pair(), *platform.keys("jd").sealing))
        old.add_key(KeyUse.SIGNING, new.signing.public, key=new_key())
        old.add_key(KeyUse.SEALING, new.sealing[0].public, key=new_key())
        changed = TraderClient(
            platform.base, carried, keys=new, trust=platform.trust("jd"), options=Options("desk-2"),
            around=platform.around(),
        )  # fmt: skip
        assert changed.obtain(platform.new_complaint(trader="jd"), key=new_key()).name == "A. Person"
        assert old.duties() == changed.duties()
        mine = changed.keys()
        assert {one.id for one in mine} >= {new.key_id, platform.keys("jd").key_id}
        ended = changed.end_key(platform.keys("jd").key_id, key=new_key())
        assert ended.ends_at is not None
        with pytest.raises(Unauthenticated):
            old.duties()
        platform._keys["jd"] = new

    def test_an_organisation_connects_by_its_invitation(self, platform: FakePlatform, carried: Transport) -> None:
        from expressplatform.complaint import Actor

        invited = platform.platform.invite(
            "shop-9", role=Role.TRADER, name="Shop 9", by=Actor(Role.OPERATOR, "operator-1", "operator")
        )
        keys = MemoryKeys.generate()
        client = TraderClient(
            platform.base, carried, keys=keys, trust=Trust("shop-9", ()), options=Options("desk-1"),
            around=platform.around(),
        )  # fmt: skip
        (pair,) = keys.sealing
        made = client.register(invited.code, signing=keys.signing.public, sealing=pair.public, key=new_key())
        assert (made.id, bytes.fromhex(made.council_key)) == ("shop-9", platform.trust().councils[0].public)
        assert client.duties() == ()

    def test_keys_never_print(self) -> None:
        keys = MemoryKeys.generate()
        assert keys.signing.seed().hex() not in repr(keys)
        assert repr(keys) == f"<MemoryKeys {keys.key_id}>"


class TestEverybody:
    def test_what_anybody_may_ask(self, trader: TraderClient) -> None:
        assert "taobao" in {one.organisation for one in trader.participants().participants}
        assert {row.command for row in trader.diagram().rows} >= {"obtain", "accept"}
        assert trader.privacy_statement()
        assert trader.published_indicators()
        assert trader.indicators(q.FiguresQuery())

    def test_endpoints_of_webhooks(self, trader: TraderClient) -> None:
        made = trader.add_endpoint("https://hooks.example.com/express", key=new_key())
        assert Secret.of(made.secrets[0]).written() == made.secrets[0]
        assert not any(one.secrets for one in trader.endpoints())
        assert len(trader.rotate_endpoint(made.id, key=new_key()).secrets) >= 1
        trader.remove_endpoint(made.id, key=new_key())
        assert trader.deliveries() == ()


PAIRS = [(TraderClient, AsyncTraderClient), (CouncilClient, AsyncCouncilClient)]


class TestBothFaces:
    """Sync and async are equals."""

    @pytest.mark.parametrize(("sync", "aio"), PAIRS, ids=["trader", "council"])
    def test_they_have_the_same_methods_with_the_same_arguments(self, sync: type, aio: type) -> None:
        names = {name for name in dir(aio) if not name.startswith("_")}
        assert names == {name for name in dir(sync) if not name.startswith("_")}
        for name in names:
            ours, theirs = getattr(sync, name), getattr(aio, name)
            if callable(ours):
                assert inspect.signature(ours).parameters == inspect.signature(theirs).parameters, name
                assert inspect.getdoc(ours) == inspect.getdoc(theirs), name

    @pytest.mark.parametrize("library", [httpx.AsyncClient, httpx2.AsyncClient], ids=["httpx", "httpx2"])
    def test_a_traders_day_awaited(
        self, platform: FakePlatform, library: type[httpx.AsyncClient | httpx2.AsyncClient]
    ) -> None:
        async def day() -> str:
            async with library(trust_env=False) as client:
                transport = AsyncHttpxTransport(client)
                trader, council = platform.async_trader(transport), platform.async_council(transport)
                case_id = platform.new_complaint()
                rows = trader.cases(limit=3)
                assert case_id in [row.case_id async for row in rows]
                assert rows.after
                details = await trader.obtain(case_id, key=new_key())
                heard: list[int] = []
                await trader.upload_evidence(
                    case_id, b"x" * 70_000, kind=EvidenceKind.OTHER, key=new_key(),
                    progress=lambda sent, _: heard.append(sent),
                )  # fmt: skip
                assert len(heard) == 2
                with pytest.raises(NoSuchCase):
                    await trader.case("c" + "0" * 31)
                assert (await council.case(case_id)).status is Status.OBTAINED
                assert case_id in [row.case_id async for row in council.cases(limit=2)]
                return details.name

        assert asyncio.run(day()) == "A. Person"

    def test_many_at_once_share_one_client(self, platform: FakePlatform) -> None:
        async def many() -> list[object]:
            async with httpx.AsyncClient(trust_env=False) as client:
                trader = platform.async_trader(AsyncHttpxTransport(client))
                return list(await asyncio.gather(*(trader.duties() for _ in range(20))))

        found = asyncio.run(many())
        assert len({str(one) for one in found}) == 1

    def test_threads_share_one_client(self, platform: FakePlatform, trader: TraderClient) -> None:
        case_id, failed = platform.new_complaint(), list[BaseException]()

        def ask() -> None:
            try:
                for _ in range(5):
                    assert trader.case(case_id).case_id == case_id
            except BaseException as error:  # noqa: BLE001  told to the test below
                failed.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []


class Recording:
    """A transport that answers nothing good, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def send(self, request: HttpRequest, seconds: float, /) -> HttpResponse:
        self.asked.append((request.method, request.url.removeprefix("https://council.example").partition("?")[0]))
        return HttpResponse(404)


class TestNothingIsMissing:
    """Every row of the table that is for this role, and every step of the lifecycle, is in the client's reach."""

    @pytest.mark.parametrize(("client", "role"), [(TraderClient, Role.TRADER), (CouncilClient, Role.COUNCIL)])
    def test_every_operation_of_the_role(self, client: type, role: Role) -> None:
        recording = Recording()
        options = Options("desk-1", policy=NO_RETRY)
        if client is TraderClient:
            made: Any = TraderClient(
                "https://council.example", recording, keys=MemoryKeys.generate(), trust=Trust("t", ()), options=options
            )
        else:
            made = CouncilClient("https://council.example", recording, signer=SigningKey.generate(), options=options)
        for call in _calls(made, role):
            with pytest.raises((NoSuchCase, ServerFailed)):
                call()
        reached = {
            route.name
            for route in ROUTES
            for method, path in recording.asked
            if route.method == method and _fits(route.path, path)
        }
        wanted = {
            route.name for route in ROUTES if route.role is role or (route.who is Who.OWN_KEY and role is Role.TRADER)
        }
        assert wanted - reached == set()


def _fits(template: str, path: str) -> bool:
    parts, found = template.split("/"), path.split("/")
    return len(parts) == len(found) and all(
        one == other or one.startswith("{") for one, other in zip(parts, found, strict=True)
    )


def _calls(client: Any, role: Role) -> Iterator[Callable[[], object]]:
    """Each method of a client with something for each of its arguments."""
    for name in dir(client):
        method = getattr(client, name)
        if name.startswith("_") or not callable(method) or name in ("with_options", "verify_webhook"):
            continue
        if name == "act":
            for command in {row.command for row in ROWS if row.by is role} - {c.Obtain, c.Lodge}:
                drawn = EXAMPLES[command]
                yield lambda drawn=drawn, method=method: method("c1", drawn, key="k")  # type: ignore[misc]
            continue
        if name == "take_down":
            for command in {row.command for row in ROWS if row.by is Role.COMPLAINANT}:
                if f"council.take_down_{NAMES[command]}" in BY_NAME:
                    drawn = EXAMPLES[command]
                    yield lambda drawn=drawn, method=method: method("c1", drawn, channel=Channel.PHONE, key="k")  # type: ignore[misc]
            continue
        if name == "cases":
            yield lambda method=method: list(method())  # type: ignore[misc]
            continue
        given = {one.name: _argument(one) for one in inspect.signature(method).parameters.values() if _needed(one)}
        yield lambda given=given, method=method: method(**given)  # type: ignore[misc]


def _needed(one: inspect.Parameter) -> bool:
    return one.default is inspect.Parameter.empty


def _argument(one: inspect.Parameter) -> object:
    from expressplatform.codes import IdentityProof, RefusalSection
    from expressplatform.schemes import HK_CCA
    from expressplatform_http.testing import START

    given: dict[str, object] = {
        "case_ids": ("c1",), "content": b"x", "signing": bytes(32), "public": bytes(32), "kind": EvidenceKind.OTHER,
        "use": KeyUse.SIGNING, "ground": KeptGround.NOTHING_KEPT, "complaint": made_up_complaint(HK_CCA, "t", START),
        "identity_checked": next(iter(IdentityProof)), "section": next(iter(RefusalSection)),
        "url": "https://hooks.example.com/x", "code": "AAAAA-BBBBB",
    }  # fmt: skip
    if one.name == "request":
        return q.OpenRequest(Right.ACCESS, Channel.POST, q.Asking("A. Person", "a@example.org"))
    if one.name == "made":
        return ASSESSED
    if one.name == "query":
        return q.TraderQuery() if "TraderQuery" in str(one.annotation) else q.CouncilQuery()
    return given.get(one.name, "x1")


class TestNothingLeaks:
    """Ten thousand calls leave file descriptors as they were (each of two libraries takes half)."""

    @pytest.mark.parametrize("library", [httpx.Client, httpx2.Client], ids=["httpx", "httpx2"])
    @pytest.mark.parametrize("calls", [60, pytest.param(5000, marks=pytest.mark.prove)])
    def test_file_descriptors_are_flat(
        self, platform: FakePlatform, library: type[httpx.Client | httpx2.Client], calls: int
    ) -> None:
        with library(trust_env=False) as client:
            trader = platform.trader(HttpxTransport(client))
            case_id = platform.new_complaint()
            for _ in range(20):
                trader.case(case_id)
            before = _descriptors()
            for number in range(calls):
                if number % 10 == 3:
                    platform.fail(Fault())
                if number % 10 == 7:
                    with pytest.raises(NoSuchCase):
                        trader.case("c" + "0" * 31)
                else:
                    trader.case(case_id)
            assert _descriptors() <= before + 2


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
