"""What holds of every consent, whatever the notices: told the terms of today, one recipient each, research apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform import commands as c
from expressplatform.case import allowed
from expressplatform.codes import Audience, Basis, Channel, Purpose, Result, Stage, Status
from expressplatform.complaint import ERASED, Complaint, Consent, NoticeShown
from expressplatform.eligibility import assess
from expressplatform.errors import Refused
from expressplatform.notices import Method, Notice, Terms
from expressplatform.privacy import disclose, missing_for_upload
from expressplatform.privacy.consent import informed
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA
from expressplatform.testing.strategies import values
from tests.walking import ACTORS, OFFICER, Walk, in_status
from tests.whole_complaint import FILED, WHOLE, put

NOW: Final = datetime(2025, 6, 3, 2, tzinfo=UTC)
VERSIONS: Final = ("v1", "v2", "v3", "v4")
OLD: Final = HK_CCA.notices[-1]

METHODS: Final = st.sampled_from(
    [Method("one", ("a", "a", "a")), Method("one", ("b", "b", "b")), Method("two", ("a", "a", "a"))]
)
TERMS: Final = st.builds(
    Terms,
    purposes=st.lists(st.sampled_from([Purpose.HANDLING, Purpose.RESEARCH]), min_size=1, max_size=2, unique=True).map(
        tuple
    ),
    methods=st.lists(METHODS, max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(["claim", "name"]), max_size=2, unique=True).map(tuple),
    transferees=st.lists(st.sampled_from(OLD.terms.transferees), max_size=2).map(tuple),
)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Schemes with some of the versions listed, and one in use that may not be."""
    listed = draw(st.lists(st.sampled_from(VERSIONS), unique=True, max_size=4))
    notices = tuple(attrs.evolve(OLD, version=one, terms=draw(TERMS)) for one in listed)
    return attrs.evolve(HK_CCA, notices=notices, notice=draw(st.sampled_from(VERSIONS)))


def codes_of(notice: Notice) -> tuple[object, ...]:
    """The terms by a second route: their codes, as sets."""
    terms = notice.terms
    told = {(one.code, one.audience, frozenset(one.purposes), frozenset(one.kinds)) for one in terms.transferees}
    return set(terms.purposes), {one.code for one in terms.methods}, set(terms.kinds), told


SPOILT: Final[tuple[tuple[str, Any], ...]] = (
    ("proceedings", None),
    ("consents", ()),
    ("consents", WHOLE.consents[:1]),
    ("notice_shown", None),
    ("redress", ()),
    ("evidence", ()),
    ("flags.injury", True),
    ("purchase.supplier", None),
    ("complainant.buyer", None),
    ("complainant.age", None),
    ("complainant.residence", None),
    ("complainant.represented", True),
    ("particulars.name", ""),
    ("particulars.order_number", "1-17"),
    ("particulars.statement", "Paid with 4111 1111 1111 1111."),
)


@st.composite
def complaints(draw: st.DrawFn) -> Complaint:
    """The whole complaint with some of it missing, or otherwise."""
    complaint = WHOLE
    for path, value in draw(st.lists(st.sampled_from(SPOILT), max_size=5)):
        complaint = put(complaint, path, value)
    return put(complaint, "particulars", ERASED) if draw(st.integers(0, 9)) == 0 else complaint


RECIPIENTS: Final = ("taobao", "cca", "jd", "customs")
CONSENTS: Final = st.lists(
    st.builds(
        Consent,
        recipient=st.sampled_from(RECIPIENTS),
        purpose=st.sampled_from(Purpose),
        notice=st.sampled_from([HK_CCA.notice, "older"]),
        given_at=st.integers(-50, 5).map(lambda hours: NOW + timedelta(hours=hours)),
        channel=st.sampled_from(Channel),
    ),
    max_size=8,
)
WHOM: Final = {Audience.TRADER: "taobao", Audience.CCA: "cca", Audience.AUTHORITY: "customs"}


def shown(
    complaint: Complaint,
    audience: Audience,
    consents: list[Consent],
    purpose: Purpose = Purpose.HANDLING,
    stage: Stage = Stage.HANDLING,
) -> tuple[object, ...]:
    """What somebody is shown, without what tells of research consent itself; or the code of the refusal."""
    recipient = WHOM.get(audience, "hkcc" if audience is Audience.COUNCIL else "account-1")
    basis = Basis.SEPARATE_CONSENT if audience is Audience.AUTHORITY else None
    try:
        made = disclose(
            complaint,
            audience=audience,
            recipient=recipient,
            purpose=purpose,
            stage=stage,
            consents=consents,
            scheme=HK_CCA,
            at=NOW,
            use_until=NOW + timedelta(days=1),
            basis=basis,
        )
    except Refused as refusal:
        return (refusal.code,)
    return tuple((field, repr(made.values[field])) for field in made.fields if field != "research_consent")


class TestInformed:
    """ "New consent if purpose, method or category changes" (PIPL Art 14)."""

    @given(schemes(), st.sampled_from(VERSIONS))
    def test_a_consent_is_good_where_the_terms_told_then_are_those_of_today(self, scheme: Scheme, version: str) -> None:
        """Of a version that is not listed nobody knows the terms: only the very one in use is good."""
        told = {one.version: codes_of(one) for one in scheme.notices}
        alike = version in told and told[version] == told.get(scheme.notice)
        consent = attrs.evolve(WHOLE.consents[0], notice=version)
        assert informed(consent, scheme) == (version == scheme.notice or alike)
        assert scheme.has_notice(version) == (version == scheme.notice or version in told)

    @given(schemes(), st.lists(st.sampled_from(VERSIONS), min_size=2, max_size=2))
    def test_the_criterion_and_the_upload_ask_the_same_rule(self, scheme: Scheme, versions: list[str]) -> None:
        """Both recipients' consents are informed, or nothing goes on."""
        pairs = zip(WHOLE.consents, versions, strict=True)
        consents = tuple(attrs.evolve(one, notice=version) for one, version in pairs)
        missing = missing_for_upload(consents, trader="taobao", scheme=scheme, at=NOW)
        assert missing == tuple(one.recipient for one in consents if not informed(one, scheme))
        found = {
            one.id: one.result for one in assess(put(WHOLE, "consents", consents), scheme=scheme, on=FILED).findings
        }
        assert (found["E16"] is Result.MET) == (not missing)


class TestApart:
    """ "Separate consent" for each other handler (PIPL Arts 23, 39): never bundled."""

    @given(CONSENTS, st.sampled_from(sorted(WHOM)), st.sampled_from(Stage))
    def test_what_somebody_is_shown_turns_on_consents_to_them_alone(
        self, consents: list[Consent], audience: Audience, stage: Stage
    ) -> None:
        """Consents to others add nothing and take nothing away."""
        own = [one for one in consents if one.recipient == WHOM[audience]]
        assert shown(WHOLE, audience, consents, stage=stage) == shown(WHOLE, audience, own, stage=stage)

    @given(CONSENTS)
    def test_who_is_missing_turns_on_consents_to_them_alone(self, consents: list[Consent]) -> None:
        """Each recipient is asked apart."""
        missing = missing_for_upload(consents, trader="taobao", scheme=HK_CCA, at=NOW)
        alone = [
            recipient
            for recipient in ("taobao", "cca")
            if recipient
            in missing_for_upload(
                [one for one in consents if one.recipient == recipient], trader="taobao", scheme=HK_CCA, at=NOW
            )
        ]
        assert list(missing) == alone


class TestResearch:
    """ "No refusal of service for refusing what it does not need" (PIPL Art 16; PDPO DPP3): research gates research."""

    @given(complaints())
    def test_it_changes_no_finding_and_no_verdict(self, complaint: Complaint) -> None:
        """Given or not, the complaint is judged alike."""
        judged = [assess(put(complaint, "research_consent", said), scheme=HK_CCA, on=FILED) for said in (False, True)]
        assert judged[0].verdict is judged[1].verdict
        results = [[one.result for one in found.findings] for found in judged]
        assert results[0] == results[1]

    @given(
        complaints(),
        CONSENTS,
        st.sampled_from(Audience),
        st.sampled_from(sorted(set(Purpose) - {Purpose.RESEARCH})),
        st.sampled_from(Stage),
    )
    def test_it_opens_and_closes_nothing_but_research(
        self, complaint: Complaint, consents: list[Consent], audience: Audience, purpose: Purpose, stage: Stage
    ) -> None:
        """Whatever anybody is shown for another purpose, or refused, is the same with it and without."""
        one, other = (put(complaint, "research_consent", said) for said in (False, True))
        assert shown(one, audience, consents, purpose, stage) == shown(other, audience, consents, purpose, stage)

    @given(complaints(), CONSENTS, st.sampled_from(Stage))
    def test_without_it_nothing_goes_to_research_whatever_else_was_agreed(
        self, complaint: Complaint, consents: list[Consent], stage: Stage
    ) -> None:
        """No consent to handling stands in for it."""
        without = put(complaint, "research_consent", False)
        refused = shown(without, Audience.COUNCIL, consents, Purpose.RESEARCH, stage)
        assert refused == ("no_research_consent",)
        agreed = put(complaint, "research_consent", True)
        assert shown(agreed, Audience.COUNCIL, consents, Purpose.RESEARCH, stage) != refused

    @given(CONSENTS)
    def test_a_consent_to_research_sends_nothing_anywhere(self, consents: list[Consent]) -> None:
        """Neither an upload nor a disclosure for handling rests on one."""
        research = [attrs.evolve(one, purpose=Purpose.RESEARCH) for one in consents]
        assert missing_for_upload(research, trader="taobao", scheme=HK_CCA, at=NOW) == ("taobao", "cca")
        assert all(shown(WHOLE, audience, research) == ("no_consent",) for audience in WHOM)

    @pytest.mark.parametrize("status", [one for one in Status if one is not Status.ERASED])
    def test_giving_or_refusing_it_moves_no_case(self, status: Status) -> None:
        """Status, timers and what each may do stay as they were."""
        walk = in_status(status)
        before = walk.case
        for said in (True, False):
            walk.do(c.SetResearchConsent(said))
            assert (walk.case.status, walk.case.timers) == (before.status, before.timers)
            assert all(allowed(walk.case, by) == allowed(before, by) for by in ACTORS.values())

    @pytest.mark.parametrize("said", [True, False])
    def test_a_case_goes_all_the_way_with_it_and_without(self, said: bool) -> None:
        """Accepted, uploaded, obtained, settled."""
        walk = Walk(put(WHOLE, "research_consent", said)).reported()
        assert walk.status is Status.RESOLUTION_REPORTED


class TestShown:
    """The notice comes before the collecting (PDPO DPP1(3); PIPL Art 17)."""

    @given(st.none() | values(NoticeShown, version=st.sampled_from([HK_CCA.notice, "another-1"])))
    def test_lodging_never_fails_for_what_is_said_of_it(self, notice: NoticeShown | None) -> None:
        """Absent, of another scheme or too late: it is lodged, and the assessment says what is wrong."""
        told = put(WHOLE, "notice_shown", notice)
        walk = Walk(told, at=datetime(2035, 6, 3, tzinfo=UTC), by=OFFICER)
        assert walk.case.complaint.notice_shown == notice
        found = {one.id: one.result for one in assess(told, scheme=HK_CCA, on=date(2025, 6, 3)).findings}
        if notice is None:
            assert found["E22"] is Result.UNKNOWN
        else:
            first = min(one.given_at for one in told.consents)
            assert (found["E22"] is Result.MET) == (notice.version == HK_CCA.notice and notice.at <= first)
