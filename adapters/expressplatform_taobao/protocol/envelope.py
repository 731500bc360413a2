"""From a reply's status and bytes to one of the five results, whatever the method.

Laws of this file:

- Nothing that a server can send raises. A reply that is not understood is a `GatewayError`.
- A refusal comes with status 200: the body is asked first, the status only where the body says nothing.
- A ban tells until when. It is no refusal, whatever code it travels under.
- The platform's sentences are read for the length of a ban and then dropped; only codes are kept.

The platform's codes (open.taobao.com, error tables as copied by three independent pages; replaceable, since no official
list was read):

    code            meaning                                         result
    4 to 8          calls limited: user, session, partner, app      Throttled, until when if it says
    26, 27          session missing, invalid                        Disconnected
    15, isp.*       the platform's own service failed               GatewayError with that sub-code (*)
    15, any other   the service says no                             BusinessError
    10              service unavailable                             GatewayError (*)
    any other       permission, signature, clock (31), parameters   GatewayError; a person must act
    not listed      isv.*: the service says no                      BusinessError

(*) A read may be sent again: `may_retry`.

Codes of a `GatewayError` that are ours: ``unreadable`` (no JSON, or an error without a code), ``too_large``,
``http_<status>``, ``other_method`` (the reply of another call), ``malformed`` (an answer without what it must have).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from expressplatform.fields import refuse
from expressplatform.shops import UNREADABLE, BusinessError, Disconnected, GatewayError, Ok, Result, Throttled
from expressplatform_taobao.protocol.values import Fields, document, later

LARGEST: Final = 8 * 1024 * 1024
"""No reply is larger (in bytes): a hundred refunds of a page take a few hundred thousand."""
LONGEST_BAN: Final = timedelta(days=7)
"""A ban that claims to be longer is asked about again after this. The longest seen lasts for the rest of a day."""
MALFORMED: Final = "malformed"

_LIMITED: Final = frozenset("45678")
_BANNED: Final = "accesscontrol.limited-by-"
_SESSION: Final = {"26": "missing_session", "27": "invalid_session"}
_REMOTE: Final = "15"
# What the gateway itself says, before any service is asked.
_GATEWAY: Final = frozenset(str(code) for code in (3, *range(9, 14), *range(21, 26), *range(28, 35), *range(40, 44)))
_BAN: Final = re.compile(r"\blast for\s+([0-9]+)\s+(?:more\s+)?second", re.IGNORECASE)
_PASSING: Final = re.compile(r"10|isp\..*|http_5[0-9][0-9]")
_REPLY: Final = "_response"


def envelope(status: int, body: bytes, *, method: str = "", now: datetime) -> Result[Fields]:
    """What a reply comes to. `Ok` holds the answer, opened, still to be read by whoever knows the method.

    ``status`` is HTTP's, ``body`` the decompressed bytes, ``method`` the method that was called (empty: any), ``now``
    the instant of the reply, from which a ban is counted. The answer may be wrapped in ``<method>_response`` or,
    simplified, stand alone. Raises InvalidInput only for a ``now`` that does not know its offset from UTC.
    """
    if now.utcoffset() is None:
        raise refuse("$.now", "instant", "must be a date and time with an offset from UTC")
    if len(body) > LARGEST:
        return GatewayError("too_large")
    found = document(_decoded(body))
    reply = Fields(found) if isinstance(found, dict) else None
    if reply is not None and "error_response" in reply:
        error = reply.part("error_response")
        return GatewayError(UNREADABLE) if error is None else _error(error, now)
    if not 200 <= status < 300:
        return Throttled(None) if status == 429 else GatewayError(f"http_{status}")
    return GatewayError(UNREADABLE) if reply is None else _opened(reply, method, now)


def may_retry(result: Result[object]) -> bool:
    """Whether the fault passes by itself, so that a *read* may be sent again. A write is read back in place of that."""
    return isinstance(result, GatewayError) and bool(_PASSING.fullmatch(result.code))


def _decoded(body: bytes) -> str:
    """The text; empty, which is no JSON, where it is not UTF-8: a memo with a wrong letter must not be written back."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def _wrapper(method: str) -> str:
    return method.removeprefix("taobao.").replace(".", "_") + _REPLY


def _opened(reply: Fields, method: str, now: datetime) -> Result[Fields]:
    wrapped = [name for name in reply.names() if name.endswith(_REPLY)]
    if wrapped and method and _wrapper(method) not in wrapped:
        return GatewayError("other_method")
    answer = reply.part(_wrapper(method) if method else wrapped[0]) if wrapped else reply
    if answer is None:
        return GatewayError(MALFORMED)
    # The platform's own client takes an answer for a success only where both are empty (a code may be "0").
    if answer.text("code") not in ("", "0") or answer.text("sub_code"):
        return _error(answer, now)
    return Ok(answer)


def _error(error: Fields, now: datetime) -> Result[Fields]:
    code, sub_code = error.text("code"), error.text("sub_code")
    if code in _LIMITED or sub_code.startswith(_BANNED):
        return Throttled(_until(error, now))
    if code in _SESSION:
        return Disconnected(_SESSION[code])
    if sub_code.startswith("isp."):
        return GatewayError(sub_code)
    if code not in _GATEWAY and (sub_code if code == _REMOTE else sub_code.startswith("isv.")):
        return BusinessError(code, sub_code)
    return GatewayError(code if code not in ("", "0") else sub_code or UNREADABLE)


def _until(error: Fields, now: datetime) -> datetime | None:
    said = _BAN.search(error.text("sub_msg")) or _BAN.search(error.text("msg"))
    if said is None:
        return None
    # Ten digits are more than the longest ban; the rest of a number without end is not needed.
    return later(now, min(int(said[1][:10]), int(LONGEST_BAN.total_seconds())))
