"""From lodging to the upload: filing date, acceptance, consent, transfer, and whose case it is."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import attrs
import pytest

from expressplatform import commands as c
from expressplatform import events as e
from expressplatform.case import allowed, decide
from expressplatform.codes import Channel, DeclineReason, Duty, Instrument, RejectionRule, Role, Status, Verdict
from expressplatform.complaint import ERASED, ActingFor, Actor, Authority, Evidence, Shop, TraderRef
from expressplatform.errors import InvalidInput, Problem, Refused
from expressplatform.money import Money
from expressplatform.scheme import Known, Participant
from expressplatform.schemes import HK_CCA
from tests.walking import (
    EXAMPLES,
    JD,
    NUMBERS,
    OFFER,
    OFFICER,
    PERSON,
    RESOLUTION,
    SAID,
    START,
    TAOBAO,
    UPLOAD,
    Walk,
    consent_to,
    in_status,
)
from tests.whole_complaint import WHOLE, put

DAY = timedelta(days=1)
COSTLY = put(WHOLE, "claimed", Money("HKD", 6_000_000))
"""Above the scheme's ceiling: an officer decides."""


class TestLodging:
    """A complaint comes in with its particulars, through the council or, where the scheme says so, by itself."""

    def test_a_complainant_lodges_where_the_scheme_takes_it(self) -> None:
        assert Walk(by=PERSON).case.file.council == "hkcc"

    def test_a_complainant_is_sent_to_the_council_where_the_scheme_does_not_take_it(self) -> None:
        scheme = attrs.evolve(HK_CCA, lodged_by=frozenset({Role.COUNCIL}))
        with pytest.raises(Refused) as refused:
            Walk(by=PERSON, scheme=scheme)
        assert (refused.value.code, refused.value.who_must_act) == ("council_must_lodge", "council")
        assert Walk(scheme=scheme).status is Status.LODGED

    @pytest.mark.parametrize("by", [OFFICER, PERSON])
    def test_a_complaint_without_particulars_is_none(self, by: Actor) -> None:
        with pytest.raises(Refused, match="particulars_missing"):
            Walk(put(WHOLE, "particulars", ERASED), by=by)

    def test_it_carries_the_numbers_drawn_for_it_and_the_edition_that_judges_it(self) -> None:
        case = Walk().case
        assert (case.id, case.reference) == (NUMBERS.case_id, NUMBERS.reference)
        assert (case.scheme, case.edition) == (HK_CCA.id, HK_CCA.edition)
        assert case.version == 1

    def test_the_councils_own_number_is_among_the_references(self) -> None:
        walk = Walk(put(WHOLE, "council_reference", "F-1")).do(c.SetReference("F-2"))
        assert walk.case.file.references == (("hkcc", "F-2"),)
        assert Walk().case.file.references == ()

    def test_a_case_is_lodged_once(self) -> None:
        assert Walk().refused(c.Lodge(WHOLE)).code == "wrong_status"


class TestInstants:
    """Steps happen at an instant that everybody reads alike, one after the other."""

    def test_an_instant_without_an_offset_is_refused(self) -> None:
        walk = Walk()
        with pytest.raises(InvalidInput) as invalid:
            decide(walk.case, c.Accept(), by=OFFICER, at=START.replace(tzinfo=None), scheme=HK_CCA)
        naive = Problem("$.at", "instant", "must be a date and time with an offset from UTC")
        assert invalid.value.problems == (naive,)

    def test_an_instant_of_any_zone_is_kept_in_utc(self) -> None:
        walk = Walk()
        (event,) = decide(walk.case, c.Accept(), by=OFFICER, at=START.astimezone(HK_CCA.zone), scheme=HK_CCA)
        assert (event.at, event.at.tzinfo) == (START, UTC)

    def test_nothing_happens_before_the_last_thing_that_happened(self) -> None:
        assert Walk().refused(c.Accept(), after=-timedelta.resolution).code == "at_goes_back"

    def test_two_things_may_happen_at_one_instant(self) -> None:
        assert Walk().do(c.Accept(), after=timedelta()).case.at == START


class TestFilingDate:
    """It is the day of lodging, or of the last information before the first acceptance, and then stays."""

    def test_it_is_the_instant_of_lodging(self) -> None:
        assert Walk().case.file.filed_at == START

    def test_what_was_asked_for_moves_it_when_it_comes(self) -> None:
        walk = Walk().do(EXAMPLES[c.RequestInformation]).do(c.SupplyInformation(WHOLE), by=PERSON, after=5 * DAY)
        assert walk.case.file.filed_at == walk.at > START
        assert walk.case.file.lodged_at == START

    def test_information_brought_unasked_moves_it_too_and_gives_the_council_its_time_again(self) -> None:
        walk = Walk()
        told = walk.due(Duty.SCREEN)
        walk.do(c.SupplyInformation(WHOLE), by=PERSON, after=5 * DAY)
        assert walk.case.file.filed_at == walk.at
        assert walk.due(Duty.SCREEN) > told

    def test_after_the_first_acceptance_it_stays_whatever_comes(self) -> None:
        walk = Walk().do(c.Accept(), UPLOAD, c.Recall(), c.Redirect("jd")).do(c.SupplyInformation(WHOLE), by=PERSON)
        assert walk.case.file.filed_at == START
        walk.do(EXAMPLES[c.RequestInformation]).do(c.SupplyInformation(WHOLE), by=PERSON)
        assert walk.case.file.filed_at == START

    def test_membership_is_judged_as_at_it_and_not_as_at_the_day_of_acceptance(self) -> None:
        left = Participant("taobao", "Taobao", date(2016, 3, 15), HK_CCA.day(START))
        scheme = attrs.evolve(HK_CCA, participants=(left,))
        walk = Walk(scheme=scheme).do(c.Accept(), after=3 * DAY)
        assert walk.status is Status.ELIGIBLE
        assert walk.refused(UPLOAD).code == "trader_takes_no_part"
        late = Walk(scheme=scheme).do(c.SupplyInformation(WHOLE), after=3 * DAY)
        assert late.refused(c.Accept()).code == "not_eligible"


class TestInformation:
    """What is supplied replaces what was told; what was sent stays on record."""

    def test_evidence_and_consents_are_kept_by_their_ids_and_joined_by_new_ones(self) -> None:
        new = attrs.evolve(
            WHOLE,
            evidence=(Evidence("photo-1", EXAMPLES[c.AddEvidence].evidence.kind),),  # type: ignore[attr-defined]
            consents=(consent_to("jd"),),
        )
        walk = Walk().do(c.SupplyInformation(new), by=PERSON)
        assert [one.id for one in walk.case.file.evidence] == ["order-1", "photo-1"]
        assert [one.recipient for one in walk.case.file.consents] == ["taobao", "cca", "jd"]

    def test_it_does_not_turn_the_case_to_another_trader(self) -> None:
        walk = Walk().do(c.SupplyInformation(put(WHOLE, "trader", TraderRef("jd"))))
        assert walk.case.complaint.trader == WHOLE.trader

    def test_it_may_name_another_shop_of_the_trader(self) -> None:
        shop = TraderRef("taobao", Shop("taobao", "shop-2"))
        assert Walk().do(c.SupplyInformation(put(WHOLE, "trader", shop))).case.complaint.trader == shop

    def test_it_needs_the_particulars(self) -> None:
        assert Walk().refused(c.SupplyInformation(put(WHOLE, "particulars", ERASED))).code == "particulars_missing"

    def test_a_complainant_who_does_not_answer_is_reminded_and_the_case_is_recorded(self) -> None:
        walk = Walk().do(EXAMPLES[c.RequestInformation]).until_over()
        assert [type(event) for event in walk.events[-2:]] == [e.Reminded, e.Lapsed]
        assert walk.status is Status.RECORDED
        assert walk.case.word is None


class TestAcceptance:
    """An eligible complaint is accepted; where a person must decide, the person says why."""

    def test_the_findings_stand_on_record(self) -> None:
        event = Walk().do(c.Accept()).events[-1]
        assert isinstance(event, e.Accepted)
        assert event.verdict is Verdict.ELIGIBLE
        assert {finding.criterion for finding in event.findings} == {one.id for one in HK_CCA.criteria}

    def test_an_officer_who_decides_gives_a_reason(self) -> None:
        refused = Walk(COSTLY).refused(c.Accept())
        assert (refused.code, refused.who_must_act) == ("officer_must_say_why", "council")
        walk = Walk(COSTLY).do(c.Accept(SAID))
        assert walk.case.file.verdict is Verdict.OFFICER
        assert walk.events[-1].by == OFFICER

    def test_something_missing_is_asked_for_first(self) -> None:
        refused = Walk(put(WHOLE, "purchase.bought_by", None)).refused(c.Accept(SAID))
        assert refused.code == "information_missing"

    def test_no_reason_makes_an_ineligible_complaint_eligible(self) -> None:
        refused = Walk(put(WHOLE, "trader", TraderRef("somebody"))).refused(c.Accept(SAID))
        assert refused.code == "not_eligible"

    def test_a_complaint_that_is_left_outside_goes_on_with_the_council(self) -> None:
        walk = Walk().do(c.Decline(DeclineReason.OTHER_BODY), c.TakeUp())
        assert walk.status is Status.FURTHER_HANDLING
        assert walk.case.word is None

    def test_acknowledging_ends_that_duty_alone(self) -> None:
        walk = Walk()
        assert {timer.duty for timer in walk.case.timers} == {Duty.ACKNOWLEDGE, Duty.SCREEN}
        walk.do(c.Acknowledge())
        assert [timer.duty for timer in walk.case.timers] == [Duty.SCREEN]
        walk.do(c.SupplyInformation(WHOLE), by=PERSON)
        assert [timer.duty for timer in walk.case.timers] == [Duty.SCREEN]

    def test_a_missed_duty_of_the_council_stands_on_record_and_runs_again(self) -> None:
        walk = Walk()
        told = walk.due(Duty.ACKNOWLEDGE)
        walk.until(told)
        event = walk.events[-1]
        assert isinstance(event, e.DeadlineMissed)
        assert event.asked.duty is Duty.ACKNOWLEDGE
        assert walk.case.file.missed == 1
        assert walk.due(Duty.ACKNOWLEDGE) > told


class TestUpload:
    """What must stand on the day of the upload is asked on that day, and eligibility is not judged again."""

    def test_everything_in_order_it_goes_up(self) -> None:
        walk = Walk().do(c.Accept(), UPLOAD)
        assert walk.status is Status.UPLOADED
        assert walk.case.turn is not None
        assert walk.case.turn.trader == "taobao"

    def test_the_trader_takes_part_on_that_day_by_the_scheme_or_the_store(self) -> None:
        gone = attrs.evolve(HK_CCA, participants=(Participant("taobao", "Taobao", None, HK_CCA.day(START)),))
        walk = Walk(scheme=gone).do(c.Accept())
        assert walk.refused(UPLOAD, after=2 * DAY).code == "trader_takes_no_part"
        walk.known = Known(participants=(Participant("taobao", "Taobao", HK_CCA.day(START)),))
        assert walk.do(UPLOAD, after=2 * DAY).status is Status.UPLOADED

    @pytest.mark.parametrize("recipient", ["taobao", "cca"])
    def test_each_recipient_has_a_consent_of_its_own(self, recipient: str) -> None:
        others = tuple(one for one in WHOLE.consents if one.recipient != recipient)
        accepted = Walk().do(c.Accept())
        accepted.case = attrs.evolve(accepted.case, file=attrs.evolve(accepted.case.file, consents=others))
        refused = accepted.refused(UPLOAD)
        assert (refused.code, refused.who_must_act) == ("no_consent", "complainant")
        assert accepted.do(c.GiveConsent(consent_to(recipient)), UPLOAD).status is Status.UPLOADED

    def test_a_consent_to_another_notice_does_not_carry_it(self) -> None:
        walk = Walk().do(c.Accept())
        walk.scheme = attrs.evolve(HK_CCA, notice="hk-cca-next")
        assert walk.refused(UPLOAD).code == "no_consent"

    def test_the_instrument_is_one_that_the_scheme_admits(self) -> None:
        refused = Walk().do(c.Accept()).refused(c.Upload(Instrument.PLATFORM_TERMS, "pia-1"))
        assert (refused.code, refused.who_must_act) == ("instrument_not_admitted", "council")

    def test_the_gba_contract_binds_only_within_its_area(self) -> None:
        refused = Walk().do(c.Accept()).refused(c.Upload(Instrument.GBA_STANDARD_CONTRACT, "pia-1"))
        assert refused.code == "gba_contract_not_applicable"

    def test_an_upload_names_its_impact_assessment(self) -> None:
        with pytest.raises(InvalidInput):
            c.Upload(Instrument.COLLABORATION_AGREEMENT, "")

    def test_eligibility_is_not_judged_again(self) -> None:
        walk = Walk().do(c.Accept())
        walk.scheme = attrs.evolve(HK_CCA, criteria=())
        assert walk.do(UPLOAD).status is Status.UPLOADED

    def test_a_case_that_came_back_is_sent_to_the_same_trader_again(self) -> None:
        walk = Walk().referred_back()
        first = walk.case.account.first_uploaded_at
        walk.do(UPLOAD)
        assert walk.status is Status.UPLOADED
        assert walk.case.account.first_uploaded_at == first
        assert walk.case.turn is not None
        assert walk.case.turn.obtained_at is None


class TestConsent:
    """A consent is to the notice in use, by now, and can be taken back at any time."""

    def test_a_consent_to_an_old_notice_is_not_taken(self) -> None:
        given = c.GiveConsent(consent_to("jd", notice="hk-cca-2018"))
        assert Walk().refused(given).code == "notice_outdated"

    def test_a_consent_dated_ahead_is_not_taken(self) -> None:
        assert Walk().refused(c.GiveConsent(consent_to("jd", at=START + DAY))).code == "in_the_future"

    def test_only_a_consent_that_stands_is_taken_back(self) -> None:
        assert Walk().refused(c.WithdrawConsent("jd")).code == "no_consent"

    def test_taken_back_before_the_upload_it_leaves_the_case_outside(self) -> None:
        walk = Walk().do(c.WithdrawConsent("cca"), by=PERSON)
        assert walk.status is Status.OUTSIDE_SCHEME
        assert [one.recipient for one in walk.case.file.consents] == ["taobao"]

    def test_taken_back_while_the_trader_has_it_it_brings_the_case_back_and_the_copy_must_go(self) -> None:
        walk = Walk().obtained().do(c.WithdrawConsent("taobao"), by=PERSON)
        assert walk.status is Status.REFERRED_BACK
        assert walk.case.file.holdings[0].must_delete_since == walk.at

    def test_research_is_agreed_to_apart(self) -> None:
        walk = Walk().do(c.SetResearchConsent(True), by=PERSON)
        assert walk.case.file.research_consent
        assert walk.case.complaint.research_consent
        walk.do(c.SupplyInformation(WHOLE), by=PERSON)
        assert walk.case.complaint.research_consent
        assert not walk.do(c.SetResearchConsent(False)).case.file.research_consent


class TestRedirecting:
    """A case that was not this trader's goes to the right one: the same case, counted once."""

    def walk(self) -> Walk:
        walk = Walk().obtained().do(c.Reject(RejectionRule.NOT_OUR_CUSTOMER), by=TAOBAO)
        return walk.do(c.ReportImpostor(Channel.PHONE), c.Redirect("jd"))

    def test_number_filing_date_and_evidence_stay(self) -> None:
        walk = self.walk()
        before = Walk().case
        assert (walk.case.id, walk.case.reference) == (before.id, before.reference)
        assert walk.case.file.filed_at == START
        assert walk.case.file.evidence == before.file.evidence
        assert walk.case.complaint.trader == TraderRef("jd")

    def test_it_reaches_the_right_trader(self) -> None:
        walk = self.walk().do(c.GiveConsent(consent_to("jd")))
        # The shop was the first trader's: which one it is on the new platform is asked again.
        assert walk.refused(c.Accept()).code == "information_missing"
        shop = TraderRef("jd", Shop("jd", "shop-9"))
        walk.do(c.SupplyInformation(put(WHOLE, "trader", shop)), c.Accept(), UPLOAD)
        assert walk.case.file.filed_at == START
        assert walk.refused(c.Obtain(), by=TAOBAO).code == "not_your_case"
        walk.do(c.Obtain(), c.ReportContact(Channel.APP), RESOLUTION, by=JD)
        assert walk.status is Status.RESOLUTION_REPORTED
        assert [type(event) for event in walk.events].count(e.Lodged) == 1

    def test_what_the_first_trader_said_falls_away(self) -> None:
        walk = Walk().conciliating().do(OFFER, by=TAOBAO).do(c.Recall(), c.Redirect("jd"))
        assert walk.case.turn is None
        assert walk.case.claimed_by is None
        assert walk.case.account.first_uploaded_at is None

    def test_the_first_trader_must_delete_and_says_so_afterwards(self) -> None:
        walk = self.walk()
        deletion = EXAMPLES[c.ConfirmDeletion]
        assert walk.refused(deletion, by=JD).code == "nothing_owed"
        assert allowed(walk.case, TAOBAO) == (c.ConfirmDeletion,)
        walk.do(deletion, by=TAOBAO)
        assert walk.case.file.holdings[0].confirmed_at == walk.at
        assert walk.status is Status.LODGED

    def test_it_goes_to_another_trader_that_takes_part(self) -> None:
        walk = Walk().referred_back()
        assert walk.refused(c.Redirect("taobao")).code == "same_trader"
        assert walk.refused(c.Redirect("somebody")).code == "trader_takes_no_part"

    def test_without_a_consent_to_the_new_trader_it_is_not_accepted(self) -> None:
        assert self.walk().refused(c.Accept()).code in ("not_eligible", "information_missing")


class TestWhoseCaseItIs:
    """A council acts on its own cases, a complainant on theirs, a trader on those that were sent to it."""

    def test_another_council_is_refused(self) -> None:
        other = Actor(Role.COUNCIL, "officer-9", "macao")
        refused = Walk().refused(c.Accept(), by=other)
        assert (refused.code, refused.who_must_act, refused.allowed) == ("not_your_case", "", ())

    def test_a_complainant_of_another_council_is_refused(self) -> None:
        assert Walk().refused(c.Withdraw(), by=attrs.evolve(PERSON, organisation="macao")).code == "not_your_case"

    def test_another_trader_is_refused(self) -> None:
        assert Walk().uploaded().refused(c.Obtain(), by=JD).code == "not_your_case"
        assert allowed(Walk().uploaded().case, JD) == ()

    def test_a_trader_is_refused_before_it_was_sent_anything(self) -> None:
        assert Walk().refused(EXAMPLES[c.ConfirmDeletion], by=TAOBAO).code == "nothing_owed"
        assert in_status(Status.LODGED).case.turn is None

    def test_the_clock_and_onlookers_see_their_rows(self) -> None:
        assert allowed(Walk().case, Actor(Role.OPERATOR, "operator-1", "association")) == ()


class TestRepresentatives:
    """Who speaks for the complainant does so within the scope and the term of the authority."""

    BY = attrs.evolve(PERSON, acting_for=ActingFor(Role.COMPLAINANT, Channel.PHONE))

    def walk(self, authority: Authority | None) -> Walk:
        return Walk(put(WHOLE, "complainant.authority", authority))

    def test_without_an_authority_nobody_speaks_for_the_complainant(self) -> None:
        assert self.walk(None).refused(c.AddMessage(SAID), by=self.BY).code == "no_authority"

    def test_an_authority_covers_what_settles_nothing(self) -> None:
        assert self.walk(Authority()).do(c.AddMessage(SAID), by=self.BY).case.version == 2

    def test_settling_must_be_within_its_scope(self) -> None:
        assert self.walk(Authority()).refused(c.Withdraw(), by=self.BY).code == "authority_too_narrow"
        assert self.walk(Authority(may_settle=True)).do(c.Withdraw(), by=self.BY).status is Status.WITHDRAWN

    def test_it_ends_with_its_last_local_day(self) -> None:
        walk = self.walk(Authority(True, HK_CCA.day(START)))
        assert walk.refused(c.AddMessage(SAID), by=self.BY, after=14 * timedelta(hours=1)).code == "authority_ended"
        assert walk.do(c.AddMessage(SAID), by=self.BY, after=timedelta(hours=13)).case.version == 2

    def test_an_officer_who_takes_a_word_by_telephone_needs_no_authority(self) -> None:
        by = attrs.evolve(OFFICER, acting_for=ActingFor(Role.COMPLAINANT, Channel.PHONE))
        walk = Walk().do(c.Withdraw(), by=by)
        assert walk.events[-1].by.acting_for == ActingFor(Role.COMPLAINANT, Channel.PHONE)

    def test_the_complainants_own_word_written_down_by_an_officer_needs_no_authority(self) -> None:
        taken = ActingFor(Role.COMPLAINANT, Channel.PHONE, own_word=True)
        walk = Walk().do(c.AddMessage(SAID), by=Actor(Role.COMPLAINANT, "officer-1", PERSON.organisation, taken))
        assert walk.events[-1].by.acting_for == taken
