"""Taking a complaint in: what may be asked for."""

from __future__ import annotations

import attrs

from expressplatform.codes import DeclineReason, Instrument, Outcome
from expressplatform.commands.root import Command
from expressplatform.complaint import ERASED, Complaint, Erased, Remark
from expressplatform.fields import code, several


@attrs.frozen
class Lodge(Command):
    """A complaint comes in. It must carry particulars."""

    complaint: Complaint


@attrs.frozen
class Acknowledge(Command):
    """The council tells the complainant that the complaint has arrived, and under which number."""


@attrs.frozen
class RequestInformation(Command):
    """The council asks the complainant for what is missing: ``paths`` into the complaint, and a text."""

    paths: tuple[str, ...] = attrs.field(validator=several(30, shortest=1))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class SupplyInformation(Command):
    """The complaint again, now with what was asked for; it replaces the earlier one whole."""

    complaint: Complaint


@attrs.frozen
class Accept(Command):
    """The council takes the case into the scheme. Where the verdict is OFFICER, the reason is obligatory."""

    particulars: Remark | Erased = ERASED


@attrs.frozen
class Decline(Command):
    """The council leaves the case outside the scheme, and says why."""

    reason: DeclineReason
    criteria: tuple[str, ...] = attrs.field(default=(), validator=several(30))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Upload(Command):
    """The council makes the case available to the trader, under an instrument and an impact assessment."""

    instrument: Instrument
    impact_assessment: str = attrs.field(validator=code(60))


@attrs.frozen
class Redirect(Command):
    """The council turns the case to another participant; number, filing date and evidence stay."""

    trader: str = attrs.field(validator=code())


@attrs.frozen
class TakeUp(Command):
    """The council handles the matter itself."""


@attrs.frozen
class Record(Command):
    """The council keeps the case for record; nothing more is done."""

    outcome: Outcome | None = None
    particulars: Remark | Erased = ERASED
