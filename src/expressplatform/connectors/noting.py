"""The line that a hand-over leaves at an order, and how it is known again: pure.

Laws of this file: the line holds the case's reference and a date, and nothing about anybody. It is known again by the
reference, so that a hand-over whose date has moved, or in another language, does not write a second line.
"""

from __future__ import annotations

import re

from expressplatform.ports import HandOver
from expressplatform.wording import note_at_order


def line_of(notice: HandOver) -> str:
    """The line, in the notice's language."""
    due = notice.due.isoformat() if notice.due is not None else ""
    return note_at_order(notice.reference, due, notice.language.value)


def stands(text: str, reference: str) -> bool:
    """Whether a case's line stands in a note: its reference does, and not as a part of a longer one."""
    return bool(re.search(rf"(?<![A-Za-z0-9-]){re.escape(reference)}(?![A-Za-z0-9-])", text))
