"""Privacy at its edges: who is shown what, on whose leave, where to, how long."""

from __future__ import annotations

import copy
import inspect
import json
import re
import types
import typing
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import pytest

from expressplatform.codes import (
    AgeBand,
    Audience,
    Basis,
    Category,
    Channel,
    EvidenceKind,
    Instrument,
    Language,
    Nature,
    Purpose,
    Redress,
    Stage,
)
from expressplatform.complaint import (
    ERASED,
    Authority,
    Complainant,
    Complaint,
    Consent,
    Erased,
    Evidence,
    EvidenceName,
    Flags,
    KeyDates,
    Particulars,
    Purchase,
    Shop,
    TraderRef,
)
from expressplatform.errors import Refused
from expressplatform.money import Money
from expressplatform.privacy import (
    GBA_CITIES,
    KEPT,
    REGISTER,
    TABLE,
    WITHHELD,
    Disclosure,
    Holding,
    confirmed,
    consent,
    corrected_at,
    covers,
    deletion,
    disclose,
    disclosure,
    fields_for,
    gba_contract_applies,
    impact,
    live,
    mask_numbers,
    masking,
    missing_for_upload,
    needs_fresh_consent,
    obtained,
    one_contact,
    owes,
    purposes,
    retention,
    rights,
    table,
    told_to_delete,
    transfer,
    transfer_problem,
    transfer_warnings,
    use_until,
)
from expressplatform.privacy import fields as register
from expressplatform.privacy import statement as stated
from expressplatform.privacy.disclosure import PARTS, UNSHOWN
from expressplatform.privacy.table import EVERY_FIELD, FREE_TEXT
from expressplatform.scheme import Participant, Scheme
from tests import disclosing
from tests.disclosing import WHOM
from tests.paths import leaves
from tests.walking import tells_well

NOW: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER: Final = NOW + timedelta(days=40)
HONG_KONG: Final = ZoneInfo("Asia/Hong_Kong")
SHOP: Final = Participant("shop", "A shop", city="Shenzhen")
BEIJING: Final = Participant("north", "Another shop", city="Beijing")
SCHEME: Final = attrs.evolve(
    disclosing.SCHEME,
    participants=(SHOP, BEIJING),
    instruments=frozenset({Instrument.COLLABORATION_AGREEMENT, Instrument.GBA_STANDARD_CONTRACT}),
    use_days=30,
)
CARD: Final = "4111 1111 1111 1111"
HELD: Final = Particulars(
    name="Chan Siu Ming",
    email="chan@example.org",
    phone="+852 2345 6789",
    address="1 Nowhere Road",
    order_number="1234567890123456789",
    shop_page="https://shop.example/item/1",
    trader_contact="desk 7",
    statement=f"Order 1234567890123456789, paid with {CARD} on 2026-01-02.",
    request="Refund please",
    prior_contact="They hung up",
    other_proceedings="None so far",
    evidence_names=(EvidenceName("e1", f"slip {CARD}.jpg"),),
)
COMPLAINT: Final = Complaint(
    trader=TraderRef("shop", Shop("shop", "s-9")),
    category=Category.ELECTRONICS,
    nature=Nature.NON_DELIVERY,
    purchase=Purchase(ordered_on=date(2026, 1, 2), paid=Money("HKD", 129900)),
    dates=KeyDates(promised_on=date(2026, 1, 9)),
    redress=(Redress.REFUND,),
    flags=Flags(injury=True, suspected_abuse=False),
    complainant=Complainant(age=AgeBand.ADULT, language=Language.TRADITIONAL_CHINESE),
    evidence=(Evidence("e1", EvidenceKind.PAYMENT, None, 10),),
    research_consent=True,
    council_reference="CC-1",
    particulars=HELD,
)


def vary(**changes: str) -> Particulars:
    kind: typing.Any = HELD
    varied: Particulars = attrs.evolve(kind, **changes)
    return varied


def names_of(cls: typing.Any) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in attrs.fields(cls))


def consent_to(recipient: str, **changes: typing.Any) -> Consent:
    return attrs.evolve(Consent(recipient, Purpose.HANDLING, "v2", NOW, Channel.WEB), **changes)


BOTH: Final = (consent_to("shop"), consent_to("cca"))


def show(
    audience: Audience = Audience.TRADER,
    stage: Stage = Stage.HANDLING,
    purpose: Purpose = Purpose.HANDLING,
    *,
    complaint: Complaint = COMPLAINT,
    recipient: str | None = None,
    consents: Sequence[Consent] = BOTH,
    at: datetime = NOW,
    until: datetime = LATER,
    basis: Basis | None = None,
    fields: Sequence[str] | None = None,
    scheme: Scheme = SCHEME,
) -> Disclosure:
    return disclose(
        complaint,
        audience=audience,
        recipient=recipient or WHOM[audience],
        purpose=purpose,
        stage=stage,
        consents=consents,
        scheme=scheme,
        at=at,
        use_until=until,
        basis=basis,
        fields=fields,
        case_id="case-1",
    )


def refused(**asked: typing.Any) -> str:
    with pytest.raises(Refused) as caught:
        show(**asked)
    assert caught.value.case_id == "case-1"
    tells_well(caught.value)
    return caught.value.code


@pytest.mark.snapshot
class TestTable:
    """A ruling for every field and audience (PIPL Art 6)."""

    def test_every_field_of_a_complaint_has_a_ruling_for_every_audience(self) -> None:
        shown = {(row.field, row.audience) for row in TABLE}
        asked = {(field, audience) for field in (*leaves(Complaint), "call_code", "messages") for audience in Audience}
        assert shown | WITHHELD.keys() == asked

    def test_no_field_is_both_shown_to_an_audience_and_withheld_from_it(self) -> None:
        assert not {(row.field, row.audience) for row in TABLE} & WITHHELD.keys()

    def test_no_field_is_named_twice(self) -> None:
        assert len(EVERY_FIELD) == len(set(EVERY_FIELD))

    def test_no_two_rows_say_different_things_of_one_field_audience_and_condition(self) -> None:
        keys = [(row.field, row.audience, row.purpose, stage) for row in TABLE for stage in row.stages]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice

    def test_every_part_of_a_listed_thing_was_ruled_on(self) -> None:
        for cls, parts in PARTS.items():
            assert names_of(cls) == parts + UNSHOWN.get(cls, ())

    def test_every_ruling_gives_its_source(self) -> None:
        assert all(row.citation.article for row in TABLE)
        assert all(one.reason.endswith(".") and one.citation.article for one in WITHHELD.values())

    def test_every_text_among_the_particulars_is_either_masked_or_exact_by_nature(self) -> None:
        exact = {"name", "email", "phone", "address", "representative_name", "representative_contact"}
        exact |= {"order_number", "shop_page"}
        names = set(names_of(Particulars))
        assert {name for name in names if f"particulars.{name}" in FREE_TEXT} == names - exact

    # Typed by hand: a slip in the table must meet somebody who meant otherwise.
    @pytest.mark.parametrize(
        ("audience", "field"),
        [
            (Audience.CCA, "particulars.name"),
            (Audience.CCA, "particulars.email"),
            (Audience.CCA, "particulars.phone"),
            (Audience.CCA, "particulars.address"),
            (Audience.CCA, "particulars.order_number"),
            (Audience.CCA, "particulars.representative_name"),
            (Audience.CCA, "particulars.representative_contact"),
            (Audience.CCA, "complainant.age"),
            (Audience.CCA, "flags.injury"),
            (Audience.CCA, "flags.suspected_abuse"),
            (Audience.CCA, "council_reference"),
            (Audience.PUBLIC, "particulars.email"),
            (Audience.PUBLIC, "particulars.statement"),
            (Audience.PUBLIC, "nature"),
            (Audience.TRADER, "complainant.age"),
            (Audience.TRADER, "complainant.residence"),
            (Audience.TRADER, "complainant.guardian_acts"),
            (Audience.TRADER, "flags.injury"),
            (Audience.TRADER, "flags.crime"),
            (Audience.TRADER, "flags.suspected_abuse"),
            (Audience.TRADER, "council_reference"),
            (Audience.TRADER, "consents"),
            (Audience.TRADER, "research_consent"),
            (Audience.TRADER, "particulars.other_proceedings"),
            (Audience.TRADER, "particulars.prior_contact"),
            (Audience.TRADER, "particulars.trader_contact"),
            (Audience.AUTHORITY, "consents"),
        ],
    )
    def test_what_must_never_be_shown_is_never_shown(self, audience: Audience, field: str) -> None:
        seen = {shown for p in Purpose for s in Stage for shown in fields_for(audience, p, s)}
        assert field not in seen
        assert (field, audience) in WITHHELD


class TestOneContact:
    """One means of reaching the person is enough (PIPL Art 6)."""

    @pytest.mark.parametrize(
        ("channel", "given", "expected"),
        [
            (Channel.EMAIL, HELD, "email"),
            (Channel.WEB, HELD, "email"),
            (Channel.PHONE, HELD, "phone"),
            (Channel.POST, HELD, "address"),
            (Channel.PHONE, vary(phone=""), "email"),
            (Channel.EMAIL, vary(email=""), "phone"),
            (Channel.EMAIL, vary(email="", phone=""), "address"),
            (Channel.EMAIL, vary(email=" "), "phone"),
            (Channel.EMAIL, vary(email="\u3000", phone="\n"), "address"),
        ],
    )
    def test_a_trader_is_shown_the_preferred_contact_and_no_other(
        self, channel: Channel, given: Particulars, expected: str
    ) -> None:
        person = attrs.evolve(COMPLAINT.complainant, channel=channel)
        shown = show(complaint=attrs.evolve(COMPLAINT, complainant=person, particulars=given))
        contacts = {"email", "phone", "address", "representative_contact"}
        assert [name for name in contacts if f"particulars.{name}" in shown.fields] == [expected]

    def test_a_trader_is_not_shown_the_postal_address_where_there_is_another_way(self) -> None:
        assert "particulars.address" not in show().fields

    def test_where_a_representative_acts_the_trader_speaks_with_them(self) -> None:
        person = Complainant(represented=True, authority=Authority(True, date(2026, 9, 1)))
        held = vary(representative_name="Lee", representative_contact="lee@example.org")
        shown = show(complaint=attrs.evolve(COMPLAINT, complainant=person, particulars=held))
        assert shown.values["particulars.representative_contact"] == "lee@example.org"
        assert shown.values["complainant.authority.until"] == "2026-09-01"
        assert shown.values["particulars.representative_name"] == "Lee"
        assert "particulars.email" not in shown.fields

    def test_a_representative_who_does_not_act_is_not_shown(self) -> None:
        held = vary(representative_name="Lee", representative_contact="lee@example.org")
        shown = show(complaint=attrs.evolve(COMPLAINT, particulars=held))
        assert not any("representative" in field for field in shown.fields)

    def test_there_is_none_where_none_was_given_or_all_is_gone(self) -> None:
        assert one_contact(attrs.evolve(COMPLAINT, particulars=ERASED)) is None
        assert one_contact(attrs.evolve(COMPLAINT, particulars=Particulars(name="Chan"))) is None


class TestDisclose:
    """Nothing leaves but by the table, and to another handler only by consent (PIPL Art 23; PDPO DPP3)."""

    def test_it_says_to_whom_for_what_on_what_ground_and_until_when(self) -> None:
        shown = show()
        assert (shown.audience, shown.recipient, shown.basis) == (
            Audience.TRADER,
            "shop",
            Basis.SEPARATE_CONSENT,
        )
        assert (shown.notice, shown.use_until, shown.purpose) == ("v2", LATER, Purpose.HANDLING)
        assert "PIPL Arts 23" in shown.article
        assert "DPP3" in shown.article

    def test_its_values_are_plain_and_fit_for_json(self) -> None:
        shown = show(Audience.COMPLAINANT, complaint=attrs.evolve(COMPLAINT, consents=BOTH))
        again = json.loads(json.dumps(dict(shown.values)))
        assert again["purchase.paid"] == {"currency": "HKD", "minor_units": 129900}
        assert again["purchase.ordered_on"] == "2026-01-02"
        assert again["redress"] == ["refund"]
        assert again["evidence"] == [{"id": "e1", "kind": "payment", "media_type": None, "size": 10}]
        assert again["consents"][0]["given_at"] == NOW.isoformat()
        assert again["flags.suspected_abuse"] is False

    def test_fields_that_carry_nothing_are_not_named(self) -> None:
        assert "dates.delivered_on" not in show().fields
        assert tuple(show().values) == show().fields

    @pytest.mark.parametrize("audience", [Audience.TRADER, Audience.CCA])
    @pytest.mark.parametrize("stage", [Stage.BEFORE, Stage.HANDLING])
    def test_a_trader_and_the_association_need_a_consent_of_their_own(self, audience: Audience, stage: Stage) -> None:
        others = tuple(one for one in BOTH if one.recipient != WHOM[audience])
        assert refused(audience=audience, stage=stage, consents=others) == "no_consent"

    def test_a_consent_to_research_is_none_to_handling(self) -> None:
        assert refused(consents=(consent_to("shop", purpose=Purpose.RESEARCH),)) == "no_consent"

    def test_a_consent_given_later_opens_nothing_now(self) -> None:
        assert refused(consents=(consent_to("shop", given_at=LATER),)) == "no_consent"

    def test_a_consent_under_another_notice_is_asked_for_again(self) -> None:
        assert refused(consents=(consent_to("shop", notice="v1"),)) == "notice_outdated"

    def test_no_recipient_is_reached_under_another_audience(self) -> None:
        for audience in (Audience.COUNCIL, Audience.COMPLAINANT, Audience.AUTHORITY, Audience.PUBLIC):
            for recipient in ("shop", "north", "cca"):
                assert refused(audience=audience, recipient=recipient) == "wrong_audience"
        assert refused(audience=Audience.TRADER, recipient="cca") == "wrong_audience"
        assert refused(audience=Audience.CCA, recipient="shop") == "wrong_audience"

    def test_a_council_that_is_a_recipient_too_reads_its_own_case(self) -> None:
        scheme = attrs.evolve(SCHEME, recipients=("council",))
        assert show(Audience.COUNCIL, scheme=scheme).fields

    def test_what_has_no_row_is_refused(self) -> None:
        assert refused(audience=Audience.PUBLIC) == "no_row"
        assert refused(stage=Stage.AFTER) == "no_row"
        assert refused(purpose=Purpose.RESEARCH) == "no_row"

    def test_what_was_erased_is_gone_and_the_facts_stay(self) -> None:
        gone = attrs.evolve(COMPLAINT, particulars=ERASED)
        assert refused(complaint=gone) == "erased"
        assert refused(complaint=gone, audience=Audience.COMPLAINANT) == "erased"
        assert show(complaint=gone, stage=Stage.BEFORE).values == {"nature": "non_delivery"}

    def test_some_of_the_fields_may_be_asked_for_and_no_others(self) -> None:
        assert show(fields=("claimed", "nature")).fields == ("nature",)
        assert refused(fields=("nature", "complainant.age")) == "field_withheld"

    def test_nothing_goes_out_when_the_time_of_use_is_over(self) -> None:
        assert refused(until=NOW) == "use_over"
        assert show(Audience.COUNCIL, until=NOW).fields

    def test_research_needs_a_consent_apart(self) -> None:
        asked = {"audience": Audience.COUNCIL, "purpose": Purpose.RESEARCH}
        assert show(Audience.COUNCIL, purpose=Purpose.RESEARCH).fields
        without = attrs.evolve(COMPLAINT, research_consent=False)
        assert refused(complaint=without, **asked) == "no_research_consent"
        assert show(complaint=without).fields

    def test_an_authority_names_its_ground_and_its_fields(self) -> None:
        """One ground for each handling (PIPL Art 13), and for crime no more than is asked for (PDPO s.58)."""
        asked: dict[str, typing.Any] = {"audience": Audience.AUTHORITY, "purpose": Purpose.LAW_ENFORCEMENT}
        duty, fields = Basis.STATUTORY_DUTY, ("particulars.name",)
        assert refused(**asked, fields=fields) == "basis_missing"
        assert refused(**asked, basis=duty) == "fields_missing"
        assert refused(**asked, fields=fields, basis=Basis.SEPARATE_CONSENT) == "basis_not_admitted"
        shown = show(**asked, fields=fields, basis=duty, consents=())
        assert (shown.fields, shown.article) == (fields, "PDPO s.58")

    def test_an_authority_that_helps_needs_consent_and_no_statute_stands_in(self) -> None:
        asked: dict[str, typing.Any] = {"audience": Audience.AUTHORITY}
        assert refused(**asked, basis=Basis.SEPARATE_CONSENT) == "no_consent"
        assert refused(**asked, basis=Basis.STATUTORY_DUTY) == "basis_not_admitted"
        given = (consent_to("customs"),)
        assert "particulars.name" not in show(**asked, basis=Basis.SEPARATE_CONSENT, consents=given).fields

    def test_a_trader_is_given_nothing_on_another_ground(self) -> None:
        for basis in (Basis.STATUTORY_DUTY, Basis.DATA_SUBJECT_REQUEST):
            assert refused(basis=basis) == "basis_not_admitted"
        assert show(basis=Basis.SEPARATE_CONSENT).fields

    def test_numbers_of_cards_are_masked_for_others_and_whole_for_the_person(self) -> None:
        given = show().values
        assert given["particulars.statement"] == (
            "Order 1234567890123456789, paid with •••• •••• •••• 1111 on 2026-01-02."
        )
        assert given["particulars.evidence_names"] == [{"id": "e1", "name": "slip •••• •••• •••• 1111.jpg"}]
        assert show(Audience.COMPLAINANT).values["particulars.statement"] == HELD.statement

    def test_it_is_not_made_by_hand_nor_changed_afterwards(self) -> None:
        shown = show()
        with pytest.raises(TypeError, match="disclose"):
            Disclosure()
        with pytest.raises(TypeError, match="disclose"):
            attrs.evolve(shown, recipient="north")  # type: ignore[call-arg]
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            shown.recipient = "north"  # type: ignore[misc]
        with pytest.raises(TypeError):
            shown.values["nature"] = "other"  # type: ignore[index]

    def test_it_compares_copies_and_hashes(self) -> None:
        assert show() == show() == copy.copy(show())
        assert hash(show()) == hash(show())
        assert show() != show(Audience.CCA)

    def test_it_prints_the_audience_and_the_fields(self) -> None:
        printed = str(show(fields=("nature",)))
        assert printed == repr(show(fields=("nature",))) == "Disclosure(trader, fields=('nature',))"


class TestConsent:
    """One consent, one recipient (PIPL Arts 14, 15, 23; abroad Art 39)."""

    def test_each_recipient_is_asked_apart(self) -> None:
        assert missing_for_upload((), trader="shop", scheme=SCHEME, at=NOW) == ("shop", "cca")
        assert missing_for_upload(BOTH[:1], trader="shop", scheme=SCHEME, at=NOW) == ("cca",)
        assert missing_for_upload(BOTH, trader="shop", scheme=SCHEME, at=NOW) == ()

    def test_an_older_notice_does_not_count(self) -> None:
        old = (consent_to("shop", notice="v1"), consent_to("cca"))
        assert missing_for_upload(old, trader="shop", scheme=SCHEME, at=NOW) == ("shop",)

    def test_a_recipient_that_is_the_trader_is_named_once(self) -> None:
        assert missing_for_upload((), trader="cca", scheme=SCHEME, at=NOW) == ("cca",)

    def test_the_latest_of_several_is_taken(self) -> None:
        newer = consent_to("shop", given_at=NOW + timedelta(hours=1))
        assert live((newer, consent_to("shop")), "shop", LATER) is newer
        assert live((newer, consent_to("shop")), "shop", NOW) == consent_to("shop")

    def test_a_consent_to_handling_reaches_what_is_directly_related_and_no_further(self) -> None:
        reached = {purpose for purpose in Purpose if covers(Purpose.HANDLING, purpose)}
        assert reached == {Purpose.HANDLING, Purpose.DIRECTLY_RELATED}
        assert not covers(Purpose.DIRECTLY_RELATED, Purpose.HANDLING)
        assert not covers(Purpose.RESEARCH, Purpose.DIRECTLY_RELATED)


class TestPurposes:
    """A purpose is registered or cannot be named (PDPO DPP3)."""

    def test_every_purpose_is_registered_with_a_sentence_and_a_source(self) -> None:
        assert set(REGISTER) == set(Purpose)
        assert all(one.sentence.endswith(".") and one.citation.article for one in REGISTER.values())

    def test_every_purpose_is_told_in_three_scripts(self) -> None:
        assert all(len(set(one.texts)) == 3 for one in REGISTER.values())

    def test_only_research_needs_a_fresh_consent(self) -> None:
        assert {purpose for purpose in Purpose if needs_fresh_consent(purpose)} == {Purpose.RESEARCH}


class TestTransfer:
    """What binds the recipient abroad (PIPL Arts 38, 55; PDPO DPP4; GBA Standard Contract)."""

    @pytest.mark.parametrize(
        ("exporter", "importer", "applies"),
        [
            ("Hong Kong", "Shenzhen", True),
            ("GUANGZHOU", "hong  kong", True),
            ("Hong Kong", "Beijing", False),
            ("Hong Kong", "Hangzhou", False),
            ("Hong Kong", "Macao", False),
            ("Hong Kong", "Hong Kong", False),
            ("Shenzhen", "Guangzhou", False),
            ("Hong Kong", "", False),
        ],
    )
    def test_the_gba_contract_reaches_from_hong_kong_to_nine_cities_and_back(
        self, exporter: str, importer: str, applies: bool
    ) -> None:
        assert gba_contract_applies(exporter, importer) is applies

    def test_the_area_has_ten_cities(self) -> None:
        assert len(GBA_CITIES) == 10

    @pytest.mark.parametrize(
        ("instrument", "participant", "assessment", "code"),
        [
            (Instrument.COLLABORATION_AGREEMENT, BEIJING, "ia-1", None),
            (Instrument.GBA_STANDARD_CONTRACT, SHOP, "ia-1", None),
            (Instrument.PLATFORM_TERMS, SHOP, "ia-1", "instrument_not_admitted"),
            (Instrument.GBA_STANDARD_CONTRACT, BEIJING, "ia-1", "gba_contract_not_applicable"),
            (Instrument.GBA_STANDARD_CONTRACT, None, "ia-1", "gba_contract_not_applicable"),
            (Instrument.COLLABORATION_AGREEMENT, SHOP, " ", "impact_assessment_missing"),
        ],
    )
    def test_a_transfer_needs_an_instrument_that_applies_and_an_assessment(
        self, instrument: Instrument, participant: Participant | None, assessment: str, code: str | None
    ) -> None:
        found = transfer_problem(instrument, scheme=SCHEME, participant=participant, impact_assessment=assessment)
        assert found == code

    @pytest.mark.parametrize(
        ("instrument", "exporter", "codes"),
        [
            (Instrument.COLLABORATION_AGREEMENT, "Hong Kong", ["s33_not_in_operation"]),
            (Instrument.COLLABORATION_AGREEMENT, " HONG  kong", ["s33_not_in_operation"]),
            (Instrument.COLLABORATION_AGREEMENT, "Brasilia", []),
            (Instrument.COLLABORATION_AGREEMENT, "", []),
            (Instrument.GBA_STANDARD_CONTRACT, "Shenzhen", ["gba_no_onward_transfer", "gba_filing_due"]),
            (
                Instrument.GBA_STANDARD_CONTRACT,
                "Hong Kong",
                ["s33_not_in_operation", "gba_no_onward_transfer", "gba_filing_due"],
            ),
        ],
    )
    def test_what_to_mind_is_a_warning(self, instrument: Instrument, exporter: str, codes: list[str]) -> None:
        warnings = transfer_warnings(instrument, exporter_city=exporter)
        assert [one.code for one in warnings] == codes
        assert all(one.sentence.endswith(".") and one.citation.article for one in warnings)

    def test_a_warning_never_blocks(self) -> None:
        """PDPO s.33 is enacted and not in operation: an upload out of Hong Kong goes ahead, with its instrument."""
        instrument = Instrument.COLLABORATION_AGREEMENT
        assert transfer_warnings(instrument)
        found = transfer_problem(instrument, scheme=SCHEME, participant=BEIJING, impact_assessment="ia-1")
        assert found is None
        unnamed = transfer_problem(Instrument.PLATFORM_TERMS, scheme=SCHEME, participant=BEIJING, impact_assessment="i")
        assert unnamed == "instrument_not_admitted"


class TestRetention:
    """Kept no longer than needed (PDPO DPP2(2); PIPL Art 19)."""

    def test_use_ends_so_many_days_after_the_last_day_of_the_duty(self) -> None:
        due = datetime(2026, 3, 11, tzinfo=HONG_KONG)
        assert use_until(due, SCHEME) == datetime(2026, 4, 10, tzinfo=HONG_KONG)
        assert use_until(due - timedelta(hours=1), SCHEME) == use_until(due, SCHEME)

    def test_what_stays_says_why(self) -> None:
        assert {one.what: one.years for one in KEPT} == {
            "facts": None,
            "disclosures": 3,
            "access": 3,
            "refusals": 4,
            "requests": 3,
            "impact_assessments": 3,
            "breaches": 3,
        }
        assert all(one.reason.endswith(".") and one.citation.article for one in KEPT)


class TestDeletion:
    """End of use reaches whoever holds a copy (PIPL Art 47)."""

    def test_a_copy_is_held_until_its_deletion_is_confirmed(self) -> None:
        held = obtained((), "shop", NOW)
        assert held == (Holding("shop", NOW),)
        assert not owes(held, "shop")
        told = told_to_delete(held, "shop", LATER)
        assert owes(told, "shop")
        assert not owes(told, "north")
        done = confirmed(told, "shop", LATER)
        assert not owes(done, "shop")
        assert not done[0].held

    def test_reading_again_keeps_the_first_instant_and_ends_the_duty(self) -> None:
        told = told_to_delete(obtained((), "shop", NOW), None, NOW)
        again = obtained(told, "shop", LATER)
        assert again == (Holding("shop", NOW),)

    def test_reading_again_after_deletion_begins_anew(self) -> None:
        done = confirmed(told_to_delete(obtained((), "shop", NOW), None, NOW), "shop", NOW)
        assert obtained(done, "shop", LATER) == (Holding("shop", LATER),)

    def test_all_are_told_where_nobody_is_named(self) -> None:
        both = obtained(obtained((), "shop", NOW), "north", NOW)
        assert all(one.owed for one in told_to_delete(both, None, NOW))
        assert [one.owed for one in told_to_delete(both, "north", NOW)] == [False, True]

    def test_telling_again_gives_no_more_time(self) -> None:
        once = told_to_delete(obtained((), "shop", NOW), "shop", NOW)
        assert told_to_delete(once, None, LATER) == once

    def test_a_correction_asks_once_for_a_new_reading_and_nothing_of_whoever_holds_no_copy(self) -> None:
        once = corrected_at(obtained((), "shop", NOW), "shop", NOW)
        assert [one.must_renew_since for one in once] == [NOW]
        assert corrected_at(once, "shop", LATER) == once
        done = confirmed(told_to_delete(obtained((), "shop", NOW), None, NOW), "shop", NOW)
        assert corrected_at(done, "shop", LATER) == done

    def test_confirming_what_nobody_asked_changes_nothing(self) -> None:
        held = obtained((), "shop", NOW)
        assert confirmed(held, "shop", LATER) == held

    def test_what_was_confirmed_is_not_told_again(self) -> None:
        done = confirmed(told_to_delete(obtained((), "shop", NOW), None, NOW), "shop", NOW)
        assert told_to_delete(done, None, LATER) == done


class TestMasking:
    """Numbers of cards and accounts stay out of what others read (PIPL Art 28)."""

    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("4111111111111111", "••••••••••••1111"),
            ("4111-1111-1111-1111", "••••-••••-••••-1111"),
            ("4111 - 1111 - 1111 - 1111", "•••• - •••• - •••• - 1111"),
            ("ref 7 4111 1111 1111 1111", "ref 7 •••• •••• •••• 1111"),
            ("4１11１11111111111", "••••••••••••1111"),
            ("6222020200000000000", "•••••••••••••••0000"),
            ("5018 0000 0009", "•••• •••• 0009"),
            ("6222 0202 0000 0000 006", "•••• •••• •••• •••0 006"),
            ("6222020200000009", "••••••••••••0009"),
            ("004-123-456789-001", "•••-•••-•••••9-001"),
        ],
    )
    def test_what_reads_like_one_is_masked_but_for_four_digits(self, text: str, masked: str) -> None:
        assert mask_numbers(text) == masked

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "ordered 2026-01-02, 2026-01-09 and 2026-02-11",
            "from 2026-01-02 2026-01-09 on",
            "call 2345 6789",
            "parcel 123456789012",
            "79927398713 5",
            "HKD 1,299.00",
        ],
    )
    def test_dates_prices_telephones_and_parcels_stay(self, text: str) -> None:
        assert mask_numbers(text) == text

    def test_a_card_in_a_long_row_of_numbers_is_found(self) -> None:
        masked = mask_numbers("1 2 3 4 5 6 7 8 9 8 7 6 5 4111 1111 1111 1111")
        assert masked.endswith("•••• •••• •••• 1111")

    def test_the_orders_own_number_stays(self) -> None:
        assert mask_numbers("order 1234567890123456", order_number="No. 1234567890123456") == ("order 1234567890123456")

    def test_the_check_digit_is_that_of_the_standard(self) -> None:
        assert masking.luhn(masking.sums_of("79927398713"), 0, 11)
        assert not masking.luhn(masking.sums_of("79927398710"), 0, 11)


@pytest.mark.parametrize(
    "module",
    [consent, deletion, disclosure, impact, masking, purposes, register, retention, rights, stated, table, transfer],
    ids=lambda m: m.__name__,
)
def test_every_rule_names_its_article(module: types.ModuleType) -> None:
    """Each public function of the package names in its docstring the article that it follows."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            told = " ".join((inspect.getdoc(function) or "").split())
            assert re.search(r"PIPL Arts? \d|PDPO|GBA Standard Contract", told), name


def test_erased_is_a_type_of_its_own() -> None:
    """The mark of erasure never passes for particulars."""
    assert isinstance(ERASED, Erased)
