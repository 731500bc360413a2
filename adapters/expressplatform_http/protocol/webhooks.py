"""What the platform sends to a trader's endpoint: Standard Webhooks, version 1, and thin.

Laws of this file
- A webhook says that a case waits, and never more: its number, its reference, by when. Details come by Obtain.
- What is signed is ``id.timestamp.body``, as bytes, by HMAC-SHA256; a body is read only after a signature on it held.
- Two secrets may be in use while one is replaced: the sender signs with each, the receiver takes either.
- Whatever comes in, `verify` answers or raises `WebhookInvalid`, and nothing else.

Source: the Standard Webhooks specification 1.0.0: headers ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``;
secrets ``whsec_`` and base64. A webhook may arrive twice, and in any order: a receiver drops ids that it knows.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hmac import compare_digest, digest
from types import MappingProxyType
from typing import Final

import attrs
import orjson

from expressplatform.errors import InvalidInput, WebhookInvalid
from expressplatform.fields import refuse
from expressplatform.reading import Limits, parse

WINDOW: Final = timedelta(seconds=300)
"""How old a webhook may be; each attempt to deliver it has a time of its own."""
FUTURE: Final = timedelta(seconds=60)
"""By how much the sender's clock may be ahead."""
CASE_WAITS: Final = "case.waits"
"""The one type there is: something is to be done about a case. What it is, the feed says."""

_LIMITS: Final = Limits(bytes=16_384, depth=8)
_SECRET: Final = re.compile(r"whsec_([A-Za-z0-9+/]{32,128}={0,2})")
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,128}")
_STAMP: Final = re.compile(r"[0-9]{1,12}")
_LONGEST: Final = 2048
_NAMES: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")

Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""Headers as frameworks hold them: a mapping, or pairs of text or bytes; names in any case."""


@attrs.frozen(repr=False)
class Secret:
    """A secret shared with one endpoint: 24 to 64 bytes. Raises InvalidInput for others; it never prints."""

    key: bytes = attrs.field()

    @key.validator
    def _long_enough(self, _: object, key: bytes) -> None:
        if not 24 <= len(key) <= 64:
            raise refuse("$.secret", "value", "must have from 24 to 64 bytes")

    @classmethod
    def of(cls, written: str) -> Secret:
        """The secret that is written ``whsec_...``; raises InvalidInput for anything else."""
        found = _SECRET.fullmatch(written)
        try:
            return cls(b64decode(found[1], validate=True) if found else b"")
        except ValueError:
            raise refuse("$.secret", "value", "must be whsec_ and base64") from None

    def written(self) -> str:
        """The secret as it is handed to whoever runs the endpoint, once."""
        return f"whsec_{b64encode(self.key).decode()}"

    def sign(self, id: str, timestamp: int, body: bytes) -> str:
        """``v1,`` and the base64 of the HMAC."""
        made = digest(self.key, f"{id}.{timestamp}.".encode() + body, "sha256")
        return f"v1,{b64encode(made).decode()}"

    def __repr__(self) -> str:
        return "Secret(•••)"


@attrs.frozen
class Webhook:
    """What a webhook says: which case waits, by when.

    ``id`` is the same at every attempt. ``at`` is when it came about, ``due_at`` the case's next deadline, if it has
    one. A ``type`` that is not `CASE_WAITS` comes from a newer platform: look into the feed. ``more`` is what else a
    newer platform says.
    """

    id: str
    at: datetime
    case_id: str
    reference: str
    due_at: datetime | None = None
    type: str = CASE_WAITS
    more: Mapping[str, object] = attrs.field(factory=lambda: MappingProxyType({}), hash=False, repr=False)


def write(webhook: Webhook) -> bytes:
    """The body of a webhook: the same bytes at every attempt."""
    data = {**webhook.more, "case_id": webhook.case_id, "reference": webhook.reference, "due_at": webhook.due_at}
    document = {"type": webhook.type, "timestamp": webhook.at, "data": data}
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


def sign(id: str, body: bytes, *, secrets: Sequence[Secret], at: datetime) -> tuple[tuple[str, str], ...]:
    """The headers of one attempt at the instant ``at``: a signature for each secret in use, the newest first.

    Raises InvalidInput where ``id`` has other characters than ``A-Z a-z 0-9 . _ -``, or more than 128.
    """
    if not _ID.fullmatch(id):
        raise refuse("$.id", "value", "must have 1 to 128 of the characters A-Z a-z 0-9 . _ -")
    stamp = int(at.timestamp())
    signatures = " ".join(secret.sign(id, stamp, body) for secret in secrets)
    values = (id, str(stamp), signatures)
    return (("content-type", "application/json"), *zip(_NAMES, values, strict=True))


def verify(body: bytes, headers: Headers, now: datetime, *, secrets: Sequence[Secret]) -> Webhook:
    """What a webhook says, once it is known that a holder of one of the secrets sent it within the last 5 minutes.

    ``body`` is exactly as it was received, ``now`` an aware instant. Raises WebhookInvalid for everything else.
    """
    if type(body) is not bytes:
        raise WebhookInvalid("headers")
    if len(body) > _LIMITS.bytes:
        raise WebhookInvalid("too_large")
    id, stamp, signatures = _read_headers(headers)
    if not -FUTURE.seconds <= now.timestamp() - stamp <= WINDOW.seconds:
        raise WebhookInvalid("time")
    if not _signed(id, stamp, body, signatures, secrets):
        raise WebhookInvalid("signature")
    return _read(id, body)


def _signed(id: str, stamp: int, body: bytes, signatures: str, secrets: Sequence[Secret]) -> bool:
    """Whether one of the signatures is by one of the secrets; all are compared, whichever it is."""
    wanted = [secret.sign(id, stamp, body) for secret in secrets]
    held = [compare_digest(one, other) for one in signatures.split(" ") for other in wanted]
    return any(held)


def _read_headers(headers: Headers) -> tuple[str, int, str]:
    found: dict[str, str] = {}
    for name, value in _pairs(headers):
        if name in found:
            raise WebhookInvalid("headers")
        if name in _NAMES:
            found[name] = value
    id, stamp, signatures = (found.get(name, "") for name in _NAMES)
    shaped = _ID.fullmatch(id) and _STAMP.fullmatch(stamp)
    if not shaped or not signatures.isascii() or not 0 < len(signatures) <= _LONGEST:
        raise WebhookInvalid("headers")
    return id, int(stamp), signatures


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    try:
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        return [(_text(name).lower(), _text(value).strip(" \t")) for name, value in pairs]
    except (TypeError, ValueError, AttributeError):
        raise WebhookInvalid("headers") from None


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _read(id: str, body: bytes) -> Webhook:
    try:
        document = parse(body, _LIMITS)
    except InvalidInput:
        raise WebhookInvalid("unreadable") from None
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise WebhookInvalid("unreadable")
    data = dict(document["data"])
    kind, at, due = document.get("type"), _instant(document.get("timestamp")), data.pop("due_at", None)
    case_id, reference = data.pop("case_id", None), data.pop("reference", "")
    if not isinstance(kind, str) or not isinstance(case_id, str) or not isinstance(reference, str) or at is None:
        raise WebhookInvalid("unreadable")
    until = _instant(due)
    if due is not None and until is None:
        raise WebhookInvalid("unreadable")
    return Webhook(id, at, case_id, reference, until, kind, MappingProxyType(data))


def _instant(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(written) if isinstance(written, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
