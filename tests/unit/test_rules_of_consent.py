"""Whose leave is asked, and where: the guards of consent and transfer in every status in which they are asked.

Each class quotes the rule that it follows. `test_privacy` tries the functions; here stands what turns on order,
on the very instant, on the place of a case, and what a second look would not forgive.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Audience, Basis, Channel, Instrument, Language, Purpose, Result, Stage, Status
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Consent, NoticeShown
from expressplatform.eligibility import assess
from expressplatform.errors import Refused
from expressplatform.lifecycle import BY_COMMAND
from expressplatform.privacy import disclose, fields_for, live
from expressplatform.privacy.consent import still_given
from expressplatform.privacy.transfer import transfer_problem
from expressplatform.scheme import ANY_RECIPIENT, ImpactAssessmentRef, Known, Participant
from expressplatform.schemes import HK_CCA
from tests.disclosing import SCHEME
from tests.unit.test_rules_of_disclosure import FULL, NOW
from tests.walking import OFFICER, PERSON, START, TAOBAO, UPLOAD, Walk, consent_to, in_status
from tests.whole_complaint import FILED, WHOLE

LONG_AGO: Final = START - timedelta(days=99)
SECOND: Final = timedelta(seconds=1)


def everywhere(command: type[Command]) -> Iterator[tuple[Walk, Actor]]:
    """A case in each status from which a command may be sent, and who may send it."""
    for status in Status:
        for who in (OFFICER, PERSON, TAOBAO):
            if (status, command, who.role) in BY_COMMAND:
                yield in_status(status), who


def left_with(walk: Walk, *consents: Consent) -> Walk:
    """The case as if no other consents had been given."""
    walk.case = attrs.evolve(walk.case, file=attrs.evolve(walk.case.file, consents=consents))
    return walk


class TestWhichConsentIsLive:
    """Consent that is informed, and given again where the terms change (PIPL Art 14)."""

    def test_the_latest_counts_in_whatever_order_they_stand(self) -> None:
        first, second = consent_to("shop"), consent_to("shop", START + SECOND)
        assert live((first, second), "shop", START + SECOND) is second
        assert live((second, first), "shop", START + SECOND) is second

    def test_of_two_at_the_same_instant_the_one_that_stands_later_counts(self) -> None:
        first, second = consent_to("shop"), consent_to("shop", notice="another")
        assert live((first, second), "shop", START) is second


class TestTakingBack:
    """Taken back as easily as given; what was lawful stays so (PIPL Art 15)."""

    def test_what_was_taken_back_from_one_recipient_stands_for_the_others(self) -> None:
        assert still_given(consent_to("cca"), [("taobao", START + SECOND)])

    def test_a_consent_of_the_very_instant_of_taking_back_is_taken_back(self) -> None:
        assert not still_given(consent_to("cca"), [("cca", START)])
        assert still_given(consent_to("cca", START + SECOND), [("cca", START)])

    def test_only_what_stands_can_be_taken_back_wherever_the_case_stands(self) -> None:
        for walk, who in everywhere(c.WithdrawConsent):
            assert walk.refused(c.WithdrawConsent("jd"), by=who).code == "no_consent", (walk.status, who.role)


class TestGiving:
    """A consent is to the notice in use, wherever the case stands (PIPL Art 14; PDPO DPP1(3))."""

    def test_one_to_another_notice_is_refused(self) -> None:
        for walk, who in everywhere(c.GiveConsent):
            command = c.GiveConsent(consent_to("jd", notice="of-yesterday"))
            assert walk.refused(command, by=who).code == "notice_outdated", (walk.status, who.role)

    def test_a_notice_that_is_not_the_schemes_was_not_shown(self) -> None:
        """What was told before anything was handled is this scheme's own (PIPL Art 17)."""
        strange = attrs.evolve(WHOLE, notice_shown=NoticeShown("of-another", Language.ENGLISH, LONG_AGO, Channel.WEB))
        found = {one.id: one.result for one in assess(strange, scheme=HK_CCA, on=FILED).findings}
        assert found["E22"] is Result.NOT_MET

    def test_one_of_this_very_instant_is_taken(self) -> None:
        walk = Walk()
        walk.do(c.GiveConsent(consent_to("jd", walk.at)), after=timedelta())
        assert "jd" in {one.recipient for one in walk.case.file.consents}


class TestUploading:
    """Separate consent for each handler (PIPL Art 23), an instrument (Art 38), an assessment beforehand (Art 55)."""

    def test_without_the_consent_of_each_recipient_nothing_is_uploaded(self) -> None:
        for missing, other in (("taobao", "cca"), ("cca", "taobao")):
            for walk, who in everywhere(c.Upload):
                refused = left_with(walk, consent_to(other)).refused(UPLOAD, by=who)
                assert (refused.code, missing in str(refused)) == ("no_consent", True), walk.status

    def test_without_an_instrument_that_the_scheme_admits_nothing_is_uploaded(self) -> None:
        for walk, who in everywhere(c.Upload):
            command = c.Upload(Instrument.PLATFORM_TERMS, "pia-1")
            assert walk.refused(command, by=who).code == "instrument_not_admitted", walk.status


class TestAssessments:
    """The assessment comes beforehand, and for this transfer (PIPL Arts 55-56)."""

    ON_RECORD: Final = ImpactAssessmentRef(
        "pia-1", "taobao", Instrument.COLLABORATION_AGREEMENT, FILED, FILED + timedelta(days=9)
    )

    def problem(self, on: date | None = FILED, *records: ImpactAssessmentRef, recipient: str = "taobao") -> str | None:
        """Why a transfer to a recipient on a day may not go ahead."""
        return transfer_problem(
            Instrument.COLLABORATION_AGREEMENT,
            scheme=HK_CCA,
            participant=None,
            impact_assessment="pia-1",
            recipient=recipient,
            on=on,
            assessments=records,
        )

    def test_one_on_record_for_this_transfer_carries_it_from_its_first_day_to_its_last(self) -> None:
        days = {day: self.problem(FILED + timedelta(days=day), self.ON_RECORD) for day in (-1, 0, 9, 10)}
        assert {day for day, problem in days.items() if problem is None} == {0, 9}
        assert {problem for problem in days.values() if problem} == {"impact_assessment_unknown"}

    def test_one_for_whomever_it_may_be_carries_it_too(self) -> None:
        assert self.problem(FILED, attrs.evolve(self.ON_RECORD, recipient=ANY_RECIPIENT)) is None

    @pytest.mark.parametrize(
        "change", [{"id": "pia-2"}, {"recipient": "jd"}, {"instrument": Instrument.PCPD_MODEL_CLAUSES}], ids=str
    )
    def test_one_of_another_name_for_another_or_under_another_instrument_does_not(self, change: dict[str, Any]) -> None:
        assert self.problem(FILED, attrs.evolve(self.ON_RECORD, **change)) == "impact_assessment_unknown"

    def test_none_on_record_or_no_day_to_judge_by_stops_it(self) -> None:
        assert self.problem(FILED) == "impact_assessment_unknown"
        assert self.problem(None, self.ON_RECORD) == "impact_assessment_unknown"


class TestObtaining:
    """Each reading is a disclosure, and stands on a consent that lives then (PIPL Arts 14, 23)."""

    def test_without_a_live_consent_no_trader_reads_or_reads_again(self) -> None:
        for walk, who in everywhere(c.Obtain):
            refused = left_with(walk, consent_to("cca")).refused(c.Obtain(), by=who)
            assert refused.code == "no_consent", walk.status

    def test_where_the_notice_has_changed_since_the_person_is_asked_again_first(self) -> None:
        for walk, who in everywhere(c.Obtain):
            walk.scheme = attrs.evolve(HK_CCA, notice="of-tomorrow")
            with pytest.raises(Refused, match="notice_outdated"):
                walk.do(c.Obtain(), by=who)


class TestHandingOver:
    """What the council hands over goes to whom the law names, and to no trader by another name (PIPL Arts 6, 23)."""

    def test_no_trader_is_an_authority_wherever_the_case_stands(self) -> None:
        fields, duty = ("nature",), Basis.STATUTORY_DUTY
        command = c.Disclose(Audience.AUTHORITY, "newcomer", fields, Purpose.LAW_ENFORCEMENT, duty)
        for walk, who in everywhere(c.Disclose):
            walk.known = Known(participants=(Participant("newcomer", "A trader of the store's list"),))
            assert walk.refused(command, by=who).code == "wrong_audience", walk.status

    def test_all_that_the_table_opens_may_be_handed_over_at_once(self) -> None:
        fields = fields_for(Audience.CCA, Purpose.HANDLING, Stage.HANDLING)
        walk = Walk().do(c.Disclose(Audience.CCA, "cca", fields, Purpose.HANDLING, Basis.SEPARATE_CONSENT))
        assert walk.case.file.disclosures == 1

    def test_an_authority_is_given_nothing_as_if_it_were_the_person(self) -> None:
        """What a person may ask of their own is nobody else's ground (PDPO s.18)."""
        with pytest.raises(Refused, match="basis_not_admitted"):
            disclose(
                FULL,
                audience=Audience.AUTHORITY,
                recipient="customs",
                purpose=Purpose.HANDLING,
                stage=Stage.HANDLING,
                consents=(),
                scheme=SCHEME,
                at=NOW,
                use_until=NOW + SECOND,
                basis=Basis.DATA_SUBJECT_REQUEST,
            )
