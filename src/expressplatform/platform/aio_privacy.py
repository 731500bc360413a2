"""What `AsyncPlatform` answers those who watch over privacy: `sync_privacy`, awaited."""

from __future__ import annotations

from datetime import datetime

from expressplatform.complaint import Actor
from expressplatform.platform.flow import Flow
from expressplatform.platform.requests import Opened
from expressplatform.privacy.log import Access


class AsyncPrivacyFace:
    """The part of the face that is about privacy; the platform gives it its flow."""

    _flow: Flow

    async def read(self, case_id: str, *, by: Actor, reason: str) -> Opened:
        """A case and everything that happened in it, as one reading: for whom and why as in `Platform.case`."""
        return await self._flow.read(case_id, by=by, reason=reason)

    async def access_log(
        self,
        *,
        by: Actor,
        case_id: str = "",
        staff: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> tuple[Access, ...]:
        """Who read particulars, in order of time: of a case, by a member of staff, or both (PDPO DPP4; PIPL Art 51).

        ``since`` (included) and ``until`` (not) are instants; empty and None do not matter. For the council's people
        and its auditors: raises Refused (``not_a_watcher``), NoSuchCase for what is no number of a case.
        """
        return await self._flow.access_log(by=by, case_id=case_id, staff=staff, since=since, until=until)
