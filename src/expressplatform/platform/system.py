"""The clock and the luck that a platform is given where it is given no other of the same shape.

References and calling codes are drawn by it. Keys, nonces, links and codes that let somebody in never are: those always
come from the operating system.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime


def utc_now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def system_draw(purpose: str, case_id: str, version: int) -> bytes:
    """Random bytes of the operating system, new at each call."""
    return os.urandom(16)
