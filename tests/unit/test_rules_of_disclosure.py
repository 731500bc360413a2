"""Who may be shown what, said from the law: by what a field tells, never by the table's own lists.

Each class quotes the rule that it follows. Nothing here reads the table, its groups or its reasons: what is
shown is what `disclose` gives of a complaint in which every field is filled. A field that somebody adds to the
complaint falls under these rules by its path, and waits for its ruling.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

import attrs
import pytest

from expressplatform.codes import (
    AgeBand,
    Audience,
    Basis,
    BoughtBy,
    Buyer,
    Category,
    Channel,
    EvidenceKind,
    Language,
    Market,
    Nature,
    PriorOutcome,
    Proceedings,
    Purpose,
    Redress,
    Residence,
    Role,
    Stage,
    Subject,
    Supplier,
)
from expressplatform.complaint import (
    Authority,
    CallCode,
    Complainant,
    Complaint,
    Consent,
    Evidence,
    EvidenceName,
    Flags,
    KeyDates,
    NoticeShown,
    Particulars,
    PriorContact,
    Purchase,
    Remark,
    Said,
    Shop,
    TraderRef,
)
from expressplatform.errors import Refused
from expressplatform.money import Money
from expressplatform.privacy import disclose, fields_for
from tests.disclosing import SCHEME, WHOM
from tests.paths import leaves

NOW: Final = datetime(2026, 3, 2, 2, tzinfo=UTC)
DAY: Final = date(2026, 1, 2)
CARD: Final = "4111 1111 1111 1111"
CODE: Final = "call_code"
SAID: Final = "messages"
ALL: Final = frozenset({*leaves(Complaint), CODE, SAID})
"""Every path of a complaint, the code that whoever calls for the trader must say, and what was written to it."""

CONSENTS: Final = tuple(
    Consent(recipient, purpose, SCHEME.notice, NOW, Channel.WEB) for recipient in WHOM.values() for purpose in Purpose
)
"""Leave to everybody for everything: whatever is withheld all the same is withheld by the rules of the table."""
_PARTICULARS: Final[Any] = Particulars
_EXACT: Final = {"order_number": "6222 0202 0000 0000 006", "evidence_names": (EvidenceName("e1", f"slip {CARD}"),)}
HELD: Final[Particulars] = _PARTICULARS(
    **{one.name: f"{one.name} {CARD}" for one in attrs.fields(_PARTICULARS)} | _EXACT
)
"""Somebody who wrote the number of a card into every field but that for the order's own number."""
PERSON: Final = Complainant(
    buyer=Buyer.PRIVATE,
    age=AgeBand.ADULT,
    residence=Residence.HONG_KONG,
    guardian_acts=False,
    authority=Authority(True, DAY),
)
NAMED: Final = Particulars(name="Chan Siu Ming")
FULL: Final = Complaint(
    trader=TraderRef("shop", Shop("shop", "s-9")),
    category=Category.ELECTRONICS,
    nature=Nature.NON_DELIVERY,
    purchase=Purchase(
        DAY, Money("HKD", 129900), BoughtBy.WEB, Subject.GOODS, Supplier.BUSINESS, Market.HONG_KONG, False
    ),
    dates=KeyDates(DAY, DAY, DAY, DAY),
    redress=(Redress.REFUND,),
    claimed=Money("HKD", 129900),
    prior_contact=PriorContact(True, DAY, next(iter(PriorOutcome))),
    proceedings=Proceedings.NONE,
    flags=Flags(injury=True, crime=False, testing_needed=False, suspected_abuse=True),
    complainant=PERSON,
    evidence=(Evidence("e1", EvidenceKind.PAYMENT, None, 10),),
    consents=(Consent("shop", Purpose.HANDLING, "v1", NOW, Channel.WEB),),
    research_consent=True,
    notice_shown=NoticeShown("v1", Language.ENGLISH, NOW, Channel.WEB),
    council_reference="CC-1",
    particulars=HELD,
)
"""A complaint in which every field is filled, by a person who speaks for themselves."""
SAID_BY_CALLERS: Final = CallCode("493027")
WRITTEN: Final = (Said(7, NOW, Role.COMPLAINANT, Remark(f"I paid by {CARD}.")),)
"""What was written to the trader."""
BY_ANOTHER: Final = attrs.evolve(FULL, complainant=attrs.evolve(PERSON, represented=True))
"""The same, by a representative."""


def shown(
    audience: Audience,
    stage: Stage = Stage.HANDLING,
    purpose: Purpose = Purpose.HANDLING,
    complaint: Complaint = FULL,
) -> dict[str, object]:
    """What arrives, by path, where everything that may be asked for is; nothing where the table has no row."""
    asked = fields_for(audience, purpose, stage)
    if not asked:
        return {}
    basis = Basis.STATUTORY_DUTY if purpose is Purpose.LAW_ENFORCEMENT else Basis.SEPARATE_CONSENT
    made = disclose(
        complaint,
        audience=audience,
        recipient=WHOM[audience],
        purpose=purpose,
        stage=stage,
        consents=CONSENTS,
        scheme=SCHEME,
        at=NOW,
        use_until=NOW + timedelta(days=1),
        basis=basis if audience is Audience.AUTHORITY else None,
        fields=asked if purpose is Purpose.LAW_ENFORCEMENT else None,
        code=SAID_BY_CALLERS,
        messages=WRITTEN,
    )
    return dict(made.values)


def below(*heads: str) -> frozenset[str]:
    """Every path that is one of these, or lies below one."""
    return frozenset(path for path in ALL if any(path == head or path.startswith(f"{head}.") for head in heads))


def arrives(
    audience: Audience,
    wanted: AbstractSet[str],
    purpose: Purpose = Purpose.HANDLING,
    stages: Iterable[Stage] = Stage,
) -> bool:
    """Whether exactly these arrive, at each of the stages, whoever speaks."""
    return all(shown(audience, stage, purpose, one).keys() == wanted for one in (FULL, BY_ANOTHER) for stage in stages)


PERSONAL: Final = below("particulars", CODE, SAID)
MEANS: Final = frozenset(
    {"particulars.email", "particulars.phone", "particulars.address", "particulars.representative_contact"}
)
"""Each of these reaches the person, or whoever speaks for them."""
OWN_WORDS: Final = frozenset({"particulars.statement", "particulars.request"})
SENSITIVE: Final = frozenset({"flags.injury", "flags.crime", "flags.suspected_abuse"})
"""Health is sensitive (PIPL Art 28); that of a crime or of abuse somebody is only suspected."""
DESCRIBES: Final = frozenset({"complainant.age", "complainant.residence", "complainant.guardian_acts"})
ADMISSION: Final = frozenset({"proceedings", "complainant.buyer", "flags.testing_needed"})
"""Asked so that the criteria of admission can be judged, by the council, and for nothing else."""
AGREED: Final = below("consents", "research_consent", "notice_shown")
"""What the person was told, and agreed to."""
FILE: Final = AGREED | {"council_reference"}
"""The council's own papers."""
CIRCUMSTANCES: Final = below("purchase") - {"purchase.ordered_on", "purchase.paid", "purchase.subject"}
"""How the purchase came about. The trader has its record of it, and must produce it (E-Commerce Law, Art 62)."""
ASIDE: Final = frozenset({"particulars.prior_contact", "particulars.other_proceedings", "particulars.trader_contact"})
"""Told to the council about third persons and other matters."""
SPOKEN_FOR: Final = frozenset(
    {
        "complainant.authority.may_settle",
        "complainant.authority.until",
        "particulars.representative_name",
        "particulars.authority_matter",
    }
)
"""Who speaks for the person, and how far."""


def test_a_full_complaint_is_full() -> None:
    """The rules would say nothing of a field that is empty here."""
    assert shown(Audience.COUNCIL).keys() == ALL


class TestPurposes:
    """Used for a new purpose only with consent to it; each purpose has its own people (PDPO DPP3; PIPL Art 6)."""

    @pytest.mark.parametrize(
        ("purpose", "people"),
        [
            (Purpose.HANDLING, set(Audience) - {Audience.PUBLIC}),
            # To supervise those who handle it is the council's own work.
            (Purpose.DIRECTLY_RELATED, {Audience.COUNCIL}),
            # A person's own request is answered to the person, by the council.
            (Purpose.RIGHTS, {Audience.COMPLAINANT, Audience.COUNCIL}),
            # No recipient is given particulars to study them.
            (Purpose.RESEARCH, {Audience.COUNCIL}),
            (Purpose.LAW_ENFORCEMENT, {Audience.AUTHORITY}),
        ],
    )
    def test_a_purpose_is_for_its_people_and_nobody_else(self, purpose: Purpose, people: set[Audience]) -> None:
        shown_something = {one for one in Audience if any(fields_for(one, purpose, stage) for stage in Stage)}
        assert shown_something == people


class TestThePublic:
    """No publication without separate consent (PIPL Art 25)."""

    def test_nothing_of_a_single_case_is_public(self) -> None:
        assert not any(fields_for(Audience.PUBLIC, purpose, stage) for purpose in Purpose for stage in Stage)


class TestThePerson:
    """Everybody may see and copy what is held of them (PDPO DPP6, s.18; PIPL Art 45)."""

    @pytest.mark.parametrize("purpose", [Purpose.HANDLING, Purpose.RIGHTS])
    def test_the_complainant_sees_everything_of_their_own_at_any_time(self, purpose: Purpose) -> None:
        assert arrives(Audience.COMPLAINANT, ALL, purpose)

    def test_what_is_empty_is_not_named(self) -> None:
        """A copy of one's own data says what is held, and no more."""
        bare = Complaint(
            trader=TraderRef("shop"), category=Category.OTHER_GOODS, nature=Nature.OTHER, particulars=NAMED
        )
        told = shown(Audience.COMPLAINANT, complaint=bare)
        assert told.keys() & PERSONAL == {"particulars.name", CODE, SAID}
        assert not told.keys() & {"evidence", "consents", "redress", "council_reference", "claimed"}

    def test_they_read_it_as_they_wrote_it(self) -> None:
        values = shown(Audience.COMPLAINANT)
        assert all(CARD in str(values[path]) for path in PERSONAL - {"particulars.order_number", CODE})


class TestTheCouncil:
    """Who collected it for a purpose uses it for that, and what goes with that (PDPO DPP3)."""

    @pytest.mark.parametrize("purpose", [Purpose.HANDLING, Purpose.DIRECTLY_RELATED, Purpose.RIGHTS])
    def test_the_council_works_with_the_whole_complaint_at_any_time(self, purpose: Purpose) -> None:
        assert arrives(Audience.COUNCIL, ALL, purpose)

    def test_it_reads_it_as_it_was_written(self) -> None:
        values = shown(Audience.COUNCIL)
        assert all(CARD in str(values[path]) for path in PERSONAL - {"particulars.order_number", CODE})


class TestResearch:
    """What is not needed to handle the complaint is no condition of it (PIPL Art 16), and studies need nobody's name.

    Of the person a study sees whether they bought for themselves and in which region they live: cross-border trade
    is counted by that.
    """

    def test_research_shows_nothing_that_tells_who_somebody_is(self) -> None:
        seen = shown(Audience.COUNCIL, purpose=Purpose.RESEARCH, complaint=BY_ANOTHER).keys()
        assert not seen & (PERSONAL | SENSITIVE | FILE | SPOKEN_FOR)
        assert seen & below("complainant") == {"complainant.buyer", "complainant.residence"}

    def test_it_shows_what_was_bought_what_went_wrong_and_what_is_claimed(self) -> None:
        matter = ALL - PERSONAL - SENSITIVE - FILE - below("complainant")
        assert arrives(Audience.COUNCIL, matter | {"complainant.buyer", "complainant.residence"}, Purpose.RESEARCH)


class TestTheTrader:
    """The smallest scope that the purpose needs (PIPL Art 6); sensitive kinds only where necessary (PIPL Art 28)."""

    def test_before_it_obtains_a_trader_gets_nothing_but_the_nature(self) -> None:
        assert fields_for(Audience.TRADER, Purpose.HANDLING, Stage.BEFORE) == ("nature",)
        assert shown(Audience.TRADER, Stage.BEFORE) == {"nature": "non_delivery"}

    def test_afterwards_it_gets_nothing_more(self) -> None:
        """The purpose is achieved (PIPL Arts 19, 47)."""
        assert fields_for(Audience.TRADER, Purpose.HANDLING, Stage.AFTER) == ()

    @pytest.mark.parametrize("complaint", [FULL, BY_ANOTHER], ids=["own", "represented"])
    def test_a_trader_never_gets_what_describes_or_suspects_the_person(self, complaint: Complaint) -> None:
        kept_back = SENSITIVE | DESCRIBES | ADMISSION | FILE | ASIDE | CIRCUMSTANCES
        assert not shown(Audience.TRADER, complaint=complaint).keys() & kept_back

    def test_a_trader_that_conciliates_has_what_finds_the_purchase_reaches_the_person_and_answers_the_claim(
        self,
    ) -> None:
        kept_back = SENSITIVE | DESCRIBES | ADMISSION | FILE | ASIDE | CIRCUMSTANCES
        needed = ALL - kept_back - MEANS - SPOKEN_FOR
        assert shown(Audience.TRADER).keys() == needed | {"particulars.email"}

    def test_it_learns_who_speaks_for_the_person_where_somebody_does(self) -> None:
        """It must know with whom it may settle (SAMR Order 20, Art 10)."""
        own, represented = shown(Audience.TRADER), shown(Audience.TRADER, complaint=BY_ANOTHER)
        assert represented.keys() - own.keys() == SPOKEN_FOR | {"particulars.representative_contact"}
        assert own.keys() - represented.keys() == {"particulars.email"}

    @pytest.mark.parametrize(
        ("channel", "contact"),
        [
            (Channel.EMAIL, "email"),
            (Channel.WEB, "email"),
            (Channel.APP, "email"),
            (Channel.COUNTER, "email"),
            (Channel.PHONE, "phone"),
            (Channel.POST, "address"),
        ],
    )
    def test_it_reaches_the_person_by_one_means_the_one_that_they_chose(self, channel: Channel, contact: str) -> None:
        person = attrs.evolve(PERSON, channel=channel)
        seen = shown(Audience.TRADER, complaint=attrs.evolve(FULL, complainant=person)).keys()
        assert seen & MEANS == {f"particulars.{contact}"}

    def test_no_number_of_a_card_reaches_it_in_what_people_wrote(self) -> None:
        values = shown(Audience.TRADER, complaint=BY_ANOTHER)
        # What finds the purchase or reaches the person goes out as it was typed, or it would be of no use.
        exact = MEANS | {"particulars.name", "particulars.representative_name"}
        exact |= {"particulars.order_number", "particulars.shop_page"}
        written = values.keys() & PERSONAL - exact - {CODE}
        assert written
        assert not [path for path in written if CARD in str(values[path])]
        assert values["particulars.order_number"] == HELD.order_number
        assert all(CARD in str(values[path]) for path in values.keys() & exact - {"particulars.order_number"})

    def test_it_learns_the_code_that_its_callers_must_say_and_where_none_was_drawn_none(self) -> None:
        assert shown(Audience.TRADER)[CODE] == SAID_BY_CALLERS.digits
        made = disclose(
            FULL,
            audience=Audience.TRADER,
            recipient="shop",
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=CONSENTS,
            scheme=SCHEME,
            at=NOW,
            use_until=NOW + timedelta(days=1),
        )
        assert CODE not in made.fields

    def test_it_reads_what_was_written_to_it(self) -> None:
        """Who wrote it, by their role, and when; nobody's name."""
        (message,) = cast("list[dict[str, object]]", shown(Audience.TRADER)[SAID])
        assert message == {
            "number": 7,
            "at": NOW.isoformat(),
            "by": "complainant",
            "text": cast(str, message["text"]),
        }
        assert cast(str, message["text"]).startswith("I paid by ")

    def test_a_document_keeps_the_id_by_which_it_is_asked_for(self) -> None:
        """However much an id reads like the number of a card."""
        names = (EvidenceName("4111111111111111", "slip"),)
        complaint = attrs.evolve(FULL, particulars=attrs.evolve(NAMED, evidence_names=names))  # type: ignore[misc]
        seen = shown(Audience.TRADER, complaint=complaint)
        assert seen["particulars.evidence_names"] == [{"id": "4111111111111111", "name": "slip"}]


class TestTheAssociation:
    """It supervises and does not speak with the person: the claim is enough for it (PIPL Arts 6, 23)."""

    CLAIM: Final = ALL - PERSONAL - below("complainant", "flags") - FILE

    def test_the_association_sees_what_is_claimed(self) -> None:
        assert arrives(Audience.CCA, self.CLAIM, stages=[Stage.BEFORE])

    def test_it_reads_the_persons_words_once_a_trader_has_them(self) -> None:
        assert arrives(Audience.CCA, self.CLAIM | OWN_WORDS, stages=[Stage.HANDLING, Stage.AFTER])

    def test_the_code_is_between_the_person_and_the_trader(self) -> None:
        """Whoever else knew it could call in the trader's name."""
        for audience, purpose in ((Audience.CCA, Purpose.HANDLING), (Audience.COUNCIL, Purpose.RESEARCH)):
            assert not any({CODE, SAID} & shown(audience, stage, purpose).keys() for stage in Stage)

    def test_it_cannot_reach_the_person_nor_tell_who_they_are(self) -> None:
        for stage in Stage:
            seen = shown(Audience.CCA, stage, complaint=BY_ANOTHER).keys()
            assert seen & PERSONAL <= OWN_WORDS
            assert not seen & below("complainant")

    def test_no_number_of_a_card_reaches_it(self) -> None:
        assert CARD not in str(shown(Audience.CCA))


class TestAnAuthority:
    """Crime and seriously improper conduct are an exemption, case by case (PDPO s.58); else consent (PIPL Art 23)."""

    def test_one_that_helps_sees_the_claim_in_the_persons_words_and_not_who_they_are(self) -> None:
        assert arrives(Audience.AUTHORITY, TestTheAssociation.CLAIM | OWN_WORDS)

    def test_one_with_a_statutory_duty_may_ask_for_all_but_what_the_person_agreed_to(self) -> None:
        """Whom the person let have it is the council's paper: no crime of a trader turns on it."""
        assert arrives(Audience.AUTHORITY, ALL - AGREED - {CODE, SAID}, Purpose.LAW_ENFORCEMENT)

    @pytest.mark.parametrize("purpose", [Purpose.HANDLING, Purpose.LAW_ENFORCEMENT])
    def test_no_number_of_a_card_reaches_it_in_what_people_wrote(self, purpose: Purpose) -> None:
        values = shown(Audience.AUTHORITY, purpose=purpose)
        for path in OWN_WORDS | ASIDE | {"particulars.authority_matter", "particulars.evidence_names"}:
            assert CARD not in str(values.get(path, ""))


def test_the_council_is_no_trader_even_where_a_scheme_names_it_among_its_recipients() -> None:
    """PIPL Art 23: a recipient is told to the person by what it is."""
    scheme = attrs.evolve(SCHEME, recipients=("council",))
    with pytest.raises(Refused, match="wrong_audience"):
        disclose(
            FULL,
            audience=Audience.TRADER,
            recipient="council",
            purpose=Purpose.HANDLING,
            stage=Stage.HANDLING,
            consents=CONSENTS,
            scheme=scheme,
            at=NOW,
            use_until=NOW + timedelta(days=1),
        )


def test_without_any_consent_nobody_outside_is_shown_anything() -> None:
    """PIPL Art 23: with no consent at all, the trader, the association and a helping authority get nothing."""
    for audience in (Audience.TRADER, Audience.CCA, Audience.AUTHORITY):
        with pytest.raises(Refused, match="no_consent"):
            disclose(
                FULL,
                audience=audience,
                recipient=WHOM[audience],
                purpose=Purpose.HANDLING,
                stage=Stage.HANDLING,
                consents=(),
                scheme=SCHEME,
                at=NOW,
                use_until=NOW + timedelta(days=1),
                basis=Basis.SEPARATE_CONSENT,
            )
