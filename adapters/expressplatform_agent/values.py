"""What an agent remembers, and what it tells people: values alone.

Laws of this file

- Of a case an agent keeps the number of its order and nothing else that is personal: sealed, and gone with the case.
- A line is for a person to read. It sends nothing, and nothing is ever sent because it is there.
- Nothing here prints what it holds.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from expressplatform.complaint import Veiled
from expressplatform.money import Money
from expressplatform.ports import Connection


class About(StrEnum):
    """What a line tells a person."""

    MATCHED = "matched"
    """The purchase is this shop's, and agrees with its record."""
    MISMATCH = "mismatch"
    """The order is this shop's, and a field does not agree: ``detail`` names them."""
    NOT_FOUND = "not_found"
    """No connected shop has an order of that number."""
    NO_SHOP = "no_shop"
    """No shop is connected that could be asked: nobody looked."""
    UNREADABLE = "unreadable"
    """The details name no order, or one that no platform would know: somebody must look themselves."""
    NO_NOTE = "no_note"
    """The note at the order could not be written (``detail``): tell the seller's people yourself."""
    CHANGE = "change"
    """Something changed at the order of a case on the platform: a suggestion, and no more."""
    REPORTED = "reported"
    """The promised money arrived, and that was said on the case, with evidence."""
    CONTRADICTED = "contradicted"
    """It did not come by the day promised, and that was said on the case, with evidence."""
    UNPROVED = "unproved"
    """The day promised has passed and the record proves nothing (``detail``): nothing was said on the case."""
    TOO_LATE = "too_late"
    """The record speaks (``detail``), but the case takes no evidence of a trader any more: tell the council."""
    REFUSED = "refused"
    """The council's platform refused a step (``detail``): somebody must look at the case."""
    DELETE = "delete"
    """What was obtained of a case is to be deleted from your books; the agent has deleted what it held."""
    SHOP_ENDING = "shop_ending"
    """A shop's authorisation ends soon: have its owner connect it again."""
    SHOP_GONE = "shop_gone"
    """A shop is not connected any more (``detail``): only its owner can connect it again."""


@attrs.frozen(repr=False, str=False)
class Line(Veiled):
    """A line for a person. Never prints.

    ``id`` follows from what it is about: what is found twice is one line. ``detail`` and ``status`` are codes, of ours
    and of the platform; ``suggests`` is one of `expressplatform.ports.Suggests`. ``ends_at`` is when an authorisation
    ends, or by when something must be done.
    """

    id: str
    about: About
    at: datetime
    case_id: str = ""
    reference: str = ""
    platform: str = ""
    shop: str = ""
    detail: str = ""
    suggests: str = ""
    status: str = ""
    bill: str = ""
    amount: Money | None = None
    ends_at: datetime | None = None
    done: bool = False


@attrs.frozen(repr=False, str=False)
class Filing(Veiled):
    """What is about to be said on a case: written down before it is sent, so that whoever goes on says the same."""

    key: str
    paid: bool
    content: str
    amount: Money | None = None


@attrs.frozen(repr=False, str=False)
class CaseNote(Veiled):
    """What an agent remembers of a case. Never prints.

    ``mark`` names the turn that it is about, ``again`` the correction that was read since. ``order`` is the order's
    number, ``shop`` the account at which it was found. ``todo``: the case has not been taken in to the end;
    ``awaits``: promised money is awaited, and looked for again at ``ask_at``. ``filing`` is what is about to be
    said.
    """

    case_id: str
    mark: str = ""
    reference: str = ""
    platform: str = ""
    shop: str = ""
    order: str = ""
    todo: bool = False
    awaits: bool = False
    ask_at: datetime | None = None
    filing: Filing | None = None
    again: str = ""


@attrs.frozen(repr=False, str=False)
class Place(Veiled):
    """Where a list goes on: the council's, or the changes of a shop. ``renew_at``: when renewal is tried again."""

    cursor: str = ""
    renew_at: datetime | None = None


@attrs.frozen
class Round:
    """What one round came to, in counts. ``later``: what could not be done now and is tried again."""

    taken_in: int = 0
    changes: int = 0
    reported: int = 0
    contradicted: int = 0
    later: int = 0

    def __add__(self, other: Round) -> Round:
        """Both together."""
        one, two = attrs.astuple(self), attrs.astuple(other)
        return Round(*(a + b for a, b in zip(one, two, strict=True)))


@attrs.frozen
class Standing:
    """How an agent stands: its shops, its cases, and how many lines wait for a person."""

    shops: tuple[Connection, ...]
    cases: int
    unfinished: int
    awaiting: int
    lines: int
