"""One shop's line to its platform: when a question is asked, asked again, and not asked at all.

Laws of this file

- Only what reads is asked again, or what certainly was not done; each time it is made and signed anew.
- A platform that asks for patience gets it: a short ban is waited for, a longer one parks the shop for everybody.
- A wrong clock is set right once, by the platform's own, and only for what is sent to it.
- A shop whose authorisation is gone is not asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Generic, TypeVar

import attrs

from expressplatform.connectors.tongue import Asked, Make, Tongue
from expressplatform.errors import TransportFailed
from expressplatform.shops import Disconnected, GatewayError, Result, Throttled
from expressplatform.transport import AsyncTransport, HttpResponse, RetryPolicy, Surroundings

T = TypeVar("T")

_LARGEST_OFFSET: Final = timedelta(days=400)


@attrs.frozen
class Terms:
    """How patient a connector is, in seconds: ``deadline`` of one question with all its attempts, of one attempt, and
    ``patience`` for a ban. A ban whose length the platform does not tell counts as ``untold_ban``.
    """

    deadline: float = 60.0
    attempt_seconds: float = 15.0
    policy: RetryPolicy = RetryPolicy()
    patience: float = 2.0
    untold_ban: float = 60.0


USUAL: Final = Terms()
"""What a connector takes where nothing else is said."""


@attrs.frozen
class _Came(Generic[T]):
    """What came of one attempt: the result, whether it certainly was not done, and the ``Date`` of the answer."""

    result: Result[T]
    undone: bool = False
    dated: datetime | None = None


class Clock:
    """The present instant, ours and the platform's: the difference is learnt where the platform complains."""

    __slots__ = ("_now", "_offset")

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._offset = now, timedelta(0)

    def ours(self) -> datetime:
        """The present instant."""
        return self._now()

    def theirs(self) -> datetime:
        """The present instant by the platform's clock."""
        return self._now() + self._offset

    def learn(self, theirs: datetime) -> bool:
        """Takes over the platform's time; False where it is beyond belief."""
        offset = theirs - self._now()
        if abs(offset) > _LARGEST_OFFSET:
            return False
        self._offset = offset
        return True


@attrs.frozen(repr=False)
class ShopLine:
    """A `Line` over a transport, under one token. ``writes_until``: then the platform takes nothing to be written."""

    tongue: Tongue
    transport: AsyncTransport
    around: Surroundings
    terms: Terms
    clock: Clock
    shop: str = ""
    token: str = ""
    writes_until: datetime | None = None

    def now(self) -> datetime:
        """The present instant by the platform's clock, as far as its difference from ours is known."""
        return self.clock.theirs()

    def holding(self, token: str, /) -> ShopLine:
        """The same line under a token that is not kept yet."""
        return attrs.evolve(self, token=token)

    async def ask(self, make: Make[T], /) -> Result[T]:
        """The answer to a request, tried as its kind and the terms allow."""
        until = self.around.clock() + self.terms.deadline
        skewed = False
        number = 0
        while True:
            number += 1
            asked = make(self.now(), self.token)
            if self._no_longer_writes(asked):
                return Disconnected("writing_ended")
            came = await self._once(asked, until)
            if not skewed and self.tongue.skewed(came.result):
                skewed = True
                if await self._set_right(came, until):
                    continue
            wait = self._wait(asked, came, number, until)
            if wait is None:
                return came.result
            await self.around.pause(wait)

    def _no_longer_writes(self, asked: Asked[T]) -> bool:
        return not asked.reads and self.writes_until is not None and self.clock.ours() >= self.writes_until

    async def _once(self, asked: Asked[T], until: float) -> _Came[T]:
        left = until - self.around.clock()
        if left <= 0:
            return _Came(GatewayError("deadline"), undone=True)
        try:
            answer = await self.transport.send(asked.request, min(left, self.terms.attempt_seconds))
        except TransportFailed as failed:
            return _Came(GatewayError(failed.code), undone=not failed.maybe_done)
        return _Came(asked.read(answer.status, answer.body, self.clock.ours()), dated=_dated(answer))

    async def _set_right(self, came: _Came[T], until: float) -> bool:
        """Takes over the platform's time: asked for, or else from the answer that complained."""
        asked = self.tongue.clock(self.now())
        told = (await self._once(asked, until)).result if asked is not None else None
        theirs = getattr(told, "value", None) or came.dated
        return isinstance(theirs, datetime) and self.clock.learn(theirs)

    def _wait(self, asked: Asked[T], came: _Came[T], number: int, until: float) -> float | None:
        """How long to wait before the next attempt, in seconds; None where there is none."""
        if number >= self.terms.policy.attempts:
            return None
        left = until - self.around.clock()
        if isinstance(came.result, Throttled):
            ban = None if came.result.until is None else (came.result.until - self.clock.ours()).total_seconds()
            return max(ban, 0.0) if ban is not None and ban <= min(self.terms.patience, left) else None
        passes = isinstance(came.result, GatewayError) and self._passes(asked, came)
        wait = self.terms.policy.wait(number, self.around.luck())
        return wait if passes and wait < left else None

    def _passes(self, asked: Asked[T], came: _Came[T]) -> bool:
        unanswered = isinstance(came.result, GatewayError) and came.result.code in _UNANSWERED
        return came.undone or (asked.reads and (unanswered or self.tongue.passing(came.result)))

    def __repr__(self) -> str:
        return "<ShopLine>"


_UNANSWERED: Final = ("no_connection", "timeout", "broken")
"""The transport's own codes that are worth another attempt."""


def _dated(answer: HttpResponse) -> datetime | None:
    """The instant at which the answer was made (RFC 9110 section 6.6.1)."""
    try:
        named = parsedate_to_datetime(answer.header("Date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return named.replace(tzinfo=named.tzinfo or UTC)
