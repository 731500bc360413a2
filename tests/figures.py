"""Cases for figures, made without their history: only what indicators read is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from expressplatform.case import Account, Case, File, Turn
from expressplatform.codes import Category, Duty, Nature, Role, Status, Word
from expressplatform.complaint import ERASED, Complaint, Particulars, TraderRef
from expressplatform.events import Timer

LODGED: Final = datetime(2025, 3, 3, 2, 0, tzinfo=UTC)
AS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
UPLOADED: Final = LODGED + timedelta(days=1)
ANSWERED: Final = LODGED + timedelta(days=5)
ENDED: Final = LODGED + timedelta(days=30)


def case(
    account: Account | None = None,
    *,
    status: Status = Status.CLOSED,
    lodged_at: datetime = LODGED,
    trader: str = "shop",
    category: Category = Category.TOYS,
    nature: Nature = Nature.DEFECTIVE,
    resolve: Timer | None = None,
) -> Case:
    """A case with an account of its outcome; with ``resolve`` a trader is, or was, at work on it."""
    complaint = Complaint(
        trader=TraderRef(trader), category=category, nature=nature, particulars=Particulars(name="A person")
    )
    file = File("council", "R-1", lodged_at, lodged_at, complaint, (), (), False)
    turn = Turn(trader, UPLOADED, resolve=resolve) if resolve else None
    return Case("c", "s", "1", 5, status, lodged_at, lodged_at, (), file, turn, account or Account())


def resolve_by(due: datetime, *, paused_until: datetime | None = None) -> Timer:
    """A trader's time to resolve, ending at an instant."""
    return Timer(Duty.RESOLVE, Role.TRADER, UPLOADED, due, paused_until=paused_until)


def heard(word: Word | None = Word.CONFIRMED, *, rating: int | None = None, days: int | None = 4) -> Account:
    """What is said of a case that was uploaded, answered in time and ended."""
    return Account(UPLOADED, ANSWERED, days, word=word, rating=rating, ended_at=ENDED)


def erased(one: Case) -> Case:
    """The same case after its particulars were destroyed."""
    complaint = attrs.evolve(one.complaint, particulars=ERASED)
    return attrs.evolve(one, status=Status.ERASED, file=attrs.evolve(one.file, complaint=complaint))
