"""What events around the case change in its file: consents, evidence, references, holds, deletions.

Laws of this file: those of `folds`; none of these events moves a case by what it does here.
"""

from __future__ import annotations

import attrs

from expressplatform import events as e
from expressplatform.case.copies import changed, merged
from expressplatform.case.state import Case, Parts
from expressplatform.codes import Role
from expressplatform.complaint import ERASED, MOST_SAID, Particulars, Said
from expressplatform.lifecycle import OUTSIDE, UNTIL_REPORTED
from expressplatform.privacy.deletion import confirmed, corrected_at, told_to_delete


def consent_given(case: Case, event: e.ConsentGiven) -> Parts:
    consents = merged(case.file.consents, (event.asked.consent,), "recipient")
    return changed(case.file, consents=consents), case.turn, case.account


def consent_withdrawn(case: Case, event: e.ConsentWithdrawn) -> Parts:
    recipient = event.asked.recipient
    # Where the case leaves the trader for it, the trader too is told to stop and delete (PIPL Art 15, Art 47).
    told = None if case.status in UNTIL_REPORTED else recipient
    file = changed(
        case.file,
        consents=tuple(consent for consent in case.file.consents if consent.recipient != recipient),
        withdrawn=(*(pair for pair in case.file.withdrawn if pair[0] != recipient), (recipient, event.at)),
        holdings=told_to_delete(case.file.holdings, told, event.at),
    )
    return file, case.turn, case.account


def research(case: Case, event: e.ResearchConsentSet) -> Parts:
    complaint = attrs.evolve(case.file.complaint, research_consent=event.asked.given)
    return changed(case.file, complaint=complaint, research_consent=event.asked.given), case.turn, case.account


def disclosed(case: Case, event: e.Disclosed) -> Parts:
    told = tuple(dict.fromkeys((*case.file.told, event.disclosure.recipient)))
    return changed(case.file, disclosures=case.file.disclosures + 1, told=told), case.turn, case.account


def shared(case: Case, event: e.EvidenceShared) -> Parts:
    pairs = tuple((event.asked.recipient, item) for item in event.asked.evidence)
    return (
        changed(case.file, shared=tuple(dict.fromkeys((*case.file.shared, *pairs)))),
        case.turn,
        case.account,
    )


def message(case: Case, event: e.MessageAdded) -> Parts:
    """What others write while a trader has the case is for it to read; what it writes itself, it knows."""
    turn = case.turn
    if turn is not None and case.status in UNTIL_REPORTED and event.by.role is not Role.TRADER:
        number = turn.messages[-1].number + 1 if turn.messages else 1
        said = Said(number, event.at, event.by.role, event.asked.particulars)
        turn = changed(turn, messages=(*turn.messages, said)[-MOST_SAID:])
    return case.file, turn, case.account


def evidence(case: Case, event: e.EvidenceAdded) -> Parts:
    return (
        changed(case.file, evidence=(*case.file.evidence, event.asked.evidence)),
        case.turn,
        case.account,
    )


def redacted(case: Case, event: e.Redacted) -> Parts:
    return changed(case.file, evidence=(*case.file.evidence, event.asked.copy)), case.turn, case.account


def reference(case: Case, event: e.ReferenceSet) -> Parts:
    others = tuple(pair for pair in case.file.references if pair[0] != event.by.organisation)
    references = (*others, (event.by.organisation, event.asked.reference))
    return changed(case.file, references=references), case.turn, case.account


def assigned(case: Case, event: e.Assigned) -> Parts:
    return changed(case.file, assignee=event.asked.officer), case.turn, case.account


def corrected(case: Case, event: e.Corrected) -> Parts:
    """Whoever holds the old details reads the new ones or deletes (PDPO DPP2(1); PIPL Art 46)."""
    handling = case.turn.trader if case.turn is not None and case.status in UNTIL_REPORTED else ""
    file = changed(case.file, holdings=corrected_at(case.file.holdings, handling, event.at))
    given = event.asked.particulars
    if isinstance(given, Particulars):
        file = changed(file, complaint=attrs.evolve(file.complaint, particulars=given))
    return file, case.turn, case.account


def held(case: Case, event: e.Held | e.HoldReleased) -> Parts:
    return changed(case.file, on_hold=isinstance(event, e.Held)), case.turn, case.account


def impostor(case: Case, event: e.ImpostorReported) -> Parts:
    file = changed(case.file, impostors=case.file.impostors + 1, alarms=case.file.alarms + 1)
    return file, case.turn, case.account


def noted(case: Case, event: e.NoteAdded) -> Parts:
    """An officer has looked into what was reported, and says so."""
    file = changed(case.file, alarms=0) if case.file.alarms else case.file
    return file, case.turn, case.account


def missed(case: Case, event: e.DeadlineMissed) -> Parts:
    return changed(case.file, missed=case.file.missed + 1), case.turn, case.account


def deletion_confirmed(case: Case, event: e.DeletionConfirmed) -> Parts:
    holdings = confirmed(case.file.holdings, event.by.organisation, event.at)
    return changed(case.file, holdings=holdings), case.turn, case.account


def erased(case: Case, event: e.Erased) -> Parts:
    complaint = attrs.evolve(case.file.complaint, particulars=ERASED)
    holdings = told_to_delete(case.file.holdings, None, event.at)
    turn = changed(case.turn, particulars=ERASED) if case.turn is not None else None
    # A figure must not change by erasing, and from now on the status tells nothing of where the case stood.
    account = changed(case.account, outside=True) if case.status in OUTSIDE else case.account
    return changed(case.file, complaint=complaint, holdings=holdings, alarms=0), turn, account
