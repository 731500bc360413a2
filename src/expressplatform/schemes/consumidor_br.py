"""CONSUMIDOR_BR: consumidor.gov.br, the Brazilian service on which enrolled firms answer consumers.

Laws of this file: one value. It holds what the published pages and the open data say; the firms that take part come
from the store or the file that is read, through `Known`, and the lengths that no text covers from the house.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from expressplatform.codes import Instrument, RejectionRule, Role
from expressplatform.eligibility import BR_CRITERIA
from expressplatform.scheme import Scheme
from expressplatform.schemes.levels import BRASILIA, CONSUMIDOR_BR_LEVEL, CONSUMIDOR_BR_UNTIL_2014, house_defaults
from expressplatform.schemes.notices import CONSUMIDOR_BR_2014_1
from expressplatform.workdays import CALENDAR_DAYS

_KEPT_DAYS: Final = 2557
_UNCAPPED: Final = 36_525  # days: no published text says how long the manager's review may stop the firm's clock

CONSUMIDOR_BR: Final = Scheme(
    id="consumidor-br",
    edition="2014.1",
    title=MappingProxyType(
        {
            "en": "Consumidor.gov.br, Brazil",
            "zh-Hant": "Consumidor.gov.br，巴西",
            "zh-Hans": "Consumidor.gov.br，巴西",
            "pt": "Consumidor.gov.br, Brasil",
        }
    ),
    council="senacon",
    zone=BRASILIA,
    currency="BRL",
    lodged_by=frozenset({Role.COUNCIL, Role.COMPLAINANT}),
    participants=(),
    criteria=BR_CRITERIA,
    service_levels=(
        house_defaults(council=CALENDAR_DAYS, trader=CALENDAR_DAYS, zone=BRASILIA, retention_days=_KEPT_DAYS),
        CONSUMIDOR_BR_UNTIL_2014,
        CONSUMIDOR_BR_LEVEL,
    ),
    recipients=(),
    instruments=frozenset({Instrument.PLATFORM_TERMS}),
    rejection_rules=frozenset(RejectionRule),
    notice=CONSUMIDOR_BR_2014_1.version,
    notices=(CONSUMIDOR_BR_2014_1,),
    article="LGPD Art 7",
    stop_cap_days=_UNCAPPED,
)
"""The consumer's days to comment changed in mid-2014: see `schemes.levels`."""
