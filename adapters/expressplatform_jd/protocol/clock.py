"""Instants as JD writes them: its civil time is GMT+8, its machine time milliseconds since 1970.

Laws of this file: no clock; every instant comes in as an argument and knows its offset from UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from expressplatform.fields import refuse

CHINA: Final = timezone(timedelta(hours=8), "GMT+8")
"""JD's civil time, in every season."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIS: Final = re.compile(r"[0-9]{12,13}")
_CIVIL: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?")


def millis(at: datetime) -> str:
    """An instant in whole milliseconds since 1970, as the SP-API takes it. Raises InvalidInput without an offset."""
    return str((_aware(at) - _EPOCH) // timedelta(milliseconds=1))


def civil(at: datetime) -> str:
    """An instant as ``yyyy-MM-dd HH:mm:ss`` in GMT+8, as business parameters take it."""
    return _aware(at).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def stamp(at: datetime) -> str:
    """An instant with milliseconds and offset: the form of JD's published example, which leaves no zone to guess."""
    return f"{civil(at)}.{at.microsecond // 1000:03d}+0800"


def instant(text: str) -> datetime | None:
    """What JD wrote, in GMT+8: milliseconds since 1970, or its civil time; None for anything else."""
    if _MILLIS.fullmatch(text):
        return (_EPOCH + timedelta(milliseconds=int(text))).astimezone(CHINA)
    if found := _CIVIL.fullmatch(text):
        year, month, day, hour, minute, second = map(int, found.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=CHINA)
        except ValueError:
            return None
    return None


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise refuse("$.at", "instant", "must be a date and time with an offset from UTC")
    return at
