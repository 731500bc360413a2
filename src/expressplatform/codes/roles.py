"""Who acts, where a case stands, and what runs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """In what capacity somebody acts."""

    COMPLAINANT = "complainant"
    COUNCIL = "council"
    TRADER = "trader"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    CLOCK = "clock"


class Status(StrEnum):
    """Where a case stands. RECORDED, CLOSED and WITHDRAWN are ends; ERASED is what is left after one."""

    LODGED = "lodged"
    NEEDS_INFORMATION = "needs_information"
    ELIGIBLE = "eligible"
    OUTSIDE_SCHEME = "outside_scheme"
    UPLOADED = "uploaded"
    OBTAINED = "obtained"
    IN_CONCILIATION = "in_conciliation"
    RESOLUTION_REPORTED = "resolution_reported"
    RESOLVED = "resolved"
    REFERRED_BACK = "referred_back"
    FURTHER_HANDLING = "further_handling"
    RECORDED = "recorded"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


END: Final = frozenset({Status.RECORDED, Status.CLOSED, Status.WITHDRAWN})
OPEN: Final = frozenset(Status) - END - {Status.ERASED}


class Duty(StrEnum):
    """A timed obligation: whose it is, what starts it and what follows stands in `deadlines.duties`."""

    ACKNOWLEDGE = "acknowledge"
    SCREEN = "screen"
    SUPPLY = "supply"
    UPLOAD = "upload"
    OBTAIN = "obtain"
    CONTACT = "contact"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    FOLLOW_UP = "follow_up"
    HANDLE = "handle"
    BREACH_WINDOW = "breach_window"
    RETAIN = "retain"


OWNER: Final[Mapping[Duty, Role]] = MappingProxyType(
    {
        Duty.ACKNOWLEDGE: Role.COUNCIL,
        Duty.SCREEN: Role.COUNCIL,
        Duty.SUPPLY: Role.COMPLAINANT,
        Duty.UPLOAD: Role.COUNCIL,
        Duty.OBTAIN: Role.TRADER,
        Duty.CONTACT: Role.TRADER,
        Duty.RESOLVE: Role.TRADER,
        Duty.CONFIRM: Role.COMPLAINANT,
        Duty.FOLLOW_UP: Role.COUNCIL,
        Duty.HANDLE: Role.COUNCIL,
        Duty.BREACH_WINDOW: Role.COMPLAINANT,
        Duty.RETAIN: Role.CLOCK,
    }
)
"""Whose each duty is."""


class Attention(StrEnum):
    """What waits for an officer beside the deadlines of cases."""

    IMPOSTOR = "impostor"
    DELETION_OVERDUE = "deletion_overdue"
    UNTOLD = "untold"
    BREACH_OVERDUE = "breach_overdue"


class StopReason(StrEnum):
    """Why a clock stands still (SAMR Order 20, Art 20: the time of testing does not count)."""

    TESTING = "testing"
    WAITING_FOR_COMPLAINANT = "waiting_for_complainant"
    WAITING_FOR_OTHER_BODY = "waiting_for_other_body"
    MANAGER_REVIEW = "manager_review"
    FORCE_MAJEURE = "force_majeure"


class EffectKind(StrEnum):
    """Work that follows a step, done by a worker afterwards. TELL_UPLOAD stands for TELL in stores of earlier days."""

    ALERT_TRADER = "alert_trader"
    ALERT_DUTY = "alert_duty"
    TELL = "tell"
    TELL_UPLOAD = "tell_upload"
    DESTROY_KEY = "destroy_key"
    SCAN = "scan"
    REGISTER_WITHDRAWAL = "register_withdrawal"
