"""What every part of an agent's flow stands on: the desk, the shops' connectors, the books, and the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

import attrs

from expressplatform.codes import Language
from expressplatform.errors import ExpressPlatformError
from expressplatform.ports import AsyncShopConnector
from expressplatform.shops import BusinessError, Disconnected, GatewayError, Result, Throttled
from expressplatform_agent.books import Books
from expressplatform_agent.desk import AsyncDesk, CaseRow
from expressplatform_agent.values import About, CaseNote, Line, Round

GMT8: Final = timezone(timedelta(hours=8))
"""The calendar of a promise: Hong Kong, Macao and the Mainland agree on it."""


@attrs.frozen
class Terms:
    """How an agent works.

    ``obtains``: it obtains what was uploaded itself; otherwise it waits until somebody has. ``ask_every`` is how often
    it looks for promised money, ``renew_every`` how often it tries to renew an authorisation that is about to end.
    ``page`` is how many changes are read at once, ``pages`` how many pages of one shop in one round. ``language`` is
    that of the note at an order.
    """

    obtains: bool = True
    ask_every: timedelta = timedelta(hours=1)
    renew_every: timedelta = timedelta(hours=6)
    page: int = 100
    pages: int = 20
    language: Language = Language.SIMPLIFIED_CHINESE


USUAL: Final = Terms()
"""As an agent works unless it is told otherwise."""


class Base:
    """What the parts share."""

    def __init__(
        self,
        desk: AsyncDesk,
        connectors: Mapping[str, AsyncShopConnector],
        books: Books,
        terms: Terms,
        now: Callable[[], datetime],
    ) -> None:
        self.desk, self.connectors, self.books = desk, connectors, books
        self.terms, self.now = terms, now

    async def or_later(self, step: Awaitable[Round]) -> Round:
        """A step, or that it is to be tried again; raises whatever does not pass by itself."""
        try:
            return await step
        except ExpressPlatformError as error:
            if not error.retryable:
                raise
            return Round(later=1)

    async def tell(
        self,
        about: About,
        *parts: str,
        row: CaseRow | CaseNote | None = None,
        platform: str = "",
        shop: str = "",
        detail: str = "",
        ends_at: datetime | None = None,
    ) -> bool:
        """A line for a person, once for the same ``parts``; False where it was told before."""
        return await self.books.tell(
            Line(
                self.books.line_id(about, *parts),
                about,
                self.now(),
                case_id=row.case_id if row is not None else "",
                reference=row.reference if row is not None else "",
                platform=platform,
                shop=shop,
                detail=detail,
                ends_at=ends_at,
            )
        )


def key(case_id: str, mark: str, step: str) -> str:
    """The idempotency key of a step of a case, in its turn: whoever repeats the step uses the same."""
    return f"agent.{case_id}.{mark}.{step}"


def mark_of(at: datetime | None) -> str:
    """An instant as a part of a key."""
    return "0" if at is None else f"{at:%Y%m%dT%H%M%S%f}"


def code_of(result: Result[object]) -> str:
    """Why a connector did not do what it was asked, as a code."""
    if isinstance(result, Throttled):
        return "throttled"
    if isinstance(result, Disconnected):
        return result.reason or "disconnected"
    if isinstance(result, BusinessError):
        return result.sub_code or result.code
    return result.code if isinstance(result, GatewayError) else ""


def passes(result: Result[object]) -> bool:
    """Whether the same question may be answered later, without anybody's doing."""
    return isinstance(result, (Throttled, GatewayError))
