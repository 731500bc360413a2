"""What a trader's endpoint takes: signed, recent, and nothing else; read alike by two other libraries."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import attrs
import pytest
import standardwebhooks
import svix
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.errors import InvalidInput, WebhookInvalid
from expressplatform_http.protocol.webhooks import FUTURE, WINDOW, Headers, Secret, Webhook, sign, verify, write

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OLD, NEW = Secret(b"o" * 32), Secret(b"n" * 24)
SAID = Webhook("e-1", NOW, "c" + "0" * 31, "EP-2026-000001-7", NOW + timedelta(days=3))
BODY = write(SAID)
HEADERS = dict(sign("e-1", BODY, secrets=(NEW, OLD), at=NOW))


def code(body: bytes = BODY, headers: Headers = HEADERS, now: datetime = NOW, *secrets: Secret) -> str:
    with pytest.raises(WebhookInvalid) as caught:
        verify(body, headers, now, secrets=secrets or (OLD,))
    return caught.value.code


class TestTaking:
    def test_what_was_sent_is_what_is_read(self) -> None:
        assert verify(BODY, HEADERS, NOW, secrets=(OLD,)) == SAID

    def test_it_says_that_a_case_waits_and_no_more(self) -> None:
        document = json.loads(BODY)
        assert sorted(document) == ["data", "timestamp", "type"]
        assert sorted(document["data"]) == ["case_id", "due_at", "reference"]

    @pytest.mark.parametrize("secrets", [(OLD,), (NEW,), (OLD, NEW), (Secret(b"x" * 24), NEW)])
    def test_while_a_secret_is_replaced_either_is_taken(self, secrets: tuple[Secret, ...]) -> None:
        assert verify(BODY, HEADERS, NOW, secrets=secrets) == SAID

    @pytest.mark.parametrize(
        "headers",
        [
            {name.upper(): value for name, value in HEADERS.items()},
            tuple(HEADERS.items()),
            [(name.encode(), value.encode()) for name, value in HEADERS.items()],
            iter(HEADERS.items()),
            {**HEADERS, "webhook-signature": "v1a,xyz " + HEADERS["webhook-signature"] + " junk"},
        ],
    )
    def test_headers_come_as_frameworks_hold_them(self, headers: Headers) -> None:
        assert verify(BODY, headers, NOW, secrets=(OLD,)) == SAID

    def test_what_a_newer_platform_adds_is_kept(self) -> None:
        body = json.dumps({"type": "case.moved", "timestamp": NOW.isoformat(), "v": 9,
                           "data": {"case_id": "c1", "why": "x"}}).encode()  # fmt: skip
        read = verify(body, sign("e-2", body, secrets=(OLD,), at=NOW), NOW, secrets=(OLD,))
        assert (read.type, read.due_at, dict(read.more)) == ("case.moved", None, {"why": "x"})
        assert json.loads(write(read))["data"]["why"] == "x"

    @pytest.mark.parametrize(
        ("at", "good"),
        [
            (NOW + WINDOW, True),
            (NOW + WINDOW + timedelta(seconds=1), False),
            (NOW - FUTURE, True),
            (NOW - FUTURE - timedelta(seconds=1), False),
        ],
    )
    def test_for_five_minutes(self, at: datetime, good: bool) -> None:
        if good:
            verify(BODY, HEADERS, at, secrets=(OLD,))
        else:
            assert code(BODY, HEADERS, at) == "time"

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_a_header_that_is_not_there_or_there_twice(self, name: str) -> None:
        assert code(headers={key: value for key, value in HEADERS.items() if key != name}) == "headers"
        assert code(headers=[*HEADERS.items(), (name.title(), HEADERS[name])]) == "headers"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("webhook-id", "e-2"),
            pytest.param("webhook-timestamp", str(int(NOW.timestamp()) + 1), id="webhook-timestamp-a second later"),
            ("webhook-signature", "v1," + "A" * 43 + "="),
            ("webhook-signature", "garbage"),
            ("webhook-signature", ","),
        ],
        ids=["id", "time", "other", "garbage", "comma"],  # the time is another at each run
    )
    def test_a_header_that_is_changed(self, name: str, value: str) -> None:
        assert code(headers={**HEADERS, name: value}) == "signature"

    @pytest.mark.parametrize("body", [b"", BODY + b" ", BODY[:-1], BODY.replace(b"case.waits", b"case.waitz")])
    def test_a_body_that_is_changed(self, body: bytes) -> None:
        assert code(body) == "signature"

    def test_another_secret_and_none(self) -> None:
        assert code(BODY, HEADERS, NOW, Secret(b"x" * 32)) == "signature"
        with pytest.raises(WebhookInvalid):
            verify(BODY, HEADERS, NOW, secrets=())

    @pytest.mark.parametrize(
        "body",
        [b"", b"[]", b"{}", b'{"type":"x","timestamp":"2026-01-01T00:00:00Z","data":[]}', b"\xff",
         b'{"type":1,"timestamp":"2026-01-01T00:00:00Z","data":{"case_id":"c"}}',
         b'{"type":"x","timestamp":"2026-01-01T00:00:00","data":{"case_id":"c"}}',
         b'{"type":"x","timestamp":"2026-01-01T00:00:00Z","data":{"case_id":1}}',
         b'{"type":"x","timestamp":"2026-01-01T00:00:00Z","data":{"case_id":"c","due_at":"soon"}}'],
    )  # fmt: skip
    def test_one_that_is_rightly_signed_and_not_understood(self, body: bytes) -> None:
        assert code(body, sign("e-1", body, secrets=(OLD,), at=NOW)) == "unreadable"

    def test_one_that_is_too_large_is_not_even_hashed(self) -> None:
        assert code(b"x" * 20_000) == "too_large"

    @given(st.binary(max_size=40), st.dictionaries(st.text(max_size=20), st.text(max_size=20)), st.datetimes())
    def test_anything(self, body: bytes, headers: dict[str, str], now: datetime) -> None:
        code(body, headers, now.replace(tzinfo=UTC))

    @given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=90))
    def test_anything_in_the_headers(self, id: str, stamp: str, signature: str) -> None:
        code(headers={"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature})

    @pytest.mark.parametrize("headers", [None, 7, [1], [("a",)], ["abc"], {"webhook-id": None}, {1: 2}])
    def test_headers_that_are_none(self, headers: object) -> None:
        assert code(headers=headers) == "headers"  # type: ignore[arg-type]


class TestSecrets:
    def test_a_secret_is_written_and_read_again_and_never_prints(self) -> None:
        assert Secret.of(OLD.written()) == OLD
        assert "b" not in repr(OLD).removeprefix("Secret")

    @pytest.mark.parametrize(
        "written", ["", "whsec_", "whsec_AAAA", "whsec_" + "A" * 33, "whsec_" + "é" * 40, "x" * 40]
    )
    def test_what_is_none_is_refused(self, written: str) -> None:
        with pytest.raises(InvalidInput):
            Secret.of(written)

    @pytest.mark.parametrize("size", [0, 23, 65])
    def test_its_length_is_bounded(self, size: int) -> None:
        with pytest.raises(InvalidInput):
            Secret(bytes(size))

    def test_an_id_with_a_full_stop_too_many_is_not_signed(self) -> None:
        with pytest.raises(InvalidInput):
            sign("e 1", BODY, secrets=(OLD,), at=NOW)


class TestOtherLibraries:
    """Standard Webhooks as others read and write them."""

    @pytest.mark.parametrize("library", [standardwebhooks.Webhook, svix.Webhook])
    def test_they_take_what_is_signed_here(self, library: type[standardwebhooks.Webhook | svix.Webhook]) -> None:
        headers = dict(sign("e-1", BODY, secrets=(OLD, NEW), at=datetime.now(UTC)))  # they look at the clock
        for secret in (OLD, NEW):
            library(secret.written()).verify(BODY, headers)  # raises where it does not hold

    @pytest.mark.parametrize("library", [standardwebhooks.Webhook, svix.Webhook])
    def test_what_they_sign_is_taken_here(self, library: type[standardwebhooks.Webhook | svix.Webhook]) -> None:
        signature = library(OLD.written()).sign("e-9", NOW, BODY.decode())
        headers = {"Webhook-Id": "e-9", "Webhook-Timestamp": str(int(NOW.timestamp())), "Webhook-Signature": signature}
        assert verify(BODY, headers, NOW, secrets=(NEW, OLD)) == attrs.evolve(SAID, id="e-9")

    @pytest.mark.parametrize("library", [standardwebhooks.Webhook, svix.Webhook])
    def test_they_refuse_what_is_altered(self, library: type[standardwebhooks.Webhook | svix.Webhook]) -> None:
        headers = dict(sign("e-1", BODY, secrets=(OLD,), at=datetime.now(UTC)))
        library(OLD.written()).verify(BODY, headers)
        with pytest.raises((standardwebhooks.WebhookVerificationError, svix.webhooks.WebhookVerificationError)):
            library(OLD.written()).verify(BODY + b" ", headers)
