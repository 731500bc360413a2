"""What an answer of a trading platform's interface comes to: five outcomes that a caller can act on.

Laws of this file:

- It knows no platform. An adapter reads its own platform's replies and answers in these words.
- Codes are for programs and for an operator's log. What is not shaped like a code never becomes one, so that a
  platform's sentence about somebody cannot reach a log as a code.
- A platform that asks for patience is not a refusal, and a shop that is gone is not a fault: each has its own type.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Generic, TypeAlias, TypeVar

import attrs

from expressplatform.fields import CODE, instant

__all__ = ["UNREADABLE", "BusinessError", "Disconnected", "GatewayError", "Ok", "Result", "Throttled"]

T_co = TypeVar("T_co", covariant=True)

UNREADABLE: Final = "unreadable"
"""The code that stands where a platform sent something that is not one."""
_CODE: Final = re.compile(CODE)
_LONGEST: Final = 120


def _code(value: str) -> str:
    if not value:
        return ""
    return value if len(value) <= _LONGEST and _CODE.fullmatch(value) else UNREADABLE


@attrs.frozen
class Ok(Generic[T_co]):
    """The platform did what it was asked; ``value`` is what it answered."""

    value: T_co


@attrs.frozen
class Throttled:
    """The platform asks for patience: nothing was done. ``until`` is when its ban ends, None where it does not say.

    Everything that waits for the same shop waits too: a call that is made during a ban may make it longer.
    """

    until: datetime | None = attrs.field(validator=instant(optional=True))


@attrs.frozen
class Disconnected:
    """The shop's authorisation is missing, over or withdrawn: its owner must connect it again. Never retried.

    ``reason`` is a code, such as ``invalid_session``.
    """

    reason: str = attrs.field(converter=_code)


@attrs.frozen
class BusinessError:
    """The service understood the call and says no: there is no such order, or it is not in a state for this.

    ``code`` and ``sub_code`` are the platform's own; ``sub_code`` is empty where it has only one.
    """

    code: str = attrs.field(converter=_code)
    sub_code: str = attrs.field(converter=_code)


@attrs.frozen
class GatewayError:
    """The call did not get through, or its answer cannot be read: the service, the line, a permission or a bug of ours.

    ``code`` is the platform's own, or a word of the adapter's (its documentation lists them). What a write did is
    then unknown: read back before it is sent again.
    """

    code: str = attrs.field(converter=_code)


Result: TypeAlias = Ok[T_co] | Throttled | Disconnected | BusinessError | GatewayError
"""One of the five."""
