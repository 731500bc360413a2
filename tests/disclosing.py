"""Whom a complaint may be disclosed to, and a scheme under which: what the tests of disclosures share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from expressplatform.codes import Audience, Instrument, Role
from expressplatform.scheme import Participant, Scheme

WHOM: Final[Mapping[Audience, str]] = MappingProxyType(
    {
        Audience.COMPLAINANT: "account-1",
        Audience.COUNCIL: "council",
        Audience.CCA: "cca",
        Audience.TRADER: "shop",
        Audience.AUTHORITY: "customs",
        Audience.PUBLIC: "everybody",
    }
)
"""A recipient of each audience."""
SCHEME: Final = Scheme(
    id="test",
    edition="1",
    title=MappingProxyType({"en": "A scheme"}),
    council="council",
    zone=ZoneInfo("Asia/Hong_Kong"),
    currency="HKD",
    lodged_by=frozenset({Role.COUNCIL}),
    participants=(Participant("shop", "A shop"),),
    criteria=(),
    service_levels=(),
    recipients=("cca",),
    instruments=frozenset(Instrument),
    rejection_rules=frozenset(),
    notice="v2",
    article="",
)
"""No criterion, no duty: only what a disclosure asks of a scheme."""
