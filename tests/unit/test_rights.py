"""What people ask about their own data, in the core: the table, the value, the refusals; and impact assessments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

import attrs
import pytest

from expressplatform.codes import (
    Channel,
    IdentityProof,
    Instrument,
    RefusalSection,
    Right,
    RightsStatus,
    RightsStep,
    Withholding,
)
from expressplatform.complaint import ERASED
from expressplatform.errors import InvalidInput, Refused, StoreUnusable
from expressplatform.privacy.impact import ImpactAssessment
from expressplatform.privacy.rights import (
    GROUNDS,
    RIGHTS,
    WITHHELD_FROM_COPIES,
    Correction,
    Requester,
    RightsRequest,
    answered,
    is_overdue,
    moved,
    refusal_of,
    refused,
    requested,
    steps_from,
)
from expressplatform.records import read_whole, write_whole
from expressplatform.schemes import HK_CCA
from tests.walking import tells_well

AT: Final = datetime(2026, 3, 2, 2, tzinfo=UTC)
WHO: Final = Requester("A. Person", "a@example.org")
ASSESSMENT: Final = ImpactAssessment(
    "pia-1",
    "taobao",
    Instrument.PCPD_MODEL_CLAUSES,
    date(2026, 1, 1),
    date(2026, 12, 31),
    "Needed.",
    "Little.",
    "Sealed.",
    "officer-2",
)


def asked(kind: Right = Right.ACCESS, who: Requester = WHO, recipients: tuple[str, ...] = ()) -> RightsRequest:
    """An open request."""
    return requested(
        kind,
        id="r1",
        particulars=who,
        channel=Channel.POST,
        by="officer-1",
        at=AT,
        scheme=HK_CCA,
        cases=("c1",),
        recipients=recipients,
    )


class TestTable:
    """RequestRight leads to OPEN; OPEN to ANSWERED or REFUSED. Absent means illegal."""

    @pytest.mark.parametrize("source", [None, *RightsStatus])
    @pytest.mark.parametrize("step", list(RightsStep))
    def test_a_step_without_a_row_is_refused(self, source: RightsStatus | None, step: RightsStep) -> None:
        legal = {
            (None, RightsStep.REQUEST_RIGHT): RightsStatus.OPEN,
            (RightsStatus.OPEN, RightsStep.ANSWER): RightsStatus.ANSWERED,
            (RightsStatus.OPEN, RightsStep.REFUSE): RightsStatus.REFUSED,
        }
        if (source, step) in legal:
            assert moved(source, step) is legal[source, step]
        else:
            with pytest.raises(Refused) as caught:
                moved(source, step)
            tells_well(caught.value)
            assert (caught.value.code, caught.value.who_must_act) == ("wrong_status", "council")
            assert caught.value.allowed == tuple(one.value for one in steps_from(source))

    def test_there_is_one_row_for_each_step(self) -> None:
        assert sorted(row.step for row in RIGHTS) == sorted(RightsStep)


class TestRequest:
    """PDPO s.19(1): not later than 40 days after receiving the request."""

    def test_forty_days_follow_the_day_of_receipt_and_end_with_their_last_day(self) -> None:
        assert asked().due == datetime(2026, 4, 12, tzinfo=HK_CCA.zone)
        assert not is_overdue(asked(), asked().due - timedelta(microseconds=1))
        assert is_overdue(asked(), asked().due)

    def test_what_has_come_to_its_end_is_never_overdue(self) -> None:
        late = asked().due + timedelta(days=1)
        done = answered(asked(), identity=IdentityProof.ACCOUNT, by="officer-1", at=late, key="k")
        assert not is_overdue(done, late)

    def test_a_correction_says_what_and_an_objection_to_whose_use(self) -> None:
        """PDPO ss.22-23: what is inaccurate is said; PIPL Art 44: whose use is to end."""
        for kind, code in ((Right.CORRECTION, "nothing_to_correct"), (Right.OBJECTION, "no_recipient")):
            with pytest.raises(Refused) as caught:
                asked(kind)
            tells_well(caught.value)
            assert caught.value.code == code
        assert asked(Right.CORRECTION, Requester("A", "b", (Correction("email", "c"),))).status is RightsStatus.OPEN
        assert asked(Right.OBJECTION, recipients=("taobao",)).recipients == ("taobao",)

    def test_an_answer_says_how_the_person_was_made_sure_of_and_by_whom(self) -> None:
        done = answered(
            asked(),
            identity=IdentityProof.CALLED_BACK,
            by="officer-2",
            at=AT,
            key="k",
            withheld=[Withholding.STAFF],
        )
        assert (done.status, done.identity, done.ended_by) == (
            RightsStatus.ANSWERED,
            IdentityProof.CALLED_BACK,
            "officer-2",
        )
        assert done.withheld == (Withholding.STAFF,)

    def test_it_is_kept_whole_and_read_back_the_same(self) -> None:
        for one in (asked(), attrs.evolve(asked(), particulars=ERASED)):
            assert read_whole(RightsRequest, write_whole(one)) == one
        whole = write_whole(asked())
        beyond = re.sub(rb"[0-9-]+T[0-9:.]+\+00:00", b"0001-01-01T00:00:00+14:00", whole)  # no instant in UTC
        for broken in (b"{}", b"[]", b"no", whole.replace(b'"access"', b'"canary"'), beyond):
            with pytest.raises(StoreUnusable, match="corrupt_record") as caught:
                read_whole(RightsRequest, broken)
            assert "canary" not in str(caught.value)

    def test_who_asks_never_prints(self) -> None:
        shown = f"{asked()!r} {asked()} {asked().particulars!r}"
        assert "Person" not in shown
        assert "example" not in shown


class TestRefusal:
    """PDPO ss.20-21, 24-25, 27; PIPL Art 50: a section, reasons in words, an entry in the log."""

    def test_it_stands_on_a_section_that_speaks_of_such_requests_and_on_words(self) -> None:
        for section, reasons, code in (
            (RefusalSection.PDPO_20_1_A, " ", "reasons_missing"),
            (RefusalSection.PDPO_24_3_B, "So it is.", "section_not_applicable"),
        ):
            with pytest.raises(Refused) as caught:
                refused(asked(), section=section, reasons=reasons, by="officer-1", at=AT)
            tells_well(caught.value)
            assert caught.value.code == code

    def test_it_makes_an_entry_without_who_asked(self) -> None:
        done = refused(asked(), section=RefusalSection.PDPO_20_1_A, reasons="Nobody answered.", by="officer-1", at=AT)
        entry = refusal_of(done)
        assert entry is not None
        assert (entry.request, entry.section, entry.reasons) == (
            "r1",
            RefusalSection.PDPO_20_1_A,
            "Nobody answered.",
        )
        assert "particulars" not in attrs.fields_dict(type(entry))
        assert "Nobody" not in repr(entry)

    def test_only_a_refusal_makes_an_entry(self) -> None:
        assert refusal_of(asked()) is None
        done = refused(asked(), section=RefusalSection.PDPO_20_1_A, reasons="So.", by="officer-1", at=AT)
        assert refusal_of(attrs.evolve(done, particulars=ERASED)) is None
        stripped = attrs.evolve(asked(), particulars=ERASED)
        again = refused(stripped, section=RefusalSection.PDPO_20_1_A, reasons="So.", by="officer-1", at=AT)
        assert again.particulars is ERASED

    def test_every_section_has_its_ground_and_every_right_some_section(self) -> None:
        assert {*GROUNDS} == {*RefusalSection}
        assert {kind for ground in GROUNDS.values() for kind in ground.kinds} == {*Right}
        assert all(ground.citation.article for ground in GROUNDS.values())
        assert not GROUNDS[RefusalSection.PDPO_58].citation.verified

    def test_whatever_is_left_out_of_a_copy_names_its_article(self) -> None:
        assert {*WITHHELD_FROM_COPIES} == {*Withholding}
        assert all(one.article for one in WITHHELD_FROM_COPIES.values())


class TestImpactAssessment:
    """PIPL Arts 55-56: beforehand, with three contents."""

    @pytest.mark.parametrize(
        ("recipient", "instrument", "day", "covers"),
        [
            ("taobao", Instrument.PCPD_MODEL_CLAUSES, date(2026, 1, 1), True),
            ("taobao", Instrument.PCPD_MODEL_CLAUSES, date(2026, 12, 31), True),
            ("taobao", Instrument.PCPD_MODEL_CLAUSES, date(2025, 12, 31), False),
            ("taobao", Instrument.PCPD_MODEL_CLAUSES, date(2027, 1, 1), False),
            ("taobao", Instrument.COLLABORATION_AGREEMENT, date(2026, 1, 1), False),
            ("jd", Instrument.PCPD_MODEL_CLAUSES, date(2026, 1, 1), False),
        ],
    )
    def test_it_covers_its_recipient_and_instrument_on_its_days(
        self, recipient: str, instrument: Instrument, day: date, covers: bool
    ) -> None:
        assert ASSESSMENT.ref.covers(recipient, instrument, day) is covers
        for_all = attrs.evolve(ASSESSMENT, recipient="*")
        assert for_all.ref.covers(recipient, instrument, day) is (covers or recipient == "jd")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("recipient", "two words"),
            ("recipient", "**"),
            ("lawful", ""),
            ("effect", ""),
            ("measures", ""),
            ("valid_until", date(2025, 1, 1)),
        ],
    )
    def test_one_that_says_too_little_is_none(self, field: str, value: object) -> None:
        with pytest.raises(InvalidInput) as caught:
            attrs.evolve(ASSESSMENT, **{field: value})  # type: ignore[arg-type]
        assert caught.value.problems[0].path == f"$.{field}"
