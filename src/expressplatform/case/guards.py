"""What must hold besides the row: one function for each `Guard`.

Laws of this file: a guard looks at one step and answers None, or why not: a code, who must act, a sentence. It never
raises, never changes the case, never quotes what somebody typed, and cites the clause it follows, where there is one.
The map at the foot holds every name of the table; guards on offers, evidence and words stand here, the others in
`guards_of_admission` and `guards_of_time`.
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
from expressplatform.commands import Command
from expressplatform.complaint import MOST_CONSENTS, MOST_EVIDENCE, Evidence
from expressplatform.lifecycle import Guard
from expressplatform.privacy.table import EVERY_FIELD

PATHS: Final = frozenset(
    ".".join(steps[: length + 1])
    for steps in (field.split(".") for field in EVERY_FIELD)
    for length in range(len(steps))
)
"""Every field of a complaint and every part that holds some, as the disclosure table names them."""
_UNKNOWN_PATH: Final = Refusal("not_a_path", "", "Name fields of a complaint, as the disclosure table does.")
_UNKNOWN_CRITERION: Final = Refusal("no_such_criterion", Role.COUNCIL, "Name criteria of the scheme.")


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


def evidence_shared(step: Step) -> Refusal | None:
    """A trader that has read the details reads, one by one, the documents that were shared with it (PIPL Art 6)."""
    named, turn = getattr(step.command, "evidence", ()), step.stands.turn
    if not named:
        return None
    if turn is None or turn.obtained_at is None:
        return Refusal("details_first", Role.TRADER, "The details come first, then what was shared with them.")
    if {(step.by.organisation, one) for one in named} <= {*step.stands.file.shared}:
        return None
    return Refusal("not_shared", Role.COUNCIL, "That document has not been shared with this trader.")


def evidence_new(step: Step) -> Refusal | None:
    """An id names one document for ever."""
    command, held = step.command, {item.id: item for item in step.stands.file.evidence}
    if any(item.id in held for item in brought(command)):
        return Refusal("evidence_exists", step.by.role, "Evidence of that id is on the case already.")
    if isinstance(command, c.Redact) and command.copy.file and command.copy.file == held[command.evidence].file:
        return Refusal("not_masked", step.by.role, "That copy is the document itself: nothing in it is masked.")
    return None


def brought(command: Command) -> tuple[Evidence, ...]:
    """The documents that a command brings."""
    if isinstance(command, c.Lodge | c.SupplyInformation):
        return command.complaint.evidence
    added = command.copy if isinstance(command, c.Redact) else getattr(command, "evidence", None)
    return (added,) if isinstance(added, Evidence) else ()


def room(step: Step) -> Refusal | None:
    """A case holds no more evidence and consents than a complaint may, or it could not be judged or shown again."""
    command, file = step.command, step.stands.file
    evidence = {item.id: item for item in (*brought(command), *file.evidence)}
    consents = {item.recipient for item in file.consents}
    if isinstance(command, c.SupplyInformation):
        consents |= {item.recipient for item in command.complaint.consents}
    elif isinstance(command, c.GiveConsent):
        consents.add(command.consent.recipient)
    files = sum(bool(item.file) for item in evidence.values())
    if len(evidence) <= MOST_EVIDENCE and len(consents) <= MOST_CONSENTS and files <= step.scheme.most_files:
        return None
    return Refusal("too_many", "", "The case holds as much of that as it may.")


def known_words(step: Step) -> Refusal | None:
    """What stands in clear for ever is told in known words: paths into a complaint, and the scheme's criteria."""
    command, criteria = step.command, step.scheme.criteria
    if isinstance(command, c.Decline):
        known = {one.id for one in criteria}
        return None if known.issuperset(command.criteria) else _UNKNOWN_CRITERION
    if isinstance(command, c.RequestInformation):
        known = {f"$.{path}" for path in PATHS}.union(*(one.paths for one in criteria))
        return None if known.issuperset(command.paths) else _UNKNOWN_PATH
    return None if PATHS.issuperset(getattr(command, "kept", ())) else _UNKNOWN_PATH


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
        Guard.EVIDENCE_SHARED: evidence_shared,
        Guard.NO_WORD_YET: no_word_yet,
        Guard.CONSENT_GIVEN: admission.consent_given,
        Guard.CURRENT_NOTICE: admission.current_notice,
        Guard.TEXT_GIVEN: admission.text_given,
        Guard.NOT_ON_HOLD: admission.not_on_hold,
        Guard.ON_HOLD: admission.on_hold,
        Guard.TWO_PERSONS: admission.two_persons,
        Guard.RETENTION_OVER: times.retention_over,
        Guard.KEY_DESTROYED: admission.key_destroyed,
        Guard.OWN_GROUND: admission.own_ground,
        Guard.OWES_DELETION: admission.owes_deletion,
        Guard.AUDIENCE: admission.audience,
        Guard.FUTURE: times.future,
        Guard.ROOM: room,
        Guard.KNOWN_WORDS: known_words,
    }
)
