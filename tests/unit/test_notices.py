"""Privacy notices: what each names, in which words, and how long a consent under one stays good."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

import attrs
import pytest

from expressplatform import commands as c
from expressplatform.codes import Audience, Channel, Duty, Language, Purpose, Result, Stage, Verdict
from expressplatform.complaint import NoticeShown
from expressplatform.eligibility import assess
from expressplatform.errors import InvalidInput
from expressplatform.notices import Method, Notice, Terms, Transferee
from expressplatform.privacy import disclose, fields_for, must_give
from expressplatform.privacy.consent import informed
from expressplatform.privacy.fields import kinds_of
from expressplatform.scheme import Scheme
from expressplatform.schemes import HK_CCA, SCHEMES
from expressplatform.schemes.notices import CCA
from expressplatform.wording import SCRIPTS, label, label_of_field
from expressplatform.wording.privacy import HEADINGS, KINDS, PURPOSES
from tests.walking import START, TAOBAO, Walk, consent_to
from tests.whole_complaint import FILED, WHOLE, consent, put

ALL: Final = tuple(
    pytest.param(scheme, notice, id=notice.version) for scheme in SCHEMES.values() for notice in scheme.notices
)
DIGESTS: Final = {
    ("hk-cca-2019.1", "en"): "3716076ecf2e82af",
    ("hk-cca-2019.1", "zh-Hant"): "c834615e1b61659c",
    ("hk-cca-2019.1", "zh-Hans"): "b759fbc958df17e7",
    ("consumidor-br-2014.1", "en"): "9ed65165843ead25",
    ("consumidor-br-2014.1", "zh-Hant"): "53d91534561e1227",
    ("consumidor-br-2014.1", "zh-Hans"): "42f8e60bae69c18b",
}
HEADED: Final = tuple(
    name for name in HEADINGS if name not in ("title", "valid_from", "may", "one_of", "for", "what", "reach", "days")
)
IN_USE: Final = HK_CCA.notices[-1]


def lines_of(notice: Notice, heading: str, language: str) -> list[str]:
    """The lines under a heading of the page."""
    column = SCRIPTS.index(language)
    (section,) = (
        part for part in notice.text(language).split("\n\n") if part.splitlines()[0] == HEADINGS[heading][column]
    )
    return section.splitlines()[1:]


def evolved(version: str, **terms: Any) -> Notice:
    """The notice in use as another version, with some of its terms changed."""
    return attrs.evolve(IN_USE, version=version, terms=attrs.evolve(IN_USE.terms, **terms))


def with_notices(*notices: Notice, in_use: str) -> Scheme:
    """The scheme with these versions, one of them in use."""
    return attrs.evolve(HK_CCA, notices=notices, notice=in_use)


@pytest.mark.parametrize("language", SCRIPTS)
@pytest.mark.parametrize(("scheme", "notice"), ALL)
class TestWhatANoticeNames:
    """ "On or before collecting": obligatory or voluntary, purposes, classes of transferees, rights and whom to ask
    (PDPO DPP1(3)); handler, purpose, method, kinds, retention, rights (PIPL Art 17); of each recipient name, contact,
    purpose, method and kinds (PIPL Arts 23, 39).
    """

    def test_each_class_has_a_heading_and_something_under_it(
        self, scheme: Scheme, notice: Notice, language: str
    ) -> None:
        """Every heading that the laws ask for stands once, with at least one full line."""
        for heading in HEADED:
            lines = lines_of(notice, heading, language)
            assert lines, heading
            assert all(len(line.removeprefix("- ").strip()) > 1 for line in lines), heading

    def test_each_purpose_method_and_kind_is_told(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """What the terms hold as codes, people read as sentences."""
        column, text = SCRIPTS.index(language), notice.text(language)
        for purpose in notice.terms.purposes:
            assert PURPOSES[purpose.value][column] in text
        for method in notice.terms.methods:
            assert method.texts[column] in text
        for kind in notice.terms.kinds:
            assert KINDS[kind][column] in lines_of(notice, "kinds", language)[notice.terms.kinds.index(kind)]

    def test_each_transferee_is_told_with_purpose_kinds_and_contact(
        self, scheme: Scheme, notice: Notice, language: str
    ) -> None:
        """One line for each class, with all that is asked of a recipient."""
        column = SCRIPTS.index(language)
        for one, line in zip(notice.terms.transferees, lines_of(notice, "transferees", language), strict=True):
            assert one.texts[column] in line
            assert one.contact[column] in line
            assert all(label(purpose, language) in line for purpose in one.purposes)
            assert all(KINDS[kind][column] in line for kind in one.kinds)

    def test_what_must_be_given_is_told_field_by_field(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """Each obligatory field by its label, and that all else is voluntary."""
        *given, rest = lines_of(notice, "must", language)
        for group, line in zip(notice.must, given, strict=True):
            assert all(label_of_field(field, language) in line for field in group)
        assert rest == f"- {HEADINGS['may'][SCRIPTS.index(language)]}"

    def test_rights_are_told_with_their_days(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """Access, correction, deletion and taking a consent back."""
        assert [one.code for one in notice.rights] == ["access", "correction", "deletion", "withdraw_consent"]
        for one, line in zip(notice.rights, lines_of(notice, "rights", language), strict=True):
            assert one.texts[SCRIPTS.index(language)] in line
            assert (one.days is None) or str(one.days) in line

    def test_version_and_first_day_stand_at_the_top(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """Whoever reads it can say which one it was."""
        title, valid = notice.text(language).splitlines()[:2]
        assert notice.version in title
        assert str(notice.valid_from) in valid

    def test_each_text_is_in_its_script(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """English in ASCII, Traditional in Big5, Simplified in GB 2312."""
        assert notice.text(language).encode({"en": "ascii", "zh-Hant": "big5", "zh-Hans": "gb2312"}[language])

    def test_what_was_shown_once_stays_as_it_was(self, scheme: Scheme, notice: Notice, language: str) -> None:
        """Other words, or other terms, are another version: add one, and its digest here."""
        assert sha256(notice.text(language).encode()).hexdigest()[:16] == DIGESTS[notice.version, language]


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: scheme.id)
class TestWhatANoticePromises:
    """The notice in use says what the rules do."""

    def test_versions_are_once_each_and_the_newest_is_last_and_in_use(self, scheme: Scheme) -> None:
        """In the order of their first days."""
        versions = [one.version for one in scheme.notices]
        days = [one.valid_from for one in scheme.notices]
        assert len(set(versions)) == len(versions) > 0
        assert days == sorted(days)
        assert versions[-1] == scheme.notice

    def test_nobody_is_shown_a_kind_of_data_that_the_notice_does_not_tell(self, scheme: Scheme) -> None:
        """For each transferee the kinds of the disclosure table's fields, no fewer and no more (PIPL Arts 17, 23)."""
        told = scheme.notices[-1].terms
        for one in told.transferees:
            shown = {field for p in one.purposes for stage in Stage for field in fields_for(one.audience, p, stage)}
            assert kinds_of(sorted(shown)) == set(one.kinds), one.code
        assert set(told.kinds) == set(KINDS)

    def test_every_audience_outside_is_told_for_each_purpose(self, scheme: Scheme) -> None:
        """A trader, the association where it is a recipient, and authorities; the public is shown nothing."""
        told = {(one.audience, purpose) for one in scheme.notices[-1].terms.transferees for purpose in one.purposes}
        outside = {Audience.TRADER, Audience.AUTHORITY} | ({Audience.CCA} if CCA in scheme.recipients else set())
        assert told == {(a, p) for a in outside for p in Purpose if any(fields_for(a, p, stage) for stage in Stage)}

    def test_every_recipient_that_needs_a_consent_is_told_by_name(self, scheme: Scheme) -> None:
        """PIPL Art 23: whoever is asked for knows to whom."""
        assert set(scheme.recipients) <= {one.code for one in scheme.notices[-1].terms.transferees}

    def test_every_registered_purpose_is_told(self, scheme: Scheme) -> None:
        """And no other."""
        assert set(scheme.notices[-1].terms.purposes) == set(Purpose)

    def test_what_must_be_given_is_what_the_criteria_ask_for(self, scheme: Scheme) -> None:
        """The register of fields, derived from the criteria, says the same (PDPO DPP1(3)(a))."""
        assert set(scheme.notices[-1].must) == set(must_give(scheme.criteria_on(FILED)))

    def test_the_days_of_keeping_and_use_are_those_of_the_scheme(self, scheme: Scheme) -> None:
        """In every script."""
        retain = scheme.duty_term(Duty.RETAIN, FILED)
        assert retain is not None
        for text in scheme.notices[-1].retention:
            assert f" {retain.term.days} " in text
            assert f" {scheme.use_days} " in text


class TestHongKong:
    """The Council's own."""

    @pytest.mark.parametrize(
        ("language", "trader", "association"),
        [
            ("en", "Mainland online trader", "China Consumers' Association (CCA)"),
            ("zh-Hant", "內地網上商戶", "中國消費者協會"),
            ("zh-Hans", "内地电商企业", "中国消费者协会"),
        ],
    )
    def test_the_mainland_online_trader_and_the_cca_are_classes_of_transferees(
        self, language: str, trader: str, association: str
    ) -> None:
        """PDPO DPP1(3)(b): the classes of persons to whom the data may be transferred."""
        lines = lines_of(IN_USE, "transferees", language)
        assert any(trader in line for line in lines)
        assert any(association in line for line in lines)

    def test_access_and_correction_are_answered_in_40_days(self) -> None:
        """PDPO ss.19, 23."""
        assert {one.code: one.days for one in IN_USE.rights if one.days} == {"access": 40, "correction": 40}

    def test_whom_to_ask_is_an_office(self) -> None:
        """Nobody's name and no address that nobody has checked."""
        assert all(sign not in text for text in IN_USE.contact for sign in "@0123456789")

    def test_portuguese_reads_english_and_no_other_language_is_read(self) -> None:
        """A language that nobody reads here is not answered with another one."""
        assert IN_USE.text(Language.PORTUGUESE) == IN_USE.text(Language.ENGLISH)
        with pytest.raises(LookupError):
            IN_USE.text("fr")

    def test_a_version_is_an_identifier(self) -> None:
        """It is a fact, and stays readable for ever."""
        with pytest.raises(InvalidInput):
            attrs.evolve(IN_USE, version="two words")


class TestTerms:
    """ "New consent if purpose, method or category changes" (PIPL Art 14): terms are compared, words are not."""

    def test_better_words_leave_a_consent_good(self) -> None:
        """Texts, contacts, the order and the time of keeping are no terms."""
        reworded = evolved(
            "v2",
            methods=tuple(attrs.evolve(one, texts=("x", "x", "x")) for one in reversed(IN_USE.terms.methods)),
            kinds=IN_USE.terms.kinds[::-1],
            purposes=IN_USE.terms.purposes[::-1],
            transferees=tuple(
                attrs.evolve(one, texts=("x", "x", "x"), contact=("x", "x", "x"), kinds=one.kinds[::-1])
                for one in reversed(IN_USE.terms.transferees)
            ),
        )
        scheme = with_notices(IN_USE, attrs.evolve(reworded, retention=("x", "x", "x")), in_use="v2")
        assert informed(consent("taobao"), scheme)
        assert informed(consent("taobao", notice="v2"), scheme)
        assert hash(reworded.terms) == hash(IN_USE.terms)

    @pytest.mark.parametrize(
        "changed",
        [
            {"purposes": IN_USE.terms.purposes[:-1]},
            {"methods": (*IN_USE.terms.methods, Method("decided_by_program", ("x", "x", "x")))},
            {"kinds": IN_USE.terms.kinds[:-1]},
            {"transferees": IN_USE.terms.transferees[:-1]},
            {"transferees": tuple(attrs.evolve(one, kinds=("claim",)) for one in IN_USE.terms.transferees)},
            {"transferees": tuple(attrs.evolve(one, purposes=tuple(Purpose)) for one in IN_USE.terms.transferees)},
        ],
        ids=["purpose", "method", "kind", "transferee", "kinds of a transferee", "purposes of a transferee"],
    )
    def test_a_changed_term_needs_a_fresh_consent(self, changed: dict[str, Any]) -> None:
        """One purpose, method, kind or class of transferees is enough, more or less."""
        scheme = with_notices(IN_USE, evolved("v2", **changed), in_use="v2")
        assert not informed(consent("taobao"), scheme)
        assert informed(consent("taobao", notice="v2"), scheme)
        assert assess(WHOLE, scheme=scheme, on=FILED).verdict is Verdict.NEEDS_INFORMATION

    def test_a_version_that_is_not_listed_is_good_only_where_it_is_the_one_in_use(self) -> None:
        """Nobody knows what it said."""
        scheme = attrs.evolve(HK_CCA, notice="own-1")
        assert informed(consent("taobao", notice="own-1"), scheme)
        assert not informed(consent("taobao", notice="own-0"), scheme)
        assert not informed(consent("taobao"), scheme)

    def test_one_rule_holds_for_assessing_giving_uploading_and_disclosing(self) -> None:
        """A consent under an older version of the same terms takes a case all the way; what went out names it."""
        scheme = with_notices(IN_USE, evolved("v2"), in_use="v2")
        walk = Walk(scheme=scheme).uploaded()
        walk.do(c.Obtain(), by=TAOBAO)
        record = walk.events[-1]
        assert getattr(record, "disclosure").notice == IN_USE.version  # noqa: B009 - one of many events
        shown = disclose(
            WHOLE,
            audience=Audience.COUNCIL,
            recipient="hkcc",
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=(),
            scheme=scheme,
            at=START,
            use_until=START,
        )
        assert shown.notice == "v2"

    @pytest.mark.parametrize(("changed", "refused"), [({}, False), ({"kinds": ("claim",)}, True)])
    def test_a_consent_to_an_older_version_is_taken_where_its_terms_are_the_same(
        self, changed: dict[str, Any], refused: bool
    ) -> None:
        """The guard asks the same rule."""
        scheme = with_notices(IN_USE, evolved("v2", **changed), in_use="v2")
        walk = Walk(scheme=scheme)
        command = c.GiveConsent(consent_to("jd", walk.at))
        if refused:
            assert walk.refused(command).code == "notice_outdated"
        else:
            walk.do(command)
            assert any(one.recipient == "jd" for one in walk.case.file.consents)

    def test_terms_are_values(self) -> None:
        """Equal where their codes are."""
        one = Transferee("x", Audience.TRADER, (Purpose.HANDLING,), ("claim",), ("a", "a", "a"), ("b", "b", "b"))
        other = attrs.evolve(one, texts=("c", "c", "c"))
        assert Terms((), (), (), (one,)) == Terms((), (), (), (other,))


class TestShown:
    """The notice was shown before the first field (PDPO DPP1(3); PIPL Art 17)."""

    SHOWN = NoticeShown(HK_CCA.notice, Language.ENGLISH, START, Channel.WEB)

    def result(self, **changes: Any) -> Result:
        """How the criterion stands."""
        complaint = WHOLE
        for path, value in changes.items():
            complaint = put(complaint, path, value)
        found = assess(complaint, scheme=HK_CCA, on=FILED)
        return next(one.result for one in found.findings if one.id == "E22")

    def test_e22_it_is_asked_for_where_nobody_says_so(self) -> None:
        """Unknown, and something to ask."""
        assert self.result(notice_shown=None) is Result.UNKNOWN
        found = assess(put(WHOLE, "notice_shown", None), scheme=HK_CCA, on=FILED)
        assert (found.verdict, found.ask_for) == (Verdict.NEEDS_INFORMATION, ("$.notice_shown",))

    def test_e22_only_a_version_of_the_scheme_will_do(self) -> None:
        """Another notice tells of something else."""
        assert self.result() is Result.MET
        assert self.result(notice_shown=attrs.evolve(self.SHOWN, version="another-1")) is Result.NOT_MET

    def test_e22_an_older_version_of_the_scheme_was_shown_all_the_same(self) -> None:
        """Whether its terms still carry a consent is the consent's criterion."""
        scheme = with_notices(IN_USE, evolved("v2", kinds=("claim",)), in_use="v2")
        found = {one.id: one.result for one in assess(WHOLE, scheme=scheme, on=FILED).findings}
        assert (found["E16"], found["E22"]) == (Result.NOT_MET, Result.MET)

    def test_e22_shown_after_a_consent_was_given_is_too_late(self) -> None:
        """At the same instant is not."""
        given_at = WHOLE.consents[0].given_at
        for minutes, result in ((0, Result.MET), (1, Result.NOT_MET)):
            shown = attrs.evolve(self.SHOWN, at=given_at + timedelta(minutes=minutes))
            assert self.result(notice_shown=shown) is result

    def test_e22_without_any_consent_nothing_came_before_it(self) -> None:
        """The criterion looks at the consents alone."""
        assert self.result(consents=(), notice_shown=self.SHOWN) is Result.MET

    def test_a_complaint_is_lodged_without_it_and_accepted_only_with_it(self) -> None:
        """Lodging never fails for lack of it; what is missing is asked for."""
        walk = Walk(put(WHOLE, "notice_shown", None))
        assert walk.refused(c.Accept()).code == "information_missing"
        walk.do(c.RequestInformation(("$.notice_shown",)), c.SupplyInformation(WHOLE), c.Accept())
        assert walk.case.complaint.notice_shown == WHOLE.notice_shown

    def test_what_was_shown_stays_on_record_when_more_is_supplied(self) -> None:
        """Leaving it out does not undo it; saying it anew replaces it."""
        walk = Walk().do(c.RequestInformation(("$.redress",)), c.SupplyInformation(put(WHOLE, "notice_shown", None)))
        assert walk.case.complaint.notice_shown == WHOLE.notice_shown
        later = attrs.evolve(self.SHOWN, language=Language.TRADITIONAL_CHINESE)
        walk.do(c.RequestInformation(("$.redress",)), c.SupplyInformation(put(WHOLE, "notice_shown", later)))
        assert walk.case.complaint.notice_shown == later
