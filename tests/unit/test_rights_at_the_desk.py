"""What people ask about their own data, at a desk: found without opening, answered, refused, kept, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.case import Case
from expressplatform.codes import (
    Channel,
    IdentityProof,
    Instrument,
    KeptGround,
    Language,
    Reading,
    RefusalSection,
    Right,
    RightsResult,
    RightsStatus,
    Status,
    Withholding,
)
from expressplatform.commands import Command
from expressplatform.complaint import Actor, Particulars
from expressplatform.errors import InvalidInput, KeyReused, Refused
from expressplatform.events import Disclosed
from expressplatform.memory import MemoryKeyStore, MemoryShelf, MemoryStore
from expressplatform.platform import Platform, RightsAnswer
from expressplatform.platform.person_copy import STAFF_FIELDS
from expressplatform.platform.requests import CORRECTABLE
from expressplatform.ports import EVERYONE, Shelf, Sought, StoredCase
from expressplatform.privacy.rights import RightsRequest
from expressplatform.schemes import HK_CCA
from expressplatform.wire import COMMANDS
from tests.walking import AUDITOR, EXAMPLES, OFFICER, PERSON, TAOBAO, UPLOAD
from tests.whole_life import ASSESSED, SECOND, WHO, Clock, complaint, live, long_life, seeded, short_life

CHAN: Final = Particulars(
    name="Chan Siu Man",
    email="chan@example.org",
    phone="+852 5555 0100",
    order_number="1-17",
    statement="It broke.",
    request="Refund.",
)


def told(who: Particulars, **change: str) -> Particulars:
    """The same person, who told something else."""
    evolve: Any = attrs.evolve
    changed: Particulars = evolve(who, **change)
    return changed


class Watched(MemoryStore):
    """A store that notes which cases were loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def load(self, case_id: str, organisation: str, /) -> StoredCase | None:
        self.loaded.append(case_id)
        return super().load(case_id, organisation)


class Desk:
    """A platform, its store, its shelf and its clock."""

    def __init__(self) -> None:
        self.clock, self.store, self.shelf, self.keys = Clock(), Watched(), MemoryShelf(), MemoryKeyStore()
        self.platform = Platform(
            scheme=HK_CCA, store=self.store, keys=self.keys, shelf=self.shelf, now=self.clock, draw=seeded
        )
        self.platform.record_impact_assessment(ASSESSED, by=OFFICER)

    def lodge(self, key: str, who: Particulars = CHAN) -> Case:
        """A new case over an order of its own."""
        return self.platform.lodge(complaint(told(who, order_number=key)), by=OFFICER, key=key)

    def open(
        self,
        kind: Right = Right.ACCESS,
        *,
        contact: str = "chan@example.org",
        key: str = "letter-1",
        recipients: Sequence[str] = (),
        corrections: Mapping[str, str] | None = None,
    ) -> RightsRequest:
        """Ms Chan asks."""
        return self.platform.open_request(
            kind,
            name="chan  siu man",
            contact=contact,
            channel=Channel.POST,
            by=OFFICER,
            key=key,
            recipients=recipients,
            corrections=corrections or {},
        )

    def answer(self, request: RightsRequest, key: str = "answer-1") -> RightsAnswer:
        """The second officer answers."""
        return self.platform.answer_request(request.id, identity_checked=IdentityProof.CALLED_BACK, by=SECOND, key=key)

    def ended(self, key: str = "form-1") -> Case:
        """A case that was taken back."""
        return live(self.platform, self.clock, short_life(), key, told(CHAN, order_number=key))

    def rows(self, kind: str) -> list[Any]:
        """The rows of a kind."""
        return list(self.shelf.list(EVERYONE, kind, Sought(), "", 99).rows)


# --- found, and put on record ----------------------------------------------------------------------------------------


def test_a_persons_cases_are_found_by_any_contact_without_opening_one() -> None:
    desk = Desk()
    one = desk.lodge("form-1")
    desk.clock.wait(days=200)  # another quarter
    two = desk.lodge("form-2", told(CHAN, email="", order_number="2-34"))
    desk.lodge("form-3", WHO)
    desk.lodge("form-4", told(CHAN, name="Chan Siu Ming"))
    desk.store.loaded.clear()
    opened = len(desk.platform._flow.ring)
    assert desk.open(contact="+852 5555 0100").cases == tuple(sorted((one.id, two.id)))
    assert desk.open(key="letter-2").cases == (one.id,)
    assert desk.store.loaded == []
    assert len(desk.platform._flow.ring) == opened


def test_the_search_is_a_reading_on_record_even_where_nothing_is_found() -> None:
    desk = Desk()
    case = desk.lodge("form-1")
    found = desk.open()
    desk.clock.wait(hours=1)
    none = desk.open(contact="nobody@example.org", key="letter-2")
    entries = desk.platform.access_log(by=AUDITOR_HERE)
    assert [(one.how, one.cases) for one in entries] == [(Reading.SEARCH, (case.id,)), (Reading.SEARCH, ())]
    assert found.id in entries[0].reason
    assert none.cases == ()


AUDITOR_HERE: Final = attrs.evolve(AUDITOR, organisation="hkcc")


def test_nothing_personal_stands_on_the_shelf_in_clear() -> None:
    desk = Desk()
    desk.lodge("form-1")
    request = desk.open()
    desk.answer(request)
    refused = desk.open(key="letter-2")
    desk.platform.refuse_request(
        refused.id, section=RefusalSection.PDPO_20_1_A, reasons="chan did not answer", by=OFFICER
    )
    written = repr([desk.rows(kind) for kind in ("rights", "refusal", "access")]).casefold()
    assert len(desk.rows("rights")) == 2
    for word in ("chan", "siu", "example", "5555"):
        assert word not in written


def test_the_same_key_is_the_same_request_and_another_question_under_it_is_refused() -> None:
    desk = Desk()
    desk.lodge("form-1")
    request = desk.open()
    assert desk.open() == request
    assert len(desk.platform.access_log(by=OFFICER)) == 1
    for other in (Right.ERASURE, Right.ACCESS):
        with pytest.raises(KeyReused):
            desk.open(other, contact="chan@example.org" if other is Right.ERASURE else "other@example.org")
    done = desk.answer(request).request
    assert desk.open() == done


def test_a_request_that_is_wrong_is_told_with_every_problem_and_no_value() -> None:
    desk = Desk()
    with pytest.raises(InvalidInput) as caught:
        desk.platform.open_request(
            "copy",  # type: ignore[arg-type]
            name=" ",
            contact="",
            channel="pigeon",  # type: ignore[arg-type]
            by=OFFICER,
            key="",
            recipients=["two words"],
            corrections={"statement": "canary", "phone": "5" * 41, "email": " "},
        )
    paths = [one.path for one in caught.value.problems]
    assert paths == [
        "$.kind",
        "$.channel",
        "$.key",
        "$.name",
        "$.contact",
        "$.recipients",
        "$.corrections",
        "$.corrections.phone",
        "$.corrections.email",
    ]
    assert "canary" not in str(caught.value)
    with pytest.raises(InvalidInput):
        desk.platform.answer_request("r", identity_checked="passport", by=OFFICER, key="k")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        desk.platform.refuse_request("r", section="s.20", reasons="", by=OFFICER)  # type: ignore[arg-type]


def test_only_the_council_acts_and_those_who_watch_read_the_log() -> None:
    desk = Desk()
    request = desk.open()
    for who in (PERSON, TAOBAO, AUDITOR_HERE):
        for attempt in (
            lambda by=who: desk.platform.open_request(
                Right.ACCESS, name="a", contact="b", channel=Channel.WEB, by=by, key="k"
            ),
            lambda by=who: desk.platform.answer_request(
                request.id, identity_checked=IdentityProof.ACCOUNT, by=by, key="k"
            ),
            lambda by=who: desk.platform.refuse_request(
                request.id, section=RefusalSection.PDPO_20_1_A, reasons="So.", by=by
            ),
            lambda by=who: desk.platform.requests(by=by),
            lambda by=who: desk.platform.record_impact_assessment(ASSESSED, by=by),
        ):
            with pytest.raises(Refused, match="not_the_council"):
                attempt()
    assert desk.platform.refusals(by=AUDITOR_HERE) == ()
    assert desk.platform.impact_assessments(by=AUDITOR_HERE) == (ASSESSED,)
    with pytest.raises(Refused, match="not_a_watcher"):
        desk.platform.refusals(by=PERSON)
    with pytest.raises(Refused, match="not_a_watcher"):
        desk.platform.impact_assessments(by=TAOBAO)
    elsewhere = attrs.evolve(OFFICER, organisation="macao")
    assert desk.platform.requests(by=elsewhere) == ()
    for unknown in (request.id, "x", "r" + "0" * 31):
        with pytest.raises(Refused, match="no_such_request"):
            desk.platform.answer_request(unknown, identity_checked=IdentityProof.ACCOUNT, by=elsewhere, key="k")


# --- access -----------------------------------------------------------------------------------------------------------


def test_a_copy_is_a_disclosure_on_each_case_and_a_reading_before_it_is_shown() -> None:
    desk = Desk()
    one, two = desk.lodge("form-1"), desk.lodge("form-2")
    request = desk.open()
    desk.clock.wait(hours=1)
    done = desk.answer(request)
    assert {result.result for result in done.request.results} == {RightsResult.COPIED}
    for case_id in (one.id, two.id):
        *_, event = desk.platform.facts(case_id, by=OFFICER).events
        assert isinstance(event, Disclosed)
        record = event.disclosure
        assert (record.audience, record.purpose, record.basis) == ("complainant", "rights", "data_subject_request")
        assert "DPP6" in record.article
        assert {"particulars.name", "particulars.statement"} <= {*record.fields}
        assert "particulars.representative_name" not in record.fields
    *_, copied = desk.platform.access_log(by=OFFICER)
    assert (copied.how, copied.by) == (Reading.COPY, SECOND)
    assert sorted(copied.cases) == sorted((one.id, two.id))


def test_nothing_is_shown_where_the_copy_cannot_be_put_on_record() -> None:
    desk = Desk()
    desk.lodge("form-1")
    request = desk.open()
    desk.shelf.close()
    with pytest.raises(Exception, match="closed"):
        desk.answer(request)


def test_a_copy_holds_what_is_held_what_was_said_who_has_it_and_what_they_confirmed() -> None:
    desk = Desk()
    case = live(desk.platform, desk.clock, long_life(who=lambda: CHAN), "form-1", CHAN)
    desk.platform.read(case.id, by=OFFICER, reason="call back")
    desk.clock.wait(hours=1)
    done = desk.answer(desk.open())
    document: Any = done.document
    (found,) = document["cases"]
    assert found["facts"]["status"] == "closed"
    assert found["data"]["particulars.name"] == CHAN.name
    assert found["data"]["purchase.paid"] == {"currency": "HKD", "minor_units": 129900}
    assert {one["recipient"] for one in found["consents"]} == {"taobao", "cca", "jd"}
    assert [one["recipient"] for one in found["disclosures"]] == ["taobao", "jd", "cca", "complainant"]
    given = found["disclosures"][0]
    assert {"fields", "purpose", "basis", "article", "use_until", "notice"} <= given.keys()
    assert found["deletions"] == [
        {
            "at": found["deletions"][0]["at"],
            "organisation": "taobao",
            "ground": KeptGround.NOTHING_KEPT.value,
            "kept": [],
        }
    ]
    assert [one["organisation"] for one in found["holdings"]] == ["taobao", "jd"]
    assert [(one["role"], one["how"], one["purpose"]) for one in found["readings"]][:1] == [
        ("council", "case", "call back")
    ]
    said = [one["kind"] for one in found["events"] if "text" in one]
    assert {"NoteAdded", "MessageAdded", "OfferMade", "Disputed"} <= {*said}
    assert document["request"]["identity"] == "called_back"
    assert json.loads(json.dumps(document)) == document
    for word in (CHAN.name, CHAN.statement, "call back", "Because it is so.", "taobao"):
        assert word in done.text


def test_a_copy_tells_what_was_held_before_a_correction() -> None:
    desk = Desk()
    case = desk.lodge("form-1")
    desk.clock.wait(hours=1)
    desk.platform.act(case.id, c.Correct(told(CHAN, phone="+852 1", order_number="form-1")), by=PERSON, key="c")
    document: Any = desk.answer(desk.open()).document
    (found,) = document["cases"]
    assert found["data"]["particulars.phone"] == "+852 1"
    assert [one["values"] for one in found["earlier"]] == [{"particulars.phone": CHAN.phone}]


def test_other_people_are_left_out_and_the_copy_says_so() -> None:
    desk = Desk()
    desk.lodge(
        "form-1",
        told(CHAN, representative_name="Rep Canary", representative_contact="rep@canary"),
    )
    done = desk.answer(desk.open())
    written = json.dumps(done.document) + done.text
    assert "anary" not in written
    assert done.request.withheld == (Withholding.REPRESENTATIVE, Withholding.STAFF)
    document: Any = done.document
    assert all("s.20(1)(b)" in one["article"] for one in document["withheld"])
    assert "representative" in done.text


def test_every_field_of_a_command_that_holds_a_staff_id_is_left_out() -> None:
    """Whoever adds a command with such a field is told here."""
    names = {
        field.name
        for command in COMMANDS.values()
        for field in attrs.fields(attrs.resolve_types(command))
        if field.type is str
    }
    assert names == {"trader", "recipient", "reference", "evidence", "impact_assessment", *STAFF_FIELDS}


def test_that_nothing_is_held_is_an_answer() -> None:
    desk = Desk()
    done = desk.answer(desk.open(contact="nobody@example.org"))
    assert done.request.status is RightsStatus.ANSWERED
    assert done.document["held"] is False
    assert "No personal data are held" in done.text


def test_an_answer_repeated_is_the_same_and_leaves_one_disclosure() -> None:
    desk = Desk()
    case = desk.lodge("form-1")
    first = desk.answer(desk.open())
    version = desk.platform.facts(case.id, by=OFFICER).case.version
    desk.clock.wait(days=1)
    desk.platform.act(case.id, c.AddNote(c_note()), by=OFFICER, key="later")
    again = desk.answer(first.request)
    assert again.document == first.document
    assert again.text == first.text
    assert desk.platform.facts(case.id, by=OFFICER).case.version == version + 1
    with pytest.raises(Refused, match="wrong_status"):
        desk.answer(first.request, key="answer-2")
    with pytest.raises(Refused, match="wrong_status"):
        desk.platform.refuse_request(
            first.request.id, section=RefusalSection.PDPO_20_1_A, reasons="Too late.", by=OFFICER
        )


def c_note() -> Any:
    """A remark."""
    return EXAMPLES[c.AddNote].particulars  # type: ignore[attr-defined]


def test_of_an_erased_case_the_facts_are_told_and_that_it_was_erased() -> None:
    desk = Desk()
    case = desk.ended()
    before, after = desk.open(), desk.open(key="letter-2")
    first = desk.answer(before)
    desk.clock.wait(hours=1)
    desk.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    desk.platform.work()
    for done in (desk.answer(after, "answer-2"), desk.answer(first.request)):
        document: Any = done.document
        (found,) = document["cases"]
        assert "particulars.name" not in found["data"]
        assert found["data"]["nature"] == "defective"
        written = json.dumps({**document, "request": {}})
        assert "Chan" not in written
        assert "It broke." not in written
    document = desk.answer(after, "answer-2").document
    assert document["cases"][0]["facts"]["erased"] is True
    assert document["results"][0]["result"] == "facts_only"
    assert desk.open(key="letter-3").cases == ()  # no token is left


def test_an_answer_speaks_the_language_of_the_person() -> None:
    for language, title, nothing in (
        ("zh-Hant", "對你要求的回覆", "略去的內容及原因"),
        ("zh-Hans", "对您请求的答复", "略去的内容及原因"),
        ("en", "Answer to your request", "What is left out, and why"),
    ):
        desk = Desk()
        given = complaint(CHAN)
        spoken = type(given.complainant.language)(language)
        given = attrs.evolve(given, complainant=attrs.evolve(given.complainant, language=spoken))
        desk.platform.lodge(given, by=OFFICER, key="form-1")
        text = desk.answer(desk.open()).text
        assert text.startswith(title)
        assert nothing in text
        assert desk.answer(desk.open(Right.ERASURE, key="letter-2")).text.startswith(title)


# --- correction, erasure, objection --------------------------------------------------------------------------------


def test_a_correction_is_carried_out_on_each_case_and_adds_nothing() -> None:
    desk = Desk()
    one = desk.lodge("form-1")
    two = desk.lodge("form-2", told(CHAN, phone=""))
    gone = desk.ended("form-3")
    request = desk.open(Right.CORRECTION, corrections={"phone": "+852 5555 0199"})
    desk.platform.erase(gone.id, by=OFFICER, approved_by=SECOND)
    done = desk.answer(request)
    assert {result.case: result.result for result in done.request.results} == {
        one.id: RightsResult.CORRECTED,
        two.id: RightsResult.UNCHANGED,
        gone.id: RightsResult.ERASED,
    }
    for case_id, phone in ((one.id, "+852 5555 0199"), (two.id, "")):
        held = desk.platform.case(case_id, by=OFFICER, reason="check").particulars
        assert isinstance(held, Particulars)
        assert (held.phone, held.statement) == (phone, CHAN.statement)
    version = desk.platform.facts(one.id, by=OFFICER).case.version
    assert desk.answer(done.request).request == done.request
    assert desk.platform.facts(one.id, by=OFFICER).case.version == version


def test_a_correction_that_was_cut_off_goes_on_where_it_stopped() -> None:
    desk = Desk()
    one = desk.lodge("form-1")
    request = desk.open(Right.CORRECTION, corrections={"phone": "+852 5555 0199"})
    right = told(CHAN, phone="+852 5555 0199")
    desk.platform.act(one.id, c.Correct(right), by=OFFICER, key=f"rights:{request.id}")
    later = told(right, phone="+852 5555 0200")
    desk.platform.act(one.id, c.Correct(later), by=PERSON, key="later")
    (result,) = desk.answer(request).request.results
    assert result.result is RightsResult.CORRECTED
    held = desk.platform.case(one.id, by=OFFICER, reason="check").particulars
    assert isinstance(held, Particulars)
    assert held.phone == "+852 5555 0200"


def test_what_can_be_corrected_is_a_field_of_the_particulars() -> None:
    fields: Any = Particulars
    assert {*CORRECTABLE} <= {one.name for one in attrs.fields(fields)}


def test_an_erasure_says_which_cases_may_be_erased_and_why_not_and_erases_nothing() -> None:
    desk = Desk()
    going_on, over, held, gone = desk.lodge("form-1"), desk.ended("form-2"), desk.ended("form-3"), desk.ended("form-4")
    desk.platform.act(held.id, c.Hold("officer-2", c_note()), by=OFFICER, key="hold")
    request = desk.open(Right.ERASURE)
    desk.platform.erase(gone.id, by=OFFICER, approved_by=SECOND)
    done = desk.answer(request)
    assert {one.case: one.result for one in done.request.results} == {
        going_on.id: RightsResult.NOT_ENDED,
        over.id: RightsResult.MAY_BE_ERASED,
        held.id: RightsResult.ON_HOLD,
        gone.id: RightsResult.ERASED,
    }
    assert desk.platform.facts(over.id, by=OFFICER).case.status is Status.WITHDRAWN
    assert "two officers" in done.text


def test_an_objection_takes_back_the_consents_that_it_names() -> None:
    desk = Desk()
    live_one, over = desk.lodge("form-1"), desk.ended("form-2")
    steps: tuple[Command, ...] = (c.Accept(), UPLOAD)
    for number, command in enumerate(steps):
        desk.platform.act(live_one.id, command, by=OFFICER, key=f"s{number}")
    done = desk.answer(desk.open(Right.OBJECTION, recipients=("taobao", "cca", "jd")))
    assert {one.case: one.result for one in done.request.results} == {
        live_one.id: RightsResult.CONSENT_WITHDRAWN,
        over.id: RightsResult.CONSENT_WITHDRAWN,  # also where the case has ended (PIPL Art 15)
    }
    case = desk.platform.facts(live_one.id, by=OFFICER).case
    assert (case.status, case.file.consents) == (Status.REFERRED_BACK, ())
    assert desk.answer(done.request).request == done.request
    again = desk.answer(desk.open(Right.OBJECTION, key="o-2", recipients=("taobao", "cca", "jd")))
    assert {one.result for one in again.request.results} == {RightsResult.NOTHING_TO_WITHDRAW}


# --- refused, listed, kept --------------------------------------------------------------------------------------------


def test_a_refusal_is_told_once_and_stands_in_the_log() -> None:
    desk = Desk()
    request = desk.open()
    for _ in range(2):
        done = desk.platform.refuse_request(
            request.id, section=RefusalSection.PDPO_20_3_B, reasons="Two of that name.", by=OFFICER
        )
        assert (done.status, done.section) == (RightsStatus.REFUSED, RefusalSection.PDPO_20_3_B)
    (entry,) = desk.platform.refusals(by=OFFICER)
    assert (entry.request, entry.reasons, entry.by) == (request.id, "Two of that name.", OFFICER.person)
    with pytest.raises(Refused, match="wrong_status"):
        desk.platform.refuse_request(
            request.id, section=RefusalSection.PDPO_20_3_B, reasons="Something else.", by=OFFICER
        )
    with pytest.raises(Refused, match="wrong_status"):
        desk.answer(request)


def test_a_refusal_cut_off_before_its_entry_makes_it_when_repeated() -> None:
    desk = Desk()
    request = desk.open()
    refuse = {"section": RefusalSection.PDPO_20_3_B, "reasons": "Two of that name.", "by": OFFICER}
    desk.platform.refuse_request(request.id, **refuse)  # type: ignore[arg-type]
    desk.shelf.delete(EVERYONE, "refusal", [request.id])
    desk.platform.refuse_request(request.id, **refuse)  # type: ignore[arg-type]
    assert len(desk.platform.refusals(by=OFFICER)) == 1


def test_the_list_says_where_requests_stand_and_not_who_asked() -> None:
    desk = Desk()
    first, second = desk.open(), desk.open(key="letter-2")
    desk.answer(first)
    desk.clock.wait(days=30)
    third = desk.open(key="letter-3")
    listed = desk.platform.requests(by=OFFICER)
    assert [one.id for one in listed] == [first.id, second.id, third.id]
    assert all(repr(one.particulars) == "ERASED" for one in listed)
    assert [one.id for one in desk.platform.requests(by=OFFICER, open_only=True)] == [second.id, third.id]
    assert desk.platform.requests(by=OFFICER, overdue=True) == ()
    desk.clock.wait(days=11)
    assert [one.id for one in desk.platform.requests(by=OFFICER, overdue=True)] == [second.id]


def test_requests_refusals_and_assessments_go_when_their_years_are_over_and_open_ones_stay() -> None:
    desk = Desk()
    waits = desk.open(key="letter-0")
    desk.answer(desk.open())
    refused = desk.open(key="letter-2")
    desk.platform.refuse_request(refused.id, section=RefusalSection.PDPO_20_1_A, reasons="So.", by=OFFICER)
    desk.clock.wait(days=3 * 365 + 2)
    desk.platform.work()
    assert [one.id for one in desk.platform.requests(by=OFFICER)] == [waits.id]
    assert len(desk.platform.refusals(by=OFFICER)) == 1
    desk.clock.wait(days=366)
    desk.platform.work()
    assert desk.platform.refusals(by=OFFICER) == ()
    assert len(desk.platform.impact_assessments(by=OFFICER)) == 1
    secret = desk.keys.secret("shelf:impact:2025")
    desk.clock.at = desk.clock.at.replace(year=ASSESSED.valid_until.year + 3, month=12, day=30)
    desk.platform.work()
    assert len(desk.platform.impact_assessments(by=OFFICER)) == 1
    desk.clock.wait(days=3)
    desk.platform.work()
    assert desk.platform.impact_assessments(by=OFFICER) == ()
    assert desk.keys.secret("shelf:impact:2025") != secret
    assert [one.id for one in desk.platform.requests(by=OFFICER)] == [waits.id]


# --- impact assessments ----------------------------------------------------------------------------------------------


def test_an_upload_names_an_assessment_on_record_for_its_trader_and_instrument_on_that_day() -> None:
    desk = Desk()
    case = desk.lodge("form-1")
    desk.platform.act(case.id, c.Accept(), by=OFFICER, key="accept")
    for name, change in (
        ("other-trader", {"recipient": "jd"}),
        ("other-instrument", {"instrument": Instrument.PCPD_MODEL_CLAUSES}),
        ("over", {"valid_until": ASSESSED.made_on}),
        ("not-yet", {"made_on": ASSESSED.valid_until}),
    ):
        desk.platform.record_impact_assessment(attrs.evolve(ASSESSED, id=name, **change), by=OFFICER)
    elsewhere = attrs.evolve(OFFICER, organisation="macao")
    desk.platform.record_impact_assessment(attrs.evolve(ASSESSED, id="of-macao"), by=elsewhere)
    for name in ("other-trader", "other-instrument", "over", "not-yet", "of-macao", "nowhere"):
        with pytest.raises(Refused, match="impact_assessment_unknown"):
            desk.platform.act(case.id, attrs.evolve(UPLOAD, impact_assessment=name), by=OFFICER, key=name)
    assert desk.platform.act(case.id, UPLOAD, by=OFFICER, key="upload").status is Status.UPLOADED


def test_an_assessment_is_recorded_once_and_outlives_every_case() -> None:
    desk = Desk()
    case = desk.ended()
    assert desk.platform.record_impact_assessment(ASSESSED, by=SECOND) == ASSESSED
    with pytest.raises(Refused, match="impact_assessment_exists"):
        desk.platform.record_impact_assessment(attrs.evolve(ASSESSED, effect="Another."), by=OFFICER)
    with pytest.raises(InvalidInput):
        desk.platform.record_impact_assessment("pia-1", by=OFFICER)  # type: ignore[arg-type]
    desk.platform.erase(case.id, by=OFFICER, approved_by=SECOND)
    desk.platform.work()
    assert desk.platform.impact_assessments(by=Actor(OFFICER.role, "officer-9", "hkcc")) == (ASSESSED,)


def test_two_who_end_a_request_at_once_end_it_once() -> None:
    """Whoever is second finds what the first has done, and is refused."""
    desk = Desk()
    desk.lodge("form-1")
    request = desk.open()

    class Late:
        """A shelf on which somebody refuses the request while another is about to answer it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(desk.shelf, name)

        def put(self, rows: Sequence[Any], /) -> Sequence[bool]:
            if rows[0].kind == "rights" and rows[0].version == 2 and not raced:
                raced.append(1)
                other.refuse_request(request.id, section=RefusalSection.PDPO_20_1_A, reasons="So.", by=OFFICER)
            return desk.shelf.put(rows)

    raced: list[int] = []
    other = desk.platform
    slow = Platform(
        scheme=HK_CCA, store=desk.store, keys=desk.keys, shelf=cast(Shelf, Late()), now=desk.clock, draw=seeded
    )
    with pytest.raises(Refused, match="wrong_status"):
        slow.answer_request(request.id, identity_checked=IdentityProof.ACCOUNT, by=SECOND, key="answer-1")
    assert desk.platform.requests(by=OFFICER)[0].status is RightsStatus.REFUSED


def test_the_text_tells_fields_codes_and_amounts_in_the_persons_language() -> None:
    desk = Desk()
    given = complaint(CHAN)
    spoken = attrs.evolve(given.complainant, language=Language.SIMPLIFIED_CHINESE)
    desk.platform.lodge(attrs.evolve(given, complainant=spoken), by=OFFICER, key="form-1")
    text = desk.answer(desk.open()).text
    for word in ("已付金额: HKD 1299.00", "投诉性质: 质量", "目的: 处理投诉", "是否有人受伤: 否", CHAN.statement):
        assert word in text
