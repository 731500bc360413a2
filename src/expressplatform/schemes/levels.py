"""Named service levels: how long each duty runs, by the text that says so.

Laws of this file
- A set holds what its text says and nothing else; a duty that no text covers has its length in
  `house_defaults`, marked as a default of this library, and never shorter for a trader than the published
  days for the whole.
- Whose days count is part of a length: a calendar and a zone stand in every term. Nothing here computes a
  date.
- A set is named by a function only where the same days are lived in several places.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from expressplatform.citations import (
    CCA_2016,
    CFPB,
    CONSUMIDOR_DATA,
    CONSUMIDOR_GOV_BR,
    EU_ODR,
    HKCC_PLEDGE,
    ISO_32122,
    MACAO_2019,
    ODR_12315,
    PROJECT,
    SAMR_20,
    article,
)
from expressplatform.codes import Duty
from expressplatform.scheme import DutyTerm, ServiceLevel, Term
from expressplatform.workdays import CALENDAR_DAYS, HONG_KONG, MACAO, MAINLAND, WorkingCalendar

UTC_PLUS_8: Final = timezone(timedelta(hours=8), "UTC+8")
"""Hong Kong, Macao and the Mainland: one zone, without summer time since 1991."""
BRASILIA: Final = ZoneInfo("America/Sao_Paulo")

REMIND_BEFORE: Final = 3
"""Days before its end at which whoever owes a duty is told once more."""


def _working(duty: Duty, days: int, calendar: WorkingCalendar) -> DutyTerm:
    return DutyTerm(duty, Term(days, calendar, UTC_PLUS_8))


def _calendar(duty: Duty, days: int, zone: tzinfo, remind_before: int | None = None) -> DutyTerm:
    return DutyTerm(duty, Term(days, CALENDAR_DAYS, zone), remind_before)


# --- the Express Platform -----------------------------------------------------------------------------------

CCA_EXPRESS_2016: Final = ServiceLevel(
    "cca_express_2016",
    "The trader closes a general complaint in 7 working days of the Mainland",
    CCA_2016,
    (_working(Duty.RESOLVE, 7, MAINLAND),),
    valid_from=date(2016, 3, 15),
)

MACAO_2019_LEVEL: Final = ServiceLevel(
    "macao_2019",
    "The council hands a case over in 3 working days of Macao",
    MACAO_2019,
    (_working(Duty.UPLOAD, 3, MACAO),),
    valid_from=date(2019, 11, 18),
)

HKCC_PLEDGE_LEVEL: Final = ServiceLevel(
    "hkcc_pledge",
    "Acknowledged in 5 working days of Hong Kong, progress told in 9 more",
    HKCC_PLEDGE,
    (_working(Duty.ACKNOWLEDGE, 5, HONG_KONG), _working(Duty.SCREEN, 9, HONG_KONG)),
)

# --- other systems ------------------------------------------------------------------------------------------

ODR_12315_LEVEL: Final = ServiceLevel(
    "odr_12315",
    "The enterprise negotiates within 10 working days of the Mainland",
    ODR_12315,
    (_working(Duty.RESOLVE, 10, MAINLAND),),
)

SAMR_20_LEVEL: Final = ServiceLevel(
    "samr_20",
    "Taken up or not in 7 working days, mediated in 45, both sides told in 7",
    article(SAMR_20, "Art 14 and 21"),
    (
        _working(Duty.SCREEN, 7, MAINLAND),
        _working(Duty.HANDLE, 45, MAINLAND),
        _working(Duty.FOLLOW_UP, 7, MAINLAND),
    ),
    valid_from=date(2020, 1, 1),
    valid_until=date(2026, 4, 14),
)
"""In force until Order 121 took its place, whose days nobody here has read."""

_FIRM_ANSWERS: Final = (
    _calendar(Duty.OBTAIN, 10, BRASILIA),
    _calendar(Duty.CONTACT, 10, BRASILIA),
    _calendar(Duty.RESOLVE, 10, BRASILIA),
)
"""The firm has 10 days in all: no text gives fewer for reading the complaint or for the first word."""

CONSUMIDOR_BR_UNTIL_2014: Final = ServiceLevel(
    "consumidor_br_until_2014",
    "The firm answers in 10 days, the consumer comments in 10",
    CONSUMIDOR_DATA,
    (*_FIRM_ANSWERS, _calendar(Duty.CONFIRM, 10, BRASILIA, REMIND_BEFORE)),
    valid_until=date(2014, 6, 29),
)
"""Measured: in the open data the last reply with 10 days came on 28 June 2014, none on the 29th, a Sunday."""

CONSUMIDOR_BR_LEVEL: Final = ServiceLevel(
    "consumidor_br",
    "The firm answers in 10 days, the consumer comments in 20",
    CONSUMIDOR_GOV_BR,
    (*_FIRM_ANSWERS, _calendar(Duty.CONFIRM, 20, BRASILIA, REMIND_BEFORE)),
    valid_from=date(2014, 6, 30),
)

_WASHINGTON: Final = ZoneInfo("America/New_York")

CFPB_LEVEL: Final = ServiceLevel(
    "cfpb",
    "The company responds in 15 days, finally in 60; the consumer has 60 for feedback",
    CFPB,
    (
        _calendar(Duty.CONTACT, 15, _WASHINGTON),
        _calendar(Duty.RESOLVE, 60, _WASHINGTON),
        _calendar(Duty.CONFIRM, 60, _WASHINGTON, REMIND_BEFORE),
    ),
)

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")

EU_ODR_LEVEL: Final = ServiceLevel(
    "eu_odr",
    "30 days to agree on a body, 90 for its outcome",
    EU_ODR,
    (_calendar(Duty.RESOLVE, 30, _BRUSSELS), _calendar(Duty.HANDLE, 90, _BRUSSELS)),
    valid_from=date(2016, 2, 15),
    valid_until=date(2025, 3, 20),
)
"""From its opening to the last day on which it took a complaint."""

ISO_32122_LEVEL: Final = ServiceLevel(
    "iso_32122",
    "The parties negotiate for 10 days before somebody mediates",
    ISO_32122,
    (_calendar(Duty.RESOLVE, 10, UTC),),
)
"""The standard names no place: its days are those of UTC here."""

# --- what no published text covers --------------------------------------------------------------------------


def house_defaults(
    *, council: WorkingCalendar, trader: WorkingCalendar, zone: tzinfo, retention_days: int
) -> ServiceLevel:
    """A length for every duty: defaults of this library, to stand below the scheme's own levels.

    ``council`` and ``trader`` say whose working days count; the complainant's days, and those of looking
    back, are calendar days of ``zone``.
    """

    def working(duty: Duty, days: int, calendar: WorkingCalendar) -> DutyTerm:
        return DutyTerm(duty, Term(days, calendar, zone))

    return ServiceLevel(
        "house_defaults",
        "Defaults of this library where no published text says how long",
        PROJECT,
        (
            working(Duty.ACKNOWLEDGE, 5, council),
            working(Duty.SCREEN, 9, council),
            _calendar(Duty.SUPPLY, 14, zone, REMIND_BEFORE),
            working(Duty.UPLOAD, 3, council),
            working(Duty.OBTAIN, 7, trader),
            working(Duty.CONTACT, 7, trader),
            working(Duty.RESOLVE, 7, trader),
            _calendar(Duty.CONFIRM, 14, zone, REMIND_BEFORE),
            _calendar(Duty.FOLLOW_UP, 30, zone),
            working(Duty.HANDLE, 45, council),
            _calendar(Duty.BREACH_WINDOW, 30, zone),
            _calendar(Duty.RETAIN, retention_days, zone),
        ),
    )


LEVELS: Final = (
    CCA_EXPRESS_2016,
    MACAO_2019_LEVEL,
    HKCC_PLEDGE_LEVEL,
    ODR_12315_LEVEL,
    SAMR_20_LEVEL,
    CONSUMIDOR_BR_UNTIL_2014,
    CONSUMIDOR_BR_LEVEL,
    CFPB_LEVEL,
    EU_ODR_LEVEL,
    ISO_32122_LEVEL,
)
"""Every published set, to pick from."""
