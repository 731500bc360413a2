"""A deadline beside the loop that people write by hand, and a seal beside bare AES-256-GCM.

The loop walks from day to day and asks whether each is worked; ours looks the last day up, whatever the length, and
says also whether it is provisional. The bare cipher is the same AES-256-GCM object, kept, with the same plaintext and
associated data; ours frames the associated data, draws the nonce and commits to the key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from benchmarks.measure import Contest, Effort, Row, held, row
from expressplatform.deadlines.arithmetic import deadline
from expressplatform.scheme import Term
from expressplatform.schemes.levels import UTC_PLUS_8
from expressplatform.sealing import CaseKey, Context
from expressplatform.workdays import HONG_KONG

START = datetime(2025, 6, 3, 2, tzinfo=UTC)
PLAIN = b"p" * 512
FACTS = b"f" * 1024


def counting(days: int) -> Contest:
    """A term of so many working days of Hong Kong."""
    term = Term(days, HONG_KONG, UTC_PLUS_8)
    closed = frozenset(date.fromordinal(ordinal) for ordinal in HONG_KONG.closed)

    def by_hand() -> datetime:
        day, left = START.astimezone(UTC_PLUS_8).date(), days
        while left:
            day += timedelta(days=1)
            if day.weekday() < 5 and day not in closed:
                left -= 1
        return datetime.combine(day + timedelta(days=1), time(), UTC_PLUS_8).astimezone(UTC)

    if by_hand() != deadline(START, term).due:
        raise LookupError("the loop counts otherwise")
    return Contest({"ours": lambda: deadline(START, term), "a loop by hand": by_hand})


def sealing() -> Contest:
    """Sealing 512 bytes beside 1,024 bytes of facts."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, bare = CaseKey(b"k" * 32), AESGCM(b"k" * 32).encrypt
    bound = _place().associated_data
    return Contest(
        {"ours": lambda: key.seal(PLAIN, _place()), "bare AESGCM": lambda: bare(os.urandom(12), PLAIN, bound)}
    )


def opening() -> Contest:
    """Opening the same."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, cipher = CaseKey(b"k" * 32), AESGCM(b"k" * 32)
    bound, nonce = _place().associated_data, b"n" * 12
    blob, sealed = key.seal(PLAIN, _place()), cipher.encrypt(nonce, PLAIN, bound)
    return Contest(
        {"ours": lambda: key.open(blob, _place()), "bare AESGCM": lambda: cipher.decrypt(nonce, sealed, bound)}
    )


def _place() -> Context:
    return Context("case-1", 1, "lodged", 1, FACTS, "particulars")


def rows(effort: Effort) -> Iterator[Row]:
    """Two lengths of a deadline, a seal, an opening."""
    for days in (7, 45):
        name = f"a deadline of {days} working days"
        yield row(name, held(counting(days), effort), ours="ours", theirs="a loop by hand")
    yield row("sealing 512 bytes", held(sealing(), effort), ours="ours", theirs="bare AESGCM")
    yield row("opening 512 bytes", held(opening(), effort), ours="ours", theirs="bare AESGCM")
