"""The only clock and the only luck of the library, to be replaced by any other of the same shape."""

from __future__ import annotations

import os
from datetime import UTC, datetime


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def system_draw(purpose: str, case_id: str, version: int) -> bytes:
    """Random bytes of the operating system, new at each call."""
    return os.urandom(16)
