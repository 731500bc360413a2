"""The register of fields and the privacy statement: derived from the rules, and as open as they are."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

import attrs
import pytest

from expressplatform import wire
from expressplatform.codes import Buyer, Effect, Instrument, Result
from expressplatform.complaint import ERASED, Complaint
from expressplatform.eligibility import BR_CRITERIA, HK_CRITERIA, assess
from expressplatform.errors import InvalidInput
from expressplatform.privacy import KEPT, REGISTER, TABLE, FieldEntry, entries, must_give
from expressplatform.privacy.fields import KINDS, NOT_ASKED, REQUIRED, kinds_of
from expressplatform.privacy.statement import NOT_ENFORCED, Statement, document, statement
from expressplatform.privacy.table import EVERY_FIELD
from expressplatform.scheme import Criterion
from expressplatform.schemes import CONSUMIDOR_BR, HK_CCA
from expressplatform.wording import LABELS, SCRIPTS
from expressplatform.wording.privacy import CONSEQUENCES
from tests.whole_complaint import FILED, WHOLE, put

ASKED: Final = {one.field: one for one in entries(HK_CRITERIA)}
LEFT_OUT: Final[dict[str, object]] = {
    "purchase.paid": None,
    "claimed": None,
    "prior_contact.contacted": None,
    "flags.injury": None,
    "complainant.residence": None,
    "particulars.phone": "",
}


def told(field: str) -> str:
    """What is said to follow from leaving a field out, in English."""
    return ASKED[field].consequence[0]


class TestFields:
    """ "Whether it is obligatory or voluntary, and the consequences" (PDPO DPP1(3)(a))."""

    def test_every_field_has_a_ruling_a_label_and_a_kind(self) -> None:
        """The table's fields, which a test holds to the classes, in the table's order."""
        assert tuple(ASKED) == EVERY_FIELD
        assert all(len(one.label) == len(one.consequence) == len(SCRIPTS) for one in ASKED.values())
        assert sorted(field for fields in KINDS.values() for field in fields) == sorted(EVERY_FIELD)
        assert all(ASKED[field].kind == kind for kind, fields in KINDS.items() for field in fields)
        assert kinds_of(["particulars.name", "evidence"]) == {"name", "documents"}

    @pytest.mark.parametrize("criteria", [HK_CRITERIA, BR_CRITERIA, ()], ids=["hk", "br", "none"])
    def test_obligatory_is_what_a_criterion_that_blocks_or_asks_asks_for(self, criteria: tuple[Criterion, ...]) -> None:
        """By a second route: the paths of the criteria, and what no complaint can be made without."""
        asking = [path for one in criteria if one.effect in (Effect.BLOCK, Effect.ASK) for path in one.paths]
        reached = {field for field in EVERY_FIELD for path in asking if f"$.{field}.".startswith(f"{path}.")}
        obligatory = {one.field for one in entries(criteria) if one.obligatory}
        assert obligatory == (reached | {"trader.organisation", "category", "nature"}) - NOT_ASKED - {"consents"}

    def test_what_no_complaint_can_be_made_without_is_obligatory(self) -> None:
        """A document without it is refused."""
        assert set(REQUIRED) == {"trader.organisation", "category", "nature"}
        assert all(told(field) == CONSEQUENCES["not_recorded"][0] for field in REQUIRED)
        for field in REQUIRED:
            bare = json.loads(wire.write_complaint(WHOLE))
            del bare[field.partition(".")[0]]
            with pytest.raises(InvalidInput):
                wire.read_complaint(json.dumps(bare).encode())

    def test_a_part_that_a_criterion_names_reaches_all_fields_in_it(self) -> None:
        """A council's own criterion may ask for a whole part, or let one part stand in for another."""
        whole = attrs.evolve(HK_CRITERIA[0], id="X1", paths=("$.prior_contact",))
        either = attrs.evolve(
            HK_CRITERIA[0], id="X2", paths=("$.flags", "$.claimed"), choices=(("$.flags", "$.claimed"),)
        )
        found = {one.field: one for one in entries((whole, either))}
        assert found["prior_contact.on"].obligatory
        assert found["prior_contact.on"].instead == ()
        assert found["claimed"].criteria == ("X2",)
        assert found["claimed"].instead == (("flags.testing_needed", "flags.injury", "flags.crime"),)
        assert found["flags.injury"].obligatory
        assert not found["flags.suspected_abuse"].obligatory

    def test_every_path_of_the_criteria_is_a_field(self) -> None:
        """Nobody is asked for what there is not, and a choice is among what is asked."""
        for criterion in (*HK_CRITERIA, *BR_CRITERIA):
            for path in criterion.paths:
                assert any(f"$.{field}.".startswith(f"{path}.") for field in EVERY_FIELD), path
            assert {path for group in criterion.choices for path in group} <= set(criterion.paths)

    def test_of_several_that_serve_alike_each_names_the_others(self) -> None:
        """An order number serves two criteria, a name only itself."""
        contacts = {"particulars.email", "particulars.phone", "particulars.address"}
        for field in contacts:
            assert [set(group) for group in ASKED[field].instead] == [contacts - {field}]
        assert len(ASKED["particulars.order_number"].instead) == 2
        assert ASKED["particulars.name"].instead == ()

    @pytest.mark.parametrize(
        ("criterion", "group", "values"),
        [
            ("E6", 0, {"particulars.shop_page": "https://shop.example", "particulars.trader_contact": "desk",
                       "particulars.order_number": "1", "trader.shop.shop_id": "s"}),
            ("E7", 0, {"particulars.email": "a@example.org", "particulars.phone": "1", "particulars.address": "1"}),
            ("E8", 0, {"particulars.request": "It.", "redress": WHOLE.redress}),
            ("E9", 0, {"particulars.order_number": "1", "evidence": WHOLE.evidence}),
            ("E13", 0, {"dates.known_on": date(2025, 5, 9), "purchase.ordered_on": date(2025, 5, 1)}),
            ("E17", 0, {"complainant.age": WHOLE.complainant.age, "complainant.guardian_acts": True}),
        ],
    )  # fmt: skip
    def test_one_of_a_group_is_enough_and_none_is_not(self, criterion: str, group: int, values: dict[str, Any]) -> None:
        """What the register says of choices is what the criteria do."""
        choice = next(one for one in HK_CRITERIA if one.id == criterion).choices[group]
        assert {f"$.{field}" for field in values} == set(choice)
        bare: Complaint = WHOLE
        for field in values:
            at_first = "" if field.startswith(("particulars.", "trader.")) else None
            bare = put(bare, field, () if field in ("redress", "evidence") else at_first)
        assert self.stands(criterion, bare) is not Result.MET
        for field, value in values.items():
            assert self.stands(criterion, put(bare, field, value)) is Result.MET, field

    def test_every_choice_is_tried(self) -> None:
        """The groups of the test above are all that there are."""
        assert [one.id for one in HK_CRITERIA if one.choices] == ["E6", "E7", "E8", "E9", "E13", "E17"]
        assert all(len(one.choices) <= 1 for one in HK_CRITERIA)

    def stands(self, criterion: str, complaint: Complaint) -> Result:
        """How a criterion stands."""
        found = assess(complaint, scheme=HK_CCA, on=FILED).findings
        return next(one.result for one in found if one.id == criterion)

    @pytest.mark.parametrize("field", LEFT_OUT)
    def test_what_is_voluntary_may_be_left_out(self, field: str) -> None:
        """Nobody is asked again; where the register says so, an officer decides."""
        entry = ASKED[field]
        found = assess(put(WHOLE, field, LEFT_OUT[field]), scheme=HK_CCA, on=FILED)
        if field == "particulars.phone":
            assert entry.instead
            assert found.verdict == "eligible"
        else:
            assert not entry.obligatory
            officer = entry.consequence == CONSEQUENCES["officer"]
            assert found.verdict in (("eligible", "officer") if officer else ("eligible",))

    def test_a_consent_is_free_and_says_what_follows(self) -> None:
        """PIPL Arts 14, 16: one that had to be given would be none."""
        assert not ASKED["consents"].obligatory
        assert told("consents") == CONSEQUENCES["no_sending"][0]
        assert not ASKED["research_consent"].obligatory
        assert told("research_consent") == CONSEQUENCES["no_research"][0]

    def test_what_the_council_notes_is_asked_of_nobody(self) -> None:
        """Its file number, its suspicions, and that the notice was shown."""
        assert {one.field for one in ASKED.values() if not one.asked} == NOT_ASKED
        assert all(told(field) == CONSEQUENCES["not_asked"][0] for field in NOT_ASKED)
        assert not any(NOT_ASKED.intersection(group) for group in must_give(HK_CRITERIA))

    @pytest.mark.parametrize(
        ("place", "name"), [("particulars", "id_number"), ("complainant", "passport"), (None, "date_of_birth")]
    )
    def test_a_field_that_is_not_registered_is_refused_by_the_wire(self, place: str | None, name: str) -> None:
        """No more than the purpose needs (PDPO DPP1(1)): an identity card's number has no field, and no way in."""
        sent = json.loads(wire.write_complaint(WHOLE))
        (sent[place] if place else sent)[name] = "A123456(7)"
        with pytest.raises(InvalidInput) as caught:
            wire.read_complaint(json.dumps(sent).encode())
        assert [one.kind for one in caught.value.problems] == ["unknown_field"]
        assert "A123456" not in str(caught.value)
        assert name not in str(caught.value)


class TestStatement:
    """Policy and practice, openly (PDPO DPP5; PIPL Arts 7, 17)."""

    MADE: Final[Statement] = statement(HK_CCA, on=FILED)

    def test_it_says_who_handles_and_whom_to_ask(self) -> None:
        """In the words of the notice in use."""
        notice = HK_CCA.notices[-1]
        assert (self.MADE.handler, self.MADE.contact, self.MADE.rights) == (
            notice.handler,
            notice.contact,
            notice.rights,
        )
        assert (self.MADE.scheme, self.MADE.edition, self.MADE.council) == ("hk-cca", "2019.1", "hkcc")
        assert self.MADE.title == HK_CCA.title

    def test_it_tells_purposes_and_fields_as_the_registers_do(self) -> None:
        """With citation, standing and consequence."""
        assert self.MADE.purposes == tuple(REGISTER.values())
        assert self.MADE.fields == entries(HK_CCA.criteria_on(FILED))

    def test_it_tells_every_row_of_the_table_and_no_other(self) -> None:
        """By audience, purpose, stage and condition."""
        rows = {
            (field, one.audience, one.purpose, frozenset(one.stages), one.citation, one.condition)
            for one in self.MADE.audiences
            for field in one.fields
        }
        asked = {(one.field, one.audience, one.purpose, one.stages, one.citation, one.condition) for one in TABLE}
        assert rows == asked
        assert sum(len(one.fields) for one in self.MADE.audiences) == len(TABLE)

    def test_it_tells_how_long(self) -> None:
        """The duty to retain, the trader's time of use, and what stays."""
        lengths = {one.what: (one.days, one.calendar) for one in self.MADE.lengths}
        assert lengths == {
            "kept_after_end": (2557, "calendar_days"),
            "use_after_deadline": (HK_CCA.use_days, "calendar_days"),
        }
        assert self.MADE.kept == KEPT

    def test_it_tells_the_instruments_with_their_warnings(self) -> None:
        """PDPO s.33 warns wherever data leave Hong Kong, and nowhere else."""
        assert {one.instrument for one in self.MADE.instruments} == HK_CCA.instruments
        assert all(one.warnings[0].code == "s33_not_in_operation" for one in self.MADE.instruments)
        assert all(one.label == LABELS["Instrument"][one.instrument.value] for one in self.MADE.instruments)
        (terms,) = statement(CONSUMIDOR_BR, on=FILED).instruments
        assert (terms.instrument, terms.warnings) == (Instrument.PLATFORM_TERMS, ())

    def test_it_tells_which_versions_of_the_notice_still_carry_consents(self) -> None:
        """The newest last, and which one is in use."""
        first = HK_CCA.notices[-1]
        reworded = attrs.evolve(first, version="v2", valid_from=date(2025, 1, 1))
        other = attrs.evolve(first, version="v3", terms=attrs.evolve(first.terms, kinds=("claim",)))
        scheme = attrs.evolve(HK_CCA, notices=(first, reworded, other), notice="v2")
        told = [(one.version, one.in_use, one.consents_hold) for one in statement(scheme, on=FILED).notices]
        assert told == [(first.version, False, True), ("v2", True, True), ("v3", False, False)]

    def test_a_scheme_without_a_text_of_its_notice_says_what_it_can(self) -> None:
        """No handler is made up, and no warning of a place that nobody stated."""
        scheme = attrs.evolve(HK_CCA, notices=(), notice="own-1", service_levels=())
        made = statement(scheme, on=FILED)
        assert (made.handler, made.contact, made.rights, made.notices) == (None, None, (), ())
        assert [one.what for one in made.lengths] == ["use_after_deadline"]
        assert not any(w.code == "s33_not_in_operation" for one in made.instruments for w in one.warnings)
        assert document(made)["handler"] is None

    def test_what_is_not_enforced_says_why_and_where_it_stands(self) -> None:
        """Each once, with a reason and an article."""
        assert self.MADE.not_enforced == NOT_ENFORCED
        assert len({one.matter for one in NOT_ENFORCED}) == len(NOT_ENFORCED)
        assert all(one.reason.endswith(".") and one.citation.article for one in NOT_ENFORCED)

    def test_it_is_a_document_with_its_texts_by_language(self) -> None:
        """Plain JSON; every field is in it; a code is its value, a day an ISO date."""
        made = json.loads(json.dumps(document(self.MADE)))
        assert set(made) == {one.name for one in attrs.fields(Statement)}
        assert made["as_at"] == FILED.isoformat()
        assert made["handler"]["zh-Hans"] == "香港消费者委员会"
        assert {one["field"] for one in made["fields"]} == set(EVERY_FIELD)
        name = next(one for one in made["fields"] if one["field"] == "particulars.name")
        assert set(name) == {one.name for one in attrs.fields(FieldEntry)}
        assert name["label"] == {"en": "Your name", "zh-Hant": "姓名", "zh-Hans": "姓名"}
        assert made["audiences"][0]["stages"] == ["before", "handling", "after"]
        assert made["purposes"][0]["citation"]["text"].startswith("Personal Data (Privacy) Ordinance")

    def test_nothing_of_a_complaint_is_in_it(self) -> None:
        """It is made from rules; no complaint is asked."""
        assert "A. Person" not in json.dumps(document(self.MADE))
        assert document(Buyer.PRIVATE) == "private"
        assert document(ERASED) == "erased"
