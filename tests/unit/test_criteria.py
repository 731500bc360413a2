"""Each criterion, met, not met and unknown, beside the text that it follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    Effect,
    EvidenceKind,
    Nature,
    Proceedings,
    Purpose,
    Residence,
    Result,
    Subject,
    Supplier,
    Verdict,
)
from expressplatform.complaint import ERASED, Authority, Complaint, Evidence, Particulars, Shop, TraderRef
from expressplatform.eligibility import HK_CRITERIA, assess, criteria
from expressplatform.money import Money
from expressplatform.scheme import Known, Participant, Question
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import FILED, WHOLE, consent, put

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN


def stands(criterion: str, complaint: Complaint, *, on: date = FILED, known: Known | None = None) -> Result:
    """How one criterion of HK_CCA stands for a complaint."""
    found = assess(complaint, scheme=HK_CCA, on=on, known=known or Known())
    return next(finding.result for finding in found.findings if finding.id == criterion)


def after(criterion: str, *changes: tuple[str, Any]) -> Result:
    """How one criterion stands for the whole complaint after some changes."""
    complaint = WHOLE
    for path, value in changes:
        complaint = put(complaint, path, value)
    return stands(criterion, complaint)


def test_a_whole_complaint_meets_every_criterion_and_is_eligible() -> None:
    """ "If the case meets the stipulated criteria and the trader takes part" (Council 2019)."""
    found = assess(WHOLE, scheme=HK_CCA, on=FILED)
    assert (found.verdict, found.against, found.ask_for) == (Verdict.ELIGIBLE, (), ())
    assert [finding.id for finding in found.findings] == [f"E{number}" for number in range(1, 23)]


class TestWhoAndWhat:
    """Who complains of whom, about what kind of purchase."""

    def test_e1_the_trader_takes_part_on_the_filing_date(self) -> None:
        """Membership counts from its first to its last day, both included, and the store's rows count too."""
        stranger = put(WHOLE, "trader", TraderRef("stranger"))
        member = Participant("stranger", "A trader", date(2025, 6, 3), date(2025, 6, 4))
        on_days = [
            stands("E1", stranger, on=date(2025, 6, day), known=Known(participants=(member,))) for day in (2, 3, 4, 5)
        ]
        assert on_days == [NOT_MET, MET, MET, NOT_MET]
        assert stands("E1", WHOLE) is MET
        assert stands("E1", stranger) is NOT_MET
        assert stands("E1", WHOLE, on=date(2016, 3, 14)) is NOT_MET

    @pytest.mark.parametrize(
        ("bought_by", "result"),
        [
            (BoughtBy.WEB, MET),
            (BoughtBy.APP, MET),
            (BoughtBy.LIVE_STREAM, MET),
            (BoughtBy.PHONE, NOT_MET),
            (BoughtBy.SHOP, NOT_MET),
            (BoughtBy.OTHER, NOT_MET),
            (None, UNKNOWN),
        ],
    )
    def test_e2_it_was_bought_online(self, bought_by: BoughtBy | None, result: Result) -> None:
        """ "Online shopping" (Council 2019): a page, an app or a live stream; not a shop or the telephone."""
        assert after("E2", ("purchase.bought_by", bought_by)) is result

    def test_e3_it_was_bought_for_private_use(self) -> None:
        """ "Not for daily consumption" is not taken (Order 20, Art 15(3))."""
        given = [after("E3", ("complainant.buyer", buyer)) for buyer in (Buyer.PRIVATE, Buyer.BUSINESS, None)]
        assert given == [MET, NOT_MET, UNKNOWN]

    def test_e4_a_business_sold_it(self) -> None:
        """Private sales between individuals are outside the Council's scope."""
        sellers = (Supplier.BUSINESS, Supplier.GOVERNMENT, Supplier.INDIVIDUAL, None)
        given = [after("E4", ("purchase.supplier", supplier)) for supplier in sellers]
        assert given == [MET, MET, NOT_MET, UNKNOWN]

    @pytest.mark.parametrize(
        ("supplier", "subject", "result"),
        [
            (Supplier.BUSINESS, Subject.SERVICES, MET),
            (Supplier.GOVERNMENT, None, NOT_MET),
            (None, Subject.GAMBLING, NOT_MET),
            (None, Subject.AUCTION, NOT_MET),
            (Supplier.BUSINESS, Subject.INVESTMENT, NOT_MET),
            (None, Subject.GOODS, UNKNOWN),
            (Supplier.BUSINESS, None, UNKNOWN),
        ],
    )
    def test_e5_government_investment_gambling_and_auctions_are_left_out(
        self, supplier: Supplier | None, subject: Subject | None, result: Result
    ) -> None:
        """One reason against is enough, whatever else nobody has said (Council's scope)."""
        assert after("E5", ("purchase.supplier", supplier), ("purchase.subject", subject)) is result

    @pytest.mark.parametrize("field", ["shop_page", "trader_contact", "order_number"])
    def test_e6_a_page_a_contact_or_an_order_number_tells_the_seller(self, field: str) -> None:
        """ "The respondent's name and address" (Order 20, Art 9(2)): any one thing that leads to the seller."""
        assert after("E6", ("trader.shop", None), (f"particulars.{field}", "something")) is MET

    def test_e6_a_platform_alone_does_not_tell_the_seller(self) -> None:
        """On a platform of many shops the platform's name is not the seller's; sealed, nobody can say."""
        assert after("E6", ("trader.shop", None)) is NOT_MET
        assert after("E6", ("trader", TraderRef("stranger"))) is NOT_MET
        assert after("E6", ("trader.shop", Shop("taobao"))) is NOT_MET
        assert after("E6", ("trader.shop", None), ("particulars.shop_page", " ")) is NOT_MET
        assert after("E6", ("trader.shop", None), ("particulars", ERASED)) is UNKNOWN

    def test_e6_a_participant_without_shops_is_the_seller(self) -> None:
        """A video or ride service sells by itself."""
        assert after("E6", ("trader", TraderRef("youku")), ("particulars", ERASED)) is MET


class TestWhatItMustHold:
    """Name, facts, request and a minimum of evidence (Order 20, Art 9; the Council's form)."""

    @pytest.mark.parametrize("means", ["email", "phone", "address"])
    def test_e7_name_and_one_means_of_contact_are_enough(self, means: str) -> None:
        """Any means of reaching the person will do."""
        changes = (("particulars", Particulars(name="A")), (f"particulars.{means}", "somewhere"))
        assert after("E7", *changes) is MET

    def test_e7_a_blank_means_of_contact_does_not_hide_another(self) -> None:
        """What a form leaves of an empty field is no reason to ask somebody who gave a telephone number."""
        given = Particulars(name="A", email=" ", phone="somewhere")
        assert given.contact == "somewhere"
        assert after("E7", ("particulars", given)) is MET

    def test_e7_an_anonymous_complaint_lacks_something(self) -> None:
        """ "Complainant's name, telephone and address" (Order 20, Art 9(1)); blanks are nothing."""
        assert after("E7", ("particulars.name", " ")) is NOT_MET
        assert after("E7", ("particulars.email", " ")) is NOT_MET
        assert after("E7", ("particulars", ERASED)) is UNKNOWN

    def test_e8_facts_and_a_request_are_stated_in_words_or_by_code(self) -> None:
        """ "Specific request and facts" (Order 20, Art 9(3))."""
        assert after("E8", ("particulars.request", "")) is MET
        assert after("E8", ("redress", ())) is MET
        assert after("E8", ("redress", ()), ("particulars.request", " ")) is NOT_MET
        assert after("E8", ("particulars.statement", " ")) is NOT_MET
        assert after("E8", ("particulars", ERASED)) is UNKNOWN

    @pytest.mark.parametrize("kind", [EvidenceKind.ORDER, EvidenceKind.PAYMENT, EvidenceKind.CONTRACT])
    def test_e9_a_document_of_the_purchase_is_enough(self, kind: EvidenceKind) -> None:
        """ "Receipt, contract, payment voucher" (the Council's form): a fact, so sealing hides it from nobody."""
        shown = (Evidence(id="a", kind=EvidenceKind.PHOTOGRAPH), Evidence(id="b", kind=kind))
        assert after("E9", ("evidence", shown), ("particulars", ERASED)) is MET

    def test_e9_an_order_number_is_enough(self) -> None:
        """Without a document the order's number shows the purchase."""
        without = put(WHOLE, "evidence", ())
        assert stands("E9", put(without, "particulars.order_number", "20250501")) is MET
        assert stands("E9", without) is NOT_MET
        assert stands("E9", put(without, "particulars", ERASED)) is UNKNOWN

    def test_e10_asking_the_trader_first_is_advice(self) -> None:
        """ "Try to resolve with the trader first" (the Council's form) warns and never changes the verdict."""
        results = [after("E10", ("prior_contact.contacted", said)) for said in (True, False, None)]
        assert results == [MET, NOT_MET, UNKNOWN]
        for said in (False, None):
            complaint = put(WHOLE, "prior_contact.contacted", said)
            assert assess(complaint, scheme=HK_CCA, on=FILED).verdict is Verdict.ELIGIBLE


class TestWhatStandsInTheWay:
    """Other proceedings, time, warranty, controversy."""

    @pytest.mark.parametrize(
        ("proceedings", "elsewhere", "settled"),
        [
            (Proceedings.NONE, MET, MET),
            (Proceedings.PENDING, NOT_MET, MET),
            (Proceedings.DECIDED, NOT_MET, MET),
            (Proceedings.SETTLED_AND_PERFORMED, MET, NOT_MET),
            (None, UNKNOWN, UNKNOWN),
        ],
    )
    def test_e11_and_e12_who_else_has_it_or_had_it(
        self, proceedings: Proceedings | None, elsewhere: Result, settled: Result
    ) -> None:
        """ "Court, arbitration, agency, association has accepted or handled the same dispute" (Art 15(2))."""
        assert after("E11", ("proceedings", proceedings)) is elsewhere
        assert after("E12", ("proceedings", proceedings)) is settled

    @pytest.mark.parametrize(
        ("known_on", "on", "result"),
        [
            (date(2022, 6, 3), date(2025, 6, 3), MET),
            (date(2022, 6, 2), date(2025, 6, 3), NOT_MET),
            (date(2021, 12, 31), date(2025, 1, 1), NOT_MET),
            (date(2024, 2, 29), date(2027, 2, 28), MET),
            (date(2024, 2, 29), date(2027, 3, 1), NOT_MET),
        ],
    )
    def test_e13_three_years_end_with_the_anniversary(self, known_on: date, on: date, result: Result) -> None:
        """ "Over three years since the consumer knew or should have known" (Art 15(4))."""
        complaint = put(put(WHOLE, "purchase.ordered_on", None), "dates.known_on", known_on)
        assert stands("E13", complaint, on=on) is result

    def test_e13_a_recent_order_settles_it_when_nobody_says_since_when(self) -> None:
        """Trouble is known after the order, so an order within three years proves the rest."""
        unsaid = put(WHOLE, "dates.known_on", None)
        assert stands("E13", unsaid) is MET
        assert stands("E13", put(unsaid, "purchase.ordered_on", date(2020, 1, 1))) is UNKNOWN
        assert stands("E13", put(unsaid, "purchase.ordered_on", None)) is UNKNOWN

    @pytest.mark.parametrize(
        ("nature", "until", "known_on", "result"),
        [
            (Nature.DEFECTIVE, None, None, MET),
            (Nature.PRICE, date(2024, 1, 1), None, MET),
            (Nature.DEFECTIVE, date(2025, 6, 3), None, MET),
            (Nature.AFTER_SALES, date(2025, 6, 2), None, NOT_MET),
            (Nature.DEFECTIVE, date(2025, 5, 9), date(2025, 5, 9), MET),
            (Nature.DEFECTIVE, date(2025, 5, 8), date(2025, 5, 9), NOT_MET),
        ],
    )
    def test_e14_a_claim_on_quality_came_up_within_the_stated_warranty(
        self, nature: Nature, until: date | None, known_on: date | None, result: Result
    ) -> None:
        """ "Past its warranty or shelf life" (associations' list) speaks of claims that rest on one."""
        changes = (("nature", nature), ("dates.warranty_until", until), ("dates.known_on", known_on))
        assert after("E14", *changes) is result

    @pytest.mark.parametrize("flag", ["injury", "crime", "testing_needed"])
    def test_e15_injury_crime_or_a_test_is_for_an_officer(self, flag: str) -> None:
        """ "Less controversial" cases go the express way (Council 2019); silence is not a no."""
        found = assess(put(WHOLE, f"flags.{flag}", True), scheme=HK_CCA, on=FILED)
        assert found.verdict is Verdict.OFFICER
        assert after("E15", (f"flags.{flag}", None)) is UNKNOWN

    @pytest.mark.parametrize(
        ("paid", "claimed", "result"),
        [
            (Money("HKD", 5_000_000), None, MET),
            (Money("HKD", 5_000_001), None, UNKNOWN),
            (Money("HKD", 5_000_001), Money("HKD", 5_000_001), NOT_MET),
            (Money("HKD", 9_000_000), Money("HKD", 100), MET),
            (None, Money("CNY", 5_000_001), NOT_MET),
            (Money("USD", 1), None, UNKNOWN),
            (None, None, UNKNOWN),
        ],
    )
    def test_e15_an_amount_above_its_ceiling_is_for_an_officer(
        self, paid: Money | None, claimed: Money | None, result: Result
    ) -> None:
        """What is claimed counts; what was paid settles it where it is small enough; no exchange rate is guessed."""
        amounts = attrs.evolve(WHOLE, purchase=attrs.evolve(WHOLE.purchase, paid=paid), claimed=claimed)
        assert stands("E15", amounts) is result

    def test_e15_a_scheme_without_ceilings_asks_for_no_amount(self) -> None:
        """No ceiling, no question."""
        scheme = attrs.evolve(HK_CCA, ceilings={})
        complaint = put(WHOLE, "purchase.paid", None)
        question = Question(complaint, FILED, None, Known(), scheme)
        assert criteria.less_controversial(question) is MET


class TestLeaveToAct:
    """Consent, age, authority."""

    @pytest.mark.parametrize("missing", [("taobao",), ("cca",), ("taobao", "cca")])
    def test_e16_each_recipient_needs_a_consent_of_its_own(self, missing: tuple[str, ...]) -> None:
        """ "Separate consent" for each handler (PIPL Arts 23, 39): one to somebody else is none."""
        given = [consent(one) for one in ("taobao", "cca", "jd") if one not in missing]
        assert after("E16", ("consents", tuple(given))) is UNKNOWN

    def test_e16_an_old_notice_or_another_purpose_is_no_consent(self) -> None:
        """ "New consent if purpose changes" (PIPL Art 14); the notice shown is named (PDPO DPP1(3))."""
        old = (consent("taobao"), consent("cca", notice="2018"))
        research = (consent("taobao", purpose=Purpose.RESEARCH), consent("cca"))
        assert after("E16", ("consents", old)) is NOT_MET
        assert after("E16", ("consents", research)) is NOT_MET
        found = assess(put(WHOLE, "consents", old), scheme=HK_CCA, on=FILED)
        assert (found.verdict, found.ask_for) == (Verdict.NEEDS_INFORMATION, ("$.consents",))

    def test_e16_one_consent_serves_a_trader_that_is_a_recipient_too(self) -> None:
        """Nobody is asked twice for the same."""
        scheme = attrs.evolve(HK_CCA, recipients=("cca", "taobao"))
        question = Question(WHOLE, FILED, None, Known(), scheme)
        assert criteria.consents_to_each_recipient(question) is MET

    @pytest.mark.parametrize(
        ("age", "guardian", "result"),
        [
            (AgeBand.ADULT, None, MET),
            (AgeBand.UNDER_14, True, MET),
            (None, True, MET),
            (AgeBand.FROM_14_TO_17, False, NOT_MET),
            (AgeBand.UNDER_14, None, UNKNOWN),
            (None, False, UNKNOWN),
            (None, None, UNKNOWN),
        ],
    )
    def test_e17_a_guardian_acts_for_whoever_is_under_age(
        self, age: AgeBand | None, guardian: bool | None, result: Result
    ) -> None:
        """Under 18 in Hong Kong (Council's privacy policy), under 14 on the Mainland (PIPL Art 31)."""
        assert after("E17", ("complainant.age", age), ("complainant.guardian_acts", guardian)) is result

    @pytest.mark.parametrize(
        ("authority", "matter", "result"),
        [
            (Authority(until=FILED), "this order", MET),
            (Authority(until=date(2025, 6, 2)), "this order", NOT_MET),
            (Authority(until=FILED), " ", NOT_MET),
            (Authority(), "this order", UNKNOWN),
            (None, "this order", UNKNOWN),
        ],
    )
    def test_e18_an_agent_shows_matter_and_term(self, authority: Authority | None, matter: str, result: Result) -> None:
        """ "Authority stating matter, scope and term" (Order 20, Art 10)."""
        changes = (
            ("complainant.represented", True),
            ("complainant.authority", authority),
            ("particulars.authority_matter", matter),
        )
        assert after("E18", *changes) is result

    def test_e18_is_unknown_where_the_particulars_cannot_be_read(self) -> None:
        """The matter is told in words."""
        agent = (("complainant.represented", True), ("complainant.authority", Authority(until=FILED)))
        assert after("E18", *agent, ("particulars", ERASED)) is Result.UNKNOWN

    def test_e18_who_speaks_for_oneself_needs_none(self) -> None:
        """No agent, no authority."""
        assert stands("E18", WHOLE) is MET


class TestWhatAPersonDecides:
    """Duplicates, abuse, and what counts where."""

    def test_e19_another_open_case_over_the_order_is_shown_to_an_officer(self) -> None:
        """An order may carry two complaints: the library does not refuse the second by itself."""
        found = assess(WHOLE, scheme=HK_CCA, on=FILED, known=Known(duplicates=("case-1",)))
        assert [finding.id for finding in found.against] == ["E19"]
        assert found.verdict is Verdict.OFFICER

    def test_e20_only_a_person_says_that_it_is_abusive(self) -> None:
        """ "Extortion stops the mediation" (Order 121): a suspicion goes to an officer, silence is none."""
        given = [after("E20", ("flags.suspected_abuse", said)) for said in (None, False, True)]
        assert given == [MET, MET, NOT_MET]
        found = assess(put(WHOLE, "flags.suspected_abuse", True), scheme=HK_CCA, on=FILED)
        assert found.verdict is Verdict.OFFICER

    def test_e21_a_mainland_consumer_is_handled_and_left_out_of_the_figures(self) -> None:
        """ "Excluded ... Mainland consumers against Mainland platforms" (Council 2022): a flag, no bar."""
        homes = (Residence.HONG_KONG, Residence.MACAO, Residence.OTHER, Residence.MAINLAND, None)
        assert [after("E21", ("complainant.residence", home)) for home in homes] == [
            MET,
            MET,
            MET,
            NOT_MET,
            UNKNOWN,
        ]
        found = assess(put(WHOLE, "complainant.residence", Residence.MAINLAND), scheme=HK_CCA, on=FILED)
        assert found.verdict is Verdict.ELIGIBLE


class TestFacts:
    """The criterion of schemes that ask for the facts alone."""

    def test_the_facts_are_told_in_words(self) -> None:
        """A complaint without a text says nothing; sealed, nobody can tell."""
        told = [
            criteria.facts_are_stated(Question(complaint, FILED, None, Known(), HK_CCA))
            for complaint in (
                WHOLE,
                put(WHOLE, "particulars.statement", " "),
                put(WHOLE, "particulars", ERASED),
            )
        ]
        assert told == [MET, NOT_MET, UNKNOWN]


class TestTheCatalogue:
    """What every criterion carries."""

    def test_each_can_explain_itself_and_name_its_source(self) -> None:
        """A sentence for each way that it may stand, and a text behind it."""
        for criterion in HK_CRITERIA:
            assert criterion.citation.text
            assert criterion.if_met.sentence == "Met."
            assert criterion.if_unmet.sentence == criterion.unmet
            assert criterion.if_unknown.sentence
            assert criterion.if_unknown.citation is criterion.citation

    def test_whoever_can_be_asked_is_told_what_to_supply(self) -> None:
        """Every criterion that may be unknown, or asks, names paths into the complaint."""
        bare = Complaint(trader=TraderRef("taobao"), category=WHOLE.category, nature=WHOLE.nature)
        found = assess(bare, scheme=HK_CCA, on=FILED)
        assert all(finding.criterion.paths for finding in found.against)
        assert {"$.particulars.name", "$.consents", "$.flags.injury", "$.proceedings"} <= set(found.ask_for)

    def test_an_unread_text_never_refuses_anybody_by_itself(self) -> None:
        """Where the text itself was not read, an officer decides."""
        blocking = [criterion for criterion in HK_CRITERIA if criterion.effect is Effect.BLOCK]
        assert blocking
        assert all(criterion.citation.verified for criterion in blocking)
