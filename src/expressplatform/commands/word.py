"""The complainant's word: what may be asked for."""

from __future__ import annotations

import attrs

from expressplatform.commands.root import Command
from expressplatform.complaint import ERASED, Erased, Remark
from expressplatform.fields import whole


@attrs.frozen
class Confirm(Command):
    """The complainant says that it is resolved; ``rating`` from 1 to 5 where one was given."""

    rating: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class Dispute(Command):
    """The complainant says that it is not resolved; ``rating`` from 1 to 5 where one was given."""

    rating: int | None = attrs.field(default=None, validator=whole(1, 5, optional=True))
    particulars: Remark | Erased = ERASED


@attrs.frozen
class ReportBreach(Command):
    """The complainant says that what was agreed was not done."""

    particulars: Remark | Erased = ERASED


@attrs.frozen
class Withdraw(Command):
    """The complainant takes the complaint back."""

    particulars: Remark | Erased = ERASED
