"""The protocol's published vectors hold: what is valid is taken, what is not is refused for the reason given."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import orjson
import pytest

from expressplatform.errors import InvalidInput, SealBroken, SignatureInvalid, Unauthenticated, WebhookInvalid
from expressplatform.sealing import open_with
from expressplatform.signing import SigningKey, VerifyingKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol import cursors, details, signatures, webhooks


def vectors(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(resources.files("expressplatform").joinpath(f"vectors/{name}").read_text("utf-8"))
    return read


REQUESTS, WEBHOOKS = vectors("requests-1.json"), vectors("webhooks-1.json")
CURSORS, DETAILS = vectors("cursors-1.json"), vectors("details-1.json")
KEY = SigningKey(bytes.fromhex(REQUESTS["seed"]))


def request_of(written: dict[str, Any]) -> HttpRequest:
    headers = tuple((name, value) for name, value in written["headers"])
    return HttpRequest(written["method"], written["url"], headers, b64decode(written["body"]))


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def label(case: dict[str, Any]) -> str:
    return str(case.get("label") or case.get("why") or case.get("place") or case.get("id"))


class TestRequests:
    @pytest.mark.parametrize("case", REQUESTS["valid"], ids=label)
    def test_signing_gives_exactly_these_bytes(self, case: dict[str, Any]) -> None:
        request = request_of(case["request"])
        made = signatures.prepare(request, key_id=case["key_id"], created=instant(case["created"]), nonce=case["nonce"])
        assert made.base.decode() == case["base"]
        signed = made.signed(KEY.sign(made.base))
        for name in ("signature-input", "signature", "content-digest"):
            assert signed.header(name) == case[name.replace("-", "_")]

    @pytest.mark.parametrize("case", REQUESTS["valid"], ids=label)
    def test_what_is_valid_is_believed(self, case: dict[str, Any]) -> None:
        request = request_of(case["request"])
        for name in ("signature-input", "signature", "content-digest"):
            if case[name.replace("-", "_")] and not request.header(name):
                request = request.with_headers((name, case[name.replace("-", "_")]))
        known = signatures.KnownKey(VerifyingKey(bytes.fromhex(REQUESTS["public"])))
        signed = signatures.verify(signatures.claim(request), known, at=instant(case["created"]))
        assert (signed.nonce, signed.remember_until) == (case["nonce"], instant(case["expires"]))

    @pytest.mark.parametrize("case", REQUESTS["invalid"], ids=label)
    def test_what_is_not_is_refused(self, case: dict[str, Any]) -> None:
        public = case["public"]
        known = signatures.KnownKey(VerifyingKey(bytes.fromhex(public))) if public else None
        with pytest.raises(Unauthenticated) as caught:
            signatures.verify(signatures.claim(request_of(case["request"])), known, at=instant(case["now"]))
        assert caught.value.reason == case["reason"]

    def test_every_reason_but_a_replay_and_a_revocation_is_among_them(self) -> None:
        """Those two are for whoever remembers nonces and keys."""
        reasons = {case["reason"] for case in REQUESTS["invalid"]}
        assert set(signatures.Reason) - reasons == {signatures.Reason.REPLAYED, signatures.Reason.REVOKED_KEY}


class TestWebhooks:
    @pytest.mark.parametrize("case", WEBHOOKS["valid"], ids=label)
    def test_what_is_valid_is_taken(self, case: dict[str, Any]) -> None:
        headers = {
            "webhook-id": case["id"],
            "webhook-timestamp": str(case["timestamp"]),
            "webhook-signature": case["signature"],
        }
        secrets = [webhooks.Secret.of(one) for one in case["secrets"]]
        for one in secrets:
            read = webhooks.verify(case["body"].encode(), headers, instant(case["now"]), secrets=[one])
            assert (read.id, read.case_id, read.reference) == (case["id"], case["case_id"], case["reference"])
            assert (read.due_at is None) == (case["due_at"] is None)

    @pytest.mark.parametrize("case", WEBHOOKS["invalid"], ids=label)
    def test_what_is_not_is_refused(self, case: dict[str, Any]) -> None:
        secrets = [webhooks.Secret.of(one) for one in case["secrets"]]
        with pytest.raises(WebhookInvalid) as caught:
            webhooks.verify(case["body"].encode(), case["headers"], instant(case["now"]), secrets=secrets)
        assert caught.value.code == case["code"]


class TestCursors:
    @pytest.mark.parametrize("case", CURSORS["valid"], ids=label)
    def test_they_are_written_and_read_so(self, case: dict[str, Any]) -> None:
        assert cursors.write_cursor(case["place"], *case["scope"]) == case["cursor"]
        assert cursors.read_cursor(case["cursor"], *case["scope"]) == case["place"]

    @pytest.mark.parametrize("case", CURSORS["invalid"], ids=label)
    def test_others_are_refused(self, case: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput) as caught:
            cursors.read_cursor(case["cursor"], *case["scope"])
        assert caught.value.problems[0].kind == case["kind"]


class Keys:
    """The one key of the vectors."""

    def open(self, key_id: str, sealed: bytes, info: bytes, /) -> bytes:
        if key_id != DETAILS["key_id"]:
            raise SealBroken("unknown_key", "")
        return open_with(bytes.fromhex(DETAILS["private"]), sealed, info)


COUNCILS = (VerifyingKey(bytes.fromhex(DETAILS["council_public"])),)


class TestDetails:
    @pytest.mark.parametrize("case", DETAILS["valid"], ids=label)
    def test_what_is_valid_opens(self, case: dict[str, Any]) -> None:
        opened = details.open_details(
            details.read_sealed(case["sealed"]),
            case_id=case["case_id"],
            recipient=case["recipient"],
            opener=Keys(),
            councils=COUNCILS,
        )
        assert orjson.loads(orjson.dumps(opened.document, default=dict)) == case["document"]

    @pytest.mark.parametrize("case", DETAILS["invalid"], ids=label)
    def test_what_is_not_does_not(self, case: dict[str, Any]) -> None:
        with pytest.raises((SealBroken, SignatureInvalid, InvalidInput)) as caught:
            details.open_details(
                details.read_sealed(case["sealed"]),
                case_id=case["case_id"],
                recipient=case["recipient"],
                opener=Keys(),
                councils=COUNCILS,
            )
        assert (type(caught.value).__name__, caught.value.code) == (case["error"], case["code"])
