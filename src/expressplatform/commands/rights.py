"""Consent, disclosure, rights: what may be asked for."""

from __future__ import annotations

import attrs

from expressplatform.codes import Audience, Basis, ErasureReason, KeptGround, Purpose
from expressplatform.commands.root import Command
from expressplatform.complaint import ERASED, Consent, Erased, Evidence, Particulars, Remark
from expressplatform.fields import code, several


@attrs.frozen
class GiveConsent(Command):
    """Leave to send the case to one more recipient."""

    consent: Consent


@attrs.frozen
class WithdrawConsent(Command):
    """Leave to send the case to one recipient is taken back (PIPL Art 15; what came before stays lawful)."""

    recipient: str = attrs.field(validator=code())


@attrs.frozen
class SetResearchConsent(Command):
    """Whether the case may serve research and statistics: apart from dispatch, never a condition of it."""

    given: bool


@attrs.frozen
class Disclose(Command):
    """The council hands fields to somebody other than the trader: to whom, which, for what, on what ground."""

    audience: Audience
    recipient: str = attrs.field(validator=code())
    fields: tuple[str, ...] = attrs.field(validator=several(60, shortest=1))
    purpose: Purpose
    basis: Basis
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ShareEvidence(Command):
    """Which documents one recipient may see."""

    recipient: str = attrs.field(validator=code())
    evidence: tuple[str, ...] = attrs.field(validator=several(20, shortest=1))


@attrs.frozen
class Redact(Command):
    """A masked copy stands in for a document."""

    evidence: str = attrs.field(validator=code(40))
    copy: Evidence


@attrs.frozen
class Correct(Command):
    """The complainant's particulars, corrected: they replace the earlier ones whole (PDPO s.22; PIPL Art 46)."""

    particulars: Particulars | Erased


@attrs.frozen
class ConfirmDeletion(Command):
    """A trader says that it has deleted what it obtained: what it kept, and on what ground."""

    ground: KeptGround
    kept: tuple[str, ...] = attrs.field(default=(), validator=several(30))


@attrs.frozen
class Erase(Command):
    """What is personal in the case becomes unreadable for ever. By a council: a second person approves."""

    reason: ErasureReason
    approved_by: str = attrs.field(default="", validator=code(empty=True))
