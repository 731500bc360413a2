"""A request tried until it is answered, within one deadline for everything.

Laws of this file: only a request that may arrive twice is sent twice; whether it may is said by whoever builds it. A
server that names a time is waited for (RFC 9110 section 10.2.3), unless that is past the deadline: then its answer is
the answer. Waits grow, and are drawn between half and the whole of their length, so that many who failed together do
not come back together. The request is the same at every attempt, to the last header, unless it is made anew on purpose
(``renew``: a signature with a time of its own).
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final

import attrs

from expressplatform.errors import TransportFailed
from expressplatform.transport.messages import AsyncTransport, HttpRequest, HttpResponse

WORTH_ASKING_AGAIN: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may be answered differently."""


@attrs.frozen
class RetryPolicy:
    """How often a request is tried, and how long the waits are, in seconds: ``first``, then twice as long each time.

    ``statuses`` are those that are tried again.
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 20.0
    statuses: frozenset[int] = WORTH_ASKING_AGAIN

    def wait(self, number: int, luck: float) -> float:
        """How long to wait after attempt ``number`` (from 1 on); ``luck`` lies from 0 to 1."""
        longest = min(self.first * 2.0 ** min(number - 1, 60), self.longest)
        return longest * (0.5 + 0.5 * luck)


NO_RETRY: Final = RetryPolicy(attempts=1)
"""Every request is tried once."""


@attrs.frozen
class Attempt:
    """What came of one attempt that will be repeated: its number from 1 on, status (0: no answer) or code, the wait.

    ``wait`` is in seconds.
    """

    number: int
    status: int
    code: str
    wait: float


@attrs.frozen
class Surroundings:
    """What a call needs of the world: ``clock`` in seconds from anywhere, ``pause`` for seconds, ``luck`` from 0 to 1.

    ``now`` is the instant in UTC, for servers that name a date.
    """

    pause: Callable[[float], Awaitable[None]]
    clock: Callable[[], float] = time.monotonic
    luck: Callable[[], float] = random.random
    now: Callable[[], datetime] = partial(datetime.now, UTC)


@attrs.frozen
class Call:
    """How one call is carried out: its ``deadline`` in seconds for all attempts together, and whether it may repeat.

    ``attempt_seconds`` bounds one attempt. ``on_retry`` hears of each attempt that will be repeated.
    """

    deadline: float = 30.0
    attempt_seconds: float = 10.0
    may_repeat: bool = False
    policy: RetryPolicy = RetryPolicy()
    on_retry: Callable[[Attempt], None] | None = None


async def exchange(
    request: HttpRequest | Callable[[], HttpRequest], *, transport: AsyncTransport, call: Call, around: Surroundings
) -> HttpResponse:
    """The answer to a request, tried as the call allows; the last answer where none is better.

    A callable is asked for the request anew at each attempt. Raises TransportFailed where the last attempt had no
    answer, with the code ``deadline`` where the time was up.
    """
    until = around.clock() + call.deadline
    number = 0
    while True:
        number += 1
        left = until - around.clock()
        if left <= 0:
            raise TransportFailed("deadline", maybe_done=number > 1)
        made = request() if callable(request) else request
        answer: HttpResponse | TransportFailed
        try:
            answer = await transport.send(made, min(left, call.attempt_seconds))
        except TransportFailed as failed:
            answer = failed
        wait = _wait(answer, number, until - around.clock(), call, around)
        if wait is None:
            if isinstance(answer, TransportFailed):
                raise answer
            return answer
        if call.on_retry is not None:
            call.on_retry(_told(answer, number, wait))
        await around.pause(wait)


def _wait(
    answer: HttpResponse | TransportFailed, number: int, left: float, call: Call, around: Surroundings
) -> float | None:
    """How long to wait before the next attempt; None where there is none."""
    if isinstance(answer, TransportFailed):
        again = call.may_repeat or not answer.maybe_done
    else:
        again = call.may_repeat and answer.status in call.policy.statuses
    if not again or number >= call.policy.attempts:
        return None
    asked = None if isinstance(answer, TransportFailed) else retry_after(answer, around.now())
    wait = call.policy.wait(number, around.luck()) if asked is None else asked
    return wait if wait < left else None


def _told(answer: HttpResponse | TransportFailed, number: int, wait: float) -> Attempt:
    if isinstance(answer, TransportFailed):
        return Attempt(number, 0, answer.code, wait)
    return Attempt(number, answer.status, "", wait)


def retry_after(answer: HttpResponse, now: datetime) -> float | None:
    """How many seconds an answer asks to wait (RFC 9110 section 10.2.3: a number or a date); None where it does not."""
    value = answer.header("Retry-After").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        named = parsedate_to_datetime(value)
        return max(0.0, (named.replace(tzinfo=named.tzinfo or UTC) - now).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
