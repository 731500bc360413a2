"""What those who watch over privacy ask: who read what.

Laws of this file: only the council's own people and auditors ask; nothing personal of a complainant is opened.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from expressplatform.codes import Role
from expressplatform.complaint import Actor
from expressplatform.errors import Refused
from expressplatform.platform.keeping import ACCESS, place_of
from expressplatform.platform.reading import Reading
from expressplatform.platform.requests import numbered
from expressplatform.privacy.log import Access

WATCHERS: Final = frozenset({Role.COUNCIL, Role.AUDITOR})
"""Who may ask what was disclosed and who read what."""


class Inquiring(Reading):
    """What answers those who watch."""

    async def access_log(
        self,
        *,
        by: Actor,
        case_id: str = "",
        staff: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Access, ...]:
        """Who read what, in order of time (PDPO DPP4; PIPL Art 51)."""
        check_watcher(by)
        label = f"case:{numbered(case_id)}" if case_id else (f"by:{staff}" if staff else "")
        first, last = (place_of(at) if at is not None else "" for at in (since, until))
        found = self.shelved(ACCESS, by.organisation, label=label, since=first, until=last)
        return tuple([one.value async for one in found if not staff or one.value.by.person == staff])


def check_watcher(by: Actor) -> None:
    """Raises Refused for whoever does not watch over privacy."""
    if by.role not in WATCHERS:
        raise Refused("not_a_watcher", "", Role.COUNCIL, (), "This role does not ask who was shown what.")
