"""Requests that say who sent them: HTTP Message Signatures (RFC 9421) by Ed25519, bodies by Content-Digest (RFC 9530).

Laws of this file
- What is covered is no choice of whoever signs: method, authority, path, query, and each of `SIGNED_HEADERS` that the
  request has, all of them and nothing else, each once, in any order. A body has a digest.
- A signature lives for at most `LIFETIME`, and its nonce is good once: whoever verifies remembers it until
  ``remember_until`` and refuses its return.
- Every refusal is `Unauthenticated`. Which part was wrong is a word for the operator's log; the caller never hears it,
  and an unknown key costs as much to refuse as a wrong signature.
- Nothing of a request is believed before `verify`: `claim` only reads.

Sources: RFC 9421 sections 2.2, 2.3, 2.5, 3.1 and 3.3.6; RFC 9530 section 2; RFC 8941 for how both are written.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Protocol

import attrs

from expressplatform.errors import SignatureInvalid, Unauthenticated
from expressplatform.fields import refuse
from expressplatform.signing import VerifyingKey
from expressplatform.transport import HttpRequest

LIFETIME: Final = timedelta(seconds=300)
"""The longest time between ``created`` and ``expires``."""
SKEW: Final = timedelta(seconds=60)
"""By how much the clock of whoever signs may be ahead."""
TAG: Final = "expressplatform"
"""Says that a signature is meant for this protocol."""
LABEL: Final = "sig1"
"""What signatures made here are called; any label is taken."""
DERIVED: Final = ("@method", "@authority", "@path", "@query")
"""Covered in every request (RFC 9421 section 2.2)."""
SIGNED_HEADERS: Final = (
    "accept-language",
    "content-digest",
    "content-type",
    "expressplatform-person",
    "expressplatform-version",
    "idempotency-key",
    "if-match",
)
"""Covered where a request has them; none may stand in it twice."""

_LONGEST_INPUT: Final = 1024
_LONGEST_VALUE: Final = 1024
_LONGEST_URL: Final = 4096
_UNKNOWN: Final = VerifyingKey(bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
"""The public key of RFC 8032's first example: what is checked where there is no key, so that it takes as long."""

_URL: Final = re.compile(r"(https?)://([A-Za-z0-9.:\[\]-]+)(/[!\"$-;=@-~]*)?(\?[!\"$-~]*)?")
_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_VALUE: Final = re.compile(r"[!-~](?:[\t -~]*[!-~])?")
_NAME: Final = r"[a-z*][a-z0-9_.*-]{0,63}"
_WORD: Final = r"[A-Za-z0-9._:+/=-]{1,128}"
_INPUT: Final = re.compile(
    rf'(?P<label>{_NAME})=\((?P<covered>"[a-z@-]{{1,40}}"(?: "[a-z@-]{{1,40}}"){{3,}})\)'
    rf'(?P<params>(?:;[a-z]{{1,12}}=(?:"{_WORD}"|[0-9]{{1,12}}))+)'
)
_PARAM: Final = re.compile(r';([a-z]+)=(?:"([^"]*)"|([0-9]+))')
_SIGNATURE: Final = re.compile(rf"({_NAME})=:([A-Za-z0-9+/]{{86}}==):")
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TEXTS: Final = frozenset({"nonce", "keyid", "alg", "tag"})
_TIMES: Final = frozenset({"created", "expires"})


class Reason(StrEnum):
    """What was wrong with a signature, for the operator's log and nobody else."""

    UNSIGNED = "unsigned"
    """It has no signature, or more than one."""
    MALFORMED = "malformed"
    """Address, header or signature is not written as it must be, or too long."""
    COVERED = "covered"
    """It covers other parts than it must."""
    DIGEST = "digest"
    """The body has no digest, or is not what its digest says."""
    TIME = "time"
    """It is not valid yet, no longer, or for too long."""
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    """The key is known, and not in use at that instant."""
    SIGNATURE = "signature"
    """It is not this key's over this request."""
    REPLAYED = "replayed"
    """The same request came before."""


class RequestSigner(Protocol):
    """Who signs requests, under which key: ``signing.SigningKey`` is one."""

    @property
    def key_id(self) -> str: ...

    def sign(self, data: bytes, /) -> bytes:
        """The 64-byte Ed25519 signature over ``data``."""


@attrs.frozen
class Prepared:
    """A request ready to be signed: ``base`` is what is signed, ``params`` how the signature describes itself."""

    request: HttpRequest
    params: str
    base: bytes

    def signed(self, signature: bytes) -> HttpRequest:
        """The request with a signature (64 bytes) over ``base``."""
        return self.request.with_headers(
            ("signature-input", f"{LABEL}={self.params}"),
            ("signature", f"{LABEL}=:{b64encode(signature).decode()}:"),
        )


@attrs.frozen
class Claim:
    """What a request says of whoever signed it. None of it is true before `verify`."""

    key_id: str
    nonce: str
    created: int
    expires: int
    base: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)


@attrs.frozen
class KnownKey:
    """A key that was registered, in use from ``since`` and before ``until`` (aware instants; None: no bound)."""

    key: VerifyingKey
    since: datetime | None = None
    until: datetime | None = None

    def in_use(self, at: datetime) -> bool:
        """Whether requests may be signed by it at an instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


@attrs.frozen
class Signed:
    """A request that is known to be from the holder of a key.

    ``nonce`` must not come back under the same key before ``remember_until``. ``base`` and ``signature`` are the proof
    of who said it: with the body, the digest of which stands in ``base``, they convince anybody who has the public key.
    """

    key_id: str
    nonce: str
    remember_until: datetime
    base: bytes = attrs.field(repr=False)
    signature: bytes = attrs.field(repr=False)


def content_digest(body: bytes) -> str:
    """The Content-Digest of a body: ``sha-256=:...:`` (RFC 9530 section 2)."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


# --- signing ------------------------------------------------------------------------------------------------


def prepare(
    request: HttpRequest, *, key_id: str, created: datetime, nonce: str, lifetime: timedelta = LIFETIME
) -> Prepared:
    """A request with the digest of its body, and what must be signed.

    ``created`` is an aware instant (its fraction of a second is dropped), ``nonce`` 16 to 64 of ``A-Z a-z 0-9 _ -``,
    never used before. Raises InvalidInput for a request that cannot be signed so that it would be taken.
    """
    if request.body and not request.header("content-digest"):
        request = request.with_headers(("content-digest", content_digest(request.body)))
    if not _KEY_ID.fullmatch(key_id):
        raise refuse("$.key_id", "value", "must have 1 to 64 of the characters A-Z a-z 0-9 . _ -")
    if not _NONCE.fullmatch(nonce):
        raise refuse("$.nonce", "value", "must have 16 to 64 of the characters A-Z a-z 0-9 _ -")
    if not timedelta(seconds=1) <= lifetime <= LIFETIME:
        raise refuse("$.lifetime", "range", f"must be from 1 to {LIFETIME.seconds} seconds")
    start = int(created.timestamp())
    try:
        values = _components(request)
    except Unauthenticated:
        raise refuse("$", "value", "has a header or an address that cannot be signed") from None
    covered = " ".join(f'"{name}"' for name in values)
    params = (
        f"({covered});created={start};expires={start + lifetime.seconds}"
        f';nonce="{nonce}";keyid="{key_id}";alg="ed25519";tag="{TAG}"'
    )
    return Prepared(request, params, _base(values, values, params))


def sign(
    request: HttpRequest, *, signer: RequestSigner, created: datetime, nonce: str, lifetime: timedelta = LIFETIME
) -> HttpRequest:
    """The request, signed: see `prepare`."""
    prepared = prepare(request, key_id=signer.key_id, created=created, nonce=nonce, lifetime=lifetime)
    return prepared.signed(signer.sign(prepared.base))


# --- verifying ----------------------------------------------------------------------------------------------


def claim(request: HttpRequest, *, body_follows: bool = False) -> Claim:
    """What a request says of who signed it, once its shape and the digest of its body are right.

    ``body_follows``: the body is not here yet; then there must be a digest, and the caller holds against it what comes.
    Raises Unauthenticated for any other request, whatever stands in it.
    """
    label, covered, params = _input(_only(request, "signature-input"))
    signature = _signature(_only(request, "signature"), label)
    values = _components(request)
    names = [name[1:-1] for name in covered.split(" ")]
    if sorted(names) != sorted(values):
        raise Unauthenticated(Reason.COVERED)
    if not body_follows:
        _check_digest(request.body, values.get("content-digest", ""))
    elif "content-digest" not in values:
        raise Unauthenticated(Reason.DIGEST)
    written = f"({covered}){params}"
    found = _parameters(params)
    base = _base(names, values, written)
    return Claim(found["keyid"], found["nonce"], int(found["created"]), int(found["expires"]), base, signature)


def verify(claimed: Claim, known: KnownKey | None, *, at: datetime) -> Signed:
    """The request of a claim as truly signed by a registered key; ``known`` is None where no key has that id.

    ``at`` is now. Raises Unauthenticated. The caller then sees to it that the nonce is new.
    """
    key = _UNKNOWN if known is None else known.key
    try:
        key.verify(claimed.base, claimed.signature)
    except SignatureInvalid:
        reason = Reason.UNKNOWN_KEY if known is None else Reason.SIGNATURE
        raise Unauthenticated(reason) from None
    if known is None or key.key_id != claimed.key_id:
        raise Unauthenticated(Reason.UNKNOWN_KEY)
    if not known.in_use(at):
        raise Unauthenticated(Reason.REVOKED_KEY)
    _check_time(claimed, at)
    until = datetime.fromtimestamp(claimed.expires, UTC)
    return Signed(claimed.key_id, claimed.nonce, until, claimed.base, claimed.signature)


def _check_time(claimed: Claim, at: datetime) -> None:
    now = at.timestamp()
    lives = claimed.expires - claimed.created
    early = claimed.created > now + SKEW.seconds
    if early or now >= claimed.expires or not 0 < lives <= LIFETIME.seconds:
        raise Unauthenticated(Reason.TIME)


def _check_digest(body: bytes, said: str) -> None:
    if (body or said) and not compare_digest(said.encode(), content_digest(body).encode()):
        raise Unauthenticated(Reason.DIGEST)


def _only(request: HttpRequest, name: str) -> str:
    """The value of a header that must be there once."""
    found = [value for own, value in request.headers if own.lower() == name]
    if len(found) != 1:
        raise Unauthenticated(Reason.UNSIGNED)
    if len(found[0]) > _LONGEST_INPUT:
        raise Unauthenticated(Reason.MALFORMED)
    return found[0]


def _input(written: str) -> tuple[str, str, str]:
    """Label, covered names and parameters of a Signature-Input, each as it is written."""
    found = _INPUT.fullmatch(written)
    if found is None:
        raise Unauthenticated(Reason.MALFORMED)
    return found["label"], found["covered"], found["params"]


def _signature(written: str, label: str) -> bytes:
    found = _SIGNATURE.fullmatch(written)
    if found is None or found[1] != label:
        raise Unauthenticated(Reason.MALFORMED)
    try:
        signature = b64decode(found[2], validate=True)
    except NotBase64:  # pragma: no cover - the pattern admits only what decodes
        raise Unauthenticated(Reason.MALFORMED) from None
    if b64encode(signature).decode() != found[2]:  # one signature has one spelling
        raise Unauthenticated(Reason.MALFORMED)
    return signature


def _parameters(written: str) -> Mapping[str, str]:
    """The parameters: exactly the six, each once, texts as texts and times as numbers."""
    found = _PARAM.findall(written)
    texts = {name: text for name, text, number in found if not number}
    times = {name: number for name, _, number in found if number}
    if len(found) != 6 or texts.keys() != _TEXTS or times.keys() != _TIMES:
        raise Unauthenticated(Reason.MALFORMED)
    shaped = _NONCE.fullmatch(texts["nonce"]) and _KEY_ID.fullmatch(texts["keyid"])
    if not shaped or texts["alg"] != "ed25519" or texts["tag"] != TAG:
        raise Unauthenticated(Reason.MALFORMED)
    return {**texts, **times}


# --- what is signed -----------------------------------------------------------------------------------------


def _components(request: HttpRequest) -> dict[str, str]:
    """By name, in our order, everything of a request that is covered; raises Unauthenticated where it has no place."""
    found = _URL.fullmatch(request.url) if len(request.url) <= _LONGEST_URL else None
    if found is None or not _METHOD.fullmatch(request.method):
        raise Unauthenticated(Reason.MALFORMED)
    scheme, authority, path, query = found.groups()
    values = (request.method, _authority(scheme, authority), path or "/", query or "?")
    return {**dict(zip(DERIVED, values, strict=True)), **_headers(request)}


def _authority(scheme: str, written: str) -> str:
    """The host, in lower case, with its port where that is not the scheme's own (RFC 9421 section 2.2.3)."""
    return written.lower().removesuffix(":443" if scheme == "https" else ":80")


def _headers(request: HttpRequest) -> dict[str, str]:
    values: dict[str, str] = {}
    for own, value in request.headers:
        name, bare = own.lower(), value.strip(" \t")
        if name not in SIGNED_HEADERS:
            continue
        if name in values or len(bare) > _LONGEST_VALUE or not _VALUE.fullmatch(bare):
            raise Unauthenticated(Reason.MALFORMED)
        values[name] = bare
    return {name: values[name] for name in SIGNED_HEADERS if name in values}


def _base(names: Sequence[str] | Mapping[str, str], values: Mapping[str, str], params: str) -> bytes:
    """The signature base: a line a component, in the order of the names, and the parameters (RFC 9421 section 2.5)."""
    lines = [f'"{name}": {values[name]}' for name in names]
    return "\n".join((*lines, f'"@signature-params": {params}')).encode("ascii")
