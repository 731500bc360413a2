"""What each event changes in a case's file, turn or account: one small function an event.

Laws of this file: a fold takes the case and the event and gives the three parts back; it changes no status and
no timer, asks nothing and refuses nothing but an event that no row would have made. Facts only: a fold never
needs a particular, it only carries the one that came with the event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from expressplatform import events as e
from expressplatform.case import folds_around as around
from expressplatform.case.copies import changed, merged, new_account, new_turn
from expressplatform.case.state import Case, Offer, Parts, Turn
from expressplatform.codes import SETTLED, Duty, Role, Status, Word
from expressplatform.complaint import ERASED, Evidence
from expressplatform.errors import Refused
from expressplatform.events import Event, Timer
from expressplatform.privacy.consent import still_given
from expressplatform.privacy.deletion import obtained, told_to_delete

Fold = Callable[[Case, Any], Parts]


# --- taking in -------------------------------------------------------------------------------------------------


def _acknowledged(case: Case, event: e.Acknowledged) -> Parts:
    return changed(case.file, acknowledged=True), case.turn, case.account


def _supplied(case: Case, event: e.InformationSupplied) -> Parts:
    # The filing date is the day on which everything is there (HKCC performance pledge), until the first Accept.
    new, before = event.asked.complaint, case.file.complaint
    # It may say which shop it was; another trader it is only by Redirect.
    trader = new.trader if new.trader.organisation == before.trader.organisation else before.trader
    # Supplied once more, a consent that was taken back stays so (PIPL Art 15).
    consents = tuple(one for one in new.consents if still_given(one, case.file.withdrawn))
    # What was shown once was shown: leaving it out does not undo it.
    shown = new.notice_shown or before.notice_shown
    file = changed(
        case.file,
        complaint=attrs.evolve(new, trader=trader, research_consent=case.file.research_consent, notice_shown=shown),
        consents=merged(case.file.consents, consents, "recipient"),
        evidence=merged(case.file.evidence, _not_held(case.file.evidence, new.evidence), "id"),
        filed_at=event.at if case.file.verdict is None else case.file.filed_at,
    )
    return file, case.turn, case.account


def _not_held(held: tuple[Evidence, ...], described: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """What is described anew, less the documents that are held: the id of a file names it for ever."""
    files = {one.id for one in held if one.file}
    return tuple(one for one in described if one.id not in files) if files else described


def _accepted(case: Case, event: e.Accepted) -> Parts:
    return changed(case.file, verdict=event.verdict), case.turn, case.account


def _redirected(case: Case, event: e.Redirected) -> Parts:
    # The same case for another trader: same number, filing date and evidence; what the first one said falls away.
    trader = attrs.evolve(case.file.complaint.trader, organisation=event.asked.trader, shop=None)
    complaint = attrs.evolve(case.file.complaint, trader=trader)
    holdings = told_to_delete(case.file.holdings, None, event.at)
    return changed(case.file, complaint=complaint, holdings=holdings), None, new_account()


def _uploaded(case: Case, event: e.Uploaded) -> Parts:
    account = case.account
    if account.first_uploaded_at is None:
        account = changed(account, first_uploaded_at=event.at)
    resolve = next((timer for timer in event.timers if timer.duty is Duty.RESOLVE), None)
    return case.file, new_turn(event.trader, event.at, resolve=resolve, particulars=event.particulars), account


# --- the trader's turn -----------------------------------------------------------------------------------------


def _turn(case: Case) -> Turn:
    if case.turn is None:
        raise Refused("event_out_of_turn", case.id)
    return case.turn


def _obtained(case: Case, event: e.Obtained) -> Parts:
    # Only whoever reads the details anew has read what was corrected in them.
    held = case.file.holdings if event.asked.evidence else obtained(case.file.holdings, event.trader, event.at)
    file = changed(
        case.file,
        holdings=held,
        disclosures=case.file.disclosures + 1,
    )
    turn = _turn(case)
    return file, turn if turn.obtained_at else changed(turn, obtained_at=event.at), case.account


def _contacted(case: Case, event: e.ContactReported) -> Parts:
    return case.file, changed(_turn(case), contacted_at=event.at), case.account


def _attempted(case: Case, event: e.AttemptReported) -> Parts:
    turn = _turn(case)
    return case.file, changed(turn, attempts=turn.attempts + 1), case.account


def _time_asked(case: Case, event: e.TimeAsked) -> Parts:
    return case.file, changed(_turn(case), asked_days=event.asked.days), case.account


def _time_answered(case: Case, event: e.TimeGranted | e.TimeRefused) -> Parts:
    turn = changed(_turn(case), asked_days=None)
    return case.file, _with_resolve(turn, event.timers), case.account


def _with_resolve(turn: Turn, timers: tuple[Timer, ...]) -> Turn:
    for timer in timers:
        if timer.duty is Duty.RESOLVE:
            return changed(turn, resolve=timer)
    return turn


def _clock_changed(case: Case, event: e.ClockStopped | e.ClockResumed) -> Parts:
    return case.file, _with_resolve(_turn(case), event.timers), case.account


def _offer_made(case: Case, event: e.OfferMade) -> Parts:
    turn = _turn(case)
    # A new offer takes the place of the one that stood.
    older = _shut(turn.offers)
    # What was written beside it stays with the event: particulars stand in the file alone.
    asked = event.asked
    terms = asked if asked.particulars is ERASED else attrs.evolve(asked, particulars=ERASED)
    offer = Offer(event.number, terms)
    return case.file, changed(turn, offers=(*older, offer)), case.account


def _offer_declined(case: Case, event: e.OfferDeclined) -> Parts:
    turn = _turn(case)
    return case.file, changed(turn, offers=_shut(turn.offers)), case.account


def _shut(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    return tuple(Offer(offer.number, offer.terms, False) if offer.open else offer for offer in offers)


def _offer_accepted(case: Case, event: e.OfferAccepted) -> Parts:
    turn = _turn(case)
    terms = turn.offers[event.asked.offer - 1].terms
    account = changed(
        case.account,
        answered_at=case.account.answered_at or event.at,  # an offer that was taken is an answer
        claimed_by=Role.TRADER,
        confirmed_by=event.by.role,
        offer_accepted=True,
        word=None,  # the last word counts: whatever was disputed before is settled now
        promised=terms.amount,
        proved=False,
        contradicted=False,
    )
    turn = changed(turn, offers=_shut(turn.offers), perform_by=terms.perform_by)
    return case.file, turn, account


def _resolution_reported(case: Case, event: e.ResolutionReported) -> Parts:
    asked, account = event.asked, case.account
    first = account.answered_at is None
    account = changed(
        account,
        answered_at=event.at if first else account.answered_at,
        days_used=event.days_used if first else account.days_used,
        late=event.late if first else account.late,
        claimed_by=Role.TRADER if asked.outcome is not None else account.claimed_by,
        claimed=asked.outcome if asked.outcome is not None else account.claimed,
        promised=asked.amount if asked.amount is not None else account.promised,
        lapsed_silent=False,
        proved=False,
        contradicted=False,
    )
    return case.file, changed(_turn(case), perform_by=asked.perform_by), account


def _performed(case: Case, event: e.PerformanceReported) -> Parts:
    account = changed(case.account, proved=True, contradicted=False)
    return case.file, case.turn, account


def _contradicted(case: Case, event: e.PerformanceContradicted) -> Parts:
    account = changed(case.account, proved=False, contradicted=True, lapsed_silent=False)
    return case.file, case.turn, account


def _impasse(case: Case, event: e.ImpasseReported) -> Parts:
    account = changed(
        case.account,
        answered_at=case.account.answered_at or event.at,
        claimed_by=Role.TRADER,
        claimed=event.asked.outcome,
    )
    return case.file, case.turn, account


def _to_delete(case: Case, event: Event) -> Parts:
    """Whoever holds details is told to delete them: its turn is over (PIPL Art 21), or the case is (Art 47)."""
    holdings = told_to_delete(case.file.holdings, None, event.at)
    return changed(case.file, holdings=holdings), case.turn, case.account


# --- the complainant's word ------------------------------------------------------------------------------------


def _word(case: Case, event: e.Confirmed | e.Disputed) -> Parts:
    says = Word.CONFIRMED if isinstance(event, e.Confirmed) else Word.DISPUTED
    account, asked = case.account, event.asked
    account = changed(
        account,
        word=says,
        rating=asked.rating if asked.rating is not None else account.rating,
        confirmed_by=event.by.role if says is Word.CONFIRMED else None,
        contradicted=account.contradicted and says is not Word.CONFIRMED,  # the last word counts
        lapsed_silent=False,
    )
    return case.file, case.turn, account


def _breached(case: Case, event: e.BreachReported) -> Parts:
    account = changed(
        case.account,
        word=Word.DISPUTED,
        confirmed_by=None,
        proved=False,
        contradicted=True,
        lapsed_silent=False,
    )
    return case.file, case.turn, account


def _lapsed(case: Case, event: e.Lapsed) -> Parts:
    if case.status is Status.RESOLUTION_REPORTED:
        return case.file, case.turn, changed(case.account, lapsed_silent=True)
    if case.status is Status.RESOLVED:
        return _to_delete(case, event)
    return case.file, case.turn, case.account


def _withdrawn(case: Case, event: e.Withdrawn) -> Parts:
    file, turn, account = _to_delete(case, event)
    return file, turn, changed(account, withdrawn=True)


def _recorded(case: Case, event: e.Recorded) -> Parts:
    file, turn, account = _to_delete(case, event)
    return file, turn, changed(account, outcome=event.asked.outcome)


def _closed(case: Case, event: e.Closed) -> Parts:
    file, turn, account = _to_delete(case, event)
    asked = event.asked
    settled = asked.confirmed_by is Role.COMPLAINANT and asked.outcome in SETTLED
    return (
        file,
        turn,
        changed(
            account,
            outcome=asked.outcome,
            confirmed_by=asked.confirmed_by or account.confirmed_by,
            word=Word.CONFIRMED if settled else account.word,  # a settlement that the complainant confirmed is a word
            contradicted=account.contradicted and not settled,
        ),
    )


def _reopened(case: Case, event: e.Reopened) -> Parts:
    return case.file, case.turn, changed(case.account, withdrawn=False, outcome=None)


FOLDS: Final[Mapping[type[Event], Fold]] = MappingProxyType(
    {
        e.Acknowledged: _acknowledged,
        e.InformationSupplied: _supplied,
        e.Accepted: _accepted,
        e.Redirected: _redirected,
        e.Uploaded: _uploaded,
        e.Obtained: _obtained,
        e.ContactReported: _contacted,
        e.AttemptReported: _attempted,
        e.TimeAsked: _time_asked,
        e.TimeGranted: _time_answered,
        e.TimeRefused: _time_answered,
        e.ClockStopped: _clock_changed,
        e.ClockResumed: _clock_changed,
        e.OfferMade: _offer_made,
        e.OfferDeclined: _offer_declined,
        e.OfferAccepted: _offer_accepted,
        e.ResolutionReported: _resolution_reported,
        e.PerformanceReported: _performed,
        e.PerformanceContradicted: _contradicted,
        e.ImpasseReported: _impasse,
        e.Rejected: _to_delete,
        e.Recalled: _to_delete,
        e.Confirmed: _word,
        e.Disputed: _word,
        e.BreachReported: _breached,
        e.Lapsed: _lapsed,
        e.Withdrawn: _withdrawn,
        e.Recorded: _recorded,
        e.Closed: _closed,
        e.Reopened: _reopened,
        e.ConsentGiven: around.consent_given,
        e.ConsentWithdrawn: around.consent_withdrawn,
        e.ResearchConsentSet: around.research,
        e.Disclosed: around.disclosed,
        e.EvidenceShared: around.shared,
        e.EvidenceAdded: around.evidence,
        e.Redacted: around.redacted,
        e.MessageAdded: around.message,
        e.ReferenceSet: around.reference,
        e.Assigned: around.assigned,
        e.NoteAdded: around.noted,
        e.Corrected: around.corrected,
        e.Held: around.held,
        e.HoldReleased: around.held,
        e.ImpostorReported: around.impostor,
        e.DeadlineMissed: around.missed,
        e.DeletionConfirmed: around.deletion_confirmed,
        e.Erased: around.erased,
    }
)
