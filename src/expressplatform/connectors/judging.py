"""Whether promised money arrived, from what a platform's records say: pure.

Laws of this file

- PAID needs proofs of the whole amount, in the promise's currency, not from before the promise.
- NOT_PAID needs a record that says so: the shop's refusal, or less than the promise with nothing still open. A
  refusal from before the promise is no answer to it.
- Everything else is UNKNOWN: no record, an open one, one without an amount or an instant, another currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from expressplatform.connectors.tongue import Found, Proof
from expressplatform.money import Money
from expressplatform.ports import Paid, Performance, Promise

NO_RECORD: Final = "no_record"
"""The platform has no record of money that went back. It may have gone another way."""
STILL_OPEN: Final = "still_open"
"""A record is open: money may still go back by it."""
SHORT: Final = "short"
"""Less went back than was promised, and nothing is open."""
OTHER_CURRENCY: Final = "other_currency"
"""Money went back in another currency than the promise names."""
NO_AMOUNT: Final = "no_amount"
"""Money went back, but the record does not say how much."""
NO_INSTANT: Final = "no_instant"
"""Money went back, but the record does not say when: it may have been for something else."""


def judge(promise: Promise, proofs: Sequence[Proof], read_at: datetime) -> Performance:
    """What the proofs say to the promise."""
    since = promise.since
    paid = [proof for proof in proofs if proof.found is Found.PAID]
    counted = [proof for proof in paid if since is None or (proof.at is not None and proof.at >= since)]
    if not counted:
        undated = since is not None and any(proof.at is None for proof in paid)
        return _unpaid(
            [proof for proof in proofs if not _earlier(proof, since)], NO_INSTANT if undated else NO_RECORD, read_at
        )
    amounts = [proof.amount for proof in counted if proof.amount is not None]
    if len(amounts) < len(counted):
        return Performance(Paid.UNKNOWN, NO_AMOUNT, read_at)
    if {amount.currency for amount in amounts} != {promise.amount.currency}:
        return Performance(Paid.UNKNOWN, OTHER_CURRENCY, read_at)
    total = Money(promise.amount.currency, sum(amount.minor_units for amount in amounts))
    instants = [proof.at for proof in counted if proof.at is not None]
    last = max(instants) if len(instants) == len(counted) else None
    if total.minor_units >= promise.amount.minor_units:
        return Performance(Paid.PAID, counted[-1].basis, read_at, total, last)
    if any(proof.found is Found.OPEN for proof in proofs):
        return Performance(Paid.UNKNOWN, STILL_OPEN, read_at, total, last)
    return Performance(Paid.NOT_PAID, SHORT, read_at, total, last)


def _earlier(proof: Proof, since: datetime | None) -> bool:
    """Whether a refusal came before the promise was made."""
    return proof.found is Found.REFUSED and since is not None and proof.at is not None and proof.at < since


def _unpaid(proofs: Sequence[Proof], otherwise: str, read_at: datetime) -> Performance:
    if otherwise == NO_RECORD:
        if any(proof.found is Found.OPEN for proof in proofs):
            return Performance(Paid.UNKNOWN, STILL_OPEN, read_at)
        refused = [proof for proof in proofs if proof.found is Found.REFUSED]
        if refused:
            return Performance(Paid.NOT_PAID, refused[-1].basis, read_at)
        if proofs:
            return Performance(Paid.UNKNOWN, proofs[-1].basis, read_at)
    return Performance(Paid.UNKNOWN, otherwise, read_at)
