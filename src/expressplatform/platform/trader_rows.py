"""What a trader sees of its cases: plain values, without any particular."""

from __future__ import annotations

from datetime import date, datetime

import attrs

from expressplatform.codes import Duty, Outcome, Status
from expressplatform.events import Timer
from expressplatform.money import Money
from expressplatform.scheme import Scheme


@attrs.frozen
class Terms:
    """An offer as facts: its number, whether it stands, until when."""

    number: int
    open: bool
    expires: datetime


@attrs.frozen
class Claim:
    """What a trader itself said of the outcome, and what was promised by it: its own word, told back to it.

    ``perform_by`` is the local day by which the money arrives, None where it was said to be there already. ``proved``
    and ``contradicted`` are what evidence has said since.
    """

    outcome: Outcome | None
    promised: Money | None
    perform_by: date | None
    proved: bool
    contradicted: bool


@attrs.frozen
class TraderCase:
    """Where a case stands for the trader that holds it, or owes something about it. No particular.

    ``due_at`` is the end of what it owes next, ``working_days_left`` the days that still count after today (0: the last
    one, negative: over; None: nothing runs, or the edition that counts them is not here). ``allowed`` names the
    commands it may send. ``unread``: something has happened that concerns it since it last did something.
    ``delete_by``: until when it must confirm a deletion, ``read_again_by`` until when it must read what was corrected.
    ``since`` is when the case came to its status, ``claim`` what the trader said of the outcome in its turn, None where
    nothing it said stands. Of a case that is another's by now it sees what it owes, and not where the case stands:
    ``status`` is None, ``version`` 0, ``changed_at`` when it was told.
    """

    case_id: str
    reference: str
    status: Status | None
    version: int
    changed_at: datetime
    shop: str
    uploaded_at: datetime | None
    duty: Duty | None
    due_at: datetime | None
    working_days_left: int | None
    allowed: tuple[str, ...]
    unread: bool
    their_reference: str
    days_asked: int | None = None
    offers: tuple[Terms, ...] = ()
    delete_by: datetime | None = None
    read_again_by: datetime | None = None
    since: datetime | None = None
    claim: Claim | None = None


@attrs.frozen
class TraderPage:
    """A stretch of a trader's list and where it goes on, now or later; ``more``: there is more now.

    ``gone`` are the ids of cases in the stretch that the trader may not see any more.
    """

    rows: tuple[TraderCase, ...]
    gone: tuple[str, ...]
    after: str
    more: bool


@attrs.frozen
class SeenRow:
    """A row as it was read off a case: of which version, beside which facts; good until the case moves.

    ``timer`` is the duty whose days are counted, by the terms of ``scheme``, the edition of the case; None where
    nothing runs, or that edition is not here: no other counts them. They come to the same number from ``since`` on and
    before ``until``, instants in UTC; both are None where nothing was counted.
    """

    version: int
    facts: bytes
    row: TraderCase
    timer: Timer | None
    scheme: Scheme
    since: datetime | None = None
    until: datetime | None = None

    def counts_at(self, now: datetime) -> bool:
        """Whether the row's days are those of an instant."""
        if self.timer is None:
            return True
        return self.since is not None and self.until is not None and self.since <= now < self.until
