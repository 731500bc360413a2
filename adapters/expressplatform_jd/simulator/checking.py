"""Whether a call may be carried out at all: the checks that both gateways make before any method sees it.

Laws of this file: in this order, the first that fails counts: app, time, signature, token, permission, limit. A
signature is right if it is one of those that JD's own clients make: values that are empty or only space signed (the
generated clients) or left out (the official Java one). It is compared to the letter: upper case, as JD documents it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from expressplatform_jd.protocol.clock import CHINA
from expressplatform_jd.simulator import codes
from expressplatform_jd.simulator.sessions import Sessions

SKEW: Final = timedelta(minutes=6)
"""How far a caller's clock may be off (from a third party's account)."""
_CIVIL: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?([+-][0-9]{4})?")
_MILLIS: Final = re.compile(r"[0-9]{13}")
_DIGESTS: Final[Mapping[str, Callable[[str, bytes], str]]] = {
    "md5": lambda secret, text: hashlib.md5(
        secret.encode() + text + secret.encode(), usedforsecurity=False
    ).hexdigest(),
    "hmacmd5": lambda secret, text: hmac.new(secret.encode(), text, hashlib.md5).hexdigest(),
    "hmacsha256": lambda secret, text: hmac.new(secret.encode(), text, hashlib.sha256).hexdigest(),
}


@attrs.frozen
class Signed:
    """A call as far as it is checked: ``params`` is everything that is signed, by name; ``name`` the method's."""

    app_key: str
    token: str = attrs.field(repr=False)
    name: str
    timestamp: str
    method: str
    """Of signing."""
    signature: str = attrs.field(repr=False)
    params: Mapping[str, str] = attrs.field(repr=False)


def refusal(call: Signed, sessions: Sessions, now: datetime) -> str:
    """The code of the first check that fails; empty for none."""
    secret = sessions.secret_of(call.app_key)
    if not call.app_key or not secret:
        return codes.BAD_APP if call.app_key else codes.NO_APP
    if not call.timestamp:
        return codes.NO_TIME
    at = instant_of(call.timestamp)
    if at is None or abs(at - now) > SKEW:
        return codes.BAD_TIME
    if not call.signature:
        return codes.NO_SIGN
    if not _signed(call, secret):
        return codes.BAD_SIGN
    if not call.token:
        return codes.NO_TOKEN
    vender = sessions.vender_of(call.app_key, call.token)
    return sessions.refusal(call.app_key, vender, call.name) if vender else codes.BAD_TOKEN


def instant_of(text: str) -> datetime | None:
    """What a timestamp says: JD's civil time with or without fraction and offset (GMT+8 then), or milliseconds."""
    if _MILLIS.fullmatch(text):
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(text))
    found = _CIVIL.fullmatch(text)
    if not found:
        return None
    try:
        at = datetime.strptime(f"{found[1]}{found[3] or '+0800'}", "%Y-%m-%d %H:%M:%S%z")
    except ValueError:
        return None
    return (at + timedelta(microseconds=int((found[2] or "").ljust(6, "0")))).astimezone(CHINA)


def _signed(call: Signed, secret: str) -> bool:
    digest = _DIGESTS.get(call.method.lower() or "md5")
    if digest is None:
        return False
    blank_left_out = {name: value for name, value in call.params.items() if value.strip()}
    for params in (call.params, blank_left_out):
        text = "".join(name + params[name] for name in sorted(params))
        if hmac.compare_digest(digest(secret, text.encode()).upper().encode(), call.signature.encode()):
            return True
    return False
