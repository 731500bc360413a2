"""Who may do what, when, and where it leads: the rules of the lifecycle, each with its reason.

No rule here reads the rows or their groups; each asks, step by step, what may be done, and says why it is so. A change
of a row that breaks no rule is a row without a reason: `tests/mutation` tries them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expressplatform import commands as c
from expressplatform.codes import END, OPEN, Role, Status
from expressplatform.commands import Command
from expressplatform.lifecycle import BY_COMMAND

S = Status
COUNCIL, COMPLAINANT, TRADER, CLOCK = Role.COUNCIL, Role.COMPLAINANT, Role.TRADER, Role.CLOCK
EITHER = (COUNCIL, COMPLAINANT)

Steps = Mapping[tuple[Status | None, Role], Status]


def steps(command: type[Command]) -> Steps:
    """All that a command may do: from where and by whom, and where it leads."""
    found = {}
    for status in (None, *Status):
        for role in Role:
            row = BY_COMMAND.get((status, command, role))
            if row is not None:
                found[status, role] = row.target
    return found


def moves(target: Status, by: Iterable[Role], *where: Status | None) -> Steps:
    """From each of these, by each of these, to one."""
    return {(status, role): target for role in by for status in where}


def stays(by: Iterable[Role], where: Iterable[Status]) -> Steps:
    """In each of these, by each of these, and nothing moves."""
    return {(status, role): status for role in by for status in where}


def never_together(*parts: Steps) -> Steps:
    """Several ways of one command, none of which is another."""
    whole: dict[tuple[Status | None, Role], Status] = {}
    for part in parts:
        assert not whole.keys() & part.keys()
        whole |= part
    return whole


BEFORE_ACCEPTING = (S.LODGED, S.NEEDS_INFORMATION)
BEFORE_UPLOAD = (*BEFORE_ACCEPTING, S.ELIGIBLE)
TRADER_WORKS = (S.UPLOADED, S.OBTAINED, S.IN_CONCILIATION)
TRADER_HOLDS = (*TRADER_WORKS, S.RESOLUTION_REPORTED)
TRADER_HAS_READ = (S.OBTAINED, S.IN_CONCILIATION, S.RESOLUTION_REPORTED)
SPEAKING = (S.OBTAINED, S.IN_CONCILIATION)
COUNCIL_DECIDES = (S.OUTSIDE_SCHEME, S.REFERRED_BACK, S.FURTHER_HANDLING)
AFTER_A_REPORT = (S.RESOLUTION_REPORTED, S.RESOLVED)
READABLE = OPEN | END


class TestComingIn:
    """A complaint is the council's to take in: it screens, asks, accepts or declines, and nobody else does."""

    def test_a_complaint_is_lodged_once_through_the_council_or_by_whoever_complains(self) -> None:
        assert steps(c.Lodge) == moves(S.LODGED, EITHER, None)

    def test_the_council_acknowledges_what_waits_to_be_screened(self) -> None:
        assert steps(c.Acknowledge) == stays((COUNCIL,), (S.LODGED,))

    def test_the_council_asks_and_the_case_waits_for_the_answer(self) -> None:
        assert steps(c.RequestInformation) == moves(S.NEEDS_INFORMATION, (COUNCIL,), S.LODGED)

    def test_whoever_knows_more_tells_it_until_the_council_has_decided_and_the_screening_begins_again(self) -> None:
        assert steps(c.SupplyInformation) == moves(S.LODGED, EITHER, *BEFORE_ACCEPTING)

    def test_only_what_is_complete_is_accepted(self) -> None:
        """Not while an answer is outstanding: the assessment is on what was told."""
        assert steps(c.Accept) == moves(S.ELIGIBLE, (COUNCIL,), S.LODGED)

    def test_the_council_declines_at_any_time_before_the_trader_hears_of_the_case(self) -> None:
        assert steps(c.Decline) == moves(S.OUTSIDE_SCHEME, (COUNCIL,), *BEFORE_UPLOAD)


class TestGoingOut:
    """Personal data leave the council by one door, to one trader, and can be called back (PIPL Art 23, PDPO DPP3)."""

    def test_only_the_council_uploads_and_only_what_was_accepted_or_came_back(self) -> None:
        assert steps(c.Upload) == moves(S.UPLOADED, (COUNCIL,), S.ELIGIBLE, S.REFERRED_BACK)

    def test_for_another_trader_the_case_is_screened_anew(self) -> None:
        """Consent and participation are another trader's: what came back is not just handed on."""
        assert steps(c.Redirect) == moves(S.LODGED, (COUNCIL,), S.REFERRED_BACK)

    def test_the_trader_reads_what_was_uploaded_and_may_read_it_again_while_it_holds_the_case(self) -> None:
        first, again = moves(S.OBTAINED, (TRADER,), S.UPLOADED), stays((TRADER,), TRADER_HAS_READ)
        assert steps(c.Obtain) == never_together(first, again)

    def test_the_council_calls_a_case_back_from_whoever_holds_it(self) -> None:
        assert steps(c.Recall) == moves(S.REFERRED_BACK, (COUNCIL,), *TRADER_HOLDS)

    def test_what_else_is_disclosed_is_the_councils_doing_as_long_as_there_is_something_to_disclose(self) -> None:
        assert steps(c.Disclose) == stays((COUNCIL,), READABLE)

    def test_evidence_is_shown_and_masked_by_those_whose_case_it_is(self) -> None:
        """A trader neither shows the complainant's evidence around nor makes copies of it."""
        assert steps(c.ShareEvidence) == steps(c.Redact) == stays(EITHER, OPEN)


class TestConciliating:
    """The trader works on a case that it has read; it reports, and the complainant's word decides."""

    def test_who_has_read_speaks_with_the_complainant(self) -> None:
        assert steps(c.ReportContact) == moves(S.IN_CONCILIATION, (TRADER,), S.OBTAINED)

    def test_attempts_questions_and_requests_for_time_belong_to_the_talks(self) -> None:
        for command in (c.ReportAttempt, c.AskInformation, c.AskTime):
            assert steps(command) == stays((TRADER,), SPEAKING), command

    def test_time_is_the_councils_to_grant_and_to_refuse(self) -> None:
        assert steps(c.GrantTime) == steps(c.RefuseTime) == stays((COUNCIL,), SPEAKING)

    def test_offers_are_made_and_answered_in_the_talks(self) -> None:
        """One side offers, the other takes or leaves it; only taking it settles the case."""
        assert steps(c.MakeOffer) == stays((TRADER,), (S.IN_CONCILIATION,))
        assert steps(c.DeclineOffer) == stays((COMPLAINANT,), (S.IN_CONCILIATION,))
        assert steps(c.AcceptOffer) == moves(S.RESOLVED, (COMPLAINANT,), S.IN_CONCILIATION)

    def test_a_report_of_the_trader_is_never_the_end(self) -> None:
        """It waits for the complainant, also where it comes late, after the case went back."""
        where = (*SPEAKING, S.REFERRED_BACK, S.FURTHER_HANDLING)
        assert steps(c.ReportResolution) == moves(S.RESOLUTION_REPORTED, (TRADER,), *where)

    def test_a_trader_that_cannot_settle_gives_the_case_back(self) -> None:
        assert steps(c.ReportImpasse) == moves(S.REFERRED_BACK, (TRADER,), *SPEAKING)

    def test_a_trader_turns_a_case_away_until_it_has_reported(self) -> None:
        """Unread or read, but not after it has said what came of it."""
        assert steps(c.Reject) == moves(S.REFERRED_BACK, (TRADER,), *TRADER_WORKS)


class TestTheComplainantsWord:
    """What the complainant says of the outcome stands above what the trader reports."""

    def test_the_complainant_confirms_whenever_a_trader_has_or_had_the_case(self) -> None:
        """Also where nothing was reported, and once more, with a rating, where it was settled without a word."""
        where = (*TRADER_HOLDS, S.REFERRED_BACK, S.FURTHER_HANDLING)
        settled = stays((COMPLAINANT,), (S.RESOLVED,))
        assert steps(c.Confirm) == never_together(moves(S.RESOLVED, (COMPLAINANT,), *where), settled)

    def test_who_disputes_a_result_gets_the_council(self) -> None:
        """The council has the case already where it came back: there the word is noted."""
        disputed = moves(S.REFERRED_BACK, (COMPLAINANT,), *AFTER_A_REPORT)
        noted = stays((COMPLAINANT,), (S.REFERRED_BACK, S.FURTHER_HANDLING))
        assert steps(c.Dispute) == never_together(disputed, noted)

    def test_a_promise_that_was_not_kept_brings_the_case_back(self) -> None:
        assert steps(c.ReportBreach) == moves(S.REFERRED_BACK, (COMPLAINANT,), S.RESOLVED)

    def test_performance_is_told_and_contradicted_by_those_who_can_see_it(self) -> None:
        """To tell it moves nothing; to contradict it brings the case back."""
        seers = (TRADER, COUNCIL)
        assert steps(c.ReportPerformance) == stays(seers, AFTER_A_REPORT)
        assert steps(c.ContradictPerformance) == moves(S.REFERRED_BACK, seers, *AFTER_A_REPORT)


class TestTheCouncilAtTheEnd:
    """What the scheme cannot settle the council handles or puts on record; what ended can begin again."""

    def test_what_is_outside_the_scheme_or_came_back_is_taken_up_or_recorded(self) -> None:
        where = (S.OUTSIDE_SCHEME, S.REFERRED_BACK)
        assert steps(c.TakeUp) == moves(S.FURTHER_HANDLING, (COUNCIL,), *where)
        assert steps(c.Record) == moves(S.RECORDED, (COUNCIL,), *where)

    def test_only_what_the_council_has_taken_up_it_closes(self) -> None:
        assert steps(c.Close) == moves(S.CLOSED, (COUNCIL,), S.FURTHER_HANDLING)

    def test_new_facts_open_a_case_where_it_stood_before_its_end(self) -> None:
        """Before the screening where nobody had decided, with the council where it had been handled."""
        screened_anew = moves(S.LODGED, (COUNCIL,), S.RECORDED, S.WITHDRAWN)
        assert steps(c.Reopen) == never_together(screened_anew, moves(S.FURTHER_HANDLING, (COUNCIL,), S.CLOSED))

    def test_the_council_erases_what_has_ended_and_the_clock_what_has_no_time_or_no_key_left(self) -> None:
        """A key may be gone wherever a case stands: then nothing personal can be read, and the record says so."""
        assert steps(c.Erase) == never_together(moves(S.ERASED, (COUNCIL,), *END), moves(S.ERASED, (CLOCK,), *READABLE))


class TestConsentAndLeaving:
    """Whoever complains may leave, and take every consent back, at any time (PIPL Art 15)."""

    def test_who_complains_leaves_an_open_case_until_it_is_settled(self) -> None:
        """Themselves or through the council; what is settled has nothing left to withdraw."""
        assert steps(c.Withdraw) == moves(S.WITHDRAWN, EITHER, *(OPEN - {S.RESOLVED}))

    def test_consent_is_taken_back_wherever_somebody_may_still_hold_what_was_shown(self) -> None:
        """Before the upload there is then nothing to upload; from the trader the case comes back at once."""
        assert steps(c.WithdrawConsent) == never_together(
            moves(S.OUTSIDE_SCHEME, EITHER, *BEFORE_UPLOAD),
            moves(S.REFERRED_BACK, EITHER, *TRADER_HOLDS),
            stays(EITHER, (*COUNCIL_DECIDES, S.RESOLVED, *END)),
        )
        assert {status for status, _ in steps(c.WithdrawConsent)} == READABLE

    def test_consent_is_given_where_it_can_still_lead_to_something(self) -> None:
        """Before an upload and with the council, who may upload again: not while a trader holds the case."""
        assert steps(c.GiveConsent) == stays(EITHER, (*BEFORE_UPLOAD, *COUNCIL_DECIDES))

    def test_consent_to_research_is_given_and_taken_back_as_long_as_there_is_something_to_research(self) -> None:
        assert steps(c.SetResearchConsent) == stays(EITHER, READABLE)

    def test_particulars_are_corrected_as_long_as_they_are_there(self) -> None:
        assert steps(c.Correct) == stays(EITHER, READABLE)


class TestSpeakingAndKeeping:
    """Notes, messages, files and numbers never move a case."""

    def test_messages_and_files_are_added_while_the_case_is_open(self) -> None:
        """By its parties: a trader from its reading to the answer to its report."""
        parties = never_together(stays(EITHER, OPEN), stays((TRADER,), TRADER_HAS_READ))
        assert steps(c.AddMessage) == steps(c.AddEvidence) == parties

    def test_each_side_has_a_number_of_its_own(self) -> None:
        assert steps(c.SetReference) == never_together(stays((COUNCIL,), OPEN), stays((TRADER,), TRADER_HAS_READ))

    def test_an_open_case_is_given_to_somebody_at_the_council(self) -> None:
        assert steps(c.Assign) == stays((COUNCIL,), OPEN)

    def test_the_council_notes_and_holds_what_is_not_erased(self) -> None:
        """A hold keeps a case from being erased, so it is for ended ones too."""
        for command in (c.AddNote, c.Hold, c.ReleaseHold):
            assert steps(command) == stays((COUNCIL,), READABLE), command

    def test_an_impostor_is_reported_from_the_upload_on(self) -> None:
        """Who calls in the trader's name can only have heard of a case that went to it."""
        where = (*TRADER_HOLDS, S.RESOLVED, S.REFERRED_BACK, S.FURTHER_HANDLING)
        assert steps(c.ReportImpostor) == stays(EITHER, where)

    def test_a_trader_confirms_a_deletion_whatever_became_of_the_case(self) -> None:
        """It owes the deletion for ever, also when the case itself is erased."""
        assert steps(c.ConfirmDeletion) == stays((TRADER,), Status)


class TestTheClock:
    """Time ends what nobody ends, reminds, and never decides what a person must."""

    def test_what_nobody_answered_ends_where_the_next_one_is_asked(self) -> None:
        """An answer that never came ends the case; a trader's silence gives it back; a complainant's lets it rest."""
        assert steps(c.Lapse) == never_together(
            moves(S.RECORDED, (CLOCK,), S.NEEDS_INFORMATION),
            moves(S.REFERRED_BACK, (CLOCK,), *TRADER_WORKS),
            moves(S.RESOLVED, (CLOCK,), S.RESOLUTION_REPORTED),
            moves(S.CLOSED, (CLOCK,), S.RESOLVED),
        )

    def test_what_the_council_owes_is_missed_and_stays_owed(self) -> None:
        """The council's own delay never moves a case: nobody else can do what it has to do."""
        assert steps(c.MissDeadline) == stays((CLOCK,), (S.LODGED, S.ELIGIBLE, *COUNCIL_DECIDES))

    def test_every_open_status_has_its_end_of_time_and_only_one(self) -> None:
        lapses, misses = ({status for status, _ in steps(command)} for command in (c.Lapse, c.MissDeadline))
        assert lapses | misses == OPEN
        assert not lapses & misses

    def test_only_who_complains_is_reminded(self) -> None:
        """Where their answer is waited for, before their silence counts."""
        assert steps(c.Remind) == stays((CLOCK,), (S.NEEDS_INFORMATION, S.RESOLUTION_REPORTED))

    def test_the_council_stops_the_clock_of_a_case_with_the_trader_and_it_runs_again_by_itself(self) -> None:
        assert steps(c.StopClock) == stays((COUNCIL,), TRADER_HOLDS)
        assert steps(c.ResumeClock) == stays((COUNCIL, CLOCK), TRADER_HOLDS)

    def test_ends_are_computed_again_while_a_case_is_open(self) -> None:
        assert steps(c.Reschedule) == stays((CLOCK,), OPEN)


class TestWhatNobodyMayDo:
    """Over all commands together."""

    def test_operator_and_auditor_touch_no_case(self) -> None:
        assert not {Role.OPERATOR, Role.AUDITOR} & {role for _, _, role in BY_COMMAND}

    def test_what_is_erased_stays_erased(self) -> None:
        assert {row.target for (status, _, _), row in BY_COMMAND.items() if status is S.ERASED} == {S.ERASED}
