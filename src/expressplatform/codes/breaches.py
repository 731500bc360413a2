"""What was lost or seen by others, how far those who must know have been told."""

from __future__ import annotations

from enum import StrEnum


class BreachOf(StrEnum):
    """What was lost, or seen by somebody whom it is not for."""

    KEY = "key"
    TRADER = "trader"
    SUBJECT = "subject"
    BACKUP = "backup"


class BreachStatus(StrEnum):
    """How far those who must know of a breach have been told."""

    OPEN = "open"
    AUTHORITY_TOLD = "authority_told"
    PERSONS_TOLD = "persons_told"
    ALL_TOLD = "all_told"
    CLOSED = "closed"


class BreachStep(StrEnum):
    """What is done about the record of a breach."""

    OPEN_BREACH = "open_breach"
    DESCRIBE = "describe"
    TELL_AUTHORITY = "tell_authority"
    TELL_PERSONS = "tell_persons"
    CLOSE_BREACH = "close_breach"
