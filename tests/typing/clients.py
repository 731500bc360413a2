"""The clients as a type checker sees them: this file is only checked, never run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import assert_type

import httpx
import httpx2

from expressplatform import Money, Nature, Role, Status
from expressplatform.codes import EvidenceKind
from expressplatform.commands import ReportContact, ReportResolution
from expressplatform.complaint import Complaint
from expressplatform.transport import AsyncHttpxTransport, HttpxTransport
from expressplatform_http.client import (
    AsyncCouncilClient,
    AsyncRows,
    AsyncTraderClient,
    CouncilClient,
    KeyHolder,
    MemoryKeys,
    Obtained,
    Options,
    ReceivedDetails,
    ReceivedDocument,
    ReceivedFile,
    Rows,
    Secret,
    TraderClient,
    Trust,
    Webhook,
    is_known,
    verify_webhook,
)
from expressplatform_http.protocol.council_documents import CaseReading, CouncilRow
from expressplatform_http.protocol.documents import Acted, OwedShown, TraderRow


def a_day(http: httpx.Client | httpx2.Client, keys: MemoryKeys, trust: Trust, contact: ReportContact) -> Status:
    """A trader's day over a client of either library."""
    transport = HttpxTransport(http)
    platform = TraderClient("https://council.example", transport, keys=keys, trust=trust, options=Options("desk-1"))
    rows = assert_type(platform.cases(status=(Status.UPLOADED,)), Rows[TraderRow])
    for row in rows:
        details = assert_type(platform.obtain(row.case_id, key="k"), ReceivedDetails)
        assert_type(details.nature, Nature | str | None)
        assert_type(details.paid, Money | None)
        assert_type(details.use_until, datetime)
        assert_type(platform.act(row.case_id, contact, key="k2", expected=row.version), Acted)
    assert_type(platform.obtain_several(["c1"], key="k3"), tuple[Obtained, ...])
    assert_type(platform.obtain_evidence("c1", "e1", key="k4"), ReceivedDocument)
    with assert_type(platform.obtain_evidence_file("c1", "e1", key="k5"), ReceivedFile) as file:
        file.save(Path("photo.jpg"))
        platform.upload_evidence("c1", Path("photo.jpg"), kind=EvidenceKind.PHOTOGRAPH, key="k6")
    assert_type(platform.duties(), tuple[OwedShown, ...])
    assert_type(platform.indicators(), Mapping[str, object])
    assert_type(platform.with_options(Options("desk-2")), TraderClient)
    row = platform.case("c1")
    assert row.status is not None
    assert is_known(row.status)
    return assert_type(row.status, Status)


async def awaited(http: httpx.AsyncClient, holder: KeyHolder, trust: Trust, result: ReportResolution) -> str:
    """The same, awaited, with keys that are kept elsewhere."""
    transport = AsyncHttpxTransport(http)
    platform = AsyncTraderClient("https://council.example", transport, keys=holder, trust=trust, options=Options("d"))
    rows = assert_type(platform.cases(), AsyncRows[TraderRow])
    async for row in rows:
        assert_type(await platform.act(row.case_id, result, key="k"), Acted)
    assert_type(platform.with_options(Options("desk-2")), AsyncTraderClient)
    return assert_type(rows.after, str)


def a_council(platform: CouncilClient, complaint: Complaint) -> str:
    """A council's calls."""
    acted = assert_type(platform.lodge(complaint, key="form-1"), Acted)
    assert_type(platform.cases(trader="taobao"), Rows[CouncilRow])
    assert_type(platform.reading(acted.case_id, reason="a call"), CaseReading)
    return acted.reference


async def a_council_awaited(platform: AsyncCouncilClient) -> tuple[Role, ...]:
    """The same, awaited."""
    return tuple(one.role for one in await platform.organisations())


def told(body: bytes, headers: list[tuple[bytes, bytes]], now: datetime, secret: Secret) -> str:
    """A webhook."""
    return assert_type(verify_webhook(body, headers, now, secrets=[secret]), Webhook).case_id
