"""What must hold besides the row: one function for each `Guard`.

Laws of this file: a guard looks at one step and answers None, or why not: a code, who must act, a sentence. It
never raises, never changes anything, never quotes what somebody typed, and cites the clause it follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from expressplatform import commands as c
from expressplatform.case import guards_of_admission as admission
from expressplatform.case import guards_of_time as times
from expressplatform.case.step import Refusal, Step
from expressplatform.codes import Role, Word
from expressplatform.lifecycle import Guard


def offer_stands(step: Step) -> Refusal | None:
    """There is an offer of that number that nobody has answered."""
    number = getattr(step.command, "offer", 0)
    turn = step.stands.turn
    offers = turn.offers if turn is not None else ()
    if 1 <= number <= len(offers) and offers[number - 1].open:
        return None
    return Refusal("no_such_offer", Role.TRADER, "No offer of that number stands.")


def offer_open(step: Step) -> Refusal | None:
    """The offer stands and has not expired."""
    if refusal := offer_stands(step):
        return refusal
    turn = step.stands.turn
    terms = turn.offers[getattr(step.command, "offer", 0) - 1].terms if turn is not None else None
    if terms is not None and terms.expires > step.at:
        return None
    return Refusal("offer_expired", Role.TRADER, "The offer has expired: the trader may renew it.")


def rule_admitted(step: Step) -> Refusal | None:
    """A trader rejects on one of the scheme's grounds, by its id."""
    if getattr(step.command, "rule", None) in step.scheme.rejection_rules:
        return None
    return Refusal("rule_not_admitted", Role.TRADER, "The scheme does not admit that ground.")


def evidence_known(step: Step) -> Refusal | None:
    """Evidence that is named is on the case."""
    named = getattr(step.command, "evidence", ())
    wanted = {named} if isinstance(named, str) else set(named)
    if wanted <= {item.id for item in step.stands.file.evidence}:
        return None
    return Refusal("no_such_evidence", step.by.role, "Evidence of that id is not on the case: add it first.")


def evidence_new(step: Step) -> Refusal | None:
    """An id names one document for ever."""
    command = step.command
    added = command.copy if isinstance(command, c.Redact) else getattr(command, "evidence", None)
    if getattr(added, "id", None) not in {item.id for item in step.stands.file.evidence}:
        return None
    return Refusal("evidence_exists", step.by.role, "Evidence of that id is on the case already.")


def no_word_yet(step: Step) -> Refusal | None:
    """The same word is not taken twice."""
    says = Word.CONFIRMED if isinstance(step.command, c.Confirm) else Word.DISPUTED
    if step.stands.account.word is not says:
        return None
    return Refusal("said_already", Role.COMPLAINANT, "The complainant has said so already.")


GUARDS: Final[Mapping[Guard, Callable[[Step], Refusal | None]]] = MappingProxyType(
    {
        Guard.SCHEME_TAKES_LODGERS: admission.scheme_takes_lodgers,
        Guard.PARTICULARS_GIVEN: admission.particulars_given,
        Guard.OWN_COUNCIL: admission.own_council,
        Guard.OWN_CASE: admission.own_case,
        Guard.AUTHORITY: admission.authority,
        Guard.HOLDS_CASE: admission.holds_case,
        Guard.HELD_CASE: admission.held_case,
        Guard.ELIGIBLE: admission.eligible,
        Guard.PARTICIPATION: admission.participation,
        Guard.CONSENT: admission.consent,
        Guard.TRANSFER: admission.transfer,
        Guard.ANOTHER_PARTICIPANT: admission.another_participant,
        Guard.DUTY_OVER: times.duty_over,
        Guard.REMINDED: times.reminded,
        Guard.DUTY_MISSED: times.duty_missed,
        Guard.PROVISIONAL: times.provisional,
        Guard.REMINDER_DUE: times.reminder_due,
        Guard.OFFER_STANDS: offer_stands,
        Guard.OFFER_OPEN: offer_open,
        Guard.RULE_ADMITTED: rule_admitted,
        Guard.TIME_ASKED: times.time_asked,
        Guard.WITHIN_CAP: times.within_cap,
        Guard.CLOCK_STOPPED: times.clock_stopped,
        Guard.EVIDENCE_KNOWN: evidence_known,
        Guard.EVIDENCE_NEW: evidence_new,
        Guard.NO_WORD_YET: no_word_yet,
        Guard.CONSENT_GIVEN: admission.consent_given,
        Guard.CURRENT_NOTICE: admission.current_notice,
        Guard.TEXT_GIVEN: admission.text_given,
        Guard.NOT_ON_HOLD: admission.not_on_hold,
        Guard.ON_HOLD: admission.on_hold,
        Guard.TWO_PERSONS: admission.two_persons,
        Guard.RETENTION_OVER: times.retention_over,
        Guard.OWES_DELETION: admission.owes_deletion,
        Guard.AUDIENCE: admission.audience,
        Guard.FUTURE: times.future,
    }
)
