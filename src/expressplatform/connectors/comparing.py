"""Whether a claim and a platform's record agree, field by field: pure, and the one place where both are seen.

Laws of this file: nothing of either comes out of it but whether they agree. Amounts of two currencies are not compared,
and nobody converts; names are compared as people read them, not as they are encoded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import TypeVar

from expressplatform.connectors.tongue import Record
from expressplatform.ports import Compared, PurchaseClaim, VerifiedPurchase

T = TypeVar("T")


def compare(claim: PurchaseClaim, record: Record) -> VerifiedPurchase:
    """What the record says to the claim."""
    currencies = {amount.currency for amount in record.amounts}
    amount = claim.amount if claim.amount is not None and claim.amount.currency in currencies else None
    name = _plain(claim.shop_name)
    return VerifiedPurchase(
        found=True,
        order_number=_compared(claim.order_number, (record.order_number,)),
        amount=_compared(amount, record.amounts),
        day=_compared(claim.day, record.days),
        shop_name=_compared(name or None, [found for one in record.shop_names if (found := _plain(one))]),
    )


def _compared(claimed: T | None, recorded: Collection[T]) -> Compared:
    if claimed is None or not recorded:
        return Compared.UNTOLD
    return Compared.MATCHED if claimed in recorded else Compared.MISMATCH


def _plain(name: str) -> str:
    """A name without width, case and space: full-width letters and a space more do not make another shop."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
