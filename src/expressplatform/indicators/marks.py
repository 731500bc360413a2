"""What each figure counts: a case bears a mark or it does not, and a figure is how many bear it.

Laws of this file: a mark is read from facts alone, so that erasing a case changes no figure. Outcomes are
counted, never statuses: the status is asked only of an open case (who has it now), because an erased one no
longer has its own. Each case has exactly one of the `OUTCOMES`; the trader's word is not among them. A rate's
numerator is always part of its denominator. Every mark has its row in `docs/explanation/indicators.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from expressplatform.case import Case, Turn
from expressplatform.codes import SETTLED, Outcome, Role, Word
from expressplatform.lifecycle import OUTSIDE
from expressplatform.privacy.deletion import overdue
from expressplatform.scheme import DELETE_DAYS


class Mark(StrEnum):
    """What a case counts for. The value is the figure's name in documents."""

    COMPLAINTS = "complaints"
    UPLOADED = "uploaded"
    DUE = "due"
    ANSWERED = "answered"
    ON_TIME = "on_time"
    TIMED = "timed"
    EVALUATED = "evaluated"
    RATED = "rated"
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    PENDING = "pending"
    CLAIMED = "claimed"
    CLAIMED_CONFIRMED = "claimed_confirmed"
    CLAIMED_DISPUTED = "claimed_disputed"
    CLAIMED_SILENT = "claimed_silent"
    CONTRADICTED = "contradicted"
    PROMISED = "promised"
    PROVED = "proved"
    REFERRED_BACK = "referred_back"
    MISSED_DEADLINES = "missed_deadlines"
    IMPOSTORS = "impostors"
    DELETIONS_OWED = "deletions_owed"
    DELETIONS_OVERDUE = "deletions_overdue"


OUTCOMES: Final = (
    Mark.RESOLVED,
    Mark.UNRESOLVED,
    Mark.SILENT,
    Mark.WITHDRAWN,
    Mark.DECLINED,
    Mark.PENDING,
)
"""Each complaint bears exactly one of these."""


@attrs.frozen
class RateOf:
    """A rate by name: which marks are counted (they exclude each other), out of which."""

    name: str
    numerator: tuple[Mark, ...]
    denominator: Mark


RATES: Final = (
    RateOf("resolved_of_evaluated", (Mark.RESOLVED,), Mark.EVALUATED),
    RateOf("resolved_or_silent_of_all", (Mark.RESOLVED, Mark.SILENT), Mark.COMPLAINTS),
    RateOf("evaluated_of_all", (Mark.EVALUATED,), Mark.COMPLAINTS),
    RateOf("answered_of_due", (Mark.ANSWERED,), Mark.DUE),
    RateOf("on_time_of_due", (Mark.ON_TIME,), Mark.DUE),
    RateOf("confirmed_of_claimed", (Mark.CLAIMED_CONFIRMED,), Mark.CLAIMED),
    RateOf("proved_of_promised", (Mark.PROVED,), Mark.PROMISED),
)
"""The rates that are given, in their order."""

_UNANSWERED: Final = frozenset({None, Outcome.NO_RESPONSE, Outcome.NOT_REACHABLE})
_CLAIMED: Final = (
    (Mark.RESOLVED, Mark.CLAIMED_CONFIRMED),
    (Mark.UNRESOLVED, Mark.CLAIMED_DISPUTED),
    (Mark.SILENT, Mark.CLAIMED_SILENT),
)


def marks_of(case: Case, as_at: datetime, delete_days: int = DELETE_DAYS) -> tuple[Mark, ...]:
    """Every mark that a case bears, as at an instant (which alone decides what was due by then).

    ``delete_days``: in how many days a recipient confirms a deletion.
    """
    outcome = outcome_of(case)
    return (
        Mark.COMPLAINTS,
        outcome,
        *_of_the_word(case, outcome),
        *_of_the_answer(case, as_at),
        *_of_the_claim(case, outcome),
        *_of_the_rest(case, as_at, delete_days),
    )


def outcome_of(case: Case) -> Mark:
    """How a case came out, in the complainant's word where there is one: one of `OUTCOMES`."""
    account = case.account
    if _evaluated(case):
        # A promise that was shown to be broken is not a resolution, whatever was said before it broke.
        confirmed = case.word is Word.CONFIRMED and not account.contradicted
        return Mark.RESOLVED if confirmed else Mark.UNRESOLVED
    if account.withdrawn:
        return Mark.WITHDRAWN
    if case.silent:
        return Mark.SILENT
    left = account.ended_at is not None or account.outside or case.status in OUTSIDE
    return Mark.DECLINED if left and account.first_uploaded_at is None else Mark.PENDING


def _evaluated(case: Case) -> bool:
    return case.account.word is not None or case.account.offer_accepted


def _of_the_word(case: Case, outcome: Mark) -> Iterator[Mark]:
    if outcome in (Mark.RESOLVED, Mark.UNRESOLVED):
        yield Mark.EVALUATED
        if case.account.rating is not None:
            yield Mark.RATED


def _of_the_answer(case: Case, as_at: datetime) -> Iterator[Mark]:
    account = case.account
    if account.first_uploaded_at is not None:
        yield Mark.UPLOADED
    if account.answered_at is None:
        if not account.withdrawn and account.outcome in _UNANSWERED and _time_is_over(case.turn, as_at):
            yield Mark.DUE
        return
    yield Mark.DUE
    yield Mark.ANSWERED
    if not account.late:
        yield Mark.ON_TIME
    if account.days_used is not None:
        yield Mark.TIMED


def _time_is_over(turn: Turn | None, as_at: datetime) -> bool:
    """Whether the trader's time to resolve had run out; a clock that stands still runs out later."""
    if turn is None or turn.resolve is None:
        return False
    paused = turn.resolve.paused_until
    return turn.resolve.due <= as_at and (paused is None or paused <= as_at)


def _of_the_claim(case: Case, outcome: Mark) -> Iterator[Mark]:
    account = case.account
    # Claimed without an outcome: an accepted offer, with no words about it.
    if account.claimed_by is Role.TRADER and (account.claimed is None or account.claimed in SETTLED):
        yield Mark.CLAIMED
        for heard, mark in _CLAIMED:
            if heard is outcome:
                yield mark
    if account.contradicted:
        yield Mark.CONTRADICTED
    if account.promised is not None:
        yield Mark.PROMISED
        if account.proved:
            yield Mark.PROVED


def _of_the_rest(case: Case, as_at: datetime, delete_days: int) -> Iterator[Mark]:
    file = case.file
    if case.account.referred_back:
        yield Mark.REFERRED_BACK
    if file.missed:
        yield Mark.MISSED_DEADLINES
    if file.impostors:
        yield Mark.IMPOSTORS
    if any(holding.owed for holding in file.holdings):
        yield Mark.DELETIONS_OWED
        if overdue(file.holdings, as_at, delete_days):
            yield Mark.DELETIONS_OVERDUE
