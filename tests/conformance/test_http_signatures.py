"""Requests are signed as others sign them: a library for RFC 9421 by other hands takes ours, and we take its."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import attrs
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, InvalidSignature
from http_message_signatures.algorithms import ED25519
from http_message_signatures.resolvers import MappingKeyResolver

from expressplatform.errors import Unauthenticated
from expressplatform.signing import SigningKey
from expressplatform.transport import HttpRequest
from expressplatform_http.protocol.signatures import DERIVED, SIGNED_HEADERS, TAG, KnownKey, claim, sign, verify

KEY = SigningKey.generate()
THEIRS = MappingKeyResolver(
    public_keys={KEY.key_id: Ed25519PublicKey.from_public_bytes(KEY.public)},
    private_keys={KEY.key_id: Ed25519PrivateKey.from_private_bytes(KEY.seed())},
)
NONCE = "q1w2e3r4t5y6u7i8o9p0aA"
WRITE = HttpRequest(
    "POST",
    "https://Council.example:443/v1/trader/cases/c1/make-offer?dry=no&x=%20a",
    (
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "key-1"),
        ("If-Match", '"7"'),
        ("Expressplatform-Version", "1"),
        ("Expressplatform-Person", "desk-1"),
        ("Accept-Language", "zh-Hant, en;q=0.5"),
    ),
    b'{"v": 1}',
)
READ = HttpRequest("GET", "http://127.0.0.1:8000/v1/trader/cases", (("expressplatform-person", "desk-1"),))
BARE = HttpRequest("GET", "https://council.example")


@attrs.define
class Message:
    """A request as that library wants it."""

    method: str
    url: str
    headers: dict[str, str]

    @classmethod
    def of(cls, request: HttpRequest) -> Message:
        return cls(request.method, request.url, dict(request.headers))

    def back(self, body: bytes) -> HttpRequest:
        return HttpRequest(self.method, self.url, tuple(self.headers.items()), body)


def theirs_takes(message: Message) -> dict[str, str]:
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=THEIRS)
    (result,) = verifier.verify(message, max_age=timedelta(seconds=300), expect_tag=TAG)
    return dict(result.covered_components)


def signed_by_them(
    request: HttpRequest, covered: Sequence[str] = (), lifetime: timedelta = timedelta(seconds=300)
) -> HttpRequest:
    message = Message.of(request)
    if request.body:
        message.headers["Content-Digest"] = f"sha-256=:{b64encode(sha256(request.body).digest()).decode()}:"
    names = {one.lower() for one in message.headers}
    now = datetime.now(UTC)
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=THEIRS).sign(
        message,
        key_id=KEY.key_id,
        created=now,
        expires=now + lifetime,
        nonce=NONCE,
        tag=TAG,
        label="theirs",
        covered_component_ids=covered or [*DERIVED, *(name for name in SIGNED_HEADERS if name in names)],
        use_existing_digest=bool(request.body),
    )
    return message.back(request.body)


@pytest.mark.parametrize("request_", [WRITE, READ, BARE], ids=["write", "read", "bare"])
class TestBothWays:
    def test_they_take_what_is_signed_here(self, request_: HttpRequest) -> None:
        signed = sign(request_, signer=KEY, created=datetime.now(UTC), nonce=NONCE)
        covered = theirs_takes(Message.of(signed))
        ours = claim(signed).base.decode().split("\n")
        assert [f"{name}: {value}" for name, value in covered.items()] == ours

    def test_what_they_sign_is_taken_here(self, request_: HttpRequest) -> None:
        claimed = claim(signed_by_them(request_))
        assert verify(claimed, KnownKey(KEY.verifying_key), at=datetime.now(UTC)).nonce == NONCE

    def test_both_refuse_another_method(self, request_: HttpRequest) -> None:
        signed = sign(request_, signer=KEY, created=datetime.now(UTC), nonce=NONCE)
        with pytest.raises(InvalidSignature):
            theirs_takes(attrs.evolve(Message.of(signed), method="DELETE"))
        changed = claim(attrs.evolve(signed_by_them(request_), method="DELETE"))
        with pytest.raises(Unauthenticated):
            verify(changed, KnownKey(KEY.verifying_key), at=datetime.now(UTC))


def test_what_they_sign_with_less_than_must_be_covered_is_refused() -> None:
    less = signed_by_them(WRITE, covered=(*DERIVED, "content-digest"))
    with pytest.raises(Unauthenticated):
        claim(less)


def test_what_they_sign_for_longer_is_refused() -> None:
    long = claim(signed_by_them(WRITE, lifetime=timedelta(seconds=900)))
    with pytest.raises(Unauthenticated):
        verify(long, KnownKey(KEY.verifying_key), at=datetime.now(UTC))
