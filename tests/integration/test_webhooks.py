"""Webhooks over real sockets: who is told, how it is signed, what is called and what is never called."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform import commands as c
from expressplatform.errors import TransportFailed
from expressplatform.memory import MemoryKeyStore, MemoryStore
from expressplatform.platform import Platform
from expressplatform.platform.membership import Delivery
from expressplatform.schemes import HK_CCA
from expressplatform_http.protocol.webhooks import Secret, verify
from expressplatform_http.server import WebhookGateways
from expressplatform_http.server.addresses import Forbidden, may_be_called, resolve, target_of
from expressplatform_http.server.posting import post
from tests.walking import OFFICER, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, Clock, complaint, say, seeded

PUBLIC: Final = "93.184.216.34"


@attrs.define
class Receiver:
    """A trader's endpoint on this machine, and what came in."""

    url: str
    answers: list[int]
    headers: dict[str, str] = attrs.Factory(dict)
    got: list[tuple[dict[str, str], bytes]] = attrs.Factory(list)


@contextmanager
def receiving(*answers: int, **headers: str) -> Iterator[Receiver]:
    """An endpoint that answers with these statuses in turn, the last of them for ever."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook?a=1", list(answers or (204,)), headers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@attrs.frozen
class Desk:
    """A platform that tells traders by webhooks."""

    platform: Platform
    clock: Clock
    gateways: WebhookGateways

    def upload(self, key: str = "form-1") -> str:
        """A case that waits for its trader."""
        case = self.platform.lodge(complaint(), by=OFFICER, key=key)
        for number, command in enumerate((c.Accept(say()), UPLOAD)):
            self.platform.act(case.id, command, by=OFFICER, key=f"{key}-{number}")
        return case.id

    def outcomes(self) -> list[tuple[str, int]]:
        """What came of each attempt, the latest first."""
        return [(one.outcome, one.status) for one in self.platform.deliveries(by=TAOBAO)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """One in memory, with a clock that is set by hand."""
    clock = Clock()
    gateways = WebhookGateways(now=clock, loopback=True)
    platform = Platform(
        scheme=HK_CCA, store=MemoryStore(), keys=MemoryKeyStore(), now=clock, draw=seeded, gateways=gateways
    )
    gateways.bind(platform)
    with closing(platform):
        platform.record_impact_assessment(ASSESSED, by=OFFICER)
        yield Desk(platform, clock, gateways)


class TestTelling:
    """A trader learns that a case waits, and nothing else."""

    def test_what_arrives_is_signed_and_thin(self, desk: Desk) -> None:
        """Number, reference, due date: and `verify` takes it."""
        with receiving() as receiver:
            made = desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            case_id = desk.upload()
            assert desk.platform.work().failed == ()
            ((headers, body),) = receiver.got
            told = verify(body, headers, desk.clock.at, secrets=[Secret.of(made.secrets[0])])
            assert (told.case_id, told.type) == (case_id, "case.waits")
            assert told.due_at is not None
            assert set(told.more) == set()
            for word in (b"Person", b"example.org", b"It broke", b"1-17"):
                assert word not in body
            assert headers["host"] == receiver.url.split("/")[2]
            assert desk.outcomes() == [("delivered", 204)]

    def test_while_secrets_are_changed_both_sign(self, desk: Desk) -> None:
        """A receiver that knows either takes it."""
        with receiving() as receiver:
            old = desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            new = desk.platform.rotate_secret(old.id, by=TAOBAO)
            desk.upload()
            desk.platform.work()
            ((headers, body),) = receiver.got
            for secret in (old.secrets[0], new.secrets[0]):
                verify(body, headers, desk.clock.at, secrets=[Secret.of(secret)])

    def test_what_fails_is_sent_again_later_the_same_to_the_byte(self, desk: Desk) -> None:
        """The same id and body at each attempt, until one is taken; then no more."""
        with receiving(500, 302, 200) as receiver:
            made = desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            for _ in range(5):
                desk.platform.work()
                desk.clock.wait(hours=1)
            assert desk.outcomes() == [("delivered", 200), ("refused", 302), ("refused", 500)]
            assert len({(headers["webhook-id"], body) for headers, body in receiver.got}) == 1
            assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 3
            assert made.id == desk.platform.deliveries(by=TAOBAO)[0].endpoint

    def test_an_endpoint_that_was_told_is_not_told_again_because_another_failed(self, desk: Desk) -> None:
        """Each endpoint has its own record."""
        with receiving(200) as good, receiving(503, 200) as bad:
            desk.platform.add_endpoint(good.url, by=TAOBAO)
            desk.platform.add_endpoint(bad.url, by=TAOBAO)
            desk.upload()
            for _ in range(3):
                desk.platform.work()
                desk.clock.wait(hours=1)
            assert (len(good.got), len(bad.got)) == (1, 2)

    def test_an_endpoint_that_is_gone_is_told_no_more(self, desk: Desk) -> None:
        """410: it is removed, and nothing is retried."""
        with receiving(410) as receiver:
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            assert desk.platform.work().failed == ()
            (endpoint,) = desk.platform.endpoints(by=TAOBAO)
            assert endpoint.disabled_at == desk.clock.at
            desk.clock.wait(days=1)
            desk.platform.work()
            assert len(receiver.got) == 1

    def test_an_endpoint_that_asks_for_patience_is_left_alone(self, desk: Desk) -> None:
        """Retry-After is kept, and counts as no attempt."""
        with receiving(429, 204, retry_after="120") as receiver:
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            desk.platform.work()
            desk.clock.wait(seconds=119)
            desk.platform.work()
            assert len(receiver.got) == 1
            desk.clock.wait(seconds=2)
            desk.platform.work()
            assert len(receiver.got) == 2

    def test_a_delivery_is_sent_again_when_it_is_asked_for(self, desk: Desk) -> None:
        """Told before or not: the same id, so that the receiver drops it if it knows it."""
        with receiving() as receiver:
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            desk.platform.work()
            (first,) = desk.platform.deliveries(by=TAOBAO)
            again = desk.gateways.send_again(first)
            assert again.message == first.message
            assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
            assert len(receiver.got) == 2

    def test_nobody_is_told_who_has_no_endpoint(self, desk: Desk) -> None:
        """The case waits all the same: the trader finds it by asking."""
        desk.upload()
        assert desk.platform.work().failed == ()
        assert desk.outcomes() == []

    def test_one_that_cannot_be_reached_holds_up_nobody_else(self, desk: Desk) -> None:
        """It is tried once in a while and not once for each thing that waits, which all come back by themselves."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
        endpoint = desk.platform.add_endpoint(nobody, by=TAOBAO)
        for number in range(3):
            desk.upload(f"form-{number}")
        desk.platform.work()
        assert desk.outcomes() == [("unreachable", 0)]
        desk.clock.wait(seconds=29)
        desk.platform.work()
        assert desk.outcomes() == [("unreachable", 0)]
        desk.clock.wait(seconds=2)
        desk.platform.work()
        assert desk.outcomes() == [("unreachable", 0)] * 2
        desk.platform.remove_endpoint(endpoint.id, by=TAOBAO)
        with receiving() as receiver:
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.clock.wait(minutes=5)
            desk.platform.work()
            assert len(receiver.got) == 3

    def test_one_that_asks_to_be_left_alone_is_left_alone(self, desk: Desk) -> None:
        """By everything that waits for it, for as long as it asked."""
        with receiving(429, 204, retry_after="120") as receiver:
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            for number in range(3):
                desk.upload(f"form-{number}")
            desk.platform.work()
            desk.clock.wait(seconds=100)
            desk.platform.work()
            assert len(receiver.got) == 1
            desk.clock.wait(seconds=30)
            desk.platform.work()
            assert len(receiver.got) == 4

    def test_an_endpoint_that_does_not_answer_in_time_is_unreachable(self) -> None:
        """One deadline for the whole attempt, whatever trickles in."""
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            target = target_of(f"http://127.0.0.1:{silent.getsockname()[1]}/", loopback=True)
            with pytest.raises(TransportFailed):
                post(target, b"{}", (), seconds=0.3)


def _to(*addresses: str) -> Any:
    def found(host: str, port: int) -> Sequence[str]:
        return addresses

    return found


class TestWhatIsCalled:
    """An address that a trader names is public, over TLS, and the one that was looked at."""

    def test_a_public_address_is_pinned(self) -> None:
        """The connection goes to what was judged; the name is what must be proved."""
        target = target_of("https://trader.example:8443/hook?x=1", resolve=_to(PUBLIC))
        assert (target.address, target.host, target.port, target.path) == (PUBLIC, "trader.example", 8443, "/hook?x=1")
        assert target.authority == "trader.example:8443"

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1",
            "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1",
            "::127.0.0.1", "fec0::1", "2001:db8::1", "not an address", "192.0.0.9",
            "::ffff:0:127.0.0.1", "64:ff9b:1::1", "200::1", "4000::1", "5f00::1", "3fff::1", "fe00::1",
        ],
    )  # fmt: skip
    def test_what_is_not_public_is_never_called(self, address: str) -> None:
        """Private, loopback, link-local, shared, reserved, and IPv6 ranges that carry IPv4 inside."""
        assert not may_be_called(address)
        with pytest.raises(Forbidden, match="address"):
            target_of("https://trader.example/", resolve=_to(address))

    def test_one_address_among_many_is_enough_to_refuse(self) -> None:
        """A name that points inside as well is not called at all."""
        with pytest.raises(Forbidden, match="address"):
            target_of("https://trader.example/", resolve=_to(PUBLIC, "10.0.0.1"))

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://trader.example/", "scheme"),
            ("ftp://trader.example/", "scheme"),
            ("https://user@trader.example/", "host"),
            ("https://user:word@trader.example/", "host"),
            ("https://trader.example/#part", "host"),
            ("https:///hook", "host"),
            ("https://trader.example:99999/", "host"),
            ("https://[::1/", "host"),
            ("https://tra der.example/", "host"),
            ("https://trader.example\\@127.0.0.1/", "host"),
            ("file:///etc/passwd", "scheme"),
            ("", "scheme"),
        ],
    )
    def test_what_is_no_plain_https_address_is_refused(self, url: str, code: str) -> None:
        """No other scheme, no user, no fragment."""
        with pytest.raises(Forbidden, match=code):
            target_of(url, resolve=_to(PUBLIC))

    def test_loopback_is_called_only_where_that_was_asked_for(self) -> None:
        """And then nothing else that is private."""
        assert target_of("http://127.0.0.1:8000/", loopback=True).address == "127.0.0.1"
        for url in ("http://127.0.0.1/", "https://localhost/"):
            with pytest.raises(Forbidden):
                target_of(url)
        with pytest.raises(Forbidden, match="scheme"):
            target_of("http://10.0.0.1/", loopback=True)
        with pytest.raises(Forbidden, match="address"):
            target_of("https://inside.example/", loopback=True, resolve=_to("127.0.0.1"))

    def test_a_name_that_leads_nowhere_is_not_found(self) -> None:
        """And an empty answer is none."""

        def fails(host: str, port: int) -> Sequence[str]:
            raise OSError

        for answer in (fails, _to()):
            with pytest.raises(Forbidden, match="not_found"):
                target_of("https://trader.example/", resolve=answer)
        assert "127.0.0.1" in resolve("127.0.0.1", 80)

    @given(st.ip_addresses().map(str))
    def test_whatever_may_be_called_is_global(self, address: str) -> None:
        """No address that is private in any way passes."""
        if may_be_called(address):
            found = ipaddress.ip_address(address)
            assert found.is_global
            kinds = (found.is_private, found.is_loopback, found.is_link_local, found.is_multicast)
            assert not any(kinds)

    @given(st.text(max_size=60))
    def test_any_text_is_judged(self, url: str) -> None:
        """One refusal family, whatever it is."""
        with suppress(Forbidden):
            target_of(url, resolve=_to(PUBLIC))

    def test_a_redirect_inside_is_not_followed(self, desk: Desk) -> None:
        """302 is an answer like any other that is not good."""
        with receiving(200) as inside, receiving(302, location="http://127.0.0.1:1/") as receiver:
            receiver.headers["location"] = inside.url
            desk.platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            desk.platform.work()
            assert inside.got == []

    def test_a_forbidden_endpoint_is_on_record_and_never_connected_to(self) -> None:
        """Without loopback the same endpoint is forbidden, and nothing arrives."""
        clock = Clock()
        gateways = WebhookGateways(now=clock)
        platform = Platform(
            scheme=HK_CCA, store=MemoryStore(), keys=MemoryKeyStore(), now=clock, draw=seeded, gateways=gateways
        )
        gateways.bind(platform)
        with receiving() as receiver, closing(platform):
            platform.record_impact_assessment(ASSESSED, by=OFFICER)
            desk = Desk(platform, clock, gateways)
            platform.add_endpoint(receiver.url, by=TAOBAO)
            desk.upload()
            assert platform.work().failed != ()
            assert receiver.got == []
            assert desk.outcomes() == [("forbidden", 0)]


def test_gateways_say_that_they_must_be_bound() -> None:
    """A mistake in wiring is told, not swallowed."""
    gateways = WebhookGateways()
    assert len(gateways) == len([*gateways]) == 0
    with pytest.raises(RuntimeError, match="bind"):
        gateways.send_again(Delivery("d", "e", "o", "m", "k", "c", "r", None, datetime.now().astimezone(), "delivered"))
