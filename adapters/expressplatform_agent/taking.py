"""How an agent takes a case in: obtained, compared with the shop's record, handed to the seller's own people.

Laws of this file

- Nothing is asked of a shop before the case was obtained.
- What the platform holds is compared and never kept: of the details only the number of the order stays.
- Every step is done again under the same key, or reads back what stands; a step that waits leaves the case unfinished.
"""

from __future__ import annotations

from typing import Final

import attrs

from expressplatform.codes import Status
from expressplatform.errors import InvalidInput, NoSuchCase, Refused, SealBroken, SignatureInvalid
from expressplatform.ports import Compared, Connection, HandOver, Purchase, PurchaseClaim, VerifiedPurchase
from expressplatform.shops import Disconnected, Ok
from expressplatform_agent.base import GMT8, code_of, key, mark_of, passes
from expressplatform_agent.books import Held
from expressplatform_agent.desk import CaseRow, Details
from expressplatform_agent.shops import Shops, shops_of
from expressplatform_agent.values import About, CaseNote, Round

WITH_TRADER: Final = (Status.UPLOADED, Status.OBTAINED, Status.IN_CONCILIATION, Status.RESOLUTION_REPORTED)
"""Where a trader reads details."""
_AT_WORK: Final = (Status.OBTAINED, Status.IN_CONCILIATION)
_COMPARED: Final = ("order_number", "amount", "day", "shop_name")


class Taking(Shops):
    """The part of the flow that takes cases in."""

    async def take_in(self, row: CaseRow) -> Round:
        """One case as far as it can be taken now."""
        held = await self.books.case(row.case_id)
        if row.delete_by is not None:
            await self._end(row)
            return Round()
        if row.status not in WITH_TRADER or (row.status is Status.UPLOADED and not self.terms.obtains):
            return Round()
        mark, again = mark_of(row.uploaded_at), mark_of(row.read_again_by) if row.read_again_by is not None else ""
        if held.value.mark == mark and not held.value.todo and again in ("", held.value.again):
            return Round()
        note = CaseNote(row.case_id, mark, row.reference, todo=True, again=again)
        held = await self.books.keep_case(held, note)
        step = f"obtain.{again}" if again else "obtain"
        try:
            details = await self.desk.obtain(row.case_id, key=key(row.case_id, mark, step))
        except (Refused, NoSuchCase, SealBroken, SignatureInvalid, InvalidInput) as error:
            return await self._given_up(row, held, getattr(error, "code", error.__class__.__name__))
        return await self._compare(row, held, details)

    async def _end(self, row: CaseRow) -> None:
        """What was obtained is to be deleted: ours goes, and a person is told of theirs."""
        await self.books.forget(row.case_id)
        await self.tell(About.DELETE, row.case_id, mark_of(row.delete_by), row=row, ends_at=row.delete_by)

    async def _given_up(self, row: CaseRow, held: Held[CaseNote], detail: str) -> Round:
        await self.tell(About.REFUSED, row.case_id, held.value.mark, "obtain", row=row, detail=detail)
        await self.books.keep_case(held, attrs.evolve(held.value, todo=False))
        return Round()

    async def _compare(self, row: CaseRow, held: Held[CaseNote], details: Details) -> Round:
        try:
            claim = PurchaseClaim(details.order_number, details.paid, details.ordered_on)
        except InvalidInput:
            return await self._looked(row, held, About.UNREADABLE)
        asked = shops_of(await self.connections(), *details.shop)
        unanswered = ""
        for connection in asked:
            found = await self.connectors[connection.platform].verify_purchase(connection.shop, claim)
            if isinstance(found, Ok) and found.value.purchase is not Purchase.NOT_FOUND:
                note = attrs.evolve(
                    held.value, platform=connection.platform, shop=connection.shop, order=claim.order_number
                )
                held = await self.books.keep_case(held, note)
                return await self._found(row, held, connection, found.value)
            if passes(found):
                return Round(later=1)
            if not isinstance(found, Ok):
                unanswered = code_of(found)
                gone = isinstance(found, Disconnected)
                asked = [one for one in asked if not (gone and one == connection)]
        return await self._looked(row, held, About.NOT_FOUND if asked else About.NO_SHOP, unanswered)

    async def _looked(self, row: CaseRow, held: Held[CaseNote], about: About, detail: str = "") -> Round:
        await self.tell(about, row.case_id, held.value.mark, row=row, detail=detail)
        await self.books.keep_case(held, attrs.evolve(held.value, todo=False))
        return Round(taken_in=1)

    async def _found(
        self, row: CaseRow, held: Held[CaseNote], connection: Connection, found: VerifiedPurchase
    ) -> Round:
        note, about = held.value, About(found.purchase.value)
        wrong = "/".join(name for name in _COMPARED if getattr(found, name) is Compared.MISMATCH)
        platform, shop = connection.platform, connection.shop
        await self.tell(about, row.case_id, note.mark, row=row, detail=wrong, platform=platform, shop=shop)
        row = await self.desk.case(row.case_id)  # it has moved since
        if row.status in _AT_WORK:
            due = row.due_at.astimezone(GMT8).date() if row.due_at is not None else None
            notice = HandOver(note.order, row.reference, due, self.terms.language)
            handed = await self.connectors[platform].hand_over(shop, notice)
            if passes(handed) and code_of(handed) != "unconfirmed":
                return Round(later=1)
            if not isinstance(handed, Ok):
                await self.tell(
                    About.NO_NOTE, row.case_id, note.mark, row=row, detail=code_of(handed), platform=platform, shop=shop
                )
        await self.books.keep_case(held, attrs.evolve(note, todo=False))
        return Round(taken_in=1)
