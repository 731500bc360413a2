"""Consent, disclosure, rights: what happened."""

from __future__ import annotations

import attrs

from expressplatform.commands import (
    ConfirmDeletion,
    Correct,
    Disclose,
    Erase,
    GiveConsent,
    Redact,
    SetResearchConsent,
    ShareEvidence,
    WithdrawConsent,
)
from expressplatform.events.root import DisclosureRecord, Event


@attrs.frozen
class ConsentGiven(Event):
    """Leave to send to one recipient was given."""

    asked: GiveConsent


@attrs.frozen
class ConsentWithdrawn(Event):
    """Leave to send to one recipient was taken back."""

    asked: WithdrawConsent


@attrs.frozen
class ResearchConsentSet(Event):
    """Leave for research and statistics was given or taken back."""

    asked: SetResearchConsent


@attrs.frozen
class Disclosed(Event):
    """Fields were handed to somebody other than the trader."""

    asked: Disclose
    disclosure: DisclosureRecord


@attrs.frozen
class EvidenceShared(Event):
    """One recipient may see certain documents."""

    asked: ShareEvidence


@attrs.frozen
class Redacted(Event):
    """A masked copy stands in for a document."""

    asked: Redact


@attrs.frozen
class Corrected(Event):
    """The particulars were corrected."""

    asked: Correct


@attrs.frozen
class DeletionConfirmed(Event):
    """A trader confirmed that it deleted what it obtained."""

    asked: ConfirmDeletion


@attrs.frozen
class Erased(Event):
    """The particulars can no longer be read."""

    asked: Erase
