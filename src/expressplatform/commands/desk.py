"""Around the case: what may be asked for."""

from __future__ import annotations

import attrs

from expressplatform.codes import Channel, Outcome, Role
from expressplatform.commands.root import Command
from expressplatform.complaint import ERASED, Erased, Evidence, Remark
from expressplatform.fields import code


@attrs.frozen
class Close(Command):
    """The council ends its own handling: with what outcome, and who confirmed it (None: nobody)."""

    outcome: Outcome
    confirmed_by: Role | None = None
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Reopen(Command):
    """New facts bring an ended case back; the text says which."""

    particulars: Remark | Erased


@attrs.frozen
class SetReference(Command):
    """One's own file or ticket number for the case."""

    reference: str = attrs.field(validator=code(40))


@attrs.frozen
class AddMessage(Command):
    """A message on the case."""

    particulars: Remark | Erased


@attrs.frozen
class AddEvidence(Command):
    """A document is described; its name is a particular."""

    evidence: Evidence
    particulars: Remark | Erased = ERASED


@attrs.frozen
class AddNote(Command):
    """An officer's note, for the council alone."""

    particulars: Remark | Erased


@attrs.frozen
class Assign(Command):
    """Which officer has the case; empty: nobody."""

    officer: str = attrs.field(default="", validator=code(empty=True))


@attrs.frozen
class Hold(Command):
    """The case may not be erased: why, and who approved it."""

    approved_by: str = attrs.field(validator=code())
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReleaseHold(Command):
    """The case may be erased again."""


@attrs.frozen
class ReportImpostor(Command):
    """Somebody who is not the trader has called in its name."""

    channel: Channel
    particulars: Remark | Erased = ERASED
