"""What must hold besides the row: one function for each `Guard`, and nothing that changes anything.

Laws of this file: a guard looks at one step and answers None, or why not: a code, who must act, a sentence. It
never raises, never quotes what somebody typed, and cites the clause on the line that enforces it. Eligibility,
privacy and deadlines judge; a guard only asks them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from expressplatform import commands as c
from expressplatform.case.state import Case
from expressplatform.codes import Audience, Duty, Role, Stage, Verdict, Word
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Complaint, Particulars, Remark
from expressplatform.deadlines.duties import stopped_days
from expressplatform.eligibility import assess
from expressplatform.events import Timer
from expressplatform.lifecycle import Guard
from expressplatform.privacy.consent import live, missing_for_upload
from expressplatform.privacy.deletion import owes
from expressplatform.privacy.disclosure import fields_for
from expressplatform.privacy.transfer import transfer_problem
from expressplatform.scheme import Assessment, Known, Scheme


class Refusal(NamedTuple):
    """Why a guard says no: a stable code, who can change that (empty: nobody), and a sentence."""

    code: str
    who: str
    reason: str


@attrs.define
class Step:
    """One attempted step: what a guard may look at. ``assessment`` is kept for the event once it was made."""

    case: Case | None
    command: Command
    by: Actor
    at: datetime
    scheme: Scheme
    known: Known
    assessment: Assessment | None = None

    @property
    def stands(self) -> Case:
        """The case; only Lodge has none, and its guards do not ask."""
        if self.case is None:
            raise LookupError("this guard needs a case")
        return self.case

    @property
    def complaint(self) -> Complaint:
        """The complaint as the criteria should see it: the last facts, consents and evidence."""
        file = self.stands.file
        return attrs.evolve(file.complaint, consents=file.consents, evidence=file.evidence)


def scheme_takes_lodgers(step: Step) -> Refusal | None:
    """Whether the scheme lets complainants lodge by themselves."""
    if step.by.role in step.scheme.lodged_by:
        return None
    return Refusal("council_must_lodge", Role.COUNCIL, "This scheme takes complaints through the council.")


def particulars_given(step: Step) -> Refusal | None:
    """A complaint needs somebody who complains (SAMR Order 20, Art 9)."""
    command = step.command
    if isinstance(command, c.Lodge | c.SupplyInformation):
        given = isinstance(command.complaint.particulars, Particulars)
    else:
        given = isinstance(getattr(command, "particulars", None), Particulars)
    return None if given else Refusal("particulars_missing", step.by.role, "The particulars are missing.")


def own_council(step: Step) -> Refusal | None:
    """A council acts on its own cases; at lodging, the scheme's council or one that it speaks for."""
    if step.case is None or step.by.organisation == step.case.file.council:
        return None
    return Refusal("not_your_case", "", "Another council has this case.")


def own_case(step: Step) -> Refusal | None:
    """A complainant acts on a case of their own council; which one is theirs, the shell has checked."""
    return own_council(step)


def authority(step: Step) -> Refusal | None:
    """Somebody who speaks for the complainant needs authority with matter, scope and term (SAMR Order 20, Art 10)."""
    acting = step.by.acting_for
    if acting is None or acting.whom is not Role.COMPLAINANT or step.by.role is not Role.COMPLAINANT:
        return None
    granted = step.stands.file.complaint.complainant.authority
    if granted is None:
        return Refusal("no_authority", Role.COMPLAINANT, "No authority for a representative is on the case.")
    if granted.until is not None and step.scheme.day(step.at) > granted.until:
        return Refusal("authority_ended", Role.COMPLAINANT, "The representative's authority has ended.")
    settles = isinstance(step.command, c.AcceptOffer | c.Confirm | c.Withdraw)
    if settles and not granted.may_settle:
        return Refusal("authority_too_narrow", Role.COMPLAINANT, "The authority does not cover settling.")
    return None


def holds_case(step: Step) -> Refusal | None:
    """A trader acts on the cases that were uploaded to it, and no others."""
    turn = step.stands.turn
    if turn is not None and turn.trader == step.by.organisation:
        return None
    return Refusal("not_your_case", "", "This case is not with this trader.")


def held_case(step: Step) -> Refusal | None:
    """A late result comes from the trader that held the case and obtained its details."""
    turn = step.stands.turn
    if turn is not None and turn.trader == step.by.organisation and turn.obtained_at is not None:
        return None
    return Refusal("not_your_case", "", "This trader has not handled the case.")


def eligible(step: Step) -> Refusal | None:
    """The verdict is ELIGIBLE as at the filing date; or OFFICER, and the officer says why (HKCC 2019)."""
    case = step.stands
    on = step.scheme.day(case.file.filed_at)
    step.assessment = assess(step.complaint, scheme=step.scheme, on=on, known=step.known)
    if step.assessment.verdict is Verdict.ELIGIBLE:
        return None
    if step.assessment.verdict is Verdict.OFFICER and _says_why(step.command):
        return None
    codes: Mapping[Verdict, tuple[str, str]] = {
        Verdict.OFFICER: ("officer_must_say_why", "An officer decides this case, and must say why."),
        Verdict.NEEDS_INFORMATION: ("information_missing", "Something is still missing: ask for it first."),
        Verdict.INELIGIBLE: ("not_eligible", "A criterion is not met: decline the case, or correct it."),
    }
    code, reason = codes[step.assessment.verdict]
    against = ", ".join(finding.id for finding in step.assessment.against)
    return Refusal(code, Role.COUNCIL, f"{reason} Open criteria: {against}.")


def participation(step: Step) -> Refusal | None:
    """The trader takes part on the day of the upload (HKCC 2019); eligibility is not judged again."""
    case = step.stands
    if step.scheme.participant(case.trader, step.scheme.day(step.at), step.known) is not None:
        return None
    return Refusal("trader_takes_no_part", Role.COUNCIL, "The trader takes no part in the scheme today.")


def consent(step: Step) -> Refusal | None:
    """Each recipient has a live consent of its own, under the notice in use (PIPL Art 23, Art 14; PDPO DPP3)."""
    case = step.stands
    if isinstance(step.command, c.Obtain):
        if live(case.file.consents, case.trader, step.at) is not None:
            return None
        return Refusal("no_consent", Role.COMPLAINANT, "The complainant's consent to this trader is not live.")
    missing = missing_for_upload(case.file.consents, trader=case.trader, scheme=step.scheme, at=step.at)
    if not missing:
        return None
    return Refusal("no_consent", Role.COMPLAINANT, f"A consent is missing for: {', '.join(missing)}.")


def transfer(step: Step) -> Refusal | None:
    """An instrument that applies and an impact assessment stand behind the transfer (PIPL Art 38, Art 55)."""
    if not isinstance(step.command, c.Upload):
        return None
    case = step.stands
    participant = step.scheme.participant(case.trader, step.scheme.day(step.at), step.known)
    code = transfer_problem(
        step.command.instrument,
        scheme=step.scheme,
        participant=participant,
        impact_assessment=step.command.impact_assessment,
    )
    return Refusal(code, Role.COUNCIL, "The transfer lacks an instrument or an impact assessment.") if code else None


def another_participant(step: Step) -> Refusal | None:
    """A case is turned to another trader that takes part."""
    if not isinstance(step.command, c.Redirect):
        return None
    if step.command.trader == step.stands.trader:
        return Refusal("same_trader", Role.COUNCIL, "The case is with this trader already: upload it again.")
    if step.scheme.participant(step.command.trader, step.scheme.day(step.at), step.known) is None:
        return Refusal("trader_takes_no_part", Role.COUNCIL, "That trader takes no part in the scheme today.")
    return None


def _duty(command: Command) -> Duty | None:
    duty = getattr(command, "duty", None)
    return duty if isinstance(duty, Duty) else None


def _timer(step: Step) -> Timer | None:
    duty = _duty(step.command)
    return step.stands.timer(duty) if duty is not None else None


def duty_over(step: Step) -> Refusal | None:
    """The duty runs, and its time is over."""
    timer = _timer(step)
    if timer is None:
        return Refusal("no_such_duty", "", "That duty is not running on this case.")
    if step.at < timer.due:
        return Refusal("not_due", timer.owner, "The time of that duty is not over.")
    return None


def reminded(step: Step) -> Refusal | None:
    """Silence counts only after a reminder."""
    timer = _timer(step)
    if timer is None or timer.remind_at is None:
        return None
    return Refusal("not_reminded", Role.CLOCK, "The complainant has not been reminded yet.")


def reminder_due(step: Step) -> Refusal | None:
    """A reminder is given once, when it is due."""
    timer = _timer(step)
    if timer is None or timer.remind_at is None:
        return Refusal("no_reminder", "", "No reminder is open for that duty.")
    if step.at < timer.remind_at:
        return Refusal("not_due", Role.CLOCK, "The reminder is not due yet.")
    return None


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


def time_asked(step: Step) -> Refusal | None:
    """The trader has asked for time, and no more is granted than was asked for."""
    turn = step.stands.turn
    asked = turn.asked_days if turn is not None else None
    if asked is None:
        return Refusal("no_time_asked", Role.TRADER, "The trader has not asked for time.")
    if isinstance(step.command, c.GrantTime) and step.command.days > asked:
        return Refusal("more_than_asked", Role.COUNCIL, "That is more than the trader asked for.")
    return None


def within_cap(step: Step) -> Refusal | None:
    """All stops and grants of a duty together stay within the scheme's cap of days."""
    command = step.command
    timer = step.stands.timer(Duty.RESOLVE) if isinstance(command, c.GrantTime) else _timer(step)
    if timer is None:
        return Refusal("no_such_duty", "", "That duty is not running on this case.")
    used = timer.granted + stopped_days(timer, step.scheme)
    if isinstance(command, c.GrantTime):
        more = command.days
    elif isinstance(command, c.StopClock):
        more = (step.scheme.day(command.until) - step.scheme.day(step.at)).days
    else:
        more = 0
    if used + more <= step.scheme.stop_cap_days:
        return None
    return Refusal("over_the_cap", Role.COUNCIL, "The scheme does not let the clock stand still for so long.")


def future(step: Step) -> Refusal | None:
    """An expiry or the end of a stop lies ahead."""
    command = step.command
    ahead = command.expires if isinstance(command, c.MakeOffer) else getattr(command, "until", None)
    if isinstance(command, c.StopClock):
        timer = _timer(step)
        if timer is not None and timer.paused_until is not None:
            return Refusal("clock_stands_still", Role.COUNCIL, "The clock of that duty stands still already.")
    if isinstance(ahead, datetime) and ahead.astimezone(UTC) > step.at:
        return None
    return Refusal("in_the_past", step.by.role, "That instant is not in the future.")


def clock_stopped(step: Step) -> Refusal | None:
    """The clock of the duty stands still; by itself it runs again when the stop ends, by a council's word earlier."""
    timer = _timer(step)
    if timer is None or timer.paused_until is None:
        return Refusal("clock_runs", "", "The clock of that duty does not stand still.")
    if step.by.role is Role.CLOCK and step.at < timer.paused_until:
        return Refusal("not_due", Role.CLOCK, "The stop is not over.")
    return None


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


def consent_given(step: Step) -> Refusal | None:
    """Only a consent that stands can be taken back."""
    recipient = getattr(step.command, "recipient", "")
    if any(item.recipient == recipient for item in step.stands.file.consents):
        return None
    return Refusal("no_consent", "", "No consent to that recipient stands.")


def current_notice(step: Step) -> Refusal | None:
    """A consent is to the notice in use (PIPL Art 14), and was given by now."""
    given = getattr(step.command, "consent", None)
    if given is not None and given.notice != step.scheme.notice:
        return Refusal("notice_outdated", Role.COUNCIL, "The consent is to another notice than the one in use.")
    if given is not None and given.given_at > step.at:
        return Refusal("in_the_future", step.by.role, "The consent is dated in the future.")
    return None


def _says_why(command: Command) -> bool:
    remark = getattr(command, "particulars", None)
    return isinstance(remark, Remark) and bool(remark.text.strip())


def text_given(step: Step) -> Refusal | None:
    """A step that is nothing without its words has them."""
    return None if _says_why(step.command) else Refusal("text_missing", step.by.role, "Words are needed here.")


def not_on_hold(step: Step) -> Refusal | None:
    """A case on hold is not erased (PDPO s.26: law or public interest may forbid it)."""
    if not step.stands.file.on_hold:
        return None
    return Refusal("on_hold", Role.COUNCIL, "The case is on hold: release it first.")


def on_hold(step: Step) -> Refusal | None:
    """Only a hold that stands can be released."""
    return None if step.stands.file.on_hold else Refusal("not_on_hold", "", "The case is not on hold.")


def two_persons(step: Step) -> Refusal | None:
    """One asks and another approves."""
    approver = getattr(step.command, "approved_by", "")
    if approver and approver != step.by.person:
        return None
    return Refusal("second_person_needed", Role.COUNCIL, "A second person must approve this.")


def retention_over(step: Step) -> Refusal | None:
    """By itself a case is erased when its time of keeping is over (PDPO DPP2(2), PIPL Art 19)."""
    timer = step.stands.timer(Duty.RETAIN)
    if timer is not None and timer.due <= step.at:
        return None
    return Refusal("not_due", Role.CLOCK, "The time of keeping is not over.")


def owes_deletion(step: Step) -> Refusal | None:
    """A trader confirms a deletion that it owes (PIPL Art 21, Art 47)."""
    if owes(step.stands.file.holdings, step.by.organisation):
        return None
    return Refusal("nothing_owed", "", "This organisation owes no deletion on this case.")


def audience(step: Step) -> Refusal | None:
    """A hand-over has an audience and fields that the disclosure table knows; traders obtain instead (PIPL Art 6)."""
    command = step.command
    if not isinstance(command, c.Disclose):
        return None
    if command.audience in (Audience.TRADER, Audience.PUBLIC, Audience.COUNCIL):
        return Refusal("wrong_audience", Role.COUNCIL, "This audience is not served by handing over.")
    allowed = fields_for(command.audience, command.purpose, Stage.HANDLING)
    if set(command.fields) <= set(allowed):
        return None
    return Refusal("field_withheld", Role.COUNCIL, "A field is not open to that audience for that purpose.")


def duty_missed(step: Step) -> Refusal | None:
    """A council's duty is over; the case waits on."""
    return duty_over(step)


GUARDS: Final[Mapping[Guard, Callable[[Step], Refusal | None]]] = MappingProxyType(
    {
        Guard.SCHEME_TAKES_LODGERS: scheme_takes_lodgers,
        Guard.PARTICULARS_GIVEN: particulars_given,
        Guard.OWN_COUNCIL: own_council,
        Guard.OWN_CASE: own_case,
        Guard.AUTHORITY: authority,
        Guard.HOLDS_CASE: holds_case,
        Guard.HELD_CASE: held_case,
        Guard.ELIGIBLE: eligible,
        Guard.PARTICIPATION: participation,
        Guard.CONSENT: consent,
        Guard.TRANSFER: transfer,
        Guard.ANOTHER_PARTICIPANT: another_participant,
        Guard.DUTY_OVER: duty_over,
        Guard.REMINDED: reminded,
        Guard.DUTY_MISSED: duty_missed,
        Guard.REMINDER_DUE: reminder_due,
        Guard.OFFER_STANDS: offer_stands,
        Guard.OFFER_OPEN: offer_open,
        Guard.RULE_ADMITTED: rule_admitted,
        Guard.TIME_ASKED: time_asked,
        Guard.WITHIN_CAP: within_cap,
        Guard.CLOCK_STOPPED: clock_stopped,
        Guard.EVIDENCE_KNOWN: evidence_known,
        Guard.EVIDENCE_NEW: evidence_new,
        Guard.NO_WORD_YET: no_word_yet,
        Guard.CONSENT_GIVEN: consent_given,
        Guard.CURRENT_NOTICE: current_notice,
        Guard.TEXT_GIVEN: text_given,
        Guard.NOT_ON_HOLD: not_on_hold,
        Guard.ON_HOLD: on_hold,
        Guard.TWO_PERSONS: two_persons,
        Guard.RETENTION_OVER: retention_over,
        Guard.OWES_DELETION: owes_deletion,
        Guard.AUDIENCE: audience,
        Guard.FUTURE: future,
    }
)
