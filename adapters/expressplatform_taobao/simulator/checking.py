"""What the simulated gateway checks before any service is asked: the parameters that every call has, in its order.

Laws of this file

- Strict where the platform is strict: a signature in lower case, a timestamp eleven minutes off, a session of another
  application or a format that is not there are refused, each with the platform's code.
- Tolerant where it is tolerant: parameters come in the query, in the form or in both; the time may be epoch
  milliseconds, as some generated SDKs send it; whether empty values are signed is written nowhere, so both are right.
- It signs by itself, not by `signing`: what one of the two gets wrong the other finds.

Source: article 101617; the order of the checks is an assumption.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from expressplatform_taobao.protocol.values import moment
from expressplatform_taobao.simulator.answers import Refusal
from expressplatform_taobao.simulator.faults import Faults
from expressplatform_taobao.simulator.sessions import Registered, Session, Sessions

SKEW: Final = timedelta(minutes=10)
"""How far a timestamp may be from the platform's time."""
_MILLIS: Final = re.compile(r"1[0-9]{12}")
_FORMATS: Final = ("json", "xml")
_EPOCH: Final = "1970-01-01T00:00:00+00:00"
_SESSIONLESS: Final = ("taobao.time.get", "taobao.top.auth.", "taobao.tmc.messages.")
_CLOCKLESS: Final = "taobao.time.get"


@attrs.frozen(repr=False)
class Admitted:
    """A call that has passed: its method, application and shop (None where the method needs none)."""

    method: str
    app: Registered
    session: Session | None


def form_of(params: Mapping[str, str]) -> str:
    """In which form an answer is written, refusals too: XML where nothing that there is is asked for."""
    return params["format"] if params.get("format") in _FORMATS else "xml"


def admit(
    params: Mapping[str, str], sessions: Sessions, faults: Faults, methods: Mapping[str, object], now: datetime
) -> Admitted:
    """Checks what every call has; raises Refusal."""
    app = _app(params, sessions)
    method = _needed(params, "method", 21)
    if _needed(params, "v", 32) != "2.0":
        raise Refusal(33)
    _check_time(_needed(params, "timestamp", 30), method, now)
    if params.get("format", "xml") not in _FORMATS:
        raise Refusal(23)
    _check_signature(params, app)
    if method not in methods:
        raise Refusal(11 if _exists(method) else 22, "isv.permission-api-package-limit" if _exists(method) else "")
    if not method.startswith(app.packages):
        raise Refusal(11, "isv.permission-api-package-limit")
    faults.check(app.key)
    session = None if method.startswith(_SESSIONLESS) else _session(params, sessions, app)
    if session is not None:
        faults.check(session.access)
    return Admitted(method, app, session)


def _app(params: Mapping[str, str], sessions: Sessions) -> Registered:
    app = sessions.app(_needed(params, "app_key", 28))
    if app is None:
        raise Refusal(29, "isv.appkey-not-exists")
    return app


def _needed(params: Mapping[str, str], name: str, code: int) -> str:
    value = params.get(name, "")
    if not value.strip():
        raise Refusal(code)
    return value


def _check_time(stamp: str, method: str, now: datetime) -> None:
    if _MILLIS.fullmatch(stamp):
        at: datetime | None = datetime.fromisoformat(_EPOCH) + timedelta(milliseconds=int(stamp))
    else:
        at = moment(stamp)
    if at is None or (abs(at - now) > SKEW and method != _CLOCKLESS):
        raise Refusal(31)


def _exists(method: str) -> bool:
    """Whether the platform has such a method at all, for whoever was granted it."""
    return method.startswith(("taobao.refund", "taobao.rp.", "taobao.openmall.", "taobao.top.", "taobao.trade"))


def _session(params: Mapping[str, str], sessions: Sessions, app: Registered) -> Session:
    token = params.get("session", "")
    if not token:
        raise Refusal(26)
    found = sessions.session(app.key, token)
    if found is None:
        raise Refusal(27, "invalid-sessionkey", "SessionKey非法")
    return found


# --- the signature --------------------------------------------------------------------------------------------


def _check_signature(params: Mapping[str, str], app: Registered) -> None:
    given = _needed(params, "sign", 24)
    kept = {name: value for name, value in params.items() if name != "sign"}
    full = {name: value for name, value in kept.items() if value.strip()}
    # Documents of the past name md5 where nothing is said.
    method = kept.get("sign_method", "md5")
    right = {signature(one, app.secret, method) for one in (kept, full)}
    if not any(hmac.compare_digest(given.encode(), one.encode()) for one in right):
        raise Refusal(25, "isv.invalid-signature")


def signature(params: Mapping[str, str], secret: str, method: str) -> str:
    """The platform's signature over raw parameters; raises Refusal for a way of signing that it does not have."""
    text = "".join(name + params[name] for name in sorted(params)).encode("utf-8", "surrogateescape")
    key = secret.encode()
    if method == "md5":
        return hashlib.md5(key + text + key, usedforsecurity=False).hexdigest().upper()
    if method == "hmac":
        return hmac.new(key, text, "md5").hexdigest().upper()
    if method == "hmac-sha256":
        return hmac.new(key, text, "sha256").hexdigest().upper()
    raise Refusal(25, "isv.invalid-signature")
