"""Guards on who acts, on what is admitted, and on consent: they ask eligibility and privacy.

Laws of this file: those of `guards`. `eligible` alone leaves something behind: the assessment that it made, which
stands in the step for the event to tell.
"""

from __future__ import annotations

from collections.abc import Mapping

from expressplatform import commands as c
from expressplatform.case.step import Refusal, Step, says_why
from expressplatform.codes import Audience, ErasureReason, Role, Stage, Verdict
from expressplatform.complaint import Particulars
from expressplatform.eligibility import assess
from expressplatform.privacy.consent import informed, live, missing_for_upload, still_given
from expressplatform.privacy.deletion import owes
from expressplatform.privacy.disclosure import fields_for
from expressplatform.privacy.transfer import transfer_problem


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
    """A complainant acts on a case of their own council; which one is theirs, whoever calls has checked."""
    return own_council(step)


def authority(step: Step) -> Refusal | None:
    """Who speaks in the complainant's stead needs authority with matter, scope and term (SAMR Order 20, Art 10)."""
    acting = step.by.acting_for
    if acting is None or acting.own_word or step.by.role is not Role.COMPLAINANT:
        return None
    granted = step.stands.file.complaint.complainant.authority
    if granted is None:
        return Refusal("no_authority", Role.COMPLAINANT, "No authority for a representative is on the case.")
    if granted.until is not None and step.scheme.day(step.at) > granted.until:
        return Refusal("authority_ended", Role.COMPLAINANT, "The representative's authority has ended.")
    if isinstance(step.command, c.SupplyInformation) and step.command.complaint.complainant.authority != granted:
        return Refusal("authority_too_narrow", Role.COMPLAINANT, "A representative does not change the authority.")
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
    if step.assessment.verdict is Verdict.OFFICER and says_why(step.command):
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
    """Each recipient has a live consent of its own, under today's terms (PIPL Art 23, Art 14; PDPO DPP3)."""
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
    """An instrument that applies and an impact assessment stand behind the transfer (PIPL Art 38, Arts 55-56)."""
    command: c.Upload = step.command  # type: ignore[assignment]
    case, day = step.stands, step.scheme.day(step.at)
    participant = step.scheme.participant(case.trader, day, step.known)
    code = transfer_problem(
        command.instrument,
        scheme=step.scheme,
        participant=participant,
        impact_assessment=command.impact_assessment,
        recipient=case.trader,
        on=day,
        assessments=step.known.assessments,
    )
    return Refusal(code, Role.COUNCIL, "The transfer lacks an instrument or an impact assessment.") if code else None


def another_participant(step: Step) -> Refusal | None:
    """A case is turned to another trader that takes part."""
    command: c.Redirect = step.command  # type: ignore[assignment]
    if command.trader == step.stands.trader:
        return Refusal("same_trader", Role.COUNCIL, "The case is with this trader already: upload it again.")
    if step.scheme.participant(command.trader, step.scheme.day(step.at), step.known) is None:
        return Refusal("trader_takes_no_part", Role.COUNCIL, "That trader takes no part in the scheme today.")
    return None


def consent_given(step: Step) -> Refusal | None:
    """Only a consent that stands can be taken back."""
    recipient = getattr(step.command, "recipient", "")
    if any(item.recipient == recipient for item in step.stands.file.consents):
        return None
    return Refusal("no_consent", "", "No consent to that recipient stands.")


def current_notice(step: Step) -> Refusal | None:
    """A consent is to the terms of the notice in use (PIPL Art 14), was given by now, not taken back since (Art 15)."""
    given = getattr(step.command, "consent", None)
    if given is not None and not informed(given, step.scheme):
        return Refusal(
            "notice_outdated", Role.COUNCIL, "The consent is to other terms than those of the notice in use."
        )
    if given is not None and given.given_at > step.at:
        return Refusal("in_the_future", step.by.role, "The consent is dated in the future.")
    if given is not None and not still_given(given, step.stands.file.withdrawn):
        return Refusal("consent_withdrawn", Role.COMPLAINANT, "That consent was taken back: a new one is needed.")
    return None


def text_given(step: Step) -> Refusal | None:
    """A step that is nothing without its words has them."""
    return None if says_why(step.command) else Refusal("text_missing", step.by.role, "Words are needed here.")


def not_on_hold(step: Step) -> Refusal | None:
    """A case on hold is not erased (PDPO s.26: law or public interest may forbid it)."""
    if not step.stands.file.on_hold:
        return None
    return Refusal("on_hold", Role.COUNCIL, "The case is on hold: release it first.")


def key_destroyed(step: Step) -> Refusal | None:
    """Nothing opens the case any more: the key store says so, and the erasure only puts it on record."""
    if getattr(step.command, "reason", None) is ErasureReason.KEY_DESTROYED and step.known.key_destroyed:
        return None
    return Refusal("key_there", Role.COUNCIL, "The case is not at its end, and its key is not destroyed.")


def own_ground(step: Step) -> Refusal | None:
    """A council erases on a ground of its own; that the key is gone is for the clock to find."""
    if getattr(step.command, "reason", None) is not ErasureReason.KEY_DESTROYED:
        return None
    return Refusal("wrong_ground", Role.COUNCIL, "Name the council's own ground for erasing.")


def on_hold(step: Step) -> Refusal | None:
    """Only a hold that stands can be released."""
    return None if step.stands.file.on_hold else Refusal("not_on_hold", "", "The case is not on hold.")


def two_persons(step: Step) -> Refusal | None:
    """One asks and another approves."""
    approver = getattr(step.command, "approved_by", "")
    if approver and approver != step.by.person:
        return None
    return Refusal("second_person_needed", Role.COUNCIL, "A second person must approve this.")


def owes_deletion(step: Step) -> Refusal | None:
    """A trader confirms a deletion that it owes (PIPL Art 21, Art 47)."""
    if owes(step.stands.file.holdings, step.by.organisation):
        return None
    return Refusal("nothing_owed", "", "This organisation owes no deletion on this case.")


def audience(step: Step) -> Refusal | None:
    """A hand-over has an audience and fields that the disclosure table knows; traders obtain instead (PIPL Art 6)."""
    command: c.Disclose = step.command  # type: ignore[assignment]
    if command.audience in (Audience.TRADER, Audience.PUBLIC, Audience.COUNCIL):
        return Refusal("wrong_audience", Role.COUNCIL, "This audience is not served by handing over.")
    if any(one.organisation == command.recipient for one in step.known.participants):  # PIPL Art 23
        return Refusal("wrong_audience", Role.COUNCIL, "The recipient is a trader: traders obtain.")
    allowed = fields_for(command.audience, command.purpose, Stage.HANDLING)
    if set(command.fields) <= set(allowed):
        return None
    return Refusal("field_withheld", Role.COUNCIL, "A field is not open to that audience for that purpose.")
