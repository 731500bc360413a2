"""Properties of assessments, over complaints in which any field may be missing."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.citations import PROJECT
from expressplatform.codes import (
    AgeBand,
    BoughtBy,
    Buyer,
    Channel,
    Effect,
    EvidenceKind,
    Language,
    Market,
    Nature,
    PriorOutcome,
    Proceedings,
    Purpose,
    Redress,
    Residence,
    Result,
    Subject,
    Supplier,
    Verdict,
)
from expressplatform.complaint import (
    ERASED,
    Authority,
    Complainant,
    Complaint,
    Evidence,
    NoticeShown,
    Particulars,
    Shop,
    TraderRef,
    is_personal,
)
from expressplatform.eligibility import assess
from expressplatform.errors import InvalidInput
from expressplatform.money import Money
from expressplatform.scheme import Assessment, Criterion, Known, Scheme
from expressplatform.schemes import HK_CCA
from tests.whole_complaint import FILED, WHOLE, consent, put

DAYS = st.dates(date(2021, 1, 1), date(2026, 1, 1))
MONEY = st.builds(Money, st.sampled_from(["HKD", "CNY", "EUR"]), st.integers(0, 10_000_000))
YES_NO = st.booleans()
WORDS = st.sampled_from(["", " ", "something"])

OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "trader.shop": st.builds(Shop, st.just("taobao"), st.sampled_from(["", "shop-1"])),
    "purchase.ordered_on": DAYS,
    "purchase.paid": MONEY,
    "purchase.bought_by": st.sampled_from(BoughtBy),
    "purchase.subject": st.sampled_from(Subject),
    "purchase.supplier": st.sampled_from(Supplier),
    "purchase.intended_market": st.sampled_from(Market),
    "purchase.forwarder_used": YES_NO,
    "dates.promised_on": DAYS,
    "dates.delivered_on": DAYS,
    "dates.known_on": DAYS,
    "dates.warranty_until": DAYS,
    "claimed": MONEY,
    "prior_contact.contacted": YES_NO,
    "prior_contact.on": DAYS,
    "prior_contact.outcome": st.sampled_from(PriorOutcome),
    "proceedings": st.sampled_from(Proceedings),
    "flags.injury": YES_NO,
    "flags.crime": YES_NO,
    "flags.testing_needed": YES_NO,
    "flags.suspected_abuse": YES_NO,
    "complainant.buyer": st.sampled_from(Buyer),
    "complainant.age": st.sampled_from(AgeBand),
    "complainant.residence": st.sampled_from(Residence),
    "complainant.guardian_acts": YES_NO,
    "complainant.authority": st.builds(Authority, until=st.none() | DAYS),
    "complainant.authority.until": DAYS,
    "notice_shown": st.builds(
        NoticeShown,
        st.sampled_from([HK_CCA.notice, "older"]),
        st.sampled_from(Language),
        st.sampled_from([datetime(2025, 6, 1, hour, tzinfo=UTC) for hour in (8, 10)]),
        st.sampled_from(Channel),
    ),
    "particulars": st.builds(Particulars, name=WORDS, email=WORDS, statement=WORDS, request=WORDS, order_number=WORDS),
}
"""A value for every field in which nobody may have said anything."""

RECIPIENTS = ("taobao", "cca", "youku")
CONSENTS = st.builds(
    consent,
    st.sampled_from(RECIPIENTS),
    st.sampled_from([HK_CCA.notice, "older"]),
    st.sampled_from([Purpose.HANDLING, Purpose.RESEARCH]),
)
LISTS: dict[str, st.SearchStrategy[Any]] = {
    "redress": st.sampled_from(Redress),
    "evidence": st.builds(Evidence, id=st.sampled_from(["a", "b"]), kind=st.sampled_from(EvidenceKind)),
    "consents": CONSENTS,
}
"""An entry for every list, to which more may be added."""
TEXTS = [f"particulars.{name}" for name, kind in get_type_hints(Particulars).items() if kind is str]


def fields_that_may_be_missing(cls: type, prefix: str = "") -> Iterator[str]:
    """The dotted paths of the fields that may be None or ERASED."""
    for name, hint in get_type_hints(cls).items():
        options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
        if len(options) > 1:
            yield prefix + name
        for option in options:
            if attrs.has(option) and option is not Money and not is_personal(option):
                yield from fields_that_may_be_missing(option, f"{prefix}{name}.")


def tried(complaint: Complaint, path: str, value: Any) -> Complaint:
    """The complaint with one field changed, or as it was where that would contradict it or cannot be reached."""
    try:
        return put(complaint, path, value)
    except (InvalidInput, attrs.exceptions.NotAnAttrsClassError):
        return complaint


@st.composite
def complaints(draw: st.DrawFn) -> Complaint:
    """Complaints in which any field may be missing."""
    complaint = Complaint(
        trader=TraderRef(draw(st.sampled_from(["taobao", "youku", "stranger"]))),
        category=WHOLE.category,
        nature=draw(st.sampled_from(Nature)),
        complainant=Complainant(represented=draw(YES_NO)),
    )
    for path in draw(st.sets(st.sampled_from(sorted(OPTIONAL)))):
        complaint = tried(complaint, path, draw(OPTIONAL[path]))
    for path in draw(st.sets(st.sampled_from(sorted(LISTS)))):
        complaint = tried(complaint, path, (draw(LISTS[path]),))
    return complaint


def results(complaint: Complaint, known: Known | None = None) -> dict[str, Result]:
    """How each criterion stands."""
    found = assess(complaint, scheme=HK_CCA, on=FILED, known=known or Known())
    return {finding.id: finding.result for finding in found.findings}


class TestMoreInformation:
    """Adding information never turns a met criterion unknown, nor one that is not met."""

    def test_the_list_of_optional_fields_is_whole(self) -> None:
        """A field that is added to the complaint is added to these properties."""
        assert set(OPTIONAL) == set(fields_that_may_be_missing(Complaint))

    @given(complaints(), st.fixed_dictionaries(OPTIONAL))
    def test_filling_a_field_settles_and_never_unsettles(self, complaint: Complaint, values: dict[str, Any]) -> None:
        """Whatever was known stays known, met or not, whichever field is filled."""
        for path, value in values.items():
            before = tried(complaint, path, ERASED if path == "particulars" else None)
            self.stays_known(before, tried(before, path, value))

    @given(complaints(), st.fixed_dictionaries(LISTS))
    def test_adding_to_a_list_settles_and_never_unsettles(self, before: Complaint, more: dict[str, Any]) -> None:
        """One more consent, document or wish."""
        for path, entry in more.items():
            self.stays_known(before, tried(before, path, (*getattr(before, path), entry)))

    @given(complaints(), OPTIONAL["particulars"])
    def test_writing_a_text_settles_and_never_unsettles(self, complaint: Complaint, particulars: Particulars) -> None:
        """One more particular, where particulars were given."""
        given = put(complaint, "particulars", particulars)
        for path in TEXTS:
            before = put(given, path, "")
            self.stays_known(before, put(before, path, "something"))

    def stays_known(self, before: Complaint, after: Complaint) -> None:
        """No criterion becomes unknown."""
        was, now = results(before), results(after)
        assert [name for name in now if now[name] is Result.UNKNOWN and was[name] is not Result.UNKNOWN] == []


def always(result: Result, effect: Effect, valid_until: date | None = None) -> Criterion:
    """A criterion that always stands in one way."""
    return Criterion(f"{effect}-{result}", lambda _: result, effect, PROJECT, "Not so.", valid_until=valid_until)


def judged(*criteria: Criterion) -> Assessment:
    """The assessment of the whole complaint by these criteria alone."""
    scheme: Scheme = attrs.evolve(HK_CCA, criteria=criteria)
    return assess(WHOLE, scheme=scheme, on=FILED)


def verdict_by_the_rule(criteria: list[Criterion], ways: list[Result]) -> Verdict:
    """The verdict as the rule says it, read by a second route."""
    pairs = {(one.effect, way) for one, way in zip(criteria, ways, strict=True)}
    not_met = {effect for effect, way in pairs if way is Result.NOT_MET}
    unknown = {effect for effect, way in pairs if way is Result.UNKNOWN}
    if Effect.BLOCK in not_met:
        return Verdict.INELIGIBLE
    if Effect.ASK in not_met or unknown & {Effect.BLOCK, Effect.ASK}:
        return Verdict.NEEDS_INFORMATION
    if not criteria or Effect.OFFICER in not_met | unknown:
        return Verdict.OFFICER
    return Verdict.ELIGIBLE


class TestVerdict:
    """The worst finding decides: INELIGIBLE, NEEDS_INFORMATION, OFFICER, ELIGIBLE, in this order."""

    @given(st.lists(st.tuples(st.sampled_from(Effect), st.sampled_from(Result)), max_size=6))
    def test_the_verdict_follows_the_order_whatever_the_order_of_criteria(
        self, drawn: list[tuple[Effect, Result]]
    ) -> None:
        """All findings are there, and the verdict is that of the rule."""
        criteria = [always(result, effect) for effect, result in drawn]
        found = judged(*criteria)
        assert [finding.result for finding in found.findings] == [result for _, result in drawn]
        assert found.verdict is verdict_by_the_rule(criteria, [result for _, result in drawn])

    @pytest.mark.parametrize("effect", [Effect.WARN, Effect.FLAG])
    @pytest.mark.parametrize("result", Result)
    def test_warnings_and_flags_are_told_and_never_decide(self, effect: Effect, result: Result) -> None:
        """They stand in the findings, beside an eligible verdict."""
        found = judged(always(result, effect))
        assert found.verdict is Verdict.ELIGIBLE
        assert (found.findings[0].effect, found.findings[0].result) == (effect, result)

    def test_no_criteria_at_all_is_for_an_officer(self) -> None:
        """An empty rule set lets nothing in by itself."""
        assert judged().verdict is Verdict.OFFICER
        assert judged(always(Result.MET, Effect.BLOCK, date(2020, 1, 1))).verdict is Verdict.OFFICER

    @given(complaints(), st.sampled_from([Known(), Known(duplicates=("case-1",))]))
    def test_every_criterion_answers_once_for_every_complaint(self, complaint: Complaint, known: Known) -> None:
        """Whatever is missing, there are all 22 findings, and a verdict that matches them."""
        found = assess(complaint, scheme=HK_CCA, on=FILED, known=known)
        criteria = [finding.criterion for finding in found.findings]
        assert criteria == list(HK_CCA.criteria)
        assert found.verdict is verdict_by_the_rule(criteria, [one.result for one in found.findings])
        assert (found.verdict is Verdict.NEEDS_INFORMATION) <= bool(found.ask_for)


class TestDates:
    """Rules are dated: a change is a new row, and only rows in force on the filing day count."""

    @given(st.dates(date(2024, 12, 1), date(2025, 2, 1)))
    def test_only_criteria_in_force_on_the_filing_day_count(self, on: date) -> None:
        """The old row holds to its last day, the new one from its first."""
        old = always(Result.NOT_MET, Effect.BLOCK, valid_until=date(2024, 12, 31))
        new = attrs.evolve(always(Result.MET, Effect.BLOCK), id="new", valid_from=date(2025, 1, 1))
        found = assess(WHOLE, scheme=attrs.evolve(HK_CCA, criteria=(old, new)), on=on)
        assert [finding.criterion for finding in found.findings] == [old if on.year == 2024 else new]
        assert found.on == on

    @given(st.dates(date(2016, 3, 1), date(2016, 3, 31)))
    def test_membership_is_as_at_the_filing_day(self, on: date) -> None:
        """A trader that joined on the 15th took no part before."""
        found = assess(WHOLE, scheme=HK_CCA, on=on)
        assert (found.findings[0].result is Result.MET) == (on >= date(2016, 3, 15))
