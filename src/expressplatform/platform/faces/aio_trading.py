"""What `AsyncPlatform` answers traders over a wire: `sync_trading`, awaited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expressplatform.codes import Status
from expressplatform.complaint import Actor
from expressplatform.platform.changing import HandedOver
from expressplatform.platform.flow import Flow
from expressplatform.platform.membership import Statement
from expressplatform.platform.trader_rows import TraderCase, TraderPage
from expressplatform.signing import SigningKey


class AsyncTradingFace:
    """The part of the face that is for traders; the platform gives it its flow."""

    _flow: Flow

    async def trader_case(self, case_id: str, *, by: Actor) -> TraderCase:
        """Where a case stands, as the trader sees it that holds it or owes something about it. No particular.

        Raises NoSuchCase, Refused (``wrong_role``).
        """
        return await self._flow.trader_case(case_id, by=by)

    async def trader_cases(
        self,
        *,
        by: Actor,
        status: Sequence[Status] = (),
        due_before: datetime | None = None,
        changed_since: datetime | None = None,
        shop: str = "",
        unread: bool | None = None,
        after: str = "",
        limit: int = 100,
    ) -> TraderPage:
        """The cases that a trader holds or owes something about, as they stand now, in the order in which they moved.

        ``after`` is where an earlier page said that it goes on: it leads on for ever, and what moves later is told
        there, each case once a page. What is left empty does not matter; ``limit`` is from 1 to 1000. A case appears
        once its rows have their places (see `sequence`). Raises InvalidInput, Refused (``wrong_role``).
        """
        return await self._flow.trader_cases(
            by=by,
            status=status,
            due_before=due_before,
            changed_since=changed_since,
            shop=shop,
            unread=unread,
            after=after,
            limit=limit,
        )

    async def obtain_details(
        self, case_id: str, *, by: Actor, key: str, at: datetime | None = None, expected: int | None = None
    ) -> HandedOver:
        """`Platform.obtain`, with the number under which the disclosure stands in the case's record."""
        return await self._flow.obtain_details(case_id, by=by, key=key, at=at, expected=expected)

    async def disclosure_key(self) -> SigningKey:
        """The council's key that signs sealed details; its public half is that of `audit_key`."""
        return self._flow.signing_key()

    async def keep_signed(
        self, case_id: str, *, by: Actor, key: str, key_id: str, base: str, signature: str, body: bytes
    ) -> bool:
        """Keeps a request as somebody signed it, beside the step that its idempotency ``key`` led to.

        ``base`` is what the ``signature`` covers (RFC 9421), ``key_id`` names by which key, ``body`` is what the digest
        in the base is of, sealed here under the case's key. Of several for one step the first stands; False: it was not
        kept. It goes when the case is erased. Raises NoSuchCase where that key led to no step.
        """
        return await self._flow.keep_signed(
            case_id, by=by, key=key, key_id=key_id, base=base, signature=signature, body=body
        )

    async def statements(self, case_id: str, *, by: Actor, reason: str) -> tuple[Statement, ...]:
        """What was signed about a case, in the order of its steps: who said it stands beyond dispute.

        A reading, with a reason. For the council alone: raises Refused (``not_the_council``, ``reason_missing``),
        NoSuchCase.
        """
        return await self._flow.statements(case_id, by=by, reason=reason)
